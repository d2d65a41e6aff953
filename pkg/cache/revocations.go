package cache

import (
	"context"
	"math"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/signet-authz/signet/pkg/domain"
)

const (
	pollEvery   = 500 * time.Millisecond
	pollTimeout = 2 * time.Second
	sweepEvery  = time.Minute
	// freshWithin is how long the set may go without a successful poll.
	freshWithin = 5 * time.Second
	// overlap is how long an id may take from being drawn to being committed:
	// polls ask again for what is newer than the ids seen that long ago.
	overlap = 10 * time.Second
	// clockDrift is how far the clocks of two processes may be apart before one
	// of them is not ready.
	clockDrift = 5 * time.Second
)

// Facts of a token, by any of which it may have ended. Empty ones are not
// asked about.
type Facts struct {
	WorkspaceID uuid.UUID
	GrantID     string
	JTI         string
	UserID      string
	ClientID    string
	SessionID   string
	IssuedAt    time.Time
}

// LoadRevocations reads the live revocations of all workspaces whose id is
// greater than afterID or that were created at or after since.
type LoadRevocations func(ctx context.Context, afterID int64, since time.Time) ([]domain.Revocation, error)

// Revocations is the set of what has ended and could otherwise still be
// accepted. Its size follows from how much is revoked within the lifetime of
// an access token.
type Revocations struct {
	load LoadRevocations
	now  func() time.Time

	size      atomic.Int64
	refreshed atomic.Int64 // when the last successful poll began (Unix nanoseconds)

	mu         sync.RWMutex
	grants     marks
	jtis       marks
	users      marks
	clients    marks
	sessions   marks
	consents   marks
	workspaces marks

	polling   sync.Mutex // one poll at a time; guards what follows
	seen      []position
	lastPoll  time.Time
	lastSweep time.Time
}

// marks says until when what was issued for a target has ended.
type marks map[target]mark

// target has a second name for consents only.
type target struct {
	workspace    uuid.UUID
	name, second string
}

type mark struct{ before, expires int64 } // Unix nanoseconds

// position is the highest id that a poll of that time had seen.
type position struct {
	at time.Time
	id int64
}

// NewRevocations returns an empty set, which is not fresh before its first
// poll.
func NewRevocations(load LoadRevocations, now func() time.Time) *Revocations {
	if load == nil || now == nil {
		panic("cache: revocations need a source and a clock")
	}
	return &Revocations{
		load: load, now: now,
		grants: marks{}, jtis: marks{}, users: marks{}, clients: marks{}, sessions: marks{}, consents: marks{}, workspaces: marks{},
	}
}

