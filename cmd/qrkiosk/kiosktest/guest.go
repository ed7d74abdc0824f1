package kiosktest

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"qrkiosk/views/counterview"

	"qrkiosk/cmd/qrkiosk/kiosktest/markup"
	"qrkiosk/kiosk"
	"qrkiosk/views"
)

// ShopURL is the address of the program.
const ShopURL = "http://" + ShopAddr

// Guest is a browser, or somebody who pretends to be one: it sends exactly what it is told to.
type Guest struct {
	H       *Installation
	Client  *http.Client
	Base    string
	Cookies map[string]string
}

// Guest is a browser that sends what a test says.
func (h *Installation) Guest() *Guest {
	return &Guest{H: h, Base: "http://" + h.Addr, Cookies: map[string]string{}, Client: &http.Client{
		Transport:     &http.Transport{DialContext: h.Wires.Dial, DisableKeepAlives: true, DisableCompression: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Tablet is a guest on the register's enrolled tablet.
func (h *Installation) Tablet() *Guest {
	h.T.Helper()
	return h.enrolled("qk-till", kiosk.Tablet, h.Actor.Register)
}

// Customer is a guest on a display of the register.
func (h *Installation) Customer() *Guest {
	h.T.Helper()
	return h.enrolled("qk-display", kiosk.Display, h.Actor.Register)
}

func (h *Installation) enrolled(cookie string, kind kiosk.DeviceKind, register string) *Guest {
	h.T.Helper()
	ticket, err := h.Shop.Till.Ticket(context.Background(), register, kind)
	h.Must(err)
	device, secret, err := h.Shop.Till.Enrol(context.Background(), ticket, "test")
	h.Must(err)
	if kind == kiosk.Tablet && register == h.Actor.Register {
		h.Actor.Device = device.ID
	}
	g := h.Guest()
	g.Cookies[cookie] = secret
	return g
}

// RightPIN is that of the cashier.
const RightPIN = "482915"

// Cashier is a guest who is signed in on the register's tablet.
func (h *Installation) Cashier() *Guest {
	h.T.Helper()
	g := h.Tablet()
	g.SignIn()
	return g
}

// SignIn signs the cashier in.
func (g *Guest) SignIn() {
	g.H.T.Helper()
	if r := g.Post(counterview.PathSignIn, "staff", g.H.Actor.Staff, "pin", RightPIN); r.Status != http.StatusSeeOther {
		g.H.T.Fatalf("signing in: %d %s", r.Status, r.Body)
	}
}

// Response is an answer, read whole.
type Response struct {
	Status int
	Header http.Header
	Body   string
}

// Page reads the answer as a page.
func (r Response) Page(t testing.TB) *markup.Page {
	t.Helper()
	return markup.Parse(t, r.Body)
}

// Screen reads what the answer to a script shows.
func (r Response) Screen(t testing.TB) *markup.Page {
	t.Helper()
	return markup.Parse(t, shown(t, []byte(r.Body)))
}

// Send makes a request.
func (g *Guest) Send(method, path, body string, change ...func(*http.Request)) Response {
	g.H.T.Helper()
	r, err := http.NewRequestWithContext(context.Background(), method, g.Base+path, strings.NewReader(body))
	g.H.Must(err)
	if method != http.MethodGet && method != http.MethodHead {
		r.Header.Set("Origin", g.Base)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	var cookies []string
	for name, value := range g.Cookies {
		cookies = append(cookies, name+"="+value)
	}
	if len(cookies) > 0 {
		r.Header.Set("Cookie", strings.Join(cookies, "; "))
	}
	for _, c := range change {
		c(r)
	}
	if len(body) > 64<<10 {
		return g.oversized(r)
	}
	answer, err := g.Client.Do(r)
	g.H.Must(err)
	return g.take(answer)
}

// oversized sends a request whose body the server will not read to its end: the answer counts, and
// that the writing fails meanwhile does not.
func (g *Guest) oversized(r *http.Request) Response {
	g.H.T.Helper()
	conn, err := g.H.Wires.Dial(context.Background(), "tcp", ShopAddr)
	g.H.Must(err)
	defer conn.Close()
	go func() { _ = r.Write(conn) }()
	return g.Answer(conn)
}

func (g *Guest) take(answer *http.Response) Response {
	g.H.T.Helper()
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	g.H.Must(err)
	for _, c := range answer.Cookies() {
		g.Cookies[c.Name] = c.Value
		if c.MaxAge < 0 {
			delete(g.Cookies, c.Name)
		}
	}
	return Response{answer.StatusCode, answer.Header, string(raw)}
}

// Form is a form of pairs.
func Form(pairs ...string) string {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return v.Encode()
}

// Get asks for a page.
func (g *Guest) Get(path string, change ...func(*http.Request)) Response {
	g.H.T.Helper()
	return g.Send(http.MethodGet, path, "", change...)
}

// Post sends a form.
func (g *Guest) Post(path string, pairs ...string) Response {
	g.H.T.Helper()
	return g.Send(http.MethodPost, path, Form(pairs...))
}

// Script posts as a script of ours does.
func (g *Guest) Script(path string, pairs ...string) Response {
	g.H.T.Helper()
	return g.Send(http.MethodPost, path, Form(pairs...), AsScript)
}

// AsScript asks for JSON.
func AsScript(r *http.Request) { r.Header.Set("Accept", "application/json") }

// Header sets a header.
func Header(name, value string) func(*http.Request) {
	return func(r *http.Request) {
		r.Header.Del(name)
		if value != "" {
			r.Header.Set(name, value)
		}
	}
}

// Raw sends bytes as they are and reads one answer.
func (g *Guest) Raw(text string) Response {
	g.H.T.Helper()
	conn, err := g.H.Wires.Dial(context.Background(), "tcp", ShopAddr)
	g.H.Must(err)
	defer conn.Close()
	go func() { _, _ = io.WriteString(conn, text) }()
	return g.Answer(conn)
}

// Answer makes a request as it is.
func (g *Guest) Answer(conn net.Conn) Response {
	g.H.T.Helper()
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	g.H.Must(err)
	return g.take(answer)
}

// Trouble is what a script is told.
func (r Response) Trouble() views.Problem {
	var answer struct{ Error views.Problem }
	_ = json.Unmarshal([]byte(r.Body), &answer)
	return answer.Error
}

var serial atomic.Int64

// FreshKey is a command key nobody used before.
func FreshKey() string {
	return fmt.Sprintf("key-of-a-charge-%08d", serial.Add(1))
}

// ProblemText is where pages say what is wrong: above a form, beside a field, or as all they say.
const ProblemText = ".fault, main.sheet > h1, main.sheet > p"

// Tells tells whether a page says what is wrong in these words. One that says nothing else has the first
// sentence as its heading.
func Tells(page *markup.Page, text string) bool {
	first, then, more := strings.Cut(strings.TrimSuffix(text, "."), ". ")
	return page.Says(".fault", text) || page.Says("main.sheet > h1", first) && (!more || page.Says("main.sheet > p", then))
}

// ClearNo is a clear no: the status, the key, and its words in both languages, for scripts and
// for people.
type ClearNo struct {
	Status int
	Key    string
}

// Check asks in both languages, as a script and as a person.
func (want ClearNo) Check(t *testing.T, what string, ask func(change ...func(*http.Request)) Response) {
	t.Helper()
	said := map[string]string{}
	for _, lang := range []string{"en", "de"} {
		if !views.Words(lang).Has("error." + want.Key) {
			t.Errorf("%s: %s has no words for %s", what, lang, want.Key)
		}
		r := ask(AsScript, Header("Accept-Language", lang))
		if got := r.Trouble(); r.Status != want.Status || got.Key != want.Key {
			t.Errorf("%s: answered %d %q, want %d %q: %.300s", what, r.Status, got.Key, want.Status, want.Key, r.Body)
			return
		}
		said[lang] = r.Trouble().Text
		page := ask(Header("Accept-Language", lang))
		if page.Status != want.Status {
			t.Errorf("%s: as a page it is answered %d", what, page.Status)
		}
		if !Tells(page.Page(t), said[lang]) {
			t.Errorf("%s: the page does not say %q: %.2000s", what, said[lang], page.Body)
		}
	}
	if said["en"] == "" || said["en"] == said["de"] || strings.Contains(said["en"], "{") {
		t.Errorf("%s: the words are %q and %q", what, said["en"], said["de"])
	}
}

// Free ends the sale in hand, so that the next one can begin.
func (h *Installation) Free() {
	h.T.Helper()
	_, err := h.Shop.Till.Cancel(context.Background(), h.Actor, h.Last().ID)
	h.Must(err)
	h.UntilState(kiosk.Cancelled, 10*time.Second)
}
