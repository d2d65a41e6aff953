package boot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/signet-authz/signet/pkg/audit"
	"github.com/signet-authz/signet/pkg/cache"
	"github.com/signet-authz/signet/pkg/clientauth"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/egress"
	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/kv"
	"github.com/signet-authz/signet/pkg/password"
	"github.com/signet-authz/signet/pkg/server"
	"github.com/signet-authz/signet/pkg/statistics"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/pkg/tenancy"
	"github.com/signet-authz/signet/pkg/trace"
	oteltrace "go.opentelemetry.io/otel/trace"
	"golang.org/x/sync/errgroup"
)

// Platform is everything that services share. Its fields are set once by Start
// and never change. Of the gateway's only those above Store are set.
type Platform struct {
	Config  Config
	Name    string // of the program
	Logger  *slog.Logger
	Now     func() time.Time
	Metrics *server.Metrics
	Tracer  oteltrace.Tracer // nil: tracing is off
	Seal    *server.Seal
	Ingress *server.Ingress // nil: there is none
	Drain   *server.Drain
	Ready   []server.Probe

	Store     *store.Store
	KV        *kv.Store
	Root      *keys.Root
	Pool      *keys.Pool
	Passwords *password.Hasher
	Resolver  *tenancy.Resolver
	Caches    *cache.Set
	Audit     *audit.Queue
	Issued    *audit.Tally // tokens that clients get for themselves
	Usage     *audit.Usage
	Traces    *trace.Recorder
	// Statistics count how requests end.
	Statistics *statistics.Counter
	Egress     *egress.Client // the only way out
	// ClientAuth proves clients, at every endpoint that they call.
	ClientAuth *clientauth.Authenticator
	// Invalidate applies a change here at once and tells every other process.
	// A message that is lost is made up for by the caches' own expiry.
	Invalidate func(context.Context, cache.Invalidation)

	onTrip  trips
	ctx     context.Context //nolint:containedctx // of the background work, which outlives Start
	cancel  context.CancelFunc
	group   *errgroup.Group
	closers []func(context.Context) error // run last to first
	closing atomic.Bool
	clock   atomic.Int64 // the database's clock less ours, nanoseconds
}

// trips are told of round trips.
type trips struct{ sql, kv func(context.Context) }

// Option changes what Start would take from the machine.
type Option func(*Platform)

// WithNow sets the clock.
func WithNow(now func() time.Time) Option { return func(p *Platform) { p.Now = now } }

// WithLogger sets the logger.
func WithLogger(l *slog.Logger) Option { return func(p *Platform) { p.Logger = l } }

// WithRoundTrips counts the round trips to SQL and to Redis.
func WithRoundTrips(sql, kv func(context.Context)) Option {
	return func(p *Platform) { p.onTrip = trips{sql, kv} }
}

// Start checks the configuration and builds the platform of the program of
// that name, with all its background work. It waits up to a minute for a
// database and a Redis that do not answer yet. Close ends everything.
func Start(ctx context.Context, name string, cfg Config, options ...Option) (*Platform, error) {
	if err := cfg.Check(name); err != nil {
		return nil, err
	}
	p := &Platform{Config: cfg, Name: name, Now: time.Now, Drain: &server.Drain{}}
	for _, o := range options {
		o(p)
	}
	if p.Logger == nil {
		p.Logger = newLogger(cfg.Log, os.Stderr)
	}
	p.ctx, p.cancel = context.WithCancel(context.WithoutCancel(ctx))
	p.group, p.ctx = errgroup.WithContext(p.ctx)
	steps := []func(context.Context) error{p.telemetry, p.seal, p.ingress}
	if name != GatewayName {
		steps = append(steps, p.secrets, p.openStore, p.openKV, p.openEgress, p.assemble, p.work)
	}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			end, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTimeout)
			defer cancel()
			return nil, errors.Join(err, p.Close(end))
		}
	}
	return p, nil
}

