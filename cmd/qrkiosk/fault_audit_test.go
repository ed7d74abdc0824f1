package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/sandbox"
)

// call asks the gateway for something with the account's own key, as its owner could from elsewhere.
func (h *house) call(endpoint, body string) {
	h.t.Helper()
	h.callAs(testKey, endpoint, body)
}

func (h *house) callAs(key, endpoint, body string) {
	h.t.Helper()
	r := httptest.NewRequestWithContext(context.Background(), http.MethodPost, "/api/v2/"+endpoint, stringReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("token", key)
	if status, answer := answerOf(h.sandbox.Handler(), r); status != http.StatusOK {
		h.t.Fatalf("%s: %d %s", endpoint, status, answer)
	}
}

// alerts lists the kinds of alarms that the till shows beside those of its sales.
func (h *house) alerts() []kiosk.AlarmKind {
	h.t.Helper()
	var kinds []kiosk.AlarmKind
	for _, a := range h.till().OtherAlarms {
		kinds = append(kinds, a.Kind)
	}
	return kinds
}

func (h *house) alerted(want ...kiosk.AlarmKind) {
	h.t.Helper()
	if got := h.alerts(); !slices.Equal(got, want) {
		h.t.Errorf("alerts %v, want %v", got, want)
	}
}

func (h *house) unmatched(open bool) []kiosk.Unmatched {
	h.t.Helper()
	all, err := h.shop.Kernel.Unmatched(context.Background(), open, 100)
	h.must(err)
	return all
}

func (h *house) quarantine(held bool) []kiosk.Quarantined {
	h.t.Helper()
	all, err := h.shop.Office.Unexplained.Quarantined(context.Background(), held, 100)
	h.must(err)
	return all
}

// day is what the audit said about one day.
func (h *house) day(text string) kiosk.AuditDay {
	h.t.Helper()
	days, err := h.shop.Reconciler.AuditDays(context.Background(), 100)
	h.must(err)
	for _, d := range days {
		if d.Day == text {
			return d
		}
	}
	h.t.Fatalf("no audit of %s, only %+v", text, days)
	return kiosk.AuditDay{}
}

func today() string { return time.Now().UTC().Format(time.DateOnly) }

// untilAudited sleeps over the hour of the audit and returns the day before it.
func (h *house) untilAudited() string {
	h.t.Helper()
	day := today()
	midnight := time.Now().UTC().Truncate(24 * time.Hour).Add(24 * time.Hour)
	h.restart(time.Until(midnight.Add(3 * time.Hour)))
	time.Sleep(time.Minute)
	return day
}

// TestFault_F41_paymentOfNobody: a pay-in with neither note nor known link is kept once, told, counted
// in no sum, and keeps its day from being complete until a person says what it was.
func TestFault_F41_paymentOfNobody(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		stranger := h.stranger()
		h.gate.rewrite("getPayInTransactions", func(body string) string { return strings.Replace(body, `"data":[`, `"data":[`+stranger, 1) })
		sale := h.onShow(1250)
		h.payShown()
		h.confirmed(sale, 10*time.Second)
		h.until("unmatched", time.Minute, func() bool { return len(h.unmatched(true)) == 1 })
		h.restart(time.Second)
		time.Sleep(6 * time.Minute)
		u := h.unmatched(true)
		if len(u) != 1 || u[0].Row.Amount != 1234 || u[0].Why != kiosk.UnmatchedUnknown {
			t.Fatalf("unmatched %+v", u)
		}
		h.alerted(kiosk.AlarmUnmatched)
		if a := h.till().OtherAlarms[0]; a.Count != 1 || a.Sum != 1234 {
			t.Errorf("told %d of %v", a.Count, a.Sum)
		}
		if says := h.tillSays(); !strings.Contains(says, "Payments without a sale: 1") {
			t.Error("the till does not say so")
		}
		day := h.untilAudited()
		if d := h.day(day); d.Complete || d.Differs() || d.Unmatched != 1 || d.UnmatchedSum != 1234 || d.Ours.Paid != 1250 {
			t.Errorf("the day is %+v", d)
		}
		h.wantKey(h.shop.Office.Unexplained.ResolveUnmatched(context.Background(), h.actor, u[0].Row.Key, ""), kiosk.Invalid, kiosk.KeyReasonMissing)
		h.must(h.shop.Office.Unexplained.ResolveUnmatched(context.Background(), h.actor, u[0].Row.Key, "a web order"))
		h.wantKey(h.shop.Office.Unexplained.ResolveUnmatched(context.Background(), h.actor, u[0].Row.Key, "again"), kiosk.Conflict, kiosk.ReasonNothingOpen)
		h.must(h.shop.Reconciler.Audit(context.Background()))
		if d := h.day(day); !d.Complete {
			t.Errorf("the day is %+v", d)
		}
		h.alerted()
		h.sound()
	})
}

