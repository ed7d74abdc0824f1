package kiosk

import (
	"context"
	"strings"
)

// The keys of messages about registers and their one-time links.
const (
	KeyRegisterBusy  = "register-busy"
	KeyRegisterOpen  = "register-shift"
	KeyRegisterThere = "register-there"
	KeyTicketLife    = "ticket-life"
)

const (
	shortestTicket = 5 * minuteMillis
	longestTicket  = 14 * dayMillis
)

// FleetRegister is a register as the office's list shows it.
type FleetRegister struct {
	Register Register
	Shift    *Shift // nil while it is closed
	Devices  []Device
	Health   map[string]DeviceHealth // by device
	Tickets  []Ticket                // that can still be used
}

// RegisterOffice reads everything the office shows of one register; one that the clerk has no
// business with is [NotFound].
func (s *Shop) RegisterOffice(ctx context.Context, by Clerk, register string) (FleetRegister, Stall, error) {
	var f FleetRegister
	var stall Stall
	err := s.store.View(ctx, func(r Reader) (err error) {
		if f.Register, err = headed(r, by, register); err != nil {
			return err
		}
		if stall, err = r.Stall(f.Register.Stall); err != nil {
			return err
		}
		return s.readRegister(r, &f)
	})
	return f, stall, err
}

// StallOffice reads the same of every register of a stall.
func (s *Shop) StallOffice(ctx context.Context, by Clerk, stall string) (Stall, []FleetRegister, []Staff, error) {
	var place Stall
	var all []FleetRegister
	var people []Staff
	err := s.store.View(ctx, func(r Reader) (err error) {
		all = nil
		if err := by.heads(stall); err != nil {
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
			f := FleetRegister{Register: g}
			if err := s.readRegister(r, &f); err != nil {
				return err
			}
			all = append(all, f)
		}
		return nil
	})
	return place, all, people, err
}

