package keys

import (
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lestrrat-go/jwx/v2/jwk"
	"github.com/lestrrat-go/jwx/v2/jws"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var sample = []byte(`{"iss":"https://id.example/acme/default","sub":"usr_1"}`)

func TestSignedTokenVerifies(t *testing.T) {
	r, w := root(t), workspace(t)
	for _, alg := range ringAlgs {
		k := key(t, r, w, alg)
		g := open(t, r, w, k)
		for _, typ := range []string{"at+jwt", "JWT", "", `logout+"jwt`} {
			token, err := g.Sign(start, alg, typ, sample)
			require.NoError(t, err, alg)
			got, err := g.Verify(start, token)
			require.NoError(t, err, alg)
			assert.Equal(t, Verified{Header{Alg: alg, Kid: k.KID, Typ: typ}, sample}, got)
		}
	}
}

// What others verify with our JWK set decides whether we follow the standard.
func TestForeignLibraryVerifiesWithThePublishedSet(t *testing.T) {
	r, w := root(t), workspace(t)
	for _, alg := range []string{oauth.ES256, oauth.ES384, oauth.RS256, oauth.PS256} {
		g := open(t, r, w, key(t, r, w, alg))
		body, _ := g.JWKS(start)
		set, err := jwk.Parse(body)
		require.NoError(t, err)
		// Signatures whose r or s is short come up once in 128 times.
		for range 300 {
			token, err := g.Sign(start, alg, "JWT", sample)
			require.NoError(t, err)
			payload, err := jws.Verify([]byte(token), jws.WithKeySet(set, jws.WithInferAlgorithmFromKey(false)))
			require.NoError(t, err, alg)
			assert.Equal(t, sample, payload)
			_, err = g.Verify(start, token)
			require.NoError(t, err, alg)
			if alg == oauth.RS256 || alg == oauth.PS256 {
				break
			}
		}
	}
}

func TestTokenWithAnyBitFlippedIsRefused(t *testing.T) {
	r, w := root(t), workspace(t)
	for _, alg := range []string{oauth.ES256, oauth.Ed25519} {
		g := open(t, r, w, key(t, r, w, alg))
		token, err := g.Sign(start, alg, "at+jwt", sample)
		require.NoError(t, err)
		parts := strings.Split(token, ".")
		for i := range parts {
			raw, err := decodeBase64(parts[i])
			require.NoError(t, err)
			eachBitFlip(raw, func(flipped []byte) {
				changed := append([]string{}, parts...)
				changed[i] = b64.EncodeToString(flipped)
				_, err := g.Verify(start, strings.Join(changed, "."))
				assert.ErrorIs(t, err, ErrToken)
			})
			for name, misspelt := range misspellings(parts[i]) {
				changed := append([]string{}, parts...)
				changed[i] = misspelt
				_, err := g.Verify(start, strings.Join(changed, "."))
				assert.ErrorIs(t, err, ErrToken, name)
			}
		}
	}
}

func TestTokenOfAnotherWorkspaceIsRefused(t *testing.T) {
	r, here, there := root(t), workspace(t), workspace(t)
	mine, theirs := open(t, r, here, key(t, r, here, oauth.ES256)), open(t, r, there, key(t, r, there, oauth.ES256))
	token, err := mine.Sign(start, oauth.ES256, "at+jwt", sample)
	require.NoError(t, err)
	_, err = theirs.Verify(start, token)
	assert.ErrorIs(t, err, ErrToken)

	// Even a kid of the other workspace's does not help.
	_, err = theirs.Verify(start, forge(t, theirs.keys[0].KID, oauth.ES256, mine.keys[0]))
	assert.ErrorIs(t, err, ErrToken)
}

// forge signs with k under a header that names another kid or alg.
func forge(t testing.TB, kid, alg string, k *ringKey) string {
	t.Helper()
	input := encodeHeader(alg, kid, "at+jwt") + b64.EncodeToString(sample)
	sig, err := k.alg.sign(k.private, []byte(input))
	require.NoError(t, err)
	return input + "." + b64.EncodeToString(sig)
}

func TestAlgorithmMustBeThatOfTheKey(t *testing.T) {
	r, w := root(t), workspace(t)
	g := open(t, r, w, key(t, r, w, oauth.RS256), key(t, r, w, oauth.PS256), key(t, r, w, oauth.ES256), key(t, r, w, oauth.Ed25519))
	for _, k := range g.keys {
		_, err := g.Verify(start, forge(t, k.KID, k.Alg, k))
		require.NoError(t, err)
		for _, alg := range []string{"", "none", "None", "nOnE", "HS256", "RS1", "RS384", "ES256K", "EdDSA", oauth.RS256, oauth.PS256, oauth.ES256, oauth.ES384, oauth.Ed25519} {
			if alg == k.Alg {
				continue
			}
			_, err := g.Verify(start, forge(t, k.KID, alg, k))
			assert.ErrorIs(t, err, ErrToken, "%s under a %s key", alg, k.Alg)
		}
	}
	// An RSA signature of the other padding does not pass either, whatever the header says.
	rs, ps := g.keys[0], g.keys[1]
	other := *rs
	other.alg = ps.alg
	_, err := g.Verify(start, forge(t, rs.KID, oauth.RS256, &other))
	assert.ErrorIs(t, err, ErrToken)
}

func TestPublicKeyIsNoHMACSecret(t *testing.T) {
	r, w := root(t), workspace(t)
	g := open(t, r, w, key(t, r, w, oauth.RS256))
	k := g.keys[0]
	der, err := x509.MarshalPKIXPublicKey(k.public)
	require.NoError(t, err)
	for _, secret := range [][]byte{
		der, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), k.jwk, k.public.(*rsa.PublicKey).N.Bytes(), nil,
	} {
		for _, alg := range []string{"HS256", oauth.RS256} {
			input := encodeHeader(alg, k.KID, "at+jwt") + b64.EncodeToString(sample)
			mac := hmac.New(sha256.New, secret)
			_, _ = mac.Write([]byte(input))
			_, err := g.Verify(start, input+"."+b64.EncodeToString(mac.Sum(nil)))
			assert.ErrorIs(t, err, ErrToken)
		}
	}
}

