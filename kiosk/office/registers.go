package office

import (
	"context"
	"strings"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/shop"
)

// Registers are the registers of stalls with their devices and tickets.
type Registers struct {
	kernel    *shop.Kernel
	store     kiosk.Store
	random    kiosk.Entropy
	additions *additions
}

// The keys of messages about registers and their one-time links.
const (
	KeyRegisterBusy  = "register-busy"
	KeyRegisterOpen  = "register-shift"
	KeyRegisterThere = "register-there"
	KeyTicketLife    = "ticket-life"
)

const (
	shortestTicket = 5 * kiosk.MinuteMillis
	longestTicket  = 14 * kiosk.DayMillis
)

// Overview reads everything the office shows of one register; one that the clerk has no
// business with is [kiosk.NotFound].
func (rg *Registers) Overview(ctx context.Context, by kiosk.OfficeActor, register string) (kiosk.RegisterOverview, kiosk.Stall, error) {
	var f kiosk.RegisterOverview
	var stall kiosk.Stall
	err := rg.store.View(ctx, func(r kiosk.Reader) (err error) {
		if f.Register, err = r.Register(register); err != nil {
			return err
		}
		if err := by.CheckMayRead(f.Register.Stall); err != nil {
			return err
		}
		if stall, err = r.Stall(f.Register.Stall); err != nil {
			return err
		}
		return rg.readRegister(r, &f)
	})
	return f, stall, err
}

// StallOverview reads the same of every register of a stall.
func (rg *Registers) StallOverview(ctx context.Context, by kiosk.OfficeActor, stall string) (kiosk.Stall, []kiosk.RegisterOverview, []kiosk.Staff, error) {
	var place kiosk.Stall
	var all []kiosk.RegisterOverview
	var people []kiosk.Staff
	err := rg.store.View(ctx, func(r kiosk.Reader) (err error) {
		all = nil
		if err := by.CheckMayRead(stall); err != nil {
			return err
		}
		if place, err = r.Stall(stall); err != nil {
			return err
		}
		if people, err = r.StaffOf(stall); err != nil {
			return err
		}
		registers, err := r.Registers(stall)
		if err != nil {
			return err
		}
		for _, g := range registers {
			f := kiosk.RegisterOverview{Register: g}
			if err := rg.readRegister(r, &f); err != nil {
				return err
			}
			all = append(all, f)
		}
		return nil
	})
	return place, all, people, err
}

func (rg *Registers) readRegister(r kiosk.Reader, f *kiosk.RegisterOverview) error {
	shift, err := r.OpenShift(f.Register.ID)
	if err == nil {
		f.Shift = &shift
	} else if kiosk.CodeOf(err) != kiosk.NotFound {
		return err
	}
	devices, err := r.Devices(f.Register.ID)
	if err != nil {
		return err
	}
	for _, d := range devices {
		if d.Revoked == 0 {
			f.Devices = append(f.Devices, d)
		}
	}
	reports, err := r.DeviceHealth(f.Register.ID)
	if err != nil {
		return err
	}
	f.Health = map[string]kiosk.DeviceHealth{}
	for _, h := range reports {
		f.Health[h.Device] = h
	}
	tickets, err := r.Tickets(f.Register.ID)
	for _, t := range tickets {
		if t.Used == 0 && t.Expires > rg.kernel.Now() {
			f.Tickets = append(f.Tickets, t)
		}
	}
	return err
}

// New adds a register to a stall in the office's name. A name that the stall has already
// and a prefix that another register writes are [kiosk.Conflict]; no prefix is drawn from the stall's
// first letter.
func (rg *Registers) New(ctx context.Context, by kiosk.OfficeActor, stall, name, prefix string) (kiosk.Register, error) {
	if err := by.CheckMayChange(stall); err != nil {
		return kiosk.Register{}, err
	}
	name, prefix = strings.TrimSpace(name), strings.ToUpper(strings.TrimSpace(prefix))
	if err := kiosk.CheckName(name); err != nil {
		return kiosk.Register{}, err
	}
	if prefix != "" && !validPrefix(prefix) {
		return kiosk.Register{}, &kiosk.Error{Code: kiosk.Invalid, Key: KeyFleetPrefix, Field: "prefix"}
	}
	var made kiosk.Register
	err := rg.kernel.Change(ctx, kiosk.OfficeStream, func(tx kiosk.Tx) error {
		place, err := tx.Stall(stall)
		if err != nil {
			return err
		}
		there, err := readFleet(tx)
		if err != nil {
			return err
		}
		if err := there.checkRegister(place.Name, name, prefix); err != nil {
			return err
		}
		p := &planner{fleet: there}
		p.plan.Registers = []kiosk.PlannedRegister{{Register: kiosk.Register{Name: name, Prefix: prefix}, Stall: place.Name}}
		p.number()
		made = p.plan.Registers[0].Register
		made.Stall, made.Created, made.ID = stall, rg.kernel.Now(), rg.additions.nextID(0)
		if err := tx.PutRegister(made); err != nil {
			return err
		}
		return rg.additions.traceAdd(tx, by, "register.add", made.ID, made.Record())
	})
	return made, err
}

