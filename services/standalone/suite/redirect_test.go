package suite_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/services/standalone/suite/internal/party"
	"github.com/signet-authz/signet/services/standalone/suite/internal/target"
)

// RU-01 to RU-07, RU-10, RU-15, RU-17, RU-21
func TestRedirectURIIsComparedByteForByte(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		web := w.NewApp(t, map[string]any{"redirect_uris": []string{"https://app.example/cb"}})
		query := w.NewApp(t, map[string]any{"redirect_uris": []string{"https://app.example/cb?a=1&b=2"}})
		native := w.Public(t, map[string]any{"application_type": "native", "redirect_uris": []string{"http://127.0.0.1/cb", "com.example.app:/cb"}})
		webLoopback := w.NewApp(t, map[string]any{"redirect_uris": []string{"http://127.0.0.1:9000/cb"}})
		for _, c := range []struct {
			app *party.App
			uri string
		}{
			{web, ""},
			{web, "https://app.example/cb2"},
			{web, "https://app.example/cb/"},
			{web, "https://app.example/cb/.."},
			{web, "https://app.example/cb/%2e%2e/x"},
			{web, "https://app.example/CB"},
			{web, "https://app.example/cb;x"},
			{web, "https://app.example/"},
			{web, "https://app.example"},
			{web, "https://app.example/cb?x=1"},
			{web, "https://app.example/cb?"},
			{web, "https://app.example/cb#"},
			{web, "https://app.example/cb#f"},
			{query, "https://app.example/cb?b=2&a=1"},
			{query, "https://app.example/cb?a=1"},
			{query, "https://app.example/cb"},
			{query, "https://app.example/cb?a=1&b=2&c=3"},
			{web, "HTTPS://APP.EXAMPLE/cb"},
			{web, "https://App.example/cb"},
			{web, "http://app.example/cb"},
			{web, "https://app.example:443/cb"},
			{web, "https://app.example./cb"},
			{web, "https://%61pp.example/cb"},
			{web, "https://xn--pp-example-q0a/cb"},
			{web, "https://аpp.example/cb"},
			{web, "https://app.example@evil.example/cb"},
			{web, "https://app.example:x@evil.example/cb"},
			{web, `https://evil.example\@app.example/cb`},
			{web, `https://app.example\.evil.com/cb`},
			{web, "//app.example/cb"},
			{web, "/cb"},
			{web, "app.example/cb"},
			{web, "javascript:alert(1)"},
			{web, "data:text/html,x"},
			{web, "https://app.example/cb "},
			{web, " https://app.example/cb"},
			{web, "https://app.example/cb%0d%0a"},
			{web, "https://app.example/cb" + strings.Repeat("a", 8<<10)},
			{web, "https://evil.example/cb"},
			{web, webLoopback.RedirectURI},
			{webLoopback, "http://127.0.0.1:9001/cb"},
			{webLoopback, "http://127.0.0.1/cb"},
			{native, "http://127.0.0.1:49152/other"},
			{native, "http://127.0.0.1.evil.com:1/cb"},
			{native, "http://127.0.0.1:49152@evil.example/cb"},
			{native, "http://localhost:1/cb"},
			{native, "http://[::1]:1/cb"},
			{native, "http://127.1/cb"},
			{native, "http://0x7f.1/cb"},
			{native, "http://127.0.0.1:0/cb"},
			{native, "http://127.0.0.1:65536/cb"},
			{native, "http://127.0.0.1:/cb"},
			{native, "http://127.0.0.1:+1/cb"},
			{native, "http://127.0.0.1:01/cb"},
			{native, "http://127.0.0.1:1/cb?x"},
			{native, "http://127.0.0.1:1/cb/"},
			{native, "https://127.0.0.1:1/cb"},
			{native, "http://127.0.0.2:1/cb"},
			{native, "com.example.app://cb"},
			{native, "COM.EXAMPLE.APP:/cb"},
			{native, "com.example.app:/cb?x"},
			{native, "com.example.app:cb"},
		} {
			b := w.Browser(t)
			errorPage(t, c.app.Authorize("redirect_uri", c.uri).Open(t, b))
			// RU-19: no other fault turns the refusal into a redirect.
			errorPage(t, c.app.Authorize("redirect_uri", c.uri, "scope", "nonsense", "prompt", "none", "response_type", "token").Open(t, b))
		}
		for _, raw := range []string{"%09", "%0a", "%00", "%80"} {
			r := web.Authorize("redirect_uri", "")
			errorPage(t, w.Browser(t).Open(t, r.URL()+"&redirect_uri="+url.QueryEscape(party.Callback)+raw))
		}
		require.True(t, web.Authorize().Open(t, w.Browser(t)).Has("login-submit"))
		require.True(t, query.Authorize().Open(t, w.Browser(t)).Has("login-submit"))
	})
}

// RU-01
func TestRedirectURIIsNeverGuessed(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		two := w.NewApp(t, map[string]any{"redirect_uris": []string{"https://app.example/a", "https://app.example/b"}})
		errorPage(t, two.Authorize("redirect_uri", "").Open(t, w.Browser(t)))
	})
}

