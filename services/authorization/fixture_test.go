package authorization_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/pkg/audit"
	"github.com/signet-authz/signet/pkg/cache"
	"github.com/signet-authz/signet/pkg/clientauth"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/egress"
	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/kv"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/password"
	"github.com/signet-authz/signet/pkg/server"
	"github.com/signet-authz/signet/pkg/statistics"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/pkg/store/storetest"
	"github.com/signet-authz/signet/pkg/tenancy"
	"github.com/signet-authz/signet/pkg/trace"
	"github.com/signet-authz/signet/services/authorization"
)

const (
	origin   = "https://id.example"
	callback = "https://app.example/cb"
	verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
	secret   = "correct horse battery staple"
)

// house is the service on a real store, a real Redis within the process, and a
// clock that tests move.
type house struct {
	t          testing.TB
	clock      *storetest.Clock
	store      *store.Store
	kv         *kv.Store
	root       *keys.Root
	passwords  *password.Hasher
	caches     *cache.Set
	resolver   *tenancy.Resolver
	audit      *audit.Queue
	counter    *statistics.Counter
	handler    http.Handler
	sql, redis atomic.Int64 // round trips
	ended      []domain.Revocation
	traces     chan []byte
	log        *strings.Builder
}

// newHouse starts the service under the public origin.
func newHouse(t testing.TB, options ...func(*authorization.Deps)) *house {
	t.Helper()
	h := &house{t: t, clock: storetest.NewClock(), traces: make(chan []byte, 1000), log: &strings.Builder{}}
	h.store = storetest.Open(t, store.Config{Now: h.clock.Now, OnRoundTrip: func(context.Context) { h.sql.Add(1) }})
	var err error
	h.kv, err = kv.Open(t.Context(), kv.Config{URL: kv.InProcessURL, Now: h.clock.Now, Timeout: 10 * time.Second, OnRoundTrip: func(context.Context) { h.redis.Add(1) }})
	require.NoError(t, err)
	t.Cleanup(func() { _ = h.kv.Close() })
	h.root, err = keys.ParseRoot([]string{keys.GenerateRoot()})
	require.NoError(t, err)
	h.passwords = password.New(password.Config{MaxConcurrent: 4, MaxQueued: 1000, Params: password.Params{MemoryKiB: 64, Iterations: 1, Parallelism: 1}})
	platform := h.store.Platform()
	directory := cache.NewDirectory(platform, 100, h.clock.Now)
	config := cache.Config{Now: h.clock.Now, NotFound: store.ErrNotFound}
	h.caches = &cache.Set{
		Directory: directory,
		Clients: cache.NewClients(func(ctx context.Context, w tenancy.Workspace, id string) (domain.Client, error) {
			return h.store.Workspace(w).Client(ctx, id)
		}, config),
		Rings: cache.NewRings(func(ctx context.Context, w tenancy.Workspace) (*keys.Ring, error) {
			ks, err := h.store.Workspace(w).Keys(ctx)
			if err != nil {
				return nil, err
			}
			return h.root.OpenRing(w, ks)
		}, config),
		Catalogs: cache.NewCatalogs(func(ctx context.Context, w tenancy.Workspace) ([]domain.Scope, []domain.Service, error) {
			return h.store.Workspace(w).Catalog(ctx)
		}, config),
		Revocations: cache.NewRevocations(platform.Revocations, h.clock.Now),
	}
	h.audit = audit.NewQueue(audit.Config{Append: platform.AppendAudit, Now: h.clock.Now})
	h.counter = statistics.New(statistics.Config{Add: platform.AddStatistics, Now: h.clock.Now})
	recorder := trace.NewRecorder(trace.Config{SampleSuccess: 1, Count: h.counter.Observe, Now: h.clock.Now, Sink: func(_ context.Context, _ tenancy.Workspace, _ string, body []byte) error {
		h.traces <- body
		return nil
	}})
	out, err := egress.New(egress.Config{})
	require.NoError(t, err)
	t.Cleanup(out.Close)
	auth := clientauth.New(clientauth.Deps{
		Clients: func(ctx context.Context, w tenancy.Workspace, id string) (*domain.Client, bool, error) {
			c, err := h.caches.Clients.Client(ctx, w, id)
			if errors.Is(err, store.ErrNotFound) {
				return nil, false, nil
			}
			return c, err == nil, err
		},
		Replay: func(ctx context.Context, w tenancy.Workspace, kind, id string, issuedAt, exp time.Time) error {
			return h.kv.Workspace(w).Replay(ctx, kind, id, issuedAt, exp)
		},
		Guard: clientauth.NewGuard(func(ctx context.Context, w tenancy.Workspace, key string, window time.Duration) (int, error) {
			return h.kv.Workspace(w).CountFailure(ctx, "client", key, window)
		}, h.clock.Now),
		Root: h.root, Keys: clientauth.NewKeySource(clientauth.KeySourceDeps{Egress: out, Now: h.clock.Now}), Used: func(tenancy.Workspace, string, string) {}, Now: h.clock.Now,
	})
	d := authorization.Deps{
		Server: server.Config{
			Name: "authorization", Now: h.clock.Now, Hosts: []string{"id.example"}, Secure: true, Access: server.AccessAll,
			Logger:      slog.New(slog.NewJSONHandler(h.log, nil)),
			Explanation: func(w tenancy.Workspace, id string) string { return origin + "/console/" + w.TID() + "/explain/" + id },
		},
		Resolver: tenancy.NewResolver(directory, origin), Store: h.store, KV: h.kv, Root: h.root, Caches: h.caches, Passwords: h.passwords, Audit: h.audit, ClientAuth: auth, Egress: out, Traces: recorder, Now: h.clock.Now,
		Invalidate: func(_ context.Context, i cache.Invalidation) {
			h.caches.Apply(i)
			if i.Revocation != nil {
				h.ended = append(h.ended, *i.Revocation)
			}
		},
	}
	for _, o := range options {
		o(&d)
	}
	h.resolver = d.Resolver
	h.handler, err = authorization.New(d)
	require.NoError(t, err)
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); recorder.Run(ctx) }()
	t.Cleanup(func() { stop(); <-done })
	return h
}

