package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// batch is a list of statements that travel in one round trip and succeed or
// fail together. Their SQL is one text for both dialects: parameters are $1,
// $2 and so on, and what depends on an earlier statement asks the rows that it
// left (WHERE EXISTS …), since nothing returns to Go in between.
//
//	b := w.batch()
//	b.query(func(r row) error { return r.Scan(&u.Email) }, "SELECT email FROM users WHERE workspace_id = $1 AND user_id = $2", w.id, id)
//	b.exec("UPDATE …", …)
//	err := w.s.run(ctx, b)
type batch struct{ items []statement }

type statement struct {
	sql  string
	args []any
	read func(row) error // nil where the statement returns no rows
	// count receives the number of rows written, where it is not nil.
	count *int64
	// setting statements speak to Postgres alone.
	setting bool
}

// row is one row of an answer.
type row interface{ Scan(dest ...any) error }

// exec adds a statement whose rows, if any, are of no interest.
func (b *batch) exec(sql string, args ...any) {
	b.items = append(b.items, statement{sql: sql, args: args})
}

// count adds a statement and learns how many rows it wrote.
func (b *batch) count(n *int64, sql string, args ...any) {
	b.items = append(b.items, statement{sql: sql, args: args, count: n})
}

// query adds a statement and calls read once for every row it returns. read
// only copies: an error of its own comes too late to undo the statements.
func (b *batch) query(read func(row) error, sql string, args ...any) {
	b.items = append(b.items, statement{sql: sql, args: args, read: read})
}

// within names the rows that the statements after it may touch.
func (b *batch) within(s scope) {
	const (
		asPlatform  = "SELECT set_config('role', '" + rolePlatform + "', true)"
		asWorkspace = "SELECT set_config('app.workspace', $1, true)"
		asTenant    = "SELECT set_config('app.tenant', $1, true), set_config('app.workspace', $2, true)"
	)
	set := statement{setting: true}
	switch {
	case s.platform:
		set.sql = asPlatform
	case s.tenant == [16]byte{}:
		set.sql, set.args = asWorkspace, []any{s.workspace.String()}
	default:
		set.sql, set.args = asTenant, []any{s.tenant.String(), s.workspace.String()}
	}
	b.items = append(b.items, set)
}

// run sends the batch. Verdicts come back translated.
func (s *Store) run(ctx context.Context, b *batch) error {
	leave, err := s.enter()
	if err != nil {
		return err
	}
	defer leave()
	if s.postgres() {
		return translate(s.runPostgres(ctx, b))
	}
	return translate(s.runSQLite(ctx, b))
}

// runPostgres pipelines the statements before a single Sync message, which
// makes them one implicit transaction: settings that are local to it end there.
func (s *Store) runPostgres(ctx context.Context, b *batch) (err error) {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("store: connecting: %w", err)
	}
	defer conn.Release()
	pb := &pgx.Batch{QueuedQueries: make([]*pgx.QueuedQuery, 0, len(b.items)+1)}
	replan := plansAreDue(conn.Conn())
	if replan {
		pb.Queue(discardPlans)
	}
	for i := range b.items {
		pb.Queue(b.items[i].sql, b.items[i].args...)
	}
	results := conn.SendBatch(ctx, pb)
	defer func() {
		// The transaction commits at the Sync, so its failure shows here.
		if closing := results.Close(); err == nil {
			err = closing
		}
	}()
	if replan {
		if _, err := results.Exec(); err != nil {
			return err
		}
	}
	for i := range b.items {
		if err := receive(results, &b.items[i]); err != nil {
			return err
		}
	}
	return nil
}

func receive(results pgx.BatchResults, item *statement) error {
	if item.read == nil {
		tag, err := results.Exec()
		if err == nil && item.count != nil {
			*item.count = tag.RowsAffected()
		}
		return err
	}
	rows, err := results.Query()
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := item.read(rows); err != nil {
			return fmt.Errorf("store: reading a row: %w", err)
		}
	}
	return rows.Err()
}

// runSQLite runs the statements in one immediate transaction. The driver takes
// $1 as the first argument, as Postgres does.
func (s *Store) runSQLite(ctx context.Context, b *batch) error {
	s.cfg.OnRoundTrip(ctx)
	t, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("store: begin: %w", err)
	}
	for i := range b.items {
		if b.items[i].setting {
			continue
		}
		if err := step(ctx, t, &b.items[i]); err != nil {
			_ = t.Rollback()
			return err
		}
	}
	return t.Commit()
}

func step(ctx context.Context, t *sql.Tx, item *statement) error {
	if item.read == nil {
		result, err := t.ExecContext(ctx, item.sql, item.args...)
		if err == nil && item.count != nil {
			*item.count, err = result.RowsAffected()
		}
		return err
	}
	rows, err := t.QueryContext(ctx, item.sql, item.args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := item.read(rows); err != nil {
			return fmt.Errorf("store: reading a row: %w", err)
		}
	}
	return rows.Err()
}
