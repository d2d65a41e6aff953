package token_test

import (
	"crypto/x509"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/server"
	"github.com/signet-authz/signet/pkg/server/servertest"
)

// MT-01, MT-02.
func TestWhoReachesTheServiceDirectlyAuthenticatesNobodyByCertificate(t *testing.T) {
	s := start(t)
	authority := servertest.NewAuthority(t, "clients", s.clock.now())
	cert := authority.Issue("client", func(c *x509.Certificate) { c.DNSNames = []string{"app.example"} }).Certificate[0]
	acme := s.tenant("acme", func(d *domain.Settings) { d.TLSClientAuthRootCAs = authority.PEM() })
	app := acme.client("default", "app", func(c *domain.Client) {
		c.TokenEndpointAuthMethod, c.TLSClientAuthSANDNS = oauth.MethodTLS, "app.example"
	})
	other := acme.client("default", "other")
	request := func(headers http.Header, c *client, authorization string) answer {
		form := url.Values{"grant_type": {"client_credentials"}, "scope": {"read"}}
		if authorization == "" {
			form.Set("client_id", c.id)
		}
		r := httptest.NewRequest(http.MethodPost, c.path("/oauth2/token"), strings.NewReader(form.Encode()))
		r.Header = headers
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if authorization != "" {
			r.Header.Set("Authorization", authorization)
		}
		return s.do(r)
	}
	der, text := base64.StdEncoding.EncodeToString(cert), url.PathEscape(servertest.PEM(cert))
	for name, value := range map[string]string{
		"Client-Cert": ":" + der + ":", "Ssl-Client-Cert": text, "X-Forwarded-Client-Cert": `Cert="` + text + `"`, "X-Forwarded-Tls-Client-Cert": der, "X-Ssl-Client-Der": der,
		"X-Amzn-Mtls-Clientcert-Leaf": text, "X-Client-Cert": text, "SSL_CLIENT_CERT": servertest.PEM(cert), "signet_peer": text,
	} {
		a := request(http.Header{name: {value}, "X-Forwarded-For": {"203.0.113.7"}}, app, "")
		require.Equal(t, http.StatusUnauthorized, a.status, "%s: %s", name, a.raw)
		require.Equal(t, "invalid_client", a.text("error"), name)
	}

	// A seal under another key, for another path, and a torn one; the gateway's
	// own is all that it takes.
	peer := server.Peer{IP: netip.MustParseAddr("203.0.113.7"), Scheme: "https", TraceID: strings.Repeat("a", 32), Certificate: cert}
	at := func(path string) *http.Request { return httptest.NewRequest(http.MethodPost, path, nil) }
	right := s.p.Seal.Header(at(app.path("/oauth2/token")), peer)
	stranger := server.NewSeal([]byte("a key that somebody else has made up"), s.clock.now)
	for name, forged := range map[string]string{
		"another key": stranger.Header(at(app.path("/oauth2/token")), peer), "another path": s.p.Seal.Header(at(app.path("/oauth2/revoke")), peer), "torn": right[:len(right)-4], "empty": "",
	} {
		for _, c := range []struct {
			client        *client
			authorization string
		}{{app, ""}, {other, basic(other.id, other.secret)}} {
			a := request(http.Header{server.HeaderPeer: {forged}}, c.client, c.authorization)
			require.Equal(t, http.StatusBadRequest, a.status, "%s: %s", name, a.raw)
			require.Equal(t, "invalid_request", a.text("error"), name)
		}
	}
	granted(t, request(http.Header{server.HeaderPeer: {right}}, other, basic(other.id, other.secret)))
	granted(t, request(http.Header{server.HeaderPeer: {right}}, app, ""))
}
