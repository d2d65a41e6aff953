package keys

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/json"
	"hash"
	"strings"
	"testing"

	"github.com/cloudflare/circl/sign/ed448"
	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/pkg/oauth"
)

func macToken(header, claims, secret string, newHash func() hash.Hash) string {
	input := b64.EncodeToString([]byte(header)) + "." + b64.EncodeToString([]byte(claims))
	mac := hmac.New(newHash, []byte(secret))
	mac.Write([]byte(input))
	return input + "." + b64.EncodeToString(mac.Sum(nil))
}

// verifyMAC reads a token and checks its MAC.
func verifyMAC(token, secret string, allowed []string) bool {
	u, err := ParseUnverified(token)
	return err == nil && u.VerifyMAC(secret, allowed)
}

func TestMACNeedsTheSecretTheAlgorithmAndALongKey(t *testing.T) {
	secret := strings.Repeat("s", 64)
	hashes := map[string]func() hash.Hash{oauth.HS256: sha256.New, oauth.HS384: sha512.New384, oauth.HS512: sha512.New}
	for alg, newHash := range hashes {
		token := macToken(`{"alg":"`+alg+`"}`, `{}`, secret, newHash)
		require.True(t, verifyMAC(token, secret, oauth.SecretAlgs()), alg)
		require.False(t, verifyMAC(token, secret+"x", oauth.SecretAlgs()), alg)
		require.False(t, verifyMAC(token, "", oauth.SecretAlgs()), alg)
		require.False(t, verifyMAC(token, secret, []string{oauth.ES256}), alg)
		require.False(t, verifyMAC(token, secret, nil), alg)
		require.False(t, verifyMAC(token+".x", secret, oauth.SecretAlgs()), alg)
		short := strings.Repeat("s", newHash().Size()-1)
		require.False(t, verifyMAC(macToken(`{"alg":"`+alg+`"}`, `{}`, short, newHash), short, oauth.SecretAlgs()), alg)
	}
	for _, header := range []string{`{"alg":"none"}`, `{"alg":"hs256"}`, `{"alg":"HS256","crit":["x"]}`, `{"alg":"HS256","b64":false}`, `{"alg":"HS256","alg":"HS256"}`, `{}`} {
		require.False(t, verifyMAC(macToken(header, `{}`, secret, sha256.New), secret, append(oauth.SecretAlgs(), "none", "hs256")), header)
	}
}

func TestUnverifiedIsReadAsStrictlyAsVerified(t *testing.T) {
	u, err := ParseUnverified(macToken(`{"alg":"HS256","kid":"1","typ":"x","jku":"y"}`, `{"sub":"app","n":1}`, "s", sha256.New))
	require.NoError(t, err)
	require.Equal(t, Header{Alg: "HS256", Kid: "1", Typ: "x"}, u.Header)
	require.JSONEq(t, `"app"`, string(u.Claims["sub"]))
	for _, claims := range []string{``, `[]`, `null`, `{"a":1,"a":2}`, `{} {}`, "{\"a\":\"\xff\"}", `{"a"}`} {
		_, err := ParseUnverified(macToken(`{"alg":"HS256"}`, claims, "s", sha256.New))
		require.ErrorIs(t, err, ErrToken, claims)
	}
	for _, token := range []string{"", ".", "..", "a.b", "a.b.c.d", strings.Repeat("a", MaxTokenBytes+1), "e30.e30.e30"} {
		_, err := ParseUnverified(token)
		require.ErrorIs(t, err, ErrToken, token)
	}
}

// The example of RFC 7638, section 3.1.
func TestKeysWithoutAKidAreNamedByTheirThumbprint(t *testing.T) {
	const n = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
	c, err := ParseClientKeys(set(`{"kty":"RSA","n":"`+n+`","e":"AQAB","alg":"RS256"}`, `{"kty":"RSA","n":"`+n+`","e":"AQAB","kid":"named"}`))
	require.NoError(t, err)
	require.Equal(t, []string{"NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs", "named"}, c.IDs())
}

