package storetest

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/glebarez/go-sqlite" // the driver "sqlite", for what tests ask of the database itself
	"github.com/jackc/pgx/v5"
	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/stretchr/testify/require"
)

// Clock is a clock that stands still until it is moved.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock stands at a fixed moment.
func NewClock() *Clock { return &Clock{now: time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)} }

// Now is the moment at which the clock stands.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Engine is a database product at hand.
type Engine struct {
	Driver string
	server string // the superuser's URL, on Postgres
}

// Engines are SQLite, and Postgres where DATABASE_URL is set.
func Engines() []Engine {
	engines := []Engine{{Driver: store.DriverSQLite}}
	if u := os.Getenv("DATABASE_URL"); strings.HasPrefix(u, "postgres") {
		engines = append(engines, Engine{Driver: store.DriverPostgres, server: u})
	}
	return engines
}

// Database is a fresh, migrated database.
type Database struct {
	Driver string
	URL    string
	// Admin sees and changes all rows, whatever row-level security says.
	Admin *sql.DB
}

// Postgres tells which of the two dialects it speaks.
func (d *Database) Postgres() bool { return d.Driver == store.DriverPostgres }

// Open opens a store on the database.
func (d *Database) Open(t testing.TB, cfg store.Config) *store.Store {
	t.Helper()
	cfg.Driver, cfg.URL = d.Driver, d.URL
	if cfg.Now == nil {
		cfg.Now = NewClock().Now
	}
	s, err := store.Open(t.Context(), cfg)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

// Open is a store on a fresh SQLite database, for the tests of other packages.
func Open(t testing.TB, cfg store.Config) *store.Store {
	t.Helper()
	return Engine{Driver: store.DriverSQLite}.Fresh(t).Open(t, cfg)
}

// Fresh makes a migrated database that goes with the test.
func (e Engine) Fresh(t testing.TB) *Database {
	t.Helper()
	if e.Driver == store.DriverSQLite {
		d := newSQLite(t)
		migrate(t, d)
		return d
	}
	return newPostgres(t, e.server, true)
}

// Unmigrated makes an empty database that goes with the test.
func (e Engine) Unmigrated(t testing.TB) *Database {
	t.Helper()
	if e.Driver == store.DriverSQLite {
		return newSQLite(t)
	}
	return newPostgres(t, e.server, false)
}

func newSQLite(t testing.TB) *Database {
	t.Helper()
	d := &Database{Driver: store.DriverSQLite, URL: filepath.Join(t.TempDir(), "signet.db")}
	admin, err := sql.Open("sqlite", d.URL+"?_pragma=busy_timeout(5000)&_pragma=foreign_keys(1)&_txlock=immediate")
	require.NoError(t, err)
	t.Cleanup(func() { _ = admin.Close() })
	d.Admin = admin
	return d
}

func migrate(t testing.TB, d *Database) {
	t.Helper()
	s, err := store.Open(t.Context(), store.Config{Driver: d.Driver, URL: d.URL, Now: time.Now})
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	require.NoError(t, s.Migrate(t.Context()))
}

// newPostgres makes an empty database, or copies a template database, which is
// migrated once for each state of the migration files and stays on the server.
func newPostgres(t testing.TB, server string, migrated bool) *Database {
	t.Helper()
	ctx := t.Context()
	root, err := sql.Open("pgx", server)
	require.NoError(t, err)
	conn, err := root.Conn(ctx)
	require.NoError(t, err)
	// CREATE DATABASE fails while somebody else copies or is connected to the
	// template, so that all of this waits its turn.
	const turn = 7_341_902_117
	_, err = conn.ExecContext(ctx, "SELECT pg_advisory_lock($1)", turn)
	require.NoError(t, err)
	template := "template0"
	if migrated {
		template = "signet_test_template_" + migrationsHash(t)
		ensureTemplate(t, conn, server, template)
	}
	name := "signet_test_" + strings.ToLower(rand.Text()[:12])
	DDL(t, conn, "CREATE DATABASE %s TEMPLATE %s", name, template)
	_, err = conn.ExecContext(ctx, "SELECT pg_advisory_unlock($1)", turn)
	require.NoError(t, err)
	require.NoError(t, conn.Close())

	d := &Database{Driver: store.DriverPostgres, URL: withDatabase(t, server, name)}
	d.Admin, err = sql.Open("pgx", d.URL)
	require.NoError(t, err)
	t.Cleanup(func() {
		_ = d.Admin.Close()
		DDL(t, root, "DROP DATABASE %s WITH (FORCE)", name)
		_ = root.Close()
	})
	return d
}

// DDL runs a statement of Postgres about things whose names cannot be
// parameters; each %s takes one, quoted. It also runs while the test is ending.
func DDL(t testing.TB, conn interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}, statement string, names ...string,
) {
	t.Helper()
	for _, name := range names {
		statement = strings.Replace(statement, "%s", pgx.Identifier{name}.Sanitize(), 1)
	}
	_, err := conn.ExecContext(context.WithoutCancel(t.Context()), statement)
	require.NoError(t, err)
}

func ensureTemplate(t testing.TB, conn *sql.Conn, server, template string) {
	t.Helper()
	var exists bool
	require.NoError(t, conn.QueryRowContext(t.Context(), "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", template).Scan(&exists))
	if exists {
		return
	}
	DDL(t, conn, "CREATE DATABASE %s", template+"_new")
	migrate(t, &Database{Driver: store.DriverPostgres, URL: withDatabase(t, server, template+"_new")})
	DDL(t, conn, "ALTER DATABASE %s RENAME TO %s", template+"_new", template)
}

func withDatabase(t testing.TB, server, name string) string {
	t.Helper()
	u, err := url.Parse(server)
	require.NoError(t, err)
	u.Path = "/" + name
	// A crowded test machine is no reason for a statement to fail.
	q := u.Query()
	q.Set("statement_timeout", "60000")
	q.Set("lock_timeout", "60000")
	u.RawQuery = q.Encode()
	return u.String()
}

func migrationsHash(t testing.TB) string {
	t.Helper()
	h := sha256.New()
	err := fs.WalkDir(store.Migrations(), "postgres", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		b, err := fs.ReadFile(store.Migrations(), path)
		if err != nil {
			return err
		}
		_, _ = fmt.Fprintf(h, "%s %d\n%s", path, len(b), b)
		return nil
	})
	require.NoError(t, err)
	return hex.EncodeToString(h.Sum(nil)[:8])
}
