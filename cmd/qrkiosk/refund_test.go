package main

import (
	"context"
	"html"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/sandbox"
	"qrkiosk/kiosk/till"
	"qrkiosk/views"
	"qrkiosk/views/counterview"
)

// paidSale is a sale whose money is listed.
func (h *house) paidSale(amount kiosk.Money) (*kiosk.Sale, int64) {
	h.t.Helper()
	sale := h.onShow(amount)
	link := h.shownLink().ID
	h.payShown()
	h.confirmed(sale, 30*time.Second)
	return h.now(sale), link
}

func (h *house) refund(sale *kiosk.Sale, amount kiosk.Money) error {
	_, err := h.shop.Till.Refund(context.Background(), h.actor, sale.ID, amount, "cold soup")
	return err
}

// stage waits until the last refund of a sale has come so far.
func (h *house) stage(sale *kiosk.Sale, want kiosk.RefundStage, limit time.Duration) {
	h.t.Helper()
	h.until(string(want), limit, func() bool {
		s := h.now(sale)
		return len(s.Refunds) > 0 && s.Stage(s.Refunds[len(s.Refunds)-1]) == want
	})
}

// booked is the running total of the register.
func (h *house) booked() string {
	h.t.Helper()
	x, err := h.shop.Reports.XReport(context.Background(), h.actor.Register)
	h.must(err)
	return x.Total.String()
}

func (h *house) books(want string) {
	h.t.Helper()
	if got := h.booked(); !strings.HasPrefix(got+" ", want+" ") {
		h.t.Errorf("the books say %q, want %q", got, want)
	}
}

// requests counts the refund requests the gateway has taken.
func (h *house) requests() int { return len(h.sandbox.Money()[0].Refunds) }

// TestRefund_whole: the books move when the negative row is seen, and not before.
func TestRefund_whole(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		sale, link := h.paidSale(1250)
		before := h.booked()
		h.must(h.refund(sale, 1250))
		h.stage(sale, kiosk.RefundFiled, 5*time.Second)
		if got := h.booked(); got != before || h.now(sale).State() != kiosk.Refunding {
			t.Errorf("the books went from %q to %q, the sale is %s", before, got, h.now(sale).State())
		}
		h.wantKey(h.refund(sale, 100), kiosk.Conflict, kiosk.ReasonOneRefund)
		h.must(h.sandbox.ApproveRefund(link))
		h.stage(sale, kiosk.RefundSeen, 15*time.Minute)
		h.books("sales=1 gross=1250 refunds=1250")
		if s := h.now(sale); s.State() != kiosk.Refunded || h.requests() != 1 {
			t.Errorf("%s, %d requests", s.State(), h.requests())
		}
		h.sound()
	})
}

// TestRefund_part: a second part is refused with the advice, and what the gateway's own pages send
// back is picked up all the same.
func TestRefund_part(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		sale, link := h.paidSale(1250)
		h.must(h.refund(sale, 250))
		h.stage(sale, kiosk.RefundFiled, 5*time.Second)
		h.must(h.sandbox.ApproveRefund(link))
		h.stage(sale, kiosk.RefundSeen, 15*time.Minute)
		h.books("sales=1 gross=1250 refunds=250")
		h.wantKey(h.refund(sale, 100), kiosk.Conflict, kiosk.ReasonOneRefund)
		if s := h.now(sale); s.State() != kiosk.Paid || s.Received()-s.Returned() != 1000 {
			t.Errorf("%s, received %v, returned %v", s.State(), s.Received(), s.Returned())
		}
		h.sound()
	})
}

// TestRefund_atOnce: of fifty people who refund at once one does.
func TestRefund_atOnce(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		sale, _ := h.paidSale(1250)
		var all sync.WaitGroup
		var mu sync.Mutex
		keys := map[string]int{}
		for range 50 {
			all.Go(func() {
				err := h.refund(sale, 1250)
				mu.Lock()
				keys[kiosk.KeyOf(err)]++
				mu.Unlock()
			})
		}
		all.Wait()
		h.stage(sale, kiosk.RefundFiled, 5*time.Second)
		if keys[""] != 1 || keys[kiosk.ReasonOneRefund] != 49 || h.requests() != 1 {
			t.Errorf("answers %v, %d requests", keys, h.requests())
		}
		h.sound()
	})
}

// TestRefund_lostAnswer: nothing is repeated by itself; a person asks again, and hears that the
// request had arrived.
func TestRefund_lostAnswer(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		sale, link := h.paidSale(1250)
		h.sandbox.Set(sandbox.RefundLost, 1)
		h.must(h.refund(sale, 1250))
		h.stage(sale, kiosk.RefundUnsure, 2*time.Minute)
		time.Sleep(time.Hour)
		h.stage(sale, kiosk.RefundUnsure, 0)
		h.wantKey(h.refund(sale, 1250), kiosk.Conflict, kiosk.ReasonOneRefund)
		_, err := h.shop.Till.RefundAgain(context.Background(), h.actor, sale.ID, "their page shows nothing")
		h.must(err)
		h.stage(sale, kiosk.RefundFiled, time.Minute)
		if n := h.requests(); n != 1 {
			t.Errorf("%d requests", n)
		}
		h.must(h.sandbox.ApproveRefund(link))
		h.stage(sale, kiosk.RefundSeen, 15*time.Minute)
		h.books("sales=1 gross=1250 refunds=1250")
		h.sound()
	})
}

