package endpoint

import (
	"errors"
	"strings"
	"time"

	"github.com/signet-authz/signet/api/admin"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/services/tenant-admin/internal/caller"
	"github.com/signet-authz/signet/services/tenant-admin/internal/problem"
	"github.com/signet-authz/signet/services/tenant-admin/internal/rules"
)

// invitationLife is how long an invitation can be accepted.
const invitationLife = 7 * 24 * time.Hour

func memberForm(m domain.Member) admin.Member {
	return admin.Member{
		UserID: m.UserID, Email: m.Email, Name: m.Name, Role: string(m.Role), Disabled: m.Disabled, CreatedAt: m.CreatedAt, UpdatedAt: m.UpdatedAt,
	}
}

func invitationForm(i domain.Invitation) admin.Invitation {
	return admin.Invitation{
		InvitationID: i.ID.String(), Email: i.Email, Role: string(i.Role), InvitedBy: i.InvitedBy,
		CreatedAt: i.CreatedAt, ExpiresAt: i.ExpiresAt, AcceptedAt: i.AcceptedAt,
	}
}

// mayTouchOwners refuses whoever is not an owner what concerns owners: to make
// one, to change one, to remove one.
func mayTouchOwners(k *call, roles ...domain.Role) error {
	for _, r := range roles {
		if r == domain.RoleOwner && k.caller.Reach() < caller.Own {
			return problem.Forbidden.Because("only owners touch owners", nil)
		}
	}
	return nil
}

func (a *API) listMembers(k *call) (answer, error) {
	p, err := k.page()
	if err != nil {
		return answer{}, err
	}
	l, err := a.Store.Tenant(k.tenant).Members(k.ctx, p)
	if err != nil {
		return answer{}, err
	}
	return ok(list(l, memberForm), "")
}

func (a *API) addMember(k *call) (answer, error) {
	var in admin.MemberInput
	if err := k.input(&in); err != nil {
		return answer{}, err
	}
	role := domain.Role(in.Role)
	if err := mayTouchOwners(k, role); err != nil {
		return answer{}, err
	}
	m, err := a.Store.Tenant(k.tenant).AddMember(k.ctx, domain.Member{UserID: in.UserID, Role: role}, k.event("member.add", "user", in.UserID))
	if errors.Is(err, store.ErrNotFound) {
		return answer{}, problem.Invalid.With(problem.Finding{Pointer: "/user_id", Detail: "The workspace admin has no such user."})
	}
	if err != nil {
		return answer{}, err
	}
	a.Authenticator.Forget(k.tenant.TID(), m.UserID)
	return made(memberForm(m), etag(m.Version, m.CreatedAt), k.path(m.UserID))
}

func (a *API) findMember(k *call) (domain.Member, error) {
	id := k.echo.Param("user_id")
	if !strings.HasPrefix(id, domain.UserIDPrefix) || len(id) > 128 {
		return domain.Member{}, problem.NotFound.Because("not a user id", nil)
	}
	return a.Store.Tenant(k.tenant).Member(k.ctx, id)
}

func (a *API) getMember(k *call) (answer, error) {
	m, err := a.findMember(k)
	if err != nil {
		return answer{}, err
	}
	return ok(memberForm(m), etag(m.Version, m.CreatedAt))
}

func (a *API) updateMember(k *call) (answer, error) {
	m, err := a.findMember(k)
	if err != nil {
		return answer{}, err
	}
	if err := k.match(etag(m.Version, m.CreatedAt)); err != nil {
		return answer{}, err
	}
	var in admin.MemberPatch
	if err := k.patch(memberForm(m), &in); err != nil {
		return answer{}, err
	}
	if in.Role == "" {
		return answer{}, problem.Invalid.With(problem.Finding{Pointer: "/role", Detail: "A member needs a role."})
	}
	if err := mayTouchOwners(k, m.Role, domain.Role(in.Role)); err != nil {
		return answer{}, err
	}
	m.Role, m.Disabled = domain.Role(in.Role), in.Disabled
	if m, err = a.Store.Tenant(k.tenant).UpdateMember(k.ctx, m, k.event("member.update", "user", m.UserID)); err != nil {
		return answer{}, err
	}
	a.Authenticator.Forget(k.tenant.TID(), m.UserID)
	return ok(memberForm(m), etag(m.Version, m.CreatedAt))
}

