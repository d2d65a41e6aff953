package tenantadmin_test

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/oauth"
	tenantadmin "github.com/signet-authz/signet/services/tenant-admin"
)

const behalf = "/console" + base

// AD-01 through the console: a session opens what its token and role do, of its
// own tenant, and nothing without the console's own CSRF value.
func TestSessionReachesAsFarAsItsPerson(t *testing.T) {
	w := newWorld(t)
	a, b := w.house("acme"), w.house("beta")
	auditorID, _ := a.member("audrey", domain.RoleAuditor)
	nobody, owner := w.visitor(), w.visitor().signIn("acme", a.ownerID)
	auditor, foreign := w.visitor().signIn("acme", auditorID), w.visitor().signIn("beta", b.ownerID)
	csrf, _ := auditor.csrf()
	eachRoute("acme", func(method, template, path string) {
		path = "/console" + path
		for who, v := range map[string]*visitor{"nobody": nobody, "another tenant's owner": foreign} {
			require.Equal(t, http.StatusUnauthorized, v.plain(method, path, body(method), "Sec-Fetch-Site", "same-origin", "X-Csrf-Token", mustCSRF(v)).status, "%s: %s %s", who, method, path)
		}
		if method == http.MethodGet {
			require.Contains(t, []int{http.StatusOK, http.StatusNotFound}, owner.plain(method, path, nil).status, "%s %s", method, path)
			return
		}
		owner.plain(method, path, body(method), "Sec-Fetch-Site", "same-origin").problem(http.StatusForbidden, "cross_site_request")
		r := auditor.plain(method, path, body(method), "Sec-Fetch-Site", "same-origin", "X-Csrf-Token", csrf)
		require.Equal(t, http.StatusForbidden, r.status, "%s %s", method, path)
		require.Equal(t, "forbidden", r.text("code"))
	})
}

func mustCSRF(v *visitor) string {
	value, _ := v.csrf()
	return value
}

// AD-10, AD-11, SE-02: what another site can make a browser send changes and
// tells nothing.
func TestOtherSitesCannotUseASession(t *testing.T) {
	w := newWorld(t)
	h := w.house("acme")
	v := w.visitor().signIn("acme", h.ownerID)
	other := w.visitor().signIn("acme", h.ownerID)
	csrf, foreign := mustCSRF(v), mustCSRF(other)
	require.NotEqual(t, csrf, foreign)
	client := `{"client_name":"x","redirect_uris":["https://app.example/cb"]}`
	clients := behalf + "/acme/workspaces/default/clients"
	for name, headers := range map[string][]string{
		"a form of another site":        {"Sec-Fetch-Site", "cross-site", "Content-Type", "text/plain", "Origin", "https://evil.example", "X-Csrf-Token", ""},
		"a script of another site":      {"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example", "X-Csrf-Token", csrf},
		"a sibling":                     {"Sec-Fetch-Site", "same-site", "X-Csrf-Token", csrf},
		"an old browser, another site":  {"Sec-Fetch-Site", "", "Origin", "https://evil.example", "X-Csrf-Token", csrf},
		"an old browser, null":          {"Sec-Fetch-Site", "", "Origin", "null", "X-Csrf-Token", csrf},
		"a prefix of the origin":        {"Sec-Fetch-Site", "", "Origin", publicURL + ".evil.example", "X-Csrf-Token", csrf},
		"nothing of where it is from":   {"X-Csrf-Token", csrf},
		"an address typed by hand":      {"Sec-Fetch-Site", "none", "X-Csrf-Token", csrf},
		"no CSRF value":                 {"Sec-Fetch-Site", "same-origin"},
		"an empty CSRF value":           {"Sec-Fetch-Site", "same-origin", "X-Csrf-Token", "x"},
		"another session's CSRF value":  {"Sec-Fetch-Site", "same-origin", "X-Csrf-Token", foreign},
		"a CSRF value with a character": {"Sec-Fetch-Site", "same-origin", "X-Csrf-Token", csrf + "A"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, path := range []string{clients, "/console/logout", behalf} {
				r := v.plain(http.MethodPost, path, client, headers...).problem(http.StatusForbidden, "cross_site_request")
				require.Empty(t, r.header.Get("Access-Control-Allow-Origin"))
			}
		})
	}
	for _, origin := range []string{"https://evil.example", "null", "http://sub.localhost:8080", publicURL + "/"} {
		for _, path := range []string{"/console/api/session", clients, "/console/api/tids/free"} {
			r := v.plain(http.MethodGet, path, nil, "Sec-Fetch-Site", "cross-site", "Origin", origin).problem(http.StatusForbidden, "cross_site_request")
			for name := range r.header {
				require.False(t, strings.HasPrefix(name, "Access-Control-"), name)
			}
			r = v.plain(http.MethodOptions, path, nil, "Sec-Fetch-Site", "cross-site", "Origin", origin, "Access-Control-Request-Method", "POST")
			require.GreaterOrEqual(t, r.status, 400)
			require.Empty(t, r.header.Get("Access-Control-Allow-Origin"))
		}
	}
	require.Len(t, v.ask(http.MethodGet, clients, nil).is(http.StatusOK).items(), 0)
	v.plain(http.MethodPost, clients, client, "Origin", publicURL, "X-Csrf-Token", csrf).is(http.StatusCreated)
	require.Equal(t, []string{"acme"}, v.tenants())
}

