package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"qrkiosk/kiosk"
)

// liteHouse is a house on SQLite whose commits are heard.
func liteHouse(t *testing.T, observe func(Commit)) *house {
	cfg := sqliteConfig(t)
	cfg.Observe = observe
	return newHouse(t, cfg)
}

// onWriter runs a statement on the writer's own connection.
func (h *house) onWriter(query string) {
	h.t.Helper()
	if _, err := h.engine.(*lite).writer.conn.conn.ExecContext(context.Background(), query); err != nil {
		h.t.Fatal(err)
	}
}

// hold stops the writer inside a change until release is called, so that others gather behind it.
func (h *house) hold() (release func()) {
	started, gate := make(chan struct{}), make(chan struct{})
	go h.Change(context.Background(), reg, func(kiosk.Tx) error { //nolint:errcheck // it stores nothing
		close(started)
		<-gate
		return nil
	})
	<-started
	return func() { close(gate) }
}

// queued waits until n changes wait for the writer.
func (h *house) queued(n int) {
	for w := h.engine.(*lite).writer; len(w.jobs) < n; {
		runtime.Gosched()
	}
}

// TestGroupCommit gathers ten changes, of which one fails, one panics and one breaks a rule: the
// other seven share one commit, nobody is answered before it, and everybody after it.
func TestGroupCommit(t *testing.T) {
	var answered atomic.Int32
	var commits []Commit
	var h *house
	heard := false
	h = liteHouse(t, func(c Commit) {
		if !heard {
			return
		}
		commits = append(commits, c)
		if n := answered.Load(); n != 0 {
			t.Errorf("%d callers were answered before the commit", n)
		}
		if n := h.count(`SELECT COUNT(*) FROM event`); n != 7 {
			t.Errorf("a second connection sees %d events at the commit", n)
		}
	})
	h.put(h.sale(reg2))
	heard = true
	busy := h.sale(reg2)
	release := h.hold()
	var all sync.WaitGroup
	errs := make([]error, 10)
	for i := range errs {
		all.Go(func() {
			_, errs[i] = h.Change(context.Background(), reg, func(tx kiosk.Tx) error {
				if n := h.count(`SELECT COUNT(*) FROM event`); n != 0 {
					t.Errorf("a second connection sees %d events before the commit", n)
				}
				if err := tx.Append(event("x")); err != nil {
					return err
				}
				switch i {
				case 3:
					return errors.New("ours")
				case 5:
					panic("defect")
				case 7:
					return tx.PutSale(busy)
				}
				return nil
			})
			answered.Add(1)
		})
		h.queued(i + 1)
	}
	release()
	all.Wait()
	if len(commits) != 1 || commits[0].Changes != 7 || commits[0].Failed {
		t.Errorf("commits %+v, want one of 7 changes", commits)
	}
	for i, err := range errs {
		want := map[int]kiosk.Code{3: kiosk.Internal, 5: kiosk.Internal, 7: kiosk.Conflict}[i]
		if kiosk.CodeOf(err) != want {
			t.Errorf("caller %d: %v, want code %q", i, err, want)
		}
	}
	if b, checked, err := h.Verify(context.Background()); b != nil || err != nil || checked.Events != 7 {
		t.Errorf("verified %+v, %+v, %v", b, checked, err)
	}
}

// TestGroupCommit_fails breaks the commit itself by a foreign key that is looked at only then.
func TestGroupCommit_fails(t *testing.T) {
	var failed atomic.Int32
	h := liteHouse(t, func(c Commit) {
		if c.Failed {
			failed.Add(1)
		}
	})
	release := h.hold()
	var all sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		all.Go(func() {
			_, errs[i] = h.Change(context.Background(), reg, func(tx kiosk.Tx) error {
				switch i {
				case 1:
					return errors.New("ours")
				case 2:
					if _, err := tx.(*tx_).exec(`PRAGMA defer_foreign_keys = 1`); err != nil {
						t.Error(err)
					}
					return tx.(*tx_).write("", `INSERT INTO receipt (secret, sale) VALUES ('x', 'nobody')`)
				}
				return tx.Append(event("x"))
			})
		})
		h.queued(i + 1)
	}
	release()
	all.Wait()
	for i, err := range errs {
		if kiosk.CodeOf(err) != kiosk.Unavailable {
			t.Errorf("caller %d: %v", i, err)
		}
	}
	if failed.Load() != 1 {
		t.Errorf("%d failed commits were heard of", failed.Load())
	}
	if v := h.must(reg, func(tx kiosk.Tx) error { return tx.Append(event("x")) }); v != 1 {
		t.Errorf("version %d afterwards", v)
	}
}

