package token_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
)

func public(c *domain.Client) {
	c.TokenEndpointAuthMethod = oauth.MethodNone
	c.GrantTypes = []string{oauth.GrantAuthorizationCode, oauth.GrantRefreshToken}
}

func only(grants ...string) func(*domain.Client) {
	return func(c *domain.Client) { c.GrantTypes = grants }
}

func TestClientGetsATokenForItself(t *testing.T) {
	s := start(t)
	c := s.tenant("acme").client("default", "app")
	a := c.token("grant_type", "client_credentials", "scope", "read")
	granted(t, a)
	require.Equal(t, "Bearer", a.text("token_type"))
	require.Equal(t, "read", a.text("scope"))
	require.NotContains(t, a.body, "refresh_token")
	require.NotContains(t, a.body, "id_token")
	claims := claimsOf(t, a.text("access_token"))
	require.Equal(t, "http://localhost:8080/acme/default", claims["iss"])
	require.Equal(t, "app", claims["sub"])
	require.Equal(t, "app", claims["client_id"])
	require.Equal(t, "http://localhost:8080/acme/default", claims["aud"], "without a service the audience is the issuer")
	require.NotContains(t, claims, "sid")
}

func TestScopeOmittedGrantsTheClientsOwnAndNeverNothing(t *testing.T) {
	s := start(t)
	c := s.tenant("acme").client("default", "app")
	a := c.token("grant_type", "client_credentials")
	granted(t, a)
	require.Equal(t, "profile email read orders:read", a.text("scope"), "openid and offline_access speak of a user")
	claims := claimsOf(t, a.text("access_token"))
	require.Equal(t, "https://orders.example", claims["aud"])
}

// GR-01, GR-02.
func TestClientCredentialsAreForConfidentialClientsAndTheirScopes(t *testing.T) {
	s := start(t)
	acme := s.tenant("acme")
	c := acme.client("default", "app")
	for _, scope := range []string{"openid", "openid offline_access", "unknown", "introspect_tokens", "read read2", "a\"b", "read  orders:read"} {
		refused(t, c.token("grant_type", "client_credentials", "scope", scope), 400, "invalid_scope")
	}
	p := acme.client("default", "spa", public, func(c *domain.Client) { c.GrantTypes = append(c.GrantTypes, oauth.GrantClientCredentials) })
	refused(t, p.token("grant_type", "client_credentials"), 400, "unauthorized_client")
}

func TestSeedRequestWithBasicAndJSONWorks(t *testing.T) {
	s := start(t)
	acme := s.tenant("acme", func(d *domain.Settings) { d.PKCE = domain.PKCERequiredForPublic })
	c := acme.client("default", "app")
	u, session := acme.user("default", "ada")
	code := c.code(u, session, func(d *domain.Code) { d.CodeChallenge = "" })
	r := httptest.NewRequest(http.MethodPost, "/acme/default/oauth2/token", strings.NewReader(`{"grant_type":"authorization_code","code":"`+code+`"}`))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", basic(c.id, c.secret))
	a := s.do(r)
	granted(t, a)
	require.NotEmpty(t, a.text("id_token"))
	require.NotEmpty(t, a.text("refresh_token"))
}

