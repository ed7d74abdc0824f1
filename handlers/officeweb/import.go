package officeweb

import (
	"bytes"
	"io"
	"net/http"

	"qrkiosk/handlers/front"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/office"
	"qrkiosk/views"
	"qrkiosk/views/officeview"
)

func (fl *Fleet) importForm(w http.ResponseWriter, r *http.Request) error {
	return fl.importPage(w, r, http.StatusOK, officeview.Import{}, nil)
}

func (fl *Fleet) importPage(w http.ResponseWriter, r *http.Request, status int, i officeview.Import, t *views.Problem) error {
	p, f := fl.office.officePage(r, "import", "")
	f.Title, f.Error = p.T("office.import.title"), t
	fl.front.Render(w, r, status, officeview.ImportPage(p, f, i))
	return nil
}

// importPreview reads a file and says what it would make, or what is wrong with it, line by line.
func (fl *Fleet) importPreview(w http.ResponseWriter, r *http.Request) error {
	raw, err := readUpload(r, "file")
	if err != nil {
		return fl.office.again(w, r, err, func(_ views.Page, t *views.Problem) {
			_ = fl.importPage(w, r, front.StatusOf(err), officeview.Import{}, t)
		})
	}
	plan, draft, err := fl.rooms.Office.FleetImport.Preview(r.Context(), front.OfficeActorOf(r).OfficeActor, raw)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if len(plan.Faults) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return fl.importPage(w, r, status, officeview.Import{Plan: &plan, Draft: draft}, nil)
}

// readUpload reads a file of a form. Its name is never looked at. Archives are no text.
func readUpload(r *http.Request, field string) ([]byte, error) {
	file, _, err := r.FormFile(field)
	if err != nil {
		return nil, &kiosk.Error{Code: kiosk.Invalid, Key: office.KeyOfficeFile, Field: field}
	}
	defer file.Close()
	raw, err := io.ReadAll(io.LimitReader(file, office.SheetLimit+1))
	if err != nil {
		return nil, err
	}
	if bytes.HasPrefix(raw, []byte("PK\x03\x04")) || bytes.HasPrefix(raw, []byte{0x1f, 0x8b}) {
		return nil, front.Refuse(http.StatusUnsupportedMediaType, "an archive")
	}
	return raw, nil
}

// importApply makes what was previewed, all of it or nothing, and answers with the cards of what is
// new: the only page that shows its PINs.
func (fl *Fleet) importApply(w http.ResponseWriter, r *http.Request) error {
	if life := hours(r); life == 0 {
		return &kiosk.Error{Code: kiosk.Invalid, Key: office.KeyTicketLife}
	}
	made, err := fl.rooms.Office.FleetImport.Apply(r.Context(), front.OfficeActorOf(r).OfficeActor, r.PostForm.Get("draft"))
	if err != nil {
		return fl.office.again(w, r, err, func(_ views.Page, t *views.Problem) {
			_ = fl.importPage(w, r, front.StatusOf(err), officeview.Import{}, t)
		})
	}
	cards, err := fl.madeCards(r, made)
	if err != nil {
		return err
	}
	fl.log.Info("fleet imported", "stalls", len(made.Stalls), "registers", len(made.Registers), "people", len(made.Staff), "by", front.OfficeActorOf(r).User)
	for _, g := range made.Registers {
		fl.office.wall.touch(g.ID)
	}
	fl.office.cardPage(w, r, officeview.Cards{Cards: cards, Said: officeview.MadeSum(fl.front.View(r), made), Back: views.PathOffice})
	return nil
}
