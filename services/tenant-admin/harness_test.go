package tenantadmin_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/pkg/accesstoken"
	"github.com/signet-authz/signet/pkg/boot"
	"github.com/signet-authz/signet/pkg/clientauth"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/tenancy"
	tenantadmin "github.com/signet-authz/signet/services/tenant-admin"
)

const (
	publicURL = "http://localhost:8080"
	base      = "/api/v1/tenants"
)

// world is the service on a real store (SQLite), a real Redis in the process
// and a clock of its own.
type world struct {
	t        testing.TB
	platform *boot.Platform
	handler  http.Handler
	echo     *echo.Echo
	clock    *atomic.Int64 // what the clock is ahead of the machine's
	mail     *outbox
	issuer   *issuer
}

// outbox is a Mailer that keeps what it was given.
type outbox struct {
	messages []tenantadmin.Message
	refuse   bool
}

func (o *outbox) Send(_ context.Context, m tenantadmin.Message) error {
	if o.refuse {
		return errors.New("the mail server is away")
	}
	o.messages = append(o.messages, m)
	return nil
}

type option func(*tenantadmin.Deps)

func mode(m string) option { return func(d *tenantadmin.Deps) { d.Registration.Mode = m } }

func perSource(n int) option { return func(d *tenantadmin.Deps) { d.Registration.PerSource = n } }

func newWorld(t testing.TB, options ...option) *world {
	t.Helper()
	return newWorldAt(t, publicURL, options...)
}

// newWorldAt is newWorld under another public URL.
func newWorldAt(t testing.TB, origin string, options ...option) *world {
	t.Helper()
	w := &world{t: t, clock: &atomic.Int64{}, mail: &outbox{}}
	cfg := boot.Defaults()
	cfg.PublicURL, cfg.Data, cfg.Env = origin, t.TempDir(), boot.Development
	if _, measured := t.(*testing.B); !measured {
		cfg.Password.MemoryKiB, cfg.Password.Iterations = 8, 1
	}
	p, err := boot.Start(t.Context(), boot.Standalone, cfg, boot.WithNow(w.now), boot.WithLogger(slog.New(slog.DiscardHandler)))
	require.NoError(t, err)
	t.Cleanup(func() { _ = p.Close(context.Background()) })
	w.platform, w.issuer = p, newIssuer(w)
	// What is signed from now on is younger than the memory of what was used.
	w.clock.Add(int64(2 * time.Second))
	d := w.deps()
	for _, o := range options {
		o(&d)
	}
	w.handler, err = tenantadmin.New(d)
	require.NoError(t, err)
	w.echo, _ = w.handler.(*echo.Echo)
	return w
}

func (w *world) now() time.Time { return time.Now().Add(time.Duration(w.clock.Load())) }

// pass lets time go by.
func (w *world) pass(d time.Duration) {
	w.clock.Add(int64(d))
	// What ended is polled by the machine's clock; the set is fresh by ours.
	require.NoError(w.t, w.platform.Caches.Revocations.Refresh(context.Background()))
}

func (w *world) deps() tenantadmin.Deps {
	p := w.platform
	front := p.ServerConfig("tenant-admin")
	front.Hosts = nil // requests that never left the process name no host of ours
	return tenantadmin.Deps{
		Server: front, Resolver: p.Resolver, Store: p.Store, KV: p.KV, Root: p.Root, Pool: p.Pool, Caches: p.Caches, Passwords: p.Passwords,
		Invalidate: p.Invalidate, AuthMethods: clientauth.Methods,
		Registration: tenantadmin.Registration{Mode: "open", PerSource: 1_000_000, Per: time.Hour}, Mailer: w.mail, Now: w.now,
		BackChannel: w.issuer, Audit: p.Audit, Console: fstest.MapFS{}, Reference: fstest.MapFS{},
	}
}

// reply is an answer as it came over the wire.
type reply struct {
	t      testing.TB
	status int
	header http.Header
	body   []byte
}

func (r reply) json() map[string]any {
	r.t.Helper()
	var out map[string]any
	require.NoError(r.t, json.Unmarshal(r.body, &out), string(r.body))
	return out
}

func (r reply) is(status int) reply {
	r.t.Helper()
	require.Equal(r.t, status, r.status, string(r.body))
	return r
}

// problem checks the form of a problem and its code.
func (r reply) problem(status int, code string) reply {
	r.t.Helper()
	r.is(status)
	require.Equal(r.t, "application/problem+json", r.header.Get("Content-Type"))
	p := r.json()
	require.Equal(r.t, code, p["code"], string(r.body))
	require.Equal(r.t, "urn:signet:problem:"+code, p["type"])
	require.InDelta(r.t, status, p["status"], 0)
	require.Equal(r.t, r.header.Get("X-Trace-Id"), p["request_id"])
	require.Equal(r.t, "no-store", r.header.Get("Cache-Control"))
	return r
}

// about checks that the problem names the member.
func (r reply) about(pointer string) reply {
	r.t.Helper()
	list, _ := r.json()["errors"].([]any)
	for _, e := range list {
		if m, _ := e.(map[string]any); m["pointer"] == pointer {
			return r
		}
	}
	require.Failf(r.t, "no such finding", "%s in %s", pointer, r.body)
	return r
}

// field is one member of the body.
func (r reply) field(path ...string) any {
	r.t.Helper()
	var v any = r.json()
	for _, name := range path {
		m, _ := v.(map[string]any)
		v = m[name]
	}
	return v
}

