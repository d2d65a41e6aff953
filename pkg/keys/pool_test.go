package keys

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// stockOf is the pool's stock of an algorithm.
func stockOf(t testing.TB, p *Pool, alg string) *stock {
	t.Helper()
	for _, s := range p.stocks {
		if s.alg.name == alg {
			return s
		}
	}
	t.Fatalf("the pool keeps no %s", alg)
	return nil
}

func TestPoolFillsAheadUpToItsSizeAndRefills(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := NewPool(map[string]int{oauth.ES256: 5, oauth.Ed25519: 2})
		defer p.Close()
		synctest.Wait()
		es, ed := stockOf(t, p, oauth.ES256), stockOf(t, p, oauth.Ed25519)
		assert.Len(t, es.ready, 5)
		assert.Len(t, ed.ready, 2)
		for range 3 {
			_, err := p.Take(t.Context(), oauth.ES256)
			require.NoError(t, err)
		}
		synctest.Wait()
		assert.Len(t, es.ready, 5)
	})
}

func TestDearKeysAreStockedOnlyOnceOneWasNeeded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := NewPool(map[string]int{oauth.ES256: 1, oauth.RS256: 1, oauth.PS256: 1})
		defer p.Close()
		synctest.Wait()
		assert.Empty(t, stockOf(t, p, oauth.RS256).ready)
		m, err := p.Take(t.Context(), oauth.RS256)
		require.NoError(t, err)
		assert.Equal(t, oauth.RS256, m.Alg())
		synctest.Wait()
		assert.Len(t, stockOf(t, p, oauth.RS256).ready, 1)
		assert.Empty(t, stockOf(t, p, oauth.PS256).ready)
	})
}

// A pool that keeps nothing ready, or does not know the algorithm, still gives.
func TestEmptyPoolMakesKeysInPlace(t *testing.T) {
	p := NewPool(map[string]int{oauth.ES256: 0})
	defer p.Close()
	for _, alg := range []string{oauth.ES256, oauth.ES384, oauth.Ed25519} {
		m, err := p.Take(t.Context(), alg)
		require.NoError(t, err)
		assert.Equal(t, alg, m.Alg())
		assert.True(t, m.alg.fits(m.private.Public()))
	}
}

func TestPoolGivesEveryKeyOnce(t *testing.T) {
	p := NewPool(map[string]int{oauth.Ed25519: 8})
	defer p.Close()
	var (
		all  sync.WaitGroup
		mu   sync.Mutex
		seen = map[string]bool{}
	)
	for range 16 {
		all.Go(func() {
			for range 20 {
				m, err := p.Take(t.Context(), oauth.Ed25519)
				if !assert.NoError(t, err) {
					return
				}
				jwk, err := encodeJWK("", m.alg, m.private.Public())
				assert.NoError(t, err)
				mu.Lock()
				assert.False(t, seen[string(jwk)], "a key was given twice")
				seen[string(jwk)] = true
				mu.Unlock()
			}
		})
	}
	all.Wait()
	assert.Len(t, seen, 320)
}

func TestClosedPoolMakesNothing(t *testing.T) {
	p := NewPool(map[string]int{oauth.ES256: 4})
	p.Close()
	p.Close()
	_, err := p.Take(t.Context(), oauth.ES256)
	assert.ErrorIs(t, err, ErrPoolClosed)
}

func TestPoolRefusesUnknownAlgorithmsAndGoneCallers(t *testing.T) {
	p := NewPool(nil)
	defer p.Close()
	for _, alg := range []string{"", "none", "HS256", "EdDSA", "es256"} {
		_, err := p.Take(t.Context(), alg)
		assert.ErrorIs(t, err, ErrAlg)
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	_, err := p.Take(gone, oauth.RS256)
	assert.ErrorIs(t, err, context.Canceled)
	assert.Panics(t, func() { NewPool(map[string]int{"none": 1}) })
}

// However many ask for RSA keys at once, one is made at a time; who waits may
// leave.
func TestDearKeysAreMadeOneAtATime(t *testing.T) {
	p := NewPool(nil)
	defer p.Close()
	p.dear <- struct{}{}
	ctx, leave := context.WithCancel(t.Context())
	done := make(chan error)
	go func() {
		_, err := p.Take(ctx, oauth.RS256)
		done <- err
	}()
	leave()
	assert.ErrorIs(t, <-done, context.Canceled)
	<-p.dear
	m, err := p.Take(t.Context(), oauth.RS256)
	require.NoError(t, err)
	assert.Equal(t, oauth.RS256, m.Alg())
}

func TestDefaultPoolKeepsOnlyWhatWorkspacesMayUse(t *testing.T) {
	for alg, size := range DefaultPoolSizes() {
		_, ok := algorithmOf(alg)
		assert.True(t, ok)
		assert.Positive(t, size)
	}
	assert.GreaterOrEqual(t, DefaultPoolSizes()[oauth.ES256], 32)
}
