package officeweb

import (
	"net/http"

	"qrkiosk/handlers/front"
	"qrkiosk/views"
	"qrkiosk/views/officeview"
)

func (o *Office) itemFileRoutes() []front.Route {
	return []front.Route{
		{Method: "GET", Path: officeview.PathItemsCSV, Who: front.StallManager, Way: front.WayOffice, Do: o.stalls.itemsCSV},
		{Method: "GET", Path: officeview.PathItemImport, Who: front.StallManager, Way: front.WayOffice, Do: o.stalls.itemImport},
		{Method: "POST", Path: officeview.PathItemImport, Who: front.StallManager, Body: importBody, Way: front.WayOffice, Do: o.stalls.itemPreview},
		{Method: "POST", Path: officeview.PathItemImportApply, Who: front.StallManager, Way: front.WayOffice, Do: o.stalls.itemApply},
	}
}

// itemsCSV sends the catalogue of a stall as it is at one moment.
func (st *Stalls) itemsCSV(w http.ResponseWriter, r *http.Request) error {
	stall, err := st.front.StallHere(r)
	if err != nil {
		return err
	}
	items, err := st.rooms.Office.Catalogue.Items(r.Context(), stall.ID)
	if err != nil {
		return err
	}
	sendFile(w, csvKind, officeview.ItemsFile(stall))
	_, err = w.Write(officeview.ItemsSheet(st.front.View(r).For(stall), items))
	return err
}

func (st *Stalls) itemImport(w http.ResponseWriter, r *http.Request) error {
	return st.itemImportPage(w, r, http.StatusOK, officeview.ItemImport{}, nil)
}

func (st *Stalls) itemImportPage(w http.ResponseWriter, r *http.Request, status int, i officeview.ItemImport, t *views.Problem) error {
	var err error
	if i.Stall, err = st.front.StallHere(r); err != nil {
		return err
	}
	p, f := st.stallTab(r, i.Stall, "items", t)
	f.Title = p.T("office.itemfile.title")
	st.front.Render(w, r, status, officeview.ItemImportPage(p, f, i))
	return nil
}

// itemImportAgain shows the form with what was wrong.
func (st *Stalls) itemImportAgain(w http.ResponseWriter, r *http.Request, cause error) error {
	return st.office.again(w, r, cause, func(_ views.Page, t *views.Problem) {
		if err := st.itemImportPage(w, r, front.StatusOf(cause), officeview.ItemImport{}, t); err != nil {
			st.front.Fail(w, r, err)
		}
	})
}

// itemPreview reads a file and says what it would make, or what is wrong with it, line by line.
func (st *Stalls) itemPreview(w http.ResponseWriter, r *http.Request) error {
	raw, err := readUpload(r, "file")
	if err != nil {
		return st.itemImportAgain(w, r, err)
	}
	plan, draft, err := st.rooms.Office.Catalogue.Preview(r.Context(), front.OfficeActorOf(r).OfficeActor, pathID(r, "stall"), raw)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if len(plan.Faults) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return st.itemImportPage(w, r, status, officeview.ItemImport{Plan: &plan, Draft: draft}, nil)
}

// itemApply makes what was previewed, all of it or nothing.
func (st *Stalls) itemApply(w http.ResponseWriter, r *http.Request) error {
	stall, form := pathID(r, "stall"), r.PostForm
	err := st.rooms.Office.Catalogue.Import(r.Context(), front.OfficeActorOf(r).OfficeActor, stall, form.Get("draft"), form.Get("remove") == "yes")
	if err != nil {
		return st.itemImportAgain(w, r, err)
	}
	return st.office.redirectDone(w, r, "items-imported", officeview.StallPath(stall, "/items"))
}
