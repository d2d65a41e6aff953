package store

import (
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/signet-authz/signet/pkg/domain"
)

// The rows that come into being together: a tenant with its workspaces, a
// workspace with its keys, scopes, services and clients, a client with its
// secrets. They travel as one batch, so that registration costs one round trip
// however many rows it makes.

func (b *batch) insertTenant(t domain.Tenant) {
	b.exec(`INSERT INTO tenants (id, tid, display_name, state, admin_workspace_id, email_verified, version, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		t.ID, t.TID, t.DisplayName, string(t.State), t.AdminWorkspaceID, t.EmailVerified, t.Version, at(t.CreatedAt), at(t.UpdatedAt))
}

// insertWorkspace writes nothing where the tenant is unknown or deleted; the
// rows that follow then miss their parent and undo the batch.
func (b *batch) insertWorkspace(w domain.Workspace) {
	b.exec(`INSERT INTO workspaces (tenant_id, id, aid, issuer, display_name, state, settings, version, created_at, updated_at)
		SELECT t.id, $2, $3, $4, $5, $6, $7, $8, $9, $10 FROM tenants t WHERE t.id = $1 AND t.state <> 'deleted'`,
		w.TenantID, w.ID, w.AID, optional(w.Issuer), w.DisplayName, string(w.State), doc(settingsDocOf(w.Settings)), w.Version,
		at(w.CreatedAt), at(w.UpdatedAt))
}

func (b *batch) insertClient(workspace uuid.UUID, c domain.Client) {
	b.exec(`INSERT INTO clients (workspace_id, client_id, client_name, metadata, trusted, disabled, built_in, version, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		workspace, c.ClientID, c.ClientName, doc(clientDocOf(c)), c.Trusted, c.Disabled, c.BuiltIn, c.Version, at(c.CreatedAt), at(c.UpdatedAt))
	for _, s := range c.Secrets {
		b.insertSecret(workspace, s)
	}
}

func (b *batch) insertSecret(workspace uuid.UUID, s domain.ClientSecret) {
	b.exec(`INSERT INTO client_secrets (workspace_id, client_id, id, label, form, value, created_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		workspace, s.ClientID, s.ID, s.Label, string(s.Form), s.Value, at(s.CreatedAt), at(s.ExpiresAt))
}

func (b *batch) insertService(workspace uuid.UUID, s domain.Service) {
	b.exec(`INSERT INTO services (workspace_id, service_id, name, audience, client_ids, built_in, version, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		workspace, s.ServiceID, s.Name, s.Audience, doc(s.ClientIDs), s.BuiltIn, s.Version, at(s.CreatedAt), at(s.UpdatedAt))
}

func (b *batch) insertScope(workspace uuid.UUID, s domain.Scope) {
	b.exec(`INSERT INTO scopes (workspace_id, name, description, is_default, service_id, built_in, version, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		workspace, s.Name, s.Description, s.Default, optional(s.ServiceID), s.BuiltIn, s.Version, at(s.CreatedAt), at(s.UpdatedAt))
}

func (b *batch) insertKey(workspace uuid.UUID, k domain.SigningKey) {
	r := signingKeyRowOf(workspace, k)
	b.exec(`INSERT INTO signing_keys (workspace_id, kid, alg, public_jwk, sealed, created_at, activates_at, retires_at, revoked_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		r.WorkspaceID, r.KID, r.Alg, r.PublicJWK, r.Sealed, r.Created, r.Activates, r.Retires, r.Revoked)
}

// insertUser adds the user and the logins by which the user is found, as
// tx.createUser does.
func (b *batch) insertUser(workspace uuid.UUID, u domain.User) error {
	b.exec(`INSERT INTO users (workspace_id, user_id, email, email_verified, username, name, given_name, family_name, picture, locale,
		password_hash, password_changed_at, disabled, version, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
		workspace, u.UserID, u.Email, u.EmailVerified, u.Username, u.Name, u.GivenName, u.FamilyName, u.Picture, u.Locale,
		u.PasswordHash, at(u.PasswordChangedAt), u.Disabled, u.Version, at(u.CreatedAt), at(u.UpdatedAt))
	for _, l := range []struct{ kind, text string }{{loginEmail, u.Email}, {loginUsername, u.Username}} {
		if l.text == "" {
			continue
		}
		canonical, err := domain.CanonicalLogin(l.text)
		if err != nil {
			return fmt.Errorf("store: the user's %s: %w", l.kind, err)
		}
		b.exec("INSERT INTO user_logins (workspace_id, login, user_id, kind) VALUES ($1, $2, $3, $4)", workspace, canonical, u.UserID, l.kind)
	}
	return nil
}

func (b *batch) insertMember(tenant, adminWorkspace uuid.UUID, m domain.Member) {
	b.exec(`INSERT INTO members (tenant_id, workspace_id, user_id, role, disabled, version, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		tenant, adminWorkspace, m.UserID, string(m.Role), m.Disabled, m.Version, at(m.CreatedAt), at(m.UpdatedAt))
}

func (b *batch) insertVerification(workspace uuid.UUID, v Verification, now time.Time) {
	b.exec("INSERT INTO verifications (workspace_id, token_hash, user_id, email, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)",
		workspace, v.TokenHash, v.UserID, v.Email, at(now), at(v.ExpiresAt))
}

// insertEvent adds an audit event of the tenant itself, or of the one of its
// workspaces that the event names.
func (b *batch) insertEvent(tenant uuid.UUID, ev domain.AuditEvent, now time.Time) {
	b.exec(insertAudit, auditArgs(tenant, ev, now)...)
}

// auditArgs are the parameters $1 to $13 of insertAudit.
func auditArgs(tenant uuid.UUID, ev domain.AuditEvent, now time.Time) []any {
	r := auditRowOf(tenant, ev, now)
	return []any{
		r.TenantID, r.WorkspaceID, r.ID, r.At, r.Action, r.ActorKind, r.ActorID, r.TargetKind, r.TargetID, r.Outcome, r.IP, r.TraceID, r.Detail,
	}
}

// created is how a new row is stamped: the moment, and its first version.
func created(at *time.Time, updated *time.Time, version *int64, now time.Time) {
	*at, *updated, *version = now, now, 1
}

// insertContent adds what a new workspace begins with, in the order of its
// foreign keys.
func (b *batch) insertContent(n *NewWorkspace, now time.Time) {
	id := n.Workspace.ID
	for _, k := range n.Keys {
		b.insertKey(id, k)
	}
	for i := range n.Services {
		s := &n.Services[i]
		created(&s.CreatedAt, &s.UpdatedAt, &s.Version, now)
		b.insertService(id, *s)
	}
	for i := range n.Scopes {
		s := &n.Scopes[i]
		created(&s.CreatedAt, &s.UpdatedAt, &s.Version, now)
		b.insertScope(id, *s)
	}
	for i := range n.Clients {
		stampClient(&n.Clients[i], now)
		b.insertClient(id, n.Clients[i])
	}
}

// stampClient fills in what the store decides of a new client and its secrets.
func stampClient(c *domain.Client, now time.Time) {
	created(&c.CreatedAt, &c.UpdatedAt, &c.Version, now)
	for i := range c.Secrets {
		s := &c.Secrets[i]
		s.ClientID, s.CreatedAt = c.ClientID, now
		if s.ID == uuid.Nil {
			s.ID = newID()
		}
	}
}
