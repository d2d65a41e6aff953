package suite_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/signet-authz/signet/services/standalone/suite/internal/target"
)

// targets are what the suite runs against. TestMain finds them, once.
var targets []*target.Target

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(func() int {
		found, stop, err := target.Find(context.Background())
		defer stop()
		if err != nil {
			fmt.Fprintln(os.Stderr, "suite:", err)
			return 1
		}
		targets = found
		// Tests wait for bounds and time-outs more than they compute.
		if err := flag.Set("test.parallel", "12"); err != nil {
			fmt.Fprintln(os.Stderr, "suite:", err)
			return 1
		}
		code := m.Run()
		if code != 0 {
			keepLogs()
		}
		return code
	}())
}

// keepLogs writes down what the targets logged, for whoever looks into a
// failure.
func keepLogs() {
	for _, tg := range targets {
		if tg.Log == nil {
			continue
		}
		name := filepath.Join(os.TempDir(), "signet-suite-"+tg.Name+".log")
		if err := os.WriteFile(name, []byte(tg.Log()), 0o600); err == nil {
			fmt.Fprintf(os.Stderr, "suite: what %s logged is in %s\n", tg.Name, name)
		}
	}
}

// each runs a law against every target.
func each(t *testing.T, law func(t *testing.T, tg *target.Target)) {
	t.Parallel()
	for _, tg := range targets {
		t.Run(tg.Name, func(t *testing.T) {
			t.Parallel()
			law(t, tg)
		})
	}
}
