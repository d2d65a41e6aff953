package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/signet-authz/signet/pkg/domain"
)

const addCount = `INSERT INTO statistics (workspace_id, step, begins_at, endpoint, grant_type, auth_method, outcome, error, failed_check,
		le_1, le_2, le_5, le_10, le_25, le_50, le_100, le_250, le_500, le_1000, slower)
	SELECT w.id, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20
	FROM workspaces w WHERE w.id = $1 AND w.state <> 'deleted'
	ON CONFLICT (workspace_id, step, begins_at, endpoint, grant_type, auth_method, outcome, error, failed_check) DO UPDATE SET
		le_1 = statistics.le_1 + excluded.le_1, le_2 = statistics.le_2 + excluded.le_2, le_5 = statistics.le_5 + excluded.le_5,
		le_10 = statistics.le_10 + excluded.le_10, le_25 = statistics.le_25 + excluded.le_25, le_50 = statistics.le_50 + excluded.le_50,
		le_100 = statistics.le_100 + excluded.le_100, le_250 = statistics.le_250 + excluded.le_250, le_500 = statistics.le_500 + excluded.le_500,
		le_1000 = statistics.le_1000 + excluded.le_1000, slower = statistics.slower + excluded.slower`

// AddStatistics adds counts of any workspaces to the rows of their steps, once
// for each resolution, up to a thousand rows a round trip. A count is added
// again where a caller repeats itself after an unclear failure. Counts of
// workspaces that are gone are dropped.
func (p Platform) AddStatistics(ctx context.Context, counts []domain.Count) error {
	resolutions := domain.Resolutions()
	// In one order everywhere, so that two processes cannot lock each other out.
	ordered := slices.SortedFunc(slices.Values(counts), func(a, b domain.Count) int {
		return cmp.Or(slices.Compare(a.WorkspaceID[:], b.WorkspaceID[:]), a.At.Compare(b.At), compareSeries(a.Series, b.Series))
	})
	for part := range slices.Chunk(ordered, trip/len(resolutions)) {
		b := &batch{}
		for i, c := range part {
			if i == 0 || part[i-1].WorkspaceID != c.WorkspaceID {
				b.within(scope{workspace: c.WorkspaceID})
			}
			for _, r := range resolutions {
				b.addCount(c, r.Step)
			}
		}
		if err := p.s.run(ctx, b); err != nil {
			return fmt.Errorf("store: adding statistics: %w", err)
		}
	}
	return nil
}

func compareSeries(a, b domain.Series) int {
	return cmp.Or(cmp.Compare(a.Endpoint, b.Endpoint), cmp.Compare(a.GrantType, b.GrantType), cmp.Compare(a.AuthMethod, b.AuthMethod),
		cmp.Compare(a.Outcome, b.Outcome), cmp.Compare(a.Error, b.Error), cmp.Compare(a.Check, b.Check))
}

func (b *batch) addCount(c domain.Count, step time.Duration) {
	s := c.Series
	args := []any{
		c.WorkspaceID, seconds(step), at(c.At.UTC().Truncate(step)),
		cleanText(s.Endpoint, auditText), cleanText(s.GrantType, auditText), cleanText(s.AuthMethod, auditText),
		cleanText(s.Outcome, auditText), cleanText(s.Error, auditText), cleanText(s.Check, auditText),
	}
	for _, n := range c.Latency {
		args = append(args, n)
	}
	b.exec(addCount, args...)
}

func seconds(d time.Duration) int64 { return int64(d / time.Second) }

const selectCounts = `SELECT begins_at, endpoint, grant_type, auth_method, outcome, error, failed_check,
		le_1, le_2, le_5, le_10, le_25, le_50, le_100, le_250, le_500, le_1000, slower
	FROM statistics WHERE workspace_id = $1 AND step = $2 AND begins_at >= $3 AND begins_at < $4`

// Statistics calls fn with every count of the workspace of the resolution that
// begins in the span from a moment until before another, in no order. fn is
// called as rows arrive and must not use the store.
func (w Workspace) Statistics(ctx context.Context, r domain.Resolution, from, until time.Time, fn func(domain.Count)) error {
	b := w.batch()
	b.query(func(r row) error {
		c := domain.Count{WorkspaceID: w.id}
		var begins instant
		into := []any{&begins, &c.Series.Endpoint, &c.Series.GrantType, &c.Series.AuthMethod, &c.Series.Outcome, &c.Series.Error, &c.Series.Check}
		for i := range c.Latency {
			into = append(into, &c.Latency[i])
		}
		if err := r.Scan(into...); err != nil {
			return err
		}
		c.At = begins.time()
		fn(c)
		return nil
	}, selectCounts, w.id, seconds(r.Step), at(from), at(until))
	return w.s.run(ctx, b)
}

const expiredStatistics = `DELETE FROM statistics WHERE (workspace_id, step, begins_at, endpoint, grant_type, auth_method, outcome, error, failed_check) IN
	(SELECT workspace_id, step, begins_at, endpoint, grant_type, auth_method, outcome, error, failed_check FROM statistics
	WHERE step = $1 AND begins_at < $2 LIMIT $3)`

// PruneStatistics deletes counts that are older, at the moment, than their
// resolution is kept: at most limit of each. It tells how many went; call it
// until that is 0.
func (p Platform) PruneStatistics(ctx context.Context, now time.Time, limit int) (int, error) {
	resolutions := domain.Resolutions()
	b := &batch{}
	b.within(scope{platform: true})
	counts := make([]int64, len(resolutions))
	for i, r := range resolutions {
		b.count(&counts[i], expiredStatistics, seconds(r.Step), at(now.Add(-r.Kept)), min(max(limit, 1), eraseRows))
	}
	if err := p.s.run(ctx, b); err != nil {
		return 0, fmt.Errorf("store: pruning statistics: %w", err)
	}
	return total(counts), nil
}
