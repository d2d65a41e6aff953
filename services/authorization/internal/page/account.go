package page

import (
	"errors"
	"io"
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/server"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/pkg/tenancy"
	"github.com/signet-authz/signet/services/authorization/internal/interaction"
	"github.com/signet-authz/signet/web/pages"
)

// AccountPage shows a user their own sessions and the applications that they
// let in; whoever is not logged in is asked to.
func (p *Pages) AccountPage(c echo.Context) error {
	ctx, w := c.Request().Context(), server.Workspace(c)
	standing, err := p.browser(c, w).Standing(ctx, "")
	if err != nil {
		return err
	}
	if standing == nil {
		id, err := p.browser(c, w).Begin(ctx, interaction.KindAccount, nil)
		if err != nil {
			return err
		}
		return p.showLogin(c, w, loginView{transaction: id})
	}
	p.browser(c, w).EnsureBinding()
	sessions, err := p.Store.Workspace(w).SessionsOf(ctx, standing.User.UserID)
	if err != nil {
		return oauth.ErrTemporarilyUnavailable.Because("the sessions could not be read", err)
	}
	consents, err := p.Store.Workspace(w).Consents(ctx, standing.User.UserID)
	if err != nil {
		return oauth.ErrTemporarilyUnavailable.Because("the consents could not be read", err)
	}
	view := p.accountView(c, w, standing, sessions, consents)
	return p.html(c, http.StatusOK, func(out io.Writer) error { return p.Renderer.Account(out, view) })
}

func (p *Pages) accountView(c echo.Context, w tenancy.Workspace, s *store.Standing, sessions []domain.Session, consents []domain.Consent) pages.Account {
	view := pages.Account{Page: p.frame(c, w, ""), UserName: displayName(s.User), Email: s.User.Email}
	view.Action, view.CSRF = w.CookiePath()+"/account", p.browser(c, w).CSRF("account")
	now := p.Now()
	for _, session := range sessions {
		if session.Live(now) {
			view.Sessions = append(view.Sessions, pages.SessionView{
				ID: session.ID.String(), Current: session.ID == s.Session.ID, UserAgent: session.UserAgent, IP: session.IP,
				SignedInAt: session.AuthTime, LastSeenAt: session.LastSeenAt,
			})
		}
	}
	for _, consent := range consents {
		view.Grants = append(view.Grants, p.grantView(c, w, consent))
	}
	return view
}

func (p *Pages) grantView(c echo.Context, w tenancy.Workspace, consent domain.Consent) pages.GrantView {
	v := pages.GrantView{ClientID: consent.ClientID, GivenAt: consent.UpdatedAt, OfflineAccess: consent.Scope.Has(oauth.ScopeOfflineAccess)}
	v.Client.Name = consent.ClientID
	if client, err := p.client(c.Request().Context(), w, consent.ClientID); err == nil && client != nil {
		v.Client = clientView(client, "")
	}
	catalog, err := p.Caches.Catalogs.Catalog(c.Request().Context(), w)
	for _, name := range consent.Scope {
		scope := pages.ScopeView{Name: name}
		if err == nil {
			scope.Description = catalog.Scopes[name].Description
		}
		v.Scopes = append(v.Scopes, scope)
	}
	return v
}

// Account ends one of the user's own sessions, or what they allowed a client.
func (p *Pages) Account(c echo.Context) error {
	ctx, w := c.Request().Context(), server.Workspace(c)
	form, err := p.form(c)
	if err != nil {
		return p.lost(c, w, err)
	}
	standing, err := p.browser(c, w).Standing(ctx, "")
	if err != nil {
		return err
	}
	if standing == nil || !p.browser(c, w).CheckCSRF("account", form.Get("csrf")) {
		return p.lost(c, w, interaction.ErrForeign)
	}
	facts, err := p.endOwn(c, w, standing, form)
	if err != nil {
		if errors.Is(err, store.ErrNotFound) {
			return seeOther(c, w.CookiePath()+"/account")
		}
		return oauth.ErrTemporarilyUnavailable.Because("the change could not be recorded", err)
	}
	p.Ended(ctx, w, facts)
	return seeOther(c, w.CookiePath()+"/account")
}

func (p *Pages) endOwn(c echo.Context, w tenancy.Workspace, s *store.Standing, form oauth.Params) ([]domain.Revocation, error) {
	ctx, data := c.Request().Context(), p.Store.Workspace(w)
	if id, err := uuid.Parse(form.Get("session")); err == nil {
		own, err := data.SessionsOf(ctx, s.User.UserID)
		if err != nil {
			return nil, err
		}
		for _, session := range own {
			if session.ID == id {
				ev := p.event(c, w, "session.end", "user", s.User.UserID)
				ev.TargetKind, ev.TargetID = "session", id.String()
				return data.EndSession(ctx, id, ev)
			}
		}
		return nil, store.ErrNotFound
	}
	if client := form.Get("client_id"); domain.ValidClientID(client) {
		ev := p.event(c, w, "consent.withdraw", "user", s.User.UserID)
		ev.TargetKind, ev.TargetID = "client", client
		return data.WithdrawConsent(ctx, s.User.UserID, client, ev)
	}
	return nil, store.ErrNotFound
}
