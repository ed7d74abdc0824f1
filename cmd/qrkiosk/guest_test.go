package main

import (
	"bufio"
	"bytes"
	"context"
	database "database/sql"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"qrkiosk/kiosk"
	"qrkiosk/views"
	"qrkiosk/views/counterview"
)

const shopURL = "http://" + shopAddr

// guest is a browser, or somebody who pretends to be one: it sends exactly what it is told to.
type guest struct {
	h       *house
	client  *http.Client
	base    string
	cookies map[string]string
}

func (h *house) guest() *guest {
	return &guest{h: h, base: "http://" + h.addr, cookies: map[string]string{}, client: &http.Client{
		Transport:     &http.Transport{DialContext: h.wires.dial, DisableKeepAlives: true, DisableCompression: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// tablet is a guest on the register's enrolled tablet.
func (h *house) tablet() *guest {
	h.t.Helper()
	return h.enrolled("qk-till", kiosk.Tablet, h.actor.Register)
}

// customer is a guest on a display of the register.
func (h *house) customer() *guest {
	h.t.Helper()
	return h.enrolled("qk-display", kiosk.Display, h.actor.Register)
}

func (h *house) enrolled(cookie string, kind kiosk.DeviceKind, register string) *guest {
	h.t.Helper()
	ticket, err := h.shop.Till.Ticket(context.Background(), register, kind)
	h.must(err)
	device, secret, err := h.shop.Till.Enrol(context.Background(), ticket, "test")
	h.must(err)
	if kind == kiosk.Tablet && register == h.actor.Register {
		h.actor.Device = device.ID
	}
	g := h.guest()
	g.cookies[cookie] = secret
	return g
}

const rightPIN = "482915"

// cashier is a guest who is signed in on the register's tablet.
func (h *house) cashier() *guest {
	h.t.Helper()
	g := h.tablet()
	g.signIn()
	return g
}

func (g *guest) signIn() {
	g.h.t.Helper()
	if r := g.post(counterview.PathSignIn, "staff", g.h.actor.Staff, "pin", rightPIN); r.status != http.StatusSeeOther {
		g.h.t.Fatalf("signing in: %d %s", r.status, r.body)
	}
}

// response is an answer, read whole.
type response struct {
	status int
	header http.Header
	body   string
}

func (g *guest) send(method, path, body string, change ...func(*http.Request)) response {
	g.h.t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), method, g.base+path, strings.NewReader(body))
	g.h.must(err)
	if method != http.MethodGet && method != http.MethodHead {
		r.Header.Set("Origin", g.base)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	var cookies []string
	for name, value := range g.cookies {
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
	answer, err := g.client.Do(r)
	g.h.must(err)
	return g.take(answer)
}

// oversized sends a request whose body the server will not read to its end: the answer counts, and
// that the writing fails meanwhile does not.
func (g *guest) oversized(r *http.Request) response {
	g.h.t.Helper()
	conn, err := g.h.wires.dial(context.Background(), "tcp", shopAddr)
	g.h.must(err)
	defer conn.Close()
	go func() { _ = r.Write(conn) }()
	return g.answer(conn)
}

func (g *guest) take(answer *http.Response) response {
	g.h.t.Helper()
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	g.h.must(err)
	for _, c := range answer.Cookies() {
		g.cookies[c.Name] = c.Value
		if c.MaxAge < 0 {
			delete(g.cookies, c.Name)
		}
	}
	return response{answer.StatusCode, answer.Header, string(raw)}
}

func form(pairs ...string) string {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return v.Encode()
}

func (g *guest) get(path string, change ...func(*http.Request)) response {
	g.h.t.Helper()
	return g.send(http.MethodGet, path, "", change...)
}

func (g *guest) post(path string, pairs ...string) response {
	g.h.t.Helper()
	return g.send(http.MethodPost, path, form(pairs...))
}

// script posts as a script of ours does.
func (g *guest) script(path string, pairs ...string) response {
	g.h.t.Helper()
	return g.send(http.MethodPost, path, form(pairs...), asScript)
}

func asScript(r *http.Request) { r.Header.Set("Accept", "application/json") }

func header(name, value string) func(*http.Request) {
	return func(r *http.Request) {
		r.Header.Del(name)
		if value != "" {
			r.Header.Set(name, value)
		}
	}
}

// raw sends bytes as they are and reads one answer.
func (g *guest) raw(text string) response {
	g.h.t.Helper()
	conn, err := g.h.wires.dial(context.Background(), "tcp", shopAddr)
	g.h.must(err)
	defer conn.Close()
	go func() { _, _ = io.WriteString(conn, text) }()
	return g.answer(conn)
}

func (g *guest) answer(conn net.Conn) response {
	g.h.t.Helper()
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	g.h.must(err)
	return g.take(answer)
}

// trouble is what a script is told.
func (r response) trouble() views.Problem {
	var answer struct{ Error views.Problem }
	_ = json.Unmarshal([]byte(r.body), &answer)
	return answer.Error
}

var serial int

// freshKey is a command key nobody used before.
func freshKey() string {
	serial++
	return fmt.Sprintf("key-of-a-charge-%08d", serial)
}

// rows is what the store holds, as another program would read it: rows by table, versions and
// event numbers by stream.
func (h *house) rows() map[string]string {
	h.t.Helper()
	db, err := database.Open("sqlite", "file:"+filepath.Join(h.dir, "shop.db")+"?mode=ro")
	h.must(err)
	defer db.Close()
	held := map[string]string{}
	for _, table := range h.column(db, `SELECT name FROM sqlite_master WHERE type = 'table'`) {
		held[table] = strings.Join(h.column(db, `SELECT count(*) FROM "`+table+`"`), "")
	}
	held["streams"] = strings.Join(h.column(db, `SELECT id || ' ' || version || ' ' || seq FROM stream ORDER BY id`), "\n")
	return held
}

func (h *house) column(db *database.DB, query string) (list []string) {
	h.t.Helper()
	rows, err := db.QueryContext(context.Background(), query)
	h.must(err)
	defer rows.Close()
	for rows.Next() {
		var text string
		h.must(rows.Scan(&text))
		list = append(list, text)
	}
	h.must(rows.Err())
	return list
}

// unchanged fails the test if the store holds anything else than before, apart from some tables.
func (h *house) unchanged(what string, before map[string]string, apart ...string) {
	h.t.Helper()
	after := h.rows()
	for _, name := range apart {
		delete(after, name)
	}
	for name, held := range after {
		if before[name] != held {
			h.t.Errorf("%s: %s was %q and is %q", what, name, before[name], held)
		}
	}
}

// clearNo is a clear no: the status, the key, and its words in both languages, for scripts and
// for people.
type clearNo struct {
	status int
	key    string
}

func (want clearNo) check(t *testing.T, what string, ask func(change ...func(*http.Request)) response) {
	t.Helper()
	said := map[string]string{}
	for _, lang := range []string{"en", "de"} {
		if !views.Words(lang).Has("error." + want.key) {
			t.Errorf("%s: %s has no words for %s", what, lang, want.key)
		}
		r := ask(asScript, header("Accept-Language", lang))
		if got := r.trouble(); r.status != want.status || got.Key != want.key {
			t.Errorf("%s: answered %d %q, want %d %q: %.300s", what, r.status, got.Key, want.status, want.key, r.body)
			return
		}
		said[lang] = r.trouble().Text
		page := ask(header("Accept-Language", lang))
		if page.status != want.status {
			t.Errorf("%s: as a page it is answered %d", what, page.status)
		}
		if !strings.Contains(page.body, html.EscapeString(said[lang])) {
			t.Errorf("%s: the page does not say %q: %.2000s", what, said[lang], page.body)
		}
	}
	if said["en"] == "" || said["en"] == said["de"] || strings.Contains(said["en"], "{") {
		t.Errorf("%s: the words are %q and %q", what, said["en"], said["de"])
	}
}

// free ends the sale in hand, so that the next one can begin.
func (h *house) free() {
	h.t.Helper()
	_, err := h.shop.Till.Cancel(context.Background(), h.actor, h.last().ID)
	h.must(err)
	h.untilState(kiosk.Cancelled, 10*time.Second)
}

func sameBytes(a, b response) bool {
	var x, y bytes.Buffer
	for _, p := range []struct {
		to   *bytes.Buffer
		from response
	}{{&x, a}, {&y, b}} {
		fmt.Fprintln(p.to, p.from.status, p.from.body)
		p.from.header.Del("Date")
		_ = p.from.header.Write(p.to)
	}
	return bytes.Equal(x.Bytes(), y.Bytes())
}