func TestBrowsersAuthorizationIsNotRead(t *testing.T) {
	w := newWorld(t)
	h := w.house("acme")
	w.visitor().plain(http.MethodGet, behalf+"/acme", nil, "Authorization", "Bearer "+h.owner).is(http.StatusUnauthorized)
	w.visitor().signIn("acme", h.ownerID).plain(http.MethodGet, behalf+"/acme", nil, "Authorization", "Bearer x").is(http.StatusOK)
	h.w.do(http.MethodGet, h.path(), "", nil, "Cookie", "signet-console=x").is(http.StatusUnauthorized)
}

// SE-01, SE-05
func TestSessionCookieIsTakenOnlyAsItWasGiven(t *testing.T) {
	w := newWorld(t)
	h := w.house("acme")
	v := w.visitor()
	v.cookies["signet-console"] = &http.Cookie{Name: "signet-console", Value: strings.Repeat("A", 43) + "." + strings.Repeat("A", 43)}
	planted := v.cookies["signet-console"].Value
	v.signIn("acme", h.ownerID)
	first := v.cookies["signet-console"].Value
	require.NotEqual(t, planted, first)
	v.signIn("acme", h.ownerID)
	value := v.cookies["signet-console"].Value
	require.NotEqual(t, first, value, "every sign-in gives another")
	id, secret, _ := strings.Cut(value, ".")
	with := func(cookies ...string) []any {
		list, _ := w.do(http.MethodGet, "/console/api/session", "", nil, "Cookie", strings.Join(cookies, "; ")).is(http.StatusOK).field("tenants").([]any)
		return list
	}
	require.Len(t, with("signet-console="+value), 1)
	for _, bad := range [][]string{
		{"signet-console=" + first},
		{"signet-console=" + planted},
		{"signet-console=" + id},
		{"signet-console=" + id + "."},
		{"signet-console=." + secret},
		{"signet-console=" + secret + "." + id},
		{"signet-console=" + value + "."},
		{"signet-console=" + value + "A"},
		{"signet-console=" + id + "." + keys.NewBearer()},
		{"signet-console=" + value, "signet-console=" + value},
		{"signet-console=" + value, "signet-console=x"},
		{"signet-console=x", "signet-console=" + value},
		{"Signet-Console=" + value},
		{"__Host-signet-console=" + value},
		{"signet-console=" + strings.Repeat("A", 4096)},
		{"$Version=1", "signet-console=\x7f" + value},
	} {
		require.Empty(t, with(bad...), bad)
	}
}

func TestCookiesAreTheHostsOwnOverHTTPS(t *testing.T) {
	const https = "https://auth.example.com"
	w := newWorldAt(t, https)
	h := w.house("acme")
	r := w.do(http.MethodGet, "/console/login?tid=acme", "", nil, "Host", "auth.example.com").is(http.StatusSeeOther)
	cookies := (&http.Response{Header: r.header}).Cookies()
	to, err := url.Parse(r.header.Get("Location"))
	require.NoError(t, err)
	request := w.issuer.request(to)
	query := url.Values{"code": {w.issuer.code(request, "acme", h.ownerID)}, "state": {request.Get("state")}, "iss": {https + "/acme/admin"}}
	r = w.do(http.MethodGet, "/console/callback?"+query.Encode(), "", nil, "Host", "auth.example.com", "Cookie", cookies[0].Name+"="+cookies[0].Value)
	require.Equal(t, "/console/acme", r.is(http.StatusSeeOther).header.Get("Location"))
	cookies = append(cookies, (&http.Response{Header: r.header}).Cookies()...)
	require.Len(t, cookies, 3)
	for _, c := range cookies {
		require.True(t, strings.HasPrefix(c.Name, "__Host-signet-console"), c.Name)
		require.True(t, c.Secure && c.HttpOnly, c.Name)
		require.Equal(t, "/", c.Path)
		require.Empty(t, c.Domain)
		require.Equal(t, http.SameSiteLaxMode, c.SameSite)
		require.Less(t, len(c.Value), 1024)
	}
}

