package officeweb

import (
	"net/http"

	"qrkiosk/handlers/front"
	"qrkiosk/kiosk"
	"qrkiosk/views/officeview"
)

// registerPair finds the tablet whose code was typed, so that its word can be compared before it becomes
// the till.
func (fl *Fleet) registerPair(w http.ResponseWriter, r *http.Request) error {
	p, f, v, err := fl.readRegister(r)
	if err != nil {
		return err
	}
	found, err := fl.findTablet(r, v.Registers[0].Register.ID)
	if err != nil {
		return fl.registerAgain(w, r, err)
	}
	f.Title = p.T("office.pair.title")
	fl.front.Render(w, r, http.StatusOK, officeview.PairPage(p, f, v, found))
	return nil
}

func (fl *Fleet) findTablet(r *http.Request, register string) (kiosk.Pairing, error) {
	if err := fl.mayPair(r); err != nil {
		return kiosk.Pairing{}, err
	}
	return fl.rooms.Office.Registers.PeekTablet(r.Context(), front.OfficeActorOf(r).OfficeActor, register, r.PostForm.Get("code"))
}

// registerPairConfirm makes the tablet the till of the register, and closes the sockets of the one before.
// A code can be guessed here as well as in registerPair, so both count.
func (fl *Fleet) registerPairConfirm(w http.ResponseWriter, r *http.Request) error {
	register, err := fl.office.inStall(r)
	if err != nil {
		return err
	}
	if err := fl.mayPair(r); err != nil {
		return fl.registerAgain(w, r, err)
	}
	by := front.OfficeActorOf(r).OfficeActor
	device, err := fl.rooms.Office.Registers.ConnectTablet(r.Context(), by, register, r.PostForm.Get("code"))
	if err != nil {
		return fl.registerAgain(w, r, err)
	}
	fl.front.EndReplaced(device)
	fl.office.wall.touch(register)
	fl.log.Info("device enrolled", "register", register, "kind", device.Kind, "by", by.User)
	return fl.office.redirectDone(w, r, "tablet-connected", here(r))
}

// mayPair counts who types codes, as it is counted at tills.
func (fl *Fleet) mayPair(r *http.Request) error {
	if wait := fl.front.Limits.Wait("pair "+front.OfficeActorOf(r).User, fl.clock()); wait > 0 {
		return front.ErrTooOften(wait, "code")
	}
	return nil
}
