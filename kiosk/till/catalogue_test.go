package till_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"qrkiosk/views/counterview"

	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/till"
	"qrkiosk/views"
)

// sells adds an item to the house's stall.
func sells(h *kiosktest.Installation, name string, price kiosk.Money) kiosk.Item {
	h.T.Helper()
	item, err := h.Shop.Office.Catalogue.Put(context.Background(), kiosk.OfficeActor{User: "ada", Role: kiosk.Organizer}, kiosk.Item{
		Stall: h.Till().Stall.ID, Category: "Bread", Name: name, Price: price, VAT: 700,
	})
	h.Must(err)
	return item
}

// trail lists the kinds of events of a stream.
func trail(h *kiosktest.Installation, stream string) []kiosk.Event {
	h.T.Helper()
	var events []kiosk.Event
	h.Must(h.Store.View(context.Background(), func(r kiosk.Reader) (err error) {
		events, err = r.Events(stream, 0, 1000)
		return err
	}))
	return events
}

func TestCatalogue_aSaleOfItems(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		bread, cake := sells(h, "Rye bread", 350), sells(h, "Apple cake", 400)
		g := h.Cashier()
		page := g.Get(views.PathTill).Page(t)
		for _, want := range []string{"[data-item='" + bread.ID + "']", "[data-item='" + cake.ID + "'][data-cents='400']", "noscript [name='item." + cake.ID + "']"} {
			if page.Count(want) != 1 {
				t.Errorf("the till does not have %s", want)
			}
		}
		lines := "2x400@" + cake.ID + " 1x350@" + bread.ID + " 120"
		g.Script(counterview.PathCharge, "cents", "1143", "lines", lines, "discount", "10.00%", "reason", "regular", "key", kiosktest.FreshKey())
		s := h.Last()
		want := []kiosk.Line{
			{Item: cake.ID, Name: "Apple cake", Qty: 2, Unit: 400, VAT: 700},
			{Item: bread.ID, Name: "Rye bread", Qty: 1, Unit: 350, VAT: 700},
			{Qty: 1, Unit: 120},
		}
		for i := range want {
			if len(s.Lines) != len(want) || s.Lines[i] != want[i] {
				t.Fatalf("lines %+v", s.Lines)
			}
		}
		if s.Goods != 1143 || s.Discount != 127 || s.DiscountPercent != 1000 || s.DiscountFor != "regular" {
			t.Errorf("goods %v, discount %v (%d) for %q", s.Goods, s.Discount, s.DiscountPercent, s.DiscountFor)
		}
		if link := h.Sandbox.Payable(); len(link) != 1 || link[0].Amount.String() != "11.43" {
			t.Errorf("links %+v", link)
		}
		h.Records.Sound()
	})
}

// TestCatalogue_plainForm: without script a field counts each item, and the server alone prices it.
func TestCatalogue_plainForm(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		bread := sells(h, "Rye bread", 350)
		g := h.Cashier()
		r := g.Post(counterview.PathCharge, "amount", "1,20", "item."+bread.ID, "2", "discount", "20", "unit", "%", "reason", "evening", "key", kiosktest.FreshKey())
		if s := h.Last(); r.Status != http.StatusSeeOther || s.Goods != 656 || len(s.Lines) != 2 {
			t.Errorf("%d: goods %v, lines %+v", r.Status, s.Goods, s.Lines)
		}
		h.Free()
		if r := g.Post(counterview.PathCharge, "amount", "", "item."+bread.ID, "1", "key", kiosktest.FreshKey()); r.Status != http.StatusSeeOther || h.Last().Goods != 350 {
			t.Errorf("%d: goods %v", r.Status, h.Last().Goods)
		}
	})
}

