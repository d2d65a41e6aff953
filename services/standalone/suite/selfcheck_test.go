package suite_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/services/standalone/suite/internal/party"
	"github.com/signet-authz/signet/services/standalone/suite/internal/target"
	"github.com/signet-authz/signet/services/standalone/suite/internal/wire"
)

// selfCheck is the report on a workspace.
type selfCheck struct {
	Outcome string         `json:"outcome"`
	Profile string         `json:"profile"`
	Counts  map[string]int `json:"counts"`
	Checks  []checked      `json:"checks"`

	raw []byte
}

type checked struct {
	ID       string `json:"id"`
	Group    string `json:"group"`
	Title    string `json:"title"`
	Outcome  string `json:"outcome"`
	Expected string `json:"expected"`
	Actual   string `json:"actual"`
	Why      string `json:"why"`
	Setting  string `json:"setting"`
	Advice   string `json:"advice"`
	TraceID  string `json:"trace_id"`
}

func runSelfCheck(t *testing.T, w *party.Workspace) selfCheck {
	t.Helper()
	return readSelfCheck(t, w.Must(t, http.MethodPost, "/self-check", nil))
}

func readSelfCheck(t *testing.T, a wire.Answer) selfCheck {
	t.Helper()
	report := selfCheck{raw: a.Body}
	require.NoError(t, json.Unmarshal(a.Body, &report))
	return report
}

// of are the checks with the outcome, by their ids.
func (s selfCheck) of(outcome string) map[string]checked {
	out := map[string]checked{}
	for _, c := range s.Checks {
		if c.Outcome == outcome {
			out[c.ID] = c
		}
	}
	return out
}

func TestSelfCheckFindsNothingWrongWithANewWorkspace(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		report := runSelfCheck(t, w)
		require.Empty(t, report.of("fail"), "%s", report.raw)
		require.Equal(t, []string{"advice.assertion_audience"}, slices.Collect(maps.Keys(report.of("warn"))))
		require.Equal(t, "warn", report.Outcome)
		for id := range report.of("skipped") {
			require.Contains(t, id, "tls_client_auth", "only what needs a certificate that cannot be made or presented is left out")
		}
		require.Greater(t, len(report.of("pass")), 100)
		seen := map[string]bool{}
		for _, c := range report.Checks {
			require.False(t, seen[c.ID], c.ID)
			seen[c.ID] = true
			require.True(t, strings.HasPrefix(c.ID, c.Group+"."), c.ID)
			require.NotEmpty(t, c.Title, c.ID)
			require.NotEmpty(t, c.Why, c.ID)
			require.NotEmpty(t, c.Expected, c.ID)
			require.NotEmpty(t, c.Actual, c.ID)
		}
		require.Equal(t, report.Counts, map[string]int{"pass": len(report.of("pass")), "warn": 1, "fail": 0, "skipped": len(report.of("skipped"))})
	})
}

// Whatever the settings are, the service does what they say.
func TestSelfCheckFindsNothingWrongWhateverTheSettings(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		n := party.Register(t, tg)
		for name, settings := range map[string]map[string]any{
			"oidc_core":            {"profile": "oidc_core"},
			"pushed requests only": {"require_pushed_authorization_requests": true},
			"opaque tokens":        {"access_token_format": "opaque"},
			"RS256":                {"access_token_signing_alg": "RS256"},
			"issuer only":          {"client_assertion_audience": "issuer_only"},
			"private_key_jwt only": {"token_endpoint_auth_methods": []string{"private_key_jwt"}, "require_pushed_authorization_requests": true},
			"post only":            {"token_endpoint_auth_methods": []string{"client_secret_post"}},
			"public only":          {"token_endpoint_auth_methods": []string{"none"}},
			"certificates only":    {"token_endpoint_auth_methods": []string{"tls_client_auth", "self_signed_tls_client_auth"}},
			"PS256 assertions":     {"token_endpoint_auth_methods": []string{"private_key_jwt", "client_secret_basic"}, "token_endpoint_auth_signing_alg_values": []string{"PS256"}},
			"EdDSA assertions":     {"token_endpoint_auth_methods": []string{"private_key_jwt"}, "token_endpoint_auth_signing_alg_values": []string{"EdDSA"}},
			"grace and short":      {"refresh_grace": 60, "access_token_ttl": 10, "code_ttl": 10},
		} {
			t.Run(name, func(t *testing.T) {
				report := runSelfCheck(t, n.NewWorkspace(t, settings))
				require.Empty(t, report.of("fail"), "%s", report.raw)
				require.NotEmpty(t, report.of("pass"))
				require.NotContains(t, string(report.raw), "could be had")
				require.NotContains(t, string(report.raw), "could be tried")
			})
		}
		t.Run("admin", func(t *testing.T) {
			report := runSelfCheck(t, &party.Workspace{Tenant: n, AID: "admin"})
			require.Empty(t, report.of("fail"), "%s", report.raw)
		})
	})
}

