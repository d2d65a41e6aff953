package store

import (
	"context"
	"fmt"
	"time"

	"github.com/exaring/otelpgx"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/multitracer"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

// A statement that takes longer than this has lost its caller's interest; one
// that waits longer for a lock is better refused than queued.
const (
	statementTimeout = time.Second
	lockTimeout      = 500 * time.Millisecond
	idleInTxTimeout  = 5 * time.Second
	defaultMaxConns  = 16
)

// openPostgres makes one pool, which GORM and the batches share.
func (s *Store) openPostgres(ctx context.Context) error {
	cfg, err := pgxpool.ParseConfig(s.cfg.URL)
	if err != nil {
		return fmt.Errorf("store: the database URL: %w", err)
	}
	role := s.cfg.Role
	if role == "" {
		role = RoleStandalone
	}
	params := cfg.ConnConfig.RuntimeParams
	// Row-level security does not hold for superusers and owners of a database
	// that wish otherwise; the role is neither, however powerful the login.
	params["role"] = role
	params["plan_cache_mode"] = "force_generic_plan" // planning costs more than running
	for name, value := range map[string]string{
		"statement_timeout": milliseconds(statementTimeout), "lock_timeout": milliseconds(lockTimeout),
		"idle_in_transaction_session_timeout": milliseconds(idleInTxTimeout), "application_name": role,
	} {
		if params[name] == "" { // the URL may say otherwise
			params[name] = value
		}
	}
	cfg.MaxConns = int32(min(max(s.cfg.MaxConns, 0), 10_000))
	if cfg.MaxConns == 0 {
		cfg.MaxConns = defaultMaxConns
	}
	cfg.ConnConfig.ConnectTimeout = 5 * time.Second
	cfg.ConnConfig.Tracer = s.tracer()
	cfg.AfterConnect = func(ctx context.Context, conn *pgx.Conn) error {
		_, err := conn.Prepare(ctx, discardPlans, "DISCARD PLANS")
		return err
	}
	if s.pool, err = pgxpool.NewWithConfig(ctx, cfg); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	s.maxInUse = int64(cfg.MaxConns)
	s.db = stdlib.OpenDBFromPool(s.pool)
	s.orm, err = gorm.Open(postgres.New(postgres.Config{Conn: s.db}), ormConfig(false))
	if err != nil {
		s.pool.Close()
		return fmt.Errorf("store: %w", err)
	}
	return nil
}

// discardPlans is the name of the prepared statement DISCARD PLANS.
const discardPlans = "discard_plans"

// plansAreDue tells whether the connection should forget its plans with its
// next batch: at its 16th, 32nd, 64th and so on. A plan is made for the size
// that tables have at that moment, and in an empty table all indexes look
// alike. Autovacuum's statistics renew plans too, but a minute late.
func plansAreDue(conn *pgx.Conn) bool {
	const key = "signet_batches"
	data := conn.PgConn().CustomData()
	n, _ := data[key].(int)
	n++
	data[key] = n
	return n >= 16 && n&(n-1) == 0
}

func milliseconds(d time.Duration) string { return fmt.Sprint(d.Milliseconds()) }

// ormConfig is common to both dialects. Errors are translated by translate, as
// GORM's own translation forgets which constraint was broken.
func ormConfig(prepare bool) *gorm.Config {
	return &gorm.Config{
		SkipDefaultTransaction: true,
		DisableAutomaticPing:   true,
		PrepareStmt:            prepare,
		Logger:                 logger.Discard, // it would log values
	}
}

func (s *Store) tracer() pgx.QueryTracer {
	trips := tripCounter{on: s.cfg.OnRoundTrip}
	if !s.cfg.Tracing {
		return trips
	}
	return multitracer.New(trips, otelpgx.NewTracer(otelpgx.WithDisableSQLStatementInAttributes()))
}

// tripCounter calls on for everything that waits for the database once: single
// statements, preparations, and batches as a whole.
type tripCounter struct{ on func(context.Context) }

func (c tripCounter) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	c.on(ctx)
	return ctx
}

func (c tripCounter) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

func (c tripCounter) TraceBatchStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	c.on(ctx)
	return ctx
}

func (c tripCounter) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {}

func (c tripCounter) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData) {}

func (c tripCounter) TracePrepareStart(ctx context.Context, _ *pgx.Conn, _ pgx.TracePrepareStartData) context.Context {
	c.on(ctx)
	return ctx
}

func (c tripCounter) TracePrepareEnd(context.Context, *pgx.Conn, pgx.TracePrepareEndData) {}
