package authorization_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/pkg/cache"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
)

func choosing(s *domain.Settings) { s.ConsentScopeChoice = true }

// pick accepts the consent page with ticks for the scopes alone.
func (a *answer) pick(scopes ...string) *answer {
	a.b.t.Helper()
	require.True(a.b.t, a.isConsent(), "not the consent page: %d %s", a.StatusCode, a.Body)
	action, form := a.form()
	for name := range form {
		if _, box := strings.CutPrefix(name, "scope-"); box {
			form.Del(name)
		}
	}
	for _, s := range scopes {
		form.Set("scope-"+s, "yes")
	}
	form.Set("action", "accept")
	return a.b.post(action, form)
}

// boxes are the scopes that the page lets the user choose among.
func (a *answer) boxes() []string {
	_, form := a.form()
	var scopes []string
	for name := range form {
		if s, ok := strings.CutPrefix(name, "scope-"); ok {
			scopes = append(scopes, s)
		}
	}
	slices.Sort(scopes)
	return scopes
}

func (p *place) given(userID string) oauth.Scope {
	p.t.Helper()
	consents, err := p.data.Consents(p.t.Context(), userID)
	require.NoError(p.t, err)
	var scope oauth.Scope
	for _, c := range consents {
		scope = scope.Union(c.Scope)
	}
	return scope
}

func TestOnlyWhatTheUserTickedIsGranted(t *testing.T) {
	const asked = "openid profile email offline_access files:read"
	for _, c := range []struct {
		name           string
		ticked         []string
		granted, given oauth.Scope
	}{
		{"all", []string{"profile", "email", "offline_access", "files:read"}, oauth.Scope{"openid", "profile", "email", "offline_access", "files:read"}, nil},
		{"some", []string{"email", "files:read"}, oauth.Scope{"openid", "email", "files:read"}, nil},
		{"not while away", []string{"profile", "email", "files:read"}, oauth.Scope{"openid", "profile", "email", "files:read"}, nil},
		{"nothing but the login", nil, oauth.Scope{"openid"}, nil},
		{"what was never asked for", []string{"notes", "admin", "", "openid email", "files:read"}, oauth.Scope{"openid", "files:read"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t)
			p, _ := h.tenant("acme", choosing)
			p.client("app")
			user := p.user("alice")
			page := h.browser().open(p.authorizeURL("app", "scope", asked)).logIn("alice", secret)
			require.Equal(t, []string{"email", "files:read", "offline_access", "profile"}, page.boxes(), "openid is no choice")
			code := p.redeem(p.code(page.pick(c.ticked...)))
			require.Equal(t, c.granted, code.Scope)
			require.ElementsMatch(t, c.granted, p.given(user.UserID))
			ev := p.events("consent.give")
			require.Len(t, ev, 1)
			require.Equal(t, c.granted.String(), ev[0].Detail["scope"])
			require.Equal(t, oauth.Scope{"openid", "profile", "email", "offline_access", "files:read"}.Missing(c.granted).String(), ev[0].Detail["declined"])
		})
	}
}

func TestWhatWasGivenBeforeStays(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme", choosing)
	p.client("app")
	user := p.user("alice")
	b := h.browser()
	p.code(b.open(p.authorizeURL("app", "scope", "openid profile")).logIn("alice", secret).pick("profile"))
	page := b.open(p.authorizeURL("app", "scope", "openid profile email files:read"))
	require.Equal(t, []string{"email", "files:read"}, page.boxes(), "what was given is shown and no choice")
	require.Equal(t, oauth.Scope{"openid", "profile", "files:read"}, p.redeem(p.code(page.pick("files:read"))).Scope)

	// What was left out is asked for again by whoever asks for it again.
	silent := b.open(p.authorizeURL("app", "scope", "openid profile email files:read", "prompt", "none"))
	p.refused(silent, "consent_required")
	require.Equal(t, []string{"email"}, b.open(p.authorizeURL("app", "scope", "openid profile email files:read")).boxes())
	p.code(b.open(p.authorizeURL("app", "scope", "openid profile files:read")))

	again := b.open(p.authorizeURL("app", "scope", "openid profile files:read", "prompt", "consent"))
	require.Empty(t, again.boxes(), "a page that is asked for once more takes nothing back")
	require.Equal(t, oauth.Scope{"openid", "profile", "files:read"}, p.redeem(p.code(again.pick())).Scope)
	require.ElementsMatch(t, []string{"openid", "profile", "files:read"}, p.given(user.UserID))
}

