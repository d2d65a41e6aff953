package store

import (
	"context"

	"github.com/google/uuid"
	"github.com/signet-authz/signet/pkg/domain"
	"gorm.io/gorm"
)

// memberRow is a row of members. WorkspaceID is that of the tenant's workspace
// "admin", where its members are users.
type memberRow struct {
	TenantID    uuid.UUID `gorm:"primaryKey"`
	WorkspaceID uuid.UUID
	UserID      string `gorm:"primaryKey"`
	Role        string
	Disabled    bool
	Version     int64
	Created     instant `gorm:"column:created_at"`
	Updated     instant `gorm:"column:updated_at"`
}

// TableName implements GORM's Tabler.
func (memberRow) TableName() string { return "members" }

// memberView is a member with what the user says of themself.
type memberView struct {
	UserID   string
	Email    string
	Name     string
	Role     string
	Disabled bool
	Version  int64
	Created  instant `gorm:"column:created_at"`
	Updated  instant `gorm:"column:updated_at"`
}

func (v memberView) domain() domain.Member {
	return domain.Member{
		UserID: v.UserID, Email: v.Email, Name: v.Name, Role: domain.Role(v.Role), Disabled: v.Disabled, Version: v.Version,
		CreatedAt: v.Created.time(), UpdatedAt: v.Updated.time(),
	}
}

const (
	memberColumns = "members.user_id, users.email, users.name, members.role, members.disabled, members.version, members.created_at, members.updated_at"
	memberUsers   = "JOIN users ON users.workspace_id = members.workspace_id AND users.user_id = members.user_id"
)

// views selects the tenant's members as memberView wants them.
func (t tx) views() *gorm.DB {
	return t.db.Model(&memberRow{}).Select(memberColumns).Joins(memberUsers).Where("members.tenant_id = ?", t.tenant)
}

func (t tx) view(userID string) (domain.Member, error) {
	var v memberView
	if err := t.views().Where("members.user_id = ?", userID).Take(&v).Error; err != nil {
		return domain.Member{}, translate(err)
	}
	return v.domain(), nil
}

// ownerStays answers ErrConflict, "owner", where the tenant would be left
// without a member who is an owner and can log in. The caller holds the
// tenant, so that no other transaction takes away the owner who is seen here.
func (t tx) ownerStays() error {
	var owners int64
	err := t.db.Model(&memberRow{}).Joins(memberUsers).Where("members.tenant_id = ?", t.tenant).
		Where("members.role = ? AND NOT members.disabled AND NOT users.disabled", string(domain.RoleOwner)).Count(&owners).Error
	if err != nil {
		return translate(err)
	}
	if owners == 0 {
		return conflict("owner")
	}
	return nil
}

// ownerStaysWithout is ownerStays for a transaction of a workspace that has just
// disabled one of its users, who may be an owner of the tenant.
func (t tx) ownerStaysWithout(userID string) error {
	t.scope.tenant = t.tenant
	if err := t.name(); err != nil {
		return err
	}
	if err := t.hold(); err != nil {
		return err
	}
	var owns int64
	err := t.ofTenant(&memberRow{}).Where("workspace_id = ?", t.scope.workspace).Where("user_id = ?", userID).
		Where("role = ? AND NOT disabled", string(domain.RoleOwner)).Count(&owns).Error
	if err != nil || owns == 0 {
		return translate(err)
	}
	return t.ownerStays()
}

// Members lists the tenant's members, the newest first. Page.Query is looked
// for in e-mail addresses and names.
func (t Tenant) Members(ctx context.Context, p Page) (list List[domain.Member], err error) {
	err = t.tx(ctx, func(q tx) error {
		stmt := q.views()
		if p.Query != "" {
			stmt = stmt.Where(`lower(users.email || ' ' || users.name) LIKE ? ESCAPE '\'`, containing(p.Query))
		}
		list, err = listPage(stmt, p,
			order{after: "(members.created_at, members.user_id) < (?, ?)", by: "members.created_at DESC, members.user_id DESC"},
			func(v memberView) position { return position{v.Created, v.UserID} }, memberView.domain)
		return err
	})
	return list, err
}

