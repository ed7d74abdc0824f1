package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/sandbox"
	"qrkiosk/kiosk/secpaid"
	"qrkiosk/kiosk/till"
)

var transactionID = regexp.MustCompile(`"transaction_id":"[^"]*",`)

// The last part of the catalogue: what is peculiar to this gateway.

// TestFault_F85_unknownKey: status 201 with an error in the body is a refusal, never a link.
func TestFault_F85_unknownKey(t *testing.T) {
	drill(t, func(t *testing.T, h *house) {
		h.sandbox.Set(sandbox.KeyRevoked, -1)
		sale := h.ring(1250)
		h.becomes(sale, kiosk.LinkRefused, 5*time.Second)
		h.links(1, 0, 0)
		if why := h.now(sale).Last().Why; why != secpaid.KeyKey {
			t.Errorf("the cashier is told %q", why)
		}
		if !strings.Contains(h.tillSays(), "does not know our key") {
			t.Error("the till does not say so")
		}
		for _, c := range h.sandbox.Calls() {
			if c.Endpoint == "createLink" && c.Status != http.StatusCreated {
				t.Errorf("the gateway answered %d", c.Status)
			}
		}
		h.logged("create failed", "code=refused")
		h.passed(sale, "opening refused")
	})
}

// TestFault_F86_flagsIgnored: a link with other flags than ordered is never shown and is deleted;
// that encryption was ignored shows with the first notice.
func TestFault_F86_flagsIgnored(t *testing.T) {
	otherThanOrdered(t, sandbox.CreateWrongFlags)
	for _, echo := range [][2]string{
		{`"bank_transfer":"No"`, `"bank_transfer":"Yes"`},
		{`"is_cancellation":"Yes"`, `"is_cancellation":"No"`},
		{`"split_type":null`, `"split_type":"normal"`},
	} {
		otherEcho(t, echo[0], echo[1])
	}
	drill(t, func(_ *testing.T, h *house) {
		h.sandbox.Set(sandbox.WebhookPlain, 1)
		sale := h.onShow(1250)
		h.payShown()
		h.confirmed(sale, 5*time.Second)
		h.passed(sale, "opening awaiting checking paid")
		h.logged("notice stored", "flaw=plain")
	})
}

// TestFault_F87_bankTransfer: though bank transfers are never ordered, one is promised. The browser
// says success at once, the row is pending, and the money comes five days later.
func TestFault_F87_bankTransfer(t *testing.T) {
	drill(t, func(t *testing.T, h *house) {
		h.gate.at("createLink", func(w http.ResponseWriter, r *http.Request, inner http.Handler) {
			raw, _ := io.ReadAll(r.Body)
			order := strings.Replace(string(raw), `"bank_transfer":"false"`, `"bank_transfer":"true"`, 1)
			again := r.Clone(r.Context())
			again.Body, again.ContentLength = io.NopCloser(strings.NewReader(order)), int64(len(order))
			status, body := answerOf(inner, again)
			sayJSON(w, status, strings.NewReplacer(`"bank_transfer":"Yes"`, `"bank_transfer":"No"`, `"bank_transfer":"true"`, `"bank_transfer":"false"`,
				`"bank_transfer":true`, `"bank_transfer":false`).Replace(body))
		})
		sale := h.onShow(1250)
		link := h.shownLink()
		h.must(h.sandbox.PromiseTransfer(link.ID))
		h.guest().get(strings.TrimPrefix(h.shop.Kernel.ReceiptURL(h.now(sale)), shopURL) + "?status=success")
		h.becomes(sale, kiosk.Checking, 10*time.Second)
		h.shows(kiosk.ShowsIdle)
		if _, err := h.shop.Till.Cancel(context.Background(), h.actor, sale.ID); kiosk.KeyOf(err) != kiosk.ReasonMoneyPending {
			t.Errorf("a cancel: %v", err)
		}
		next := h.onShow(700) // the register goes on
		h.sleep(20 * time.Minute)
		h.becomes(next, kiosk.Lapsed, time.Minute)
		if n := h.sandbox.Counts()["deleteLink"]; n != 1 || h.now(sale).State() != kiosk.Checking {
			t.Errorf("%d deletes, and the sale is %s", n, h.now(sale).State())
		}
		h.gate.set(nil)
		h.restart(4 * 24 * time.Hour)
		if s := h.now(sale); s.State() != kiosk.Checking || s.Received() != 0 {
			t.Errorf("after four days it is %s", s.State())
		}
		h.restart(36 * time.Hour) // the sandbox's transfers take five days
		h.confirmed(sale, time.Minute)
		h.shows(kiosk.ShowsIdle)
		h.passed(sale, "opening awaiting checking paid")
		h.passed(next, "opening awaiting retiring lapsed")
	})
}

