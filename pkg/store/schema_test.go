package store_test

import (
	"database/sql"
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/pkg/store/storetest"
	"github.com/signet-authz/signet/pkg/tenancy"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const sqliteSchema = `
	SELECT 'column ' || t.name || '.' || c.name || CASE WHEN c."notnull" OR c.pk THEN ' not null' ELSE '' END
	FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name <> 'goose_db_version'
	UNION ALL
	SELECT 'unique ' || t.name || ' (' || (SELECT group_concat(name, ', ') FROM (SELECT ic.name FROM pragma_index_info(i.name) ic ORDER BY ic.seqno)) || ')'
	FROM sqlite_schema t, pragma_index_list(t.name) i WHERE t.type = 'table' AND i."unique" AND t.name <> 'goose_db_version'
	UNION ALL
	-- An INTEGER PRIMARY KEY has no index of its own.
	SELECT 'unique ' || t.name || ' (' || c.name || ')'
	FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table' AND t.sql LIKE '%AUTOINCREMENT%' AND c.pk AND t.name <> 'goose_db_version'
	UNION ALL
	SELECT 'foreign ' || t.name || ' (' || group_concat(f."from", ', ') || ') to ' || f."table" || ' on delete ' || lower(f.on_delete)
	FROM sqlite_schema t, pragma_foreign_key_list(t.name) f WHERE t.type = 'table' GROUP BY t.name, f.id
	UNION ALL
	SELECT 'index ' || i.name || ' (' || (SELECT group_concat(name, ', ') FROM (SELECT ic.name FROM pragma_index_info(i.name) ic ORDER BY ic.seqno)) || ')'
	FROM sqlite_schema t, pragma_index_list(t.name) i WHERE t.type = 'table' AND i.origin = 'c' AND NOT i."unique" AND t.name <> 'goose_db_version'`

const postgresSchema = `
	WITH tables AS (SELECT oid, relname::text AS name FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace AND relname <> 'goose_db_version')
	SELECT 'column ' || t.name || '.' || a.attname || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END
	FROM tables t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
	UNION ALL
	SELECT 'unique ' || t.name || ' (' || (SELECT string_agg(a.attname, ', ' ORDER BY k.i) FROM unnest(i.indkey::int[]) WITH ORDINALITY k(n, i)
		JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.n) || ')'
	FROM tables t JOIN pg_index i ON i.indrelid = t.oid AND i.indisunique
	UNION ALL
	SELECT 'foreign ' || t.name || ' (' || (SELECT string_agg(a.attname, ', ' ORDER BY k.i) FROM unnest(c.conkey) WITH ORDINALITY k(n, i)
		JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.n) || ') to ' || c.confrelid::regclass
		|| ' on delete ' || CASE c.confdeltype WHEN 'c' THEN 'cascade' WHEN 'a' THEN 'no action' ELSE c.confdeltype::text END
	FROM tables t JOIN pg_constraint c ON c.conrelid = t.oid AND c.contype = 'f'
	UNION ALL
	SELECT 'index ' || x.relname || ' (' || (SELECT string_agg(a.attname, ', ' ORDER BY k.i) FROM unnest(i.indkey::int[]) WITH ORDINALITY k(n, i)
		JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.n) || ')'
	FROM tables t JOIN pg_index i ON i.indrelid = t.oid AND NOT i.indisunique JOIN pg_class x ON x.oid = i.indexrelid`

// TestDialectsHaveOneSchema compares tables, columns, what may be null, unique
// and foreign keys, and indexes.
func TestDialectsHaveOneSchema(t *testing.T) {
	schemas := map[string][]string{}
	for _, e := range storetest.Engines() {
		db := e.Fresh(t)
		query := sqliteSchema
		if db.Postgres() {
			query = postgresSchema
		}
		schema := lines(t, db.Admin, query)
		assert.Greater(t, len(schema), 200)
		slices.Sort(schema)
		schemas[e.Driver] = schema
	}
	for driver, schema := range schemas {
		assert.Equal(t, strings.Join(schemas[store.DriverSQLite], "\n"), strings.Join(schema, "\n"), driver)
	}
}

// TestKeysLeadWithTheirOwner: a unique key over all tenants would tell one of
// another's rows. The exceptions are keys that must be unique over all.
func TestKeysLeadWithTheirOwner(t *testing.T) {
	exceptions := []string{
		"unique tenants (id)", "unique tenants (tid)", "unique workspaces (id)", "unique workspaces (issuer)",
		"unique revocations (id)", "unique audit_events (at, id)",
	}
	db := storetest.Engines()[0].Fresh(t)
	for _, line := range lines(t, db.Admin, sqliteSchema) {
		kind, _, _ := strings.Cut(line, " ")
		if kind == "unique" && !slices.Contains(exceptions, line) || kind == "foreign" {
			_, columns, _ := strings.Cut(line, "(")
			assert.True(t, strings.HasPrefix(columns, "workspace_id") || strings.HasPrefix(columns, "tenant_id"), line)
		}
	}
}

// TestIdentifiersCompareByteForByte: were two spellings one identifier to the
// database, one tenant could pass for another.
func TestIdentifiersCompareByteForByte(t *testing.T) {
	spellings := []string{
		"name", "Name", "NAME", "name ", " name", "n\u0061me\u0301", "nam\u00e9", "ｎame", "na\u200bme", "naⓜe", "nam\u0435", "ß", "ss", "ı", "i", "İ",
	}
	for _, e := range storetest.Engines() {
		t.Run(e.Driver, func(t *testing.T) {
			db := e.Fresh(t)
			f := storetest.NewFixture(t, db, false)
			ws := f.A.ID().String()
			for i, s := range spellings {
				f.Exec(t, `INSERT INTO scopes (workspace_id, name, description, is_default, built_in, version, created_at, updated_at)
					VALUES ($1, $2, '', false, false, 1, 1, 1)`, ws, s)
				f.Exec(t, `INSERT INTO services (workspace_id, service_id, name, audience, built_in, version, created_at, updated_at)
					VALUES ($1, $2, '', $2, false, 1, 1, 1)`, ws, s)
				f.Exec(t, `INSERT INTO users (workspace_id, user_id, email, email_verified, username, name, given_name, family_name, picture, locale,
					password_hash, disabled, version, created_at, updated_at) VALUES ($1, $2, '', false, '', '', '', '', '', '', '', false, 1, 1, 1)`, ws, "usr_"+s)
				f.Exec(t, "INSERT INTO user_logins (workspace_id, login, user_id, kind) VALUES ($1, $2, $3, 'email')", ws, s, "usr_"+s)
				require.Equal(t, i+1, f.Count(t, "SELECT count(*) FROM scopes WHERE workspace_id = $1", ws))
			}
			for _, s := range spellings {
				require.Equal(t, 1, f.Count(t, "SELECT count(*) FROM scopes WHERE workspace_id = $1 AND name = $2", ws, s), "%q", s)
				require.Equal(t, 1, f.Count(t, "SELECT count(*) FROM services WHERE workspace_id = $1 AND audience = $2", ws, s), "%q", s)
				require.Equal(t, 1, f.Count(t, "SELECT count(*) FROM user_logins WHERE workspace_id = $1 AND login = $2", ws, s), "%q", s)
			}
			slices.Sort(spellings)
			require.Equal(t, spellings, lines(t, db.Admin, "SELECT name FROM scopes ORDER BY name"), "the order is that of the bytes as well")
			for _, tid := range []string{"Acme", "a--b", "-ab", "ab-", "a", "äb", "a b", strings.Repeat("a", 41)} {
				_, err := db.Admin.ExecContext(t.Context(), `INSERT INTO tenants (id, tid, display_name, state, admin_workspace_id, email_verified, version, created_at, updated_at)
					VALUES ($1, $2, '', 'active', $1, true, 1, 1, 1)`, ws, tid)
				require.Error(t, err, tid)
			}
		})
	}
}

func lines(t *testing.T, db *sql.DB, query string) []string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	require.NoError(t, err)
	defer func() { _ = rows.Close() }()
	var out []string
	for rows.Next() {
		var line string
		require.NoError(t, rows.Scan(&line))
		out = append(out, line)
	}
	require.NoError(t, rows.Err())
	return out
}

