package tenantadmin_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/pkg/cache"
	"github.com/signet-authz/signet/pkg/clientauth"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/pkg/tenancy"
	"github.com/signet-authz/signet/pkg/trace"
)

func TestWorkspaceIsAnIssuerAtOnce(t *testing.T) {
	w := newWorld(t)
	h := w.house("acme")
	r := w.do(http.MethodPost, h.path("workspaces"), h.program, with("aid", "shop", "display_name", "Shop", "access_token_ttl", 600)).is(http.StatusCreated)
	require.Equal(t, publicURL+"/acme/shop", r.text("issuer"))
	require.Equal(t, h.in("shop"), r.header.Get("Location"))
	require.InDelta(t, 600, r.field("access_token_ttl"), 0)
	require.Equal(t, "required", r.field("pkce"))
	ws, err := w.platform.Resolver.Workspace(t.Context(), "acme", "shop")
	require.NoError(t, err)
	ring, err := w.platform.Caches.Rings.Ring(t.Context(), ws)
	require.NoError(t, err)
	require.True(t, ring.Has(oauth.ES256, w.now()))
	require.Equal(t, r.header.Get("ETag"), w.do(http.MethodGet, h.in("shop"), h.program, nil).is(http.StatusOK).header.Get("ETag"))
	require.Len(t, w.do(http.MethodGet, h.path("workspaces"), h.program, nil).items(), 3)

	w.do(http.MethodPost, h.path("workspaces"), h.program, with("aid", "shop")).problem(http.StatusConflict, "conflict").about("/aid")
	w.do(http.MethodPost, h.path("workspaces"), h.program, with("aid", "admin")).problem(http.StatusConflict, "conflict").about("/aid")
	w.do(http.MethodPost, h.path("workspaces"), h.program, with("aid", "oauth2")).problem(http.StatusConflict, "conflict").about("/aid")
	w.do(http.MethodPost, h.path("workspaces"), h.program, with("aid", "No")).problem(http.StatusBadRequest, "validation_failed").about("/aid")
	w.do(http.MethodPost, h.path("workspaces"), h.program, with()).problem(http.StatusBadRequest, "validation_failed").about("/aid")
	w.do(http.MethodDelete, h.in("shop"), h.program, nil).is(http.StatusNoContent)
	_, err = w.platform.Resolver.Workspace(t.Context(), "acme", "shop")
	require.ErrorIs(t, err, tenancy.ErrNotFound, "gone at once")
	w.do(http.MethodPost, h.path("workspaces"), h.program, with("aid", "shop")).problem(http.StatusConflict, "conflict").about("/aid")
}

func TestSettingsTakeEffectAtOnce(t *testing.T) {
	w := newWorld(t)
	h := w.house("acme")
	settings := func() domain.Settings { return h.workspace("default").Settings() }
	require.Equal(t, time.Hour, settings().AccessTokenTTL)
	w.do(http.MethodPatch, h.in("default"), h.program, with("access_token_ttl", 300, "access_token_format", "opaque", "token_endpoint_auth_methods", list("client_secret_post", "none"))).is(http.StatusOK)
	require.Equal(t, 5*time.Minute, settings().AccessTokenTTL)
	require.Equal(t, domain.FormatOpaque, settings().AccessTokenFormat)
	w.do(http.MethodPost, h.in("default", "clients"), h.program, with("grant_types", list("client_credentials"))).problem(http.StatusBadRequest, "validation_failed").about("/token_endpoint_auth_method")
	w.do(http.MethodPatch, h.in("default"), h.program, with("state", "suspended")).is(http.StatusOK)
	_, err := w.platform.Resolver.Workspace(t.Context(), "acme", "default")
	require.ErrorIs(t, err, tenancy.ErrSuspended)
	w.do(http.MethodPatch, h.in("default"), h.program, with("state", "active")).is(http.StatusOK)
	_, err = w.platform.Resolver.Workspace(t.Context(), "acme", "default")
	require.NoError(t, err, "who suspended it can bring it back")
}

func TestProfileBringsItsDefaults(t *testing.T) {
	w := newWorld(t)
	h := w.house("acme")
	r := w.do(http.MethodPatch, h.in("default"), h.program, with("profile", "oidc_core")).is(http.StatusOK)
	require.Equal(t, "required_for_public", r.text("pkce"))
	require.Equal(t, "required", w.do(http.MethodPatch, h.in("default"), h.program, with("profile", "default")).is(http.StatusOK).text("pkce"))
	w.do(http.MethodPatch, h.in("default"), h.program, with("access_token_ttl", 300)).is(http.StatusOK)
	r = w.do(http.MethodPatch, h.in("default"), h.program, with("profile", "oidc_core", "pkce", "required")).is(http.StatusOK)
	require.Equal(t, "required", r.text("pkce"), "what is named holds")
	require.InDelta(t, 300, r.field("access_token_ttl"), 0, "what was chosen before holds")
}

