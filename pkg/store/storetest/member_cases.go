package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func memberCases() []Case {
	return []Case{
		{"LastOwnerStays", lastOwnerStays},
		{"OwnersWhoCannotLogInDoNotCount", ownersWhoCannotLogIn},
		{"LastOwnerCannotBeDisabledAsAUser", lastOwnerCannotBeDisabledAsAUser},
		{"TwoOwnersCannotLeaveAtOnce", twoOwnersCannotLeaveAtOnce},
		{"MembersAreUsersOfTheAdminWorkspace", membersAreUsers},
		{"LostUpdateOfAMemberIsAConflict", lostUpdateOfAMember},
		{"MembersAreListedPageByPage", membersAreListed},
		{"InvitationIsAcceptedOnce", invitationIsAcceptedOnce},
		{"InvitationEndsWithItsInviter", invitationEndsWithItsInviter},
		{"InvitationEnds", invitationEnds},
		{"RefusedAcceptanceLeavesTheInvitationOpen", refusedAcceptance},
		{"InvitedUserKeepsTheirAccount", invitedUserKeepsTheirAccount},
		{"InvitationsAreListedPageByPage", invitationsAreListed},
		{"ProvenOwnerProvesTheTenant", provenOwnerProvesTheTenant},
	}
}

// member makes one of the two users of side s's workspace "admin" a member.
func (f *Fixture) member(t testing.TB, s Side, userID string, role domain.Role) domain.Member {
	t.Helper()
	m, err := s.Tenant.AddMember(t.Context(), domain.Member{UserID: userID, Role: role}, Event("member.add"))
	require.NoError(t, err)
	return m
}

func lastOwnerStays(t *testing.T, f *Fixture) {
	owner := f.member(t, f.A, UserID, domain.RoleOwner)
	other := f.member(t, f.A, OtherUserID, domain.RoleAdmin)
	demoted, disabled := owner, owner
	demoted.Role, disabled.Disabled = domain.RoleAdmin, true
	_, err := f.A.Tenant.UpdateMember(t.Context(), demoted, Event("member.update"))
	requireConflict(t, err, "owner")
	_, err = f.A.Tenant.UpdateMember(t.Context(), disabled, Event("member.update"))
	requireConflict(t, err, "owner")
	requireConflict(t, f.A.Tenant.RemoveMember(t.Context(), UserID, Event("member.remove")), "owner")
	kept, err := f.A.Tenant.Member(t.Context(), UserID)
	require.NoError(t, err)
	assert.Equal(t, owner, kept)

	other.Role = domain.RoleOwner
	other, err = f.A.Tenant.UpdateMember(t.Context(), other, Event("member.update"))
	require.NoError(t, err)
	assert.Equal(t, int64(2), other.Version)
	_, err = f.A.Tenant.UpdateMember(t.Context(), demoted, Event("member.update"))
	require.NoError(t, err, "there is another owner now")
	require.NoError(t, f.A.Tenant.RemoveMember(t.Context(), UserID, Event("member.remove")))
	_, err = f.A.Tenant.Member(t.Context(), UserID)
	require.ErrorIs(t, err, store.ErrNotFound)
	require.ErrorIs(t, f.A.Tenant.RemoveMember(t.Context(), UserID, Event("member.remove")), store.ErrNotFound)
	_, err = f.A.Admin.User(t.Context(), UserID)
	require.NoError(t, err, "the user remains")
}

func ownersWhoCannotLogIn(t *testing.T, f *Fixture) {
	f.member(t, f.A, UserID, domain.RoleOwner)
	f.member(t, f.A, OtherUserID, domain.RoleOwner)
	f.Exec(t, "UPDATE users SET disabled = true WHERE workspace_id = $1 AND user_id = $2", f.A.AdminRecord.ID.String(), OtherUserID)
	requireConflict(t, f.A.Tenant.RemoveMember(t.Context(), UserID, Event("member.remove")), "owner")
	require.NoError(t, f.A.Tenant.RemoveMember(t.Context(), OtherUserID, Event("member.remove")))
}

