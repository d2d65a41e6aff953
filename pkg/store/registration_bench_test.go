package store_test

import (
	"testing"

	"github.com/signet-authz/signet/pkg/store/storetest"
)

// BenchmarkTenantRegistration is what the store's part of a registration
// costs: a tenant with two workspaces, their keys, scopes, services and
// clients, and its owner.
func BenchmarkTenantRegistration(b *testing.B) {
	for _, e := range storetest.Engines() {
		b.Run(e.Driver, func(b *testing.B) {
			f := storetest.NewFixture(b, e.Fresh(b), false)
			for b.Loop() {
				f.Register(b)
			}
		})
	}
}
