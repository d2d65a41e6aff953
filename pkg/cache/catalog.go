package cache

import "github.com/signet-authz/signet/pkg/oauth"

// Reachable tells whether a client with the registered scope may ask for
// tokens for the resource (RFC 8707): it is the audience of a service of which
// the client registered a scope, or of one that has no scopes at all.
func (c *Catalog) Reachable(registered oauth.Scope, resource string) bool {
	service, known := c.ByAudience[resource]
	if !known {
		return false
	}
	scoped := false
	for name, s := range c.Scopes {
		if s.ServiceID != service.ServiceID {
			continue
		}
		if registered.Has(name) {
			return true
		}
		scoped = true
	}
	return !scoped
}

// Covers tells whether the resource is the audience of a service of which the
// scope holds a value.
func (c *Catalog) Covers(scope oauth.Scope, resource string) bool {
	service, known := c.ByAudience[resource]
	if !known {
		return false
	}
	for _, name := range scope {
		if s, found := c.Scopes[name]; found && s.ServiceID == service.ServiceID {
			return true
		}
	}
	return false
}
