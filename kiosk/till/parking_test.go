package till_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/till"
)

// twoTills is a stall with a second register, and what it parks.
type twoTills struct {
	*kiosktest.Installation
	second kiosk.Actor
}

func newTwoTills(h *kiosktest.Installation) *twoTills {
	ctx, stall := context.Background(), h.Till().Stall.ID
	register, err := h.Shop.Office.Registers.Add(ctx, stall, "Register 3", "B3")
	h.Must(err)
	ben, err := h.Shop.Till.AddStaff(ctx, stall, "Ben", kiosk.Cashier, "271828")
	h.Must(err)
	return &twoTills{h, kiosk.Actor{Staff: ben.ID, Role: ben.Role, Device: "tablet of " + register.ID, Register: register.ID}}
}

func edit(h *kiosktest.Installation, item kiosk.Item, price kiosk.Money) {
	h.T.Helper()
	item.Price = price
	_, err := h.Shop.Office.Catalogue.Put(context.Background(), kiosk.OfficeActor{User: "ada", Role: kiosk.Organizer}, item)
	h.Must(err)
}

func gone(h *kiosktest.Installation, item kiosk.Item) {
	h.T.Helper()
	h.Must(h.Shop.Office.Catalogue.Remove(context.Background(), kiosk.OfficeActor{User: "ada", Role: kiosk.Organizer}, item.Stall, item.ID))
}

func (w *twoTills) park(by kiosk.Actor, name string, c kiosk.Cart) string {
	w.T.Helper()
	id, err := w.Shop.Till.Parking.Park(context.Background(), by, kiosktest.FreshKey(), name, c)
	w.Must(err)
	return id
}

func (w *twoTills) screen(by kiosk.Actor) kiosk.TillScreen {
	w.T.Helper()
	s, err := w.Shop.Till.TillScreen(context.Background(), by.Register)
	w.Must(err)
	return s
}

// open opens a parked cart as the screen of the till shows it.
func (w *twoTills) open(by kiosk.Actor, id string) error {
	w.T.Helper()
	for _, p := range w.screen(by).Parked {
		if p.ID == id {
			o := till.Opening{ID: id, Total: p.Total, Holder: p.Holder.Register}
			return w.Shop.Till.Parking.Open(context.Background(), by, o)
		}
	}
	return &kiosk.Error{Code: kiosk.NotFound}
}

func (w *twoTills) charge(by kiosk.Actor, c kiosk.Cart) (*kiosk.Sale, error) {
	return w.Shop.Till.Charge(context.Background(), by, till.Charge{
		Lines: c.Lines, Discount: c.Discount, Amount: c.Total(), Key: kiosktest.FreshKey(), Parked: c.Parked, NoTip: true,
	})
}

func (w *twoTills) mirror(by kiosk.Actor, key string, c kiosk.Cart) {
	w.T.Helper()
	c.Emptied = w.screen(by).Cart.Emptied
	w.Must(w.Shop.Till.SetCart(context.Background(), by, key, c))
}

// TestParking: a cart is parked at one till and charged at another one at today's prices, which that till
// has shown; the charge takes it away.
func TestParking(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		w := newTwoTills(h)
		bread, soup := sells(h, "Rye bread", 350), sells(h, "Soup", 600)
		c := kiosk.Cart{Lines: []kiosk.Line{{Item: bread.ID, Qty: 2, Unit: 350}, {Item: soup.ID, Qty: 1, Unit: 600}, {Qty: 1, Unit: 120}}, Note: "no salt"}
		key := kiosktest.FreshKey()
		w.mirror(h.Actor, key, c)
		id, err := h.Shop.Till.Parking.Park(t.Context(), h.Actor, key, "Table 5", c)
		h.Must(err)
		again, err := h.Shop.Till.Parking.Park(t.Context(), h.Actor, key, "Table 5", c)
		h.Must(err)
		w.mirror(h.Actor, key, c) // it was under way
		if s := w.screen(h.Actor); again != id || !s.Cart.IsEmpty() || len(s.Parked) != 1 {
			t.Fatalf("parked once: %v; the cart is %+v, %d are parked", again == id, s.Cart, len(s.Parked))
		}
		edit(h, bread, 380)
		gone(h, soup)
		before := w.screen(w.second).Parked[0]
		if before.Total != 880 || len(before.Different) != 2 || !before.Different[1].Gone || before.Different[0].Now != 380 {
			t.Errorf("the other till tells %v %+v", before.Total, before.Different)
		}
		err = h.Shop.Till.Parking.Open(t.Context(), w.second, till.Opening{ID: id, Total: 820})
		h.WantKey(err, kiosk.Conflict, kiosk.KeyParkedPrices)
		h.Must(w.open(w.second, id))
		opened := w.screen(w.second).Cart
		if opened.Total() != 880 || opened.Note != "no salt" || opened.Parked != id {
			t.Errorf("opened is %+v", opened)
		}
		sale, err := w.charge(w.second, opened)
		h.Must(err)
		if left := w.screen(h.Actor).Parked; sale.Goods != 880 || len(left) != 0 {
			t.Errorf("charged %v, still parked: %+v", sale.Goods, left)
		}
		h.Records.Sound()
	})
}

