package handlers

import (
	"context"
	"net/http"

	"github.com/go-chi/chi/v5"

	"qrkiosk/kiosk"
	"qrkiosk/views"
)

func accountRoutes() []Route {
	return []Route{
		{Method: "GET", Path: views.PathStallAccount, Who: Organizer, Fresh: true, Way: wayOffice, do: (*Server).stallAccount},
		{Method: "POST", Path: views.PathStallAccount, Who: Organizer, Fresh: true, Way: wayOffice, do: (*Server).stallAccountSet},
		{Method: "POST", Path: views.PathStallAccountEnd, Who: Organizer, Fresh: true, Way: wayOffice, do: (*Server).stallAccountEnd},
	}
}

func (s *Server) stallAccount(w http.ResponseWriter, r *http.Request) error {
	return s.stallAccountPage(w, r, http.StatusOK, nil, nil)
}

// stallAccountPage shows which account a stall sells with. What was typed is never shown again.
func (s *Server) stallAccountPage(w http.ResponseWriter, r *http.Request, status int, _ views.Typed, t *views.Problem) error {
	stall, err := s.stallHere(r)
	if err != nil {
		return err
	}
	h, err := s.shop.Kernel.OfficeSettings(r.Context())
	if err != nil {
		return err
	}
	names, err := s.shop.Office.NamesByID(r.Context())
	if err != nil {
		return err
	}
	a := views.StallAccount{Stall: stall}
	if stall.AccountID != "" {
		a.Account = h.Account(stall.AccountID)
		a.SetBy = names[a.Account.SetBy]
	}
	p, f := s.stallTab(r, stall, "account", t)
	s.render(w, r, status, views.StallAccountPage(p, f, a))
	return nil
}

func (s *Server) stallAccountSet(w http.ResponseWriter, r *http.Request) error {
	stall := plainID(chi.URLParam(r, "stall"))
	set, err := s.shop.Office.SetStallAccount(r.Context(), officeActorOf(r).OfficeActor, stall, r.PostForm.Get("key"))
	r.PostForm.Del("key")
	if err == nil {
		s.log.Info("the account of a stall was set", "stall", stall, "login", set.SetBy, "account", set.AccountNumber)
	}
	switch kiosk.CodeOf(err) {
	case kiosk.Unclear, kiosk.NotSent, kiosk.TooMany:
		err = &kiosk.Error{Code: kiosk.Conflict, Key: kiosk.KeyKeyAway, Field: "key", Err: err}
	default:
	}
	return s.accountDone(w, r, err)
}

func (s *Server) stallAccountEnd(w http.ResponseWriter, r *http.Request) error {
	return s.accountDone(w, r, s.shop.Office.EndStallAccount(r.Context(), officeActorOf(r).OfficeActor, plainID(chi.URLParam(r, "stall"))))
}

func (s *Server) accountDone(w http.ResponseWriter, r *http.Request, err error) error {
	if err != nil {
		return s.refuse(w, r, err, s.stallAccountPage)
	}
	return s.redirectDone(w, r, "saved", views.StallPath(plainID(chi.URLParam(r, "stall")), "/account"))
}

// accountNames are the names of stalls' accounts, by their IDs and by the names of their books.
func (s *Server) accountNames(ctx context.Context) (views.AccountNames, error) {
	names, err := s.shop.Kernel.AccountNames(ctx)
	all := views.AccountNames{}
	for id, n := range names {
		all[id], all[s.shop.Kernel.QualifiedAccount(id)] = n, n
	}
	return all, err
}
