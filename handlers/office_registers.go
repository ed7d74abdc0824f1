package handlers

import (
	"net/http"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/office"
	"qrkiosk/views"
)

// cardsBody is how many bytes the choice of cards of a large fleet may have.
const cardsBody = 512 << 10

// importBody leaves room for what a form writes around the file.
const importBody = office.SheetLimit + 64<<10

func fleetRoutes() []Route {
	return []Route{
		{Method: "GET", Path: views.PathWall, Who: Office, Way: wayOffice, do: (*Server).wallPage},
		{Method: "GET", Path: views.PathWallLive, Who: Office, Way: waySocket, do: (*Server).wallSocket},
		{Method: "POST", Path: views.PathTillHealth, Who: Tablet, do: (*Server).tillHealth},
		{Method: "POST", Path: views.PathDisplayHealth, Who: Display, do: (*Server).displayHealth},

		{Method: "GET", Path: views.PathImport, Who: Organizer, Way: wayOffice, do: (*Server).importForm},
		{Method: "POST", Path: views.PathImport, Who: Organizer, Body: importBody, Way: wayOffice, do: (*Server).importPreview},
		{Method: "POST", Path: views.PathImportApply, Who: Organizer, Way: wayOffice, do: (*Server).importApply},
		{Method: "GET", Path: views.PathCards, Who: Office, Way: wayOffice, do: (*Server).cardsForm},
		{Method: "POST", Path: views.PathCards, Who: Office, Body: cardsBody, Way: wayOffice, do: (*Server).cardsPrint},

		{Method: "GET", Path: views.PathRegisters, Who: StallManager, Way: wayOffice, do: (*Server).registers},
		{Method: "POST", Path: views.PathRegisters, Who: StallManager, Way: wayOffice, do: (*Server).registerAdd},
		{Method: "GET", Path: views.PathRegister, Who: StallManager, Way: wayOffice, do: (*Server).register},
		{Method: "POST", Path: views.PathRegisterName, Who: StallManager, Way: wayOffice, do: (*Server).registerName},
		{Method: "POST", Path: views.PathRegisterMove, Who: Organizer, Way: wayOffice, do: (*Server).registerMove},
		{Method: "POST", Path: views.PathRegisterCard, Who: StallManager, Way: wayOffice, do: (*Server).registerCard},
		{Method: "POST", Path: views.PathRegisterUnlink, Who: StallManager, Way: wayOffice, do: (*Server).registerUnlink},
		{Method: "POST", Path: views.PathRegisterRevoke, Who: StallManager, Way: wayOffice, do: (*Server).registerRevoke},
		{Method: "GET", Path: views.PathRegisterLost, Who: StallManager, Way: wayOffice, do: (*Server).registerLost},

		{Method: "GET", Path: views.PathStaff, Who: StallManager, Way: wayOffice, do: (*Server).stallStaff},
		{Method: "POST", Path: views.PathStaff, Who: StallManager, Way: wayOffice, do: (*Server).stallStaffAdd},
		{Method: "POST", Path: views.PathStaffChange, Who: StallManager, Way: wayOffice, do: (*Server).stallStaffChange},
		{Method: "POST", Path: views.PathStaffPIN, Who: StallManager, Way: wayOffice, do: (*Server).stallStaffPIN},
		{Method: "POST", Path: views.PathStaffLeave, Who: StallManager, Way: wayOffice, do: (*Server).stallStaffLeave},
	}
}

// pathID is a part of the address that names a stall, a register or a person.
func pathID(r *http.Request, what string) string { return plainID(chi.URLParam(r, what)) }

// stallFrame is the frame of a page about a stall.
func (s *Server) stallFrame(r *http.Request, stall kiosk.Stall, tab, title string) (views.Page, views.OfficeFrame) {
	p, f := s.officePage(r, "stalls", title)
	f.Stall, f.Tab = &stall, tab
	return p, f
}

func (s *Server) registers(w http.ResponseWriter, r *http.Request) error {
	return s.registersPage(w, r, http.StatusOK, views.Registers{}, nil)
}

func (s *Server) registersPage(w http.ResponseWriter, r *http.Request, status int, typed views.Registers, t *views.Problem) error {
	stall, all, _, err := s.shop.Office.StallOverview(r.Context(), officeActorOf(r).OfficeActor, pathID(r, "stall"))
	if err != nil {
		return err
	}
	p, f := s.stallFrame(r, stall, "registers", "")
	f.Title, f.Error = p.T("office.tab.registers"), t
	typed.Stall, typed.Registers, typed.Online = stall, all, s.onlineNames(all)
	s.render(w, r, status, views.RegistersPage(p, f, typed))
	return nil
}

