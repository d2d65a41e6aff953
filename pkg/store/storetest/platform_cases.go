package storetest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/pkg/tenancy"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func platformCases() []Case {
	return []Case{
		{"TenantIsMadeWhole", tenantIsMadeWhole},
		{"TenantIsMadeInOneRoundTrip", tenantIsMadeInOneRoundTrip},
		{"TenantSlugIsNeverGivenTwice", tenantSlugIsNeverGivenTwice},
		{"RefusedTenantLeavesNoTrace", refusedTenantLeavesNoTrace},
		{"UnknownPathIsNotFound", unknownPathIsNotFound},
		{"EveryLivingWorkspaceIsVisitedOnce", everyLivingWorkspaceIsVisited},
		{"PruneTakesOnlyWhatHasEnded", pruneTakesOnlyWhatHasEnded},
	}
}

// newWorkspace is all that a workspace may begin with.
func (f *Fixture) newWorkspace(aid string) store.NewWorkspace {
	return store.NewWorkspace{
		Workspace: domain.Workspace{
			ID: uuid.Must(uuid.NewV7()), AID: aid, DisplayName: "Workspace " + aid, Settings: domain.DefaultSettings(domain.ProfileDefault),
		},
		Keys:     []domain.SigningKey{f.key("kid-1"), f.key("kid-2")},
		Scopes:   append(domain.StandardScopes(), domain.Scope{Name: "admin:read", Description: "Read", ServiceID: "admin-api", Default: true}),
		Services: []domain.Service{{ServiceID: "admin-api", Name: "API", Audience: "https://id.example/api/v1", ClientIDs: []string{"console"}, BuiltIn: true}},
		Clients:  []domain.Client{{ClientID: "console", ClientName: "Console", TokenEndpointAuthMethod: oauth.MethodNone, BuiltIn: true}},
	}
}

// newTenant has the workspaces "admin" and "default", an owner and a service client.
func (f *Fixture) newTenant(tid string) store.NewTenant {
	admin, dflt := f.newWorkspace(domain.AdminWorkspace), f.newWorkspace(domain.DefaultWorkspace)
	return store.NewTenant{
		Tenant: domain.Tenant{
			ID: uuid.Must(uuid.NewV7()), TID: tid, DisplayName: "Tenant " + tid, AdminWorkspaceID: admin.Workspace.ID,
		},
		Workspaces: []store.NewWorkspace{admin, dflt},
		Owner:      newUser("usr_owner", "Owner@Example.com", ""),
		Clients: []domain.Client{{
			ClientID: "service", ClientName: "Service", TokenEndpointAuthMethod: oauth.MethodClientSecretBasic, GrantTypes: []string{"client_credentials"},
			Secrets: []domain.ClientSecret{{Label: "first", Form: domain.SecretHMACv1, Value: []byte{1, 2, 3}}},
		}},
		Verification: store.Verification{TokenHash: hash(), ExpiresAt: f.Clock.Now().Add(time.Hour)},
	}
}

// created is a tenant of its own, and the handles on it.
type created struct {
	store.NewTenant
	tenant          store.Tenant
	admin, dflt     store.Workspace
	adminID, dfltID uuid.UUID
}

func (f *Fixture) createTenant(t testing.TB) created {
	t.Helper()
	c := created{NewTenant: f.newTenant(slug())}
	require.NoError(t, f.Store.Platform().CreateTenant(t.Context(), c.NewTenant, Event("tenant.create")))
	tid := c.Tenant.TID
	resolver := f.resolver()
	handle, err := resolver.Tenant(t.Context(), tid)
	require.NoError(t, err)
	admin, err := resolver.Workspace(t.Context(), tid, domain.AdminWorkspace)
	require.NoError(t, err)
	dflt, err := resolver.Workspace(t.Context(), tid, domain.DefaultWorkspace)
	require.NoError(t, err)
	c.tenant, c.admin, c.dflt = f.Store.Tenant(handle), f.Store.Workspace(admin), f.Store.Workspace(dflt)
	c.adminID, c.dfltID = admin.ID(), dflt.ID()
	return c
}

// Register makes one tenant more.
func (f *Fixture) Register(t testing.TB) {
	t.Helper()
	require.NoError(t, f.Store.Platform().CreateTenant(t.Context(), f.newTenant(slug()), Event("tenant.create")))
}

func (f *Fixture) resolver() *tenancy.Resolver {
	return tenancy.NewResolver(f.Store.Platform(), "https://id.example")
}

