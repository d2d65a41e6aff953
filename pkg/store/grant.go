package store

import (
	"context"
	"maps"
	"math"
	"time"

	"github.com/google/uuid"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
)

// The causes of a grant's end, in grants.revocation_cause and in audit events.
const (
	CauseCodeReplay       = "code_replay"
	CauseTokenReuse       = "refresh_token_reuse"
	CauseNotLive          = "not_live" // the user, client or session had ended before the code was redeemed
	CauseSessionEnded     = "session_ended"
	CauseConsentWithdrawn = "consent_withdrawn"
	CauseUserDisabled     = "user_disabled"
	CausePasswordChanged  = "password_changed"
	CauseClientDisabled   = "client_disabled"
	CauseClientDeleted    = "client_deleted"
)

// The audit actions of the two endings that nobody asked for.
const (
	actionCodeReplay = "grant.code_replay"
	actionTokenReuse = "grant.refresh_token_reuse"
)

type grantRow struct {
	WorkspaceID     uuid.UUID `gorm:"primaryKey"`
	ID              uuid.UUID `gorm:"primaryKey"`
	Attempt         uuid.UUID
	ClientID        string
	UserID          string
	SID             uuid.NullUUID `gorm:"column:sid"`
	Scope           scopeText
	Resource        document[[]string]
	CNF             document[map[string]string] `gorm:"column:cnf"`
	AuthTime        instant
	ACR             optional
	AMR             document[[]string]
	SessionBound    bool
	UserInfoClaims  document[[]string] `gorm:"column:userinfo_claims"`
	Generation      int64
	Rotated         instant `gorm:"column:rotated_at"`
	Created         instant `gorm:"column:created_at"`
	LastUsed        instant `gorm:"column:last_used_at"`
	Expires         instant `gorm:"column:expires_at"`
	MaxEnds         instant `gorm:"column:max_ends_at"`
	Revoked         instant `gorm:"column:revoked_at"`
	RevocationCause optional
}

// TableName implements GORM's Tabler.
func (grantRow) TableName() string { return "grants" }

// grantColumns are what grantRow.targets reads, of the table grants AS g.
const grantColumns = `g.id, g.attempt, g.client_id, g.user_id, g.sid, g.scope, g.resource, g.cnf, g.auth_time, g.acr, g.amr, g.session_bound,
	g.userinfo_claims, g.generation, g.rotated_at, g.created_at, g.last_used_at, g.expires_at, g.max_ends_at, g.revoked_at, g.revocation_cause`

func (r *grantRow) targets() []any {
	return []any{
		&r.ID, &r.Attempt, &r.ClientID, &r.UserID, &r.SID, &r.Scope, &r.Resource, &r.CNF, &r.AuthTime, &r.ACR, &r.AMR, &r.SessionBound,
		&r.UserInfoClaims, &r.Generation, &r.Rotated, &r.Created, &r.LastUsed, &r.Expires, &r.MaxEnds, &r.Revoked, &r.RevocationCause,
	}
}

func (r grantRow) domain() domain.Grant {
	return domain.Grant{
		ID: r.ID, ClientID: r.ClientID, UserID: r.UserID, SessionID: r.SID.UUID, Scope: oauth.Scope(r.Scope), Resource: r.Resource.V,
		Confirmation: r.CNF.V, AuthTime: r.AuthTime.time(), ACR: string(r.ACR), AMR: r.AMR.V, SessionBound: r.SessionBound,
		UserInfoClaims: r.UserInfoClaims.V, Generation: r.Generation, RotatedAt: r.Rotated.time(), CreatedAt: r.Created.time(),
		LastUsedAt: r.LastUsed.time(), ExpiresAt: r.Expires.time(), MaxEndsAt: r.MaxEnds.time(), RevokedAt: r.Revoked.time(),
		RevocationCause: string(r.RevocationCause),
	}
}

