package tenantadmin_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/pkg/accesstoken"
	"github.com/signet-authz/signet/pkg/cache"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/services/tenant-admin/internal/caller"
)

// public are the routes that need no credential. A route that is not here is
// held to need one.
var public = []string{
	"POST /tenants",
	"POST /tenants/{tid}/verify",
	"POST /tenants/{tid}/invitations/accept",
	"GET /openapi.yaml",
}

// eachRoute calls fn with every route that needs a credential, its path filled
// in for the tenant, in both workspaces where it names one.
func eachRoute(tid string, fn func(method, template, path string)) {
	for template, item := range specification().Paths.Map() {
		for method := range item.Operations() {
			if slices.Contains(public, method+" "+template) {
				continue
			}
			for _, aid := range []string{"default", "admin"} {
				path := strings.NewReplacer("{tid}", tid, "{aid}", aid, "{client_id}", "console", "{user_id}", "usr_0", "{name}", "openid",
					"{service_id}", "admin-api", "{secret_id}", "018f0000-0000-7000-8000-000000000000", "{grant_id}", "018f0000-0000-7000-8000-000000000000",
					"{session_id}", "018f0000-0000-7000-8000-000000000000", "{invitation_id}", "018f0000-0000-7000-8000-000000000000",
					"{trace_id}", strings.Repeat("0", 32)).Replace(template)
				fn(method, template, "/api/v1"+path)
				if !strings.Contains(template, "{aid}") {
					break
				}
			}
		}
	}
}

func body(method string) any {
	if method == http.MethodGet || method == http.MethodDelete {
		return nil
	}
	return map[string]any{}
}

// AD-01: every route × every kind of caller.
func TestNoRouteAnswersTheWrongCaller(t *testing.T) {
	w := newWorld(t)
	a, b := w.house("acme"), w.house("beta")
	_, auditor := a.member("audrey", domain.RoleAuditor)
	_, adminToken := a.member("adam", domain.RoleAdmin)
	disabledID, disabled := a.member("doris", domain.RoleAdmin)
	w.do(http.MethodPatch, a.path("members", disabledID), a.owner, map[string]any{"disabled": true}).is(http.StatusOK)
	stranger := w.do(http.MethodPost, a.in("admin", "users"), a.owner, map[string]any{"username": "stranger"}).is(http.StatusCreated).text("id")
	expired := func(c *accesstoken.Claims) { c.ExpiresAt = w.now().Add(-time.Second).Unix() }
	elsewhere := func(c *accesstoken.Claims) { c.Audience = accesstoken.Audience{publicURL + "/acme/admin"} }
	bound := func(c *accesstoken.Claims) { c.Confirmation = map[string]string{"jkt": "x"} }
	foreignIssuer := func(c *accesstoken.Claims) { c.Issuer = publicURL + "/acme/admin" }
	other := &house{w: w, tid: "beta"}

	unauthenticated := map[string]string{
		"nothing":                         "",
		"garbage":                         "x",
		"three dots":                      "a.b.c",
		"an expired token":                a.token(a.clientID, a.clientID, "admin:read admin:write", expired),
		"a token for another audience":    a.token(a.clientID, a.clientID, "admin:read admin:write", elsewhere),
		"a token bound to a key":          a.token(a.clientID, a.clientID, "admin:read admin:write", bound),
		"an id token":                     a.sign("admin", "JWT", a.ownerID, "console", "admin:read admin:write"),
		"an end user's token":             a.sign("default", accesstoken.Type, "usr_1", "console", "admin:read admin:write"),
		"another tenant's end user":       b.sign("default", accesstoken.Type, "usr_1", "console", "admin:read admin:write"),
		"another tenant's key, our name":  other.sign("admin", accesstoken.Type, b.clientID, b.clientID, "admin:read admin:write", foreignIssuer),
		"a client that does not exist":    a.token("ghost", "ghost", "admin:read admin:write"),
		"a token whose signature is cut":  a.program[:len(a.program)-4],
		"a token with a signature padded": a.program + "=",
	}
	forbidden := map[string]string{
		"a program without a scope":       a.token(a.clientID, a.clientID, ""),
		"a program with other scopes":     a.token(a.clientID, a.clientID, "openid profile"),
		"an owner without a scope":        a.token(a.ownerID, "console", "openid"),
		"a user who is no member":         a.token(stranger, "console", "admin:read admin:write"),
		"a member who is disabled":        disabled,
		"a user who never was":            a.token("usr_nobody", "console", "admin:read admin:write"),
		"a user id of another tenant's":   a.token(b.ownerID, "console", "admin:read admin:write"),
		"a program with a scope's prefix": a.token(a.clientID, a.clientID, "admin admin:rea"),
	}
	foreign := map[string]string{"another tenant's owner": b.owner, "another tenant's program": b.program}
	w.pass(2 * time.Second)

	eachRoute("acme", func(method, template, path string) {
		for who, token := range unauthenticated {
			r := w.do(method, path, token, body(method))
			require.Equal(t, http.StatusUnauthorized, r.status, "%s: %s %s", who, method, path)
			require.True(t, strings.HasPrefix(r.header.Get("WWW-Authenticate"), "Bearer"), "%s: %s", who, r.header.Get("WWW-Authenticate"))
		}
		for who, token := range forbidden {
			r := w.do(method, path, token, body(method))
			require.Equal(t, http.StatusForbidden, r.status, "%s: %s %s", who, method, path)
		}
		for who, token := range foreign {
			r := w.do(method, path, token, body(method))
			require.Equal(t, http.StatusNotFound, r.status, "%s: %s %s", who, method, path)
		}
		reading := a.token(a.clientID, a.clientID, "admin:read")
		for who, token := range map[string]string{"an auditor": auditor, "a reading program": reading} {
			r := w.do(method, path, token, body(method))
			if method == http.MethodGet {
				require.Contains(t, []int{http.StatusOK, http.StatusNotFound}, r.status, "%s: %s %s", who, method, path)
				continue
			}
			require.Equal(t, http.StatusForbidden, r.status, "%s: %s %s", who, method, path)
		}
	})
	eachRoute("acme", func(method, template, path string) { // what an admin may do changes things, so it comes last
		r := w.do(method, path, adminToken, body(method))
		onlyOwners := method+" "+template == "DELETE /tenants/{tid}" || method != http.MethodGet && strings.Contains(path, "/workspaces/admin")
		require.Equal(t, onlyOwners, r.status == http.StatusForbidden, "an admin: %s %s: %d", method, path, r.status)
	})
}

