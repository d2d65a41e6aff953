package request

import (
	"context"
	"errors"
	"time"

	"github.com/signet-authz/signet/pkg/cache"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/pkg/tenancy"
	"github.com/signet-authz/signet/pkg/trace"
)

// Facts are what a workspace knows of clients, scopes and keys, and what every
// endpoint's requests are judged by.
type Facts struct {
	Caches *cache.Set
	Now    func() time.Time
}

// Catalog is the workspace's scopes and services.
func (f *Facts) Catalog(ctx context.Context, w tenancy.Workspace) (*cache.Catalog, error) {
	catalog, err := f.Caches.Catalogs.Catalog(ctx, w)
	if err != nil {
		return nil, oauth.ErrTemporarilyUnavailable.Because("the scopes could not be loaded", err)
	}
	return catalog, nil
}

// Input puts the parameters of a request beside the facts.
func (f *Facts) Input(ctx context.Context, w tenancy.Workspace, params oauth.Params, t *trace.Trace) (*Input, error) {
	catalog, err := f.Catalog(ctx, w)
	if err != nil {
		return nil, err
	}
	return &Input{
		Workspace: w, Params: params, Catalog: catalog, Trace: t,
		FindClient: func(id string) (*domain.Client, error) {
			c, err := f.Caches.Clients.Client(ctx, w, id)
			if errors.Is(err, store.ErrNotFound) {
				return nil, nil
			}
			return c, err
		},
		VerifyHint: func(token string) (string, error) {
			hint, err := f.OpenHint(ctx, w, token)
			return hint.Subject, err
		},
	}, nil
}
