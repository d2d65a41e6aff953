package tenantadmin_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/pkg/store"
	tenantadmin "github.com/signet-authz/signet/services/tenant-admin"
)

func TestRegistrationMakesAWorkingTenant(t *testing.T) {
	w := newWorld(t)
	r := w.do(http.MethodPost, base, "", registration("acme")).is(http.StatusCreated)
	require.Equal(t, base+"/acme", r.header.Get("Location"))
	require.NotEmpty(t, r.header.Get("ETag"))
	require.Equal(t, "no-store", r.header.Get("Cache-Control"))
	require.Equal(t, "acme", r.text("tenant", "tid"))
	require.Equal(t, publicURL+"/acme/admin/oauth2/token", r.text("service_client", "token_url"))
	require.Len(t, r.text("service_client", "client_secret"), 86)

	aids := []string{}
	list, _ := r.field("workspaces").([]any)
	for _, item := range list {
		ws, _ := item.(map[string]any)
		aids = append(aids, ws["aid"].(string))
		require.Equal(t, publicURL+"/acme/"+ws["aid"].(string), ws["issuer"])
	}
	require.Equal(t, []string{"admin", "default"}, aids)

	h := &house{w: w, tid: "acme"}
	now := w.now()
	for _, aid := range aids {
		ring, err := w.platform.Caches.Rings.Ring(t.Context(), h.workspace(aid))
		require.NoError(t, err)
		require.True(t, ring.Has("ES256", now), "%s can sign at once", aid)
	}
	u, err := w.platform.Store.Workspace(h.workspace("admin")).FindLogin(t.Context(), "owner@acme.example")
	require.NoError(t, err)
	good, _, err := w.platform.Passwords.Verify(t.Context(), u.PasswordHash, "correct horse battery")
	require.NoError(t, err)
	require.True(t, good, "the owner can sign in")

	id := r.text("service_client", "client_id")
	c, err := w.platform.Caches.Clients.Client(t.Context(), h.workspace("admin"), id)
	require.NoError(t, err)
	require.True(t, w.platform.Root.VerifySecret(h.workspace("admin"), id, c.Secrets[0], r.text("service_client", "client_secret")))
	require.Equal(t, "admin:read admin:write", c.Scope.String())

	tag := w.do(http.MethodGet, base+"/acme", h.token(id, id, "admin:read"), nil).is(http.StatusOK).header.Get("ETag")
	require.Equal(t, r.header.Get("ETag"), tag, "the answer's ETag is the tenant's")
}

func TestServiceClientIsMadeOnlyWhereAskedFor(t *testing.T) {
	w := newWorld(t)
	in := registration("acme")
	delete(in, "with_service_client")
	r := w.do(http.MethodPost, base, "", in).is(http.StatusCreated)
	require.NotContains(t, r.json(), "service_client")
	clients, err := w.platform.Store.Workspace((&house{w: w, tid: "acme"}).workspace("admin")).Clients(t.Context(), store.Page{Limit: 10})
	require.NoError(t, err)
	require.Len(t, clients.Items, 1, "the console alone")
}

func TestNamesAreTakenOnceAndForEver(t *testing.T) {
	w := newWorld(t)
	h := w.house("acme")
	w.do(http.MethodPost, base, "", registration("acme")).problem(http.StatusConflict, "conflict").about("/tid")
	for _, reserved := range []string{"api", "docs", "console", "assets", "healthz"} {
		w.do(http.MethodPost, base, "", registration(reserved)).problem(http.StatusConflict, "conflict").about("/tid")
	}
	w.do(http.MethodDelete, h.path(), h.program, nil).is(http.StatusNoContent)
	w.do(http.MethodPost, base, "", registration("acme")).problem(http.StatusConflict, "conflict").about("/tid")
	w.do(http.MethodGet, h.path(), h.program, nil).is(http.StatusUnauthorized)
	for _, bad := range []string{"", "a", "A1", "-a", "a--b", "a_b", "acme ", "ａcme", "a/b"} {
		w.do(http.MethodPost, base, "", registration(bad)).problem(http.StatusBadRequest, "validation_failed").about("/tid")
	}
}

