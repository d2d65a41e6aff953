package storetest

import (
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func codeCases() []Case {
	return []Case{
		{"CodeGivesAGrantInOneRoundTrip", codeGivesAGrant},
		{"CodeCannotBeRedeemedTwice", codeCannotBeRedeemedTwice},
		{"PruningNeverLetsACodeBeRedeemedAgain", pruningKeepsCodes},
		{"CodeReplayByAnotherClientChangesNothing", codeReplayByAnotherClient},
		{"ParallelRedemptionsGiveOneGrantAndEndIt", parallelRedemptions},
		{"CodeOfWhoIsNotLiveIsBurnt", codeOfWhoIsNotLive},
		{"CodeWithoutPayloadStillEndsItsGrant", codeWithoutPayload},
	}
}

func codeGivesAGrant(t *testing.T, f *Fixture) {
	w := f.A.Workspace
	f.grant(t, w, false) // the statements are prepared by now
	r := f.redemption(f.startSession(t, w))
	var redeemed store.Redeemed
	var err error
	if f.DB.Postgres() {
		// The pool may answer from a connection that has not seen the statements.
		redeemed, err = w.RedeemCode(t.Context(), r)
	} else {
		assert.Equal(t, 1, f.Trips.Of(func() { redeemed, err = w.RedeemCode(t.Context(), r) }))
	}
	require.NoError(t, err)
	assert.Equal(t, UserID, redeemed.User.UserID)
	assert.Equal(t, UserID+"@example.com", redeemed.User.Email)
	assert.Empty(t, redeemed.Revocations)
	kept, err := w.Grant(t.Context(), r.GrantID)
	require.NoError(t, err)
	assert.Equal(t, kept, redeemed.Grant)
	assert.Equal(t, r.Code.Scope, kept.Scope)
	assert.Equal(t, r.Code.SessionID, kept.SessionID)
	assert.Equal(t, r.Confirmation, kept.Confirmation)
	assert.Equal(t, int64(1), kept.Generation)
	assert.True(t, kept.Live(f.Clock.Now()))
	assert.Equal(t, 1, f.events(t, "grant.issue", "success", r.GrantID.String()))
}

func codeCannotBeRedeemedTwice(t *testing.T, f *Fixture) {
	w := f.A.Workspace
	r := f.redemption(f.startSession(t, w))
	_, err := w.RedeemCode(t.Context(), r)
	require.NoError(t, err)
	first := r.GrantID
	for range 3 {
		r.GrantID = uuid.Must(uuid.NewV7())
		_, err = w.RedeemCode(t.Context(), r)
		require.ErrorIs(t, err, store.ErrConsumed)
		_, err = w.Grant(t.Context(), r.GrantID)
		require.ErrorIs(t, err, store.ErrNotFound, "a replay makes no grant")
	}
	g, err := w.Grant(t.Context(), first)
	require.NoError(t, err)
	assert.False(t, g.Live(f.Clock.Now()))
	assert.Equal(t, store.CauseCodeReplay, g.RevocationCause)
	assert.Equal(t, 1, f.facts(t, domain.RevokeGrant, first.String()), "one fact however many replays")
	assert.Equal(t, 1, f.events(t, "grant.code_replay", "failure", first.String()))
	_, err = w.RotateRefresh(t.Context(), rotation(g, 1, 0))
	require.ErrorIs(t, err, store.ErrNotFound)
}

// pruningKeepsCodes: a grant without refresh tokens has ended for them at once,
// while its code may still be presented.
func pruningKeepsCodes(t *testing.T, f *Fixture) {
	w := f.A.Workspace
	r := f.redemption(f.startSession(t, w))
	r.RefreshTTL, r.MaxTTL = 0, 0
	_, err := w.RedeemCode(t.Context(), r)
	require.NoError(t, err)
	f.Clock.Advance(domain.MaxCodeTTL - time.Second)
	_, err = f.Store.Platform().Prune(t.Context(), f.Clock.Now(), 100)
	require.NoError(t, err)
	r.GrantID = uuid.Must(uuid.NewV7())
	_, err = w.RedeemCode(t.Context(), r)
	require.ErrorIs(t, err, store.ErrConsumed)
}

func codeReplayByAnotherClient(t *testing.T, f *Fixture) {
	w := f.A.Workspace
	r := f.redemption(f.startSession(t, w))
	_, err := w.RedeemCode(t.Context(), r)
	require.NoError(t, err)
	replay := r
	replay.GrantID, replay.ClientID = uuid.Must(uuid.NewV7()), OtherClientID
	f.Intact(t, func() {
		_, err = w.RedeemCode(t.Context(), replay)
		require.ErrorIs(t, err, store.ErrNotFound)
		ended, err := w.EndGrantOfCode(t.Context(), r.CodeHash, OtherClientID, Event("grant.issue"))
		require.NoError(t, err)
		require.Empty(t, ended)
	})
}

func parallelRedemptions(t *testing.T, f *Fixture) {
	w := f.A.Workspace
	r := f.redemption(f.startSession(t, w))
	errs := make([]error, 50)
	var mu sync.Mutex
	var pushed []domain.Revocation
	var winner uuid.UUID
	parallel(len(errs), func(i int) {
		r := r
		r.GrantID = uuid.Must(uuid.NewV7())
		var redeemed store.Redeemed
		redeemed, errs[i] = w.RedeemCode(t.Context(), r)
		mu.Lock()
		defer mu.Unlock()
		pushed = append(pushed, redeemed.Revocations...)
		if errs[i] == nil {
			winner = r.GrantID
		}
	})
	requireOneSuccess(t, errs)
	require.Len(t, pushed, 1, "exactly one of the losers ended the grant")
	assert.Equal(t, winner.String(), pushed[0].Target)
	assert.Equal(t, f.A.ID(), pushed[0].WorkspaceID)
	g, err := w.Grant(t.Context(), winner)
	require.NoError(t, err)
	assert.False(t, g.Live(f.Clock.Now()))
	assert.Equal(t, 1, f.facts(t, domain.RevokeGrant, winner.String()))
	assert.Equal(t, 1, f.Count(t, "SELECT count(*) FROM grants WHERE workspace_id = $1", f.A.ID().String()))
}

// parallel runs n calls at the same time, no more than the store lets wait.
func parallel(n int, call func(i int)) {
	var wg sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		wg.Go(func() {
			<-start
			call(i)
		})
	}
	close(start)
	wg.Wait()
}

