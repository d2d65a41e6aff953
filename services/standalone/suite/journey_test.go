package suite_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/stretchr/testify/require"
	"github.com/zitadel/oidc/v3/pkg/client/rp"
	zitadel "github.com/zitadel/oidc/v3/pkg/oidc"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"github.com/signet-authz/signet/services/standalone/suite/internal/party"
	"github.com/signet-authz/signet/services/standalone/suite/internal/target"
)

func TestTenantGetsTokensRightAfterRegistration(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		app := w.NewApp(t, map[string]any{"scope": "profile email"})

		for name, body := range map[string][2]string{
			"form": {formType, "grant_type=client_credentials"},
			"json": {"application/json", `{"grant_type":"client_credentials"}`},
		} {
			a := w.Post(t, 0, "/oauth2/token", body[1], "Content-Type", body[0], "Authorization", party.Basic(app.ID, app.Secret))
			require.Equal(t, http.StatusOK, a.Status, "%s: %s", name, a)
			jsonAnswer(t, a) // TE-15
			require.Equal(t, "Bearer", a.Text("token_type"))
			require.Equal(t, "profile email", a.Text("scope"), "the whole registered scope where none is asked for")
			require.EqualValues(t, 3600, a.Number("expires_in"))
			require.NotContains(t, a.JSON(), "refresh_token")
			require.NotContains(t, a.JSON(), "id_token")

			token := a.Text("access_token")
			jwt := party.ReadJWT(t, token)
			require.Equal(t, "at+jwt", jwt.Header["typ"])
			require.Equal(t, "ES256", jwt.Header["alg"])
			require.Equal(t, app.ID, jwt.Claims["sub"])
			require.Equal(t, app.ID, jwt.Claims["client_id"])
			require.Equal(t, w.Issuer(), jwt.Claims["iss"])

			seen := app.Introspect(t, token)
			jsonAnswer(t, seen)
			require.True(t, seen.Active(t))
			require.Equal(t, "profile email", seen.Text("scope"))
			require.Equal(t, app.ID, seen.Text("client_id"))
			require.Equal(t, w.Issuer(), seen.Text("iss"))
			require.Equal(t, app.ID, seen.Text("sub"))
			require.Positive(t, seen.Number("exp"))
		}
	})
}

func TestServiceClientOpensTheAdminAPI(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		n := party.Register(t, tg)
		a := n.API(t, http.MethodGet, "", nil)
		require.Equal(t, http.StatusOK, a.Status, a.String())
		require.Equal(t, n.TID, a.Text("tid"))
		require.Len(t, items(t, n.API(t, http.MethodGet, "/workspaces", nil)), 2)
		without := wireGet(t, tg.URL+"/api/v1/tenants/"+n.TID)
		problem(t, without, http.StatusUnauthorized) // AD-01
	})
}

func TestSecretsReachTheTokenEndpointByPostToo(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		app := w.NewApp(t, map[string]any{"token_endpoint_auth_method": "client_secret_post"})
		require.Equal(t, http.StatusOK, app.Token(t, "grant_type", "client_credentials", "scope", "profile").Status)
		a := w.Post(t, 0, "/oauth2/token", `{"grant_type":"client_credentials","scope":"email","client_id":"`+app.ID+`","client_secret":"`+app.Secret+`"}`, "Content-Type", "application/json")
		require.Equal(t, http.StatusOK, a.Status, a.String())
		require.Equal(t, "email", a.Text("scope"))
	})
}

