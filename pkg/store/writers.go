package store

// The database roles. A service's login takes its role at connection start;
// platform is taken by tenant-admin for single transactions.
const (
	RoleTenantAdmin   = "signet_tenant_admin"
	RoleAuthorization = "signet_authorization"
	RoleToken         = "signet_token"
	RoleStandalone    = "signet_standalone" // all of the services in one process
	rolePlatform      = "signet_platform"
)

// access says what each role may do to a table: S(elect), I(nsert), U(pdate),
// D(elete). Row-level security narrows it to the rows of one workspace or
// tenant, except for platform.
type access struct {
	table                                       string
	tenantAdmin, authorization, token, platform string
}

// writers is the one declaration of who writes which table. The migrations
// grant exactly this; a test compares.
var writers = []access{
	{"tenants", "SU", "", "", "SIU"},
	{"workspaces", "SIU", "S", "S", "SIU"},
	{"clients", "SIUD", "S", "S", "SIUD"},
	{"client_secrets", "SIUD", "S", "S", "SIUD"},
	{"credential_usage", "SIUD", "SIU", "SIU", "SIUD"},
	{"services", "SIUD", "S", "S", "SIUD"},
	{"scopes", "SIUD", "S", "S", "SIUD"},
	{"users", "SIUD", "SU", "S", "SIUD"},
	{"user_logins", "SIUD", "S", "", "SIUD"},
	{"verifications", "SIUD", "SIU", "", "SIUD"},
	{"sessions", "SUD", "SIU", "S", "SD"},
	{"consents", "SD", "SIUD", "S", "SD"},
	{"grants", "SUD", "SU", "SIU", "SD"},
	{"signing_keys", "SIUD", "S", "SIU", "SIUD"},
	{"revocations", "SI", "SI", "SI", "SID"},
	{"audit_events", "SI", "I", "I", "SID"},
	{"statistics", "SD", "SIU", "SIU", "SD"},
	{"members", "SIUD", "", "", "SIUD"},
	{"invitations", "SIUD", "", "", "SIUD"},
}
