package keys

import (
	"bytes"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type jwkSet struct {
	Keys []map[string]string `json:"keys"`
}

func readSet(t testing.TB, g *Ring, now time.Time) jwkSet {
	t.Helper()
	body, _ := g.JWKS(now)
	var set jwkSet
	require.NoError(t, json.Unmarshal(body, &set))
	return set
}

func TestPublishedSetHoldsPublicMembersOnly(t *testing.T) {
	r, w := root(t), workspace(t)
	want := map[string][]string{
		"EC": {"alg", "crv", "kid", "kty", "use", "x", "y"}, "RSA": {"alg", "e", "kid", "kty", "n", "use"}, "OKP": {"alg", "crv", "kid", "kty", "use", "x"},
	}
	var ks []domain.SigningKey
	for _, alg := range ringAlgs {
		ks = append(ks, key(t, r, w, alg), key(t, r, w, alg))
	}
	set := readSet(t, open(t, r, w, ks...), start)
	assert.Len(t, set.Keys, len(ks))
	kids := map[string]bool{}
	for _, k := range set.Keys {
		var names []string
		for name, value := range k {
			names = append(names, name)
			assert.NotEmpty(t, value, name)
		}
		slices.Sort(names)
		assert.Equal(t, want[k["kty"]], names)
		assert.Equal(t, "sig", k["use"])
		assert.False(t, kids[k["kid"]], "a kid is published twice")
		kids[k["kid"]] = true
	}
}

// Even a record that should never have been written does not leak what is in it.
func TestWhatElseARecordHoldsIsNotPublished(t *testing.T) {
	r, w := root(t), workspace(t)
	k := key(t, r, w, oauth.ES256)
	plain := k.PublicJWK
	k.PublicJWK = bytes.Replace(plain, []byte(`{`), []byte(`{"note":"x",`), 1)
	body, _ := open(t, r, w, k).JWKS(start)
	assert.NotContains(t, string(body), "note")

	k.PublicJWK = bytes.Replace(plain, []byte(`{`), []byte(`{"d":"AAAA",`), 1)
	_, err := r.OpenRing(w, []domain.SigningKey{k})
	assert.Error(t, err)
}

func TestDefaultAlgorithmsSigningKeyComesFirst(t *testing.T) {
	r := root(t)
	for profile, first := range map[domain.Profile]string{domain.ProfileDefault: oauth.ES256, domain.ProfileOIDCCore: oauth.RS256} {
		w := workspaceOf(t, profile)
		var ks []domain.SigningKey
		for _, alg := range []string{oauth.PS256, oauth.RS256, oauth.Ed25519, oauth.ES256} {
			old, next := key(t, r, w, alg), key(t, r, w, alg)
			old.ActivatesAt = start.Add(-time.Hour)
			next.ActivatesAt = start.Add(time.Hour)
			ks = append(ks, next, old, key(t, r, w, alg))
		}
		g := open(t, r, w, ks...)
		assert.Equal(t, first, g.Algs(start)[0])
		assert.Len(t, g.Algs(start), 4)
		for _, now := range []time.Time{start, start.Add(2 * time.Hour)} {
			set := readSet(t, g, now)
			require.Len(t, set.Keys, 12)
			assert.Equal(t, first, set.Keys[0]["alg"])
			for i, alg := range g.Algs(now) {
				assert.Equal(t, g.at(now).signing[alg].KID, set.Keys[i]["kid"])
			}
		}
	}
}

func TestEntityTagFollowsTheBody(t *testing.T) {
	r, w := root(t), workspace(t)
	first, next := key(t, r, w, oauth.ES256), key(t, r, w, oauth.ES256)
	next.ActivatesAt, first.RetiresAt = start.Add(time.Hour), start.Add(2*time.Hour)
	g := open(t, r, w, first, next)

	body1, tag1 := g.JWKS(start)
	body2, tag2 := g.JWKS(start.Add(59 * time.Minute))
	assert.Equal(t, body1, body2)
	assert.Equal(t, tag1, tag2)
	assert.Regexp(t, `^"[A-Za-z0-9_-]{22}"$`, tag1)

	seen := map[string]string{tag1: string(body1)}
	for _, now := range []time.Time{start.Add(time.Hour), start.Add(2 * time.Hour), start} {
		body, tag := g.JWKS(now)
		if before, known := seen[tag]; known {
			assert.Equal(t, before, string(body))
		}
		seen[tag] = string(body)
	}
	assert.Len(t, seen, 3)
	_, again := open(t, r, w, first, next).JWKS(start)
	assert.Equal(t, tag1, again, "every process gives the same tag")
	other := workspace(t)
	_, theirs := open(t, r, other, key(t, r, other, oauth.ES256)).JWKS(start)
	assert.NotEqual(t, tag1, theirs)
}

func TestKeysTakeTurnsWithoutALoad(t *testing.T) {
	r, w := root(t), workspace(t)
	first, next := key(t, r, w, oauth.ES256), key(t, r, w, oauth.ES256)
	next.ActivatesAt = start.Add(time.Hour)
	g := open(t, r, w, first, next)
	signer := func(now time.Time) string {
		token, err := g.Sign(now, oauth.ES256, "JWT", sample)
		require.NoError(t, err)
		v, err := g.Verify(now, token)
		require.NoError(t, err)
		return v.Header.Kid
	}
	assert.False(t, g.Has(oauth.ES256, start.Add(-1)))
	for _, c := range []struct {
		at   time.Duration
		want string
	}{{0, first.KID}, {time.Hour - 1, first.KID}, {time.Hour, next.KID}, {0, first.KID}, {9 * time.Hour, next.KID}} {
		assert.Equal(t, c.want, signer(start.Add(c.at)))
		assert.True(t, g.Has(oauth.ES256, start.Add(c.at)))
	}
	assert.False(t, g.Has(oauth.RS256, start))
}

// The clock of one process may be behind that of the one which rotated.
func TestSupersededKeySignsUntilTheSuccessorDoes(t *testing.T) {
	r, w := root(t), workspace(t)
	first, next := key(t, r, w, oauth.ES256), key(t, r, w, oauth.ES256)
	next.ActivatesAt, first.RetiresAt = start.Add(time.Hour), start.Add(3*time.Hour)
	_, err := open(t, r, w, first, next).Sign(start.Add(time.Hour-1), oauth.ES256, "JWT", sample)
	assert.NoError(t, err)
}

func TestRingRefusesKeysThatAreNotItsOwn(t *testing.T) {
	r, w, other := root(t), workspace(t), workspace(t)
	good := key(t, r, w, oauth.ES256)
	foreign := key(t, r, other, oauth.ES256)
	swapped := good
	swapped.PublicJWK = key(t, r, w, oauth.ES256).PublicJWK
	renamed := good
	renamed.KID = "other"
	damaged := good
	damaged.Sealed = bytes.Clone(good.Sealed)
	damaged.Sealed[20] ^= 1
	wrongAlg := key(t, r, w, oauth.RS256)
	wrongAlg.Alg = oauth.PS256
	unknown := good
	unknown.Alg = "HS256"
	garbled := good
	garbled.PublicJWK = []byte(`{"kty":"EC"`)
	for name, ks := range map[string][]domain.SigningKey{
		"another workspace's key": {foreign}, "another public key": {swapped}, "renamed": {renamed}, "damaged": {damaged},
		"another algorithm": {wrongAlg}, "unknown algorithm": {unknown}, "garbled JWK": {garbled}, "twice": {good, good}, "one good, one not": {good, foreign},
	} {
		_, err := r.OpenRing(w, ks)
		assert.Error(t, err, name)
	}
	_, err := root(t).OpenRing(w, []domain.SigningKey{good})
	assert.Error(t, err, "another installation's key")
}

func TestPrivateKeysThatSignNoMoreAreNotOpened(t *testing.T) {
	r, w := root(t), workspace(t)
	revoked, older, old, active, next := key(t, r, w, oauth.ES256), key(t, r, w, oauth.ES256), key(t, r, w, oauth.ES256), key(t, r, w, oauth.ES256), key(t, r, w, oauth.ES256)
	revoked.RevokedAt = start
	older.ActivatesAt, older.RetiresAt = start.Add(-2*time.Hour), start.Add(time.Hour)
	old.ActivatesAt, old.RetiresAt = start.Add(-time.Hour), start.Add(2*time.Hour)
	next.ActivatesAt = start.Add(time.Hour)
	g := open(t, r, w, revoked, older, old, active, next)
	opened := map[string]bool{}
	for _, k := range g.keys {
		opened[k.KID] = k.private != nil
	}
	assert.Equal(t, map[string]bool{revoked.KID: false, older.KID: false, old.KID: true, active.KID: true, next.KID: true}, opened)
	assert.Len(t, readSet(t, g, start).Keys, 4)
}

func TestSealedKeyHoldsNothingReadable(t *testing.T) {
	r, w := root(t), workspace(t)
	m := material(t, oauth.Ed25519)
	k, err := r.SealNext(w.ID(), m, start)
	require.NoError(t, err)
	seed := m.private.(interface{ Seed() []byte }).Seed()
	assert.NotContains(t, string(k.Sealed), string(seed))
	assert.NotContains(t, string(k.PublicJWK), b64.EncodeToString(seed))
	assert.Equal(t, start.Add(RotationPeriod), k.ActivatesAt)
	_, err = r.SealKey(w.ID(), Material{}, start, start)
	assert.Error(t, err)
}

func TestWorkspaceWithoutKeysPublishesAnEmptySet(t *testing.T) {
	g := open(t, root(t), workspace(t))
	body, tag := g.JWKS(start)
	assert.JSONEq(t, `{"keys":[]}`, string(body))
	assert.NotEmpty(t, tag)
	assert.Empty(t, g.Algs(start))
}
