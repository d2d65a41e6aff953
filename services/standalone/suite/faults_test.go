package suite_test

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/services/standalone/suite/internal/browser"
	"github.com/signet-authz/signet/services/standalone/suite/internal/jose"
	"github.com/signet-authz/signet/services/standalone/suite/internal/party"
	"github.com/signet-authz/signet/services/standalone/suite/internal/target"
	"github.com/signet-authz/signet/services/standalone/suite/internal/wire"
)

// The promises of recovery (F-01, F-10), and of a refusal while Redis is away
// (F-02).
const (
	recoveryBound = 5 * time.Second
	refusalMedian = 250 * time.Millisecond
)

// Promises under failure, one after the other on one deployment of the test's
// own, wherever the suite runs the programs as processes.
func TestPromisesHoldUnderFailure(t *testing.T) {
	t.Parallel()
	for _, tg := range targets {
		if tg.Name != "services" {
			continue
		}
		d, err := target.StartDrill(context.WithoutCancel(t.Context()), tg.Programs)
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, d.Stop()) })
		drill := newDeployment(t, d)
		t.Run("codes and refresh tokens are used once under attack", drill.attack)
		t.Run("a flush of Redis opens nothing", drill.flush)
		t.Run("without Redis nothing is answered wrongly", drill.withoutRedis)
		t.Run("without Postgres nothing is lost", drill.withoutPostgres)
	}
}

// deployment is a drill with a tenant on it.
type deployment struct {
	*target.Drill

	workspace *party.Workspace
	user      party.User
	app       *party.App
	signer    *party.App // proves itself by assertions
	browser   *browser.Browser
}

func newDeployment(t *testing.T, d *target.Drill) *deployment {
	t.Helper()
	w := party.Register(t, d.Target).Default()
	return &deployment{Drill: d, workspace: w, user: w.NewUser(t), app: w.NewApp(t, map[string]any{"trusted": true}), signer: w.NewKeyApp(t, nil, jose.NewKey(t, "ES256")), browser: w.Browser(t)}
}

// login is a fresh grant.
func (d *deployment) login(t *testing.T) party.Tokens {
	t.Helper()
	return d.app.Authorize().Tokens(t, d.browser, d.user)
}

// signed asks a node for a token with an assertion that may be used again.
func (d *deployment) signed(t *testing.T, node int, with party.Credentials) wire.Answer {
	t.Helper()
	return wire.Do(t, with.Request(t, d.workspace, node, "/oauth2/token", own))
}

// I1 to I4, F-20, F-21
func (d *deployment) attack(t *testing.T) {
	graceful := d.workspace.Tenant.NewWorkspace(t, map[string]any{"refresh_grace": 10})
	users, apps := []party.User{d.user, graceful.NewUser(t)}, []*party.App{d.app, graceful.NewApp(t, map[string]any{"trusted": true})}

	// I1, I4: many codes at once, each presented twenty times over both nodes.
	var wg sync.WaitGroup
	for i := range 20 {
		app, user := apps[i%2], users[i%2]
		r := app.Authorize()
		code := r.Code(t, app.Workspace.Browser(t), user)
		wg.Go(func() {
			n, won := successes(t, together(20, func(i int) wire.Answer { return r.RedeemAt(t, i, code) }), "invalid_grant")
			if n != 1 {
				t.Errorf("I1: %d redemptions of one code", n)
				return
			}
			claims := party.ReadJWT(t, party.ReadTokens(t, won).ID).Claims
			if claims["sub"] != user.ID || claims["aud"] != app.ID || claims["iss"] != app.Workspace.Issuer() || claims["nonce"] != r.Values.Get("nonce") {
				t.Errorf("I4: an answer holds another request's subject, client, issuer or nonce: %v", claims)
			}
		})
	}
	wg.Wait()

	// I2: many families at once, each generation asked for ten times over both
	// nodes: within the grace all get the one successor.
	for range 8 {
		current := apps[1].Authorize().Tokens(t, graceful.Browser(t), users[1]).Refresh
		wg.Go(func() {
			seen := map[string]bool{current: true}
			for range 10 {
				successors := map[string]bool{}
				for _, a := range together(10, func(i int) wire.Answer {
					return apps[1].Call(t, i, "/oauth2/token", "grant_type", "refresh_token", "refresh_token", current)
				}) {
					successors[party.ReadTokens(t, a).Refresh] = true
				}
				if len(successors) != 1 {
					t.Errorf("I2: a fork: %d successors", len(successors))
					return
				}
				for s := range successors {
					current = s
				}
				if seen[current] {
					t.Error("I2: a token came twice")
				}
				seen[current] = true
			}
		})
	}
	wg.Wait()

	// I3: after an acknowledged revocation and its bound no node accepts.
	for range 5 {
		tokens := d.login(t)
		require.Equal(t, http.StatusOK, d.app.Revoke(t, tokens.Refresh).Status)
		for node := range d.Nodes {
			soon(t, revocationBound, "I3", func() bool { return !d.app.Active(t, node, tokens.Access) })
		}
	}
}

