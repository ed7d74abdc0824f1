package main

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/till"
	"qrkiosk/views"
	"qrkiosk/views/counterview"
)

// signedOut fails the test unless the guest is sent to the page on which people sign in, as a
// browser and as a script.
func (g *guest) signedOut(t *testing.T, what string, change ...func(*http.Request)) {
	t.Helper()
	if r := g.get(views.PathTill, change...); r.status != http.StatusSeeOther || r.header.Get("Location") != counterview.PathSignIn {
		t.Errorf("%s: the till is answered %d", what, r.status)
	}
	if r := g.get(counterview.PathTillState, append(change, asScript)...); r.status != http.StatusUnauthorized || r.trouble().Text == "" {
		t.Errorf("%s: a script is answered %d %s", what, r.status, r.body)
	}
}

// TestBadCookie_sessions (B126, B127): a session that is not known is none, without an error page.
func TestBadCookie_sessions(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		g := h.cashier()
		good := g.cookies["qk-session"]
		tablet := "qk-till=" + g.cookies["qk-till"]
		before := h.rows()
		for _, c := range []struct{ b, cookies string }{
			{"B126 unknown", tablet + "; qk-session=" + strings.Repeat("A", 43)},
			{"B126 truncated", tablet + "; qk-session=" + good[:20]},
			{"B126 too long", tablet + "; qk-session=" + strings.Repeat("A", 8<<10)},
			{"B126 the right one and more", tablet + "; qk-session=" + good + strings.Repeat("A", 100)},
			{"B126 empty", tablet + "; qk-session="},
			{"B126 odd bytes", tablet + "; qk-session=%00%ff"},
			{"B127 twice", tablet + "; qk-session=" + good + "; qk-session=" + strings.Repeat("A", 43)},
			{"B127 twice the same", tablet + "; qk-session=" + good + "; qk-session=" + good},
			{"B127 the other way", tablet + "; qk-session=" + strings.Repeat("A", 43) + "; qk-session=" + good},
		} {
			with := header("Cookie", c.cookies)
			stranger := h.guest()
			stranger.signedOut(t, c.b, with)
			if r := stranger.get(views.PathTill, with); !strings.Contains(strings.Join(r.header["Set-Cookie"], " "), "qk-session=;") {
				t.Errorf("%s: the cookie is not taken back: %v", c.b, r.header["Set-Cookie"])
			}
			r := stranger.send(http.MethodPost, counterview.PathCharge, form("cents", "1250", "key", freshKey()), with, asScript)
			if r.status != http.StatusUnauthorized {
				t.Errorf("%s: a charge is answered %d", c.b, r.status)
			}
		}
		for _, c := range []struct{ b, cookies string }{
			{"B127 two tablets", tablet + "; " + tablet + "; qk-session=" + good},
			{"an unknown tablet", "qk-till=" + strings.Repeat("A", 43) + "; qk-session=" + good},
			{"no tablet", "qk-session=" + good},
		} {
			r := h.guest().send(http.MethodPost, counterview.PathCharge, form("cents", "1250", "key", freshKey()), header("Cookie", c.cookies), asScript)
			if r.status != http.StatusUnauthorized || r.trouble().Key != kiosk.KeyDeviceUnknown {
				t.Errorf("%s: answered %d %s", c.b, r.status, r.body)
			}
		}
		h.unchanged("cookies", before)
		if r := g.get(views.PathTill); r.status != http.StatusOK {
			t.Errorf("the good one is answered %d afterwards", r.status)
		}
	})
}

