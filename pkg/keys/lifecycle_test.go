package keys

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/lestrrat-go/jwx/v2/jwk"
	"github.com/lestrrat-go/jwx/v2/jws"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// life is the longest life of a token in these tests.
const life = 24 * time.Hour

// world is a workspace's keys under a clock that the test moves, and what it
// remembers of them.
type world struct {
	now  time.Time
	keys []domain.SigningKey
	made int

	published map[string]time.Time // by kid: since when
	// exempt keys signed at once: the first of an algorithm, and those that an
	// emergency called.
	exempt map[string]bool
	tokens []issued
}

type issued struct {
	kid     string
	expires time.Time
}

func newWorld() *world {
	return &world{now: start, published: map[string]time.Time{}, exempt: map[string]bool{}}
}

// fresh is a key without its cryptography, which the life cycle does not touch.
func (w *world) fresh(alg string) domain.SigningKey {
	w.made++
	return domain.SigningKey{KID: fmt.Sprintf("k%04d", w.made), Alg: alg, CreatedAt: w.now, ActivatesAt: w.now.Add(RotationPeriod)}
}

// begin makes the first key of an algorithm, as a new workspace does.
func (w *world) begin(alg string) {
	first := w.fresh(alg)
	first.ActivatesAt = w.now
	w.exempt[first.KID] = true
	w.put(first)
	w.upkeep()
}

func (w *world) put(changed ...domain.SigningKey) {
	for _, k := range changed {
		i := slices.IndexFunc(w.keys, func(o domain.SigningKey) bool { return o.KID == k.KID })
		if i < 0 {
			w.keys = append(w.keys, k)
			w.published[k.KID] = w.now
		} else {
			w.keys[i] = k
		}
	}
}

func (w *world) upkeep() {
	need, changed := Upkeep(w.keys, w.now, life)
	w.put(changed...)
	for _, alg := range need {
		w.put(w.fresh(alg))
	}
}

func (w *world) algs() []string {
	var out []string
	for _, k := range w.keys {
		if !slices.Contains(out, k.Alg) {
			out = append(out, k.Alg)
		}
	}
	return out
}

func (w *world) inState(alg string, s domain.KeyState) []domain.SigningKey {
	var out []domain.SigningKey
	for _, k := range w.keys {
		if k.Alg == alg && State(w.keys, k, w.now) == s {
			out = append(out, k)
		}
	}
	return out
}

// pass moves the clock, running the periodic job as it goes. Stretches in which
// nothing is due are skipped over.
func (w *world) pass(d time.Duration, check func()) {
	const period = 10 * time.Minute
	for end := w.now.Add(d); w.now.Before(end); {
		due := end
		for _, k := range w.keys {
			for _, t := range []time.Time{k.ActivatesAt, k.RetiresAt} {
				if t = t.Add(-domain.KeyPublishLead); t.Before(due) && t.After(w.now.Add(-2*domain.KeyPublishLead)) {
					due = t
				}
			}
		}
		step := period
		if quiet := due.Sub(w.now); quiet > step {
			step = quiet
		}
		w.now = w.now.Add(min(step, end.Sub(w.now)))
		check()
		w.upkeep()
		check()
	}
}

// laws are what holds at every moment. Each moment also issues a token.
func (w *world) laws(t require.TestingT) {
	kids := map[string]bool{}
	for _, k := range w.keys {
		require.False(t, kids[k.KID], "a kid is used twice")
		kids[k.KID] = true
	}
	for _, alg := range w.algs() {
		active := w.inState(alg, domain.KeyActive)
		require.Len(t, active, 1, "exactly one key signs with %s", alg)
		signs := active[0]
		require.True(t, signs.Published(w.now))
		require.True(t, signs.RetiresAt.IsZero(), "the key that signs has no retirement")
		if !w.exempt[signs.KID] {
			require.GreaterOrEqual(t, w.now.Sub(w.published[signs.KID]), domain.KeyPublishLead, "%s signs too early", signs.KID)
		}
		next := w.inState(alg, domain.KeyNext)
		require.NotEmpty(t, next, "a key stands by")
		require.LessOrEqual(t, len(next), 2, "keys pile up")
		w.tokens = append(w.tokens, issued{signs.KID, w.now.Add(life)})
	}
	w.tokens = slices.DeleteFunc(w.tokens, func(tok issued) bool { return !tok.expires.After(w.now) })
	for _, tok := range w.tokens {
		k := w.keys[slices.IndexFunc(w.keys, func(k domain.SigningKey) bool { return k.KID == tok.kid })]
		if !k.RevokedAt.IsZero() {
			continue
		}
		require.True(t, k.Published(w.now), "%s is gone while what it signed lives", k.KID)
		if !w.exempt[k.KID] {
			require.False(t, w.published[k.KID].After(w.now.Add(-domain.JWKSMaxAge)), "a JWK set of max-age lacks %s", k.KID)
		}
	}
}

func TestKeysLiveByTheirLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld()
		w.begin(oauth.ES256)
		check := func() { w.laws(t) }
		check()
		alg := func(t *rapid.T) string { return rapid.SampledFrom(w.algs()).Draw(t, "alg") }
		t.Repeat(map[string]func(*rapid.T){
			"moments pass": func(t *rapid.T) {
				w.pass(time.Duration(rapid.Int64Range(1, int64(3*time.Hour)).Draw(t, "d")), check)
			},
			"days pass": func(t *rapid.T) {
				w.pass(time.Duration(rapid.IntRange(1, 100).Draw(t, "days"))*24*time.Hour, check)
			},
			"another algorithm": func(t *rapid.T) {
				if !slices.Contains(w.algs(), oauth.RS256) {
					w.begin(oauth.RS256)
				}
			},
			"rotate": func(t *rapid.T) {
				alg := alg(t)
				changed, at := Rotate(w.keys, w.fresh(alg), w.now, false, life)
				require.False(t, at.Before(w.now))
				require.LessOrEqual(t, at.Sub(w.now), domain.KeyPublishLead, "a rotation comes about within the lead")
				before := w.inState(alg, domain.KeyActive)[0]
				w.put(changed...)
				i := current(w.keys, alg, at)
				require.NotEqual(t, before.KID, w.keys[i].KID, "another key signs from activates_at on")
				require.True(t, w.keys[i].ActivatesAt.Equal(at))
			},
			"emergency": func(t *rapid.T) {
				alg := alg(t)
				compromised := w.inState(alg, domain.KeyActive)[0]
				changed, at := Rotate(w.keys, w.fresh(alg), w.now, true, life)
				require.True(t, at.Equal(w.now), "an emergency acts now")
				w.put(changed...)
				revoked := w.keys[slices.IndexFunc(w.keys, func(k domain.SigningKey) bool { return k.KID == compromised.KID })]
				require.Equal(t, domain.KeyRevoked, State(w.keys, revoked, w.now))
				w.exempt[w.inState(alg, domain.KeyActive)[0].KID] = true
			},
			"": func(t *rapid.T) { check() },
		})
	})
}

func TestRotationWaitsUntilTheSuccessorWasPublishedLongEnough(t *testing.T) {
	w := newWorld()
	w.begin(oauth.ES256)
	next := w.inState(oauth.ES256, domain.KeyNext)[0]

	w.now = w.now.Add(20 * time.Minute)
	changed, at := Rotate(w.keys, w.fresh(oauth.ES256), w.now, false, life)
	assert.Equal(t, next.CreatedAt.Add(domain.KeyPublishLead), at)
	w.put(changed...)
	assert.Equal(t, domain.KeyNext, State(w.keys, w.keys[1], w.now))

	// Asking again hastens nothing and makes nothing.
	w.now = w.now.Add(time.Minute)
	changed, again := Rotate(w.keys, w.fresh(oauth.ES256), w.now, false, life)
	assert.Empty(t, changed)
	assert.Equal(t, at, again)

	w.now = at
	assert.Equal(t, domain.KeyActive, State(w.keys, w.keys[1], w.now))
	assert.Equal(t, domain.KeyRetiring, State(w.keys, w.keys[0], w.now))
}

func TestRotationActsNowOnceTheSuccessorIsKnown(t *testing.T) {
	w := newWorld()
	w.begin(oauth.ES256)
	w.now = w.now.Add(domain.KeyPublishLead)
	changed, at := Rotate(w.keys, w.fresh(oauth.ES256), w.now, false, life)
	assert.Equal(t, w.now, at)
	w.put(changed...)
	assert.Equal(t, w.now.Add(life+domain.ClockSkew), w.keys[0].RetiresAt)

	w.now = w.keys[0].RetiresAt.Add(-1)
	assert.Equal(t, domain.KeyRetiring, State(w.keys, w.keys[0], w.now))
	w.now = w.keys[0].RetiresAt
	assert.Equal(t, domain.KeyRetired, State(w.keys, w.keys[0], w.now))
}

