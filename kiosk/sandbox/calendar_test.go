package sandbox

import (
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"qrkiosk/cmd/qrkiosk/kiosktest/markup"
)

// movable is a clock that tests set.
type movable struct {
	mu sync.Mutex
	at time.Time
}

func (m *movable) now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.at
}

func frozen(at time.Time) func(*Config) {
	m := &movable{at: at}
	return func(c *Config) { c.Now = m.now }
}

var may = time.Date(2026, 5, 20, 12, 0, 0, 0, time.UTC)

// TestPayouts: nothing the same day, one batch per kind the next night, completed a night later,
// and every sum adds up.
func TestPayouts(t *testing.T) {
	r := newRig(t, frozen(may))
	for _, order := range []string{`{"amount":10}`, `{"amount":20}`, `{"amount":100,"recipients":[{"token":"recipient_a","share":30}]}`} {
		id, _ := r.makeLink(order)
		if err := r.Pay(id); err != nil {
			t.Fatal(err)
		}
	}
	if rows := r.call("getPayOutTransactions", "").rows(t); len(rows) != 0 {
		t.Fatalf("before the night: %v", rows)
	}
	r.advance("1d")
	a := r.call("getPayOutTransactions", `{"start_date":"2026-05-20","end_date":"2026-05-20"}`)
	rows := a.rows(t)
	if len(rows) != 2 || rows[0]["payout_amount"] != "70.00" || rows[1]["payout_amount"] != "30.00" {
		t.Fatalf("%s", a.body)
	}
	for _, row := range rows {
		if row["payout_status"] != "InProgress" || row["request_date"] != "2026-05-20" || row["created_at"] != "2026-05-21T02:01:14Z" ||
			!strings.HasPrefix(row["transaction_id"].(string), "20260520-po-") {
			t.Errorf("%v", row)
		}
	}
	// 10: 0.10 and 0.40; 20: 0.20 and 0.55. Together 30 − 0.30 − 0.95.
	if rows[1]["service_fee"] != 0.3 || rows[1]["net_amount"] != 28.75 {
		t.Errorf("%v", rows[1])
	}
	status := func() string {
		return fmt.Sprint(r.call("getPayInTransactions", `{"since":9}`).rows(t)[0]["payout_status"])
	}
	if got := status(); got != "Pending" {
		t.Errorf("pay-in: %s", got)
	}
	r.advance("1d")
	if got := status(); got != "Completed" {
		t.Errorf("pay-in a night later: %s", got)
	}
	if rows := r.call("getPayOutTransactions", `{"limit":1,"page":2}`).rows(t); len(rows) != 1 || rows[0]["payout_status"] != "Completed" {
		t.Errorf("%v", rows)
	}
	if rows := r.post("/api/v2/getPayOutTransactions", "test-key-a", "", "").rows(t); len(rows) != 1 || rows[0]["payout_amount"] != "30.00" {
		t.Errorf("the recipient's: %v", rows)
	}
	money := r.Money()
	if m := money[0]; m.Waiting != 0 || m.PaidOut != m.Paid-m.Fees {
		t.Errorf("%+v", m)
	}
	for _, bad := range []string{`{"start_date":"May"}`, `{"page":0}`} {
		if a := r.call("getPayOutTransactions", bad); a.status != 400 {
			t.Errorf("%s: %d", bad, a.status)
		}
	}
}

// TestPayouts_negative: what was refunded after the payout is kept back until there is enough.
func TestPayouts_negative(t *testing.T) {
	r := newRig(t, frozen(may))
	pay := func(amount string) int64 {
		id, _ := r.makeLink(`{"amount":` + amount + `}`)
		if err := r.Pay(id); err != nil {
			t.Fatal(err)
		}
		return id
	}
	id := pay("50")
	r.advance("2d")
	r.call("refundPayment", fmt.Sprintf(`{"pay_id":%d,"refund_amount":50}`, id))
	if err := r.ApproveRefund(id); err != nil {
		t.Fatal(err)
	}
	r.advance("2d")
	if n := len(r.call("getPayOutTransactions", "").rows(t)); n != 1 {
		t.Fatalf("%d payouts", n)
	}
	pay("100")
	r.advance("1d")
	rows := r.call("getPayOutTransactions", "").rows(t)
	if len(rows) != 2 || rows[0]["payout_amount"] != "50.00" {
		t.Errorf("%v", rows)
	}
}

