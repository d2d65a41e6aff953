package tenantadmin_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
)

func with(fields ...any) map[string]any {
	m := map[string]any{}
	for i := 0; i < len(fields); i += 2 {
		m[fields[i].(string)] = fields[i+1]
	}
	return m
}

func list(v ...string) []string { return append([]string{}, v...) }

func TestClientDefaultsAreThoseOfTheStandards(t *testing.T) {
	w := newWorld(t)
	h := w.house("acme")
	r := w.do(http.MethodPost, h.in("default", "clients"), h.program, with("redirect_uris", list("https://app.example/cb"))).is(http.StatusCreated)
	require.Equal(t, []any{"authorization_code"}, r.field("grant_types"))
	require.Equal(t, []any{"code"}, r.field("response_types"))
	require.Equal(t, "client_secret_basic", r.field("token_endpoint_auth_method"))
	require.Equal(t, "web", r.field("application_type"))
	require.Equal(t, "openid profile email offline_access", r.field("scope"))
	require.InDelta(t, 0, r.field("client_secret_expires_at"), 0)
	id, secret := r.text("client_id"), r.text("client_secret")
	require.Len(t, secret, 86)
	require.True(t, domain.ValidClientID(id))
	c, err := w.platform.Caches.Clients.Client(t.Context(), h.workspace("default"), id)
	require.NoError(t, err)
	require.True(t, w.platform.Root.VerifySecret(h.workspace("default"), id, c.Secrets[0], secret))
	again := w.do(http.MethodGet, r.header.Get("Location"), h.program, nil).is(http.StatusOK)
	require.NotContains(t, again.json(), "client_secret", "shown once")
	require.NotContains(t, string(w.do(http.MethodGet, h.in("default", "clients"), h.program, nil).body), secret)

	native := w.do(http.MethodPost, h.in("default", "clients"), h.program, with("application_type", "native", "redirect_uris", list("http://127.0.0.1/cb", "com.example.app:/cb"))).is(http.StatusCreated)
	require.Equal(t, "none", native.field("token_endpoint_auth_method"))
	require.NotContains(t, native.json(), "client_secret")
	require.Equal(t, "web-1", w.do(http.MethodPost, h.in("default", "clients"), h.program, with("client_id", "web-1", "grant_types", list("client_credentials"))).is(http.StatusCreated).text("client_id"))
}

