package main

import (
	"net/http"
	"testing"
	"time"

	"qrkiosk/kiosk"
	"qrkiosk/views/counterview"
)

func asksTip(h *house) { h.settings = func(s *kiosk.Stall) { s.AsksTip = true } }

// TestTip_timesOut: the server ends the question by itself, whatever screens do, also if it was
// away when the time was over.
func TestTip_timesOut(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		h.charge(1250)
		if d := h.display(); d.Shows != kiosk.ShowsTip {
			t.Fatalf("the display shows %s", d.Shows)
		}
		time.Sleep(29 * time.Second)
		if s := h.last(); s.State() != kiosk.Asking || len(h.payable()) != 0 {
			t.Fatalf("after 29 s the sale is %s", s.State())
		}
		h.untilState(kiosk.Awaiting, 3*time.Second)
		if s := h.last(); s.Tip != 0 || s.Total() != 1250 || len(h.payable()) != 1 {
			t.Errorf("tip %v, total %v", s.Tip, s.Total())
		}
		h.sound()
	}, asksTip)
	inBubble(t, func(t *testing.T, h *house) {
		h.charge(1250)
		h.restart(5 * time.Minute)
		h.untilState(kiosk.Awaiting, 3*time.Second)
	}, asksTip)
}

// TestTip_cashierGoesOn: the cashier may end the question; without any display nobody is asked.
func TestTip_cashierGoesOn(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		g := h.cashier()
		g.script(counterview.PathCharge, "cents", "1250", "key", freshKey())
		if s := h.last(); s.AsksTip || s.State() == kiosk.Asking {
			t.Errorf("no display is there, and the sale is %s", s.State())
		}
		h.free()
		h.charge(900)
		sale := h.last()
		if r := g.post(counterview.PathNoTip, "sale", sale.ID); r.status != http.StatusSeeOther {
			t.Errorf("answered %d %s", r.status, r.body)
		}
		h.untilState(kiosk.Awaiting, 3*time.Second)
		if r := g.script(counterview.PathNoTip, "sale", sale.ID); r.status != http.StatusConflict {
			t.Errorf("a second time: %d %s", r.status, r.body)
		}
	}, asksTip)
}
