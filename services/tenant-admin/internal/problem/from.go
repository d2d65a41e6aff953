package problem

import (
	"errors"
	"net/http"

	"github.com/signet-authz/signet/pkg/kv"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/pkg/tenancy"
)

// From finds the row for an error. It returns nil for those that it does not
// know: faults of what the service rests on, which are the front's to judge.
func From(err error) *Problem {
	var p *Problem
	var c *store.ConflictError
	switch {
	case errors.As(err, &p):
		return p
	case errors.Is(err, store.ErrNotFound), errors.Is(err, tenancy.ErrNotFound), errors.Is(err, kv.ErrNotFound):
		return NotFound.Because("no such object", err)
	case errors.Is(err, tenancy.ErrSuspended):
		return Suspended
	case errors.As(err, &c):
		return fromConflict(c)
	case errors.Is(err, store.ErrCursor):
		return Invalid.With(Finding{Parameter: "cursor", Detail: "This is no cursor of this list."})
	case errors.Is(err, store.ErrConsumed):
		return NotFound.Because("used before", err)
	default:
		return nil
	}
}

// fromConflict reads the field that a conflict names: a rule of the store, or
// what must be unique.
func fromConflict(c *store.ConflictError) *Problem {
	switch c.Field {
	case store.FieldVersion:
		return Busy.Because("lost update", c)
	case "owner":
		return LastOwner
	case "member":
		return InUse.Because("the user is a member", c)
	case "secrets", "services", "scopes":
		return LimitReached.Because("too many "+c.Field, c)
	default:
		return Conflict.With(Finding{Pointer: "/" + c.Field, Detail: "This value is taken."})
	}
}

// rows are what the statuses of the front and of the token check mean here.
var rows = map[int]*Problem{
	http.StatusBadRequest:            BadRequest,
	http.StatusUnauthorized:          Unauthenticated,
	http.StatusForbidden:             Forbidden,
	http.StatusNotFound:              NotFound,
	http.StatusMethodNotAllowed:      MethodNotAllowed,
	http.StatusRequestEntityTooLarge: TooLarge,
	http.StatusRequestURITooLong:     URITooLong,
	http.StatusUnsupportedMediaType:  UnsupportedMediaType,
	http.StatusMisdirectedRequest:    Misdirected,
	http.StatusTooManyRequests:       RateLimited,
	http.StatusServiceUnavailable:    Unavailable,
}

// FromOAuth finds the row for an error of the front, by its status.
func FromOAuth(e *oauth.Error) *Problem {
	row, known := rows[e.Status]
	if !known {
		row = Internal
	}
	return row.Because(e.Reason(), errors.Unwrap(e))
}
