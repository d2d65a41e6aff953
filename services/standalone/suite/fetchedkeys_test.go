package suite_test

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/services/standalone/suite/internal/jose"
	"github.com/signet-authz/signet/services/standalone/suite/internal/party"
	"github.com/signet-authz/signet/services/standalone/suite/internal/target"
	"github.com/signet-authz/signet/services/standalone/suite/internal/wire"
)

// fetching is a client whose keys are at the URI.
func fetching(t *testing.T, w *party.Workspace, uri string, key *jose.Key) *party.App {
	t.Helper()
	app := w.NewApp(t, map[string]any{"token_endpoint_auth_method": "private_key_jwt", "jwks_uri": uri})
	app.Key = key
	return app
}

// PJ-23, F-33
func TestRotatedKeyOfAClientServesAtOnce(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w, site := party.Register(t, tg).Default(), party.NewSite(t, tg)
		old, fresh := jose.NewKey(t, "ES256"), jose.NewKey(t, "ES256")
		site.Put("/jwks", jose.Set(old))
		app := fetching(t, w, site.URL+"/jwks", old)
		for range 3 {
			require.Equal(t, http.StatusOK, app.Credentials(t).Send(t, w, "", "/oauth2/token", own).Status)
		}
		require.Equal(t, 1, site.Hits("/jwks"), "keys are kept")

		site.Put("/jwks", jose.Set(fresh))
		app.Key = fresh
		a := app.Credentials(t).Send(t, w, "", "/oauth2/token", own)
		require.Equal(t, http.StatusOK, a.Status, "%s", a)
		require.Equal(t, 2, site.Hits("/jwks"), "one fetch finds the new key")
		refused(t, party.Asserted(app.Assertion(t, party.Signed(old))).Send(t, w, "", "/oauth2/token", own), "invalid_client")

		// While the client's site is away its last word stands.
		site.Close()
		require.Equal(t, http.StatusOK, app.Credentials(t).Send(t, w, "", "/oauth2/token", own).Status)
	})
}

// PJ-21
func TestUnknownKeysCauseNoStormOfFetches(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w, site := party.Register(t, tg).Default(), party.NewSite(t, tg)
		key, theirs := jose.NewKey(t, "ES256"), jose.NewKey(t, "ES256")
		site.Put("/jwks", jose.Set(key))
		app := fetching(t, w, site.URL+"/jwks", key)
		for range 5 {
			for _, a := range together(40, func(int) wire.Answer {
				forged := party.Asserted(app.Assertion(t, party.Signed(theirs.Named(party.Name("kid")))))
				return wire.Caller{IP: ownAddress()}.Do(t, forged.Request(t, w, 0, "/oauth2/token", own))
			}) {
				refused(t, a, "invalid_client")
			}
		}
		require.LessOrEqual(t, site.Hits("/jwks"), 2, "the keys, and once more for a kid that they have not")
		require.Equal(t, http.StatusOK, app.Credentials(t).Send(t, w, "", "/oauth2/token", own).Status, "the client itself is served meanwhile")

		// Where there are no keys at all nobody is asked for them each time.
		gone := fetching(t, w, site.URL+"/gone", key)
		for range 20 {
			refused(t, gone.Credentials(t).Send(t, w, ownAddress(), "/oauth2/token", own), "invalid_client")
		}
		require.LessOrEqual(t, site.Hits("/gone"), 2)
	})
}

