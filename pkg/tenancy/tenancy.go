package tenancy

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/signet-authz/signet/pkg/domain"
)

// Resolution fails in these two ways; whatever else comes back is a fault of
// the directory and must be answered 503.
var (
	// ErrNotFound covers the malformed, the unknown and the deleted alike.
	ErrNotFound = errors.New("tenancy: no such workspace")
	// ErrSuspended says that the tenant or the workspace is suspended.
	ErrSuspended = errors.New("tenancy: suspended")
)

// Directory looks up tenants and workspaces by slug. Package store implements
// it and package cache wraps it. It returns ErrNotFound for unknown slugs and
// returns suspended and deleted ones as they are.
type Directory interface {
	FindTenant(ctx context.Context, tid string) (domain.Tenant, error)
	FindWorkspace(ctx context.Context, tid, aid string) (domain.Tenant, domain.Workspace, error)
}

// Tenant is an unforgeable handle on one tenant.
type Tenant struct{ rec *domain.Tenant }

// ID is the tenant's row key. It panics on the zero handle.
func (t Tenant) ID() uuid.UUID { return t.record().ID }

// TID is the tenant's slug.
func (t Tenant) TID() string { return t.record().TID }

// Record is a copy of what the directory said of the tenant.
func (t Tenant) Record() domain.Tenant { return *t.record() }

func (t Tenant) record() *domain.Tenant {
	if t.rec == nil {
		panic("tenancy: the zero Tenant names no tenant")
	}
	return t.rec
}

type workspaceRecord struct {
	tenant    domain.Tenant
	workspace domain.Workspace
	key       string
}

// Workspace is an unforgeable handle on one workspace of one tenant.
type Workspace struct{ rec *workspaceRecord }

// ID is the workspace's row key. It panics on the zero handle.
func (w Workspace) ID() uuid.UUID { return w.record().workspace.ID }

// Key is ID in its canonical text form, for keys outside SQL.
func (w Workspace) Key() string { return w.record().key }

// TID and AID are the two slugs.
func (w Workspace) TID() string { return w.record().tenant.TID }

// AID is the workspace's slug.
func (w Workspace) AID() string { return w.record().workspace.AID }

// Issuer is the issuer identifier (RFC 8414, section 2).
func (w Workspace) Issuer() string { return w.record().workspace.Issuer }

// Endpoint is the URL of a path below the issuer, such as "/oauth2/token".
func (w Workspace) Endpoint(path string) string { return w.Issuer() + path }

// CookiePath is the path to which the workspace's cookies are bound.
func (w Workspace) CookiePath() string { return "/" + w.TID() + "/" + w.AID() }

// DisplayName is the workspace's name for people.
func (w Workspace) DisplayName() string { return w.record().workspace.DisplayName }

// Settings are the workspace's settings. The slices within are shared: do not
// change them.
func (w Workspace) Settings() domain.Settings { return w.record().workspace.Settings }

// IsAdmin tells whether this is the tenant's workspace for the console and the
// admin API.
func (w Workspace) IsAdmin() bool { return w.AID() == domain.AdminWorkspace }

// Tenant is the handle on the tenant that the workspace belongs to.
func (w Workspace) Tenant() Tenant {
	t := w.record().tenant
	return Tenant{rec: &t}
}

// Record is a copy of what the directory said of the workspace.
func (w Workspace) Record() domain.Workspace { return w.record().workspace }

func (w Workspace) record() *workspaceRecord {
	if w.rec == nil {
		panic("tenancy: the zero Workspace names no workspace")
	}
	return w.rec
}

// Resolver mints handles. Nothing else can.
type Resolver struct {
	directory Directory
	publicURL string
}

// NewResolver returns a resolver over the directory. publicURL is the origin
// under which the service is reached, without a trailing slash; it makes the
// issuer of every workspace that has none of its own.
func NewResolver(directory Directory, publicURL string) *Resolver {
	return &Resolver{directory: directory, publicURL: strings.TrimRight(publicURL, "/")}
}

// PublicURL is the origin under which the service is reached.
func (r *Resolver) PublicURL() string { return r.publicURL }

// Workspace resolves an active workspace of an active tenant.
func (r *Resolver) Workspace(ctx context.Context, tid, aid string) (Workspace, error) {
	w, err := r.AnyWorkspace(ctx, tid, aid)
	if err != nil {
		return Workspace{}, err
	}
	if w.rec.tenant.State != domain.StateActive || w.rec.workspace.State != domain.StateActive {
		return Workspace{}, ErrSuspended
	}
	return w, nil
}

// AnyWorkspace resolves a workspace that may be suspended, for those who
// administer it.
func (r *Resolver) AnyWorkspace(ctx context.Context, tid, aid string) (Workspace, error) {
	if !domain.ValidSlug(tid) || !domain.ValidSlug(aid) {
		return Workspace{}, ErrNotFound
	}
	t, w, err := r.directory.FindWorkspace(ctx, tid, aid)
	if err != nil {
		return Workspace{}, err
	}
	// The directory is asked by slug and must answer for that slug: a collation
	// that takes two spellings for one would otherwise hand out another tenant.
	if t.TID != tid || w.AID != aid || w.TenantID != t.ID {
		return Workspace{}, fmt.Errorf("tenancy: asked for %s/%s, the directory answered %s/%s", tid, aid, t.TID, w.AID)
	}
	return r.mint(t, w)
}

// Tenant resolves a tenant that may be suspended but not deleted.
func (r *Resolver) Tenant(ctx context.Context, tid string) (Tenant, error) {
	if !domain.ValidSlug(tid) {
		return Tenant{}, ErrNotFound
	}
	t, err := r.directory.FindTenant(ctx, tid)
	if err != nil {
		return Tenant{}, err
	}
	if t.TID != tid {
		return Tenant{}, fmt.Errorf("tenancy: asked for %s, the directory answered %s", tid, t.TID)
	}
	if t.State == domain.StateDeleted {
		return Tenant{}, ErrNotFound
	}
	return Tenant{rec: &t}, nil
}

// Each calls fn with a handle on every workspace that is not deleted, for
// background work, in pages of the lister's choosing.
func (r *Resolver) Each(ctx context.Context, list Lister, fn func(Workspace) error) error {
	return list.EachWorkspace(ctx, func(t domain.Tenant, w domain.Workspace) error {
		h, err := r.mint(t, w)
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		return fn(h)
	})
}

// Lister walks over all workspaces.
type Lister interface {
	EachWorkspace(ctx context.Context, fn func(domain.Tenant, domain.Workspace) error) error
}

func (r *Resolver) mint(t domain.Tenant, w domain.Workspace) (Workspace, error) {
	if t.State == domain.StateDeleted || w.State == domain.StateDeleted {
		return Workspace{}, ErrNotFound
	}
	if w.Issuer == "" {
		w.Issuer = r.publicURL + "/" + t.TID + "/" + w.AID
	}
	return Workspace{rec: &workspaceRecord{tenant: t, workspace: w, key: w.ID.String()}}, nil
}
