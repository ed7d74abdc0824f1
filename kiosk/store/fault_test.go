package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"qrkiosk/kiosk"
)

// The part of the fault catalogue that needs nothing but a store.

// killedMigration opens a store in a process whose files may not grow beyond QRKIOSK_LIMIT bytes:
// the system ends it in the middle of a write, and it never cleans up.
func killedMigration(path string) {
	limit, _ := strconv.ParseUint(os.Getenv("QRKIOSK_LIMIT"), 10, 64)
	_ = syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: limit, Max: limit})
	_, _ = Open(context.Background(), Config{Path: path})
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {}
}

// schemaOf is everything a database is made of, and how far its steps are.
func schemaOf(t *testing.T, path string) string {
	t.Helper()
	db, err := openDB(path, "deferred", "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query(`SELECT COALESCE(sql, name) FROM sqlite_master
		UNION ALL SELECT 'version ' || MAX(version_id) FROM goose_db_version ORDER BY 1`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
		all = append(all, text)
	}
	return strings.Join(all, "\n")
}

// TestFault_F53_migrationKilled ends the first start of a program at many points of its writing;
// the next start completes what was begun, or begins anew.
func TestFault_F53_migrationKilled(t *testing.T) {
	t.Parallel()
	whole := filepath.Join(t.TempDir(), "whole.db")
	s, err := Open(context.Background(), Config{Path: whole})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	want := schemaOf(t, whole)
	stages := map[int]bool{}
	for _, limit := range []int{1, 4096, 9000, 30_000, 60_000, 120_000, 180_000, 240_000, 300_000, 360_000} {
		path := filepath.Join(t.TempDir(), "torn.db")
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "QRKIOSK_MIGRATE="+path, fmt.Sprintf("QRKIOSK_LIMIT=%d", limit))
		if err := cmd.Run(); err == nil {
			t.Fatalf("with %d bytes the process was not ended", limit)
		}
		stages[tablesIn(t, path)] = true
		s, err := Open(context.Background(), Config{Path: path})
		if err != nil {
			t.Fatalf("after a death at %d bytes: %v", limit, err)
		}
		if _, err := s.EnsureInstallation(context.Background(), kiosk.Installation{Mode: kiosk.Sandbox}); err != nil {
			t.Errorf("after a death at %d bytes it cannot be used: %v", limit, err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if got := schemaOf(t, path); got != want {
			t.Errorf("after a death at %d bytes the schema is\n%s", limit, got)
		}
	}
	if len(stages) < 3 {
		t.Errorf("the process always died at the same stage: %v", stages)
	}
}

// tablesIn counts what a copy of a torn database holds; the copy leaves its log to the next start.
func tablesIn(t *testing.T, path string) (n int) {
	t.Helper()
	to := filepath.Join(t.TempDir(), "copy.db")
	for _, end := range []string{"", "-wal"} {
		raw, err := os.ReadFile(path + end)
		if err != nil {
			continue
		}
		if err := os.WriteFile(to+end, raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	db, err := sql.Open("sqlite", "file:"+to)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	_ = db.QueryRow(`SELECT COUNT(*) FROM sqlite_master`).Scan(&n) // nothing readable yet counts as none
	return n
}

// ownCluster is a server for tests that stop it.
func ownCluster(t *testing.T) *cluster {
	t.Helper()
	c := &cluster{}
	c.url(t) // starts it, or skips
	t.Cleanup(c.stop)
	return c
}

// TestFault_F55_serverStopped stops the server hard three times under load and starts it again:
// what was acknowledged is there once, what was not is there at most once, and the first change
// after the start goes through by itself.
func TestFault_F55_serverStopped(t *testing.T) {
	t.Parallel()
	c := ownCluster(t)
	h := newHouse(t, Config{URL: c.url(t), Conns: 6})
	ctx, stop := context.WithCancel(context.Background())
	var told, refused atomic.Int64
	var acknowledged sync.Map
	var all sync.WaitGroup
	for w := range 4 {
		all.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				in := kiosk.Inbox{Link: fmt.Sprintf("link-%d-%d", w, n), Sum: "s", Raw: []byte("{}")}
				_, err := h.Change(context.Background(), []string{reg, reg2}[w%2], func(tx kiosk.Tx) error {
					return errors.Join(tx.PutInbox(in), tx.Append(event("x")))
				})
				switch {
				case err == nil:
					acknowledged.Store(in.Link, true)
					told.Add(1)
				case kiosk.CodeOf(err) == kiosk.Unavailable:
					refused.Add(1)
					time.Sleep(5 * time.Millisecond)
				default:
					t.Errorf("neither done nor away: %v", err)
				}
			}
		})
	}
	for round := range 3 {
		before := told.Load()
		waitFor(t, "changes", func() bool { return told.Load() > before+10 })
		if err := c.down(); err != nil {
			t.Fatal(err)
		}
		waitFor(t, "a refusal", func() bool { return refused.Load() > int64(round) })
		if err := c.up(); err != nil {
			t.Fatal(err)
		}
	}
	before := told.Load()
	waitFor(t, "changes after the last start", func() bool { return told.Load() > before+10 })
	stop()
	all.Wait()
	lost, n, db := 0, int64(0), h.raw()
	acknowledged.Range(func(link, _ any) bool {
		n++
		var rows int
		if err := db.QueryRow(`SELECT COUNT(*) FROM inbox WHERE link = $1 AND copies = 1`, link).Scan(&rows); err != nil || rows != 1 {
			lost++
		}
		return true
	})
	if lost > 0 || n != told.Load() {
		t.Errorf("%d of %d acknowledged changes are not there once", lost, n)
	}
	if rows := h.count(`SELECT COUNT(*) FROM inbox`); rows != h.count(`SELECT COUNT(*) FROM event`) {
		t.Errorf("%d rows in the inbox, and as many events there should be", rows)
	}
	if b, checked, err := h.Verify(context.Background()); b != nil || err != nil {
		t.Errorf("verified %+v, %+v, %v", b, checked, err)
	}
	t.Logf("%d acknowledged, %d refused", told.Load(), refused.Load())
}

// waitFor waits for what others do; nothing is measured by it.
func waitFor(t *testing.T, what string, is func() bool) {
	t.Helper()
	for range 6000 {
		if is() {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatalf("never: %s", what)
}

// commitCutter stands between a store and its server and cuts the connection at a COMMIT: before
// it is passed on, or when the answer comes back.
type commitCutter struct {
	to     string
	armed  atomic.Bool
	passOn bool
	cuts   atomic.Int64
}

func (c *commitCutter) serve(l net.Listener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		go c.carry(conn)
	}
}

func (c *commitCutter) carry(client net.Conn) {
	server, err := net.Dial("unix", c.to)
	if err != nil {
		_ = client.Close()
		return
	}
	var mute atomic.Bool
	both := func() { _ = client.Close(); _ = server.Close() }
	go func() {
		defer both()
		buf := make([]byte, 32<<10)
		for {
			n, err := server.Read(buf)
			if err != nil || mute.Load() {
				return
			}
			if _, err := client.Write(buf[:n]); err != nil {
				return
			}
		}
	}()
	defer both()
	buf := make([]byte, 32<<10)
	for {
		n, err := client.Read(buf)
		if err != nil {
			return
		}
		commit := bytes.Contains(bytes.ToLower(buf[:n]), []byte("commit")) && c.armed.CompareAndSwap(true, false)
		if commit {
			c.cuts.Add(1)
			if !c.passOn {
				return
			}
			mute.Store(true)
		}
		if _, err := server.Write(buf[:n]); err != nil {
			return
		}
		if commit {
			_, _ = io.ReadAtLeast(server, buf, 1) // it has been done, and nobody hears of it
			return
		}
	}
}

// TestFault_F56_cutAtCommit: the caller hears Unavailable whether the commit took place or not, finds
// out by the key of its command, and so has the effect once.
func TestFault_F56_cutAtCommit(t *testing.T) {
	t.Parallel()
	address, err := url.Parse(scratch.url(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, passOn := range []bool{false, true} {
		dir := t.TempDir()
		l, err := net.Listen("unix", filepath.Join(dir, ".s.PGSQL.5432"))
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		q := address.Query()
		cutter := &commitCutter{to: filepath.Join(q.Get("host"), ".s.PGSQL.5432"), passOn: passOn}
		go cutter.serve(l)
		straight := scratch.url(t)
		through, _ := url.Parse(straight)
		q = through.Query()
		q.Set("host", dir)
		through.RawQuery = q.Encode()
		h := newHouse(t, Config{URL: through.String()})
		sale := h.sale(reg)
		charge := func() error {
			_, err := h.Change(context.Background(), reg, func(tx kiosk.Tx) error {
				if _, err := tx.SaleByKey(sale.Device, sale.Key); err == nil {
					return nil // it was done
				}
				return errors.Join(tx.PutSale(sale), tx.Append(event("sale.charge")))
			})
			return err
		}
		cutter.armed.Store(true)
		if err := charge(); kiosk.CodeOf(err) != kiosk.Unavailable {
			t.Errorf("cut (passed on %v): %v", passOn, err)
		}
		if cutter.cuts.Load() != 1 {
			t.Fatalf("%d commits were cut", cutter.cuts.Load())
		}
		want := 0
		if passOn {
			want = 1
		}
		if n := h.count(`SELECT COUNT(*) FROM sale`); n != want {
			t.Errorf("%d sales, want %d", n, want)
		}
		for range 2 {
			if err := charge(); err != nil {
				t.Errorf("asked again: %v", err)
			}
		}
		if n, events := h.count(`SELECT COUNT(*) FROM sale`), h.count(`SELECT COUNT(*) FROM event`); n != 1 || events != 1 {
			t.Errorf("passed on %v: %d sales, %d events", passOn, n, events)
		}
	}
}

// TestFault_F58_stuckSession: a session that hangs with a lock uses up the pool. Whoever has a
// deadline is told, what is urgent and about another register goes through, and the rest ends by
// itself when the lock is gone.
func TestFault_F58_stuckSession(t *testing.T) {
	t.Parallel()
	h := newHouse(t, Config{URL: scratch.url(t) + "&lock_timeout=20s", Conns: 4})
	stuck, err := h.raw().Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer stuck.Rollback()
	if _, err := stuck.Exec(`UPDATE stream SET version = version WHERE id = $1`, reg); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 6 {
		all.Go(func() {
			if _, err := h.Change(context.Background(), reg, func(tx kiosk.Tx) error { return tx.Append(event("x")) }); err != nil {
				t.Error(err)
			}
		})
	}
	waitFor(t, "a pool in use", func() bool {
		return h.count(`SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%stream%'`) >= 2
	})
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	put := func(ctx context.Context) error {
		_, err := h.Change(ctx, reg2, func(tx kiosk.Tx) error { return tx.Append(event("y")) })
		return err
	}
	if err := put(ctx); kiosk.CodeOf(err) != kiosk.Unavailable {
		t.Errorf("with a deadline: %v", err)
	}
	if err := put(kiosk.Urgent(context.Background())); err != nil {
		t.Errorf("what is urgent: %v", err)
	}
	if err := stuck.Rollback(); err != nil {
		t.Fatal(err)
	}
	all.Wait()
	if n := h.count(`SELECT COUNT(*) FROM event`); n != 7 {
		t.Errorf("%d events, want 7", n)
	}
}

// TestFault_F59_replica: a server that only follows another one is refused at the start, so that
// nothing about money is ever read from one that lags.
func TestFault_F59_replica(t *testing.T) {
	t.Parallel()
	c := ownCluster(t)
	address := c.url(t)
	s, err := Open(context.Background(), Config{URL: address})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := c.run("pg_ctl", "-D", filepath.Join(c.dir, "data"), "-w", "-s", "-m", "fast", "stop"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(c.dir, "data", "standby.signal"), nil, 0o644); err != nil { //nolint:gosec // the server runs as somebody else
		t.Fatal(err)
	}
	if err := c.up(); err != nil {
		t.Fatal(err)
	}
	_, err = Open(context.Background(), Config{URL: address})
	if kiosk.CodeOf(err) != kiosk.Conflict || kiosk.KeyOf(err) != KeySettings || !strings.Contains(fmt.Sprint(err), "replica") {
		t.Errorf("a replica: %v", err)
	}
}
