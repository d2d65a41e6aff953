package store

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/signet-authz/signet/pkg/domain"
)

type sessionRow struct {
	WorkspaceID uuid.UUID `gorm:"primaryKey"`
	ID          uuid.UUID `gorm:"primaryKey"`
	TokenHash   []byte
	UserID      string
	AuthTime    instant
	ACR         optional
	AMR         document[[]string]
	Created     instant `gorm:"column:created_at"`
	LastSeen    instant `gorm:"column:last_seen_at"`
	Expires     instant `gorm:"column:expires_at"`
	MaxEnds     instant `gorm:"column:max_ends_at"`
	Ended       instant `gorm:"column:ended_at"`
	UserAgent   string
	IP          string
}

// TableName implements GORM's Tabler.
func (sessionRow) TableName() string { return "sessions" }

// sessionColumns are what sessionRow.targets reads, of the table sessions AS s.
const sessionColumns = `s.id, s.token_hash, s.user_id, s.auth_time, s.acr, s.amr, s.created_at, s.last_seen_at, s.expires_at, s.max_ends_at,
	s.ended_at, s.user_agent, s.ip`

func (r *sessionRow) targets() []any {
	return []any{
		&r.ID, &r.TokenHash, &r.UserID, &r.AuthTime, &r.ACR, &r.AMR, &r.Created, &r.LastSeen, &r.Expires, &r.MaxEnds,
		&r.Ended, &r.UserAgent, &r.IP,
	}
}

func (r sessionRow) domain() domain.Session {
	return domain.Session{
		ID: r.ID, TokenHash: r.TokenHash, UserID: r.UserID, AuthTime: r.AuthTime.time(), ACR: string(r.ACR), AMR: r.AMR.V,
		CreatedAt: r.Created.time(), LastSeenAt: r.LastSeen.time(), ExpiresAt: r.Expires.time(), MaxEndsAt: r.MaxEnds.time(),
		EndedAt: r.Ended.time(), UserAgent: r.UserAgent, IP: r.IP,
	}
}

// userAgentText bounds what is kept of a browser's name for itself.
const userAgentText = 256

// StartSession keeps a session, which begins now. ErrNotFound: the user is
// unknown or disabled.
func (w Workspace) StartSession(ctx context.Context, s domain.Session, ev domain.AuditEvent) error {
	now := at(w.s.now())
	started := false
	b := w.batch()
	b.query(func(row) error { started = true; return nil }, `
		INSERT INTO sessions (workspace_id, id, token_hash, user_id, auth_time, acr, amr, created_at, last_seen_at, expires_at, max_ends_at, user_agent, ip)
		SELECT u.workspace_id, $3, $4, u.user_id, $5, $6, $7, $8, $8, $9, $10, $11, $12
		FROM users u WHERE u.workspace_id = $1 AND u.user_id = $2 AND NOT u.disabled
		RETURNING id`,
		w.id, s.UserID, s.ID, s.TokenHash, at(s.AuthTime), optional(s.ACR), doc(s.AMR), now, at(s.ExpiresAt), at(s.MaxEndsAt),
		cleanText(s.UserAgent, userAgentText), cleanText(s.IP, userAgentText))
	b.exec(insertAudit+` FROM sessions WHERE workspace_id = $2 AND id = $14`, append(w.auditArgs(ev), s.ID)...)
	if err := w.s.run(ctx, b); err != nil {
		return err
	}
	if !started {
		return ErrNotFound
	}
	return nil
}

// insertAudit writes one event for every row of what follows it, a FROM whose
// own parameters begin at $14. Its own are auditArgs.
const insertAudit = `
	INSERT INTO audit_events (tenant_id, workspace_id, id, at, action, actor_kind, actor_id, target_kind, target_id, outcome, ip, trace_id, detail)
	SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13`

// auditArgs are the parameters $1 to $13 of insertAudit.
func (w Workspace) auditArgs(ev domain.AuditEvent) []any {
	ev.WorkspaceID = w.id
	r := auditRowOf(w.tenant, ev, w.s.now())
	return []any{
		r.TenantID, w.id, r.ID, r.At, r.Action, r.ActorKind, r.ActorID, r.TargetKind, r.TargetID, r.Outcome, r.IP, r.TraceID, r.Detail,
	}
}

// Standing is how a browser stands to a client: its session, the session's
// user, and what that user has allowed the client (the zero Consent: nothing).
type Standing struct {
	Session domain.Session
	User    domain.User
	Consent domain.Consent
}

