package front

import (
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"qrkiosk/kiosk"
)

// TestHub_oneDrawingPerKind: thirty displays and three tills in two languages are four kinds of
// screens, and everybody is told once.
func TestHub_oneDrawingPerKind(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		var all []*viewer
		for i := range 30 {
			all = append(all, s.watch(kiosk.Display, []string{"en", "de"}[i%2], fmt.Sprint("d", i)))
		}
		for i := range 3 {
			all = append(all, s.watch(kiosk.Tablet, []string{"en", "de"}[i%2], "tablet"))
		}
		synctest.Wait()
		for i, v := range all {
			if first := v.got(); len(first) == 0 || first[0].HTML == "" || first[0].Version != 1 {
				t.Fatalf("screen %d was told %+v on entering", i, first)
			}
		}
		s.drawings()
		version := s.ring()
		list := s.drawings()
		if len(list) != 4 {
			t.Errorf("%d drawings, want 4: %+v", len(list), list)
		}
		if list[0].view.Kind != kiosk.Display || list[len(list)-1].view.Kind != kiosk.Tablet {
			t.Errorf("tills were drawn before displays: %+v", list)
		}
		for i, v := range all {
			if got := v.got(); len(got) != 1 || got[0].Version != version || got[0].HTML == "" {
				t.Fatalf("screen %d was told %+v", i, got)
			}
		}
	})
}

func TestHub_ringsOfOldNewsDrawNothing(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		v := s.watch(kiosk.Display, "en", "d")
		version := s.ring()
		s.drawings()
		v.got()
		s.front.Hub.Ring("R", version)
		s.front.Hub.Ring("R", version-1)
		s.front.Hub.Ring("another register", 99)
		synctest.Wait()
		if n := len(s.drawings()); n != 0 {
			t.Errorf("%d drawings", n)
		}
		if got := v.got(); len(got) != 0 {
			t.Errorf("told %+v", got)
		}
	})
}

// TestHub_newestWins: a screen that takes nothing for a while gets the newest snapshot and none of
// those between.
func TestHub_newestWins(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		slow, _ := s.dial(kiosk.Display, "en", "slow")
		quick := s.watch(kiosk.Display, "en", "quick")
		var version int64
		for range 10 {
			version = s.ring()
		}
		go slow.read()
		synctest.Wait()
		got := slow.got()
		if len(got) != 2 || got[1].Version != version {
			t.Errorf("the slow screen was told %+v, want what was on its way and version %d", got, version)
		}
		if n := len(quick.got()); n < 10 {
			t.Errorf("the quick screen was told %d times", n)
		}
	})
}

// TestFault_F70_slowConsumer: who takes nothing for five seconds is dropped, and nobody waits for it.
func TestFault_F70_slowConsumer(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		slow, _ := s.dial(kiosk.Display, "en", "slow")
		quick := s.watch(kiosk.Display, "en", "quick")
		synctest.Wait()
		began := time.Now()
		for s.front.Hub.Displays("R") == 2 {
			time.Sleep(50 * time.Millisecond)
			if time.Since(began) > time.Minute {
				t.Fatal("never dropped")
			}
		}
		if took := time.Since(began); took < WritePatience-100*time.Millisecond || took > WritePatience+100*time.Millisecond {
			t.Errorf("dropped after %v", took)
		}
		synctest.Wait() // the room is drawn anew when somebody has left
		quick.got()
		version := s.ring()
		if got := quick.got(); len(got) != 1 || got[0].Version != version {
			t.Errorf("the other screen was told %+v", got)
		}
		if slow.conn.Close() != nil || quick.closed() != 0 {
			t.Error("the wrong one was closed")
		}
	})
}

// TestHub_frameOrder: rings come faster than screens are drawn; versions never fall, and the last
// one is the newest.
func TestHub_frameOrder(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		s.set(func() { s.slow = 3 * time.Millisecond })
		var all []*viewer
		for i := range 10 {
			all = append(all, s.watch(kiosk.Display, "en", fmt.Sprint(i)))
		}
		var ringers sync.WaitGroup
		for range 4 {
			ringers.Go(func() {
				for range 50 {
					s.front.Hub.Ring("R", s.commit())
					time.Sleep(time.Millisecond)
				}
			})
		}
		ringers.Wait()
		time.Sleep(100 * time.Millisecond)
		synctest.Wait()
		for i, v := range all {
			got := v.got()
			if !slices.IsSortedFunc(got, func(a, b seen) int { return int(a.Version - b.Version) }) {
				t.Errorf("screen %d was told versions that fall", i)
			}
			if last := got[len(got)-1].Version; last != 201 {
				t.Errorf("screen %d ended at version %d", i, last)
			}
		}
		if n := len(s.drawings()); n >= 200 {
			t.Errorf("%d drawings for 200 rings", n)
		}
	})
}

