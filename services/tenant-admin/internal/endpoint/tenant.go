package endpoint

import (
	"errors"
	"net/http"

	"github.com/signet-authz/signet/api/admin"
	"github.com/signet-authz/signet/pkg/cache"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/services/tenant-admin/internal/problem"
)

func tenantForm(t domain.Tenant) admin.Tenant {
	return admin.Tenant{
		TID: t.TID, DisplayName: t.DisplayName, State: string(t.State), EmailVerified: t.EmailVerified, CreatedAt: t.CreatedAt, UpdatedAt: t.UpdatedAt,
	}
}

func (a *API) getTenant(k *call) (answer, error) {
	t, err := a.Store.Tenant(k.tenant).Get(k.ctx)
	if err != nil {
		return answer{}, err
	}
	return ok(tenantForm(t), etag(t.Version, t.CreatedAt))
}

func (a *API) updateTenant(k *call) (answer, error) {
	t, err := a.Store.Tenant(k.tenant).Get(k.ctx)
	if err != nil {
		return answer{}, err
	}
	if err := k.match(etag(t.Version, t.CreatedAt)); err != nil {
		return answer{}, err
	}
	var m admin.TenantMetadata
	if err := k.patch(tenantForm(t), &m); err != nil {
		return answer{}, err
	}
	t.DisplayName = m.DisplayName
	if t.DisplayName == "" {
		t.DisplayName = t.TID
	}
	if t, err = a.Store.Tenant(k.tenant).Update(k.ctx, t, k.event("tenant.update", "tenant", t.TID)); err != nil {
		return answer{}, err
	}
	a.tenantChanged(k)
	return ok(tenantForm(t), etag(t.Version, t.CreatedAt))
}

func (a *API) deleteTenant(k *call) (answer, error) {
	t, err := a.Store.Tenant(k.tenant).Get(k.ctx)
	if err != nil {
		return answer{}, err
	}
	if err := k.match(etag(t.Version, t.CreatedAt)); err != nil {
		return answer{}, err
	}
	facts, err := a.Store.Tenant(k.tenant).Delete(k.ctx, k.event("tenant.delete", "tenant", t.TID))
	if err != nil {
		return answer{}, err
	}
	a.tenantChanged(k)
	a.ended(k, facts)
	return gone(nil)
}

func (a *API) tenantChanged(k *call) {
	a.Invalidate(k.ctx, cache.Invalidation{Kind: cache.KindTenant, TID: k.tenant.TID()})
}

// verifyEmail redeems the token that was mailed to a new tenant's owner. With
// it the tenant begins to work.
func (a *API) verifyEmail(k *call) (answer, error) {
	if err := a.limit(k, "verify"); err != nil {
		return answer{}, err
	}
	var in admin.Verification
	if err := k.input(&in); err != nil {
		return answer{}, err
	}
	s := a.Store.Tenant(k.tenant)
	// A suspended tenant that was verified before was suspended for another
	// reason, and no token of its owner's ends that.
	waiting := !k.tenant.Record().EmailVerified
	_, err := s.VerifyEmail(k.ctx, keys.HashBearer(in.Token), k.event("tenant.verify", "tenant", k.tenant.TID()))
	if errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrConsumed) {
		return answer{}, problem.Invalid.With(problem.Finding{Pointer: "/token", Detail: "The token is unknown, expired or used."})
	}
	if err != nil {
		return answer{}, err
	}
	t, err := s.Get(k.ctx)
	if err != nil {
		return answer{}, err
	}
	if waiting && t.State == domain.StateSuspended {
		t.State = domain.StateActive
		if t, err = s.Update(k.ctx, t, k.event("tenant.activate", "tenant", t.TID)); err != nil {
			return answer{}, err
		}
	}
	a.tenantChanged(k)
	return answer{Status: http.StatusOK, Body: tenantForm(t), ETag: etag(t.Version, t.CreatedAt)}, nil
}
