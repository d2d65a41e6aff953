package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/signet-authz/signet/pkg/tenancy"
	"gorm.io/gorm"
)

// The drivers that Config.Driver may name.
const (
	DriverPostgres = "postgres"
	DriverSQLite   = "sqlite"
)

// Config says which database, and how.
type Config struct {
	Driver string // DriverPostgres or DriverSQLite
	// URL of the database: postgres://…, whose query may set timeouts other than
	// the built-in 1 s a statement and 500 ms a lock; or the path of a SQLite file, with or
	// without sqlite: before it.
	URL string
	// Role is the database role that every connection takes (Postgres only):
	// one of the Role constants. Empty means RoleStandalone.
	Role     string
	MaxConns int // of the pool (Postgres only); 0 means 16
	Now      func() time.Time
	Logger   *slog.Logger
	// OnRoundTrip, where set, is called once for every trip to the database
	// that serves the context; on SQLite once for every transaction.
	OnRoundTrip func(ctx context.Context)
	// Tracing makes OpenTelemetry spans of the statements.
	Tracing bool
}

// Store is an open database. It is safe for concurrent use.
type Store struct {
	cfg  Config
	pool *pgxpool.Pool // nil on SQLite
	db   *sql.DB
	orm  *gorm.DB

	inFlight atomic.Int64
	maxInUse int64
}

// Open prepares the database's pool. It does not speak to the database yet, so
// that Migrate can make the roles that connections take.
func Open(ctx context.Context, cfg Config) (*Store, error) {
	if cfg.Now == nil {
		return nil, errors.New("store: Config.Now is nil")
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.OnRoundTrip == nil {
		cfg.OnRoundTrip = func(context.Context) {}
	}
	s := &Store{cfg: cfg}
	var err error
	switch cfg.Driver {
	case DriverPostgres:
		err = s.openPostgres(ctx)
	case DriverSQLite:
		err = s.openSQLite()
	default:
		err = fmt.Errorf("store: %q is no driver; use %q or %q", cfg.Driver, DriverPostgres, DriverSQLite)
	}
	if err != nil {
		return nil, err
	}
	return s, nil
}

// Close ends all connections. It waits for statements under way.
func (s *Store) Close() error {
	err := s.db.Close()
	if s.pool != nil {
		s.pool.Close()
	}
	return err
}

// Ping asks the database for a sign of life.
func (s *Store) Ping(ctx context.Context) error {
	var b batch
	b.exec("SELECT 1")
	return s.run(ctx, &b)
}

// ClockOffset is how far the database's clock is ahead of Config.Now, give or
// take half a round trip.
func (s *Store) ClockOffset(ctx context.Context) (time.Duration, error) {
	if s.pool == nil {
		return 0, nil // the same machine, the same clock
	}
	var b batch
	var there instant
	b.query(func(r row) error { return r.Scan(&there) }, "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint")
	before := s.cfg.Now()
	if err := s.run(ctx, &b); err != nil {
		return 0, err
	}
	here := before.Add(s.cfg.Now().Sub(before) / 2)
	return there.time().Sub(here), nil
}

// postgres tells which of the two dialects is spoken.
func (s *Store) postgres() bool { return s.pool != nil }

// now is the injected clock, at the precision that columns keep.
func (s *Store) now() time.Time { return s.cfg.Now().UTC().Truncate(time.Microsecond) }

// minQueue is how many callers may wait for a connection of the smallest pool.
const minQueue = 64

// enter bounds how many callers use or wait for a connection: beyond two
// waiting for each one served, the next is refused at once.
func (s *Store) enter() (leave func(), err error) {
	if s.inFlight.Add(1) > s.maxInUse+max(2*s.maxInUse, minQueue) {
		s.inFlight.Add(-1)
		return nil, ErrBusy
	}
	return func() { s.inFlight.Add(-1) }, nil
}

// scope is what a transaction may touch: the rows of one workspace, or of one
// tenant and its workspace "admin", or (platform) of all.
type scope struct {
	tenant    uuid.UUID
	workspace uuid.UUID
	platform  bool
}

// Workspace is the handle on the rows of one workspace. The zero Workspace
// panics in every method.
type Workspace struct {
	s      *Store
	w      tenancy.Workspace
	id     uuid.UUID
	tenant uuid.UUID
}

// Workspace returns the handle. It panics on the zero tenancy.Workspace.
func (s *Store) Workspace(w tenancy.Workspace) Workspace {
	return Workspace{s: s, w: w, id: w.ID(), tenant: w.Tenant().ID()}
}

func (w Workspace) scope() scope { return scope{workspace: w.id} }

// batch begins a batch of statements for this workspace.
func (w Workspace) batch() *batch {
	b := &batch{}
	b.within(w.scope())
	return b
}

// tx runs fn in one transaction for this workspace.
func (w Workspace) tx(ctx context.Context, fn func(t tx) error) error {
	return w.s.transact(ctx, w.scope(), w.tenant, fn)
}

// Tenant is the handle on one tenant: its own row, its workspaces, members,
// invitations and audit events. The zero Tenant panics in every method.
type Tenant struct {
	s  *Store
	t  tenancy.Tenant
	id uuid.UUID
}

// Tenant returns the handle. It panics on the zero tenancy.Tenant.
func (s *Store) Tenant(t tenancy.Tenant) Tenant { return Tenant{s: s, t: t, id: t.ID()} }

// scope of a tenant includes the rows of its workspace "admin", where its
// members are users.
func (t Tenant) scope() scope {
	return scope{tenant: t.id, workspace: t.t.Record().AdminWorkspaceID}
}

// batch begins a batch of statements for this tenant.
func (t Tenant) batch() *batch {
	b := &batch{}
	b.within(t.scope())
	return b
}

// tx runs fn in one transaction for this tenant.
func (t Tenant) tx(ctx context.Context, fn func(t tx) error) error {
	return t.s.transact(ctx, t.scope(), t.id, fn)
}

// Platform is the handle on what concerns all tenants, by batches alone. Only
// tenant-admin, the resolver and background work use it; on Postgres what reaches
// over tenants takes a role that the logins of the other services cannot take.
type Platform struct{ s *Store }

// Platform returns the handle.
func (s *Store) Platform() Platform { return Platform{s: s} }
