package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"qrkiosk/handlers"
	"qrkiosk/handlers/front"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/bus"
	"qrkiosk/kiosk/shop"
	"qrkiosk/kiosk/store"
	"qrkiosk/kiosk/vault"
)

// bureau is a front on a real store with two stalls, without a gateway: the office alone.
type bureau struct {
	t      *testing.T
	shop   *front.Rooms
	config shop.Config
	store  *store.Store
	web    *httptest.Server
	now    atomic.Int64 // Unix milliseconds
	stalls [2]kiosk.Stall
	tills  [2]kiosk.Register
}

const bureauPassword = "four quiet horses"

func newBureau(t *testing.T, change ...func(*shop.Config)) *bureau {
	t.Helper()
	b := &bureau{t: t}
	b.now.Store(time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC).UnixMilli())
	clock := func() time.Time { return time.UnixMilli(b.now.Load()) }
	var err error
	if b.store, err = store.Open(t.Context(), store.Config{Path: blankAt(t, filepath.Join(t.TempDir(), "office.db"))}); err != nil {
		t.Fatal(err)
	}
	keys, err := vault.New(bytes.Repeat([]byte{7}, vault.KeySize), vault.WithCost(vault.Cost{KiB: 64, Passes: 1, Lanes: 1}))
	if err != nil {
		t.Fatal(err)
	}
	b.config = shop.Config{
		Store: b.store, Bus: bus.NewLocal(), Vault: keys, Clock: clock, Mode: kiosk.Live,
		PublicURL: "http://kiosk.example", HookPath: front.PathHook,
	}
	for _, c := range change {
		c(&b.config)
	}
	b.shop, err = front.OpenRooms(t.Context(), b.config)
	if err != nil {
		t.Fatal(err)
	}
	front, err := handlers.New(front.Config{Shop: b.shop, Sessions: b.store.Sessions(), Clock: clock, Log: b.config.Log})
	if err != nil {
		t.Fatal(err)
	}
	b.web = httptest.NewServer(front.Handler())
	t.Cleanup(func() {
		b.web.Close()
		if err := b.store.Close(); err != nil {
			t.Error(err)
		}
	})
	for i, name := range []string{"Bakery", "Cheese"} {
		if b.stalls[i], err = b.shop.Office.Stalls.Add(t.Context(), kiosk.Stall{Name: name, Languages: []string{"en"}}); err != nil {
			t.Fatal(err)
		}
		if b.tills[i], err = b.shop.Office.Registers.Add(t.Context(), b.stalls[i].ID, "Till", name[:1]+"1"); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

// reopen is the house at another start, with somebody who takes the gateway's key.
func (b *bureau) reopen(keys kiosk.KeySetter) *front.Rooms {
	b.t.Helper()
	c := b.config
	c.Keys = keys
	shop, err := front.OpenRooms(b.t.Context(), c)
	if err != nil {
		b.t.Fatal(err)
	}
	return shop
}

func (b *bureau) later(d time.Duration) { b.now.Add(d.Milliseconds()) }

// desktop is a browser with its own cookies.
type desktop struct {
	b      *bureau
	client *http.Client
	secret string // of the second factor, once known
	name   string
}

func (b *bureau) desktop() *desktop {
	jar, err := cookiejar.New(nil)
	if err != nil {
		b.t.Fatal(err)
	}
	return &desktop{b: b, client: &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}}
}

// answer is what came back.
type answer struct {
	status int
	to     string // Location
	body   string
	header http.Header
}

func (g *desktop) ask(method, path string, form url.Values, header ...string) answer {
	g.b.t.Helper()
	var body *strings.Reader
	if body = strings.NewReader(""); form != nil {
		body = strings.NewReader(form.Encode())
	}
	r, err := http.NewRequestWithContext(g.b.t.Context(), method, g.b.web.URL+path, body)
	if err != nil {
		g.b.t.Fatal(err)
	}
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Origin", g.b.web.URL)
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return g.do(r)
}

func (g *desktop) do(r *http.Request) answer {
	g.b.t.Helper()
	resp, err := g.client.Do(r)
	if err != nil {
		g.b.t.Fatal(err)
	}
	defer resp.Body.Close()
	var text bytes.Buffer
	if _, err := text.ReadFrom(resp.Body); err != nil {
		g.b.t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header.Get("Location"), text.String(), resp.Header}
}