// TestRefund_rejected: a person hears it and notes it; the sale is paid as before. The gateway takes
// no second request for the link, and says so.
func TestRefund_rejected(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		sale, link := h.paidSale(1250)
		h.must(h.refund(sale, 1250))
		h.stage(sale, kiosk.RefundFiled, 5*time.Second)
		h.must(h.sandbox.RejectRefund(link, "too late"))
		time.Sleep(time.Hour)
		day := func(n int) int64 { return time.Now().AddDate(0, 0, n).UnixMilli() }
		if s := h.now(sale); s.State() != kiosk.Refunding || s.RefundOverdue(day(13)) || !s.RefundOverdue(day(14)) {
			t.Errorf("%s, and the alarm is not on the fourteenth day", s.State())
		}
		_, err := h.shop.Till.NoteRefundRejected(context.Background(), h.actor, sale.ID, "SecPaid wrote: too late")
		h.must(err)
		if s := h.now(sale); s.State() != kiosk.Paid || s.RefundOverdue(day(99)) {
			t.Errorf("%s after the rejection", s.State())
		}
		h.must(h.refund(sale, 1250))
		h.stage(sale, kiosk.RefundDeclined, time.Minute)
		if r := h.now(sale).Refunds[1]; r.Reason != kiosk.KeyRefundKnown || r.Said == "" || h.now(sale).State() != kiosk.Paid {
			t.Errorf("%+v, %s", r, h.now(sale).State())
		}
		h.books("sales=1 gross=1250")
		h.sound()
	})
}

// TestRefund_form: by plain forms, with a manager's PIN on the spot.
func TestRefund_form(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		sale, _ := h.paidSale(1250)
		g := h.cashier()
		ask := func(part, amount, reason, pin string) response {
			return g.post(counterview.PathDecide, "sale", sale.ID, "do", "refund",
				"part", part, "amount", amount, "reason", reason, "pin", pin)
		}
		for _, c := range []struct {
			part, amount, reason, pin string
			status                    int
			key                       string
		}{
			{"", "", "cold soup", "111222", 401, till.KeyPINWrong},
			{"", "", "", rightPIN, 422, kiosk.KeyReasonMissing},
			{"1", "-5", "cold soup", rightPIN, 422, kiosk.KeyAmountNotNumber},
			{"1", "12.51", "cold soup", rightPIN, 409, kiosk.ReasonTooMuch},
		} {
			answer := ask(c.part, c.amount, c.reason, c.pin)
			want := html.EscapeString(views.Page{Lang: "en"}.Explain(&kiosk.Error{Key: c.key}).Text)
			if answer.status != c.status || !strings.Contains(answer.body, want) {
				t.Errorf("%+v: status %d, no %q in %s", c, answer.status, want, answer.body)
			}
			if c.reason != "" && !strings.Contains(answer.body, `value="`+c.reason+`"`) {
				t.Errorf("%+v: what was typed is gone", c)
			}
		}
		if answer := ask("1", "1250", "cold soup", rightPIN); answer.status != 422 || len(h.now(sale).Refunds) != 0 {
			t.Fatalf("an amount with two readings: %d, %d refunds", answer.status, len(h.now(sale).Refunds))
		}
		if answer := ask("1", "2,50", "cold soup", rightPIN); answer.status != 303 {
			t.Fatalf("status %d: %s", answer.status, answer.body)
		}
		h.stage(sale, kiosk.RefundFiled, 5*time.Second)
		if r := h.now(sale).Refunds[0]; r.Amount != 250 || r.Why != "cold soup" || h.requests() != 1 {
			t.Errorf("%+v, %d requests", r, h.requests())
		}
		page := g.get(views.PathSale + "?number=" + sale.Number)
		for _, words := range []string{"2.50", "requested", "cold soup", "Ada"} {
			if !strings.Contains(page.body, words) {
				t.Errorf("the sale does not say %q", words)
			}
		}
		if strings.Contains(page.body, rightPIN) {
			t.Error("the PIN is on the page")
		}
		h.sound()
	})
}

func (g mortalGateway) Refund(ctx context.Context, payID int64, amount kiosk.Money, full bool) error {
	if g.m.dead() {
		return errDead
	}
	return g.Gateway.Refund(ctx, payID, amount, full)
}

// TestRefund_death: a house that dies right after any commit of a refund has asked at most once, and
// knows or says that it does not know. Other commits of the house may come between.
func TestRefund_death(t *testing.T) {
	ends := map[kiosk.RefundStage]int{}
	for commits := 1; commits <= 6; commits++ {
		inBubble(t, func(t *testing.T, h *house) {
			sale, _ := h.paidSale(1250)
			h.close()
			h.mortal = &mortal{left: commits}
			h.open()
			synctest.Wait()
			told := h.refund(sale, 1250)
			time.Sleep(3 * time.Second)
			h.revive()
			time.Sleep(5 * time.Minute)
			s, n := h.now(sale), h.requests()
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
			h.sound()
		})
	}
	if ends[kiosk.RefundFiled] == 0 || ends[kiosk.RefundUnsure] == 0 {
		t.Errorf("the deaths ended in %v", ends)
	}
}
