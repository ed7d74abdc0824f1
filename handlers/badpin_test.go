package handlers_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"qrkiosk/views/counterview"

	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/till"
	"qrkiosk/views"
)

// tries counts what the journal says about PINs of the register.
func tries(h *kiosktest.Installation) (wrong, right int) {
	h.T.Helper()
	err := h.Store.View(context.Background(), func(r kiosk.Reader) error {
		events, err := r.Events(h.Actor.Register, 0, 10_000)
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
	h.Must(err)
	return wrong, right
}

// TestBadInput_pinForm: what is no PIN is refused before anything is counted or hashed.
func TestBadInput_pinForm(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		g := h.Tablet()
		before := h.Records.Rows()
		for _, c := range []struct{ b, pin string }{
			{"B041 empty", ""},
			{"B041 three digits", "123"},
			{"B041 thirteen digits", "1234567890123"},
			{"B042 letters", "12a456"},
			{"B042 spaces", "48 2915"},
			{"B042 full width", "４８２９"},
			{"a million digits", strings.Repeat("1", 60_000)},
		} {
			kiosktest.ClearNo{Status: 422, Key: kiosk.KeyPINForm}.Check(t, c.b, func(change ...func(*http.Request)) kiosktest.Response {
				return g.Send(http.MethodPost, counterview.PathSignIn, kiosktest.Form("staff", h.Actor.Staff, "pin", c.pin), change...)
			})
		}
		kiosktest.ClearNo{Status: 400, Key: "invalid"}.Check(t, "B050 in the address", func(change ...func(*http.Request)) kiosktest.Response {
			return g.Send(http.MethodPost, counterview.PathSignIn+"?pin="+kiosktest.RightPIN, kiosktest.Form("staff", h.Actor.Staff), change...)
		})
		h.Records.Unchanged("PINs of the wrong form", before)
		if r := g.Get(views.PathTill); r.Status != http.StatusSeeOther {
			t.Errorf("the till is answered %d", r.Status)
		}
	})
}

// TestBadInput_tenWrongPINs: the wait begins with the sixth, holds against the right PIN, grows, and
// the day has an end of it.
func TestBadInput_tenWrongPINs(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		g := h.Tablet()
		staff := h.Actor.Staff
		refused := 0
		for range 10 {
			r := g.PIN(staff, "111222")
			switch {
			case r.Status == http.StatusTooManyRequests && r.Trouble().Key == kiosk.KeyPINWait && r.Header.Get("Retry-After") == "60":
				refused++
			case r.Status == http.StatusUnauthorized && r.Trouble().Key == till.KeyPINWrong && refused == 0:
			default:
				t.Fatalf("answered %d %+v", r.Status, r.Trouble())
			}
		}
		if wrong, _ := tries(h); wrong != 6 || refused != 5 {
			t.Fatalf("B044: of ten PINs %d were looked at, %d were told to wait", wrong, refused)
		}
		before := h.Records.Rows()
		kiosktest.ClearNo{Status: 429, Key: kiosk.KeyPINWait}.Check(t, "B045 the right PIN during the wait", func(change ...func(*http.Request)) kiosktest.Response {
			return g.Send(http.MethodPost, counterview.PathSignIn, kiosktest.Form("staff", staff, "pin", kiosktest.RightPIN), change...)
		})
		h.Records.Unchanged("B045", before)
		time.Sleep(61 * time.Second)
		if r := g.PIN(staff, kiosktest.RightPIN); r.Status != http.StatusOK {
			t.Fatalf("after the wait the right PIN is answered %d %+v", r.Status, r.Trouble())
		}
		if _, right := tries(h); right != 1 {
			t.Errorf("%d right PINs", right)
		}
	})
}

// TestBadInput_aDayOfGuessing (B044, B046): the waits grow, and after twenty wrong PINs of a day none
// is looked at, not even the right one; the next day is a new one.
func TestBadInput_aDayOfGuessing(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		g := h.Tablet()
		var waits []string
		for range 200 {
			r := g.PIN(h.Actor.Staff, "111222")
			if r.Trouble().Key == kiosk.KeyPINLocked {
				break
			}
			if r.Status == http.StatusTooManyRequests {
				waits = append(waits, r.Header.Get("Retry-After"))
				seconds, err := time.ParseDuration(r.Header.Get("Retry-After") + "s")
				h.Must(err)
				h.Restart(seconds) // the counts outlive the program
			}
		}
		want := "60 300 900 3600"
		if got := strings.Join(waits, " "); !strings.HasPrefix(got, want) {
			t.Errorf("the waits were %s, want %s and so on", got, want)
		}
		if wrong, _ := tries(h); wrong != 20 {
			t.Errorf("%d PINs of the day were looked at", wrong)
		}
		h.Restart(90 * time.Minute)
		before := h.Records.Rows()
		for _, lang := range []string{"en", "de"} {
			r := g.Send(http.MethodPost, counterview.PathSignIn, kiosktest.Form("staff", h.Actor.Staff, "pin", kiosktest.RightPIN), kiosktest.AsScript, kiosktest.Header("Accept-Language", lang))
			if r.Status != http.StatusTooManyRequests || r.Trouble().Key != kiosk.KeyPINLocked {
				t.Errorf("B046: answered %d %+v", r.Status, r.Trouble())
			}
		}
		h.Records.Unchanged("B046", before, "event", "streams", "audit_day") // a night may have gone by, with its audit
		h.Restart(24 * time.Hour)
		g.SignIn()
	})
}

