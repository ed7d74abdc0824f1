package officeweb

import (
	"net/http"
	"net/url"

	"qrkiosk/handlers/front"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/report"
	"qrkiosk/views"
	"qrkiosk/views/officeview"
)

func (o *Office) takingsRoutes() []front.Route {
	return []front.Route{
		{Method: "GET", Path: officeview.PathTakings, Who: front.Office, Way: front.WayOffice, Do: o.reports.takings},
		{Method: "GET", Path: officeview.PathTakingsCSV, Who: front.Office, Way: front.WayOffice, Do: o.reports.takingsCSV},
		{Method: "GET", Path: officeview.PathStatement, Who: front.Office, Way: front.WayOffice, Do: o.reports.statement},
		{Method: "GET", Path: officeview.PathStatementCSV, Who: front.Office, Way: front.WayOffice, Do: o.reports.statementCSV},
		{Method: "POST", Path: officeview.PathOwnerLink, Who: front.Organizer, Fresh: true, Way: front.WayOffice, Do: o.reports.ownerLink},
		{Method: "GET", Path: officeview.PathPayouts, Who: front.Organizer, Way: front.WayOffice, Do: o.reports.payouts},
		{Method: "POST", Path: officeview.PathPayouts, Who: front.Organizer, Way: front.WayOffice, Do: o.reports.payoutsAsk},
		{Method: "POST", Path: officeview.PathUnmatched, Who: front.Organizer, Way: front.WayOffice, Do: o.reports.resolveUnmatched},
		{Method: "POST", Path: officeview.PathHeld, Who: front.Organizer, Fresh: true, Way: front.WayOffice, Do: o.reports.deleteHeld},
		{Method: "GET", Path: officeview.PathExports, Who: front.Office, Way: front.WayOffice, Do: o.reports.exports},
		{Method: "GET", Path: officeview.PathSalesCSV, Who: front.Office, Way: front.WayOffice, Do: o.reports.salesCSV},
		{Method: "GET", Path: officeview.PathEvents, Who: front.Organizer, Way: front.WayOffice, Do: o.reports.eventsFile},
		{Method: "GET", Path: officeview.PathOwner, Who: front.Anybody, Do: o.reports.ownerStatement},
		{Method: "GET", Path: officeview.PathOwnerCSV, Who: front.Anybody, Do: o.reports.ownerCSV},
	}
}

// takingsPage is officePage with the looks of tables and charts.
func (rp *Reports) takingsPage(r *http.Request, section string) (views.Page, officeview.Frame) {
	p, f := rp.office.officePage(r, section, "")
	f.Styles = []string{"css/books.css"}
	return p, f
}

// days reads the days of a query, and what they are without one; all are days since 1 January 1970.
func days(q url.Values, first, last int64) (int64, int64, error) {
	var err error
	if text := q.Get("first"); text != "" {
		if first, err = kiosk.ParseDay(text); err != nil {
			return 0, 0, err
		}
		last = max(last, first)
	}
	if text := q.Get("last"); text != "" {
		if last, err = kiosk.ParseDay(text); err != nil {
			return 0, 0, err
		}
	}
	return first, last, report.CheckDays(first, last)
}

func (rp *Reports) takingsTable(r *http.Request) (kiosk.TakingsTable, officeview.Days, error) {
	q, today := r.URL.Query(), rp.rooms.Reports.Today("")
	first, last, err := days(q, today, today)
	if err != nil {
		return kiosk.TakingsTable{}, officeview.Days{}, err
	}
	by := kiosk.TakingsBy(q.Get("by"))
	if _, known := kiosk.CutBy(by); !known {
		by = kiosk.ByDay
		if first == last {
			by = kiosk.ByHour
		}
	}
	b, err := rp.rooms.Reports.TakingsTable(r.Context(), front.OfficeActorOf(r).OfficeActor, kiosk.TakingsTableQuery{
		Stall: front.PlainID(q.Get("stall")), Register: front.PlainID(q.Get("register")), First: first, Last: last, By: by,
	})
	return b, officeview.NewDays(first, last, today), err
}

func (rp *Reports) takings(w http.ResponseWriter, r *http.Request) error {
	b, days, err := rp.takingsTable(r)
	if err != nil {
		return err
	}
	p, f := rp.takingsPage(r, "takings")
	f.Title = p.T("office.takings.title")
	rp.front.Render(w, r, http.StatusOK, officeview.Takings(p, f, officeview.TakingsPage{Table: b, Days: days}))
	return nil
}

// takingsCSV is the table of the page as a file.
func (rp *Reports) takingsCSV(w http.ResponseWriter, r *http.Request) error {
	b, _, err := rp.takingsTable(r)
	if err != nil {
		return err
	}
	p := rp.front.View(r)
	sendFile(w, csvKind, "takings-"+kiosk.DayName(b.Query.First)+"-"+kiosk.DayName(b.Query.Last)+".csv")
	_, err = w.Write(officeview.TakingsSheet(p, b))
	return err
}
