package handlers

import (
	"context"
	"net/http"
	"strconv"

	"qrkiosk/kiosk"
	"qrkiosk/views"
)

// earlierReports is how many Z reports a page lists.
const earlierReports = 10

// shift shows the X report of the register, with the form that closes it.
func (s *Server) shift(w http.ResponseWriter, r *http.Request) error {
	return s.shiftPage(w, r, http.StatusOK, nil)
}

func (s *Server) shiftPage(w http.ResponseWriter, r *http.Request, status int, cause error) error {
	p, v, err := s.xReport(r)
	if err != nil {
		return err
	}
	v.Error = p.For(v.Stall).Explain(withWords(cause))
	before := number(r.URL.Query().Get("before"))
	v.Earlier, err = s.shop.Reports.ZReports(r.Context(), v.Register.ID, before, earlierReports+1)
	if err != nil {
		return err
	}
	if len(v.Earlier) > earlierReports {
		v.Earlier = v.Earlier[:earlierReports]
		v.Older = v.Earlier[earlierReports-1].No
	}
	s.render(w, r, status, views.ShiftPage(p, v))
	return nil
}

// number reads a positive number, 0 for anything else.
func number(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// reportHere is a report page without its report.
func (s *Server) reportHere(r *http.Request) (views.Page, views.ShiftView, error) {
	ctx, register := r.Context(), tillActorOf(r).Register
	t, err := s.shop.Till.TillScreen(ctx, register)
	if err != nil {
		return views.Page{}, views.ShiftView{}, err
	}
	p := s.view(r)
	p.Lang = s.staffLang(r, t.Stall)
	v := views.ShiftView{Stall: t.Stall, Register: t.Register, Now: t.Now}
	v.Names, err = s.names(ctx, register)
	return p, v, err
}

func (s *Server) xReport(r *http.Request) (views.Page, views.ShiftView, error) {
	p, v, err := s.reportHere(r)
	if err != nil {
		return p, v, err
	}
	v.Report, err = s.shop.Reports.XReport(r.Context(), v.Register.ID)
	return p, v, err
}

// zReport finds the report of the number in the address, of the register that asks.
func (s *Server) zReport(r *http.Request) (views.Page, views.ShiftView, error) {
	p, v, err := s.reportHere(r)
	if err != nil {
		return p, v, err
	}
	v.Report, err = s.zOf(r.Context(), v.Register.ID, number(r.URL.Query().Get("no")))
	if err != nil {
		return p, v, err
	}
	v.AfterClose, err = s.shop.Reports.PostedAfterClose(r.Context(), v.Report)
	return p, v, err
}

func (s *Server) zOf(ctx context.Context, register string, no int64) (kiosk.Report, error) {
	found, err := s.shop.Reports.ZReports(ctx, register, no+1, 1)
	if err == nil && (len(found) == 0 || found[0].No != no || no == 0) {
		err = &kiosk.Error{Code: kiosk.NotFound, Key: kiosk.KeyNoSuchReport}
	}
	if err != nil {
		return kiosk.Report{}, err
	}
	return found[0], nil
}

func (s *Server) shiftZ(w http.ResponseWriter, r *http.Request) error {
	p, v, err := s.zReport(r)
	if err != nil {
		return err
	}
	s.render(w, r, http.StatusOK, views.ShiftPage(p, v))
	return nil
}

// shiftCSV sends a report as a file: the Z report of a number, or the X report.
func (s *Server) shiftCSV(w http.ResponseWriter, r *http.Request) error {
	read := s.xReport
	if r.URL.Query().Has("no") {
		read = s.zReport
	}
	p, v, err := read(r)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="`+views.ReportFile(v)+`"`)
	_, err = w.Write(views.ReportSheet(p, v))
	return err
}

// shiftClose closes the register and shows its Z report.
func (s *Server) shiftClose(w http.ResponseWriter, r *http.Request) error {
	z, err := s.shop.Till.CloseShift(r.Context(), tillActorOf(r).Actor)
	if err != nil {
		if wantsJSON(r) || statusOf(err) >= http.StatusInternalServerError {
			return err
		}
		return s.shiftPage(w, r, statusOf(err), err)
	}
	return s.goTo(w, r, views.PathShiftZ+"?no="+strconv.FormatInt(z.No, 10))
}
