package cache

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
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// table is the table of revocations: rows may become visible out of the order
// of their ids.
type table struct {
	mu   sync.Mutex
	rows []domain.Revocation
	err  error
	read int // rows handed out
}

func (t *table) load(_ context.Context, afterID int64, since time.Time) ([]domain.Revocation, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.err != nil {
		return nil, t.err
	}
	var out []domain.Revocation
	for _, r := range t.rows {
		if r.ID > afterID || !r.CreatedAt.Before(since) {
			out = append(out, r)
		}
	}
	t.read += len(out)
	return out, nil
}

// both is the same table behind a stricter reading of the two bounds.
func (t *table) both(ctx context.Context, afterID int64, since time.Time) ([]domain.Revocation, error) {
	rows, err := t.load(ctx, afterID, since)
	return slices.DeleteFunc(rows, func(r domain.Revocation) bool { return r.ID <= afterID || r.CreatedAt.Before(since) }), err
}

func (t *table) add(rows ...domain.Revocation) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.rows = append(t.rows, rows...)
}

func (t *table) fail(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.err = err
}

var here = uuid.MustParse("019abc00-0000-7000-8000-000000000001")

func revocation(id int64, kind domain.RevocationKind, target string, before time.Time) domain.Revocation {
	return domain.Revocation{ID: id, WorkspaceID: here, Kind: kind, Target: target, Before: before, ExpiresAt: before.Add(time.Hour), CreatedAt: before}
}

func TestEachKindEndsWhatItNamesAndNothingElse(t *testing.T) {
	clock := newClock()
	now := clock.Now()
	token := Facts{WorkspaceID: here, GrantID: "g", JTI: "j", UserID: "usr_1", ClientID: "app", SessionID: "s", IssuedAt: now}
	for kind, target := range map[domain.RevocationKind]string{
		domain.RevokeGrant: "g", domain.RevokeJTI: "j", domain.RevokeSession: "s", domain.RevokeUser: "usr_1", domain.RevokeClient: "app",
		domain.RevokeConsent: "usr_1 app", domain.RevokeWorkspace: here.String(),
	} {
		t.Run(string(kind), func(t *testing.T) {
			r := NewRevocations((&table{}).load, clock.Now)
			require.False(t, r.Ended(token))
			r.Add(revocation(1, kind, target, now))
			require.True(t, r.Ended(token))

			later := token
			later.IssuedAt = now.Add(time.Second)
			again := map[domain.RevocationKind]bool{domain.RevokeUser: true, domain.RevokeClient: true, domain.RevokeConsent: true, domain.RevokeWorkspace: true}
			require.Equal(t, !again[kind], r.Ended(later), "what can begin anew lives afterwards; what cannot has ended for good")
			elsewhere := token
			elsewhere.WorkspaceID = uuid.MustParse("019abc00-0000-7000-8000-000000000002")
			require.False(t, r.Ended(elsewhere), "another workspace has names of its own")
			if kind != domain.RevokeWorkspace {
				require.False(t, r.Ended(Facts{WorkspaceID: here, IssuedAt: now}), "what a token does not have cannot end it")
				other := Facts{WorkspaceID: here, GrantID: "g2", JTI: "j2", UserID: "usr_2", ClientID: "app2", SessionID: "s2", IssuedAt: now}
				require.False(t, r.Ended(other))
				// The same words in another place mean something else.
				swapped := Facts{WorkspaceID: here, GrantID: "app", JTI: "usr_1", UserID: "g", ClientID: "s", SessionID: "j", IssuedAt: now}
				require.False(t, r.Ended(swapped))
			}
		})
	}
}

