package suite_test

import (
	"context"
	"net/http"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/services/standalone/suite/internal/party"
	"github.com/signet-authz/signet/services/standalone/suite/internal/target"
)

// timed runs a law against services in this process whose clock it may move:
// on SQLite and the in-process Redis, and on Postgres and Redis where they are
// given.
func timed(t *testing.T, law func(t *testing.T, tg *target.Target)) {
	timedAndRestarted(t, func(t *testing.T, tg *target.Target, _ func()) { law(t, tg) })
}

// timedAndRestarted also lets the law restart the service, which does at its
// start what it else does from time to time.
func timedAndRestarted(t *testing.T, law func(t *testing.T, tg *target.Target, restart func())) {
	t.Parallel()
	engines := map[string]func(t *testing.T, o *target.Options){"sqlite": func(*testing.T, *target.Options) {}}
	if database, redis := os.Getenv("DATABASE_URL"), os.Getenv("REDIS_URL"); database != "" && redis != "" && os.Getenv("SIGNET_URL") == "" {
		engines["postgres"] = func(t *testing.T, o *target.Options) {
			fresh, drop, err := target.FreshDatabase(t.Context(), database)
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, drop()) })
			o.DatabaseURL, o.RedisURL = fresh, redis
		}
	}
	for name, engine := range engines {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := target.Options{Name: name, Data: t.TempDir(), Clock: &target.Clock{}}
			engine(t, &o)
			tg, stop := inProcess(t, o)
			t.Cleanup(func() { require.NoError(t, stop()) })
			law(t, tg, func() {
				require.NoError(t, stop())
				o.Listen = tg.Addr()
				_, stop = inProcess(t, o)
			})
		})
	}
}

func inProcess(t *testing.T, o target.Options) (*target.Target, func() error) {
	t.Helper()
	tg, stop, err := target.InProcess(context.WithoutCancel(t.Context()), o)
	require.NoError(t, err)
	return tg, stop
}

// pass moves the clock and waits until the service has caught up with what it
// polls. The admin token may have expired on the way.
func pass(t *testing.T, app *party.App, d time.Duration) {
	t.Helper()
	n := app.Workspace.Tenant
	n.Target.Advance(d)
	n.Forget()
	soon(t, settingsBound, "the service is up to date", func() bool {
		token := app.Token(t, "grant_type", "client_credentials", "scope", "profile").Text("access_token")
		return token != "" && app.Introspect(t, token).Status == http.StatusOK
	})
}

// CO-05
func TestCodeLivesAsLongAsTheWorkspaceSays(t *testing.T) {
	timed(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		user, app := w.NewUser(t), w.NewApp(t, nil)
		b := w.Browser(t)
		r := app.Authorize()
		code := r.Code(t, b, user)
		pass(t, app, 50*time.Second)
		require.Equal(t, http.StatusOK, r.Redeem(t, code).Status)
		r = app.Authorize()
		code = r.ReadCode(t, r.Open(t, b))
		pass(t, app, 61*time.Second)
		refused(t, r.Redeem(t, code), "invalid_grant")
	})
}

func TestAccessTokenEndsOnTime(t *testing.T) {
	timed(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).NewWorkspace(t, map[string]any{"access_token_ttl": 300})
		user := w.NewUser(t)
		jwt, opaque := w.NewApp(t, nil), w.NewApp(t, map[string]any{"access_token_format": "opaque"})
		b := w.Browser(t)
		one, two := jwt.Authorize().Tokens(t, b, user), opaque.Authorize().Tokens(t, b, user)
		require.EqualValues(t, 300, one.ExpiresIn)
		pass(t, jwt, 280*time.Second)
		require.True(t, jwt.Active(t, 0, one.Access) && opaque.Active(t, 0, two.Access))
		pass(t, jwt, 30*time.Second)
		require.False(t, jwt.Active(t, 0, one.Access) || opaque.Active(t, 0, two.Access))
		challenged(t, w.UserInfo(t, one.Access), "invalid_token")
		challenged(t, w.UserInfo(t, two.Access), "invalid_token")
	})
}

// RT-07: refresh tokens end when they lie unused, and in the end in any case.
func TestRefreshTokenEndsIdleAndAbsolutely(t *testing.T) {
	timed(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).NewWorkspace(t, map[string]any{"refresh_token_ttl": 3600, "refresh_token_max_ttl": 9000})
		user, app := w.NewUser(t), w.NewApp(t, nil)
		b := w.Browser(t)
		idle, used := app.Authorize().Tokens(t, b, user), app.Authorize().Tokens(t, b, user)
		for range 3 {
			pass(t, app, 2800*time.Second)
			used = party.ReadTokens(t, app.Refresh(t, used.Refresh))
		}
		refused(t, app.Refresh(t, idle.Refresh), "invalid_grant")
		pass(t, app, 700*time.Second)
		refused(t, app.Refresh(t, used.Refresh), "invalid_grant") // used in time, and yet over
	})
}

