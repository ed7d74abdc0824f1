package store

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"qrkiosk/kiosk"
)

// TestMulti: every row is written once, in order, by statements of a power of two rows.
func TestMulti(t *testing.T) {
	m := newMulti("x", 2, "y")
	for n := range 200 {
		var written []any
		for _, s := range m.statements(nil, n, func(args []any, i int) []any { return append(args, i, -i) }) {
			rows := len(s.args) / 2
			if s.query != "x"+placeholders(rows, 2)+"y" || rows&(rows-1) != 0 {
				t.Fatalf("%d arguments for %s", len(s.args), s.query)
			}
			written = append(written, s.args...)
		}
		if len(written) != 2*n {
			t.Fatalf("%d arguments for %d rows", len(written), n)
		}
		for i := range n {
			if written[2*i] != i || written[2*i+1] != -i {
				t.Fatalf("row %d of %d is %v %v", i, n, written[2*i], written[2*i+1])
			}
		}
	}
}

// TestSums_merged: a statement touches a row once, and rows that do not change are left out.
func TestSums_merged(t *testing.T) {
	row := func(register, shift string, gross kiosk.Money) sumRow {
		return sumRow{stall: "s", register: register, shift: shift, day: 1, figures: kiosk.Figures{Gross: gross}}
	}
	rows := []sumRow{row("b", "y", 500), row("a", "x", -100), row("b", "z", 250), row("a", "x", 100), row("c", "x", 1)}
	bare := func(register, shift string, gross kiosk.Money) sumRow {
		return sumRow{register: register, shift: shift, figures: kiosk.Figures{Gross: gross}}
	}
	want := []sumRow{bare("b", "y", 500), bare("b", "z", 250), bare("c", "x", 1)}
	if d := cmp.Diff(want, totals.merged(rows), cmp.AllowUnexported(sumRow{})); d != "" {
		t.Error(d)
	}
	day := func(register string, gross kiosk.Money) sumRow {
		return sumRow{stall: "s", register: register, day: 1, figures: kiosk.Figures{Gross: gross}}
	}
	want = []sumRow{day("b", 750), day("c", 1)}
	if d := cmp.Diff(want, dayTakings.merged(rows), cmp.AllowUnexported(sumRow{})); d != "" {
		t.Error(d)
	}
	sold := func(item string, vat, qty int64, amount kiosk.Money) kiosk.Sold {
		return kiosk.Sold{Stall: "s", Day: 1, Item: item, Name: item, VAT: vat, Qty: qty, Amount: amount}
	}
	got := mergedSold([]kiosk.Sold{sold("b", 7, 1, 5), sold("a", 7, 1, 2), sold("b", 19, 1, 1), sold("b", 7, 2, 10), sold("a", 7, -1, -2)})
	if d := cmp.Diff([]kiosk.Sold{sold("b", 7, 3, 15), sold("b", 19, 1, 1)}, got); d != "" {
		t.Error(d)
	}
}

func TestNameless(t *testing.T) {
	for query, want := range map[string]string{
		`SELECT 1`:                         `SELECT 1 []`,
		`VALUES ($1,$2),($3,$4)`:           `VALUES (?,?),(?,?) [0 1 2 3]`,
		`UPDATE x SET a = $2 WHERE b = $1`: `UPDATE x SET a = ? WHERE b = ? [1 0]`,
		`a = $1 ORDER BY b LIMIT $2`:       `a = ? ORDER BY b LIMIT +? [0 1]`,
		`a = $1 AND ($1 = '' OR b = $12)`:  `a = ? AND (? = '' OR b = ?) [0 0 11]`,
	} {
		text, order := nameless(query)
		if got := fmt.Sprint(text, " ", order); got != want {
			t.Errorf("%s became %s, want %s", query, got, want)
		}
	}
}