func TestOlderSchemaIsRefused(t *testing.T) {
	for _, e := range storetest.Engines() {
		t.Run(e.Driver, func(t *testing.T) {
			db := e.Fresh(t)
			s := db.Open(t, store.Config{})
			require.NoError(t, s.CheckSchema(t.Context()))
			exec := func(statement string) {
				_, err := db.Admin.ExecContext(t.Context(), statement)
				require.NoError(t, err)
			}
			exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, true)")
			require.NoError(t, s.CheckSchema(t.Context()), "a newer schema still serves this program")
			exec("DELETE FROM goose_db_version WHERE version_id > 1")
			require.ErrorIs(t, s.CheckSchema(t.Context()), store.ErrSchema)
		})
	}
	empty, err := store.Open(t.Context(), store.Config{Driver: store.DriverSQLite, URL: filepath.Join(t.TempDir(), "empty.db"), Now: storetest.NewClock().Now})
	require.NoError(t, err)
	defer func() { _ = empty.Close() }()
	require.Error(t, empty.CheckSchema(t.Context()))
}

func TestMigratingTwiceAtOnceMigratesOnce(t *testing.T) {
	for _, e := range storetest.Engines() {
		t.Run(e.Driver, func(t *testing.T) {
			db := e.Unmigrated(t)
			var wg sync.WaitGroup
			errs := make([]error, 3)
			s := db.Open(t, store.Config{})
			for i := range errs {
				// Processes that share a SQLite file do not migrate at one moment.
				if db.Postgres() {
					wg.Go(func() { errs[i] = s.Migrate(t.Context()) })
				} else {
					errs[i] = s.Migrate(t.Context())
				}
			}
			wg.Wait()
			for _, err := range errs {
				require.NoError(t, err)
			}
			require.NoError(t, s.CheckSchema(t.Context()))
		})
	}
}

