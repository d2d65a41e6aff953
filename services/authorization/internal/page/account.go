package page

import (
	"cmp"
	"errors"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/services/authorization/internal/interaction"
	"github.com/signet-authz/signet/web/pages"
)

// AccountPage shows a user their own sessions and the applications that they
// let in; whoever is not logged in is asked to.
func (p *Pages) AccountPage() echo.HandlerFunc { return p.handler((*visit).accountPage) }

func (v *visit) accountPage() error {
	standing, err := v.browser.Standing(v.ctx, "")
	if err != nil {
		return err
	}
	if standing == nil {
		id, err := v.browser.Begin(v.ctx, interaction.KindAccount, nil)
		if err != nil {
			return err
		}
		return v.showLogin(loginView{transaction: id})
	}
	return v.showAccount(standing, "")
}

// showAccount shows the page, and why a password could not be changed.
func (v *visit) showAccount(standing *store.Standing, failure pages.PasswordError) (err error) {
	view := pages.Account{
		UserName: displayName(standing.User), Email: standing.User.Email,
		HasPassword: standing.User.PasswordHash != "", PasswordError: failure,
		Notice: pages.AccountNotice(v.c.QueryParam("done")), // one that is unknown is not shown
	}
	if view.Sessions, err = v.sessionViews(standing); err != nil {
		return err
	}
	if view.Grants, err = v.grantViews(standing.User.UserID); err != nil {
		return err
	}
	v.browser.EnsureBinding()
	view.Page = v.frame("", pages.Policy{})
	view.Action, view.CSRF = v.path("/account"), v.browser.CSRF(accountPurpose(standing))
	return v.show(http.StatusOK, func(out io.Writer) error { return v.Renderer.Account(out, view) })
}

// accountPurpose binds the page's forms to the session.
func accountPurpose(s *store.Standing) string { return "account " + s.Session.ID.String() }

func (v *visit) sessionViews(s *store.Standing) ([]pages.SessionView, error) {
	sessions, err := v.Store.Workspace(v.w).SessionsOf(v.ctx, s.User.UserID)
	if err != nil {
		return nil, oauth.ErrTemporarilyUnavailable.Because("the sessions could not be read", err)
	}
	var views []pages.SessionView
	for _, session := range sessions {
		views = append(views, pages.SessionView{
			ID: session.ID.String(), Current: session.ID == s.Session.ID, UserAgent: session.UserAgent, IP: session.IP,
			SignedInAt: session.AuthTime, LastSeenAt: session.LastSeenAt,
		})
	}
	return views, nil
}

// access is what one client may do in the user's name: by consent, or because
// it is trusted and never asked.
type access struct {
	clientID       string
	scope          oauth.Scope
	given, lastUse time.Time
}

// grantViews lists the clients that the user let in, the latest first.
func (v *visit) grantViews(userID string) ([]pages.GrantView, error) {
	data := v.Store.Workspace(v.w)
	consents, err := data.Consents(v.ctx, userID)
	if err != nil {
		return nil, oauth.ErrTemporarilyUnavailable.Because("the consents could not be read", err)
	}
	grants, err := data.Grants(v.ctx, store.Page{Limit: store.MaxPage}, store.GrantFilter{UserID: userID})
	if err != nil {
		return nil, oauth.ErrTemporarilyUnavailable.Because("the grants could not be read", err)
	}
	byClient := map[string]*access{}
	for _, c := range consents {
		byClient[c.ClientID] = &access{clientID: c.ClientID, scope: c.Scope, given: c.UpdatedAt}
	}
	now := v.Now()
	for _, g := range grants.Items {
		if !g.Live(now) {
			continue
		}
		a := byClient[g.ClientID]
		if a == nil {
			a = &access{clientID: g.ClientID, given: g.CreatedAt}
			byClient[g.ClientID] = a
		}
		a.scope = a.scope.Union(g.Scope)
		if g.LastUsedAt.After(a.lastUse) {
			a.lastUse = g.LastUsedAt
		}
	}
	return v.viewsOf(byClient)
}

