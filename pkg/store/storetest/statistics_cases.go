package storetest

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func statisticsCases() []Case {
	return []Case{
		{"CountsAddUpInEveryResolution", countsAddUp},
		{"CountsOfManyWorkspacesTakeOneRoundTrip", countsTakeOneRoundTrip},
		{"ServicesThatAreCalledMayCount", servicesMayCount},
		{"CountsAreKeptAsLongAsTheirResolutionSays", countsArePruned},
		{"CountsGoWithTheirWorkspace", countsGoWithTheirWorkspace},
	}
}

var issued = domain.Series{
	Endpoint: "token", GrantType: "client_credentials", AuthMethod: "client_secret_basic", Outcome: domain.OutcomeGranted,
}

// counted reads what the handle sees between two moments, by series.
func counted(t *testing.T, w store.Workspace, r domain.Resolution, from, until time.Time) map[domain.Series][]domain.Count {
	t.Helper()
	out := map[domain.Series][]domain.Count{}
	require.NoError(t, w.Statistics(t.Context(), r, from, until, func(c domain.Count) { out[c.Series] = append(out[c.Series], c) }))
	return out
}

func countsAddUp(t *testing.T, f *Fixture) {
	p, day := f.Store.Platform(), f.Clock.Now().Truncate(24*time.Hour)
	refused := domain.Series{Endpoint: "token", Outcome: domain.OutcomeRefused, Error: "invalid_client", Check: "client \x00found"}
	at := day.Add(10*time.Hour + 7*time.Minute)
	add := func(at time.Time, s domain.Series, l domain.Latency) {
		require.NoError(t, p.AddStatistics(t.Context(), []domain.Count{{WorkspaceID: f.A.ID(), At: at, Series: s, Latency: l}}))
	}
	add(at, issued, domain.Latency{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11})
	add(at.Add(time.Minute), issued, domain.Latency{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1})
	add(at.Add(10*time.Minute), issued, domain.Latency{1})
	add(at, refused, domain.Latency{0, 1})
	refused.Check = "client \uFFFDfound"

	fine, hours, days := domain.Resolutions()[0], domain.Resolutions()[1], domain.Resolutions()[2]
	sum := domain.Latency{2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}
	assert.Equal(t, map[domain.Series][]domain.Count{
		issued:  {{WorkspaceID: f.A.ID(), At: day.Add(10*time.Hour + 5*time.Minute), Series: issued, Latency: sum}},
		refused: {{WorkspaceID: f.A.ID(), At: day.Add(10*time.Hour + 5*time.Minute), Series: refused, Latency: domain.Latency{0, 1}}},
	}, counted(t, f.A.Workspace, fine, day, day.Add(10*time.Hour+15*time.Minute)))
	sum[0]++
	for _, r := range []domain.Resolution{hours, days} {
		assert.Equal(t, []domain.Count{{WorkspaceID: f.A.ID(), At: at.Truncate(r.Step), Series: issued, Latency: sum}},
			counted(t, f.A.Workspace, r, day, day.Add(24*time.Hour))[issued])
	}
	assert.Empty(t, counted(t, f.A.Workspace, hours, day, day.Add(10*time.Hour)), "the end of a span is not in it")
	assert.NotEmpty(t, counted(t, f.A.Workspace, hours, day.Add(10*time.Hour), day.Add(11*time.Hour)), "its beginning is")
}

func countsTakeOneRoundTrip(t *testing.T, f *Fixture) {
	p, now := f.Store.Platform(), f.Clock.Now()
	var counts []domain.Count
	for i := range 60 {
		counts = append(counts, domain.Count{
			WorkspaceID: []uuid.UUID{f.A.ID(), f.B.ID(), uuid.New()}[i%3], At: now, Series: issued, Latency: domain.Latency{1},
		})
	}
	require.NoError(t, p.AddStatistics(t.Context(), counts), "statements are prepared once")
	assert.Equal(t, 1, f.Trips.Of(func() { require.NoError(t, p.AddStatistics(t.Context(), counts)) }))
	assert.Zero(t, f.Trips.Of(func() { require.NoError(t, p.AddStatistics(t.Context(), nil)) }))
	for _, s := range []Side{f.A, f.B} {
		got := counted(t, s.Workspace, domain.Resolutions()[1], now.Add(-time.Hour), now.Add(time.Hour))[issued]
		require.Len(t, got, 1)
		assert.EqualValues(t, 2*20, got[0].Latency.Count())
	}
	assert.Equal(t, 2*len(domain.Resolutions()), f.Count(t, "SELECT count(*) FROM statistics WHERE workspace_id IN ($1, $2)", f.A.ID().String(), f.B.ID().String()))
}

