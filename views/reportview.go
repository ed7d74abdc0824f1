package views

import (
	"strconv"
	"time"

	"qrkiosk/kiosk"
)

// ShiftView is an X or Z report as a page of the till.
type ShiftView struct {
	Stall      kiosk.Stall
	Register   kiosk.Register
	Report     kiosk.Report
	AfterClose kiosk.Figures     // booked for sales of a closed shift after its close
	Names      map[string]string // of staff, by ID
	Earlier    []kiosk.Report    // Z reports, newest first; of an X report only
	Older      int64             // the number below which there are more of them, 0 none
	Now        int64             // Unix milliseconds
	Error      *Problem

	// A report in the office leads back to the list and has a file of its own; on a till both are "".
	Back string
	CSV  string
}

// shiftSheet is one drawing of a report.
type shiftSheet struct {
	Page
	v ShiftView
}

func newShiftSheet(p Page, v ShiftView) shiftSheet { return shiftSheet{p.For(v.Stall), v} }

func (d shiftSheet) closed() bool { return d.v.Report.Closed > 0 }

func (d shiftSheet) title() string {
	if d.closed() {
		return d.T("report.z", "number", Text64(d.v.Report.No))
	}
	return d.T("report.x")
}

// span is from when to when, and by whom.
func (d shiftSheet) span() string {
	r := d.v.Report
	switch {
	case d.closed():
		return d.T("report.span", "from", d.Day(r.Opened), "to", d.Day(r.Closed))
	case r.Shift == "":
		return d.T("report.unopened", "to", d.Day(r.At))
	}
	return d.T("report.span", "from", d.Day(r.Opened), "to", d.Day(r.At))
}

func (d shiftSheet) people() string {
	r := d.v.Report
	switch {
	case d.closed():
		return d.T("report.closed-by", "opener", d.v.Names[r.OpenedBy], "closer", d.v.Names[r.ClosedBy])
	case r.Shift == "":
		return ""
	}
	return d.T("report.opened-by", "opener", d.v.Names[r.OpenedBy])
}

// reportLine is a line of a report: a count of sales, an amount, or both.
type reportLine struct {
	name  string
	sales int64
	money kiosk.Money
	look  string // "total" stands out, "part" stands back
}

// reportPart is a group of lines under a heading.
type reportPart struct {
	title string
	lines []reportLine
}

// parts is everything a report says, for the page and the file alike.
func (d shiftSheet) parts() []reportPart {
	r := d.v.Report
	parts := []reportPart{
		{d.T("report.takings"), d.takings(r.Figures, false)},
		{d.T("report.listed.title"), d.sureness(r)},
	}
	if r.Methods != nil {
		parts = append(parts, reportPart{d.T("report.method.title"), d.methods(r)})
	}
	if r.Earlier() != (kiosk.Figures{}) {
		parts = append(parts, reportPart{d.T("report.earlier"), d.takings(r.Earlier(), true)})
	}
	parts = append(parts, reportPart{d.T("report.gateway"), d.fees(r.Figures)})
	parts = append(parts, reportPart{d.T("report.total"), []reportLine{
		{name: d.T("report.kept"), sales: r.Total.Sales, money: r.Total.Kept()},
	}})
	if d.closed() && d.v.AfterClose != (kiosk.Figures{}) {
		parts = append(parts, reportPart{d.T("report.since"), d.takings(d.v.AfterClose, true)})
	}
	return parts
}

// takings are the money that came, what became of it, and what is kept. Corrections need no line
// for money where none came.
func (d shiftSheet) takings(f kiosk.Figures, corrections bool) []reportLine {
	var lines []reportLine
	if !corrections || f.Gross != 0 || f.Sales != 0 {
		lines = append(lines, reportLine{name: d.T("report.gross"), sales: f.Sales, money: f.Gross})
	}
	optional := func(name string, m kiosk.Money, look string) {
		if m != 0 {
			lines = append(lines, reportLine{name: name, money: m, look: look})
		}
	}
	optional(d.T("report.tips"), f.Tips, "part")
	optional(d.T("report.over"), f.Over, "part")
	optional(d.T("report.refunds"), -f.Refunds, "")
	optional(d.T("report.disputes"), -f.Disputes, "")
	optional(d.T("report.withdrawn"), -f.Withdrawn, "")
	lines = append(lines, reportLine{name: d.T("report.kept"), money: f.Kept(), look: "total"})
	if f.ReviewSales != 0 || f.Review != 0 {
		lines = append(lines, reportLine{name: d.T("report.review"), sales: f.ReviewSales, money: f.Review, look: "part"})
	}
	return lines
}

