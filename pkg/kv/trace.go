package kv

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	maxTraceID   = 64 // bytes
	maxTracePage = 100
)

// PutTrace keeps the explanation of one request, as JSON, for ttl, and no more
// than the newest limit of the workspace. A second round trip removes what is
// too many.
func (w Workspace) PutTrace(ctx context.Context, id string, body []byte, ttl time.Duration, limit int) error {
	return w.putTrace(ctx, w.traceIndex(), id, body, ttl, limit)
}

// PutTraceAside keeps an explanation that is found by its id alone: it is in no
// list, and takes nobody's place in one. Of these, too, the newest limit are kept.
func (w Workspace) PutTraceAside(ctx context.Context, id string, body []byte, ttl time.Duration, limit int) error {
	return w.putTrace(ctx, "{"+w.id+"}:"+typeTracesAside, id, body, ttl, limit)
}

func (w Workspace) putTrace(ctx context.Context, index, id string, body []byte, ttl time.Duration, limit int) error {
	if id == "" || len(id) > maxTraceID || ttl <= 0 || limit < 1 {
		return errors.New("kv: a trace needs an id, a life and a limit")
	}
	now := w.s.now()
	b, err := encode(typeTrace, w.id, now.Add(ttl), body)
	if err != nil {
		return err
	}
	var extra *redis.StringSliceCmd
	err = w.s.atomically(ctx, func(p redis.Pipeliner) {
		p.Set(ctx, w.key(typeTrace, digest(id)), b, life(ttl))
		p.ZAdd(ctx, index, redis.Z{Score: float64(now.UnixMilli()), Member: id})
		p.ZRemRangeByScore(ctx, index, "-inf", "("+strconv.FormatInt(now.Add(-ttl).UnixMilli(), 10))
		p.PExpire(ctx, index, life(ttl))
		extra = p.ZRange(ctx, index, 0, -int64(limit)-1)
	})
	if err != nil || len(extra.Val()) == 0 {
		return err
	}
	return w.s.atomically(ctx, func(p redis.Pipeliner) {
		p.ZRem(ctx, index, toAny(extra.Val())...)
		p.Del(ctx, w.traceKeys(extra.Val())...)
	})
}

// Trace reads one explanation.
func (w Workspace) Trace(ctx context.Context, id string) ([]byte, error) {
	return w.get(ctx, typeTrace, digest(id))
}

// Traces lists explanations, the newest first, and says where the next page
// begins; empty for nowhere. It takes up to three round trips.
func (w Workspace) Traces(ctx context.Context, limit int, cursor string) (bodies [][]byte, next string, err error) {
	limit = min(max(limit, 1), maxTracePage)
	if len(cursor) > maxTraceID {
		return nil, "", nil
	}
	var start int64
	if cursor != "" {
		err := w.s.call(ctx, func(ctx context.Context) (err error) {
			start, err = w.s.client.ZRevRank(ctx, w.traceIndex(), cursor).Result()
			return err
		})
		if errors.Is(err, redis.Nil) {
			return nil, "", nil // what the cursor stood at was among the oldest and is gone
		}
		if err != nil {
			return nil, "", err
		}
		start++
	}
	var ids []string
	err = w.s.call(ctx, func(ctx context.Context) (err error) {
		ids, err = w.s.client.ZRevRange(ctx, w.traceIndex(), start, start+int64(limit)).Result()
		return err
	})
	if err != nil || len(ids) == 0 {
		return nil, "", err
	}
	if len(ids) > limit {
		ids = ids[:limit]
		next = ids[limit-1]
	}
	bodies, err = w.traceBodies(ctx, ids)
	return bodies, next, err
}

func (w Workspace) traceBodies(ctx context.Context, ids []string) ([][]byte, error) {
	var values []any
	err := w.s.call(ctx, func(ctx context.Context) (err error) {
		values, err = w.s.client.MGet(ctx, w.traceKeys(ids)...).Result()
		return err
	})
	if err != nil {
		return nil, err
	}
	bodies := make([][]byte, 0, len(values))
	for _, v := range values {
		text, _ := v.(string) // nil where the value has expired
		if body, err := decode([]byte(text), typeTrace, w.id, w.s.now()); err == nil {
			bodies = append(bodies, body)
		}
	}
	return bodies, nil
}

func (w Workspace) traceIndex() string { return "{" + w.id + "}:" + typeTraces }

func (w Workspace) traceKeys(ids []string) []string {
	keys := make([]string, len(ids))
	for i, id := range ids {
		keys[i] = w.key(typeTrace, digest(id))
	}
	return keys
}

func toAny(s []string) []any {
	out := make([]any, len(s))
	for i := range s {
		out[i] = s[i]
	}
	return out
}