// tx_ names the type where a variable hides it.
type tx_ = tx

// TestGroupCommit_oneGivesUp has a caller leave the queue: the others do not notice, and nothing
// of the one is done.
func TestGroupCommit_oneGivesUp(t *testing.T) {
	h := liteHouse(t, nil)
	release := h.hold()
	ctx, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	errs := make([]error, 3)
	left := make(chan struct{})
	for i := range errs {
		all.Go(func() {
			c := context.Background()
			if i == 1 {
				c = ctx
				defer close(left)
			}
			_, errs[i] = h.Change(c, reg, func(tx kiosk.Tx) error { return tx.Append(event("x")) })
		})
		h.queued(i + 1)
	}
	cancel()
	<-left
	release()
	all.Wait()
	if errs[0] != nil || errs[2] != nil || kiosk.CodeOf(errs[1]) != kiosk.Unavailable {
		t.Errorf("answers %v", errs)
	}
	if n := h.count(`SELECT COUNT(*) FROM event`); n != 2 {
		t.Errorf("%d events of 2", n)
	}
}

// TestChange_cancelledWhileRunning: once the writer has begun, the caller hears the truth.
func TestChange_cancelledWhileRunning(t *testing.T) {
	h := liteHouse(t, nil)
	ctx, cancel := context.WithCancel(context.Background())
	v, err := h.Change(ctx, reg, func(tx kiosk.Tx) error {
		cancel()
		return tx.Append(event("x"))
	})
	if v != 1 || err != nil || h.count(`SELECT COUNT(*) FROM event`) != 1 {
		t.Errorf("version %d, %v", v, err)
	}
}

func TestChange_goexit(t *testing.T) {
	h := liteHouse(t, nil)
	h.refused(kiosk.Internal, kiosk.KeyInternal, reg, func(tx kiosk.Tx) error {
		if err := tx.Append(event("x")); err != nil {
			t.Error(err)
		}
		runtime.Goexit()
		return nil
	})
	if v := h.must(reg, func(tx kiosk.Tx) error { return tx.Append(event("x")) }); v != 1 {
		t.Errorf("version %d afterwards", v)
	}
}

// TestClose_whileBusy: whoever was told yes is in the file.
func TestClose_whileBusy(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		var kept atomic.Int32
		var all sync.WaitGroup
		enough := make(chan struct{}, 1000)
		for range 8 {
			all.Go(func() {
				for {
					_, err := h.Change(context.Background(), reg, func(tx kiosk.Tx) error { return tx.Append(event("x")) })
					if err != nil {
						if kiosk.CodeOf(err) != kiosk.Unavailable {
							t.Error(err)
						}
						return
					}
					kept.Add(1)
					enough <- struct{}{}
				}
			})
		}
		for range 50 {
			<-enough
		}
		if err := h.Close(); err != nil {
			t.Error(err)
		}
		all.Wait()
		h.open()
		if n := h.count(`SELECT COUNT(*) FROM event`); n != int(kept.Load()) {
			t.Errorf("%d events, %d were acknowledged", n, kept.Load())
		}
	})
}

