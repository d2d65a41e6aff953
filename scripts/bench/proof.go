package main

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/url"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// signer makes client assertions (RFC 7523). Signing costs as much as what is
// measured, on the same cores, so a run's assertions are made before it begins.
type signer struct {
	client, audience string
	header           string
	sign             func(input string) []byte

	ready []string
	at    atomic.Int64
}

const (
	// assertionLife is longer than any run and within what is allowed.
	assertionLife = 9 * time.Minute
	// perSecond is more than one client uses up, and signFor how long is signed at
	// most before a run: a run ends when its assertions do.
	perSecond = 14_000
	signFor   = 10 * time.Second
)

func newSigner(a account, audience, alg string, sign func(string) []byte) *signer {
	return &signer{client: a.id, audience: audience, header: encode([]byte(`{"alg":"` + alg + `","kid":"bench","typ":"client-authentication+jwt"}`)), sign: sign}
}

// make signs one assertion.
func (s *signer) make() string {
	now := time.Now()
	claims, _ := json.Marshal(map[string]any{"iss": s.client, "sub": s.client, "aud": s.audience, "jti": rand.Text(), "iat": now.Unix(), "exp": now.Add(assertionLife).Unix()})
	input := s.header + "." + encode(claims)
	return input + "." + encode(s.sign(input))
}

// ahead signs what a run of that length will use.
func (s *signer) ahead(ctx context.Context, duration time.Duration) error {
	limit := int(perSecond * duration.Seconds())
	end := time.Now().Add(signFor)
	parts := make([][]string, runtime.NumCPU())
	var wg sync.WaitGroup
	for i := range parts {
		wg.Go(func() {
			for len(parts[i]) < limit/len(parts) && time.Now().Before(end) && ctx.Err() == nil {
				parts[i] = append(parts[i], s.make())
			}
		})
	}
	wg.Wait()
	s.ready = nil
	for _, p := range parts {
		s.ready = append(s.ready, p...)
	}
	s.at.Store(0)
	return ctx.Err()
}

// next is a form with an assertion that nobody has used: signed ahead, or now
// where no run has begun.
func (s *signer) next() (string, error) {
	assertion := ""
	switch i := s.at.Add(1) - 1; {
	case s.ready == nil:
		assertion = s.make()
	case int(i) < len(s.ready):
		assertion = s.ready[i]
	default:
		return "", errOver
	}
	return "grant_type=client_credentials&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion=" + assertion, nil
}

func signES256(key *ecdsa.PrivateKey) func(string) []byte {
	return func(input string) []byte {
		sum := sha256.Sum256([]byte(input))
		r, s, err := ecdsa.Sign(rand.Reader, key, sum[:])
		if err != nil {
			panic(err) // it never fails: crypto/rand does not
		}
		sig := make([]byte, 64)
		r.FillBytes(sig[:32])
		s.FillBytes(sig[32:])
		return sig
	}
}

func signRS256(key *rsa.PrivateKey) func(string) []byte {
	return func(input string) []byte {
		sum := sha256.Sum256([]byte(input))
		sig, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:])
		if err != nil {
			panic(err)
		}
		return sig
	}
}

func signHS256(secret string) func(string) []byte {
	return func(input string) []byte {
		h := hmac.New(sha256.New, []byte(secret))
		h.Write([]byte(input))
		return h.Sum(nil)
	}
}

// publicKey is the JWK of a client's key.
func publicKey(key crypto.Signer) map[string]any {
	switch k := key.Public().(type) {
	case *ecdsa.PublicKey:
		point, _ := k.Bytes() // of a key that was made here
		return map[string]any{"kty": "EC", "crv": "P-256", "kid": "bench", "x": encode(point[1:33]), "y": encode(point[33:])}
	case *rsa.PublicKey:
		return map[string]any{"kty": "RSA", "kid": "bench", "n": encode(k.N.Bytes()), "e": encode(big.NewInt(int64(k.E)).Bytes())}
	default:
		return nil
	}
}

func jwks(keys ...map[string]any) map[string]any { return map[string]any{"keys": keys} }

// certificates are an authority, a certificate of its, and one that nobody
// vouches for.
type certificates struct {
	authority          string // PEM
	issued, selfSigned tls.Certificate
	selfSignedJWK      map[string]any
}

const certificateName = "bench"