// TestFault_F88_sharedBudget: thirty tills share sixty calls a minute. Twenty-four sales a minute
// with cancels in between, then sixty a minute: never more calls than allowed, no create repeated,
// nothing lost, and the cashier sees that it waits.
func TestFault_F88_sharedBudget(t *testing.T) {
	drill(t, func(t *testing.T, h *house) {
		tills := h.tills(30)
		var sales []*kiosk.Sale
		ring := func(i int) {
			sale, err := h.shop.Till.Charge(context.Background(), tills[i%len(tills)], till.Charge{Amount: kiosk.Money(1000 + i), Key: freshKey()})
			if kiosk.KeyOf(err) == kiosk.ReasonBusy {
				return
			}
			h.must(err)
			sales = append(sales, sale)
		}
		pay := func() {
			for _, l := range h.payable() {
				_ = h.sandbox.Pay(l.ID)
			}
		}
		for i := range 24 * 2 {
			ring(i)
			time.Sleep(2500 * time.Millisecond)
			if i%10 == 9 {
				last := sales[len(sales)-1]
				_, err := h.shop.Till.Cancel(context.Background(), tills[i%len(tills)], last.ID)
				if kiosk.CodeOf(err) != kiosk.Conflict {
					h.must(err)
				}
			} else if i%2 == 0 {
				pay()
			}
		}
		waited := false
		for i := range 90 {
			ring(i)
			time.Sleep(time.Second)
			if i%2 == 0 {
				pay()
			}
			waited = waited || h.shop.Kernel.Condition.Health().ThrottledUntil > time.Now().UnixMilli()
		}
		if !waited {
			t.Error("at sixty sales a minute nobody was told to wait")
		}
		for range 60 {
			pay()
			time.Sleep(5 * time.Second)
		}
		time.Sleep(15 * time.Minute)
		h.neverMoreThan(60)
		links, attempts, ledger := map[string]bool{}, 0, h.ledger()
		for _, sale := range sales {
			s := h.readSale(sale.ID)
			attempts += len(s.Links)
			for _, l := range s.Links {
				links[l.Ref] = true
			}
			switch s.State() {
			case kiosk.Paid, kiosk.Cancelled, kiosk.Lapsed, kiosk.Review:
			default:
				t.Errorf("%s hangs in %s", s.Number, s.State())
			}
			h.everyRowOnce(s, ledger)
		}
		for _, l := range h.sandbox.Links() {
			ref, _, _ := strings.Cut(l.Note, " ")
			if !links[ref] {
				t.Errorf("a link of no attempt: %s", l.Note)
			}
			delete(links, ref) // a second link of one attempt would be a blind repeat
		}
		t.Logf("%d sales, %d attempts, %d creates", len(sales), attempts, h.sandbox.Counts()["createLink"])
	})
}

