package officeweb

import (
	"net/http"

	"qrkiosk/handlers/front"
	"qrkiosk/kiosk"
	"qrkiosk/views"
	"qrkiosk/views/officeview"
)

func (p *People) stallStaff(w http.ResponseWriter, r *http.Request) error {
	return p.stallStaffPage(w, r, http.StatusOK, officeview.StallStaff{}, nil)
}

func (p *People) stallStaffPage(w http.ResponseWriter, r *http.Request, status int, typed officeview.StallStaff, t *views.Problem) error {
	stall, _, people, err := p.rooms.Office.Registers.StallOverview(r.Context(), front.OfficeActorOf(r).OfficeActor, pathID(r, "stall"))
	if err != nil {
		return err
	}
	page, f := p.office.stallFrame(r, stall, "staff", "")
	f.Title, f.Error = page.T("office.tab.staff"), t
	typed.Stall, typed.People = stall, working(people)
	p.front.Render(w, r, status, officeview.StallStaffPage(page, f, typed))
	return nil
}

func working(people []kiosk.Staff) (there []kiosk.Staff) {
	for _, p := range people {
		if p.Left == 0 {
			there = append(there, p)
		}
	}
	return there
}

func (p *People) stallStaffAdd(w http.ResponseWriter, r *http.Request) error {
	if _, err := p.rooms.Kernel.Stall(r.Context(), pathID(r, "stall")); err != nil {
		return err
	}
	form := r.PostForm
	stall, name, role := pathID(r, "stall"), form.Get("name"), kiosk.Role(form.Get("role"))
	made, err := p.rooms.Office.Staff.Hire(r.Context(), front.OfficeActorOf(r).OfficeActor, stall, name, role, form.Get("pin"))
	if err != nil {
		return p.office.again(w, r, err, func(_ views.Page, t *views.Problem) {
			_ = p.stallStaffPage(w, r, front.StatusOf(err), officeview.StallStaff{Name: cut(name), Role: cut(string(role))}, t)
		})
	}
	return p.office.slip(w, r, made)
}

func (p *People) stallStaffChange(w http.ResponseWriter, r *http.Request) error {
	if _, err := p.rooms.Kernel.Stall(r.Context(), pathID(r, "stall")); err != nil {
		return err
	}
	stall, person, name := pathID(r, "stall"), pathID(r, "person"), r.PostForm.Get("name")
	_, err := p.rooms.Office.Staff.Change(r.Context(), front.OfficeActorOf(r).OfficeActor, stall, person, name, kiosk.Role(r.PostForm.Get("role")))
	if err != nil {
		return p.office.again(w, r, err, func(_ views.Page, t *views.Problem) {
			_ = p.stallStaffPage(w, r, front.StatusOf(err), officeview.StallStaff{Name: cut(name), Wrong: person}, t)
		})
	}
	return p.office.redirectDone(w, r, "staff-changed", officeview.StaffPath(stall))
}

func (p *People) stallStaffPIN(w http.ResponseWriter, r *http.Request) error {
	made, err := p.rooms.Office.Staff.ResetPIN(r.Context(), front.OfficeActorOf(r).OfficeActor, pathID(r, "stall"), pathID(r, "person"), "")
	if err != nil {
		return err
	}
	return p.office.slip(w, r, made)
}

func (p *People) stallStaffLeave(w http.ResponseWriter, r *http.Request) error {
	stall := pathID(r, "stall")
	if _, err := p.rooms.Office.Staff.Dismiss(r.Context(), front.OfficeActorOf(r).OfficeActor, stall, pathID(r, "person")); err != nil {
		return err
	}
	return p.office.redirectDone(w, r, "staff-left", officeview.StaffPath(stall))
}