func lastOwnerCannotBeDisabledAsAUser(t *testing.T, f *Fixture) {
	f.member(t, f.A, UserID, domain.RoleOwner)
	f.member(t, f.A, OtherUserID, domain.RoleAdmin)
	disable := func(w store.Workspace, id string) error {
		u, err := w.User(t.Context(), id)
		require.NoError(t, err)
		u.Disabled = true
		_, _, err = w.UpdateUser(t.Context(), u, Event("user.disable"))
		return err
	}
	requireConflict(t, disable(f.A.Admin, UserID), "owner")
	kept, err := f.A.Admin.User(t.Context(), UserID)
	require.NoError(t, err)
	assert.False(t, kept.Disabled)
	require.NoError(t, disable(f.A.Admin, OtherUserID))
	require.NoError(t, disable(f.A.Workspace, UserID), "the same id in another workspace is somebody else")
}

func twoOwnersCannotLeaveAtOnce(t *testing.T, f *Fixture) {
	users := []string{UserID, OtherUserID}
	for _, u := range users {
		f.member(t, f.A, u, domain.RoleOwner)
	}
	leave := map[string]func(user string) error{
		"demotion": func(user string) error {
			_, err := f.A.Tenant.UpdateMember(t.Context(), domain.Member{UserID: user, Role: domain.RoleAuditor}, Event("member.update"))
			return err
		},
		"removal": func(user string) error { return f.A.Tenant.RemoveMember(t.Context(), user, Event("member.remove")) },
	}
	for name, leave := range leave {
		for range 10 {
			errs := make([]error, len(users))
			parallel(len(users), func(i int) { errs[i] = leave(users[i]) })
			failed := errors.Join(errs...)
			requireConflict(t, failed, "owner")
			require.True(t, errs[0] == nil || errs[1] == nil, "%s: neither could leave", name)
			require.Equal(t, 1, f.Count(t, "SELECT count(*) FROM members WHERE tenant_id = $1 AND role = 'owner'", f.A.TenantRecord.ID.String()), name)
			f.Exec(t, "DELETE FROM members WHERE tenant_id = $1", f.A.TenantRecord.ID.String())
			for _, u := range users {
				f.member(t, f.A, u, domain.RoleOwner)
			}
		}
	}
}

func membersAreUsers(t *testing.T, f *Fixture) {
	m := f.member(t, f.A, UserID, domain.RoleAuditor)
	assert.Equal(t, domain.Member{
		UserID: UserID, Email: UserID + "@example.com", Name: "Person", Role: domain.RoleAuditor, Version: 1,
		CreatedAt: f.Clock.Now(), UpdatedAt: f.Clock.Now(),
	}, m)
	found, err := f.A.Tenant.Member(t.Context(), UserID)
	require.NoError(t, err)
	assert.Equal(t, m, found)
	assert.Equal(t, 1, f.Trips.Of(func() { _, _ = f.A.Tenant.Member(t.Context(), UserID) }))
	_, err = f.A.Tenant.AddMember(t.Context(), domain.Member{UserID: UserID, Role: domain.RoleOwner}, Event("member.add"))
	requireConflict(t, err, "user_id")
	_, err = f.A.Tenant.AddMember(t.Context(), domain.Member{UserID: "usr_nobody", Role: domain.RoleOwner}, Event("member.add"))
	require.ErrorIs(t, err, store.ErrNotFound)
	u, err := f.A.Workspace.CreateUser(t.Context(), newUser("usr_elsewhere", "e@example.com", ""), Event("user.create"))
	require.NoError(t, err)
	_, err = f.A.Tenant.AddMember(t.Context(), domain.Member{UserID: u.UserID, Role: domain.RoleOwner}, Event("member.add"))
	require.ErrorIs(t, err, store.ErrNotFound, "a user of another workspace of the tenant")
}

func lostUpdateOfAMember(t *testing.T, f *Fixture) {
	f.member(t, f.A, OtherUserID, domain.RoleOwner)
	m := f.member(t, f.A, UserID, domain.RoleAdmin)
	m.Role = domain.RoleAuditor
	_, err := f.A.Tenant.UpdateMember(t.Context(), m, Event("member.update"))
	require.NoError(t, err)
	_, err = f.A.Tenant.UpdateMember(t.Context(), m, Event("member.update"))
	requireConflict(t, err, store.FieldVersion)
	_, err = f.A.Tenant.UpdateMember(t.Context(), domain.Member{UserID: "usr_nobody", Role: domain.RoleAdmin}, Event("member.update"))
	require.ErrorIs(t, err, store.ErrNotFound)
}

