package keys

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestMalformedRootSecretsAreRefused(t *testing.T) {
	good := GenerateRoot()
	secret := strings.TrimPrefix(good, "v1:")
	for name, values := range map[string][]string{
		"none":            {},
		"no version":      {secret},
		"version 0":       {"v0:" + secret},
		"version 256":     {"v256:" + secret},
		"version 01":      {"v01:" + secret},
		"signed version":  {"v+1:" + secret},
		"version missing": {"v:" + secret},
		"short":           {"v1:" + secret[:40]},
		"long":            {good + "AAAA"},
		"not base64url":   {"v1:" + strings.Repeat("+", 43)},
		"stray bits":      {"v1:" + secret[:42] + "_"},
		"line break":      {"v1:" + secret[:20] + "\n" + secret[20:]},
		"same version":    {good, GenerateRoot()},
		"second bad":      {good, "v2:short"},
	} {
		if name == "stray bits" && secret[42] == '_' {
			continue
		}
		_, err := ParseRoot(values)
		assert.Error(t, err, name)
	}
	_, err := ParseRoot([]string{"v255:" + secret + "="})
	assert.NoError(t, err)
}

func TestRootSecretsAreAllDifferent(t *testing.T) {
	assert.NotEqual(t, GenerateRoot(), GenerateRoot())
}

// rotated is an installation before a new root secret, after it was put in
// front, and after the old one was taken away.
func rotated(t testing.TB) (before, during, after *Root) {
	t.Helper()
	old, fresh := GenerateRoot(), "v2:"+strings.TrimPrefix(GenerateRoot(), "v1:")
	var err error
	before, err = ParseRoot([]string{old})
	require.NoError(t, err)
	during, err = ParseRoot([]string{fresh, old})
	require.NoError(t, err)
	after, err = ParseRoot([]string{fresh})
	require.NoError(t, err)
	return before, during, after
}

func TestValuesOutliveANewRootSecretInFront(t *testing.T) {
	before, during, after := rotated(t)
	w := workspace(t)
	sealed, err := before.Seal([]byte("private"), AAD("place"))
	require.NoError(t, err)
	mac := before.MAC("csrf", []byte("a"))
	secret := domain.ClientSecret{Form: domain.SecretHMACv1, Value: before.SecretMAC(w, "client", "s3cret")}
	refresh := before.FormatRefresh(w, NewRefresh(uuid.New()))
	signing := key(t, before, w, oauth.ES256)
	token, err := open(t, before, w).SealToken([]byte(`{}`))
	require.NoError(t, err)

	for name, c := range map[string]struct {
		root *Root
		want bool
	}{"during": {during, true}, "after": {after, false}} {
		_, err := c.root.Open(sealed, AAD("place"))
		assert.Equal(t, c.want, err == nil, name)
		assert.Equal(t, c.want, c.root.VerifyMAC(mac, "csrf", []byte("a")), name)
		assert.Equal(t, c.want, c.root.VerifySecret(w, "client", secret, "s3cret"), name)
		_, ok := c.root.ParseRefresh(w, refresh)
		assert.Equal(t, c.want, ok, name)
		_, err = c.root.OpenRing(w, []domain.SigningKey{signing})
		assert.Equal(t, c.want, err == nil, name)
		_, err = open(t, c.root, w).OpenToken(token)
		assert.Equal(t, c.want, err == nil, name)
	}
	renewed, err := during.Seal([]byte("private"), AAD("place"))
	require.NoError(t, err)
	opened, err := after.Open(renewed, AAD("place"))
	require.NoError(t, err)
	assert.Equal(t, "private", string(opened))
}

func TestSealedValueOpensOnlyInItsPlace(t *testing.T) {
	r := root(t)
	sealed, err := r.Seal([]byte("private"), AAD("w1", "keys", "1"))
	require.NoError(t, err)
	opened, err := r.Open(sealed, AAD("w1", "keys", "1"))
	require.NoError(t, err)
	assert.Equal(t, "private", string(opened))
	for _, aad := range [][]byte{nil, AAD("w2", "keys", "1"), AAD("w1", "keys", "2"), AAD("w1", "keys1"), AAD("w1", "keys", "1", "")} {
		_, err := r.Open(sealed, aad)
		assert.ErrorIs(t, err, ErrSealed)
	}
}

func TestSealedValueWithAnyBitFlippedIsRefused(t *testing.T) {
	r := root(t)
	sealed, err := r.Seal([]byte("private"), nil)
	require.NoError(t, err)
	eachBitFlip(sealed, func(flipped []byte) {
		_, err := r.Open(flipped, nil)
		assert.ErrorIs(t, err, ErrSealed)
	})
	for n := range sealed {
		_, err := r.Open(sealed[:n], nil)
		assert.ErrorIs(t, err, ErrSealed)
	}
}

func TestSealingTwiceGivesDifferentValues(t *testing.T) {
	r := root(t)
	a, err := r.Seal([]byte("same"), nil)
	require.NoError(t, err)
	b, err := r.Seal([]byte("same"), nil)
	require.NoError(t, err)
	assert.NotEqual(t, a, b)
}

func TestMACHoldsOnlyForItsPurposeAndParts(t *testing.T) {
	r := root(t)
	mac := r.MAC("csrf", []byte("ab"), []byte("c"))
	assert.Len(t, mac, 33)
	assert.True(t, r.VerifyMAC(mac, "csrf", []byte("ab"), []byte("c")))
	assert.False(t, r.VerifyMAC(mac, "csrf", []byte("a"), []byte("bc")))
	assert.False(t, r.VerifyMAC(mac, "csrf", []byte("ab"), []byte("c"), nil))
	assert.False(t, r.VerifyMAC(mac, "cookie", []byte("ab"), []byte("c")))
	assert.False(t, r.VerifyMAC(nil, "csrf", []byte("ab"), []byte("c")))
	assert.False(t, root(t).VerifyMAC(mac, "csrf", []byte("ab"), []byte("c")))
	eachBitFlip(mac, func(flipped []byte) {
		assert.False(t, r.VerifyMAC(flipped, "csrf", []byte("ab"), []byte("c")))
	})
}

