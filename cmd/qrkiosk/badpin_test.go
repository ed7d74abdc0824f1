package main

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/till"
	"qrkiosk/views"
	"qrkiosk/views/counterview"
)

// tries counts what the journal says about PINs of the register.
func (h *house) tries() (wrong, right int) {
	h.t.Helper()
	err := h.store.View(context.Background(), func(r kiosk.Reader) error {
		events, err := r.Events(h.actor.Register, 0, 10_000)
		for _, e := range events {
			switch e.Kind {
			case "staff.wrong-pin":
				wrong++
			case "staff.in":
				right++
			}
		}
		return err
	})
	h.must(err)
	return wrong, right
}

func (g *guest) pin(staff, pin string) response {
	g.h.t.Helper()
	return g.script(counterview.PathSignIn, "staff", staff, "pin", pin)
}

// TestBadInput_pinForm: what is no PIN is refused before anything is counted or hashed.
func TestBadInput_pinForm(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		g := h.tablet()
		before := h.rows()
		for _, c := range []struct{ b, pin string }{
			{"B041 empty", ""},
			{"B041 three digits", "123"},
			{"B041 thirteen digits", "1234567890123"},
			{"B042 letters", "12a456"},
			{"B042 spaces", "48 2915"},
			{"B042 full width", "４８２９"},
			{"a million digits", strings.Repeat("1", 60_000)},
		} {
			clearNo{422, kiosk.KeyPINForm}.check(t, c.b, func(change ...func(*http.Request)) response {
				return g.send(http.MethodPost, counterview.PathSignIn, form("staff", h.actor.Staff, "pin", c.pin), change...)
			})
		}
		clearNo{400, "invalid"}.check(t, "B050 in the address", func(change ...func(*http.Request)) response {
			return g.send(http.MethodPost, counterview.PathSignIn+"?pin="+rightPIN, form("staff", h.actor.Staff), change...)
		})
		h.unchanged("PINs of the wrong form", before)
		if r := g.get(views.PathTill); r.status != http.StatusSeeOther {
			t.Errorf("the till is answered %d", r.status)
		}
	})
}

// TestBadInput_tenWrongPINs: the wait begins with the sixth, holds against the right PIN, grows, and
// the day has an end of it.
func TestBadInput_tenWrongPINs(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		g := h.tablet()
		staff := h.actor.Staff
		refused := 0
		for range 10 {
			r := g.pin(staff, "111222")
			switch {
			case r.status == http.StatusTooManyRequests && r.trouble().Key == kiosk.KeyPINWait && r.header.Get("Retry-After") == "60":
				refused++
			case r.status == http.StatusUnauthorized && r.trouble().Key == till.KeyPINWrong && refused == 0:
			default:
				t.Fatalf("answered %d %+v", r.status, r.trouble())
			}
		}
		if wrong, _ := h.tries(); wrong != 6 || refused != 5 {
			t.Fatalf("B044: of ten PINs %d were looked at, %d were told to wait", wrong, refused)
		}
		before := h.rows()
		clearNo{429, kiosk.KeyPINWait}.check(t, "B045 the right PIN during the wait", func(change ...func(*http.Request)) response {
			return g.send(http.MethodPost, counterview.PathSignIn, form("staff", staff, "pin", rightPIN), change...)
		})
		h.unchanged("B045", before)
		time.Sleep(61 * time.Second)
		if r := g.pin(staff, rightPIN); r.status != http.StatusOK {
			t.Fatalf("after the wait the right PIN is answered %d %+v", r.status, r.trouble())
		}
		if _, right := h.tries(); right != 1 {
			t.Errorf("%d right PINs", right)
		}
	})
}

