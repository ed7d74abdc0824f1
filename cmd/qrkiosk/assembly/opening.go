package assembly

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"qrkiosk/views/counterview"
	"qrkiosk/views/officeview"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/store"
	"qrkiosk/kiosk/vault"
	"qrkiosk/views"
)

// Opening is what the first start on an empty database makes, through the same use cases that the
// office will have.
type Opening struct {
	Stall            kiosk.Stall
	Register, Prefix string
	People           []Person
	More             int          // further registers, for a test build
	Always           bool         // one-time links at every start, not only at the first
	pin              string       // told at every start, as for a demonstration; "" only when it was made
	items            []kiosk.Item // what its stall sells
	office           demoLogin
}

// demoLogin is an organizer of a demonstration, "" where the office is opened with a one-time code.
type demoLogin struct{ name, password string }

// Person is somebody to add; an empty PIN is made at random.
type Person struct {
	Name string
	Role kiosk.Role
	pin  string
}

// invitation is what people need to begin.
type invitation struct {
	register      kiosk.Register
	till, display string // addresses
	people        []Person
}

// Open founds what is missing and tells people where to go.
func (a *Program) Open(ctx context.Context, out io.Writer, s Settings, o Opening) error {
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
	a.log.Info("ready", "listen", a.At.Own, "public_url", a.At.public, "till_url", a.At.till, "sandbox", a.At.Sandbox)
	if !s.Play() && a.At.public == "" {
		a.log.Warn("no public url: webhooks cannot arrive, payments are found by asking about every 4 s")
	}
	if strings.HasPrefix(a.At.till, "http://") && !isLoopback(hostOf(a.At.till)) {
		a.log.Warn("plain http: whoever is in this network can read PINs and cookies", "till_url", a.At.till)
	}
	return a.greet(out, s, o, invitations, code)
}

// useKey takes the gateway's key from the office where the start names none.
func (a *Program) useKey(ctx context.Context, s Settings) error {
	if s.Play() || !s.Token.Empty() {
		return nil
	}
	there, err := a.Shop.Office.Settings.UseStoredKey(ctx)
	if err == nil && !there {
		a.log.Warn("no SecPaid key yet: no payment can be taken before it is entered in the office")
	}
	return err
}

// openOffice returns the one-time code of the office, "" once somebody can sign in there.
func (a *Program) openOffice(ctx context.Context, o Opening) (string, error) {
	if o.office.name != "" {
		return "", a.Shop.Office.Users.AddDemoOrganizer(ctx, o.office.name, o.office.password)
	}
	return a.Shop.Office.Users.SetupCode(ctx)
}

// invite returns an invitation for every register, with one-time links where they are due.
func (a *Program) invite(ctx context.Context, o Opening) ([]invitation, error) {
	stalls, registers, err := a.Shop.Office.Stalls.All(ctx)
	if err != nil {
		return nil, err
	}
	if len(stalls) == 0 {
		stall, err := a.Shop.Office.Stalls.Add(ctx, o.Stall)
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
func (a *Program) inviteStall(ctx context.Context, o Opening, stall kiosk.Stall, registers []kiosk.Register) ([]invitation, error) {
	fresh := len(registers) == 0
	if fresh {
		r, err := a.Shop.Office.Registers.Add(ctx, stall.ID, o.Register, o.Prefix)
		if err != nil {
			return nil, err
		}
		registers = append(registers, r)
		if err := a.stock(ctx, stall.ID, o.items); err != nil {
			return nil, err
		}
	}
	for n := len(registers) + 1; fresh && n <= 1+o.More; n++ {
		r, err := a.Shop.Office.Registers.Add(ctx, stall.ID, fmt.Sprintf("Register %d", n), fmt.Sprintf("R%d", n))
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
		i := invitation{register: r, till: a.At.till + views.PathTill, display: a.At.till + views.PathDisplay, people: added}
		if fresh || len(added) > 0 || o.Always {
			if err := a.issue(ctx, &i); err != nil {
				return nil, err
			}
		}
		all = append(all, i)
	}
	return all, nil
}

// addPeople adds those of the opening if nobody works at the stall, and returns them.
func (a *Program) addPeople(ctx context.Context, o Opening, stall kiosk.Stall, r kiosk.Register) ([]Person, error) {
	there, err := a.Shop.Till.StaffOfRegister(ctx, r.ID)
	if err != nil || len(there) > 0 {
		return nil, err
	}
	added := make([]Person, 0, len(o.People))
	for _, who := range o.People {
		if who.pin == "" {
			who.pin = a.Shop.Office.Staff.RandomPIN(stall)
		}
		if _, err := a.Shop.Till.AddStaff(ctx, stall.ID, who.Name, who.Role, who.pin); err != nil {
			return nil, err
		}
		added = append(added, who)
	}
	return added, nil
}

// issue makes the one-time links of a register.
func (a *Program) issue(ctx context.Context, i *invitation) error {
	till, err := a.Shop.Till.Ticket(ctx, i.register.ID, kiosk.Tablet)
	if err != nil {
		return err
	}
	display, err := a.Shop.Till.Ticket(ctx, i.register.ID, kiosk.Display)
	if err != nil {
		return err
	}
	i.till = a.At.till + counterview.PathTillEnrol + "/" + till
	i.display = a.At.till + counterview.PathDisplayEnrol + "/" + display
	return nil
}

// greet writes to people, not to the log: it holds what only they may know, once.
func (a *Program) greet(out io.Writer, s Settings, o Opening, invitations []invitation, code string) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "qrkiosk %s, %s\n\n", s.Version, kindOfMoney(s))
	once := false
	for _, i := range invitations {
		if len(invitations) > 1 {
			fmt.Fprintln(w, i.register.Name)
		}
		fmt.Fprintf(w, "  till\t%s\n  display\t%s\n", i.till, i.display)
		for _, who := range i.people {
			fmt.Fprintf(w, "  PIN\t%s (%s, %s)\n", who.pin, who.Name, who.Role)
		}
		once = once || strings.Contains(i.till, counterview.PathTillEnrol)
	}
	if o.pin != "" && len(invitations) > 0 && len(invitations[0].people) == 0 {
		fmt.Fprintf(w, "  PIN\t%s\n", o.pin)
	}
	greetOffice(w, a.At.till, o, code)
	if a.Shop.Office.Settings.SetsKey() {
		greetKey(w, a)
	}
	if a.At.Own != a.At.till {
		fmt.Fprintf(w, "  listens\t%s\n", a.At.Own)
	}
	if a.At.Sandbox != "" {
		fmt.Fprintf(w, "  sandbox\t%s\n", a.At.Sandbox)
	}
	if once {
		fmt.Fprint(w, "\nThe links of till and display work once and for a day; the PIN is for the till.\n")
	}
	return w.Flush()
}

