package secpaid

import (
	"reflect"
	"slices"
	"testing"

	"qrkiosk/kiosk"
)

// TestPayments reads the golden pay-ins of three generations with the gateway's word about their
// payout.
func TestPayments(t *testing.T) {
	want := map[string][]Payment{
		"getPayInTransactions.response.json": {
			{PayIn: kiosk.PayIn{PayID: 99296, Amount: 8819, Net: 8471, Fee: 133, FeePSP: 315}, PayoutStatus: "Pending"},
			{PayIn: kiosk.PayIn{PayID: 99298, Amount: 5525, Net: 5313, Fee: 83, FeePSP: 129}, PayoutStatus: "Pending", Split: true},
		},
		"getPayInTransactions.response.2025.json": {
			{PayIn: kiosk.PayIn{PayID: 42011, Amount: 100, Net: 83, Fee: -10, FeePSP: 27}, TransactionID: "20241026-pi-QRxbbs7z9n", PayoutStatus: "Pending"},
		},
		"getPayInTransactions.response.2024.json": {
			{PayIn: kiosk.PayIn{PayID: 42011, Amount: 100, Net: 83, Fee: -10, FeePSP: 27}, TransactionID: "20241026-pi-QRxbbs7z9n", PayoutStatus: "Pending"},
		},
	}
	seen := 0
	for _, e := range goldenIndex(t) {
		rows, ok := want[e.File]
		if !ok {
			continue
		}
		seen++
		page, err := answerWith(t, e).Payments(t.Context(), ReportQuery{})
		if err != nil || page.Unread != 0 || len(page.Rows) != len(rows) {
			t.Fatalf("%s: read %+v, %v", e.File, page, err)
		}
		for i, got := range page.Rows {
			in := got.PayIn
			got.PayIn = kiosk.PayIn{PayID: in.PayID, Amount: in.Amount, Net: in.Net, Fee: in.Fee, FeePSP: in.FeePSP}
			if got != rows[i] || in.Status != kiosk.StatusSuccess || in.Kind != kiosk.RowPayment {
				t.Errorf("%s: row %+v, want %+v", e.File, page.Rows[i], rows[i])
			}
		}
	}
	if seen != len(want) {
		t.Errorf("%d golden files seen", seen)
	}
}

// TestPayments_request: a day, or the last month; rows without sense are counted.
func TestPayments_request(t *testing.T) {
	c, f := connect(t, says(200, done(`[{"pay_id":"1","amount":"2.50","payout_status":"Completed"},{"amount":"1"},null]`)))
	page, err := c.Payments(t.Context(), ReportQuery{Limit: 3})
	if err != nil || page.Unread != 2 || !page.Full || len(page.Rows) != 1 || page.Rows[0].PayoutStatus != "Completed" || page.Rows[0].Amount != 250 {
		t.Errorf("read %+v, %v", page, err)
	}
	if _, err = c.Payments(t.Context(), ReportQuery{Page: 2, From: "2026-05-20"}); err != nil {
		t.Error(err)
	}
	var sent []string
	for _, r := range f.requests {
		sent = append(sent, string(r.body))
	}
	if want := []string{`{"page":1,"limit":3,"since":31}`, `{"page":2,"limit":50,"date":"2026-05-20"}`}; !slices.Equal(sent, want) {
		t.Errorf("sent %v, want %v", sent, want)
	}
	c, _ = connect(t, says(200, done(`{}`)))
	page, err = c.Payments(t.Context(), ReportQuery{})
	wantError(t, err, kiosk.Unclear, KeyUnclear)
	if !reflect.DeepEqual(page, PaymentPage{}) {
		t.Errorf("read %+v", page)
	}
}
