package token_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/pkg/boot"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/tenancy"
)

func TestRequestsAreCountedByHowTheyEnd(t *testing.T) {
	s := start(t)
	acme := s.tenant("acme")
	c := acme.client("default", "app")
	for range 3 {
		granted(t, c.token("grant_type", "client_credentials"))
	}
	refused(t, c.token("grant_type", "client_credentials", "scope", "unknown"), 400, "invalid_scope")
	refused(t, c.token("grant_type", "made-up-by-a-caller"), 400, "unsupported_grant_type")
	require.True(t, c.active(c.token("grant_type", "client_credentials").text("access_token")))
	c.secret = "wrong"
	refused(t, c.token("grant_type", "client_credentials"), 401, "invalid_client")

	const basic = "client_secret_basic"
	require.Equal(t, map[domain.Series]int64{
		{Endpoint: "token", GrantType: "client_credentials", AuthMethod: basic, Outcome: "granted"}:                                                    4,
		{Endpoint: "token", GrantType: "client_credentials", AuthMethod: basic, Outcome: "refused", Error: "invalid_scope", Check: "scope registered"}: 1,
		{Endpoint: "token", AuthMethod: basic, Outcome: "refused", Error: "unsupported_grant_type", Check: "grant type known"}:                         1,
		{Endpoint: "token", Outcome: "refused", Error: "invalid_client", Check: "secret matched"}:                                                      1,
		{Endpoint: "introspect", AuthMethod: basic, Outcome: "granted"}:                                                                                1,
	}, s.counts(acme.ws["default"]))
}

func TestUserInfoIsCountedByHowItEnds(t *testing.T) {
	s := start(t)
	c := s.tenant("acme").client("default", "app")
	first, _, _ := c.family("ada")
	c.userinfo(first.text("access_token"), nil)
	c.userinfo("nonsense", nil)
	c.userinfo(c.token("grant_type", "client_credentials").text("access_token"), nil)
	plain, _, _ := c.family("bob", func(d *domain.Code) { d.Scope = oauth.Scope{"read"} })
	c.userinfo(plain.text("access_token"), nil)
	bound, _, ended := c.family("cat", func(d *domain.Code) { d.Scope = oauth.Scope{"openid"} })
	_, err := s.p.Store.Workspace(c.w).EndSession(context.Background(), ended.ID, domain.AuditEvent{Action: "logout"})
	require.NoError(t, err)
	c.userinfo(bound.text("access_token"), nil)
	s.post(c.path("/userinfo"), values("grant", "none"), "")

	counts := s.counts(c.w)
	for series := range counts {
		if series.Endpoint != "userinfo" {
			delete(counts, series)
		}
	}
	refusal := func(code, check string) domain.Series {
		return domain.Series{Endpoint: "userinfo", Outcome: "refused", Error: code, Check: check}
	}
	require.Equal(t, map[domain.Series]int64{
		{Endpoint: "userinfo", Outcome: "granted"}:                      1,
		refusal("invalid_token", "access token presented"):              1,
		refusal("invalid_token", "bearer token is valid"):               1,
		refusal("invalid_token", "user and session are live"):           1,
		refusal("insufficient_scope", "token speaks of a user"):         1,
		refusal("insufficient_scope", "bearer token carries the scope"): 1,
	}, counts)
}

// counts is what was counted at the workspace, once it is written.
func (s *service) counts(w tenancy.Workspace) map[domain.Series]int64 {
	s.t.Helper()
	require.NoError(s.t, s.p.Statistics.Flush(context.Background()))
	counts := map[domain.Series]int64{}
	hours, _ := domain.ResolutionFor(time.Hour)
	now := s.clock.now()
	require.NoError(s.t, s.p.Store.Workspace(w).Statistics(context.Background(), hours, now.Add(-2*time.Hour), now.Add(time.Hour), func(c domain.Count) { counts[c.Series] += c.Latency.Count() }))
	return counts
}

func TestWhatWasCountedSurvivesAnOrderlyEnd(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	in := func(c *boot.Config) { c.Data = data }
	s := start(t, in)
	c := s.tenant("acme").client("default", "app")
	granted(t, c.token("grant_type", "client_credentials"))
	require.NoError(t, s.p.Close(context.Background()))

	again := start(t, in)
	w, err := again.p.Resolver.Workspace(context.Background(), "acme", "default")
	require.NoError(t, err)
	days, _ := domain.ResolutionFor(24 * time.Hour)
	var counted int64
	require.NoError(t, again.p.Store.Workspace(w).Statistics(context.Background(), days, again.clock.now().Add(-48*time.Hour), again.clock.now(), func(c domain.Count) { counted += c.Latency.Count() }))
	require.EqualValues(t, 1, counted)
}
