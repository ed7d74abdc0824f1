package sandbox

import (
	"slices"
	"time"

	"qrkiosk/kiosk"
)

// MoneyView is what the book says about the money of one account, in cents.
type MoneyView struct {
	Account  string       `json:"account"`
	Paid     kiosk.Money  `json:"paid"`     // own part of good payments, before fees
	Returned kiosk.Money  `json:"returned"` // refunds and lost disputes, positive
	Fees     kiosk.Money  `json:"fees"`     // service and provider fees
	Promised kiosk.Money  `json:"promised"` // bank transfers under way
	Waiting  kiosk.Money  `json:"waiting"`  // net, not paid out yet
	PaidOut  kiosk.Money  `json:"paid_out"` // net
	Refunds  []RefundView `json:"refunds"`
}

// RefundView is a refund request.
type RefundView struct {
	Link   int64       `json:"link"`
	Amount kiosk.Money `json:"amount"`
	Full   bool        `json:"full"`
	State  string      `json:"state"` // Pending, Approved, Rejected
	Reason string      `json:"reason,omitempty"`
	At     time.Time   `json:"at"`
}

func (kp *keeper) money() []MoneyView {
	views := []MoneyView{}
	kp.read(func(l *ledger) {
		for _, a := range l.accounts {
			views = append(views, l.money(a))
		}
	})
	return views
}

func (l *ledger) money(a *Account) MoneyView {
	v := MoneyView{Account: a.Name, Refunds: []RefundView{}}
	for _, p := range l.payIns {
		if p.User != a.UserID {
			continue
		}
		own := p.Net + p.Fee + p.PSP
		switch {
		case p.Status != paySuccess:
			v.Promised += own
			continue
		case own < 0 || p.Type == "Dispute Refund":
			v.Returned -= own
		default:
			v.Paid += own
		}
		v.Fees += p.Fee + p.PSP
		if p.Payout != payoutCompleted {
			v.Waiting += p.Net
		} else {
			v.PaidOut += p.Net
		}
	}
	for id, r := range l.refunds {
		if k := l.links[id]; k != nil && k.User == a.UserID {
			v.Refunds = append(v.Refunds, RefundView{r.Link, r.Amount, r.Full, r.State, r.Reason, r.At})
		}
	}
	slices.SortFunc(v.Refunds, func(x, y RefundView) int { return y.At.Compare(x.At) })
	return v
}
