package page

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/server"
	"github.com/signet-authz/signet/pkg/trace"
	"github.com/signet-authz/signet/services/authorization/internal/interaction"
	"github.com/signet-authz/signet/services/authorization/internal/request"
	"github.com/signet-authz/signet/web/pages"
)

// fault is why a visit ends with an error page: fixed text for the cause,
// nothing of the request, and no way on to anywhere that is not proven.
type fault struct {
	cause  pages.ErrorCause
	status int
	err    *oauth.Error // for the log
}

func (f *fault) Error() string { return f.err.Error() }

func (f *fault) Unwrap() error { return f.err }

// stop is a fault of the request or of the browser that brought it.
func stop(cause pages.ErrorCause, reason string, err error) *fault {
	return &fault{cause: cause, status: http.StatusBadRequest, err: oauth.ErrInvalidRequest.Because(reason, err)}
}

// Whatever stops a form or a flow in hand.
var (
	errCrossSite  = &fault{cause: pages.CauseForgery, status: http.StatusForbidden, err: oauth.ErrInvalidRequest.Because("another site sent the form", nil)}
	errForged     = stop(pages.CauseForgery, "the form's CSRF value does not fit", nil)
	errSignedOut  = stop(pages.CauseSignedOut, "the session has ended", nil)
	errCompleted  = stop(pages.CauseUsed, "a code was issued for the pushed request before", nil)
	errClientGone = stop(pages.CauseUnknownClient, "the client was disabled or deleted meanwhile", nil)
)

// settle shows a fault; every other error is the one writer's.
func (v *visit) settle(err error) error {
	var f *fault
	switch {
	case errors.Is(err, interaction.ErrExpired):
		f = stop(pages.CauseExpired, err.Error(), nil)
	case errors.Is(err, interaction.ErrForeign):
		f = stop(pages.CauseOtherBrowser, err.Error(), nil)
	case err == nil:
		return nil
	case !errors.As(err, &f):
		v.trace.Finish(trace.Refused, oauth.AsError(err))
		return err
	}
	v.trace.Finish(trace.Refused, f.err)
	server.Outcome(v.c, f.err.Code, f.err.Reason(), errors.Unwrap(f.err))
	if wait := f.err.RetryAfter(); wait > 0 {
		v.c.Response().Header().Set("Retry-After", strconv.Itoa(int(wait.Seconds())))
	}
	view := pages.Error{Page: v.frame("", pages.Policy{}), Cause: f.cause}
	if at, err := url.Parse(v.explanation()); err == nil {
		view.Explanation = at.EscapedPath()
	}
	return v.show(f.status, func(out io.Writer) error { return v.Renderer.Error(out, view) })
}

// faultOf is the page for a request that must not be redirected.
func faultOf(refusal *request.Refusal) *fault {
	f := &fault{cause: pages.CauseInvalidRequest, status: http.StatusBadRequest, err: refusal.Err}
	switch refusal.Cause {
	case request.UnknownClient:
		f.cause = pages.CauseUnknownClient
	case request.UnregisteredURI:
		f.cause = pages.CauseRedirectURI
	case request.UnknownRequestURI:
		f.cause = pages.CauseRequestURI
	case request.SpentRequestURI:
		return errCompleted
	case request.TemporarilyBlocked:
		f.cause, f.status = pages.CauseUnavailable, http.StatusServiceUnavailable
	case request.MalformedRequest:
	}
	return f
}

// RenderError is the form that errors take on this service's routes when they
// come up to the one writer: a page for a person.
func (p *Pages) RenderError(c echo.Context, e *oauth.Error) (bool, error) {
	cause, status := pages.CauseGeneric, e.Status
	switch {
	case e.Status == http.StatusNotFound:
		cause = pages.CauseNotFound
	case e.Status == http.StatusMethodNotAllowed:
		cause = pages.CauseMethodNotAllowed
	case e.Status == http.StatusForbidden, e.Status == http.StatusUnauthorized:
		// Nobody authenticates by HTTP here: it is a suspended workspace.
		cause, status = pages.CauseWorkspaceDisabled, http.StatusForbidden
		c.Response().Header().Del("WWW-Authenticate")
	case e.Status == http.StatusTooManyRequests:
		cause = pages.CauseTooManyRequests
	case e.Status == http.StatusServiceUnavailable:
		cause = pages.CauseUnavailable
	case e.Status < http.StatusInternalServerError:
		cause = pages.CauseInvalidRequest
	}
	frame := bareFrame(c, "", pages.Policy{})
	if server.HasWorkspace(c) {
		frame.Branding = p.branding(server.Workspace(c))
	}
	return true, html(c, status, func(out io.Writer) error {
		return p.Renderer.Error(out, pages.Error{Page: frame, Cause: cause})
	})
}