// Redemption is the attempt to turn a code into a grant. The caller has checked
// all that the code itself can tell: client, redirect URI, PKCE, lifetime.
type Redemption struct {
	GrantID      uuid.UUID // of the grant to be: a fresh UUIDv7, as lists go by it
	CodeHash     []byte
	Code         domain.Code
	ClientID     string            // the client that presents the code
	Confirmation map[string]string // cnf
	RefreshTTL   time.Duration     // idle life of its refresh tokens; 0 where it gets none
	MaxTTL       time.Duration     // their absolute end; 0 where it gets none
	SessionBound bool              // the grant ends with the session of the code
	Audit        domain.AuditEvent // written where the redemption succeeds
}

// Redeemed is a fresh grant. Beside ErrConsumed only Revocations is filled.
type Redeemed struct {
	Grant       domain.Grant
	User        domain.User
	Revocations []domain.Revocation // what has ended by the attempt, to be pushed
}

// RedeemCode makes a grant of a code, exactly once, in one round trip. The
// unique code_hash is the arbiter: of any number of attempts, wherever they run,
// the first to insert its row wins. A later attempt by the same client ends the
// winner's grant (RFC 6749, section 4.1.2; RFC 9700, section 4.5), even one that
// ran at the same moment, since the two cannot be told from theft. One by
// another client changes nothing.
//
// ErrConsumed: redeemed before, the grant has ended. ErrNotFound: the user, the
// client or the code's session is no longer live, and the code is burnt; or
// another client has redeemed it.
func (w Workspace) RedeemCode(ctx context.Context, r Redemption) (Redeemed, error) {
	now := w.s.now()
	var won, sameClient, live bool
	var u userRow
	var ended []domain.Revocation
	b := w.batch()
	w.insertGrant(b, r, now)
	b.query(readRevocation(&ended), insertGrantFact+` WHERE g.workspace_id = $1 AND g.code_hash = $4 AND g.attempt = $5 AND g.id <> $5 RETURNING `+revocationColumns,
		w.id, at(now), at(now.Add(revocationLife)), r.CodeHash, r.GrantID)
	b.exec(insertGrantAudit+` WHERE g.workspace_id = $2 AND g.code_hash = $14 AND g.attempt = $15 AND (g.id <> $15 OR g.revoked_at IS NULL)`,
		append(w.grantAuditArgs(r.Audit, actionCodeReplay), r.CodeHash, r.GrantID)...)
	b.query(func(row row) error { return row.Scan(append([]any{&won, &sameClient, &live}, u.targets()...)...) },
		`SELECT g.id = $3, g.client_id = $4, g.revoked_at IS NULL, `+userColumns+`
		FROM grants g JOIN users u ON u.workspace_id = g.workspace_id AND u.user_id = g.user_id
		WHERE g.workspace_id = $1 AND g.code_hash = $2`, w.id, r.CodeHash, r.GrantID, r.ClientID)
	if err := w.s.run(ctx, b); err != nil {
		return Redeemed{}, err
	}
	switch {
	case won && live:
		return Redeemed{Grant: r.grant(now), User: u.domain()}, nil
	case !won && sameClient:
		return Redeemed{Revocations: ended}, ErrConsumed
	default:
		return Redeemed{}, ErrNotFound
	}
}

// grant is the row that a won redemption has left.
func (r Redemption) grant(now time.Time) domain.Grant {
	c := r.Code
	return domain.Grant{
		ID: r.GrantID, ClientID: r.ClientID, UserID: c.UserID, SessionID: c.SessionID, Scope: c.Scope, Resource: c.Resource,
		Confirmation: r.Confirmation, AuthTime: at(c.AuthTime).time(), ACR: c.ACR, AMR: c.AMR, SessionBound: r.SessionBound,
		UserInfoClaims: c.UserInfoClaims, Generation: 1, CreatedAt: now, LastUsedAt: now,
		ExpiresAt: now.Add(min(r.RefreshTTL, r.MaxTTL)), MaxEndsAt: now.Add(r.MaxTTL),
	}
}

