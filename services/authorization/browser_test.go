package authorization_test

import (
	"crypto/x509"
	"html"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// browser keeps cookies by their path and flags, follows redirects within the
// origin and sends forms, as a real one would. It runs no script.
type browser struct {
	t       testing.TB
	handler http.Handler
	jar     *cookiejar.Jar
	header  http.Header // of every request
	// certificate is what a client shows; people have none.
	certificate *x509.Certificate
}

func (h *house) browser() *browser {
	jar, err := cookiejar.New(nil)
	require.NoError(h.t, err)
	return &browser{t: h.t, handler: h.handler, jar: jar, header: http.Header{"Sec-Fetch-Site": {"none"}}}
}

// answer is what a step led to.
type answer struct {
	*http.Response
	URL  *url.URL
	Body string

	b *browser
}

// send sends one request and follows nothing.
func (b *browser) send(method, address, body string, header ...string) *answer {
	b.t.Helper()
	r := httptest.NewRequestWithContext(b.t.Context(), method, address, strings.NewReader(body))
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", "null")
	}
	for name, values := range b.header {
		r.Header[name] = values
	}
	for i := 0; i+1 < len(header); i += 2 {
		if r.Header.Del(header[i]); header[i+1] != "" {
			r.Header.Set(header[i], header[i+1])
		}
	}
	if b.certificate != nil {
		r.TLS.PeerCertificates = []*x509.Certificate{b.certificate}
	}
	u, err := url.Parse(address)
	require.NoError(b.t, err)
	for _, c := range b.jar.Cookies(u) {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, r)
	res := w.Result()
	defer func() { _ = res.Body.Close() }()
	b.jar.SetCookies(u, res.Cookies())
	a := &answer{Response: res, URL: u, Body: readAll(b.t, res.Body), b: b}
	require.NotEqual(b.t, http.StatusInternalServerError, a.StatusCode, a.Body)
	return a
}

// open opens an address and follows redirects within the origin.
func (b *browser) open(address string) *answer {
	b.t.Helper()
	return b.follow(b.send(http.MethodGet, address, ""))
}

// post sends a form from the origin's own page and follows.
func (b *browser) post(address string, form url.Values) *answer {
	b.t.Helper()
	return b.follow(b.send(http.MethodPost, address, form.Encode(), "Sec-Fetch-Site", "same-origin"))
}

func (b *browser) follow(a *answer) *answer {
	b.t.Helper()
	for range 5 {
		location := a.Header.Get("Location")
		if location == "" {
			return a
		}
		require.Equal(b.t, http.StatusSeeOther, a.StatusCode, "303 is the only redirect") // AZ-29
		require.Equal(b.t, "no-store", a.Header.Get("Cache-Control"))
		next, err := a.URL.Parse(location)
		require.NoError(b.t, err)
		if next.Host != a.URL.Host {
			return a
		}
		a = b.send(http.MethodGet, next.String(), "", "Sec-Fetch-Site", "same-origin")
	}
	b.t.Fatal("too many redirects")
	return nil
}

var (
	hiddenField = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)
	tickedBox   = regexp.MustCompile(`type="checkbox" id="[^"]*" name="([^"]*)" value="([^"]*)" checked>`)
	formAction  = regexp.MustCompile(`<form method="post" action="([^"]*)"`)
)

// form reads the first form of the page: its hidden fields, the boxes that are
// ticked, and its address.
func (a *answer) form() (string, url.Values) {
	a.b.t.Helper()
	action := formAction.FindStringSubmatch(a.Body)
	require.NotNil(a.b.t, action, "no form: %d %s", a.StatusCode, a.Body)
	body, _, _ := strings.Cut(a.Body[strings.Index(a.Body, "<form"):], "</form>")
	values := url.Values{}
	for _, f := range hiddenField.FindAllStringSubmatch(body, -1) {
		values.Set(html.UnescapeString(f[1]), html.UnescapeString(f[2]))
	}
	for _, f := range tickedBox.FindAllStringSubmatch(body, -1) {
		values.Set(html.UnescapeString(f[1]), html.UnescapeString(f[2]))
	}
	u, err := a.URL.Parse(html.UnescapeString(action[1]))
	require.NoError(a.b.t, err)
	return u.String(), values
}

// submit sends the page's first form with the fields added.
func (a *answer) submit(fields ...string) *answer {
	a.b.t.Helper()
	action, values := a.form()
	for i := 0; i+1 < len(fields); i += 2 {
		values.Set(fields[i], fields[i+1])
	}
	return a.b.post(action, values)
}

