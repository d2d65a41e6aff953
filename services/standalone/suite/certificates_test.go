package suite_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"github.com/signet-authz/signet/services/standalone/suite/internal/party"
	"github.com/signet-authz/signet/services/standalone/suite/internal/pki"
	"github.com/signet-authz/signet/services/standalone/suite/internal/target"
	"github.com/signet-authz/signet/services/standalone/suite/internal/wire"
)

// believing is a workspace that believes an authority, and the authority.
func believing(t *testing.T, tg *target.Target) (*party.Workspace, *pki.Authority) {
	t.Helper()
	authority := party.Authority(t)
	return party.Register(t, tg).NewWorkspace(t, map[string]any{"tls_client_auth_root_cas": authority.PEM()}), authority
}

// tokenBy asks for a token of the client's own with a certificate, or with none
// at the same address.
func tokenBy(t *testing.T, app *party.App, certificate *tls.Certificate, headers ...string) wire.Answer {
	t.Helper()
	w := app.Workspace
	form := own.Encode() + "&client_id=" + app.ID
	r := wire.Request(t, http.MethodPost, w.Tenant.Target.MTLS+w.Path()+"/oauth2/token", form, append(headers, "Content-Type", formType)...)
	return wire.Caller{IP: ownAddress(), TLS: w.Tenant.Target.TLS(certificate)}.Do(t, r)
}

// MT-01 to MT-03: whatever a caller says of a certificate in headers is nothing.
func TestHeadersNeverStandForACertificate(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w, authority := believing(t, tg)
		app := w.NewCertApp(t, authority, nil)
		require.Equal(t, http.StatusOK, tokenBy(t, app, app.Certificate).Status)
		other := party.Issue(t, authority, "somebody-else")
		text, der := pki.Chain(app.Certificate), base64.StdEncoding.EncodeToString(app.Certificate.Certificate[0])
		values := []string{
			text, url.QueryEscape(text), strings.ReplaceAll(text, "\n", " "), strings.ReplaceAll(text, "\n", "\t"), der, ":" + der + ":",
			`Hash=x;Cert="` + url.QueryEscape(text) + `";Subject="CN=x"`, app.Certificate.Leaf.Subject.String(), "SUCCESS",
		}
		names := []string{
			"X-Client-Cert", "x-client-cert", "X_Client_Cert", "X-Client-Certificate", "Client-Cert", "Client-Cert-Chain", "X-SSL-Cert", "X-SSL-Client-Cert", "SSL_CLIENT_CERT",
			"SSL-Client-Cert", "X-Forwarded-Client-Cert", "X-Forwarded-Tls-Client-Cert", "X-Forwarded-Tls-Client-Cert-Info", "X-ARR-ClientCert", "X-Amzn-Mtls-Clientcert",
			"X-Amzn-Mtls-Clientcert-Leaf", "X-SSL-Client-DER", "SSL-Client-Verify", "X-SSL-Client-Verify", "SSL-Client-Subject-Dn", "X-SSL-Client-DN", "Signet-Peer", "Signet_Peer",
		}
		for _, name := range names {
			var headers []string
			for _, value := range values {
				if !strings.Contains(value, "\n") { // no line of HTTP can carry that
					headers = append(headers, name, value)
				}
			}
			trick := append([]string{"Connection", "keep-alive, Signet-Peer, " + name}, headers...)
			for _, h := range [][]string{headers, headers[:2], trick} {
				if strings.HasPrefix(strings.ToLower(strings.ReplaceAll(name, "_", "-")), "signet") {
					// A seal that does not verify is refused as such.
					for _, certificate := range []*tls.Certificate{nil, other} {
						require.GreaterOrEqual(t, tokenBy(t, app, certificate, h...).Status, http.StatusBadRequest, name)
					}
					continue
				}
				for _, certificate := range []*tls.Certificate{nil, other} {
					refused(t, tokenBy(t, app, certificate, h...), "invalid_client")
				}
				plain := w.Request(t, 0, http.MethodPost, "/oauth2/token", own.Encode()+"&client_id="+app.ID, append(h, "Content-Type", formType)...)
				refused(t, wire.From(t, ownAddress(), plain), "invalid_client")
				for node := 1; node < len(tg.Nodes); node++ { // MT-02: past the gateway
					direct := w.Request(t, node, http.MethodPost, "/oauth2/token", own.Encode()+"&client_id="+app.ID, append(h, "Content-Type", formType)...)
					refused(t, wire.From(t, ownAddress(), direct), "invalid_client")
				}
			}
		}
	})
}

