// Command token serves what client applications and resource servers call:
// token, introspection, revocation, UserInfo, metadata and keys.
package main

import (
	"context"
	"net/http"

	"github.com/signet-authz/signet/pkg/boot"
	"github.com/signet-authz/signet/services/token"
)

func main() {
	boot.Main("token", func(_ context.Context, p *boot.Platform) (http.Handler, error) {
		return token.New(token.Deps{
			Server: p.Server("token"), Resolver: p.Resolver, Store: p.Store, KV: p.KV, Root: p.Root, Pool: p.Pool, Caches: p.Caches,
			Issued: p.Issued.Record, Usage: p.Usage, Traces: p.Traces, Invalidate: p.Invalidate, Now: p.Now,
		})
	})
}