// greetOffice says how the office is entered: with the account of a demonstration, with a one-time
// code, or as its people know.
func greetOffice(w io.Writer, till string, o Opening, code string) {
	switch {
	case o.office.name != "":
		fmt.Fprintf(w, "  office\t%s (name %s, password %s)\n", till+views.PathOffice, o.office.name, o.office.password)
	case code != "":
		fmt.Fprintf(w, "  office\t%s (one-time code %s, for a day)\n", till+officeview.PathSetup, Grouped(code))
	default:
		fmt.Fprintf(w, "  office\t%s\n", till+views.PathOffice)
	}
}

// greetKey says that something is missing before the first sale.
func greetKey(w io.Writer, a *Program) {
	h, err := a.Shop.Kernel.OfficeSettings(context.Background())
	if err == nil && h.Key.Set == 0 {
		fmt.Fprintf(w, "  SecPaid\tno key yet: enter it in the office, or set SECPAID_TOKEN\n")
	}
}

func kindOfMoney(s Settings) string {
	if s.Play() {
		return "sandbox: play money, nothing is charged"
	}
	return "live"
}

// Refusal puts into a sentence why the house cannot be opened with what is there.
func Refusal(err error, s Settings) error {
	var e *kiosk.Error
	if !errors.As(err, &e) {
		return err
	}
	where := "the database in " + s.Data
	if !s.DatabaseURL.Empty() {
		where = "the PostgreSQL database"
	}
	switch e.Key {
	case store.KeyMode:
		return Usagef("%s belongs to the other mode (%s) and this start is %s: play money and real money never meet; choose another --data",
			where, strings.Join(e.Args, ""), s.Mode)
	case store.KeyNewer:
		return Usagef("%s was made by a newer qrkiosk: %w", where, err)
	case store.KeySettings:
		return Usagef("%s does not run as safely as it must: %w", where, err)
	case store.KeyDamaged:
		return fmt.Errorf("%s is damaged and nothing was changed. Bring back a backup with `qrkiosk restore FILE --data %s --force`, which keeps the damaged file aside and then asks SecPaid what happened since: %w", where, s.Data, err)
	case store.KeyMissing:
		return Usagef("there is no database in %s", s.Data)
	case store.KeyOlder:
		return Usagef("%s was made by an older qrkiosk; start this one once, or use the old one: %w", where, err)
	case store.KeyAway:
		return fmt.Errorf("%s cannot be reached: %w", where, err)
	case vault.KeyShared:
		return Usagef("the key file %s can be read by others; it wants mode 0600", s.KeyFile)
	case vault.KeyFile, vault.KeyContent:
		return Usagef("the key file %s cannot be used: %w", s.KeyFile, err)
	}
	return err
}

// Grouped writes a one-time code as people read it aloud.
func Grouped(code string) string { return code[:4] + "-" + code[4:8] + "-" + code[8:] }
