package suite_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/services/standalone/suite/internal/party"
	"github.com/signet-authz/signet/services/standalone/suite/internal/target"
	"github.com/signet-authz/signet/services/standalone/suite/internal/wire"
)

// AD-01 to AD-03: every route, by everybody who has no business there.
func TestAdminAPIOpensToItsTenantAlone(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		n, other := party.Register(t, tg), party.Register(t, tg)
		w := n.Default()
		user, app := w.NewUser(t), w.NewApp(t, nil)
		tokens, b := app.LogUserIn(t, user)
		secret, _ := items(t, w.API(t, http.MethodGet, "/clients/"+app.ID+"/secrets", nil))[0]["secret_id"].(string)
		sid, _ := party.ReadJWT(t, tokens.ID).Claims["sid"].(string)
		grant, _ := party.ReadJWT(t, tokens.Access).Claims["grant_id"].(string)

		base, ws := "/api/v1/tenants/"+n.TID, "/api/v1/tenants/"+n.TID+"/workspaces/default"
		routes := []string{
			"GET " + base, "PATCH " + base, "DELETE " + base, "GET " + base + "/audit-events", "GET " + base + "/members", "POST " + base + "/members",
			"GET " + base + "/invitations", "POST " + base + "/invitations", "GET " + base + "/workspaces", "POST " + base + "/workspaces",
			"GET " + ws, "PATCH " + ws, "DELETE " + ws, "GET " + ws + "/clients", "POST " + ws + "/clients", "GET " + ws + "/clients/" + app.ID, "PATCH " + ws + "/clients/" + app.ID,
			"DELETE " + ws + "/clients/" + app.ID, "GET " + ws + "/clients/" + app.ID + "/secrets", "POST " + ws + "/clients/" + app.ID + "/secrets", "DELETE " + ws + "/clients/" + app.ID + "/secrets/" + secret,
			"GET " + ws + "/users", "POST " + ws + "/users", "GET " + ws + "/users/" + user.ID, "PATCH " + ws + "/users/" + user.ID, "DELETE " + ws + "/users/" + user.ID,
			"GET " + ws + "/scopes", "POST " + ws + "/scopes", "GET " + ws + "/services", "POST " + ws + "/services", "GET " + ws + "/keys", "POST " + ws + "/keys/rotate",
			"GET " + ws + "/grants", "DELETE " + ws + "/grants/" + grant, "GET " + ws + "/sessions", "DELETE " + ws + "/sessions/" + sid, "GET " + ws + "/audit-events", "GET " + ws + "/traces", "GET " + ws + "/statistics",
		}
		admin := &party.Workspace{Tenant: n, AID: "admin"}
		reader := admin.NewApp(t, map[string]any{"scope": "admin:read", "grant_types": []string{"client_credentials"}, "redirect_uris": nil, "response_types": []string{}})
		readOnly := party.ReadTokens(t, reader.Token(t, "grant_type", "client_credentials"))
		weak := party.ReadTokens(t, app.Token(t, "grant_type", "client_credentials", "scope", "profile"))
		for _, c := range []struct {
			name, auth string
			refused    int
		}{
			{"nobody", "", http.StatusUnauthorized},
			{"nonsense", "Bearer x", http.StatusUnauthorized},
			{"Basic", party.Basic(n.Service.ID, n.Service.Secret), http.StatusUnauthorized},
			{"another tenant's administrator", "Bearer " + other.Token(t), http.StatusNotFound},
			{"an end user", "Bearer " + tokens.Access, 0},
			{"an ID token", "Bearer " + tokens.ID, 0},
			{"a refresh token", "Bearer " + tokens.Refresh, http.StatusUnauthorized},
			{"a client of another workspace", "Bearer " + weak.Access, 0},
		} {
			for _, route := range routes {
				method, path, _ := strings.Cut(route, " ")
				a := wire.Do(t, wire.Request(t, method, tg.URL+path, "{}", "Authorization", c.auth, "Content-Type", "application/json"))
				require.Contains(t, []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound}, a.Status, "%s: %s: %s", c.name, route, a)
				if c.refused != 0 {
					require.Equal(t, c.refused, a.Status, "%s: %s", c.name, route)
				}
				problem(t, a, a.Status)
			}
		}
		for _, route := range routes {
			method, path, _ := strings.Cut(route, " ")
			a := wire.Do(t, wire.Request(t, method, tg.URL+path, "{}", "Authorization", "Bearer "+readOnly.Access, "Content-Type", "application/json"))
			if method == http.MethodGet {
				require.Equal(t, http.StatusOK, a.Status, route)
			} else {
				problem(t, a, http.StatusForbidden)
			}
		}
		require.NotEmpty(t, app.Authorize("prompt", "none").Open(t, b).Answer().Get("code"), "none of it changed anything")
		require.Equal(t, http.StatusOK, app.Refresh(t, tokens.Refresh).Status)
	})
}

// AD-03: another tenant's object looks exactly like one that never was.
func TestOtherTenantsObjectsDoNotExist(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		n, other := party.Register(t, tg), party.Register(t, tg)
		foreign := other.Default().NewApp(t, nil)
		strip := func(a wire.Answer) string {
			return strings.ReplaceAll(string(a.Body), a.Header.Get("X-Trace-Id"), "")
		}
		theirs := n.API(t, http.MethodGet, "/workspaces/default/clients/"+foreign.ID, nil)
		never := n.API(t, http.MethodGet, "/workspaces/default/clients/nevernevernevernever0", nil)
		problem(t, theirs, http.StatusNotFound)
		require.Equal(t, strip(never), strip(theirs))

		headers := []string{"Authorization", "Bearer " + n.Token(t)}
		tenant := wireGet(t, tg.URL+"/api/v1/tenants/"+other.TID, headers...)
		nobody := wireGet(t, tg.URL+"/api/v1/tenants/"+party.Name("never"), headers...)
		require.Equal(t, http.StatusNotFound, tenant.Status)
		require.Equal(t, strip(nobody), strip(tenant))
	})
}

