package trace

import (
	"context"
	"encoding/json"
	"sync"
	"sync/atomic"
	"time"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/tenancy"
)

// Config of a Recorder.
type Config struct {
	// Sink keeps one record. It is called by one goroutine at a time.
	Sink func(ctx context.Context, w tenancy.Workspace, id string, body []byte) error
	// Aside keeps, in its stead, what was set aside. Where it is nil, Sink keeps
	// that as well.
	Aside func(ctx context.Context, w tenancy.Workspace, id string, body []byte) error
	// Queue is how many traces may wait; zero means 1024.
	Queue int
	// SampleSuccess keeps one success in so many; zero keeps none, one keeps
	// all. A request with a failed check or an error is not a success.
	SampleSuccess int
	// SinkTimeout bounds one write; zero means one second.
	SinkTimeout time.Duration
	// Lost is told of every trace that was not kept though it should have
	// been. It may be nil and must not block.
	Lost func()
	// Count is told how every request ended, whatever is kept of it: the error
	// and the check that failed only where it was refused. It may be nil and must
	// not block.
	Count func(w tenancy.Workspace, s domain.Series, took time.Duration)
	// Now dates a trace that was started without a time, and tells how long a
	// request took. It may be nil.
	Now func() time.Time
}

// Recorder takes finished traces off the requests' hands.
type Recorder struct {
	config    Config
	queue     chan item
	successes atomic.Uint64
	lost      atomic.Int64

	gate     sync.RWMutex // orders Record with Close, so that every trace is kept or counted
	closed   bool
	closing  chan struct{}
	draining sync.Mutex // held by whoever empties the queue
}

type item struct {
	workspace tenancy.Workspace
	id        string
	body      *body
}

// NewRecorder returns a Recorder that works while Run does.
func NewRecorder(c Config) *Recorder {
	if c.Queue <= 0 {
		c.Queue = 1024
	}
	if c.SinkTimeout <= 0 {
		c.SinkTimeout = time.Second
	}
	return &Recorder{config: c, queue: make(chan item, c.Queue), closing: make(chan struct{})}
}

// Record takes the trace: afterwards the handle records nothing more. It never
// blocks; where the queue is full the trace is lost and counted. A nil
// Recorder drops everything.
func (r *Recorder) Record(w tenancy.Workspace, t *Trace) {
	b := t.take()
	if b == nil {
		return
	}
	if r != nil && r.config.Count != nil && !b.aside {
		r.config.Count(w, b.series(), r.took(b))
	}
	if r == nil || !r.wanted(b) {
		b.free()
		return
	}
	if !r.enqueue(item{workspace: w, id: t.id, body: b}) {
		b.free()
		r.miss()
	}
}

func (r *Recorder) enqueue(i item) bool {
	r.gate.RLock()
	defer r.gate.RUnlock()
	if r.closed {
		return false
	}
	select {
	case r.queue <- i:
		return true
	default:
		return false
	}
}

// series is what the request is counted by.
func (b *body) series() domain.Series {
	s := domain.Series{Endpoint: b.endpoint, GrantType: b.grant, AuthMethod: b.method, Outcome: b.outcome}
	if b.code != "" {
		// A check may fail on the way to success: of two methods the second fits.
		s.Error, s.Check = b.code, b.failed
	}
	return s
}

func (r *Recorder) took(b *body) time.Duration {
	if r.config.Now == nil {
		return 0
	}
	return r.config.Now().Sub(b.at)
}

func (r *Recorder) wanted(b *body) bool {
	if b.failed != "" || b.code != "" {
		return true
	}
	n := r.config.SampleSuccess
	return n > 0 && r.successes.Add(1)%uint64(n) == 0
}

// Run writes queued traces until the context ends or the Recorder is closed.
func (r *Recorder) Run(ctx context.Context) {
	r.draining.Lock()
	defer r.draining.Unlock()
	for {
		select {
		case <-ctx.Done():
			return
		case <-r.closing:
			return
		case i := <-r.queue:
			r.write(ctx, i)
		}
	}
}

// Close refuses further traces and writes those that wait, for as long as the
// context allows; it returns the context's error if some were left.
func (r *Recorder) Close(ctx context.Context) error {
	r.gate.Lock()
	if !r.closed {
		r.closed = true
		close(r.closing)
	}
	r.gate.Unlock()
	r.draining.Lock()
	defer r.draining.Unlock()
	for {
		select {
		case i := <-r.queue:
			if ctx.Err() != nil {
				i.body.free()
				r.miss()
				continue
			}
			r.write(ctx, i)
		default:
			return ctx.Err()
		}
	}
}

// Lost is how many traces were not kept though they should have been.
func (r *Recorder) Lost() int64 { return r.lost.Load() }

func (r *Recorder) write(ctx context.Context, i item) {
	if i.body.at.IsZero() && r.config.Now != nil {
		i.body.at = r.config.Now()
	}
	keep := r.config.Sink
	if r.config.Aside != nil && i.body.aside {
		keep = r.config.Aside
	}
	record := i.body.record(i.id)
	i.body.free()
	encoded, err := json.Marshal(record)
	if err != nil {
		r.miss()
		return
	}
	ctx, cancel := context.WithTimeout(ctx, r.config.SinkTimeout)
	defer cancel()
	if err := keep(ctx, i.workspace, i.id, encoded); err != nil {
		r.miss()
	}
}

func (r *Recorder) miss() {
	r.lost.Add(1)
	if r.config.Lost != nil {
		r.config.Lost()
	}
}
