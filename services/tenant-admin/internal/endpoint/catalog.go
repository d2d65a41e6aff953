package endpoint

import (
	"slices"

	"github.com/signet-authz/signet/api/admin"
	"github.com/signet-authz/signet/pkg/cache"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/services/tenant-admin/internal/problem"
	"github.com/signet-authz/signet/services/tenant-admin/internal/rules"
)

func scopeForm(s domain.Scope) admin.Scope {
	return admin.Scope{
		Name: s.Name, Description: s.Description, Default: s.Default, ServiceID: s.ServiceID, BuiltIn: s.BuiltIn,
		CreatedAt: s.CreatedAt, UpdatedAt: s.UpdatedAt,
	}
}

// catalog is the workspace's scopes by name and services by id, as they are
// kept now.
func (a *API) catalog(k *call) (map[string]domain.Scope, map[string]domain.Service, error) {
	all, kept, err := a.Store.Workspace(k.workspace).Catalog(k.ctx)
	if err != nil {
		return nil, nil, err
	}
	byName, byID := make(map[string]domain.Scope, len(all)), make(map[string]domain.Service, len(kept))
	for _, s := range all {
		byName[s.Name] = s
	}
	for _, s := range kept {
		byID[s.ServiceID] = s
	}
	return byName, byID, nil
}

func (a *API) listScopes(k *call) (answer, error) {
	p, err := k.page()
	if err != nil {
		return answer{}, err
	}
	l, err := a.Store.Workspace(k.workspace).Scopes(k.ctx, p)
	if err != nil {
		return answer{}, err
	}
	return ok(list(l, scopeForm), "")
}

func (a *API) createScope(k *call) (answer, error) {
	var m admin.ScopeMetadata
	var id struct{ Name string }
	if err := k.input(&m, &id); err != nil {
		return answer{}, err
	}
	_, known, err := a.catalog(k)
	if err != nil {
		return answer{}, err
	}
	s, found := rules.Scope(m, domain.Scope{Name: id.Name}, known)
	if err := rules.ScopeName(id.Name, k.workspace.IsAdmin()); err != nil {
		found = append(found, problem.At("/name", err.Error()))
	}
	found = append(found, readOnlyService(known, s.ServiceID)...)
	if len(found) > 0 {
		return answer{}, problem.Invalid.With(found...)
	}
	if s, err = a.Store.Workspace(k.workspace).CreateScope(k.ctx, s, k.event("scope.create", "scope", s.Name)); err != nil {
		return answer{}, err
	}
	a.changed(k, cache.KindCatalog, "")
	return made(scopeForm(s), etag(s.Version, s.CreatedAt), k.path(s.Name))
}

// readOnlyService keeps scopes out of the services that the product made.
func readOnlyService(known map[string]domain.Service, serviceID string) []problem.Finding {
	if known[serviceID].BuiltIn {
		return []problem.Finding{{Pointer: "/service_id", Detail: "A built-in service takes no scopes of yours."}}
	}
	return nil
}

func (a *API) findScope(k *call) (domain.Scope, error) {
	name := k.echo.Param("name")
	if rules.ScopeName(name, true) != nil {
		return domain.Scope{}, problem.NotFound.Because("not a scope", nil)
	}
	return a.Store.Workspace(k.workspace).Scope(k.ctx, name)
}

func (a *API) getScope(k *call) (answer, error) {
	s, err := a.findScope(k)
	if err != nil {
		return answer{}, err
	}
	return ok(scopeForm(s), etag(s.Version, s.CreatedAt))
}