func membersAreListed(t *testing.T, f *Fixture) {
	f.member(t, f.A, UserID, domain.RoleOwner)
	f.member(t, f.A, OtherUserID, domain.RoleAdmin)
	for query, want := range map[string]int{"": 2, "PERSON": 2, UserID + "@": 1, "usrX1": 0, "%": 0, "' OR 1=1 --": 0} {
		assert.Len(t, walk(t, store.Page{Limit: 1, Query: query}, func(p store.Page) (store.List[domain.Member], error) {
			return f.A.Tenant.Members(t.Context(), p)
		}, func(m domain.Member) string { return m.UserID }), want, query)
	}
}

// invite keeps an invitation of side s for an hour, made by an owner.
func (f *Fixture) invite(t testing.TB, s Side, email string) domain.Invitation {
	t.Helper()
	if _, err := s.Tenant.Member(t.Context(), OtherUserID); err != nil {
		f.member(t, s, OtherUserID, domain.RoleOwner)
	}
	i, err := s.Tenant.CreateInvitation(t.Context(), domain.Invitation{
		Email: email, Role: domain.RoleAdmin, TokenHash: hash(), InvitedBy: OtherUserID, ExpiresAt: f.Clock.Now().Add(time.Hour),
	}, Event("invitation.create"))
	require.NoError(t, err)
	return i
}

func invitationEndsWithItsInviter(t *testing.T, f *Fixture) {
	i := f.invite(t, f.A, "new@example.com")
	f.member(t, f.A, UserID, domain.RoleOwner)
	accept := func() error {
		_, err := f.A.Tenant.AcceptInvitation(t.Context(), i.TokenHash, newUser("usr_new", "new@example.com", ""), f.Clock.Now(), Event("invitation.accept"))
		return err
	}
	inviter, err := f.A.Tenant.Member(t.Context(), OtherUserID)
	require.NoError(t, err)
	inviter.Role = domain.RoleAuditor
	inviter, err = f.A.Tenant.UpdateMember(t.Context(), inviter, Event("member.update"))
	require.NoError(t, err)
	require.ErrorIs(t, accept(), store.ErrNotFound, "an auditor may invite nobody")
	require.NoError(t, f.A.Tenant.RemoveMember(t.Context(), OtherUserID, Event("member.remove")))
	require.ErrorIs(t, accept(), store.ErrNotFound)
	f.member(t, f.A, OtherUserID, domain.RoleAdmin)
	require.NoError(t, accept(), "a refused acceptance leaves the invitation open")
}

func invitationIsAcceptedOnce(t *testing.T, f *Fixture) {
	i := f.invite(t, f.A, "New@Example.com")
	errs := make([]error, 8)
	parallel(len(errs), func(n int) {
		u := newUser("usr_new"+string(rune('a'+n)), "forged@example.com", "")
		_, errs[n] = f.A.Tenant.AcceptInvitation(t.Context(), i.TokenHash, u, f.Clock.Now(), Event("invitation.accept"))
	})
	requireOneSuccess(t, errs)
	_, err := f.A.Tenant.OpenInvitation(t.Context(), i.TokenHash, f.Clock.Now())
	require.ErrorIs(t, err, store.ErrConsumed)
	u, err := f.A.Admin.FindLogin(t.Context(), "new@example.com")
	require.NoError(t, err)
	assert.Equal(t, "New@Example.com", u.Email, "the address is the invited one")
	assert.True(t, u.EmailVerified)
	m, err := f.A.Tenant.Member(t.Context(), u.UserID)
	require.NoError(t, err)
	assert.Equal(t, domain.RoleAdmin, m.Role)
	assert.Equal(t, 1, f.Count(t, "SELECT count(*) FROM users WHERE workspace_id = $1 AND user_id LIKE 'usr_new%'", f.A.AdminRecord.ID.String()))
	_, err = f.A.Admin.FindLogin(t.Context(), "forged@example.com")
	require.ErrorIs(t, err, store.ErrNotFound)
}

