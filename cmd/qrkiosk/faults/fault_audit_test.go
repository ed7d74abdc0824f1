package faults

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/sandbox"
)

// day is what the audit said about one day.
func dayOf(h *kiosktest.Installation, text string) kiosk.AuditDay {
	h.T.Helper()
	days, err := h.Shop.Reconciler.AuditDays(context.Background(), 100)
	h.Must(err)
	for _, d := range days {
		if d.Day == text {
			return d
		}
	}
	h.T.Fatalf("no audit of %s, only %+v", text, days)
	return kiosk.AuditDay{}
}

// TestFault_F41_paymentOfNobody: a pay-in with neither note nor known link is kept once, told, counted
// in no sum, and keeps its day from being complete until a person says what it was.
func TestFault_F41_paymentOfNobody(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		stranger := strangerPays(h)
		h.Gate.Rewrite("getPayInTransactions", func(body string) string { return strings.Replace(body, `"data":[`, `"data":[`+stranger, 1) })
		sale := h.OnShow(1250)
		h.PayShown()
		h.Confirmed(sale, 10*time.Second)
		h.Until("unmatched", time.Minute, func() bool { return len(h.Unmatched(true)) == 1 })
		h.Restart(time.Second)
		time.Sleep(6 * time.Minute)
		u := h.Unmatched(true)
		if len(u) != 1 || u[0].Row.Amount != 1234 || u[0].Why != kiosk.UnmatchedUnknown {
			t.Fatalf("unmatched %+v", u)
		}
		h.Alerted(kiosk.AlarmUnmatched)
		if a := h.Till().OtherAlarms[0]; a.Count != 1 || a.Sum != 1234 {
			t.Errorf("told %d of %v", a.Count, a.Sum)
		}
		if page := h.TillPage(); !page.Says("#side .strip h2, #side .aside-alarm", "Payments without a sale: 1") {
			t.Errorf("the till says %s", page.Text("#side"))
		}
		day := h.UntilAudited()
		if d := dayOf(h, day); d.Complete || d.Differs() || d.Unmatched != 1 || d.UnmatchedSum != 1234 || d.Ours.Paid != 1250 {
			t.Errorf("the day is %+v", d)
		}
		h.WantKey(h.Shop.Office.Unexplained.ResolveUnmatched(context.Background(), h.Actor, u[0].Row.Key, ""), kiosk.Invalid, kiosk.KeyReasonMissing)
		h.Must(h.Shop.Office.Unexplained.ResolveUnmatched(context.Background(), h.Actor, u[0].Row.Key, "a web order"))
		h.WantKey(h.Shop.Office.Unexplained.ResolveUnmatched(context.Background(), h.Actor, u[0].Row.Key, "again"), kiosk.Conflict, kiosk.ReasonNothingOpen)
		h.Must(h.Shop.Reconciler.Audit(context.Background()))
		if d := dayOf(h, day); !d.Complete {
			t.Errorf("the day is %+v", d)
		}
		h.Alerted()
		h.Records.Sound()
	})
}

// stranger is a row of a pay-in that belongs to nothing we know.
func strangerPays(h *kiosktest.Installation) string {
	return fmt.Sprintf(`{"pay_id":7,"transaction_id":"t-7","amount":12.34,"status":"Success","recipient_note":"","created_at":%q,"transaction_type":"Payment"},`,
		time.Now().UTC().Format(time.DateTime))
}

// TestVirtual_auditAgrees: every night both books are compared, and a day with payments, a refund
// and a dispute is complete.
func TestVirtual_auditAgrees(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		var sales []*kiosk.Sale
		for range 3 {
			sale := h.OnShow(1000)
			h.PayShown()
			h.Confirmed(sale, 10*time.Second)
			sales = append(sales, sale)
		}
		h.Must(h.Refund(sales[0], 1000))
		h.Until("asked for", time.Minute, func() bool { return h.Sandbox.RefundRequests() == 1 })
		h.Must(h.Sandbox.ApproveRefund(h.Now(sales[0]).Links[0].PayID))
		h.Must(h.Sandbox.OpenDispute(h.Now(sales[1]).Links[0].PayID))
		day := h.UntilAudited()
		d := dayOf(h, day)
		if !d.Complete || d.Ours != d.Theirs || d.Ours.Payments != 3 || d.Ours.Paid != 3000 || d.Ours.Refunded != -1000 || d.Ours.Disputes != 1 {
			t.Errorf("the day is %+v", d)
		}
		h.Records.Sound()
	})
}

