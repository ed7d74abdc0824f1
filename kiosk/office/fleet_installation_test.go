package office_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/office"
	"qrkiosk/kiosk/till"
)

const fleetFile = "stall;register;prefix;staff;role;pin;town\n" +
	"Roth;Window 1;R1;Cleo;manager;731958;Köln\n" +
	"Roth;Window 2;;Dirk;;;\n" +
	"Bakery Lind;Register 2;B2;Ada;;;\n" +
	"Bakery Lind;Register 3;;;;;\n"

// shape writes down everything that is there.
func shape(h *kiosktest.Installation) string {
	stalls, registers, err := h.Shop.Office.Stalls.All(context.Background())
	h.Must(err)
	var b strings.Builder
	for _, s := range stalls {
		fmt.Fprintf(&b, "%s %s\n", s.Name, s.Town)
		for _, r := range registers[s.ID] {
			fmt.Fprintf(&b, "  %s %s\n", r.Prefix, r.Name)
		}
		_, _, people, err := h.Shop.Office.Registers.StallOverview(context.Background(), kiosktest.Organizer, s.ID)
		h.Must(err)
		for _, p := range people {
			fmt.Fprintf(&b, "  %s %s %v\n", p.Name, p.Role, p.Left > 0)
		}
	}
	return b.String()
}

// TestFleet_import makes what a file names, knows what is there, and makes nothing twice.
func TestFleet_import(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		ctx := context.Background()
		time.Sleep(time.Second) // stalls are in the order of their making
		plan, secret, err := h.Shop.Office.FleetImport.Preview(ctx, kiosktest.Organizer, []byte(fleetFile))
		h.Must(err)
		before := shape(h)
		if s, g, p := plan.Fresh(); s != 1 || g != 3 || p != 2 || before != "Bakery Lind \n  B2 Register 2\n  Ada manager false\n" {
			t.Errorf("the preview would make %d %d %d of %+v; there is\n%s", s, g, p, plan, before)
		}
		made, err := h.Shop.Office.FleetImport.Apply(ctx, kiosktest.Organizer, secret)
		h.Must(err)
		want := "Bakery Lind \n  B2 Register 2\n  B1 Register 3\n  Ada manager false\nRoth Köln\n  R1 Window 1\n  R2 Window 2\n  Cleo manager false\n  Dirk cashier false\n"
		if got := shape(h); got != want {
			t.Errorf("there is\n%swant\n%s", got, want)
		}
		if len(made.Stalls) != 1 || len(made.Registers) != 3 || len(made.Staff) != 2 || made.Staff[0].PIN != "731958" || len(made.Staff[1].PIN) != 6 {
			t.Errorf("made %+v", made)
		}
		signsIn(h, made)

		_, err = h.Shop.Office.FleetImport.Apply(ctx, kiosktest.Organizer, secret)
		h.WantKey(err, kiosk.Gone, office.KeyImportGone)
		plan, secret, err = h.Shop.Office.FleetImport.Preview(ctx, kiosktest.Organizer, []byte(fleetFile))
		h.Must(err)
		if s, g, p := plan.Fresh(); s+g+p != 0 {
			t.Errorf("the same file again would make %d %d %d", s, g, p)
		}
		again, err := h.Shop.Office.FleetImport.Apply(ctx, kiosktest.Organizer, secret)
		h.Must(err)
		if got := shape(h); got != want || len(again.Stalls)+len(again.Registers)+len(again.Staff) != 0 {
			t.Errorf("the second import made %+v; there is\n%s", again, got)
		}
	})
}

// signsIn enrols a tablet at the first new register and signs everybody new in.
func signsIn(h *kiosktest.Installation, made kiosk.MadeFleet) {
	h.T.Helper()
	ctx := context.Background()
	ticket, err := h.Shop.Office.Registers.NewTicketFor(ctx, kiosktest.Organizer, made.Registers[0].ID, kiosk.Tablet, time.Hour.Milliseconds())
	h.Must(err)
	device, _, err := h.Shop.Till.Enrol(ctx, ticket, "test")
	h.Must(err)
	for _, p := range made.Staff {
		if who, err := h.Shop.Till.SignIn(ctx, device, p.Staff.ID, p.PIN); err != nil || who.Name != p.Staff.Name {
			h.T.Errorf("%s cannot sign in with the PIN of the slip: %v", p.Staff.Name, err)
		}
	}
}

