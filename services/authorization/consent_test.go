package authorization_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
)

// CN-01, CN-02
func TestWhatClientsSayOfThemselvesIsShownAsText(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	p.client("app", func(c *domain.Client) {
		c.ClientName = `<script>alert(1)</script>"><img src=x onerror=1>` + "\u202e\u200b" + strings.Repeat("N", 10<<10)
		c.LogoURI, c.PolicyURI, c.TosURI, c.ClientURI = "https://tracker.example/p.gif", "javascript:alert(1)", "data:image/svg+xml,x", "https://app.example/about"
	})
	p.user("alice")
	page := h.browser().open(p.authorizeURL("app")).logIn("alice", secret)
	require.True(t, page.isConsent())
	for _, bad := range []string{"<script>alert", "<img src=x", "tracker.example", "javascript:", "data:", "\u202e", "\u200b", strings.Repeat("N", 200)} {
		require.NotContains(t, page.Body, bad)
	}
	require.Contains(t, page.Body, `href="https://app.example/about" target="_blank" rel="noopener noreferrer"`)
	require.Contains(t, page.Body, "app.example")
}

// CN-03
func TestConsentIsGivenByItsOwnFormAlone(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	p.client("app")
	p.client("evil")
	user := p.user("alice")
	b := h.browser()
	page := b.open(p.authorizeURL("app")).logIn("alice", secret)
	action, form := page.form()
	form.Set("action", "accept")

	require.True(t, b.open(action+"?"+strings.ReplaceAll(form.Encode(), "tx="+url.QueryEscape(form.Get("tx")), page.URL.RawQuery)).isConsent(), "a GET asks again, and approves nothing")
	for _, site := range []string{"cross-site", "same-site"} {
		b.send(http.MethodPost, action, form.Encode(), "Sec-Fetch-Site", site).errorPage(http.StatusForbidden)
	}
	for name, change := range map[string]func(url.Values){
		"no csrf":      func(v url.Values) { v.Del("csrf") },
		"wrong csrf":   func(v url.Values) { v.Set("csrf", strings.Repeat("A", 44)) },
		"other client": func(v url.Values) { v.Set("tx", strings.Replace(v.Get("tx"), " app ", " evil ", 1)) },
		"no proof":     func(v url.Values) { v.Set("tx", v.Get("tx")[:strings.LastIndex(v.Get("tx"), " ")+1]) },
		"no answer":    func(v url.Values) { v.Set("action", "maybe") },
	} {
		changed := url.Values{}
		for k, v := range form {
			changed[k] = append([]string(nil), v...)
		}
		change(changed)
		require.NotEmpty(t, b.post(action, changed).errorPage(http.StatusBadRequest), name)
	}
	stranger := h.browser()
	stranger.post(action, form).errorPage(http.StatusBadRequest)
	login, _ := stranger.open(p.authorizeURL("app")).form()
	require.NotEmpty(t, login)
	stranger.post(action, form).errorPage(http.StatusBadRequest)
	consents, err := p.data.Consents(t.Context(), user.UserID)
	require.NoError(t, err)
	require.Empty(t, consents)
	p.code(b.post(action, form))
}

// CN-05
func TestConsentIsRememberedForTheSameAloneAndForAssuredClients(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	p.client("app")
	p.client("twin")
	p.client("cli", func(c *domain.Client) {
		c.ApplicationType, c.TokenEndpointAuthMethod = domain.ApplicationNative, oauth.MethodNone
		c.RedirectURIs = []string{"http://127.0.0.1/cb", "com.example.app:/cb", callback}
	})
	p.user("alice")
	p.user("bob")
	b := h.browser()
	p.code(b.open(p.authorizeURL("app")).logIn("alice", secret).consent("accept"))
	require.True(t, b.open(p.authorizeURL("twin")).isConsent(), "consent is given to one client")
	require.True(t, h.browser().open(p.authorizeURL("app")).logIn("bob", secret).isConsent(), "by one user")

	for _, uri := range []string{"http://127.0.0.1:8000/cb", "com.example.app:/cb"} {
		b.open(p.authorizeURL("cli", "redirect_uri", uri)).consent("accept")
		again := b.open(p.authorizeURL("cli", "redirect_uri", uri))
		require.Contains(t, again.Body, "An app on this device", "which no domain vouches for")
		require.True(t, again.isConsent(), "whoever claims %s may pose as the client", uri)
		silent := b.open(p.authorizeURL("cli", "redirect_uri", uri, "prompt", "none"))
		require.Equal(t, "consent_required", silent.response(uri).Get("error"))
	}
	p.code(b.open(p.authorizeURL("cli")))
}

