package store

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/signet-authz/signet/pkg/domain"
	"gorm.io/gorm"
)

// invitationRow is a row of invitations.
type invitationRow struct {
	TenantID  uuid.UUID `gorm:"primaryKey"`
	ID        uuid.UUID `gorm:"primaryKey"`
	Email     string
	Role      string
	TokenHash []byte
	InvitedBy string
	Created   instant `gorm:"column:created_at"`
	Expires   instant `gorm:"column:expires_at"`
	Accepted  instant `gorm:"column:accepted_at"`
}

// TableName implements GORM's Tabler.
func (invitationRow) TableName() string { return "invitations" }

func (r invitationRow) domain() domain.Invitation {
	return domain.Invitation{
		ID: r.ID, Email: r.Email, Role: domain.Role(r.Role), TokenHash: r.TokenHash, InvitedBy: r.InvitedBy,
		CreatedAt: r.Created.time(), ExpiresAt: r.Expires.time(), AcceptedAt: r.Accepted.time(),
	}
}

// CreateInvitation keeps an invitation and returns it as it is kept.
func (t Tenant) CreateInvitation(ctx context.Context, i domain.Invitation, ev domain.AuditEvent) (domain.Invitation, error) {
	if i.ID == uuid.Nil {
		i.ID = newID()
	}
	var r invitationRow
	err := t.tx(ctx, func(q tx) error {
		r = invitationRow{
			TenantID: t.id, ID: i.ID, Email: i.Email, Role: string(i.Role), TokenHash: i.TokenHash, InvitedBy: i.InvitedBy,
			Created: at(q.now), Expires: at(i.ExpiresAt),
		}
		if err := q.insert(&r); err != nil {
			return err
		}
		return q.audit(ev)
	})
	if err != nil {
		return domain.Invitation{}, err
	}
	return r.domain(), nil
}

// Invitations lists invitations, accepted and expired ones included, the
// newest first. Page.Query is looked for in e-mail addresses.
func (t Tenant) Invitations(ctx context.Context, p Page) (list List[domain.Invitation], err error) {
	err = t.tx(ctx, func(q tx) error {
		stmt := q.ofTenant(&invitationRow{})
		if p.Query != "" {
			stmt = stmt.Where(`lower(email) LIKE ? ESCAPE '\'`, containing(p.Query))
		}
		list, err = listPage(stmt, p, order{after: "(created_at, id) < (?, ?)", by: "created_at DESC, id DESC", ids: true},
			func(r invitationRow) position { return position{r.Created, r.ID.String()} }, invitationRow.domain)
		return err
	})
	return list, err
}

// OpenInvitation is the invitation that the bearer of a token could accept at
// now. ErrNotFound: it is unknown or expired. ErrConsumed: it was accepted.
func (t Tenant) OpenInvitation(ctx context.Context, tokenHash []byte, now time.Time) (domain.Invitation, error) {
	var r invitationRow
	err := t.tx(ctx, func(q tx) (err error) {
		if r, err = q.invitation(tokenHash); err != nil {
			return err
		}
		switch {
		case r.Accepted != 0:
			return ErrConsumed
		case r.Expires <= at(now):
			return ErrNotFound
		}
		return q.stillInvites(r)
	})
	if err != nil {
		return domain.Invitation{}, err
	}
	return r.domain(), nil
}

// DeleteInvitation takes an invitation back; one that was accepted has had its
// effect.
func (t Tenant) DeleteInvitation(ctx context.Context, id uuid.UUID, ev domain.AuditEvent) error {
	return t.tx(ctx, func(q tx) error {
		if err := changed(q.ofTenant(&invitationRow{}).Where("id = ?", id).Delete(&invitationRow{})); err != nil {
			return err
		}
		return q.audit(ev)
	})
}

// AcceptInvitation redeems an invitation, once, and makes the person a member
// in its role. A user of that UserID becomes the member as they are; otherwise
// the user is made, with the invited address, which the token has proven.
// ErrNotFound: the invitation is unknown or expired at now. ErrConsumed: it was
// accepted before. ErrConflict: "email" or "username" is another user's, or
// "user_id" is a member already; the invitation then stays open.
func (t Tenant) AcceptInvitation(ctx context.Context, tokenHash []byte, user domain.User, now time.Time, ev domain.AuditEvent) (domain.Member, error) {
	var m domain.Member
	err := t.tx(ctx, func(q tx) error {
		i, err := q.accept(tokenHash, now)
		if err != nil {
			return err
		}
		if err := q.stillInvites(i); err != nil {
			return err
		}
		var known int64
		if err := q.q(&userRow{}).Where("user_id = ?", user.UserID).Count(&known).Error; err != nil {
			return err
		}
		if known == 0 {
			user.Email, user.EmailVerified = i.Email, true
			if _, err := q.createUser(user); err != nil {
				return err
			}
		}
		if m, err = q.addMember(domain.Member{UserID: user.UserID, Role: domain.Role(i.Role)}); err != nil {
			return err
		}
		return q.audit(ev)
	})
	if err != nil {
		return domain.Member{}, err
	}
	return m, nil
}

// accept marks the invitation, which one transaction alone can do.
func (t tx) accept(tokenHash []byte, now time.Time) (invitationRow, error) {
	marked := changed(t.ofTenant(&invitationRow{}).Where("token_hash = ?", tokenHash).Where("accepted_at IS NULL").
		Where("expires_at > ?", at(now)).Updates(map[string]any{"accepted_at": at(now)}))
	if marked != nil && !errors.Is(marked, ErrNotFound) {
		return invitationRow{}, marked
	}
	r, err := t.invitation(tokenHash)
	switch {
	case err != nil:
		return invitationRow{}, err
	case marked == nil:
		return r, nil
	case r.Accepted != 0:
		return invitationRow{}, ErrConsumed
	default:
		return invitationRow{}, ErrNotFound // expired
	}
}

func (t tx) invitation(tokenHash []byte) (r invitationRow, err error) {
	err = translate(t.ofTenant(&invitationRow{}).Where("token_hash = ?", tokenHash).Take(&r).Error)
	return r, err
}

// stillInvites holds while whoever made the invitation could make it today: an
// enabled member whose role may give the role, or an enabled client. What
// somebody started does not outlive their own place.
func (t tx) stillInvites(i invitationRow) error {
	var n int64
	var q *gorm.DB
	if strings.HasPrefix(i.InvitedBy, domain.UserIDPrefix) {
		roles := []string{string(domain.RoleOwner)}
		if i.Role != string(domain.RoleOwner) {
			roles = append(roles, string(domain.RoleAdmin))
		}
		q = t.ofTenant(&memberRow{}).Where("user_id = ?", i.InvitedBy).Where("NOT disabled").Where("role IN ?", roles)
	} else {
		q = t.q(&clientRow{}).Where("client_id = ?", i.InvitedBy).Where("NOT disabled")
	}
	if err := q.Count(&n).Error; err != nil {
		return translate(err)
	}
	if n == 0 {
		return ErrNotFound
	}
	return nil
}