// checkRegister tells whether a stall may have a register of this name and prefix.
func (f *fleet) checkRegister(stall, name, prefix string) error {
	if _, there := f.registers[within(stall, name)]; there {
		return &kiosk.Error{Code: kiosk.Conflict, Key: KeyRegisterThere, Field: "name"}
	}
	if _, used := f.prefixes[prefix]; used && prefix != "" {
		return &kiosk.Error{Code: kiosk.Conflict, Key: KeyFleetUsed, Field: "prefix", Args: []string{prefix}}
	}
	return nil
}

// Rename gives a register another name; its screens show it at once. A name that its stall
// has already is [kiosk.Conflict].
func (rg *Registers) Rename(ctx context.Context, by kiosk.OfficeActor, register, name string) error {
	name = strings.TrimSpace(name)
	if err := kiosk.CheckName(name); err != nil {
		return err
	}
	return rg.kernel.Change(ctx, register, func(tx kiosk.Tx) error {
		g, err := registerToChange(tx, by, register)
		if err != nil || g.Name == name {
			return err
		}
		if err := freeName(tx, g.Stall, name, register); err != nil {
			return err
		}
		before := g.Record()
		g.Name = name
		if err := tx.PutRegister(g); err != nil {
			return err
		}
		return tx.AppendOffice(shop.Trail(by, "register.rename", g.ID, rg.kernel.Now(), before, g.Record()))
	})
}

func freeName(r kiosk.StallReader, stall, name, except string) error {
	registers, err := r.Registers(stall)
	for _, g := range registers {
		if g.ID != except && NameKey(g.Name) == NameKey(name) {
			return &kiosk.Error{Code: kiosk.Conflict, Key: KeyRegisterThere, Field: "name"}
		}
	}
	return err
}

// registerToChange finds a register of a stall that the clerk may change; any other is [kiosk.NotFound].
func registerToChange(r kiosk.StallReader, by kiosk.OfficeActor, register string) (kiosk.Register, error) {
	g, err := r.Register(register)
	if err != nil {
		return g, err
	}
	return g, by.CheckMayChange(g.Stall)
}

// Move gives a register to another stall: its devices go with it, its sales stay where they
// were made. While its shift is open or a sale is current it is [kiosk.Conflict]. It needs an organizer.
func (rg *Registers) Move(ctx context.Context, by kiosk.OfficeActor, register, stall string) error {
	if err := by.CheckOrganizer(); err != nil {
		return err
	}
	return rg.kernel.Change(ctx, register, func(tx kiosk.Tx) error {
		g, err := tx.Register(register)
		if err != nil || g.Stall == stall {
			return err
		}
		if err := atRest(tx, register); err != nil {
			return err
		}
		if _, err := tx.Stall(stall); err != nil {
			return err
		}
		if err := freeName(tx, stall, g.Name, register); err != nil {
			return err
		}
		before := g.Record()
		g.Stall, g.Trust = stall, max(rg.kernel.Now(), g.Trust+1) // whoever is signed in works elsewhere now
		if err := tx.PutRegister(g); err != nil {
			return err
		}
		return tx.AppendOffice(shop.Trail(by, "register.move", g.ID, rg.kernel.Now(), before, g.Record()))
	})
}

// atRest is [kiosk.Conflict] while a register is in use.
func atRest(r kiosk.Reader, register string) error {
	_, err := r.OpenShift(register)
	if err == nil {
		return &kiosk.Error{Code: kiosk.Conflict, Key: KeyRegisterOpen}
	}
	if kiosk.CodeOf(err) != kiosk.NotFound {
		return err
	}
	current, err := r.Current(register)
	if err == nil {
		return &kiosk.Error{Code: kiosk.Conflict, Key: KeyRegisterBusy, Args: []string{current.Number}}
	}
	if kiosk.CodeOf(err) != kiosk.NotFound {
		return err
	}
	return nil
}

