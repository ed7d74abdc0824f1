package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"qrkiosk/kiosk"
)

// kind is what an error of a driver means to us.
type kind int

const (
	kindDefect  kind = iota // ours: wrong SQL, a broken rule that no caller can break
	kindAway                // the engine cannot now; trying again makes sense
	kindUnique              // a unique rule of the data says no
	kindRace                // two transactions met; the whole transaction may be tried again
	kindText                // the engine cannot keep this text
	kindDamaged             // the file is not what was written
)

// fault is the one table from a driver's error to a [kiosk.Error]. It looks at result codes,
// never at words. Errors that are ours already pass as they are.
func fault(err error) error {
	var known *kiosk.Error
	switch {
	case err == nil, errors.As(err, &known):
		return err
	case errors.Is(err, sql.ErrNoRows):
		return notFound()
	}
	switch kindOf(err) {
	case kindAway, kindRace:
		return &kiosk.Error{Code: kiosk.Unavailable, Key: KeyAway, Err: err}
	case kindUnique:
		return &kiosk.Error{Code: kiosk.Conflict, Key: KeyKnown, Err: err}
	case kindText:
		return &kiosk.Error{Code: kiosk.Invalid, Key: KeyText, Err: err}
	case kindDamaged:
		return &kiosk.Error{Code: kiosk.Internal, Key: KeyDamaged, Err: err}
	case kindDefect:
	}
	return &kiosk.Error{Code: kiosk.Internal, Key: KeyStoreError, Err: err}
}

func notFound() error { return &kiosk.Error{Code: kiosk.NotFound, Key: KeyNotFound} }

func away(err error) error {
	return &kiosk.Error{Code: kiosk.Unavailable, Key: KeyAway, Err: err}
}

// withKey names the rule that a Conflict is about.
func withKey(err error, key string) error {
	var e *kiosk.Error
	if key == "" || !errors.As(err, &e) || e.Code != kiosk.Conflict {
		return err
	}
	named := *e
	named.Key = key
	return &named
}

func kindOf(err error) kind {
	var lite *sqlite.Error
	var pg *pgconn.PgError
	switch {
	case errors.As(err, &lite):
		return liteKind(lite.Code())
	case errors.As(err, &pg):
		return postgresKind(pg.Code)
	case isAway(err):
		return kindAway
	}
	return kindDefect
}

// isAway knows the errors that say no more than that the engine was not reached.
func isAway(err error) bool {
	var connect *pgconn.ConnectError
	var network net.Error
	for _, target := range []error{
		context.Canceled, context.DeadlineExceeded, sql.ErrConnDone, sql.ErrTxDone,
		driver.ErrBadConn, io.EOF, io.ErrUnexpectedEOF, net.ErrClosed, errClosed, pgconn.ErrConnClosed,
	} {
		if errors.Is(err, target) {
			return true
		}
	}
	return errors.As(err, &connect) || errors.As(err, &network)
}

// liteKind reads an extended result code of SQLite.
func liteKind(code int) kind {
	switch code {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return kindUnique
	}
	switch code & 0xff {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR,
		sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_NOMEM,
		sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_PERM:
		return kindAway
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return kindDamaged
	case sqlite3.SQLITE_TOOBIG:
		return kindText
	}
	return kindDefect
}

// postgresKind reads an SQLSTATE; its first two characters are the class.
func postgresKind(state string) kind {
	switch state {
	case "23505":
		return kindUnique
	case "40001", "40P01":
		return kindRace
	case "55P03", "25006", "25P03":
		return kindAway
	case "22021", "22P05":
		return kindText
	case "XX001", "XX002":
		return kindDamaged
	}
	if len(state) < 2 {
		return kindDefect
	}
	switch state[:2] {
	case "08", "53", "57", "58":
		return kindAway
	}
	return kindDefect
}

// encode writes a thing as the JSON text of its row.
func encode(thing any) (string, error) {
	text, err := json.Marshal(thing)
	if err != nil {
		return "", fault(fmt.Errorf("encode %T: %w", thing, err))
	}
	return string(text), nil
}
