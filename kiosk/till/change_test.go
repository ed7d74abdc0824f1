package till_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/sandbox"
	"qrkiosk/kiosk/till"
)

func openAgain(h *kiosktest.Installation, sale *kiosk.Sale) error {
	_, err := h.Shop.Till.Changes.Open(context.Background(), h.Actor, sale.ID, false)
	return err
}

// empty tells whether the register's cart has nothing and was no sale's.
func empty(h *kiosktest.Installation) bool {
	cart := h.Till().Cart
	return cart.IsEmpty() && cart.From == ""
}

// journalOf is what the journal says of a sale: its kinds of events, with what else is worth knowing.
func journalOf(h *kiosktest.Installation, sale *kiosk.Sale, kinds ...string) (told []string) {
	for _, e := range h.Records.Journal() {
		if e.Subject == sale.ID && slices.Contains(kinds, e.Kind) {
			told = append(told, strings.TrimSpace(e.Kind+" "+e.Data))
		}
	}
	return told
}

// TestChange_opensTheCart: the lines are in the cart at once, the old link is retired, the changed cart is
// another sale, and the journal ties the two.
func TestChange_opensTheCart(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		ctx := context.Background()
		lines := []kiosk.Line{{Qty: 2, Unit: 350}, {Qty: 1, Unit: 500}}
		old, err := h.Shop.Till.Charge(ctx, h.Actor, till.Charge{
			Amount: 1080, Lines: lines, Key: kiosktest.FreshKey(), Note: "for the tent",
			Discount: kiosk.Discount{Percent: 1000, Reason: "regular"},
		})
		h.Must(err)
		h.Becomes(old, kiosk.Awaiting, 2*time.Second)
		h.Must(openAgain(h, old))
		screen := h.Till()
		if screen.Current != nil || !slices.Equal(screen.Cart.Lines, h.Now(old).Lines) || !screen.Cart.Discount.IsZero() ||
			screen.Cart.Note != "for the tent" || screen.Cart.From != old.Number {
			t.Fatalf("the cart is %+v, in hand is %v", screen.Cart, screen.Current)
		}
		if d := h.Display(); d.Shows != kiosk.ShowsCart {
			t.Errorf("the display shows %s", d.Shows)
		}
		h.Must(openAgain(h, old)) // a second tap is the same
		h.Becomes(old, kiosk.Cancelled, 5*time.Second)
		next, err := h.Shop.Till.Charge(ctx, h.Actor, till.Charge{Amount: 850, Lines: []kiosk.Line{{Qty: 1, Unit: 350}, {Qty: 1, Unit: 500}}, Key: kiosktest.FreshKey()})
		h.Must(err)
		if next.Waits {
			t.Error("it waits for a link that is gone")
		}
		h.Becomes(next, kiosk.Awaiting, 2*time.Second)
		was, is := h.Now(old), h.Now(next)
		if was.Into != is.Number || is.From != was.Number || !empty(h) {
			t.Errorf("changed into %q, from %q, the cart is %+v", was.Into, is.From, h.Till().Cart)
		}
		h.WantKey(openAgain(h, old), kiosk.Conflict, kiosk.ReasonChangedAlready)
		for sale, want := range map[*kiosk.Sale][]string{
			old:  {"sale.charge discount 1.20: regular", "sale.change", "sale.changed " + next.Number},
			next: {"sale.charge changed from " + old.Number},
		} {
			if got := journalOf(h, sale, "sale.charge", "sale.change", "sale.changed"); !slices.Equal(got, want) {
				t.Errorf("the journal says %q, want %q", got, want)
			}
		}
		h.Records.Sound()
	})
}

