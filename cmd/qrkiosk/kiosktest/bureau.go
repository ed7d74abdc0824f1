package kiosktest

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"qrkiosk/handlers/front"

	"qrkiosk/cmd/qrkiosk/assembly"
	"qrkiosk/cmd/qrkiosk/kiosktest/markup"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/store"
	"qrkiosk/kiosk/vault"
)

// Organizer is who runs the office.
var Organizer = kiosk.OfficeActor{User: "organizer", Role: kiosk.Organizer, From: "127.0.0.1"}

// Stranger is the manager of another stall.
var Stranger = kiosk.OfficeActor{User: "stranger", Role: kiosk.Manager, Stall: "another"}

// WantKey wants an error of a code and key.
func (h *Installation) WantKey(err error, code kiosk.Code, key string) {
	h.T.Helper()
	if kiosk.CodeOf(err) != code || kiosk.KeyOf(err) != key {
		h.T.Errorf("error %v, want %s %s", err, code, key)
	}
}

// Bureau is a program with two stalls that nobody sells at: the office alone.
type Bureau struct {
	T        *testing.T
	Shop     *front.Rooms
	Store    *store.Store
	Web      *httptest.Server
	Settings assembly.Settings
	Options  assembly.Options
	Log      *slog.Logger
	Now      atomic.Int64 // Unix milliseconds
	Stalls   [2]kiosk.Stall
	Tills    [2]kiosk.Register
}

// BureauPassword is the organizer's.
const BureauPassword = "four quiet horses"

// NewBureau opens an office of two stalls.
func NewBureau(t *testing.T, change ...func(*Bureau)) *Bureau {
	t.Helper()
	b := &Bureau{T: t, Log: slog.New(slog.DiscardHandler), Web: httptest.NewUnstartedServer(nil)}
	b.Now.Store(time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC).UnixMilli())
	keys, err := vault.New(bytes.Repeat([]byte{7}, vault.KeySize), vault.WithCost(vault.Cost{KiB: 64, Passes: 1, Lanes: 1}))
	if err != nil {
		t.Fatal(err)
	}
	b.Options = assembly.Options{Vault: keys, Clock: func() time.Time { return time.UnixMilli(b.Now.Load()) }}
	b.Settings = assembly.Settings{
		Mode: kiosk.Live, Data: t.TempDir(), GatewayURL: "http://127.0.0.1:1", Token: assembly.NewSecret(TestKey),
		PublicURL: "http://kiosk.example", TillURL: "http://" + b.Web.Listener.Addr().String(),
	}
	blankAt(t, b.Settings.DatabaseFile())
	for _, c := range change {
		c(b)
	}
	if b.Store, err = assembly.OpenStore(t.Context(), b.Settings, nil, b.Log); err != nil { // sessions live by the machine's clock
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Store.Close(); err != nil {
			t.Error(err)
		}
	})
	b.Options.Shared = b.Store
	program := b.open()
	b.Shop, b.Web.Config.Handler = program.Shop, program.Front.Handler()
	b.Web.Start()
	t.Cleanup(b.Web.Close)
	for i, name := range []string{"Bakery", "Cheese"} {
		if b.Stalls[i], err = b.Shop.Office.Stalls.Add(t.Context(), kiosk.Stall{Name: name, Languages: []string{"en"}}); err != nil {
			t.Fatal(err)
		}
		if b.Tills[i], err = b.Shop.Office.Registers.Add(t.Context(), b.Stalls[i].ID, "Till", name[:1]+"1"); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

// open brings the program together until the test is over.
func (b *Bureau) open() *assembly.Program {
	b.T.Helper()
	program, err := assembly.Build(b.T.Context(), b.Settings, b.Options, b.Web.Listener, b.Log)
	if err != nil {
		b.T.Fatal(err)
	}
	b.T.Cleanup(func() {
		if err := program.Close(); err != nil {
			b.T.Error(err)
		}
	})
	return program
}

// Reopen is the office at another start, with somebody who takes the gateway's key.
func (b *Bureau) Reopen(keys kiosk.KeySetter) *front.Rooms {
	b.T.Helper()
	b.Options.Keys = keys
	return b.open().Shop
}

// Later lets time pass.
func (b *Bureau) Later(d time.Duration) { b.Now.Add(d.Milliseconds()) }

// Desktop is a browser with its own cookies.
type Desktop struct {
	b      *Bureau
	Client *http.Client
	Secret string // of the second factor, once known
	Name   string
}

// Desktop opens a browser.
func (b *Bureau) Desktop() *Desktop {
	jar, err := cookiejar.New(nil)
	if err != nil {
		b.T.Fatal(err)
	}
	return &Desktop{b: b, Client: &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}}
}

// Answer is what came back.
type Answer struct {
	Status int
	To     string // Location
	Body   string
	Header http.Header
}

// Ask makes a request.
func (g *Desktop) Ask(method, path string, form url.Values, header ...string) Answer {
	g.b.T.Helper()
	var body *strings.Reader
	if body = strings.NewReader(""); form != nil {
		body = strings.NewReader(form.Encode())
	}
	r, err := http.NewRequestWithContext(g.b.T.Context(), method, g.b.Web.URL+path, body)
	if err != nil {
		g.b.T.Fatal(err)
	}
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Origin", g.b.Web.URL)
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return g.Do(r)
}