// updateScope changes a scope. Of a built-in one the text and whether it is a
// default may change, except in the workspace "admin".
func (a *API) updateScope(k *call) (answer, error) {
	before, err := a.findScope(k)
	if err != nil {
		return answer{}, err
	}
	if err := k.match(etag(before.Version, before.CreatedAt)); err != nil {
		return answer{}, err
	}
	if before.BuiltIn && k.workspace.IsAdmin() {
		return answer{}, problem.ReadOnly.Because("the scope is built in", nil)
	}
	var m admin.ScopeMetadata
	if err := k.patch(scopeForm(before), &m); err != nil {
		return answer{}, err
	}
	_, known, err := a.catalog(k)
	if err != nil {
		return answer{}, err
	}
	s, found := rules.Scope(m, before, known)
	if before.BuiltIn && s.ServiceID != before.ServiceID {
		found = append(found, problem.Finding{Pointer: "/service_id", Detail: "A built-in scope belongs to no service of yours."})
	}
	found = append(found, readOnlyService(known, s.ServiceID)...)
	if len(found) > 0 {
		return answer{}, problem.Invalid.With(found...)
	}
	if s, err = a.Store.Workspace(k.workspace).UpdateScope(k.ctx, s, k.event("scope.update", "scope", s.Name)); err != nil {
		return answer{}, err
	}
	a.changed(k, cache.KindCatalog, "")
	return ok(scopeForm(s), etag(s.Version, s.CreatedAt))
}

func (a *API) deleteScope(k *call) (answer, error) {
	s, err := a.findScope(k)
	if err != nil {
		return answer{}, err
	}
	if err := k.match(etag(s.Version, s.CreatedAt)); err != nil {
		return answer{}, err
	}
	if s.BuiltIn {
		return answer{}, problem.ReadOnly.Because("the scope is built in", nil)
	}
	if err := a.Store.Workspace(k.workspace).DeleteScope(k.ctx, s.Name, k.event("scope.delete", "scope", s.Name)); err != nil {
		return answer{}, err
	}
	a.changed(k, cache.KindCatalog, "")
	return gone(nil)
}

// serviceForm shows a service with the names of its scopes.
func serviceForm(s domain.Service, all map[string]domain.Scope) admin.Service {
	f := admin.Service{
		ServiceID: s.ServiceID, Name: s.Name, Audience: s.Audience, ClientIds: nonNil(s.ClientIDs), BuiltIn: s.BuiltIn,
		CreatedAt: s.CreatedAt, UpdatedAt: s.UpdatedAt, Scopes: []string{},
	}
	for name, scope := range all {
		if scope.ServiceID == s.ServiceID {
			f.Scopes = append(f.Scopes, name)
		}
	}
	slices.Sort(f.Scopes)
	return f
}

func serviceTag(s domain.Service, f admin.Service) string {
	return etagOf([]any{s.Version, s.CreatedAt.UnixMicro(), f.Scopes})
}

func (a *API) listServices(k *call) (answer, error) {
	p, err := k.page()
	if err != nil {
		return answer{}, err
	}
	l, err := a.Store.Workspace(k.workspace).Services(k.ctx, p)
	if err != nil {
		return answer{}, err
	}
	all, _, err := a.catalog(k)
	if err != nil {
		return answer{}, err
	}
	return ok(list(l, func(s domain.Service) admin.Service { return serviceForm(s, all) }), "")
}

func (a *API) createService(k *call) (answer, error) {
	var m admin.ServiceMetadata
	var id struct {
		ServiceID string `json:"service_id"`
	}
	if err := k.input(&m, &id); err != nil {
		return answer{}, err
	}
	if id.ServiceID == "" {
		id.ServiceID = keys.NewClientID()
	}
	s, err := a.judgeService(k, m, domain.Service{ServiceID: id.ServiceID})
	if err != nil {
		return answer{}, err
	}
	if err := rules.ServiceID(id.ServiceID); err != nil {
		return answer{}, problem.Invalid.With(problem.At("/service_id", err.Error()))
	}
	if s, err = a.Store.Workspace(k.workspace).CreateService(k.ctx, s, k.event("service.create", "service", s.ServiceID)); err != nil {
		return answer{}, err
	}
	f, err := a.assignScopes(k, s, m.Scopes)
	if err != nil {
		return answer{}, err
	}
	return made(f, serviceTag(s, f), k.path(s.ServiceID))
}