func TestSettingsAreBounded(t *testing.T) {
	w := newWorld(t)
	h := w.house("acme")
	for pointer, in := range map[string]map[string]any{
		"/profile":                       with("profile", "fapi_20_security"),
		"/pkce":                          with("pkce", "plain"),
		"/access_token_ttl":              with("access_token_ttl", 9),
		"/id_token_ttl":                  with("id_token_ttl", 86401),
		"/code_ttl":                      with("code_ttl", 3600),
		"/refresh_token_ttl":             with("refresh_token_ttl", -1),
		"/refresh_token_max_ttl":         with("refresh_token_ttl", 1000, "refresh_token_max_ttl", 999),
		"/refresh_grace":                 with("refresh_grace", 301),
		"/session_ttl":                   with("session_ttl", "an hour"),
		"/session_max_ttl":               with("session_ttl", 7200, "session_max_ttl", 3600),
		"/token_endpoint_auth_methods":   with("token_endpoint_auth_methods", list()),
		"/token_endpoint_auth_methods/1": with("token_endpoint_auth_methods", list("none", "kerberos")),
		"/token_endpoint_auth_methods/2": with("token_endpoint_auth_methods", list("none", "client_secret_post", "none")),

		"/token_endpoint_auth_signing_alg_values/2": with("token_endpoint_auth_signing_alg_values", list("ES256", "HS256", "ES256K")),
		"/token_endpoint_auth_signing_alg_values":   with("token_endpoint_auth_signing_alg_values", list("ES256")),
		"/branding/color":                           with("branding", with("color", "red")),
		"/branding/logo_uri":                        with("branding", with("logo_uri", "javascript:x")),
		"/access_token_signing_alg":                 with("access_token_signing_alg", "HS256"),
		"/access_token_format":                      with("access_token_format", "paseto"),
		"/client_assertion_audience":                with("client_assertion_audience", "anything"),
		"/state":                                    with("state", "deleted"),
		"/demo_users":                               with("demo_users", "yes"),
	} {
		w.do(http.MethodPatch, h.in("default"), h.program, in).problem(http.StatusBadRequest, "validation_failed").about(pointer)
		if pointer != "/state" {
			in["aid"] = "other"
			w.do(http.MethodPost, h.path("workspaces"), h.program, in).problem(http.StatusBadRequest, "validation_failed").about(pointer)
		}
	}
	untouched := domain.DefaultSettings(domain.ProfileDefault)
	untouched.TokenEndpointAuthMethods = clientauth.Methods()
	require.Equal(t, untouched, h.workspace("default").Settings(), "nothing changed")
}

func TestTenantCannotLockItselfOut(t *testing.T) {
	w := newWorld(t)
	h := w.house("acme")
	w.do(http.MethodDelete, h.in("admin"), h.owner, nil).problem(http.StatusConflict, "read_only")
	for name, value := range map[string]any{
		"state": "suspended", "profile": "oidc_core", "token_endpoint_auth_methods": list("none"), "pkce": "required_for_public",
		"access_token_format": "opaque", "access_token_signing_alg": "RS256", "client_assertion_audience": "issuer_only", "demo_users": true,
	} {
		w.do(http.MethodPatch, h.in("admin"), h.owner, with(name, value)).problem(http.StatusBadRequest, "validation_failed").about("/" + name)
	}
	w.do(http.MethodPatch, h.in("admin"), h.owner, with("session_ttl", 3600, "display_name", "Head office")).is(http.StatusOK)
	w.do(http.MethodPost, h.in("admin", "clients"), h.owner, with("grant_types", list("client_credentials"), "access_token_format", "opaque")).problem(http.StatusBadRequest, "validation_failed").about("/access_token_format")
	for _, path := range []string{h.in("admin", "scopes", "admin:write"), h.in("admin", "scopes", "openid"), h.in("admin", "services", "admin-api")} {
		w.do(http.MethodPatch, path, h.owner, with("description", "x", "name", "x")).is(http.StatusConflict)
		w.do(http.MethodDelete, path, h.owner, nil).problem(http.StatusConflict, "read_only")
	}
	w.do(http.MethodPost, h.in("admin", "scopes"), h.owner, with("name", "admin:more", "service_id", "admin-api")).problem(http.StatusBadRequest, "validation_failed").about("/service_id")

	// The last owner stays one, whichever way it is tried.
	w.do(http.MethodPatch, h.path("members", h.ownerID), h.owner, with("role", "admin")).problem(http.StatusConflict, "last_owner")
	w.do(http.MethodPatch, h.path("members", h.ownerID), h.owner, with("disabled", true)).problem(http.StatusConflict, "last_owner")
	w.do(http.MethodDelete, h.path("members", h.ownerID), h.owner, nil).problem(http.StatusConflict, "last_owner")
	w.do(http.MethodPatch, h.in("admin", "users", h.ownerID), h.owner, with("disabled", true)).problem(http.StatusConflict, "in_use")
	w.do(http.MethodDelete, h.in("admin", "users", h.ownerID), h.owner, nil).problem(http.StatusConflict, "in_use")
	secondID, _ := h.member("olga", domain.RoleOwner)
	w.do(http.MethodPatch, h.path("members", h.ownerID), h.owner, with("role", "auditor")).is(http.StatusOK)
	w.do(http.MethodDelete, h.path("members", secondID), h.program, nil).problem(http.StatusConflict, "last_owner")
}

