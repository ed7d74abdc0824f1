package faults

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"qrkiosk/views/counterview"

	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/kiosk"
	"qrkiosk/views"
)

// TestFault_F73_onePairingTwice: two screens with one display's cookie show the same at every step.
func TestFault_F73_onePairingTwice(t *testing.T) {
	drill(t, func(t *testing.T, h *kiosktest.Installation) {
		d := h.Customer()
		a, b := d.Watch(counterview.PathDisplayLive), d.Watch(counterview.PathDisplayLive)
		same := func(selector, words string) {
			t.Helper()
			a.Want(t, 3*time.Second, selector, words)
			b.Want(t, 3*time.Second, selector, words)
			if a.Shows() != b.Shows() {
				t.Errorf("one shows %s, the other %s", a.Shows(), b.Shows())
			}
		}
		same("#screen.idle h1", "Bakery Lind")
		sale := h.OnShow(1250)
		same("#screen .title", "Scan with your phone")
		h.PayShown()
		h.Becomes(sale, kiosk.Paid, time.Second)
		same("#screen.paid .done", "Paid")
		a.Leave()
		b.Leave()
		h.Records.Passed(sale, "opening awaiting paid")
	})
}

// TestFault_F74_trustEnds: a display that is revoked while a code is on show is cut off within a
// second and finds nothing behind its pages any more.
func TestFault_F74_trustEnds(t *testing.T) {
	drill(t, func(t *testing.T, h *kiosktest.Installation) {
		ctx := context.Background()
		d := h.Customer()
		w := d.Watch(counterview.PathDisplayLive)
		sale := h.OnShow(1250)
		w.Want(t, time.Second, "#screen .title", "Scan with your phone")
		devices, err := h.Shop.Till.Devices(ctx, h.Actor.Register)
		h.Must(err)
		for _, device := range devices {
			if device.Kind == kiosk.Display {
				h.Revoke(device.ID)
			}
		}
		w.Ends(t, time.Second, kiosktest.Revoked) // the page answers this code by loading itself anew
		r := d.Get(views.PathDisplay)
		if strings.Contains(r.Body, "Scan with your phone") || strings.Contains(r.Body, "12.50") || r.Status == http.StatusOK && !r.Page(t).Has(".key-code") {
			t.Errorf("the page still shows the sale: %d %.300s", r.Status, r.Body)
		}
		if conn, r := d.Handshake(counterview.PathDisplayLive, http.Header{"Origin": {kiosktest.ShopURL}}); conn != nil {
			t.Errorf("a new socket is answered %d", r.Status)
		}
		h.Records.Passed(sale, "opening awaiting")
	})
}
