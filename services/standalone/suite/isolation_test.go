package suite_test

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/services/standalone/suite/internal/party"
	"github.com/signet-authz/signet/services/standalone/suite/internal/target"
	"github.com/signet-authz/signet/services/standalone/suite/internal/wire"
)

// twins are clients of the same id, kind and redirect URI at two workspaces.
func twins(t *testing.T, a, b *party.Workspace) (*party.App, *party.App) {
	t.Helper()
	id := party.Name("twin")
	return a.NewApp(t, map[string]any{"client_id": id}), b.NewApp(t, map[string]any{"client_id": id})
}

// neighbours are two workspaces of one tenant and one of another.
func neighbours(t *testing.T, tg *target.Target) (a1, a2, b *party.Workspace) {
	t.Helper()
	n := party.Register(t, tg)
	return n.Default(), n.NewWorkspace(t, nil), party.Register(t, tg).Default()
}

// TEN-01, TEN-02
func TestCodeIsWorthNothingAtAnotherWorkspace(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		a1, a2, b := neighbours(t, tg)
		user := a1.NewUser(t)
		for name, other := range map[string]*party.Workspace{"same tenant": a2, "other tenant": b} {
			t.Run(name, func(t *testing.T) {
				mine, theirs := twins(t, a1, other)
				r := mine.Authorize()
				code := r.Code(t, a1.Browser(t), user)
				stolen := *r
				stolen.App = theirs
				for range 6 { // more than the number of failures that burns a code
					refused(t, stolen.Redeem(t, code), "invalid_grant")
				}
				tokens := party.ReadTokens(t, r.Redeem(t, code))
				refused(t, stolen.Redeem(t, code), "invalid_grant")
				require.True(t, mine.Active(t, 0, tokens.Access), "a replay elsewhere ends nothing here")
			})
		}
	})
}

// TEN-03
func TestRefreshTokenIsWorthNothingAtAnotherWorkspace(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		a1, a2, b := neighbours(t, tg)
		user := a1.NewUser(t)
		for name, other := range map[string]*party.Workspace{"same tenant": a2, "other tenant": b} {
			t.Run(name, func(t *testing.T) {
				mine, theirs := twins(t, a1, other)
				tokens, _ := mine.LogUserIn(t, user)
				refused(t, theirs.Refresh(t, tokens.Refresh), "invalid_grant")
				next := party.ReadTokens(t, mine.Refresh(t, tokens.Refresh))
				refused(t, theirs.Refresh(t, tokens.Refresh), "invalid_grant") // an old one, elsewhere
				require.Equal(t, http.StatusOK, mine.Refresh(t, next.Refresh).Status, "the family lives on")
			})
		}
	})
}

// TEN-07, TEN-09, TEN-30
func TestAccessTokenIsWorthNothingAtAnotherWorkspace(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		a1, a2, b := neighbours(t, tg)
		user := a1.NewUser(t)
		for _, format := range []string{"jwt", "opaque"} {
			for name, other := range map[string]*party.Workspace{"same tenant": a2, "other tenant": b} {
				t.Run(format+" "+name, func(t *testing.T) {
					mine, theirs := twins(t, a1, other)
					mine.Patch(t, map[string]any{"access_token_format": format})
					tokens, _ := mine.LogUserIn(t, user)
					for range 2 { // the second answer may come from a cache
						require.True(t, mine.Active(t, 0, tokens.Access))
						require.False(t, theirs.Active(t, 0, tokens.Access))
						require.False(t, theirs.Active(t, 0, tokens.Refresh))
						require.Equal(t, http.StatusOK, a1.UserInfo(t, tokens.Access).Status)
						challenged(t, other.UserInfo(t, tokens.Access), "invalid_token")
					}
					for _, token := range []string{tokens.Access, tokens.Refresh} {
						require.Equal(t, http.StatusOK, theirs.Revoke(t, token).Status, "it does nothing, and says nothing")
					}
					require.True(t, mine.Active(t, 0, tokens.Access))
					require.Equal(t, http.StatusOK, mine.Refresh(t, tokens.Refresh).Status)
				})
			}
		}
	})
}

