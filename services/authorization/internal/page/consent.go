package page

import (
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/server"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/pkg/tenancy"
	"github.com/signet-authz/signet/services/authorization/internal/interaction"
	"github.com/signet-authz/signet/services/authorization/internal/request"
	"github.com/signet-authz/signet/web/pages"
)

// ConsentPage asks the user. It changes nothing, so that a reload or a scanner
// that follows links costs nobody their login.
func (p *Pages) ConsentPage(c echo.Context) error {
	ctx, w, id := c.Request().Context(), server.Workspace(c), c.QueryParam("tx")
	t, err := p.browser(c, w).Find(ctx, id)
	if err != nil {
		return p.lost(c, w, err)
	}
	client, err := p.clientOf(c, w, t)
	if err != nil || client == nil {
		return p.lost(c, w, orExpired(err))
	}
	standing, err := p.browser(c, w).Standing(ctx, client.ClientID)
	if err != nil {
		return err
	}
	if need := p.needs(client, &t.Request, standing, t.CreatedAt); need == needLogin || need == needAccount {
		return p.showLogin(c, w, loginView{transaction: id, client: client, request: &t.Request})
	}
	return p.showConsent(c, w, id, client, &t.Request, standing)
}

// Consent takes the user's answer. Taking the transaction makes it count once,
// however often the form is sent.
func (p *Pages) Consent(c echo.Context) error {
	ctx, w := c.Request().Context(), server.Workspace(c)
	form, err := p.form(c)
	if err != nil {
		return p.lost(c, w, err)
	}
	id, clientID, _ := strings.Cut(form.Get("tx"), " ")
	standing, err := p.browser(c, w).Standing(ctx, clientID)
	if err != nil {
		return err
	}
	// The form fits one user: its answer must not come from another, who logged
	// in meanwhile in a second tab.
	if standing == nil || !p.browser(c, w).CheckCSRF(consentPurpose(id, clientID, standing.User.UserID), form.Get("csrf")) {
		return p.lost(c, w, interaction.ErrForeign)
	}
	switch form.Get("action") {
	case "accept":
	case "deny":
		return p.cancel(c, w, id)
	default:
		return p.lost(c, w, interaction.ErrForeign)
	}
	t, err := p.browser(c, w).Take(ctx, id)
	if err != nil {
		return p.lost(c, w, err)
	}
	client, err := p.clientOf(c, w, t)
	if err != nil || client == nil || client.ClientID != clientID {
		return p.lost(c, w, orExpired(err))
	}
	need := p.needs(client, &t.Request, standing, t.CreatedAt)
	if need == needLogin || need == needAccount {
		return p.lost(c, w, interaction.ErrExpired)
	}
	if need == needConsent {
		if err := p.remember(c, w, client, &t.Request, standing); err != nil {
			return err
		}
	}
	return p.grantCode(c, w, client, &t.Request, standing)
}

// remember keeps the consent: the union of what was given before and now.
func (p *Pages) remember(c echo.Context, w tenancy.Workspace, client *domain.Client, r *request.Request, s *store.Standing) error {
	ev := p.event(c, w, "consent.give", "user", s.User.UserID)
	ev.TargetKind, ev.TargetID = "client", client.ClientID
	ev.Detail = map[string]string{"scope": r.Scope.String()}
	now := p.Now()
	err := p.Store.Workspace(w).GiveConsent(c.Request().Context(), domain.Consent{
		UserID: s.User.UserID, ClientID: client.ClientID, Scope: r.Scope, CreatedAt: now, UpdatedAt: now,
	}, ev)
	if err != nil {
		return oauth.ErrTemporarilyUnavailable.Because("the consent could not be kept", err)
	}
	return nil
}

// finish ends a transaction whose user needs no consent page.
func (p *Pages) finish(c echo.Context, w tenancy.Workspace, id string, client *domain.Client, s *store.Standing) error {
	t, err := p.browser(c, w).Take(c.Request().Context(), id)
	if err != nil {
		return p.lost(c, w, err)
	}
	if need := p.needs(client, &t.Request, s, t.CreatedAt); need != needNothing {
		return p.answer(c, w, &t.Request, errorParams(oauth.ErrAccessDenied.Because("another user logged in than was asked for", nil)))
	}
	return p.grantCode(c, w, client, &t.Request, s)
}

func (p *Pages) showConsent(c echo.Context, w tenancy.Workspace, id string, client *domain.Client, r *request.Request, s *store.Standing) error {
	catalog, err := p.Caches.Catalogs.Catalog(c.Request().Context(), w)
	if err != nil {
		return oauth.ErrTemporarilyUnavailable.Because("the scopes could not be loaded", err)
	}
	view := pages.Consent{
		Page: p.frame(c, w, r.UILocales, r.RedirectURI), Client: clientView(client, r.RedirectURI),
		UserName: displayName(s.User), Email: s.User.Email,
		OfflineAccess: r.Scope.Has(oauth.ScopeOfflineAccess), IdleDays: int(w.Settings().EffectiveRefreshTokenTTL(client).Hours() / 24),
	}
	view.Action, view.Tx = w.CookiePath()+"/consent", id+" "+client.ClientID
	view.CSRF = p.browser(c, w).CSRF(consentPurpose(id, client.ClientID, s.User.UserID))
	for _, name := range r.Scope {
		view.Scopes = append(view.Scopes, pages.ScopeView{Name: name, Description: catalog.Scopes[name].Description, New: !s.Consent.Scope.Has(name)})
	}
	return p.html(c, http.StatusOK, func(out io.Writer) error { return p.Renderer.Consent(out, view) })
}

// consentPurpose binds the consent form to its transaction, client and user.
func consentPurpose(id, clientID, userID string) string {
	return "consent:" + id + " " + clientID + " " + userID
}

// clientView is what a user is told about a client. The domain is that of the
// redirect URI, where the answer really goes; names can be chosen at will.
func clientView(client *domain.Client, redirectURI string) pages.ClientView {
	v := pages.ClientView{Name: client.ClientName, PolicyURI: client.PolicyURI, TosURI: client.TosURI, ClientURI: client.ClientURI}
	if v.Name == "" {
		v.Name = client.ClientID
	}
	if u, err := url.Parse(redirectURI); err == nil {
		v.Domain = u.Hostname()
	}
	return v
}

func orExpired(err error) error {
	if err == nil {
		return interaction.ErrExpired
	}
	return err
}
