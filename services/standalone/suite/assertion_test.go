package suite_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/services/standalone/suite/internal/jose"
	"github.com/signet-authz/signet/services/standalone/suite/internal/party"
	"github.com/signet-authz/signet/services/standalone/suite/internal/target"
	"github.com/signet-authz/signet/services/standalone/suite/internal/wire"
)

// own are parameters of a request for a token of the client's own.
var own = party.Form("grant_type", "client_credentials", "scope", "profile")

func TestAssertionsByEveryAlgorithmAreTaken(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		for _, alg := range oauth.KeyAlgs() {
			key := jose.NewKey(t, alg)
			app := w.NewKeyApp(t, map[string]any{"token_endpoint_auth_signing_alg": alg}, key)
			require.Equal(t, http.StatusOK, app.Token(t, "grant_type", "client_credentials", "scope", "profile").Status, alg)
			a := party.Asserted(app.Assertion(t, party.Signed(key.Named("")))).Send(t, w, "", "/oauth2/token", own)
			require.Equal(t, http.StatusOK, a.Status, "%s without kid: %s", alg, a)
		}
		mac := w.NewMACApp(t, nil)
		for _, alg := range oauth.SecretAlgs() {
			a := party.Asserted(mac.Assertion(t, party.Signed(mac.Key.By(alg)))).Send(t, w, "", "/oauth2/token", own)
			require.Equal(t, http.StatusOK, a.Status, "%s: %s", alg, a)
		}
	})
}

// PJ-09
func TestAssertionServesOnceAcrossNodesAndEndpoints(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		app := w.NewKeyApp(t, nil, jose.NewKey(t, "ES256"))
		for range 5 {
			same := app.Credentials(t)
			n, _ := successes(t, together(50, func(i int) wire.Answer {
				return wire.Caller{IP: ownAddress()}.Do(t, same.Request(t, w, i, "/oauth2/token", own))
			}), "invalid_client")
			require.Equal(t, 1, n, "one of fifty")
		}
		sound := map[string]string{"/oauth2/token": own.Encode(), "/oauth2/introspect": "token=x", "/oauth2/revoke": "token=x"}
		for first, body := range sound {
			same := app.Credentials(t)
			send := func(node int, path, body string) wire.Answer {
				return wire.From(t, ownAddress(), w.Request(t, node, http.MethodPost, path, body+"&"+same.Form.Encode(), "Content-Type", formType))
			}
			require.Equal(t, http.StatusOK, send(0, first, body).Status, first)
			for second, body := range sound {
				for node := range tg.Nodes {
					refused(t, send(node, second, body), "invalid_client")
				}
			}
		}
	})
}

// PJ-10, TEN-05: what one client or workspace used up says nothing of another.
func TestAssertionsOfOthersUseNothingUp(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		n := party.Register(t, tg)
		w, next := n.Default(), n.NewWorkspace(t, nil)
		key := jose.NewKey(t, "ES256")
		app, other := w.NewKeyApp(t, nil, key), w.NewKeyApp(t, nil, key)
		twin := next.NewKeyApp(t, map[string]any{"client_id": app.ID}, key) // the very same client, elsewhere
		jti := party.Claim("jti", "the-same-for-all")
		meant, meantForNext := party.Asserted(app.Assertion(t, jti)), party.Asserted(twin.Assertion(t, jti))

		refused(t, meant.Send(t, next, "", "/oauth2/token", own), "invalid_client")
		refused(t, meantForNext.Send(t, w, "", "/oauth2/token", own), "invalid_client")
		for name, c := range map[string]struct {
			with party.Credentials
			at   *party.Workspace
		}{
			"the client": {meant, w}, "another client": {party.Asserted(other.Assertion(t, jti)), w}, "its twin in another workspace": {meantForNext, next},
		} {
			a := c.with.Send(t, c.at, "", "/oauth2/token", own)
			require.Equal(t, http.StatusOK, a.Status, "%s: %s", name, a)
			refused(t, c.with.Send(t, c.at, "", "/oauth2/token", own), "invalid_client")
		}
	})
}