// TestBadInput_aDayOfGuessing (B044, B046): the waits grow, and after twenty wrong PINs of a day none
// is looked at, not even the right one; the next day is a new one.
func TestBadInput_aDayOfGuessing(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		g := h.tablet()
		var waits []string
		for range 200 {
			r := g.pin(h.actor.Staff, "111222")
			if r.trouble().Key == kiosk.KeyPINLocked {
				break
			}
			if r.status == http.StatusTooManyRequests {
				waits = append(waits, r.header.Get("Retry-After"))
				seconds, err := time.ParseDuration(r.header.Get("Retry-After") + "s")
				h.must(err)
				h.restart(seconds) // the counts outlive the program
			}
		}
		want := "60 300 900 3600"
		if got := strings.Join(waits, " "); !strings.HasPrefix(got, want) {
			t.Errorf("the waits were %s, want %s and so on", got, want)
		}
		if wrong, _ := h.tries(); wrong != 20 {
			t.Errorf("%d PINs of the day were looked at", wrong)
		}
		h.restart(90 * time.Minute)
		before := h.rows()
		for _, lang := range []string{"en", "de"} {
			r := g.send(http.MethodPost, counterview.PathSignIn, form("staff", h.actor.Staff, "pin", rightPIN), asScript, header("Accept-Language", lang))
			if r.status != http.StatusTooManyRequests || r.trouble().Key != kiosk.KeyPINLocked {
				t.Errorf("B046: answered %d %+v", r.status, r.trouble())
			}
		}
		h.unchanged("B046", before, "event", "streams", "audit_day") // a night may have gone by, with its audit
		h.restart(24 * time.Hour)
		g.signIn()
	})
}

// TestBadInput_pinOfSomebodyElse (B048): a person of another stall and nobody at all are answered
// like a wrong PIN, and cost the tablet a try but those persons none.
func TestBadInput_pinOfSomebodyElse(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		ctx := context.Background()
		other, err := h.shop.Office.Stalls.Add(ctx, kiosk.Stall{Name: "Cheese Moon", Languages: []string{"en"}})
		h.must(err)
		bob, err := h.shop.Till.AddStaff(ctx, other.ID, "Bob", kiosk.Manager, "739150")
		h.must(err)
		g := h.tablet()
		wrong := g.pin(h.actor.Staff, "111222")
		for _, c := range []struct{ who, staff, pin string }{
			{"of another stall", bob.ID, "739150"},
			{"nobody", strings.Repeat("0", 26), "739150"},
			{"no name", "", "739150"},
			{"a strange name", "\x00' OR 1=1", "739150"},
		} {
			if r := g.pin(c.staff, c.pin); !sameBytes(r, wrong) {
				t.Errorf("%s: answered %d %s, a wrong PIN %d %s", c.who, r.status, r.body, wrong.status, wrong.body)
			}
		}
		h.must(h.store.View(ctx, func(r kiosk.Reader) error {
			p, err := r.Staff(bob.ID)
			if p.Tries.Today != 0 {
				t.Errorf("Bob lost %d tries", p.Tries.Today)
			}
			return err
		}))
	})
}

// TestBadInput_pinWithoutTablet (B047): nobody is locked out from afar.
func TestBadInput_pinWithoutTablet(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		before := h.rows()
		for range 300 {
			if r := h.guest().pin(h.actor.Staff, "111222"); r.status != http.StatusUnauthorized {
				t.Fatalf("answered %d", r.status)
			}
		}
		clearNo{401, kiosk.KeyDeviceUnknown}.check(t, "B047", func(change ...func(*http.Request)) response {
			return h.guest().send(http.MethodPost, counterview.PathSignIn, form("staff", h.actor.Staff, "pin", rightPIN), change...)
		})
		h.unchanged("B047", before)
	})
}

// TestBadInput_manyAtATime (B049): of two hundred wrong PINs at a time no more count than one after
// the other would, the rest are told to come back, and the server goes on.
func TestBadInput_manyAtATime(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		g := h.tablet()
		statuses := make(chan response, 200)
		var wg sync.WaitGroup
		for range 200 {
			alike := &guest{h: g.h, client: g.client, base: g.base, cookies: map[string]string{"qk-till": g.cookies["qk-till"]}}
			wg.Go(func() { statuses <- alike.pin(h.actor.Staff, "111222") })
		}
		wg.Wait()
		close(statuses)
		told := 0
		for r := range statuses {
			switch r.status {
			case http.StatusUnauthorized:
				told++
			case http.StatusTooManyRequests, http.StatusServiceUnavailable:
				if r.trouble().Text == "" || r.trouble().Key == kiosk.KeyInternal {
					t.Errorf("answered %d %+v", r.status, r.trouble())
				}
			default:
				t.Errorf("answered %d %s", r.status, r.body)
			}
		}
		wrong, _ := h.tries()
		t.Logf("%d were told that their PIN is wrong, %d were looked at", told, wrong)
		if told == 0 || wrong > 6 {
			t.Errorf("%d were told, %d counted", told, wrong)
		}
		if r := g.pin(h.actor.Staff, rightPIN); r.status != http.StatusTooManyRequests {
			t.Errorf("afterwards the right PIN is answered %d", r.status)
		}
	})
}

