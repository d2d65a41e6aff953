package authorization_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
)

const headingRedirect = "This link does not lead back safely"

// RU-01, RU-02, RU-03, RU-05, RU-06, RU-07, RU-17
func TestOnlyRegisteredRedirectURIsAreRedirectedTo(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	p.client("app", func(c *domain.Client) {
		c.Trusted, c.ApplicationType, c.RedirectURIs = true, domain.ApplicationNative, []string{callback, "https://app.example/q?a=1&b=2", "com.example.app:/cb"}
	})
	p.client("one", func(c *domain.Client) { c.Trusted = true })
	p.user("alice")
	b := h.browser()
	p.code(b.open(p.authorizeURL("app")).logIn("alice", secret))
	for _, uri := range []string{
		"https://app.example/cb2", "https://app.example/cb/", "https://app.example/cb/..", "https://app.example/cb/%2e%2e/x", "https://app.example/CB", "https://app.example/cb;x",
		"https://app.example/cb?x=1", "https://app.example/cb?", "https://app.example/q?b=2&a=1", "https://app.example/cb#", "https://app.example/cb#f",
		"HTTPS://APP.EXAMPLE/cb", "Https://app.example/cb", "https://App.example/cb",
		"https://app.example:443/cb", "https://app.example./cb", "https://xn--pp-hia.example/cb", "https://%61pp.example/cb",
		"https://app.example@evil.example/cb", "https://app.example:x@evil/cb", `https://evil\@app.example/cb`, `https://app.example\.evil.com`,
		"https://evil.example/cb", "//evil.example/cb", "/cb", "javascript:alert(1)", "data:text/html,x",
		" " + callback, callback + " ", callback + "%0d%0aSet-Cookie:x=1", "com.example.app://cb", "COM.EXAMPLE.APP:/cb", "com.example.app:/cb?x", "",
	} {
		for _, prompt := range []string{"", "none"} {
			a := b.open(p.authorizeURL("app", "redirect_uri", uri, "prompt", prompt))
			require.Equal(t, headingRedirect, a.errorPage(http.StatusBadRequest), uri)
			require.NotContains(t, a.Body, "evil")
		}
	}
	require.Equal(t, headingRedirect, b.open(p.authorizeURL("one", "redirect_uri", "")).errorPage(http.StatusBadRequest), "not even one registered URI is guessed")
}

// RU-09, RU-10
func TestAmbiguousRequestsLeadNowhere(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	p.client("app", func(c *domain.Client) { c.Trusted = true })
	p.user("alice")
	b := h.browser()
	p.code(b.open(p.authorizeURL("app")).logIn("alice", secret))
	good := query("app").Encode()
	evil := "redirect_uri=" + url.QueryEscape("https://evil.example/")
	for name, raw := range map[string]string{
		"good then bad": good + "&" + evil, "bad then good": evil + "&" + good, "twice the same": good + "&redirect_uri=" + url.QueryEscape(callback),
		"client_id twice": good + "&client_id=app", "empty duplicate": good + "&redirect_uri=",
		"tab": query("app", "redirect_uri", "").Encode() + "&redirect_uri=https://app.example/cb%09", "CRLF": query("app", "redirect_uri", "").Encode() + "&redirect_uri=https://app.example/cb%0d%0a",
		"NUL": good + "&x=%00", "not UTF-8": good + "&x=%ff", "bad escape": good + "&x=%zz", "semicolon": good + ";x=1", "8 KiB": query("app", "redirect_uri", callback+strings.Repeat("x", 8<<10)).Encode(),
	} {
		a := b.send(http.MethodGet, p.url("/oauth2/authorize")+"?"+raw, "")
		a.errorPage(http.StatusBadRequest)
		a = b.send(http.MethodPost, p.url("/oauth2/authorize"), raw, "Sec-Fetch-Site", "cross-site")
		require.NotEmpty(t, a.errorPage(http.StatusBadRequest), name)
	}
	b.send(http.MethodPost, p.url("/oauth2/authorize")+"?"+evil, good).errorPage(http.StatusBadRequest)
	b.send(http.MethodPost, p.url("/oauth2/authorize")+"?redirect_uri="+url.QueryEscape(callback), query("app", "redirect_uri", "").Encode()).errorPage(http.StatusBadRequest)
}