// TestBadInput_pinOfSomebodyElse (B048): a person of another stall and nobody at all are answered
// like a wrong PIN, and cost the tablet a try but those persons none.
func TestBadInput_pinOfSomebodyElse(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		ctx := context.Background()
		other, err := h.Shop.Office.Stalls.Add(ctx, kiosk.Stall{Name: "Cheese Moon", Languages: []string{"en"}})
		h.Must(err)
		bob, err := h.Shop.Till.AddStaff(ctx, other.ID, "Bob", kiosk.Manager, "739150")
		h.Must(err)
		g := h.Tablet()
		wrong := g.PIN(h.Actor.Staff, "111222")
		for _, c := range []struct{ who, staff, pin string }{
			{"of another stall", bob.ID, "739150"},
			{"nobody", strings.Repeat("0", 26), "739150"},
			{"no name", "", "739150"},
			{"a strange name", "\x00' OR 1=1", "739150"},
		} {
			if r := g.PIN(c.staff, c.pin); !sameBytes(r, wrong) {
				t.Errorf("%s: answered %d %s, a wrong PIN %d %s", c.who, r.Status, r.Body, wrong.Status, wrong.Body)
			}
		}
		h.Must(h.Store.View(ctx, func(r kiosk.Reader) error {
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
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		before := h.Records.Rows()
		for range 300 {
			if r := h.Guest().PIN(h.Actor.Staff, "111222"); r.Status != http.StatusUnauthorized {
				t.Fatalf("answered %d", r.Status)
			}
		}
		kiosktest.ClearNo{Status: 401, Key: kiosk.KeyDeviceUnknown}.Check(t, "B047", func(change ...func(*http.Request)) kiosktest.Response {
			return h.Guest().Send(http.MethodPost, counterview.PathSignIn, kiosktest.Form("staff", h.Actor.Staff, "pin", kiosktest.RightPIN), change...)
		})
		h.Records.Unchanged("B047", before)
	})
}

// TestBadInput_manyAtATime (B049): of two hundred wrong PINs at a time no more count than one after
// the other would, the rest are told to come back, and the server goes on.
func TestBadInput_manyAtATime(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		g := h.Tablet()
		statuses := make(chan kiosktest.Response, 200)
		var wg sync.WaitGroup
		for range 200 {
			alike := &kiosktest.Guest{H: g.H, Client: g.Client, Base: g.Base, Cookies: map[string]string{"qk-till": g.Cookies["qk-till"]}}
			wg.Go(func() { statuses <- alike.PIN(h.Actor.Staff, "111222") })
		}
		wg.Wait()
		close(statuses)
		told := 0
		for r := range statuses {
			switch r.Status {
			case http.StatusUnauthorized:
				told++
			case http.StatusTooManyRequests, http.StatusServiceUnavailable:
				if r.Trouble().Text == "" || r.Trouble().Key == kiosk.KeyInternal {
					t.Errorf("answered %d %+v", r.Status, r.Trouble())
				}
			default:
				t.Errorf("answered %d %s", r.Status, r.Body)
			}
		}
		wrong, _ := tries(h)
		t.Logf("%d were told that their PIN is wrong, %d were looked at", told, wrong)
		if told == 0 || wrong > 6 {
			t.Errorf("%d were told, %d counted", told, wrong)
		}
		if r := g.PIN(h.Actor.Staff, kiosktest.RightPIN); r.Status != http.StatusTooManyRequests {
			t.Errorf("afterwards the right PIN is answered %d", r.Status)
		}
	})
}

