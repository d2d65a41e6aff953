package suite_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/services/standalone/suite/internal/party"
	"github.com/signet-authz/signet/services/standalone/suite/internal/target"
	"github.com/signet-authz/signet/services/standalone/suite/internal/wire"
)

// RT-01
func TestReuseOfARefreshTokenEndsItsFamily(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		user, app := w.NewUser(t), w.NewApp(t, nil)
		first, b := app.LogUserIn(t, user)
		other := app.Authorize().Tokens(t, b, user) // another family of the same user and client
		second := party.ReadTokens(t, app.Refresh(t, first.Refresh))
		third := party.ReadTokens(t, app.Refresh(t, second.Refresh))
		require.Equal(t, first.Scope, third.Scope)

		refused(t, app.Refresh(t, first.Refresh), "invalid_grant")
		refused(t, app.Refresh(t, third.Refresh), "invalid_grant")
		for node := range tg.Nodes {
			soon(t, revocationBound, "the access tokens of the family are dead", func() bool {
				return !app.Active(t, node, first.Access) && !app.Active(t, node, second.Access) && !app.Active(t, node, third.Access)
			})
		}
		require.Equal(t, http.StatusOK, app.Refresh(t, other.Refresh).Status, "families end alone")
		soon(t, settingsBound, "the administrator can see it", func() bool {
			for _, ev := range items(t, w.API(t, http.MethodGet, "/audit-events?limit=100", nil)) {
				if action, _ := ev["action"].(string); strings.Contains(action, "reuse") && ev["outcome"] == "failure" {
					return true
				}
			}
			return false
		})
	})
}

// RT-02, F-21
func TestOneOfManyRefreshesAtOnceSucceeds(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		user, app := w.NewUser(t), w.NewApp(t, nil)
		b := w.Browser(t)
		for range 3 {
			tokens := app.Authorize().Tokens(t, b, user)
			n, won := successes(t, together(50, func(i int) wire.Answer {
				return app.Call(t, i, "/oauth2/token", "grant_type", "refresh_token", "refresh_token", tokens.Refresh)
			}), "invalid_grant")
			require.Equal(t, 1, n)
			refused(t, app.Refresh(t, party.ReadTokens(t, won).Refresh), "invalid_grant")
		}
	})
}

// RT-13, F-21: with grace, whoever retries gets the one successor.
func TestRetriesWithinGraceGetTheSameSuccessor(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).NewWorkspace(t, map[string]any{"refresh_grace": 10})
		user, app := w.NewUser(t), w.NewApp(t, nil)
		tokens, _ := app.LogUserIn(t, user)
		current := tokens.Refresh
		for range 5 {
			n := 0
			successors := map[string]bool{}
			for _, a := range together(10, func(i int) wire.Answer {
				return app.Call(t, i, "/oauth2/token", "grant_type", "refresh_token", "refresh_token", current)
			}) {
				successors[party.ReadTokens(t, a).Refresh] = true
				n++
			}
			require.Equal(t, 10, n)
			require.Len(t, successors, 1, "a fork")
			for s := range successors {
				require.NotEqual(t, current, s)
				current = s
			}
		}
		next := party.ReadTokens(t, app.Refresh(t, current))
		party.ReadTokens(t, app.Refresh(t, next.Refresh))    // the successor is used …
		refused(t, app.Refresh(t, current), "invalid_grant") // … so this is reuse
		refused(t, app.Refresh(t, next.Refresh), "invalid_grant")
	})
}

// RT-05
func TestRefreshTokenIsBoundToItsClient(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		user, app, thief, public := w.NewUser(t), w.NewApp(t, nil), w.NewApp(t, nil), w.Public(t, nil)
		tokens, b := app.LogUserIn(t, user)
		thief.Authorize().Code(t, b, user)
		refused(t, thief.Refresh(t, tokens.Refresh), "invalid_grant")
		refused(t, public.Refresh(t, tokens.Refresh), "invalid_grant")
		bare := w.Post(t, 0, "/oauth2/token", form("grant_type", "refresh_token", "refresh_token", tokens.Refresh, "client_id", app.ID), "Content-Type", formType)
		refused(t, bare, "invalid_client")
		next := party.ReadTokens(t, app.Refresh(t, tokens.Refresh))
		refused(t, thief.Refresh(t, tokens.Refresh), "invalid_grant") // an old one in other hands
		require.Equal(t, http.StatusOK, app.Refresh(t, next.Refresh).Status, "nobody else can end the family")
	})
}

// RT-06
func TestRefreshMayNarrowTheScopeAndComeBack(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		user, app := w.NewUser(t), w.NewApp(t, nil)
		tokens := app.Authorize("scope", "openid profile offline_access").Tokens(t, w.Browser(t), user)
		for _, scope := range []string{"openid profile email offline_access", "email", "nonsense", "profile  openid"} {
			refused(t, app.Refresh(t, tokens.Refresh, "scope", scope), "invalid_scope")
		}
		narrow := party.ReadTokens(t, app.Refresh(t, tokens.Refresh, "scope", "openid"))
		require.Equal(t, "openid", narrow.Scope, "a refused request used nothing up")
		wide := party.ReadTokens(t, app.Refresh(t, narrow.Refresh))
		require.Equal(t, "openid profile offline_access", wide.Scope)
		back := party.ReadTokens(t, app.Refresh(t, wide.Refresh, "scope", "profile"))
		require.Equal(t, "profile", back.Scope)
		require.Empty(t, back.ID)
	})
}

