package console

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/kv"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/server"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/pkg/tenancy"
	"github.com/signet-authz/signet/services/tenant-admin/internal/problem"
	"github.com/signet-authz/signet/services/tenant-admin/internal/relying"
	"github.com/signet-authz/signet/services/tenant-admin/internal/rules"
)

const (
	loginTTL     = 30 * time.Minute // as long as the authorization server waits
	loginStarts  = 100              // from one source in ten minutes
	maxReturnTo  = 1024
	maxLoginHint = 256
)

// begun is a sign-in on its way.
type begun struct {
	Flow     relying.Flow `json:"flow"`
	ReturnTo string       `json:"return_to"`
	Binding  []byte       `json:"binding"` // hash of the browser's login cookie
}

// fault is why a sign-in did not succeed: one of the codes that the console
// knows, and what the log should say.
type fault struct {
	code, tid, reason string
	cause             error
}

func (f *fault) Error() string { return "console: " + f.code + ": " + f.reason }

func (f *fault) Unwrap() error { return f.cause }

// settle leads a person whose sign-in failed back to where sign-ins begin. What
// is no fault of the sign-in is the front's.
func (c *Console) settle(ctx echo.Context, err error) error {
	var f *fault
	var outage *oauth.Error
	switch {
	case errors.As(err, &f):
	case errors.Is(err, problem.RateLimited):
		f = &fault{code: "rate_limited", reason: "too many sign-ins begun"}
	case errors.As(err, &outage):
		f = &fault{code: "unavailable", reason: outage.Reason(), cause: errors.Unwrap(outage)}
	default:
		return err
	}
	server.Outcome(ctx, f.code, f.reason, f.cause)
	query := url.Values{"error": {f.code}, "trace_id": {server.TraceID(ctx)}}
	if domain.ValidSlug(f.tid) {
		query.Set("tid", f.tid)
	}
	return ctx.Redirect(http.StatusSeeOther, signIn+"?"+query.Encode())
}

// login begins a sign-in. It does no more for whoever asks, and so needs no
// proof of who that is.
func (c *Console) login(ctx echo.Context) error {
	r := ctx.Request()
	if c.elsewhere(r) {
		return ctx.Redirect(http.StatusSeeOther, c.Resolver.PublicURL()+r.URL.RequestURI())
	}
	to, err := c.begin(ctx)
	if err != nil {
		return c.settle(ctx, err)
	}
	return ctx.Redirect(http.StatusSeeOther, to)
}

// elsewhere tells whether the browser is at another name of this host than the
// public one, to which it would come back without its cookies.
func (c *Console) elsewhere(r *http.Request) bool {
	_, public, _ := strings.Cut(c.origin, "://")
	host := strings.ToLower(r.Host)
	for _, port := range []string{":443", ":80"} {
		public, host = strings.TrimSuffix(public, port), strings.TrimSuffix(host, port)
	}
	return host != public
}

// begin keeps a sign-in and returns where the browser goes.
func (c *Console) begin(ctx echo.Context) (string, error) {
	r := ctx.Request()
	if err := c.limit(ctx, "login", loginStarts); err != nil {
		return "", err
	}
	query, err := oauth.ParseForm(r.URL.RawQuery)
	if err != nil {
		return "", &fault{code: "sign_in_failed", reason: "the query cannot be read", cause: err}
	}
	tid := query.Get("tid")
	w, err := c.Resolver.Workspace(r.Context(), tid, domain.AdminWorkspace)
	if err != nil {
		return "", unresolved(tid, err)
	}
	hint := query.Get("login_hint")
	if len(hint) > maxLoginHint {
		hint = ""
	}
	flow := relying.NewFlow(w)
	to, err := c.Party.Authorization(r.Context(), w, flow, hint)
	if err != nil {
		return "", declined(tid, err)
	}
	binding := c.cookies.login(r)
	if binding == "" {
		binding = keys.NewBearer()
	}
	raw, err := json.Marshal(begun{Flow: flow, ReturnTo: returnTo(query.Get("return_to"), tid), Binding: keys.HashBearer(binding)})
	if err != nil {
		return "", err
	}
	sealed, err := c.Root.Seal(raw, keys.AAD(sealLogin, flow.State))
	if err != nil {
		return "", err
	}
	if err := c.sessions.kv.PutLogin(r.Context(), flow.State, sealed, loginTTL); err != nil {
		return "", err
	}
	c.cookies.set(ctx.Response(), loginCookie, binding, loginTTL)
	return to, nil
}

func unresolved(tid string, err error) error {
	switch {
	case errors.Is(err, tenancy.ErrNotFound):
		return &fault{code: "unknown_tenant", tid: tid, reason: "no such tenant"}
	case errors.Is(err, tenancy.ErrSuspended):
		return &fault{code: "tenant_suspended", tid: tid, reason: "the tenant is suspended"}
	}
	return err
}

