package page

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/signet-authz/signet/pkg/cache"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/kv"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/pkg/trace"
	"github.com/signet-authz/signet/services/authorization/internal/interaction"
	"github.com/signet-authz/signet/services/authorization/internal/request"
	"github.com/signet-authz/signet/web/pages"
)

// question is what a consent form is about. It travels in the form, in the
// field tx, so that the answer needs no look-up before it is known to be one.
type question struct {
	transaction string
	clientID    string
	proof       string // of a login within the transaction; may be empty
	// choice says that the form let the user choose among the scopes. It belongs
	// to the question, so that an answer means what the page said, even where the
	// workspace has changed its mind since.
	choice bool
}

const withChoice = " choice"

func (q question) String() string {
	s := strings.Join([]string{q.transaction, q.clientID, q.proof}, " ")
	if q.choice {
		s += withChoice
	}
	return s
}

func parseQuestion(tx string) question {
	tx, choice := strings.CutSuffix(tx, withChoice)
	transaction, rest, _ := strings.Cut(tx, " ")
	clientID, proof, _ := strings.Cut(rest, " ")
	return question{transaction, clientID, proof, choice}
}

// purpose binds the form to one user: its answer must not come from another,
// who logged in meanwhile in a second tab.
func (q question) purpose(userID string) string { return "consent " + userID + " " + q.String() }

// ConsentPage asks the user. It changes nothing, so that a reload or a scanner
// that follows links costs nobody their login.
func (p *Pages) ConsentPage() echo.HandlerFunc { return p.handler((*visit).consentPage) }

func (v *visit) consentPage() error {
	q := question{transaction: v.c.QueryParam("tx"), proof: v.c.QueryParam("proof")}
	t, err := v.browser.Find(v.ctx, q.transaction)
	if err != nil {
		return err
	}
	client, err := v.clientOf(t)
	if err != nil {
		return err
	}
	if client == nil {
		return interaction.ErrExpired // a transaction of the account page asks nothing
	}
	q.clientID = client.ClientID
	standing, err := v.browser.Standing(v.ctx, client.ClientID)
	if err != nil {
		return err
	}
	switch v.needs(client, &t.Request, standing, v.loggedInWithin(q, standing)) {
	case needLogin, needAccount:
		return v.showLogin(loginView{transaction: q.transaction, client: client, request: &t.Request})
	case needNothing, needConsent:
	}
	return v.showConsent(q, client, &t.Request, standing)
}

func (v *visit) loggedInWithin(q question, s *store.Standing) bool {
	return s != nil && v.browser.LoggedInWithin(q.transaction, s.Session.ID, q.proof)
}

// Consent takes the user's answer. Taking the transaction makes it count once,
// however often the form is sent.
func (p *Pages) Consent() echo.HandlerFunc { return p.handler((*visit).consent) }

const checkConsent = "user agrees"

func (v *visit) consent() error {
	form, err := v.form()
	if err != nil {
		return err
	}
	q := parseQuestion(form.Get("tx"))
	standing, err := v.browser.Standing(v.ctx, q.clientID)
	switch {
	case err != nil:
		return err
	case standing == nil:
		return errSignedOut
	case !v.browser.CheckCSRF(q.purpose(standing.User.UserID), form.Get("csrf")):
		return errForged
	}
	switch form.Get("action") {
	case "accept":
		return v.accept(q, form, standing)
	case "deny":
		v.explain(domain.EndpointConsent)
		v.trace.Client(q.clientID)
		v.trace.Fail(checkConsent, trace.Check{Expected: "the user's yes", Actual: "no"})
		return v.cancel(q.transaction)
	default:
		return stop(pages.CauseInvalidRequest, "the form says neither accept nor deny", nil)
	}
}

func (v *visit) accept(q question, form oauth.Params, s *store.Standing) error {
	t, err := v.browser.Take(v.ctx, q.transaction)
	if err != nil {
		return err
	}
	client, err := v.clientOf(t)
	if err != nil {
		return err
	}
	if client == nil || client.ClientID != q.clientID {
		return interaction.ErrExpired
	}
	within := v.loggedInWithin(q, s)
	switch need := v.needs(client, &t.Request, s, within); need {
	case needLogin, needAccount:
		// The login grew too old while the user was thinking.
		return v.tell(client, &t.Request, need.refusal())
	case needConsent:
		v.explain(domain.EndpointConsent)
		v.trace.Client(client.ClientID)
		asked := t.Request.Disclosed()
		if q.choice {
			if err := v.narrow(&t.Request, form, s.Consent.Scope); err != nil {
				return err
			}
			if len(t.Request.Scope) == 0 {
				v.trace.Fail(checkConsent, trace.Check{Expected: "the user's yes", Actual: "no to every scope"})
				return v.tell(client, &t.Request, oauth.ErrAccessDenied.Because("the user left out every scope", nil))
			}
		}
		if err := v.remember(client, &t.Request, s, asked); err != nil {
			return err
		}
		v.trace.Pass(checkConsent, t.Request.Disclosed().String())
		v.granted()
	case needNothing:
	}
	var counters []kv.Counter
	if within {
		counters = append(counters, interaction.Attempts(s.User.UserID))
	}
	return v.grantCode(client, &t.Request, s, counters...)
}

