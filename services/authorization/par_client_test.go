package authorization_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
)

// assertion is a client assertion for the audience, under what sign makes of
// the signing input.
func (p *place) assertion(clientID, audience, alg string, sign func([]byte) []byte) url.Values {
	p.t.Helper()
	now := p.clock.Now()
	part := func(v map[string]any) string {
		raw, err := json.Marshal(v)
		require.NoError(p.t, err)
		return base64.RawURLEncoding.EncodeToString(raw)
	}
	input := part(map[string]any{"alg": alg, "typ": "JWT"}) + "." + part(map[string]any{
		"iss": clientID, "sub": clientID, "aud": audience, "jti": uuid.NewString(), "iat": now.Unix(), "exp": now.Add(time.Minute).Unix(),
	})
	return url.Values{
		"client_assertion":      {input + "." + base64.RawURLEncoding.EncodeToString(sign([]byte(input)))},
		"client_assertion_type": {oauth.AssertionTypeJWT},
	}
}

// certificate is one of a fresh authority, for the DNS name.
func certificate(t *testing.T, now time.Time, name string) (cert, authority *x509.Certificate) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	root := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"}, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour),
		BasicConstraintsValid: true, IsCA: true, KeyUsage: x509.KeyUsageCertSign,
	}
	leaf := &x509.Certificate{SerialNumber: big.NewInt(2), DNSNames: []string{name}, NotBefore: root.NotBefore, NotAfter: root.NotAfter}
	made := make([]*x509.Certificate, 2)
	for i, template := range []*x509.Certificate{leaf, root} {
		der, err := x509.CreateCertificate(rand.Reader, template, root, key.Public(), key)
		require.NoError(t, err)
		made[i], err = x509.ParseCertificate(der)
		require.NoError(t, err)
	}
	return made[0], made[1]
}

// CA-18: a certificate proves a client here as it does elsewhere (RFC 8705).
func TestCertificatesProveClientsAtThePush(t *testing.T) {
	h := newHouse(t)
	mine, authority := certificate(t, h.clock.Now(), "app.example")
	others, _ := certificate(t, h.clock.Now(), "app.example")
	p, _ := h.tenant("acme", func(s *domain.Settings) {
		s.TLSClientAuthRootCAs = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: authority.Raw}))
	})
	p.client("tls", func(c *domain.Client) {
		c.TokenEndpointAuthMethod, c.TLSClientAuthSANDNS = oauth.MethodTLS, "app.example"
	})
	push := func(shown *x509.Certificate) *answer {
		b := h.browser()
		b.certificate = shown
		return b.send(http.MethodPost, p.url("/par"), query("tls").Encode())
	}
	push(mine).requestURI()
	push(nil).refusedJSON(http.StatusUnauthorized, "invalid_client")
	push(others).refusedJSON(http.StatusUnauthorized, "invalid_client")
}