// stranger is a row of a pay-in that belongs to nothing we know.
func (h *house) stranger() string {
	return fmt.Sprintf(`{"pay_id":7,"transaction_id":"t-7","amount":12.34,"status":"Success","recipient_note":"","created_at":%q,"transaction_type":"Payment"},`,
		time.Now().UTC().Format(time.DateTime))
}

// TestVirtual_auditAgrees: every night both books are compared, and a day with payments, a refund
// and a dispute is complete.
func TestVirtual_auditAgrees(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		var sales []*kiosk.Sale
		for range 3 {
			sale := h.onShow(1000)
			h.payShown()
			h.confirmed(sale, 10*time.Second)
			sales = append(sales, sale)
		}
		h.must(h.refund(sales[0], 1000))
		h.until("asked for", time.Minute, func() bool { return h.requests() == 1 })
		h.must(h.sandbox.ApproveRefund(h.now(sales[0]).Links[0].PayID))
		h.must(h.sandbox.OpenDispute(h.now(sales[1]).Links[0].PayID))
		day := h.untilAudited()
		d := h.day(day)
		if !d.Complete || d.Ours != d.Theirs || d.Ours.Payments != 3 || d.Ours.Paid != 3000 || d.Ours.Refunded != -1000 || d.Ours.Disputes != 1 {
			t.Errorf("the day is %+v", d)
		}
		h.sound()
	})
}

// TestFault_F37_rowDisappears: a payment that was confirmed and that no list shows any more is put
// before a person; one list alone is not believed.
func TestFault_F37_rowDisappears(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		day := today()
		sale := h.onShow(1250)
		h.payShown()
		h.confirmed(sale, 10*time.Second)
		h.untilAudited()

		h.sandbox.Set(sandbox.PayInsEmpty, 1) // the second witness still sees it
		h.must(h.shop.Reconciler.Audit(context.Background()))
		if d := h.day(day); d.Complete || len(d.Differences) != 1 || d.Differences[0].Why != kiosk.DiffersMissing || d.Differences[0].Sale != sale.Number {
			t.Errorf("the day is %+v", d)
		}
		h.alerted(kiosk.AlarmAudit)
		if s := h.now(sale); s.State() != kiosk.Paid {
			t.Errorf("one empty list makes it %s", s.State())
		}
		h.must(h.shop.Reconciler.Audit(context.Background()))
		h.alerted()

		h.sandbox.Set(sandbox.PayInsEmpty, -1)
		h.must(h.shop.Reconciler.Audit(context.Background()))
		if s := h.now(sale); s.State() != kiosk.Review || !slices.Equal(s.OpenTroubles(), []kiosk.Trouble{{Kind: kiosk.TroubleWithdrawn, N: 1}}) {
			t.Errorf("it is %s with %v", s.State(), s.OpenTroubles())
		}
		h.alarm(sale)
		h.sound()
	})
}

