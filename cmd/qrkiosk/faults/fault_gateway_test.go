package faults

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

	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/sandbox"
	"qrkiosk/kiosk/secpaid"
	"qrkiosk/kiosk/till"
)

var transactionID = regexp.MustCompile(`"transaction_id":"[^"]*",`)

// The last part of the catalogue: what is peculiar to this gateway.

// TestFault_F85_unknownKey: status 201 with an error in the body is a refusal, never a link.
func TestFault_F85_unknownKey(t *testing.T) {
	drill(t, func(t *testing.T, h *kiosktest.Installation) {
		h.Sandbox.Set(sandbox.KeyRevoked, -1)
		sale := h.Ring(1250)
		h.Becomes(sale, kiosk.LinkRefused, 5*time.Second)
		links(h, 1, 0, 0)
		if why := h.Now(sale).Last().Why; why != secpaid.KeyKey {
			t.Errorf("the cashier is told %q", why)
		}
		if !h.TillPage().Says("#side .strip", "does not know our key") {
			t.Error("the till does not say so")
		}
		for _, c := range h.Sandbox.Calls() {
			if c.Endpoint == "createLink" && c.Status != http.StatusCreated {
				t.Errorf("the gateway answered %d", c.Status)
			}
		}
		logged(h, "create failed", "code=refused")
		h.Records.Passed(sale, "opening refused")
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
	drill(t, func(_ *testing.T, h *kiosktest.Installation) {
		h.Sandbox.Set(sandbox.WebhookPlain, 1)
		sale := h.OnShow(1250)
		h.PayShown()
		h.Confirmed(sale, 5*time.Second)
		h.Records.Passed(sale, "opening awaiting checking paid")
		logged(h, "notice stored", "flaw=plain")
	})
}

// TestFault_F87_bankTransfer: though bank transfers are never ordered, one is promised. The browser
// says success at once, the row is pending, and the money comes five days later.
func TestFault_F87_bankTransfer(t *testing.T) {
	drill(t, func(t *testing.T, h *kiosktest.Installation) {
		h.Gate.At("createLink", func(w http.ResponseWriter, r *http.Request, inner http.Handler) {
			raw, _ := io.ReadAll(r.Body)
			order := strings.Replace(string(raw), `"bank_transfer":"false"`, `"bank_transfer":"true"`, 1)
			again := r.Clone(r.Context())
			again.Body, again.ContentLength = io.NopCloser(strings.NewReader(order)), int64(len(order))
			status, body := kiosktest.AnswerOf(inner, again)
			kiosktest.SayJSON(w, status, strings.NewReplacer(`"bank_transfer":"Yes"`, `"bank_transfer":"No"`, `"bank_transfer":"true"`, `"bank_transfer":"false"`,
				`"bank_transfer":true`, `"bank_transfer":false`).Replace(body))
		})
		sale := h.OnShow(1250)
		link := h.ShownLink()
		h.Must(h.Sandbox.PromiseTransfer(link.ID))
		h.Guest().Get(strings.TrimPrefix(h.Shop.Kernel.ReceiptURL(h.Now(sale)), kiosktest.ShopURL) + "?status=success")
		h.Becomes(sale, kiosk.Checking, 10*time.Second)
		shows(h, kiosk.ShowsPending)
		if _, err := h.Shop.Till.Cancel(context.Background(), h.Actor, sale.ID); kiosk.KeyOf(err) != kiosk.ReasonMoneyPending {
			t.Errorf("a cancel: %v", err)
		}
		if _, err := h.Shop.Till.Changes.Open(context.Background(), h.Actor, sale.ID, false); kiosk.KeyOf(err) != kiosk.ReasonMoneyPending {
			t.Errorf("a change: %v", err)
		}
		next := h.OnShow(700) // the register goes on
		sleep(h, 20*time.Minute)
		h.Becomes(next, kiosk.Lapsed, time.Minute)
		if n := h.Sandbox.Counts()["deleteLink"]; n != 1 || h.Now(sale).State() != kiosk.Checking {
			t.Errorf("%d deletes, and the sale is %s", n, h.Now(sale).State())
		}
		h.Gate.Set(nil)
		h.Restart(4 * 24 * time.Hour)
		if s := h.Now(sale); s.State() != kiosk.Checking || s.Received() != 0 {
			t.Errorf("after four days it is %s", s.State())
		}
		h.Restart(36 * time.Hour) // the sandbox's transfers take five days
		h.Confirmed(sale, time.Minute)
		shows(h, kiosk.ShowsIdle)
		h.Records.Passed(sale, "opening awaiting checking paid")
		h.Records.Passed(next, "opening awaiting retiring lapsed")
	})
}

// TestFault_F88_sharedBudget: thirty tills share sixty calls a minute. Twenty-four sales a minute
// with cancels in between, then sixty a minute: never more calls than allowed, no create repeated,
// nothing lost, and the cashier sees that it waits.
func TestFault_F88_sharedBudget(t *testing.T) {
	drill(t, func(t *testing.T, h *kiosktest.Installation) {
		tills := tills(h, 30)
		var sales []*kiosk.Sale
		ring := func(i int) {
			sale, err := h.Shop.Till.Charge(context.Background(), tills[i%len(tills)], till.Charge{Amount: kiosk.Money(1000 + i), Key: kiosktest.FreshKey()})
			if kiosk.KeyOf(err) == kiosk.ReasonBusy {
				return
			}
			h.Must(err)
			sales = append(sales, sale)
		}
		pay := func() {
			for _, l := range h.Sandbox.Payable() {
				_ = h.Sandbox.Pay(l.ID)
			}
		}
		for i := range 24 * 2 {
			ring(i)
			time.Sleep(2500 * time.Millisecond)
			if i%10 == 9 {
				last := sales[len(sales)-1]
				_, err := h.Shop.Till.Cancel(context.Background(), tills[i%len(tills)], last.ID)
				if kiosk.CodeOf(err) != kiosk.Conflict {
					h.Must(err)
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
			waited = waited || h.Shop.Kernel.Condition.Health().ThrottledUntil > time.Now().UnixMilli()
		}
		if !waited {
			t.Error("at sixty sales a minute nobody was told to wait")
		}
		for range 60 {
			pay()
			time.Sleep(5 * time.Second)
		}
		time.Sleep(15 * time.Minute)
		h.Sandbox.NeverMoreThan(60)
		links, attempts, ledger := map[string]bool{}, 0, h.Sandbox.Ledger()
		for _, sale := range sales {
			s := readSale(h, sale.ID)
			attempts += len(s.Links)
			for _, l := range s.Links {
				links[l.Ref] = true
			}
			switch s.State() {
			case kiosk.Paid, kiosk.Cancelled, kiosk.Lapsed, kiosk.Review:
			default:
				t.Errorf("%s hangs in %s", s.Number, s.State())
			}
			everyRowOnce(h, s, ledger)
		}
		for _, l := range h.Sandbox.Links() {
			ref, _, _ := strings.Cut(l.Note, " ")
			if !links[ref] {
				t.Errorf("a link of no attempt: %s", l.Note)
			}
			delete(links, ref) // a second link of one attempt would be a blind repeat
		}
		t.Logf("%d sales, %d attempts, %d creates", len(sales), attempts, h.Sandbox.Counts()["createLink"])
	})
}

// tills opens n registers and returns who charges there.
func tills(h *kiosktest.Installation, n int) (all []kiosk.Actor) {
	h.T.Helper()
	ctx := context.Background()
	till := h.Till()
	for i := range n {
		register, err := h.Shop.Office.Registers.Add(ctx, till.Stall.ID, fmt.Sprintf("Register %d", 100+i), fmt.Sprintf("C%d", i))
		h.Must(err)
		ticket, err := h.Shop.Till.Ticket(ctx, register.ID, kiosk.Tablet)
		h.Must(err)
		device, _, err := h.Shop.Till.Enrol(ctx, ticket, "test")
		h.Must(err)
		all = append(all, kiosk.Actor{Staff: h.Actor.Staff, Role: h.Actor.Role, Device: device.ID, Register: register.ID})
	}
	return all
}

func readSale(h *kiosktest.Installation, id string) (sale *kiosk.Sale) {
	h.T.Helper()
	h.Must(h.Store.View(context.Background(), func(r kiosk.Reader) (err error) {
		sale, err = r.Sale(id)
		return err
	}))
	return sale
}

// TestFault_F89_partialSearch: the search matches parts of notes and knows no pages. Links of others
// with our reference somewhere in their note are not ours, and a full page proves no absence.
func TestFault_F89_partialSearch(t *testing.T) {
	drill(t, func(t *testing.T, h *kiosktest.Installation) {
		crowd := true
		h.Gate.Set(func(w http.ResponseWriter, r *http.Request, inner http.Handler) {
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
			kiosktest.SayJSON(w, 200, `{"ResponseCode":1,"Result":"True","data":[`+strings.Join(rows, ",")+`]}`)
		})
		h.Sandbox.Set(sandbox.CreateLost, 1)
		sale := h.Ring(1250)
		sleep(h, 2*time.Minute)
		if s := h.Now(sale); s.State() != kiosk.Opening || len(s.Links) != 1 || s.Last().Live {
			t.Errorf("with a full page it is %s with %d attempts, live %v", s.State(), len(s.Links), s.Last().Live)
		}
		crowd = false
		h.Becomes(sale, kiosk.Awaiting, 10*time.Second)
		links(h, 1, 1, 1)
		h.Records.Passed(sale, "opening awaiting")
	})
}

// TestFault_F90_midnight: a payment just before midnight is read just after it, by the clock of the
// gateway and by ours.
func TestFault_F90_midnight(t *testing.T) {
	for _, ahead := range []time.Duration{0, time.Hour, 2 * time.Hour} {
		drill(t, func(t *testing.T, h *kiosktest.Installation) {
			h.Sandbox.Set(sandbox.WebhookOff, -1)
			midnight := time.Now().UTC().Truncate(24 * time.Hour).Add(24*time.Hour - ahead)
			h.Restart(time.Until(midnight.Add(-20 * time.Second)))
			if ahead > 0 {
				h.Must(h.Sandbox.Advance(ahead))
			}
			sale := h.OnShow(1250)
			h.Sandbox.Set(sandbox.PayInsDown, -1)
			time.Sleep(time.Until(midnight.Add(-time.Second)))
			h.PayShown()
			time.Sleep(2 * time.Second)
			h.Sandbox.Set(sandbox.PayInsDown, 0)
			h.Confirmed(sale, 15*time.Second)
			h.Records.Passed(sale, "opening awaiting paid")
			if at := h.Now(sale).Last().Rows[0].At; !strings.Contains(at, "23:59:59") {
				t.Errorf("the gateway says it was paid at %s", at)
			}
		})
	}
}

// TestFault_F91_manyRows: payment, refund, dispute and its end for links of one list, every row
// twice, with and without a transaction id: each is kept once and the sums are right.
func TestFault_F91_manyRows(t *testing.T) {
	drill(t, func(t *testing.T, h *kiosktest.Installation) {
		h.Sandbox.Set(sandbox.PayInsTwice, -1)
		nth := 0
		h.Gate.Rewrite("getPayInTransactions", func(body string) string {
			if nth++; nth%2 == 0 {
				return transactionID.ReplaceAllString(body, "")
			}
			return body
		})
		back, disputed := h.OnShow(1250), (*kiosk.Sale)(nil)
		first := h.ShownLink()
		h.PayShown()
		h.Confirmed(back, 10*time.Second)
		_, err := h.Shop.Till.Refund(context.Background(), h.Actor, back.ID, 500, "half of it was cold")
		h.Must(err)
		h.Becomes(back, kiosk.Refunding, 5*time.Second)
		sleep(h, 5*time.Second)
		h.Must(h.Sandbox.ApproveRefund(first.ID))
		h.Until("the money went back", 6*time.Minute, func() bool { return h.Now(back).Returned() == 500 })

		disputed = h.OnShow(2000)
		second := h.ShownLink()
		h.PayShown()
		h.Confirmed(disputed, 10*time.Second)
		h.Must(h.Sandbox.OpenDispute(second.ID))
		h.Becomes(disputed, kiosk.Review, 6*time.Minute)
		h.Must(h.Sandbox.CloseDispute(second.ID, true))
		sleep(h, 11*time.Minute)

		if s := h.Now(back); len(s.Last().Rows) != 2 || s.Received() != 1250 || s.Returned() != 500 {
			t.Errorf("%d rows, received %v, returned %v", len(s.Last().Rows), s.Received(), s.Returned())
		}
		if s := h.Now(disputed); s.Received() != 2000 || s.Returned() != 0 {
			t.Errorf("received %v, returned %v, rows %+v", s.Received(), s.Returned(), s.Last().Rows)
		}
		h.Records.Passed(back, "opening awaiting paid refunding paid")
		h.Records.Passed(disputed, "opening awaiting paid review")
		h.Gate.Set(nil)
	})
}

// TestFault_F92_formsOfANotice: nested, flat, form and multipart all say the same; plain ones where
// encryption was ordered are hints, whatever their form.
func TestFault_F92_formsOfANotice(t *testing.T) {
	for _, form := range []sandbox.Fault{"", sandbox.WebhookFormB, sandbox.WebhookFormC, sandbox.WebhookMultipart} {
		drill(t, func(t *testing.T, h *kiosktest.Installation) {
			h.Sandbox.Set(sandbox.WebhookPlain, 1)
			if form != "" {
				h.Sandbox.Set(form, 1)
			}
			sale := h.OnShow(1250)
			h.PayShown()
			h.Confirmed(sale, 5*time.Second)
			if got := h.Now(sale).Proofs(); !slices.Equal(got, []string{"pay-in"}) {
				t.Errorf("%s: proofs %v", form, got)
			}
			h.Records.Passed(sale, "opening awaiting checking paid")
		})
	}
	drill(t, func(t *testing.T, h *kiosktest.Installation) { // the second notice of a split link comes first
		h.Sandbox.Set(sandbox.WebhookReordered, 1)
		h.Must(h.Sandbox.AddAccount(sandbox.Account{Name: "Baker", Key: "key-of-the-baker-in-tests", RecipientToken: "baker", UserID: "u-baker"}))
		sale := h.OnShow(1001)
		h.PayShown()
		h.Confirmed(sale, 10*time.Second)
		if got := h.Now(sale).Proofs(); !slices.Contains(got, "webhook") {
			t.Errorf("proofs %v", got)
		}
		if n := events(h, "sale.notice"); n != 1 {
			t.Errorf("%d notices in the journal", n)
		}
	}, func(h *kiosktest.Installation) {
		h.Settings = func(s *kiosk.Stall) { s.SplitTerms = []kiosk.Share{{Token: "baker", Percent: 1100}} }
	})
}

// TestFault_F93_callbacks: a browser that comes back, in whatever way, has the lists read once in
// ten seconds and changes nothing by itself.
func TestFault_F93_callbacks(t *testing.T) {
	drill(t, func(t *testing.T, h *kiosktest.Installation) {
		sale := h.OnShow(1250)
		link := h.ShownLink()
		receipt := strings.TrimPrefix(h.Shop.Kernel.ReceiptURL(h.Now(sale)), kiosktest.ShopURL)
		before := h.Sandbox.Counts()["getPayInTransactions"]
		began := time.Now()
		for range 30 {
			for _, query := range []string{
				fmt.Sprintf("?pay_id=%d&amp;amount=12.50&amp;user_id=x&amp;status=success", link.ID),
				fmt.Sprintf("?a=b?pay_id=%d&status=success", link.ID),
				fmt.Sprintf("?PAY_ID=%d&Status=Success", link.ID),
				fmt.Sprintf("?pay_id=%d&status=success", link.ID),
				"?status=success", "?status=cancel", "?pay_id=1&status=success", "",
			} {
				r := h.Guest().Get(receipt + query)
				if page := r.Page(t); r.Status != http.StatusOK || !page.Has(".verdict h1") || page.Has(".verdict.paid") || page.Says("title, body", "You paid") {
					t.Fatalf("%s is answered %d %.300s", query, r.Status, r.Body)
				}
			}
			shows(h, kiosk.ShowsCode)
			sleep(h, time.Second)
		}
		took := time.Since(began)
		if n := h.Sandbox.Counts()["getPayInTransactions"] - before; n > int(took/(4*time.Second))+int(took/(10*time.Second))+3 {
			t.Errorf("the list was read %d times in %v", n, took)
		}
		h.PayShown()
		h.Confirmed(sale, 10*time.Second)
		h.Records.Passed(sale, "opening awaiting paid")
		if r := h.Guest().Get("/r/" + strings.Repeat("A", 22) + "?status=success"); r.Status != http.StatusNotFound {
			t.Errorf("an unknown receipt is answered %d", r.Status)
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
		drill(t, func(t *testing.T, h *kiosktest.Installation) {
			h.Gate.Rewrite("getPayInTransactions", func(body string) string {
				if strings.Contains(body, "pay_id") && !strings.Contains(body, c.is) {
					t.Errorf("the gateway does not write %s: %s", c.is, body)
				}
				return strings.ReplaceAll(body, c.is, c.says)
			})
			sale := h.OnShow(1250)
			h.PayShown()
			h.Confirmed(sale, 10*time.Second)
			if r := h.Now(sale).Last().Rows[0]; r.Fee != c.fee || r.FeePSP != c.psp || r.Net != c.nt || r.Amount != 1250 {
				t.Errorf("%s: kept fee %v, psp %v, net %v", c.says, r.Fee, r.FeePSP, r.Net)
			}
			h.Records.Passed(sale, "opening awaiting paid")
			h.Gate.Set(nil)
		})
	}
}