// CA-18, PA-09, PJ-26
func TestClientsProveThemselvesAtThePushAsAtTheTokenEndpoint(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	h.clock.Advance(time.Minute) // younger assertions than the memory of them
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	es256 := func(in []byte) []byte {
		sum := sha256.Sum256(in)
		r, s, err := ecdsa.Sign(rand.Reader, key, sum[:])
		require.NoError(t, err)
		return append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
	}
	point, err := key.PublicKey.Bytes() // 4 || x || y
	require.NoError(t, err)
	jwks, err := json.Marshal(map[string]any{"keys": []any{map[string]any{
		"kty": "EC", "crv": "P-256", "x": base64.RawURLEncoding.EncodeToString(point[1:33]), "y": base64.RawURLEncoding.EncodeToString(point[33:]),
	}}})
	require.NoError(t, err)
	macKey := strings.Repeat("k", 64)
	hs256 := func(in []byte) []byte {
		m := hmac.New(sha256.New, []byte(macKey))
		m.Write(in)
		return m.Sum(nil)
	}
	method := func(m string) func(*domain.Client) {
		return func(c *domain.Client) { c.TokenEndpointAuthMethod, c.Trusted = m, true }
	}
	p.client("basic", p.secretOf, method(oauth.MethodClientSecretBasic))
	p.client("post", p.secretOf, method(oauth.MethodClientSecretPost))
	p.client("mac", method(oauth.MethodClientSecretJWT), func(c *domain.Client) {
		id := uuid.New()
		sealed, err := p.root.SealSecret(p.w, c.ClientID, id.String(), macKey)
		require.NoError(t, err)
		c.Secrets = []domain.ClientSecret{{ID: id, ClientID: c.ClientID, Form: domain.SecretSealed, Value: sealed, CreatedAt: p.clock.Now()}}
	})
	p.client("key", method(oauth.MethodPrivateKeyJWT), func(c *domain.Client) { c.JWKS = jwks })
	p.client("spa", method(oauth.MethodNone))
	p.user("alice")
	b := h.browser()
	p.code(b.open(p.authorizeURL("spa")).logIn("alice", secret))

	with := func(clientID string, credentials url.Values) url.Values {
		form := query(clientID)
		for name, values := range credentials {
			form[name] = values
		}
		return form
	}
	for name, c := range map[string]struct {
		client string
		form   url.Values
		header []string
	}{
		"basic":                        {"basic", query("basic"), []string{"Authorization", basic("basic")}},
		"basic alone names the client": {"basic", query("basic", "client_id", ""), []string{"Authorization", basic("basic")}},
		"post":                         {"post", query("post", "client_secret", "post"), nil},
		"MAC":                          {"mac", with("mac", p.assertion("mac", p.w.Issuer(), "HS256", hs256)), nil},
		"key":                          {"key", with("key", p.assertion("key", p.w.Issuer(), "ES256", es256)), nil},
		"key, for the token endpoint":  {"key", with("key", p.assertion("key", p.url("/oauth2/token"), "ES256", es256)), nil},
		"key, for this endpoint":       {"key", with("key", p.assertion("key", p.url("/par"), "ES256", es256)), nil},
		"assertion that names its maker": {"key", func() url.Values {
			f := with("key", p.assertion("key", p.w.Issuer(), "ES256", es256))
			f.Del("client_id")
			return f
		}(), nil},
		"none": {"spa", query("spa"), nil},
	} {
		uri := p.push(c.form, c.header...).requestURI()
		require.Equal(t, c.client, p.redeem(p.code(b.open(p.openURL(c.client, uri)))).ClientID, name)
	}

	once := with("key", p.assertion("key", p.w.Issuer(), "ES256", es256))
	p.push(once).requestURI()
	for name, c := range map[string]struct {
		form   url.Values
		header []string
	}{
		"no credentials of a confidential client": {query("basic"), nil},
		"no client":                  {query("basic", "client_id", ""), nil},
		"unknown client":             {query("nobody"), nil},
		"wrong secret":               {query("basic"), []string{"Authorization", basic("basic", "wrong")}},
		"post for a basic client":    {query("basic", "client_secret", "basic"), nil},
		"basic for a post client":    {query("post"), []string{"Authorization", basic("post")}},
		"an assertion used before":   {once, nil},
		"an assertion for elsewhere": {with("key", p.assertion("key", p.url("/userinfo"), "ES256", es256)), nil},
		"a MAC for a key":            {with("key", p.assertion("key", p.w.Issuer(), "HS256", hs256)), nil},
	} {
		a := p.push(c.form, c.header...)
		a.refusedJSON(http.StatusUnauthorized, "invalid_client")
		require.Equal(t, len(c.header) > 0, strings.HasPrefix(a.Header.Get("WWW-Authenticate"), "Basic realm="), name)
	}
	p.push(query("basic", "client_secret", "basic"), "Authorization", basic("basic")).refusedJSON(http.StatusBadRequest, "invalid_request")
	p.push(query("spa"), "Authorization", basic("basic")).refusedJSON(http.StatusBadRequest, "invalid_request")
}