func TestConsentEndsThePairOnly(t *testing.T) {
	clock := newClock()
	r := NewRevocations((&table{}).load, clock.Now)
	r.Add(revocation(1, domain.RevokeConsent, "usr_1 app", clock.Now()))
	require.False(t, r.Ended(Facts{WorkspaceID: here, UserID: "usr_1", ClientID: "app2", IssuedAt: clock.Now()}))
	require.False(t, r.Ended(Facts{WorkspaceID: here, UserID: "usr_2", ClientID: "app", IssuedAt: clock.Now()}))
	require.False(t, r.Ended(Facts{WorkspaceID: here, UserID: "usr_1", IssuedAt: clock.Now()}))
	require.True(t, r.Ended(Facts{WorkspaceID: here, UserID: "usr_1", ClientID: "app", IssuedAt: clock.Now()}))
}

func TestTheLaterOfTwoMomentsCounts(t *testing.T) {
	clock := newClock()
	now := clock.Now()
	r := NewRevocations((&table{}).load, clock.Now)
	r.Add(revocation(2, domain.RevokeUser, "usr_1", now))
	r.Add(revocation(1, domain.RevokeUser, "usr_1", now.Add(-time.Hour)))
	require.True(t, r.Ended(Facts{WorkspaceID: here, UserID: "usr_1", IssuedAt: now}))
	require.Equal(t, 1, r.Len())
	r.Add(domain.Revocation{WorkspaceID: here, Kind: domain.RevokeUser, Target: "usr_1"})
	require.True(t, r.Ended(Facts{WorkspaceID: here, UserID: "usr_1", IssuedAt: now.Add(time.Hour)}), "without a moment everything ends")
	r.Add(domain.Revocation{WorkspaceID: here, Kind: "something new", Target: "x"})
	require.Equal(t, 1, r.Len())
}

func TestSetIsFreshWhileItsPollsSucceed(t *testing.T) {
	clock, rows := newClock(), &table{}
	r := NewRevocations(rows.load, clock.Now)
	require.False(t, r.Fresh(), "an empty set knows nothing yet")
	require.NoError(t, r.Refresh(t.Context()))
	require.True(t, r.Fresh())
	clock.move(5 * time.Second)
	require.True(t, r.Fresh())
	rows.fail(errDown)
	require.ErrorIs(t, r.Refresh(t.Context()), errDown)
	clock.move(time.Millisecond)
	require.False(t, r.Fresh())
	rows.fail(nil)
	require.NoError(t, r.Refresh(t.Context()))
	require.True(t, r.Fresh())
}

func TestRunLoadsWhatThereIsAndStops(t *testing.T) {
	clock, rows := newClock(), &table{}
	rows.add(revocation(1, domain.RevokeGrant, "g", clock.Now()))
	r := NewRevocations(rows.load, clock.Now)
	ctx, cancel := context.WithCancel(t.Context())
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		r.Run(ctx)
	}()
	token := Facts{WorkspaceID: here, GrantID: "g", IssuedAt: clock.Now()}
	require.Eventually(t, func() bool { return r.Fresh() && r.Ended(token) }, 10*time.Second, time.Millisecond)
	token.GrantID = "g2"
	rows.add(revocation(2, domain.RevokeGrant, "g2", clock.Now()))
	require.Eventually(t, func() bool { return r.Ended(token) }, 10*time.Second, time.Millisecond)
	cancel()
	<-stopped
}

