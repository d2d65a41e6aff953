package kvtest

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/kv"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const callers = 50

// Run proves the contract on one engine.
func Run(t *testing.T, e Engine) {
	t.Run("CodeIsKeptAsItWasUntilItExpires", e.codeIsKeptAsItWasUntilItExpires)
	t.Run("CodeWithoutALifeIsRefused", e.codeWithoutALifeIsRefused)
	t.Run("CodeGoesWithTheFifthFailure", e.codeGoesWithTheFifthFailure)
	t.Run("TransactionIsTakenOnce", e.transactionIsTakenOnce)
	t.Run("TransactionEndsWithItsLife", e.transactionEndsWithItsLife)
	t.Run("TransactionAndLimitAreOneRoundTrip", e.transactionAndLimitAreOneRoundTrip)
	t.Run("AttemptsInTransactionsAreCountedExactly", e.attemptsInTransactionsAreCountedExactly)
	t.Run("CodeClearsTheCountersOfItsSuccess", e.codeClearsTheCountersOfItsSuccess)
	t.Run("PushedRequestIsReadUntilItEnds", e.pushedRequestIsReadUntilItEnds)
	t.Run("PushedRequestLeadsToOneCode", e.pushedRequestLeadsToOneCode)
	t.Run("SpentRequestIsRememberedBeyondItsLife", e.spentRequestIsRememberedBeyondItsLife)
	t.Run("OneTimeValuesAreNotTakenForEachOther", e.oneTimeValuesAreNotTakenForEachOther)
	t.Run("AssertionIsAcceptedOnce", e.assertionIsAcceptedOnce)
	t.Run("AssertionOlderThanTheReplayMemoryIsRefused", e.assertionOlderThanTheReplayMemoryIsRefused)
	t.Run("AssertionIsRememberedWithinBounds", e.assertionIsRememberedWithinBounds)
	t.Run("FlushOpensNoReplayWindow", e.flushOpensNoReplayWindow)
	t.Run("LimitAllowsItsBurstAndNoMore", e.limitAllowsItsBurstAndNoMore)
	t.Run("LimitLetsInWhoWaitedAsTold", e.limitLetsInWhoWaitedAsTold)
	t.Run("LimitOfNothingIsRefused", e.limitOfNothingIsRefused)
	t.Run("FailuresAreCountedExactly", e.failuresAreCountedExactly)
	t.Run("FailuresEndWithTheirWindow", e.failuresEndWithTheirWindow)
	t.Run("TracesAreCappedAndListedNewestFirst", e.tracesAreCappedAndListedNewestFirst)
	t.Run("TraceEndsWithItsLife", e.traceEndsWithItsLife)
	t.Run("TracesAsideAreFoundAndNotListed", e.tracesAsideAreFoundAndNotListed)
	t.Run("TracesOfEverySizeAreKept", e.tracesOfEverySizeAreKept)
	t.Run("PublishedReachesEverySubscriber", e.publishedReachesEverySubscriber)
	t.Run("IdempotentRequestIsDoneOnce", e.idempotentRequestIsDoneOnce)
	t.Run("ConsoleSessionIsKeptWithItsTenants", e.consoleSessionIsKeptWithItsTenants)
	t.Run("ConsoleSessionEndsUnused", e.consoleSessionEndsUnused)
	t.Run("ConsoleTenantEndsBeforeItsSession", e.consoleTenantEndsBeforeItsSession)
	t.Run("ConsoleTenantIsHeldByOne", e.consoleTenantIsHeldByOne)
	t.Run("ConsoleLoginIsTakenOnce", e.consoleLoginIsTakenOnce)
	t.Run("EachMethodIsAsManyRoundTripsAsItSays", e.roundTrips)
	t.Run("WorkspacesDoNotMeet", e.workspacesDoNotMeet)
}

func (e Engine) start(t *testing.T) (*kv.Store, *Clock) {
	t.Helper()
	t.Parallel()
	clock := NewClock()
	return e.Open(t, kv.Config{Now: clock.Now}), clock
}

func newCode(clock *Clock) (hash []byte, c domain.Code) {
	sum := sha256.Sum256([]byte(uuid.NewString()))
	now := clock.Now()
	return sum[:], domain.Code{
		ClientID: "app", RedirectURI: "https://app.example/cb", CodeChallenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
		Scope: oauth.Scope{"openid", "profile"}, Resource: []string{"https://api.example"}, Nonce: "n", UserID: "usr_1",
		SessionID: uuid.New(), AuthTime: now.Add(-time.Minute), ACR: "1", AMR: []string{"pwd"}, IDTokenClaims: []string{"email"},
		UserInfoClaims: []string{"name"}, DPoPJKT: "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I",
		IssuedAt: now, ExpiresAt: now.Add(time.Minute),
	}
}

