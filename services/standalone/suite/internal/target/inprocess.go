package target

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"time"

	"github.com/signet-authz/signet/pkg/boot"
	"github.com/signet-authz/signet/pkg/server"
	"github.com/signet-authz/signet/services/standalone"
	"github.com/signet-authz/signet/services/standalone/suite/internal/pki"
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
	authority, roots, err := outside(o.Data)
	if err != nil {
		return nil, nil, fmt.Errorf("target: %w", err)
	}
	listeners, trust, err := listen(ctx, o.Listen)
	if err != nil {
		return nil, nil, fmt.Errorf("target: %w", err)
	}
	shut := func() {
		for _, l := range listeners {
			_ = l.Listener.Close()
		}
	}
	origin := "http://" + listeners[0].Listener.Addr().String()
	cfg := boot.Defaults()
	cfg.Env, cfg.PublicURL, cfg.Data = boot.Development, origin, o.Data
	cfg.MTLS.Listen = listeners[1].Listener.Addr().String()
	cfg.Database.URL, cfg.Redis.URL = o.DatabaseURL, o.RedisURL
	cfg.Registration.PerSource = many
	cfg.Egress = boot.Egress{Allow: []string{outsideNetwork}, CAFile: roots}
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
		shut()
		return nil, nil, fmt.Errorf("target: %w", err)
	}
	handler, err := standalone.New(ctx, p)
	if err != nil {
		shut()
		return nil, nil, errors.Join(fmt.Errorf("target: %w", err), p.Close(ctx))
	}
	serving, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan error, 1)
	go func() {
		done <- server.Serve(serving, server.Serving{Handler: handler, Logger: p.Logger, Drain: p.Drain, Listeners: listeners})
	}()
	t := &Target{Name: o.Name, URL: origin, MTLS: cfg.MTLSOrigin(), Trust: trust, Outside: authority, Nodes: []string{origin}, Log: log.String}
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

// listen opens the public listener and the one that asks for client
// certificates, and returns who vouches for the latter.
func listen(ctx context.Context, addr string) (listeners []server.Listener, trust string, err error) {
	authority, err := pki.New("Suite servers")
	if err != nil {
		return nil, "", err
	}
	cert, err := authority.Issue("localhost", pki.Server)
	if err != nil {
		return nil, "", err
	}
	get := func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return cert, nil }
	public, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, "", err
	}
	second, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, "", errors.Join(err, public.Close())
	}
	return []server.Listener{{Name: "public", Listener: public}, {Name: "mtls", Listener: second, TLS: server.TLSConfig(get, true)}}, authority.PEM(), nil
}
