package boot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"time"

	"github.com/signet-authz/signet/pkg/cache"
	"github.com/signet-authz/signet/pkg/kv"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/password"
	"github.com/signet-authz/signet/pkg/server"
	"github.com/signet-authz/signet/pkg/statistics"
	"github.com/signet-authz/signet/pkg/store"
)

// How far a clock may be off.
const (
	clockEvery = 10 * time.Second
	clockWarn  = 2 * time.Second
	clockLimit = 5 * time.Second
	// databaseGrace is for how long caches can stand in for the database.
	databaseGrace = time.Minute
)

// work starts the background loops and the probes that watch them.
func (p *Platform) work(ctx context.Context) error {
	if err := p.Caches.Revocations.Refresh(ctx); err != nil {
		return fmt.Errorf("revocations: %w", err)
	}
	if err := p.checkClock(ctx); err != nil {
		return fmt.Errorf("database clock: %w", err)
	}
	p.Go("revocations", p.Caches.Revocations.Run)
	p.Go("changes", func(ctx context.Context) { p.KV.Subscribe(ctx, p.apply, p.Caches.Lapse) })
	p.Go("issued", p.Issued.Run)
	p.Go("audit", p.Audit.Run)
	p.Go("usage", p.Usage.Run)
	p.Go("traces", p.Traces.Run)
	p.Every("statistics", statistics.FlushEvery, p.Statistics.Flush)
	p.Every("clock", clockEvery, p.checkClock)
	p.Ready = append(p.Ready,
		server.Probe{Name: "database", Check: p.Store.Ping, Grace: databaseGrace},
		// Without Redis no flow can begin, but tokens are still verified, keys
		// served and clients answered: that is worth routing to.
		server.Probe{Name: "redis", Check: p.KV.Ping, Grace: -1},
		server.Probe{Name: "schema", Check: p.Store.CheckSchema, Grace: databaseGrace},
		server.Probe{Name: "revocations", Grace: databaseGrace, Check: func(context.Context) error {
			if !p.Caches.Revocations.Fresh() {
				return errors.New("not refreshed for too long")
			}
			return nil
		}},
		server.Probe{Name: "clock", Check: func(context.Context) error {
			if off := time.Duration(p.clock.Load()).Abs(); off >= clockLimit {
				return fmt.Errorf("off by %s", off)
			}
			return nil
		}},
	)
	return nil
}

// Go runs background work until Close; it returns when its context ends.
func (p *Platform) Go(name string, run func(ctx context.Context)) {
	p.group.Go(func() error {
		run(p.ctx)
		if p.ctx.Err() == nil && !p.closing.Load() {
			return fmt.Errorf("background work %s ended by itself", name)
		}
		return nil
	})
}

// Every runs a job at once and then at the interval until Close. A failure is
// logged, once for each run of failures, and tried again at the next turn.
func (p *Platform) Every(name string, interval time.Duration, job func(ctx context.Context) error) {
	p.Go(name, func(ctx context.Context) {
		tick := time.NewTicker(interval)
		defer tick.Stop()
		for failed := false; ; {
			err := job(ctx)
			if err != nil && !failed && ctx.Err() == nil {
				p.Logger.Warn("background job failed", slog.String("job", name), slog.String("error", err.Error()))
			}
			failed = err != nil
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
		}
	})
}

// checkClock compares our clock with the database's.
func (p *Platform) checkClock(ctx context.Context) error {
	off, err := p.Store.ClockOffset(ctx)
	if err != nil {
		return err
	}
	p.clock.Store(int64(off))
	if off.Abs() >= clockWarn {
		p.Logger.Warn("the clocks of this process and the database differ", slog.Duration("offset", off))
	}
	return nil
}

// invalidate is Platform.Invalidate.
func (p *Platform) invalidate(ctx context.Context, i cache.Invalidation) {
	p.Caches.Apply(i)
	payload, err := json.Marshal(i)
	if err == nil {
		err = p.KV.Publish(context.WithoutCancel(ctx), payload)
	}
	if err != nil {
		p.Logger.Warn("a change was not announced", slog.String("kind", i.Kind), slog.String("error", err.Error()))
	}
}

// apply takes an announcement. One that cannot be read may speak of anything.
func (p *Platform) apply(payload []byte) {
	var i cache.Invalidation
	if err := json.Unmarshal(payload, &i); err != nil {
		p.Caches.Lapse()
		return
	}
	p.Caches.Apply(i)
}

// Classify tells an outage from a fault of ours: what the database or Redis,
// or the way to them, could not do is temporarily_unavailable, so that nobody
// takes it for an answer. It returns nil for everything else.
func Classify(err error) *oauth.Error {
	if outage(err) {
		return oauth.ErrTemporarilyUnavailable.Because("a store is away", err)
	}
	return nil
}

// outage recognises what a store, or the way to it, could not do.
func outage(err error) bool {
	for _, known := range []error{kv.ErrUnavailable, kv.ErrEpoch, password.ErrBusy, io.ErrUnexpectedEOF, context.DeadlineExceeded, net.ErrClosed} {
		if errors.Is(err, known) {
			return true
		}
	}
	var network net.Error
	return store.Outage(err) || errors.As(err, &network)
}
