package kiosktest

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"qrkiosk/handlers/front"

	"qrkiosk/cmd/qrkiosk/assembly"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/sandbox"
	"qrkiosk/kiosk/store"
	"qrkiosk/kiosk/till"
	"qrkiosk/kiosk/vault"
)

// Fairground is a house with many registers, real HTTP on loopback, and a sandbox without a limit on
// calls.
type Fairground struct {
	T         testing.TB
	Dir       string
	Shop      *front.Rooms
	store     *store.Store
	Play      *sandbox.Server
	Web       *httptest.Server
	Rings     assembly.Listener
	Registers []kiosk.Register
}

// FairPassword opens the office of a fairground, for the name demo.
const FairPassword = "four quiet horses"

// NewFairground opens a house, with so many registers made by an import.
func NewFairground(t testing.TB, registers int) *Fairground {
	t.Helper()
	dir, account := t.TempDir(), sandbox.DemoAccount()
	f := &Fairground{T: t, Dir: dir}
	var err error
	f.Play, err = sandbox.New(sandbox.Config{Accounts: []sandbox.Account{account}, Limit: -1})
	f.Must(err)
	gate := httptest.NewServer(f.Play.Handler())
	f.Play.SetURL(gate.URL)
	f.Web = httptest.NewUnstartedServer(nil)
	address := "http://" + f.Web.Listener.Addr().String()
	keys, err := vault.New(bytes.Repeat([]byte{7}, vault.KeySize), vault.WithCost(vault.Cost{KiB: 64, Passes: 1, Lanes: 1}))
	f.Must(err)
	settings := assembly.Settings{
		Mode: kiosk.Sandbox, Data: dir, GatewayURL: gate.URL, Token: assembly.NewSecret(account.Key), PublicURL: address,
	}
	blankAt(t, settings.DatabaseFile())
	program, err := assembly.Build(t.Context(), settings, assembly.Options{Vault: keys, OwnSandbox: true, Calls: 1_000_000},
		f.Web.Listener, slog.New(slog.DiscardHandler))
	f.Must(err)
	f.store, f.Shop, f.Rings = program.Store, program.Shop, program.Ears
	f.Web.Config.Handler = program.Front.Handler()
	f.Web.Start()
	ctx, stop := context.WithCancel(context.Background())
	var all sync.WaitGroup
	all.Go(func() { _ = program.Work(ctx) })
	all.Go(func() { _ = f.Play.Run(ctx) })
	t.Cleanup(func() {
		stop()
		all.Wait()
		f.Web.Close()
		gate.Close()
		f.Must(program.Close())
		f.Must(f.Play.Close())
	})
	f.Must(f.Shop.Office.Users.AddDemoOrganizer(t.Context(), "demo", FairPassword))
	f.build(registers)
	return f
}

// Must ends the test on an error.
func (f *Fairground) Must(err error) {
	if err != nil {
		f.T.Helper()
		f.T.Fatal(err)
	}
}

// build imports the registers, five to a stall.
func (f *Fairground) build(registers int) {
	f.T.Helper()
	var b bytes.Buffer
	b.WriteString("stall,register,town\n")
	for i := range registers {
		fmt.Fprintf(&b, "%s %d,Register %d,\n", EveningStalls[i/5%11], i/5+1, i%5+1)
	}
	_, secret, err := f.Shop.Office.FleetImport.Preview(f.T.Context(), Organizer, b.Bytes())
	f.Must(err)
	made, err := f.Shop.Office.FleetImport.Apply(f.T.Context(), Organizer, secret)
	f.Must(err)
	f.Registers = made.Registers
	if len(f.Registers) != registers {
		f.T.Fatalf("%d registers, want %d", len(f.Registers), registers)
	}
}

// Enrol makes a device of a register and returns its cookie.
func (f *Fairground) Enrol(register int, kind kiosk.DeviceKind) (kiosk.Device, string) {
	f.T.Helper()
	ticket, err := f.Shop.Office.Registers.NewTicketFor(f.T.Context(), Organizer, f.Registers[register].ID, kind, 3_600_000)
	f.Must(err)
	d, secret, err := f.Shop.Till.Enrol(f.T.Context(), ticket, "test")
	f.Must(err)
	return d, secret
}

// Charge begins a sale at a register; nobody stands there.
func (f *Fairground) Charge(register int, amount kiosk.Money, key string) *kiosk.Sale {
	f.T.Helper()
	g := f.Registers[register]
	sale, err := f.Shop.Till.Charge(f.T.Context(), kiosk.Actor{
		Staff: "somebody", Role: kiosk.Cashier, Device: "tablet-" + g.ID, Register: g.ID,
	}, till.Charge{Amount: amount, Key: key})
	f.Must(err)
	return sale
}

// SignedIn is a browser of the organizer.
func (f *Fairground) SignedIn(t *testing.T) *Device {
	t.Helper()
	d := NewDevice(t, f.Web.URL)
	d.Post("/office/signin", map[string][]string{"name": {"demo"}, "password": {FairPassword}})
	if status, _ := d.Ask(http.MethodGet, "/office/wall", "text/html", nil); status != http.StatusOK {
		t.Fatalf("the office is closed: %d", status)
	}
	return d
}
