package store

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/signet-authz/signet/pkg/domain"
	"gorm.io/gorm"
)

// tx is one transaction of one handle, and the only way to GORM. Its methods
// begin a statement; GORM's own First, Find, Updates, Delete end it:
//
//	err := w.tx(ctx, func(t tx) error {
//		if err := t.insert(&row); err != nil {
//			return err
//		}
//		return t.audit(ev)
//	})
type tx struct {
	db     *gorm.DB
	s      *Store
	scope  scope
	tenant uuid.UUID // whose audit events are written
	now    time.Time
}

// transact opens the transaction and names its scope before all else.
func (s *Store) transact(ctx context.Context, sc scope, tenant uuid.UUID, fn func(t tx) error) error {
	leave, err := s.enter()
	if err != nil {
		return err
	}
	defer leave()
	if !s.postgres() {
		s.cfg.OnRoundTrip(ctx)
	}
	return translate(s.orm.WithContext(ctx).Transaction(func(db *gorm.DB) error {
		t := tx{db: db, s: s, scope: sc, tenant: tenant, now: s.now()}
		if err := t.name(); err != nil {
			return err
		}
		return fn(t)
	}))
}

// name tells Postgres the scope, until the transaction ends.
func (t tx) name() error {
	if !t.s.postgres() {
		return nil
	}
	err := t.db.Exec("SELECT set_config('app.tenant', ?, true), set_config('app.workspace', ?, true)",
		settingOf(t.scope.tenant), settingOf(t.scope.workspace)).Error
	if err != nil {
		return fmt.Errorf("store: naming the transaction's scope: %w", err)
	}
	return nil
}

func settingOf(id uuid.UUID) string {
	if id == uuid.Nil {
		return ""
	}
	return id.String()
}

// within is the same transaction, turned to the rows of another workspace. A
// tenant's handle uses it after it has found that workspace to be its own.
func (t tx) within(workspace uuid.UUID) (tx, error) {
	t.scope.workspace = workspace
	return t, t.name()
}

// q begins a statement on the rows of the transaction's workspace. model is a
// pointer to an empty row.
func (t tx) q(model any) *gorm.DB {
	if t.scope.workspace == uuid.Nil {
		panic("store: the transaction names no workspace")
	}
	return t.db.Model(model).Where("workspace_id = ?", t.scope.workspace)
}

// ofTenant begins a statement on the rows of the transaction's tenant.
func (t tx) ofTenant(model any) *gorm.DB {
	if t.tenant == uuid.Nil {
		panic("store: the transaction names no tenant")
	}
	return t.db.Model(model).Where("tenant_id = ?", t.tenant)
}

// insert adds a row, whose workspace or tenant the caller has filled in.
func (t tx) insert(row any) error { return translate(t.db.Create(row).Error) }

// changed turns the outcome of an UPDATE or DELETE into a verdict: ErrNotFound
// where no row was touched.
func changed(result *gorm.DB) error {
	if result.Error != nil {
		return translate(result.Error)
	}
	if result.RowsAffected == 0 {
		return ErrNotFound
	}
	return nil
}

// endGrants ends all live grants of the transaction's workspace that the
// condition selects, such as "client_id = ?". The caller adds the fact.
func (t tx) endGrants(cause, condition string, args ...any) error {
	return translate(t.q(&grantRow{}).Where("revoked_at IS NULL").Where(condition, args...).
		Updates(map[string]any{"revoked_at": at(t.now), "revocation_cause": cause}).Error)
}

// update changes the columns of the one row that q selects, if it stands at the
// version (0: at any), and gives it the next. found tells a lost update from an
// unknown row by selecting the same row again.
func (t tx) update(q, found func() *gorm.DB, version int64, columns map[string]any) (next int64, err error) {
	columns["version"] = gorm.Expr("version + 1")
	columns["updated_at"] = at(t.now)
	stmt := q()
	if version != 0 {
		stmt = stmt.Where("version = ?", version)
	}
	result := stmt.Updates(columns)
	if result.Error != nil {
		return 0, translate(result.Error)
	}
	var versions []int64
	if err := found().Limit(1).Pluck("version", &versions).Error; err != nil {
		return 0, translate(err)
	}
	switch {
	case len(versions) == 0:
		return 0, ErrNotFound
	case result.RowsAffected == 0:
		return 0, conflict(FieldVersion)
	}
	return versions[0], nil
}

