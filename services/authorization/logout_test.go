package authorization_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/pkg/cache"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/store"
)

const bye = "https://app.example/bye"

func (p *place) logoutURL(pairs ...string) string {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return p.url("/oidc/logout?") + v.Encode()
}

// signedIn is a browser with a session, the code of its flow, and an ID token
// as the token service would issue it.
func (p *place) signedIn(name string) (*browser, domain.Code, string) {
	p.t.Helper()
	b := p.browser()
	a := b.open(p.authorizeURL("app")).logIn(name, secret)
	if a.isConsent() {
		a = a.consent("accept")
	}
	code := p.redeem(p.code(a))
	return b, code, p.idToken(map[string]any{"sub": code.UserID, "aud": "app", "sid": code.SessionID.String()})
}

// LO-01, LO-02
func TestLogoutLeadsOnlyWhereTheClientRegistered(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	p.client("app")
	p.client("other", func(c *domain.Client) { c.PostLogoutRedirectURIs = []string{"https://other.example/bye"} })
	p.client("off", func(c *domain.Client) { c.Disabled = true })
	p.user("alice")
	b, code, hint := p.signedIn("alice")
	const redirect, proof = "We cannot take you back to that page", "We could not tell who is to be signed out"
	for _, c := range []struct {
		heading string
		pairs   []string
	}{
		{redirect, []string{"id_token_hint", hint, "post_logout_redirect_uri", "https://evil.example/"}},
		{redirect, []string{"id_token_hint", hint, "post_logout_redirect_uri", bye + "?x=1"}},
		{redirect, []string{"id_token_hint", hint, "post_logout_redirect_uri", bye + "/"}},
		{redirect, []string{"id_token_hint", hint, "post_logout_redirect_uri", callback}},
		{redirect, []string{"id_token_hint", hint, "post_logout_redirect_uri", "https://other.example/bye"}},
		{redirect, []string{"client_id", "other", "post_logout_redirect_uri", bye}},
		{redirect, []string{"client_id", "nobody", "post_logout_redirect_uri", bye}},
		{redirect, []string{"client_id", "off", "post_logout_redirect_uri", bye}},
		{redirect, []string{"post_logout_redirect_uri", bye}},
		{proof, []string{"id_token_hint", hint, "client_id", "other", "post_logout_redirect_uri", "https://other.example/bye"}},
		{proof, []string{"id_token_hint", hint[:len(hint)-6] + "AAAAAA", "post_logout_redirect_uri", bye}},
		{proof, []string{"id_token_hint", "eyJhbGciOiJub25lIn0." + strings.Split(hint, ".")[1] + ".", "post_logout_redirect_uri", bye}},
		{proof, []string{"id_token_hint", p.idToken(map[string]any{"iss": "https://evil.example", "sub": code.UserID, "aud": "app"}), "post_logout_redirect_uri", bye}},
		{proof, []string{"id_token_hint", p.token("at+jwt", map[string]any{"sub": code.UserID, "aud": "app"}), "post_logout_redirect_uri", bye}},
		{proof, []string{"id_token_hint", "x"}},
	} {
		a := b.open(p.logoutURL(c.pairs...))
		require.Equal(t, c.heading, a.errorPage(http.StatusBadRequest), c.pairs)
		require.NotContains(t, a.Body, "evil")
	}
	b.open(p.logoutURL("client_id", "app") + "&client_id=other").errorPage(http.StatusBadRequest)
	p.code(b.open(p.authorizeURL("app", "prompt", "none")))
}

// LO-05
func TestLogoutEndsSessionCookieAndBoundGrants(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	p.client("app")
	p.user("alice")
	b, code, hint := p.signedIn("alice")
	grant := uuid.Must(uuid.NewV7())
	_, err := p.data.RedeemCode(t.Context(), store.Redemption{GrantID: grant, CodeHash: []byte("hash"), Code: code, ClientID: "app", RefreshTTL: 1e12, MaxTTL: 1e12, SessionBound: true, Audit: created("grant.issue")})
	require.NoError(t, err)
	cookie := b.cookie(p.url("/"), sessionName)
	a := b.open(p.logoutURL("id_token_hint", hint, "post_logout_redirect_uri", bye, "state", "s&1"))
	require.Equal(t, bye+"?state=s%261", a.Header.Get("Location"))
	require.Empty(t, b.cookie(p.url("/"), sessionName))
	b.setCookie(p.url("/"), &http.Cookie{Name: sessionName, Value: cookie, Path: "/acme/default", Secure: true})
	p.refused(b.open(p.authorizeURL("app", "prompt", "none")), "login_required")
	g, err := p.data.Grant(t.Context(), grant)
	require.NoError(t, err)
	require.False(t, g.RevokedAt.IsZero())
	require.True(t, h.caches.Revocations.Ended(cache.Facts{WorkspaceID: p.w.ID(), SessionID: code.SessionID.String(), IssuedAt: h.clock.Now()}), "access tokens of the session end at once")
	require.Len(t, h.ended, 1, "and everywhere")
	require.Len(t, p.events("logout"), 1)

	// Once more, signed out: the way back is open all the same.
	require.Equal(t, bye, b.open(p.logoutURL("client_id", "app", "post_logout_redirect_uri", bye)).Header.Get("Location"))
	done := b.open(p.logoutURL())
	require.Contains(t, done.Body, `id="page-signed_out"`)
	done.pageHeaders()
}

