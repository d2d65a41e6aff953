package keys

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
	"testing"

	"github.com/lestrrat-go/jwx/v2/jwk"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// foreign writes a key as a client's own library would, private members
// included where it is private.
func foreign(t testing.TB, raw any) string {
	t.Helper()
	k, err := jwk.FromRaw(raw)
	require.NoError(t, err)
	out, err := json.Marshal(k)
	require.NoError(t, err)
	return string(out)
}

// with adds members to a JWK.
func with(key, members string) string { return strings.TrimSuffix(key, "}") + "," + members + "}" }

func set(keys ...string) []byte { return []byte(`{"keys":[` + strings.Join(keys, ",") + `]}`) }

func rsaJWK(n *big.Int, e int) string {
	return fmt.Sprintf(`{"kty":"RSA","n":"%s","e":"%s"}`, b64.EncodeToString(n.Bytes()), b64.EncodeToString(big.NewInt(int64(e)).Bytes()))
}

func clientSigners(t testing.TB) (ec *ecdsa.PrivateKey, rs *rsa.PrivateKey, ed ed25519.PrivateKey) {
	t.Helper()
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	rs, err = oneRSA()
	require.NoError(t, err)
	_, ed, err = ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	return ec, rs, ed
}

func TestSoundClientKeysAreAccepted(t *testing.T) {
	ec, rs, ed := clientSigners(t)
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	require.NoError(t, err)
	p521, err := ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	require.NoError(t, err)
	c, err := ParseClientKeys(set(
		with(foreign(t, ec.Public()), `"use":"sig","alg":"ES256","kid":"1","x5t":"AAAA","note":{"a":[1]}`),
		foreign(t, p384.Public()), foreign(t, p521.Public()),
		with(foreign(t, rs.Public()), `"key_ops":["verify"]`),
		with(foreign(t, rs.Public()), `"alg":"PS256"`),
		with(foreign(t, ed.Public()), `"alg":"EdDSA"`), with(foreign(t, ed.Public()), `"alg":"Ed25519"`),
		with(foreign(t, rs.Public()), `"use":"enc","alg":"RSA-OAEP"`),
		`{"kty":"AKP","alg":"ML-DSA-44","pub":"AAAA"}`,
	))
	require.NoError(t, err)
	assert.Equal(t, 7, c.Len())
	assert.Equal(t, []string{oauth.ES256, oauth.ES384, oauth.ES512, oauth.PS256, oauth.PS384, oauth.PS512, oauth.RS256, oauth.RS384, oauth.RS512, oauth.Ed25519, oauth.EdDSA}, c.Algs())
}

