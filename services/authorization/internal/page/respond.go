package page

import (
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/pkg/tenancy"
	"github.com/signet-authz/signet/pkg/trace"
	"github.com/signet-authz/signet/services/authorization/internal/request"
	"github.com/signet-authz/signet/web/pages"
)

// grantCode issues the code and sends it to the client. Whoever comes here has
// a live session and all the consent that the request needs.
func (p *Pages) grantCode(c echo.Context, w tenancy.Workspace, client *domain.Client, r *request.Request, s *store.Standing) error {
	// The registration may have changed while the user was thinking.
	if !oauth.MatchRedirectURI(client.RedirectURIs, r.RedirectURI, client.Native()) {
		return p.refuse(c, w, &request.Refusal{Cause: request.UnregisteredURI, Err: oauth.ErrInvalidRequest.Because("the redirect URI was removed meanwhile", nil)})
	}
	now, code := p.Now(), keys.NewBearer()
	err := p.KV.Workspace(w).PutCode(c.Request().Context(), keys.HashBearer(code), domain.Code{
		ClientID: client.ClientID, RedirectURI: r.RedirectURI, CodeChallenge: r.CodeChallenge, Scope: r.Scope, Resource: r.Resource,
		Nonce: r.Nonce, UserID: s.User.UserID, SessionID: s.Session.ID, AuthTime: s.Session.AuthTime, ACR: s.Session.ACR, AMR: s.Session.AMR,
		IDTokenClaims: r.IDTokenClaims, UserInfoClaims: r.UserInfoClaims, IssuedAt: now, ExpiresAt: now.Add(w.Settings().CodeTTL),
	}, loginNames(s.User)...)
	if err != nil {
		return p.answer(c, w, r, errorParams(oauth.ErrTemporarilyUnavailable.Because("the code could not be kept", err)))
	}
	return p.answer(c, w, r, url.Values{"code": {code}})
}

// loginNames are the names by which the user can log in, whose counters of
// failed attempts a success clears.
func loginNames(u domain.User) []string {
	var names []string
	for _, name := range []string{u.Email, u.Username} {
		if canonical, err := domain.CanonicalLogin(name); err == nil {
			names = append(names, canonical)
		}
	}
	return names
}

// tell reports an error to the client and finishes the trace.
func (p *Pages) tell(c echo.Context, w tenancy.Workspace, r *request.Request, e *oauth.Error, t *trace.Trace) error {
	t.Finish("refused", e)
	return p.answer(c, w, r, errorParams(e))
}

// refuse answers a refused request: to the user where no redirect URI is
// proven, else to the client.
func (p *Pages) refuse(c echo.Context, w tenancy.Workspace, refusal *request.Refusal) error {
	if refusal.Cause == "" && refusal.Err.Redirectable {
		return p.answer(c, w, refusal.Request, errorParams(refusal.Err))
	}
	return p.showError(c, w, causeOf(refusal.Cause), refusal.Err)
}

func errorParams(e *oauth.Error) url.Values {
	return url.Values{"error": {e.Code}, "error_description": {e.Description}}
}

// answer sends the authorization response to the redirect URI in the response
// mode, with state and iss (RFC 6749, section 4.1.2; RFC 9207).
func (p *Pages) answer(c echo.Context, w tenancy.Workspace, r *request.Request, values url.Values) error {
	if r.State != "" {
		values.Set("state", r.State)
	}
	values.Set("iss", w.Issuer())
	switch r.ResponseMode {
	case oauth.ResponseModeFormPost:
		return p.formPost(c, w, r, values)
	case oauth.ResponseModeFragment:
		return seeOther(c, r.RedirectURI+"#"+values.Encode())
	default:
		return seeOther(c, withQuery(r.RedirectURI, values))
	}
}

// formPost lets the browser carry the response in the body of a POST (OAuth 2.0
// Form Post Response Mode).
func (p *Pages) formPost(c echo.Context, w tenancy.Workspace, r *request.Request, values url.Values) error {
	view := pages.FormPost{Page: p.frame(c, w, r.UILocales), RedirectURI: r.RedirectURI}
	pages.Headers(c.Response().Header(), pages.Policy{Nonce: view.Nonce, FormAction: []string{r.RedirectURI}, Script: true})
	for _, name := range slices.Sorted(maps.Keys(values)) {
		view.Fields = append(view.Fields, pages.Field{Name: name, Value: values.Get(name)})
	}
	return p.html(c, http.StatusOK, func(out io.Writer) error { return p.Renderer.FormPost(out, view) })
}

// withQuery appends to the query as it stands: the registered URI is kept byte
// for byte.
func withQuery(uri string, values url.Values) string {
	switch {
	case !strings.Contains(uri, "?"):
		return uri + "?" + values.Encode()
	case strings.HasSuffix(uri, "?"), strings.HasSuffix(uri, "&"):
		return uri + values.Encode()
	default:
		return uri + "&" + values.Encode()
	}
}
