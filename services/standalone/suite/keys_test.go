package suite_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/services/standalone/suite/internal/party"
	"github.com/signet-authz/signet/services/standalone/suite/internal/target"
	"github.com/signet-authz/signet/services/standalone/suite/internal/wire"
)

// keysAt returns the published keys, in order.
func keysAt(t *testing.T, w *party.Workspace) []map[string]any {
	t.Helper()
	a := w.Get(t, "/.well-known/jwks.json")
	require.Equal(t, http.StatusOK, a.Status)
	var keys []map[string]any
	all, _ := a.JSON()["keys"].([]any)
	for _, k := range all {
		key, _ := k.(map[string]any)
		keys = append(keys, key)
	}
	require.NotEmpty(t, keys)
	return keys
}

func kids(keys []map[string]any) []string {
	var out []string
	for _, k := range keys {
		kid, _ := k["kid"].(string)
		out = append(out, kid)
	}
	return out
}

func kidOf(t *testing.T, token string) string {
	t.Helper()
	kid, _ := party.ReadJWT(t, token).Header["kid"].(string)
	return kid
}

// JK-01, JK-15
func TestJWKSShowsPublicKeysOnly(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		n := party.Register(t, tg)
		w := n.Default()
		user := w.NewUser(t)
		for _, alg := range []string{"ES256", "RS256", "PS256"} {
			app := w.NewApp(t, map[string]any{"id_token_signed_response_alg": alg})
			require.Equal(t, alg, party.ReadJWT(t, app.Authorize().Tokens(t, w.Browser(t), user).ID).Header["alg"])
		}
		var seen []string
		for _, ws := range []*party.Workspace{w, {Tenant: n, AID: "admin"}} {
			keys := keysAt(t, ws)
			require.Equal(t, "ES256", keys[0]["alg"], "the current key of the default algorithm comes first")
			for _, k := range keys {
				for _, private := range []string{"d", "p", "q", "dp", "dq", "qi", "oth", "k"} {
					require.NotContains(t, k, private)
				}
				for _, member := range []string{"kid", "use", "alg", "kty"} {
					require.NotEmpty(t, k[member])
				}
				require.Equal(t, "sig", k["use"])
				require.NotEqual(t, "oct", k["kty"])
			}
			seen = append(seen, kids(keys)...)
		}
		unique := slices.Compact(slices.Sorted(slices.Values(seen)))
		require.Len(t, unique, len(seen), "kids are unique, over workspaces too")
	})
}

// JK-02, F-30: a verifier that fetched the keys before the rotation still
// verifies what is signed after it.
func TestRotationPublishesLongBeforeItSigns(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		user, app := w.NewUser(t), w.NewApp(t, nil)
		b := w.Browser(t)
		before := app.Authorize().Tokens(t, b, user)
		published := kids(keysAt(t, w))
		provider, err := oidc.NewProvider(t.Context(), w.Issuer())
		require.NoError(t, err)
		verifier := provider.Verifier(&oidc.Config{ClientID: app.ID})

		for range 3 {
			a := w.API(t, http.MethodPost, "/keys/rotate", map[string]any{})
			require.Equal(t, http.StatusAccepted, a.Status, a.String())
			activates, err := time.Parse(time.RFC3339, a.Text("activates_at"))
			require.NoError(t, err)
			require.Greater(t, time.Until(activates), 5*time.Minute, "longer than anybody may cache the key set")
			tokens := app.Authorize().Tokens(t, b, user)
			require.Contains(t, published, kidOf(t, tokens.ID), "nothing signs that was not published before")
			_, err = verifier.Verify(t.Context(), tokens.ID)
			require.NoError(t, err)
		}
		for _, kid := range published {
			require.Contains(t, kids(keysAt(t, w)), kid, "what signed stays published")
		}
		_, err = verifier.Verify(t.Context(), before.ID)
		require.NoError(t, err)
		require.True(t, app.Active(t, 0, before.Access))
	})
}

// F-31
func TestEmergencyRotationActsAtOnce(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		user, app := w.NewUser(t), w.NewApp(t, nil)
		b := w.Browser(t)
		before := app.Authorize().Tokens(t, b, user)
		compromised := kidOf(t, before.Access)

		require.Equal(t, http.StatusAccepted, w.API(t, http.MethodPost, "/keys/rotate", map[string]any{"emergency": true}).Status)
		for node := range tg.Nodes {
			soon(t, settingsBound, "nothing signs with the key any more", func() bool {
				a := app.Call(t, node, "/oauth2/token", "grant_type", "client_credentials", "scope", "profile")
				return kidOf(t, party.ReadTokens(t, a).Access) != compromised
			})
			soon(t, settingsBound, "what it signed is worth nothing", func() bool { return !app.Active(t, node, before.Access) })
		}
		soon(t, settingsBound, "it is no longer published", func() bool { return !slices.Contains(kids(keysAt(t, w)), compromised) })
		after := app.Authorize().Tokens(t, b, user)
		require.Contains(t, kids(keysAt(t, w)), kidOf(t, after.ID))
	})
}