// sureness compares what should have come with what the gateway lists.
func (d shiftSheet) sureness(r kiosk.Report) []reportLine {
	f := r.Figures
	lines := []reportLine{
		{name: d.T("report.expected"), money: f.Kept()},
		{name: d.T("report.listed"), money: f.Listed()},
		{name: d.T("report.unconfirmed"), sales: f.UnconfirmedSales, money: f.Unconfirmed, look: "total"},
	}
	if r.Unmatched != 0 {
		lines = append(lines, reportLine{name: d.T("report.unmatched"), money: r.UnmatchedSum, look: "part"})
	}
	return lines
}

// methods tell how what is kept was paid, as far as the gateway had listed it.
func (d shiftSheet) methods(r kiosk.Report) []reportLine {
	var lines []reportLine
	for _, m := range r.Methods {
		lines = append(lines, reportLine{name: d.Method(m.Method), money: m.Amount})
	}
	return append(lines,
		reportLine{name: d.T("report.method.unknown"), money: r.UnknownMethod()},
		reportLine{name: d.T("report.kept"), money: r.Figures.Kept(), look: "total"})
}

// fees are the gateway's word, and the parts of others.
func (d shiftSheet) fees(f kiosk.Figures) []reportLine {
	lines := []reportLine{
		{name: d.T("report.fee"), money: -f.Fee},
		{name: d.T("report.fee-psp"), money: -f.FeePSP},
		{name: d.T("report.net"), money: f.Net, look: "total"},
	}
	if f.Commission != 0 {
		lines = append(lines, reportLine{name: d.T("report.commission"), money: f.Commission, look: "part"})
	}
	return lines
}

// openSaleLists are the lists of sales that are not at rest.
func (d shiftSheet) openSaleLists() []pendingList {
	var all []pendingList
	add := func(title string, list []kiosk.Pending) {
		if len(list) > 0 {
			all = append(all, pendingList{title, list})
		}
	}
	add(d.T("report.unconfirmed.list"), d.v.Report.Unconfirmed)
	add(d.T("report.review.list"), d.v.Report.InReview)
	return all
}

type pendingList struct {
	title string
	sales []kiosk.Pending
}

func (d shiftSheet) salesWord(n int64) string {
	switch {
	case n == 0:
		return ""
	case n < 0: // a correction of what an earlier report counted
		return minus + d.N("report.sales", int(-n))
	}
	return d.N("report.sales", int(n))
}

// ReportSheet is a report as a CSV file: a line for each figure, and for each sale it names.
func ReportSheet(p Page, v ShiftView) []byte {
	d := newShiftSheet(p, v)
	r := v.Report
	to := r.Closed
	if to == 0 {
		to = r.At
	}
	s := NewSpreadsheet(d.Region, d.T("csv.report"), d.T("csv.stall"), d.T("csv.register"), d.T("csv.from"), d.T("csv.to"),
		d.T("csv.part"), d.T("csv.line"), d.T("csv.sales"), d.T("csv.amount"))
	row := func(part, name string) *Spreadsheet {
		s.Text(d.title()).Text(v.Stall.Name).Text(v.Register.Name)
		return s.Text(d.Stamp(r.Opened)).Text(d.Stamp(to)).Text(part).Text(name)
	}
	for _, part := range d.parts() {
		for _, l := range part.lines {
			row(part.title, l.name)
			if l.sales == 0 {
				s.Empty()
			} else {
				s.Number(l.sales)
			}
			s.Money(l.money).End()
		}
	}
	for _, list := range d.openSaleLists() {
		for _, one := range list.sales {
			row(list.title, one.Number).Number(1).Money(one.Kept).End()
		}
	}
	return s.Bytes()
}

// Stamp writes a time so that every spreadsheet reads it, "2026-11-20 14:33"; "" for none.
func (p Page) Stamp(ms int64) string {
	if ms == 0 {
		return ""
	}
	return p.At(ms).Format(time.DateTime[:16])
}

// ReportFile is what a report is called as a file.
func ReportFile(v ShiftView) string {
	name := "x-" + time.UnixMilli(v.Report.At).UTC().Format("20060102-1504")
	if v.Report.Closed > 0 {
		name = "z-" + strconv.FormatInt(v.Report.No, 10)
	}
	return FileName(v.Register.Prefix) + name + ".csv"
}

// FileName keeps what every file system takes.
func FileName(text string) string {
	var kept []byte
	for i := range len(text) {
		if c := text[i] | 0x20; (c >= 'a' && c <= 'z') || (text[i] >= '0' && text[i] <= '9') {
			kept = append(kept, c)
		}
	}
	if len(kept) == 0 {
		return ""
	}
	return string(kept) + "-"
}

func zPath(no int64) string { return PathShiftZ + "?no=" + Text64(no) }

func (d shiftSheet) csvPath() string {
	if d.v.CSV != "" {
		return d.v.CSV
	}
	if d.closed() {
		return PathShiftCSV + "?no=" + Text64(d.v.Report.No)
	}
	return PathShiftCSV
}