func (e Engine) codeIsKeptAsItWasUntilItExpires(t *testing.T) {
	s, clock := e.start(t)
	w, ctx := s.Workspace(NewWorkspace(t)), t.Context()
	hash, want := newCode(clock)
	require.NoError(t, w.PutCode(ctx, hash, want))
	for range 2 { // reading does not use it up
		got, err := w.Code(ctx, hash)
		require.NoError(t, err)
		require.Empty(t, cmp.Diff(want, got))
	}
	clock.Move(time.Minute)
	_, err := w.Code(ctx, hash)
	require.ErrorIs(t, err, kv.ErrNotFound)
}

func (e Engine) codeWithoutALifeIsRefused(t *testing.T) {
	s, clock := e.start(t)
	w := s.Workspace(NewWorkspace(t))
	hash, c := newCode(clock)
	for _, end := range []time.Duration{-time.Second, 0, domain.MaxCodeTTL + time.Second} {
		c.ExpiresAt = clock.Now().Add(end)
		require.Error(t, w.PutCode(t.Context(), hash, c), end)
	}
}

func (e Engine) codeGoesWithTheFifthFailure(t *testing.T) {
	s, clock := e.start(t)
	w, ctx := s.Workspace(NewWorkspace(t)), t.Context()
	hash, c := newCode(clock)
	require.NoError(t, w.PutCode(ctx, hash, c))
	for i := 1; i <= 5; i++ {
		_, err := w.Code(ctx, hash)
		require.NoError(t, err, "the code must last for %d failures", i-1)
		n, err := w.CountCodeFailure(ctx, hash)
		require.NoError(t, err)
		require.Equal(t, i, n)
	}
	_, err := w.Code(ctx, hash)
	require.ErrorIs(t, err, kv.ErrNotFound)
}

// together calls fn from many goroutines at once.
func together(fn func(i int)) {
	var all sync.WaitGroup
	start := make(chan struct{})
	for i := range callers {
		all.Go(func() {
			<-start
			fn(i)
		})
	}
	close(start)
	all.Wait()
}

func (e Engine) transactionIsTakenOnce(t *testing.T) {
	s, _ := e.start(t)
	w, ctx := s.Workspace(NewWorkspace(t)), t.Context()
	require.NoError(t, w.PutTransaction(ctx, "tx", kv.Transaction(`{"client_id":"app"}`), time.Minute))
	var taken, missed atomic.Int32
	together(func(int) {
		got, err := w.TakeTransaction(ctx, "tx")
		switch {
		case err == nil:
			taken.Add(1)
			assert.JSONEq(t, `{"client_id":"app"}`, string(got))
		case errors.Is(err, kv.ErrNotFound):
			missed.Add(1)
		default:
			assert.NoError(t, err)
		}
	})
	require.EqualValues(t, 1, taken.Load())
	require.EqualValues(t, callers-1, missed.Load())
}

func (e Engine) transactionEndsWithItsLife(t *testing.T) {
	s, clock := e.start(t)
	w, ctx := s.Workspace(NewWorkspace(t)), t.Context()
	require.Error(t, w.PutTransaction(ctx, "tx", kv.Transaction(`{}`), 0))
	require.Error(t, w.PutTransaction(ctx, "tx", kv.Transaction(`not JSON`), time.Minute))
	require.NoError(t, w.PutTransaction(ctx, "tx", kv.Transaction(`{}`), time.Minute))
	clock.Move(time.Minute)
	_, _, err := w.Transaction(ctx, "tx", nil)
	require.ErrorIs(t, err, kv.ErrNotFound)
	_, err = w.TakeTransaction(ctx, "tx")
	require.ErrorIs(t, err, kv.ErrNotFound)
}

