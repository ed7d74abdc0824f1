package handlers

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/till"
	"qrkiosk/views"
)

// enrolForm shows what a one-time link would do. It does nothing by itself: programs that preview
// links must not use it up.
func (s *Server) enrolForm(w http.ResponseWriter, r *http.Request) error {
	ticket := chi.URLParam(r, "ticket")
	kind, err := s.shop.Till.TicketKind(r.Context(), ticket)
	if err != nil {
		return err
	}
	s.render(w, r, http.StatusOK, views.EnrolPage(s.view(r), kind, ticket))
	return nil
}

func (s *Server) enrolTill(w http.ResponseWriter, r *http.Request) error {
	return s.enrol(w, r, tillCookie, views.PathTill)
}

func (s *Server) enrolDisplay(w http.ResponseWriter, r *http.Request) error {
	return s.enrol(w, r, displayCookie, views.PathDisplay)
}

func (s *Server) enrol(w http.ResponseWriter, r *http.Request, cookie, then string) error {
	ticket := r.PostForm.Get("ticket")
	kind, err := s.shop.Till.TicketKind(r.Context(), ticket)
	if err != nil {
		return s.wrongTicket(r, err)
	}
	if (kind == kiosk.Display) != (cookie == displayCookie) {
		return &kiosk.Error{Code: kiosk.Invalid, Key: till.KeyDeviceWrong}
	}
	device, secret, err := s.shop.Till.Enrol(r.Context(), ticket, deviceName(r))
	if err != nil {
		return err
	}
	s.closeOthers(device)
	s.setCookie(w, cookie, secret, deviceLife)
	s.log.Info("device enrolled", "register", device.Register, "kind", device.Kind)
	return s.goTo(w, r, then)
}

// wrongTicket counts by address who comes with links that are none. Right ones are not counted: in
// the morning a whole market enrols its devices from behind one address.
func (s *Server) wrongTicket(r *http.Request, err error) error {
	if wait := s.limits.wait("enrol "+s.clientIP(r).String(), s.clock()); wait > 0 {
		return errTooOften(wait, "")
	}
	return err
}

// closeOthers ends the sockets of tablets that a new one has replaced.
func (s *Server) closeOthers(device kiosk.Device) {
	if device.Kind != kiosk.Tablet {
		return
	}
	s.hub.end(func(c *client) bool {
		return c.view.kind != kiosk.Display && c.room.register == device.Register
	}, closeRevoked)
}

// deviceName is what the browser calls itself, cut short, so that people can tell devices apart.
func deviceName(r *http.Request) string {
	name := r.UserAgent()
	return name[:min(len(name), 120)]
}

// pairing shows the code of a display that waits to be paired, asking for a new one when there is
// none or its time is over.
func (s *Server) pairing(w http.ResponseWriter, r *http.Request) error {
	p, err := s.shop.Till.Pairing(r.Context(), s.cookie(r, displayCookie))
	switch kiosk.CodeOf(err) {
	case "":
	case kiosk.NotFound, kiosk.Gone:
		if p, err = s.askPairing(w, r); err != nil {
			return err
		}
	default:
		return err
	}
	s.render(w, r, http.StatusOK, views.PairingPage(s.view(r), p.Code, p.Match, s.code(s.tillURL+views.PathPair+"?code="+p.Code)))
	return nil
}

func (s *Server) askPairing(w http.ResponseWriter, r *http.Request) (kiosk.Pairing, error) {
	if wait := s.limits.wait("pairing "+s.clientIP(r).String(), s.clock()); wait > 0 {
		return kiosk.Pairing{}, errTooOften(wait, "")
	}
	p, secret, err := s.shop.Till.AskPairing(r.Context())
	if err == nil {
		s.setCookie(w, displayCookie, secret, deviceLife)
	}
	return p, err
}

// pairState tells a waiting display whether anything changed: 204 while nothing did.
func (s *Server) pairState(w http.ResponseWriter, r *http.Request) error {
	p, err := s.shop.Till.Pairing(r.Context(), s.cookie(r, displayCookie))
	if err == nil && p.Device == "" {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	w.WriteHeader(http.StatusOK)
	return nil
}

// pairForm asks for a code; a till that has scanned the display's own brings it.
func (s *Server) pairForm(w http.ResponseWriter, r *http.Request) error {
	if code := r.URL.Query().Get("code"); code != "" {
		return s.pairPeek(w, r, code)
	}
	return s.pairPage(w, r, http.StatusOK, views.TillPair{}, nil)
}

func (s *Server) pairPage(w http.ResponseWriter, r *http.Request, status int, page views.TillPair, cause error) error {
	t, err := s.shop.Till.TillScreen(r.Context(), tillActorOf(r).Register)
	if err != nil {
		return err
	}
	p := s.view(r)
	p.Lang = s.staffLang(r, t.Stall)
	page.Stall, page.Error = t.Stall, p.Explain(withWords(cause))
	s.render(w, r, status, views.TillPairForm(p, page))
	return nil
}

// pairFind finds the display of a code, so that its word can be compared before it is bound.
func (s *Server) pairFind(w http.ResponseWriter, r *http.Request) error {
	return s.pairPeek(w, r, r.PostForm.Get("code"))
}

func (s *Server) pairPeek(w http.ResponseWriter, r *http.Request, code string) error {
	if err := s.mayPair(r); err != nil {
		return s.pairRefused(w, r, err)
	}
	p, err := s.shop.Till.PeekPairing(r.Context(), code)
	if err != nil {
		return s.pairRefused(w, r, err)
	}
	return s.pairPage(w, r, http.StatusOK, views.TillPair{Code: code, Match: &p.Match}, nil)
}

// pairConfirm binds the display. A code can be guessed here as well as in pairFind, so both count.
func (s *Server) pairConfirm(w http.ResponseWriter, r *http.Request) error {
	if err := s.mayPair(r); err != nil {
		return s.pairRefused(w, r, err)
	}
	if _, err := s.shop.Till.Pair(r.Context(), tillActorOf(r).Actor, r.PostForm.Get("code"), "display"); err != nil {
		return s.pairRefused(w, r, err)
	}
	return s.goTo(w, r, views.PathTill)
}

func (s *Server) mayPair(r *http.Request) error {
	if wait := s.limits.wait("pair "+tabletOf(r).ID, s.clock()); wait > 0 {
		return errTooOften(wait, "code")
	}
	return nil
}

// pairRefused shows the form again with the reason and what was typed.
func (s *Server) pairRefused(w http.ResponseWriter, r *http.Request, cause error) error {
	if wantsJSON(r) || statusOf(cause) >= http.StatusInternalServerError {
		return cause
	}
	retryAfter(w, cause)
	return s.pairPage(w, r, statusOf(cause), views.TillPair{Code: r.PostForm.Get("code")}, cause)
}
