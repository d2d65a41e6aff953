package store

import (
	"context"
	"slices"

	"github.com/google/uuid"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// CauseClientPublic ends the grants of a client that gave up its credentials:
// what was given to one that could prove itself is not for one that cannot.
const CauseClientPublic = "client_became_public"

// clientRow is a row of clients.
type clientRow struct {
	WorkspaceID uuid.UUID `gorm:"primaryKey"`
	ClientID    string    `gorm:"primaryKey"`
	ClientName  string
	Metadata    document[clientDoc]
	Trusted     bool
	Disabled    bool
	BuiltIn     bool
	Version     int64
	Created     instant `gorm:"column:created_at"`
	Updated     instant `gorm:"column:updated_at"`
}

// TableName implements GORM's Tabler.
func (clientRow) TableName() string { return "clients" }

// clientColumns are what clientRow.targets reads, of the table clients AS c.
const clientColumns = "c.client_id, c.client_name, c.metadata, c.trusted, c.disabled, c.built_in, c.version, c.created_at, c.updated_at"

func (r *clientRow) targets() []any {
	return []any{&r.ClientID, &r.ClientName, &r.Metadata, &r.Trusted, &r.Disabled, &r.BuiltIn, &r.Version, &r.Created, &r.Updated}
}

func (r clientRow) domain() domain.Client {
	c := r.Metadata.V.client()
	c.ClientID, c.ClientName, c.Trusted, c.Disabled, c.BuiltIn = r.ClientID, r.ClientName, r.Trusted, r.Disabled, r.BuiltIn
	c.Version, c.CreatedAt, c.UpdatedAt = r.Version, r.Created.time(), r.Updated.time()
	return c
}

// CreateClient adds a client with its secrets, in one round trip, and returns
// it as it is kept. ErrConflict, "client_id", where another has the id.
func (w Workspace) CreateClient(ctx context.Context, c domain.Client, ev domain.AuditEvent) (domain.Client, error) {
	if len(c.Secrets) > maxSecrets {
		return domain.Client{}, conflict("secrets")
	}
	c.Secrets = slices.Clone(c.Secrets)
	stampClient(&c, w.s.now())
	b := w.batch()
	b.insertClient(w.id, c)
	b.exec(insertAudit, w.auditArgs(ev)...)
	if err := w.s.run(ctx, b); err != nil {
		return domain.Client{}, err
	}
	return c, nil
}

// Client finds a client, disabled ones included, with its secrets and when
// they were last used, in one round trip.
func (w Workspace) Client(ctx context.Context, clientID string) (domain.Client, error) {
	b := w.batch()
	found := b.client(w.id, clientID)
	if err := w.s.run(ctx, b); err != nil {
		return domain.Client{}, err
	}
	return found()
}

// ClientUsage is Client with what the usage ledger says of the client, in the
// same round trip: its methods and secrets, and the keys and certificates that
// were used last.
func (w Workspace) ClientUsage(ctx context.Context, clientID string) (domain.Client, []CredentialUse, error) {
	var uses []CredentialUse
	b := w.batch()
	found := b.client(w.id, clientID)
	b.query(func(r row) error {
		u := CredentialUse{WorkspaceID: w.id, ClientID: clientID}
		var last instant
		err := r.Scan(&u.CredentialID, &last, &u.Count)
		u.At = last.time()
		uses = append(uses, u)
		return err
	}, selectUsage, w.id, clientID, maxUsage)
	if err := w.s.run(ctx, b); err != nil {
		return domain.Client{}, nil, err
	}
	c, err := found()
	if err != nil {
		return domain.Client{}, nil, err
	}
	return c, uses, nil
}

// maxUsage bounds what is read of one client's ledger. A client changes its keys
// as it likes, so that they are the ones left out, the longest unused first.
const maxUsage = 500

const selectUsage = `SELECT u.credential_id, u.last_used_at, u.uses FROM credential_usage u
	WHERE u.workspace_id = $1 AND u.client_id = $2
	ORDER BY CASE WHEN substr(u.credential_id, 1, 4) IN ('key:', 'cert') THEN 1 ELSE 0 END, u.last_used_at DESC, u.credential_id LIMIT $3`

// client asks for one client with its secrets; the answer is there once the
// batch has run.
func (b *batch) client(workspace uuid.UUID, clientID string) func() (domain.Client, error) {
	var c clientRow
	var secrets []domain.ClientSecret
	b.query(func(r row) error { return r.Scan(c.targets()...) },
		"SELECT "+clientColumns+" FROM clients c WHERE c.workspace_id = $1 AND c.client_id = $2", workspace, clientID)
	b.query(collectSecrets(&secrets), selectSecrets, workspace, clientID)
	return func() (domain.Client, error) {
		if c.ClientID == "" {
			return domain.Client{}, ErrNotFound
		}
		client := c.domain()
		client.Secrets = secrets
		return client, nil
	}
}

// Clients lists clients without their secrets, the newest first, those of a
// self-check left out. Page.Query is looked for in ids and names.
func (w Workspace) Clients(ctx context.Context, p Page) (list List[domain.Client], err error) {
	err = w.tx(ctx, func(t tx) error {
		q := t.q(&clientRow{}).Where(`NOT (built_in = ? AND client_id LIKE ? ESCAPE '\')`, true, beginning(domain.SelfCheckClientPrefix))
		if p.Query != "" {
			q = q.Where(`lower(client_id || ' ' || client_name) LIKE ? ESCAPE '\'`, containing(p.Query))
		}
		list, err = listPage(q, p, order{after: "(created_at, client_id) < (?, ?)", by: "created_at DESC, client_id DESC"},
			func(r clientRow) position { return position{r.Created, r.ClientID} }, clientRow.domain)
		return err
	})
	return list, err
}

// client selects one client of the transaction's workspace.
func (t tx) client(id string) *gorm.DB { return t.q(&clientRow{}).Where("client_id = ?", id) }

// holdClient reads one client and keeps others from changing it meanwhile.
// SQLite knows no such lock and needs none: its transactions take turns.
func (t tx) holdClient(id string) (clientRow, error) {
	var r clientRow
	err := t.client(id).Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}).Take(&r).Error
	return r, translate(err)
}

