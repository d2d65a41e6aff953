package target

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Find returns what to run against, as the environment says: the service at
// SIGNET_URL alone, or the service in this process and, where DATABASE_URL and
// REDIS_URL are set, the five programs. stop may be called in any case.
//
// A service at SIGNET_URL must let one address register many tenants
// (registration.per_source).
func Find(ctx context.Context) (found []*Target, stop func(), err error) {
	var stops []func() error
	stop = func() {
		for i := len(stops) - 1; i >= 0; i-- {
			_ = stops[i]()
		}
	}
	if origin := strings.TrimSuffix(os.Getenv("SIGNET_URL"), "/"); origin != "" {
		return []*Target{{Name: "url", URL: origin, Nodes: []string{origin}}}, stop, nil
	}
	data, err := os.MkdirTemp("", "signet-suite-*")
	if err != nil {
		return nil, stop, err
	}
	stops = append(stops, func() error { return os.RemoveAll(data) })
	inProcess, end, err := InProcess(ctx, Options{Name: "standalone", Data: data})
	if err != nil {
		return nil, stop, err
	}
	stops = append(stops, end)
	found = append(found, inProcess)
	defer nextSecond()

	database, redis := os.Getenv("DATABASE_URL"), os.Getenv("REDIS_URL")
	if (database == "") != (redis == "") {
		return nil, stop, errors.New("set both DATABASE_URL and REDIS_URL, or neither")
	}
	if database == "" {
		return found, stop, nil
	}
	programs := filepath.Join(data, "programs")
	if err := Build(ctx, programs); err != nil {
		return nil, stop, err
	}
	fresh, drop, err := FreshDatabase(ctx, database)
	if err != nil {
		return nil, stop, err
	}
	stops = append(stops, drop)
	services, err := StartServices(ctx, programs, fresh, redis)
	if err != nil {
		return nil, stop, err
	}
	stops = append(stops, services.Stop)
	return append(found, services.Target), stop, nil
}

// nextSecond waits for the next full second. The memory of used assertions
// begins with the service, and "iat" has whole seconds: what is signed in the
// second of the start is refused as older than the memory.
func nextSecond() { time.Sleep(time.Until(time.Now().Truncate(time.Second).Add(time.Second))) }
