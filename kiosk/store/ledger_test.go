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
			if s.query != "x"+tuples(rows, 2)+"y" || rows&(rows-1) != 0 {
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

func TestMerged(t *testing.T) {
	sum := func(register string, state kiosk.State, sales int64, total kiosk.Money) Takings {
		return Takings{Stall: "s", Register: register, Day: 1, State: state, Sales: sales, Total: total}
	}
	got := merged([]Takings{
		sum("b", kiosk.Paid, 1, 500), sum("a", kiosk.Awaiting, -1, -100), sum("b", kiosk.Paid, 1, 250),
		sum("a", kiosk.Paid, 1, 100), sum("a", kiosk.Awaiting, 1, 100), sum("b", kiosk.Awaiting, 0, -20),
	})
	want := []Takings{sum("a", kiosk.Paid, 1, 100), sum("b", kiosk.Awaiting, 0, -20), sum("b", kiosk.Paid, 2, 750)}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestNameless(t *testing.T) {
	for query, want := range map[string]string{
		`SELECT 1`:                         `SELECT 1 []`,
		`VALUES ($1,$2),($3,$4)`:           `VALUES (?,?),(?,?) [0 1 2 3]`,
		`UPDATE x SET a = $2 WHERE b = $1`: `UPDATE x SET a = ? WHERE b = ? [1 0]`,
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
			streams, err := r.Streams()
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
				err := errors.Join(tx.PutSale(s), tx.Append(event("x")), tx.Begin(s, 1, kiosk.Duty{Kind: kiosk.ErrandLook, Link: 1}))
				if err != nil {
					return err
				}
			}
			return nil
		})
		if b, checked, err := h.Verify(t.Context()); b != nil || err != nil || checked.Events != sales {
			t.Errorf("verified %+v, %+v, %v", b, checked, err)
		}
		all, err := h.Takings(t.Context(), "", noon/dayMillis, noon/dayMillis)
		if err != nil || len(all) != 1 || all[0].Sales != sales || all[0].Total != sales*1000 {
			t.Errorf("takings %+v, %v", all, err)
		}
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
