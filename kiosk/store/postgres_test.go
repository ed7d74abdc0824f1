package store

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"qrkiosk/kiosk"
)

func postgresHouse(t *testing.T, params string) *house {
	t.Parallel()
	return newHouse(t, Config{URL: scratch.url(t) + params})
}

// pid is the server's process behind a transaction.
func pid(tx kiosk.Tx) (int64, error) { return tx.(*tx_).number(`SELECT pg_backend_pid()`) }

func TestPostgres_settings(t *testing.T) {
	h := postgresHouse(t, "")
	for _, cfg := range []Config{
		{URL: h.cfg.URL + "&synchronous_commit=off"},
		{URL: h.cfg.URL + "&synchronous_commit=local"},
	} {
		if _, err := Open(context.Background(), cfg); kiosk.CodeOf(err) != kiosk.Conflict || kiosk.KeyOf(err) != KeySettings {
			t.Errorf("%s: %v", cfg.URL, err)
		}
	}
}

func TestPostgres_nobodyThere(t *testing.T) {
	_, err := Open(context.Background(), Config{URL: "postgres:///?host=" + t.TempDir()})
	if kiosk.CodeOf(err) != kiosk.Unavailable {
		t.Errorf("no server: %v", err)
	}
}

func TestPostgres_startedManyTimesAtOnce(t *testing.T) {
	t.Parallel()
	cfg := Config{URL: scratch.url(t)}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			s, err := Open(context.Background(), cfg)
			if err != nil {
				t.Error(err)
				return
			}
			s.Close()
		})
	}
	all.Wait()
}

func TestPostgres_readOnly(t *testing.T) {
	h := postgresHouse(t, "")
	h.cfg.URL += "&default_transaction_read_only=on"
	h.reopen()
	h.refused(kiosk.Unavailable, KeyAway, reg, func(tx kiosk.Tx) error { return tx.Append(event("x")) })
	h.look(func(r kiosk.Reader) error { _, err := r.Stall(stallID); return err })
}

// TestPostgres_connectionsDieInThePool ends every idle connection behind the store's back.
func TestPostgres_connectionsDieInThePool(t *testing.T) {
	h := postgresHouse(t, "&application_name=dies")
	for range 3 {
		h.must(reg, func(tx kiosk.Tx) error { return tx.Append(event("x")) })
		h.look(func(r kiosk.Reader) error { _, err := r.Stalls(); return err })
		if n := h.count(`SELECT COUNT(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity
			WHERE application_name = 'dies' AND pid <> pg_backend_pid()`); n == 0 {
			t.Error("no connection was ended")
		}
	}
	h.look(func(r kiosk.Reader) error { _, err := r.Stalls(); return err })
	if n := h.count(`SELECT COUNT(*) FROM event`); n != 3 {
		t.Errorf("%d events of 3", n)
	}
}

// TestPostgres_connectionDiesInside ends the connection within a change, and just before its
// commit: the caller hears Unavailable, and the next one finds a connection.
func TestPostgres_connectionDiesInside(t *testing.T) {
	h := postgresHouse(t, "")
	for name, then := range map[string]func(kiosk.Tx) error{
		"before a statement": func(tx kiosk.Tx) error { return tx.Append(event("y")) },
		"before the commit":  func(kiosk.Tx) error { return nil },
	} {
		h.refused(kiosk.Unavailable, KeyAway, reg, func(tx kiosk.Tx) error {
			if err := tx.PutCart(kiosk.Cart{Register: name}); err != nil {
				return err
			}
			id, err := pid(tx)
			if err != nil {
				return err
			}
			h.count(`SELECT CASE WHEN pg_terminate_backend($1, 5000) THEN 1 ELSE 0 END`, id)
			return then(tx)
		})
	}
	if n := h.count(`SELECT COUNT(*) FROM cart`) + h.count(`SELECT COUNT(*) FROM event`); n != 0 {
		t.Errorf("%d rows were kept", n)
	}
	h.must(reg, func(tx kiosk.Tx) error { return tx.Append(event("x")) })
}