// What a stolen copy of Redis says of a session opens nothing.
func TestTokensAreSealedAtRest(t *testing.T) {
	w := newWorld(t)
	h := w.house("acme")
	v := w.visitor().signIn("acme", h.ownerID)
	id, secret, _ := strings.Cut(v.cookies["signet-console"].Value, ".")
	kept, err := w.platform.KV.Console(12*time.Hour).Session(t.Context(), id)
	require.NoError(t, err)
	require.Equal(t, []string{"acme"}, slices.Collect(maps.Keys(kept.Tenants)))
	for _, raw := range [][]byte{kept.Head, kept.Tenants["acme"]} {
		for _, clear := range []string{"eyJ", "token", h.ownerID, secret} {
			require.NotContains(t, string(raw), clear)
		}
	}
	// Nor can one session's part be moved to another.
	other := w.visitor().signIn("acme", h.ownerID)
	otherID, _, _ := strings.Cut(other.cookies["signet-console"].Value, ".")
	console := w.platform.KV.Console(12 * time.Hour)
	require.NoError(t, console.PutTenant(t.Context(), otherID, "acme", kept.Tenants["acme"], w.now().Add(time.Hour)))
	require.Empty(t, other.tenants())
	require.NoError(t, console.PutTenant(t.Context(), id, "beta", kept.Tenants["acme"], w.now().Add(time.Hour)))
	require.Equal(t, []string{"acme"}, v.tenants())
}

func TestIDTokenIsJudged(t *testing.T) {
	w := newWorld(t)
	h := w.house("acme")
	w.house("beta")
	for name, change := range map[string]func(c map[string]any){
		"another issuer":      func(c map[string]any) { c["iss"] = publicURL + "/beta/admin" },
		"the workspace's own": func(c map[string]any) { c["iss"] = publicURL + "/acme/default" },
		"another audience":    func(c map[string]any) { c["aud"] = h.clientID },
		"two audiences":       func(c map[string]any) { c["aud"] = []string{"console", h.clientID} },
		"no audience":         func(c map[string]any) { delete(c, "aud") },
		"another party":       func(c map[string]any) { c["azp"] = h.clientID },
		"another nonce":       func(c map[string]any) { c["nonce"] = keys.NewBearer() },
		"no nonce":            func(c map[string]any) { delete(c, "nonce") },
		"expired":             func(c map[string]any) { c["exp"] = w.now().Unix() - 1 },
		"from the future":     func(c map[string]any) { c["iat"] = w.now().Add(5 * time.Minute).Unix() },
		"a client as subject": func(c map[string]any) { c["sub"] = h.clientID },
		"claims of no object": func(c map[string]any) { c["aud"] = map[string]any{} },
	} {
		t.Run(name, func(t *testing.T) {
			w.issuer.change = change
			defer func() { w.issuer.change = nil }()
			v := w.visitor()
			v.refused(t, v.answer(v.begin("tid=acme"), "acme", h.ownerID), "sign_in_failed")
		})
	}
	w.issuer.typ = "at+jwt"
	v := w.visitor()
	v.refused(t, v.answer(v.begin("tid=acme"), "acme", h.ownerID), "sign_in_failed")
	w.issuer.typ = "JWT"
	w.visitor().signIn("acme", h.ownerID)
}

