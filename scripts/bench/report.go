package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"slices"
	"text/tabwriter"
	"time"
)

// row of the table.
type row struct {
	name      string
	perSecond float64
	p50, p99  time.Duration
	ratio     float64
	sql       float64 // round trips per operation; negative: not measured
	redis     float64
	budget    string
	note      string
}

// repeat runs the load several times and keeps the run with the median rate.
func repeat(ctx context.Context, o options, name string, l load) (row, error) {
	l.rate = o.rate
	warm := l
	warm.duration = min(time.Second, o.duration)
	if _, err := warm.prepared(ctx); err != nil {
		return row{}, err
	}
	var results []result
	for range o.runs {
		r, err := l.prepared(ctx)
		if err != nil {
			return row{}, err
		}
		results = append(results, r)
	}
	slices.SortFunc(results, func(a, b result) int { return int(a.perSecond() - b.perSecond()) })
	m := results[len(results)/2]
	out := row{name: name, perSecond: m.perSecond(), p50: m.quantile(0.50), p99: m.quantile(0.99), sql: -1, redis: -1}
	if m.missed > 0 {
		out.note = fmt.Sprintf("%d arrivals found no free worker", m.missed)
	}
	return out, ctx.Err()
}

// prepared prepares a run and runs it; no request may fail.
func (l load) prepared(ctx context.Context) (result, error) {
	if l.before != nil {
		if err := l.before(ctx, l.duration); err != nil {
			return result{}, err
		}
	}
	r := l.run(ctx)
	if r.failures > 0 {
		return r, fmt.Errorf("%d requests failed, the first: %w", r.failures, r.first)
	}
	return r, nil
}

func report(w io.Writer, o options, target string, rows []row) error {
	if o.json {
		type line struct {
			Target    string  `json:"target"`
			Operation string  `json:"operation"`
			PerSecond float64 `json:"per_second"`
			P50       float64 `json:"p50_ms"`
			P99       float64 `json:"p99_ms"`
			Ratio     float64 `json:"ratio_to_limit"`
			SQL       float64 `json:"sql_round_trips"`
			Redis     float64 `json:"redis_round_trips"`
		}
		enc := json.NewEncoder(w)
		for _, r := range rows {
			if err := enc.Encode(line{target, r.name, r.perSecond, ms(r.p50), ms(r.p99), r.ratio, r.sql, r.redis}); err != nil {
				return err
			}
		}
		return nil
	}
	loop := "closed loop"
	if o.rate > 0 {
		loop = fmt.Sprintf("open loop, %.0f arrivals/s", o.rate)
	}
	_, _ = fmt.Fprintf(w, "\n%s: %d cores, %d workers, %s, median of %d runs of %s, generator on the same cores\n", target, runtime.NumCPU(), o.workers, loop, o.runs, o.duration)
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', tabwriter.AlignRight)
	_, _ = fmt.Fprintln(t, "operation\tper second\tp50 ms\tp99 ms\tof limit\tSQL\tRedis\tbudget SQL/Redis\t")
	for _, r := range rows {
		ratio := ""
		if r.ratio > 0 {
			ratio = fmt.Sprintf("%.2f", r.ratio)
		}
		_, _ = fmt.Fprintf(t, "%s\t%.0f\t%.2f\t%.2f\t%s\t%s\t%s\t%s\t\n", r.name, r.perSecond, ms(r.p50), ms(r.p99), ratio, trips(r.sql), trips(r.redis), r.budget)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, r := range rows {
		if r.note != "" {
			_, _ = fmt.Fprintf(w, "%s: %s\n", r.name, r.note)
		}
	}
	return nil
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func trips(n float64) string {
	if n < 0 {
		return ""
	}
	return fmt.Sprintf("%.2g", n)
}
