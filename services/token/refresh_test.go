package token_test

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
)

// family redeems a code and returns the first refresh token.
func (c *client) family(name string, change ...func(*domain.Code)) (answer, domain.User, domain.Session) {
	c.at.s.t.Helper()
	u, session := c.at.user(c.w.AID(), name)
	a := c.redeem(c.code(u, session, change...))
	granted(c.at.s.t, a)
	return a, u, session
}

func TestRefreshRotates(t *testing.T) {
	s := start(t)
	c := s.tenant("acme").client("default", "app")
	first, u, session := c.family("ada")
	second := c.refresh(first.text("refresh_token"))
	granted(t, second)
	require.NotEqual(t, first.text("refresh_token"), second.text("refresh_token"))
	require.Equal(t, first.text("scope"), second.text("scope"))
	id, before := claimsOf(t, second.text("id_token")), claimsOf(t, first.text("id_token"))
	require.Equal(t, u.UserID, id["sub"])
	require.Equal(t, session.ID.String(), id["sid"])
	require.Equal(t, before["auth_time"], id["auth_time"], "a refresh is no login")
	require.NotContains(t, id, "nonce")
	require.Equal(t, claimsOf(t, first.text("access_token"))["grant_id"], claimsOf(t, second.text("access_token"))["grant_id"])
}

// RT-01, RT-03.
func TestReusedRefreshTokenEndsTheFamily(t *testing.T) {
	s := start(t)
	c := s.tenant("acme").client("default", "app")
	first, _, _ := c.family("ada")
	second := c.refresh(first.text("refresh_token"))
	granted(t, second)
	refused(t, c.refresh(first.text("refresh_token")), 400, "invalid_grant")
	refused(t, c.refresh(second.text("refresh_token")), 400, "invalid_grant")
	require.False(t, c.active(second.text("access_token")))
	require.False(t, c.active(second.text("refresh_token")))
}

// RT-02.
func TestParallelRefreshesNeverFork(t *testing.T) {
	s := start(t)
	acme := s.tenant("acme")
	strict := acme.client("default", "app")
	first, _, _ := strict.family("ada")
	var wins atomic.Int64
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if a := strict.refresh(first.text("refresh_token")); a.status == http.StatusOK {
				wins.Add(1)
			}
		})
	}
	wg.Wait()
	require.EqualValues(t, 1, wins.Load())
}

// RT-13, F-21.
func TestRetryWithinGraceGetsTheSameSuccessor(t *testing.T) {
	s := start(t)
	acme := s.tenant("acme", func(d *domain.Settings) { d.RefreshGrace = 10 * time.Second })
	c := acme.client("default", "app")
	first, _, _ := c.family("ada")
	var mu sync.Mutex
	successors := map[string]int{}
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			a := c.refresh(first.text("refresh_token"))
			mu.Lock()
			defer mu.Unlock()
			successors[a.text("refresh_token")]++
		})
	}
	wg.Wait()
	require.Len(t, successors, 1, "every retry gets the identical successor")
	var successor string
	for successor = range successors {
	}
	third := c.refresh(successor)
	granted(t, third)
	refused(t, c.refresh(first.text("refresh_token")), 400, "invalid_grant")
	refused(t, c.refresh(third.text("refresh_token")), 400, "invalid_grant")

	late, _, _ := c.family("bob")
	granted(t, c.refresh(late.text("refresh_token")))
	s.advance(11 * time.Second)
	refused(t, c.refresh(late.text("refresh_token")), 400, "invalid_grant")
}

// RT-05, TEN-03.
func TestStrangersCannotUseOrEndAFamily(t *testing.T) {
	s := start(t)
	acme, beta := s.tenant("acme"), s.tenant("beta")
	c := acme.client("default", "app")
	first, _, _ := c.family("ada")
	for _, thief := range []*client{
		acme.client("default", "thief"), acme.client("default", "public-thief", public), acme.client("second", "app"), beta.client("default", "app"),
	} {
		refused(t, thief.refresh(first.text("refresh_token")), 400, "invalid_grant")
	}
	second := c.refresh(first.text("refresh_token"))
	granted(t, second)
	thief := acme.client("default", "late-thief")
	refused(t, thief.refresh(first.text("refresh_token")), 400, "invalid_grant")
	granted(t, c.refresh(second.text("refresh_token")))
}

// RT-06.
func TestRefreshMayNarrowAndComeBackButNeverWiden(t *testing.T) {
	s := start(t)
	c := s.tenant("acme").client("default", "app")
	first, _, _ := c.family("ada")
	refused(t, c.refresh(first.text("refresh_token"), "scope", "read email"), 400, "invalid_scope")
	narrow := c.refresh(first.text("refresh_token"), "scope", "read")
	granted(t, narrow)
	require.Equal(t, "read", narrow.text("scope"))
	require.NotContains(t, narrow.body, "id_token")
	back := c.refresh(narrow.text("refresh_token"))
	granted(t, back)
	require.Equal(t, first.text("scope"), back.text("scope"))
}

