package store

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/signet-authz/signet/pkg/domain"
	"gorm.io/gorm"
)

// tenantRow is a row of tenants.
type tenantRow struct {
	ID               uuid.UUID
	TID              string `gorm:"column:tid"`
	DisplayName      string
	State            string
	AdminWorkspaceID uuid.UUID
	EmailVerified    bool
	Version          int64
	Created          instant `gorm:"column:created_at"`
	Updated          instant `gorm:"column:updated_at"`
}

// TableName implements GORM's Tabler.
func (tenantRow) TableName() string { return "tenants" }

// fields are where tenantColumns go, in that order.
func (r *tenantRow) fields() []any {
	return []any{&r.ID, &r.TID, &r.DisplayName, &r.State, &r.AdminWorkspaceID, &r.EmailVerified, &r.Version, &r.Created, &r.Updated}
}

func (r tenantRow) domain() domain.Tenant {
	return domain.Tenant{
		ID: r.ID, TID: r.TID, DisplayName: r.DisplayName, State: domain.State(r.State), AdminWorkspaceID: r.AdminWorkspaceID,
		EmailVerified: r.EmailVerified, Version: r.Version, CreatedAt: r.Created.time(), UpdatedAt: r.Updated.time(),
	}
}

// workspaceRow is a row of workspaces.
type workspaceRow struct {
	TenantID    uuid.UUID
	ID          uuid.UUID
	AID         string `gorm:"column:aid"`
	Issuer      optional
	DisplayName string
	State       string
	Settings    document[settingsDoc]
	Version     int64
	Created     instant `gorm:"column:created_at"`
	Updated     instant `gorm:"column:updated_at"`
}

// TableName implements GORM's Tabler.
func (workspaceRow) TableName() string { return "workspaces" }

// fields are where workspaceColumns go, in that order.
func (r *workspaceRow) fields() []any {
	return []any{&r.TenantID, &r.ID, &r.AID, &r.Issuer, &r.DisplayName, &r.State, &r.Settings, &r.Version, &r.Created, &r.Updated}
}

func (r workspaceRow) domain() domain.Workspace {
	return domain.Workspace{
		ID: r.ID, TenantID: r.TenantID, AID: r.AID, Issuer: string(r.Issuer), DisplayName: r.DisplayName, State: domain.State(r.State),
		Settings: r.Settings.V.settings(), Version: r.Version, CreatedAt: r.Created.time(), UpdatedAt: r.Updated.time(),
	}
}

// errDelete says that the state "deleted" is not one to be set.
var errDelete = errors.New("store: a state is set to active or suspended; deletion has a method of its own")

func settable(s domain.State) bool { return s == domain.StateActive || s == domain.StateSuspended }

// own selects the tenant's own row, unless it is deleted.
func (t tx) own() *gorm.DB {
	return t.db.Model(&tenantRow{}).Where("id = ? AND state <> ?", t.tenant, string(domain.StateDeleted))
}

// hold makes all transactions that hold the same tenant take turns: what
// counts over several of its rows would otherwise be counted twice at once.
// It answers ErrNotFound for a deleted tenant.
func (t tx) hold() error {
	return changed(t.own().Update("version", gorm.Expr("version")))
}

// Get is the tenant as it stands now.
func (t Tenant) Get(ctx context.Context) (domain.Tenant, error) {
	var found []tenantRow
	b := t.batch()
	b.query(func(r row) error {
		var one tenantRow
		err := r.Scan(one.fields()...)
		found = append(found, one)
		return err
	}, "SELECT "+tenantColumns+" FROM tenants t WHERE t.id = $1 AND t.state <> 'deleted'", t.id)
	if err := t.s.run(ctx, b); err != nil {
		return domain.Tenant{}, err
	}
	if len(found) == 0 {
		return domain.Tenant{}, ErrNotFound
	}
	return found[0].domain(), nil
}