// RT-07
func TestRefreshEndsWithWhatItRestsOn(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		app := w.NewApp(t, nil)
		for name, end := range map[string]func(t *testing.T, u party.User, tokens party.Tokens){
			"password changed": func(t *testing.T, u party.User, _ party.Tokens) {
				u.Patch(t, map[string]any{"password": "a new password"})
			},
			"user deleted":  func(t *testing.T, u party.User, _ party.Tokens) { w.Must(t, http.MethodDelete, "/users/"+u.ID, nil) },
			"user disabled": func(t *testing.T, u party.User, _ party.Tokens) { u.Patch(t, map[string]any{"disabled": true}) },
			"grant ended by the administrator": func(t *testing.T, u party.User, tokens party.Tokens) {
				id, _ := party.ReadJWT(t, tokens.Access).Claims["grant_id"].(string)
				w.Must(t, http.MethodDelete, "/grants/"+id, nil)
			},
			"access token's family revoked": func(t *testing.T, _ party.User, tokens party.Tokens) {
				require.Equal(t, http.StatusOK, app.Revoke(t, tokens.Refresh).Status)
			},
		} {
			t.Run(name, func(t *testing.T) {
				u := w.NewUser(t)
				tokens, _ := app.LogUserIn(t, u)
				require.True(t, app.Active(t, 0, tokens.Access))
				end(t, u, tokens)
				refused(t, app.Refresh(t, tokens.Refresh), "invalid_grant")
				for node := range tg.Nodes {
					soon(t, revocationBound, "the access token is dead", func() bool { return !app.Active(t, node, tokens.Access) })
				}
			})
		}
	})
}

// RT-07: without offline_access, tokens end with the login.
func TestSessionBoundRefreshEndsWithLogout(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		user := w.NewUser(t)
		app := w.NewApp(t, map[string]any{"scope": "openid profile email offline_access"})
		b := w.Browser(t)
		bound := app.Authorize("scope", "profile").Tokens(t, b, user)
		offline := app.Authorize().Tokens(t, b, user)
		online := app.Authorize("scope", "openid").Tokens(t, b, user)
		require.NotEmpty(t, bound.Refresh)
		require.NotEmpty(t, offline.Refresh)
		require.Empty(t, online.Refresh, "offline_access gates refresh tokens for OpenID Connect")

		b.Open(t, w.Address("/oidc/logout?id_token_hint=")+offline.ID)
		refused(t, app.Refresh(t, bound.Refresh), "invalid_grant")
		soon(t, revocationBound, "its access token too", func() bool { return !app.Active(t, 0, bound.Access) })
		require.Equal(t, http.StatusOK, app.Refresh(t, offline.Refresh).Status, "offline access outlives the session")
	})
}

// RT-11
func TestRefreshEndsWhenTheClientMayNoLongerUseIt(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		user, app := w.NewUser(t), w.NewApp(t, nil)
		tokens, _ := app.LogUserIn(t, user)
		app.Patch(t, map[string]any{"grant_types": []string{"authorization_code"}})
		soon(t, settingsBound, "the grant is gone", func() bool {
			a := app.Token(t, "grant_type", "refresh_token", "refresh_token", "x")
			return a.Text("error") == "unauthorized_client"
		})
		refused(t, app.Refresh(t, tokens.Refresh), "unauthorized_client")
	})
}

// RT-11: what is taken from a client is not given again.
func TestScopeTakenFromTheClientIsNotRefreshed(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		user, narrowed := w.NewUser(t), w.NewApp(t, nil)
		tokens, b := narrowed.LogUserIn(t, user)
		r := narrowed.Authorize()
		code := r.ReadCode(t, r.Open(t, b))
		narrowed.Patch(t, map[string]any{"scope": "openid offline_access"})
		soon(t, settingsBound, "a scope taken away is not refreshed", func() bool {
			a := narrowed.Refresh(t, tokens.Refresh)
			if a.Status != http.StatusOK {
				return a.Text("error") == "invalid_scope" || a.Text("error") == "invalid_grant"
			}
			tokens = party.ReadTokens(t, a)
			return !strings.Contains(tokens.Scope, "email")
		})
		a := r.Redeem(t, code)
		if a.Status == http.StatusOK {
			require.NotContains(t, a.Text("scope"), "email")
		} else {
			refused(t, a, "invalid_scope", "invalid_grant")
		}
	})
}

// RT-14
func TestManyRefreshesLeaveOneFamily(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		user, app := w.NewUser(t), w.NewApp(t, nil)
		tokens, _ := app.LogUserIn(t, user)
		for i := range 100 {
			tokens = party.ReadTokens(t, app.Call(t, i, "/oauth2/token", "grant_type", "refresh_token", "refresh_token", tokens.Refresh))
		}
		require.Len(t, items(t, w.API(t, http.MethodGet, "/grants?limit=100", nil)), 1)
	})
}

// F-22: a client that lost an answer may ask again within the grace.
func TestLostAnswerCanBeAskedForAgain(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).NewWorkspace(t, map[string]any{"refresh_grace": 10})
		user, app := w.NewUser(t), w.NewApp(t, nil)
		tokens, _ := app.LogUserIn(t, user)
		lost := app.Request(t, 0, "/oauth2/token", "grant_type", "refresh_token", "refresh_token", tokens.Refresh)
		_, _ = wire.Send(lost)
		time.Sleep(100 * time.Millisecond)
		again := party.ReadTokens(t, app.Refresh(t, tokens.Refresh))
		require.Equal(t, http.StatusOK, app.Refresh(t, again.Refresh).Status)
	})
}