func TestTokensComeInTheHeaderAlone(t *testing.T) {
	w := newWorld(t)
	h := w.house("acme")
	w.do(http.MethodGet, h.path()+"?access_token="+h.program, "", nil).problem(http.StatusUnauthorized, "invalid_token")
	w.do(http.MethodGet, h.path()+"?access_token="+h.program, h.program, nil).problem(http.StatusBadRequest, "validation_failed")
	w.do(http.MethodGet, h.path(), "", nil, "Authorization", "Basic "+h.program).problem(http.StatusUnauthorized, "invalid_token")
	w.do(http.MethodGet, h.path(), "", nil, "Authorization", "bearer "+h.program).is(http.StatusOK)
	w.do(http.MethodGet, h.path(), "", nil, "Cookie", "access_token="+h.program).problem(http.StatusUnauthorized, "invalid_token")
}

// AD-02, AD-03: another tenant's token learns nothing, not even what exists.
func TestAnotherTenantIsAsUnknownAsOneThatNeverWas(t *testing.T) {
	w := newWorld(t)
	a, b := w.house("acme"), w.house("beta")
	app := w.do(http.MethodPost, a.in("default", "clients"), a.program, map[string]any{"client_id": "app", "grant_types": []string{"client_credentials"}}).is(http.StatusCreated)
	require.NotEmpty(t, app.text("client_secret"))
	strip := func(r reply) map[string]any {
		p := r.json()
		delete(p, "request_id")
		return p
	}
	for _, segments := range [][]string{{}, {"members"}, {"workspaces"}, {"workspaces", "default"}, {"workspaces", "default", "clients"}, {"workspaces", "default", "clients", "app"}, {"audit-events"}} {
		theirs := w.do(http.MethodGet, a.path(segments...), b.program, nil).problem(http.StatusNotFound, "not_found")
		never := w.do(http.MethodGet, (&house{w: w, tid: "never-was"}).path(segments...), b.program, nil).problem(http.StatusNotFound, "not_found")
		require.Equal(t, strip(never), strip(theirs))
		mine, yours := never.header.Clone(), theirs.header.Clone()
		mine.Del("X-Trace-Id")
		yours.Del("X-Trace-Id")
		require.Equal(t, mine, yours)
	}
	// Ids of the other tenant under one's own path.
	w.do(http.MethodGet, b.in("default", "clients", "app"), b.program, nil).problem(http.StatusNotFound, "not_found")
	w.do(http.MethodGet, b.path("members", a.ownerID), b.program, nil).problem(http.StatusNotFound, "not_found")
	w.do(http.MethodGet, b.in("admin", "users", a.ownerID), b.program, nil).problem(http.StatusNotFound, "not_found")
	w.do(http.MethodDelete, b.in("admin", "clients", a.clientID), b.program, nil).problem(http.StatusNotFound, "not_found")
	// And in bodies.
	w.do(http.MethodPost, b.path("members"), b.program, map[string]any{"user_id": a.ownerID, "role": "owner"}).problem(http.StatusBadRequest, "validation_failed").about("/user_id")
	w.do(http.MethodPost, b.in("default", "services"), b.program, map[string]any{"audience": "https://api.beta.example", "client_ids": []string{"app"}}).problem(http.StatusBadRequest, "validation_failed").about("/client_ids/0")
	w.do(http.MethodPost, b.in("default", "clients"), b.program, map[string]any{"tid": "acme", "grant_types": []string{"client_credentials"}}).problem(http.StatusBadRequest, "validation_failed").about("/tid")
	w.do(http.MethodPost, b.in("default", "clients"), b.program, map[string]any{"tenant_id": "acme", "workspace_id": a.workspace("default").Key()}).problem(http.StatusBadRequest, "validation_failed").about("/tenant_id")
	list := w.do(http.MethodGet, b.path("audit-events"), b.program, nil).is(http.StatusOK)
	require.NotContains(t, string(list.body), "app")
	// Headers change nothing.
	for _, h := range []string{"X-Tenant-Id", "X-Workspace", "X-Original-URL", "X-Forwarded-Prefix", "X-Rewrite-URL"} {
		require.Equal(t, "beta", w.do(http.MethodGet, b.path(), b.program, nil, h, "/api/v1/tenants/acme").is(http.StatusOK).text("tid"))
	}
}

