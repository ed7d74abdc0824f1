package kiosktest

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"qrkiosk/cmd/qrkiosk/assembly"
	"qrkiosk/cmd/qrkiosk/kiosktest/markup"
	"qrkiosk/kiosk"
)

// Patience bounds what a test waits for before it calls it lost; nothing is measured by it.
const Patience = 30 * time.Second

// Running is the program within this process.
type Running struct {
	t       *testing.T
	Stop    context.CancelFunc
	ended   chan error
	Printed string // up to and including the last line of the greeting
	Log     *SafeBuffer
}

// SafeBuffer is a buffer for a log that others write while a test reads.
type SafeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *SafeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *SafeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// Serve runs the program on free ports and, unless the settings name one, a new directory.
func Serve(t *testing.T, s assembly.Settings, first assembly.Opening, o assembly.Options) *Running {
	t.Helper()
	if s.Data == "" {
		s.Data = t.TempDir()
	}
	if s.Listen == "" {
		s.Listen = "127.0.0.1:0"
	}
	s.LocateFiles()
	return Start(t, func(ctx context.Context, out, log io.Writer) error {
		return assembly.Serve(ctx, s, first, o, out, slog.New(slog.NewTextHandler(log, nil)))
	})
}

// MyStall is what a first start makes that was told nothing.
var MyStall = assembly.Opening{
	Stall: kiosk.Stall{Name: "My stall", Languages: []string{"en", "de"}}, Register: "Register 1", Prefix: "R1",
	People: []assembly.Person{{Name: "Manager", Role: kiosk.Manager}},
}

// Start runs a program until the test is over and returns once it has greeted.
func Start(t *testing.T, serve func(ctx context.Context, out, log io.Writer) error) *Running {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	reader, writer := io.Pipe()
	r := &Running{t: t, Stop: stop, ended: make(chan error, 1), Log: &SafeBuffer{}}
	go func() {
		err := serve(ctx, writer, r.Log)
		writer.Close()
		r.ended <- err
	}()
	var greeting strings.Builder
	chunk := make([]byte, 4096)
	for !strings.Contains(greeting.String(), "The links of") {
		n, err := reader.Read(chunk)
		greeting.Write(chunk[:n])
		if err != nil {
			t.Fatalf("the program ended early with %v:\n%s%s", <-r.ended, greeting.String(), r.Log)
		}
	}
	go io.Copy(io.Discard, reader)
	r.Printed = greeting.String()
	t.Cleanup(stop)
	return r
}

// End stops the program as SIGTERM does and wants a clean end.
func (r *Running) End() {
	r.t.Helper()
	r.Stop()
	if err := <-r.ended; err != nil {
		r.t.Fatalf("%v:\n%s", err, r.Log)
	}
}

// Address returns what the greeting says behind a word.
func (r *Running) Address(word string) string {
	r.t.Helper()
	m := regexp.MustCompile(`(?m)^  ` + word + ` +(\S+)`).FindStringSubmatch(r.Printed)
	if m == nil {
		r.t.Fatalf("no %s in the greeting:\n%s", word, r.Printed)
	}
	return m[1]
}