// SE-03; RFC 9700, sections 4.4 and 4.7; RFC 9207.
func TestAnswerBelongsToOneFlowOfOneBrowser(t *testing.T) {
	w := newWorld(t)
	a, b := w.house("acme"), w.house("beta")
	v := w.visitor()
	query := v.answer(v.begin("tid=acme"), "acme", a.ownerID)
	require.Equal(t, "/console/acme", v.finish(query).String())
	require.Equal(t, "expired", v.finish(query).Query().Get("error"), "an answer is good once")

	thief := w.visitor()
	thief.begin("tid=acme")
	thief.refused(t, v.answer(v.begin("tid=acme"), "acme", a.ownerID), "other_browser")
	w.visitor().refused(t, v.answer(v.begin("tid=acme"), "acme", a.ownerID), "other_browser")

	// A code of one tenant's authorization server is not taken to another's.
	u := w.visitor()
	mixed := url.Values{"code": {w.issuer.code(u.begin("tid=acme"), "acme", a.ownerID)}, "state": {u.begin("tid=beta").Get("state")}}
	mixed.Set("iss", publicURL+"/acme/admin")
	u.refused(t, mixed.Encode(), "sign_in_failed")
	mixed.Set("state", u.begin("tid=beta").Get("state"))
	mixed.Set("iss", publicURL+"/beta/admin")
	u.refused(t, mixed.Encode(), "sign_in_failed")
	for name, change := range map[string]func(url.Values){
		"no iss":        func(q url.Values) { q.Del("iss") },
		"another iss":   func(q url.Values) { q.Set("iss", publicURL+"/acme/default") },
		"no code":       func(q url.Values) { q.Del("code") },
		"another code":  func(q url.Values) { q.Set("code", keys.NewBearer()) },
		"an error":      func(q url.Values) { q.Set("error", "server_error") },
		"strange error": func(q url.Values) { q.Set("error", "<script>") },
	} {
		q, err := url.ParseQuery(u.answer(u.begin("tid=beta"), "beta", b.ownerID))
		require.NoError(t, err)
		change(q)
		u.refused(t, q.Encode(), "sign_in_failed")
		_ = name
	}
	q, err := url.ParseQuery(u.answer(u.begin("tid=beta"), "beta", b.ownerID))
	require.NoError(t, err)
	q.Set("error", "access_denied")
	u.refused(t, q.Encode(), "access_denied")

	late := u.answer(u.begin("tid=beta"), "beta", b.ownerID)
	w.pass(31 * time.Minute)
	u.refused(t, late, "expired")

	// Two sign-ins may be on their way in one browser.
	one, two := u.begin("tid=acme"), u.begin("tid=beta")
	require.Equal(t, "/console/acme", u.finish(u.answer(one, "acme", a.ownerID)).String())
	require.Equal(t, "/console/beta", u.finish(u.answer(two, "beta", b.ownerID)).String())
	require.Equal(t, []string{"acme", "beta"}, u.tenants())
}

func TestOnlyMembersEnter(t *testing.T) {
	w := newWorld(t)
	h := w.house("acme")
	stranger := w.do(http.MethodPost, h.in("admin", "users"), h.owner, map[string]any{"username": "stranger"}).is(http.StatusCreated).text("id")
	v := w.visitor()
	v.refused(t, v.answer(v.begin("tid=acme"), "acme", stranger), "not_a_member")
	require.Equal(t, 1, w.issuer.revoked, "what was issued is given back")

	id, _ := h.member("adam", domain.RoleAdmin)
	v.signIn("acme", id)
	require.Equal(t, []string{"acme"}, v.tenants())
	w.do(http.MethodPatch, h.path("members", id), h.owner, map[string]any{"disabled": true}).is(http.StatusOK)
	require.Empty(t, v.tenants())
	v.ask(http.MethodGet, behalf+"/acme", nil).is(http.StatusForbidden)
}

