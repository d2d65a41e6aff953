package token_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/store"
)

func pageOf(n int) store.Page { return store.Page{Limit: n} }

func grantsOf(userID string) store.GrantFilter { return store.GrantFilter{UserID: userID} }

func opaque(c *domain.Client) { c.AccessTokenFormat = domain.FormatOpaque }

// IR-01, IR-02.
func TestOnlyThoseConcernedLearnAboutAToken(t *testing.T) {
	s := start(t)
	acme, beta := s.tenant("acme"), s.tenant("beta")
	for name, format := range map[string]func(*domain.Client){"jwt": func(*domain.Client) {}, "opaque": opaque} {
		t.Run(name, func(t *testing.T) {
			c := acme.client("default", "app-"+name, format)
			token := c.token("grant_type", "client_credentials", "scope", "orders:read").text("access_token")
			require.True(t, c.active(token), "its own")
			wide := acme.client("default", "wide-"+name, func(c *domain.Client) { c.Scope = oauth.Scope{oauth.ScopeIntrospectTokens} })
			require.True(t, wide.active(token))
			require.False(t, acme.client("default", "stranger-"+name).active(token))
			require.False(t, acme.client("second", "app-"+name).active(token), "another workspace")
			require.False(t, beta.client("default", "app-"+name).active(token), "another tenant")
			refused(t, acme.client("default", "public-"+name, public).call("/oauth2/introspect", values("token", token)), 401, "invalid_client")
			refused(t, s.post("/acme/default/oauth2/introspect", values("token", token), ""), 401, "invalid_client")
		})
	}
	orders := acme.client("default", "orders-api")
	c := acme.client("default", "app")
	require.True(t, orders.active(c.token("grant_type", "client_credentials", "scope", "orders:read").text("access_token")), "it stands for the audience")
	require.False(t, orders.active(c.token("grant_type", "client_credentials", "scope", "read").text("access_token")))
}

func TestBearerWithTheScopeMayIntrospectAndRevoke(t *testing.T) {
	s := start(t)
	acme := s.tenant("acme")
	c := acme.client("default", "app")
	token := c.token("grant_type", "client_credentials").text("access_token")
	power := acme.client("default", "power", func(c *domain.Client) { c.Scope = oauth.Scope{oauth.ScopeIntrospectTokens, oauth.ScopeRevokeTokens} })
	bearer := "Bearer " + power.token("grant_type", "client_credentials").text("access_token")
	a := s.post("/acme/default/oauth2/introspect", values("token", token), bearer)
	require.Equal(t, true, a.body["active"], a.raw)
	plain := "Bearer " + c.token("grant_type", "client_credentials", "scope", "read").text("access_token")
	a = s.post("/acme/default/oauth2/introspect", values("token", token), plain)
	require.Equal(t, http.StatusForbidden, a.status)
	require.Contains(t, a.header.Get("WWW-Authenticate"), `error="insufficient_scope"`)
	a = s.post("/acme/default/oauth2/introspect", values("token", token), "Bearer "+token)
	require.Equal(t, http.StatusUnauthorized, a.status, "a token for a service is not for the issuer")
	require.Equal(t, 200, s.post("/acme/default/oauth2/revoke", values("token", token), bearer).status)
	require.False(t, c.active(token))
}

// IR-05, IR-06, IR-07, TEN-31, JK.
func TestWhatIsNotATokenIsNotActive(t *testing.T) {
	s := start(t)
	c := s.tenant("acme").client("default", "app")
	token := c.token("grant_type", "client_credentials").text("access_token")
	parts := strings.Split(token, ".")
	last := token[len(token)-1]
	for _, bad := range []string{
		"x", "a.b.c", parts[0] + "." + parts[1] + ".", parts[0] + "." + parts[1], token + "A", token[:len(token)-1] + string(last^1), token + "=",
		"eyJhbGciOiJub25lIn0." + parts[1] + ".", strings.Repeat("x", 16<<10),
	} {
		require.False(t, c.active(bad), bad)
	}
	for _, hint := range []string{"access_token", "refresh_token", "nonsense"} {
		a := c.call("/oauth2/introspect", values("token", token, "token_type_hint", hint))
		require.Equal(t, true, a.body["active"], hint)
	}
	refused(t, c.call("/oauth2/introspect", values()), 400, "invalid_request")
	a := s.do(httptest.NewRequest(http.MethodGet, "/acme/default/oauth2/introspect?token="+token, nil))
	require.Equal(t, http.StatusMethodNotAllowed, a.status)
}

