package store_test

import (
	"database/sql"
	"net/url"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/pkg/store/storetest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// onPostgres runs a test on a fresh Postgres database, where there is one at
// hand: what these tests are about, SQLite does not have.
func onPostgres(t *testing.T, test func(t *testing.T, db *storetest.Database)) {
	for _, e := range storetest.Engines() {
		if e.Driver == store.DriverPostgres {
			t.Run(e.Driver, func(t *testing.T) { test(t, e.Fresh(t)) })
		}
	}
}

// roles are those that a service's connection may take.
var roles = []string{store.RoleTenantAdmin, store.RoleAuthorization, store.RoleToken, store.RoleStandalone}

// as connects the way a service does: with a role taken at the start.
func as(t *testing.T, db *storetest.Database, role string) *sql.DB {
	t.Helper()
	u, err := url.Parse(db.URL)
	require.NoError(t, err)
	q := u.Query()
	q.Set("role", role)
	u.RawQuery = q.Encode()
	conn, err := sql.Open("pgx", u.String())
	require.NoError(t, err)
	conn.SetMaxOpenConns(1)
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func TestEveryTableForcesRowLevelSecurity(t *testing.T) {
	onPostgres(t, func(t *testing.T, db *storetest.Database) {
		rows, err := db.Admin.QueryContext(t.Context(), `SELECT c.relname::text, c.relrowsecurity AND c.relforcerowsecurity,
			(SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid)
			FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace AND c.relname <> 'goose_db_version'`)
		require.NoError(t, err)
		defer func() { _ = rows.Close() }()
		declared := map[string]bool{}
		for _, w := range store.Writers() {
			declared[w.Table] = true
		}
		for rows.Next() {
			var table string
			var forced bool
			var policies int
			require.NoError(t, rows.Scan(&table, &forced, &policies))
			assert.True(t, forced, "%s does not FORCE row-level security", table)
			assert.GreaterOrEqual(t, policies, 2, "%s lacks a policy", table)
			assert.True(t, declared[table], "%s has no declared writers", table)
			delete(declared, table)
		}
		require.NoError(t, rows.Err())
		assert.Empty(t, declared, "declared writers of tables that are not there")
	})
}

func TestGrantsAreAsDeclared(t *testing.T) {
	verbs := map[byte]string{'S': "SELECT", 'I': "INSERT", 'U': "UPDATE", 'D': "DELETE", 'T': "TRUNCATE", 'R': "REFERENCES", 'G': "TRIGGER"}
	onPostgres(t, func(t *testing.T, db *storetest.Database) {
		for _, w := range store.Writers() {
			for role, letters := range w.Roles {
				for letter, verb := range verbs {
					want := false
					for i := range len(letters) {
						want = want || letters[i] == letter
					}
					var have bool
					require.NoError(t, db.Admin.QueryRowContext(t.Context(), "SELECT has_table_privilege($1, $2, $3)", role, w.Table, verb).Scan(&have))
					assert.Equal(t, want, have, "%s, %s on %s", role, verb, w.Table)
				}
			}
		}
	})
}

// TestWithoutAScopeNoRoleSeesARow also asks after a transaction that had a
// scope, on the same connection: the setting must not outlive it.
func TestWithoutAScopeNoRoleSeesARow(t *testing.T) {
	onPostgres(t, func(t *testing.T, db *storetest.Database) {
		f := storetest.NewFixture(t, db, false)
		f.Populate(t)
		for _, role := range roles {
			conn := as(t, db, role)
			requireNoRows(t, conn, role)
			inTransaction(t, conn, func(tx *sql.Tx) {
				setScope(t, tx, f.A)
				var n int
				require.NoError(t, tx.QueryRowContext(t.Context(), "SELECT count(*) FROM clients").Scan(&n))
				require.Equal(t, 2, n, "with the scope, %s sees that workspace and no other", role)
			})
			requireNoRows(t, conn, role)
		}
		for _, w := range store.Writers() {
			assert.NotZero(t, countOf(t, db.Admin, w.Table), "%s is empty, which proves nothing", w.Table)
		}
	})
}

func requireNoRows(t *testing.T, conn *sql.DB, role string) {
	t.Helper()
	for _, w := range store.Writers() {
		var may bool
		require.NoError(t, conn.QueryRowContext(t.Context(), "SELECT has_table_privilege($1, 'SELECT')", w.Table).Scan(&may))
		if !may {
			continue
		}
		assert.Zero(t, countOf(t, conn, w.Table), "%s sees rows of %s", role, w.Table)
	}
}

func countOf(t *testing.T, conn *sql.DB, table string) int {
	t.Helper()
	query := "SELECT count(*) FROM " + pgx.Identifier{table}.Sanitize()
	var n int
	require.NoError(t, conn.QueryRowContext(t.Context(), query).Scan(&n))
	return n
}

func inTransaction(t *testing.T, conn *sql.DB, do func(tx *sql.Tx)) {
	t.Helper()
	tx, err := conn.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	defer func() { _ = tx.Rollback() }()
	do(tx)
	require.NoError(t, tx.Commit())
}

func setScope(t *testing.T, tx *sql.Tx, s storetest.Side) {
	t.Helper()
	_, err := tx.ExecContext(t.Context(), "SELECT set_config('app.workspace', $1, true)", s.ID().String())
	require.NoError(t, err)
}

func TestAScopeRefusesToWriteTheRowsOfAnother(t *testing.T) {
	onPostgres(t, func(t *testing.T, db *storetest.Database) {
		f := storetest.NewFixture(t, db, true)
		f.Populate(t)
		conn := as(t, db, store.RoleStandalone)
		f.Intact(t, func() {
			inTransaction(t, conn, func(tx *sql.Tx) {
				setScope(t, tx, f.B)
				for _, statement := range []string{
					"UPDATE users SET name = 'x' WHERE workspace_id = $1", "DELETE FROM grants WHERE workspace_id = $1",
					"UPDATE sessions SET ended_at = 1 WHERE workspace_id = $1", "DELETE FROM consents WHERE workspace_id = $1",
					"UPDATE clients SET disabled = true WHERE workspace_id = $1", "UPDATE signing_keys SET revoked_at = 1 WHERE workspace_id = $1",
				} {
					result, err := tx.ExecContext(t.Context(), statement, f.A.ID().String())
					require.NoError(t, err)
					n, err := result.RowsAffected()
					require.NoError(t, err)
					require.Zero(t, n, statement)
				}
			})
			for _, statement := range []string{
				"INSERT INTO revocations (workspace_id, kind, target, before_at, expires_at, created_at) VALUES ($1, 'user', 'usr_1', 1, 1, 1)",
				"UPDATE clients SET workspace_id = $1 WHERE client_id = 'client-1'",
			} {
				tx, err := conn.BeginTx(t.Context(), nil)
				require.NoError(t, err)
				setScope(t, tx, f.B)
				_, err = tx.ExecContext(t.Context(), statement, f.A.ID().String())
				require.ErrorContains(t, err, "row-level security", statement)
				require.NoError(t, tx.Rollback())
			}
		})
	})
}

// TestOnlyTenantAdminMayBecomePlatform uses logins as production has them: each
// a member of one role, and of nothing else.
func TestOnlyTenantAdminMayBecomePlatform(t *testing.T) {
	onPostgres(t, func(t *testing.T, db *storetest.Database) {
		f := storetest.NewFixture(t, db, false)
		for role, may := range map[string]bool{store.RoleTenantAdmin: true, store.RoleStandalone: true, store.RoleAuthorization: false, store.RoleToken: false} {
			login := "login_" + uuid.NewString()[:8]
			storetest.DDL(t, db.Admin, "CREATE ROLE %s LOGIN PASSWORD 'x' IN ROLE %s", login, role)
			t.Cleanup(func() { storetest.DDL(t, db.Admin, "DROP ROLE %s", login) })
			u, err := url.Parse(db.URL)
			require.NoError(t, err)
			u.User = url.UserPassword(login, "x")
			own := &storetest.Database{Driver: db.Driver, URL: u.String(), Admin: db.Admin}
			s := own.Open(t, store.Config{Now: f.Clock.Now, Role: role, MaxConns: 1})

			_, _, err = s.Platform().FindWorkspace(t.Context(), f.A.TenantRecord.TID, f.A.WorkspaceRecord.AID)
			require.NoError(t, err, "every service resolves paths")
			_, err = s.Platform().Revocations(t.Context(), 0, f.Clock.Now())
			require.NoError(t, err, "every service hears of endings")
			_, err = s.Platform().Prune(t.Context(), f.Clock.Now(), 10)
			if may {
				require.NoError(t, err, role)
			} else {
				require.Error(t, err, role)
			}
			conn := as(t, own, role)
			var n int
			require.NoError(t, conn.QueryRowContext(t.Context(), "SELECT count(*) FROM clients").Scan(&n))
			require.Zero(t, n, "%s has the rights of platform all the time", role)
		}
	})
}

// TestAScopeEndsWithItsTransaction: the next to use the connection, whoever that
// is, must find it without a scope.
func TestAScopeEndsWithItsTransaction(t *testing.T) {
	onPostgres(t, func(t *testing.T, db *storetest.Database) {
		f := storetest.NewFixture(t, db, false)
		s := db.Open(t, store.Config{Now: f.Clock.Now, MaxConns: 1})
		w, tenant := s.Workspace(f.A.WorkspaceHandle), s.Tenant(f.A.TenantHandle)
		for name, use := range map[string]func() error{
			"batch of a workspace":       func() error { _, err := w.User(t.Context(), storetest.UserID); return err },
			"batch that fails":           func() error { _, _ = w.GiveConsent(t.Context(), domain.Consent{}, storetest.Event("x")); return nil },
			"transaction of a workspace": func() error { _, err := w.Users(t.Context(), store.Page{}); return err },
			"transaction that fails":     func() error { _, _ = w.EndSession(t.Context(), uuid.New(), storetest.Event("x")); return nil },
			"tenant":                     func() error { _, err := tenant.Get(t.Context()); return err },
			"platform":                   func() error { _, err := s.Platform().Prune(t.Context(), f.Clock.Now(), 1); return err },
		} {
			require.NoError(t, use(), name)
			workspace, tenant, role, err := s.Leftovers(t.Context())
			require.NoError(t, err)
			assert.Empty(t, workspace, name)
			assert.Empty(t, tenant, name)
			assert.Equal(t, store.RoleStandalone, role, name)
		}
	})
}

func TestStatementsAreBounded(t *testing.T) {
	onPostgres(t, func(t *testing.T, db *storetest.Database) {
		u, err := url.Parse(db.URL)
		require.NoError(t, err)
		q := u.Query()
		q.Del("statement_timeout")
		q.Del("lock_timeout")
		u.RawQuery = q.Encode()
		plain := &storetest.Database{Driver: db.Driver, URL: u.String()}
		s := plain.Open(t, store.Config{MaxConns: 1})
		for name, want := range map[string]string{"statement_timeout": "1s", "lock_timeout": "500ms", "idle_in_transaction_session_timeout": "5s"} {
			have, err := s.Setting(t.Context(), name)
			require.NoError(t, err)
			assert.Equal(t, want, have, name)
		}
	})
}
