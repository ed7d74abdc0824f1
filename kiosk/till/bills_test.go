package till_test

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/cmd/qrkiosk/kiosktest/markup"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/sandbox"
	"qrkiosk/kiosk/till"
	"qrkiosk/views/counterview"
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

// paid pays the one link that can be paid, of a sale of any register.
func (w *twoTills) paid(sale *kiosk.Sale) {
	w.T.Helper()
	state := func(want kiosk.State) func() bool {
		return func() bool {
			s, err := w.Shop.Kernel.Sale(w.T.Context(), sale.ID)
			w.Must(err)
			return s.State() == want
		}
	}
	w.Until("its code is on show", 2*time.Second, state(kiosk.Awaiting))
	w.Sandbox.PayOnly()
	w.Until("it is paid", 5*time.Second, state(kiosk.Paid))
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

// TestBills_refused: the limit is that of the whole bill, and a portion that comes to something else than was
// shown and one of nothing are refused.
func TestBills_refused(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		w := newTwoTills(h)
		id := w.park(h.Actor, "", kiosk.Cart{Lines: []kiosk.Line{{Qty: 3, Unit: 400}}})
		_, err := w.portion(h.Actor, till.PortionOrder{Bill: id, Counts: []int64{1}})
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
		h.Settings = func(s *kiosk.Stall) { s.Limit = 1000 }
	})
}

// marketTakes is a stall of whose sales a market takes a share, with an account of its own at the gateway.
func marketTakes(percent int64, fixed kiosk.Money) func(*kiosktest.Installation) {
	return func(h *kiosktest.Installation) {
		h.Settings = func(s *kiosk.Stall) {
			s.AsksTip = true
			s.SplitTerms = []kiosk.Share{{Token: "market", Name: "Market", Percent: percent, Fixed: fixed}}
		}
	}
}

func withMarket(h *kiosktest.Installation) *twoTills {
	h.T.Helper()
	h.Must(h.Sandbox.AddAccount(sandbox.Account{Name: "Market", Key: "key-of-the-market-in-tests", RecipientToken: "market", UserID: "u-market"}))
	return newTwoTills(h)
}

// takes is what the link of a sale pays the market.
func takes(s *kiosk.Sale) kiosk.Money {
	return s.Last().Amount - kiosk.OwnerPart(s.Last().Amount, s.Last().Parts)
}

// TestBills_fixedShares: the first portion reserves a fixed share; while its link may be paid another one
// takes nothing of it, once it is cancelled the next one does, and in the end the market has got by the
// gateway's books and ours what the same cart sold whole would have paid.
func TestBills_fixedShares(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		w := withMarket(h)
		id := w.park(h.Actor, "", kiosk.Cart{Lines: []kiosk.Line{{Qty: 4, Unit: 250}}})
		first, err := w.portion(h.Actor, till.PortionOrder{Bill: id, Counts: []int64{2}})
		h.Must(err)
		h.UntilState(kiosk.Awaiting, 2*time.Second)
		second, err := w.portion(w.second, till.PortionOrder{Bill: id, Counts: []int64{1}})
		h.Must(err)
		if takes(first) != 50+150 || takes(second) != 25 {
			t.Errorf("the first portion pays %+v, the one beside it %+v", first.Last().Parts, second.Last().Parts)
		}
		_, err = h.Shop.Till.Cancel(t.Context(), h.Actor, first.ID)
		h.Must(err)
		h.UntilState(kiosk.Cancelled, 2*time.Second)
		w.paid(second)
		third, err := w.portion(h.Actor, till.PortionOrder{Bill: id, Equal: 1})
		h.Must(err)
		if takes(third) != 75+150 {
			t.Errorf("the portion after the one that was cancelled pays %+v", third.Last().Parts)
		}
		w.pay()
		h.Until("confirmed", 10*time.Second, func() bool { return h.Last().Confirmed() })
		today := h.Shop.Reports.Today("")
		st, err := h.Shop.Reports.Statement(t.Context(), third.Stall, today, today)
		h.Must(err)
		if market := h.Sandbox.Money()[1]; market.Paid != 250 || st.Figures.Commission != 250 || st.Figures.Gross != 1000 {
			t.Errorf("the market has got %+v; the statement says %s", market, st.Figures)
		}
		h.Records.Sound()
	}, marketTakes(1000, 150))
}