// TE-01 to TE-10, CA-05.
func TestMalformedTokenRequestsAreInvalid(t *testing.T) {
	s := start(t)
	c := s.tenant("acme").client("default", "app")
	good := "grant_type=client_credentials"
	for name, send := range map[string]struct {
		body, contentType, query string
		header                   map[string]string
		status                   int
	}{
		"text/plain":         {body: good, contentType: "text/plain", status: 400},
		"multipart":          {body: good, contentType: "multipart/form-data; boundary=x", status: 400},
		"no content type":    {body: good, contentType: "", status: 400},
		"utf-16":             {body: good, contentType: "application/x-www-form-urlencoded; charset=utf-16", status: 400},
		"grant in query":     {body: good, contentType: "application/x-www-form-urlencoded", query: "?grant_type=client_credentials", status: 400},
		"secret in query":    {body: good, contentType: "application/x-www-form-urlencoded", query: "?client_secret=x", status: 400},
		"duplicate":          {body: good + "&" + good, contentType: "application/x-www-form-urlencoded", status: 400},
		"duplicate scope":    {body: good + "&scope=read&scope=read", contentType: "application/x-www-form-urlencoded", status: 400},
		"bad escape":         {body: good + "&scope=%zz", contentType: "application/x-www-form-urlencoded", status: 400},
		"semicolon":          {body: good + ";scope=read", contentType: "application/x-www-form-urlencoded", status: 400},
		"NUL":                {body: good + "&scope=%00", contentType: "application/x-www-form-urlencoded", status: 400},
		"100,000 parameters": {body: strings.Repeat("a&", 30_000), contentType: "application/x-www-form-urlencoded", status: 400},
		"no grant":           {body: "scope=read", contentType: "application/x-www-form-urlencoded", status: 400},
		"JSON array":         {body: `["x"]`, contentType: "application/json", status: 400},
		"JSON number":        {body: `{"grant_type":1}`, contentType: "application/json", status: 400},
		"gzip":               {body: good, contentType: "application/x-www-form-urlencoded", header: map[string]string{"Content-Encoding": "gzip"}, status: 415},
		"too large":          {body: good + "&x=" + strings.Repeat("x", 80<<10), contentType: "application/x-www-form-urlencoded", status: 413},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodPost, "/acme/default/oauth2/token"+send.query, strings.NewReader(send.body))
			if send.contentType != "" {
				r.Header.Set("Content-Type", send.contentType)
			}
			r.Header.Set("Authorization", basic(c.id, c.secret))
			for k, v := range send.header {
				r.Header.Set(k, v)
			}
			a := s.do(r)
			require.Equal(t, send.status, a.status, a.raw)
			require.Equal(t, "invalid_request", a.text("error"), a.raw)
			require.NotContains(t, a.raw, "access_token")
		})
	}
}

func TestTokenEndpointTakesPostOnly(t *testing.T) {
	s := start(t)
	s.tenant("acme")
	for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodDelete, http.MethodPatch, http.MethodHead} {
		a := s.do(httptest.NewRequest(method, "/acme/default/oauth2/token", nil))
		require.Equal(t, http.StatusMethodNotAllowed, a.status, method)
		require.Contains(t, a.header.Get("Allow"), http.MethodPost)
	}
}

func TestGrantTypesAreKnownAndRegistered(t *testing.T) {
	s := start(t)
	acme := s.tenant("acme")
	c := acme.client("default", "app", only(oauth.GrantClientCredentials))
	refused(t, c.token("grant_type", "password", "username", "x", "password", "y"), 400, "unsupported_grant_type")
	refused(t, c.token("grant_type", "Client_Credentials"), 400, "unsupported_grant_type")
	refused(t, c.token("grant_type", "authorization_code", "code", "x"), 400, "unauthorized_client")
	refused(t, c.token("grant_type", "refresh_token", "refresh_token", "x"), 400, "unauthorized_client")
}

// TE-13.
func TestClientIsCheckedBeforeAnythingItSends(t *testing.T) {
	s := start(t)
	acme := s.tenant("acme")
	c := acme.client("default", "app")
	u, session := acme.user("default", "ada")
	code := c.code(u, session)
	for _, body := range []url.Values{
		values("grant_type", "authorization_code", "code", code, "code_verifier", verifier),
		values("grant_type", "authorization_code", "code", "nonsense"),
		values("grant_type", "nonsense"),
		values("grant_type", "client_credentials", "scope", "nonsense"),
	} {
		refused(t, s.post("/acme/default/oauth2/token", body, basic("app", "wrong")), 401, "invalid_client")
	}
	granted(t, c.redeem(code))
}

