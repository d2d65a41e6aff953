package kv

import (
	"context"
	"encoding/base64"
	"errors"
	"math"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"
)

// Limit allows Burst events in any Per of time, for one Key of what Name says.
//
// It is a sliding window over two fixed ones: the count of the present window
// plus the share of the previous one that still lies within Per. Two counters
// in one transaction keep it exact under any number of callers, without a
// script. Refused events count as well: who keeps hammering stays out.
type Limit struct {
	Name, Key string
	Burst     int
	Per       time.Duration
}

// Decision says whether an event is allowed.
type Decision struct {
	Allowed    bool
	RetryAfter time.Duration // zero if allowed
	Remaining  int           // how many more would be allowed now
}

// counts are the two counters as queued.
type counts struct {
	present  *redis.IntCmd
	previous *redis.StringCmd
}

// Limit counts an event of the workspace.
func (w Workspace) Limit(ctx context.Context, l Limit) (Decision, error) {
	return w.s.limit(ctx, l, w.limitKey(l))
}

// Limit counts an event of the whole deployment.
func (s *Store) Limit(ctx context.Context, l Limit) (Decision, error) {
	hash := base64.RawURLEncoding.EncodeToString(digest(l.Name, l.Key))
	return s.limit(ctx, l, "{"+typeLimit+":"+hash+"}")
}

func (w Workspace) limitKey(l Limit) string { return w.key(typeLimit, digest(l.Name, l.Key)) }

func (s *Store) limit(ctx context.Context, l Limit, key string) (Decision, error) {
	if err := l.check(); err != nil {
		return Decision{}, err
	}
	now := s.now()
	var counted counts
	if err := s.atomically(ctx, func(p redis.Pipeliner) { counted = l.count(ctx, p, key, now) }); err != nil {
		return Decision{}, err
	}
	return l.decide(counted, now)
}

func (l Limit) check() error {
	if l.Burst < 1 || l.Per < time.Second || l.Per > 24*time.Hour {
		return errors.New("kv: a limit needs a burst of at least one and a period between a second and a day")
	}
	return nil
}

func (l Limit) count(ctx context.Context, p redis.Pipeliner, key string, now time.Time) counts {
	window := now.UnixNano() / int64(l.Per)
	present := key + ":" + strconv.FormatInt(window, 10)
	p.SetNX(ctx, present, 0, 2*l.Per)
	return counts{present: p.Incr(ctx, present), previous: p.Get(ctx, key+":"+strconv.FormatInt(window-1, 10))}
}

func (l Limit) decide(c counts, now time.Time) (Decision, error) {
	var before int64
	if text, err := c.previous.Result(); err == nil {
		if before, err = strconv.ParseInt(text, 10, 64); err != nil {
			return Decision{}, ErrUnavailable
		}
	}
	return l.judge(c.present.Val(), before, time.Duration(now.UnixNano()%int64(l.Per))), nil
}

// judge decides by the two counts and how much of the present window is over.
func (l Limit) judge(present, before int64, elapsed time.Duration) Decision {
	burst, per := float64(l.Burst), float64(l.Per)
	over := float64(elapsed) / per
	used := float64(before)*(1-over) + float64(present)
	if used <= burst {
		return Decision{Allowed: true, Remaining: int(burst - used)}
	}
	// When would one more fit, if nothing else came? In this window, as the
	// previous one slides out, or in the next, as this one does.
	var wait float64
	if room := burst - float64(present) - 1; room >= 0 {
		wait = (1 - over - room/float64(before)) * per
	} else {
		wait = (1 - over + math.Max(0, 1-(burst-1)/float64(present))) * per
	}
	return Decision{RetryAfter: max(time.Duration(math.Ceil(wait)), time.Millisecond)}
}

// Counter names a counter of failures: one Key of what Name says.
type Counter struct{ Name, Key string }

func (w Workspace) failuresKey(name, key string) string {
	return w.key(typeFailures, digest(name, key))
}

// CountFailure counts one failure of what name and key say and returns how
// many there were since the first, for the window after it.
func (w Workspace) CountFailure(ctx context.Context, name, key string, window time.Duration) (int, error) {
	return w.s.count(ctx, w.failuresKey(name, key), window)
}

// Failures is the present count.
func (w Workspace) Failures(ctx context.Context, name, key string) (int, error) {
	var n int
	err := w.s.call(ctx, func(ctx context.Context) (err error) {
		n, err = w.s.client.Get(ctx, w.failuresKey(name, key)).Int()
		return err
	})
	if errors.Is(err, redis.Nil) {
		return 0, nil
	}
	return n, err
}

// ClearFailures forgets the count, after a success.
func (w Workspace) ClearFailures(ctx context.Context, name, key string) error {
	return w.s.drop(ctx, w.failuresKey(name, key))
}

// count adds one to a counter that ends a window after its first event. Both
// commands are one transaction, within which time stands still: the counter
// cannot expire between them and so lose its end.
func (s *Store) count(ctx context.Context, key string, window time.Duration) (int, error) {
	if window <= 0 {
		return 0, errWindow
	}
	var n *redis.IntCmd
	err := s.atomically(ctx, func(p redis.Pipeliner) { n = queueCount(ctx, p, key, window) })
	if err != nil {
		return 0, err
	}
	return int(n.Val()), nil
}

var errWindow = errors.New("kv: a counter needs a window")

func queueCount(ctx context.Context, p redis.Pipeliner, key string, window time.Duration) *redis.IntCmd {
	p.SetNX(ctx, key, 0, life(window))
	return p.Incr(ctx, key)
}
