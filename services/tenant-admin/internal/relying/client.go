package relying

import (
	"context"
	"errors"
	"slices"

	"github.com/signet-authz/signet/pkg/cache"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/pkg/tenancy"
	"github.com/signet-authz/signet/services/tenant-admin/internal/rules"
)

// register brings the client's registration up to date: where the tenant was
// made before the console could prove itself, where a root secret was put in
// front of another, or where the public URL has changed. Otherwise it costs one
// look into the caches.
func (p *Party) register(ctx context.Context, w tenancy.Workspace) error {
	client, err := p.Caches.Clients.Client(ctx, w, rules.ConsoleClientID)
	if err != nil {
		return away("the console's client could not be looked up", err)
	}
	allowed := slices.Contains(w.Settings().TokenEndpointAuthMethods, oauth.MethodPrivateKeyJWT)
	if !allowed {
		if err := p.allow(ctx, w); err != nil {
			return away("the workspace could not be brought up to date", err)
		}
	}
	if p.current(w, client) {
		return nil
	}
	if err := p.renewClient(ctx, w); err != nil {
		return away("the console's client could not be brought up to date", err)
	}
	return nil
}

// current tells whether the registration serves as it stands.
func (p *Party) current(w tenancy.Workspace, c *domain.Client) bool {
	want := rules.ConsoleClient(p.Resolver.PublicURL(), nil)
	return c.TokenEndpointAuthMethod == want.TokenEndpointAuthMethod && c.RequirePAR == want.RequirePAR && slices.Equal(c.RedirectURIs, want.RedirectURIs) &&
		slices.Equal(c.PostLogoutRedirectURIs, want.PostLogoutRedirectURIs) && p.Root.OwnClient(w.ID(), rules.ConsoleClientID).Serves(c.JWKS)
}

// renewClient writes the registration anew. Of processes that do so at once the
// first one wins, and the others look again.
func (p *Party) renewClient(ctx context.Context, w tenancy.Workspace) error {
	data := p.Store.Workspace(w)
	before, err := data.Client(ctx, rules.ConsoleClientID)
	if err != nil || p.current(w, &before) {
		return err
	}
	jwks, err := p.Root.OwnClient(w.ID(), rules.ConsoleClientID).JWKS()
	if err != nil {
		return err
	}
	after := rules.ConsoleClient(p.Resolver.PublicURL(), jwks)
	after.Version = before.Version
	_, facts, err := data.UpdateClient(ctx, after, upkeep("client.update", "client", rules.ConsoleClientID))
	if err != nil && !overtaken(err) {
		return err
	}
	p.Invalidate(ctx, cache.Invalidation{Kind: cache.KindClient, TID: w.TID(), AID: w.AID(), WorkspaceID: w.ID(), ClientID: rules.ConsoleClientID})
	cache.Spread(ctx, p.Invalidate, facts)
	return nil
}

// allow adds the console's method to those of a workspace that was made before
// it was served.
func (p *Party) allow(ctx context.Context, w tenancy.Workspace) error {
	data := p.Store.Tenant(w.Tenant())
	record, err := data.WorkspaceByAID(ctx, w.AID())
	if err != nil || slices.Contains(record.Settings.TokenEndpointAuthMethods, oauth.MethodPrivateKeyJWT) {
		return err
	}
	record.Settings.TokenEndpointAuthMethods = append(slices.Clone(record.Settings.TokenEndpointAuthMethods), oauth.MethodPrivateKeyJWT)
	_, err = data.UpdateWorkspace(ctx, record, upkeep("workspace.update", "workspace", w.AID()))
	if err != nil && !overtaken(err) {
		return err
	}
	p.Invalidate(ctx, cache.Invalidation{Kind: cache.KindWorkspace, TID: w.TID(), AID: w.AID(), WorkspaceID: w.ID()})
	return nil
}

// overtaken tells whether somebody else changed the row meanwhile.
func overtaken(err error) bool {
	var c *store.ConflictError
	return errors.As(err, &c) && c.Field == store.FieldVersion
}

func upkeep(action, kind, id string) domain.AuditEvent {
	return domain.AuditEvent{ActorKind: "system", Action: action, TargetKind: kind, TargetID: id, Outcome: "success"}
}
