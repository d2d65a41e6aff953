package store

import (
	"context"

	"github.com/google/uuid"
	"github.com/signet-authz/signet/pkg/domain"
	"gorm.io/gorm"
)

// maxSecrets is how many secrets, expired ones included, a client may have at
// once: enough to rotate them, few enough to try each.
const maxSecrets = 10

// secretRow is a row of client_secrets.
type secretRow struct {
	WorkspaceID uuid.UUID `gorm:"primaryKey"`
	ClientID    string
	ID          uuid.UUID `gorm:"primaryKey"`
	Label       string
	Form        string
	Value       []byte
	Created     instant `gorm:"column:created_at"`
	Expires     instant `gorm:"column:expires_at"`
}

// TableName implements GORM's Tabler.
func (secretRow) TableName() string { return "client_secrets" }

// selectSecrets reads the secrets of one client, and from the usage ledger
// when they were last used. An expired one is told by its time, not left out.
const selectSecrets = `SELECT s.client_id, s.id, s.label, s.form, s.value, s.created_at, s.expires_at, u.last_used_at
	FROM client_secrets s LEFT JOIN credential_usage u
	ON u.workspace_id = s.workspace_id AND u.client_id = s.client_id AND u.credential_id = CAST(s.id AS text)
	WHERE s.workspace_id = $1 AND s.client_id = $2 ORDER BY s.created_at DESC, s.id DESC`

func collectSecrets(into *[]domain.ClientSecret) func(row) error {
	return func(r row) error {
		var s domain.ClientSecret
		var form string
		var created, expires, used instant
		if err := r.Scan(&s.ClientID, &s.ID, &s.Label, &form, &s.Value, &created, &expires, &used); err != nil {
			return err
		}
		s.Form, s.CreatedAt, s.ExpiresAt, s.LastUsedAt = domain.SecretForm(form), created.time(), expires.time(), used.time()
		*into = append(*into, s)
		return nil
	}
}

// Secrets are those of one client, the newest first, at most ten. An unknown
// client has none.
func (w Workspace) Secrets(ctx context.Context, clientID string) ([]domain.ClientSecret, error) {
	var secrets []domain.ClientSecret
	b := w.batch()
	b.query(collectSecrets(&secrets), selectSecrets, w.id, clientID)
	if err := w.s.run(ctx, b); err != nil {
		return nil, err
	}
	return secrets, nil
}

// AddSecret gives a client one more secret. ErrConflict, "secrets", where it
// has ten; ErrNotFound where there is no such client.
func (w Workspace) AddSecret(ctx context.Context, s domain.ClientSecret, ev domain.AuditEvent) (domain.ClientSecret, error) {
	err := w.tx(ctx, func(t tx) (err error) {
		// Those who add to one client take turns: two would both count nine.
		if _, err := t.holdClient(s.ClientID); err != nil {
			return err
		}
		if s, err = t.addSecret(s); err != nil {
			return err
		}
		return t.audit(ev)
	})
	if err != nil {
		return domain.ClientSecret{}, err
	}
	return s, nil
}

// addSecret adds a secret to a client that the transaction holds.
func (t tx) addSecret(s domain.ClientSecret) (domain.ClientSecret, error) {
	if s.ID == uuid.Nil {
		s.ID = newID()
	}
	var n int64
	if err := t.q(&secretRow{}).Where("client_id = ?", s.ClientID).Count(&n).Error; err != nil {
		return domain.ClientSecret{}, err
	}
	if n >= maxSecrets {
		return domain.ClientSecret{}, conflict("secrets")
	}
	s.CreatedAt = t.now
	return s, t.insert(&secretRow{
		WorkspaceID: t.scope.workspace, ClientID: s.ClientID, ID: s.ID, Label: s.Label, Form: string(s.Form), Value: s.Value,
		Created: at(s.CreatedAt), Expires: at(s.ExpiresAt),
	})
}

func (t tx) secret(clientID string, id uuid.UUID) *gorm.DB {
	return t.q(&secretRow{}).Where("client_id = ?", clientID).Where("id = ?", id)
}

// UpdateSecret changes the label and the expiry of the secret that ClientID
// and ID name.
func (w Workspace) UpdateSecret(ctx context.Context, s domain.ClientSecret, ev domain.AuditEvent) (domain.ClientSecret, error) {
	var r secretRow
	err := w.tx(ctx, func(t tx) error {
		err := changed(t.secret(s.ClientID, s.ID).Updates(map[string]any{"label": s.Label, "expires_at": at(s.ExpiresAt)}))
		if err != nil {
			return err
		}
		if err := t.secret(s.ClientID, s.ID).Take(&r).Error; err != nil {
			return err
		}
		return t.audit(ev)
	})
	if err != nil {
		return domain.ClientSecret{}, err
	}
	return domain.ClientSecret{
		ID: r.ID, ClientID: r.ClientID, Label: r.Label, Form: domain.SecretForm(r.Form), Value: r.Value,
		CreatedAt: r.Created.time(), ExpiresAt: r.Expires.time(), LastUsedAt: s.LastUsedAt,
	}, nil
}

// DeleteSecret removes one secret of a client; the others remain.
func (w Workspace) DeleteSecret(ctx context.Context, clientID string, id uuid.UUID, ev domain.AuditEvent) error {
	return w.tx(ctx, func(t tx) error {
		if err := changed(t.secret(clientID, id).Delete(&secretRow{})); err != nil {
			return err
		}
		err := t.db.Exec("DELETE FROM credential_usage WHERE workspace_id = ? AND client_id = ? AND credential_id = ?", w.id, clientID, id.String()).Error
		if err != nil {
			return err
		}
		return t.audit(ev)
	})
}
