package figures

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/signet-authz/signet/api/admin"
	"github.com/signet-authz/signet/pkg/domain"
)

// maxRefusals is how many different refusals are listed.
const maxRefusals = 20

const tokenEndpoint = "token"

// Sheet adds up the counts of one span, and of the span before it.
type Sheet struct {
	span Span
	// previous is nil where not all of the span before is kept.
	totals, previous *sums

	tokens, methods, requests, logins, consents lines
	failures                                    map[string]int64
	refusals                                    map[refusal]int64
	latency                                     map[string]*durations
}

// sums are the totals of a span while they are added up.
type sums struct {
	admin.StatisticsTotals
	token domain.Latency
}

type refusal struct{ endpoint, error, check string }

// durations are those of one endpoint.
type durations struct {
	all    domain.Latency
	points []domain.Latency
}

// NewSheet returns an empty sheet for the span.
func NewSheet(s Span, now time.Time) *Sheet {
	n := s.Points()
	sheet := &Sheet{
		span: s, totals: &sums{}, tokens: lines{points: n}, methods: lines{points: n},
		requests: lines{points: n, names: []string{domain.OutcomeGranted, domain.OutcomeRefused}},
		logins:   lines{points: n, names: []string{"success", "failure"}},
		consents: lines{points: n, names: []string{"given", "denied"}},
		failures: map[string]int64{}, refusals: map[refusal]int64{}, latency: map[string]*durations{},
	}
	if s.kept(s.Before(), now) {
		sheet.previous = &sums{}
	}
	return sheet
}

// Add takes in one count, if it lies in one of the two spans.
func (s *Sheet) Add(c domain.Count) {
	switch {
	case !c.At.Before(s.span.To), c.At.Before(s.span.Before()):
		return
	case c.At.Before(s.span.From):
		if s.previous != nil {
			s.previous.add(c)
		}
		return
	}
	s.totals.add(c)
	at, n, refused := s.span.at(c.At), c.Latency.Count(), c.Series.Outcome == domain.OutcomeRefused
	switch c.Series.Endpoint {
	case domain.EndpointLogin:
		s.logins.add(either(refused, "failure", "success"), at, n)
		if refused {
			s.failures[cmp.Or(c.Series.Check, c.Series.Error)] += n
		}
	case domain.EndpointConsent:
		s.consents.add(either(refused, "denied", "given"), at, n)
		return // how long it took says nothing
	default:
		s.requests.add(c.Series.Outcome, at, n)
		if refused {
			s.refusals[refusal{c.Series.Endpoint, c.Series.Error, c.Series.Check}] += n
		}
	}
	if issued(c.Series) {
		s.tokens.add(c.Series.GrantType, at, n)
	}
	if c.Series.AuthMethod != "" {
		s.methods.add(c.Series.AuthMethod, at, n)
	}
	s.took(c, at)
}

func (s *Sheet) took(c domain.Count, at int) {
	d := s.latency[c.Series.Endpoint]
	if d == nil {
		d = &durations{points: make([]domain.Latency, s.span.Points())}
		s.latency[c.Series.Endpoint] = d
	}
	d.all.Merge(c.Latency)
	d.points[at].Merge(c.Latency)
}

func (t *sums) add(c domain.Count) {
	n, refused := c.Latency.Count(), c.Series.Outcome == domain.OutcomeRefused
	switch c.Series.Endpoint {
	case domain.EndpointLogin:
		if refused {
			t.FailedLogins += n
		} else {
			t.Logins += n
		}
		return
	case domain.EndpointConsent:
		return
	case tokenEndpoint:
		t.token.Merge(c.Latency)
	}
	t.Requests += n
	if refused {
		t.Refused += n
	}
	if issued(c.Series) {
		t.Tokens += n
	}
}

func issued(s domain.Series) bool {
	return s.Endpoint == tokenEndpoint && s.Outcome == domain.OutcomeGranted && s.GrantType != ""
}

func either(condition bool, yes, no string) string {
	if condition {
		return yes
	}
	return no
}

