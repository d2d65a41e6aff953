// Command authorization serves what end users' browsers see: authorization
// requests, login, consent, the account page and logout.
package main

import (
	"context"
	"net/http"

	"github.com/signet-authz/signet/pkg/boot"
	"github.com/signet-authz/signet/services/authorization"
)

func main() {
	boot.Main("authorization", func(_ context.Context, p *boot.Platform) (http.Handler, error) {
		return authorization.New(authorization.Deps{
			Server: p.ServerConfig("authorization"), Resolver: p.Resolver, Store: p.Store, KV: p.KV, Root: p.Root, Caches: p.Caches,
			Passwords: p.Passwords, Audit: p.Audit, Traces: p.Traces, Invalidate: p.Invalidate, Now: p.Now,
		})
	})
}
