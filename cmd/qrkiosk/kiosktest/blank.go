package kiosktest

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"qrkiosk/kiosk/store"
)

// blankBooks is the file of a store that was opened once: every house starts on a copy of it instead
// of building the schema step by step.
var blankBooks = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "qrkiosk-blank")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "blank.db")
	books, err := store.Open(context.Background(), store.Config{Path: path})
	if err != nil {
		return nil, err
	}
	if err := books.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

// blankAt puts an empty store at a path, if nothing is there.
func blankAt(t testing.TB, path string) string {
	t.Helper()
	if _, err := os.Stat(path); err == nil {
		return path
	}
	raw, err := blankBooks()
	if err == nil {
		err = os.WriteFile(path, raw, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return path
}
