package till_test

import (
	"context"
	"testing"
	"time"

	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/sandbox"
)

// TestVirtual_tip: the display asks first, and the link is made for the whole.
func TestVirtual_tip(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		sale := h.Charge(1250)
		time.Sleep(5 * time.Second)
		if d := h.Display(); d.Shows != kiosk.ShowsTip || len(h.Sandbox.Links()) != 0 {
			t.Fatalf("the display shows %s, %d links", d.Shows, len(h.Sandbox.Links()))
		}
		_, err := h.Shop.Till.Tip(context.Background(), h.Actor.Register, sale.ID, 150)
		h.Must(err)
		h.UntilState(kiosk.Awaiting, 2*time.Second)
		if l := h.Sandbox.Payable()[0]; l.Amount != 1400 {
			t.Errorf("the link is of %v", l.Amount)
		}
		if _, err := h.Shop.Till.Tip(context.Background(), h.Actor.Register, sale.ID, 150); kiosk.KeyOf(err) != kiosk.ReasonTipClosed {
			t.Errorf("a second tip: %v", err)
		}
		h.Sandbox.PayOnly()
		h.Until("confirmed", 10*time.Second, func() bool { return h.Last().Confirmed() })
		if s := h.Last(); s.Tip != 150 || s.Received() != 1400 {
			t.Errorf("tip %v, received %v", s.Tip, s.Received())
		}
		h.Records.Sound()
	}, func(h *kiosktest.Installation) { h.Settings = func(s *kiosk.Stall) { s.AsksTip = true } })
}

// TestVirtual_busyAndAside: a register has one sale at a time; one that was set aside is paid later
// without turning the next one green.
func TestVirtual_busyAndAside(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		a, err := h.ChargeAs("a", 1000)
		h.Must(err)
		h.UntilState(kiosk.Awaiting, 2*time.Second)
		if _, err := h.ChargeAs("b", 2000); kiosk.KeyOf(err) != kiosk.ReasonBusy {
			t.Fatalf("a second sale: %v", err)
		}
		_, err = h.Shop.Till.SetAside(context.Background(), h.Actor, a.ID)
		h.Must(err)
		b, err := h.ChargeAs("b", 2000)
		h.Must(err)
		h.Until("two links", 2*time.Second, func() bool { return len(h.Sandbox.Payable()) == 2 })
		h.Must(h.Sandbox.Pay(h.Sandbox.Payable()[0].ID))
		h.Until("A paid", 2*time.Second, func() bool { return h.ByNumber(a.Number).State() == kiosk.Paid })
		if d := h.Display(); d.Shows != kiosk.ShowsCode || d.Sale.ID != b.ID {
			t.Errorf("the display shows %s", d.Shows)
		}
		h.Records.Sound()
	})
}

// TestVirtual_split: shares are sent as absolute cents, and our own part of the row is the whole.
func TestVirtual_split(t *testing.T) {
	for _, own := range []bool{false, true} {
		kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
			if own {
				h.Sandbox.Set(sandbox.PayInsOwnPart, -1)
			}
			h.Must(h.Sandbox.AddAccount(sandbox.Account{Name: "Baker", Key: "key-of-the-baker-in-tests", RecipientToken: "baker", UserID: "u-baker"}))
			h.Charge(1001)
			h.UntilState(kiosk.Awaiting, 2*time.Second)
			if l := h.Sandbox.Payable()[0]; l.Split != "absolute" {
				t.Errorf("the link is %+v", l)
			}
			h.Sandbox.PayOnly()
			h.Until("confirmed", 10*time.Second, func() bool { return h.Last().Confirmed() })
			if s := h.Last(); s.State() != kiosk.Paid || s.Received() != 1001 {
				t.Errorf("%s, received %v", s.State(), s.Received())
			}
			h.Records.Sound()
		}, func(h *kiosktest.Installation) {
			h.Settings = func(s *kiosk.Stall) { s.SplitTerms = []kiosk.Share{{Token: "baker", Percent: 1100}} }
		})
	}
}

// TestVirtual_paidBeforeItIsFound: the create's answer is lost, the lists of links are down, and the
// payment's row is the first that tells of the link. It is known by its number from then on, which
// a refund needs and which keeps it from being counted twice.
func TestVirtual_paidBeforeItIsFound(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		h.Sandbox.Set(sandbox.CreateLost, 1)
		h.Sandbox.Set(sandbox.ListDown, -1)
		h.Sandbox.Set(sandbox.WebhookOff, -1)
		sale := h.Charge(1250)
		time.Sleep(time.Second)
		h.Sandbox.PayOnly()
		h.Must(h.Shop.Till.RequestLook(context.Background(), h.Actor, sale.ID))
		h.UntilState(kiosk.Paid, 10*time.Second)
		paid := h.Sandbox.Links()[0].ID
		if l := h.Last().Link(1); l.PayID != paid {
			t.Errorf("the link is number %d, the gateway calls it %d", l.PayID, paid)
		}
		h.Records.Sound()
	})
}
