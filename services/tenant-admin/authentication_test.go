package tenantadmin_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"maps"
	"math/big"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/pkg/clientauth"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
)

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// ecJWK is a fresh public key on P-256.
func ecJWK(t testing.TB, fields ...any) map[string]any {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	point, err := k.PublicKey.Bytes()
	require.NoError(t, err)
	jwk := with("kty", "EC", "crv", "P-256", "x", b64(point[1:33]), "y", b64(point[33:]))
	maps.Copy(jwk, with(fields...))
	return jwk
}

// rsaJWK is a fresh public key of 2048 bits.
func rsaJWK(t testing.TB, fields ...any) map[string]any {
	t.Helper()
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	jwk := with("kty", "RSA", "n", b64(k.N.Bytes()), "e", b64(big.NewInt(int64(k.E)).Bytes()))
	maps.Copy(jwk, with(fields...))
	return jwk
}

func jwks(k ...any) map[string]any { return with("keys", append([]any{}, k...)) }

func program(fields ...any) map[string]any {
	return with(append([]any{"grant_types", list("client_credentials")}, fields...)...)
}

func keyed(fields ...any) map[string]any {
	return program(append([]any{"token_endpoint_auth_method", "private_key_jwt"}, fields...)...)
}

func trusts(fields ...any) map[string]any {
	return keyed("federated_credentials", []any{with(append([]any{"name", "one"}, fields...)...)})
}

func kubernetes(subject string, fields ...any) map[string]any {
	return trusts(append([]any{"preset", "kubernetes", "issuer", "https://oidc.cluster.example", "subject", subject}, fields...)...)
}

func github(subject string, fields ...any) map[string]any {
	return trusts(append([]any{"preset", "github_actions", "subject", subject}, fields...)...)
}

func spiffe(issuer, subject string, fields ...any) map[string]any {
	return trusts(append([]any{"preset", "spiffe", "issuer", issuer, "subject", subject}, fields...)...)
}

