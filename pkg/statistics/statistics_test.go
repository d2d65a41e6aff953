package statistics_test

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/statistics"
	"github.com/signet-authz/signet/pkg/tenancy"
)

var (
	at      = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	errDown = errors.New("the database is down")
	issued  = domain.Series{Endpoint: "token", GrantType: "client_credentials", AuthMethod: "client_secret_basic", Outcome: domain.OutcomeGranted}
)

// ledger is what was written, while it works.
type ledger struct {
	err    error
	writes int
	counts []domain.Count
}

func (l *ledger) add(_ context.Context, counts []domain.Count) error {
	if l.err == nil {
		l.writes++
		l.counts = append(l.counts, counts...)
	}
	return l.err
}

func (l *ledger) total() (n int64) {
	for _, c := range l.counts {
		n += c.Latency.Count()
	}
	return n
}

func counter(l *ledger, change ...func(*statistics.Config)) *statistics.Counter {
	c := statistics.Config{Add: l.add, Now: func() time.Time { return at }}
	for _, f := range change {
		f(&c)
	}
	return statistics.New(c)
}

// workspace is a handle of its own.
func workspace(t testing.TB) tenancy.Workspace {
	t.Helper()
	w, err := tenancy.NewResolver(directory{}, "https://id.example").Workspace(t.Context(), "acme", "default")
	require.NoError(t, err)
	return w
}

type directory struct{}

func (directory) FindTenant(context.Context, string) (domain.Tenant, error) {
	return domain.Tenant{ID: uuid.New(), TID: "acme", State: domain.StateActive}, nil
}

func (d directory) FindWorkspace(ctx context.Context, tid, aid string) (domain.Tenant, domain.Workspace, error) {
	t, err := d.FindTenant(ctx, tid)
	return t, domain.Workspace{ID: uuid.Must(uuid.NewV7()), TenantID: t.ID, AID: aid, State: domain.StateActive}, err
}

func TestRequestsAreCountedBySeriesAndWrittenOnce(t *testing.T) {
	var l ledger
	k := counter(&l)
	w := workspace(t)
	refused := domain.Series{Endpoint: "token", Outcome: domain.OutcomeRefused, Error: "invalid_client", Check: "secret matched"}
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() { k.Observe(w, issued, 700*time.Microsecond) })
	}
	wg.Wait()
	k.Observe(w, refused, 3*time.Millisecond)
	require.NoError(t, k.Flush(t.Context()))
	require.ElementsMatch(t, []domain.Count{
		{WorkspaceID: w.ID(), At: at, Series: issued, Latency: domain.Latency{50}},
		{WorkspaceID: w.ID(), At: at, Series: refused, Latency: domain.Latency{0, 0, 1}},
	}, l.counts)
	require.NoError(t, k.Flush(t.Context()))
	require.Equal(t, 1, l.writes, "nothing was counted since")
	require.Zero(t, k.Lost())
}

func TestWhatCannotBeWrittenIsCountedAgainAndInTheEndLost(t *testing.T) {
	l := ledger{err: errDown}
	k := counter(&l)
	w := workspace(t)
	k.Observe(w, issued, 0)
	require.ErrorIs(t, k.Flush(t.Context()), errDown)
	k.Observe(w, issued, 0)
	l.err = nil
	require.NoError(t, k.Flush(t.Context()))
	require.EqualValues(t, 2, l.total())
	require.Zero(t, k.Lost())

	l.err = errDown
	k.Observe(w, issued, 0)
	failures := 0
	for k.Lost() == 0 {
		require.ErrorIs(t, k.Flush(t.Context()), errDown)
		failures++
		require.Less(t, failures, 100)
	}
	require.EqualValues(t, 1, k.Lost())
	l.err = nil
	require.NoError(t, k.Flush(t.Context()))
	require.EqualValues(t, 2, l.total(), "what was dropped does not come back")
}

