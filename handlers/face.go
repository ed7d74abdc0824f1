package handlers

import (
	"net/http"

	"qrkiosk/kiosk"
	"qrkiosk/views"
)

// faceKind is a till that is turned to the customer: a customer's screen with the rights of a till.
// Only the hub and its metrics know it; there is no such device.
const faceKind kiosk.DeviceKind = "face"

// face is the customer's screen on the till itself, for a stall with one tablet.
func (s *Server) face(w http.ResponseWriter, r *http.Request) error {
	d, x, err := s.displayScreen(r.Context(), tillActorOf(r).Register)
	if err != nil {
		return err
	}
	p := s.view(r)
	p.Lang, x.Face = s.displayLang(r, d.Stall), true
	s.render(w, r, http.StatusOK, views.DisplayPage(p, d, x))
	return nil
}

func (s *Server) faceState(w http.ResponseWriter, r *http.Request) error {
	return s.screenState(w, r, tillActorOf(r).Register, true)
}

// faceTip takes a tip that was chosen on the till.
func (s *Server) faceTip(w http.ResponseWriter, r *http.Request) error {
	return s.takeTip(w, r, tillActorOf(r).Register, views.PathFace)
}
