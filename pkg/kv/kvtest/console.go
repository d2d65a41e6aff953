package kvtest

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/signet-authz/signet/pkg/kv"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const consoleIdle = 12 * time.Hour

func (e Engine) consoleSessionIsKeptWithItsTenants(t *testing.T) {
	s, clock := e.start(t)
	c, ctx, id := s.Console(consoleIdle), t.Context(), uuid.NewString()
	ends := clock.Now().Add(7 * 24 * time.Hour)
	_, err := c.Session(ctx, id)
	require.ErrorIs(t, err, kv.ErrNotFound)
	require.NoError(t, c.PutTenant(ctx, id, "acme", []byte("a"), ends))
	_, err = c.Session(ctx, id, "acme")
	require.ErrorIs(t, err, kv.ErrNotFound, "a tenant without a head is no session")
	require.NoError(t, c.Put(ctx, id, []byte("head"), ends))
	require.NoError(t, c.PutTenant(ctx, id, "beta", []byte("b"), ends))

	all, err := c.Session(ctx, id)
	require.NoError(t, err)
	require.Equal(t, kv.ConsoleSession{Head: []byte("head"), Tenants: map[string][]byte{"acme": []byte("a"), "beta": []byte("b")}}, all)
	one, err := c.Session(ctx, id, "beta", "unknown")
	require.NoError(t, err)
	require.Equal(t, kv.ConsoleSession{Head: []byte("head"), Tenants: map[string][]byte{"beta": []byte("b")}}, one)

	require.NoError(t, c.Put(ctx, id, []byte("another"), ends))
	require.NoError(t, c.DropTenant(ctx, id, "acme"))
	all, err = c.Session(ctx, id)
	require.NoError(t, err)
	require.Equal(t, kv.ConsoleSession{Head: []byte("another"), Tenants: map[string][]byte{"beta": []byte("b")}}, all)
	_, err = c.Session(ctx, id+"x")
	require.ErrorIs(t, err, kv.ErrNotFound)
	require.NoError(t, c.Drop(ctx, id))
	_, err = c.Session(ctx, id)
	require.ErrorIs(t, err, kv.ErrNotFound)
	for _, end := range []time.Duration{0, -time.Second, 365 * 24 * time.Hour} {
		require.Error(t, c.Put(ctx, id, []byte("head"), clock.Now().Add(end)), end)
	}
}

func (e Engine) consoleSessionEndsUnused(t *testing.T) {
	s, clock := e.start(t)
	c, ctx, id := s.Console(consoleIdle), t.Context(), uuid.NewString()
	require.NoError(t, c.Put(ctx, id, []byte("head"), clock.Now().Add(7*24*time.Hour)))
	for range 3 { // in use, it outlasts its idle time
		clock.Move(consoleIdle - time.Hour)
		_, err := c.Session(ctx, id)
		require.NoError(t, err)
	}
	clock.Move(consoleIdle)
	_, err := c.Session(ctx, id)
	require.ErrorIs(t, err, kv.ErrNotFound)
}

func (e Engine) consoleTenantEndsBeforeItsSession(t *testing.T) {
	s, clock := e.start(t)
	c, ctx, id := s.Console(consoleIdle), t.Context(), uuid.NewString()
	require.NoError(t, c.Put(ctx, id, []byte("head"), clock.Now().Add(2*time.Hour)))
	require.NoError(t, c.PutTenant(ctx, id, "acme", []byte("a"), clock.Now().Add(time.Hour)))
	clock.Move(time.Hour)
	got, err := c.Session(ctx, id, "acme")
	require.NoError(t, err)
	require.Empty(t, got.Tenants)
	clock.Move(time.Hour)
	_, err = c.Session(ctx, id)
	require.ErrorIs(t, err, kv.ErrNotFound, "use does not carry a session beyond its end")
}

func (e Engine) consoleTenantIsHeldByOne(t *testing.T) {
	s, _ := e.start(t)
	c, ctx, id := s.Console(consoleIdle), t.Context(), uuid.NewString()
	var holders atomic.Int32
	together(func(int) {
		held, err := c.Hold(ctx, id, "acme", time.Minute)
		assert.NoError(t, err)
		if held {
			holders.Add(1)
		}
	})
	require.EqualValues(t, 1, holders.Load())
	held, err := c.Hold(ctx, id, "beta", time.Minute)
	require.NoError(t, err)
	require.True(t, held, "another tenant is held apart")
	require.NoError(t, c.Release(ctx, id, "acme"))
	held, err = c.Hold(ctx, id, "acme", time.Minute)
	require.NoError(t, err)
	require.True(t, held)
}

func (e Engine) consoleLoginIsTakenOnce(t *testing.T) {
	s, clock := e.start(t)
	c, ctx, state := s.Console(consoleIdle), t.Context(), uuid.NewString()
	require.Error(t, c.PutLogin(ctx, state, []byte("x"), 0))
	require.NoError(t, c.PutLogin(ctx, state, []byte("login"), time.Minute))
	_, err := s.Workspace(NewWorkspace(t)).TakeTransaction(ctx, state)
	require.ErrorIs(t, err, kv.ErrNotFound, "a login is no transaction of a workspace")
	var taken, missed atomic.Int32
	together(func(int) {
		got, err := c.TakeLogin(ctx, state)
		switch {
		case err == nil:
			taken.Add(1)
			assert.Equal(t, "login", string(got))
		case errors.Is(err, kv.ErrNotFound):
			missed.Add(1)
		default:
			assert.NoError(t, err)
		}
	})
	require.EqualValues(t, 1, taken.Load())
	require.EqualValues(t, callers-1, missed.Load())
	require.NoError(t, c.PutLogin(ctx, state, []byte("login"), time.Minute))
	clock.Move(time.Minute)
	_, err = c.TakeLogin(ctx, state)
	require.ErrorIs(t, err, kv.ErrNotFound)
}
