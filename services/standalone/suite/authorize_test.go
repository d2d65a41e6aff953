package suite_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/services/standalone/suite/internal/party"
	"github.com/signet-authz/signet/services/standalone/suite/internal/target"
	"github.com/signet-authz/signet/services/standalone/suite/internal/wire"
)

// AZ-01, AZ-02
func TestUnknownAndDisabledClientsLookTheSame(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		app, disabled := w.NewApp(t, nil), w.NewApp(t, map[string]any{"disabled": true})
		deleted := w.NewApp(t, nil)
		w.Must(t, http.MethodDelete, "/clients/"+deleted.ID, nil)
		var text string
		for _, id := range []string{"nobody", "", disabled.ID, deleted.ID, "' OR 1=1--", "a\"b", "usr_x", strings.Repeat("a", 129), strings.ToUpper(app.ID) + "x"} {
			p := app.Authorize("client_id", id).Open(t, w.Browser(t))
			errorPage(t, p)
			seen := strings.ReplaceAll(p.Text(), p.Header.Get("X-Trace-Id"), "")
			if text == "" {
				text = seen
			}
			require.Equal(t, text, seen, "the page tells why for %q", id)
		}
		errorPage(t, w.Browser(t).Open(t, app.Authorize("client_id", "").URL()+"&client_id=a%00b"))
		a := wireGet(t, app.Authorize("client_id", strings.Repeat("a", 30<<10)).URL())
		require.Contains(t, []int{http.StatusBadRequest, http.StatusRequestURITooLong, http.StatusRequestHeaderFieldsTooLarge}, a.Status)
	})
}

