package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"qrkiosk/kiosk"
)

func TestEvents_sealedAndPaged(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		h.must(reg, func(tx kiosk.Tx) error {
			if err := tx.Append(event("a"), event("b")); err != nil {
				return err
			}
			got, err := tx.Events(reg, 1, 9)
			if len(got) != 1 || got[0].Kind != "b" {
				t.Errorf("a Tx does not see its own events: %+v", got)
			}
			if err != nil {
				return err
			}
			return tx.Append(event("c"))
		})
		h.must(kiosk.OfficeStream, func(tx kiosk.Tx) error { return tx.Append(event("o")) })
		h.look(func(r kiosk.Reader) error {
			all, err := r.Events(reg, 0, 9)
			if err != nil {
				return err
			}
			var chain kiosk.Chain
			for i, kind := range []string{"a", "b", "c"} {
				want := event(kind)
				want.Stream, want.Seq, want.Prev, want.Hash = reg, int64(i+1), all[i].Prev, all[i].Hash
				same(t, want)(all[i], nil)
				if b := chain.Next(all[i]); b != nil {
					t.Errorf("event %d: %+v", i+1, b)
				}
			}
			page, err := r.Events(reg, 1, 1)
			if len(page) != 1 || page[0].Seq != 2 {
				t.Errorf("page %+v", page)
			}
			same(t, []string{kiosk.OfficeStream, reg})(streamsOf(r))
			return err
		})
	})
}

func TestEvents_manyInOneChange(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		h.must(reg, func(tx kiosk.Tx) error {
			for i := range 200 {
				if err := tx.Append(event(fmt.Sprint(i))); err != nil {
					return err
				}
			}
			return nil
		})
		b, checked, err := h.Verify(context.Background())
		if b != nil || err != nil || checked != (Checked{1, 200}) {
			t.Errorf("verified %+v, %+v, %v", b, checked, err)
		}
	})
}

// TestEvents_noGaps has eight writers on two streams; some of their changes fail.
func TestEvents_noGaps(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		const writers, each = 8, 25
		var mu sync.Mutex
		versions := map[string][]int64{}
		kept := map[string]int{}
		var all sync.WaitGroup
		for w := range writers {
			all.Go(func() {
				stream := []string{reg, reg2}[w%2]
				for i := range each {
					fails := i%5 == 4
					v, err := h.Change(context.Background(), stream, func(tx kiosk.Tx) error {
						if err := tx.Append(event("a"), event("b")); err != nil {
							return err
						}
						if fails {
							return &kiosk.Error{Code: kiosk.Forbidden}
						}
						return nil
					})
					if fails != (kiosk.CodeOf(err) == kiosk.Forbidden) || !fails && err != nil {
						t.Error(err)
					}
					if !fails {
						mu.Lock()
						versions[stream] = append(versions[stream], v)
						kept[stream] += 2
						mu.Unlock()
					}
				}
			})
		}
		all.Wait()
		for stream, got := range versions {
			slices.Sort(got)
			for i, v := range got {
				if v != int64(i+1) {
					t.Fatalf("versions of %s: %v", stream, got)
				}
			}
		}
		b, checked, err := h.Verify(context.Background())
		if b != nil || err != nil || checked != (Checked{2, int64(kept[reg] + kept[reg2])}) {
			t.Errorf("verified %+v, %+v of %v, %v", b, checked, kept, err)
		}
	})
}

func TestEvents_appendOnly(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		h.must(reg, func(tx kiosk.Tx) error { return tx.Append(event("a")) })
		h.reopen() // the triggers stand after a second start too
		db := h.raw()
		for _, query := range []string{`UPDATE event SET amount = 1`, `DELETE FROM event`} {
			if _, err := db.Exec(query); err == nil {
				t.Errorf("%s was accepted", query)
			}
		}
		if h.cfg.URL != "" {
			if _, err := db.Exec(`TRUNCATE event`); err == nil {
				t.Error("TRUNCATE was accepted")
			}
		}
		if n := h.count(`SELECT COUNT(*) FROM event WHERE amount = 1250`); n != 1 {
			t.Error("the event was changed")
		}
	})
}

