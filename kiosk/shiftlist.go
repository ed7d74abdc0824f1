package kiosk

import (
	"cmp"
	"context"
	"slices"
)

// Shifts are the Z reports of some days with the names of what they are about.
type Shifts struct {
	Stall  string     // whose they are, "" all
	Days   []ShiftDay // oldest first; days without a report are left out
	Sum    Figures    // of all of them
	Stalls []Stall    // those the clerk may ask for
	Names  map[string]string
}

// ShiftDay is a local day with the Z reports of the shifts that were closed on it.
type ShiftDay struct {
	Day     int64    // since 1 January 1970, by the clocks of the stalls
	Reports []Report // by the time of their close
	Sum     Figures
}

// ShiftsOf lists the Z reports that were closed on local days from first to last: of one stall, or of
// all that the clerk may see if stall is "". A stall that is none of theirs is [NotFound].
func (s *Shop) ShiftsOf(ctx context.Context, by Clerk, stall string, first, last int64) (Shifts, error) {
	all := Shifts{Stall: cmp.Or(stall, by.Stall)}
	if err := cmp.Or(CheckDays(first, last), by.mayRead(all.Stall)); err != nil {
		return Shifts{}, err
	}
	err := s.store.View(ctx, func(r Reader) error {
		x := Export{Names: map[string]string{}}
		if err := x.readNames(r, by.Stall); err != nil {
			return err
		}
		stalls, err := r.Stalls()
		if err != nil {
			return err
		}
		all.Names = x.Names
		all.Stalls = slices.DeleteFunc(stalls, func(s Stall) bool { return !by.Heads(s.ID) })
		reports, err := r.ReportsClosed((first-1)*dayMillis, (last+2)*dayMillis)
		addReports(&all, reports, first, last)
		return err
	})
	if err == nil && all.Stall != "" && all.Names[all.Stall] == "" {
		err = &Error{Code: NotFound, Key: string(NotFound)}
	}
	return all, err
}

// add sorts reports into the days of their stalls and adds them up.
func addReports(l *Shifts, reports []Report, first, last int64) {
	l.Days, l.Sum = nil, Figures{}
	zones := map[string]string{}
	for _, s := range l.Stalls {
		zones[s.ID] = s.Zone
	}
	for _, z := range reports {
		zone, own := zones[z.Stall]
		day, _ := LocalHour(zone, z.Closed)
		if !own || day < first || day > last || (l.Stall != "" && l.Stall != z.Stall) {
			continue
		}
		at, there := slices.BinarySearchFunc(l.Days, day, func(d ShiftDay, day int64) int { return cmp.Compare(d.Day, day) })
		if !there {
			l.Days = slices.Insert(l.Days, at, ShiftDay{Day: day})
		}
		l.Days[at].Reports = append(l.Days[at].Reports, z)
		l.Days[at].Sum = l.Days[at].Sum.Plus(z.Figures)
		l.Sum = l.Sum.Plus(z.Figures)
	}
}

// OfficeReport is a Z report with everything it is drawn with.
type OfficeReport struct {
	Report   Report
	Since    Figures // booked for sales of the shift after its close
	Stall    Stall
	Register Register
	Names    map[string]string
}

// OfficeReport reads the Z report of a closed shift of a stall, as it was frozen, for whoever heads
// the stall. One of another stall, or of a shift that is open, is [NotFound].
func (s *Shop) OfficeReport(ctx context.Context, by Clerk, stall, shift string) (OfficeReport, error) {
	if err := by.heads(stall); err != nil {
		return OfficeReport{}, err
	}
	var o OfficeReport
	err := s.store.View(ctx, func(r Reader) (err error) {
		if o.Report, err = r.Report(shift); CodeOf(err) == NotFound || (err == nil && o.Report.Stall != stall) {
			return &Error{Code: NotFound, Key: KeyNoSuchReport}
		}
		if err != nil {
			return err
		}
		return o.read(r)
	})
	return o, err
}

func (o *OfficeReport) read(r Reader) (err error) {
	if o.Stall, err = r.Stall(o.Report.Stall); err != nil {
		return err
	}
	if o.Register, err = r.Register(o.Report.Register); err != nil {
		return err
	}
	x := Export{Names: map[string]string{}}
	if err := x.readStall(r, o.Stall.ID); err != nil {
		return err
	}
	o.Names = x.Names
	now, err := r.Totals(o.Report.Register, o.Report.Shift)
	o.Since = now.Minus(o.Report.Own)
	return err
}
