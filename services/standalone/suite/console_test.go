package suite_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/services/standalone/suite/internal/browser"
	"github.com/signet-authz/signet/services/standalone/suite/internal/party"
	"github.com/signet-authz/signet/services/standalone/suite/internal/target"
	"github.com/signet-authz/signet/services/standalone/suite/internal/wire"
)

// person is somebody's browser at the console.
type person struct {
	*browser.Browser
	tg *target.Target
}

func atConsole(t *testing.T, tg *target.Target) *person {
	t.Helper()
	return &person{Browser: browser.New(t, tg.URL), tg: tg}
}

// signIn goes through the login page of the tenant as its owner.
func (p *person) signIn(t *testing.T, n *party.Tenant) *browser.Page {
	t.Helper()
	page := p.Open(t, p.tg.URL+"/console/login?tid="+n.TID+"&return_to=%2Fconsole%2F"+n.TID+"%2Fworkspaces")
	require.Equal(t, http.StatusOK, page.Status, page.Text())
	if page.Has("login-submit") {
		page = page.Press(t, "login-submit", "login", n.Owner.Email, "password", n.Owner.Password)
	}
	require.Equal(t, "/console/"+n.TID+"/workspaces", page.URL.Path, page.URL.String())
	return page
}

// ask sends what the console's own script would.
func (p *person) ask(t *testing.T, method, path string, body any, headers ...string) wire.Answer {
	t.Helper()
	text := ""
	if body != nil {
		raw, err := json.Marshal(body)
		require.NoError(t, err)
		text, headers = string(raw), append(headers, "Content-Type", "application/json")
	}
	r := wire.Request(t, method, p.tg.URL+path, text, append([]string{"Sec-Fetch-Site", "same-origin"}, headers...)...)
	for _, c := range p.Cookies(t, p.tg.URL+path) {
		r.AddCookie(c)
	}
	a := wire.Do(t, r)
	p.SetCookies(t, p.tg.URL+path, (&http.Response{Header: a.Header}).Cookies())
	return a
}

// here is what the console knows of the browser.
type here struct {
	CSRF    *string `json:"csrf"`
	Tenants []struct {
		TID, Role string
		User      struct{ Sub, Name, Email string }
	}
	Remembered []struct{ TID string }
}

func (p *person) session(t *testing.T) here {
	t.Helper()
	a := p.ask(t, http.MethodGet, "/console/api/session", nil)
	require.Equal(t, http.StatusOK, a.Status, a)
	require.Equal(t, "no-store", a.Header.Get("Cache-Control"))
	require.NotRegexp(t, `eyJ|access_token|refresh_token|id_token`, string(a.Body), "no token reaches the browser")
	var h here
	require.NoError(t, json.Unmarshal(a.Body, &h))
	return h
}

func (h here) tids() []string {
	tids := []string{}
	for _, n := range h.Tenants {
		tids = append(tids, n.TID)
	}
	return tids
}

func TestConsoleSignsInActsAndSignsOut(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		n := party.Register(t, tg)
		p := atConsole(t, tg)
		require.Empty(t, p.session(t).Tenants)
		require.Nil(t, p.session(t).CSRF)
		clients := "/console/api/v1/tenants/" + n.TID + "/workspaces/default/clients"
		require.Equal(t, http.StatusUnauthorized, p.ask(t, http.MethodGet, clients, nil).Status)

		p.signIn(t, n)
		h := p.session(t)
		require.Equal(t, []string{n.TID}, h.tids())
		require.Equal(t, "owner", h.Tenants[0].Role)
		require.Equal(t, n.Owner.Email, h.Tenants[0].User.Email)
		require.NotNil(t, h.CSRF)
		for _, c := range p.Cookies(t, tg.URL+"/console") {
			require.NotContains(t, c.Value, "eyJ")
		}

		require.Equal(t, http.StatusOK, p.ask(t, http.MethodGet, clients, nil).Status)
		client := map[string]any{"client_name": "Made in the console", "redirect_uris": []string{"https://app.example/cb"}}
		made := p.ask(t, http.MethodPost, clients, client, "X-Csrf-Token", *h.CSRF)
		require.Equal(t, http.StatusCreated, made.Status, made)

		out := p.ask(t, http.MethodPost, "/console/logout", map[string]any{"tid": n.TID}, "X-Csrf-Token", *h.CSRF)
		require.Equal(t, http.StatusOK, out.Status, out)
		require.NotContains(t, out.Text("logout_url"), "id_token_hint")
		require.Equal(t, http.StatusUnauthorized, p.ask(t, http.MethodGet, clients, nil).Status)
		after := p.session(t)
		require.Empty(t, after.Tenants)
		require.Equal(t, n.TID, after.Remembered[0].TID)
		page := p.Open(t, tg.URL+out.Text("logout_url"))
		require.Equal(t, "/console", page.URL.Path, "the authorization server asks nothing and leads back")
		require.Equal(t, n.TID, page.URL.Query().Get("state"), "and says of whom one signed out")
		page = p.Open(t, tg.URL+"/console/login?tid="+n.TID)
		require.True(t, page.Has("login-submit"), "signed out there as well")
	})
}

