package console

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestStreamsAreBoundedBySessionAndInAll(t *testing.T) {
	s := newStreams()
	for range maxStreamsPerSession {
		require.True(t, s.take("one"))
	}
	require.False(t, s.take("one"))
	s.give("one")
	require.True(t, s.take("one"))
	for i := range maxStreams - maxStreamsPerSession {
		require.True(t, s.take(strconv.Itoa(i)))
	}
	require.False(t, s.take("another"))
	s.give("0")
	require.True(t, s.take("another"))
	s.give("another")
	require.NotContains(t, s.bySession, "another", "nothing is kept of who has left")
}
