package tenantadmin_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/pkg/accesstoken"
	"github.com/signet-authz/signet/pkg/keys"
)

// certificate is a self-signed one and its key; an authority's by default.
func certificate(t *testing.T, change ...func(*x509.Certificate)) (*x509.Certificate, *ecdsa.PrivateKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		BasicConstraintsValid: true, IsCA: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	for _, c := range change {
		c(template)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	cert, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return cert, key
}

func pemOf(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

// jwkOf is the public key, with further members.
func jwkOf(t *testing.T, key *ecdsa.PrivateKey, members ...any) map[string]any {
	t.Helper()
	point, err := key.PublicKey.Bytes()
	require.NoError(t, err)
	b64 := base64.RawURLEncoding.EncodeToString
	k := with(append([]any{"kty", "EC", "crv", "P-256", "x", b64(point[1:33]), "y", b64(point[33:])}, members...)...)
	return map[string]any{"keys": []any{k}}
}

func TestClientsByCertificateAreRegisteredWithWhatProvesThem(t *testing.T) {
	w := newWorld(t)
	h := w.house("acme")
	cert, key := certificate(t)
	_, otherKey := certificate(t)
	own := list(base64.StdEncoding.EncodeToString(cert.Raw))
	byName := func(fields ...any) map[string]any {
		return with(append([]any{"grant_types", list("client_credentials"), "token_endpoint_auth_method", "tls_client_auth"}, fields...)...)
	}
	byKeys := func(fields ...any) map[string]any {
		return with(append([]any{"grant_types", list("client_credentials"), "token_endpoint_auth_method", "self_signed_tls_client_auth"}, fields...)...)
	}
	former := func(method string) map[string]any {
		return with("method", method, "until", w.now().Add(time.Hour).UTC().Format(time.RFC3339))
	}
	for name, row := range map[string]struct {
		pointer string
		in      map[string]any
	}{
		"no name":                       {"/tls_client_auth_subject_dn", byName()},
		"two names":                     {"/tls_client_auth_san_uri", byName("tls_client_auth_san_dns", "app.example", "tls_client_auth_san_uri", "urn:x:y")},
		"a subject that does not parse": {"/tls_client_auth_subject_dn", byName("tls_client_auth_subject_dn", "app")},
		"a wildcard":                    {"/tls_client_auth_san_dns", byName("tls_client_auth_san_dns", "*.example")},
		"a path":                        {"/tls_client_auth_san_uri", byName("tls_client_auth_san_uri", "/app")},
		"a network":                     {"/tls_client_auth_san_ip", byName("tls_client_auth_san_ip", "192.0.2.0/24")},
		"a name that is no address":     {"/tls_client_auth_san_email", byName("tls_client_auth_san_email", "app")},
		"a name for self-signed":        {"/tls_client_auth_san_dns", byKeys("jwks", jwkOf(t, key, "x5c", own), "tls_client_auth_san_dns", "app.example")},
		"no keys":                       {"/jwks", byKeys()},
		"a key without a certificate":   {"/jwks", byKeys("jwks", jwkOf(t, key))},
		"another key's certificate":     {"/jwks", byKeys("jwks", jwkOf(t, otherKey, "x5c", own))},
		"a former method without its name": {"/tls_client_auth_subject_dn", with("grant_types", list("client_credentials"),
			"token_endpoint_auth_method", "client_secret_basic", "token_endpoint_auth_method_previous", former("tls_client_auth"))},
		"a former method without its certificate": {"/jwks", with("grant_types", list("client_credentials"),
			"token_endpoint_auth_method", "client_secret_basic", "token_endpoint_auth_method_previous", former("self_signed_tls_client_auth"))},
	} {
		t.Run(name, func(t *testing.T) {
			w.do(http.MethodPost, h.in("default", "clients"), h.program, row.in).problem(http.StatusBadRequest, "validation_failed").about(row.pointer)
		})
	}
	for name, in := range map[string]map[string]any{
		"a subject":    byName("tls_client_auth_subject_dn", "CN=app, O=Acme, C=DE"),
		"a DNS name":   byName("tls_client_auth_san_dns", "app.example"),
		"a URI":        byName("tls_client_auth_san_uri", "spiffe://acme/app"),
		"an address":   byName("tls_client_auth_san_ip", "2001:db8::7"),
		"an e-mail":    byName("tls_client_auth_san_email", "app@acme.example"),
		"bound tokens": byName("tls_client_auth_san_dns", "app.example", "tls_client_certificate_bound_access_tokens", true),
		"x5c":          byKeys("jwks", jwkOf(t, key, "x5c", own)),
		"x5t#S256":     byKeys("jwks", jwkOf(t, key, "x5t#S256", keys.CertificateThumbprint(cert.Raw))),
		"a jwks_uri":   byKeys("jwks_uri", "https://app.example/jwks"),
		"a former method": with("grant_types", list("client_credentials"), "token_endpoint_auth_method", "client_secret_basic",
			"token_endpoint_auth_method_previous", former("tls_client_auth"), "tls_client_auth_san_dns", "app.example"),
		"both kinds": byKeys("jwks", jwkOf(t, key, "x5c", own), "token_endpoint_auth_method_previous", former("tls_client_auth"), "tls_client_auth_san_dns", "app.example"),
	} {
		t.Run(name, func(t *testing.T) {
			r := w.do(http.MethodPost, h.in("default", "clients"), h.program, in).is(http.StatusCreated)
			_, secret := r.json()["client_secret"]
			require.Equal(t, in["token_endpoint_auth_method"] == "client_secret_basic", secret)
		})
	}
}

// When the overlap is over, what only the former method needed goes with it.
func TestNameOfTheCertificateGoesWithTheFormerMethod(t *testing.T) {
	w := newWorld(t)
	h := w.house("acme")
	_, key := certificate(t)
	made := w.do(http.MethodPost, h.in("default", "clients"), h.program, with("grant_types", list("client_credentials"), "token_endpoint_auth_method", "tls_client_auth", "tls_client_auth_san_dns", "app.example")).is(http.StatusCreated)
	patch := func(fields ...any) reply {
		return w.do(http.MethodPatch, made.header.Get("Location"), h.program, with(fields...))
	}
	patch("token_endpoint_auth_method", "private_key_jwt", "jwks", jwkOf(t, key)).problem(http.StatusBadRequest, "validation_failed").about("/tls_client_auth_san_dns")
	patch("token_endpoint_auth_method", "private_key_jwt", "jwks", jwkOf(t, key),
		"token_endpoint_auth_method_previous", with("method", "tls_client_auth", "until", w.now().Add(time.Hour).UTC().Format(time.RFC3339))).is(http.StatusOK)
	patch("tls_client_auth_san_dns", nil).problem(http.StatusBadRequest, "validation_failed").about("/tls_client_auth_subject_dn")
	w.pass(2 * time.Hour)
	h.refresh()
	r := patch("client_name", "Moved").is(http.StatusOK)
	require.Nil(t, r.field("tls_client_auth_san_dns"))
}

func TestAuthoritiesOfAWorkspaceAreCertificatesOfAuthorities(t *testing.T) {
	w := newWorld(t)
	h := w.house("acme")
	root, key := certificate(t)
	other, _ := certificate(t)
	leaf, _ := certificate(t, func(c *x509.Certificate) { c.IsCA, c.KeyUsage = false, x509.KeyUsageDigitalSignature })
	expired, _ := certificate(t, func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) })
	list := func(due time.Duration) string {
		der, err := x509.CreateRevocationList(rand.Reader, &x509.RevocationList{Number: big.NewInt(1), ThisUpdate: time.Now().Add(-2 * time.Hour), NextUpdate: time.Now().Add(due)}, root, key)
		require.NoError(t, err)
		return pemOf("X509 CRL", der)
	}
	set := func(fields ...any) reply { return w.do(http.MethodPatch, h.in("default"), h.program, with(fields...)) }
	for text, want := range map[string]string{
		"nonsense":                                           "This is not PEM",
		pemOf("CERTIFICATE", leaf.Raw):                       "not of an authority",
		pemOf("CERTIFICATE", expired.Raw):                    "has expired on",
		strings.Repeat(pemOf("CERTIFICATE", root.Raw), 21):   "21 blocks",
		pemOf("PRIVATE KEY", root.Raw):                       "not a CERTIFICATE",
		pemOf("CERTIFICATE", root.Raw) + "-----BEGIN CERTIF": "malformed",
	} {
		require.Contains(t, string(set("tls_client_auth_root_cas", text).problem(http.StatusBadRequest, "validation_failed").about("/tls_client_auth_root_cas").body), want)
	}
	for text, want := range map[string]string{"nonsense": "This is not PEM", pemOf("CERTIFICATE", root.Raw): "not a X509 CRL", list(-time.Hour): "is not current"} {
		require.Contains(t, string(set("tls_client_auth_crls", text).problem(http.StatusBadRequest, "validation_failed").about("/tls_client_auth_crls").body), want)
	}
	set("tls_client_auth_root_cas", pemOf("CERTIFICATE", root.Raw)+pemOf("CERTIFICATE", other.Raw), "tls_client_auth_crls", list(time.Hour)).is(http.StatusOK)
	require.Contains(t, h.workspace("default").Settings().TLSClientAuthRootCAs, "BEGIN CERTIFICATE")
	// Once they stand, their age hinders no other change.
	w.pass(48 * time.Hour)
	h.refresh()
	set("access_token_ttl", 300).is(http.StatusOK)
	set("tls_client_auth_root_cas", pemOf("CERTIFICATE", root.Raw)).problem(http.StatusBadRequest, "validation_failed").about("/tls_client_auth_root_cas")
	set("tls_client_auth_root_cas", nil, "tls_client_auth_crls", nil).is(http.StatusOK)
	require.Empty(t, h.workspace("default").Settings().TLSClientAuthRootCAs)
}

// MT-09
func TestBoundTokenOpensTheAPIToTheHolderOfItsCertificate(t *testing.T) {
	w := newWorld(t)
	h := w.house("acme")
	mine, _ := certificate(t)
	other, _ := certificate(t)
	token := h.token(h.clientID, h.clientID, "admin:read", func(c *accesstoken.Claims) { c.Confirmation = accesstoken.Confirmation(mine.Raw) })
	by := func(cert *x509.Certificate) reply {
		r := httptest.NewRequest(http.MethodGet, h.path("workspaces"), nil)
		r.Header.Set("Authorization", "Bearer "+token)
		if cert != nil {
			r.TLS = &tls.ConnectionState{HandshakeComplete: true, PeerCertificates: []*x509.Certificate{cert}}
		}
		return w.send(r)
	}
	by(mine).is(http.StatusOK)
	by(other).problem(http.StatusUnauthorized, "invalid_token")
	by(nil).problem(http.StatusUnauthorized, "invalid_token")
}
