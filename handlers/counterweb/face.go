package counterweb

import (
	"net/http"

	"qrkiosk/handlers/front"
	"qrkiosk/kiosk"
	"qrkiosk/views/counterview"
)

// faceKind is a till that is turned to the customer: a customer's screen with the rights of a till.
// Only the hub and its metrics know it; there is no such device.
const faceKind kiosk.DeviceKind = "face"

// face is the customer's screen on the till itself, for a stall with one tablet.
func (d *Display) face(w http.ResponseWriter, r *http.Request) error {
	screen, x, err := d.counter.displayScreen(r.Context(), front.TillActorOf(r).Register)
	if err != nil {
		return err
	}
	p := d.front.View(r)
	p.Lang, x.Face = d.front.DisplayLang(r, screen.Stall), true
	d.front.Render(w, r, http.StatusOK, counterview.DisplayPage(p, screen, x))
	return nil
}

func (d *Display) faceState(w http.ResponseWriter, r *http.Request) error {
	return d.screenState(w, r, front.TillActorOf(r).Register, true)
}

// faceTip takes a tip that was chosen on the till.
func (d *Display) faceTip(w http.ResponseWriter, r *http.Request) error {
	return d.takeTip(w, r, front.TillActorOf(r).Register, counterview.PathFace)
}