func (p *Platform) seal(context.Context) error {
	value := p.Config.Peer.Key
	switch {
	case value != "":
	case p.Name == Standalone:
		value = randomKey()
	default:
		var err error
		if value, err = made(filepath.Join(p.Config.Data, "peer.key"), randomKey); err != nil {
			return err
		}
	}
	key, err := decodePeerKey(value)
	if err != nil {
		return fmt.Errorf("peer.key: %w", err)
	}
	p.Seal = server.NewSeal(key, p.Now)
	return nil
}

func (p *Platform) ingress(context.Context) error {
	c := p.Config.Ingress
	if c.CAFile == "" {
		return nil
	}
	roots, err := loadRoots(c.CAFile)
	if err != nil {
		return fmt.Errorf("ingress.ca_file: %w", err)
	}
	p.Ingress, err = server.NewIngress(server.IngressConfig{
		Roots: roots, Names: c.Names, CertificateHeader: c.ClientCertificateHeader, AddressHeader: c.ClientAddressHeader, Now: p.Now,
	})
	if err != nil {
		return fmt.Errorf("ingress: %w", err)
	}
	return nil
}

func (p *Platform) secrets(context.Context) error {
	values := p.Config.Keys.Root
	if len(values) == 0 {
		value, err := made(filepath.Join(p.Config.Data, "root.key"), keys.GenerateRoot)
		if err != nil {
			return err
		}
		values = []string{value}
	}
	var err error
	if p.Root, err = keys.ParseRoot(values); err != nil {
		return fmt.Errorf("keys.root: %w", err)
	}
	return nil
}

// roles are what the programs' connections become on Postgres.
var roles = map[string]string{
	Standalone: store.RoleStandalone, "token": store.RoleToken, "authorization": store.RoleAuthorization, "tenant-admin": store.RoleTenantAdmin,
}

// storeConfig is how this program opens the database.
func storeConfig(cfg Config, name string) store.Config {
	c := store.Config{Driver: store.DriverPostgres, URL: cfg.Database.URL, MaxConns: cfg.Database.MaxConns, Role: cfg.Database.Role}
	if c.Role == "" {
		c.Role = roles[name]
	}
	if cfg.Database.URL == "" {
		c.URL = filepath.Join(cfg.Data, "signet.db")
	}
	if isSQLite(c.URL) {
		c.Driver = store.DriverSQLite
	}
	return c
}

func (p *Platform) openStore(ctx context.Context) error {
	c := storeConfig(p.Config, p.Name)
	c.Now, c.Logger, c.Tracing = p.Now, p.Logger, p.Tracer != nil
	var count atomic.Int64
	c.OnRoundTrip = counted(&count, p.onTrip.sql)
	p.Metrics.Count("signet_sql_round_trips_total", "Round trips to the database.", func() float64 { return float64(count.Load()) })
	if c.Driver == store.DriverSQLite {
		if err := os.MkdirAll(p.Config.Data, 0o700); err != nil {
			return fmt.Errorf("data: %w", err)
		}
	}
	s, err := store.Open(ctx, c)
	if err != nil {
		return fmt.Errorf("database: %w", err)
	}
	p.Store = s
	p.closers = append(p.closers, func(context.Context) error { return s.Close() })
	prepare := func(ctx context.Context) error {
		if p.Name == Standalone {
			if err := s.Migrate(ctx); err != nil {
				return err
			}
		}
		return s.CheckSchema(ctx)
	}
	if c.Driver == store.DriverSQLite {
		return prepare(ctx) // a file is there or not; nothing comes of waiting
	}
	return p.await(ctx, "database", prepare)
}

func (p *Platform) openKV(ctx context.Context) error {
	c := kv.Config{URL: p.Config.Redis.URL, Now: p.Now}
	if c.URL == "" {
		c.URL = kv.InProcessURL
	}
	if p.Tracer != nil {
		c.Tracer = tracerProvider()
	}
	var count atomic.Int64
	c.OnRoundTrip = counted(&count, p.onTrip.kv)
	p.Metrics.Count("signet_redis_round_trips_total", "Round trips to Redis.", func() float64 { return float64(count.Load()) })
	s, err := kv.Open(ctx, c)
	if err != nil {
		return fmt.Errorf("redis: %w", err)
	}
	p.KV = s
	p.closers = append(p.closers, func(context.Context) error { return s.Close() })
	return p.await(ctx, "redis", func(ctx context.Context) error {
		if err := s.Ping(ctx); err != nil {
			return err
		}
		return s.CheckPolicy(ctx)
	})
}

