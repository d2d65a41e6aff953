package cache

import (
	"context"

	"github.com/google/uuid"
	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/tenancy"
)

// perWorkspace remembers one thing of each workspace.
type perWorkspace[V any] struct {
	load  func(context.Context, tenancy.Workspace) (V, error)
	cache *Cache[uuid.UUID, V]
}

func newPerWorkspace[V any](name string, c Config, load func(context.Context, tenancy.Workspace) (V, error)) perWorkspace[V] {
	return perWorkspace[V]{load: load, cache: New(Options[uuid.UUID, V]{
		Name: name, Size: c.Size, Fresh: freshFor, Stale: staleFor, Now: c.Now, Negative: c.negative,
	})}
}

func (p perWorkspace[V]) get(ctx context.Context, w tenancy.Workspace) (V, error) {
	e, state := p.cache.look(w.ID())
	if state == fresh {
		return e.value, e.err
	}
	return p.cache.through(ctx, w.ID(), e, state, func(ctx context.Context) (V, error) { return p.load(ctx, w) })
}

// Rings remembers the key rings of workspaces: parsed and opened once, not
// once a request.
type Rings struct{ rings perWorkspace[*keys.Ring] }

// NewRings returns a cache over a source of key rings.
func NewRings(load func(context.Context, tenancy.Workspace) (*keys.Ring, error), c Config) *Rings {
	return &Rings{newPerWorkspace("rings", c, load)}
}

// Ring is the workspace's key ring.
func (r *Rings) Ring(ctx context.Context, w tenancy.Workspace) (*keys.Ring, error) {
	return r.rings.get(ctx, w)
}

// Forget drops a workspace's ring.
func (r *Rings) Forget(workspaceID uuid.UUID) { r.rings.cache.Forget(workspaceID) }

// Lapse makes every ring due.
func (r *Rings) Lapse() { r.rings.cache.Lapse() }