// TestBadInput_pairing types codes that no display shows.
func TestBadInput_pairing(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		g, ctx := h.Cashier(), context.Background()
		p, _, err := h.Shop.Till.AskPairing(ctx, kiosk.Display, "test")
		h.Must(err)
		old, _, err := h.Shop.Till.AskPairing(ctx, kiosk.Display, "test")
		h.Must(err)
		time.Sleep(2 * time.Minute)
		before := h.Records.Rows()
		unknown := strings.Repeat("0", 8)
		for _, c := range []struct {
			b, code string
			kiosktest.ClearNo
		}{
			{"B055 empty", "", kiosktest.ClearNo{Status: 422, Key: kiosk.KeyCodeForm}},
			{"B055 too short", p.Code[:7], kiosktest.ClearNo{Status: 422, Key: kiosk.KeyCodeForm}},
			{"B055 too long", p.Code + "A", kiosktest.ClearNo{Status: 422, Key: kiosk.KeyCodeForm}},
			{"B055 a letter that is not used", "UUUUUUUU", kiosktest.ClearNo{Status: 422, Key: kiosk.KeyCodeForm}},
			{"B055 no letters", "ÄÄÄÄ", kiosktest.ClearNo{Status: 422, Key: kiosk.KeyCodeForm}},
			{"unknown", unknown, kiosktest.ClearNo{Status: 404, Key: kiosk.KeyCodeUnknown}},
		} {
			for _, path := range []string{counterview.PathPair, counterview.PathPairConfirm} {
				time.Sleep(time.Minute) // the limit on tries is another test's
				g.Get(views.PathTill)
				c.Check(t, c.b+" "+path, func(change ...func(*http.Request)) kiosktest.Response {
					g.SignInAgain()
					return g.Send(http.MethodPost, path, kiosktest.Form("code", c.code), change...)
				})
			}
		}
		h.Records.Unchanged("pairing codes", before, "session", "event", "streams", "tries")
		time.Sleep(5 * time.Minute)
		g.SignInAgain()
		kiosktest.ClearNo{Status: 410, Key: kiosk.KeyCodeExpired}.Check(t, "B057 expired", func(change ...func(*http.Request)) kiosktest.Response {
			return g.Send(http.MethodPost, counterview.PathPair, kiosktest.Form("code", old.Code), change...)
		})
		if devices, err := h.Shop.Till.Devices(ctx, h.Actor.Register); err != nil || len(devices) != 1 {
			t.Errorf("%d devices, %v", len(devices), err)
		}
	})
}

// TestBadInput_pairingOnce (B056, B058): a code may be typed in any case and with gaps; of ten who
// confirm it at a time one gets the display.
func TestBadInput_pairingOnce(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		g := h.Cashier()
		p, secret, err := h.Shop.Till.AskPairing(context.Background(), kiosk.Display, "test")
		h.Must(err)
		typed := " " + strings.ToLower(p.Code[:4]) + " - " + strings.NewReplacer("0", "o", "1", "l").Replace(strings.ToLower(p.Code[4:])) + " "
		if r := g.Post(counterview.PathPair, "code", typed); r.Status != http.StatusOK {
			t.Fatalf("B056: %q is answered %d", typed, r.Status)
		}
		waiting := h.Guest()
		waiting.Cookies["qk-display"] = secret
		if r := waiting.Get(counterview.PathPairState); r.Status != http.StatusNoContent {
			t.Errorf("the display that waits is answered %d", r.Status)
		}
		var mu sync.Mutex
		counts := map[int]int{}
		var wg sync.WaitGroup
		for range 8 {
			alike := &kiosktest.Guest{H: g.H, Client: g.Client, Base: g.Base, Cookies: map[string]string{"qk-till": g.Cookies["qk-till"], "qk-session": g.Cookies["qk-session"]}}
			wg.Go(func() {
				r := alike.Script(counterview.PathPairConfirm, "code", typed)
				mu.Lock()
				defer mu.Unlock()
				counts[r.Status]++
				if r.Status == http.StatusConflict && r.Trouble().Key != kiosk.KeyCodeUsed {
					t.Errorf("told %+v", r.Trouble())
				}
			})
		}
		wg.Wait()
		if counts[http.StatusOK] != 1 || counts[http.StatusConflict] != 7 {
			t.Errorf("B058: answered %v", counts)
		}
		if r := waiting.Get(views.PathDisplay); r.Status != http.StatusOK || !r.Page(t).Has("#root[data-socket][data-state]") {
			t.Errorf("the display is answered %d", r.Status)
		}
	})
}

