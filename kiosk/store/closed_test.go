package store

import (
	"errors"
	"testing"

	"qrkiosk/kiosk"
)

// TestErrors_closedConnection: a connection that the server of the database has left in the middle
// of a transaction is no defect of ours: trying again makes sense.
func TestErrors_closedConnection(t *testing.T) {
	db := openRaw(t, scratch.url(t))
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	tx, err := conn.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(`SELECT pg_terminate_backend(pg_backend_pid())`); err == nil {
		t.Fatal("the connection survives")
	}
	_, err = tx.Exec(`SELECT 1`)
	if err == nil {
		t.Fatal("the connection answers")
	}
	if got := kiosk.CodeOf(fault(err)); got != kiosk.Unavailable {
		t.Errorf("%v is %s", err, got)
	}
	if err := tx.Commit(); err == nil || kiosk.CodeOf(fault(errors.Join(err))) != kiosk.Unavailable {
		t.Errorf("the commit: %v", err)
	}
}
