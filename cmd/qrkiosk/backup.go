package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"qrkiosk/cmd/qrkiosk/assembly"
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
	if !s.DatabaseURL.Empty() {
		return assembly.Usagef("this database is PostgreSQL's: back it up with pg_dump, and bring it back with pg_restore and `qrkiosk restore --mark`")
	}
	held, err := store.Backup(ctx, s.DatabaseFile(), c.File)
	if err != nil {
		return copyRefusal(err, s)
	}
	fmt.Fprintf(p.stdout, "%s is whole: %s\n", c.File, describe(held))
	fmt.Fprintf(p.stdout, "The key file %s is not in it. Keep a copy of that too, in another place: without it PINs and sealed secrets are lost, and with both anybody can read them.\n", s.KeyFile)
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
func copyRefusal(err error, s assembly.Settings) error {
	var e *kiosk.Error
	if !errors.As(err, &e) {
		return err
	}
	switch e.Key {
	case store.KeyExists:
		return assembly.Usagef("%s is there already; nothing was changed", e.Args[0])
	case store.KeyMissing:
		return assembly.Usagef("there is no database %s", e.Args[0])
	case store.KeyDamaged:
		return fmt.Errorf("the file is damaged and cannot be used: %w", err)
	case store.KeyAway:
		return fmt.Errorf("the copy could not be made, is there room on the disk? %w", err)
	}
	return assembly.Refusal(err, s)
}

// checkDataAlone is check for commands that need no more than the data.
func (p *process) checkDataAlone(data dataFlags) (s assembly.Settings, err error) {
	s = assembly.Settings{Mode: kiosk.Live, Data: data.Data, KeyFile: data.KeyFile, Anchors: data.Anchors}
	s.LocateFiles()
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
		return assembly.Usagef("name a backup, or --mark a database that was brought back already")
	case c.Mark:
		return c.mark(ctx, p, s)
	case !s.DatabaseURL.Empty():
		return assembly.Usagef("this database is PostgreSQL's: bring it back with pg_restore, and then call `qrkiosk restore --mark`")
	}
	release, err := assembly.LockData(s.Data)
	if err != nil {
		return err
	}
	defer assembly.Closing(&err, release)
	held, err := c.restore(ctx, p, s)
	if err != nil {
		return copyRefusal(err, s)
	}
	fmt.Fprintf(p.stdout, "%s is back: %s\n", s.DatabaseFile(), describe(held))
	if _, missing := os.Stat(s.KeyFile); errors.Is(missing, fs.ErrNotExist) {
		fmt.Fprintf(p.stdout, "The key file %s is missing: bring it back too before you start.\n", s.KeyFile)
	}
	fmt.Fprint(p.stdout, "At its next start the kiosk asks SecPaid what happened since. Payments it does not know are listed as unmatched, open links it does not know are put aside; everybody signs in again.\n")
	return nil
}

// restore looks the backup through before it touches anything that is there.
func (c *restoreCmd) restore(ctx context.Context, p *process, s assembly.Settings) (store.Copy, error) {
	if _, err := store.Inspect(ctx, c.File); err != nil {
		return store.Copy{}, err
	}
	now := time.Now()
	if _, err := os.Stat(s.DatabaseFile()); err == nil {
		if !c.Force {
			return store.Copy{}, assembly.Usagef("%s is there already; --force puts it aside and takes its place", s.DatabaseFile())
		}
		if err := putAside(p, now, s.DatabaseFile(), s.DatabaseFile()+"-wal", s.DatabaseFile()+"-shm", s.Anchors); err != nil {
			return store.Copy{}, err
		}
	}
	return store.Restore(ctx, c.File, s.DatabaseFile(), assembly.NewEpoch(), now)
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

func (c *restoreCmd) mark(ctx context.Context, p *process, s assembly.Settings) error {
	if s.DatabaseURL.Empty() {
		release, err := assembly.LockData(s.Data)
		if err != nil {
			return err
		}
		defer assembly.Closing(&err, release)
		if _, err := os.Stat(s.DatabaseFile()); err != nil {
			return assembly.Usagef("there is no database %s", s.DatabaseFile())
		}
	}
	st, err := assembly.OpenStore(ctx, s, nil, assembly.Discard)
	if err != nil {
		return assembly.Refusal(err, s)
	}
	err = st.MarkRestored(ctx, assembly.NewEpoch())
	if err = errors.Join(err, st.Close()); err != nil {
		return assembly.Refusal(err, s)
	}
	fmt.Fprint(p.stdout, "Marked: at its next start the kiosk asks SecPaid what happened since.\n")
	return nil
}