// JK-06, RU-11, AD-13 and what else may not be registered. The second column is
// what the problem points at.
func TestHowAClientAuthenticatesIsJudgedWhole(t *testing.T) {
	w := newWorld(t)
	h := w.house("acme")
	ec, rs := ecJWK(t), rsaJWK(t)
	overlap := func(method string, fields ...any) map[string]any {
		return program(append([]any{"token_endpoint_auth_method_previous", with("method", method, "until", w.now().Add(time.Hour).UTC())}, fields...)...)
	}
	const one = "/federated_credentials/0"
	bundle := jwks(ecJWK(t, "use", "jwt-svid", "kid", "b"))
	rows := []struct {
		name, pointer string
		in            map[string]any
	}{
		{"no key", "/jwks", keyed()},
		{"no key for the former method", "/jwks", overlap("private_key_jwt")},
		{"an algorithm of no method", "/token_endpoint_auth_signing_alg", keyed("jwks", jwks(ec), "token_endpoint_auth_signing_alg", "none")},
		{"a MAC with a key", "/token_endpoint_auth_signing_alg", keyed("jwks", jwks(ec), "token_endpoint_auth_signing_alg", "HS256")},
		{"a key with a MAC", "/token_endpoint_auth_signing_alg", program("token_endpoint_auth_method", "client_secret_jwt", "token_endpoint_auth_signing_alg", "ES256")},
		{"an algorithm of no key", "/token_endpoint_auth_signing_alg", keyed("jwks", jwks(ec), "token_endpoint_auth_signing_alg", "PS256")},
		{"an algorithm that shuts out the former method", "/token_endpoint_auth_signing_alg", overlap("client_secret_jwt", "token_endpoint_auth_method", "private_key_jwt", "jwks", jwks(ec), "token_endpoint_auth_signing_alg", "ES256")},
		{"a weak key", "/jwks", keyed("jwks", jwks(with("kty", "RSA", "n", b64(make([]byte, 128)), "e", "AQAB")))},
		{"keys at our own origin", "/jwks_uri", keyed("jwks_uri", "https://LOCALHOST:8080/jwks")},
		{"keys with a user", "/jwks_uri", keyed("jwks_uri", "https://me@app.example/jwks")},
		{"keys with a fragment", "/jwks_uri", keyed("jwks_uri", "https://app.example/jwks#x")},
		{"keys far away", "/jwks_uri", keyed("jwks_uri", "https://app.example/"+strings.Repeat("a", 2048))},

		{"a credential without its method", "/federated_credentials", program("federated_credentials", []any{with("name", "one", "issuer", "https://i.example", "subject", "x")})},
		{"two credentials of one name", "/federated_credentials/1/name", keyed("federated_credentials", []any{with("name", "one", "issuer", "https://i.example", "subject", "x"), with("name", "one", "issuer", "https://i.example", "subject", "y")})},
		{"a name with a space", one + "/name", trusts("name", "my cluster", "issuer", "https://i.example", "subject", "x")},
		{"an unknown preset", one + "/preset", trusts("preset", "gitlab", "issuer", "https://i.example", "subject", "x")},
		{"no issuer", one + "/issuer", trusts("subject", "x")},
		{"an issuer in clear", one + "/issuer", trusts("issuer", "http://i.example", "subject", "x")},
		{"an issuer that is no URL", one + "/issuer", trusts("issuer", "kubernetes/serviceaccount", "subject", "x", "jwks", jwks(ec))},
		{"an issuer with a query", one + "/issuer", trusts("issuer", "https://i.example?x=1", "subject", "x")},
		{"an issuer that is us", one + "/issuer", trusts("issuer", "https://localhost:8080/acme/default", "subject", "x")},
		{"an issuer's keys twice", one + "/jwks_uri", trusts("issuer", "https://i.example", "subject", "x", "jwks", jwks(ec), "jwks_uri", "https://i.example/jwks")},
		{"an issuer's private key", one + "/jwks", trusts("issuer", "https://i.example", "subject", "x", "jwks", jwks(ecJWK(t, "d", "AAAA")))},
		{"every subject", one + "/subject", trusts("issuer", "https://i.example", "subject", "*")},
		{"a subject with a star inside", one + "/subject", trusts("issuer", "https://i.example", "subject", "a*b")},
		{"a subject with two stars", one + "/subject", trusts("issuer", "https://i.example", "subject", "a**")},
		{"no subject", one + "/subject", trusts("issuer", "https://i.example")},
		{"a claim that is checked already", one + "/claims/aud", trusts("issuer", "https://i.example", "subject", "x", "claims", with("aud", "y"))},
		{"a claim of the time", one + "/claims/exp", trusts("issuer", "https://i.example", "subject", "x", "claims", with("tier", "gold", "exp", "1"))},
		{"a claim with no name", one + "/claims/", trusts("issuer", "https://i.example", "subject", "x", "claims", with("", "1"))},
		{"a claim that is no text", one + "/claims/level", trusts("issuer", "https://i.example", "subject", "x", "claims", with("level", 3))},

		{"every service account", one + "/subject", kubernetes("system:serviceaccount:*")},
		{"every namespace of a prefix", one + "/subject", kubernetes("system:serviceaccount:shop*")},
		{"every namespace", one + "/subject", kubernetes("system:serviceaccount:*:web")},
		{"no namespace", one + "/subject", kubernetes("system:serviceaccount::web")},
		{"no account", one + "/subject", kubernetes("system:serviceaccount:shop:")},
		{"a node", one + "/subject", kubernetes("system:node:shop:web")},
		{"an account in capitals", one + "/subject", kubernetes("system:serviceaccount:shop:Web")},
		{"one account too many", one + "/subject", kubernetes("system:serviceaccount:shop:web:x")},
		{"a cluster without a name", one + "/issuer", trusts("preset", "kubernetes", "subject", "system:serviceaccount:shop:web")},

		{"every repository", one + "/subject", github("repo:*")},
		{"every owner of a prefix", one + "/subject", github("repo:ac*")},
		{"every owner", one + "/subject", github("repo:*/shop")},
		{"no owner", one + "/subject", github("repo:/shop")},
		{"no repository", one + "/subject", github("repo:acme/")},
		{"another subject", one + "/subject", github("acme/shop")},
		{"an owner with a colon", one + "/subject", github("repo:a:b/shop")},

		{"a trust domain by https", one + "/issuer", spiffe("https://prod.example", "spiffe://prod.example/a", "jwks", bundle)},
		{"a trust domain with a path", one + "/issuer", spiffe("spiffe://prod.example/x", "spiffe://prod.example/x/a", "jwks", bundle)},
		{"a trust domain in capitals", one + "/issuer", spiffe("spiffe://Prod.example", "spiffe://Prod.example/a", "jwks", bundle)},
		{"no trust domain", one + "/issuer", spiffe("spiffe://", "spiffe:///a", "jwks", bundle)},
		{"a trust domain without keys", one + "/jwks_uri", spiffe("spiffe://prod.example", "spiffe://prod.example/a")},
		{"a bundle without keys for JWT-SVIDs", one + "/jwks", spiffe("spiffe://prod.example", "spiffe://prod.example/a", "jwks", jwks(ecJWK(t, "use", "x509-svid", "kid", "x")))},
		{"a workload of another domain", one + "/subject", spiffe("spiffe://prod.example", "spiffe://prod.example.evil/a", "jwks", bundle)},
		{"the domain itself", one + "/subject", spiffe("spiffe://prod.example", "spiffe://prod.example", "jwks", bundle)},
		{"every workload of the domain", one + "/subject", spiffe("spiffe://prod.example", "spiffe://prod.example/*", "jwks", bundle)},
		{"a path that climbs", one + "/subject", spiffe("spiffe://prod.example", "spiffe://prod.example/a/../b", "jwks", bundle)},
		{"a path with a gap", one + "/subject", spiffe("spiffe://prod.example", "spiffe://prod.example/a//b", "jwks", bundle)},
		{"a path that ends in a slash", one + "/subject", spiffe("spiffe://prod.example", "spiffe://prod.example/a/", "jwks", bundle)},

		{"pushed requests without requests", "/require_pushed_authorization_requests", program("require_pushed_authorization_requests", true)},
		{"an overlap that is over", "/token_endpoint_auth_method_previous/until", program("token_endpoint_auth_method_previous", with("method", "client_secret_post", "until", w.now().Add(-time.Hour).UTC()))},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			w.do(http.MethodPost, h.in("default", "clients"), h.program, row.in).problem(http.StatusBadRequest, "validation_failed").about(row.pointer)
		})
	}
	require.Empty(t, w.do(http.MethodGet, h.in("default", "clients"), h.program, nil).items(), "nothing was made")

	for name, in := range map[string]map[string]any{
		"a key of its own":               keyed("jwks", jwks(ec, rs), "token_endpoint_auth_signing_alg", "PS256"),
		"keys at a public address":       keyed("jwks_uri", "https://8.8.8.8/jwks"),
		"keys before they are used":      program("jwks", jwks(ec)),
		"an overlap that signs":          overlap("client_secret_jwt", "token_endpoint_auth_method", "private_key_jwt", "jwks", jwks(ec)),
		"a workload":                     trusts("issuer", "https://i.example", "subject", "x*", "audience", "signet", "claims", with("tier", "gold")),
		"an issuer that is never asked":  trusts("issuer", "https://10.0.0.1", "subject", "x", "jwks", jwks(ec)),
		"every account of a namespace":   kubernetes("system:serviceaccount:shop:*"),
		"accounts of a prefix":           kubernetes("system:serviceaccount:shop:web-*"),
		"every repository of an owner":   github("repo:acme/*"),
		"workloads below a path":         spiffe("spiffe://prod.example", "spiffe://prod.example/ns/shop/*", "jwks", bundle),
		"one workload":                   spiffe("spiffe://prod.example", "spiffe://prod.example/ns/shop", "jwks_uri", "https://spire.example/bundle"),
		"pushed requests":                with("redirect_uris", list("https://app.example/cb"), "require_pushed_authorization_requests", true),
		"a public client, bound by cert": with("redirect_uris", list("https://app.example/cb"), "token_endpoint_auth_method", "none", "tls_client_certificate_bound_access_tokens", true),
	} {
		t.Run(name, func(t *testing.T) {
			w.do(http.MethodPost, h.in("default", "clients"), h.program, in).is(http.StatusCreated)
		})
	}
}

