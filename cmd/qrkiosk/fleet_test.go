package main

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/office"
	"qrkiosk/kiosk/till"
)

// organizer is who runs the office.
var organizer = kiosk.OfficeActor{User: "organizer", Role: kiosk.Organizer, From: "127.0.0.1"}

// stranger is the manager of another stall.
var stranger = kiosk.OfficeActor{User: "stranger", Role: kiosk.Manager, Stall: "another"}

const fleetFile = "stall;register;prefix;staff;role;pin;town\n" +
	"Roth;Window 1;R1;Cleo;manager;731958;Köln\n" +
	"Roth;Window 2;;Dirk;;;\n" +
	"Bakery Lind;Register 2;B2;Ada;;;\n" +
	"Bakery Lind;Register 3;;;;;\n"

func (h *house) wantKey(err error, code kiosk.Code, key string) {
	h.t.Helper()
	if kiosk.CodeOf(err) != code || kiosk.KeyOf(err) != key {
		h.t.Errorf("error %v, want %s %s", err, code, key)
	}
}

// shape writes down everything that is there.
func (h *house) shape() string {
	stalls, registers, err := h.shop.Office.Stalls.All(context.Background())
	h.must(err)
	var b strings.Builder
	for _, s := range stalls {
		fmt.Fprintf(&b, "%s %s\n", s.Name, s.Town)
		for _, r := range registers[s.ID] {
			fmt.Fprintf(&b, "  %s %s\n", r.Prefix, r.Name)
		}
		_, _, people, err := h.shop.Office.Registers.StallOverview(context.Background(), organizer, s.ID)
		h.must(err)
		for _, p := range people {
			fmt.Fprintf(&b, "  %s %s %v\n", p.Name, p.Role, p.Left > 0)
		}
	}
	return b.String()
}

// TestFleet_import makes what a file names, knows what is there, and makes nothing twice.
func TestFleet_import(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		ctx := context.Background()
		time.Sleep(time.Second) // stalls are in the order of their making
		plan, secret, err := h.shop.Office.FleetImport.Preview(ctx, organizer, []byte(fleetFile))
		h.must(err)
		before := h.shape()
		if s, g, p := plan.Fresh(); s != 1 || g != 3 || p != 2 || before != "Bakery Lind \n  B2 Register 2\n  Ada manager false\n" {
			t.Errorf("the preview would make %d %d %d of %+v; there is\n%s", s, g, p, plan, before)
		}
		made, err := h.shop.Office.FleetImport.Apply(ctx, organizer, secret)
		h.must(err)
		want := "Bakery Lind \n  B2 Register 2\n  B1 Register 3\n  Ada manager false\nRoth Köln\n  R1 Window 1\n  R2 Window 2\n  Cleo manager false\n  Dirk cashier false\n"
		if got := h.shape(); got != want {
			t.Errorf("there is\n%swant\n%s", got, want)
		}
		if len(made.Stalls) != 1 || len(made.Registers) != 3 || len(made.Staff) != 2 || made.Staff[0].PIN != "731958" || len(made.Staff[1].PIN) != 6 {
			t.Errorf("made %+v", made)
		}
		h.signsIn(made)

		_, err = h.shop.Office.FleetImport.Apply(ctx, organizer, secret)
		h.wantKey(err, kiosk.Gone, office.KeyImportGone)
		plan, secret, err = h.shop.Office.FleetImport.Preview(ctx, organizer, []byte(fleetFile))
		h.must(err)
		if s, g, p := plan.Fresh(); s+g+p != 0 {
			t.Errorf("the same file again would make %d %d %d", s, g, p)
		}
		again, err := h.shop.Office.FleetImport.Apply(ctx, organizer, secret)
		h.must(err)
		if got := h.shape(); got != want || len(again.Stalls)+len(again.Registers)+len(again.Staff) != 0 {
			t.Errorf("the second import made %+v; there is\n%s", again, got)
		}
	})
}

// signsIn enrols a tablet at the first new register and signs everybody new in.
func (h *house) signsIn(made kiosk.MadeFleet) {
	h.t.Helper()
	ctx := context.Background()
	ticket, err := h.shop.Office.Registers.NewTicketFor(ctx, organizer, made.Registers[0].ID, kiosk.Tablet, time.Hour.Milliseconds())
	h.must(err)
	device, _, err := h.shop.Till.Enrol(ctx, ticket, "test")
	h.must(err)
	for _, p := range made.Staff {
		if who, err := h.shop.Till.SignIn(ctx, device, p.Staff.ID, p.PIN); err != nil || who.Name != p.Staff.Name {
			h.t.Errorf("%s cannot sign in with the PIN of the slip: %v", p.Staff.Name, err)
		}
	}
}