// MT-05: one name of the registered kind, and no other kind.
func TestCertificateIsKnownByItsOneRegisteredName(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w, authority := believing(t, tg)
		address, err := url.Parse("https://app.acme.example/one")
		require.NoError(t, err)
		issue := func(change func(*x509.Certificate)) *tls.Certificate {
			return party.Issue(t, authority, "app.acme.example", change)
		}
		dns := issue(func(c *x509.Certificate) { c.DNSNames = []string{"other.acme.example", "app.acme.example"} })
		wild := issue(func(c *x509.Certificate) { c.DNSNames = []string{"*.acme.example"} })
		uri := issue(func(c *x509.Certificate) { c.URIs = []*url.URL{address} })
		ip := issue(func(c *x509.Certificate) { c.IPAddresses = []net.IP{net.IPv4(192, 0, 2, 7)} })
		email := issue(func(c *x509.Certificate) { c.EmailAddresses = []string{"app@acme.example"} })
		bare := issue(func(*x509.Certificate) {})
		all := map[string]*tls.Certificate{"dns": dns, "wild": wild, "uri": uri, "ip": ip, "email": email, "bare": bare}
		for _, c := range []struct{ member, value, fits string }{
			{"tls_client_auth_san_dns", "app.acme.example", "dns"},
			{"tls_client_auth_san_uri", address.String(), "uri"},
			{"tls_client_auth_san_ip", "192.0.2.7", "ip"},
			{"tls_client_auth_san_email", "app@acme.example", "email"},
		} {
			app := w.NewApp(t, map[string]any{"token_endpoint_auth_method": "tls_client_auth", c.member: c.value})
			for kind, certificate := range all {
				a := tokenBy(t, app, certificate)
				if kind == c.fits {
					require.Equal(t, http.StatusOK, a.Status, "%s by %s: %s", c.member, kind, a)
					continue
				}
				refused(t, a, "invalid_client")
			}
		}
		for _, dn := range []string{"CN=app.acme.example,O=Acme,C=US", "O=Acme,C=DE", "CN=app.acme.example", "C=DE,O=Acme,CN=app.acme.example"} {
			app := w.NewApp(t, map[string]any{"token_endpoint_auth_method": "tls_client_auth", "tls_client_auth_subject_dn": dn})
			refused(t, tokenBy(t, app, bare), "invalid_client")
		}
	})
}

// MT-06, MT-07
func TestOnlySoundCertificatesProveAClient(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w, authority := believing(t, tg)
		app := w.NewCertApp(t, authority, nil)
		name := app.Certificate.Leaf.Subject.CommonName
		below, err := authority.Below("Acme intermediate")
		require.NoError(t, err)
		stranger := party.Authority(t)
		through := party.Issue(t, below, name)
		short := *through
		short.Certificate = short.Certificate[:1]
		borrowed := party.Issue(t, stranger, name)
		borrowed.Certificate = append(borrowed.Certificate, app.Certificate.Certificate...)
		issue := func(changes ...func(*x509.Certificate)) *tls.Certificate {
			return party.Issue(t, authority, name, changes...)
		}
		for what, c := range map[string]struct {
			certificate *tls.Certificate
			in          bool
		}{
			"another of the same name": {issue(), true},
			"through an intermediate":  {through, true},
			"without extended key use": {issue(func(c *x509.Certificate) { c.ExtKeyUsage = nil }), true},
			"intermediate not sent":    {&short, false},
			"not valid yet":            {issue(func(c *x509.Certificate) { c.NotBefore = time.Now().Add(time.Hour) }), false},
			"expired":                  {app.Former, false},
			"for servers only":         {issue(func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth} }), false},
			"an authority's":           {issue(func(c *x509.Certificate) { c.IsCA, c.KeyUsage = true, c.KeyUsage|x509.KeyUsageCertSign }), false},
			"self-signed":              {party.SelfSigned(t, name), false},
			"of an unknown authority":  {party.Issue(t, stranger, name), false},
			"beside the client's own":  {borrowed, false},
			"of an authority's server": {party.Issue(t, authority, name+".evil"), false},
			"with a NUL in the name":   {party.Issue(t, authority, name+"\x00.evil"), false},
			"with something in front":  {party.Issue(t, authority, "CN="+name), false},
			"none":                     {nil, false},
		} {
			a := tokenBy(t, app, c.certificate)
			if c.in {
				require.Equal(t, http.StatusOK, a.Status, "%s: %s", what, a)
				continue
			}
			require.Equal(t, http.StatusUnauthorized, a.Status, "%s: %s", what, a)
			refused(t, a, "invalid_client")
		}

		// MT-11
		long := *through
		for range 100 {
			long.Certificate = append(long.Certificate, app.Certificate.Certificate[0])
		}
		long.Certificate = append([][]byte{}, long.Certificate...)
		status := func() int {
			r := wire.Request(t, http.MethodPost, tg.MTLS+w.Path()+"/oauth2/token", own.Encode()+"&client_id="+app.ID, "Content-Type", formType)
			c := &http.Client{Transport: &http.Transport{TLSClientConfig: tg.TLS(&long)}, Timeout: 20 * time.Second}
			defer c.CloseIdleConnections()
			res, err := c.Do(r)
			if err != nil {
				return 0 // refused below HTTP
			}
			defer func() { _ = res.Body.Close() }()
			return res.StatusCode
		}()
		require.NotEqual(t, http.StatusOK, status)
		require.Less(t, status, http.StatusInternalServerError)
	})
}

