package storetest

import (
	"crypto/rand"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func grantCases() []Case {
	return []Case{
		{"RefreshMovesOnInOneRoundTrip", refreshMovesOn},
		{"RefreshTokenReuseEndsTheFamily", reuseEndsTheFamily},
		{"RefreshRetryWithinGraceGetsTheSameSuccessor", retryWithinGrace},
		{"RefreshRetryAfterGraceEndsTheFamily", retryAfterGrace},
		{"RefreshRetryOfAUsedSuccessorEndsTheFamily", retryOfUsedSuccessor},
		{"WithoutGraceASlowClockMakesNoRetry", slowClockMakesNoRetry},
		{"ParallelRefreshesWithoutGraceGiveOneSuccessAndEndTheFamily", parallelRefreshesWithoutGrace},
		{"ParallelRefreshesWithinGraceNeverFork", parallelRefreshesWithinGrace},
		{"RefreshByAnotherClientChangesNothing", refreshByAnotherClient},
		{"RefreshTokenBoundToAKeyIsForItsHolder", refreshBoundToAKey},
		{"RefreshIsRefusedToWhoIsNotLive", refreshOfWhoIsNotLive},
		{"RefreshTokenEndsByIdlenessAndByAge", refreshTokenEnds},
		{"SessionBoundGrantsEndWithTheirSession", sessionBoundGrantsEnd},
		{"RevokedGrantStaysRevoked", revokedGrantStaysRevoked},
		{"GrantsAreListedNewestFirst", grantsAreListed},
	}
}

// hash is a fresh value such as codes and cookies are kept as.
func hash() []byte {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // it never fails
	return b
}

// startSession starts a session of UserID and returns it.
func (f *Fixture) startSession(t testing.TB, w store.Workspace) domain.Session {
	t.Helper()
	now := f.Clock.Now()
	s := domain.Session{
		ID: uuid.Must(uuid.NewV7()), TokenHash: hash(), UserID: UserID, AuthTime: now, ACR: "urn:example:password", AMR: []string{"pwd"},
		ExpiresAt: now.Add(12 * time.Hour), MaxEndsAt: now.Add(30 * 24 * time.Hour), UserAgent: "agent", IP: "192.0.2.1",
	}
	require.NoError(t, w.StartSession(t.Context(), s, Event("login.succeed")))
	return s
}

// redemption is of a fresh code of the session.
func (f *Fixture) redemption(s domain.Session) store.Redemption {
	return store.Redemption{
		GrantID: uuid.Must(uuid.NewV7()), CodeHash: hash(), ClientID: ClientID, Confirmation: map[string]string{"jkt": "thumb"},
		RefreshTTL: time.Hour, MaxTTL: 3 * time.Hour, Audit: Event("grant.issue"),
		Code: domain.Code{
			ClientID: ClientID, UserID: s.UserID, SessionID: s.ID, Scope: oauth.Scope{"openid", "offline_access"},
			Resource: []string{"https://api.example"}, AuthTime: s.AuthTime, ACR: s.ACR, AMR: s.AMR, UserInfoClaims: []string{"email"},
			IssuedAt: f.Clock.Now(), ExpiresAt: f.Clock.Now().Add(minute),
		},
	}
}

// grant is a fresh grant of side A or B.
func (f *Fixture) grant(t testing.TB, w store.Workspace, bound bool) domain.Grant {
	t.Helper()
	r := f.redemption(f.startSession(t, w))
	r.SessionBound = bound
	redeemed, err := w.RedeemCode(t.Context(), r)
	require.NoError(t, err)
	return redeemed.Grant
}

func rotation(g domain.Grant, generation int64, grace time.Duration) store.Rotation {
	return store.Rotation{GrantID: g.ID, ClientID: g.ClientID, Generation: generation, IdleTTL: time.Hour, Grace: grace, Audit: Event("grant.refresh")}
}

func (f *Fixture) facts(t testing.TB, kind domain.RevocationKind, target string) int {
	t.Helper()
	return f.Count(t, "SELECT count(*) FROM revocations WHERE workspace_id = $1 AND kind = $2 AND target = $3", f.A.ID().String(), string(kind), target)
}

func (f *Fixture) events(t testing.TB, action, outcome, target string) int {
	t.Helper()
	return f.Count(t, "SELECT count(*) FROM audit_events WHERE workspace_id = $1 AND tenant_id = $2 AND action = $3 AND outcome = $4 AND target_id = $5",
		f.A.ID().String(), f.A.TenantRecord.ID.String(), action, outcome, target)
}

// ends are the ways in which those that a grant depends on stop being live.
func (f *Fixture) ends(t *testing.T) map[string]func(s domain.Session) {
	ws := f.A.ID().String()
	return map[string]func(domain.Session){
		"disabled user": func(domain.Session) {
			f.Exec(t, "UPDATE users SET disabled = true WHERE workspace_id = $1 AND user_id = $2", ws, UserID)
		},
		"disabled client": func(domain.Session) {
			f.Exec(t, "UPDATE clients SET disabled = true WHERE workspace_id = $1 AND client_id = $2", ws, ClientID)
		},
		"ended session": func(s domain.Session) {
			f.Exec(t, "UPDATE sessions SET ended_at = 1 WHERE workspace_id = $1 AND id = $2", ws, s.ID.String())
		},
		"expired session": func(s domain.Session) {
			f.Exec(t, "UPDATE sessions SET expires_at = 1 WHERE workspace_id = $1 AND id = $2", ws, s.ID.String())
		},
		"outlived session": func(s domain.Session) {
			f.Exec(t, "UPDATE sessions SET max_ends_at = 1 WHERE workspace_id = $1 AND id = $2", ws, s.ID.String())
		},
	}
}

// restore undoes ends.
func (f *Fixture) restore(t *testing.T) {
	ws := f.A.ID().String()
	f.Exec(t, "UPDATE users SET disabled = false WHERE workspace_id = $1", ws)
	f.Exec(t, "UPDATE clients SET disabled = false WHERE workspace_id = $1", ws)
	f.Exec(t, "UPDATE sessions SET ended_at = NULL, expires_at = $2, max_ends_at = $2 WHERE workspace_id = $1", ws, f.Clock.Now().Add(time.Hour).UnixMicro())
}

func refreshMovesOn(t *testing.T, f *Fixture) {
	w := f.A.Workspace
	g := f.grant(t, w, false)
	for generation := int64(1); generation <= 5; generation++ {
		f.Clock.Advance(10 * minute)
		rotated, err := w.RotateRefresh(t.Context(), rotation(g, generation, 0))
		require.NoError(t, err)
		assert.Equal(t, generation+1, rotated.Generation)
		assert.Equal(t, UserID, rotated.User.UserID)
		assert.False(t, rotated.Retry)
		assert.Empty(t, rotated.Revocations)
		kept, err := w.Grant(t.Context(), g.ID)
		require.NoError(t, err)
		assert.Equal(t, kept, rotated.Grant)
		assert.Equal(t, f.Clock.Now(), kept.RotatedAt)
		assert.Equal(t, f.Clock.Now().Add(time.Hour), kept.ExpiresAt)
		assert.Equal(t, g.MaxEndsAt, kept.MaxEndsAt, "use never moves the absolute end")
	}
	assert.Equal(t, 5, f.events(t, "grant.refresh", "success", g.ID.String()))
	if !f.DB.Postgres() {
		assert.Equal(t, 1, f.Trips.Of(func() { _, _ = w.RotateRefresh(t.Context(), rotation(g, 6, 0)) }))
	}
}

func reuseEndsTheFamily(t *testing.T, f *Fixture) {
	w := f.A.Workspace
	g := f.grant(t, w, false)
	for generation := int64(1); generation <= 2; generation++ {
		_, err := w.RotateRefresh(t.Context(), rotation(g, generation, 0))
		require.NoError(t, err)
	}
	rotated, err := w.RotateRefresh(t.Context(), rotation(g, 2, 0))
	require.ErrorIs(t, err, store.ErrConsumed)
	require.Len(t, rotated.Revocations, 1)
	assert.Equal(t, g.ID.String(), rotated.Revocations[0].Target)
	_, err = w.RotateRefresh(t.Context(), rotation(g, 3, 0))
	require.ErrorIs(t, err, store.ErrNotFound, "the newest token is dead as well")
	rotated, err = w.RotateRefresh(t.Context(), rotation(g, 1, 0))
	require.ErrorIs(t, err, store.ErrConsumed)
	assert.Empty(t, rotated.Revocations, "it has ended already")
	assert.Equal(t, 1, f.facts(t, domain.RevokeGrant, g.ID.String()))
	assert.Equal(t, 1, f.events(t, "grant.refresh_token_reuse", "failure", g.ID.String()))
	assert.Equal(t, 2, f.events(t, "grant.refresh", "success", g.ID.String()))
	kept, err := w.Grant(t.Context(), g.ID)
	require.NoError(t, err)
	assert.Equal(t, store.CauseTokenReuse, kept.RevocationCause)
}

func retryWithinGrace(t *testing.T, f *Fixture) {
	w := f.A.Workspace
	g := f.grant(t, w, false)
	_, err := w.RotateRefresh(t.Context(), rotation(g, 1, 10*time.Second))
	require.NoError(t, err)
	f.Clock.Advance(9 * time.Second)
	for range 3 {
		rotated, err := w.RotateRefresh(t.Context(), rotation(g, 1, 10*time.Second))
		require.NoError(t, err)
		assert.True(t, rotated.Retry)
		assert.Equal(t, int64(2), rotated.Generation)
		assert.Equal(t, UserID, rotated.User.UserID)
	}
	rotated, err := w.RotateRefresh(t.Context(), rotation(g, 2, 10*time.Second))
	require.NoError(t, err, "the successor that the retries got is the one that works")
	assert.Equal(t, int64(3), rotated.Generation)
}

func retryAfterGrace(t *testing.T, f *Fixture) {
	w := f.A.Workspace
	g := f.grant(t, w, false)
	_, err := w.RotateRefresh(t.Context(), rotation(g, 1, 10*time.Second))
	require.NoError(t, err)
	f.Clock.Advance(10 * time.Second)
	_, err = w.RotateRefresh(t.Context(), rotation(g, 1, 10*time.Second))
	require.ErrorIs(t, err, store.ErrConsumed)
	_, err = w.RotateRefresh(t.Context(), rotation(g, 2, 10*time.Second))
	require.ErrorIs(t, err, store.ErrNotFound)
}

func retryOfUsedSuccessor(t *testing.T, f *Fixture) {
	w := f.A.Workspace
	g := f.grant(t, w, false)
	for generation := int64(1); generation <= 2; generation++ {
		_, err := w.RotateRefresh(t.Context(), rotation(g, generation, 10*time.Second))
		require.NoError(t, err)
	}
	_, err := w.RotateRefresh(t.Context(), rotation(g, 1, 10*time.Second))
	require.ErrorIs(t, err, store.ErrConsumed)
	assert.Equal(t, 1, f.facts(t, domain.RevokeGrant, g.ID.String()))
}

// slowClockMakesNoRetry: the process that gets the second use may be behind the
// one that had the first.
func slowClockMakesNoRetry(t *testing.T, f *Fixture) {
	w := f.A.Workspace
	g := f.grant(t, w, false)
	f.Clock.Advance(time.Second)
	_, err := w.RotateRefresh(t.Context(), rotation(g, 1, 0))
	require.NoError(t, err)
	f.Clock.Advance(-time.Second)
	_, err = w.RotateRefresh(t.Context(), rotation(g, 1, 0))
	require.ErrorIs(t, err, store.ErrConsumed)
}

func parallelRefreshesWithoutGrace(t *testing.T, f *Fixture) {
	w := f.A.Workspace
	g := f.grant(t, w, false)
	errs := make([]error, 50)
	parallel(len(errs), func(i int) { _, errs[i] = w.RotateRefresh(t.Context(), rotation(g, 1, 0)) })
	requireOneSuccess(t, errs)
	kept, err := w.Grant(t.Context(), g.ID)
	require.NoError(t, err)
	assert.False(t, kept.Live(f.Clock.Now()))
	assert.Equal(t, int64(2), kept.Generation)
	assert.Equal(t, 1, f.facts(t, domain.RevokeGrant, g.ID.String()))
	assert.Equal(t, 1, f.events(t, "grant.refresh_token_reuse", "failure", g.ID.String()))
}

func parallelRefreshesWithinGrace(t *testing.T, f *Fixture) {
	w := f.A.Workspace
	g := f.grant(t, w, false)
	for generation := int64(1); generation <= 4; generation++ {
		var mu sync.Mutex
		first := 0
		errs := make([]error, 50)
		parallel(len(errs), func(i int) {
			rotated, err := w.RotateRefresh(t.Context(), rotation(g, generation, 10*time.Second))
			errs[i] = err
			mu.Lock()
			defer mu.Unlock()
			if err == nil && rotated.Generation != generation+1 {
				errs[i] = errors.New("a fork")
			}
			if err == nil && !rotated.Retry {
				first++
			}
		})
		for _, err := range errs {
			require.NoError(t, err)
		}
		require.Equal(t, 1, first)
	}
	assert.Zero(t, f.facts(t, domain.RevokeGrant, g.ID.String()))
	assert.Equal(t, 4, f.events(t, "grant.refresh", "success", g.ID.String()))
}

func refreshByAnotherClient(t *testing.T, f *Fixture) {
	w := f.A.Workspace
	g := f.grant(t, w, false)
	_, err := w.RotateRefresh(t.Context(), rotation(g, 1, 0))
	require.NoError(t, err)
	for _, generation := range []int64{1, 2} {
		theft := rotation(g, generation, 0)
		theft.ClientID = OtherClientID
		f.Intact(t, func() {
			_, err = w.RotateRefresh(t.Context(), theft)
			require.ErrorIs(t, err, store.ErrNotFound)
		})
	}
	_, err = w.RotateRefresh(t.Context(), rotation(g, 2, 0))
	require.NoError(t, err)
}

// refreshBoundToAKey: without the key a token of the family does nothing at all,
// not even a used one, which else would end it.
func refreshBoundToAKey(t *testing.T, f *Fixture) {
	w := f.A.Workspace
	const grace = 10 * time.Second
	shown := func(g domain.Grant, generation int64, key map[string]string) store.Rotation {
		r := rotation(g, generation, grace)
		r.KeyBound, r.Confirmation = true, key
		return r
	}
	g := f.grant(t, w, false)
	mine := map[string]string{"jkt": "thumb"}
	strangers := []map[string]string{nil, {}, {"jkt": "other"}, {"x5t#S256": "thumb"}, {"jkt": "thumb", "x5t#S256": "thumb"}}
	refused := func(generations ...int64) {
		t.Helper()
		f.Intact(t, func() {
			for _, key := range strangers {
				for _, generation := range generations {
					rotated, err := w.RotateRefresh(t.Context(), shown(g, generation, key))
					require.ErrorIs(t, err, store.ErrNotFound)
					require.Equal(t, store.Rotated{OtherKey: true}, rotated)
				}
			}
		})
	}
	refused(1)
	_, err := w.RotateRefresh(t.Context(), shown(g, 1, mine))
	require.NoError(t, err)
	refused(1, 2)
	rotated, err := w.RotateRefresh(t.Context(), shown(g, 1, mine))
	require.NoError(t, err)
	assert.True(t, rotated.Retry)
	rotated, err = w.RotateRefresh(t.Context(), shown(g, 2, mine))
	require.NoError(t, err)
	assert.Equal(t, mine, rotated.Grant.Confirmation)
	refused(1, 2, 3)
	_, err = w.RotateRefresh(t.Context(), rotation(g, 3, grace))
	require.NoError(t, err, "a client that proves itself otherwise need not show the key")
	_, err = w.RotateRefresh(t.Context(), shown(g, 1, mine))
	require.ErrorIs(t, err, store.ErrConsumed)

	bearer := f.redemption(f.startSession(t, w))
	bearer.Confirmation = nil
	redeemed, err := w.RedeemCode(t.Context(), bearer)
	require.NoError(t, err)
	for generation, key := range strangers {
		_, err = w.RotateRefresh(t.Context(), shown(redeemed.Grant, int64(generation)+1, key))
		require.NoError(t, err, "a family that is bound to nothing is for its bearer")
	}
}

func refreshOfWhoIsNotLive(t *testing.T, f *Fixture) {
	w := f.A.Workspace
	for name, end := range f.ends(t) {
		t.Run(name, func(t *testing.T) {
			s := f.startSession(t, w)
			r := f.redemption(s)
			r.SessionBound = true
			redeemed, err := w.RedeemCode(t.Context(), r)
			require.NoError(t, err)
			_, err = w.RotateRefresh(t.Context(), rotation(redeemed.Grant, 1, time.Hour))
			require.NoError(t, err)
			end(s)
			f.Intact(t, func() {
				for _, generation := range []int64{1, 2} {
					_, err = w.RotateRefresh(t.Context(), rotation(redeemed.Grant, generation, time.Hour))
					require.ErrorIs(t, err, store.ErrNotFound)
				}
			})
			f.restore(t)
			_, err = w.RotateRefresh(t.Context(), rotation(redeemed.Grant, 2, time.Hour))
			require.NoError(t, err, "an outage of the user is not a reuse of the token")
		})
	}
	t.Run("unknown grant", func(t *testing.T) {
		_, err := w.RotateRefresh(t.Context(), rotation(domain.Grant{ID: uuid.New(), ClientID: ClientID}, 1, 0))
		require.ErrorIs(t, err, store.ErrNotFound)
	})
	t.Run("generation that was never made", func(t *testing.T) {
		g := f.grant(t, w, false)
		_, err := w.RotateRefresh(t.Context(), rotation(g, 7, 0))
		require.ErrorIs(t, err, store.ErrNotFound)
	})
}

func refreshTokenEnds(t *testing.T, f *Fixture) {
	w := f.A.Workspace
	idle := f.grant(t, w, false)
	f.Clock.Advance(time.Hour)
	_, err := w.RotateRefresh(t.Context(), rotation(idle, 1, 0))
	require.ErrorIs(t, err, store.ErrNotFound, "idle for an hour")

	aged := f.grant(t, w, false)
	for generation := int64(1); generation <= 3; generation++ {
		f.Clock.Advance(55 * minute)
		_, err = w.RotateRefresh(t.Context(), rotation(aged, generation, 0))
		require.NoError(t, err)
	}
	kept, err := w.Grant(t.Context(), aged.ID)
	require.NoError(t, err)
	assert.Equal(t, kept.MaxEndsAt, kept.ExpiresAt, "the idle end never passes the absolute end")
	f.Clock.Advance(15 * minute)
	_, err = w.RotateRefresh(t.Context(), rotation(aged, 4, 0))
	require.ErrorIs(t, err, store.ErrNotFound, "three hours old, though used all the time")

	none := f.redemption(f.startSession(t, w))
	none.RefreshTTL, none.MaxTTL = 0, 0
	_, err = w.RedeemCode(t.Context(), none)
	require.NoError(t, err)
	_, err = w.RotateRefresh(t.Context(), rotation(domain.Grant{ID: none.GrantID, ClientID: ClientID}, 1, 0))
	require.ErrorIs(t, err, store.ErrNotFound, "a grant without refresh tokens has none to use")
}

func sessionBoundGrantsEnd(t *testing.T, f *Fixture) {
	w := f.A.Workspace
	s := f.startSession(t, w)
	bound, offline := f.redemption(s), f.redemption(s)
	bound.SessionBound = true
	for _, r := range []store.Redemption{bound, offline} {
		_, err := w.RedeemCode(t.Context(), r)
		require.NoError(t, err)
	}
	_, err := w.EndSession(t.Context(), s.ID, Event("logout"))
	require.NoError(t, err)
	_, err = w.RotateRefresh(t.Context(), rotation(domain.Grant{ID: bound.GrantID, ClientID: ClientID}, 1, 0))
	require.ErrorIs(t, err, store.ErrNotFound)
	_, err = w.RotateRefresh(t.Context(), rotation(domain.Grant{ID: offline.GrantID, ClientID: ClientID}, 1, 0))
	require.NoError(t, err, "offline access outlives the session")
}

func revokedGrantStaysRevoked(t *testing.T, f *Fixture) {
	w := f.A.Workspace
	g := f.grant(t, w, false)
	_, err := w.RevokeGrant(t.Context(), g.ID, OtherClientID, "revoked", Event("grant.revoke"))
	require.ErrorIs(t, err, store.ErrNotFound)
	ended, err := w.RevokeGrant(t.Context(), g.ID, ClientID, "revoked", Event("grant.revoke"))
	require.NoError(t, err)
	require.Len(t, ended, 1)
	assert.Equal(t, g.ID.String(), ended[0].Target)
	_, err = w.RevokeGrant(t.Context(), g.ID, "", "again", Event("grant.revoke"))
	require.ErrorIs(t, err, store.ErrNotFound)
	kept, err := w.Grant(t.Context(), g.ID)
	require.NoError(t, err)
	assert.Equal(t, "revoked", kept.RevocationCause)
	_, err = w.RotateRefresh(t.Context(), rotation(g, 1, time.Hour))
	require.ErrorIs(t, err, store.ErrNotFound)

	other := f.grant(t, w, false)
	_, err = w.RevokeGrant(t.Context(), other.ID, "", "by an administrator", Event("grant.revoke"))
	require.NoError(t, err, "an administrator need not name the client")
}

func grantsAreListed(t *testing.T, f *Fixture) {
	w := f.A.Workspace
	var want []uuid.UUID
	for range 5 {
		f.Clock.Advance(minute)
		want = append([]uuid.UUID{f.grant(t, w, false).ID}, want...)
	}
	var got []uuid.UUID
	p := store.Page{Limit: 2}
	for {
		list, err := w.Grants(t.Context(), p, store.GrantFilter{UserID: UserID, ClientID: ClientID})
		require.NoError(t, err)
		for _, g := range list.Items {
			got = append(got, g.ID)
		}
		if p.Cursor = list.NextCursor; p.Cursor == "" {
			break
		}
	}
	assert.Equal(t, want, got)
	for _, filter := range []store.GrantFilter{{UserID: OtherUserID}, {ClientID: OtherClientID}} {
		list, err := w.Grants(t.Context(), store.Page{Limit: 10}, filter)
		require.NoError(t, err)
		assert.Empty(t, list.Items)
	}
}

func grantIsolation() []Isolation {
	return []Isolation{
		{"Workspace.RedeemCode", func(t *testing.T, f *Fixture) {
			r := f.redemption(f.startSession(t, f.A.Workspace))
			_, err := f.A.Workspace.RedeemCode(t.Context(), r)
			require.NoError(t, err)
			session := f.startSession(t, f.B.Workspace)
			f.Intact(t, func() {
				theirs := r
				theirs.GrantID = uuid.Must(uuid.NewV7())
				_, err := f.B.Workspace.RedeemCode(t.Context(), theirs)
				require.ErrorIs(t, err, store.ErrNotFound, "the session is the other side's")
				theirs.GrantID, theirs.CodeHash, theirs.Code.SessionID = r.GrantID, hash(), session.ID
				_, err = f.B.Workspace.RedeemCode(t.Context(), theirs)
				require.NoError(t, err, "even the same grant id is another grant here")
			})
		}},
		{"Workspace.EndGrantOfCode", func(t *testing.T, f *Fixture) {
			r := f.redemption(f.startSession(t, f.A.Workspace))
			_, err := f.A.Workspace.RedeemCode(t.Context(), r)
			require.NoError(t, err)
			f.Intact(t, func() {
				ended, err := f.B.Workspace.EndGrantOfCode(t.Context(), r.CodeHash, ClientID, Event("x"))
				require.NoError(t, err)
				require.Empty(t, ended)
			})
		}},
		{"Workspace.RotateRefresh", func(t *testing.T, f *Fixture) {
			g := f.grant(t, f.A.Workspace, false)
			_, err := f.A.Workspace.RotateRefresh(t.Context(), rotation(g, 1, 0))
			require.NoError(t, err)
			f.Intact(t, func() {
				for _, generation := range []int64{1, 2} {
					_, err := f.B.Workspace.RotateRefresh(t.Context(), rotation(g, generation, 0))
					require.ErrorIs(t, err, store.ErrNotFound)
				}
			})
		}},
		{"Workspace.RevokeGrant", func(t *testing.T, f *Fixture) {
			g := f.grant(t, f.A.Workspace, false)
			f.Intact(t, func() {
				_, err := f.B.Workspace.RevokeGrant(t.Context(), g.ID, "", "x", Event("x"))
				require.ErrorIs(t, err, store.ErrNotFound)
			})
		}},
		{"Workspace.Grant", func(t *testing.T, f *Fixture) {
			g := f.grant(t, f.A.Workspace, false)
			f.Intact(t, func() {
				_, err := f.B.Workspace.Grant(t.Context(), g.ID)
				require.ErrorIs(t, err, store.ErrNotFound)
			})
		}},
		{"Workspace.Grants", func(t *testing.T, f *Fixture) {
			f.grant(t, f.A.Workspace, false)
			f.Intact(t, func() {
				list, err := f.B.Workspace.Grants(t.Context(), store.Page{Limit: 100}, store.GrantFilter{})
				require.NoError(t, err)
				require.Empty(t, list.Items)
			})
		}},
	}
}