func TestTokensEndWithTheirLifetime(t *testing.T) {
	s := start(t)
	acme := s.tenant("acme")
	for _, c := range []*client{acme.client("default", "app"), acme.client("default", "opaque-app", opaque)} {
		token := c.token("grant_type", "client_credentials").text("access_token")
		require.True(t, c.active(token))
		s.advance(time.Hour + time.Second)
		require.False(t, c.active(token))
	}
}

// IR-10, IR-11, TEN-09.
func TestRevocationIsForTheOwnerAndWorksAtOnce(t *testing.T) {
	s := start(t)
	acme, beta := s.tenant("acme"), s.tenant("beta")
	for _, c := range []*client{acme.client("default", "app"), acme.client("default", "opaque-app", opaque), acme.client("default", "spa", public)} {
		asker := acme.client("default", "asker-"+c.id, func(c *domain.Client) { c.Scope = append(c.Scope, oauth.ScopeIntrospectTokens) })
		stranger := acme.client("default", "stranger-"+c.id)
		first, _, _ := c.family("ada-" + c.id)
		access, refresh := first.text("access_token"), first.text("refresh_token")
		refused(t, stranger.call("/oauth2/revoke", values("token", access)), 400, "invalid_grant")
		refused(t, stranger.call("/oauth2/revoke", values("token", refresh)), 400, "invalid_grant")
		foreign := beta.client("default", c.id)
		require.Equal(t, 200, foreign.call("/oauth2/revoke", values("token", refresh)).status, "another workspace's token: nothing to do")
		require.True(t, asker.active(access))
		require.True(t, asker.active(refresh))

		require.Equal(t, 200, c.call("/oauth2/revoke", values("token", access, "token_type_hint", "refresh_token")).status)
		require.False(t, asker.active(access))
		second := c.refresh(refresh)
		granted(t, second)
		require.Equal(t, 200, c.call("/oauth2/revoke", values("token", second.text("refresh_token"))).status)
		require.False(t, asker.active(second.text("access_token")), "the family's access tokens end with it")
		refused(t, c.refresh(second.text("refresh_token")), 400, "invalid_grant")
		require.Equal(t, 200, c.call("/oauth2/revoke", values("token", "nonsense")).status)
	}
}

// JK-09, JK-10, JK-11, TEN-07.
func TestUserInfoAnswersTheBearerOfALiveUserToken(t *testing.T) {
	s := start(t)
	acme := s.tenant("acme")
	c := acme.client("default", "app")
	first, u, session := c.family("ada")
	token := first.text("access_token")
	get := func(path, authorization string) answer {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		if authorization != "" {
			r.Header.Set("Authorization", authorization)
		}
		return s.do(r)
	}
	a := get("/acme/default/userinfo", "Bearer "+token)
	require.Equal(t, 200, a.status, a.raw)
	require.Equal(t, u.UserID, a.text("sub"))
	require.Equal(t, "Name of ada", a.text("name"))
	require.NotContains(t, a.body, "email", "the scope was not granted")
	a = s.post("/acme/default/userinfo", values("access_token", token), "")
	require.Equal(t, u.UserID, a.text("sub"), a.raw)

	require.Equal(t, 401, get("/acme/default/userinfo", "").status)
	require.NotContains(t, get("/acme/default/userinfo", "").header.Get("WWW-Authenticate"), "error=")
	require.Contains(t, get("/acme/default/userinfo", "Bearer x").header.Get("WWW-Authenticate"), `error="invalid_token"`)
	require.Equal(t, 400, get("/acme/default/userinfo?access_token="+token, "").status)
	require.Equal(t, 400, s.post("/acme/default/userinfo", values("access_token", token), "Bearer "+token).status)
	require.Equal(t, 401, get("/acme/second/userinfo", "Bearer "+token).status)
	own := c.token("grant_type", "client_credentials").text("access_token")
	require.Equal(t, 403, get("/acme/default/userinfo", "Bearer "+own).status)
	plain, _, _ := c.family("bob", func(d *domain.Code) { d.Scope = oauth.Scope{"read"} })
	require.Equal(t, 403, get("/acme/default/userinfo", "Bearer "+plain.text("access_token")).status)
	require.Equal(t, 401, get("/acme/default/userinfo", "Bearer "+first.text("id_token")).status, "an ID token is no access token")
	require.Equal(t, 401, get("/acme/default/userinfo", "Bearer "+first.text("refresh_token")).status)

	bound, _, ended := c.family("cat", func(d *domain.Code) { d.Scope = oauth.Scope{"openid"} })
	_, err := s.p.Store.Workspace(c.w).EndSession(context.Background(), ended.ID, domain.AuditEvent{Action: "logout"})
	require.NoError(t, err)
	require.Equal(t, 401, get("/acme/default/userinfo", "Bearer "+bound.text("access_token")).status, "its session has ended")
	_ = session
	s.advance(2 * time.Hour)
	require.Equal(t, 401, get("/acme/default/userinfo", "Bearer "+token).status)
}

