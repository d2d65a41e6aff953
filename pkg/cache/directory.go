package cache

import (
	"context"
	"errors"
	"time"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/tenancy"
)

// Ages of what the caches here serve: a suspended tenant, client or user is
// dead within five seconds even where the push was lost.
const (
	freshFor = 5 * time.Second
	staleFor = time.Minute
)

// Directory is a tenancy.Directory that remembers what another one said.
type Directory struct {
	tenants    *Cache[string, domain.Tenant]
	workspaces *Cache[address, located]
}

type address struct{ tid, aid string }

type located struct {
	tenant    domain.Tenant
	workspace domain.Workspace
}

// NewDirectory caches up to size workspaces, and as many tenants, of another
// directory.
func NewDirectory(of tenancy.Directory, size int, now func() time.Time) *Directory {
	negative := func(err error) bool { return errors.Is(err, tenancy.ErrNotFound) }
	return &Directory{
		tenants: New(Options[string, domain.Tenant]{
			Name: "tenants", Size: size, Fresh: freshFor, Stale: staleFor, Now: now, Negative: negative,
			Load: of.FindTenant,
		}),
		workspaces: New(Options[address, located]{
			Name: "workspaces", Size: size, Fresh: freshFor, Stale: staleFor, Now: now, Negative: negative,
			Load: func(ctx context.Context, a address) (located, error) {
				t, w, err := of.FindWorkspace(ctx, a.tid, a.aid)
				return located{t, w}, err
			},
		}),
	}
}

// FindTenant is that of tenancy.Directory.
func (d *Directory) FindTenant(ctx context.Context, tid string) (domain.Tenant, error) {
	if !domain.ValidSlug(tid) {
		return domain.Tenant{}, tenancy.ErrNotFound
	}
	return d.tenants.Get(ctx, tid)
}

// FindWorkspace is that of tenancy.Directory.
func (d *Directory) FindWorkspace(ctx context.Context, tid, aid string) (domain.Tenant, domain.Workspace, error) {
	if !domain.ValidSlug(tid) || !domain.ValidSlug(aid) {
		return domain.Tenant{}, domain.Workspace{}, tenancy.ErrNotFound
	}
	l, err := d.workspaces.Get(ctx, address{tid, aid})
	return l.tenant, l.workspace, err
}

// Forget drops one workspace, or with an empty aid the tenant and all its
// workspaces.
func (d *Directory) Forget(tid, aid string) {
	if aid != "" {
		d.workspaces.Forget(address{tid, aid})
		return
	}
	d.tenants.Forget(tid)
	d.workspaces.ForgetIf(func(a address) bool { return a.tid == tid })
}

// Lapse makes everything due.
func (d *Directory) Lapse() {
	d.tenants.Lapse()
	d.workspaces.Lapse()
}
