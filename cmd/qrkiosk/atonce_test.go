package main

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"qrkiosk/kiosk"
	"qrkiosk/views/counterview"
)

// atOnce sends the same kind of request n times at a time and returns the answers.
func (g *guest) atOnce(n int, path string, fields func(i int) []string) []response {
	g.h.t.Helper()
	answers := make([]response, n)
	var wg sync.WaitGroup
	for i := range n {
		alike := &guest{h: g.h, client: g.client, base: g.base, cookies: map[string]string{}}
		for name, value := range g.cookies {
			alike.cookies[name] = value
		}
		wg.Go(func() { answers[i] = alike.script(path, fields(i)...) })
	}
	wg.Wait()
	return answers
}

// events counts the events of a kind in the register's journal.
func (h *house) events(kind string) (n int) {
	h.t.Helper()
	h.must(h.store.View(context.Background(), func(r kiosk.Reader) error {
		all, err := r.Events(h.actor.Register, 0, 10_000)
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
	inBubble(t, func(t *testing.T, h *house) {
		g := h.cashier()
		key := freshKey()
		for i, r := range g.atOnce(50, counterview.PathCharge, func(int) []string { return []string{"cents", "1250", "key", key} }) {
			if r.status != http.StatusOK || !strings.Contains(r.body, h.last().Number) {
				t.Errorf("charge %d is answered %d %.200s", i, r.status, r.body)
			}
		}
		h.untilState(kiosk.Awaiting, 3*time.Second)
		if n := h.events("sale.charge"); n != 1 || h.rows()["sale"] != "1" || len(h.sandbox.Links()) != 1 {
			t.Errorf("%d charges, %s sales, %d links", n, h.rows()["sale"], len(h.sandbox.Links()))
		}
		h.sound()
	})
}

// TestFault_F19_fiftyKeysAtOnce: fifty charges with keys of their own are one sale and forty-nine clear noes.
func TestFault_F19_fiftyKeysAtOnce(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		g := h.cashier()
		keys := make([]string, 50)
		for i := range keys {
			keys[i] = freshKey()
		}
		made, busy := 0, 0
		for i, r := range g.atOnce(50, counterview.PathCharge, func(i int) []string { return []string{"cents", "1250", "key", keys[i]} }) {
			switch {
			case r.status == http.StatusOK:
				made++
			case r.status == http.StatusConflict && r.trouble().Key == kiosk.ReasonBusy && strings.Contains(r.trouble().Text, h.last().Number):
				busy++
			default:
				t.Errorf("charge %d is answered %d %.300s", i, r.status, r.body)
			}
		}
		if made != 1 || busy != 49 || h.rows()["sale"] != "1" {
			t.Errorf("%d made, %d busy, %s sales", made, busy, h.rows()["sale"])
		}
		h.untilState(kiosk.Awaiting, 3*time.Second)
		if n := len(h.sandbox.Links()); n != 1 {
			t.Errorf("%d links", n)
		}
		h.sound()
	})
}

// TestAtOnce_cancel (B107): twenty cancels have one effect, and each is answered clearly.
func TestAtOnce_cancel(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		g := h.cashier()
		h.awaiting()
		sale := h.last().ID
		for i, r := range g.atOnce(20, counterview.PathCancel, func(int) []string { return []string{"sale", sale} }) {
			if r.status != http.StatusOK && (r.status != http.StatusConflict || r.trouble().Text == "" || r.trouble().Key == kiosk.KeyInternal) {
				t.Errorf("cancel %d is answered %d %.300s", i, r.status, r.body)
			}
		}
		h.untilState(kiosk.Cancelled, 10*time.Second)
		if n := h.events("sale.cancel"); n != 1 {
			t.Errorf("%d cancels in the journal", n)
		}
		before := h.rows()
		clearNo{409, kiosk.ReasonClosed}.check(t, "a cancel afterwards", func(change ...func(*http.Request)) response {
			return g.send(http.MethodPost, counterview.PathCancel, form("sale", sale), change...)
		})
		h.unchanged("a cancel afterwards", before)
		h.sound()
	})
}
