package domain

import (
	"slices"
	"time"

	"github.com/google/uuid"
)

// Outcomes of requests that are counted. Endpoints may end with a word of their
// own besides.
const (
	OutcomeGranted = "granted"
	OutcomeRefused = "refused"
)

// Endpoints that are pages, where people answer and not clients.
const (
	EndpointLogin   = "login"
	EndpointConsent = "consent"
)

// Series is what requests have in common that are counted together. None of its
// words is a caller's: they name what the product has, so that there are few.
type Series struct {
	Endpoint   string
	GrantType  string // at the token endpoint, once the grant is found
	AuthMethod string // by which the client proved itself, empty until it has
	Outcome    string
	Error      string // the error code, where refused
	Check      string // the first check that failed, where refused
}

// latencyBounds are the upper bounds of all classes of a Latency but the last.
var latencyBounds = [...]time.Duration{
	time.Millisecond, 2 * time.Millisecond, 5 * time.Millisecond, 10 * time.Millisecond, 25 * time.Millisecond, 50 * time.Millisecond,
	100 * time.Millisecond, 250 * time.Millisecond, 500 * time.Millisecond, time.Second,
}

// Latency says how many requests took how long: up to 1, 2, 5, 10, 25, 50, 100,
// 250, 500, 1000 milliseconds, and longer.
type Latency [len(latencyBounds) + 1]int64

// Add counts one request.
func (l *Latency) Add(took time.Duration) {
	class := 0
	for class < len(latencyBounds) && took > latencyBounds[class] {
		class++
	}
	l[class]++
}

// Merge adds what another has counted.
func (l *Latency) Merge(other Latency) {
	for i, n := range other {
		l[i] += n
	}
}

// Count is how many requests there were.
func (l *Latency) Count() int64 {
	var n int64
	for _, c := range l {
		n += c
	}
	return n
}

// Quantile is the time within which that part of the requests was answered, as
// if those of one class were spread evenly. What took longer than the highest
// bound counts as that bound; without requests it is zero.
func (l *Latency) Quantile(q float64) time.Duration {
	rank, before := q*float64(l.Count()), 0.0
	var low time.Duration
	for i, high := range latencyBounds {
		n := float64(l[i])
		if n > 0 && before+n >= rank {
			return low + time.Duration(float64(high-low)*(rank-before)/n)
		}
		before, low = before+n, high
	}
	if before >= rank {
		return 0 // nothing was counted
	}
	return low
}

// Count is what one series of a workspace counted within one step of time.
type Count struct {
	WorkspaceID uuid.UUID
	At          time.Time // within the step; its beginning, where it was read
	Series      Series
	Latency     Latency
}

// Resolution is a step of time by which counts are kept, and for how long.
type Resolution struct {
	Step time.Duration
	Kept time.Duration
}

// Resolutions are those by which every count is kept, the finest first.
func Resolutions() []Resolution {
	return []Resolution{{5 * time.Minute, 48 * time.Hour}, {time.Hour, 35 * 24 * time.Hour}, {24 * time.Hour, 400 * 24 * time.Hour}}
}

// ResolutionFor is the coarsest resolution that tells steps of that length
// apart; false where none does.
func ResolutionFor(step time.Duration) (Resolution, bool) {
	for _, r := range slices.Backward(Resolutions()) {
		if step > 0 && step%r.Step == 0 {
			return r, true
		}
	}
	return Resolution{}, false
}
