package suite_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/services/standalone/suite/internal/party"
	"github.com/signet-authz/signet/services/standalone/suite/internal/target"
)

// IR-01
func TestOnlyConfidentialClientsMayIntrospect(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		user, public := w.NewUser(t), w.Public(t, nil)
		tokens, _ := public.LogUserIn(t, user)
		refused(t, public.Introspect(t, tokens.Access), "invalid_client")
		refused(t, w.Post(t, 0, "/oauth2/introspect", form("token", tokens.Access), "Content-Type", formType), "invalid_client")
		refused(t, w.Post(t, 0, "/oauth2/introspect", form("token", tokens.Access), "Content-Type", formType, "Authorization", party.Basic(public.ID, "x")), "invalid_client")
	})
}

// IR-02, TEN-30
func TestWhoMayAskAboutAToken(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		user, resource, stranger := w.NewUser(t), w.NewApp(t, nil), w.NewApp(t, nil)
		wide := w.NewApp(t, map[string]any{"scope": "introspect_tokens"})
		api := newService(t, w, "https://api.example", resource)
		app := w.NewApp(t, map[string]any{"scope": party.Scopes + " " + api.scope})
		forService := app.Authorize("scope", "openid offline_access "+api.scope).Tokens(t, w.Browser(t), user)
		forNobody := app.Authorize("scope", "openid offline_access").Tokens(t, w.Browser(t), user)

		for range 2 { // the second answer may come from a cache
			for _, c := range []struct {
				who                        *party.App
				service, general, renewing bool
			}{{app, true, true, true}, {resource, true, false, false}, {stranger, false, false, false}, {wide, true, true, true}} {
				require.Equal(t, c.service, c.who.Active(t, 0, forService.Access))
				require.Equal(t, c.general, c.who.Active(t, 0, forNobody.Access))
				require.Equal(t, c.renewing, c.who.Active(t, 0, forService.Refresh))
			}
		}
		full := resource.Introspect(t, forService.Access)
		require.Equal(t, user.ID, full.Text("sub"))
		require.Equal(t, app.ID, full.Text("client_id"))
		require.Contains(t, strings.Fields(full.Text("scope")), api.scope)

		for _, token := range []string{forNobody.Access, "x", strings.Repeat("x", 5000)} {
			a := stranger.Introspect(t, token)
			require.JSONEq(t, `{"active":false}`, string(a.Body), "nothing but that")
		}

		// A bearer token with the scope serves in place of client authentication.
		bearer := party.ReadTokens(t, wide.Token(t, "grant_type", "client_credentials"))
		a := w.Post(t, 0, "/oauth2/introspect", form("token", forNobody.Access), "Content-Type", formType, "Authorization", "Bearer "+bearer.Access)
		require.True(t, a.Active(t))
		weak := party.ReadTokens(t, app.Token(t, "grant_type", "client_credentials", "scope", "profile"))
		a = w.Post(t, 0, "/oauth2/introspect", form("token", forNobody.Access), "Content-Type", formType, "Authorization", "Bearer "+weak.Access)
		require.Equal(t, http.StatusForbidden, a.Status)
		a = w.Post(t, 0, "/oauth2/introspect", form("token", forNobody.Access), "Content-Type", formType, "Authorization", "Bearer "+forNobody.Access)
		require.Contains(t, []int{http.StatusUnauthorized, http.StatusForbidden}, a.Status, "a user's token is no client's credential")
		a = w.Post(t, 0, "/oauth2/introspect", form("token", forNobody.Access), "Content-Type", formType, "Authorization", "Bearer x")
		require.Equal(t, http.StatusUnauthorized, a.Status)
	})
}