func (r reply) text(path ...string) string {
	r.t.Helper()
	s, ok := r.field(path...).(string)
	require.True(r.t, ok, "%v is no text in %s", path, r.body)
	return s
}

// items are those of a list.
func (r reply) items() []map[string]any {
	r.t.Helper()
	var out []map[string]any
	list, ok := r.field("items").([]any)
	require.True(r.t, ok, string(r.body))
	for _, item := range list {
		m, _ := item.(map[string]any)
		out = append(out, m)
	}
	return out
}

// do sends a request with a body of JSON; headers come in pairs.
func (w *world) do(method, path, token string, body any, headers ...string) reply {
	w.t.Helper()
	var reader io.Reader
	if body != nil {
		raw, ok := body.(string)
		if !ok {
			b, err := json.Marshal(body)
			require.NoError(w.t, err)
			raw = string(b)
		}
		reader = strings.NewReader(raw)
	}
	r := httptest.NewRequest(method, path, reader)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i < len(headers); i += 2 {
		switch name, value := headers[i], headers[i+1]; {
		case name == "Host":
			r.Host = value
		case name == "Cookie" && r.Header.Get(name) != "":
			r.Header.Set(name, r.Header.Get(name)+"; "+value)
		case value == "":
			r.Header.Del(name)
		default:
			r.Header.Set(name, value)
		}
	}
	return w.send(r)
}

func (w *world) send(r *http.Request) reply {
	rec := httptest.NewRecorder()
	method, path := r.Method, r.URL.Path
	w.handler.ServeHTTP(rec, r)
	out := reply{t: w.t, status: rec.Code, header: rec.Header(), body: bytes.Clone(rec.Body.Bytes())}
	follows(w.t, method, path, out)
	return out
}

// house is a registered tenant with the tokens of those in it.
type house struct {
	w                      *world
	tid, ownerID, clientID string
	secret                 string
	owner, program         string // access tokens
}

func registration(tid string) map[string]any {
	return map[string]any{
		"tid": tid, "display_name": "Tenant " + tid, "with_service_client": true,
		"owner": map[string]any{"email": "owner@" + tid + ".example", "name": "Olive Owner", "password": "correct horse battery"},
	}
}

func (w *world) house(tid string) *house {
	w.t.Helper()
	r := w.do(http.MethodPost, base, "", registration(tid)).is(http.StatusCreated)
	h := &house{
		w: w, tid: tid, ownerID: r.text("owner", "user_id"), clientID: r.text("service_client", "client_id"),
		secret: r.text("service_client", "client_secret"),
	}
	h.refresh()
	return h
}

// refresh issues tokens anew.
func (h *house) refresh() {
	h.owner = h.token(h.ownerID, "console", "admin:read admin:write")
	h.program = h.token(h.clientID, h.clientID, "admin:read admin:write")
}

func (h *house) path(segments ...string) string {
	return strings.Join(append([]string{base, h.tid}, segments...), "/")
}

// in is a path below a workspace.
func (h *house) in(aid string, segments ...string) string {
	return h.path(append([]string{"workspaces", aid}, segments...)...)
}

func (h *house) workspace(aid string) tenancy.Workspace {
	h.w.t.Helper()
	ws, err := h.w.platform.Resolver.AnyWorkspace(h.w.t.Context(), h.tid, aid)
	require.NoError(h.w.t, err)
	return ws
}

// token signs an access token of the workspace admin, as the token service
// would.
func (h *house) token(subject, clientID, scope string, change ...func(*accesstoken.Claims)) string {
	h.w.t.Helper()
	return h.sign("admin", accesstoken.Type, subject, clientID, scope, change...)
}

func (h *house) sign(aid, typ, subject, clientID, scope string, change ...func(*accesstoken.Claims)) string {
	h.w.t.Helper()
	ws, now := h.workspace(aid), h.w.now()
	c := accesstoken.Claims{
		Issuer: ws.Issuer(), Subject: subject, Audience: accesstoken.Audience{publicURL + "/api/v1"}, ExpiresAt: now.Add(time.Hour).Unix(),
		IssuedAt: now.Unix(), ID: accesstoken.NewID(now), ClientID: clientID, Scope: scope,
	}
	for _, f := range change {
		f(&c)
	}
	raw, err := json.Marshal(c)
	require.NoError(h.w.t, err)
	ring, err := h.w.platform.Caches.Rings.Ring(h.w.t.Context(), ws)
	require.NoError(h.w.t, err)
	token, err := ring.Sign(now, oauth.ES256, typ, raw)
	require.NoError(h.w.t, err)
	return token
}

// member makes a person with a role and gives a token of theirs.
func (h *house) member(name string, role domain.Role) (userID, token string) {
	h.w.t.Helper()
	userID = h.w.do(http.MethodPost, h.in("admin", "users"), h.owner, map[string]any{"email": name + "@" + h.tid + ".example"}).is(http.StatusCreated).text("id")
	h.w.do(http.MethodPost, h.path("members"), h.owner, map[string]any{"user_id": userID, "role": string(role)}).is(http.StatusCreated)
	return userID, h.token(userID, "console", "admin:read admin:write")
}

// remake builds the service again on changed dependencies.
func remake(t testing.TB, d tenantadmin.Deps) http.Handler {
	t.Helper()
	handler, err := tenantadmin.New(d)
	require.NoError(t, err)
	return handler
}