// AZ-03, AZ-05, AZ-06, AZ-07, AZ-10, AZ-13, AZ-15, AZ-17, AZ-25, AZ-27; PK-01, PK-02, PK-03
func TestFaultyRequestsAreReportedToTheClient(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		app := w.NewApp(t, map[string]any{"scope": "openid profile"})
		public := w.Public(t, nil)
		queryOnly := w.NewApp(t, map[string]any{"response_modes": []string{"query"}})
		machine := w.NewApp(t, map[string]any{"grant_types": []string{"client_credentials"}, "response_types": []string{}, "scope": "profile"})
		deep := strings.Repeat("[", 5000)
		for _, c := range []struct {
			name  string
			app   *party.App
			error string
			pairs []string
		}{
			{"no response_type", app, "invalid_request", []string{"response_type", ""}},
			{"response_type token", app, "unsupported_response_type", []string{"response_type", "token"}},
			{"response_type id_token", app, "unsupported_response_type", []string{"response_type", "id_token"}},
			{"response_type none", app, "unsupported_response_type", []string{"response_type", "none"}},
			{"client without the grant", machine, "unauthorized_client", nil},
			{"mode web_message", app, "invalid_request", []string{"response_mode", "web_message"}},
			{"mode unknown", app, "invalid_request", []string{"response_mode", "carrier_pigeon"}},
			{"mode not allowed: fragment", queryOnly, "invalid_request", []string{"response_mode", "fragment"}},
			{"mode not allowed: form_post", queryOnly, "invalid_request", []string{"response_mode", "form_post"}},
			{"scope unknown", app, "invalid_scope", []string{"scope", "openid nonsense"}},
			{"scope not granted to the client", app, "invalid_scope", []string{"scope", "openid email"}},
			{"scope with two spaces", app, "invalid_scope", []string{"scope", "openid  profile"}},
			{"scope with a quote", app, "invalid_scope", []string{"scope", `openid "profile"`}},
			{"scope of many values", app, "invalid_scope", []string{"scope", strings.TrimSpace(strings.Repeat("openid ", 2000))}},
			{"prompt none with another", app, "invalid_request", []string{"prompt", "none login"}},
			{"prompt unknown", app, "invalid_request", []string{"prompt", "dance"}},
			{"max_age negative", app, "invalid_request", []string{"max_age", "-1"}},
			{"max_age not a number", app, "invalid_request", []string{"max_age", "1e9"}},
			{"max_age overflows", app, "invalid_request", []string{"max_age", "99999999999999999999"}},
			{"max_age is text", app, "invalid_request", []string{"max_age", "soon"}},
			{"claims is not JSON", app, "invalid_request", []string{"claims", "{"}},
			{"claims is deep", app, "invalid_request", []string{"claims", `{"id_token":` + deep}},
			{"claims is long", app, "invalid_request", []string{"claims", `{"id_token":{"` + strings.Repeat("x", 10<<10) + `":null}}`}},
			{"resource relative", app, "invalid_target", []string{"resource", "/api"}},
			{"resource with a fragment", app, "invalid_target", []string{"resource", "https://api.example#x"}},
			{"resource unknown", app, "invalid_target", []string{"resource", "https://api.example"}},
			{"registration", app, "registration_not_supported", []string{"registration", "{}"}},
			{"request", app, "request_not_supported", []string{"request", "eyJhbGciOiJub25lIn0.e30."}},
			{"request_uri", app, "request_uri_not_supported", []string{"request_uri", "https://app.example/r"}},
			{"id_token_hint is none", app, "invalid_request", []string{"id_token_hint", "x"}},
			{"no PKCE, confidential", app, "invalid_request", []string{"code_challenge", "", "code_challenge_method", ""}},
			{"no PKCE, public", public, "invalid_request", []string{"code_challenge", "", "code_challenge_method", ""}},
			{"PKCE plain", app, "invalid_request", []string{"code_challenge_method", "plain"}},
			{"PKCE method omitted", app, "invalid_request", []string{"code_challenge_method", ""}},
			{"PKCE method s256", app, "invalid_request", []string{"code_challenge_method", "s256"}},
			{"PKCE method S512", app, "invalid_request", []string{"code_challenge_method", "S512"}},
			{"PKCE challenge short", app, "invalid_request", []string{"code_challenge", "abc"}},
			{"PKCE method alone", app, "invalid_request", []string{"code_challenge", ""}},
			{"state too long", app, "invalid_request", nil},
			{"nonce too long", app, "invalid_request", []string{"nonce", strings.Repeat("n", 8<<10)}},
		} {
			t.Run(c.name, func(t *testing.T) {
				r := c.app.Authorize(c.pairs...)
				if c.name == "state too long" {
					r.With("state", strings.Repeat("s", 12<<10))
					p := r.Open(t, w.Browser(t))
					require.Empty(t, p.Answer().Get("code"))
					if p.Landing == nil {
						require.GreaterOrEqual(t, p.Status, 400)
					} else {
						require.Equal(t, c.error, p.Answer().Get("error"))
						require.Contains(t, []string{"", r.Values.Get("state")}, p.Answer().Get("state"), "never cut short")
					}
					return
				}
				p := r.Open(t, w.Browser(t))
				redirected(t, r, p, c.error)
				require.Empty(t, p.Landing.Fragment, "the error comes in the default mode")
			})
		}
		for _, name := range []string{"state", "scope", "nonce", "code_challenge", "code_challenge_method", "response_type", "response_mode", "prompt", "max_age"} {
			r := app.Authorize("response_mode", "query", "prompt", "login", "max_age", "1")
			p := w.Browser(t).Open(t, r.URL()+"&"+url.Values{name: {r.Values.Get(name)}}.Encode())
			if name == "state" {
				r.Values.Del("state") // neither of the two can be told back
			}
			redirected(t, r, p, "invalid_request")
		}
		errorPage(t, app.Authorize("request", "x", "request_uri", "https://app.example/r").Open(t, w.Browser(t)))
		base := app.Authorize()
		errorPage(t, w.Browser(t).Open(t, base.URL()+"&client_id="+app.ID))
		many := app.Authorize()
		for range 50 {
			many.Values.Add("resource", "https://api.example")
		}
		redirected(t, many, many.Open(t, w.Browser(t)), "invalid_target")
	})
}