// LO-03
func TestLogoutWithoutProofAsksFirst(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	p.client("app")
	alice := p.user("alice")
	p.user("bob")
	b, _, _ := p.signedIn("alice")
	other, _, foreign := p.signedIn("bob")
	require.NotNil(t, other)
	for _, address := range []string{
		p.logoutURL(), p.logoutURL("client_id", "app"), p.logoutURL("client_id", "app", "post_logout_redirect_uri", bye), p.logoutURL("csrf", "x", "tx", "", "action", "accept"),
		p.logoutURL("id_token_hint", foreign), p.logoutURL("id_token_hint", p.idToken(map[string]any{"sub": alice.UserID, "aud": "app"})),
	} {
		a := b.open(address)
		require.Contains(t, a.Body, `id="logout-yes"`)
		a.pageHeaders()
		p.code(b.open(p.authorizeURL("app", "prompt", "none")))
	}
	page := b.open(p.logoutURL("client_id", "app", "post_logout_redirect_uri", bye, "state", "s"))
	require.Contains(t, page.Body, "App app")
	require.Contains(t, page.Header.Get("Content-Security-Policy"), "form-action 'self' https://app.example")
	action, form := page.form()
	form.Set("action", "accept")
	for _, site := range []string{"cross-site", "same-site"} {
		b.send(http.MethodPost, action, form.Encode(), "Sec-Fetch-Site", site).errorPage(http.StatusBadRequest)
	}
	changed := url.Values{"csrf": form["csrf"], "action": {"accept"}, "tx": {"client_id=app"}}
	b.post(action, changed).errorPage(http.StatusBadRequest)
	changed = url.Values{"csrf": {strings.Repeat("A", 44)}, "action": {"accept"}, "tx": form["tx"]}
	b.post(action, changed).errorPage(http.StatusBadRequest)
	changed = url.Values{"csrf": form["csrf"], "action": {"accept"}, "tx": {"client_id=app&post_logout_redirect_uri=https%3A%2F%2Fevil.example"}}
	b.post(action, changed).errorPage(http.StatusBadRequest)
	stayed := page.submit("action", "deny")
	require.Equal(t, http.StatusOK, stayed.StatusCode)
	p.code(b.open(p.authorizeURL("app", "prompt", "none")))

	gone := page.submit("action", "accept")
	require.Equal(t, bye+"?state=s", gone.Header.Get("Location"))
	p.refused(b.open(p.authorizeURL("app", "prompt", "none")), "login_required")
	p.code(other.open(p.authorizeURL("app", "prompt", "none")))
}

// A request may come by POST from the client's own site.
func TestLogoutByPOSTIsThatByGET(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	p.client("app")
	p.user("alice")
	b, _, hint := p.signedIn("alice")
	body := url.Values{"id_token_hint": {hint}, "post_logout_redirect_uri": {bye}}.Encode()
	a := b.send(http.MethodPost, p.url("/oidc/logout"), body, "Sec-Fetch-Site", "cross-site", "Origin", "https://app.example")
	require.Equal(t, bye, a.Header.Get("Location"))
	require.Equal(t, http.StatusSeeOther, a.StatusCode)
}