// PJ-18, AD-13: no spelling of an address within has a single connection made.
func TestKeysAreNeverFetchedFromWithin(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		port, touched := listeningWithin(t)
		host, err := os.Hostname()
		require.NoError(t, err)
		key := jose.NewKey(t, "ES256")
		registered := 0
		for _, name := range []string{
			"127.0.0.1", "localhost", "localhost.", "LOCALHOST", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::]", "0.0.0.0", "0", "127.1", "2130706433", "0x7f000001", "0x7f.1",
			"0177.0.0.1", "127.0.0.1.", "127.0.8.1", "10.0.0.1", "192.168.0.1", "172.16.0.1", "100.64.0.1", "169.254.169.254", "[fe80::1]", "[fd00::1]", "[64:ff9b::7f00:1]", host, host + ".",
		} {
			for _, scheme := range []string{"https", "http", "gopher", "file"} {
				for _, metadata := range []map[string]any{
					{"jwks_uri": fmt.Sprintf("%s://%s:%d/jwks", scheme, name, port)},
					{"federated_credentials": []any{map[string]any{"name": "x", "issuer": fmt.Sprintf("%s://%s:%d", scheme, name, port), "subject": "x"}}},
				} {
					body := party.With(map[string]any{"client_name": "x", "grant_types": []string{"client_credentials"}, "scope": "profile", "token_endpoint_auth_method": "private_key_jwt"}, metadata)
					a := w.API(t, http.MethodPost, "/clients", body)
					if a.Status == http.StatusBadRequest {
						problem(t, a, http.StatusBadRequest)
						continue
					}
					require.Equal(t, http.StatusCreated, a.Status, "%s: %s", name, a)
					require.Equal(t, "https", scheme)
					registered++
					app := &party.App{Workspace: w, ID: a.Text("client_id"), Method: "private_key_jwt", Key: key}
					assertion := app.Assertion(t)
					if metadata["jwks_uri"] == nil {
						assertion = app.Assertion(t, party.Claim("iss", fmt.Sprintf("https://%s:%d", name, port)), party.Claim("sub", "x"), party.Header("typ", nil))
					}
					refused(t, party.Asserted(assertion, "client_id", app.ID).Send(t, w, ownAddress(), "/oauth2/token", own), "invalid_client")
				}
			}
		}
		require.Zero(t, touched.Load(), "connections from within")
		t.Logf("%d registrations were left to the dialer", registered)
	})
}

// listeningWithin counts the connections to every address of this machine.
func listeningWithin(t *testing.T) (port int, touched *atomic.Int64) {
	t.Helper()
	ln, err := net.Listen("tcp", ":0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = ln.Close() })
	touched = &atomic.Int64{}
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			touched.Add(1)
			_ = conn.Close()
		}
	}()
	return ln.Addr().(*net.TCPAddr).Port, touched
}

// PJ-19
func TestFetchesAreNotLedAstray(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w, site, elsewhere := party.Register(t, tg).Default(), party.NewSite(t, tg), party.NewSite(t, tg)
		port, touched := listeningWithin(t)
		key := jose.NewKey(t, "ES256")
		elsewhere.Put("/jwks", jose.Set(key))
		for path, location := range map[string]string{
			"/within": fmt.Sprintf("https://127.0.0.1:%d/jwks", port), "/plain": fmt.Sprintf("http://127.0.0.1:%d/jwks", port), "/file": "file:///etc/passwd",
			"/gopher": fmt.Sprintf("gopher://127.0.0.1:%d/x", port), "/loop": "/loop", "/elsewhere": elsewhere.URL + "/jwks",
		} {
			site.Handle(path, func(rw http.ResponseWriter, r *http.Request) { http.Redirect(rw, r, location, http.StatusFound) })
			app := fetching(t, w, site.URL+path, key)
			refused(t, app.Credentials(t).Send(t, w, ownAddress(), "/oauth2/token", own), "invalid_client")
			require.Equal(t, 1, site.Hits(path), path)
		}
		require.Zero(t, touched.Load())
		require.Zero(t, elsewhere.Hits("/jwks"))
	})
}

// A document that is none costs the client its token, and nobody anything else.
func TestUnusableKeySetsProveNothing(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w, site := party.Register(t, tg).Default(), party.NewSite(t, tg)
		key := jose.NewKey(t, "ES256")
		private := key.Public()
		private["d"] = "AA"
		site.Put("/private", map[string]any{"keys": []any{private}})
		site.Put("/encryption", map[string]any{"keys": []any{party.With(key.Public(), map[string]any{"use": "enc"})}})
		site.Put("/symmetric", map[string]any{"keys": []any{map[string]any{"kty": "oct", "k": "AAAA"}}})
		site.Put("/none", map[string]any{"keys": []any{}})
		site.Handle("/html", func(rw http.ResponseWriter, _ *http.Request) { _, _ = rw.Write([]byte("<html>")) })
		site.Handle("/endless", func(rw http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				if _, err := rw.Write(make([]byte, 64<<10)); err != nil {
					return
				}
			}
		})
		site.Handle("/error", func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusInternalServerError) })
		site.Handle("/slow", func(_ http.ResponseWriter, r *http.Request) {
			select {
			case <-r.Context().Done():
			case <-time.After(20 * time.Second):
			}
		})
		for _, path := range []string{"/private", "/encryption", "/symmetric", "/none", "/html", "/endless", "/error", "/slow", "/missing"} {
			t.Run(path[1:], func(t *testing.T) {
				t.Parallel()
				app := fetching(t, w, site.URL+path, key)
				refused(t, app.Credentials(t).Send(t, w, ownAddress(), "/oauth2/token", own), "invalid_client")
			})
		}
	})
}

