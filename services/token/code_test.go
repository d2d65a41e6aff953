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
	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/oauth"
)

func TestCodeBecomesTokens(t *testing.T) {
	s := start(t)
	acme := s.tenant("acme")
	c := acme.client("default", "app")
	u, session := acme.user("default", "ada")
	a := c.redeem(c.code(u, session))
	granted(t, a)
	id := claimsOf(t, a.text("id_token"))
	require.Equal(t, c.w.Issuer(), id["iss"])
	require.Equal(t, u.UserID, id["sub"])
	require.Equal(t, "app", id["aud"])
	require.Equal(t, "n-0S6", id["nonce"])
	require.Equal(t, session.ID.String(), id["sid"])
	require.EqualValues(t, session.AuthTime.Unix(), id["auth_time"])
	require.NotEmpty(t, id["at_hash"])
	require.NotContains(t, id, "name", "claims of scopes are for UserInfo")
	access := claimsOf(t, a.text("access_token"))
	require.Equal(t, u.UserID, access["sub"])
	require.NotEmpty(t, access["grant_id"])
	require.NotEmpty(t, a.text("refresh_token"))
}

func TestClaimsAskedForByNameComeInTheIDToken(t *testing.T) {
	s := start(t)
	acme := s.tenant("acme")
	c := acme.client("default", "app")
	u, session := acme.user("default", "ada")
	a := c.redeem(c.code(u, session, func(d *domain.Code) { d.IDTokenClaims = []string{"email", "iss", "unknown"} }))
	granted(t, a)
	id := claimsOf(t, a.text("id_token"))
	require.Equal(t, "ada@users.example", id["email"])
	require.Equal(t, c.w.Issuer(), id["iss"])
	require.NotContains(t, id, "unknown")
}

func TestRefreshTokensNeedOfflineAccessAndTheGrant(t *testing.T) {
	s := start(t)
	acme := s.tenant("acme")
	u, session := acme.user("default", "ada")
	c := acme.client("default", "app")
	plain := func(scope ...string) func(*domain.Code) { return func(d *domain.Code) { d.Scope = scope } }
	require.NotContains(t, c.redeem(c.code(u, session, plain("openid", "read"))).body, "refresh_token")
	require.Contains(t, c.redeem(c.code(u, session, plain("read"))).body, "refresh_token", "offline_access gates OpenID Connect requests only")
	without := acme.client("default", "short", only(oauth.GrantAuthorizationCode))
	require.NotContains(t, without.redeem(without.code(u, session)).body, "refresh_token")
}

// CO-01.
func TestCodeCannotBeRedeemedTwice(t *testing.T) {
	s := start(t)
	acme := s.tenant("acme")
	c := acme.client("default", "app")
	u, session := acme.user("default", "ada")
	code := c.code(u, session)
	first := c.redeem(code)
	granted(t, first)
	require.True(t, c.active(first.text("access_token")))
	s.advance(30 * time.Second)
	refused(t, c.redeem(code), 400, "invalid_grant")
	require.False(t, c.active(first.text("access_token")), "a replay ends what the first use got")
	require.False(t, c.active(first.text("refresh_token")))
	refused(t, c.refresh(first.text("refresh_token")), 400, "invalid_grant")
}

// F-03.
func TestReplayIsCaughtAfterRedisForgotTheCode(t *testing.T) {
	s := start(t)
	acme := s.tenant("acme")
	c := acme.client("default", "app")
	u, session := acme.user("default", "ada")
	code := c.code(u, session)
	first := c.redeem(code)
	granted(t, first)
	require.NoError(t, s.p.KV.Workspace(c.w).DropCode(context.Background(), keys.HashBearer(code)))
	refused(t, c.redeem(code), 400, "invalid_grant")
	require.False(t, c.active(first.text("access_token")))
}

