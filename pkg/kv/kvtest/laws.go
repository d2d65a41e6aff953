package kvtest

import (
	"context"
	"errors"
	"reflect"
	"sync/atomic"
	"testing"
	"time"

	"github.com/signet-authz/signet/pkg/kv"
	"github.com/stretchr/testify/require"
)

// flushOpensNoReplayWindow: an assertion that was used just before the memory
// was lost is not accepted after, and fresh ones are, at once.
func (e Engine) flushOpensNoReplayWindow(t *testing.T) {
	if e.Flush == nil {
		// Where the memory cannot be lost apart from the process, a new store is
		// what remains after the loss.
		e.Flush = func(*testing.T) {}
	}
	clock := NewClock()
	open := func() *kv.Store { return e.Open(t, kv.Config{Now: clock.Now}) }
	s, handle, ctx := open(), NewWorkspace(t), t.Context()
	clock.Move(time.Hour + 300*time.Millisecond)
	issued := clock.Now().Truncate(time.Second)
	expires := issued.Add(5 * time.Minute)
	require.NoError(t, s.Workspace(handle).Replay(ctx, "dpop", "used", issued, expires))
	e.Flush(t)
	if e.FollowsClock {
		s = open()
	}
	clock.Move(100 * time.Millisecond) // still the second in which it was issued
	for range 2 {
		err := s.Workspace(handle).Replay(ctx, "dpop", "used", issued, expires)
		require.Error(t, err)
		require.True(t, isRefusal(err), "%v", err)
	}
	clock.Move(time.Second)
	issued = clock.Now().Truncate(time.Second)
	require.NoError(t, s.Workspace(handle).Replay(ctx, "dpop", "fresh", issued, issued.Add(time.Minute)))
	if e.FollowsClock {
		return
	}
	// Start over for whoever runs on this server next, whose clock is behind.
	e.Flush(t)
	e.Open(t, kv.Config{Now: NewClock().Now})
}

// roundTrips holds every method to what its documentation says.
func (e Engine) roundTrips(t *testing.T) {
	t.Parallel()
	var trips atomic.Int32
	clock := NewClock()
	s := e.Open(t, kv.Config{Now: clock.Now, OnRoundTrip: func(context.Context) { trips.Add(1) }})
	w, ctx, now := s.Workspace(NewWorkspace(t)), t.Context(), clock.Now()
	hash, c := newCode(clock)
	limit := kv.Limit{Name: "n", Key: "k", Burst: 5, Per: time.Minute}
	console := s.Console(time.Hour)
	steps := []struct {
		name  string
		trips int32
		call  func() error
	}{
		{"PutCode", 1, func() error { return w.PutCode(ctx, hash, c) }},
		{"PutCode with counters", 1, func() error {
			return w.PutCode(ctx, hash, c, kv.Counter{Name: "n", Key: "k"}, kv.Counter{Name: "n", Key: "l"})
		}},
		{"Code", 1, func() error { _, err := w.Code(ctx, hash); return err }},
		{"CountCodeFailure", 1, func() error { _, err := w.CountCodeFailure(ctx, hash); return err }},
		{"DropCode", 1, func() error { return w.DropCode(ctx, hash) }},
		{"PutPAR", 1, func() error { return w.PutPAR(ctx, hash, kv.PAR(`{}`), time.Minute) }},
		{"PAR", 1, func() error { _, err := w.PAR(ctx, hash); return err }},
		{"PutPARCode", 1, func() error {
			return w.PutPARCode(ctx, hash, time.Hour, hash, c, kv.Counter{Name: "n", Key: "k"})
		}},
		{"PutPARCode of one too many", 2, func() error {
			if err := w.PutPARCode(ctx, hash, time.Hour, hash, c); !errors.Is(err, kv.ErrConsumed) {
				return errors.New("a second code")
			}
			return nil
		}},
		{"PutTransaction", 1, func() error { return w.PutTransaction(ctx, "tx", kv.Transaction(`{}`), time.Minute) }},
		{"Transaction", 1, func() error { _, _, err := w.Transaction(ctx, "tx", &limit); return err }},
		{"TransactionAttempt", 1, func() error {
			_, _, err := w.TransactionAttempt(ctx, "tx", "n", "k", time.Minute)
			return err
		}},
		{"TakeTransaction", 1, func() error { _, err := w.TakeTransaction(ctx, "tx"); return err }},
		{"Replay", 1, func() error { return w.Replay(ctx, "dpop", "id", now.Add(time.Hour), now.Add(time.Hour)) }},
		{"Limit", 1, func() error { _, err := w.Limit(ctx, limit); return err }},
		{"CountFailure", 1, func() error { _, err := w.CountFailure(ctx, "n", "k", time.Minute); return err }},
		{"PutTrace", 1, func() error { return w.PutTrace(ctx, "id", []byte(`{}`), time.Minute, 1) }},
		{"PutTrace beyond the cap", 2, func() error { return w.PutTrace(ctx, "id2", []byte(`{}`), time.Minute, 1) }},
		{"PutTraceAside", 1, func() error { return w.PutTraceAside(ctx, "aside", []byte(`{}`), time.Minute, 1) }},
		{"Traces", 2, func() error { _, _, err := w.Traces(ctx, 10, ""); return err }},
		{"Console.Put", 1, func() error { return console.Put(ctx, "id", []byte("head"), now.Add(time.Hour)) }},
		{"Console.PutTenant", 1, func() error { return console.PutTenant(ctx, "id", "acme", []byte("acme"), now.Add(time.Hour)) }},
		{"Console.Session", 1, func() error { _, err := console.Session(ctx, "id", "acme"); return err }},
		{"Console.Session with all tenants", 1, func() error { _, err := console.Session(ctx, "id"); return err }},
		{"Console.Session after a while", 2, func() error {
			clock.Move(30 * time.Minute)
			_, err := console.Session(ctx, "id")
			return err
		}},
		{"Console.Hold", 1, func() error { _, err := console.Hold(ctx, "id", "acme", time.Second); return err }},
		{"Console.Release", 1, func() error { return console.Release(ctx, "id", "acme") }},
		{"Console.DropTenant", 1, func() error { return console.DropTenant(ctx, "id", "acme") }},
		{"Console.Drop", 1, func() error { return console.Drop(ctx, "id") }},
		{"Console.PutLogin", 1, func() error { return console.PutLogin(ctx, "state", []byte("login"), time.Minute) }},
		{"Console.TakeLogin", 1, func() error { _, err := console.TakeLogin(ctx, "state"); return err }},
	}
	for _, step := range steps {
		trips.Store(0)
		require.NoError(t, step.call(), step.name)
		require.Equal(t, step.trips, trips.Load(), step.name)
	}
}

