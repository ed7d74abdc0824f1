package till_test

import (
	"context"
	"testing"
	"time"

	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/sandbox"
)

// TestVirtual_silentGateway: a call without an answer is told within five seconds, by screens that know
// beforehand when they have to say so, and is told no more once the code is there.
func TestVirtual_silentGateway(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		h.Sandbox.Set(sandbox.CreateHang, 1)
		h.Charge(1250)
		began := time.Now()
		time.Sleep(time.Second)
		for name, next := range map[string]int64{"till": h.Till().Next, "display": h.Display().Next} {
			if next == 0 || next > began.Add(5*time.Second).UnixMilli() {
				t.Errorf("the %s changes by itself at %d", name, next)
			}
		}
		took := h.Until("both say so", 5*time.Second, func() bool { return h.Till().Away.Is() && h.Display().Away.Is() })
		if took > 4*time.Second {
			t.Errorf("it took %v and a second", took)
		}
		if since := h.Till().Away.Since; since < began.UnixMilli() || since > began.Add(100*time.Millisecond).UnixMilli() {
			t.Errorf("away since %d, charged at %d", since, began.UnixMilli())
		}
		h.UntilState(kiosk.Awaiting, 30*time.Second)
		if h.Till().Away.Is() || h.Display().Away.Is() || h.Till().Health.GatewaySeen == 0 {
			t.Error("it is said to be away still")
		}
		h.Records.Sound()
	})
}

// TestVirtual_otherMeans: a sale whose customer pays in another way ends as a cancelled one, says why, and is
// in no sum.
func TestVirtual_otherMeans(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		h.Sandbox.Set(sandbox.CreateHang, 1)
		sale := h.Charge(1250)
		h.Until("away", 5*time.Second, func() bool { return h.Till().Away.Is() })
		_, err := h.Shop.Till.OtherMeans.Take(context.Background(), h.Actor, sale.ID)
		h.Must(err)
		h.UntilState(kiosk.Cancelled, time.Minute)
		ended := h.Last()
		if ended.CancelFor != kiosk.CancelOtherMeans || ended.CancelBy != h.Actor.Staff || ended.Figures() != (kiosk.Figures{}) {
			t.Errorf("cancelled for %q by %q, figures %v", ended.CancelFor, ended.CancelBy, ended.Figures())
		}
		if _, err := h.Shop.Till.OtherMeans.Take(context.Background(), h.Actor, sale.ID); kiosk.KeyOf(err) != kiosk.ReasonClosed {
			t.Errorf("once more: %v", err)
		}
		h.Records.Sound()
	})
}

// TestVirtual_methods: a Z counts by the way of paying what was listed by its close; what is listed later
// counts in the next one, and the first stays as it was.
func TestVirtual_methods(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		paid := func(amount kiosk.Money) {
			_, err := h.ChargeAs(amount.String(), amount)
			h.Must(err)
			h.UntilState(kiosk.Awaiting, 2*time.Second)
			h.Sandbox.PayOnly()
			h.UntilState(kiosk.Paid, 5*time.Second)
		}
		paid(1250)
		h.Until("listed", 10*time.Second, func() bool { return h.Last().Confirmed() })
		if got := h.Last().Methods(); len(got) != 1 || got[0] != kiosk.MethodCard {
			t.Errorf("paid by %q", got)
		}
		h.Sandbox.Set(sandbox.PayInsEmpty, -1)
		paid(700)
		first, err := h.Shop.Till.CloseShift(context.Background(), h.Actor)
		h.Must(err)
		wantMethods(t, first, 1250, 700)

		h.Sandbox.Set(sandbox.PayInsEmpty, 0)
		h.Until("listed", 5*time.Minute, func() bool { return h.Last().Confirmed() })
		_, err = h.Shop.Till.OpenShift(context.Background(), h.Actor)
		h.Must(err)
		second, err := h.Shop.Till.CloseShift(context.Background(), h.Actor)
		h.Must(err)
		wantMethods(t, second, 700, -700)
		var kept kiosk.Report
		h.Must(h.Store.View(context.Background(), func(r kiosk.Reader) (err error) {
			kept, err = r.Report(first.Shift)
			return err
		}))
		wantMethods(t, kept, 1250, 700)
	})
}

func wantMethods(t *testing.T, z kiosk.Report, card, unknown kiosk.Money) {
	t.Helper()
	if len(z.Methods) != 1 || z.Methods[0] != (kiosk.MethodSum{Method: kiosk.MethodCard, Amount: card}) || z.UnknownMethod() != unknown {
		t.Errorf("Z %d: %v and %v not known; want %v by card and %v", z.No, z.Methods, z.UnknownMethod(), card, unknown)
	}
}