// CA-01 to CA-10.
func TestClientProvesItselfByItsRegisteredMethodOnly(t *testing.T) {
	s := start(t)
	acme := s.tenant("acme")
	b := acme.client("default", "basic-app")
	p := acme.client("default", "post-app", func(c *domain.Client) { c.TokenEndpointAuthMethod = oauth.MethodClientSecretPost })
	n := acme.client("default", "public-app", public)
	off := acme.client("default", "off-app", func(c *domain.Client) { c.Disabled = true })
	other := s.tenant("other").client("default", "basic-app")
	const path = "/acme/default/oauth2/token"
	cc := func(pairs ...string) url.Values {
		return values(append([]string{"grant_type", "client_credentials"}, pairs...)...)
	}

	granted(t, s.post(path, cc(), basic(b.id, b.secret)))
	granted(t, s.post(path, cc(), strings.Replace(basic(b.id, b.secret), "Basic", "bAsIc", 1)))
	granted(t, s.post(path, cc("client_id", b.id), basic(b.id, b.secret)))
	granted(t, s.post(path, cc("client_id", p.id, "client_secret", p.secret), ""))

	for name, a := range map[string]answer{
		"post for a basic client": s.post(path, cc("client_id", b.id, "client_secret", b.secret), ""),
		"basic for a post client": s.post(path, cc(), basic(p.id, p.secret)),
		"no secret":               s.post(path, cc("client_id", b.id), ""),
		"secret for a public one": s.post(path, cc("client_id", n.id, "client_secret", "x"), ""),
		"nothing at all":          s.post(path, cc(), ""),
		"wrong secret":            s.post(path, cc(), basic(b.id, b.secret+"x")),
		"last character changed":  s.post(path, cc(), basic(b.id, b.secret[:85]+"_")),
		"empty password":          s.post(path, cc(), basic(b.id, "")),
		"empty user":              s.post(path, cc(), basic("", b.secret)),
		"not base64":              s.post(path, cc(), "Basic !!!"),
		"no colon":                s.post(path, cc(), "Basic YQ=="),
		"other scheme":            s.post(path, cc(), "Bearer "+b.secret),
		"unknown client":          s.post(path, cc(), basic("unknown", b.secret)),
		"disabled client":         s.post(path, cc(), basic(off.id, off.secret)),
		"other tenant's secret":   s.post(path, cc(), basic(other.id, other.secret)),
		"look-alike id":           s.post(path, cc(), basic("basic-аpp", b.secret)),
		"another client's secret": s.post(path, cc(), basic(b.id, p.secret)),
	} {
		t.Run(name, func(t *testing.T) { refused(t, a, 401, "invalid_client") })
	}
	for name, a := range map[string]answer{
		"two methods": s.post(path, cc("client_id", b.id, "client_secret", b.secret), basic(b.id, b.secret)),
		"two clients": s.post(path, cc("client_id", p.id), basic(b.id, b.secret)),
	} {
		t.Run(name, func(t *testing.T) { refused(t, a, 400, "invalid_request") })
	}
	a := s.post(path, cc(), basic(b.id, "wrong"))
	require.Contains(t, a.header.Get("WWW-Authenticate"), "Basic realm=")
}

func TestUnknownDisabledAndWrongLookTheSame(t *testing.T) {
	s := start(t)
	acme := s.tenant("acme")
	right := acme.client("default", "app")
	off := acme.client("default", "off-app", func(c *domain.Client) { c.Disabled = true })
	cc := values("grant_type", "client_credentials")
	wrong := s.post("/acme/default/oauth2/token", cc, basic(right.id, "wrong"))
	unknown := s.post("/acme/default/oauth2/token", cc, basic("nobody", "wrong"))
	disabled := s.post("/acme/default/oauth2/token", cc, basic(off.id, off.secret))
	// The body names the explanation of this one request.
	body := func(a answer) string { return strings.ReplaceAll(a.raw, a.header.Get("X-Trace-Id"), "") }
	expected := body(wrong)
	require.Contains(t, expected, `"error_uri":"http://localhost:8080/console/acme/workspaces/default/explain/"`)
	for _, a := range []answer{unknown, disabled} {
		require.Equal(t, expected, body(a))
		require.Equal(t, wrong.status, a.status)
		a.header.Del("X-Trace-Id")
		wrong.header.Del("X-Trace-Id")
		require.Equal(t, wrong.header, a.header)
	}
}

