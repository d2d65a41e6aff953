package storetest

import (
	"testing"

	"github.com/google/uuid"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/pkg/tenancy"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func baseCases() []Case {
	return []Case{
		{"ZeroHandlesPanic", zeroHandlesPanic},
		{"BatchesSucceedOrFailAsAWhole", batchesAreAtomic},
		{"TransactionsSucceedOrFailAsAWhole", transactionsAreAtomic},
		{"FaultsAreNoVerdicts", faultsAreNoVerdicts},
		{"DatabaseAnswers", databaseAnswers},
	}
}

func zeroHandlesPanic(t *testing.T, f *Fixture) {
	assert.Panics(t, func() { f.Store.Workspace(tenancy.Workspace{}) })
	assert.Panics(t, func() { f.Store.Tenant(tenancy.Tenant{}) })
	assert.Panics(t, func() { _, _ = store.Workspace{}.Keys(t.Context()) })
	assert.Panics(t, func() { _, _ = store.Tenant{}.Get(t.Context()) })
}

// batchesAreAtomic: the last statement fails, and the first has not happened.
func batchesAreAtomic(t *testing.T, f *Fixture) {
	w := f.A.Workspace
	bad := f.key("bad")
	bad.PublicJWK = nil // NOT NULL
	f.Intact(t, func() {
		require.Error(t, w.PutKeys(t.Context(), []domain.SigningKey{f.key("good"), bad}, Event("key.rotate")))
	})
}

func transactionsAreAtomic(t *testing.T, f *Fixture) {
	w := f.A.Workspace
	f.startSession(t, w)
	f.Intact(t, func() {
		u, err := w.User(t.Context(), UserID)
		require.NoError(t, err)
		// The user is disabled and their sessions end before the login is refused.
		u.Disabled, u.Email = true, OtherUserID+"@example.com"
		_, _, err = w.UpdateUser(t.Context(), u, Event("user.update"))
		requireConflict(t, err, "email")
	})
}

// faultsAreNoVerdicts: when the database cannot be asked, nothing is unknown,
// used or in conflict, and nothing ends.
func faultsAreNoVerdicts(t *testing.T, f *Fixture) {
	r := f.redemption(f.startSession(t, f.A.Workspace))
	redeemed, err := f.A.Workspace.RedeemCode(t.Context(), r)
	require.NoError(t, err)
	broken := f.DB.Open(t, store.Config{Now: f.Clock.Now})
	w := broken.Workspace(f.A.WorkspaceHandle)
	require.NoError(t, broken.Close())
	f.Intact(t, func() {
		_, redeem := w.RedeemCode(t.Context(), r)
		_, rotate := w.RotateRefresh(t.Context(), rotation(redeemed.Grant, 1, 0))
		_, user := w.User(t.Context(), UserID)
		_, session := w.Standing(t.Context(), hash(), "")
		_, ended := w.EndSession(t.Context(), uuid.New(), Event("logout"))
		for _, err := range []error{redeem, rotate, user, session, ended} {
			require.Error(t, err)
			for _, verdict := range []error{store.ErrNotFound, store.ErrConflict, store.ErrConsumed} {
				require.NotErrorIs(t, err, verdict)
			}
		}
	})
	_, err = f.A.Workspace.RotateRefresh(t.Context(), rotation(redeemed.Grant, 1, 0))
	require.NoError(t, err)
}

func databaseAnswers(t *testing.T, f *Fixture) {
	require.NoError(t, f.Store.Ping(t.Context()))
	require.NoError(t, f.Store.CheckSchema(t.Context()))
	_, err := f.Store.ClockOffset(t.Context())
	require.NoError(t, err)
}
