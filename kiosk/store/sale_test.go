package store

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"qrkiosk/kiosk"
)

func TestSale_foundByEverything(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		s := h.sale(reg)
		h.put(s)
		s = h.take(s, h.live(77))
		h.put(s)
		s = h.take(s, kiosk.Step{Kind: kiosk.StepNotice, Link: 1}, rowStep("tx-1", 1000))
		h.must(reg, func(tx kiosk.Tx) error {
			return errors.Join(tx.PutSale(s), tx.PutToken("tok", s.ID, 1, noon+1))
		})
		h.look(func(r kiosk.Reader) error {
			same(t, s)(r.Sale(s.ID))
			same(t, s)(r.SaleByKey("tablet", s.Key))
			same(t, s)(r.SaleByReceipt(s.Receipt))
			same(t, s)(r.SaleByNumber(reg, s.Number))
			same(t, s)(r.Current(reg))
			for _, find := range []func() (*kiosk.Sale, int, error){
				func() (*kiosk.Sale, int, error) { return r.SaleByPayID(account, 77) },
				func() (*kiosk.Sale, int, error) { return r.SaleByRef(s.Links[0].Ref) },
				func() (*kiosk.Sale, int, error) { return r.SaleByToken("tok") },
			} {
				got, n, err := find()
				if n != 1 {
					t.Errorf("link %d", n)
				}
				same(t, s)(got, err)
			}
			absent(t)(r.SaleByNumber(reg2, s.Number))
			absent(t)(r.SaleByKey("other", s.Key))
			absent(t)(r.Current(reg2))
			_, _, err := r.SaleByPayID("other", 77)
			absent(t)(nil, err)
			return nil
		})
		h.clock.Add(1)
		h.look(func(r kiosk.Reader) error {
			_, _, err := r.SaleByToken("tok")
			absent(t)(nil, err)
			return nil
		})
	})
}

func TestSale_linksNotKnownYetHaveNoPayID(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		h.put(h.sale(reg), h.sale(reg2))
		h.look(func(r kiosk.Reader) error {
			_, _, err := r.SaleByPayID(account, 0)
			absent(t)(nil, err)
			return nil
		})
	})
}

func TestSale_secondLink(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		s := h.sale(reg)
		h.put(s)
		s = h.take(s, kiosk.Step{
			Kind: kiosk.StepGivenUp, Link: 1,
			Next: &kiosk.Link{ID: h.id("link"), Ref: "second", Gateway: account},
		})
		h.put(s)
		h.look(func(r kiosk.Reader) error {
			got, n, err := r.SaleByRef("second")
			if n != 2 {
				t.Errorf("link %d of 2", n)
			}
			same(t, s)(got, err)
			return nil
		})
	})
}

func TestSale_conflicts(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		first := h.take(h.sale(reg), h.live(1), rowStep("tx-1", 1000))
		h.put(first)
		put := func(s *kiosk.Sale) func(kiosk.Tx) error {
			return func(tx kiosk.Tx) error { return tx.PutSale(s) }
		}
		h.refused(kiosk.Conflict, kiosk.ReasonBusy, reg, put(h.sale(reg)))

		other := h.sale(reg2)
		other.Key = first.Key
		h.refused(kiosk.Conflict, KeyUsed, reg2, put(other))
		other.Device = "tablet 2"
		other.Receipt = first.Receipt
		h.refused(kiosk.Conflict, KeyKnown, reg2, put(other))
		other.Receipt = "own"
		other.Links[0].Ref = first.Links[0].Ref
		h.refused(kiosk.Conflict, KeyKnown, reg2, put(other))
		other.Links[0].Ref = "own"
		taken := h.take(other, h.live(1))
		h.refused(kiosk.Conflict, KeyKnown, reg2, put(taken))
		other = h.take(other, h.live(2))
		h.put(other)

		again := first.Clone()
		again.Links[0].Rows = append(again.Links[0].Rows, kiosk.Row{Key: "tx-2", Kind: kiosk.RowPayment, Amount: 1000})
		h.refused(kiosk.Conflict, KeySecondPay, reg, put(again))
		again.Links[0].Rows[1].Kind = kiosk.RowExtra
		h.put(again)
		if n := h.count(`SELECT COUNT(*) FROM payin`); n != 2 {
			t.Errorf("%d rows, want the payment and the extra one", n)
		}
		if n := h.count(`SELECT COUNT(*) FROM sale`); n != 2 {
			t.Errorf("%d sales of 2", n)
		}
	})
}

func TestSale_nextOneWhenTheFirstHasLetGo(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		first, second := h.sale(reg), h.sale(reg)
		h.put(first)
		released := first.Clone()
		released.Released = true
		h.must(reg, func(tx kiosk.Tx) error {
			if err := tx.PutSale(released); err != nil {
				return err
			}
			return tx.PutSale(second)
		})
		h.look(func(r kiosk.Reader) error {
			same(t, second)(r.Current(reg))
			got, err := r.LastSales(reg, 9)
			if len(got) != 2 || got[0].ID != second.ID || got[1].ID != first.ID {
				t.Errorf("last sales %v", got)
			}
			if got, err := r.LastSales(reg, 1); err != nil || len(got) != 1 || got[0].ID != second.ID {
				t.Errorf("last sale %v, %v", got, err)
			}
			return err
		})
	})
}

