package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"

	"qrkiosk/handlers"
	"qrkiosk/handlers/front"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/bus"
	"qrkiosk/kiosk/sandbox"
	"qrkiosk/kiosk/secpaid"
	"qrkiosk/kiosk/shop"
	"qrkiosk/kiosk/store"
	"qrkiosk/kiosk/till"
	"qrkiosk/kiosk/vault"
)

// fairground is a house with many registers, real HTTP on loopback, and a sandbox without a limit on
// calls.
type fairground struct {
	t         testing.TB
	dir       string
	shop      *front.Rooms
	store     *store.Store
	play      *sandbox.Server
	web       *httptest.Server
	rings     *bus.Local
	registers []kiosk.Register
}

const fairPassword = "four quiet horses"

// newFairground opens a house, with so many registers made by an import.
func newFairground(t testing.TB, registers int) *fairground {
	t.Helper()
	dir, account := t.TempDir(), sandbox.DemoAccount()
	f := &fairground{t: t, dir: dir, rings: bus.NewLocal()}
	var err error
	f.play, err = sandbox.New(sandbox.Config{Accounts: []sandbox.Account{account}, Limit: -1})
	f.must(err)
	gate := httptest.NewServer(f.play.Handler())
	f.play.SetURL(gate.URL)
	f.web = httptest.NewUnstartedServer(nil)
	address := "http://" + f.web.Listener.Addr().String()
	client, err := secpaid.New(secpaid.Config{URL: gate.URL, Token: account.Key, PerMinute: 1_000_000})
	f.must(err)
	f.store, err = store.Open(t.Context(), store.Config{Path: blankAt(t, filepath.Join(dir, "fair.db"))})
	f.must(err)
	keys, err := vault.New(bytes.Repeat([]byte{7}, vault.KeySize), vault.WithCost(vault.Cost{KiB: 64, Passes: 1, Lanes: 1}))
	f.must(err)
	f.shop, err = front.OpenRooms(t.Context(), shop.Config{
		Store: f.store, Gateway: client, Bus: f.rings, Vault: keys, PublicURL: address, HookPath: front.PathHook, Mode: kiosk.Sandbox,
	})
	f.must(err)
	front, err := handlers.New(front.Config{Shop: f.shop, Sessions: f.store.Sessions(), PublicURL: address})
	f.must(err)
	f.web.Config.Handler = front.Handler()
	f.web.Start()
	silent := f.rings.Subscribe(front.Ring)
	ctx, stop := context.WithCancel(context.Background())
	var all sync.WaitGroup
	all.Go(func() { f.shop.Run(ctx) })
	all.Go(func() { front.Run(ctx) })
	all.Go(func() { _ = f.play.Run(ctx) })
	t.Cleanup(func() {
		stop()
		all.Wait()
		silent()
		f.web.Close()
		gate.Close()
		client.Close()
		f.must(f.play.Close())
		f.must(f.store.Close())
	})
	f.must(f.shop.Office.Users.AddDemoOrganizer(t.Context(), "demo", fairPassword))
	f.build(registers)
	return f
}

func (f *fairground) must(err error) {
	if err != nil {
		f.t.Helper()
		f.t.Fatal(err)
	}
}

// build imports the registers, five to a stall.
func (f *fairground) build(registers int) {
	f.t.Helper()
	var b bytes.Buffer
	b.WriteString("stall,register,town\n")
	for i := range registers {
		fmt.Fprintf(&b, "%s %d,Register %d,\n", eveningStalls[i/5%11], i/5+1, i%5+1)
	}
	_, secret, err := f.shop.Office.FleetImport.Preview(f.t.Context(), organizer, b.Bytes())
	f.must(err)
	made, err := f.shop.Office.FleetImport.Apply(f.t.Context(), organizer, secret)
	f.must(err)
	f.registers = made.Registers
	if len(f.registers) != registers {
		f.t.Fatalf("%d registers, want %d", len(f.registers), registers)
	}
}

// enrol makes a device of a register and returns its cookie.
func (f *fairground) enrol(register int, kind kiosk.DeviceKind) (kiosk.Device, string) {
	f.t.Helper()
	ticket, err := f.shop.Office.Registers.NewTicketFor(f.t.Context(), organizer, f.registers[register].ID, kind, 3_600_000)
	f.must(err)
	d, secret, err := f.shop.Till.Enrol(f.t.Context(), ticket, "test")
	f.must(err)
	return d, secret
}

// charge begins a sale at a register; nobody stands there.
func (f *fairground) charge(register int, amount kiosk.Money, key string) *kiosk.Sale {
	f.t.Helper()
	g := f.registers[register]
	sale, err := f.shop.Till.Charge(f.t.Context(), kiosk.Actor{
		Staff: "somebody", Role: kiosk.Cashier, Device: "tablet-" + g.ID, Register: g.ID,
	}, till.Charge{Amount: amount, Key: key})
	f.must(err)
	return sale
}

// signedIn is a browser of the organizer.
func (f *fairground) signedIn(t *testing.T) *device {
	t.Helper()
	d := newDevice(t, f.web.URL)
	d.post("/office/signin", map[string][]string{"name": {"demo"}, "password": {fairPassword}})
	if status, _ := d.ask(http.MethodGet, "/office/wall", "text/html", nil); status != http.StatusOK {
		t.Fatalf("the office is closed: %d", status)
	}
	return d
}
