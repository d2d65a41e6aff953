package kvtest

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/kv"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func (e Engine) pushedRequestIsReadUntilItEnds(t *testing.T) {
	s, clock := e.start(t)
	w, ctx := s.Workspace(NewWorkspace(t)), t.Context()
	par, _ := newCode(clock)
	for _, ttl := range []time.Duration{-time.Second, 0, domain.MaxPARTTL + time.Second} {
		require.Error(t, w.PutPAR(ctx, par, kv.PAR(`{}`), ttl), ttl)
	}
	require.Error(t, w.PutPAR(ctx, par, kv.PAR(`not JSON`), time.Minute))
	_, err := w.PAR(ctx, par)
	require.ErrorIs(t, err, kv.ErrNotFound)
	require.NoError(t, w.PutPAR(ctx, par, kv.PAR(`{"client_id":["app"]}`), time.Minute))
	for range 2 { // reading does not use it up
		got, err := w.PAR(ctx, par)
		require.NoError(t, err)
		require.JSONEq(t, `{"client_id":["app"]}`, string(got))
	}
	clock.Move(time.Minute)
	_, err = w.PAR(ctx, par)
	require.ErrorIs(t, err, kv.ErrNotFound)
}

func (e Engine) pushedRequestLeadsToOneCode(t *testing.T) {
	s, clock := e.start(t)
	w, ctx := s.Workspace(NewWorkspace(t)), t.Context()
	par, _ := newCode(clock)
	require.NoError(t, w.PutPAR(ctx, par, kv.PAR(`{}`), time.Minute))
	_, failures := w.CountFailure(ctx, "login", "alice", time.Minute)
	require.NoError(t, failures)
	var first, consumed, kept atomic.Int32
	together(func(int) {
		hash, c := newCode(clock)
		switch err := w.PutPARCode(ctx, par, time.Hour, hash, c, kv.Counter{Name: "login", Key: "alice"}); {
		case err == nil:
			first.Add(1)
		case errors.Is(err, kv.ErrConsumed):
			consumed.Add(1)
		default:
			assert.NoError(t, err)
		}
		if _, err := w.Code(ctx, hash); err == nil {
			kept.Add(1)
		}
	})
	require.EqualValues(t, 1, first.Load())
	require.EqualValues(t, callers-1, consumed.Load())
	require.EqualValues(t, 1, kept.Load(), "a code too many is dropped")
	n, err := w.Failures(ctx, "login", "alice")
	require.NoError(t, err)
	require.Zero(t, n)
	_, err = w.PAR(ctx, par)
	require.ErrorIs(t, err, kv.ErrConsumed)

	other, _ := newCode(clock)
	hash, c := newCode(clock)
	require.NoError(t, w.PutPARCode(ctx, other, time.Hour, hash, c), "another request has a code of its own")
	for _, remember := range []time.Duration{-time.Second, 0, 48 * time.Hour} {
		third, _ := newCode(clock)
		require.Error(t, w.PutPARCode(ctx, third, remember, hash, c), remember)
	}
	c.ExpiresAt = clock.Now()
	third, _ := newCode(clock)
	require.Error(t, w.PutPARCode(ctx, third, time.Hour, hash, c))
}

func (e Engine) spentRequestIsRememberedBeyondItsLife(t *testing.T) {
	s, clock := e.start(t)
	w, ctx := s.Workspace(NewWorkspace(t)), t.Context()
	par, _ := newCode(clock)
	require.NoError(t, w.PutPAR(ctx, par, kv.PAR(`{}`), time.Minute))
	hash, c := newCode(clock)
	require.NoError(t, w.PutPARCode(ctx, par, time.Hour, hash, c))
	clock.Move(59 * time.Minute)
	_, err := w.PAR(ctx, par)
	require.ErrorIs(t, err, kv.ErrConsumed)
	hash, c = newCode(clock)
	require.ErrorIs(t, w.PutPARCode(ctx, par, time.Hour, hash, c), kv.ErrConsumed)
	_, err = w.Code(ctx, hash)
	require.ErrorIs(t, err, kv.ErrNotFound)
}

// oneTimeValuesAreNotTakenForEachOther: what is kept under one hash as one kind
// is not found as another.
func (e Engine) oneTimeValuesAreNotTakenForEachOther(t *testing.T) {
	s, clock := e.start(t)
	w, ctx := s.Workspace(NewWorkspace(t)), t.Context()
	hash, c := newCode(clock)
	require.NoError(t, w.PutCode(ctx, hash, c))
	_, err := w.PAR(ctx, hash)
	require.ErrorIs(t, err, kv.ErrNotFound)
	par, _ := newCode(clock)
	require.NoError(t, w.PutPAR(ctx, par, kv.PAR(`{"client_id":["app"]}`), time.Minute))
	_, err = w.Code(ctx, par)
	require.ErrorIs(t, err, kv.ErrNotFound)
}
