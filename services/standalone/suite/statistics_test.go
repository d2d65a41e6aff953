package suite_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/services/standalone/suite/internal/party"
	"github.com/signet-authz/signet/services/standalone/suite/internal/target"
)

// statistics are those of the last day, as far as this suite reads them.
type statistics struct {
	Totals struct {
		Requests, Refused, Tokens, Logins int64
	} `json:"totals"`
	Tokens   []struct{ Name string } `json:"tokens"`
	Refusals []struct {
		Endpoint, Error string
		Count           int64
	} `json:"refusals"`
}

// What the services count, each in its own process, the admin API tells: all but
// what a self-check asks, and nobody else passes for one.
func TestStatisticsTellWhatHappened(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		n := party.Register(t, tg)
		w, quiet := n.Default(), n.NewWorkspace(t, nil)
		runSelfCheck(t, w)
		runSelfCheck(t, quiet)
		user, app := w.NewUser(t), w.NewApp(t, nil)
		app.LogUserIn(t, user)
		for range 3 {
			party.ReadTokens(t, app.Token(t, "grant_type", "client_credentials", "scope", "profile"))
		}
		w.Post(t, 0, "/oauth2/token", "grant_type=client_credentials&client_id=selfcheck_x&client_secret=x", "Content-Type", formType, "Self-Check", fmt.Sprint(time.Now().Unix(), ".AAAA"))

		read := func(w *party.Workspace) (s statistics) {
			a := w.API(t, http.MethodGet, "/statistics", nil)
			require.Equal(t, http.StatusOK, a.Status, a)
			require.NoError(t, json.Unmarshal(a.Body, &s))
			return s
		}
		var s statistics
		require.Eventually(t, func() bool {
			s = read(w)
			return s.Totals.Tokens >= 4 && s.Totals.Refused >= 1 && s.Totals.Logins >= 1
		}, time.Minute, 500*time.Millisecond)
		require.EqualValues(t, 4, s.Totals.Tokens)
		require.EqualValues(t, 1, s.Totals.Logins)
		require.Equal(t, "client_credentials", s.Tokens[0].Name)
		require.Equal(t, "authorization_code", s.Tokens[1].Name)
		require.Len(t, s.Refusals, 1)
		require.Equal(t, "invalid_client", s.Refusals[0].Error)
		require.Zero(t, read(quiet).Totals, "the workspace beside it")

		refusals := items(t, w.API(t, http.MethodGet, "/traces?outcome=refused", nil))
		require.Len(t, refusals, 1)
		require.Equal(t, "selfcheck_x", refusals[0]["client_id"])
		require.Empty(t, items(t, quiet.API(t, http.MethodGet, "/traces", nil)))
	})
}
