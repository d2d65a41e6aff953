// Package upkeep is the background work of the tenant-admin service: every
// workspace always has a signing key that stands by, published before it is
// needed, and what has ended, or was left behind, is cleared away in small steps.
//
// Every process of the service may run it; a counter in Redis lets one of them
// do the work of each turn.
package upkeep

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/signet-authz/signet/pkg/cache"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/kv"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/pkg/tenancy"
)

// Every is how often the work is due. Keys are published an hour before they
// sign, so a turn may be missed.
const Every = 25 * time.Minute

// What one turn may clear away: bounded, so that it never holds a lock for
// long, and the rest is left to the next.
const (
	pruneBatch = 1000
	pruneTurns = 100
	pruneAge   = 10 * time.Minute
)

// Job is the work and what it needs.
type Job struct {
	Resolver   *tenancy.Resolver
	Store      *store.Store
	KV         *kv.Store
	Root       *keys.Root
	Pool       *keys.Pool
	Invalidate func(context.Context, cache.Invalidation)
	// Sweep removes from a workspace what self-checks left behind.
	Sweep func(context.Context, tenancy.Workspace) error
	Now   func() time.Time
}

// Run does one turn, unless another process has it.
func (j *Job) Run(ctx context.Context) error {
	turn, err := j.KV.Limit(ctx, kv.Limit{Name: "upkeep", Key: "turn", Burst: 1, Per: Every / 2})
	if err != nil {
		return fmt.Errorf("upkeep: %w", err)
	}
	if !turn.Allowed {
		return nil
	}
	return errors.Join(j.Workspaces(ctx), j.Prune(ctx))
}

// Workspaces gives every workspace the keys that it lacks, retires those whose
// time has come, and removes what self-checks left behind. A workspace that fails
// does not keep the others waiting.
func (j *Job) Workspaces(ctx context.Context) error {
	var failed error
	err := j.Resolver.Each(ctx, j.Store.Platform(), func(w tenancy.Workspace) error {
		if err := errors.Join(j.keysOf(ctx, w), j.Sweep(ctx, w)); err != nil {
			failed = fmt.Errorf("upkeep: %s/%s: %w", w.TID(), w.AID(), err)
		}
		return ctx.Err()
	})
	return errors.Join(failed, err)
}

func (j *Job) keysOf(ctx context.Context, w tenancy.Workspace) error {
	data := j.Store.Workspace(w)
	have, err := data.Keys(ctx)
	if err != nil {
		return err
	}
	lacking, changed := keys.Upkeep(have, j.Now(), domain.MaxAccessTokenTTL)
	for _, alg := range lacking {
		material, err := j.Pool.Take(ctx, alg)
		if err != nil {
			return err
		}
		next, err := j.Root.SealNext(w.ID(), material, j.Now())
		if err != nil {
			return err
		}
		changed = append(changed, next)
	}
	if len(changed) == 0 {
		return nil
	}
	ev := domain.AuditEvent{ActorKind: "system", Action: "key.upkeep", TargetKind: "workspace", TargetID: w.ID().String(), Outcome: "success"}
	if err := data.PutKeys(ctx, changed, ev); err != nil {
		return err
	}
	j.Invalidate(ctx, cache.Invalidation{Kind: cache.KindKeys, TID: w.TID(), AID: w.AID(), WorkspaceID: w.ID()})
	return nil
}

// Prune clears away rows that nothing can need any more.
func (j *Job) Prune(ctx context.Context) error {
	before, platform := j.Now().Add(-pruneAge), j.Store.Platform()
	for _, prune := range []func(context.Context, time.Time, int) (int, error){platform.Prune, platform.PruneRevocations, platform.PruneStatistics} {
		for range pruneTurns {
			n, err := prune(ctx, before, pruneBatch)
			if err != nil {
				return fmt.Errorf("upkeep: %w", err)
			}
			if n == 0 {
				break
			}
		}
	}
	return nil
}
