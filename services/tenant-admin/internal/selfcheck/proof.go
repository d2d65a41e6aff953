package selfcheck

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math/big"
	"net/url"
	"strings"
	"time"

	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/oauth"
)

// assertionLife is how long a client assertion lives.
const assertionLife = time.Minute

// certificateName stands in every certificate of a run. No authority vouches for it.
const certificateName = "client.self-check.invalid"

// proof says how a party's proof differs from a sound one.
type proof struct {
	method string // instead of the party's own
	wrong  bool   // another secret, key or certificate
	claims func(claims map[string]any)
}

var errNoCertificates = &unfitError{skipped, "A client certificate cannot be presented from here: the self-check reaches the server from within, where no TLS connection of a client is.", ""}

// prove puts the party's credentials into the request.
func (r *run) prove(ctx context.Context, q *request, p *party, path string, how proof) error {
	method, secret := or(how.method, p.method()), p.secret
	if how.wrong || secret == "" {
		secret = keys.NewClientSecret()
	}
	switch method {
	case oauth.MethodClientSecretBasic:
		q.header.Set("Authorization", basic(p.id(), secret))
	case oauth.MethodClientSecretPost:
		q.form.Set("client_id", p.id())
		q.form.Set("client_secret", secret)
	case oauth.MethodClientSecretJWT, oauth.MethodPrivateKeyJWT:
		token, err := r.assertion(ctx, p, method, secret, how)
		if err != nil {
			return err
		}
		assert(q.form, token)
	case oauth.MethodTLS, oauth.MethodSelfSignedTLS:
		q.form.Set("client_id", p.id())
		return r.certify(ctx, q, p, path, how.wrong)
	default:
		q.form.Set("client_id", p.id())
	}
	return nil
}

// basic is the form of RFC 6749, section 2.3.1.
func basic(id, secret string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(url.QueryEscape(id)+":"+url.QueryEscape(secret)))
}

// assert adds a client assertion (RFC 7523, section 2.2).
func assert(form url.Values, token string) {
	form.Set("client_assertion_type", oauth.AssertionTypeJWT)
	form.Set("client_assertion", token)
}

// assertion makes a client assertion of the party.
func (r *run) assertion(ctx context.Context, p *party, method, secret string, how proof) (string, error) {
	now := r.Now()
	claims := map[string]any{
		"iss": p.id(), "sub": p.id(), "aud": r.w.Issuer(), "jti": keys.NewBearer(), "iat": now.Unix(), "exp": now.Add(assertionLife).Unix(),
	}
	if how.claims != nil {
		how.claims(claims)
	}
	raw, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	const typ = "client-authentication+jwt"
	if method == oauth.MethodClientSecretJWT {
		return keys.SignMAC(secret, r.macAlg(), typ, raw)
	}
	key := p.key
	if how.wrong || p.method() != oauth.MethodPrivateKeyJWT {
		if key, err = r.newKey(ctx); err != nil {
			return "", err
		}
	}
	return key.Sign(r.keyAlg(), "self-check", typ, raw)
}

// certify sends the request to where clients present certificates, with the
// party's.
func (r *run) certify(ctx context.Context, q *request, p *party, path string, wrong bool) error {
	meta, err := r.metadata(ctx)
	if err != nil {
		return err
	}
	base, found := strings.CutSuffix(meta.Aliases["token_endpoint"], "/oauth2/token")
	certified, can := r.Channel.(Certified)
	if !found || !can {
		return errNoCertificates
	}
	certificate := p.certificate
	if wrong || certificate == nil {
		if certificate, _, err = selfSigned("stranger", r.Now()); err != nil {
			return err
		}
	}
	q.address, q.channel = base+path, certified.WithCertificate(certificate)
	return nil
}

// selfSigned makes a certificate and the JWK set by which a client registers it
// (RFC 8705, section 2.2.2).
func selfSigned(name string, now time.Time) (*tls.Certificate, []byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: name}, DNSNames: []string{certificateName},
		NotBefore: now.Add(-time.Minute), NotAfter: now.Add(time.Hour), KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, nil, err
	}
	public, err := key.PublicKey.ECDH()
	if err != nil {
		return nil, nil, err
	}
	point := public.Bytes() // 4, then x and y of 32 octets each (SEC 1, section 2.3.3)
	if len(point) != 65 {
		return nil, nil, errors.New("selfcheck: a point of P-256 has 65 octets")
	}
	b64 := base64.RawURLEncoding.EncodeToString
	jwks, err := json.Marshal(map[string]any{"keys": []any{map[string]any{
		"kty": "EC", "crv": "P-256", "use": "sig", "kid": "self-check", "x": b64(point[1:33]), "y": b64(point[33:]),
		"x5c": []string{base64.StdEncoding.EncodeToString(der)},
	}}})
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, jwks, err
}
