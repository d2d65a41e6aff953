package issue

import (
	"context"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/signet-authz/signet/pkg/cache"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/pkg/tenancy"
)

// Rings finds the ring that a token is signed with. Workspaces begin with a
// key of their default algorithm; one of another is made when it is first
// needed, and published by the same step.
type Rings struct {
	Cached *cache.Rings
	Store  *store.Store
	Root   *keys.Root
	Pool   *keys.Pool
	// Changed is told that a workspace has another key, so that no process goes
	// on publishing the old set.
	Changed func(ctx context.Context, w tenancy.Workspace)
	Now     func() time.Time

	making singleflight.Group
}

// For returns the workspace's ring, able to sign with the algorithm.
func (r *Rings) For(ctx context.Context, w tenancy.Workspace, alg string) (*keys.Ring, error) {
	ring, err := r.Cached.Ring(ctx, w)
	if err != nil || ring.Has(alg, r.Now()) {
		return ring, err
	}
	// Of many who need the key at once, one makes it. Two processes may make
	// one each; the ring then signs with the later and verifies with both.
	_, err, _ = r.making.Do(w.Key()+" "+alg, func() (any, error) {
		return nil, r.make(context.WithoutCancel(ctx), w, alg)
	})
	if err != nil {
		return nil, err
	}
	return r.Cached.Ring(ctx, w)
}

func (r *Rings) make(ctx context.Context, w tenancy.Workspace, alg string) error {
	material, err := r.Pool.Take(ctx, alg)
	if err != nil {
		return err
	}
	now := r.Now()
	key, err := r.Root.SealKey(w.ID(), material, now, now)
	if err != nil {
		return err
	}
	ev := domain.AuditEvent{ActorKind: "system", Action: "key.create", TargetKind: "key", TargetID: key.KID, Outcome: "success"}
	if err := r.Store.Workspace(w).PutKeys(ctx, []domain.SigningKey{key}, ev); err != nil {
		return err
	}
	r.Changed(ctx, w)
	return nil
}