// RU-14, RU-15
func TestLoopbackPortsAreFreeForNativeClients(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	native := func(c *domain.Client) {
		c.ApplicationType, c.TokenEndpointAuthMethod = domain.ApplicationNative, oauth.MethodNone
		c.RedirectURIs = []string{"http://127.0.0.1/cb"}
	}
	p.client("cli", native)
	p.client("web", func(c *domain.Client) { native(c); c.ApplicationType = domain.ApplicationWeb })
	p.user("alice")
	b := h.browser()
	const free = "http://127.0.0.1:49152/cb"
	a := b.open(p.authorizeURL("cli", "redirect_uri", free)).logIn("alice", secret)
	require.Contains(t, a.Header.Get("Content-Security-Policy"), "form-action 'self' http://127.0.0.1:49152")
	require.NotEmpty(t, a.consent("accept").response(free).Get("code"))
	for _, uri := range []string{
		"http://127.0.0.1:49152/other", "http://127.0.0.1.evil.com:1/cb", "http://127.0.0.1:49152@evil/cb", "http://localhost:1/cb", "http://[::1]:1/cb",
		"http://127.1/cb", "http://0x7f.1/cb", "http://127.0.0.1:0/cb", "http://127.0.0.1:65536/cb", "http://127.0.0.1:/cb",
	} {
		require.Equal(t, headingRedirect, b.open(p.authorizeURL("cli", "redirect_uri", uri)).errorPage(http.StatusBadRequest), uri)
	}
	b.open(p.authorizeURL("web", "redirect_uri", free)).errorPage(http.StatusBadRequest)
}

// RU-19, RU-21
func TestErrorsNeverReachAnUnprovenURI(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	p.client("app")
	p.client("other", func(c *domain.Client) { c.RedirectURIs = []string{"https://other.example/cb"} })
	b := h.browser()
	for name, pairs := range map[string][]string{
		"bad scope":           {"redirect_uri", "https://evil.example/", "scope", "nope"},
		"bad response type":   {"redirect_uri", "https://evil.example/", "response_type", "token"},
		"prompt=none":         {"redirect_uri", "https://evil.example/", "prompt", "none"},
		"form_post":           {"redirect_uri", "https://evil.example/", "response_mode", "form_post", "scope", "nope"},
		"unknown client":      {"client_id", "nobody", "redirect_uri", callback},
		"another client's":    {"redirect_uri", "https://other.example/cb"},
		"duplicate elsewhere": {"redirect_uri", "https://evil.example/", "state", "x"},
	} {
		a := b.open(p.authorizeURL("app", pairs...))
		a.errorPage(http.StatusBadRequest)
		require.NotContains(t, a.Body, "evil", name)
		require.NotContains(t, a.Header.Get("Content-Security-Policy"), "evil")
	}
}

// RU-22
func TestRedirectURIRemovedMeanwhileGetsNothing(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	p.client("app")
	p.client("first", func(c *domain.Client) { c.Trusted = true })
	p.user("alice")
	move := func(c *domain.Client) { c.RedirectURIs = []string{"https://app.example/new"} }

	consent := h.browser().open(p.authorizeURL("app")).logIn("alice", secret)
	denial := h.browser().open(p.authorizeURL("app")).logIn("alice", secret)
	login := h.browser().open(p.authorizeURL("first"))
	cancel := h.browser().open(p.authorizeURL("app"))
	p.change("app", move)
	p.change("first", move)
	require.Equal(t, headingRedirect, consent.consent("accept").errorPage(http.StatusBadRequest))
	require.Equal(t, headingRedirect, denial.consent("deny").errorPage(http.StatusBadRequest))
	require.Equal(t, headingRedirect, login.logIn("alice", secret).errorPage(http.StatusBadRequest))
	require.Equal(t, headingRedirect, cancel.submit("action", "cancel").errorPage(http.StatusBadRequest))
}

func TestFormPostNeedsAWebAddress(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	p.client("app", func(c *domain.Client) {
		c.ApplicationType, c.RedirectURIs = domain.ApplicationNative, []string{"com.example.app:/cb"}
	})
	a := h.browser().send(http.MethodGet, p.authorizeURL("app", "redirect_uri", "com.example.app:/cb", "response_mode", "form_post"), "")
	require.Equal(t, "invalid_request", a.response("com.example.app:/cb").Get("error"))
}
