package officeweb

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"qrkiosk/handlers/front"
	"qrkiosk/kiosk"
	"qrkiosk/views"
	"qrkiosk/views/officeview"
)

func slipOf(stall string, made kiosk.StaffWithPIN) officeview.Card {
	return officeview.Card{Kind: "pin", Stall: stall, Person: made.Staff.Name, Role: made.Staff.Role, PIN: made.PIN}
}

func (o *Office) cardPage(w http.ResponseWriter, r *http.Request, c officeview.Cards) {
	o.front.Render(w, r, http.StatusOK, officeview.CardsPage(o.front.View(r), c))
}

// slip answers with the printable PIN of one person.
func (o *Office) slip(w http.ResponseWriter, r *http.Request, made kiosk.StaffWithPIN) error {
	stall, err := o.rooms.Kernel.Stall(r.Context(), made.Staff.Stall)
	if err != nil {
		return err
	}
	o.cardPage(w, r, officeview.Cards{Cards: []officeview.Card{slipOf(stall.Name, made)}, Back: officeview.StaffPath(stall.ID)})
	return nil
}

// pathID is a part of the address that names a stall, a register or a person.
func pathID(r *http.Request, what string) string { return front.PlainID(chi.URLParam(r, what)) }

// stallFrame is the frame of a page about a stall.
func (o *Office) stallFrame(r *http.Request, stall kiosk.Stall, tab, title string) (views.Page, officeview.Frame) {
	p, f := o.officePage(r, "stalls", title)
	f.Stall, f.Tab = &stall, tab
	return p, f
}

// here is the address of the page of the register of the request.
func here(r *http.Request) string {
	return officeview.RegisterPath(pathID(r, "stall"), pathID(r, "register"), "")
}

// inStall is [kiosk.NotFound] for a register of another stall than the address names.
func (o *Office) inStall(r *http.Request) (register string, err error) {
	register = pathID(r, "register")
	_, stall, err := o.rooms.Office.Registers.Overview(r.Context(), front.OfficeActorOf(r).OfficeActor, register)
	if err == nil && stall.ID != pathID(r, "stall") {
		err = front.ErrNoPage
	}
	return register, err
}
