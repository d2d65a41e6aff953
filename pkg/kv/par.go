package kv

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/signet-authz/signet/pkg/domain"
)

// PAR is a pushed authorization request (RFC 9126), as JSON of the authorization
// service's own form.
type PAR = json.RawMessage

// PutPAR keeps a pushed request under the SHA-256 hash of its handle.
func (w Workspace) PutPAR(ctx context.Context, hash []byte, r PAR, ttl time.Duration) error {
	if ttl <= 0 || ttl > domain.MaxPARTTL {
		return errors.New("kv: the life of the pushed request is out of bounds")
	}
	return w.put(ctx, typePAR, hash, r, w.s.now().Add(ttl))
}

// PAR reads a pushed request and uses nothing up: users reload pages. It returns
// ErrConsumed once a code was issued for it, and ErrNotFound for the unknown and
// the expired.
func (w Workspace) PAR(ctx context.Context, hash []byte) (PAR, error) {
	var value *redis.StringCmd
	var spent *redis.IntCmd
	err := w.s.atomically(ctx, func(p redis.Pipeliner) {
		value = p.Get(ctx, w.key(typePAR, hash))
		spent = p.Exists(ctx, w.key(typePARSpent, hash))
	})
	if err != nil {
		return nil, err
	}
	if spent.Val() > 0 {
		return nil, ErrConsumed
	}
	b, err := value.Bytes()
	if err != nil {
		return nil, ErrNotFound
	}
	return decode(b, typePAR, w.id, w.s.now())
}

// PutPARCode keeps a code as PutCode does and marks, in the same transaction, the
// pushed request behind it as spent: of any number of codes for one request the
// first is kept, every later one is ErrConsumed. The mark is remembered for as
// long as a login that began with the request may still end.
//
// A code too many is dropped again in a second round trip. If that fails it
// expires by itself: nobody has been told of it.
func (w Workspace) PutPARCode(ctx context.Context, par []byte, remember time.Duration, hash []byte, c domain.Code, counters ...Counter) error {
	if remember <= 0 || remember > maxTransactionTTL {
		return errors.New("kv: a spent request cannot be remembered for so long")
	}
	var first *redis.BoolCmd
	err := w.putCodeWith(ctx, hash, c, counters, func(p redis.Pipeliner) {
		first = p.SetNX(ctx, w.key(typePARSpent, par), "1", remember)
		p.Del(ctx, w.key(typePAR, par))
	})
	if err != nil {
		return err
	}
	if !first.Val() {
		_ = w.DropCode(ctx, hash)
		return ErrConsumed
	}
	return nil
}
