package suite_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/services/standalone/suite/internal/party"
	"github.com/signet-authz/signet/services/standalone/suite/internal/target"
)

// push hands in the request and returns another, which is all that the browser
// carries of it.
func push(t *testing.T, r *party.Request) *party.Request {
	t.Helper()
	var pairs []string
	for name := range r.Values {
		pairs = append(pairs, name, r.Values.Get(name))
	}
	a := r.App.Call(t, 0, "/par", pairs...)
	require.Equal(t, http.StatusCreated, a.Status, "%s", a)
	require.Equal(t, "no-cache, no-store", a.Header.Get("Cache-Control"))
	require.Equal(t, json.Number("60"), a.JSON()["expires_in"])
	require.Regexp(t, `^urn:ietf:params:oauth:request_uri:[A-Za-z0-9_-]{43}$`, a.Text("request_uri"))
	return &party.Request{App: r.App, Verifier: r.Verifier, Values: party.Form("client_id", r.App.ID, "request_uri", a.Text("request_uri"))}
}

// PA-07, PA-11
func TestPushedRequestLeadsToTokensOnce(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		user := w.NewUser(t)
		for name, app := range map[string]*party.App{"confidential": w.NewApp(t, nil), "public": w.Public(t, nil)} {
			t.Run(name, func(t *testing.T) {
				r := app.Authorize()
				pushed := push(t, r)
				b := w.Browser(t)
				require.True(t, pushed.Open(t, b).Has("login-submit"))
				pushed.With("scope", "email", "state", "x", "redirect_uri", "https://evil.example/", "prompt", "none")
				party.ReadTokens(t, r.Redeem(t, r.ReadCode(t, pushed.Walk(t, b, user))))
				errorPage(t, pushed.Open(t, b))
				errorPage(t, pushed.Open(t, w.Browser(t)))
			})
		}
	})
}

// TEN-10, TEN-29
func TestRequestURIIsWorthNothingElsewhereAndAsNothingElse(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		a1, a2, b := neighbours(t, tg)
		user := a1.NewUser(t)
		for name, other := range map[string]*party.Workspace{"same tenant": a2, "other tenant": b} {
			t.Run(name, func(t *testing.T) {
				mine, theirs := twins(t, a1, other)
				r := mine.Authorize()
				pushed := push(t, r)
				stolen := *pushed
				stolen.App = theirs
				errorPage(t, stolen.Open(t, other.Browser(t)))

				uri := pushed.Values.Get("request_uri")
				handle := strings.TrimPrefix(uri, "urn:ietf:params:oauth:request_uri:")
				for _, value := range []string{uri, handle} {
					refused(t, r.Redeem(t, value), "invalid_grant")
					refused(t, mine.Token(t, "grant_type", "refresh_token", "refresh_token", value), "invalid_grant")
				}
				browser := a1.Browser(t)
				code := r.ReadCode(t, pushed.Walk(t, browser, user))
				errorPage(t, browser.Open(t, a1.Address("/oauth2/authorize")+"?"+url.Values{"client_id": {mine.ID}, "request_uri": {strings.TrimSuffix(uri, handle) + code}}.Encode()))
				party.ReadTokens(t, r.Redeem(t, code))
			})
		}
	})
}

// PA-10
func TestWorkspaceAndClientCanInsistOnPushedRequests(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		n := party.Register(t, tg)
		w := n.Default()
		user := w.NewUser(t)
		app := w.NewApp(t, map[string]any{"require_pushed_authorization_requests": true})
		plain := app.Authorize()
		redirected(t, plain, plain.Open(t, w.Browser(t)), "invalid_request")
		r := app.Authorize()
		party.ReadTokens(t, r.Redeem(t, r.ReadCode(t, push(t, r).Walk(t, w.Browser(t), user))))

		strict := n.NewWorkspace(t, map[string]any{"require_pushed_authorization_requests": true})
		require.Equal(t, true, wireGet(t, strict.Issuer()+"/.well-known/openid-configuration").JSON()["require_pushed_authorization_requests"])
		plain = strict.NewApp(t, nil).Authorize()
		redirected(t, plain, plain.Open(t, strict.Browser(t)), "invalid_request")
	})
}
