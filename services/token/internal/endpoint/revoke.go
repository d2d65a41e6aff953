package endpoint

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"github.com/signet-authz/signet/pkg/accesstoken"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/server"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/pkg/tenancy"
	"github.com/signet-authz/signet/pkg/trace"
)

// Revoke is the revocation endpoint (RFC 7009). A refresh token ends its whole
// family and the access tokens under it; an access token ends alone. It answers
// 200 only once the end is on record: what could not be recorded is 503.
func (e *Endpoints) Revoke() echo.HandlerFunc {
	return e.Explained("revoke", func(c echo.Context, w tenancy.Workspace, t *trace.Trace) error {
		who, params, err := e.asker(c, w, t, oauth.ScopeRevokeTokens)
		if err != nil {
			return err
		}
		if who.client != nil {
			server.AllowOrigin(c, who.client)
		}
		token := params.Get("token")
		if token == "" {
			return oauth.ErrInvalidRequest.Because("token is missing", nil)
		}
		if err := e.revoke(c, w, who, token, t); err != nil {
			return err
		}
		return noContent(c)
	})
}

func (e *Endpoints) revoke(c echo.Context, w tenancy.Workspace, who asker, token string, t *trace.Trace) error {
	ctx, ev := c.Request().Context(), e.event(c, w, who.clientID)
	if refresh, genuine := e.Root.ParseRefresh(w, token); genuine {
		return e.revokeGrant(ctx, w, who, refresh.GrantID, ev, t)
	}
	claims, err := e.Verifier.Verify(ctx, w, token)
	switch {
	case errors.Is(err, oauth.ErrInvalidToken):
		// Unknown, expired, revoked already, or another workspace's: there is
		// nothing to end, and the caller has what it wants (RFC 7009, section 2.2).
		t.Pass("token is live", "no: nothing to revoke")
		return nil
	case err != nil:
		return err
	}
	if err := mayEnd(who, claims.ClientID, t); err != nil {
		return err
	}
	ev.Action, ev.TargetKind, ev.TargetID = "token.revoke", "token", claims.ID
	fact, err := e.Store.Workspace(w).Revoke(ctx, accesstoken.Revocation(w, claims), ev)
	if err != nil {
		return oauth.ErrTemporarilyUnavailable.Because("the revocation could not be recorded", err)
	}
	e.Ended(ctx, []domain.Revocation{fact})
	return nil
}

func (e *Endpoints) revokeGrant(ctx context.Context, w tenancy.Workspace, who asker, id uuid.UUID, ev domain.AuditEvent, t *trace.Trace) error {
	grants := e.Store.Workspace(w)
	g, err := grants.Grant(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		t.Pass("grant is live", "no: nothing to revoke")
		return nil
	}
	if err != nil {
		return oauth.ErrTemporarilyUnavailable.Because("the grant could not be read", err)
	}
	if err := mayEnd(who, g.ClientID, t); err != nil {
		return err
	}
	ev.Action, ev.TargetKind, ev.TargetID = "grant.revoke", "grant", id.String()
	facts, err := grants.RevokeGrant(ctx, id, g.ClientID, "revoked by the client", ev)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return oauth.ErrTemporarilyUnavailable.Because("the revocation could not be recorded", err)
	}
	e.Ended(ctx, facts)
	return nil
}

// mayEnd refuses to end another client's token (RFC 7009, section 2.1).
func mayEnd(who asker, owner string, t *trace.Trace) error {
	if t.Check("token belongs to the caller", who.wide || who.clientID == owner, trace.Check{Expected: "the caller's own token", Wrong: "another client's", RFC: "RFC 7009, section 2.1", Fix: "Let the client that holds the token revoke it, or give this one the scope revoke_tokens."}) {
		return nil
	}
	return oauth.ErrInvalidGrant.Because("the token was issued to another client", nil)
}
