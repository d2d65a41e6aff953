package endpoint

// runSelfCheck tries the workspace out, and reports.
func (a *API) runSelfCheck(k *call) (answer, error) {
	report, err := a.SelfCheck.Run(k.ctx, k.workspace, k.event("workspace.self_check", "workspace", k.workspace.AID()))
	if err != nil {
		return answer{}, err
	}
	return ok(report, "")
}