func (e Engine) transactionAndLimitAreOneRoundTrip(t *testing.T) {
	t.Parallel()
	var trips atomic.Int32
	s := e.Open(t, kv.Config{Now: NewClock().Now, OnRoundTrip: func(context.Context) { trips.Add(1) }})
	w, ctx := s.Workspace(NewWorkspace(t)), t.Context()
	require.NoError(t, w.PutTransaction(ctx, "tx", kv.Transaction(`{"a":1}`), time.Minute))
	limit := &kv.Limit{Name: "login", Key: "192.0.2.1", Burst: 2, Per: time.Minute}
	for i := range 3 {
		trips.Store(0)
		got, decision, err := w.Transaction(ctx, "tx", limit)
		require.NoError(t, err)
		require.JSONEq(t, `{"a":1}`, string(got))
		require.Equal(t, i < 2, decision.Allowed)
		require.EqualValues(t, 1, trips.Load())
	}
	_, decision, err := w.Transaction(ctx, "unknown", limit)
	require.ErrorIs(t, err, kv.ErrNotFound)
	require.NotNil(t, decision, "guessing ids must be limited too")
	require.False(t, decision.Allowed)
}

func (e Engine) attemptsInTransactionsAreCountedExactly(t *testing.T) {
	s, clock := e.start(t)
	w, ctx := s.Workspace(NewWorkspace(t)), t.Context()
	require.NoError(t, w.PutTransaction(ctx, "tx", kv.Transaction(`{"a":1}`), time.Minute))
	var seen sync.Map
	together(func(i int) {
		// Half of them guess: their attempts count all the same.
		id, want := "tx", error(nil)
		if i%2 == 1 {
			id, want = "unknown", kv.ErrNotFound
		}
		got, n, err := w.TransactionAttempt(ctx, id, "login", "alice", time.Hour)
		assert.ErrorIs(t, err, want)
		if want == nil {
			assert.JSONEq(t, `{"a":1}`, string(got))
		}
		_, twice := seen.LoadOrStore(n, true)
		assert.False(t, twice, "two callers were given the count %d", n)
	})
	n, err := w.Failures(ctx, "login", "alice")
	require.NoError(t, err)
	require.Equal(t, callers, n, "the counter is that of CountFailure")
	_, n, err = w.TransactionAttempt(ctx, "tx", "login", "bob", time.Hour)
	require.NoError(t, err)
	require.Equal(t, 1, n, "another key has a count of its own")
	require.NoError(t, w.ClearFailures(ctx, "login", "alice"))
	_, n, err = w.TransactionAttempt(ctx, "tx", "login", "alice", time.Hour)
	require.NoError(t, err)
	require.Equal(t, 1, n)
	clock.Move(time.Minute)
	_, n, err = w.TransactionAttempt(ctx, "tx", "login", "alice", time.Hour)
	require.ErrorIs(t, err, kv.ErrNotFound, "the transaction has ended")
	require.Equal(t, 2, n, "the window has not")
	_, _, err = w.TransactionAttempt(ctx, "tx", "login", "alice", 0)
	require.Error(t, err)
}

func (e Engine) codeClearsTheCountersOfItsSuccess(t *testing.T) {
	s, clock := e.start(t)
	w, ctx := s.Workspace(NewWorkspace(t)), t.Context()
	hash, want := newCode(clock)
	for _, key := range []string{"a", "b", "c"} {
		_, err := w.CountFailure(ctx, "login", key, time.Minute)
		require.NoError(t, err)
	}
	require.NoError(t, w.PutCode(ctx, hash, want, kv.Counter{Name: "login", Key: "a"}, kv.Counter{Name: "login", Key: "b"}))
	got, err := w.Code(ctx, hash)
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(want, got))
	for key, left := range map[string]int{"a": 0, "b": 0, "c": 1} {
		n, err := w.Failures(ctx, "login", key)
		require.NoError(t, err)
		require.Equal(t, left, n, key)
	}
	clock.Move(time.Minute)
	_, err = w.Code(ctx, hash)
	require.ErrorIs(t, err, kv.ErrNotFound)
}

func (e Engine) assertionIsAcceptedOnce(t *testing.T) {
	s, clock := e.start(t)
	w, ctx := s.Workspace(NewWorkspace(t)), t.Context()
	clock.Move(time.Hour) // the memory began before
	now := clock.Now()
	var first, consumed atomic.Int32
	together(func(int) {
		switch err := w.Replay(ctx, "client_assertion app", "jti", now, now.Add(time.Minute)); {
		case err == nil:
			first.Add(1)
		case errors.Is(err, kv.ErrConsumed):
			consumed.Add(1)
		default:
			assert.NoError(t, err)
		}
	})
	require.EqualValues(t, 1, first.Load())
	require.EqualValues(t, callers-1, consumed.Load())
	require.NoError(t, w.Replay(ctx, "client_assertion other", "jti", now, now.Add(time.Minute)), "another issuer may use the same id")
	require.NoError(t, w.Replay(ctx, "client_assertion ap", "pjti", now, now.Add(time.Minute)), "kind and id do not run together")
	clock.Move(time.Minute) // expired, but within the skew that its check allows
	require.ErrorIs(t, w.Replay(ctx, "client_assertion app", "jti", now, now.Add(time.Minute)), kv.ErrConsumed)
}

