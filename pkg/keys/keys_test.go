package keys

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/tenancy"
	"github.com/stretchr/testify/require"
)

// start is when the tests' clocks begin.
var start = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

// directory knows one tenant with as many workspaces as are asked for, each of
// the profile.
type directory struct {
	tenant  domain.Tenant
	profile domain.Profile
	mu      sync.Mutex
	known   map[string]domain.Workspace
}

func (d *directory) FindTenant(context.Context, string) (domain.Tenant, error) { return d.tenant, nil }

func (d *directory) FindWorkspace(_ context.Context, _, aid string) (domain.Tenant, domain.Workspace, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	w, ok := d.known[aid]
	if !ok {
		w = domain.Workspace{ID: uuid.New(), TenantID: d.tenant.ID, AID: aid, State: domain.StateActive, Settings: domain.DefaultSettings(d.profile)}
		d.known[aid] = w
	}
	return d.tenant, w, nil
}

func workspaceOf(t testing.TB, profile domain.Profile) tenancy.Workspace {
	t.Helper()
	d := &directory{
		tenant:  domain.Tenant{ID: uuid.New(), TID: "acme", State: domain.StateActive},
		profile: profile, known: map[string]domain.Workspace{},
	}
	w, err := tenancy.NewResolver(d, "https://id.example").Workspace(t.Context(), "acme", "default")
	require.NoError(t, err)
	return w
}

func workspace(t testing.TB) tenancy.Workspace { return workspaceOf(t, domain.ProfileDefault) }

func root(t testing.TB) *Root {
	t.Helper()
	r, err := ParseRoot([]string{GenerateRoot()})
	require.NoError(t, err)
	return r
}

// oneRSA is made once, as RSA keys take long.
var oneRSA = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, rsaBits) })

func material(t testing.TB, alg string) Material {
	t.Helper()
	a, ok := algorithmOf(alg)
	require.True(t, ok)
	if a.kty == ktyRSA {
		private, err := oneRSA()
		require.NoError(t, err)
		return Material{alg: a, private: private}
	}
	m, err := newMaterial(a)
	require.NoError(t, err)
	return m
}

// key is a key that signs from the start of the clock.
func key(t testing.TB, r *Root, w tenancy.Workspace, alg string) domain.SigningKey {
	t.Helper()
	k, err := r.SealKey(w.ID(), material(t, alg), start, start)
	require.NoError(t, err)
	return k
}

func open(t testing.TB, r *Root, w tenancy.Workspace, ks ...domain.SigningKey) *Ring {
	t.Helper()
	g, err := r.OpenRing(w, ks)
	require.NoError(t, err)
	return g
}

var ringAlgs = []string{oauth.ES256, oauth.ES384, oauth.RS256, oauth.PS256, oauth.Ed25519}
