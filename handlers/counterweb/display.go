package counterweb

import (
	"net/http"

	"qrkiosk/handlers/front"
	"qrkiosk/kiosk"
	"qrkiosk/views"
	"qrkiosk/views/counterview"
)

// display is the customer's screen; a browser that is none yet gets a code to be paired by.
func (d *Display) display(w http.ResponseWriter, r *http.Request) error {
	device, err := d.front.DeviceOf(r, front.DisplayCookie, kiosk.Display)
	switch kiosk.CodeOf(err) {
	case "":
	case kiosk.Unauthorized:
		return d.counter.pairing(w, r)
	default:
		return err
	}
	screen, x, err := d.counter.displayScreen(r.Context(), device.Register)
	if err != nil {
		return err
	}
	p := d.front.View(r)
	p.Lang = d.front.DisplayLang(r, screen.Stall)
	d.front.Render(w, r, http.StatusOK, counterview.DisplayPage(p, screen, x))
	return nil
}

func (d *Display) displayState(w http.ResponseWriter, r *http.Request) error {
	return d.screenState(w, r, front.DisplayOf(r).Register, false)
}

func (d *Display) screenState(w http.ResponseWriter, r *http.Request, register string, face bool) error {
	screen, x, err := d.counter.displayScreen(r.Context(), register)
	if err != nil {
		return err
	}
	x.Face = face
	p := d.front.View(r)
	p.Lang = d.front.DisplayLang(r, screen.Stall)
	f := front.NewFrame(screen.Epoch, screen.Version, screen.Now, screen.Next)
	if err := f.Draw(r.Context(), counterview.DisplayFragment(p, screen, x)); err != nil {
		return err
	}
	return d.front.SendFrame(w, r, f)
}

// tip takes the customer's choice: cents of a suggestion, or an amount that was typed.
func (d *Display) tip(w http.ResponseWriter, r *http.Request) error {
	return d.takeTip(w, r, front.DisplayOf(r).Register, views.PathDisplay)
}

func (d *Display) takeTip(w http.ResponseWriter, r *http.Request, register, then string) error {
	tip, err := readTip(r)
	if err != nil {
		return err
	}
	if _, err := d.rooms.Till.Tip(r.Context(), register, front.PlainID(r.PostForm.Get("sale")), tip); err != nil {
		return err
	}
	return d.front.GoTo(w, r, then)
}

func readTip(r *http.Request) (kiosk.Money, error) {
	cents := r.PostForm.Get("tip")
	switch {
	case cents == "0":
		return 0, nil
	case cents != "":
		return kiosk.ParseCents(cents)
	}
	return kiosk.ParseMoney(r.PostForm.Get("amount"))
}
