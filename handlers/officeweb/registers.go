package officeweb

import (
	"net/http"
	"strconv"
	"time"

	"qrkiosk/handlers/front"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/office"
	"qrkiosk/views"
	"qrkiosk/views/officeview"
)

// cardsBody is how many bytes the choice of cards of a large fleet may have.
const cardsBody = 512 << 10

// importBody leaves room for what a form writes around the file.
const importBody = office.SheetLimit + 64<<10

func (o *Office) fleetRoutes() []front.Route {
	return []front.Route{
		{Method: "GET", Path: officeview.PathWall, Who: front.Office, Way: front.WayOffice, Do: o.wallPage},
		{Method: "GET", Path: officeview.PathWallLive, Who: front.Office, Way: front.WaySocket, Do: o.wallSocket},

		{Method: "GET", Path: officeview.PathImport, Who: front.Organizer, Way: front.WayOffice, Do: o.fleet.importForm},
		{Method: "POST", Path: officeview.PathImport, Who: front.Organizer, Body: importBody, Way: front.WayOffice, Do: o.fleet.importPreview},
		{Method: "POST", Path: officeview.PathImportApply, Who: front.Organizer, Way: front.WayOffice, Do: o.fleet.importApply},
		{Method: "GET", Path: officeview.PathCards, Who: front.Office, Way: front.WayOffice, Do: o.fleet.cardsForm},
		{Method: "POST", Path: officeview.PathCards, Who: front.Office, Body: cardsBody, Way: front.WayOffice, Do: o.fleet.cardsPrint},

		{Method: "GET", Path: officeview.PathRegisters, Who: front.StallManager, Way: front.WayOffice, Do: o.fleet.registers},
		{Method: "POST", Path: officeview.PathRegisters, Who: front.StallManager, Way: front.WayOffice, Do: o.fleet.registerAdd},
		{Method: "GET", Path: officeview.PathRegister, Who: front.StallManager, Way: front.WayOffice, Do: o.fleet.register},
		{Method: "POST", Path: officeview.PathRegisterName, Who: front.StallManager, Way: front.WayOffice, Do: o.fleet.registerName},
		{Method: "POST", Path: officeview.PathRegisterMove, Who: front.Organizer, Way: front.WayOffice, Do: o.fleet.registerMove},
		{Method: "POST", Path: officeview.PathRegisterCard, Who: front.StallManager, Way: front.WayOffice, Do: o.fleet.registerCard},
		{Method: "POST", Path: officeview.PathRegisterPair, Who: front.StallManager, Way: front.WayOffice, Do: o.fleet.registerPair},
		{Method: "POST", Path: officeview.PathRegisterPairConfirm, Who: front.StallManager, Way: front.WayOffice, Do: o.fleet.registerPairConfirm},
		{Method: "POST", Path: officeview.PathRegisterUnlink, Who: front.StallManager, Way: front.WayOffice, Do: o.fleet.registerUnlink},
		{Method: "POST", Path: officeview.PathRegisterRevoke, Who: front.StallManager, Way: front.WayOffice, Do: o.fleet.registerRevoke},
		{Method: "GET", Path: officeview.PathRegisterLost, Who: front.StallManager, Way: front.WayOffice, Do: o.fleet.registerLost},

		{Method: "GET", Path: officeview.PathStaff, Who: front.StallManager, Way: front.WayOffice, Do: o.people.stallStaff},
		{Method: "POST", Path: officeview.PathStaff, Who: front.StallManager, Way: front.WayOffice, Do: o.people.stallStaffAdd},
		{Method: "POST", Path: officeview.PathStaffChange, Who: front.StallManager, Way: front.WayOffice, Do: o.people.stallStaffChange},
		{Method: "POST", Path: officeview.PathStaffPIN, Who: front.StallManager, Way: front.WayOffice, Do: o.people.stallStaffPIN},
		{Method: "POST", Path: officeview.PathStaffLeave, Who: front.StallManager, Way: front.WayOffice, Do: o.people.stallStaffLeave},
	}
}

func (fl *Fleet) registers(w http.ResponseWriter, r *http.Request) error {
	return fl.registersPage(w, r, http.StatusOK, officeview.Registers{}, nil)
}

func (fl *Fleet) registersPage(w http.ResponseWriter, r *http.Request, status int, typed officeview.Registers, t *views.Problem) error {
	stall, all, _, err := fl.rooms.Office.Registers.StallOverview(r.Context(), front.OfficeActorOf(r).OfficeActor, pathID(r, "stall"))
	if err != nil {
		return err
	}
	p, f := fl.office.stallFrame(r, stall, "registers", "")
	f.Title, f.Error = p.T("office.tab.registers"), t
	typed.Stall, typed.Registers, typed.Online = stall, all, fl.onlineNames(all)
	fl.front.Render(w, r, status, officeview.RegistersPage(p, f, typed))
	return nil
}

// onlineNames are the devices of registers that are connected.
func (fl *Fleet) onlineNames(all []kiosk.RegisterOverview) map[string]bool {
	online, names := fl.front.Online(), map[string]bool{}
	for _, g := range all {
		for _, d := range g.Devices {
			h := g.Health[d.ID]
			h.Device = d.ID
			names[d.ID] = online(h)
		}
	}
	return names
}

