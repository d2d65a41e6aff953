package page

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/server"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/pkg/tenancy"
	"github.com/signet-authz/signet/pkg/trace"
	"github.com/signet-authz/signet/services/authorization/internal/interaction"
	"github.com/signet-authz/signet/services/authorization/internal/request"
)

// Authorize is the authorization endpoint (RFC 6749, section 3.1). It judges
// the request, looks who is logged in, and answers with the login page, the
// consent page, or the code.
func (p *Pages) Authorize(c echo.Context) error {
	ctx, w := c.Request().Context(), server.Workspace(c)
	t := trace.Start(server.TraceID(c), "authorize", p.Now())
	defer p.Traces.Record(w, t)

	client, r, refusal := p.judge(c, w, t)
	if refusal != nil {
		t.Finish("refused", refusal.Err)
		return p.refuse(c, w, refusal)
	}
	standing, err := p.browser(c, w).Standing(ctx, client.ClientID)
	if err != nil {
		return p.tell(c, w, r, oauth.AsError(err), t)
	}
	switch need := p.needs(client, r, standing, time.Time{}); {
	case need == needNothing:
		t.Finish("granted", nil)
		return p.grantCode(c, w, client, r, standing)
	case r.Asks(oauth.PromptNone):
		return p.tell(c, w, r, need.refusal(), t)
	default:
		return p.interact(c, w, client, r, need, t)
	}
}

// interact begins a transaction and shows the page that the request needs.
func (p *Pages) interact(c echo.Context, w tenancy.Workspace, client *domain.Client, r *request.Request, need need, t *trace.Trace) error {
	id, err := p.browser(c, w).Begin(c.Request().Context(), interaction.KindAuthorize, r)
	if err != nil {
		return p.tell(c, w, r, oauth.AsError(err), t)
	}
	t.Finish("interaction", nil)
	if need == needConsent {
		return seeOther(c, within(w, "/consent", id))
	}
	return p.showLogin(c, w, loginView{transaction: id, client: client, request: r})
}

func (p *Pages) judge(c echo.Context, w tenancy.Workspace, t *trace.Trace) (*domain.Client, *request.Request, *request.Refusal) {
	ctx := c.Request().Context()
	params, duplicate, err := readAuthorizationRequest(c)
	if err != nil {
		e := oauth.AsError(err)
		t.Fail("request is well formed", trace.Check{Expected: "well-encoded parameters, in the query or in the body", Actual: e.Reason(), RFC: e.RFC})
		return nil, nil, &request.Refusal{Cause: request.MalformedRequest, Err: e}
	}
	catalog, err := p.Caches.Catalogs.Catalog(ctx, w)
	if err != nil {
		return nil, nil, &request.Refusal{Cause: request.TemporarilyBlocked, Err: oauth.ErrTemporarilyUnavailable.Because("the scopes could not be loaded", err)}
	}
	return request.Judge(request.Authorize, &request.Input{
		Workspace: w, Params: params, Duplicate: duplicate, Catalog: catalog, Now: p.Now(), Trace: t,
		FindClient: func(id string) (*domain.Client, error) { return p.client(ctx, w, id) },
		VerifyHint: func(token string) (string, error) {
			hint, err := p.openHint(ctx, w, token)
			return hint.Subject, err
		},
	})
}

// readAuthorizationRequest takes the parameters from the query of a GET or the
// body of a POST, never from both.
func readAuthorizationRequest(c echo.Context) (params oauth.Params, duplicate string, err error) {
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
	needLogin
	needAccount
	needConsent
)

// refusal is what a client that forbade all interaction is told.
func (n need) refusal() *oauth.Error {
	switch n {
	case needConsent:
		return oauth.ErrConsentRequired.Because("prompt=none, but consent has not been given", nil)
	case needAccount:
		return oauth.ErrLoginRequired.Because("prompt=none, but another user is logged in", nil)
	default:
		return oauth.ErrLoginRequired.Because("prompt=none, but nobody is logged in, or not recently enough", nil)
	}
}

// needs decides. began is when the transaction did, zero outside one: a login
// since then is what prompt=login and max_age ask for.
func (p *Pages) needs(client *domain.Client, r *request.Request, s *store.Standing, began time.Time) need {
	if s == nil {
		return needLogin
	}
	fresh := !began.IsZero() && !s.Session.AuthTime.Before(began)
	if !fresh {
		if r.Asks(oauth.PromptLogin) || r.Asks(oauth.PromptSelectAccount) {
			return needLogin
		}
		if r.MaxAge != nil && p.Now().Sub(s.Session.AuthTime) >= time.Duration(*r.MaxAge)*time.Second {
			return needLogin
		}
	}
	for _, subject := range []string{r.HintSubject, r.RequireSubject} {
		if subject != "" && subject != s.User.UserID {
			return needAccount
		}
	}
	if client.Trusted {
		return needNothing
	}
	if slices.Contains(r.Prompt, oauth.PromptConsent) || len(r.Scope.Missing(s.Consent.Scope)) > 0 {
		return needConsent
	}
	return needNothing
}