func (g *desktop) get(path string) answer { g.b.t.Helper(); return g.ask("GET", path, nil) }

func (g *desktop) post(path string, fields ...string) answer {
	g.b.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return g.ask("POST", path, form)
}

// want fails unless the answer is a page of that status, or a redirect to that path.
func (a answer) want(t *testing.T, what string, status int, to string) answer {
	t.Helper()
	if a.status != status || a.to != to {
		t.Fatalf("%s: %d to %q, want %d to %q\n%.400s", what, a.status, a.to, status, to, visible(a.body))
	}
	return a
}

var markup = regexp.MustCompile(`<[^>]*>|\s+`)

func visible(page string) string {
	_, page, _ = strings.Cut(page, "<body")
	return markup.ReplaceAllString(page, " ")
}

// arrive goes through a one-time code up to the recovery codes, which it returns.
func (g *desktop) arrive(name, code string) []string {
	g.b.t.Helper()
	t := g.b.t
	g.name = name
	g.post("/setup", "code", code).want(t, "the code", 303, "/setup/you")
	g.get("/setup/you").want(t, "the person", 200, "")
	g.post("/setup/you", "name", name, "password", bureauPassword, "again", bureauPassword).want(t, "a password", 303, "/setup/factor")
	page := g.get("/setup/factor").want(t, "the factor", 200, "")
	m := regexp.MustCompile(`(?s)class="code secret"[^>]*>([A-Z2-7 ]+)<`).FindStringSubmatch(page.body)
	if m == nil {
		t.Fatalf("no key in %.600s", visible(page.body))
	}
	g.secret = strings.ReplaceAll(m[1], " ", "")
	page = g.post("/setup/factor", "code", g.code()).want(t, "the first code", 200, "")
	var codes []string
	for _, m := range regexp.MustCompile(`<li>([0-9][0-9A-Z]{4}-[0-9A-Z]{5})</li>`).FindAllStringSubmatch(page.body, -1) {
		codes = append(codes, m[1])
	}
	if len(codes) != 10 {
		t.Fatalf("%d recovery codes", len(codes))
	}
	return codes
}

// code is what an authenticator app shows now, computed on its own (RFC 6238).
func (g *desktop) code() string {
	key, err := base32.StdEncoding.DecodeString(g.secret)
	if err != nil {
		g.b.t.Fatal(err)
	}
	mac := hmac.New(sha1.New, key)
	_ = binary.Write(mac, binary.BigEndian, uint64(g.b.now.Load()/30000))
	sum := mac.Sum(nil)
	at := sum[19] & 15
	return fmt.Sprintf("%06d", (binary.BigEndian.Uint32(sum[at:])&0x7fffffff)%1000000)
}

// signIn signs in, a minute later so that the code is a new one.
func (g *desktop) signIn() {
	g.b.t.Helper()
	g.b.later(time.Minute)
	g.post("/office/signin", "name", g.name, "password", bureauPassword).want(g.b.t, "the password", 303, "/office/code")
	g.post("/office/code", "code", g.code()).want(g.b.t, "the code", 303, "/office")
}

func (b *bureau) organizer() *desktop {
	b.t.Helper()
	code, err := b.shop.Office.Users.SetupCode(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	g := b.desktop()
	g.arrive("olivia@example.org", code)
	return g
}

// clerk is the organizer, as use cases know her.
func (b *bureau) clerk() kiosk.OfficeActor {
	b.t.Helper()
	logins, err := b.shop.Office.Users.All(b.t.Context())
	if err != nil || len(logins) == 0 {
		b.t.Fatal("no organizer", err)
	}
	return kiosk.OfficeActor{User: logins[0].ID, Role: kiosk.Organizer, From: "127.0.0.1"}
}

// manager is the manager of a stall, signed in.
func (b *bureau) manager(stall int) *desktop {
	b.t.Helper()
	name := "manager of " + b.stalls[stall].Name
	_, code, err := b.shop.Office.Users.Invite(b.t.Context(), b.clerk(), name, kiosk.Manager, b.stalls[stall].ID)
	if err != nil {
		b.t.Fatal(err)
	}
	g := b.desktop()
	b.later(time.Minute)
	g.arrive(name, code)
	return g
}
