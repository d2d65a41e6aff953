// Package token is the token service: everything that client applications and
// resource servers call directly. Users never see it.
package token

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/signet-authz/signet/pkg/accesstoken"
	"github.com/signet-authz/signet/pkg/audit"
	"github.com/signet-authz/signet/pkg/cache"
	"github.com/signet-authz/signet/pkg/clientauth"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/kv"
	"github.com/signet-authz/signet/pkg/server"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/pkg/tenancy"
	"github.com/signet-authz/signet/pkg/trace"
	"github.com/signet-authz/signet/services/token/internal/endpoint"
	"github.com/signet-authz/signet/services/token/internal/grant"
	"github.com/signet-authz/signet/services/token/internal/issue"
)

// Deps are what the service runs on. All of them are required.
type Deps struct {
	Server   *echo.Echo
	Resolver *tenancy.Resolver
	Store    *store.Store
	KV       *kv.Store
	Root     *keys.Root
	Pool     *keys.Pool
	Caches   *cache.Set
	Audit    *audit.Queue
	Usage    *audit.Usage
	Traces   *trace.Recorder
	// Invalidate tells this and the other processes what changed.
	Invalidate func(ctx context.Context, i cache.Invalidation)
	Now        func() time.Time
	Logger     *slog.Logger
}

// New returns the service's handler.
func New(d Deps) (http.Handler, error) {
	if d.Server == nil || d.Resolver == nil || d.Store == nil || d.KV == nil || d.Root == nil || d.Pool == nil || d.Caches == nil || d.Now == nil {
		return nil, errors.New("token: a dependency is missing")
	}
	ended := spread(d)
	e := &endpoint.Endpoints{
		Authenticator: authenticator(d),
		Verifier:      &accesstoken.Verifier{Rings: d.Caches.Rings.Ring, Revocations: d.Caches.Revocations, Now: d.Now},
		Grants:        grant.All(grant.Deps{Store: d.Store, KV: d.KV, Root: d.Root, Ended: ended}),
		Issuer:        &issue.Issuer{RingFor: ringFor(d), Root: d.Root, Now: d.Now},
		Store:         d.Store, Root: d.Root, Caches: d.Caches, Traces: d.Traces,
		Issued: d.Audit.Record, Ended: ended, Now: d.Now,
	}
	e.PrepareMetadata()

	get := []string{http.MethodGet, http.MethodHead}
	ws := d.Server.Group("/:tid/:aid", server.Tenancy(d.Resolver))
	ws.POST("/oauth2/token", e.Token())
	ws.POST("/oauth2/introspect", e.Introspect())
	ws.POST("/oauth2/revoke", e.Revoke())
	ws.GET("/userinfo", e.UserInfo)
	ws.POST("/userinfo", e.UserInfo)
	ws.OPTIONS("/oauth2/token", endpoint.Preflight(http.MethodPost))
	ws.OPTIONS("/oauth2/revoke", endpoint.Preflight(http.MethodPost))
	ws.OPTIONS("/userinfo", endpoint.Preflight("GET, POST"))
	ws.Match(get, "/.well-known/openid-configuration", e.Metadata)
	ws.Match(get, "/.well-known/oauth-authorization-server", e.Metadata)
	ws.Match(get, "/.well-known/jwks.json", e.JWKS)
	d.Server.Match(get, "/.well-known/oauth-authorization-server/:tid/:aid", e.Metadata, server.Tenancy(d.Resolver))
	d.Server.Match(get, "/.well-known/openid-configuration/:tid/:aid", e.Metadata, server.Tenancy(d.Resolver))
	return d.Server, nil
}

// authenticator is the client authentication phase over the cached clients.
func authenticator(d Deps) *clientauth.Authenticator {
	source := func(ctx context.Context, w tenancy.Workspace, clientID string) (*domain.Client, bool, error) {
		c, err := d.Caches.Clients.Client(ctx, w, clientID)
		if errors.Is(err, store.ErrNotFound) {
			return nil, false, nil
		}
		return c, err == nil, err
	}
	count := func(ctx context.Context, w tenancy.Workspace, key string, window time.Duration) (int, error) {
		return d.KV.Workspace(w).CountFailure(ctx, "client", key, window)
	}
	return clientauth.New(clientauth.Deps{
		Clients: source, Root: d.Root, Guard: clientauth.NewGuard(count, d.Now), Now: d.Now,
		Used: func(w tenancy.Workspace, clientID, credentialID string) { d.Usage.Record(w, clientID, credentialID) },
	})
}

// spread adds facts to this process's revocations at once and pushes them to
// the others; who misses the push reads them from SQL within a second.
func spread(d Deps) func(context.Context, tenancy.Workspace, []domain.Revocation) {
	return func(ctx context.Context, w tenancy.Workspace, facts []domain.Revocation) {
		for i := range facts {
			d.Caches.Revocations.Add(facts[i])
			d.Invalidate(ctx, cache.Invalidation{Kind: "revocation", WorkspaceID: w.ID(), Revocation: &facts[i]})
		}
	}
}

// ringFor returns the workspace's ring once it can sign with the algorithm. A
// workspace gets its first key of an algorithm when that is first needed.
func ringFor(d Deps) func(context.Context, tenancy.Workspace, string) (*keys.Ring, error) {
	return func(ctx context.Context, w tenancy.Workspace, alg string) (*keys.Ring, error) {
		ring, err := d.Caches.Rings.Ring(ctx, w)
		if err != nil || ring.Has(alg, d.Now()) {
			return ring, err
		}
		material, err := d.Pool.Take(ctx, alg)
		if err != nil {
			return nil, err
		}
		now := d.Now()
		key, err := d.Root.SealKey(w.ID(), material, now, now)
		if err != nil {
			return nil, err
		}
		ev := domain.AuditEvent{ActorKind: "system", Action: "key.create", TargetKind: "key", TargetID: key.KID, Outcome: "success"}
		if err := d.Store.Workspace(w).AddFirstKey(ctx, key, ev); err != nil {
			return nil, err
		}
		d.Invalidate(ctx, cache.Invalidation{Kind: "keys", TID: w.TID(), AID: w.AID(), WorkspaceID: w.ID()})
		return d.Caches.Rings.Ring(ctx, w)
	}
}