// Update changes the tenant's DisplayName, State (active or suspended) and
// EmailVerified.
func (t Tenant) Update(ctx context.Context, d domain.Tenant, ev domain.AuditEvent) (domain.Tenant, error) {
	if !settable(d.State) {
		return domain.Tenant{}, errDelete
	}
	var r tenantRow
	err := t.tx(ctx, func(q tx) error {
		_, err := q.update(q.own, q.own, d.Version, map[string]any{
			"display_name": d.DisplayName, "state": string(d.State), "email_verified": d.EmailVerified,
		})
		if err != nil {
			return err
		}
		if err := q.own().Take(&r).Error; err != nil {
			return err
		}
		return q.audit(ev)
	})
	if err != nil {
		return domain.Tenant{}, err
	}
	return r.domain(), nil
}

// Delete ends the tenant and all its workspaces. Their rows remain without
// name and settings, so that the slugs are never given to anybody else; the
// audit events and the revocations remain; all else is erased, see erase.go.
func (t Tenant) Delete(ctx context.Context, ev domain.AuditEvent) ([]domain.Revocation, error) {
	var ended []domain.Revocation
	var ids []uuid.UUID
	err := t.tx(ctx, func(q tx) error {
		if err := q.hold(); err != nil {
			return err
		}
		if err := q.ofTenant(&workspaceRow{}).Where("state <> ?", string(domain.StateDeleted)).Order("id").Pluck("id", &ids).Error; err != nil {
			return err
		}
		for _, id := range ids {
			r, err := q.bury(id)
			if err != nil {
				return err
			}
			ended = append(ended, r)
		}
		if err := q.ofTenant(&invitationRow{}).Delete(&invitationRow{}).Error; err != nil {
			return err
		}
		err := changed(q.own().Updates(map[string]any{
			"state": string(domain.StateDeleted), "display_name": "", "email_verified": false,
			"version": gorm.Expr("version + 1"), "updated_at": at(q.now),
		}))
		if err != nil {
			return err
		}
		return q.audit(ev)
	})
	if err != nil {
		return nil, err
	}
	t.erase(ctx, ids...)
	return ended, nil
}

// bury makes a tombstone of one workspace of the transaction's tenant.
func (t tx) bury(id uuid.UUID) (domain.Revocation, error) {
	q, err := t.within(id)
	if err != nil {
		return domain.Revocation{}, err
	}
	err = changed(q.ofTenant(&workspaceRow{}).Where("id = ? AND state <> ?", id, string(domain.StateDeleted)).Updates(map[string]any{
		"state": string(domain.StateDeleted), "display_name": "", "issuer": nil, "settings": settingsErasing,
		"version": gorm.Expr("version + 1"), "updated_at": at(q.now),
	}))
	if err != nil {
		return domain.Revocation{}, err
	}
	return q.revoke(domain.RevokeWorkspace, id.String())
}

// CreateWorkspace makes a workspace and all that it begins with, in one
// transaction and one round trip. It answers ErrConflict, "aid", for a slug
// that a workspace of the tenant has or ever had.
func (t Tenant) CreateWorkspace(ctx context.Context, n NewWorkspace, ev domain.AuditEvent) (domain.Workspace, error) {
	now := t.s.now()
	n = copyOf(n)
	n.Workspace.TenantID = t.id
	b := &batch{}
	b.within(scope{tenant: t.id, workspace: n.Workspace.ID})
	// As tx.hold: a deletion under way is waited for, and then seen.
	b.exec("UPDATE tenants SET version = version WHERE id = $1 AND state <> 'deleted'", t.id)
	if err := b.insertNewWorkspace(&n, now); err != nil {
		return domain.Workspace{}, err
	}
	ev.WorkspaceID = n.Workspace.ID
	made := int64(0)
	b.count(&made, insertAudit+" FROM workspaces WHERE id = $14", append(auditArgs(t.id, ev, now), n.Workspace.ID)...)
	if err := t.s.run(ctx, b); err != nil {
		return domain.Workspace{}, err
	}
	if made == 0 {
		return domain.Workspace{}, ErrNotFound // the tenant is deleted
	}
	return n.Workspace, nil
}