// TestFleet_importRefused makes nothing of a file with a fault, of somebody else's preview, of one
// whose time is over, and of one that does not fit any more.
func TestFleet_importRefused(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		ctx, before := context.Background(), h.shape()
		plan, secret, err := h.shop.Office.FleetImport.Preview(ctx, organizer, []byte(fleetFile+"Roth;;X1;;;;\n"))
		h.must(err)
		if len(plan.Faults) != 1 || secret != "" || plan.Faults[0].Line != 6 {
			t.Errorf("a file with a fault: %+v, %q", plan.Faults, secret)
		}
		_, _, err = h.shop.Office.FleetImport.Preview(ctx, stranger, []byte(fleetFile))
		h.wantKey(err, kiosk.Forbidden, kiosk.KeyOfficeOrganizer)
		_, secret, err = h.shop.Office.FleetImport.Preview(ctx, organizer, []byte(fleetFile))
		h.must(err)
		_, err = h.shop.Office.FleetImport.Apply(ctx, stranger, secret)
		h.wantKey(err, kiosk.Forbidden, kiosk.KeyOfficeOrganizer)
		_, err = h.shop.Office.FleetImport.Apply(ctx, kiosk.OfficeActor{User: "another", Role: kiosk.Organizer}, secret)
		h.wantKey(err, kiosk.Gone, office.KeyImportGone)
		if got := h.shape(); got != before {
			t.Errorf("something was made:\n%s", got)
		}
		stalls, _, err := h.shop.Office.Stalls.All(ctx)
		h.must(err)
		_, err = h.shop.Office.Registers.New(ctx, organizer, stalls[0].ID, "Register 9", "R1")
		h.must(err)
		_, err = h.shop.Office.FleetImport.Apply(ctx, organizer, secret)
		h.wantKey(err, kiosk.Conflict, office.KeyImportFaults)
		time.Sleep(31 * time.Minute)
		_, err = h.shop.Office.FleetImport.Apply(ctx, organizer, secret)
		h.wantKey(err, kiosk.Gone, office.KeyImportGone)
	})
}

// TestFleet_registers adds, renames and moves registers, and refuses what would mix them up.
func TestFleet_registers(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		ctx := context.Background()
		lind, err := h.shop.Kernel.StallOf(ctx, h.actor.Register)
		h.must(err)
		roth, err := h.shop.Office.Stalls.Add(ctx, kiosk.Stall{Name: "Roth"})
		h.must(err)
		g, err := h.shop.Office.Registers.New(ctx, organizer, lind.ID, " Terrace ", "")
		h.must(err)
		if g.Name != "Terrace" || g.Prefix != "B1" {
			t.Errorf("made %+v", g)
		}
		_, err = h.shop.Office.Registers.New(ctx, organizer, lind.ID, "terrace", "")
		h.wantKey(err, kiosk.Conflict, office.KeyRegisterThere)
		_, err = h.shop.Office.Registers.New(ctx, organizer, lind.ID, "Other", "b2")
		h.wantKey(err, kiosk.Conflict, office.KeyFleetUsed)
		_, err = h.shop.Office.Registers.New(ctx, organizer, lind.ID, "Other", "no!")
		h.wantKey(err, kiosk.Invalid, office.KeyFleetPrefix)
		_, err = h.shop.Office.Registers.New(ctx, organizer, "nowhere", "Other", "")
		if kiosk.CodeOf(err) != kiosk.NotFound {
			t.Errorf("a register of no stall: %v", err)
		}
		h.must(h.shop.Office.Registers.Rename(ctx, organizer, g.ID, "Garden"))
		h.wantKey(h.shop.Office.Registers.Rename(ctx, organizer, g.ID, "register 2"), kiosk.Conflict, office.KeyRegisterThere)

		h.charge(1250)
		h.wantKey(h.shop.Office.Registers.Move(ctx, organizer, h.actor.Register, roth.ID), kiosk.Conflict, office.KeyRegisterOpen)
		h.must(h.shop.Office.Registers.Move(ctx, organizer, g.ID, roth.ID))
		now, place, err := h.shop.Office.Registers.Overview(ctx, organizer, g.ID)
		h.must(err)
		if place.Name != "Roth" || now.Register.Name != "Garden" {
			t.Errorf("moved to %s as %+v", place.Name, now.Register)
		}
	})
}

// TestFleet_invitations hold the life of one-time links: a new one for a tablet ends the one
// before, an ended one is worthless, and nothing lives longer than two weeks.
func TestFleet_invitations(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		ctx, register, hour := context.Background(), h.actor.Register, time.Hour.Milliseconds()
		invite := func(kind kiosk.DeviceKind) string {
			secret, err := h.shop.Office.Registers.NewTicketFor(ctx, organizer, register, kind, hour)
			h.must(err)
			return secret
		}
		first, display, second := invite(kiosk.Tablet), invite(kiosk.Display), invite(kiosk.Tablet)
		_, err := h.shop.Till.TicketKind(ctx, first)
		h.wantKey(err, kiosk.NotFound, kiosk.KeyTicketUnknown)
		f, _, err := h.shop.Office.Registers.Overview(ctx, organizer, register)
		h.must(err)
		if len(f.Tickets) != 2 || len(f.Devices) != 1 {
			t.Errorf("%d links and %d devices, want 2 and 1", len(f.Tickets), len(f.Devices))
		}
		h.must(h.shop.Office.Registers.EndTicket(ctx, organizer, register, kiosk.HashSecret(display)))
		_, err = h.shop.Till.TicketKind(ctx, display)
		h.wantKey(err, kiosk.NotFound, kiosk.KeyTicketUnknown)
		for _, err := range []error{
			h.shop.Office.Registers.EndTicket(ctx, organizer, "elsewhere", kiosk.HashSecret(second)),
			h.shop.Office.Registers.EndTicket(ctx, stranger, register, kiosk.HashSecret(second)),
			h.shop.Office.Registers.Rename(ctx, stranger, register, "Mine"),
		} {
			if kiosk.CodeOf(err) != kiosk.NotFound {
				t.Errorf("what is not there or not one's own: %v", err)
			}
		}
		for _, life := range []int64{0, -1, 15 * 24 * hour} {
			_, err := h.shop.Office.Registers.NewTicketFor(ctx, organizer, register, kiosk.Tablet, life)
			h.wantKey(err, kiosk.Invalid, office.KeyTicketLife)
		}
		time.Sleep(61 * time.Minute)
		_, err = h.shop.Till.TicketKind(ctx, second)
		h.wantKey(err, kiosk.Gone, till.KeyTicketExpired)
	})
}

