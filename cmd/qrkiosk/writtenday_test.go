//go:build unix

package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"qrkiosk/cmd/qrkiosk/assembly"
	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/cmd/qrkiosk/kiosktest/markup"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/store"
)

// TestWritten_byThisProgram plays a day that leaves something of everything in the database, and
// opens it as TestWritten does. With QRKIOSK_WRITE_DATABASE=name it writes down what it has left, on
// both engines, for programs to come: once per change of what is stored, never over a folder that is
// there.
func TestWritten_byThisProgram(t *testing.T) {
	t.Parallel()
	name, engines := os.Getenv("QRKIOSK_WRITE_DATABASE"), []string{"sqlite", "postgres"}
	at := t.TempDir()
	if name != "" {
		at = filepath.Join(writtenAt, name)
		if err := os.Mkdir(at, 0o755); err != nil {
			t.Fatal("databases of before stay as they are: ", err)
		}
	} else {
		engines = engines[:1] // the engines differ in nothing that a day does, and TestWritten opens both
	}
	for _, engine := range engines {
		folder := filepath.Join(at, engine)
		if err := os.Mkdir(folder, 0o755); err != nil {
			t.Fatal(err)
		}
		writeDay(t, engine, folder)
		unpackWritten(t, folder).stillHolds(folder)
	}
}

