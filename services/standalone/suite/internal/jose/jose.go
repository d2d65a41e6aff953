// Package jose makes keys and signs with them, as client applications do: JWS of
// every algorithm (RFC 7518, RFC 8037, RFC 9864), JWKs and JWK sets. It shares
// no code with the product, so that the two are held to the standards and not to
// each other.
package jose

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"

	"github.com/cloudflare/circl/sign/ed448"
)

// Key is a key and the algorithm that it signs by.
type Key struct {
	Alg string
	// ID is the kid, in the JWK and in the header of what is signed; empty for
	// none.
	ID string

	private crypto.Signer
	secret  []byte
}

// NewKey makes a key for an asymmetric algorithm, with a kid of its own.
func NewKey(t testing.TB, alg string) *Key {
	t.Helper()
	k := &Key{Alg: alg, ID: rand.Text()[:12]}
	var err error
	switch alg {
	case "ES256":
		k.private, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case "ES384":
		k.private, err = ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	case "ES512":
		k.private, err = ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	case "EdDSA", "Ed25519":
		_, k.private, err = ed25519.GenerateKey(rand.Reader)
	case "Ed448":
		_, k.private, err = ed448.GenerateKey(rand.Reader)
	case "RS256", "RS384", "RS512", "PS256", "PS384", "PS512":
		k.private, err = rsa.GenerateKey(rand.Reader, 2048)
	default:
		t.Fatalf("no algorithm of keys: %s", alg)
	}
	if err != nil {
		t.Fatalf("key for %s: %v", alg, err)
	}
	return k
}

// Of is a key that is there already, such as that of a certificate.
func Of(alg, id string, private crypto.Signer) *Key { return &Key{Alg: alg, ID: id, private: private} }

// Secret is a shared secret as the key of a MAC. It has no kid.
func Secret(alg, secret string) *Key { return &Key{Alg: alg, secret: []byte(secret)} }

// By is the same key under another algorithm.
func (k *Key) By(alg string) *Key {
	other := *k
	other.Alg = alg
	return &other
}

// Named is the same key under another kid.
func (k *Key) Named(id string) *Key {
	other := *k
	other.ID = id
	return &other
}

// PEM is the private key in PKCS #8, for programs that sign themselves.
func (k *Key) PEM(t testing.TB) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(k.private)
	if err != nil {
		t.Fatalf("private key: %v", err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// Private is the key itself.
func (k *Key) Private() crypto.Signer { return k.private }

// Public is the JWK of the public half (RFC 7517).
func (k *Key) Public() map[string]any {
	jwk := map[string]any{"use": "sig", "alg": k.Alg}
	if k.ID != "" {
		jwk["kid"] = k.ID
	}
	switch p := k.private.Public().(type) {
	case *ecdsa.PublicKey:
		size := (p.Curve.Params().BitSize + 7) / 8
		jwk["kty"], jwk["crv"] = "EC", p.Curve.Params().Name
		point, _ := p.Bytes() // of a key that was just made
		jwk["x"], jwk["y"] = encode(point[1:1+size]), encode(point[1+size:])
	case *rsa.PublicKey:
		jwk["kty"], jwk["n"], jwk["e"] = "RSA", encode(p.N.Bytes()), encode(big.NewInt(int64(p.E)).Bytes())
	case ed25519.PublicKey:
		jwk["kty"], jwk["crv"], jwk["x"] = "OKP", "Ed25519", encode(p)
	case ed448.PublicKey:
		jwk["kty"], jwk["crv"], jwk["x"] = "OKP", "Ed448", encode(p)
	}
	return jwk
}

// Set is a JWK set of public keys.
func Set(keys ...*Key) map[string]any {
	jwks := []any{}
	for _, k := range keys {
		jwks = append(jwks, k.Public())
	}
	return map[string]any{"keys": jwks}
}

// Sign makes a compact JWS. The header given is laid over alg and kid; a nil
// value leaves a member out.
func (k *Key) Sign(t testing.TB, header, claims map[string]any) string {
	t.Helper()
	payload, err := json.Marshal(claims)
	if err != nil {
		t.Fatalf("encode: %v", err)
	}
	return k.SignText(t, header, string(payload))
}

// SignText is Sign for claims that are text already, JSON or not.
func (k *Key) SignText(t testing.TB, header map[string]any, claims string) string {
	t.Helper()
	all := map[string]any{"alg": k.Alg}
	if k.ID != "" {
		all["kid"] = k.ID
	}
	for name, value := range header {
		all[name] = value
		if value == nil {
			delete(all, name)
		}
	}
	protected, err := json.Marshal(all)
	if err != nil {
		t.Fatalf("encode: %v", err)
	}
	input := encode(protected) + "." + encode([]byte(claims))
	return input + "." + encode(k.signature(t, []byte(input)))
}

func (k *Key) signature(t testing.TB, input []byte) []byte {
	t.Helper()
	digest := input
	var hash crypto.Hash
	switch {
	case strings.HasSuffix(k.Alg, "256"):
		hash = crypto.SHA256
	case strings.HasSuffix(k.Alg, "384"):
		hash = crypto.SHA384
	case strings.HasSuffix(k.Alg, "512"):
		hash = crypto.SHA512
	}
	if hash != 0 {
		h := hash.New()
		h.Write(input)
		digest = h.Sum(nil)
	}
	var sig []byte
	var err error
	switch p := k.private.(type) {
	case nil:
		mac := hmac.New(hash.New, k.secret)
		mac.Write(input)
		return mac.Sum(nil)
	case *ecdsa.PrivateKey:
		size := (p.Curve.Params().BitSize + 7) / 8
		r, s, signed := ecdsa.Sign(rand.Reader, p, digest)
		if sig, err = make([]byte, 2*size), signed; err == nil {
			r.FillBytes(sig[:size])
			s.FillBytes(sig[size:])
		}
	case *rsa.PrivateKey:
		if strings.HasPrefix(k.Alg, "PS") {
			sig, err = rsa.SignPSS(rand.Reader, p, hash, digest, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
		} else {
			sig, err = rsa.SignPKCS1v15(nil, p, hash, digest)
		}
	case ed25519.PrivateKey:
		sig = ed25519.Sign(p, input)
	case ed448.PrivateKey:
		sig = ed448.Sign(p, input, "")
	}
	if err != nil {
		t.Fatalf("sign by %s: %v", k.Alg, err)
	}
	return sig
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
