package store

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"qrkiosk/kiosk"
)

// TestListed_byAccount: sums of the gateway's rows are kept by account, never together.
func TestListed_byAccount(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		house := kiosk.PayInSum{Stall: stallID, Register: reg, Day: "2024-10-03", Rows: 2, Amount: 1000, Fee: 15, FeePSP: 40, Net: 945, Open: 945}
		own := kiosk.PayInSum{Stall: stallID, Register: reg, Day: house.Day, AccountID: "own", Rows: 1, Amount: 7, Net: 7}
		for _, booked := range [][]kiosk.PayInSum{{house}, {own}, {own, house}} {
			h.must(reg, func(tx kiosk.Tx) error {
				return tx.Post(kiosk.NewPosting{Stall: stallID, Register: reg, PayIns: booked})
			})
		}
		double := func(l kiosk.PayInSum) kiosk.PayInSum {
			return kiosk.PayInSum{
				Stall: l.Stall, Day: l.Day, AccountID: l.AccountID, Rows: 2 * l.Rows, Amount: 2 * l.Amount,
				Fee: 2 * l.Fee, FeePSP: 2 * l.FeePSP, Net: 2 * l.Net, Open: 2 * l.Open,
			}
		}
		var got []kiosk.PayInSum
		err := h.View(context.Background(), func(r kiosk.Reader) (err error) {
			got, err = r.PayInSums(kiosk.PayInSumQuery{Stall: stallID, First: "2024-01-01", Last: "2024-12-31"})
			return err
		})
		if d := cmp.Diff([]kiosk.PayInSum{double(house), double(own)}, got); d != "" || err != nil {
			t.Errorf("listed (-want +got): %s, %v", d, err)
		}
	})
}
