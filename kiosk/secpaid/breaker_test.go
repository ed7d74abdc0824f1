package secpaid

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"qrkiosk/kiosk"
)

// TestClient_circuit: five calls without contact open the circuit; then one probe goes out at a
// time, and contact closes it.
func TestClient_circuit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		status := http.StatusInternalServerError
		c, f, end := connectPipes(t, func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(100 * time.Millisecond)
			says(status, done(echo))(w, r)
		})
		defer end()
		ask := func(code kiosk.Code, key string) {
			t.Helper()
			_, err := c.Open(t.Context(), order())
			wantError(t, err, code, key)
		}
		for range 5 {
			ask(kiosk.Unclear, KeyUnclear)
		}
		h := c.Health()
		if h.Circuit != CircuitOpen || time.Until(h.OpenUntil) != firstOpen || h.LastFailure.IsZero() || !h.LastSuccess.IsZero() {
			t.Errorf("health %+v", h)
		}
		for range 100 {
			ask(kiosk.NotSent, KeyUnreachable)
		}
		if f.count() != 5 || c.Health().Used != 5 {
			t.Errorf("%d calls arrived, %d counted", f.count(), c.Health().Used)
		}

		for n, open := range []time.Duration{5, 10, 10, 10} {
			time.Sleep(open*time.Second - time.Millisecond)
			ask(kiosk.NotSent, KeyUnreachable)
			time.Sleep(time.Millisecond)
			if c.Health().Circuit != CircuitProbing {
				t.Errorf("after %v the circuit is %s", open, c.Health().Circuit)
			}
			var wg sync.WaitGroup
			for range 10 {
				wg.Go(func() { c.Open(t.Context(), order()) })
			}
			wg.Wait()
			if f.count() != 6+n {
				t.Errorf("%d calls arrived after probe %d", f.count(), n+1)
			}
		}

		status = http.StatusOK
		time.Sleep(longestOpen)
		ask("", "")
		if h = c.Health(); h.Circuit != CircuitClosed || h.LastSuccess != time.Now() || h.LastCode != "" {
			t.Errorf("health %+v", h)
		}
		status = http.StatusInternalServerError
		for range 5 {
			ask(kiosk.Unclear, KeyUnclear)
		}
		if got := time.Until(c.Health().OpenUntil); got != firstOpen {
			t.Errorf("opened again for %v", got)
		}
	})
}

// TestClient_circuitStaysClosed: slow failures, refusals and callers that go away do not count.
func TestClient_circuitStaysClosed(t *testing.T) {
	const leave = "callers go away"
	for name, answer := range map[string]http.HandlerFunc{
		"refusals":       says(200, `{"ResponseCode":0,"Result":"False"}`),
		"keys refused":   says(401, `{"error":"Unauthorized"}`),
		"contradictions": says(200, `{"ResponseCode":1,"Result":"False"}`),
		"slow failures":  func(w http.ResponseWriter, r *http.Request) { time.Sleep(6 * time.Second); says(500, "")(w, r) },
		leave:            func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
	} {
		synctest.Test(t, func(t *testing.T) {
			c, f, end := connectPipes(t, answer)
			defer end()
			for range 8 {
				ctx, cancel := context.WithCancel(t.Context())
				if name == leave {
					time.AfterFunc(time.Second, cancel)
				}
				_, err := c.Open(ctx, order())
				if err == nil {
					t.Errorf("%s: no error", name)
				}
				cancel()
			}
			if f.count() != 8 || c.Health().Circuit != CircuitClosed {
				t.Errorf("%s: %d calls, circuit %s", name, f.count(), c.Health().Circuit)
			}
		})
	}
}

// TestClient_circuitOpensMeanwhile: a create that waits for the budget while the circuit opens
// does not go out when its turn comes, and gives its turn back.
func TestClient_circuitOpensMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, f, end := connectPipes(t, says(200, done(echo)))
		defer end()
		fill(t, c.budget, kiosk.LaneCreate, 40)
		time.Sleep(window - 2*time.Second)
		var err error
		var wg sync.WaitGroup
		wg.Go(func() { _, err = c.Open(t.Context(), order()) })
		synctest.Wait()
		for range 5 {
			p, _ := c.breaker.enter(time.Now())
			c.breaker.leave(p, time.Now(), failure)
		}
		wg.Wait()
		wantError(t, err, kiosk.NotSent, KeyUnreachable)
		if f.count() != 0 || c.Health().Used != 0 || waitOf(err) != firstOpen-2*time.Second {
			t.Errorf("%d calls, %d counted, told to wait %v", f.count(), c.Health().Used, waitOf(err))
		}
	})
}