// SE-19
func TestSignInLeadsNowhereButIntoTheConsole(t *testing.T) {
	w := newWorld(t)
	h := w.house("acme")
	v := w.visitor()
	for wanted, to := range map[string]string{
		"/console/acme/workspaces/default?tab=keys&q=a%2Fb": "/console/acme/workspaces/default?tab=keys&q=a%2Fb", "/console": "/console", "/console/acme/": "/console/acme/",
		"": "", "//evil.example": "", `/\evil.example`: "", "https:evil.example": "", "https://evil.example/console": "", "javascript:alert(1)": "", "/%09/evil.example": "",
		"/console/../evil": "", "/console/%2e%2e/evil": "", "/console//evil.example": "", `/console/\evil`: "",
		"/consolex": "", "/acme/admin/account": "", "console": "", "?x": "", "/console/login?tid=acme": "", "/console/callback": "", "/console/logout": "", "/console/api/session": "",
		"http:///console": "", "/console/" + strings.Repeat("a", 1100): "", "/console/é": "", "/console/<b>": "", "@evil.example/console": "", "/console/%": "",
	} {
		if to == "" {
			to = "/console/acme"
		}
		request := v.begin(url.Values{"tid": {"acme"}, "return_to": {wanted}}.Encode())
		require.Equal(t, to, v.finish(v.answer(request, "acme", h.ownerID)).String(), "%q", wanted)
	}
	for _, wanted := range []string{"/\t/evil.example", "/console\r\nSet-Cookie: x", "/console\x00"} {
		r := v.plain(http.MethodGet, "/console/login?"+url.Values{"tid": {"acme"}, "return_to": {wanted}}.Encode(), nil).is(http.StatusSeeOther)
		require.True(t, strings.HasPrefix(r.header.Get("Location"), "/console/sign-in?error=sign_in_failed&"), wanted)
	}
}

func TestHintReachesTheLoginPageAndNoFurther(t *testing.T) {
	w := newWorld(t)
	w.house("acme")
	v := w.visitor()
	require.Equal(t, "olive@acme.example", v.begin("tid=acme&login_hint=olive%40acme.example").Get("login_hint"))
	require.False(t, v.begin("tid=acme").Has("login_hint"))
	require.False(t, v.begin("tid=acme&login_hint="+strings.Repeat("a", 300)).Has("login_hint"))
	request := v.begin("tid=acme&redirect_uri=https%3A%2F%2Fevil.example&scope=x&client_id=y&prompt=none")
	require.Equal(t, publicURL+"/console/callback", request.Get("redirect_uri"))
	require.Equal(t, "console", request.Get("client_id"))
	require.False(t, request.Has("prompt"))
}

func TestSignInsBegunAreLimited(t *testing.T) {
	w := newWorld(t)
	w.house("acme")
	v := w.visitor()
	for range 100 {
		v.begin("tid=acme")
	}
	to, err := url.Parse(v.plain(http.MethodGet, "/console/login?tid=acme", nil).is(http.StatusSeeOther).header.Get("Location"))
	require.NoError(t, err)
	require.Equal(t, "rate_limited", to.Query().Get("error"))
	w.pass(20 * time.Minute)
	v.begin("tid=acme")
}

func TestSuspendedTenantsAreNotSignedInTo(t *testing.T) {
	w := newWorld(t, mode("verify_email"))
	w.do(http.MethodPost, base, "", registration("acme")).is(http.StatusCreated)
	to, err := url.Parse(w.visitor().plain(http.MethodGet, "/console/login?tid=acme", nil).is(http.StatusSeeOther).header.Get("Location"))
	require.NoError(t, err)
	require.Equal(t, "tenant_suspended", to.Query().Get("error"))
	require.Equal(t, "acme", to.Query().Get("tid"))
}

func TestSuspensionIsNoSignOut(t *testing.T) {
	w := newWorld(t)
	h := w.house("acme")
	v := w.visitor().signIn("acme", h.ownerID)
	tenants := w.platform.Store.Tenant(h.workspace("admin").Tenant())
	suspend := func(state domain.State) {
		record, err := tenants.Get(t.Context())
		require.NoError(t, err)
		record.State = state
		_, err = tenants.Update(t.Context(), record, domain.AuditEvent{Action: "test"})
		require.NoError(t, err)
		w.platform.Caches.Directory.Forget("acme", "")
	}
	suspend(domain.StateSuspended)
	w.pass(2 * time.Hour)
	v.ask(http.MethodGet, behalf+"/acme", nil).problem(http.StatusForbidden, "tenant_suspended")
	suspend(domain.StateActive)
	v.ask(http.MethodGet, behalf+"/acme", nil).is(http.StatusOK)
}

func TestSignInComesToThePublicName(t *testing.T) {
	w := newWorld(t)
	w.house("acme")
	r := w.visitor().plain(http.MethodGet, "/console/login?tid=acme&return_to=%2Fconsole", nil, "Host", "127.0.0.1:8080").is(http.StatusSeeOther)
	require.Equal(t, publicURL+"/console/login?tid=acme&return_to=%2Fconsole", r.header.Get("Location"))
	require.Empty(t, r.header.Values("Set-Cookie"))
}

