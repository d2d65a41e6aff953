package page

import (
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/password"
	"github.com/signet-authz/signet/pkg/server"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/pkg/tenancy"
	"github.com/signet-authz/signet/services/authorization/internal/interaction"
	"github.com/signet-authz/signet/services/authorization/internal/request"
	"github.com/signet-authz/signet/web/pages"
)

// After maxAttempts without a success a name is refused, right password or
// not, until the window has passed. The count is of names, whether anybody has
// them or not, so that it tells nothing about who exists.
const (
	maxAttempts   = 10
	attemptWindow = 15 * time.Minute
)

// The authentication context and methods of a password login (RFC 8176).
const acrPassword = "urn:signet:acr:password"

func amrPassword() []string { return []string{"pwd"} }

type loginView struct {
	transaction string
	client      *domain.Client   // nil for the account page
	request     *request.Request // nil for the account page
	failed      bool
	entered     string
}

// LoginPage shows the login page of a transaction again: after a reload, or
// from a link within the flow. It changes nothing.
func (p *Pages) LoginPage(c echo.Context) error {
	ctx, w, id := c.Request().Context(), server.Workspace(c), c.QueryParam("tx")
	t, err := p.browser(c, w).Find(ctx, id)
	if err != nil {
		return p.lost(c, w, err)
	}
	client, err := p.clientOf(c, w, t)
	if err != nil {
		return p.lost(c, w, err)
	}
	return p.showLogin(c, w, loginView{transaction: id, client: client, request: &t.Request})
}

// Login takes the login form.
func (p *Pages) Login(c echo.Context) error {
	ctx, w := c.Request().Context(), server.Workspace(c)
	form, err := p.form(c)
	if err != nil {
		return p.lost(c, w, err)
	}
	id := form.Get("tx")
	if !p.browser(c, w).CheckCSRF("login:"+id, form.Get("csrf")) {
		return p.lost(c, w, interaction.ErrForeign)
	}
	if form.Get("action") == "cancel" {
		return p.cancel(c, w, id)
	}
	login, canonErr := domain.CanonicalLogin(form.Get("login"))
	t, attempts, err := p.browser(c, w).Attempt(ctx, id, login, attemptWindow)
	if err != nil {
		return p.lost(c, w, err)
	}
	client, err := p.clientOf(c, w, t)
	if err != nil {
		return p.lost(c, w, err)
	}
	if canonErr != nil {
		login = ""
	}
	user, err := p.authenticate(c, w, login, form.Get("password"), attempts)
	if errors.Is(err, errWrong) {
		return p.showLogin(c, w, loginView{transaction: id, client: client, request: &t.Request, failed: true, entered: form.Get("login")})
	}
	if err != nil {
		return err
	}
	session, err := p.startSession(c, w, user, t.CreatedAt)
	if err != nil {
		return err
	}
	return p.afterLogin(c, w, id, t, client, user, session)
}

// errWrong is the one answer to whatever is wrong with a login.
var errWrong = errors.New("page: the login did not succeed")

// authenticate proves a user by password. Whoever does not exist, is disabled
// or has no password costs the same work and gets the same answer.
func (p *Pages) authenticate(c echo.Context, w tenancy.Workspace, login, presented string, attempts int) (domain.User, error) {
	ctx := c.Request().Context()
	user, err := p.Store.Workspace(w).FindLogin(ctx, login)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return domain.User{}, oauth.ErrTemporarilyUnavailable.Because("the user could not be looked up", err)
	}
	known := err == nil
	locked := attempts > maxAttempts
	phc := user.PasswordHash
	if !known || user.Disabled || locked {
		phc = ""
	}
	matches, rehash, err := p.Passwords.Verify(ctx, phc, presented)
	if errors.Is(err, password.ErrBusy) {
		return domain.User{}, oauth.ErrTemporarilyUnavailable.Because("too many logins at once", err)
	}
	if err != nil {
		return domain.User{}, oauth.ErrTemporarilyUnavailable.Because("the password could not be checked", err)
	}
	if !matches {
		p.noteFailure(c, w, user, known, locked)
		return domain.User{}, errWrong
	}
	if rehash {
		p.rehash(c, w, user, presented)
	}
	return user, nil
}

// noteFailure records a failed login of somebody who exists. That the record
// fails must not change the answer.
func (p *Pages) noteFailure(c echo.Context, w tenancy.Workspace, user domain.User, known, locked bool) {
	if !known {
		return
	}
	ev := p.event(c, w, "login.fail", "user", user.UserID)
	ev.Outcome = "failure"
	switch {
	case locked:
		ev.Detail = map[string]string{"reason": "too many attempts"}
	case user.Disabled:
		ev.Detail = map[string]string{"reason": "disabled"}
	default:
		ev.Detail = map[string]string{"reason": "wrong password"}
	}
	p.Audit(ev)
}