// resign signs the sample under a header of the test's own making.
func resign(t testing.TB, k *ringKey, header string) string {
	t.Helper()
	input := b64.EncodeToString([]byte(header)) + "." + b64.EncodeToString(sample)
	sig, err := k.alg.sign(k.private, []byte(input))
	require.NoError(t, err)
	return input + "." + b64.EncodeToString(sig)
}

func TestHeaderSaysNothingBeyondAlgKidAndTyp(t *testing.T) {
	r, w := root(t), workspace(t)
	g := open(t, r, w, key(t, r, w, oauth.ES256))
	k := g.keys[0]
	base := `"alg":"ES256","kid":"` + k.KID + `"`
	for _, header := range []string{`{` + base + `}`, `{ "kid":"` + k.KID + `", "alg":"ES256", "typ":"at+jwt" }`, `{` + base + "}\n"} {
		_, err := g.Verify(start, resign(t, k, header))
		assert.NoError(t, err, header)
	}
	for name, header := range map[string]string{
		"crit":              `{` + base + `,"crit":["exp"]}`,
		"empty crit":        `{` + base + `,"crit":[]}`,
		"b64":               `{` + base + `,"b64":false}`,
		"zip":               `{` + base + `,"zip":"DEF"}`,
		"jwk":               `{` + base + `,"jwk":` + string(k.jwk) + `}`,
		"jku":               `{` + base + `,"jku":"https://evil.example/jwks"}`,
		"x5u":               `{` + base + `,"x5u":"https://evil.example/cert"}`,
		"x5c":               `{` + base + `,"x5c":["AAAA"]}`,
		"cty":               `{` + base + `,"cty":"JWT"}`,
		"repeated alg":      `{` + base + `,"alg":"ES256"}`,
		"repeated, escaped": `{` + base + `,"\u0061lg":"none"}`,
		"alg of upper case": `{"ALG":"ES256","kid":"` + k.KID + `"}`,
		"number as kid":     `{"alg":"ES256","kid":1}`,
		"null as kid":       `{"alg":"ES256","kid":null}`,
		"array as alg":      `{"alg":["ES256"],"kid":"` + k.KID + `"}`,
		"no alg":            `{"kid":"` + k.KID + `"}`,
		"no kid":            `{"alg":"ES256"}`,
		"unknown kid":       `{"alg":"ES256","kid":"other"}`,
		"trailing bytes":    `{` + base + `}{}`,
		"trailing comma":    `{` + base + `,}`,
		"array":             `[{` + base + `}]`,
		"string":            `"` + k.KID + `"`,
		"null":              `null`,
		"not JSON":          base,
		"byte order mark":   "\ufeff{" + base + `}`,
		"not UTF-8":         `{` + base + ",\"typ\":\"\xff\"}",
		"endless nesting":   `{` + base + `,"x":` + strings.Repeat("[", 3000) + strings.Repeat("]", 3000) + `}`,
		"long kid":          `{"alg":"ES256","kid":"` + strings.Repeat("k", maxKIDBytes+1) + `"}`,
		"long header":       `{` + base + `,"typ":"` + strings.Repeat("t", maxHeaderBytes) + `"}`,
	} {
		_, err := g.Verify(start, resign(t, k, header))
		assert.ErrorIs(t, err, ErrToken, name)
	}
}

