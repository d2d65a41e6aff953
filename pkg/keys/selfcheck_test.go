package keys

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestSelfCheckMarksAreOneWorkspacesAndSoonOver(t *testing.T) {
	r, here, there := root(t), workspace(t), workspace(t)
	mark := r.SelfCheckMark(here, start)
	for _, at := range []time.Duration{-time.Minute, 0, time.Minute} {
		require.True(t, r.IsSelfCheckMark(here, mark, start.Add(at)), at)
	}
	for _, at := range []time.Duration{-2 * time.Minute, 61 * time.Second, 1000 * time.Hour} {
		require.False(t, r.IsSelfCheckMark(here, mark, start.Add(at)), at)
	}
	require.False(t, r.IsSelfCheckMark(there, mark, start), "of another workspace")
	require.False(t, root(t).IsSelfCheckMark(here, mark, start), "under another root")
	moment, mac, _ := strings.Cut(mark, ".")
	for _, forged := range []string{"", ".", moment, moment + ".", "." + mac, moment + "0." + mac, mark + "A", mark[:len(mark)-1], moment + "." + strings.ToLower(mac), "99999999999999999999." + mac, "9223372036854775807." + mac} {
		require.False(t, r.IsSelfCheckMark(here, forged, start), forged)
	}
}