func TestWorkspaceNarrowsTheAlgorithmsOfClients(t *testing.T) {
	w := newWorld(t)
	h := w.house("acme")
	w.do(http.MethodPatch, h.in("default"), h.program, with("token_endpoint_auth_signing_alg_values", list("ES256", "HS256"))).is(http.StatusOK)
	rs, ec := rsaJWK(t), ecJWK(t)
	post := func(in map[string]any) reply { return w.do(http.MethodPost, h.in("default", "clients"), h.program, in) }
	post(keyed("jwks", jwks(rs, ec), "token_endpoint_auth_signing_alg", "PS256")).problem(http.StatusBadRequest, "validation_failed").about("/token_endpoint_auth_signing_alg")
	post(keyed("jwks", jwks(rs))).problem(http.StatusBadRequest, "validation_failed").about("/jwks")
	post(keyed("jwks", jwks(rs, ec))).is(http.StatusCreated)
}

// Where a name leads is known when it is dialed, not before.
func TestWhereKeysAreFetchedFromIsTheDialersToJudge(t *testing.T) {
	w := newWorld(t)
	h := w.house("acme")
	for uri, status := range map[string]int{
		"https://10.0.0.1/jwks": http.StatusCreated, "https://keys.internal:8443/jwks": http.StatusCreated,
		"http://keys.example/jwks": http.StatusBadRequest, "https://localhost:8080/jwks": http.StatusBadRequest, "file:///etc/passwd": http.StatusBadRequest,
	} {
		w.do(http.MethodPost, h.in("default", "clients"), h.program, keyed("jwks_uri", uri)).is(status)
	}
}