// TestFleet_importRefused makes nothing of a file with a fault, of somebody else's preview, of one
// whose time is over, and of one that does not fit any more.
func TestFleet_importRefused(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		ctx, before := context.Background(), shape(h)
		plan, secret, err := h.Shop.Office.FleetImport.Preview(ctx, kiosktest.Organizer, []byte(fleetFile+"Roth;;X1;;;;\n"))
		h.Must(err)
		if len(plan.Faults) != 1 || secret != "" || plan.Faults[0].Line != 6 {
			t.Errorf("a file with a fault: %+v, %q", plan.Faults, secret)
		}
		_, _, err = h.Shop.Office.FleetImport.Preview(ctx, kiosktest.Stranger, []byte(fleetFile))
		h.WantKey(err, kiosk.Forbidden, kiosk.KeyOfficeOrganizer)
		_, secret, err = h.Shop.Office.FleetImport.Preview(ctx, kiosktest.Organizer, []byte(fleetFile))
		h.Must(err)
		_, err = h.Shop.Office.FleetImport.Apply(ctx, kiosktest.Stranger, secret)
		h.WantKey(err, kiosk.Forbidden, kiosk.KeyOfficeOrganizer)
		_, err = h.Shop.Office.FleetImport.Apply(ctx, kiosk.OfficeActor{User: "another", Role: kiosk.Organizer}, secret)
		h.WantKey(err, kiosk.Gone, office.KeyImportGone)
		if got := shape(h); got != before {
			t.Errorf("something was made:\n%s", got)
		}
		stalls, _, err := h.Shop.Office.Stalls.All(ctx)
		h.Must(err)
		_, err = h.Shop.Office.Registers.New(ctx, kiosktest.Organizer, stalls[0].ID, "Register 9", "R1")
		h.Must(err)
		_, err = h.Shop.Office.FleetImport.Apply(ctx, kiosktest.Organizer, secret)
		h.WantKey(err, kiosk.Conflict, office.KeyImportFaults)
		time.Sleep(31 * time.Minute)
		_, err = h.Shop.Office.FleetImport.Apply(ctx, kiosktest.Organizer, secret)
		h.WantKey(err, kiosk.Gone, office.KeyImportGone)
	})
}

// TestFleet_registers adds, renames and moves registers, and refuses what would mix them up.
func TestFleet_registers(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		ctx := context.Background()
		lind, err := h.Shop.Kernel.StallOf(ctx, h.Actor.Register)
		h.Must(err)
		roth, err := h.Shop.Office.Stalls.Add(ctx, kiosk.Stall{Name: "Roth"})
		h.Must(err)
		g, err := h.Shop.Office.Registers.New(ctx, kiosktest.Organizer, lind.ID, " Terrace ", "")
		h.Must(err)
		if g.Name != "Terrace" || g.Prefix != "B1" {
			t.Errorf("made %+v", g)
		}
		_, err = h.Shop.Office.Registers.New(ctx, kiosktest.Organizer, lind.ID, "terrace", "")
		h.WantKey(err, kiosk.Conflict, office.KeyRegisterThere)
		_, err = h.Shop.Office.Registers.New(ctx, kiosktest.Organizer, lind.ID, "Other", "b2")
		h.WantKey(err, kiosk.Conflict, office.KeyFleetUsed)
		_, err = h.Shop.Office.Registers.New(ctx, kiosktest.Organizer, lind.ID, "Other", "no!")
		h.WantKey(err, kiosk.Invalid, office.KeyFleetPrefix)
		_, err = h.Shop.Office.Registers.New(ctx, kiosktest.Organizer, "nowhere", "Other", "")
		if kiosk.CodeOf(err) != kiosk.NotFound {
			t.Errorf("a register of no stall: %v", err)
		}
		h.Must(h.Shop.Office.Registers.Rename(ctx, kiosktest.Organizer, g.ID, "Garden"))
		h.WantKey(h.Shop.Office.Registers.Rename(ctx, kiosktest.Organizer, g.ID, "register 2"), kiosk.Conflict, office.KeyRegisterThere)

		h.Charge(1250)
		h.WantKey(h.Shop.Office.Registers.Move(ctx, kiosktest.Organizer, h.Actor.Register, roth.ID), kiosk.Conflict, office.KeyRegisterOpen)
		h.Must(h.Shop.Office.Registers.Move(ctx, kiosktest.Organizer, g.ID, roth.ID))
		now, place, err := h.Shop.Office.Registers.Overview(ctx, kiosktest.Organizer, g.ID)
		h.Must(err)
		if place.Name != "Roth" || now.Register.Name != "Garden" {
			t.Errorf("moved to %s as %+v", place.Name, now.Register)
		}
	})
}

