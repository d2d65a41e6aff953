package endpoint

import "github.com/signet-authz/signet/services/tenant-admin/internal/figures"

func (a *API) getStatistics(k *call) (answer, error) {
	from, err := k.moment("from")
	if err != nil {
		return answer{}, err
	}
	to, err := k.moment("to")
	if err != nil {
		return answer{}, err
	}
	now := a.Now()
	span, fault := figures.NewSpan(from, to, k.query.Get("step"), now)
	if fault != nil {
		return answer{}, parameter(fault.Parameter, fault.Detail)
	}
	sheet := figures.NewSheet(span, now)
	if err := a.Store.Workspace(k.workspace).Statistics(k.ctx, span.Resolution, span.Before(), span.To, sheet.Add); err != nil {
		return answer{}, err
	}
	return ok(sheet.Form(), "")
}
