package report

import (
	"context"

	"qrkiosk/kiosk"
)

// XReport tells what the register took since its last close. It changes nothing. An unknown
// register is [kiosk.NotFound].
func (rp *Reports) XReport(ctx context.Context, register string) (kiosk.Report, error) {
	var x kiosk.Report
	err := rp.store.View(ctx, func(r kiosk.Reader) (err error) {
		x, err = kiosk.ReportOf(r, register, rp.kernel.Now())
		return err
	})
	return x, err
}

// ZReports lists up to n reports of a register with numbers below before (0: all), newest first.
func (rp *Reports) ZReports(ctx context.Context, register string, before int64, n int) ([]kiosk.Report, error) {
	var all []kiosk.Report
	err := rp.store.View(ctx, func(r kiosk.Reader) (err error) {
		all, err = r.Reports(register, before, n)
		return err
	})
	return all, err
}

// PostedAfterClose tells what was booked for the sales of a closed shift after its close: it stands in the
// reports of later shifts, under Earlier.
func (rp *Reports) PostedAfterClose(ctx context.Context, z kiosk.Report) (kiosk.Figures, error) {
	var now kiosk.Figures
	err := rp.store.View(ctx, func(r kiosk.Reader) (err error) {
		now, err = r.Totals(z.Register, z.Shift)
		return err
	})
	return now.Minus(z.OfShift), err
}
