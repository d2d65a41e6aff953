package endpoint

import (
	"context"
	"errors"
	"mime"
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"github.com/signet-authz/signet/pkg/accesstoken"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/server"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/pkg/tenancy"
	"github.com/signet-authz/signet/pkg/trace"
)

// UserInfo is the UserInfo endpoint (OpenID Connect Core, section 5.3): what
// the scopes of the access token reveal of its user, read at this moment.
func (e *Endpoints) UserInfo() echo.HandlerFunc {
	return e.Explained("userinfo", func(c echo.Context, w tenancy.Workspace, t *trace.Trace) error {
		token, err := bearer(c)
		if err != nil {
			t.Fail("access token presented", trace.Check{Expected: "one access token, in the Authorization header or the body of a POST", Actual: oauth.AsError(err).Reason(), RFC: "RFC 6750, section 2", Fix: "Send Authorization: Bearer, and the access token of the user's login."})
			return bearerError(w, err)
		}
		claims, err := e.presented(c, w, t, token, "RFC 6750, section 3.1")
		if err != nil {
			return err
		}
		if client, err := e.Caches.Clients.Client(c.Request().Context(), w, claims.ClientID); err == nil {
			server.AllowOrigin(c, client)
		}
		out, err := e.reveal(c.Request().Context(), w, t, claims)
		if err != nil {
			return bearerError(w, err)
		}
		return answer(c, http.StatusOK, out)
	})
}

// reveal reads what the token may know of its user.
func (e *Endpoints) reveal(ctx context.Context, w tenancy.Workspace, t *trace.Trace, claims accesstoken.Claims) (map[string]any, error) {
	scope := claims.Scopes()
	if !t.Check("token speaks of a user", claims.UserID() != "", trace.Check{Expected: "the token of a user's login", Wrong: "a client's own token", RFC: "OpenID Connect Core 1.0, section 5.3", Fix: "Get the token by the code flow; one of client_credentials has no user."}) {
		return nil, oauth.ErrInsufficientScope.Because("the token speaks of no user", nil)
	}
	if !t.Check("bearer token carries the scope", scope.Has(oauth.ScopeOpenID), trace.Check{Expected: oauth.ScopeOpenID, Actual: claims.Scope, RFC: "OpenID Connect Core 1.0, section 5.3", Fix: "Ask for openid in the authorization request."}) {
		return nil, oauth.ErrInsufficientScope.Because("the token lacks openid", nil)
	}
	user, err := e.Store.Workspace(w).UserClaims(ctx, claims.UserID(), claims.SessionID)
	switch {
	case errors.Is(err, store.ErrNotFound):
		t.Fail("user and session are live", trace.Check{Expected: "an enabled user with a live session", Actual: "one of them has ended", Fix: "Let the user log in again."})
		return nil, oauth.ErrInvalidToken.Because("the user or session has ended", nil)
	case err != nil:
		return nil, oauth.ErrTemporarilyUnavailable.Because("the user could not be read", err)
	}
	out := user.Claims().Reveal(scope, claims.UserInfoClaims)
	out["sub"] = claims.Subject
	return out, nil
}

// presented verifies the access token of a request to one of our own protected
// resources, and notes whose it is.
func (e *Endpoints) presented(c echo.Context, w tenancy.Workspace, t *trace.Trace, token, rfc string) (accesstoken.Claims, error) {
	claims, err := e.Verifier.VerifyPresented(c.Request().Context(), w, token, server.PeerOf(c).Certificate)
	if err != nil {
		t.Fail("bearer token is valid", trace.Check{Expected: "a live access token of this workspace", Actual: oauth.AsError(err).Reason(), RFC: rfc})
		return accesstoken.Claims{}, bearerError(w, err)
	}
	t.Client(claims.ClientID)
	t.Pass("bearer token is valid", "")
	return claims, nil
}

// bearer takes the access token from the Authorization header or, in a form
// POST, from the body: from exactly one of them, never from the query (RFC
// 6750, section 2; RFC 9700, section 4.3.2).
func bearer(c echo.Context) (string, error) {
	r := c.Request()
	if r.URL.Query().Has("access_token") {
		return "", oauth.ErrInvalidRequest.Because("the access token came in the query", nil)
	}
	headers := r.Header.Values(echo.HeaderAuthorization)
	var fromBody string
	if media, _, _ := mime.ParseMediaType(r.Header.Get(echo.HeaderContentType)); r.Method == http.MethodPost && (media != "" || r.ContentLength > 0) {
		params, err := server.ReadParams(c)
		if err != nil {
			return "", err
		}
		fromBody = params.Get("access_token")
	}
	switch {
	case len(headers) > 1, len(headers) == 1 && fromBody != "":
		return "", oauth.ErrInvalidRequest.Because("more than one access token was presented", nil)
	case fromBody != "":
		return fromBody, nil
	case len(headers) == 1 && isBearer(headers[0]):
		return headers[0][len("Bearer "):], nil
	default:
		return "", errNoToken
	}
}

// errNoToken marks a request without any token, whose challenge must not name
// an error (RFC 6750, section 3.1).
var errNoToken = oauth.ErrInvalidToken.Because("no access token was presented", nil)

// bearerError adds the challenge of RFC 6750, section 3.
func bearerError(w tenancy.Workspace, err error) error {
	e := oauth.AsError(err)
	challenge := `Bearer realm="` + w.Issuer() + `"`
	switch {
	case e.Reason() == errNoToken.Reason():
	case errors.Is(e, oauth.ErrInvalidToken), errors.Is(e, oauth.ErrInsufficientScope), errors.Is(e, oauth.ErrInvalidRequest):
		challenge += `, error="` + e.Code + `", error_description="` + e.Description + `"`
	default:
		return e
	}
	return e.WithChallenge(challenge)
}

func sid(g domain.Grant) string {
	if g.SessionID == uuid.Nil {
		return ""
	}
	return g.SessionID.String()
}
