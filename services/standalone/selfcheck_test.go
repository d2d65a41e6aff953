package standalone_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/pkg/boot"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/services/authorization"
	"github.com/signet-authz/signet/services/gateway"
	"github.com/signet-authz/signet/services/standalone/internal/loop"
	tenantadmin "github.com/signet-authz/signet/services/tenant-admin"
	"github.com/signet-authz/signet/services/token"
)

// exchange is one request of the self-check and what it is answered.
type exchange struct {
	*http.Request

	form   url.Values
	status int
	header http.Header
	body   string
}

func (x *exchange) on(path string) bool { return strings.HasSuffix(x.URL.Path, path) }

// grant answers a refusal with tokens.
func (x *exchange) grant() {
	x.status, x.body = http.StatusOK, `{"access_token":"forged","token_type":"Bearer","expires_in":60,"refresh_token":"forged"}`
}

// liar stands between the self-check and the authorization server.
type liar struct {
	loop.Transport

	mu sync.Mutex
	// ask changes what is asked, and lie what is answered.
	ask func(*exchange) error
	lie func(*exchange)
	// secrets are all that went by which nobody may read.
	secrets []string
}

func (l *liar) set(ask func(*exchange) error, lie func(*exchange)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ask, l.lie, l.secrets = ask, lie, nil
}

func (l *liar) RoundTrip(r *http.Request) (*http.Response, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	x := &exchange{Request: r.Clone(r.Context())}
	x.form, _ = url.ParseQuery(string(raw))
	if l.ask != nil {
		if err := l.ask(x); err != nil {
			return nil, err
		}
	}
	x.Body = io.NopCloser(bytes.NewReader(raw))
	res, err := l.Transport.RoundTrip(x.Request)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, errors.Join(err, res.Body.Close())
	}
	x.status, x.header, x.body = res.StatusCode, res.Header, string(body)
	l.note(x)
	if l.lie != nil {
		l.lie(x)
	}
	res.StatusCode, res.Body = x.status, io.NopCloser(strings.NewReader(x.body))
	return res, nil
}

// note keeps what must not be in a report.
func (l *liar) note(x *exchange) {
	for _, name := range []string{"client_secret", "client_assertion", "password", "code", "code_verifier", "refresh_token", "token"} {
		l.secrets = append(l.secrets, x.form[name]...)
	}
	if _, encoded, ok := strings.Cut(x.Header.Get("Authorization"), " "); ok {
		plain, _ := base64.StdEncoding.DecodeString(encoded)
		_, secret, _ := strings.Cut(string(plain), ":")
		l.secrets = append(l.secrets, encoded, secret)
	}
	var tokens map[string]any
	_ = json.Unmarshal([]byte(x.body), &tokens) // a page is none
	for _, name := range []string{"access_token", "refresh_token", "id_token"} {
		if s, ok := tokens[name].(string); ok {
			l.secrets = append(l.secrets, s)
		}
	}
	for _, c := range (&http.Response{Header: x.header}).Cookies() {
		l.secrets = append(l.secrets, c.Value)
	}
}

// checkedHouse is the whole service with the liar in the self-check's way.
type checkedHouse struct {
	platform *boot.Platform
	liar     *liar
}

func newCheckedHouse(t *testing.T) *checkedHouse {
	t.Helper()
	cfg := boot.Defaults()
	cfg.Env, cfg.Data, cfg.Registration.PerSource = boot.Development, t.TempDir(), 1_000_000
	cfg.Password.MemoryKiB, cfg.Password.Iterations = 8, 1
	p, err := boot.Start(t.Context(), boot.Standalone, cfg, boot.WithLogger(slog.New(slog.DiscardHandler)))
	require.NoError(t, err)
	t.Cleanup(func() { _ = p.Close(context.WithoutCancel(t.Context())) })
	l := &liar{}
	upstreams := map[string]http.Handler{}
	for name, build := range map[string]boot.Build{gateway.Token: token.Build, gateway.Authorization: authorization.Build, gateway.TenantAdmin: tenantadmin.BuildOver(l)} {
		upstreams[name], err = build(t.Context(), p)
		require.NoError(t, err)
	}
	l.Handler, err = gateway.New(gateway.Deps{Upstreams: upstreams, Seal: p.Seal, Front: p.ServerConfig(boot.GatewayName)})
	require.NoError(t, err)
	return &checkedHouse{platform: p, liar: l}
}

