package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/sandbox"
	"qrkiosk/kiosk/till"
)

func stringReader(s string) io.Reader { return strings.NewReader(s) }

// inBubble runs a test in virtual time.
func inBubble(t *testing.T, test func(t *testing.T, h *house), options ...func(*house)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, options...)
		defer h.end()
		test(t, h)
	})
}

const key = "a-command-key-of-one-charge"

func (h *house) charge(amount kiosk.Money) *kiosk.Sale {
	h.t.Helper()
	sale, err := h.shop.Till.Charge(context.Background(), h.actor, till.Charge{Amount: amount, Key: key})
	h.must(err)
	return sale
}

func (h *house) till() kiosk.TillScreen {
	h.t.Helper()
	till, err := h.shop.Till.TillScreen(context.Background(), h.actor.Register)
	h.must(err)
	return till
}

func (h *house) display() kiosk.DisplayScreen {
	h.t.Helper()
	d, err := h.shop.Till.DisplayScreen(context.Background(), h.actor.Register)
	h.must(err)
	return d
}

// last is the newest sale of the register.
func (h *house) last() *kiosk.Sale {
	h.t.Helper()
	till := h.till()
	if till.Current != nil {
		return till.Current
	}
	if len(till.Last) == 0 {
		h.t.Fatal("no sale")
	}
	return till.Last[0]
}

// until waits in virtual time, at most limit, until is holds, and returns how long it took.
// despite tells whether a sale was paid although its end had been asked for.
func despite(s *kiosk.Sale) bool { return s.State() == kiosk.Paid && (s.Cancel || s.Lapse) }

func (h *house) until(what string, limit time.Duration, is func() bool) time.Duration {
	h.t.Helper()
	began := time.Now()
	for !is() {
		h.look()
		if time.Since(began) > limit {
			h.t.Fatalf("not within %v: %s; the sale is %s, %+v", limit, what, h.last().State(), h.last().Links)
		}
		time.Sleep(50 * time.Millisecond)
	}
	h.look()
	return time.Since(began)
}

func (h *house) untilState(s kiosk.State, limit time.Duration) time.Duration {
	h.t.Helper()
	return h.until(string(s), limit, func() bool { return h.last().State() == s })
}

// payable returns the links at the gateway that could still be paid.
func (h *house) payable() []sandbox.LinkView {
	var open []sandbox.LinkView
	for _, l := range h.sandbox.Links() {
		if l.Status == sandbox.Unused {
			open = append(open, l)
		}
	}
	return open
}

func (h *house) pay() {
	h.t.Helper()
	open := h.payable()
	if len(open) != 1 {
		h.t.Fatalf("%d links can be paid, want 1", len(open))
	}
	h.must(h.sandbox.Pay(open[0].ID))
}

// sound checks what must hold at the end of every history.
func (h *house) sound() {
	h.t.Helper()
	bad, _, err := h.store.Verify(context.Background())
	h.must(err)
	if bad != nil {
		h.t.Errorf("the journal is broken: %+v", *bad)
	}
}

func TestVirtual_aSale(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		h.charge(1250)
		h.untilState(kiosk.Awaiting, 2*time.Second)
		if d := h.display(); d.Shows != kiosk.ShowsCode || d.PayURL != h.payable()[0].PayLink {
			t.Fatalf("the display shows %s with %q", d.Shows, d.PayURL)
		}
		h.pay()
		took := h.untilState(kiosk.Paid, time.Second)
		if d := h.display(); d.Shows != kiosk.ShowsPaid {
			t.Errorf("the display shows %s", d.Shows)
		}
		h.until("confirmed", 10*time.Second, func() bool { return h.last().Confirmed() })
		time.Sleep(9 * time.Second)
		if d := h.display(); d.Shows != kiosk.ShowsIdle {
			t.Errorf("after nine seconds the display shows %s", d.Shows)
		}
		if got := h.last().Proofs(); len(got) != 2 || got[0] != "webhook" {
			t.Errorf("proofs %v", got)
		}
		t.Logf("paid %v after the payment", took)
		h.sound()
	})
}

func TestVirtual_noPublicAddress(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		h.charge(1250)
		h.untilState(kiosk.Awaiting, 2*time.Second)
		if l := h.payable()[0]; l.Endpoint != "" || l.Callback != "" || l.Encrypted {
			t.Errorf("webhooks were ordered without an address: %+v", l)
		}
		time.Sleep(3 * time.Second)
		h.pay()
		h.untilState(kiosk.Paid, 5*time.Second)
		h.sound()
	}, func(h *house) { h.deaf = true })
}

