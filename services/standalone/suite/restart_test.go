package suite_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/services/standalone/suite/internal/party"
	"github.com/signet-authz/signet/services/standalone/suite/internal/target"
)

// RT-03, F-01: a standalone keeps in its database all that must last, and
// forgets with its in-process Redis only the flows in hand.
func TestRestartCostsOnlyTheFlowsInHand(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	tg, stop := inProcess(t, target.Options{Name: "before", Data: data})
	n := party.Register(t, tg)
	w := n.Default()
	user := w.NewUser(t)
	app, opaque := w.NewApp(t, nil), w.NewApp(t, map[string]any{"access_token_format": "opaque", "trusted": true})
	b := w.Browser(t)
	r := app.Authorize()
	code := r.Code(t, b, user)
	tokens := party.ReadTokens(t, r.Redeem(t, code))
	sealed := opaque.Authorize().Tokens(t, b, user)
	ended := app.Authorize().Tokens(t, b, user)
	require.Equal(t, http.StatusOK, app.Revoke(t, ended.Access).Status)
	reused := app.Authorize().Tokens(t, b, user)
	successor := party.ReadTokens(t, app.Refresh(t, reused.Refresh))
	inHand, pending := app.Authorize("prompt", "login").Open(t, b), app.Authorize()
	unredeemed := pending.ReadCode(t, pending.Open(t, b))
	published := kids(keysAt(t, w))
	require.NoError(t, stop())

	again, stop := inProcess(t, target.Options{Name: "after", Data: data, Listen: tg.Addr()})
	t.Cleanup(func() { require.NoError(t, stop()) })
	require.Equal(t, tg.URL, again.URL)
	require.Equal(t, published, kids(keysAt(t, w)))
	require.True(t, app.Active(t, 0, tokens.Access))
	require.True(t, opaque.Active(t, 0, sealed.Access))
	require.False(t, app.Active(t, 0, ended.Access), "what was revoked stays so")
	require.Equal(t, user.ID, w.UserInfo(t, tokens.Access).Text("sub"))
	silent := app.Authorize("prompt", "none")
	require.NotEmpty(t, silent.ReadCode(t, silent.Open(t, b)), "the session lasts, and so does the consent")
	next := party.ReadTokens(t, app.Refresh(t, tokens.Refresh))

	// Flows in hand end cleanly.
	refused(t, pending.Redeem(t, unredeemed), "invalid_grant")
	errorPage(t, party.LogIn(t, inHand, user))

	// What was used before the restart is used after it.
	refused(t, app.Refresh(t, reused.Refresh), "invalid_grant")
	refused(t, app.Refresh(t, successor.Refresh), "invalid_grant")
	refused(t, r.Redeem(t, code), "invalid_grant")
	soon(t, revocationBound, "the replay ends the grant", func() bool { return !app.Active(t, 0, next.Access) })
	require.Equal(t, http.StatusOK, n.API(t, http.MethodGet, "", nil).Status, "the admin token still opens the admin API")
}