// TestParking_takenOver: who comes second reads who has the cart, and may take it over; the first till is
// emptied, says why, and cannot charge it.
func TestParking_takenOver(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		w := newTwoTills(h)
		id := w.park(h.Actor, "Table 5", kiosk.Cart{Lines: []kiosk.Line{{Qty: 2, Unit: 350}}})
		h.Must(w.open(h.Actor, id))
		mine := w.screen(h.Actor).Cart
		err := h.Shop.Till.Parking.Open(t.Context(), w.second, till.Opening{ID: id, Total: 700})
		h.WantKey(err, kiosk.Conflict, kiosk.KeyParkedHeld)
		h.Must(w.open(w.second, id))
		s := w.screen(h.Actor)
		if !s.Cart.IsEmpty() || s.Cart.Taken == nil || s.Cart.Taken.Name != "Table 5" || s.Cart.Taken.By.Staff != "Ben" {
			t.Errorf("the first till shows %+v", s.Cart)
		}
		_, err = w.charge(h.Actor, mine)
		h.WantKey(err, kiosk.Conflict, kiosk.KeyParkedTaken)
		w.mirror(h.Actor, kiosktest.FreshKey(), kiosk.Cart{Lines: []kiosk.Line{{Qty: 1, Unit: 100}}})
		if w.screen(h.Actor).Cart.Taken != nil {
			t.Error("it still tells what was taken over while the next cart is rung up")
		}
		h.Records.Sound()
	})
}

// TestParking_givenBack: an open cart that is emptied by hand waits again as it was, one that is parked
// again waits as it is now, and a charge of something else leaves it.
func TestParking_givenBack(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		w := newTwoTills(h)
		id := w.park(h.Actor, "Table 5", kiosk.Cart{Lines: []kiosk.Line{{Qty: 2, Unit: 350}}})
		h.Must(w.open(h.Actor, id))
		w.mirror(h.Actor, kiosktest.FreshKey(), kiosk.Cart{Lines: []kiosk.Line{{Qty: 1, Unit: 350}}, Parked: id})
		w.mirror(h.Actor, kiosktest.FreshKey(), kiosk.Cart{Parked: id})
		if p := w.screen(w.second).Parked[0]; !p.Holder.IsZero() || p.Total != 700 || p.Name != "Table 5" {
			t.Errorf("emptied by hand it is %+v", p)
		}
		h.Must(w.open(w.second, id))
		if again := w.park(w.second, "", kiosk.Cart{Lines: []kiosk.Line{{Qty: 3, Unit: 350}}, Parked: id}); again != id {
			t.Error("parked again it is another cart")
		}
		if p := w.screen(h.Actor).Parked[0]; !p.Holder.IsZero() || p.Total != 1050 || p.Name != "Table 5" {
			t.Errorf("parked again it is %+v", p)
		}
		h.Must(w.open(h.Actor, id))
		_, err := w.charge(h.Actor, kiosk.Cart{Lines: []kiosk.Line{{Qty: 1, Unit: 90}}})
		h.Must(err)
		if p := w.screen(h.Actor).Parked[0]; !p.Holder.IsZero() || p.Total != 1050 {
			t.Errorf("after another charge it is %+v", p)
		}
		h.Records.Sound()
	})
}

// TestParking_dayEnds: what waits at the end of the stall's day is told at its tills and cannot be opened,
// until somebody has read it; what is open at a till stays in its hands.
func TestParking_dayEnds(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		w := newTwoTills(h)
		left := w.park(h.Actor, "Left", kiosk.Cart{Lines: []kiosk.Line{{Qty: 2, Unit: 350}}})
		time.Sleep(time.Second)
		held := w.park(h.Actor, "Held", kiosk.Cart{Lines: []kiosk.Line{{Qty: 1, Unit: 500}}})
		h.Must(w.open(w.second, held))
		s := w.screen(h.Actor)
		if end := kiosk.DayEnds(s.Stall.Zone, s.Now); s.Next > end+1 {
			t.Errorf("the till is drawn anew at %d, the day ends at %d", s.Next, end)
		}
		time.Sleep(25 * time.Hour)
		s = w.screen(h.Actor)
		if len(s.Parked) != 2 || !s.Parked[0].Ended || s.Parked[1].Ended {
			t.Fatalf("the next day the till tells %+v", s.Parked)
		}
		h.WantKey(w.open(h.Actor, left), kiosk.Conflict, kiosk.KeyParkedGone)
		h.Must(h.Shop.Till.Parking.Seen(t.Context(), w.second))
		if s := w.screen(h.Actor); len(s.Parked) != 1 || s.Parked[0].ID != held {
			t.Errorf("once it was read the till tells %+v", s.Parked)
		}
		_, err := w.charge(w.second, w.screen(w.second).Cart)
		h.Must(err)
	})
}

// TestParking_atOnce: two tills open and charge one cart at the same moment, many times over: each time it
// is sold once.
func TestParking_atOnce(t *testing.T) {
	h := kiosktest.New(t)
	w := newTwoTills(h)
	for range 20 {
		id := w.park(h.Actor, "", kiosk.Cart{Lines: []kiosk.Line{{Qty: 2, Unit: 350}}})
		var together sync.WaitGroup
		sales := make([]*kiosk.Sale, 2)
		for i, by := range []kiosk.Actor{h.Actor, w.second} {
			together.Go(func() {
				for sales[i] == nil {
					err := w.open(by, id)
					if kiosk.CodeOf(err) == kiosk.NotFound || kiosk.KeyOf(err) == kiosk.KeyParkedGone {
						return // the other one has charged it
					}
					sales[i], _ = w.charge(by, kiosk.Cart{Lines: []kiosk.Line{{Qty: 2, Unit: 350}}, Parked: id})
				}
			})
		}
		together.Wait()
		if (sales[0] == nil) == (sales[1] == nil) {
			t.Fatalf("sold as %v and %v", sales[0], sales[1])
		}
		for i, by := range []kiosk.Actor{h.Actor, w.second} {
			if sales[i] == nil {
				continue
			}
			_, err := h.Shop.Till.Cancel(t.Context(), by, sales[i].ID)
			h.Must(err)
			h.Until("the register is free", 10*time.Second, func() bool { return w.screen(by).Current == nil })
		}
	}
}