func TestVirtual_createAnswerLost(t *testing.T) {
	for fault, limit := range map[sandbox.Fault]time.Duration{
		sandbox.CreateLost: 2 * time.Second,  // found by the first search
		sandbox.CreateCut:  2 * time.Second,  // likewise
		sandbox.CreateHang: 12 * time.Second, // the call's own limit comes first
		sandbox.CreateHTML: 17 * time.Second, // nothing was made: only the settle time tells
	} {
		t.Run(string(fault), func(t *testing.T) {
			inBubble(t, func(t *testing.T, h *house) {
				h.sandbox.Set(fault, 1)
				h.charge(1250)
				took := h.untilState(kiosk.Awaiting, limit)
				if n := len(h.payable()); n != 1 {
					t.Fatalf("%d links can be paid, want 1", n)
				}
				h.pay()
				h.untilState(kiosk.Paid, 5*time.Second)
				time.Sleep(time.Minute)
				if n := len(h.sandbox.Links()); n != 1 {
					t.Errorf("%d links were made, want 1", n)
				}
				t.Logf("the code was on show after %v", took)
				h.sound()
			})
		})
	}
}

// TestVirtual_restart stops the server in mid-sale; the payment happens while it is away, and the
// gateway gives up telling.
func TestVirtual_restart(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		h.charge(1250)
		h.untilState(kiosk.Awaiting, 2*time.Second)
		h.restart(time.Second)
		if d := h.display(); d.Shows != kiosk.ShowsCode {
			t.Errorf("right after the start the display shows %s", d.Shows)
		}
		link := h.payable()[0]
		h.close()
		h.must(h.sandbox.Pay(link.ID))
		time.Sleep(2 * time.Minute)
		h.open()
		t.Logf("both screens right %v after the start", h.untilState(kiosk.Paid, 3*time.Second))
		h.sound()
	})
}

func TestVirtual_cancel(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		sale := h.charge(1250)
		h.untilState(kiosk.Awaiting, 2*time.Second)
		_, err := h.shop.Till.Cancel(context.Background(), h.actor, sale.ID)
		h.must(err)
		if d := h.display(); d.Shows != kiosk.ShowsIdle {
			t.Errorf("the display shows %s", d.Shows)
		}
		h.untilState(kiosk.Cancelled, 2*time.Second)
		if n := len(h.payable()); n != 0 {
			t.Errorf("%d links can still be paid", n)
		}
		h.sound()
	})
}

func TestVirtual_cancelAgainstPayment(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		h.sandbox.Set(sandbox.WebhookOff, -1)
		sale := h.charge(1250)
		h.untilState(kiosk.Awaiting, 2*time.Second)
		h.pay()
		_, err := h.shop.Till.Cancel(context.Background(), h.actor, sale.ID)
		h.must(err)
		h.untilState(kiosk.Paid, 10*time.Second)
		if !despite(h.last()) || h.last().Current() {
			t.Errorf("despite %v, current %v", despite(h.last()), h.last().Current())
		}
		h.sound()
	})
}

func TestVirtual_lapse(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		h.charge(1250)
		h.untilState(kiosk.Awaiting, 2*time.Second)
		time.Sleep(9*time.Minute + 50*time.Second)
		if s := h.last().State(); s != kiosk.Awaiting {
			t.Fatalf("too early it is %s", s)
		}
		h.untilState(kiosk.Lapsed, 30*time.Second)
		if n := len(h.payable()); n != 0 {
			t.Errorf("%d links can still be paid", n)
		}
		h.sound()
	})
}

// TestVirtual_oddNotices: anything that is no proof takes the code away, whatever it says, and the
// code comes back when the looks say unpaid.
func TestVirtual_oddNotices(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		h.charge(1250)
		h.untilState(kiosk.Awaiting, 2*time.Second)
		link := h.payable()[0]
		path := strings.TrimPrefix(link.Endpoint, "http://"+shopAddr)
		forged := fmt.Sprintf(`{"ResponseCode":1,"data":{"pay_id":%d,"amount":12.50,"user_id":"x","status":"Success"}}`, link.ID)
		if status, body := h.post(path, "application/json", forged); status != 200 || body != "" {
			t.Fatalf("answered %d %q", status, body)
		}
		if s := h.last().State(); s != kiosk.Checking {
			t.Fatalf("a forged notice makes it %s", s)
		}
		t.Logf("the code came back after %v", h.untilState(kiosk.Awaiting, 12*time.Second))
		for range 40 {
			status, _ := h.post(path, "application/json", "{")
			if status != 200 {
				t.Fatalf("answered %d", status)
			}
		}
		h.untilState(kiosk.Awaiting, 20*time.Second)
		h.pay()
		h.untilState(kiosk.Paid, 10*time.Second)
		h.sound()
	})
}

