package grant

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/signet-authz/signet/pkg/cache"
	"github.com/signet-authz/signet/pkg/clientauth"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/kv"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/pkg/tenancy"
	"github.com/signet-authz/signet/pkg/trace"
)

// All lists the grants, in the order in which metadata names them.
func All(d Deps) []Grant {
	return []Grant{
		authorizationCode{d},
		clientCredentials{},
		refreshToken{d},
	}
}

// Deps are what grants need to prove what they prove.
type Deps struct {
	Store *store.Store
	KV    *kv.Store
	Root  *keys.Root
	// Ended is told of what a grant found ended, so that this process and the
	// others stop honouring its access tokens at once.
	Ended func(ctx context.Context, facts []domain.Revocation)
}

// Grant is one grant type.
type Grant interface {
	// Name is the grant_type.
	Name() string
	// Exchange proves that tokens may be issued, or fails with an *oauth.Error.
	Exchange(ctx context.Context, r *Request) (oauth.Authorization, error)
}

// Request is a token request whose client has proven itself and may use the
// grant.
type Request struct {
	Workspace tenancy.Workspace
	Client    clientauth.Client
	Params    oauth.Params
	Scope     oauth.Scope // as asked for; nil where omitted
	Resource  []string    // as asked for; each is a resource of the workspace
	Catalog   *cache.Catalog
	Now       time.Time
	Trace     *trace.Trace
	// Audit is the audit event of this request, without its action.
	Audit domain.AuditEvent
}

// event is the request's audit event for an action on a target.
func (r *Request) event(action string, grant uuid.UUID) domain.AuditEvent {
	e := r.Audit
	e.Action, e.TargetKind, e.TargetID, e.Outcome = action, "grant", grant.String(), "success"
	return e
}

// narrow takes a requested scope down from what was granted. Omitted means all
// of it; more than was granted is refused (RFC 6749, section 6).
func (r *Request) narrow(granted oauth.Scope) (oauth.Scope, error) {
	if r.Scope == nil {
		return granted, nil
	}
	if !r.Trace.Check("scope within the grant", r.Scope.Within(granted), trace.Check{Expected: granted.String(), Actual: r.Scope.String(), RFC: "RFC 6749, section 6", Fix: "Ask for no more than the user granted."}) {
		return nil, oauth.ErrInvalidScope.Because("the scope exceeds the grant", nil)
	}
	return r.Scope, nil
}

// narrowResource does the same for resource indicators (RFC 8707, section 2.2).
func (r *Request) narrowResource(granted []string) ([]string, error) {
	if len(r.Resource) == 0 {
		return granted, nil
	}
	if len(granted) == 0 {
		return r.Resource, nil
	}
	for _, want := range r.Resource {
		if !r.Trace.Check("resource within the grant", slices.Contains(granted, want), trace.Check{Expected: "a resource of the authorization request", Actual: want, RFC: "RFC 8707, section 2.2"}) {
			return nil, oauth.ErrInvalidTarget.Because("the resource exceeds the grant", nil)
		}
	}
	return r.Resource, nil
}

// mayRefresh tells whether a grant of this scope comes with refresh tokens: the
// client must have registered the grant, and a request of OpenID Connect must
// have been given offline_access.
func mayRefresh(c *domain.Client, scope oauth.Scope) bool {
	if !c.MayUseGrant(oauth.GrantRefreshToken) {
		return false
	}
	return !scope.Has(oauth.ScopeOpenID) || scope.Has(oauth.ScopeOfflineAccess)
}
