package storetest

import (
	"context"
	"reflect"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/signet-authz/signet/pkg/store"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Case proves a law. It gets a fixture of its own; its tests of B are
// optional.
type Case struct {
	Law   string // reads as a test's name: CodeCannotBeRedeemedTwice
	Prove func(t *testing.T, f *Fixture)
}

// Isolation proves that B's handle neither sees nor changes A's rows by one
// method: it makes a row of A, then, within f.Intact, calls the method on B's
// handle with A's ids and checks that the answer knows nothing of A.
type Isolation struct {
	Method string // "Workspace.Client"
	Prove  func(t *testing.T, f *Fixture)
}

// cases are all laws, isolations all methods. One function per aggregate, in
// the file of its name.
func cases() []Case {
	return slices.Concat(baseCases(), userCases(), sessionCases(), consentCases(), codeCases(), grantCases(), keyCases(), revocationCases(),
		platformCases(), tenantCases(), memberCases(), clientCases(), catalogCases(), auditCases(), statisticsCases())
}

func isolations() []Isolation {
	return slices.Concat(userIsolation(), sessionIsolation(), consentIsolation(), grantIsolation(), keyIsolation(), revocationIsolation(),
		tenantIsolation(), memberIsolation(), clientIsolation(), catalogIsolation(), auditIsolation(),
		statisticsIsolation())
}

// Run runs everything on every engine at hand.
func Run(t *testing.T) {
	for _, e := range Engines() {
		t.Run(e.Driver, func(t *testing.T) {
			db := e.Fresh(t)
			for _, c := range cases() {
				t.Run(c.Law, func(t *testing.T) { c.Prove(t, NewFixture(t, db, false)) })
			}
			t.Run("EveryMethodHasAnIsolationCase", everyMethodIsProven)
			for _, i := range isolations() {
				t.Run("Isolation/"+i.Method, func(t *testing.T) { proveIsolation(t, db, i) })
			}
		})
	}
}

// proveIsolation runs the case with a stranger for B, and where the handle is a
// workspace's with a neighbour of the same tenant as well.
func proveIsolation(t *testing.T, db *Database, i Isolation) {
	prove := func(t *testing.T, sameTenant bool) {
		f := NewFixture(t, db, sameTenant)
		i.Prove(t, f)
		require.NotZero(t, f.intact, "the case must call Fixture.Intact")
	}
	t.Run("another tenant", func(t *testing.T) { prove(t, false) })
	if i.Method[0] == 'W' {
		t.Run("the same tenant", func(t *testing.T) { prove(t, true) })
	}
}

// everyMethodIsProven compares the list with the methods that the handles have.
func everyMethodIsProven(t *testing.T) {
	var have, want []string
	for _, i := range isolations() {
		have = append(have, i.Method)
	}
	for _, handle := range []reflect.Type{reflect.TypeFor[store.Workspace](), reflect.TypeFor[store.Tenant]()} {
		for m := range handle.NumMethod() {
			want = append(want, handle.Name()+"."+handle.Method(m).Name)
		}
	}
	var missing []string
	for _, method := range want {
		if !slices.Contains(have, method) {
			missing = append(missing, method)
		}
	}
	assert.Empty(t, missing, "methods without an isolation case")
	assert.Len(t, have, len(want)-len(missing), "a method has two cases, or a case has no method")
}

// Trips counts round trips.
type Trips struct{ n atomic.Int64 }

// Count is a store.Config.OnRoundTrip.
func (c *Trips) Count(context.Context) { c.n.Add(1) }

// Of is how many round trips do takes.
func (c *Trips) Of(do func()) int {
	before := c.n.Load()
	do()
	return int(c.n.Load() - before)
}
