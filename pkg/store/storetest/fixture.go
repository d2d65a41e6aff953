package storetest

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/pkg/tenancy"
	"github.com/stretchr/testify/require"
)

// The ids that exist on both sides of a fixture, so that only the workspace
// tells the rows apart.
const (
	ClientID      = "client-1"
	OtherClientID = "client-2"
	UserID        = "usr_1"
	OtherUserID   = "usr_2"
)

// Fixture is two sides on one database: A, and B who must not reach A. Both
// have the same clients and users in their workspace and in their workspace
// "admin"; these rows are put there by plain SQL, not by what is being tested.
type Fixture struct {
	DB    *Database
	Store *store.Store
	Clock *Clock
	Trips *Trips
	A, B  Side

	intact int // how often Intact has been called
}

// Side is one workspace, its tenant, and the handles on them.
type Side struct {
	TenantRecord    domain.Tenant
	WorkspaceRecord domain.Workspace
	AdminRecord     domain.Workspace
	TenantHandle    tenancy.Tenant
	WorkspaceHandle tenancy.Workspace

	Tenant    store.Tenant    // on TenantRecord
	Workspace store.Workspace // on WorkspaceRecord
	Admin     store.Workspace // on AdminRecord
}

// ID is the row key of the side's workspace.
func (s Side) ID() uuid.UUID { return s.WorkspaceRecord.ID }

// NewFixture puts two new sides on the database: of two tenants, or two
// workspaces of one.
func NewFixture(t testing.TB, db *Database, sameTenant bool) *Fixture {
	t.Helper()
	f := &Fixture{DB: db, Clock: NewClock(), Trips: &Trips{}}
	f.Store = db.Open(t, store.Config{Now: f.Clock.Now, OnRoundTrip: f.Trips.Count, MaxConns: 20})
	f.A = f.side(t, nil)
	if sameTenant {
		f.B = f.side(t, &f.A)
	} else {
		f.B = f.side(t, nil)
	}
	return f
}

func (f *Fixture) side(t testing.TB, sibling *Side) Side {
	t.Helper()
	now := f.Clock.Now()
	s := Side{}
	if sibling != nil {
		s.TenantRecord, s.AdminRecord = sibling.TenantRecord, sibling.AdminRecord
	} else {
		s.TenantRecord = domain.Tenant{
			ID: uuid.Must(uuid.NewV7()), TID: slug(), DisplayName: "Tenant", State: domain.StateActive,
			AdminWorkspaceID: uuid.Must(uuid.NewV7()), EmailVerified: true, Version: 1, CreatedAt: now, UpdatedAt: now,
		}
		s.AdminRecord = domain.Workspace{
			ID: s.TenantRecord.AdminWorkspaceID, TenantID: s.TenantRecord.ID, AID: domain.AdminWorkspace, DisplayName: "Admin",
			State: domain.StateActive, Settings: domain.DefaultSettings(domain.ProfileDefault), Version: 1, CreatedAt: now, UpdatedAt: now,
		}
		f.seedTenant(t, s.TenantRecord)
		f.seedWorkspace(t, s.AdminRecord)
	}
	s.WorkspaceRecord = s.AdminRecord
	s.WorkspaceRecord.ID, s.WorkspaceRecord.AID, s.WorkspaceRecord.DisplayName = uuid.Must(uuid.NewV7()), slug(), "Workspace"
	f.seedWorkspace(t, s.WorkspaceRecord)

	resolver := tenancy.NewResolver(directory{s}, "https://id.example")
	var err error
	s.TenantHandle, err = resolver.Tenant(t.Context(), s.TenantRecord.TID)
	require.NoError(t, err)
	s.WorkspaceHandle, err = resolver.Workspace(t.Context(), s.TenantRecord.TID, s.WorkspaceRecord.AID)
	require.NoError(t, err)
	admin, err := resolver.Workspace(t.Context(), s.TenantRecord.TID, domain.AdminWorkspace)
	require.NoError(t, err)
	s.Tenant, s.Workspace, s.Admin = f.Store.Tenant(s.TenantHandle), f.Store.Workspace(s.WorkspaceHandle), f.Store.Workspace(admin)
	return s
}

// directory answers for one side, so that handles do not depend on the store
// that is being tested.
type directory struct{ s Side }

func (d directory) FindTenant(context.Context, string) (domain.Tenant, error) {
	return d.s.TenantRecord, nil
}

func (d directory) FindWorkspace(_ context.Context, _, aid string) (domain.Tenant, domain.Workspace, error) {
	if aid == domain.AdminWorkspace {
		return d.s.TenantRecord, d.s.AdminRecord, nil
	}
	return d.s.TenantRecord, d.s.WorkspaceRecord, nil
}

func slug() string { return "t" + strings.ReplaceAll(uuid.NewString(), "-", "")[:16] }

