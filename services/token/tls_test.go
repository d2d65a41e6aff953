package token_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/pkg/boot"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/oauth"
)

// issuer is an authority of client certificates.
type issuer struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newIssuer(t *testing.T) *issuer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		BasicConstraintsValid: true, IsCA: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	cert, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return &issuer{cert, key}
}

func (i *issuer) pem() string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: i.cert.Raw}))
}

// certificate is a fresh one with the DNS name.
func (i *issuer) certificate(t *testing.T, name string) *x509.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(2), DNSNames: []string{name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, i.cert, key.Public(), i.key)
	require.NoError(t, err)
	cert, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return cert
}

func bound(c *domain.Client) { c.CertificateBound = true }

func cnf(cert *x509.Certificate) map[string]any {
	return map[string]any{"x5t#S256": keys.CertificateThumbprint(cert.Raw)}
}

// userinfo presents a token over a connection with the certificate.
func (c *client) userinfo(token string, cert *x509.Certificate) answer {
	c.at.s.t.Helper()
	c.at.s.shown = cert
	defer func() { c.at.s.shown = nil }()
	r := httptest.NewRequest(http.MethodGet, c.path("/userinfo"), nil)
	r.Header.Set("Authorization", "Bearer "+token)
	return c.at.s.do(r)
}

// describe is what introspection says of a token to one who may ask about all.
func (c *client) describe(token string) map[string]any {
	c.at.s.t.Helper()
	a := c.call("/oauth2/introspect", values("token", token))
	require.Equal(c.at.s.t, true, a.body["active"], a.raw)
	return a.body
}

func asker(c *domain.Client) { c.Scope = append(c.Scope, oauth.ScopeIntrospectTokens) }

// MT-09
func TestBoundTokensAreForTheHolderOfTheirCertificate(t *testing.T) {
	s := start(t)
	acme := s.tenant("acme")
	authority := newIssuer(t)
	mine, other := authority.certificate(t, "app.example"), authority.certificate(t, "app.example")
	all := acme.client("default", "asker", asker)
	for name, change := range map[string]func(*domain.Client){"jwt": func(*domain.Client) {}, "opaque": opaque, "public": public} {
		t.Run(name, func(t *testing.T) {
			c := acme.client("default", "app-"+name, change, bound)
			s.shown = mine
			first, _, _ := c.family("ada-" + name)
			second := c.refresh(first.text("refresh_token"))
			granted(t, second)
			tokens := []string{first.text("access_token"), second.text("access_token")}
			s.shown = nil
			for _, token := range tokens {
				require.Equal(t, cnf(mine), all.describe(token)["cnf"])
				require.Equal(t, "Bearer", all.describe(token)["token_type"])
				require.Equal(t, http.StatusOK, c.userinfo(token, mine).status)
				for _, wrong := range []*x509.Certificate{nil, other, authority.cert} {
					a := c.userinfo(token, wrong)
					require.Equal(t, http.StatusUnauthorized, a.status, a.raw)
					require.Equal(t, "invalid_token", a.text("error"))
					require.Contains(t, a.header.Get("WWW-Authenticate"), `error="invalid_token"`)
				}
				// Only the connection itself speaks of a certificate.
				r := httptest.NewRequest(http.MethodGet, c.path("/userinfo"), nil)
				r.Header.Set("Authorization", "Bearer "+token)
				for _, header := range []string{"Client-Cert", "X-Client-Cert", "X-SSL-Cert", "Ssl-Client-Cert", "X-Forwarded-Tls-Client-Cert"} {
					r.Header.Set(header, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: mine.Raw})))
				}
				require.Equal(t, http.StatusUnauthorized, s.do(r).status)
			}
			if name != "opaque" {
				require.Equal(t, cnf(mine), claimsOf(t, tokens[0])["cnf"])
			}
			if c.secret == "" {
				return
			}
			s.shown = mine
			own := c.token("grant_type", "client_credentials")
			s.shown = nil
			granted(t, own)
			require.Equal(t, cnf(mine), all.describe(own.text("access_token"))["cnf"])
		})
	}
	s.shown = mine
	free := acme.client("default", "free")
	first, _, _ := free.family("eve")
	s.shown = nil
	require.NotContains(t, claimsOf(t, first.text("access_token")), "cnf", "who did not ask for it gets bearer tokens")
	require.Equal(t, http.StatusOK, free.userinfo(first.text("access_token"), other).status)
}

