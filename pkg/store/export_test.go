package store

import "context"

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

// Leftovers are the settings of a connection outside of any scope, and the role
// that it has.
func (s *Store) Leftovers(ctx context.Context) (workspace, tenant, role string, err error) {
	var w, t optional
	b := &batch{}
	b.query(func(r row) error { return r.Scan(&w, &t, &role) },
		"SELECT current_setting('app.workspace', true), current_setting('app.tenant', true), current_user::text")
	err = s.run(ctx, b)
	return string(w), string(t), role, err
}

// Setting is the value of a setting of Postgres, outside of any scope.
func (s *Store) Setting(ctx context.Context, name string) (value string, err error) {
	b := &batch{}
	b.query(func(r row) error { return r.Scan(&value) }, "SELECT current_setting($1)", name)
	err = s.run(ctx, b)
	return value, err
}
