package page

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/services/authorization/internal/request"
	"github.com/signet-authz/signet/web/pages"
)

// logoutRequest is a request of OpenID Connect RP-Initiated Logout 1.0, section
// 2, once it is judged.
type logoutRequest struct {
	hint        request.Hint
	hintToken   string
	clientID    string
	client      *domain.Client
	redirectURI string
	state       string
	locales     string
}

// Logout is the end_session_endpoint. A request that carries an ID token of
// the very session that is to end needs no further question; any other is
// confirmed by the user, so that a link alone logs nobody out.
func (p *Pages) Logout() echo.HandlerFunc { return p.handler((*visit).logout) }

func (v *visit) logout() error {
	params, duplicate, err := readRequest(v.c)
	if err != nil || duplicate != "" {
		return stop(pages.CauseInvalidRequest, "the logout request cannot be read", err)
	}
	if v.c.Request().Method == http.MethodPost && params.Has("csrf") {
		return v.confirmLogout(params)
	}
	r, err := v.judgeLogout(params)
	if err != nil {
		return err
	}
	standing, err := v.browser.Standing(v.ctx, "")
	switch {
	case err != nil:
		return err
	case standing == nil:
		return v.loggedOut(r)
	case r.hint.SessionID != "" && r.hint.SessionID == standing.Session.ID.String():
		return v.endSession(r, standing)
	default:
		return v.askLogout(r, standing)
	}
}

// judgeLogout checks the hint, and the redirect URI against the client that
// the hint or client_id names.
func (v *visit) judgeLogout(params oauth.Params) (*logoutRequest, error) {
	r := &logoutRequest{
		clientID: params.Get("client_id"), redirectURI: params.Get("post_logout_redirect_uri"),
		state: params.Get("state"), locales: params.Get("ui_locales"),
	}
	clientID := r.clientID
	if token := params.Get("id_token_hint"); token != "" {
		h, err := v.Facts.OpenHint(v.ctx, v.w, token)
		var outage *oauth.Error
		if errors.As(err, &outage) {
			return nil, outage
		}
		if err != nil || clientID != "" && clientID != h.Audience {
			return nil, stop(pages.CauseIDTokenHint, "id_token_hint is not this client's ID token", err)
		}
		r.hint, r.hintToken, clientID = h, token, h.Audience
	}
	if domain.ValidClientID(clientID) {
		var err error
		if r.client, err = v.client(clientID); err != nil {
			return nil, err
		}
	}
	if r.redirectURI != "" && (r.client == nil || !slices.Contains(r.client.PostLogoutRedirectURIs, r.redirectURI)) {
		return nil, stop(pages.CauseLogoutRedirect, "post_logout_redirect_uri is not registered", nil)
	}
	return r, nil
}

// askLogout shows the confirmation page. The request travels in its form, as
// the parameters that it came with; it is judged again when the form comes back.
func (v *visit) askLogout(r *logoutRequest, s *store.Standing) error {
	v.browser.EnsureBinding()
	view := pages.Logout{
		Page:     v.frame(r.locales, pages.Policy{FormAction: []string{r.redirectURI}}),
		UserName: displayName(s.User), Email: s.User.Email,
	}
	view.Action, view.Tx = v.path("/oidc/logout"), r.params()
	view.CSRF = v.browser.CSRF(logoutPurpose(s, view.Tx))
	if r.client != nil {
		view.ClientName = r.client.ClientName
	}
	return v.show(http.StatusOK, func(out io.Writer) error { return v.Renderer.Logout(out, view) })
}

// confirmLogout takes the answer to the confirmation page.
func (v *visit) confirmLogout(form oauth.Params) error {
	params, err := oauth.ParseForm(form.Get("tx"))
	if err != nil {
		return stop(pages.CauseInvalidRequest, "the logout form cannot be read", err)
	}
	r, err := v.judgeLogout(params)
	if err != nil {
		return err
	}
	standing, err := v.browser.Standing(v.ctx, "")
	switch {
	case err != nil:
		return err
	case standing == nil:
		return v.loggedOut(r)
	case v.browser.CrossSite(), !v.browser.CheckCSRF(logoutPurpose(standing, form.Get("tx")), form.Get("csrf")):
		return errForged
	}
	if form.Get("action") == "accept" {
		return v.endSession(r, standing)
	}
	view := pages.SignedOut{Page: v.frame(r.locales, pages.Policy{}), Stayed: true}
	return v.show(http.StatusOK, func(out io.Writer) error { return v.Renderer.SignedOut(out, view) })
}

// logoutPurpose binds the confirmation to the session and the request.
func logoutPurpose(s *store.Standing, tx string) string {
	return "logout " + s.Session.ID.String() + " " + tx
}

// endSession ends the session, the grants bound to it, and the cookie.
func (v *visit) endSession(r *logoutRequest, s *store.Standing) error {
	ev := v.userEvent("logout", s.User.UserID, "session", s.Session.ID.String())
	facts, err := v.Store.Workspace(v.w).EndSession(v.ctx, s.Session.ID, ev)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return oauth.ErrTemporarilyUnavailable.Because("the session could not be ended", err)
	}
	v.Ended(v.ctx, facts)
	return v.loggedOut(r)
}

// loggedOut leads on to where the client asked for, or says that it is done.
func (v *visit) loggedOut(r *logoutRequest) error {
	v.browser.ClearSession()
	switch {
	case r.redirectURI == "":
		view := pages.SignedOut{Page: v.frame(r.locales, pages.Policy{}), LoginURL: v.path("/account")}
		return v.show(http.StatusOK, func(out io.Writer) error { return v.Renderer.SignedOut(out, view) })
	case r.state == "":
		return v.seeOther(r.redirectURI)
	default:
		return v.seeOther(withQuery(r.redirectURI, url.Values{"state": {r.state}}))
	}
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