// Run polls twice a second until the context ends.
func (r *Revocations) Run(ctx context.Context) {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		// A failed poll needs no word here: Fresh tells, and the next one tries again.
		_ = r.Refresh(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Refresh polls once.
func (r *Revocations) Refresh(ctx context.Context) error {
	r.polling.Lock()
	defer r.polling.Unlock()
	ctx, cancel := context.WithTimeout(ctx, pollTimeout)
	defer cancel()
	began := r.now()
	after, since := r.from()
	facts, err := r.load(ctx, after, since)
	if err != nil {
		return err
	}
	highest := after
	if n := len(r.seen); n > 0 {
		highest = r.seen[n-1].id
	}
	r.mu.Lock()
	for _, f := range facts {
		highest = max(highest, f.ID)
		r.put(f)
	}
	if began.Sub(r.lastSweep) >= sweepEvery {
		r.lastSweep = began
		r.sweep(began.UnixNano())
	}
	r.mu.Unlock()
	r.seen = append(r.seen, position{began, highest})
	r.lastPoll = began
	r.refreshed.Store(began.UnixNano())
	return nil
}

// from says where a poll begins: at the ids that had been seen one overlap
// before the last successful poll, since that one has read all that came late
// below them; and at its time less the overlap and the drift of clocks.
func (r *Revocations) from() (after int64, since time.Time) {
	settled := -1
	for i, p := range r.seen {
		if r.lastPoll.Sub(p.at) >= overlap {
			settled = i
		}
	}
	if settled >= 0 {
		after = r.seen[settled].id
		r.seen = append(r.seen[:0], r.seen[settled:]...)
	}
	if !r.lastPoll.IsZero() {
		since = r.lastPoll.Add(-overlap - clockDrift)
	}
	return after, since
}

// Add puts in a fact that was pushed.
func (r *Revocations) Add(f domain.Revocation) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.put(f)
}

// Ended tells whether any of the facts has ended.
func (r *Revocations) Ended(f Facts) bool {
	if r.size.Load() == 0 {
		return false
	}
	issued := f.IssuedAt.UnixNano()
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.grants.has(f.WorkspaceID, f.GrantID) ||
		r.jtis.has(f.WorkspaceID, f.JTI) ||
		r.sessions.has(f.WorkspaceID, f.SessionID) ||
		r.users.ended(f.WorkspaceID, f.UserID, issued) ||
		r.clients.ended(f.WorkspaceID, f.ClientID, issued) ||
		r.consents.endedPair(f.WorkspaceID, f.UserID, f.ClientID, issued) ||
		r.workspaces.hit(target{workspace: f.WorkspaceID}, issued)
}

// Fresh is false before the first poll and once no poll has succeeded for five
// seconds: nobody may then say that a token is active.
func (r *Revocations) Fresh() bool {
	last := r.refreshed.Load()
	return last != 0 && r.now().UnixNano()-last <= int64(freshWithin)
}

// Len is the number of live facts.
func (r *Revocations) Len() int { return int(r.size.Load()) }

// has holds for what ends for good: a grant, a token or a session never comes
// back, so that what a race issued under it a moment later has ended as well.
func (m marks) has(w uuid.UUID, name string) bool {
	if len(m) == 0 || name == "" {
		return false
	}
	_, found := m[target{workspace: w, name: name}]
	return found
}

// ended holds for what may begin anew: a user or client ends with all that was
// issued to it before a moment.
func (m marks) ended(w uuid.UUID, name string, issued int64) bool {
	return len(m) > 0 && name != "" && m.hit(target{workspace: w, name: name}, issued)
}

func (m marks) endedPair(w uuid.UUID, name, second string, issued int64) bool {
	return len(m) > 0 && name != "" && second != "" && m.hit(target{workspace: w, name: name, second: second}, issued)
}

func (m marks) hit(t target, issued int64) bool {
	if len(m) == 0 {
		return false
	}
	k, found := m[t]
	return found && issued <= k.before
}

// put adds a fact under the lock. Of two facts about one target the later
// moment and the later end count.
func (r *Revocations) put(f domain.Revocation) {
	set, t := r.place(f)
	if set == nil {
		return
	}
	k := mark{before: nanos(f.Before), expires: nanos(f.ExpiresAt)}
	old, found := set[t]
	if found {
		k.before, k.expires = max(k.before, old.before), max(k.expires, old.expires)
	} else {
		r.size.Add(1)
	}
	set[t] = k
}

// place is where a fact belongs; nil for kinds that this release does not know.
func (r *Revocations) place(f domain.Revocation) (marks, target) {
	t := target{workspace: f.WorkspaceID, name: f.Target}
	switch f.Kind {
	case domain.RevokeGrant:
		return r.grants, t
	case domain.RevokeJTI:
		return r.jtis, t
	case domain.RevokeSession:
		return r.sessions, t
	case domain.RevokeUser:
		return r.users, t
	case domain.RevokeClient:
		return r.clients, t
	case domain.RevokeConsent:
		t.name, t.second, _ = strings.Cut(f.Target, " ")
		return r.consents, t
	case domain.RevokeWorkspace:
		t.name = ""
		return r.workspaces, t
	}
	return nil, t
}

// sweep drops what could no longer be accepted anyway.
func (r *Revocations) sweep(now int64) {
	n := 0
	for _, m := range []marks{r.grants, r.jtis, r.users, r.clients, r.sessions, r.consents, r.workspaces} {
		for t, k := range m {
			if k.expires < now {
				delete(m, t)
			}
		}
		n += len(m)
	}
	r.size.Store(int64(n))
}

// nanos reads an absent moment as "for ever", so that a fact without a moment
// ends everything rather than nothing.
func nanos(t time.Time) int64 {
	if t.IsZero() {
		return math.MaxInt64
	}
	return t.UnixNano()
}