// TestFull lets the file grow no further: every change says Unavailable, reading goes on, and
// writing resumes by itself when there is room.
func TestFull(t *testing.T) {
	h := liteHouse(t, nil)
	h.onWriter(`PRAGMA max_page_count = 240`)
	big := bytes.Repeat([]byte("x"), 4000)
	put := func() error {
		_, err := h.Change(context.Background(), reg, func(tx kiosk.Tx) error {
			err := tx.PutInbox(kiosk.Inbox{Link: h.id("l"), Sum: "s", Raw: big})
			return errors.Join(err, tx.Append(event("x")))
		})
		return err
	}
	kept := 0
	var err error
	for ; err == nil && kept < 1000; kept++ {
		err = put()
	}
	if kept--; kept < 10 || kiosk.CodeOf(err) != kiosk.Unavailable || kiosk.KeyOf(err) != KeyAway {
		t.Fatalf("after %d changes: %v", kept, err)
	}
	if err := put(); kiosk.CodeOf(err) != kiosk.Unavailable {
		t.Errorf("the next one: %v", err)
	}
	if n := h.count(`SELECT COUNT(*) FROM event`); n != kept {
		t.Errorf("%d events, %d were acknowledged", n, kept)
	}
	h.look(func(r kiosk.Reader) error { _, err := r.Events(reg, 0, 9); return err })
	h.onWriter(`PRAGMA max_page_count = 100000`)
	if err := put(); err != nil {
		t.Errorf("with room again: %v", err)
	}
	if b, checked, err := h.Verify(context.Background()); b != nil || err != nil || checked.Events != int64(kept+1) {
		t.Errorf("verified %+v, %+v, %v", b, checked, err)
	}
}

// TestFull_sharedBatch: when one change of a batch fills the disk, SQLite may have undone all of
// them; nobody is told yes.
func TestFull_sharedBatch(t *testing.T) {
	h := liteHouse(t, nil)
	h.onWriter(`PRAGMA max_page_count = 240`)
	release := h.hold()
	var all sync.WaitGroup
	errs := make([]error, 3)
	for i := range errs {
		all.Go(func() {
			_, errs[i] = h.Change(context.Background(), reg, func(tx kiosk.Tx) error {
				size := 10
				if i == 1 {
					size = 1 << 20
				}
				err := tx.PutInbox(kiosk.Inbox{Link: h.id("l"), Sum: "s", Raw: make([]byte, size)})
				return err
			})
		})
		h.queued(i + 1)
	}
	release()
	all.Wait()
	for i, err := range errs {
		if kiosk.CodeOf(err) != kiosk.Unavailable {
			t.Errorf("caller %d: %v", i, err)
		}
	}
	if n := h.count(`SELECT COUNT(*) FROM inbox`); n != 0 {
		t.Errorf("%d rows were kept", n)
	}
	if v := h.must(reg, func(tx kiosk.Tx) error { return tx.Append(event("x")) }); v != 1 {
		t.Errorf("version %d afterwards", v)
	}
}

func TestReadOnlyFile(t *testing.T) {
	h := liteHouse(t, nil)
	h.onWriter(`PRAGMA query_only = 1`)
	h.refused(kiosk.Unavailable, KeyAway, reg, func(tx kiosk.Tx) error { return tx.Append(event("x")) })
	if err := h.Ready(context.Background()); err != nil {
		t.Errorf("reading: %v", err)
	}
	h.onWriter(`PRAGMA query_only = 0`)
	if v := h.must(reg, func(tx kiosk.Tx) error { return tx.Append(event("x")) }); v != 1 {
		t.Errorf("version %d afterwards", v)
	}
}

