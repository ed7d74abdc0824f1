package secpaid_test

import (
	"strings"
	"testing"
	"time"

	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/sandbox"
)

var everyWire = []sandbox.Wire{sandbox.WireSeeds, sandbox.Wire2026, sandbox.Wire2025, sandbox.Wire2024}

// TestRoundTrip takes a sale through its whole life at all nine endpoints: in every wire, plain
// and split, with plain and with encrypted webhooks.
func TestRoundTrip(t *testing.T) {
	for _, wire := range everyWire {
		for _, split := range []bool{false, true} {
			for _, sealed := range []bool{false, true} {
				name := wire.String()
				if split {
					name += " split"
				}
				if sealed {
					name += " encrypted"
				}
				t.Run(name, func(t *testing.T) { kiosktest.NewTrip(t, wire).Life(split, sealed) })
			}
		}
	}
}

// TestRoundTrip_transfer follows a bank transfer, which the client never asks for: the payer is
// sent on with success at once, the row is Pending, the link cannot be deleted, and five days later
// webhook and money come.
func TestRoundTrip_transfer(t *testing.T) {
	for _, wire := range everyWire {
		t.Run(wire.String(), func(t *testing.T) {
			r := kiosktest.NewTrip(t, wire)
			o := r.Order("K7Q2")
			o.Key = kiosktest.LinkKey
			opened, err := r.Connect(kiosktest.TripKey, with("bank_transfer", "true")).Open(t.Context(), o)
			if wrong := opened.Wrong; err != nil || wrong != "bank_transfer" && wire != sandbox.Wire2024 {
				t.Fatalf("opened %+v, %v", opened, err)
			}
			page := r.Only("K7Q2").URL
			if to := r.Press(page, "bank"); !strings.HasSuffix(to, "status=success") {
				t.Errorf("sent to %q", to)
			}
			if rows := r.Rows(r.Client, opened.PayID); len(rows) != 1 || rows[0].Status != kiosk.StatusPending || rows[0].Amount != 3539 {
				t.Errorf("rows %+v", rows)
			}
			if retired, err := r.Client.Retire(t.Context(), opened.PayID); retired == kiosk.RetiredGone || err != nil {
				t.Errorf("retired %q, %v", retired, err)
			}
			if len(r.Hooks) != 0 || r.Only("K7Q2").Used {
				t.Error("the money has not come yet")
			}
			r.Must(r.Gateway.Advance(6 * 24 * time.Hour))
			r.Told(o, opened)
			if rows := r.Rows(r.Client, opened.PayID); len(rows) != 1 || rows[0].Status != kiosk.StatusSuccess || !r.Only("K7Q2").Used {
				t.Errorf("rows %+v", rows)
			}
		})
	}
}

// TestRoundTrip_dispute: the payer's bank takes the money back and loses it again.
func TestRoundTrip_dispute(t *testing.T) {
	for _, wire := range everyWire {
		t.Run(wire.String(), func(t *testing.T) {
			r := kiosktest.NewTrip(t, wire)
			opened := r.Open(r.Order("K7Q2"))
			r.Must(r.Gateway.Pay(opened.PayID))
			r.Must(r.Gateway.OpenDispute(opened.PayID))
			sums := map[kiosk.RowKind]kiosk.Money{}
			for _, row := range r.Rows(r.Client, opened.PayID) {
				sums[row.Kind] += row.Amount
				if row.Dispute != (row.Kind == kiosk.RowPayment && wire != sandbox.Wire2024) { // that year has no such flag
					t.Errorf("row %+v", row)
				}
			}
			if sums[kiosk.RowPayment] != 3539 || sums[kiosk.RowDispute] != -3539 || len(sums) != 2 {
				t.Errorf("sums %v", sums)
			}
			r.Must(r.Gateway.CloseDispute(opened.PayID, true))
			clear(sums)
			for _, row := range r.Rows(r.Client, opened.PayID) {
				sums[row.Kind] += row.Amount
			}
			if sums[kiosk.RowPayment] != 3539 || sums[kiosk.RowDispute] != 0 || len(sums) != 2 {
				t.Errorf("sums after it was won %v", sums)
			}
		})
	}
}