func TestDemoUsersComeAndGo(t *testing.T) {
	w := newWorld(t)
	h := w.house("acme")
	data := w.platform.Store.Workspace(h.workspace("default"))
	login := func(r reply, i int) (string, string, domain.User) {
		t.Helper()
		all, _ := r.field("demo_credentials").([]any)
		require.Len(t, all, 2)
		c, _ := all[i].(map[string]any)
		u, err := data.FindLogin(t.Context(), c["username"].(string))
		require.NoError(t, err)
		return c["username"].(string), c["password"].(string), u
	}
	verify := func(u domain.User, password string) bool {
		good, _, err := w.platform.Passwords.Verify(t.Context(), u.PasswordHash, password)
		require.NoError(t, err)
		return good && !u.Disabled
	}
	on := w.do(http.MethodPatch, h.in("default"), h.program, with("demo_users", true)).is(http.StatusOK)
	_, password, u := login(on, 0)
	require.True(t, verify(u, password))
	require.NotContains(t, w.do(http.MethodGet, h.in("default"), h.program, nil).json(), "demo_credentials", "shown once")
	require.NotContains(t, w.do(http.MethodPatch, h.in("default"), h.program, with("demo_users", true)).is(http.StatusOK).json(), "demo_credentials")
	w.do(http.MethodPatch, h.in("default"), h.program, with("demo_users", false)).is(http.StatusOK)
	u, err := data.FindLogin(t.Context(), "demo-alice")
	require.NoError(t, err)
	require.True(t, u.Disabled)
	again := w.do(http.MethodPatch, h.in("default"), h.program, with("demo_users", true)).is(http.StatusOK)
	_, fresh, u := login(again, 0)
	require.NotEqual(t, password, fresh)
	require.True(t, verify(u, fresh))
	require.False(t, verify(u, password), "the old password is dead")
	made := w.do(http.MethodPost, h.path("workspaces"), h.program, with("aid", "sandbox", "demo_users", true)).is(http.StatusCreated)
	require.Len(t, made.field("demo_credentials"), 2)
}

func TestUsersAreOnePersonEach(t *testing.T) {
	w := newWorld(t)
	h := w.house("acme")
	users := h.in("default", "users")
	r := w.do(http.MethodPost, users, h.program, with("email", "Alice@Example.com", "username", "alice", "name", "Alice", "password", "a long passphrase", "locale", "de-CH")).is(http.StatusCreated)
	require.True(t, strings.HasPrefix(r.text("id"), "usr_"))
	require.NotContains(t, string(r.body), "passphrase")
	require.NotContains(t, string(r.body), "argon2")
	path := r.header.Get("Location")
	for pointer, in := range map[string]map[string]any{
		"/email":          with("email", "alice@example.COM"),
		"/username":       with("username", "ALICE"),
		"/email_verified": with("username", "bob", "email_verified", true),
		"/picture":        with("username", "bob", "picture", "javascript:x"),
		"/locale":         with("username", "bob", "locale", "../../etc"),
		"/password":       with("username", "bob", "password", "short"),
		"/id":             with("username", "bob", "id", "usr_mine"),
		"/password_hash":  with("username", "bob", "password_hash", "$argon2id$x"),
		"/roles":          with("username", "bob", "roles", list("owner")),
	} {
		r := w.do(http.MethodPost, users, h.program, in)
		require.Contains(t, []int{http.StatusBadRequest, http.StatusConflict}, r.status, string(r.body))
		r.about(pointer)
	}
	w.do(http.MethodPost, users, h.program, with("name", "Nobody")).problem(http.StatusBadRequest, "validation_failed").about("/email")
	w.do(http.MethodPost, users, h.program, with("username", "al@ice")).problem(http.StatusBadRequest, "validation_failed").about("/username")
	// The same address in another workspace is another person.
	other := w.do(http.MethodPost, h.in("admin", "users"), h.program, with("email", "alice@example.com")).is(http.StatusCreated)
	w.do(http.MethodGet, h.in("default", "users", other.text("id")), h.program, nil).problem(http.StatusNotFound, "not_found")

	verified := w.do(http.MethodPatch, path, h.program, with("email_verified", true)).is(http.StatusOK)
	require.Equal(t, true, verified.field("email_verified"))
	moved := w.do(http.MethodPatch, path, h.program, with("email", "alice@new.example")).is(http.StatusOK)
	require.Equal(t, false, moved.field("email_verified"), "a new address is not proven")
	require.Len(t, w.do(http.MethodGet, users+"?q=new.example", h.program, nil).items(), 1)
	w.do(http.MethodDelete, path, h.program, nil).is(http.StatusNoContent)
	w.do(http.MethodGet, path, h.program, nil).problem(http.StatusNotFound, "not_found")
}