// TestBadCookie_wrongDoors (B131): a display opens nothing of a till, and the reverse.
func TestBadCookie_wrongDoors(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		g, d := h.cashier(), h.customer()
		h.awaiting()
		before := h.rows()
		display := d.cookies["qk-display"]
		for _, c := range []struct{ what, cookies, key string }{
			{"its own cookie", "qk-display=" + display, kiosk.KeyDeviceUnknown},
			{"its secret in a till's cookie", "qk-till=" + display, till.KeyDeviceWrong},
			{"the same with a session", "qk-till=" + display + "; qk-session=" + g.cookies["qk-session"], till.KeyDeviceWrong},
		} {
			status := map[string]int{kiosk.KeyDeviceUnknown: 401, till.KeyDeviceWrong: 403}[c.key]
			for _, path := range []string{views.PathTill, counterview.PathTillState, views.PathSale, counterview.PathPair, counterview.PathSignIn, counterview.PathTillLive} {
				if r := h.guest().get(path, header("Cookie", c.cookies), asScript); r.status != status || r.trouble().Key != c.key {
					t.Errorf("a display with %s at %s: %d %s", c.what, path, r.status, r.body)
				}
			}
			for _, path := range []string{counterview.PathCharge, counterview.PathCancel, counterview.PathAside, counterview.PathLook, views.PathShiftClose, counterview.PathPairConfirm, counterview.PathDecide, counterview.PathLock, counterview.PathSignIn} {
				r := h.guest().send(http.MethodPost, path, form("sale", h.last().ID, "cents", "100", "key", freshKey()), header("Cookie", c.cookies), asScript)
				if r.status != status {
					t.Errorf("a display with %s at %s: %d", c.what, path, r.status)
				}
			}
		}
		tablet := g.cookies["qk-till"]
		for _, cookies := range []string{"qk-till=" + tablet, "qk-display=" + tablet} {
			for _, path := range []string{counterview.PathDisplayState, counterview.PathDisplayLive} {
				if r := h.guest().get(path, header("Cookie", cookies), asScript); r.status != 401 && r.status != 403 {
					t.Errorf("a till at %s: %d", path, r.status)
				}
			}
			if r := h.guest().send(http.MethodPost, counterview.PathTip, form("sale", h.last().ID, "tip", "100"), header("Cookie", cookies), asScript); r.status != 401 && r.status != 403 {
				t.Errorf("a till gives a tip: %d", r.status)
			}
		}
		h.unchanged("wrong doors", before)
	})
}

// TestBadCookie_fixation (B132): a session id that was there before signing in is worth nothing
// afterwards.
func TestBadCookie_fixation(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		g := h.tablet()
		planted := strings.Repeat("A", 43)
		g.cookies["qk-session"] = planted
		g.signIn()
		first := g.cookies["qk-session"]
		if first == planted || first == "" {
			t.Fatal("the planted id was taken")
		}
		g.signIn()
		if g.cookies["qk-session"] == first {
			t.Error("signing in again keeps the id")
		}
		for _, id := range []string{planted, first} {
			thief := h.guest()
			thief.cookies["qk-till"], thief.cookies["qk-session"] = g.cookies["qk-till"], id
			thief.signedOut(t, "an id of before")
		}
		if r := g.get(views.PathTill); r.status != http.StatusOK {
			t.Errorf("the new one is answered %d", r.status)
		}
		last := g.cookies["qk-session"]
		if r := g.post(counterview.PathLock); r.status != http.StatusSeeOther {
			t.Errorf("locking is answered %d", r.status)
		}
		g.cookies["qk-session"] = last
		g.signedOut(t, "after locking")
		if n := h.rows()["session"]; n != "0" {
			t.Errorf("%s sessions are kept", n)
		}
	})
}

// TestBadCookie_idle: five minutes without a command end a session, but not while a payment is
// pending; looking is no command.
func TestBadCookie_idle(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		g := h.cashier()
		for range 9 { // looking all the time
			time.Sleep(33 * time.Second)
			if r := g.get(counterview.PathTillState, asScript); r.status != http.StatusOK {
				t.Fatalf("too early: %d", r.status)
			}
		}
		time.Sleep(5 * time.Second)
		g.signedOut(t, "after five minutes of looking")

		g.signIn()
		time.Sleep(4 * time.Minute)
		g.script(counterview.PathCharge, "cents", "1250", "key", freshKey())
		time.Sleep(4 * time.Minute)
		if r := g.get(views.PathTill); r.status != http.StatusOK {
			t.Fatalf("four minutes after a command: %d", r.status)
		}
		time.Sleep(5 * time.Minute)
		if s := h.last().State(); s != kiosk.Awaiting {
			t.Fatalf("the sale is %s", s)
		}
		if r := g.get(views.PathTill); r.status != http.StatusOK {
			t.Errorf("with a payment pending: %d", r.status)
		}
		h.untilState(kiosk.Lapsed, 3*time.Minute)
		g.signedOut(t, "when nothing is pending any more")
		kept := g.cookies["qk-session"]
		if kept != "" {
			t.Error("the cookie of a session that is over is not taken back")
		}
	})
}