func TestConsoleHoldsSeveralTenants(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		a, b, other := party.Register(t, tg), party.Register(t, tg), party.Register(t, tg)
		p := atConsole(t, tg)
		p.signIn(t, a)
		first := p.Cookies(t, tg.URL+"/console")
		p.signIn(t, b)
		h := p.session(t)
		require.ElementsMatch(t, []string{a.TID, b.TID}, h.tids())
		require.Empty(t, h.Remembered, "only those not signed in are remembered")
		for _, n := range []*party.Tenant{a, b} {
			require.Equal(t, http.StatusOK, p.ask(t, http.MethodGet, "/console/api/v1/tenants/"+n.TID, nil).Status)
		}
		require.Equal(t, http.StatusUnauthorized, p.ask(t, http.MethodGet, "/console/api/v1/tenants/"+other.TID, nil).Status)

		// SE-01: what stood in the browser before the last sign-in is worth nothing.
		planted := atConsole(t, tg)
		planted.SetCookies(t, tg.URL+"/console", first)
		require.Empty(t, planted.session(t).Tenants)

		out := p.ask(t, http.MethodPost, "/console/logout", map[string]any{"tid": a.TID}, "X-Csrf-Token", *h.CSRF)
		require.Equal(t, http.StatusOK, out.Status, out)
		require.Equal(t, []string{b.TID}, p.session(t).tids())
		require.Equal(t, http.StatusOK, p.ask(t, http.MethodGet, "/console/api/v1/tenants/"+b.TID, nil).Status)
		out = p.ask(t, http.MethodPost, "/console/logout", map[string]any{"all": true}, "X-Csrf-Token", *h.CSRF)
		require.Equal(t, http.StatusOK, out.Status, out)
		require.Equal(t, "*", p.Open(t, tg.URL+out.Text("logout_url")).URL.Query().Get("state"), "out of all")
		require.Empty(t, p.session(t).Tenants)
	})
}

func TestRegistrationInTheConsoleLandsSignedIn(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		p, tid := atConsole(t, tg), party.Name("t")
		body := map[string]any{"tid": tid, "owner": map[string]any{"email": "olivia@" + tid + ".example", "name": "Olivia", "password": "correct horse battery"}}
		a := p.ask(t, http.MethodPost, "/console/api/v1/tenants", body)
		require.Equal(t, http.StatusCreated, a.Status, a)
		h := p.session(t)
		require.Equal(t, []string{tid}, h.tids())
		require.Equal(t, "owner", h.Tenants[0].Role)
		require.Equal(t, http.StatusOK, p.ask(t, http.MethodGet, "/console/api/v1/tenants/"+tid, nil).Status)
		page := p.Open(t, tg.URL+"/"+tid+"/admin/account")
		require.Contains(t, page.Text(), "olivia@"+tid+".example", "and at the authorization server")
		require.False(t, page.Has("login-submit"))
	})
}

