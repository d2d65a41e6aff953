package authorization_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
)

func TestCodeFlowEndsInACodeForUserClientAndScope(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	app, user := p.client("app"), p.user("alice")
	b := h.browser()

	login := b.open(p.authorizeURL("app", "login_hint", "alice@users.example"))
	login.pageHeaders()
	require.Contains(t, login.Body, app.ClientName)
	require.Contains(t, login.Body, `value="alice@users.example"`)
	h.clock.Advance(3 * time.Second)
	consent := login.logIn("ALICE@users.example ", secret)
	consent.pageHeaders()
	require.Contains(t, consent.Body, "Alice Person")
	require.Contains(t, consent.Body, "app.example", "the user sees where the answer goes")
	answer := consent.consent("accept")

	code := p.redeem(p.code(answer))
	require.Equal(t, "app", code.ClientID)
	require.Equal(t, callback, code.RedirectURI)
	require.Equal(t, challenge(), code.CodeChallenge)
	require.Equal(t, oauth.Scope{"openid", "profile"}, code.Scope)
	require.Equal(t, "n-1", code.Nonce)
	require.Equal(t, user.UserID, code.UserID)
	require.Equal(t, h.clock.Now(), code.AuthTime)
	require.Equal(t, []string{"pwd"}, code.AMR)
	require.NotEmpty(t, code.ACR)
	require.Equal(t, time.Minute, code.ExpiresAt.Sub(h.clock.Now()))

	sessions, err := p.data.SessionsOf(t.Context(), user.UserID)
	require.NoError(t, err)
	require.Len(t, sessions, 1)
	require.Equal(t, sessions[0].ID, code.SessionID)
	require.Len(t, p.events("login.succeed"), 1)
	require.Len(t, p.events("consent.give"), 1)
	require.Equal(t, "openid profile", p.events("consent.give")[0].Detail["scope"])
}

func TestSessionAndConsentSpareTheUserAnotherQuestion(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	p.client("app")
	p.user("alice")
	b := h.browser()
	p.code(b.open(p.authorizeURL("app")).logIn("alice", secret).consent("accept"))

	p.code(b.open(p.authorizeURL("app")))
	p.code(b.open(p.authorizeURL("app", "scope", "openid")))
	p.code(b.open(p.authorizeURL("app", "prompt", "none")))

	more := b.open(p.authorizeURL("app", "scope", "openid email"))
	require.True(t, more.isConsent(), "a scope not yet given is asked for")
	p.refused(b.open(p.authorizeURL("app", "scope", "openid email", "prompt", "none")), "consent_required")
	p.code(more.consent("accept"))
	p.code(b.open(p.authorizeURL("app", "scope", "openid email profile")))
	require.True(t, b.open(p.authorizeURL("app", "prompt", "consent")).isConsent())

	// A new login does not ask again for what was given.
	p.code(h.browser().open(p.authorizeURL("app")).logIn("alice", secret))
}

// The budget is 8 SQL and 6 Redis round trips for the whole flow; redeeming the
// code takes one of each.
func TestFlowStaysWithinItsRoundTrips(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	p.client("app")
	p.user("alice")
	p.user("bob")
	p.code(h.browser().open(p.authorizeURL("app")).logIn("bob", secret).consent("accept")) // warm caches

	b := h.browser()
	h.sql.Store(0)
	h.redis.Store(0)
	p.code(b.open(p.authorizeURL("app")).logIn("alice", secret).consent("accept"))
	require.LessOrEqual(t, h.sql.Load(), int64(7), "SQL, with login and consent")
	require.LessOrEqual(t, h.redis.Load(), int64(5), "Redis, with login and consent")

	h.sql.Store(0)
	h.redis.Store(0)
	p.code(b.open(p.authorizeURL("app")))
	require.Equal(t, int64(1), h.sql.Load(), "SQL, with a session")
	require.Equal(t, int64(1), h.redis.Load(), "Redis, with a session")
}

func TestTrustedClientsAreNotAskedFor(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	p.client("first", func(c *domain.Client) { c.Trusted = true })
	user := p.user("alice")
	b := h.browser()
	code := p.redeem(p.code(b.open(p.authorizeURL("first")).logIn("alice", secret)))
	require.Equal(t, user.UserID, code.UserID)
	p.code(b.open(p.authorizeURL("first", "prompt", "none")))
	require.Empty(t, p.events("consent.give"))
}

func TestResponseModesCarryTheSameAnswer(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	p.client("app", func(c *domain.Client) { c.RedirectURIs = append(c.RedirectURIs, "https://app.example/q?a=1&b=2") })
	p.user("alice")
	b := h.browser()
	p.code(b.open(p.authorizeURL("app")).logIn("alice", secret).consent("accept"))

	fragment := b.open(p.authorizeURL("app", "response_mode", "fragment"))
	require.Contains(t, fragment.Header.Get("Location"), callback+"#")
	p.code(fragment)

	withQuery := b.open(p.authorizeURL("app", "redirect_uri", "https://app.example/q?a=1&b=2"))
	require.True(t, strings.HasPrefix(withQuery.Header.Get("Location"), "https://app.example/q?a=1&b=2&"), "the registered URI stays as it is")
	require.NotEmpty(t, withQuery.response("https://app.example/q?a=1&b=2").Get("code"))

	post := b.open(p.authorizeURL("app", "response_mode", "form_post"))
	require.Equal(t, http.StatusOK, post.StatusCode)
	post.pageHeaders()
	require.Contains(t, post.Header.Get("Content-Security-Policy"), "form-action 'self' https://app.example")
	require.Contains(t, post.Header.Get("Content-Security-Policy"), "script-src 'self'")
	action, values := post.form()
	require.Equal(t, callback, action)
	require.Equal(t, "st&te=1", values.Get("state"))
	require.Equal(t, p.w.Issuer(), values.Get("iss"))
	p.redeem(values.Get("code"))
	require.Len(t, values, 3)

	failed := b.open(p.authorizeURL("app", "response_mode", "form_post", "scope", "nope"))
	_, values = failed.form()
	require.Equal(t, "invalid_scope", values.Get("error"))
	require.Equal(t, p.w.Issuer(), values.Get("iss"))
}

func TestCodesAreUnguessableAndNeverRepeat(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	p.client("app", func(c *domain.Client) { c.Trusted = true })
	p.user("alice")
	b := h.browser()
	seen := map[string]bool{p.code(b.open(p.authorizeURL("app")).logIn("alice", secret)): true}
	for range 50 {
		code := p.code(b.open(p.authorizeURL("app")))
		require.False(t, seen[code])
		seen[code] = true
	}
}