func tenantIsMadeWhole(t *testing.T, f *Fixture) {
	c := f.createTenant(t)
	found, err := f.Store.Platform().FindTenant(t.Context(), c.Tenant.TID)
	require.NoError(t, err)
	want := c.Tenant
	want.State, want.Version, want.CreatedAt, want.UpdatedAt = domain.StateActive, 1, f.Clock.Now(), f.Clock.Now()
	assert.Equal(t, want, found)

	tenant, workspace, err := f.Store.Platform().FindWorkspace(t.Context(), c.Tenant.TID, domain.DefaultWorkspace)
	require.NoError(t, err)
	assert.Equal(t, want, tenant)
	assert.Equal(t, c.Workspaces[1].Workspace.ID, workspace.ID)
	assert.Equal(t, c.Workspaces[1].Workspace.Settings, workspace.Settings)
	assert.Equal(t, domain.StateActive, workspace.State)

	owner, err := c.admin.FindLogin(t.Context(), "owner@example.com")
	require.NoError(t, err)
	assert.Equal(t, "usr_owner", owner.UserID)
	assert.Equal(t, f.Clock.Now(), owner.PasswordChangedAt)
	member, err := c.tenant.Member(t.Context(), "usr_owner")
	require.NoError(t, err)
	assert.Equal(t, domain.RoleOwner, member.Role)
	assert.Equal(t, "Owner@Example.com", member.Email)

	service, err := c.admin.Client(t.Context(), "service")
	require.NoError(t, err)
	require.Len(t, service.Secrets, 1)
	assert.Equal(t, []byte{1, 2, 3}, service.Secrets[0].Value)
	_, err = c.dflt.Client(t.Context(), "service")
	require.ErrorIs(t, err, store.ErrNotFound, "further clients are those of the workspace admin")
	for _, w := range []store.Workspace{c.admin, c.dflt} {
		_, err := w.Client(t.Context(), "console")
		require.NoError(t, err)
		keys, err := w.Keys(t.Context())
		require.NoError(t, err)
		assert.Len(t, keys, 2)
		scopes, services, err := w.Catalog(t.Context())
		require.NoError(t, err)
		assert.Len(t, scopes, len(domain.StandardScopes())+1)
		require.Len(t, services, 1)
		assert.Equal(t, []string{"console"}, services[0].ClientIDs)
	}
	_, err = c.tenant.VerifyEmail(t.Context(), c.Verification.TokenHash, Event("email.verified"))
	require.NoError(t, err)
	assert.Equal(t, 1, f.Count(t, "SELECT count(*) FROM audit_events WHERE tenant_id = $1 AND workspace_id IS NULL AND action = 'tenant.create'", c.Tenant.ID.String()))
}

func tenantIsMadeInOneRoundTrip(t *testing.T, f *Fixture) {
	f.createTenant(t) // the statements are prepared by now
	n := f.newTenant(slug())
	assert.Equal(t, 1, f.Trips.Of(func() { require.NoError(t, f.Store.Platform().CreateTenant(t.Context(), n, Event("tenant.create"))) }))
	assert.Equal(t, 1, f.Trips.Of(func() {
		_, err := f.Store.Platform().FindTenant(t.Context(), n.Tenant.TID)
		require.NoError(t, err)
	}))
	assert.Equal(t, 1, f.Trips.Of(func() {
		_, _, err := f.Store.Platform().FindWorkspace(t.Context(), n.Tenant.TID, domain.AdminWorkspace)
		require.NoError(t, err)
	}))
}

func tenantSlugIsNeverGivenTwice(t *testing.T, f *Fixture) {
	c := f.createTenant(t)
	again := f.newTenant(c.Tenant.TID)
	requireConflict(t, f.Store.Platform().CreateTenant(t.Context(), again, Event("tenant.create")), "tid")
	_, err := c.tenant.Delete(t.Context(), Event("tenant.delete"))
	require.NoError(t, err)
	requireConflict(t, f.Store.Platform().CreateTenant(t.Context(), again, Event("tenant.create")), "tid")
}

func refusedTenantLeavesNoTrace(t *testing.T, f *Fixture) {
	n := f.newTenant(slug())
	n.Workspaces[1].Workspace.AID = domain.AdminWorkspace
	requireConflict(t, f.Store.Platform().CreateTenant(t.Context(), n, Event("tenant.create")), "aid")
	_, err := f.Store.Platform().FindTenant(t.Context(), n.Tenant.TID)
	require.ErrorIs(t, err, tenancy.ErrNotFound)
	assert.Zero(t, f.Count(t, "SELECT count(*) FROM users WHERE workspace_id = $1", n.Tenant.AdminWorkspaceID.String()))
	assert.Zero(t, f.Count(t, "SELECT count(*) FROM audit_events WHERE tenant_id = $1", n.Tenant.ID.String()))

	n = f.newTenant(slug())
	n.Tenant.AdminWorkspaceID = uuid.Must(uuid.NewV7())
	require.Error(t, f.Store.Platform().CreateTenant(t.Context(), n, Event("tenant.create")), "an admin workspace that is not among the workspaces")
}

func unknownPathIsNotFound(t *testing.T, f *Fixture) {
	p, tid := f.Store.Platform(), f.A.TenantRecord.TID
	_, err := p.FindTenant(t.Context(), tid)
	require.NoError(t, err)
	for _, other := range []string{"unknown", strings.ToUpper(tid), tid + " ", "%", "'", "\x00"} {
		_, err := p.FindTenant(t.Context(), other)
		require.ErrorIs(t, err, tenancy.ErrNotFound, "%q", other)
		_, _, err = p.FindWorkspace(t.Context(), other, domain.AdminWorkspace)
		require.ErrorIs(t, err, tenancy.ErrNotFound, "%q", other)
		_, _, err = p.FindWorkspace(t.Context(), tid, other)
		require.ErrorIs(t, err, tenancy.ErrNotFound, "%q", other)
	}
	_, _, err = p.FindWorkspace(t.Context(), tid, f.B.WorkspaceRecord.AID)
	require.ErrorIs(t, err, tenancy.ErrNotFound, "a workspace of another tenant")
}