// Do sends a request.
func (g *Desktop) Do(r *http.Request) Answer {
	g.b.T.Helper()
	resp, err := g.Client.Do(r)
	if err != nil {
		g.b.T.Fatal(err)
	}
	defer resp.Body.Close()
	var text bytes.Buffer
	if _, err := text.ReadFrom(resp.Body); err != nil {
		g.b.T.Fatal(err)
	}
	return Answer{resp.StatusCode, resp.Header.Get("Location"), text.String(), resp.Header}
}

// Get asks for a page.
func (g *Desktop) Get(path string) Answer { g.b.T.Helper(); return g.Ask("GET", path, nil) }

// Post sends a form of pairs.
func (g *Desktop) Post(path string, fields ...string) Answer {
	g.b.T.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return g.Ask("POST", path, form)
}

// Want fails unless the answer is a page of that status, or a redirect to that path.
func (a Answer) Want(t *testing.T, what string, status int, to string) Answer {
	t.Helper()
	if a.Status != status || a.To != to {
		t.Fatalf("%s: %d to %q, want %d to %q\n%.400s", what, a.Status, a.To, status, to, markup.Words(a.Body))
	}
	return a
}

// Page reads the answer as a page.
func (a Answer) Page(t testing.TB) *markup.Page {
	t.Helper()
	return markup.Parse(t, a.Body)
}

// Arrive goes through a one-time code up to the recovery codes, which it returns.
func (g *Desktop) Arrive(name, code string) []string {
	g.b.T.Helper()
	t := g.b.T
	g.Name = name
	g.Post("/setup", "code", code).Want(t, "the code", 303, "/setup/you")
	g.Get("/setup/you").Want(t, "the person", 200, "")
	g.Post("/setup/you", "name", name, "password", BureauPassword, "again", BureauPassword).Want(t, "a password", 303, "/setup/factor")
	g.Secret = strings.ReplaceAll(g.Get("/setup/factor").Want(t, "the factor", 200, "").Page(t).Text(".code.secret"), " ", "")
	page := g.Post("/setup/factor", "code", g.Code()).Want(t, "the first code", 200, "").Page(t)
	var codes []string
	for _, one := range page.All(".codes li") {
		codes = append(codes, one.String())
	}
	if len(codes) != 10 {
		t.Fatalf("%d recovery codes", len(codes))
	}
	return codes
}

// Code is what an authenticator app shows now, computed on its own (RFC 6238).
func (g *Desktop) Code() string {
	key, err := base32.StdEncoding.DecodeString(g.Secret)
	if err != nil {
		g.b.T.Fatal(err)
	}
	mac := hmac.New(sha1.New, key)
	_ = binary.Write(mac, binary.BigEndian, uint64(g.b.Now.Load()/30000))
	sum := mac.Sum(nil)
	at := sum[19] & 15
	return fmt.Sprintf("%06d", (binary.BigEndian.Uint32(sum[at:])&0x7fffffff)%1000000)
}

// SignIn signs in, a minute later so that the code is a new one.
func (g *Desktop) SignIn() {
	g.b.T.Helper()
	g.b.Later(time.Minute)
	g.Post("/office/signin", "name", g.Name, "password", BureauPassword).Want(g.b.T, "the password", 303, "/office/code")
	g.Post("/office/code", "code", g.Code()).Want(g.b.T, "the code", 303, "/office")
}

// Organizer signs the organizer in, setting up the office before.
func (b *Bureau) Organizer() *Desktop {
	b.T.Helper()
	code, err := b.Shop.Office.Users.SetupCode(b.T.Context())
	if err != nil {
		b.T.Fatal(err)
	}
	g := b.Desktop()
	g.Arrive("olivia@example.org", code)
	return g
}

// Clerk is the organizer, as use cases know her.
func (b *Bureau) Clerk() kiosk.OfficeActor {
	b.T.Helper()
	logins, err := b.Shop.Office.Users.All(b.T.Context())
	if err != nil || len(logins) == 0 {
		b.T.Fatal("no organizer", err)
	}
	return kiosk.OfficeActor{User: logins[0].ID, Role: kiosk.Organizer, From: "127.0.0.1"}
}

// Manager is the manager of a stall, signed in.
func (b *Bureau) Manager(stall int) *Desktop {
	return b.user("manager of "+b.Stalls[stall].Name, kiosk.Manager, b.Stalls[stall].ID)
}

// Viewer is somebody who reads everything and changes nothing.
func (b *Bureau) Viewer() *Desktop { return b.user("viewer", kiosk.Viewer, "") }

func (b *Bureau) user(name string, role kiosk.Role, stall string) *Desktop {
	b.T.Helper()
	_, code, err := b.Shop.Office.Users.Invite(b.T.Context(), b.Clerk(), name, role, stall)
	if err != nil {
		b.T.Fatal(err)
	}
	g := b.Desktop()
	b.Later(time.Minute)
	g.Arrive(name, code)
	return g
}
