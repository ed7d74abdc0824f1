package store

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	sqlite3 "modernc.org/sqlite/lib"

	"qrkiosk/kiosk"
)

// TestFault_F54_wrongSettings: an engine that would not keep its promises is refused with a reason,
// before anything is written.
func TestFault_F54_wrongSettings(t *testing.T) {
	for _, pragma := range []string{"synchronous(NORMAL)", "journal_mode(DELETE)", "foreign_keys(0)", "mmap_size(1048576)"} {
		cfg := sqliteConfig(t)
		cfg.pragma = pragma
		s, err := Open(context.Background(), cfg)
		if err == nil {
			s.Close()
		}
		if kiosk.KeyOf(err) != KeySettings || !strings.Contains(err.Error(), pragma[:strings.Index(pragma, "(")]) {
			t.Errorf("%s: %v", pragma, err)
		}
	}
	if sqlite3.SQLITE_VERSION_NUMBER < 3_051_000 {
		t.Errorf("SQLite is as old as %s", sqlite3.SQLITE_VERSION)
	}
}

// TestFault_F51_damagedHeader: what is no SQLite file, or lost its end, is refused at every start.
func TestFault_F51_damagedHeader(t *testing.T) {
	h := newHouse(t, sqliteConfig(t))
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(h.cfg.Path)
	if err != nil {
		t.Fatal(err)
	}
	flipped := bytes.Clone(whole)
	flipped[3] ^= 1
	odd := bytes.Clone(whole)
	odd[16], odd[17] = 0x12, 0x34
	for name, content := range map[string][]byte{
		"one bit of the first line": flipped, "another page size": odd, "only its beginning": whole[:60],
		"its end is missing": whole[:len(whole)-4096], "a page and a half": whole[:6000], "something else": []byte("not a database at all"),
	} {
		path := filepath.Join(t.TempDir(), "kiosk.db")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := Open(context.Background(), Config{Path: path})
		if err == nil {
			s.Close()
		}
		if kiosk.KeyOf(err) != KeyDamaged {
			t.Errorf("%s: %v", name, err)
		}
		if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, content) {
			t.Errorf("%s: the file was changed, %v", name, err)
		}
	}
}

// FuzzHeader: whatever a file begins with, the header is judged without a panic.
func FuzzHeader(f *testing.F) {
	f.Add([]byte(magic), int64(100), true)
	f.Fuzz(func(_ *testing.T, start []byte, size int64, log bool) {
		head := make([]byte, 100)
		copy(head, start)
		flawOf(head, size, log)
	})
}

// TestReading_changesNothing: a store that is only to be read makes no file, no table and no row.
func TestReading_changesNothing(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "none.db")
	if _, err := Open(ctx, Config{Path: path, Reading: true}); kiosk.KeyOf(err) != KeyMissing {
		t.Errorf("a file that is not there: %v", err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("the file was made")
	}
	h := newHouse(t, sqliteConfig(t))
	s, err := Open(ctx, Config{Path: h.cfg.Path, Reading: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.Change(ctx, reg, func(tx kiosk.Tx) error { return tx.Append(event("x")) }); err == nil {
		t.Error("it can be written")
	}
	h.must(reg, func(tx kiosk.Tx) error { return tx.Append(event("x")) }) // others still can
}

// TestBackup_whileBusy copies while changes go on: every copy is whole, and holds what was
// acknowledged before it began.
func TestBackup_whileBusy(t *testing.T) {
	h := newHouse(t, sqliteConfig(t))
	stop, done := make(chan struct{}), make(chan struct{})
	kept := make(chan int64, 1)
	go func() {
		defer close(done)
		n := int64(0)
		for {
			select {
			case <-stop:
				return
			default:
			}
			if _, err := h.Change(context.Background(), reg, func(tx kiosk.Tx) error { return tx.Append(event("x")) }); err != nil {
				t.Error(err)
				return
			}
			n++
			select {
			case <-kept:
			default:
			}
			kept <- n
		}
	}()
	for range 3 {
		before := <-kept
		to := filepath.Join(t.TempDir(), "copy.db")
		if _, err := h.EnsureInstallation(context.Background(), kiosk.Installation{Code: "AB12", Mode: kiosk.Sandbox}); err != nil {
			t.Fatal(err)
		}
		c, err := Backup(context.Background(), h.cfg.Path, to)
		if err != nil || c.Events < before || c.Installation != "AB12" {
			t.Errorf("copied %+v, %v; %d were acknowledged", c, err, before)
		}
		if left, _ := filepath.Glob(filepath.Join(filepath.Dir(to), "*")); len(left) != 1 {
			t.Errorf("beside the copy there are %v", left)
		}
		runtime.Gosched()
	}
	close(stop)
	<-done
}
