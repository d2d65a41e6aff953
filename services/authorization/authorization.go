// Package authorization is the authorization service: everything that an end
// user's browser sees. Client applications send users here; what they call
// themselves is the endpoint that takes their requests beforehand (RFC 9126).
package authorization

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/signet-authz/signet/pkg/audit"
	"github.com/signet-authz/signet/pkg/boot"
	"github.com/signet-authz/signet/pkg/cache"
	"github.com/signet-authz/signet/pkg/clientauth"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/egress"
	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/kv"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/password"
	"github.com/signet-authz/signet/pkg/server"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/pkg/tenancy"
	"github.com/signet-authz/signet/pkg/trace"
	"github.com/signet-authz/signet/services/authorization/internal/endpoint"
	"github.com/signet-authz/signet/services/authorization/internal/interaction"
	"github.com/signet-authz/signet/services/authorization/internal/logo"
	"github.com/signet-authz/signet/services/authorization/internal/page"
	"github.com/signet-authz/signet/services/authorization/internal/request"
	"github.com/signet-authz/signet/web/pages"
)

// Deps are what the service runs on. All of them are required.
type Deps struct {
	// Server is the front; the service adds to it that errors are pages, save for
	// callers that are clients.
	Server    server.Config
	Resolver  *tenancy.Resolver
	Store     *store.Store
	KV        *kv.Store
	Root      *keys.Root
	Caches    *cache.Set
	Passwords *password.Hasher
	Audit     *audit.Queue
	// ClientAuth proves clients.
	ClientAuth *clientauth.Authenticator
	// Egress fetches logos.
	Egress *egress.Client
	Traces *trace.Recorder
	// Invalidate tells this and the other processes what changed.
	Invalidate func(ctx context.Context, i cache.Invalidation)
	Now        func() time.Time
}

// Build makes the service on the platform of its program.
func Build(_ context.Context, p *boot.Platform) (http.Handler, error) {
	return New(Deps{
		Server: p.ServerConfig("authorization"), Resolver: p.Resolver, Store: p.Store, KV: p.KV, Root: p.Root, Caches: p.Caches,
		Passwords: p.Passwords, Audit: p.Audit, ClientAuth: p.ClientAuth, Egress: p.Egress, Traces: p.Traces,
		Invalidate: p.Invalidate, Now: p.Now,
	})
}

// New returns the service's handler.
func New(d Deps) (http.Handler, error) {
	if d.Server.Now == nil || d.Resolver == nil || d.Store == nil || d.KV == nil || d.Root == nil || d.Caches == nil || d.Passwords == nil ||
		d.Audit == nil || d.ClientAuth == nil || d.Egress == nil || d.Traces == nil || d.Invalidate == nil || d.Now == nil {
		return nil, errors.New("authorization: a dependency is missing")
	}
	renderer, err := pages.New()
	if err != nil {
		return nil, err
	}
	public, err := url.Parse(d.Resolver.PublicURL())
	if err != nil {
		return nil, err
	}
	facts := &request.Facts{Caches: d.Caches, Now: d.Now}
	clients := &endpoint.Endpoints{
		ClientEndpoint: server.ClientEndpoint{Authenticator: d.ClientAuth, Traces: d.Traces, Now: d.Now}, KV: d.KV, Facts: facts,
	}
	p := &page.Pages{
		Store: d.Store, KV: d.KV, Root: d.Root, Caches: d.Caches, Facts: facts, Passwords: d.Passwords, Renderer: renderer, Traces: d.Traces,
		Interactions: &interaction.Interactions{
			KV: d.KV, Store: d.Store, Root: d.Root, Origin: oauth.Origin(public), Cookies: interaction.Cookies{Secure: public.Scheme == "https"},
		},
		Logos: logo.New(d.Egress, d.Now), Ended: ended(d), Audit: d.Audit.Record, Explanation: d.Server.Explanation, Now: d.Now,
	}

	d.Server.Render = forPeople(p.RenderError)
	e := server.New(d.Server)
	ws := e.Group("/:tid/:aid", server.Tenancy(d.Resolver))
	ws.GET("/oauth2/authorize", p.Authorize())
	ws.POST("/oauth2/authorize", p.Authorize())
	ws.POST(pathPAR, clients.PAR())
	ws.OPTIONS(pathPAR, server.Preflight(http.MethodPost))
	ws.GET("/login", p.LoginPage())
	ws.POST("/login", p.Login())
	ws.GET("/consent", p.ConsentPage())
	ws.POST("/consent", p.Consent())
	ws.GET("/account", p.AccountPage())
	ws.POST("/account", p.Account())
	ws.GET(page.WorkspaceLogoPath, p.WorkspaceLogo())
	ws.GET(page.ClientLogoPath, p.ClientLogo())
	ws.GET("/oidc/logout", p.Logout())
	ws.POST("/oidc/logout", p.Logout())
	e.GET(pages.AssetPrefix+"/*", echo.WrapHandler(renderer.Assets()))
	return e, nil
}

// pathPAR is where clients push requests.
const pathPAR = "/par"

// forPeople renders errors to people only: a client gets the JSON of RFC 6749,
// section 5.2, whatever went wrong and however early.
func forPeople(render func(echo.Context, *oauth.Error) (bool, error)) func(echo.Context, *oauth.Error) (bool, error) {
	return func(c echo.Context, e *oauth.Error) (bool, error) {
		if path := c.Request().URL.Path; strings.HasSuffix(path, pathPAR) && strings.Count(path, "/") == 3 {
			return false, nil
		}
		return render(c, e)
	}
}

// ended spreads what a request found ended.
func ended(d Deps) func(context.Context, []domain.Revocation) {
	return func(ctx context.Context, facts []domain.Revocation) { cache.Spread(ctx, d.Invalidate, facts) }
}