// CA-11.
func TestGuessingFromOneAddressDoesNotLockTheClientOut(t *testing.T) {
	s := start(t)
	c := s.tenant("acme").client("default", "app")
	send := func(ip, secret string) answer {
		r := httptest.NewRequest(http.MethodPost, "/acme/default/oauth2/token", strings.NewReader("grant_type=client_credentials"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Authorization", basic(c.id, secret))
		r.RemoteAddr = ip + ":1234"
		return s.do(r)
	}
	blocked := false
	for range 40 {
		if a := send("192.0.2.1", "wrong"); a.status == http.StatusTooManyRequests {
			blocked = true
			require.NotEmpty(t, a.header.Get("Retry-After"))
		}
	}
	require.True(t, blocked)
	require.Equal(t, http.StatusTooManyRequests, send("192.0.2.1", c.secret).status)
	granted(t, send("192.0.2.2", c.secret))
	s.advance(time.Minute)
	granted(t, send("192.0.2.1", c.secret))
}

func TestSecretEndsWhenItExpires(t *testing.T) {
	s := start(t)
	c := s.tenant("acme").client("default", "app", func(c *domain.Client) {})
	data := s.p.Store.Workspace(c.w)
	stored, err := data.Client(context.Background(), c.id)
	require.NoError(t, err)
	secret := stored.Secrets[0]
	secret.ExpiresAt = s.clock.now().Add(time.Hour)
	_, err = data.UpdateSecret(context.Background(), secret, domain.AuditEvent{Action: "secret.update"})
	require.NoError(t, err)
	granted(t, c.token("grant_type", "client_credentials"))
	s.advance(time.Hour + time.Second)
	refused(t, c.token("grant_type", "client_credentials"), 401, "invalid_client")
}

func TestClientCredentialsCostNoRoundTrip(t *testing.T) {
	s := start(t)
	c := s.tenant("acme").client("default", "app")
	granted(t, c.token("grant_type", "client_credentials"))
	s.p.Usage.Flush(context.Background())
	trips := func() int64 { return s.kv.Load() + s.sql.Load() }
	least := int64(1 << 30)
	for range 20 { // background work makes trips of its own now and then
		before := trips()
		granted(t, c.token("grant_type", "client_credentials"))
		least = min(least, trips()-before)
	}
	require.Zero(t, least)
}

func TestResourceNarrowsTheAudience(t *testing.T) {
	s := start(t)
	c := s.tenant("acme").client("default", "app")
	a := c.token("grant_type", "client_credentials", "resource", "https://orders.example")
	granted(t, a)
	require.Equal(t, "https://orders.example", claimsOf(t, a.text("access_token"))["aud"])
	for _, bad := range []string{"https://unknown.example", "orders", "https://orders.example#f", "/orders"} {
		refused(t, c.token("grant_type", "client_credentials", "resource", bad), 400, "invalid_target")
	}
	both := c.token("grant_type", "client_credentials", "resource", "https://orders.example", "resource", "https://bare.example")
	granted(t, both)
	require.Equal(t, []any{"https://orders.example", "https://bare.example"}, claimsOf(t, both.text("access_token"))["aud"])
}

func TestUnknownTenantsAndSpellingsAreNotFound(t *testing.T) {
	s := start(t)
	s.tenant("acme")
	for _, path := range []string{
		"/nobody/default/oauth2/token", "/acme/nothing/oauth2/token", "/ACME/default/oauth2/token", "/acme/Default/oauth2/token",
		"/a/default/oauth2/token", "/" + strings.Repeat("a", 41) + "/default/oauth2/token", "/acme%20/default/oauth2/token",
	} {
		a := s.post(path, values("grant_type", "client_credentials"), "")
		require.Contains(t, []int{http.StatusNotFound, http.StatusBadRequest}, a.status, path)
	}
}
