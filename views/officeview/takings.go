package officeview

import (
	"net/url"
	"strings"
	"time"

	"qrkiosk/kiosk"
	"qrkiosk/views"
)

// The addresses of takings, statements and the gateway's books.
const (
	PathTakings    = "/office/takings"     // GET first, last, stall, register, by
	PathTakingsCSV = "/office/takings.csv" // the same as a file
	PathShifts     = "/office/shifts"      // GET first, last, stall: Z reports of the days
	PathShiftsCSV  = "/office/shifts.csv"  // the same as a file
	PathPayouts    = "/office/payouts"     // GET first, last; POST: ask SecPaid now
	PathUnmatched  = "/office/unmatched"   // POST key, reason
	PathHeld       = "/office/held"        // POST link, reason: have an unknown link deleted
	PathExports    = "/office/exports"     // GET the forms
	PathSalesCSV   = "/office/exports/sales.csv"
	PathEvents     = "/office/exports/events.jsonl"

	PathStatement    = "/office/stalls/{stall}/statement"     // GET first, last
	PathStatementCSV = "/office/stalls/{stall}/statement.csv" // the same as a file
	PathOwnerLink    = "/office/stalls/{stall}/owner-link"    // POST act=new|end

	PathOfficeZ    = "/office/stalls/{stall}/reports/{shift}"     // GET: one Z report
	PathOfficeZCSV = "/office/stalls/{stall}/reports/{shift}/csv" // the same as a file

	PathOwner    = "/s/{secret}"     // GET first, last: the statement for the owner of a stall
	PathOwnerCSV = "/s/{secret}/csv" // the same as a file
)

// Days is a choice of days for a form: text as inputs of type date have it.
type Days struct {
	First, Last string
	Ready       []ReadyDays
}

// ReadyDays are days to choose with one tap; its words are "office.days." and the key.
type ReadyDays struct {
	Key         string
	First, Last string
}

// NewDays offers the usual days around today; all are days since 1 January 1970.
func NewDays(first, last, today int64) Days {
	t := time.Unix(today*24*60*60, 0).UTC()
	month := t.AddDate(0, 0, 1-t.Day())
	name := func(t time.Time) string { return t.Format(time.DateOnly) }
	return Days{First: kiosk.DayName(first), Last: kiosk.DayName(last), Ready: []ReadyDays{
		{"today", name(t), name(t)},
		{"yesterday", name(t.AddDate(0, 0, -1)), name(t.AddDate(0, 0, -1))},
		{"week", name(t.AddDate(0, 0, -6)), name(t)},
		{"month", name(month), name(t)},
		{"last-month", name(month.AddDate(0, -1, 0)), name(month.AddDate(0, 0, -1))},
	}}
}

// Query writes the address of a page for days and what else it is asked.
func Query(path, first, last string, more ...string) string {
	q := url.Values{"first": {first}, "last": {last}}
	for i := 0; i+1 < len(more); i += 2 {
		if more[i+1] != "" {
			q.Set(more[i], more[i+1])
		}
	}
	return path + "?" + q.Encode()
}

// TakingsPage is what the page of takings is drawn with.
type TakingsPage struct {
	Table kiosk.TakingsTable
	Days  Days
}

// address is that of the page told by something else, or of its file.
func (t TakingsPage) address(path string, by kiosk.TakingsBy, days ReadyDays) string {
	q := t.Table.Query
	first, last := days.First, days.Last
	if first == "" {
		first, last = t.Days.First, t.Days.Last
	}
	return Query(path, first, last, "stall", q.Stall, "register", q.Register, "by", string(by))
}

// lines are the rows of the table under the chart, by name.
func (t TakingsPage) lines(p views.Page) []TakingsLine {
	return TakingsLines(p, t.Table)
}

// TakingsLine is a row of takings with the name of what it is about.
type TakingsLine struct {
	Name    string
	Short   string // below a bar
	Figures kiosk.Figures
	Qty     int64
	VAT     int64       // hundredths of a percent
	Amount  kiosk.Money // what is kept
}

// net is the amount without the VAT that is part of it.
func (l TakingsLine) net() kiosk.Money { return views.Rounded(int64(l.Amount)*10_000, 10_000+l.VAT) }

// TakingsLines names the rows of a book in the language of the page.
func TakingsLines(p views.Page, b kiosk.TakingsTable) []TakingsLine {
	var all []TakingsLine
	for _, r := range b.Rows {
		name, short := takingsName(p, b, r)
		all = append(all, TakingsLine{Name: name, Short: short, Figures: r.Figures, Amount: r.Figures.Kept()})
	}
	for _, s := range b.Sold {
		name := soldName(p, s, b.Query.By == kiosk.ByVAT)
		all = append(all, TakingsLine{Name: name, Short: name, Qty: s.Qty, VAT: s.VAT, Amount: s.Amount})
	}
	return all
}

