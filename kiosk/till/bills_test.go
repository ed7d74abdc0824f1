package till_test

import (
	"sync"
	"testing"
	"time"

	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/till"
)

// portion charges a portion at the sum that the till shows.
func (w *twoTills) portion(by kiosk.Actor, o till.PortionOrder) (*kiosk.Sale, error) {
	w.T.Helper()
	bill, err := w.Shop.Till.Bills.Bill(w.T.Context(), by.Register, o.Bill)
	w.Must(err)
	lines, err := o.Of(bill.Rest())
	w.Must(err)
	o.Key, o.Amount, o.NoTip = kiosktest.FreshKey(), kiosk.NetOf(lines), true
	return w.Shop.Till.Bills.Charge(w.T.Context(), by, o)
}

func (w *twoTills) left(id string) kiosk.Money {
	w.T.Helper()
	bill, err := w.Shop.Till.Bills.Bill(w.T.Context(), w.Actor.Register, id)
	w.Must(err)
	return kiosk.NetOf(bill.Rest())
}

func (w *twoTills) pay() {
	w.T.Helper()
	w.UntilState(kiosk.Awaiting, 2*time.Second)
	w.Sandbox.PayOnly()
	w.UntilState(kiosk.Paid, 5*time.Second)
}

// TestBills: a bill is paid in portions at two tills; one that is cancelled is to be paid again, and all of
// it together sold what the cart would have, at the prices of the first portion.
func TestBills(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		w := newTwoTills(h)
		coffee, cake := sells(h, "Coffee", 260), sells(h, "Apple cake", 400)
		id := w.park(h.Actor, "Table 5", kiosk.Cart{
			Lines:    []kiosk.Line{{Item: coffee.ID, Qty: 2, Unit: 260}, {Item: cake.ID, Qty: 1, Unit: 400}, {Qty: 1, Unit: 81}},
			Discount: kiosk.Discount{Percent: 1000, Reason: "regular"},
		}) // 10.01 less 1.00
		first, err := w.portion(h.Actor, till.PortionOrder{Bill: id, Counts: []int64{1}})
		h.Must(err)
		if first.Goods != 234 || first.Discount != 26 || first.Bill != id || len(first.Lines) != 1 || w.left(id) != 667 {
			t.Errorf("one coffee is %v less %v in %+v; left is %v", first.Goods, first.Discount, first.Lines, w.left(id))
		}
		w.pay()
		edit(h, cake, 900)
		second, err := w.portion(h.Actor, till.PortionOrder{Bill: id, Equal: 2})
		h.Must(err)
		if second.Goods != 334 || w.left(id) != 333 {
			t.Errorf("half of the rest is %v; left is %v", second.Goods, w.left(id))
		}
		h.UntilState(kiosk.Awaiting, 2*time.Second)
		_, err = h.Shop.Till.Cancel(t.Context(), h.Actor, second.ID)
		h.Must(err)
		h.UntilState(kiosk.Cancelled, 2*time.Second)
		if left := w.left(id); left != 667 {
			t.Errorf("with a portion cancelled %v is left", left)
		}
		third, err := w.portion(h.Actor, till.PortionOrder{Bill: id, Equal: 1})
		h.Must(err)
		if third.Goods != 667 || w.screen(w.second).Parked[0].Total != 0 {
			t.Errorf("the rest is %v, the other till tells %+v", third.Goods, w.screen(w.second).Parked)
		}
		w.pay()
		if s := w.screen(w.second); len(s.Parked) != 0 {
			t.Errorf("a bill that is paid is still told: %+v", s.Parked)
		}
		h.Records.Sound()
	})
}