// tills opens n registers and returns who charges there.
func (h *house) tills(n int) (all []kiosk.Actor) {
	h.t.Helper()
	ctx := context.Background()
	till := h.till()
	for i := range n {
		register, err := h.shop.Office.Registers.Add(ctx, till.Stall.ID, fmt.Sprintf("Register %d", 100+i), fmt.Sprintf("C%d", i))
		h.must(err)
		ticket, err := h.shop.Till.Ticket(ctx, register.ID, kiosk.Tablet)
		h.must(err)
		device, _, err := h.shop.Till.Enrol(ctx, ticket, "test")
		h.must(err)
		all = append(all, kiosk.Actor{Staff: h.actor.Staff, Role: h.actor.Role, Device: device.ID, Register: register.ID})
	}
	return all
}

func (h *house) readSale(id string) (sale *kiosk.Sale) {
	h.t.Helper()
	h.must(h.store.View(context.Background(), func(r kiosk.Reader) (err error) {
		sale, err = r.Sale(id)
		return err
	}))
	return sale
}

// neverMoreThan counts the calls of any sixty seconds, as the gateway saw them.
func (h *house) neverMoreThan(most int) {
	h.t.Helper()
	calls := h.sandbox.Calls()
	for from, to := 0, 0; to < len(calls); to++ {
		for calls[to].At.Sub(calls[from].At) >= time.Minute {
			from++
		}
		if n := to - from + 1; n > most {
			h.t.Fatalf("%d calls within a minute before %v", n, calls[to].At)
		}
		if calls[to].Status == http.StatusTooManyRequests {
			h.t.Errorf("a call was refused at %v", calls[to].At)
		}
	}
}

// TestFault_F89_partialSearch: the search matches parts of notes and knows no pages. Links of others
// with our reference somewhere in their note are not ours, and a full page proves no absence.
func TestFault_F89_partialSearch(t *testing.T) {
	drill(t, func(t *testing.T, h *house) {
		crowd := true
		h.gate.set(func(w http.ResponseWriter, r *http.Request, inner http.Handler) {
			if !crowd || !strings.HasSuffix(r.URL.Path, "getMyUnusedLinks") {
				inner.ServeHTTP(w, r)
				return
			}
			var q struct {
				Search string
				Limit  int
			}
			_ = json.NewDecoder(r.Body).Decode(&q)
			rows := make([]string, q.Limit)
			for i := range rows {
				rows[i] = fmt.Sprintf(`{"linktopay_id":%d,"amount":12.50,"recipient_note":"%s%d alike","status":"Unused","user_id":"x"}`, 900000+i, q.Search, i)
			}
			sayJSON(w, 200, `{"ResponseCode":1,"Result":"True","data":[`+strings.Join(rows, ",")+`]}`)
		})
		h.sandbox.Set(sandbox.CreateLost, 1)
		sale := h.ring(1250)
		h.sleep(2 * time.Minute)
		if s := h.now(sale); s.State() != kiosk.Opening || len(s.Links) != 1 || s.Last().Live {
			t.Errorf("with a full page it is %s with %d attempts, live %v", s.State(), len(s.Links), s.Last().Live)
		}
		crowd = false
		h.becomes(sale, kiosk.Awaiting, 10*time.Second)
		h.links(1, 1, 1)
		h.passed(sale, "opening awaiting")
	})
}

// TestFault_F90_midnight: a payment just before midnight is read just after it, by the clock of the
// gateway and by ours.
func TestFault_F90_midnight(t *testing.T) {
	for _, ahead := range []time.Duration{0, time.Hour, 2 * time.Hour} {
		drill(t, func(t *testing.T, h *house) {
			h.sandbox.Set(sandbox.WebhookOff, -1)
			midnight := time.Now().UTC().Truncate(24 * time.Hour).Add(24*time.Hour - ahead)
			h.restart(time.Until(midnight.Add(-20 * time.Second)))
			if ahead > 0 {
				h.must(h.sandbox.Advance(ahead))
			}
			sale := h.onShow(1250)
			h.sandbox.Set(sandbox.PayInsDown, -1)
			time.Sleep(time.Until(midnight.Add(-time.Second)))
			h.payShown()
			time.Sleep(2 * time.Second)
			h.sandbox.Set(sandbox.PayInsDown, 0)
			h.confirmed(sale, 15*time.Second)
			h.passed(sale, "opening awaiting paid")
			if at := h.now(sale).Last().Rows[0].At; !strings.Contains(at, "23:59:59") {
				t.Errorf("the gateway says it was paid at %s", at)
			}
		})
	}
}