// The whole code flow as an application written with golang.org/x/oauth2 and
// coreos/go-oidc lives it.
func TestCodeFlowServesTheGoStandardLibraries(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		user, app := w.NewUser(t), w.NewApp(t, nil)
		ctx := t.Context()

		provider, err := oidc.NewProvider(ctx, w.Issuer())
		require.NoError(t, err)
		conf := oauth2.Config{ClientID: app.ID, ClientSecret: app.Secret, Endpoint: provider.Endpoint(), RedirectURL: app.RedirectURI, Scopes: []string{oidc.ScopeOpenID, "profile", "email", oidc.ScopeOfflineAccess}}
		verifier := oauth2.GenerateVerifier()
		address := conf.AuthCodeURL("state-1", oidc.Nonce("nonce-1"), oauth2.S256ChallengeOption(verifier))

		b := w.Browser(t)
		p := party.LogIn(t, b.Open(t, address), user)
		require.Contains(t, p.Text(), user.Name)
		p = p.Press(t, "consent-accept")
		require.NotNil(t, p.Landing, p.Text())
		require.Equal(t, "state-1", p.Answer().Get("state"))
		require.Equal(t, w.Issuer(), p.Answer().Get("iss"))

		token, err := conf.Exchange(ctx, p.Answer().Get("code"), oauth2.VerifierOption(verifier))
		require.NoError(t, err)
		raw, _ := token.Extra("id_token").(string)
		id, err := provider.Verifier(&oidc.Config{ClientID: app.ID}).Verify(ctx, raw)
		require.NoError(t, err)
		require.Equal(t, "nonce-1", id.Nonce)
		require.Equal(t, user.ID, id.Subject)
		require.NoError(t, id.VerifyAccessToken(token.AccessToken))

		info, err := provider.UserInfo(ctx, oauth2.StaticTokenSource(token))
		require.NoError(t, err)
		require.Equal(t, user.ID, info.Subject)
		require.Equal(t, user.Email, info.Email)
		var profile struct {
			Name     string `json:"name"`
			Username string `json:"preferred_username"`
		}
		require.NoError(t, info.Claims(&profile))
		require.Equal(t, user.Name, profile.Name)
		require.Equal(t, user.Username, profile.Username)

		refreshed, err := conf.TokenSource(ctx, &oauth2.Token{RefreshToken: token.RefreshToken}).Token()
		require.NoError(t, err)
		require.NotEqual(t, token.RefreshToken, refreshed.RefreshToken)
		require.NotEqual(t, token.AccessToken, refreshed.AccessToken)

		own, err := (&clientcredentials.Config{ClientID: app.ID, ClientSecret: app.Secret, TokenURL: provider.Endpoint().TokenURL, Scopes: []string{"profile"}}).Token(ctx)
		require.NoError(t, err)
		require.True(t, app.Active(t, 0, own.AccessToken))

		require.Equal(t, http.StatusOK, app.Revoke(t, refreshed.RefreshToken).Status)
		require.False(t, app.Active(t, 0, refreshed.AccessToken), "revoking the refresh token ends what hangs under it")
		require.False(t, app.Active(t, 0, token.AccessToken))
	})
}

// The same as an application written with zitadel/oidc lives it, logout
// included.
func TestCodeFlowServesAnotherRelyingPartyLibrary(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		user := w.NewUser(t)
		// The library sends the secret in the body where it can, and finds out by
		// trying Basic first where it leaves that to golang.org/x/oauth2.
		app := w.NewApp(t, map[string]any{"post_logout_redirect_uris": []string{"https://app.example/bye"}, "token_endpoint_auth_method": "client_secret_post"})
		ctx := t.Context()

		relying, err := rp.NewRelyingPartyOIDC(ctx, w.Issuer(), app.ID, app.Secret, app.RedirectURI, strings.Fields(party.Scopes))
		require.NoError(t, err)
		verifier := party.NewVerifier()
		address := rp.AuthURL("state-2", relying, rp.WithCodeChallenge(zitadel.NewSHACodeChallenge(verifier)))
		b := w.Browser(t)
		p := party.LogIn(t, b.Open(t, address), user).Press(t, "consent-accept")
		require.NotNil(t, p.Landing, p.Text())

		tokens, err := rp.CodeExchange[*zitadel.IDTokenClaims](ctx, p.Answer().Get("code"), relying, rp.WithCodeVerifier(verifier))
		require.NoError(t, err)
		require.Equal(t, user.ID, tokens.IDTokenClaims.Subject)

		info, err := rp.Userinfo[*zitadel.UserInfo](ctx, tokens.AccessToken, tokens.TokenType, tokens.IDTokenClaims.Subject, relying)
		require.NoError(t, err)
		require.Equal(t, user.Email, info.Email)

		refreshed, err := rp.RefreshTokens[*zitadel.IDTokenClaims](ctx, relying, tokens.RefreshToken, "", "")
		require.NoError(t, err)
		require.Equal(t, user.ID, refreshed.IDTokenClaims.Subject)
		require.NoError(t, rp.RevokeToken(ctx, relying, refreshed.RefreshToken, "refresh_token"))

		end := relying.GetEndSessionEndpoint() + "?" + party.Form("id_token_hint", refreshed.IDToken, "client_id", app.ID, "post_logout_redirect_uri", "https://app.example/bye", "state", "gone").Encode()
		p = b.Open(t, end)
		require.NotNil(t, p.Landing, p.Text())
		require.Equal(t, "https://app.example/bye?state=gone", p.Landing.String())
	})
}

