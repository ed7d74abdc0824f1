package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/store"
)

type backupCmd struct {
	dataFlags `embed:"" set:"data=data"`

	File string `arg:"" placeholder:"FILE" help:"Where the copy goes; a file of that name must not be there."`
}

// Run copies the database while the kiosk may go on.
func (c *backupCmd) Run(ctx context.Context, p *process) error {
	s, err := p.checkDataAlone(c.dataFlags)
	if err != nil {
		return err
	}
	if !s.databaseURL.empty() {
		return usagef("this database is PostgreSQL's: back it up with pg_dump, and bring it back with pg_restore and `qrkiosk restore --mark`")
	}
	held, err := store.Backup(ctx, s.databaseFile(), c.File)
	if err != nil {
		return copyRefusal(err, s)
	}
	fmt.Fprintf(p.stdout, "%s is whole: %s\n", c.File, describe(held))
	fmt.Fprintf(p.stdout, "The key file %s is not in it. Keep a copy of that too, in another place: without it PINs and sealed secrets are lost, and with both anybody can read them.\n", s.keyFile)
	return nil
}

// describe says in a line what a database file holds.
func describe(c store.Copy) string {
	newest := "none yet"
	if c.Newest > 0 {
		newest = "the newest of " + time.UnixMilli(c.Newest).UTC().Format("2006-01-02 15:04:05 UTC")
	}
	return fmt.Sprintf("%s, installation %s, %d entries of %d journals, %s, %d bytes", c.Mode, c.Installation, c.Events, c.Streams, newest, c.Bytes)
}

// copyRefusal puts into a sentence why a copy was not made or not taken.
func copyRefusal(err error, s settings) error {
	var e *kiosk.Error
	if !errors.As(err, &e) {
		return err
	}
	switch e.Key {
	case store.KeyExists:
		return usagef("%s is there already; nothing was changed", e.Args[0])
	case store.KeyMissing:
		return usagef("there is no database %s", e.Args[0])
	case store.KeyDamaged:
		return fmt.Errorf("the file is damaged and cannot be used: %w", err)
	case store.KeyAway:
		return fmt.Errorf("the copy could not be made, is there room on the disk? %w", err)
	}
	return refusal(err, s)
}

// checkDataAlone is check for commands that need no more than the data.
func (p *process) checkDataAlone(data dataFlags) (s settings, err error) {
	s = settings{mode: kiosk.Live, data: data.Data, keyFile: data.KeyFile, anchors: data.Anchors}
	s.locateFiles()
	return s, p.checkData(&s, data)
}

type restoreCmd struct {
	dataFlags `embed:"" set:"data=data"`

	File  string `arg:"" optional:"" placeholder:"FILE" help:"A backup that was made with backup."`
	Force bool   `help:"Take the place of a database that is there; it is kept aside under another name."`
	Mark  bool   `help:"Only mark a database that was brought back in another way, such as with pg_restore."`
}

// Run puts a backup in the place of the database. The next start looks at SecPaid for what happened
// since it was made.
func (c *restoreCmd) Run(ctx context.Context, p *process) error {
	s, err := p.checkDataAlone(c.dataFlags)
	switch {
	case err != nil:
		return err
	case c.Mark == (c.File != ""):
		return usagef("name a backup, or --mark a database that was brought back already")
	case c.Mark:
		return c.mark(ctx, p, s)
	case !s.databaseURL.empty():
		return usagef("this database is PostgreSQL's: bring it back with pg_restore, and then call `qrkiosk restore --mark`")
	}
	release, err := lockData(s.data)
	if err != nil {
		return err
	}
	defer closing(&err, release)
	held, err := c.restore(ctx, p, s)
	if err != nil {
		return copyRefusal(err, s)
	}
	fmt.Fprintf(p.stdout, "%s is back: %s\n", s.databaseFile(), describe(held))
	if _, missing := os.Stat(s.keyFile); errors.Is(missing, fs.ErrNotExist) {
		fmt.Fprintf(p.stdout, "The key file %s is missing: bring it back too before you start.\n", s.keyFile)
	}
	fmt.Fprint(p.stdout, "At its next start the kiosk asks SecPaid what happened since. Payments it does not know are listed as unmatched, open links it does not know are put aside; everybody signs in again.\n")
	return nil
}

// restore looks the backup through before it touches anything that is there.
func (c *restoreCmd) restore(ctx context.Context, p *process, s settings) (store.Copy, error) {
	if _, err := store.Inspect(ctx, c.File); err != nil {
		return store.Copy{}, err
	}
	now := time.Now()
	if _, err := os.Stat(s.databaseFile()); err == nil {
		if !c.Force {
			return store.Copy{}, usagef("%s is there already; --force puts it aside and takes its place", s.databaseFile())
		}
		if err := putAside(p, now, s.databaseFile(), s.databaseFile()+"-wal", s.databaseFile()+"-shm", s.anchors); err != nil {
			return store.Copy{}, err
		}
	}
	return store.Restore(ctx, c.File, s.databaseFile(), newEpoch(), now)
}

// putAside gives files another name.
func putAside(p *process, now time.Time, files ...string) error {
	for _, file := range files {
		if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		aside := file + ".before-" + now.UTC().Format("20060102T150405Z")
		if err := os.Rename(file, aside); err != nil {
			return err
		}
		fmt.Fprintf(p.stdout, "%s is now %s\n", file, aside)
	}
	return nil
}

func (c *restoreCmd) mark(ctx context.Context, p *process, s settings) error {
	if s.databaseURL.empty() {
		release, err := lockData(s.data)
		if err != nil {
			return err
		}
		defer closing(&err, release)
		if _, err := os.Stat(s.databaseFile()); err != nil {
			return usagef("there is no database %s", s.databaseFile())
		}
	}
	st, err := openStore(ctx, s, discard)
	if err != nil {
		return refusal(err, s)
	}
	err = st.MarkRestored(ctx, newEpoch())
	if err = errors.Join(err, st.Close()); err != nil {
		return refusal(err, s)
	}
	fmt.Fprint(p.stdout, "Marked: at its next start the kiosk asks SecPaid what happened since.\n")
	return nil
}

// newEpoch is one that no screen has seen before.
func newEpoch() string { return rand.Text()[:16] }