// place is one workspace with what it begins with.
type place struct {
	*house
	w    tenancy.Workspace
	data store.Workspace
}

func created(action string) domain.AuditEvent {
	return domain.AuditEvent{Action: action, ActorKind: "system", ActorID: "test"}
}

// tenant makes a tenant with the workspaces admin, default and second.
func (h *house) tenant(tid string, change ...func(*domain.Settings)) (first, second *place) {
	h.t.Helper()
	pool := keys.NewPool(map[string]int{oauth.ES256: 1})
	defer pool.Close()
	n := store.NewTenant{
		Tenant: domain.Tenant{ID: uuid.Must(uuid.NewV7()), TID: tid, DisplayName: tid, EmailVerified: true},
		Owner:  domain.User{UserID: keys.NewUserID(), Email: "owner@" + tid + ".example"},
	}
	for _, aid := range []string{domain.AdminWorkspace, domain.DefaultWorkspace, "second"} {
		settings := domain.DefaultSettings(domain.ProfileDefault)
		for _, c := range change {
			c(&settings)
		}
		id := uuid.Must(uuid.NewV7())
		material, err := pool.Take(h.t.Context(), oauth.ES256)
		require.NoError(h.t, err)
		key, err := h.root.SealKey(id, material, h.clock.Now(), h.clock.Now())
		require.NoError(h.t, err)
		scopes := append(domain.StandardScopes(),
			domain.Scope{Name: "files:read", Description: "Read your files", ServiceID: "files"},
			domain.Scope{Name: "notes", Description: "See your notes", Default: true},
		)
		n.Workspaces = append(n.Workspaces, store.NewWorkspace{
			Workspace: domain.Workspace{ID: id, AID: aid, DisplayName: "Workspace " + aid, Settings: settings},
			Keys:      []domain.SigningKey{key}, Scopes: scopes,
			Services: []domain.Service{{ServiceID: "files", Name: "Files", Audience: "https://files.example"}},
		})
		if aid == domain.AdminWorkspace {
			n.Tenant.AdminWorkspaceID = id
		}
	}
	require.NoError(h.t, h.store.Platform().CreateTenant(h.t.Context(), n, created("tenant.create")))
	return h.at(tid, domain.DefaultWorkspace), h.at(tid, "second")
}

func (h *house) at(tid, aid string) *place {
	h.t.Helper()
	w, err := h.resolver.Workspace(h.t.Context(), tid, aid)
	require.NoError(h.t, err)
	return &place{house: h, w: w, data: h.store.Workspace(w)}
}