// returnTo is where the console goes after a sign-in: what was asked for if it
// is a place of the console's, written plainly, else the tenant's own.
func returnTo(wanted, tid string) string {
	otherwise := rules.ConsolePath + "/" + tid
	u, err := url.Parse(wanted)
	if err != nil || len(wanted) > maxReturnTo || u.Scheme != "" || u.Host != "" || u.User != nil || u.Opaque != "" {
		return otherwise
	}
	odd := func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`\"<>^{|}`, r) || r == '`' }
	within := u.Path == rules.ConsolePath || strings.HasPrefix(u.Path, rules.ConsolePath+"/")
	if !within || strings.ContainsFunc(wanted, odd) || strings.ContainsFunc(u.Path, odd) || u.EscapedPath() != u.Path ||
		strings.TrimSuffix(u.Path, "/") != path.Clean(u.Path) {
		return otherwise
	}
	for _, name := range []string{"login", "callback", "logout", "api", "sign-in"} {
		if place := rules.ConsolePath + "/" + name; u.Path == place || strings.HasPrefix(u.Path, place+"/") {
			return otherwise
		}
	}
	return wanted
}

// callback ends a sign-in.
func (c *Console) callback(ctx echo.Context) error {
	to, err := c.finish(ctx)
	if err != nil {
		return c.settle(ctx, err)
	}
	return ctx.Redirect(http.StatusSeeOther, to)
}

func (c *Console) finish(ctx echo.Context) (string, error) {
	r := ctx.Request()
	answer, err := oauth.ParseForm(r.URL.RawQuery)
	if err != nil {
		return "", &fault{code: "sign_in_failed", reason: "the answer cannot be read", cause: err}
	}
	b, err := c.took(r.Context(), answer.Get("state"))
	if err != nil {
		return "", err
	}
	tid := b.Flow.TID
	if subtle.ConstantTimeCompare(keys.HashBearer(c.cookies.login(r)), b.Binding) != 1 {
		return "", &fault{code: "other_browser", tid: tid, reason: "the sign-in was begun in another browser"}
	}
	w, err := c.Resolver.Workspace(r.Context(), tid, domain.AdminWorkspace)
	if err != nil {
		return "", unresolved(tid, err)
	}
	code, err := b.Flow.Code(w, answer)
	if err != nil {
		return "", declined(tid, err)
	}
	tokens, err := c.Party.Redeem(r.Context(), w, b.Flow, code)
	if err != nil {
		return "", declined(tid, err)
	}
	if err := c.admit(ctx, w, tokens); err != nil {
		return "", err
	}
	return b.ReturnTo, nil
}

// took ends the wait for the answer with that state.
func (c *Console) took(ctx context.Context, state string) (begun, error) {
	var b begun
	gone := &fault{code: "expired", reason: "no such sign-in, or not any more"}
	if len(state) != bearerLength {
		return b, gone
	}
	sealed, err := c.sessions.kv.TakeLogin(ctx, state)
	if errors.Is(err, kv.ErrNotFound) {
		return b, gone
	}
	if err != nil {
		return b, err
	}
	raw, err := c.Root.Open(sealed, keys.AAD(sealLogin, state))
	if err != nil || json.Unmarshal(raw, &b) != nil {
		return b, gone
	}
	return b, nil
}

// declined is a refusal of the authorization server's, of which the console
// tells two kinds apart.
func declined(tid string, err error) error {
	var no *relying.Refusal
	if !errors.As(err, &no) {
		return err
	}
	code := "sign_in_failed"
	if no.Code == oauth.ErrAccessDenied.Code {
		code = no.Code
	}
	return &fault{code: code, tid: tid, reason: no.Error()}
}

// admit lets a person who has signed in take their place in the browser's
// session, under a new secret.
func (c *Console) admit(ctx echo.Context, w tenancy.Workspace, t relying.Tokens) error {
	r, tid := ctx.Request(), w.TID()
	// What follows must not stop half-way because the browser has left.
	work := context.WithoutCancel(r.Context())
	err := c.mayEnter(work, tid, t.ID)
	if err != nil {
		_ = c.Party.Revoke(work, w, t.Refresh) // nobody else has it
		return err
	}
	old, err := c.current(r)
	if err != nil {
		return err
	}
	if old != nil && len(old.seats) >= maxTenants && !slices.Contains(tenantsOf(old), tid) {
		_ = c.Party.Revoke(work, w, t.Refresh)
		return &fault{code: "too_many_tenants", tid: tid, reason: "the session has as many tenants as it may"}
	}
	at, err := c.sessions.renew(work, old)
	if err != nil {
		return err
	}
	err = c.sessions.alone(work, at, tid, func(before seat, found bool) error {
		if found {
			_ = c.Party.Revoke(work, w, before.Refresh)
		}
		return c.sessions.put(work, at, tid, seat{Tokens: t, Ends: c.Now().Add(signInLife)})
	})
	if err != nil {
		return err
	}
	c.cookies.set(ctx.Response(), sessionCookie, at.cookie(), 0)
	c.cookies.remember(ctx.Response(), r, tid)
	c.Record(c.event(ctx, w, "console.sign_in", t.ID))
	return nil
}

// mayEnter refuses whoever is a user of the workspace but no member of the
// tenant: there is nothing that the console could show them.
func (c *Console) mayEnter(ctx context.Context, tid string, id relying.Identity) error {
	m, err := c.Authenticator.Member(ctx, tid, id.Subject)
	if errors.Is(err, store.ErrNotFound) || err == nil && m.Disabled {
		return &fault{code: "not_a_member", tid: tid, reason: "the user is no member of the tenant"}
	}
	return err
}

func tenantsOf(at *session) []string {
	var tids []string
	for tid := range at.seats {
		tids = append(tids, tid)
	}
	slices.Sort(tids)
	return tids
}
