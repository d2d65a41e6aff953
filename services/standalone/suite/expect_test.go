package suite_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/services/standalone/suite/internal/browser"
	"github.com/signet-authz/signet/services/standalone/suite/internal/party"
	"github.com/signet-authz/signet/services/standalone/suite/internal/wire"
)

// Promised bounds of propagation (mechanisms 4 and 17).
const (
	revocationBound = time.Second
	settingsBound   = 5 * time.Second
	// slack is for the test's own requests on a busy machine.
	slack = time.Second
)

var (
	traceID     = regexp.MustCompile(`^[0-9a-f]{32}$`)
	description = regexp.MustCompile(`^[\x20-\x21\x23-\x5B\x5D-\x7E]*$`)
)

// status is the status that goes with an error code at an endpoint for clients.
func status(code string) int {
	switch code {
	case "invalid_client", "invalid_token":
		return http.StatusUnauthorized
	case "insufficient_scope":
		return http.StatusForbidden
	case "temporarily_unavailable":
		return http.StatusServiceUnavailable
	default:
		return http.StatusBadRequest
	}
}

// refused expects an error answer of RFC 6749, section 5.2, with one of the
// codes: the status that belongs to it, JSON, not to be stored, fixed text,
// nothing that a caller could use.
func refused(t testing.TB, a wire.Answer, codes ...string) {
	t.Helper()
	code := a.Text("error")
	require.Contains(t, codes, code, "answer %d: %s", a.Status, a)
	require.Equal(t, status(code), a.Status, a.String())
	jsonAnswer(t, a)
	require.Regexp(t, description, a.Text("error_description"))
	if uri := a.Text("error_uri"); uri != "" {
		require.Regexp(t, `^https?://[^/]+/console/[^/]+/workspaces/[^/]+/explain/`+a.Header.Get("X-Trace-Id")+`$`, uri)
	}
	for _, name := range []string{"access_token", "refresh_token", "id_token", "scope"} {
		require.NotContains(t, a.JSON(), name)
	}
}

// impersonal is the body without the trace id, which the address of the
// explanation ends with.
func impersonal(a wire.Answer) string {
	return strings.ReplaceAll(string(a.Body), a.Header.Get("X-Trace-Id"), "")
}

// jsonAnswer expects what every answer to a client carries.
func jsonAnswer(t testing.TB, a wire.Answer) {
	t.Helper()
	require.Equal(t, "application/json;charset=utf-8", strings.ToLower(strings.ReplaceAll(a.Header.Get("Content-Type"), " ", "")))
	require.Equal(t, "no-store", a.Header.Get("Cache-Control"))
	require.Equal(t, "no-cache", a.Header.Get("Pragma"))
	require.Equal(t, "nosniff", a.Header.Get("X-Content-Type-Options"))
	require.Empty(t, a.Header.Values("Set-Cookie"))
	require.Regexp(t, traceID, a.Header.Get("X-Trace-Id"))
}

// problem expects a refusal of the admin API (RFC 9457).
func problem(t testing.TB, a wire.Answer, status int) {
	t.Helper()
	require.Equal(t, status, a.Status, a.String())
	require.Contains(t, a.Header.Get("Content-Type"), "application/problem+json")
	require.NotEmpty(t, a.Text("type"))
	require.NotEmpty(t, a.Text("code"))
}

// errorPage expects an error page that leads nowhere.
func errorPage(t testing.TB, p *browser.Page) {
	t.Helper()
	require.Nil(t, p.Landing, "the browser was redirected")
	require.Equal(t, http.StatusBadRequest, p.Status, p.Text())
	htmlPage(t, p)
	require.Empty(t, p.Header.Get("Location"))
	require.False(t, p.Has("login-submit") || p.Has("consent-accept"), "the page leads on: %s", p.Text())
}

// notOurForm expects the refusal of a form that did not come from our own page
// in this browser.
func notOurForm(t testing.TB, p *browser.Page) {
	t.Helper()
	require.Nil(t, p.Landing, "the browser was redirected")
	require.Contains(t, []int{http.StatusBadRequest, http.StatusForbidden}, p.Status, p.Text())
	htmlPage(t, p)
	require.False(t, p.Has("login-submit") || p.Has("consent-accept"), "the page leads on: %s", p.Text())
}