// SE-21
func TestSessionEndsIdleAndAbsolutely(t *testing.T) {
	timed(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).NewWorkspace(t, map[string]any{"session_ttl": 3600, "session_max_ttl": 9000})
		user, app := w.NewUser(t), w.NewApp(t, nil)
		idle, used := w.Browser(t), w.Browser(t)
		app.Authorize().Code(t, idle, user)
		app.Authorize().Code(t, used, user)
		silent := app.Authorize("prompt", "none")
		for range 3 {
			pass(t, app, 2800*time.Second)
			require.NotEmpty(t, silent.ReadCode(t, silent.Open(t, used)))
		}
		redirected(t, silent, silent.Open(t, idle), "login_required")
		pass(t, app, 700*time.Second)
		redirected(t, silent, silent.Open(t, used), "login_required")
	})
}

// AZ-15
func TestMaxAgeAsksForALoginThatIsRecentEnough(t *testing.T) {
	timed(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		user, app := w.NewUser(t), w.NewApp(t, nil)
		b := w.Browser(t)
		app.Authorize().Code(t, b, user)
		pass(t, app, 90*time.Second)
		fresh, stale := app.Authorize("prompt", "none", "max_age", "200"), app.Authorize("prompt", "none", "max_age", "60")
		require.NotEmpty(t, fresh.ReadCode(t, fresh.Open(t, b)))
		redirected(t, stale, stale.Open(t, b), "login_required")
	})
}

// A login that nobody finishes does not wait for ever.
func TestLoginPageExpires(t *testing.T) {
	timed(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		user, app := w.NewUser(t), w.NewApp(t, nil)
		login := app.Authorize().Open(t, w.Browser(t))
		pass(t, app, 31*time.Minute)
		errorPage(t, party.LogIn(t, login, user))
	})
}

// CA-10
func TestSecretExpiresOnItsDate(t *testing.T) {
	timed(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		app, watcher := w.NewApp(t, nil), w.NewApp(t, nil)
		id, _ := items(t, w.API(t, http.MethodGet, "/clients/"+app.ID+"/secrets", nil))[0]["secret_id"].(string)
		until := time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
		w.Must(t, http.MethodPatch, "/clients/"+app.ID+"/secrets/"+id, map[string]any{"expires_at": until})
		pass(t, watcher, 50*time.Minute)
		require.Equal(t, http.StatusOK, app.Token(t, "grant_type", "client_credentials", "scope", "profile").Status)
		pass(t, watcher, 11*time.Minute)
		refused(t, app.Token(t, "grant_type", "client_credentials", "scope", "profile"), "invalid_client")
	})
}

// JK-02: a key is published, then signs, then only verifies, then goes.
func TestKeysLiveThroughTheirStates(t *testing.T) {
	timedAndRestarted(t, func(t *testing.T, tg *target.Target, restart func()) {
		w := party.Register(t, tg).NewWorkspace(t, map[string]any{"access_token_ttl": 86_400})
		user, app := w.NewUser(t), w.NewApp(t, nil)
		old, _ := app.LogUserIn(t, user)
		first := kidOf(t, old.Access)
		token := func() string {
			return party.ReadTokens(t, app.Token(t, "grant_type", "client_credentials", "scope", "profile")).Access
		}
		a := w.API(t, http.MethodPost, "/keys/rotate", map[string]any{})
		require.Equal(t, http.StatusAccepted, a.Status, a.String())
		activates, err := time.Parse(time.RFC3339, a.Text("activates_at"))
		require.NoError(t, err)
		published := kids(keysAt(t, w))
		require.Equal(t, first, kidOf(t, token()))

		pass(t, app, time.Until(activates)+time.Minute)
		second := kidOf(t, token())
		require.NotEqual(t, first, second)
		require.Contains(t, published, second, "it was published before it signed")
		require.Equal(t, second, kids(keysAt(t, w))[0], "the current key comes first")
		require.Contains(t, kids(keysAt(t, w)), first)
		require.True(t, app.Active(t, 0, old.Access), "what the old key signed still counts")

		restart()
		require.True(t, app.Active(t, 0, old.Access))
		pass(t, app, 25*time.Hour) // longer than anything that it signed
		soon(t, settingsBound, "the old key has gone", func() bool { return !slices.Contains(kids(keysAt(t, w)), first) })
		require.False(t, app.Active(t, 0, old.Access))
		require.Contains(t, kids(keysAt(t, w)), kidOf(t, token()))
	})
}