func servicesMayCount(t *testing.T, f *Fixture) {
	for _, role := range []string{store.RoleToken, store.RoleAuthorization, store.RoleStandalone} {
		s := f.DB.Open(t, store.Config{Now: f.Clock.Now, Role: role})
		require.NoError(t, s.Platform().AddStatistics(t.Context(), []domain.Count{{WorkspaceID: f.A.ID(), At: f.Clock.Now(), Series: issued, Latency: domain.Latency{1}}}), role)
	}
	reader := f.DB.Open(t, store.Config{Now: f.Clock.Now, Role: store.RoleTenantAdmin})
	got := counted(t, reader.Workspace(f.A.WorkspaceHandle), domain.Resolutions()[2], f.Clock.Now().Add(-24*time.Hour), f.Clock.Now())
	require.Len(t, got[issued], 1)
	assert.EqualValues(t, 3, got[issued][0].Latency.Count())
}

func countsArePruned(t *testing.T, f *Fixture) {
	p, now := f.Store.Platform(), f.Clock.Now()
	for i := range 3 {
		require.NoError(t, p.AddStatistics(t.Context(), []domain.Count{{WorkspaceID: f.A.ID(), At: now.Add(time.Duration(i) * 5 * time.Minute), Series: issued, Latency: domain.Latency{1}}}))
	}
	rows := func() int {
		return f.Count(t, "SELECT count(*) FROM statistics WHERE workspace_id = $1", f.A.ID().String())
	}
	all := rows()
	prune := func(at time.Time, limit int) (sum int) {
		for {
			n, err := p.PruneStatistics(t.Context(), at, limit)
			require.NoError(t, err)
			if n == 0 {
				return sum
			}
			require.LessOrEqual(t, n, limit*len(domain.Resolutions()))
			sum += n
		}
	}
	fine, hours, days := domain.Resolutions()[0], domain.Resolutions()[1], domain.Resolutions()[2]
	prune(now.Add(fine.Kept), 1000)
	assert.Equal(t, all, rows(), "nothing is too old yet")
	prune(now.Add(fine.Kept+time.Hour), 1)
	assert.Empty(t, counted(t, f.A.Workspace, fine, now.Add(-time.Hour), now.Add(time.Hour)))
	assert.NotEmpty(t, counted(t, f.A.Workspace, hours, now.Add(-time.Hour), now.Add(time.Hour)))
	prune(now.Add(hours.Kept+2*time.Hour), 1000)
	assert.Empty(t, counted(t, f.A.Workspace, hours, now.Add(-time.Hour), now.Add(time.Hour)))
	assert.NotEmpty(t, counted(t, f.A.Workspace, days, now.Add(-24*time.Hour), now.Add(time.Hour)))
	prune(now.Add(days.Kept+48*time.Hour), 1000)
	assert.Zero(t, rows())
}

func countsGoWithTheirWorkspace(t *testing.T, f *Fixture) {
	counts := []domain.Count{{WorkspaceID: f.A.ID(), At: f.Clock.Now(), Series: issued, Latency: domain.Latency{1}}}
	require.NoError(t, f.Store.Platform().AddStatistics(t.Context(), counts))
	_, err := f.A.Tenant.DeleteWorkspace(t.Context(), f.A.WorkspaceRecord.AID, Event("workspace.delete"))
	require.NoError(t, err)
	require.NoError(t, f.Store.Platform().AddStatistics(t.Context(), counts), "what was still waiting is dropped")
	assert.Zero(t, f.Count(t, "SELECT count(*) FROM statistics WHERE workspace_id = $1", f.A.ID().String()))
}

func statisticsIsolation() []Isolation {
	return []Isolation{{"Workspace.Statistics", func(t *testing.T, f *Fixture) {
		now := f.Clock.Now()
		require.NoError(t, f.Store.Platform().AddStatistics(t.Context(), []domain.Count{{WorkspaceID: f.A.ID(), At: now, Series: issued, Latency: domain.Latency{1}}}))
		require.NotEmpty(t, counted(t, f.A.Workspace, domain.Resolutions()[1], now.Add(-time.Hour), now.Add(time.Hour)))
		f.Intact(t, func() {
			require.Empty(t, counted(t, f.B.Workspace, domain.Resolutions()[1], now.Add(-time.Hour), now.Add(time.Hour)))
		})
	}}}
}
