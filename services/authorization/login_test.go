package authorization_test

import (
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/pkg/cache"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/password"
	"github.com/signet-authz/signet/pkg/tenancy"
	"github.com/signet-authz/signet/services/authorization"
)

const (
	sessionName = "__Secure-signet-session"
	bindingName = "__Secure-signet-browser"
)

func (b *browser) cookie(address, name string) string {
	u, _ := url.Parse(address)
	for _, c := range b.jar.Cookies(u) {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}

func (b *browser) setCookie(address string, cookies ...*http.Cookie) {
	u, _ := url.Parse(address)
	b.jar.SetCookies(u, cookies)
}

func TestCookiesStayWithinTheWorkspace(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	p.client("app")
	p.user("alice")
	b := h.browser()
	page := b.send(http.MethodGet, p.authorizeURL("app"), "")
	action, form := page.form()
	form.Set("login", "alice")
	form.Set("password", secret)
	done := b.send(http.MethodPost, action, form.Encode(), "Sec-Fetch-Site", "same-origin")
	cookies := append(page.Cookies(), done.Cookies()...)
	require.Len(t, cookies, 2)
	for i, name := range []string{bindingName, sessionName} {
		c := cookies[i]
		require.Equal(t, name, c.Name)
		require.Equal(t, "/acme/default", c.Path)
		require.Empty(t, c.Domain)
		require.True(t, c.Secure && c.HttpOnly)
		require.Equal(t, http.SameSiteLaxMode, c.SameSite)
		require.Len(t, c.Value, 43)
		require.NotContains(t, done.Body+page.Body, c.Value)
		require.NotContains(t, h.log.String(), c.Value)
	}
	require.NotContains(t, h.log.String(), secret)
	require.NotContains(t, h.log.String(), form.Get("tx"))
}

func TestPlainCookiesAreForLoopbackOnly(t *testing.T) {
	h := newHouse(t, func(d *authorization.Deps) {
		d.Resolver = tenancy.NewResolver(d.Caches.Directory, "http://localhost:8080")
		d.Server.Hosts, d.Server.Secure = nil, false
	})
	p, _ := h.tenant("acme")
	p.client("app")
	p.user("alice")
	b := h.browser()
	page := b.send(http.MethodGet, p.authorizeURL("app"), "")
	require.Equal(t, "signet-browser", page.Cookies()[0].Name)
	require.False(t, page.Cookies()[0].Secure)
	p.code(page.logIn("alice", secret).consent("accept"))
}

// SE-01, LO-10
func TestLoginAlwaysGivesANewSession(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	p.client("app")
	p.user("alice")
	b := h.browser()
	planted := strings.Repeat("A", 43)
	b.setCookie(p.url("/login"), &http.Cookie{Name: sessionName, Value: planted, Path: "/acme/default", Secure: true})
	p.code(b.open(p.authorizeURL("app")).logIn("alice", secret).consent("accept"))
	first := b.cookie(p.url("/login"), sessionName)
	require.NotEqual(t, planted, first)
	sid := p.redeem(p.code(b.open(p.authorizeURL("app")))).SessionID
	second := p.redeem(p.code(b.open(p.authorizeURL("app", "prompt", "login")).logIn("alice", secret)))
	require.NotEqual(t, first, b.cookie(p.url("/login"), sessionName))
	require.NotEqual(t, sid, second.SessionID)

	other := h.browser()
	other.setCookie(p.url("/login"), &http.Cookie{Name: sessionName, Value: planted, Path: "/acme/default", Secure: true})
	require.True(t, other.open(p.authorizeURL("app")).isLogin(), "the planted value stands for nobody")
}

// SE-02
func TestFormsOfOtherSitesAreRefused(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	p.client("app")
	user := p.user("alice")
	b := h.browser()
	action, form := b.open(p.authorizeURL("app")).form()
	form.Set("login", "alice")
	form.Set("password", secret)
	for _, header := range [][]string{
		{"Sec-Fetch-Site", "cross-site"},
		{"Sec-Fetch-Site", "same-site"},
		{"Sec-Fetch-Site", "", "Origin", "https://evil.example"},
		{"Sec-Fetch-Site", "", "Origin", "http://id.example"},
		{"Sec-Fetch-Site", "", "Origin", "https://id.example:8443"},
	} {
		require.Equal(t, "We did not accept this form", b.send(http.MethodPost, action, form.Encode(), header...).errorPage(http.StatusForbidden), header)
	}
	for _, csrf := range []string{"", "x", form.Get("csrf")[1:], "B" + form.Get("csrf")[1:], form.Get("csrf") + "=", strings.Repeat("A", 44)} {
		bad := url.Values{"login": {"alice"}, "password": {secret}, "tx": form["tx"], "csrf": {csrf}}
		require.Equal(t, "We did not accept this form", b.send(http.MethodPost, action, bad.Encode()).errorPage(http.StatusBadRequest))
	}
	sessions, err := p.data.SessionsOf(t.Context(), user.UserID)
	require.NoError(t, err)
	require.Empty(t, sessions)
	for _, header := range [][]string{{"Sec-Fetch-Site", "same-origin"}, {"Sec-Fetch-Site", "", "Origin", "null"}, {"Sec-Fetch-Site", "", "Origin", origin}, {"Sec-Fetch-Site", "", "Origin", ""}} {
		require.True(t, b.follow(b.send(http.MethodPost, action, form.Encode(), header...)).isConsent(), header)
	}
}

// SE-03
func TestLoginIsFinishedInTheBrowserThatBeganIt(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	p.client("app")
	p.user("alice")
	attacker, victim := h.browser(), h.browser()
	action, form := attacker.open(p.authorizeURL("app")).form()
	form.Set("login", "alice")
	form.Set("password", secret)
	victim.post(action, form).errorPage(http.StatusBadRequest)
	require.Equal(t, "Please start again in this browser", victim.open(p.url("/login?tx="+form.Get("tx"))).errorPage(http.StatusBadRequest))
	victim.open(p.authorizeURL("app")) // now it has a binding of its own
	victim.open(p.url("/login?tx=" + form.Get("tx"))).errorPage(http.StatusBadRequest)
	victim.open(p.url("/consent?tx=" + form.Get("tx"))).errorPage(http.StatusBadRequest)
	victim.post(action, form).errorPage(http.StatusBadRequest)
	require.True(t, attacker.open(p.url("/login?tx="+form.Get("tx"))).isLogin(), "nothing of it ended the flow")
}

// SE-05
func TestAmbiguousCookiesCountForNothing(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	p.client("app", func(c *domain.Client) { c.Trusted = true })
	p.user("alice")
	b := h.browser()
	p.code(b.open(p.authorizeURL("app")).logIn("alice", secret))
	good := b.cookie(p.url("/"), sessionName)
	clean := h.browser()
	for _, cookie := range []string{
		sessionName + "=" + good + "; " + sessionName + "=" + strings.Repeat("A", 43), sessionName + "=" + strings.Repeat("A", 43) + "; " + sessionName + "=" + good,
		sessionName + "=" + good + "; " + sessionName + "=" + good, sessionName + "=" + good[:42], sessionName + "=" + good + "A", sessionName + "=", "$Version=1; " + sessionName + "=" + strings.Repeat("A", 43),
		sessionName + "=" + strings.Repeat("A", 16<<10), "signet-session=" + good, sessionName + "=" + strings.ToLower(good),
	} {
		require.True(t, clean.send(http.MethodGet, p.authorizeURL("app"), "", "Cookie", cookie).isLogin(), cookie)
	}
}

var nonce = regexp.MustCompile(`nonce-[^']*'`)

// SE-06
func TestFailedLoginsTellNothing(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	p.client("app")
	p.user("alice")
	p.user("locked")
	p.user("disabled", func(u *domain.User) { u.Disabled = true })
	p.user("federated", func(u *domain.User) { u.PasswordHash = "" })
	p.user("damaged", func(u *domain.User) { u.PasswordHash = "$nonsense$" })
	b := h.browser()
	page := b.open(p.authorizeURL("app"))
	for range 11 {
		page.logIn("locked", "wrong")
	}
	// What the answer looks like, apart from the name typed and the reference.
	// The name is taken out of its own field alone: elsewhere a short one may
	// happen to stand within a random value.
	look := func(login, password string) string {
		a := page.logIn(login, password)
		require.Equal(t, http.StatusOK, a.StatusCode)
		a.pageHeaders()
		headers := ""
		for _, name := range []string{"Content-Security-Policy", "Set-Cookie", "Retry-After", "Www-Authenticate", "Location"} {
			headers += fmt.Sprint(name, a.Header[name])
		}
		shown := strings.ReplaceAll(login, "\u200b", "") // what cannot be seen is not shown
		field := func(value string) string { return `name="login" value="` + value + `"` }
		body := withoutReference(a.Body)
		require.Contains(t, body, field(html.EscapeString(shown)))
		return nonce.ReplaceAllString(headers, "") + strings.Replace(body, field(html.EscapeString(shown)), field("NAME"), 1)
	}
	want := look("alice", "wrong password")
	require.Contains(t, want, "That did not match")
	for login, password := range map[string]string{
		"nobody": secret, "locked": secret, "disabled": secret, "federated": secret, "damaged": secret, "alice@users.example": "", "no@body@users": secret, "x\u200by": secret,
	} {
		require.Equal(t, want, look(login, password), login)
	}
	require.Len(t, p.events("login.fail"), 11+2+3, "failures of those who exist are recorded, being locked once")
}

// SE-07
func TestPasswordsCannotBeGuessed(t *testing.T) {
	h := newHouse(t)
	p, second := h.tenant("acme")
	p.client("app")
	second.client("app")
	p.user("alice")
	p.user("bob")
	second.user("alice")
	page := h.browser().open(p.authorizeURL("app"))
	// All names of one person share one count, in any spelling and any flow.
	names := []string{"alice", "ALICE", "alice@users.example", "Alice@Users.Example", "ａlice", " alice "}
	for i := range 10 {
		require.True(t, h.browser().open(p.authorizeURL("app")).logIn(names[i%len(names)], "wrong").isLogin())
	}
	for _, name := range names {
		require.True(t, page.logIn(name, secret).isLogin(), "even the right password, under every name")
	}
	require.True(t, page.logIn("bob", secret).isConsent(), "others are not concerned")
	require.True(t, h.browser().open(second.authorizeURL("app")).logIn("alice", secret).isConsent(), "nor are other workspaces")
	h.clock.Advance(15 * time.Minute)
	require.True(t, page.logIn("alice", secret).isConsent())
}

func TestParallelGuessesAreCountedExactly(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	p.client("app")
	user := p.user("alice")
	b := h.browser()
	action, form := b.open(p.authorizeURL("app")).form()
	binding := b.cookie(p.url("/login"), bindingName)
	body := func(password string) string {
		return url.Values{"login": {"alice"}, "password": {password}, "tx": form["tx"], "csrf": form["csrf"]}.Encode()
	}
	var all sync.WaitGroup
	start := make(chan struct{})
	for range 100 {
		all.Go(func() {
			<-start
			other := h.browser()
			other.setCookie(action, &http.Cookie{Name: bindingName, Value: binding, Path: "/acme/default", Secure: true})
			a := other.send(http.MethodPost, action, body("wrong"))
			if a.StatusCode != http.StatusOK || !a.isLogin() {
				t.Errorf("want the login page again, got %d", a.StatusCode)
			}
		})
	}
	close(start)
	all.Wait()
	attempts, err := h.kv.Workspace(p.w).Failures(t.Context(), "login", user.UserID)
	require.NoError(t, err)
	require.Equal(t, 100, attempts)
	require.True(t, b.follow(b.send(http.MethodPost, action, body(secret))).isLogin())
	sessions, err := p.data.SessionsOf(t.Context(), user.UserID)
	require.NoError(t, err)
	require.Empty(t, sessions)
}

func TestSuccessForgetsEarlierFailures(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	p.client("app")
	p.user("alice")
	for _, then := range []string{"accept", "deny", "accept", "deny"} {
		page := h.browser().open(p.authorizeURL("app", "prompt", "consent"))
		for range 9 {
			require.True(t, page.logIn("alice", "wrong").isLogin())
		}
		page.logIn("alice", secret).consent(then)
	}
	// Logins that go well are never too many, whatever comes of them.
	for range 15 {
		h.browser().open(p.authorizeURL("app", "prompt", "consent")).logIn("alice", secret).consent("deny")
		require.Equal(t, http.StatusOK, h.browser().open(p.url("/account")).logIn("alice", secret).StatusCode)
	}
	// A session that is at hand says nothing about who types passwords.
	b := h.browser()
	p.code(b.open(p.authorizeURL("app")).logIn("alice", secret))
	page := h.browser().open(p.authorizeURL("app"))
	for range 5 {
		page.logIn("alice", "wrong")
		p.code(b.open(p.authorizeURL("app")))
		page.logIn("alice", "wrong")
		p.code(b.open(p.authorizeURL("app", "prompt", "consent")).consent("accept"))
	}
	require.True(t, page.logIn("alice", secret).isLogin())
}

// SE-10
func TestConsentNeedsALogin(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	p.client("app")
	p.user("alice")
	b := h.browser()
	_, form := b.open(p.authorizeURL("app")).form()
	require.True(t, b.open(p.url("/consent?tx="+form.Get("tx"))).isLogin())
	require.Equal(t, "You are no longer signed in", b.post(p.url("/consent"), url.Values{"tx": {form.Get("tx") + " app "}, "csrf": form["csrf"], "action": {"accept"}}).errorPage(http.StatusBadRequest))
	b.post(p.url("/login"), url.Values{}).errorPage(http.StatusBadRequest)
	b.post(p.url("/consent"), url.Values{}).errorPage(http.StatusBadRequest)
}

// SE-11, TEN-27
func TestWhoIsDisabledMeanwhileGetsNothing(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	p.client("app")
	user := p.user("alice")
	b := h.browser()
	p.code(b.open(p.authorizeURL("app")).logIn("alice", secret).consent("accept"))
	consent := b.open(p.authorizeURL("app", "prompt", "consent"))
	user, err := p.data.User(t.Context(), user.UserID)
	require.NoError(t, err)
	user.Disabled = true
	_, _, err = p.data.UpdateUser(t.Context(), user, created("user.update"))
	require.NoError(t, err)
	require.Equal(t, "You are no longer signed in", consent.consent("accept").errorPage(http.StatusBadRequest))
	require.True(t, b.open(p.authorizeURL("app")).isLogin())
	p.refused(b.open(p.authorizeURL("app", "prompt", "none")), "login_required")
	require.True(t, b.open(p.url("/account")).isLogin())

	p.user("bob")
	login, asked := h.browser().open(p.authorizeURL("app")), h.browser().open(p.authorizeURL("app")).logIn("bob", secret)
	p.change("app", func(c *domain.Client) { c.Disabled = true })
	require.Equal(t, headingClient, login.logIn("bob", secret).errorPage(http.StatusBadRequest))
	require.Equal(t, headingClient, asked.consent("accept").errorPage(http.StatusBadRequest))

	record := p.w.Record()
	record.State, record.Issuer = domain.StateSuspended, ""
	_, err = h.store.Tenant(p.w.Tenant()).UpdateWorkspace(t.Context(), record, created("workspace.update"))
	require.NoError(t, err)
	h.caches.Apply(cache.Invalidation{Kind: cache.KindWorkspace, TID: "acme", AID: "default"})
	require.Equal(t, "This service is switched off", b.open(p.authorizeURL("app")).errorPage(http.StatusForbidden))
	require.Equal(t, "This service is switched off", b.post(p.url("/login"), url.Values{}).errorPage(http.StatusForbidden))
}

// SE-19
func TestNothingButATransactionSaysWhereToGo(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	b := h.browser()
	for _, to := range []string{"//evil.example", `/\evil`, "https:evil", "/%09/evil", "javascript:alert(1)"} {
		for _, name := range []string{"tx", "return_to", "next", "redirect_uri", "login_challenge"} {
			for _, path := range []string{"/login", "/consent"} {
				b.open(p.url(path) + "?" + url.Values{name: {to}}.Encode()).errorPage(http.StatusBadRequest)
				b.post(p.url(path)+"?"+url.Values{name: {to}}.Encode(), url.Values{name: {to}}).errorPage(http.StatusBadRequest)
			}
		}
	}
}

// SE-21
func TestSessionsEndByThemselves(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme", func(s *domain.Settings) { s.SessionTTL, s.SessionMaxTTL = time.Hour, 3*time.Hour })
	p.client("app", func(c *domain.Client) { c.Trusted = true })
	p.user("alice")
	b := h.browser()
	p.code(b.open(p.authorizeURL("app")).logIn("alice", secret))
	for range 3 {
		h.clock.Advance(55 * time.Minute)
		p.code(b.open(p.authorizeURL("app")))
	}
	h.clock.Advance(20 * time.Minute)
	require.True(t, b.open(p.authorizeURL("app")).isLogin(), "the absolute end")
	p.code(b.open(p.authorizeURL("app")).logIn("alice", secret))
	h.clock.Advance(time.Hour)
	require.True(t, b.open(p.authorizeURL("app")).isLogin(), "the idle end")
}

func TestTransactionsEndWithTheirTime(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	p.client("app")
	p.user("alice")
	page := h.browser().open(p.authorizeURL("app"))
	h.clock.Advance(31 * time.Minute)
	require.Equal(t, "This page has expired", page.logIn("alice", secret).errorPage(http.StatusBadRequest))
}

func TestUserMayTurnBack(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	p.client("app")
	page := h.browser().open(p.authorizeURL("app"))
	p.refused(page.submit("action", "cancel", "login", "", "password", ""), "access_denied")
	require.Equal(t, "This page has expired", page.submit("action", "cancel").errorPage(http.StatusBadRequest))
}

func TestOldHashesAreRenewedWhileThePasswordIsAtHand(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	p.client("app")
	salt := []byte("0123456789abcdef")
	digest, err := pbkdf2.Key(sha256.New, secret, salt, 1000, 32)
	require.NoError(t, err)
	encode := base64.RawStdEncoding.EncodeToString
	user := p.user("alice", func(u *domain.User) { u.PasswordHash = "$pbkdf2-sha256$1000$" + encode(salt) + "$" + encode(digest) })
	before := h.browser()
	for range 2 {
		b := h.browser()
		require.True(t, b.open(p.authorizeURL("app")).logIn("alice", secret).isConsent())
		before = b
	}
	user, err = p.data.User(t.Context(), user.UserID)
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(user.PasswordHash, "$argon2id$"), user.PasswordHash)
	require.True(t, before.open(p.authorizeURL("app")).isConsent(), "the session lives on")
}

// F-51
func TestLoginFloodIsToldToWait(t *testing.T) {
	busy := password.New(password.Config{MaxConcurrent: 1, Params: password.Params{MemoryKiB: 64 << 10, Iterations: 3, Parallelism: 1}})
	h := newHouse(t, func(d *authorization.Deps) { d.Passwords = busy })
	p, _ := h.tenant("acme")
	p.client("app")
	page := h.browser().open(p.authorizeURL("app"))
	hashing, stop := make(chan struct{}), make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		for {
			_, _ = busy.Hash(t.Context(), secret)
			select {
			case <-hashing:
			default:
				close(hashing)
			}
			select {
			case <-stop:
				return
			default:
			}
		}
	})
	defer all.Wait()
	defer close(stop)
	<-hashing
	names := 0
	require.Eventually(t, func() bool {
		names++
		a := page.logIn(fmt.Sprint("nobody", names), secret)
		return a.StatusCode == http.StatusServiceUnavailable && a.Header.Get("Retry-After") == "2" && strings.Contains(a.Body, "We cannot sign you in right now")
	}, 20*time.Second, time.Millisecond)
}
