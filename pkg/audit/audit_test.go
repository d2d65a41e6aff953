package audit

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/tenancy"
	"github.com/stretchr/testify/require"
)

var (
	at      = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	errDown = errors.New("the database is down")
)

func now() time.Time { return at }

// ledger is what was written, while it works.
type ledger struct {
	mu     sync.Mutex
	err    error
	tries  int
	events []domain.AuditEvent
	uses   []Use
	sizes  []int
}

func (l *ledger) append(_ context.Context, events []domain.AuditEvent) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tries++
	if l.err == nil {
		l.events = append(l.events, events...)
		l.sizes = append(l.sizes, len(events))
	}
	return l.err
}

func (l *ledger) record(_ context.Context, uses []Use) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tries++
	if l.err == nil {
		l.uses = append(l.uses, uses...)
		l.sizes = append(l.sizes, len(uses))
	}
	return l.err
}

func (l *ledger) fail(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.err = err
}

func (l *ledger) written() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.events) + len(l.uses)
}

// counter of what was reported lost.
type counter struct {
	mu sync.Mutex
	n  int
}

func (c *counter) add(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n += n
}

func event(i int) domain.AuditEvent { return domain.AuditEvent{Action: fmt.Sprint(i)} }

func TestEventsAreWrittenInBatchesInOrder(t *testing.T) {
	var l ledger
	q := NewQueue(Config{Append: l.append, Now: now})
	for i := range 2*batchSize + 1 {
		q.Record(event(i))
	}
	require.NoError(t, q.Flush(t.Context()))
	require.Equal(t, []int{batchSize, batchSize, 1}, l.sizes)
	for i, ev := range l.events {
		require.Equal(t, fmt.Sprint(i), ev.Action)
		require.Equal(t, at, ev.At)
	}
	dated := event(1)
	dated.At = at.Add(-time.Hour)
	q.Record(dated)
	require.NoError(t, q.Flush(t.Context()))
	require.Equal(t, at.Add(-time.Hour), l.events[len(l.events)-1].At)
	require.NoError(t, q.Flush(t.Context()))
	require.Equal(t, 4, l.tries, "nothing is written where nothing waits")
}

func TestRunWritesWithoutBeingAsked(t *testing.T) {
	var l ledger
	q := NewQueue(Config{Append: l.append, Now: now})
	u := NewUsage(UsageConfig{Record: l.record, Now: now})
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { q.Run(ctx) })
	running.Go(func() { u.Run(ctx) })
	q.Record(event(1))
	require.Eventually(t, func() bool { return l.written() == 1 }, 20*time.Second, time.Millisecond)
	u.Record(workspace(t, "one"), "app", "secret")
	require.Eventually(t, func() bool { return l.written() == 2 }, 20*time.Second, time.Millisecond)
	for i := range 3 * batchSize {
		q.Record(event(i))
	}
	require.Eventually(t, func() bool { return l.written() == 3*batchSize+2 }, 20*time.Second, time.Millisecond)
	cancel()
	running.Wait()
}

func TestFullQueueDropsAndCounts(t *testing.T) {
	var l ledger
	var lost counter
	q := NewQueue(Config{Append: l.append, Now: now, Length: 5, Lost: lost.add})
	for i := range 12 {
		q.Record(event(i))
	}
	require.EqualValues(t, 7, q.Lost())
	require.NoError(t, q.Close(t.Context()))
	require.Len(t, l.events, 5)
	q.Record(event(0))
	require.EqualValues(t, 8, q.Lost(), "a closed queue takes nothing")
	require.Equal(t, 8, lost.n)
}

func TestOutageLosesNothingThatTheQueueCanHold(t *testing.T) {
	l := &ledger{err: errDown}
	q := NewQueue(Config{Append: l.append, Now: now})
	for i := range 1200 {
		q.Record(event(i))
	}
	for range attempts - 1 {
		require.ErrorIs(t, q.Flush(t.Context()), errDown)
	}
	l.fail(nil)
	require.NoError(t, q.Flush(t.Context()))
	require.Len(t, l.events, 1200)
	for i, ev := range l.events {
		require.Equal(t, fmt.Sprint(i), ev.Action)
	}
	require.Zero(t, q.Lost())
}

func TestBatchThatIsAlwaysRefusedDoesNotHoldUpTheRest(t *testing.T) {
	l := &ledger{err: errDown}
	q := NewQueue(Config{Append: l.append, Now: now})
	for i := range batchSize + 1 {
		q.Record(event(i))
	}
	for range attempts {
		require.ErrorIs(t, q.Flush(t.Context()), errDown)
	}
	l.fail(nil)
	require.NoError(t, q.Flush(t.Context()))
	require.Equal(t, []int{1}, l.sizes)
	require.EqualValues(t, batchSize, q.Lost())
}

func TestCloseThatCannotWriteCountsWhatIsLost(t *testing.T) {
	l := &ledger{err: errDown}
	q := NewQueue(Config{Append: l.append, Now: now})
	u := NewUsage(UsageConfig{Record: l.record, Now: now})
	for i := range batchSize + 100 {
		q.Record(event(i))
		u.Record(workspace(t, "one"), "app", "secret")
	}
	require.ErrorIs(t, q.Close(t.Context()), errDown)
	require.EqualValues(t, batchSize+100, q.Lost())
	require.ErrorIs(t, u.Close(t.Context()), errDown)
	require.EqualValues(t, batchSize+100, u.Lost())
}

