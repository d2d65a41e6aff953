package kv

import (
	"context"
	"errors"
	"net"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	maxPayload = 64 << 10
	// A subscription that says nothing for a pulse is asked whether it lives,
	// and given up after another.
	pulse            = 2 * time.Second
	resubscribePause = 250 * time.Millisecond
)

// Publish tells every process of the deployment, this one included.
func (s *Store) Publish(ctx context.Context, payload []byte) error {
	if len(payload) > maxPayload {
		return errors.New("kv: the payload is too large")
	}
	return s.call(ctx, func(ctx context.Context) error { return s.client.Publish(ctx, s.channel, payload).Err() })
}

// Subscribe calls on for each payload published, one at a time, until the
// context ends. It reconnects by itself. onGap is called after every
// subscription, the first included: before it, payloads may have been missed.
func (s *Store) Subscribe(ctx context.Context, on func(payload []byte), onGap func()) {
	for ctx.Err() == nil {
		s.listen(ctx, on, onGap)
		select {
		case <-ctx.Done():
		case <-time.After(resubscribePause):
		}
	}
}

// listen holds one subscription until it fails.
func (s *Store) listen(ctx context.Context, on func(payload []byte), onGap func()) {
	subscription := s.client.Subscribe(ctx, s.channel)
	// A read does not heed the context: closing ends it.
	release := context.AfterFunc(ctx, func() { _ = subscription.Close() })
	defer func() {
		release()
		_ = subscription.Close()
	}()
	for asked := false; ; {
		m, err := subscription.ReceiveTimeout(ctx, pulse)
		var timeout net.Error
		switch {
		case errors.As(err, &timeout) && timeout.Timeout() && !asked:
			if subscription.Ping(ctx) != nil {
				return
			}
			asked = true
			continue
		case err != nil || ctx.Err() != nil:
			return
		}
		asked = false
		switch m := m.(type) {
		case *redis.Subscription:
			onGap()
		case *redis.Message:
			on([]byte(m.Payload))
		}
	}
}
