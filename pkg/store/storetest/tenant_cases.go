package storetest

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/pkg/tenancy"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func tenantCases() []Case {
	return []Case{
		{"TenantIsChangedAsAsked", tenantIsChanged},
		{"DeletedTenantLeavesOnlyItsTombstone", deletedTenantLeavesOnlyItsTombstone},
		{"TenantAdminNeedsNoOtherRole", tenantAdminNeedsNoOtherRole},
		{"DeletedWorkspacesAndNewOnesTakeTurns", deletionAndCreationTakeTurns},
		{"DeletedTenantCannotBeChanged", deletedTenantCannotBeChanged},
		{"DeletedWorkspaceLeavesItsNeighboursAlone", deletedWorkspace},
		{"WhatADeletedWorkspaceStillHasIsPruned", leftoversArePruned},
		{"AdminWorkspaceEndsWithItsTenantOnly", adminWorkspaceEndsWithItsTenant},
		{"WorkspaceIsMadeInOneRoundTrip", workspaceIsMadeInOneRoundTrip},
		{"WorkspaceSlugIsNeverGivenTwice", workspaceSlugIsNeverGivenTwice},
		{"EverySettingIsKept", everySettingIsKept},
		{"LostUpdateOfAWorkspaceIsAConflict", lostUpdateOfAWorkspace},
		{"WorkspacesAreListedPageByPage", workspacesAreListed},
	}
}

func tenantIsChanged(t *testing.T, f *Fixture) {
	before, err := f.A.Tenant.Get(t.Context())
	require.NoError(t, err)
	assert.Equal(t, f.A.TenantRecord, before)
	change := before
	change.DisplayName, change.State, change.EmailVerified = "Renamed", domain.StateSuspended, false
	change.TID, change.AdminWorkspaceID = "other", uuid.New()
	f.Clock.Advance(minute)
	after, err := f.A.Tenant.Update(t.Context(), change, Event("tenant.update"))
	require.NoError(t, err)
	want := before
	want.DisplayName, want.State, want.EmailVerified, want.Version, want.UpdatedAt = "Renamed", domain.StateSuspended, false, before.Version+1, f.Clock.Now()
	assert.Equal(t, want, after, "slug and workspace are not to be changed")
	_, err = f.A.Tenant.Update(t.Context(), change, Event("tenant.update"))
	requireConflict(t, err, store.FieldVersion)
	_, err = f.resolver().Workspace(t.Context(), after.TID, domain.AdminWorkspace)
	require.ErrorIs(t, err, tenancy.ErrSuspended)

	change.Version, change.State = 0, domain.StateDeleted
	_, err = f.A.Tenant.Update(t.Context(), change, Event("tenant.update"))
	require.Error(t, err, "deletion is not a change of state")
	kept, err := f.A.Tenant.Get(t.Context())
	require.NoError(t, err)
	assert.Equal(t, after, kept)
	assert.Equal(t, 1, f.Count(t, "SELECT count(*) FROM audit_events WHERE tenant_id = $1 AND action = 'tenant.update'", after.ID.String()))
}

// furnish puts a row of every kind into the workspace.
func (f *Fixture) furnish(t *testing.T, w store.Workspace) {
	t.Helper()
	_, err := w.CreateUser(t.Context(), newUser(UserID, "x@example.com", "x"), Event("user.create"))
	require.NoError(t, err)
	_, err = w.CreateUser(t.Context(), newUser(OtherUserID, OtherUserID+"@example.com", ""), Event("user.create"))
	require.NoError(t, err)
	_, err = w.CreateClient(t.Context(), domain.Client{ClientID: ClientID, Secrets: []domain.ClientSecret{{Form: domain.SecretHMACv1, Value: []byte{1}}}}, Event("client.create"))
	require.NoError(t, err)
	f.grant(t, w, true)
	f.verification(t, w)
	_, err = w.GiveConsent(t.Context(), domain.Consent{UserID: UserID, ClientID: ClientID, Scope: []string{"openid"}}, Event("consent.give"))
	require.NoError(t, err)
}