// PJ-26, and the workspace's rule about audiences (RFC 10070).
func TestAudienceOfAnAssertionIsThisServerAlone(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		n := party.Register(t, tg)
		lax, strict := n.Default(), n.NewWorkspace(t, map[string]any{"client_assertion_audience": "issuer_only"})
		key := jose.NewKey(t, "ES256")
		for w, endpoints := range map[*party.Workspace]bool{lax: true, strict: false} {
			app := w.NewKeyApp(t, nil, key)
			for name, c := range map[string]struct {
				aud any
				in  bool
			}{
				"issuer":               {w.Issuer(), true},
				"issuer in an array":   {[]string{w.Issuer()}, true},
				"token endpoint":       {w.Address("/oauth2/token"), endpoints},
				"endpoint called":      {w.Address("/oauth2/introspect"), endpoints},
				"another endpoint":     {w.Address("/oauth2/authorize"), false},
				"issuer with a slash":  {w.Issuer() + "/", false},
				"issuer and another":   {[]string{w.Issuer(), "https://other.example"}, false},
				"issuer twice":         {[]string{w.Issuer(), w.Issuer()}, false},
				"another workspace":    {n.Target.URL + "/" + n.TID + "/admin", false},
				"the origin":           {tg.URL, false},
				"nobody":               {[]string{}, false},
				"missing":              {nil, false},
				"a number":             {7, false},
				"an object":            {map[string]any{"x": w.Issuer()}, false},
				"in upper case":        {strings.ToUpper(w.Issuer()), false},
				"a prefix of the same": {w.Issuer()[:len(w.Issuer())-1], false},
			} {
				a := party.Asserted(app.Assertion(t, party.Claim("aud", c.aud))).Send(t, w, ownAddress(), "/oauth2/introspect", party.Form("token", "x"))
				if c.in {
					require.Equal(t, http.StatusOK, a.Status, "%s: %s", name, a)
					continue
				}
				refused(t, a, "invalid_client")
			}
		}
	})
}

// PJ-05 to PJ-07
func TestClaimsOfAnAssertionAreHeldToTheClock(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		app := w.NewKeyApp(t, nil, jose.NewKey(t, "ES256"))
		at := func(d time.Duration) int64 { return time.Now().Add(d).Unix() }
		for name, c := range map[string]struct {
			claim string
			value any
			in    bool
		}{
			"without iat":          {"iat", nil, true},
			"iat 8 s ahead":        {"iat", at(8 * time.Second), true},
			"nbf 8 s ahead":        {"nbf", at(8 * time.Second), true},
			"iat 2 min ahead":      {"iat", at(2 * time.Minute), false},
			"nbf 2 min ahead":      {"nbf", at(2 * time.Minute), false},
			"without exp":          {"exp", nil, false},
			"exp 5 min past":       {"exp", at(-5 * time.Minute), false},
			"exp an hour ahead":    {"exp", at(time.Hour), false},
			"exp a string":         {"exp", fmt.Sprint(at(time.Minute)), false},
			"exp a fraction":       {"exp", float64(at(time.Minute)) + 0.5, false},
			"exp beyond reckoning": {"exp", json.Number("1e400"), false},
			"exp negative":         {"exp", -1, false},
			"without sub":          {"sub", nil, false},
			"another sub":          {"sub", "somebody", false},
			"another iss":          {"iss", "somebody", false},
			"without iss":          {"iss", nil, false},
			"without jti":          {"jti", nil, false},
			"empty jti":            {"jti", "", false},
			"long jti":             {"jti", strings.Repeat("j", 4096), false},
			"jti a number":         {"jti", 7, false},
		} {
			a := party.Asserted(app.Assertion(t, party.Claim(c.claim, c.value)), "client_id", app.ID).Send(t, w, ownAddress(), "/oauth2/token", own)
			if c.in {
				require.Equal(t, http.StatusOK, a.Status, "%s: %s", name, a)
				continue
			}
			refused(t, a, "invalid_client", "invalid_request")
		}
	})
}