// What is read back is what is in force, defaults included.
func TestPresetsFillInTheirDefaults(t *testing.T) {
	w := newWorld(t)
	h := w.house("acme")
	read := func(in map[string]any) map[string]any {
		t.Helper()
		made := w.do(http.MethodPost, h.in("default", "clients"), h.program, in).is(http.StatusCreated)
		list, _ := w.do(http.MethodGet, made.header.Get("Location"), h.program, nil).is(http.StatusOK).field("federated_credentials").([]any)
		require.Len(t, list, 1)
		return list[0].(map[string]any)
	}
	deploy := read(github("repo:acme/shop:ref:refs/heads/main"))
	require.Equal(t, "https://token.actions.githubusercontent.com", deploy["issuer"])
	require.Equal(t, true, deploy["single_use"])
	own := read(github("repo:acme/*", "issuer", "https://token.actions.githubusercontent.com/acme", "single_use", false))
	require.Equal(t, "https://token.actions.githubusercontent.com/acme", own["issuer"])
	require.Equal(t, false, own["single_use"], "what is named holds")
	require.Equal(t, false, read(kubernetes("system:serviceaccount:shop:web"))["single_use"])
	require.Equal(t, true, read(kubernetes("system:serviceaccount:shop:web", "single_use", true))["single_use"])

	// What was read can be sent back.
	made := w.do(http.MethodPost, h.in("default", "clients"), h.program, github("repo:acme/*", "single_use", false)).is(http.StatusCreated)
	again := w.do(http.MethodPatch, made.header.Get("Location"), h.program, made.json()).is(http.StatusOK)
	require.Equal(t, made.field("federated_credentials"), again.field("federated_credentials"))
}

func TestExamplesOfTheSpecificationAreAccepted(t *testing.T) {
	w := newWorld(t)
	h := w.house("acme")
	op := specification().Paths.Value("/tenants/{tid}/workspaces/{aid}/clients").Post
	examples := op.RequestBody.Value.Content["application/json"].Examples
	require.Len(t, examples, 5)
	for name, e := range examples {
		t.Run(name, func(t *testing.T) {
			w.do(http.MethodPost, h.in("default", "clients"), h.program, e.Value.Value).is(http.StatusCreated)
		})
	}
}

