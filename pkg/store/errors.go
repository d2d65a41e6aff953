package store

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"
)

// The verdicts of the store. Any other error is a fault of the database, or of
// the way to it, and must be answered 503: it never means that something was
// used, unknown or refused.
var (
	ErrNotFound = errors.New("store: not found")
	// ErrConflict is matched by every *ConflictError.
	ErrConflict = errors.New("store: conflict")
	// ErrConsumed says that a one-time value has been used before, and that
	// what grew from its first use has ended.
	ErrConsumed = errors.New("store: used before")
	// ErrCursor says that a page's cursor was not made by the same list.
	ErrCursor = errors.New("store: the cursor is malformed")
	// ErrBusy says that too many callers wait for a connection already. Nothing
	// has been sent to the database.
	ErrBusy = errors.New("store: too many statements are waiting")
)

// FieldVersion is the Field of a lost update: the row is not at the version
// that the caller had read.
const FieldVersion = "version"

// ConflictError names the field whose value another row has, or "version", or
// the rule that refused, such as "owner".
type ConflictError struct{ Field string }

func (e *ConflictError) Error() string { return "store: conflict on " + e.Field }

// Is makes errors.Is(err, ErrConflict) hold.
func (e *ConflictError) Is(target error) bool { return target == ErrConflict }

func conflict(field string) error { return &ConflictError{Field: field} }

// SQLSTATE codes of PostgreSQL (its manual, appendix A).
const (
	stateUniqueViolation     = "23505"
	stateForeignKeyViolation = "23503"
	stateCharacterNotKept    = "22021" // NUL, or not UTF-8: no stored id holds it
)

// SQLite reports a violation by message alone, which its own tests fix.
const (
	sqliteUnique     = "UNIQUE constraint failed: "
	sqliteForeignKey = "FOREIGN KEY constraint failed"
)

// translate turns the errors of drivers and GORM into the store's. A missing
// parent is ErrNotFound: foreign keys are where that is decided without a race.
func translate(err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, gorm.ErrRecordNotFound) || errors.Is(err, pgx.ErrNoRows) {
		return ErrNotFound
	}
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		switch pg.Code {
		case stateUniqueViolation:
			return conflict(strings.TrimSuffix(strings.TrimPrefix(pg.ConstraintName, pg.TableName+"_"), "_key"))
		case stateForeignKeyViolation, stateCharacterNotKept:
			return ErrNotFound
		}
		return err
	}
	if _, columns, ok := strings.Cut(err.Error(), sqliteUnique); ok {
		columns, _, _ = strings.Cut(columns, " (")
		return conflict(columns[strings.LastIndexByte(columns, '.')+1:])
	}
	if strings.Contains(err.Error(), sqliteForeignKey) {
		return ErrNotFound
	}
	return err
}

// Outage tells whether the database, or the way to it, failed to do what it was
// asked: nothing is known then, and callers answer 503. The drivers' types stay
// in this package, so they are told by what they can do.
func Outage(err error) bool {
	for _, known := range []error{ErrBusy, driver.ErrBadConn, sql.ErrConnDone} {
		if errors.Is(err, known) {
			return true
		}
	}
	var postgres interface{ SQLState() string }
	var connection interface{ SafeToRetry() bool }
	var sqlite interface {
		error
		Code() int
	}
	return errors.As(err, &postgres) || errors.As(err, &connection) || errors.As(err, &sqlite)
}
