package sandbox

import (
	"fmt"
	"slices"
	"testing"
)

// TestRefund_refusals: every documented text, in its order.
func TestRefund_refusals(t *testing.T) {
	r := newRig(t)
	unused, _ := r.makeLink(`{"amount":5}`)
	cancelled, _ := r.makeLink(`{"amount":5}`)
	paid, _ := r.makeLink(`{"amount":5}`)
	disputed, _ := r.makeLink(`{"amount":5}`)
	invoiced, _ := r.makeLink(`{"amount":5}`)
	for _, err := range []error{r.CancelByPayer(cancelled), r.Pay(paid), r.Pay(disputed), r.Pay(invoiced), r.OpenDispute(disputed)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	err := r.keeper.change(func(l *ledger) ([]entry, error) {
		k := *l.links[invoiced]
		k.Invoice = true
		return []entry{{Link: &k}}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	body := func(id int64, amount string) string {
		return fmt.Sprintf(`{"pay_id":%d,"refund_amount":%s}`, id, amount)
	}
	for _, c := range []struct{ key, body, msg string }{
		{"test-key-stall", `{"refund_amount":1}`, "Please enter pay_id"},
		{"test-key-stall", fmt.Sprintf(`{"pay_id":%d}`, paid), "Please enter refund_amount"},
		{"test-key-stall", `{"pay_id":"x","refund_amount":1}`, "Invalid link ID"},
		{"test-key-stall", body(1, "1"), "Invalid link ID"},
		{"test-key-a", body(paid, "1"), "Invalid link ID"},
		{"test-key-stall", body(unused, "1"), "Invalid link ID"},
		{"test-key-stall", body(cancelled, "1"), "Link is cancelled"},
		{"test-key-stall", body(invoiced, "1"), "Cannot refund invoice-type links"},
		{"test-key-stall", body(disputed, "1"), "Refund blocked by dispute"},
		{"test-key-stall", body(paid, "5.01"), "Invalid refund amount"},
		{"test-key-stall", body(paid, "0"), "Invalid refund amount"},
		{"test-key-stall", body(paid, `"-1"`), "Invalid refund amount"},
		{"test-key-stall", body(paid, `"5.00"`), "Refund request has been sent successfully, You will get update within 5-10 days"},
		{"test-key-stall", body(paid, "1"), "Refund already requested"},
	} {
		if e := r.post("/api/v2/refundPayment", c.key, "", c.body).read(t); e.ResponseMsg != c.msg {
			t.Errorf("%s: %q", c.body, e.ResponseMsg)
		}
	}
	// Three payments and the row of the dispute.
	if rows := r.call("getPayInTransactions", "").rows(t); len(rows) != 4 {
		t.Errorf("a request alone made rows: %v", rows)
	}
}

// TestRefund_decided: approved, a negative row appears under the same pay_id; rejected, nothing
// does; both only once.
func TestRefund_decided(t *testing.T) {
	r := newRig(t)
	yes, _ := r.makeLink(`{"amount":10}`)
	no, _ := r.makeLink(`{"amount":20}`)
	for _, id := range []int64{yes, no} {
		if err := r.Pay(id); err != nil {
			t.Fatal(err)
		}
		r.call("refundPayment", fmt.Sprintf(`{"pay_id":%d,"refund_amount":4.5}`, id))
	}
	for i, err := range []error{r.ApproveRefund(yes), r.RejectRefund(no, "no reason given"), r.ApproveRefund(yes), r.ApproveRefund(no), r.RejectRefund(1, "")} {
		want := error(nil)
		if i > 1 {
			want = ErrNoRefund
		}
		if err != want {
			t.Errorf("step %d: %v", i, err)
		}
	}
	rows := r.call("getPayInTransactions", fmt.Sprintf(`{"pay_id":%d}`, yes)).rows(t)
	if len(rows) != 2 || rows[0]["amount"] != -4.5 || rows[0]["net_amount"] != -4.5 || rows[0]["transaction_type"] != "Refund" || rows[0]["is_refund"] != "true" {
		t.Errorf("%v", rows)
	}
	if rows[1]["is_refund"] != "false" || rows[0]["transaction_id"] == rows[1]["transaction_id"] {
		t.Errorf("original row %v", rows[1])
	}
	if rows := r.call("getPayInTransactions", fmt.Sprintf(`{"pay_id":%d}`, no)).rows(t); len(rows) != 1 {
		t.Errorf("%v", rows)
	}
	money := r.Money()[0]
	if money.Paid != 3000 || money.Returned != 450 || len(money.Refunds) != 2 {
		t.Errorf("%+v", money)
	}
}

// TestRefund_split: a full refund takes every party's part back, a partial one the owner's only.
func TestRefund_split(t *testing.T) {
	for full, want := range map[string][2]int{`,"isFullRefund":true`: {2, 2}, ``: {2, 1}} {
		r := newRig(t)
		id, _ := r.makeLink(`{"amount":100,"recipients":[{"token":"recipient_a","share":30}]}`)
		if err := r.Pay(id); err != nil {
			t.Fatal(err)
		}
		r.call("refundPayment", fmt.Sprintf(`{"pay_id":%d,"refund_amount":100%s}`, id, full))
		if err := r.ApproveRefund(id); err != nil {
			t.Fatal(err)
		}
		owner := r.post("/api/v2/getPayInTransactions", "test-key-stall", "", "").rows(t)
		other := r.post("/api/v2/getPayInTransactions", "test-key-a", "", "").rows(t)
		if len(owner) != want[0] || len(other) != want[1] || owner[0]["amount"] != float64(-100) {
			t.Errorf("%q: %v %v", full, owner, other)
		}
		if full != "" && (owner[0]["net_amount"] != float64(-70) || other[0]["amount"] != float64(-30)) {
			t.Errorf("parts: %v %v", owner[0], other[0])
		}
	}
}

// TestDispute: the money goes, comes back if won, and an open dispute blocks a refund.
func TestDispute(t *testing.T) {
	r := newRig(t)
	id, _ := r.makeLink(`{"amount":10}`)
	if err := r.OpenDispute(id); err != ErrNotPaid {
		t.Errorf("unpaid: %v", err)
	}
	if err := r.Pay(id); err != nil {
		t.Fatal(err)
	}
	steps := []error{r.OpenDispute(id), r.OpenDispute(id), r.CloseDispute(id, true), r.CloseDispute(id, true)}
	if want := []error{nil, ErrNoDispute, nil, ErrNoDispute}; !slices.Equal(steps, want) {
		t.Errorf("%v", steps)
	}
	rows := r.call("getPayInTransactions", "").rows(t)
	var got []string
	for _, row := range rows {
		got = append(got, fmt.Sprint(row["transaction_type"], row["amount"], row["is_dispute"]))
	}
	slices.Sort(got) // the three may share a second
	if want := "[Basic10true Dispute Refund10true Dispute-10true]"; fmt.Sprint(got) != want {
		t.Errorf("%v", got)
	}
	if e := r.call("refundPayment", fmt.Sprintf(`{"pay_id":%d,"refund_amount":1}`, id)).read(t); e.ResponseMsg != "Refund blocked by dispute" {
		t.Errorf("after a won dispute: %s", e.ResponseMsg)
	}
}