func (e Engine) assertionOlderThanTheReplayMemoryIsRefused(t *testing.T) {
	s, clock := e.start(t)
	w, ctx := s.Workspace(NewWorkspace(t)), t.Context()
	now := clock.Now()
	old := now.AddDate(-1, 0, 0)
	require.ErrorIs(t, w.Replay(ctx, "dpop", "old", old, now.Add(time.Minute)), kv.ErrEpoch)
	require.ErrorIs(t, w.Replay(ctx, "dpop", "undated", time.Time{}, now.Add(time.Minute)), kv.ErrEpoch)
}

func (e Engine) assertionIsRememberedWithinBounds(t *testing.T) {
	s, clock := e.start(t)
	w, ctx := s.Workspace(NewWorkspace(t)), t.Context()
	now := clock.Now()
	require.ErrorIs(t, w.Replay(ctx, "dpop", "ended", now, now.Add(-time.Hour)), kv.ErrConsumed)
	err := w.Replay(ctx, "dpop", "endless", now, now.AddDate(1, 0, 0))
	require.Error(t, err)
	require.NotErrorIs(t, err, kv.ErrUnavailable)
}

func (e Engine) limitAllowsItsBurstAndNoMore(t *testing.T) {
	s, _ := e.start(t)
	w, ctx := s.Workspace(NewWorkspace(t)), t.Context()
	key := uuid.NewString()
	for name, limit := range map[string]func(context.Context, kv.Limit) (kv.Decision, error){"workspace": w.Limit, "deployment": s.Limit} {
		var allowed atomic.Int32
		together(func(int) {
			d, err := limit(ctx, kv.Limit{Name: "login", Key: key, Burst: 10, Per: time.Minute})
			if assert.NoError(t, err) && d.Allowed {
				allowed.Add(1)
				assert.Zero(t, d.RetryAfter)
			} else {
				assert.Positive(t, d.RetryAfter)
				assert.Zero(t, d.Remaining)
			}
		})
		require.EqualValues(t, 10, allowed.Load(), name)
		d, err := limit(ctx, kv.Limit{Name: "login", Key: key + "x", Burst: 10, Per: time.Minute})
		require.NoError(t, err)
		require.True(t, d.Allowed, "%s: another key has a count of its own", name)
		require.Equal(t, 9, d.Remaining)
	}
}

func (e Engine) limitLetsInWhoWaitedAsTold(t *testing.T) {
	s, clock := e.start(t)
	w, ctx := s.Workspace(NewWorkspace(t)), t.Context()
	l := kv.Limit{Name: "login", Key: "k", Burst: 3, Per: time.Minute}
	for range 20 {
		d, err := w.Limit(ctx, l)
		require.NoError(t, err)
		if !d.Allowed {
			clock.Move(d.RetryAfter)
			d, err = w.Limit(ctx, l)
			require.NoError(t, err)
			require.True(t, d.Allowed)
		}
		clock.Move(time.Second)
	}
}

func (e Engine) limitOfNothingIsRefused(t *testing.T) {
	s, _ := e.start(t)
	for _, l := range []kv.Limit{{}, {Burst: 1}, {Per: time.Minute}, {Burst: 1, Per: time.Millisecond}, {Burst: -1, Per: time.Minute}, {Burst: 1, Per: 48 * time.Hour}} {
		_, err := s.Limit(t.Context(), l)
		require.Error(t, err)
		_, _, err = s.Workspace(NewWorkspace(t)).Transaction(t.Context(), "tx", &l)
		require.Error(t, err)
	}
}

