package pages

import "net/http"

// ErrorCause picks the fixed text of the error page. Unknown values, the empty
// one included, are CauseGeneric.
type ErrorCause string

// Causes. Each has a text of its own in every language.
const (
	CauseGeneric           ErrorCause = "generic"
	CauseRedirectURI       ErrorCause = "redirect_uri"       // redirect_uri missing or not registered
	CauseUnknownClient     ErrorCause = "unknown_client"     // client_id missing, unknown or disabled
	CauseLogoutRedirect    ErrorCause = "logout_redirect"    // post_logout_redirect_uri not registered
	CauseIDTokenHint       ErrorCause = "id_token_hint"      // id_token_hint not ours or not for this client
	CauseInvalidRequest    ErrorCause = "invalid_request"    // a request that cannot be read
	CauseRequestURI        ErrorCause = "request_uri"        // request_uri unknown, expired, or another client's
	CauseExpired           ErrorCause = "expired"            // the transaction is past its time
	CauseUsed              ErrorCause = "used"               // the transaction was completed before
	CauseOtherBrowser      ErrorCause = "other_browser"      // the transaction's cookie is missing or another one
	CauseForgery           ErrorCause = "forgery"            // the CSRF field or the request's origin is not right
	CauseSignedOut         ErrorCause = "signed_out"         // the session ended meanwhile
	CauseWorkspaceDisabled ErrorCause = "workspace_disabled" // the workspace or its tenant is suspended
	CauseTooManyRequests   ErrorCause = "too_many_requests"  // a rate limit
	CauseUnavailable       ErrorCause = "unavailable"        // a store does not answer
	CauseMethodNotAllowed  ErrorCause = "method_not_allowed" // for example GET where a form is sent
	CauseNotFound          ErrorCause = "not_found"          // no such page
)

// Causes lists all of them.
func Causes() []ErrorCause {
	return []ErrorCause{
		CauseGeneric, CauseRedirectURI, CauseUnknownClient, CauseLogoutRedirect, CauseIDTokenHint, CauseInvalidRequest,
		CauseRequestURI, CauseExpired, CauseUsed, CauseOtherBrowser, CauseForgery, CauseSignedOut, CauseWorkspaceDisabled,
		CauseTooManyRequests, CauseUnavailable, CauseMethodNotAllowed, CauseNotFound,
	}
}

// Status is the HTTP status that goes with the cause.
func (c ErrorCause) Status() int {
	switch c {
	case CauseRedirectURI, CauseUnknownClient, CauseLogoutRedirect, CauseIDTokenHint, CauseInvalidRequest,
		CauseRequestURI, CauseExpired, CauseUsed, CauseOtherBrowser, CauseSignedOut:
		return http.StatusBadRequest
	case CauseForgery, CauseWorkspaceDisabled:
		return http.StatusForbidden
	case CauseTooManyRequests:
		return http.StatusTooManyRequests
	case CauseUnavailable:
		return http.StatusServiceUnavailable
	case CauseMethodNotAllowed:
		return http.StatusMethodNotAllowed
	case CauseNotFound:
		return http.StatusNotFound
	default:
		return http.StatusInternalServerError
	}
}
