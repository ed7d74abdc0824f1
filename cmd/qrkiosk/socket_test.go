package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"qrkiosk/kiosk"
	"qrkiosk/views/counterview"
)

// watcher is a browser with a live connection to the house.
type watcher struct {
	conn *websocket.Conn
	done chan struct{}

	mu    sync.Mutex
	html  []string
	heard []time.Time
	code  int // of the close, 0 while open, -1 for a connection that broke
}

// handshake asks for a socket with exactly these headers besides cookies.
func (g *guest) handshake(path string, headers http.Header) (*websocket.Conn, response) {
	g.h.t.Helper()
	headers = headers.Clone()
	for name, value := range g.cookies {
		headers.Add("Cookie", name+"="+value)
	}
	if cookies := headers["Cookie"]; len(cookies) > 1 {
		headers.Set("Cookie", strings.Join(cookies, "; "))
	}
	d := websocket.Dialer{NetDialContext: g.h.wires.dial}
	conn, answer, err := d.Dial("ws"+strings.TrimPrefix(g.base, "http")+path, headers)
	if err != nil && answer == nil {
		g.h.t.Fatal(err)
	}
	return conn, g.take(answer)
}

// watch opens a live connection as a page of ours does.
func (g *guest) watch(path string) *watcher {
	g.h.t.Helper()
	conn, answer := g.handshake(path, http.Header{"Origin": {g.base}})
	if conn == nil {
		g.h.t.Fatalf("%s: answered %d %s", path, answer.status, answer.body)
	}
	w := &watcher{conn: conn, done: make(chan struct{})}
	go w.read()
	synctest.Wait()
	return w
}

func (w *watcher) read() {
	defer close(w.done)
	for {
		_, raw, err := w.conn.ReadMessage()
		w.mu.Lock()
		if err != nil {
			w.code = -1
			var c *websocket.CloseError
			if errors.As(err, &c) && c.Code != websocket.CloseAbnormalClosure {
				w.code = c.Code
			}
			w.mu.Unlock()
			_ = w.conn.Close()
			return
		}
		var f struct{ HTML string }
		if err := json.Unmarshal(raw, &f); err != nil {
			panic(err)
		}
		w.heard = append(w.heard, time.Now())
		if f.HTML != "" {
			w.html = append(w.html, f.HTML)
		}
		w.mu.Unlock()
	}
}

// shows is the newest snapshot.
func (w *watcher) shows() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.html) == 0 {
		return ""
	}
	return w.html[len(w.html)-1]
}

func (w *watcher) closed() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.code
}

func (w *watcher) leave() {
	_ = w.conn.Close()
	<-w.done
	synctest.Wait()
}

// want waits in virtual time until the screen shows words.
func (w *watcher) want(t *testing.T, limit time.Duration, words string) {
	t.Helper()
	for began := time.Now(); !strings.Contains(w.shows(), words); time.Sleep(10 * time.Millisecond) {
		if time.Since(began) > limit {
			t.Fatalf("not within %v: %q in %s", limit, words, w.shows())
		}
	}
}

// ends waits in virtual time until the socket is closed.
func (w *watcher) ends(t *testing.T, limit time.Duration, code int) {
	t.Helper()
	for began := time.Now(); w.closed() == 0; time.Sleep(100 * time.Millisecond) {
		if time.Since(began) > limit {
			t.Fatalf("still open after %v", limit)
		}
	}
	if w.closed() != code {
		t.Errorf("closed with %d, want %d", w.closed(), code)
	}
}

const revoked = 4001

func TestSocket_handshakes(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		g, d := h.cashier(), h.customer()
		before := h.rows()
		for _, c := range []struct{ what, origin string }{
			{"no Origin", ""},
			{"null", "null"},
			{"a foreign one", "https://elsewhere.test"},
			{"another port", "http://127.0.0.1:8099"},
			{"another scheme", "https://" + shopAddr},
			{"a path behind", shopURL + "/till"},
			{"a person before", "http://x@" + shopAddr},
			{"a host that begins alike", shopURL + ".elsewhere.test"},
			{"two of them", shopURL + ", " + shopURL},
		} {
			headers := http.Header{"Accept": {"application/json"}}
			if c.origin != "" {
				headers.Set("Origin", c.origin)
			}
			for path, who := range map[string]*guest{counterview.PathTillLive: g, counterview.PathDisplayLive: d} {
				conn, r := who.handshake(path, headers)
				if conn != nil || r.status != http.StatusForbidden || r.trouble().Text == "" {
					t.Errorf("B134 %s at %s: answered %d %s", c.what, path, r.status, r.body)
				}
			}
		}
		own := http.Header{"Origin": {shopURL}}
		bare, planted := h.tablet(), h.guest()
		planted.cookies["qk-display"] = "unknown"
		crossed := h.guest()
		crossed.cookies["qk-till"], crossed.cookies["qk-display"] = d.cookies["qk-display"], g.cookies["qk-till"]
		for _, c := range []struct {
			what, path string
			who        *guest
			status     int
		}{
			{"no cookie", counterview.PathTillLive, h.guest(), 401},
			{"no cookie", counterview.PathDisplayLive, h.guest(), 401},
			{"a display's cookie", counterview.PathTillLive, d, 401},
			{"a till's cookie", counterview.PathDisplayLive, bare, 401},
			{"a display's secret", counterview.PathTillLive, crossed, 403},
			{"an unknown cookie", counterview.PathDisplayLive, planted, 401},
			{"nobody signed in", counterview.PathTillLive, bare, 401},
		} {
			if conn, r := c.who.handshake(c.path, own); conn != nil || r.status != c.status {
				t.Errorf("B135 %s at %s: answered %d, want %d", c.what, c.path, r.status, c.status)
			}
		}
		h.unchanged("handshakes", before, "device", "ticket", "event", "streams")
	})
}