// TestBadInput_pairing types codes that no display shows.
func TestBadInput_pairing(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		g, ctx := h.cashier(), context.Background()
		p, _, err := h.shop.Till.AskPairing(ctx)
		h.must(err)
		old, _, err := h.shop.Till.AskPairing(ctx)
		h.must(err)
		time.Sleep(2 * time.Minute)
		before := h.rows()
		unknown := strings.Repeat("0", 8)
		for _, c := range []struct {
			b, code string
			clearNo
		}{
			{"B055 empty", "", clearNo{422, till.KeyCodeForm}},
			{"B055 too short", p.Code[:7], clearNo{422, till.KeyCodeForm}},
			{"B055 too long", p.Code + "A", clearNo{422, till.KeyCodeForm}},
			{"B055 a letter that is not used", "UUUUUUUU", clearNo{422, till.KeyCodeForm}},
			{"B055 no letters", "ÄÄÄÄ", clearNo{422, till.KeyCodeForm}},
			{"unknown", unknown, clearNo{404, till.KeyCodeUnknown}},
		} {
			for _, path := range []string{counterview.PathPair, counterview.PathPairConfirm} {
				time.Sleep(time.Minute) // the limit on tries is another test's
				g.get(views.PathTill)
				c.check(t, c.b+" "+path, func(change ...func(*http.Request)) response {
					g.signInAgain()
					return g.send(http.MethodPost, path, form("code", c.code), change...)
				})
			}
		}
		h.unchanged("pairing codes", before, "session", "event", "streams", "tries")
		time.Sleep(5 * time.Minute)
		g.signInAgain()
		clearNo{410, till.KeyCodeExpired}.check(t, "B057 expired", func(change ...func(*http.Request)) response {
			return g.send(http.MethodPost, counterview.PathPair, form("code", old.Code), change...)
		})
		if devices, err := h.shop.Till.Devices(ctx, h.actor.Register); err != nil || len(devices) != 1 {
			t.Errorf("%d devices, %v", len(devices), err)
		}
	})
}

func (g *guest) signInAgain() {
	g.h.t.Helper()
	if g.get(views.PathTill).status != http.StatusOK {
		g.signIn()
	}
}

// TestBadInput_pairingOnce (B056, B058): a code may be typed in any case and with gaps; of ten who
// confirm it at a time one gets the display.
func TestBadInput_pairingOnce(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		g := h.cashier()
		p, secret, err := h.shop.Till.AskPairing(context.Background())
		h.must(err)
		typed := " " + strings.ToLower(p.Code[:4]) + " - " + strings.NewReplacer("0", "o", "1", "l").Replace(strings.ToLower(p.Code[4:])) + " "
		if r := g.post(counterview.PathPair, "code", typed); r.status != http.StatusOK {
			t.Fatalf("B056: %q is answered %d", typed, r.status)
		}
		waiting := h.guest()
		waiting.cookies["qk-display"] = secret
		if r := waiting.get(counterview.PathPairState); r.status != http.StatusNoContent {
			t.Errorf("the display that waits is answered %d", r.status)
		}
		var mu sync.Mutex
		counts := map[int]int{}
		var wg sync.WaitGroup
		for range 8 {
			alike := &guest{h: g.h, client: g.client, base: g.base, cookies: map[string]string{"qk-till": g.cookies["qk-till"], "qk-session": g.cookies["qk-session"]}}
			wg.Go(func() {
				r := alike.script(counterview.PathPairConfirm, "code", typed)
				mu.Lock()
				defer mu.Unlock()
				counts[r.status]++
				if r.status == http.StatusConflict && r.trouble().Key != till.KeyCodeUsed {
					t.Errorf("told %+v", r.trouble())
				}
			})
		}
		wg.Wait()
		if counts[http.StatusOK] != 1 || counts[http.StatusConflict] != 7 {
			t.Errorf("B058: answered %v", counts)
		}
		if r := waiting.get(views.PathDisplay); r.status != http.StatusOK || !strings.Contains(r.body, "data-socket") {
			t.Errorf("the display is answered %d", r.status)
		}
	})
}

