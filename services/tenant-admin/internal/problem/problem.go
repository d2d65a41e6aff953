package problem

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// typePrefix makes the "type" of a problem from its code. A URN names it
// without promising a page behind it, and is the same in every deployment.
const typePrefix = "urn:signet:problem:"

// MaxFindings bounds the list of errors in one answer.
const MaxFindings = 20

// Finding is one thing that is wrong with a request.
type Finding struct {
	Pointer   string // JSON Pointer into the body (RFC 6901); empty for the whole
	Parameter string // or the query parameter or header that is meant
	Detail    string // for people; never an echo of what was sent
}

// At is the finding about the member that the pointer names, written as a
// sentence: checks of other packages speak in the way of Go errors.
func At(pointer, detail string) Finding { return Finding{Pointer: pointer, Detail: sentence(detail)} }

// sentence begins with a capital letter, unless with a name such as
// private_key_jwt, which is written in one way only.
func sentence(s string) string {
	if s == "" {
		return s
	}
	if first, _, _ := strings.Cut(s, " "); !strings.ContainsAny(first, "_0123456789") {
		r, size := utf8.DecodeRuneInString(s)
		if r != utf8.RuneError {
			s = string(unicode.ToUpper(r)) + s[size:]
		}
	}
	return strings.TrimSuffix(s, ".") + "."
}

// Step writes a member's name as one step of a JSON Pointer (RFC 6901, section
// 3). Names of members are the caller's own words: long ones are cut.
func Step(name string) string {
	if len(name) > 64 {
		name = name[:64]
	}
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(strings.ToValidUTF8(name, ""))
}

// Problem is one row of the table. Because and its like make copies of a row
// that carry more.
type Problem struct {
	Code   string
	Status int
	Title  string
	Detail string // for people, fixed text

	findings   []Finding
	retryAfter time.Duration
	challenge  string
	reason     string
	cause      error
}

// The table. Nothing else in the admin API invents a code.
var (
	Malformed            = &Problem{Code: "malformed_body", Status: http.StatusBadRequest, Title: "The body cannot be read", Detail: "The body must be one JSON object, without repeated members, deep nesting or control characters."}
	Invalid              = &Problem{Code: "validation_failed", Status: http.StatusBadRequest, Title: "The request is not valid", Detail: "See errors for what to change."}
	Unauthenticated      = &Problem{Code: "invalid_token", Status: http.StatusUnauthorized, Title: "A valid access token is needed", Detail: "Present a bearer access token of the tenant's workspace admin, issued for this API, that has neither expired nor been revoked."}
	InsufficientScope    = &Problem{Code: "insufficient_scope", Status: http.StatusForbidden, Title: "The token does not reach this far", Detail: "The access token lacks the scope that this needs."}
	Forbidden            = &Problem{Code: "forbidden", Status: http.StatusForbidden, Title: "Your role does not allow this", Detail: "Ask an owner of the tenant."}
	CrossSite            = &Problem{Code: "cross_site_request", Status: http.StatusForbidden, Title: "The request does not come from the console", Detail: "Requests on behalf of a session come from the console's own pages and carry its X-CSRF-Token."}
	RegistrationClosed   = &Problem{Code: "registration_closed", Status: http.StatusForbidden, Title: "Registration is closed", Detail: "New tenants cannot be registered here."}
	InvitationNeeded     = &Problem{Code: "invitation_required", Status: http.StatusForbidden, Title: "An invitation is needed", Detail: "The invitation is missing, expired, or for another name or address."}
	Suspended            = &Problem{Code: "tenant_suspended", Status: http.StatusForbidden, Title: "The tenant is suspended", Detail: "The tenant is suspended, or waits for its owner's address to be verified."}
	NotFound             = &Problem{Code: "not_found", Status: http.StatusNotFound, Title: "There is nothing here", Detail: "The address names nothing that you can see."}
	MethodNotAllowed     = &Problem{Code: "method_not_allowed", Status: http.StatusMethodNotAllowed, Title: "The method is not served here", Detail: "See Allow."}
	Conflict             = &Problem{Code: "conflict", Status: http.StatusConflict, Title: "The name is taken", Detail: "Another object has, or once had, what must be unique."}
	InUse                = &Problem{Code: "in_use", Status: http.StatusConflict, Title: "It is still in use", Detail: "Something else refers to it; change that first."}
	ReadOnly             = &Problem{Code: "read_only", Status: http.StatusConflict, Title: "It cannot be changed", Detail: "The service itself depends on it as it is."}
	LastOwner            = &Problem{Code: "last_owner", Status: http.StatusConflict, Title: "A tenant needs an owner", Detail: "This is the last owner who can sign in; make another one first."}
	Busy                 = &Problem{Code: "changed_meanwhile", Status: http.StatusConflict, Title: "It keeps changing", Detail: "Others changed it at the same moment; read it and try again."}
	IdempotencyBusy      = &Problem{Code: "idempotency_in_progress", Status: http.StatusConflict, Title: "The same request is at work", Detail: "A request with this Idempotency-Key has not been answered yet.", retryAfter: time.Second}
	SelfCheckRunning     = &Problem{Code: "self_check_running", Status: http.StatusConflict, Title: "A self-check is at work", Detail: "One runs at a time in a workspace. Wait a few seconds and begin again.", retryAfter: 5 * time.Second}
	PreconditionFailed   = &Problem{Code: "precondition_failed", Status: http.StatusPreconditionFailed, Title: "It has changed since", Detail: "The resource does not have the ETag of If-Match any more."}
	TooLarge             = &Problem{Code: "too_large", Status: http.StatusRequestEntityTooLarge, Title: "The body is too large", Detail: "Send less."}
	URITooLong           = &Problem{Code: "uri_too_long", Status: http.StatusRequestURITooLong, Title: "The address is too long", Detail: "Send less."}
	UnsupportedMediaType = &Problem{Code: "unsupported_media_type", Status: http.StatusUnsupportedMediaType, Title: "The media type is not supported", Detail: "Send application/json in UTF-8, for PATCH also application/merge-patch+json, without a Content-Encoding."}
	Misdirected          = &Problem{Code: "misdirected", Status: http.StatusMisdirectedRequest, Title: "This host is not served here", Detail: "Check the host of the address."}
	IdempotencyMismatch  = &Problem{Code: "idempotency_key_reused", Status: http.StatusUnprocessableEntity, Title: "The Idempotency-Key belongs to another request", Detail: "Use a fresh key for a request with another body."}
	LimitReached         = &Problem{Code: "limit_reached", Status: http.StatusConflict, Title: "There are too many of them", Detail: "Delete some first."}
	RateLimited          = &Problem{Code: "rate_limited", Status: http.StatusTooManyRequests, Title: "Too many requests", Detail: "Try again after the time that Retry-After says.", retryAfter: time.Second}
	BadRequest           = &Problem{Code: "bad_request", Status: http.StatusBadRequest, Title: "The request is malformed", Detail: "The request is not well-formed HTTP for this service."}
	Internal             = &Problem{Code: "internal_error", Status: http.StatusInternalServerError, Title: "Something went wrong", Detail: "The service met an unexpected condition; quote request_id to its operator."}
	Unavailable          = &Problem{Code: "unavailable", Status: http.StatusServiceUnavailable, Title: "The service cannot answer right now", Detail: "Try again shortly.", retryAfter: 2 * time.Second}
)

