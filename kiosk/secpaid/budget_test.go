package secpaid

import (
	"context"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"qrkiosk/kiosk"
)

var allLanes = []kiosk.Lane{kiosk.LaneCreate, kiosk.LaneRetire, kiosk.LaneLook, kiosk.LaneReports}

// fill takes n slots of a lane and ends their calls at once.
func fill(t *testing.T, b *budget, lane kiosk.Lane, n int) {
	t.Helper()
	for i := range n {
		s, err := b.take(t.Context(), lane)
		if err != nil {
			t.Fatalf("slot %d of lane %d: %v", i, lane, err)
		}
		s.done(b.now())
	}
}

// TestBudget_shares: how many calls of one lane start at once, alone and beside others.
func TestBudget_shares(t *testing.T) {
	cases := []struct {
		before map[kiosk.Lane]int
		lane   kiosk.Lane
		want   int
	}{
		{nil, kiosk.LaneCreate, 40},
		{nil, kiosk.LaneRetire, 20},
		{nil, kiosk.LaneLook, 26},
		{nil, kiosk.LaneReports, 6},
		{map[kiosk.Lane]int{kiosk.LaneLook: 26}, kiosk.LaneCreate, 34},
		{map[kiosk.Lane]int{kiosk.LaneCreate: 40}, kiosk.LaneLook, 20},
		{map[kiosk.Lane]int{kiosk.LaneRetire: 20}, kiosk.LaneCreate, 20},
		{map[kiosk.Lane]int{kiosk.LaneReports: 6}, kiosk.LaneLook, 20},
		{map[kiosk.Lane]int{kiosk.LaneCreate: 40, kiosk.LaneLook: 20}, kiosk.LaneReports, 0},
	}
	for _, c := range cases {
		synctest.Test(t, func(t *testing.T) {
			b := newBudget(60, time.Now)
			for lane, n := range c.before {
				fill(t, b, lane, n)
			}
			n := 0
			for n <= 60 {
				if _, err := b.take(t.Context(), c.lane); err != nil {
					wantError(t, err, kiosk.TooMany, KeyLimit)
					break
				}
				n++
			}
			if n != c.want {
				t.Errorf("behind %v lane %d starts %d calls, want %d", c.before, c.lane, n, c.want)
			}
		})
	}
}

// TestBudget_small: a small limit still lets every lane through.
func TestBudget_small(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, lane := range allLanes {
			fill(t, newBudget(3, time.Now), lane, 1)
		}
	})
}

// TestBudget_order: those who wait are served by lane, then by arrival, however they came. One
// slot becomes free at a time, so that the order can be seen.
func TestBudget_order(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBudget(60, time.Now)
		for range 40 {
			fill(t, b, kiosk.LaneCreate, 1)
		}
		for range 20 {
			fill(t, b, kiosk.LaneLook, 1)
			time.Sleep(time.Second)
		}
		time.Sleep(window - 20*time.Second - 5*time.Second)
		b.mu.Lock()
		for i, s := range b.slots { // one leaves the window every 500 ms, from five seconds on
			s.free = time.Now().Add(5*time.Second + time.Duration(i)*500*time.Millisecond)
			b.leaves(s.free)
		}
		b.mu.Unlock()
		served := make(chan kiosk.Lane, 8)
		var wg sync.WaitGroup
		for _, lane := range []kiosk.Lane{3, 2, 0, 1, 2, 0, 3, 1} {
			wg.Go(func() {
				if s, err := b.take(t.Context(), lane); err == nil {
					served <- lane
					time.Sleep(30 * time.Second)
					s.done(time.Now())
				}
			})
			synctest.Wait()
		}
		wg.Wait()
		close(served)
		var got []kiosk.Lane
		for lane := range served {
			got = append(got, lane)
		}
		if want := []kiosk.Lane{0, 0, 1, 1, 2, 2, 3, 3}; !slices.Equal(got, want) {
			t.Errorf("served %v, want %v", got, want)
		}
	})
}

