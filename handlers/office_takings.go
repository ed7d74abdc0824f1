package handlers

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/go-chi/chi/v5"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/report"
	"qrkiosk/views"
)

func takingsRoutes() []Route {
	return []Route{
		{Method: "GET", Path: views.PathTakings, Who: Office, Way: wayOffice, do: (*Server).takings},
		{Method: "GET", Path: views.PathTakingsCSV, Who: Office, Way: wayOffice, do: (*Server).takingsCSV},
		{Method: "GET", Path: views.PathStatement, Who: Office, Way: wayOffice, do: (*Server).statement},
		{Method: "GET", Path: views.PathStatementCSV, Who: Office, Way: wayOffice, do: (*Server).statementCSV},
		{Method: "POST", Path: views.PathOwnerLink, Who: Organizer, Fresh: true, Way: wayOffice, do: (*Server).ownerLink},
		{Method: "GET", Path: views.PathPayouts, Who: Organizer, Way: wayOffice, do: (*Server).payouts},
		{Method: "POST", Path: views.PathPayouts, Who: Organizer, Way: wayOffice, do: (*Server).payoutsAsk},
		{Method: "POST", Path: views.PathUnmatched, Who: Organizer, Way: wayOffice, do: (*Server).resolveUnmatched},
		{Method: "POST", Path: views.PathHeld, Who: Organizer, Fresh: true, Way: wayOffice, do: (*Server).deleteHeld},
		{Method: "GET", Path: views.PathExports, Who: Office, Way: wayOffice, do: (*Server).exports},
		{Method: "GET", Path: views.PathSalesCSV, Who: Office, Way: wayOffice, do: (*Server).salesCSV},
		{Method: "GET", Path: views.PathEvents, Who: Organizer, Way: wayOffice, do: (*Server).eventsFile},
		{Method: "GET", Path: views.PathOwner, Who: Anybody, do: (*Server).ownerStatement},
		{Method: "GET", Path: views.PathOwnerCSV, Who: Anybody, do: (*Server).ownerCSV},
	}
}

