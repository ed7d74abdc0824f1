package officeweb

import (
	"net/http"

	"qrkiosk/handlers/front"
	"qrkiosk/views"
	"qrkiosk/views/officeview"
)

func (o *Office) shiftListRoutes() []front.Route {
	return []front.Route{
		{Method: "GET", Path: officeview.PathShifts, Who: front.Office, Way: front.WayOffice, Do: o.reports.shifts},
		{Method: "GET", Path: officeview.PathShiftsCSV, Who: front.Office, Way: front.WayOffice, Do: o.reports.shiftsCSV},
		{Method: "GET", Path: officeview.PathOfficeZ, Who: front.StallManager, Way: front.WayOffice, Do: o.reports.officeZ},
		{Method: "GET", Path: officeview.PathOfficeZCSV, Who: front.StallManager, Way: front.WayOffice, Do: o.reports.officeZCSV},
	}
}

// readShifts reads the Z reports of the days and the stall of a query, of today without one.
func (rp *Reports) readShifts(r *http.Request) (officeview.ShiftsPage, error) {
	q, today := r.URL.Query(), rp.rooms.Reports.Today("")
	first, last, err := days(q, today, today)
	if err != nil {
		return officeview.ShiftsPage{}, err
	}
	all, err := rp.rooms.Reports.ShiftsOf(r.Context(), front.OfficeActorOf(r).OfficeActor, front.PlainID(q.Get("stall")), first, last)
	return officeview.ShiftsPage{Days: officeview.NewDays(first, last, today), List: all}, err
}

func (rp *Reports) shifts(w http.ResponseWriter, r *http.Request) error {
	page, err := rp.readShifts(r)
	if err != nil {
		return err
	}
	p, f := rp.takingsPage(r, "shifts")
	f.Title = p.T("office.shifts.title")
	rp.front.Render(w, r, http.StatusOK, officeview.Shifts(p, f, page))
	return nil
}

// shiftsCSV is the list of the page as a file.
func (rp *Reports) shiftsCSV(w http.ResponseWriter, r *http.Request) error {
	page, err := rp.readShifts(r)
	if err != nil {
		return err
	}
	sendFile(w, csvKind, "z-reports-"+page.Days.First+"-"+page.Days.Last+".csv")
	_, err = w.Write(officeview.ShiftsSheet(rp.front.View(r), page))
	return err
}

// readZ reads the Z report of the address, as the till draws it.
func (rp *Reports) readZ(r *http.Request) (views.ShiftView, error) {
	o, err := rp.rooms.Reports.OfficeReport(r.Context(), front.OfficeActorOf(r).OfficeActor, pathID(r, "stall"), pathID(r, "shift"))
	return views.ShiftView{
		Stall: o.Stall, Register: o.Register, Report: o.Report, AfterClose: o.AfterClose, Names: o.Names, Now: rp.clock().UnixMilli(),
		Back: officeview.ZBack(o.Report, o.Stall.Zone), CSV: officeview.ZPath(o.Report, "/csv"),
	}, err
}

func (rp *Reports) officeZ(w http.ResponseWriter, r *http.Request) error {
	v, err := rp.readZ(r)
	if err != nil {
		return err
	}
	rp.front.Render(w, r, http.StatusOK, views.ShiftPage(rp.front.View(r), v))
	return nil
}

func (rp *Reports) officeZCSV(w http.ResponseWriter, r *http.Request) error {
	v, err := rp.readZ(r)
	if err != nil {
		return err
	}
	sendFile(w, csvKind, views.ReportFile(v))
	_, err = w.Write(views.ReportSheet(rp.front.View(r), v))
	return err
}
