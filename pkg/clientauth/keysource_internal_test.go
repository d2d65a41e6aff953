package clientauth

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/egress"
	"github.com/signet-authz/signet/pkg/tenancy"
)

type oneWorkspace struct{}

func (oneWorkspace) FindTenant(context.Context, string) (domain.Tenant, error) {
	return domain.Tenant{}, tenancy.ErrNotFound
}

func (oneWorkspace) FindWorkspace(_ context.Context, tid, aid string) (domain.Tenant, domain.Workspace, error) {
	t := domain.Tenant{ID: uuid.New(), TID: tid, State: domain.StateActive}
	return t, domain.Workspace{ID: uuid.New(), TenantID: t.ID, AID: aid, State: domain.StateActive}, nil
}

// However many sets there are and however large, what is kept is bounded.
func TestKeySetsAreKeptWithinBounds(t *testing.T) {
	w, err := tenancy.NewResolver(oneWorkspace{}, "https://id.example").Workspace(t.Context(), "acme", "default")
	require.NoError(t, err)
	out, err := egress.New(egress.Config{})
	require.NoError(t, err)
	t.Cleanup(out.Close)
	s := NewKeySource(KeySourceDeps{Egress: out, Now: time.Now})
	large := make([]byte, 60<<10)
	for i := range 2 * inlineBytes / len(large) {
		_, err := s.Keys(t.Context(), KeySet{Workspace: w, ClientID: string(rune('a' + i)), JWKS: large})
		require.Error(t, err)
	}
	s.inline.CleanUp()
	require.LessOrEqual(t, s.inline.WeightedSize(), uint64(inlineBytes))
	require.NotZero(t, s.inline.WeightedSize())

	r := s.of(KeySet{Workspace: w, ClientID: "app", URI: "https://keys.example/"})
	weight := func() int {
		s.remote.CleanUp()
		return int(s.remote.WeightedSize())
	}
	require.Equal(t, setOverhead, weight())
	r.size.Store(1000)
	r.weigh()
	require.Equal(t, setOverhead+1000, weight(), "a set weighs what was fetched")
	s.remote.Invalidate(r.origin)
	r.weigh()
	require.Zero(t, weight(), "a set that has left stays away")
}
