// Command bench measures Signet: every operation of the token path and the
// whole code flow, beside a bare limit handler in the same run, so that what is
// compared is ratios and not the day's weather. It starts what it measures: the
// standalone program, or the separate services behind the gateway on the
// Postgres and Redis of DATABASE_URL and REDIS_URL.
//
//	go run . -target standalone -duration 5s -workers 16
//	go run . -target services -ops client_credentials,refresh
//	go run . -rate 500 -ops client_credentials      (open loop)
//	go run . -distinguish                           (refusals, by how long they take)
//
// Every answer is checked. Round trips to SQL and Redis are read from the
// programs' own metrics while operations run one at a time.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"time"
)

type options struct {
	target   string
	ops      string
	duration time.Duration
	workers  int
	rate     float64
	runs     int
	tenants  int
	json     bool
	samples  int
}

func main() {
	if address := os.Getenv(limitVariable); address != "" {
		serveLimit(address)
		return
	}
	var o options
	flag.StringVar(&o.target, "target", "all", "standalone, services, or all that can run here")
	flag.StringVar(&o.ops, "ops", "", "operations to run, separated by commas; empty runs all")
	flag.DurationVar(&o.duration, "duration", 5*time.Second, "length of one run of one operation")
	flag.IntVar(&o.workers, "workers", 16, "requests in flight (closed loop), or at most (open loop)")
	flag.Float64Var(&o.rate, "rate", 0, "arrivals per second; 0 runs a closed loop")
	flag.IntVar(&o.runs, "runs", 3, "runs of each operation; the median is shown")
	flag.IntVar(&o.tenants, "tenants", 0, "tenants to register beforehand, for the effect of their number")
	distinguish := flag.Bool("distinguish", false, "instead: whether refused clients can be told apart by how long the refusal takes")
	flag.IntVar(&o.samples, "samples", 10_000, "with -distinguish: of each kind")
	flag.BoolVar(&o.json, "json", false, "print the table as JSON")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	each := measure
	if *distinguish {
		each = tellApart
	}
	if err := run(ctx, o, each); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options, each func(context.Context, options, string) error) error {
	targets, err := choose(o.target)
	if err != nil {
		return err
	}
	for _, name := range targets {
		if err := each(ctx, o, name); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// choose names the targets. The services need real stores.
func choose(target string) ([]string, error) {
	stores := os.Getenv("DATABASE_URL") != "" && os.Getenv("REDIS_URL") != ""
	switch target {
	case "standalone":
		return []string{"standalone"}, nil
	case "services":
		if !stores {
			return nil, fmt.Errorf("the services need DATABASE_URL and REDIS_URL; `make bench` provides them")
		}
		return []string{"services"}, nil
	case "all":
		if !stores {
			return []string{"standalone"}, nil
		}
		return []string{"standalone", "services"}, nil
	default:
		return nil, fmt.Errorf("unknown target %q: use standalone, services or all", target)
	}
}

func measure(ctx context.Context, o options, name string) error {
	progress("building and starting %s", name)
	sut, err := start(ctx, name)
	if err != nil {
		return err
	}
	defer sut.stop()

	world, err := build(ctx, sut, o.workers)
	if err != nil {
		return fmt.Errorf("setting up: %w", err)
	}
	if o.tenants > 0 {
		progress("registering %d tenants", o.tenants)
		if err := world.populate(ctx, o.tenants); err != nil {
			return err
		}
	}
	var rows []row
	limit, verifying, err := limits(ctx, o)
	if err != nil {
		return err
	}
	verifying.ratio = verifying.perSecond / limit.perSecond
	rows = append(rows, limit, verifying)
	for _, op := range operations() {
		if o.ops != "" && !strings.Contains(","+o.ops+",", ","+op.name+",") {
			continue
		}
		progress("%s", op.name)
		r, err := runOperation(ctx, o, sut, world, op)
		if err != nil {
			return fmt.Errorf("%s: %w", op.name, err)
		}
		r.ratio = r.perSecond / limit.perSecond
		if op.signs != nil {
			r.ratio, r.note = r.perSecond/verifying.perSecond, "of the limit handler that verifies"
		}
		rows = append(rows, r)
	}
	return report(os.Stdout, o, name, rows)
}

func progress(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "bench: "+format+"\n", args...)
}
