package kv

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// Bounds of what is kept for the console.
const (
	maxConsoleLogin = time.Hour
	maxConsoleLife  = 31 * 24 * time.Hour
	// consoleTouches is how often within its idle time a session in use is
	// written down as used.
	consoleTouches = 24
)

// Fields of a console session, which is one Redis hash.
const (
	consoleHead   = "head"
	consoleSeen   = "seen"   // Unix milliseconds
	consoleTenant = "tenant" // followed by the tenant's slug
)

// Console are the sessions of browsers at the console. They belong to no
// workspace, since one browser is signed in to several tenants. What is kept of
// a session and of each of its tenants is sealed by the caller.
type Console struct {
	s    *Store
	idle time.Duration
}

// ConsoleSession is what is kept of one session.
type ConsoleSession struct {
	Head    []byte
	Tenants map[string][]byte // by slug, those that have not ended
}

// Console is the part of the store for the console, whose sessions end when
// they have not been used for the idle time.
func (s *Store) Console(idle time.Duration) Console { return Console{s: s, idle: idle} }

// Put keeps the head of a session until it ends. The id is a bearer value, of
// which only the hash is stored. The session's tenants stay.
func (c Console) Put(ctx context.Context, id string, head []byte, ends time.Time) error {
	return c.set(ctx, id, consoleHead, head, ends)
}

// PutTenant keeps what the session has of one tenant until it ends. Alone,
// without a head, it is no session.
func (c Console) PutTenant(ctx context.Context, id, tid string, value []byte, ends time.Time) error {
	return c.set(ctx, id, consoleTenant+tid, value, ends)
}

func (c Console) set(ctx context.Context, id, field string, value []byte, ends time.Time) error {
	now := c.s.now()
	if !ends.After(now) || ends.Sub(now) > maxConsoleLife || c.idle <= 0 {
		return errors.New("kv: the life of the console session is out of bounds")
	}
	raw, err := json.Marshal(value)
	if err != nil {
		return errors.New("kv: the console session cannot be encoded")
	}
	if raw, err = encode(typeConsole, "", ends, raw); err != nil {
		return err
	}
	key := consoleKey(typeConsole, id)
	return c.s.atomically(ctx, func(p redis.Pipeliner) {
		p.HSet(ctx, key, field, raw, consoleSeen, now.UnixMilli())
		p.PExpire(ctx, key, c.idle)
	})
}

// Session reads a session with the tenants named, or with all of them where
// none is. ErrNotFound where there is none, or where it has ended or gone
// unused. A second round trip, now and then, writes down that it is used.
func (c Console) Session(ctx context.Context, id string, tids ...string) (ConsoleSession, error) {
	key, now := consoleKey(typeConsole, id), c.s.now()
	fields, err := c.fields(ctx, key, tids)
	if err != nil {
		return ConsoleSession{}, err
	}
	out := ConsoleSession{Tenants: map[string][]byte{}}
	seen, err := strconv.ParseInt(fields[consoleSeen], 10, 64)
	if err != nil || !now.Before(time.UnixMilli(seen).Add(c.idle)) {
		return ConsoleSession{}, ErrNotFound
	}
	if out.Head, err = consoleValue(fields[consoleHead], now); err != nil {
		return ConsoleSession{}, err
	}
	for field, text := range fields {
		tid, ok := strings.CutPrefix(field, consoleTenant)
		if !ok {
			continue
		}
		if v, err := consoleValue(text, now); err == nil {
			out.Tenants[tid] = v
		}
	}
	if now.Sub(time.UnixMilli(seen)) < c.idle/consoleTouches {
		return out, nil
	}
	return out, c.s.atomically(ctx, func(p redis.Pipeliner) {
		p.HSet(ctx, key, consoleSeen, now.UnixMilli())
		p.PExpire(ctx, key, c.idle)
	})
}