// TestBadInput_guessingCodes (B060): ten codes a minute, looked for or confirmed.
func TestBadInput_guessingCodes(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		g := h.Cashier()
		for i := range 10 {
			path := []string{counterview.PathPair, counterview.PathPairConfirm}[i%2]
			if r := g.Script(path, "code", "00000000"); r.Status != http.StatusNotFound {
				t.Fatalf("try %d is answered %d", i, r.Status)
			}
		}
		p, _, err := h.Shop.Till.AskPairing(context.Background(), kiosk.Display, "test")
		h.Must(err)
		before := h.Records.Rows()
		for _, path := range []string{counterview.PathPair, counterview.PathPairConfirm} {
			kiosktest.ClearNo{Status: 429, Key: "too-many"}.Check(t, "B060 "+path, func(change ...func(*http.Request)) kiosktest.Response {
				return g.Send(http.MethodPost, path, kiosktest.Form("code", p.Code), change...)
			})
		}
		h.Records.Unchanged("B060", before)
		time.Sleep(61 * time.Second)
		if r := g.Post(counterview.PathPairConfirm, "code", p.Code); r.Status != http.StatusSeeOther {
			t.Errorf("a minute later it is answered %d", r.Status)
		}
	})
}

// TestBadInput_askingForCodes (B062): whoever asks for codes without end is told to wait, and whoever asks
// for a page of a till that it is not makes no code by that alone.
func TestBadInput_askingForCodes(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		paths := []string{views.PathDisplay, counterview.PathConnect}
		for i := range 10 {
			if r := h.Guest().Get(paths[i%2]); r.Status != http.StatusOK {
				t.Fatalf("device %d is answered %d", i, r.Status)
			}
		}
		before := h.Records.Rows()
		for i := range 50 {
			r := h.Guest().Get(paths[i%2], kiosktest.AsScript)
			if r.Status != http.StatusTooManyRequests || r.Trouble().Key != "too-many" || r.Header.Get("Retry-After") == "" {
				t.Fatalf("B062: answered %d %s", r.Status, r.Body)
			}
		}
		time.Sleep(time.Minute)
		for _, path := range []string{views.PathTill, counterview.PathSignIn, counterview.PathConnectState} {
			if r := h.Guest().Get(path); len(r.Header["Set-Cookie"]) > 0 {
				t.Errorf("%s is answered %d with %v", path, r.Status, r.Header["Set-Cookie"])
			}
		}
		h.Records.Unchanged("B062", before)
	})
}

// TestBadInput_tickets: one-time links that are unknown, used, expired or for something else.
func TestBadInput_tickets(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		ctx := context.Background()
		ticket := func() string {
			secret, err := h.Shop.Till.Ticket(ctx, h.Actor.Register, kiosk.Display)
			h.Must(err)
			return secret
		}
		used, expired := ticket(), ticket()
		_, _, err := h.Shop.Till.Enrol(ctx, used, "first")
		h.Must(err)
		h.Restart(24*time.Hour + time.Second)
		fresh, g := ticket(), h.Guest()
		before := h.Records.Rows()
		for _, c := range []struct {
			what, ticket, path string
			kiosktest.ClearNo
		}{
			{"unknown", "nobody-knows-it", counterview.PathDisplayEnrol, kiosktest.ClearNo{Status: 404, Key: kiosk.KeyTicketUnknown}},
			{"empty", "", counterview.PathDisplayEnrol, kiosktest.ClearNo{Status: 404, Key: kiosk.KeyTicketUnknown}},
			{"used", used, counterview.PathDisplayEnrol, kiosktest.ClearNo{Status: 410, Key: till.KeyTicketUsed}},
			{"expired", expired, counterview.PathDisplayEnrol, kiosktest.ClearNo{Status: 410, Key: till.KeyTicketExpired}},
			{"of a display at a till", fresh, counterview.PathTillEnrol, kiosktest.ClearNo{Status: 422, Key: till.KeyDeviceWrong}},
		} {
			time.Sleep(time.Minute)
			c.Check(t, c.what, func(change ...func(*http.Request)) kiosktest.Response {
				return g.Send(http.MethodPost, c.path, kiosktest.Form("ticket", c.ticket), change...)
			})
		}
		if len(g.Cookies) != 0 {
			t.Errorf("cookies were set: %v", g.Cookies)
		}
		for range 3 { // programs that preview links use nothing up
			if r := g.Get(counterview.PathDisplayEnrol + "/" + fresh); r.Status != http.StatusOK {
				t.Errorf("looking at a link is answered %d", r.Status)
			}
		}
		h.Records.Unchanged("tickets", before, "event", "streams", "audit_day") // a night went by, with its audit
		time.Sleep(time.Minute)
		if r := g.Post(counterview.PathDisplayEnrol, "ticket", fresh); r.Status != http.StatusSeeOther || g.Cookies["qk-display"] == "" {
			t.Errorf("the right one is answered %d", r.Status)
		}
	})
}