func TestNewPasswordEndsWhatTheOldOneBegan(t *testing.T) {
	w := newWorld(t)
	h := w.house("acme")
	r := w.do(http.MethodPost, h.in("default", "users"), h.program, with("username", "alice", "password", "a long passphrase")).is(http.StatusCreated)
	id, path := r.text("id"), r.header.Get("Location")
	session, grant := h.signIn(id)
	issued := w.now()
	require.Len(t, w.do(http.MethodGet, h.in("default", "sessions")+"?user_id="+id, h.program, nil).is(http.StatusOK).items(), 1)
	changed := w.do(http.MethodPatch, path, h.program, with("password", "another passphrase"), "If-Match", r.header.Get("ETag")).is(http.StatusOK)
	require.Equal(t, changed.header.Get("ETag"), w.do(http.MethodGet, path, h.program, nil).header.Get("ETag"))
	require.Empty(t, w.do(http.MethodGet, h.in("default", "sessions"), h.program, nil).items())
	g := w.do(http.MethodGet, h.in("default", "grants", grant), h.program, nil).is(http.StatusOK)
	require.Equal(t, false, g.field("live"))
	require.Equal(t, "password_changed", g.text("revocation_cause"))
	require.True(t, w.platform.Caches.Revocations.Ended(cache.Facts{WorkspaceID: h.workspace("default").ID(), UserID: id, IssuedAt: issued}))
	require.NotEqual(t, uuid.Nil, session)
}

// signIn gives a user a session and a grant, as the other services would.
func (h *house) signIn(userID string) (session uuid.UUID, grant string) {
	h.w.t.Helper()
	t, w := h.w.t, h.w
	data := w.platform.Store.Workspace(h.workspace("default"))
	if _, err := data.Client(t.Context(), "app"); err != nil {
		w.do(http.MethodPost, h.in("default", "clients"), h.program, with("client_id", "app", "redirect_uris", list("https://app.example/cb"))).is(http.StatusCreated)
	}
	now := w.now()
	session = uuid.Must(uuid.NewV7())
	require.NoError(t, data.StartSession(t.Context(), domain.Session{
		ID: session, TokenHash: keys.HashBearer(keys.NewBearer()), UserID: userID, AuthTime: now, AMR: []string{"pwd"}, ExpiresAt: now.Add(time.Hour), MaxEndsAt: now.Add(time.Hour),
	}, domain.AuditEvent{Action: "login.succeed", ActorKind: "user", ActorID: userID}))
	id := uuid.Must(uuid.NewV7())
	_, err := data.RedeemCode(t.Context(), store.Redemption{
		GrantID: id, CodeHash: keys.HashBearer(keys.NewBearer()), ClientID: "app", RefreshTTL: time.Hour, MaxTTL: 24 * time.Hour, SessionBound: true,
		Code:  domain.Code{ClientID: "app", UserID: userID, SessionID: session, Scope: oauth.Scope{"openid"}, AuthTime: now, IssuedAt: now, ExpiresAt: now.Add(time.Minute)},
		Audit: domain.AuditEvent{Action: "grant.issue", ActorKind: "client", ActorID: "app"},
	})
	require.NoError(t, err)
	return session, id.String()
}

func TestGrantsAndSessionsCanBeEnded(t *testing.T) {
	w := newWorld(t)
	h := w.house("acme")
	alice := w.do(http.MethodPost, h.in("default", "users"), h.program, with("username", "alice")).is(http.StatusCreated).text("id")
	bob := w.do(http.MethodPost, h.in("default", "users"), h.program, with("username", "bob")).is(http.StatusCreated).text("id")
	session, first := h.signIn(alice)
	_, second := h.signIn(alice)
	_, third := h.signIn(bob)
	grants := h.in("default", "grants")
	require.Len(t, w.do(http.MethodGet, grants, h.program, nil).is(http.StatusOK).items(), 3)
	require.Len(t, w.do(http.MethodGet, grants+"?user_id="+alice, h.program, nil).items(), 2)
	require.Len(t, w.do(http.MethodGet, grants+"?user_id="+bob+"&client_id=app", h.program, nil).items(), 1)
	require.Empty(t, w.do(http.MethodGet, grants+"?client_id=other", h.program, nil).items())

	issued := w.now()
	w.do(http.MethodDelete, grants+"/"+second, h.program, nil).is(http.StatusNoContent)
	w.do(http.MethodDelete, grants+"/"+second, h.program, nil).problem(http.StatusNotFound, "not_found")
	require.Equal(t, false, w.do(http.MethodGet, grants+"/"+second, h.program, nil).field("live"))
	facts := cache.Facts{WorkspaceID: h.workspace("default").ID(), GrantID: second, IssuedAt: issued}
	require.True(t, w.platform.Caches.Revocations.Ended(facts), "access tokens end with it, at once")
	facts.GrantID = third
	require.False(t, w.platform.Caches.Revocations.Ended(facts))

	w.do(http.MethodDelete, h.in("default", "sessions", session.String()), h.program, nil).is(http.StatusNoContent)
	require.Equal(t, false, w.do(http.MethodGet, grants+"/"+first, h.program, nil).field("live"), "what was bound to the session")
	w.do(http.MethodDelete, h.in("default", "sessions", session.String()), h.program, nil).problem(http.StatusNotFound, "not_found")
	// From another workspace they are out of reach.
	w.do(http.MethodGet, h.in("admin", "grants", third), h.program, nil).problem(http.StatusNotFound, "not_found")
	w.do(http.MethodDelete, h.in("admin", "grants", third), h.program, nil).problem(http.StatusNotFound, "not_found")
}

