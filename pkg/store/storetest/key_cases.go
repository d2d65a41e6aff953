package storetest

import (
	"testing"
	"time"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func keyCases() []Case {
	return []Case{
		{"KeysAreKeptAsGiven", keysAreKept},
		{"KeyMaterialNeverChangesAndRevocationIsForEver", keyMaterialNeverChanges},
	}
}

func (f *Fixture) key(kid string) domain.SigningKey {
	return domain.SigningKey{
		KID: kid, Alg: "ES256", PublicJWK: []byte(`{"kid": "` + kid + `", "use": "sig"}`), Sealed: []byte{1, 0, 255},
		CreatedAt: f.Clock.Now(), ActivatesAt: f.Clock.Now().Add(time.Hour),
	}
}

func keysAreKept(t *testing.T, f *Fixture) {
	w := f.A.Workspace
	first := f.key("first")
	f.Clock.Advance(minute)
	second := f.key("second")
	require.NoError(t, w.PutKeys(t.Context(), []domain.SigningKey{second, first}, Event("key.rotate")))
	keys, err := w.Keys(t.Context())
	require.NoError(t, err)
	require.Len(t, keys, 2)
	for i, want := range []domain.SigningKey{first, second} {
		assert.JSONEq(t, string(want.PublicJWK), string(keys[i].PublicJWK))
		keys[i].PublicJWK = want.PublicJWK
		assert.Equal(t, want, keys[i])
	}
	assert.Equal(t, 1, f.Count(t, "SELECT count(*) FROM audit_events WHERE workspace_id = $1 AND action = 'key.rotate'", f.A.ID().String()))
}

func keyMaterialNeverChanges(t *testing.T, f *Fixture) {
	w := f.A.Workspace
	k := f.key("k")
	require.NoError(t, w.PutKeys(t.Context(), []domain.SigningKey{k}, Event("key.rotate")))
	changed := k
	changed.Sealed, changed.PublicJWK, changed.Alg = []byte{9}, []byte(`{"kid":"evil"}`), "RS256"
	changed.RetiresAt, changed.RevokedAt = f.Clock.Now().Add(2*time.Hour), f.Clock.Now()
	require.NoError(t, w.PutKeys(t.Context(), []domain.SigningKey{changed}, Event("key.rotate")))
	revived := k
	revived.RetiresAt = f.Clock.Now().Add(3 * time.Hour)
	require.NoError(t, w.PutKeys(t.Context(), []domain.SigningKey{revived}, Event("key.rotate")))
	keys, err := w.Keys(t.Context())
	require.NoError(t, err)
	require.Len(t, keys, 1)
	assert.Equal(t, k.Sealed, keys[0].Sealed)
	assert.Equal(t, k.Alg, keys[0].Alg)
	assert.JSONEq(t, string(k.PublicJWK), string(keys[0].PublicJWK))
	assert.Equal(t, revived.RetiresAt, keys[0].RetiresAt)
	assert.Equal(t, changed.RevokedAt, keys[0].RevokedAt)
}

func keyIsolation() []Isolation {
	return []Isolation{
		{"Workspace.Keys", func(t *testing.T, f *Fixture) {
			require.NoError(t, f.A.Workspace.PutKeys(t.Context(), []domain.SigningKey{f.key("k")}, Event("x")))
			f.Intact(t, func() {
				keys, err := f.B.Workspace.Keys(t.Context())
				require.NoError(t, err)
				require.Empty(t, keys)
			})
		}},
		{"Workspace.PutKeys", func(t *testing.T, f *Fixture) {
			require.NoError(t, f.A.Workspace.PutKeys(t.Context(), []domain.SigningKey{f.key("k")}, Event("x")))
			f.Intact(t, func() {
				theirs := f.key("k")
				theirs.RevokedAt, theirs.Sealed = f.Clock.Now(), []byte{7}
				require.NoError(t, f.B.Workspace.PutKeys(t.Context(), []domain.SigningKey{theirs}, Event("x")))
			})
		}},
	}
}

func revocationCases() []Case {
	return []Case{{"RevocationIsAFactWithAnEnd", revocationIsAFact}}
}

func revocationIsAFact(t *testing.T, f *Fixture) {
	w := f.A.Workspace
	first, err := w.Revoke(t.Context(), domain.Revocation{Kind: domain.RevokeJTI, Target: "jti-1", ExpiresAt: f.Clock.Now().Add(time.Hour)}, Event("token.revoke"))
	require.NoError(t, err)
	assert.Equal(t, f.A.ID(), first.WorkspaceID)
	assert.Equal(t, f.Clock.Now(), first.Before)
	assert.Equal(t, f.Clock.Now().Add(time.Hour), first.ExpiresAt)
	second, err := w.Revoke(t.Context(), domain.Revocation{Kind: domain.RevokeClient, Target: ClientID}, Event("token.revoke"))
	require.NoError(t, err)
	assert.Greater(t, second.ID, first.ID)
	assert.False(t, second.ExpiresAt.Before(f.Clock.Now().Add(domain.MaxAccessTokenTTL)), "remembered for as long as anything it ends can live")
	assert.Equal(t, 2, f.Count(t, "SELECT count(*) FROM audit_events WHERE workspace_id = $1 AND action = 'token.revoke'", f.A.ID().String()))
}

func revocationIsolation() []Isolation {
	return []Isolation{{"Workspace.Revoke", func(t *testing.T, f *Fixture) {
		f.grant(t, f.A.Workspace, false)
		f.Intact(t, func() {
			r, err := f.B.Workspace.Revoke(t.Context(), domain.Revocation{WorkspaceID: f.A.ID(), Kind: domain.RevokeUser, Target: UserID}, Event("x"))
			require.NoError(t, err)
			require.Equal(t, f.B.ID(), r.WorkspaceID, "the handle decides whose fact it is")
		})
	}}}
}