func TestBoundTokensBelongToTheirWorkspace(t *testing.T) {
	s := start(t)
	acme, beta := s.tenant("acme"), s.tenant("beta")
	cert := newIssuer(t).certificate(t, "app.example")
	c := acme.client("default", "app", bound)
	neighbours := []*client{acme.client("second", "app", bound), beta.client("default", "app", bound)}
	s.shown = cert
	first, _, _ := c.family("ada")
	for _, n := range neighbours {
		require.Equal(t, http.StatusUnauthorized, n.userinfo(first.text("access_token"), cert).status)
		s.shown = cert
		refused(t, n.refresh(first.text("refresh_token")), 400, "invalid_grant")
		require.False(t, n.active(first.text("access_token")))
	}
	granted(t, c.refresh(first.text("refresh_token")))
}

func TestBoundClientsBringACertificate(t *testing.T) {
	s := start(t)
	acme := s.tenant("acme")
	cert := newIssuer(t).certificate(t, "app.example")
	for name, change := range map[string]func(*domain.Client){"confidential": func(*domain.Client) {}, "public": public} {
		c := acme.client("default", "app-"+name, change, bound)
		u, session := acme.user("default", "ada-"+name)
		code := c.code(u, session)
		refused(t, c.redeem(code), 400, "invalid_request")
		s.shown = cert
		first := c.redeem(code)
		granted(t, first) // the code was not burnt
		s.shown = nil
		refused(t, c.refresh(first.text("refresh_token")), 400, "invalid_request")
		if c.secret != "" {
			refused(t, c.token("grant_type", "client_credentials"), 400, "invalid_request")
			require.True(t, c.active(first.text("access_token")), "only tokens are bound: to ask about one needs no certificate")
		}
		s.shown = cert
		granted(t, c.refresh(first.text("refresh_token")))
		s.shown = nil
	}
}

// MT-10
func TestRefreshTokenOfAPublicClientNeedsTheSameCertificate(t *testing.T) {
	s := start(t)
	acme := s.tenant("acme", func(d *domain.Settings) { d.RefreshGrace = 10 * time.Second })
	authority := newIssuer(t)
	mine, thief := authority.certificate(t, "app.example"), authority.certificate(t, "app.example")
	c := acme.client("default", "app", public, bound)
	by := func(cert *x509.Certificate, token string, pairs ...string) answer {
		s.shown = cert
		defer func() { s.shown = nil }()
		return c.refresh(token, pairs...)
	}
	s.shown = mine
	first, _, _ := c.family("ada")
	old := first.text("refresh_token")
	refused(t, by(thief, old), 400, "invalid_grant")
	refused(t, by(thief, old, "scope", "openid"), 400, "invalid_grant")
	second := by(mine, old)
	granted(t, second)
	refused(t, by(thief, old), 400, "invalid_grant")
	refused(t, by(thief, second.text("refresh_token")), 400, "invalid_grant")
	retry := by(mine, old)
	granted(t, retry)
	require.Equal(t, second.text("refresh_token"), retry.text("refresh_token"), "what the thief tried has changed nothing")
	third := by(mine, second.text("refresh_token"))
	granted(t, third)
	refused(t, by(thief, old), 400, "invalid_grant")
	granted(t, by(mine, third.text("refresh_token")))

	// What was bound stays so, whatever the registration says now.
	stored, err := s.p.Store.Workspace(c.w).Client(context.Background(), c.id)
	require.NoError(t, err)
	stored.CertificateBound = false
	_, _, err = s.p.Store.Workspace(c.w).UpdateClient(context.Background(), stored, domain.AuditEvent{Action: "client.update"})
	require.NoError(t, err)
	s.p.Caches.Clients.Forget(c.w.ID(), c.id)
	s.shown = mine
	unbound, _, _ := c.family("bob")
	s.shown = nil
	granted(t, by(nil, unbound.text("refresh_token")))
	again := by(mine, third.text("refresh_token")) // within its grace
	granted(t, again)
	require.Equal(t, cnf(mine), claimsOf(t, again.text("access_token"))["cnf"])
	refused(t, by(nil, again.text("refresh_token")), 400, "invalid_grant")
}