func TestScopesBelongToServices(t *testing.T) {
	w := newWorld(t)
	h := w.house("acme")
	services, scopes := h.in("default", "services"), h.in("default", "scopes")
	w.do(http.MethodPost, h.in("default", "clients"), h.program, with("client_id", "api", "grant_types", list("client_credentials"))).is(http.StatusCreated)
	w.do(http.MethodPost, scopes, h.program, with("name", "loose", "description", "Loose", "default", true)).is(http.StatusCreated)
	r := w.do(http.MethodPost, services, h.program, with("service_id", "orders", "audience", "https://orders.example", "scopes", list("orders:read", "loose"), "client_ids", list("api"))).is(http.StatusCreated)
	require.Equal(t, []any{"loose", "orders:read"}, r.field("scopes"))
	path := r.header.Get("Location")
	require.Equal(t, r.header.Get("ETag"), w.do(http.MethodGet, path, h.program, nil).header.Get("ETag"))
	require.Equal(t, "orders", w.do(http.MethodGet, scopes+"/orders:read", h.program, nil).is(http.StatusOK).text("service_id"))
	catalog, err := w.platform.Caches.Catalogs.Catalog(t.Context(), h.workspace("default"))
	require.NoError(t, err)
	require.Equal(t, "orders", catalog.Scopes["orders:read"].ServiceID, "seen at once")

	tag := r.header.Get("ETag")
	r = w.do(http.MethodPatch, path, h.program, with("scopes", list("orders:read")), "If-Match", tag).is(http.StatusOK)
	require.Equal(t, []any{"orders:read"}, r.field("scopes"))
	require.NotContains(t, w.do(http.MethodGet, scopes+"/loose", h.program, nil).json(), "service_id", "given back to the workspace")
	w.do(http.MethodPatch, path, h.program, with("name", "x"), "If-Match", tag).problem(http.StatusPreconditionFailed, "precondition_failed")

	w.do(http.MethodPost, services, h.program, with("audience", "https://orders.example")).problem(http.StatusConflict, "conflict").about("/audience")
	w.do(http.MethodPost, services, h.program, with("service_id", "orders", "audience", "https://x.example")).problem(http.StatusConflict, "conflict").about("/service_id")
	for pointer, in := range map[string]map[string]any{
		"/audience":     with("audience", "orders"),
		"/scopes/0":     with("audience", "https://y.example", "scopes", list("orders:read")),
		"/scopes/1":     with("audience", "https://y.example", "scopes", list("fine", "with space")),
		"/client_ids/0": with("audience", "https://y.example", "client_ids", list("ghost")),
		"/service_id":   with("audience", "https://y.example", "service_id", "a b"),
	} {
		w.do(http.MethodPost, services, h.program, in).problem(http.StatusBadRequest, "validation_failed").about(pointer)
	}
	for _, name := range []string{"admin:read", "admin:write", "a/b", `a"b`, "a\\b", "ä", "a;b", "ends.", strings.Repeat("a", 129), ""} {
		w.do(http.MethodPost, scopes, h.program, with("name", name)).problem(http.StatusBadRequest, "validation_failed").about("/name")
	}
	w.do(http.MethodPost, scopes, h.program, with("name", "loose")).problem(http.StatusConflict, "conflict").about("/name")
	w.do(http.MethodPost, scopes, h.program, with("name", "x", "service_id", "ghost")).problem(http.StatusBadRequest, "validation_failed").about("/service_id")
	w.do(http.MethodPatch, scopes+"/openid", h.program, with("default", true)).is(http.StatusOK)
	w.do(http.MethodPatch, scopes+"/openid", h.program, with("service_id", "orders")).problem(http.StatusBadRequest, "validation_failed").about("/service_id")
	w.do(http.MethodDelete, scopes+"/openid", h.program, nil).problem(http.StatusConflict, "read_only")
	w.do(http.MethodPatch, scopes+"/loose", h.program, with("description", nil, "default", nil)).is(http.StatusOK)
	w.do(http.MethodDelete, scopes+"/loose", h.program, nil).is(http.StatusNoContent)

	// A client that is gone stands for nothing.
	w.do(http.MethodDelete, h.in("default", "clients", "api"), h.program, nil).is(http.StatusNoContent)
	require.Equal(t, []any{}, w.do(http.MethodGet, path, h.program, nil).field("client_ids"))
	w.do(http.MethodDelete, path, h.program, nil).is(http.StatusNoContent)
	w.do(http.MethodGet, scopes+"/orders:read", h.program, nil).problem(http.StatusNotFound, "not_found")
}

