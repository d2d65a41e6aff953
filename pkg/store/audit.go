package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/signet-authz/signet/pkg/domain"
	"gorm.io/gorm"
)

func (r auditRow) domain() domain.AuditEvent {
	return domain.AuditEvent{
		ID: r.ID, WorkspaceID: r.WorkspaceID.UUID, At: r.At.time(), Action: r.Action, ActorKind: r.ActorKind, ActorID: r.ActorID,
		TargetKind: r.TargetKind, TargetID: r.TargetID, Outcome: r.Outcome, IP: r.IP, TraceID: r.TraceID, Detail: r.Detail.V,
	}
}

// AuditFilter narrows a list of audit events; zero fields narrow nothing.
// Since is the first moment wanted, Until the first one no longer wanted.
type AuditFilter struct {
	Action   string
	ActorID  string
	TargetID string
	Since    time.Time
	Until    time.Time
}

func (f AuditFilter) apply(q *gorm.DB) *gorm.DB {
	if f.Action != "" {
		q = q.Where("action = ?", cleanText(f.Action, auditText))
	}
	if f.ActorID != "" {
		q = q.Where("actor_id = ?", cleanText(f.ActorID, auditText))
	}
	if f.TargetID != "" {
		q = q.Where("target_id = ?", cleanText(f.TargetID, auditText))
	}
	if !f.Since.IsZero() {
		q = q.Where("at >= ?", at(f.Since))
	}
	if !f.Until.IsZero() {
		q = q.Where("at < ?", at(f.Until))
	}
	return q
}

func auditPage(q *gorm.DB, p Page, f AuditFilter) (List[domain.AuditEvent], error) {
	if p.Query != "" {
		q = q.Where(`lower(action || ' ' || actor_id || ' ' || target_id) LIKE ? ESCAPE '\'`, containing(p.Query))
	}
	return listPage(f.apply(q), p, order{after: "(at, id) < (?, ?)", by: "at DESC, id DESC", ids: true},
		func(r auditRow) position { return position{r.At, r.ID.String()} }, auditRow.domain)
}

// AuditEvents lists what happened in the workspace, the newest first.
// Page.Query is looked for in actions, actors and targets.
func (w Workspace) AuditEvents(ctx context.Context, p Page, f AuditFilter) (list List[domain.AuditEvent], err error) {
	err = w.tx(ctx, func(t tx) error {
		list, err = auditPage(t.q(&auditRow{}), p, f)
		return err
	})
	return list, err
}

// AuditEvents lists what happened to the tenant and in all its workspaces,
// deleted ones included, the newest first.
func (t Tenant) AuditEvents(ctx context.Context, p Page, f AuditFilter) (list List[domain.AuditEvent], err error) {
	err = t.tx(ctx, func(q tx) error {
		list, err = auditPage(q.ofTenant(&auditRow{}), p, f)
		return err
	})
	return list, err
}

// trip is the most records that one round trip carries.
const trip = 1000

// AppendAudit writes events of any workspaces, up to a thousand a round trip.
// Events without an id or a moment are given one in the slice itself, so that
// the same slice can be tried again: what is there already is not written
// twice. Events of no workspace, or of one that does not exist, are dropped.
func (p Platform) AppendAudit(ctx context.Context, events []domain.AuditEvent) error {
	now := p.s.now()
	for i := range events {
		if events[i].ID == uuid.Nil {
			events[i].ID = newID()
		}
		if events[i].At.IsZero() {
			events[i].At = now
		}
	}
	ordered := slices.SortedStableFunc(slices.Values(events), func(a, b domain.AuditEvent) int {
		return slices.Compare(a.WorkspaceID[:], b.WorkspaceID[:])
	})
	for part := range slices.Chunk(ordered, trip) {
		b := &batch{}
		for i, ev := range part {
			if ev.WorkspaceID == uuid.Nil {
				continue
			}
			if i == 0 || part[i-1].WorkspaceID != ev.WorkspaceID {
				b.within(scope{workspace: ev.WorkspaceID})
			}
			b.appendEvent(ev)
		}
		if err := p.s.run(ctx, b); err != nil {
			return fmt.Errorf("store: appending audit events: %w", err)
		}
	}
	return nil
}

// appendEvent adds an event and learns whose tenant's it is from the workspace
// itself.
func (b *batch) appendEvent(ev domain.AuditEvent) {
	r := auditRowOf(uuid.Nil, ev, ev.At)
	b.exec(`INSERT INTO audit_events (tenant_id, workspace_id, id, at, action, actor_kind, actor_id, target_kind, target_id, outcome, ip, trace_id, detail)
		SELECT w.tenant_id, w.id, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12 FROM workspaces w WHERE w.id = $1
		ON CONFLICT DO NOTHING`,
		ev.WorkspaceID, ev.ID, r.At, r.Action, r.ActorKind, r.ActorID, r.TargetKind, r.TargetID, r.Outcome, r.IP, r.TraceID, r.Detail)
}

// CredentialUse says how often a client's credential was used, and when last.
type CredentialUse struct {
	WorkspaceID  uuid.UUID
	ClientID     string
	CredentialID string // as package clientauth names it
	At           time.Time
	Count        int64
}

// RecordCredentialUse adds to the usage ledger, for any workspaces, up to a
// thousand credentials a round trip. The last use never moves back; the count
// is added again where a caller repeats itself after an unclear failure. Uses
// by clients that are gone are dropped.
func (p Platform) RecordCredentialUse(ctx context.Context, uses []CredentialUse) error {
	// In one order everywhere, so that two processes cannot lock each other out.
	ordered := slices.SortedFunc(slices.Values(uses), func(a, b CredentialUse) int {
		return cmp.Or(slices.Compare(a.WorkspaceID[:], b.WorkspaceID[:]), cmp.Compare(a.ClientID, b.ClientID), cmp.Compare(a.CredentialID, b.CredentialID))
	})
	for part := range slices.Chunk(ordered, trip) {
		b := &batch{}
		for i, u := range part {
			if i == 0 || part[i-1].WorkspaceID != u.WorkspaceID {
				b.within(scope{workspace: u.WorkspaceID})
			}
			b.exec(`INSERT INTO credential_usage (workspace_id, client_id, credential_id, last_used_at, uses)
				SELECT c.workspace_id, c.client_id, $3, $4, $5 FROM clients c WHERE c.workspace_id = $1 AND c.client_id = $2
				ON CONFLICT (workspace_id, client_id, credential_id) DO UPDATE SET uses = credential_usage.uses + excluded.uses,
				last_used_at = CASE WHEN excluded.last_used_at > credential_usage.last_used_at THEN excluded.last_used_at ELSE credential_usage.last_used_at END`,
				u.WorkspaceID, u.ClientID, cleanText(u.CredentialID, auditText), at(u.At), u.Count)
		}
		if err := p.s.run(ctx, b); err != nil {
			return fmt.Errorf("store: recording the use of credentials: %w", err)
		}
	}
	return nil
}