// remains are the tables that still hold rows of the workspace.
func (f *Fixture) remains(t *testing.T, column string, id uuid.UUID) []string {
	t.Helper()
	var out []string
	for _, table := range tables(t, f.DB) {
		if slices.Contains(columnsOf(t, f.DB, table), column) && f.Count(t, "SELECT count(*) FROM "+table+" WHERE "+column+" = $1", id.String()) > 0 {
			out = append(out, table)
		}
	}
	return out
}

func deletedTenantLeavesOnlyItsTombstone(t *testing.T, f *Fixture) {
	c := f.createTenant(t)
	f.furnish(t, c.dflt)
	require.NoError(t, f.Store.Platform().RecordCredentialUse(t.Context(), []store.CredentialUse{{WorkspaceID: c.dfltID, ClientID: ClientID, CredentialID: "x", At: f.Clock.Now(), Count: 1}}))
	_, err := c.tenant.CreateInvitation(t.Context(), domain.Invitation{Email: "y@example.com", Role: domain.RoleAdmin, TokenHash: hash(), ExpiresAt: f.Clock.Now().Add(minute)}, Event("x"))
	require.NoError(t, err)

	ended, err := c.tenant.Delete(t.Context(), Event("tenant.delete"))
	require.NoError(t, err)
	require.Len(t, ended, 2)
	for _, r := range ended {
		assert.Contains(t, []uuid.UUID{c.adminID, c.dfltID}, r.WorkspaceID)
		assert.Equal(t, domain.RevokeWorkspace, r.Kind)
		assert.NotZero(t, r.ID)
		assert.Equal(t, f.Clock.Now(), r.Before)
	}
	assert.NotEqual(t, ended[0].WorkspaceID, ended[1].WorkspaceID)
	assert.ElementsMatch(t, []string{"revocations"}, f.remains(t, "workspace_id", c.adminID), "it has no events of its own")
	assert.ElementsMatch(t, []string{"audit_events", "revocations"}, f.remains(t, "workspace_id", c.dfltID))
	assert.ElementsMatch(t, []string{"audit_events", "workspaces"}, f.remains(t, "tenant_id", c.Tenant.ID))
	tombstone, err := f.Store.Platform().FindTenant(t.Context(), c.Tenant.TID)
	require.NoError(t, err)
	assert.Equal(t, domain.StateDeleted, tombstone.State)
	assert.Empty(t, tombstone.DisplayName)
	assert.Zero(t, f.Count(t, "SELECT count(*) FROM workspaces WHERE tenant_id = $1 AND (display_name <> '' OR state <> 'deleted')", c.Tenant.ID.String()))
	_, err = f.resolver().Tenant(t.Context(), c.Tenant.TID)
	require.ErrorIs(t, err, tenancy.ErrNotFound)
	_, err = f.resolver().Workspace(t.Context(), c.Tenant.TID, domain.DefaultWorkspace)
	require.ErrorIs(t, err, tenancy.ErrNotFound)
	n, err := f.Store.Platform().Prune(t.Context(), f.Clock.Now(), 100)
	require.NoError(t, err)
	assert.Zero(t, n, "nothing was left for later")
}

// tenantAdminNeedsNoOtherRole: the life of a tenant with the rights of the
// service alone.
func tenantAdminNeedsNoOtherRole(t *testing.T, f *Fixture) {
	f.Store = f.DB.Open(t, store.Config{Now: f.Clock.Now, Role: store.RoleTenantAdmin, MaxConns: 2})
	c := f.createTenant(t)
	_, err := c.tenant.CreateWorkspace(t.Context(), f.newWorkspace("more"), Event("x"))
	require.NoError(t, err)
	record, err := c.tenant.Get(t.Context())
	require.NoError(t, err)
	_, err = c.tenant.Update(t.Context(), record, Event("x"))
	require.NoError(t, err)
	_, err = c.tenant.VerifyEmail(t.Context(), c.Verification.TokenHash, Event("x"))
	require.NoError(t, err)
	requireConflict(t, c.tenant.RemoveMember(t.Context(), "usr_owner", Event("x")), "owner")
	_, _, err = c.dflt.UpdateClient(t.Context(), domain.Client{ClientID: "console", Disabled: true}, Event("x"))
	require.NoError(t, err)
	_, err = c.dflt.DeleteClient(t.Context(), "console", Event("x"))
	require.NoError(t, err)
	_, err = c.dflt.CreateUser(t.Context(), newUser("usr_x", "x@example.com", "x"), Event("x"))
	require.NoError(t, err)
	_, err = c.tenant.Delete(t.Context(), Event("x"))
	require.NoError(t, err)
	assert.ElementsMatch(t, []string{"audit_events", "workspaces"}, f.remains(t, "tenant_id", c.Tenant.ID))
	assert.ElementsMatch(t, []string{"audit_events", "revocations"}, f.remains(t, "workspace_id", c.dfltID))
	f.Clock.Advance(11 * minute)
	n, err := f.Store.Platform().Prune(t.Context(), f.Clock.Now(), 100)
	require.NoError(t, err)
	assert.Positive(t, n)
}

