package main

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// result of one run of one operation.
type result struct {
	count    int
	elapsed  time.Duration
	latency  []time.Duration // sorted
	failures int
	first    error
	missed   int // open loop: arrivals that found no worker in time
}

func (r result) perSecond() float64 { return float64(r.count) / r.elapsed.Seconds() }

func (r result) quantile(q float64) time.Duration {
	if len(r.latency) == 0 {
		return 0
	}
	return r.latency[min(int(q*float64(len(r.latency))), len(r.latency)-1)]
}

// load runs one operation for a while. do is given the number of the worker,
// and fails unless the answer is right; with errOver the load ends before its
// time. before, if there is any, prepares a run and is not measured.
type load struct {
	workers  int
	duration time.Duration
	rate     float64 // 0: closed loop
	before   func(ctx context.Context, duration time.Duration) error
	do       func(ctx context.Context, worker int) error
}

// errOver says that what a run was prepared with is used up.
var errOver = errors.New("nothing is left to send")

// run measures. In a closed loop each worker sends its next request when the
// last was answered. In an open loop requests arrive at a constant rate
// whatever the answers do, and latency counts from the arrival, so that a
// stalled server cannot hide behind callers who wait.
func (l load) run(ctx context.Context) result {
	ctx, cancel := context.WithTimeout(ctx, l.duration)
	defer cancel()
	var arrivals chan time.Time
	var missed atomic.Int64
	if l.rate > 0 {
		arrivals = make(chan time.Time, 4*l.workers)
		go l.arrive(ctx, arrivals, &missed)
	}
	parts := make([]result, l.workers)
	var wg sync.WaitGroup
	began := time.Now()
	for i := range l.workers {
		wg.Go(func() { parts[i] = l.work(ctx, i, arrivals) })
	}
	wg.Wait()
	total := result{elapsed: time.Since(began), missed: int(missed.Load())}
	for _, p := range parts {
		total.count += p.count
		total.failures += p.failures
		total.latency = append(total.latency, p.latency...)
		if total.first == nil {
			total.first = p.first
		}
	}
	slices.Sort(total.latency)
	return total
}

func (l load) work(ctx context.Context, worker int, arrivals <-chan time.Time) result {
	var r result
	for ctx.Err() == nil {
		from := time.Now()
		if arrivals != nil {
			at, open := <-arrivals
			if !open {
				return r
			}
			from = at
		}
		err := l.do(context.WithoutCancel(ctx), worker)
		switch {
		case err == nil:
			r.count++
			r.latency = append(r.latency, time.Since(from))
		case errors.Is(err, errOver):
			return r
		case errors.Is(err, context.Canceled):
		default:
			r.failures++
			if r.first == nil {
				r.first = err
			}
			if r.failures > 100 {
				return r
			}
		}
	}
	return r
}

func (l load) arrive(ctx context.Context, arrivals chan<- time.Time, missed *atomic.Int64) {
	defer close(arrivals)
	interval := time.Duration(float64(time.Second) / l.rate)
	next := time.Now()
	for ctx.Err() == nil {
		if wait := time.Until(next); wait > 0 {
			time.Sleep(wait)
		}
		select {
		case arrivals <- next:
		default:
			missed.Add(1)
		}
		next = next.Add(interval)
	}
}
