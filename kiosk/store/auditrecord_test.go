package store

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"qrkiosk/kiosk"
)

func TestUnmatched(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		row := func(key string, seen int64) kiosk.Unmatched {
			return kiosk.Unmatched{
				Account: account, PayID: 7, Ref: "nobody's", Why: kiosk.UnmatchedUnknown,
				Row: kiosk.Row{Key: key, Kind: kiosk.RowPayment, Amount: 1234, At: "2026-05-01 10:00:00", SeenAt: seen},
			}
		}
		a, b := row("a", noon), row("b", noon+1)
		for range 2 { // the same again is the same
			h.must(kiosk.OfficeStream, func(tx kiosk.Tx) error { return firstError(tx.PutUnmatched(a), tx.PutUnmatched(b)) })
		}
		b.Resolved, b.By, b.Reason = noon+9, "ada", "a web order"
		h.must(kiosk.OfficeStream, func(tx kiosk.Tx) error { return tx.PutUnmatched(b) })
		h.look(func(r kiosk.Reader) error {
			same(t, a)(r.UnmatchedRow(account, "a"))
			absent(t)(r.UnmatchedRow("another account", "a"))
			same(t, []kiosk.Unmatched{a})(r.Unmatched(true, 9))
			same(t, []kiosk.Unmatched{b, a})(r.Unmatched(false, 9))
			same(t, []kiosk.Unmatched{b})(r.Unmatched(false, 1))
			return nil
		})
	})
}

func TestQuarantine(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		q := kiosk.Quarantined{Account: account, PayID: 42, Ref: "ref", Amount: 500, Seen: noon, At: noon, State: kiosk.QuarantineHeld}
		h.must(kiosk.OfficeStream, func(tx kiosk.Tx) error { return tx.PutQuarantined(q) })
		h.look(func(r kiosk.Reader) error {
			same(t, []kiosk.Quarantined{q})(r.Quarantine(true, 9))
			absent(t)(r.Quarantined(account, 43))
			return nil
		})
		q.State, q.By = kiosk.QuarantineDeleted, "ada"
		h.must(kiosk.OfficeStream, func(tx kiosk.Tx) error { return tx.PutQuarantined(q) })
		h.look(func(r kiosk.Reader) error {
			if held, err := r.Quarantine(true, 9); len(held) != 0 || err != nil {
				t.Errorf("still held: %+v, %v", held, err)
			}
			same(t, q)(r.Quarantined(account, 42))
			same(t, []kiosk.Quarantined{q})(r.Quarantine(false, 9))
			return nil
		})
	})
}

func TestAuditDays(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		day := func(text string) kiosk.AuditDay {
			return kiosk.AuditDay{Account: account, Day: text, At: noon, Ours: kiosk.Tally{Payments: 1, Paid: 500}, Theirs: kiosk.Tally{Payments: 1, Paid: 500}, Complete: true}
		}
		a, b := day("2026-05-01"), day("2026-05-02")
		b.Theirs.Paid, b.Complete = 501, false
		h.must(kiosk.OfficeStream, func(tx kiosk.Tx) error { return firstError(tx.PutAuditDay(a), tx.PutAuditDay(b)) })
		h.look(func(r kiosk.Reader) error {
			same(t, []kiosk.AuditDay{b, a})(r.AuditDays(false, 9))
			same(t, []kiosk.AuditDay{b})(r.AuditDays(true, 9))
			same(t, []kiosk.AuditDay{b})(r.AuditDays(false, 1))
			return nil
		})
		b.Ours.Paid = 501
		h.must(kiosk.OfficeStream, func(tx kiosk.Tx) error { return tx.PutAuditDay(b) })
		h.look(func(r kiosk.Reader) error {
			if left, err := r.AuditDays(true, 9); len(left) != 0 || err != nil {
				t.Errorf("still differs: %+v, %v", left, err)
			}
			return nil
		})
	})
}

func TestMarksAndRestores(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		mark := func(sale string, kind kiosk.AlarmKind, register string, at int64) kiosk.Mark {
			return kiosk.Mark{Sale: sale, Kind: kind, Register: register, At: at}
		}
		h.must(reg, func(tx kiosk.Tx) error {
			return firstError(tx.PutMark(mark("s1", kiosk.AlarmPlain, reg, noon)), tx.PutMark(mark("s1", kiosk.AlarmPlain, reg, noon+5)),
				tx.PutMark(mark("s1", kiosk.AlarmOdd, reg, noon+1)), tx.PutMark(mark("s2", kiosk.AlarmEcho, reg2, noon+2)))
		})
		h.must(kiosk.OfficeStream, func(tx kiosk.Tx) error {
			return firstError(tx.PutRestore(kiosk.Restore{At: noon, Newest: 5}), tx.PutRestore(kiosk.Restore{At: noon + 1, Newest: 6}),
				tx.PutRestore(kiosk.Restore{At: noon, Newest: 5, Done: 9}))
		})
		h.look(func(r kiosk.Reader) error {
			same(t, []kiosk.Mark{mark("s1", kiosk.AlarmOdd, reg, noon+1), mark("s1", kiosk.AlarmPlain, reg, noon)})(r.Marks(reg, noon, 9))
			same(t, []kiosk.Mark{mark("s2", kiosk.AlarmEcho, reg2, noon+2), mark("s1", kiosk.AlarmOdd, reg, noon+1)})(r.Marks("", noon+1, 9))
			same(t, []kiosk.Restore{{At: noon + 1, Newest: 6}, {At: noon, Newest: 5, Done: 9}})(r.Restores())
			return nil
		})
	})
}

func TestSalesWithRowsAndWatchedOf(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		paid := func(register, key string, seen int64) *kiosk.Sale {
			s := h.sale(register)
			s.Released = true
			step := rowStep(key, 1000)
			step.Row.SeenAt = seen
			return h.take(s, h.live(h.ids.Load()), step)
		}
		a, b, c := paid(reg, "a", noon), paid(reg2, "b", noon+5), paid(reg2, "c", noon-5)
		h.put(a, b, c)
		open := h.sale(reg)
		h.put(open)
		h.look(func(r kiosk.Reader) error {
			theseSales(t, []*kiosk.Sale{a, b})(r.SalesWithRows(noon, "", 9))
			theseSales(t, []*kiosk.Sale{a})(r.SalesWithRows(noon, "", 1))
			theseSales(t, []*kiosk.Sale{b})(r.SalesWithRows(noon, a.ID, 9))
			theseSales(t, []*kiosk.Sale{open})(r.WatchedOf(reg, 9))
			theseSales(t, []*kiosk.Sale{open})(r.WatchedOf("", 9))
			theseSales(t, nil)(r.WatchedOf(reg2, 9))
			return nil
		})
	})
}

// theseSales compares sales by their IDs.
func theseSales(t *testing.T, want []*kiosk.Sale) func([]*kiosk.Sale, error) {
	return func(got []*kiosk.Sale, err error) {
		t.Helper()
		var a, b []string
		for _, s := range want {
			a = append(a, s.ID)
		}
		for _, s := range got {
			b = append(b, s.ID)
		}
		if err != nil || !cmp.Equal(a, b) {
			t.Errorf("got %v, %v; want %v", b, err, a)
		}
	}
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
