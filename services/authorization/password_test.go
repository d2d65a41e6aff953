package authorization_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/pkg/domain"
)

// changePassword sends the form of the account page, and what the pairs put in
// the place of its fields.
func (b *browser) changePassword(p *place, from, to string, pairs ...string) *answer {
	b.t.Helper()
	action, form := b.open(p.url("/account")).form()
	v := url.Values{"csrf": {form.Get("csrf")}, "action": {"password"}, "current_password": {from}, "new_password": {to}}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return b.post(action, v)
}

const (
	fresh        = "another sentence nobody guesses"
	wrongCurrent = "The current password is not right."
)

func TestUsersChangeTheirPassword(t *testing.T) {
	h := newHouse(t)
	p, second := h.tenant("acme")
	p.client("app")
	alice := p.user("alice")
	second.user("alice")
	silent := p.authorizeURL("app", "prompt", "none")
	b, _, _ := p.signedIn("alice")
	elsewhere, _, _ := p.signedIn("alice")
	old := b.cookie(p.url("/"), sessionName)

	// Not without the form, not from elsewhere, not without the old one.
	b.changePassword(p, secret, fresh, "csrf", "x").errorPage(http.StatusBadRequest)
	action, form := b.open(p.url("/account")).form()
	v := url.Values{"csrf": {form.Get("csrf")}, "action": {"password"}, "current_password": {secret}, "new_password": {fresh}}
	b.send(http.MethodPost, action, v.Encode(), "Sec-Fetch-Site", "cross-site").errorPage(http.StatusForbidden)
	elsewhere.post(action, v).errorPage(http.StatusBadRequest)
	for _, wrong := range []string{"wrong", "", secret + " ", fresh} {
		a := b.changePassword(p, wrong, fresh)
		require.Contains(t, a.Body, wrongCurrent)
		require.NotContains(t, a.Body, fresh)
		a.pageHeaders()
	}
	for _, unfit := range []string{"", "seven77", strings.Repeat("x", 257)} {
		require.Contains(t, b.changePassword(p, secret, unfit).Body, "Choose a password of 8 to 256 characters.")
	}
	require.Empty(t, h.ended)
	require.Empty(t, p.events("user.password"))
	p.code(elsewhere.open(silent))

	done := b.changePassword(p, secret, fresh)
	require.Contains(t, done.Body, "Your password is changed.")
	require.NotContains(t, done.Body, `id="end-others"`, "no other session is left")
	p.refused(elsewhere.open(silent), "login_required")
	require.NotEqual(t, old, b.cookie(p.url("/"), sessionName))
	stolen := h.browser()
	require.True(t, stolen.send(http.MethodGet, p.authorizeURL("app"), "", "Cookie", sessionName+"="+old).isLogin(), "the old session is no one's")
	require.Len(t, p.events("user.password"), 1)
	require.Equal(t, alice.UserID, p.events("user.password")[0].ActorID)
	require.NotEmpty(t, h.ended)
	require.Equal(t, domain.RevokeUser, h.ended[0].Kind)

	page := h.browser().open(p.url("/account"))
	require.True(t, page.logIn("alice", secret).isLogin())
	require.Contains(t, page.logIn("alice", fresh).Body, "Alice Person")
	require.Contains(t, h.browser().open(second.url("/account")).logIn("alice", secret).Body, "Alice Person", "another workspace's user of that name")
}

// SE-07: a browser that was left signed in is no way to guess.
func TestPasswordsCannotBeGuessedByChangingThem(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	p.client("app")
	p.user("alice")
	b, _, _ := p.signedIn("alice")
	for range 10 {
		require.Contains(t, b.changePassword(p, "wrong", fresh).Body, wrongCurrent)
	}
	require.Contains(t, b.changePassword(p, secret, fresh).Body, wrongCurrent, "locked, right or not")
	require.True(t, h.browser().open(p.url("/account")).logIn("alice", secret).isLogin(), "one count with the login page")
	require.Empty(t, p.events("user.password"))
}

func TestWhoHasNoPasswordCannotChangeIt(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	p.client("app")
	alice := p.user("alice")
	b, _, _ := p.signedIn("alice")
	require.Contains(t, b.open(p.url("/account")).Body, `id="password-submit"`)
	require.NoError(t, p.data.RehashPassword(t.Context(), alice.UserID, alice.PasswordHash, ""))
	require.NotContains(t, b.open(p.url("/account")).Body, `id="password-submit"`)
	for _, current := range []string{"", secret} {
		require.Contains(t, b.changePassword(p, current, fresh).Body, "Alice Person")
	}
	require.Empty(t, p.events("user.password"))
}
