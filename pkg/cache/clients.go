package cache

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/tenancy"
)

// Config of the caches of a workspace's things.
type Config struct {
	// Size is the number of entries; zero means 1024.
	Size int
	Now  func() time.Time
	// NotFound is the error by which the source says that a thing does not
	// exist. It is passed through, and kept like an answer.
	NotFound error
}

func (c Config) negative(err error) bool { return c.NotFound != nil && errors.Is(err, c.NotFound) }

// Clients remembers clients by workspace and id.
type Clients struct {
	config Config
	load   func(context.Context, tenancy.Workspace, string) (domain.Client, error)
	cache  *Cache[clientKey, *domain.Client]
}

type clientKey struct {
	workspace uuid.UUID
	id        string
}

// NewClients returns a cache over the source of clients.
func NewClients(load func(context.Context, tenancy.Workspace, string) (domain.Client, error), c Config) *Clients {
	return &Clients{config: c, load: load, cache: New(Options[clientKey, *domain.Client]{
		Name: "clients", Size: c.Size, Fresh: freshFor, Stale: staleFor, Now: c.Now, Negative: c.negative,
		own: func(k clientKey) clientKey {
			k.id = strings.Clone(k.id)
			return k
		},
	})}
}

// Client is the client of that id in the workspace, with its secrets. It is
// shared: do not change it. An id that cannot name a client is not looked up
// and answered with Config.NotFound.
func (c *Clients) Client(ctx context.Context, w tenancy.Workspace, clientID string) (*domain.Client, error) {
	if !domain.ValidClientID(clientID) && c.config.NotFound != nil {
		return nil, c.config.NotFound
	}
	k := clientKey{w.ID(), clientID}
	e, state := c.cache.look(k)
	if state == fresh {
		return e.value, e.err
	}
	return c.cache.through(ctx, k, e, state, func(ctx context.Context) (*domain.Client, error) {
		client, err := c.load(ctx, w, clientID)
		if err != nil {
			return nil, err
		}
		return &client, nil
	})
}

// Forget drops one client, or with an empty id all of the workspace.
func (c *Clients) Forget(workspaceID uuid.UUID, clientID string) {
	if clientID != "" {
		c.cache.Forget(clientKey{workspaceID, clientID})
		return
	}
	c.cache.ForgetIf(func(k clientKey) bool { return k.workspace == workspaceID })
}

// Lapse makes every client due.
func (c *Clients) Lapse() { c.cache.Lapse() }
