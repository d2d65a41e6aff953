package store_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/pkg/store/storetest"
)

// The two operations by which the token endpoint waits for the database, with
// 16 workers as performance is measured elsewhere.

func BenchmarkRotateRefresh(b *testing.B) {
	onEngines(b, func(b *testing.B, f *storetest.Fixture) {
		b.RunParallel(func(pb *testing.PB) {
			grant := redeem(b, f)
			for generation := int64(1); pb.Next(); generation++ {
				_, err := f.A.Workspace.RotateRefresh(b.Context(), store.Rotation{
					GrantID: grant, ClientID: storetest.ClientID, Generation: generation, IdleTTL: time.Hour, Audit: storetest.Event("grant.refresh"),
				})
				if err != nil {
					b.Error(err)
					return
				}
			}
		})
	})
}

func BenchmarkRedeemCode(b *testing.B) {
	onEngines(b, func(b *testing.B, f *storetest.Fixture) {
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				redeem(b, f)
			}
		})
	})
}

func onEngines(b *testing.B, bench func(b *testing.B, f *storetest.Fixture)) {
	for _, e := range storetest.Engines() {
		b.Run(e.Driver, func(b *testing.B) {
			f := storetest.NewFixture(b, e.Fresh(b), false)
			b.SetParallelism(8)
			b.ReportAllocs()
			b.ResetTimer()
			bench(b, f)
		})
	}
}

func redeem(b *testing.B, f *storetest.Fixture) uuid.UUID {
	id := uuid.Must(uuid.NewV7())
	_, err := f.A.Workspace.RedeemCode(b.Context(), store.Redemption{
		GrantID: id, CodeHash: id[:], ClientID: storetest.ClientID, RefreshTTL: time.Hour, MaxTTL: 2 * time.Hour, Audit: storetest.Event("grant.issue"),
		Code: domain.Code{ClientID: storetest.ClientID, UserID: storetest.UserID, Scope: oauth.Scope{"openid"}, AuthTime: f.Clock.Now()},
	})
	if err != nil {
		b.Error(err)
	}
	return id
}

func BenchmarkUser(b *testing.B) {
	onEngines(b, func(b *testing.B, f *storetest.Fixture) {
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				_, err := f.A.Workspace.User(b.Context(), storetest.UserID)
				if err != nil {
					b.Error(err)
					return
				}
			}
		})
	})
}