func TestWeakOrPrivateClientKeysAreRefused(t *testing.T) {
	ec, rs, ed := clientSigners(t)
	ecPub, rsPub, edPub := foreign(t, ec.Public()), foreign(t, rs.Public()), foreign(t, ed.Public())
	p224, err := ecdsa.GenerateKey(elliptic.P224(), rand.Reader)
	require.NoError(t, err)
	point, err := p224.PublicKey.Bytes()
	require.NoError(t, err)
	own, err := ec.PublicKey.Bytes()
	require.NoError(t, err)
	x, y := b64.EncodeToString(own[1:33]), b64.EncodeToString(own[33:])
	small := new(big.Int).Rsh(rs.N, 1024)
	small.SetBit(small, 0, 1)
	even := new(big.Int).SetBit(rs.N, 0, 0)
	huge := new(big.Int).SetBit(new(big.Int).Lsh(rs.N, 8192), 0, 1)
	coordinate := b64.EncodeToString(make([]byte, 32))
	for name, jwks := range map[string][]byte{
		"RSA of 1024 bits":       set(rsaJWK(small, 65537)),
		"RSA of 10240 bits":      set(rsaJWK(huge, 65537)),
		"RSA with e = 1":         set(rsaJWK(rs.N, 1)),
		"RSA with e = 2":         set(rsaJWK(rs.N, 2)),
		"RSA with even e":        set(rsaJWK(rs.N, 65536)),
		"RSA with even modulus":  set(rsaJWK(even, 65537)),
		"RSA without e":          set(`{"kty":"RSA","n":"` + b64.EncodeToString(rs.N.Bytes()) + `"}`),
		"RSA with endless e":     set(`{"kty":"RSA","n":"` + b64.EncodeToString(rs.N.Bytes()) + `","e":"` + b64.EncodeToString(rs.N.Bytes()) + `"}`),
		"P-192":                  set(`{"kty":"EC","crv":"P-192","x":"AAAA","y":"AAAA"}`),
		"P-224":                  set(`{"kty":"EC","crv":"P-224","x":"` + b64.EncodeToString(point[1:29]) + `","y":"` + b64.EncodeToString(point[29:]) + `"}`),
		"secp256k1":              set(`{"kty":"EC","crv":"secp256k1","x":"` + coordinate + `","y":"` + coordinate + `"}`),
		"point off the curve":    set(strings.Replace(ecPub, `"x":"`+x+`"`, `"x":"`+y+`"`, 1)),
		"coordinate too long":    set(strings.Replace(ecPub, `"y":"`, `"y":"AAAA`, 1)),
		"coordinate padded":      set(strings.Replace(ecPub, y, y+"=", 1)),
		"point at infinity":      set(`{"kty":"EC","crv":"P-256","x":"` + coordinate + `","y":"` + coordinate + `"}`),
		"curve of another size":  set(strings.Replace(ecPub, "P-256", "P-384", 1)),
		"X25519":                 set(strings.Replace(edPub, "Ed25519", "X25519", 1)),
		"short Ed25519":          set(`{"kty":"OKP","crv":"Ed25519","x":"AAAA"}`),
		"private EC":             set(foreign(t, ec)),
		"private RSA":            set(foreign(t, rs)),
		"private Ed25519":        set(foreign(t, ed)),
		"private beside public":  set(ecPub, foreign(t, ec)),
		"null as d":              set(with(ecPub, `"d":null`)),
		"private for encryption": set(ecPub, with(foreign(t, rs), `"use":"enc"`)),
		"symmetric":              set(`{"kty":"oct","k":"` + coordinate + `"}`),
		"symmetric without k":    set(`{"kty":"oct"}`),
		"k on an EC key":         set(with(ecPub, `"k":"AAAA"`)),
		"unknown kty":            set(`{"kty":"LWE"}`),
		"no kty":                 set(`{}`),
		"only for encryption":    set(with(rsPub, `"use":"enc"`)),
		"only for signing":       set(with(rsPub, `"key_ops":["sign"]`)),
		"alg of another kind":    set(with(rsPub, `"alg":"ES256"`)),
		"alg none":               set(with(ecPub, `"alg":"none"`)),
		"alg HS256":              set(with(ecPub, `"alg":"HS256"`)),
		"alg of another curve":   set(with(ecPub, `"alg":"ES384"`)),
		"repeated member":        set(with(ecPub, `"crv":"P-256"`)),
		"repeated kid":           set(with(ecPub, `"kid":"1"`), with(edPub, `"kid":"1"`)),
		"number as kid":          set(with(ecPub, `"kid":1`)),
		"long kid":               set(with(ecPub, `"kid":"`+strings.Repeat("k", maxKIDBytes+1)+`"`)),
		"string as key_ops":      set(with(ecPub, `"key_ops":"verify"`)),
		"a key that is a string": set(`"` + coordinate + `"`),
		"no keys":                set(),
		"too many keys":          set(strings.Split(strings.Repeat(ecPub+"|", MaxClientKeys)+ecPub, "|")...),
		"too long":               set(with(ecPub, `"x5c":["`+strings.Repeat("A", MaxClientJWKSBytes)+`"]`)),
		"a lone key":             []byte(ecPub),
		"keys is an object":      []byte(`{"keys":{}}`),
		"keys is null":           []byte(`{"keys":null}`),
		"keys twice":             []byte(`{"keys":[` + ecPub + `],"keys":[]}`),
		"trailing bytes":         append(set(ecPub), '{'),
		"PEM":                    []byte("-----BEGIN PUBLIC KEY-----"),
		"empty":                  nil,
	} {
		_, err := ParseClientKeys(jwks)
		assert.Error(t, err, name)
	}
}

// assertion signs the way a client does.
func assertion(t testing.TB, alg, header string, private crypto.Signer) string {
	t.Helper()
	a, ok := algorithmOf(alg)
	require.True(t, ok)
	return resign(t, &ringKey{alg: a, private: private}, header)
}

