package kv

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/extra/redisotel/v9"
	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/redis/go-redis/v9/maintnotifications"
	"github.com/signet-authz/signet/pkg/tenancy"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"
)

var (
	// ErrNotFound says that there is no such value, or none any more.
	ErrNotFound = errors.New("kv: not found")
	// ErrConsumed says that the value was used before.
	ErrConsumed = errors.New("kv: already used")
	// ErrEpoch says that the assertion was issued before the replay memory began, so
	// that nobody can know whether it was used. A fresh one will do; callers
	// answer 503.
	ErrEpoch = errors.New("kv: issued before the replay memory began")
	// ErrUnavailable wraps whatever kept Redis from answering; callers answer 503.
	ErrUnavailable = errors.New("kv: unavailable")
	// ErrInProgress says that another request with the same idempotency key is at work.
	ErrInProgress = errors.New("kv: in progress")
	// ErrMismatch says that the idempotency key belongs to another request.
	ErrMismatch = errors.New("kv: same key, different request")
)

// Time limits. A call as a whole, waiting for a connection included, takes at
// most defaultTimeout.
const (
	defaultTimeout   = 250 * time.Millisecond
	inProcessTimeout = 2 * time.Second // a busy processor is no outage
	dialTimeout      = 500 * time.Millisecond
	openTimeout      = time.Second
	// maxValueBytes bounds every value; what is kept here is small.
	maxValueBytes = 256 << 10
)

// InProcessURL makes Open start a Redis within the process.
const InProcessURL = "memory:"

// Config of a Store.
type Config struct {
	// URL says where Redis is: redis://[user:password@]host[:port][/db], rediss://
	// for TLS, redis+sentinel://host,host/master[/db], redis+cluster://host,host,
	// or InProcessURL. More than one host under redis:// means a cluster.
	// Parameters: pool_size, tls_server_name, sentinel_username and
	// sentinel_password.
	URL string
	Now func() time.Time
	// Timeout bounds each call; zero means 250 milliseconds.
	Timeout time.Duration
	// OnRoundTrip is told of each network round trip. It may be nil.
	OnRoundTrip func(ctx context.Context)
	// Tracer and Meter receive telemetry, never with keys or values. They may
	// be nil.
	Tracer trace.TracerProvider
	Meter  metric.MeterProvider
}

// Store is a connection to Redis. It has no data methods of a workspace: those
// stand on Workspace.
type Store struct {
	client  redis.UniversalClient
	now     func() time.Time
	timeout time.Duration
	breaker *breaker
	channel string
	stop    func() // ends the in-process server, if there is one
}

// Workspace is the part of a Store that belongs to one workspace.
type Workspace struct {
	s  *Store
	id string
}

// Open returns a Store. It fails for a URL that it does not understand, not
// for a Redis that does not answer yet: Ping tells, and calls work as soon as
// it does.
func Open(ctx context.Context, c Config) (*Store, error) {
	if c.Now == nil {
		return nil, errors.New("kv: no clock")
	}
	if c.URL == InProcessURL {
		return openInProcess(ctx, c)
	}
	o, err := parseURL(c.URL)
	if err != nil {
		return nil, err
	}
	if c.Timeout <= 0 {
		c.Timeout = defaultTimeout
	}
	return open(ctx, c, o, func() {})
}

// OpenInProcess returns a Store over a Redis within the process, whose expiry
// follows the clock. What it holds ends with it.
func OpenInProcess(now func() time.Time) (*Store, error) {
	return Open(context.Background(), Config{URL: InProcessURL, Now: now})
}

