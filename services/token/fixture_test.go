package token_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/pkg/boot"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/pkg/tenancy"
	"github.com/signet-authz/signet/services/token"
)

const (
	redirectURI = "https://app.example/cb"
	verifier    = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
	challenge   = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
)

// clock is moved by tests.
type clock struct{ offset atomic.Int64 }

func (c *clock) now() time.Time          { return time.Now().Add(time.Duration(c.offset.Load())) }
func (c *clock) advance(d time.Duration) { c.offset.Add(int64(d)) }

// service is the token service on a SQLite store and the in-process Redis.
type service struct {
	t       *testing.T
	clock   *clock
	p       *boot.Platform
	handler http.Handler
	sql, kv atomic.Int64
	// shown is the client certificate of the connections from now on.
	shown *x509.Certificate
}

func start(t *testing.T, change ...func(*boot.Config)) *service {
	t.Helper()
	s := &service{t: t, clock: &clock{}}
	cfg := boot.Defaults()
	cfg.Env, cfg.Data, cfg.PublicURL = boot.Development, filepath.Join(t.TempDir(), "data"), "http://localhost:8080"
	for _, f := range change {
		f(&cfg)
	}
	ctx := context.Background()
	p, err := boot.Start(ctx, boot.Standalone, cfg, boot.WithNow(s.clock.now), boot.WithLogger(slog.New(slog.DiscardHandler)),
		boot.WithRoundTrips(func(context.Context) { s.sql.Add(1) }, func(context.Context) { s.kv.Add(1) }))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, p.Close(context.Background())) })
	s.p = p
	s.handler, err = token.Build(ctx, p)
	require.NoError(t, err)
	return s
}

// advance moves the clock, and lets what runs by the wall clock catch up.
func (s *service) advance(d time.Duration) {
	s.t.Helper()
	s.clock.advance(d)
	require.NoError(s.t, s.p.Caches.Revocations.Refresh(context.Background()))
}

// tenant is a tenant with the workspaces admin, default and second.
type tenant struct {
	s   *service
	tid string
	ws  map[string]tenancy.Workspace
}

func (s *service) tenant(tid string, change ...func(*domain.Settings)) *tenant {
	s.t.Helper()
	ctx, now := context.Background(), s.clock.now()
	n := store.NewTenant{Tenant: domain.Tenant{ID: uuid.New(), TID: tid, DisplayName: tid, EmailVerified: true}}
	n.Owner = domain.User{UserID: keys.NewUserID(), Email: "owner@" + tid + ".example", Name: "Owner"}
	for _, aid := range []string{"admin", "default", "second"} {
		id := uuid.New()
		if aid == "admin" {
			n.Tenant.AdminWorkspaceID = id
		}
		settings := domain.DefaultSettings(domain.ProfileDefault)
		for _, f := range change {
			f(&settings)
		}
		material, err := s.p.Pool.Take(ctx, oauth.ES256)
		require.NoError(s.t, err)
		key, err := s.p.Root.SealKey(id, material, now, now)
		require.NoError(s.t, err)
		n.Workspaces = append(n.Workspaces, store.NewWorkspace{
			Workspace: domain.Workspace{ID: id, AID: aid, DisplayName: aid, State: domain.StateActive, Settings: settings},
			Keys:      []domain.SigningKey{key},
			Services:  []domain.Service{{ServiceID: "orders", Name: "Orders", Audience: "https://orders.example", ClientIDs: []string{"orders-api"}}, {ServiceID: "bare", Name: "Bare", Audience: "https://bare.example"}},
			Scopes:    append(domain.StandardScopes(), domain.Scope{Name: "read", Default: true}, domain.Scope{Name: "orders:read", ServiceID: "orders"}),
		})
	}
	require.NoError(s.t, s.p.Store.Platform().CreateTenant(ctx, n, domain.AuditEvent{Action: "tenant.create"}))
	out := &tenant{s: s, tid: tid, ws: map[string]tenancy.Workspace{}}
	for _, aid := range []string{"admin", "default", "second"} {
		w, err := s.p.Resolver.Workspace(ctx, tid, aid)
		require.NoError(s.t, err)
		out.ws[aid] = w
	}
	return out
}

