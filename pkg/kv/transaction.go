package kv

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/redis/go-redis/v9"
)

// maxTransactionTTL bounds how long a login may take.
const maxTransactionTTL = 24 * time.Hour

// Transaction is an authorization request on its way through login and
// consent, as JSON of the authorization service's own form.
type Transaction = json.RawMessage

// PutTransaction keeps a transaction under its id, a bearer value of which
// only the hash is stored.
func (w Workspace) PutTransaction(ctx context.Context, id string, t Transaction, ttl time.Duration) error {
	if ttl <= 0 || ttl > maxTransactionTTL {
		return errors.New("kv: the life of the transaction is out of bounds")
	}
	return w.put(ctx, typeTransaction, digest(id), t, w.s.now().Add(ttl))
}

// Transaction reads a transaction and, where limit is given, counts against it
// in the same round trip. The decision stands whether or not the transaction
// was found.
func (w Workspace) Transaction(ctx context.Context, id string, limit *Limit) (Transaction, *Decision, error) {
	if limit == nil {
		t, err := w.get(ctx, typeTransaction, digest(id))
		return t, nil, err
	}
	if err := limit.check(); err != nil {
		return nil, nil, err
	}
	now := w.s.now()
	var value *redis.StringCmd
	var counted counts
	err := w.s.atomically(ctx, func(p redis.Pipeliner) {
		value = p.Get(ctx, w.key(typeTransaction, digest(id)))
		counted = limit.count(ctx, p, w.limitKey(*limit), now)
	})
	if err != nil {
		return nil, nil, err
	}
	decision, err := limit.decide(counted, now)
	if err != nil {
		return nil, nil, err
	}
	b, err := value.Bytes()
	if err != nil {
		return nil, &decision, ErrNotFound
	}
	t, err := decode(b, typeTransaction, w.id, now)
	return t, &decision, err
}

// TransactionAttempt reads a transaction and counts one attempt within it, in
// one round trip. The counter is that of CountFailure and ClearFailures under
// the name and key: attempts is how many there were since it was last cleared,
// this one included. The attempt counts whether or not the transaction was
// found, so that guessing ids gains nothing.
func (w Workspace) TransactionAttempt(ctx context.Context, id, name, key string, window time.Duration) (t Transaction, attempts int, err error) {
	if window <= 0 {
		return nil, 0, errWindow
	}
	var value *redis.StringCmd
	var n *redis.IntCmd
	err = w.s.atomically(ctx, func(p redis.Pipeliner) {
		value = p.Get(ctx, w.key(typeTransaction, digest(id)))
		n = queueCount(ctx, p, w.failuresKey(name, key), window)
	})
	if err != nil {
		return nil, 0, err
	}
	attempts = int(n.Val())
	b, err := value.Bytes()
	if err != nil {
		return nil, attempts, ErrNotFound
	}
	t, err = decode(b, typeTransaction, w.id, w.s.now())
	return t, attempts, err
}

// TakeTransaction reads and removes a transaction: of any number of callers,
// one gets it, the others ErrNotFound.
func (w Workspace) TakeTransaction(ctx context.Context, id string) (Transaction, error) {
	key := w.key(typeTransaction, digest(id))
	return w.read(ctx, typeTransaction, func(ctx context.Context) *redis.StringCmd { return w.s.client.GetDel(ctx, key) })
}