func TestLogoutEndsTheSession(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		user, app := w.NewUser(t), w.NewApp(t, map[string]any{"post_logout_redirect_uris": []string{"https://app.example/bye"}})
		tokens, b := app.LogUserIn(t, user)
		cookies := b.Cookies(t, w.Address("/oidc/logout"))
		silent := app.Authorize("prompt", "none")
		require.NotEmpty(t, silent.Open(t, b).Answer().Get("code"))

		p := b.Open(t, w.Address("/oidc/logout?")+party.Form("id_token_hint", tokens.ID, "post_logout_redirect_uri", "https://app.example/bye", "state", "s").Encode())
		require.NotNil(t, p.Landing, p.Text())
		require.Equal(t, "https://app.example/bye?state=s", p.Landing.String())
		redirected(t, silent, silent.Open(t, b), "login_required")

		// LO-05: the cookie alone brings nothing back.
		b.SetCookies(t, w.Address("/oidc/logout"), cookies)
		redirected(t, silent, silent.Open(t, b), "login_required")
	})
}

// LO-03
func TestLogoutWithoutProofAsksFirst(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		user, app := w.NewUser(t), w.NewApp(t, nil)
		_, b := app.LogUserIn(t, user)
		silent := app.Authorize("prompt", "none")

		p := b.Open(t, w.Address("/oidc/logout"))
		require.True(t, p.Has("logout-yes") && p.Has("logout-no"), p.Text())
		htmlPage(t, p)
		require.NotEmpty(t, silent.Open(t, b).Answer().Get("code"), "asking must not log out")

		stayed := p.Press(t, "logout-no")
		require.Equal(t, http.StatusOK, stayed.Status)
		require.NotEmpty(t, silent.Open(t, b).Answer().Get("code"), "no means no")

		_, action, values := b.Open(t, w.Address("/oidc/logout")).Fill(t, "logout-yes")
		notOurForm(t, b.Post(t, action.String(), values, "cross-site"))
		values.Set("csrf", values.Get("csrf")[1:]+"A")
		notOurForm(t, b.Post(t, action.String(), values, "same-origin"))
		require.NotEmpty(t, silent.Open(t, b).Answer().Get("code"), "a forged form logs nobody out")

		require.Equal(t, http.StatusOK, b.Open(t, w.Address("/oidc/logout")).Press(t, "logout-yes").Status)
		redirected(t, silent, silent.Open(t, b), "login_required")
	})
}

