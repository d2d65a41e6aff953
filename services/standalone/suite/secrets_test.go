package suite_test

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/services/standalone/suite/internal/party"
	"github.com/signet-authz/signet/services/standalone/suite/internal/target"
)

// HX-01: a whole flow, right and wrong, and then a look through everything that
// was logged, traced and audited meanwhile.
func TestSecretsReachNoLogTraceOrAuditEvent(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		n := party.Register(t, tg)
		w := n.Default()
		user, app := w.NewUser(t), w.NewApp(t, nil)
		post := w.NewApp(t, map[string]any{"token_endpoint_auth_method": "client_secret_post"})
		b := w.Browser(t)
		r := app.Authorize()
		page := r.Open(t, b)
		secrets := map[string]string{
			"owner's password": n.Owner.Password, "password": user.Password, "client secret": app.Secret, "client secret in the body": post.Secret, "service secret": n.Service.Secret,
			"admin token": n.Token(t), "verifier": r.Verifier, "transaction": page.Value(t, "login-submit", "tx"), "csrf": page.Value(t, "login-submit", "csrf"),
			"Authorization": strings.TrimPrefix(party.Basic(app.ID, app.Secret), "Basic "),
		}
		party.LogIn(t, page, party.User{Email: user.Email, Password: "canary-wrong-password"})
		page = party.LogIn(t, page, user)
		for _, c := range b.Cookies(t, w.Address("/login")) {
			secrets["cookie "+c.Name] = c.Value
		}
		code := r.ReadCode(t, page.Press(t, "consent-accept"))
		tokens := party.ReadTokens(t, r.Redeem(t, code))
		secrets["code"], secrets["access token"], secrets["id token"], secrets["refresh token"] = code, tokens.Access, tokens.ID, tokens.Refresh
		second := party.ReadTokens(t, app.Refresh(t, tokens.Refresh))
		secrets["second refresh token"] = second.Refresh
		require.Equal(t, http.StatusOK, post.Token(t, "grant_type", "client_credentials", "scope", "profile").Status)
		app.Introspect(t, second.Access)
		w.UserInfo(t, second.Access)

		// Everything that goes wrong is logged with a reason, and without the
		// value that was wrong.
		wrong := &party.App{Workspace: w, ID: app.ID, Secret: "canary-wrong-secret", Method: "client_secret_basic"}
		refused(t, wrong.Token(t, "grant_type", "client_credentials"), "invalid_client")
		refused(t, app.Token(t, "grant_type", "authorization_code", "code", "canary-wrong-code", "code_verifier", "canary-wrong-verifier"), "invalid_grant")
		refused(t, app.Refresh(t, "canary-wrong-refresh"), "invalid_grant")
		refused(t, app.Refresh(t, tokens.Refresh), "invalid_grant")
		refused(t, r.Redeem(t, code), "invalid_grant")
		w.UserInfo(t, "canary-wrong-bearer")
		app.Revoke(t, second.Refresh)
		last := w.Post(t, 0, "/oauth2/token?client_secret=canary-query-secret&code=canary-query-code", "grant_type=canary-grant", "Content-Type", formType, "Authorization", "Basic canary-header")
		b.Open(t, w.Address("/oauth2/authorize?client_id=x&state=canary-state&login_hint=canary-hint&id_token_hint=canary-token-hint"))
		w.Must(t, http.MethodPost, "/clients/"+app.ID+"/secrets", map[string]any{})
		for _, s := range []string{"canary-wrong-password", "canary-wrong-secret", "canary-wrong-code", "canary-wrong-verifier", "canary-wrong-refresh", "canary-wrong-bearer", "canary-query-secret", "canary-query-code", "canary-header", "canary-state", "canary-hint", "canary-token-hint"} {
			secrets[s] = s
		}

		var places []place
		if tg.Log != nil {
			soon(t, 2*time.Second, "the last refusal is logged", func() bool { return strings.Contains(tg.Log(), last.Header.Get("X-Trace-Id")) })
			places = append(places, place{"log", tg.Log()})
		}
		time.Sleep(1500 * time.Millisecond) // traces and audit events are written in batches
		for _, path := range []string{"/audit-events?limit=100", "/traces?limit=100"} {
			list := w.API(t, http.MethodGet, path, nil)
			require.NotEmpty(t, items(t, list), path)
			places = append(places, place{path, string(list.Body)})
		}
		for _, trace := range items(t, w.API(t, http.MethodGet, "/traces?limit=100", nil)) {
			id, _ := trace["trace_id"].(string)
			places = append(places, place{"trace", string(w.Must(t, http.MethodGet, "/traces/"+id, nil).Body)})
		}
		for _, p := range places {
			for name, secret := range secrets {
				for _, form := range []string{secret, url.QueryEscape(secret), base64.StdEncoding.EncodeToString([]byte(secret))} {
					require.NotContains(t, p.text, form, "%s shows the %s", p.name, name)
				}
			}
		}
	})
}

type place struct{ name, text string }

// HX-02
func TestLogLinesCannotBeForged(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		app := w.NewApp(t, nil)
		evil := "x\r\n{\"level\":\"ERROR\",\"msg\":\"forged-" + w.Tenant.TID + "\"}\x1b[31m"
		b := w.Browser(t)
		app.Authorize("state", evil).Open(t, b)
		party.LogIn(t, app.Authorize().Open(t, b), party.User{Email: evil, Password: evil})
		app.Token(t, "grant_type", evil)
		w.Post(t, 0, "/oauth2/token", "grant_type=x", "Content-Type", formType, "User-Agent", strings.NewReplacer("\r", "", "\n", "", "\x1b", "").Replace(evil))
		if tg.Log == nil {
			return
		}
		for line := range strings.SplitSeq(tg.Log(), "\n") {
			require.False(t, strings.HasPrefix(line, `{"level":"ERROR","msg":"forged-`), line)
			require.NotContains(t, line, "\x1b")
		}
	})
}