// CO-02.
func TestOneOfManyParallelRedemptionsSucceeds(t *testing.T) {
	s := start(t)
	acme := s.tenant("acme")
	c := acme.client("default", "app")
	u, session := acme.user("default", "ada")
	code := c.code(u, session)
	var wins atomic.Int64
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			a := c.redeem(code)
			switch {
			case a.status == http.StatusOK:
				wins.Add(1)
			case a.status != http.StatusBadRequest && a.status != http.StatusServiceUnavailable:
				t.Errorf("unexpected answer %d %s", a.status, a.raw)
			}
		})
	}
	wg.Wait()
	require.LessOrEqual(t, wins.Load(), int64(1))
}

// CO-03, TEN-01, TEN-02.
func TestCodeOfAnotherClientIsRefusedAndNotBurnt(t *testing.T) {
	s := start(t)
	acme, beta := s.tenant("acme"), s.tenant("beta")
	c := acme.client("default", "app")
	u, session := acme.user("default", "ada")
	code := c.code(u, session)
	for _, thief := range []*client{
		acme.client("default", "thief"), acme.client("default", "public-thief", public), acme.client("second", "app"), beta.client("default", "app"),
	} {
		for range 8 {
			refused(t, thief.redeem(code), 400, "invalid_grant")
		}
	}
	granted(t, c.redeem(code))
}

func TestReplayByAnotherClientRevokesNothing(t *testing.T) {
	s := start(t)
	acme := s.tenant("acme")
	c, thief := acme.client("default", "app"), acme.client("default", "thief")
	u, session := acme.user("default", "ada")
	code := c.code(u, session)
	first := c.redeem(code)
	granted(t, first)
	refused(t, thief.redeem(code), 400, "invalid_grant")
	require.NoError(t, s.p.KV.Workspace(c.w).DropCode(context.Background(), keys.HashBearer(code)))
	refused(t, thief.redeem(code), 400, "invalid_grant")
	require.True(t, c.active(first.text("access_token")))
}

// CO-05.
func TestCodeEndsWithItsLifetime(t *testing.T) {
	s := start(t)
	acme := s.tenant("acme")
	c := acme.client("default", "app")
	u, session := acme.user("default", "ada")
	code := c.code(u, session)
	s.advance(61 * time.Second)
	refused(t, c.redeem(code), 400, "invalid_grant")
}

// CO-06, TEN-29, TEN-31.
func TestOnlyTheVeryCodeIsTheCode(t *testing.T) {
	s := start(t)
	acme := s.tenant("acme")
	c := acme.client("default", "app")
	u, session := acme.user("default", "ada")
	code := c.code(u, session)
	for _, bad := range []string{code[:42], code + "A", code + "=", altered(code), code[:42] + "!", " " + code, uuid.NewString()} {
		a := c.redeem(bad)
		require.Equal(t, 400, a.status, bad)
	}
	first := c.redeem(code)
	granted(t, first)
	refused(t, c.redeem(first.text("refresh_token")), 400, "invalid_grant")
	refused(t, c.redeem(first.text("access_token")), 400, "invalid_grant")
	refused(t, c.refresh(code), 400, "invalid_grant")
	refused(t, c.refresh(first.text("access_token")), 400, "invalid_grant")
	refused(t, c.refresh(first.text("id_token")), 400, "invalid_grant")
}

// altered is the value with another first character.
func altered(value string) string {
	if value[0] == 'x' {
		return "y" + value[1:]
	}
	return "x" + value[1:]
}

// PK-05, PK-06, PK-07.
func TestVerifierProvesTheOneWhoAsked(t *testing.T) {
	s := start(t)
	acme := s.tenant("acme")
	c := acme.client("default", "app")
	u, session := acme.user("default", "ada")
	redeem := func(code string, pairs ...string) answer {
		return c.token(append([]string{"grant_type", "authorization_code", "code", code, "redirect_uri", redirectURI}, pairs...)...)
	}
	code := c.code(u, session)
	refused(t, redeem(code), 400, "invalid_grant")
	for _, bad := range []string{challenge, verifier[:42], verifier[:42] + "!"} {
		refused(t, redeem(code, "code_verifier", bad), 400, "invalid_grant")
	}
	refused(t, redeem(code, "code_verifier", verifier, "code_verifier", verifier), 400, "invalid_request")
	granted(t, redeem(code, "code_verifier", verifier))

	burnt := c.code(u, session)
	for range 5 {
		refused(t, redeem(burnt, "code_verifier", challenge), 400, "invalid_grant")
	}
	refused(t, redeem(burnt, "code_verifier", verifier), 400, "invalid_grant")

	downgraded := c.code(u, session, func(d *domain.Code) { d.CodeChallenge = "" })
	refused(t, redeem(downgraded, "code_verifier", verifier), 400, "invalid_grant")
}