// AD-05: nobody reaches further by what they may write.
func TestAdminsCannotMakeThemselvesOwners(t *testing.T) {
	w := newWorld(t)
	h := w.house("acme")
	adminID, adminToken := h.member("adam", domain.RoleAdmin)
	auditorID, _ := h.member("audrey", domain.RoleAuditor)
	w.pass(5 * time.Second)
	refused := func(method, path string, in any) {
		t.Helper()
		w.do(method, path, adminToken, in).problem(http.StatusForbidden, "forbidden")
	}
	refused(http.MethodPatch, h.path("members", adminID), map[string]any{"role": "owner"})
	refused(http.MethodPatch, h.path("members", auditorID), map[string]any{"role": "owner"})
	refused(http.MethodPatch, h.path("members", h.ownerID), map[string]any{"role": "auditor"})
	refused(http.MethodPatch, h.path("members", h.ownerID), map[string]any{"disabled": true})
	refused(http.MethodDelete, h.path("members", h.ownerID), nil)
	refused(http.MethodPost, h.path("members"), map[string]any{"user_id": auditorID, "role": "owner"})
	refused(http.MethodPost, h.path("invitations"), map[string]any{"email": "me@acme.example", "role": "owner"})
	refused(http.MethodPost, h.in("admin", "clients"), map[string]any{"grant_types": []string{"client_credentials"}, "scope": "admin:write"})
	refused(http.MethodPost, h.in("admin", "clients", h.clientID, "secrets"), map[string]any{})
	refused(http.MethodPatch, h.in("admin", "users", h.ownerID), map[string]any{"password": "taken over now"})
	refused(http.MethodPost, h.in("admin", "keys", "rotate"), map[string]any{})
	refused(http.MethodPatch, h.in("admin"), map[string]any{"access_token_ttl": 86400})
	refused(http.MethodDelete, h.path(), nil)
	// What is theirs to do, they can.
	w.do(http.MethodPatch, h.path("members", auditorID), adminToken, map[string]any{"role": "admin"}).is(http.StatusOK)
	w.do(http.MethodPost, h.path("invitations"), adminToken, map[string]any{"email": "new@acme.example", "role": "admin"}).is(http.StatusCreated)
	w.do(http.MethodPatch, h.path(), adminToken, map[string]any{"display_name": "Acme Ltd"}).is(http.StatusOK)
	w.do(http.MethodPost, h.in("default", "keys", "rotate"), adminToken, map[string]any{}).is(http.StatusAccepted)
}