// TestFault_F69_heartbeats: no pause on a socket is longer than eight seconds, with a sale and without.
func TestFault_F69_heartbeats(t *testing.T) {
	for _, c := range []struct {
		busy  bool
		every time.Duration
	}{{false, renewIdle * time.Second}, {true, renewSale * time.Second}} {
		t.Run(fmt.Sprint("busy ", c.busy), func(t *testing.T) {
			onStage(t, func(t *testing.T, s *stage) {
				s.set(func() { s.busy = c.busy })
				v := s.watch(kiosk.Display, "en", "d")
				synctest.Wait()
				v.got()
				time.Sleep(time.Minute)
				synctest.Wait()
				got := v.got()
				if c.every > 8*time.Second {
					t.Errorf("%v between two frames: a proxy may close the socket", c.every)
				}
				if n := int(time.Minute / c.every); len(got) != n {
					t.Fatalf("%d renewals in a minute, want %d", len(got), n)
				}
				for i, f := range got {
					if f.HTML != "" || f.Version != 1 || f.Epoch != "E" || f.Lease != kiosk.LeaseMillis {
						t.Errorf("renewal %+v", f)
					}
					if i > 0 && f.at.Sub(got[i-1].at) != c.every {
						t.Errorf("%v between two renewals", f.at.Sub(got[i-1].at))
					}
				}
				if n := len(s.drawings()); n != 1 {
					t.Errorf("%d drawings", n)
				}
			})
		})
	}
}

func TestHub_lostRingIsHealed(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		v := s.watch(kiosk.Display, "en", "d")
		time.Sleep(20*time.Second + 300*time.Millisecond)
		synctest.Wait()
		v.got()
		version := s.commit()
		time.Sleep(3 * time.Second)
		synctest.Wait()
		if got := snapshots(v.got()); len(got) != 1 || got[0].Version != version {
			t.Errorf("within three seconds the screen was told %+v", got)
		}
	})
}

// TestHub_backAgain: a till that comes back to a room which a display kept alive must not be shown
// what it was shown before it left.
func TestHub_backAgain(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		s.watch(kiosk.Display, "en", "d")
		first := s.watch(kiosk.Tablet, "en", "t")
		synctest.Wait()
		first.leave()
		synctest.Wait()
		version := s.ring()
		till := s.watch(kiosk.Tablet, "en", "t")
		synctest.Wait()
		if got := till.got(); len(got) == 0 || got[0].Version != version {
			t.Errorf("back at version %d the till was told %+v", version, got)
		}
	})
}

// TestHub_leftWhileDrawn: the same, when the last till leaves while its screen is being drawn.
func TestHub_leftWhileDrawn(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		s.watch(kiosk.Display, "en", "d")
		till := s.watch(kiosk.Tablet, "en", "t")
		synctest.Wait()
		time.Sleep(100 * time.Millisecond)
		s.set(func() { s.slow = 100 * time.Millisecond })
		s.ring()
		time.Sleep(150 * time.Millisecond) // the display is drawn, the till is being drawn
		till.leave()
		time.Sleep(time.Second)
		version := s.ring()
		time.Sleep(time.Second)
		till = s.watch(kiosk.Tablet, "en", "t")
		time.Sleep(time.Second)
		if got := till.got(); len(got) == 0 || got[0].Version != version {
			t.Errorf("back at version %d the till was told %+v", version, got)
		}
	})
}

func TestHub_changesByItself(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		s.set(func() { s.next = 8 * time.Second })
		v := s.watch(kiosk.Display, "en", "d")
		synctest.Wait()
		s.set(func() { s.next = 0 })
		s.drawings()
		time.Sleep(7900 * time.Millisecond)
		if n := len(s.drawings()); n != 0 {
			t.Errorf("%d drawings too early", n)
		}
		time.Sleep(200 * time.Millisecond)
		synctest.Wait()
		if n := len(s.drawings()); n != 1 {
			t.Errorf("%d drawings, want 1", n)
		}
		if got := snapshots(v.got()); len(got) != 2 {
			t.Errorf("told %+v", got)
		}
		time.Sleep(time.Minute)
		if n := len(s.drawings()); n != 0 {
			t.Errorf("%d drawings afterwards", n)
		}
	})
}