// Only whoever holds an invitation learns whom it is for, and only while it can
// be accepted.
func TestInvitationSaysWhomItIsForToItsBearerAlone(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		n, other := party.Register(t, tg), party.Register(t, tg)
		p := atConsole(t, tg)
		made := n.Must(t, http.MethodPost, "/invitations", map[string]any{"email": "arthur@contoso.example", "role": "auditor"})
		ask := func(tid, token string) wire.Answer {
			return p.ask(t, http.MethodPost, "/console/api/invitation", map[string]any{"tid": tid, "token": token})
		}
		a := ask(n.TID, made.Text("token"))
		require.Equal(t, http.StatusOK, a.Status, a)
		require.Equal(t, "arthur@contoso.example", a.Text("email"))
		require.Equal(t, "auditor", a.Text("role"))
		require.NotEmpty(t, a.Text("display_name"))

		unknown := ask(n.TID, "x")
		require.Equal(t, http.StatusNotFound, unknown.Status, unknown)
		for name, got := range map[string]wire.Answer{
			"another tenant's": ask(other.TID, made.Text("token")), "no tenant's": ask(party.Name("no"), made.Text("token")), "none": ask(n.TID, ""),
			"too long": ask(n.TID, strings.Repeat("x", 1<<11)),
		} {
			require.Equal(t, http.StatusNotFound, got.Status, name)
			require.Equal(t, unknown.Text("detail"), got.Text("detail"), name)
		}
		foreign := p.ask(t, http.MethodPost, "/console/api/invitation", map[string]any{"tid": n.TID, "token": made.Text("token")}, "Sec-Fetch-Site", "cross-site")
		require.Equal(t, http.StatusForbidden, foreign.Status, foreign)

		n.Must(t, http.MethodDelete, "/invitations/"+made.Text("invitation_id"), nil)
		require.Equal(t, http.StatusNotFound, ask(n.TID, made.Text("token")).Status, "taken back")
	})
}

func TestConsoleEndsWhereTheAuthorizationServerDoes(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		n := party.Register(t, tg)
		p := atConsole(t, tg)
		p.signIn(t, n)
		p.Open(t, tg.URL+"/"+n.TID+"/admin/oidc/logout").Press(t, "logout-yes")
		require.Eventually(t, func() bool { return len(p.session(t).Tenants) == 0 }, 10*time.Second, 100*time.Millisecond)
		require.Equal(t, http.StatusUnauthorized, p.ask(t, http.MethodGet, "/console/api/v1/tenants/"+n.TID, nil).Status)
	})
}

func TestConsoleRenewsItsTokens(t *testing.T) {
	timed(t, func(t *testing.T, tg *target.Target) {
		n := party.Register(t, tg)
		app, p := n.Default().NewApp(t, nil), atConsole(t, tg)
		p.signIn(t, n)
		for range 3 {
			pass(t, app, 3*time.Hour) // access tokens live for one
			require.Equal(t, http.StatusOK, p.ask(t, http.MethodGet, "/console/api/v1/tenants/"+n.TID, nil).Status)
		}
		pass(t, app, 13*time.Hour)
		require.Equal(t, http.StatusUnauthorized, p.ask(t, http.MethodGet, "/console/api/v1/tenants/"+n.TID, nil).Status, "unused for too long")
		require.Empty(t, p.session(t).Tenants)
	})
}

// Many requests that find the token expired spend the refresh token once: a
// second use would end everything.
func TestConsoleRenewsOnceForAll(t *testing.T) {
	timed(t, func(t *testing.T, tg *target.Target) {
		n := party.Register(t, tg)
		app, p := n.Default().NewApp(t, nil), atConsole(t, tg)
		p.signIn(t, n)
		cookies := p.Cookies(t, tg.URL+"/console")
		for range 3 {
			pass(t, app, 2*time.Hour)
			statuses := make(chan int, 12)
			for range cap(statuses) {
				go func() {
					r, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), http.MethodGet, tg.URL+"/console/api/v1/tenants/"+n.TID, nil)
					if err != nil {
						statuses <- 0
						return
					}
					for _, c := range cookies {
						r.AddCookie(c)
					}
					a, err := wire.Send(r)
					if err != nil {
						statuses <- -1
						return
					}
					statuses <- a.Status
				}()
			}
			for range cap(statuses) {
				require.Equal(t, http.StatusOK, <-statuses)
			}
		}
	})
}

