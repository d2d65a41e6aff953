package tenantadmin_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/pkg/domain"
)

// observe counts requests at the workspace as the service would.
func (h *house) observe(aid string, s domain.Series, times int) {
	h.w.t.Helper()
	for range times {
		h.w.platform.Statistics.Observe(h.workspace(aid), s, 3*time.Millisecond)
	}
	require.NoError(h.w.t, h.w.platform.Statistics.Flush(h.w.t.Context()))
}

func (h *house) statistics(aid string, query ...string) string {
	q := url.Values{}
	for i := 0; i < len(query); i += 2 {
		q.Set(query[i], query[i+1])
	}
	return h.in(aid, "statistics") + "?" + q.Encode()
}

func TestStatisticsTellWhatWasCounted(t *testing.T) {
	w := newWorld(t)
	h, other := w.house("acme"), w.house("other")
	issued := domain.Series{Endpoint: "token", GrantType: "client_credentials", AuthMethod: "private_key_jwt", Outcome: "granted"}
	refused := domain.Series{Endpoint: "token", Outcome: "refused", Error: "invalid_client", Check: "client found"}
	h.observe("default", issued, 3)
	h.observe("default", refused, 2)
	h.observe("admin", issued, 50)
	other.observe("default", issued, 70)

	_, auditor := h.member("auditor", domain.RoleAuditor)
	for _, token := range []string{h.program, h.owner, auditor} {
		r := w.do(http.MethodGet, h.statistics("default"), token, nil).is(http.StatusOK)
		require.Len(t, r.field("points"), 24)
		require.EqualValues(t, 3, r.field("totals", "tokens"))
		require.EqualValues(t, 5, r.field("totals", "requests"))
		require.EqualValues(t, 2, r.field("totals", "refused"))
		require.EqualValues(t, 0, r.field("previous", "requests"))
		require.Equal(t, []any{map[string]any{"endpoint": "token", "error": "invalid_client", "reason": "client found", "count": 2.0}}, r.field("refusals"))
		tokens := r.field("tokens").([]any)
		require.Len(t, tokens, 1)
		require.Equal(t, "client_credentials", tokens[0].(map[string]any)["name"])
	}

	// A day later it is the day before.
	w.pass(24 * time.Hour)
	h.refresh()
	r := w.do(http.MethodGet, h.statistics("default", "step", "1h"), h.program, nil).is(http.StatusOK)
	require.EqualValues(t, 0, r.field("totals", "requests"))
	require.EqualValues(t, 5, r.field("previous", "requests"))
	for _, step := range []string{"6h", "1d"} {
		r = w.do(http.MethodGet, h.statistics("default", "step", step, "from", w.now().Add(-72*time.Hour).UTC().Format(time.RFC3339)), h.program, nil).is(http.StatusOK)
		require.EqualValues(t, 5, r.field("totals", "requests"), step)
	}
}

func TestStatisticsAreAskedForWithinBounds(t *testing.T) {
	w := newWorld(t)
	h := w.house("acme")
	ago := func(d time.Duration) string { return w.now().Add(-d).UTC().Format(time.RFC3339) }
	for about, query := range map[string][]string{
		"step": {"step", "7m"},
		"from": {"from", ago(40 * 24 * time.Hour)},
		"to":   {"to", "yesterday"},
	} {
		r := w.do(http.MethodGet, h.statistics("default", query...), h.program, nil).problem(http.StatusBadRequest, "validation_failed")
		errors := r.field("errors").([]any)
		require.Equal(t, about, errors[0].(map[string]any)["parameter"], string(r.body))
	}
	w.do(http.MethodGet, h.statistics("default", "from", ago(time.Hour), "to", ago(2*time.Hour)), h.program, nil).problem(http.StatusBadRequest, "validation_failed")
	w.do(http.MethodGet, h.statistics("default", "from", ago(47*time.Hour), "to", ago(-47*time.Hour), "step", "5m"), h.program, nil).problem(http.StatusBadRequest, "validation_failed")
	w.do(http.MethodGet, h.statistics("default", "client_id", "x"), h.program, nil).problem(http.StatusBadRequest, "validation_failed")
	w.do(http.MethodGet, h.statistics("default", "step", "5m"), h.program, nil).is(http.StatusOK)
}