// onlineNames are the devices of registers that are connected.
func (s *Server) onlineNames(all []kiosk.RegisterOverview) map[string]bool {
	online, names := s.online(), map[string]bool{}
	for _, g := range all {
		for _, d := range g.Devices {
			h := g.Health[d.ID]
			h.Device = d.ID
			names[d.ID] = online(h)
		}
	}
	return names
}

func (s *Server) registerAdd(w http.ResponseWriter, r *http.Request) error {
	if _, err := s.shop.Kernel.Stall(r.Context(), pathID(r, "stall")); err != nil {
		return err
	}
	name, prefix := r.PostForm.Get("name"), r.PostForm.Get("prefix")
	g, err := s.shop.Office.NewRegister(r.Context(), officeActorOf(r).OfficeActor, pathID(r, "stall"), name, prefix)
	if err != nil {
		return s.again(w, r, err, func(_ views.Page, t *views.Problem) {
			_ = s.registersPage(w, r, statusOf(err), views.Registers{Name: cut(name), Prefix: cut(prefix)}, t)
		})
	}
	s.wall.touch(g.ID)
	return s.redirectDone(w, r, "register-added", views.RegistersPath(pathID(r, "stall")))
}

func (s *Server) register(w http.ResponseWriter, r *http.Request) error {
	return s.registerPage(w, r, http.StatusOK, "", nil)
}

// readRegister reads the register of the address, and the frame of a page about it.
func (s *Server) readRegister(r *http.Request) (views.Page, views.OfficeFrame, views.Registers, error) {
	g, stall, err := s.shop.Office.RegisterOverview(r.Context(), officeActorOf(r).OfficeActor, pathID(r, "register"))
	if err == nil && stall.ID != pathID(r, "stall") {
		err = errNoPage
	}
	if err != nil {
		return views.Page{}, views.OfficeFrame{}, views.Registers{}, err
	}
	all := []kiosk.RegisterOverview{g}
	p, f := s.stallFrame(r, stall, "registers", g.Register.Name)
	return p, f, views.Registers{Stall: stall, Registers: all, Online: s.onlineNames(all)}, nil
}

func (s *Server) registerPage(w http.ResponseWriter, r *http.Request, status int, typed string, t *views.Problem) error {
	p, f, v, err := s.readRegister(r)
	if err != nil {
		return err
	}
	if o := officeActorOf(r); o.Role == kiosk.Organizer {
		if v.Move, _, err = s.shop.Office.StallsOf(r.Context(), o.OfficeActor); err != nil {
			return err
		}
	}
	v.Name, f.Error = typed, t
	s.render(w, r, status, views.RegisterPage(p, f, v))
	return nil
}

// registerAgain shows the page of a register with what was wrong.
func (s *Server) registerAgain(w http.ResponseWriter, r *http.Request, typed string, err error) error {
	return s.again(w, r, err, func(_ views.Page, t *views.Problem) {
		_ = s.registerPage(w, r, statusOf(err), cut(typed), t)
	})
}

// here is the address of the page of the register of the request.
func here(r *http.Request) string {
	return views.RegisterPath(pathID(r, "stall"), pathID(r, "register"), "")
}

// inStall is [kiosk.NotFound] for a register of another stall than the address names.
func (s *Server) inStall(r *http.Request) (register string, err error) {
	register = pathID(r, "register")
	_, stall, err := s.shop.Office.RegisterOverview(r.Context(), officeActorOf(r).OfficeActor, register)
	if err == nil && stall.ID != pathID(r, "stall") {
		err = errNoPage
	}
	return register, err
}

func (s *Server) registerName(w http.ResponseWriter, r *http.Request) error {
	register, err := s.inStall(r)
	if err != nil {
		return err
	}
	name := r.PostForm.Get("name")
	if err := s.shop.Office.RenameRegister(r.Context(), officeActorOf(r).OfficeActor, register, name); err != nil {
		return s.registerAgain(w, r, name, err)
	}
	return s.redirectDone(w, r, "register-renamed", here(r))
}

func (s *Server) registerMove(w http.ResponseWriter, r *http.Request) error {
	register, err := s.inStall(r)
	if err != nil {
		return err
	}
	to := plainID(r.PostForm.Get("to"))
	if err := s.shop.Office.MoveRegister(r.Context(), officeActorOf(r).OfficeActor, register, to); err != nil {
		return s.registerAgain(w, r, "", err)
	}
	return s.redirectDone(w, r, "register-moved", views.RegisterPath(to, register, ""))
}

func (s *Server) registerUnlink(w http.ResponseWriter, r *http.Request) error {
	register, err := s.inStall(r)
	if err != nil {
		return err
	}
	if err := s.shop.Office.EndTicket(r.Context(), officeActorOf(r).OfficeActor, register, plainID(r.PostForm.Get("ticket"))); err != nil {
		return err
	}
	return s.redirectDone(w, r, "link-ended", here(r))
}

