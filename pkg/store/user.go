package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/signet-authz/signet/pkg/domain"
	"gorm.io/gorm"
)

type userRow struct {
	WorkspaceID       uuid.UUID `gorm:"primaryKey"`
	UserID            string    `gorm:"primaryKey"`
	Email             string
	EmailVerified     bool
	Username          string
	Name              string
	GivenName         string
	FamilyName        string
	Picture           string
	Locale            string
	PasswordHash      string
	PasswordChangedAt instant
	Disabled          bool
	Version           int64
	Created           instant `gorm:"column:created_at"`
	Updated           instant `gorm:"column:updated_at"`
}

// TableName implements GORM's Tabler.
func (userRow) TableName() string { return "users" }

// userColumns are what userRow.targets reads, of the table users AS u.
const userColumns = `u.user_id, u.email, u.email_verified, u.username, u.name, u.given_name, u.family_name, u.picture, u.locale,
	u.password_hash, u.password_changed_at, u.disabled, u.version, u.created_at, u.updated_at`

func (r *userRow) targets() []any {
	return []any{
		&r.UserID, &r.Email, &r.EmailVerified, &r.Username, &r.Name, &r.GivenName, &r.FamilyName, &r.Picture, &r.Locale,
		&r.PasswordHash, &r.PasswordChangedAt, &r.Disabled, &r.Version, &r.Created, &r.Updated,
	}
}

func userRowOf(workspace uuid.UUID, u domain.User) userRow {
	return userRow{
		WorkspaceID: workspace, UserID: u.UserID, Email: u.Email, EmailVerified: u.EmailVerified, Username: u.Username,
		Name: u.Name, GivenName: u.GivenName, FamilyName: u.FamilyName, Picture: u.Picture, Locale: u.Locale,
		PasswordHash: u.PasswordHash, PasswordChangedAt: at(u.PasswordChangedAt), Disabled: u.Disabled, Version: u.Version,
		Created: at(u.CreatedAt), Updated: at(u.UpdatedAt),
	}
}

func (r userRow) domain() domain.User {
	return domain.User{
		UserID: r.UserID, Email: r.Email, EmailVerified: r.EmailVerified, Username: r.Username, Name: r.Name,
		GivenName: r.GivenName, FamilyName: r.FamilyName, Picture: r.Picture, Locale: r.Locale, PasswordHash: r.PasswordHash,
		Disabled: r.Disabled, PasswordChangedAt: r.PasswordChangedAt.time(), Version: r.Version,
		CreatedAt: r.Created.time(), UpdatedAt: r.Updated.time(),
	}
}

// The kinds of login, and the fields that a conflict names.
const (
	loginEmail    = "email"
	loginUsername = "username"
)

// userLoginRow is what a user may type to be found, in canonical form.
type userLoginRow struct {
	WorkspaceID uuid.UUID `gorm:"primaryKey"`
	Login       string    `gorm:"primaryKey"`
	UserID      string
	Kind        string
}

// TableName implements GORM's Tabler.
func (userLoginRow) TableName() string { return "user_logins" }

// CreateUser adds a user and returns it as it is kept. ErrConflict names
// "user_id", "email" or "username": a login that any other user has, as either.
func (w Workspace) CreateUser(ctx context.Context, u domain.User, ev domain.AuditEvent) (domain.User, error) {
	err := w.tx(ctx, func(t tx) error {
		var err error
		if u, err = t.createUser(u); err != nil {
			return err
		}
		return t.audit(ev)
	})
	if err != nil {
		return domain.User{}, err
	}
	return u, nil
}

// createUser adds a user to the transaction's workspace.
func (t tx) createUser(u domain.User) (domain.User, error) {
	u.Version, u.CreatedAt, u.UpdatedAt = 1, t.now, t.now
	if u.PasswordHash != "" && u.PasswordChangedAt.IsZero() {
		u.PasswordChangedAt = t.now
	}
	r := userRowOf(t.scope.workspace, u)
	if err := t.insert(&r); err != nil {
		return domain.User{}, err
	}
	return r.domain(), t.insertLogins(u)
}