// RT-07.
func TestRefreshEndsWithItsLifetimes(t *testing.T) {
	s := start(t)
	acme := s.tenant("acme", func(d *domain.Settings) { d.RefreshTokenTTL, d.RefreshTokenMaxTTL = 24*time.Hour, 60*time.Hour })
	c := acme.client("default", "app")
	idle, _, _ := c.family("ada")
	s.advance(24*time.Hour + time.Second)
	refused(t, c.refresh(idle.text("refresh_token")), 400, "invalid_grant")

	current, _, _ := c.family("bob")
	for range 3 {
		s.advance(18 * time.Hour)
		current = c.refresh(current.text("refresh_token"))
		granted(t, current)
	}
	s.advance(6*time.Hour + time.Second)
	refused(t, c.refresh(current.text("refresh_token")), 400, "invalid_grant")
}

// RT-07, TEN-27, CN-07.
func TestRefreshEndsWithWhatItRestsOn(t *testing.T) {
	s := start(t)
	acme := s.tenant("acme")
	ctx, ev := context.Background(), domain.AuditEvent{Action: "test"}
	data := s.p.Store.Workspace(acme.ws["default"])
	online := func(d *domain.Code) { d.Scope = oauth.Scope{"read"} }
	for name, end := range map[string]func(c *client, u domain.User, session domain.Session) ([]domain.Revocation, error){
		"user disabled": func(_ *client, u domain.User, _ domain.Session) ([]domain.Revocation, error) {
			u.Disabled = true
			_, facts, err := data.UpdateUser(ctx, u, ev)
			return facts, err
		},
		"user deleted": func(_ *client, u domain.User, _ domain.Session) ([]domain.Revocation, error) {
			return data.DeleteUser(ctx, u.UserID, ev)
		},
		"password changed": func(_ *client, u domain.User, _ domain.Session) ([]domain.Revocation, error) {
			return data.SetPassword(ctx, u.UserID, "$x", ev)
		},
		"session ended": func(_ *client, _ domain.User, se domain.Session) ([]domain.Revocation, error) {
			return data.EndSession(ctx, se.ID, ev)
		},
		"consent withdrawn": func(c *client, u domain.User, _ domain.Session) ([]domain.Revocation, error) {
			if _, err := data.GiveConsent(ctx, domain.Consent{UserID: u.UserID, ClientID: c.id, Scope: oauth.Scope{"read"}}, ev); err != nil {
				return nil, err
			}
			return data.WithdrawConsent(ctx, u.UserID, c.id, ev)
		},
		"client disabled": func(c *client, _ domain.User, _ domain.Session) ([]domain.Revocation, error) {
			record, err := data.Client(ctx, c.id)
			require.NoError(t, err)
			record.Disabled = true
			_, facts, err := data.UpdateClient(ctx, record, ev)
			return facts, err
		},
		"grant revoked": func(c *client, u domain.User, _ domain.Session) ([]domain.Revocation, error) {
			list, err := data.Grants(ctx, pageOf(10), grantsOf(u.UserID))
			require.NoError(t, err)
			return data.RevokeGrant(ctx, list.Items[0].ID, "", "test", ev)
		},
	} {
		t.Run(name, func(t *testing.T) {
			id := uuid.NewString()
			asker := acme.client("default", "asker-"+id, func(c *domain.Client) { c.Scope = append(c.Scope, oauth.ScopeIntrospectTokens) })
			c := acme.client("default", "app-"+id)
			first, u, session := c.family("u-"+id, online)
			require.True(t, asker.active(first.text("access_token")))
			facts, err := end(c, u, session)
			require.NoError(t, err)
			for _, f := range facts {
				s.p.Caches.Revocations.Add(f)
			}
			s.p.Caches.Clients.Forget(c.w.ID(), c.id)
			a := c.refresh(first.text("refresh_token"))
			require.Contains(t, []int{400, 401}, a.status, a.raw)
			require.False(t, asker.active(first.text("access_token")))
		})
	}
}

func TestOfflineAccessOutlivesTheSession(t *testing.T) {
	s := start(t)
	acme := s.tenant("acme")
	c := acme.client("default", "app")
	first, _, session := c.family("ada")
	_, err := s.p.Store.Workspace(c.w).EndSession(context.Background(), session.ID, domain.AuditEvent{Action: "logout"})
	require.NoError(t, err)
	granted(t, c.refresh(first.text("refresh_token")))
}

