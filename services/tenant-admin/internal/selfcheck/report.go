package selfcheck

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/signet-authz/signet/api/admin"
)

// Outcomes of a check, the worst last.
const (
	skipped = "skipped"
	passed  = "pass"
	warned  = "warn"
	failed  = "fail"
)

// probe is one question to the workspace. Its id begins with its group.
type probe struct {
	id, title string
	rfc       string
	// expected is what the answer must be; the result may say it more exactly.
	expected string
	// why it matters, and what to do where it is not so. setting is the workspace's
	// field to change, by its name in JSON.
	why, advice, setting string
	run                  func(context.Context, *run) result
}

func (p probe) group() string {
	group, _, _ := strings.Cut(p.id, ".")
	return group
}

// result is what one probe found.
type result struct {
	outcome          string
	expected, actual string
	advice, setting  string // instead of the probe's
	trace            string
	unfit            bool // what the probe builds on was not there
}

func pass(actual string) result { return result{outcome: passed, actual: actual} }
func warn(actual string) result { return result{outcome: warned, actual: actual} }
func fail(actual string) result { return result{outcome: failed, actual: actual} }
func skip(reason string) result { return result{outcome: skipped, actual: reason} }

// unless passes where ok, and fails with what was found otherwise.
func unless(ok bool, actual string) result {
	if ok {
		return pass(actual)
	}
	return fail(actual)
}

// either is unless with a word for each case.
func either(ok bool, right, wrong string) result {
	if ok {
		return pass(right)
	}
	return fail(wrong)
}

// broken is a probe that got no answer to judge.
func broken(err error) result {
	var unfit *unfitError
	switch {
	case errors.As(err, &unfit):
		return result{outcome: unfit.outcome, actual: unfit.reason, trace: unfit.trace, unfit: true}
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return skip("The run ended before this could be tried.")
	default:
		return fail("The authorization server gave no answer.")
	}
}

// unfitError is that what a probe builds on is not there.
type unfitError struct{ outcome, reason, trace string }

// Error speaks to whoever reads the report.
func (e *unfitError) Error() string { return e.reason }

func (r result) expecting(s string) result { r.expected = s; return r }
func (r result) advise(s string) result    { r.advice = s; return r }

// of links the result to the explanation of the request behind it.
func (r result) of(a answer) result { r.trace = a.trace(); return r }

// line is the result as the report shows it.
func (p probe) line(r result) admin.SelfCheckResult {
	out := admin.SelfCheckResult{
		ID: p.id, Group: p.group(), Title: p.title, Outcome: r.outcome, Expected: or(r.expected, p.expected), Actual: r.actual,
		Why: p.why, RFC: p.rfc, Advice: r.advice, TraceID: r.trace,
	}
	if r.outcome == warned || r.outcome == failed {
		out.Advice, out.Setting = or(r.advice, p.advice), or(r.setting, p.setting)
		if out.Advice == "" && out.Setting == "" {
			out.Advice = "No setting of the workspace brings this about. Show this report to whoever operates the service."
		}
	}
	return out
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// report sums up the checks of a run.
func report(profile string, began, ended time.Time, checks []admin.SelfCheckResult) admin.SelfCheck {
	out := admin.SelfCheck{
		StartedAt: began, DurationMs: int(ended.Sub(began).Milliseconds()), Profile: profile, Outcome: passed, Checks: checks,
	}
	order := []string{skipped, passed, warned, failed}
	for _, c := range checks {
		switch c.Outcome {
		case passed:
			out.Counts.Pass++
		case warned:
			out.Counts.Warn++
		case failed:
			out.Counts.Fail++
		default:
			out.Counts.Skipped++
		}
		if slices.Index(order, c.Outcome) > slices.Index(order, out.Outcome) {
			out.Outcome = c.Outcome
		}
	}
	return out
}
