package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"qrkiosk/kiosk"
)

// wallTold is a frame of the wall.
type wallTold struct {
	Epoch string
	Count int
	Sum   int64
	Tiles []struct {
		ID   string
		V    int64
		HTML string
	}
	Order []string
	Head  string
}

// wallView is a browser that looks at the wall: it applies frames as handlers/doc.go says and holds
// every frame against its count and sum.
type wallView struct {
	*socket
	tiles map[string]string
	known map[string]int64
	order []string
	head  string
}

func (d *device) wall() *wallView {
	d.t.Helper()
	return &wallView{socket: d.live("/office/wall/live"), tiles: map[string]string{}, known: map[string]int64{}}
}

// next applies one frame.
func (v *wallView) next() wallTold {
	v.t.Helper()
	if err := v.conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
		v.t.Fatal(err)
	}
	_, raw, err := v.conn.ReadMessage()
	if err != nil {
		v.t.Fatal(err)
	}
	var f wallTold
	if err := json.Unmarshal(raw, &f); err != nil {
		v.t.Fatal(err)
	}
	for _, one := range f.Tiles {
		if one.V <= v.known[one.ID] {
			v.t.Errorf("version %d of %s after %d", one.V, one.ID, v.known[one.ID])
		}
		v.tiles[one.ID], v.known[one.ID] = one.HTML, one.V
	}
	if f.Order != nil {
		v.order = f.Order
		for id := range v.known {
			if !slices.Contains(f.Order, id) {
				delete(v.tiles, id)
				delete(v.known, id)
			}
		}
	}
	if f.Head != "" {
		v.head = f.Head
	}
	var sum int64
	for _, version := range v.known {
		sum += version
	}
	if len(v.known) != f.Count || sum != f.Sum || len(v.order) != f.Count {
		v.t.Errorf("the page has %d tiles, sum %d, order of %d; the frame says %d and %d", len(v.known), sum, len(v.order), f.Count, f.Sum)
	}
	return f
}

// until applies frames until the tile of a register contains the words.
func (v *wallView) until(register, words string) {
	v.t.Helper()
	for !strings.Contains(v.tiles[register], words) {
		v.next()
	}
}

// TestWall shows registers, sales, devices and troubles as they come and go, worst first.
func TestWall(t *testing.T) {
	f := newFairground(t, 7)
	office := f.signedIn(t)
	v := office.wall()
	first := v.next()
	if len(first.Tiles) != 7 || len(first.Order) != 7 || !strings.Contains(first.Head, "0 of 7") {
		t.Fatalf("the first frame has %d tiles, order %v, head %s", len(first.Tiles), first.Order, first.Head)
	}
	busy := f.registers[3].ID
	f.charge(3, 1250, "one-command-key-of-this-test")
	v.until(busy, "12,50")
	if v.order[0] != busy {
		t.Errorf("the register without devices is not the first: %v", v.order)
	}
	v.until(busy, "Tablet offline")
	f.pays(1)
	v.until(busy, "1 sale<")
	if !strings.Contains(v.head, "1 of 7") || !strings.Contains(v.head, "12,50") {
		t.Errorf("head %s", v.head)
	}

	_, secret := f.enrol(3, kiosk.Display)
	display := newDevice(t, f.web.URL)
	display.cookie("qk-display", secret)
	screen := display.live("/display/live")
	v.until(busy, "1 of 1 displays connected")
	if strings.Contains(v.tiles[busy], "No display") {
		t.Errorf("a display is connected and missed: %s", v.tiles[busy])
	}
	display.told("/display/health", url.Values{"awake": {"off"}, "sound": {"on"}, "battery": {"14"}, "charging": {"no"}}, http.StatusNoContent)
	v.until(busy, "Battery low")
	v.until(busy, "Display may fall asleep")
	screen.conn.Close()
	v.until(busy, "No display connected")
}

// pays pays so many links at the gateway.
func (f *fairground) pays(n int) {
	f.t.Helper()
	for range 300 {
		for _, l := range f.play.Links() {
			if l.Status == "Unused" && n > 0 {
				f.must(f.play.Pay(l.ID))
				n--
			}
		}
		if n == 0 {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	f.t.Fatalf("%d links were not made", n)
}

func (d *device) cookie(name, value string) {
	d.t.Helper()
	at, err := url.Parse(d.base)
	if err != nil {
		d.t.Fatal(err)
	}
	d.client.Jar.SetCookies(at, []*http.Cookie{{Name: name, Value: value, Path: "/"}})
}

// told posts what a script posts and wants a status.
func (d *device) told(path string, form url.Values, want int) {
	d.t.Helper()
	if status, body := d.ask(http.MethodPost, path, "application/json", form); status != want {
		d.t.Errorf("POST %s %v: %d, want %d\n%.200s", path, form, status, want, body)
	}
}

// TestWall_reports refuses what no page of ours would tell.
func TestWall_reports(t *testing.T) {
	f := newFairground(t, 1)
	_, secret := f.enrol(0, kiosk.Display)
	d := newDevice(t, f.web.URL)
	d.told("/display/health", url.Values{"awake": {"on"}}, http.StatusUnauthorized)
	d.cookie("qk-display", secret)
	for _, form := range []url.Values{
		{"awake": {"maybe"}}, {"sound": {"loud"}}, {"battery": {"101"}}, {"battery": {"-2"}}, {"battery": {"full"}},
	} {
		d.told("/display/health", form, http.StatusBadRequest)
	}
	d.told("/display/health", url.Values{"awake": {"on"}, "sound": {"off"}}, http.StatusNoContent)
	d.told("/till/health", url.Values{"awake": {"on"}}, http.StatusUnauthorized)
}

// TestWall_ends: the wall of somebody who signed out closes, and revoking a device closes its
// socket before the answer.
func TestWall_ends(t *testing.T) {
	f := newFairground(t, 2)
	office := f.signedIn(t)
	g := f.registers[1]
	d, secret := f.enrol(1, kiosk.Display)
	display := newDevice(t, f.web.URL)
	display.cookie("qk-display", secret)
	screen := display.live("/display/live")
	screen.shows("idle")
	began := time.Now()
	office.post(fmt.Sprintf("/office/stalls/%s/registers/%s/revoke", g.Stall, g.ID), url.Values{"device": {d.ID}})
	if code := screen.closed(); code != 4001 || time.Since(began) > patience {
		t.Errorf("the display's socket ended with %d", code)
	}
	if status, _ := display.ask(http.MethodGet, "/display/state", "application/json", nil); status != http.StatusUnauthorized {
		t.Errorf("a revoked display is answered %d", status)
	}
	stranger := newDevice(t, f.web.URL)
	dialer := websocket.Dialer{Jar: stranger.client.Jar}
	_, resp, err := dialer.Dial("ws"+strings.TrimPrefix(f.web.URL, "http")+"/office/wall/live", http.Header{"Origin": {f.web.URL}})
	if err == nil || resp.StatusCode != http.StatusSeeOther {
		t.Errorf("a stranger at the wall: %v", err)
	}
	if resp != nil {
		resp.Body.Close()
	}
}