// CN-07
func TestUsersSeeAndEndWhatIsTheirs(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	p.client("app")
	p.client("first", func(c *domain.Client) { c.Trusted = true })
	alice := p.user("alice")
	p.user("bob")
	b, _, _ := p.signedIn("alice")
	code := p.redeem(p.code(b.open(p.authorizeURL("first"))))
	_, err := p.data.RedeemCode(t.Context(), store.Redemption{GrantID: uuid.Must(uuid.NewV7()), CodeHash: keys.HashBearer("x"), Code: code, ClientID: "first", RefreshTTL: 1e12, MaxTTL: 1e12, Audit: created("grant.issue")})
	require.NoError(t, err)
	elsewhere, second, _ := p.signedIn("alice")
	stranger, theirs, _ := p.signedIn("bob")

	page := b.open(p.url("/account"))
	page.pageHeaders()
	for _, part := range []string{"Alice Person", "App app", "App first", second.SessionID.String(), `value="app"`, `value="first"`} {
		require.Contains(t, page.Body, part)
	}
	require.NotContains(t, page.Body, theirs.SessionID.String())
	action, form := page.form()
	do := func(who *browser, pairs ...string) *answer {
		v := url.Values{"csrf": form["csrf"]}
		for i := 0; i+1 < len(pairs); i += 2 {
			v.Set(pairs[i], pairs[i+1])
		}
		return who.post(action, v)
	}

	// Not by others, not of others, not without the form.
	do(stranger, "action", "revoke", "client_id", "app").errorPage(http.StatusBadRequest)
	b.send(http.MethodPost, action, url.Values{"csrf": form["csrf"], "action": {"revoke"}, "client_id": {"app"}}.Encode(), "Sec-Fetch-Site", "cross-site").errorPage(http.StatusForbidden)
	do(b, "action", "revoke", "client_id", "app", "csrf", "x").errorPage(http.StatusBadRequest)
	do(b, "action", "else").errorPage(http.StatusBadRequest)
	do(b, "action", "end", "session", theirs.SessionID.String())
	do(b, "action", "end", "session", "x")
	do(b, "action", "revoke", "client_id", "a b")
	p.code(stranger.open(p.authorizeURL("app", "prompt", "none")))
	p.code(b.open(p.authorizeURL("app", "prompt", "none")))
	require.Empty(t, h.ended)

	done := do(b, "action", "end", "session", second.SessionID.String())
	require.Contains(t, done.Body, `id="notice"`)
	p.refused(elsewhere.open(p.authorizeURL("app", "prompt", "none")), "login_required")

	require.Contains(t, do(b, "action", "revoke", "client_id", "app").Body, `id="notice"`)
	require.NotContains(t, do(b, "action", "revoke", "client_id", "first").Body, "App first")
	require.True(t, b.open(p.authorizeURL("app")).isConsent())
	for _, id := range []string{"app", "first"} {
		require.True(t, h.caches.Revocations.Ended(cache.Facts{WorkspaceID: p.w.ID(), UserID: alice.UserID, ClientID: id, IssuedAt: h.clock.Now()}), "its tokens end at once")
	}
	require.Len(t, p.events("consent.withdraw"), 2)
	require.Len(t, p.events("session.end"), 1)

	own := do(b, "action", "end", "session", code.SessionID.String())
	require.Contains(t, own.Body, `id="page-signed_out"`)
	require.Contains(t, own.Body, `href="/acme/default/account"`, "and from there back in")
	require.Empty(t, b.cookie(p.url("/"), sessionName))
	do(b, "action", "end", "session", code.SessionID.String()).errorPage(http.StatusBadRequest)
	own = b.open(p.url("/account"))
	require.Contains(t, own.logIn("alice", secret).Body, "Alice Person")
	own.logIn("alice", secret).errorPage(http.StatusBadRequest)
}

func TestUsersSignOutEverywhereElse(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	p.client("app")
	p.user("alice")
	p.user("bob")
	silent := p.authorizeURL("app", "prompt", "none")
	b, own, _ := p.signedIn("alice")
	alone := b.open(p.url("/account"))
	require.NotContains(t, alone.Body, `id="end-others"`, "there is nowhere else")
	stranger, _, _ := p.signedIn("bob")
	one, first, _ := p.signedIn("alice")
	two, second, _ := p.signedIn("alice")

	page := b.open(p.url("/account"))
	require.Contains(t, page.Body, `id="end-others"`)
	action, form := page.form()
	form.Set("action", "end_others")
	stranger.post(action, form).errorPage(http.StatusBadRequest)
	b.send(http.MethodPost, action, form.Encode(), "Sec-Fetch-Site", "cross-site").errorPage(http.StatusForbidden)
	require.Empty(t, h.ended)

	done := b.post(action, form)
	require.Contains(t, done.Body, "You are signed out everywhere but in this browser.")
	require.NotContains(t, done.Body, `id="end-others"`)
	p.refused(one.open(silent), "login_required")
	p.refused(two.open(silent), "login_required")
	p.code(b.open(silent))
	p.code(stranger.open(silent))
	var ended []string
	for _, fact := range h.ended {
		require.Equal(t, domain.RevokeSession, fact.Kind)
		ended = append(ended, fact.Target)
	}
	require.ElementsMatch(t, []string{first.SessionID.String(), second.SessionID.String()}, ended, "what stands on them ends at once")
	require.NotContains(t, ended, own.SessionID.String())
	require.Len(t, p.events("session.end"), 2)
	require.Contains(t, b.post(action, form).Body, `id="notice"`, "once more changes nothing")
}
