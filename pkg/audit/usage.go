package audit

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/signet-authz/signet/pkg/tenancy"
)

const defaultCredentials = 20_000

// Use is how often a credential was used, and when last, since the last write.
type Use struct {
	WorkspaceID  uuid.UUID
	ClientID     string
	CredentialID string
	At           time.Time
	Count        int64
}

// RecordUses writes a batch of uses in one round trip.
type RecordUses func(ctx context.Context, uses []Use) error

// UsageConfig of a Usage.
type UsageConfig struct {
	Record RecordUses
	// Credentials is how many different ones may wait; zero means 20,000.
	Credentials int
	Now         func() time.Time
	// Lost is told how many uses were just dropped. It may be nil and must not
	// block.
	Lost func(n int)
}

// Usage counts the use of credentials between writes, so that a busy client
// costs one row a second and not one a request.
type Usage struct {
	config UsageConfig
	lost   atomic.Int64

	closing   chan struct{}
	closeOnce sync.Once

	mu     sync.Mutex
	counts map[credential]count
	closed bool

	flushing sync.Mutex // one write at a time; guards tries
	tries    int
}

type credential struct {
	workspace uuid.UUID
	client    string
	id        string
}

type count struct {
	at time.Time
	n  int64
}

// NewUsage returns a Usage that works while Run does. It panics without a
// clock or a function to write with.
func NewUsage(c UsageConfig) *Usage {
	if c.Record == nil || c.Now == nil {
		panic("audit: usage needs Record and a clock")
	}
	if c.Credentials <= 0 {
		c.Credentials = defaultCredentials
	}
	return &Usage{config: c, closing: make(chan struct{}), counts: make(map[credential]count)}
}

// Record counts one use of a client's credential. It never blocks on I/O.
func (u *Usage) Record(w tenancy.Workspace, clientID, credentialID string) {
	k, at := credential{w.ID(), clientID, credentialID}, u.config.Now()
	u.mu.Lock()
	ok := u.add(k, count{at, 1})
	u.mu.Unlock()
	if !ok {
		u.drop(1)
	}
}

// add counts under the lock; it refuses what would exceed the bound.
func (u *Usage) add(k credential, c count) bool {
	old, found := u.counts[k]
	if u.closed || !found && len(u.counts) >= u.config.Credentials {
		return false
	}
	if old.at.After(c.at) {
		c.at = old.at
	}
	u.counts[k] = count{c.at, old.n + c.n}
	return true
}

// Run writes every second until the context ends or the Usage is closed.
func (u *Usage) Run(ctx context.Context) {
	tick := time.NewTicker(flushEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-u.closing:
			return
		case <-tick.C:
			_ = u.Flush(ctx) // what failed is counted again or in Lost
		}
	}
}

// Flush writes what was counted, in batches. What cannot be written is counted
// again for the next time.
func (u *Usage) Flush(ctx context.Context) error {
	u.flushing.Lock()
	defer u.flushing.Unlock()
	counts := u.take()
	batch := make([]Use, 0, min(len(counts), batchSize))
	var failure error
	for k, c := range counts {
		batch = append(batch, Use{WorkspaceID: k.workspace, ClientID: k.client, CredentialID: k.id, At: c.at, Count: c.n})
		if len(batch) == batchSize {
			failure = u.write(ctx, batch, failure)
			batch = make([]Use, 0, batchSize)
		}
	}
	if len(batch) > 0 {
		failure = u.write(ctx, batch, failure)
	}
	if failure == nil {
		u.tries = 0
	} else if u.tries++; u.tries >= attempts {
		u.tries = 0
	}
	return failure
}

// take empties the counter. What it returns belongs to the caller alone.
func (u *Usage) take() map[credential]count {
	u.mu.Lock()
	defer u.mu.Unlock()
	counts := u.counts
	u.counts = make(map[credential]count, min(len(counts), batchSize))
	return counts
}

// write records one batch, unless an earlier one of the same flush failed: the
// database that refused it will refuse this one too.
func (u *Usage) write(ctx context.Context, batch []Use, failure error) error {
	if failure == nil {
		ctx, cancel := context.WithTimeout(ctx, flushTimeout)
		defer cancel()
		if failure = u.config.Record(ctx, batch); failure == nil {
			return nil
		}
	}
	if u.tries+1 >= attempts {
		u.drop(uses(batch))
		return failure
	}
	lost := 0
	u.mu.Lock()
	for _, b := range batch {
		if !u.add(credential{b.WorkspaceID, b.ClientID, b.CredentialID}, count{b.At, b.Count}) {
			lost += int(b.Count)
		}
	}
	u.mu.Unlock()
	u.drop(lost)
	return failure
}

// Close refuses further uses and writes those that were counted. What cannot
// be written is dropped and counted as lost.
func (u *Usage) Close(ctx context.Context) error {
	u.closeOnce.Do(func() { close(u.closing) })
	u.mu.Lock()
	u.closed = true
	u.mu.Unlock()
	return u.Flush(ctx)
}

// Lost is how many uses were dropped.
func (u *Usage) Lost() int64 { return u.lost.Load() }

func uses(batch []Use) int {
	n := 0
	for _, b := range batch {
		n += int(b.Count)
	}
	return n
}

func (u *Usage) drop(n int) {
	if n == 0 {
		return
	}
	u.lost.Add(int64(n))
	if u.config.Lost != nil {
		u.config.Lost(n)
	}
}
