package report

import (
	"cmp"
	"context"
	"slices"

	"qrkiosk/kiosk"
)

// ShiftsOf lists the Z reports that were closed on local days from first to last: of one stall, or of
// all that the clerk may see if stall is "". A stall that is none of theirs is [kiosk.NotFound].
func (rp *Reports) ShiftsOf(ctx context.Context, by kiosk.OfficeActor, stall string, first, last int64) (kiosk.Shifts, error) {
	all := kiosk.Shifts{Stall: cmp.Or(stall, by.Stall)}
	if err := cmp.Or(CheckDays(first, last), by.CheckMayRead(all.Stall)); err != nil {
		return kiosk.Shifts{}, err
	}
	err := rp.store.View(ctx, func(r kiosk.Reader) error {
		x := kiosk.Export{Names: map[string]string{}}
		if err := readNames(&x, r, by.Stall); err != nil {
			return err
		}
		stalls, err := r.Stalls()
		if err != nil {
			return err
		}
		all.Names = x.Names
		all.Stalls = slices.DeleteFunc(stalls, func(s kiosk.Stall) bool { return !by.MayRead(s.ID) })
		reports, err := r.ReportsClosed((first-1)*kiosk.DayMillis, (last+2)*kiosk.DayMillis)
		addReports(&all, reports, first, last)
		return err
	})
	if err == nil && all.Stall != "" && all.Names[all.Stall] == "" {
		err = &kiosk.Error{Code: kiosk.NotFound, Key: string(kiosk.NotFound)}
	}
	return all, err
}

// add sorts reports into the days of their stalls and adds them up.
func addReports(l *kiosk.Shifts, reports []kiosk.Report, first, last int64) {
	l.Days, l.Sum = nil, kiosk.Figures{}
	zones := map[string]string{}
	for _, s := range l.Stalls {
		zones[s.ID] = s.Zone
	}
	for _, z := range reports {
		zone, own := zones[z.Stall]
		day, _ := kiosk.LocalHour(zone, z.Closed)
		if !own || day < first || day > last || (l.Stall != "" && l.Stall != z.Stall) {
			continue
		}
		at, there := slices.BinarySearchFunc(l.Days, day, func(d kiosk.ShiftDay, day int64) int { return cmp.Compare(d.Day, day) })
		if !there {
			l.Days = slices.Insert(l.Days, at, kiosk.ShiftDay{Day: day})
		}
		l.Days[at].Reports = append(l.Days[at].Reports, z)
		l.Days[at].Sum = l.Days[at].Sum.Plus(z.Figures)
		l.Sum = l.Sum.Plus(z.Figures)
	}
}

// OfficeReport is a Z report with everything it is drawn with.
type OfficeReport struct {
	Report     kiosk.Report
	AfterClose kiosk.Figures // booked for sales of the shift after its close
	Stall      kiosk.Stall
	Register   kiosk.Register
	Names      map[string]string
}

// OfficeReport reads the Z report of a closed shift of a stall, as it was frozen, for whoever heads
// the stall. One of another stall, or of a shift that is open, is [kiosk.NotFound].
func (rp *Reports) OfficeReport(ctx context.Context, by kiosk.OfficeActor, stall, shift string) (OfficeReport, error) {
	if err := by.CheckMayRead(stall); err != nil {
		return OfficeReport{}, err
	}
	var o OfficeReport
	err := rp.store.View(ctx, func(r kiosk.Reader) (err error) {
		if o.Report, err = r.Report(shift); kiosk.CodeOf(err) == kiosk.NotFound || (err == nil && o.Report.Stall != stall) {
			return &kiosk.Error{Code: kiosk.NotFound, Key: kiosk.KeyNoSuchReport}
		}
		if err != nil {
			return err
		}
		return o.read(r)
	})
	return o, err
}

func (o *OfficeReport) read(r kiosk.Reader) (err error) {
	if o.Stall, err = r.Stall(o.Report.Stall); err != nil {
		return err
	}
	if o.Register, err = r.Register(o.Report.Register); err != nil {
		return err
	}
	x := kiosk.Export{Names: map[string]string{}}
	if err := readStallNames(&x, r, o.Stall.ID); err != nil {
		return err
	}
	o.Names = x.Names
	now, err := r.Totals(o.Report.Register, o.Report.Shift)
	o.AfterClose = now.Minus(o.Report.OfShift)
	return err
}