func (r *rig) advance(span string) {
	r.t.Helper()
	if a := r.post("/control/clock", "", jsonType, `{"advance":"`+span+`"}`); a.status != 200 {
		r.t.Fatalf("%d %s", a.status, a.body)
	}
}

// TestInvoices: one per account and month with fees, on the first of the next month.
func TestInvoices(t *testing.T) {
	r := newRig(t, frozen(may), func(c *Config) { c.Wire = Wire2026; c.Accounts[0].City = "Berlin" })
	id, _ := r.makeLink(`{"amount":100}`)
	if err := r.Pay(id); err != nil {
		t.Fatal(err)
	}
	r.advance("11d")
	if rows := r.call("getTaxInvoiceList", "").rows(t); len(rows) != 0 {
		t.Fatalf("in May: %v", rows)
	}
	r.advance("40d")
	a := r.call("getTaxInvoiceList", "")
	rows := a.rows(t)
	if len(rows) != 1 || !strings.Contains(a.body, `"invoice_date":"2026-06-01","service_month":"May 2026","total_secpaid_fee":1,"total_psp_fee":1.75,"vat":0,"created_at":"2026-06-01 03:01:05"`) {
		t.Fatalf("%s", a.body)
	}
	for body, want := range map[string]int{
		`{"date":"2026-05"}`: 1, `{"date":"2026-06"}`: 0, `{"search":"may"}`: 1, `{"search":"april"}`: 0,
	} {
		if n := len(r.call("getTaxInvoiceList", body).rows(t)); n != want {
			t.Errorf("%s: %d", body, n)
		}
	}
	if a := r.call("getTaxInvoiceList", `{"date":"May"}`); a.status != 400 {
		t.Errorf("bad month: %d", a.status)
	}
	if rows := r.post("/api/v2/getTaxInvoiceList", "test-key-a", "", "").rows(t); len(rows) != 0 {
		t.Errorf("foreign invoices: %v", rows)
	}
}

// TestTransfer: success for the browser at once, a Pending row, no webhook; the link stays unused,
// cannot be deleted or paid again; days later the money arrives.
func TestTransfer(t *testing.T) {
	for _, how := range []string{"by the clock", "by order"} {
		inBubble(t, func(b *bubble) {
			box := &inbox{}
			defer b.net.listen("shop.test:80", box)()
			a := b.keeper.ledger.accounts[0]
			id := b.make(`{"amount":5,"bank_transfer":"true","payment_endpoint":"http://shop.test/w"}`)
			if err := b.PromiseTransfer(id); err != nil {
				t.Fatal(err)
			}
			b.running(func() {
				time.Sleep(time.Hour)
				if n := len(box.bodies()); n != 0 {
					t.Errorf("%s: %d webhooks", how, n)
				}
				body := string(b.api.payInTransactions(a, value{}).body)
				if !strings.Contains(body, `"status":"Pending"`) || !strings.Contains(body, `"payment_method":"Bank Transfer"`) {
					t.Errorf("%s: %s", how, body)
				}
				if msg, err := b.api.remove(a, id); msg != msgUsed || err != nil {
					t.Errorf("%s: deleted: %s %v", how, msg, err)
				}
				if err := errors.Join(b.Pay(id), nil); !errors.Is(err, ErrNotPayable) {
					t.Errorf("%s: paid again: %v", how, err)
				}
				if how == "by order" {
					if err := b.FundsArrived(id); err != nil {
						t.Error(err)
					}
					synctest.Wait()
				} else {
					time.Sleep(6 * 24 * time.Hour)
				}
			})
			if n := len(box.bodies()); n != 1 {
				t.Errorf("%s: %d webhooks", how, n)
			}
			body := string(b.api.payInTransactions(a, value{kind: object, keys: []string{"since"}, items: []value{{kind: number, text: "9"}}}).body)
			if strings.Count(body, `"pay_id"`) != 1 || !strings.Contains(body, `"status":"Success"`) {
				t.Errorf("%s: %s", how, body)
			}
			if err := b.FundsArrived(id); err != ErrNoTransfer {
				t.Errorf("%s: twice: %v", how, err)
			}
		})
	}
}