// TestFault_F94_payerCancels: a link that ended at the gateway, without a webhook, frees its register.
func TestFault_F94_payerCancels(t *testing.T) {
	for name, cancel := range map[string]func(h *house){
		"not listed any more": func(h *house) { h.call("deleteLink", fmt.Sprintf(`{"link_id":%d}`, h.shownLink().ID)) },
		"listed as cancelled": func(h *house) {
			h.gate.rewrite("getMyUnusedLinks", func(body string) string {
				return strings.ReplaceAll(body, `"is_cancelled":"No"`, `"is_cancelled":"Yes"`)
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			drill(t, func(t *testing.T, h *house) {
				sale := h.onShow(1250)
				h.sleep(20 * time.Second)
				cancel(h)
				took := h.becomes(sale, kiosk.Cancelled, 4*time.Minute)
				h.shows(kiosk.ShowsIdle)
				h.passed(sale, "opening awaiting cancelled")
				h.gate.set(nil)
				next := h.onShow(700)
				h.payShown()
				h.confirmed(next, 10*time.Second)
				t.Logf("noticed after %v", took)
			})
		})
	}
}

// TestVirtual_lagIsNoCancel: a list that lags behind, or is away, never makes a code count as gone.
func TestVirtual_lagIsNoCancel(t *testing.T) {
	drill(t, func(t *testing.T, h *house) {
		sale := h.onShow(1250)
		h.sleep(50 * time.Second)
		h.gate.rewrite("getMyUnusedLinks", func(string) string { return `{"ResponseCode":1,"Result":"True","data":[]}` })
		h.sleep(50 * time.Second) // one look found nothing
		h.gate.set(nil)
		h.sleep(70 * time.Second)
		h.sandbox.Set(sandbox.ListDown, -1)
		h.sleep(2 * time.Minute)
		h.sandbox.Set(sandbox.ListDown, 0)
		if s := h.now(sale); s.State() != kiosk.Awaiting {
			t.Fatalf("it is %s", s.State())
		}
		h.payShown()
		h.confirmed(sale, 10*time.Second)
		h.passed(sale, "opening awaiting paid")
	})
}

// copyAside keeps a copy of the database as it is now.
func (h *house) copyAside() string {
	h.t.Helper()
	h.close()
	copied := filepath.Join(h.dir, "copy.db")
	raw, err := os.ReadFile(filepath.Join(h.dir, "shop.db"))
	h.must(err)
	h.must(os.WriteFile(copied, raw, 0o600))
	h.open()
	return copied
}

// bringBack replaces the database by a copy of before, past everything the program would do.
func (h *house) bringBack(copied string) {
	h.t.Helper()
	h.close()
	raw, err := os.ReadFile(copied)
	h.must(err)
	h.must(os.WriteFile(filepath.Join(h.dir, "shop.db"), raw, 0o600))
	h.open()
}

// TestFault_F50_databaseOfBefore: the database is exchanged for an older one. Every payment
// since is found, every open link is put aside and told, and none of them is deleted unseen.
func TestFault_F50_databaseOfBefore(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		before := h.onShow(1000)
		h.payShown()
		h.confirmed(before, 10*time.Second)
		waits := h.onShow(1100)
		copied := h.copyAside()

		h.payShown()
		h.becomes(waits, kiosk.Paid, 10*time.Second)
		for _, amount := range []kiosk.Money{2000, 3000} {
			sale := h.onShow(amount)
			h.payShown()
			h.confirmed(sale, 10*time.Second)
			time.Sleep(10 * time.Minute)
		}
		h.onShow(4000)
		open := h.shownLink()
		_, err := h.shop.Till.SetAside(context.Background(), h.actor, h.last().ID)
		h.must(err)
		h.onShow(5000)
		other := h.shownLink()

		h.bringBack(copied)
		h.until("a sweep", time.Minute, func() bool { return len(h.unmatched(true)) == 2 && len(h.quarantine(true)) == 2 })
		if s := h.now(waits); s.State() != kiosk.Paid || !s.Confirmed() {
			t.Errorf("what waited is %s", s.State())
		}
		var sum kiosk.Money
		for _, u := range h.unmatched(true) {
			sum += u.Row.Amount
			if u.Why != kiosk.UnmatchedLost {
				t.Errorf("%s is %s", u.Row.Key, u.Why)
			}
		}
		if sum != 5000 {
			t.Errorf("unmatched %v", sum)
		}
		h.alerted(kiosk.AlarmUnmatched, kiosk.AlarmQuarantine)
		h.restart(23 * time.Hour)
		time.Sleep(2 * time.Hour)
		if n := len(h.payable()); n != 2 {
			t.Errorf("%d links can be paid, want 2: nobody has seen them", n)
		}

		h.must(h.sandbox.Pay(open.ID))
		h.must(h.shop.Office.Unexplained.DeleteQuarantined(context.Background(), h.actor, other.ID, "the customer has left"))
		h.until("the third payment", 2*time.Hour, func() bool { return len(h.unmatched(true)) == 3 && len(h.quarantine(true)) == 0 })
		states := map[int64]kiosk.QuarantineState{}
		for _, q := range h.quarantine(false) {
			states[q.PayID] = q.State
		}
		if states[open.ID] != kiosk.QuarantineUsed || states[other.ID] != kiosk.QuarantineDeleted || len(h.payable()) != 0 {
			t.Errorf("quarantine %v, %d payable", states, len(h.payable()))
		}
		h.wantKey(h.shop.Office.Unexplained.DeleteQuarantined(context.Background(), h.actor, open.ID, "twice"), kiosk.Conflict, kiosk.ReasonNothingOpen)
		h.sound()
	})
}

