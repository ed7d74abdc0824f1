package handlers_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/kiosk"
)

// TestWall shows registers, sales, devices and troubles as they come and go, worst first.
func TestWall(t *testing.T) {
	f := kiosktest.NewFairground(t, 7)
	office := f.SignedIn(t)
	v := office.Wall()
	first := v.Next()
	if len(first.Tiles) != 7 || len(first.Order) != 7 || v.Sum("Registers open") != "0 of 7" {
		t.Fatalf("the first frame has %d tiles, order %v, head %s", len(first.Tiles), first.Order, first.Head)
	}
	busy := f.Registers[3].ID
	f.Charge(3, 1250, "one-command-key-of-this-test")
	v.Until(busy, ".last", "12,50")
	if v.Order[0] != busy {
		t.Errorf("the register without devices is not the first: %v", v.Order)
	}
	v.Until(busy, ".wrongs li", "Tablet offline")
	f.Pays(1)
	v.Until(busy, ".kept span", "1 sale")
	if v.Sum("Registers open") != "1 of 7" || !strings.HasPrefix(v.Sum("Taken today"), "12,50") {
		t.Errorf("head %s", v.Head)
	}

	_, secret := f.Enrol(3, kiosk.Display)
	display := kiosktest.NewDevice(t, f.Web.URL)
	display.Cookie("qk-display", secret)
	screen := display.Live("/display/live")
	v.Until(busy, ".signs .hush", "1 of 1 displays connected")
	if v.Tile(busy).Says(".wrongs li", "No display") {
		t.Errorf("a display is connected and missed: %s", v.Tiles[busy])
	}
	display.Told("/display/health", url.Values{"awake": {"off"}, "sound": {"on"}, "battery": {"14"}, "charging": {"no"}}, http.StatusNoContent)
	v.Until(busy, ".wrongs li", "Battery low")
	v.Until(busy, ".wrongs li", "Display may fall asleep")
	screen.Conn.Close()
	v.Until(busy, ".wrongs li", "No display connected")
}

// TestWall_reports refuses what no page of ours would tell.
func TestWall_reports(t *testing.T) {
	f := kiosktest.NewFairground(t, 1)
	_, secret := f.Enrol(0, kiosk.Display)
	d := kiosktest.NewDevice(t, f.Web.URL)
	d.Told("/display/health", url.Values{"awake": {"on"}}, http.StatusUnauthorized)
	d.Cookie("qk-display", secret)
	for _, form := range []url.Values{
		{"awake": {"maybe"}}, {"sound": {"loud"}}, {"battery": {"101"}}, {"battery": {"-2"}}, {"battery": {"full"}},
	} {
		d.Told("/display/health", form, http.StatusBadRequest)
	}
	d.Told("/display/health", url.Values{"awake": {"on"}, "sound": {"off"}}, http.StatusNoContent)
	d.Told("/till/health", url.Values{"awake": {"on"}}, http.StatusUnauthorized)
}

// TestWall_ends: the wall of somebody who signed out closes, and revoking a device closes its
// socket before the answer.
func TestWall_ends(t *testing.T) {
	f := kiosktest.NewFairground(t, 2)
	office := f.SignedIn(t)
	g := f.Registers[1]
	d, secret := f.Enrol(1, kiosk.Display)
	display := kiosktest.NewDevice(t, f.Web.URL)
	display.Cookie("qk-display", secret)
	screen := display.Live("/display/live")
	screen.Shows("#screen.idle")
	began := time.Now()
	office.Post(fmt.Sprintf("/office/stalls/%s/registers/%s/revoke", g.Stall, g.ID), url.Values{"device": {d.ID}})
	if code := screen.Closed(); code != 4001 || time.Since(began) > kiosktest.Patience {
		t.Errorf("the display's socket ended with %d", code)
	}
	if status, _ := display.Ask(http.MethodGet, "/display/state", "application/json", nil); status != http.StatusUnauthorized {
		t.Errorf("a revoked display is answered %d", status)
	}
	stranger := kiosktest.NewDevice(t, f.Web.URL)
	dialer := websocket.Dialer{Jar: stranger.Client.Jar}
	_, resp, err := dialer.Dial("ws"+strings.TrimPrefix(f.Web.URL, "http")+"/office/wall/live", http.Header{"Origin": {f.Web.URL}})
	if err == nil || resp.StatusCode != http.StatusSeeOther {
		t.Errorf("a stranger at the wall: %v", err)
	}
	if resp != nil {
		resp.Body.Close()
	}
}
