package endpoint

import (
	"slices"

	"github.com/signet-authz/signet/api/admin"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/pkg/trace"
	"github.com/signet-authz/signet/services/tenant-admin/internal/problem"
)

// Explanations are kept without an index by what they say: a list that wants some
// of them looks through all, so much at a time.
const (
	searchPage  = 100
	searchPages = 10
)

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

// traceFilter is which explanations a list wants; what is empty is not asked for.
type traceFilter struct{ endpoint, clientID, outcome, code, check string }

func (k *call) traceFilter() (f traceFilter, err error) {
	for name, into := range map[string]*string{"endpoint": &f.endpoint, "client_id": &f.clientID, "error": &f.code, "check": &f.check} {
		if *into, err = k.short(name); err != nil {
			return f, err
		}
	}
	f.outcome = k.query.Get("outcome")
	if outcomes := []string{"", trace.Granted, trace.Refused, trace.Interaction}; !slices.Contains(outcomes, f.outcome) {
		return f, parameter("outcome", "One of granted, refused and interaction.")
	}
	return f, nil
}

func (f traceFilter) wants(r *trace.Record) bool {
	return (f.endpoint == "" || r.Endpoint == f.endpoint) && (f.clientID == "" || r.ClientID == f.clientID) &&
		(f.outcome == "" || r.Outcome == f.outcome) && (f.code == "" || r.Error == f.code) && (f.check == "" || firstFailed(r) == f.check)
}

// firstFailed is the check for which a request was refused, by which it is
// counted as well (package statistics).
func firstFailed(r *trace.Record) string {
	for i := range r.Checks {
		if r.Checks[i].Result == trace.ResultFail {
			return r.Checks[i].Name
		}
	}
	return ""
}

func (a *API) listTraces(k *call) (answer, error) {
	p, err := k.page()
	if err != nil {
		return answer{}, err
	}
	if p.Cursor != "" && !trace.ValidID(p.Cursor) {
		return answer{}, parameter("cursor", "This is no cursor of this list.")
	}
	f, err := k.traceFilter()
	if err != nil {
		return answer{}, err
	}
	l, err := a.findTraces(k, p, f)
	if err != nil {
		return answer{}, err
	}
	return ok(list(l, traceForm), "")
}

// findTraces fills a page with what the filter wants. Where that is rare, the
// search ends before the page is full, and the next page goes on from there.
func (a *API) findTraces(k *call, p store.Page, f traceFilter) (store.List[trace.Record], error) {
	l := store.List[trace.Record]{NextCursor: p.Cursor}
	size := searchPage
	if f == (traceFilter{}) {
		size = p.Limit
	}
	for range searchPages {
		bodies, next, err := a.KV.Workspace(k.workspace).Traces(k.ctx, size, l.NextCursor)
		if err != nil {
			return l, err
		}
		for i, b := range bodies {
			r, err := trace.Parse(b)
			if err != nil || !f.wants(&r) {
				continue
			}
			if l.Items = append(l.Items, r); len(l.Items) == p.Limit {
				if i < len(bodies)-1 {
					next = r.TraceID
				}
				l.NextCursor = next
				return l, nil
			}
		}
		if l.NextCursor = next; next == "" {
			break
		}
	}
	return l, nil
}

func (a *API) getTrace(k *call) (answer, error) {
	id := k.echo.Param("trace_id")
	if !trace.ValidID(id) {
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
