package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"qrkiosk/kiosk"
)

// The keys of errors about backups.
const (
	KeyExists  = "store-exists"  // a file of that name is there already
	KeyMissing = "store-missing" // no such file
)

// Copy is what a database file holds, as it was found when it was looked through.
type Copy struct {
	Installation string
	Mode         kiosk.Mode
	Streams      int
	Events       int64
	Newest       int64 // Unix milliseconds of the newest event
	Bytes        int64
}

// Backup writes one consistent state of the SQLite file at from into the new file at to, while a
// server may go on writing. The copy is flushed to disk and looked through before it gets its name,
// so that a file of that name is always whole; one that is there already is a Conflict with key
// KeyExists.
func Backup(ctx context.Context, from, to string) (c Copy, err error) {
	if _, err := os.Stat(to); err == nil {
		return c, &kiosk.Error{Code: kiosk.Conflict, Key: KeyExists, Args: []string{to}}
	}
	if err := present(from); err != nil {
		return c, err
	}
	part := to + ".part"
	if err := os.Remove(part); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return c, away(err)
	}
	defer os.Remove(part) // it has its name by then, or is of no use
	if err := vacuumInto(ctx, from, part); err != nil {
		return c, err
	}
	if c, err = Inspect(ctx, part); err != nil {
		return c, err
	}
	return c, firstOf(flush(part), publish(part, to))
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func present(path string) error {
	if _, err := os.Stat(path); err != nil {
		return &kiosk.Error{Code: kiosk.NotFound, Key: KeyMissing, Args: []string{path}, Err: err}
	}
	return checkHeader(path, false)
}

// vacuumInto reads the file in one transaction. What it writes has no log beside it.
func vacuumInto(ctx context.Context, from, to string) (err error) {
	abs, err := filepath.Abs(from)
	if err != nil {
		return away(err)
	}
	db, err := openDB(abs, "deferred", "")
	if err != nil {
		return fault(err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if f, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600); err != nil { // empty, and ours alone
		return away(err)
	} else if err := f.Close(); err != nil {
		return away(err)
	}
	if _, err := db.ExecContext(ctx, `VACUUM INTO ?`, to); err != nil {
		return fault(err)
	}
	return flush(to)
}

func flush(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return away(err)
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return away(err)
	}
	return nil
}

// publish gives a finished file its name, unless somebody else has taken it meanwhile.
func publish(part, to string) error {
	if err := os.Link(part, to); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return &kiosk.Error{Code: kiosk.Conflict, Key: KeyExists, Args: []string{to}}
		}
		return away(err)
	}
	if err := os.Remove(part); err != nil {
		return away(err)
	}
	return flushDir(filepath.Dir(to))
}

// flushDir makes names durable. Some file systems have nothing to flush.
func flushDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return away(err)
	}
	d.Sync() //nolint:errcheck // see above
	return d.Close()
}

// Inspect looks a SQLite file through without changing it: its pages, its journal from the first
// entry to the last, and what it is about. A file that is damaged or none of ours is refused.
func Inspect(ctx context.Context, path string) (c Copy, err error) {
	if err := present(path); err != nil {
		return c, err
	}
	s, err := Open(ctx, Config{Path: path, Reading: true})
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	broken, checked, err := s.Verify(ctx)
	if err != nil {
		return c, err
	}
	if broken != nil {
		return c, &kiosk.Error{
			Code: kiosk.Internal, Key: KeyDamaged,
			Err: fmt.Errorf("the journal is broken: stream %s, entry %d, %s", broken.Stream, broken.Seq, broken.Why),
		}
	}
	c.Streams, c.Events = checked.Streams, checked.Events
	if info, err := os.Stat(path); err == nil {
		c.Bytes = info.Size()
	}
	err = s.view(ctx, func(r *reader) error {
		if err := r.one([]any{&c.Installation, &c.Mode}, `SELECT installation, mode FROM settings`); err != nil {
			return err
		}
		c.Newest, err = r.number(newestEvent)
		return err
	})
	return c, err
}

const newestEvent = `SELECT MAX(e.at) FROM stream s JOIN event e ON e.stream = s.id AND e.seq = s.seq`

// Restore puts a backup in the place of the file at to, which must not exist. The copy is looked
// through, brought up to date and marked as brought back (see [Store.MarkRestored]) before it gets
// its name.
func Restore(ctx context.Context, from, to, epoch string, now time.Time) (c Copy, err error) {
	if _, err := os.Stat(to); err == nil {
		return c, &kiosk.Error{Code: kiosk.Conflict, Key: KeyExists, Args: []string{to}}
	}
	if c, err = Inspect(ctx, from); err != nil {
		return c, err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return c, away(err)
	}
	part := to + ".part"
	defer os.Remove(part) // it has its name by then, or is of no use
	if err := duplicate(from, part); err != nil {
		return c, err
	}
	s, err := Open(ctx, Config{Path: part, Now: func() time.Time { return now }})
	if err != nil {
		return c, err
	}
	err = s.MarkRestored(ctx, epoch)
	if err = errors.Join(err, s.Close()); err != nil {
		return c, err
	}
	return c, firstOf(flush(part), publish(part, to))
}

func duplicate(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return away(err)
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return away(err)
	}
	_, err = io.Copy(out, in)
	if err := errors.Join(err, out.Close()); err != nil {
		return away(err)
	}
	return nil
}

// MarkRestored says that this database took the place of a later one: screens get another epoch,
// everybody signs in again, and the next rounds look at the gateway for what happened since.
func (s *Store) MarkRestored(ctx context.Context, epoch string) error {
	now := s.millis()
	_, err := s.Change(ctx, kiosk.OfficeStream, func(k kiosk.Tx) error {
		t, ok := k.(*tx)
		if !ok {
			return errOver
		}
		newest, err := t.number(newestEvent)
		if err != nil {
			return err
		}
		if err := t.write("", `UPDATE settings SET epoch = $1`, epoch); err != nil {
			return err
		}
		if err := t.write("", `DELETE FROM session`); err != nil {
			return err
		}
		if err := t.PutRestore(kiosk.Restore{At: now, Newest: newest}); err != nil {
			return err
		}
		return t.Append(kiosk.Event{
			Kind: kiosk.EventRestored, Actor: kiosk.ActorClock, At: now,
			Data: time.UnixMilli(newest).UTC().Format(time.RFC3339),
		})
	})
	return err
}
