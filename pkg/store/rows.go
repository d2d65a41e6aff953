package store

import (
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/signet-authz/signet/pkg/oauth"
)

// The column types that both dialects share. Rows name their moments Created
// and Updated, with column tags: GORM would fill fields called CreatedAt and
// UpdatedAt by a clock of its own.

// instant is a moment: microseconds since 1970 in both dialects, so that one
// statement compares them alike. Zero is the zero time, and NULL.
type instant int64

// at is the moment of t; the zero time is NULL.
func at(t time.Time) instant {
	if t.IsZero() {
		return 0
	}
	return instant(t.UnixMicro())
}

// time is the moment in UTC.
func (i instant) time() time.Time {
	if i == 0 {
		return time.Time{}
	}
	return time.UnixMicro(int64(i)).UTC()
}

// Value implements driver.Valuer.
func (i instant) Value() (driver.Value, error) {
	if i == 0 {
		return nil, nil
	}
	return int64(i), nil
}

// Scan implements sql.Scanner.
func (i *instant) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*i = 0
	case int64:
		*i = instant(v)
	default:
		return fmt.Errorf("store: %T is no moment", src)
	}
	return nil
}

// optional is text of a nullable column; the empty text is NULL.
type optional string

// Value implements driver.Valuer.
func (o optional) Value() (driver.Value, error) {
	if o == "" {
		return nil, nil
	}
	return string(o), nil
}

// Scan implements sql.Scanner.
func (o *optional) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*o = ""
	case string:
		*o = optional(v)
	case []byte:
		*o = optional(v)
	default:
		return fmt.Errorf("store: %T is no text", src)
	}
	return nil
}

// cleanText makes any text one that both databases keep: valid UTF-8 without NUL,
// of at most limit bytes.
func cleanText(s string, limit int) string {
	if len(s) > limit {
		s = s[:limit]
	}
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

// optionalID is an id of a nullable column; the zero id is NULL.
func optionalID(id uuid.UUID) uuid.NullUUID { return uuid.NullUUID{UUID: id, Valid: id != uuid.Nil} }

// scopeText is a scope in its wire form. Here the empty text is the empty
// scope, never nil: what is stored was granted, not omitted.
type scopeText oauth.Scope

// Value implements driver.Valuer.
func (s scopeText) Value() (driver.Value, error) { return oauth.Scope(s).String(), nil }

// Scan implements sql.Scanner.
func (s *scopeText) Scan(src any) error {
	var text optional
	if err := text.Scan(src); err != nil {
		return err
	}
	scope, err := oauth.ParseScope(string(text))
	if err != nil {
		return fmt.Errorf("store: a stored scope is malformed: %w", err)
	}
	if scope == nil {
		scope = oauth.Scope{}
	}
	*s = scopeText(scope)
	return nil
}

// document is a value kept as JSON. Nil maps and slices are NULL.
type document[T any] struct{ V T }

// doc wraps a value for a JSON column.
func doc[T any](v T) document[T] { return document[T]{V: v} }

// GormDataType implements GORM's GormDataTypeInterface: without it GORM takes
// the struct for a related table.
func (document[T]) GormDataType() string { return "json" }

// Value implements driver.Valuer.
func (d document[T]) Value() (driver.Value, error) {
	switch v := reflect.ValueOf(d.V); v.Kind() {
	case reflect.Map, reflect.Slice, reflect.Pointer:
		if v.IsNil() {
			return nil, nil
		}
	}
	b, err := json.Marshal(d.V)
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	return string(b), nil
}

// Scan implements sql.Scanner.
func (d *document[T]) Scan(src any) error {
	var zero T
	d.V = zero
	var b []byte
	switch v := src.(type) {
	case nil:
		return nil
	case []byte:
		b = v
	case string:
		b = []byte(v)
	default:
		return errors.New("store: a JSON column holds no text")
	}
	if err := json.Unmarshal(b, &d.V); err != nil {
		return fmt.Errorf("store: a stored document is malformed: %w", err)
	}
	return nil
}
