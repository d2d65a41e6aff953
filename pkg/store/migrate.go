package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/postgres/*.sql migrations/sqlite/*.sql
var migrations embed.FS

// ErrSchema says that the database's schema is older than this program.
var ErrSchema = errors.New("store: the database's schema is older than this program; run the migrations")

// Migrate brings the schema up to date. On Postgres it connects by itself, as
// the login of Config.URL, which must own the schema and may create roles; one
// process at a time migrates, the others wait for it.
func (s *Store) Migrate(ctx context.Context) error {
	if !s.postgres() {
		provider, err := newProvider(goose.DialectSQLite3, "migrations/sqlite", s.db)
		if err != nil {
			return err
		}
		return up(ctx, provider)
	}
	cfg, err := pgx.ParseConfig(s.cfg.URL)
	if err != nil {
		return fmt.Errorf("store: the database URL: %w", err)
	}
	cfg.RuntimeParams["application_name"] = "signet_migrate"
	db := stdlib.OpenDB(*cfg)
	defer func() { _ = db.Close() }()
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	provider, err := newProvider(goose.DialectPostgres, "migrations/postgres", db, goose.WithSessionLocker(locker))
	if err != nil {
		return err
	}
	return up(ctx, provider)
}

func newProvider(dialect goose.Dialect, dir string, db *sql.DB, options ...goose.ProviderOption) (*goose.Provider, error) {
	files, err := fs.Sub(migrations, dir)
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	provider, err := goose.NewProvider(dialect, db, files, append(options, goose.WithDisableGlobalRegistry(true))...)
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	return provider, nil
}

func up(ctx context.Context, provider *goose.Provider) error {
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("store: migrating: %w", err)
	}
	return nil
}

// CheckSchema refuses a schema older than this program (ErrSchema). A newer one
// is fine: migrations only ever add what the release before can live with.
func (s *Store) CheckSchema(ctx context.Context) error {
	wanted, err := latestMigration()
	if err != nil {
		return err
	}
	var found int64
	var b batch
	b.query(func(r row) error { return r.Scan(&found) }, "SELECT coalesce(max(version_id), 0) FROM goose_db_version WHERE is_applied")
	if err := s.run(ctx, &b); err != nil {
		return fmt.Errorf("store: reading the schema's version: %w", err)
	}
	if found < wanted {
		return fmt.Errorf("%w: it is at %d, wanted is %d", ErrSchema, found, wanted)
	}
	return nil
}

// latestMigration is the highest number among the embedded files; both dialects
// have the same.
func latestMigration() (int64, error) {
	files, err := fs.Glob(migrations, "migrations/sqlite/*.sql")
	if err != nil {
		return 0, fmt.Errorf("store: %w", err)
	}
	var latest int64
	for _, f := range files {
		n, err := goose.NumericComponent(f)
		if err != nil {
			return 0, fmt.Errorf("store: %w", err)
		}
		latest = max(latest, n)
	}
	return latest, nil
}

// Migrations are the embedded files, postgres/ and sqlite/.
func Migrations() fs.FS {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		panic(err) // the directory is embedded above
	}
	return files
}