func open(ctx context.Context, c Config, o *redis.UniversalOptions, stop func(), hooks ...redis.Hook) (*Store, error) {
	// Faults come back as values; the library's own log lines say nothing more.
	logging.Disable()
	o.Protocol = 2
	o.DisableIdentity = true
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	o.ContextTimeoutEnabled = true
	o.MaxRetries = -1 // nothing here may happen twice
	o.DialTimeout, o.DialerRetries = dialTimeout, 1
	o.ReadTimeout, o.WriteTimeout, o.PoolTimeout = c.Timeout, c.Timeout, c.Timeout
	o.PipelinePoolSize = -1
	s := &Store{
		client: redis.NewUniversalClient(o), now: c.Now, timeout: c.Timeout,
		breaker: newBreaker(c.Now), channel: fmt.Sprintf("signet:changes:%d", o.DB), stop: stop,
	}
	if err := s.observe(c); err != nil {
		_ = s.Close()
		return nil, err
	}
	for _, h := range hooks {
		s.client.AddHook(h)
	}
	s.beginEpochs(ctx)
	return s, nil
}

// observe attaches telemetry and the counter of round trips.
func (s *Store) observe(c Config) error {
	if c.Tracer != nil {
		if err := redisotel.InstrumentTracing(s.client, redisotel.WithTracerProvider(c.Tracer), redisotel.WithDBStatement(false), redisotel.WithCallerEnabled(false)); err != nil {
			return fmt.Errorf("kv: telemetry: %w", err)
		}
	}
	if c.Meter != nil {
		if err := redisotel.InstrumentMetrics(s.client, redisotel.WithMeterProvider(c.Meter)); err != nil {
			return fmt.Errorf("kv: telemetry: %w", err)
		}
	}
	if c.OnRoundTrip != nil {
		s.client.AddHook(counter(c.OnRoundTrip))
	}
	return nil
}

// Workspace is the part of the store that belongs to w. It panics on the zero
// handle.
func (s *Store) Workspace(w tenancy.Workspace) Workspace { return Workspace{s: s, id: w.Key()} }

// Ping asks whether Redis takes writes. It goes past the circuit breaker, so
// that readiness probes are what ends an outage. A Redis out of memory counts
// as there: it still answers for what it holds.
func (s *Store) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	err := s.client.Set(ctx, "signet:ping", "1", time.Minute).Err()
	if err != nil && !redis.IsOOMError(err) {
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	s.breaker.leave(healthy)
	return nil
}

// Close ends all connections.
func (s *Store) Close() error {
	err := s.client.Close()
	s.stop()
	return err
}

// call runs one round trip within the time limit and under the breaker. It
// returns redis.Nil as it is and wraps every other error in ErrUnavailable.
func (s *Store) call(ctx context.Context, trip func(context.Context) error) error {
	if !s.breaker.enter() {
		return fmt.Errorf("%w: circuit open", ErrUnavailable)
	}
	bounded, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	err := trip(bounded)
	s.breaker.leave(judge(ctx, err))
	if err == nil || errors.Is(err, redis.Nil) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrUnavailable, err)
}

// atomically queues commands on one slot and runs them as one transaction, in
// one round trip. Absent values are no error here.
func (s *Store) atomically(ctx context.Context, queue func(redis.Pipeliner)) error {
	return s.call(ctx, func(ctx context.Context) error {
		commands, err := s.client.TxPipelined(ctx, func(p redis.Pipeliner) error {
			queue(p)
			return nil
		})
		return firstFault(commands, err)
	})
}

// firstFault finds the error that matters: a pipeline reports its first, which
// may be no more than an absent value.
func firstFault(commands []redis.Cmder, err error) error {
	for _, c := range commands {
		if e := c.Err(); e != nil && !errors.Is(e, redis.Nil) {
			return e
		}
	}
	if errors.Is(err, redis.Nil) {
		return nil
	}
	return err
}

// counter is told of round trips. Handshakes of new connections run through
// the same hooks and are none of a request's.
type counter func(context.Context)

func (f counter) DialHook(next redis.DialHook) redis.DialHook { return next }

func (f counter) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if !handshake(cmd) {
			f(ctx)
		}
		return next(ctx, cmd)
	}
}

func (f counter) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		if len(cmds) > 0 && !handshake(cmds[0]) {
			f(ctx)
		}
		return next(ctx, cmds)
	}
}

func handshake(cmd redis.Cmder) bool {
	switch cmd.Name() {
	case "hello", "auth", "select", "client", "readonly", "readwrite":
		return true
	}
	return false
}