// TestBudget_waits: a wait that cannot end in time is refused at once, one that is given up
// leaves nothing behind.
func TestBudget_waits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBudget(60, time.Now)
		fill(t, b, kiosk.LaneCreate, 40)
		start := time.Now()
		_, err := b.take(t.Context(), kiosk.LaneCreate)
		wantError(t, err, kiosk.TooMany, KeyLimit)
		if waitOf(err) != window || time.Since(start) != 0 {
			t.Errorf("told to wait %v after %v", waitOf(err), time.Since(start))
		}

		time.Sleep(window - 5*time.Second)
		short, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		_, err = b.take(short, kiosk.LaneCreate)
		wantError(t, err, kiosk.TooMany, KeyLimit)
		if waitOf(err) != 5*time.Second {
			t.Errorf("told to wait %v", waitOf(err))
		}

		left, leave := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, leave)
		_, err = b.take(left, kiosk.LaneCreate)
		wantError(t, err, kiosk.NotSent, KeyLimit)
		if len(b.waiting) != 0 {
			t.Errorf("%d still wait", len(b.waiting))
		}
		fill(t, b, kiosk.LaneCreate, 1)
		if took := time.Since(start); took != window {
			t.Errorf("served after %v", took)
		}
	})
}

// TestBudget_grantedTooLate: who leaves in the moment of the grant gives the slot back.
func TestBudget_grantedTooLate(t *testing.T) {
	b := newBudget(60, time.Now)
	w, _, err := b.enqueue(t.Context(), kiosk.LaneCreate)
	if used, _, _ := b.state(); err != nil || used != 1 {
		t.Fatalf("%d calls counted, error %v", used, err)
	}
	b.leave(w, errBudget)
	if used, _, _ := b.state(); used != 0 {
		t.Errorf("%d calls counted after leaving", used)
	}
}

// TestBudget_overtaken: who is overtaken for ten seconds is told so and not kept longer.
func TestBudget_overtaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBudget(60, time.Now)
		fill(t, b, kiosk.LaneLook, 20)
		fill(t, b, kiosk.LaneCreate, 40)
		time.Sleep(window - 5*time.Second)
		b.close(time.Now().Add(6 * time.Second))
		var err error
		var wg sync.WaitGroup
		wg.Go(func() { _, err = b.take(t.Context(), kiosk.LaneReports) })
		synctest.Wait()
		b.close(time.Now().Add(30 * time.Second)) // a second 429 while it waits
		wg.Wait()
		wantError(t, err, kiosk.TooMany, KeyLimit)
		if waitOf(err) != 20*time.Second || len(b.waiting) != 0 {
			t.Errorf("told to wait %v, %d still wait", waitOf(err), len(b.waiting))
		}
	})
}

// TestBudget_flood lets many callers of every lane run for ten minutes over a network of random
// delays and counts what the gateway sees: never more than sixty in any sixty seconds, and looks
// go on however many creates there are.
func TestBudget_flood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBudget(60, time.Now)
		begin := time.Now()
		var mu sync.Mutex
		var arrivals []time.Time
		perLane := map[kiosk.Lane]int{}
		var wg sync.WaitGroup
		for worker := range 40 {
			random := rand.New(rand.NewPCG(7, uint64(worker)))
			lane := allLanes[worker%4]
			wg.Go(func() {
				for time.Since(begin) < 10*time.Minute {
					s, err := b.take(t.Context(), lane)
					if err != nil {
						time.Sleep(waitOf(err))
						continue
					}
					time.Sleep(time.Duration(random.IntN(5000)) * time.Millisecond)
					mu.Lock()
					arrivals = append(arrivals, time.Now())
					perLane[lane]++
					mu.Unlock()
					time.Sleep(time.Duration(random.IntN(5000)) * time.Millisecond)
					s.done(time.Now())
				}
			})
		}
		wg.Wait()
		slices.SortFunc(arrivals, time.Time.Compare)
		for i := 60; i < len(arrivals); i++ {
			if arrivals[i].Sub(arrivals[i-60]) < window {
				t.Fatalf("61 calls within %v", arrivals[i].Sub(arrivals[i-60]))
			}
		}
		if len(arrivals) < 400 || perLane[kiosk.LaneLook] < 120 || perLane[kiosk.LaneCreate] < 120 {
			t.Errorf("%d arrivals, by lane %v", len(arrivals), perLane)
		}
	})
}