func TestRevokedCertificateIsRefused(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w, authority := believing(t, tg)
		app, other := w.NewCertApp(t, authority, nil), w.NewCertApp(t, authority, nil)
		list := func(next time.Time, certificates ...*tls.Certificate) {
			crl, err := authority.Revoke(next, certificates...)
			require.NoError(t, err)
			w.Tenant.Must(t, http.MethodPatch, "/workspaces/"+w.AID, map[string]any{"tls_client_auth_crls": crl})
		}
		in := func(app *party.App) bool { return tokenBy(t, app, app.Certificate).Status == http.StatusOK }
		require.True(t, in(app) && in(other))
		list(time.Now().Add(time.Hour), app.Certificate)
		soon(t, settingsBound, "the revoked certificate is dead", func() bool { return !in(app) })
		require.True(t, in(other))
		app.Certificate = party.Issue(t, authority, app.Certificate.Leaf.Subject.CommonName)
		require.True(t, in(app), "the renewed one serves")
	})
}

// MT-09
func TestBoundTokenIsWorthlessWithoutItsCertificate(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w, authority := believing(t, tg)
		user := w.NewUser(t)
		for _, format := range []string{"jwt", "opaque"} {
			app := w.NewCertApp(t, authority, map[string]any{"tls_client_certificate_bound_access_tokens": true, "access_token_format": format})
			tokens, _ := app.LogUserIn(t, user)
			bound := map[string]any{"x5t#S256": pki.Thumbprint(app.Certificate)}
			if format == "jwt" {
				require.Equal(t, bound, party.ReadJWT(t, tokens.Access).Claims["cnf"])
			}
			seen := app.Introspect(t, tokens.Access)
			require.True(t, seen.Active(t))
			require.Equal(t, bound, seen.JSON()["cnf"])

			info := func(origin string, certificate *tls.Certificate, headers ...string) wire.Answer {
				r := wire.Request(t, http.MethodGet, origin+w.Path()+"/userinfo", "", append(headers, "Authorization", "Bearer "+tokens.Access)...)
				return wire.Caller{TLS: tg.TLS(certificate)}.Do(t, r)
			}
			require.Equal(t, user.ID, info(tg.MTLS, app.Certificate).Text("sub"))
			another := party.Issue(t, authority, app.Certificate.Leaf.Subject.CommonName)
			challenged(t, info(tg.MTLS, another), "invalid_token")
			challenged(t, info(tg.MTLS, nil), "invalid_token")
			challenged(t, info(tg.URL, nil), "invalid_token")
			challenged(t, info(tg.MTLS, nil, "Client-Cert", ":"+pki.X5C(app.Certificate)+":"), "invalid_token")
		}
	})
}

