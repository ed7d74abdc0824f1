package handlers_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"qrkiosk/views/counterview"

	"github.com/gorilla/websocket"

	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/kiosk"
)

func TestSocket_handshakes(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		g, d := h.Cashier(), h.Customer()
		before := h.Records.Rows()
		for _, c := range []struct{ what, origin string }{
			{"no Origin", ""},
			{"null", "null"},
			{"a foreign one", "https://elsewhere.test"},
			{"another port", "http://127.0.0.1:8099"},
			{"another scheme", "https://" + kiosktest.ShopAddr},
			{"a path behind", kiosktest.ShopURL + "/till"},
			{"a person before", "http://x@" + kiosktest.ShopAddr},
			{"a host that begins alike", kiosktest.ShopURL + ".elsewhere.test"},
			{"two of them", kiosktest.ShopURL + ", " + kiosktest.ShopURL},
		} {
			headers := http.Header{"Accept": {"application/json"}}
			if c.origin != "" {
				headers.Set("Origin", c.origin)
			}
			for path, who := range map[string]*kiosktest.Guest{counterview.PathTillLive: g, counterview.PathDisplayLive: d} {
				conn, r := who.Handshake(path, headers)
				if conn != nil || r.Status != http.StatusForbidden || r.Trouble().Text == "" {
					t.Errorf("B134 %s at %s: answered %d %s", c.what, path, r.Status, r.Body)
				}
			}
		}
		own := http.Header{"Origin": {kiosktest.ShopURL}}
		bare, planted := h.Tablet(), h.Guest()
		planted.Cookies["qk-display"] = "unknown"
		crossed := h.Guest()
		crossed.Cookies["qk-till"], crossed.Cookies["qk-display"] = d.Cookies["qk-display"], g.Cookies["qk-till"]
		for _, c := range []struct {
			what, path string
			who        *kiosktest.Guest
			status     int
		}{
			{"no cookie", counterview.PathTillLive, h.Guest(), 401},
			{"no cookie", counterview.PathDisplayLive, h.Guest(), 401},
			{"a display's cookie", counterview.PathTillLive, d, 401},
			{"a till's cookie", counterview.PathDisplayLive, bare, 401},
			{"a display's secret", counterview.PathTillLive, crossed, 403},
			{"an unknown cookie", counterview.PathDisplayLive, planted, 401},
			{"nobody signed in", counterview.PathTillLive, bare, 401},
		} {
			if conn, r := c.who.Handshake(c.path, own); conn != nil || r.Status != c.status {
				t.Errorf("B135 %s at %s: answered %d, want %d", c.what, c.path, r.Status, c.status)
			}
		}
		h.Records.Unchanged("handshakes", before, "device", "ticket", "event", "streams")
	})
}

// TestSocket_badHandshakes (B136): handshakes that are none.
func TestSocket_badHandshakes(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		d := h.Customer()
		base := []func(*http.Request){
			kiosktest.Header("Origin", kiosktest.ShopURL), kiosktest.Header("Connection", "Upgrade"), kiosktest.Header("Upgrade", "websocket"),
			kiosktest.Header("Sec-WebSocket-Version", "13"), kiosktest.Header("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
		}
		for _, c := range []struct {
			what   string
			change func(*http.Request)
		}{
			{"version 8", kiosktest.Header("Sec-WebSocket-Version", "8")},
			{"no key", kiosktest.Header("Sec-WebSocket-Key", "")},
			{"a short key", kiosktest.Header("Sec-WebSocket-Key", "eA==")},
			{"no upgrade", kiosktest.Header("Upgrade", "")},
			{"an upgrade to something else", kiosktest.Header("Upgrade", "h2c")},
		} {
			r := d.Get(counterview.PathDisplayLive, append(base, c.change)...)
			if r.Status != http.StatusBadRequest && r.Status != http.StatusUpgradeRequired {
				t.Errorf("B136 %s: answered %d", c.what, r.Status)
			}
		}
		if r := d.Send(http.MethodPost, counterview.PathDisplayLive, "", base...); r.Status != http.StatusMethodNotAllowed {
			t.Errorf("a handshake by POST: answered %d", r.Status)
		}
		w := d.Watch(counterview.PathDisplayLive) // none of them has taken a place
		w.Leave()
	})
}