func (v *visit) viewsOf(byClient map[string]*access) ([]pages.GrantView, error) {
	catalog, err := v.catalog()
	if err != nil {
		return nil, err
	}
	var views []pages.GrantView
	for _, a := range byClient {
		view := pages.GrantView{
			ClientID: a.clientID, Client: pages.ClientView{Name: a.clientID}, GivenAt: a.given, LastUsedAt: a.lastUse,
			OfflineAccess: a.scope.Has(oauth.ScopeOfflineAccess), Scopes: scopeViews(catalog, a.scope, a.scope),
		}
		client, err := v.client(a.clientID)
		if err != nil {
			return nil, err
		}
		if client != nil {
			view.Client = v.clientView(client, "")
		}
		views = append(views, view)
	}
	slices.SortFunc(views, func(a, b pages.GrantView) int {
		return cmp.Or(b.GivenAt.Compare(a.GivenAt), cmp.Compare(a.ClientID, b.ClientID))
	})
	return views, nil
}

// Account ends one of the user's own sessions, or all but this one, or what they
// allowed a client, or changes their password.
func (p *Pages) Account() echo.HandlerFunc { return p.handler((*visit).account) }

func (v *visit) account() error {
	form, err := v.form()
	if err != nil {
		return err
	}
	standing, err := v.browser.Standing(v.ctx, "")
	switch {
	case err != nil:
		return err
	case standing == nil:
		return errSignedOut
	case !v.browser.CheckCSRF(accountPurpose(standing), form.Get("csrf")):
		return errForged
	}
	switch form.Get("action") {
	case "end":
		return v.endOwn(standing, form.Get("session"))
	case "end_others":
		return v.endOthers(standing)
	case "revoke":
		return v.withdraw(standing, form.Get("client_id"))
	case "password":
		return v.changePassword(standing, form)
	default:
		return stop(pages.CauseInvalidRequest, "the form says neither end, end_others, revoke nor password", nil)
	}
}

// endOwn ends a session, if it is one of the user's own.
func (v *visit) endOwn(s *store.Standing, sessionID string) error {
	own, err := v.Store.Workspace(v.w).SessionsOf(v.ctx, s.User.UserID)
	if err != nil {
		return oauth.ErrTemporarilyUnavailable.Because("the sessions could not be read", err)
	}
	id, err := uuid.Parse(sessionID)
	if err != nil || !slices.ContainsFunc(own, func(o domain.Session) bool { return o.ID == id }) {
		return v.done(nil, store.ErrNotFound, pages.NoticeSessionEnded)
	}
	facts, err := v.end(s, id)
	if err == nil && id == s.Session.ID {
		v.Ended(v.ctx, facts)
		return v.loggedOut(&logoutRequest{})
	}
	return v.done(facts, err, pages.NoticeSessionEnded)
}

// endOthers ends all of the user's sessions but this one. If it fails half-way,
// what has ended stays ended, and the user may ask again.
func (v *visit) endOthers(s *store.Standing) error {
	own, err := v.Store.Workspace(v.w).SessionsOf(v.ctx, s.User.UserID)
	if err != nil {
		return oauth.ErrTemporarilyUnavailable.Because("the sessions could not be read", err)
	}
	var all []domain.Revocation
	for _, other := range own {
		if other.ID == s.Session.ID {
			continue
		}
		facts, err := v.end(s, other.ID)
		all = append(all, facts...)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			v.Ended(v.ctx, all)
			return v.done(nil, err, pages.NoticeOthersEnded)
		}
	}
	return v.done(all, nil, pages.NoticeOthersEnded)
}

// end ends a session, which must be one of the user's own.
func (v *visit) end(s *store.Standing, id uuid.UUID) ([]domain.Revocation, error) {
	return v.Store.Workspace(v.w).EndSession(v.ctx, id, v.userEvent("session.end", s.User.UserID, "session", id.String()))
}

// withdraw takes back what the user allowed a client.
func (v *visit) withdraw(s *store.Standing, clientID string) error {
	if !domain.ValidClientID(clientID) {
		return v.done(nil, store.ErrNotFound, pages.NoticeAccessEnded)
	}
	facts, err := v.Store.Workspace(v.w).WithdrawConsent(v.ctx, s.User.UserID, clientID, v.userEvent("consent.withdraw", s.User.UserID, "client", clientID))
	return v.done(facts, err, pages.NoticeAccessEnded)
}

// done spreads what has ended and shows the page anew. What was not there had
// ended before, which is all that was asked for.
func (v *visit) done(facts []domain.Revocation, err error, notice pages.AccountNotice) error {
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return oauth.ErrTemporarilyUnavailable.Because("the change could not be recorded", err)
	}
	v.Ended(v.ctx, facts)
	return v.seeOther(v.path("/account") + "?done=" + string(notice))
}
