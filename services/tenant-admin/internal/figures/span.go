package figures

import (
	"time"

	"github.com/signet-authz/signet/pkg/domain"
)

// MaxPoints is the most steps that a span may have.
const MaxPoints = 750

// DefaultStep is the step of those who ask for none.
const DefaultStep = "1h"

// defaultLength is how long the span of those is who say only where it ends.
const defaultLength = 24 * time.Hour

var steps = map[string]time.Duration{"5m": 5 * time.Minute, "1h": time.Hour, "6h": 6 * time.Hour, "1d": 24 * time.Hour}

// Span is a whole number of steps.
type Span struct {
	From, To   time.Time
	Name       string // of the step
	Step       time.Duration
	Resolution domain.Resolution // by which its counts are read
}

// A Fault is what is wrong with a span that was asked for.
type Fault struct{ Parameter, Detail string }

// NewSpan is the span that holds from and to, widened to whole steps. A zero to
// is now, a zero from a day before it.
func NewSpan(from, to time.Time, step string, now time.Time) (Span, *Fault) {
	if step == "" {
		step = DefaultStep
	}
	length, known := steps[step]
	resolution, kept := domain.ResolutionFor(length)
	if !known || !kept {
		return Span{}, &Fault{"step", "A step is 5m, 1h, 6h or 1d."}
	}
	if to.IsZero() {
		to = now
	}
	s := Span{To: ceil(to, length), Name: step, Step: length, Resolution: resolution}
	if from.IsZero() {
		s.From = s.To.Add(-max(defaultLength, length))
	} else {
		s.From = from.UTC().Truncate(length)
	}
	switch {
	case !s.From.Before(s.To):
		return Span{}, &Fault{"from", "The span must begin before it ends."}
	case s.Points() > MaxPoints:
		return Span{}, &Fault{"from", "The span has more than 750 steps; ask for longer steps."}
	case !s.kept(s.From, now):
		return Span{}, &Fault{"from", "Counts of such a step are not kept for so long; ask for longer steps."}
	}
	return s, nil
}

func ceil(t time.Time, step time.Duration) time.Time {
	down := t.UTC().Truncate(step)
	if down.Equal(t) {
		return down
	}
	return down.Add(step)
}

// Points is how many steps the span has.
func (s Span) Points() int { return int(s.To.Sub(s.From) / s.Step) }

// Before is where the span before this one begins.
func (s Span) Before() time.Time { return s.From.Add(-s.To.Sub(s.From)) }

// kept tells whether what was counted since the moment is still there, but for
// the step that is just being cleared away.
func (s Span) kept(since, now time.Time) bool {
	return !since.Before(now.Add(-s.Resolution.Kept - s.Step))
}

func (s Span) at(t time.Time) int { return int(t.Sub(s.From) / s.Step) }