func TestEveryEventIsWrittenOrLostThoughManyRecordAndOneCloses(t *testing.T) {
	var l ledger
	q := NewQueue(Config{Append: l.append, Now: now, Length: 100})
	u := NewUsage(UsageConfig{Record: l.record, Now: now})
	ctx := t.Context()
	w := workspace(t, "one")
	var running, all sync.WaitGroup
	running.Go(func() { q.Run(ctx) })
	running.Go(func() { u.Run(ctx) })
	const each, writers = 1000, 4
	for range writers {
		all.Go(func() {
			for i := range each {
				q.Record(event(i))
				u.Record(w, "app", fmt.Sprint(i%3))
				if i == each/2 {
					_ = u.Flush(ctx)
				}
			}
		})
	}
	all.Go(func() { _ = q.Close(ctx) })
	all.Wait()
	require.NoError(t, u.Close(ctx))
	running.Wait()
	require.EqualValues(t, writers*each, int64(len(l.events))+q.Lost())
	require.EqualValues(t, writers*each, total(l.uses))
	require.Zero(t, u.Lost())
}

func TestUsesOfACredentialAreOneRowUntilTheyAreWritten(t *testing.T) {
	var l ledger
	moment := at
	u := NewUsage(UsageConfig{Record: l.record, Now: func() time.Time { return moment }})
	one, two := workspace(t, "one"), workspace(t, "two")
	for range 3 {
		u.Record(one, "app", "secret")
		moment = moment.Add(time.Second)
	}
	u.Record(one, "app", "other")
	u.Record(two, "app", "secret")
	moment = at
	u.Record(one, "app", "secret") // a clock that was set back does not make the use older
	require.NoError(t, u.Flush(t.Context()))
	require.ElementsMatch(t, []Use{
		{WorkspaceID: one.ID(), ClientID: "app", CredentialID: "secret", At: at.Add(2 * time.Second), Count: 4},
		{WorkspaceID: one.ID(), ClientID: "app", CredentialID: "other", At: at.Add(3 * time.Second), Count: 1},
		{WorkspaceID: two.ID(), ClientID: "app", CredentialID: "secret", At: at.Add(3 * time.Second), Count: 1},
	}, l.uses)
	require.NoError(t, u.Flush(t.Context()))
	require.Equal(t, 1, l.tries)
}

func TestUsageThatCouldNotBeWrittenIsCountedAgain(t *testing.T) {
	l := &ledger{err: errDown}
	u := NewUsage(UsageConfig{Record: l.record, Now: now})
	w := workspace(t, "one")
	for i := range batchSize + 50 {
		u.Record(w, "app", fmt.Sprint(i))
	}
	require.ErrorIs(t, u.Flush(t.Context()), errDown)
	require.Equal(t, 1, l.tries, "the database that refused one batch is not asked for the next")
	u.Record(w, "app", "0")
	l.fail(nil)
	require.NoError(t, u.Flush(t.Context()))
	slices.Sort(l.sizes)
	require.Equal(t, []int{50, batchSize}, l.sizes)
	require.Equal(t, batchSize+51, total(l.uses))
	require.Zero(t, u.Lost())
}

func TestUsageThatIsAlwaysRefusedIsDroppedAndCounted(t *testing.T) {
	l := &ledger{err: errDown}
	u := NewUsage(UsageConfig{Record: l.record, Now: now})
	u.Record(workspace(t, "one"), "app", "secret")
	for range attempts {
		require.Zero(t, u.Lost())
		require.ErrorIs(t, u.Flush(t.Context()), errDown)
	}
	require.EqualValues(t, 1, u.Lost())
	require.NoError(t, u.Flush(t.Context()))
}

func TestUsageIsBounded(t *testing.T) {
	var l ledger
	var lost counter
	u := NewUsage(UsageConfig{Record: l.record, Now: now, Credentials: 10, Lost: lost.add})
	w := workspace(t, "one")
	for range 2 {
		for i := range 25 {
			u.Record(w, "app", fmt.Sprint(i))
		}
	}
	require.NoError(t, u.Close(t.Context()))
	require.Len(t, l.uses, 10)
	require.Equal(t, 20, total(l.uses))
	require.EqualValues(t, 30, u.Lost())
	require.Equal(t, 30, lost.n)
	u.Record(w, "app", "0")
	require.EqualValues(t, 31, u.Lost(), "what is closed takes nothing")
}

func TestCarriersNeedAWriterAndAClock(t *testing.T) {
	require.Panics(t, func() { NewQueue(Config{Now: now}) })
	require.Panics(t, func() { NewQueue(Config{Append: (&ledger{}).append}) })
	require.Panics(t, func() { NewUsage(UsageConfig{Now: now}) })
	require.Panics(t, func() { NewUsage(UsageConfig{Record: (&ledger{}).record}) })
}

func BenchmarkUsage(b *testing.B) {
	u := NewUsage(UsageConfig{Record: (&ledger{}).record, Now: now})
	w := workspace(b, "one")
	b.ReportAllocs()
	for b.Loop() {
		u.Record(w, "app", "secret")
	}
}

func total(uses []Use) int {
	n := 0
	for _, u := range uses {
		n += int(u.Count)
	}
	return n
}

func workspace(t testing.TB, aid string) tenancy.Workspace {
	t.Helper()
	w, err := tenancy.NewResolver(directory{}, "https://id.example").Workspace(t.Context(), "acme", aid)
	require.NoError(t, err)
	return w
}

type directory struct{}

func (directory) FindTenant(context.Context, string) (domain.Tenant, error) {
	return domain.Tenant{}, tenancy.ErrNotFound
}

func (directory) FindWorkspace(_ context.Context, tid, aid string) (domain.Tenant, domain.Workspace, error) {
	t := domain.Tenant{ID: uuid.NewSHA1(uuid.Nil, []byte(tid)), TID: tid, State: domain.StateActive}
	return t, domain.Workspace{ID: uuid.NewSHA1(t.ID, []byte(aid)), TenantID: t.ID, AID: aid, State: domain.StateActive}, nil
}