// TestFault_F37_rowDisappears: a payment that was confirmed and that no list shows any more is put
// before a person; one list alone is not believed.
func TestFault_F37_rowDisappears(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		day := kiosktest.Today()
		sale := h.OnShow(1250)
		h.PayShown()
		h.Confirmed(sale, 10*time.Second)
		h.UntilAudited()

		h.Sandbox.Set(sandbox.PayInsEmpty, 1) // the second witness still sees it
		h.Must(h.Shop.Reconciler.Audit(context.Background()))
		if d := dayOf(h, day); d.Complete || len(d.Differences) != 1 || d.Differences[0].Why != kiosk.DiffersMissing || d.Differences[0].Sale != sale.Number {
			t.Errorf("the day is %+v", d)
		}
		h.Alerted(kiosk.AlarmAudit)
		if s := h.Now(sale); s.State() != kiosk.Paid {
			t.Errorf("one empty list makes it %s", s.State())
		}
		h.Must(h.Shop.Reconciler.Audit(context.Background()))
		h.Alerted()

		h.Sandbox.Set(sandbox.PayInsEmpty, -1)
		h.Must(h.Shop.Reconciler.Audit(context.Background()))
		if s := h.Now(sale); s.State() != kiosk.Review || !slices.Equal(s.OpenTroubles(), []kiosk.Trouble{{Kind: kiosk.TroubleWithdrawn, N: 1}}) {
			t.Errorf("it is %s with %v", s.State(), s.OpenTroubles())
		}
		h.Alarm(sale)
		h.Records.Sound()
	})
}

// TestFault_F94_payerCancels: a link that ended at the gateway, without a webhook, frees its register.
func TestFault_F94_payerCancels(t *testing.T) {
	for name, cancel := range map[string]func(h *kiosktest.Installation){
		"not listed any more": func(h *kiosktest.Installation) {
			h.Sandbox.Call("deleteLink", fmt.Sprintf(`{"link_id":%d}`, h.ShownLink().ID))
		},
		"listed as cancelled": func(h *kiosktest.Installation) {
			h.Gate.Rewrite("getMyUnusedLinks", func(body string) string {
				return strings.ReplaceAll(body, `"is_cancelled":"No"`, `"is_cancelled":"Yes"`)
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			drill(t, func(t *testing.T, h *kiosktest.Installation) {
				sale := h.OnShow(1250)
				sleep(h, 20*time.Second)
				cancel(h)
				took := h.Becomes(sale, kiosk.Cancelled, 4*time.Minute)
				shows(h, kiosk.ShowsIdle)
				h.Records.Passed(sale, "opening awaiting cancelled")
				h.Gate.Set(nil)
				next := h.OnShow(700)
				h.PayShown()
				h.Confirmed(next, 10*time.Second)
				t.Logf("noticed after %v", took)
			})
		})
	}
}

// TestVirtual_lagIsNoCancel: a list that lags behind, or is away, never makes a code count as gone.
func TestVirtual_lagIsNoCancel(t *testing.T) {
	drill(t, func(t *testing.T, h *kiosktest.Installation) {
		sale := h.OnShow(1250)
		sleep(h, 50*time.Second)
		h.Gate.Rewrite("getMyUnusedLinks", func(string) string { return `{"ResponseCode":1,"Result":"True","data":[]}` })
		sleep(h, 50*time.Second) // one look found nothing
		h.Gate.Set(nil)
		sleep(h, 70*time.Second)
		h.Sandbox.Set(sandbox.ListDown, -1)
		sleep(h, 2*time.Minute)
		h.Sandbox.Set(sandbox.ListDown, 0)
		if s := h.Now(sale); s.State() != kiosk.Awaiting {
			t.Fatalf("it is %s", s.State())
		}
		h.PayShown()
		h.Confirmed(sale, 10*time.Second)
		h.Records.Passed(sale, "opening awaiting paid")
	})
}

// TestFault_F50_databaseOfBefore: the database is exchanged for an older one. Every payment
// since is found, every open link is put aside and told, and none of them is deleted unseen.
func TestFault_F50_databaseOfBefore(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		before := h.OnShow(1000)
		h.PayShown()
		h.Confirmed(before, 10*time.Second)
		waits := h.OnShow(1100)
		copied := h.CopyAside()

		h.PayShown()
		h.Becomes(waits, kiosk.Paid, 10*time.Second)
		for _, amount := range []kiosk.Money{2000, 3000} {
			sale := h.OnShow(amount)
			h.PayShown()
			h.Confirmed(sale, 10*time.Second)
			time.Sleep(10 * time.Minute)
		}
		h.OnShow(4000)
		open := h.ShownLink()
		_, err := h.Shop.Till.SetAside(context.Background(), h.Actor, h.Last().ID)
		h.Must(err)
		h.OnShow(5000)
		other := h.ShownLink()

		h.BringBack(copied)
		h.Until("a sweep", time.Minute, func() bool { return len(h.Unmatched(true)) == 2 && len(h.Quarantine(true)) == 2 })
		if s := h.Now(waits); s.State() != kiosk.Paid || !s.Confirmed() {
			t.Errorf("what waited is %s", s.State())
		}
		var sum kiosk.Money
		for _, u := range h.Unmatched(true) {
			sum += u.Row.Amount
			if u.Why != kiosk.UnmatchedLost {
				t.Errorf("%s is %s", u.Row.Key, u.Why)
			}
		}
		if sum != 5000 {
			t.Errorf("unmatched %v", sum)
		}
		h.Alerted(kiosk.AlarmUnmatched, kiosk.AlarmQuarantine)
		h.Restart(23 * time.Hour)
		time.Sleep(2 * time.Hour)
		if n := len(h.Sandbox.Payable()); n != 2 {
			t.Errorf("%d links can be paid, want 2: nobody has seen them", n)
		}

		h.Must(h.Sandbox.Pay(open.ID))
		h.Must(h.Shop.Office.Unexplained.DeleteQuarantined(context.Background(), h.Actor, other.ID, "the customer has left"))
		h.Until("the third payment", 2*time.Hour, func() bool { return len(h.Unmatched(true)) == 3 && len(h.Quarantine(true)) == 0 })
		states := map[int64]kiosk.QuarantineState{}
		for _, q := range h.Quarantine(false) {
			states[q.PayID] = q.State
		}
		if states[open.ID] != kiosk.QuarantineUsed || states[other.ID] != kiosk.QuarantineDeleted || len(h.Sandbox.Payable()) != 0 {
			t.Errorf("quarantine %v, %d payable", states, len(h.Sandbox.Payable()))
		}
		h.WantKey(h.Shop.Office.Unexplained.DeleteQuarantined(context.Background(), h.Actor, open.ID, "twice"), kiosk.Conflict, kiosk.ReasonNothingOpen)
		h.Records.Sound()
	})
}