func TestSessionHoldsSoManyTenantsAndNoMore(t *testing.T) {
	w := newWorld(t)
	v := w.visitor()
	var last *house
	for i := range 20 {
		last = w.house("tenant-" + string(rune('a'+i)))
		v.signIn(last.tid, last.ownerID)
	}
	require.Len(t, v.tenants(), 20)
	v.signIn(last.tid, last.ownerID)
	more := w.house("tenant-z")
	to := v.finish(v.answer(v.begin("tid=tenant-z"), "tenant-z", more.ownerID))
	require.Equal(t, "too_many_tenants", to.Query().Get("error"))
	require.Len(t, v.tenants(), 20)
	v.ask(http.MethodPost, "/console/logout", map[string]any{"tid": last.tid}).is(http.StatusOK)
	v.signIn("tenant-z", more.ownerID)
	require.Len(t, v.tenants(), 20)
	require.Less(t, len(v.cookies["signet-console-tenants"].Value), 2048)
}

func TestRememberedTenantsAreThoseSignedInTo(t *testing.T) {
	w := newWorld(t)
	a, b := w.house("acme"), w.house("beta")
	w.house("gamma")
	v := w.visitor().signIn("acme", a.ownerID).signIn("beta", b.ownerID)
	remembered := func() []any {
		list, _ := v.ask(http.MethodGet, "/console/api/session", nil).is(http.StatusOK).field("remembered").([]any)
		return list
	}
	require.Empty(t, remembered())
	v.ask(http.MethodPost, "/console/logout", map[string]any{"all": true}).is(http.StatusOK)
	require.Equal(t, []any{map[string]any{"tid": "beta", "display_name": "Tenant beta"}, map[string]any{"tid": "acme", "display_name": "Tenant acme"}}, remembered())
	mine := v.cookies["signet-console-tenants"]
	for _, made := range []string{"gamma", "gamma." + strings.Repeat("A", 44), "gamma." + mine.Value, strings.Replace(mine.Value, "acme", "gamma", 1), "", "."} {
		v.cookies["signet-console-tenants"] = &http.Cookie{Name: "signet-console-tenants", Value: made}
		require.Empty(t, remembered(), made)
	}
}

func TestSigningOutEndsWhatWasGiven(t *testing.T) {
	w := newWorld(t)
	a, b := w.house("acme"), w.house("beta")
	v := w.visitor().signIn("acme", a.ownerID).signIn("beta", b.ownerID)
	for _, bad := range []any{nil, map[string]any{}, map[string]any{"tid": "acme", "all": true}, map[string]any{"tid": "A B"}, `[]`, `{"tid":1}`} {
		v.ask(http.MethodPost, "/console/logout", bad).problem(http.StatusBadRequest, "validation_failed")
	}
	r := v.ask(http.MethodPost, "/console/logout", map[string]any{"tid": "acme"}).is(http.StatusOK)
	to, err := url.Parse(r.text("logout_url"))
	require.NoError(t, err)
	require.Equal(t, "/acme/admin/oidc/logout", to.Path)
	require.Equal(t, url.Values{"client_id": {"console"}, "post_logout_redirect_uri": {publicURL + "/console"}, "state": {"acme"}}, to.Query())
	require.Equal(t, []string{"beta"}, v.tenants())
	require.Equal(t, 1, w.issuer.revoked)
	v.ask(http.MethodGet, behalf+"/acme", nil).is(http.StatusUnauthorized)

	stolen := *v.cookies["signet-console"]
	v.ask(http.MethodPost, "/console/logout", map[string]any{"all": true}).is(http.StatusOK)
	require.Equal(t, 2, w.issuer.revoked)
	require.NotContains(t, v.cookies, "signet-console")
	v.cookies["signet-console"] = &stolen
	require.Empty(t, v.tenants())
	require.Equal(t, "/console/sign-in?signed_out=%2A", w.visitor().ask(http.MethodPost, "/console/logout", map[string]any{"all": true}).is(http.StatusOK).text("logout_url"))

	require.NoError(t, w.platform.Audit.Flush(t.Context()))
	var actions []string
	for _, ev := range w.do(http.MethodGet, a.in("admin", "audit-events")+"?actor_id="+a.ownerID, a.owner, nil).is(http.StatusOK).items() {
		actions = append(actions, ev["action"].(string))
	}
	require.Subset(t, actions, []string{"console.sign_in", "console.sign_out"})
}

