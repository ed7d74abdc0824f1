package handlers

import (
	"net/http"

	"qrkiosk/views"
)

func shiftListRoutes() []Route {
	return []Route{
		{Method: "GET", Path: views.PathShifts, Who: Office, Way: wayOffice, do: (*Server).shifts},
		{Method: "GET", Path: views.PathShiftsCSV, Who: Office, Way: wayOffice, do: (*Server).shiftsCSV},
		{Method: "GET", Path: views.PathOfficeZ, Who: StallManager, Way: wayOffice, do: (*Server).officeZ},
		{Method: "GET", Path: views.PathOfficeZCSV, Who: StallManager, Way: wayOffice, do: (*Server).officeZCSV},
	}
}

// readShifts reads the Z reports of the days and the stall of a query, of today without one.
func (s *Server) readShifts(r *http.Request) (views.ShiftsPage, error) {
	q, today := r.URL.Query(), s.shop.Reports.Today("")
	first, last, err := days(q, today, today)
	if err != nil {
		return views.ShiftsPage{}, err
	}
	all, err := s.shop.Reports.ShiftsOf(r.Context(), officeActorOf(r).OfficeActor, plainID(q.Get("stall")), first, last)
	return views.ShiftsPage{Days: views.NewDays(first, last, today), List: all}, err
}

func (s *Server) shifts(w http.ResponseWriter, r *http.Request) error {
	page, err := s.readShifts(r)
	if err != nil {
		return err
	}
	p, f := s.takingsPage(r, "shifts")
	f.Title = p.T("office.shifts.title")
	s.render(w, r, http.StatusOK, views.OfficeShifts(p, f, page))
	return nil
}

// shiftsCSV is the list of the page as a file.
func (s *Server) shiftsCSV(w http.ResponseWriter, r *http.Request) error {
	page, err := s.readShifts(r)
	if err != nil {
		return err
	}
	sendFile(w, csvKind, "z-reports-"+page.Days.First+"-"+page.Days.Last+".csv")
	_, err = w.Write(views.ShiftsSheet(s.view(r), page))
	return err
}

// readZ reads the Z report of the address, as the till draws it.
func (s *Server) readZ(r *http.Request) (views.ShiftView, error) {
	o, err := s.shop.Reports.OfficeReport(r.Context(), officeActorOf(r).OfficeActor, pathID(r, "stall"), pathID(r, "shift"))
	return views.ShiftView{
		Stall: o.Stall, Register: o.Register, Report: o.Report, AfterClose: o.AfterClose, Names: o.Names, Now: s.clock().UnixMilli(),
		Back: views.OfficeZBack(o.Report, o.Stall.Zone), CSV: views.OfficeZPath(o.Report, "/csv"),
	}, err
}

func (s *Server) officeZ(w http.ResponseWriter, r *http.Request) error {
	v, err := s.readZ(r)
	if err != nil {
		return err
	}
	s.render(w, r, http.StatusOK, views.ShiftPage(s.view(r), v))
	return nil
}

func (s *Server) officeZCSV(w http.ResponseWriter, r *http.Request) error {
	v, err := s.readZ(r)
	if err != nil {
		return err
	}
	sendFile(w, csvKind, views.ReportFile(v))
	_, err = w.Write(views.ReportSheet(s.view(r), v))
	return err
}