// TestLocked has another process hold the write lock, as a backup tool may.
func TestLocked(t *testing.T) {
	h := liteHouse(t, nil)
	h.onWriter(`PRAGMA busy_timeout = 10`)
	other, err := h.raw().Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if _, err := other.ExecContext(context.Background(), "BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	h.refused(kiosk.Unavailable, KeyAway, reg, func(tx kiosk.Tx) error { return tx.Append(event("x")) })
	if _, err := other.ExecContext(context.Background(), "ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	h.must(reg, func(tx kiosk.Tx) error { return tx.Append(event("x")) })
}

func TestReadersCannotWrite(t *testing.T) {
	h := liteHouse(t, nil)
	err := h.engine.view(context.Background(), func(q querier) error {
		_, err := q.exec(context.Background(), `DELETE FROM stall`)
		return fault(err)
	})
	if kiosk.CodeOf(err) != kiosk.Unavailable || h.count(`SELECT COUNT(*) FROM stall`) != 1 {
		t.Errorf("a reader wrote, or said %v", err)
	}
}

// TestPlans looks at how SQLite would run everything that the writer and a reader have run: no
// table that grows is walked through, except where all of it is asked for.
func TestPlans(t *testing.T) {
	cfg := sqliteConfig(t)
	cfg.Conns = 1
	h := newHouse(t, cfg)
	s := h.sale(reg)
	open := kiosk.Duty{Kind: kiosk.ErrandOpen, Link: 1}
	h.must(reg, func(tx kiosk.Tx) error {
		if _, err := tx.Number(); err != nil {
			return err
		}
		return errors.Join(tx.PutSale(s), tx.Append(event("x")), tx.Begin(s, noon, open), tx.PutToken("tok", s.ID, 1, noon+9))
	})
	if _, err := h.Claim(context.Background(), allKinds, noon, noon+9, 5); err != nil {
		t.Fatal(err)
	}
	h.must(reg, func(tx kiosk.Tx) error {
		s = h.take(s, h.live(1), kiosk.Step{Kind: kiosk.StepNotice, Link: 1}, rowStep("tx", 1000))
		err := tx.PutInbox(kiosk.Inbox{Link: "l", Sum: "s"})
		_, err2 := tx.Postpone(kiosk.Errand{Sale: s.ID, Link: 1, Kind: open.Kind}, noon)
		return errors.Join(err, err2, tx.PutSale(s), tx.End(s, open))
	})
	h.look(func(r kiosk.Reader) error {
		var errs []error
		keep := func(_ any, err error) { errs = append(errs, err) }
		keep(r.Sale(s.ID))
		keep(r.SaleByKey(s.Device, s.Key))
		keep(r.SaleByReceipt(s.Receipt))
		keep(r.SaleByNumber(reg, s.Number))
		keep(r.Current(reg))
		keep(r.LastSales(reg, 5))
		keep(r.Watched(0, 5))
		keep(r.Waiting("l"))
		keep(r.Events(reg, 0, 5))
		keep(r.Versions([]string{reg}))
		keep(r.Devices(reg))
		_, _, err := r.SaleByPayID(account, 1)
		keep(nil, err)
		_, _, err = r.SaleByRef(s.Links[0].Ref)
		keep(nil, err)
		_, _, err = r.SaleByToken("tok")
		return errors.Join(append(errs, err)...)
	})
	l := h.engine.(*lite)
	reader := <-l.pool
	defer func() { l.pool <- reader }()
	db, looked := h.raw(), 0
	for _, c := range []*liteConn{l.writer.conn, reader} {
		for query := range c.prepared {
			for _, word := range []string{"SELECT", "UPDATE", "DELETE", "INSERT"} {
				if strings.HasPrefix(query, word) {
					looked++
					lookAtPlan(t, db, query)
				}
			}
		}
	}
	if looked < 30 {
		t.Errorf("only %d statements were looked at", looked)
	}
}

func lookAtPlan(t *testing.T, db *sql.DB, query string) {
	t.Helper()
	args := make([]any, strings.Count(query, "$"))
	rows, err := db.Query("EXPLAIN QUERY PLAN "+query, args...)
	if err != nil {
		t.Fatal(query, err)
	}
	defer rows.Close()
	for rows.Next() {
		var id, parent, unused int
		var detail string
		if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
			t.Fatal(err)
		}
		ordered := strings.Contains(detail, "USING INDEX sale_watched") || strings.Contains(detail, "USING INDEX errand_due")
		if strings.HasPrefix(detail, "SCAN ") && !ordered && !strings.Contains(detail, "CONSTANT ROW") && !strings.Contains(detail, "VALUES CLAUSE") || strings.Contains(detail, "B-TREE FOR ORDER") && strings.Contains(query, "FROM sale") {
			t.Errorf("%s\n%s", query, detail)
		}
	}
	if err := rows.Err(); err != nil {
		t.Error(err)
	}
}