func TestClientAssertionVerifiesUnderItsOwnKeyOnly(t *testing.T) {
	ec, rs, ed := clientSigners(t)
	stranger, _, _ := clientSigners(t)
	c, err := ParseClientKeys(set(with(foreign(t, ec.Public()), `"kid":"1"`), with(foreign(t, rs.Public()), `"alg":"PS256"`), foreign(t, ed.Public())))
	require.NoError(t, err)
	every := []string{oauth.ES256, oauth.RS256, oauth.PS256, oauth.Ed25519}

	for name, token := range map[string]string{
		"kid":            assertion(t, oauth.ES256, `{"alg":"ES256","kid":"1"}`, ec),
		"no kid":         assertion(t, oauth.ES256, `{"alg":"ES256"}`, ec),
		"PS256":          assertion(t, oauth.PS256, `{"alg":"PS256","kid":"not in the set's key"}`, rs),
		"EdDSA":          assertion(t, oauth.Ed25519, `{"alg":"EdDSA"}`, ed),
		"Ed25519":        assertion(t, oauth.Ed25519, `{"alg":"Ed25519"}`, ed),
		"x5t is ignored": assertion(t, oauth.ES256, `{"alg":"ES256","x5t":"AAAA"}`, ec),
	} {
		u, err := ParseUnverified(token)
		require.NoError(t, err, name)
		key, err := c.Verify(u, every)
		assert.NoError(t, err, name)
		assert.Contains(t, c.IDs(), key, name)
	}
	for name, token := range map[string]string{
		"stranger":            assertion(t, oauth.ES256, `{"alg":"ES256","kid":"1"}`, stranger),
		"stranger's own key":  assertion(t, oauth.ES256, `{"alg":"ES256","jwk":`+foreign(t, stranger.Public())+`}`, stranger),
		"another kid":         assertion(t, oauth.ES256, `{"alg":"ES256","kid":"2"}`, ec),
		"RS256 by PS256 key":  assertion(t, oauth.RS256, `{"alg":"RS256"}`, rs),
		"PS256 named RS256":   assertion(t, oauth.PS256, `{"alg":"RS256"}`, rs),
		"none":                assertion(t, oauth.ES256, `{"alg":"none"}`, ec),
		"HS256":               assertion(t, oauth.ES256, `{"alg":"HS256"}`, ec),
		"crit":                assertion(t, oauth.ES256, `{"alg":"ES256","crit":["exp"],"exp":1}`, ec),
		"ES256 named Ed25519": assertion(t, oauth.ES256, `{"alg":"Ed25519"}`, ec),
	} {
		err := verifyBy(c, token, every)
		assert.ErrorIs(t, err, ErrToken, name)
	}
	err = verifyBy(c, assertion(t, oauth.ES256, `{"alg":"ES256"}`, ec), []string{oauth.PS256})
	assert.ErrorIs(t, err, ErrToken, "an algorithm that the client may not use")
	err = verifyBy(c, assertion(t, oauth.ES256, `{"alg":"ES256"}`, ec), nil)
	assert.ErrorIs(t, err, ErrToken)
}

// verifyBy reads a token and checks its signature.
func verifyBy(c *ClientKeys, token string, allowed []string) error {
	u, err := ParseUnverified(token)
	if err != nil {
		return err
	}
	_, err = c.Verify(u, allowed)
	return err
}

func FuzzParseClientKeys(f *testing.F) {
	ec, rs, ed := clientSigners(f)
	f.Add(set(foreign(f, ec.Public()), foreign(f, rs.Public()), foreign(f, ed.Public())))
	f.Add(set(foreign(f, ec)))
	f.Add(set(rsaJWK(rs.N, 3)))
	f.Add([]byte(`{"keys":[{"kty":"oct","k":"AAAA"}]}`))
	f.Fuzz(func(t *testing.T, jwks []byte) {
		c, err := ParseClientKeys(jwks)
		if err != nil {
			return
		}
		if c.Len() == 0 || c.Len() > MaxClientKeys {
			t.Fatalf("%d keys were accepted", c.Len())
		}
		for _, k := range c.keys {
			if len(clientAlgs(k.public)) == 0 {
				t.Fatalf("a %T was accepted", k.public)
			}
			if n, ok := k.public.(*rsa.PublicKey); ok && n.N.BitLen() < minRSABits {
				t.Fatal("a short RSA key was accepted")
			}
		}
	})
}
