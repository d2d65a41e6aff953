package target

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"time"

	"github.com/signet-authz/signet/pkg/boot"
	"github.com/signet-authz/signet/pkg/server"
	"github.com/signet-authz/signet/services/standalone"
)

// Options say what a service in this process runs on.
type Options struct {
	Name string
	// Data is the directory of what must survive a restart.
	Data string
	// DatabaseURL and RedisURL replace SQLite and the in-process Redis.
	DatabaseURL, RedisURL string
	// Listen is a loopback address; by default a free port.
	Listen string
	// Clock replaces the world's time.
	Clock *Clock
}

// Password hashing costs next to nothing here: what the suite asserts does not
// depend on its cost.
const (
	hashKiB    = "64"
	hashKiBInt = 64
)

// many is a limit that no test reaches.
const many = 1_000_000

// InProcess starts the whole service in this process, behind a real listener.
// stop ends it in good order.
func InProcess(ctx context.Context, o Options) (_ *Target, stop func() error, err error) {
	if o.Listen == "" {
		o.Listen = "127.0.0.1:0"
	}
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", o.Listen)
	if err != nil {
		return nil, nil, fmt.Errorf("target: %w", err)
	}
	origin := "http://" + ln.Addr().String()
	cfg := boot.Defaults()
	cfg.Env, cfg.PublicURL, cfg.Data = boot.Development, origin, o.Data
	cfg.Database.URL, cfg.Redis.URL = o.DatabaseURL, o.RedisURL
	cfg.Registration.PerSource = many
	cfg.Password = boot.Password{MemoryKiB: hashKiBInt, Iterations: 1, Parallelism: 1, MaxConcurrent: 4, MaxQueued: 1000}
	cfg.Log = boot.Log{Level: "debug", Format: "json", Access: "all"}
	cfg.Traces.SampleSuccess = 1

	log := &memory{}
	options := []boot.Option{boot.WithLogger(server.NewLogger(log, cfg.Log.Format, slog.LevelDebug))}
	if o.Clock != nil {
		options = append(options, boot.WithNow(o.Clock.Now))
	}
	p, err := boot.Start(ctx, boot.Standalone, cfg, options...)
	if err != nil {
		_ = ln.Close()
		return nil, nil, fmt.Errorf("target: %w", err)
	}
	handler, err := standalone.New(ctx, p)
	if err != nil {
		_ = ln.Close()
		return nil, nil, errors.Join(fmt.Errorf("target: %w", err), p.Close(ctx))
	}
	serving, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan error, 1)
	go func() {
		done <- server.Serve(serving, server.Serving{Handler: handler, Logger: p.Logger, Drain: p.Drain, Listeners: []server.Listener{{Name: "public", Listener: ln}}})
	}()
	t := &Target{Name: o.Name, URL: origin, Nodes: []string{origin}, Log: log.String}
	if o.Clock != nil {
		t.Advance = o.Clock.Advance
	}
	return t, func() error {
		cancel()
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
		defer cancel()
		return errors.Join(<-done, p.Close(end))
	}, nil
}
