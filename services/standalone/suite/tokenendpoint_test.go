package suite_test

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/services/standalone/suite/internal/party"
	"github.com/signet-authz/signet/services/standalone/suite/internal/target"
	"github.com/signet-authz/signet/services/standalone/suite/internal/wire"
)

// TE-01
func TestTokenEndpointTakesPostOnly(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		app := w.NewApp(t, nil)
		for path := range endpoints {
			for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodHead, http.MethodPatch, http.MethodDelete} {
				a := wire.Do(t, wire.Request(t, method, w.Address(path)+"?grant_type=client_credentials", "", "Authorization", party.Basic(app.ID, app.Secret)))
				require.Equal(t, http.StatusMethodNotAllowed, a.Status, "%s %s", method, path)
				require.Contains(t, a.Header.Get("Allow"), http.MethodPost)
				require.NotContains(t, string(a.Body), "access_token")
			}
		}
	})
}

// TE-02, TE-05 to TE-07, TE-10
func TestMalformedBodiesAreRefusedWhole(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		app := w.NewApp(t, map[string]any{"scope": "profile"})
		auth := party.Basic(app.ID, app.Secret)
		const sound = "grant_type=client_credentials"
		var zipped bytes.Buffer
		z := gzip.NewWriter(&zipped)
		_, _ = z.Write([]byte(sound))
		_ = z.Close()
		for _, c := range []struct {
			name, body string
			headers    []string
		}{
			{"text/plain", sound, []string{"Content-Type", "text/plain"}},
			{"multipart", "--x\r\nContent-Disposition: form-data; name=\"grant_type\"\r\n\r\nclient_credentials\r\n--x--\r\n", []string{"Content-Type", "multipart/form-data; boundary=x"}},
			{"no Content-Type", sound, nil},
			{"malformed Content-Type", sound, []string{"Content-Type", "application/x-www-form-urlencoded; ="}},
			{"UTF-16", sound, []string{"Content-Type", formType + "; charset=utf-16"}},
			{"two Content-Types", sound, []string{"Content-Type", formType, "Content-Type", "application/json"}},
			{"repeated grant_type", sound + "&" + sound, nil},
			{"repeated scope", sound + "&scope=profile&scope=profile", nil},
			{"repeated client_id", sound + "&client_id=" + app.ID + "&client_id=" + app.ID, nil},
			{"repeated unknown", sound + "&x=1&x=2", nil},
			{"bad escape", sound + "&x=%zz", nil},
			{"cut escape", sound + "&x=%", nil},
			{"semicolons", "grant_type=client_credentials;scope=profile", nil},
			{"NUL", sound + "&x=%00", nil},
			{"CRLF", sound + "&x=%0d%0a", nil},
			{"invalid UTF-8", sound + "&x=%ff", nil},
			{"invalid UTF-8 name", sound + "&%ff=1", nil},
			{"many parameters", sound + strings.Repeat("&a", 20_000), nil},
			{"many different parameters", sound + "&" + strings.Repeat("a=1&b", 2_000), nil},
			{"a huge value", sound + "&x=" + strings.Repeat("x", 40<<10), nil},
			{"empty", "", nil},
			{"empty grant_type", "grant_type=", nil},
			{"JSON array", `["client_credentials"]`, []string{"Content-Type", "application/json"}},
			{"JSON nested", `{"grant_type":"client_credentials","x":{"y":"z"}}`, []string{"Content-Type", "application/json"}},
			{"JSON number", `{"grant_type":"client_credentials","x":1}`, []string{"Content-Type", "application/json"}},
			{"JSON null", `{"grant_type":"client_credentials","x":null}`, []string{"Content-Type", "application/json"}},
			{"JSON array value", `{"grant_type":["client_credentials"]}`, []string{"Content-Type", "application/json"}},
			{"JSON repeated", `{"grant_type":"client_credentials","grant_type":"client_credentials"}`, []string{"Content-Type", "application/json"}},
			{"JSON and more", `{"grant_type":"client_credentials"} x`, []string{"Content-Type", "application/json"}},
			{"JSON with a BOM", "\ufeff" + `{"grant_type":"client_credentials"}`, []string{"Content-Type", "application/json"}},
			{"JSON cut short", `{"grant_type":"client_credentials"`, []string{"Content-Type", "application/json"}},
			{"JSON deep", strings.Repeat(`{"a":`, 5_000), []string{"Content-Type", "application/json"}},
			{"JSON as a form", `{"grant_type":"client_credentials"}`, nil},
		} {
			headers := c.headers
			if c.headers == nil && c.name != "no Content-Type" {
				headers = []string{"Content-Type", formType}
			}
			a := w.Post(t, 0, "/oauth2/token", c.body, append(headers, "Authorization", auth)...)
			require.Equal(t, http.StatusBadRequest, a.Status, "%s: %s", c.name, a)
			refused(t, a, "invalid_request")
		}
		for _, encoding := range []string{"gzip", "deflate", "br", "identity, gzip"} {
			a := w.Post(t, 0, "/oauth2/token", zipped.String(), "Content-Type", formType, "Content-Encoding", encoding, "Authorization", auth)
			require.Contains(t, []int{http.StatusBadRequest, http.StatusUnsupportedMediaType}, a.Status, encoding)
		}
		big := w.Post(t, 0, "/oauth2/token", sound+strings.Repeat("&a", 100_000), "Content-Type", formType, "Authorization", auth)
		require.Contains(t, []int{http.StatusBadRequest, http.StatusRequestEntityTooLarge}, big.Status)
		require.Equal(t, http.StatusOK, w.Post(t, 0, "/oauth2/token", sound, "Content-Type", formType+"; charset=UTF-8", "Authorization", auth).Status)
		require.Equal(t, http.StatusOK, w.Post(t, 0, "/oauth2/token", sound+"&unknown=1&scope=", "Content-Type", formType, "Authorization", auth).Status, "unknown parameters are ignored, empty ones omitted (RFC 6749, 3.2)")
	})
}