func counted(n *atomic.Int64, also func(context.Context)) func(context.Context) {
	return func(ctx context.Context) {
		n.Add(1)
		if also != nil {
			also(ctx)
		}
	}
}

const (
	awaitFor   = time.Minute
	awaitPause = 500 * time.Millisecond
)

// await tries until it works, for programs start in any order: what is away,
// or not migrated yet, may come. Other errors are final.
func (p *Platform) await(ctx context.Context, what string, try func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, awaitFor)
	defer cancel()
	for said := false; ; said = true {
		err := try(ctx)
		if err == nil {
			return nil
		}
		if !errors.Is(err, store.ErrSchema) && !outage(err) {
			return fmt.Errorf("%s: %w", what, err)
		}
		if !said {
			p.Logger.Warn("waiting", slog.String("for", what), slog.String("error", err.Error()))
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s: %w", what, err)
		case <-time.After(awaitPause):
		}
	}
}

// assemble builds what stands on the stores.
func (p *Platform) assemble(context.Context) error {
	cfg := p.Config
	platform := p.Store.Platform()
	n := cfg.Caches.Workspaces
	common := cache.Config{Size: n, Now: p.Now, NotFound: store.ErrNotFound}
	clients := common
	clients.Size = 8 * n
	directory := cache.NewDirectory(platform, n, p.Now)
	p.Resolver = tenancy.NewResolver(directory, cfg.PublicURL)
	p.Caches = &cache.Set{
		Directory: directory,
		Clients: cache.NewClients(func(ctx context.Context, w tenancy.Workspace, id string) (domain.Client, error) {
			return p.Store.Workspace(w).Client(ctx, id)
		}, clients),
		Rings: cache.NewRings(func(ctx context.Context, w tenancy.Workspace) (*keys.Ring, error) {
			ks, err := p.Store.Workspace(w).Keys(ctx)
			if err != nil {
				return nil, err
			}
			return p.Root.OpenRing(w, ks)
		}, common),
		Catalogs: cache.NewCatalogs(func(ctx context.Context, w tenancy.Workspace) ([]domain.Scope, []domain.Service, error) {
			return p.Store.Workspace(w).Catalog(ctx)
		}, common),
		Revocations: cache.NewRevocations(platform.Revocations, p.Now),
	}
	p.Invalidate = p.invalidate
	p.Audit = audit.NewQueue(audit.Config{Append: platform.AppendAudit, Now: p.Now})
	p.Issued = audit.NewTally(p.Audit.Record)
	p.Usage = audit.NewUsage(audit.UsageConfig{Record: p.recordUses, Now: p.Now})
	p.Statistics = statistics.New(statistics.Config{Add: platform.AddStatistics, Now: p.Now})
	p.Traces = trace.NewRecorder(trace.Config{
		Sink: func(ctx context.Context, w tenancy.Workspace, id string, body []byte) error {
			return p.KV.Workspace(w).PutTrace(ctx, id, body, cfg.Traces.TTL, cfg.Traces.PerWorkspace)
		},
		Aside: func(ctx context.Context, w tenancy.Workspace, id string, body []byte) error {
			return p.KV.Workspace(w).PutTraceAside(ctx, id, body, cfg.Traces.TTL, cfg.Traces.PerWorkspace)
		},
		Queue: cfg.Traces.Queue, SampleSuccess: cfg.Traces.SampleSuccess, Count: p.Statistics.Observe, Now: p.Now,
	})
	p.Pool = keys.NewPool(keys.DefaultPoolSizes())
	p.Passwords = newHasher(cfg.Password)
	p.ClientAuth = p.clientAuth()
	p.closers = append(p.closers, func(context.Context) error {
		p.Pool.Close()
		return nil
	})
	p.Metrics.Count("signet_audit_lost_total", "Audit events of the best-effort kind that were lost.", func() float64 { return float64(p.Audit.Lost()) })
	p.Metrics.Count("signet_credential_use_lost_total", "Uses of credentials that were not recorded.", func() float64 { return float64(p.Usage.Lost()) })
	p.Metrics.Count("signet_traces_lost_total", "Explanations of requests that were lost.", func() float64 { return float64(p.Traces.Lost()) })
	p.Metrics.Count("signet_statistics_lost_total", "Requests that the statistics of their workspace lack.", func() float64 { return float64(p.Statistics.Lost()) })
	p.Metrics.Gauge("signet_clock_offset_seconds", "The database's clock less this process's.", func() float64 { return time.Duration(p.clock.Load()).Seconds() })
	return nil
}