func TestKeysArePublishedBeforeTheySign(t *testing.T) {
	w := newWorld(t)
	h := w.house("acme")
	path := h.in("default", "keys")
	state := func(r reply) map[string]int {
		out := map[string]int{}
		for _, k := range r.items() {
			out[k["state"].(string)]++
		}
		return out
	}
	before := w.do(http.MethodGet, path, h.program, nil).is(http.StatusOK)
	require.Equal(t, map[string]int{"active": 1, "next": 1}, state(before))
	require.NotContains(t, string(before.body), `"d"`)
	require.NotContains(t, string(before.body), "sealed")
	active := w.signingKID(h)
	require.Contains(t, string(before.body), active)

	r := w.do(http.MethodPost, path+"/rotate", h.program, nil).is(http.StatusAccepted)
	at, err := time.Parse(time.RFC3339Nano, r.text("activates_at"))
	require.NoError(t, err)
	require.Greater(t, at.Sub(w.now()), domain.KeyPublishLead-time.Minute)
	require.Equal(t, active, w.signingKID(h), "not before its time")
	w.pass(domain.KeyPublishLead + time.Minute)
	h.refresh()
	require.NotEqual(t, active, w.signingKID(h))
	require.Equal(t, 1, state(w.do(http.MethodGet, path, h.program, nil))["next"], "one always stands by")

	now := w.signingKID(h)
	r = w.do(http.MethodPost, path+"/rotate", h.program, with("emergency", true)).is(http.StatusAccepted)
	require.Equal(t, true, r.field("emergency"))
	require.NotEqual(t, now, w.signingKID(h), "at once")
	require.Equal(t, 1, state(w.do(http.MethodGet, path, h.program, nil))["revoked"])
	ring, err := w.platform.Caches.Rings.Ring(t.Context(), h.workspace("default"))
	require.NoError(t, err)
	jwks, _ := ring.JWKS(w.now())
	require.NotContains(t, string(jwks), now, "a compromised key is published no more")
	w.do(http.MethodPost, path+"/rotate", h.program, with("alg", "HS256")).problem(http.StatusBadRequest, "validation_failed").about("/alg")
	w.do(http.MethodPost, path+"/rotate", h.program, with("alg", "Ed25519")).is(http.StatusAccepted)
	ring, err = w.platform.Caches.Rings.Ring(t.Context(), h.workspace("default"))
	require.NoError(t, err)
	require.True(t, ring.Has(oauth.Ed25519, w.now()))
}

// signingKID is the key by which the workspace "default" signs now.
func (w *world) signingKID(h *house) string {
	w.t.Helper()
	ring, err := w.platform.Caches.Rings.Ring(w.t.Context(), h.workspace("default"))
	require.NoError(w.t, err)
	token, err := ring.Sign(w.now(), oauth.ES256, "JWT", []byte(`{}`))
	require.NoError(w.t, err)
	v, err := ring.Verify(w.now(), token)
	require.NoError(w.t, err)
	return v.Header.Kid
}

