package main

import (
	"context"
	"testing"
	"time"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/sandbox"
	"qrkiosk/kiosk/till"
)

// chargeAs makes a further sale with a command key of its own.
func (h *house) chargeAs(key string, amount kiosk.Money) (*kiosk.Sale, error) {
	return h.shop.Till.Charge(context.Background(), h.actor, till.Charge{Amount: amount, Key: "key-of-the-sale-" + key})
}

func (h *house) byNumber(number string) *kiosk.Sale {
	h.t.Helper()
	sale, err := h.shop.Till.SaleByNumber(context.Background(), h.actor.Register, number)
	h.must(err)
	return sale
}

// TestVirtual_tip: the display asks first, and the link is made for the whole.
func TestVirtual_tip(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		sale := h.charge(1250)
		time.Sleep(5 * time.Second)
		if d := h.display(); d.Shows != kiosk.ShowsTip || len(h.sandbox.Links()) != 0 {
			t.Fatalf("the display shows %s, %d links", d.Shows, len(h.sandbox.Links()))
		}
		_, err := h.shop.Till.Tip(context.Background(), h.actor.Register, sale.ID, 150)
		h.must(err)
		h.untilState(kiosk.Awaiting, 2*time.Second)
		if l := h.payable()[0]; l.Amount != 1400 {
			t.Errorf("the link is of %v", l.Amount)
		}
		if _, err := h.shop.Till.Tip(context.Background(), h.actor.Register, sale.ID, 150); kiosk.KeyOf(err) != kiosk.ReasonTipClosed {
			t.Errorf("a second tip: %v", err)
		}
		h.pay()
		h.until("confirmed", 10*time.Second, func() bool { return h.last().Confirmed() })
		if s := h.last(); s.Tip != 150 || s.Received() != 1400 {
			t.Errorf("tip %v, received %v", s.Tip, s.Received())
		}
		h.sound()
	}, func(h *house) { h.settings = func(s *kiosk.Stall) { s.AsksTip = true } })
}

// TestVirtual_busyAndAside: a register has one sale at a time; one that was set aside is paid later
// without turning the next one green.
func TestVirtual_busyAndAside(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		a, err := h.chargeAs("a", 1000)
		h.must(err)
		h.untilState(kiosk.Awaiting, 2*time.Second)
		if _, err := h.chargeAs("b", 2000); kiosk.KeyOf(err) != kiosk.ReasonBusy {
			t.Fatalf("a second sale: %v", err)
		}
		_, err = h.shop.Till.SetAside(context.Background(), h.actor, a.ID)
		h.must(err)
		b, err := h.chargeAs("b", 2000)
		h.must(err)
		h.until("two links", 2*time.Second, func() bool { return len(h.payable()) == 2 })
		h.must(h.sandbox.Pay(h.payable()[0].ID))
		h.until("A paid", 2*time.Second, func() bool { return h.byNumber(a.Number).State() == kiosk.Paid })
		if d := h.display(); d.Shows != kiosk.ShowsCode || d.Sale.ID != b.ID {
			t.Errorf("the display shows %s", d.Shows)
		}
		h.sound()
	})
}

// TestVirtual_split: shares are sent as absolute cents, and our own part of the row is the whole.
func TestVirtual_split(t *testing.T) {
	for _, own := range []bool{false, true} {
		inBubble(t, func(t *testing.T, h *house) {
			if own {
				h.sandbox.Set(sandbox.PayInsOwnPart, -1)
			}
			h.must(h.sandbox.AddAccount(sandbox.Account{Name: "Baker", Key: "key-of-the-baker-in-tests", RecipientToken: "baker", UserID: "u-baker"}))
			h.charge(1001)
			h.untilState(kiosk.Awaiting, 2*time.Second)
			if l := h.payable()[0]; l.Split != "absolute" {
				t.Errorf("the link is %+v", l)
			}
			h.pay()
			h.until("confirmed", 10*time.Second, func() bool { return h.last().Confirmed() })
			if s := h.last(); s.State() != kiosk.Paid || s.Received() != 1001 {
				t.Errorf("%s, received %v", s.State(), s.Received())
			}
			h.sound()
		}, func(h *house) {
			h.settings = func(s *kiosk.Stall) { s.SplitTerms = []kiosk.Share{{Token: "baker", Percent: 1100}} }
		})
	}
}

// TestVirtual_paidBeforeItIsFound: the create's answer is lost, the lists of links are down, and the
// payment's row is the first that tells of the link. It is known by its number from then on, which
// a refund needs and which keeps it from being counted twice.
func TestVirtual_paidBeforeItIsFound(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		h.sandbox.Set(sandbox.CreateLost, 1)
		h.sandbox.Set(sandbox.ListDown, -1)
		h.sandbox.Set(sandbox.WebhookOff, -1)
		sale := h.charge(1250)
		time.Sleep(time.Second)
		h.pay()
		h.must(h.shop.Till.RequestLook(context.Background(), h.actor, sale.ID))
		h.untilState(kiosk.Paid, 10*time.Second)
		paid := h.sandbox.Links()[0].ID
		if l := h.last().Link(1); l.PayID != paid {
			t.Errorf("the link is number %d, the gateway calls it %d", l.PayID, paid)
		}
		h.sound()
	})
}