// TEN-11
func TestSessionCookieIsWorthNothingAtAnotherWorkspace(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		a1, a2, b := neighbours(t, tg)
		user := a1.NewUser(t)
		for name, other := range map[string]*party.Workspace{"same tenant": a2, "other tenant": b} {
			t.Run(name, func(t *testing.T) {
				mine, theirs := twins(t, a1, other)
				_, browser := mine.LogUserIn(t, user)
				cookies := browser.Cookies(t, a1.Address("/oauth2/authorize"))
				require.NotEmpty(t, cookies)
				require.Empty(t, browser.Cookies(t, other.Address("/oauth2/authorize")), "cookies are scoped to the workspace's path")

				browser.SetCookies(t, other.Address("/oauth2/authorize"), cookies)
				r := theirs.Authorize()
				require.True(t, r.Open(t, browser).Has("login-submit"))
				silent := theirs.Authorize("prompt", "none")
				redirected(t, silent, silent.Open(t, browser), "login_required")
			})
		}
	})
}

// TEN-13
func TestFormsOfOneWorkspaceMeanNothingAtAnother(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		a1, a2, _ := neighbours(t, tg)
		mine, _ := twins(t, a1, a2)
		user := a1.NewUser(t)
		b := a1.Browser(t)
		r := mine.Authorize()
		login := r.Open(t, b)
		_, action, values := login.Fill(t, "login-submit", "login", user.Email, "password", user.Password)
		b.SetCookies(t, a2.Address("/login"), b.Cookies(t, action.String()))
		notOurForm(t, b.Post(t, a2.Address("/login"), values, "same-origin"))

		consent := party.LogIn(t, login, user)
		_, action, values = consent.Fill(t, "consent-accept")
		b.SetCookies(t, a2.Address("/consent"), b.Cookies(t, action.String()))
		notOurForm(t, b.Post(t, a2.Address("/consent"), values, "same-origin"))
		errorPage(t, b.Open(t, a2.Address("/consent")+"?"+consent.URL.RawQuery))
		require.NotEmpty(t, r.ReadCode(t, consent.Press(t, "consent-accept")), "nothing was used up elsewhere")
	})
}

// TEN-15
func TestIDTokenOfAnotherWorkspaceLogsNobodyOut(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		a1, a2, _ := neighbours(t, tg)
		mine, theirs := twins(t, a1, a2)
		tokens, _ := mine.LogUserIn(t, a1.NewUser(t))
		_, b := theirs.LogUserIn(t, a2.NewUser(t))
		errorPage(t, b.Open(t, a2.Address("/oidc/logout?id_token_hint=")+tokens.ID))
		r := theirs.Authorize("prompt", "none", "id_token_hint", tokens.ID)
		redirected(t, r, r.Open(t, b), "invalid_request")
		require.NotEmpty(t, theirs.Authorize("prompt", "none").Open(t, b).Answer().Get("code"))
	})
}

