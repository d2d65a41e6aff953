package suite_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/services/standalone/suite/internal/party"
	"github.com/signet-authz/signet/services/standalone/suite/internal/target"
)

// CN-01, CN-02
func TestConsentPageShowsClientsHarmlessly(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		user := w.NewUserWith(t, map[string]any{"email": party.Name("u") + "@example.com", "name": `<b onmouseover=alert(1)>Eve</b>`, "password": "a long password"})
		api := newServiceWithText(t, w, `<script>alert(1)</script> & "all"`)
		for _, name := range []string{`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, "Bank\u202egnp.exe", "\u200b\u200bBank", strings.Repeat("A", 200)} {
			a := w.API(t, http.MethodPost, "/clients", map[string]any{
				"client_name": name, "redirect_uris": []string{party.Callback}, "scope": "openid " + api, "policy_uri": "https://app.example/policy", "tos_uri": "https://app.example/tos",
				"grant_types": []string{"authorization_code"}, "logo_uri": "https://tracker.example/logo.png",
			})
			if a.Status == http.StatusBadRequest {
				continue // refusing such a name is fine too
			}
			require.Equal(t, http.StatusCreated, a.Status, a.String())
			app := &party.App{Workspace: w, ID: a.Text("client_id"), Secret: a.Text("client_secret"), Method: "client_secret_basic", RedirectURI: party.Callback, Scope: "openid " + api}
			p := party.LogIn(t, app.Authorize().Open(t, w.Browser(t)), user)
			require.True(t, p.Has("consent-accept"), p.Text())
			for _, bad := range []string{"<script>alert", "<img src=x", "<b onmouseover", "tracker.example", "javascript:"} {
				require.NotContains(t, p.Body, bad)
			}
			require.Contains(t, p.Text(), "app.example", "the domain is shown beside the name, which anybody may choose")
			require.Contains(t, p.Body, `href="https://app.example/policy"`)
			require.Contains(t, p.Body, `rel="noopener noreferrer"`)
			if strings.ContainsRune(name, '\u202e') {
				require.Contains(t, p.Body, "<bdi>", "what comes from outside is isolated")
			}
		}
	})
}

func newServiceWithText(t *testing.T, w *party.Workspace, description string) string {
	t.Helper()
	name := party.Name("scope")
	w.Must(t, http.MethodPost, "/scopes", map[string]any{"name": name, "description": description})
	return name
}

// CN-05, and consent is per client
func TestConsentIsAskedForOncePerClientAndScope(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		user, one, two := w.NewUser(t), w.NewApp(t, nil), w.NewApp(t, nil)
		b := w.Browser(t)
		r := one.Authorize("scope", "openid profile")
		require.NotEmpty(t, r.Code(t, b, user))
		again := one.Authorize("scope", "profile openid")
		require.NotEmpty(t, again.ReadCode(t, again.Open(t, b)), "not asked again")
		require.True(t, two.Authorize("scope", "openid").Open(t, b).Has("consent-accept"), "another client is asked for")
		more := one.Authorize("scope", "openid email")
		p := more.Open(t, b)
		require.True(t, p.Has("consent-accept"), "a new scope is asked for")
		require.NotEmpty(t, more.ReadCode(t, p.Press(t, "consent-accept")))
		union := one.Authorize("scope", "openid profile email")
		require.NotEmpty(t, union.ReadCode(t, union.Open(t, b)), "what was given adds up")
		require.True(t, one.Authorize("scope", "openid", "prompt", "consent").Open(t, b).Has("consent-accept"), "unless the client asks for the question")
	})
}

func TestTrustedClientsAskNothing(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		user, app := w.NewUser(t), w.NewApp(t, map[string]any{"trusted": true})
		r := app.Authorize()
		require.NotEmpty(t, r.ReadCode(t, party.LogIn(t, r.Open(t, w.Browser(t)), user)))
	})
}

// CN-06
func TestNoMeansAccessDenied(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		user, app := w.NewUser(t), w.NewApp(t, nil)
		b := w.Browser(t)
		r := app.Authorize()
		login := r.Open(t, b)
		redirected(t, r, login.Press(t, "login-cancel"), "access_denied")
		r = app.Authorize()
		consent := party.LogIn(t, r.Open(t, b), user)
		redirected(t, r, consent.Press(t, "consent-deny"), "access_denied")
		errorPage(t, consent.Press(t, "consent-accept"))
		require.True(t, app.Authorize().Open(t, b).Has("consent-accept"), "nothing was remembered")
	})
}

// CN-10
func TestConsentBelongsToTheUserWhoSawThePage(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		alice, bob, app, other := w.NewUser(t), w.NewUser(t), w.NewApp(t, nil), w.NewApp(t, map[string]any{"trusted": true})
		b := w.Browser(t)
		consent := party.LogIn(t, app.Authorize().Open(t, b), alice)
		require.True(t, consent.Has("consent-accept"))
		second := other.Authorize("prompt", "login")
		require.NotEmpty(t, second.ReadCode(t, party.LogIn(t, second.Open(t, b), bob)))
		notOurForm(t, consent.Press(t, "consent-accept"))
		silent := app.Authorize("prompt", "none")
		redirected(t, silent, silent.Open(t, b), "consent_required")
	})
}

// AZ-25 on the consent page: what is asked for is what is shown.
func TestConsentPageNamesEveryScope(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		user := w.NewUser(t)
		scope := newServiceWithText(t, w, "Launch the rocket")
		app := w.NewApp(t, map[string]any{"client_name": "Rocketeer", "scope": party.Scopes + " " + scope})
		p := party.LogIn(t, app.Authorize().Open(t, w.Browser(t)), user)
		require.Contains(t, p.Text(), "Rocketeer")
		require.Contains(t, p.Text(), "Launch the rocket")
		require.Contains(t, p.Text(), user.Email)
		require.True(t, p.Has("access-length"), "how long the access lasts is said")
	})
}

// RFC 6749, sections 3.3 and 5.1: where a workspace lets its users choose, every
// token carries what they ticked, and the client is told.
func TestTokensCarryTheScopesThatTheUserTicked(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		w.Must(t, http.MethodPatch, "", map[string]any{"consent_scope_choice": true})
		user := w.NewUser(t)
		scope := newServiceWithText(t, w, "Launch the rocket")
		app := w.NewApp(t, map[string]any{"scope": party.Scopes + " " + scope})
		b := w.Browser(t)
		walk := func(r *party.Request, without ...string) party.Tokens {
			p := r.Open(t, b)
			if p.Has("login-submit") {
				p = party.LogIn(t, p, user)
			}
			return party.ReadTokens(t, r.Redeem(t, r.ReadCode(t, p.PressWithout(t, "consent-accept", without...))))
		}
		asked := "openid profile email offline_access " + scope
		tokens := walk(app.Authorize("scope", asked), "scope-email", "scope-offline_access")
		require.Equal(t, "openid profile "+scope, tokens.Scope)
		require.Empty(t, tokens.Refresh, "no access beyond the session was allowed")
		require.Equal(t, "openid profile "+scope, app.Introspect(t, tokens.Access).Text("scope"))

		tokens = walk(app.Authorize("scope", asked), "scope-email")
		require.Equal(t, "openid profile offline_access "+scope, tokens.Scope, "what was given before stays")
		require.NotEmpty(t, tokens.Refresh)
		a := app.Refresh(t, tokens.Refresh)
		require.Equal(t, http.StatusOK, a.Status, "%s", a)
		require.Equal(t, "openid profile offline_access "+scope, a.Text("scope"))
		refused(t, app.Refresh(t, a.Text("refresh_token"), "scope", "openid email"), "invalid_scope")
	})
}