// client is a registered client and its secret.
type client struct {
	at     *tenant
	w      tenancy.Workspace
	id     string
	secret string
}

// client registers a confidential client in the workspace; change may alter it.
func (t *tenant) client(aid, id string, change ...func(*domain.Client)) *client {
	t.s.t.Helper()
	w := t.ws[aid]
	c := domain.Client{
		ClientID: id, ClientName: id, ApplicationType: domain.ApplicationWeb, TokenEndpointAuthMethod: oauth.MethodClientSecretBasic,
		RedirectURIs: []string{redirectURI}, ResponseTypes: []string{"code"},
		GrantTypes: []string{oauth.GrantAuthorizationCode, oauth.GrantClientCredentials, oauth.GrantRefreshToken},
		Scope:      oauth.Scope{"openid", "profile", "email", "offline_access", "read", "orders:read"},
	}
	for _, f := range change {
		f(&c)
	}
	out := &client{at: t, w: w, id: id}
	if oauth.UsesSecret(c.TokenEndpointAuthMethod) {
		out.secret = keys.NewClientSecret()
		c.Secrets = []domain.ClientSecret{{ID: uuid.New(), ClientID: id, Form: domain.SecretHMACv1, Value: t.s.p.Root.SecretMAC(w, id, out.secret), CreatedAt: t.s.clock.now()}}
	}
	_, err := t.s.p.Store.Workspace(w).CreateClient(context.Background(), c, domain.AuditEvent{Action: "client.create"})
	require.NoError(t.s.t, err)
	return out
}

// user makes a user with a live session.
func (t *tenant) user(aid, name string) (domain.User, domain.Session) {
	t.s.t.Helper()
	ctx, now, data := context.Background(), t.s.clock.now(), t.s.p.Store.Workspace(t.ws[aid])
	u, err := data.CreateUser(ctx, domain.User{UserID: keys.NewUserID(), Email: name + "@users.example", EmailVerified: true, Name: "Name of " + name}, domain.AuditEvent{Action: "user.create"})
	require.NoError(t.s.t, err)
	session := domain.Session{
		ID: uuid.New(), TokenHash: keys.HashBearer(keys.NewBearer()), UserID: u.UserID, AuthTime: now, ACR: "urn:x", AMR: []string{"pwd"},
		CreatedAt: now, LastSeenAt: now, ExpiresAt: now.Add(12 * time.Hour), MaxEndsAt: now.Add(24 * time.Hour),
	}
	require.NoError(t.s.t, data.StartSession(ctx, session, domain.AuditEvent{Action: "login.succeed"}))
	return u, session
}

// code puts a code for the client, as the authorization service does.
func (c *client) code(u domain.User, s domain.Session, change ...func(*domain.Code)) string {
	c.at.s.t.Helper()
	now, code := c.at.s.clock.now(), keys.NewBearer()
	d := domain.Code{
		ClientID: c.id, RedirectURI: redirectURI, CodeChallenge: challenge, Scope: oauth.Scope{"openid", "profile", "offline_access", "read"}, Nonce: "n-0S6",
		UserID: u.UserID, SessionID: s.ID, AuthTime: s.AuthTime, ACR: s.ACR, AMR: s.AMR, IssuedAt: now, ExpiresAt: now.Add(time.Minute),
	}
	for _, f := range change {
		f(&d)
	}
	require.NoError(c.at.s.t, c.at.s.p.KV.Workspace(c.w).PutCode(context.Background(), keys.HashBearer(code), d))
	return code
}

// answer of an endpoint.
type answer struct {
	status int
	header http.Header
	raw    string
	body   map[string]any
}

func (a answer) text(name string) string { s, _ := a.body[name].(string); return s }