// An overlap ends by itself, and stands in the way of nothing afterwards.
func TestOverlapThatIsOverIsForgotten(t *testing.T) {
	w := newWorld(t)
	h := w.house("acme")
	made := w.do(http.MethodPost, h.in("default", "clients"), h.program, keyed("jwks", jwks(ecJWK(t)), "token_endpoint_auth_signing_alg", "ES256",
		"federated_credentials", []any{with("name", "one", "issuer", "https://i.example", "subject", "x")})).is(http.StatusCreated)
	path := made.header.Get("Location")
	patch := func(fields ...any) reply { return w.do(http.MethodPatch, path, h.program, with(fields...)) }
	patch("token_endpoint_auth_method", "client_secret_basic").problem(http.StatusBadRequest, "validation_failed").about("/token_endpoint_auth_signing_alg").about("/federated_credentials")
	until := w.now().Add(time.Hour).UTC()
	patch("token_endpoint_auth_method", "client_secret_basic", "token_endpoint_auth_method_previous", with("method", "private_key_jwt", "until", until)).is(http.StatusOK)
	patch("jwks", nil, "federated_credentials", nil).problem(http.StatusBadRequest, "validation_failed").about("/jwks")
	require.Equal(t, "ES256", patch("client_name", "During").is(http.StatusOK).text("token_endpoint_auth_signing_alg"))

	w.pass(2 * time.Hour)
	h.refresh()
	r := patch("client_name", "After").is(http.StatusOK)
	require.NotContains(t, r.json(), "token_endpoint_auth_method_previous")
	require.NotContains(t, r.json(), "token_endpoint_auth_signing_alg")
	require.Len(t, r.field("federated_credentials"), 1, "they rest")
	patch("federated_credentials", []any{with("name", "two", "issuer", "https://i.example", "subject", "x")}).problem(http.StatusBadRequest, "validation_failed").about("/federated_credentials")
	patch("token_endpoint_auth_method_previous", with("method", "private_key_jwt", "until", until)).problem(http.StatusBadRequest, "validation_failed").about("/token_endpoint_auth_method_previous/until")
	patch("federated_credentials", nil).is(http.StatusOK)
}

