package officeweb

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"qrkiosk/handlers/front"
	"qrkiosk/kiosk"
	"qrkiosk/views"
	"qrkiosk/views/officeview"
)

func (o *Office) accountRoutes() []front.Route {
	return []front.Route{
		{Method: "GET", Path: officeview.PathStallAccount, Who: front.Organizer, Fresh: true, Way: front.WayOffice, Do: o.stalls.stallAccount},
		{Method: "POST", Path: officeview.PathStallAccount, Who: front.Organizer, Fresh: true, Way: front.WayOffice, Do: o.stalls.stallAccountSet},
		{Method: "POST", Path: officeview.PathStallAccountEnd, Who: front.Organizer, Fresh: true, Way: front.WayOffice, Do: o.stalls.stallAccountEnd},
	}
}

func (st *Stalls) stallAccount(w http.ResponseWriter, r *http.Request) error {
	return st.stallAccountPage(w, r, http.StatusOK, nil, nil)
}

// stallAccountPage shows which account a stall sells with. What was typed is never shown again.
func (st *Stalls) stallAccountPage(w http.ResponseWriter, r *http.Request, status int, _ officeview.Typed, t *views.Problem) error {
	stall, err := st.front.StallHere(r)
	if err != nil {
		return err
	}
	h, err := st.rooms.Kernel.OfficeSettings(r.Context())
	if err != nil {
		return err
	}
	names, err := st.rooms.Office.Trail.NamesByID(r.Context())
	if err != nil {
		return err
	}
	a := officeview.StallAccount{Stall: stall}
	if stall.AccountID != "" {
		a.Account = h.Account(stall.AccountID)
		a.SetBy = names[a.Account.SetBy]
	}
	p, f := st.stallTab(r, stall, "account", t)
	st.front.Render(w, r, status, officeview.StallAccountPage(p, f, a))
	return nil
}

func (st *Stalls) stallAccountSet(w http.ResponseWriter, r *http.Request) error {
	stall := front.PlainID(chi.URLParam(r, "stall"))
	set, err := st.rooms.Office.StallAccounts.Set(r.Context(), front.OfficeActorOf(r).OfficeActor, stall, r.PostForm.Get("key"))
	r.PostForm.Del("key")
	if err == nil {
		st.log.Info("the account of a stall was set", "stall", stall, "login", set.SetBy, "account", set.AccountNumber)
	}
	switch kiosk.CodeOf(err) {
	case kiosk.Unclear, kiosk.NotSent, kiosk.TooMany:
		err = &kiosk.Error{Code: kiosk.Conflict, Key: kiosk.KeyKeyAway, Field: "key", Err: err}
	default:
	}
	return st.accountDone(w, r, err)
}

func (st *Stalls) stallAccountEnd(w http.ResponseWriter, r *http.Request) error {
	return st.accountDone(w, r, st.rooms.Office.StallAccounts.End(r.Context(), front.OfficeActorOf(r).OfficeActor, front.PlainID(chi.URLParam(r, "stall"))))
}

func (st *Stalls) accountDone(w http.ResponseWriter, r *http.Request, err error) error {
	if err != nil {
		return st.office.refuse(w, r, err, st.stallAccountPage)
	}
	return st.office.redirectDone(w, r, "saved", officeview.StallPath(front.PlainID(chi.URLParam(r, "stall")), "/account"))
}