// AD-15: what was taken away is gone within five seconds, and at once where it
// was taken away.
func TestWhoIsRemovedIsOut(t *testing.T) {
	w := newWorld(t)
	h := w.house("acme")
	adminID, adminToken := h.member("adam", domain.RoleAdmin)
	w.do(http.MethodGet, h.path(), adminToken, nil).is(http.StatusOK)
	w.do(http.MethodPatch, h.path("members", adminID), h.owner, map[string]any{"role": "auditor"}).is(http.StatusOK)
	w.do(http.MethodPatch, h.path(), adminToken, map[string]any{}).problem(http.StatusForbidden, "forbidden")
	w.do(http.MethodDelete, h.path("members", adminID), h.owner, nil).is(http.StatusNoContent)
	w.do(http.MethodGet, h.path(), adminToken, nil).problem(http.StatusForbidden, "forbidden")

	// A change that another process made, of which no word came.
	otherID, other := h.member("olga", domain.RoleAdmin)
	w.do(http.MethodGet, h.path(), other, nil).is(http.StatusOK)
	store := w.platform.Store.Tenant(h.workspace("admin").Tenant())
	require.NoError(t, store.RemoveMember(t.Context(), otherID, domain.AuditEvent{Action: "member.remove", ActorKind: "system"}))
	w.pass(5 * time.Second)
	w.do(http.MethodGet, h.path(), other, nil).problem(http.StatusForbidden, "forbidden")

	// A disabled user, a disabled client, an ended session.
	userID, token := h.member("uwe", domain.RoleAdmin)
	w.do(http.MethodPatch, h.in("admin", "users", userID), h.owner, map[string]any{"disabled": true}).is(http.StatusOK)
	w.do(http.MethodGet, h.path(), token, nil).problem(http.StatusUnauthorized, "invalid_token")
	made := w.do(http.MethodPost, h.in("admin", "clients"), h.owner, map[string]any{"client_id": "robot", "grant_types": []string{"client_credentials"}, "scope": "admin:read"}).is(http.StatusCreated)
	robot := h.token("robot", "robot", "admin:read")
	w.do(http.MethodGet, h.path(), robot, nil).is(http.StatusOK)
	w.do(http.MethodPatch, made.header.Get("Location"), h.owner, map[string]any{"disabled": true}).is(http.StatusOK)
	w.do(http.MethodGet, h.path(), robot, nil).problem(http.StatusUnauthorized, "invalid_token")
	session := func(c *accesstoken.Claims) { c.SessionID = "018f0000-0000-7000-8000-000000000001" }
	signedIn := h.token(h.ownerID, "console", "admin:read", session)
	w.do(http.MethodGet, h.path(), signedIn, nil).is(http.StatusOK)
	w.platform.Invalidate(t.Context(), cache.Invalidation{Kind: cache.KindRevocation, Revocation: &domain.Revocation{
		WorkspaceID: h.workspace("admin").ID(), Kind: domain.RevokeSession, Target: "018f0000-0000-7000-8000-000000000001", Before: w.now(), ExpiresAt: w.now().Add(time.Hour),
	}})
	w.do(http.MethodGet, h.path(), signedIn, nil).problem(http.StatusUnauthorized, "invalid_token")
}

