package rules

import (
	"errors"
	"strings"

	"github.com/signet-authz/signet/api/admin"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/services/tenant-admin/internal/problem"
)

// ScopeName refuses what cannot be a scope of a workspace: besides what RFC
// 6749 forbids, characters that cannot stand in a path, by which scopes are
// addressed, and the names that open the admin API.
func ScopeName(name string, adminWorkspace bool) error {
	if !oauth.ValidScopeValue(name) || len(name) > 128 {
		return errors.New("a scope has 1 to 128 printable ASCII characters without spaces, quotes and backslashes")
	}
	for i := range len(name) {
		c := name[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !letter && !strings.ContainsRune("-._~!$&'()*+,=:@", rune(c)) {
			return errors.New("a scope is made of letters, digits and -._~!$&'()*+,=:@")
		}
	}
	if strings.HasSuffix(name, ".") {
		return errors.New("a scope does not end in a dot")
	}
	if !adminWorkspace && (name == oauth.ScopeAdminRead || name == oauth.ScopeAdminWrite) {
		return errors.New("this scope belongs to the workspace admin")
	}
	return nil
}

// Scope judges a scope as a whole; before is the scope as it stands or, for a
// new one, its name alone. services are those of the workspace, by id.
func Scope(m admin.ScopeMetadata, before domain.Scope, services map[string]domain.Service) (domain.Scope, []problem.Finding) {
	r := &report{}
	s := before
	s.Description, s.Default, s.ServiceID = m.Description, m.Default, m.ServiceID
	if s.ServiceID != "" {
		_, known := services[s.ServiceID]
		r.when(!known, "/service_id", "the workspace has no such service")
	}
	return s, r.found
}

// ServiceID refuses what cannot name a service.
func ServiceID(id string) error {
	if !domain.ValidClientID(id) || len(id) > 64 {
		return errors.New("use 1 to 64 letters, digits, - and _")
	}
	return nil
}

// Service judges a service as a whole. scopes are those of the workspace, by
// name; knows tells whether a client exists.
func Service(m admin.ServiceMetadata, before domain.Service, adminWorkspace bool, scopes map[string]domain.Scope, knows func(clientID string) bool) (domain.Service, []problem.Finding) {
	r := &report{}
	s := before
	s.Name, s.Audience, s.ClientIDs = m.Name, m.Audience, m.ClientIds
	r.check("/audience", oauth.CheckResource(m.Audience))
	r.distinct("/client_ids", m.ClientIds)
	for i, id := range m.ClientIds {
		r.when(!knows(id), item("/client_ids", i), "the workspace has no such client")
	}
	r.distinct("/scopes", m.Scopes)
	for i, name := range m.Scopes {
		at := item("/scopes", i)
		known, exists := scopes[name]
		switch {
		case !exists:
			r.check(at, ScopeName(name, adminWorkspace))
		case known.BuiltIn:
			r.add(at, "a built-in scope belongs to no service of yours")
		case known.ServiceID != "" && known.ServiceID != before.ServiceID:
			r.add(at, "the scope belongs to another service")
		}
	}
	return s, r.found
}
