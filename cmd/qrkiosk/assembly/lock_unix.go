//go:build unix

package assembly

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
)

// LockData keeps a directory of data for this process, so that no two servers use one SQLite file and
// nobody exchanges it under a server. The lock ends with the process, however that ends.
func LockData(dir string) (release func() error, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, Usagef("--data cannot be used: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, Usagef("--data cannot be used: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		err = errors.Join(err, f.Close())
		return nil, Usagef("another qrkiosk is running on %s; stop it first: %w", dir, err)
	}
	return f.Close, nil
}
