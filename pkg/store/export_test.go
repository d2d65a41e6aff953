package store

// Access is a row of the writers table, for the test that compares it with what
// the migrations grant.
type Access struct {
	Table string
	Roles map[string]string // role -> verbs, as letters
}

// Writers is the writers table.
func Writers() []Access {
	var out []Access
	for _, w := range writers {
		out = append(out, Access{w.table, map[string]string{
			RoleTenantAdmin: w.tenantAdmin, RoleAuthorization: w.authorization, RoleToken: w.token, rolePlatform: w.platform,
		}})
	}
	return out
}
