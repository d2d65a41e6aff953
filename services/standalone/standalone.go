package standalone

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/signet-authz/signet/pkg/boot"
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
	// The console's back channel leads through the gateway, as everybody's way does.
	inside := &loop.Transport{}
	upstreams := map[string]http.Handler{}
	for name, build := range map[string]boot.Build{gateway.Token: token.Build, gateway.Authorization: authorization.Build, gateway.TenantAdmin: tenantadmin.BuildOver(inside)} {
		h, err := build(ctx, p)
		if err != nil {
			return nil, fmt.Errorf("standalone: %s: %w", name, err)
		}
		upstreams[name] = h
	}
	h, err := gateway.New(gateway.Deps{Upstreams: upstreams, Seal: p.Seal, Front: p.ServerConfig(boot.GatewayName)})
	inside.Handler = h
	return h, err
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