func newCertificates() (certificates, error) {
	var c certificates
	template := func(name string, ca bool) *x509.Certificate {
		serial, _ := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 100))
		t := &x509.Certificate{
			SerialNumber: serial, Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour), BasicConstraintsValid: true, IsCA: ca,
		}
		if ca {
			t.KeyUsage = x509.KeyUsageCertSign
			return t
		}
		t.KeyUsage, t.ExtKeyUsage = x509.KeyUsageDigitalSignature, []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
		return t
	}
	keys := make([]*ecdsa.PrivateKey, 3)
	for i := range keys {
		var err error
		if keys[i], err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
			return c, err
		}
	}
	root := template("bench authority", true)
	for i, made := range []struct {
		template, parent *x509.Certificate
		signer           *ecdsa.PrivateKey
	}{{root, root, keys[0]}, {template(certificateName, false), root, keys[0]}, {template("self", false), nil, keys[2]}} {
		parent := made.parent
		if parent == nil {
			parent = made.template
		}
		der, err := x509.CreateCertificate(rand.Reader, made.template, parent, keys[i].Public(), made.signer)
		if err != nil {
			return c, fmt.Errorf("certificates: %w", err)
		}
		pair := tls.Certificate{Certificate: [][]byte{der}, PrivateKey: keys[i]}
		switch i {
		case 0:
			c.authority = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
		case 1:
			c.issued = pair
		case 2:
			c.selfSigned, c.selfSignedJWK = pair, publicKey(keys[2])
			c.selfSignedJWK["x5c"] = []string{base64.StdEncoding.EncodeToString(der)}
		}
	}
	return c, nil
}

// proofs are the clients of every method, in the world's workspace.
type proofs struct {
	post, mac, ec, rsa, issued, selfSigned account
	macs, ecs, rsas                        *signer
	issuedHTTP, selfSignedHTTP             *client
	key                                    *ecdsa.PrivateKey
}

// prove registers them.
func (w *world) prove(ctx context.Context, tid string, workers int) error {
	p := &w.proofs
	certs, err := newCertificates()
	if err != nil {
		return err
	}
	if p.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		return err
	}
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	if err := w.http.call(ctx, "PATCH", w.api(tid, ""), w.bearer, map[string]any{"tls_client_auth_root_cas": certs.authority}, nil); err != nil {
		return err
	}
	for _, c := range []struct {
		into   *account
		method string
		more   map[string]any
	}{
		{&p.post, "client_secret_post", nil},
		{&p.mac, "client_secret_jwt", nil},
		{&p.ec, "private_key_jwt", map[string]any{"jwks": jwks(publicKey(p.key))}},
		{&p.rsa, "private_key_jwt", map[string]any{"jwks": jwks(publicKey(rsaKey))}},
		{&p.issued, "tls_client_auth", map[string]any{"tls_client_auth_subject_dn": "CN=" + certificateName}},
		{&p.selfSigned, "self_signed_tls_client_auth", map[string]any{"jwks": jwks(certs.selfSignedJWK)}},
	} {
		extra := map[string]any{"token_endpoint_auth_method": c.method}
		for k, v := range c.more {
			extra[k] = v
		}
		if *c.into, err = w.client(ctx, tid, extra); err != nil {
			return fmt.Errorf("client of %s: %w", c.method, err)
		}
	}
	p.macs, p.ecs, p.rsas = newSigner(p.mac, w.issuer, "HS256", signHS256(p.mac.secret)), newSigner(p.ec, w.issuer, "ES256", signES256(p.key)), newSigner(p.rsa, w.issuer, "RS256", signRS256(rsaKey))
	p.issuedHTTP, p.selfSignedHTTP = newTLSClient(workers, certs.issued), newTLSClient(workers, certs.selfSigned)
	return nil
}

// asserted gets tokens by assertions.
func (w *world) asserted(s *signer) func(context.Context, int) error {
	return func(ctx context.Context, _ int) error {
		form, err := s.next()
		if err != nil {
			return err
		}
		return w.http.post(ctx, w.issuer+"/oauth2/token", form, "", wantToken)
	}
}

// certified gets tokens over TLS with a certificate.
func (w *world) certified(c *client, a account) func(context.Context, int) error {
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {a.id}}.Encode()
	return func(ctx context.Context, _ int) error {
		return c.post(ctx, w.sut.mtls+w.path+"/oauth2/token", form, "", wantToken)
	}
}

// posted gets tokens by a secret in the body.
func (w *world) posted() func(context.Context, int) error {
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {w.proofs.post.id}, "client_secret": {w.proofs.post.secret}}.Encode()
	return func(ctx context.Context, _ int) error {
		return w.http.post(ctx, w.issuer+"/oauth2/token", form, "", wantToken)
	}
}

// push hands in authorization requests (RFC 9126).
func (w *world) push() func(context.Context, int) error {
	form := url.Values{
		"response_type": {"code"}, "client_id": {w.confid.id}, "redirect_uri": {redirectURI}, "scope": {"openid profile"}, "state": {rand.Text()},
		"code_challenge": {"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}, "code_challenge_method": {"S256"},
	}.Encode()
	authorization := w.confid.basic()
	return func(ctx context.Context, _ int) error {
		return w.http.post(ctx, w.issuer+"/par", form, authorization, want(201, `"request_uri"`))
	}
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
