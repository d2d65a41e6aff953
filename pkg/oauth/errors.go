package oauth

import (
	"errors"
	"net/http"
	"time"
)

// Error is one row of the error table: what the caller is told. Because makes
// a copy of a row that also carries what the caller is not told.
type Error struct {
	Code        string // the value of "error" on the wire
	Status      int    // HTTP status at endpoints that clients call directly
	Description string // fixed text; printable ASCII, never an echo of input
	RFC         string // where the code is defined
	// Redirectable says that the authorization endpoint may report the error to
	// the client's redirect URI. It never holds before the redirect URI is proven.
	Redirectable bool

	reason     string
	cause      error
	retryAfter time.Duration
	challenge  string
}

// The table. Nothing else in the product invents OAuth error codes.
var (
	ErrInvalidRequest          = &Error{Code: "invalid_request", Status: http.StatusBadRequest, Description: "The request is missing a parameter, repeats one, or is otherwise malformed.", RFC: "RFC 6749, section 5.2", Redirectable: true}
	ErrInvalidClient           = &Error{Code: "invalid_client", Status: http.StatusUnauthorized, Description: "Client authentication failed.", RFC: "RFC 6749, section 5.2"}
	ErrInvalidGrant            = &Error{Code: "invalid_grant", Status: http.StatusBadRequest, Description: "The grant or refresh token is invalid, expired, revoked, or was issued to another client.", RFC: "RFC 6749, section 5.2"}
	ErrUnauthorizedClient      = &Error{Code: "unauthorized_client", Status: http.StatusBadRequest, Description: "The client may not use this grant or response type.", RFC: "RFC 6749, section 5.2", Redirectable: true}
	ErrUnsupportedGrantType    = &Error{Code: "unsupported_grant_type", Status: http.StatusBadRequest, Description: "This authorization server does not support the grant type.", RFC: "RFC 6749, section 5.2"}
	ErrInvalidScope            = &Error{Code: "invalid_scope", Status: http.StatusBadRequest, Description: "The scope is unknown, malformed, or exceeds what may be granted.", RFC: "RFC 6749, section 5.2", Redirectable: true}
	ErrAccessDenied            = &Error{Code: "access_denied", Status: http.StatusBadRequest, Description: "The resource owner or the authorization server denied the request.", RFC: "RFC 6749, section 4.1.2.1", Redirectable: true}
	ErrUnsupportedResponseType = &Error{Code: "unsupported_response_type", Status: http.StatusBadRequest, Description: "This authorization server does not support the response type.", RFC: "RFC 6749, section 4.1.2.1", Redirectable: true}
	ErrServerError             = &Error{Code: "server_error", Status: http.StatusInternalServerError, Description: "The authorization server met an unexpected condition.", RFC: "RFC 6749, section 4.1.2.1", Redirectable: true}
	ErrTemporarilyUnavailable  = &Error{Code: "temporarily_unavailable", Status: http.StatusServiceUnavailable, Description: "The authorization server cannot answer right now; try again shortly.", RFC: "RFC 6749, section 4.1.2.1", Redirectable: true, retryAfter: 2 * time.Second}
	ErrTooManyRequests         = &Error{Code: "temporarily_unavailable", Status: http.StatusTooManyRequests, Description: "Too many requests; slow down.", RFC: "RFC 6585, section 4", retryAfter: time.Second}

	ErrUnsupportedTokenType = &Error{Code: "unsupported_token_type", Status: http.StatusBadRequest, Description: "The token type cannot be revoked.", RFC: "RFC 7009, section 2.2.1"}
	ErrInvalidTarget        = &Error{Code: "invalid_target", Status: http.StatusBadRequest, Description: "The requested resource is unknown, malformed, or may not be used.", RFC: "RFC 8707, section 2", Redirectable: true}

	ErrInvalidToken      = &Error{Code: "invalid_token", Status: http.StatusUnauthorized, Description: "The access token is invalid, expired or revoked.", RFC: "RFC 6750, section 3.1"}
	ErrInsufficientScope = &Error{Code: "insufficient_scope", Status: http.StatusForbidden, Description: "The access token does not carry the scope that this needs.", RFC: "RFC 6750, section 3.1"}

	ErrLoginRequired            = &Error{Code: "login_required", Status: http.StatusBadRequest, Description: "The end user must log in.", RFC: "OpenID Connect Core 1.0, section 3.1.2.6", Redirectable: true}
	ErrConsentRequired          = &Error{Code: "consent_required", Status: http.StatusBadRequest, Description: "The end user must give consent.", RFC: "OpenID Connect Core 1.0, section 3.1.2.6", Redirectable: true}
	ErrInteractionRequired      = &Error{Code: "interaction_required", Status: http.StatusBadRequest, Description: "The end user must interact.", RFC: "OpenID Connect Core 1.0, section 3.1.2.6", Redirectable: true}
	ErrAccountSelectionRequired = &Error{Code: "account_selection_required", Status: http.StatusBadRequest, Description: "The end user must select an account.", RFC: "OpenID Connect Core 1.0, section 3.1.2.6", Redirectable: true}
	ErrRequestNotSupported      = &Error{Code: "request_not_supported", Status: http.StatusBadRequest, Description: "The parameter request is not supported.", RFC: "OpenID Connect Core 1.0, section 3.1.2.6", Redirectable: true}
	ErrRequestURINotSupported   = &Error{Code: "request_uri_not_supported", Status: http.StatusBadRequest, Description: "The parameter request_uri is not supported.", RFC: "OpenID Connect Core 1.0, section 3.1.2.6", Redirectable: true}
	ErrRegistrationNotSupported = &Error{Code: "registration_not_supported", Status: http.StatusBadRequest, Description: "The parameter registration is not supported.", RFC: "OpenID Connect Core 1.0, section 3.1.2.6", Redirectable: true}
)

// Because copies the row and adds why: reason in a few words for the log and
// the explanation of the request, and the error behind it, which may be nil.
// Neither ever reaches the caller.
func (e *Error) Because(reason string, cause error) *Error {
	c := *e
	c.reason, c.cause = reason, cause
	return &c
}

// RetryIn copies the row with another Retry-After.
func (e *Error) RetryIn(d time.Duration) *Error {
	c := *e
	c.retryAfter = d
	return &c
}

// WithChallenge copies the row with a WWW-Authenticate value (RFC 9110, section
// 11.6.1).
func (e *Error) WithChallenge(challenge string) *Error {
	c := *e
	c.challenge = challenge
	return &c
}

// Challenge is the value of WWW-Authenticate, empty for none.
func (e *Error) Challenge() string { return e.challenge }

// Error speaks to operators: it names the reason and the cause.
func (e *Error) Error() string {
	s := e.Code
	if e.reason != "" {
		s += ": " + e.reason
	}
	if e.cause != nil {
		s += ": " + e.cause.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.cause }

// Is matches any copy of the same row, so that errors.Is(err, ErrInvalidGrant)
// holds whatever the reason.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code && t.Status == e.Status
}

// Reason is the operator's explanation, empty for a bare row.
func (e *Error) Reason() string { return e.reason }

// RetryAfter is how long the caller should wait; zero means that waiting does
// not help.
func (e *Error) RetryAfter() time.Duration { return e.retryAfter }

// AsError turns any error into a row of the table: an *Error stays itself, all
// else becomes server_error with the error as its cause.
func AsError(err error) *Error {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return ErrServerError.Because("unexpected error", err)
}
