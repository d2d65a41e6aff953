package endpoint

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/signet-authz/signet/pkg/cache"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/kv"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/password"
	"github.com/signet-authz/signet/pkg/server"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/pkg/tenancy"
	"github.com/signet-authz/signet/services/tenant-admin/internal/caller"
	"github.com/signet-authz/signet/services/tenant-admin/internal/document"
	"github.com/signet-authz/signet/services/tenant-admin/internal/problem"
	"github.com/signet-authz/signet/services/tenant-admin/internal/selfcheck"
)

// API is the admin API.
type API struct {
	Spec          *document.Spec
	Authenticator *caller.Authenticator
	Resolver      *tenancy.Resolver
	Store         *store.Store
	KV            *kv.Store
	Root          *keys.Root
	Pool          *keys.Pool
	Caches        *cache.Set
	Passwords     *password.Hasher
	// Invalidate tells this and the other processes what changed.
	Invalidate func(context.Context, cache.Invalidation)
	// AuthMethods are the client authentication methods that are served.
	AuthMethods  []string
	Registration Registration
	SelfCheck    *selfcheck.Runner
	// Drain ends streams; nil: they end with their readers.
	Drain *server.Drain
	Now   func() time.Time
}

// Registration is how tenants come to be.
type Registration struct {
	Mode RegistrationMode
	// PerSource registrations are allowed from one source Per so much time.
	PerSource int
	Per       time.Duration
	// Verify sends the owner of a new tenant the token that proves the address.
	// It is required in the mode VerifyEmail.
	Verify func(ctx context.Context, email, tid, token string) error
	// Invite sends an invitation to become a member. It may be nil: the inviter
	// hands the token on.
	Invite func(ctx context.Context, email, tid, token string) error
	// Invited tells whether a tenant of that name may be registered for the
	// owner's address by that invitation. It is asked in the mode Invite.
	Invited func(invitation, tid, email string) bool
}

// RegistrationMode says who may register a tenant.
type RegistrationMode string

// The modes of registration.
const (
	Open        RegistrationMode = "open"
	VerifyEmail RegistrationMode = "verify_email"
	Invite      RegistrationMode = "invite"
	Closed      RegistrationMode = "closed"
)

// Mount adds the routes, below a prefix and behind what stands around them. It
// fails where the specification does not describe one of them.
func (a *API) Mount(e *echo.Echo, prefix string, around ...echo.MiddlewareFunc) error {
	for _, r := range a.routes() {
		op := a.Spec.Operation(r.method, r.path)
		if op == nil {
			return fmt.Errorf("endpoint: the specification has no %s %s", r.method, r.path)
		}
		if op.Public != (r.needs == caller.Anyone) {
			return fmt.Errorf("endpoint: the specification and the route disagree on whether %s %s needs a credential", r.method, r.path)
		}
		e.Add(r.method, prefix+echoPath(r.path), a.handle(r, op), around...)
	}
	return nil
}

// echoPath writes {name} as :name.
func echoPath(path string) string {
	return strings.NewReplacer("{", ":", "}", "").Replace(path)
}

// needsOn is the reach that a route needs in the workspace. What is written below the
// workspace "admin" decides who administers the tenant: a client there can be
// given the scopes of this API, and a user's password is a member's. So it
// takes an owner.
func (r route) needsOn(aid string) caller.Reach {
	if r.needs == caller.Write && aid == domain.AdminWorkspace {
		return caller.Own
	}
	return r.needs
}

// RenderError writes errors of the front as problems. It always does.
func RenderError(c echo.Context, e *oauth.Error) (bool, error) {
	return true, writeProblem(c, problem.FromOAuth(e))
}

// changed tells every process what changed in the call's workspace.
func (a *API) changed(c *call, kind, clientID string) {
	a.Invalidate(c.ctx, cache.Invalidation{Kind: kind, TID: c.workspace.TID(), AID: c.workspace.AID(), WorkspaceID: c.workspace.ID(), ClientID: clientID})
}

// ended tells every process what has ended.
func (a *API) ended(c *call, facts []domain.Revocation) { cache.Spread(c.ctx, a.Invalidate, facts) }

// problemType is the media type of RFC 9457.
const problemType = "application/problem+json"
