package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/cmd/qrkiosk/kiosktest/markup"
)

// start runs the program, as started by its command line, until the test is over and returns once it
// has greeted.
func start(t *testing.T, args ...string) *kiosktest.Running {
	t.Helper()
	return kiosktest.Start(t, func(ctx context.Context, out, log io.Writer) error {
		p := &process{stdout: out, stderr: log, env: func(string) string { return "" }}
		if code := p.run(ctx, args); code != exitDone {
			return fmt.Errorf("exit %d", code)
		}
		return nil
	})
}

// openLinks asks the sandbox which links can be paid.
func openLinks(t *testing.T, phone *kiosktest.Device) []string {
	t.Helper()
	_, body := phone.Ask(http.MethodGet, "/control/links", "application/json", nil)
	var all []struct {
		Status  string
		PayLink string `json:"pay_link"`
	}
	if err := json.Unmarshal([]byte(body), &all); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	var open []string
	for _, l := range all {
		if l.Status == "Unused" {
			open = append(open, l.PayLink)
		}
	}
	return open
}

// TestProgram_paysOnce starts the demonstration, sells, pays, and finds both screens paid; after a
// restart everything is still there.
func TestProgram_paysOnce(t *testing.T) {
	args := []string{"demo", "--listen", "127.0.0.1:0", "--sandbox-port", "0", "--data", t.TempDir()}
	p := start(t, args...)
	base := kiosktest.Origin(p.Address("till"))
	till, display, phone := kiosktest.NewDevice(t, base), kiosktest.NewDevice(t, base), kiosktest.NewDevice(t, kiosktest.Origin(p.Address("sandbox")))

	page := till.SignIn(till.Enrol(p.Address("till")), "Ada", p.Address("PIN"))
	if !markup.Parse(t, page).Says("body.till h1", "Bakery Lind") {
		t.Fatalf("this is no till:\n%s", page)
	}
	if page := display.Enrol(p.Address("display")); !markup.Parse(t, page).Has("#screen[data-shows=idle]") {
		t.Fatalf("this is no display:\n%s", page)
	}
	if status, _ := kiosktest.NewDevice(t, base).Ask(http.MethodGet, strings.TrimPrefix(p.Address("till"), base), "text/html", nil); status != http.StatusGone {
		t.Errorf("the till's link a second time: %d, want 410", status)
	}

	tillLive, displayLive := till.Live("/till/live"), display.Live("/display/live")
	till.Charge("1250", "one-command-key-of-this-test")
	displayLive.Shows("#screen[data-shows=code]")
	links := openLinks(t, phone)
	if len(links) != 1 {
		t.Fatalf("%d links, want 1", len(links))
	}
	if receipt := phone.Pay(links[0]); !markup.Parse(t, receipt).Says(".total td", "12") {
		t.Errorf("the phone shows no receipt:\n%s", receipt)
	}
	displayLive.Shows("#screen[data-shows=paid]")
	tillLive.Shows("#side[data-sound~='paid:B2-0001']")
	if s := display.StatePage("/display/state"); !s.Has("#screen[data-shows=paid]") {
		t.Errorf("the display's plain state is not paid:\n%s", s)
	}
	if s := till.StatePage("/till/state"); !s.Has("#side[data-sound~='paid:B2-0001']") {
		t.Errorf("the till's plain state is not paid:\n%s", s)
	}

	go p.Stop()
	if a, b := tillLive.Closed(), displayLive.Closed(); a != websocket.CloseServiceRestart || b != a {
		t.Errorf("sockets ended with %d and %d, want 1012", a, b)
	}
	p.End()
	again := start(t, args...)
	till.Base = kiosktest.Origin(again.Address("till"))
	if s := till.StatePage("/till/state"); !s.Says("#side .sales .number", "B2-0001") {
		t.Errorf("the sale is gone after a restart:\n%s", s)
	}
	again.End()
	logged := p.Log.String() + again.Log.String()
	for _, link := range []string{p.Address("till"), p.Address("display"), again.Address("till")} {
		if strings.Contains(logged, link[strings.LastIndex(link, "/"):]) {
			t.Errorf("a one-time link stands in the log: %s", link)
		}
	}
}

// TestProgram_overTLS sells over https of its own. The sandbox does not trust the certificate, so
// its webhooks fail and the payment is found by asking.
func TestProgram_overTLS(t *testing.T) {
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	kiosktest.WritePair(t, cert, key, 1, time.Now())
	p := start(t, "serve", "--sandbox", "--listen", "127.0.0.1:0", "--sandbox-port", "0", "--data", dir,
		"--tls-cert", cert, "--tls-key", key)
	defer p.End()
	base := kiosktest.Origin(p.Address("till"))
	if !strings.HasPrefix(base, "https://") {
		t.Fatalf("the till is at %s", base)
	}
	till, phone := kiosktest.NewDevice(t, base), kiosktest.NewDevice(t, kiosktest.Origin(p.Address("sandbox")))
	till.SignIn(till.Enrol(p.Address("till")), "Manager", p.Address("PIN"))
	at, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	cookies := till.Client.Jar.Cookies(at)
	for _, c := range cookies {
		if !strings.HasPrefix(c.Name, "__Host-") {
			t.Errorf("cookie %s is not bound to https and this host", c.Name)
		}
	}
	if len(cookies) < 2 {
		t.Errorf("%d cookies, want those of device and session", len(cookies))
	}
	live := till.Live("/till/live")
	till.Charge("350", "one-command-key-of-this-test")
	live.Shows("#side .side-waiting")
	phone.Pay(openLinks(t, phone)[0])
	live.Shows("#side[data-sound~='paid:R1-0001']")
}

// TestProgram_finishesRequests stops the program while a charge waits for a gateway that hangs:
// the charge is answered, the program ends well, and the next start knows the sale.
func TestProgram_finishesRequests(t *testing.T) {
	args := []string{"demo", "--listen", "127.0.0.1:0", "--sandbox-port", "0", "--data", t.TempDir()}
	p := start(t, args...)
	base := kiosktest.Origin(p.Address("till"))
	till, gateway := kiosktest.NewDevice(t, base), kiosktest.NewDevice(t, kiosktest.Origin(p.Address("sandbox")))
	till.SignIn(till.Enrol(p.Address("till")), "Ada", p.Address("PIN"))
	gateway.Post("/control/faults", url.Values{"name": {"create-hang"}})

	live := till.Live("/till/live")
	answered := make(chan string, 1)
	go func() {
		defer close(answered)
		answered <- till.Charge("980", "one-command-key-of-this-test")
	}()
	live.Shows("#side .side-waiting")
	p.Stop()
	if answer := <-answered; !markup.Parse(t, answer).Has("#side .side-waiting") {
		t.Errorf("the charge was answered with:\n%s", answer)
	}
	p.End()

	again := start(t, args...)
	defer again.End()
	till.Base = kiosktest.Origin(again.Address("till"))
	if s := till.StatePage("/till/state"); !s.Says("#side .facts dd, #side .sales .number", "B2-0001") {
		t.Errorf("the sale is gone after a restart:\n%s", s)
	}
}
