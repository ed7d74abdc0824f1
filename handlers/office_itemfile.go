package handlers

import (
	"net/http"

	"qrkiosk/views"
)

func itemFileRoutes() []Route {
	return []Route{
		{Method: "GET", Path: views.PathItemsCSV, Who: StallManager, Way: wayOffice, do: (*Server).itemsCSV},
		{Method: "GET", Path: views.PathItemImport, Who: StallManager, Way: wayOffice, do: (*Server).itemImport},
		{Method: "POST", Path: views.PathItemImport, Who: StallManager, Body: importBody, Way: wayOffice, do: (*Server).itemPreview},
		{Method: "POST", Path: views.PathItemImportApply, Who: StallManager, Way: wayOffice, do: (*Server).itemApply},
	}
}

// itemsCSV sends the catalogue of a stall as it is at one moment.
func (s *Server) itemsCSV(w http.ResponseWriter, r *http.Request) error {
	stall, err := s.stallHere(r)
	if err != nil {
		return err
	}
	items, err := s.shop.Office.Items(r.Context(), stall.ID)
	if err != nil {
		return err
	}
	sendFile(w, csvKind, views.ItemsFile(stall))
	_, err = w.Write(views.ItemsSheet(s.view(r).For(stall), items))
	return err
}

func (s *Server) itemImport(w http.ResponseWriter, r *http.Request) error {
	return s.itemImportPage(w, r, http.StatusOK, views.ItemImport{}, nil)
}

func (s *Server) itemImportPage(w http.ResponseWriter, r *http.Request, status int, i views.ItemImport, t *views.Problem) error {
	var err error
	if i.Stall, err = s.stallHere(r); err != nil {
		return err
	}
	p, f := s.stallTab(r, i.Stall, "items", t)
	f.Title = p.T("office.itemfile.title")
	s.render(w, r, status, views.ItemImportPage(p, f, i))
	return nil
}

// itemImportAgain shows the form with what was wrong.
func (s *Server) itemImportAgain(w http.ResponseWriter, r *http.Request, cause error) error {
	return s.again(w, r, cause, func(_ views.Page, t *views.Problem) {
		if err := s.itemImportPage(w, r, statusOf(cause), views.ItemImport{}, t); err != nil {
			s.fail(w, r, err)
		}
	})
}

// itemPreview reads a file and says what it would make, or what is wrong with it, line by line.
func (s *Server) itemPreview(w http.ResponseWriter, r *http.Request) error {
	raw, err := readUpload(r, "file")
	if err != nil {
		return s.itemImportAgain(w, r, err)
	}
	plan, draft, err := s.shop.Office.PreviewItems(r.Context(), officeActorOf(r).OfficeActor, pathID(r, "stall"), raw)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if len(plan.Faults) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return s.itemImportPage(w, r, status, views.ItemImport{Plan: &plan, Draft: draft}, nil)
}

// itemApply makes what was previewed, all of it or nothing.
func (s *Server) itemApply(w http.ResponseWriter, r *http.Request) error {
	stall, form := pathID(r, "stall"), r.PostForm
	err := s.shop.Office.ImportItems(r.Context(), officeActorOf(r).OfficeActor, stall, form.Get("draft"), form.Get("remove") == "yes")
	if err != nil {
		return s.itemImportAgain(w, r, err)
	}
	return s.redirectDone(w, r, "items-imported", views.StallPath(stall, "/items"))
}