// TestVirtual_alarms: what people have to know is told at the till, and is over when it is over.
func TestVirtual_alarms(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		h.Alerted()
		h.Sandbox.Set(sandbox.KeyRevoked, -1)
		h.Charge(1250)
		h.UntilState(kiosk.LinkRefused, 10*time.Second)
		h.Alerted(kiosk.AlarmKey)
		if page := h.TillPage(); !page.Says("#side .strip h2, #side .aside-alarm", "SecPaid refuses our key") {
			t.Errorf("the till says %s", page.Text("#side"))
		}
		h.Sandbox.Set(sandbox.KeyRevoked, 0)
		h.Until("no alarm", 6*time.Minute, func() bool { return len(h.Alerts()) == 0 })

		h.Sandbox.Set(sandbox.Down, -1)
		time.Sleep(10 * time.Minute)
		h.Alerted(kiosk.AlarmGateway)
		h.Sandbox.Set(sandbox.Down, 0)
		h.Until("no alarm", 6*time.Minute, func() bool { return len(h.Alerts()) == 0 })

		h.Sandbox.Set(sandbox.WebhookPlain, 1)
		sale := h.OnShow(1300)
		h.PayShown()
		h.Confirmed(sale, 20*time.Second)
		h.Alerted(kiosk.AlarmPlain)

		next := h.OnShow(1400)
		path := h.Sandbox.HookPath(h.Now(next))
		for range 9 {
			h.Post(path, "application/json", `{"data":"x"}`)
		}
		if got := h.Alerts(); !slices.Contains(got, kiosk.AlarmOdd) {
			t.Errorf("alerts %v", got)
		}
		all, err := h.Shop.Kernel.Alarms.All(context.Background())
		h.Must(err)
		if len(all) != len(h.Till().OtherAlarms) {
			t.Errorf("all alarms are %+v", all)
		}
		h.Restart(25 * time.Hour) // what was odd yesterday is not told today
		h.Alerted()
		h.Records.Sound()
	})
}

// TestVirtual_wrongEchoIsTold: a link that is not what was ordered is an alarm beside being deleted.
func TestVirtual_wrongEchoIsTold(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		h.Sandbox.Set(sandbox.CreateWrongAmount, -1)
		h.Charge(1250)
		h.UntilState(kiosk.LinkRefused, 10*time.Second)
		h.Alerted(kiosk.AlarmEcho)
	})
}

