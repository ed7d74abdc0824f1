package till_test

import (
	"net/http"
	"testing"
	"time"

	"qrkiosk/views/counterview"

	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/kiosk"
)

func asksTip(h *kiosktest.Installation) { h.Settings = func(s *kiosk.Stall) { s.AsksTip = true } }

// TestTip_timesOut: the server ends the question by itself, whatever screens do, also if it was
// away when the time was over.
func TestTip_timesOut(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		h.Charge(1250)
		if d := h.Display(); d.Shows != kiosk.ShowsTip {
			t.Fatalf("the display shows %s", d.Shows)
		}
		time.Sleep(29 * time.Second)
		if s := h.Last(); s.State() != kiosk.Asking || len(h.Sandbox.Payable()) != 0 {
			t.Fatalf("after 29 s the sale is %s", s.State())
		}
		h.UntilState(kiosk.Awaiting, 3*time.Second)
		if s := h.Last(); s.Tip != 0 || s.Total() != 1250 || len(h.Sandbox.Payable()) != 1 {
			t.Errorf("tip %v, total %v", s.Tip, s.Total())
		}
		h.Records.Sound()
	}, asksTip)
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		h.Charge(1250)
		h.Restart(5 * time.Minute)
		h.UntilState(kiosk.Awaiting, 3*time.Second)
	}, asksTip)
}

// TestTip_cashierGoesOn: the cashier may end the question; without any display nobody is asked.
func TestTip_cashierGoesOn(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		g := h.Cashier()
		g.Script(counterview.PathCharge, "cents", "1250", "key", kiosktest.FreshKey())
		if s := h.Last(); s.AsksTip || s.State() == kiosk.Asking {
			t.Errorf("no display is there, and the sale is %s", s.State())
		}
		h.Free()
		h.Charge(900)
		sale := h.Last()
		if r := g.Post(counterview.PathNoTip, "sale", sale.ID); r.Status != http.StatusSeeOther {
			t.Errorf("answered %d %s", r.Status, r.Body)
		}
		h.UntilState(kiosk.Awaiting, 3*time.Second)
		if r := g.Script(counterview.PathNoTip, "sale", sale.ID); r.Status != http.StatusConflict {
			t.Errorf("a second time: %d %s", r.Status, r.Body)
		}
	}, asksTip)
}