func (s *service) do(r *http.Request) answer {
	s.t.Helper()
	r.Host = "localhost:8080"
	if s.shown != nil {
		r.TLS = &tls.ConnectionState{HandshakeComplete: true, PeerCertificates: []*x509.Certificate{s.shown}}
	}
	rec := httptest.NewRecorder()
	s.handler.ServeHTTP(rec, r)
	a := answer{status: rec.Code, header: rec.Header(), raw: rec.Body.String()}
	if strings.Contains(rec.Header().Get("Content-Type"), "json") && rec.Body.Len() > 0 {
		require.NoError(s.t, json.Unmarshal(rec.Body.Bytes(), &a.body), a.raw)
	}
	require.NotEmpty(s.t, a.header.Get("X-Trace-Id"))
	return a
}

// post sends a form, with Basic credentials where basic is not empty.
func (s *service) post(path string, form url.Values, basic string) answer {
	s.t.Helper()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if basic != "" {
		r.Header.Set("Authorization", basic)
	}
	return s.do(r)
}

func basic(id, secret string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(url.QueryEscape(id)+":"+url.QueryEscape(secret)))
}

func (c *client) path(endpoint string) string { return c.w.CookiePath() + endpoint }

// call posts to an endpoint of the client's workspace as the client.
func (c *client) call(endpoint string, form url.Values) answer {
	c.at.s.t.Helper()
	if c.secret == "" {
		form.Set("client_id", c.id)
		return c.at.s.post(c.path(endpoint), form, "")
	}
	return c.at.s.post(c.path(endpoint), form, basic(c.id, c.secret))
}

func (c *client) token(pairs ...string) answer {
	c.at.s.t.Helper()
	return c.call("/oauth2/token", values(pairs...))
}

func (c *client) redeem(code string) answer {
	c.at.s.t.Helper()
	return c.token("grant_type", "authorization_code", "code", code, "redirect_uri", redirectURI, "code_verifier", verifier)
}

func (c *client) refresh(token string, pairs ...string) answer {
	c.at.s.t.Helper()
	return c.token(append([]string{"grant_type", "refresh_token", "refresh_token", token}, pairs...)...)
}

// active asks whether a token is.
func (c *client) active(token string) bool {
	c.at.s.t.Helper()
	a := c.call("/oauth2/introspect", values("token", token))
	require.Equal(c.at.s.t, http.StatusOK, a.status, a.raw)
	active, _ := a.body["active"].(bool)
	return active
}

func values(pairs ...string) url.Values {
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return v
}

// refused asserts one of the standard errors and the laws of every error.
func refused(t *testing.T, a answer, status int, code string) {
	t.Helper()
	require.Equal(t, status, a.status, a.raw)
	require.Equal(t, code, a.text("error"), a.raw)
	require.Equal(t, "application/json;charset=UTF-8", a.header.Get("Content-Type"))
	require.Equal(t, "no-store", a.header.Get("Cache-Control"))
	require.Equal(t, "nosniff", a.header.Get("X-Content-Type-Options"))
	require.Empty(t, a.header.Values("Set-Cookie"))
	require.NotContains(t, a.raw, "access_token")
}

func granted(t *testing.T, a answer) {
	t.Helper()
	require.Equal(t, http.StatusOK, a.status, a.raw)
	require.NotEmpty(t, a.text("access_token"))
	require.Equal(t, "application/json;charset=UTF-8", a.header.Get("Content-Type"))
	require.Equal(t, "no-store", a.header.Get("Cache-Control"))
	require.Equal(t, "no-cache", a.header.Get("Pragma"))
	require.IsType(t, float64(0), a.body["expires_in"], "expires_in is a number")
	require.Contains(t, a.body, "scope", "every token answer carries its scope")
}

// claimsOf reads a JWT without verifying it.
func claimsOf(t *testing.T, token string) map[string]any {
	t.Helper()
	parts := strings.Split(token, ".")
	require.Len(t, parts, 3)
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	require.NoError(t, err)
	var out map[string]any
	require.NoError(t, json.Unmarshal(raw, &out))
	return out
}