// TestChange_waitsForTheOldLink: while the old link cannot be deleted the changed cart has none; then its
// link comes by itself, also over a restart.
func TestChange_waitsForTheOldLink(t *testing.T) {
	for name, between := range map[string]func(*kiosktest.Installation){
		"running": func(*kiosktest.Installation) {},
		"restart": func(h *kiosktest.Installation) { h.Restart(2 * time.Second) },
	} {
		t.Run(name, func(t *testing.T) {
			kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
				old := h.OnShow(1250)
				h.Sandbox.Set(sandbox.Delete500, -1)
				h.Must(openAgain(h, old))
				next := h.Ring(1300)
				between(h)
				time.Sleep(20 * time.Second)
				if s := h.Now(next); s.State() != kiosk.Opening || !kiosk.IsHeld(s) || len(h.Sandbox.Links()) != 1 {
					t.Fatalf("it is %s, held %v, with %d links", s.State(), kiosk.IsHeld(s), len(h.Sandbox.Links()))
				}
				if d := h.Display(); d.Shows != kiosk.ShowsMoment {
					t.Errorf("the display shows %s", d.Shows)
				}
				h.Sandbox.Set(sandbox.Delete500, 0)
				h.Becomes(next, kiosk.Awaiting, 2*time.Minute)
				if s := h.Now(old).State(); s != kiosk.Cancelled || len(h.Sandbox.Payable()) != 1 {
					t.Errorf("the old one is %s, %d links can be paid", s, len(h.Sandbox.Payable()))
				}
				h.PayShown()
				h.Confirmed(next, 30*time.Second)
				h.Records.Sound()
			})
		})
	}
}

// TestChange_paidAfterAll: money that comes by the old link pays the old sale, and the changed cart is
// gone: while it is open, and once it was charged.
func TestChange_paidAfterAll(t *testing.T) {
	for _, charged := range []bool{false, true} {
		kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
			old := h.OnShow(1250)
			link := h.ShownLink()
			h.Sandbox.Set(sandbox.Delete500, -1)
			h.Must(openAgain(h, old))
			var next *kiosk.Sale
			if charged {
				next = h.Ring(1300)
				h.RingUp(kiosk.Line{Qty: 1, Unit: 99})
			}
			h.Must(h.Sandbox.Pay(link.ID))
			h.Confirmed(old, 30*time.Second)
			cart := h.Till().Cart
			if cart.AfterAll != old.Number || cart.From != "" {
				t.Errorf("charged %v: the cart is %+v", charged, cart)
			}
			if charged {
				h.Becomes(next, kiosk.Cancelled, 5*time.Second)
				if len(cart.Lines) != 1 || cart.Emptied > old.Created+1000 {
					t.Errorf("the next customer's cart is %+v", cart)
				}
			} else if !empty(h) || cart.Emptied == 0 {
				t.Errorf("the changed cart is %+v", cart)
			}
			if n := len(h.Sandbox.Links()); n != 1 || h.Now(old).Received() != 1250 {
				t.Errorf("%d links, received %v", n, h.Now(old).Received())
			}
			h.Ring(500)
			if cart := h.Till().Cart; cart.AfterAll != "" || !empty(h) {
				t.Errorf("with the next charge the cart is %+v", cart)
			}
			h.Records.Sound()
		})
	}
}

// TestChange_againWhileWaiting: what was changed again before it had a link waits for the first link too.
func TestChange_againWhileWaiting(t *testing.T) {
	for _, cancelFirst := range []bool{false, true} {
		kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
			first := h.OnShow(1250)
			h.Sandbox.Set(sandbox.Delete500, -1)
			h.Must(openAgain(h, first))
			second := h.Ring(1300)
			if cancelFirst {
				h.Cancel(second)
			}
			h.Must(openAgain(h, second))
			h.Becomes(second, kiosk.Cancelled, 5*time.Second)
			third := h.Ring(1400)
			time.Sleep(10 * time.Second)
			if n := len(h.Sandbox.Links()); n != 1 || !kiosk.IsHeld(h.Now(third)) {
				t.Fatalf("%d links, the third is %s", n, h.Now(third).State())
			}
			h.Sandbox.Set(sandbox.Delete500, 0)
			h.Becomes(third, kiosk.Awaiting, 2*time.Minute)
			if n := len(h.Sandbox.Payable()); n != 1 {
				t.Errorf("%d links can be paid", n)
			}
			h.Records.Sound()
		})
	}
}