// TestLedger_isRead: whatever a change has begun or appended, it can read and end.
func TestLedger_isRead(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		s := h.sale(reg)
		look, open := kiosk.Duty{Kind: kiosk.ErrandLook, Link: 1}, kiosk.Duty{Kind: kiosk.ErrandOpen, Link: 1}
		h.must(reg, func(tx kiosk.Tx) error {
			if err := errors.Join(tx.Append(event("a")), tx.Begin(s, 5, look, open)); err != nil {
				return err
			}
			e, err := tx.Errand(s.ID, look)
			if err != nil || e.Due != 5 {
				t.Errorf("errand %+v, %v", e, err)
			}
			if found, err := tx.Events(reg, 0, 9); err != nil || len(found) != 1 {
				t.Errorf("events %+v, %v", found, err)
			}
			if found, err := tx.Versions([]string{reg2}); err != nil || found[reg2] != 0 {
				t.Errorf("versions %v, %v", found, err)
			}
			if err := errors.Join(tx.End(s, look), tx.Begin(s, 7, open), tx.Append(event("b"))); err != nil {
				return err
			}
			absent(t)(tx.Errand(s.ID, look))
			if ok, err := tx.Postpone(e, 9); ok || err != nil {
				t.Errorf("an errand that ended was postponed: %v, %v", ok, err)
			}
			return tx.Append(event("c"))
		})
		h.look(func(r kiosk.Reader) error {
			streams, err := streamsOf(r)
			if !slices.Equal(streams, []string{reg}) {
				t.Errorf("streams %v", streams)
			}
			if e, err := r.Errand(s.ID, open); err != nil || e.Due != 5 {
				t.Errorf("errand %+v, %v", e, err)
			}
			return err
		})
		if b, checked, err := h.Verify(t.Context()); b != nil || err != nil || checked.Events != 3 {
			t.Errorf("verified %+v, %+v, %v", b, checked, err)
		}
	})
}

// TestLedger_manyRows writes more rows than a statement takes, and the same sum many times.
func TestLedger_manyRows(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		const sales = 150
		h.must(reg, func(tx kiosk.Tx) error {
			for range sales {
				s := h.take(h.sale(reg), h.live(h.ids.Load()), kiosk.Step{Kind: kiosk.StepAside})
				err := errors.Join(tx.PutSale(s), tx.Append(event("x")), tx.Post(booking(1000)), tx.Begin(s, 1, kiosk.Duty{Kind: kiosk.ErrandLook, Link: 1}))
				if err != nil {
					return err
				}
			}
			return nil
		})
		if b, checked, err := h.Verify(t.Context()); b == nil || b.Why != "figures" || err != nil || checked.Events != sales {
			t.Errorf("sums without events verified %+v, %+v, %v", b, checked, err)
		}
		h.look(func(r kiosk.Reader) error {
			all, err := r.Takings(kiosk.TakingsQuery{First: noonDay, Last: noonDay})
			if err != nil || len(all) != 1 || all[0].Figures != (kiosk.Figures{Sales: sales, Gross: sales * 1000}) {
				t.Errorf("takings %+v, %v", all, err)
			}
			return err
		})
		if claimed, err := h.Claim(t.Context(), allKinds, noon, noon+1, 2*sales); err != nil || len(claimed) != sales {
			t.Errorf("%d errands, %v", len(claimed), err)
		}
	})
}

// TestCounters_othersWrite: what the writer knows of a stream is given up when somebody else has
// written to the file, and when a transaction of its own was undone.
func TestCounters_othersWrite(t *testing.T) {
	h := liteHouse(t, nil)
	number := func() (n int64) {
		h.must(reg, func(tx kiosk.Tx) (err error) { n, err = tx.Number(); return err })
		return n
	}
	if n := number() + number(); n != 1+2 {
		t.Fatalf("numbers make %d", n)
	}
	if _, err := h.raw().Exec(`UPDATE stream SET number = 41 WHERE id = $1`, reg); err != nil {
		t.Fatal(err)
	}
	if n := number(); n != 42 {
		t.Errorf("number %d behind 41", n)
	}
	h.refused(kiosk.Internal, kiosk.KeyOf(errors.New("ours")), reg, func(tx kiosk.Tx) error {
		_, err := tx.Number()
		return errors.Join(err, tx.PutCart(kiosk.Cart{Register: reg}), errors.New("ours"))
	})
	if n := number(); n != 43 {
		t.Errorf("number %d behind 42", n)
	}
}