// AZ-09, AZ-21
func TestStateAndNonceComeBackExactly(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		user, app := w.NewUser(t), w.NewApp(t, map[string]any{"trusted": true})
		b := w.Browser(t)
		for _, state := range []string{"", "x", strings.Repeat("s", 4096), `a b+c&d=e"f<g>'h;i%0d%0aSet-Cookie:x=y`, "grün–漢字\u202e", "{\"json\":true}"} {
			r := app.Authorize("state", state)
			p := r.Walk(t, b, user)
			require.NotNil(t, p.Landing, p.Text())
			require.NotEmpty(t, r.ReadCode(t, p))
			require.Equal(t, state == "", !p.Answer().Has("state"))
		}
		for _, nonce := range []string{"", strings.Repeat("n", 64), strings.Repeat("n", 1000)} {
			tokens := app.Authorize("nonce", nonce).Tokens(t, b, user)
			got, _ := party.ReadJWT(t, tokens.ID).Claims["nonce"].(string)
			require.Equal(t, nonce, got)
		}
	})
}

// AZ-11, CS: prompt=none
func TestPromptNoneNeverShowsAPage(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		user, app := w.NewUser(t), w.NewApp(t, nil)
		b := w.Browser(t)
		silent := app.Authorize("prompt", "none")
		redirected(t, silent, silent.Open(t, b), "login_required")

		app.Authorize("scope", "openid profile").Code(t, b, user)
		more := app.Authorize("prompt", "none", "scope", "openid profile email")
		redirected(t, more, more.Open(t, b), "consent_required")
		same := app.Authorize("prompt", "none", "scope", "openid")
		require.NotEmpty(t, same.ReadCode(t, same.Open(t, b)), "a subset of what was allowed asks nothing")
	})
}

// AZ-14, AZ-15
func TestFreshLoginCannotBeStrippedFromTheRequest(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		user, app := w.NewUser(t), w.NewApp(t, map[string]any{"trusted": true})
		b := w.Browser(t)
		first := app.Authorize().Tokens(t, b, user)
		firstTime := number(t, party.ReadJWT(t, first.ID).Claims["auth_time"])
		require.True(t, app.Authorize("prompt", "none").Open(t, b).Landing != nil)
		time.Sleep(1100 * time.Millisecond) // auth_time counts seconds

		for _, pairs := range [][]string{{"prompt", "login"}, {"max_age", "0"}, {"max_age", "1"}} {
			r := app.Authorize(pairs...)
			page := r.Open(t, b)
			require.True(t, page.Has("login-submit"), "%v: %s", pairs, page.Text())
			// Going on to the next page without logging in leads back to the login.
			skipped := b.Open(t, w.Address("/consent?tx=")+url.QueryEscape(page.Value(t, "login-submit", "tx")))
			require.Nil(t, skipped.Landing)
			require.False(t, skipped.Has("consent-accept"))
		}
		r := app.Authorize("prompt", "login")
		done := party.LogIn(t, r.Open(t, b), user)
		tokens := party.ReadTokens(t, r.Redeem(t, r.ReadCode(t, done)))
		require.Greater(t, number(t, party.ReadJWT(t, tokens.ID).Claims["auth_time"]), firstTime)
		require.Nil(t, r.Open(t, b).Landing, "the same URL asks again")

		lazy := app.Authorize("max_age", "10000")
		tokens = party.ReadTokens(t, lazy.Redeem(t, lazy.ReadCode(t, lazy.Open(t, b))))
		require.Contains(t, party.ReadJWT(t, tokens.ID).Claims, "auth_time")
	})
}