// insertGrant adds the deciding statement. A code whose user, client or session
// has ended, or whose user, client or consent has ended since it was issued, even
// if it has begun anew, is burnt all the same: its row is ended from the start.
func (w Workspace) insertGrant(b *batch, r Redemption, now time.Time) {
	g := r.grant(now)
	b.exec(`
		INSERT INTO grants (workspace_id, id, attempt, code_hash, client_id, user_id, sid, scope, resource, cnf, auth_time, acr, amr,
			session_bound, userinfo_claims, generation, created_at, last_used_at, expires_at, max_ends_at, revoked_at, revocation_cause)
		SELECT $1, $2, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 1, $15, $15, $16, $17,
			CASE WHEN parties.live THEN NULL ELSE CAST($15 AS bigint) END, CASE WHEN parties.live THEN NULL ELSE '`+CauseNotLive+`' END
		FROM (SELECT EXISTS (SELECT 1 FROM users u WHERE u.workspace_id = $1 AND u.user_id = $5 AND NOT u.disabled)
			AND EXISTS (SELECT 1 FROM clients c WHERE c.workspace_id = $1 AND c.client_id = $4 AND NOT c.disabled)
			AND ($18 OR EXISTS (SELECT 1 FROM sessions s WHERE s.workspace_id = $1 AND s.id = $6 AND s.user_id = $5
				AND s.ended_at IS NULL AND s.expires_at > $15 AND s.max_ends_at > $15))
			AND NOT EXISTS (SELECT 1 FROM revocations x WHERE x.workspace_id = $1 AND x.before_at >= $19 AND (
				x.kind = 'user' AND x.target = $5 OR x.kind = 'client' AND x.target = $4
				OR x.kind = 'consent' AND x.target = CAST($5 AS text) || ' ' || CAST($4 AS text))) AS live) AS parties
		WHERE true
		ON CONFLICT (workspace_id, code_hash) WHERE code_hash IS NOT NULL DO UPDATE
			SET attempt = excluded.attempt, revoked_at = excluded.created_at, revocation_cause = '`+CauseCodeReplay+`'
			WHERE grants.client_id = excluded.client_id AND grants.revoked_at IS NULL`,
		w.id, g.ID, r.CodeHash, g.ClientID, g.UserID, optionalID(g.SessionID), scopeText(g.Scope), doc(g.Resource), doc(g.Confirmation),
		at(g.AuthTime), optional(g.ACR), doc(g.AMR), g.SessionBound, doc(g.UserInfoClaims), at(now), at(g.ExpiresAt), at(g.MaxEndsAt),
		g.SessionID == uuid.Nil, at(r.Code.IssuedAt))
}

// insertGrantFact adds to revocations the grants (g) that the condition after it
// selects; $1 is the workspace, $2 now, $3 the end of the fact's life.
const insertGrantFact = `
	INSERT INTO revocations (workspace_id, kind, target, before_at, expires_at, created_at)
	SELECT $1, 'grant', CAST(g.id AS text), $2, $3, $2 FROM grants g`

const revocationColumns = "id, workspace_id, kind, target, before_at, expires_at, created_at"

func readRevocation(to *[]domain.Revocation) func(row) error {
	return func(row row) error {
		var r revocationRow
		if err := row.Scan(&r.ID, &r.WorkspaceID, &r.Kind, &r.Target, &r.Before, &r.Expires, &r.Created); err != nil {
			return err
		}
		*to = append(*to, r.domain())
		return nil
	}
}

// insertGrantAudit writes one event for every grant (g) that the condition after
// it selects. Its target is the grant. A live grant is told by the action $5; an
// ended one, which is what an attack leaves, by $8 and as a failure.
const insertGrantAudit = `
	INSERT INTO audit_events (tenant_id, workspace_id, id, at, action, actor_kind, actor_id, target_kind, target_id, outcome, ip, trace_id, detail)
	SELECT $1, $2, $3, $4, CASE WHEN g.revoked_at IS NULL THEN CAST($5 AS text) ELSE CAST($8 AS text) END, $6, $7, 'grant', CAST(g.id AS text),
		CASE WHEN g.revoked_at IS NULL THEN CAST($9 AS text) ELSE CAST($10 AS text) END, $11, $12, $13
	FROM grants g`

