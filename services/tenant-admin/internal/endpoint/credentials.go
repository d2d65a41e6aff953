package endpoint

import (
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/services/tenant-admin/internal/hygiene"
	"github.com/signet-authz/signet/services/tenant-admin/internal/problem"
)

// getCredentials shows by what a client proves itself, and what to do about it.
func (a *API) getCredentials(k *call) (answer, error) {
	id := k.echo.Param("client_id")
	if !domain.ValidClientID(id) {
		return answer{}, problem.NotFound.Because("not a client id", nil)
	}
	c, uses, err := a.Store.Workspace(k.workspace).ClientUsage(k.ctx, id)
	if err != nil {
		return answer{}, err
	}
	f := hygiene.Facts{Client: c, Uses: uses, Settings: k.workspace.Settings(), Now: a.Now()}
	if len(c.JWKS) > 0 {
		// They were checked when they were registered; a set that does not read
		// verifies nothing, and is shown as none.
		f.Keys, _ = keys.DescribeClientKeys(c.JWKS)
	}
	return ok(hygiene.Judge(f), "")
}