// AZ-18, AZ-19, CN-09
func TestHintsAreShownHarmlesslyOrNotAtAll(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		user, app := w.NewUser(t), w.NewApp(t, nil)
		for _, locales := range []string{"../../etc/passwd", strings.Repeat("xx ", 5000), "de", "zz-ZZ en", "%00"} {
			p := app.Authorize("ui_locales", locales).Open(t, w.Browser(t))
			require.True(t, p.Has("login-submit"), p.Text())
		}
		for _, hint := range []string{`"><script>alert(1)</script>`, "<img src=x onerror=alert(1)>", strings.Repeat("a", 10<<10)} {
			p := app.Authorize("login_hint", hint).Open(t, w.Browser(t))
			require.Equal(t, http.StatusOK, p.Status)
			require.NotContains(t, p.Body, "<script>alert")
			require.NotContains(t, p.Body, "<img src=x")
		}
		known := app.Authorize("login_hint", user.Email).Open(t, w.Browser(t))
		unknown := app.Authorize("login_hint", "nobody@example.com").Open(t, w.Browser(t))
		require.Equal(t, known.Text()[:60], unknown.Text()[:60])
		require.Equal(t, user.Email, known.Value(t, "login-submit", "login"))

		for _, name := range []string{"error", "error_description", "error_hint", "error_uri", "message"} {
			p := app.Authorize("client_id", "nobody", name, "<script>canary()</script>").Open(t, w.Browser(t))
			errorPage(t, p)
			require.NotContains(t, p.Body, "canary")
		}
	})
}

// AZ-22, AZ-23, AZ-29, AZ-30
func TestAuthorizeAnswersBrowsersOnly(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		user, app := w.NewUser(t), w.NewApp(t, map[string]any{"trusted": true})
		posted := app.Authorize()
		b := w.Browser(t)
		p := b.Post(t, w.Address("/oauth2/authorize"), posted.Values, "cross-site")
		require.True(t, p.Has("login-submit"), "a POST means what the GET means: %s", p.Text())
		htmlPage(t, p)
		for _, link := range p.Links() {
			require.True(t, strings.HasPrefix(link, "/") && !strings.HasPrefix(link, "//"), "third parties see nothing: %s", link)
		}
		p = party.LogIn(t, p, user)
		require.NotEmpty(t, posted.ReadCode(t, p))
		for _, status := range p.Redirects {
			require.Equal(t, http.StatusSeeOther, status, "a redirect after a POST must not carry the password on")
		}

		for _, method := range []string{http.MethodPut, http.MethodPatch, http.MethodDelete, "TRACE"} {
			a := wire.Do(t, wire.Request(t, method, app.Authorize().URL(), ""))
			require.Equal(t, http.StatusMethodNotAllowed, a.Status, method)
			require.NotEmpty(t, a.Header.Get("Allow"), method)
		}
		for _, a := range []wire.Answer{
			wire.Do(t, wire.Request(t, http.MethodOptions, app.Authorize().URL(), "", "Origin", "https://app.example", "Access-Control-Request-Method", "GET")),
			wireGet(t, app.Authorize().URL(), "Origin", "https://app.example"),
		} {
			for name := range a.Header {
				require.False(t, strings.HasPrefix(name, "Access-Control-"), name)
			}
		}
	})
}

// CO-14
func TestLookingAtAPageUsesNothingUp(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		user, app := w.NewUser(t), w.NewApp(t, nil)
		b := w.Browser(t)
		r := app.Authorize()
		consent := party.LogIn(t, r.Open(t, b), user)
		for range 3 {
			again := b.Open(t, consent.URL.String())
			require.True(t, again.Has("consent-accept"), "a reload shows the page again")
			head := wire.Do(t, wire.Request(t, http.MethodHead, consent.URL.String(), ""))
			require.Less(t, head.Status, 500)
			require.Empty(t, head.Body)
		}
		require.NotEmpty(t, r.ReadCode(t, consent.Press(t, "consent-accept")))
	})
}

func number(t testing.TB, v any) float64 {
	t.Helper()
	n, ok := v.(float64)
	require.True(t, ok, "%v is no number", v)
	return n
}