func TestEveryChangeIsAudited(t *testing.T) {
	w := newWorld(t)
	h := w.house("acme")
	r := w.do(http.MethodPost, h.in("default", "clients"), h.owner, with("client_id", "app", "grant_types", list("client_credentials"))).is(http.StatusCreated)
	w.do(http.MethodPatch, r.header.Get("Location"), h.program, with("client_name", "App")).is(http.StatusOK)
	w.do(http.MethodPost, h.in("default", "clients"), h.program, with()).is(http.StatusBadRequest)
	events := w.do(http.MethodGet, h.in("default", "audit-events"), h.program, nil).is(http.StatusOK).items()
	require.Len(t, events, 2)
	require.Equal(t, "client.update", events[0]["action"], "the newest first")
	require.Equal(t, "client", events[0]["actor_kind"])
	require.Equal(t, h.clientID, events[0]["actor_id"])
	require.Equal(t, "client.create", events[1]["action"])
	require.Equal(t, "member", events[1]["actor_kind"])
	require.Equal(t, h.ownerID, events[1]["actor_id"])
	require.Equal(t, "app", events[1]["target_id"])
	require.Equal(t, r.header.Get("X-Trace-Id"), events[1]["trace_id"])
	require.Equal(t, h.workspace("default").Key(), events[1]["workspace_id"])
	require.NotContains(t, string(w.do(http.MethodGet, h.path("audit-events"), h.program, nil).body), r.text("client_secret"))

	all := w.do(http.MethodGet, h.path("audit-events"), h.program, nil).is(http.StatusOK).items()
	require.Equal(t, "tenant.create", all[len(all)-1]["action"])
	require.Equal(t, "anonymous", all[len(all)-1]["actor_kind"])
	require.Len(t, w.do(http.MethodGet, h.path("audit-events")+"?action=client.create", h.program, nil).items(), 1)
	require.Len(t, w.do(http.MethodGet, h.path("audit-events")+"?actor_id="+h.clientID, h.program, nil).items(), 1)
	require.Empty(t, w.do(http.MethodGet, h.path("audit-events")+"?until=2020-01-01T00:00:00Z", h.program, nil).items())
	require.Empty(t, w.do(http.MethodGet, h.in("admin", "audit-events"), h.program, nil).items(), "each workspace has its own")
}

func TestExplanationsAreReadByTheirWorkspace(t *testing.T) {
	w := newWorld(t)
	h, other := w.house("acme"), w.house("beta")
	id := trace.NewID()
	raw, err := json.Marshal(trace.Record{TraceID: id, At: w.now().UTC(), Endpoint: "token", ClientID: "app", Outcome: "refused", Error: "invalid_grant", Checks: []trace.RecordCheck{{Name: "code is known", Result: "fail", Expected: "a code of this workspace"}}})
	require.NoError(t, err)
	require.NoError(t, w.platform.KV.Workspace(h.workspace("default")).PutTrace(t.Context(), id, raw, time.Hour, 10))
	traces := h.in("default", "traces")
	items := w.do(http.MethodGet, traces, h.program, nil).is(http.StatusOK).items()
	require.Len(t, items, 1)
	r := w.do(http.MethodGet, traces+"/"+id, h.program, nil).is(http.StatusOK)
	require.Equal(t, "invalid_grant", r.text("error"))
	require.Len(t, r.field("checks"), 1)
	w.do(http.MethodGet, h.in("admin", "traces", id), h.program, nil).problem(http.StatusNotFound, "not_found")
	w.do(http.MethodGet, other.in("default", "traces", id), other.program, nil).problem(http.StatusNotFound, "not_found")
	w.do(http.MethodGet, traces+"?cursor=../x", h.program, nil).problem(http.StatusBadRequest, "validation_failed")
	require.Empty(t, w.do(http.MethodGet, traces+"?cursor="+strings.Repeat("0", 32), h.program, nil).is(http.StatusOK).items())
}

func TestExplanationsAreFoundByWhatTheySay(t *testing.T) {
	w := newWorld(t)
	h := w.house("acme")
	kept := w.platform.KV.Workspace(h.workspace("default"))
	ids := make([]string, 1205)
	for i := range ids {
		r := trace.Record{TraceID: trace.NewID(), At: w.now().UTC(), Endpoint: "token", ClientID: "often", Outcome: trace.Granted}
		switch i {
		case 0, 1100, 1150, 1200: // the oldest, and three of the newest
			r.ClientID, r.Outcome, r.Error = "rare", trace.Refused, "invalid_client"
			r.Checks = []trace.RecordCheck{{Name: "client found", Result: "pass"}, {Name: "secret matched", Result: "fail"}, {Name: "client enabled", Result: "fail"}}
		case 1203:
			r.Endpoint, r.Outcome = "authorize", trace.Interaction
		}
		raw, err := json.Marshal(r)
		require.NoError(t, err)
		require.NoError(t, kept.PutTrace(t.Context(), r.TraceID, raw, time.Hour, len(ids)))
		w.pass(10 * time.Millisecond)
		ids[i] = r.TraceID
	}
	find := func(query string) (found []string, next string) {
		t.Helper()
		a := w.do(http.MethodGet, h.in("default", "traces")+"?"+query, h.program, nil).is(http.StatusOK)
		for _, item := range a.items() {
			found = append(found, item["trace_id"].(string))
		}
		next, _ = a.field("next_cursor").(string)
		return found, next
	}
	rare := []string{ids[1200], ids[1150], ids[1100]}
	for _, query := range []string{"client_id=rare", "outcome=refused", "error=invalid_client", "check=secret+matched", "client_id=rare&outcome=refused&endpoint=token"} {
		found, next := find(query)
		require.Equal(t, rare, found, query)
		require.NotEmpty(t, next, "so much is looked through at a time")
		found, next = find(query + "&cursor=" + next)
		require.Equal(t, []string{ids[0]}, found, query)
		require.Empty(t, next)
	}
	first, next := find("outcome=refused&limit=2")
	require.Equal(t, rare[:2], first)
	second, _ := find("outcome=refused&limit=2&cursor=" + next)
	require.Equal(t, rare[2:], second, "nothing is told twice, nothing left out")
	for _, query := range []string{"check=client+enabled", "check=client+found", "client_id=nobody", "endpoint=authorize&client_id=rare"} {
		found, _ := find(query)
		require.Empty(t, found, query)
	}
	found, _ := find("outcome=interaction")
	require.Equal(t, []string{ids[1203]}, found)
	for _, query := range []string{"outcome=maybe", "client_id=" + strings.Repeat("x", 129), "error=" + strings.Repeat("x", 129)} {
		w.do(http.MethodGet, h.in("default", "traces")+"?"+query, h.program, nil).problem(http.StatusBadRequest, "validation_failed")
	}
}

