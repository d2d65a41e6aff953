// Package tenantadmin is the tenant-admin service: how tenants come to be, and
// the admin API by which they are run, and the back end of the console. It is the only service that works across
// tenants, and only where a tenant is registered.
package tenantadmin

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/signet-authz/signet/api"
	"github.com/signet-authz/signet/pkg/audit"
	"github.com/signet-authz/signet/pkg/boot"
	"github.com/signet-authz/signet/pkg/cache"
	"github.com/signet-authz/signet/pkg/clientauth"
	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/kv"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/password"
	"github.com/signet-authz/signet/pkg/server"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/pkg/tenancy"
	"github.com/signet-authz/signet/services/tenant-admin/internal/caller"
	"github.com/signet-authz/signet/services/tenant-admin/internal/console"
	"github.com/signet-authz/signet/services/tenant-admin/internal/document"
	"github.com/signet-authz/signet/services/tenant-admin/internal/endpoint"
	"github.com/signet-authz/signet/services/tenant-admin/internal/mail"
	"github.com/signet-authz/signet/services/tenant-admin/internal/page"
	"github.com/signet-authz/signet/services/tenant-admin/internal/relying"
	"github.com/signet-authz/signet/services/tenant-admin/internal/selfcheck"
	"github.com/signet-authz/signet/services/tenant-admin/internal/upkeep"
	built "github.com/signet-authz/signet/web/console"
	"github.com/signet-authz/signet/web/front"
	"github.com/signet-authz/signet/web/reference"
)

// Deps are what the service runs on. All of them are required but those said
// to be optional.
type Deps struct {
	// Server is the front; the service adds to it that errors are problems.
	Server    server.Config
	Resolver  *tenancy.Resolver
	Store     *store.Store
	KV        *kv.Store
	Root      *keys.Root
	Pool      *keys.Pool
	Caches    *cache.Set
	Passwords *password.Hasher
	// Invalidate tells this and the other processes what changed.
	Invalidate func(context.Context, cache.Invalidation)
	// AuthMethods lists the client authentication methods that are served.
	AuthMethods  func() []string
	Registration Registration
	// BackChannel carries the console's requests for the public URL to the
	// authorization server.
	BackChannel http.RoundTripper
	Audit       *audit.Queue
	// Console and Reference are the console and the reference of the APIs as they
	// were built. Optional: those that are embedded.
	Console, Reference fs.FS
	// Mailer sends what only the owner of an address may see. Optional: without
	// one no mail is sent, and the registration mode verify_email is refused.
	Mailer  Mailer
	Version string // for the front page; optional
	Now     func() time.Time
}

// Registration is how tenants come to be.
type Registration struct {
	Mode string // open, verify_email, invite or closed
	// PerSource registrations are allowed from one source Per so much time.
	PerSource int
	Per       time.Duration
}

// Build makes the service on the platform of its program, and starts its
// background work there. It reaches the other services over the network.
func Build(ctx context.Context, p *boot.Platform) (http.Handler, error) {
	channel, err := newBackChannel(p.Config.InternalURL)
	if err != nil {
		return nil, err
	}
	return BuildOver(channel)(ctx, p)
}

// BuildOver is Build with another way to the other services.
func BuildOver(channel http.RoundTripper) boot.Build {
	return func(_ context.Context, p *boot.Platform) (http.Handler, error) {
		registration := p.Config.Registration
		d := Deps{
			Server: p.ServerConfig("tenant-admin"), Resolver: p.Resolver, Store: p.Store, KV: p.KV, Root: p.Root, Pool: p.Pool, Caches: p.Caches,
			Passwords: p.Passwords, Invalidate: p.Invalidate, AuthMethods: clientauth.Methods, Version: boot.Version, Now: p.Now,
			Registration: Registration{Mode: registration.Mode, PerSource: registration.PerSource, Per: registration.Per},
			BackChannel:  channel, Audit: p.Audit,
		}
		if server := p.Config.Mail.URL; server != "" {
			roots, err := p.Config.Mail.Roots()
			if err != nil {
				return nil, err
			}
			sender, err := mail.New(server, p.Config.Mail.From, roots)
			if err != nil {
				return nil, err
			}
			d.Mailer = letters{sender, p.Resolver.PublicURL()}
		}
		p.Every("upkeep", upkeep.Every, d.upkeep().Run)
		return New(d)
	}
}