// Federated credentials whose keys are where the issuer's discovery document
// says, or at a jwks_uri.
func TestKeysOfOtherIssuersAreFound(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w, site := party.Register(t, tg).Default(), party.NewSite(t, tg)
		cluster := &party.Platform{Issuer: site.URL + "/cluster", Key: jose.NewKey(t, "RS256")}
		github := &party.Platform{Issuer: site.URL, Key: jose.NewKey(t, "RS256")}
		mesh := &party.Platform{Key: jose.NewKey(t, "ES256")}
		site.Put("/cluster/.well-known/openid-configuration", map[string]any{"issuer": cluster.Issuer, "jwks_uri": site.URL + "/cluster/openid/v1/jwks", "response_types_supported": []string{"id_token"}, "subject_types_supported": []string{"public"}, "id_token_signing_alg_values_supported": []string{"RS256"}})
		site.Put("/cluster/openid/v1/jwks", jose.Set(cluster.Key))
		site.Put("/.well-known/openid-configuration", map[string]any{"issuer": github.Issuer, "jwks_uri": site.URL + "/.well-known/jwks"})
		site.Put("/.well-known/jwks", jose.Set(github.Key))
		site.Put("/bundle", mesh.Bundle())
		lying := &party.Platform{Issuer: site.URL + "/lying", Key: jose.NewKey(t, "ES256")}
		site.Put("/lying/.well-known/openid-configuration", map[string]any{"issuer": cluster.Issuer, "jwks_uri": site.URL + "/lying/jwks"})
		site.Put("/lying/jwks", jose.Set(lying.Key))
		credential := func(name string, p *party.Platform, more map[string]any) map[string]any {
			return party.With(map[string]any{"name": name, "issuer": p.Issuer}, more)
		}
		app := w.NewApp(t, map[string]any{"token_endpoint_auth_method": "private_key_jwt", "federated_credentials": []any{
			credential("cluster", cluster, map[string]any{"preset": "kubernetes", "subject": "system:serviceaccount:jobs:worker"}),
			credential("main", github, map[string]any{"preset": "github_actions", "subject": "repo:acme/shop:*"}),
			credential("mesh", &party.Platform{Issuer: "spiffe://prod.example"}, map[string]any{"preset": "spiffe", "subject": "spiffe://prod.example/ns/shop/*", "jwks_uri": site.URL + "/bundle"}),
			credential("lying", lying, map[string]any{"preset": "kubernetes", "subject": "system:serviceaccount:jobs:worker"}),
		}})
		prove := func(token string) wire.Answer {
			return party.Asserted(token, "client_id", app.ID).Send(t, w, ownAddress(), "/oauth2/token", own)
		}
		for name, token := range map[string]string{
			"Kubernetes": cluster.Kubernetes(t, w.Issuer(), "jobs", "worker"), "GitHub Actions": github.GitHubActions(t, w.Issuer(), "acme/shop", "main"),
			"SPIFFE": mesh.SPIFFE(t, w.Issuer(), "spiffe://prod.example/ns/shop/sa/cart"),
		} {
			a := prove(token)
			require.Equal(t, http.StatusOK, a.Status, "%s: %s", name, a)
		}
		refused(t, prove(lying.Kubernetes(t, w.Issuer(), "jobs", "worker")), "invalid_client")
		require.Zero(t, site.Hits("/lying/jwks"), "a discovery document of another issuer says nothing of this one")

		// Each issuer's keys prove its own tokens only.
		refused(t, prove(cluster.Kubernetes(t, w.Issuer(), "jobs", "worker", party.Signed(github.Key))), "invalid_client")
	})
}