// Form is the sheet as it goes over the wire.
func (s *Sheet) Form() admin.Statistics {
	f := admin.Statistics{
		From: s.span.From, To: s.span.To, Step: s.span.Name, Points: make([]time.Time, s.span.Points()), Totals: s.totals.form(),
		Tokens: s.tokens.form(), ClientAuthentication: s.methods.form(), Requests: s.requests.form(), Logins: s.logins.form(), Consents: s.consents.form(),
		LoginFailures: []admin.LoginFailures{}, Refusals: []admin.Refusals{}, Latency: []admin.EndpointLatency{},
	}
	for i := range f.Points {
		f.Points[i] = s.span.From.Add(time.Duration(i) * s.span.Step)
	}
	if s.previous != nil {
		previous := s.previous.form()
		f.Previous = &previous
	}
	for reason, n := range s.failures {
		f.LoginFailures = append(f.LoginFailures, admin.LoginFailures{Reason: reason, Count: n})
	}
	slices.SortFunc(f.LoginFailures, func(a, b admin.LoginFailures) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Reason, b.Reason))
	})
	for r, n := range s.refusals {
		f.Refusals = append(f.Refusals, admin.Refusals{Endpoint: r.endpoint, Error: r.error, Reason: r.check, Count: n})
	}
	slices.SortFunc(f.Refusals, func(a, b admin.Refusals) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Endpoint, b.Endpoint), cmp.Compare(a.Error, b.Error), cmp.Compare(a.Reason, b.Reason))
	})
	f.Refusals = f.Refusals[:min(len(f.Refusals), maxRefusals)]
	for endpoint, d := range s.latency {
		f.Latency = append(f.Latency, d.form(endpoint))
	}
	slices.SortFunc(f.Latency, func(a, b admin.EndpointLatency) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Endpoint, b.Endpoint))
	})
	return f
}

func (t *sums) form() admin.StatisticsTotals {
	f := t.StatisticsTotals
	f.TokenP95Ms = milliseconds(t.token.Quantile(0.95))
	return f
}

func (d *durations) form(endpoint string) admin.EndpointLatency {
	all := pointForm(d.all)
	f := admin.EndpointLatency{Endpoint: endpoint, Count: all.Count, P50Ms: all.P50Ms, P95Ms: all.P95Ms, P99Ms: all.P99Ms, Points: make([]admin.LatencyPoint, len(d.points))}
	for i, l := range d.points {
		f.Points[i] = pointForm(l)
	}
	return f
}

func pointForm(l domain.Latency) admin.LatencyPoint {
	return admin.LatencyPoint{Count: l.Count(), P50Ms: milliseconds(l.Quantile(0.5)), P95Ms: milliseconds(l.Quantile(0.95)), P99Ms: milliseconds(l.Quantile(0.99))}
}

// milliseconds are as exact as classes of durations can be.
func milliseconds(d time.Duration) float64 {
	return math.Round(float64(d)/float64(time.Millisecond)*100) / 100
}

// lines are series over the points of a span.
type lines struct {
	points int
	names  []string // those that are there even without a count, first
	counts map[string][]int64
}

func (l *lines) add(name string, at int, n int64) {
	if l.counts == nil {
		l.counts = map[string][]int64{}
	}
	if l.counts[name] == nil {
		l.counts[name] = make([]int64, l.points)
	}
	l.counts[name][at] += n
}

// form lists the series: those with a place of their own, then the busiest.
func (l *lines) form() []admin.StatisticsSeries {
	f := []admin.StatisticsSeries{}
	for _, name := range l.names {
		f = append(f, seriesForm(name, l.counts[name], l.points))
	}
	fixed := len(f)
	for name, counts := range l.counts {
		if !slices.Contains(l.names, name) {
			f = append(f, seriesForm(name, counts, l.points))
		}
	}
	slices.SortFunc(f[fixed:], func(a, b admin.StatisticsSeries) int {
		return cmp.Or(cmp.Compare(b.Total, a.Total), cmp.Compare(a.Name, b.Name))
	})
	return f
}

func seriesForm(name string, counts []int64, points int) admin.StatisticsSeries {
	if counts == nil {
		counts = make([]int64, points)
	}
	f := admin.StatisticsSeries{Name: name, Counts: counts}
	for _, n := range counts {
		f.Total += n
	}
	return f
}
