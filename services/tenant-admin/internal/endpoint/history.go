package endpoint

import (
	"github.com/google/uuid"

	"github.com/signet-authz/signet/api/admin"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/pkg/trace"
	"github.com/signet-authz/signet/services/tenant-admin/internal/problem"
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

func traceForm(r trace.Record) admin.Trace {
	f := admin.Trace{
		TraceID: r.TraceID, At: r.At, Endpoint: r.Endpoint, ClientID: r.ClientID, Outcome: r.Outcome, Error: r.Error, Reason: r.Reason,
		Checks: make([]admin.TraceCheck, len(r.Checks)),
	}
	for i, c := range r.Checks {
		f.Checks[i] = admin.TraceCheck{Name: c.Name, Result: c.Result, Expected: c.Expected, Actual: c.Actual, RFC: c.RFC, Fix: c.Fix}
	}
	return f
}

func (a *API) listTraces(k *call) (answer, error) {
	p, err := k.page()
	if err != nil {
		return answer{}, err
	}
	if p.Cursor != "" && !traceID(p.Cursor) {
		return answer{}, parameter("cursor", "This is no cursor of this list.")
	}
	bodies, next, err := a.KV.Workspace(k.workspace).Traces(k.ctx, p.Limit, p.Cursor)
	if err != nil {
		return answer{}, err
	}
	l := store.List[trace.Record]{NextCursor: next}
	for _, b := range bodies {
		if r, err := trace.Parse(b); err == nil {
			l.Items = append(l.Items, r)
		}
	}
	return ok(list(l, traceForm), "")
}

func (a *API) getTrace(k *call) (answer, error) {
	id := k.echo.Param("trace_id")
	if !traceID(id) {
		return answer{}, problem.NotFound.Because("not a trace id", nil)
	}
	body, err := a.KV.Workspace(k.workspace).Trace(k.ctx, id)
	if err != nil {
		return answer{}, err
	}
	r, err := trace.Parse(body)
	if err != nil {
		return answer{}, problem.NotFound.Because("the trace cannot be read", err)
	}
	return ok(traceForm(r), "")
}

// traceID tells what package trace makes: 32 hex digits.
func traceID(s string) bool {
	if len(s) != 32 {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}