// narrow leaves of the request what was given before and what the form has a
// tick for. Only what was really asked for is looked up in the form: whatever
// else it may hold counts for nothing. openid is no choice; without it there
// would be no login.
func (v *visit) narrow(r *request.Request, form oauth.Params, given oauth.Scope) error {
	catalog, err := v.catalog()
	if err != nil {
		return err
	}
	var allowed oauth.Scope
	for _, name := range r.Disclosed() {
		if name == oauth.ScopeOpenID || given.Has(name) || form.Has(pages.ScopeField(name)) {
			allowed = append(allowed, name)
		}
	}
	r.Narrow(allowed, catalog)
	return nil
}

// remember keeps the consent: the union of what was given before and now. What
// was left out is not remembered as refused: the user is asked again when the
// client asks again.
func (v *visit) remember(client *domain.Client, r *request.Request, s *store.Standing, asked oauth.Scope) error {
	ev := v.userEvent("consent.give", s.User.UserID, "client", client.ClientID)
	ev.Detail = map[string]string{"scope": r.Disclosed().String()}
	if declined := asked.Missing(r.Disclosed()); len(declined) > 0 {
		ev.Detail["declined"] = declined.String()
	}
	_, err := v.Store.Workspace(v.w).GiveConsent(v.ctx, domain.Consent{UserID: s.User.UserID, ClientID: client.ClientID, Scope: r.Disclosed()}, ev)
	if errors.Is(err, store.ErrNotFound) {
		return errSignedOut // the user or the client was deleted within the moment since
	}
	if err != nil {
		return oauth.ErrTemporarilyUnavailable.Because("the consent could not be kept", err)
	}
	return nil
}

func (v *visit) showConsent(q question, client *domain.Client, r *request.Request, s *store.Standing) error {
	catalog, err := v.catalog()
	if err != nil {
		return err
	}
	q.choice = v.w.Settings().ConsentScopeChoice
	view := pages.Consent{
		Page:   v.frame(r.UILocales, pages.Policy{FormAction: []string{r.RedirectURI}}),
		Client: v.clientView(client, r.RedirectURI), UserName: displayName(s.User), Email: s.User.Email,
		Scopes:        scopeViews(catalog, r.Disclosed(), s.Consent.Scope),
		OfflineAccess: r.Scope.Has(oauth.ScopeOfflineAccess), IdleDays: int(v.w.Settings().EffectiveRefreshTokenTTL(client).Hours() / 24),
		Choice: q.choice,
	}
	view.Action, view.Tx = v.path("/consent"), q.String()
	view.CSRF = v.browser.CSRF(q.purpose(s.User.UserID))
	return v.show(http.StatusOK, func(out io.Writer) error { return v.Renderer.Consent(out, view) })
}

// scopeViews are scopes as a person is to see them. Those not yet given are new.
func scopeViews(catalog *cache.Catalog, scope, given oauth.Scope) []pages.ScopeView {
	var views []pages.ScopeView
	for _, name := range scope {
		views = append(views, pages.ScopeView{Name: name, Description: catalog.Scopes[name].Description, New: !given.Has(name)})
	}
	return views
}

// clientView is what a user is told about a client. The domain is that of the
// redirect URI, where the answer really goes; names can be chosen at will.
func (v *visit) clientView(client *domain.Client, redirectURI string) pages.ClientView {
	view := pages.ClientView{Name: client.ClientName, PolicyURI: client.PolicyURI, TosURI: client.TosURI, ClientURI: client.ClientURI}
	view.LogoURL = v.clientLogoURL(client)
	if view.Name == "" {
		view.Name = client.ClientID
	}
	if u, err := url.Parse(redirectURI); err == nil {
		view.Domain, view.Local = u.Hostname(), u.Scheme != "" && u.Scheme != "https"
	}
	return view
}
