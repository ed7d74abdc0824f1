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
)

// events counts the events of a kind in the register's journal.
func events(h *kiosktest.Installation, kind string) (n int) {
	h.T.Helper()
	h.Must(h.Store.View(context.Background(), func(r kiosk.Reader) error {
		all, err := r.Events(h.Actor.Register, 0, 10_000)
		for _, e := range all {
			if e.Kind == kind {
				n++
			}
		}
		return err
	}))
	return n
}

// TestFault_F19_oneKeyFiftyTimes: fifty charges with one key are one sale, and everybody is told of it.
func TestFault_F19_oneKeyFiftyTimes(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		g := h.Cashier()
		key := kiosktest.FreshKey()
		for i, r := range g.AtOnce(50, counterview.PathCharge, func(int) []string { return []string{"cents", "1250", "key", key} }) {
			if r.Status != http.StatusOK || !r.Screen(t).Says("#side .facts dd", h.Last().Number) {
				t.Errorf("charge %d is answered %d %.200s", i, r.Status, r.Body)
			}
		}
		h.UntilState(kiosk.Awaiting, 3*time.Second)
		if n := events(h, "sale.charge"); n != 1 || h.Records.Rows()["sale"] != "1" || len(h.Sandbox.Links()) != 1 {
			t.Errorf("%d charges, %s sales, %d links", n, h.Records.Rows()["sale"], len(h.Sandbox.Links()))
		}
		h.Records.Sound()
	})
}

// TestFault_F19_fiftyKeysAtOnce: fifty charges with keys of their own are one sale and forty-nine clear noes.
func TestFault_F19_fiftyKeysAtOnce(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		g := h.Cashier()
		keys := make([]string, 50)
		for i := range keys {
			keys[i] = kiosktest.FreshKey()
		}
		made, busy := 0, 0
		for i, r := range g.AtOnce(50, counterview.PathCharge, func(i int) []string { return []string{"cents", "1250", "key", keys[i]} }) {
			switch {
			case r.Status == http.StatusOK:
				made++
			case r.Status == http.StatusConflict && r.Trouble().Key == kiosk.ReasonBusy && strings.Contains(r.Trouble().Text, h.Last().Number):
				busy++
			default:
				t.Errorf("charge %d is answered %d %.300s", i, r.Status, r.Body)
			}
		}
		if made != 1 || busy != 49 || h.Records.Rows()["sale"] != "1" {
			t.Errorf("%d made, %d busy, %s sales", made, busy, h.Records.Rows()["sale"])
		}
		h.UntilState(kiosk.Awaiting, 3*time.Second)
		if n := len(h.Sandbox.Links()); n != 1 {
			t.Errorf("%d links", n)
		}
		h.Records.Sound()
	})
}

// TestAtOnce_cancel (B107): twenty cancels have one effect, and each is answered clearly.
func TestAtOnce_cancel(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		g := h.Cashier()
		h.Awaiting()
		sale := h.Last().ID
		for i, r := range g.AtOnce(20, counterview.PathCancel, func(int) []string { return []string{"sale", sale} }) {
			if r.Status != http.StatusOK && (r.Status != http.StatusConflict || r.Trouble().Text == "" || r.Trouble().Key == kiosk.KeyInternal) {
				t.Errorf("cancel %d is answered %d %.300s", i, r.Status, r.Body)
			}
		}
		h.UntilState(kiosk.Cancelled, 10*time.Second)
		if n := events(h, "sale.cancel"); n != 1 {
			t.Errorf("%d cancels in the journal", n)
		}
		before := h.Records.Rows()
		kiosktest.ClearNo{Status: 409, Key: kiosk.ReasonClosed}.Check(t, "a cancel afterwards", func(change ...func(*http.Request)) kiosktest.Response {
			return g.Send(http.MethodPost, counterview.PathCancel, kiosktest.Form("sale", sale), change...)
		})
		h.Records.Unchanged("a cancel afterwards", before)
		h.Records.Sound()
	})
}