func (e Engine) failuresAreCountedExactly(t *testing.T) {
	s, _ := e.start(t)
	w, ctx := s.Workspace(NewWorkspace(t)), t.Context()
	var seen sync.Map
	together(func(int) {
		n, err := w.CountFailure(ctx, "client", "app", time.Minute)
		assert.NoError(t, err)
		_, twice := seen.LoadOrStore(n, true)
		assert.False(t, twice, "two callers were given the count %d", n)
	})
	n, err := w.Failures(ctx, "client", "app")
	require.NoError(t, err)
	require.Equal(t, callers, n)
	n, err = w.Failures(ctx, "client", "other")
	require.NoError(t, err)
	require.Zero(t, n)
	require.NoError(t, w.ClearFailures(ctx, "client", "app"))
	n, err = w.CountFailure(ctx, "client", "app", time.Minute)
	require.NoError(t, err)
	require.Equal(t, 1, n)
}

func (e Engine) failuresEndWithTheirWindow(t *testing.T) {
	s, clock := e.start(t)
	w, ctx := s.Workspace(NewWorkspace(t)), t.Context()
	window := 50 * time.Millisecond
	for i := range 3 {
		n, err := w.CountFailure(ctx, "client", "app", time.Hour)
		require.NoError(t, err)
		require.Equal(t, i+1, n)
	}
	require.Eventually(t, func() bool {
		clock.Move(window)
		n, err := w.CountFailure(ctx, "login", uuid.NewString(), window)
		return err == nil && n == 1
	}, 10*time.Second, window)
	_, err := w.CountFailure(ctx, "login", "k", window)
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		clock.Move(window)
		n, err := w.Failures(ctx, "login", "k")
		return err == nil && n == 0
	}, 10*time.Second, window)
	_, err = w.CountFailure(ctx, "login", "k", 0)
	require.Error(t, err)
}

func (e Engine) tracesAreCappedAndListedNewestFirst(t *testing.T) {
	s, clock := e.start(t)
	w, ctx := s.Workspace(NewWorkspace(t)), t.Context()
	for i := range 12 {
		clock.Move(time.Second)
		require.NoError(t, w.PutTrace(ctx, fmt.Sprintf("id-%02d", i), fmt.Appendf(nil, `{"n":%d}`, i), time.Hour, 10))
	}
	_, err := w.Trace(ctx, "id-00")
	require.ErrorIs(t, err, kv.ErrNotFound, "the oldest must have made room")
	body, err := w.Trace(ctx, "id-02")
	require.NoError(t, err)
	require.JSONEq(t, `{"n":2}`, string(body))

	var listed []int
	cursor, pages := "", 0
	for {
		bodies, next, err := w.Traces(ctx, 4, cursor)
		require.NoError(t, err)
		for _, b := range bodies {
			var v struct{ N int }
			require.NoError(t, json.Unmarshal(b, &v))
			listed = append(listed, v.N)
		}
		pages++
		if cursor = next; cursor == "" {
			break
		}
	}
	require.Equal(t, []int{11, 10, 9, 8, 7, 6, 5, 4, 3, 2}, listed)
	require.Equal(t, 3, pages)
	bodies, next, err := w.Traces(ctx, 4, "id-00")
	require.NoError(t, err)
	require.Empty(t, bodies)
	require.Empty(t, next)
}

func (e Engine) tracesAsideAreFoundAndNotListed(t *testing.T) {
	s, clock := e.start(t)
	w, ctx := s.Workspace(NewWorkspace(t)), t.Context()
	require.NoError(t, w.PutTrace(ctx, "listed", []byte(`{"n":1}`), time.Hour, 2))
	for i := range 3 {
		clock.Move(time.Second)
		require.NoError(t, w.PutTraceAside(ctx, fmt.Sprintf("aside-%d", i), []byte(`{"n":2}`), time.Hour, 2))
	}
	bodies, next, err := w.Traces(ctx, 10, "")
	require.NoError(t, err)
	require.Equal(t, [][]byte{[]byte(`{"n":1}`)}, bodies)
	require.Empty(t, next)
	for id, want := range map[string]error{"listed": nil, "aside-2": nil, "aside-1": nil, "aside-0": kv.ErrNotFound} {
		_, err := w.Trace(ctx, id)
		require.ErrorIs(t, err, want, id)
	}
}

func (e Engine) traceEndsWithItsLife(t *testing.T) {
	s, clock := e.start(t)
	w, ctx := s.Workspace(NewWorkspace(t)), t.Context()
	require.NoError(t, w.PutTrace(ctx, "old", []byte(`{}`), time.Minute, 10))
	clock.Move(30 * time.Second)
	require.NoError(t, w.PutTrace(ctx, "new", []byte(`{"new":true}`), time.Minute, 10))
	clock.Move(45 * time.Second)
	_, err := w.Trace(ctx, "old")
	require.ErrorIs(t, err, kv.ErrNotFound)
	bodies, _, err := w.Traces(ctx, 10, "")
	require.NoError(t, err)
	require.Len(t, bodies, 1)
	for _, bad := range []string{"", string(make([]byte, 65))} {
		require.Error(t, w.PutTrace(ctx, bad, []byte(`{}`), time.Minute, 10))
	}
}