// UpdateClient changes everything but the secrets and whether the client is
// built in. Disabling a client ends what was given to it, and so does making a
// confidential one public: the facts come back, to be pushed.
func (w Workspace) UpdateClient(ctx context.Context, c domain.Client, ev domain.AuditEvent) (domain.Client, []domain.Revocation, error) {
	return w.updateClient(ctx, c, nil, ev)
}

// UpdateClientWithSecret is UpdateClient for a change that needs a secret to go
// with it: both happen, or neither. ErrConflict, "secrets", where the client has
// ten. Each event is one of the trail.
func (w Workspace) UpdateClientWithSecret(ctx context.Context, c domain.Client, s domain.ClientSecret, events ...domain.AuditEvent) (domain.Client, []domain.Revocation, error) {
	s.ClientID = c.ClientID
	return w.updateClient(ctx, c, &s, events...)
}

func (w Workspace) updateClient(ctx context.Context, c domain.Client, secret *domain.ClientSecret, events ...domain.AuditEvent) (domain.Client, []domain.Revocation, error) {
	var after clientRow
	var ended []domain.Revocation
	secrets := c.Secrets
	err := w.tx(ctx, func(t tx) error {
		before, err := t.holdClient(c.ClientID)
		if err != nil {
			return err
		}
		one := func() *gorm.DB { return t.client(c.ClientID) }
		_, err = t.update(one, one, c.Version, map[string]any{
			"client_name": c.ClientName, "metadata": doc(clientDocOf(c)), "trusted": c.Trusted, "disabled": c.Disabled,
		})
		if err != nil {
			return err
		}
		if err := one().Take(&after).Error; err != nil {
			return err
		}
		if cause := before.endedBy(after); cause != "" {
			if ended, err = t.endClient(c.ClientID, cause); err != nil {
				return err
			}
		}
		if secret != nil {
			added, err := t.addSecret(*secret)
			if err != nil {
				return err
			}
			secrets = append([]domain.ClientSecret{added}, c.Secrets...)
		}
		for _, ev := range events {
			if err := t.audit(ev); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return domain.Client{}, nil, err
	}
	updated := after.domain()
	updated.Secrets = secrets
	return updated, ended, nil
}

// endedBy tells why a change ends what the client was given, if it does.
func (r clientRow) endedBy(after clientRow) string {
	public := func(r clientRow) bool { return r.Metadata.V.TokenEndpointAuthMethod == oauth.MethodNone }
	switch {
	case after.Disabled && !r.Disabled:
		return CauseClientDisabled
	case public(after) && !public(r):
		return CauseClientPublic
	default:
		return ""
	}
}

// DeleteClient removes a client with its secrets and consents and ends all its
// grants, so that a later client of the same id inherits nothing. Services for
// which it stood forget it.
func (w Workspace) DeleteClient(ctx context.Context, clientID string, ev domain.AuditEvent) ([]domain.Revocation, error) {
	var ended []domain.Revocation
	err := w.tx(ctx, func(t tx) error {
		if _, err := t.holdClient(clientID); err != nil {
			return err
		}
		var err error
		if ended, err = t.endClient(clientID, CauseClientDeleted); err != nil {
			return err
		}
		if err := t.forgetClient(clientID); err != nil {
			return err
		}
		if err := changed(t.client(clientID).Delete(&clientRow{})); err != nil {
			return err
		}
		return t.audit(ev)
	})
	if err != nil {
		return nil, err
	}
	return ended, nil
}

// chunk is how many rows one statement of a long list of them touches: few
// enough for the statement timeout, however many there are in all.
const chunk = 5000

// inChunks repeats a statement, whose last parameter is a LIMIT, until there
// is nothing left for it to do.
func (t tx) inChunks(sql string, args ...any) error {
	for {
		result := t.db.Exec(sql, append(args, chunk)...)
		if result.Error != nil {
			return translate(result.Error)
		}
		if result.RowsAffected < chunk {
			return nil
		}
	}
}

// endClient ends everything that was given to the client up to now.
func (t tx) endClient(clientID, cause string) ([]domain.Revocation, error) {
	err := t.inChunks(`UPDATE grants SET revoked_at = ?, revocation_cause = ? WHERE (workspace_id, id) IN
		(SELECT workspace_id, id FROM grants WHERE workspace_id = ? AND client_id = ? AND revoked_at IS NULL LIMIT ?)`,
		at(t.now), cause, t.scope.workspace, clientID)
	if err != nil {
		return nil, err
	}
	fact, err := t.revoke(domain.RevokeClient, clientID)
	if err != nil {
		return nil, err
	}
	return []domain.Revocation{fact}, nil
}

// forgetClient removes what points at a client that is about to go.
func (t tx) forgetClient(clientID string) error {
	err := t.inChunks(`DELETE FROM consents WHERE (workspace_id, user_id, client_id) IN
		(SELECT workspace_id, user_id, client_id FROM consents WHERE workspace_id = ? AND client_id = ? LIMIT ?)`, t.scope.workspace, clientID)
	if err != nil {
		return err
	}
	if err := t.db.Exec("DELETE FROM credential_usage WHERE workspace_id = ? AND client_id = ?", t.scope.workspace, clientID).Error; err != nil {
		return translate(err)
	}
	var services []serviceRow
	if err := t.q(&serviceRow{}).Find(&services).Error; err != nil {
		return translate(err)
	}
	for _, s := range services {
		if !slices.Contains(s.ClientIDs.V, clientID) {
			continue
		}
		rest := slices.DeleteFunc(s.ClientIDs.V, func(id string) bool { return id == clientID })
		one := func() *gorm.DB { return t.q(&serviceRow{}).Where("service_id = ?", s.ServiceID) }
		if _, err := t.update(one, one, 0, map[string]any{"client_ids": doc(rest)}); err != nil {
			return err
		}
	}
	return nil
}
