package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/store"
	"qrkiosk/kiosk/vault"
	"qrkiosk/views"
	"qrkiosk/views/counterview"
	"qrkiosk/views/officeview"
)

// opening is what the first start on an empty database makes, through the same use cases that the
// office will have.
type opening struct {
	stall            kiosk.Stall
	register, prefix string
	people           []person
	more             int          // further registers, for a test build
	always           bool         // one-time links at every start, not only at the first
	pin              string       // told at every start, as for a demonstration; "" only when it was made
	items            []kiosk.Item // what its stall sells
	office           demoLogin
}

// demoLogin is an organizer of a demonstration, "" where the office is opened with a one-time code.
type demoLogin struct{ name, password string }

// person is somebody to add; an empty PIN is made at random.
type person struct {
	name string
	role kiosk.Role
	pin  string
}

// invitation is what people need to begin.
type invitation struct {
	register      kiosk.Register
	till, display string // addresses
	people        []person
}

// open founds what is missing and tells people where to go.
func (a *assembly) open(ctx context.Context, out io.Writer, s settings, o opening) error {
	invitations, err := a.invite(ctx, o)
	if err != nil {
		return err
	}
	code, err := a.openOffice(ctx, o)
	if err != nil {
		return err
	}
	if err := a.useKey(ctx, s); err != nil {
		return err
	}
	a.log.Info("ready", "listen", a.at.own, "public_url", a.at.public, "till_url", a.at.till, "sandbox", a.at.sandbox)
	if !s.play() && a.at.public == "" {
		a.log.Warn("no public url: webhooks cannot arrive, payments are found by asking about every 4 s")
	}
	if strings.HasPrefix(a.at.till, "http://") && !isLoopback(hostOf(a.at.till)) {
		a.log.Warn("plain http: whoever is in this network can read PINs and cookies", "till_url", a.at.till)
	}
	return a.greet(out, s, o, invitations, code)
}

// useKey takes the gateway's key from the office where the start names none.
func (a *assembly) useKey(ctx context.Context, s settings) error {
	if s.play() || !s.token.empty() {
		return nil
	}
	there, err := a.shop.Office.Settings.UseStoredKey(ctx)
	if err == nil && !there {
		a.log.Warn("no SecPaid key yet: no payment can be taken before it is entered in the office")
	}
	return err
}

// openOffice returns the one-time code of the office, "" once somebody can sign in there.
func (a *assembly) openOffice(ctx context.Context, o opening) (string, error) {
	if o.office.name != "" {
		return "", a.shop.Office.Users.AddDemoOrganizer(ctx, o.office.name, o.office.password)
	}
	return a.shop.Office.Users.SetupCode(ctx)
}

// invite returns an invitation for every register, with one-time links where they are due.
func (a *assembly) invite(ctx context.Context, o opening) ([]invitation, error) {
	stalls, registers, err := a.shop.Office.Stalls.All(ctx)
	if err != nil {
		return nil, err
	}
	if len(stalls) == 0 {
		stall, err := a.shop.Office.Stalls.Add(ctx, o.stall)
		if err != nil {
			return nil, err
		}
		stalls = append(stalls, stall)
	}
	var all []invitation
	for _, stall := range stalls {
		those, err := a.inviteStall(ctx, o, stall, registers[stall.ID])
		if err != nil {
			return nil, err
		}
		all = append(all, those...)
	}
	return all, nil
}

// inviteStall adds register and people to a stall that has none, which is also what is left of a
// first start that was interrupted.
func (a *assembly) inviteStall(ctx context.Context, o opening, stall kiosk.Stall, registers []kiosk.Register) ([]invitation, error) {
	fresh := len(registers) == 0
	if fresh {
		r, err := a.shop.Office.Registers.Add(ctx, stall.ID, o.register, o.prefix)
		if err != nil {
			return nil, err
		}
		registers = append(registers, r)
		if err := a.stock(ctx, stall.ID, o.items); err != nil {
			return nil, err
		}
	}
	for n := len(registers) + 1; fresh && n <= 1+o.more; n++ {
		r, err := a.shop.Office.Registers.Add(ctx, stall.ID, fmt.Sprintf("Register %d", n), fmt.Sprintf("R%d", n))
		if err != nil {
			return nil, err
		}
		registers = append(registers, r)
	}
	added, err := a.addPeople(ctx, o, stall, registers[0])
	if err != nil {
		return nil, err
	}
	all := make([]invitation, 0, len(registers))
	for _, r := range registers {
		i := invitation{register: r, till: a.at.till + views.PathTill, display: a.at.till + views.PathDisplay, people: added}
		if fresh || len(added) > 0 || o.always {
			if err := a.issue(ctx, &i); err != nil {
				return nil, err
			}
		}
		all = append(all, i)
	}
	return all, nil
}

