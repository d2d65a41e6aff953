package audit

import (
	"context"
	"strconv"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/signet-authz/signet/pkg/domain"
)

// tallyKinds bounds how many different things a Tally counts between flushes.
const tallyKinds = 20_000

// Tally counts events that repeat, such as the tokens that a busy client gets
// for itself, and passes on one event per second and kind, which says how many
// there were. What differs only in its moment, address or trace counts as the
// same; the event passed on has those of the last.
type Tally struct {
	pass func(domain.AuditEvent)

	mu     sync.Mutex
	counts map[kind]tallied
}

type kind struct {
	workspace                uuid.UUID
	action, actor, target, o string
}

type tallied struct {
	last domain.AuditEvent
	n    int
}

// NewTally returns a tally that passes its events on to, for example,
// Queue.Record. It works while Run does.
func NewTally(pass func(domain.AuditEvent)) *Tally {
	return &Tally{pass: pass, counts: make(map[kind]tallied)}
}

// Record counts an event. It never blocks on I/O; where too many kinds are
// waiting the event is passed on by itself.
func (t *Tally) Record(ev domain.AuditEvent) {
	k := kind{ev.WorkspaceID, ev.Action, ev.ActorID, ev.TargetID, ev.Outcome}
	t.mu.Lock()
	c, seen := t.counts[k]
	if !seen && len(t.counts) >= tallyKinds {
		t.mu.Unlock()
		t.pass(ev)
		return
	}
	t.counts[k] = tallied{last: ev, n: c.n + 1}
	t.mu.Unlock()
}

// Run flushes once a second until the context ends, and once more then.
func (t *Tally) Run(ctx context.Context) {
	tick := time.NewTicker(flushEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			t.Flush()
			return
		case <-tick.C:
			t.Flush()
		}
	}
}

// Flush passes on what was counted.
func (t *Tally) Flush() {
	t.mu.Lock()
	counts := t.counts
	t.counts = make(map[kind]tallied)
	t.mu.Unlock()
	for _, c := range counts {
		ev := c.last
		if c.n > 1 {
			detail := map[string]string{"count": strconv.Itoa(c.n)}
			for name, value := range ev.Detail {
				detail[name] = value
			}
			ev.Detail = detail
		}
		t.pass(ev)
	}
}
