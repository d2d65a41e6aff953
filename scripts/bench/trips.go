package main

import (
	"bufio"
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The counters of round trips that every program exposes.
const (
	sqlTrips   = "signet_sql_round_trips_total"
	redisTrips = "signet_redis_round_trips_total"
)

// measureTrips runs an operation a number of times, one after the other, and
// returns the round trips of each. What background work does meanwhile is
// measured over an idle span of the same length and taken off.
func (s *system) measureTrips(ctx context.Context, do func(context.Context) error) (sql, redis float64, err error) {
	const times = 50
	if err := do(ctx); err != nil { // fills the caches
		return 0, 0, err
	}
	sql0, redis0, err := s.trips(ctx)
	if err != nil {
		return 0, 0, err
	}
	began := time.Now()
	for range times {
		if err := do(ctx); err != nil {
			return 0, 0, err
		}
	}
	span := time.Since(began)
	sql1, redis1, err := s.trips(ctx)
	if err != nil {
		return 0, 0, err
	}
	time.Sleep(span)
	sql2, redis2, err := s.trips(ctx)
	if err != nil {
		return 0, 0, err
	}
	sql = max(0, (sql1-sql0)-(sql2-sql1)) / times
	redis = max(0, (redis1-redis0)-(redis2-redis1)) / times
	return sql, redis, nil
}

func (s *system) trips(ctx context.Context) (sql, redis float64, err error) {
	for _, address := range s.metrics {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/metrics", nil)
		if err != nil {
			return 0, 0, err
		}
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			return 0, 0, err
		}
		lines := bufio.NewScanner(res.Body)
		for lines.Scan() {
			name, value, found := strings.Cut(lines.Text(), " ")
			if !found {
				continue
			}
			n, err := strconv.ParseFloat(value, 64)
			if err != nil {
				continue
			}
			switch base, _, _ := strings.Cut(name, "{"); base {
			case sqlTrips:
				sql += n
			case redisTrips:
				redis += n
			}
		}
		_ = res.Body.Close()
	}
	return sql, redis, nil
}