// rehash renews a hash of older parameters while the password is at hand.
func (p *Pages) rehash(c echo.Context, w tenancy.Workspace, user domain.User, presented string) {
	phc, err := p.Passwords.Hash(c.Request().Context(), presented)
	if err != nil {
		return
	}
	// A rehash is not a new password: sessions and tokens stay as they are.
	_ = p.Store.Workspace(w).RehashPassword(c.Request().Context(), user.UserID, user.PasswordHash, phc)
}

// startSession begins a new session. Its id and cookie are always new, so that
// a cookie planted before the login is worth nothing after it.
func (p *Pages) startSession(c echo.Context, w tenancy.Workspace, user domain.User, began time.Time) (domain.Session, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return domain.Session{}, oauth.ErrServerError.Because("no session id could be made", err)
	}
	now, settings, token := p.Now(), w.Settings(), keys.NewBearer()
	if now.Before(began) {
		now = began // two processes' clocks may differ a little
	}
	s := domain.Session{
		ID: id, TokenHash: keys.HashBearer(token), UserID: user.UserID, AuthTime: now, ACR: acrPassword, AMR: amrPassword(),
		CreatedAt: now, LastSeenAt: now, ExpiresAt: now.Add(settings.SessionTTL), MaxEndsAt: now.Add(settings.SessionMaxTTL),
		UserAgent: limit(c.Request().UserAgent(), 256), IP: server.PeerOf(c).IP.String(),
	}
	ev := p.event(c, w, "login.succeed", "user", user.UserID)
	ev.TargetKind, ev.TargetID = "session", id.String()
	if err := p.Store.Workspace(w).StartSession(c.Request().Context(), s, ev); err != nil {
		return domain.Session{}, oauth.ErrTemporarilyUnavailable.Because("the session could not be kept", err)
	}
	p.browser(c, w).SetSession(token)
	return s, nil
}

// afterLogin goes on to consent, or straight to where the flow leads.
func (p *Pages) afterLogin(c echo.Context, w tenancy.Workspace, id string, t *interaction.Transaction, client *domain.Client, user domain.User, s domain.Session) error {
	if t.Kind == interaction.KindAccount {
		return seeOther(c, w.CookiePath()+"/account")
	}
	if client.Trusted {
		standing := &store.Standing{Session: s, User: user}
		return p.finish(c, w, id, client, standing)
	}
	return seeOther(c, within(w, "/consent", id))
}

// cancel ends the transaction and tells the client that the user said no.
func (p *Pages) cancel(c echo.Context, w tenancy.Workspace, id string) error {
	t, err := p.browser(c, w).Take(c.Request().Context(), id)
	if err != nil {
		return p.lost(c, w, err)
	}
	if t.Kind == interaction.KindAccount {
		return seeOther(c, w.CookiePath()+"/account")
	}
	return p.answer(c, w, &t.Request, errorParams(oauth.ErrAccessDenied))
}

func (p *Pages) showLogin(c echo.Context, w tenancy.Workspace, v loginView) error {
	view := pages.Login{LoginHint: v.entered}
	status := http.StatusOK
	var locales string
	var targets []string
	if v.request != nil && v.client != nil {
		locales, targets = v.request.UILocales, []string{v.request.RedirectURI}
		view.ClientName = v.client.ClientName
		if view.LoginHint == "" {
			view.LoginHint = v.request.LoginHint
		}
	}
	if v.failed {
		view.Error, status = pages.LoginRefused, http.StatusUnauthorized
	}
	view.Page = p.frame(c, w, locales, targets...)
	view.Action, view.CSRF, view.Tx = w.CookiePath()+"/login", p.browser(c, w).CSRF("login:"+v.transaction), v.transaction
	view.NoCancel = v.client == nil
	return p.html(c, status, func(out io.Writer) error { return p.Renderer.Login(out, view) })
}

// form reads a POST of one of our own pages.
func (p *Pages) form(c echo.Context) (oauth.Params, error) {
	if interaction.CrossSite(c.Request(), p.PublicOrigin) {
		return nil, interaction.ErrForeign
	}
	return server.ReadParams(c)
}

// clientOf finds the client of a transaction, which may have been disabled
// since it began.
func (p *Pages) clientOf(c echo.Context, w tenancy.Workspace, t *interaction.Transaction) (*domain.Client, error) {
	if t.Kind == interaction.KindAccount {
		return nil, nil
	}
	client, err := p.client(c.Request().Context(), w, t.Request.ClientID)
	if err != nil {
		return nil, oauth.ErrTemporarilyUnavailable.Because("the client could not be looked up", err)
	}
	if client == nil || client.Disabled {
		return nil, interaction.ErrExpired
	}
	return client, nil
}

func limit(s string, n int) string {
	if len(s) > n {
		return s[:n]
	}
	return s
}
