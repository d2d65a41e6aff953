package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/tenancy"
)

// NewTenant is all that a tenant begins with.
type NewTenant struct {
	Tenant domain.Tenant
	// Workspaces must hold the one whose row key is Tenant.AdminWorkspaceID.
	Workspaces []NewWorkspace
	// Owner is a user of the workspace "admin", and the first member.
	Owner domain.User
	// Clients are further clients of the workspace "admin".
	Clients []domain.Client
	// Verification, where it has a TokenHash, asks the owner to prove the
	// e-mail address; Tenant.VerifyEmail redeems it.
	Verification Verification
}

// NewWorkspace is all that a workspace begins with. Its row key is the
// caller's to choose, since keys and secrets are sealed for it. An Issuer is
// kept only where the workspace has one of its own; leave it empty for the one
// that follows from the public URL.
type NewWorkspace struct {
	Workspace domain.Workspace
	Keys      []domain.SigningKey
	Scopes    []domain.Scope
	Services  []domain.Service
	Clients   []domain.Client
}

// CreateTenant makes a tenant and all that it begins with, in one transaction
// and one round trip. It answers ErrConflict, "tid", for a slug that any
// tenant has or ever had.
func (p Platform) CreateTenant(ctx context.Context, n NewTenant, ev domain.AuditEvent) error {
	now, t := p.s.now(), n.Tenant
	if t.ID == uuid.Nil || !slices.ContainsFunc(n.Workspaces, func(w NewWorkspace) bool { return w.Workspace.ID == t.AdminWorkspaceID }) {
		return errors.New("store: a new tenant needs an id and a workspace that is its AdminWorkspaceID")
	}
	if t.State == "" {
		t.State = domain.StateActive
	}
	created(&t.CreatedAt, &t.UpdatedAt, &t.Version, now)
	b := &batch{}
	b.within(scope{platform: true})
	b.insertTenant(t)
	for _, w := range n.Workspaces {
		w.Workspace.TenantID = t.ID
		w = copyOf(w)
		if w.Workspace.ID == t.AdminWorkspaceID {
			w.Clients = slices.Concat(w.Clients, n.Clients)
		}
		if err := b.insertNewWorkspace(&w, now); err != nil {
			return err
		}
	}
	if err := b.insertOwner(t, n, now); err != nil {
		return err
	}
	b.insertEvent(t.ID, ev, now)
	return p.s.run(ctx, b)
}

// copyOf keeps what the store stamps apart from the caller's slices.
func copyOf(w NewWorkspace) NewWorkspace {
	w.Scopes, w.Services, w.Clients = slices.Clone(w.Scopes), slices.Clone(w.Services), slices.Clone(w.Clients)
	return w
}

func (b *batch) insertNewWorkspace(n *NewWorkspace, now time.Time) error {
	w := &n.Workspace
	if w.ID == uuid.Nil {
		return errors.New("store: a new workspace needs an id")
	}
	if w.State == "" {
		w.State = domain.StateActive
	}
	created(&w.CreatedAt, &w.UpdatedAt, &w.Version, now)
	b.insertWorkspace(*w)
	b.insertContent(n, now)
	return nil
}

func (b *batch) insertOwner(t domain.Tenant, n NewTenant, now time.Time) error {
	owner := n.Owner
	created(&owner.CreatedAt, &owner.UpdatedAt, &owner.Version, now)
	if owner.PasswordHash != "" {
		owner.PasswordChangedAt = now
	}
	if err := b.insertUser(t.AdminWorkspaceID, owner); err != nil {
		return err
	}
	m := domain.Member{UserID: owner.UserID, Role: domain.RoleOwner}
	created(&m.CreatedAt, &m.UpdatedAt, &m.Version, now)
	b.insertMember(t.ID, t.AdminWorkspaceID, m)
	if len(n.Verification.TokenHash) > 0 {
		v := n.Verification
		v.UserID, v.Email = owner.UserID, owner.Email
		b.insertVerification(t.AdminWorkspaceID, v, now)
	}
	return nil
}

// The look-ups of slugs. On Postgres they go through functions that answer
// this one question with the rights of platform, so that a service which may
// not read across tenants can still resolve a path.
const (
	tenantColumns    = "t.id, t.tid, t.display_name, t.state, t.admin_workspace_id, t.email_verified, t.version, t.created_at, t.updated_at"
	workspaceColumns = "w.tenant_id, w.id, w.aid, w.issuer, w.display_name, w.state, w.settings, w.version, w.created_at, w.updated_at"

	findTenantSQLite      = "SELECT " + tenantColumns + " FROM tenants t WHERE t.tid = $1"
	findTenantPostgres    = "SELECT " + tenantColumns + " FROM find_tenant($1) t"
	findWorkspaceSQLite   = "SELECT " + tenantColumns + ", " + workspaceColumns + " FROM tenants t JOIN workspaces w ON w.tenant_id = t.id WHERE t.tid = $1 AND w.aid = $2"
	findWorkspacePostgres = "SELECT " + tenantColumns + ", " + workspaceColumns + " FROM find_tenant($1) t JOIN find_workspace($1, $2) w ON w.tenant_id = t.id"
	eachWorkspace         = "SELECT " + tenantColumns + ", " + workspaceColumns + ` FROM workspaces w JOIN tenants t ON t.id = w.tenant_id
		WHERE w.id > $1 AND w.state <> 'deleted' AND t.state <> 'deleted' ORDER BY w.id LIMIT $2`
)