// PJ-01 to PJ-03, PJ-13 to PJ-17
func TestForgedAssertionsAreRefused(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		key, theirs := jose.NewKey(t, "ES256"), jose.NewKey(t, "ES256")
		app := w.NewKeyApp(t, nil, key)
		user, b := w.NewUser(t), w.Browser(t)
		tokens := app.Authorize().Tokens(t, b, user)
		jwk, err := json.Marshal(key.Public())
		require.NoError(t, err)
		parts := func(changes ...party.Change) []string { return strings.Split(app.Assertion(t, changes...), ".") }
		join := func(p ...string) string { return strings.Join(p, ".") }
		encode := func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
		p := parts()
		decoded, err := base64.RawURLEncoding.DecodeString(p[1])
		require.NoError(t, err)
		claims := string(decoded)
		head := func(raw string) string { return join(encode(raw), p[1], p[2]) }
		for name, assertion := range map[string]string{
			"alg none":                 party.Unsigned(t, map[string]any{"alg": "none"}, party.ReadJWT(t, app.Assertion(t)).Claims, ""),
			"alg nOnE":                 party.Unsigned(t, map[string]any{"alg": "nOnE"}, party.ReadJWT(t, app.Assertion(t)).Claims, p[2]),
			"no signature":             join(p[0], p[1], ""),
			"MAC under the public JWK": app.Assertion(t, party.Signed(jose.Secret("HS256", string(jwk)))),
			"MAC under nothing":        app.Assertion(t, party.Signed(jose.Secret("HS256", ""))),
			"key in the header":        app.Assertion(t, party.Signed(theirs), party.Header("jwk", theirs.Public())),
			"key by jku":               app.Assertion(t, party.Signed(theirs), party.Header("jku", "https://attacker.example/jwks")),
			"key by x5u":               app.Assertion(t, party.Signed(theirs), party.Header("x5u", "https://attacker.example/x")),
			"key by x5c":               app.Assertion(t, party.Signed(theirs), party.Header("x5c", []string{"AA=="})),
			"kid of the key":           app.Assertion(t, party.Signed(theirs.Named(key.ID))),
			"other algorithm":          app.Assertion(t, party.Header("alg", "ES384")),
			"unknown algorithm":        app.Assertion(t, party.Header("alg", "ES256K")),
			"critical extension":       app.Assertion(t, party.Header("crit", []string{"x"}), party.Header("x", 1)),
			"payload not encoded":      app.Assertion(t, party.Header("b64", false), party.Header("crit", []string{"b64"})),
			"compressed":               app.Assertion(t, party.Header("zip", "DEF")),
			"typ of an access token":   app.Assertion(t, party.Header("typ", "at+jwt")),
			"typ of a DPoP proof":      app.Assertion(t, party.Header("typ", "dpop+jwt")),
			"typ of a logout token":    app.Assertion(t, party.Header("typ", "logout+jwt")),
			"an ID token":              tokens.ID,
			"an access token":          tokens.Access,
			"a member twice":           head(`{"alg":"none","alg":"ES256","kid":"` + key.ID + `"}`),
			"other claims":             join(p[0], parts()[1], p[2]),
			"five parts":               join(p[0], p[1], p[2], p[1], p[2]),
			"two parts":                join(p[0], p[1]),
			"dots":                     strings.Repeat(".", 10_000),
			"JSON serialization":       `{"payload":"` + p[1] + `","protected":"` + p[0] + `","signature":"` + p[2] + `"}`,
			"padded":                   join(p[0]+"=", p[1], p[2]),
			"another alphabet":         join(p[0], p[1], strings.NewReplacer("-", "+", "_", "/").Replace(p[2])+"=="),
			"a line break":             join(p[0], p[1], p[2]) + "\n",
			"deep claims":              key.SignText(t, nil, strings.TrimSuffix(claims, "}")+`,"deep":`+strings.Repeat("[", 20_000)+strings.Repeat("]", 20_000)+"}"),
			"not UTF-8":                join(p[0], encode("{\"iss\":\"\xff\"}"), p[2]),
		} {
			for _, named := range []string{"", app.ID} {
				a := party.Asserted(assertion, "client_id", named).Send(t, w, ownAddress(), "/oauth2/token", own)
				require.Contains(t, []int{http.StatusBadRequest, http.StatusUnauthorized}, a.Status, "%s: %s", name, a)
				refused(t, a, "invalid_client", "invalid_request")
			}
		}
		// Some of it may still be on its way when the answer is there already.
		large, err := wire.Send(w.Request(t, 0, http.MethodPost, "/oauth2/token", own.Encode()+"&client_assertion_type="+party.AssertionType+"&client_assertion="+strings.Repeat("a", 1<<20), "Content-Type", formType))
		require.True(t, err != nil || slices.Contains([]int{http.StatusBadRequest, http.StatusRequestEntityTooLarge}, large.Status), large)
	})
}

