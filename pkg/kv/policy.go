package kv

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/redis/go-redis/v9"
)

// noEviction is the only policy under which Redis never drops a key that has
// not expired. All keys here expire, so that the volatile policies would drop
// them too.
const noEviction = "noeviction"

// CheckPolicy refuses a Redis that may drop replay keys and other one-time
// values before they expire. Where the server does not tell its policy, it is
// believed to be right.
func (s *Store) CheckPolicy(ctx context.Context) error {
	policy, err := s.EvictionPolicy(ctx)
	if err != nil {
		return err
	}
	if policy != "" && policy != noEviction {
		return fmt.Errorf("kv: the server's maxmemory-policy is %s, under which it may drop one-time values; set it to %s", policy, noEviction)
	}
	return nil
}

// EvictionPolicy is the server's maxmemory-policy, empty where it does not
// tell. Of a cluster it is that of a node which may evict, if there is one.
func (s *Store) EvictionPolicy(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, openTimeout)
	defer cancel()
	cluster, ok := s.client.(*redis.ClusterClient)
	if !ok {
		return policyOf(ctx, s.client)
	}
	var mu sync.Mutex
	worst := ""
	err := cluster.ForEachMaster(ctx, func(ctx context.Context, node *redis.Client) error {
		policy, err := policyOf(ctx, node)
		mu.Lock()
		defer mu.Unlock()
		if worst == "" || policy != "" && policy != noEviction {
			worst = policy
		}
		return err
	})
	if err != nil && !errors.Is(err, ErrUnavailable) {
		err = fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return worst, err
}

// policyOf asks one server: INFO is allowed in many places where CONFIG is not.
func policyOf(ctx context.Context, c redis.Cmdable) (string, error) {
	var refused redis.Error
	if values, err := c.ConfigGet(ctx, "maxmemory-policy").Result(); err == nil {
		return values["maxmemory-policy"], nil
	} else if !errors.As(err, &refused) {
		return "", fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	info, err := c.Info(ctx, "memory").Result()
	if errors.As(err, &refused) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	for lines := bufio.NewScanner(strings.NewReader(info)); lines.Scan(); {
		if policy, found := strings.CutPrefix(lines.Text(), "maxmemory_policy:"); found {
			return policy, nil
		}
	}
	return "", nil
}