// TE-09, GR-01, GR-02, GR-09
func TestGrantsServeOnlyThoseWhoMayUseThem(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		user := w.NewUser(t)
		machine := w.NewApp(t, map[string]any{"grant_types": []string{"client_credentials"}, "scope": "profile", "response_types": []string{}})
		full := w.NewApp(t, nil)
		web := w.NewApp(t, map[string]any{"grant_types": []string{"authorization_code"}})
		public := w.Public(t, nil)

		refused(t, machine.Token(t, "grant_type", "authorization_code", "code", "x"), "unauthorized_client")
		refused(t, machine.Token(t, "grant_type", "refresh_token", "refresh_token", "x"), "unauthorized_client")
		refused(t, web.Token(t, "grant_type", "client_credentials"), "unauthorized_client")
		refused(t, public.Token(t, "grant_type", "client_credentials"), "unauthorized_client", "invalid_client")
		problem(t, w.API(t, http.MethodPost, "/clients", map[string]any{"client_name": "x", "redirect_uris": []string{party.Callback}, "token_endpoint_auth_method": "none", "grant_types": []string{"client_credentials"}}), http.StatusBadRequest)

		for _, name := range []string{"password", "implicit", "Client_Credentials", "urn:ietf:params:oauth:grant-type:token-exchange", "urn:ietf:params:oauth:grant-type:jwt-bearer", "../client_credentials", "x"} {
			refused(t, machine.Token(t, "grant_type", name, "username", user.Email, "password", user.Password), "unsupported_grant_type")
		}
		for _, scope := range []string{"openid", "offline_access", "profile openid", "nonsense", "profile  email"} {
			refused(t, full.Token(t, "grant_type", "client_credentials", "scope", scope), "invalid_scope")
			refused(t, machine.Token(t, "grant_type", "client_credentials", "scope", scope), "invalid_scope")
		}
		refused(t, machine.Token(t, "grant_type", "client_credentials", "scope", "email"), "invalid_scope")
		require.Equal(t, "profile email", party.ReadTokens(t, full.Token(t, "grant_type", "client_credentials")).Scope, "what only a user can give is left out")
		problem(t, w.API(t, http.MethodPost, "/clients", map[string]any{"client_name": "x", "grant_types": []string{"client_credentials"}, "scope": "openid", "response_types": []string{}}), http.StatusBadRequest)
		a := machine.Token(t, "grant_type", "client_credentials")
		require.Equal(t, "profile", party.ReadTokens(t, a).Scope)
		require.NotContains(t, a.JSON(), "refresh_token")
		require.NotContains(t, a.JSON(), "id_token")
		require.Equal(t, machine.ID, party.ReadJWT(t, a.Text("access_token")).Claims["sub"])

		tokens := web.Authorize().Tokens(t, w.Browser(t), user)
		require.Empty(t, tokens.Refresh, "no refresh token without the grant")
		refused(t, machine.Token(t, "grant_type", "client_credentials", "resource", "https://api.example"), "invalid_target")
	})
}

