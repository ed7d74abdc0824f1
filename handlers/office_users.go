package handlers

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"qrkiosk/kiosk"
	"qrkiosk/views"
)

func (s *Server) users(w http.ResponseWriter, r *http.Request) error {
	return s.usersPage(w, r, http.StatusOK, nil, nil)
}

func (s *Server) usersPage(w http.ResponseWriter, r *http.Request, status int, typed views.Typed, t *views.Problem) error {
	return s.showUsers(w, r, status, views.OfficeUsers{Typed: typed}, t)
}

func (s *Server) showUsers(w http.ResponseWriter, r *http.Request, status int, o views.OfficeUsers, t *views.Problem) error {
	var err error
	if o.Users, err = s.shop.Office.Users(r.Context()); err != nil {
		return err
	}
	if o.Order, _, err = s.shop.Office.Stalls(r.Context()); err != nil {
		return err
	}
	o.Stalls = map[string]string{}
	for _, stall := range o.Order {
		o.Stalls[stall.ID] = stall.Name
	}
	p, f := s.officePage(r, "people", "")
	f.Title, f.Error = p.T("office.nav.people"), t
	s.render(w, r, status, views.OfficeUsersPage(p, f, o))
	return nil
}

// showCode shows a one-time code, this one time.
func (s *Server) showCode(w http.ResponseWriter, r *http.Request, code, name string) error {
	return s.showUsers(w, r, http.StatusOK, views.OfficeUsers{Code: code, For: name, Address: s.ownAddress(r) + views.PathSetup}, nil)
}

// ownAddress is the address under which somebody sees us.
func (s *Server) ownAddress(r *http.Request) string {
	if s.secure {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

func (s *Server) userAdd(w http.ResponseWriter, r *http.Request) error {
	role, stall, _ := strings.Cut(r.PostForm.Get("role"), " ")
	name := r.PostForm.Get("name")
	login, code, err := s.shop.Office.InviteUser(r.Context(), officeActorOf(r).OfficeActor, name, kiosk.Role(role), plainID(stall))
	if err != nil {
		return s.refuse(w, r, err, s.usersPage)
	}
	return s.showCode(w, r, code, login.Name)
}

func (s *Server) userReset(w http.ResponseWriter, r *http.Request) error {
	id := plainID(r.PostForm.Get("id"))
	code, err := s.shop.Office.ResetUser(r.Context(), officeActorOf(r).OfficeActor, id, r.PostForm.Get("lost") == "yes")
	if err != nil {
		return err
	}
	names, err := s.shop.Office.NamesByID(r.Context())
	if err != nil {
		return err
	}
	return s.showCode(w, r, code, names[id])
}

func (s *Server) userEndSessions(w http.ResponseWriter, r *http.Request) error {
	if err := s.shop.Office.EndUserSessions(r.Context(), officeActorOf(r).OfficeActor, plainID(r.PostForm.Get("id"))); err != nil {
		return err
	}
	return s.redirectDone(w, r, "signed-out", views.PathPeople)
}

func (s *Server) userRemove(w http.ResponseWriter, r *http.Request) error {
	err := s.shop.Office.RemoveUser(r.Context(), officeActorOf(r).OfficeActor, plainID(r.PostForm.Get("id")))
	if err != nil {
		return s.refuse(w, r, err, s.usersPage)
	}
	return s.redirectDone(w, r, "removed", views.PathPeople)
}

// trail searches what was done in the office.
func (s *Server) trail(w http.ResponseWriter, r *http.Request) error {
	p, f := s.officePage(r, "trail", "")
	f.Title = p.T("office.nav.trail")
	q := r.URL.Query()
	page := views.OfficeTrail{Text: cut(q.Get("q")), From: cut(q.Get("from")), To: cut(q.Get("to"))}
	status := http.StatusOK
	ask, err := readTrailQuery(q)
	var next int64
	if err == nil {
		page.Entries, next, err = s.shop.Office.Trail(r.Context(), officeActorOf(r).OfficeActor, ask)
	}
	if err == nil {
		page.Names, err = s.shop.Office.NamesByID(r.Context())
	}
	if err != nil {
		if !isFormError(err) {
			return err
		}
		status, f.Error = statusOf(err), p.Explain(withWords(err))
	}
	if next > 0 {
		q.Set("before", strconv.FormatInt(next, 10))
		page.Next = views.PathTrail + "?" + q.Encode()
	}
	s.render(w, r, status, views.TrailPage(p, f, page))
	return nil
}

// readTrailQuery reads days as the machine's calendar counts them; the last one is included.
func readTrailQuery(q url.Values) (kiosk.TrailQuery, error) {
	ask := kiosk.TrailQuery{Text: q.Get("q")}
	wrong := func(field string) error {
		return &kiosk.Error{Code: kiosk.Invalid, Key: kiosk.KeyTrailDays, Field: field}
	}
	if text := q.Get("from"); text != "" {
		day, err := time.ParseInLocation(time.DateOnly, text, time.Local)
		if err != nil {
			return ask, wrong("from")
		}
		ask.From = day.UnixMilli()
	}
	if text := q.Get("to"); text != "" {
		day, err := time.ParseInLocation(time.DateOnly, text, time.Local)
		if err != nil || day.UnixMilli() < ask.From {
			return ask, wrong("to")
		}
		ask.To = day.AddDate(0, 0, 1).UnixMilli()
	}
	if text := q.Get("before"); text != "" {
		before, err := strconv.ParseInt(text, 10, 64)
		if err != nil || before < 1 {
			return ask, &statusError{http.StatusBadRequest, "no such page"}
		}
		ask.Before = before
	}
	return ask, nil
}