func TestRefreshCostsOneRoundTrip(t *testing.T) {
	s := start(t)
	c := s.tenant("acme").client("default", "app")
	current, _, _ := c.family("ada")
	sql, kv := int64(1<<30), int64(1<<30)
	for range 10 {
		sql0, kv0 := s.sql.Load(), s.kv.Load()
		current = c.refresh(current.text("refresh_token"))
		granted(t, current)
		sql, kv = min(sql, s.sql.Load()-sql0), min(kv, s.kv.Load()-kv0)
	}
	require.EqualValues(t, 1, sql)
	require.Zero(t, kv)
}

// RT-11, CO-10.
func TestScopesTakenAwayAreNotIssuedAgain(t *testing.T) {
	s := start(t)
	acme := s.tenant("acme")
	c := acme.client("default", "app")
	data := s.p.Store.Workspace(c.w)
	wide := func(d *domain.Code) { d.Scope = oauth.Scope{"read", "orders:read", "offline_access"} }
	first, u, session := c.family("ada", wide)
	code := c.code(u, session, wide)

	record, err := data.Client(context.Background(), c.id)
	require.NoError(t, err)
	record.Scope = oauth.Scope{"openid", "offline_access", "read"}
	_, _, err = data.UpdateClient(context.Background(), record, domain.AuditEvent{Action: "client.update"})
	require.NoError(t, err)
	s.p.Caches.Clients.Forget(c.w.ID(), c.id)
	for _, a := range []answer{c.refresh(first.text("refresh_token")), c.redeem(code)} {
		granted(t, a)
		require.Equal(t, "read offline_access", a.text("scope"))
		require.Equal(t, c.w.Issuer(), claimsOf(t, a.text("access_token"))["aud"])
	}
	bound := c.code(u, session, func(d *domain.Code) { wide(d); d.Scope = oauth.Scope{"orders:read"} })
	refused(t, c.redeem(bound), 400, "invalid_scope")
}

// CO-10, RFC 8707.
func TestClientAloneCannotAddAnAudience(t *testing.T) {
	s := start(t)
	c := s.tenant("acme").client("default", "app")
	u, session := c.at.user("default", "ada")
	for _, uri := range []string{"https://orders.example", "https://bare.example"} {
		code := c.code(u, session)
		refused(t, c.token("grant_type", "authorization_code", "code", code, "code_verifier", verifier, "resource", uri), 400, "invalid_target")
		first := c.redeem(code)
		granted(t, first)
		refused(t, c.refresh(first.text("refresh_token"), "resource", uri), 400, "invalid_target")
		granted(t, c.refresh(first.text("refresh_token")))
	}
	code := c.code(u, session, func(d *domain.Code) { d.Scope = oauth.Scope{"orders:read", "read"} })
	granted(t, c.token("grant_type", "authorization_code", "code", code, "code_verifier", verifier, "resource", "https://orders.example"))
}

// CN-07, TEN-26.
func TestCodesDoNotOutliveWhatTheyRestOn(t *testing.T) {
	s := start(t)
	acme := s.tenant("acme")
	ctx, ev := context.Background(), domain.AuditEvent{Action: "test"}
	c := acme.client("default", "app")
	data := s.p.Store.Workspace(c.w)
	u, session := acme.user("default", "ada")
	consent := domain.Consent{UserID: u.UserID, ClientID: c.id, Scope: oauth.Scope{"read"}}
	_, err := data.GiveConsent(ctx, consent, ev)
	require.NoError(t, err)
	code := c.code(u, session)
	_, err = data.WithdrawConsent(ctx, u.UserID, c.id, ev)
	require.NoError(t, err)
	refused(t, c.redeem(code), 400, "invalid_grant")
	_, err = data.GiveConsent(ctx, consent, ev)
	require.NoError(t, err)
	s.clock.advance(time.Millisecond)
	granted(t, c.redeem(c.code(u, session)))

	code = c.code(u, session)
	_, err = data.DeleteClient(ctx, c.id, ev)
	require.NoError(t, err)
	s.p.Caches.Clients.Forget(c.w.ID(), c.id)
	heir := acme.client("default", "app")
	refused(t, heir.redeem(code), 400, "invalid_grant")
}

// CO-01, RT-01: whoever loses the race ends what the winner got, even if the
// winner's token is made a moment after the loser's verdict.
func TestRacesLeaveNoLiveAccessToken(t *testing.T) {
	s := start(t)
	acme := s.tenant("acme")
	c := acme.client("default", "app")
	for n := range 20 {
		u, session := acme.user("default", "racer-"+uuid.NewString())
		code := c.code(u, session)
		answers := make([]answer, 2)
		var wg sync.WaitGroup
		for i := range answers {
			wg.Go(func() { answers[i] = c.redeem(code) })
		}
		wg.Wait()
		for _, a := range answers {
			if token := a.text("access_token"); token != "" {
				require.False(t, c.active(token), "round %d", n)
			}
		}
	}
}