// The law of mechanisms: a secret has the form that its method needs, so that a
// change of method makes one.
func TestSecretsFollowTheMethod(t *testing.T) {
	w := newWorld(t)
	h := w.house("acme")
	ws := h.workspace("default")
	client := func(id string) *domain.Client {
		t.Helper()
		c, err := w.platform.Caches.Clients.Client(t.Context(), ws, id)
		require.NoError(t, err)
		return c
	}
	// forms are those of the client's secrets that the value opens.
	forms := func(id, value string) []domain.SecretForm {
		var out []domain.SecretForm
		for _, s := range client(id).Secrets {
			if w.platform.Root.VerifySecret(ws, id, s, value) {
				out = append(out, s.Form)
			}
		}
		return out
	}
	made := w.do(http.MethodPost, h.in("default", "clients"), h.program, program("client_id", "app", "jwks", jwks(ecJWK(t)))).is(http.StatusCreated)
	path := made.header.Get("Location")
	patch := func(fields ...any) reply {
		return w.do(http.MethodPatch, path, h.program, with(fields...)).is(http.StatusOK)
	}
	previous := func(method string) map[string]any {
		return with("method", method, "until", w.now().Add(time.Hour).UTC())
	}
	require.Equal(t, []domain.SecretForm{domain.SecretHMACv1}, forms("app", made.text("client_secret")))

	// To client_secret_jwt: a sealed one beside the hashed one.
	r := patch("token_endpoint_auth_method", "client_secret_jwt", "token_endpoint_auth_method_previous", previous("client_secret_basic"))
	require.Len(t, r.text("client_secret"), 86)
	require.InDelta(t, 0, r.field("client_secret_expires_at"), 0)
	require.Equal(t, []domain.SecretForm{domain.SecretSealed}, forms("app", r.text("client_secret")))
	require.Equal(t, []domain.SecretForm{domain.SecretHMACv1}, forms("app", made.text("client_secret")), "the old one stays for the overlap")
	require.NotContains(t, patch("client_name", "Same").json(), "client_secret", "shown once, and made once")
	require.NotContains(t, w.do(http.MethodGet, path, h.program, nil).json(), "client_secret")
	sealed := w.do(http.MethodPost, path+"/secrets", h.program, nil).is(http.StatusCreated).text("client_secret")
	require.Equal(t, []domain.SecretForm{domain.SecretSealed}, forms("app", sealed))

	// To another method that sends secrets: those there are serve.
	require.NotContains(t, patch("token_endpoint_auth_method", "client_secret_post", "token_endpoint_auth_method_previous", previous("client_secret_jwt")).json(), "client_secret")
	require.Equal(t, []domain.SecretForm{domain.SecretSealed}, forms("app", w.do(http.MethodPost, path+"/secrets", h.program, nil).is(http.StatusCreated).text("client_secret")),
		"the former method needs it sealed as well")

	// Away from secrets, and back: what rested is not trusted to have been kept.
	require.NotContains(t, patch("token_endpoint_auth_method", "private_key_jwt", "token_endpoint_auth_method_previous", previous("client_secret_post")).json(), "client_secret")
	require.NotContains(t, patch("token_endpoint_auth_method", "client_secret_post", "token_endpoint_auth_method_previous", nil).json(), "client_secret", "back within the overlap")
	patch("token_endpoint_auth_method", "private_key_jwt")
	w.do(http.MethodPost, path+"/secrets", h.program, nil).problem(http.StatusBadRequest, "validation_failed")
	n := len(client("app").Secrets)
	r = patch("token_endpoint_auth_method", "client_secret_basic")
	require.Equal(t, []domain.SecretForm{domain.SecretHMACv1}, forms("app", r.text("client_secret")))
	require.Len(t, client("app").Secrets, n+1)

	// A former method needs what it rests on.
	for _, s := range w.do(http.MethodGet, path+"/secrets", h.program, nil).items() {
		w.do(http.MethodDelete, path+"/secrets/"+s["secret_id"].(string), h.program, nil).is(http.StatusNoContent)
	}
	w.do(http.MethodPatch, path, h.program, with("token_endpoint_auth_method", "private_key_jwt", "token_endpoint_auth_method_previous", previous("client_secret_basic"))).
		problem(http.StatusBadRequest, "validation_failed").about("/token_endpoint_auth_method_previous/method")
	w.do(http.MethodPost, path+"/secrets", h.program, nil).is(http.StatusCreated)
	w.do(http.MethodPatch, path, h.program, with("token_endpoint_auth_method", "client_secret_post", "token_endpoint_auth_method_previous", previous("client_secret_jwt"))).
		problem(http.StatusBadRequest, "validation_failed").about("/token_endpoint_auth_method_previous/method")
	w.do(http.MethodPatch, path, h.program, with("token_endpoint_auth_method", "none", "grant_types", nil, "redirect_uris", list("https://a.example/"))).
		problem(http.StatusBadRequest, "validation_failed").about("/token_endpoint_auth_method")

	// Where there is no room for the secret, nothing changes.
	patch("token_endpoint_auth_method", "client_secret_post")
	for range 9 {
		w.do(http.MethodPost, path+"/secrets", h.program, nil).is(http.StatusCreated)
	}
	w.do(http.MethodPatch, path, h.program, with("token_endpoint_auth_method", "client_secret_jwt")).problem(http.StatusConflict, "limit_reached")
	require.Equal(t, oauth.MethodClientSecretPost, client("app").TokenEndpointAuthMethod)

	// A new client's secret is sealed at once, and a repeated answer is the same.
	in := program("client_id", "robot", "token_endpoint_auth_method", "client_secret_jwt")
	first := w.do(http.MethodPost, h.in("default", "clients"), h.program, in, "Idempotency-Key", "once").is(http.StatusCreated)
	require.Equal(t, first.body, w.do(http.MethodPost, h.in("default", "clients"), h.program, in, "Idempotency-Key", "once").is(http.StatusCreated).body)
	require.Equal(t, []domain.SecretForm{domain.SecretSealed}, forms("robot", first.text("client_secret")))

	trail := w.do(http.MethodGet, h.in("default", "audit-events")+"?target_id=app&action=secret.create&limit=100", h.program, nil).items()
	require.Len(t, trail, 14, "secrets that a change makes stand in the trail as others do")
}