// workspacesDoNotMeet has a case for every method of kv.Workspace: what one
// workspace did, under the same names, another must not see.
func (e Engine) workspacesDoNotMeet(t *testing.T) {
	s, clock := e.start(t)
	ctx := t.Context()
	hash, c := newCode(clock)
	now := clock.Now()
	limit := kv.Limit{Name: "n", Key: "k", Burst: 1, Per: time.Minute}
	notFound := func(t *testing.T, err error) {
		t.Helper()
		require.ErrorIs(t, err, kv.ErrNotFound)
	}
	code := func(t *testing.T, w kv.Workspace) { require.NoError(t, w.PutCode(ctx, hash, c)) }
	pushed := func(t *testing.T, w kv.Workspace) {
		require.NoError(t, w.PutPAR(ctx, hash, kv.PAR(`{}`), time.Minute))
	}
	transaction := func(t *testing.T, w kv.Workspace) {
		require.NoError(t, w.PutTransaction(ctx, "tx", kv.Transaction(`{}`), time.Minute))
	}
	traced := func(t *testing.T, w kv.Workspace) {
		require.NoError(t, w.PutTrace(ctx, "id", []byte(`{}`), time.Minute, 10))
	}
	failed := func(t *testing.T, w kv.Workspace) {
		_, err := w.CountFailure(ctx, "n", "k", time.Minute)
		require.NoError(t, err)
	}
	cases := map[string]func(t *testing.T, a, b kv.Workspace){
		"PutCode": func(t *testing.T, a, b kv.Workspace) {
			code(t, a)
			other := c
			other.ClientID = "other"
			require.NoError(t, b.PutCode(ctx, hash, other))
			got, err := a.Code(ctx, hash)
			require.NoError(t, err)
			require.Equal(t, "app", got.ClientID)
			failed(t, a)
			require.NoError(t, b.PutCode(ctx, hash, other, kv.Counter{Name: "n", Key: "k"}))
			n, err := a.Failures(ctx, "n", "k")
			require.NoError(t, err)
			require.Equal(t, 1, n, "a success in one workspace clears nothing in another")
		},
		"Code": func(t *testing.T, a, b kv.Workspace) {
			code(t, a)
			_, err := b.Code(ctx, hash)
			notFound(t, err)
		},
		"CountCodeFailure": func(t *testing.T, a, b kv.Workspace) {
			code(t, a)
			for range 5 {
				_, err := b.CountCodeFailure(ctx, hash)
				require.NoError(t, err)
			}
			_, err := a.Code(ctx, hash)
			require.NoError(t, err)
		},
		"DropCode": func(t *testing.T, a, b kv.Workspace) {
			code(t, a)
			require.NoError(t, b.DropCode(ctx, hash))
			_, err := a.Code(ctx, hash)
			require.NoError(t, err)
		},
		"PutPAR": func(t *testing.T, a, b kv.Workspace) {
			pushed(t, a)
			require.NoError(t, b.PutPAR(ctx, hash, kv.PAR(`{"b":1}`), time.Minute))
			got, err := a.PAR(ctx, hash)
			require.NoError(t, err)
			require.JSONEq(t, `{}`, string(got))
		},
		"PAR": func(t *testing.T, a, b kv.Workspace) {
			pushed(t, a)
			_, err := b.PAR(ctx, hash)
			notFound(t, err)
		},
		"PutPARCode": func(t *testing.T, a, b kv.Workspace) {
			pushed(t, a)
			require.NoError(t, b.PutPARCode(ctx, hash, time.Hour, hash, c))
			_, err := a.PAR(ctx, hash)
			require.NoError(t, err, "what is spent in one workspace is not in another")
			_, err = a.Code(ctx, hash)
			notFound(t, err)
			require.NoError(t, a.PutPARCode(ctx, hash, time.Hour, hash, c))
		},
		"PutTransaction": func(t *testing.T, a, b kv.Workspace) {
			transaction(t, a)
			require.NoError(t, b.PutTransaction(ctx, "tx", kv.Transaction(`{"b":1}`), time.Minute))
			got, err := a.TakeTransaction(ctx, "tx")
			require.NoError(t, err)
			require.JSONEq(t, `{}`, string(got))
		},
		"Transaction": func(t *testing.T, a, b kv.Workspace) {
			transaction(t, a)
			_, _, err := b.Transaction(ctx, "tx", nil)
			notFound(t, err)
			_, _, err = b.Transaction(ctx, "tx", &limit)
			notFound(t, err)
			_, decision, err := a.Transaction(ctx, "tx", &limit)
			require.NoError(t, err)
			require.True(t, decision.Allowed)
		},
		"TransactionAttempt": func(t *testing.T, a, b kv.Workspace) {
			transaction(t, a)
			_, n, err := b.TransactionAttempt(ctx, "tx", "n", "k", time.Minute)
			notFound(t, err)
			require.Equal(t, 1, n)
			_, n, err = a.TransactionAttempt(ctx, "tx", "n", "k", time.Minute)
			require.NoError(t, err)
			require.Equal(t, 1, n)
		},
		"TakeTransaction": func(t *testing.T, a, b kv.Workspace) {
			transaction(t, a)
			_, err := b.TakeTransaction(ctx, "tx")
			notFound(t, err)
			_, err = a.TakeTransaction(ctx, "tx")
			require.NoError(t, err)
		},
		"Replay": func(t *testing.T, a, b kv.Workspace) {
			at := now.Add(time.Hour) // younger than any epoch
			require.NoError(t, a.Replay(ctx, "dpop", "id", at, at))
			require.NoError(t, b.Replay(ctx, "dpop", "id", at, at))
		},
		"Limit": func(t *testing.T, a, b kv.Workspace) {
			for _, w := range []kv.Workspace{a, b} {
				d, err := w.Limit(ctx, limit)
				require.NoError(t, err)
				require.True(t, d.Allowed)
			}
		},
		"CountFailure": func(t *testing.T, a, b kv.Workspace) {
			failed(t, a)
			n, err := b.CountFailure(ctx, "n", "k", time.Minute)
			require.NoError(t, err)
			require.Equal(t, 1, n)
		},
		"Failures": func(t *testing.T, a, b kv.Workspace) {
			failed(t, a)
			n, err := b.Failures(ctx, "n", "k")
			require.NoError(t, err)
			require.Zero(t, n)
		},
		"ClearFailures": func(t *testing.T, a, b kv.Workspace) {
			failed(t, a)
			require.NoError(t, b.ClearFailures(ctx, "n", "k"))
			n, err := a.Failures(ctx, "n", "k")
			require.NoError(t, err)
			require.Equal(t, 1, n)
		},
		"PutTrace": func(t *testing.T, a, b kv.Workspace) {
			traced(t, a)
			require.NoError(t, b.PutTrace(ctx, "id2", []byte(`{}`), time.Minute, 1))
			_, err := a.Trace(ctx, "id")
			require.NoError(t, err, "the cap of one workspace is not another's")
		},
		"PutTraceAside": func(t *testing.T, a, b kv.Workspace) {
			require.NoError(t, a.PutTraceAside(ctx, "id", []byte(`{}`), time.Minute, 1))
			require.NoError(t, b.PutTraceAside(ctx, "id2", []byte(`{}`), time.Minute, 1))
			_, err := a.Trace(ctx, "id")
			require.NoError(t, err, "the cap of one workspace is not another's")
			_, err = b.Trace(ctx, "id")
			notFound(t, err)
		},
		"Trace": func(t *testing.T, a, b kv.Workspace) {
			traced(t, a)
			_, err := b.Trace(ctx, "id")
			notFound(t, err)
		},
		"Traces": func(t *testing.T, a, b kv.Workspace) {
			traced(t, a)
			bodies, _, err := b.Traces(ctx, 10, "")
			require.NoError(t, err)
			require.Empty(t, bodies)
		},
	}
	methods := reflect.TypeFor[kv.Workspace]()
	for i := range methods.NumMethod() {
		name := methods.Method(i).Name
		check, found := cases[name]
		if !found {
			t.Errorf("kv.Workspace.%s has no case that keeps two workspaces apart", name)
			continue
		}
		t.Run(name, func(t *testing.T) { check(t, s.Workspace(NewWorkspace(t)), s.Workspace(NewWorkspace(t))) })
	}
}

func isRefusal(err error) bool { return errors.Is(err, kv.ErrEpoch) || errors.Is(err, kv.ErrConsumed) }
