package kv

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	idempotentFor  = 10 * time.Minute
	reservationFor = time.Minute // a process that died must not hold a key for long
)

// idempotent is a reservation while Answer is absent.
type idempotent struct {
	Fingerprint []byte `json:"fingerprint"`
	Answer      []byte `json:"answer,omitempty"`
}

// Idempotent reserves callerKey, which must name the caller as well as its
// Idempotency-Key, for a request with the fingerprint. It returns nil and no
// error to the first: do the work, then call PutIdempotent, or DropIdempotent
// if it failed. Afterwards it returns the answer that was put, ErrInProgress
// while there is none, and ErrMismatch where the fingerprint differs.
func (s *Store) Idempotent(ctx context.Context, callerKey string, fingerprint []byte) (answer []byte, err error) {
	now := s.now()
	b, err := encodeIdempotent(idempotent{Fingerprint: fingerprint}, now.Add(reservationFor))
	if err != nil {
		return nil, err
	}
	key := idempotentKey(callerKey)
	var reserved *redis.BoolCmd
	var present *redis.StringCmd
	err = s.atomically(ctx, func(p redis.Pipeliner) {
		reserved = p.SetNX(ctx, key, b, reservationFor)
		present = p.Get(ctx, key)
	})
	if err != nil {
		return nil, err
	}
	if reserved.Val() {
		return nil, nil
	}
	raw, err := present.Bytes()
	if err != nil {
		return nil, ErrInProgress
	}
	value, err := decode(raw, typeIdempotent, "", now)
	if err != nil {
		return nil, ErrInProgress // about to expire
	}
	var i idempotent
	if err := json.Unmarshal(value, &i); err != nil {
		return nil, ErrMismatch
	}
	switch {
	case string(i.Fingerprint) != string(fingerprint):
		return nil, ErrMismatch
	case i.Answer == nil:
		return nil, ErrInProgress
	}
	return i.Answer, nil
}

// PutIdempotent keeps the answer, sealed by the caller, for ten minutes.
func (s *Store) PutIdempotent(ctx context.Context, callerKey string, fingerprint, sealed []byte) error {
	if len(sealed) == 0 {
		return errors.New("kv: there is no answer to keep")
	}
	b, err := encodeIdempotent(idempotent{Fingerprint: fingerprint, Answer: sealed}, s.now().Add(idempotentFor))
	if err != nil {
		return err
	}
	return s.call(ctx, func(ctx context.Context) error {
		return s.client.Set(ctx, idempotentKey(callerKey), b, idempotentFor).Err()
	})
}

// DropIdempotent gives the key back, after a failure that may be retried.
func (s *Store) DropIdempotent(ctx context.Context, callerKey string) error {
	return s.drop(ctx, idempotentKey(callerKey))
}

func idempotentKey(callerKey string) string {
	return "{" + typeIdempotent + ":" + base64.RawURLEncoding.EncodeToString(digest(callerKey)) + "}"
}

func encodeIdempotent(i idempotent, expires time.Time) ([]byte, error) {
	value, err := json.Marshal(i)
	if err != nil {
		return nil, errors.New("kv: the answer cannot be encoded")
	}
	return encode(typeIdempotent, "", expires, value)
}