func TestVerify_findsTampering(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		for range 3 {
			for _, stream := range []string{kiosk.OfficeStream, reg, reg2} {
				h.must(stream, func(tx kiosk.Tx) error { return tx.Append(event("a"), event("b")) })
			}
		}
		db := h.raw()
		drop := `DROP TRIGGER event_update; DROP TRIGGER event_delete`
		if h.cfg.URL != "" {
			drop = `DROP TRIGGER event_update ON event; DROP TRIGGER event_truncate ON event`
		}
		for query := range strings.SplitSeq(drop, ";") {
			if _, err := db.Exec(query); err != nil {
				t.Fatal(err)
			}
		}
		for _, c := range []struct {
			name, tamper string
			want         kiosk.Break
			heal         string
		}{
			{"amount", `UPDATE event SET amount = 9 WHERE stream = 'r-1' AND seq = 3`, kiosk.Break{Stream: reg, Seq: 3, Why: "altered"}, `UPDATE event SET amount = 1250 WHERE seq = 3`},
			{"text", `UPDATE event SET data = 'x' WHERE stream = 'r-1' AND seq = 6`, kiosk.Break{Stream: reg, Seq: 6, Why: "altered"}, `UPDATE event SET data = 'a "b" ü'`},
			{"link", `UPDATE event SET prev = 'x' WHERE stream = 'r-2' AND seq = 1`, kiosk.Break{Stream: reg2, Seq: 1, Why: "unlinked"}, `UPDATE event SET prev = '' WHERE seq = 1`},
			{"moved", `UPDATE event SET seq = 7 WHERE stream = 'office' AND seq = 6`, kiosk.Break{Stream: kiosk.OfficeStream, Seq: 6, Why: "gap"}, `UPDATE event SET seq = 6 WHERE seq = 7`},
			{"other stream", `UPDATE event SET stream = 'r-9' WHERE stream = 'office'`, kiosk.Break{Stream: "r-9", Seq: 1, Why: "altered"}, `UPDATE event SET stream = 'office' WHERE stream = 'r-9'`},
			{"head", `UPDATE stream SET head = 'x' WHERE id = 'r-2'`, kiosk.Break{Stream: reg2, Seq: 6, Why: "altered"}, `UPDATE stream SET head = (SELECT hash FROM event WHERE stream = 'r-2' AND seq = 6) WHERE id = 'r-2'`},
			{"tail", `DELETE FROM event WHERE stream = 'office' AND seq = 6`, kiosk.Break{Stream: kiosk.OfficeStream, Seq: 6, Why: "gap"}, `SELECT 1`},
			{"middle", `DELETE FROM event WHERE stream = 'office' AND seq = 2`, kiosk.Break{Stream: kiosk.OfficeStream, Seq: 2, Why: "gap"}, `DELETE FROM event WHERE stream = 'office'`},
			{"whole stream", `SELECT 1`, kiosk.Break{Stream: kiosk.OfficeStream, Seq: 1, Why: "gap"}, `UPDATE stream SET seq = 0, head = '' WHERE id = 'office'`},
		} {
			if _, err := db.Exec(c.tamper); err != nil {
				t.Fatal(c.name, err)
			}
			if b, _, err := h.Verify(context.Background()); err != nil || b == nil || *b != c.want {
				t.Errorf("%s: found %+v, %v, want %+v", c.name, b, err, c.want)
			}
			if _, err := db.Exec(c.heal); err != nil {
				t.Fatal(c.name, err)
			}
		}
		if b, checked, err := h.Verify(context.Background()); b != nil || err != nil || checked != (Checked{2, 12}) {
			t.Errorf("healed: %+v, %+v, %v", b, checked, err)
		}
	})
}

// TestVerify_recounts: sums and Z reports that the events do not make are found.
func TestVerify_recounts(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		f := kiosk.Figures{Sales: 1, Gross: 1000}
		z := kiosk.Report{Register: reg, Shift: "sh-1", No: 1, Figures: f, OfShift: f, Total: f}
		h.must(reg, func(tx kiosk.Tx) error {
			booked, closed := event("sale.row"), event(kiosk.EventClose)
			booked.Posted, closed.Subject, closed.Data = f.String(), "sh-1", f.String()
			return errors.Join(tx.Append(booked, closed), tx.Post(booking(1000)), tx.PutReport(z))
		})
		h.refused(kiosk.Conflict, kiosk.KeyShiftClosed, reg, func(tx kiosk.Tx) error { return tx.PutReport(z) })
		z.Shift = "sh-2"
		h.refused(kiosk.Conflict, kiosk.KeyShiftClosed, reg, func(tx kiosk.Tx) error { return tx.PutReport(z) })
		db := h.raw()
		for _, c := range []struct {
			tamper, heal string
			seq          int64
		}{
			{`UPDATE totals SET gross = gross - 1`, `UPDATE totals SET gross = gross + 1`, 2},
			{`UPDATE zreport SET doc = REPLACE(doc, '"Gross":1000', '"Gross":999')`, `UPDATE zreport SET doc = REPLACE(doc, '"Gross":999', '"Gross":1000')`, 2},
			{`DELETE FROM totals`, `INSERT INTO totals VALUES ('r-1', '', 1, 1000, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)`, 2},
		} {
			if _, err := db.Exec(c.tamper); err != nil {
				t.Fatal(err)
			}
			want := kiosk.Break{Stream: reg, Seq: c.seq, Why: "figures"}
			if b, _, err := h.Verify(t.Context()); err != nil || b == nil || *b != want {
				t.Errorf("%s: found %+v, %v", c.tamper, b, err)
			}
			if _, err := db.Exec(c.heal); err != nil {
				t.Fatal(err)
			}
		}
		if b, _, err := h.Verify(t.Context()); b != nil || err != nil {
			t.Errorf("healed: %+v, %v", b, err)
		}
	})
}
