package storetest

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func sessionCases() []Case {
	return []Case{
		{"SessionIsKeptAsGiven", sessionIsKept},
		{"SessionEndsByIdlenessAndByAge", sessionEnds},
		{"UseMovesTheIdleEndOfASessionButNeverItsAbsoluteEnd", useMovesTheIdleEnd},
		{"EndedSessionsAndDisabledUsersHaveNoStanding", noStanding},
		{"OnlyLiveSessionsAreListed", onlyLiveSessions},
		{"SessionEndsOnce", sessionEndsOnce},
	}
}

func consentCases() []Case {
	return []Case{
		{"ConsentOnlyGrows", consentOnlyGrows},
		{"ParallelConsentsAreAllKept", parallelConsents},
		{"WithdrawnConsentEndsAllItsGrants", withdrawnConsent},
	}
}

func sessionIsKept(t *testing.T, f *Fixture) {
	w := f.A.Workspace
	s := f.startSession(t, w)
	standing, err := w.Standing(t.Context(), s.TokenHash, ClientID)
	require.NoError(t, err)
	s.CreatedAt, s.LastSeenAt = f.Clock.Now(), f.Clock.Now()
	assert.Equal(t, s, standing.Session)
	assert.Equal(t, UserID, standing.User.UserID)
	assert.Equal(t, domain.Consent{}, standing.Consent)
	_, err = w.GiveConsent(t.Context(), domain.Consent{UserID: UserID, ClientID: ClientID, Scope: oauth.Scope{"openid"}}, Event("consent.give"))
	require.NoError(t, err)
	standing, err = w.Standing(t.Context(), s.TokenHash, ClientID)
	require.NoError(t, err)
	assert.Equal(t, oauth.Scope{"openid"}, standing.Consent.Scope)
	for _, other := range []string{OtherClientID, ""} {
		standing, err = w.Standing(t.Context(), s.TokenHash, other)
		require.NoError(t, err)
		assert.Equal(t, domain.Consent{}, standing.Consent)
	}
	assert.Equal(t, 1, f.Count(t, "SELECT count(*) FROM audit_events WHERE workspace_id = $1 AND action = 'login.succeed'", f.A.ID().String()))

	nobody := s
	nobody.ID, nobody.TokenHash, nobody.UserID = uuid.New(), hash(), "usr_nobody"
	require.ErrorIs(t, w.StartSession(t.Context(), nobody, Event("login.succeed")), store.ErrNotFound)
	assert.Equal(t, 1, f.Count(t, "SELECT count(*) FROM audit_events WHERE workspace_id = $1 AND action = 'login.succeed'", f.A.ID().String()),
		"what did not happen is not audited")
}

func sessionEnds(t *testing.T, f *Fixture) {
	w := f.A.Workspace
	s := f.startSession(t, w)
	f.Clock.Advance(12 * time.Hour)
	_, err := w.Standing(t.Context(), s.TokenHash, "")
	require.ErrorIs(t, err, store.ErrNotFound, "idle for its whole idle life")

	s = f.startSession(t, w)
	for range 60 {
		f.Clock.Advance(11 * time.Hour)
		standing, err := w.Standing(t.Context(), s.TokenHash, "")
		require.NoError(t, err)
		require.False(t, standing.Session.ExpiresAt.After(s.MaxEndsAt))
	}
	f.Clock.Advance(70 * time.Hour)
	_, err = w.Standing(t.Context(), s.TokenHash, "")
	require.ErrorIs(t, err, store.ErrNotFound)
}

func useMovesTheIdleEnd(t *testing.T, f *Fixture) {
	w := f.A.Workspace
	s := f.startSession(t, w)
	f.Clock.Advance(59 * time.Second)
	standing, err := w.Standing(t.Context(), s.TokenHash, "")
	require.NoError(t, err)
	assert.Equal(t, s.ExpiresAt, standing.Session.ExpiresAt, "not written down more than once a minute")
	f.Clock.Advance(time.Second)
	standing, err = w.Standing(t.Context(), s.TokenHash, "")
	require.NoError(t, err)
	assert.Equal(t, f.Clock.Now(), standing.Session.LastSeenAt)
	assert.Equal(t, f.Clock.Now().Add(f.A.WorkspaceRecord.Settings.SessionTTL), standing.Session.ExpiresAt)
	assert.Equal(t, s.MaxEndsAt, standing.Session.MaxEndsAt)
}

func noStanding(t *testing.T, f *Fixture) {
	w := f.A.Workspace
	for name, end := range f.ends(t) {
		if name == "disabled client" {
			continue // that is not the session's matter
		}
		s := f.startSession(t, w)
		end(s)
		f.Intact(t, func() {
			_, err := w.Standing(t.Context(), s.TokenHash, ClientID)
			require.ErrorIs(t, err, store.ErrNotFound, name)
		})
		f.restore(t)
	}
	_, err := w.Standing(t.Context(), hash(), ClientID)
	require.ErrorIs(t, err, store.ErrNotFound)
	_, err = w.Standing(t.Context(), nil, ClientID)
	require.ErrorIs(t, err, store.ErrNotFound)
}