// JK-13, JK-14, TEN-23.
func TestMetadataSaysWhatIsSo(t *testing.T) {
	s := start(t)
	s.tenant("acme", func(d *domain.Settings) {
		d.TokenEndpointAuthMethods = []string{oauth.MethodClientSecretPost, oauth.MethodNone}
	})
	var first string
	for _, path := range []string{
		"/acme/default/.well-known/openid-configuration", "/acme/default/.well-known/oauth-authorization-server",
		"/.well-known/oauth-authorization-server/acme/default", "/.well-known/openid-configuration/acme/default",
	} {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.Header.Set("X-Forwarded-Host", "evil.example")
		r.Header.Set("X-Forwarded-Proto", "https")
		a := s.do(r)
		require.Equal(t, 200, a.status, path)
		if first == "" {
			first = a.raw
		}
		require.Equal(t, first, a.raw)
		require.Equal(t, "http://localhost:8080/acme/default", a.text("issuer"))
		require.Equal(t, []any{"client_secret_post", "none"}, a.body["token_endpoint_auth_methods_supported"])
		require.Equal(t, []any{"client_secret_post"}, a.body["introspection_endpoint_auth_methods_supported"])
		require.Equal(t, []any{"authorization_code", "client_credentials", "refresh_token"}, a.body["grant_types_supported"])
		require.Equal(t, []any{"S256"}, a.body["code_challenge_methods_supported"])
		require.Contains(t, a.body["id_token_signing_alg_values_supported"], "RS256")
		require.NotContains(t, a.raw, "evil")
		require.Equal(t, "*", a.header.Get("Access-Control-Allow-Origin"))
		r = httptest.NewRequest(http.MethodGet, path, nil)
		r.Header.Set("If-None-Match", a.header.Get("ETag"))
		require.Equal(t, http.StatusNotModified, s.do(r).status)
		require.Equal(t, 200, s.do(httptest.NewRequest(http.MethodHead, path, nil)).status)
	}
}

// JK-01, JK-03.
func TestJWKSHasPublicKeysOnly(t *testing.T) {
	s := start(t)
	acme := s.tenant("acme")
	a := s.do(httptest.NewRequest(http.MethodGet, "/acme/default/.well-known/jwks.json", nil))
	require.Equal(t, 200, a.status)
	require.Equal(t, "public, max-age=300", a.header.Get("Cache-Control"))
	var set struct{ Keys []map[string]any }
	require.NoError(t, json.Unmarshal([]byte(a.raw), &set))
	require.NotEmpty(t, set.Keys)
	for _, k := range set.Keys {
		for _, private := range []string{"d", "p", "q", "dp", "dq", "qi", "k"} {
			require.NotContains(t, k, private)
		}
		require.NotEmpty(t, k["kid"])
		require.Equal(t, "sig", k["use"])
		require.NotEmpty(t, k["alg"])
	}
	other := s.do(httptest.NewRequest(http.MethodGet, "/acme/second/.well-known/jwks.json", nil))
	require.NotEqual(t, a.header.Get("ETag"), other.header.Get("ETag"))
	_ = acme
}

