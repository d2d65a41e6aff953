package page

import (
	"errors"
	"io"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/password"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/pkg/trace"
	"github.com/signet-authz/signet/services/authorization/internal/interaction"
	"github.com/signet-authz/signet/services/authorization/internal/request"
	"github.com/signet-authz/signet/web/pages"
)

// loginView is what the login page depends on. Client and request are nil for
// the account page.
type loginView struct {
	transaction string
	client      *domain.Client
	request     *request.Request
	failure     pages.LoginError
	entered     string
}

// LoginPage shows the login page of a transaction again: after a reload, or
// from a link within the flow. It changes nothing.
func (p *Pages) LoginPage() echo.HandlerFunc { return p.handler((*visit).loginPage) }

func (v *visit) loginPage() error {
	id := v.c.QueryParam("tx")
	t, err := v.browser.Find(v.ctx, id)
	if err != nil {
		return err
	}
	client, err := v.clientOf(t)
	if err != nil {
		return err
	}
	return v.showLogin(loginView{transaction: id, client: client, request: &t.Request})
}

// Login takes the login form.
func (p *Pages) Login() echo.HandlerFunc { return p.handler((*visit).login) }

func (v *visit) login() error {
	form, err := v.form()
	if err != nil {
		return err
	}
	id := form.Get("tx")
	if !v.browser.CheckCSRF(loginPurpose(id), form.Get("csrf")) {
		return errForged
	}
	if form.Get("action") == "cancel" {
		return v.cancel(id)
	}
	v.explain(domain.EndpointLogin)
	who, err := v.find(form.Get("login"))
	if err != nil {
		return err
	}
	t, attempts, err := v.browser.Attempt(v.ctx, id, who.counter)
	if err != nil {
		return err
	}
	who.attempts = attempts
	client, err := v.clientOf(t)
	if err != nil {
		return err
	}
	if client != nil {
		v.trace.Client(client.ClientID)
	}
	failure, err := v.authenticate(who, form.Get("password"))
	if err != nil {
		return err
	}
	if failure == "" && attempts > 1 {
		// The code that follows clears the counter of a login that went well at
		// once; failures go now, lest the user turn back and be counted again.
		// What stays if this fails ends with its window.
		_ = v.browser.Succeeded(v.ctx, who.counter)
	}
	var token string
	var session domain.Session
	if failure == "" {
		session, token, failure, err = v.startSession(who.user)
	}
	if err != nil {
		return err
	}
	if failure != "" {
		v.trace.Finish(trace.Refused, oauth.ErrAccessDenied.Because("the login does not prove a user", nil))
		return v.showLogin(loginView{transaction: id, client: client, request: &t.Request, failure: failure, entered: form.Get("login")})
	}
	v.trace.Pass(checkPassword, "")
	v.granted()
	v.browser.SetSession(token)
	return v.afterLogin(id, t, client, store.Standing{Session: session, User: who.user}, token)
}

// claimant is whom a login form names. Whoever does not exist is the zero user.
type claimant struct {
	user domain.User
	// counter is whose attempts are counted: those of a user under all their
	// names together, and those of a name that nobody has.
	counter  string
	attempts int // since the last success, this one included
}

// locked tells whether the claimant is refused, right password or not.
func (w claimant) locked() bool { return w.attempts > interaction.MaxAttempts }

// find looks up whom a login form names.
func (v *visit) find(entered string) (claimant, error) {
	login, err := domain.CanonicalLogin(entered)
	if err != nil {
		login = "" // nobody's
	}
	user, err := v.Store.Workspace(v.w).FindLogin(v.ctx, login)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return claimant{counter: "name " + login}, nil
	case err != nil:
		return claimant{}, oauth.ErrTemporarilyUnavailable.Because("the user could not be looked up", err)
	}
	return claimant{user: user, counter: user.UserID}, nil
}

// authenticate proves a user by password. Whoever does not exist, is disabled,
// is locked or has no password costs the same work and gets the same answer.
func (v *visit) authenticate(who claimant, presented string) (pages.LoginError, error) {
	phc := who.user.PasswordHash
	if who.user.Disabled || who.locked() {
		phc = ""
	}
	matches, rehash, err := v.Passwords.Verify(v.ctx, phc, presented)
	if errors.Is(err, password.ErrFormat) {
		// A hash that cannot be read matches nothing, and must not tell on its owner.
		matches, rehash, err = v.Passwords.Verify(v.ctx, "", presented)
	}
	switch {
	case errors.Is(err, password.ErrBusy):
		v.trace.Fail("logins within bounds", trace.Check{Expected: "few logins at once", Actual: "too many at once", Fix: "Try again; if it happens often, the operator can raise password.max_queued."})
		return pages.LoginBusy, nil
	case err != nil:
		return "", oauth.ErrTemporarilyUnavailable.Because("the password could not be checked", err)
	case !matches:
		v.noteFailure(who)
		return pages.LoginRefused, nil
	}
	if rehash {
		v.rehash(who.user, presented)
	}
	return "", nil
}

// What a login must hold to. The name that was entered is in no explanation: it
// may be a password in the wrong field.
const (
	checkUserEnabled = "user enabled"
	checkPassword    = "password matches"
)