// Origin is scheme and host of an address.
func Origin(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// anyCertificate accepts those that tests make for themselves.
var anyCertificate = &tls.Config{InsecureSkipVerify: true}

// Device is a browser of its own: a till, a display or a phone.
type Device struct {
	T      testing.TB
	Client *http.Client
	Base   string // origin of the pages it is on
}

// NewDevice is a browser without cookies.
func NewDevice(t testing.TB, base string) *Device {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{TLSClientConfig: anyCertificate}
	t.Cleanup(transport.CloseIdleConnections)
	return &Device{T: t, Client: &http.Client{Jar: jar, Transport: transport, Timeout: Patience}, Base: base}
}

// Ask makes a request and returns what a browser would show in the end.
func (d *Device) Ask(method, path, accept string, form url.Values) (int, string) {
	d.T.Helper()
	req, err := http.NewRequestWithContext(d.T.Context(), method, d.Base+path, strings.NewReader(form.Encode()))
	if err != nil {
		d.T.Fatal(err)
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Origin", d.Base)
	}
	req.Header.Set("Accept", accept)
	resp, err := d.Client.Do(req)
	if err != nil {
		d.T.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		d.T.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

// Get wants a page.
func (d *Device) Get(path string) string {
	d.T.Helper()
	status, body := d.Ask(http.MethodGet, path, "text/html", nil)
	if status != http.StatusOK {
		d.T.Fatalf("GET %s: %d\n%s", path, status, body)
	}
	return body
}

// Post wants a form to be taken and returns the page it leads to.
func (d *Device) Post(path string, form url.Values) string {
	d.T.Helper()
	status, body := d.Ask(http.MethodPost, path, "text/html", form)
	if status != http.StatusOK {
		d.T.Fatalf("POST %s: %d\n%s", path, status, body)
	}
	return body
}

// Page wants a page, to be asked by selector.
func (d *Device) Page(path string) *markup.Page {
	d.T.Helper()
	return markup.Parse(d.T, d.Get(path))
}

// StatePage is what the screen's plain address shows now, to be asked by selector.
func (d *Device) StatePage(path string) *markup.Page {
	d.T.Helper()
	return markup.Parse(d.T, d.State(path))
}

// State is what the screen's plain address shows now.
func (d *Device) State(path string) string {
	d.T.Helper()
	status, body := d.Ask(http.MethodGet, path, "application/json", nil)
	if status != http.StatusOK {
		d.T.Fatalf("GET %s: %d\n%s", path, status, body)
	}
	return shown(d.T, []byte(body))
}

func shown(t testing.TB, raw []byte) string {
	t.Helper()
	var f struct{ HTML string }
	if err := json.Unmarshal(raw, &f); err != nil {
		t.Fatalf("%v in %q", err, raw)
	}
	return f.HTML
}

// Live opens the screen's socket.
func (d *Device) Live(path string) *socket {
	d.T.Helper()
	dialer := websocket.Dialer{Jar: d.Client.Jar, HandshakeTimeout: Patience, TLSClientConfig: anyCertificate}
	conn, resp, err := dialer.DialContext(d.T.Context(), "ws"+strings.TrimPrefix(d.Base, "http")+path, http.Header{"Origin": {d.Base}})
	if err != nil {
		d.T.Fatalf("%s: %v %v", path, err, resp)
	}
	resp.Body.Close()
	d.T.Cleanup(func() { conn.Close() })
	return &socket{t: d.T, Conn: conn}
}

type socket struct {
	t    testing.TB
	Conn *websocket.Conn
}

// Shows reads frames until one has an element that matches the selector.
func (s *socket) Shows(selector string) *markup.Page {
	s.t.Helper()
	if err := s.Conn.SetReadDeadline(time.Now().Add(Patience)); err != nil {
		s.t.Fatal(err)
	}
	last := ""
	for {
		_, raw, err := s.Conn.ReadMessage()
		if err != nil {
			s.t.Fatalf("never showed %s: %v\nlast frame: %s", selector, err, last)
		}
		last = shown(s.t, raw)
		if page := markup.Parse(s.t, last); page.Has(selector) {
			return page
		}
	}
}

// Closed reads frames until the socket ends and returns the code.
func (s *socket) Closed() int {
	s.t.Helper()
	for {
		_, _, err := s.Conn.ReadMessage()
		if e, ok := err.(*websocket.CloseError); ok {
			return e.Code
		}
		if err != nil {
			s.t.Fatal(err)
		}
	}
}

// Control tells the sandbox that the device is on to do something.
func (d *Device) Control(path string, in any) {
	d.T.Helper()
	raw, err := json.Marshal(in)
	if err != nil {
		d.T.Fatal(err)
	}
	resp, err := d.Client.Post(d.Base+"/control/"+path, "application/json", bytes.NewReader(raw)) //nolint:noctx // a test against this process
	if err != nil {
		d.T.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode >= 300 {
		d.T.Fatalf("control/%s %s: %d", path, raw, resp.StatusCode)
	}
}

// Approve gives a refund back at the gateway, once it was asked for.
func (d *Device) Approve(link int64) {
	d.T.Helper()
	raw, err := json.Marshal(map[string]any{"link_id": link, "approve": true})
	if err != nil {
		d.T.Fatal(err)
	}
	for deadline := time.Now().Add(Patience); ; time.Sleep(50 * time.Millisecond) {
		resp, err := d.Client.Post(d.Base+"/control/refund", "application/json", bytes.NewReader(raw)) //nolint:noctx // a test against this process
		if err != nil {
			d.T.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode < 300 {
			return
		}
		if time.Now().After(deadline) {
			d.T.Fatalf("the refund of link %d is not asked for", link)
		}
	}
}

// Enrol uses a one-time link as a person does: looks at it, and agrees.
func (d *Device) Enrol(link string) string {
	d.T.Helper()
	path := strings.TrimPrefix(link, d.Base)
	d.Get(path)
	at := strings.LastIndex(path, "/")
	return d.Post(path[:at], url.Values{"ticket": {path[at+1:]}})
}

// SignIn signs somebody in by name on the page that asks who is there.
func (d *Device) SignIn(page, name, pin string) string {
	d.T.Helper()
	for _, one := range markup.Parse(d.T, page).All("label.person") {
		if one.Text(".called") == name+" "+one.Text(".called small") {
			return d.Post("/till/signin", url.Values{"staff": {one.Attr("input[name=staff]", "value")}, "pin": {pin}})
		}
	}
	d.T.Fatalf("nobody called %s can sign in:\n%s", name, page)
	return ""
}

// Charge charges as the keypad does and returns what the till shows then.
func (d *Device) Charge(cents, key string) string {
	d.T.Helper()
	status, body := d.Ask(http.MethodPost, "/till/charge", "application/json", url.Values{"cents": {cents}, "key": {key}})
	if status != http.StatusOK {
		d.T.Fatalf("charge: %d\n%s", status, body)
	}
	return shown(d.T, []byte(body))
}

// Pay opens the checkout and presses the button for cards. The answer leads back to the shop.
func (d *Device) Pay(link string) string {
	d.T.Helper()
	path := strings.TrimPrefix(link, d.Base)
	if page := d.Page(path); !page.Says("button[name=action][value=card]", "Pay by card") {
		d.T.Fatalf("no checkout:\n%s", page)
	}
	return d.Post(path, url.Values{"action": {"card"}})
}