func TestConfidentialClientMayRenewItsCertificate(t *testing.T) {
	s := start(t)
	acme := s.tenant("acme")
	authority := newIssuer(t)
	before, after := authority.certificate(t, "app.example"), authority.certificate(t, "app.example")
	c := acme.client("default", "app", bound)
	s.shown = before
	first, _, _ := c.family("ada")
	s.shown = after
	second := c.refresh(first.text("refresh_token"))
	granted(t, second)
	require.Equal(t, cnf(after), claimsOf(t, second.text("access_token"))["cnf"])
	require.Equal(t, http.StatusOK, c.userinfo(second.text("access_token"), after).status)
	require.Equal(t, http.StatusUnauthorized, c.userinfo(second.text("access_token"), before).status)
	require.Equal(t, http.StatusOK, c.userinfo(first.text("access_token"), before).status)
}

func TestBoundBearerAsksAboutTokensWithItsCertificate(t *testing.T) {
	s := start(t)
	acme := s.tenant("acme")
	authority := newIssuer(t)
	mine, other := authority.certificate(t, "app.example"), authority.certificate(t, "app.example")
	power := acme.client("default", "power", bound, func(c *domain.Client) { c.Scope = oauth.Scope{oauth.ScopeIntrospectTokens, oauth.ScopeRevokeTokens} })
	subject := acme.client("default", "app").token("grant_type", "client_credentials").text("access_token")
	s.shown = mine
	bearer := "Bearer " + power.token("grant_type", "client_credentials").text("access_token")
	a := s.post("/acme/default/oauth2/introspect", values("token", subject), bearer)
	require.Equal(t, true, a.body["active"], a.raw)
	for _, wrong := range []*x509.Certificate{nil, other} {
		s.shown = wrong
		for _, endpoint := range []string{"introspect", "revoke"} {
			refused(t, s.post("/acme/default/oauth2/"+endpoint, values("token", subject), bearer), 401, "invalid_token")
		}
	}
	s.shown = mine
	require.Equal(t, 200, s.post("/acme/default/oauth2/revoke", values("token", subject), bearer).status)
}

// MT-06, MT-14
func TestClientProvesItselfByItsCertificate(t *testing.T) {
	s := start(t, func(c *boot.Config) { c.MTLSPublicURL = "https://mtls.example" })
	authority := newIssuer(t)
	acme, beta := s.tenant("acme", func(d *domain.Settings) { d.TLSClientAuthRootCAs = authority.pem() }), s.tenant("beta")
	byName := func(c *domain.Client) {
		c.TokenEndpointAuthMethod, c.TLSClientAuthSANDNS = oauth.MethodTLS, "app.example"
	}
	c, foreign := acme.client("default", "app", byName, bound), beta.client("default", "app", byName, bound)
	other := acme.client("default", "other", byName, func(c *domain.Client) { c.TLSClientAuthSANDNS = "other.example" })
	cert := authority.certificate(t, "app.example")
	s.shown = cert
	a := c.token("grant_type", "client_credentials")
	granted(t, a)
	require.Equal(t, cnf(cert), claimsOf(t, a.text("access_token"))["cnf"])
	first, _, _ := c.family("ada")
	granted(t, c.refresh(first.text("refresh_token")))
	require.True(t, c.active(a.text("access_token")))
	require.Equal(t, 200, c.call("/oauth2/revoke", values("token", a.text("access_token"))).status)
	require.False(t, c.active(a.text("access_token")))

	refused(t, foreign.token("grant_type", "client_credentials"), 401, "invalid_client") // its workspace believes nobody
	refused(t, other.token("grant_type", "client_credentials"), 401, "invalid_client")
	const path = "/acme/default/oauth2/token"
	form := func() []string { return []string{"grant_type", "client_credentials", "client_id", "app"} }
	refused(t, s.post(path, values(append(form(), "client_secret", "x")...), ""), 400, "invalid_request")
	refused(t, s.post(path, values("grant_type", "client_credentials"), basic("app", "x")), 400, "invalid_request")
	refused(t, s.post(path, values("grant_type", "client_credentials"), ""), 401, "invalid_client")
	for _, wrong := range []*x509.Certificate{nil, newIssuer(t).certificate(t, "app.example"), authority.certificate(t, "*.example")} {
		s.shown = wrong
		refused(t, c.token("grant_type", "client_credentials"), 401, "invalid_client")
		refused(t, s.post(path, values("grant_type", "client_credentials"), basic("app", "x")), 401, "invalid_client")
		refused(t, c.call("/oauth2/introspect", values("token", "x")), 401, "invalid_client")
	}
}

