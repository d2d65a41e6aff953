package figures_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/api/admin"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/services/tenant-admin/internal/figures"
)

var now = time.Date(2026, 11, 26, 12, 34, 56, 0, time.UTC)

func TestSpansAreWholeStepsAndBounded(t *testing.T) {
	at := func(s string) time.Time {
		if s == "" {
			return time.Time{}
		}
		v, err := time.Parse(time.RFC3339, s)
		require.NoError(t, err)
		return v
	}
	for name, row := range map[string]struct{ from, to, step, wantFrom, wantTo, fault string }{
		"a day of hours":         {wantFrom: "2026-11-25T13:00:00Z", wantTo: "2026-11-26T13:00:00Z"},
		"widened":                {from: "2026-11-26T10:01:00+02:00", to: "2026-11-26T09:59:59Z", wantFrom: "2026-11-26T08:00:00Z", wantTo: "2026-11-26T10:00:00Z"},
		"whole already":          {from: "2026-11-26T10:00:00Z", to: "2026-11-26T11:00:00Z", step: "5m", wantFrom: "2026-11-26T10:00:00Z", wantTo: "2026-11-26T11:00:00Z"},
		"days":                   {from: "2026-10-28T00:00:00Z", step: "1d", wantFrom: "2026-10-28T00:00:00Z", wantTo: "2026-11-27T00:00:00Z"},
		"one day of days":        {step: "1d", wantFrom: "2026-11-26T00:00:00Z", wantTo: "2026-11-27T00:00:00Z"},
		"quarters of days":       {from: "2026-11-20T00:00:00Z", step: "6h", wantFrom: "2026-11-20T00:00:00Z", wantTo: "2026-11-26T18:00:00Z"},
		"unknown step":           {step: "7m", fault: "step"},
		"step of another form":   {step: "3600", fault: "step"},
		"backwards":              {from: "2026-11-26T12:00:00Z", to: "2026-11-26T11:00:00Z", fault: "from"},
		"empty":                  {from: "2026-11-26T12:00:00Z", to: "2026-11-26T12:00:00Z", fault: "from"},
		"too many steps":         {from: "2026-11-24T12:00:00Z", to: "2026-11-28T12:00:00Z", step: "5m", fault: "from"},
		"endless":                {from: "1970-01-01T00:00:00Z", to: "9999-01-01T00:00:00Z", step: "1d", fault: "from"},
		"beyond what is kept":    {from: "2026-11-20T12:00:00Z", to: "2026-11-20T13:00:00Z", step: "5m", fault: "from"},
		"hours, beyond retained": {from: "2026-10-01T00:00:00Z", to: "2026-10-02T00:00:00Z", fault: "from"},
	} {
		s, fault := figures.NewSpan(at(row.from), at(row.to), row.step, now)
		if row.fault != "" {
			require.NotNil(t, fault, name)
			require.Equal(t, row.fault, fault.Parameter, name)
			continue
		}
		require.Nil(t, fault, name)
		require.Equal(t, at(row.wantFrom), s.From, name)
		require.Equal(t, at(row.wantTo), s.To, name)
		require.LessOrEqual(t, s.Points(), figures.MaxPoints)
	}
}

// sheet is one of three hours.
func sheet(t *testing.T) *figures.Sheet {
	t.Helper()
	s, fault := figures.NewSpan(now.Add(-2*time.Hour), now, "1h", now)
	require.Nil(t, fault)
	require.Equal(t, 3, s.Points())
	return figures.NewSheet(s, now)
}

func count(hoursAgo int, s domain.Series, n int64) domain.Count {
	return domain.Count{At: now.Truncate(time.Hour).Add(time.Duration(-hoursAgo) * time.Hour), Series: s, Latency: domain.Latency{n}}
}

