package kv_test

import (
	"testing"

	"github.com/signet-authz/signet/pkg/kv/kvtest"
)

func TestEveryEngineKeepsTheContract(t *testing.T) {
	for _, e := range kvtest.Engines(t) {
		t.Run(e.Name, func(t *testing.T) { kvtest.Run(t, e) })
	}
}
