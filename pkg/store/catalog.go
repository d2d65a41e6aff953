package store

import (
	"context"

	"github.com/google/uuid"
	"github.com/signet-authz/signet/pkg/domain"
	"gorm.io/gorm"
)

// How large a catalog may grow. Every process reads catalogs as a whole.
const (
	maxServices = 200
	maxScopes   = 2000
)

// serviceRow is a row of services.
type serviceRow struct {
	WorkspaceID uuid.UUID `gorm:"primaryKey"`
	ServiceID   string    `gorm:"primaryKey"`
	Name        string
	Audience    string
	ClientIDs   document[[]string] `gorm:"column:client_ids"`
	BuiltIn     bool
	Version     int64
	Created     instant `gorm:"column:created_at"`
	Updated     instant `gorm:"column:updated_at"`
}

// TableName implements GORM's Tabler.
func (serviceRow) TableName() string { return "services" }

// serviceColumns are what serviceRow.targets reads, of the table services AS v.
const serviceColumns = "v.service_id, v.name, v.audience, v.client_ids, v.built_in, v.version, v.created_at, v.updated_at"

func (r *serviceRow) targets() []any {
	return []any{&r.ServiceID, &r.Name, &r.Audience, &r.ClientIDs, &r.BuiltIn, &r.Version, &r.Created, &r.Updated}
}

func (r serviceRow) domain() domain.Service {
	return domain.Service{
		ServiceID: r.ServiceID, Name: r.Name, Audience: r.Audience, ClientIDs: r.ClientIDs.V, BuiltIn: r.BuiltIn, Version: r.Version,
		CreatedAt: r.Created.time(), UpdatedAt: r.Updated.time(),
	}
}

// scopeRow is a row of scopes.
type scopeRow struct {
	WorkspaceID uuid.UUID `gorm:"primaryKey"`
	Name        string    `gorm:"primaryKey"`
	Description string
	IsDefault   bool
	ServiceID   optional
	BuiltIn     bool
	Version     int64
	Created     instant `gorm:"column:created_at"`
	Updated     instant `gorm:"column:updated_at"`
}

// TableName implements GORM's Tabler.
func (scopeRow) TableName() string { return "scopes" }

// scopeColumns are what scopeRow.targets reads, of the table scopes AS s.
const scopeColumns = "s.name, s.description, s.is_default, s.service_id, s.built_in, s.version, s.created_at, s.updated_at"

func (r *scopeRow) targets() []any {
	return []any{&r.Name, &r.Description, &r.IsDefault, &r.ServiceID, &r.BuiltIn, &r.Version, &r.Created, &r.Updated}
}

func (r scopeRow) domain() domain.Scope {
	return domain.Scope{
		Name: r.Name, Description: r.Description, Default: r.IsDefault, ServiceID: string(r.ServiceID), BuiltIn: r.BuiltIn,
		Version: r.Version, CreatedAt: r.Created.time(), UpdatedAt: r.Updated.time(),
	}
}

const (
	selectServices = "SELECT " + serviceColumns + " FROM services v WHERE v.workspace_id = $1 ORDER BY v.service_id"
	selectService  = "SELECT " + serviceColumns + " FROM services v WHERE v.workspace_id = $1 AND v.service_id = $2"
	selectScopes   = "SELECT " + scopeColumns + " FROM scopes s WHERE s.workspace_id = $1 ORDER BY s.name"
	selectScope    = "SELECT " + scopeColumns + " FROM scopes s WHERE s.workspace_id = $1 AND s.name = $2"
)

func collectServices(into *[]domain.Service) func(row) error {
	return func(r row) error {
		var s serviceRow
		err := r.Scan(s.targets()...)
		*into = append(*into, s.domain())
		return err
	}
}

func collectScopes(into *[]domain.Scope) func(row) error {
	return func(r row) error {
		var s scopeRow
		err := r.Scan(s.targets()...)
		*into = append(*into, s.domain())
		return err
	}
}

