package page

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/server"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/pkg/tenancy"
	"github.com/signet-authz/signet/services/authorization/internal/interaction"
	"github.com/signet-authz/signet/web/pages"
)

// logoutRequest is a request of OpenID Connect RP-Initiated Logout 1.0, section
// 2, once it is judged.
type logoutRequest struct {
	hint        hint
	hintToken   string
	clientID    string
	client      *domain.Client
	redirectURI string
	state       string
	locales     string
}

// hint is what an id_token_hint says.
type hint struct {
	Issuer    string `json:"iss"`
	Subject   string `json:"sub"`
	Audience  string `json:"aud"`
	SessionID string `json:"sid"`
}

// openHint opens an ID token that this workspace issued, expired or not: a
// hint says who somebody was, and stays true.
func (p *Pages) openHint(ctx context.Context, w tenancy.Workspace, token string) (hint, error) {
	ring, err := p.Caches.Rings.Ring(ctx, w)
	if err != nil {
		return hint{}, err
	}
	verified, err := ring.Verify(p.Now(), token)
	if err != nil {
		return hint{}, err
	}
	var h hint
	if err := json.Unmarshal(verified.Claims, &h); err != nil {
		return hint{}, err
	}
	if verified.Header.Typ != "JWT" || h.Issuer != w.Issuer() || h.Subject == "" || h.Audience == "" {
		return hint{}, errors.New("not an ID token of this workspace")
	}
	return h, nil
}

// Logout is the end_session_endpoint. A request that carries an ID token of
// the very session that is to end needs no further question; any other is
// confirmed by the user, so that a link alone logs nobody out.
func (p *Pages) Logout(c echo.Context) error {
	ctx, w := c.Request().Context(), server.Workspace(c)
	params, duplicate, err := readAuthorizationRequest(c)
	if err != nil || duplicate != "" {
		return p.showError(c, w, pages.CauseInvalidRequest, oauth.ErrInvalidRequest.Because("the logout request cannot be read", err))
	}
	confirming := params.Has("csrf")
	request := params
	if confirming {
		if request, err = oauth.ParseForm(params.Get("tx")); err != nil {
			return p.showError(c, w, pages.CauseInvalidRequest, oauth.ErrInvalidRequest.Because("the logout form cannot be read", err))
		}
	}
	r, cause, err := p.judgeLogout(ctx, w, request)
	if err != nil {
		return p.showError(c, w, cause, oauth.AsError(err))
	}
	standing, err := p.browser(c, w).Standing(ctx, "")
	if err != nil {
		return err
	}
	if confirming {
		return p.confirmLogout(c, w, r, params, standing)
	}
	switch {
	case standing == nil:
		return p.loggedOut(c, w, r)
	case r.hint.SessionID != "" && r.hint.SessionID == standing.Session.ID.String():
		return p.endSession(c, w, r, standing)
	default:
		return p.askLogout(c, w, r, standing)
	}
}

// judgeLogout checks the hint, and the redirect URI against the client that
// the hint or client_id names.
func (p *Pages) judgeLogout(ctx context.Context, w tenancy.Workspace, params oauth.Params) (*logoutRequest, pages.ErrorCause, error) {
	r := &logoutRequest{redirectURI: params.Get("post_logout_redirect_uri"), state: params.Get("state"), locales: params.Get("ui_locales")}
	clientID := params.Get("client_id")
	r.clientID = clientID
	if token := params.Get("id_token_hint"); token != "" {
		h, err := p.openHint(ctx, w, token)
		if err != nil || (clientID != "" && clientID != h.Audience) {
			return nil, pages.CauseIDTokenHint, oauth.ErrInvalidRequest.Because("id_token_hint is not this client's ID token", err)
		}
		r.hint, r.hintToken, clientID = h, token, h.Audience
	}
	if clientID != "" && domain.ValidClientID(clientID) {
		client, err := p.client(ctx, w, clientID)
		if err != nil {
			return nil, pages.CauseUnavailable, oauth.ErrTemporarilyUnavailable.Because("the client could not be looked up", err)
		}
		r.client = client
	}
	if r.redirectURI != "" && (r.client == nil || !slices.Contains(r.client.PostLogoutRedirectURIs, r.redirectURI)) {
		return nil, pages.CauseLogoutRedirect, oauth.ErrInvalidRequest.Because("post_logout_redirect_uri is not registered", nil)
	}
	return r, "", nil
}

