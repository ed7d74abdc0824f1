package kiosktest

import (
	"context"

	"qrkiosk/kiosk"
)

// Takings is the sum of what was booked on some days.
func (h *Installation) Takings(first, last int64) (sum kiosk.Figures) {
	h.T.Helper()
	h.Must(h.Store.View(context.Background(), func(r kiosk.Reader) error {
		rows, err := r.Takings(kiosk.TakingsQuery{First: first, Last: last})
		for _, row := range rows {
			sum = sum.Plus(row.Figures)
		}
		return err
	}))
	return sum
}

// X is the running report of the register.
func (h *Installation) X() kiosk.Report {
	h.T.Helper()
	x, err := h.Shop.Reports.XReport(context.Background(), h.Actor.Register)
	h.Must(err)
	return x
}