func (fl *Fleet) registerAdd(w http.ResponseWriter, r *http.Request) error {
	if _, err := fl.rooms.Kernel.Stall(r.Context(), pathID(r, "stall")); err != nil {
		return err
	}
	name, prefix := r.PostForm.Get("name"), r.PostForm.Get("prefix")
	g, err := fl.rooms.Office.Registers.New(r.Context(), front.OfficeActorOf(r).OfficeActor, pathID(r, "stall"), name, prefix)
	if err != nil {
		return fl.office.again(w, r, err, func(_ views.Page, t *views.Problem) {
			_ = fl.registersPage(w, r, front.StatusOf(err), officeview.Registers{Name: cut(name), Prefix: cut(prefix)}, t)
		})
	}
	fl.office.wall.touch(g.ID)
	return fl.office.redirectDone(w, r, "register-added", officeview.RegistersPath(pathID(r, "stall")))
}

func (fl *Fleet) register(w http.ResponseWriter, r *http.Request) error {
	return fl.registerPage(w, r, http.StatusOK, officeview.Registers{}, nil)
}

// readRegister reads the register of the address, and the frame of a page about it.
func (fl *Fleet) readRegister(r *http.Request) (views.Page, officeview.Frame, officeview.Registers, error) {
	g, stall, err := fl.rooms.Office.Registers.Overview(r.Context(), front.OfficeActorOf(r).OfficeActor, pathID(r, "register"))
	if err == nil && stall.ID != pathID(r, "stall") {
		err = front.ErrNoPage
	}
	if err != nil {
		return views.Page{}, officeview.Frame{}, officeview.Registers{}, err
	}
	all := []kiosk.RegisterOverview{g}
	p, f := fl.office.stallFrame(r, stall, "registers", g.Register.Name)
	return p, f, officeview.Registers{Stall: stall, Registers: all, Online: fl.onlineNames(all)}, nil
}

func (fl *Fleet) registerPage(w http.ResponseWriter, r *http.Request, status int, typed officeview.Registers, t *views.Problem) error {
	p, f, v, err := fl.readRegister(r)
	if err != nil {
		return err
	}
	if o := front.OfficeActorOf(r); o.Role.Organizes() {
		if v.Move, _, err = fl.rooms.Office.Stalls.Of(r.Context(), o.OfficeActor); err != nil {
			return err
		}
	}
	v.Name, v.Code, f.Error = typed.Name, typed.Code, t
	v.Address = fl.tillAddress(r) + views.PathTill
	fl.front.Render(w, r, status, officeview.RegisterPage(p, f, v))
	return nil
}

// registerAgain shows the page of a register with what was wrong.
func (fl *Fleet) registerAgain(w http.ResponseWriter, r *http.Request, err error) error {
	typed := officeview.Registers{Name: cut(r.PostForm.Get("name")), Code: cut(r.PostForm.Get("code"))}
	return fl.office.again(w, r, err, func(_ views.Page, t *views.Problem) {
		_ = fl.registerPage(w, r, front.StatusOf(err), typed, t)
	})
}

func (fl *Fleet) registerName(w http.ResponseWriter, r *http.Request) error {
	register, err := fl.office.inStall(r)
	if err != nil {
		return err
	}
	name := r.PostForm.Get("name")
	if err := fl.rooms.Office.Registers.Rename(r.Context(), front.OfficeActorOf(r).OfficeActor, register, name); err != nil {
		return fl.registerAgain(w, r, err)
	}
	return fl.office.redirectDone(w, r, "register-renamed", here(r))
}

func (fl *Fleet) registerMove(w http.ResponseWriter, r *http.Request) error {
	register, err := fl.office.inStall(r)
	if err != nil {
		return err
	}
	to := front.PlainID(r.PostForm.Get("to"))
	if err := fl.rooms.Office.Registers.Move(r.Context(), front.OfficeActorOf(r).OfficeActor, register, to); err != nil {
		return fl.registerAgain(w, r, err)
	}
	return fl.office.redirectDone(w, r, "register-moved", officeview.RegisterPath(to, register, ""))
}

func (fl *Fleet) registerUnlink(w http.ResponseWriter, r *http.Request) error {
	register, err := fl.office.inStall(r)
	if err != nil {
		return err
	}
	if err := fl.rooms.Office.Registers.EndTicket(r.Context(), front.OfficeActorOf(r).OfficeActor, register, front.PlainID(r.PostForm.Get("ticket"))); err != nil {
		return err
	}
	return fl.office.redirectDone(w, r, "link-ended", here(r))
}

// registerRevoke ends the trust in a device, or in all of a register, and closes their sockets
// before it answers.
func (fl *Fleet) registerRevoke(w http.ResponseWriter, r *http.Request) error {
	register, err := fl.office.inStall(r)
	if err != nil {
		return err
	}
	device := front.PlainID(r.PostForm.Get("device"))
	n, err := fl.rooms.Office.Registers.RevokeDevices(r.Context(), front.OfficeActorOf(r).OfficeActor, register, device)
	if err != nil {
		return err
	}
	fl.front.Hub.End(func(c *front.Client) bool {
		return c.Room.Register == register && (device == "" || c.Device == device)
	}, front.CloseRevoked)
	fl.office.wall.touch(register)
	fl.log.Info("devices revoked", "register", register, "devices", n, "by", front.OfficeActorOf(r).User)
	return fl.office.redirectDone(w, r, "device-revoked", here(r))
}

func (fl *Fleet) registerLost(w http.ResponseWriter, r *http.Request) error {
	p, f, v, err := fl.readRegister(r)
	if err != nil {
		return err
	}
	f.Title = p.T("office.lost.title", "name", v.Registers[0].Register.Name)
	fl.front.Render(w, r, http.StatusOK, officeview.LostPage(p, f, v))
	return nil
}

// hours reads the lifetime of one-time links, in milliseconds; 0 is refused where it is used.
func hours(r *http.Request) int64 {
	n, err := strconv.Atoi(r.PostForm.Get("life"))
	if err != nil || n < 1 || n > 24*365 {
		return 0
	}
	return (time.Duration(n) * time.Hour).Milliseconds()
}
