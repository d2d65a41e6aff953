// Command tenant-admin serves the registration of tenants and the admin API.
package main

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/signet-authz/signet/pkg/boot"
	"github.com/signet-authz/signet/pkg/clientauth"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/server"
	tenantadmin "github.com/signet-authz/signet/services/tenant-admin"
)

func main() {
	boot.Main("tenant-admin", func(_ context.Context, p *boot.Platform) (http.Handler, error) {
		front := func(render func(echo.Context, *oauth.Error) (bool, error)) *echo.Echo {
			cfg := p.ServerConfig("tenant-admin")
			cfg.Render = render
			return server.New(cfg)
		}
		registration := tenantadmin.Registration{Mode: p.Config.Registration.Mode, PerSource: p.Config.Registration.PerSource, Per: p.Config.Registration.Per}
		return tenantadmin.New(tenantadmin.Deps{
			Server: front, Resolver: p.Resolver, Store: p.Store, KV: p.KV, Root: p.Root, Pool: p.Pool, Caches: p.Caches, Passwords: p.Passwords,
			Invalidate: p.Invalidate, AuthMethods: clientauth.Methods, Registration: registration, Version: boot.Version, Now: p.Now,
		})
	})
}