// explainFailure tells what no password could mend, or that this one did not.
func (v *visit) explainFailure(who claimant) {
	t, user := v.trace, who.user
	switch {
	case !t.Check("attempts within bounds", !who.locked(), trace.Check{Expected: "few failed attempts", Wrong: "too many; not even the right password counts now", Fix: "Wait a quarter of an hour after the last attempt."}):
	case !t.Check("user found", user.UserID != "", trace.Check{Expected: "a user of this workspace", Actual: user.UserID, Wrong: "nobody has the name that was entered", Fix: "Compare the name with the user's e-mail address and username; users belong to one workspace."}):
	case !t.Check(checkUserEnabled, !user.Disabled, trace.Check{Expected: "enabled", Wrong: "disabled", Fix: "Enable the user."}):
	case !t.Check("password set", user.PasswordHash != "", trace.Check{Expected: "a user with a password", Wrong: "the user has none", Fix: "Give the user a password."}):
	default:
		t.Fail(checkPassword, trace.Check{Expected: "the user's password", Actual: "another", Fix: "Give the user a new password."})
	}
}

// noteFailure explains a failed login, and records that of somebody who exists.
// That they are locked is said once: who keeps hammering must not fill the history.
func (v *visit) noteFailure(who claimant) {
	v.explainFailure(who)
	if who.user.UserID == "" || who.attempts > interaction.MaxAttempts+1 {
		return
	}
	ev := v.userEvent("login.fail", who.user.UserID, "", "")
	ev.Outcome, ev.Detail = "failure", map[string]string{"reason": who.refusal()}
	v.Audit(ev)
}

// refusal is why a login fails that no password could mend, or that this one
// did not.
func (w claimant) refusal() string {
	switch {
	case w.locked():
		return "too many attempts"
	case w.user.UserID == "":
		return "unknown user"
	case w.user.Disabled:
		return "disabled"
	case w.user.PasswordHash == "":
		return "no password"
	default:
		return "wrong password"
	}
}

// rehash renews a hash of older parameters while the password is at hand. It is
// no new password: sessions and tokens stay as they are. If it fails, the next
// login tries again.
func (v *visit) rehash(user domain.User, presented string) {
	phc, err := v.Passwords.Hash(v.ctx, presented)
	if err != nil {
		return
	}
	_ = v.Store.Workspace(v.w).RehashPassword(v.ctx, user.UserID, user.PasswordHash, phc)
}

// afterLogin goes on to consent, or straight to where the flow leads.
func (v *visit) afterLogin(id string, t *interaction.Transaction, client *domain.Client, s store.Standing, token string) error {
	if t.Kind == interaction.KindAccount {
		if _, err := v.browser.Take(v.ctx, id); err != nil {
			return err
		}
		return v.seeOther(v.path("/account"))
	}
	standing := &s
	if !client.Trusted {
		// What the user allowed before decides whether to ask.
		var err error
		if standing, err = v.browser.StandingOf(v.ctx, token, client.ClientID); err != nil {
			return err
		}
	}
	switch need := v.needs(client, &t.Request, standing, true); need {
	case needConsent:
		return v.toConsent(id, v.browser.LoginProof(id, s.Session.ID))
	case needLogin:
		return errSignedOut // within the moment since
	case needNothing, needAccount:
	}
	// Nothing is left to ask: the transaction ends here, for one of all who try.
	if _, err := v.browser.Take(v.ctx, id); err != nil {
		return err
	}
	if !t.Request.MeantFor(s.User.UserID) {
		return v.tell(client, &t.Request, oauth.ErrLoginRequired.Because("another user logged in than the request is meant for", nil))
	}
	return v.grantCode(client, &t.Request, standing, interaction.Attempts(s.User.UserID))
}

// cancel ends the transaction and tells the client that the user said no.
func (v *visit) cancel(id string) error {
	t, err := v.browser.Take(v.ctx, id)
	if err != nil {
		return err
	}
	client, err := v.clientOf(t)
	if err != nil {
		return err
	}
	if client == nil {
		return v.seeOther(v.path("/account"))
	}
	return v.tell(client, &t.Request, oauth.ErrAccessDenied.Because("the user said no", nil))
}

func (v *visit) showLogin(l loginView) error {
	view := pages.Login{LoginHint: l.entered, Error: l.failure, NoCancel: l.client == nil}
	var locales string
	var policy pages.Policy
	if l.client != nil {
		locales, policy.FormAction = l.request.UILocales, []string{l.request.RedirectURI}
		view.ClientName = l.client.ClientName
		view.ClientLogoURL = v.clientLogoURL(l.client)
		if view.LoginHint == "" {
			view.LoginHint = l.request.LoginHint
		}
	}
	view.Page = v.frame(locales, policy)
	view.Action, view.Tx = v.path("/login"), l.transaction
	view.CSRF = v.browser.CSRF(loginPurpose(l.transaction))
	status := http.StatusOK // a form shown again is no fault of HTTP
	if l.failure == pages.LoginBusy {
		status = http.StatusServiceUnavailable
		v.c.Response().Header().Set("Retry-After", "2")
	}
	return v.show(status, func(out io.Writer) error { return v.Renderer.Login(out, view) })
}

// loginPurpose binds the login form to its transaction.
func loginPurpose(transaction string) string { return "login " + transaction }

// clientOf finds the client of a transaction, which may have been disabled
// since it began; nil for the account page's.
func (v *visit) clientOf(t *interaction.Transaction) (*domain.Client, error) {
	if t.Kind == interaction.KindAccount {
		return nil, nil
	}
	client, err := v.client(t.Request.ClientID)
	if err != nil {
		return nil, err
	}
	if client == nil {
		return nil, errClientGone
	}
	return client, nil
}