// registerRevoke ends the trust in a device, or in all of a register, and closes their sockets
// before it answers.
func (s *Server) registerRevoke(w http.ResponseWriter, r *http.Request) error {
	register, err := s.inStall(r)
	if err != nil {
		return err
	}
	device := plainID(r.PostForm.Get("device"))
	n, err := s.shop.Office.RevokeDevices(r.Context(), officeActorOf(r).OfficeActor, register, device)
	if err != nil {
		return err
	}
	s.hub.end(func(c *client) bool {
		return c.room.register == register && (device == "" || c.device == device)
	}, closeRevoked)
	s.wall.touch(register)
	s.log.Info("devices revoked", "register", register, "devices", n, "by", officeActorOf(r).User)
	return s.redirectDone(w, r, "device-revoked", here(r))
}

func (s *Server) registerLost(w http.ResponseWriter, r *http.Request) error {
	p, f, v, err := s.readRegister(r)
	if err != nil {
		return err
	}
	f.Title = p.T("office.lost.title", "name", v.Registers[0].Register.Name)
	s.render(w, r, http.StatusOK, views.LostPage(p, f, v))
	return nil
}

func (s *Server) stallStaff(w http.ResponseWriter, r *http.Request) error {
	return s.stallStaffPage(w, r, http.StatusOK, views.StallStaff{}, nil)
}

func (s *Server) stallStaffPage(w http.ResponseWriter, r *http.Request, status int, typed views.StallStaff, t *views.Problem) error {
	stall, _, people, err := s.shop.Office.StallOverview(r.Context(), officeActorOf(r).OfficeActor, pathID(r, "stall"))
	if err != nil {
		return err
	}
	p, f := s.stallFrame(r, stall, "staff", "")
	f.Title, f.Error = p.T("office.tab.staff"), t
	typed.Stall, typed.People = stall, working(people)
	s.render(w, r, status, views.StallStaffPage(p, f, typed))
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

func (s *Server) stallStaffAdd(w http.ResponseWriter, r *http.Request) error {
	if _, err := s.shop.Kernel.Stall(r.Context(), pathID(r, "stall")); err != nil {
		return err
	}
	form := r.PostForm
	stall, name, role := pathID(r, "stall"), form.Get("name"), kiosk.Role(form.Get("role"))
	made, err := s.shop.Office.Hire(r.Context(), officeActorOf(r).OfficeActor, stall, name, role, form.Get("pin"))
	if err != nil {
		return s.again(w, r, err, func(_ views.Page, t *views.Problem) {
			_ = s.stallStaffPage(w, r, statusOf(err), views.StallStaff{Name: cut(name), Role: cut(string(role))}, t)
		})
	}
	return s.slip(w, r, made)
}

func (s *Server) stallStaffChange(w http.ResponseWriter, r *http.Request) error {
	if _, err := s.shop.Kernel.Stall(r.Context(), pathID(r, "stall")); err != nil {
		return err
	}
	stall, person, name := pathID(r, "stall"), pathID(r, "person"), r.PostForm.Get("name")
	_, err := s.shop.Office.ChangeStaff(r.Context(), officeActorOf(r).OfficeActor, stall, person, name, kiosk.Role(r.PostForm.Get("role")))
	if err != nil {
		return s.again(w, r, err, func(_ views.Page, t *views.Problem) {
			_ = s.stallStaffPage(w, r, statusOf(err), views.StallStaff{Name: cut(name), Wrong: person}, t)
		})
	}
	return s.redirectDone(w, r, "staff-changed", views.StaffPath(stall))
}

func (s *Server) stallStaffPIN(w http.ResponseWriter, r *http.Request) error {
	made, err := s.shop.Office.ResetPIN(r.Context(), officeActorOf(r).OfficeActor, pathID(r, "stall"), pathID(r, "person"), "")
	if err != nil {
		return err
	}
	return s.slip(w, r, made)
}

func (s *Server) stallStaffLeave(w http.ResponseWriter, r *http.Request) error {
	stall := pathID(r, "stall")
	if _, err := s.shop.Office.Dismiss(r.Context(), officeActorOf(r).OfficeActor, stall, pathID(r, "person")); err != nil {
		return err
	}
	return s.redirectDone(w, r, "staff-left", views.StaffPath(stall))
}

// hours reads the lifetime of one-time links, in milliseconds; 0 is refused where it is used.
func hours(r *http.Request) int64 {
	n, err := strconv.Atoi(r.PostForm.Get("life"))
	if err != nil || n < 1 || n > 24*365 {
		return 0
	}
	return (time.Duration(n) * time.Hour).Milliseconds()
}