// The page on credentials, from the ledger that clientauth writes.
func TestCredentialsTellWhatToDo(t *testing.T) {
	w := newWorld(t)
	h := w.house("acme")
	ws := h.workspace("default")
	made := w.do(http.MethodPost, h.in("default", "clients"), h.program, program("client_id", "app")).is(http.StatusCreated)
	path := made.header.Get("Location")
	codes := func(r reply, member string) []string {
		out := []string{}
		for _, one := range r.field(member).([]any) {
			out = append(out, one.(map[string]any)["code"].(string))
		}
		return out
	}
	page := func() reply { return w.do(http.MethodGet, path+"/credentials", h.program, nil).is(http.StatusOK) }
	used := func(ids ...string) {
		for _, id := range ids {
			w.platform.Usage.Record(ws, "app", id)
		}
		require.NoError(t, w.platform.Usage.Flush(t.Context()))
	}
	secretID := w.do(http.MethodGet, path+"/secrets", h.program, nil).items()[0]["secret_id"].(string)
	r := page()
	require.Equal(t, []any{map[string]any{"method": "client_secret_basic", "registered": "present", "strength": "shared_secret", "uses": 0.0}}, r.field("methods"))
	require.Equal(t, list("register_key"), codes(r, "advice"))
	require.Equal(t, list("shared_secret"), codes(r, "findings"))

	used(clientauth.UsageMethod("client_secret_basic"), secretID)
	w.do(http.MethodPatch, path, h.program, with("jwks", jwks(ecJWK(t, "kid", "k1")))).is(http.StatusOK)
	require.Equal(t, list("switch_with_overlap"), codes(page(), "advice"))
	until := w.now().Add(30 * 24 * time.Hour).UTC()
	w.do(http.MethodPatch, path, h.program, with("token_endpoint_auth_method", "private_key_jwt",
		"token_endpoint_auth_method_previous", with("method", "client_secret_basic", "until", until))).is(http.StatusOK)
	require.Equal(t, list("use_new_method"), codes(page(), "advice"))
	used(clientauth.UsageMethod("private_key_jwt"), clientauth.UsageKey("k1"), clientauth.UsageEndpointAudience)
	require.Equal(t, list("move_the_rest", "set_audience"), codes(page(), "advice"))

	w.pass(8 * 24 * time.Hour)
	h.refresh()
	used(clientauth.UsageMethod("private_key_jwt"), clientauth.UsageKey("k1"))
	r = page()
	require.Equal(t, list("retire_previous"), codes(r, "advice"))
	require.Equal(t, "client_secret_basic", r.text("previous", "method"))
	credentials := r.field("credentials").([]any)
	require.Len(t, credentials, 2)
	key := credentials[1].(map[string]any)
	require.Equal(t, []any{"key", "k1", "active", 2.0, []any{"ES256"}}, []any{key["kind"], key["id"], key["state"], key["uses"], key["algs"]})
	w.do(http.MethodPatch, path, h.program, with("token_endpoint_auth_method_previous", nil)).is(http.StatusOK)
	r = page()
	require.Equal(t, list("delete_credential"), codes(r, "advice"))
	require.NotContains(t, string(r.body), made.text("client_secret"))
	w.do(http.MethodDelete, path+"/secrets/"+secretID, h.program, nil).is(http.StatusNoContent)
	require.Empty(t, codes(page(), "advice"), "the migration is over")

	w.do(http.MethodGet, h.in("default", "clients", "ghost", "credentials"), h.program, nil).problem(http.StatusNotFound, "not_found")
	w.do(http.MethodGet, h.in("admin", "clients", "console", "credentials"), h.program, nil).is(http.StatusOK)
}