// TestFault_F57_lockWait: a change that waits too long for another session is refused, and others go on.
func TestFault_F57_lockWait(t *testing.T) {
	h := postgresHouse(t, "&lock_timeout=30ms")
	other, err := h.raw().Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer other.Rollback()
	if _, err := other.Exec(`UPDATE stream SET version = version WHERE id = $1`, reg); err != nil {
		t.Fatal(err)
	}
	h.refused(kiosk.Unavailable, KeyAway, reg, func(tx kiosk.Tx) error { return tx.Append(event("x")) })
	h.must(reg2, func(tx kiosk.Tx) error { return tx.Append(event("x")) })
}

// TestFault_F57_deadlock has two changes take the same rows in opposite order. The server ends one
// of them; it is tried again and both succeed.
func TestFault_F57_deadlock(t *testing.T) {
	h := postgresHouse(t, "&deadlock_timeout=20ms")
	var runs atomic.Int32
	var meet sync.WaitGroup
	meet.Add(2)
	var all sync.WaitGroup
	for i, stream := range []string{reg, reg2} {
		all.Go(func() {
			first := true
			_, err := h.Change(context.Background(), stream, func(tx kiosk.Tx) error {
				runs.Add(1)
				carts := []string{"a", "b"}
				if err := tx.PutCart(kiosk.Cart{Register: carts[i]}); err != nil {
					return err
				}
				if first {
					first = false
					meet.Done()
					meet.Wait()
				}
				if tx.PutCart(kiosk.Cart{Register: carts[1-i]}) != nil {
					return &kiosk.Error{Code: kiosk.Conflict} // even if the race is hidden behind another error
				}
				return tx.Append(event("x"))
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := runs.Load(); n != 3 {
		t.Errorf("%d runs, want two and one again", n)
	}
	if b, checked, err := h.Verify(context.Background()); b != nil || err != nil || checked != (Checked{2, 2}) {
		t.Errorf("verified %+v, %+v, %v", b, checked, err)
	}
}

// TestFault_F57_raceEnds bounds the tries of a change that never wins.
func TestFault_F57_raceEnds(t *testing.T) {
	h := postgresHouse(t, "")
	runs := 0
	h.refused(kiosk.Unavailable, KeyAway, reg, func(tx kiosk.Tx) error {
		runs++
		return tx.(*tx_).write("", `DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '40001'; END $$`)
	})
	if runs != mostTries {
		t.Errorf("%d tries of %d", runs, mostTries)
	}
}

// TestPostgres_twoProcesses lets two stores share one database.
func TestPostgres_twoProcesses(t *testing.T) {
	h := postgresHouse(t, "")
	second, err := Open(context.Background(), h.cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	var all sync.WaitGroup
	for _, s := range []*Store{h.Store, second, h.Store, second} {
		all.Go(func() {
			for range 20 {
				_, err := s.Change(context.Background(), reg, func(tx kiosk.Tx) error { return tx.Append(event("x")) })
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if b, checked, err := second.Verify(context.Background()); b != nil || err != nil || checked != (Checked{1, 80}) {
		t.Errorf("verified %+v, %+v, %v", b, checked, err)
	}
}

func TestPostgres_unreadableText(t *testing.T) {
	h := postgresHouse(t, "")
	for _, text := range []string{"a\x00b", "\xff"} {
		h.refused(kiosk.Invalid, KeyText, reg, func(tx kiosk.Tx) error {
			e := event("x")
			e.Data = text
			return tx.Append(e)
		})
	}
}

// TestPostgres_noSequentialScan looks at how the server finds what a webhook needs.
func TestPostgres_noSequentialScan(t *testing.T) {
	h := postgresHouse(t, "&enable_seqscan=off")
	for _, query := range []string{
		`SELECT 1 FROM sale WHERE is_current AND register = 'x'`,
		`SELECT 1 FROM sale WHERE watched ORDER BY id`,
		`SELECT 1 FROM sale WHERE ended > 5`,
		`SELECT 1 FROM link WHERE account = 'x' AND pay_id = 5`,
	} {
		rows, err := h.raw().Query("EXPLAIN " + query)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		var plan strings.Builder
		for rows.Next() {
			var line string
			if err := rows.Scan(&line); err != nil {
				t.Fatal(err)
			}
			plan.WriteString(line)
		}
		if strings.Contains(plan.String(), "Seq Scan") {
			t.Errorf("%s\n%s", query, plan.String())
		}
	}
}