func TestSelfCheckTellsWhatWasMadeWeak(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		n := party.Register(t, tg)
		weak := map[string]any{
			"token_endpoint_auth_methods": []string{"client_secret_basic", "client_secret_jwt", "none"}, "pkce": "required_for_public", "access_token_signing_alg": "RS256",
			"access_token_ttl": 86_400, "id_token_ttl": 7_200, "code_ttl": 600, "refresh_token_ttl": 31 * 86_400, "refresh_token_max_ttl": 400 * 86_400,
			"refresh_grace": 30, "session_ttl": 2 * 86_400, "session_max_ttl": 60 * 86_400, "demo_users": true,
		}
		report := runSelfCheck(t, n.NewWorkspace(t, weak))
		require.Empty(t, report.of("fail"), "%s", report.raw)
		settings := map[string]string{}
		for id, c := range report.of("warn") {
			settings[id] = c.Setting
			require.NotEmpty(t, c.Advice, id)
		}
		require.Equal(t, map[string]string{
			"advice.shared_secrets": "token_endpoint_auth_methods", "advice.pkce": "pkce", "profile.pkce_for_all": "pkce", "advice.token_alg": "access_token_signing_alg",
			"advice.access_token_ttl": "access_token_ttl", "advice.id_token_ttl": "id_token_ttl", "advice.code_ttl": "code_ttl",
			"advice.refresh_token_ttl": "refresh_token_ttl", "advice.refresh_token_max_ttl": "refresh_token_max_ttl", "advice.refresh_grace": "refresh_grace",
			"advice.session_ttl": "session_ttl", "advice.session_max_ttl": "session_max_ttl", "advice.demo_users": "demo_users",
			"advice.assertion_audience": "client_assertion_audience",
		}, settings)

		old := runSelfCheck(t, n.NewWorkspace(t, map[string]any{"token_endpoint_auth_methods": []string{"private_key_jwt"}, "token_endpoint_auth_signing_alg_values": []string{"RS256"}}))
		require.Empty(t, old.of("fail"), "%s", old.raw)
		require.Equal(t, "token_endpoint_auth_signing_alg_values", old.of("warn")["advice.assertion_algs"].Setting)

		strict := runSelfCheck(t, n.NewWorkspace(t, map[string]any{"client_assertion_audience": "issuer_only"}))
		require.Equal(t, "pass", strict.Outcome, "%s", strict.raw)
	})
}

func TestSelfCheckLeavesNothingBehind(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		user, app := w.NewUser(t), w.NewApp(t, nil)
		tokens, _ := app.LogUserIn(t, user)
		lists := func() map[string]string {
			out := map[string]string{}
			for _, name := range []string{"clients", "users", "grants", "sessions"} {
				out[name] = string(w.Must(t, http.MethodGet, "/"+name+"?limit=100", nil).Body)
			}
			return out
		}
		before := lists()
		runSelfCheck(t, w)
		require.Equal(t, before, lists())
		require.True(t, app.Active(t, 0, tokens.Access), "nobody else lost anything")

		var events struct {
			Items []struct {
				Kind string `json:"target_kind"`
				ID   string `json:"target_id"`
			} `json:"items"`
		}
		for action, path := range map[string]string{"client.create": "/clients/", "user.create": "/users/"} {
			require.NoError(t, json.Unmarshal(w.Must(t, http.MethodGet, "/audit-events?limit=100&action="+action, nil).Body, &events))
			made := 0
			for _, e := range events.Items {
				if strings.Contains(e.ID, "selfcheck_") {
					made++
					require.Equal(t, http.StatusNotFound, w.API(t, http.MethodGet, path+e.ID, nil).Status)
				}
			}
			require.NotZero(t, made, action)
		}
		soon(t, settingsBound, "the run is on record", func() bool {
			return strings.Contains(string(w.Must(t, http.MethodGet, "/audit-events?action=workspace.self_check", nil).Body), `"outcome":"warn"`)
		})
	})
}

func TestSelfCheckLeadsToTheExplanationsOfItsRequests(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		report := runSelfCheck(t, w)
		linked := 0
		for _, c := range report.Checks {
			if c.TraceID == "" {
				continue
			}
			linked++
			soon(t, settingsBound, c.ID, func() bool { return w.API(t, http.MethodGet, "/traces/"+c.TraceID, nil).Status == http.StatusOK })
		}
		require.Greater(t, linked, 50)
	})
}