// TestFleet_people hires, changes and dismisses.
func TestFleet_people(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		ctx := context.Background()
		stall, err := h.shop.Kernel.StallOf(ctx, h.actor.Register)
		h.must(err)
		on := kiosk.Device{ID: h.actor.Device, Register: h.actor.Register}
		ben, err := h.shop.Office.Staff.Hire(ctx, organizer, stall.ID, "Ben", kiosk.Cashier, "")
		h.must(err)
		_, err = h.shop.Office.Staff.Hire(ctx, organizer, stall.ID, " ben ", kiosk.Cashier, "")
		h.wantKey(err, kiosk.Conflict, office.KeyStaffThere)
		_, err = h.shop.Office.Staff.Hire(ctx, organizer, stall.ID, "Eve", kiosk.Organizer, "")
		h.wantKey(err, kiosk.Invalid, office.KeyStaffRole)
		_, err = h.shop.Office.Staff.Hire(ctx, organizer, stall.ID, "Eve", kiosk.Cashier, "1111")
		h.wantKey(err, kiosk.Invalid, kiosk.KeyPINSimple)

		again, err := h.shop.Office.Staff.ResetPIN(ctx, organizer, stall.ID, ben.Staff.ID, "")
		h.must(err)
		_, err = h.shop.Till.SignIn(ctx, on, ben.Staff.ID, ben.PIN)
		h.wantKey(err, kiosk.Unauthorized, till.KeyPINWrong)
		_, err = h.shop.Till.SignIn(ctx, on, ben.Staff.ID, again.PIN)
		h.must(err)
		if who, err := h.shop.Office.Staff.Change(ctx, organizer, stall.ID, ben.Staff.ID, "Benno", kiosk.Manager); err != nil || who.Name != "Benno" || who.Role != kiosk.Manager {
			t.Errorf("changed to %+v, %v", who, err)
		}
		_, err = h.shop.Office.Staff.Change(ctx, organizer, "elsewhere", ben.Staff.ID, "Benno", kiosk.Manager)
		h.wantKey(err, kiosk.NotFound, kiosk.KeyStaffGone)
		_, err = h.shop.Office.Staff.Dismiss(ctx, organizer, stall.ID, ben.Staff.ID)
		h.must(err)
		_, err = h.shop.Till.SignIn(ctx, on, ben.Staff.ID, again.PIN)
		h.wantKey(err, kiosk.Unauthorized, till.KeyPINWrong)
		_, err = h.shop.Office.Staff.ResetPIN(ctx, organizer, stall.ID, ben.Staff.ID, "")
		h.wantKey(err, kiosk.NotFound, kiosk.KeyStaffGone)
		_, err = h.shop.Office.Staff.Hire(ctx, stranger, stall.ID, "Eve", kiosk.Cashier, "")
		h.wantKey(err, kiosk.NotFound, "not-found")
	})
}

// TestFleet_lost ends every device and link of a register at once.
func TestFleet_lost(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		ctx, register := context.Background(), h.actor.Register
		ticket, err := h.shop.Office.Registers.NewTicketFor(ctx, organizer, register, kiosk.Display, time.Hour.Milliseconds())
		h.must(err)
		_, secret, err := h.shop.Till.Enrol(ctx, ticket, "screen")
		h.must(err)
		unused, err := h.shop.Office.Registers.NewTicketFor(ctx, organizer, register, kiosk.Display, time.Hour.Milliseconds())
		h.must(err)
		n, err := h.shop.Office.Registers.RevokeDevices(ctx, organizer, register, "")
		h.must(err)
		_, deviceErr := h.shop.Till.Device(ctx, secret)
		_, ticketErr := h.shop.Till.TicketKind(ctx, unused)
		if n != 2 || kiosk.KeyOf(deviceErr) != till.KeyDeviceRevoked || kiosk.KeyOf(ticketErr) != kiosk.KeyTicketUnknown {
			t.Errorf("%d devices ended; the display %v, the link %v", n, deviceErr, ticketErr)
		}
	})
}
