package audit

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/signet-authz/signet/pkg/domain"
)

const (
	flushEvery    = time.Second
	flushTimeout  = 3 * time.Second
	batchSize     = 500
	defaultLength = 10_000
	// attempts is how often a batch is tried. It outlasts the restart of a
	// database; a batch that is refused longer must not hold up the rest.
	attempts = 10
)

// Append writes a batch of events in one round trip.
type Append func(ctx context.Context, events []domain.AuditEvent) error

// Config of a Queue.
type Config struct {
	Append Append
	// Length is how many events may wait; zero means 10,000.
	Length int
	Now    func() time.Time
	// Lost is told how many events were just dropped. It may be nil and must
	// not block.
	Lost func(n int)
}

// Queue carries audit events.
type Queue struct {
	config Config
	events chan domain.AuditEvent
	full   chan struct{} // wakes Run when a whole batch waits
	lost   atomic.Int64

	gate    sync.RWMutex // orders Record with Close, so that every event is written or counted
	closed  bool
	closing chan struct{}

	flushing sync.Mutex // guards what follows
	batch    []domain.AuditEvent
	tries    int
}

// NewQueue returns a queue that works while Run does. It panics without a
// clock or a function to write with.
func NewQueue(c Config) *Queue {
	if c.Append == nil || c.Now == nil {
		panic("audit: a queue needs Append and a clock")
	}
	if c.Length <= 0 {
		c.Length = defaultLength
	}
	return &Queue{config: c, events: make(chan domain.AuditEvent, c.Length), full: make(chan struct{}, 1), closing: make(chan struct{})}
}

// Record takes an event, giving it the present time where it has none. It
// never blocks: where the queue is full or closed the event is dropped and
// counted.
func (q *Queue) Record(ev domain.AuditEvent) {
	if ev.At.IsZero() {
		ev.At = q.config.Now()
	}
	if !q.enqueue(ev) {
		q.drop(1)
		return
	}
	if len(q.events) >= batchSize {
		select {
		case q.full <- struct{}{}:
		default:
		}
	}
}

func (q *Queue) enqueue(ev domain.AuditEvent) bool {
	q.gate.RLock()
	defer q.gate.RUnlock()
	if q.closed {
		return false
	}
	select {
	case q.events <- ev:
		return true
	default:
		return false
	}
}

// Run writes until the context ends or the queue is closed.
func (q *Queue) Run(ctx context.Context) {
	tick := time.NewTicker(flushEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-q.closing:
			return
		case <-tick.C:
			_ = q.Flush(ctx) // the batch is kept and Lost counts
		case <-q.full:
			if q.waiting() {
				continue // a batch that failed waits for the tick
			}
			_ = q.Flush(ctx)
		}
	}
}

// Flush writes what waits, until nothing does or a batch fails. A batch that
// fails stays and is tried again by the next Flush.
func (q *Queue) Flush(ctx context.Context) error {
	q.flushing.Lock()
	defer q.flushing.Unlock()
	for {
		q.fill()
		if len(q.batch) == 0 {
			return nil
		}
		if err := q.write(ctx); err != nil {
			return err
		}
	}
}

// Close refuses further events and writes those that wait, for as long as the
// context allows. What cannot be written is dropped and counted.
func (q *Queue) Close(ctx context.Context) error {
	q.gate.Lock()
	if !q.closed {
		q.closed = true
		close(q.closing)
	}
	q.gate.Unlock()
	err := q.Flush(ctx)
	q.flushing.Lock()
	defer q.flushing.Unlock()
	n := len(q.batch)
	q.batch = nil
	for len(q.events) > 0 {
		<-q.events
		n++
	}
	q.drop(n)
	return err
}

// Lost is how many events were dropped.
func (q *Queue) Lost() int64 { return q.lost.Load() }

func (q *Queue) fill() {
	for len(q.batch) < batchSize {
		select {
		case ev := <-q.events:
			q.batch = append(q.batch, ev)
		default:
			return
		}
	}
}

func (q *Queue) write(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, flushTimeout)
	defer cancel()
	err := q.config.Append(ctx, q.batch)
	if err != nil {
		if q.tries++; q.tries < attempts {
			return err
		}
		q.drop(len(q.batch))
	}
	// The writer may have kept the slice: the next batch gets one of its own.
	q.batch, q.tries = nil, 0
	return err
}

func (q *Queue) waiting() bool {
	q.flushing.Lock()
	defer q.flushing.Unlock()
	return q.tries > 0
}

func (q *Queue) drop(n int) {
	if n == 0 {
		return
	}
	q.lost.Add(int64(n))
	if q.config.Lost != nil {
		q.config.Lost(n)
	}
}
