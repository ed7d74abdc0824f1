package kiosk

// Report is what a register took since its last close: an X report while it runs, a Z report once
// its shift is closed. Reports of a register follow each other without gap or overlap, so that
// their figures add up to its running total.
type Report struct {
	Register string
	Stall    string
	Shift    string // ID; "" for an X report while no shift is open
	No       int64  // of the shift, and so of the Z report; 0 while no shift is open
	Opened   int64  // Unix milliseconds
	OpenedBy string // staff ID
	Closed   int64  // Unix milliseconds, 0 for an X report
	ClosedBy string
	At       int64 // Unix milliseconds when it was drawn up

	Figures Figures // all that was booked since the last close
	OfShift Figures `json:"Own"` // the part about sales of this very shift
	Total   Figures // running total of the register, at the end of this report

	// Methods is what the gateway had listed by then of this report's money, by the way it was paid; the rest
	// of what is kept is [Report.UnknownMethod]. nil in reports of the time before they were told apart.
	Methods []MethodSum

	Unconfirmed []Pending // paid, and no pay-in row yet
	InReview    []Pending

	// Pay-ins of the gateway's account that belong to no sale of any register and that no person has
	// settled yet, as they were known when the report was drawn up. They are in no other figure.
	Unmatched    int64
	UnmatchedSum Money
}

// Earlier is the part of a report about sales of earlier shifts: late money, refunds, corrections.
func (r Report) Earlier() Figures { return r.Figures.Minus(r.OfShift) }

// Pending is a sale that a report names because it is not at rest.
type Pending struct {
	Sale   string
	Number string
	At     int64 // Unix milliseconds when it was charged
	Total  Money // what was asked
	Kept   Money // what is kept of the money that came
}

// mostPending bounds the lists of a report.
const mostPending = 500

// ReportOf reads what a register has taken since its last report.
func ReportOf(r Reader, register string, now int64) (Report, error) {
	reg, err := r.Register(register)
	if err != nil {
		return Report{}, err
	}
	x := Report{Register: register, Stall: reg.Stall, At: now}
	if err := x.readFigures(r); err != nil {
		return x, err
	}
	if err := x.readUnmatched(r); err != nil {
		return x, err
	}
	open, err := r.WatchedOf(register, mostPending)
	if err != nil {
		return x, err
	}
	for _, s := range open {
		p := Pending{Sale: s.ID, Number: s.Number, At: s.Created, Total: s.Total(), Kept: s.Figures().Kept()}
		switch state := s.State(); {
		case state == Review:
			x.InReview = append(x.InReview, p)
		case state == Paid && !s.Confirmed():
			x.Unconfirmed = append(x.Unconfirmed, p)
		}
	}
	return x, nil
}

func (x *Report) readFigures(r Reader) (err error) {
	if x.Total, err = r.Totals(x.Register, ""); err != nil {
		return err
	}
	last, err := LastReport(r, x.Register)
	if err != nil {
		return err
	}
	x.Figures = x.Total.Minus(last.Total)
	if x.Methods, err = r.ListedMethods(x.Register, last.At); err != nil {
		return err
	}
	shift, err := r.OpenShift(x.Register)
	if CodeOf(err) == NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	x.Shift, x.No, x.Opened, x.OpenedBy = shift.ID, shift.No, shift.Opened, shift.OpenedBy
	x.OfShift, err = r.Totals(x.Register, shift.ID)
	return err
}

func (x *Report) readUnmatched(r AuditReader) error {
	rows, err := r.Unmatched(true, mostPending)
	for _, u := range rows {
		x.Unmatched++
		x.UnmatchedSum += u.Row.Amount
	}
	return err
}

// LastReport is the newest Z report of a register, an empty one before the first.
func LastReport(r TakingsReader, register string) (Report, error) {
	all, err := r.Reports(register, 0, 1)
	if err != nil || len(all) == 0 {
		return Report{}, err
	}
	return all[0], nil
}