// AD-06
func TestAdminBodiesAreStrict(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		n := party.Register(t, tg)
		for name, body := range map[string]string{
			"deep": strings.Repeat(`{"a":`, 10_000), "arrays": strings.Repeat("[", 20_000), "repeated": `{"email":"a@example.com","email":"b@example.com"}`, "trailing": `{"email":"a@example.com"} x`,
			"BOM": "\ufeff{}", "NaN": `{"email":NaN}`, "huge number": `{"disabled":1e999999}`, "UTF-8": "{\"email\":\"\xff\"}", "unknown": `{"email":"a@example.com","role":"owner"}`,
			"mass assignment": `{"email":"a@example.com","id":"usr_x","tenant_id":"x"}`, "wrong type": `{"email":["a@example.com"]}`, "array": `[]`, "text": `x`, "empty": "", "null": "null",
		} {
			a := wire.Do(t, wire.Request(t, http.MethodPost, tg.URL+"/api/v1/tenants/"+n.TID+"/workspaces/default/users", body, "Authorization", "Bearer "+n.Token(t), "Content-Type", "application/json"))
			require.Equal(t, http.StatusBadRequest, a.Status, "%s: %s", name, a)
			problem(t, a, http.StatusBadRequest)
		}
		big := wire.Do(t, wire.Request(t, http.MethodPost, tg.URL+"/api/v1/tenants/"+n.TID+"/workspaces/default/users", `{"name":"`+strings.Repeat("x", 2<<20)+`"}`, "Authorization", "Bearer "+n.Token(t), "Content-Type", "application/json"))
		require.Contains(t, []int{http.StatusBadRequest, http.StatusRequestEntityTooLarge}, big.Status)
		require.Empty(t, items(t, n.Default().API(t, http.MethodGet, "/users", nil)))
	})
}

// AD-07
func TestListParametersAreDataOnly(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		w.NewUser(t)
		for _, query := range []string{"limit=0", "limit=101", "limit=x", "limit=-1", "cursor=x", "cursor=%00", "sort=(select+1)", "order=desc,pg_sleep(5)", "nonsense=1", "limit=1&limit=2"} {
			a := w.API(t, http.MethodGet, "/users?"+query, nil)
			problem(t, a, http.StatusBadRequest)
		}
		for i := range 7 {
			w.NewUserWith(t, map[string]any{"email": fmt.Sprintf("page-%d@example.com", i)})
		}
		seen, path := map[any]bool{}, "/users?limit=3"
		for range 4 {
			a := w.API(t, http.MethodGet, path, nil)
			for _, u := range items(t, a) {
				require.False(t, seen[u["id"]])
				seen[u["id"]] = true
			}
			next := a.Text("next_cursor")
			if next == "" {
				break
			}
			path = "/users?limit=3&cursor=" + next
		}
		require.Len(t, seen, 8)
	})
}

// AD-09
func TestLostUpdatesAreRefused(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		app := w.NewApp(t, nil)
		etag := w.API(t, http.MethodGet, "/clients/"+app.ID, nil).Header.Get("ETag")
		require.NotEmpty(t, etag)
		require.Equal(t, http.StatusOK, w.API(t, http.MethodPatch, "/clients/"+app.ID, map[string]any{"client_name": "One"}, "If-Match", etag).Status)
		problem(t, w.API(t, http.MethodPatch, "/clients/"+app.ID, map[string]any{"client_name": "Two"}, "If-Match", etag), http.StatusPreconditionFailed)
		require.Equal(t, "One", w.API(t, http.MethodGet, "/clients/"+app.ID, nil).Text("client_name"))

		key := party.Name("key")
		made := w.API(t, http.MethodPost, "/clients", map[string]any{"client_name": "Once", "redirect_uris": []string{party.Callback}}, "Idempotency-Key", key)
		again := w.API(t, http.MethodPost, "/clients", map[string]any{"client_name": "Once", "redirect_uris": []string{party.Callback}}, "Idempotency-Key", key)
		require.Equal(t, http.StatusCreated, made.Status)
		require.Equal(t, string(made.Body), string(again.Body), "a retry gets the same answer, the secret included")
		user := w.NewUser(t)
		problem(t, w.API(t, http.MethodPost, "/users", map[string]any{"email": user.Email}), http.StatusConflict)
	})
}

// AD-11
func TestAdminAPIServesNoOtherOrigin(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		n := party.Register(t, tg)
		for _, origin := range []string{"https://evil.example", "null", "http://127.0.0.1.evil.example"} {
			for _, a := range []wire.Answer{
				n.API(t, http.MethodGet, "", nil, "Origin", origin),
				wire.Do(t, wire.Request(t, http.MethodOptions, tg.URL+"/api/v1/tenants/"+n.TID, "", "Origin", origin, "Access-Control-Request-Method", "PATCH")),
			} {
				require.Empty(t, a.Header.Get("Access-Control-Allow-Origin"))
			}
		}
	})
}