// RU-18.
func TestRedirectURIAtTheTokenEndpointMustMatch(t *testing.T) {
	s := start(t)
	acme := s.tenant("acme")
	two := acme.client("default", "two", func(c *domain.Client) { c.RedirectURIs = []string{redirectURI, "https://app.example/other"} })
	u, session := acme.user("default", "ada")
	refused(t, two.token("grant_type", "authorization_code", "code", two.code(u, session), "redirect_uri", "https://app.example/other", "code_verifier", verifier), 400, "invalid_grant")
	granted(t, two.token("grant_type", "authorization_code", "code", two.code(u, session), "code_verifier", verifier))
	plain := func(d *domain.Code) { d.CodeChallenge = "" }
	refused(t, two.token("grant_type", "authorization_code", "code", two.code(u, session, plain)), 400, "invalid_grant")
	granted(t, two.token("grant_type", "authorization_code", "code", two.code(u, session, plain), "redirect_uri", redirectURI))
}

// CO-10.
func TestRedemptionCannotWiden(t *testing.T) {
	s := start(t)
	acme := s.tenant("acme")
	c := acme.client("default", "app")
	u, session := acme.user("default", "ada")
	code := c.code(u, session)
	refused(t, c.token("grant_type", "authorization_code", "code", code, "code_verifier", verifier, "scope", "read email"), 400, "invalid_scope")
	a := c.token("grant_type", "authorization_code", "code", code, "code_verifier", verifier, "scope", "read")
	granted(t, a)
	require.Equal(t, "read", a.text("scope"))
	bound := c.code(u, session, func(d *domain.Code) { d.Resource = []string{"https://orders.example"} })
	refused(t, c.token("grant_type", "authorization_code", "code", bound, "code_verifier", verifier, "resource", "https://bare.example"), 400, "invalid_target")
}

// TEN-27.
func TestWhoHasEndedRedeemsNothing(t *testing.T) {
	s := start(t)
	acme := s.tenant("acme")
	c := acme.client("default", "app")
	data := s.p.Store.Workspace(c.w)
	ctx, ev := context.Background(), domain.AuditEvent{Action: "test"}

	u, session := acme.user("default", "ada")
	code := c.code(u, session)
	u.Disabled = true
	_, _, err := data.UpdateUser(ctx, u, ev)
	require.NoError(t, err)
	refused(t, c.redeem(code), 400, "invalid_grant")

	v, ended := acme.user("default", "bob")
	code = c.code(v, ended)
	_, err = data.EndSession(ctx, ended.ID, ev)
	require.NoError(t, err)
	refused(t, c.redeem(code), 400, "invalid_grant")
}

func TestCodeRedemptionCostsOneRoundTripToEachStore(t *testing.T) {
	s := start(t)
	acme := s.tenant("acme")
	c := acme.client("default", "app")
	u, session := acme.user("default", "ada")
	granted(t, c.redeem(c.code(u, session)))
	sql, kv := int64(1<<30), int64(1<<30)
	for range 10 {
		code := c.code(u, session)
		sql0, kv0 := s.sql.Load(), s.kv.Load()
		granted(t, c.redeem(code))
		sql, kv = min(sql, s.sql.Load()-sql0), min(kv, s.kv.Load()-kv0)
	}
	require.EqualValues(t, 1, sql)
	require.EqualValues(t, 1, kv)
}