// F-01, F-03
func (d *deployment) flush(t *testing.T) {
	used, unused := d.app.Authorize(), d.app.Authorize()
	usedCode, unusedCode := used.Code(t, d.browser, d.user), unused.Code(t, d.browser, d.user)
	tokens := party.ReadTokens(t, used.Redeem(t, usedCode))
	revoked := d.login(t)
	require.Equal(t, http.StatusOK, d.app.Revoke(t, revoked.Access).Status)
	old := d.login(t)
	successor := party.ReadTokens(t, d.app.Refresh(t, old.Refresh))
	login := d.app.Authorize("prompt", "login").Open(t, d.browser)
	usedProof, unusedProof := d.signer.Credentials(t), d.signer.Credentials(t)
	require.Equal(t, http.StatusOK, d.signed(t, 0, usedProof).Status)

	answer, err := d.Redis.Redis(t.Context(), "FLUSHALL")
	require.NoError(t, err)
	require.Equal(t, "+OK", answer)

	errorPage(t, party.LogIn(t, login, d.user))
	refused(t, unused.Redeem(t, unusedCode), "invalid_grant")
	for node := range d.Nodes {
		require.False(t, d.app.Active(t, node, revoked.Access))
		require.True(t, d.app.Active(t, node, tokens.Access))
	}
	require.Equal(t, http.StatusOK, d.app.Token(t, "grant_type", "client_credentials", "scope", "profile").Status)
	next := party.ReadTokens(t, d.app.Refresh(t, tokens.Refresh))

	// What was used before the flush is used after it, on every node.
	for node := range d.Nodes {
		refused(t, used.RedeemAt(t, node, usedCode), "invalid_grant")
	}
	soon(t, revocationBound, "the replay ended the grant", func() bool { return !d.app.Active(t, 1, next.Access) })
	refused(t, d.app.Refresh(t, old.Refresh), "invalid_grant")
	refused(t, d.app.Refresh(t, successor.Refresh), "invalid_grant")
	require.NotEmpty(t, d.login(t).Access, "new flows begin at once")

	// I7: whether an assertion of before was used is no longer known, so none is
	// taken; one of after is.
	for node := range d.Nodes {
		for _, with := range []party.Credentials{usedProof, unusedProof} {
			a := d.signed(t, node, with)
			refused(t, a, "temporarily_unavailable", "invalid_client")
		}
	}
	soon(t, slack, "fresh assertions serve", func() bool { return d.signed(t, 1, d.signer.Credentials(t)).Status == http.StatusOK })
	for node := range d.Nodes {
		refused(t, d.signed(t, node, usedProof), "temporarily_unavailable", "invalid_client")
	}
}