func (a *API) removeMember(k *call) (answer, error) {
	m, err := a.findMember(k)
	if err != nil {
		return answer{}, err
	}
	if err := k.match(etag(m.Version, m.CreatedAt)); err != nil {
		return answer{}, err
	}
	if err := mayTouchOwners(k, m.Role); err != nil {
		return answer{}, err
	}
	if err := a.Store.Tenant(k.tenant).RemoveMember(k.ctx, m.UserID, k.event("member.remove", "user", m.UserID)); err != nil {
		return answer{}, err
	}
	a.Authenticator.Forget(k.tenant.TID(), m.UserID)
	return gone(nil)
}

func (a *API) listInvitations(k *call) (answer, error) {
	p, err := k.page()
	if err != nil {
		return answer{}, err
	}
	l, err := a.Store.Tenant(k.tenant).Invitations(k.ctx, p)
	if err != nil {
		return answer{}, err
	}
	return ok(list(l, invitationForm), "")
}

func (a *API) createInvitation(k *call) (answer, error) {
	var in admin.InvitationInput
	if err := k.input(&in); err != nil {
		return answer{}, err
	}
	if found := rules.Invitee(in.Email); len(found) > 0 {
		return answer{}, problem.Invalid.With(found...)
	}
	if err := mayTouchOwners(k, domain.Role(in.Role)); err != nil {
		return answer{}, err
	}
	token := keys.NewBearer()
	i, err := a.Store.Tenant(k.tenant).CreateInvitation(k.ctx, domain.Invitation{
		ID: newID(), Email: in.Email, Role: domain.Role(in.Role), TokenHash: keys.HashBearer(token), InvitedBy: k.caller.ID(),
		ExpiresAt: a.Now().Add(invitationLife),
	}, k.event("invitation.create", "invitation", in.Email))
	if err != nil {
		return answer{}, err
	}
	if a.Registration.Invite != nil {
		// The inviter has the token too, so a mail that is not sent costs nothing
		// but its convenience.
		_ = a.Registration.Invite(k.ctx, in.Email, k.tenant.TID(), token)
	}
	f := invitationForm(i)
	f.Token = token
	return made(f, etagOf(i.ID), k.path(i.ID.String()))
}

func (a *API) deleteInvitation(k *call) (answer, error) {
	id, err := k.id("invitation_id")
	if err != nil {
		return answer{}, err
	}
	if err := k.match(etagOf(id)); err != nil {
		return answer{}, err
	}
	return gone(a.Store.Tenant(k.tenant).DeleteInvitation(k.ctx, id, k.event("invitation.delete", "invitation", id.String())))
}

// acceptInvitation makes the bearer of an invitation's token a member, with a
// user account of their own. An account that exists with the invited address
// is not taken over: its owner is made a member by an owner.
func (a *API) acceptInvitation(k *call) (answer, error) {
	if err := a.limit(k, "accept"); err != nil {
		return answer{}, err
	}
	if k.tenant.Record().State != domain.StateActive {
		return answer{}, problem.NotFound.Because("the tenant is suspended", nil)
	}
	var in admin.InvitationAcceptance
	if err := k.input(&in); err != nil {
		return answer{}, err
	}
	if found := rules.Password("/password", in.Password); len(found) > 0 {
		return answer{}, problem.Invalid.With(found...)
	}
	phc, err := a.Passwords.Hash(k.ctx, in.Password)
	if err != nil {
		return answer{}, err
	}
	u := domain.User{UserID: keys.NewUserID(), Name: in.Name, PasswordHash: phc}
	m, err := a.Store.Tenant(k.tenant).AcceptInvitation(k.ctx, keys.HashBearer(in.Token), u, a.Now(), k.event("invitation.accept", "user", u.UserID))
	if errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrConsumed) {
		return answer{}, problem.Invalid.With(problem.Finding{Pointer: "/token", Detail: "The token is unknown, expired or used."})
	}
	if err != nil {
		return answer{}, err
	}
	a.Authenticator.Forget(k.tenant.TID(), m.UserID)
	return made(memberForm(m), etag(m.Version, m.CreatedAt), tenants+"/"+k.tenant.TID()+"/members/"+m.UserID)
}