// CN-06
func TestUserMaySayNo(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	p.client("app")
	user := p.user("alice")
	page := h.browser().open(p.authorizeURL("app")).logIn("alice", secret)
	p.refused(page.consent("deny"), "access_denied")
	page.consent("accept").errorPage(http.StatusBadRequest)
	consents, err := p.data.Consents(t.Context(), user.UserID)
	require.NoError(t, err)
	require.Empty(t, consents)
}

// CN-10
func TestConsentBelongsToTheUserWhoWasAsked(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	p.client("app")
	p.user("alice")
	bob := p.user("bob")
	b := h.browser()
	asked := b.open(p.authorizeURL("app")).logIn("alice", secret)
	require.Contains(t, asked.Body, "Alice Person")
	b.open(p.authorizeURL("app", "prompt", "login")).logIn("bob", secret) // in a second tab
	require.Equal(t, "We did not accept this form", asked.consent("accept").errorPage(http.StatusBadRequest))
	consents, err := p.data.Consents(t.Context(), bob.UserID)
	require.NoError(t, err)
	require.Empty(t, consents)
}

// CO-13
func TestOneTransactionGivesOneCode(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	p.client("app")
	p.client("first", func(c *domain.Client) { c.Trusted = true })
	p.user("alice")
	page := h.browser().open(p.authorizeURL("app")).logIn("alice", secret)
	p.code(page.consent("accept"))
	require.Equal(t, "This page has expired", page.consent("accept").errorPage(http.StatusBadRequest))
	page.consent("deny").errorPage(http.StatusBadRequest)

	login := h.browser().open(p.authorizeURL("first"))
	p.code(login.logIn("alice", secret))
	login.logIn("alice", secret).errorPage(http.StatusBadRequest)

	// Of many at the same moment, one.
	b := h.browser()
	action, form := b.open(p.authorizeURL("app", "prompt", "consent")).logIn("alice", secret).form()
	form.Set("action", "accept")
	u, err := url.Parse(action)
	require.NoError(t, err)
	answers := make(chan *answer)
	for range 20 {
		go func() {
			other := h.browser()
			other.jar.SetCookies(u, securely(b.jar.Cookies(u)))
			answers <- other.send(http.MethodPost, action, form.Encode())
		}()
	}
	codes := 0
	for range 20 {
		if a := <-answers; a.Header.Get("Location") != "" {
			codes++
		}
	}
	require.Equal(t, 1, codes)
}

// securely gives cookies read from a jar the flags with which they came.
func securely(cookies []*http.Cookie) []*http.Cookie {
	for _, c := range cookies {
		c.Secure, c.Path = true, "/acme/default"
	}
	return cookies
}

// CO-14
func TestGETAndHEADConsumeNothing(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	p.client("app")
	p.user("alice")
	b := h.browser()
	login := b.open(p.authorizeURL("app"))
	_, form := login.form()
	for range 3 {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			require.Equal(t, http.StatusOK, b.send(method, p.url("/login?tx="+form.Get("tx")), "").StatusCode)
			require.Equal(t, http.StatusOK, b.send(method, p.url("/consent?tx="+form.Get("tx")), "").StatusCode)
		}
	}
	consent := login.logIn("alice", secret)
	for range 3 {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			require.Equal(t, http.StatusOK, b.send(method, consent.URL.String(), "").StatusCode)
		}
	}
	p.code(b.open(consent.URL.String()).consent("accept"))
}