// SE-02, SE-03, SE-19, CN-09
func TestSignInIsTheBrowsersOwn(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		n := party.Register(t, tg)
		p, victim := atConsole(t, tg), atConsole(t, tg)
		start := wire.Do(t, wire.Request(t, http.MethodGet, tg.URL+"/console/login?tid="+n.TID, ""))
		require.Equal(t, http.StatusSeeOther, start.Status)
		require.True(t, strings.HasPrefix(start.Header.Get("Location"), "/"+n.TID+"/admin/oauth2/authorize?"))
		authorization, err := url.Parse(tg.URL + start.Header.Get("Location"))
		require.NoError(t, err)
		require.Len(t, authorization.Query(), 2, "nothing of the request passes through the browser")
		require.Equal(t, "console", authorization.Query().Get("client_id"))
		require.NotEmpty(t, authorization.Query().Get("request_uri"))

		// The attacker's answer, opened by the victim: the browsers differ.
		page := victim.Open(t, authorization.String())
		page = page.Press(t, "login-submit", "login", n.Owner.Email, "password", n.Owner.Password)
		require.Equal(t, "other_browser", page.URL.Query().Get("error"), page.URL)
		require.Regexp(t, `^[0-9a-f]{32}$`, page.URL.Query().Get("trace_id"))
		require.Empty(t, victim.session(t).Tenants)

		for query, want := range map[string]string{
			"tid=" + party.Name("no"): "unknown_tenant",
			"tid=%3Cscript%3E":        "unknown_tenant",
			"tid=a&tid=b":             "sign_in_failed",
			"":                        "unknown_tenant",
		} {
			page = p.Open(t, tg.URL+"/console/login?"+query)
			require.Equal(t, "/console/sign-in", page.URL.Path)
			require.Equal(t, want, page.URL.Query().Get("error"))
			require.NotContains(t, page.URL.RawQuery, "script")
		}
		for _, query := range []string{"", "state=x&code=y", "state=" + strings.Repeat("A", 43) + "&code=x&iss=y", "error=access_denied&error_description=%3Cscript%3E", "state=a&state=b"} {
			page = p.Open(t, tg.URL+"/console/callback?"+query)
			require.Equal(t, "/console/sign-in", page.URL.Path)
			require.Contains(t, []string{"expired", "sign_in_failed"}, page.URL.Query().Get("error"))
			require.NotContains(t, page.URL.RawQuery, "script")
		}
	})
}

func TestDeclinedLoginLeadsBackToTheConsole(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		n := party.Register(t, tg)
		p := atConsole(t, tg)
		page := p.Open(t, tg.URL+"/console/login?tid="+n.TID).Press(t, "login-cancel")
		require.Equal(t, "/console/sign-in", page.URL.Path)
		require.Equal(t, "access_denied", page.URL.Query().Get("error"))
		require.Equal(t, n.TID, page.URL.Query().Get("tid"))
		require.Empty(t, p.session(t).Tenants)
	})
}

func TestConsoleTellsOfExplanationsAsTheyAreRecorded(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		n := party.Register(t, tg)
		p := atConsole(t, tg)
		p.signIn(t, n)
		ctx, leave := context.WithTimeout(t.Context(), 60*time.Second)
		defer leave()
		path := tg.URL + "/console/api/v1/tenants/" + n.TID + "/workspaces/default/traces/stream"
		r := wire.Request(t, http.MethodGet, path+"?client_id=ghost", "", "Sec-Fetch-Site", "same-origin").WithContext(ctx)
		for _, c := range p.Cookies(t, path) {
			r.AddCookie(c)
		}
		res, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		defer func() { _ = res.Body.Close() }()
		require.Equal(t, http.StatusOK, res.StatusCode)
		require.Equal(t, "text/event-stream", res.Header.Get("Content-Type"))
		lines := bufio.NewScanner(res.Body)
		require.True(t, lines.Scan())
		require.Regexp(t, `^retry: \d+$`, lines.Text())

		wait := 20 * time.Second // beyond every bound on one request
		if testing.Short() {
			wait = 0
		}
		time.Sleep(wait)
		for _, client := range []string{"someone", "ghost"} {
			wire.Do(t, wire.Request(t, http.MethodPost, tg.URL+"/"+n.TID+"/default/oauth2/token",
				"grant_type=client_credentials&client_id="+client+"&client_secret=x", "Content-Type", "application/x-www-form-urlencoded"))
		}
		var event, data string
		for data == "" && lines.Scan() {
			if v, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
				event = v
			}
			if v, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				data = v
			}
		}
		require.Equal(t, "trace", event)
		require.Regexp(t, regexp.MustCompile(`^\{"trace_id":"[0-9a-f]{32}"`), data)
		require.Contains(t, data, `"client_id":"ghost"`)
		require.Contains(t, data, `"error":"invalid_client"`)
		require.NotContains(t, data, "checks")
	})
}
