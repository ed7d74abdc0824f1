package handlers

import (
	"context"
	"net/http"

	"github.com/go-chi/chi/v5"

	"qrkiosk/kiosk"
	"qrkiosk/views"
)

type displayKey struct{}

func displayOf(r *http.Request) kiosk.Device {
	d, _ := r.Context().Value(displayKey{}).(kiosk.Device)
	return d
}

// requireDisplay lets only paired displays through.
func (s *Server) requireDisplay(next handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		device, err := s.deviceOf(r, displayCookie, kiosk.Display)
		if err != nil {
			return err
		}
		visitOf(r).register, visitOf(r).customer = device.Register, true
		return next(w, r.WithContext(context.WithValue(r.Context(), displayKey{}, device)))
	}
}

// display is the customer's screen; a browser that is none yet gets a code to be paired by.
func (s *Server) display(w http.ResponseWriter, r *http.Request) error {
	device, err := s.deviceOf(r, displayCookie, kiosk.Display)
	switch kiosk.CodeOf(err) {
	case "":
	case kiosk.Unauthorized:
		return s.pairing(w, r)
	default:
		return err
	}
	d, x, err := s.displayScreen(r.Context(), device.Register)
	if err != nil {
		return err
	}
	p := s.view(r)
	p.Lang = s.displayLang(r, d.Stall)
	s.render(w, r, http.StatusOK, views.DisplayPage(p, d, x))
	return nil
}

func (s *Server) displayScreen(ctx context.Context, register string) (kiosk.DisplayScreen, views.DisplayExtras, error) {
	d, err := s.shop.Till.DisplayScreen(ctx, register)
	return d, views.DisplayExtras{QR: s.code(d.PayURL), Receipt: s.code(d.Receipt)}, err
}

func (s *Server) displayState(w http.ResponseWriter, r *http.Request) error {
	return s.screenState(w, r, displayOf(r).Register, false)
}

func (s *Server) screenState(w http.ResponseWriter, r *http.Request, register string, face bool) error {
	d, x, err := s.displayScreen(r.Context(), register)
	if err != nil {
		return err
	}
	x.Face = face
	p := s.view(r)
	p.Lang = s.displayLang(r, d.Stall)
	f := newFrame(d.Epoch, d.Version, d.Now, d.Next)
	if err := f.draw(r.Context(), views.DisplayFragment(p, d, x)); err != nil {
		return err
	}
	return s.sendFrame(w, r, f)
}

// tip takes the customer's choice: cents of a suggestion, or an amount that was typed.
func (s *Server) tip(w http.ResponseWriter, r *http.Request) error {
	return s.takeTip(w, r, displayOf(r).Register, views.PathDisplay)
}

func (s *Server) takeTip(w http.ResponseWriter, r *http.Request, register, then string) error {
	tip, err := readTip(r)
	if err != nil {
		return err
	}
	if _, err := s.shop.Till.Tip(r.Context(), register, plainID(r.PostForm.Get("sale")), tip); err != nil {
		return err
	}
	return s.goTo(w, r, then)
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

// receipt is the customer's page. A browser that comes back from the gateway brings parameters
// that prove nothing: at most they make the gateway's lists be read sooner.
func (s *Server) receipt(w http.ResponseWriter, r *http.Request) error {
	secret := plainID(chi.URLParam(r, "receipt"))
	page, err := s.shop.Till.ReceiptScreen(r.Context(), secret)
	if err != nil {
		return err
	}
	if r.URL.RawQuery != "" && !r.URL.Query().Has("lang") {
		s.shop.Kernel.LookAsked(secret)
	}
	p := s.view(r)
	p.Lang = receiptLang(r, page.Stall)
	s.render(w, r, http.StatusOK, views.ReceiptPage(p, page))
	return nil
}