// TestSocket_badHandshakes (B136): handshakes that are none.
func TestSocket_badHandshakes(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		d := h.customer()
		base := []func(*http.Request){
			header("Origin", shopURL), header("Connection", "Upgrade"), header("Upgrade", "websocket"),
			header("Sec-WebSocket-Version", "13"), header("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
		}
		for _, c := range []struct {
			what   string
			change func(*http.Request)
		}{
			{"version 8", header("Sec-WebSocket-Version", "8")},
			{"no key", header("Sec-WebSocket-Key", "")},
			{"a short key", header("Sec-WebSocket-Key", "eA==")},
			{"no upgrade", header("Upgrade", "")},
			{"an upgrade to something else", header("Upgrade", "h2c")},
		} {
			r := d.get(counterview.PathDisplayLive, append(base, c.change)...)
			if r.status != http.StatusBadRequest && r.status != http.StatusUpgradeRequired {
				t.Errorf("B136 %s: answered %d", c.what, r.status)
			}
		}
		if r := d.send(http.MethodPost, counterview.PathDisplayLive, "", base...); r.status != http.StatusMethodNotAllowed {
			t.Errorf("a handshake by POST: answered %d", r.status)
		}
		w := d.watch(counterview.PathDisplayLive) // none of them has taken a place
		w.leave()
	})
}

// TestSocket_oneDeviceTooMany (B144): the twenty-first socket of a device is refused in words.
func TestSocket_oneDeviceTooMany(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		d := h.customer()
		var all []*watcher
		for range 20 {
			all = append(all, d.watch(counterview.PathDisplayLive))
		}
		conn, r := d.handshake(counterview.PathDisplayLive, http.Header{"Origin": {shopURL}, "Accept": {"application/json"}})
		if conn != nil || r.status != http.StatusTooManyRequests || r.trouble().Key != "too-many" || r.header.Get("Retry-After") == "" {
			t.Errorf("answered %d %s", r.status, r.body)
		}
		all[0].leave()
		d.watch(counterview.PathDisplayLive)
		h.customer().watch(counterview.PathDisplayLive)
	})
}

// TestSocket_aSale: both screens follow a sale by their sockets alone, and leases are renewed.
func TestSocket_aSale(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		g, d := h.cashier(), h.customer()
		till := g.watch(counterview.PathTillLive)
		till.want(t, time.Second, "No customer display")
		display := d.watch(counterview.PathDisplayLive)
		display.want(t, time.Second, "Bakery Lind")
		till.want(t, time.Second, "Customer display connected")

		before := h.rows()
		for _, m := range []string{"pay", "cancel", `{"do":"charge","cents":100}`} {
			h.must(till.conn.WriteMessage(websocket.TextMessage, []byte(m)))
			h.must(display.conn.WriteMessage(websocket.TextMessage, []byte(m)))
		}
		time.Sleep(10 * time.Second)
		h.unchanged("B141", before, "streams", "health") // screens tell how they are

		g.script(counterview.PathCharge, "cents", "1250", "key", freshKey())
		sale := h.last()
		display.want(t, 2*time.Second, "Scan with your phone")
		till.want(t, 2*time.Second, sale.Number)
		time.Sleep(2 * time.Minute)
		for what, w := range map[string]*watcher{"till": till, "display": display} {
			w.mu.Lock()
			heard := w.heard[len(w.heard)-20:]
			w.mu.Unlock()
			for i, at := range heard[1:] {
				if gap := at.Sub(heard[i]); gap > 4*time.Second {
					t.Errorf("with a sale the %s heard nothing for %v", what, gap)
				}
			}
		}
		h.pay()
		display.want(t, time.Second, "Thank you")
		till.want(t, time.Second, "paid")
		time.Sleep(9 * time.Second)
		if strings.Contains(display.shows(), "Thank you") {
			t.Error("green does not end")
		}
		display.leave()
		till.want(t, time.Second, "No customer display")
		if till.closed() != 0 {
			t.Errorf("the till was closed with %d", till.closed())
		}
	})
}