// grantAuditArgs are the parameters $1 to $13 of insertGrantAudit.
func (w Workspace) grantAuditArgs(ev domain.AuditEvent, otherwise string) []any {
	ev.WorkspaceID = w.id
	r := auditRowOf(w.tenant, ev, w.s.now())
	return []any{
		r.TenantID, w.id, r.ID, r.At, r.Action, r.ActorKind, r.ActorID, otherwise, r.Outcome, "failure", r.IP, r.TraceID, r.Detail,
	}
}

// EndGrantOfCode ends the grant that a code was redeemed into, if the same
// client presents the code again after its payload has gone. Where there is no
// such grant, or it has ended already, nothing happens and nothing is returned.
func (w Workspace) EndGrantOfCode(ctx context.Context, codeHash []byte, clientID string, ev domain.AuditEvent) ([]domain.Revocation, error) {
	now, attempt := w.s.now(), newID()
	var ended []domain.Revocation
	b := w.batch()
	b.exec(`
		UPDATE grants SET attempt = $4, revoked_at = $5, revocation_cause = '`+CauseCodeReplay+`'
		WHERE workspace_id = $1 AND code_hash = $2 AND client_id = $3 AND revoked_at IS NULL`, w.id, codeHash, clientID, attempt, at(now))
	b.query(readRevocation(&ended), insertGrantFact+` WHERE g.workspace_id = $1 AND g.code_hash = $4 AND g.attempt = $5 RETURNING `+revocationColumns,
		w.id, at(now), at(now.Add(revocationLife)), codeHash, attempt)
	b.exec(insertGrantAudit+` WHERE g.workspace_id = $2 AND g.code_hash = $14 AND g.attempt = $15`,
		append(w.grantAuditArgs(ev, actionCodeReplay), codeHash, attempt)...)
	if err := w.s.run(ctx, b); err != nil {
		return nil, err
	}
	return ended, nil
}

// Rotation is the attempt to use the refresh token of one generation. The
// caller has verified the token's MAC, which names grant and generation.
type Rotation struct {
	GrantID    uuid.UUID
	ClientID   string
	Generation int64
	IdleTTL    time.Duration     // how long the successor may lie unused
	Grace      time.Duration     // how long a retry gets the same successor; 0: never
	Audit      domain.AuditEvent // written where the rotation succeeds
	// Confirmation is the key that the client has shown to hold; nil for none.
	// With KeyBound a family that is bound to a key is for its holder alone.
	Confirmation map[string]string
	KeyBound     bool
}

// Rotated is a grant after its rotation. Beside ErrConsumed only Revocations is
// filled, beside ErrNotFound only OtherKey.
type Rotated struct {
	Grant      domain.Grant
	User       domain.User
	Generation int64 // of the successor
	// Retry says that the successor has been handed out before.
	Retry       bool
	Revocations []domain.Revocation // what has ended by the attempt, to be pushed
	OtherKey    bool                // the family is bound to a key that was not shown
}

