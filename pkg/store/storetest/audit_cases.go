package storetest

import (
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func auditCases() []Case {
	return []Case{
		{"EventIsKeptAsGiven", eventIsKept},
		{"EventsOfManyWorkspacesAreAppendedInOneRoundTrip", eventsAreAppended},
		{"EveryServiceMayTellWhatItDid", everyServiceMayTell},
		{"EventsAreFiltered", eventsAreFiltered},
		{"EventsAreListedNewestFirst", eventsAreListed},
	}
}

func eventIsKept(t *testing.T, f *Fixture) {
	ev := Event("token.issue")
	ev.WorkspaceID, ev.Outcome = f.A.ID(), "failure"
	events := []domain.AuditEvent{ev}
	require.NoError(t, f.Store.Platform().AppendAudit(t.Context(), events))
	assert.Equal(t, f.Clock.Now(), events[0].At)
	list, err := f.A.Workspace.AuditEvents(t.Context(), store.Page{Limit: 10}, store.AuditFilter{Action: "token.issue"})
	require.NoError(t, err)
	assert.Equal(t, events, list.Items)
	list, err = f.A.Tenant.AuditEvents(t.Context(), store.Page{Limit: 10}, store.AuditFilter{Action: "token.issue"})
	require.NoError(t, err)
	assert.Equal(t, events, list.Items, "the tenant sees what happens in its workspaces")
}

func eventsAreAppended(t *testing.T, f *Fixture) {
	p := f.Store.Platform()
	batch := func() []domain.AuditEvent {
		var events []domain.AuditEvent
		for i := range 40 {
			ev := Event("token.issue")
			ev.WorkspaceID = []uuid.UUID{f.A.ID(), f.B.ID(), f.A.AdminRecord.ID, uuid.New(), {}}[i%5]
			ev.TargetID = "\x00" + strconv.Itoa(i)
			events = append(events, ev)
		}
		return events
	}
	require.NoError(t, p.AppendAudit(t.Context(), batch()))
	events := batch()
	assert.Equal(t, 1, f.Trips.Of(func() { require.NoError(t, p.AppendAudit(t.Context(), events)) }))
	require.NoError(t, p.AppendAudit(t.Context(), events), "the same again, as after an unclear failure")
	require.NoError(t, p.AppendAudit(t.Context(), nil))
	for _, id := range []uuid.UUID{f.A.ID(), f.B.ID(), f.A.AdminRecord.ID} {
		assert.Equal(t, 16, f.Count(t, "SELECT count(*) FROM audit_events WHERE workspace_id = $1 AND action = 'token.issue'", id.String()))
	}
	assert.Equal(t, 2*16, f.Count(t, "SELECT count(*) FROM audit_events WHERE tenant_id = $1 AND action = 'token.issue'", f.A.TenantRecord.ID.String()))
	assert.Equal(t, 16, f.Count(t, "SELECT count(*) FROM audit_events WHERE tenant_id = $1 AND action = 'token.issue'", f.B.TenantRecord.ID.String()))
}

// everyServiceMayTell: these are written with the rights of the service alone.
func everyServiceMayTell(t *testing.T, f *Fixture) {
	for i, role := range []string{store.RoleTenantAdmin, store.RoleAuthorization, store.RoleToken} {
		p := f.DB.Open(t, store.Config{Now: f.Clock.Now, Role: role, MaxConns: 1}).Platform()
		var events []domain.AuditEvent
		var uses []store.CredentialUse
		for _, s := range []Side{f.A, f.B} {
			ev := Event("token.issue")
			ev.WorkspaceID = s.ID()
			events = append(events, ev)
			uses = append(uses, store.CredentialUse{WorkspaceID: s.ID(), ClientID: ClientID, CredentialID: "x", At: f.Clock.Now(), Count: 1})
		}
		for range 2 {
			require.NoError(t, p.AppendAudit(t.Context(), events), role)
			require.NoError(t, p.RecordCredentialUse(t.Context(), uses), role)
		}
		for _, s := range []Side{f.A, f.B} {
			assert.Equal(t, i+1, f.Count(t, "SELECT count(*) FROM audit_events WHERE workspace_id = $1", s.ID().String()), role)
			assert.Equal(t, 2*(i+1), f.Count(t, "SELECT uses FROM credential_usage WHERE workspace_id = $1", s.ID().String()), role)
		}
	}
}

// history is three events of side A, a minute apart.
func (f *Fixture) history(t *testing.T) time.Time {
	t.Helper()
	began := f.Clock.Now()
	for i, action := range []string{"client.create", "client.update", "login.fail"} {
		ev := Event(action)
		ev.WorkspaceID, ev.ActorID, ev.TargetID, ev.At = f.A.ID(), "actor_"+strconv.Itoa(i), "target%"+strconv.Itoa(i), began.Add(time.Duration(i)*time.Minute)
		require.NoError(t, f.Store.Platform().AppendAudit(t.Context(), []domain.AuditEvent{ev}))
	}
	return began
}

func eventsAreFiltered(t *testing.T, f *Fixture) {
	began := f.history(t)
	for name, row := range map[string]struct {
		page   store.Page
		filter store.AuditFilter
		want   int
	}{
		"all":            {want: 3},
		"action":         {filter: store.AuditFilter{Action: "client.create"}, want: 1},
		"half an action": {filter: store.AuditFilter{Action: "client."}, want: 0},
		"wildcard":       {filter: store.AuditFilter{Action: "%"}, want: 0},
		"actor":          {filter: store.AuditFilter{ActorID: "actor_1"}, want: 1},
		"target":         {filter: store.AuditFilter{TargetID: "target%2"}, want: 1},
		"nul":            {filter: store.AuditFilter{TargetID: "\x00"}, want: 0},
		"since":          {filter: store.AuditFilter{Since: began.Add(time.Minute)}, want: 2},
		"until":          {filter: store.AuditFilter{Until: began.Add(time.Minute)}, want: 1},
		"between":        {filter: store.AuditFilter{Since: began.Add(time.Minute), Until: began.Add(2 * time.Minute)}, want: 1},
		"all together":   {filter: store.AuditFilter{Action: "client.update", ActorID: "actor_2"}, want: 0},
		"query":          {page: store.Page{Query: "CLIENT."}, want: 2},
		"literal query":  {page: store.Page{Query: "target%1"}, want: 1},
		"no wildcard":    {page: store.Page{Query: "actor%"}, want: 0},
		"injection":      {page: store.Page{Query: "' OR 1=1 --"}, filter: store.AuditFilter{Action: "' OR 1=1 --"}, want: 0},
	} {
		row.page.Limit = 10
		list, err := f.A.Workspace.AuditEvents(t.Context(), row.page, row.filter)
		require.NoError(t, err, name)
		assert.Len(t, list.Items, row.want, name)
	}
}

func eventsAreListed(t *testing.T, f *Fixture) {
	f.history(t)
	seen := walk(t, store.Page{Limit: 1}, func(p store.Page) (store.List[domain.AuditEvent], error) {
		return f.A.Workspace.AuditEvents(t.Context(), p, store.AuditFilter{})
	}, func(ev domain.AuditEvent) string { return ev.Action })
	assert.Equal(t, []string{"login.fail", "client.update", "client.create"}, seen)
	// A cursor of another list, whose key is no id.
	clients, err := f.A.Workspace.Clients(t.Context(), store.Page{Limit: 1})
	require.NoError(t, err)
	_, err = f.A.Workspace.AuditEvents(t.Context(), store.Page{Limit: 1, Cursor: clients.NextCursor}, store.AuditFilter{})
	require.ErrorIs(t, err, store.ErrCursor)
}

func auditIsolation() []Isolation {
	return []Isolation{
		{"Workspace.AuditEvents", func(t *testing.T, f *Fixture) {
			f.history(t)
			f.Intact(t, func() {
				list, err := f.B.Workspace.AuditEvents(t.Context(), store.Page{Limit: 100}, store.AuditFilter{})
				require.NoError(t, err)
				require.Empty(t, list.Items)
			})
		}},
		{"Tenant.AuditEvents", func(t *testing.T, f *Fixture) {
			f.history(t)
			f.Intact(t, func() {
				list, err := f.B.Tenant.AuditEvents(t.Context(), store.Page{Limit: 100}, store.AuditFilter{})
				require.NoError(t, err)
				require.Empty(t, list.Items)
			})
		}},
	}
}