// TestRefund_byClock: what nobody decides is approved after five days.
func TestRefund_byClock(t *testing.T) {
	r := newRig(t, frozen(may))
	id, _ := r.makeLink(`{"amount":5}`)
	if err := r.Pay(id); err != nil {
		t.Fatal(err)
	}
	r.call("refundPayment", fmt.Sprintf(`{"pay_id":%d,"refund_amount":5,"isFullRefund":true}`, id))
	for _, want := range []int{1, 2} {
		r.advance("96h")
		if n := len(r.call("getPayInTransactions", `{"since":30}`).rows(t)); n != want {
			t.Errorf("%d rows, not %d", n, want)
		}
	}
}

// TestClock: forward only, survives a restart, and the spans people write are read.
func TestClock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "book")
	with := func(c *Config) { c.Book = path }
	r := newRig(t, frozen(may), with)
	for _, bad := range []string{"", "-1d", "0h", "401d", "day", "1x"} {
		if a := r.post("/control/clock", "", jsonType, `{"advance":"`+bad+`"}`); a.status != 422 {
			t.Errorf("%q: %d", bad, a.status)
		}
	}
	for _, span := range []string{"90m", "1d", "2w"} {
		r.advance(span)
	}
	want := may.Add(90*time.Minute + 15*24*time.Hour)
	if !r.Now().Equal(want) {
		t.Errorf("%v", r.Now())
	}
	before := r.Money()
	r.Close()
	again := newRig(t, frozen(may), with)
	if !again.Now().Equal(want) || !reflect.DeepEqual(again.Money(), before) {
		t.Errorf("after the restart: %v", again.Now())
	}
}

// TestNextTimes: nights and firsts of months, behind any moment.
func TestNextTimes(t *testing.T) {
	at := func(text string) time.Time {
		v, err := time.Parse(time.DateTime, text)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for after, want := range map[string][2]string{
		"2026-05-20 12:00:00": {"2026-05-21 02:01:14", "2026-06-01 03:01:05"},
		"2026-05-21 02:01:14": {"2026-05-22 02:01:14", "2026-06-01 03:01:05"},
		"2026-05-01 00:00:00": {"2026-05-01 02:01:14", "2026-05-01 03:01:05"},
		"2026-12-31 23:59:59": {"2027-01-01 02:01:14", "2027-01-01 03:01:05"},
		"2024-02-29 03:01:05": {"2024-03-01 02:01:14", "2024-03-01 03:01:05"},
	} {
		if got := nextDaily(at(after), nightAt); !got.Equal(at(want[0])) {
			t.Errorf("after %s: night %v", after, got)
		}
		if got := nextMonthly(at(after)); !got.Equal(at(want[1])) {
			t.Errorf("after %s: month %v", after, got)
		}
	}
}

// TestControl_accounts: an account added over HTTP works at once and after a restart; a wrong one
// is refused.
func TestControl_accounts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "book")
	with := func(c *Config) { c.Book = path }
	r := newRig(t, with)
	if a := r.post("/control/accounts", "", jsonType, `{"name":"New","key":"test-key-new","service_fee":"0.5"}`); a.status != 200 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	for _, bad := range []string{`{"name":"New"}`, `{"name":"X","key":"test-key-new"}`, `{"nme":"X"}`, `{"name":"X","key":"k","service_fee":"much"}`} {
		if a := r.post("/control/accounts", "", jsonType, bad); a.status == 200 {
			t.Errorf("%s was taken", bad)
		}
	}
	r.Close()
	again := newRig(t, with)
	if a := again.post("/api/v2/createLink", "test-key-new", "", `{"amount":1}`); !strings.Contains(a.body, `"servicefee":"0.5"`) {
		t.Errorf("%s", a.body)
	}
}