// TEN-18, TEN-19, TEN-21, TEN-22, TEN-23
func TestPathHasOneSpelling(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		a1, _, b := neighbours(t, tg)
		app := a1.NewApp(t, nil)
		tid, aid := a1.Tenant.TID, a1.AID
		body := "grant_type=client_credentials"
		paths := []string{
			"/" + tid + "%2F" + aid + "/oauth2/token",
			"/" + tid + "/" + aid + "%2F..%2F..%2F" + b.Tenant.TID + "%2F" + b.AID + "/oauth2/token",
			b.Path() + "/../.." + a1.Path() + "/oauth2/token",
			"/" + tid + "/./" + aid + "/oauth2/token",
			"/" + tid + "/" + aid + "//oauth2/token",
			"//" + tid + "/" + aid + "/oauth2/token",
			"/" + tid + ";x=1/" + aid + "/oauth2/token",
			"/" + tid + "/" + aid + "/oauth2/token;x",
			"/x/..;/" + tid + "/" + aid + "/oauth2/token",
			"/" + tid + `\` + aid + "/oauth2/token",
			"/" + tid + "%5c" + aid + "/oauth2/token",
			"/%2e%2e/" + tid + "/" + aid + "/oauth2/token",
			"/" + tid + "/%2e/" + aid + "/oauth2/token",
			"/" + strings.ToUpper(tid) + "/" + aid + "/oauth2/token",
			"/" + tid + "/" + strings.ToUpper(aid) + "/oauth2/token",
			"/" + percent(tid) + "/" + aid + "/oauth2/token",
			"/" + tid + "./" + aid + "/oauth2/token",
			"/" + tid + "%20/" + aid + "/oauth2/token",
			"/" + tid + "/" + aid + "%00/oauth2/token",
			"/" + url.PathEscape(fullWidth(tid)) + "/" + aid + "/oauth2/token",
			"/" + tid + "%E2%80%8B/" + aid + "/oauth2/token",
			"/t/" + aid + "/oauth2/token",
			"/" + tid + "/" + aid + "/oauth2/token/",
			"/" + tid + "/" + aid + "/OAuth2/Token",
			"/" + strings.Repeat("a", 1000) + "/" + aid + "/oauth2/token",
		}
		for _, path := range paths {
			request := "POST " + path + " HTTP/1.1\r\nHost: " + tg.Addr() + "\r\nAuthorization: " + party.Basic(app.ID, app.Secret) +
				"\r\nContent-Type: " + formType + "\r\nContent-Length: 29\r\nConnection: close\r\n\r\n" + body
			got := wire.Raw(t, tg.Addr(), request, patience)
			require.Len(t, got, 1, path)
			require.Contains(t, []int{http.StatusBadRequest, http.StatusNotFound}, got[0], path)

			request = "GET " + strings.Replace(path, "/oauth2/token", "/.well-known/openid-configuration", 1) + " HTTP/1.1\r\nHost: " + tg.Addr() + "\r\nConnection: close\r\n\r\n"
			got = wire.Raw(t, tg.Addr(), request, patience)
			require.Len(t, got, 1, path)
			require.Contains(t, []int{http.StatusBadRequest, http.StatusNotFound}, got[0], path)
		}
		for _, size := range []int{64 << 10, 1 << 20} {
			request := "GET /" + strings.Repeat("a", size) + "/default/oauth2/token HTTP/1.1\r\nHost: " + tg.Addr() + "\r\nConnection: close\r\n\r\n"
			for _, status := range wire.Raw(t, tg.Addr(), request, patience) {
				require.Contains(t, []int{http.StatusNotFound, http.StatusRequestURITooLong, http.StatusRequestHeaderFieldsTooLarge, http.StatusBadRequest}, status)
			}
		}
		require.Equal(t, http.StatusOK, app.Token(t, "grant_type", "client_credentials", "scope", "profile").Status)
	})
}

// TEN-25, JK-13, GW-06
func TestHeadersNeitherMoveATenantNorAnIssuer(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		a1, _, b := neighbours(t, tg)
		app := a1.NewApp(t, nil)
		headers := []string{
			"X-Tenant-Id", b.Tenant.TID, "X-Workspace", b.AID, "X-Forwarded-Prefix", b.Path(), "X-Original-URL", b.Path() + "/oauth2/token",
			"X-Rewrite-URL", b.Path() + "/oauth2/token", "X-Forwarded-Uri", b.Path(), "X-Forwarded-Host", "evil.example", "X-Forwarded-Proto", "https",
			"X-Forwarded-Port", "444", "Forwarded", "host=evil.example;proto=https", "X-HTTP-Method-Override", "DELETE", "X-Forwarded-For", "203.0.113.9",
		}
		a := a1.Post(t, 0, "/oauth2/token", form("grant_type", "client_credentials", "scope", "profile", "_method", "GET"),
			append(headers, "Content-Type", formType, "Authorization", party.Basic(app.ID, app.Secret))...)
		require.Equal(t, http.StatusOK, a.Status, a.String())
		require.Equal(t, a1.Issuer(), party.ReadJWT(t, a.Text("access_token")).Claims["iss"])

		plain := a1.Get(t, "/.well-known/openid-configuration")
		changed := a1.Get(t, "/.well-known/openid-configuration", headers...)
		require.JSONEq(t, string(plain.Body), string(changed.Body))
	})
}

// TEN-26
func TestDeletedTenantLeavesNothingToItsNamesake(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		n := party.Register(t, tg)
		w := n.Default()
		user, app := w.NewUser(t), w.NewApp(t, nil)
		tokens, b := app.LogUserIn(t, user)
		r := app.Authorize()
		code := r.ReadCode(t, r.Open(t, b))

		require.Less(t, n.API(t, http.MethodDelete, "", nil).Status, 300)
		soon(t, settingsBound, "a deleted tenant answers nobody", func() bool {
			return w.Get(t, "/.well-known/openid-configuration").Status == http.StatusNotFound
		})
		for name, a := range map[string]wire.Answer{
			"token": r.Redeem(t, code), "refresh": app.Refresh(t, tokens.Refresh), "introspect": app.Introspect(t, tokens.Access), "userinfo": w.UserInfo(t, tokens.Access),
			"jwks": w.Get(t, "/.well-known/jwks.json"), "authorize": wireGet(t, app.Authorize("prompt", "none").URL()),
		} {
			require.Equal(t, http.StatusNotFound, a.Status, name)
		}
		again := wire.Do(t, wire.Request(t, http.MethodPost, tg.URL+"/api/v1/tenants",
			`{"tid":"`+n.TID+`","display_name":"x","owner":{"email":"new@owner.example","name":"New","password":"another password"}}`, "Content-Type", "application/json"))
		problem(t, again, http.StatusConflict)
	})
}

// TEN-27, GR-03, PJ-25
func TestDisabledClientIsDeadInEveryGrant(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		user, app, watcher := w.NewUser(t), w.NewApp(t, nil), w.NewApp(t, map[string]any{"scope": "introspect_tokens"})
		tokens, b := app.LogUserIn(t, user)
		r := app.Authorize()
		code := r.ReadCode(t, r.Open(t, b))
		require.True(t, watcher.Active(t, 0, tokens.Access))

		app.Patch(t, map[string]any{"disabled": true})
		soon(t, settingsBound, "the client cannot authenticate", func() bool {
			return app.Token(t, "grant_type", "client_credentials", "scope", "profile").Status == http.StatusUnauthorized
		})
		refused(t, r.Redeem(t, code), "invalid_client")
		refused(t, app.Refresh(t, tokens.Refresh), "invalid_client")
		soon(t, settingsBound, "its tokens are dead", func() bool { return !watcher.Active(t, 0, tokens.Access) })
		soon(t, settingsBound, "nobody is asked to log in for it", func() bool { return app.Authorize().Open(t, b).Status == http.StatusBadRequest })
	})
}

// TEN-27, SE-11
func TestDisabledUserIsDeadInEveryGrant(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		user, app := w.NewUser(t), w.NewApp(t, nil)
		tokens, b := app.LogUserIn(t, user)
		r := app.Authorize()
		code := r.ReadCode(t, r.Open(t, b))

		user.Patch(t, map[string]any{"disabled": true})
		refused(t, r.Redeem(t, code), "invalid_grant")
		refused(t, app.Refresh(t, tokens.Refresh), "invalid_grant")
		soon(t, revocationBound, "the access token is dead", func() bool { return !app.Active(t, 0, tokens.Access) })
		challenged(t, w.UserInfo(t, tokens.Access), "invalid_token") // JK-11
		silent := app.Authorize("prompt", "none")
		redirected(t, silent, silent.Open(t, b), "login_required")
		require.True(t, party.LogIn(t, app.Authorize().Open(t, b), user).Has("error"), "and cannot log in")

		user.Patch(t, map[string]any{"disabled": false})
		refused(t, app.Refresh(t, tokens.Refresh), "invalid_grant") // what has ended stays so
		fresh, _ := app.LogUserIn(t, user)
		require.True(t, app.Active(t, 0, fresh.Access))
	})
}

// TEN-27
func TestSuspendedWorkspaceAnswersNobody(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).NewWorkspace(t, nil)
		user, app := w.NewUser(t), w.NewApp(t, nil)
		tokens, b := app.LogUserIn(t, user)
		w.Must(t, http.MethodPatch, "", map[string]any{"state": "suspended"})
		soon(t, settingsBound, "no tokens", func() bool { return app.Refresh(t, tokens.Refresh).Status != http.StatusOK })
		require.NotEqual(t, http.StatusOK, app.Token(t, "grant_type", "client_credentials", "scope", "profile").Status)
		require.NotEqual(t, http.StatusOK, w.UserInfo(t, tokens.Access).Status)
		p := app.Authorize().Open(t, b)
		require.Nil(t, p.Landing)
		require.GreaterOrEqual(t, p.Status, 400)
	})
}

// TEN-29, RT-09
func TestOneKindOfTokenIsNeverAnother(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		user, app := w.NewUser(t), w.NewApp(t, nil)
		tokens, b := app.LogUserIn(t, user)
		r := app.Authorize("prompt", "login")
		page := r.Open(t, b)
		transaction := page.Value(t, "login-submit", "tx")
		csrf := page.Value(t, "login-submit", "csrf")
		spare := app.Authorize()
		code := spare.ReadCode(t, spare.Open(t, b))
		var cookies []string
		for _, c := range b.Cookies(t, w.Address("/login")) {
			cookies = append(cookies, c.Value)
		}
		require.NotEmpty(t, transaction)
		bearers := append([]string{transaction, csrf, tokens.Access, tokens.ID, tokens.Refresh}, cookies...)
		for _, bearer := range bearers {
			refused(t, spare.Redeem(t, bearer), "invalid_grant")
		}
		for _, bearer := range append([]string{transaction, csrf, tokens.Access, tokens.ID, code}, cookies...) {
			refused(t, app.Refresh(t, bearer), "invalid_grant")
		}
		for _, bearer := range append([]string{transaction, csrf, tokens.ID, tokens.Refresh, code}, cookies...) {
			challenged(t, w.UserInfo(t, bearer), "invalid_token")
			if bearer != tokens.Refresh {
				require.False(t, app.Active(t, 0, bearer))
			}
		}
		for _, c := range b.Cookies(t, w.Address("/login")) {
			fresh := w.Browser(t)
			for _, bearer := range []string{code, transaction, csrf, tokens.Refresh} {
				fresh.SetCookies(t, w.Address("/login"), []*http.Cookie{{Name: c.Name, Value: bearer, Path: w.Path()}})
				silent := app.Authorize("prompt", "none")
				redirected(t, silent, silent.Open(t, fresh), "login_required")
			}
		}
		require.Equal(t, http.StatusOK, spare.Redeem(t, code).Status, "none of it burnt the code")
	})
}

// TEN-31, CO-06
func TestTokensHaveOneSpelling(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		user, app := w.NewUser(t), w.NewApp(t, map[string]any{"access_token_format": "opaque"})
		tokens, b := app.LogUserIn(t, user)
		r := app.Authorize()
		code := r.ReadCode(t, r.Open(t, b))
		for _, variant := range spellings(tokens.Access) {
			require.False(t, app.Active(t, 0, variant), variant)
		}
		for _, variant := range spellings(tokens.Refresh) {
			refused(t, app.Refresh(t, variant), "invalid_grant")
		}
		for _, variant := range spellings(code) {
			refused(t, r.Redeem(t, variant), "invalid_grant")
		}
		require.True(t, app.Active(t, 0, tokens.Access))
		require.Equal(t, http.StatusOK, app.Refresh(t, tokens.Refresh).Status)
		require.Equal(t, http.StatusOK, r.Redeem(t, code).Status)
	})
}

// spellings are strings that a lenient decoder might take for the token.
func spellings(token string) []string {
	flipped := []byte(token)
	flipped[len(flipped)/2] ^= 1
	swapped := strings.NewReplacer("-", "+", "_", "/").Replace(token)
	out := []string{token[:len(token)-1], token + "=", token + "A", token + " ", " " + token, strings.ToUpper(token), strings.ToLower(token), string(flipped), token + "\u200b"}
	if swapped != token {
		out = append(out, swapped)
	}
	// The last character of base64url may carry bits that decode to nothing.
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	want, _ := base64.RawURLEncoding.DecodeString(token)
	for _, c := range alphabet {
		other := token[:len(token)-1] + string(c)
		if got, err := base64.RawURLEncoding.DecodeString(other); other != token && err == nil && string(got) == string(want) {
			out = append(out, other)
		}
	}
	return out
}

func percent(s string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		b.WriteByte('%')
		b.WriteByte(hex[s[i]>>4])
		b.WriteByte(hex[s[i]&15])
	}
	return b.String()
}

func fullWidth(s string) string {
	return strings.Map(func(r rune) rune {
		if r > 0x20 && r < 0x7F {
			return r + 0xFEE0
		}
		return r
	}, s)
}
