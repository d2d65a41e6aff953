package kv

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// The breaker opens after so many failures in a row, and lets one call through
// to try after each pause.
const (
	breakerFailures = 5
	breakerPause    = 500 * time.Millisecond
)

// verdict is what one call says of Redis.
type verdict int

const (
	healthy verdict = iota
	failing
	undecided // the caller gave up, or Redis refused this one command
)

// breaker keeps callers from waiting for a Redis that does not answer.
type breaker struct {
	now func() time.Time

	mu       sync.Mutex
	failures int
	opened   time.Time // when the last failure or trial was
	trying   bool
}

func newBreaker(now func() time.Time) *breaker { return &breaker{now: now} }

// enter tells whether a call may be made. Each call that was let in must leave.
func (b *breaker) enter() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failures < breakerFailures {
		return true
	}
	// A clock that was set back must not keep the circuit open.
	if waited := b.now().Sub(b.opened); b.trying || waited >= 0 && waited < breakerPause {
		return false
	}
	b.trying = true
	return true
}

// leave reports how a call went.
func (b *breaker) leave(v verdict) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.trying = false
	switch v {
	case healthy:
		b.failures = 0
	case failing:
		b.failures++
		b.opened = b.now()
	case undecided:
	}
}

// judge reads an error: what says that Redis cannot serve at all opens the
// circuit, what says that it will not do this one thing does not.
func judge(ctx context.Context, err error) verdict {
	var answered redis.Error
	switch {
	case err == nil, errors.Is(err, redis.Nil):
		return healthy
	case ctx.Err() != nil:
		return undecided
	case redis.IsReadOnlyError(err), redis.IsLoadingError(err), redis.IsMasterDownError(err), redis.IsClusterDownError(err),
		redis.IsMaxClientsError(err), redis.IsAuthError(err), redis.IsPermissionError(err):
		return failing
	case errors.As(err, &answered):
		return undecided
	}
	return failing
}