// TestVirtual_alarms: what people have to know is told at the till, and is over when it is over.
func TestVirtual_alarms(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		h.alerted()
		h.sandbox.Set(sandbox.KeyRevoked, -1)
		h.charge(1250)
		h.untilState(kiosk.LinkRefused, 10*time.Second)
		h.alerted(kiosk.AlarmKey)
		if says := h.tillSays(); !strings.Contains(says, "SecPaid refuses our key") {
			t.Error("the till does not say so")
		}
		h.sandbox.Set(sandbox.KeyRevoked, 0)
		h.until("no alarm", 6*time.Minute, func() bool { return len(h.alerts()) == 0 })

		h.sandbox.Set(sandbox.Down, -1)
		time.Sleep(10 * time.Minute)
		h.alerted(kiosk.AlarmGateway)
		h.sandbox.Set(sandbox.Down, 0)
		h.until("no alarm", 6*time.Minute, func() bool { return len(h.alerts()) == 0 })

		h.sandbox.Set(sandbox.WebhookPlain, 1)
		sale := h.onShow(1300)
		h.payShown()
		h.confirmed(sale, 20*time.Second)
		h.alerted(kiosk.AlarmPlain)

		next := h.onShow(1400)
		path := h.hookPath(next)
		for range 9 {
			h.post(path, "application/json", `{"data":"x"}`)
		}
		if got := h.alerts(); !slices.Contains(got, kiosk.AlarmOdd) {
			t.Errorf("alerts %v", got)
		}
		all, err := h.shop.Kernel.Alarms.All(context.Background())
		h.must(err)
		if len(all) != len(h.till().OtherAlarms) {
			t.Errorf("all alarms are %+v", all)
		}
		h.restart(25 * time.Hour) // what was odd yesterday is not told today
		h.alerted()
		h.sound()
	})
}

// TestVirtual_wrongEchoIsTold: a link that is not what was ordered is an alarm beside being deleted.
func TestVirtual_wrongEchoIsTold(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		h.sandbox.Set(sandbox.CreateWrongAmount, -1)
		h.charge(1250)
		h.untilState(kiosk.LinkRefused, 10*time.Second)
		h.alerted(kiosk.AlarmEcho)
	})
}

// TestVirtual_calls: a quiet house asks little, one with a fresh code every four seconds, and one
// with an old code less.
func TestVirtual_calls(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		count := func(d time.Duration) int {
			before := h.sandbox.Counts()["getPayInTransactions"]
			time.Sleep(d)
			return h.sandbox.Counts()["getPayInTransactions"] - before
		}
		time.Sleep(time.Minute)
		if n := count(30 * time.Minute); n < 5 || n > 7 {
			t.Errorf("%d calls in thirty quiet minutes", n)
		}
		h.onShow(1250)
		if n := count(56 * time.Second); n < 13 || n > 15 {
			t.Errorf("%d calls in the first minute of a code", n)
		}
		time.Sleep(10 * time.Second)
		if n := count(3 * time.Minute); n < 17 || n > 20 {
			t.Errorf("%d calls in the next three minutes", n)
		}
		time.Sleep(time.Minute)
		if n := count(3 * time.Minute); n < 5 || n > 8 {
			t.Errorf("%d calls in three minutes of an old code", n)
		}
	})
}