// TestFleet_invitations hold the life of one-time links: a new one for a tablet ends the one
// before, an ended one is worthless, and nothing lives longer than two weeks.
func TestFleet_invitations(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		ctx, register, hour := context.Background(), h.Actor.Register, time.Hour.Milliseconds()
		invite := func(kind kiosk.DeviceKind) string {
			secret, err := h.Shop.Office.Registers.NewTicketFor(ctx, kiosktest.Organizer, register, kind, hour)
			h.Must(err)
			return secret
		}
		first, display, second := invite(kiosk.Tablet), invite(kiosk.Display), invite(kiosk.Tablet)
		_, err := h.Shop.Till.TicketKind(ctx, first)
		h.WantKey(err, kiosk.NotFound, kiosk.KeyTicketUnknown)
		f, _, err := h.Shop.Office.Registers.Overview(ctx, kiosktest.Organizer, register)
		h.Must(err)
		if len(f.Tickets) != 2 || len(f.Devices) != 1 {
			t.Errorf("%d links and %d devices, want 2 and 1", len(f.Tickets), len(f.Devices))
		}
		h.Must(h.Shop.Office.Registers.EndTicket(ctx, kiosktest.Organizer, register, kiosk.HashSecret(display)))
		_, err = h.Shop.Till.TicketKind(ctx, display)
		h.WantKey(err, kiosk.NotFound, kiosk.KeyTicketUnknown)
		for _, err := range []error{
			h.Shop.Office.Registers.EndTicket(ctx, kiosktest.Organizer, "elsewhere", kiosk.HashSecret(second)),
			h.Shop.Office.Registers.EndTicket(ctx, kiosktest.Stranger, register, kiosk.HashSecret(second)),
			h.Shop.Office.Registers.Rename(ctx, kiosktest.Stranger, register, "Mine"),
		} {
			if kiosk.CodeOf(err) != kiosk.NotFound {
				t.Errorf("what is not there or not one's own: %v", err)
			}
		}
		for _, life := range []int64{0, -1, 15 * 24 * hour} {
			_, err := h.Shop.Office.Registers.NewTicketFor(ctx, kiosktest.Organizer, register, kiosk.Tablet, life)
			h.WantKey(err, kiosk.Invalid, office.KeyTicketLife)
		}
		time.Sleep(61 * time.Minute)
		_, err = h.Shop.Till.TicketKind(ctx, second)
		h.WantKey(err, kiosk.Gone, till.KeyTicketExpired)
	})
}