// TestSocket_oneDeviceTooMany (B144): the twenty-first socket of a device is refused in words.
func TestSocket_oneDeviceTooMany(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		d := h.Customer()
		var all []*kiosktest.Watcher
		for range 20 {
			all = append(all, d.Watch(counterview.PathDisplayLive))
		}
		conn, r := d.Handshake(counterview.PathDisplayLive, http.Header{"Origin": {kiosktest.ShopURL}, "Accept": {"application/json"}})
		if conn != nil || r.Status != http.StatusTooManyRequests || r.Trouble().Key != "too-many" || r.Header.Get("Retry-After") == "" {
			t.Errorf("answered %d %s", r.Status, r.Body)
		}
		all[0].Leave()
		d.Watch(counterview.PathDisplayLive)
		h.Customer().Watch(counterview.PathDisplayLive)
	})
}

// TestSocket_aSale: both screens follow a sale by their sockets alone, and leases are renewed.
func TestSocket_aSale(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		g, d := h.Cashier(), h.Customer()
		till := g.Watch(counterview.PathTillLive)
		till.Want(t, time.Second, "#device-words", "No customer display")
		display := d.Watch(counterview.PathDisplayLive)
		display.Want(t, time.Second, "#screen.idle h1", "Bakery Lind")
		till.Want(t, time.Second, "#device-words", "Customer display connected")

		before := h.Records.Rows()
		for _, m := range []string{"pay", "cancel", `{"do":"charge","cents":100}`} {
			h.Must(till.Conn.WriteMessage(websocket.TextMessage, []byte(m)))
			h.Must(display.Conn.WriteMessage(websocket.TextMessage, []byte(m)))
		}
		time.Sleep(10 * time.Second)
		h.Records.Unchanged("B141", before, "streams", "health") // screens tell how they are

		g.Script(counterview.PathCharge, "cents", "1250", "key", kiosktest.FreshKey())
		sale := h.Last()
		display.Want(t, 2*time.Second, "#screen .title", "Scan with your phone")
		till.Want(t, 2*time.Second, ".side-waiting .facts dd", sale.Number)
		time.Sleep(2 * time.Minute)
		for what, w := range map[string]*kiosktest.Watcher{"till": till, "display": display} {
			w.Mu.Lock()
			heard := w.Heard[len(w.Heard)-20:]
			w.Mu.Unlock()
			for i, at := range heard[1:] {
				if gap := at.Sub(heard[i]); gap > 4*time.Second {
					t.Errorf("with a sale the %s heard nothing for %v", what, gap)
				}
			}
		}
		h.Sandbox.PayOnly()
		display.Want(t, time.Second, "#screen.paid .title", "Thank you")
		till.Want(t, time.Second, "#side .strip.paid", "paid")
		time.Sleep(9 * time.Second)
		if page := display.Page(t); page.Has("#screen.paid") || page.Says("#screen", "Thank you") {
			t.Error("green does not end")
		}
		display.Leave()
		till.Want(t, time.Second, "#device-words", "No customer display")
		if till.Closed() != 0 {
			t.Errorf("the till was closed with %d", till.Closed())
		}
	})
}

// TestSocket_newsFromElsewhere: what another process stores is on show within three seconds, though
// nobody rings here.
func TestSocket_newsFromElsewhere(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		w := h.Customer().Watch(counterview.PathDisplayLive)
		time.Sleep(7300 * time.Millisecond)
		_, err := h.Store.Change(context.Background(), h.Actor.Register, func(tx kiosk.Tx) error {
			return tx.PutCart(kiosk.Cart{Register: h.Actor.Register, Updated: time.Now().UnixMilli(), Lines: []kiosk.Line{{Qty: 3, Unit: 333, Name: "Loaf"}}})
		})
		h.Must(err)
		w.Want(t, 3*time.Second, "#screen.cart .hero .digits", "9.99")
	})
}

// TestSocket_register (B145): a socket shows the register of its cookie, whatever its address says.
func TestSocket_register(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		saleElsewhere(h)
		stalls, registers, err := h.Shop.Office.Stalls.All(context.Background())
		h.Must(err)
		for _, s := range stalls {
			for _, r := range registers[s.ID] {
				w := h.Customer().Watch(counterview.PathDisplayLive + "?register=" + r.ID + "&kiosk=" + r.ID)
				if !w.Page(t).Says("#screen h1", "Bakery Lind") {
					t.Errorf("it shows %s", w.Shows())
				}
			}
		}
	})
}