// TestBills_sharesStay: what a portion pays others is decided when it is charged, not when its customer has
// chosen a tip: terms that were changed meanwhile count for the next portion.
func TestBills_sharesStay(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		w := withMarket(h)
		id := w.park(h.Actor, "", kiosk.Cart{Lines: []kiosk.Line{{Qty: 4, Unit: 250}}})
		asked, err := h.Shop.Till.Bills.Charge(t.Context(), h.Actor, till.PortionOrder{
			Bill: id, Counts: []int64{2}, Amount: 500, Key: kiosktest.FreshKey(),
		})
		h.Must(err)
		_, err = h.Shop.Office.Stalls.Change(t.Context(), kiosktest.Boss, asked.Stall, func(s *kiosk.Stall) {
			s.SplitTerms = []kiosk.Share{{Token: "market", Name: "Market", Percent: 2000, Fixed: 170}}
		})
		h.Must(err)
		asked, err = h.Shop.Till.Tip(t.Context(), h.Actor.Register, asked.ID, 100)
		h.Must(err)
		next, err := w.portion(w.second, till.PortionOrder{Bill: id, Equal: 1})
		h.Must(err)
		if takes(asked) != 60+150 || takes(next) != 100+20 {
			t.Errorf("the portion with a tip pays %+v, the next one %+v", asked.Last().Parts, next.Last().Parts)
		}
	}, marketTakes(1000, 150))
}

// TestBills_endOwing: what no portion took of a fixed share when the day ends is told at the till, by whom it
// is owed to, and written down once somebody has read it.
func TestBills_endOwing(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		w := withMarket(h)
		lines := []kiosk.Line{{Qty: 4, Unit: 250}}
		id := w.park(h.Actor, "Table 5", kiosk.Cart{Lines: lines})
		_, err := w.portion(h.Actor, till.PortionOrder{Bill: id, Counts: []int64{1}})
		h.Must(err)
		w.pay()
		unpaid := w.park(h.Actor, "Table 6", kiosk.Cart{Lines: lines})
		nobody, err := w.portion(h.Actor, till.PortionOrder{Bill: unpaid, Counts: []int64{1}})
		h.Must(err)
		h.UntilState(kiosk.Awaiting, 2*time.Second)
		_, err = h.Shop.Till.Cancel(t.Context(), h.Actor, nobody.ID)
		h.Must(err)
		time.Sleep(25 * time.Hour)
		s := w.screen(h.Actor)
		if len(s.Parked) != 2 || len(s.Parked[0].Owed) != 1 || s.Parked[0].Owed[0].Fixed != 150 || len(s.Parked[1].Owed) != 0 {
			t.Fatalf("the next day the till tells %+v", s.Parked)
		}
		if page := h.TillPage(); !page.Says("#side .strip.alarm p", "Still owed of fixed shares: Market €1.50.") {
			t.Errorf("the till says %q", page.Text("#side"))
		}
		h.Must(h.Shop.Till.Parking.Seen(t.Context(), h.Actor))
		var owed []kiosk.Event
		for _, e := range trail(h, h.Actor.Register) {
			if e.Kind == "bill.owed" {
				owed = append(owed, e)
			}
		}
		if len(owed) != 1 || owed[0].Amount != 150 || owed[0].Data != "Market is owed 1.50 of a bill that ended" || len(w.screen(h.Actor).Parked) != 0 {
			t.Errorf("written down is %+v", owed)
		}
		h.Records.Sound()
	}, marketTakes(0, 400))
}

