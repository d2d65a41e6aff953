package store

import (
	"context"

	"github.com/google/uuid"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
)

type consentRow struct {
	WorkspaceID uuid.UUID `gorm:"primaryKey"`
	UserID      optional  `gorm:"primaryKey"`
	ClientID    optional  `gorm:"primaryKey"`
	Scope       scopeText
	Created     instant `gorm:"column:created_at"`
	Updated     instant `gorm:"column:updated_at"`
}

// TableName implements GORM's Tabler.
func (consentRow) TableName() string { return "consents" }

// consentColumns are what consentRow.targets reads, of the table consents AS c.
// All may be NULL, where a user has allowed nothing.
const consentColumns = `c.user_id, c.client_id, c.scope, c.created_at, c.updated_at`

func (r *consentRow) targets() []any {
	return []any{&r.UserID, &r.ClientID, &r.Scope, &r.Created, &r.Updated}
}

func (r consentRow) domain() domain.Consent {
	if r.ClientID == "" {
		return domain.Consent{}
	}
	return domain.Consent{
		UserID: string(r.UserID), ClientID: string(r.ClientID), Scope: oauth.Scope(r.Scope),
		CreatedAt: r.Created.time(), UpdatedAt: r.Updated.time(),
	}
}

// GiveConsent adds to what the user has allowed the client, in one round trip,
// and returns all of it. ErrNotFound: the user or the client is unknown.
func (w Workspace) GiveConsent(ctx context.Context, c domain.Consent, ev domain.AuditEvent) (domain.Consent, error) {
	now := at(w.s.now())
	var r consentRow
	b := w.batch()
	// This locks the row, so that values are added by one transaction at a time.
	b.exec(`
		INSERT INTO consents (workspace_id, user_id, client_id, scope, created_at, updated_at) VALUES ($1, $2, $3, '', $4, $4)
		ON CONFLICT (workspace_id, user_id, client_id) DO UPDATE SET updated_at = excluded.updated_at`, w.id, c.UserID, c.ClientID, now)
	for _, value := range c.Scope {
		b.exec(`
			UPDATE consents SET scope = CASE WHEN scope = '' THEN CAST($4 AS text) ELSE scope || ' ' || CAST($4 AS text) END
			WHERE workspace_id = $1 AND user_id = $2 AND client_id = $3
			AND replace(' ' || scope || ' ', ' ' || CAST($4 AS text) || ' ', '') = ' ' || scope || ' '`, w.id, c.UserID, c.ClientID, value)
	}
	b.exec(insertAudit, w.auditArgs(ev)...)
	b.query(func(row row) error { return row.Scan(r.targets()...) },
		"SELECT "+consentColumns+" FROM consents c WHERE c.workspace_id = $1 AND c.user_id = $2 AND c.client_id = $3", w.id, c.UserID, c.ClientID)
	if err := w.s.run(ctx, b); err != nil {
		return domain.Consent{}, err
	}
	return r.domain(), nil
}

// Consents lists what a user has allowed, by client.
func (w Workspace) Consents(ctx context.Context, userID string) ([]domain.Consent, error) {
	var out []domain.Consent
	b := w.batch()
	b.query(func(row row) error {
		var r consentRow
		if err := row.Scan(r.targets()...); err != nil {
			return err
		}
		out = append(out, r.domain())
		return nil
	}, "SELECT "+consentColumns+" FROM consents c WHERE c.workspace_id = $1 AND c.user_id = $2 ORDER BY c.client_id", w.id, userID)
	if err := w.s.run(ctx, b); err != nil {
		return nil, err
	}
	return out, nil
}

// WithdrawConsent takes back what the user allowed the client and ends all
// grants under it, also those that a trusted client was given without asking.
// ErrNotFound: there is nothing of either kind.
func (w Workspace) WithdrawConsent(ctx context.Context, userID, clientID string, ev domain.AuditEvent) ([]domain.Revocation, error) {
	var ended []domain.Revocation
	err := w.tx(ctx, func(t tx) error {
		withdrawn := t.q(&consentRow{}).Where("user_id = ?", userID).Where("client_id = ?", clientID).Delete(&consentRow{})
		if withdrawn.Error != nil {
			return withdrawn.Error
		}
		grants := t.q(&grantRow{}).Where("user_id = ?", userID).Where("client_id = ?", clientID).Where("revoked_at IS NULL").
			Updates(map[string]any{"revoked_at": at(t.now), "revocation_cause": CauseConsentWithdrawn})
		if grants.Error != nil {
			return grants.Error
		}
		if withdrawn.RowsAffected+grants.RowsAffected == 0 {
			return ErrNotFound
		}
		fact, err := t.revoke(domain.RevokeConsent, userID+" "+clientID)
		if err != nil {
			return err
		}
		ended = []domain.Revocation{fact}
		return t.audit(ev)
	})
	if err != nil {
		return nil, err
	}
	return ended, nil
}