// Federated credentials: tokens as the platforms make them prove the client that
// trusts them, and no other.
func TestWorkloadsProveThemselvesByTheirPlatformsTokens(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		cluster := &party.Platform{Issuer: "https://cluster.example", Key: jose.NewKey(t, "RS256")}
		github := &party.Platform{Issuer: "https://token.actions.githubusercontent.com", Key: jose.NewKey(t, "RS256")}
		mesh := &party.Platform{Key: jose.NewKey(t, "ES256")}
		app := w.NewApp(t, map[string]any{"token_endpoint_auth_method": "private_key_jwt", "federated_credentials": []any{
			map[string]any{"name": "cluster", "preset": "kubernetes", "issuer": cluster.Issuer, "jwks": jose.Set(cluster.Key), "subject": "system:serviceaccount:jobs:worker"},
			map[string]any{"name": "main", "preset": "github_actions", "issuer": github.Issuer, "jwks": jose.Set(github.Key), "subject": "repo:acme/shop:*", "claims": map[string]any{"repository_owner_id": "4711"}, "single_use": true},
			map[string]any{"name": "mesh", "preset": "spiffe", "issuer": "spiffe://prod.example", "jwks": mesh.Bundle(), "subject": "spiffe://prod.example/ns/shop/*"},
		}})
		const spiffe = "urn:ietf:params:oauth:client-assertion-type:jwt-spiffe"
		prove := func(path, token, kind string) wire.Answer {
			form := own
			if path != "/oauth2/token" {
				form = party.Form("token", "x")
			}
			c := party.Asserted(token, "client_id", app.ID)
			c.Form.Set("client_assertion_type", kind)
			return c.Send(t, w, ownAddress(), path, form)
		}
		pod := cluster.Kubernetes(t, w.Issuer(), "jobs", "worker")
		svid := mesh.SPIFFE(t, w.Issuer(), "spiffe://prod.example/ns/shop/sa/cart")
		for _, path := range []string{"/oauth2/token", "/oauth2/introspect", "/oauth2/revoke"} {
			// A platform hands its workload the same token for as long as it lives.
			require.Equal(t, http.StatusOK, prove(path, pod, party.AssertionType).Status, path)
			require.Equal(t, http.StatusOK, prove(path, svid, party.AssertionType).Status, path)
			require.Equal(t, http.StatusOK, prove(path, svid, spiffe).Status, path)
		}
		job := github.GitHubActions(t, w.Issuer(), "acme/shop", "main")
		require.Equal(t, http.StatusOK, prove("/oauth2/token", job, party.AssertionType).Status)
		refused(t, prove("/oauth2/introspect", job, party.AssertionType), "invalid_client")

		for name, token := range map[string]string{
			"another account":            cluster.Kubernetes(t, w.Issuer(), "jobs", "workers"),
			"another namespace":          cluster.Kubernetes(t, w.Issuer(), "job", "worker"),
			"another audience":           cluster.Kubernetes(t, "https://other.example", "jobs", "worker"),
			"several audiences":          cluster.Kubernetes(t, w.Issuer(), "jobs", "worker", party.Claim("aud", []string{w.Issuer(), "https://kubernetes.default.svc"})),
			"expired":                    cluster.Kubernetes(t, w.Issuer(), "jobs", "worker", party.Claim("exp", time.Now().Add(-time.Second).Unix())),
			"for more than a day":        cluster.Kubernetes(t, w.Issuer(), "jobs", "worker", party.Claim("exp", time.Now().Add(25*time.Hour).Unix())),
			"another platform's key":     cluster.Kubernetes(t, w.Issuer(), "jobs", "worker", party.Signed(github.Key)),
			"another platform's issuer":  cluster.Kubernetes(t, w.Issuer(), "jobs", "worker", party.Claim("iss", github.Issuer)),
			"another kind of token":      cluster.Kubernetes(t, w.Issuer(), "jobs", "worker", party.Header("typ", "at+jwt")),
			"a fork":                     github.GitHubActions(t, w.Issuer(), "acmes/shop", "main"),
			"another owner":              github.GitHubActions(t, w.Issuer(), "acme/shop", "main", party.Claim("repository_owner_id", "4712")),
			"an owner who is no text":    github.GitHubActions(t, w.Issuer(), "acme/shop", "main", party.Claim("repository_owner_id", []string{"4711"})),
			"without a jti for one use":  github.GitHubActions(t, w.Issuer(), "acme/shop", "main", party.Claim("jti", nil)),
			"another trust domain":       mesh.SPIFFE(t, w.Issuer(), "spiffe://dev.example/ns/shop/sa/cart"),
			"a domain of the same start": mesh.SPIFFE(t, w.Issuer(), "spiffe://prod.example.evil/ns/shop/sa/cart"),
			"another path":               mesh.SPIFFE(t, w.Issuer(), "spiffe://prod.example/ns/shops/sa/cart"),
		} {
			a := prove("/oauth2/token", token, party.AssertionType)
			require.Equal(t, http.StatusUnauthorized, a.Status, "%s: %s", name, a)
			refused(t, a, "invalid_client")
		}
		refused(t, prove("/oauth2/token", pod, spiffe), "invalid_client")
		stranger := w.NewKeyApp(t, nil, jose.NewKey(t, "ES256"))
		refused(t, party.Asserted(pod, "client_id", stranger.ID).Send(t, w, ownAddress(), "/oauth2/token", own), "invalid_client")
	})
}