// fields reads the hash, or of its tenants only those named.
func (c Console) fields(ctx context.Context, key string, tids []string) (map[string]string, error) {
	var out map[string]string
	if len(tids) == 0 {
		err := c.s.call(ctx, func(ctx context.Context) (err error) {
			out, err = c.s.client.HGetAll(ctx, key).Result()
			return err
		})
		return out, err
	}
	names := []string{consoleHead, consoleSeen}
	for _, tid := range tids {
		names = append(names, consoleTenant+tid)
	}
	var values []any
	err := c.s.call(ctx, func(ctx context.Context) (err error) {
		values, err = c.s.client.HMGet(ctx, key, names...).Result()
		return err
	})
	out = make(map[string]string, len(names))
	for i, v := range values {
		if text, ok := v.(string); ok { // nil where there is no such field
			out[names[i]] = text
		}
	}
	return out, err
}

func consoleValue(text string, now time.Time) ([]byte, error) {
	raw, err := decode([]byte(text), typeConsole, "", now)
	if err != nil {
		return nil, err
	}
	var value []byte
	if err := json.Unmarshal(raw, &value); err != nil {
		return nil, ErrNotFound
	}
	return value, nil
}

// DropTenant forgets one tenant of the session.
func (c Console) DropTenant(ctx context.Context, id, tid string) error {
	return c.s.call(ctx, func(ctx context.Context) error {
		return c.s.client.HDel(ctx, consoleKey(typeConsole, id), consoleTenant+tid).Err()
	})
}

// Drop ends the session.
func (c Console) Drop(ctx context.Context, id string) error {
	return c.s.drop(ctx, consoleKey(typeConsole, id))
}

// Hold gives the right to change what the session has of one tenant to one of
// all who ask, until they release it or the time is over.
func (c Console) Hold(ctx context.Context, id, tid string, atMost time.Duration) (held bool, err error) {
	err = c.s.call(ctx, func(ctx context.Context) (err error) {
		held, err = c.s.client.SetNX(ctx, consoleKey(typeConsoleHold, id, tid), "1", life(atMost)).Result()
		return err
	})
	return held, err
}

// Release gives the right back.
func (c Console) Release(ctx context.Context, id, tid string) error {
	return c.s.drop(ctx, consoleKey(typeConsoleHold, id, tid))
}

// PutLogin keeps, under the state of an authorization request, what its answer
// is checked against. Only the hash of the state is stored.
func (c Console) PutLogin(ctx context.Context, state string, value []byte, ttl time.Duration) error {
	if ttl <= 0 || ttl > maxConsoleLogin {
		return errors.New("kv: the life of the login is out of bounds")
	}
	raw, err := json.Marshal(value)
	if err != nil {
		return errors.New("kv: the login cannot be encoded")
	}
	if raw, err = encode(typeConsoleLogin, "", c.s.now().Add(ttl), raw); err != nil {
		return err
	}
	return c.s.call(ctx, func(ctx context.Context) error {
		return c.s.client.Set(ctx, consoleKey(typeConsoleLogin, state), raw, ttl).Err()
	})
}

// TakeLogin reads and removes a login: of any number of callers, one gets it,
// the others ErrNotFound.
func (c Console) TakeLogin(ctx context.Context, state string) ([]byte, error) {
	var b []byte
	err := c.s.call(ctx, func(ctx context.Context) (err error) {
		b, err = c.s.client.GetDel(ctx, consoleKey(typeConsoleLogin, state)).Bytes()
		return err
	})
	if errors.Is(err, redis.Nil) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	raw, err := decode(b, typeConsoleLogin, "", c.s.now())
	if err != nil {
		return nil, err
	}
	var value []byte
	if err := json.Unmarshal(raw, &value); err != nil {
		return nil, ErrNotFound
	}
	return value, nil
}

func consoleKey(typ string, parts ...string) string {
	return "{" + typ + ":" + base64.RawURLEncoding.EncodeToString(digest(parts...)) + "}"
}
