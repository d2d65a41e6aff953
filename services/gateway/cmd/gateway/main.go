// Command gateway is the program that faces the outside.
package main

import (
	"context"
	"net/http"

	"github.com/signet-authz/signet/pkg/boot"
	"github.com/signet-authz/signet/services/gateway"
)

func main() {
	boot.Main(boot.GatewayName, build)
}

func build(_ context.Context, p *boot.Platform) (http.Handler, error) {
	front := p.ServerConfig(boot.GatewayName)
	upstreams := map[string]http.Handler{}
	transport := gateway.NewTransport()
	for name, origin := range map[string]string{
		gateway.Token:         p.Config.Gateway.Upstreams.Token,
		gateway.Authorization: p.Config.Gateway.Upstreams.Authorization,
		gateway.TenantAdmin:   p.Config.Gateway.Upstreams.TenantAdmin,
	} {
		u, err := gateway.NewUpstream(origin, transport, p.Logger)
		if err != nil {
			return nil, err
		}
		upstreams[name] = u
	}
	return gateway.New(gateway.Deps{Upstreams: upstreams, Seal: p.Seal, Front: front})
}
