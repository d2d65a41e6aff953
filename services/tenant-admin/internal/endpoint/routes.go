package endpoint

import (
	"net/http"

	"github.com/signet-authz/signet/services/tenant-admin/internal/caller"
)

// route is one verb at one path, who may use it, and what it does. A path with
// a workspace "admin" in it needs more; see (*API).needs.
type route struct {
	method, path string
	needs        caller.Reach
	serve        func(*call) (answer, error)
}

// Where things are.
const (
	base        = "/api/v1"
	tenants     = base + "/tenants"
	tenant      = tenants + "/{tid}"
	members     = tenant + "/members"
	invites     = tenant + "/invitations"
	workspaces  = tenant + "/workspaces"
	workspace   = workspaces + "/{aid}"
	clients     = workspace + "/clients"
	secrets     = clients + "/{client_id}/secrets"
	credentials = clients + "/{client_id}/credentials"
	users       = workspace + "/users"
	scopes      = workspace + "/scopes"
	services    = workspace + "/services"
	grants      = workspace + "/grants"
	sessions    = workspace + "/sessions"
	traces      = workspace + "/traces"
)

// routes is the admin API. Whatever is not here does not exist, and nothing is
// here without the reach that it needs.
func (a *API) routes() []route {
	return []route{
		{http.MethodPost, tenants, caller.Anyone, a.registerTenant},
		{http.MethodGet, tenant, caller.Read, a.getTenant},
		{http.MethodPatch, tenant, caller.Write, a.updateTenant},
		{http.MethodDelete, tenant, caller.Own, a.deleteTenant},
		{http.MethodPost, tenant + "/verify", caller.Anyone, a.verifyEmail},
		{http.MethodGet, tenant + "/audit-events", caller.Read, a.listTenantAuditEvents},

		{http.MethodGet, members, caller.Read, a.listMembers},
		{http.MethodPost, members, caller.Write, a.addMember},
		{http.MethodGet, members + "/{user_id}", caller.Read, a.getMember},
		{http.MethodPatch, members + "/{user_id}", caller.Write, a.updateMember},
		{http.MethodDelete, members + "/{user_id}", caller.Write, a.removeMember},
		{http.MethodGet, invites, caller.Read, a.listInvitations},
		{http.MethodPost, invites, caller.Write, a.createInvitation},
		{http.MethodPost, invites + "/accept", caller.Anyone, a.acceptInvitation},
		{http.MethodDelete, invites + "/{invitation_id}", caller.Write, a.deleteInvitation},

		{http.MethodGet, workspaces, caller.Read, a.listWorkspaces},
		{http.MethodPost, workspaces, caller.Write, a.createWorkspace},
		{http.MethodGet, workspace, caller.Read, a.getWorkspace},
		{http.MethodPatch, workspace, caller.Write, a.updateWorkspace},
		{http.MethodDelete, workspace, caller.Write, a.deleteWorkspace},

		{http.MethodGet, clients, caller.Read, a.listClients},
		{http.MethodPost, clients, caller.Write, a.createClient},
		{http.MethodGet, clients + "/{client_id}", caller.Read, a.getClient},
		{http.MethodPatch, clients + "/{client_id}", caller.Write, a.updateClient},
		{http.MethodDelete, clients + "/{client_id}", caller.Write, a.deleteClient},
		{http.MethodGet, credentials, caller.Read, a.getCredentials},
		{http.MethodGet, secrets, caller.Read, a.listSecrets},
		{http.MethodPost, secrets, caller.Write, a.createSecret},
		{http.MethodPatch, secrets + "/{secret_id}", caller.Write, a.updateSecret},
		{http.MethodDelete, secrets + "/{secret_id}", caller.Write, a.deleteSecret},

		{http.MethodGet, users, caller.Read, a.listUsers},
		{http.MethodPost, users, caller.Write, a.createUser},
		{http.MethodGet, users + "/{user_id}", caller.Read, a.getUser},
		{http.MethodPatch, users + "/{user_id}", caller.Write, a.updateUser},
		{http.MethodDelete, users + "/{user_id}", caller.Write, a.deleteUser},

		{http.MethodGet, scopes, caller.Read, a.listScopes},
		{http.MethodPost, scopes, caller.Write, a.createScope},
		{http.MethodGet, scopes + "/{name}", caller.Read, a.getScope},
		{http.MethodPatch, scopes + "/{name}", caller.Write, a.updateScope},
		{http.MethodDelete, scopes + "/{name}", caller.Write, a.deleteScope},
		{http.MethodGet, services, caller.Read, a.listServices},
		{http.MethodPost, services, caller.Write, a.createService},
		{http.MethodGet, services + "/{service_id}", caller.Read, a.getService},
		{http.MethodPatch, services + "/{service_id}", caller.Write, a.updateService},
		{http.MethodDelete, services + "/{service_id}", caller.Write, a.deleteService},

		{http.MethodGet, workspace + "/keys", caller.Read, a.listKeys},
		{http.MethodPost, workspace + "/keys/rotate", caller.Write, a.rotateKeys},
		{http.MethodPost, workspace + "/self-check", caller.Write, a.runSelfCheck},
		{http.MethodGet, grants, caller.Read, a.listGrants},
		{http.MethodGet, grants + "/{grant_id}", caller.Read, a.getGrant},
		{http.MethodDelete, grants + "/{grant_id}", caller.Write, a.revokeGrant},
		{http.MethodGet, sessions, caller.Read, a.listSessions},
		{http.MethodDelete, sessions + "/{session_id}", caller.Write, a.endSession},

		{http.MethodGet, workspace + "/audit-events", caller.Read, a.listAuditEvents},
		{http.MethodGet, traces, caller.Read, a.listTraces},
		{http.MethodGet, traces + "/{trace_id}", caller.Read, a.getTrace},
		{http.MethodGet, workspace + "/statistics", caller.Read, a.getStatistics},
	}
}
