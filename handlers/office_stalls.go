package handlers

import (
	"context"
	"net/http"
	"slices"
	"time"

	"qrkiosk/kiosk"
	"qrkiosk/views"
)

func (s *Server) officeHome(w http.ResponseWriter, r *http.Request) error {
	return s.homePage(w, r, http.StatusOK, "", nil)
}

func (s *Server) homePage(w http.ResponseWriter, r *http.Request, status int, name string, t *views.Problem) error {
	o := officeActorOf(r)
	stalls, registers, err := s.shop.Office.StallsOf(r.Context(), o.OfficeActor)
	if err != nil {
		return err
	}
	p, f := s.officePage(r, "stalls", "")
	f.Title, f.Error = p.T("office.home.title"), t
	alarms, err := s.shop.Kernel.AllAlarms(r.Context())
	if err != nil {
		return err
	}
	h := views.OfficeHome{Stalls: stalls, Registers: registers, Name: name, Alarms: alarms, Clerk: o.OfficeActor, Now: s.clock().UnixMilli()}
	if o.Role == kiosk.Organizer {
		if h.Steps, h.KeySet, h.KeyBy, err = s.firstSteps(r.Context(), stalls, registers); err != nil {
			return err
		}
	}
	s.render(w, r, status, views.OfficeHomePage(p, f, h))
	return nil
}

func (s *Server) stallAdd(w http.ResponseWriter, r *http.Request) error {
	name := r.PostForm.Get("name")
	_, err := s.shop.Office.NewStall(r.Context(), officeActorOf(r).OfficeActor, kiosk.Stall{Name: name})
	if err != nil {
		return s.again(w, r, err, func(_ views.Page, t *views.Problem) {
			_ = s.homePage(w, r, statusOf(err), cut(name), t)
		})
	}
	return s.redirectDone(w, r, "stall-added", views.PathOffice)
}

// keyNews is how long everybody in the office is told that the gateway's key was changed.
const keyNews = 24 * time.Hour

// firstSteps are what is to be done before a shop is ready, none once all of it is; and when and by
// whom the gateway's key was changed a short while ago.
func (s *Server) firstSteps(ctx context.Context, stalls []kiosk.Stall, registers map[string][]kiosk.Register) (steps []views.OfficeStep, set int64, by string, err error) {
	h, err := s.shop.Kernel.OfficeSettings(ctx)
	if err != nil {
		return nil, 0, "", err
	}
	if s.clock().UnixMilli()-h.Key.Set < keyNews.Milliseconds() {
		names, err := s.shop.Office.NamesByID(ctx)
		if err != nil {
			return nil, 0, "", err
		}
		set, by = h.Key.Set, names[h.Key.SetBy]
	}
	selling, tills, path := false, false, views.PathOffice
	for _, stall := range stalls {
		selling = selling || stall.Seller != ""
		path = views.StallPath(stall.ID, "/selling")
		for _, g := range registers[stall.ID] {
			devices, err := s.shop.Till.Devices(ctx, g.ID)
			if err != nil {
				return nil, 0, "", err
			}
			tills = tills || slices.ContainsFunc(devices, func(d kiosk.Device) bool { return d.Kind == kiosk.Tablet })
			if tills {
				break
			}
		}
	}
	steps = []views.OfficeStep{
		{Key: "told", Path: views.PathOfficeSettings, Done: h.DisclaimerConfirmed > 0},
		{Key: "key", Path: views.PathOfficeSettings, Done: !s.shop.Office.OfficeSetsKey() || h.Key.Set > 0},
		{Key: "address", Path: views.PathOfficeSettings, Done: s.shop.Kernel.PublicURL() != "" || h.PublicURL != ""},
		{Key: "stall", Path: path, Done: selling},
		{Key: "devices", Path: views.PathCards, Done: tills},
	}
	if !slices.ContainsFunc(steps, func(s views.OfficeStep) bool { return !s.Done }) {
		steps = nil
	}
	return steps, set, by, nil
}
