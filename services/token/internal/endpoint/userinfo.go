package endpoint

import (
	"errors"
	"mime"
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/server"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/pkg/tenancy"
)

// UserInfo is the UserInfo endpoint (OpenID Connect Core, section 5.3): what
// the scopes of the access token reveal of its user, read at this moment.
func (e *Endpoints) UserInfo(c echo.Context) error {
	ctx, w := c.Request().Context(), server.Workspace(c)
	token, err := bearer(c)
	if err != nil {
		return bearerError(w, err)
	}
	claims, err := e.Verifier.VerifyPresented(ctx, w, token, server.PeerOf(c).Certificate)
	if err != nil {
		return bearerError(w, err)
	}
	if client, err := e.Caches.Clients.Client(ctx, w, claims.ClientID); err == nil {
		server.AllowOrigin(c, client)
	}
	scope := claims.Scopes()
	if claims.UserID() == "" || !scope.Has(oauth.ScopeOpenID) {
		return bearerError(w, oauth.ErrInsufficientScope.Because("the token speaks of no user, or lacks openid", nil))
	}
	user, err := e.Store.Workspace(w).UserClaims(ctx, claims.UserID(), claims.SessionID)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return bearerError(w, oauth.ErrInvalidToken.Because("the user or session has ended", nil))
	case err != nil:
		return oauth.ErrTemporarilyUnavailable.Because("the user could not be read", err)
	}
	out := user.Claims().Reveal(scope, claims.UserInfoClaims)
	out["sub"] = claims.Subject
	return answer(c, http.StatusOK, out)
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