func TestSale_withdrawnRow(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		s := h.take(h.sale(reg), rowStep("tx-1", 1000)) // before the link is known
		h.put(s)
		s = h.take(s, h.live(9), kiosk.Step{Kind: kiosk.StepWithdrawn, Link: 1, Row: kiosk.Row{Key: "tx-1"}})
		h.put(s)
		if n := h.count(`SELECT COUNT(*) FROM payin WHERE withdrawn AND pay_id = 9`); n != 1 {
			t.Errorf("%d withdrawn rows with their link", n)
		}
	})
}

// TestSale_insideOneChange puts a sale several times in one transaction: each put sees what the
// one before has stored.
func TestSale_insideOneChange(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		s := h.sale(reg)
		h.must(reg, func(tx kiosk.Tx) error {
			if err := tx.PutSale(s); err != nil {
				return err
			}
			got, err := tx.Sale(s.ID)
			if err != nil {
				return err
			}
			s = h.take(got, h.live(5))
			if err := tx.PutSale(s); err != nil {
				return err
			}
			s = h.take(s, rowStep("tx", 1000))
			return errors.Join(tx.PutSale(s), tx.PutSale(s))
		})
		h.look(func(r kiosk.Reader) error { same(t, s)(r.Sale(s.ID)); return nil })
	})
}

func TestWatched(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		aside := kiosk.Step{Kind: kiosk.StepAside}
		cancel := kiosk.Step{Kind: kiosk.StepCancel}
		gone := kiosk.Step{Kind: kiosk.StepGone, Link: 1}
		notice := kiosk.Step{Kind: kiosk.StepNotice, Link: 1}
		asking := h.sale(reg)
		asking.Links = nil
		asking.Released = true
		awaiting := h.take(h.sale(reg), h.live(1), aside)
		hollow := h.take(h.sale(reg), h.live(2), aside, notice)
		confirmed := h.take(h.sale(reg), h.live(3), aside, rowStep("tx", 1000))
		cancelled := h.take(h.sale(reg), h.live(4), cancel, gone)
		h.put(asking, awaiting, hollow, confirmed)
		h.clock.Add(1000)
		h.put(cancelled)
		watched := func(since int64, n int, want ...*kiosk.Sale) {
			t.Helper()
			h.look(func(r kiosk.Reader) error {
				got, err := r.Watched(since, n)
				if fmt.Sprint(ids(got)) != fmt.Sprint(ids(want)) {
					t.Errorf("watched since %d: %v, want %v", since, ids(got), ids(want))
				}
				return err
			})
		}
		watched(noon, 9, asking, awaiting, hollow, cancelled)
		watched(noon+1000, 9, asking, awaiting, hollow)
		watched(noon, 3, asking, awaiting, hollow)
		watched(noon, 1, asking)

		h.clock.Add(1000) // the same fact later does not begin the watch anew
		h.put(h.take(cancelled, gone))
		watched(noon+1000, 9, asking, awaiting, hollow)
		h.put(h.take(cancelled, rowStep("late", 1000)))
		watched(noon+9000, 9, asking, awaiting, hollow, cancelled) // in review
		h.put(h.take(hollow, rowStep("tx2", 1000)))
		watched(noon+9000, 9, asking, awaiting, cancelled)
		h.put(h.take(asking, kiosk.Step{Kind: kiosk.StepCancel})) // it never had a link
		watched(noon, 9, awaiting, cancelled)
	})
}

func ids(sales []*kiosk.Sale) []string {
	all := make([]string, len(sales))
	for i, s := range sales {
		all[i] = s.ID
	}
	return all
}

func TestInbox(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		put := func(sum string, at int64) {
			t.Helper()
			h.must(reg, func(tx kiosk.Tx) error {
				return tx.PutInbox(kiosk.Inbox{
					Link: "l1", Sale: "s", Sum: sum, ContentType: "text/plain", Raw: []byte("raw " + sum), At: at,
				})
			})
		}
		put("b", noon+1)
		put("a", noon+2)
		put("b", noon+3)
		h.must(reg, func(tx kiosk.Tx) error { return tx.PutInbox(kiosk.Inbox{Link: "l2", Sum: "b", At: noon}) })
		want := []kiosk.Inbox{
			{Link: "l1", Sale: "s", Sum: "b", ContentType: "text/plain", Raw: []byte("raw b"), At: noon + 1, Copies: 2},
			{Link: "l1", Sale: "s", Sum: "a", ContentType: "text/plain", Raw: []byte("raw a"), At: noon + 2, Copies: 1},
		}
		h.look(func(r kiosk.Reader) error {
			same(t, want)(r.Waiting("l1"))
			same(t, []kiosk.Inbox{{Link: "l2", Sum: "b", At: noon, Copies: 1}})(r.Waiting("l2"))
			return nil
		})
	})
}

func TestText(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		for _, name := range []string{"'; DROP TABLE sale; --", "Ünïcødé 🦊", "a\tb\nc", `{"x":"\u0000"}`, "$1"} {
			cart := kiosk.Cart{Register: reg, Lines: []kiosk.Line{{Name: name}}}
			e := event("x")
			e.Data = name
			h.must(reg, func(tx kiosk.Tx) error { return errors.Join(tx.PutCart(cart), tx.Append(e)) })
			h.look(func(r kiosk.Reader) error {
				same(t, cart)(r.Cart(reg))
				events, err := r.Events(reg, 0, 99)
				if len(events) == 0 || events[len(events)-1].Data != name {
					t.Errorf("event of %q: %+v", name, events)
				}
				return err
			})
		}
		if b, _, err := h.Verify(context.Background()); b != nil || err != nil {
			t.Errorf("the chain over such text: %+v, %v", b, err)
		}
	})
}