// Table lists every row, for documentation and tests.
func Table() []*Problem {
	return []*Problem{
		Malformed, Invalid, BadRequest, Unauthenticated, InsufficientScope, Forbidden, CrossSite, RegistrationClosed, InvitationNeeded, Suspended,
		NotFound, MethodNotAllowed, Conflict, InUse, ReadOnly, LastOwner, LimitReached, Busy, IdempotencyBusy, SelfCheckRunning, PreconditionFailed,
		TooLarge, URITooLong, UnsupportedMediaType, Misdirected, IdempotencyMismatch, RateLimited, Internal, Unavailable,
	}
}

// With copies the row and lists what is wrong.
func (p *Problem) With(f ...Finding) *Problem {
	c := *p
	c.findings = append(append([]Finding(nil), p.findings...), f...)
	if len(c.findings) > MaxFindings {
		c.findings = c.findings[:MaxFindings]
	}
	return &c
}

// Because copies the row with what the log should say: why, and the error
// behind it, which may be nil. Neither reaches the caller.
func (p *Problem) Because(reason string, cause error) *Problem {
	c := *p
	c.reason, c.cause = reason, cause
	return &c
}

// RetryIn copies the row with another Retry-After.
func (p *Problem) RetryIn(d time.Duration) *Problem {
	c := *p
	c.retryAfter = d
	return &c
}

// Challenged copies the row with a WWW-Authenticate header (RFC 6750, section 3).
func (p *Problem) Challenged(challenge string) *Problem {
	c := *p
	c.challenge = challenge
	return &c
}

// Error speaks to operators.
func (p *Problem) Error() string {
	s := p.Code
	if p.reason != "" {
		s += ": " + p.reason
	}
	if p.cause != nil {
		s += ": " + p.cause.Error()
	}
	return s
}

// Unwrap returns the cause.
func (p *Problem) Unwrap() error { return p.cause }

// Is matches any copy of the same row.
func (p *Problem) Is(target error) bool {
	t, ok := target.(*Problem)
	return ok && t.Code == p.Code
}

// Reason is the operator's explanation, empty for a bare row.
func (p *Problem) Reason() string { return p.reason }

// RetryAfter is how long to wait; zero means that waiting does not help.
func (p *Problem) RetryAfter() time.Duration { return p.retryAfter }

// Challenge is the value of WWW-Authenticate, empty for none.
func (p *Problem) Challenge() string { return p.challenge }

// Findings are what is wrong with the request.
func (p *Problem) Findings() []Finding { return p.findings }

// Body is the problem as application/problem+json.
func (p *Problem) Body(requestID string) ([]byte, error) {
	b := body{Type: typePrefix + p.Code, Title: p.Title, Status: p.Status, Code: p.Code, Detail: p.Detail, RequestID: requestID}
	for _, f := range p.findings {
		b.Errors = append(b.Errors, finding(f))
	}
	return json.Marshal(b)
}

type body struct {
	Type      string    `json:"type"`
	Title     string    `json:"title"`
	Status    int       `json:"status"`
	Code      string    `json:"code"`
	Detail    string    `json:"detail"`
	RequestID string    `json:"request_id"`
	Errors    []finding `json:"errors,omitempty"`
}

type finding struct {
	Pointer   string `json:"pointer,omitempty"`
	Parameter string `json:"parameter,omitempty"`
	Detail    string `json:"detail"`
}
