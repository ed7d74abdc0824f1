package handlers_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"qrkiosk/views/counterview"

	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/till"
	"qrkiosk/views"
)

// TestBadCookie_sessions (B126, B127): a session that is not known is none, without an error page.
func TestBadCookie_sessions(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		g := h.Cashier()
		good := g.Cookies["qk-session"]
		tablet := "qk-till=" + g.Cookies["qk-till"]
		before := h.Records.Rows()
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
			with := kiosktest.Header("Cookie", c.cookies)
			stranger := h.Guest()
			stranger.SignedOut(t, c.b, with)
			if r := stranger.Get(views.PathTill, with); !strings.Contains(strings.Join(r.Header["Set-Cookie"], " "), "qk-session=;") {
				t.Errorf("%s: the cookie is not taken back: %v", c.b, r.Header["Set-Cookie"])
			}
			r := stranger.Send(http.MethodPost, counterview.PathCharge, kiosktest.Form("cents", "1250", "key", kiosktest.FreshKey()), with, kiosktest.AsScript)
			if r.Status != http.StatusUnauthorized {
				t.Errorf("%s: a charge is answered %d", c.b, r.Status)
			}
		}
		for _, c := range []struct{ b, cookies string }{
			{"B127 two tablets", tablet + "; " + tablet + "; qk-session=" + good},
			{"an unknown tablet", "qk-till=" + strings.Repeat("A", 43) + "; qk-session=" + good},
			{"no tablet", "qk-session=" + good},
		} {
			r := h.Guest().Send(http.MethodPost, counterview.PathCharge, kiosktest.Form("cents", "1250", "key", kiosktest.FreshKey()), kiosktest.Header("Cookie", c.cookies), kiosktest.AsScript)
			if r.Status != http.StatusUnauthorized || r.Trouble().Key != kiosk.KeyDeviceUnknown {
				t.Errorf("%s: answered %d %s", c.b, r.Status, r.Body)
			}
		}
		h.Records.Unchanged("cookies", before)
		if r := g.Get(views.PathTill); r.Status != http.StatusOK {
			t.Errorf("the good one is answered %d afterwards", r.Status)
		}
	})
}

// TestBadCookie_wrongDoors (B131): a display opens nothing of a till, and the reverse.
func TestBadCookie_wrongDoors(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		g, d := h.Cashier(), h.Customer()
		h.Awaiting()
		before := h.Records.Rows()
		display := d.Cookies["qk-display"]
		for _, c := range []struct{ what, cookies, key string }{
			{"its own cookie", "qk-display=" + display, kiosk.KeyDeviceUnknown},
			{"its secret in a till's cookie", "qk-till=" + display, till.KeyDeviceWrong},
			{"the same with a session", "qk-till=" + display + "; qk-session=" + g.Cookies["qk-session"], till.KeyDeviceWrong},
		} {
			status := map[string]int{kiosk.KeyDeviceUnknown: 401, till.KeyDeviceWrong: 403}[c.key]
			for _, path := range []string{views.PathTill, counterview.PathTillState, views.PathSale, counterview.PathPair, counterview.PathSignIn, counterview.PathTillLive} {
				if r := h.Guest().Get(path, kiosktest.Header("Cookie", c.cookies), kiosktest.AsScript); r.Status != status || r.Trouble().Key != c.key {
					t.Errorf("a display with %s at %s: %d %s", c.what, path, r.Status, r.Body)
				}
			}
			for _, path := range []string{counterview.PathCharge, counterview.PathCancel, counterview.PathAside, counterview.PathLook, views.PathShiftClose, counterview.PathPairConfirm, counterview.PathDecide, counterview.PathLock, counterview.PathSignIn} {
				r := h.Guest().Send(http.MethodPost, path, kiosktest.Form("sale", h.Last().ID, "cents", "100", "key", kiosktest.FreshKey()), kiosktest.Header("Cookie", c.cookies), kiosktest.AsScript)
				if r.Status != status {
					t.Errorf("a display with %s at %s: %d", c.what, path, r.Status)
				}
			}
		}
		tablet := g.Cookies["qk-till"]
		for _, cookies := range []string{"qk-till=" + tablet, "qk-display=" + tablet} {
			for _, path := range []string{counterview.PathDisplayState, counterview.PathDisplayLive} {
				if r := h.Guest().Get(path, kiosktest.Header("Cookie", cookies), kiosktest.AsScript); r.Status != 401 && r.Status != 403 {
					t.Errorf("a till at %s: %d", path, r.Status)
				}
			}
			if r := h.Guest().Send(http.MethodPost, counterview.PathTip, kiosktest.Form("sale", h.Last().ID, "tip", "100"), kiosktest.Header("Cookie", cookies), kiosktest.AsScript); r.Status != 401 && r.Status != 403 {
				t.Errorf("a till gives a tip: %d", r.Status)
			}
		}
		h.Records.Unchanged("wrong doors", before)
	})
}

// TestBadCookie_fixation (B132): a session id that was there before signing in is worth nothing
// afterwards.
func TestBadCookie_fixation(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		g := h.Tablet()
		planted := strings.Repeat("A", 43)
		g.Cookies["qk-session"] = planted
		g.SignIn()
		first := g.Cookies["qk-session"]
		if first == planted || first == "" {
			t.Fatal("the planted id was taken")
		}
		g.SignIn()
		if g.Cookies["qk-session"] == first {
			t.Error("signing in again keeps the id")
		}
		for _, id := range []string{planted, first} {
			thief := h.Guest()
			thief.Cookies["qk-till"], thief.Cookies["qk-session"] = g.Cookies["qk-till"], id
			thief.SignedOut(t, "an id of before")
		}
		if r := g.Get(views.PathTill); r.Status != http.StatusOK {
			t.Errorf("the new one is answered %d", r.Status)
		}
		last := g.Cookies["qk-session"]
		if r := g.Post(counterview.PathLock); r.Status != http.StatusSeeOther {
			t.Errorf("locking is answered %d", r.Status)
		}
		g.Cookies["qk-session"] = last
		g.SignedOut(t, "after locking")
		if n := h.Records.Rows()["session"]; n != "0" {
			t.Errorf("%s sessions are kept", n)
		}
	})
}