func TestOtherAlgorithmsGetTheirKeyWhenFirstNeeded(t *testing.T) {
	s := start(t)
	acme := s.tenant("acme")
	for _, alg := range []string{oauth.RS256, oauth.PS256, oauth.Ed25519} {
		c := acme.client("default", "app-"+alg, func(c *domain.Client) { c.IDTokenSignedResponseAlg = alg })
		first, _, _ := c.family("ada-" + alg)
		set := s.do(httptest.NewRequest(http.MethodGet, "/acme/default/.well-known/jwks.json", nil))
		require.Contains(t, set.raw, `"`+alg+`"`)
		require.NotEmpty(t, first.text("id_token"))
		var keys struct{ Keys []map[string]any }
		require.NoError(t, json.Unmarshal([]byte(set.raw), &keys))
		require.Equal(t, oauth.ES256, keys.Keys[0]["alg"], "the default algorithm's current key comes first")
	}
}

func TestBrowserApplicationsMayReadTheirAnswers(t *testing.T) {
	s := start(t)
	c := s.tenant("acme").client("default", "spa", public)
	u, session := c.at.user("default", "ada")
	send := func(origin string) answer {
		form := values("grant_type", "authorization_code", "code", c.code(u, session), "code_verifier", verifier, "client_id", c.id)
		r := httptest.NewRequest(http.MethodPost, "/acme/default/oauth2/token", strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", origin)
		return s.do(r)
	}
	a := send("https://app.example")
	granted(t, a)
	require.Equal(t, "https://app.example", a.header.Get("Access-Control-Allow-Origin"))
	require.Empty(t, a.header.Get("Access-Control-Allow-Credentials"))
	for _, evil := range []string{"https://evil.example", "null", "https://app.example.evil", "http://app.example"} {
		require.Empty(t, send(evil).header.Get("Access-Control-Allow-Origin"), evil)
	}
	r := httptest.NewRequest(http.MethodOptions, "/acme/default/oauth2/token", nil)
	r.Header.Set("Origin", "https://app.example")
	r.Header.Set("Access-Control-Request-Method", "POST")
	require.Equal(t, http.StatusNoContent, s.do(r).status)
}

// TEN-27.
func TestSuspendedWorkspaceServesNobody(t *testing.T) {
	s := start(t)
	acme := s.tenant("acme")
	c := acme.client("default", "app")
	token := c.token("grant_type", "client_credentials").text("access_token")
	ctx := context.Background()
	data := s.p.Store.Tenant(c.w.Tenant())
	record := c.w.Record()
	record.State = domain.StateSuspended
	_, err := data.UpdateWorkspace(ctx, record, domain.AuditEvent{Action: "workspace.suspend"})
	require.NoError(t, err)
	s.p.Caches.Directory.Forget("acme", "default")
	refused(t, c.token("grant_type", "client_credentials"), 401, "invalid_client")
	refused(t, c.call("/oauth2/introspect", values("token", token)), 401, "invalid_client")
}

func TestRefusalIsExplainedToTheTenant(t *testing.T) {
	s := start(t)
	c := s.tenant("acme").client("default", "app")
	a := s.post("/acme/default/oauth2/token", values("grant_type", "client_credentials"), basic(c.id, "canary-secret"))
	refused(t, a, 401, "invalid_client")
	var explained struct {
		TraceID, Endpoint, ClientID, Outcome, Error string
		Checks                                      []struct{ Name, Result, Expected, Actual, RFC, Fix string }
	}
	require.Eventually(t, func() bool {
		raw, err := s.p.KV.Workspace(c.w).Trace(context.Background(), a.header.Get("X-Trace-Id"))
		return err == nil && json.Unmarshal(raw, &explained) == nil
	}, 5*time.Second, 10*time.Millisecond)
	require.Equal(t, "invalid_client", explained.Error)
	last := explained.Checks[len(explained.Checks)-1]
	require.Equal(t, "secret matched", last.Name)
	require.Equal(t, "fail", last.Result)
	require.NotEmpty(t, last.Fix)
	raw, err := s.p.KV.Workspace(c.w).Trace(context.Background(), a.header.Get("X-Trace-Id"))
	require.NoError(t, err)
	require.NotContains(t, string(raw), "canary-secret")
}