// TestFault_F91_manyRows: payment, refund, dispute and its end for links of one list, every row
// twice, with and without a transaction id: each is kept once and the sums are right.
func TestFault_F91_manyRows(t *testing.T) {
	drill(t, func(t *testing.T, h *house) {
		h.sandbox.Set(sandbox.PayInsTwice, -1)
		nth := 0
		h.gate.rewrite("getPayInTransactions", func(body string) string {
			if nth++; nth%2 == 0 {
				return transactionID.ReplaceAllString(body, "")
			}
			return body
		})
		back, disputed := h.onShow(1250), (*kiosk.Sale)(nil)
		first := h.shownLink()
		h.payShown()
		h.confirmed(back, 10*time.Second)
		_, err := h.shop.Till.Refund(context.Background(), h.actor, back.ID, 500, "half of it was cold")
		h.must(err)
		h.becomes(back, kiosk.Refunding, 5*time.Second)
		h.sleep(5 * time.Second)
		h.must(h.sandbox.ApproveRefund(first.ID))
		h.until("the money went back", 6*time.Minute, func() bool { return h.now(back).Returned() == 500 })

		disputed = h.onShow(2000)
		second := h.shownLink()
		h.payShown()
		h.confirmed(disputed, 10*time.Second)
		h.must(h.sandbox.OpenDispute(second.ID))
		h.becomes(disputed, kiosk.Review, 6*time.Minute)
		h.must(h.sandbox.CloseDispute(second.ID, true))
		h.sleep(11 * time.Minute)

		if s := h.now(back); len(s.Last().Rows) != 2 || s.Received() != 1250 || s.Returned() != 500 {
			t.Errorf("%d rows, received %v, returned %v", len(s.Last().Rows), s.Received(), s.Returned())
		}
		if s := h.now(disputed); s.Received() != 2000 || s.Returned() != 0 {
			t.Errorf("received %v, returned %v, rows %+v", s.Received(), s.Returned(), s.Last().Rows)
		}
		h.passed(back, "opening awaiting paid refunding paid")
		h.passed(disputed, "opening awaiting paid review")
		h.gate.set(nil)
	})
}

// TestFault_F92_formsOfANotice: nested, flat, form and multipart all say the same; plain ones where
// encryption was ordered are hints, whatever their form.
func TestFault_F92_formsOfANotice(t *testing.T) {
	for _, form := range []sandbox.Fault{"", sandbox.WebhookFormB, sandbox.WebhookFormC, sandbox.WebhookMultipart} {
		drill(t, func(t *testing.T, h *house) {
			h.sandbox.Set(sandbox.WebhookPlain, 1)
			if form != "" {
				h.sandbox.Set(form, 1)
			}
			sale := h.onShow(1250)
			h.payShown()
			h.confirmed(sale, 5*time.Second)
			if got := h.now(sale).Proofs(); !slices.Equal(got, []string{"pay-in"}) {
				t.Errorf("%s: proofs %v", form, got)
			}
			h.passed(sale, "opening awaiting checking paid")
		})
	}
	drill(t, func(t *testing.T, h *house) { // the second notice of a split link comes first
		h.sandbox.Set(sandbox.WebhookReordered, 1)
		h.must(h.sandbox.AddAccount(sandbox.Account{Name: "Baker", Key: "key-of-the-baker-in-tests", RecipientToken: "baker", UserID: "u-baker"}))
		sale := h.onShow(1001)
		h.payShown()
		h.confirmed(sale, 10*time.Second)
		if got := h.now(sale).Proofs(); !slices.Contains(got, "webhook") {
			t.Errorf("proofs %v", got)
		}
		if n := h.events("sale.notice"); n != 1 {
			t.Errorf("%d notices in the journal", n)
		}
	}, func(h *house) {
		h.settings = func(s *kiosk.Stall) { s.SplitTerms = []kiosk.Share{{Token: "baker", Percent: 1100}} }
	})
}

