package store

import (
	"database/sql"

	"qrkiosk/kiosk"
)

// recount compares the sums with what the events of a stream make.
type recount struct {
	totals  map[string]kiosk.Figures // running totals by register
	reports map[string]kiosk.Figures // of Z reports by shift
	sum     kiosk.Figures            // of the stream's events so far
	closed  kiosk.Figures            // the same at the last close
}

func (a *recount) readSums(r *reader) error {
	a.totals, a.reports = map[string]kiosk.Figures{}, map[string]kiosk.Figures{}
	err := r.each(func(rows *sql.Rows) error {
		var register string
		var f kiosk.Figures
		err := rows.Scan(figureDest([]any{&register}, &f)...)
		a.totals[register] = f
		return err
	}, `SELECT register, `+figureSums+` FROM totals WHERE shift = '' GROUP BY register`)
	if err != nil {
		return err
	}
	all, err := docs[kiosk.Report](r, `SELECT doc FROM zreport`)
	for _, z := range all {
		a.reports[z.Shift] = z.Figures
	}
	return err
}

// adds takes what an event booked and tells whether the Z report of a close is the sum of what was
// booked since the close before.
func (a *recount) adds(e kiosk.Event) bool {
	f, err := kiosk.ParseFigures(e.Posted)
	if err != nil {
		return false
	}
	a.sum = a.sum.Plus(f)
	if e.Kind != kiosk.EventClose {
		return true
	}
	since := a.sum.Minus(a.closed)
	a.closed = a.sum
	return e.Data == since.String() && a.reports[e.Subject] == since
}
