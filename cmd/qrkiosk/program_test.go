package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// patience bounds what a test waits for before it calls it lost; nothing is measured by it.
const patience = 30 * time.Second

// running is the program within this process, as started by its command line.
type running struct {
	t       *testing.T
	stop    context.CancelFunc
	ended   chan int
	printed string // up to and including the last line of the greeting
	log     *safeBuffer
}

// safeBuffer is a buffer for a log that others write while a test reads.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// start runs the program until the test is over and returns once it has greeted.
func start(t *testing.T, args ...string) *running {
	t.Helper()
	return startProcess(t, &process{env: func(string) string { return "" }}, args...)
}

func startProcess(t *testing.T, p *process, args ...string) *running {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	reader, writer := io.Pipe()
	r := &running{t: t, stop: stop, ended: make(chan int, 1), log: &safeBuffer{}}
	p.stdout, p.stderr = writer, r.log
	go func() {
		code := p.run(ctx, args)
		writer.Close()
		r.ended <- code
	}()
	var greeting strings.Builder
	chunk := make([]byte, 4096)
	for !strings.Contains(greeting.String(), "The links of") {
		n, err := reader.Read(chunk)
		greeting.Write(chunk[:n])
		if err != nil {
			t.Fatalf("the program ended early with %d:\n%s%s", <-r.ended, greeting.String(), r.log)
		}
	}
	go io.Copy(io.Discard, reader)
	r.printed = greeting.String()
	t.Cleanup(stop)
	return r
}

// end stops the program as SIGTERM does and wants a clean exit.
func (r *running) end() {
	r.t.Helper()
	r.stop()
	if code := <-r.ended; code != exitDone {
		r.t.Fatalf("exit %d:\n%s", code, r.log)
	}
}

// address returns what the greeting says behind a word.
func (r *running) address(word string) string {
	r.t.Helper()
	m := regexp.MustCompile(`(?m)^  ` + word + ` +(\S+)`).FindStringSubmatch(r.printed)
	if m == nil {
		r.t.Fatalf("no %s in the greeting:\n%s", word, r.printed)
	}
	return m[1]
}

