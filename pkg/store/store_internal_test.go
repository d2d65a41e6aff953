package store

import (
	"database/sql/driver"
	"encoding/base64"
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
)

func TestVerdictsNameTheField(t *testing.T) {
	for _, c := range []struct {
		err   error
		field string
	}{
		{&pgconn.PgError{Code: "23505", TableName: "tenants", ConstraintName: "tenants_tid_key"}, "tid"},
		{&pgconn.PgError{Code: "23505", TableName: "user_logins", ConstraintName: "user_logins_login_key"}, "login"},
		{errors.New("constraint failed: UNIQUE constraint failed: tenants.tid (2067)"), "tid"},
		{errors.New("constraint failed: UNIQUE constraint failed: clients.workspace_id, clients.client_id (1555)"), "client_id"},
	} {
		err := translate(c.err)
		require.ErrorIs(t, err, ErrConflict)
		var conflict *ConflictError
		require.ErrorAs(t, err, &conflict)
		assert.Equal(t, c.field, conflict.Field)
	}
	for _, err := range []error{
		gorm.ErrRecordNotFound, pgx.ErrNoRows, &pgconn.PgError{Code: "23503"}, &pgconn.PgError{Code: "22021"},
		errors.New("constraint failed: FOREIGN KEY constraint failed (787)"),
	} {
		assert.ErrorIs(t, translate(err), ErrNotFound, err.Error())
	}
	for _, fault := range []error{
		&pgconn.PgError{Code: "57014"}, &pgconn.PgError{Code: "55P03"}, &pgconn.PgError{Code: "40001"}, errors.New("connection refused"),
		errors.New("database is locked (5)"), driver.ErrBadConn,
	} {
		assert.Equal(t, fault, translate(fault), "a fault stays what it is")
	}
	assert.NoError(t, translate(nil))
}

func TestMoreCallersThanCanWaitAreRefusedAtOnce(t *testing.T) {
	s := &Store{maxInUse: 2}
	var leave []func()
	for range 2 + minQueue {
		l, err := s.enter()
		require.NoError(t, err)
		leave = append(leave, l)
	}
	_, err := s.enter()
	require.ErrorIs(t, err, ErrBusy)
	leave[0]()
	_, err = s.enter()
	require.NoError(t, err)
}

func TestMomentsKeepTheirMicroseconds(t *testing.T) {
	now := time.Date(2026, 11, 2, 9, 0, 0, 123_456_789, time.FixedZone("x", 3600))
	v, err := at(now).Value()
	require.NoError(t, err)
	var back instant
	require.NoError(t, back.Scan(v))
	assert.Equal(t, now.UTC().Truncate(time.Microsecond), back.time())
	v, err = at(time.Time{}).Value()
	require.NoError(t, err)
	assert.Nil(t, v)
	require.NoError(t, back.Scan(nil))
	assert.True(t, back.time().IsZero())
	require.Error(t, back.Scan("2026"))
}

func TestCursorsOfStrangersAreRefused(t *testing.T) {
	p := position{At: 5, Key: "k"}
	back, err := parseCursor(p.cursor())
	require.NoError(t, err)
	assert.Equal(t, p, back)
	encode := base64.RawURLEncoding.EncodeToString
	for _, s := range []string{"", "x", "====", encode([]byte("[]")), encode([]byte(`{"a":"x"}`)), encode([]byte(`{"k":"\u0000"}`)), encode(make([]byte, 2000)), p.cursor() + "A"} {
		_, err := parseCursor(s)
		require.ErrorIs(t, err, ErrCursor, s)
	}
}

func FuzzCursorNeverPanicsAndStaysWithinBounds(f *testing.F) {
	f.Add(position{At: 1, Key: "a"}.cursor())
	f.Add("e30")
	f.Fuzz(func(t *testing.T, s string) {
		p, err := parseCursor(s)
		if err != nil {
			require.ErrorIs(t, err, ErrCursor)
			return
		}
		again, err := parseCursor(p.cursor())
		require.NoError(t, err)
		require.Equal(t, p, again)
	})
}

func TestPatternsHoldTheirTextLiterally(t *testing.T) {
	assert.Equal(t, `%a\%b\_c\\d%`, containing(`A%b_C\d`))
	assert.Len(t, containing(string(make([]byte, 10_000))), 2+256*len("\uFFFD"))
	assert.Equal(t, "a\uFFFDb\uFFFD", cleanText("a\x00b\xff", 10))
	assert.Equal(t, "ab", cleanText("abc", 2))
}

func TestPagesAreBounded(t *testing.T) {
	for asked, got := range map[int]int{-1: 1, 0: 1, 1: 1, 50: 50, 100: 100, 101: 100, 1 << 40: 100} {
		assert.Equal(t, got, Page{Limit: asked}.limit())
	}
}

func TestAuditTextIsBounded(t *testing.T) {
	long := string(make([]byte, 5000))
	r := auditRowOf(newID(), domain.AuditEvent{ActorID: long, TargetID: long, IP: long, TraceID: long, Detail: map[string]string{"k": long}}, time.Unix(1, 0))
	for _, s := range []string{r.ActorID, r.TargetID, r.IP, r.TraceID, r.Detail.V["k"]} {
		assert.LessOrEqual(t, len(s), auditText*len("\uFFFD"))
	}
	assert.Equal(t, "success", r.Outcome)
}
