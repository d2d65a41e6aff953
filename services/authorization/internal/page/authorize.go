package page

import (
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/server"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/pkg/trace"
	"github.com/signet-authz/signet/services/authorization/internal/interaction"
	"github.com/signet-authz/signet/services/authorization/internal/request"
)

// Authorize is the authorization endpoint (RFC 6749, section 3.1). It judges
// the request, looks who is logged in, and answers with the login page, the
// consent page, or the code.
func (p *Pages) Authorize() echo.HandlerFunc { return p.handler((*visit).authorize) }

func (v *visit) authorize() error {
	v.explain("authorize")
	client, r, refusal := v.judge()
	if refusal != nil {
		return v.refuse(refusal)
	}
	standing, err := v.browser.Standing(v.ctx, client.ClientID)
	if err != nil {
		return v.tell(client, r, oauth.AsError(err))
	}
	switch need := v.needs(client, r, standing, false); {
	case need == needNothing:
		v.trace.Finish(trace.Granted, nil)
		return v.grantCode(client, r, standing)
	case r.Asks(oauth.PromptNone):
		return v.tell(client, r, need.refusal())
	default:
		return v.interact(client, r, need)
	}
}

// interact begins a transaction and shows the page that the request needs.
func (v *visit) interact(client *domain.Client, r *request.Request, need need) error {
	id, err := v.browser.Begin(v.ctx, interaction.KindAuthorize, r)
	if err != nil {
		return v.tell(client, r, oauth.AsError(err))
	}
	v.trace.Finish(trace.Interaction, nil)
	if need == needConsent {
		return v.toConsent(id, "")
	}
	return v.showLogin(loginView{transaction: id, client: client, request: r})
}

func (v *visit) judge() (*domain.Client, *request.Request, *request.Refusal) {
	params, duplicate, err := readRequest(v.c)
	if err != nil {
		e := oauth.AsError(err)
		v.trace.Fail("request is well formed", trace.Check{Expected: "well-encoded parameters, in the query or in the body", Actual: e.Reason(), RFC: "RFC 6749, section 3.1"})
		return nil, nil, &request.Refusal{Cause: request.MalformedRequest, Err: e}
	}
	in, err := v.Facts.Input(v.ctx, v.w, params, v.trace)
	if err != nil {
		return nil, nil, &request.Refusal{Cause: request.TemporarilyBlocked, Err: oauth.AsError(err)}
	}
	in.Duplicate = duplicate
	if refusal := v.openPushed(in); refusal != nil {
		return nil, nil, refusal
	}
	return request.Judge(request.Authorize, in)
}

// readRequest takes the parameters from the query of a GET or the body of a
// POST, never from both. Of a repeated parameter it returns the name, and no
// value among the others.
func readRequest(c echo.Context) (params oauth.Params, duplicate string, err error) {
	if c.Request().Method == http.MethodPost {
		params, err = server.ReadParams(c)
	} else {
		params, err = server.ReadQuery(c)
	}
	var dup *oauth.DuplicateError
	if errors.As(err, &dup) {
		return params, dup.Name, nil
	}
	return params, "", err
}

// need is what still stands between a request and its code.
type need int

const (
	needNothing need = iota
	needLogin        // nobody is logged in, or not recently enough
	needAccount      // somebody else is
	needConsent
)

// refusal is what a client that forbade all interaction is told.
func (n need) refusal() *oauth.Error {
	switch n {
	case needConsent:
		return oauth.ErrConsentRequired.Because("the user has not allowed all of it, and prompt=none forbids to ask", nil)
	case needAccount:
		return oauth.ErrLoginRequired.Because("another user is logged in than the request is meant for", nil)
	default:
		return oauth.ErrLoginRequired.Because("nobody is logged in, or not recently enough", nil)
	}
}

// needs decides. within says that the session was begun by a login within this
// very request, which is what prompt=login and max_age ask for.
func (v *visit) needs(client *domain.Client, r *request.Request, s *store.Standing, within bool) need {
	switch {
	case s == nil:
		return needLogin
	case !within && (r.Asks(oauth.PromptLogin) || r.Asks(oauth.PromptSelectAccount)):
		return needLogin
	case !within && r.MaxAge != nil && v.Now().Sub(s.Session.AuthTime) >= time.Duration(*r.MaxAge)*time.Second:
		return needLogin
	case !r.MeantFor(s.User.UserID):
		return needAccount
	case client.Trusted:
		return needNothing
	case r.Asks(oauth.PromptConsent), len(r.Disclosed().Missing(s.Consent.Scope)) > 0, unassured(client, r):
		return needConsent
	default:
		return needNothing
	}
}

// unassured tells whether another application could pose as the client: it has
// no credentials, and what receives the answer on the user's device is whoever
// claims the scheme or the port. An earlier consent then says nothing about who
// is asking now (RFC 8252, section 8.6).
func unassured(client *domain.Client, r *request.Request) bool {
	return client.Public() && client.Native() && !r.ReturnsToHTTPS()
}