// F-01, F-02
func (d *deployment) withoutRedis(t *testing.T) {
	tokens := d.login(t)
	r := d.app.Authorize()
	code := r.Code(t, d.browser, d.user)
	usedProof := d.signer.Credentials(t)
	require.Equal(t, http.StatusOK, d.signed(t, 0, usedProof).Status)
	d.Redis.Stop()
	defer func() { require.NoError(t, d.Redis.Start(context.WithoutCancel(t.Context()))) }()

	var took []time.Duration
	for i := range 20 {
		began := time.Now()
		a := r.RedeemAt(t, i, code)
		took = append(took, time.Since(began))
		refused(t, a, "temporarily_unavailable")
		require.NotEmpty(t, a.Header.Get("Retry-After"))
	}
	slices.Sort(took)
	require.Less(t, took[len(took)/2], refusalMedian, "callers wait for Redis in vain")

	for _, b := range []*browser.Browser{d.browser, d.workspace.Browser(t)} {
		begun := d.app.Authorize()
		redirected(t, begun, begun.Open(t, b), "temporarily_unavailable")
	}

	// PJ-11: no assertion is taken unless its reuse would be noticed.
	for node := range d.Nodes {
		for _, with := range []party.Credentials{usedProof, d.signer.Credentials(t)} {
			a := d.signed(t, node, with)
			refused(t, a, "temporarily_unavailable")
			require.NotEmpty(t, a.Header.Get("Retry-After"))
		}
	}

	// What needs no Redis goes on.
	for node := range d.Nodes {
		require.Equal(t, http.StatusOK, d.app.Call(t, node, "/oauth2/token", "grant_type", "client_credentials", "scope", "profile").Status)
		require.True(t, d.app.Active(t, node, tokens.Access))
	}
	require.Equal(t, http.StatusOK, d.workspace.Get(t, "/.well-known/jwks.json").Status)
	require.Equal(t, http.StatusOK, d.workspace.Get(t, "/.well-known/openid-configuration").Status)
	require.Equal(t, d.user.ID, d.workspace.UserInfo(t, tokens.Access).Text("sub"))
	next := party.ReadTokens(t, d.app.Refresh(t, tokens.Refresh))
	wrong := &party.App{Workspace: d.workspace, ID: d.app.ID, Secret: "wrong", Method: "client_secret_basic"}
	refused(t, wrong.Token(t, "grant_type", "client_credentials"), "invalid_client")

	// A revocation is known everywhere without Redis's help too.
	require.Equal(t, http.StatusOK, d.app.Revoke(t, next.Refresh).Status)
	for node := range d.Nodes {
		soon(t, revocationBound, "revocations travel through SQL", func() bool { return !d.app.Active(t, node, next.Access) })
	}

	require.NoError(t, d.Redis.Start(t.Context()))
	soon(t, recoveryBound, "the service recovers", func() bool {
		return d.app.Authorize().Open(t, d.workspace.Browser(t)).Has("login-submit") && r.Redeem(t, code).Text("error") == "invalid_grant"
	})
	require.NotEmpty(t, d.login(t).Access)
	for node := range d.Nodes {
		refused(t, d.signed(t, node, usedProof), "temporarily_unavailable", "invalid_client")
	}
	soon(t, slack, "fresh assertions serve", func() bool { return d.signed(t, 1, d.signer.Credentials(t)).Status == http.StatusOK })
}

// F-10, IR-13
func (d *deployment) withoutPostgres(t *testing.T) {
	tokens, other := d.login(t), d.login(t)
	made := d.workspace.NewApp(t, nil) // acknowledged, so it must be there afterwards
	for node := range d.Nodes {
		require.Equal(t, http.StatusOK, d.app.Call(t, node, "/oauth2/token", "grant_type", "client_credentials", "scope", "profile").Status)
	}
	d.Postgres.Stop()
	defer func() { require.NoError(t, d.Postgres.Start(context.WithoutCancel(t.Context()))) }()

	own := func(node int) wire.Answer {
		return d.app.Call(t, node, "/oauth2/token", "grant_type", "client_credentials", "scope", "profile")
	}
	// Longer than anything is fresh in a cache, so that only what is served in
	// its stead can answer.
	for end := time.Now().Add(8 * time.Second); time.Now().Before(end); time.Sleep(500 * time.Millisecond) {
		for node := range d.Nodes {
			require.Equal(t, http.StatusOK, own(node).Status, "cached clients get their tokens")
		}
		refused(t, d.app.Refresh(t, tokens.Refresh), "temporarily_unavailable")
		refused(t, d.app.Revoke(t, other.Refresh), "temporarily_unavailable")
	}
	require.Equal(t, http.StatusOK, d.workspace.Get(t, "/.well-known/jwks.json").Status)
	for node := range d.Nodes {
		// Whether a token has been revoked can no longer be known.
		refused(t, d.app.Call(t, node, "/oauth2/introspect", "token", tokens.Access), "temporarily_unavailable")
	}
	p := party.LogIn(t, d.app.Authorize().Open(t, d.workspace.Browser(t)), d.user)
	require.Equal(t, http.StatusServiceUnavailable, p.Status, p.Text())

	require.NoError(t, d.Postgres.Start(t.Context()))
	var next party.Tokens
	soon(t, recoveryBound, "refreshing goes on, with the token that was refused meanwhile", func() bool {
		a := d.app.Refresh(t, tokens.Refresh)
		if a.Status != http.StatusOK {
			refused(t, a, "temporarily_unavailable")
			return false
		}
		next = party.ReadTokens(t, a)
		return true
	})
	for node := range d.Nodes {
		soon(t, recoveryBound, "introspection answers again", func() bool {
			a := d.app.Call(t, node, "/oauth2/introspect", "token", next.Access)
			return a.Status == http.StatusOK && a.Active(t)
		})
	}
	require.Equal(t, http.StatusOK, d.app.Refresh(t, other.Refresh).Status, "what could not be revoked was not half revoked")
	require.Equal(t, http.StatusOK, made.Token(t, "grant_type", "client_credentials", "scope", "profile").Status, "what was acknowledged is there")
	require.NotEmpty(t, d.login(t).Access)
}
