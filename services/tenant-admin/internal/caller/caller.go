package caller

import (
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/tenancy"
)

// Reach is how much of the admin API is open. Each value includes those before
// it.
type Reach int

// The reaches. A route says which of them it needs.
const (
	Anyone Reach = iota // no credential
	Read
	Write
	Own // what only owners, and programs with admin:write, may do
)

// String names the reach for documentation.
func (r Reach) String() string {
	return [...]string{"anyone", "read", "write", "own"}[r]
}

// Kinds of callers, as audit events name them.
const (
	KindMember = "member"
	KindClient = "client"
	KindNobody = "anonymous"
)

// Caller is who made a request, proven. The zero Caller is nobody.
type Caller struct {
	kind   string
	id     string
	tenant tenancy.Tenant
	known  bool
	scope  Reach // what the token's scope opens
	role   Reach // what the caller may do at all
}

// Kind is KindMember, KindClient or KindNobody.
func (c Caller) Kind() string {
	if !c.known {
		return KindNobody
	}
	return c.kind
}

// ID is the user id of a member or the client id of a program; empty for
// nobody.
func (c Caller) ID() string { return c.id }

// Of tells whether the caller belongs to the tenant of that slug. Slugs are
// never reused, so a slug is an identity.
func (c Caller) Of(tid string) bool { return c.known && c.tenant.TID() == tid }

// Tenant is the caller's own tenant. It is the zero handle for nobody.
func (c Caller) Tenant() tenancy.Tenant { return c.tenant }

// Reach is the lesser of what the token's scope opens and what the caller's
// role allows.
func (c Caller) Reach() Reach { return min(c.scope, c.role) }

// ScopeReach is what the token's scope opens.
func (c Caller) ScopeReach() Reach { return c.scope }

// reachOf is what a role allows (package domain names the roles).
func reachOf(r domain.Role) Reach {
	switch r {
	case domain.RoleOwner:
		return Own
	case domain.RoleAdmin:
		return Write
	case domain.RoleAuditor:
		return Read
	}
	return Anyone
}
