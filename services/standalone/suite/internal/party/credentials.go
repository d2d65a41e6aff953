package party

import (
	"crypto"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"maps"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/signet-authz/signet/services/standalone/suite/internal/jose"
	"github.com/signet-authz/signet/services/standalone/suite/internal/pki"
	"github.com/signet-authz/signet/services/standalone/suite/internal/wire"
)

// AssertionType is the client_assertion_type of a JWT (RFC 7523, section 2.2).
const AssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// NewKeyApp registers a client that signs with the keys (private_key_jwt); it
// signs with the first.
func (w *Workspace) NewKeyApp(t testing.TB, metadata map[string]any, keys ...*jose.Key) *App {
	t.Helper()
	app := w.NewApp(t, With(map[string]any{"token_endpoint_auth_method": "private_key_jwt", "jwks": jose.Set(keys...)}, metadata))
	app.Key = keys[0]
	return app
}

// NewMACApp registers a client that signs with its secret (client_secret_jwt).
func (w *Workspace) NewMACApp(t testing.TB, metadata map[string]any) *App {
	t.Helper()
	app := w.NewApp(t, With(map[string]any{"token_endpoint_auth_method": "client_secret_jwt"}, metadata))
	app.Key = jose.Secret("HS256", app.Secret)
	return app
}

// NewCertApp registers a client that is known by the subject of a certificate of
// the authority (tls_client_auth). The workspace must know the authority.
func (w *Workspace) NewCertApp(t testing.TB, authority *pki.Authority, metadata map[string]any) *App {
	t.Helper()
	name := Name("cert")
	app := w.NewApp(t, With(map[string]any{"token_endpoint_auth_method": "tls_client_auth", "tls_client_auth_subject_dn": pki.Subject(name)}, metadata))
	app.Certificate, app.Former = Issue(t, authority, name), Issue(t, authority, name, pki.Until(time.Now().Add(-time.Minute)))
	return app
}

// NewSelfSignedApp registers a client that is known by a certificate which it
// made itself (self_signed_tls_client_auth).
func (w *Workspace) NewSelfSignedApp(t testing.TB, metadata map[string]any) *App {
	t.Helper()
	now, former := SelfSigned(t, Name("self")), SelfSigned(t, Name("self"), pki.Until(time.Now().Add(-time.Minute)))
	app := w.NewApp(t, With(map[string]any{"token_endpoint_auth_method": "self_signed_tls_client_auth", "jwks": CertificateSet(t, now, former)}, metadata))
	app.Certificate, app.Former = now, former
	return app
}

// SelfSigned makes a certificate that nobody vouches for.
func SelfSigned(t testing.TB, name string, changes ...func(*x509.Certificate)) *tls.Certificate {
	t.Helper()
	c, err := pki.SelfSigned(name, changes...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// CertificateSet is the JWK set of self-signed certificates (RFC 8705, section
// 2.2.2).
func CertificateSet(t testing.TB, certificates ...*tls.Certificate) map[string]any {
	t.Helper()
	jwks := []any{}
	for _, c := range certificates {
		jwk := jose.Of("ES256", pki.Thumbprint(c)[:12], c.PrivateKey.(crypto.Signer)).Public()
		jwk["x5c"] = []string{pki.X5C(c)}
		jwks = append(jwks, jwk)
	}
	return map[string]any{"keys": jwks}
}

// Authority makes a certificate authority.
func Authority(t testing.TB) *pki.Authority {
	t.Helper()
	a, err := pki.New(Name("authority"))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// Issue makes a client certificate.
func Issue(t testing.TB, authority *pki.Authority, name string, changes ...func(*x509.Certificate)) *tls.Certificate {
	t.Helper()
	c, err := authority.Issue(name, changes...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// With lays more over metadata; a nil value stays, to leave a member out later.
func With(metadata, more map[string]any) map[string]any {
	out := map[string]any{}
	for _, m := range []map[string]any{metadata, more} {
		for k, v := range m {
			out[k] = v
		}
	}
	return out
}

// Assertion is a client assertion before it is signed.
type Assertion struct {
	Key            *jose.Key
	Header, Claims map[string]any
}

// Change changes an assertion before it is signed.
type Change func(*Assertion)

// Claim changes a claim; nil leaves it out.
func Claim(name string, value any) Change { return func(a *Assertion) { set(a.Claims, name, value) } }

// Header changes a member of the header; nil leaves it out.
func Header(name string, value any) Change { return func(a *Assertion) { a.Header[name] = value } }

// Signed has another key sign.
func Signed(key *jose.Key) Change { return func(a *Assertion) { a.Key = key } }

func set(m map[string]any, name string, value any) {
	if m[name] = value; value == nil {
		delete(m, name)
	}
}

// Assertion makes a client assertion, with all that a careful client puts in.
func (a *App) Assertion(t testing.TB, changes ...Change) string {
	t.Helper()
	now := time.Now()
	made := &Assertion{Key: a.Key, Header: map[string]any{"typ": "client-authentication+jwt"}, Claims: map[string]any{
		"iss": a.ID, "sub": a.ID, "aud": a.Workspace.Issuer(), "jti": rand.Text(), "iat": now.Unix(), "exp": now.Add(time.Minute).Unix(),
	}}
	for _, change := range changes {
		change(made)
	}
	return made.Key.Sign(t, made.Header, made.Claims)
}

// Credentials are what a request carries for its client.
type Credentials struct {
	Form          url.Values
	Authorization string
	Certificate   *tls.Certificate
}

// Credentials are the client's own, fresh where they serve once.
func (a *App) Credentials(t testing.TB) Credentials {
	t.Helper()
	switch a.Method {
	case "client_secret_basic":
		return Credentials{Authorization: Basic(a.ID, a.Secret)}
	case "client_secret_post":
		return Credentials{Form: Form("client_id", a.ID, "client_secret", a.Secret)}
	case "client_secret_jwt", "private_key_jwt":
		return Asserted(a.Assertion(t))
	default:
		return Credentials{Form: Form("client_id", a.ID), Certificate: a.Certificate}
	}
}

// Asserted are the credentials of a client assertion.
func Asserted(assertion string, pairs ...string) Credentials {
	return Credentials{Form: Form(append([]string{"client_assertion_type", AssertionType, "client_assertion", assertion}, pairs...)...)}
}

// Send posts a form with the credentials, from the local address where one is
// given. Those with a certificate go where certificates are asked for.
func (c Credentials) Send(t testing.TB, w *Workspace, ip, path string, form url.Values) wire.Answer {
	t.Helper()
	r := c.Request(t, w, 0, path, form)
	caller := wire.Caller{IP: ip}
	if c.Certificate != nil {
		caller.TLS = w.Tenant.Target.TLS(c.Certificate)
	}
	if ip == "" && c.Certificate == nil {
		return wire.Do(t, r)
	}
	return caller.Do(t, r)
}

// Request is what Send sends, but for the certificate.
func (c Credentials) Request(t testing.TB, w *Workspace, node int, path string, form url.Values) *http.Request {
	t.Helper()
	all := url.Values{}
	maps.Copy(all, form)
	maps.Copy(all, c.Form) // a pushed request names its client, too
	headers := []string{"Content-Type", "application/x-www-form-urlencoded", "Authorization", c.Authorization}
	if c.Certificate != nil {
		return wire.Request(t, http.MethodPost, w.Tenant.Target.MTLS+w.Path()+path, all.Encode(), headers...)
	}
	return w.Request(t, node, http.MethodPost, path, all.Encode(), headers...)
}
