package sandbox

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestLife follows one link through create, list, payment and the lists again.
func TestLife(t *testing.T) {
	r := newRig(t)
	id, _ := r.makeLink(`{"amount":35.39,"recipient_note":"AB12 Bakery"}`)
	if rows := r.call("getMyUnusedLinks", `{"search":"ab12"}`).rows(t); len(rows) != 1 || rows[0]["linktopay_id"] != float64(id) || rows[0]["amount"] != 35.39 {
		t.Fatalf("unused: %v", rows)
	}
	if err := r.Pay(id); err != nil {
		t.Fatal(err)
	}
	if rows := r.call("getMyUnusedLinks", `{}`).rows(t); len(rows) != 0 {
		t.Errorf("still unused: %v", rows)
	}
	if rows := r.call("getMyUsedLinks", `{}`).rows(t); len(rows) != 1 || rows[0]["status"] != "Used" || rows[0]["paid_on"] == nil {
		t.Errorf("used: %v", rows)
	}
	a := r.call("getPayInTransactions", fmt.Sprintf(`{"pay_id":%d}`, id))
	rows := a.rows(t)
	if len(rows) != 1 || rows[0]["pay_id"] != fmt.Sprint(id) || rows[0]["status"] != "Success" || rows[0]["payment_method"] != "card" {
		t.Fatalf("pay-ins: %v", rows)
	}
	// 35.39: 1 % and 1.5 % + 0.25, both rounded half up.
	if !strings.Contains(a.body, `"amount":35.39,"net_amount":34.26,"service_fee":0.35,"service_fee_psp":0.78`) {
		t.Errorf("fees: %s", a.body)
	}
	if n := a.read(t).TotalRecords; n == nil || *n != 1 {
		t.Errorf("totalRecords %v", n)
	}
	if err := r.Pay(id); err != ErrNotPayable {
		t.Errorf("paid twice: %v", err)
	}
}

// TestDelete: only unused links of one's own; the pay page is gone afterwards.
func TestDelete(t *testing.T) {
	r := newRig(t)
	id, pay := r.makeLink(`{"amount":5}`)
	path := strings.TrimPrefix(pay, r.url)
	body := fmt.Sprintf(`{"link_id":%d}`, id)
	steps := []struct{ key, body, msg string }{
		{"test-key-stall", `{}`, "Please enter link_id"},
		{"test-key-stall", `{"link_id":"MTI0"}`, "Invalid link ID"},
		{"test-key-stall", `{"link_id":1}`, "Invalid link ID"},
		{"test-key-a", body, "Invalid link ID"},
		{"test-key-stall", body, "Link has been deleted successfully"},
		{"test-key-stall", body, "Invalid link ID"},
	}
	if a := r.get(path); a.status != 200 {
		t.Fatalf("pay page: %d", a.status)
	}
	for _, s := range steps {
		if e := r.post("/api/v2/deleteLink", s.key, "", s.body).read(t); e.ResponseMsg != s.msg {
			t.Errorf("%s %s: %q", s.key, s.body, e.ResponseMsg)
		}
	}
	if a := r.get(path); a.status != 404 {
		t.Errorf("pay page of a deleted link: %d", a.status)
	}
	if err := r.Pay(id); err != ErrNoLink {
		t.Errorf("paid after delete: %v", err)
	}
	used, _ := r.makeLink(`{"amount":5}`)
	if err := r.Pay(used); err != nil {
		t.Fatal(err)
	}
	if e := r.call("deleteLink", fmt.Sprintf(`{"link_id":"%d"}`, used)).read(t); e.ResponseMsg != "This link is already used" || e.ResponseCode != 0 {
		t.Errorf("used: %+v", e)
	}
}

// TestLists_limits: ten by default, no pages, newest first; a search is a partial match.
func TestLists_limits(t *testing.T) {
	r := newRig(t)
	var last int64
	for i := range 12 {
		last, _ = r.makeLink(fmt.Sprintf(`{"amount":1,"recipient_note":"note-%02d"}`, i))
	}
	rows := r.call("getMyUnusedLinks", `{"page":2}`).rows(t)
	if len(rows) != 10 || rows[0]["linktopay_id"] != float64(last) {
		t.Errorf("%d rows, first %v", len(rows), rows[0])
	}
	if rows := r.call("getMyUnusedLinks", `{"limit":50,"search":"NOTE-0"}`).rows(t); len(rows) != 10 {
		t.Errorf("search: %d", len(rows))
	}
	if rows := r.call("getMyUnusedLinks", `{"limit":"3"}`).rows(t); len(rows) != 3 {
		t.Errorf("limit as text: %d", len(rows))
	}
	for _, bad := range []string{`{"limit":0}`, `{"limit":-1}`, `{"limit":"all"}`} {
		if a := r.call("getMyUnusedLinks", bad); a.status != 400 {
			t.Errorf("%s: %d", bad, a.status)
		}
	}
	if rows := r.post("/api/v2/getMyUnusedLinks", "test-key-a", "", "").rows(t); len(rows) != 0 {
		t.Errorf("foreign links: %v", rows)
	}
}

// TestPayIns_window: without since only today's rows, in UTC, and a pay_id does not change that.
func TestPayIns_window(t *testing.T) {
	now := time.Date(2026, 5, 20, 23, 59, 59, 0, time.UTC)
	r := newRig(t, func(c *Config) { c.Now = func() time.Time { return now } })
	id, _ := r.makeLink(`{"amount":5,"recipient_note":"late"}`)
	if err := r.Pay(id); err != nil {
		t.Fatal(err)
	}
	count := func(body string) int { return len(r.call("getPayInTransactions", body).rows(t)) }
	if n := count(`{}`); n != 1 {
		t.Errorf("today: %d", n)
	}
	now = now.Add(time.Second)
	byID := fmt.Sprintf(`{"pay_id":"%d"}`, id)
	for body, want := range map[string]int{
		`{}`: 0, byID: 0, `{"since":1}`: 1, `{"since":"1","search":"5.00"}`: 1,
		`{"date":"2026-05-20"}`: 1, `{"date":"2026-05-21"}`: 0, `{"since":1,"search":"no such note"}`: 0, `{"since":1,"page":2}`: 0,
	} {
		if n := count(body); n != want {
			t.Errorf("%s: %d rows, not %d", body, n, want)
		}
	}
	r.Set(PayIDAnyDay, 1)
	if n := count(byID); n != 1 {
		t.Errorf("with the knob: %d", n)
	}
	if a := r.call("getPayInTransactions", `{"date":"20.5.2026"}`); a.status != 400 {
		t.Errorf("bad date: %d", a.status)
	}
}

// TestListLag: what is younger than ten seconds is not listed while the fault is set.
func TestListLag(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := New(Config{Accounts: merchants()})
		if err != nil {
			t.Fatal(err)
		}
		a := s.keeper.ledger.accounts[0]
		s.api.createLink(a, value{kind: object, keys: []string{"amount"}, items: []value{{kind: number, text: "5"}}})
		s.Set(ListLag, 2)
		for _, want := range []bool{false, true, true} {
			if got := strings.Contains(string(s.api.unusedLinks(a, value{}).body), `"amount":5.00`); got != want {
				t.Errorf("at %v: listed %v", time.Now(), got)
			}
			time.Sleep(lag)
		}
	})
}