func TestOnlyCompactFormIsRead(t *testing.T) {
	r, w := root(t), workspace(t)
	g := open(t, r, w, key(t, r, w, oauth.ES256))
	token, err := g.Sign(start, oauth.ES256, "at+jwt", sample)
	require.NoError(t, err)
	p := strings.Split(token, ".")
	flattened, err := json.Marshal(map[string]string{"protected": p[0], "payload": p[1], "signature": p[2]})
	require.NoError(t, err)
	for name, s := range map[string]string{
		"empty": "", "dots": "..", "one part": p[0], "two parts": p[0] + "." + p[1], "four parts": token + ".", "five parts": token + ".." + p[2],
		"no signature": p[0] + "." + p[1] + ".", "no payload": p[0] + ".." + p[2], "no header": "." + p[1] + "." + p[2],
		"leading space": " " + token, "Bearer": "Bearer " + token, "JSON": string(flattened), "DER signature": p[0] + "." + p[1] + "." + derOf(t, p[2]),
		"short signature": p[0] + "." + p[1] + "." + p[2][:len(p[2])-2], "zero signature": p[0] + "." + p[1] + "." + b64.EncodeToString(make([]byte, 64)),
		"endless": p[0] + "." + strings.Repeat("A", MaxTokenBytes) + "." + p[2],
	} {
		_, err := g.Verify(start, s)
		assert.ErrorIs(t, err, ErrToken, name)
	}
}

func derOf(t testing.TB, sig string) string {
	t.Helper()
	raw, err := decodeBase64(sig)
	require.NoError(t, err)
	return b64.EncodeToString(derFromConcat(nil, raw))
}

func TestRetiredAndRevokedKeysVerifyNothing(t *testing.T) {
	r, w := root(t), workspace(t)
	old, fresh := key(t, r, w, oauth.ES256), key(t, r, w, oauth.ES256)
	fresh.ActivatesAt = start.Add(1)
	token, err := open(t, r, w, old).Sign(start, oauth.ES256, "at+jwt", sample)
	require.NoError(t, err)

	old.RetiresAt = start.Add(100)
	g := open(t, r, w, old, fresh)
	_, err = g.Verify(start.Add(99), token)
	assert.NoError(t, err)
	_, err = g.Verify(start.Add(100), token)
	assert.ErrorIs(t, err, ErrToken)

	old.RetiresAt, old.RevokedAt = old.CreatedAt.AddDate(9, 0, 0), start
	_, err = open(t, r, w, old, fresh).Verify(start, token)
	assert.ErrorIs(t, err, ErrToken)
}

func TestNothingIsSignedWithoutAnActiveKey(t *testing.T) {
	r, w := root(t), workspace(t)
	next := key(t, r, w, oauth.ES256)
	next.ActivatesAt = start.Add(1)
	g := open(t, r, w, next)
	_, err := g.Sign(start, oauth.ES256, "at+jwt", sample)
	assert.ErrorIs(t, err, ErrNoKey)
	_, err = g.Sign(start.Add(1), oauth.RS256, "at+jwt", sample)
	assert.ErrorIs(t, err, ErrNoKey)
	_, err = g.Sign(start.Add(1), oauth.ES256, "at+jwt", sample)
	assert.NoError(t, err)
}

func TestTokenTooLongToBeReadIsNotMade(t *testing.T) {
	r, w := root(t), workspace(t)
	g := open(t, r, w, key(t, r, w, oauth.ES256))
	long := []byte(strings.Repeat("x", MaxTokenBytes))
	_, err := g.Sign(start, oauth.ES256, "at+jwt", long)
	assert.Error(t, err)
	_, err = g.SealToken(long)
	assert.Error(t, err)

	fits := long[:MaxTokenBytes*3/4-300]
	token, err := g.Sign(start, oauth.ES256, "at+jwt", fits)
	require.NoError(t, err)
	got, err := g.Verify(start, token)
	require.NoError(t, err)
	assert.Equal(t, fits, got.Claims)
}

func TestOpaqueTokenOpensInItsWorkspaceOnly(t *testing.T) {
	r, here, there := root(t), workspace(t), workspace(t)
	token, err := open(t, r, here).SealToken(sample)
	require.NoError(t, err)
	got, err := open(t, r, here).OpenToken(token)
	require.NoError(t, err)
	assert.Equal(t, sample, got)
	assert.NotContains(t, token, ".")

	_, err = open(t, r, there).OpenToken(token)
	assert.ErrorIs(t, err, ErrToken)
	_, err = open(t, root(t), here).OpenToken(token)
	assert.ErrorIs(t, err, ErrToken)
}

