package suite_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/services/standalone/suite/internal/party"
	"github.com/signet-authz/signet/services/standalone/suite/internal/target"
	"github.com/signet-authz/signet/services/standalone/suite/internal/wire"
)

// endpoints are where clients authenticate, each with parameters that make the
// rest of the request sound (CA-18).
var endpoints = map[string][]string{
	"/oauth2/token":      {"grant_type", "client_credentials", "scope", "profile"},
	"/oauth2/introspect": {"token", "x"},
	"/oauth2/revoke":     {"token", "x"},
	"/par":               {"response_type", "code", "redirect_uri", party.Callback, "scope", "openid", "code_challenge", party.Challenge(party.NewVerifier()), "code_challenge_method", "S256"},
}

// CA-01 to CA-07, CA-14, CA-15, CA-18, IR-01
func TestClientAuthenticationIsTheSameAtEveryEndpoint(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		basic := w.NewApp(t, nil)
		post := w.NewApp(t, map[string]any{"token_endpoint_auth_method": "client_secret_post"})
		public := w.Public(t, nil)
		right := party.Basic(basic.ID, basic.Secret)
		b64 := func(s string) string { return "Basic " + base64.StdEncoding.EncodeToString([]byte(s)) }
		last := basic.Secret[len(basic.Secret)-1:]
		changed := "A"
		if last == "A" {
			changed = "B"
		}
		for path, sound := range endpoints {
			for i, c := range []struct {
				name   string
				status []int
				auth   []string
				body   []string
			}{
				{"basic", []int{200}, []string{right}, nil},
				{"basic, raw", []int{200}, []string{b64(basic.ID + ":" + basic.Secret)}, nil},
				{"basic, scheme in lower case", []int{200}, []string{"basic" + right[5:]}, nil},
				{"basic and the same client_id", []int{200}, []string{right}, []string{"client_id", basic.ID}},
				{"post", []int{200}, nil, []string{"client_id", post.ID, "client_secret", post.Secret}},
				{"nothing", []int{401}, nil, nil},
				{"basic and a secret in the body", []int{400}, []string{right}, []string{"client_id", basic.ID, "client_secret", basic.Secret}},
				{"basic and a secret alone in the body", []int{400}, []string{right}, []string{"client_secret", basic.Secret}},
				{"basic and another client_id", []int{400, 401}, []string{right}, []string{"client_id", post.ID}},
				{"basic and an assertion", []int{400, 401}, []string{right}, []string{"client_assertion", "x.y.z", "client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}},
				{"wrong secret", []int{401}, []string{party.Basic(basic.ID, "wrong")}, nil},
				{"last byte changed", []int{401}, []string{party.Basic(basic.ID, basic.Secret[:len(basic.Secret)-1]+changed)}, nil},
				{"secret cut short", []int{401}, []string{party.Basic(basic.ID, basic.Secret[:72])}, nil},
				{"secret with more", []int{401}, []string{party.Basic(basic.ID, basic.Secret+"x")}, nil},
				{"secret in full width", []int{401}, []string{party.Basic(basic.ID, fullWidth(basic.Secret))}, nil},
				{"id in full width", []int{401}, []string{party.Basic(fullWidth(basic.ID), basic.Secret)}, nil},
				{"another client's secret", []int{401}, []string{party.Basic(basic.ID, post.Secret)}, nil},
				{"unknown client", []int{401}, []string{party.Basic("nobody", "secret")}, nil},
				{"not base64", []int{400, 401}, []string{"Basic !!!"}, nil},
				{"no colon", []int{400, 401}, []string{b64("abc")}, nil},
				{"empty user", []int{400, 401}, []string{b64(":" + basic.Secret)}, nil},
				{"empty password", []int{400, 401}, []string{b64(basic.ID + ":")}, nil},
				{"empty credentials", []int{400, 401}, []string{"Basic"}, nil},
				{"unknown scheme", []int{400, 401}, []string{"Digest x"}, nil},
				{"tab instead of space", []int{400, 401}, []string{"Basic\t" + right[6:]}, nil},
				{"two headers", []int{400, 401}, []string{right, right}, nil},
				{"long", []int{400, 401, 431}, []string{b64(strings.Repeat("a", 40<<10))}, nil},
				{"post for a basic client", []int{401}, nil, []string{"client_id", basic.ID, "client_secret", basic.Secret}},
				{"basic for a post client", []int{401}, []string{party.Basic(post.ID, post.Secret)}, nil},
				{"none for a basic client", []int{401}, nil, []string{"client_id", basic.ID}},
				{"none for a post client", []int{401}, nil, []string{"client_id", post.ID}},
				{"empty secret for a post client", []int{401}, nil, []string{"client_id", post.ID, "client_secret", ""}},
				{"a secret of a public client", []int{401}, nil, []string{"client_id", public.ID, "client_secret", "x"}},
				{"basic of a public client", []int{401}, []string{party.Basic(public.ID, "x")}, nil},
				{"an assertion of nobody's", []int{400, 401}, nil, []string{"client_id", basic.ID, "client_assertion", "x.y.z", "client_assertion_type", "x"}},
			} {
				headers := []string{"Content-Type", formType}
				for _, a := range c.auth {
					headers = append(headers, "Authorization", a)
				}
				// Each case comes from an address of its own, lest they add up to an attack.
				a := wire.From(t, fmt.Sprintf("127.0.1.%d", i+1), w.Request(t, 0, http.MethodPost, path, form(append(append([]string{}, sound...), c.body...)...), headers...))
				if path == "/par" && a.Status == http.StatusCreated {
					a.Status = http.StatusOK // its way to say so (RFC 9126, section 2.2)
				}
				require.Contains(t, c.status, a.Status, "%s at %s: %s", c.name, path, a)
				switch a.Status {
				case http.StatusUnauthorized:
					refused(t, a, "invalid_client")
					tried := len(c.auth) > 0 && strings.HasPrefix(strings.ToLower(c.auth[0]), "basic")
					require.Equal(t, tried, strings.HasPrefix(a.Header.Get("WWW-Authenticate"), "Basic realm="), "%s at %s", c.name, path)
				case http.StatusBadRequest:
					refused(t, a, "invalid_request")
				}
			}
		}
	})
}