// RU-11, RU-13, RU-23, DC-02, DC-03, JK-06, PJ-22 and what else may not be
// registered. The second column is what the problem points at.
func TestClientsAreJudgedWhole(t *testing.T) {
	w := newWorld(t)
	h := w.house("acme")
	w.do(http.MethodPost, h.in("default", "scopes"), h.program, with("name", "orders:read")).is(http.StatusCreated)
	code := func(fields ...any) map[string]any {
		return with(append([]any{"redirect_uris", list("https://app.example/cb")}, fields...)...)
	}
	robot := func(fields ...any) map[string]any {
		return with(append([]any{"grant_types", list("client_credentials")}, fields...)...)
	}
	many := make([]string, 101)
	for i := range many {
		many[i] = "https://app.example/" + strings.Repeat("a", i+1)
	}
	rows := []struct {
		name, pointer string
		in            map[string]any
	}{
		{"a redirect to a script", "/redirect_uris/0", with("redirect_uris", list("javascript:alert(1)"))},
		{"a script in disguise", "/redirect_uris/0", with("redirect_uris", list("JaVaScRiPt:alert(1)"))},
		{"a redirect to data", "/redirect_uris/0", with("redirect_uris", list("data:text/html,x"))},
		{"a redirect to a file", "/redirect_uris/1", with("redirect_uris", list("https://a.example/", "file:///etc/passwd"))},
		{"a redirect in clear", "/redirect_uris/0", with("redirect_uris", list("http://app.example/cb"))},
		{"a redirect with a fragment", "/redirect_uris/0", with("redirect_uris", list("https://app.example/cb#x"))},
		{"a redirect with a user", "/redirect_uris/0", with("redirect_uris", list("https://app@evil.example/cb"))},
		{"a redirect with a space", "/redirect_uris/0", with("redirect_uris", list(" https://app.example/cb"))},
		{"a redirect that collides", "/redirect_uris/0", with("redirect_uris", list("https://app.example/cb?code=1"))},
		{"a redirect with iss", "/redirect_uris/0", with("redirect_uris", list("https://app.example/cb?iss=x"))},
		{"our own origin", "/redirect_uris/0", with("redirect_uris", list(publicURL+"/acme/default/cb"))},
		{"our own origin in capitals", "/redirect_uris/0", with("redirect_uris", list("http://LOCALHOST:8080/cb"))},
		{"our own origin beside the playground", "/redirect_uris/0", with("redirect_uris", list(publicURL+"/console/playground/callback?x=1"))},
		{"our own callback", "/redirect_uris/0", with("redirect_uris", list(publicURL+"/console/callback"))},
		{"the playground after logout", "/post_logout_redirect_uris/0", code("post_logout_redirect_uris", list(publicURL+"/console/playground/callback"))},
		{"our own origin after logout", "/post_logout_redirect_uris/0", code("post_logout_redirect_uris", list(publicURL+"/"))},
		{"a private scheme on the web", "/redirect_uris/0", with("redirect_uris", list("com.example.app:/cb"))},
		{"a scheme without a dot", "/redirect_uris/0", with("application_type", "native", "redirect_uris", list("app:/cb"))},
		{"a wildcard", "/redirect_uris/0", with("redirect_uris", list("https://*.app.example/cb"))},
		{"a long redirect", "/redirect_uris/0", with("redirect_uris", list("https://app.example/"+strings.Repeat("a", 3000)))},
		{"a repeated redirect", "/redirect_uris/1", with("redirect_uris", list("https://app.example/cb", "https://app.example/cb"))},
		{"too many redirects", "/redirect_uris", with("redirect_uris", many)},
		{"no redirect", "/redirect_uris", with("grant_types", list("authorization_code"))},
		{"a logo that is a script", "/logo_uri", code("logo_uri", "javascript:x")},
		{"a logo in clear", "/logo_uri", code("logo_uri", "http://app.example/x.png")},
		{"a policy that is data", "/policy_uri", code("policy_uri", "data:,x")},
		{"terms that are a script", "/tos_uri", code("tos_uri", "vbscript:x")},
		{"a home that is a blob", "/client_uri", code("client_uri", "blob:https://x")},
		{"a private key", "/jwks", robot("jwks", map[string]any{"keys": []any{map[string]any{"kty": "EC", "crv": "P-256", "d": "x", "x": "x", "y": "y"}}})},
		{"a symmetric key", "/jwks", robot("jwks", map[string]any{"keys": []any{map[string]any{"kty": "oct", "k": "AAAA"}}})},
		{"no keys", "/jwks", robot("jwks", map[string]any{})},
		{"keys twice", "/jwks_uri", robot("jwks", map[string]any{"keys": []any{}}, "jwks_uri", "https://app.example/jwks")},
		{"keys in clear", "/jwks_uri", robot("jwks_uri", "http://127.0.0.1/jwks")},
		{"keys from a file", "/jwks_uri", robot("jwks_uri", "file:///etc/passwd")},
		{"an unsigned id token", "/id_token_signed_response_alg", code("id_token_signed_response_alg", "none")},
		{"a symmetric id token", "/id_token_signed_response_alg", code("id_token_signed_response_alg", "HS256")},
		{"a method that is not served", "/token_endpoint_auth_method", robot("token_endpoint_auth_method", "kerberos")},
		{"a method that does not exist", "/token_endpoint_auth_method", robot("token_endpoint_auth_method", "trust_me")},
		{"a public client of its own", "/grant_types", robot("token_endpoint_auth_method", "none")},
		{"refresh tokens from nothing", "/grant_types", with("grant_types", list("client_credentials", "refresh_token"))},
		{"no grant", "/grant_types", with("grant_types", list())},
		{"an unknown grant", "/grant_types/0", with("grant_types", list("password"))},
		{"an implicit grant", "/response_types/0", code("response_types", list("token"))},
		{"a code without its grant", "/response_types", robot("response_types", list("code"))},
		{"a grant without its code", "/response_types", code("response_types", list())},
		{"an unknown mode", "/response_modes/0", code("response_modes", list("web_message"))},
		{"an unknown scope", "/scope", robot("scope", "orders:write")},
		{"a scope of the admin API", "/scope", robot("scope", "admin:write")},
		{"a malformed scope", "/scope", robot("scope", "orders:read  openid")},
		{"a user's scope without users", "/scope", robot("scope", "openid")},
		{"an algorithm without its method", "/token_endpoint_auth_signing_alg", robot("token_endpoint_auth_signing_alg", "ES256")},
		{"a certificate without its method", "/tls_client_auth_subject_dn", robot("tls_client_auth_subject_dn", "CN=x")},
		{"a short token", "/access_token_ttl", robot("access_token_ttl", 1)},
		{"an endless token", "/access_token_ttl", robot("access_token_ttl", 10_000_000)},
		{"half a second", "/access_token_ttl", robot("access_token_ttl", 60.5)},
		{"a former method for ever", "/token_endpoint_auth_method_previous/until", robot("token_endpoint_auth_method_previous", with("method", "client_secret_post", "until", "2099-01-01T00:00:00Z"))},
		{"a former method of none", "/token_endpoint_auth_method_previous/method", robot("token_endpoint_auth_method_previous", with("method", "none", "until", "2026-11-24T00:00:00Z"))},
		{"a former method that is present", "/token_endpoint_auth_method_previous/method", robot("token_endpoint_auth_method_previous", with("method", "client_secret_basic", "until", "2026-11-24T00:00:00Z"))},
		{"a contact without an address", "/contacts/0", robot("contacts", list("call me"))},
		{"a user's id", "/client_id", robot("client_id", "usr_1")},
		{"an id with a slash", "/client_id", robot("client_id", "a/b")},
		{"an owner", "/owner", robot("owner", "usr_1")},
		{"skipped consent", "/skip_consent", robot("skip_consent", true)},
		{"being built in", "/built_in", robot("built_in", true)},
		{"a chosen secret", "/client_secret", robot("client_secret", "hunter2")},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			w.do(http.MethodPost, h.in("default", "clients"), h.program, row.in).problem(http.StatusBadRequest, "validation_failed").about(row.pointer)
		})
	}
	require.Empty(t, w.do(http.MethodGet, h.in("default", "clients"), h.program, nil).items(), "nothing was made")
	w.do(http.MethodPost, h.in("default", "clients"), h.program, robot("scope", "orders:read")).is(http.StatusCreated)
	for _, alg := range domain.IDTokenAlgs() {
		w.do(http.MethodPost, h.in("default", "clients"), h.program, code("id_token_signed_response_alg", alg)).is(http.StatusCreated)
	}
}