// clientAuth is the client authentication phase over the cached clients.
func (p *Platform) clientAuth() *clientauth.Authenticator {
	count := func(ctx context.Context, w tenancy.Workspace, key string, window time.Duration) (int, error) {
		return p.KV.Workspace(w).CountFailure(ctx, "client", key, window)
	}
	return clientauth.New(clientauth.Deps{
		Clients: func(ctx context.Context, w tenancy.Workspace, clientID string) (*domain.Client, bool, error) {
			c, err := p.Caches.Clients.Client(ctx, w, clientID)
			if errors.Is(err, store.ErrNotFound) {
				return nil, false, nil
			}
			return c, err == nil, err
		},
		Replay: func(ctx context.Context, w tenancy.Workspace, kind, id string, issuedAt, exp time.Time) error {
			return p.KV.Workspace(w).Replay(ctx, kind, id, issuedAt, exp)
		},
		Root: p.Root, Keys: clientauth.NewKeySource(clientauth.KeySourceDeps{Egress: p.Egress, Refused: p.keysRefused, Now: p.Now}), Guard: clientauth.NewGuard(count, p.Now), Used: p.Usage.Record,
		MTLSOrigin: p.Config.MTLSOrigin(), Now: p.Now,
	})
}

func (p *Platform) recordUses(ctx context.Context, uses []audit.Use) error {
	rows := make([]store.CredentialUse, len(uses))
	for i, u := range uses {
		rows[i] = store.CredentialUse(u)
	}
	return p.Store.Platform().RecordCredentialUse(ctx, rows)
}

// ServerConfig is the front of the service of that name, for server.New.
func (p *Platform) ServerConfig(name string) server.Config {
	return server.Config{
		Name: name, Version: Version, Commit: commit(), Logger: p.Logger, Now: p.Now, Seal: p.Seal, Ingress: p.Ingress, Hosts: p.Config.PublicHosts(),
		Secure: p.Config.Secure(), BodyLimit: int64(p.Config.Limits.BodyBytes), MaxInFlight: p.Config.Limits.InFlight,
		Access: server.AccessLog(p.Config.Log.Access), Ready: p.Ready, Drain: p.Drain, Metrics: p.Metrics, Tracer: p.Tracer, Classify: Classify,
		Explanation: p.explanation, SelfCheck: p.selfCheck,
	}
}

// explanation is a page of the console.
func (p *Platform) explanation(w tenancy.Workspace, traceID string) string {
	return p.Config.PublicURL + "/console/" + w.TID() + "/workspaces/" + w.AID() + "/explain/" + traceID
}

// selfCheck tells marks of self-checks, where the program has the keys to.
func (p *Platform) selfCheck(w tenancy.Workspace, mark string) bool {
	return p.Root != nil && p.Root.IsSelfCheckMark(w, mark, p.Now())
}

// Close ends the background work, writes what waits to be written, and closes
// the stores. It is called after the last request.
func (p *Platform) Close(ctx context.Context) error {
	var errs []error
	p.closing.Store(true)
	if p.Traces != nil {
		p.Issued.Flush()
		errs = append(errs, p.Traces.Close(ctx), p.Usage.Close(ctx), p.Statistics.Close(ctx), p.Audit.Close(ctx))
	}
	p.cancel()
	if err := p.group.Wait(); err != nil && !errors.Is(err, context.Canceled) {
		errs = append(errs, err)
	}
	for i := len(p.closers) - 1; i >= 0; i-- {
		errs = append(errs, p.closers[i](ctx))
	}
	p.closers = nil
	return errors.Join(errs...)
}