// addPeople adds those of the opening if nobody works at the stall, and returns them.
func (a *assembly) addPeople(ctx context.Context, o opening, stall kiosk.Stall, r kiosk.Register) ([]person, error) {
	there, err := a.shop.Till.StaffOfRegister(ctx, r.ID)
	if err != nil || len(there) > 0 {
		return nil, err
	}
	added := make([]person, 0, len(o.people))
	for _, who := range o.people {
		if who.pin == "" {
			who.pin = a.shop.Office.Staff.RandomPIN()
		}
		if _, err := a.shop.Till.AddStaff(ctx, stall.ID, who.name, who.role, who.pin); err != nil {
			return nil, err
		}
		added = append(added, who)
	}
	return added, nil
}

// issue makes the one-time links of a register.
func (a *assembly) issue(ctx context.Context, i *invitation) error {
	till, err := a.shop.Till.Ticket(ctx, i.register.ID, kiosk.Tablet)
	if err != nil {
		return err
	}
	display, err := a.shop.Till.Ticket(ctx, i.register.ID, kiosk.Display)
	if err != nil {
		return err
	}
	i.till = a.at.till + counterview.PathTillEnrol + "/" + till
	i.display = a.at.till + counterview.PathDisplayEnrol + "/" + display
	return nil
}

// greet writes to people, not to the log: it holds what only they may know, once.
func (a *assembly) greet(out io.Writer, s settings, o opening, invitations []invitation, code string) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "qrkiosk %s, %s\n\n", buildVersion(), kindOfMoney(s))
	once := false
	for _, i := range invitations {
		if len(invitations) > 1 {
			fmt.Fprintln(w, i.register.Name)
		}
		fmt.Fprintf(w, "  till\t%s\n  display\t%s\n", i.till, i.display)
		for _, who := range i.people {
			fmt.Fprintf(w, "  PIN\t%s (%s, %s)\n", who.pin, who.name, who.role)
		}
		once = once || strings.Contains(i.till, counterview.PathTillEnrol)
	}
	if o.pin != "" && len(invitations) > 0 && len(invitations[0].people) == 0 {
		fmt.Fprintf(w, "  PIN\t%s\n", o.pin)
	}
	greetOffice(w, a.at.till, o, code)
	if a.shop.Office.Settings.SetsKey() {
		greetKey(w, a)
	}
	if a.at.own != a.at.till {
		fmt.Fprintf(w, "  listens\t%s\n", a.at.own)
	}
	if a.at.sandbox != "" {
		fmt.Fprintf(w, "  sandbox\t%s\n", a.at.sandbox)
	}
	if once {
		fmt.Fprint(w, "\nThe links of till and display work once and for a day; the PIN is for the till.\n")
	}
	return w.Flush()
}

// greetOffice says how the office is entered: with the account of a demonstration, with a one-time
// code, or as its people know.
func greetOffice(w io.Writer, till string, o opening, code string) {
	switch {
	case o.office.name != "":
		fmt.Fprintf(w, "  office\t%s (name %s, password %s)\n", till+officeview.PathOffice, o.office.name, o.office.password)
	case code != "":
		fmt.Fprintf(w, "  office\t%s (one-time code %s, for a day)\n", till+officeview.PathSetup, grouped(code))
	default:
		fmt.Fprintf(w, "  office\t%s\n", till+officeview.PathOffice)
	}
}

// greetKey says that something is missing before the first sale.
func greetKey(w io.Writer, a *assembly) {
	h, err := a.shop.Kernel.OfficeSettings(context.Background())
	if err == nil && h.Key.Set == 0 {
		fmt.Fprintf(w, "  SecPaid\tno key yet: enter it in the office, or set SECPAID_TOKEN\n")
	}
}

func kindOfMoney(s settings) string {
	if s.play() {
		return "sandbox: play money, nothing is charged"
	}
	return "live"
}

// refusal puts into a sentence why the house cannot be opened with what is there.
func refusal(err error, s settings) error {
	var e *kiosk.Error
	if !errors.As(err, &e) {
		return err
	}
	where := "the database in " + s.data
	if !s.databaseURL.empty() {
		where = "the PostgreSQL database"
	}
	switch e.Key {
	case store.KeyMode:
		return usagef("%s belongs to the other mode (%s) and this start is %s: play money and real money never meet; choose another --data",
			where, strings.Join(e.Args, ""), s.mode)
	case store.KeyNewer:
		return usagef("%s was made by a newer qrkiosk: %w", where, err)
	case store.KeySettings:
		return usagef("%s does not run as safely as it must: %w", where, err)
	case store.KeyDamaged:
		return fmt.Errorf("%s is damaged and nothing was changed. Bring back a backup with `qrkiosk restore FILE --data %s --force`, which keeps the damaged file aside and then asks SecPaid what happened since: %w", where, s.data, err)
	case store.KeyMissing:
		return usagef("there is no database in %s", s.data)
	case store.KeyOlder:
		return usagef("%s was made by an older qrkiosk; start this one once, or use the old one: %w", where, err)
	case store.KeyAway:
		return fmt.Errorf("%s cannot be reached: %w", where, err)
	case vault.KeyShared:
		return usagef("the key file %s can be read by others; it wants mode 0600", s.keyFile)
	case vault.KeyFile, vault.KeyContent:
		return usagef("the key file %s cannot be used: %w", s.keyFile, err)
	}
	return err
}