// TestHub_failedDrawing: what cannot be drawn is not renewed either, so that the screens cover
// themselves; as soon as it can be drawn they are told, without another ring.
func TestHub_failedDrawing(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		v := s.watch(kiosk.Display, "en", "d")
		synctest.Wait()
		v.got()
		s.set(func() { s.broken = errStoreAway })
		version := s.ring()
		time.Sleep(20 * time.Second)
		synctest.Wait()
		if got := v.got(); len(got) != 0 {
			t.Errorf("renewed what cannot be drawn: %+v", got)
		}
		s.set(func() { s.broken = nil })
		time.Sleep(3 * time.Second)
		synctest.Wait()
		if got := snapshots(v.got()); len(got) != 1 || got[0].Version != version {
			t.Errorf("afterwards the screen was told %+v", got)
		}
	})
}

// TestFault_F66_blindHub: who cannot read what is stored renews no lease, so that screens cover
// themselves when the last one ends.
func TestFault_F66_blindHub(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		v := s.watch(kiosk.Display, "en", "d")
		time.Sleep(2500 * time.Millisecond)
		synctest.Wait()
		s.set(func() { s.away = errStoreAway })
		time.Sleep(2 * time.Second)
		synctest.Wait()
		v.got()
		time.Sleep(kiosk.LeaseMillis * time.Millisecond)
		synctest.Wait()
		if got := v.got(); len(got) != 0 {
			t.Errorf("renewed though the versions cannot be read: %+v", got)
		}
		s.set(func() { s.away = nil })
		time.Sleep(9 * time.Second)
		synctest.Wait()
		if len(v.got()) == 0 {
			t.Error("not renewed once they can be read again")
		}
	})
}

func TestHub_displaysAreCounted(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		till := s.watch(kiosk.Tablet, "en", "t")
		counts := func() (n []int) {
			for _, d := range s.drawings() {
				if d.view.Kind == kiosk.Tablet {
					n = append(n, d.displays)
				}
			}
			return n
		}
		synctest.Wait()
		if got := counts(); !slices.Equal(got, []int{0}) {
			t.Fatalf("drawn with %v displays", got)
		}
		till.got()
		d := s.watch(kiosk.Display, "en", "d")
		synctest.Wait()
		if got := counts(); !slices.Equal(got, []int{1}) || len(till.got()) != 1 {
			t.Errorf("a display came: drawn with %v", got)
		}
		d.leave()
		synctest.Wait()
		if got := counts(); !slices.Equal(got, []int{0}) || len(till.got()) != 1 {
			t.Errorf("it left: drawn with %v", got)
		}
	})
}

// TestHub_drain: everybody is told to come back, also those behind sockets that take nothing.
func TestHub_drain(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		var readers, blocked []*viewer
		for i := range 20 {
			v, _ := s.dial(kiosk.Display, "en", fmt.Sprint("blocked", i))
			blocked = append(blocked, v)
			readers = append(readers, s.watch(kiosk.Display, "en", fmt.Sprint("reader", i)))
		}
		synctest.Wait()
		began := time.Now()
		s.front.Drain()
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("draining took %v", took)
		}
		synctest.Wait()
		for i, v := range readers {
			if v.closed() != websocket.CloseServiceRestart {
				t.Errorf("reader %d was closed with %d", i, v.closed())
			}
		}
		for _, v := range blocked {
			_ = v.conn.Close()
		}
		if n := s.front.Hub.Displays("R"); n != 0 {
			t.Errorf("%d displays are left", n)
		}
	})
}

func TestHub_endOfRun(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		v := s.watch(kiosk.Display, "en", "d")
		synctest.Wait()
		s.front.Hub.close()
		synctest.Wait()
		if v.closed() != websocket.CloseServiceRestart {
			t.Errorf("closed with %d", v.closed())
		}
		late := s.watch(kiosk.Display, "en", "late")
		synctest.Wait()
		if late.closed() != websocket.CloseServiceRestart {
			t.Errorf("a late one was closed with %d", late.closed())
		}
		if len(s.front.Hub.devices) != 0 || len(s.front.Hub.rooms) != 0 {
			t.Error("the late one is remembered")
		}
	})
}