// TestChange_refused: what may bring money, or has, is not changed, and a cart with something in it is
// left alone.
func TestChange_refused(t *testing.T) {
	for reason, bring := range map[string]func(*kiosktest.Installation) *kiosk.Sale{
		kiosk.ReasonOpeningUnclear: func(h *kiosktest.Installation) *kiosk.Sale {
			h.Sandbox.Set(sandbox.CreateLost, 1)
			h.Sandbox.Set(sandbox.ListDown, -1)
			sale := h.Ring(1250)
			h.Until("it is unclear", 20*time.Second, func() bool { return h.Now(sale).Last().Unclear })
			return sale
		},
		kiosk.ReasonNotWhileChecking: func(h *kiosktest.Installation) *kiosk.Sale {
			h.Sandbox.Set(sandbox.PayInsDown, -1)
			h.Sandbox.Set(sandbox.ListDown, -1)
			sale := h.OnShow(1250)
			h.Must(h.Sandbox.Forge(h.ShownLink().ID))
			h.Becomes(sale, kiosk.Checking, 5*time.Second)
			return sale
		},
		kiosk.ReasonAlreadyPaid: func(h *kiosktest.Installation) *kiosk.Sale {
			sale, _ := h.PaidSale(1250)
			return sale
		},
		kiosk.ReasonCartTaken: func(h *kiosktest.Installation) *kiosk.Sale {
			sale := h.OnShow(1250)
			h.RingUp(kiosk.Line{Qty: 1, Unit: 99})
			return sale
		},
	} {
		t.Run(reason, func(t *testing.T) {
			kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
				sale := bring(h)
				before, cart := h.Now(sale), h.Till().Cart
				h.WantKey(openAgain(h, sale), kiosk.Conflict, reason)
				if after := h.Now(sale); after.Changed || after.Cancel != before.Cancel || len(h.Till().Cart.Lines) != len(cart.Lines) {
					t.Errorf("it was changed all the same: %+v", after)
				}
			})
		})
	}
}

// TestChange_chargeAgain: a sale that has ended is rung up again as it was: at today's prices, and what is
// sold no more as an amount.
func TestChange_chargeAgain(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		ctx, stall := context.Background(), h.Till().Stall.ID
		tea, err := h.Shop.Office.Catalogue.Put(ctx, kiosktest.Boss, kiosk.Item{Stall: stall, Name: "Tea", Price: 250})
		h.Must(err)
		cake, err := h.Shop.Office.Catalogue.Put(ctx, kiosktest.Boss, kiosk.Item{Stall: stall, Name: "Cake", Price: 400})
		h.Must(err)
		old, err := h.Shop.Till.Charge(ctx, h.Actor, till.Charge{Lines: []kiosk.Line{{Item: tea.ID, Qty: 2}, {Item: cake.ID, Qty: 1}}, Key: kiosktest.FreshKey()})
		h.Must(err)
		h.Becomes(old, kiosk.Awaiting, 2*time.Second)
		h.Becomes(old, kiosk.Lapsed, 15*time.Minute)
		tea.Price = 300
		_, err = h.Shop.Office.Catalogue.Put(ctx, kiosktest.Boss, tea)
		h.Must(err)
		h.Must(h.Shop.Office.Catalogue.Remove(ctx, kiosktest.Boss, stall, cake.ID))
		h.Must(openAgain(h, old))
		synctest.Wait()
		if cart := h.Till().Cart; cart.Sum() != 1000 || cart.Lines[0].Item != tea.ID || cart.Lines[1].Item != "" || cart.Lines[1].Unit != 400 {
			t.Errorf("the cart is %+v", cart.Lines)
		}
		next := h.Ring(1000)
		if s := h.Now(old); s.State() != kiosk.Lapsed || s.Into != next.Number || next.Waits {
			t.Errorf("it is %s, into %q, waits %v", s.State(), s.Into, next.Waits)
		}
		h.Records.Sound()
	})
}

// TestChange_emptiedIsTheNextCustomers: a cart that was emptied is tied to nothing.
func TestChange_emptiedIsTheNextCustomers(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		old := h.OnShow(1250)
		link := h.ShownLink()
		h.Sandbox.Set(sandbox.Delete500, -1)
		h.Must(openAgain(h, old))
		for _, lines := range [][]kiosk.Line{nil, {{Qty: 1, Unit: 700}}} {
			h.RingUp(lines...)
		}
		h.Must(h.Sandbox.Pay(link.ID))
		h.Confirmed(old, 30*time.Second)
		if cart := h.Till().Cart; cart.Sum() != 700 || cart.AfterAll != "" {
			t.Errorf("the cart is %+v", cart)
		}
		if next := h.Ring(700); next.From != "" || next.Waits {
			t.Errorf("it comes from %q", next.From)
		}
		h.Records.Sound()
	})
}
