package clientauth

import (
	"context"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/tenancy"
)

// one is a directory of one workspace, whatever it is asked for.
type one struct{ domain.Workspace }

func (one) FindTenant(context.Context, string) (domain.Tenant, error) {
	return domain.Tenant{}, tenancy.ErrNotFound
}

func (o one) FindWorkspace(context.Context, string, string) (domain.Tenant, domain.Workspace, error) {
	return domain.Tenant{ID: o.TenantID, TID: "acme", State: domain.StateActive}, o.Workspace, nil
}

func workspaceOf(t *testing.T, id uuid.UUID, version int64, roots string) tenancy.Workspace {
	t.Helper()
	record := domain.Workspace{ID: id, TenantID: uuid.New(), AID: "default", State: domain.StateActive, Version: version}
	record.Settings.TLSClientAuthRootCAs = roots
	w, err := tenancy.NewResolver(one{record}, "https://id.example").Workspace(t.Context(), "acme", "default")
	require.NoError(t, err)
	return w
}

func TestAuthoritiesAreParsedOncePerVersion(t *testing.T) {
	k, id := newTrust(), uuid.New()
	first := k.of(workspaceOf(t, id, 1, ""))
	require.ErrorContains(t, first.fault, "no tls_client_auth_root_cas")
	require.Same(t, first, k.of(workspaceOf(t, id, 1, "")), "no request parses what has not changed")
	second := k.of(workspaceOf(t, id, 2, "nonsense"))
	require.ErrorContains(t, second.fault, "not PEM", "a change holds at once")
	require.Same(t, second, k.of(workspaceOf(t, id, 2, "nonsense")))
	require.NotSame(t, second, k.of(workspaceOf(t, uuid.New(), 2, "nonsense")), "each workspace has its own")
}

func TestParsedAuthoritiesAreBounded(t *testing.T) {
	k := newTrust()
	large := strings.Repeat("x", 1<<20)
	for range 40 {
		k.of(workspaceOf(t, uuid.New(), 1, large))
	}
	require.Len(t, k.kept, 16)
	require.Equal(t, maxTrustBytes, k.bytes)
	id := uuid.New()
	for version := range int64(40) {
		k.of(workspaceOf(t, id, version, large))
	}
	require.Equal(t, maxTrustBytes, k.bytes, "what replaces another takes its place")
	for range maxTrusted + 10 {
		k.of(workspaceOf(t, uuid.New(), 1, ""))
	}
	require.Len(t, k.kept, maxTrusted)
}