func onlyLiveSessions(t *testing.T, f *Fixture) {
	w := f.A.Workspace
	var ids []uuid.UUID
	for range 3 {
		f.Clock.Advance(minute)
		ids = append([]uuid.UUID{f.startSession(t, w).ID}, ids...)
	}
	_, err := w.EndSession(t.Context(), ids[1], Event("logout"))
	require.NoError(t, err)
	sessions, err := w.SessionsOf(t.Context(), UserID)
	require.NoError(t, err)
	require.Len(t, sessions, 2)
	assert.Equal(t, ids[0], sessions[0].ID)
	assert.Equal(t, ids[2], sessions[1].ID)
	first, err := w.Sessions(t.Context(), store.Page{Limit: 1})
	require.NoError(t, err)
	require.Len(t, first.Items, 1)
	assert.Equal(t, sessions[0], first.Items[0])
	second, err := w.Sessions(t.Context(), store.Page{Limit: 1, Cursor: first.NextCursor, Query: UserID})
	require.NoError(t, err)
	require.Len(t, second.Items, 1)
	assert.Equal(t, sessions[1], second.Items[0])
	assert.Empty(t, second.NextCursor)
	none, err := w.Sessions(t.Context(), store.Page{Limit: 1, Query: OtherUserID})
	require.NoError(t, err)
	assert.Empty(t, none.Items)
	f.Clock.Advance(12 * time.Hour)
	sessions, err = w.SessionsOf(t.Context(), UserID)
	require.NoError(t, err)
	assert.Empty(t, sessions)
}

func sessionEndsOnce(t *testing.T, f *Fixture) {
	w := f.A.Workspace
	s := f.startSession(t, w)
	ended, err := w.EndSession(t.Context(), s.ID, Event("logout"))
	require.NoError(t, err)
	require.Len(t, ended, 1)
	assert.Equal(t, domain.RevokeSession, ended[0].Kind)
	assert.Equal(t, s.ID.String(), ended[0].Target)
	_, err = w.EndSession(t.Context(), s.ID, Event("logout"))
	require.ErrorIs(t, err, store.ErrNotFound)
	assert.Equal(t, 1, f.facts(t, domain.RevokeSession, s.ID.String()))
}

func consentOnlyGrows(t *testing.T, f *Fixture) {
	w := f.A.Workspace
	give := func(scope ...string) domain.Consent {
		c, err := w.GiveConsent(t.Context(), domain.Consent{UserID: UserID, ClientID: ClientID, Scope: scope}, Event("consent.give"))
		require.NoError(t, err)
		return c
	}
	assert.Equal(t, oauth.Scope{}, give().Scope)
	assert.Equal(t, oauth.Scope{"openid", "email"}, give("openid", "email").Scope)
	f.Clock.Advance(minute)
	c := give("email", "mail", "open_d", "%")
	assert.Equal(t, oauth.Scope{"openid", "email", "mail", "open_d", "%"}, c.Scope)
	assert.Equal(t, f.Clock.Now(), c.UpdatedAt)
	assert.Equal(t, f.Clock.Now().Add(-minute), c.CreatedAt)
	assert.Equal(t, c, give("openid"))
	consents, err := w.Consents(t.Context(), UserID)
	require.NoError(t, err)
	assert.Equal(t, []domain.Consent{c}, consents)
	for _, unknown := range []domain.Consent{{UserID: "usr_nobody", ClientID: ClientID}, {UserID: UserID, ClientID: "nobody"}} {
		_, err := w.GiveConsent(t.Context(), unknown, Event("consent.give"))
		require.ErrorIs(t, err, store.ErrNotFound)
	}
}

func parallelConsents(t *testing.T, f *Fixture) {
	w := f.A.Workspace
	scopes := []string{"a", "b", "c", "d", "e", "f", "g", "h"}
	errs := make([]error, len(scopes))
	parallel(len(scopes), func(i int) {
		_, errs[i] = w.GiveConsent(t.Context(), domain.Consent{UserID: UserID, ClientID: ClientID, Scope: oauth.Scope{"openid", scopes[i]}}, Event("consent.give"))
	})
	for _, err := range errs {
		require.NoError(t, err)
	}
	consents, err := w.Consents(t.Context(), UserID)
	require.NoError(t, err)
	require.Len(t, consents, 1)
	assert.ElementsMatch(t, append([]string{"openid"}, scopes...), consents[0].Scope)
}

