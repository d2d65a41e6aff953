package statistics

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/tenancy"
)

const (
	// FlushEvery is how often counts should be written.
	FlushEvery = 5 * time.Second

	shards            = 16
	defaultWorkspaces = 4096
	defaultSeries     = 256
	flushTimeout      = 5 * time.Second
	// batchSize is how many counts are written, or not, together.
	batchSize = 300
	// attempts is how many flushes a count may wait for before it is dropped.
	attempts = 12
)

// Add writes counts, adding to what is there.
type Add func(ctx context.Context, counts []domain.Count) error

// Config of a Counter.
type Config struct {
	Add Add
	// Workspaces is how many may be counted between two flushes; zero means 4096.
	Workspaces int
	// Series is how many a workspace may have between two flushes; zero means 256.
	// What comes beyond is counted as the series "other" of its outcome.
	Series int
	Now    func() time.Time
}

// Counter counts between flushes.
type Counter struct {
	config Config
	lost   atomic.Int64
	// workspaces is how many there are in all shards.
	workspaces atomic.Int64
	shards     [shards]shard

	flushing sync.Mutex // one flush at a time; guards tries
	tries    int
}

// shard holds the workspaces whose id ends alike.
type shard struct {
	mu     sync.Mutex
	closed bool // nothing is counted any more
	counts map[uuid.UUID]map[domain.Series]*domain.Latency
}

// other is what stands for the series that a workspace may not have any more.
const other = "other"

// New returns a Counter. It panics without a clock or a function to write with.
func New(c Config) *Counter {
	if c.Add == nil || c.Now == nil {
		panic("statistics: a counter needs Add and a clock")
	}
	if c.Workspaces <= 0 {
		c.Workspaces = defaultWorkspaces
	}
	if c.Series <= 0 {
		c.Series = defaultSeries
	}
	k := &Counter{config: c}
	for i := range k.shards {
		k.shards[i].counts = make(map[uuid.UUID]map[domain.Series]*domain.Latency)
	}
	return k
}

// Observe counts one request. It never blocks on I/O, and allocates nothing for
// a series that was seen since the flush before the last.
func (k *Counter) Observe(w tenancy.Workspace, s domain.Series, took time.Duration) {
	id := w.ID()
	h := k.shard(id)
	h.mu.Lock()
	l := k.latency(h, id, s)
	if l != nil {
		l.Add(took)
	}
	h.mu.Unlock()
	if l == nil {
		k.lost.Add(1)
	}
}

// shard is chosen by the end of the id, which is random (RFC 9562, section 5.7).
func (k *Counter) shard(id uuid.UUID) *shard { return &k.shards[id[15]%shards] }

// latency finds or makes what counts the series, under the shard's lock; nil
// where there is no room.
func (k *Counter) latency(h *shard, id uuid.UUID, s domain.Series) *domain.Latency {
	if l := h.counts[id][s]; l != nil && !h.closed {
		return l
	}
	if h.closed {
		return nil
	}
	series, found := h.counts[id]
	if !found {
		if k.workspaces.Add(1) > int64(k.config.Workspaces) {
			k.workspaces.Add(-1)
			return nil
		}
		series = make(map[domain.Series]*domain.Latency)
		h.counts[id] = series
	}
	if len(series) >= k.config.Series {
		s = domain.Series{Endpoint: other, Outcome: outcome(s.Outcome)}
		if l := series[s]; l != nil {
			return l
		}
	}
	l := new(domain.Latency)
	series[s] = l
	return l
}

// outcome keeps the series that stand for others few.
func outcome(s string) string {
	if s == domain.OutcomeGranted || s == domain.OutcomeRefused {
		return s
	}
	return other
}

// Flush writes what was counted. What cannot be written is counted again, for
// the next flush and at its time, until too many have failed.
func (k *Counter) Flush(ctx context.Context) error {
	k.flushing.Lock()
	defer k.flushing.Unlock()
	var failure error
	for part := range slices.Chunk(k.take(k.config.Now()), batchSize) {
		if failure == nil {
			if failure = k.write(ctx, part); failure == nil {
				continue
			}
		}
		// The database that refused one part will refuse the next one too.
		if k.tries+1 >= attempts {
			k.drop(part)
		} else {
			k.restore(part)
		}
	}
	if k.tries++; failure == nil || k.tries >= attempts {
		k.tries = 0
	}
	return failure
}

func (k *Counter) write(ctx context.Context, counts []domain.Count) error {
	ctx, cancel := context.WithTimeout(ctx, flushTimeout)
	defer cancel()
	return k.config.Add(ctx, counts)
}

// take reads and clears what was counted. Series that counted nothing are
// forgotten; the others keep their place, so that a busy one is not made anew
// after every flush.
func (k *Counter) take(at time.Time) []domain.Count {
	var counts []domain.Count
	for i := range k.shards {
		h := &k.shards[i]
		h.mu.Lock()
		for id, series := range h.counts {
			for s, l := range series {
				if *l == (domain.Latency{}) {
					delete(series, s)
					continue
				}
				counts = append(counts, domain.Count{WorkspaceID: id, At: at, Series: s, Latency: *l})
				*l = domain.Latency{}
			}
			if len(series) == 0 {
				delete(h.counts, id)
				k.workspaces.Add(-1)
			}
		}
		h.mu.Unlock()
	}
	return counts
}

// restore counts again what could not be written.
func (k *Counter) restore(counts []domain.Count) {
	for _, c := range counts {
		h := k.shard(c.WorkspaceID)
		h.mu.Lock()
		l := k.latency(h, c.WorkspaceID, c.Series)
		if l != nil {
			l.Merge(c.Latency)
		}
		h.mu.Unlock()
		if l == nil {
			k.lost.Add(c.Latency.Count())
		}
	}
}

// Close refuses further requests and writes those that were counted. What
// cannot be written is dropped and counted as lost.
func (k *Counter) Close(ctx context.Context) error {
	for i := range k.shards {
		h := &k.shards[i]
		h.mu.Lock()
		h.closed = true
		h.mu.Unlock()
	}
	return k.Flush(ctx)
}

// Lost is how many requests were not counted.
func (k *Counter) Lost() int64 { return k.lost.Load() }

func (k *Counter) drop(counts []domain.Count) {
	for _, c := range counts {
		k.lost.Add(c.Latency.Count())
	}
}