// MT-13
func TestMetadataNamesCertificatesWhereTheyCanArrive(t *testing.T) {
	metadata := func(s *service) answer {
		return s.do(httptest.NewRequest(http.MethodGet, "/acme/default/.well-known/openid-configuration", nil))
	}
	s := start(t)
	s.tenant("acme")
	a := metadata(s)
	for _, list := range []string{"token", "introspection", "revocation"} {
		require.NotContains(t, a.body[list+"_endpoint_auth_methods_supported"], oauth.MethodTLS)
		require.NotContains(t, a.body[list+"_endpoint_auth_methods_supported"], oauth.MethodSelfSignedTLS)
		require.Len(t, a.body[list+"_endpoint_auth_signing_alg_values_supported"], len(oauth.KeyAlgs())+len(oauth.SecretAlgs()))
		require.Contains(t, a.body[list+"_endpoint_auth_signing_alg_values_supported"], "ES256")
	}
	require.NotContains(t, a.raw, "tls")

	s = start(t, func(c *boot.Config) { c.MTLSPublicURL = "https://mtls.example" })
	s.tenant("acme", func(d *domain.Settings) {
		d.TokenEndpointAuthMethods = []string{oauth.MethodSelfSignedTLS, oauth.MethodTLS, oauth.MethodPrivateKeyJWT, oauth.MethodNone}
		d.TokenEndpointAuthSigningAlgValues = []string{oauth.ES256, oauth.HS256, oauth.PS256}
	})
	a = metadata(s)
	require.Equal(t, []any{"private_key_jwt", "tls_client_auth", "self_signed_tls_client_auth", "none"}, a.body["token_endpoint_auth_methods_supported"])
	require.Equal(t, []any{"private_key_jwt", "tls_client_auth", "self_signed_tls_client_auth"}, a.body["introspection_endpoint_auth_methods_supported"])
	for _, list := range []string{"token", "introspection", "revocation"} {
		require.Equal(t, []any{"ES256", "PS256"}, a.body[list+"_endpoint_auth_signing_alg_values_supported"], "those that serve an allowed method")
	}
	require.Equal(t, true, a.body["tls_client_certificate_bound_access_tokens"])
	require.Equal(t, "http://localhost:8080/acme/default/par", a.text("pushed_authorization_request_endpoint"))
	require.Equal(t, false, a.body["require_pushed_authorization_requests"])
	require.Equal(t, false, a.body["request_uri_parameter_supported"], "that is of request objects, and keeps nobody from pushing")
	require.Equal(t, "http://localhost:8080/acme/default", a.text("issuer"), "the issuer is one, wherever it is called")
	require.Equal(t, map[string]any{
		"token_endpoint":                        "https://mtls.example/acme/default/oauth2/token",
		"pushed_authorization_request_endpoint": "https://mtls.example/acme/default/par",
		"introspection_endpoint":                "https://mtls.example/acme/default/oauth2/introspect",
		"revocation_endpoint":                   "https://mtls.example/acme/default/oauth2/revoke",
		"userinfo_endpoint":                     "https://mtls.example/acme/default/userinfo",
	}, a.body["mtls_endpoint_aliases"])

	s = start(t)
	s.tenant("acme", func(d *domain.Settings) { d.TokenEndpointAuthMethods = []string{oauth.MethodClientSecretBasic} })
	require.NotContains(t, metadata(s).raw, "signing_alg_values_supported\":null")
	require.NotContains(t, metadata(s).body, "token_endpoint_auth_signing_alg_values_supported")
}