func TestNobodyIsBelievedWhileEndsAreUnknown(t *testing.T) {
	w := newWorld(t)
	h := w.house("acme")
	stale := cache.NewRevocations(w.platform.Store.Platform().Revocations, w.now)
	w.platform.Caches.Revocations = stale
	d := w.deps()
	caches := *w.platform.Caches
	caches.Revocations = stale
	d.Caches = &caches
	w.handler = remake(t, d)
	r := w.do(http.MethodGet, h.path(), h.program, nil).problem(http.StatusServiceUnavailable, "unavailable")
	require.NotEmpty(t, r.header.Get("Retry-After"))
	require.NoError(t, stale.Refresh(t.Context()))
	w.do(http.MethodGet, h.path(), h.program, nil).is(http.StatusOK)
}

func TestSuspendedTenantAnswersNobody(t *testing.T) {
	w := newWorld(t)
	h := w.house("acme")
	record := h.workspace("admin").Tenant()
	d := record.Record()
	d.State = domain.StateSuspended
	_, err := w.platform.Store.Tenant(record).Update(t.Context(), d, domain.AuditEvent{Action: "tenant.suspend", ActorKind: "system"})
	require.NoError(t, err)
	w.platform.Invalidate(t.Context(), cache.Invalidation{Kind: cache.KindTenant, TID: "acme"})
	w.do(http.MethodGet, h.path(), h.program, nil).problem(http.StatusForbidden, "tenant_suspended")
	w.do(http.MethodPost, h.path("verify"), "", map[string]any{"token": "x"}).problem(http.StatusBadRequest, "validation_failed")
}

// AD-11: no origin is let in.
func TestNoOriginIsLetIn(t *testing.T) {
	w := newWorld(t)
	h := w.house("acme")
	for _, origin := range []string{"https://evil.example", "null", "https://acme.example", publicURL, "https://localhost:8080.evil.example"} {
		for _, method := range []string{http.MethodGet, http.MethodOptions} {
			r := w.do(method, h.path(), h.program, nil, "Origin", origin, "Access-Control-Request-Method", "DELETE")
			for name := range r.header {
				require.False(t, strings.HasPrefix(name, "Access-Control-"), "%s to %s", name, origin)
			}
		}
	}
}

// AD-10: there is no cookie that would open the API, and a form cannot speak
// its language.
func TestFormsAndPlainTextAreNoJSON(t *testing.T) {
	w := newWorld(t)
	h := w.house("acme")
	for _, media := range []string{"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json; charset=utf-16", "application/merge-patch+json", "application/xml", ""} {
		w.do(http.MethodPost, h.in("default", "scopes"), h.program, `{"name":"x"}`, "Content-Type", media).problem(http.StatusUnsupportedMediaType, "unsupported_media_type")
	}
	w.do(http.MethodPatch, h.path(), h.program, `{"display_name":"A"}`, "Content-Type", "application/merge-patch+json").is(http.StatusOK)
	w.do(http.MethodPatch, h.path(), h.program, `{"display_name":"B"}`, "Content-Type", "application/json; charset=UTF-8").is(http.StatusOK)
	w.do(http.MethodPatch, h.path(), h.program, `[]`, "Content-Type", "application/json-patch+json").problem(http.StatusUnsupportedMediaType, "unsupported_media_type")
	w.do(http.MethodPost, h.in("default", "scopes"), h.program, `{"name":"x"}`, "Content-Encoding", "gzip").problem(http.StatusUnsupportedMediaType, "unsupported_media_type")
}

// AD-17: nothing of the operator's is here.
func TestNothingOfTheOperatorsIsServed(t *testing.T) {
	w := newWorld(t)
	for _, path := range []string{"/metrics", "/debug/pprof/", "/api/v1", "/api/v1/", "/api/v1/system", "/api/v1/tenants/", "/swagger", "/api", "/api/v2/tenants", "/.git/config", "/internal"} {
		w.do(http.MethodGet, path, "", nil).problem(http.StatusNotFound, "not_found")
	}
	w.do(http.MethodGet, base, "", nil).problem(http.StatusMethodNotAllowed, "method_not_allowed")
	w.do(http.MethodPut, base, "", nil).problem(http.StatusMethodNotAllowed, "method_not_allowed")
}

func TestReachesIncludeEachOther(t *testing.T) {
	require.Less(t, caller.Anyone, caller.Read)
	require.Less(t, caller.Read, caller.Write)
	require.Less(t, caller.Write, caller.Own)
	require.Equal(t, "own", caller.Own.String())
}
