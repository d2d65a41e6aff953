package server

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/tenancy"
)

// ErrNotFound says that the path names nothing here: no route, no workspace,
// no object that the caller may see.
var ErrNotFound = &oauth.Error{Code: "not_found", Status: http.StatusNotFound, Description: "There is nothing at this address.", RFC: "RFC 9110, section 15.5.5"}

// The other refusals of HTTP itself.
var (
	errMethodNotAllowed = &oauth.Error{Code: "method_not_allowed", Status: http.StatusMethodNotAllowed, Description: "The method is not served at this address.", RFC: "RFC 9110, section 15.5.6"}
	errMalformed        = &oauth.Error{Code: "invalid_request", Status: http.StatusBadRequest, Description: "The request is not well-formed HTTP for this service.", RFC: "RFC 9110, section 15.5.1"}
	errTooLarge         = &oauth.Error{Code: "invalid_request", Status: http.StatusRequestEntityTooLarge, Description: "The request body is too large.", RFC: "RFC 9110, section 15.5.14"}
	errURITooLong       = &oauth.Error{Code: "invalid_request", Status: http.StatusRequestURITooLong, Description: "The request target is too long.", RFC: "RFC 9110, section 15.5.15"}
	errUnsupportedMedia = &oauth.Error{Code: "invalid_request", Status: http.StatusUnsupportedMediaType, Description: "The media type or encoding of the request body is not supported.", RFC: "RFC 9110, section 15.5.16"}
	errMisdirected      = &oauth.Error{Code: "invalid_request", Status: http.StatusMisdirectedRequest, Description: "This host is not served here.", RFC: "RFC 9110, section 15.5.20"}
	errSuspended        = &oauth.Error{Code: "access_denied", Status: http.StatusForbidden, Description: "This workspace is suspended.", RFC: "RFC 9110, section 15.5.4"}
	errOverloaded       = oauth.ErrTemporarilyUnavailable.Because("too many requests in flight", nil).RetryIn(time.Second)
)

// OAuthError writes the error as the error handler would: the form for which
// the request's program is configured, at most once per request.
func OAuthError(c echo.Context, err error) error {
	c.Error(err)
	return nil
}

// writeError is the one writer of errors (RFC 6749, section 5.2).
func (f *front) writeError(err error, c echo.Context) {
	e := f.row(c, err)
	cause := errors.Unwrap(e)
	Outcome(c, e.Code, e.Reason(), cause)
	if c.Response().Committed {
		return
	}
	h := c.Response().Header()
	if rc := requestOf(c); f.cfg.Edge && rc != nil {
		f.stamp(h, c.Request(), rc)
	}
	if wait := e.RetryAfter(); wait > 0 {
		h["Retry-After"] = []string{strconv.Itoa(int((wait + time.Second - 1) / time.Second))}
	}
	if challenge := challengeFor(c.Request(), e); challenge != "" {
		h.Set("WWW-Authenticate", challenge)
	}
	if f.cfg.Render != nil {
		if written, err := f.cfg.Render(c, e); written || err != nil {
			return
		}
	}
	h["Content-Type"] = valueJSON
	h["Cache-Control"] = valueNoStore
	h["Pragma"] = valueNoCache
	c.Response().WriteHeader(e.Status)
	body := errorBody{Error: e.Code, Description: e.Description}
	if rc := requestOf(c); f.cfg.Explanation != nil && rc != nil && rc.explained {
		body.URI = f.cfg.Explanation(rc.workspace.handle, rc.traceID)
	}
	raw, err := json.Marshal(body)
	if err != nil {
		return
	}
	_, _ = c.Response().Write(raw)
}

var (
	valueJSON    = []string{"application/json;charset=UTF-8"}
	valueNoCache = []string{"no-cache"}
)

// ContentTypeJSON is the media type of every JSON answer that OAuth defines.
const ContentTypeJSON = "application/json;charset=UTF-8"

type errorBody struct {
	Error       string `json:"error"`
	Description string `json:"error_description,omitempty"`
	URI         string `json:"error_uri,omitempty"`
}

// row finds the row of the error table for any error that comes up.
func (f *front) row(c echo.Context, err error) *oauth.Error {
	var e *oauth.Error
	if errors.As(err, &e) && e.Status != http.StatusInternalServerError {
		return e
	}
	var tooLarge *http.MaxBytesError
	var he *echo.HTTPError
	switch {
	case errors.Is(err, tenancy.ErrNotFound):
		return ErrNotFound.Because("no such workspace", nil)
	case errors.Is(err, tenancy.ErrSuspended):
		return suspended(c.Request())
	case errors.As(err, &tooLarge):
		return errTooLarge
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return oauth.ErrTemporarilyUnavailable.Because("the request ran out of time or its caller left", err)
	case e == nil && errors.As(err, &he):
		if he.Code == http.StatusNotFound && allow(c) {
			return errMethodNotAllowed
		}
		return httpRow(he)
	}
	if f.cfg.Classify != nil {
		if known := f.cfg.Classify(err); known != nil {
			return known
		}
	}
	return oauth.AsError(err)
}

// allow names the methods that the path has, where it has any but this one
// (RFC 9110, section 15.5.6). The router does so itself, save within a group
// that has middleware: there it finds the group's own catch-all first.
func allow(c echo.Context) bool {
	e, r := c.Echo(), c.Request()
	served := map[[2]string]bool{}
	for _, route := range e.Routes() {
		served[[2]string{route.Method, route.Path}] = true
	}
	other := e.AcquireContext()
	defer e.ReleaseContext(other)
	var methods []string
	for _, m := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		other.Reset(r, nil)
		e.Router().Find(m, r.URL.Path, other)
		if m != r.Method && served[[2]string{m, other.Path()}] {
			methods = append(methods, m)
		}
	}
	if len(methods) == 0 {
		return false
	}
	c.Response().Header()["Allow"] = []string{strings.Join(methods, ", ")}
	return true
}

// httpRow maps what the router says.
func httpRow(he *echo.HTTPError) *oauth.Error {
	switch he.Code {
	case http.StatusNotFound:
		return ErrNotFound
	case http.StatusMethodNotAllowed:
		return errMethodNotAllowed
	case http.StatusRequestEntityTooLarge:
		return errTooLarge
	case http.StatusUnsupportedMediaType:
		return errUnsupportedMedia
	}
	if he.Code >= 400 && he.Code < 500 {
		return errMalformed.Because("refused by the router", he)
	}
	return oauth.ErrServerError.Because("unexpected error", he)
}

// suspended answers for a suspended workspace: nobody can authenticate there,
// and nothing can be seen.
func suspended(r *http.Request) *oauth.Error {
	if r.Method == http.MethodPost {
		return oauth.ErrInvalidClient.Because("the tenant or the workspace is suspended", nil)
	}
	return errSuspended.Because("the tenant or the workspace is suspended", nil)
}

// challengeFor is the WWW-Authenticate header that a 401 owes its caller (RFC
// 6749, section 5.2 and RFC 6750, section 3).
func challengeFor(r *http.Request, e *oauth.Error) string {
	switch {
	case e.Challenge() != "":
		return e.Challenge()
	case errors.Is(e, oauth.ErrInvalidClient):
		if auth := r.Header.Get("Authorization"); len(auth) >= 5 && strings.EqualFold(auth[:5], "basic") {
			return `Basic realm="signet", charset="UTF-8"`
		}
	case errors.Is(e, oauth.ErrInvalidToken):
		return `Bearer error="` + e.Code + `", error_description="` + e.Description + `"`
	}
	return ""
}