// TestCatalogue_badInput edits what a till posts about items (B021) and discounts. Nothing of it
// makes a sale; an edited price leaves a line in the trail.
func TestCatalogue_badInput(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		bread, gone := sells(h, "Rye bread", 350), sells(h, "Old bread", 100)
		h.Must(h.Shop.Office.Catalogue.Remove(context.Background(), kiosk.OfficeActor{User: "ada", Role: kiosk.Organizer}, gone.Stall, gone.ID))
		g := h.Cashier()
		for _, c := range []struct {
			what, key string
			form      []string
		}{
			{"B021 a lower price", kiosk.KeyItemPrice, []string{"cents", "1", "lines", "1x1@" + bread.ID}},
			{"B021 a higher price", kiosk.KeyItemPrice, []string{"cents", "999", "lines", "1x999@" + bread.ID}},
			{"a total that is not the lines'", till.KeyLinesWrong, []string{"cents", "349", "lines", "1x350@" + bread.ID}},
			{"an unknown item", kiosk.KeyItemUnknown, []string{"cents", "350", "lines", "1x350@nothing"}},
			{"an item that is gone", kiosk.KeyItemGone, []string{"cents", "100", "lines", "1x100@" + gone.ID}},
			{"a broken line", till.KeyLinesWrong, []string{"cents", "100", "lines", "1x100@../x"}},
			{"half of an item", till.KeyCountWhole, []string{"amount", "", "item." + bread.ID, "0,5"}},
			{"half of an item, the other sign", till.KeyCountWhole, []string{"amount", "", "item." + bread.ID, "1.5"}},
			{"half of a line", till.KeyCountWhole, []string{"cents", "175", "lines", "0,5x350@" + bread.ID}},
			{"a count in words", till.KeyLinesWrong, []string{"amount", "", "item." + bread.ID, "two"}},
			{"no item", till.KeyLinesWrong, []string{"cents", "100", "lines", "1x100@"}},
			{"a discount without reason", kiosk.KeyDiscountReason, []string{"cents", "315", "lines", "350", "discount", "10%"}},
			{"a discount of everything", kiosk.KeyDiscountMuch, []string{"cents", "1", "lines", "350", "discount", "100%", "reason", "x"}},
			{"a discount above the sum", kiosk.KeyDiscountMuch, []string{"amount", "3,50", "discount", "4,00", "reason", "x"}},
			{"a discount in words", kiosk.KeyDiscountForm, []string{"cents", "350", "lines", "350", "discount", "much", "reason", "x"}},
			{"a discount the sum does not show", till.KeyLinesWrong, []string{"cents", "350", "lines", "350", "discount", "10%", "reason", "x"}},
		} {
			before := len(h.Till().Last)
			r := g.Script(counterview.PathCharge, append(c.form, "key", kiosktest.FreshKey())...)
			if r.Status != http.StatusUnprocessableEntity || !strings.Contains(r.Body, `"`+c.key+`"`) {
				t.Errorf("%s: answered %d %s", c.what, r.Status, r.Body)
			}
			if len(h.Till().Last) != before || len(h.Sandbox.Payable()) != 0 {
				t.Fatalf("%s made a sale", c.what)
			}
		}
		told := 0
		for _, e := range trail(h, h.Actor.Register) {
			if e.Kind == "charge.price" && e.Data == "Rye bread costs 3.50" {
				told++
			}
		}
		if told != 2 {
			t.Errorf("%d of two edited prices are in the trail", told)
		}
		h.Records.Sound()
	})
}

// TestCart_isMirrored: the display shows what is rung up, and neither a charge nor a late post
// leaves it there for the next customer.
func TestCart_isMirrored(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		bread := sells(h, "Rye bread", 350)
		g, key := h.Cashier(), kiosktest.FreshKey()
		cart := []string{"key", key, "lines", "2x350@" + bread.ID + " 120", "discount", "1.00", "reason", "x"}
		if r := g.Script(counterview.PathCart, cart...); r.Status != http.StatusNoContent {
			t.Fatalf("answered %d %s", r.Status, r.Body)
		}
		d := h.Display()
		if d.Shows != kiosk.ShowsCart || d.Cart.Total() != 720 || d.Cart.Lines[0].Name != "Rye bread" {
			t.Errorf("the display shows %s %+v", d.Shows, d.Cart)
		}
		if r := g.Script(counterview.PathCart, "key", key, "lines", "1x1@"+bread.ID); r.Status != http.StatusUnprocessableEntity {
			t.Errorf("an edited price: %d", r.Status)
		}
		if page := g.Get(views.PathTill).Page(t); page.Attr("#root", "data-cart") != "2x350@"+bread.ID+" 1x120" {
			t.Error("the till forgets what was rung up when it is loaded anew")
		}
		g.Script(counterview.PathCharge, "cents", "720", "lines", "2x350@"+bread.ID+" 120", "discount", "1.00", "reason", "x", "key", key)
		g.Script(counterview.PathCart, cart...) // it was under way
		h.Free()
		if d := h.Display(); d.Shows != kiosk.ShowsIdle {
			t.Errorf("after the sale the display shows %s %+v", d.Shows, d.Cart)
		}
		fresh := kiosktest.FreshKey()
		g.Script(counterview.PathCart, "key", fresh, "lines", "120")
		g.Script(counterview.PathCart, "key", fresh, "lines", "")
		if d := h.Display(); d.Shows != kiosk.ShowsIdle {
			t.Errorf("a cleared cart shows %s", d.Shows)
		}
	})
}

// TestCart_lateCopy: what another tab still sends of a cart that was charged or emptied since brings
// nothing back, though it knows no key of that charge.
func TestCart_lateCopy(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		ctx, lines := context.Background(), []kiosk.Line{{Qty: 1, Unit: 1250}}
		h.RingUp(lines...)
		h.PaidSale(1250)
		h.Must(h.Shop.Till.SetCart(ctx, h.Actor, kiosktest.FreshKey(), kiosk.Cart{Lines: lines}))
		if c := h.Till().Cart; !c.IsEmpty() {
			t.Errorf("the late copy of the register's first cart brought back %+v", c.Lines)
		}
		before := h.Till().Cart.Emptied
		if before == 0 {
			t.Fatal("the charge has emptied nothing")
		}
		time.Sleep(time.Second)
		h.Must(h.Shop.Till.SetCart(ctx, h.Actor, kiosktest.FreshKey(), kiosk.Cart{Lines: lines, Emptied: before}))
		h.PaidSale(1250)
		h.Must(h.Shop.Till.SetCart(ctx, h.Actor, kiosktest.FreshKey(), kiosk.Cart{Lines: lines, Emptied: before}))
		if c := h.Till().Cart; !c.IsEmpty() {
			t.Errorf("the late copy brought back %+v", c.Lines)
		}
	})
}
