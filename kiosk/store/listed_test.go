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
		house := kiosk.Listed{Stall: stallID, Register: reg, Day: "2024-10-03", Rows: 2, Amount: 1000, Fee: 15, FeePSP: 40, Net: 945, Open: 945}
		own := kiosk.Listed{Stall: stallID, Register: reg, Day: house.Day, Holder: "own", Rows: 1, Amount: 7, Net: 7}
		for _, booked := range [][]kiosk.Listed{{house}, {own}, {own, house}} {
			h.must(reg, func(tx kiosk.Tx) error {
				return tx.Book(kiosk.Booking{Stall: stallID, Register: reg, Listed: booked})
			})
		}
		double := func(l kiosk.Listed) kiosk.Listed {
			return kiosk.Listed{
				Stall: l.Stall, Day: l.Day, Holder: l.Holder, Rows: 2 * l.Rows, Amount: 2 * l.Amount,
				Fee: 2 * l.Fee, FeePSP: 2 * l.FeePSP, Net: 2 * l.Net, Open: 2 * l.Open,
			}
		}
		var got []kiosk.Listed
		err := h.View(context.Background(), func(r kiosk.Reader) (err error) {
			got, err = r.Listed(kiosk.ListedQuery{Stall: stallID, First: "2024-01-01", Last: "2024-12-31"})
			return err
		})
		if d := cmp.Diff([]kiosk.Listed{double(house), double(own)}, got); d != "" || err != nil {
			t.Errorf("listed (-want +got): %s, %v", d, err)
		}
	})
}