// TestBadCookie_absolute (B133): after twelve hours a session is over, whatever is pending.
func TestBadCookie_absolute(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		g := h.cashier()
		began := time.Now()
		g.script(counterview.PathCharge, "cents", "1250", "key", freshKey()) // a pending payment: nobody is idle
		h.restart(12*time.Hour - time.Minute)
		time.Sleep(time.Until(began.Add(12*time.Hour - time.Second)))
		if r := g.get(views.PathTill); r.status != http.StatusOK {
			t.Errorf("a second before the end: %d", r.status)
		}
		time.Sleep(2 * time.Second)
		g.signedOut(t, "after twelve hours")
	}, func(h *house) { h.settings = func(s *kiosk.Stall) { s.LapseAfter = (24 * time.Hour).Milliseconds() } })
}

// TestBadCookie_people (B128): who left, or works elsewhere, is out at the next request.
func TestBadCookie_people(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		ctx := context.Background()
		change := func(do func(*kiosk.Staff)) {
			_, err := h.store.Change(ctx, kiosk.OfficeStream, func(tx kiosk.Tx) error {
				p, err := tx.Staff(h.actor.Staff)
				if err != nil {
					return err
				}
				do(&p)
				return tx.PutStaff(p)
			})
			h.must(err)
		}
		g := h.cashier()
		change(func(p *kiosk.Staff) { p.Left = 1 })
		g.signedOut(t, "who left")
		change(func(p *kiosk.Staff) { p.Left = 0 })
		g.signedOut(t, "who came back without signing in")
		g.signIn()
		stall, err := h.shop.Office.Stalls.Add(ctx, kiosk.Stall{Name: "Cheese Moon", Languages: []string{"en"}})
		h.must(err)
		change(func(p *kiosk.Staff) { p.Stall = stall.ID })
		g.signedOut(t, "who works elsewhere")
	})
}

// TestBadCookie_replacedTablet: a new tablet ends the trust in the one before.
func TestBadCookie_replacedTablet(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		old := h.cashier()
		fresh := h.cashier()
		clearNo{401, till.KeyDeviceRevoked}.check(t, "the old tablet", func(change ...func(*http.Request)) response {
			return old.send(http.MethodPost, counterview.PathCharge, form("cents", "1250", "key", freshKey()), change...)
		})
		if r := fresh.get(views.PathTill); r.status != http.StatusOK {
			t.Errorf("the new tablet is answered %d", r.status)
		}
	})
}

// TestBadCookie_displayFromElsewhere: a display that is opened by a link from elsewhere keeps its
// own cookie; a strict one would not be sent along and be replaced.
func TestBadCookie_displayFromElsewhere(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		ticket, err := h.shop.Till.Ticket(context.Background(), h.actor.Register, kiosk.Display)
		h.must(err)
		g := h.guest()
		r := g.post(counterview.PathDisplayEnrol, "ticket", ticket)
		if line := strings.Join(r.header["Set-Cookie"], "\n"); !strings.Contains(line, "SameSite=Lax") || !strings.Contains(line, "HttpOnly") {
			t.Errorf("the display's cookie is %s", line)
		}
		if r := g.get(views.PathDisplay, header("Sec-Fetch-Site", "cross-site")); r.status != http.StatusOK || len(r.header["Set-Cookie"]) > 0 {
			t.Errorf("answered %d with %v", r.status, r.header["Set-Cookie"])
		}
	})
}