// TestBadCookie_idle: five minutes without a command end a session, but not while a payment is
// pending; looking is no command.
func TestBadCookie_idle(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		g := h.Cashier()
		for range 9 { // looking all the time
			time.Sleep(33 * time.Second)
			if r := g.Get(counterview.PathTillState, kiosktest.AsScript); r.Status != http.StatusOK {
				t.Fatalf("too early: %d", r.Status)
			}
		}
		time.Sleep(5 * time.Second)
		g.SignedOut(t, "after five minutes of looking")

		g.SignIn()
		time.Sleep(4 * time.Minute)
		g.Script(counterview.PathCharge, "cents", "1250", "key", kiosktest.FreshKey())
		time.Sleep(4 * time.Minute)
		if r := g.Get(views.PathTill); r.Status != http.StatusOK {
			t.Fatalf("four minutes after a command: %d", r.Status)
		}
		time.Sleep(5 * time.Minute)
		if s := h.Last().State(); s != kiosk.Awaiting {
			t.Fatalf("the sale is %s", s)
		}
		if r := g.Get(views.PathTill); r.Status != http.StatusOK {
			t.Errorf("with a payment pending: %d", r.Status)
		}
		h.UntilState(kiosk.Lapsed, 3*time.Minute)
		g.SignedOut(t, "when nothing is pending any more")
		kept := g.Cookies["qk-session"]
		if kept != "" {
			t.Error("the cookie of a session that is over is not taken back")
		}
	})
}

// TestBadCookie_absolute (B133): after twelve hours a session is over, whatever is pending.
func TestBadCookie_absolute(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		g := h.Cashier()
		began := time.Now()
		g.Script(counterview.PathCharge, "cents", "1250", "key", kiosktest.FreshKey()) // a pending payment: nobody is idle
		h.Restart(12*time.Hour - time.Minute)
		time.Sleep(time.Until(began.Add(12*time.Hour - time.Second)))
		if r := g.Get(views.PathTill); r.Status != http.StatusOK {
			t.Errorf("a second before the end: %d", r.Status)
		}
		time.Sleep(2 * time.Second)
		g.SignedOut(t, "after twelve hours")
	}, func(h *kiosktest.Installation) {
		h.Settings = func(s *kiosk.Stall) { s.LapseAfter = (24 * time.Hour).Milliseconds() }
	})
}

// TestBadCookie_people (B128): who left, or works elsewhere, is out at the next request.
func TestBadCookie_people(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		ctx := context.Background()
		change := func(do func(*kiosk.Staff)) {
			_, err := h.Store.Change(ctx, kiosk.OfficeStream, func(tx kiosk.Tx) error {
				p, err := tx.Staff(h.Actor.Staff)
				if err != nil {
					return err
				}
				do(&p)
				return tx.PutStaff(p)
			})
			h.Must(err)
		}
		g := h.Cashier()
		change(func(p *kiosk.Staff) { p.Left = 1 })
		g.SignedOut(t, "who left")
		change(func(p *kiosk.Staff) { p.Left = 0 })
		g.SignedOut(t, "who came back without signing in")
		g.SignIn()
		stall, err := h.Shop.Office.Stalls.Add(ctx, kiosk.Stall{Name: "Cheese Moon", Languages: []string{"en"}})
		h.Must(err)
		change(func(p *kiosk.Staff) { p.Stall = stall.ID })
		g.SignedOut(t, "who works elsewhere")
	})
}

// TestBadCookie_replacedTablet: a new tablet ends the trust in the one before.
func TestBadCookie_replacedTablet(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		old := h.Cashier()
		fresh := h.Cashier()
		kiosktest.ClearNo{Status: 401, Key: till.KeyDeviceRevoked}.Check(t, "the old tablet", func(change ...func(*http.Request)) kiosktest.Response {
			return old.Send(http.MethodPost, counterview.PathCharge, kiosktest.Form("cents", "1250", "key", kiosktest.FreshKey()), change...)
		})
		if r := fresh.Get(views.PathTill); r.Status != http.StatusOK {
			t.Errorf("the new tablet is answered %d", r.Status)
		}
	})
}

// TestBadCookie_displayFromElsewhere: a display that is opened by a link from elsewhere keeps its
// own cookie; a strict one would not be sent along and be replaced.
func TestBadCookie_displayFromElsewhere(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		ticket, err := h.Shop.Till.Ticket(context.Background(), h.Actor.Register, kiosk.Display)
		h.Must(err)
		g := h.Guest()
		r := g.Post(counterview.PathDisplayEnrol, "ticket", ticket)
		if line := strings.Join(r.Header["Set-Cookie"], "\n"); !strings.Contains(line, "SameSite=Lax") || !strings.Contains(line, "HttpOnly") {
			t.Errorf("the display's cookie is %s", line)
		}
		if r := g.Get(views.PathDisplay, kiosktest.Header("Sec-Fetch-Site", "cross-site")); r.Status != http.StatusOK || len(r.Header["Set-Cookie"]) > 0 {
			t.Errorf("answered %d with %v", r.Status, r.Header["Set-Cookie"])
		}
	})
}