func TestSheetAddsUpWithoutGaps(t *testing.T) {
	sh := sheet(t)
	issued := domain.Series{Endpoint: "token", GrantType: "client_credentials", AuthMethod: "private_key_jwt", Outcome: "granted"}
	refreshed := issued
	refreshed.GrantType = "refresh_token"
	invalid := domain.Series{Endpoint: "token", GrantType: "client_credentials", AuthMethod: "private_key_jwt", Outcome: "refused", Error: "invalid_scope", Check: "scope known"}
	denied := domain.Series{Endpoint: "token", Outcome: "refused", Error: "invalid_client", Check: "secret matched"}
	slow := domain.Count{At: now.Truncate(time.Hour), Series: domain.Series{Endpoint: "introspect", AuthMethod: "none", Outcome: "granted"}, Latency: domain.Latency{9: 4}}
	for _, c := range []domain.Count{
		count(0, issued, 5), count(2, issued, 2), count(0, refreshed, 9), count(1, invalid, 3), count(1, denied, 8), slow,
		count(0, domain.Series{Endpoint: "authorize", Outcome: "interaction"}, 1),
		count(0, domain.Series{Endpoint: "login", Outcome: "granted"}, 6), count(0, domain.Series{Endpoint: "login", Outcome: "refused", Check: "password matches"}, 2),
		count(0, domain.Series{Endpoint: "login", Outcome: "refused", Check: "user found"}, 7),
		count(2, domain.Series{Endpoint: "consent", Outcome: "granted"}, 1), count(1, domain.Series{Endpoint: "consent", Outcome: "refused"}, 1),
		count(3, issued, 100), count(5, denied, 10), count(-1, issued, 1000), count(6, issued, 1000),
	} {
		sh.Add(c)
	}
	f := sh.Form()
	hour := now.Truncate(time.Hour)
	require.Equal(t, []time.Time{hour.Add(-2 * time.Hour), hour.Add(-time.Hour), hour}, f.Points)
	require.Equal(t, []admin.StatisticsSeries{{Name: "refresh_token", Total: 9, Counts: []int64{0, 0, 9}}, {Name: "client_credentials", Total: 7, Counts: []int64{2, 0, 5}}}, f.Tokens)
	require.Equal(t, []admin.StatisticsSeries{{Name: "private_key_jwt", Total: 19, Counts: []int64{2, 3, 14}}, {Name: "none", Total: 4, Counts: []int64{0, 0, 4}}}, f.ClientAuthentication)
	require.Equal(t, []admin.StatisticsSeries{{Name: "granted", Total: 20, Counts: []int64{2, 0, 18}}, {Name: "refused", Total: 11, Counts: []int64{0, 11, 0}}, {Name: "interaction", Total: 1, Counts: []int64{0, 0, 1}}}, f.Requests)
	require.Equal(t, []admin.StatisticsSeries{{Name: "success", Total: 6, Counts: []int64{0, 0, 6}}, {Name: "failure", Total: 9, Counts: []int64{0, 0, 9}}}, f.Logins)
	require.Equal(t, []admin.StatisticsSeries{{Name: "given", Total: 1, Counts: []int64{1, 0, 0}}, {Name: "denied", Total: 1, Counts: []int64{0, 1, 0}}}, f.Consents)
	require.Equal(t, []admin.LoginFailures{{Reason: "user found", Count: 7}, {Reason: "password matches", Count: 2}}, f.LoginFailures)
	require.Equal(t, []admin.Refusals{{Endpoint: "token", Error: "invalid_client", Reason: "secret matched", Count: 8}, {Endpoint: "token", Error: "invalid_scope", Reason: "scope known", Count: 3}}, f.Refusals)

	require.Equal(t, admin.StatisticsTotals{Requests: 32, Refused: 11, Tokens: 16, Logins: 6, FailedLogins: 9, TokenP95Ms: 0.95}, f.Totals)
	require.Equal(t, &admin.StatisticsTotals{Requests: 110, Refused: 10, Tokens: 100, TokenP95Ms: 0.95}, f.Previous)
	latency := map[string]admin.EndpointLatency{}
	for _, l := range f.Latency {
		latency[l.Endpoint] = l
	}
	require.Len(t, latency, 4, "of consents it says nothing")
	require.Equal(t, "token", f.Latency[0].Endpoint, "the busiest first")
	require.Equal(t, []admin.LatencyPoint{{}, {}, {Count: 4, P50Ms: 750, P95Ms: 975, P99Ms: 995}}, latency["introspect"].Points)
	require.EqualValues(t, 4, latency["introspect"].Count)
}

func TestEmptySheetHasZerosAndNoNulls(t *testing.T) {
	f := sheet(t).Form()
	require.Len(t, f.Points, 3)
	require.Equal(t, []admin.StatisticsSeries{}, f.Tokens)
	require.Equal(t, []int64{0, 0, 0}, f.Logins[1].Counts)
	require.Equal(t, []admin.Refusals{}, f.Refusals)
	require.Equal(t, []admin.EndpointLatency{}, f.Latency)
	require.Equal(t, &admin.StatisticsTotals{}, f.Previous)
}

func TestSpanBeforeIsToldOnlyWhereAllOfItIsKept(t *testing.T) {
	for days, want := range map[int]bool{17: true, 18: false, 30: false} {
		s, fault := figures.NewSpan(now.Add(time.Duration(-days)*24*time.Hour), now, "1h", now)
		require.Nil(t, fault)
		sh := figures.NewSheet(s, now)
		sh.Add(domain.Count{At: s.Before(), Series: domain.Series{Endpoint: "token"}, Latency: domain.Latency{1}})
		require.Equal(t, want, sh.Form().Previous != nil, days)
	}
}

func TestRefusalsAreTheMostFrequentOnly(t *testing.T) {
	sh := sheet(t)
	for i := range 50 {
		sh.Add(count(0, domain.Series{Endpoint: "token", Outcome: "refused", Error: "invalid_client", Check: strconv.Itoa(i)}, int64(i)))
	}
	f := sh.Form()
	require.Len(t, f.Refusals, 20)
	require.EqualValues(t, 49, f.Refusals[0].Count)
	require.EqualValues(t, 30, f.Refusals[19].Count)
}
