package endpoint

import (
	"time"

	"github.com/google/uuid"

	"github.com/signet-authz/signet/api/admin"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/store"
)

// causeAdministrator is the revocation_cause of grants that end here.
const causeAdministrator = "revoked_by_administrator"

func grantForm(now time.Time) func(domain.Grant) admin.Grant {
	return func(g domain.Grant) admin.Grant {
		f := admin.Grant{
			GrantID: g.ID.String(), ClientID: g.ClientID, UserID: g.UserID, Scope: g.Scope.String(), Resource: g.Resource, AuthTime: g.AuthTime,
			ACR: g.ACR, AMR: g.AMR, SessionBound: g.SessionBound, Live: g.Live(now), CreatedAt: g.CreatedAt, LastUsedAt: g.LastUsedAt,
			ExpiresAt: g.ExpiresAt, MaxEndsAt: g.MaxEndsAt, RevokedAt: g.RevokedAt, RevocationCause: g.RevocationCause,
		}
		if g.SessionID != uuid.Nil {
			f.SessionID = g.SessionID.String()
		}
		return f
	}
}

func (a *API) listGrants(k *call) (answer, error) {
	p, err := k.page()
	if err != nil {
		return answer{}, err
	}
	var f store.GrantFilter
	if f.UserID, err = k.short("user_id"); err != nil {
		return answer{}, err
	}
	if f.ClientID, err = k.short("client_id"); err != nil {
		return answer{}, err
	}
	l, err := a.Store.Workspace(k.workspace).Grants(k.ctx, p, f)
	if err != nil {
		return answer{}, err
	}
	return ok(list(l, grantForm(a.Now())), "")
}

func (a *API) getGrant(k *call) (answer, error) {
	id, err := k.id("grant_id")
	if err != nil {
		return answer{}, err
	}
	g, err := a.Store.Workspace(k.workspace).Grant(k.ctx, id)
	if err != nil {
		return answer{}, err
	}
	return ok(grantForm(a.Now())(g), grantTag(g))
}

func grantTag(g domain.Grant) string {
	return etagOf([]any{g.ID, g.Generation, g.RevokedAt.UTC(), g.LastUsedAt.UTC()})
}

func (a *API) revokeGrant(k *call) (answer, error) {
	id, err := k.id("grant_id")
	if err != nil {
		return answer{}, err
	}
	ws := a.Store.Workspace(k.workspace)
	g, err := ws.Grant(k.ctx, id)
	if err != nil {
		return answer{}, err
	}
	if err := k.match(grantTag(g)); err != nil {
		return answer{}, err
	}
	facts, err := ws.RevokeGrant(k.ctx, id, "", causeAdministrator, k.event("grant.revoke", "grant", id.String()))
	if err != nil {
		return answer{}, err
	}
	a.ended(k, facts)
	return gone(nil)
}

func sessionForm(now time.Time) func(domain.Session) admin.Session {
	return func(s domain.Session) admin.Session {
		return admin.Session{
			SessionID: s.ID.String(), UserID: s.UserID, AuthTime: s.AuthTime, ACR: s.ACR, AMR: s.AMR, UserAgent: s.UserAgent, IP: s.IP,
			Live: s.Live(now), CreatedAt: s.CreatedAt, LastSeenAt: s.LastSeenAt, ExpiresAt: s.ExpiresAt, MaxEndsAt: s.MaxEndsAt, EndedAt: s.EndedAt,
		}
	}
}

func (a *API) listSessions(k *call) (answer, error) {
	p, err := k.page()
	if err != nil {
		return answer{}, err
	}
	if p.Query, err = k.short("user_id"); err != nil {
		return answer{}, err
	}
	l, err := a.Store.Workspace(k.workspace).Sessions(k.ctx, p)
	if err != nil {
		return answer{}, err
	}
	return ok(list(l, sessionForm(a.Now())), "")
}

// endSession needs no If-Match: a session has no state but its end.
func (a *API) endSession(k *call) (answer, error) {
	id, err := k.id("session_id")
	if err != nil {
		return answer{}, err
	}
	if err := k.match(""); err != nil {
		return answer{}, err
	}
	facts, err := a.Store.Workspace(k.workspace).EndSession(k.ctx, id, k.event("session.end", "session", id.String()))
	if err != nil {
		return answer{}, err
	}
	a.ended(k, facts)
	return gone(nil)
}
