package till_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/sandbox"
	"qrkiosk/kiosk/till"
)

func TestVirtual_aSale(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		h.Charge(1250)
		h.UntilState(kiosk.Awaiting, 2*time.Second)
		if d := h.Display(); d.Shows != kiosk.ShowsCode || d.PayURL != h.Sandbox.Payable()[0].PayLink {
			t.Fatalf("the display shows %s with %q", d.Shows, d.PayURL)
		}
		h.Sandbox.PayOnly()
		took := h.UntilState(kiosk.Paid, time.Second)
		if d := h.Display(); d.Shows != kiosk.ShowsPaid {
			t.Errorf("the display shows %s", d.Shows)
		}
		h.Until("confirmed", 10*time.Second, func() bool { return h.Last().Confirmed() })
		time.Sleep(9 * time.Second)
		if d := h.Display(); d.Shows != kiosk.ShowsIdle {
			t.Errorf("after nine seconds the display shows %s", d.Shows)
		}
		if got := h.Last().Proofs(); len(got) != 2 || got[0] != "webhook" {
			t.Errorf("proofs %v", got)
		}
		t.Logf("paid %v after the payment", took)
		h.Records.Sound()
	})
}

func TestVirtual_noPublicAddress(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		h.Charge(1250)
		h.UntilState(kiosk.Awaiting, 2*time.Second)
		if l := h.Sandbox.Payable()[0]; l.Endpoint != "" || l.Callback != "" || l.Encrypted {
			t.Errorf("webhooks were ordered without an address: %+v", l)
		}
		time.Sleep(3 * time.Second)
		h.Sandbox.PayOnly()
		h.UntilState(kiosk.Paid, 5*time.Second)
		h.Records.Sound()
	}, func(h *kiosktest.Installation) { h.Deaf = true })
}

func TestVirtual_createAnswerLost(t *testing.T) {
	for fault, limit := range map[sandbox.Fault]time.Duration{
		sandbox.CreateLost: 2 * time.Second,  // found by the first search
		sandbox.CreateCut:  2 * time.Second,  // likewise
		sandbox.CreateHang: 12 * time.Second, // the call's own limit comes first
		sandbox.CreateHTML: 17 * time.Second, // nothing was made: only the settle time tells
	} {
		t.Run(string(fault), func(t *testing.T) {
			kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
				h.Sandbox.Set(fault, 1)
				h.Charge(1250)
				took := h.UntilState(kiosk.Awaiting, limit)
				if n := len(h.Sandbox.Payable()); n != 1 {
					t.Fatalf("%d links can be paid, want 1", n)
				}
				h.Sandbox.PayOnly()
				h.UntilState(kiosk.Paid, 5*time.Second)
				time.Sleep(time.Minute)
				if n := len(h.Sandbox.Links()); n != 1 {
					t.Errorf("%d links were made, want 1", n)
				}
				t.Logf("the code was on show after %v", took)
				h.Records.Sound()
			})
		})
	}
}

// TestVirtual_restart stops the server in mid-sale; the payment happens while it is away, and the
// gateway gives up telling.
func TestVirtual_restart(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		h.Charge(1250)
		h.UntilState(kiosk.Awaiting, 2*time.Second)
		h.Restart(time.Second)
		if d := h.Display(); d.Shows != kiosk.ShowsCode {
			t.Errorf("right after the start the display shows %s", d.Shows)
		}
		link := h.Sandbox.Payable()[0]
		h.Close()
		h.Must(h.Sandbox.Pay(link.ID))
		time.Sleep(2 * time.Minute)
		h.Open()
		t.Logf("both screens right %v after the start", h.UntilState(kiosk.Paid, 3*time.Second))
		h.Records.Sound()
	})
}

func TestVirtual_cancel(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		sale := h.Charge(1250)
		h.UntilState(kiosk.Awaiting, 2*time.Second)
		_, err := h.Shop.Till.Cancel(context.Background(), h.Actor, sale.ID)
		h.Must(err)
		if d := h.Display(); d.Shows != kiosk.ShowsIdle {
			t.Errorf("the display shows %s", d.Shows)
		}
		h.UntilState(kiosk.Cancelled, 2*time.Second)
		if n := len(h.Sandbox.Payable()); n != 0 {
			t.Errorf("%d links can still be paid", n)
		}
		h.Records.Sound()
	})
}

func TestVirtual_cancelAgainstPayment(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		h.Sandbox.Set(sandbox.WebhookOff, -1)
		sale := h.Charge(1250)
		h.UntilState(kiosk.Awaiting, 2*time.Second)
		h.Sandbox.PayOnly()
		_, err := h.Shop.Till.Cancel(context.Background(), h.Actor, sale.ID)
		h.Must(err)
		h.UntilState(kiosk.Paid, 10*time.Second)
		if !kiosktest.Despite(h.Last()) || h.Last().Current() {
			t.Errorf("despite %v, current %v", kiosktest.Despite(h.Last()), h.Last().Current())
		}
		h.Records.Sound()
	})
}

func TestVirtual_lapse(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		h.Charge(1250)
		h.UntilState(kiosk.Awaiting, 2*time.Second)
		time.Sleep(9*time.Minute + 50*time.Second)
		if s := h.Last().State(); s != kiosk.Awaiting {
			t.Fatalf("too early it is %s", s)
		}
		h.UntilState(kiosk.Lapsed, 30*time.Second)
		if n := len(h.Sandbox.Payable()); n != 0 {
			t.Errorf("%d links can still be paid", n)
		}
		h.Records.Sound()
	})
}