// slideAfter is how old the last sight of a session must be before a new one is
// written down.
const slideAfter = time.Minute

// Standing finds the live session with the token. ErrNotFound: there is none,
// or its user is disabled. Being seen moves the session's idle end by the
// workspace's SessionTTL, up to its absolute end. clientID may be empty.
func (w Workspace) Standing(ctx context.Context, tokenHash []byte, clientID string) (Standing, error) {
	now := w.s.now()
	var s sessionRow
	var u userRow
	var c consentRow
	b := w.batch()
	b.exec(`
		UPDATE sessions SET last_seen_at = $3, expires_at = CASE WHEN max_ends_at < $4 THEN max_ends_at ELSE $4 END
		WHERE workspace_id = $1 AND token_hash = $2 AND ended_at IS NULL AND expires_at > $3 AND max_ends_at > $3 AND last_seen_at <= $5`,
		w.id, tokenHash, at(now), at(now.Add(w.w.Settings().SessionTTL)), at(now.Add(-slideAfter)))
	b.query(func(r row) error { return r.Scan(append(append(s.targets(), u.targets()...), c.targets()...)...) },
		"SELECT "+sessionColumns+", "+userColumns+", "+consentColumns+`
		FROM sessions s
		JOIN users u ON u.workspace_id = s.workspace_id AND u.user_id = s.user_id
		LEFT JOIN consents c ON c.workspace_id = s.workspace_id AND c.user_id = s.user_id AND c.client_id = $4
		WHERE s.workspace_id = $1 AND s.token_hash = $2 AND s.ended_at IS NULL AND s.expires_at > $3 AND s.max_ends_at > $3 AND NOT u.disabled`,
		w.id, tokenHash, at(now), clientID)
	if err := w.s.run(ctx, b); err != nil {
		return Standing{}, err
	}
	if s.ID == uuid.Nil {
		return Standing{}, ErrNotFound
	}
	return Standing{Session: s.domain(), User: u.domain(), Consent: c.domain()}, nil
}

// SessionsOf lists a user's live sessions, the newest first, at most MaxPage.
func (w Workspace) SessionsOf(ctx context.Context, userID string) ([]domain.Session, error) {
	var out []domain.Session
	b := w.batch()
	b.query(func(r row) error {
		var s sessionRow
		if err := r.Scan(s.targets()...); err != nil {
			return err
		}
		out = append(out, s.domain())
		return nil
	}, "SELECT "+sessionColumns+` FROM sessions s
		WHERE s.workspace_id = $1 AND s.user_id = $2 AND s.ended_at IS NULL AND s.expires_at > $3 AND s.max_ends_at > $3
		ORDER BY s.created_at DESC, s.id DESC LIMIT $4`, w.id, userID, at(w.s.now()), MaxPage)
	if err := w.s.run(ctx, b); err != nil {
		return nil, err
	}
	return out, nil
}

// Sessions lists the workspace's live sessions, the newest first. Page.Query
// is the id of a user.
func (w Workspace) Sessions(ctx context.Context, p Page) (list List[domain.Session], err error) {
	err = w.tx(ctx, func(t tx) error {
		now := at(t.now)
		q := t.q(&sessionRow{}).Where("ended_at IS NULL").Where("expires_at > ?", now).Where("max_ends_at > ?", now)
		if p.Query != "" {
			q = q.Where("user_id = ?", cleanText(p.Query, 256))
		}
		list, err = listPage(q, p, order{after: "(created_at, id) < (?, ?)", by: "created_at DESC, id DESC", ids: true},
			func(r sessionRow) position { return position{r.Created, r.ID.String()} }, sessionRow.domain)
		return err
	})
	return list, err
}

// EndSession ends a session and the grants that are bound to it. ErrNotFound:
// there is none, or it has been ended before.
func (w Workspace) EndSession(ctx context.Context, id uuid.UUID, ev domain.AuditEvent) ([]domain.Revocation, error) {
	var ended []domain.Revocation
	err := w.tx(ctx, func(t tx) error {
		err := changed(t.q(&sessionRow{}).Where("id = ?", id).Where("ended_at IS NULL").Updates(map[string]any{"ended_at": at(t.now)}))
		if err != nil {
			return err
		}
		if err := t.endGrants(CauseSessionEnded, "sid = ? AND session_bound", id); err != nil {
			return err
		}
		fact, err := t.revoke(domain.RevokeSession, id.String())
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