func (h *checkedHouse) do(ctx context.Context, t *testing.T, method, path, body string, headers ...string) (int, []byte) {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, method, h.platform.Config.PublicURL+path, strings.NewReader(body))
	require.NoError(t, err)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := h.liar.Transport.RoundTrip(r)
	require.NoError(t, err)
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return res.StatusCode, raw
}

// tenant registers one and returns a token for its admin API.
func (h *checkedHouse) tenant(t *testing.T, tid string) (bearer string) {
	t.Helper()
	status, raw := h.do(t.Context(), t, http.MethodPost, "/api/v1/tenants", `{"tid":"`+tid+`","display_name":"T","with_service_client":true,
		"owner":{"email":"owner@`+tid+`.example","name":"O","password":"correct horse battery"}}`, "Content-Type", "application/json")
	require.Equal(t, http.StatusCreated, status, string(raw))
	var made struct {
		Client struct {
			ID     string `json:"client_id"`
			Secret string `json:"client_secret"`
		} `json:"service_client"`
	}
	require.NoError(t, json.Unmarshal(raw, &made))
	status, raw = h.do(t.Context(), t, http.MethodPost, "/"+tid+"/admin/oauth2/token", "grant_type=client_credentials", "Content-Type", "application/x-www-form-urlencoded",
		"Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(made.Client.ID+":"+made.Client.Secret)))
	require.Equal(t, http.StatusOK, status, string(raw))
	var tokens struct {
		Access string `json:"access_token"`
	}
	require.NoError(t, json.Unmarshal(raw, &tokens))
	return tokens.Access
}

// check runs the self-check of the tenant's first workspace and returns the
// outcomes by id.
func (h *checkedHouse) check(t *testing.T, tid string) (outcomes map[string]string, raw []byte) {
	t.Helper()
	status, raw := h.do(t.Context(), t, http.MethodPost, "/api/v1/tenants/"+tid+"/workspaces/default/self-check", "", "Authorization", "Bearer "+h.tenant(t, tid))
	require.Equal(t, http.StatusOK, status, string(raw))
	var report struct {
		Checks []struct {
			ID      string `json:"id"`
			Outcome string `json:"outcome"`
		} `json:"checks"`
	}
	require.NoError(t, json.Unmarshal(raw, &report))
	outcomes = map[string]string{}
	for _, c := range report.Checks {
		outcomes[c.ID] = c.Outcome
	}
	return outcomes, raw
}

// left are the ids of what self-checks made in the workspace that is still there.
func (h *checkedHouse) left(t *testing.T, tid string) []string {
	t.Helper()
	w, err := h.platform.Resolver.AnyWorkspace(t.Context(), tid, domain.DefaultWorkspace)
	require.NoError(t, err)
	clients, users, err := h.platform.Store.Workspace(w).SelfCheckParties(t.Context(), time.Now().Add(time.Hour))
	require.NoError(t, err)
	return append(clients, users...)
}

var issuerMember = regexp.MustCompile(`"issuer":"[^"]*"`)

func TestSelfCheckCatchesAServerThatIsBroken(t *testing.T) {
	h := newCheckedHouse(t)
	for _, c := range []struct {
		name string
		want []string // the checks that fail
		ask  func(*exchange) error
		lie  func(*exchange)
	}{
		{"discovery names another issuer", []string{"discovery.openid_configuration", "discovery.oauth_path_insertion"}, nil, func(x *exchange) {
			x.body = issuerMember.ReplaceAllString(x.body, `"issuer":"https://attacker.invalid"`)
		}},
		{"discovery is missing at the root", []string{"discovery.oauth_path_insertion", "discovery.openid_path_insertion", "discovery.one_document"}, nil, func(x *exchange) {
			if strings.HasPrefix(x.URL.Path, "/.well-known/") {
				x.status = http.StatusNotFound
			}
		}},
		{"an endpoint is elsewhere", []string{"discovery.endpoints", "discovery.https"}, nil, func(x *exchange) {
			x.body = regexp.MustCompile(`"token_endpoint":"[^"]*"`).ReplaceAllString(x.body, `"token_endpoint":"http://attacker.invalid/token"`)
		}},
		{"a private key is published", []string{"discovery.keys"}, nil, func(x *exchange) {
			if x.on("/jwks.json") {
				x.body = strings.Replace(x.body, `{"keys":[{`, `{"keys":[{"d":"AAAA",`, 1)
			}
		}},
		{"plain is offered", []string{"discovery.pkce"}, nil, func(x *exchange) { x.body = strings.Replace(x.body, `["S256"]`, `["S256","plain"]`, 1) }},
		{"the answer has no iss", []string{"code_flow.iss"}, nil, func(x *exchange) {
			x.header.Set("Location", strings.ReplaceAll(x.header.Get("Location"), "iss=", "is="))
		}},
		{"forms are sent on", []string{"code_flow.see_other"}, nil, func(x *exchange) {
			if x.status == http.StatusSeeOther {
				x.status = http.StatusTemporaryRedirect
			}
		}},
		{"the ID token is another request's", []string{"code_flow.id_token"}, func(x *exchange) error {
			if q := x.URL.Query(); q.Has("nonce") {
				q.Set("nonce", "another")
				x.URL.RawQuery = q.Encode()
			}
			return nil
		}, nil},
		{"codes are good for nothing", []string{"code_flow.tokens"}, nil, func(x *exchange) {
			if x.form.Get("grant_type") == "authorization_code" {
				x.status, x.body = http.StatusBadRequest, `{"error":"invalid_grant"}`
			}
		}},
		{"tokens may be cached", []string{"code_flow.no_store", "tokens.errors_not_cached"}, nil, func(x *exchange) { x.header.Del("Cache-Control") }},
		{"UserInfo is about another user", []string{"code_flow.userinfo"}, nil, func(x *exchange) {
			if x.on("/userinfo") && x.status == http.StatusOK {
				x.body = `{"sub":"usr_somebody_else"}`
			}
		}},
		{"any code is good", []string{"code_flow.code_used_twice", "code_flow.code_of_another_client", "pkce.wrong_verifier", "pkce.missing_verifier", "pkce.challenge_as_verifier"}, nil, func(x *exchange) {
			if x.form.Get("grant_type") == "authorization_code" && x.status == http.StatusBadRequest {
				x.grant()
			}
		}},
		{"a replay ends nothing", []string{"code_flow.replay_ends_tokens"}, nil, func(x *exchange) {
			if x.on("/userinfo") && x.Header.Get("Authorization") != "" {
				x.status, x.body = http.StatusOK, `{"sub":"x"}`
			}
		}},
		{"a challenge is not asked for", []string{"pkce.missing_challenge_public", "pkce.missing_challenge_confidential"}, func(x *exchange) error {
			q := x.URL.Query()
			if x.on("/oauth2/authorize") && !q.Has("code_challenge") && q.Has("redirect_uri") && q.Get("prompt") == "" {
				q.Set("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")
				q.Set("code_challenge_method", "S256")
				x.URL.RawQuery = q.Encode()
			}
			return nil
		}, nil},
		{"the browser is sent anywhere", []string{"redirects.unregistered", "redirects.userinfo", "redirects.subdomain", "redirects.path_traversal", "redirects.error"}, nil, func(x *exchange) {
			if to := x.URL.Query().Get("redirect_uri"); x.on("/oauth2/authorize") && x.status == http.StatusBadRequest && to != "" {
				x.status = http.StatusSeeOther
				x.header.Set("Location", to+"?error=invalid_request")
			}
		}},
		{"any secret is good", []string{"client_authentication.client_secret_basic.wrong", "client_authentication.client_secret_post.other_method", "client_authentication.unknown_client"}, nil, func(x *exchange) {
			if x.on("/oauth2/token") && x.status == http.StatusUnauthorized && x.Header.Get("Authorization") != "" {
				x.grant()
			}
		}},
		{"any assertion is good", []string{
			"client_authentication.private_key_jwt.replayed", "client_authentication.private_key_jwt.expired", "client_authentication.private_key_jwt.wrong_audience",
			"client_authentication.client_secret_jwt.wrong", "client_authentication.unsigned_assertion",
		}, nil, func(x *exchange) {
			if x.form.Has("client_assertion") && x.status == http.StatusUnauthorized {
				x.grant()
			}
		}},
		{"a public client's secret is not looked at", []string{"client_authentication.none.wrong", "client_authentication.client_secret_post.wrong"}, nil, func(x *exchange) {
			if x.form.Has("client_secret") && x.status == http.StatusUnauthorized {
				x.grant()
			}
		}},
		{"an old refresh token is good", []string{"tokens.refresh_reused", "tokens.refresh_of_another_client", "tokens.refresh_widens"}, nil, func(x *exchange) {
			if x.form.Get("grant_type") == "refresh_token" && x.status == http.StatusBadRequest {
				x.grant()
			}
		}},
		{"introspection tells everybody", []string{"tokens.introspect_another"}, nil, func(x *exchange) {
			if x.on("/introspect") && x.status == http.StatusOK {
				x.body = `{"active":true,"sub":"usr_x"}`
			}
		}},
		{"revocation only says so", []string{"tokens.revoke"}, nil, func(x *exchange) {
			if x.on("/userinfo") && x.status == http.StatusUnauthorized && len(x.Header.Get("Authorization")) > 100 {
				x.status, x.body = http.StatusOK, `{"sub":"x"}`
			}
		}},
		{"every page may read", []string{"tokens.cors"}, nil, func(x *exchange) {
			if from := x.Header.Get("Origin"); from != "" {
				x.header.Set("Access-Control-Allow-Origin", from)
			}
		}},
		{"the token endpoint takes GET", []string{"tokens.get"}, nil, func(x *exchange) {
			if x.on("/oauth2/token") && x.Method == http.MethodGet {
				x.grant()
			}
		}},
		{"an endpoint does not answer", []string{"tokens.introspect_own"}, func(x *exchange) error {
			if x.on("/introspect") {
				return errors.New("connection refused")
			}
			return nil
		}, nil},
		{"nothing answers", []string{"discovery.openid_configuration", "code_flow.code"}, func(*exchange) error { return errors.New("connection refused") }, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			h.liar.set(nil, nil)
			tid := strings.ReplaceAll(strings.ToLower(c.name), " ", "-")[:min(30, len(c.name))]
			tid = strings.Trim(strings.ReplaceAll(tid, "'", ""), "-")
			h.liar.set(c.ask, c.lie)
			outcomes, _ := h.check(t, tid)
			for _, id := range c.want {
				require.Equal(t, "fail", outcomes[id], "%s: %v", id, outcomes)
			}
			require.Empty(t, h.left(t, tid))
		})
	}
}