// LO-01, LO-02
func TestLogoutRedirectsOnlyWhereRegistered(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		user := w.NewUser(t)
		app := w.NewApp(t, map[string]any{"post_logout_redirect_uris": []string{"https://app.example/bye"}})
		other := w.NewApp(t, map[string]any{"post_logout_redirect_uris": []string{"https://other.example/bye"}})
		tokens, b := app.LogUserIn(t, user)
		jwt := party.ReadJWT(t, tokens.ID)

		logout := func(pairs ...string) string { return w.Address("/oidc/logout?") + party.Form(pairs...).Encode() }
		for name, address := range map[string]string{
			"unregistered":        logout("id_token_hint", tokens.ID, "post_logout_redirect_uri", "https://evil.example/"),
			"query added":         logout("id_token_hint", tokens.ID, "post_logout_redirect_uri", "https://app.example/bye?x=1"),
			"another client's":    logout("id_token_hint", tokens.ID, "post_logout_redirect_uri", "https://other.example/bye"),
			"no client":           logout("post_logout_redirect_uri", "https://app.example/bye"),
			"hint of another":     logout("id_token_hint", tokens.ID, "client_id", other.ID, "post_logout_redirect_uri", "https://other.example/bye"),
			"hint modified":       logout("id_token_hint", tokens.ID[:len(tokens.ID)-6]+"AAAAAA", "post_logout_redirect_uri", "https://app.example/bye"),
			"hint unsigned":       logout("id_token_hint", party.Unsigned(t, map[string]any{"alg": "none"}, jwt.Claims, ""), "post_logout_redirect_uri", "https://app.example/bye"),
			"hint of other kind":  logout("id_token_hint", tokens.Access, "post_logout_redirect_uri", "https://app.example/bye"),
			"hint is not a token": logout("id_token_hint", "x", "post_logout_redirect_uri", "https://app.example/bye"),
		} {
			t.Run(name, func(t *testing.T) { errorPage(t, b.Open(t, address)) })
		}
		require.NotEmpty(t, app.Authorize("prompt", "none").Open(t, b).Answer().Get("code"), "no refused request logs out")
	})
}

func TestUsersSeeAndEndWhatTheyAllowed(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		user, app := w.NewUser(t), w.NewApp(t, map[string]any{"client_name": "Calendar"})
		tokens, b := app.LogUserIn(t, user)

		p := b.Open(t, w.Address("/account"))
		require.Equal(t, http.StatusOK, p.Status)
		htmlPage(t, p)
		require.Contains(t, p.Text(), "Calendar")
		require.Contains(t, p.Text(), user.Email)

		// CN-07: what was allowed ends, and the tokens with it.
		p = p.PressNamed(t, "client_id", app.ID)
		require.NotContains(t, p.Text(), "Calendar")
		soon(t, revocationBound, "tokens end with the consent", func() bool { return !app.Active(t, 0, tokens.Access) })
		refused(t, app.Refresh(t, tokens.Refresh), "invalid_grant")
		require.True(t, app.Authorize().Open(t, b).Has("consent-accept"), "consent is asked for again")
	})
}

// SE-21
func TestUsersSeeAndEndTheirSessions(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		user, app := w.NewUser(t), w.NewApp(t, nil)
		tokens, here := app.LogUserIn(t, user)
		own, _ := party.ReadJWT(t, tokens.ID).Claims["sid"].(string)
		elsewhere, foreign := w.Browser(t), w.Browser(t)
		app.Authorize().Code(t, elsewhere, user)
		stranger := app.Authorize().Tokens(t, foreign, w.NewUser(t))
		strange, _ := party.ReadJWT(t, stranger.ID).Claims["sid"].(string)
		silent := app.Authorize("prompt", "none")

		page := here.Open(t, w.Address("/account"))
		ids := page.Buttons("session")
		require.Len(t, ids, 2, "one's own sessions, and no others")
		require.Contains(t, ids, own)
		other := ids[0]
		if other == own {
			other = ids[1]
		}

		action, values := page.FillNamed(t, "session", other)
		values.Set("session", strange)
		here.Post(t, action, values, "same-origin")
		require.NotEmpty(t, silent.Open(t, foreign).Answer().Get("code"), "nobody ends another's session")

		here.Open(t, w.Address("/account")).PressNamed(t, "session", other)
		redirected(t, silent, silent.Open(t, elsewhere), "login_required")
		require.NotEmpty(t, silent.Open(t, here).Answer().Get("code"), "only the other session has ended")

		here.Open(t, w.Address("/account")).PressNamed(t, "session", own)
		redirected(t, silent, silent.Open(t, here), "login_required")
	})
}