func deletionAndCreationTakeTurns(t *testing.T, f *Fixture) {
	for range 5 {
		c := f.createTenant(t)
		parallel(4, func(i int) {
			if i == 0 {
				_, err := c.tenant.Delete(t.Context(), Event("x"))
				assert.NoError(t, err)
				return
			}
			_, err := c.tenant.CreateWorkspace(t.Context(), f.newWorkspace([]string{"", "one", "two", "three"}[i]), Event("x"))
			if err != nil {
				assert.ErrorIs(t, err, store.ErrNotFound)
			}
		})
		require.Zero(t, f.Count(t, "SELECT count(*) FROM workspaces WHERE tenant_id = $1 AND state <> 'deleted'", c.Tenant.ID.String()))
	}
}

func deletedTenantCannotBeChanged(t *testing.T, f *Fixture) {
	c := f.createTenant(t)
	_, err := c.tenant.Delete(t.Context(), Event("tenant.delete"))
	require.NoError(t, err)
	events := f.Count(t, "SELECT count(*) FROM audit_events WHERE tenant_id = $1", c.Tenant.ID.String())
	_, err = c.tenant.Delete(t.Context(), Event("tenant.delete"))
	require.ErrorIs(t, err, store.ErrNotFound)
	_, err = c.tenant.Get(t.Context())
	require.ErrorIs(t, err, store.ErrNotFound)
	_, err = c.tenant.Update(t.Context(), domain.Tenant{State: domain.StateActive}, Event("tenant.update"))
	require.ErrorIs(t, err, store.ErrNotFound)
	_, err = c.tenant.CreateWorkspace(t.Context(), f.newWorkspace("new"), Event("workspace.create"))
	require.ErrorIs(t, err, store.ErrNotFound)
	bare := store.NewWorkspace{Workspace: f.newWorkspace("bare").Workspace}
	_, err = c.tenant.CreateWorkspace(t.Context(), bare, Event("workspace.create"))
	require.ErrorIs(t, err, store.ErrNotFound)
	_, err = c.tenant.WorkspaceByAID(t.Context(), domain.DefaultWorkspace)
	require.ErrorIs(t, err, store.ErrNotFound)
	_, err = c.tenant.UpdateWorkspace(t.Context(), domain.Workspace{AID: domain.DefaultWorkspace, State: domain.StateActive}, Event("workspace.update"))
	require.ErrorIs(t, err, store.ErrNotFound)
	assert.Equal(t, events, f.Count(t, "SELECT count(*) FROM audit_events WHERE tenant_id = $1", c.Tenant.ID.String()), "what did not happen is not told")
}

func deletedWorkspace(t *testing.T, f *Fixture) {
	c := f.createTenant(t)
	f.furnish(t, c.dflt)
	neighbour := f.newWorkspace("neighbour")
	_, err := c.tenant.CreateWorkspace(t.Context(), neighbour, Event("workspace.create"))
	require.NoError(t, err)
	handle, err := f.resolver().Workspace(t.Context(), c.Tenant.TID, "neighbour")
	require.NoError(t, err)
	f.furnish(t, f.Store.Workspace(handle))
	before := f.remains(t, "workspace_id", handle.ID())

	ended, err := c.tenant.DeleteWorkspace(t.Context(), domain.DefaultWorkspace, Event("workspace.delete"))
	require.NoError(t, err)
	require.Len(t, ended, 1)
	assert.Equal(t, c.dfltID, ended[0].WorkspaceID)
	assert.ElementsMatch(t, []string{"audit_events", "revocations"}, f.remains(t, "workspace_id", c.dfltID))
	assert.Equal(t, before, f.remains(t, "workspace_id", handle.ID()))
	_, err = c.tenant.DeleteWorkspace(t.Context(), domain.DefaultWorkspace, Event("workspace.delete"))
	require.ErrorIs(t, err, store.ErrNotFound)
	_, err = f.resolver().Workspace(t.Context(), c.Tenant.TID, domain.DefaultWorkspace)
	require.ErrorIs(t, err, tenancy.ErrNotFound)
	_, err = c.tenant.Get(t.Context())
	require.NoError(t, err)
}

