package officeweb

import (
	"net/http"
	"strings"

	"qrkiosk/handlers/front"
	"qrkiosk/kiosk"
	"qrkiosk/views"
	"qrkiosk/views/officeview"
)

func (p *People) users(w http.ResponseWriter, r *http.Request) error {
	return p.usersPage(w, r, http.StatusOK, nil, nil)
}

func (p *People) usersPage(w http.ResponseWriter, r *http.Request, status int, typed officeview.Typed, t *views.Problem) error {
	return p.showUsers(w, r, status, officeview.Users{Typed: typed}, t)
}

func (p *People) showUsers(w http.ResponseWriter, r *http.Request, status int, o officeview.Users, t *views.Problem) error {
	var err error
	if o.Users, err = p.rooms.Office.Users.All(r.Context()); err != nil {
		return err
	}
	if o.Order, _, err = p.rooms.Office.Stalls.All(r.Context()); err != nil {
		return err
	}
	o.Stalls = map[string]string{}
	for _, stall := range o.Order {
		o.Stalls[stall.ID] = stall.Name
	}
	page, f := p.office.officePage(r, "people", "")
	f.Title, f.Error = page.T("office.nav.people"), t
	p.front.Render(w, r, status, officeview.UsersPage(page, f, o))
	return nil
}

// showCode shows a one-time code, this one time.
func (p *People) showCode(w http.ResponseWriter, r *http.Request, code, name string) error {
	return p.showUsers(w, r, http.StatusOK, officeview.Users{Code: code, For: name, Address: p.front.Origin(r) + officeview.PathSetup}, nil)
}

func (p *People) userAdd(w http.ResponseWriter, r *http.Request) error {
	role, stall, _ := strings.Cut(r.PostForm.Get("role"), " ")
	name := r.PostForm.Get("name")
	login, code, err := p.rooms.Office.Users.Invite(r.Context(), front.OfficeActorOf(r).OfficeActor, name, kiosk.Role(role), front.PlainID(stall))
	if err != nil {
		return p.office.refuse(w, r, err, p.usersPage)
	}
	return p.showCode(w, r, code, login.Name)
}

func (p *People) userReset(w http.ResponseWriter, r *http.Request) error {
	id := front.PlainID(r.PostForm.Get("id"))
	code, err := p.rooms.Office.Users.Reset(r.Context(), front.OfficeActorOf(r).OfficeActor, id, r.PostForm.Get("lost") == "yes")
	if err != nil {
		return err
	}
	names, err := p.rooms.Office.Trail.NamesByID(r.Context())
	if err != nil {
		return err
	}
	return p.showCode(w, r, code, names[id])
}

func (p *People) userEndSessions(w http.ResponseWriter, r *http.Request) error {
	if err := p.rooms.Office.Users.EndSessions(r.Context(), front.OfficeActorOf(r).OfficeActor, front.PlainID(r.PostForm.Get("id"))); err != nil {
		return err
	}
	return p.office.redirectDone(w, r, "signed-out", officeview.PathPeople)
}

func (p *People) userRemove(w http.ResponseWriter, r *http.Request) error {
	err := p.rooms.Office.Users.Remove(r.Context(), front.OfficeActorOf(r).OfficeActor, front.PlainID(r.PostForm.Get("id")))
	if err != nil {
		return p.office.refuse(w, r, err, p.usersPage)
	}
	return p.office.redirectDone(w, r, "removed", officeview.PathPeople)
}