// TestBills_restSettled: a bill whose rest is settled in another way ends, but not while a portion of it may be
// paid. Its page says before what is owed then, and the journal does afterwards.
func TestBills_restSettled(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		w := withMarket(h)
		id := w.park(h.Actor, "Table 5", kiosk.Cart{Lines: []kiosk.Line{{Qty: 4, Unit: 250}}})
		h.WantKey(h.Shop.Till.Bills.End(t.Context(), h.Actor, id), kiosk.Conflict, kiosk.KeyParkedGone) // it is no bill yet
		_, err := w.portion(h.Actor, till.PortionOrder{Bill: id, Counts: []int64{1}})
		h.Must(err)
		h.UntilState(kiosk.Awaiting, 2*time.Second)
		page := func() *markup.Page { return h.Cashier().Get(counterview.BillPath(id)).Page(t) }
		const end = `form[action="` + counterview.PathBillEnd + `"]`
		if page().Has(end) {
			t.Error("the page offers to end the bill with a code on show")
		}
		h.WantKey(h.Shop.Till.Bills.End(t.Context(), h.Actor, id), kiosk.Conflict, kiosk.KeyBillOpen)
		w.Sandbox.PayOnly()
		h.UntilState(kiosk.Paid, 5*time.Second)
		if p := page(); !p.Says(end, "€7.50 is not charged any more") || !p.Says(end, "Market €1.50") {
			t.Errorf("the page says %q", p.Text("main"))
		}
		r := h.Cashier().Post(counterview.PathBillEnd, "parked", id)
		if r.Status != http.StatusSeeOther || len(w.screen(w.second).Parked) != 0 {
			t.Errorf("ended, it is answered %d, and parked is %+v", r.Status, w.screen(w.second).Parked)
		}
		told := map[string]kiosk.Money{}
		for _, e := range trail(h, h.Actor.Register) {
			told[e.Kind] += e.Amount
		}
		if told["bill.ended"] != 750 || told["bill.owed"] != 150 {
			t.Errorf("written down is %v", told)
		}
		h.WantKey(h.Shop.Till.Bills.End(t.Context(), h.Actor, id), kiosk.Conflict, kiosk.KeyParkedGone)
		h.Records.Sound()
	}, marketTakes(0, 400))
}

// TestBills_endBehindPortions: over the end of the day a bill stays while one of its portions may be paid, can be
// charged, and is not removed by who reads of others; only when that one has lapsed it is told, and what the
// portion had reserved is owed with the rest.
func TestBills_endBehindPortions(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		w := withMarket(h)
		id := w.park(h.Actor, "Table 5", kiosk.Cart{Lines: []kiosk.Line{{Qty: 4, Unit: 250}}})
		_, err := w.portion(h.Actor, till.PortionOrder{Bill: id, Counts: []int64{1}})
		h.Must(err)
		w.pay()
		s := w.screen(h.Actor)
		time.Sleep(time.Duration(kiosk.DayEnds(s.Stall.Zone, s.Now)-s.Now)*time.Millisecond - time.Minute)
		late, err := w.portion(h.Actor, till.PortionOrder{Bill: id, Counts: []int64{1}})
		h.Must(err)
		time.Sleep(2 * time.Minute)
		h.Must(h.Shop.Till.Parking.Seen(t.Context(), w.second))
		if s := w.screen(w.second); len(s.Parked) != 1 || s.Parked[0].Ended || w.left(id) != 500 {
			t.Fatalf("with a code on show the tills tell %+v", s.Parked)
		}
		h.Becomes(late, kiosk.Lapsed, time.Hour)
		if p := w.screen(w.second).Parked; len(p) != 1 || !p[0].Ended || p[0].Total != 750 || len(p[0].Owed) != 1 || p[0].Owed[0].Fixed != 150 {
			t.Errorf("when it has lapsed the tills tell %+v", p)
		}
	}, marketTakes(0, 400))
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