// audit writes an event into the transaction. Events of a workspace's handle
// belong to that workspace; those of a tenant's handle to the workspace that
// the event names, or to the tenant itself.
func (t tx) audit(ev domain.AuditEvent) error {
	if t.scope.tenant == uuid.Nil {
		ev.WorkspaceID = t.scope.workspace
	}
	r := auditRowOf(t.tenant, ev, t.now)
	return t.insert(&r)
}

// auditRow is a row of audit_events.
type auditRow struct {
	TenantID    uuid.UUID
	WorkspaceID uuid.NullUUID
	ID          uuid.UUID
	At          instant
	Action      string
	ActorKind   string
	ActorID     string
	TargetKind  string
	TargetID    string
	Outcome     string
	IP          string
	TraceID     string
	Detail      document[map[string]string]
}

// TableName implements GORM's Tabler.
func (auditRow) TableName() string { return "audit_events" }

// auditText bounds every text of an event: some of it is what a stranger typed.
const auditText = 512

// auditRowOf fills in what the store knows: the id and the moment.
func auditRowOf(tenant uuid.UUID, ev domain.AuditEvent, now time.Time) auditRow {
	detail := ev.Detail
	if detail != nil {
		detail = make(map[string]string, len(ev.Detail))
		for k, v := range ev.Detail {
			detail[cleanText(k, auditText)] = cleanText(v, auditText)
		}
	}
	return auditRow{
		TenantID: tenant, WorkspaceID: optionalID(ev.WorkspaceID), ID: newID(), At: at(now), Action: ev.Action,
		ActorKind: ev.ActorKind, ActorID: cleanText(ev.ActorID, auditText),
		TargetKind: ev.TargetKind, TargetID: cleanText(ev.TargetID, auditText), Outcome: outcomeOf(ev),
		IP: cleanText(ev.IP, auditText), TraceID: cleanText(ev.TraceID, auditText), Detail: doc(detail),
	}
}

func outcomeOf(ev domain.AuditEvent) string {
	if ev.Outcome == "" {
		return "success"
	}
	return ev.Outcome
}

// newID is a fresh row key: UUIDv7, so that keys made together lie together.
func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

// revocationRow is a row of revocations. Its id is the database's to give.
type revocationRow struct {
	ID          int64 `gorm:"primaryKey;autoIncrement"`
	WorkspaceID uuid.UUID
	Kind        string
	Target      string
	Before      instant `gorm:"column:before_at"`
	Expires     instant `gorm:"column:expires_at"`
	Created     instant `gorm:"column:created_at"`
}

// TableName implements GORM's Tabler.
func (revocationRow) TableName() string { return "revocations" }

func (r revocationRow) domain() domain.Revocation {
	return domain.Revocation{
		ID: r.ID, WorkspaceID: r.WorkspaceID, Kind: domain.RevocationKind(r.Kind), Target: r.Target,
		Before: r.Before.time(), ExpiresAt: r.Expires.time(), CreatedAt: r.Created.time(),
	}
}

// revocationLife is how long a fact must be remembered: no access token issued
// before it lives longer.
const revocationLife = domain.MaxAccessTokenTTL + domain.ClockSkew

// revoke adds the fact that something of the transaction's workspace ended now:
// at this moment, when the rows are locked, and not when the transaction began,
// since tokens may have been issued while it waited for them.
func (t tx) revoke(kind domain.RevocationKind, target string) (domain.Revocation, error) {
	now := t.s.now()
	r := revocationRow{
		WorkspaceID: t.scope.workspace, Kind: string(kind), Target: target,
		Before: at(now), Expires: at(now.Add(revocationLife)), Created: at(now),
	}
	if err := t.insert(&r); err != nil {
		return domain.Revocation{}, err
	}
	return r.domain(), nil
}
