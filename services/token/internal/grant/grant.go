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
	// Shown is the confirmation of the client certificate that came with the
	// request, Confirmation that to which its tokens are bound; nil for none.
	Shown        map[string]string
	Confirmation map[string]string
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
// of it that still exists and that the client is still registered for; more than
// was granted is refused (RFC 6749, section 6).
func (r *Request) narrow(granted oauth.Scope) (oauth.Scope, error) {
	live := oauth.Scope{}
	for _, name := range granted {
		if _, known := r.Catalog.Scopes[name]; known && r.Client.Record().Scope.Has(name) {
			live = append(live, name)
		}
	}
	if len(live) == 0 && len(granted) > 0 {
		r.Trace.Fail("granted scope still registered", trace.Check{Expected: granted.String(), Actual: "nothing of it", Fix: "Give the client its scopes back, or ask the user anew."})
		return nil, oauth.ErrInvalidScope.Because("nothing of the granted scope is left", nil)
	}
	if r.Scope == nil {
		return live, nil
	}
	if !r.Trace.Check("scope within the grant", r.Scope.Within(live), trace.Check{Expected: live.String(), Actual: r.Scope.String(), RFC: "RFC 6749, section 6", Fix: "Ask for no more than the user granted."}) {
		return nil, oauth.ErrInvalidScope.Because("the scope exceeds the grant", nil)
	}
	return r.Scope, nil
}

// narrowResource does the same for resource indicators (RFC 8707, section 2.2).
// Where the user was asked about none, only the services of the scope that was
// granted may be named: the client alone cannot add an audience.
func (r *Request) narrowResource(granted []string, scope oauth.Scope) ([]string, error) {
	wanted := r.Resource
	if len(wanted) == 0 {
		wanted = granted
	}
	for _, uri := range wanted {
		allowed := slices.Contains(granted, uri) && r.Catalog.Reachable(r.Client.Record().Scope, uri) ||
			len(granted) == 0 && r.Catalog.Covers(scope, uri)
		if !r.Trace.Check("resource within the grant", allowed, trace.Check{Expected: "a resource of the authorization request, or a service of the granted scope", Actual: uri, RFC: "RFC 8707, section 2.2"}) {
			return nil, oauth.ErrInvalidTarget.Because("the resource exceeds the grant", nil)
		}
	}
	return wanted, nil
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