func invitationEnds(t *testing.T, f *Fixture) {
	accept := func(tokenHash []byte) error {
		_, err := f.A.Tenant.AcceptInvitation(t.Context(), tokenHash, newUser("usr_late", "", ""), f.Clock.Now(), Event("invitation.accept"))
		return err
	}
	late, withdrawn := f.invite(t, f.A, "late@example.com"), f.invite(t, f.A, "withdrawn@example.com")
	require.NoError(t, f.A.Tenant.DeleteInvitation(t.Context(), withdrawn.ID, Event("invitation.delete")))
	require.ErrorIs(t, accept(withdrawn.TokenHash), store.ErrNotFound)
	open := func(tokenHash []byte) error {
		_, err := f.A.Tenant.OpenInvitation(t.Context(), tokenHash, f.Clock.Now())
		return err
	}
	require.ErrorIs(t, open(withdrawn.TokenHash), store.ErrNotFound)
	require.NoError(t, open(late.TokenHash))
	require.ErrorIs(t, f.A.Tenant.DeleteInvitation(t.Context(), withdrawn.ID, Event("invitation.delete")), store.ErrNotFound)
	f.Clock.Advance(time.Hour)
	require.ErrorIs(t, accept(late.TokenHash), store.ErrNotFound)
	require.ErrorIs(t, open(late.TokenHash), store.ErrNotFound)
	require.ErrorIs(t, accept(hash()), store.ErrNotFound)
	_, err := f.A.Admin.User(t.Context(), "usr_late")
	require.ErrorIs(t, err, store.ErrNotFound)
}

func refusedAcceptance(t *testing.T, f *Fixture) {
	i := f.invite(t, f.A, UserID+"@example.com")
	_, err := f.A.Tenant.AcceptInvitation(t.Context(), i.TokenHash, newUser("usr_new", "", ""), f.Clock.Now(), Event("invitation.accept"))
	requireConflict(t, err, "email")
	_, err = f.A.Tenant.AcceptInvitation(t.Context(), i.TokenHash, domain.User{UserID: UserID}, f.Clock.Now(), Event("invitation.accept"))
	require.NoError(t, err, "the one whose address it is may take it")
}

func invitedUserKeepsTheirAccount(t *testing.T, f *Fixture) {
	before, err := f.A.Admin.User(t.Context(), UserID)
	require.NoError(t, err)
	i := f.invite(t, f.A, "alias@example.com")
	m, err := f.A.Tenant.AcceptInvitation(t.Context(), i.TokenHash, domain.User{UserID: UserID, PasswordHash: "$new", Email: "x@example.com"}, f.Clock.Now(), Event("invitation.accept"))
	require.NoError(t, err)
	assert.Equal(t, UserID, m.UserID)
	after, err := f.A.Admin.User(t.Context(), UserID)
	require.NoError(t, err)
	assert.Equal(t, before, after)
}

func invitationsAreListed(t *testing.T, f *Fixture) {
	for _, email := range []string{"one@example.com", "two_x@example.com", "three@example.com"} {
		f.invite(t, f.A, email)
	}
	for query, want := range map[string]int{"": 3, "EXAMPLE": 3, "two_": 1, "_": 1, "%": 0} {
		assert.Len(t, walk(t, store.Page{Limit: 2, Query: query}, func(p store.Page) (store.List[domain.Invitation], error) {
			return f.A.Tenant.Invitations(t.Context(), p)
		}, func(i domain.Invitation) string { return i.ID.String() }), want, query)
	}
}

func provenOwnerProvesTheTenant(t *testing.T, f *Fixture) {
	c := f.createTenant(t)
	before, err := c.tenant.Get(t.Context())
	require.NoError(t, err)
	require.False(t, before.EmailVerified)
	u, err := c.tenant.VerifyEmail(t.Context(), c.Verification.TokenHash, Event("email.verified"))
	require.NoError(t, err)
	assert.True(t, u.EmailVerified)
	after, err := c.tenant.Get(t.Context())
	require.NoError(t, err)
	assert.True(t, after.EmailVerified)
	_, err = c.tenant.VerifyEmail(t.Context(), c.Verification.TokenHash, Event("email.verified"))
	require.ErrorIs(t, err, store.ErrConsumed)
	_, err = c.tenant.VerifyEmail(t.Context(), hash(), Event("email.verified"))
	require.ErrorIs(t, err, store.ErrNotFound)
}

