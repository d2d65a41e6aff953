// Package token is the token service: everything that client applications and
// resource servers call directly. Users never see it.
package token

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/signet-authz/signet/pkg/accesstoken"
	"github.com/signet-authz/signet/pkg/boot"
	"github.com/signet-authz/signet/pkg/cache"
	"github.com/signet-authz/signet/pkg/clientauth"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/kv"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/server"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/pkg/tenancy"
	"github.com/signet-authz/signet/pkg/trace"
	"github.com/signet-authz/signet/services/token/internal/endpoint"
	"github.com/signet-authz/signet/services/token/internal/grant"
	"github.com/signet-authz/signet/services/token/internal/issue"
)

// Deps are what the service runs on. All of them are required but MTLSOrigin.
type Deps struct {
	Server   server.Config // the front
	Resolver *tenancy.Resolver
	Store    *store.Store
	KV       *kv.Store
	Root     *keys.Root
	Pool     *keys.Pool
	Caches   *cache.Set
	// Issued is told of every token that a client gets for itself; it must not
	// block.
	Issued func(domain.AuditEvent)
	// ClientAuth proves clients.
	ClientAuth *clientauth.Authenticator
	Traces     *trace.Recorder
	// Invalidate tells this and the other processes what changed.
	Invalidate func(ctx context.Context, i cache.Invalidation)
	Now        func() time.Time
	// MTLSOrigin is where clients present certificates, empty where they cannot.
	MTLSOrigin string
}

// New returns the service's handler.
func New(d Deps) (http.Handler, error) {
	if d.Server.Now == nil || d.Resolver == nil || d.Store == nil || d.KV == nil || d.Root == nil || d.Pool == nil || d.Caches == nil || d.Issued == nil || d.ClientAuth == nil || d.Now == nil {
		return nil, errors.New("token: a dependency is missing")
	}
	ended := ended(d)
	e := &endpoint.Endpoints{
		ClientEndpoint: server.ClientEndpoint{Authenticator: d.ClientAuth, Traces: d.Traces, Now: d.Now},

		Verifier: &accesstoken.Verifier{Rings: d.Caches.Rings.Ring, Revocations: d.Caches.Revocations, Now: d.Now},
		Grants:   grant.All(grant.Deps{Store: d.Store, KV: d.KV, Root: d.Root, Ended: ended}),
		Issuer:   &issue.Issuer{Rings: &issue.Rings{Cached: d.Caches.Rings, Store: d.Store, Root: d.Root, Pool: d.Pool, Changed: keysChanged(d), Now: d.Now}, Root: d.Root, Now: d.Now},
		Store:    d.Store, Root: d.Root, Caches: d.Caches,
		Issued: d.Issued, Ended: ended, MTLSOrigin: d.MTLSOrigin,
	}
	e.PrepareMetadata()

	srv := server.New(d.Server)
	get := []string{http.MethodGet, http.MethodHead}
	ws := srv.Group("/:tid/:aid", server.Tenancy(d.Resolver))
	clients := srv.Group("/:tid/:aid", suspendedIs(oauth.ErrInvalidClient), server.Tenancy(d.Resolver))
	bearers := srv.Group("/:tid/:aid", suspendedIs(oauth.ErrInvalidToken), server.Tenancy(d.Resolver))
	clients.POST("/oauth2/token", e.Token())
	clients.POST("/oauth2/introspect", e.Introspect())
	clients.POST("/oauth2/revoke", e.Revoke())
	userInfo := e.UserInfo()
	bearers.GET("/userinfo", userInfo)
	bearers.POST("/userinfo", userInfo)
	ws.OPTIONS("/oauth2/token", server.Preflight(http.MethodPost))
	ws.OPTIONS("/oauth2/revoke", server.Preflight(http.MethodPost))
	ws.OPTIONS("/userinfo", server.Preflight("GET, POST"))
	ws.Match(get, "/.well-known/openid-configuration", e.Metadata)
	ws.Match(get, "/.well-known/oauth-authorization-server", e.Metadata)
	ws.Match(get, "/.well-known/jwks.json", e.JWKS)
	srv.Match(get, "/.well-known/oauth-authorization-server/:tid/:aid", e.Metadata, server.Tenancy(d.Resolver))
	srv.Match(get, "/.well-known/openid-configuration/:tid/:aid", e.Metadata, server.Tenancy(d.Resolver))
	return srv, nil
}

// Build makes the service on the platform of its program.
func Build(_ context.Context, p *boot.Platform) (http.Handler, error) {
	return New(Deps{
		Server: p.ServerConfig("token"), Resolver: p.Resolver, Store: p.Store, KV: p.KV, Root: p.Root, Pool: p.Pool, Caches: p.Caches,
		Issued: p.Issued.Record, ClientAuth: p.ClientAuth, Traces: p.Traces, Invalidate: p.Invalidate, Now: p.Now,
		MTLSOrigin: p.Config.MTLSOrigin(),
	})
}

// suspendedIs answers for a suspended workspace or tenant what callers of the
// endpoint understand: no client of it can authenticate, no token of it holds.
func suspendedIs(refusal *oauth.Error) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			err := next(c)
			if errors.Is(err, tenancy.ErrSuspended) {
				return refusal.Because("the workspace or its tenant is suspended", err)
			}
			return err
		}
	}
}

// ended spreads what a request found ended.
func ended(d Deps) func(context.Context, []domain.Revocation) {
	return func(ctx context.Context, facts []domain.Revocation) { cache.Spread(ctx, d.Invalidate, facts) }
}

// keysChanged tells everybody that a workspace has another key.
func keysChanged(d Deps) func(context.Context, tenancy.Workspace) {
	return func(ctx context.Context, w tenancy.Workspace) {
		d.Caches.Rings.Forget(w.ID())
		d.Invalidate(ctx, cache.Invalidation{Kind: cache.KindKeys, TID: w.TID(), AID: w.AID(), WorkspaceID: w.ID()})
	}
}