// New returns the service's handler.
func New(d Deps) (http.Handler, error) {
	if err := d.check(); err != nil {
		return nil, err
	}
	spec, err := document.Load(api.Admin())
	if err != nil {
		return nil, err
	}
	public := d.Resolver.PublicURL()
	authenticator := caller.NewAuthenticator(caller.Deps{
		Resolver: d.Resolver, Rings: d.Caches.Rings, Clients: d.Caches.Clients, Revocations: d.Caches.Revocations,
		Store: d.Store, Audience: public + endpoint.AudiencePath, Now: d.Now,
	})
	a := &endpoint.API{
		Spec: spec, Authenticator: authenticator,
		Resolver: d.Resolver, Store: d.Store, KV: d.KV, Root: d.Root, Pool: d.Pool, Caches: d.Caches, Passwords: d.Passwords,
		Invalidate: d.Invalidate, AuthMethods: d.AuthMethods(), Registration: d.registration(), SelfCheck: d.selfCheck(), Drain: d.Server.Drain, Now: d.Now,
	}
	pages, err := d.pages(spec)
	if err != nil {
		return nil, err
	}
	home, err := front.New(public, d.Version)
	if err != nil {
		return nil, err
	}
	back, err := d.console(authenticator, echo.WrapHandler(home), pages.Notice)
	if err != nil {
		return nil, err
	}

	d.Server.Render = func(c echo.Context, e *oauth.Error) (bool, error) {
		if console.IsPage(c.Request()) {
			return true, pages.Failure(c, e.Status)
		}
		return endpoint.RenderError(c, e)
	}
	e := server.New(d.Server)
	if err := errors.Join(a.Mount(e, ""), a.Mount(e, "/console", back.OnBehalf)); err != nil {
		return nil, err
	}
	a.MountStream(e, "/console", back.Bounded, back.OnBehalf)
	back.Mount(e)
	pages.Mount(e, endpoint.AudiencePath+"/openapi.yaml")
	e.GET(front.AssetPrefix+"/*", echo.WrapHandler(home))
	return e, nil
}

// pages are those that stand beside the console.
func (d Deps) pages(spec *document.Spec) (*page.Pages, error) {
	files := d.Reference
	if files == nil {
		var err error
		if files, err = reference.Files(); err != nil {
			return nil, err
		}
	}
	return page.New(spec, d.Resolver.PublicURL(), files)
}

// console is the back end of the console in the browser.
func (d Deps) console(authenticator *caller.Authenticator, home, notice echo.HandlerFunc) (*console.Console, error) {
	files := d.Console
	if files == nil {
		var err error
		if files, err = built.Files(); err != nil {
			return nil, err
		}
	}
	return console.New(console.Deps{
		Party: &relying.Party{
			Resolver: d.Resolver, Store: d.Store, Root: d.Root, Caches: d.Caches, Invalidate: d.Invalidate, Channel: d.BackChannel, Now: d.Now,
		},
		Authenticator: authenticator, Resolver: d.Resolver, Store: d.Store, KV: d.KV, Root: d.Root, Caches: d.Caches, Invalidate: d.Invalidate,
		Record: d.Audit.Record, Files: files, Front: home, Notice: notice, Registration: d.Registration.Mode, Now: d.Now,
	})
}

// selfCheck tries workspaces out over the back channel.
func (d Deps) selfCheck() *selfcheck.Runner {
	return &selfcheck.Runner{
		Store: d.Store, KV: d.KV, Root: d.Root, Pool: d.Pool, Passwords: d.Passwords, Invalidate: d.Invalidate, Channel: d.BackChannel,
		Record: d.Audit.Record, Methods: d.AuthMethods(), Now: d.Now,
	}
}

// upkeep is the service's background work: keys that stand by in every
// workspace, and the clearing away of what has ended.
func (d Deps) upkeep() *upkeep.Job {
	return &upkeep.Job{Resolver: d.Resolver, Store: d.Store, KV: d.KV, Root: d.Root, Pool: d.Pool, Invalidate: d.Invalidate, Sweep: d.selfCheck().Sweep, Now: d.Now}
}

func (d Deps) check() error {
	if d.Server.Now == nil || d.Resolver == nil || d.Store == nil || d.KV == nil || d.Root == nil || d.Pool == nil || d.Caches == nil ||
		d.Passwords == nil || d.Invalidate == nil || d.AuthMethods == nil || d.BackChannel == nil || d.Audit == nil || d.Now == nil {
		return errors.New("tenantadmin: a dependency is missing")
	}
	modes := []endpoint.RegistrationMode{endpoint.Open, endpoint.VerifyEmail, endpoint.Invite, endpoint.Closed}
	switch mode := endpoint.RegistrationMode(d.Registration.Mode); {
	case !slices.Contains(modes, mode):
		return errors.New("tenantadmin: registration.mode must be open, verify_email, invite or closed")
	case mode == endpoint.VerifyEmail && d.Mailer == nil:
		return errors.New("tenantadmin: registration.mode is verify_email, and there is no mailer to send the verification with")
	case d.Registration.PerSource < 1 || d.Registration.Per <= 0:
		return errors.New("tenantadmin: registration needs a limit per source")
	}
	return nil
}
