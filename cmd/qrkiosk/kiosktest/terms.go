package kiosktest

import (
	"qrkiosk/kiosk"
)

// PaidOut compares what the book has of every account.
func (r *Trip) PaidOut(n int, want map[string]kiosk.Money) {
	r.T.Helper()
	for _, v := range r.Gateway.Money() {
		if v.Paid != want[v.Account] {
			r.T.Fatalf("after %d sales %s has got %d, the previews say %d", n+1, v.Account, v.Paid, want[v.Account])
		}
	}
}