func withdrawnConsent(t *testing.T, f *Fixture) {
	w := f.A.Workspace
	_, err := w.GiveConsent(t.Context(), domain.Consent{UserID: UserID, ClientID: ClientID, Scope: oauth.Scope{"openid"}}, Event("consent.give"))
	require.NoError(t, err)
	first, second := f.grant(t, w, false), f.grant(t, w, true)
	ended, err := w.WithdrawConsent(t.Context(), UserID, ClientID, Event("consent.withdraw"))
	require.NoError(t, err)
	require.Len(t, ended, 1)
	assert.Equal(t, domain.RevokeConsent, ended[0].Kind)
	assert.Equal(t, UserID+" "+ClientID, ended[0].Target)
	for _, g := range []domain.Grant{first, second} {
		_, err = w.RotateRefresh(t.Context(), rotation(g, 1, 0))
		require.ErrorIs(t, err, store.ErrNotFound)
	}
	consents, err := w.Consents(t.Context(), UserID)
	require.NoError(t, err)
	assert.Empty(t, consents)
	_, err = w.WithdrawConsent(t.Context(), UserID, ClientID, Event("consent.withdraw"))
	require.ErrorIs(t, err, store.ErrNotFound)
	f.Clock.Advance(time.Second) // what was issued up to the withdrawal has ended with it
	f.grant(t, w, false)         // of a trusted client, which nobody was asked about
	_, err = w.WithdrawConsent(t.Context(), UserID, ClientID, Event("consent.withdraw"))
	require.NoError(t, err)
}

func sessionIsolation() []Isolation {
	return []Isolation{
		{"Workspace.StartSession", func(t *testing.T, f *Fixture) {
			f.onlyInA(t)
			s := f.startSession(t, f.A.Workspace)
			f.Intact(t, func() {
				theirs := s
				theirs.UserID = "usr_a"
				require.ErrorIs(t, f.B.Workspace.StartSession(t.Context(), theirs, Event("x")), store.ErrNotFound)
				require.NoError(t, f.B.Workspace.StartSession(t.Context(), s, Event("x")), "the same id and token are free here")
			})
		}},
		{"Workspace.Standing", func(t *testing.T, f *Fixture) {
			s := f.startSession(t, f.A.Workspace)
			f.Clock.Advance(time.Hour)
			f.Intact(t, func() {
				_, err := f.B.Workspace.Standing(t.Context(), s.TokenHash, ClientID)
				require.ErrorIs(t, err, store.ErrNotFound)
			})
		}},
		{"Workspace.SessionsOf", func(t *testing.T, f *Fixture) {
			f.startSession(t, f.A.Workspace)
			f.Intact(t, func() {
				sessions, err := f.B.Workspace.SessionsOf(t.Context(), UserID)
				require.NoError(t, err)
				require.Empty(t, sessions)
			})
		}},
		{"Workspace.Sessions", func(t *testing.T, f *Fixture) {
			f.startSession(t, f.A.Workspace)
			f.Intact(t, func() {
				list, err := f.B.Workspace.Sessions(t.Context(), store.Page{Limit: 100})
				require.NoError(t, err)
				require.Empty(t, list.Items)
			})
		}},
		{"Workspace.EndSession", func(t *testing.T, f *Fixture) {
			g := f.grant(t, f.A.Workspace, true)
			f.Intact(t, func() {
				_, err := f.B.Workspace.EndSession(t.Context(), g.SessionID, Event("x"))
				require.ErrorIs(t, err, store.ErrNotFound)
			})
		}},
	}
}

func consentIsolation() []Isolation {
	give := func(t *testing.T, f *Fixture) {
		t.Helper()
		_, err := f.A.Workspace.GiveConsent(t.Context(), domain.Consent{UserID: UserID, ClientID: ClientID, Scope: oauth.Scope{"openid"}}, Event("consent.give"))
		require.NoError(t, err)
	}
	return []Isolation{
		{"Workspace.GiveConsent", func(t *testing.T, f *Fixture) {
			give(t, f)
			f.Intact(t, func() {
				c, err := f.B.Workspace.GiveConsent(t.Context(), domain.Consent{UserID: UserID, ClientID: ClientID, Scope: oauth.Scope{"email"}}, Event("x"))
				require.NoError(t, err)
				require.Equal(t, oauth.Scope{"email"}, c.Scope)
			})
		}},
		{"Workspace.Consents", func(t *testing.T, f *Fixture) {
			give(t, f)
			f.Intact(t, func() {
				consents, err := f.B.Workspace.Consents(t.Context(), UserID)
				require.NoError(t, err)
				require.Empty(t, consents)
			})
		}},
		{"Workspace.WithdrawConsent", func(t *testing.T, f *Fixture) {
			give(t, f)
			f.grant(t, f.A.Workspace, false)
			f.Intact(t, func() {
				_, err := f.B.Workspace.WithdrawConsent(t.Context(), UserID, ClientID, Event("x"))
				require.ErrorIs(t, err, store.ErrNotFound)
			})
		}},
	}
}
