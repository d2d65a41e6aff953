package domain_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/pkg/domain"
)

func TestLatencyIsCountedInTheClassOfItsUpperBound(t *testing.T) {
	for took, class := range map[time.Duration]int{
		-time.Second: 0, 0: 0, time.Millisecond: 0, time.Millisecond + 1: 1, 10 * time.Millisecond: 3, 400 * time.Millisecond: 8,
		time.Second: 9, time.Second + 1: 10, time.Hour: 10,
	} {
		var l domain.Latency
		l.Add(took)
		require.EqualValues(t, 1, l[class], took)
		require.EqualValues(t, 1, l.Count())
	}
}

func TestQuantilesLieWithinTheClassThatHoldsThem(t *testing.T) {
	var none domain.Latency
	require.Zero(t, none.Quantile(0.95))

	one := domain.Latency{0, 0, 1}
	require.Equal(t, 3500*time.Microsecond, one.Quantile(0.5), "half way from 2 to 5 ms")

	spread := domain.Latency{90, 0, 0, 10}
	require.LessOrEqual(t, spread.Quantile(0.5), time.Millisecond)
	require.Equal(t, time.Millisecond, spread.Quantile(0.9))
	require.Equal(t, 7500*time.Microsecond, spread.Quantile(0.95))
	require.Equal(t, 10*time.Millisecond, spread.Quantile(1))

	slow := domain.Latency{1, 10: 99}
	require.Equal(t, time.Second, slow.Quantile(0.5), "beyond the highest bound nothing is known")

	sum := spread
	sum.Merge(slow)
	require.EqualValues(t, 200, sum.Count())
}

func TestStepsAreReadFromTheCoarsestResolutionThatTellsThemApart(t *testing.T) {
	for step, want := range map[time.Duration]time.Duration{
		5 * time.Minute: 5 * time.Minute, 15 * time.Minute: 5 * time.Minute, time.Hour: time.Hour, 6 * time.Hour: time.Hour,
		24 * time.Hour: 24 * time.Hour, 0: 0, time.Minute: 0,
	} {
		r, found := domain.ResolutionFor(step)
		require.Equal(t, want != 0, found, step)
		require.Equal(t, want, r.Step, step)
	}
}