// TestVirtual_oddNotices: anything that is no proof takes the code away, whatever it says, and the
// code comes back when the looks say unpaid.
func TestVirtual_oddNotices(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		h.Charge(1250)
		h.UntilState(kiosk.Awaiting, 2*time.Second)
		link := h.Sandbox.Payable()[0]
		path := strings.TrimPrefix(link.Endpoint, "http://"+kiosktest.ShopAddr)
		forged := fmt.Sprintf(`{"ResponseCode":1,"data":{"pay_id":%d,"amount":12.50,"user_id":"x","status":"Success"}}`, link.ID)
		if status, body := h.Post(path, "application/json", forged); status != 200 || body != "" {
			t.Fatalf("answered %d %q", status, body)
		}
		if s := h.Last().State(); s != kiosk.Checking {
			t.Fatalf("a forged notice makes it %s", s)
		}
		t.Logf("the code came back after %v", h.UntilState(kiosk.Awaiting, 12*time.Second))
		for range 40 {
			status, _ := h.Post(path, "application/json", "{")
			if status != 200 {
				t.Fatalf("answered %d", status)
			}
		}
		h.UntilState(kiosk.Awaiting, 20*time.Second)
		h.Sandbox.PayOnly()
		h.UntilState(kiosk.Paid, 10*time.Second)
		h.Records.Sound()
	})
}

func TestVirtual_strict(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		h.Sandbox.Set(sandbox.PayInsDown, 3)
		h.Charge(1250)
		h.UntilState(kiosk.Awaiting, 2*time.Second)
		h.Sandbox.PayOnly()
		h.UntilState(kiosk.Checking, 2*time.Second)
		h.UntilState(kiosk.Paid, 45*time.Second)
		if !h.Last().Confirmed() {
			t.Error("paid without a row though the stall is strict")
		}
		h.Records.Sound()
	}, func(h *kiosktest.Installation) { h.Settings = func(s *kiosk.Stall) { s.Strict = true } })
}

func TestVirtual_refusedAndUnreachable(t *testing.T) {
	for _, fault := range []sandbox.Fault{sandbox.CreateRefuse, sandbox.KeyRevoked} {
		t.Run(string(fault), func(t *testing.T) {
			kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
				h.Sandbox.Set(fault, -1)
				h.Charge(1250)
				h.UntilState(kiosk.LinkRefused, 10*time.Second)
				if n := len(h.Sandbox.Links()); n != 0 {
					t.Errorf("%d links were made", n)
				}
				h.Records.Sound()
			})
		})
	}
}

// TestVirtual_wrongEcho: a link that is not what was ordered is never shown and is deleted.
func TestVirtual_wrongEcho(t *testing.T) {
	for _, fault := range []sandbox.Fault{sandbox.CreateWrongAmount, sandbox.CreateWrongFlags, sandbox.CreateWrongURL} {
		t.Run(string(fault), func(t *testing.T) {
			kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
				h.Sandbox.Set(fault, -1)
				h.Charge(1250)
				h.UntilState(kiosk.LinkRefused, 10*time.Second)
				h.Until("no payable link", 10*time.Second, func() bool { return len(h.Sandbox.Payable()) == 0 })
				if h.Display().Shows != kiosk.ShowsIdle {
					t.Errorf("the display shows %s", h.Display().Shows)
				}
				h.Records.Sound()
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
			kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) { survived = dieAfter(t, h, n) })
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
func dieAfter(t *testing.T, h *kiosktest.Installation, n int) (survived bool) {
	h.Close()
	h.Mortal = &kiosktest.Mortal{Left: n}
	reopened := false
	h.Mortal.Left++ // opening the shop commits nothing on a store that was born
	h.Open()
	charge := till.Charge{Amount: 1250, Key: kiosktest.Key}
	resurrect := func() {
		if h.Mortal.Dead() && !reopened {
			h.Close()
			h.Mortal, reopened = &kiosktest.Mortal{Left: 1 << 40}, true
			h.Open()
		}
	}
	ctx := context.Background()
	if _, err := h.Shop.Till.Charge(ctx, h.Actor, charge); err != nil {
		resurrect()
		if _, err := h.Shop.Till.Charge(ctx, h.Actor, charge); err != nil {
			t.Fatalf("pressed again after the crash: %v", err)
		}
	}
	time.Sleep(3 * time.Second)
	resurrect()
	h.Until("one link to pay", 90*time.Second, func() bool { resurrect(); return len(h.Sandbox.Payable()) == 1 && h.Last().State() == kiosk.Awaiting })
	h.Sandbox.PayOnly()
	time.Sleep(3 * time.Second)
	resurrect()
	h.Until("paid and confirmed", 2*time.Minute, func() bool { resurrect(); return h.Last().State() == kiosk.Paid && h.Last().Confirmed() })
	resurrect()
	checkOneSale(t, h)
	return !reopened
}

func checkOneSale(t *testing.T, h *kiosktest.Installation) {
	t.Helper()
	till := h.Till()
	if len(till.Last) != 1 || till.Last[0].Received() != 1250 {
		t.Errorf("%d sales, received %v", len(till.Last), till.Last[0].Received())
	}
	used := 0
	for _, l := range h.Sandbox.Links() {
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
	h.Records.Sound()
}
