package cache

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/maypok86/otter/v2"
)

// Bounds of loading.
const (
	loadTimeout  = 2 * time.Second // of one load, whoever waits for it
	retryPause   = time.Second     // between loads of a value whose source fails
	maxLoads     = 1024            // at once, of one cache
	defaultSize  = 1024
	defaultFresh = 5 * time.Second
)

// ErrBusy says that too many different values are being loaded at once.
var ErrBusy = errors.New("cache: too many loads at once")

// Options of a Cache.
type Options[K comparable, V any] struct {
	// Name appears in errors.
	Name string
	// Size is the number of entries kept, found and not found together.
	Size int
	// Fresh is the greatest age of an answer while the source works; Stale that
	// while it fails.
	Fresh, Stale time.Duration
	Now          func() time.Time
	// Load asks the source. Its context carries the values of the first caller's
	// but not its end: others may be waiting for the same answer.
	Load func(context.Context, K) (V, error)
	// Negative tells which errors are answers, such as "not found", and are kept
	// like values. Others are faults of the source. Nil means none.
	Negative func(error) bool

	// own copies a key that is about to be kept, so that it does not hold on to
	// the request that it was cut from.
	own func(K) K
}

// Cache is a bounded map that loads what it lacks, once however many ask.
type Cache[K comparable, V any] struct {
	options Options[K, V]
	soon    time.Duration // age from which a value is loaded anew ahead of time
	entries *otter.Cache[K, *entry[V]]
	floor   atomic.Int64 // entries from before this moment are due (Unix nanoseconds)

	// mu orders the storing of loads with the forgetting of keys.
	mu      sync.Mutex
	flights map[K]*flight[V]
}

type entry[V any] struct {
	value    V
	err      error // an error that is an answer
	loadedAt time.Time
	retryAt  atomic.Int64 // after a failed load: when to try again (Unix nanoseconds)
	ahead    atomic.Bool  // somebody loads it anew already
}

type flight[V any] struct {
	done      chan struct{}
	value     V
	err       error
	forgotten bool // guarded by Cache.mu
}

// New returns an empty cache. It panics without a clock.
func New[K comparable, V any](o Options[K, V]) *Cache[K, V] {
	if o.Now == nil {
		panic("cache: no clock")
	}
	if o.Size <= 0 {
		o.Size = defaultSize
	}
	if o.Fresh <= 0 {
		o.Fresh = defaultFresh
	}
	o.Stale = max(o.Stale, o.Fresh)
	if o.Negative == nil {
		o.Negative = func(error) bool { return false }
	}
	return &Cache[K, V]{
		options: o,
		soon:    o.Fresh * 4 / 5,
		entries: otter.Must(&otter.Options[K, *entry[V]]{MaximumSize: o.Size}),
		flights: make(map[K]*flight[V]),
	}
}

// Get returns the value of the key, loading it where it is absent or too old.
// Its errors are those of Load, ErrBusy, and the context's.
func (c *Cache[K, V]) Get(ctx context.Context, k K) (V, error) {
	e, state := c.look(k)
	if state == fresh {
		return e.value, e.err
	}
	return c.through(ctx, k, e, state, func(ctx context.Context) (V, error) { return c.options.Load(ctx, k) })
}

// Forget drops the key and keeps a load that is under way from storing it.
func (c *Cache[K, V]) Forget(k K) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if f, ok := c.flights[k]; ok {
		f.forgotten = true
		delete(c.flights, k)
	}
	c.entries.Invalidate(k)
}

// ForgetIf drops every key for which drop holds.
func (c *Cache[K, V]) ForgetIf(drop func(K) bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for k, f := range c.flights {
		if drop(k) {
			f.forgotten = true
			delete(c.flights, k)
		}
	}
	for k := range c.entries.Keys() {
		if drop(k) {
			c.entries.Invalidate(k)
		}
	}
}

// Lapse makes every entry due: the next one to ask for it loads it anew. The
// entries stay, for use while the source fails.
func (c *Cache[K, V]) Lapse() { c.floor.Store(c.options.Now().UnixNano()) }