// A caller's purpose must not reach the keys of the package's own purposes.
func TestCallersPurposesAreApartFromOurOwn(t *testing.T) {
	r, w := root(t), workspace(t)
	for _, purpose := range []string{purposeSecret, purposeRefresh, purposeToken, purposeSeal} {
		own := r.mac(r.current, purpose, w.ID(), [][]byte{[]byte("x")})
		assert.False(t, r.VerifyMAC(own, purpose, []byte("x")), purpose)
		assert.NotEqual(t, r.subkey(1, purpose, uuid.UUID{}), r.subkey(1, purposeMAC+purpose, uuid.UUID{}), purpose)
	}
}

func TestAADNamesOneListOfParts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(rapid.StringN(0, 4, -1), 0, 4)
		a, b := parts.Draw(t, "a"), parts.Draw(t, "b")
		if equal := bytes.Equal(AAD(a...), AAD(b...)); equal != (fmt.Sprintf("%q", a) == fmt.Sprintf("%q", b)) {
			t.Fatalf("AAD(%q) and AAD(%q): equal is %v", a, b, equal)
		}
	})
}

func TestRememberedSubkeysAreBounded(t *testing.T) {
	r := root(t)
	first := uuid.New()
	want := r.subkey(1, purposeToken, first)
	for range maxSubkeys + 100 {
		r.subkey(1, purposeToken, uuid.New())
	}
	held := 0
	r.subkeys.Range(func(any, any) bool { held++; return true })
	assert.LessOrEqual(t, held, maxSubkeys)
	assert.Equal(t, want, r.subkey(1, purposeToken, first), "a forgotten subkey is derived again")
}

func TestSecretsAreNeverPrinted(t *testing.T) {
	value := GenerateRoot()
	r, err := ParseRoot([]string{value})
	require.NoError(t, err)
	w, m := workspace(t), material(t, oauth.Ed25519)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d", "%q"} {
		for _, thing := range []any{r, m, open(t, r, w, key(t, r, w, oauth.ES256))} {
			printed := fmt.Sprintf(verb, thing)
			assert.Contains(t, printed, "redacted", verb)
			assert.Less(t, len(printed), 40, verb)
		}
	}
}

func TestBearerValuesHaveTheirForms(t *testing.T) {
	assert.Len(t, NewBearer(), 43)
	assert.Len(t, NewClientSecret(), 86)
	assert.Len(t, HashBearer("x"), 32)
	seen := map[string]bool{}
	for range 10_000 {
		id, user, bearer := NewClientID(), NewUserID(), NewBearer()
		assert.Len(t, id, 22)
		assert.True(t, domain.ValidClientID(id), id)
		assert.NotContains(t, "-_", id[:1])
		assert.True(t, strings.HasPrefix(user, domain.UserIDPrefix))
		assert.False(t, domain.ValidClientID(user))
		for _, v := range []string{id, user, bearer} {
			assert.False(t, seen[v], "a value was drawn twice")
			seen[v] = true
		}
	}
}

func TestHashOfABearerValueWithAnyBitFlippedDiffers(t *testing.T) {
	bearer := NewBearer()
	want := HashBearer(bearer)
	eachBitFlip([]byte(bearer), func(flipped []byte) { assert.NotEqual(t, want, HashBearer(string(flipped))) })
}

// eachBitFlip calls fn with every value that differs from b in one bit.
func eachBitFlip(b []byte, fn func([]byte)) {
	for i := range b {
		for bit := range 8 {
			flipped := bytes.Clone(b)
			flipped[i] ^= 1 << bit
			fn(flipped)
		}
	}
}

// misspellings are texts that lax decoders take for the same value as s, and
// some that carry less or more of it.
func misspellings(s string) map[string]string {
	out := map[string]string{
		"padded": s + "=", "padded twice": s + "==", "truncated": s[:len(s)-1], "extended": s + "A",
		"line break inside": s[:5] + "\n" + s[5:], "line break after": s + "\n", "carriage return": s[:9] + "\r" + s[9:],
		"space after": s + " ", "space before": " " + s, "upper case": strings.ToUpper(s), "lower case": strings.ToLower(s),
		"NUL after": s + "\x00", "empty": "", "doubled": s + s,
	}
	if swapped := strings.NewReplacer("-", "+", "_", "/").Replace(s); swapped != s {
		out["standard alphabet"] = swapped
	}
	if encoded := strings.ReplaceAll(s, "-", "%2D"); encoded != s {
		out["percent-encoded"] = encoded
	}
	// Every other last character: some differ in bits that are not part of the value.
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	for _, c := range alphabet {
		if last := s[:len(s)-1] + string(c); last != s {
			out["last character "+string(c)] = last
		}
	}
	return out
}

func FuzzOpen(f *testing.F) {
	r := root(f)
	aad := AAD("place")
	sealed, err := r.Seal([]byte("private"), aad)
	require.NoError(f, err)
	f.Add(sealed)
	f.Add(sealed[:13])
	f.Add([]byte{1})
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := r.Open(b, aad); err == nil && !bytes.Equal(b, sealed) {
			t.Fatalf("%x opened", b)
		}
	})
}