// FindTenant implements tenancy.Directory, in one round trip. Unknown slugs
// are tenancy.ErrNotFound; suspended and deleted tenants come as they are.
func (p Platform) FindTenant(ctx context.Context, tid string) (domain.Tenant, error) {
	sql := findTenantSQLite
	if p.s.postgres() {
		sql = findTenantPostgres
	}
	var found []tenantRow
	var b batch
	b.query(func(r row) error {
		var t tenantRow
		err := r.Scan(t.fields()...)
		found = append(found, t)
		return err
	}, sql, tid)
	err := p.s.run(ctx, &b)
	if errors.Is(err, ErrNotFound) || err == nil && len(found) == 0 {
		return domain.Tenant{}, tenancy.ErrNotFound
	}
	if err != nil {
		return domain.Tenant{}, err
	}
	return found[0].domain(), nil
}

// FindWorkspace implements tenancy.Directory, in one round trip. Unknown slugs
// are tenancy.ErrNotFound; suspended and deleted ones come as they are.
func (p Platform) FindWorkspace(ctx context.Context, tid, aid string) (domain.Tenant, domain.Workspace, error) {
	sql := findWorkspaceSQLite
	if p.s.postgres() {
		sql = findWorkspacePostgres
	}
	var found []located
	var b batch
	b.query(collect(&found), sql, tid, aid)
	err := p.s.run(ctx, &b)
	if errors.Is(err, ErrNotFound) || err == nil && len(found) == 0 {
		return domain.Tenant{}, domain.Workspace{}, tenancy.ErrNotFound
	}
	if err != nil {
		return domain.Tenant{}, domain.Workspace{}, err
	}
	return found[0].tenant.domain(), found[0].workspace.domain(), nil
}

// located is a workspace with its tenant.
type located struct {
	tenant    tenantRow
	workspace workspaceRow
}

func collect(into *[]located) func(row) error {
	return func(r row) error {
		var l located
		err := r.Scan(append(l.tenant.fields(), l.workspace.fields()...)...)
		*into = append(*into, l)
		return err
	}
}

// eachPage is how many workspaces EachWorkspace reads at a time.
const eachPage = 500

// EachWorkspace implements tenancy.Lister: it calls fn with every workspace
// that is not deleted, in the order of their making, and stops at the first
// error. No transaction is open while fn runs, so fn may use the store.
func (p Platform) EachWorkspace(ctx context.Context, fn func(domain.Tenant, domain.Workspace) error) error {
	last := uuid.Nil
	for {
		var page []located
		b := &batch{}
		b.within(scope{platform: true})
		b.query(collect(&page), eachWorkspace, last, eachPage)
		if err := p.s.run(ctx, b); err != nil {
			return fmt.Errorf("store: listing workspaces: %w", err)
		}
		for _, l := range page {
			if err := fn(l.tenant.domain(), l.workspace.domain()); err != nil {
				return err
			}
			last = l.workspace.ID
		}
		if len(page) < eachPage {
			return nil
		}
	}
}

// The facts of all workspaces. Postgres answers by a function, as for slugs.
const (
	revocationsSQLite = `SELECT r.id, r.workspace_id, r.kind, r.target, r.before_at, r.expires_at, r.created_at
		FROM revocations r WHERE r.id > $1 OR r.created_at >= $2 ORDER BY r.id`
	revocationsPostgres = `SELECT r.id, r.workspace_id, r.kind, r.target, r.before_at, r.expires_at, r.created_at
		FROM find_revocations($1, $2) r`
)

// Revocations are the facts of all workspaces with an id above afterID, and
// those added since the moment whatever their id: ids become visible out of
// order, so that a poll must overlap the one before. One round trip.
func (p Platform) Revocations(ctx context.Context, afterID int64, since time.Time) ([]domain.Revocation, error) {
	sql := revocationsSQLite
	if p.s.postgres() {
		sql = revocationsPostgres
	}
	var facts []domain.Revocation
	var b batch
	b.query(func(r row) error {
		var fact revocationRow
		err := r.Scan(&fact.ID, &fact.WorkspaceID, &fact.Kind, &fact.Target, &fact.Before, &fact.Expires, &fact.Created)
		facts = append(facts, fact.domain())
		return err
	}, sql, afterID, int64(at(since)))
	if err := p.s.run(ctx, &b); err != nil {
		return nil, fmt.Errorf("store: reading revocations: %w", err)
	}
	return facts, nil
}
