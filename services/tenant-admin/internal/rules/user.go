package rules

import (
	"github.com/signet-authz/signet/api/admin"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/services/tenant-admin/internal/problem"
)

// User judges a user as a whole. before is the user as they stand, the zero
// User for a new one. The password is checked and left to the caller to hash.
func User(m admin.UserMetadata, before domain.User) (domain.User, []problem.Finding) {
	r := &report{}
	u := before
	u.Email, u.Username, u.Name, u.GivenName, u.FamilyName = m.Email, m.Username, m.Name, m.GivenName, m.FamilyName
	u.Picture, u.Locale, u.Disabled = m.Picture, m.Locale, m.Disabled
	u.EmailVerified = m.EmailVerified
	r.when(u.Email == "" && u.Username == "", "/email", "a user needs an e-mail address or a username")
	if u.Email != "" {
		r.check("/email", domain.CheckEmail(u.Email))
	}
	if u.Username != "" {
		r.check("/username", domain.CheckUsername(u.Username))
	}
	r.when(u.EmailVerified && u.Email == "", "/email_verified", "there is no address")
	if u.Picture != "" {
		r.check("/picture", oauth.CheckWebURI(u.Picture))
	}
	if m.Password != "" {
		r.check("/password", domain.CheckPassword(m.Password))
	}
	return u, r.found
}

// Owner judges the first owner of a tenant.
func Owner(o admin.Owner) []problem.Finding {
	r := &report{}
	r.check("/owner/email", domain.CheckEmail(o.Email))
	r.check("/owner/password", domain.CheckPassword(o.Password))
	return r.found
}

// Invitee judges whom an invitation goes to.
func Invitee(email string) []problem.Finding {
	r := &report{}
	r.check("/email", domain.CheckEmail(email))
	return r.found
}

// Password judges a password by itself.
func Password(pointer, password string) []problem.Finding {
	r := &report{}
	r.check(pointer, domain.CheckPassword(password))
	return r.found
}