func TestInvitationsAreGoodForOnePersonOnce(t *testing.T) {
	w := newWorld(t)
	h := w.house("acme")
	r := w.do(http.MethodPost, h.path("invitations"), h.owner, with("email", "Anna@acme.example", "role", "admin")).is(http.StatusCreated)
	token := r.text("token")
	require.Equal(t, token, w.mail.messages[0].Token)
	require.NotContains(t, string(w.do(http.MethodGet, h.path("invitations"), h.owner, nil).is(http.StatusOK).body), token, "shown once")
	accept := h.path("invitations", "accept")
	in := with("token", token, "name", "Anna", "password", "a long passphrase")
	w.do(http.MethodPost, accept, "", with("token", "guess", "password", "a long passphrase")).problem(http.StatusBadRequest, "validation_failed").about("/token")
	w.do(http.MethodPost, accept, "", with("token", token, "password", "short")).problem(http.StatusBadRequest, "validation_failed").about("/password")
	w.do(http.MethodPost, accept, "", with("token", token, "password", "a long passphrase", "role", "owner")).problem(http.StatusBadRequest, "validation_failed").about("/role")
	w.do(http.MethodPost, w.house("beta").path("invitations", "accept"), "", in).problem(http.StatusBadRequest, "validation_failed").about("/token")
	m := w.do(http.MethodPost, accept, "", in).is(http.StatusCreated)
	require.Equal(t, "admin", m.text("role"))
	require.Equal(t, "Anna@acme.example", m.text("email"))
	w.do(http.MethodPost, accept, "", in).problem(http.StatusBadRequest, "validation_failed").about("/token")
	w.do(http.MethodGet, m.header.Get("Location"), h.token(m.text("user_id"), "console", "admin:read"), nil).is(http.StatusOK)
	u, err := w.platform.Store.Workspace(h.workspace("admin")).FindLogin(t.Context(), "anna@acme.example")
	require.NoError(t, err)
	require.True(t, u.EmailVerified, "the token has proven the address")

	late := w.do(http.MethodPost, h.path("invitations"), h.owner, with("email", "late@acme.example", "role", "auditor")).is(http.StatusCreated)
	withdrawn := w.do(http.MethodPost, h.path("invitations"), h.owner, with("email", "gone@acme.example", "role", "auditor")).is(http.StatusCreated)
	w.do(http.MethodDelete, withdrawn.header.Get("Location"), h.owner, nil).is(http.StatusNoContent)
	w.do(http.MethodPost, accept, "", with("token", withdrawn.text("token"), "password", "a long passphrase")).problem(http.StatusBadRequest, "validation_failed").about("/token")
	w.pass(8 * 24 * time.Hour)
	w.do(http.MethodPost, accept, "", with("token", late.text("token"), "password", "a long passphrase")).problem(http.StatusBadRequest, "validation_failed").about("/token")
	h.refresh()
	w.do(http.MethodPost, h.path("invitations"), h.owner, with("email", "nobody", "role", "auditor")).problem(http.StatusBadRequest, "validation_failed").about("/email")
	w.do(http.MethodPost, h.path("invitations"), h.owner, with("email", "a@acme.example", "role", "king")).problem(http.StatusBadRequest, "validation_failed").about("/role")
}

func TestInvitationTakesOverNoAccount(t *testing.T) {
	w := newWorld(t)
	h := w.house("acme")
	r := w.do(http.MethodPost, h.path("invitations"), h.owner, with("email", "owner@acme.example", "role", "auditor")).is(http.StatusCreated)
	w.do(http.MethodPost, h.path("invitations", "accept"), "", with("token", r.text("token"), "password", "a new passphrase")).problem(http.StatusConflict, "conflict").about("/email")
	u, err := w.platform.Store.Workspace(h.workspace("admin")).FindLogin(t.Context(), "owner@acme.example")
	require.NoError(t, err)
	good, _, err := w.platform.Passwords.Verify(t.Context(), u.PasswordHash, "correct horse battery")
	require.NoError(t, err)
	require.True(t, good)
}