// htmlPage expects the headers that every page for a person carries.
func htmlPage(t testing.TB, p *browser.Page) {
	t.Helper()
	require.Contains(t, p.Header.Get("Content-Type"), "text/html")
	require.Contains(t, p.Header.Get("Cache-Control"), "no-store")
	require.Equal(t, "nosniff", p.Header.Get("X-Content-Type-Options"))
	require.Equal(t, "no-referrer", p.Header.Get("Referrer-Policy"))
	require.NotEmpty(t, p.Header.Get("Permissions-Policy"))
	csp := p.Header.Get("Content-Security-Policy")
	for _, rule := range []string{"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"} {
		require.Contains(t, csp, rule)
	}
	require.NotContains(t, csp, "unsafe")
}

// redirected expects the error in an authorization response to the request.
func redirected(t testing.TB, r *party.Request, p *browser.Page, code string) {
	t.Helper()
	require.NotNil(t, p.Landing, "no redirect but %d: %s", p.Status, p.Text())
	require.Contains(t, []int{http.StatusSeeOther, http.StatusFound}, p.Status)
	require.True(t, strings.HasPrefix(p.Landing.String(), r.Values.Get("redirect_uri")), p.Landing.String())
	answer := p.Answer()
	require.Equal(t, code, answer.Get("error"), answer.Get("error_description"))
	require.Equal(t, r.Values.Get("state"), answer.Get("state"))
	require.Equal(t, r.App.Workspace.Issuer(), answer.Get("iss"))
	require.Regexp(t, description, answer.Get("error_description"))
	require.Empty(t, answer.Get("code"))
}

// soon expects that something becomes so within a promised bound.
func soon(t testing.TB, bound time.Duration, law string, so func() bool) {
	t.Helper()
	for end := time.Now().Add(bound + slack); ; {
		if so() {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("not within %s: %s", bound, law)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// together runs n calls at the same moment and returns their answers.
func together(n int, call func(i int) wire.Answer) []wire.Answer {
	answers := make([]wire.Answer, n)
	var wg sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		wg.Go(func() {
			<-start
			answers[i] = call(i)
		})
	}
	close(start)
	wg.Wait()
	return answers
}

// successes counts the 200s among the answers; all others must be refusals
// with the code.
func successes(t testing.TB, answers []wire.Answer, code string) (n int, won wire.Answer) {
	t.Helper()
	for _, a := range answers {
		if a.Status == http.StatusOK {
			n, won = n+1, a
			continue
		}
		refused(t, a, code)
	}
	return n, won
}

// form writes a form body from pairs, byte for byte in their order, repeated
// names included.
func form(pairs ...string) string {
	var parts []string
	for i := 0; i+1 < len(pairs); i += 2 {
		parts = append(parts, party.Form(pairs[i], pairs[i+1]).Encode())
	}
	return strings.Join(parts, "&")
}

const formType = "application/x-www-form-urlencoded"

// list returns the string members of a JSON array.
func list(v any) []string {
	var out []string
	items, _ := v.([]any)
	for _, item := range items {
		if s, ok := item.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

// items returns the objects of a list answer of the admin API.
func items(t testing.TB, a wire.Answer) []map[string]any {
	t.Helper()
	require.Equal(t, http.StatusOK, a.Status, a.String())
	var answer struct {
		Items []map[string]any `json:"items"`
	}
	require.NoError(t, json.Unmarshal(a.Body, &answer))
	return answer.Items
}

// wireGet gets an address.
func wireGet(t testing.TB, address string, headers ...string) wire.Answer {
	t.Helper()
	return wire.Do(t, wire.Request(t, http.MethodGet, address, "", headers...))
}

// patience is how long a raw connection is listened to.
const patience = 5 * time.Second

// challenged expects the refusal of a resource: the status of the code, and
// the challenge of RFC 6750, section 3.
func challenged(t testing.TB, a wire.Answer, code string) {
	t.Helper()
	require.Equal(t, status(code), a.Status, a.String())
	challenge := a.Header.Get("WWW-Authenticate")
	require.True(t, strings.HasPrefix(challenge, "Bearer "), challenge)
	require.Contains(t, challenge, `error="`+code+`"`)
	require.NotContains(t, a.JSON(), "sub")
}