// TestBreaker_leavers: a probe whose caller goes away frees the way for the next one; a late
// answer of an earlier call closes the circuit.
func TestBreaker_leavers(t *testing.T) {
	b, now := newBreaker(), noon
	early, _ := b.enter(now)
	for range 5 {
		p, _ := b.enter(now)
		b.leave(p, now, failure)
	}
	if wait := b.blocked(now); wait != firstOpen {
		t.Fatalf("blocked for %v", wait)
	}
	now = now.Add(firstOpen)
	probe, wait := b.enter(now)
	if !probe.probe || wait != 0 || b.blocked(now) != probeWait {
		t.Errorf("no probe: %v, %v", probe, wait)
	}
	b.leave(early, now, failure) // says nothing new
	b.leave(probe, now, noWord)
	if probe, wait = b.enter(now); !probe.probe || wait != 0 {
		t.Errorf("no second probe: %v, %v", probe, wait)
	}
	b.leave(pass{}, now, success)
	if state, _ := b.state(now); state != CircuitClosed || b.blocked(now) != 0 {
		t.Errorf("the circuit is %s", state)
	}
}

func TestBackoff(t *testing.T) {
	for failures, most := range map[int]time.Duration{
		-1: time.Second, 0: time.Second, 1: time.Second, 2: 2 * time.Second, 4: 8 * time.Second,
		7: time.Minute, 1000: time.Minute,
	} {
		var high, low time.Duration = 0, time.Hour
		for range 400 {
			d := Backoff(failures)
			high, low = max(high, d), min(low, d)
		}
		if high > most || high < most*3/4 || low < 0 || low > most/4 {
			t.Errorf("after %d failures between %v and %v, want up to %v", failures, low, high, most)
		}
	}
}

// TestDeadlines: a gateway that hangs at any point is left, and only before the body began to
// leave is it sure that nothing was done.
func TestDeadlines(t *testing.T) {
	hang := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	trickle := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		for r.Context().Err() == nil {
			w.Write([]byte(" "))
			w.(http.Flusher).Flush()
			time.Sleep(time.Second)
		}
	}
	noDial := func(ctx context.Context, _, _ string) (net.Conn, error) { <-ctx.Done(); return nil, ctx.Err() }
	var far []net.Conn
	noReader := func(context.Context, string, string) (net.Conn, error) {
		here, there := net.Pipe() // connected, and nobody reads
		far = append(far, there)
		return here, nil
	}
	cases := []struct {
		name   string
		answer http.HandlerFunc
		dial   func(context.Context, string, string) (net.Conn, error)
		url    string
		after  time.Duration
		code   kiosk.Code
		key    string
	}{
		{"no answer", hang, nil, "", headerTime, kiosk.Unclear, KeyUnclear},
		{"endless answer", trickle, nil, "", callTime, kiosk.Unclear, KeyUnclear},
		{"no connection", hang, noDial, "", dialTime, kiosk.NotSent, KeyUnreachable},
		{"no TLS", hang, noReader, "https://127.0.0.1:1", tlsTime, kiosk.NotSent, KeyUnreachable},
		{"nobody reads", hang, noReader, "", callTime, kiosk.NotSent, KeyUnreachable},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client, f, end := connectPipes(t, c.answer, func(config *Config) {
					if c.dial != nil {
						config.Dial = c.dial
					}
					if c.url != "" {
						config.URL = c.url
					}
				})
				defer end()
				start := time.Now()
				_, err := client.Open(t.Context(), order())
				wantError(t, err, c.code, c.key)
				if took := time.Since(start); took != c.after {
					t.Errorf("left after %v, want %v", took, c.after)
				}
				var e *kiosk.Error
				if f.count() > 1 || !errors.As(err, &e) || e.Wait > 1000 {
					t.Errorf("%d requests, error %+v", f.count(), e)
				}
				for _, conn := range far {
					conn.Close()
				}
				far = nil
			})
		})
	}
}

// TestDeadlines_caller: the caller's own end counts as soon as it comes.
func TestDeadlines_caller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, f, end := connectPipes(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
		defer end()
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(2*time.Second, cancel)
		start := time.Now()
		_, err := c.Open(ctx, order())
		wantError(t, err, kiosk.Unclear, KeyUnclear)
		if time.Since(start) != 2*time.Second || f.count() != 1 {
			t.Errorf("left after %v, %d requests", time.Since(start), f.count())
		}
		if h := c.Health(); h.LastCode != kiosk.Unclear || !h.LastFailure.IsZero() || h.Used != 1 {
			t.Errorf("health %+v", h)
		}
	})
}