// TestBills_refused: the limit is that of the whole bill, a portion that comes to something else than was
// shown and one of nothing are refused, and terms with fixed shares let nothing be split.
func TestBills_refused(t *testing.T) {
	fixed := false
	for _, fixed = range []bool{false, true} {
		kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
			w := newTwoTills(h)
			lines := []kiosk.Line{{Qty: 3, Unit: 400}}
			id := w.park(h.Actor, "", kiosk.Cart{Lines: lines})
			_, err := w.portion(h.Actor, till.PortionOrder{Bill: id, Counts: []int64{1}})
			if fixed {
				h.WantKey(err, kiosk.Conflict, kiosk.KeyBillFixed)
				return
			}
			h.WantKey(err, kiosk.Invalid, till.KeyOverLimit)
			small := w.park(h.Actor, "", kiosk.Cart{Lines: []kiosk.Line{{Qty: 2, Unit: 300}}})
			_, err = w.portion(h.Actor, till.PortionOrder{Bill: small})
			h.WantKey(err, kiosk.Invalid, kiosk.KeyBillNothing)
			_, err = h.Shop.Till.Bills.Charge(t.Context(), h.Actor, till.PortionOrder{Bill: small, Equal: 2, Key: kiosktest.FreshKey(), Amount: 299})
			h.WantKey(err, kiosk.Conflict, kiosk.KeyBillChanged)
			h.Must(w.open(w.second, small))
			_, err = w.portion(h.Actor, till.PortionOrder{Bill: small, Equal: 2})
			h.WantKey(err, kiosk.Conflict, kiosk.KeyParkedHeld)
		}, func(h *kiosktest.Installation) {
			h.Settings = func(s *kiosk.Stall) {
				if s.Limit = 1000; fixed {
					s.Limit, s.SplitTerms = 0, []kiosk.Share{{Token: "market", Fixed: 50}}
				}
			}
		})
	}
}

// TestBills_atOnce: two tills charge the same half of a bill at the same moment: one sale.
func TestBills_atOnce(t *testing.T) {
	h := kiosktest.New(t)
	w := newTwoTills(h)
	id := w.park(h.Actor, "", kiosk.Cart{Lines: []kiosk.Line{{Qty: 1, Unit: 350}, {Qty: 1, Unit: 350}}})
	var together sync.WaitGroup
	errs := make([]error, 2)
	for i, by := range []kiosk.Actor{h.Actor, w.second} {
		together.Go(func() {
			o := till.PortionOrder{Bill: id, Counts: []int64{1, 0}, Amount: 350, Key: kiosktest.FreshKey(), NoTip: true}
			_, errs[i] = h.Shop.Till.Bills.Charge(t.Context(), by, o)
		})
	}
	together.Wait()
	if (errs[0] == nil) == (errs[1] == nil) || w.left(id) != 350 {
		t.Errorf("answered %v and %v, left is %v", errs[0], errs[1], w.left(id))
	}
}

// TestBills_otherTillsHear: whatever changes what is left of a bill is told at the other tills of the
// stall, though nothing of their registers has changed: parking, a charge, its payment, its end.
func TestBills_otherTillsHear(t *testing.T) {
	heard := &rings{all: map[string]int{}}
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		w := newTwoTills(h)
		seen := 0 // rings of the other till
		hears := func(what string) {
			t.Helper()
			now := heard.of(w.second.Register)
			if now == seen {
				t.Errorf("%s: the other till hears nothing", what)
			}
			seen = now
		}
		seen = heard.of(w.second.Register)
		id := w.park(h.Actor, "Table 5", kiosk.Cart{Lines: []kiosk.Line{{Qty: 1, Unit: 1000}}})
		hears("parked")
		first, err := w.portion(h.Actor, till.PortionOrder{Bill: id, Equal: 2})
		h.Must(err)
		hears("a portion is charged")
		h.UntilState(kiosk.Awaiting, 2*time.Second)
		seen = heard.of(w.second.Register)
		_, err = h.Shop.Till.Cancel(t.Context(), h.Actor, first.ID)
		h.Must(err)
		h.UntilState(kiosk.Cancelled, 2*time.Second)
		hears("it is cancelled")
		_, err = w.portion(h.Actor, till.PortionOrder{Bill: id, Equal: 1})
		h.Must(err)
		h.UntilState(kiosk.Awaiting, 2*time.Second)
		seen = heard.of(w.second.Register)
		w.Sandbox.PayOnly()
		h.UntilState(kiosk.Paid, 5*time.Second)
		hears("all of it is paid")
	}, func(h *kiosktest.Installation) {
		h.OverBus = func(b kiosk.Bus) kiosk.Bus {
			heard.Bus = b
			return heard
		}
	})
}