func TestTokensAreRenewedBeforeTheyEnd(t *testing.T) {
	w := newWorld(t)
	h := w.house("acme")
	v := w.visitor().signIn("acme", h.ownerID)
	get := func() reply { return v.ask(http.MethodGet, behalf+"/acme", nil) }
	get().is(http.StatusOK)
	require.Zero(t, w.issuer.renewals)
	w.pass(59*time.Minute + 30*time.Second)
	get().is(http.StatusOK)
	get().is(http.StatusOK)
	require.Equal(t, 1, w.issuer.renewals)

	// While the authorization server is away, what has not ended still serves.
	w.issuer.away = true
	w.pass(59*time.Minute + 30*time.Second)
	get().is(http.StatusOK)
	w.pass(time.Minute)
	get().problem(http.StatusServiceUnavailable, "unavailable")
	w.issuer.away = false
	get().is(http.StatusOK)

	// A refusal ends the place, an outage never does.
	w.issuer.suspended = true
	w.pass(2 * time.Hour)
	get().is(http.StatusUnauthorized)
	require.Empty(t, v.tenants())
	w.issuer.suspended = false
	get().is(http.StatusUnauthorized)
}

// The keys are thrown away in an emergency: the session outlasts its tokens.
func TestTokensThatAreNoLongerTakenAreRenewed(t *testing.T) {
	w := newWorld(t)
	h := w.house("acme")
	v := w.visitor().signIn("acme", h.ownerID)
	w.do(http.MethodPost, h.in("admin", "keys", "rotate"), h.owner, map[string]any{"emergency": true}).is(http.StatusAccepted)
	v.ask(http.MethodGet, behalf+"/acme", nil).is(http.StatusOK)
	require.Equal(t, 1, w.issuer.renewals)
}

func TestSessionEndsUnusedAndAfterAWeek(t *testing.T) {
	w := newWorld(t)
	h := w.house("acme")
	idle, busy := w.visitor().signIn("acme", h.ownerID), w.visitor().signIn("acme", h.ownerID)
	w.pass(11 * time.Hour)
	require.Len(t, busy.tenants(), 1)
	w.pass(2 * time.Hour)
	require.Empty(t, idle.tenants())
	for range 15 {
		require.Len(t, busy.tenants(), 1)
		w.pass(11 * time.Hour)
	}
	require.Empty(t, busy.tenants(), "use does not carry it beyond a week")
}

func TestConsolesClientIsBroughtUpToDate(t *testing.T) {
	w := newWorld(t)
	h := w.house("acme")
	ws := h.workspace("admin")
	data := w.platform.Store.Workspace(ws)
	c, err := data.Client(t.Context(), "console")
	require.NoError(t, err)
	old := c
	old.TokenEndpointAuthMethod, old.JWKS = oauth.MethodNone, nil
	_, _, err = data.UpdateClient(t.Context(), old, domain.AuditEvent{Action: "test"})
	require.NoError(t, err)
	record, err := w.platform.Store.Tenant(ws.Tenant()).WorkspaceByAID(t.Context(), "admin")
	require.NoError(t, err)
	record.Settings.TokenEndpointAuthMethods = []string{oauth.MethodClientSecretBasic, oauth.MethodNone}
	_, err = w.platform.Store.Tenant(ws.Tenant()).UpdateWorkspace(t.Context(), record, domain.AuditEvent{Action: "test"})
	require.NoError(t, err)
	w.platform.Caches.Lapse()
	w.pass(time.Minute)

	w.visitor().signIn("acme", h.ownerID)
	c, err = data.Client(t.Context(), "console")
	require.NoError(t, err)
	require.Equal(t, oauth.MethodPrivateKeyJWT, c.TokenEndpointAuthMethod)
	require.True(t, c.BuiltIn && c.Trusted)
	require.True(t, w.platform.Root.OwnClient(ws.ID(), "console").Serves(c.JWKS))
	require.NotContains(t, string(c.JWKS), `"d"`)
	version := c.Version
	w.visitor().signIn("acme", h.ownerID)
	c, err = data.Client(t.Context(), "console")
	require.NoError(t, err)
	require.Equal(t, version, c.Version, "once is enough")
}