func TestEd448IsReadAndVerified(t *testing.T) {
	public, private, err := ed448.GenerateKey(rand.Reader)
	require.NoError(t, err)
	key := `{"kty":"OKP","crv":"Ed448","x":"` + b64.EncodeToString(public) + `"}`
	c, err := ParseClientKeys(set(key))
	require.NoError(t, err)
	require.Equal(t, []string{oauth.Ed448}, c.Algs())
	input := b64.EncodeToString([]byte(`{"alg":"Ed448"}`)) + "." + b64.EncodeToString([]byte(`{}`))
	token := input + "." + b64.EncodeToString(ed448.Sign(private, []byte(input), ""))
	err = verifyBy(c, token, oauth.KeyAlgs())
	require.NoError(t, err)
	err = verifyBy(c, input+"."+b64.EncodeToString(ed448.Sign(private, []byte(input), "context")), oauth.KeyAlgs())
	require.ErrorIs(t, err, ErrToken)
	err = verifyBy(c, token, []string{oauth.Ed25519})
	require.ErrorIs(t, err, ErrToken)
	for _, bad := range []string{
		strings.Replace(key, "OKP", "EC", 1), strings.Replace(key, `"x":"`, `"x":"AAAA`, 1), `{"kty":"OKP","crv":"Ed448"}`, with(key, `"d":"AAAA"`), with(key, `"alg":"Ed25519"`),
	} {
		_, err := ParseClientKeys(set(bad))
		require.Error(t, err, bad)
	}
}

func TestBundleHoldsKeysForItsOwnPurpose(t *testing.T) {
	ec, rs, _ := clientSigners(t)
	bundle := set(with(foreign(t, ec.Public()), `"use":"jwt-svid","kid":"j"`), with(foreign(t, rs.Public()), `"use":"x509-svid"`))
	c, err := ParseBundle(bundle)
	require.NoError(t, err)
	require.Equal(t, []string{"j"}, c.IDs())
	_, err = ParseClientKeys(bundle)
	require.Error(t, err, "they are no client's keys")
	_, err = ParseBundle(set(with(foreign(t, ec.Public()), `"use":"sig"`)))
	require.Error(t, err)
}

// What is cut out by hand is what the standard library reads.
func FuzzObject(f *testing.F) {
	for _, seed := range []string{
		`{}`, ` { "a" : 1 , "b" : "x,}:\"" } `, `{"a":{"b":[1,{"c":"]"}]},"d":null}`, `{"a":1,"a":2}`, `{"\u0061":1,"a":2}`, `[]`, `{"a":}`, `{"a":1}x`, `{"é":"\ud800"}`, `{"a":-1.5e3,"b":[],"c":"\\"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		got, err := object(raw)
		var want map[string]json.RawMessage
		if json.Unmarshal(raw, &want) != nil || want == nil {
			require.Error(t, err)
			return
		}
		if err != nil {
			return // stricter: a name twice, or what is no UTF-8
		}
		require.Equal(t, len(want), len(got))
		for name, value := range want {
			require.Equal(t, string(value), string(got[name]))
		}
	})
}

func FuzzParseUnverified(f *testing.F) {
	f.Add(macToken(`{"alg":"HS256"}`, `{"sub":"app"}`, "s", sha256.New))
	f.Add("a.b.c")
	f.Fuzz(func(t *testing.T, token string) {
		u, err := ParseUnverified(token)
		if err == nil && (u.Header.Alg == "" || u.Claims == nil) {
			t.Fatal("a token without alg or claims was read")
		}
		for _, raw := range u.Claims {
			if !json.Valid(raw) {
				t.Fatal("a claim is no JSON")
			}
		}
	})
}

func TestWhatIsSignedHereVerifies(t *testing.T) {
	pool := NewPool(map[string]int{})
	t.Cleanup(pool.Close)
	claims := []byte(`{"iss":"client"}`)
	for _, alg := range []string{oauth.ES256, oauth.ES384, oauth.ES512, oauth.PS256, oauth.RS256, oauth.Ed25519, oauth.EdDSA} {
		m, err := pool.Take(t.Context(), modernAlg(alg))
		require.NoError(t, err)
		jwk, err := m.JWK("k")
		require.NoError(t, err)
		set, err := ParseClientKeys([]byte(`{"keys":[` + string(jwk) + `]}`))
		require.NoError(t, err)
		token, err := m.Sign(alg, "k", "JWT", claims)
		require.NoError(t, err)
		u, err := ParseUnverified(token)
		require.NoError(t, err)
		require.Equal(t, Header{Alg: alg, Kid: "k", Typ: "JWT"}, u.Header)
		by, err := set.Verify(u, []string{alg})
		require.NoError(t, err, alg)
		require.Equal(t, "k", by)
		_, err = m.Sign(oauth.RS512, "k", "JWT", claims)
		require.ErrorIs(t, err, ErrAlg)
	}
	secret := NewClientSecret()
	for _, alg := range oauth.SecretAlgs() {
		token, err := SignMAC(secret, alg, "", claims)
		require.NoError(t, err)
		u, err := ParseUnverified(token)
		require.NoError(t, err)
		require.True(t, u.VerifyMAC(secret, []string{alg}), alg)
		require.False(t, u.VerifyMAC(NewClientSecret(), []string{alg}), alg)
	}
	_, err := SignMAC(secret, oauth.ES256, "", claims)
	require.ErrorIs(t, err, ErrAlg)
}