// TestHub_trust: whoever is not welcome any more is sent away within a minute and a bit, but no
// till while its sale is in hand, and nobody because the store cannot be read.
func TestHub_trust(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		s.set(func() { s.busy = true })
		till, display := s.watch(kiosk.Tablet, "en", "t"), s.watch(kiosk.Display, "en", "d")
		s.set(func() { s.trust = errStoreAway })
		time.Sleep(5*time.Minute + time.Second)
		synctest.Wait()
		if till.closed() != 0 || display.closed() != 0 {
			t.Fatalf("closed with %d and %d though nothing is known", till.closed(), display.closed())
		}
		if n := s.asked.Load(); n != 5 {
			t.Errorf("asked %d times in five minutes for the display alone", n)
		}
		s.set(func() { s.trust = ErrSignedOut })
		time.Sleep(trustEvery + time.Second)
		synctest.Wait()
		if till.closed() != 0 || display.closed() != CloseRevoked {
			t.Fatalf("with a sale in hand the till was closed with %d, the display with %d", till.closed(), display.closed())
		}
		s.set(func() { s.busy = false })
		s.ring()
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if till.closed() != CloseRevoked {
			t.Errorf("after the sale the till was closed with %d", till.closed())
		}
	})
}

// TestHub_twentySockets: forty handshakes of one device at a time, twenty sockets (B144).
func TestHub_twentySockets(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		var mu sync.Mutex
		var open []*viewer
		refused := 0
		var wg sync.WaitGroup
		for range 40 {
			wg.Go(func() {
				v, status := s.dial(kiosk.Display, "en", "one")
				mu.Lock()
				defer mu.Unlock()
				if v != nil {
					go v.read()
					open = append(open, v)
				} else if status == 429 {
					refused++
				}
			})
		}
		wg.Wait()
		if len(open) != socketsPerDevice || refused != 40-socketsPerDevice {
			t.Fatalf("%d opened, %d refused", len(open), refused)
		}
		open[0].leave()
		synctest.Wait()
		if v, status := s.dial(kiosk.Display, "en", "one"); v == nil {
			t.Errorf("after one has left: %d", status)
		} else {
			_ = v.conn.Close()
		}
		if v, status := s.dial(kiosk.Display, "en", "other"); v == nil {
			t.Errorf("another device: %d", status)
		} else {
			_ = v.conn.Close()
		}
	})
}

// TestHub_nothingStays: two hundred sockets came and went.
func TestHub_nothingStays(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		round := func() {
			var all []*viewer
			for i := range 200 {
				all = append(all, s.watch(kiosk.Display, "en", fmt.Sprint(i)))
			}
			s.ring()
			for _, v := range all {
				v.leave()
			}
			time.Sleep(time.Minute)
			synctest.Wait()
			s.drawings()
		}
		round()
		goroutines, heap := runtime.NumGoroutine(), live()
		round()
		n := runtime.NumGoroutine()
		for range 10_000 { // one that is just ending is counted still
			if n = runtime.NumGoroutine(); n <= goroutines {
				break
			}
			runtime.Gosched()
		}
		if n > goroutines+5 { // the runtime has some of its own; what stays of 200 sockets would be many
			all := make([]byte, 64<<10)
			t.Errorf("%d goroutines, %d before:\n%s", n, goroutines, all[:runtime.Stack(all, true)])
		}
		if now := live(); now > heap+512<<10 {
			t.Errorf("%d KiB more are in use", (now-heap)>>10)
		}
		if h := s.front.Hub; len(h.rooms) != 0 || len(h.devices) != 0 || len(h.waiters) != 0 {
			t.Errorf("%d rooms, %d devices and %d waiters stay", len(h.rooms), len(h.devices), len(h.waiters))
		}
	})
}