func TestRegistrationRefusesWeakOwners(t *testing.T) {
	w := newWorld(t)
	for name, change := range map[string]func(owner map[string]any){
		"/owner/email":    func(o map[string]any) { o["email"] = "no address" },
		"/owner/password": func(o map[string]any) { o["password"] = "short" },
		"/owner/role":     func(o map[string]any) { o["role"] = "owner" },
	} {
		in := registration("acme")
		owner, _ := in["owner"].(map[string]any)
		change(owner)
		w.do(http.MethodPost, base, "", in).problem(http.StatusBadRequest, "validation_failed").about(name)
	}
	in := registration("acme")
	delete(in["owner"].(map[string]any), "password")
	w.do(http.MethodPost, base, "", in).problem(http.StatusBadRequest, "validation_failed").about("/owner/password")
	in = registration("acme")
	in["state"] = "active"
	w.do(http.MethodPost, base, "", in).problem(http.StatusBadRequest, "validation_failed").about("/state")
	_, err := w.platform.Resolver.Tenant(t.Context(), "acme")
	require.Error(t, err, "nothing was made")
}

func TestOneSourceRegistersOnlySoOften(t *testing.T) {
	w := newWorld(t, perSource(2))
	w.do(http.MethodPost, base, "", registration("one")).is(http.StatusCreated)
	w.do(http.MethodPost, base, "", map[string]any{"tid": "?"}).is(http.StatusBadRequest)
	w.do(http.MethodPost, base, "", registration("two")).is(http.StatusCreated)
	r := w.do(http.MethodPost, base, "", registration("three")).problem(http.StatusTooManyRequests, "rate_limited")
	require.NotEmpty(t, r.header.Get("Retry-After"))
	w.do(http.MethodPost, base, "", registration("three"), "X-Forwarded-For", "203.0.113.7").problem(http.StatusTooManyRequests, "rate_limited")
}

func TestClosedRegistrationMakesNothing(t *testing.T) {
	w := newWorld(t, mode("closed"))
	w.do(http.MethodPost, base, "", registration("acme")).problem(http.StatusForbidden, "registration_closed")
}

func TestRegistrationByInvitationIsBoundToNameAndAddress(t *testing.T) {
	w := newWorld(t, mode("invite"))
	w.do(http.MethodPost, base, "", registration("acme")).problem(http.StatusForbidden, "invitation_required")
	code, err := tenantadmin.RegistrationInvitation(w.platform.Root, "acme", "Owner@Acme.example", w.now().Add(time.Hour))
	require.NoError(t, err)
	other := registration("other")
	other["invitation"] = code
	w.do(http.MethodPost, base, "", other).problem(http.StatusForbidden, "invitation_required")
	in := registration("acme")
	in["invitation"] = altered(code)
	w.do(http.MethodPost, base, "", in).problem(http.StatusForbidden, "invitation_required")
	in["invitation"] = code
	w.pass(2 * time.Hour)
	w.do(http.MethodPost, base, "", in).problem(http.StatusForbidden, "invitation_required")
	w.pass(-2 * time.Hour)
	w.do(http.MethodPost, base, "", in).is(http.StatusCreated)
	w.do(http.MethodPost, base, "", in).problem(http.StatusConflict, "conflict")
}

// altered is the value with another first character.
func altered(value string) string {
	if value[0] == 'A' {
		return "B" + value[1:]
	}
	return "A" + value[1:]
}

func TestTenantWorksOnlyOnceItsOwnerIsVerified(t *testing.T) {
	w := newWorld(t, mode("verify_email"))
	r := w.do(http.MethodPost, base, "", registration("acme")).is(http.StatusCreated)
	require.Equal(t, "suspended", r.text("tenant", "state"))
	require.NotContains(t, string(r.body), w.mail.messages[0].Token, "the token goes to the address alone")
	h := &house{w: w, tid: "acme"}
	id := r.text("service_client", "client_id")
	token := h.token(id, id, "admin:read")
	w.do(http.MethodGet, h.path(), token, nil).problem(http.StatusForbidden, "tenant_suspended")
	_, err := w.platform.Resolver.Workspace(t.Context(), "acme", "default")
	require.Error(t, err, "nobody can use it")

	w.do(http.MethodPost, h.path("verify"), "", map[string]any{"token": "guess"}).problem(http.StatusBadRequest, "validation_failed").about("/token")
	require.Equal(t, tenantadmin.MessageVerification, w.mail.messages[0].Kind)
	v := w.do(http.MethodPost, h.path("verify"), "", map[string]any{"token": w.mail.messages[0].Token}).is(http.StatusOK)
	require.Equal(t, "active", v.text("state"))
	require.Equal(t, true, v.field("email_verified"))
	w.do(http.MethodGet, h.path(), token, nil).is(http.StatusOK)
	w.do(http.MethodPost, h.path("verify"), "", map[string]any{"token": w.mail.messages[0].Token}).problem(http.StatusBadRequest, "validation_failed")
}