func (f *Fixture) seedTenant(t testing.TB, r domain.Tenant) {
	t.Helper()
	f.Exec(t, `INSERT INTO tenants (id, tid, display_name, state, admin_workspace_id, email_verified, version, created_at, updated_at)
		VALUES ($1, $2, $3, 'active', $4, true, 1, $5, $5)`, r.ID.String(), r.TID, r.DisplayName, r.AdminWorkspaceID.String(), r.CreatedAt.UnixMicro())
}

// seedWorkspace adds the workspace and, in it, two clients and two users.
func (f *Fixture) seedWorkspace(t testing.TB, r domain.Workspace) {
	t.Helper()
	id, now := r.ID.String(), r.CreatedAt.UnixMicro()
	f.Exec(t, `INSERT INTO workspaces (tenant_id, id, aid, display_name, state, settings, version, created_at, updated_at)
		VALUES ($1, $2, $3, $4, 'active', '{}', 1, $5, $5)`, r.TenantID.String(), id, r.AID, r.DisplayName, now)
	for _, client := range []string{ClientID, OtherClientID} {
		f.Exec(t, `INSERT INTO clients (workspace_id, client_id, client_name, metadata, trusted, disabled, built_in, version, created_at, updated_at)
			VALUES ($1, $2, 'Client', '{}', false, false, false, 1, $3, $3)`, id, client, now)
	}
	for _, user := range []string{UserID, OtherUserID} {
		f.Exec(t, `INSERT INTO users (workspace_id, user_id, email, email_verified, username, name, given_name, family_name, picture, locale,
			password_hash, disabled, version, created_at, updated_at)
			VALUES ($1, $2, $3, true, $2, 'Person', '', '', '', '', '$argon2id$seed', false, 1, $4, $4)`, id, user, user+"@example.com", now)
		f.Exec(t, `INSERT INTO user_logins (workspace_id, login, user_id, kind) VALUES ($1, $2, $3, 'email')`, id, user+"@example.com", user)
		f.Exec(t, `INSERT INTO user_logins (workspace_id, login, user_id, kind) VALUES ($1, $2, $2, 'username')`, id, user)
	}
}

// Populate leaves at least one row of side A and of side B in every table.
func (f *Fixture) Populate(t testing.TB) {
	t.Helper()
	for _, s := range []Side{f.A, f.B} {
		g := f.grant(t, s.Workspace, false)
		_, err := s.Workspace.RevokeGrant(t.Context(), g.ID, "", "test", Event("grant.revoke"))
		require.NoError(t, err)
		f.verification(t, s.Workspace)
		_, err = s.Workspace.GiveConsent(t.Context(), domain.Consent{UserID: UserID, ClientID: ClientID, Scope: []string{"openid"}}, Event("consent.give"))
		require.NoError(t, err)
		require.NoError(t, s.Workspace.PutKeys(t.Context(), []domain.SigningKey{f.key("k")}, Event("key.rotate")))
		ws, tenant := s.ID().String(), s.TenantRecord.ID.String()
		f.Exec(t, `INSERT INTO client_secrets (workspace_id, client_id, id, label, form, value, created_at) VALUES ($1, $2, $3, '', 'sealed', $4, 1)`,
			ws, ClientID, uuid.NewString(), []byte{1})
		f.Exec(t, `INSERT INTO credential_usage (workspace_id, client_id, credential_id, last_used_at, uses) VALUES ($1, $2, 'c', 1, 1)`, ws, ClientID)
		require.NoError(t, f.Store.Platform().AddStatistics(t.Context(), []domain.Count{{WorkspaceID: s.ID(), At: f.Clock.Now(), Series: domain.Series{Endpoint: "token"}, Latency: domain.Latency{1}}}))
		f.Exec(t, `INSERT INTO services (workspace_id, service_id, name, audience, built_in, version, created_at, updated_at)
			VALUES ($1, 's', '', 'https://api.example', false, 1, 1, 1)`, ws)
		f.Exec(t, `INSERT INTO scopes (workspace_id, name, description, is_default, service_id, built_in, version, created_at, updated_at)
			VALUES ($1, 'read', '', false, 's', false, 1, 1, 1)`, ws)
		f.Exec(t, `INSERT INTO members (tenant_id, workspace_id, user_id, role, disabled, version, created_at, updated_at)
			VALUES ($1, $2, $3, 'owner', false, 1, 1, 1) ON CONFLICT DO NOTHING`, tenant, s.AdminRecord.ID.String(), UserID)
		f.Exec(t, `INSERT INTO invitations (tenant_id, id, email, role, token_hash, invited_by, created_at, expires_at)
			VALUES ($1, $2, 'x@example.com', 'admin', $3, '', 1, 1)`, tenant, uuid.NewString(), hash())
	}
}

