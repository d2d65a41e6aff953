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
}

func (q question) String() string {
	return strings.Join([]string{q.transaction, q.clientID, q.proof}, " ")
}

func parseQuestion(tx string) question {
	transaction, rest, _ := strings.Cut(tx, " ")
	clientID, proof, _ := strings.Cut(rest, " ")
	return question{transaction, clientID, proof}
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
		return v.accept(q, standing)
	case "deny":
		if err := v.cancel(q.transaction); err != nil {
			return err
		}
		v.count(domain.EndpointConsent, "the user said no")
		return nil
	default:
		return stop(pages.CauseInvalidRequest, "the form says neither accept nor deny", nil)
	}
}

func (v *visit) accept(q question, s *store.Standing) error {
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
		if err := v.remember(client, &t.Request, s); err != nil {
			return err
		}
	case needNothing:
	}
	var counters []kv.Counter
	if within {
		counters = append(counters, interaction.Attempts(s.User.UserID))
	}
	return v.grantCode(client, &t.Request, s, counters...)
}

// remember keeps the consent: the union of what was given before and now.
func (v *visit) remember(client *domain.Client, r *request.Request, s *store.Standing) error {
	ev := v.userEvent("consent.give", s.User.UserID, "client", client.ClientID)
	ev.Detail = map[string]string{"scope": r.Disclosed().String()}
	_, err := v.Store.Workspace(v.w).GiveConsent(v.ctx, domain.Consent{UserID: s.User.UserID, ClientID: client.ClientID, Scope: r.Disclosed()}, ev)
	if errors.Is(err, store.ErrNotFound) {
		return errSignedOut // the user or the client was deleted within the moment since
	}
	if err != nil {
		return oauth.ErrTemporarilyUnavailable.Because("the consent could not be kept", err)
	}
	v.count(domain.EndpointConsent, "")
	return nil
}

func (v *visit) showConsent(q question, client *domain.Client, r *request.Request, s *store.Standing) error {
	catalog, err := v.catalog()
	if err != nil {
		return err
	}
	view := pages.Consent{
		Page:   v.frame(r.UILocales, pages.Policy{FormAction: []string{r.RedirectURI}}),
		Client: clientView(client, r.RedirectURI), UserName: displayName(s.User), Email: s.User.Email,
		Scopes:        scopeViews(catalog, r.Disclosed(), s.Consent.Scope),
		OfflineAccess: r.Scope.Has(oauth.ScopeOfflineAccess), IdleDays: int(v.w.Settings().EffectiveRefreshTokenTTL(client).Hours() / 24),
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
func clientView(client *domain.Client, redirectURI string) pages.ClientView {
	v := pages.ClientView{Name: client.ClientName, PolicyURI: client.PolicyURI, TosURI: client.TosURI, ClientURI: client.ClientURI}
	if v.Name == "" {
		v.Name = client.ClientID
	}
	if u, err := url.Parse(redirectURI); err == nil {
		v.Domain = u.Hostname()
	}
	return v
}
