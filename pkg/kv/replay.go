package kv

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/signet-authz/signet/pkg/domain"
)

const (
	// replaySlots spreads replay keys over a cluster. Each slot has an epoch of
	// its own, since a cluster may lose one node's memory and keep another's.
	// Changing the number forgets what was used.
	replaySlots = 64
	// maxReplayLife bounds how long a used id is remembered.
	maxReplayLife = 25 * time.Hour
)

// Replay marks an id of a kind as used: nil for the first use, ErrConsumed for
// every later one, ErrEpoch where the replay memory is younger than issuedAt
// (then the assertion may have been used before; a fresh one is needed). kind
// must name the issuer too, as in "client_assertion client-1". exp is when the
// assertion ends; it is remembered for the allowed clock skew beyond that. An
// assertion that does not say when it was issued counts as issued its longest
// allowed life before exp.
//
// No skew is allowed for at the epoch: whoever saw an assertion just before a
// flush could replay it within that skew. A client whose clock is behind waits
// that long after a flush.
func (w Workspace) Replay(ctx context.Context, kind, id string, issuedAt, exp time.Time) error {
	now := w.s.now()
	remember := exp.Sub(now) + domain.ClockSkew
	if remember <= 0 {
		return ErrConsumed
	}
	if remember > maxReplayLife {
		return errors.New("kv: an assertion of so long a life cannot be remembered")
	}
	hash := digest(w.id, kind, id)
	tag := replayTag(int(hash[0]) % replaySlots)
	var begins, first *redis.BoolCmd
	var epoch *redis.StringCmd
	err := w.s.atomically(ctx, func(p redis.Pipeliner) {
		begins = p.SetNX(ctx, tag+typeEpoch, strconv.FormatInt(nextSecond(now), 10), 0)
		epoch = p.Get(ctx, tag+typeEpoch)
		first = p.SetNX(ctx, tag+w.id+":"+base64.RawURLEncoding.EncodeToString(hash), "1", life(remember))
	})
	if err != nil {
		return err
	}
	if begins.Val() {
		w.s.beginEpochs(ctx) // the other slots have most likely been lost as well
	}
	began, err := strconv.ParseInt(epoch.Val(), 10, 64)
	if err != nil {
		return fmt.Errorf("%w: the replay epoch is not a number", ErrUnavailable)
	}
	switch {
	case !first.Val():
		return ErrConsumed
	case issuedAt.Unix() < began:
		return ErrEpoch
	}
	return nil
}

// beginEpochs starts the replay memory where it has not begun, so that it is
// older than the first assertions: at the start, and when a use finds it lost.
func (s *Store) beginEpochs(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, openTimeout)
	defer cancel()
	began := strconv.FormatInt(nextSecond(s.now()), 10)
	_, _ = s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i := range replaySlots {
			p.SetNX(ctx, replayTag(i)+typeEpoch, began, 0)
		}
		return nil
	})
}

func replayTag(i int) string { return "{" + typeReplay + ":" + strconv.Itoa(i) + "}:" }

// nextSecond rounds up, because "iat" is rounded down: an assertion of the
// second in which the memory began may be older than it.
func nextSecond(t time.Time) int64 {
	if t.Nanosecond() == 0 {
		return t.Unix()
	}
	return t.Unix() + 1
}