func TestUnsentVerificationLeavesNothingBehind(t *testing.T) {
	w := newWorld(t, mode("verify_email"))
	w.mail.refuse = true
	w.do(http.MethodPost, base, "", registration("acme")).problem(http.StatusServiceUnavailable, "unavailable")
	w.mail.refuse = false
	w.do(http.MethodPost, base, "", registration("acme")).is(http.StatusCreated)
	w.do(http.MethodPost, base, "", registration("acme")).problem(http.StatusConflict, "conflict").about("/tid")
	require.Len(t, w.mail.messages, 1, "nobody is written to about a name that is taken")
}

func TestVerifyEmailWithoutAMailerDoesNotStart(t *testing.T) {
	w := newWorld(t)
	d := w.deps()
	d.Registration.Mode, d.Mailer = "verify_email", nil
	_, err := tenantadmin.New(d)
	require.ErrorContains(t, err, "mailer")
	d = w.deps()
	d.Registration.Mode = "perhaps"
	_, err = tenantadmin.New(d)
	require.Error(t, err)
}

func TestSameKeySameAnswerToTheSameCaller(t *testing.T) {
	w := newWorld(t)
	first := w.do(http.MethodPost, base, "", registration("acme"), "Idempotency-Key", "k1").is(http.StatusCreated)
	again := w.do(http.MethodPost, base, "", registration("acme"), "Idempotency-Key", "k1").is(http.StatusCreated)
	require.JSONEq(t, string(first.body), string(again.body), "the secret is shown to who made it")
	require.Equal(t, first.header.Get("Location"), again.header.Get("Location"))
	require.Equal(t, first.header.Get("ETag"), again.header.Get("ETag"))

	other := registration("acme")
	other["display_name"] = "Another"
	w.do(http.MethodPost, base, "", other, "Idempotency-Key", "k1").problem(http.StatusUnprocessableEntity, "idempotency_key_reused")
	w.do(http.MethodPost, base, "", registration("acme"), "Idempotency-Key", "two words").problem(http.StatusBadRequest, "validation_failed")

	h := &house{w: w, tid: "acme"}
	id := first.text("service_client", "client_id")
	one, two := h.token(id, id, "admin:write"), ""
	two = h.token(first.text("owner", "user_id"), "console", "admin:write")
	in := map[string]any{"client_id": "app", "grant_types": []string{"client_credentials"}}
	made := w.do(http.MethodPost, h.in("default", "clients"), one, in, "Idempotency-Key", "k2").is(http.StatusCreated)
	require.JSONEq(t, string(made.body), string(w.do(http.MethodPost, h.in("default", "clients"), one, in, "Idempotency-Key", "k2").is(http.StatusCreated).body))
	w.do(http.MethodPost, h.in("default", "clients"), two, in, "Idempotency-Key", "k2").problem(http.StatusConflict, "conflict")
	w.pass(11 * time.Minute)
	w.do(http.MethodPost, h.in("default", "clients"), h.token(id, id, "admin:write"), in, "Idempotency-Key", "k2").problem(http.StatusConflict, "conflict")
}

func TestFailedRequestsGiveTheirKeyBack(t *testing.T) {
	w := newWorld(t)
	bad := registration("?")
	w.do(http.MethodPost, base, "", bad, "Idempotency-Key", "k").problem(http.StatusBadRequest, "validation_failed")
	w.do(http.MethodPost, base, "", registration("acme"), "Idempotency-Key", "k").is(http.StatusCreated)
}

// BenchmarkRegistration shows what registering a tenant costs with the default
// cost of argon2id, which is most of it.
func BenchmarkRegistration(b *testing.B) {
	w := newWorld(b)
	for n := 0; b.Loop(); n++ {
		w.do(http.MethodPost, base, "", registration(fmt.Sprintf("t%d", n))).is(http.StatusCreated)
	}
}