// Len is about how many entries there are.
func (c *Cache[K, V]) Len() int {
	c.entries.CleanUp()
	return c.entries.EstimatedSize()
}

type state int

const (
	missing state = iota
	due           // too old: ask the source before answering
	ageing        // good, and to be loaded anew meanwhile
	fresh
)

// look finds an entry and judges its age.
func (c *Cache[K, V]) look(k K) (*entry[V], state) {
	e, ok := c.entries.GetIfPresent(k)
	if !ok {
		return nil, missing
	}
	now := c.options.Now()
	age := now.Sub(e.loadedAt)
	switch {
	case now.UnixNano() < e.retryAt.Load() && age <= c.options.Stale:
		return e, fresh
	case age < 0 || age >= c.options.Fresh || e.loadedAt.UnixNano() <= c.floor.Load():
		return e, due
	case age >= c.soon:
		return e, ageing
	}
	return e, fresh
}

// through answers from a load. An ageing entry answers at once, and the first
// to find it so has it loaded anew.
func (c *Cache[K, V]) through(ctx context.Context, k K, e *entry[V], s state, load func(context.Context) (V, error)) (V, error) {
	if s == ageing {
		if e.ahead.CompareAndSwap(false, true) {
			_, _ = c.fly(ctx, k, load)
		}
		return e.value, e.err
	}
	var zero V
	f, err := c.fly(ctx, k, load)
	if err != nil {
		return zero, err
	}
	select {
	case <-f.done:
		return f.value, f.err
	case <-ctx.Done():
		return zero, fmt.Errorf("cache %s: %w", c.options.Name, context.Cause(ctx))
	}
}

// fly joins the load of the key that is under way or begins one.
func (c *Cache[K, V]) fly(ctx context.Context, k K, load func(context.Context) (V, error)) (*flight[V], error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if f, ok := c.flights[k]; ok {
		return f, nil
	}
	// A load may have landed between the caller's look and the lock.
	if e, state := c.look(k); state == fresh {
		f := &flight[V]{done: make(chan struct{}), value: e.value, err: e.err}
		close(f.done)
		return f, nil
	}
	if len(c.flights) >= maxLoads {
		return nil, fmt.Errorf("%w (%s)", ErrBusy, c.options.Name)
	}
	if c.options.own != nil {
		k = c.options.own(k)
	}
	f := &flight[V]{done: make(chan struct{})}
	c.flights[k] = f
	go c.land(context.WithoutCancel(ctx), k, f, load)
	return f, nil
}

// land runs a load and settles its flight.
func (c *Cache[K, V]) land(ctx context.Context, k K, f *flight[V], load func(context.Context) (V, error)) {
	ctx, cancel := context.WithTimeout(ctx, loadTimeout)
	defer cancel()
	began := c.options.Now()
	value, err := c.guarded(ctx, load)

	c.mu.Lock()
	defer c.mu.Unlock()
	defer close(f.done)
	f.value, f.err = value, err
	if f.forgotten {
		return
	}
	delete(c.flights, k)
	if err == nil || c.options.Negative(err) {
		c.entries.Set(k, &entry[V]{value: value, err: err, loadedAt: began})
		return
	}
	// The source failed. An answer that is not too old is better than none, and
	// asking again at once would only add to what ails the source.
	if old, ok := c.entries.GetIfPresent(k); ok {
		now := c.options.Now()
		old.ahead.Store(false)
		old.retryAt.Store(now.Add(retryPause).UnixNano())
		if now.Sub(old.loadedAt) <= c.options.Stale {
			f.value, f.err = old.value, old.err
		}
	}
}

// guarded turns a panic of a load into an error: it happens on no request's
// stack, and those who wait must get an answer.
func (c *Cache[K, V]) guarded(ctx context.Context, load func(context.Context) (V, error)) (value V, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("cache %s: the load panicked: %v", c.options.Name, r)
		}
	}()
	return load(ctx)
}