func (t tx) insertLogins(u domain.User) error {
	for _, l := range []struct{ kind, text string }{{loginEmail, u.Email}, {loginUsername, u.Username}} {
		if l.text == "" {
			continue
		}
		canonical, err := domain.CanonicalLogin(l.text)
		if err != nil {
			return fmt.Errorf("store: the user's %s: %w", l.kind, err)
		}
		err = t.insert(&userLoginRow{WorkspaceID: t.scope.workspace, Login: canonical, UserID: u.UserID, Kind: l.kind})
		if errors.Is(err, ErrConflict) {
			return conflict(l.kind)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// User finds a user, disabled ones included.
func (w Workspace) User(ctx context.Context, userID string) (domain.User, error) {
	return w.oneUser(ctx, "SELECT "+userColumns+" FROM users u WHERE u.workspace_id = $1 AND u.user_id = $2", w.id, userID)
}

// FindLogin finds the user who logs in by the text, which must be canonical
// (domain.CanonicalLogin): disabled users and users without a password included.
func (w Workspace) FindLogin(ctx context.Context, canonical string) (domain.User, error) {
	return w.oneUser(ctx, "SELECT "+userColumns+` FROM user_logins l
		JOIN users u ON u.workspace_id = l.workspace_id AND u.user_id = l.user_id
		WHERE l.workspace_id = $1 AND l.login = $2`, w.id, canonical)
}

// UserClaims finds a user whose claims an access token may reveal: an enabled
// one, whose session sid, where it is not empty, has not been ended.
func (w Workspace) UserClaims(ctx context.Context, userID, sid string) (domain.User, error) {
	if sid == "" {
		return w.oneUser(ctx, "SELECT "+userColumns+" FROM users u WHERE u.workspace_id = $1 AND u.user_id = $2 AND NOT u.disabled", w.id, userID)
	}
	session, err := uuid.Parse(sid)
	if err != nil {
		return domain.User{}, ErrNotFound
	}
	return w.oneUser(ctx, "SELECT "+userColumns+` FROM users u
		JOIN sessions s ON s.workspace_id = u.workspace_id AND s.user_id = u.user_id
		WHERE u.workspace_id = $1 AND u.user_id = $2 AND NOT u.disabled AND s.id = $3 AND s.ended_at IS NULL`, w.id, userID, session)
}

// oneUser runs a statement that selects userColumns of at most one user.
func (w Workspace) oneUser(ctx context.Context, sql string, args ...any) (domain.User, error) {
	var r userRow
	b := w.batch()
	b.query(func(row row) error { return row.Scan(r.targets()...) }, sql, args...)
	if err := w.s.run(ctx, b); err != nil {
		return domain.User{}, err
	}
	if r.UserID == "" {
		return domain.User{}, ErrNotFound
	}
	return r.domain(), nil
}

// Users lists users, the newest first, that of a self-check left out. Page.Query
// is looked for in ids, e-mail addresses, usernames and names.
func (w Workspace) Users(ctx context.Context, p Page) (list List[domain.User], err error) {
	err = w.tx(ctx, func(t tx) error {
		q := t.q(&userRow{}).Where(`user_id NOT LIKE ? ESCAPE '\'`, beginning(domain.SelfCheckUserPrefix))
		if p.Query != "" {
			q = q.Where(`lower(user_id || ' ' || email || ' ' || username || ' ' || name) LIKE ? ESCAPE '\'`, containing(p.Query))
		}
		list, err = listPage(q, p, order{after: "(created_at, user_id) < (?, ?)", by: "created_at DESC, user_id DESC"},
			func(r userRow) position { return position{r.Created, r.UserID} }, userRow.domain)
		return err
	})
	return list, err
}

// UpdateUser changes everything but the password. Disabling a user ends all
// sessions and grants of theirs: the facts come back, to be pushed. The last
// owner of the tenant is not to be disabled: ErrConflict, "owner".
func (w Workspace) UpdateUser(ctx context.Context, u domain.User, ev domain.AuditEvent) (domain.User, []domain.Revocation, error) {
	var kept userRow
	var ended []domain.Revocation
	err := w.tx(ctx, func(t tx) error {
		one := func() *gorm.DB { return t.q(&userRow{}).Where("user_id = ?", u.UserID) }
		if u.Disabled {
			disabling := one().Where("disabled = ?", false).Updates(map[string]any{"disabled": true})
			if disabling.Error != nil {
				return disabling.Error
			}
			if disabling.RowsAffected == 1 {
				var err error
				if ended, err = t.endUser(u.UserID, CauseUserDisabled); err != nil {
					return err
				}
				if err := t.ownerStaysWithout(u.UserID); err != nil {
					return err
				}
			}
		}
		_, err := t.update(one, one, u.Version, map[string]any{
			"email": u.Email, "email_verified": u.EmailVerified, "username": u.Username, "name": u.Name, "given_name": u.GivenName,
			"family_name": u.FamilyName, "picture": u.Picture, "locale": u.Locale, "disabled": u.Disabled,
		})
		if err != nil {
			return err
		}
		if err := t.q(&userLoginRow{}).Where("user_id = ?", u.UserID).Delete(&userLoginRow{}).Error; err != nil {
			return err
		}
		if err := t.insertLogins(u); err != nil {
			return err
		}
		if err := one().First(&kept).Error; err != nil {
			return err
		}
		return t.audit(ev)
	})
	if err != nil {
		return domain.User{}, nil, err
	}
	return kept.domain(), ended, nil
}

// SetPassword replaces the password and ends all sessions and grants of the
// user: whoever knew the old one is out.
func (w Workspace) SetPassword(ctx context.Context, userID, phc string, ev domain.AuditEvent) ([]domain.Revocation, error) {
	var ended []domain.Revocation
	err := w.tx(ctx, func(t tx) error {
		err := changed(t.q(&userRow{}).Where("user_id = ?", userID).Updates(map[string]any{
			"password_hash": phc, "password_changed_at": at(t.now), "version": gorm.Expr("version + 1"), "updated_at": at(t.now),
		}))
		if err != nil {
			return err
		}
		if ended, err = t.endUser(userID, CausePasswordChanged); err != nil {
			return err
		}
		return t.audit(ev)
	})
	if err != nil {
		return nil, err
	}
	return ended, nil
}

// RehashPassword replaces the hash of an unchanged password by a stronger one,
// unless the password has changed meanwhile. Nothing ends by it, and there is
// nothing to audit.
func (w Workspace) RehashPassword(ctx context.Context, userID, from, to string) error {
	b := w.batch()
	b.exec("UPDATE users SET password_hash = $1 WHERE workspace_id = $2 AND user_id = $3 AND password_hash = $4", to, w.id, userID, from)
	return w.s.run(ctx, b)
}

// DeleteUser removes the user with their sessions, consents and grants.
// ErrConflict names "member" where the user still is one.
func (w Workspace) DeleteUser(ctx context.Context, userID string, ev domain.AuditEvent) ([]domain.Revocation, error) {
	var ended []domain.Revocation
	err := w.tx(ctx, func(t tx) error {
		deletion := t.q(&userRow{}).Where("user_id = ?", userID).Delete(&userRow{})
		if errors.Is(translate(deletion.Error), ErrNotFound) {
			return conflict("member")
		}
		if err := changed(deletion); err != nil {
			return err
		}
		if err := t.q(&grantRow{}).Where("user_id = ?", userID).Delete(&grantRow{}).Error; err != nil {
			return err
		}
		fact, err := t.revoke(domain.RevokeUser, userID)
		if err != nil {
			return err
		}
		ended = []domain.Revocation{fact}
		return t.audit(ev)
	})
	if err != nil {
		return nil, err
	}
	return ended, nil
}

// endUser ends everything that was given to the user up to now.
func (t tx) endUser(userID, cause string) ([]domain.Revocation, error) {
	err := t.q(&sessionRow{}).Where("user_id = ?", userID).Where("ended_at IS NULL").Updates(map[string]any{"ended_at": at(t.now)}).Error
	if err != nil {
		return nil, err
	}
	if err := t.endGrants(cause, "user_id = ?", userID); err != nil {
		return nil, err
	}
	fact, err := t.revoke(domain.RevokeUser, userID)
	if err != nil {
		return nil, err
	}
	return []domain.Revocation{fact}, nil
}

// Verification asks the owner of an e-mail address to prove it. Only a hash of
// its token is kept.
type Verification struct {
	TokenHash []byte
	UserID    string
	Email     string
	CreatedAt time.Time // filled in by the store
	ExpiresAt time.Time
}

type verificationRow struct {
	WorkspaceID uuid.UUID `gorm:"primaryKey"`
	TokenHash   []byte    `gorm:"primaryKey"`
	UserID      string
	Email       string
	Created     instant `gorm:"column:created_at"`
	Expires     instant `gorm:"column:expires_at"`
	UsedAt      instant
}

// TableName implements GORM's Tabler.
func (verificationRow) TableName() string { return "verifications" }

// CreateVerification keeps a verification. ErrNotFound: no such user.
func (w Workspace) CreateVerification(ctx context.Context, v Verification, ev domain.AuditEvent) error {
	return w.tx(ctx, func(t tx) error {
		err := t.insert(&verificationRow{
			WorkspaceID: w.id, TokenHash: v.TokenHash, UserID: v.UserID, Email: v.Email, Created: at(t.now), Expires: at(v.ExpiresAt),
		})
		if err != nil {
			return err
		}
		return t.audit(ev)
	})
}

// VerifyEmail redeems a verification, once: the user's address counts as
// proven from then on. ErrConsumed: it was redeemed before. ErrNotFound: it is
// unknown or expired, or the user is disabled or has another address by now.
func (w Workspace) VerifyEmail(ctx context.Context, tokenHash []byte, ev domain.AuditEvent) (domain.User, error) {
	var u userRow
	err := w.tx(ctx, func(t tx) error {
		var err error
		if u, err = t.verifyEmail(tokenHash); err != nil {
			return err
		}
		return t.audit(ev)
	})
	if err != nil {
		return domain.User{}, err
	}
	return u.domain(), nil
}

// verifyEmail redeems a verification of the transaction's workspace.
func (t tx) verifyEmail(tokenHash []byte) (userRow, error) {
	var v verificationRow
	if err := t.q(&v).Where("token_hash = ?", tokenHash).First(&v).Error; err != nil {
		return userRow{}, translate(err)
	}
	if v.UsedAt != 0 {
		return userRow{}, ErrConsumed
	}
	if v.Expires <= at(t.now) {
		return userRow{}, ErrNotFound
	}
	use := t.q(&verificationRow{}).Where("token_hash = ?", tokenHash).Where("used_at IS NULL").Updates(map[string]any{"used_at": at(t.now)})
	if err := changed(use); err != nil {
		if errors.Is(err, ErrNotFound) {
			return userRow{}, ErrConsumed // somebody else was quicker
		}
		return userRow{}, err
	}
	err := changed(t.q(&userRow{}).Where("user_id = ?", v.UserID).Where("email = ?", v.Email).Where("disabled = ?", false).
		Updates(map[string]any{"email_verified": true, "version": gorm.Expr("version + 1"), "updated_at": at(t.now)}))
	if err != nil {
		return userRow{}, err
	}
	var u userRow
	err = t.q(&u).Where("user_id = ?", v.UserID).First(&u).Error
	return u, translate(err)
}