// takingsPage is officePage with the looks of tables and charts.
func (s *Server) takingsPage(r *http.Request, section string) (views.Page, views.OfficeFrame) {
	p, f := s.officePage(r, section, "")
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

// monthOf is the first day of the month of a day.
func monthOf(day int64) int64 {
	return day - int64(time.Unix(day*24*60*60, 0).UTC().Day()) + 1
}

func (s *Server) takingsTable(r *http.Request) (kiosk.TakingsTable, views.Days, error) {
	q, today := r.URL.Query(), s.shop.Reports.Today("")
	first, last, err := days(q, today, today)
	if err != nil {
		return kiosk.TakingsTable{}, views.Days{}, err
	}
	by := kiosk.TakingsBy(q.Get("by"))
	if !slices.Contains(views.TakingsBys, by) {
		by = kiosk.ByDay
		if first == last {
			by = kiosk.ByHour
		}
	}
	b, err := s.shop.Reports.TakingsTable(r.Context(), officeActorOf(r).OfficeActor, kiosk.TakingsTableQuery{
		Stall: plainID(q.Get("stall")), Register: plainID(q.Get("register")), First: first, Last: last, By: by,
	})
	return b, views.NewDays(first, last, today), err
}

func (s *Server) takings(w http.ResponseWriter, r *http.Request) error {
	b, days, err := s.takingsTable(r)
	if err != nil {
		return err
	}
	p, f := s.takingsPage(r, "takings")
	f.Title = p.T("office.takings.title")
	s.render(w, r, http.StatusOK, views.OfficeTakings(p, f, views.TakingsPage{Table: b, Days: days}))
	return nil
}

// takingsCSV is the table of the page as a file.
func (s *Server) takingsCSV(w http.ResponseWriter, r *http.Request) error {
	b, _, err := s.takingsTable(r)
	if err != nil {
		return err
	}
	p := s.view(r)
	sendFile(w, csvKind, "takings-"+kiosk.DayName(b.Query.First)+"-"+kiosk.DayName(b.Query.Last)+".csv")
	_, err = w.Write(views.TakingsSheet(p, b))
	return err
}

func (s *Server) readStatement(r *http.Request, stall kiosk.Stall) (views.StatementPage, error) {
	today := s.shop.Reports.Today(stall.Zone)
	first, last, err := days(r.URL.Query(), monthOf(today), today)
	if err != nil {
		return views.StatementPage{}, err
	}
	st, err := s.shop.Reports.Statement(r.Context(), stall.ID, first, last)
	return views.StatementPage{Statement: st, Days: views.NewDays(first, last, today), At: s.clock().UnixMilli()}, err
}

func (s *Server) statement(w http.ResponseWriter, r *http.Request) error {
	return s.statementPage(w, r, "")
}

func (s *Server) statementPage(w http.ResponseWriter, r *http.Request, link string) error {
	stall, err := s.shop.Kernel.Stall(r.Context(), plainID(chi.URLParam(r, "stall")))
	if err != nil {
		return err
	}
	st, err := s.readStatement(r, stall)
	if err != nil {
		return err
	}
	st.Secret, st.Path = link, views.StallPath(stall.ID, "/statement")
	st.CSV = views.Query(views.StallPath(stall.ID, "/statement.csv"), st.Days.First, st.Days.Last)
	p, f := s.takingsPage(r, "stalls")
	f.Title, f.Stall, f.Tab = p.T("office.statement.title"), &stall, "statement"
	s.render(w, r, http.StatusOK, views.OfficeStatement(p, f, st))
	return nil
}

func (s *Server) statementCSV(w http.ResponseWriter, r *http.Request) error {
	stall, err := s.shop.Kernel.Stall(r.Context(), plainID(chi.URLParam(r, "stall")))
	if err != nil {
		return err
	}
	return s.writeStatement(w, r, stall)
}

func (s *Server) writeStatement(w http.ResponseWriter, r *http.Request, stall kiosk.Stall) error {
	st, err := s.readStatement(r, stall)
	if err != nil {
		return err
	}
	p := s.view(r).For(stall)
	sendFile(w, csvKind, "statement-"+st.Days.First+"-"+st.Days.Last+".csv")
	_, err = w.Write(views.StatementSheet(p, st.Statement))
	return err
}

// ownerLink makes or ends the read-only link of a stall's owner. A new one is told on the page that
// answers, and never again.
func (s *Server) ownerLink(w http.ResponseWriter, r *http.Request) error {
	stall, clerk := plainID(chi.URLParam(r, "stall")), officeActorOf(r).OfficeActor
	if r.PostForm.Get("act") == "end" {
		if err := s.shop.Reports.EndOwnerLink(r.Context(), clerk, stall); err != nil {
			return err
		}
		return s.redirectDone(w, r, "owner-link-ended", views.StallPath(stall, "/statement"))
	}
	secret, err := s.shop.Reports.NewOwnerLink(r.Context(), clerk, stall)
	if err != nil {
		return err
	}
	return s.statementPage(w, r, cmp.Or(s.publicURL, s.origin(r))+"/s/"+secret)
}

// stallOfOwnerLink finds the stall of a read-only link.
func (s *Server) stallOfOwnerLink(r *http.Request) (kiosk.Stall, string, error) {
	secret := plainID(chi.URLParam(r, "secret"))
	stall, err := s.shop.Reports.OwnerStall(r.Context(), secret)
	return stall, "/s/" + secret, err
}

func (s *Server) ownerStatement(w http.ResponseWriter, r *http.Request) error {
	stall, path, err := s.stallOfOwnerLink(r)
	if err != nil {
		return err
	}
	st, err := s.readStatement(r, stall)
	if err != nil {
		return err
	}
	st.Path, st.CSV = path, views.Query(path+"/csv", st.Days.First, st.Days.Last)
	s.render(w, r, http.StatusOK, views.OwnerStatement(s.view(r).For(stall), st))
	return nil
}

func (s *Server) ownerCSV(w http.ResponseWriter, r *http.Request) error {
	stall, _, err := s.stallOfOwnerLink(r)
	if err != nil {
		return err
	}
	return s.writeStatement(w, r, stall)
}