// leftoversArePruned: a request that was under way when its workspace was
// deleted may still have written something.
func leftoversArePruned(t *testing.T, f *Fixture) {
	f.Exec(t, "UPDATE workspaces SET settings = '{}' WHERE state = 'deleted'") // other cases' tombstones would have their turn first
	c := f.createTenant(t)
	_, err := c.tenant.DeleteWorkspace(t.Context(), domain.DefaultWorkspace, Event("workspace.delete"))
	require.NoError(t, err)
	f.furnish(t, c.dflt)
	_, err = c.dflt.CreateService(t.Context(), domain.Service{ServiceID: "late", Audience: "https://late.example"}, Event("x"))
	require.NoError(t, err)
	_, err = c.dflt.CreateScope(t.Context(), domain.Scope{Name: "late", ServiceID: "late"}, Event("x"))
	require.NoError(t, err)
	require.Greater(t, len(f.remains(t, "workspace_id", c.dfltID)), 2)
	for range 100 {
		n, err := f.Store.Platform().Prune(t.Context(), f.Clock.Now(), 1)
		require.NoError(t, err)
		if n == 0 {
			break
		}
	}
	assert.ElementsMatch(t, []string{"audit_events", "revocations"}, f.remains(t, "workspace_id", c.dfltID))

	// A tombstone that has been found empty late enough is not looked at again.
	open := func() int {
		return f.Count(t, "SELECT count(*) FROM workspaces WHERE id = $1 AND settings <> '{}'", c.dfltID.String())
	}
	assert.Equal(t, 1, open())
	f.Clock.Advance(11 * minute)
	f.furnish(t, c.dflt)
	for range 100 {
		n, err := f.Store.Platform().Prune(t.Context(), f.Clock.Now().Add(-24*time.Hour), 1)
		require.NoError(t, err)
		if n == 0 {
			break
		}
	}
	assert.Zero(t, open())
	assert.ElementsMatch(t, []string{"audit_events", "revocations"}, f.remains(t, "workspace_id", c.dfltID))
}

func adminWorkspaceEndsWithItsTenant(t *testing.T, f *Fixture) {
	_, err := f.A.Tenant.DeleteWorkspace(t.Context(), domain.AdminWorkspace, Event("workspace.delete"))
	requireConflict(t, err, "aid")
	_, err = f.A.Tenant.WorkspaceByAID(t.Context(), domain.AdminWorkspace)
	require.NoError(t, err)
}

func workspaceIsMadeInOneRoundTrip(t *testing.T, f *Fixture) {
	_, err := f.A.Tenant.CreateWorkspace(t.Context(), f.newWorkspace("warm"), Event("workspace.create"))
	require.NoError(t, err)
	n := f.newWorkspace("made")
	var made domain.Workspace
	assert.Equal(t, 1, f.Trips.Of(func() {
		made, err = f.A.Tenant.CreateWorkspace(t.Context(), n, Event("workspace.create"))
		require.NoError(t, err)
	}))
	found, err := f.A.Tenant.WorkspaceByAID(t.Context(), "made")
	require.NoError(t, err)
	assert.Equal(t, made, found)
	assert.Equal(t, f.A.TenantRecord.ID, found.TenantID)
	assert.Equal(t, int64(1), found.Version)
	assert.Zero(t, n.Workspace.Version, "what the caller gave is not changed")
	assert.Zero(t, n.Scopes[0].Version)
	assert.Zero(t, n.Clients[0].Version)
	assert.Equal(t, 1, f.Count(t, "SELECT count(*) FROM audit_events WHERE workspace_id = $1 AND tenant_id = $2 AND action = 'workspace.create'",
		made.ID.String(), f.A.TenantRecord.ID.String()))
}