func live() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// TestSocket_whatBrowsersSay: a socket carries nothing in, so that whatever a browser sends ends it or is
// left unread.
func TestSocket_whatBrowsersSay(t *testing.T) {
	say := func(kind int, size, times int) func(*websocket.Conn) {
		return func(c *websocket.Conn) {
			for range times {
				if c.WriteMessage(kind, make([]byte, size)) != nil {
					return
				}
			}
		}
	}
	for _, c := range []struct {
		name string
		do   func(*websocket.Conn)
		code int
	}{
		{"B137 a frame over 4 KiB", say(websocket.TextMessage, 5000, 1), websocket.CloseMessageTooBig},
		{"B138 binary", say(websocket.BinaryMessage, 3, 1), websocket.CloseUnsupportedData},
		{"B139 unknown opcode", func(c *websocket.Conn) { _, _ = c.NetConn().Write([]byte{0x83, 0x80, 1, 2, 3, 4}) }, websocket.CloseProtocolError},
		{"B139 unmasked", func(c *websocket.Conn) { _, _ = c.NetConn().Write([]byte{0x81, 0x01, 'a'}) }, websocket.CloseProtocolError},
		{"B139 reserved bits", func(c *websocket.Conn) { _, _ = c.NetConn().Write([]byte{0xf1, 0x80, 1, 2, 3, 4}) }, websocket.CloseProtocolError},
		{"B140 a hundred messages", say(websocket.TextMessage, 3, 100), 0},
		{"B140 a hundred and one messages", say(websocket.TextMessage, 3, 101), websocket.ClosePolicyViolation},
		{"B143 a flood of pings", say(websocket.PingMessage, 3, 101), websocket.ClosePolicyViolation},
		{"B137 endless fragments", func(c *websocket.Conn) {
			w, err := c.NextWriter(websocket.TextMessage)
			for err == nil {
				_, err = w.Write(make([]byte, 8192)) // more than a buffer, so that fragments leave
			}
		}, websocket.CloseMessageTooBig},
		{"B141 commands", func(c *websocket.Conn) {
			for _, m := range []string{"pay", "cancel", `{"do":"cancel","sale":"1"}`} {
				_ = c.WriteMessage(websocket.TextMessage, []byte(m))
			}
		}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			onStage(t, func(t *testing.T, s *stage) {
				v := s.watch(kiosk.Display, "en", "d")
				synctest.Wait()
				s.drawings()
				go c.do(v.conn)
				synctest.Wait()
				if got := v.closed(); got != c.code {
					t.Errorf("closed with %d, want %d", got, c.code)
				}
				if n := len(s.drawings()); n != 0 && c.code == 0 {
					t.Errorf("what was said led to %d drawings", n)
				}
			})
		})
	}
}

// TestSocket_talkIsForgotten: the limit is per minute.
func TestSocket_talkIsForgotten(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		v := s.watch(kiosk.Display, "en", "d")
		for range 3 {
			for range 100 {
				if err := v.conn.WriteMessage(websocket.TextMessage, []byte("x")); err != nil {
					t.Fatal(err)
				}
			}
			time.Sleep(talkWindow + time.Second)
		}
		if v.closed() != 0 {
			t.Errorf("closed with %d", v.closed())
		}
	})
}

// TestFault_F68_noPong (B143): a screen that does not answer to pings is dropped.
func TestFault_F68_noPong(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		alive := s.watch(kiosk.Display, "en", "alive")
		dead, _ := s.dial(kiosk.Display, "en", "dead")
		dead.conn.SetPingHandler(func(string) error { return nil })
		go dead.read()
		time.Sleep(readPatience + time.Second)
		synctest.Wait()
		if dead.closed() == 0 || alive.closed() != 0 {
			t.Errorf("the dead one was closed with %d, the living one with %d", dead.closed(), alive.closed())
		}
	})
}

// TestHub_trustEnds: a ring that brings word of an ended trust has every screen of the register
// asked at once, in whichever process they are, and nobody is asked when nothing of the kind came.
func TestHub_trustEnds(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		a, b := s.watch(kiosk.Display, "en", "a"), s.watch(kiosk.Tablet, "en", "b")
		synctest.Wait()
		s.ring()
		if n := s.asked.Load(); n != 0 || a.closed() != 0 {
			t.Fatalf("%d screens were asked before anything ended", n)
		}
		s.set(func() { s.trust, s.ended = ErrSignedOut, 5 })
		began := time.Now()
		s.ring()
		if a.closed() != CloseRevoked || b.closed() != CloseRevoked || time.Since(began) > time.Second {
			t.Errorf("closed with %d and %d after %v", a.closed(), b.closed(), time.Since(began))
		}
		if n := s.asked.Load(); n != 2 {
			t.Errorf("%d questions, want 2", n)
		}
	})
}