// standing selects the tenant's workspaces that are not deleted.
func (t tx) standing() *gorm.DB {
	return t.ofTenant(&workspaceRow{}).Where("state <> ?", string(domain.StateDeleted))
}

// Workspaces lists the tenant's workspaces, the newest first. Query looks in
// slug and name.
func (t Tenant) Workspaces(ctx context.Context, p Page) (List[domain.Workspace], error) {
	var list List[domain.Workspace]
	err := t.tx(ctx, func(q tx) error {
		stmt := q.standing()
		if p.Query != "" {
			stmt = stmt.Where(`lower(aid || ' ' || display_name) LIKE ? ESCAPE '\'`, containing(p.Query))
		}
		var err error
		list, err = listPage(stmt, p, order{after: "(created_at, aid) < (?, ?)", by: "created_at DESC, aid DESC"},
			func(r workspaceRow) position { return position{r.Created, r.AID} }, workspaceRow.domain)
		return err
	})
	return list, err
}

// WorkspaceByAID is one workspace of the tenant, unless it is deleted.
func (t Tenant) WorkspaceByAID(ctx context.Context, aid string) (domain.Workspace, error) {
	var found []workspaceRow
	b := t.batch()
	b.query(func(r row) error {
		var one workspaceRow
		err := r.Scan(one.fields()...)
		found = append(found, one)
		return err
	}, "SELECT "+workspaceColumns+" FROM workspaces w WHERE w.tenant_id = $1 AND w.aid = $2 AND w.state <> 'deleted'", t.id, aid)
	if err := t.s.run(ctx, b); err != nil {
		return domain.Workspace{}, err
	}
	if len(found) == 0 {
		return domain.Workspace{}, ErrNotFound
	}
	return found[0].domain(), nil
}

// UpdateWorkspace changes the DisplayName, State (active or suspended) and
// Settings of the workspace that d.AID names.
func (t Tenant) UpdateWorkspace(ctx context.Context, d domain.Workspace, ev domain.AuditEvent) (domain.Workspace, error) {
	if !settable(d.State) {
		return domain.Workspace{}, errDelete
	}
	var r workspaceRow
	err := t.tx(ctx, func(q tx) error {
		one := func() *gorm.DB { return q.standing().Where("aid = ?", d.AID) }
		_, err := q.update(one, one, d.Version, map[string]any{
			"display_name": d.DisplayName, "state": string(d.State), "settings": doc(settingsDocOf(d.Settings)),
		})
		if err != nil {
			return err
		}
		if err := one().Take(&r).Error; err != nil {
			return err
		}
		ev.WorkspaceID = r.ID
		return q.audit(ev)
	})
	if err != nil {
		return domain.Workspace{}, err
	}
	return r.domain(), nil
}

// DeleteWorkspace ends one workspace as Delete ends all. The workspace "admin"
// ends with its tenant only: ErrConflict, "aid".
func (t Tenant) DeleteWorkspace(ctx context.Context, aid string, ev domain.AuditEvent) ([]domain.Revocation, error) {
	if aid == domain.AdminWorkspace {
		return nil, conflict("aid")
	}
	var ended domain.Revocation
	var ids []uuid.UUID
	err := t.tx(ctx, func(q tx) error {
		if err := q.standing().Where("aid = ?", aid).Pluck("id", &ids).Error; err != nil {
			return err
		}
		if len(ids) == 0 {
			return ErrNotFound
		}
		var err error
		if ended, err = q.bury(ids[0]); err != nil {
			return err
		}
		ev.WorkspaceID = ids[0]
		return q.audit(ev)
	})
	if err != nil {
		return nil, err
	}
	t.erase(ctx, ids[0])
	return []domain.Revocation{ended}, nil
}
