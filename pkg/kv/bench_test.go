package kv_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/kv"
	"github.com/signet-authz/signet/pkg/kv/kvtest"
	"github.com/stretchr/testify/require"
)

// BenchmarkInProcess is what a single node pays for its one round trip.
func BenchmarkInProcess(b *testing.B) {
	now := time.Now().Truncate(time.Second)
	s, err := kv.OpenInProcess(func() time.Time { return now })
	require.NoError(b, err)
	b.Cleanup(func() { _ = s.Close() })
	w, hash := s.Workspace(kvtest.NewWorkspace(b)), []byte("hash")
	require.NoError(b, w.PutCode(b.Context(), hash, domain.Code{ClientID: "app", SessionID: uuid.New(), IssuedAt: now, ExpiresAt: now.Add(time.Minute)}))
	b.Run("Code", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, err := w.Code(b.Context(), hash)
			require.NoError(b, err)
		}
	})
	b.Run("Replay", func(b *testing.B) {
		b.ReportAllocs()
		i := 0
		for b.Loop() {
			i++
			require.NoError(b, w.Replay(b.Context(), "dpop", strconv.Itoa(i), now, now.Add(time.Minute)))
		}
	})
}