// RotateRefresh uses a refresh token and makes its successor, in one round trip
// and one deciding statement. The token's own generation moves to the next; a
// generation that has moved on is a retry within Grace, and gets the identical
// successor as long as that is unused, or else reuse, which ends the whole
// family (RFC 9700, section 4.14.2). Two attempts at one moment are a first and
// a second: with Grace 0 they end the family.
//
// ErrConsumed: reuse, the family has ended. ErrNotFound: the grant is unknown,
// another client's, expired or ended, bound to another key, or its user, client or
// (where it is bound to one) session is no longer live; nothing has changed.
func (w Workspace) RotateRefresh(ctx context.Context, r Rotation) (Rotated, error) {
	now, attempt := w.s.now(), newID()
	var g grantRow
	var u userRow
	var partiesLive bool
	var ended []domain.Revocation
	b := w.batch()
	w.rotate(b, r, attempt, now)
	b.query(readRevocation(&ended), insertGrantFact+` WHERE g.workspace_id = $1 AND g.id = $4 AND g.attempt = $5 AND g.revoked_at IS NOT NULL RETURNING `+revocationColumns,
		w.id, at(now), at(now.Add(revocationLife)), r.GrantID, attempt)
	b.exec(insertGrantAudit+` WHERE g.workspace_id = $2 AND g.id = $14 AND g.attempt = $15`,
		append(w.grantAuditArgs(r.Audit, actionTokenReuse), r.GrantID, attempt)...)
	b.query(func(row row) error { return row.Scan(append(append(g.targets(), u.targets()...), &partiesLive)...) },
		`SELECT `+grantColumns+`, `+userColumns+`, `+partiesLiveAt4+`
		FROM grants g JOIN users u ON u.workspace_id = g.workspace_id AND u.user_id = g.user_id
		WHERE g.workspace_id = $1 AND g.id = $2 AND g.client_id = $3`, w.id, r.GrantID, r.ClientID, at(now))
	if err := w.s.run(ctx, b); err != nil {
		return Rotated{}, err
	}
	grant := g.domain()
	rotated := Rotated{Grant: grant, User: u.domain(), Generation: g.Generation}
	switch {
	case g.ID == uuid.Nil || g.Generation < r.Generation:
		return Rotated{}, ErrNotFound
	case r.KeyBound && grant.Confirmation != nil && !maps.Equal(grant.Confirmation, r.Confirmation):
		return Rotated{OtherKey: true}, ErrNotFound
	case g.Attempt == attempt && g.Revoked == 0:
		return rotated, nil
	case g.RevocationCause == CauseTokenReuse && g.Generation > r.Generation:
		return Rotated{Revocations: ended}, ErrConsumed
	case g.Generation == r.Generation+1 && r.Grace > 0 && grant.Live(now) && partiesLive && now.Before(grant.RotatedAt.Add(r.Grace)):
		rotated.Retry = true
		return rotated, nil
	default:
		return Rotated{}, ErrNotFound
	}
}

// partiesLiveAt4 holds for a grant (g) while its user, its client and, where it
// is bound to one, its session are live at the moment $4.
const partiesLiveAt4 = `(EXISTS (SELECT 1 FROM users p WHERE p.workspace_id = g.workspace_id AND p.user_id = g.user_id AND NOT p.disabled)
		AND EXISTS (SELECT 1 FROM clients c WHERE c.workspace_id = g.workspace_id AND c.client_id = g.client_id AND NOT c.disabled)
		AND (NOT g.session_bound OR EXISTS (SELECT 1 FROM sessions s WHERE s.workspace_id = g.workspace_id AND s.id = g.sid
			AND s.ended_at IS NULL AND s.expires_at > $4 AND s.max_ends_at > $4)))`