// TestVirtual_calls: a quiet house asks little, one with a fresh code every four seconds, and one
// with an old code less.
func TestVirtual_calls(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		count := func(d time.Duration) int {
			before := h.Sandbox.Counts()["getPayInTransactions"]
			time.Sleep(d)
			return h.Sandbox.Counts()["getPayInTransactions"] - before
		}
		time.Sleep(time.Minute)
		if n := count(30 * time.Minute); n < 5 || n > 7 {
			t.Errorf("%d calls in thirty quiet minutes", n)
		}
		h.OnShow(1250)
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
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		day := kiosktest.Today()
		sale := h.OnShow(1250)
		h.PayShown()
		h.Confirmed(sale, 10*time.Second)
		h.UntilAudited()
		ctx := context.Background()

		h.Gate.At("getPayInTransactions", func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
			kiosktest.SayJSON(w, http.StatusOK, `{"ResponseCode":1,"Result":"True","data":[`+fullPage(limitOf(r))+`]}`) // the same page for ever
		})
		before := h.Sandbox.Counts()["getPayInTransactions"]
		h.Must(h.Shop.Reconciler.Audit(ctx))
		if d := dayOf(h, day); d.Complete || len(d.Differences) == 0 {
			t.Errorf("the day is %+v", d)
		}
		if s := h.Now(sale); s.State() != kiosk.Paid || !s.Confirmed() {
			t.Errorf("an endless list makes it %s", s.State())
		}
		if n := h.Sandbox.Counts()["getPayInTransactions"] - before; n > 5 {
			t.Errorf("%d calls to find out", n)
		}

		h.Gate.Rewrite("getPayInTransactions", func(body string) string { return strings.ReplaceAll(body, `"amount":`, `"amounts":`) })
		h.Must(h.Shop.Reconciler.Audit(ctx))
		if d := dayOf(h, day); d.Complete || !slices.ContainsFunc(d.Differences, func(x kiosk.Difference) bool { return x.Why == kiosk.DiffersUnread }) {
			t.Errorf("with rows nobody can read the day is %+v", d)
		}
		if s := h.Now(sale); s.State() != kiosk.Paid {
			t.Errorf("unreadable rows make it %s", s.State())
		}

		h.Gate.Set(nil)
		h.Sandbox.Set(sandbox.Down, -1)
		if err := h.Shop.Reconciler.Audit(ctx); err == nil {
			t.Error("an audit without an answer")
		}
		h.Sandbox.Set(sandbox.Down, 0)
		time.Sleep(time.Minute)
		h.Must(h.Shop.Reconciler.Audit(ctx))
		if d := dayOf(h, day); !d.Complete {
			t.Errorf("with the truth again the day is %+v", d)
		}
		h.Records.Sound()
	})
}

// TestVirtual_refundWithoutRow: a refund that was asked for two weeks ago and has no row is told.
func TestVirtual_refundWithoutRow(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		sale, _ := h.PaidSale(1000)
		h.Sandbox.Set(sandbox.RefundRejected, 1) // nobody ever tells
		h.Must(h.Refund(sale, 1000))
		h.Until("asked for", time.Minute, func() bool { return h.Sandbox.RefundRequests() == 1 })
		h.Restart(13 * 24 * time.Hour)
		h.Alerted()
		h.Restart(25 * time.Hour)
		h.Alerted(kiosk.AlarmRefund)
		if page := h.TillPage(); !page.Says("#side .strip h2, #side .aside-alarm", "Refund still open") {
			t.Errorf("the till says %s", page.Text("#side"))
		}
	})
}

// TestVirtual_clockIsTold: a server whose clock is off the gateway's says so, and by how much.
func TestVirtual_clockIsTold(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		time.Sleep(time.Minute)
		h.Alerted(kiosk.AlarmClock)
		if a := h.Till().OtherAlarms[0]; a.Text != "-1h0m0s" && a.Text != "-59m59s" {
			t.Errorf("off by %s", a.Text)
		}
	}, func(h *kiosktest.Installation) {
		h.Clock, h.Skewed = func() time.Time { return time.Now().Add(time.Hour) }, true
	})
}

// TestVirtual_tillsAreRung: tills are drawn anew when the house has something to say, though nothing
// of their registers has changed.
func TestVirtual_tillsAreRung(t *testing.T) {
	var rung atomic.Int64
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		time.Sleep(time.Minute)
		before := rung.Load()
		h.Sandbox.Set(sandbox.Down, -1)
		time.Sleep(10 * time.Minute)
		if n := rung.Load() - before; n != 2 { // the sign at once, the alarm after a minute
			t.Errorf("%d rings when the gateway fell silent", n)
		}
		h.Sandbox.Set(sandbox.Down, 0)
		time.Sleep(10 * time.Minute)
		if n := rung.Load() - before; n != 3 {
			t.Errorf("%d rings when it came back", n-2)
		}
	}, func(h *kiosktest.Installation) {
		h.OverBus = func(b kiosk.Bus) kiosk.Bus { return &counting{b, &rung} }
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