// TestReadAccounts: the accounts file is read strictly.
func TestReadAccounts(t *testing.T) {
	list, err := ReadAccounts(strings.NewReader(`[{"name":"A","key":"test-a","endpoints":["http://127.0.0.1:1/"],"bank_transfer":true}]`))
	if err != nil || len(list) != 1 || list[0].Endpoints[0] != "http://127.0.0.1:1/" || !list[0].BankTransfer {
		t.Errorf("%+v %v", list, err)
	}
	for _, bad := range []string{``, `{}`, `[{"nam":"A"}]`, `[] []`} {
		if _, err := ReadAccounts(strings.NewReader(bad)); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
}

// TestControlCalls: every call that is described exists, and its example is understood.
func TestControlCalls(t *testing.T) {
	r := newRig(t)
	for _, c := range ControlCalls() {
		a := answer{}
		if c.Method == http.MethodGet {
			a = r.get(c.Path)
		} else {
			a = r.post(c.Path, "", jsonType, c.Body)
		}
		if a.status == 405 || a.status == 422 || a.status >= 500 || c.What == "" {
			t.Errorf("%s %s: %d %s", c.Method, c.Path, a.status, a.body)
		}
		if a.status == 404 && !strings.Contains(a.body, "no such") {
			t.Errorf("%s %s is not there", c.Method, c.Path)
		}
	}
}

// TestFee_owner: the owner pays the percentage the link was made with, a recipient the own one.
func TestFee_owner(t *testing.T) {
	r := newRig(t)
	id, _ := r.makeLink(`{"amount":100,"recipients":[{"token":"recipient_a","share":50}]}`)
	for _, change := range []Account{
		{Name: "Stall", Key: "test-key-stall", RecipientToken: "stall-token", UserID: "user-stall", ServiceFee: "9.0"},
		{Name: "A", Key: "test-key-a", RecipientToken: "recipient_a", UserID: "user-a", ServiceFee: "3.0"},
	} {
		if err := r.AddAccount(change); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Pay(id); err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]float64{"test-key-stall": 0.5, "test-key-a": 1.5} {
		if rows := r.post("/api/v2/getPayInTransactions", key, "", "").rows(t); rows[0]["service_fee"] != want {
			t.Errorf("%s: %v", key, rows[0])
		}
	}
}

// TestControlPage: the page shows links, webhooks, faults and money, and its buttons work.
func TestControlPage(t *testing.T) {
	r := newRig(t)
	id, _ := r.makeLink(`{"amount":5,"bank_transfer":"true","recipient_note":"<b>x","payment_endpoint":"http://127.0.0.1:9/w"}`)
	r.Set(Slow, -1)
	r.Set(Slow, 0)
	r.Set(ListLag, 2)
	holds := func(parts ...string) {
		t.Helper()
		a := r.get("/control")
		page := markup.Parse(t, a.body)
		for i := 0; i+1 < len(parts); i += 2 {
			if a.status != 200 || !page.Says(parts[i], parts[i+1]) {
				t.Errorf("%d without %q in %s", a.status, parts[i+1], parts[i])
			}
		}
	}
	holds(".acts button", "Bank transfer", ".hint .text", "<b>x", ".row strong", "list-lag", ".row .what p", "2 more times",
		"[aria-labelledby=faults] td.number", "666.01", "main", "test-key-stall")
	for _, act := range []string{"transfer", "funds", "dispute"} {
		if a := r.post("/control/"+act, "", formType, fmt.Sprintf("link_id=%d&back=/control", id)); a.status != 303 {
			t.Fatalf("%s: %d %s", act, a.status, a.body)
		}
	}
	holds(".acts button", "Dispute won", "summary .text", "http://127.0.0.1:9/w", ".acts button", "Send again", ".row pre", `"ResponseCode":1`)
	if a := r.post("/control/dispute-end", "", formType, fmt.Sprintf("link_id=%d&won=true", id)); a.status != 200 {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := r.post("/control/pay", "", jsonType, fmt.Sprintf(`{"link_id":%d}`, id)); a.status != 409 {
		t.Errorf("paid again: %d", a.status)
	}
}