// RU-09
func TestRedirectURIMustNotRepeat(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		app := w.NewApp(t, nil)
		evil := "&redirect_uri=" + url.QueryEscape("https://evil.example/cb")
		good := "&redirect_uri=" + url.QueryEscape(party.Callback)
		base := app.Authorize("redirect_uri", "").URL()
		errorPage(t, w.Browser(t).Open(t, base+good+evil))
		errorPage(t, w.Browser(t).Open(t, base+evil+good))
		errorPage(t, w.Browser(t).Open(t, base+good+good))

		// In the query of a POST it counts for nothing, or fails the request.
		r := app.Authorize()
		p := w.Browser(t).Post(t, w.Address("/oauth2/authorize?x=y")+evil, r.Values, "cross-site")
		if p.Status != http.StatusBadRequest {
			require.True(t, p.Has("login-submit"), p.Text())
			require.NotContains(t, p.Header.Get("Content-Security-Policy"), "evil.example")
		}
	})
}

// RU-11, RU-13, RU-23, CN-02
func TestDangerousURIsCannotBeRegistered(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		dangerous := []string{"javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd", "blob:https://app.example/x", "about:blank", "http://app.example/cb", "//app.example/cb", "/cb", "", "https://user:pass@app.example/cb", "https://app.example/cb#fragment", "https://*.example/cb", "https://app.example/\ncb"}
		for _, uri := range append(dangerous, tg.URL+"/cb", tg.URL+w.Path()+"/oauth2/authorize",
			"https://app.example/cb?code=x", "https://app.example/cb?a=1&state=x", "https://app.example/cb?iss=x", "https://app.example/cb?error=x", "https://app.example/cb?id_token=x", "https://app.example/cb?response=x") {
			a := w.API(t, http.MethodPost, "/clients", map[string]any{"client_name": "x", "redirect_uris": []string{uri}, "grant_types": []string{"authorization_code"}})
			problem(t, a, http.StatusBadRequest)
			require.NotEmpty(t, a.JSON()["errors"], uri)
		}
		for _, member := range []string{"logo_uri", "policy_uri", "tos_uri", "client_uri"} {
			for _, uri := range dangerous[:9] {
				a := w.API(t, http.MethodPost, "/clients", map[string]any{"client_name": "x", "redirect_uris": []string{party.Callback}, member: uri})
				problem(t, a, http.StatusBadRequest)
			}
		}
		for _, uri := range dangerous[:9] {
			a := w.API(t, http.MethodPost, "/clients", map[string]any{"client_name": "x", "redirect_uris": []string{party.Callback}, "post_logout_redirect_uris": []string{uri}})
			problem(t, a, http.StatusBadRequest)
		}
		app := w.NewApp(t, nil)
		problem(t, w.API(t, http.MethodPatch, "/clients/"+app.ID, map[string]any{"redirect_uris": []string{"javascript:alert(1)"}}), http.StatusBadRequest)
		require.Len(t, items(t, w.API(t, http.MethodGet, "/clients?limit=100", nil)), 1, "nothing of it was stored")
	})
}

// RU-18
func TestRedirectURIMustBeTheSameAtTheTokenEndpoint(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		user := w.NewUser(t)
		app := w.NewApp(t, map[string]any{"redirect_uris": []string{"https://app.example/cb", "https://app.example/other"}})
		r := app.Authorize("redirect_uri", "https://app.example/cb")
		code := r.Code(t, w.Browser(t), user)
		for _, uri := range []string{"https://app.example/other", "https://app.example/cb/", "https://evil.example/cb"} {
			refused(t, r.Redeem(t, code, "redirect_uri", uri), "invalid_grant")
		}
		require.Equal(t, http.StatusOK, r.Redeem(t, code, "redirect_uri", "").Status, "PKCE stands in for it (OAuth 2.1)")
	})
}

// RU-19
func TestNoErrorRedirectsToAnUnprovenAddress(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		app := w.NewApp(t, nil)
		errorPage(t, app.Authorize("client_id", "nobody").Open(t, w.Browser(t)))
		errorPage(t, app.Authorize("client_id", "", "redirect_uri", "https://evil.example").Open(t, w.Browser(t)))
		errorPage(t, app.Authorize("redirect_uri", "https://evil.example", "prompt", "none").Open(t, w.Browser(t)))
		errorPage(t, app.Authorize("redirect_uri", "https://evil.example", "response_mode", "form_post").Open(t, w.Browser(t)))
	})
}

// RU-22
func TestRedirectURIRemovedMeanwhileGetsNoCode(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		user := w.NewUser(t)
		app := w.NewApp(t, map[string]any{"redirect_uris": []string{"https://app.example/cb", "https://app.example/new"}})
		consent := party.LogIn(t, app.Authorize().Open(t, w.Browser(t)), user)
		require.True(t, consent.Has("consent-accept"), consent.Text())

		r := app.Authorize("redirect_uri", "https://app.example/cb")
		held := r.Code(t, w.Browser(t), user)
		app.Patch(t, map[string]any{"redirect_uris": []string{"https://app.example/new"}})
		soon(t, settingsBound, "the old URI is refused", func() bool {
			return app.Authorize("redirect_uri", "https://app.example/cb").Open(t, w.Browser(t)).Status == http.StatusBadRequest
		})
		errorPage(t, consent.Press(t, "consent-accept"))
		soon(t, settingsBound, "a code for the old URI is worth nothing", func() bool {
			a := r.Redeem(t, held, "code_verifier", party.NewVerifier())
			return a.Text("error") == "invalid_grant"
		})
		refused(t, r.Redeem(t, held), "invalid_grant")
	})
}