func memberIsolation() []Isolation {
	return []Isolation{
		{"Tenant.Members", func(t *testing.T, f *Fixture) {
			f.member(t, f.A, UserID, domain.RoleOwner)
			f.Intact(t, func() {
				list, err := f.B.Tenant.Members(t.Context(), store.Page{Limit: 100})
				require.NoError(t, err)
				require.Empty(t, list.Items)
			})
		}},
		{"Tenant.Member", func(t *testing.T, f *Fixture) {
			f.member(t, f.A, UserID, domain.RoleOwner)
			f.Intact(t, func() {
				_, err := f.B.Tenant.Member(t.Context(), UserID)
				require.ErrorIs(t, err, store.ErrNotFound)
			})
		}},
		{"Tenant.AddMember", func(t *testing.T, f *Fixture) {
			_, err := f.A.Admin.CreateUser(t.Context(), newUser("usr_a", "a@example.com", "a"), Event("x"))
			require.NoError(t, err)
			f.Intact(t, func() {
				_, err := f.B.Tenant.AddMember(t.Context(), domain.Member{UserID: "usr_a", Role: domain.RoleOwner}, Event("x"))
				require.ErrorIs(t, err, store.ErrNotFound, "a user of A's workspace admin is none of B's")
				f.member(t, f.B, UserID, domain.RoleOwner)
			})
		}},
		{"Tenant.UpdateMember", func(t *testing.T, f *Fixture) {
			f.member(t, f.A, UserID, domain.RoleOwner)
			f.Intact(t, func() {
				_, err := f.B.Tenant.UpdateMember(t.Context(), domain.Member{UserID: UserID, Role: domain.RoleAuditor}, Event("x"))
				require.ErrorIs(t, err, store.ErrNotFound)
			})
		}},
		{"Tenant.RemoveMember", func(t *testing.T, f *Fixture) {
			f.member(t, f.A, UserID, domain.RoleOwner)
			f.Intact(t, func() {
				require.ErrorIs(t, f.B.Tenant.RemoveMember(t.Context(), UserID, Event("x")), store.ErrNotFound)
				f.member(t, f.B, UserID, domain.RoleOwner)
				requireConflict(t, f.B.Tenant.RemoveMember(t.Context(), UserID, Event("x")), "owner")
			})
		}},
		{"Tenant.CreateInvitation", func(t *testing.T, f *Fixture) {
			i := f.invite(t, f.A, "i@example.com")
			f.Intact(t, func() {
				_, err := f.B.Tenant.CreateInvitation(t.Context(), i, Event("x"))
				require.NoError(t, err, "the same id is free here")
			})
		}},
		{"Tenant.Invitations", func(t *testing.T, f *Fixture) {
			f.invite(t, f.A, "i@example.com")
			f.Intact(t, func() {
				list, err := f.B.Tenant.Invitations(t.Context(), store.Page{Limit: 100})
				require.NoError(t, err)
				require.Empty(t, list.Items)
			})
		}},
		{"Tenant.DeleteInvitation", func(t *testing.T, f *Fixture) {
			i := f.invite(t, f.A, "i@example.com")
			f.Intact(t, func() {
				require.ErrorIs(t, f.B.Tenant.DeleteInvitation(t.Context(), i.ID, Event("x")), store.ErrNotFound)
				require.ErrorIs(t, f.B.Tenant.DeleteInvitation(t.Context(), uuid.New(), Event("x")), store.ErrNotFound)
			})
		}},
		{"Tenant.OpenInvitation", func(t *testing.T, f *Fixture) {
			i := f.invite(t, f.A, "i@example.com")
			f.Intact(t, func() {
				_, err := f.B.Tenant.OpenInvitation(t.Context(), i.TokenHash, f.Clock.Now())
				require.ErrorIs(t, err, store.ErrNotFound)
			})
		}},
		{"Tenant.AcceptInvitation", func(t *testing.T, f *Fixture) {
			i := f.invite(t, f.A, "i@example.com")
			f.Intact(t, func() {
				_, err := f.B.Tenant.AcceptInvitation(t.Context(), i.TokenHash, newUser("usr_b", "", ""), f.Clock.Now(), Event("x"))
				require.ErrorIs(t, err, store.ErrNotFound)
			})
		}},
		{"Tenant.VerifyEmail", func(t *testing.T, f *Fixture) {
			v := f.verification(t, f.A.Admin)
			f.Intact(t, func() {
				_, err := f.B.Tenant.VerifyEmail(t.Context(), v.TokenHash, Event("x"))
				require.ErrorIs(t, err, store.ErrNotFound)
			})
		}},
	}
}