// Catalog is all scopes and all services of the workspace, in one round trip.
func (w Workspace) Catalog(ctx context.Context) ([]domain.Scope, []domain.Service, error) {
	var scopes []domain.Scope
	var services []domain.Service
	b := w.batch()
	b.query(collectScopes(&scopes), selectScopes, w.id)
	b.query(collectServices(&services), selectServices, w.id)
	if err := w.s.run(ctx, b); err != nil {
		return nil, nil, err
	}
	return scopes, services, nil
}

// room answers ErrConflict, naming the table, where the workspace has as many
// rows of the kind as it may.
func (t tx) room(model any, most int64, name string) error {
	var n int64
	if err := t.q(model).Count(&n).Error; err != nil {
		return translate(err)
	}
	if n >= most {
		return conflict(name)
	}
	return nil
}

// CreateService adds a service and returns it as it is kept. ErrConflict names
// "service_id" or "audience", or "services" where there are too many.
func (w Workspace) CreateService(ctx context.Context, s domain.Service, ev domain.AuditEvent) (domain.Service, error) {
	err := w.tx(ctx, func(t tx) error {
		if err := t.room(&serviceRow{}, maxServices, "services"); err != nil {
			return err
		}
		created(&s.CreatedAt, &s.UpdatedAt, &s.Version, t.now)
		err := t.insert(&serviceRow{
			WorkspaceID: w.id, ServiceID: s.ServiceID, Name: s.Name, Audience: s.Audience, ClientIDs: doc(s.ClientIDs), BuiltIn: s.BuiltIn,
			Version: s.Version, Created: at(s.CreatedAt), Updated: at(s.UpdatedAt),
		})
		if err != nil {
			return err
		}
		return t.audit(ev)
	})
	if err != nil {
		return domain.Service{}, err
	}
	return s, nil
}

// Service finds a service by its id.
func (w Workspace) Service(ctx context.Context, serviceID string) (domain.Service, error) {
	var found []domain.Service
	b := w.batch()
	b.query(collectServices(&found), selectService, w.id, serviceID)
	if err := w.s.run(ctx, b); err != nil {
		return domain.Service{}, err
	}
	if len(found) == 0 {
		return domain.Service{}, ErrNotFound
	}
	return found[0], nil
}

// Services lists services, the newest first. Page.Query is looked for in ids,
// names and audiences.
func (w Workspace) Services(ctx context.Context, p Page) (list List[domain.Service], err error) {
	err = w.tx(ctx, func(t tx) error {
		q := t.q(&serviceRow{})
		if p.Query != "" {
			q = q.Where(`lower(service_id || ' ' || name || ' ' || audience) LIKE ? ESCAPE '\'`, containing(p.Query))
		}
		list, err = listPage(q, p, order{after: "(created_at, service_id) < (?, ?)", by: "created_at DESC, service_id DESC"},
			func(r serviceRow) position { return position{r.Created, r.ServiceID} }, serviceRow.domain)
		return err
	})
	return list, err
}

// UpdateService changes the name, audience and clients of a service.
func (w Workspace) UpdateService(ctx context.Context, s domain.Service, ev domain.AuditEvent) (domain.Service, error) {
	var r serviceRow
	err := w.tx(ctx, func(t tx) error {
		one := func() *gorm.DB { return t.q(&serviceRow{}).Where("service_id = ?", s.ServiceID) }
		_, err := t.update(one, one, s.Version, map[string]any{"name": s.Name, "audience": s.Audience, "client_ids": doc(s.ClientIDs)})
		if err != nil {
			return err
		}
		if err := one().Take(&r).Error; err != nil {
			return err
		}
		return t.audit(ev)
	})
	if err != nil {
		return domain.Service{}, err
	}
	return r.domain(), nil
}