// TestOwnerNeedsNoSuperuser: managed databases give their customers none.
func TestOwnerNeedsNoSuperuser(t *testing.T) {
	onPostgres(t, func(t *testing.T, db *storetest.Database) {
		u, err := url.Parse(db.URL)
		require.NoError(t, err)
		owner, name := "owner_"+uuid.NewString()[:8], "signet_test_"+uuid.NewString()[:8]
		storetest.DDL(t, db.Admin, "CREATE ROLE %s LOGIN CREATEROLE PASSWORD 'x'", owner)
		storetest.DDL(t, db.Admin, "CREATE DATABASE %s OWNER %s TEMPLATE template0", name, owner)
		t.Cleanup(func() {
			storetest.DDL(t, db.Admin, "DROP DATABASE %s WITH (FORCE)", name)
			storetest.DDL(t, db.Admin, "DROP ROLE %s", owner)
		})
		u.User, u.Path = url.UserPassword(owner, "x"), "/"+name
		owned := &storetest.Database{Driver: db.Driver, URL: u.String()}
		s := owned.Open(t, store.Config{MaxConns: 2})
		require.NoError(t, s.Migrate(t.Context()))
		require.NoError(t, s.CheckSchema(t.Context()))
		_, _, err = s.Platform().FindWorkspace(t.Context(), "no", "no")
		require.ErrorIs(t, err, tenancy.ErrNotFound)
	})
}

func TestOpenRefusesNonsense(t *testing.T) {
	now := storetest.NewClock().Now
	for _, cfg := range []store.Config{
		{Driver: store.DriverSQLite, URL: filepath.Join(t.TempDir(), "x.db")},
		{Driver: "mysql", URL: "x", Now: now},
		{Driver: store.DriverPostgres, URL: "postgres://[", Now: now},
	} {
		_, err := store.Open(t.Context(), cfg)
		require.Error(t, err, fmt.Sprint(cfg.Driver))
	}
}