func TestEmergencyWithoutASuccessorUsesTheFreshKey(t *testing.T) {
	w := newWorld()
	first := w.fresh(oauth.ES256)
	first.ActivatesAt = w.now
	w.put(first)
	fresh := w.fresh(oauth.ES256)
	changed, at := Rotate(w.keys, fresh, w.now, true, life)
	w.put(changed...)
	assert.Equal(t, w.now, at)
	assert.Equal(t, fresh.KID, w.inState(oauth.ES256, domain.KeyActive)[0].KID)
	need, _ := Upkeep(w.keys, w.now, life)
	assert.Equal(t, []string{oauth.ES256}, need)
}

func TestFirstRotationOfAnAlgorithmSignsAtOnce(t *testing.T) {
	w := newWorld()
	w.begin(oauth.ES256)
	fresh := w.fresh(oauth.RS256)
	changed, at := Rotate(w.keys, fresh, w.now, false, life)
	assert.Equal(t, w.now, at)
	require.Len(t, changed, 1)
	w.put(changed...)
	assert.Equal(t, fresh.KID, w.inState(oauth.RS256, domain.KeyActive)[0].KID)
}

func TestOneAlgorithmsRotationLeavesOthersAlone(t *testing.T) {
	w := newWorld()
	w.begin(oauth.ES256)
	w.begin(oauth.RS256)
	w.now = w.now.Add(2 * time.Hour)
	for _, emergency := range []bool{false, true} {
		changed, _ := Rotate(w.keys, w.fresh(oauth.RS256), w.now, emergency, life)
		for _, k := range changed {
			assert.Equal(t, oauth.RS256, k.Alg)
		}
	}
}

func TestLostUpkeepLeavesKeysPublished(t *testing.T) {
	w := newWorld()
	w.begin(oauth.ES256)
	w.now = w.now.Add(10 * RotationPeriod)
	for _, k := range w.keys {
		assert.True(t, k.Published(w.now))
	}
	assert.Len(t, w.inState(oauth.ES256, domain.KeyActive), 1)
	need, changed := Upkeep(w.keys, w.now, life)
	assert.Equal(t, []string{oauth.ES256}, need)
	require.Len(t, changed, 1)
	assert.Equal(t, start.Add(RotationPeriod+life+domain.ClockSkew), changed[0].RetiresAt)
}

// A resource server that holds our JWK set for its whole max-age verifies every
// token through twenty rotations, and the ring is loaded anew only when keys
// are written.
func TestVerifierWithAnOldSetNeverFails(t *testing.T) {
	r, ws := root(t), workspace(t)
	seal := func(now time.Time) domain.SigningKey {
		k, err := r.SealNext(ws.ID(), material(t, oauth.ES256), now)
		require.NoError(t, err)
		return k
	}
	w := newWorld()
	w.put(key(t, r, ws, oauth.ES256), seal(w.now))
	ring := open(t, r, ws, w.keys...)
	load := func() { ring = open(t, r, ws, w.keys...) }

	type token struct {
		text string
		at   time.Time
	}
	var (
		tokens    []token
		rotations int
		signers   = map[string]bool{}
		sets      []jwk.Set
	)
	for step := 0; rotations < 20; step++ {
		w.now = w.now.Add(domain.JWKSMaxAge)
		if step%15 == 0 {
			changed, _ := Rotate(w.keys, seal(w.now), w.now, false, time.Hour)
			w.put(changed...)
			load()
			rotations++
		}
		if _, changed := Upkeep(w.keys, w.now, time.Hour); len(changed) > 0 {
			w.put(changed...)
			load()
		}
		body, _ := ring.JWKS(w.now)
		set, err := jwk.Parse(body)
		require.NoError(t, err)
		sets = append(sets, set)

		text, err := ring.Sign(w.now, oauth.ES256, typAccessToken, sample)
		require.NoError(t, err)
		verified, err := ring.Verify(w.now, text)
		require.NoError(t, err)
		signers[verified.Header.Kid] = true
		tokens = append(tokens, token{text, w.now})

		old := sets[max(0, len(sets)-2)] // max-age ago
		tokens = slices.DeleteFunc(tokens, func(tok token) bool { return w.now.Sub(tok.at) >= time.Hour })
		for _, tok := range tokens {
			_, err := jws.Verify([]byte(tok.text), jws.WithKeySet(old))
			require.NoError(t, err, "step %d", step)
			_, err = ring.Verify(w.now, tok.text)
			require.NoError(t, err, "step %d", step)
		}
	}
	assert.GreaterOrEqual(t, len(signers), 15, "the rotations took place")
}