// TestFault_F93_callbacks: a browser that comes back, in whatever way, has the lists read once in
// ten seconds and changes nothing by itself.
func TestFault_F93_callbacks(t *testing.T) {
	drill(t, func(t *testing.T, h *house) {
		sale := h.onShow(1250)
		link := h.shownLink()
		receipt := strings.TrimPrefix(h.shop.Kernel.ReceiptURL(h.now(sale)), shopURL)
		before := h.sandbox.Counts()["getPayInTransactions"]
		began := time.Now()
		for range 30 {
			for _, query := range []string{
				fmt.Sprintf("?pay_id=%d&amp;amount=12.50&amp;user_id=x&amp;status=success", link.ID),
				fmt.Sprintf("?a=b?pay_id=%d&status=success", link.ID),
				fmt.Sprintf("?PAY_ID=%d&Status=Success", link.ID),
				fmt.Sprintf("?pay_id=%d&status=success", link.ID),
				"?status=success", "?status=cancel", "?pay_id=1&status=success", "",
			} {
				if r := h.guest().get(receipt + query); r.status != http.StatusOK || strings.Contains(r.body, "You paid") {
					t.Fatalf("%s is answered %d %.300s", query, r.status, r.body)
				}
			}
			h.shows(kiosk.ShowsCode)
			h.sleep(time.Second)
		}
		took := time.Since(began)
		if n := h.sandbox.Counts()["getPayInTransactions"] - before; n > int(took/(4*time.Second))+int(took/(10*time.Second))+3 {
			t.Errorf("the list was read %d times in %v", n, took)
		}
		h.payShown()
		h.confirmed(sale, 10*time.Second)
		h.passed(sale, "opening awaiting paid")
		if r := h.guest().get("/r/" + strings.Repeat("A", 22) + "?status=success"); r.status != http.StatusNotFound {
			t.Errorf("an unknown receipt is answered %d", r.status)
		}
	})
}

// TestFault_F95_oddFees: fees that are negative, missing or do not add up decide nothing and are
// kept as the gateway told them.
func TestFault_F95_oddFees(t *testing.T) {
	for _, c := range []struct {
		is, says     string
		fee, psp, nt kiosk.Money
	}{
		{`"service_fee":0.13`, `"service_fee":-5.00`, -500, 44, 1193},
		{`"net_amount":11.93,`, ``, 13, 44, 0},
		{`"net_amount":11.93`, `"net_amount":99.99`, 13, 44, 9999},
		{`"service_fee_psp":0.44`, `"service_fee_psp":"free"`, 13, 0, 1193},
		{`"net_amount":11.93`, `"net_amount":null`, 13, 44, 0},
	} {
		drill(t, func(t *testing.T, h *house) {
			h.gate.rewrite("getPayInTransactions", func(body string) string {
				if strings.Contains(body, "pay_id") && !strings.Contains(body, c.is) {
					t.Errorf("the gateway does not write %s: %s", c.is, body)
				}
				return strings.ReplaceAll(body, c.is, c.says)
			})
			sale := h.onShow(1250)
			h.payShown()
			h.confirmed(sale, 10*time.Second)
			if r := h.now(sale).Last().Rows[0]; r.Fee != c.fee || r.FeePSP != c.psp || r.Net != c.nt || r.Amount != 1250 {
				t.Errorf("%s: kept fee %v, psp %v, net %v", c.says, r.Fee, r.FeePSP, r.Net)
			}
			h.passed(sale, "opening awaiting paid")
			h.gate.set(nil)
		})
	}
}
