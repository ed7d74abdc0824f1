package officeweb

import (
	"cmp"
	"net/http"

	"github.com/go-chi/chi/v5"

	"qrkiosk/handlers/front"
	"qrkiosk/kiosk"
	"qrkiosk/views/officeview"
)

func (rp *Reports) readStatement(r *http.Request, stall kiosk.Stall) (officeview.StatementPage, error) {
	today := rp.rooms.Reports.Today(stall.Zone)
	first, last, err := days(r.URL.Query(), kiosk.MonthOf(today), today)
	if err != nil {
		return officeview.StatementPage{}, err
	}
	st, err := rp.rooms.Reports.Statement(r.Context(), stall.ID, first, last)
	return officeview.StatementPage{Statement: st, Days: officeview.NewDays(first, last, today), At: rp.clock().UnixMilli()}, err
}

func (rp *Reports) statement(w http.ResponseWriter, r *http.Request) error {
	return rp.statementPage(w, r, "")
}

func (rp *Reports) statementPage(w http.ResponseWriter, r *http.Request, link string) error {
	stall, err := rp.rooms.Kernel.Stall(r.Context(), front.PlainID(chi.URLParam(r, "stall")))
	if err != nil {
		return err
	}
	st, err := rp.readStatement(r, stall)
	if err != nil {
		return err
	}
	st.Secret, st.Path = link, officeview.StallPath(stall.ID, "/statement")
	st.CSV = officeview.Query(officeview.StallPath(stall.ID, "/statement.csv"), st.Days.First, st.Days.Last)
	p, f := rp.takingsPage(r, "stalls")
	f.Title, f.Stall, f.Tab = p.T("office.statement.title"), &stall, "statement"
	rp.front.Render(w, r, http.StatusOK, officeview.Statement(p, f, st))
	return nil
}

func (rp *Reports) statementCSV(w http.ResponseWriter, r *http.Request) error {
	stall, err := rp.rooms.Kernel.Stall(r.Context(), front.PlainID(chi.URLParam(r, "stall")))
	if err != nil {
		return err
	}
	return rp.writeStatement(w, r, stall)
}

func (rp *Reports) writeStatement(w http.ResponseWriter, r *http.Request, stall kiosk.Stall) error {
	st, err := rp.readStatement(r, stall)
	if err != nil {
		return err
	}
	p := rp.front.View(r).For(stall)
	sendFile(w, csvKind, "statement-"+st.Days.First+"-"+st.Days.Last+".csv")
	_, err = w.Write(officeview.StatementSheet(p, st.Statement))
	return err
}

// ownerLink makes or ends the read-only link of a stall's owner. A new one is told on the page that
// answers, and never again.
func (rp *Reports) ownerLink(w http.ResponseWriter, r *http.Request) error {
	stall, clerk := front.PlainID(chi.URLParam(r, "stall")), front.OfficeActorOf(r).OfficeActor
	if r.PostForm.Get("act") == "end" {
		if err := rp.rooms.Reports.EndOwnerLink(r.Context(), clerk, stall); err != nil {
			return err
		}
		return rp.office.redirectDone(w, r, "owner-link-ended", officeview.StallPath(stall, "/statement"))
	}
	secret, err := rp.rooms.Reports.NewOwnerLink(r.Context(), clerk, stall)
	if err != nil {
		return err
	}
	return rp.statementPage(w, r, cmp.Or(rp.front.PublicURL, rp.front.Origin(r))+officeview.OwnerPath(secret))
}

// stallOfOwnerLink finds the stall of a read-only link.
func (rp *Reports) stallOfOwnerLink(r *http.Request) (kiosk.Stall, string, error) {
	secret := front.PlainID(chi.URLParam(r, "secret"))
	stall, err := rp.rooms.Reports.OwnerStall(r.Context(), secret)
	return stall, officeview.OwnerPath(secret), err
}

func (rp *Reports) ownerStatement(w http.ResponseWriter, r *http.Request) error {
	stall, path, err := rp.stallOfOwnerLink(r)
	if err != nil {
		return err
	}
	st, err := rp.readStatement(r, stall)
	if err != nil {
		return err
	}
	st.Path, st.CSV = path, officeview.Query(path+"/csv", st.Days.First, st.Days.Last)
	rp.front.Render(w, r, http.StatusOK, officeview.OwnerStatement(rp.front.View(r).For(stall), st))
	return nil
}

func (rp *Reports) ownerCSV(w http.ResponseWriter, r *http.Request) error {
	stall, _, err := rp.stallOfOwnerLink(r)
	if err != nil {
		return err
	}
	return rp.writeStatement(w, r, stall)
}
