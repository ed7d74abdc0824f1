package handlers

import (
	"net/http"

	"qrkiosk/kiosk"
	"qrkiosk/views"
)

func (s *Server) officeHome(w http.ResponseWriter, r *http.Request) error {
	return s.homePage(w, r, http.StatusOK, "", nil)
}

func (s *Server) homePage(w http.ResponseWriter, r *http.Request, status int, name string, t *views.Trouble) error {
	o := officialOf(r)
	stalls, registers, err := s.shop.StallsOf(r.Context(), o.Clerk)
	if err != nil {
		return err
	}
	p, f := s.officePage(r, "stalls", "")
	f.Title, f.Error = p.T("office.home.title"), t
	h := views.OfficeHome{Stalls: stalls, Registers: registers, Name: name}
	s.render(w, r, status, views.OfficeHomePage(p, f, h))
	return nil
}

func (s *Server) stallAdd(w http.ResponseWriter, r *http.Request) error {
	name := r.PostForm.Get("name")
	_, err := s.shop.NewStall(r.Context(), officialOf(r).Clerk, kiosk.Stall{Name: name})
	if err != nil {
		return s.again(w, r, err, func(_ views.Page, t *views.Trouble) {
			_ = s.homePage(w, r, statusOf(err), cut(name), t)
		})
	}
	return s.done(w, r, "stall-added", views.PathOffice)
}