// client makes a client, by default a confidential web application.
func (p *place) client(id string, change ...func(*domain.Client)) domain.Client {
	p.t.Helper()
	c := domain.Client{
		ClientID: id, ClientName: "App " + id, ApplicationType: domain.ApplicationWeb, TokenEndpointAuthMethod: oauth.MethodClientSecretBasic,
		RedirectURIs: []string{callback}, PostLogoutRedirectURIs: []string{"https://app.example/bye"},
		GrantTypes: []string{oauth.GrantAuthorizationCode, oauth.GrantRefreshToken}, ResponseTypes: []string{oauth.ResponseTypeCode},
		Scope: oauth.Scope{"openid", "profile", "email", "offline_access", "files:read", "notes"},
	}
	for _, f := range change {
		f(&c)
	}
	c, err := p.data.CreateClient(p.t.Context(), c, created("client.create"))
	require.NoError(p.t, err)
	p.caches.Apply(cache.Invalidation{Kind: cache.KindClient, WorkspaceID: p.w.ID(), ClientID: id})
	return c
}

// change updates a client as an administrator would.
func (p *place) change(id string, f func(*domain.Client)) {
	p.t.Helper()
	c, err := p.data.Client(p.t.Context(), id)
	require.NoError(p.t, err)
	f(&c)
	_, _, err = p.data.UpdateClient(p.t.Context(), c, created("client.update"))
	require.NoError(p.t, err)
	p.caches.Apply(cache.Invalidation{Kind: cache.KindClient, WorkspaceID: p.w.ID(), ClientID: id})
}

// user makes a user whose password is secret, found as NAME and NAME@users.example.
func (p *place) user(name string, change ...func(*domain.User)) domain.User {
	p.t.Helper()
	phc, err := p.passwords.Hash(p.t.Context(), secret)
	require.NoError(p.t, err)
	u := domain.User{UserID: keys.NewUserID(), Email: name + "@users.example", Username: name, Name: strings.ToUpper(name[:1]) + name[1:] + " Person", PasswordHash: phc}
	for _, f := range change {
		f(&u)
	}
	u, err = p.data.CreateUser(p.t.Context(), u, created("user.create"))
	require.NoError(p.t, err)
	return u
}

// idToken is an expired ID token of the workspace, as hints mostly are.
func (p *place) idToken(claims map[string]any) string { return p.token("JWT", claims) }

// token is a JWT of the type under the workspace's key.
func (p *place) token(typ string, claims map[string]any) string {
	p.t.Helper()
	ring, err := p.caches.Rings.Ring(p.t.Context(), p.w)
	require.NoError(p.t, err)
	all := map[string]any{"iss": p.w.Issuer(), "exp": p.clock.Now().Add(-time.Hour).Unix()}
	for k, v := range claims {
		all[k] = v
	}
	raw, err := json.Marshal(all)
	require.NoError(p.t, err)
	token, err := ring.Sign(p.clock.Now(), oauth.ES256, typ, raw)
	require.NoError(p.t, err)
	return token
}

// redeem is what the token service does with a code; it returns the payload.
func (p *place) redeem(code string) domain.Code {
	p.t.Helper()
	c, err := p.kv.Workspace(p.w).Code(p.t.Context(), keys.HashBearer(code))
	require.NoError(p.t, err)
	return c
}

func challenge() string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// query is an authorization request of a careful client. Pairs change it; an
// empty value removes a parameter.
func query(clientID string, pairs ...string) url.Values {
	v := url.Values{
		"response_type": {"code"}, "client_id": {clientID}, "redirect_uri": {callback}, "scope": {"openid profile"},
		"state": {"st&te=1"}, "nonce": {"n-1"}, "code_challenge": {challenge()}, "code_challenge_method": {"S256"},
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		if v.Del(pairs[i]); pairs[i+1] != "" {
			v.Set(pairs[i], pairs[i+1])
		}
	}
	return v
}

// authorizeURL is the address of an authorization request.
func (p *place) authorizeURL(clientID string, pairs ...string) string {
	return p.url("/oauth2/authorize") + "?" + query(clientID, pairs...).Encode()
}

func (p *place) url(path string) string { return p.w.Issuer() + path }

// events are the workspace's audit events of the action.
func (p *place) events(action string) []domain.AuditEvent {
	p.t.Helper()
	require.NoError(p.t, p.audit.Flush(p.t.Context()))
	list, err := p.data.AuditEvents(p.t.Context(), store.Page{Limit: 100}, store.AuditFilter{Action: action})
	require.NoError(p.t, err)
	return list.Items
}

func readAll(t testing.TB, r io.Reader) string {
	t.Helper()
	b, err := io.ReadAll(r)
	require.NoError(t, err)
	return string(b)
}
