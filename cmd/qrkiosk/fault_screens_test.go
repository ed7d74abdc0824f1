package main

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"qrkiosk/kiosk"
	"qrkiosk/views"
	"qrkiosk/views/counterview"
)

// TestFault_F73_onePairingTwice: two screens with one display's cookie show the same at every step.
func TestFault_F73_onePairingTwice(t *testing.T) {
	drill(t, func(t *testing.T, h *house) {
		d := h.customer()
		a, b := d.watch(counterview.PathDisplayLive), d.watch(counterview.PathDisplayLive)
		same := func(words string) {
			t.Helper()
			a.want(t, 3*time.Second, words)
			b.want(t, 3*time.Second, words)
			if a.shows() != b.shows() {
				t.Errorf("one shows %s, the other %s", a.shows(), b.shows())
			}
		}
		same("Bakery Lind")
		sale := h.onShow(1250)
		same("Scan with your phone")
		h.payShown()
		h.becomes(sale, kiosk.Paid, time.Second)
		same("Paid")
		a.leave()
		b.leave()
		h.passed(sale, "opening awaiting paid")
	})
}

// TestFault_F74_trustEnds: a display that is revoked while a code is on show is cut off within a
// second and finds nothing behind its pages any more.
func TestFault_F74_trustEnds(t *testing.T) {
	drill(t, func(t *testing.T, h *house) {
		ctx := context.Background()
		d := h.customer()
		w := d.watch(counterview.PathDisplayLive)
		sale := h.onShow(1250)
		w.want(t, time.Second, "Scan with your phone")
		devices, err := h.shop.Till.Devices(ctx, h.actor.Register)
		h.must(err)
		for _, device := range devices {
			if device.Kind == kiosk.Display {
				h.revoke(device.ID)
			}
		}
		w.ends(t, time.Second, revoked) // the page answers this code by loading itself anew
		r := d.get(views.PathDisplay)
		if strings.Contains(r.body, "Scan with your phone") || strings.Contains(r.body, "12.50") || r.status == http.StatusOK && !strings.Contains(r.body, "code") {
			t.Errorf("the page still shows the sale: %d %.300s", r.status, r.body)
		}
		if conn, r := d.handshake(counterview.PathDisplayLive, http.Header{"Origin": {shopURL}}); conn != nil {
			t.Errorf("a new socket is answered %d", r.status)
		}
		h.passed(sale, "opening awaiting")
	})
}