// CA-05, TE-03, IR-07
func TestParametersInTheQueryAreRefused(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		app := w.NewApp(t, map[string]any{"token_endpoint_auth_method": "client_secret_post"})
		secrets := url.Values{"client_id": {app.ID}, "client_secret": {app.Secret}}.Encode()
		for path, sound := range endpoints {
			refused(t, w.Post(t, 0, path+"?"+secrets, form(sound...), "Content-Type", formType), "invalid_request")
			refused(t, w.Post(t, 0, path+"?"+form(sound...), secrets, "Content-Type", formType), "invalid_request")
		}
	})
}

// CA-09
func TestSecretsRotateWithoutAnOutage(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		app := w.NewApp(t, nil)
		ask := func(secret string, node int) int {
			return w.Post(t, node, "/oauth2/token", "grant_type=client_credentials&scope=profile", "Content-Type", formType, "Authorization", party.Basic(app.ID, secret)).Status
		}
		require.Equal(t, http.StatusOK, ask(app.Secret, 0))
		old, _ := items(t, w.API(t, http.MethodGet, "/clients/"+app.ID+"/secrets", nil))[0]["secret_id"].(string)
		require.NotEmpty(t, old)

		made := w.Must(t, http.MethodPost, "/clients/"+app.ID+"/secrets", map[string]any{"label": "second"})
		second := made.Text("client_secret")
		require.GreaterOrEqual(t, len(second), 43)
		for node := range tg.Nodes {
			soon(t, settingsBound, "the new secret works", func() bool { return ask(second, node) == http.StatusOK })
			require.Equal(t, http.StatusOK, ask(app.Secret, node), "the old one still does")
		}
		soon(t, settingsBound+10*time.Second, "the use of a secret shows", func() bool {
			used := 0
			for _, s := range items(t, w.API(t, http.MethodGet, "/clients/"+app.ID+"/secrets", nil)) {
				require.NotContains(t, s, "client_secret", "a secret is shown once")
				if s["last_used_at"] != nil {
					used++
				}
			}
			return used == 2
		})

		w.Must(t, http.MethodDelete, "/clients/"+app.ID+"/secrets/"+old, nil)
		for node := range tg.Nodes {
			soon(t, settingsBound, "the old secret is dead", func() bool { return ask(app.Secret, node) == http.StatusUnauthorized })
			require.Equal(t, http.StatusOK, ask(second, node))
		}
	})
}

// CA-11
func TestGuessingASecretLocksOnlyTheGuesserOut(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		app := w.NewApp(t, nil)
		from := func(ip, secret string) int {
			r := wire.Request(t, http.MethodPost, w.Address("/oauth2/token"), "grant_type=client_credentials&scope=profile", "Content-Type", formType, "Authorization", party.Basic(app.ID, secret))
			return wire.From(t, ip, r).Status
		}
		require.Equal(t, http.StatusUnauthorized, from("127.0.0.9", "wrong"))
		require.Equal(t, http.StatusOK, from("127.0.0.9", app.Secret), "one slip is no attack")
		blocked := false
		for range 60 {
			status := from("127.0.0.9", "wrong")
			require.Contains(t, []int{http.StatusUnauthorized, http.StatusTooManyRequests}, status)
			blocked = blocked || status == http.StatusTooManyRequests
			require.Equal(t, http.StatusOK, from("127.0.0.1", app.Secret), "the rightful client elsewhere notices nothing")
		}
		require.True(t, blocked)
	})
}

// CA-17, RT-11
func TestConfidentialClientCannotQuietlyBecomePublic(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		user, app := w.NewUser(t), w.NewApp(t, nil)
		tokens, _ := app.LogUserIn(t, user)
		a := w.API(t, http.MethodPatch, "/clients/"+app.ID, map[string]any{"token_endpoint_auth_method": "none"})
		if a.Status >= 400 {
			problem(t, a, a.Status)
			require.Equal(t, http.StatusOK, app.Refresh(t, tokens.Refresh).Status)
			return
		}
		// Where the change is taken, what was issued before ends.
		soon(t, settingsBound, "the old tokens are dead", func() bool {
			r := w.Post(t, 0, "/oauth2/token", form("grant_type", "refresh_token", "refresh_token", tokens.Refresh, "client_id", app.ID), "Content-Type", formType)
			return r.Text("error") == "invalid_grant"
		})
	})
}

// The workspace's list of methods binds all its clients.
func TestWorkspaceDecidesWhichMethodsServe(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).NewWorkspace(t, map[string]any{"token_endpoint_auth_methods": []string{"client_secret_post"}})
		post := w.NewApp(t, map[string]any{"token_endpoint_auth_method": "client_secret_post"})
		require.Equal(t, http.StatusOK, post.Token(t, "grant_type", "client_credentials", "scope", "profile").Status)
		problem(t, w.API(t, http.MethodPost, "/clients", map[string]any{"client_name": "x", "redirect_uris": []string{party.Callback}, "token_endpoint_auth_method": "client_secret_basic"}), http.StatusBadRequest)
		metadata := w.Get(t, "/.well-known/openid-configuration").JSON()
		require.Equal(t, []string{"client_secret_post"}, list(metadata["token_endpoint_auth_methods_supported"]))
	})
}