func takingsName(p views.Page, b kiosk.TakingsTable, r kiosk.Takings) (name, short string) {
	switch b.Query.By {
	case kiosk.ByDay:
		return longDay(p, r.Day), shortDay(p, r.Day)
	case kiosk.ByMonth:
		return monthName(p, r.Day), monthName(p, r.Day)
	case kiosk.ByHour:
		hour := views.Text64(r.Hour) + ":00"
		return hour, views.Text64(r.Hour)
	case kiosk.ByStall:
		name = b.Names[r.Stall]
	case kiosk.ByRegister:
		name = b.Names[r.Register]
		if b.Query.Stall == "" && len(b.Stalls) > 1 {
			name = b.Names[r.Stall] + " · " + name
		}
	case kiosk.ByStaff:
		name = b.Names[r.Staff]
	default:
	}
	if name == "" {
		name = p.T("office.by.gone")
	}
	return name, name
}

// soldName names an item, or a rate of VAT.
func soldName(p views.Page, s kiosk.Sold, byVAT bool) string {
	switch {
	case s.Item == kiosk.SoldTip:
		return p.T("office.sold.tip")
	case s.Item == kiosk.SoldOver:
		return p.T("office.sold.over")
	case byVAT && s.VAT == 0:
		return p.T("office.sold.novat")
	case byVAT:
		return p.T("office.sold.vat", "rate", views.Percent(p.Region, s.VAT))
	case s.Name == "":
		return p.T("line.typed")
	}
	return s.Name
}

// longDay and shortDay write a day since 1 January 1970.
func longDay(p views.Page, day int64) string {
	t := time.Unix(day*24*60*60, 0).UTC()
	return p.T("office.day", "d", views.Text64(int64(t.Day())), "month", p.T("month."+views.Text64(int64(t.Month()))), "y", views.Text64(int64(t.Year())))
}

func shortDay(p views.Page, day int64) string {
	t := time.Unix(day*24*60*60, 0).UTC()
	return p.T("office.day.short", "d", views.Text64(int64(t.Day())), "month", p.T("month."+views.Text64(int64(t.Month()))))
}

// monthName writes the month of a day since 1 January 1970.
func monthName(p views.Page, day int64) string {
	t := time.Unix(day*24*60*60, 0).UTC()
	return p.T("office.month", "month", p.T("month."+views.Text64(int64(t.Month()))), "y", views.Text64(int64(t.Year())))
}

// gatewayDay writes a day of the gateway, "2026-11-20".
func gatewayDay(p views.Page, text string) string {
	day, err := kiosk.ParseDay(text)
	if err != nil {
		return p.T("office.day.unknown")
	}
	return longDay(p, day)
}

// bars draws the chart's bars. Hours and days without takings have their place too, so that the
// eye can compare.
func (t TakingsPage) bars(p views.Page) []Bar {
	lines := t.lines(p)
	q := t.Table.Query
	switch {
	case q.By == kiosk.ByHour:
		lines = t.spread(p, 0, 23, func(r kiosk.Takings) int64 { return r.Hour }, func(n int64) kiosk.Takings { return kiosk.Takings{Hour: n} })
	case q.By == kiosk.ByDay && q.Last-q.First < mostBars:
		lines = t.spread(p, q.First, q.Last, func(r kiosk.Takings) int64 { return r.Day }, func(n int64) kiosk.Takings { return kiosk.Takings{Day: n} })
	}
	if len(lines) > mostBars {
		lines = lines[:mostBars]
	}
	all := make([]Bar, 0, len(lines))
	for _, l := range lines {
		all = append(all, Bar{Label: l.Short, Text: p.Amount(l.Amount), Value: l.Amount})
	}
	return all
}

// mostBars is how many bars a chart has at most; the table holds the rest.
const mostBars = 62

// spread puts every number from first to last in its place, with nothing where nothing was taken.
func (t TakingsPage) spread(p views.Page, first, last int64, at func(kiosk.Takings) int64, empty func(int64) kiosk.Takings) []TakingsLine {
	found := map[int64]kiosk.Takings{}
	for _, r := range t.Table.Rows {
		found[at(r)] = r
	}
	var rows []kiosk.Takings
	for n := first; n <= last; n++ {
		r, ok := found[n]
		if !ok {
			r = empty(n)
		}
		rows = append(rows, r)
	}
	return TakingsLines(p, kiosk.TakingsTable{Query: t.Table.Query, Rows: rows})
}

// StatementPage is what a statement is drawn with.
type StatementPage struct {
	Statement kiosk.Statement
	Days      Days
	Path      string // of the page itself
	CSV       string // of its file
	Secret    string // address of a read-only link that was just made, told once
	At        int64  // Unix milliseconds
}

// differs says in words how a payout stands to our rows; its key follows "office.payout.".
func differs(m kiosk.PayoutComparison) string {
	switch {
	case m.Day == "":
		return "no-day"
	case m.Waits():
		return "waits"
	case len(m.Payouts) == 0:
		return "nothing"
	case m.Difference() == 0:
		return "agrees"
	case m.Difference() < 0:
		return "less"
	}
	return "more"
}

// OwnerPath is the address of the statement that the owner of a stall may read with a secret.
func OwnerPath(secret string) string { return strings.Replace(PathOwner, "{secret}", secret, 1) }
