package officeview

import (
	"net/url"

	"qrkiosk/kiosk"
	"qrkiosk/views"
)

// ShiftsPage lists the Z reports of days.
type ShiftsPage struct {
	Days Days
	List kiosk.Shifts
}

// address is that of the page for other days, or of its file.
func (s ShiftsPage) address(path, first, last string) string {
	return Query(path, first, last, "stall", s.List.Stall)
}

// at returns the page with the clocks of a stall.
func (s ShiftsPage) at(p views.Page, stall string) views.Page {
	for _, one := range s.List.Stalls {
		if one.ID == stall {
			p.Zone = nil
			return p.In(one.Zone)
		}
	}
	return p
}

// many tells whether reports of several stalls may stand in the list.
func (s ShiftsPage) many() bool { return s.List.Stall == "" && len(s.List.Stalls) > 1 }

// register names the register of a report, with its stall where there are several.
func (s ShiftsPage) register(z kiosk.Report) string {
	if s.many() {
		return s.List.Names[z.Stall] + " · " + s.List.Names[z.Register]
	}
	return s.List.Names[z.Register]
}

// ZPath is the address of a Z report in the office; what begins with a slash is its file.
func ZPath(z kiosk.Report, further string) string {
	return StallPath(z.Stall, "/reports/"+url.PathEscape(z.Shift)+further)
}

// ZBack is the address of the list of a stall's Z reports of the day of one.
func ZBack(z kiosk.Report, zone string) string {
	day, _ := kiosk.LocalHour(zone, z.Closed)
	return Query(PathShifts, kiosk.DayName(day), kiosk.DayName(day), "stall", z.Stall)
}

// ShiftsSheet is a list of Z reports as a file, a line for each.
func ShiftsSheet(p views.Page, page ShiftsPage) []byte {
	s := views.NewSpreadsheet(
		p.Region, p.T("office.column.day"), p.T("csv.stall"), p.T("csv.register"), "Z", p.T("csv.from"), p.T("csv.to"), p.T("office.shifts.by"),
		p.T("office.sum.sales"), p.T("office.sum.gross"), p.T("office.sum.tips"), p.T("office.sum.refunds"), p.T("office.sum.disputes"),
		p.T("office.sum.withdrawn"), p.T("office.sum.kept"), p.T("office.shifts.earlier"), p.T("office.sum.unconfirmed"), p.T("office.sum.review"),
		p.T("office.column.others"), p.T("office.column.fees"), p.T("office.column.net"),
	)
	for _, day := range page.List.Days {
		for _, z := range day.Reports {
			q, f := page.at(p, z.Stall), z.Figures
			s.Text(kiosk.DayName(day.Day)).Text(page.List.Names[z.Stall]).Text(page.List.Names[z.Register]).Number(z.No)
			s.Text(q.Stamp(z.Opened)).Text(q.Stamp(z.Closed)).Text(page.List.Names[z.ClosedBy])
			s.Number(f.Sales).Money(f.Gross).Money(f.Tips).Money(-f.Refunds).Money(-f.Disputes).Money(-f.Withdrawn)
			s.Money(f.Kept()).Money(z.Earlier().Kept()).Money(f.Unconfirmed).Money(f.Review)
			s.Money(f.Commission).Money(f.Fee + f.FeePSP).Money(f.Net).End()
		}
	}
	return s.Bytes()
}