// Facts become visible late and out of order, polls fail for a while, clocks
// drift: whatever was committed long enough ago is known after a poll.
func TestPollMissesNothingThatWasCommittedLate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		clock, rows := newClock(), &table{}
		load := rows.load
		if rapid.Bool().Draw(t, "both bounds") {
			load = rows.both
		}
		r := NewRevocations(load, clock.Now)
		type late struct {
			visible time.Time
			row     domain.Revocation
		}
		var waiting []late
		var id int64
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			clock.move(time.Duration(rapid.IntRange(0, 4000).Draw(t, "pause")) * time.Millisecond)
			now := clock.Now()
			for range rapid.IntRange(0, 3).Draw(t, "new") {
				id++
				drift := time.Duration(rapid.IntRange(-5, 5).Draw(t, "drift")) * time.Second
				delay := time.Duration(rapid.IntRange(0, 5900).Draw(t, "commit")) * time.Millisecond
				row := revocation(id, domain.RevokeGrant, fmt.Sprint(id), now.Add(drift))
				row.Before = now.Add(time.Hour)
				row.ExpiresAt = now.Add(24 * time.Hour)
				waiting = append(waiting, late{now.Add(delay), row})
			}
			waiting = slices.DeleteFunc(waiting, func(l late) bool {
				if l.visible.After(now) {
					return false
				}
				rows.add(l.row)
				return true
			})
			if rapid.IntRange(0, 3).Draw(t, "fails") == 0 {
				rows.fail(errDown)
			}
			err := r.Refresh(context.Background())
			if rows.fail(nil); err != nil {
				continue
			}
			for _, row := range rows.rows {
				if !r.Ended(Facts{WorkspaceID: here, GrantID: row.Target, IssuedAt: now}) {
					t.Fatalf("revocation %d is committed and not known", row.ID)
				}
			}
		}
	})
}

func TestPollsDoNotReadEverythingAgain(t *testing.T) {
	clock, rows := newClock(), &table{}
	for i := range 1000 {
		rows.add(revocation(int64(i+1), domain.RevokeGrant, fmt.Sprint(i), clock.Now()))
	}
	r := NewRevocations(rows.load, clock.Now)
	for range 100 {
		require.NoError(t, r.Refresh(t.Context()))
		clock.move(time.Second)
	}
	before := rows.read
	require.NoError(t, r.Refresh(t.Context()))
	require.Equal(t, before, rows.read)
	require.LessOrEqual(t, len(r.seen), 20, "the memory of polls is bounded")
}

func TestWhatCanNoLongerBeAcceptedIsDropped(t *testing.T) {
	clock, rows := newClock(), &table{}
	r := NewRevocations(rows.load, clock.Now)
	require.NoError(t, r.Refresh(t.Context()))
	for i := range 10 {
		r.Add(revocation(int64(i), domain.RevokeJTI, fmt.Sprint(i), clock.Now()))
	}
	require.Equal(t, 10, r.Len())
	clock.move(time.Hour)
	require.NoError(t, r.Refresh(t.Context()))
	require.Equal(t, 10, r.Len(), "at its end a fact still counts")
	clock.move(2 * time.Minute)
	require.NoError(t, r.Refresh(t.Context()))
	require.Zero(t, r.Len())
}

func TestEndedAllocatesNothing(t *testing.T) {
	r, f := few(newClock())
	require.Zero(t, testing.AllocsPerRun(100, func() { _ = r.Ended(f) }))
}

func TestRevocationsNeedASourceAndAClock(t *testing.T) {
	require.Panics(t, func() { NewRevocations(nil, newClock().Now) })
	require.Panics(t, func() { NewRevocations((&table{err: errors.New("x")}).load, nil) })
}

// few is a set with some entries of each kind, and a token that none ends.
func few(c *clock) (*Revocations, Facts) {
	r := NewRevocations((&table{}).load, c.Now)
	for i, kind := range []domain.RevocationKind{domain.RevokeGrant, domain.RevokeJTI, domain.RevokeUser, domain.RevokeClient, domain.RevokeSession} {
		r.Add(revocation(int64(i), kind, uuid.NewString(), c.Now()))
	}
	return r, Facts{WorkspaceID: here, GrantID: uuid.NewString(), JTI: uuid.NewString(), UserID: "usr_1", ClientID: "app", SessionID: uuid.NewString(), IssuedAt: c.Now()}
}

func BenchmarkEndedEmpty(b *testing.B) {
	_, f := few(newClock())
	r := NewRevocations((&table{}).load, newClock().Now)
	b.ReportAllocs()
	for b.Loop() {
		_ = r.Ended(f)
	}
}

func BenchmarkEndedAllKinds(b *testing.B) {
	r, f := few(newClock())
	b.ReportAllocs()
	for b.Loop() {
		_ = r.Ended(f)
	}
}
