package suite_test

import (
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/services/standalone/suite/internal/party"
	"github.com/signet-authz/signet/services/standalone/suite/internal/target"
	"github.com/signet-authz/signet/services/standalone/suite/internal/wire"
)

// odd are values that parsers stumble over.
var odd = []string{
	"", " ", "\t", "null", "undefined", "0", "-1", "1e400", "true", "[]", "{}", `{"a":`, "'", `"`, "<script>", "%00", "%", "%zz", "\x00", "\xff\xfe", "\u202e", "é", "🦊", "../../etc/passwd", "a b", "a+b", "A=B&C=D",
	"https://app.example/cb", "javascript:alert(1)", "openid", "none", "S256", "code", "client_credentials", "authorization_code", "refresh_token", strings.Repeat("a", 300), strings.Repeat("a.", 200), strings.Repeat("é", 2000), "eyJhbGciOiJub25lIn0.e30.", "AAAA.BBBB.CCCC",
}

var names = []string{
	"grant_type", "code", "redirect_uri", "client_id", "client_secret", "code_verifier", "refresh_token", "scope", "resource", "token", "token_type_hint", "response_type", "response_mode", "state", "nonce", "code_challenge",
	"code_challenge_method", "prompt", "max_age", "claims", "ui_locales", "login_hint", "acr_values", "id_token_hint", "request", "request_uri", "registration", "tx", "csrf", "login", "password", "action", "post_logout_redirect_uri", "session", "client_assertion", "x",
}

// HX-03: whatever comes in, the service answers for the caller's fault, never
// for one of its own.
func TestNoInputIsAServerError(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		user, app := w.NewUser(t), w.NewApp(t, nil)
		tokens, b := app.LogUserIn(t, user)
		var cookies []string
		for _, c := range b.Cookies(t, w.Address("/login")) {
			cookies = append(cookies, c.Name+"="+c.Value)
		}
		paths := []string{"/oauth2/token", "/oauth2/introspect", "/oauth2/revoke", "/userinfo", "/oauth2/authorize", "/login", "/consent", "/account", "/oidc/logout", "/.well-known/jwks.json", "/.well-known/openid-configuration"}
		genuine := map[string]string{"client_id": app.ID, "redirect_uri": party.Callback, "token": tokens.Access, "refresh_token": tokens.Refresh, "id_token_hint": tokens.ID, "scope": "openid", "response_type": "code", "grant_type": "client_credentials"}
		r := rand.New(rand.NewPCG(1, 2)) // the same requests in every run
		pick := func(list []string) string { return list[r.IntN(len(list))] }
		for range 1200 {
			values := url.Values{}
			for range r.IntN(8) {
				name := pick(names)
				value := pick(odd)
				if known, ok := genuine[name]; ok && r.IntN(2) == 0 {
					value = known
				}
				values.Add(name, value)
			}
			method, path, body := pick([]string{http.MethodGet, http.MethodPost, http.MethodPost}), pick(paths), values.Encode()
			headers := []string{"Content-Type", pick([]string{formType, formType, "application/json", "text/plain"}), "Accept-Language", pick([]string{"", "de", "zz;q=x", ",,,"})}
			switch r.IntN(4) {
			case 0:
				headers = append(headers, "Authorization", party.Basic(app.ID, app.Secret))
			case 1:
				headers = append(headers, "Authorization", "Bearer "+tokens.Access)
			case 2:
				headers = append(headers, "Cookie", strings.Join(cookies, "; "))
			}
			address := w.Address(path)
			if method == http.MethodGet {
				address, body = address+"?"+body, ""
			}
			a := wire.Do(t, wire.Request(t, method, address, body, headers...))
			require.Less(t, a.Status, 500, "%s %s %s: %s", method, path, values.Encode(), a)
		}
	})
}
