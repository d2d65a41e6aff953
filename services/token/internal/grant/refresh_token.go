package grant

import (
	"context"
	"errors"

	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/pkg/trace"
)

// refreshToken rotates a refresh token (RFC 6749, section 6; RFC 9700, section
// 4.14). The token carries its grant and generation under a MAC; SQL keeps the
// generation only, and one conditional update decides the rotation.
type refreshToken struct{ Deps }

func (refreshToken) Name() string { return oauth.GrantRefreshToken }

func (g refreshToken) Exchange(ctx context.Context, r *Request) (oauth.Authorization, error) {
	presented := r.Params.Get("refresh_token")
	if presented == "" {
		return oauth.Authorization{}, oauth.ErrInvalidRequest.Because("refresh_token is missing", nil)
	}
	// What does not verify touches nothing: a forged token cannot end a family.
	token, genuine := g.Root.ParseRefresh(r.Workspace, presented)
	if !r.Trace.Check("refresh token is genuine", genuine, trace.Check{Expected: "a refresh token of this workspace", Wrong: "not one of ours", RFC: "RFC 6749, section 6"}) {
		return oauth.Authorization{}, oauth.ErrInvalidGrant.Because("the refresh token does not verify", nil)
	}
	if err := g.precheck(ctx, r, token); err != nil {
		return oauth.Authorization{}, err
	}
	rotated, err := g.rotate(ctx, r, token)
	if err != nil {
		return oauth.Authorization{}, err
	}
	granted := rotated.Grant
	scope, err := r.narrow(granted.Scope)
	if err != nil {
		return oauth.Authorization{}, err
	}
	resource, err := r.narrowResource(granted.Resource, scope)
	if err != nil {
		return oauth.Authorization{}, err
	}
	token.Generation = rotated.Generation
	var confirmation map[string]string
	if r.Client.Record().Public() {
		confirmation = granted.Confirmation // what was bound stays so
	}
	return oauth.Authorization{
		ClientID: granted.ClientID, Subject: granted.UserID, UserID: granted.UserID, Scope: scope, Resource: resource,
		GrantID: granted.ID.String(), SessionID: sessionID(granted.SessionID), AuthTime: granted.AuthTime, ACR: granted.ACR, AMR: granted.AMR,
		SessionBound: granted.SessionBound, Claims: rotated.User.Claims(), UserInfoClaims: granted.UserInfoClaims, IssueIDToken: scope.Has(oauth.ScopeOpenID),
		IssuedAt: r.Now, IssueRefreshToken: true, RefreshToken: g.Root.FormatRefresh(r.Workspace, token), Confirmation: confirmation,
	}, nil
}

// precheck refuses a request that asks for more than was granted before the
// rotation, which could not be taken back. Only requests that name a scope or
// a resource pay for it.
func (g refreshToken) precheck(ctx context.Context, r *Request, token keys.Refresh) error {
	if r.Scope == nil && len(r.Resource) == 0 {
		return nil
	}
	granted, err := g.Store.Workspace(r.Workspace).Grant(ctx, token.GrantID)
	if errors.Is(err, store.ErrNotFound) {
		return nil // the rotation will say so
	}
	if err != nil {
		return oauth.ErrTemporarilyUnavailable.Because("the grant could not be read", err)
	}
	if granted.ClientID != r.Client.ID() {
		return nil
	}
	scope, err := r.narrow(granted.Scope)
	if err != nil {
		return err
	}
	_, err = r.narrowResource(granted.Resource, scope)
	return err
}

func (g refreshToken) rotate(ctx context.Context, r *Request, token keys.Refresh) (store.Rotated, error) {
	client, settings := r.Client.Record(), r.Workspace.Settings()
	rotated, err := g.Store.Workspace(r.Workspace).RotateRefresh(ctx, store.Rotation{
		GrantID: token.GrantID, ClientID: client.ClientID, Generation: token.Generation,
		IdleTTL: settings.EffectiveRefreshTokenTTL(client), Grace: settings.RefreshGrace,
		// A confidential client proves itself, and may have renewed its certificate
		// (RFC 8705, section 7.1).
		Confirmation: r.Shown, KeyBound: client.Public(),
		Audit: r.event("grant.refresh", token.GrantID),
	})
	switch {
	case errors.Is(err, store.ErrConsumed):
		g.Ended(ctx, rotated.Revocations)
		r.Trace.Fail("refresh token is current", trace.Check{Expected: "the newest of its family", Actual: "used before; the family is now revoked", RFC: "RFC 9700, section 4.14.2", Fix: "Keep the newest refresh token only. If your application does, somebody else has an old one. Clients that retry need refresh_grace."})
		return store.Rotated{}, oauth.ErrInvalidGrant.Because("the refresh token was used before; its family is ended", nil)
	case errors.Is(err, store.ErrNotFound) && rotated.OtherKey:
		r.Trace.Fail("refresh token came with its certificate", trace.Check{Expected: "the certificate that the refresh token is bound to", Actual: shownWord(r.Shown), RFC: "RFC 8705, section 4", Fix: "A public client keeps its certificate as long as its refresh tokens; with a new one, the user must log in again."})
		return store.Rotated{}, oauth.ErrInvalidGrant.Because("the refresh token is bound to another certificate", nil)
	case errors.Is(err, store.ErrNotFound):
		r.Trace.Fail("grant is live", trace.Check{Expected: "a live grant of this client, an enabled user", Actual: "ended, expired or another client's", RFC: "RFC 6749, section 6"})
		return store.Rotated{}, oauth.ErrInvalidGrant.Because("the grant is not live or not this client's", nil)
	case err != nil:
		return store.Rotated{}, oauth.ErrTemporarilyUnavailable.Because("the refresh token could not be rotated", err)
	}
	r.Trace.Pass("refresh token is current", "current")
	return rotated, nil
}

func shownWord(shown map[string]string) string {
	if shown == nil {
		return "none"
	}
	return "another"
}
