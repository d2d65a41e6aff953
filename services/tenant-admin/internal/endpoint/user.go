package endpoint

import (
	"errors"
	"strings"

	"github.com/signet-authz/signet/api/admin"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/services/tenant-admin/internal/document"
	"github.com/signet-authz/signet/services/tenant-admin/internal/problem"
	"github.com/signet-authz/signet/services/tenant-admin/internal/rules"
)

func userForm(u domain.User) admin.User {
	return admin.User{
		ID: u.UserID, Email: u.Email, EmailVerified: u.EmailVerified, Username: u.Username, Name: u.Name, GivenName: u.GivenName,
		FamilyName: u.FamilyName, Picture: u.Picture, Locale: u.Locale, Disabled: u.Disabled, PasswordChangedAt: u.PasswordChangedAt,
		CreatedAt: u.CreatedAt, UpdatedAt: u.UpdatedAt,
	}
}

func (a *API) listUsers(k *call) (answer, error) {
	p, err := k.page()
	if err != nil {
		return answer{}, err
	}
	l, err := a.Store.Workspace(k.workspace).Users(k.ctx, p)
	if err != nil {
		return answer{}, err
	}
	return ok(list(l, userForm), "")
}

func (a *API) createUser(k *call) (answer, error) {
	var m admin.UserMetadata
	if err := k.input(&m); err != nil {
		return answer{}, err
	}
	u, found := rules.User(m, domain.User{UserID: keys.NewUserID()})
	if len(found) > 0 {
		return answer{}, problem.Invalid.With(found...)
	}
	var err error
	if m.Password != "" {
		if u.PasswordHash, err = a.Passwords.Hash(k.ctx, m.Password); err != nil {
			return answer{}, err
		}
	}
	if u, err = a.Store.Workspace(k.workspace).CreateUser(k.ctx, u, k.event("user.create", "user", u.UserID)); err != nil {
		return answer{}, err
	}
	return made(userForm(u), etag(u.Version, u.CreatedAt), k.path(u.UserID))
}

// findUser is the user that the path names.
func (a *API) findUser(k *call) (domain.User, error) {
	id := k.echo.Param("user_id")
	if !strings.HasPrefix(id, domain.UserIDPrefix) || len(id) > 128 {
		return domain.User{}, problem.NotFound.Because("not a user id", nil)
	}
	return a.Store.Workspace(k.workspace).User(k.ctx, id)
}

func (a *API) getUser(k *call) (answer, error) {
	u, err := a.findUser(k)
	if err != nil {
		return answer{}, err
	}
	return ok(userForm(u), etag(u.Version, u.CreatedAt))
}

func (a *API) updateUser(k *call) (answer, error) {
	before, err := a.findUser(k)
	if err != nil {
		return answer{}, err
	}
	if err := k.match(etag(before.Version, before.CreatedAt)); err != nil {
		return answer{}, err
	}
	var m admin.UserMetadata
	if err := k.patch(userForm(before), &m, unproven(before)); err != nil {
		return answer{}, err
	}
	u, found := rules.User(m, before)
	if len(found) > 0 {
		return answer{}, problem.Invalid.With(found...)
	}
	if u.Disabled && !before.Disabled {
		if err := a.notAnOwner(k, u.UserID); err != nil {
			return answer{}, err
		}
	}
	phc := ""
	if m.Password != "" {
		if phc, err = a.Passwords.Hash(k.ctx, m.Password); err != nil {
			return answer{}, err
		}
	}
	ws := a.Store.Workspace(k.workspace)
	u, facts, err := ws.UpdateUser(k.ctx, u, k.event("user.update", "user", u.UserID))
	if err != nil {
		return answer{}, err
	}
	a.ended(k, facts)
	if phc != "" {
		if facts, err = ws.SetPassword(k.ctx, u.UserID, phc, k.event("user.password", "user", u.UserID)); err != nil {
			return answer{}, err
		}
		a.ended(k, facts)
	}
	if u, err = ws.User(k.ctx, u.UserID); err != nil {
		return answer{}, err
	}
	return ok(userForm(u), etag(u.Version, u.CreatedAt))
}

// unproven makes a new address one that nobody has proven, unless the patch
// says that it is.
func unproven(before domain.User) func(patch, base document.Object) (document.Object, error) {
	return func(patch, base document.Object) (document.Object, error) {
		_, said := patch["email_verified"]
		if email, given := patch["email"]; given && email != before.Email && !said {
			delete(base, "email_verified")
		}
		return base, nil
	}
}

func (a *API) deleteUser(k *call) (answer, error) {
	u, err := a.findUser(k)
	if err != nil {
		return answer{}, err
	}
	if err := k.match(etag(u.Version, u.CreatedAt)); err != nil {
		return answer{}, err
	}
	facts, err := a.Store.Workspace(k.workspace).DeleteUser(k.ctx, u.UserID, k.event("user.delete", "user", u.UserID))
	if err != nil {
		return answer{}, err
	}
	a.ended(k, facts)
	return gone(nil)
}

// notAnOwner keeps owners from being locked out by way of their user accounts:
// whether somebody stays an owner is decided at members, where the last one is
// counted without a race.
func (a *API) notAnOwner(k *call, userID string) error {
	if !k.workspace.IsAdmin() {
		return nil
	}
	m, err := a.Store.Tenant(k.tenant).Member(k.ctx, userID)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil
	case err != nil:
		return err
	case m.Role == domain.RoleOwner && !m.Disabled:
		return problem.InUse.Because("the user is an owner", nil)
	}
	return nil
}