// TEN-11, TEN-13, TEN-15
func TestWorkspacesDoNotMeetInABrowser(t *testing.T) {
	h := newHouse(t)
	a1, a2 := h.tenant("acme")
	b1, _ := h.tenant("globex")
	for _, p := range []*place{a1, a2, b1} {
		p.client("app")
		p.user("alice")
	}
	b := h.browser()
	a1.code(b.open(a1.authorizeURL("app")).logIn("alice", secret).consent("accept"))
	asked := b.open(a1.authorizeURL("app", "prompt", "consent"))
	begun := b.open(a1.authorizeURL("app", "prompt", "login"))
	u, err := url.Parse(a1.url("/"))
	require.NoError(t, err)
	cookies := b.jar.Cookies(u)
	require.Len(t, cookies, 2)
	for _, other := range []*place{a2, b1} {
		thief := h.browser()
		for _, c := range cookies {
			thief.setCookie(other.url("/"), &http.Cookie{Name: c.Name, Value: c.Value, Path: other.w.CookiePath(), Secure: true})
		}
		require.True(t, thief.open(other.authorizeURL("app")).isLogin(), "a session of one workspace is none in another")
		require.True(t, thief.open(other.url("/account")).isLogin())
		for _, page := range []*answer{asked, begun} {
			action, form := page.form()
			form.Set("action", "accept")
			form.Set("login", "alice")
			form.Set("password", secret)
			action = strings.Replace(action, a1.w.Issuer(), other.w.Issuer(), 1)
			require.NotEmpty(t, thief.post(action, form).errorPage(http.StatusBadRequest))
			tx, _, _ := strings.Cut(form.Get("tx"), " ")
			thief.open(other.url("/login?tx=" + tx)).errorPage(http.StatusBadRequest)
			thief.open(other.url("/consent?tx=" + tx)).errorPage(http.StatusBadRequest)
		}
		hint := a1.idToken(map[string]any{"sub": "usr_x", "aud": "app"})
		other.refused(thief.open(other.authorizeURL("app", "id_token_hint", hint)), "invalid_request")
		thief.open(other.url("/oidc/logout?id_token_hint=" + hint)).errorPage(http.StatusBadRequest)
	}
	a1.code(asked.consent("accept"))
	a1.code(begun.logIn("alice", secret))
}

// TEN-18, TEN-19, TEN-21, SE-18
func TestPathsAndHostsHaveOneSpelling(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	p.client("app")
	b := h.browser()
	raw := query("app").Encode()
	for _, path := range []string{
		"/ACME/default/oauth2/authorize", "/acme%2Fdefault/oauth2/authorize", "/acme/default/../default/oauth2/authorize", "/acme/./default/oauth2/authorize",
		"/acme//default/oauth2/authorize", "/acme/default/oauth2/authorize/", "/acme;x/default/oauth2/authorize", "/acme/defau%6ct/oauth2/authorize", "/nobody/default/oauth2/authorize", "/a/b",
	} {
		a := b.send(http.MethodGet, origin+path+"?"+raw, "")
		require.Equal(t, "There is no such page", a.errorPage(http.StatusNotFound), path)
		require.NotContains(t, a.Body, "authorize")
	}
	a := b.send(http.MethodGet, strings.Replace(p.authorizeURL("app"), "id.example", "evil.example", 1), "")
	a.errorPage(http.StatusMisdirectedRequest)
	require.NotContains(t, a.Body, "evil")
}

func TestOfflineAccessSaysForHowLong(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	p.client("app", func(c *domain.Client) { c.RefreshTokenTTL = 7 * 24 * time.Hour })
	p.user("alice")
	page := h.browser().open(p.authorizeURL("app", "scope", "openid offline_access files:read")).logIn("alice", secret)
	require.Contains(t, page.Body, "Read your files")
	require.Contains(t, page.Body, "7")
	code := p.redeem(p.code(page.consent("accept")))
	require.True(t, code.Scope.Has("offline_access"))
}