// DC-06: a change is judged by what would result, not by what it names.
func TestClientChangesAreJudgedByTheirResult(t *testing.T) {
	w := newWorld(t)
	h := w.house("acme")
	made := w.do(http.MethodPost, h.in("default", "clients"), h.program, with("client_id", "app", "redirect_uris", list("https://app.example/cb"))).is(http.StatusCreated)
	path := made.header.Get("Location")
	patch := func(fields ...any) reply {
		t.Helper()
		return w.do(http.MethodPatch, path, h.program, with(fields...))
	}
	patch("redirect_uris", nil).problem(http.StatusBadRequest, "validation_failed").about("/redirect_uris")
	patch("grant_types", list("client_credentials")).problem(http.StatusBadRequest, "validation_failed").about("/response_types")
	patch("token_endpoint_auth_method", "none").problem(http.StatusBadRequest, "validation_failed").about("/token_endpoint_auth_method")
	patch("client_id", "other").problem(http.StatusBadRequest, "validation_failed").about("/client_id")
	r := patch("grant_types", list("client_credentials"), "response_types", nil, "redirect_uris", nil, "scope", nil).is(http.StatusOK)
	require.Equal(t, []any{}, r.field("redirect_uris"))
	require.Empty(t, r.field("response_types"))

	public := w.do(http.MethodPost, h.in("default", "clients"), h.program, with("token_endpoint_auth_method", "none", "redirect_uris", list("https://spa.example/cb"))).is(http.StatusCreated)
	w.do(http.MethodPatch, public.header.Get("Location"), h.program, with("grant_types", list("authorization_code", "client_credentials"))).problem(http.StatusBadRequest, "validation_failed").about("/grant_types")
	w.do(http.MethodPost, public.header.Get("Location")+"/secrets", h.program, with()).problem(http.StatusBadRequest, "validation_failed")
	confidential := w.do(http.MethodPatch, public.header.Get("Location"), h.program, with("token_endpoint_auth_method", "client_secret_post")).is(http.StatusOK)
	require.Len(t, confidential.text("client_secret"), 86)
	w.do(http.MethodPost, public.header.Get("Location")+"/secrets", h.program, with()).is(http.StatusCreated)

	// A change is seen in this process at once.
	_, err := w.platform.Caches.Clients.Client(t.Context(), h.workspace("default"), "app")
	require.NoError(t, err)
	patch("client_name", "Renamed").is(http.StatusOK)
	c, err := w.platform.Caches.Clients.Client(t.Context(), h.workspace("default"), "app")
	require.NoError(t, err)
	require.Equal(t, "Renamed", c.ClientName)
	w.do(http.MethodDelete, path, h.program, nil).is(http.StatusNoContent)
	_, err = w.platform.Caches.Clients.Client(t.Context(), h.workspace("default"), "app")
	require.Error(t, err)
	w.do(http.MethodDelete, path, h.program, nil).problem(http.StatusNotFound, "not_found")
}

