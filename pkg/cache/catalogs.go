package cache

import (
	"context"

	"github.com/google/uuid"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/tenancy"
)

// Catalog is what a workspace can grant: its scopes, and the services that
// they belong to. It is shared: do not change it.
type Catalog struct {
	Scopes     map[string]domain.Scope   // by name
	Services   map[string]domain.Service // by id
	ByAudience map[string]domain.Service
}

// Catalogs remembers the catalogs of workspaces.
type Catalogs struct{ catalogs perWorkspace[*Catalog] }

// NewCatalogs returns a cache over a source that reads scopes and services
// together.
func NewCatalogs(load func(context.Context, tenancy.Workspace) ([]domain.Scope, []domain.Service, error), c Config) *Catalogs {
	return &Catalogs{newPerWorkspace("catalogs", c, func(ctx context.Context, w tenancy.Workspace) (*Catalog, error) {
		scopes, services, err := load(ctx, w)
		if err != nil {
			return nil, err
		}
		return newCatalog(scopes, services), nil
	})}
}

// Catalog is the workspace's catalog.
func (c *Catalogs) Catalog(ctx context.Context, w tenancy.Workspace) (*Catalog, error) {
	return c.catalogs.get(ctx, w)
}

// Forget drops a workspace's catalog.
func (c *Catalogs) Forget(workspaceID uuid.UUID) { c.catalogs.cache.Forget(workspaceID) }

// Lapse makes every catalog due.
func (c *Catalogs) Lapse() { c.catalogs.cache.Lapse() }

func newCatalog(scopes []domain.Scope, services []domain.Service) *Catalog {
	c := &Catalog{
		Scopes:     make(map[string]domain.Scope, len(scopes)),
		Services:   make(map[string]domain.Service, len(services)),
		ByAudience: make(map[string]domain.Service, len(services)),
	}
	for _, s := range scopes {
		c.Scopes[s.Name] = s
	}
	for _, s := range services {
		c.Services[s.ServiceID] = s
		c.ByAudience[s.Audience] = s
	}
	return c
}