// MT-10: a public client's refresh token is bound to the certificate that it
// showed, since nothing else proves that it is the same program.
func TestRefreshTokenOfABoundPublicClientNeedsItsCertificate(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		user, app := w.NewUser(t), w.Public(t, map[string]any{"tls_client_certificate_bound_access_tokens": true})
		app.Certificate = party.SelfSigned(t, "program")
		tokens, _ := app.LogUserIn(t, user)
		by := func(certificate *tls.Certificate, token string) wire.Answer {
			c := party.Credentials{Form: party.Form("client_id", app.ID), Certificate: certificate}
			return c.Send(t, w, "", "/oauth2/token", party.Form("grant_type", "refresh_token", "refresh_token", token))
		}
		refused(t, by(party.SelfSigned(t, "program"), tokens.Refresh), "invalid_grant")
		refused(t, by(nil, tokens.Refresh), "invalid_grant", "invalid_request")
		next := party.ReadTokens(t, by(app.Certificate, tokens.Refresh))
		require.Equal(t, map[string]any{"x5t#S256": pki.Thumbprint(app.Certificate)}, party.ReadJWT(t, next.Access).Claims["cnf"])
	})
}

// MT-13, MT-14
func TestCertificatesAreAskedForAtTheirOwnAddressOnly(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w, authority := believing(t, tg)
		metadata := w.Get(t, "/.well-known/openid-configuration").JSON()
		require.Equal(t, w.Issuer(), metadata["issuer"])
		require.Equal(t, true, metadata["tls_client_certificate_bound_access_tokens"])
		aliases, _ := metadata["mtls_endpoint_aliases"].(map[string]any)
		for _, name := range append(endpointsOfClients(metadata), "userinfo_endpoint") {
			plain, _ := metadata[name].(string)
			require.Equal(t, tg.MTLS+strings.TrimPrefix(plain, tg.URL), aliases[name], name)
		}
		over := wire.Caller{TLS: tg.TLS(nil)}.Do(t, wire.Request(t, http.MethodGet, tg.MTLS+w.Path()+"/.well-known/openid-configuration", ""))
		require.Equal(t, metadata, over.JSON(), "the issuer is the same wherever it is asked")

		asked := false
		c := tg.TLS(nil)
		c.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			asked = true
			return &tls.Certificate{}, nil
		}
		basic := w.NewApp(t, nil)
		r := wire.Request(t, http.MethodPost, tg.MTLS+w.Path()+"/oauth2/token", own.Encode(), "Content-Type", formType, "Authorization", party.Basic(basic.ID, basic.Secret))
		require.Equal(t, http.StatusOK, wire.Caller{TLS: c}.Do(t, r).Status, "who has no certificate is served there as well")
		require.True(t, asked)

		app := w.NewCertApp(t, authority, nil)
		a := w.Post(t, 0, "/oauth2/token", own.Encode()+"&client_id="+app.ID, "Content-Type", formType)
		refused(t, a, "invalid_client")
		explains(t, w, a, "client certificate presented")
	})
}

// golang.org/x/oauth2 over TLS with a client certificate.
func TestGoLibrariesShowCertificates(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w, authority := believing(t, tg)
		provider, err := oidc.NewProvider(t.Context(), w.Issuer())
		require.NoError(t, err)
		var found struct {
			Aliases struct {
				Token string `json:"token_endpoint"`
			} `json:"mtls_endpoint_aliases"`
		}
		require.NoError(t, provider.Claims(&found))
		for _, app := range []*party.App{w.NewCertApp(t, authority, nil), w.NewSelfSignedApp(t, nil)} {
			c := &http.Client{Transport: &http.Transport{TLSClientConfig: tg.TLS(app.Certificate)}}
			defer c.CloseIdleConnections()
			ctx := context.WithValue(t.Context(), oauth2.HTTPClient, c)
			token, err := (&clientcredentials.Config{ClientID: app.ID, TokenURL: found.Aliases.Token, Scopes: []string{"profile"}, AuthStyle: oauth2.AuthStyleInParams}).Token(ctx)
			require.NoError(t, err)
			claims, err := provider.Verifier(&oidc.Config{SkipClientIDCheck: true}).Verify(t.Context(), token.AccessToken)
			require.NoError(t, err)
			require.Equal(t, app.ID, claims.Subject)
		}
	})
}
