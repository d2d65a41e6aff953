package cache

import (
	"context"

	"github.com/google/uuid"
	"github.com/signet-authz/signet/pkg/domain"
)

// Kinds of invalidation: what changed.
const (
	KindTenant     = "tenant"    // the tenant, with all its workspaces
	KindWorkspace  = "workspace" // one workspace's record or settings
	KindClient     = "client"    // one client, or all of the workspace
	KindKeys       = "keys"
	KindCatalog    = "catalog" // scopes and services
	KindRevocation = "revocation"
)

// Invalidation says what changed. It travels as JSON.
type Invalidation struct {
	Kind        string             `json:"kind"`
	TID         string             `json:"tid,omitempty"`
	AID         string             `json:"aid,omitempty"`
	WorkspaceID uuid.UUID          `json:"workspace_id,omitzero"`
	ClientID    string             `json:"client_id,omitempty"`
	Revocation  *domain.Revocation `json:"revocation,omitempty"`
}

// Spread tells every process, this one included, what has ended: by the
// invalidation that the process announces with. Who misses the announcement
// reads the facts from SQL within a second.
func Spread(ctx context.Context, announce func(context.Context, Invalidation), facts []domain.Revocation) {
	for i := range facts {
		announce(ctx, Invalidation{Kind: KindRevocation, WorkspaceID: facts[i].WorkspaceID, Revocation: &facts[i]})
	}
}

// Set is every cache of a process. Those that a service does not need may be
// nil.
type Set struct {
	Directory   *Directory
	Clients     *Clients
	Rings       *Rings
	Catalogs    *Catalogs
	Revocations *Revocations
}

// Apply brings the caches up to date with a change, whoever made it.
func (s *Set) Apply(i Invalidation) {
	switch i.Kind {
	case KindTenant:
		if s.Directory != nil {
			s.Directory.Forget(i.TID, "")
		}
	case KindWorkspace:
		if s.Directory != nil {
			s.Directory.Forget(i.TID, i.AID)
		}
	case KindClient:
		if s.Clients != nil {
			s.Clients.Forget(i.WorkspaceID, i.ClientID)
		}
	case KindKeys:
		if s.Rings != nil {
			s.Rings.Forget(i.WorkspaceID)
		}
	case KindCatalog:
		if s.Catalogs != nil {
			s.Catalogs.Forget(i.WorkspaceID)
		}
	case KindRevocation:
		if s.Revocations != nil && i.Revocation != nil {
			s.Revocations.Add(*i.Revocation)
		}
	default:
		// A later release speaks of something that this one does not know.
		s.Lapse()
	}
}

// Lapse makes every cached entry due, for when pushes may have been lost. The
// revocations see to themselves by polling.
func (s *Set) Lapse() {
	if s.Directory != nil {
		s.Directory.Lapse()
	}
	if s.Clients != nil {
		s.Clients.Lapse()
	}
	if s.Rings != nil {
		s.Rings.Lapse()
	}
	if s.Catalogs != nil {
		s.Catalogs.Lapse()
	}
}