// writeDay plays a day on an engine and writes what it left into a folder.
func writeDay(t *testing.T, engine, folder string) {
	t.Helper()
	w := &written{t: t, data: filepath.Join(t.TempDir(), "data")}
	keep := func(name string, raw []byte) {
		if err := os.WriteFile(filepath.Join(folder, name), raw, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if engine == "postgres" {
		c := newCluster(t)
		w.url = c.address()
		keep("holds.txt", []byte(w.play()))
		keep("dump.sql.gz", zip(t, c.dump()))
	} else {
		keep("holds.txt", []byte(w.play()))
		whole := filepath.Join(t.TempDir(), "whole")
		if _, err := store.Backup(t.Context(), filepath.Join(w.data, "qrkiosk.db"), whole); err != nil {
			t.Fatal(err)
		}
		keep("qrkiosk.db.gz", zip(t, read(t, whole)))
	}
	keep("key", read(t, filepath.Join(w.data, "key")))
	keep("anchors", read(t, filepath.Join(w.data, "anchors")))
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func zip(t *testing.T, raw []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err == nil {
		_, err = w.Write(raw)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// day is a day at three stalls: a bakery with a catalogue, a grill that shares with its market, and a
// dairy that sells with an account of its own. Everything is done over HTTP, as people do it; only
// what there is to wait for is looked up in the store.
type day struct {
	t       *testing.T
	base    string
	gateway *kiosktest.Device // the sandbox
	a       *assembly.Program
}

// seller is somebody at a till.
type seller struct {
	*kiosktest.Device
	register, pin string
}

// play runs the program for a day and returns what it has left.
func (w *written) play() (holds string) {
	w.t.Helper()
	ctx, stop := context.WithCancel(w.t.Context())
	defer stop()
	p := &process{env: w.env, calls: 100_000}
	s, err := p.check(webFlags{Listen: "127.0.0.1:0"}, dataFlags{Data: w.data}, gatewayFlags{Sandbox: true})
	w.must(err)
	l, err := assembly.Listen(ctx, s.Listen)
	w.must(err)
	a, err := assembly.Build(ctx, s, p.options(), l, assembly.Discard)
	w.must(err)
	var greeting bytes.Buffer
	w.must(a.Open(ctx, &greeting, s, assembly.Bakery()))
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx, l) }()
	d := &day{t: w.t, base: a.At.Own, gateway: kiosktest.NewDevice(w.t, strings.TrimSuffix(a.At.Sandbox, "/")), a: a}
	d.sellAndClose(greeting.String())
	stop()
	w.must(<-ended)
	holds, err = holdings(w.t.Context(), a.Store)
	w.must(err)
	w.must(a.Close())
	return holds
}

func (w *written) must(err error) {
	if err != nil {
		w.t.Helper()
		w.t.Fatal(err)
	}
}

const dayFile = "stall;register;prefix;staff;role;pin;town;share_to;share\n" +
	"Grill Roth;Window 1;G1;Cleo;manager;731958;Köln;market;10\n" +
	"Grill Roth;Window 2;G2;Dirk;cashier;268413;;;\n" +
	"Dairy Vogt;Cart;D1;Vera;manager;940627;Köln;;\n"

const dairyKey = "test-key-of-the-dairy-5309"

func (d *day) sellAndClose(greeting string) {
	d.t.Helper()
	d.gateway.Control("accounts", map[string]any{"name": "Market", "key": "test-key-of-the-market", "recipient_token": "market"})
	d.gateway.Control("accounts", map[string]any{"name": "Dairy", "key": dairyKey, "recipient_token": "dairy"})
	cards := d.furnish()
	link := regexp.MustCompile(`(?m)^  till +(\S+)`).FindStringSubmatch(greeting)
	if link == nil {
		d.t.Fatal(greeting)
	}
	bread := d.sit("B2", link[1], "Lind", assembly.DemoPIN)
	grill := d.sit("G1", cards["Window 1"], "Cleo", "731958")
	dairy := d.sit("D1", cards["Cart"], "Vera", "940627")
	d.breadSells(bread)
	d.grillSells(grill)
	d.dairySells(dairy)
	bread.Post("/till/shift/close", url.Values{})
	bread.Post("/till/shift/open", url.Values{})
	d.pay(d.charge(bread, url.Values{"cents": {"1999"}}))
	d.charge(bread, url.Values{"cents": {"2150"}})
}

// furnish has the organizer import the other stalls, and returns the tablets' links by register.
func (d *day) furnish() map[string]string {
	d.t.Helper()
	office := kiosktest.NewDevice(d.t, d.base)
	office.Post("/office/signin", url.Values{"name": {"demo"}, "password": {assembly.DemoPassword}})
	status, page := office.Upload("/office/import", "file", "fleet.csv", []byte(dayFile))
	if status != http.StatusOK {
		d.t.Fatalf("no preview: %d\n%.2000s", status, markup.Words(page))
	}
	draft := markup.Parse(d.t, page).Attr("input[name=draft]", "value")
	cards := map[string]string{}
	for _, c := range kiosktest.Cards(markup.Parse(d.t, office.Post("/office/import/apply", url.Values{"draft": {draft}, "life": {"24"}}))) {
		if c.Kind == "tablet" {
			cards[c.Register] = c.Address
		}
	}
	for _, stall := range d.stalls() {
		switch path := "/office/stalls/" + stall.ID; stall.Name {
		case "Dairy Vogt":
			office.Post(path+"/account", url.Values{"key": {dairyKey}})
		case "Grill Roth":
			office.Post(path+"/selling", url.Values{"first": {"en"}, "lapse": {"10"}, "tip": {"yes"}, "vat": {"19"}})
		}
	}
	return cards
}

func (d *day) stalls() (all []kiosk.Stall) {
	d.t.Helper()
	d.view(func(r kiosk.Reader) (err error) { all, err = r.Stalls(); return err })
	return all
}

func (d *day) view(read func(kiosk.Reader) error) {
	d.t.Helper()
	if err := d.a.Store.View(d.t.Context(), read); err != nil {
		d.t.Fatal(err)
	}
}

// sit enrols a tablet and signs somebody in.
func (d *day) sit(prefix, link, name, pin string) *seller {
	d.t.Helper()
	c := &seller{Device: kiosktest.NewDevice(d.t, d.base), pin: pin}
	c.SignIn(c.Enrol(link), name, pin)
	d.view(func(r kiosk.Reader) error {
		stalls, err := r.Stalls()
		for _, s := range stalls {
			registers, failed := r.Registers(s.ID)
			if failed != nil {
				return failed
			}
			for _, g := range registers {
				if g.Prefix == prefix {
					c.register = g.ID
				}
			}
		}
		return err
	})
	return c
}

// breadSells sells from the catalogue and by typed sums, sends back, and is paid late.
func (d *day) breadSells(c *seller) {
	d.t.Helper()
	items := c.Page("/till").Attrs("noscript input[name^='item.']", "name")
	if len(items) < 2 {
		d.t.Fatal("the till shows no items")
	}
	d.pay(d.charge(c, url.Values{items[0]: {"2"}, items[1]: {"1"}, "discount": {"10"}, "unit": {"%"}, "reason": {"regular"}}))
	d.sendBack(c, d.pay(d.charge(c, url.Values{"cents": {"1250"}})), "2,50")
	d.sendBack(c, d.pay(d.charge(c, url.Values{"cents": {"830"}})), "")
	d.refund(c, d.pay(d.charge(c, url.Values{"cents": {"470"}})), "")
	d.cancel(c, d.charge(c, url.Values{"cents": {"615"}}))
	late := d.charge(c, url.Values{"cents": {"777"}})
	d.cancel(c, late)
	d.gateway.Control("faults", map[string]any{"name": "pay-deleted", "times": 1})
	d.gateway.Control("pay", map[string]any{"link_id": late.Last().PayID})
	d.becomes(late, kiosk.Review)
}

// grillSells shares with the market, is tipped, and leaves a cart.
func (d *day) grillSells(c *seller) {
	d.t.Helper()
	d.pay(d.charge(c, url.Values{"cents": {"1190"}}))
	tipped := d.order(c, url.Values{"cents": {"2380"}, "face": {"1"}})
	c.Post("/till/face/tip", url.Values{"sale": {tipped.ID}, "tip": {"120"}})
	d.pay(d.shown(tipped))
	d.sendBack(c, d.pay(d.charge(c, url.Values{"cents": {"990"}})), "")
	if status, page := c.Ask(http.MethodPost, "/till/cart", "application/json", url.Values{"key": {kiosktest.FreshKey()}, "lines": {"2x350 120"}}); status != http.StatusNoContent {
		d.t.Fatalf("the cart: %d\n%s", status, page)
	}
}

// dairySells is paid on the account of its owner, and leaves one sale set aside and one open.
func (d *day) dairySells(c *seller) {
	d.t.Helper()
	d.pay(d.charge(c, url.Values{"cents": {"540"}}))
	d.sendBack(c, d.pay(d.charge(c, url.Values{"cents": {"1075"}})), "2,50")
	aside := d.charge(c, url.Values{"cents": {"365"}})
	c.Post("/till/aside", url.Values{"sale": {aside.ID}})
	d.charge(c, url.Values{"cents": {"2940"}})
}

// order presses the button and returns the sale.
func (d *day) order(c *seller, form url.Values) (s *kiosk.Sale) {
	d.t.Helper()
	form.Set("key", kiosktest.FreshKey())
	if status, page := c.Ask(http.MethodPost, "/till/charge", "application/json", form); status != http.StatusOK {
		d.t.Fatalf("charge: %d\n%s", status, page)
	}
	d.view(func(r kiosk.Reader) (err error) { s, err = r.Current(c.register); return err })
	return s
}

// charge orders, and waits until the code is on show.
func (d *day) charge(c *seller, form url.Values) *kiosk.Sale {
	d.t.Helper()
	return d.shown(d.order(c, form))
}

func (d *day) shown(s *kiosk.Sale) *kiosk.Sale {
	d.t.Helper()
	return d.becomes(s, kiosk.Awaiting)
}

func (d *day) becomes(s *kiosk.Sale, want kiosk.State) *kiosk.Sale {
	d.t.Helper()
	return d.until(s, string(want), func(s *kiosk.Sale) bool { return s.State() == want })
}

// until waits until is holds of a sale, and returns it as it is then.
func (d *day) until(s *kiosk.Sale, what string, is func(*kiosk.Sale) bool) (now *kiosk.Sale) {
	d.t.Helper()
	for began := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		d.view(func(r kiosk.Reader) (err error) { now, err = r.Sale(s.ID); return err })
		if is(now) {
			return now
		}
		if time.Since(began) > 4*kiosktest.Patience {
			d.t.Fatalf("%s: not %s: %s %+v", now.Number, what, now.State(), now.Links)
		}
	}
}

// pay has the customer pay, and waits until the gateway's list says so.
func (d *day) pay(s *kiosk.Sale) *kiosk.Sale {
	d.t.Helper()
	d.gateway.Control("pay", map[string]any{"link_id": s.Last().PayID})
	return d.until(s, "confirmed", (*kiosk.Sale).Confirmed)
}

func (d *day) cancel(c *seller, s *kiosk.Sale) {
	d.t.Helper()
	c.Post("/till/cancel", url.Values{"sale": {s.ID}})
	d.becomes(s, kiosk.Cancelled)
}

// refund asks for money to go back: all of it, or a part.
func (d *day) refund(c *seller, s *kiosk.Sale, part string) {
	d.t.Helper()
	c.Post("/till/sale/decide", url.Values{
		"sale": {s.ID}, "do": {"refund"}, "part": {part}, "amount": {part}, "reason": {"cold soup"}, "pin": {c.pin},
	})
	d.until(s, "asked for", func(s *kiosk.Sale) bool {
		return len(s.Refunds) > 0 && s.Stage(s.Refunds[0]) == kiosk.RefundFiled
	})
}

// sendBack has the gateway's people agree to a refund, and looks until the money is back.
func (d *day) sendBack(c *seller, s *kiosk.Sale, part string) {
	d.t.Helper()
	d.refund(c, s, part)
	d.gateway.Approve(s.Last().PayID)
	d.until(s, "sent back", func(now *kiosk.Sale) bool {
		if now.Returned() > 0 {
			return true
		}
		c.Post("/till/look", url.Values{"sale": {s.ID}})
		return false
	})
}
