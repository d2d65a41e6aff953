// Command standalone runs the whole service in one process: a database file and
// an address are all it needs.
//
//	go run ./services/standalone/cmd/standalone
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/signet-authz/signet/services/standalone"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// After the first signal the next one ends the program at once.
	context.AfterFunc(ctx, stop)
	os.Exit(standalone.Command(os.Args[1:], os.Environ(), os.Stdout, os.Stderr).Run(ctx))
}