func workspaceSlugIsNeverGivenTwice(t *testing.T, f *Fixture) {
	_, err := f.A.Tenant.CreateWorkspace(t.Context(), f.newWorkspace("once"), Event("workspace.create"))
	require.NoError(t, err)
	_, err = f.A.Tenant.CreateWorkspace(t.Context(), f.newWorkspace("once"), Event("workspace.create"))
	requireConflict(t, err, "aid")
	_, err = f.A.Tenant.DeleteWorkspace(t.Context(), "once", Event("workspace.delete"))
	require.NoError(t, err)
	_, err = f.A.Tenant.CreateWorkspace(t.Context(), f.newWorkspace("once"), Event("workspace.create"))
	requireConflict(t, err, "aid")
	_, err = f.B.Tenant.CreateWorkspace(t.Context(), f.newWorkspace("once"), Event("workspace.create"))
	require.NoError(t, err, "another tenant may use the name")
}

func everySettingIsKept(t *testing.T, f *Fixture) {
	w, err := f.A.Tenant.WorkspaceByAID(t.Context(), f.A.WorkspaceRecord.AID)
	require.NoError(t, err)
	fill(t, &w.Settings)
	w.DisplayName, w.State = "Renamed", domain.StateSuspended
	after, err := f.A.Tenant.UpdateWorkspace(t.Context(), w, Event("workspace.update"))
	require.NoError(t, err)
	assert.Equal(t, w.Version+1, after.Version)
	found, err := f.A.Tenant.WorkspaceByAID(t.Context(), w.AID)
	require.NoError(t, err)
	assert.Equal(t, after, found)
	assert.Equal(t, w.Settings, found.Settings)
	assert.Equal(t, "Renamed", found.DisplayName)
	assert.Equal(t, domain.StateSuspended, found.State)
	assert.Equal(t, 1, f.events(t, "workspace.update", "success", "target"))
}

func lostUpdateOfAWorkspace(t *testing.T, f *Fixture) {
	w, err := f.A.Tenant.WorkspaceByAID(t.Context(), f.A.WorkspaceRecord.AID)
	require.NoError(t, err)
	errs := make([]error, 4)
	parallel(len(errs), func(i int) {
		_, errs[i] = f.A.Tenant.UpdateWorkspace(t.Context(), w, Event("workspace.update"))
	})
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
			continue
		}
		requireConflict(t, err, store.FieldVersion)
	}
	assert.Equal(t, 1, won)
	w.Version, w.State = 0, domain.StateDeleted
	_, err = f.A.Tenant.UpdateWorkspace(t.Context(), w, Event("workspace.update"))
	require.Error(t, err)
}

func workspacesAreListed(t *testing.T, f *Fixture) {
	c := f.createTenant(t)
	for _, aid := range []string{"one", "two", "three"} {
		n := f.newWorkspace(aid)
		n.Workspace.DisplayName = "100% " + aid
		_, err := c.tenant.CreateWorkspace(t.Context(), n, Event("x"))
		require.NoError(t, err)
	}
	_, err := c.tenant.DeleteWorkspace(t.Context(), "three", Event("x"))
	require.NoError(t, err)
	for query, want := range map[string]int{"": 4, "100%": 2, "%": 2, "_": 0, "TWO": 1, "three": 0, "' OR 1=1 --": 0} {
		assert.Len(t, walk(t, store.Page{Limit: 1, Query: query}, func(p store.Page) (store.List[domain.Workspace], error) {
			return c.tenant.Workspaces(t.Context(), p)
		}, func(w domain.Workspace) string { return w.AID }), want, query)
	}
}

// walk reads a list page by page and refuses to see anything twice.
func walk[T any](t *testing.T, p store.Page, list func(store.Page) (store.List[T], error), key func(T) string) []string {
	t.Helper()
	var seen []string
	for {
		page, err := list(p)
		require.NoError(t, err)
		require.LessOrEqual(t, len(page.Items), max(p.Limit, 1))
		for _, item := range page.Items {
			require.NotContains(t, seen, key(item))
			seen = append(seen, key(item))
		}
		if p.Cursor = page.NextCursor; p.Cursor == "" {
			return seen
		}
	}
}