// TestSocket_trust: whoever is not trusted any more loses the live screen: at once where it happens
// here, within a minute where it happens elsewhere.
func TestSocket_trust(t *testing.T) {
	ctx := context.Background()
	minute := time.Minute + 2*time.Second
	for _, c := range []struct {
		what  string
		limit time.Duration
		end   func(t *testing.T, h *kiosktest.Installation, g *kiosktest.Guest)
	}{
		{"locked", time.Second, func(_ *testing.T, _ *kiosktest.Installation, g *kiosktest.Guest) { g.Post(counterview.PathLock) }},
		{"a new tablet", time.Second, func(_ *testing.T, h *kiosktest.Installation, _ *kiosktest.Guest) {
			ticket, err := h.Shop.Till.Ticket(ctx, h.Actor.Register, kiosk.Tablet)
			h.Must(err)
			h.Guest().Post(counterview.PathTillEnrol, "ticket", ticket)
		}},
		{"revoked elsewhere", minute, func(_ *testing.T, h *kiosktest.Installation, _ *kiosktest.Guest) { h.Revoke(h.Actor.Device) }},
		{"a session ended elsewhere", minute, func(_ *testing.T, h *kiosktest.Installation, _ *kiosktest.Guest) {
			all, err := h.Store.Sessions().All()
			h.Must(err)
			for token := range all {
				h.Must(h.Store.Sessions().Delete(token))
			}
		}},
		{"a person who left", minute, func(_ *testing.T, h *kiosktest.Installation, _ *kiosktest.Guest) {
			_, err := h.Store.Change(ctx, kiosk.OfficeStream, func(tx kiosk.Tx) error {
				p, err := tx.Staff(h.Actor.Staff)
				if err != nil {
					return err
				}
				p.Left = 1
				return tx.PutStaff(p)
			})
			h.Must(err)
		}},
		{"idle", 5*time.Minute + minute, func(*testing.T, *kiosktest.Installation, *kiosktest.Guest) {}},
	} {
		t.Run(c.what, func(t *testing.T) {
			kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
				g := h.Cashier()
				w := g.Watch(counterview.PathTillLive)
				display := h.Customer().Watch(counterview.PathDisplayLive)
				c.end(t, h, g)
				w.Ends(t, c.limit, kiosktest.Revoked)
				if display.Closed() != 0 {
					t.Errorf("the display was closed with %d", display.Closed())
				}
			})
		})
	}
}

// TestSocket_notDuringASale: nobody idle loses the till while a payment is pending, and loses it
// afterwards.
func TestSocket_notDuringASale(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		g := h.Cashier()
		w := g.Watch(counterview.PathTillLive)
		g.Script(counterview.PathCharge, "cents", "1250", "key", kiosktest.FreshKey())
		time.Sleep(9 * time.Minute)
		if w.Closed() != 0 {
			t.Fatalf("closed with %d in front of a customer", w.Closed())
		}
		h.UntilState(kiosk.Lapsed, 3*time.Minute)
		w.Ends(t, time.Minute+2*time.Second, kiosktest.Revoked)
	})
}

// TestSocket_revokedDisplay: a display that is revoked shows nothing more.
func TestSocket_revokedDisplay(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		ctx := context.Background()
		w := h.Customer().Watch(counterview.PathDisplayLive)
		h.Awaiting()
		devices, err := h.Shop.Till.Devices(ctx, h.Actor.Register)
		h.Must(err)
		for _, d := range devices {
			if d.Kind == kiosk.Display {
				h.Revoke(d.ID)
			}
		}
		w.Ends(t, time.Minute+2*time.Second, kiosktest.Revoked)
	})
}

// TestSocket_restart: at a restart every screen is told to come back, and comes back to the sale.
func TestSocket_restart(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		d := h.Customer()
		w := d.Watch(counterview.PathDisplayLive)
		h.Awaiting()
		w.Want(t, time.Second, "#screen .title", "Scan with your phone")
		h.Close()
		w.Ends(t, time.Second, websocket.CloseServiceRestart)
		h.Open()
		w = d.Watch(counterview.PathDisplayLive)
		w.Want(t, time.Second, "#screen .title", "Scan with your phone")
	})
}
