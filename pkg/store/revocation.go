package store

import (
	"context"

	"github.com/signet-authz/signet/pkg/domain"
)

// Revoke adds the fact that something of the workspace ended, such as one
// access token by its jti. A zero Before means now, a zero ExpiresAt the longest
// life that an access token may have. It returns the fact as it is kept.
//
// Grants, sessions, users, clients and consents have methods of their own to
// end them, which add the fact and change the row together.
func (w Workspace) Revoke(ctx context.Context, r domain.Revocation, ev domain.AuditEvent) (domain.Revocation, error) {
	now := w.s.now()
	r.WorkspaceID, r.CreatedAt = w.id, now
	if r.Before.IsZero() {
		r.Before = now
	}
	if r.ExpiresAt.IsZero() {
		r.ExpiresAt = now.Add(revocationLife)
	}
	b := w.batch()
	b.query(func(row row) error { return row.Scan(&r.ID) }, `
		INSERT INTO revocations (workspace_id, kind, target, before_at, expires_at, created_at) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`,
		w.id, string(r.Kind), r.Target, at(r.Before), at(r.ExpiresAt), at(now))
	b.exec(insertAudit, w.auditArgs(ev)...)
	if err := w.s.run(ctx, b); err != nil {
		return domain.Revocation{}, err
	}
	r.Before, r.ExpiresAt = at(r.Before).time(), at(r.ExpiresAt).time()
	return r, nil
}