func TestNamesAreCheckedWithinBounds(t *testing.T) {
	w := newWorld(t)
	h := w.house("acme")
	w.house("gone")
	v := w.visitor()
	check := func(tid string) map[string]any {
		return v.ask(http.MethodGet, "/console/api/tids/"+tid, nil).is(http.StatusOK).json()
	}
	require.Equal(t, map[string]any{"tid": "free", "valid": true, "available": true, "reason": ""}, check("free"))
	require.Equal(t, map[string]any{"tid": "acme", "valid": true, "available": false, "reason": "taken"}, check("acme"))
	require.Equal(t, map[string]any{"tid": "api", "valid": true, "available": false, "reason": "reserved"}, check("api"))
	require.Equal(t, map[string]any{"tid": "", "valid": false, "available": false, "reason": "malformed"}, check("A-"))
	w.do(http.MethodDelete, h.path(), h.owner, nil).is(http.StatusNoContent)
	require.Equal(t, "taken", check("acme")["reason"], "the name of a deleted tenant is not given away")
	for range 120 {
		v.ask(http.MethodGet, "/console/api/tids/free", nil)
	}
	v.ask(http.MethodGet, "/console/api/tids/free", nil).problem(http.StatusTooManyRequests, "rate_limited")
}

func TestWithoutRedisTheConsoleSaysSo(t *testing.T) {
	w := newWorld(t)
	h := w.house("acme")
	v := w.visitor().signIn("acme", h.ownerID)
	require.NoError(t, w.platform.KV.Close())
	for _, path := range []string{"/console/api/session", behalf + "/acme", "/console/api/tids/free"} {
		v.plain(http.MethodGet, path, nil).problem(http.StatusServiceUnavailable, "unavailable")
	}
	for _, path := range []string{"/console/login?tid=acme", "/console/callback?state=" + keys.NewBearer()} {
		r := v.plain(http.MethodGet, path, nil).is(http.StatusServiceUnavailable)
		require.Equal(t, "text/html; charset=UTF-8", r.header.Get("Content-Type"))
		require.Contains(t, string(r.body), r.header.Get("X-Trace-Id"))
		require.Contains(t, r.header.Get("Content-Security-Policy"), "default-src 'none'")
		require.Equal(t, "no-store", r.header.Get("Cache-Control"))
	}
}

// The answer to a registration is the same whether or not the sign-in that
// follows works.
func TestRegistrationStandsWhereTheSignInAfterItFails(t *testing.T) {
	w := newWorld(t)
	v := w.visitor()
	r := v.ask(http.MethodPost, behalf, registration("acme")).is(http.StatusCreated)
	require.Equal(t, "acme", r.text("tenant", "tid"))
	require.Empty(t, v.tenants())
	v.ask(http.MethodPost, behalf, registration("acme")).problem(http.StatusConflict, "conflict")
	v.ask(http.MethodPost, behalf, `{"tid":`).problem(http.StatusBadRequest, "malformed_body")
	v.ask(http.MethodPost, behalf, strings.Repeat(" ", 70<<10)).problem(http.StatusRequestEntityTooLarge, "too_large")
}

func TestStreamNeedsWhatReadingDoes(t *testing.T) {
	w := newWorld(t)
	a, b := w.house("acme"), w.house("beta")
	stream := behalf + "/acme/workspaces/default/traces/stream"
	w.visitor().ask(http.MethodGet, stream, nil).is(http.StatusUnauthorized)
	w.visitor().signIn("beta", b.ownerID).ask(http.MethodGet, stream, nil).is(http.StatusUnauthorized)
	v := w.visitor().signIn("acme", a.ownerID)
	v.plain(http.MethodGet, stream, nil, "Sec-Fetch-Site", "cross-site").problem(http.StatusForbidden, "cross_site_request")
	v.ask(http.MethodGet, stream+"?client_id=a%20b", nil).problem(http.StatusBadRequest, "validation_failed")
	v.ask(http.MethodGet, stream+"?client_id=a&x=y", nil).problem(http.StatusBadRequest, "validation_failed")
	v.ask(http.MethodGet, behalf+"/acme/workspaces/nowhere/traces/stream", nil).problem(http.StatusNotFound, "not_found")
	w.do(http.MethodGet, a.in("default", "traces", "stream"), a.owner, nil).problem(http.StatusNotFound, "not_found")
}

func TestConsoleNeedsItsBackChannel(t *testing.T) {
	w := newWorld(t)
	d := w.deps()
	d.BackChannel = nil
	_, err := tenantadmin.New(d)
	require.Error(t, err)
}