func tenantIsolation() []Isolation {
	return []Isolation{
		{"Tenant.Get", func(t *testing.T, f *Fixture) {
			f.Intact(t, func() {
				got, err := f.B.Tenant.Get(t.Context())
				require.NoError(t, err)
				require.Equal(t, f.B.TenantRecord, got)
			})
		}},
		{"Tenant.Update", func(t *testing.T, f *Fixture) {
			f.Intact(t, func() {
				change := f.A.TenantRecord
				change.DisplayName, change.State = "Taken over", domain.StateSuspended
				got, err := f.B.Tenant.Update(t.Context(), change, Event("x"))
				require.NoError(t, err)
				require.Equal(t, f.B.TenantRecord.ID, got.ID)
			})
		}},
		{"Tenant.Delete", func(t *testing.T, f *Fixture) {
			f.grant(t, f.A.Workspace, true)
			f.Intact(t, func() {
				ended, err := f.B.Tenant.Delete(t.Context(), Event("x"))
				require.NoError(t, err)
				for _, r := range ended {
					require.Contains(t, []uuid.UUID{f.B.ID(), f.B.AdminRecord.ID}, r.WorkspaceID)
				}
			})
		}},
		{"Tenant.CreateWorkspace", func(t *testing.T, f *Fixture) {
			f.Intact(t, func() {
				n := f.newWorkspace(f.A.WorkspaceRecord.AID)
				n.Workspace.TenantID = f.A.TenantRecord.ID
				got, err := f.B.Tenant.CreateWorkspace(t.Context(), n, Event("x"))
				require.NoError(t, err)
				require.Equal(t, f.B.TenantRecord.ID, got.TenantID)

				taken := f.newWorkspace("taken")
				taken.Workspace.ID = f.A.ID()
				_, err = f.B.Tenant.CreateWorkspace(t.Context(), taken, Event("x"))
				requireConflict(t, err, "id")
			})
		}},
		{"Tenant.Workspaces", func(t *testing.T, f *Fixture) {
			f.Intact(t, func() {
				for _, query := range []string{"", "%", f.A.WorkspaceRecord.AID} {
					list, err := f.B.Tenant.Workspaces(t.Context(), store.Page{Limit: 100, Query: query})
					require.NoError(t, err)
					for _, w := range list.Items {
						require.Equal(t, f.B.TenantRecord.ID, w.TenantID)
					}
				}
			})
		}},
		{"Tenant.WorkspaceByAID", func(t *testing.T, f *Fixture) {
			f.Intact(t, func() {
				_, err := f.B.Tenant.WorkspaceByAID(t.Context(), f.A.WorkspaceRecord.AID)
				require.ErrorIs(t, err, store.ErrNotFound)
			})
		}},
		{"Tenant.UpdateWorkspace", func(t *testing.T, f *Fixture) {
			f.Intact(t, func() {
				change := f.A.WorkspaceRecord
				change.State = domain.StateSuspended
				_, err := f.B.Tenant.UpdateWorkspace(t.Context(), change, Event("x"))
				require.ErrorIs(t, err, store.ErrNotFound)
				change.AID = f.B.WorkspaceRecord.AID
				got, err := f.B.Tenant.UpdateWorkspace(t.Context(), change, Event("x"))
				require.NoError(t, err)
				require.Equal(t, f.B.ID(), got.ID, "the row key given is of no account")
			})
		}},
		{"Tenant.DeleteWorkspace", func(t *testing.T, f *Fixture) {
			f.Intact(t, func() {
				_, err := f.B.Tenant.DeleteWorkspace(t.Context(), f.A.WorkspaceRecord.AID, Event("x"))
				require.ErrorIs(t, err, store.ErrNotFound)
				_, err = f.B.Tenant.DeleteWorkspace(t.Context(), f.B.WorkspaceRecord.AID, Event("x"))
				require.NoError(t, err)
			})
		}},
	}
}
