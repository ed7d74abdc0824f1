package handlers

import (
	"cmp"
	"net/http"

	"qrkiosk/kiosk"
	"qrkiosk/static"
	"qrkiosk/views"
)

// worker serves the service worker. Browsers ask for it anew, so that a new build replaces it.
func (s *Server) worker(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	_, err := w.Write([]byte(static.Worker()))
	return err
}

func (s *Server) tillManifest(w http.ResponseWriter, r *http.Request) error {
	return sendManifest(w, s.view(r), views.TillManifest)
}

func (s *Server) displayManifest(w http.ResponseWriter, r *http.Request) error {
	return sendManifest(w, s.view(r), views.DisplayManifest)
}

func sendManifest(w http.ResponseWriter, p views.Page, draw func(views.Page) ([]byte, error)) error {
	raw, err := draw(p)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/manifest+json")
	_, err = w.Write(raw)
	return err
}

// offline is the page that the service worker keeps. It is the same for everybody.
func (s *Server) offline(w http.ResponseWriter, r *http.Request) error {
	s.render(w, r, http.StatusOK, views.OfflinePage(s.view(r)))
	return nil
}

// help tells how devices become kiosks.
func (s *Server) help(w http.ResponseWriter, r *http.Request) error {
	s.render(w, r, http.StatusOK, views.HelpPage(s.view(r), s.tillURL+views.PathTill, s.tillURL+views.PathDisplay))
	return nil
}

// tone chooses the sound of the register, for its till and displays.
func (s *Server) tone(w http.ResponseWriter, r *http.Request) error {
	if err := s.shop.Till.SetTone(r.Context(), tillActorOf(r).Actor, r.PostForm.Get("tone")); err != nil {
		return err
	}
	return s.answer(w, r, "")
}

// guide shows every component; a house with real money has no such page.
func (s *Server) guide(w http.ResponseWriter, r *http.Request) error {
	if s.shop.Kernel.Installation().Mode != kiosk.Sandbox {
		return errNoPage
	}
	part := oneOf(r.URL.Query().Get("part"), views.GuideParts...)
	p := s.view(r)
	p.Lang = "en"
	s.render(w, r, http.StatusOK, views.GuidePage(p, cmp.Or(part, views.GuideParts[0])))
	return nil
}