// TestBadInput_guessingCodes (B060): ten codes a minute, looked for or confirmed.
func TestBadInput_guessingCodes(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		g := h.cashier()
		for i := range 10 {
			path := []string{counterview.PathPair, counterview.PathPairConfirm}[i%2]
			if r := g.script(path, "code", "00000000"); r.status != http.StatusNotFound {
				t.Fatalf("try %d is answered %d", i, r.status)
			}
		}
		p, _, err := h.shop.Till.AskPairing(context.Background())
		h.must(err)
		before := h.rows()
		for _, path := range []string{counterview.PathPair, counterview.PathPairConfirm} {
			clearNo{429, "too-many"}.check(t, "B060 "+path, func(change ...func(*http.Request)) response {
				return g.send(http.MethodPost, path, form("code", p.Code), change...)
			})
		}
		h.unchanged("B060", before)
		time.Sleep(61 * time.Second)
		if r := g.post(counterview.PathPairConfirm, "code", p.Code); r.status != http.StatusSeeOther {
			t.Errorf("a minute later it is answered %d", r.status)
		}
	})
}

// TestBadInput_askingForCodes (B062): whoever asks for codes without end is told to wait.
func TestBadInput_askingForCodes(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		for i := range 10 {
			if r := h.guest().get(views.PathDisplay); r.status != http.StatusOK {
				t.Fatalf("display %d is answered %d", i, r.status)
			}
		}
		before := h.rows()
		for range 50 {
			r := h.guest().get(views.PathDisplay, asScript)
			if r.status != http.StatusTooManyRequests || r.trouble().Key != "too-many" || r.header.Get("Retry-After") == "" {
				t.Fatalf("B062: answered %d %s", r.status, r.body)
			}
		}
		h.unchanged("B062", before)
	})
}

// TestBadInput_tickets: one-time links that are unknown, used, expired or for something else.
func TestBadInput_tickets(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		ctx := context.Background()
		ticket := func() string {
			secret, err := h.shop.Till.Ticket(ctx, h.actor.Register, kiosk.Display)
			h.must(err)
			return secret
		}
		used, expired := ticket(), ticket()
		_, _, err := h.shop.Till.Enrol(ctx, used, "first")
		h.must(err)
		h.restart(24*time.Hour + time.Second)
		fresh, g := ticket(), h.guest()
		before := h.rows()
		for _, c := range []struct {
			what, ticket, path string
			clearNo
		}{
			{"unknown", "nobody-knows-it", counterview.PathDisplayEnrol, clearNo{404, kiosk.KeyTicketUnknown}},
			{"empty", "", counterview.PathDisplayEnrol, clearNo{404, kiosk.KeyTicketUnknown}},
			{"used", used, counterview.PathDisplayEnrol, clearNo{410, till.KeyTicketUsed}},
			{"expired", expired, counterview.PathDisplayEnrol, clearNo{410, till.KeyTicketExpired}},
			{"of a display at a till", fresh, counterview.PathTillEnrol, clearNo{422, till.KeyDeviceWrong}},
		} {
			time.Sleep(time.Minute)
			c.check(t, c.what, func(change ...func(*http.Request)) response {
				return g.send(http.MethodPost, c.path, form("ticket", c.ticket), change...)
			})
		}
		if len(g.cookies) != 0 {
			t.Errorf("cookies were set: %v", g.cookies)
		}
		for range 3 { // programs that preview links use nothing up
			if r := g.get(counterview.PathDisplayEnrol + "/" + fresh); r.status != http.StatusOK {
				t.Errorf("looking at a link is answered %d", r.status)
			}
		}
		h.unchanged("tickets", before, "event", "streams", "audit_day") // a night went by, with its audit
		time.Sleep(time.Minute)
		if r := g.post(counterview.PathDisplayEnrol, "ticket", fresh); r.status != http.StatusSeeOther || g.cookies["qk-display"] == "" {
			t.Errorf("the right one is answered %d", r.status)
		}
	})
}