func TestSecretsStandBesideEachOther(t *testing.T) {
	w := newWorld(t)
	h := w.house("acme")
	made := w.do(http.MethodPost, h.in("default", "clients"), h.program, with("client_id", "app", "grant_types", list("client_credentials"))).is(http.StatusCreated)
	secrets := made.header.Get("Location") + "/secrets"
	soon := w.now().Add(time.Hour).UTC().Truncate(time.Second)
	second := w.do(http.MethodPost, secrets, h.program, with("label", "blue", "expires_at", soon)).is(http.StatusCreated)
	require.Len(t, second.text("client_secret"), 86)
	require.Equal(t, secrets+"/"+second.text("secret_id"), second.header.Get("Location"))
	unlabelled := w.do(http.MethodPost, secrets, h.program, nil).is(http.StatusCreated)

	live := func() []string {
		c, err := w.platform.Caches.Clients.Client(t.Context(), h.workspace("default"), "app")
		require.NoError(t, err)
		var out []string
		for name, value := range map[string]string{"first": made.text("client_secret"), "second": second.text("client_secret"), "third": unlabelled.text("client_secret")} {
			for _, s := range c.Secrets {
				if s.Live(w.now()) && w.platform.Root.VerifySecret(h.workspace("default"), "app", s, value) {
					out = append(out, name)
				}
			}
		}
		return out
	}
	require.ElementsMatch(t, []string{"first", "second", "third"}, live())
	items := w.do(http.MethodGet, secrets, h.program, nil).is(http.StatusOK)
	require.Len(t, items.items(), 3)
	require.NotContains(t, string(items.body), "client_secret")

	tag := second.header.Get("ETag")
	changed := w.do(http.MethodPatch, second.header.Get("Location"), h.program, with("label", "green"), "If-Match", tag).is(http.StatusOK)
	require.Equal(t, "green", changed.text("label"))
	require.NotEmpty(t, changed.text("expires_at"), "what the patch does not name stays")
	w.do(http.MethodPatch, second.header.Get("Location"), h.program, with("label", "red"), "If-Match", tag).problem(http.StatusPreconditionFailed, "precondition_failed")
	w.do(http.MethodPatch, second.header.Get("Location"), h.program, with("expires_at", nil)).is(http.StatusOK)
	w.do(http.MethodPatch, second.header.Get("Location"), h.program, with("expires_at", w.now().Add(-time.Second).UTC())).is(http.StatusOK)
	require.ElementsMatch(t, []string{"first", "third"}, live(), "an expiry holds at once")
	w.do(http.MethodDelete, unlabelled.header.Get("Location"), h.program, nil).is(http.StatusNoContent)
	require.ElementsMatch(t, []string{"first"}, live(), "a deleted secret is dead at once")

	w.do(http.MethodPost, secrets, h.program, with("expires_at", w.now().Add(-time.Hour).UTC())).problem(http.StatusBadRequest, "validation_failed").about("/expires_at")
	w.do(http.MethodPost, secrets, h.program, with("expires_at", "2999-01-01T00:00:00Z")).problem(http.StatusBadRequest, "validation_failed").about("/expires_at")
	w.do(http.MethodPost, secrets, h.program, with("expires_at", "tomorrow")).problem(http.StatusBadRequest, "validation_failed").about("/expires_at")
	w.do(http.MethodPost, secrets, h.program, with("value", "hunter2")).problem(http.StatusBadRequest, "validation_failed").about("/value")
	for range 8 {
		w.do(http.MethodPost, secrets, h.program, with()).is(http.StatusCreated)
	}
	w.do(http.MethodPost, secrets, h.program, with()).problem(http.StatusConflict, "limit_reached")
	w.do(http.MethodGet, h.in("default", "clients", "ghost", "secrets"), h.program, nil).problem(http.StatusNotFound, "not_found")
}