// IR-05
func TestForgedTokensAreNotActive(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		user, app := w.NewUser(t), w.NewApp(t, nil)
		tokens, _ := app.LogUserIn(t, user)
		jwt := party.ReadJWT(t, tokens.Access)
		header := func(k string, v any) map[string]any {
			h := map[string]any{}
			for name, value := range jwt.Header {
				h[name] = value
			}
			h[k] = v
			return h
		}
		richer := map[string]any{}
		for k, v := range jwt.Claims {
			richer[k] = v
		}
		richer["scope"] = "openid profile email offline_access introspect_tokens"
		forgeries := map[string]string{
			"other claims":     party.Unsigned(t, jwt.Header, richer, jwt.Signature),
			"alg none":         party.Unsigned(t, header("alg", "none"), jwt.Claims, ""),
			"alg None":         party.Unsigned(t, header("alg", "None"), jwt.Claims, ""),
			"alg HS256":        party.Unsigned(t, header("alg", "HS256"), jwt.Claims, jwt.Signature),
			"alg RS256":        party.Unsigned(t, header("alg", "RS256"), jwt.Claims, jwt.Signature),
			"unknown kid":      party.Unsigned(t, header("kid", "x"), jwt.Claims, jwt.Signature),
			"jku":              party.Unsigned(t, header("jku", "https://evil.example/jwks"), jwt.Claims, jwt.Signature),
			"crit":             party.Unsigned(t, header("crit", []string{"x"}), jwt.Claims, jwt.Signature),
			"no signature":     tokens.Access[:strings.LastIndexByte(tokens.Access, '.')+1],
			"two parts":        tokens.Access[:strings.LastIndexByte(tokens.Access, '.')],
			"many dots":        strings.Repeat(".", 10_000),
			"id token":         tokens.ID,
			"signature padded": tokens.Access + "=",
			"not a token":      "eyJ.eyJ.x",
			"huge":             strings.Repeat("a", 15<<10),
		}
		for name, token := range forgeries {
			require.False(t, app.Active(t, 0, token), name)
			if len(token) < 8<<10 {
				challenged(t, w.UserInfo(t, token), "invalid_token")
			}
		}
		require.True(t, app.Active(t, 0, tokens.Access))
	})
}

// IR-06, IR-14
func TestTokenTypeHintIsOnlyAHint(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		user, app := w.NewUser(t), w.NewApp(t, nil)
		tokens, _ := app.LogUserIn(t, user)
		for _, hint := range []string{"", "access_token", "refresh_token", "id_token", "nonsense"} {
			for _, token := range []string{tokens.Access, tokens.Refresh} {
				require.True(t, app.Call(t, 0, "/oauth2/introspect", "token", token, "token_type_hint", hint).Active(t), hint)
			}
		}
		require.Equal(t, http.StatusOK, app.Call(t, 0, "/oauth2/revoke", "token", tokens.Refresh, "token_type_hint", "access_token").Status)
		require.False(t, app.Active(t, 0, tokens.Refresh))
	})
}

// IR-10
func TestOnlyTheOwnerRevokes(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		user, app, stranger, public := w.NewUser(t), w.NewApp(t, nil), w.NewApp(t, nil), w.Public(t, nil)
		wide := w.NewApp(t, map[string]any{"scope": "revoke_tokens"})
		tokens, _ := app.LogUserIn(t, user)
		for _, token := range []string{tokens.Access, tokens.Refresh} {
			refused(t, stranger.Revoke(t, token), "invalid_grant")
			refused(t, public.Revoke(t, token), "invalid_grant")
			require.True(t, app.Active(t, 0, token))
		}
		for _, token := range []string{"x", strings.Repeat("x", 1000)} {
			require.Equal(t, http.StatusOK, stranger.Revoke(t, token).Status, "an unknown token is revoked already")
		}
		refused(t, app.Call(t, 0, "/oauth2/revoke"), "invalid_request")

		own, _ := public.LogUserIn(t, user)
		require.Equal(t, http.StatusOK, public.Revoke(t, own.Refresh).Status, "public clients revoke their own")
		require.Equal(t, http.StatusOK, wide.Revoke(t, tokens.Refresh).Status)
		require.False(t, app.Active(t, 0, tokens.Access))
	})
}

// IR-11, IR-15
func TestRevocationReachesEveryNode(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		user, app := w.NewUser(t), w.NewApp(t, nil)
		b := w.Browser(t)
		alone := app.Authorize().Tokens(t, b, user)
		family := app.Authorize().Tokens(t, b, user)
		for node := range tg.Nodes {
			require.True(t, app.Active(t, node, alone.Access) && app.Active(t, node, family.Access))
		}
		require.Equal(t, http.StatusOK, app.Revoke(t, alone.Access).Status)
		require.Equal(t, http.StatusOK, app.Revoke(t, family.Refresh).Status)
		for node := range tg.Nodes {
			soon(t, revocationBound, "everywhere", func() bool {
				return !app.Active(t, node, alone.Access) && !app.Active(t, node, family.Access) && !app.Active(t, node, family.Refresh)
			})
		}
		require.Equal(t, http.StatusOK, app.Refresh(t, alone.Refresh).Status, "an access token ends alone")
		refused(t, app.Refresh(t, family.Refresh), "invalid_grant")
		require.Equal(t, http.StatusOK, app.Revoke(t, family.Refresh).Status, "revoking twice is fine")
	})
}