// DeleteService removes a service together with its scopes, which mean nothing
// without it.
func (w Workspace) DeleteService(ctx context.Context, serviceID string, ev domain.AuditEvent) error {
	return w.tx(ctx, func(t tx) error {
		if err := t.q(&scopeRow{}).Where("service_id = ?", serviceID).Delete(&scopeRow{}).Error; err != nil {
			return err
		}
		if err := changed(t.q(&serviceRow{}).Where("service_id = ?", serviceID).Delete(&serviceRow{})); err != nil {
			return err
		}
		return t.audit(ev)
	})
}

// CreateScope adds a scope and returns it as it is kept. ErrConflict names
// "name", or "scopes" where there are too many; ErrNotFound: the service that
// it should belong to is unknown.
func (w Workspace) CreateScope(ctx context.Context, s domain.Scope, ev domain.AuditEvent) (domain.Scope, error) {
	err := w.tx(ctx, func(t tx) error {
		if err := t.room(&scopeRow{}, maxScopes, "scopes"); err != nil {
			return err
		}
		created(&s.CreatedAt, &s.UpdatedAt, &s.Version, t.now)
		err := t.insert(&scopeRow{
			WorkspaceID: w.id, Name: s.Name, Description: s.Description, IsDefault: s.Default, ServiceID: optional(s.ServiceID),
			BuiltIn: s.BuiltIn, Version: s.Version, Created: at(s.CreatedAt), Updated: at(s.UpdatedAt),
		})
		if err != nil {
			return err
		}
		return t.audit(ev)
	})
	if err != nil {
		return domain.Scope{}, err
	}
	return s, nil
}

// Scope finds a scope by its name.
func (w Workspace) Scope(ctx context.Context, name string) (domain.Scope, error) {
	var found []domain.Scope
	b := w.batch()
	b.query(collectScopes(&found), selectScope, w.id, name)
	if err := w.s.run(ctx, b); err != nil {
		return domain.Scope{}, err
	}
	if len(found) == 0 {
		return domain.Scope{}, ErrNotFound
	}
	return found[0], nil
}

// Scopes lists scopes, the newest first. Page.Query is looked for in names and
// descriptions.
func (w Workspace) Scopes(ctx context.Context, p Page) (list List[domain.Scope], err error) {
	err = w.tx(ctx, func(t tx) error {
		q := t.q(&scopeRow{})
		if p.Query != "" {
			q = q.Where(`lower(name || ' ' || description) LIKE ? ESCAPE '\'`, containing(p.Query))
		}
		list, err = listPage(q, p, order{after: "(created_at, name) < (?, ?)", by: "created_at DESC, name DESC"},
			func(r scopeRow) position { return position{r.Created, r.Name} }, scopeRow.domain)
		return err
	})
	return list, err
}

// UpdateScope changes the description of a scope, whether it is a default, and
// which service it belongs to.
func (w Workspace) UpdateScope(ctx context.Context, s domain.Scope, ev domain.AuditEvent) (domain.Scope, error) {
	var r scopeRow
	err := w.tx(ctx, func(t tx) error {
		one := func() *gorm.DB { return t.q(&scopeRow{}).Where("name = ?", s.Name) }
		_, err := t.update(one, one, s.Version, map[string]any{
			"description": s.Description, "is_default": s.Default, "service_id": optional(s.ServiceID),
		})
		if err != nil {
			return err
		}
		if err := one().Take(&r).Error; err != nil {
			return err
		}
		return t.audit(ev)
	})
	if err != nil {
		return domain.Scope{}, err
	}
	return r.domain(), nil
}

// DeleteScope removes a scope. Clients and consents that name it keep the
// name, which nothing grants any more.
func (w Workspace) DeleteScope(ctx context.Context, name string, ev domain.AuditEvent) error {
	return w.tx(ctx, func(t tx) error {
		if err := changed(t.q(&scopeRow{}).Where("name = ?", name).Delete(&scopeRow{})); err != nil {
			return err
		}
		return t.audit(ev)
	})
}