// requireOneSuccess: one call won, all others were told that they came second.
func requireOneSuccess(t *testing.T, errs []error) {
	t.Helper()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else {
			require.ErrorIs(t, err, store.ErrConsumed)
		}
	}
	require.Equal(t, 1, won)
}

func codeOfWhoIsNotLive(t *testing.T, f *Fixture) {
	w := f.A.Workspace
	for name, end := range f.ends(t) {
		t.Run(name, func(t *testing.T) {
			s := f.startSession(t, w)
			r := f.redemption(s)
			end(s)
			_, err := w.RedeemCode(t.Context(), r)
			require.ErrorIs(t, err, store.ErrNotFound)
			assert.Zero(t, f.events(t, "grant.issue", "success", r.GrantID.String()))
			f.restore(t)
			r.GrantID = uuid.Must(uuid.NewV7())
			_, err = w.RedeemCode(t.Context(), r)
			require.ErrorIs(t, err, store.ErrConsumed, "the code was burnt by the first attempt")
		})
	}
	t.Run("unknown user", func(t *testing.T) {
		r := f.redemption(f.startSession(t, w))
		r.Code.UserID = "usr_nobody"
		_, err := w.RedeemCode(t.Context(), r)
		require.ErrorIs(t, err, store.ErrNotFound)
	})
	t.Run("session of somebody else", func(t *testing.T) {
		r := f.redemption(f.startSession(t, w))
		r.Code.UserID = OtherUserID
		_, err := w.RedeemCode(t.Context(), r)
		require.ErrorIs(t, err, store.ErrNotFound)
	})
}

func codeWithoutPayload(t *testing.T, f *Fixture) {
	w := f.A.Workspace
	r := f.redemption(f.startSession(t, w))
	_, err := w.RedeemCode(t.Context(), r)
	require.NoError(t, err)
	ended, err := w.EndGrantOfCode(t.Context(), r.CodeHash, ClientID, Event("grant.issue"))
	require.NoError(t, err)
	require.Len(t, ended, 1)
	assert.Equal(t, r.GrantID.String(), ended[0].Target)
	assert.Equal(t, domain.RevokeGrant, ended[0].Kind)
	assert.NotZero(t, ended[0].ID)
	assert.Equal(t, f.Clock.Now(), ended[0].Before)
	g, err := w.Grant(t.Context(), r.GrantID)
	require.NoError(t, err)
	assert.False(t, g.Live(f.Clock.Now()))
	assert.Equal(t, 1, f.events(t, "grant.code_replay", "failure", r.GrantID.String()))

	for _, hash := range [][]byte{r.CodeHash, hash()} {
		ended, err = w.EndGrantOfCode(t.Context(), hash, ClientID, Event("grant.issue"))
		require.NoError(t, err)
		assert.Empty(t, ended)
	}
	assert.Equal(t, 1, f.facts(t, domain.RevokeGrant, r.GrantID.String()))
}
