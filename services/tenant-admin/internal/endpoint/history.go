package endpoint

import (
	"github.com/google/uuid"

	"github.com/signet-authz/signet/api/admin"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/store"
)

func eventForm(ev domain.AuditEvent) admin.AuditEvent {
	f := admin.AuditEvent{
		ID: ev.ID.String(), At: ev.At, Action: ev.Action, ActorKind: ev.ActorKind, ActorID: ev.ActorID, TargetKind: ev.TargetKind,
		TargetID: ev.TargetID, Outcome: ev.Outcome, IP: ev.IP, TraceID: ev.TraceID, Detail: ev.Detail,
	}
	if ev.WorkspaceID != uuid.Nil {
		f.WorkspaceID = ev.WorkspaceID.String()
	}
	return f
}

// auditFilter is what the query asks of a list of audit events.
func (k *call) auditFilter() (p store.Page, f store.AuditFilter, err error) {
	if p, err = k.page(); err != nil {
		return p, f, err
	}
	for name, into := range map[string]*string{"action": &f.Action, "actor_id": &f.ActorID, "target_id": &f.TargetID} {
		if *into, err = k.short(name); err != nil {
			return p, f, err
		}
	}
	if f.Since, err = k.moment("since"); err != nil {
		return p, f, err
	}
	f.Until, err = k.moment("until")
	return p, f, err
}

func (a *API) listTenantAuditEvents(k *call) (answer, error) {
	p, f, err := k.auditFilter()
	if err != nil {
		return answer{}, err
	}
	l, err := a.Store.Tenant(k.tenant).AuditEvents(k.ctx, p, f)
	if err != nil {
		return answer{}, err
	}
	return ok(list(l, eventForm), "")
}

func (a *API) listAuditEvents(k *call) (answer, error) {
	p, f, err := k.auditFilter()
	if err != nil {
		return answer{}, err
	}
	l, err := a.Store.Workspace(k.workspace).AuditEvents(k.ctx, p, f)
	if err != nil {
		return answer{}, err
	}
	return ok(list(l, eventForm), "")
}
