package store

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"qrkiosk/kiosk"
)

// house is a store with a stall and two registers, and a clock that stands still.
type house struct {
	*Store
	t     testing.TB
	cfg   Config
	clock atomic.Int64
	ids   atomic.Int64
}

const dayMillis = 24 * 60 * 60 * 1000

const (
	stallID = "s-1"
	reg     = "r-1"
	reg2    = "r-2"
	account = "sandbox" // what the assembly calls play money
	noonDay = 20_000
	noon    = 20_000*dayMillis + dayMillis/2
)

var allKinds = []kiosk.ErrandKind{kiosk.ErrandOpen, kiosk.ErrandRetire, kiosk.ErrandLook, kiosk.ErrandRefund}

// onEach runs a test on every engine.
func onEach(t *testing.T, test func(t *testing.T, h *house)) {
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, newHouse(t, sqliteConfig(t)))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, newHouse(t, Config{URL: scratch.url(t)}))
	})
}

func sqliteConfig(t testing.TB) Config {
	return Config{Path: filepath.Join(t.TempDir(), "kiosk.db")}
}

func newHouse(t testing.TB, cfg Config) *house {
	t.Helper()
	h := &house{t: t}
	h.clock.Store(noon)
	if cfg.Now == nil {
		cfg.Now = func() time.Time { return time.UnixMilli(h.clock.Load()) }
	}
	h.cfg = cfg
	h.open()
	h.must(kiosk.OfficeStream, func(tx kiosk.Tx) error {
		if err := tx.PutStall(kiosk.Stall{ID: stallID, Name: "Fish & Chips"}); err != nil {
			return err
		}
		for i, id := range []string{reg, reg2} {
			g := kiosk.Register{ID: id, Stall: stallID, Prefix: fmt.Sprintf("B%d", i+1)}
			if err := tx.PutRegister(g); err != nil {
				return err
			}
		}
		return nil
	})
	return h
}

func (h *house) open() {
	h.t.Helper()
	s, err := Open(context.Background(), h.cfg)
	if err != nil {
		h.t.Fatal(err)
	}
	h.Store = s
	h.t.Cleanup(func() { s.Close() })
}

func (h *house) reopen() {
	h.t.Helper()
	if err := h.Close(); err != nil {
		h.t.Fatal(err)
	}
	h.open()
}

// raw is a connection that goes past everything the store does.
func (h *house) raw() *sql.DB {
	h.t.Helper()
	if h.cfg.URL != "" {
		return openRaw(h.t, h.cfg.URL)
	}
	db, err := openDB(h.cfg.Path, "deferred", "")
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { db.Close() })
	return db
}

func (h *house) count(query string, args ...any) int {
	h.t.Helper()
	var n int
	if err := h.raw().QueryRow(query, args...).Scan(&n); err != nil {
		h.t.Fatal(err)
	}
	return n
}

// must changes a stream and returns its new version.
func (h *house) must(stream string, decide func(kiosk.Tx) error) int64 {
	h.t.Helper()
	v, err := h.Change(context.Background(), stream, decide)
	if err != nil {
		h.t.Fatal(err)
	}
	return v
}

// refused changes a stream and wants an error of a code and key.
func (h *house) refused(code kiosk.Code, key, stream string, decide func(kiosk.Tx) error) {
	h.t.Helper()
	_, err := h.Change(context.Background(), stream, decide)
	if kiosk.CodeOf(err) != code || kiosk.KeyOf(err) != key {
		h.t.Fatalf("error %v, want code %q and key %q", err, code, key)
	}
}

func (h *house) look(read func(kiosk.Reader) error) {
	h.t.Helper()
	if err := h.View(context.Background(), read); err != nil {
		h.t.Fatal(err)
	}
}

// streamsOf lists the streams that have events.
func streamsOf(r kiosk.Reader) ([]string, error) {
	var all []string
	err := r.(*reader).each(func(rows *sql.Rows) error {
		var text string
		err := rows.Scan(&text)
		all = append(all, text)
		return err
	}, `SELECT id FROM stream WHERE seq > 0 ORDER BY id`)
	return all, err
}

// id makes an ID that is larger than those before.
func (h *house) id(prefix string) string { return fmt.Sprintf("%s-%06d", prefix, h.ids.Add(1)) }

// sale makes a sale of ten euros that waits for its link.
func (h *house) sale(register string) *kiosk.Sale {
	id := h.id("sale")
	s := &kiosk.Sale{
		ID: id, Stall: stallID, Register: register, Device: "tablet", Key: "key-" + id,
		Number: "N-" + id, Receipt: "receipt-" + id, Goods: 1000,
		Created: h.clock.Load(), Expires: h.clock.Load() + kiosk.DefaultLapse,
		Lines: []kiosk.Line{{Name: "Bismarck <&> herring", Qty: 2, Unit: 500, VAT: 700}},
	}
	s.Links = []kiosk.Link{{
		ID: "link-" + id, N: 1, Ref: "ref-" + id, Gateway: account, Amount: 1000,
		TokenHash: "token-" + id, Sealed: []byte{0, 1, 255}, Created: s.Created,
	}}
	return s
}

// take lets things happen to a sale.
func (h *house) take(s *kiosk.Sale, steps ...kiosk.Step) *kiosk.Sale {
	h.t.Helper()
	for _, step := range steps {
		step.At = h.clock.Load()
		out, err := s.Take(step)
		if err != nil {
			h.t.Fatalf("%s: %v", step.Kind, err)
		}
		s = out.Sale
	}
	return s
}

func (h *house) live(payID int64) kiosk.Step {
	return kiosk.Step{Kind: kiosk.StepLive, PayID: payID, URL: fmt.Sprintf("https://pay/%d", payID), Link: 1}
}

func rowStep(key string, amount kiosk.Money) kiosk.Step {
	return kiosk.Step{Kind: kiosk.StepRow, Link: 1, Row: kiosk.Row{Key: key, Kind: kiosk.RowPayment, Amount: amount, SeenAt: noon}}
}

// put stores sales, each in a change of its own.
func (h *house) put(sales ...*kiosk.Sale) {
	h.t.Helper()
	for _, s := range sales {
		h.must(s.Register, func(tx kiosk.Tx) error { return tx.PutSale(s) })
	}
}

func event(kind string) kiosk.Event {
	return kiosk.Event{Kind: kind, Subject: "x", State: kiosk.Paid, Amount: 1250, Actor: "gateway", At: noon, Data: "a \"b\" ü"}
}

// booking is what a paid sale of a register books.
func booking(gross kiosk.Money) kiosk.NewPosting {
	return kiosk.NewPosting{
		Stall: stallID, Register: reg, Shift: "sh-1", Staff: "p-1", Day: noonDay, Hour: 14,
		Figures: kiosk.Figures{Sales: 1, Gross: gross},
		Sold:    []kiosk.Sold{{Stall: stallID, Register: reg, Day: noonDay, Item: "i-1", Name: "Herring", VAT: 700, Qty: 1, Amount: gross}},
	}
}
