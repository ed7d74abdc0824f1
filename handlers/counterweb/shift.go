package counterweb

import (
	"context"
	"net/http"
	"strconv"

	"qrkiosk/handlers/front"
	"qrkiosk/kiosk"
	"qrkiosk/views"
)

// earlierReports is how many Z reports a page lists.
const earlierReports = 10

// shift shows the X report of the register, with the form that closes it.
func (t *Till) shift(w http.ResponseWriter, r *http.Request) error {
	return t.shiftPage(w, r, http.StatusOK, nil)
}

func (t *Till) shiftPage(w http.ResponseWriter, r *http.Request, status int, cause error) error {
	p, v, err := t.xReport(r)
	if err != nil {
		return err
	}
	v.Error = p.For(v.Stall).Explain(front.WithWords(cause))
	before := number(r.URL.Query().Get("before"))
	v.Earlier, err = t.rooms.Reports.ZReports(r.Context(), v.Register.ID, before, earlierReports+1)
	if err != nil {
		return err
	}
	if len(v.Earlier) > earlierReports {
		v.Earlier = v.Earlier[:earlierReports]
		v.Older = v.Earlier[earlierReports-1].No
	}
	t.front.Render(w, r, status, views.ShiftPage(p, v))
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
func (t *Till) reportHere(r *http.Request) (views.Page, views.ShiftView, error) {
	ctx, register := r.Context(), front.TillActorOf(r).Register
	tillScreen, err := t.rooms.Till.TillScreen(ctx, register)
	if err != nil {
		return views.Page{}, views.ShiftView{}, err
	}
	p := t.front.View(r)
	p.Lang = t.front.StaffLang(r, tillScreen.Stall)
	v := views.ShiftView{Stall: tillScreen.Stall, Register: tillScreen.Register, Now: tillScreen.Now}
	v.Names, err = t.names(ctx, register)
	return p, v, err
}

func (t *Till) xReport(r *http.Request) (views.Page, views.ShiftView, error) {
	p, v, err := t.reportHere(r)
	if err != nil {
		return p, v, err
	}
	v.Report, err = t.rooms.Reports.XReport(r.Context(), v.Register.ID)
	return p, v, err
}

// zReport finds the report of the number in the address, of the register that asks.
func (t *Till) zReport(r *http.Request) (views.Page, views.ShiftView, error) {
	p, v, err := t.reportHere(r)
	if err != nil {
		return p, v, err
	}
	v.Report, err = t.zOf(r.Context(), v.Register.ID, number(r.URL.Query().Get("no")))
	if err != nil {
		return p, v, err
	}
	v.AfterClose, err = t.rooms.Reports.PostedAfterClose(r.Context(), v.Report)
	return p, v, err
}

func (t *Till) zOf(ctx context.Context, register string, no int64) (kiosk.Report, error) {
	found, err := t.rooms.Reports.ZReports(ctx, register, no+1, 1)
	if err == nil && (len(found) == 0 || found[0].No != no || no == 0) {
		err = &kiosk.Error{Code: kiosk.NotFound, Key: kiosk.KeyNoSuchReport}
	}
	if err != nil {
		return kiosk.Report{}, err
	}
	return found[0], nil
}

func (t *Till) shiftZ(w http.ResponseWriter, r *http.Request) error {
	p, v, err := t.zReport(r)
	if err != nil {
		return err
	}
	t.front.Render(w, r, http.StatusOK, views.ShiftPage(p, v))
	return nil
}

// shiftCSV sends a report as a file: the Z report of a number, or the X report.
func (t *Till) shiftCSV(w http.ResponseWriter, r *http.Request) error {
	read := t.xReport
	if r.URL.Query().Has("no") {
		read = t.zReport
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
func (t *Till) shiftClose(w http.ResponseWriter, r *http.Request) error {
	z, err := t.rooms.Till.CloseShift(r.Context(), front.TillActorOf(r).Actor)
	if err != nil {
		if front.WantsJSON(r) || front.StatusOf(err) >= http.StatusInternalServerError {
			return err
		}
		return t.shiftPage(w, r, front.StatusOf(err), err)
	}
	return t.front.GoTo(w, r, views.PathShiftZ+"?no="+strconv.FormatInt(z.No, 10))
}