func TestMetadataIsOneDocumentInEveryForm(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		first := w.Get(t, "/.well-known/openid-configuration")
		require.Equal(t, http.StatusOK, first.Status)
		require.Equal(t, w.Issuer(), first.Text("issuer"))
		for _, address := range []string{
			w.Address("/.well-known/oauth-authorization-server"),
			tg.URL + "/.well-known/oauth-authorization-server" + w.Path(),
			tg.URL + "/.well-known/openid-configuration" + w.Path(),
		} {
			a := wireGet(t, address)
			require.Equal(t, http.StatusOK, a.Status, address)
			require.JSONEq(t, string(first.Body), string(a.Body), address)
			require.Equal(t, "*", a.Header.Get("Access-Control-Allow-Origin"))
		}
		for name, endpoint := range first.JSON() {
			if address, ok := endpoint.(string); ok && strings.HasPrefix(address, "http") {
				require.True(t, strings.HasPrefix(address, w.Issuer()), "%s: %s", name, address)
			}
		}
	})
}

// RU-14
func TestNativeAppListensOnAnyLoopbackPort(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		app := w.Public(t, map[string]any{"application_type": "native", "redirect_uris": []string{"http://127.0.0.1/cb", "http://[::1]/cb", "com.example.app:/cb"}})
		user := w.NewUser(t)
		for _, uri := range []string{"http://127.0.0.1:49152/cb", "http://127.0.0.1/cb", "http://[::1]:1024/cb", "com.example.app:/cb"} {
			r := app.Authorize("redirect_uri", uri)
			require.NotEmpty(t, r.Tokens(t, w.Browser(t), user).Access, uri)
		}
	})
}

func TestAnswerTravelsInTheModeAskedFor(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		user, app := w.NewUser(t), w.NewApp(t, map[string]any{"trusted": true})
		b := w.Browser(t)

		fragment := app.Authorize("response_mode", "fragment")
		p := fragment.Walk(t, b, user)
		require.NotNil(t, p.Landing, p.Text())
		require.Empty(t, p.Landing.RawQuery)
		require.Equal(t, http.StatusOK, fragment.Redeem(t, fragment.ReadCode(t, p)).Status)

		post := app.Authorize("response_mode", "form_post")
		p = post.Open(t, b)
		require.Equal(t, http.StatusOK, p.Status)
		method, action, values := p.Fill(t, "form-post-continue")
		require.Equal(t, http.MethodPost, method)
		require.Equal(t, app.RedirectURI, action.String())
		require.ElementsMatch(t, []string{"code", "state", "iss"}, keysOf(values))
		require.Equal(t, http.StatusOK, post.Redeem(t, values.Get("code")).Status)
	})
}

func TestOpaqueTokensWorkLikeJWTs(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		user, app := w.NewUser(t), w.NewApp(t, map[string]any{"access_token_format": "opaque"})
		tokens, _ := app.LogUserIn(t, user)
		require.NotContains(t, tokens.Access, ".")
		require.True(t, app.Active(t, 0, tokens.Access))
		require.Equal(t, user.ID, w.UserInfo(t, tokens.Access).Text("sub"))
		require.Equal(t, http.StatusOK, app.Revoke(t, tokens.Access).Status)
		require.False(t, app.Active(t, 0, tokens.Access))
		require.Equal(t, http.StatusUnauthorized, w.UserInfo(t, tokens.Access).Status)
	})
}

// A browser application reads answers only at origins of its own redirect URIs.
func TestBrowserAppsMayCallFromTheirOwnOriginOnly(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		user, app := w.NewUser(t), w.Public(t, nil)
		tokens, _ := app.LogUserIn(t, user)
		for origin, allowed := range map[string]bool{"https://app.example": true, "https://evil.example": false, "https://app.example.evil.example": false, "http://app.example": false, "null": false} {
			info := w.Get(t, "/userinfo", "Authorization", "Bearer "+tokens.Access, "Origin", origin)
			revoked := w.Post(t, 0, "/oauth2/revoke", form("client_id", app.ID, "token", "x"), "Content-Type", formType, "Origin", origin)
			for _, a := range []string{info.Header.Get("Access-Control-Allow-Origin"), revoked.Header.Get("Access-Control-Allow-Origin")} {
				if allowed {
					require.Equal(t, origin, a)
				} else {
					require.Empty(t, a, origin)
				}
			}
		}
	})
}

func keysOf(v url.Values) []string {
	var keys []string
	for k := range v {
		keys = append(keys, k)
	}
	return keys
}