// JK-03
func TestKeySetsAndMetadataAreCachedPerWorkspace(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		n := party.Register(t, tg)
		a, b := n.Default(), n.NewWorkspace(t, nil)
		for _, path := range []string{"/.well-known/jwks.json", "/.well-known/openid-configuration"} {
			first := a.Get(t, path)
			etag := first.Header.Get("ETag")
			require.NotEmpty(t, etag)
			require.Contains(t, first.Header.Get("Cache-Control"), "max-age=300")
			require.Equal(t, http.StatusNotModified, a.Get(t, path, "If-None-Match", etag).Status)
			require.Equal(t, http.StatusOK, b.Get(t, path, "If-None-Match", etag).Status, "another workspace's document is another one")
			head := wire.Do(t, wire.Request(t, http.MethodHead, a.Address(path), ""))
			require.Equal(t, http.StatusOK, head.Status)
			require.Empty(t, head.Body)
			require.Equal(t, etag, head.Header.Get("ETag"))
		}
	})
}

// JK-05
func TestIDTokenSaysWhoAndWhen(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		user, app := w.NewUser(t), w.NewApp(t, nil)
		r := app.Authorize("max_age", "3600", "claims", `{"id_token":{"email":{"essential":true},"name":null},"userinfo":{"name":null}}`)
		tokens := r.Tokens(t, w.Browser(t), user)
		jwt := party.ReadJWT(t, tokens.ID)
		for name, want := range map[string]any{"iss": w.Issuer(), "aud": app.ID, "azp": app.ID, "sub": user.ID, "nonce": r.Values.Get("nonce"), "email": user.Email, "name": user.Name} {
			require.Equal(t, want, jwt.Claims[name], name)
		}
		for _, name := range []string{"exp", "iat", "auth_time", "at_hash", "sid"} {
			require.NotEmpty(t, jwt.Claims[name], name)
		}
		require.Equal(t, "JWT", jwt.Header["typ"])
		refreshed := party.ReadJWT(t, party.ReadTokens(t, app.Refresh(t, tokens.Refresh)).ID)
		require.Equal(t, jwt.Claims["auth_time"], refreshed.Claims["auth_time"])
		require.Equal(t, jwt.Claims["sub"], refreshed.Claims["sub"])
	})
}

// JK-06
func TestUnsignedIDTokensCannotBeOrdered(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		for _, alg := range []string{"none", "HS256", "ES256K", "RS1", "x"} {
			problem(t, w.API(t, http.MethodPost, "/clients", map[string]any{"client_name": "x", "redirect_uris": []string{party.Callback}, "id_token_signed_response_alg": alg}), http.StatusBadRequest)
		}
		require.NotContains(t, list(w.Get(t, "/.well-known/openid-configuration").JSON()["id_token_signing_alg_values_supported"]), "none")
	})
}

// JK-07
func TestUserAttributesCannotForgeClaims(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		for _, name := range []string{"iss", "aud", "scope", "cnf", "act", "sub", "role"} {
			a := w.API(t, http.MethodPost, "/users", map[string]any{"email": party.Name("u") + "@example.com", "password": "a long password", name: "forged"})
			problem(t, a, http.StatusBadRequest)
		}
		user := w.NewUserWith(t, map[string]any{"email": party.Name("u") + "@example.com", "password": "a long password", "name": `x","iss":"https://evil.example`})
		app := w.NewApp(t, nil)
		tokens := app.Authorize("claims", `{"id_token":{"name":null,"iss":{"value":"https://evil.example"},"scope":null}}`).Tokens(t, w.Browser(t), user)
		require.Equal(t, w.Issuer(), party.ReadJWT(t, tokens.ID).Claims["iss"])
		require.NotContains(t, party.ReadJWT(t, tokens.ID).Claims, "scope")
	})
}