// logIn fills in the login page.
func (a *answer) logIn(login, password string) *answer {
	a.b.t.Helper()
	require.True(a.b.t, a.isLogin(), "not the login page: %d %s", a.StatusCode, a.Body)
	return a.submit("login", login, "password", password, "action", "accept")
}

// consent presses accept or deny on the consent page.
func (a *answer) consent(action string) *answer {
	a.b.t.Helper()
	require.True(a.b.t, a.isConsent(), "not the consent page: %d %s", a.StatusCode, a.Body)
	return a.submit("action", action)
}

func (a *answer) isLogin() bool   { return strings.Contains(a.Body, `id="login-submit"`) }
func (a *answer) isConsent() bool { return strings.Contains(a.Body, `id="consent-accept"`) }

// response reads the authorization response with which the browser left for
// the client, from the query or the fragment.
func (a *answer) response(redirectURI string) url.Values {
	a.b.t.Helper()
	location := a.Header.Get("Location")
	require.True(a.b.t, strings.HasPrefix(location, redirectURI), "%d %q %s", a.StatusCode, location, a.Body)
	rest := location[len(redirectURI):]
	require.NotEmpty(a.b.t, rest)
	values, err := url.ParseQuery(rest[1:])
	require.NoError(a.b.t, err)
	return values
}

// code reads the code off the response to a request made by query.
func (p *place) code(a *answer) string {
	p.t.Helper()
	r := a.response(callback)
	require.Empty(p.t, r.Get("error"), r.Get("error_description"))
	require.Equal(p.t, "st&te=1", r.Get("state"))
	require.Equal(p.t, p.w.Issuer(), r.Get("iss"))
	require.Len(p.t, r.Get("code"), 43)
	return r.Get("code")
}

// refused expects an error response to a request made by query.
func (p *place) refused(a *answer, code string) {
	p.t.Helper()
	require.Equal(p.t, http.StatusSeeOther, a.StatusCode, a.Body)
	r := a.response(callback)
	require.Equal(p.t, code, r.Get("error"), r.Get("error_description"))
	require.Equal(p.t, "st&te=1", r.Get("state"))
	require.Equal(p.t, p.w.Issuer(), r.Get("iss"))
	require.Empty(p.t, r.Get("code"))
	require.Regexp(p.t, `^[\x20-\x21\x23-\x5B\x5D-\x7E]+$`, r.Get("error_description"))
}

var heading = regexp.MustCompile(`<h1>([^<]*)</h1>`)

// errorPage expects an error page that leads nowhere and returns its heading.
func (a *answer) errorPage(status int) string {
	t := a.b.t
	t.Helper()
	require.Equal(t, status, a.StatusCode, a.Body)
	require.Empty(t, a.Header.Get("Location"))
	require.Contains(t, a.Body, `id="page-error"`)
	require.NotContains(t, a.Body, "<form")
	a.pageHeaders()
	h := heading.FindStringSubmatch(a.Body)
	require.NotNil(t, h, a.Body)
	return h[1]
}

// pageHeaders expects what every page carries (SE-17, SE-22, AZ-30).
func (a *answer) pageHeaders() {
	t := a.b.t
	t.Helper()
	require.Equal(t, "text/html; charset=utf-8", strings.ToLower(a.Header.Get("Content-Type")))
	require.Equal(t, "no-store", a.Header.Get("Cache-Control"))
	require.Equal(t, "nosniff", a.Header.Get("X-Content-Type-Options"))
	require.Equal(t, "no-referrer", a.Header.Get("Referrer-Policy"))
	require.Equal(t, "same-origin", a.Header.Get("Cross-Origin-Opener-Policy"))
	require.NotEmpty(t, a.Header.Get("Permissions-Policy"))
	require.NotEmpty(t, a.Header.Get("Strict-Transport-Security"))
	require.Regexp(t, `^[0-9a-f]{32}$`, a.Header.Get("X-Trace-Id"))
	csp := a.Header.Get("Content-Security-Policy")
	for _, rule := range []string{"default-src 'none'", "form-action", "base-uri 'none'", "frame-ancestors 'none'"} {
		require.Contains(t, csp, rule)
	}
	require.NotContains(t, csp, "unsafe")
	for name := range a.Header {
		require.False(t, strings.HasPrefix(name, "Access-Control-"), name)
	}
}

var reference = regexp.MustCompile(`<code id="reference">[0-9a-f]{32}</code>|/explain/[0-9a-f]{32}"`)

// withoutReference is a page without the one thing that differs every time.
func withoutReference(body string) string { return reference.ReplaceAllString(body, "") }
