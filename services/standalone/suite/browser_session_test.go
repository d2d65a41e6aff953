package suite_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/services/standalone/suite/internal/browser"
	"github.com/signet-authz/signet/services/standalone/suite/internal/party"
	"github.com/signet-authz/signet/services/standalone/suite/internal/target"
	"github.com/signet-authz/signet/services/standalone/suite/internal/wire"
)

// SE-01, LO-10
func TestEveryLoginHasASessionOfItsOwn(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		alice, bob, app := w.NewUser(t), w.NewUser(t), w.NewApp(t, nil)
		planted, b := w.Browser(t), w.Browser(t)
		app.Authorize().Code(t, planted, alice)
		attacker := planted.Cookies(t, w.Address("/login"))

		// A victim who begins with the attacker's cookies ends with a session of
		// their own, of which the attacker's cookies know nothing.
		b.SetCookies(t, w.Address("/login"), attacker)
		r := app.Authorize("prompt", "login")
		page := party.LogIn(t, r.Open(t, b), bob)
		if page.Has("consent-accept") {
			page = page.Press(t, "consent-accept")
		}
		tokens := party.ReadTokens(t, r.Redeem(t, r.ReadCode(t, page)))
		require.Equal(t, bob.ID, party.ReadJWT(t, tokens.ID).Claims["sub"])
		changed := false
		for _, c := range b.Cookies(t, w.Address("/login")) {
			same := false
			for _, old := range attacker {
				same = same || old.Name == c.Name && old.Value == c.Value
			}
			changed = changed || !same
		}
		require.True(t, changed, "the login gave a new cookie")
		silent := app.Authorize("prompt", "none")
		mine := party.ReadTokens(t, silent.Redeem(t, silent.ReadCode(t, silent.Open(t, planted))))
		require.Equal(t, alice.ID, party.ReadJWT(t, mine.ID).Claims["sub"], "the attacker is who they were")

		first, _ := party.ReadJWT(t, tokens.ID).Claims["sid"].(string)
		again := app.Authorize("prompt", "login")
		tokens = party.ReadTokens(t, again.Redeem(t, again.ReadCode(t, party.LogIn(t, again.Open(t, b), bob))))
		require.NotEqual(t, first, party.ReadJWT(t, tokens.ID).Claims["sid"])
	})
}

// SE-02, CN-03
func TestFormsAreTakenFromOurOwnPagesOnly(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		user, app := w.NewUser(t), w.NewApp(t, nil)
		b := w.Browser(t)
		r := app.Authorize()
		login := r.Open(t, b)
		_, action, good := login.Fill(t, "login-submit", "login", user.Email, "password", user.Password)
		forged := func(change func(url.Values)) url.Values {
			v := url.Values{}
			for name := range good {
				v.Set(name, good.Get(name))
			}
			change(v)
			return v
		}
		notOurForm(t, b.Post(t, action.String(), good, "cross-site"))
		notOurForm(t, b.Post(t, action.String(), good, "same-site"))
		notOurForm(t, b.Post(t, action.String(), forged(func(v url.Values) { v.Del("csrf") }), "same-origin"))
		notOurForm(t, b.Post(t, action.String(), forged(func(v url.Values) { v.Set("csrf", "x") }), "same-origin"))
		notOurForm(t, b.Post(t, action.String(), forged(func(v url.Values) { v.Del("tx") }), "same-origin"))
		notOurForm(t, w.Browser(t).Post(t, action.String(), good, "same-origin")) // another browser
		silent := app.Authorize("prompt", "none")
		redirected(t, silent, silent.Open(t, b), "login_required")

		consent := party.LogIn(t, login, user)
		_, action, good = consent.Fill(t, "consent-accept")
		notOurForm(t, b.Post(t, action.String(), good, "cross-site"))
		notOurForm(t, b.Post(t, action.String(), forged(func(v url.Values) { v.Set("csrf", "x") }), "same-origin"))
		notOurForm(t, b.Post(t, action.String(), forged(func(v url.Values) { v.Set("csrf", login.Value(t, "login-submit", "csrf")) }), "same-origin"))
		get := b.Open(t, action.String()+"?"+good.Encode())
		require.Nil(t, get.Landing, "a link gives no consent")
		require.NotEmpty(t, r.ReadCode(t, consent.Press(t, "consent-accept")), "none of it used the transaction up")
	})
}