// JK-09, JK-10
func TestUserInfoAnswersOneGoodTokenOnly(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		user, app := w.NewUser(t), w.NewApp(t, nil)
		b := w.Browser(t)
		tokens := app.Authorize("scope", "openid").Tokens(t, b, user)
		full := app.Authorize().Tokens(t, b, user)
		plain := app.Authorize("scope", "profile").Tokens(t, b, user)
		own := party.ReadTokens(t, app.Token(t, "grant_type", "client_credentials", "scope", "profile"))

		info := w.UserInfo(t, tokens.Access)
		jsonAnswer(t, info)
		require.JSONEq(t, `{"sub":"`+user.ID+`"}`, string(info.Body), "the scope openid alone reveals the subject alone")
		info = w.UserInfo(t, full.Access)
		require.Equal(t, user.Email, info.Text("email"))
		require.Equal(t, user.Name, info.Text("name"))

		bare := w.Get(t, "/userinfo")
		require.Equal(t, http.StatusUnauthorized, bare.Status)
		require.NotContains(t, bare.Header.Get("WWW-Authenticate"), "error=", "nothing was wrong yet (RFC 6750, 3.1)")
		challenged(t, w.UserInfo(t, own.Access), "insufficient_scope")
		challenged(t, w.UserInfo(t, plain.Access), "insufficient_scope")
		query := w.Get(t, "/userinfo?access_token="+full.Access)
		require.Equal(t, http.StatusBadRequest, query.Status)
		twice := w.Post(t, 0, "/userinfo", form("access_token", full.Access), "Content-Type", formType, "Authorization", "Bearer "+full.Access)
		require.Equal(t, http.StatusBadRequest, twice.Status)
		require.Equal(t, http.StatusBadRequest, w.Get(t, "/userinfo", "Authorization", "Bearer "+full.Access, "Authorization", "Bearer "+full.Access).Status)
		posted := w.Post(t, 0, "/userinfo", form("access_token", full.Access), "Content-Type", formType)
		require.Equal(t, user.ID, posted.Text("sub"))
		require.Equal(t, user.ID, w.Post(t, 0, "/userinfo", "", "Authorization", "Bearer "+full.Access).Text("sub"))
		require.Equal(t, http.StatusBadRequest, w.Post(t, 0, "/userinfo", "access_token="+full.Access, "Content-Type", "text/plain").Status)
		require.Equal(t, http.StatusUnauthorized, w.Get(t, "/userinfo", "Authorization", "Basic "+full.Access).Status)
	})
}

// JK-11
func TestUserInfoKnowsNobodyWhoIsGone(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		app := w.NewApp(t, nil)
		gone, out := w.NewUser(t), w.NewUser(t)
		goneTokens, _ := app.LogUserIn(t, gone)
		b := w.Browser(t)
		outTokens := app.Authorize("scope", "openid profile").Tokens(t, b, out)
		w.Must(t, http.MethodDelete, "/users/"+gone.ID, nil)
		challenged(t, w.UserInfo(t, goneTokens.Access), "invalid_token")
		b.Open(t, w.Address("/oidc/logout?id_token_hint=")+outTokens.ID)
		challenged(t, w.UserInfo(t, outTokens.Access), "invalid_token")
	})
}

// JK-14
func TestMetadataSaysOnlyWhatIsSo(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		m := w.Get(t, "/.well-known/openid-configuration").JSON()
		require.Equal(t, []string{"code"}, list(m["response_types_supported"]))
		require.Equal(t, []string{"S256"}, list(m["code_challenge_methods_supported"]))
		require.NotContains(t, list(m["id_token_signing_alg_values_supported"]), "none")
		require.Contains(t, list(m["id_token_signing_alg_values_supported"]), "RS256")
		require.ElementsMatch(t, []string{"query", "fragment", "form_post"}, list(m["response_modes_supported"]))
		require.Equal(t, true, m["authorization_response_iss_parameter_supported"])
		app := w.NewApp(t, nil)
		for _, grant := range list(m["grant_types_supported"]) {
			code := app.Token(t, "grant_type", grant).Text("error")
			require.NotEqual(t, "unsupported_grant_type", code, grant)
		}
		for _, method := range list(m["token_endpoint_auth_methods_supported"]) {
			body := map[string]any{"client_name": "x", "redirect_uris": []string{party.Callback}, "token_endpoint_auth_method": method}
			require.Less(t, w.API(t, http.MethodPost, "/clients", body).Status, 500)
			if strings.HasPrefix(method, "client_secret_") || method == "none" {
				require.Equal(t, http.StatusCreated, w.API(t, http.MethodPost, "/clients", body).Status, method)
			}
		}
		for _, name := range []string{"authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri", "introspection_endpoint", "revocation_endpoint", "end_session_endpoint", "pushed_authorization_request_endpoint"} {
			address, _ := m[name].(string)
			require.NotEqual(t, http.StatusNotFound, wireGet(t, address).Status, name)
		}
	})
}
