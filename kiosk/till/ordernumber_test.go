package till_test

import (
	"context"
	"testing"
	"time"

	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/kiosk"
)

func callsUp(h *kiosktest.Installation) {
	h.Settings = func(s *kiosk.Stall) { s.CallsUp, s.Zone = true, "Europe/Berlin" }
}

// TestCharge_orderNumbers: a register counts its sales from 1 on every day of its stall, by the stall's
// clocks; a repeated charge is the same sale with the same number. Other registers count for themselves.
func TestCharge_orderNumbers(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		ctx := context.Background()
		charge := func(key, want string) {
			t.Helper()
			sale, err := h.ChargeAs(key, 450)
			h.Must(err)
			if sale.OrderNumber != want {
				t.Errorf("the sale of %s is called %q, want %q", time.Now().UTC(), sale.OrderNumber, want)
			}
		}
		letter := h.Till().Register.Prefix[:1]
		charge("1", letter+" 1")
		charge("1", letter+" 1")
		h.Free()
		charge("2", letter+" 2")
		h.Free()
		if d := h.Last(); d.Number == "" || d.OrderNumber != letter+" 2" {
			t.Errorf("stored as %q, %q", d.Number, d.OrderNumber)
		}

		berlin, err := kiosk.Zone("Europe/Berlin")
		h.Must(err)
		now := time.Now().In(berlin)
		midnight := time.Date(now.Year(), now.Month(), now.Day()+1, 0, 0, 0, 0, berlin)
		time.Sleep(time.Until(midnight) - time.Minute)
		charge("3", letter+" 3")
		h.Free()
		time.Sleep(time.Until(midnight) + time.Second)
		charge("4", letter+" 1")
		h.Free()

		// A second register of that letter: from now on both are told apart by what their sale numbers have.
		_, err = h.Shop.Office.Registers.Add(ctx, h.Till().Stall.ID, "Beside", letter+"9")
		h.Must(err)
		charge("6", h.Till().Register.Prefix+" 2")
		h.Records.Sound()
	}, callsUp)
}

// TestCharge_nobodyIsCalled: without the stall's switch there is no order number.
func TestCharge_nobodyIsCalled(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		if sale := h.Charge(450); sale.OrderNumber != "" {
			t.Errorf("called %q", sale.OrderNumber)
		}
	})
}
