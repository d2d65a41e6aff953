package authorization_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
)

// counts is what was counted at the place, once it is written.
func (p *place) counts() map[domain.Series]int64 {
	p.t.Helper()
	require.NoError(p.t, p.counter.Flush(p.t.Context()))
	out := map[domain.Series]int64{}
	hours, _ := domain.ResolutionFor(time.Hour)
	now := p.clock.Now()
	require.NoError(p.t, p.data.Statistics(p.t.Context(), hours, now.Add(-24*time.Hour), now.Add(time.Hour), func(c domain.Count) { out[c.Series] += c.Latency.Count() }))
	return out
}

func TestLoginsAreCountedByHowTheyEnd(t *testing.T) {
	h := newHouse(t)
	p, second := h.tenant("acme")
	p.client("app")
	p.user("alice")
	p.user("disabled", func(u *domain.User) { u.Disabled = true })
	p.user("federated", func(u *domain.User) { u.PasswordHash = "" })
	page := h.browser().open(p.authorizeURL("app"))
	for range 2 {
		page.logIn("alice", "wrong")
	}
	page.logIn("nobody", secret)
	page.logIn("disabled", secret)
	page.logIn("federated", secret)
	require.True(t, page.logIn("alice", secret).isConsent())
	for range 11 {
		page.logIn("locked out", secret)
	}
	logins := map[domain.Series]int64{}
	for s, n := range p.counts() {
		if s.Endpoint == domain.EndpointLogin {
			logins[s] = n
		}
	}
	failed := func(reason string) domain.Series {
		return domain.Series{Endpoint: "login", Outcome: "refused", Error: "access_denied", Check: reason}
	}
	require.Equal(t, map[domain.Series]int64{
		{Endpoint: "login", Outcome: "granted"}: 1, failed("password matches"): 2, failed("user found"): 1 + 10, failed("user enabled"): 1,
		failed("password set"): 1, failed("attempts within bounds"): 1,
	}, logins)
	require.Empty(t, second.counts(), "the other workspace had none")
}

func TestConsentsAndAuthorizationRequestsAreCountedByHowTheyEnd(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	p.client("app")
	p.user("alice")
	b := h.browser()
	p.refused(b.open(p.authorizeURL("app")).logIn("alice", secret).consent("deny"), "access_denied")
	asked := b.open(p.authorizeURL("app"))
	require.True(t, asked.isConsent())
	p.code(asked.consent("accept"))
	p.code(b.open(p.authorizeURL("app")))
	p.refused(h.browser().open(p.authorizeURL("app", "prompt", "none")), "login_required")
	h.browser().open(p.authorizeURL("unknown")).errorPage(http.StatusBadRequest)

	counts := p.counts()
	require.EqualValues(t, 1, counts[domain.Series{Endpoint: "consent", Outcome: "granted"}], "what is remembered is not asked again")
	require.EqualValues(t, 1, counts[domain.Series{Endpoint: "consent", Outcome: "refused", Error: "access_denied", Check: "user agrees"}])
	require.EqualValues(t, 1, counts[domain.Series{Endpoint: "authorize", Outcome: "granted"}])
	require.EqualValues(t, 2, counts[domain.Series{Endpoint: "authorize", Outcome: "interaction"}])
	require.EqualValues(t, 1, counts[domain.Series{Endpoint: "authorize", Outcome: "refused", Error: oauth.ErrLoginRequired.Code}])
	unknown := int64(0)
	for s, n := range counts {
		if s.Error == oauth.ErrInvalidRequest.Code && s.Check != "" {
			unknown += n
		}
	}
	require.EqualValues(t, 1, unknown, "of a refused request the step is named: %v", counts)
}
