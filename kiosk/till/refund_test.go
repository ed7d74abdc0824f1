package till_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"qrkiosk/views/counterview"

	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/sandbox"
	"qrkiosk/kiosk/till"
	"qrkiosk/views"
)

// TestRefund_whole: the books move when the negative row is seen, and not before.
func TestRefund_whole(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		sale, link := h.PaidSale(1250)
		before := h.Records.Booked()
		h.Must(h.Refund(sale, 1250))
		h.Stage(sale, kiosk.RefundFiled, 5*time.Second)
		if got := h.Records.Booked(); got != before || h.Now(sale).State() != kiosk.Refunding {
			t.Errorf("the books went from %q to %q, the sale is %s", before, got, h.Now(sale).State())
		}
		h.WantKey(h.Refund(sale, 100), kiosk.Conflict, kiosk.ReasonOneRefund)
		h.Must(h.Sandbox.ApproveRefund(link))
		h.Stage(sale, kiosk.RefundSeen, 15*time.Minute)
		h.Records.Books("sales=1 gross=1250 refunds=1250")
		if s := h.Now(sale); s.State() != kiosk.Refunded || h.Sandbox.RefundRequests() != 1 {
			t.Errorf("%s, %d requests", s.State(), h.Sandbox.RefundRequests())
		}
		h.Records.Sound()
	})
}

// TestRefund_part: a second part is refused with the advice, and what the gateway's own pages send
// back is picked up all the same.
func TestRefund_part(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		sale, link := h.PaidSale(1250)
		h.Must(h.Refund(sale, 250))
		h.Stage(sale, kiosk.RefundFiled, 5*time.Second)
		h.Must(h.Sandbox.ApproveRefund(link))
		h.Stage(sale, kiosk.RefundSeen, 15*time.Minute)
		h.Records.Books("sales=1 gross=1250 refunds=250")
		h.WantKey(h.Refund(sale, 100), kiosk.Conflict, kiosk.ReasonOneRefund)
		if s := h.Now(sale); s.State() != kiosk.Paid || s.Received()-s.Returned() != 1000 {
			t.Errorf("%s, received %v, returned %v", s.State(), s.Received(), s.Returned())
		}
		h.Records.Sound()
	})
}

// TestRefund_atOnce: of fifty people who refund at once one does.
func TestRefund_atOnce(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		sale, _ := h.PaidSale(1250)
		var all sync.WaitGroup
		var mu sync.Mutex
		keys := map[string]int{}
		for range 50 {
			all.Go(func() {
				err := h.Refund(sale, 1250)
				mu.Lock()
				keys[kiosk.KeyOf(err)]++
				mu.Unlock()
			})
		}
		all.Wait()
		h.Stage(sale, kiosk.RefundFiled, 5*time.Second)
		if keys[""] != 1 || keys[kiosk.ReasonOneRefund] != 49 || h.Sandbox.RefundRequests() != 1 {
			t.Errorf("answers %v, %d requests", keys, h.Sandbox.RefundRequests())
		}
		h.Records.Sound()
	})
}

// TestRefund_lostAnswer: nothing is repeated by itself; a person asks again, and hears that the
// request had arrived.
func TestRefund_lostAnswer(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		sale, link := h.PaidSale(1250)
		h.Sandbox.Set(sandbox.RefundLost, 1)
		h.Must(h.Refund(sale, 1250))
		h.Stage(sale, kiosk.RefundUnsure, 2*time.Minute)
		time.Sleep(time.Hour)
		h.Stage(sale, kiosk.RefundUnsure, 0)
		h.WantKey(h.Refund(sale, 1250), kiosk.Conflict, kiosk.ReasonOneRefund)
		_, err := h.Shop.Till.RefundAgain(context.Background(), h.Actor, sale.ID, "their page shows nothing")
		h.Must(err)
		h.Stage(sale, kiosk.RefundFiled, time.Minute)
		if n := h.Sandbox.RefundRequests(); n != 1 {
			t.Errorf("%d requests", n)
		}
		h.Must(h.Sandbox.ApproveRefund(link))
		h.Stage(sale, kiosk.RefundSeen, 15*time.Minute)
		h.Records.Books("sales=1 gross=1250 refunds=1250")
		h.Records.Sound()
	})
}