func everyLivingWorkspaceIsVisited(t *testing.T, f *Fixture) {
	// More than two pages of them.
	values := make([]string, 1001)
	for i := range values {
		values[i] = fmt.Sprintf("('%s', '%s', 'w%d', '', '%s', '{}', 1, 1, 1)",
			f.A.TenantRecord.ID, uuid.Must(uuid.NewV7()), i, map[bool]string{true: "active", false: "suspended"}[i%2 == 0])
	}
	f.Exec(t, "INSERT INTO workspaces (tenant_id, id, aid, display_name, state, settings, version, created_at, updated_at) VALUES "+strings.Join(values, ", "))
	f.Exec(t, "UPDATE workspaces SET state = 'deleted' WHERE aid = 'w7' AND tenant_id = $1", f.A.TenantRecord.ID.String())
	gone := f.createTenant(t)
	f.Exec(t, "UPDATE tenants SET state = 'deleted' WHERE id = $1", gone.Tenant.ID.String())

	seen := map[string]int{}
	require.NoError(t, f.resolver().Each(t.Context(), f.Store.Platform(), func(w tenancy.Workspace) error {
		if w.Tenant().ID() == f.A.TenantRecord.ID {
			seen[w.AID()]++
		}
		require.NotEqual(t, gone.Tenant.TID, w.TID())
		return nil
	}))
	assert.Len(t, seen, 2+1000)
	assert.NotContains(t, seen, "w7")
	for aid, n := range seen {
		require.Equal(t, 1, n, aid)
	}
	stop := fmt.Errorf("enough")
	require.ErrorIs(t, f.Store.Platform().EachWorkspace(t.Context(), func(domain.Tenant, domain.Workspace) error { return stop }), stop)
}

func pruneTakesOnlyWhatHasEnded(t *testing.T, f *Fixture) {
	w, p := f.A.Workspace, f.Store.Platform()
	old, oldSession := f.grant(t, w, false), f.startSession(t, w)
	f.verification(t, w)
	invite := func() {
		_, err := f.A.Tenant.CreateInvitation(t.Context(), domain.Invitation{Email: "x@example.com", Role: domain.RoleAdmin, TokenHash: hash(), ExpiresAt: f.Clock.Now().Add(time.Hour)}, Event("x"))
		require.NoError(t, err)
	}
	invite()
	_, err := w.Revoke(t.Context(), domain.Revocation{Kind: domain.RevokeJTI, Target: "old"}, Event("x"))
	require.NoError(t, err)
	f.Clock.Advance(31 * 24 * time.Hour)
	young, youngSession := f.grant(t, w, false), f.startSession(t, w)
	f.verification(t, w)
	invite()
	_, err = w.Revoke(t.Context(), domain.Revocation{Kind: domain.RevokeJTI, Target: "young"}, Event("x"))
	require.NoError(t, err)

	sessions := func() int { return f.Count(t, "SELECT count(*) FROM sessions") }
	for {
		before := sessions()
		n, err := p.Prune(t.Context(), f.Clock.Now(), 1)
		require.NoError(t, err)
		require.LessOrEqual(t, before-sessions(), 1, "at most as many rows of a table as were allowed")
		if n == 0 {
			break
		}
	}
	_, err = w.Grant(t.Context(), old.ID)
	require.ErrorIs(t, err, store.ErrNotFound)
	_, err = w.Grant(t.Context(), young.ID)
	require.NoError(t, err)
	count := func(table, condition string, args ...any) int {
		return f.Count(t, "SELECT count(*) FROM "+table+" WHERE "+condition, args...)
	}
	ws := f.A.ID().String()
	assert.Equal(t, 0, count("sessions", "workspace_id = $1 AND id = $2", ws, oldSession.ID.String()))
	assert.Equal(t, 1, count("sessions", "workspace_id = $1 AND id = $2", ws, youngSession.ID.String()))
	assert.Equal(t, 1, count("verifications", "workspace_id = $1", ws))
	assert.Equal(t, 1, count("invitations", "tenant_id = $1", f.A.TenantRecord.ID.String()))
	assert.Equal(t, 0, f.facts(t, domain.RevokeJTI, "old"))
	assert.Equal(t, 1, f.facts(t, domain.RevokeJTI, "young"))

	f.Clock.Advance(48 * time.Hour)
	n, err := p.PruneRevocations(t.Context(), f.Clock.Now(), 100)
	require.NoError(t, err)
	assert.Positive(t, n)
	assert.Equal(t, 0, f.facts(t, domain.RevokeJTI, "young"))
	_, err = w.Grant(t.Context(), young.ID)
	require.NoError(t, err, "only revocations were asked for")
}