func TestClaimsAreRevealedWithTheirScopeAlone(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme", choosing)
	p.client("app")
	p.user("alice")
	page := h.browser().open(p.authorizeURL("app", "scope", "openid files:read", "claims", `{"id_token":{"email":{"essential":true},"name":null},"userinfo":{"email":null,"name":null}}`)).logIn("alice", secret)
	require.Equal(t, []string{"email", "files:read", "profile"}, page.boxes(), "claims are asked for by the scopes that reveal them")
	code := p.redeem(p.code(page.pick("files:read", "profile")))
	require.Equal(t, oauth.Scope{"openid", "files:read"}, code.Scope)
	require.Equal(t, []string{"name"}, code.IDTokenClaims)
	require.Equal(t, []string{"name"}, code.UserInfoClaims)
}

func TestResourcesThatAreNoLongerReachedAreLeftOut(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme", choosing)
	p.client("app")
	p.user("alice")
	b := h.browser()
	ask := p.authorizeURL("app", "scope", "openid profile files:read", "resource", "https://files.example", "prompt", "consent")
	require.Empty(t, p.redeem(p.code(b.open(ask).logIn("alice", secret).pick("profile"))).Resource)
	require.Equal(t, []string{"https://files.example"}, p.redeem(p.code(b.open(ask).pick("files:read"))).Resource)
}

func TestLeavingOutEverythingIsANo(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme", choosing)
	p.client("app")
	user := p.user("alice")
	p.refused(h.browser().open(p.authorizeURL("app", "scope", "files:read notes")).logIn("alice", secret).pick(), "access_denied")
	require.Empty(t, p.given(user.UserID))
}

// An answer means what the page said when it was shown.
func TestAnswerIsReadAsItWasAsked(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	p.client("app")
	p.user("alice")
	b := h.browser()
	whole := b.open(p.authorizeURL("app", "scope", "openid email")).logIn("alice", secret)
	require.Empty(t, whole.boxes())
	set := func(choice bool) {
		w, err := h.store.Tenant(p.w.Tenant()).WorkspaceByAID(t.Context(), p.w.AID())
		require.NoError(t, err)
		w.Settings.ConsentScopeChoice = choice
		_, err = h.store.Tenant(p.w.Tenant()).UpdateWorkspace(t.Context(), w, created("workspace.update"))
		require.NoError(t, err)
		h.caches.Apply(cache.Invalidation{Kind: cache.KindWorkspace, TID: p.w.TID(), AID: p.w.AID()})
	}
	set(true)
	chosen := b.open(p.authorizeURL("app", "scope", "openid profile"))
	require.Equal(t, []string{"profile"}, chosen.boxes())
	action, form := chosen.form()
	form.Set("tx", form.Get("tx")[:len(form.Get("tx"))-len(" choice")])
	form.Set("action", "accept")
	b.post(action, form).errorPage(http.StatusBadRequest)
	set(false)
	require.Equal(t, oauth.Scope{"openid"}, p.redeem(p.code(chosen.pick())).Scope)
	require.Equal(t, oauth.Scope{"openid", "email"}, p.redeem(p.code(whole.consent("accept"))).Scope)

	// Ticks on a page that offered none change nothing.
	page := b.open(p.authorizeURL("app", "scope", "openid profile"))
	action, form = page.form()
	page.b.post(action, url.Values{"tx": form["tx"], "csrf": form["csrf"], "action": {"accept"}, "scope-email": {"yes"}})
	require.Equal(t, oauth.Scope{"openid", "profile"}, p.redeem(p.code(b.open(p.authorizeURL("app", "scope", "openid profile")))).Scope)
}

func TestAHundredScopesAreAChoiceToo(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme", choosing)
	all := oauth.Scope{"openid"}
	for i := range oauth.MaxScopeValues - 1 {
		name := "s:" + string(rune('a'+i/26)) + string(rune('a'+i%26))
		_, err := p.data.CreateScope(t.Context(), domain.Scope{Name: name, Description: "Do " + name}, created("scope.create"))
		require.NoError(t, err)
		all = append(all, name)
	}
	h.caches.Apply(cache.Invalidation{Kind: cache.KindCatalog, WorkspaceID: p.w.ID()})
	p.client("app", func(c *domain.Client) { c.Scope = all })
	p.user("alice")
	page := h.browser().open(p.authorizeURL("app", "scope", all.String())).logIn("alice", secret)
	require.Len(t, page.boxes(), oauth.MaxScopeValues-1)
	require.Equal(t, all, p.redeem(p.code(page.consent("accept"))).Scope)
}
