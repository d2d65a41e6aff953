package store

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"
	"github.com/signet-authz/signet/pkg/domain"
)

type signingKeyRow struct {
	WorkspaceID uuid.UUID `gorm:"primaryKey"`
	KID         string    `gorm:"primaryKey;column:kid"`
	Alg         string
	PublicJWK   document[json.RawMessage] `gorm:"column:public_jwk"`
	Sealed      []byte
	Created     instant `gorm:"column:created_at"`
	Activates   instant `gorm:"column:activates_at"`
	Retires     instant `gorm:"column:retires_at"`
	Revoked     instant `gorm:"column:revoked_at"`
}

// TableName implements GORM's Tabler.
func (signingKeyRow) TableName() string { return "signing_keys" }

func signingKeyRowOf(workspace uuid.UUID, k domain.SigningKey) signingKeyRow {
	return signingKeyRow{
		WorkspaceID: workspace, KID: k.KID, Alg: k.Alg, PublicJWK: doc(json.RawMessage(k.PublicJWK)), Sealed: k.Sealed,
		Created: at(k.CreatedAt), Activates: at(k.ActivatesAt), Retires: at(k.RetiresAt), Revoked: at(k.RevokedAt),
	}
}

func (r signingKeyRow) domain() domain.SigningKey {
	return domain.SigningKey{
		KID: r.KID, Alg: r.Alg, PublicJWK: r.PublicJWK.V, Sealed: r.Sealed, CreatedAt: r.Created.time(),
		ActivatesAt: r.Activates.time(), RetiresAt: r.Retires.time(), RevokedAt: r.Revoked.time(),
	}
}

// Keys are all signing keys of the workspace, retired and revoked ones
// included, the oldest first. PublicJWK is the same JSON as was put, though not
// always in the same bytes.
func (w Workspace) Keys(ctx context.Context) ([]domain.SigningKey, error) {
	var keys []domain.SigningKey
	b := w.batch()
	b.query(func(row row) error {
		var r signingKeyRow
		if err := row.Scan(&r.KID, &r.Alg, &r.PublicJWK, &r.Sealed, &r.Created, &r.Activates, &r.Retires, &r.Revoked); err != nil {
			return err
		}
		keys = append(keys, r.domain())
		return nil
	}, `SELECT kid, alg, public_jwk, sealed, created_at, activates_at, retires_at, revoked_at
		FROM signing_keys WHERE workspace_id = $1 ORDER BY created_at, kid`, w.id)
	if err := w.s.run(ctx, b); err != nil {
		return nil, err
	}
	return keys, nil
}

// PutKeys adds keys and moves the times of those that are there already. Key
// material never changes under a kid, and a revoked key stays revoked.
func (w Workspace) PutKeys(ctx context.Context, keys []domain.SigningKey, ev domain.AuditEvent) error {
	b := w.batch()
	for _, k := range keys {
		r := signingKeyRowOf(w.id, k)
		b.exec(`
			INSERT INTO signing_keys (workspace_id, kid, alg, public_jwk, sealed, created_at, activates_at, retires_at, revoked_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
			ON CONFLICT (workspace_id, kid) DO UPDATE SET activates_at = excluded.activates_at, retires_at = excluded.retires_at,
			revoked_at = coalesce(signing_keys.revoked_at, excluded.revoked_at)`,
			r.WorkspaceID, r.KID, r.Alg, r.PublicJWK, r.Sealed, r.Created, r.Activates, r.Retires, r.Revoked)
	}
	b.exec(insertAudit, w.auditArgs(ev)...)
	return w.s.run(ctx, b)
}
