package storetest

import (
	"testing"
	"time"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/stretchr/testify/require"
)

// selfCheckInA makes what a self-check of A's workspace makes, and a client and a
// user of A's own beside it whose names are like theirs.
func (f *Fixture) selfCheckInA(t *testing.T) (clientID, userID string) {
	t.Helper()
	clientID, userID = domain.SelfCheckClientPrefix+"x", domain.SelfCheckUserPrefix+"x"
	for _, c := range []domain.Client{
		{ClientID: clientID, BuiltIn: true, TokenEndpointAuthMethod: oauth.MethodNone},
		{ClientID: domain.SelfCheckClientPrefix + "own", TokenEndpointAuthMethod: oauth.MethodNone},
		{ClientID: "selfcheckXown", BuiltIn: true, TokenEndpointAuthMethod: oauth.MethodNone},
	} {
		_, err := f.A.Workspace.CreateClient(t.Context(), c, Event("x"))
		require.NoError(t, err)
	}
	for _, id := range []string{userID, domain.UserIDPrefix + "selfcheckXown"} {
		_, err := f.A.Workspace.CreateUser(t.Context(), domain.User{UserID: id, Username: id}, Event("x"))
		require.NoError(t, err)
	}
	return clientID, userID
}

func partiesOfASelfCheck(t *testing.T, f *Fixture) {
	clientID, userID := f.selfCheckInA(t)
	ctx, now := t.Context(), f.Clock.Now()
	clients, users, err := f.A.Workspace.SelfCheckParties(ctx, now.Add(time.Second))
	require.NoError(t, err)
	require.Equal(t, []string{clientID}, clients)
	require.Equal(t, []string{userID}, users)
	clients, users, err = f.A.Workspace.SelfCheckParties(ctx, now.Add(-time.Second))
	require.NoError(t, err)
	require.Empty(t, clients, "what was made since may be in use")
	require.Empty(t, users)

	page := store.Page{Limit: store.MaxPage}
	listed, err := f.A.Workspace.Clients(ctx, page)
	require.NoError(t, err)
	people, err := f.A.Workspace.Users(ctx, page)
	require.NoError(t, err)
	var ids []string
	for _, c := range listed.Items {
		ids = append(ids, c.ClientID)
	}
	for _, u := range people.Items {
		ids = append(ids, u.UserID)
	}
	require.NotContains(t, ids, clientID)
	require.NotContains(t, ids, userID)
	require.Contains(t, ids, domain.SelfCheckClientPrefix+"own")
	require.Contains(t, ids, "selfcheckXown")
	require.Contains(t, ids, domain.UserIDPrefix+"selfcheckXown")
	_, err = f.A.Workspace.Client(ctx, clientID)
	require.NoError(t, err, "its requests find it")
}
