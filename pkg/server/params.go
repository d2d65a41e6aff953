package server

import (
	"errors"
	"io"
	"net/http"

	"github.com/labstack/echo/v4"
	"github.com/signet-authz/signet/pkg/oauth"
)

const mediaForm = "application/x-www-form-urlencoded"

// bodyOnly lists the parameters that endpoints for clients take from the body.
// In a query they would reach logs, histories and caches, so a request that
// has one there is refused, not quietly served without it (RFC 6749, section
// 2.3.1 and 3.2).
var bodyOnly = map[string]bool{
	"access_token": true, "acr_values": true, "assertion": true, "audience": true, "auth_req_id": true, "binding_message": true,
	"claims": true, "client_assertion": true, "client_assertion_type": true, "client_id": true, "client_secret": true,
	"code": true, "code_challenge": true, "code_challenge_method": true, "code_verifier": true, "device_code": true,
	"dpop_jkt": true, "grant_type": true, "id_token_hint": true, "login_hint": true, "login_hint_token": true, "nonce": true,
	"password": true, "prompt": true, "redirect_uri": true, "refresh_token": true, "request": true, "request_uri": true,
	"requested_token_type": true, "resource": true, "response_mode": true, "response_type": true, "scope": true, "state": true,
	"subject_token": true, "subject_token_type": true, "token": true, "token_type_hint": true, "user_code": true, "username": true,
}

// ReadParams reads the parameters of a request to an endpoint for clients,
// from the body alone: a form, or the flat JSON object that means the same.
//
// It fails with invalid_request unless there is exactly one Content-Type of
// those two in UTF-8, the whole body is well-formed, no parameter repeats, and
// no OAuth parameter stands in the query. Where a parameter repeats, the other
// parameters are returned beside the error, whose cause is the
// *oauth.DuplicateError. A body over the limit is 413.
func ReadParams(c echo.Context) (oauth.Params, error) {
	r := c.Request()
	if r.URL.RawQuery != "" {
		if err := refuseQuery(r.URL.RawQuery); err != nil {
			return nil, err
		}
	}
	types := r.Header["Content-Type"]
	if len(types) != 1 {
		return nil, oauth.ErrInvalidRequest.Because("there must be exactly one Content-Type", nil)
	}
	body, err := readBody(r)
	if err != nil {
		return nil, err
	}
	var p oauth.Params
	if types[0] == mediaForm {
		p, err = oauth.ParseForm(string(body))
	} else {
		p, err = oauth.ParseBody(types[0], body)
	}
	return because(p, err)
}

// ReadQuery reads the parameters in the query of a request, for endpoints that
// browsers are sent to. It fails as ReadParams does.
func ReadQuery(c echo.Context) (oauth.Params, error) {
	p, err := oauth.ParseForm(c.Request().URL.RawQuery)
	return because(p, err)
}

func because(p oauth.Params, err error) (oauth.Params, error) {
	if err == nil {
		return p, nil
	}
	return p, oauth.ErrInvalidRequest.Because("the parameters cannot be read", err)
}

func refuseQuery(query string) error {
	p, err := oauth.ParseForm(query)
	var dup *oauth.DuplicateError
	if errors.As(err, &dup) && bodyOnly[dup.Name] || err != nil && dup == nil {
		return oauth.ErrInvalidRequest.Because("the query cannot be read", err)
	}
	for name := range p {
		if bodyOnly[name] {
			return oauth.ErrInvalidRequest.Because("a parameter stands in the query", nil)
		}
	}
	return nil
}

// readBody reads the whole body, which the front has bounded.
func readBody(r *http.Request) ([]byte, error) {
	if r.Body == nil || r.Body == http.NoBody {
		return nil, nil
	}
	var body []byte
	var err error
	if n := r.ContentLength; n > 0 && n <= oauth.MaxBodyBytes {
		body = make([]byte, n)
		_, err = io.ReadFull(r.Body, body)
	} else {
		body, err = io.ReadAll(io.LimitReader(r.Body, oauth.MaxBodyBytes+1))
	}
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) || len(body) > oauth.MaxBodyBytes {
		return nil, errTooLarge
	}
	if err != nil {
		return nil, oauth.ErrInvalidRequest.Because("the body broke off", err)
	}
	return body, nil
}