func TestSelfCheckTellsNobodysSecrets(t *testing.T) {
	h := newCheckedHouse(t)
	_, raw := h.check(t, "acme")
	h.liar.mu.Lock()
	defer h.liar.mu.Unlock()
	require.Greater(t, len(h.liar.secrets), 100)
	for _, secret := range h.liar.secrets {
		if len(secret) >= 16 {
			require.NotContains(t, string(raw), secret)
		}
	}
}

func TestSelfCheckThatIsCutShortLeavesNothing(t *testing.T) {
	h := newCheckedHouse(t)
	bearer := h.tenant(t, "acme")
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	asked := 0
	h.liar.set(func(*exchange) error {
		if asked++; asked == 40 {
			leave()
		}
		return nil
	}, nil)
	status, _ := h.do(ctx, t, http.MethodPost, "/api/v1/tenants/acme/workspaces/default/self-check", "", "Authorization", "Bearer "+bearer)
	require.NotEqual(t, http.StatusOK, status)
	require.Empty(t, h.left(t, "acme"))
	h.liar.set(nil, nil)
	status, raw := h.do(t.Context(), t, http.MethodPost, "/api/v1/tenants/acme/workspaces/default/self-check", "", "Authorization", "Bearer "+bearer)
	require.Equal(t, http.StatusOK, status, string(raw))
}
