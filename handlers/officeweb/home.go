package officeweb

import (
	"context"
	"net/http"
	"slices"
	"time"

	"qrkiosk/handlers/front"
	"qrkiosk/kiosk"
	"qrkiosk/views"
	"qrkiosk/views/officeview"
)

func (o *Office) officeHome(w http.ResponseWriter, r *http.Request) error {
	return o.homePage(w, r, http.StatusOK, "", nil)
}

func (o *Office) homePage(w http.ResponseWriter, r *http.Request, status int, name string, t *views.Problem) error {
	officeActor := front.OfficeActorOf(r)
	stalls, registers, err := o.rooms.Office.Stalls.Of(r.Context(), officeActor.OfficeActor)
	if err != nil {
		return err
	}
	p, f := o.officePage(r, "stalls", "")
	f.Title, f.Error = p.T("office.home.title"), t
	alarms, err := o.rooms.Kernel.Alarms.All(r.Context())
	if err != nil {
		return err
	}
	h := officeview.Home{Stalls: stalls, Registers: registers, Name: name, Alarms: alarms, Clerk: officeActor.OfficeActor, Now: o.clock().UnixMilli()}
	if officeActor.Role.Organizes() {
		if h.Steps, h.KeySet, h.KeyBy, err = o.firstSteps(r.Context(), stalls, registers); err != nil {
			return err
		}
	}
	o.front.Render(w, r, status, officeview.HomePage(p, f, h))
	return nil
}

func (o *Office) stallAdd(w http.ResponseWriter, r *http.Request) error {
	name := r.PostForm.Get("name")
	_, err := o.rooms.Office.Stalls.New(r.Context(), front.OfficeActorOf(r).OfficeActor, kiosk.Stall{Name: name})
	if err != nil {
		return o.again(w, r, err, func(_ views.Page, t *views.Problem) {
			_ = o.homePage(w, r, front.StatusOf(err), cut(name), t)
		})
	}
	return o.redirectDone(w, r, "stall-added", views.PathOffice)
}

// keyNews is how long everybody in the office is told that the gateway's key was changed.
const keyNews = 24 * time.Hour

// firstSteps are what is to be done before a shop is ready, none once all of it is; and when and by
// whom the gateway's key was changed a short while ago.
func (o *Office) firstSteps(ctx context.Context, stalls []kiosk.Stall, registers map[string][]kiosk.Register) (steps []officeview.Step, set int64, by string, err error) {
	h, err := o.rooms.Kernel.OfficeSettings(ctx)
	if err != nil {
		return nil, 0, "", err
	}
	if o.clock().UnixMilli()-h.Key.Set < keyNews.Milliseconds() {
		names, err := o.rooms.Office.Trail.NamesByID(ctx)
		if err != nil {
			return nil, 0, "", err
		}
		set, by = h.Key.Set, names[h.Key.SetBy]
	}
	selling, tills, path := false, false, views.PathOffice
	for _, stall := range stalls {
		selling = selling || stall.Seller != ""
		path = officeview.StallPath(stall.ID, "/selling")
		for _, g := range registers[stall.ID] {
			devices, err := o.rooms.Till.Devices(ctx, g.ID)
			if err != nil {
				return nil, 0, "", err
			}
			tills = tills || slices.ContainsFunc(devices, func(d kiosk.Device) bool { return d.Kind == kiosk.Tablet })
			if tills {
				break
			}
		}
	}
	steps = []officeview.Step{
		{Key: "told", Path: officeview.PathOfficeSettings, Done: h.DisclaimerConfirmed > 0},
		{Key: "key", Path: officeview.PathOfficeSettings, Done: !o.rooms.Office.Settings.SetsKey() || h.Key.Set > 0},
		{Key: "address", Path: officeview.PathOfficeSettings, Done: o.rooms.Kernel.PublicURL() != "" || h.PublicURL != ""},
		{Key: "stall", Path: path, Done: selling},
		{Key: "devices", Path: officeview.PathCards, Done: tills},
	}
	if !slices.ContainsFunc(steps, func(s officeview.Step) bool { return !s.Done }) {
		steps = nil
	}
	return steps, set, by, nil
}