// Exec runs a statement past the store and past row-level security.
func (f *Fixture) Exec(t testing.TB, sql string, args ...any) {
	t.Helper()
	_, err := f.DB.Admin.ExecContext(t.Context(), sql, args...)
	require.NoError(t, err)
}

// Count answers a SELECT count(*) past the store and past row-level security.
func (f *Fixture) Count(t testing.TB, sql string, args ...any) int {
	t.Helper()
	var n int
	require.NoError(t, f.DB.Admin.QueryRowContext(t.Context(), sql, args...).Scan(&n))
	return n
}

// Event is an audit event as a caller gives it.
func Event(action string) domain.AuditEvent {
	return domain.AuditEvent{
		Action: action, ActorKind: "user", ActorID: UserID, TargetKind: "test", TargetID: "target", Outcome: "success",
		IP: "192.0.2.1", TraceID: "0123456789abcdef", Detail: map[string]string{"why": "test"},
	}
}

// Intact fails the test if do changes any row of side A. Every Isolation calls
// it around what it does with B's handle.
func (f *Fixture) Intact(t testing.TB, do func()) {
	t.Helper()
	f.intact++
	before := f.rowsOf(t, f.A)
	do()
	require.Equal(t, before, f.rowsOf(t, f.A), "the other side's handle changed these rows")
}

// rowsOf is every row that belongs to the side, in all tables: those of its
// workspaces, and those of its tenant that belong to no other workspace.
func (f *Fixture) rowsOf(t testing.TB, s Side) []string {
	t.Helper()
	var all []string
	for _, table := range tables(t, f.DB) {
		columns := columnsOf(t, f.DB, table)
		switch {
		case slices.Contains(columns, "workspace_id"):
			own := []string{s.WorkspaceRecord.ID.String()}
			if f.B.TenantRecord.ID != f.A.TenantRecord.ID {
				own = append(own, s.AdminRecord.ID.String())
			}
			for _, id := range own {
				all = append(all, f.dump(t, table, "SELECT * FROM "+table+" WHERE workspace_id = $1", id)...)
			}
			if slices.Contains(columns, "tenant_id") && f.B.TenantRecord.ID != f.A.TenantRecord.ID {
				all = append(all, f.dump(t, table, "SELECT * FROM "+table+" WHERE tenant_id = $1", s.TenantRecord.ID.String())...)
			}
		case table == "tenants":
			all = append(all, f.dump(t, table, "SELECT * FROM tenants WHERE id = $1", s.TenantRecord.ID.String())...)
		case table == "workspaces":
			all = append(all, f.dump(t, table, "SELECT * FROM workspaces WHERE id = $1", s.WorkspaceRecord.ID.String())...)
		default:
			all = append(all, f.dump(t, table, "SELECT * FROM "+table+" WHERE tenant_id = $1", s.TenantRecord.ID.String())...)
		}
	}
	require.NotEmpty(t, all)
	return all
}

func (f *Fixture) dump(t testing.TB, table, query string, args ...any) []string {
	t.Helper()
	rows, err := f.DB.Admin.QueryContext(t.Context(), query, args...)
	require.NoError(t, err)
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	require.NoError(t, err)
	var out []string
	for rows.Next() {
		values := make([]sql.NullString, len(columns))
		targets := make([]any, len(columns))
		for i := range values {
			targets[i] = &values[i]
		}
		require.NoError(t, rows.Scan(targets...))
		line := table
		for i, c := range columns {
			line += fmt.Sprintf(" %s=%v:%q", c, values[i].Valid, values[i].String)
		}
		out = append(out, line)
	}
	require.NoError(t, rows.Err())
	slices.Sort(out)
	return out
}

// tables are all tables of the schema but the one that counts migrations.
func tables(t testing.TB, db *Database) []string {
	t.Helper()
	query := "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'goose_db_version' ORDER BY name"
	if db.Postgres() {
		query = "SELECT relname::text FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace AND relname <> 'goose_db_version' ORDER BY 1"
	}
	return texts(t, db, query)
}

func columnsOf(t testing.TB, db *Database, table string) []string {
	t.Helper()
	if db.Postgres() {
		return texts(t, db, "SELECT column_name::text FROM information_schema.columns WHERE table_schema = 'public' AND table_name = $1 ORDER BY 1", table)
	}
	return texts(t, db, "SELECT name FROM pragma_table_info($1) ORDER BY 1", table)
}

func texts(t testing.TB, db *Database, query string, args ...any) []string {
	t.Helper()
	rows, err := db.Admin.QueryContext(t.Context(), query, args...)
	require.NoError(t, err)
	defer func() { _ = rows.Close() }()
	var out []string
	for rows.Next() {
		var s string
		require.NoError(t, rows.Scan(&s))
		out = append(out, s)
	}
	require.NoError(t, rows.Err())
	return out
}

// minute is the granularity of most moves of the clock.
const minute = time.Minute
