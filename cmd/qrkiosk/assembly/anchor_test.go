package assembly_test

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"qrkiosk/cmd/qrkiosk/assembly"
	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/vault"
)

// anchored opens the file of anchors of a house, as its server does.
func anchored(h *kiosktest.Installation, path string) *assembly.Anchorer {
	h.T.Helper()
	keys, err := vault.New([]byte("0123456789abcdef0123456789abcdef"))
	h.Must(err)
	a := assembly.NewAnchorer(context.Background(), path, h.Shop.Kernel.Installation(), keys.Stamp, h.Store, slog.New(slog.NewTextHandler(h.Log, nil)))
	if a == nil {
		h.T.Fatalf("no anchors:\n%s", h.Log)
	}
	return a
}

// TestAnchors_whenWritten: at the close of a shift within a minute, every day, and at the end.
func TestAnchors_whenWritten(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		path := filepath.Join(h.Dir, "anchors")
		a := anchored(h, path)
		ctx, stop := context.WithCancel(context.Background())
		ended := make(chan struct{})
		go func() { a.Run(ctx); close(ended) }()
		blocks := func() int { return len(anchored(h, path).File.Anchors.All) }
		time.Sleep(61 * time.Second)
		if n := blocks(); n != 1 {
			t.Errorf("%d anchors after the start", n)
		}
		sale := h.OnShow(1250)
		h.PayShown()
		h.Confirmed(sale, 10*time.Second)
		time.Sleep(2 * time.Minute)
		if n := blocks(); n != 1 {
			t.Errorf("%d anchors while a shift is open", n)
		}
		_, err := h.Shop.Till.CloseShift(context.Background(), h.Actor)
		h.Must(err)
		time.Sleep(61 * time.Second)
		if n := blocks(); n != 2 {
			t.Errorf("%d anchors after the close", n)
		}
		h.OnShow(300)
		stop()
		<-ended
		if n := blocks(); n != 3 {
			t.Errorf("%d anchors at the end", n)
		}
		heads, err := h.Store.Heads(context.Background())
		h.Must(err)
		newest := anchored(h, path).File.Anchors.Newest()
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
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		path := filepath.Join(h.Dir, "anchors")
		anchored(h, path)
		h.OnShow(700)
		h.Close()
		copied := filepath.Join(h.Dir, "copy.db")
		raw, err := os.ReadFile(filepath.Join(h.Dir, "qrkiosk.db"))
		h.Must(err)
		h.Must(os.WriteFile(copied, raw, 0o600))
		h.Open()
		a := anchored(h, path)
		a.Write(context.Background())
		h.Restart(time.Minute)
		_, err = h.Shop.Till.SetAside(context.Background(), h.Actor, h.Last().ID)
		h.Must(err)
		a = anchored(h, path)
		if replaced, err := anchored(h, path).Replaced(context.Background()); replaced || err != nil {
			t.Errorf("a journal that grew counts as replaced, %v", err)
		}
		a.Write(context.Background())

		torn, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
		h.Must(err)
		_, err = torn.WriteString("@ 2026-11-20T15:04:05Z\noffice 12 6f")
		h.Must(err)
		h.Must(torn.Close())
		h.BringBack(copied)
		if replaced, err := anchored(h, path).Replaced(context.Background()); !replaced || err != nil {
			t.Errorf("an older database is not noticed, %v", err)
		}
		h.Must(h.Store.MarkRestored(context.Background(), assembly.NewEpoch()))
		h.Close()
		h.Open()
		h.Alerted(kiosk.AlarmRestored)
		h.Until("searched", time.Minute, func() bool { return len(h.Alerts()) == 0 })
		h.Records.Sound()
	})
}