// TestSocket_newsFromElsewhere: what another process stores is on show within three seconds, though
// nobody rings here.
func TestSocket_newsFromElsewhere(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		w := h.customer().watch(counterview.PathDisplayLive)
		time.Sleep(7300 * time.Millisecond)
		_, err := h.store.Change(context.Background(), h.actor.Register, func(tx kiosk.Tx) error {
			return tx.PutCart(kiosk.Cart{Register: h.actor.Register, Updated: time.Now().UnixMilli(), Lines: []kiosk.Line{{Qty: 3, Unit: 333, Name: "Loaf"}}})
		})
		h.must(err)
		w.want(t, 3*time.Second, "9.99")
	})
}

// TestSocket_register (B145): a socket shows the register of its cookie, whatever its address says.
func TestSocket_register(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		h.saleElsewhere()
		stalls, registers, err := h.shop.Office.Stalls.All(context.Background())
		h.must(err)
		for _, s := range stalls {
			for _, r := range registers[s.ID] {
				w := h.customer().watch(counterview.PathDisplayLive + "?register=" + r.ID + "&kiosk=" + r.ID)
				if !strings.Contains(w.shows(), "Bakery Lind") {
					t.Errorf("it shows %s", w.shows())
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
		end   func(t *testing.T, h *house, g *guest)
	}{
		{"locked", time.Second, func(_ *testing.T, _ *house, g *guest) { g.post(counterview.PathLock) }},
		{"a new tablet", time.Second, func(_ *testing.T, h *house, _ *guest) {
			ticket, err := h.shop.Till.Ticket(ctx, h.actor.Register, kiosk.Tablet)
			h.must(err)
			h.guest().post(counterview.PathTillEnrol, "ticket", ticket)
		}},
		{"revoked elsewhere", minute, func(_ *testing.T, h *house, _ *guest) { h.revoke(h.actor.Device) }},
		{"a session ended elsewhere", minute, func(_ *testing.T, h *house, _ *guest) {
			all, err := h.store.Sessions().All()
			h.must(err)
			for token := range all {
				h.must(h.store.Sessions().Delete(token))
			}
		}},
		{"a person who left", minute, func(_ *testing.T, h *house, _ *guest) {
			_, err := h.store.Change(ctx, kiosk.OfficeStream, func(tx kiosk.Tx) error {
				p, err := tx.Staff(h.actor.Staff)
				if err != nil {
					return err
				}
				p.Left = 1
				return tx.PutStaff(p)
			})
			h.must(err)
		}},
		{"idle", 5*time.Minute + minute, func(*testing.T, *house, *guest) {}},
	} {
		t.Run(c.what, func(t *testing.T) {
			inBubble(t, func(t *testing.T, h *house) {
				g := h.cashier()
				w := g.watch(counterview.PathTillLive)
				display := h.customer().watch(counterview.PathDisplayLive)
				c.end(t, h, g)
				w.ends(t, c.limit, revoked)
				if display.closed() != 0 {
					t.Errorf("the display was closed with %d", display.closed())
				}
			})
		})
	}
}

// TestSocket_notDuringASale: nobody idle loses the till while a payment is pending, and loses it
// afterwards.
func TestSocket_notDuringASale(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		g := h.cashier()
		w := g.watch(counterview.PathTillLive)
		g.script(counterview.PathCharge, "cents", "1250", "key", freshKey())
		time.Sleep(9 * time.Minute)
		if w.closed() != 0 {
			t.Fatalf("closed with %d in front of a customer", w.closed())
		}
		h.untilState(kiosk.Lapsed, 3*time.Minute)
		w.ends(t, time.Minute+2*time.Second, revoked)
	})
}

// TestSocket_revokedDisplay: a display that is revoked shows nothing more.
func TestSocket_revokedDisplay(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		ctx := context.Background()
		w := h.customer().watch(counterview.PathDisplayLive)
		h.awaiting()
		devices, err := h.shop.Till.Devices(ctx, h.actor.Register)
		h.must(err)
		for _, d := range devices {
			if d.Kind == kiosk.Display {
				h.revoke(d.ID)
			}
		}
		w.ends(t, time.Minute+2*time.Second, revoked)
	})
}

// TestSocket_restart: at a restart every screen is told to come back, and comes back to the sale.
func TestSocket_restart(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		d := h.customer()
		w := d.watch(counterview.PathDisplayLive)
		h.awaiting()
		w.want(t, time.Second, "Scan with your phone")
		h.close()
		w.ends(t, time.Second, websocket.CloseServiceRestart)
		h.open()
		w = d.watch(counterview.PathDisplayLive)
		w.want(t, time.Second, "Scan with your phone")
	})
}
