package store

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"qrkiosk/kiosk"
)

func TestOpen_settings(t *testing.T) {
	for _, pragma := range []string{
		"synchronous(NORMAL)", "foreign_keys(0)", "journal_mode(DELETE)", "busy_timeout(0)",
		"trusted_schema(1)", "wal_autocheckpoint(0)", "mmap_size(1000000)",
	} {
		cfg := sqliteConfig(t)
		cfg.pragma = pragma
		s, err := Open(context.Background(), cfg)
		if kiosk.CodeOf(err) != kiosk.Conflict || kiosk.KeyOf(err) != KeySettings {
			t.Errorf("with %s: %v", pragma, err)
		}
		if s != nil {
			s.Close()
		}
	}
}

func TestOpen_newerSchema(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		if err := h.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := h.raw().Exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, $1)`, true); err != nil {
			t.Fatal(err)
		}
		s, err := Open(context.Background(), h.cfg)
		if s != nil || kiosk.CodeOf(err) != kiosk.Conflict || kiosk.KeyOf(err) != KeyNewer {
			t.Errorf("a newer schema: %v", err)
		}
	})
}

func TestOpen_file(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a b?c#d%41", "ü")
	cfg := Config{Path: filepath.Join(dir, "kiosk 1?x=%41.db")}
	h := newHouse(t, cfg)
	if err := os.Chmod(cfg.Path, 0o644); err != nil {
		t.Fatal(err)
	}
	h.reopen()
	h.put(h.sale(reg))
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 3 {
		t.Fatalf("files %v, %v, want the file, its log and its index", files, err)
	}
	for _, f := range files {
		if info, err := f.Info(); err != nil || info.Mode() != 0o600 {
			t.Errorf("%s has mode %v, %v", f.Name(), info.Mode(), err)
		}
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	if files, err = os.ReadDir(dir); err != nil || len(files) != 1 || files[0].Name() != "kiosk 1?x=%41.db" {
		t.Errorf("after a clean stop: %v, %v", files, err)
	}
}

func TestOpen_refusesOtherFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	if err := os.WriteFile(path, bytes.Repeat([]byte("no database "), 1000), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(context.Background(), Config{Path: path}); kiosk.KeyOf(err) != KeyDamaged {
		t.Errorf("a file of something else: %v", err)
	}
	if _, err := Open(context.Background(), Config{Path: filepath.Dir(path)}); kiosk.CodeOf(err) != kiosk.Unavailable {
		t.Errorf("a folder: %v", err)
	}
	if _, err := Open(context.Background(), Config{URL: "postgres://%zz"}); kiosk.KeyOf(err) != KeySettings {
		t.Errorf("a URL that is none: %v", err)
	}
}

// crash copies the files of a running store, which is what a killed process leaves.
func (h *house) crash() Config {
	h.t.Helper()
	cfg := h.cfg
	cfg.Path = filepath.Join(h.t.TempDir(), "copy.db")
	for _, end := range []string{"", "-wal"} {
		copyFile(h.t, h.cfg.Path+end, cfg.Path+end)
	}
	return cfg
}

func copyFile(t testing.TB, from, to string) {
	t.Helper()
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.Copy(out, in)
	if err := errors.Join(err, out.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestOpen_afterCrash(t *testing.T) {
	h := liteHouse(t, nil)
	for range 20 {
		h.must(reg, func(tx kiosk.Tx) error { return tx.Append(event("x")) })
	}
	s, err := Open(context.Background(), h.crash())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if b, checked, err := s.Verify(context.Background()); b != nil || err != nil || checked.Events != 20 {
		t.Errorf("verified %+v, %+v, %v", b, checked, err)
	}
}

func TestOpen_damaged(t *testing.T) {
	h := liteHouse(t, nil)
	for range 300 {
		h.must(reg, func(tx kiosk.Tx) error { return tx.Append(event("x"), event("y"), event("z")) })
	}
	h.reopen() // so that the pages are in the file itself
	h.must(reg, func(tx kiosk.Tx) error { return tx.Append(event("x")) })
	cfg := h.crash()
	f, err := os.OpenFile(cfg.Path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	for at := int64(40 * 4096); at < info.Size(); at += 4096 {
		if _, err := f.WriteAt(bytes.Repeat([]byte{0xee}, 64), at); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if s, err := Open(context.Background(), cfg); s != nil || kiosk.KeyOf(err) != KeyDamaged {
		t.Errorf("a damaged file: %v", err)
	}
}

// TestBubble opens, changes, reads and closes a file in a bubble of virtual time.
func TestBubble(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kiosk.db")
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		h := newHouse(t, Config{Path: path, Now: time.Now})
		for range 3 {
			time.Sleep(8 * time.Hour)
			h.must(reg, func(tx kiosk.Tx) error { return tx.PutToken("tok", "s", 1, time.Now().Add(time.Hour).UnixMilli()) })
		}
		h.put(h.sale(reg))
		h.look(func(r kiosk.Reader) error { _, err := r.Current(reg); return err })
		if n, err := h.Purge(t.Context()); n != 0 || err != nil {
			t.Errorf("swept %d, %v", n, err)
		}
		time.Sleep(2 * time.Hour)
		if n, err := h.Purge(t.Context()); n != 1 || err != nil {
			t.Errorf("swept %d an hour later, %v", n, err)
		}
		if passed := time.Since(start); passed != 26*time.Hour {
			t.Errorf("%v have passed", passed)
		}
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
}

// TestBubble_manyAtOnce groups commits in a bubble: waiting for the writer is idle time there.
func TestBubble_manyAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kiosk.db")
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, Config{Path: path, Now: time.Now})
		for i := range 20 {
			go func() {
				time.Sleep(time.Duration(i%4) * time.Second)
				if _, err := h.Change(context.Background(), reg, func(tx kiosk.Tx) error { return tx.Append(event("x")) }); err != nil {
					t.Error(err)
				}
			}()
		}
		time.Sleep(10 * time.Second)
		synctest.Wait()
		h.look(func(r kiosk.Reader) error {
			got, err := r.Versions([]string{reg})
			if got[reg] != 20 {
				t.Errorf("version %d of 20", got[reg])
			}
			return err
		})
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
}
