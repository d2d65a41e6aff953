package store

import (
	"fmt"
	"strings"

	"github.com/glebarez/sqlite"
	"gorm.io/gorm"
)

// sqliteOptions: a write-ahead log, foreign keys, and transactions that take
// the write lock when they begin, so that none fails half-way for want of it.
const sqliteOptions = "_pragma=journal_mode(WAL)&_pragma=busy_timeout(5000)&_pragma=foreign_keys(1)&_pragma=synchronous(NORMAL)&_txlock=immediate&_time_format=sqlite&_timezone=UTC"

// sqliteConns is the size of the pool for which callers are let wait: the one
// connection answers as quickly as this many that share a server.
const sqliteConns = 128

// sqliteDSN turns a URL or path into what the driver takes.
func sqliteDSN(url string) string {
	path := strings.TrimPrefix(strings.TrimPrefix(url, "sqlite://"), "sqlite:")
	separator := "?"
	if strings.Contains(path, "?") {
		separator = "&"
	}
	return path + separator + sqliteOptions
}

// openSQLite opens one connection: SQLite has one writer at a time anyway, and
// on one connection nobody ever meets a locked database.
func (s *Store) openSQLite() error {
	orm, err := gorm.Open(sqlite.Open(sqliteDSN(s.cfg.URL)), ormConfig(true))
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	if s.db, err = orm.DB(); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	s.db.SetMaxOpenConns(1)
	s.db.SetMaxIdleConns(1)
	s.db.SetConnMaxLifetime(0)
	s.db.SetConnMaxIdleTime(0)
	s.orm, s.maxInUse = orm, sqliteConns
	return nil
}
