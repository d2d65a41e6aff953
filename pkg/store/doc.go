// Package store is SQL: everything that must survive, and every decision that
// must be made exactly once. It is the only package that knows GORM, pgx or
// SQLite, and its [gorm.DB] never leaves it.
//
// A [Store] has no data methods. Its data are reached by three handles: by
// [Workspace] and [Tenant], which package tenancy alone can name, and by
// [Platform] for the few things that concern all tenants. One file holds one
// aggregate: platform, tenant, member, client, catalog, user, session, consent,
// grant, key, revocation, audit, statistics.
//
// Statements go to the database by one of two ways. The hot ones are a [batch]:
// one round trip, one implicit transaction, whose first statement names the
// workspace. Administrative ones are a [tx]: GORM, in a transaction that begins
// by naming the workspace. On Postgres that name is what row-level security
// goes by (migrations/postgres/00002_access.sql); the conditions in the
// statements themselves say the same again.
//
// Who writes which table is declared in writers.go. Endings that other services
// must hear of are rows of the table revocations; nobody changes or takes back
// a row of revocations or audit_events.
//
// It answers [ErrNotFound], [ErrConflict] and [ErrConsumed]; whatever else it
// returns is a fault of the database and never a verdict.
package store