// Member finds a member, disabled ones included, in one round trip: every call
// of the admin API asks for one.
func (t Tenant) Member(ctx context.Context, userID string) (domain.Member, error) {
	var v memberView
	b := t.batch()
	b.query(func(r row) error {
		return r.Scan(&v.UserID, &v.Email, &v.Name, &v.Role, &v.Disabled, &v.Version, &v.Created, &v.Updated)
	}, "SELECT "+memberColumns+" FROM members "+memberUsers+" WHERE members.tenant_id = $1 AND members.user_id = $2", t.id, userID)
	if err := t.s.run(ctx, b); err != nil {
		return domain.Member{}, err
	}
	if v.UserID == "" {
		return domain.Member{}, ErrNotFound
	}
	return v.domain(), nil
}

// AddMember makes a user of the workspace "admin" a member. ErrNotFound: there
// is no such user. ErrConflict, "user_id": the user is a member already.
func (t Tenant) AddMember(ctx context.Context, m domain.Member, ev domain.AuditEvent) (domain.Member, error) {
	err := t.tx(ctx, func(q tx) error {
		var err error
		if m, err = q.addMember(m); err != nil {
			return err
		}
		return q.audit(ev)
	})
	if err != nil {
		return domain.Member{}, err
	}
	return m, nil
}

func (t tx) addMember(m domain.Member) (domain.Member, error) {
	err := t.insert(&memberRow{
		TenantID: t.tenant, WorkspaceID: t.scope.workspace, UserID: m.UserID, Role: string(m.Role), Disabled: m.Disabled,
		Version: 1, Created: at(t.now), Updated: at(t.now),
	})
	if err != nil {
		return domain.Member{}, err
	}
	return t.view(m.UserID)
}

// UpdateMember changes the role of a member and whether they are disabled.
// ErrConflict, "owner", where it would leave the tenant without an owner.
func (t Tenant) UpdateMember(ctx context.Context, m domain.Member, ev domain.AuditEvent) (domain.Member, error) {
	var after domain.Member
	err := t.tx(ctx, func(q tx) error {
		if err := q.hold(); err != nil {
			return err
		}
		one := func() *gorm.DB { return q.ofTenant(&memberRow{}).Where("user_id = ?", m.UserID) }
		if _, err := q.update(one, one, m.Version, map[string]any{"role": string(m.Role), "disabled": m.Disabled}); err != nil {
			return err
		}
		if m.Role != domain.RoleOwner || m.Disabled {
			if err := q.ownerStays(); err != nil {
				return err
			}
		}
		var err error
		if after, err = q.view(m.UserID); err != nil {
			return err
		}
		return q.audit(ev)
	})
	if err != nil {
		return domain.Member{}, err
	}
	return after, nil
}

// RemoveMember takes a member's place in the tenant; the user remains.
// ErrConflict, "owner", where it is the last owner.
func (t Tenant) RemoveMember(ctx context.Context, userID string, ev domain.AuditEvent) error {
	return t.tx(ctx, func(q tx) error {
		if err := q.hold(); err != nil {
			return err
		}
		if err := changed(q.ofTenant(&memberRow{}).Where("user_id = ?", userID).Delete(&memberRow{})); err != nil {
			return err
		}
		if err := q.ownerStays(); err != nil {
			return err
		}
		return q.audit(ev)
	})
}

// VerifyEmail redeems a verification of a user of the workspace "admin", as
// Workspace.VerifyEmail does, and with the user's address the tenant's counts
// as proven.
func (t Tenant) VerifyEmail(ctx context.Context, tokenHash []byte, ev domain.AuditEvent) (domain.User, error) {
	var u userRow
	err := t.tx(ctx, func(q tx) error {
		var err error
		if u, err = q.verifyEmail(tokenHash); err != nil {
			return err
		}
		err = changed(q.own().Updates(map[string]any{
			"email_verified": true, "version": gorm.Expr("version + 1"), "updated_at": at(q.now),
		}))
		if err != nil {
			return err
		}
		return q.audit(ev)
	})
	if err != nil {
		return domain.User{}, err
	}
	return u.domain(), nil
}
