package till_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/sandbox"
	"qrkiosk/views"
)

// lateMoney is a sale that was cancelled and whose link was paid after it was gone.
func lateMoney(h *kiosktest.Installation, amount kiosk.Money) *kiosk.Sale {
	h.T.Helper()
	h.Sandbox.Set(sandbox.PayDeleted, -1)
	sale := h.OnShow(amount)
	link := h.ShownLink()
	_, err := h.Shop.Till.Cancel(context.Background(), h.Actor, sale.ID)
	h.Must(err)
	h.UntilState(kiosk.Cancelled, 5*time.Second)
	h.Must(h.Sandbox.Pay(link.ID))
	h.Until("the late row", 15*time.Minute, func() bool { return h.Now(sale).Received() == amount })
	return h.Now(sale)
}

// TestAttach_touchesItsOwnSaleAlone: whatever the register shows now goes on, unless a sale of the same
// lines and amount is named too.
func TestAttach_touchesItsOwnSaleAlone(t *testing.T) {
	for name, c := range map[string]struct {
		next    kiosk.Money
		offered bool
		also    bool
		want    kiosk.State
	}{
		"another customer's":     {next: 700, want: kiosk.Awaiting},
		"the same, not asked":    {next: 1250, offered: true, want: kiosk.Awaiting},
		"the same, asked for":    {next: 1250, offered: true, also: true, want: kiosk.Cancelled},
		"nothing is shown there": {},
	} {
		t.Run(name, func(t *testing.T) {
			kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
				late := lateMoney(h, 1250)
				var next *kiosk.Sale
				if c.next > 0 {
					next = h.OnShow(c.next)
				}
				g := h.Cashier()
				box := checkbox(t, g.Get(views.SalePath(late.Number)).Body)
				if (box != nil) != c.offered {
					t.Fatalf("the page offers to end another sale: %v", box)
				}
				if box != nil && (box["value"] != next.ID || box["checked"] != "") {
					t.Errorf("the box is %v", box)
				}
				also := ""
				if c.also {
					also = next.ID
				}
				_, err := h.Shop.Till.Attach(context.Background(), h.Actor, late.ID, "the customer has the goods", also)
				h.Must(err)
				if s := h.Now(late).State(); s != kiosk.Paid {
					t.Errorf("the sale of the late money is %s", s)
				}
				if next != nil {
					h.Until(string(c.want), 5*time.Second, func() bool { return h.Now(next).State() == c.want })
				}
				h.Records.Sound()
			})
		})
	}
}

// TestAttach_twinIsNotThere: where the other sale has ended meanwhile, or is another's, nothing is decided.
func TestAttach_twinIsNotThere(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		late := lateMoney(h, 1250)
		other := h.OnShow(700)
		_, err := h.Shop.Till.Attach(context.Background(), h.Actor, late.ID, "the customer has the goods", other.ID)
		h.WantKey(err, kiosk.Conflict, kiosk.ReasonTwinEnded)
		h.PayShown()
		h.UntilState(kiosk.Paid, 5*time.Second)
		twin := h.OnShow(1250)
		h.PayShown()
		h.UntilState(kiosk.Paid, 5*time.Second)
		_, err = h.Shop.Till.Attach(context.Background(), h.Actor, late.ID, "the customer has the goods", twin.ID)
		h.WantKey(err, kiosk.Conflict, kiosk.ReasonTwinEnded)
		if s := h.Now(late).State(); s != kiosk.Review || h.Now(twin).State() != kiosk.Paid || h.Now(other).State() != kiosk.Paid {
			t.Errorf("the sale of the late money is %s", s)
		}
		h.Records.Sound()
	})
}

// checkbox finds the box that ends another sale too: its attributes, nil where there is none.
func checkbox(t *testing.T, page string) map[string]string {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	for n := range root.Descendants() {
		if n.Data != "input" {
			continue
		}
		found := map[string]string{}
		for _, a := range n.Attr {
			found[a.Key] = a.Val
			if a.Key == "checked" {
				found[a.Key] = "yes"
			}
		}
		if found["name"] == "also" {
			return found
		}
	}
	return nil
}