// TE-13, TE-14
func TestErrorsEchoNothing(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		app := w.NewApp(t, nil)
		for _, pairs := range [][]string{
			{"grant_type", "canary<script>"},
			{"grant_type", "authorization_code", "code", "canary<script>"},
			{"grant_type", "refresh_token", "refresh_token", "canary<script>"},
			{"grant_type", "client_credentials", "scope", "canary<script>"},
			{"grant_type", "client_credentials", "resource", "https://canary.example/<script>"},
		} {
			a := app.Token(t, pairs...)
			require.Equal(t, http.StatusBadRequest, a.Status)
			require.NotContains(t, string(a.Body), "canary")
		}
		nobody := &party.App{Workspace: w, ID: "canary", Secret: "canary", Method: "client_secret_basic"}
		a := nobody.Token(t, "grant_type", "authorization_code", "code", "x")
		refused(t, a, "invalid_client")
		require.NotContains(t, string(a.Body), "canary")
	})
}

// RFC 8707, GR: the audience of a token is a service of the workspace.
func TestResourceDecidesTheAudience(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		orders := newService(t, w, "https://orders.example")
		stock := newService(t, w, "https://stock.example")
		app := w.NewApp(t, map[string]any{"scope": "profile " + orders.scope + " " + stock.scope})
		other := w.NewApp(t, map[string]any{"scope": "profile"})

		both := party.ReadTokens(t, app.Token(t, "grant_type", "client_credentials", "scope", orders.scope+" "+stock.scope))
		require.ElementsMatch(t, []string{orders.audience, stock.audience}, audience(t, both.Access))
		one := party.ReadTokens(t, app.Token(t, "grant_type", "client_credentials", "scope", orders.scope+" "+stock.scope, "resource", orders.audience))
		require.Equal(t, []string{orders.audience}, audience(t, one.Access))
		require.Equal(t, orders.scope, one.Scope)
		none := party.ReadTokens(t, app.Token(t, "grant_type", "client_credentials", "scope", "profile"))
		require.Equal(t, []string{w.Issuer()}, audience(t, none.Access))
		refused(t, other.Token(t, "grant_type", "client_credentials", "resource", orders.audience), "invalid_target")
		for _, resource := range []string{"orders", "/orders", orders.audience + "#x", orders.audience + "/", "https://unknown.example"} {
			refused(t, app.Token(t, "grant_type", "client_credentials", "resource", resource), "invalid_target")
		}
	})
}

// service is a resource server with one scope.
type service struct{ id, audience, scope string }

func newService(t *testing.T, w *party.Workspace, audience string, clients ...*party.App) service {
	t.Helper()
	ids := []string{}
	for _, c := range clients {
		ids = append(ids, c.ID)
	}
	a := w.Must(t, http.MethodPost, "/services", map[string]any{"name": "Service " + party.Name("s"), "audience": audience, "client_ids": ids})
	s := service{id: a.Text("service_id"), audience: audience, scope: party.Name("scope")}
	require.NotEmpty(t, s.id)
	w.Must(t, http.MethodPost, "/scopes", map[string]any{"name": s.scope, "description": "Use the service", "service_id": s.id})
	return s
}

func audience(t *testing.T, token string) []string {
	t.Helper()
	aud := party.ReadJWT(t, token).Claims["aud"]
	if s, ok := aud.(string); ok {
		return []string{s}
	}
	return list(aud)
}