// SE-03
func TestLoginBelongsToTheBrowserThatBeganIt(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		victim, app := w.NewUser(t), w.NewApp(t, nil)
		attacker, other := w.Browser(t), w.Browser(t)
		page := app.Authorize().Open(t, attacker)
		tx := page.Value(t, "login-submit", "tx")
		app.Authorize().Open(t, other) // the victim's browser has a cookie of its own
		for _, path := range []string{"/login", "/consent"} {
			notOurForm(t, other.Open(t, w.Address(path)+"?tx="+url.QueryEscape(tx)))
		}
		_, action, values := page.Fill(t, "login-submit", "login", victim.Email, "password", victim.Password)
		notOurForm(t, other.Post(t, action.String(), values, "same-origin"))
	})
}

// SE-05
func TestAmbiguousCookiesCountForNothing(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		user, app := w.NewUser(t), w.NewApp(t, nil)
		_, b := app.LogUserIn(t, user)
		silent := app.Authorize("prompt", "none")
		ask := func(cookie string) string {
			a := wireGet(t, silent.URL(), "Cookie", cookie)
			require.Less(t, a.Status, 500, cookie)
			location, err := url.Parse(a.Header.Get("Location"))
			require.NoError(t, err)
			return location.Query().Get("error")
		}
		var good []string
		for _, c := range b.Cookies(t, w.Address("/login")) {
			good = append(good, c.Name+"="+c.Value)
		}
		require.Empty(t, ask(strings.Join(good, "; ")))
		for _, c := range b.Cookies(t, w.Address("/login")) {
			if ask(c.Name+"="+c.Value) != "" {
				continue // not the session
			}
			for _, cookie := range []string{
				c.Name + "=" + c.Value + "; " + c.Name + "=x", c.Name + "=x; " + c.Name + "=" + c.Value, c.Name + "=" + c.Value + "; " + c.Name + "=" + c.Value,
				c.Name + "=" + strings.Repeat("a", 4000), c.Name + "=", c.Name, `$Version=1; ` + c.Name + "=x", c.Name + `="` + c.Value[:10] + `"`, strings.ToUpper(c.Name) + "=" + c.Value, "=" + c.Value,
			} {
				require.Equal(t, "login_required", ask(cookie), cookie)
			}
		}
	})
}

// varying are the parts of a page that differ between any two requests.
var varying = regexp.MustCompile(`(?s)name="(csrf|tx)" value="[^"]*"|nonce="[^"]*"|<code id="reference">[^<]*</code>|name="login" value="[^"]*"`)

func essence(p *browser.Page) string { return varying.ReplaceAllString(p.Body, "") }

