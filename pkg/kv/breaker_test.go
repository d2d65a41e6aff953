package kv

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestOneCallAtATimeTriesAnOpenCircuit(t *testing.T) {
	now := at
	b := newBreaker(func() time.Time { return now })
	for range breakerFailures {
		require.True(t, b.enter())
		b.leave(failing)
	}
	require.False(t, b.enter())
	now = now.Add(breakerPause)
	require.True(t, b.enter())
	require.False(t, b.enter(), "a second call must not wait for the outcome of the first")
	b.leave(undecided)
	require.True(t, b.enter(), "a trial that said nothing lets the next one try")
	b.leave(failing)
	require.False(t, b.enter())
	now = now.Add(-time.Hour)
	require.True(t, b.enter(), "a clock that was set back must not keep the circuit open")
	b.leave(healthy)
	require.True(t, b.enter())
	require.True(t, b.enter())
}

func TestFailuresThatAreNotInARowKeepTheCircuitClosed(t *testing.T) {
	b := newBreaker(func() time.Time { return at })
	for range 10 * breakerFailures {
		for range breakerFailures - 1 {
			require.True(t, b.enter())
			b.leave(failing)
		}
		require.True(t, b.enter())
		b.leave(healthy)
	}
}
