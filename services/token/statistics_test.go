package token_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/pkg/boot"
	"github.com/signet-authz/signet/pkg/domain"
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

	require.NoError(t, s.p.Statistics.Flush(context.Background()))
	counts := map[domain.Series]int64{}
	hours, _ := domain.ResolutionFor(time.Hour)
	now := s.clock.now()
	require.NoError(t, s.p.Store.Workspace(acme.ws["default"]).Statistics(context.Background(), hours, now.Add(-2*time.Hour), now.Add(time.Hour), func(c domain.Count) { counts[c.Series] += c.Latency.Count() }))
	const basic = "client_secret_basic"
	require.Equal(t, map[domain.Series]int64{
		{Endpoint: "token", GrantType: "client_credentials", AuthMethod: basic, Outcome: "granted"}:                                                    4,
		{Endpoint: "token", GrantType: "client_credentials", AuthMethod: basic, Outcome: "refused", Error: "invalid_scope", Check: "scope registered"}: 1,
		{Endpoint: "token", AuthMethod: basic, Outcome: "refused", Error: "unsupported_grant_type", Check: "grant type known"}:                         1,
		{Endpoint: "token", Outcome: "refused", Error: "invalid_client", Check: "secret matched"}:                                                      1,
		{Endpoint: "introspect", AuthMethod: basic, Outcome: "granted"}:                                                                                1,
	}, counts)
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
