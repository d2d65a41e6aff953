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
	"github.com/signet-authz/signet/services/authorization/internal/logo"
	"github.com/signet-authz/signet/services/authorization/internal/request"
	"github.com/signet-authz/signet/web/pages"
)

// Pages are the handlers and what they share.
type Pages struct {
	Store        *store.Store
	KV           *kv.Store
	Root         *keys.Root
	Caches       *cache.Set
	Facts        *request.Facts
	Passwords    *password.Hasher
	Interactions *interaction.Interactions
	Renderer     *pages.Renderer
	Logos        *logo.Logos
	Traces       *trace.Recorder
	// Ended spreads what a request ended, here and to other processes.
	Ended func(ctx context.Context, facts []domain.Revocation)
	// Audit records what needs no transaction of its own; it must not block.
	Audit func(domain.AuditEvent)
	// Explanation is the address of the explanation of a request; nil: there is
	// none.
	Explanation func(w tenancy.Workspace, traceID string) string
	Now         func() time.Time
}

// visit is one request of one browser to one workspace, and lives as long as
// its context.
type visit struct {
	*Pages
	c       echo.Context
	ctx     context.Context
	w       tenancy.Workspace
	browser *interaction.Browser
	trace   *trace.Trace // of what is explained; nil elsewhere
}

// handler runs the step on a visit and shows whatever stopped it.
func (p *Pages) handler(step func(*visit) error) echo.HandlerFunc {
	return func(c echo.Context) error {
		w := server.Workspace(c)
		v := &visit{Pages: p, c: c, ctx: c.Request().Context(), w: w, browser: p.Interactions.Browser(c.Response(), c.Request(), w)}
		err := v.settle(step(v))
		v.Traces.Record(w, v.trace)
		return err
	}
}

// explain begins the explanation of what the visit is about, by which it is
// counted as well. It ends with the visit, as refused where an error comes of it.
func (v *visit) explain(endpoint string) {
	v.trace = trace.Start(server.TraceID(v.c), endpoint, v.Now())
	if server.OfSelfCheck(v.c) {
		v.trace.Aside()
	}
}

// granted ends the explanation of what was granted for good, whatever becomes of
// the rest of the visit.
func (v *visit) granted() {
	v.trace.Finish(trace.Granted, nil)
	v.Traces.Record(v.w, v.trace)
	v.trace = nil
}

// client finds a client, nil where there is none that is enabled.
func (v *visit) client(id string) (*domain.Client, error) {
	c, err := v.Caches.Clients.Client(v.ctx, v.w, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, oauth.ErrTemporarilyUnavailable.Because("the client could not be looked up", err)
	}
	if c.Disabled {
		return nil, nil
	}
	return c, nil
}

func (v *visit) catalog() (*cache.Catalog, error) { return v.Facts.Catalog(v.ctx, v.w) }

// form reads a POST of one of our own pages.
func (v *visit) form() (oauth.Params, error) {
	if v.browser.CrossSite() {
		return nil, errCrossSite
	}
	return server.ReadParams(v.c)
}

// userEvent is an audit event of this request, done by the user to the target.
func (v *visit) userEvent(action, userID, targetKind, targetID string) domain.AuditEvent {
	return domain.AuditEvent{
		WorkspaceID: v.w.ID(), At: v.Now(), Action: action, ActorKind: "user", ActorID: userID,
		TargetKind: targetKind, TargetID: targetID, Outcome: "success", IP: v.address(), TraceID: server.TraceID(v.c),
	}
}

// explanation is where the workspace's administrators find out why the request
// was refused; empty where that is not kept.
func (v *visit) explanation() string {
	if v.trace == nil || v.Explanation == nil {
		return ""
	}
	return v.Explanation(v.w, server.TraceID(v.c))
}

// address is the browser's IP address, empty where it is not known.
func (v *visit) address() string {
	if ip := server.PeerOf(v.c).IP; ip.IsValid() {
		return ip.String()
	}
	return ""
}

// frame is what every page of the workspace has in common, its headers
// included. The policy names the redirect URIs to which the page's forms may
// lead: browsers hold form-action against the redirect that follows a POST.
func (v *visit) frame(locales string, policy pages.Policy) pages.Page {
	f := bareFrame(v.c, locales, policy)
	f.Branding = v.branding(v.w)
	return f
}

// branding is how the workspace presents itself.
func (p *Pages) branding(w tenancy.Workspace) pages.Branding {
	b := w.Settings().Branding
	return pages.Branding{DisplayName: w.DisplayName(), Color: b.Color, LogoURL: p.logoURL(w, b.LogoURI, WorkspaceLogoPath)}
}

// bareFrame is the frame of a page outside any workspace.
func bareFrame(c echo.Context, locales string, policy pages.Policy) pages.Page {
	policy.Nonce = pages.NewNonce()
	pages.Headers(c.Response().Header(), policy)
	return pages.Page{
		Lang:    pages.Match(locales, c.Request().Header.Get("Accept-Language")),
		TraceID: server.TraceID(c), Nonce: policy.Nonce,
	}
}

// html writes a page that was rendered whole: a template that fails half-way
// leaves no half page behind.
func html(c echo.Context, status int, render func(io.Writer) error) error {
	var buf bytes.Buffer
	if err := render(&buf); err != nil {
		return oauth.ErrServerError.Because("the page could not be rendered", err)
	}
	return c.HTMLBlob(status, buf.Bytes())
}

// show answers with a page.
func (v *visit) show(status int, render func(io.Writer) error) error {
	return html(v.c, status, render)
}

// seeOther is the only redirect in use: 303 turns a POST into a GET, so that
// no credentials travel on.
func (v *visit) seeOther(location string) error {
	h := v.c.Response().Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Pragma", "no-cache")
	return v.c.Redirect(http.StatusSeeOther, location)
}

// path is the address of a page of this workspace.
func (v *visit) path(page string) string { return v.w.CookiePath() + page }

// toConsent leads on to the consent page of a transaction, with the proof of a
// login within it, where there was one.
func (v *visit) toConsent(transaction, proof string) error {
	query := url.Values{"tx": {transaction}}
	if proof != "" {
		query.Set("proof", proof)
	}
	return v.seeOther(v.path("/consent") + "?" + query.Encode())
}