// A server answers the first command of a transaction while the last is still on
// its way, wherever the buffers between them end.
func (e Engine) tracesOfEverySizeAreKept(t *testing.T) {
	s, _ := e.start(t)
	w, ctx := s.Workspace(NewWorkspace(t)), t.Context()
	sizes := []int{1, 64 << 10, 200 << 10}
	for size := 3400; size < 4400; size += 20 {
		sizes = append(sizes, size)
	}
	for _, size := range sizes {
		id, body := fmt.Sprintf("id-%d", size), fmt.Appendf(nil, `{"text":%q}`, strings.Repeat("x", size))
		require.NoError(t, w.PutTrace(ctx, id, body, time.Hour, 100), "%d bytes", size)
		got, err := w.Trace(ctx, id)
		require.NoError(t, err)
		require.Equal(t, string(body), string(got))
	}
}

func (e Engine) publishedReachesEverySubscriber(t *testing.T) {
	t.Parallel()
	clock := NewClock()
	stores := []*kv.Store{e.Open(t, kv.Config{Now: clock.Now})}
	if !e.FollowsClock { // several processes can share it
		stores = append(stores, e.Open(t, kv.Config{Now: clock.Now}))
	}
	ctx, cancel := context.WithCancel(t.Context())
	var all sync.WaitGroup
	defer all.Wait()
	defer cancel()
	mine := uuid.NewString()
	heard := make([]chan string, len(stores))
	for i, s := range stores {
		heard[i] = make(chan string, 1024)
		ready := make(chan struct{}, 16)
		all.Go(func() {
			s.Subscribe(ctx, func(b []byte) {
				if got := string(b); len(got) > len(mine) && got[:len(mine)] == mine {
					heard[i] <- got[len(mine):]
				}
			}, func() { ready <- struct{}{} })
		})
		select {
		case <-ready:
		case <-time.After(20 * time.Second):
			t.Fatal("the subscription was never announced")
		}
	}
	for i := range 20 {
		require.NoError(t, stores[0].Publish(ctx, fmt.Appendf(nil, "%s%d", mine, i)))
	}
	for i := range stores {
		for n := range 20 {
			select {
			case got := <-heard[i]:
				require.Equal(t, fmt.Sprint(n), got)
			case <-time.After(20 * time.Second):
				t.Fatalf("subscriber %d did not hear payload %d", i, n)
			}
		}
	}
	require.Error(t, stores[0].Publish(ctx, make([]byte, 65<<10)))
}

func (e Engine) idempotentRequestIsDoneOnce(t *testing.T) {
	s, clock := e.start(t)
	ctx, key := t.Context(), uuid.NewString()
	var reserved, busy atomic.Int32
	together(func(int) {
		answer, err := s.Idempotent(ctx, key, []byte("request"))
		switch {
		case err == nil && answer == nil:
			reserved.Add(1)
		case errors.Is(err, kv.ErrInProgress):
			busy.Add(1)
		default:
			assert.Fail(t, "neither reserved nor in progress", "%v", err)
		}
	})
	require.EqualValues(t, 1, reserved.Load())
	require.EqualValues(t, callers-1, busy.Load())
	require.Error(t, s.PutIdempotent(ctx, key, []byte("request"), nil))
	require.NoError(t, s.PutIdempotent(ctx, key, []byte("request"), []byte("sealed")))
	answer, err := s.Idempotent(ctx, key, []byte("request"))
	require.NoError(t, err)
	require.Equal(t, "sealed", string(answer))
	_, err = s.Idempotent(ctx, key, []byte("another request"))
	require.ErrorIs(t, err, kv.ErrMismatch)
	require.NoError(t, s.DropIdempotent(ctx, key))
	answer, err = s.Idempotent(ctx, key, []byte("another request"))
	require.NoError(t, err)
	require.Nil(t, answer, "a key that was given back is free")
	clock.Move(time.Hour)
	_, err = s.Idempotent(ctx, uuid.NewString(), []byte("request"))
	require.NoError(t, err)
}
