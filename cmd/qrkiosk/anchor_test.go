package main

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/vault"
)

// anchored opens the file of anchors of a house, as its server does.
func (h *house) anchored(path string) *anchorer {
	h.t.Helper()
	keys, err := vault.New([]byte("0123456789abcdef0123456789abcdef"))
	h.must(err)
	a := newAnchorer(context.Background(), path, h.shop.Kernel.Installation(), keys.Stamp, h.store, slog.New(slog.NewTextHandler(h.log, nil)))
	if a == nil {
		h.t.Fatalf("no anchors:\n%s", h.log)
	}
	return a
}

// TestAnchors_whenWritten: at the close of a shift within a minute, every day, and at the end.
func TestAnchors_whenWritten(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		path := filepath.Join(h.dir, "anchors")
		a := h.anchored(path)
		ctx, stop := context.WithCancel(context.Background())
		ended := make(chan struct{})
		go func() { a.run(ctx); close(ended) }()
		blocks := func() int { return len(h.anchored(path).file.anchors.All) }
		time.Sleep(61 * time.Second)
		if n := blocks(); n != 1 {
			t.Errorf("%d anchors after the start", n)
		}
		sale := h.onShow(1250)
		h.payShown()
		h.confirmed(sale, 10*time.Second)
		time.Sleep(2 * time.Minute)
		if n := blocks(); n != 1 {
			t.Errorf("%d anchors while a shift is open", n)
		}
		_, err := h.shop.Till.CloseShift(context.Background(), h.actor)
		h.must(err)
		time.Sleep(61 * time.Second)
		if n := blocks(); n != 2 {
			t.Errorf("%d anchors after the close", n)
		}
		h.onShow(300)
		stop()
		<-ended
		if n := blocks(); n != 3 {
			t.Errorf("%d anchors at the end", n)
		}
		heads, err := h.store.Heads(context.Background())
		h.must(err)
		newest := h.anchored(path).file.anchors.Newest()
		for _, head := range heads {
			if newest[head.Stream] != head {
				t.Errorf("anchored %+v, the journal ends with %+v", newest[head.Stream], head)
			}
		}
	})
}

// TestAnchors_replaced: a database that lost what was anchored is noticed; one that grew is not, and a
// block torn by a power cut does no harm.
func TestAnchors_replaced(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		path := filepath.Join(h.dir, "anchors")
		h.anchored(path)
		h.onShow(700)
		h.close()
		copied := filepath.Join(h.dir, "copy.db")
		raw, err := os.ReadFile(filepath.Join(h.dir, "shop.db"))
		h.must(err)
		h.must(os.WriteFile(copied, raw, 0o600))
		h.open()
		a := h.anchored(path)
		a.write(context.Background())
		h.restart(time.Minute)
		_, err = h.shop.Till.SetAside(context.Background(), h.actor, h.last().ID)
		h.must(err)
		a = h.anchored(path)
		if replaced, err := h.anchored(path).replaced(context.Background()); replaced || err != nil {
			t.Errorf("a journal that grew counts as replaced, %v", err)
		}
		a.write(context.Background())

		torn, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
		h.must(err)
		_, err = torn.WriteString("@ 2026-11-20T15:04:05Z\noffice 12 6f")
		h.must(err)
		h.must(torn.Close())
		h.bringBack(copied)
		if replaced, err := h.anchored(path).replaced(context.Background()); !replaced || err != nil {
			t.Errorf("an older database is not noticed, %v", err)
		}
		h.must(h.store.MarkRestored(context.Background(), newEpoch()))
		h.close()
		h.open()
		h.alerted(kiosk.AlarmRestored)
		h.until("searched", time.Minute, func() bool { return len(h.alerts()) == 0 })
		h.sound()
	})
}