func origin(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// anyCertificate accepts those that tests make for themselves.
var anyCertificate = &tls.Config{InsecureSkipVerify: true}

// device is a browser of its own: a till, a display or a phone.
type device struct {
	t      testing.TB
	client *http.Client
	base   string // origin of the pages it is on
}

func newDevice(t testing.TB, base string) *device {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{TLSClientConfig: anyCertificate}
	t.Cleanup(transport.CloseIdleConnections)
	return &device{t: t, client: &http.Client{Jar: jar, Transport: transport, Timeout: patience}, base: base}
}

// ask makes a request and returns what a browser would show in the end.
func (d *device) ask(method, path, accept string, form url.Values) (int, string) {
	d.t.Helper()
	req, err := http.NewRequestWithContext(d.t.Context(), method, d.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		d.t.Fatal(err)
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Origin", d.base)
	}
	req.Header.Set("Accept", accept)
	resp, err := d.client.Do(req)
	if err != nil {
		d.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

// get wants a page.
func (d *device) get(path string) string {
	d.t.Helper()
	status, body := d.ask(http.MethodGet, path, "text/html", nil)
	if status != http.StatusOK {
		d.t.Fatalf("GET %s: %d\n%s", path, status, body)
	}
	return body
}

// post wants a form to be taken and returns the page it leads to.
func (d *device) post(path string, form url.Values) string {
	d.t.Helper()
	status, body := d.ask(http.MethodPost, path, "text/html", form)
	if status != http.StatusOK {
		d.t.Fatalf("POST %s: %d\n%s", path, status, body)
	}
	return body
}

// state is what the screen's plain address shows now.
func (d *device) state(path string) string {
	d.t.Helper()
	status, body := d.ask(http.MethodGet, path, "application/json", nil)
	if status != http.StatusOK {
		d.t.Fatalf("GET %s: %d\n%s", path, status, body)
	}
	return shown(d.t, []byte(body))
}

func shown(t testing.TB, raw []byte) string {
	t.Helper()
	var f struct{ HTML string }
	if err := json.Unmarshal(raw, &f); err != nil {
		t.Fatalf("%v in %q", err, raw)
	}
	return f.HTML
}

// live opens the screen's socket.
func (d *device) live(path string) *socket {
	d.t.Helper()
	dialer := websocket.Dialer{Jar: d.client.Jar, HandshakeTimeout: patience, TLSClientConfig: anyCertificate}
	conn, resp, err := dialer.DialContext(d.t.Context(), "ws"+strings.TrimPrefix(d.base, "http")+path, http.Header{"Origin": {d.base}})
	if err != nil {
		d.t.Fatalf("%s: %v %v", path, err, resp)
	}
	resp.Body.Close()
	d.t.Cleanup(func() { conn.Close() })
	return &socket{t: d.t, conn: conn}
}

type socket struct {
	t    testing.TB
	conn *websocket.Conn
}

// shows reads frames until one contains the words.
func (s *socket) shows(words string) string {
	s.t.Helper()
	if err := s.conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
		s.t.Fatal(err)
	}
	last := ""
	for {
		_, raw, err := s.conn.ReadMessage()
		if err != nil {
			s.t.Fatalf("never showed %q: %v\nlast frame: %s", words, err, last)
		}
		if last = shown(s.t, raw); strings.Contains(last, words) {
			return last
		}
	}
}

// closed reads frames until the socket ends and returns the code.
func (s *socket) closed() int {
	s.t.Helper()
	for {
		_, _, err := s.conn.ReadMessage()
		if e, ok := err.(*websocket.CloseError); ok {
			return e.Code
		}
		if err != nil {
			s.t.Fatal(err)
		}
	}
}

// enrol uses a one-time link as a person does: looks at it, and agrees.
func (d *device) enrol(link string) string {
	d.t.Helper()
	path := strings.TrimPrefix(link, d.base)
	d.get(path)
	at := strings.LastIndex(path, "/")
	return d.post(path[:at], url.Values{"ticket": {path[at+1:]}})
}

// signIn signs somebody in by name on the page that asks who is there.
func (d *device) signIn(page, name, pin string) string {
	d.t.Helper()
	m := regexp.MustCompile(`value="([^"]+)"[^<]*<span class="initial"[^<]*<[^<]*<span class="called">` + name + `<`).FindStringSubmatch(page)
	if m == nil {
		d.t.Fatalf("nobody called %s can sign in:\n%s", name, page)
	}
	return d.post("/till/signin", url.Values{"staff": {m[1]}, "pin": {pin}})
}

// charge charges as the keypad does and returns what the till shows then.
func (d *device) charge(cents, key string) string {
	d.t.Helper()
	status, body := d.ask(http.MethodPost, "/till/charge", "application/json", url.Values{"cents": {cents}, "key": {key}})
	if status != http.StatusOK {
		d.t.Fatalf("charge: %d\n%s", status, body)
	}
	return shown(d.t, []byte(body))
}

// openLinks asks the sandbox which links can be paid.
func openLinks(t *testing.T, phone *device) []string {
	t.Helper()
	_, body := phone.ask(http.MethodGet, "/control/links", "application/json", nil)
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

// pay opens the checkout and presses the button for cards. The answer leads back to the shop.
func (d *device) pay(link string) string {
	d.t.Helper()
	path := strings.TrimPrefix(link, d.base)
	if page := d.get(path); !strings.Contains(page, "Pay by card") {
		d.t.Fatalf("no checkout:\n%s", page)
	}
	return d.post(path, url.Values{"action": {"card"}})
}

// TestProgram_paysOnce starts the demonstration, sells, pays, and finds both screens paid; after a
// restart everything is still there.
func TestProgram_paysOnce(t *testing.T) {
	args := []string{"demo", "--listen", "127.0.0.1:0", "--sandbox-port", "0", "--data", t.TempDir()}
	p := start(t, args...)
	base := origin(p.address("till"))
	till, display, phone := newDevice(t, base), newDevice(t, base), newDevice(t, origin(p.address("sandbox")))

	page := till.signIn(till.enrol(p.address("till")), "Ada", p.address("PIN"))
	if !strings.Contains(page, "Bakery Lind") {
		t.Fatalf("this is no till:\n%s", page)
	}
	if page := display.enrol(p.address("display")); !strings.Contains(page, `data-shows="idle"`) {
		t.Fatalf("this is no display:\n%s", page)
	}
	if status, _ := newDevice(t, base).ask(http.MethodGet, strings.TrimPrefix(p.address("till"), base), "text/html", nil); status != http.StatusGone {
		t.Errorf("the till's link a second time: %d, want 410", status)
	}

	tillLive, displayLive := till.live("/till/live"), display.live("/display/live")
	till.charge("1250", "one-command-key-of-this-test")
	displayLive.shows(`data-shows="code"`)
	links := openLinks(t, phone)
	if len(links) != 1 {
		t.Fatalf("%d links, want 1", len(links))
	}
	if receipt := phone.pay(links[0]); !strings.Contains(receipt, "12") {
		t.Errorf("the phone shows no receipt:\n%s", receipt)
	}
	displayLive.shows(`data-shows="paid"`)
	tillLive.shows("paid:B2-0001")
	if s := display.state("/display/state"); !strings.Contains(s, `data-shows="paid"`) {
		t.Errorf("the display's plain state is not paid:\n%s", s)
	}
	if s := till.state("/till/state"); !strings.Contains(s, "paid:B2-0001") {
		t.Errorf("the till's plain state is not paid:\n%s", s)
	}

	go p.stop()
	if a, b := tillLive.closed(), displayLive.closed(); a != websocket.CloseServiceRestart || b != a {
		t.Errorf("sockets ended with %d and %d, want 1012", a, b)
	}
	p.end()
	again := start(t, args...)
	till.base = origin(again.address("till"))
	if s := till.state("/till/state"); !strings.Contains(s, "B2-0001") {
		t.Errorf("the sale is gone after a restart:\n%s", s)
	}
	again.end()
	logged := p.log.String() + again.log.String()
	for _, link := range []string{p.address("till"), p.address("display"), again.address("till")} {
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
	writePair(t, cert, key, 1, time.Now())
	p := start(t, "serve", "--sandbox", "--listen", "127.0.0.1:0", "--sandbox-port", "0", "--data", dir,
		"--tls-cert", cert, "--tls-key", key)
	defer p.end()
	base := origin(p.address("till"))
	if !strings.HasPrefix(base, "https://") {
		t.Fatalf("the till is at %s", base)
	}
	till, phone := newDevice(t, base), newDevice(t, origin(p.address("sandbox")))
	till.signIn(till.enrol(p.address("till")), "Manager", p.address("PIN"))
	at, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	cookies := till.client.Jar.Cookies(at)
	for _, c := range cookies {
		if !strings.HasPrefix(c.Name, "__Host-") {
			t.Errorf("cookie %s is not bound to https and this host", c.Name)
		}
	}
	if len(cookies) < 2 {
		t.Errorf("%d cookies, want those of device and session", len(cookies))
	}
	live := till.live("/till/live")
	till.charge("350", "one-command-key-of-this-test")
	live.shows("side-waiting")
	phone.pay(openLinks(t, phone)[0])
	live.shows("paid:R1-0001")
}

// TestProgram_finishesRequests stops the program while a charge waits for a gateway that hangs:
// the charge is answered, the program ends well, and the next start knows the sale.
func TestProgram_finishesRequests(t *testing.T) {
	args := []string{"demo", "--listen", "127.0.0.1:0", "--sandbox-port", "0", "--data", t.TempDir()}
	p := start(t, args...)
	base := origin(p.address("till"))
	till, gateway := newDevice(t, base), newDevice(t, origin(p.address("sandbox")))
	till.signIn(till.enrol(p.address("till")), "Ada", p.address("PIN"))
	gateway.post("/control/faults", url.Values{"name": {"create-hang"}})

	live := till.live("/till/live")
	answered := make(chan string, 1)
	go func() {
		defer close(answered)
		answered <- till.charge("980", "one-command-key-of-this-test")
	}()
	live.shows("side-waiting")
	p.stop()
	if answer := <-answered; !strings.Contains(answer, "side-waiting") {
		t.Errorf("the charge was answered with:\n%s", answer)
	}
	p.end()

	again := start(t, args...)
	defer again.end()
	till.base = origin(again.address("till"))
	if s := till.state("/till/state"); !strings.Contains(s, "B2-0001") {
		t.Errorf("the sale is gone after a restart:\n%s", s)
	}
}