func (a *API) judgeService(k *call, m admin.ServiceMetadata, before domain.Service) (domain.Service, error) {
	all, _, err := a.catalog(k)
	if err != nil {
		return domain.Service{}, err
	}
	var failed error
	s, found := rules.Service(m, before, k.workspace.IsAdmin(), all, a.knowsClient(k, &failed))
	if failed != nil {
		return domain.Service{}, failed
	}
	if len(found) > 0 {
		return domain.Service{}, problem.Invalid.With(found...)
	}
	if s.Name == "" {
		s.Name = s.ServiceID
	}
	return s, nil
}

// assignScopes gives the service the scopes of those names, makes those that
// do not exist, and gives back to the workspace those that it no longer has.
func (a *API) assignScopes(k *call, s domain.Service, wanted []string) (admin.Service, error) {
	ws := a.Store.Workspace(k.workspace)
	all, _, err := a.catalog(k)
	if err != nil {
		return admin.Service{}, err
	}
	defer a.changed(k, cache.KindCatalog, "")
	for _, name := range wanted {
		scope, exists := all[name]
		switch {
		case !exists:
			scope, err = ws.CreateScope(k.ctx, domain.Scope{Name: name, ServiceID: s.ServiceID}, k.event("scope.create", "scope", name))
		case scope.ServiceID != s.ServiceID:
			scope.ServiceID = s.ServiceID
			scope, err = ws.UpdateScope(k.ctx, scope, k.event("scope.update", "scope", name))
		}
		if err != nil {
			return admin.Service{}, err
		}
		all[name] = scope
	}
	for name, scope := range all {
		if scope.ServiceID != s.ServiceID || slices.Contains(wanted, name) {
			continue
		}
		scope.ServiceID = ""
		if all[name], err = ws.UpdateScope(k.ctx, scope, k.event("scope.update", "scope", name)); err != nil {
			return admin.Service{}, err
		}
	}
	return serviceForm(s, all), nil
}

// findService is the service that the path names, on the wire as well.
func (a *API) findService(k *call) (domain.Service, admin.Service, error) {
	id := k.echo.Param("service_id")
	if rules.ServiceID(id) != nil {
		return domain.Service{}, admin.Service{}, problem.NotFound.Because("not a service id", nil)
	}
	all, known, err := a.catalog(k)
	if err != nil {
		return domain.Service{}, admin.Service{}, err
	}
	s, exists := known[id]
	if !exists {
		return domain.Service{}, admin.Service{}, problem.NotFound.Because("no such service", nil)
	}
	return s, serviceForm(s, all), nil
}

func (a *API) getService(k *call) (answer, error) {
	s, f, err := a.findService(k)
	if err != nil {
		return answer{}, err
	}
	return ok(f, serviceTag(s, f))
}

func (a *API) updateService(k *call) (answer, error) {
	before, f, err := a.findService(k)
	if err != nil {
		return answer{}, err
	}
	if err := k.match(serviceTag(before, f)); err != nil {
		return answer{}, err
	}
	if before.BuiltIn {
		return answer{}, problem.ReadOnly.Because("the service is built in", nil)
	}
	var m admin.ServiceMetadata
	if err := k.patch(f, &m); err != nil {
		return answer{}, err
	}
	s, err := a.judgeService(k, m, before)
	if err != nil {
		return answer{}, err
	}
	if s, err = a.Store.Workspace(k.workspace).UpdateService(k.ctx, s, k.event("service.update", "service", s.ServiceID)); err != nil {
		return answer{}, err
	}
	if f, err = a.assignScopes(k, s, m.Scopes); err != nil {
		return answer{}, err
	}
	return ok(f, serviceTag(s, f))
}

func (a *API) deleteService(k *call) (answer, error) {
	s, f, err := a.findService(k)
	if err != nil {
		return answer{}, err
	}
	if err := k.match(serviceTag(s, f)); err != nil {
		return answer{}, err
	}
	if s.BuiltIn {
		return answer{}, problem.ReadOnly.Because("the service is built in", nil)
	}
	if err := a.Store.Workspace(k.workspace).DeleteService(k.ctx, s.ServiceID, k.event("service.delete", "service", s.ServiceID)); err != nil {
		return answer{}, err
	}
	a.changed(k, cache.KindCatalog, "")
	return gone(nil)
}