// rotate adds the deciding statement. Attempts at one grant queue for its row,
// and each decides by what the one before it has left: on Postgres the whole
// condition is evaluated again on that row.
func (w Workspace) rotate(b *batch, r Rotation, attempt uuid.UUID, now time.Time) {
	// A rotation up to this moment is past its grace. Without grace that is any,
	// even one that a faster clock has dated in our future.
	pastGrace := instant(math.MaxInt64)
	if r.Grace > 0 {
		pastGrace = at(now.Add(-r.Grace))
	}
	b.exec(`
		UPDATE grants AS g SET
			attempt = $5,
			generation = CASE WHEN g.generation = $6 THEN g.generation + 1 ELSE g.generation END,
			rotated_at = CASE WHEN g.generation = $6 THEN $4 ELSE g.rotated_at END,
			last_used_at = CASE WHEN g.generation = $6 THEN $4 ELSE g.last_used_at END,
			expires_at = CASE WHEN g.generation <> $6 THEN g.expires_at WHEN g.max_ends_at < $7 THEN g.max_ends_at ELSE $7 END,
			revoked_at = CASE WHEN g.generation = $6 THEN g.revoked_at ELSE $4 END,
			revocation_cause = CASE WHEN g.generation = $6 THEN g.revocation_cause ELSE '`+CauseTokenReuse+`' END
		WHERE g.workspace_id = $1 AND g.id = $2 AND g.client_id = $3 AND g.revoked_at IS NULL
			AND (NOT $9 OR g.cnf IS NULL OR g.cnf = $10) AND (
			(g.generation = $6 AND g.expires_at > $4 AND g.max_ends_at > $4 AND `+partiesLiveAt4+`)
			OR g.generation > $6 + 1
			OR (g.generation = $6 + 1 AND g.rotated_at <= $8))`,
		w.id, r.GrantID, r.ClientID, at(now), attempt, r.Generation, at(now.Add(r.IdleTTL)), pastGrace,
		r.KeyBound, doc(r.Confirmation))
}

// RevokeGrant ends a grant: that of the client, or any client's where clientID
// is empty. ErrNotFound: there is no such grant, or it has ended before.
func (w Workspace) RevokeGrant(ctx context.Context, id uuid.UUID, clientID, cause string, ev domain.AuditEvent) ([]domain.Revocation, error) {
	now, attempt := w.s.now(), newID()
	var ended []domain.Revocation
	b := w.batch()
	b.exec(`
		UPDATE grants SET attempt = $4, revoked_at = $5, revocation_cause = $6
		WHERE workspace_id = $1 AND id = $2 AND (client_id = $3 OR CAST($3 AS text) = '') AND revoked_at IS NULL`,
		w.id, id, clientID, attempt, at(now), cause)
	b.query(readRevocation(&ended), insertGrantFact+` WHERE g.workspace_id = $1 AND g.id = $4 AND g.attempt = $5 RETURNING `+revocationColumns,
		w.id, at(now), at(now.Add(revocationLife)), id, attempt)
	b.exec(insertAudit+` FROM grants g WHERE g.workspace_id = $2 AND g.id = $14 AND g.attempt = $15`, append(w.auditArgs(ev), id, attempt)...)
	if err := w.s.run(ctx, b); err != nil {
		return nil, err
	}
	if len(ended) == 0 {
		return nil, ErrNotFound
	}
	return ended, nil
}

// Grant finds a grant, ended ones included.
func (w Workspace) Grant(ctx context.Context, id uuid.UUID) (domain.Grant, error) {
	var g grantRow
	b := w.batch()
	b.query(func(row row) error { return row.Scan(g.targets()...) },
		"SELECT "+grantColumns+" FROM grants g WHERE g.workspace_id = $1 AND g.id = $2", w.id, id)
	if err := w.s.run(ctx, b); err != nil {
		return domain.Grant{}, err
	}
	if g.ID == uuid.Nil {
		return domain.Grant{}, ErrNotFound
	}
	return g.domain(), nil
}

// GrantFilter narrows a list of grants; empty fields narrow nothing.
type GrantFilter struct{ UserID, ClientID string }

// Grants lists grants, the newest first, ended ones included.
func (w Workspace) Grants(ctx context.Context, p Page, f GrantFilter) (list List[domain.Grant], err error) {
	err = w.tx(ctx, func(t tx) error {
		q := t.q(&grantRow{})
		if f.UserID != "" {
			q = q.Where("user_id = ?", f.UserID)
		}
		if f.ClientID != "" {
			q = q.Where("client_id = ?", f.ClientID)
		}
		// Ids are UUIDv7 and grow with time: the list needs no index beside the key.
		list, err = listPage(q, p, order{after: "id < ?", by: "id DESC", ids: true, byKey: true},
			func(r grantRow) position { return position{Key: r.ID.String()} }, grantRow.domain)
		return err
	})
	return list, err
}
