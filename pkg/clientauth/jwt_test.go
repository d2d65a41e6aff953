package clientauth_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"testing"
	"time"

	"github.com/cloudflare/circl/sign/ed448"
	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/pkg/clientauth"
	"github.com/signet-authz/signet/pkg/oauth"
)

// jwt is an assertion in the making: what a test does not set is right.
type jwt struct {
	header map[string]any
	claims map[string]any
	key    any // a private key, or the secret as a string
}

// assertionOf is a right assertion of the client, by the key.
func (h *house) assertionOf(client, alg string, key any) *jwt {
	now := h.clock()
	return &jwt{
		header: map[string]any{"alg": alg, "typ": "client-authentication+jwt"},
		claims: map[string]any{
			"iss": client, "sub": client, "aud": h.w.Issuer(), "jti": rand.Text(),
			"iat": now.Unix(), "exp": now.Add(2 * time.Minute).Unix(),
		},
		key: key,
	}
}

func (h *house) clock() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

// with sets claims, given as pairs; nil takes one away.
func (j *jwt) with(pairs ...any) *jwt { return j.set(j.claims, pairs) }

// under sets members of the header.
func (j *jwt) under(pairs ...any) *jwt { return j.set(j.header, pairs) }

func (j *jwt) set(members map[string]any, pairs []any) *jwt {
	for i := 0; i+1 < len(pairs); i += 2 {
		name, _ := pairs[i].(string)
		if pairs[i+1] == nil {
			delete(members, name)
			continue
		}
		members[name] = pairs[i+1]
	}
	return j
}

// number is JSON to be written as it stands.
func number(s string) json.RawMessage { return json.RawMessage(s) }

func (j *jwt) token(t testing.TB) string {
	t.Helper()
	header, err := json.Marshal(j.header)
	require.NoError(t, err)
	claims, err := json.Marshal(j.claims)
	require.NoError(t, err)
	return signed(t, string(header), string(claims), j.key)
}

// signed writes a compact JWS of any header and claims, by the key's own kind
// and the hash that the header's alg names.
func signed(t testing.TB, header, claims string, key any) string {
	t.Helper()
	b64 := base64.RawURLEncoding.EncodeToString
	input := b64([]byte(header)) + "." + b64([]byte(claims))
	var named struct{ Alg string }
	_ = json.Unmarshal([]byte(header), &named)
	hash := crypto.SHA256
	if n := len(named.Alg); n > 3 {
		switch named.Alg[n-3:] {
		case "384":
			hash = crypto.SHA384
		case "512":
			hash = crypto.SHA512
		}
	}
	h := hash.New()
	h.Write([]byte(input))
	digest := h.Sum(nil)
	var sig []byte
	var err error
	switch k := key.(type) {
	case string:
		mac := hmac.New(hash.New, []byte(k))
		mac.Write([]byte(input))
		sig = mac.Sum(nil)
	case *ecdsa.PrivateKey:
		var r, s *big.Int
		r, s, err = ecdsa.Sign(rand.Reader, k, digest)
		require.NoError(t, err)
		n := (k.Curve.Params().BitSize + 7) / 8
		sig = append(r.FillBytes(make([]byte, n)), s.FillBytes(make([]byte, n))...)
	case *rsa.PrivateKey:
		if named.Alg != "" && named.Alg[0] == 'P' {
			sig, err = rsa.SignPSS(rand.Reader, k, hash, digest, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
		} else {
			sig, err = rsa.SignPKCS1v15(nil, k, hash, digest)
		}
	case ed25519.PrivateKey:
		sig = ed25519.Sign(k, []byte(input))
	case ed448.PrivateKey:
		sig = ed448.Sign(k, []byte(input), "")
	case nil:
		return input + "."
	default:
		t.Fatalf("no signature by a %T", key)
	}
	require.NoError(t, err)
	return input + "." + b64(sig)
}

// newKey makes a private key for the algorithm.
func newKey(t testing.TB, alg string) crypto.Signer {
	t.Helper()
	var key crypto.Signer
	var err error
	switch alg {
	case oauth.ES256:
		key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case oauth.ES384:
		key, err = ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	case oauth.ES512:
		key, err = ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	case oauth.EdDSA, oauth.Ed25519:
		_, key, err = ed25519.GenerateKey(rand.Reader)
	case oauth.Ed448:
		_, key, err = ed448.GenerateKey(rand.Reader)
	default:
		key, err = rsa.GenerateKey(rand.Reader, 2048)
	}
	require.NoError(t, err)
	return key
}

// jwks is the JWK set of the keys' public halves, with further members, written
// as JSON, for each.
func jwks(t testing.TB, members string, keys ...crypto.Signer) []byte {
	t.Helper()
	set := ""
	for i, k := range keys {
		if i > 0 {
			set += ","
		}
		set += jwk(t, k.Public(), members)
	}
	return []byte(`{"keys":[` + set + `]}`)
}

func jwk(t testing.TB, public crypto.PublicKey, members string) string {
	t.Helper()
	b64 := base64.RawURLEncoding.EncodeToString
	if members != "" {
		members = "," + members
	}
	switch k := public.(type) {
	case *ecdsa.PublicKey:
		point, err := k.Bytes()
		require.NoError(t, err)
		half := (len(point) - 1) / 2
		return fmt.Sprintf(`{"kty":"EC","crv":%q,"x":%q,"y":%q%s}`, k.Curve.Params().Name, b64(point[1:1+half]), b64(point[1+half:]), members)
	case *rsa.PublicKey:
		return fmt.Sprintf(`{"kty":"RSA","e":"AQAB","n":%q%s}`, b64(k.N.Bytes()), members)
	case ed25519.PublicKey:
		return fmt.Sprintf(`{"kty":"OKP","crv":"Ed25519","x":%q%s}`, b64(k), members)
	case ed448.PublicKey:
		return fmt.Sprintf(`{"kty":"OKP","crv":"Ed448","x":%q%s}`, b64(k), members)
	}
	t.Fatalf("no JWK of a %T", public)
	return ""
}

// present is a request with the assertion, and further parameters as pairs.
func present(token string, pairs ...string) *clientauth.Request {
	return request("", append([]string{"client_assertion", token, "client_assertion_type", oauth.AssertionTypeJWT}, pairs...)...)
}