// TestRefund_rejected: a person hears it and notes it; the sale is paid as before. The gateway takes
// no second request for the link, and says so.
func TestRefund_rejected(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		sale, link := h.PaidSale(1250)
		h.Must(h.Refund(sale, 1250))
		h.Stage(sale, kiosk.RefundFiled, 5*time.Second)
		h.Must(h.Sandbox.RejectRefund(link, "too late"))
		time.Sleep(time.Hour)
		day := func(n int) int64 { return time.Now().AddDate(0, 0, n).UnixMilli() }
		if s := h.Now(sale); s.State() != kiosk.Refunding || s.RefundOverdue(day(13)) || !s.RefundOverdue(day(14)) {
			t.Errorf("%s, and the alarm is not on the fourteenth day", s.State())
		}
		_, err := h.Shop.Till.NoteRefundRejected(context.Background(), h.Actor, sale.ID, "SecPaid wrote: too late")
		h.Must(err)
		if s := h.Now(sale); s.State() != kiosk.Paid || s.RefundOverdue(day(99)) {
			t.Errorf("%s after the rejection", s.State())
		}
		h.Must(h.Refund(sale, 1250))
		h.Stage(sale, kiosk.RefundDeclined, time.Minute)
		if r := h.Now(sale).Refunds[1]; r.Reason != kiosk.KeyRefundKnown || r.Said == "" || h.Now(sale).State() != kiosk.Paid {
			t.Errorf("%+v, %s", r, h.Now(sale).State())
		}
		h.Records.Books("sales=1 gross=1250")
		h.Records.Sound()
	})
}

// TestRefund_form: by plain forms, with a manager's PIN on the spot.
func TestRefund_form(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		sale, _ := h.PaidSale(1250)
		g := h.Cashier()
		ask := func(part, amount, reason, pin string) kiosktest.Response {
			return g.Post(counterview.PathDecide, "sale", sale.ID, "do", "refund",
				"part", part, "amount", amount, "reason", reason, "pin", pin)
		}
		for _, c := range []struct {
			part, amount, reason, pin string
			status                    int
			key                       string
		}{
			{"", "", "cold soup", "111222", 401, till.KeyPINWrong},
			{"", "", "", kiosktest.RightPIN, 422, kiosk.KeyReasonMissing},
			{"1", "-5", "cold soup", kiosktest.RightPIN, 422, kiosk.KeyAmountNotNumber},
			{"1", "12.51", "cold soup", kiosktest.RightPIN, 409, kiosk.ReasonTooMuch},
		} {
			answer := ask(c.part, c.amount, c.reason, c.pin)
			page, want := answer.Page(t), views.Page{Lang: "en"}.Explain(&kiosk.Error{Key: c.key}).Text
			if answer.Status != c.status || !page.Says(kiosktest.ProblemText, want) {
				t.Errorf("%+v: status %d, no %q in %s", c, answer.Status, want, answer.Body)
			}
			if c.reason != "" && page.Attr("#refund input[name=reason]", "value") != c.reason {
				t.Errorf("%+v: what was typed is gone", c)
			}
		}
		if answer := ask("1", "1250", "cold soup", kiosktest.RightPIN); answer.Status != 422 || len(h.Now(sale).Refunds) != 0 {
			t.Fatalf("an amount with two readings: %d, %d refunds", answer.Status, len(h.Now(sale).Refunds))
		}
		if answer := ask("1", "2,50", "cold soup", kiosktest.RightPIN); answer.Status != 303 {
			t.Fatalf("status %d: %s", answer.Status, answer.Body)
		}
		h.Stage(sale, kiosk.RefundFiled, 5*time.Second)
		if r := h.Now(sale).Refunds[0]; r.Amount != 250 || r.Why != "cold soup" || h.Sandbox.RefundRequests() != 1 {
			t.Errorf("%+v, %d requests", r, h.Sandbox.RefundRequests())
		}
		page := g.Get(views.PathSale + "?number=" + sale.Number)
		for _, words := range []string{"2.50", "requested", "cold soup", "Ada"} {
			if asked := page.Page(t); !asked.Says(".refund", words) {
				t.Errorf("the sale does not say %q: %s", words, asked)
			}
		}
		if strings.Contains(page.Body, kiosktest.RightPIN) {
			t.Error("the PIN is on the page")
		}
		h.Records.Sound()
	})
}

// TestRefund_death: a house that dies right after any commit of a refund has asked at most once, and
// knows or says that it does not know. Other commits of the house may come between.
func TestRefund_death(t *testing.T) {
	ends := map[kiosk.RefundStage]int{}
	for commits := 1; commits <= 6; commits++ {
		kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
			sale, _ := h.PaidSale(1250)
			h.Close()
			h.Mortal = &kiosktest.Mortal{Left: commits}
			h.Open()
			synctest.Wait()
			told := h.Refund(sale, 1250)
			time.Sleep(3 * time.Second)
			h.Revive()
			time.Sleep(5 * time.Minute)
			s, n := h.Now(sale), h.Sandbox.RefundRequests()
			if len(s.Refunds) == 0 {
				if told == nil || n != 0 {
					t.Errorf("died after commit %d: no refund is stored, told %v, %d requests", commits, told, n)
				}
				return
			}
			stage := s.Stage(s.Refunds[0])
			ends[stage]++
			if n > 1 || (stage == kiosk.RefundFiled && n != 1) || (stage != kiosk.RefundFiled && stage != kiosk.RefundUnsure) {
				t.Errorf("died after commit %d: %s, %d requests", commits, stage, n)
			}
			h.Records.Sound()
		})
	}
	if ends[kiosk.RefundFiled] == 0 || ends[kiosk.RefundUnsure] == 0 {
		t.Errorf("the deaths ended in %v", ends)
	}
}