func TestWhatWasWrittenIsNotCountedAgainWhenTheRestFails(t *testing.T) {
	var l ledger
	parts, down := 0, true
	k := statistics.New(statistics.Config{Now: func() time.Time { return at }, Add: func(ctx context.Context, counts []domain.Count) error {
		if parts++; down && parts > 1 {
			return errDown
		}
		return l.add(ctx, counts)
	}})
	for range 1000 {
		k.Observe(workspace(t), issued, 0)
	}
	require.ErrorIs(t, k.Flush(t.Context()), errDown)
	down = false
	require.NoError(t, k.Flush(t.Context()))
	require.EqualValues(t, 1000, l.total())
	seen := map[uuid.UUID]bool{}
	for _, c := range l.counts {
		require.False(t, seen[c.WorkspaceID])
		seen[c.WorkspaceID] = true
	}
}

func TestSeriesBeyondTheBoundAreCountedAsOther(t *testing.T) {
	var l ledger
	k := counter(&l, func(c *statistics.Config) { c.Series = 10 })
	w := workspace(t)
	for i := range 1000 {
		k.Observe(w, domain.Series{Endpoint: "token", Outcome: "word" + strconv.Itoa(i)}, 0)
		k.Observe(w, domain.Series{Endpoint: "token", Outcome: domain.OutcomeRefused, Check: strconv.Itoa(i)}, 0)
	}
	k.Observe(workspace(t), issued, 0)
	require.NoError(t, k.Flush(t.Context()))
	require.LessOrEqual(t, len(l.counts), 10+2+1, "ten, two that stand for all others, and the other workspace's")
	require.EqualValues(t, 2001, l.total(), "nothing is lost")
	require.Zero(t, k.Lost())
}

func TestWorkspacesBeyondTheBoundAreLostAndRoomIsMadeAgain(t *testing.T) {
	var l ledger
	k := counter(&l, func(c *statistics.Config) { c.Workspaces = 3 })
	crowd := func() {
		for range 5 {
			k.Observe(workspace(t), issued, 0)
		}
	}
	crowd()
	require.EqualValues(t, 2, k.Lost())
	require.NoError(t, k.Flush(t.Context()))
	require.NoError(t, k.Flush(t.Context()), "those that were idle since the last are forgotten")
	crowd()
	require.EqualValues(t, 4, k.Lost())
	require.NoError(t, k.Flush(t.Context()))
	require.EqualValues(t, 6, l.total())
}

func TestWhatWasCountedIsWrittenAtTheEnd(t *testing.T) {
	var l ledger
	k := counter(&l)
	w := workspace(t)
	k.Observe(w, issued, 0)
	require.NoError(t, k.Close(t.Context()))
	require.EqualValues(t, 1, l.total())
	k.Observe(w, issued, 0)
	require.EqualValues(t, 1, k.Lost(), "after the end nothing would write it")

	l = ledger{err: errDown}
	k = counter(&l)
	k.Observe(w, issued, 0)
	require.ErrorIs(t, k.Close(t.Context()), errDown)
	require.EqualValues(t, 1, k.Lost())
}

func TestCountingAllocatesNothing(t *testing.T) {
	var l ledger
	k := counter(&l)
	w := workspace(t)
	k.Observe(w, issued, 0)
	require.NoError(t, k.Flush(t.Context()))
	require.Zero(t, testing.AllocsPerRun(100, func() { k.Observe(w, issued, time.Millisecond) }))
}

func BenchmarkObserve(b *testing.B) {
	var l ledger
	k := counter(&l)
	w := workspace(b)
	b.ReportAllocs()
	for b.Loop() {
		k.Observe(w, issued, 600*time.Microsecond)
	}
}

// BenchmarkObserveInParallel has every processor count the same series, which is
// the worst that one busy client can do.
func BenchmarkObserveInParallel(b *testing.B) {
	var l ledger
	k := counter(&l)
	w := workspace(b)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			k.Observe(w, issued, 600*time.Microsecond)
		}
	})
}
