package page

import (
	"errors"
	"io"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/server"
	"github.com/signet-authz/signet/pkg/tenancy"
	"github.com/signet-authz/signet/services/authorization/internal/interaction"
	"github.com/signet-authz/signet/services/authorization/internal/request"
	"github.com/signet-authz/signet/web/pages"
)

// causeOf is the page for each cause for which a request may not be redirected.
func causeOf(c request.Cause) pages.ErrorCause {
	switch c {
	case request.UnknownClient:
		return pages.CauseUnknownClient
	case request.UnregisteredURI:
		return pages.CauseRedirectURI
	case request.TemporarilyBlocked:
		return pages.CauseUnavailable
	default:
		return pages.CauseInvalidRequest
	}
}

// lost answers a browser whose transaction, form or cookie does not fit.
func (p *Pages) lost(c echo.Context, w tenancy.Workspace, err error) error {
	switch {
	case errors.Is(err, interaction.ErrExpired):
		return p.showError(c, w, pages.CauseExpired, oauth.ErrInvalidRequest.Because(err.Error(), nil))
	case errors.Is(err, interaction.ErrForeign):
		return p.showError(c, w, pages.CauseOtherBrowser, oauth.ErrInvalidRequest.Because(err.Error(), nil))
	default:
		return err
	}
}

// showError shows an error page: fixed text for the cause, nothing of the
// request, and no way on to anywhere that is not proven.
func (p *Pages) showError(c echo.Context, w tenancy.Workspace, cause pages.ErrorCause, e *oauth.Error) error {
	status := http.StatusBadRequest
	if e != nil {
		server.Outcome(c, e.Code, e.Reason(), errors.Unwrap(e))
		if e.Status >= http.StatusInternalServerError {
			status = e.Status
			if wait := e.RetryAfter(); wait > 0 {
				c.Response().Header().Set("Retry-After", strconv.Itoa(int(wait.Seconds())))
			}
		}
	}
	view := pages.Error{Page: p.frame(c, w, ""), Cause: cause}
	return p.html(c, status, func(out io.Writer) error { return p.Renderer.Error(out, view) })
}

// RenderError is the form that errors take on this service's routes when a
// handler returns them: a page for a person.
func (p *Pages) RenderError(c echo.Context, e *oauth.Error) (bool, error) {
	cause := pages.CauseGeneric
	switch {
	case e.Status == http.StatusNotFound:
		cause = pages.CauseNotFound
	case e.Status == http.StatusMethodNotAllowed:
		cause = pages.CauseMethodNotAllowed
	case e.Status == http.StatusForbidden:
		cause = pages.CauseWorkspaceDisabled
	case e.Status == http.StatusTooManyRequests:
		cause = pages.CauseTooManyRequests
	case e.Status == http.StatusServiceUnavailable:
		cause = pages.CauseUnavailable
	case e.Status < http.StatusInternalServerError:
		cause = pages.CauseInvalidRequest
	}
	var frame pages.Page
	if server.HasWorkspace(c) {
		frame = p.frame(c, server.Workspace(c), "")
	} else {
		frame = p.bareFrame(c, "", pages.Policy{})
	}
	return true, p.html(c, e.Status, func(out io.Writer) error { return p.Renderer.Error(out, pages.Error{Page: frame, Cause: cause}) })
}
