package main

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/till"
	"qrkiosk/views"
	"qrkiosk/views/counterview"
)

// sells adds an item to the house's stall.
func (h *house) sells(name string, price kiosk.Money) kiosk.Item {
	h.t.Helper()
	item, err := h.shop.Office.Catalogue.Put(context.Background(), kiosk.OfficeActor{User: "ada", Role: kiosk.Organizer}, kiosk.Item{
		Stall: h.till().Stall.ID, Category: "Bread", Name: name, Price: price, VAT: 700,
	})
	h.must(err)
	return item
}

// trail lists the kinds of events of a stream.
func (h *house) trail(stream string) []kiosk.Event {
	h.t.Helper()
	var events []kiosk.Event
	h.must(h.store.View(context.Background(), func(r kiosk.Reader) (err error) {
		events, err = r.Events(stream, 0, 1000)
		return err
	}))
	return events
}

func TestCatalogue_aSaleOfItems(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		bread, cake := h.sells("Rye bread", 350), h.sells("Apple cake", 400)
		g := h.cashier()
		page := g.get(views.PathTill).body
		for _, want := range []string{`data-item="` + bread.ID + `"`, `data-cents="400"`, `name="item.` + cake.ID + `"`} {
			if !strings.Contains(page, want) {
				t.Errorf("the till does not have %s", want)
			}
		}
		lines := "2x400@" + cake.ID + " 1x350@" + bread.ID + " 120"
		g.script(counterview.PathCharge, "cents", "1143", "lines", lines, "discount", "10.00%", "reason", "regular", "key", freshKey())
		s := h.last()
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
		if link := h.payable(); len(link) != 1 || link[0].Amount.String() != "11.43" {
			t.Errorf("links %+v", link)
		}
		h.sound()
	})
}

// TestCatalogue_plainForm: without script a field counts each item, and the server alone prices it.
func TestCatalogue_plainForm(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		bread := h.sells("Rye bread", 350)
		g := h.cashier()
		r := g.post(counterview.PathCharge, "amount", "1,20", "item."+bread.ID, "2", "discount", "20", "unit", "%", "reason", "evening", "key", freshKey())
		if s := h.last(); r.status != http.StatusSeeOther || s.Goods != 656 || len(s.Lines) != 2 {
			t.Errorf("%d: goods %v, lines %+v", r.status, s.Goods, s.Lines)
		}
		h.free()
		if r := g.post(counterview.PathCharge, "amount", "", "item."+bread.ID, "1", "key", freshKey()); r.status != http.StatusSeeOther || h.last().Goods != 350 {
			t.Errorf("%d: goods %v", r.status, h.last().Goods)
		}
	})
}

// TestCatalogue_badInput edits what a till posts about items (B021) and discounts. Nothing of it
// makes a sale; an edited price leaves a line in the trail.
func TestCatalogue_badInput(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		bread, gone := h.sells("Rye bread", 350), h.sells("Old bread", 100)
		h.must(h.shop.Office.Catalogue.Remove(context.Background(), kiosk.OfficeActor{User: "ada", Role: kiosk.Organizer}, gone.Stall, gone.ID))
		g := h.cashier()
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
			{"no item", till.KeyLinesWrong, []string{"cents", "100", "lines", "1x100@"}},
			{"a discount without reason", kiosk.KeyDiscountReason, []string{"cents", "315", "lines", "350", "discount", "10%"}},
			{"a discount of everything", kiosk.KeyDiscountMuch, []string{"cents", "1", "lines", "350", "discount", "100%", "reason", "x"}},
			{"a discount above the sum", kiosk.KeyDiscountMuch, []string{"amount", "3,50", "discount", "4,00", "reason", "x"}},
			{"a discount in words", kiosk.KeyDiscountForm, []string{"cents", "350", "lines", "350", "discount", "much", "reason", "x"}},
			{"a discount the sum does not show", till.KeyLinesWrong, []string{"cents", "350", "lines", "350", "discount", "10%", "reason", "x"}},
		} {
			before := len(h.till().Last)
			r := g.script(counterview.PathCharge, append(c.form, "key", freshKey())...)
			if r.status != http.StatusUnprocessableEntity || !strings.Contains(r.body, `"`+c.key+`"`) {
				t.Errorf("%s: answered %d %s", c.what, r.status, r.body)
			}
			if len(h.till().Last) != before || len(h.payable()) != 0 {
				t.Fatalf("%s made a sale", c.what)
			}
		}
		told := 0
		for _, e := range h.trail(h.actor.Register) {
			if e.Kind == "charge.price" && e.Data == "Rye bread costs 3.50" {
				told++
			}
		}
		if told != 2 {
			t.Errorf("%d of two edited prices are in the trail", told)
		}
		h.sound()
	})
}

// TestCart_isMirrored: the display shows what is rung up, and neither a charge nor a late post
// leaves it there for the next customer.
func TestCart_isMirrored(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		bread := h.sells("Rye bread", 350)
		g, key := h.cashier(), freshKey()
		cart := []string{"key", key, "lines", "2x350@" + bread.ID + " 120", "discount", "1.00", "reason", "x"}
		if r := g.script(counterview.PathCart, cart...); r.status != http.StatusNoContent {
			t.Fatalf("answered %d %s", r.status, r.body)
		}
		d := h.display()
		if d.Shows != kiosk.ShowsCart || d.Cart.Total() != 720 || d.Cart.Lines[0].Name != "Rye bread" {
			t.Errorf("the display shows %s %+v", d.Shows, d.Cart)
		}
		if r := g.script(counterview.PathCart, "key", key, "lines", "1x1@"+bread.ID); r.status != http.StatusUnprocessableEntity {
			t.Errorf("an edited price: %d", r.status)
		}
		if page := g.get(views.PathTill).body; !strings.Contains(page, `data-cart="2x350@`+bread.ID+` 1x120"`) {
			t.Error("the till forgets what was rung up when it is loaded anew")
		}
		g.script(counterview.PathCharge, "cents", "720", "lines", "2x350@"+bread.ID+" 120", "discount", "1.00", "reason", "x", "key", key)
		g.script(counterview.PathCart, cart...) // it was under way
		h.free()
		if d := h.display(); d.Shows != kiosk.ShowsIdle {
			t.Errorf("after the sale the display shows %s %+v", d.Shows, d.Cart)
		}
		fresh := freshKey()
		g.script(counterview.PathCart, "key", fresh, "lines", "120")
		g.script(counterview.PathCart, "key", fresh, "lines", "")
		if d := h.display(); d.Shows != kiosk.ShowsIdle {
			t.Errorf("a cleared cart shows %s", d.Shows)
		}
	})
}