// TestFleet_people hires, changes and dismisses.
func TestFleet_people(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		ctx := context.Background()
		stall, err := h.Shop.Kernel.StallOf(ctx, h.Actor.Register)
		h.Must(err)
		on := kiosk.Device{ID: h.Actor.Device, Register: h.Actor.Register}
		ben, err := h.Shop.Office.Staff.Hire(ctx, kiosktest.Organizer, stall.ID, "Ben", kiosk.Cashier, "")
		h.Must(err)
		_, err = h.Shop.Office.Staff.Hire(ctx, kiosktest.Organizer, stall.ID, " ben ", kiosk.Cashier, "")
		h.WantKey(err, kiosk.Conflict, office.KeyStaffThere)
		_, err = h.Shop.Office.Staff.Hire(ctx, kiosktest.Organizer, stall.ID, "Eve", kiosk.Organizer, "")
		h.WantKey(err, kiosk.Invalid, office.KeyStaffRole)
		_, err = h.Shop.Office.Staff.Hire(ctx, kiosktest.Organizer, stall.ID, "Eve", kiosk.Cashier, "1111")
		h.WantKey(err, kiosk.Invalid, kiosk.KeyPINSimple)

		again, err := h.Shop.Office.Staff.ResetPIN(ctx, kiosktest.Organizer, stall.ID, ben.Staff.ID, "")
		h.Must(err)
		_, err = h.Shop.Till.SignIn(ctx, on, ben.Staff.ID, ben.PIN)
		h.WantKey(err, kiosk.Unauthorized, till.KeyPINWrong)
		_, err = h.Shop.Till.SignIn(ctx, on, ben.Staff.ID, again.PIN)
		h.Must(err)
		if who, err := h.Shop.Office.Staff.Change(ctx, kiosktest.Organizer, stall.ID, ben.Staff.ID, "Benno", kiosk.Manager); err != nil || who.Name != "Benno" || who.Role != kiosk.Manager {
			t.Errorf("changed to %+v, %v", who, err)
		}
		_, err = h.Shop.Office.Staff.Change(ctx, kiosktest.Organizer, "elsewhere", ben.Staff.ID, "Benno", kiosk.Manager)
		h.WantKey(err, kiosk.NotFound, kiosk.KeyStaffGone)
		_, err = h.Shop.Office.Staff.Dismiss(ctx, kiosktest.Organizer, stall.ID, ben.Staff.ID)
		h.Must(err)
		_, err = h.Shop.Till.SignIn(ctx, on, ben.Staff.ID, again.PIN)
		h.WantKey(err, kiosk.Unauthorized, till.KeyPINWrong)
		_, err = h.Shop.Office.Staff.ResetPIN(ctx, kiosktest.Organizer, stall.ID, ben.Staff.ID, "")
		h.WantKey(err, kiosk.NotFound, kiosk.KeyStaffGone)
		_, err = h.Shop.Office.Staff.Hire(ctx, kiosktest.Stranger, stall.ID, "Eve", kiosk.Cashier, "")
		h.WantKey(err, kiosk.NotFound, "not-found")
	})
}

// TestFleet_lost ends every device and link of a register at once.
func TestFleet_lost(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		ctx, register := context.Background(), h.Actor.Register
		ticket, err := h.Shop.Office.Registers.NewTicketFor(ctx, kiosktest.Organizer, register, kiosk.Display, time.Hour.Milliseconds())
		h.Must(err)
		_, secret, err := h.Shop.Till.Enrol(ctx, ticket, "screen")
		h.Must(err)
		unused, err := h.Shop.Office.Registers.NewTicketFor(ctx, kiosktest.Organizer, register, kiosk.Display, time.Hour.Milliseconds())
		h.Must(err)
		n, err := h.Shop.Office.Registers.RevokeDevices(ctx, kiosktest.Organizer, register, "")
		h.Must(err)
		_, deviceErr := h.Shop.Till.Device(ctx, secret)
		_, ticketErr := h.Shop.Till.TicketKind(ctx, unused)
		if n != 2 || kiosk.KeyOf(deviceErr) != till.KeyDeviceRevoked || kiosk.KeyOf(ticketErr) != kiosk.KeyTicketUnknown {
			t.Errorf("%d devices ended; the display %v, the link %v", n, deviceErr, ticketErr)
		}
	})
}
