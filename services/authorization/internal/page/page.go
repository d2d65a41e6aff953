package page

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/signet-authz/signet/pkg/cache"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/kv"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/password"
	"github.com/signet-authz/signet/pkg/server"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/pkg/tenancy"
	"github.com/signet-authz/signet/pkg/trace"
	"github.com/signet-authz/signet/services/authorization/internal/interaction"
	"github.com/signet-authz/signet/web/pages"
)

// Pages are the handlers and what they share.
type Pages struct {
	Store        *store.Store
	KV           *kv.Store
	Root         *keys.Root
	Caches       *cache.Set
	Passwords    *password.Hasher
	Interactions *interaction.Interactions
	Renderer     *pages.Renderer
	Traces       *trace.Recorder
	PublicOrigin string
	// Ended spreads what a request ended, here and to other processes.
	Ended func(ctx context.Context, w tenancy.Workspace, facts []domain.Revocation)
	// Audit records what needs no transaction of its own; it must not block.
	Audit func(domain.AuditEvent)
	Now   func() time.Time
}

// client finds an enabled client, nil where there is none.
func (p *Pages) client(ctx context.Context, w tenancy.Workspace, id string) (*domain.Client, error) {
	c, err := p.Caches.Clients.Client(ctx, w, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	return c, err
}

// event is the audit event of this request.
func (p *Pages) event(c echo.Context, w tenancy.Workspace, action, actorKind, actorID string) domain.AuditEvent {
	return domain.AuditEvent{
		WorkspaceID: w.ID(), At: p.Now(), Action: action, ActorKind: actorKind, ActorID: actorID, Outcome: "success",
		IP: server.PeerOf(c).IP.String(), TraceID: server.TraceID(c),
	}
}

// browserKey keeps the request's browser, so that what one step gives it the
// next one sees.
const browserKey = "page.browser"

// browser is who sent the request.
func (p *Pages) browser(c echo.Context, w tenancy.Workspace) *interaction.Browser {
	if b, ok := c.Get(browserKey).(*interaction.Browser); ok {
		return b
	}
	b := p.Interactions.Browser(c.Response(), c.Request(), w)
	c.Set(browserKey, b)
	return b
}

// frame is what every page of a workspace has in common. It names the redirect
// URIs to which the page's forms may lead, as browsers hold form-action against
// the redirect that follows a POST.
func (p *Pages) frame(c echo.Context, w tenancy.Workspace, locales string, formTargets ...string) pages.Page {
	settings := w.Settings()
	f := p.bareFrame(c, locales, pages.Policy{FormAction: formTargets})
	f.Branding = pages.Branding{DisplayName: w.DisplayName(), Color: settings.Branding.Color}
	return f
}

// bareFrame is the frame of a page outside any workspace.
func (p *Pages) bareFrame(c echo.Context, locales string, policy pages.Policy) pages.Page {
	policy.Nonce = pages.NewNonce()
	pages.Headers(c.Response().Header(), policy)
	return pages.Page{
		Branding: pages.Branding{DisplayName: "Signet"},
		Lang:     pages.Match(locales, c.Request().Header.Get("Accept-Language")),
		TraceID:  server.TraceID(c), Nonce: policy.Nonce,
	}
}

// html writes a page that was rendered whole: a template that fails half-way
// leaves no half page behind.
func (p *Pages) html(c echo.Context, status int, render func(io.Writer) error) error {
	var buf bytes.Buffer
	if err := render(&buf); err != nil {
		return oauth.ErrServerError.Because("the page could not be rendered", err)
	}
	return c.HTMLBlob(status, buf.Bytes())
}

// seeOther is the only redirect in use: 303 turns a POST into a GET, so that
// no credentials travel on.
func seeOther(c echo.Context, location string) error {
	h := c.Response().Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Pragma", "no-cache")
	return c.Redirect(http.StatusSeeOther, location)
}

// within is the address of a page of this workspace.
func within(w tenancy.Workspace, path, transaction string) string {
	return w.CookiePath() + path + "?tx=" + url.QueryEscape(transaction)
}