// NewTicketFor makes a one-time link secret for a device of a register that lives so many milliseconds,
// from five minutes to two weeks. Unused links for a tablet of the same register end with it: there
// is one tablet, and a card that was mislaid must not bring in another.
func (rg *Registers) NewTicketFor(ctx context.Context, by kiosk.OfficeActor, register string, kind kiosk.DeviceKind, life int64) (secret string, err error) {
	if life < shortestTicket || life > longestTicket {
		return "", &kiosk.Error{Code: kiosk.Invalid, Key: KeyTicketLife, Field: "life"}
	}
	secret = rg.random.Secret(18)
	t := kiosk.Ticket{Hash: kiosk.HashSecret(secret), Kind: kind, Register: register, Expires: rg.kernel.Now() + life}
	err = rg.kernel.Change(ctx, register, func(tx kiosk.Tx) error {
		if _, err := registerToChange(tx, by, register); err != nil {
			return err
		}
		if kind == kiosk.Tablet {
			if err := rg.endTabletTickets(tx, register); err != nil {
				return err
			}
		}
		if err := tx.PutTicket(t); err != nil {
			return err
		}
		return rg.additions.traceAdd(tx, by, "device.invite", register, map[string]any{"Kind": string(kind)})
	})
	return secret, err
}

func (rg *Registers) endTabletTickets(tx kiosk.Tx, register string) error {
	return rg.endTickets(tx, register, func(t kiosk.Ticket) bool { return t.Kind == kiosk.Tablet && t.Used == 0 })
}

func (rg *Registers) endTickets(tx kiosk.Tx, register string, choose func(kiosk.Ticket) bool) error {
	all, err := tx.Tickets(register)
	for _, t := range all {
		if err == nil && choose(t) {
			err = tx.DropTicket(t.Hash)
		}
	}
	return err
}

// EndTicket makes an unused one-time link of a register worthless; one that is not there is
// [kiosk.NotFound].
func (rg *Registers) EndTicket(ctx context.Context, by kiosk.OfficeActor, register, hash string) error {
	return rg.kernel.Change(ctx, register, func(tx kiosk.Tx) error {
		if _, err := registerToChange(tx, by, register); err != nil {
			return err
		}
		t, err := tx.Ticket(hash)
		if err != nil || t.Register != register || t.Used > 0 {
			return &kiosk.Error{Code: kiosk.NotFound, Key: kiosk.KeyTicketUnknown, Err: err}
		}
		if err := tx.DropTicket(hash); err != nil {
			return err
		}
		return rg.additions.traceAdd(tx, by, "device.uninvite", register, map[string]any{"Kind": string(t.Kind)})
	})
}

// RevokeDevices ends the trust in a device of a register, or, if device is "", in every one of them
// and in its unused one-time links: for a tablet that was lost together with whatever lay beside
// it. It returns how many ended; a device that is not there is [kiosk.NotFound].
func (rg *Registers) RevokeDevices(ctx context.Context, by kiosk.OfficeActor, register, device string) (n int, err error) {
	err = rg.kernel.Change(ctx, register, func(tx kiosk.Tx) error {
		n = 0
		if _, err := registerToChange(tx, by, register); err != nil {
			return err
		}
		devices, err := tx.Devices(register)
		if err != nil {
			return err
		}
		for _, d := range devices {
			if d.Revoked > 0 || (device != "" && d.ID != device) {
				continue
			}
			if err := rg.kernel.Revoke(tx, d, by.User); err != nil {
				return err
			}
			if err := rg.additions.traceAdd(tx, by, "device.revoke", register, map[string]any{"Kind": string(d.Kind), "Device": d.ID}); err != nil {
				return err
			}
			n++
		}
		if device == "" {
			return rg.endTickets(tx, register, func(t kiosk.Ticket) bool { return t.Used == 0 })
		}
		if n == 0 {
			return &kiosk.Error{Code: kiosk.NotFound, Key: kiosk.KeyDeviceUnknown}
		}
		return nil
	})
	return n, err
}

// Add adds a register to a stall. Prefix comes first in the numbers of its sales.
func (rg *Registers) Add(ctx context.Context, stall, name, prefix string) (kiosk.Register, error) {
	if err := kiosk.CheckName(name); err != nil {
		return kiosk.Register{}, err
	}
	now := rg.kernel.Now()
	r := kiosk.Register{ID: rg.random.ID(now), Stall: stall, Name: name, Prefix: prefix, Created: now}
	err := rg.kernel.ChangeOffice(ctx, "register.add", r.ID, kiosk.After("Name", name), func(tx kiosk.Tx) error { return tx.PutRegister(r) })
	return r, err
}
