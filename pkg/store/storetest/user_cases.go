package storetest

import (
	"testing"
	"time"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func userCases() []Case {
	return []Case{
		{"UserIsKeptAsGiven", userIsKept},
		{"LoginsAreUniqueAcrossAddressesAndUsernames", loginsAreUnique},
		{"LostUpdateOfAUserIsAConflict", lostUpdateOfAUser},
		{"DisablingAUserEndsAllOfTheirs", disablingAUser},
		{"ChangedPasswordEndsAllOfTheUsers", changedPassword},
		{"RehashedPasswordEndsNothing", rehashedPassword},
		{"DeletedUserLeavesNothing", deletedUser},
		{"MemberCannotBeDeletedAsAUser", memberCannotBeDeleted},
		{"UsersAreFoundByAnyPart", usersAreFound},
		{"ClaimsAreOfLiveUsersOnly", claimsAreOfLiveUsers},
		{"VerificationIsRedeemedOnce", verificationOnce},
		{"HostileTextIsNoFault", hostileText},
	}
}

func newUser(id, email, username string) domain.User {
	return domain.User{
		UserID: id, Email: email, Username: username, Name: "Ada Lovelace", GivenName: "Ada", FamilyName: "Lovelace",
		Picture: "https://img.example/a.png", Locale: "en", PasswordHash: "$argon2id$x",
	}
}

func userIsKept(t *testing.T, f *Fixture) {
	w := f.A.Workspace
	made, err := w.CreateUser(t.Context(), newUser("usr_ada", "Ada@Example.com", "Ada"), Event("user.create"))
	require.NoError(t, err)
	assert.Equal(t, int64(1), made.Version)
	assert.Equal(t, f.Clock.Now(), made.PasswordChangedAt)
	for _, find := range []func() (domain.User, error){
		func() (domain.User, error) { return w.User(t.Context(), "usr_ada") },
		func() (domain.User, error) { return w.FindLogin(t.Context(), "ada@example.com") },
		func() (domain.User, error) { return w.FindLogin(t.Context(), "ada") },
	} {
		found, err := find()
		require.NoError(t, err)
		assert.Equal(t, made, found)
	}
	_, err = w.FindLogin(t.Context(), "Ada")
	require.ErrorIs(t, err, store.ErrNotFound, "only the canonical form is looked up")
	assert.Equal(t, 1, f.Count(t, "SELECT count(*) FROM audit_events WHERE workspace_id = $1 AND action = 'user.create'", f.A.ID().String()))
}

func loginsAreUnique(t *testing.T, f *Fixture) {
	w := f.A.Workspace
	_, err := w.CreateUser(t.Context(), newUser("usr_ada", "ada@example.com", "ada"), Event("user.create"))
	require.NoError(t, err)
	for field, u := range map[string]domain.User{
		"user_id":  newUser("usr_ada", "other@example.com", "other"),
		"email":    newUser("usr_eve", "ADA@example.com", "eve"),
		"username": newUser("usr_eve", "eve@example.com", "ＡＤＡ"),
	} {
		_, err := w.CreateUser(t.Context(), u, Event("user.create"))
		requireConflict(t, err, field)
	}
	_, err = w.User(t.Context(), "usr_eve")
	require.ErrorIs(t, err, store.ErrNotFound, "a refused user leaves no trace")
	eve, err := w.CreateUser(t.Context(), newUser("usr_eve", "", "eve"), Event("user.create"))
	require.NoError(t, err)
	eve.Username = "Ada"
	_, _, err = w.UpdateUser(t.Context(), eve, Event("user.update"))
	requireConflict(t, err, "username")
	eve.Username = "eva"
	_, _, err = w.UpdateUser(t.Context(), eve, Event("user.update"))
	require.NoError(t, err)
	_, err = w.FindLogin(t.Context(), "eve")
	require.ErrorIs(t, err, store.ErrNotFound)
	_, err = w.FindLogin(t.Context(), "eva")
	require.NoError(t, err)
}

func requireConflict(t testing.TB, err error, field string) {
	t.Helper()
	require.ErrorIs(t, err, store.ErrConflict)
	var conflict *store.ConflictError
	require.ErrorAs(t, err, &conflict)
	require.Equal(t, field, conflict.Field)
}

func lostUpdateOfAUser(t *testing.T, f *Fixture) {
	w := f.A.Workspace
	u, err := w.User(t.Context(), UserID)
	require.NoError(t, err)
	u.Name = "First"
	first, _, err := w.UpdateUser(t.Context(), u, Event("user.update"))
	require.NoError(t, err)
	assert.Equal(t, u.Version+1, first.Version)
	u.Name = "Second"
	_, _, err = w.UpdateUser(t.Context(), u, Event("user.update"))
	requireConflict(t, err, store.FieldVersion)
	kept, err := w.User(t.Context(), UserID)
	require.NoError(t, err)
	assert.Equal(t, first, kept)
	u.Version = 0
	_, _, err = w.UpdateUser(t.Context(), u, Event("user.update"))
	require.NoError(t, err, "version 0 is any version")
	_, _, err = w.UpdateUser(t.Context(), domain.User{UserID: "usr_nobody"}, Event("user.update"))
	require.ErrorIs(t, err, store.ErrNotFound)
}

// requireEnded: the user's sessions and grants are dead, and one fact says so.
func (f *Fixture) requireEnded(t *testing.T, ended []domain.Revocation, s domain.Session, g domain.Grant) {
	t.Helper()
	require.Len(t, ended, 1)
	assert.Equal(t, domain.RevokeUser, ended[0].Kind)
	assert.Equal(t, UserID, ended[0].Target)
	assert.Equal(t, f.Clock.Now(), ended[0].Before)
	assert.Equal(t, 1, f.facts(t, domain.RevokeUser, UserID))
	_, err := f.A.Workspace.Standing(t.Context(), s.TokenHash, ClientID)
	require.ErrorIs(t, err, store.ErrNotFound)
	_, err = f.A.Workspace.RotateRefresh(t.Context(), rotation(g, 1, 0))
	require.ErrorIs(t, err, store.ErrNotFound)
}

func disablingAUser(t *testing.T, f *Fixture) {
	w := f.A.Workspace
	s, g := f.startSession(t, w), f.grant(t, w, false)
	u, err := w.User(t.Context(), UserID)
	require.NoError(t, err)
	u.Disabled = true
	u, ended, err := w.UpdateUser(t.Context(), u, Event("user.disable"))
	require.NoError(t, err)
	f.requireEnded(t, ended, s, g)
	_, ended, err = w.UpdateUser(t.Context(), u, Event("user.update"))
	require.NoError(t, err)
	assert.Empty(t, ended, "disabled before")
	require.ErrorIs(t, w.StartSession(t.Context(), domain.Session{
		ID: s.ID, TokenHash: hash(), UserID: UserID, AuthTime: f.Clock.Now(),
		ExpiresAt: f.Clock.Now().Add(minute), MaxEndsAt: f.Clock.Now().Add(minute),
	}, Event("login.succeed")), store.ErrNotFound)
	u.Disabled, u.Version = false, 0
	_, _, err = w.UpdateUser(t.Context(), u, Event("user.enable"))
	require.NoError(t, err)
	_, err = w.RotateRefresh(t.Context(), rotation(g, 1, 0))
	require.ErrorIs(t, err, store.ErrNotFound, "enabling revives nothing")
}

func changedPassword(t *testing.T, f *Fixture) {
	w := f.A.Workspace
	s, g := f.startSession(t, w), f.grant(t, w, false)
	ended, err := w.SetPassword(t.Context(), UserID, "$argon2id$new", Event("user.password"))
	require.NoError(t, err)
	f.requireEnded(t, ended, s, g)
	u, err := w.User(t.Context(), UserID)
	require.NoError(t, err)
	assert.Equal(t, "$argon2id$new", u.PasswordHash)
	assert.Equal(t, f.Clock.Now(), u.PasswordChangedAt)
	_, err = w.SetPassword(t.Context(), "usr_nobody", "$", Event("user.password"))
	require.ErrorIs(t, err, store.ErrNotFound)
}

func rehashedPassword(t *testing.T, f *Fixture) {
	w := f.A.Workspace
	s := f.startSession(t, w)
	require.NoError(t, w.RehashPassword(t.Context(), UserID, "$stale", "$wrong"))
	u, err := w.User(t.Context(), UserID)
	require.NoError(t, err)
	assert.Equal(t, "$argon2id$seed", u.PasswordHash, "the password had changed meanwhile")
	require.NoError(t, w.RehashPassword(t.Context(), UserID, "$argon2id$seed", "$stronger"))
	u, err = w.User(t.Context(), UserID)
	require.NoError(t, err)
	assert.Equal(t, "$stronger", u.PasswordHash)
	_, err = w.Standing(t.Context(), s.TokenHash, "")
	require.NoError(t, err)
}

func deletedUser(t *testing.T, f *Fixture) {
	w := f.A.Workspace
	s, g := f.startSession(t, w), f.grant(t, w, false)
	_, err := w.GiveConsent(t.Context(), domain.Consent{UserID: UserID, ClientID: ClientID, Scope: []string{"openid"}}, Event("consent.give"))
	require.NoError(t, err)
	ended, err := w.DeleteUser(t.Context(), UserID, Event("user.delete"))
	require.NoError(t, err)
	f.requireEnded(t, ended, s, g)
	for _, table := range []string{"users", "user_logins", "sessions", "consents", "grants"} {
		assert.Zero(t, f.Count(t, "SELECT count(*) FROM "+table+" WHERE workspace_id = $1 AND user_id = $2", f.A.ID().String(), UserID), table)
	}
	_, err = w.DeleteUser(t.Context(), UserID, Event("user.delete"))
	require.ErrorIs(t, err, store.ErrNotFound)
}

func memberCannotBeDeleted(t *testing.T, f *Fixture) {
	f.Exec(t, `INSERT INTO members (tenant_id, workspace_id, user_id, role, disabled, version, created_at, updated_at) VALUES ($1, $2, $3, 'owner', false, 1, 1, 1)`,
		f.A.TenantRecord.ID.String(), f.A.AdminRecord.ID.String(), UserID)
	_, err := f.A.Admin.DeleteUser(t.Context(), UserID, Event("user.delete"))
	requireConflict(t, err, "member")
	_, err = f.A.Admin.User(t.Context(), UserID)
	require.NoError(t, err)
}

func usersAreFound(t *testing.T, f *Fixture) {
	w := f.A.Workspace
	_, err := w.CreateUser(t.Context(), newUser("usr_100%", "percent_sign@example.com", "under_score"), Event("user.create"))
	require.NoError(t, err)
	for query, want := range map[string]int{
		"": 3, "LOVELACE": 1, "under_s": 1, "underXs": 0, "100%": 1, "%": 1, `\`: 0, "@example.com": 3, "' OR 1=1 --": 0, "\x00": 0, "nobody": 0,
	} {
		list, err := w.Users(t.Context(), store.Page{Limit: 100, Query: query})
		require.NoError(t, err, query)
		assert.Len(t, list.Items, want, query)
	}
	seen := map[string]bool{}
	p := store.Page{Limit: 1}
	for {
		list, err := w.Users(t.Context(), p)
		require.NoError(t, err)
		require.Len(t, list.Items, 1)
		seen[list.Items[0].UserID] = true
		if p.Cursor = list.NextCursor; p.Cursor == "" {
			break
		}
	}
	assert.Len(t, seen, 3)
	for _, cursor := range []string{"x", "e30", "!!!!", "eyJhIjoxLCJrIjoiXHUwMDAwIn0"} {
		_, err := w.Users(t.Context(), store.Page{Limit: 1, Cursor: cursor})
		if cursor == "e30" { // {}: the very first position, after which nothing older is
			require.NoError(t, err)
			continue
		}
		require.ErrorIs(t, err, store.ErrCursor)
	}
}

func claimsAreOfLiveUsers(t *testing.T, f *Fixture) {
	w := f.A.Workspace
	s := f.startSession(t, w)
	for _, sid := range []string{"", s.ID.String()} {
		u, err := w.UserClaims(t.Context(), UserID, sid)
		require.NoError(t, err)
		assert.Equal(t, UserID, u.UserID)
	}
	for _, sid := range []string{"nonsense", "00000000-0000-0000-0000-000000000001"} {
		_, err := w.UserClaims(t.Context(), UserID, sid)
		require.ErrorIs(t, err, store.ErrNotFound)
	}
	_, err := w.UserClaims(t.Context(), OtherUserID, s.ID.String())
	require.ErrorIs(t, err, store.ErrNotFound, "another user's session")
	_, err = w.EndSession(t.Context(), s.ID, Event("logout"))
	require.NoError(t, err)
	_, err = w.UserClaims(t.Context(), UserID, s.ID.String())
	require.ErrorIs(t, err, store.ErrNotFound)
	f.Exec(t, "UPDATE users SET disabled = true WHERE workspace_id = $1", f.A.ID().String())
	_, err = w.UserClaims(t.Context(), UserID, "")
	require.ErrorIs(t, err, store.ErrNotFound)
}

func (f *Fixture) verification(t testing.TB, w store.Workspace) store.Verification {
	t.Helper()
	v := store.Verification{TokenHash: hash(), UserID: OtherUserID, Email: OtherUserID + "@example.com", ExpiresAt: f.Clock.Now().Add(time.Hour)}
	require.NoError(t, w.CreateVerification(t.Context(), v, Event("email.verify")))
	return v
}

func verificationOnce(t *testing.T, f *Fixture) {
	w := f.A.Workspace
	f.Exec(t, "UPDATE users SET email_verified = false WHERE workspace_id = $1", f.A.ID().String())
	v := f.verification(t, w)
	errs := make([]error, 8)
	parallel(len(errs), func(i int) { _, errs[i] = w.VerifyEmail(t.Context(), v.TokenHash, Event("email.verified")) })
	requireOneSuccess(t, errs)
	u, err := w.User(t.Context(), OtherUserID)
	require.NoError(t, err)
	assert.True(t, u.EmailVerified)

	late := f.verification(t, w)
	f.Clock.Advance(time.Hour)
	_, err = w.VerifyEmail(t.Context(), late.TokenHash, Event("email.verified"))
	require.ErrorIs(t, err, store.ErrNotFound)
	moved := f.verification(t, w)
	u.Email = "new@example.com"
	_, _, err = w.UpdateUser(t.Context(), u, Event("user.update"))
	require.NoError(t, err)
	_, err = w.VerifyEmail(t.Context(), moved.TokenHash, Event("email.verified"))
	require.ErrorIs(t, err, store.ErrNotFound, "a proof of the old address proves nothing of the new one")
	require.ErrorIs(t, w.CreateVerification(t.Context(), store.Verification{TokenHash: hash(), UserID: "usr_nobody", ExpiresAt: f.Clock.Now()}, Event("x")), store.ErrNotFound)
}

// hostileText is what a stranger may send where an id is expected, or leave in
// an audit event.
func hostileText(t *testing.T, f *Fixture) {
	w := f.A.Workspace
	for _, text := range []string{"\x00", "usr_\x00", "\xff\xfe", "'; DROP TABLE users; --", "🜁", "$1"} {
		_, err := w.User(t.Context(), text)
		require.ErrorIs(t, err, store.ErrNotFound, "%q", text)
		ev := Event("login.fail")
		ev.TargetID, ev.IP, ev.Detail = text, text, map[string]string{text: text}
		s := domain.Session{UserID: UserID, UserAgent: text, IP: text, TokenHash: hash(), AuthTime: f.Clock.Now(), ExpiresAt: f.Clock.Now(), MaxEndsAt: f.Clock.Now()}
		s.ID = f.redemption(s).GrantID
		require.NoError(t, w.StartSession(t.Context(), s, ev), "%q", text)
		_, err = w.CreateUser(t.Context(), newUser("usr_"+s.ID.String(), "", s.ID.String()), ev)
		require.NoError(t, err, "%q", text)
	}
}

func userIsolation() []Isolation {
	return []Isolation{
		{"Workspace.CreateUser", func(t *testing.T, f *Fixture) {
			_, err := f.A.Workspace.CreateUser(t.Context(), newUser("usr_x", "x@example.com", "x"), Event("user.create"))
			require.NoError(t, err)
			f.Intact(t, func() {
				_, err := f.B.Workspace.CreateUser(t.Context(), newUser("usr_x", "x@example.com", "x"), Event("user.create"))
				require.NoError(t, err, "the same id and logins are free here")
			})
		}},
		{"Workspace.User", func(t *testing.T, f *Fixture) {
			f.onlyInA(t)
			f.Intact(t, func() {
				_, err := f.B.Workspace.User(t.Context(), "usr_a")
				require.ErrorIs(t, err, store.ErrNotFound)
			})
		}},
		{"Workspace.FindLogin", func(t *testing.T, f *Fixture) {
			f.onlyInA(t)
			f.Intact(t, func() {
				_, err := f.B.Workspace.FindLogin(t.Context(), "a@example.com")
				require.ErrorIs(t, err, store.ErrNotFound)
			})
		}},
		{"Workspace.UserClaims", func(t *testing.T, f *Fixture) {
			f.onlyInA(t)
			s := f.startSession(t, f.A.Workspace)
			f.Intact(t, func() {
				_, err := f.B.Workspace.UserClaims(t.Context(), "usr_a", "")
				require.ErrorIs(t, err, store.ErrNotFound)
				_, err = f.B.Workspace.UserClaims(t.Context(), UserID, s.ID.String())
				require.ErrorIs(t, err, store.ErrNotFound)
			})
		}},
		{"Workspace.Users", func(t *testing.T, f *Fixture) {
			f.onlyInA(t)
			f.Intact(t, func() {
				for _, query := range []string{"", "usr_a", "%"} {
					list, err := f.B.Workspace.Users(t.Context(), store.Page{Limit: 100, Query: query})
					require.NoError(t, err)
					for _, u := range list.Items {
						require.NotEqual(t, "usr_a", u.UserID)
					}
				}
			})
		}},
		{"Workspace.UpdateUser", func(t *testing.T, f *Fixture) {
			u := f.onlyInA(t)
			f.Intact(t, func() {
				u.Disabled = true
				_, _, err := f.B.Workspace.UpdateUser(t.Context(), u, Event("x"))
				require.ErrorIs(t, err, store.ErrNotFound)
				_, _, err = f.B.Workspace.UpdateUser(t.Context(), domain.User{UserID: UserID, Email: "moved@example.com", Disabled: true}, Event("x"))
				require.NoError(t, err, "B's own user of the same id")
			})
		}},
		{"Workspace.SetPassword", func(t *testing.T, f *Fixture) {
			f.onlyInA(t)
			f.grant(t, f.A.Workspace, true)
			f.Intact(t, func() {
				_, err := f.B.Workspace.SetPassword(t.Context(), "usr_a", "$", Event("x"))
				require.ErrorIs(t, err, store.ErrNotFound)
				_, err = f.B.Workspace.SetPassword(t.Context(), UserID, "$", Event("x"))
				require.NoError(t, err, "B's own user of the same id")
			})
		}},
		{"Workspace.RehashPassword", func(t *testing.T, f *Fixture) {
			f.Intact(t, func() {
				require.NoError(t, f.B.Workspace.RehashPassword(t.Context(), UserID, "$argon2id$seed", "$new"))
			})
		}},
		{"Workspace.DeleteUser", func(t *testing.T, f *Fixture) {
			f.onlyInA(t)
			f.grant(t, f.A.Workspace, true)
			f.Intact(t, func() {
				_, err := f.B.Workspace.DeleteUser(t.Context(), "usr_a", Event("x"))
				require.ErrorIs(t, err, store.ErrNotFound)
				_, err = f.B.Workspace.DeleteUser(t.Context(), UserID, Event("x"))
				require.NoError(t, err, "B's own user of the same id")
			})
		}},
		{"Workspace.CreateVerification", func(t *testing.T, f *Fixture) {
			f.onlyInA(t)
			f.Intact(t, func() {
				err := f.B.Workspace.CreateVerification(t.Context(), store.Verification{TokenHash: hash(), UserID: "usr_a", Email: "a@example.com", ExpiresAt: f.Clock.Now()}, Event("x"))
				require.ErrorIs(t, err, store.ErrNotFound)
			})
		}},
		{"Workspace.VerifyEmail", func(t *testing.T, f *Fixture) {
			f.Exec(t, "UPDATE users SET email_verified = false WHERE workspace_id = $1", f.A.ID().String())
			v := f.verification(t, f.A.Workspace)
			f.Intact(t, func() {
				_, err := f.B.Workspace.VerifyEmail(t.Context(), v.TokenHash, Event("x"))
				require.ErrorIs(t, err, store.ErrNotFound)
			})
		}},
	}
}

// onlyInA is a user that B does not have.
func (f *Fixture) onlyInA(t testing.TB) domain.User {
	t.Helper()
	u, err := f.A.Workspace.CreateUser(t.Context(), newUser("usr_a", "a@example.com", "a"), Event("user.create"))
	require.NoError(t, err)
	return u
}