// The playground is the one page of the service that answers may go to.
func TestAnswersMayGoToThePlayground(t *testing.T) {
	w := newWorld(t)
	h := w.house("acme")
	playground := publicURL + "/console/playground/callback"
	r := w.do(http.MethodPost, h.in("default", "clients"), h.program, with("redirect_uris", list("https://app.example/cb"), "token_endpoint_auth_method", "none")).is(http.StatusCreated)
	r = w.do(http.MethodPatch, r.header.Get("Location"), h.program, with("redirect_uris", list("https://app.example/cb", playground))).is(http.StatusOK)
	require.Equal(t, []any{"https://app.example/cb", playground}, r.field("redirect_uris"))
}

func TestUseOfASecretIsShown(t *testing.T) {
	w := newWorld(t)
	h := w.house("acme")
	ws := h.workspace("admin")
	c, err := w.platform.Caches.Clients.Client(t.Context(), ws, h.clientID)
	require.NoError(t, err)
	path := h.in("admin", "clients", h.clientID, "secrets")
	require.NotContains(t, w.do(http.MethodGet, path, h.program, nil).items()[0], "last_used_at")
	w.platform.Usage.Record(ws, h.clientID, c.Secrets[0].ID.String())
	require.NoError(t, w.platform.Usage.Flush(t.Context()))
	require.Contains(t, w.do(http.MethodGet, path, h.program, nil).items()[0], "last_used_at")
}

func TestConsoleIsReadOnly(t *testing.T) {
	w := newWorld(t)
	h := w.house("acme")
	console := h.in("admin", "clients", "console")
	r := w.do(http.MethodGet, console, h.program, nil).is(http.StatusOK)
	require.Equal(t, true, r.field("built_in"))
	require.Equal(t, []any{publicURL + "/console/callback"}, r.field("redirect_uris"))
	w.do(http.MethodPatch, console, h.program, with("redirect_uris", list("https://evil.example/cb"))).problem(http.StatusConflict, "read_only")
	w.do(http.MethodDelete, console, h.program, nil).problem(http.StatusConflict, "read_only")
	w.do(http.MethodPost, console+"/secrets", h.program, with()).problem(http.StatusConflict, "read_only")
	require.Equal(t, oauth.MethodPrivateKeyJWT, r.text("token_endpoint_auth_method"))
}
