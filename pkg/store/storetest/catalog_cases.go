package storetest

import (
	"testing"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func catalogCases() []Case {
	return []Case{
		{"ServiceIsKeptAsGiven", serviceIsKept},
		{"AudienceNamesOneService", audienceNamesOneService},
		{"ScopeIsKeptAsGiven", scopeIsKept},
		{"DeletedServiceTakesItsScopesAlong", deletedServiceTakesItsScopes},
		{"CatalogIsReadInOneRoundTrip", catalogIsReadInOneRoundTrip},
		{"ScopesAndServicesAreListedPageByPage", catalogIsListed},
	}
}

func (f *Fixture) service(t testing.TB, w store.Workspace) domain.Service {
	t.Helper()
	s, err := w.CreateService(t.Context(), domain.Service{ServiceID: "api", Name: "API", Audience: "https://api.example", ClientIDs: []string{ClientID}}, Event("service.create"))
	require.NoError(t, err)
	return s
}

func (f *Fixture) scope(t testing.TB, w store.Workspace, name, service string) domain.Scope {
	t.Helper()
	s, err := w.CreateScope(t.Context(), domain.Scope{Name: name, Description: "Reads 100%", ServiceID: service, Default: true}, Event("scope.create"))
	require.NoError(t, err)
	return s
}

func serviceIsKept(t *testing.T, f *Fixture) {
	w := f.A.Workspace
	made := f.service(t, w)
	assert.Equal(t, int64(1), made.Version)
	found, err := w.Service(t.Context(), "api")
	require.NoError(t, err)
	assert.Equal(t, made, found)
	found.Name, found.Audience, found.ClientIDs = "New", "https://new.example", nil
	f.Clock.Advance(minute)
	after, err := w.UpdateService(t.Context(), found, Event("service.update"))
	require.NoError(t, err)
	found.Version, found.UpdatedAt = 2, f.Clock.Now()
	assert.Equal(t, found, after)
	found.Version = 1
	_, err = w.UpdateService(t.Context(), found, Event("service.update"))
	requireConflict(t, err, store.FieldVersion)
	require.NoError(t, w.DeleteService(t.Context(), "api", Event("service.delete")))
	require.ErrorIs(t, w.DeleteService(t.Context(), "api", Event("service.delete")), store.ErrNotFound)
	_, err = w.Service(t.Context(), "api")
	require.ErrorIs(t, err, store.ErrNotFound)
	_, err = w.UpdateService(t.Context(), found, Event("service.update"))
	require.ErrorIs(t, err, store.ErrNotFound)
}

func audienceNamesOneService(t *testing.T, f *Fixture) {
	w := f.A.Workspace
	made := f.service(t, w)
	_, err := w.CreateService(t.Context(), domain.Service{ServiceID: "api", Audience: "https://other.example"}, Event("x"))
	requireConflict(t, err, "service_id")
	_, err = w.CreateService(t.Context(), domain.Service{ServiceID: "other", Audience: made.Audience}, Event("x"))
	requireConflict(t, err, "audience")
	other, err := w.CreateService(t.Context(), domain.Service{ServiceID: "other", Audience: "https://API.example"}, Event("x"))
	require.NoError(t, err, "audiences compare byte for byte")
	other.Audience = made.Audience
	_, err = w.UpdateService(t.Context(), other, Event("x"))
	requireConflict(t, err, "audience")
}

func scopeIsKept(t *testing.T, f *Fixture) {
	w := f.A.Workspace
	f.service(t, w)
	made := f.scope(t, w, "read", "api")
	found, err := w.Scope(t.Context(), "read")
	require.NoError(t, err)
	assert.Equal(t, made, found)
	_, err = w.Scope(t.Context(), "Read")
	require.ErrorIs(t, err, store.ErrNotFound)
	_, err = w.CreateScope(t.Context(), domain.Scope{Name: "read"}, Event("x"))
	requireConflict(t, err, "name")
	_, err = w.CreateScope(t.Context(), domain.Scope{Name: "write", ServiceID: "unknown"}, Event("x"))
	require.ErrorIs(t, err, store.ErrNotFound)
	found.Description, found.Default, found.ServiceID = "New", false, ""
	f.Clock.Advance(minute)
	after, err := w.UpdateScope(t.Context(), found, Event("scope.update"))
	require.NoError(t, err)
	found.Version, found.UpdatedAt = 2, f.Clock.Now()
	assert.Equal(t, found, after)
	after.ServiceID = "unknown"
	_, err = w.UpdateScope(t.Context(), after, Event("scope.update"))
	require.ErrorIs(t, err, store.ErrNotFound)
	found.Version = 1
	_, err = w.UpdateScope(t.Context(), found, Event("scope.update"))
	requireConflict(t, err, store.FieldVersion)
	require.NoError(t, w.DeleteScope(t.Context(), "read", Event("scope.delete")))
	require.ErrorIs(t, w.DeleteScope(t.Context(), "read", Event("scope.delete")), store.ErrNotFound)
}

func deletedServiceTakesItsScopes(t *testing.T, f *Fixture) {
	w := f.A.Workspace
	f.service(t, w)
	f.scope(t, w, "read", "api")
	f.scope(t, w, "own", "")
	require.NoError(t, w.DeleteService(t.Context(), "api", Event("service.delete")))
	scopes, services, err := w.Catalog(t.Context())
	require.NoError(t, err)
	assert.Empty(t, services)
	require.Len(t, scopes, 1)
	assert.Equal(t, "own", scopes[0].Name)
}

func catalogIsReadInOneRoundTrip(t *testing.T, f *Fixture) {
	w := f.A.Workspace
	service, scope := f.service(t, w), f.scope(t, w, "read", "api")
	_, _, err := w.Catalog(t.Context())
	require.NoError(t, err)
	assert.Equal(t, 1, f.Trips.Of(func() {
		scopes, services, err := w.Catalog(t.Context())
		require.NoError(t, err)
		assert.Equal(t, []domain.Scope{scope}, scopes)
		assert.Equal(t, []domain.Service{service}, services)
	}))
}

func catalogIsListed(t *testing.T, f *Fixture) {
	w := f.A.Workspace
	f.service(t, w)
	for _, name := range []string{"read", "write", "under_score"} {
		f.scope(t, w, name, "")
	}
	for query, want := range map[string]int{"": 3, "READ": 3, "write": 1, "r_s": 1, "rXs": 0, "0%": 3, "' OR 1=1 --": 0} {
		assert.Len(t, walk(t, store.Page{Limit: 2, Query: query}, func(p store.Page) (store.List[domain.Scope], error) {
			return w.Scopes(t.Context(), p)
		}, func(s domain.Scope) string { return s.Name }), want, query)
	}
	for query, want := range map[string]int{"": 1, "api": 1, "https://": 1, "%": 0} {
		assert.Len(t, walk(t, store.Page{Limit: 1, Query: query}, func(p store.Page) (store.List[domain.Service], error) {
			return w.Services(t.Context(), p)
		}, func(s domain.Service) string { return s.ServiceID }), want, query)
	}
}

func catalogIsolation() []Isolation {
	furnish := func(t *testing.T, f *Fixture) (domain.Service, domain.Scope) {
		t.Helper()
		return f.service(t, f.A.Workspace), f.scope(t, f.A.Workspace, "read", "api")
	}
	return []Isolation{
		{"Workspace.Catalog", func(t *testing.T, f *Fixture) {
			furnish(t, f)
			f.Intact(t, func() {
				scopes, services, err := f.B.Workspace.Catalog(t.Context())
				require.NoError(t, err)
				require.Empty(t, scopes)
				require.Empty(t, services)
			})
		}},
		{"Workspace.CreateService", func(t *testing.T, f *Fixture) {
			service, _ := furnish(t, f)
			f.Intact(t, func() {
				_, err := f.B.Workspace.CreateService(t.Context(), service, Event("x"))
				require.NoError(t, err, "id and audience are free here")
			})
		}},
		{"Workspace.Service", func(t *testing.T, f *Fixture) {
			furnish(t, f)
			f.Intact(t, func() {
				_, err := f.B.Workspace.Service(t.Context(), "api")
				require.ErrorIs(t, err, store.ErrNotFound)
			})
		}},
		{"Workspace.Services", func(t *testing.T, f *Fixture) {
			furnish(t, f)
			f.Intact(t, func() {
				list, err := f.B.Workspace.Services(t.Context(), store.Page{Limit: 100})
				require.NoError(t, err)
				require.Empty(t, list.Items)
			})
		}},
		{"Workspace.UpdateService", func(t *testing.T, f *Fixture) {
			service, _ := furnish(t, f)
			f.Intact(t, func() {
				service.Audience = "https://taken.example"
				_, err := f.B.Workspace.UpdateService(t.Context(), service, Event("x"))
				require.ErrorIs(t, err, store.ErrNotFound)
			})
		}},
		{"Workspace.DeleteService", func(t *testing.T, f *Fixture) {
			furnish(t, f)
			f.Intact(t, func() {
				require.ErrorIs(t, f.B.Workspace.DeleteService(t.Context(), "api", Event("x")), store.ErrNotFound)
				f.service(t, f.B.Workspace)
				require.NoError(t, f.B.Workspace.DeleteService(t.Context(), "api", Event("x")))
			})
		}},
		{"Workspace.CreateScope", func(t *testing.T, f *Fixture) {
			_, scope := furnish(t, f)
			f.Intact(t, func() {
				_, err := f.B.Workspace.CreateScope(t.Context(), scope, Event("x"))
				require.ErrorIs(t, err, store.ErrNotFound, "A's service is not B's")
				scope.ServiceID = ""
				_, err = f.B.Workspace.CreateScope(t.Context(), scope, Event("x"))
				require.NoError(t, err, "the same name is free here")
			})
		}},
		{"Workspace.Scope", func(t *testing.T, f *Fixture) {
			furnish(t, f)
			f.Intact(t, func() {
				_, err := f.B.Workspace.Scope(t.Context(), "read")
				require.ErrorIs(t, err, store.ErrNotFound)
			})
		}},
		{"Workspace.Scopes", func(t *testing.T, f *Fixture) {
			furnish(t, f)
			f.Intact(t, func() {
				list, err := f.B.Workspace.Scopes(t.Context(), store.Page{Limit: 100})
				require.NoError(t, err)
				require.Empty(t, list.Items)
			})
		}},
		{"Workspace.UpdateScope", func(t *testing.T, f *Fixture) {
			_, scope := furnish(t, f)
			f.Intact(t, func() {
				scope.Default = false
				_, err := f.B.Workspace.UpdateScope(t.Context(), scope, Event("x"))
				require.ErrorIs(t, err, store.ErrNotFound)
			})
		}},
		{"Workspace.DeleteScope", func(t *testing.T, f *Fixture) {
			furnish(t, f)
			f.Intact(t, func() {
				require.ErrorIs(t, f.B.Workspace.DeleteScope(t.Context(), "read", Event("x")), store.ErrNotFound)
			})
		}},
	}
}