// TestClient_429: a 429 keeps every call of every lane back; without a Retry-After for a minute.
func TestClient_429(t *testing.T) {
	for _, after := range []string{"", "7"} {
		synctest.Test(t, func(t *testing.T) {
			status := http.StatusTooManyRequests
			c, f, end := connectPipes(t, func(w http.ResponseWriter, r *http.Request) {
				if after != "" {
					w.Header().Set("Retry-After", after)
				}
				says(status, done(echo))(w, r)
			})
			defer end()
			want := time.Minute
			if after != "" {
				want = 7 * time.Second
			}
			_, err := c.Open(t.Context(), order())
			wantError(t, err, kiosk.TooMany, KeyLimit)
			if waitOf(err) != want {
				t.Errorf("told to wait %v, want %v", waitOf(err), want)
			}
			status = http.StatusOK
			if h := c.Health(); time.Until(h.ClosedUntil) != want || h.LastCode != kiosk.TooMany || h.Circuit != CircuitClosed {
				t.Errorf("health %+v", h)
			}
			short, cancel := context.WithTimeout(t.Context(), 3*time.Second)
			defer cancel()
			for _, lane := range allLanes {
				_, err = c.PayIns(short, kiosk.PayInQuery{Lane: lane})
				wantError(t, err, kiosk.TooMany, KeyLimit)
			}
			if f.count() != 1 {
				t.Errorf("%d calls arrived while the window was closed", f.count())
			}
			time.Sleep(want)
			if _, err = c.Open(t.Context(), order()); err != nil || f.count() != 2 {
				t.Errorf("afterwards: error %v, %d calls", err, f.count())
			}
			if h := c.Health(); !h.ClosedUntil.IsZero() || h.LastCode != "" {
				t.Errorf("health %+v", h)
			}
		})
	}
}

// TestClient_budget: sixty calls arrive, the next of every lane is told to wait.
func TestClient_budget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, f, end := connectPipes(t, says(200, done("[]")))
		defer end()
		for range 20 {
			if _, err := c.PayIns(t.Context(), kiosk.PayInQuery{Lane: kiosk.LaneLook}); err != nil {
				t.Fatal(err)
			}
		}
		for range 40 {
			c.Open(t.Context(), order())
		}
		if h := c.Health(); f.count() != 60 || h.Used != 60 || h.PerMinute != 60 {
			t.Errorf("%d calls, health %+v", f.count(), h)
		}
		_, err := c.Open(t.Context(), order())
		wantError(t, err, kiosk.TooMany, KeyLimit)
		_, err = c.Retire(t.Context(), 1)
		wantError(t, err, kiosk.TooMany, KeyLimit)
		if f.count() != 60 {
			t.Errorf("%d calls arrived", f.count())
		}
		time.Sleep(window)
		if _, err = c.Retire(t.Context(), 1); err != nil || f.count() != 61 {
			t.Errorf("a minute later: error %v, %d calls", err, f.count())
		}
	})
}

// TestClient_parallel: many at once, over one account's budget, under the race detector.
func TestClient_parallel(t *testing.T) {
	c, f := connect(t, says(200, done(echo)))
	var wg sync.WaitGroup
	for range 30 {
		wg.Go(func() {
			if o, err := c.Open(t.Context(), order()); err != nil || o.Wrong != "" {
				t.Errorf("opened %+v, error %v", o, err)
			}
			c.Health()
		})
	}
	wg.Wait()
	if f.count() != 30 || strings.Count(string(f.last(t).body), "recipient_note") != 1 {
		t.Errorf("%d calls", f.count())
	}
}