// TestVirtual_auditAgainstALiar: a list that never ends, loses its last pages or says that good
// payments failed is not taken for the truth about what is missing, and days stay incomplete.
func TestVirtual_auditAgainstALiar(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		day := today()
		sale := h.onShow(1250)
		h.payShown()
		h.confirmed(sale, 10*time.Second)
		h.untilAudited()
		ctx := context.Background()

		h.gate.at("getPayInTransactions", func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
			sayJSON(w, http.StatusOK, `{"ResponseCode":1,"Result":"True","data":[`+fullPage(limitOf(r))+`]}`) // the same page for ever
		})
		before := h.sandbox.Counts()["getPayInTransactions"]
		h.must(h.shop.Reconciler.Audit(ctx))
		if d := h.day(day); d.Complete || len(d.Differences) == 0 {
			t.Errorf("the day is %+v", d)
		}
		if s := h.now(sale); s.State() != kiosk.Paid || !s.Confirmed() {
			t.Errorf("an endless list makes it %s", s.State())
		}
		if n := h.sandbox.Counts()["getPayInTransactions"] - before; n > 5 {
			t.Errorf("%d calls to find out", n)
		}

		h.gate.rewrite("getPayInTransactions", func(body string) string { return strings.ReplaceAll(body, `"amount":`, `"amounts":`) })
		h.must(h.shop.Reconciler.Audit(ctx))
		if d := h.day(day); d.Complete || !slices.ContainsFunc(d.Differences, func(x kiosk.Difference) bool { return x.Why == kiosk.DiffersUnread }) {
			t.Errorf("with rows nobody can read the day is %+v", d)
		}
		if s := h.now(sale); s.State() != kiosk.Paid {
			t.Errorf("unreadable rows make it %s", s.State())
		}

		h.gate.set(nil)
		h.sandbox.Set(sandbox.Down, -1)
		if err := h.shop.Reconciler.Audit(ctx); err == nil {
			t.Error("an audit without an answer")
		}
		h.sandbox.Set(sandbox.Down, 0)
		time.Sleep(time.Minute)
		h.must(h.shop.Reconciler.Audit(ctx))
		if d := h.day(day); !d.Complete {
			t.Errorf("with the truth again the day is %+v", d)
		}
		h.sound()
	})
}

// TestVirtual_refundWithoutRow: a refund that was asked for two weeks ago and has no row is told.
func TestVirtual_refundWithoutRow(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		sale, _ := h.paidSale(1000)
		h.sandbox.Set(sandbox.RefundRejected, 1) // nobody ever tells
		h.must(h.refund(sale, 1000))
		h.until("asked for", time.Minute, func() bool { return h.requests() == 1 })
		h.restart(13 * 24 * time.Hour)
		h.alerted()
		h.restart(25 * time.Hour)
		h.alerted(kiosk.AlarmRefund)
		if says := h.tillSays(); !strings.Contains(says, "Refund still open") {
			t.Error("the till does not say so")
		}
	})
}

// TestVirtual_clockIsTold: a server whose clock is off the gateway's says so, and by how much.
func TestVirtual_clockIsTold(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house) {
		time.Sleep(time.Minute)
		h.alerted(kiosk.AlarmClock)
		if a := h.till().OtherAlarms[0]; a.Text != "-1h0m0s" && a.Text != "-59m59s" {
			t.Errorf("off by %s", a.Text)
		}
	}, func(h *house) {
		h.clock, h.skewed = func() time.Time { return time.Now().Add(time.Hour) }, true
	})
}

// TestVirtual_tillsAreRung: tills are drawn anew when the house has something to say, though nothing
// of their registers has changed.
func TestVirtual_tillsAreRung(t *testing.T) {
	var rung atomic.Int64
	inBubble(t, func(t *testing.T, h *house) {
		time.Sleep(time.Minute)
		before := rung.Load()
		h.sandbox.Set(sandbox.Down, -1)
		time.Sleep(10 * time.Minute)
		if n := rung.Load() - before; n != 1 {
			t.Errorf("%d rings when the gateway fell silent", n)
		}
		h.sandbox.Set(sandbox.Down, 0)
		time.Sleep(10 * time.Minute)
		if n := rung.Load() - before; n != 2 {
			t.Errorf("%d rings when it came back", n-1)
		}
	}, func(h *house) {
		h.overBus = func(b kiosk.Bus) kiosk.Bus { return &counting{b, &rung} }
	})
}

// counting counts rings without a new version.
type counting struct {
	kiosk.Bus
	n *atomic.Int64
}

func (c *counting) Ring(stream string, version int64) {
	if version == 0 {
		c.n.Add(1)
	}
	c.Bus.Ring(stream, version)
}