func (p *Pages) askLogout(c echo.Context, w tenancy.Workspace, r *logoutRequest, s *store.Standing) error {
	p.browser(c, w).EnsureBinding()
	view := pages.Logout{Page: p.frame(c, w, r.locales, r.redirectURI), UserName: displayName(s.User), Email: s.User.Email}
	// The judged request travels in the form, as the parameters that it came
	// with; it is judged again when the form comes back.
	view.Tx = r.params()
	view.Action, view.CSRF = w.CookiePath()+"/oidc/logout", p.browser(c, w).CSRF("logout:"+view.Tx)
	if r.client != nil {
		view.ClientName = r.client.ClientName
	}
	return p.html(c, http.StatusOK, func(out io.Writer) error { return p.Renderer.Logout(out, view) })
}

func (p *Pages) confirmLogout(c echo.Context, w tenancy.Workspace, r *logoutRequest, params oauth.Params, s *store.Standing) error {
	if c.Request().Method != http.MethodPost {
		return p.lost(c, w, interaction.ErrForeign)
	}
	if interaction.CrossSite(c.Request(), p.PublicOrigin) || !p.browser(c, w).CheckCSRF("logout:"+params.Get("tx"), params.Get("csrf")) {
		return p.lost(c, w, interaction.ErrForeign)
	}
	if params.Get("action") != "yes" {
		view := pages.SignedOut{Page: p.frame(c, w, r.locales), Stayed: true}
		return p.html(c, http.StatusOK, func(out io.Writer) error { return p.Renderer.SignedOut(out, view) })
	}
	if s == nil {
		return p.loggedOut(c, w, r)
	}
	return p.endSession(c, w, r, s)
}

// endSession ends the session, the grants bound to it, and the cookie.
func (p *Pages) endSession(c echo.Context, w tenancy.Workspace, r *logoutRequest, s *store.Standing) error {
	ctx := c.Request().Context()
	ev := p.event(c, w, "logout", "user", s.User.UserID)
	ev.TargetKind, ev.TargetID = "session", s.Session.ID.String()
	facts, err := p.Store.Workspace(w).EndSession(ctx, s.Session.ID, ev)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return oauth.ErrTemporarilyUnavailable.Because("the session could not be ended", err)
	}
	p.Ended(ctx, w, facts)
	return p.loggedOut(c, w, r)
}

// loggedOut leads on to where the client asked for, or says that it is done.
func (p *Pages) loggedOut(c echo.Context, w tenancy.Workspace, r *logoutRequest) error {
	p.browser(c, w).ClearSession()
	if r.redirectURI == "" {
		view := pages.SignedOut{Page: p.frame(c, w, r.locales)}
		return p.html(c, http.StatusOK, func(out io.Writer) error { return p.Renderer.SignedOut(out, view) })
	}
	values := url.Values{}
	if r.state == "" {
		return seeOther(c, r.redirectURI)
	}
	values.Set("state", r.state)
	return seeOther(c, withQuery(r.redirectURI, values))
}

// params are the request's parameters in their wire form.
func (r *logoutRequest) params() string {
	v := url.Values{}
	for name, value := range map[string]string{
		"client_id": r.clientID, "id_token_hint": r.hintToken, "post_logout_redirect_uri": r.redirectURI, "state": r.state, "ui_locales": r.locales,
	} {
		if value != "" {
			v.Set(name, value)
		}
	}
	return v.Encode()
}

func displayName(u domain.User) string {
	for _, name := range []string{u.Name, u.Username, u.Email} {
		if name != "" {
			return name
		}
	}
	return u.UserID
}