// SE-06
func TestFailedLoginTellsNothingAboutTheAccount(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		app, user, disabled := w.NewApp(t, nil), w.NewUser(t), w.NewUser(t)
		disabled.Patch(t, map[string]any{"disabled": true})
		without := w.NewUserWith(t, map[string]any{"email": party.Name("nopass") + "@example.com"})
		locked := w.NewUser(t)
		for range 12 {
			party.LogIn(t, app.Authorize().Open(t, w.Browser(t)), party.User{Email: locked.Email, Password: "wrong"})
		}
		var want *browser.Page
		for name, try := range map[string]party.User{
			"wrong password": {Email: user.Email, Password: "wrong password"}, "unknown": {Email: "nobody@example.com", Password: "wrong password"},
			"disabled, right": disabled, "disabled, wrong": {Email: disabled.Email, Password: "wrong password"},
			"no password": {Email: without.Email, Password: "wrong password"}, "locked, right": locked, "ambiguous": {Email: "a@b@example.com", Password: "wrong password"},
			"empty password": {Email: user.Email}, "huge password": {Email: user.Email, Password: strings.Repeat("p", 2000)},
		} {
			p := party.LogIn(t, app.Authorize().Open(t, w.Browser(t)), try)
			require.True(t, p.Has("login-submit") && p.Has("error"), "%s: %s", name, p.Text())
			htmlPage(t, p)
			if try.Password != "" {
				require.NotContains(t, p.Body, try.Password)
			}
			if want == nil {
				want = p
			}
			require.Equal(t, want.Status, p.Status, name)
			require.Equal(t, essence(want), essence(p), name)
		}
		for _, login := range []string{"", strings.Repeat("a", 400) + "@example.com"} {
			p := party.LogIn(t, app.Authorize().Open(t, w.Browser(t)), party.User{Email: login, Password: "x"})
			require.True(t, p.Has("login-submit") && p.Has("error"), p.Text())
			require.Equal(t, want.Status, p.Status)
		}
	})
}

// SE-07
func TestGuessingAPasswordIsStoppedForTheNameWhateverItsSpelling(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		app, user, serial := w.NewApp(t, nil), w.NewUser(t), w.NewUser(t)
		spellings := []string{user.Email, strings.ToUpper(user.Email), " " + user.Email + " ", fullWidth(user.Email)}
		var wg sync.WaitGroup
		var guesses atomic.Int32
		for i := range 40 {
			wg.Go(func() {
				// A service that is too busy for a guess has not been guessed at.
				if p := app.Authorize().Open(t, w.Browser(t)); p.Has("login-submit") {
					party.LogIn(t, p, party.User{Email: spellings[i%len(spellings)], Password: "wrong"})
					guesses.Add(1)
				}
			})
		}
		wg.Wait()
		require.Greater(t, guesses.Load(), int32(20))
		require.True(t, party.LogIn(t, app.Authorize().Open(t, w.Browser(t)), user).Has("error"), "40 guesses at once are too many")

		for range 5 {
			require.True(t, party.LogIn(t, app.Authorize().Open(t, w.Browser(t)), party.User{Email: serial.Email, Password: "wrong"}).Has("error"))
		}
		require.True(t, party.LogIn(t, app.Authorize().Open(t, w.Browser(t)), serial).Has("consent-accept"), "a few slips lock nobody out")
	})
}

// SE-07: the e-mail address and the username are two names of one account.
func TestASecondNameIsNoSecondSupplyOfGuesses(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		app, user := w.NewApp(t, nil), w.NewUser(t)
		for range 8 {
			for _, name := range []string{user.Email, user.Username} {
				party.LogIn(t, app.Authorize().Open(t, w.Browser(t)), party.User{Email: name, Password: "wrong"})
			}
		}
		require.True(t, party.LogIn(t, app.Authorize().Open(t, w.Browser(t)), user).Has("error"), "16 guesses at one account are too many")
	})
}

// SE-14
func TestOnePersonIsOneAccount(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		app, user := w.NewApp(t, nil), w.NewUser(t)
		for _, email := range []string{strings.ToUpper(user.Email), fullWidth(user.Email), " " + user.Email} {
			a := w.API(t, http.MethodPost, "/users", map[string]any{"email": email, "password": "a long password"})
			require.Contains(t, []int{http.StatusBadRequest, http.StatusConflict}, a.Status, email)
		}
		for _, email := range []string{"a@b@example.com", "a b@example.com", "a\u200bb@example.com", "nobody", "@example.com"} {
			problem(t, w.API(t, http.MethodPost, "/users", map[string]any{"email": email, "password": "a long password"}), http.StatusBadRequest)
		}
		plus := w.NewUserWith(t, map[string]any{"email": strings.Replace(user.Email, "@", "+tag@", 1), "password": "a long password"})
		require.NotEqual(t, user.ID, plus.ID)
		for _, login := range []string{strings.ToUpper(user.Email), " " + user.Email + " ", user.Username, strings.ToUpper(user.Username)} {
			r := app.Authorize()
			p := party.LogIn(t, r.Open(t, w.Browser(t)), party.User{Email: login, Password: user.Password})
			if p.Has("consent-accept") {
				p = p.Press(t, "consent-accept")
			}
			tokens := party.ReadTokens(t, r.Redeem(t, r.ReadCode(t, p)))
			require.Equal(t, user.ID, party.ReadJWT(t, tokens.ID).Claims["sub"], login)
		}
	})
}