func (s *Shop) readRegister(r Reader, f *FleetRegister) error {
	shift, err := r.OpenShift(f.Register.ID)
	if err == nil {
		f.Shift = &shift
	} else if CodeOf(err) != NotFound {
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
	reports, err := r.Health(f.Register.ID)
	if err != nil {
		return err
	}
	f.Health = map[string]DeviceHealth{}
	for _, h := range reports {
		f.Health[h.Device] = h
	}
	tickets, err := r.Tickets(f.Register.ID)
	for _, t := range tickets {
		if t.Used == 0 && t.Expires > s.now() {
			f.Tickets = append(f.Tickets, t)
		}
	}
	return err
}

// NewRegister adds a register to a stall in the office's name. A name that the stall has already
// and a prefix that another register writes are [Conflict]; no prefix is drawn from the stall's
// first letter.
func (s *Shop) NewRegister(ctx context.Context, by Clerk, stall, name, prefix string) (Register, error) {
	if err := by.heads(stall); err != nil {
		return Register{}, err
	}
	name, prefix = strings.TrimSpace(name), strings.ToUpper(strings.TrimSpace(prefix))
	if err := checkName(name); err != nil {
		return Register{}, err
	}
	if prefix != "" && !validPrefix(prefix) {
		return Register{}, &Error{Code: Invalid, Key: KeyFleetPrefix, Field: "prefix"}
	}
	var made Register
	err := s.change(ctx, OfficeStream, func(tx Tx) error {
		place, err := tx.Stall(stall)
		if err != nil {
			return err
		}
		there, err := readFleet(tx)
		if err != nil {
			return err
		}
		if err := there.admits(place.Name, name, prefix); err != nil {
			return err
		}
		p := &planner{fleet: there}
		p.plan.Registers = []PlannedRegister{{Register: Register{Name: name, Prefix: prefix}, Stall: place.Name}}
		p.number()
		made = p.plan.Registers[0].Register
		made.Stall, made.Created, made.ID = stall, s.now(), s.nextID(0)
		if err := tx.PutRegister(made); err != nil {
			return err
		}
		return s.traceAdd(tx, by, "register.add", made.ID, made.record())
	})
	return made, err
}

// admits tells whether a stall may have a register of this name and prefix.
func (f *fleet) admits(stall, name, prefix string) error {
	if _, there := f.registers[within(stall, name)]; there {
		return &Error{Code: Conflict, Key: KeyRegisterThere, Field: "name"}
	}
	if _, used := f.prefixes[prefix]; used && prefix != "" {
		return &Error{Code: Conflict, Key: KeyFleetUsed, Field: "prefix", Args: []string{prefix}}
	}
	return nil
}

// RenameRegister gives a register another name; its screens show it at once. A name that its stall
// has already is [Conflict].
func (s *Shop) RenameRegister(ctx context.Context, by Clerk, register, name string) error {
	name = strings.TrimSpace(name)
	if err := checkName(name); err != nil {
		return err
	}
	return s.change(ctx, register, func(tx Tx) error {
		g, err := headed(tx, by, register)
		if err != nil || g.Name == name {
			return err
		}
		if err := freeName(tx, g.Stall, name, register); err != nil {
			return err
		}
		before := g.record()
		g.Name = name
		if err := tx.PutRegister(g); err != nil {
			return err
		}
		return tx.Append(trail(by, "register.rename", g.ID, s.now(), before, g.record()))
	})
}

func freeName(r Reader, stall, name, except string) error {
	registers, err := r.Registers(stall)
	for _, g := range registers {
		if g.ID != except && foldName(g.Name) == foldName(name) {
			return &Error{Code: Conflict, Key: KeyRegisterThere, Field: "name"}
		}
	}
	return err
}

// headed finds a register of a stall that the clerk may change; any other is [NotFound].
func headed(r Reader, by Clerk, register string) (Register, error) {
	g, err := r.Register(register)
	if err != nil {
		return g, err
	}
	return g, by.heads(g.Stall)
}

// MoveRegister gives a register to another stall: its devices go with it, its sales stay where they
// were made. While its shift is open or a sale is current it is [Conflict]. It needs an organizer.
func (s *Shop) MoveRegister(ctx context.Context, by Clerk, register, stall string) error {
	if err := by.organizes(); err != nil {
		return err
	}
	return s.change(ctx, register, func(tx Tx) error {
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
		before := g.record()
		g.Stall, g.Trust = stall, max(s.now(), g.Trust+1) // whoever is signed in works elsewhere now
		if err := tx.PutRegister(g); err != nil {
			return err
		}
		return tx.Append(trail(by, "register.move", g.ID, s.now(), before, g.record()))
	})
}

// atRest is [Conflict] while a register is in use.
func atRest(r Reader, register string) error {
	_, err := r.OpenShift(register)
	if err == nil {
		return &Error{Code: Conflict, Key: KeyRegisterOpen}
	}
	if CodeOf(err) != NotFound {
		return err
	}
	current, err := r.Current(register)
	if err == nil {
		return &Error{Code: Conflict, Key: KeyRegisterBusy, Args: []string{current.Number}}
	}
	if CodeOf(err) != NotFound {
		return err
	}
	return nil
}

// Invite makes a one-time link secret for a device of a register that lives so many milliseconds,
// from five minutes to two weeks. Unused links for a tablet of the same register end with it: there
// is one tablet, and a card that was mislaid must not bring in another.
func (s *Shop) Invite(ctx context.Context, by Clerk, register string, kind DeviceKind, life int64) (secret string, err error) {
	if life < shortestTicket || life > longestTicket {
		return "", &Error{Code: Invalid, Key: KeyTicketLife, Field: "life"}
	}
	secret = s.random.secret(18)
	t := Ticket{Hash: HashSecret(secret), Kind: kind, Register: register, Expires: s.now() + life}
	err = s.change(ctx, register, func(tx Tx) error {
		if _, err := headed(tx, by, register); err != nil {
			return err
		}
		if kind == Tablet {
			if err := s.endTickets(tx, register, func(old Ticket) bool { return old.Kind == Tablet && old.Used == 0 }); err != nil {
				return err
			}
		}
		if err := tx.PutTicket(t); err != nil {
			return err
		}
		return s.traceAdd(tx, by, "device.invite", register, map[string]any{"Kind": string(kind)})
	})
	return secret, err
}

func (s *Shop) endTickets(tx Tx, register string, choose func(Ticket) bool) error {
	all, err := tx.Tickets(register)
	for _, t := range all {
		if err == nil && choose(t) {
			err = tx.DropTicket(t.Hash)
		}
	}
	return err
}

// EndInvitation makes an unused one-time link of a register worthless; one that is not there is
// [NotFound].
func (s *Shop) EndInvitation(ctx context.Context, by Clerk, register, hash string) error {
	return s.change(ctx, register, func(tx Tx) error {
		if _, err := headed(tx, by, register); err != nil {
			return err
		}
		t, err := tx.Ticket(hash)
		if err != nil || t.Register != register || t.Used > 0 {
			return &Error{Code: NotFound, Key: KeyTicketUnknown, Err: err}
		}
		if err := tx.DropTicket(hash); err != nil {
			return err
		}
		return s.traceAdd(tx, by, "device.uninvite", register, map[string]any{"Kind": string(t.Kind)})
	})
}

// EndDevices ends the trust in a device of a register, or, if device is "", in every one of them
// and in its unused one-time links: for a tablet that was lost together with whatever lay beside
// it. It returns how many ended; a device that is not there is [NotFound].
func (s *Shop) EndDevices(ctx context.Context, by Clerk, register, device string) (n int, err error) {
	err = s.change(ctx, register, func(tx Tx) error {
		n = 0
		if _, err := headed(tx, by, register); err != nil {
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
			if err := s.revoke(tx, d, by.Login); err != nil {
				return err
			}
			n++
		}
		if device == "" {
			return s.endTickets(tx, register, func(t Ticket) bool { return t.Used == 0 })
		}
		if n == 0 {
			return &Error{Code: NotFound, Key: KeyDeviceUnknown}
		}
		return nil
	})
	return n, err
}
