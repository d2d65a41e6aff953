package standalone

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/signet-authz/signet/pkg/boot"
	"github.com/signet-authz/signet/pkg/clientauth"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/server"
	"github.com/signet-authz/signet/pkg/tenancy"
	"github.com/signet-authz/signet/services/authorization"
	"github.com/signet-authz/signet/services/gateway"
	"github.com/signet-authz/signet/services/standalone/internal/demo"
	"github.com/signet-authz/signet/services/standalone/internal/loop"
	tenantadmin "github.com/signet-authz/signet/services/tenant-admin"
	"github.com/signet-authz/signet/services/token"
)

// New returns the whole service as one handler.
func New(ctx context.Context, p *boot.Platform) (http.Handler, error) {
	upstreams := map[string]http.Handler{}
	for name, build := range map[string]boot.Build{gateway.Token: buildToken, gateway.Authorization: buildAuthorization, gateway.TenantAdmin: buildTenantAdmin} {
		h, err := build(ctx, p)
		if err != nil {
			return nil, fmt.Errorf("standalone: %s: %w", name, err)
		}
		upstreams[name] = h
	}
	return gateway.New(gateway.Deps{Upstreams: upstreams, Seal: p.Seal, Front: p.ServerConfig(boot.GatewayName)})
}

// Program is New with the demo tenant, where the configuration asks for it.
// What to try is written to out.
func Program(out io.Writer) boot.Build {
	return func(ctx context.Context, p *boot.Platform) (http.Handler, error) {
		h, err := New(ctx, p)
		if err != nil || !p.Config.Demo {
			return h, err
		}
		return h, seed(ctx, p, h, out)
	}
}

func seed(ctx context.Context, p *boot.Platform, h http.Handler, out io.Writer) error {
	_, err := p.Store.Platform().FindTenant(ctx, demo.TID)
	switch {
	case err == nil:
		return demo.Remind(out, p.Config.PublicURL)
	case !errors.Is(err, tenancy.ErrNotFound):
		return fmt.Errorf("standalone: %w", err)
	}
	d, err := demo.Seed(ctx, p.Config.PublicURL, loop.Transport{Handler: h})
	if err != nil {
		return fmt.Errorf("standalone: %w", err)
	}
	return d.Introduce(out)
}

func buildToken(_ context.Context, p *boot.Platform) (http.Handler, error) {
	return token.New(token.Deps{
		Server: p.Server("token"), Resolver: p.Resolver, Store: p.Store, KV: p.KV, Root: p.Root, Pool: p.Pool, Caches: p.Caches,
		Issued: p.Issued.Record, Usage: p.Usage, Traces: p.Traces, Invalidate: p.Invalidate, Now: p.Now,
	})
}

func buildAuthorization(_ context.Context, p *boot.Platform) (http.Handler, error) {
	return authorization.New(authorization.Deps{
		Server: p.ServerConfig("authorization"), Resolver: p.Resolver, Store: p.Store, KV: p.KV, Root: p.Root, Caches: p.Caches, Passwords: p.Passwords,
		Audit: p.Audit, Traces: p.Traces, Invalidate: p.Invalidate, Now: p.Now,
	})
}

func buildTenantAdmin(_ context.Context, p *boot.Platform) (http.Handler, error) {
	registration := p.Config.Registration
	front := func(render func(echo.Context, *oauth.Error) (bool, error)) *echo.Echo {
		cfg := p.ServerConfig("tenant-admin")
		cfg.Render = render
		return server.New(cfg)
	}
	return tenantadmin.New(tenantadmin.Deps{
		Server: front, Resolver: p.Resolver, Store: p.Store, KV: p.KV, Root: p.Root, Pool: p.Pool, Caches: p.Caches, Passwords: p.Passwords,
		Invalidate: p.Invalidate, AuthMethods: clientauth.Methods, Version: boot.Version, Now: p.Now,
		Registration: tenantadmin.Registration{Mode: registration.Mode, PerSource: registration.PerSource, Per: registration.Per},
	})
}