// SE-17, SE-22
func TestPagesCarryEveryPolicy(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		user, app := w.NewUser(t), w.NewApp(t, nil)
		b := w.Browser(t)
		login := app.Authorize().Open(t, b)
		consent := party.LogIn(t, login, user)
		for name, p := range map[string]*browser.Page{
			"login": login, "consent": consent, "error": app.Authorize("client_id", "x").Open(t, b), "account": b.Open(t, w.Address("/account")), "logout": b.Open(t, w.Address("/oidc/logout")),
		} {
			htmlPage(t, p)
			require.Equal(t, "same-origin", p.Header.Get("Cross-Origin-Opener-Policy"), name)
			require.NotContains(t, p.Body, " onclick=", name)
			require.NotContains(t, p.Body, "<script>", name)
			require.Contains(t, p.Header.Get("Content-Security-Policy"), "form-action", name)
		}
		require.Contains(t, consent.Header.Get("Content-Security-Policy"), "https://app.example", "browsers hold form-action against the redirect")
		for _, c := range b.Cookies(t, w.Address("/login")) {
			require.Len(t, c.Value, 43, "a cookie is a random value and nothing else")
		}
		raw := wireGet(t, app.Authorize().URL())
		for _, line := range raw.Header.Values("Set-Cookie") {
			require.Contains(t, line, "HttpOnly")
			require.Contains(t, line, "SameSite=Lax")
			require.Contains(t, line, "Path="+w.Path())
			require.NotContains(t, line, "Domain=")
		}
		require.NotEmpty(t, raw.Header.Values("Set-Cookie"))
	})
}

// SE-18
func TestOtherHostsAreNotServed(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		app := w.NewApp(t, nil)
		for _, host := range []string{"evil.example", "127.0.0.1.evil.example", "127.0.0.1@evil.example", "evil.example:80"} {
			for _, address := range []string{app.Authorize().URL(), w.Address("/.well-known/openid-configuration"), w.Address("/account")} {
				a := wire.Do(t, wire.Request(t, http.MethodGet, address, "", "Host", host))
				require.Contains(t, []int{http.StatusMisdirectedRequest, http.StatusNotFound, http.StatusBadRequest}, a.Status, host)
				require.NotContains(t, string(a.Body)+a.Header.Get("Location"), "evil.example")
			}
		}
	})
}

// SE-19
func TestPagesKnowNoReturnAddressOfTheCallers(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		_, b := w.NewApp(t, nil).LogUserIn(t, w.NewUser(t))
		for _, name := range []string{"return_to", "next", "login_challenge", "redirect", "continue", "tx"} {
			for _, value := range []string{"//evil.example", `/\evil.example`, "https:evil.example", "/%09/evil.example", "javascript:alert(1)", "https://evil.example/"} {
				for _, path := range []string{"/login", "/consent", "/account", "/oidc/logout"} {
					p := b.Open(t, w.Address(path)+"?"+name+"="+url.QueryEscape(value))
					require.Nil(t, p.Landing, path)
					require.Empty(t, p.Header.Get("Location"))
					require.NotContains(t, p.Body, "evil.example")
				}
			}
		}
	})
}
