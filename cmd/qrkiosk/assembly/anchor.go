package assembly

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"time"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/reconcile"
	"qrkiosk/kiosk/store"
)

const (
	anchorTick  = time.Minute    // between looks whether a shift was closed
	anchorEvery = 24 * time.Hour // between anchors at the most
)

// anchorFile is a file of anchors that is added to.
type anchorFile struct {
	path    string
	Anchors *reconcile.Anchors
}

// OpenAnchors reads what is there. A block that was not written to its end, as when the power failed,
// is cut off; a file that was altered is refused.
func OpenAnchors(path, installation string, seal func([]byte) []byte) (*anchorFile, error) {
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) || (err == nil && len(raw) == 0) {
		f := &anchorFile{path, reconcile.NewAnchors(installation, seal)}
		return f, f.append(f.Anchors.First())
	}
	if err != nil {
		return nil, err
	}
	anchors, whole, err := reconcile.ParseAnchors(raw, seal)
	if errors.Is(err, reconcile.ErrAnchorTorn) {
		err = os.Truncate(path, int64(whole))
	}
	if err == nil && anchors.Installation != installation {
		err = fmt.Errorf("it belongs to the installation %s", anchors.Installation)
	}
	return &anchorFile{path, anchors}, err
}

func (f *anchorFile) append(text []byte) error {
	file, err := os.OpenFile(f.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	return errors.Join(err, file.Sync(), file.Close())
}

// Add writes what the streams end with, if it is news.
func (f *anchorFile) Add(at time.Time, heads []kiosk.Head) error {
	before := *f.Anchors
	text := f.Anchors.Add(at.UnixMilli(), heads)
	if text == nil {
		return nil
	}
	err := f.append(text)
	if err != nil {
		*f.Anchors = before
	}
	return err
}

// anchorer writes anchors while the server runs: when a shift was closed, every day, and at the end.
type anchorer struct {
	File  *anchorFile
	store *store.Store
	log   *slog.Logger
	last  time.Time
	seen  map[string]int64 // entries looked at, by stream
}

// newAnchorer opens the file of a server. A file that cannot be used is told and left alone: selling
// goes on without anchors.
func newAnchorer(ctx context.Context, path string, born kiosk.Installation, seal func([]byte) []byte, st *store.Store, log *slog.Logger) *anchorer {
	file, err := OpenAnchors(path, born.Code, seal)
	if err != nil {
		log.Error("no anchors of the journal can be written; look at it with qrkiosk verify", "file", path, "err", err)
		return nil
	}
	a := &anchorer{File: file, store: st, log: log, seen: map[string]int64{}}
	if heads, err := st.Heads(ctx); err == nil {
		for _, h := range heads {
			a.seen[h.Stream] = h.Seq
		}
	}
	return a
}

// Replaced tells whether the database is not the one, or older than the one, that was anchored last:
// somebody brought back a copy without saying so.
func (a *anchorer) Replaced(ctx context.Context) (bool, error) {
	for _, h := range a.File.Anchors.Newest() {
		var events []kiosk.Event
		err := a.store.View(ctx, func(r kiosk.Reader) (err error) {
			events, err = r.Events(h.Stream, h.Seq-1, 1)
			return err
		})
		if err != nil {
			return false, err
		}
		if len(events) == 0 || events[0].Seq != h.Seq || events[0].Hash != h.Hash {
			a.log.Error("the journal is not the one that was anchored: another database was put in its place",
				"stream", h.Stream, "entry", h.Seq, "file", a.File.path)
			return true, nil
		}
	}
	return false, nil
}

// Run writes until ctx ends, and once more then.
func (a *anchorer) Run(ctx context.Context) {
	t := time.NewTicker(anchorTick)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			a.Write(context.WithoutCancel(ctx))
			return
		case <-t.C:
		}
		closed, err := a.shiftClosed(ctx)
		if err != nil && ctx.Err() == nil {
			a.log.Warn("the journal cannot be read for its anchor", "err", err)
			continue
		}
		if closed || time.Since(a.last) >= anchorEvery {
			a.Write(ctx)
		}
	}
}

// shiftClosed tells whether a shift was closed since the last look.
func (a *anchorer) shiftClosed(ctx context.Context) (closed bool, err error) {
	heads, err := a.store.Heads(ctx)
	if err != nil {
		return false, err
	}
	err = a.store.View(ctx, func(r kiosk.Reader) error {
		for _, h := range heads {
			if h.Seq == a.seen[h.Stream] {
				continue
			}
			events, err := r.Events(h.Stream, a.seen[h.Stream], 10_000)
			if err != nil {
				return err
			}
			for _, e := range events {
				closed = closed || e.Kind == kiosk.EventClose
			}
			a.seen[h.Stream] = h.Seq
		}
		return nil
	})
	return closed, err
}

func (a *anchorer) Write(ctx context.Context) {
	heads, err := a.store.Heads(ctx)
	if err == nil {
		err = a.File.Add(time.Now(), heads)
	}
	if err != nil {
		a.log.Error("an anchor of the journal could not be written", "file", a.File.path, "err", err)
		return
	}
	a.last = time.Now()
}

// NewEpoch is one that no screen has seen before.
func NewEpoch() string { return rand.Text()[:16] }