func TestVirtual_strict(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		h.sandbox.Set(sandbox.PayInsDown, 3)
		h.charge(1250)
		h.untilState(kiosk.Awaiting, 2*time.Second)
		h.pay()
		h.untilState(kiosk.Checking, 2*time.Second)
		h.untilState(kiosk.Paid, 45*time.Second)
		if !h.last().Confirmed() {
			t.Error("paid without a row though the stall is strict")
		}
		h.sound()
	}, func(h *house) { h.settings = func(s *kiosk.Stall) { s.Strict = true } })
}

func TestVirtual_refusedAndUnreachable(t *testing.T) {
	for _, fault := range []sandbox.Fault{sandbox.CreateRefuse, sandbox.KeyRevoked} {
		t.Run(string(fault), func(t *testing.T) {
			inBubble(t, func(t *testing.T, h *house) {
				h.sandbox.Set(fault, -1)
				h.charge(1250)
				h.untilState(kiosk.LinkRefused, 10*time.Second)
				if n := len(h.sandbox.Links()); n != 0 {
					t.Errorf("%d links were made", n)
				}
				h.sound()
			})
		})
	}
}

// TestVirtual_wrongEcho: a link that is not what was ordered is never shown and is deleted.
func TestVirtual_wrongEcho(t *testing.T) {
	for _, fault := range []sandbox.Fault{sandbox.CreateWrongAmount, sandbox.CreateWrongFlags, sandbox.CreateWrongURL} {
		t.Run(string(fault), func(t *testing.T) {
			inBubble(t, func(t *testing.T, h *house) {
				h.sandbox.Set(fault, -1)
				h.charge(1250)
				h.untilState(kiosk.LinkRefused, 10*time.Second)
				h.until("no payable link", 10*time.Second, func() bool { return len(h.payable()) == 0 })
				if h.display().Shows != kiosk.ShowsIdle {
					t.Errorf("the display shows %s", h.display().Shows)
				}
				h.sound()
			})
		})
	}
}

// TestVirtual_killedAfterEachCommit lets the house die after its 1st, 2nd, 3rd … commit of the
// sale path and starts it again: in the end one sale, one payment, nothing lost, nothing double.
func TestVirtual_killedAfterEachCommit(t *testing.T) {
	deaths := 0
	for n := 1; ; n++ {
		survived := false
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			inBubble(t, func(t *testing.T, h *house) { survived = dieAfter(t, h, n) })
		})
		if t.Failed() || survived {
			break
		}
		deaths++
	}
	if deaths < 5 {
		t.Errorf("the path has only %d commits", deaths)
	}
	t.Logf("died after each of %d commits", deaths)
}

// dieAfter plays a sale in which the first house dies after its n-th commit.
func dieAfter(t *testing.T, h *house, n int) (survived bool) {
	h.close()
	h.mortal = &mortal{left: n}
	reopened := false
	h.mortal.left++ // opening the shop commits nothing on a store that was born
	h.open()
	charge := till.Charge{Amount: 1250, Key: key}
	resurrect := func() {
		if h.mortal.dead() && !reopened {
			h.close()
			h.mortal, reopened = &mortal{left: 1 << 40}, true
			h.open()
		}
	}
	ctx := context.Background()
	if _, err := h.shop.Till.Charge(ctx, h.actor, charge); err != nil {
		resurrect()
		if _, err := h.shop.Till.Charge(ctx, h.actor, charge); err != nil {
			t.Fatalf("pressed again after the crash: %v", err)
		}
	}
	time.Sleep(3 * time.Second)
	resurrect()
	h.until("one link to pay", 90*time.Second, func() bool { resurrect(); return len(h.payable()) == 1 && h.last().State() == kiosk.Awaiting })
	h.pay()
	time.Sleep(3 * time.Second)
	resurrect()
	h.until("paid and confirmed", 2*time.Minute, func() bool { resurrect(); return h.last().State() == kiosk.Paid && h.last().Confirmed() })
	resurrect()
	checkOneSale(t, h)
	return !reopened
}

func checkOneSale(t *testing.T, h *house) {
	t.Helper()
	till := h.till()
	if len(till.Last) != 1 || till.Last[0].Received() != 1250 {
		t.Errorf("%d sales, received %v", len(till.Last), till.Last[0].Received())
	}
	used := 0
	for _, l := range h.sandbox.Links() {
		switch l.Status {
		case sandbox.Used:
			used++
		case sandbox.Unused:
			t.Errorf("link %d can still be paid", l.ID)
		}
	}
	if used != 1 {
		t.Errorf("%d links were paid", used)
	}
	h.sound()
}