func TestOpaqueTokenWithAnyBitFlippedIsRefused(t *testing.T) {
	g := open(t, root(t), workspace(t))
	token, err := g.SealToken(sample)
	require.NoError(t, err)
	raw, err := decodeBase64(token)
	require.NoError(t, err)
	eachBitFlip(raw, func(flipped []byte) {
		_, err := g.OpenToken(b64.EncodeToString(flipped))
		assert.ErrorIs(t, err, ErrToken)
	})
	for name, misspelt := range misspellings(token) {
		_, err := g.OpenToken(misspelt)
		assert.ErrorIs(t, err, ErrToken, name)
	}
	_, err = g.OpenToken(strings.Repeat("A", MaxTokenBytes+1))
	assert.ErrorIs(t, err, ErrToken)
}

func TestOtherSealedValuesAreNoOpaqueTokens(t *testing.T) {
	r, w := root(t), workspace(t)
	g := open(t, r, w)
	for _, aad := range [][]byte{nil, g.aad} {
		sealed, err := r.Seal(sample, aad)
		require.NoError(t, err)
		_, err = g.OpenToken(b64.EncodeToString(sealed))
		assert.ErrorIs(t, err, ErrToken)
	}
}

func TestRingServesManyAtOnce(t *testing.T) {
	r, w := root(t), workspace(t)
	first, second := key(t, r, w, oauth.ES256), key(t, r, w, oauth.ES256)
	second.ActivatesAt = start.Add(domain.KeyPublishLead)
	g := open(t, r, w, first, second)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for j := range 20 {
				now := start.Add(domain.KeyPublishLead * time.Duration((i+j)%2))
				token, err := g.Sign(now, oauth.ES256, "at+jwt", sample)
				assert.NoError(t, err)
				_, err = g.Verify(now, token)
				assert.NoError(t, err)
			}
		})
	}
	all.Wait()
}

func TestSignatureFormsConvertBothWays(t *testing.T) {
	for _, octets := range []int{32, 48, 66} {
		for _, fill := range []byte{0x00, 0x01, 0x7f, 0x80, 0xff} {
			sig := make([]byte, 2*octets)
			for i := range sig {
				sig[i] = fill
			}
			sig[octets-1], sig[2*octets-1] = 1, 2
			got, err := concatFromDER(derFromConcat(nil, sig), octets)
			require.NoError(t, err)
			assert.Equal(t, sig, got)
		}
	}
	for _, der := range [][]byte{nil, {0x30}, {0x30, 0}, {0x30, 3, 2, 1, 1}, {0x31, 6, 2, 1, 1, 2, 1, 1}, {0x30, 6, 2, 1, 1, 2, 1, 1, 0}, {0x30, 0x82, 0, 6, 2, 1, 1, 2, 1, 1}} {
		_, err := concatFromDER(der, 32)
		assert.Error(t, err)
	}
}

func FuzzVerify(f *testing.F) {
	r, w := root(f), workspace(f)
	g := open(f, r, w, key(f, r, w, oauth.Ed25519))
	token, err := g.Sign(start, oauth.Ed25519, "at+jwt", sample)
	require.NoError(f, err)
	f.Add(token)
	f.Add("a.b.c")
	f.Add(resign(f, g.keys[0], `{"alg":"Ed25519","kid":"x","crit":["b64"],"b64":false}`))
	genuine := map[string]bool{token: true}
	f.Fuzz(func(t *testing.T, s string) {
		if _, err := g.Verify(start, s); err == nil && !genuine[s] {
			t.Fatalf("%q verified", s)
		}
	})
}

// FuzzParseHeader looks for headers that we and another parser read differently.
func FuzzParseHeader(f *testing.F) {
	f.Add(`{"alg":"ES256","kid":"1"}`)
	f.Add(`{"alg":"ES256","alg":"none"}`)
	f.Add(`{"alg":"ES256","x":{"alg":"none"}}`)
	f.Fuzz(func(t *testing.T, s string) {
		h, _, err := parseHeader(b64.EncodeToString([]byte(s)))
		if err != nil {
			return
		}
		var plain map[string]any
		if err := json.Unmarshal([]byte(s), &plain); err != nil {
			t.Fatalf("%q is no JSON object, yet was read as %+v", s, h)
		}
		if plain["alg"] != h.Alg || (plain["kid"] != nil && plain["kid"] != h.Kid) {
			t.Fatalf("%q was read as %+v", s, h)
		}
		if _, present := plain["crit"]; present {
			t.Fatalf("%q passed with crit", s)
		}
	})
}

func FuzzOpenToken(f *testing.F) {
	g := open(f, root(f), workspace(f))
	token, err := g.SealToken(sample)
	require.NoError(f, err)
	f.Add(token)
	for _, s := range misspellings(token) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if _, err := g.OpenToken(s); err == nil && s != token {
			t.Fatalf("%q opened", s)
		}
	})
}
