package sandbox

import (
	"time"

	"qrkiosk/kiosk"
)

// The states of a refund request and of a dispute; no call shows them.
const (
	refundPending  = "Pending"
	refundApproved = "Approved"
	refundRejected = "Rejected"
	disputeOpen    = "open"
	disputeWon     = "won"
	disputeLost    = "lost"
)

// refundAfter is how long the gateway's operator takes if nobody decides through /control; the
// answer promises an update within five to ten days.
const refundAfter = 5 * 24 * time.Hour

// refund is a request of refundPayment. There is one per link.
type refund struct {
	Link   int64       `json:"link"`
	Amount kiosk.Money `json:"amount"`
	Full   bool        `json:"full,omitempty"` // every party of a split link pays its part back
	State  string      `json:"state"`
	Reason string      `json:"reason,omitempty"`
	At     time.Time   `json:"at"`
}

// dispute is a payer's objection, raised with the bank and not through the API.
type dispute struct {
	Link  int64     `json:"link"`
	State string    `json:"state"`
	At    time.Time `json:"at"`
}

// paid is what is left of the money of a link: the owner's rows, refunds and disputes included.
func (l *ledger) paid(k *link) (sum kiosk.Money) {
	for _, p := range l.rowsOf(k.ID) {
		if p.User == k.User && p.Status == paySuccess {
			sum += p.Amount
		}
	}
	return sum
}

// rowsOf returns the rows of a link, oldest first.
func (l *ledger) rowsOf(id int64) (rows []*payIn) {
	return l.byLink[id]
}

func (b *bank) approveRefund(linkID int64) error {
	return b.decideRefund(linkID, func(l *ledger, r refund, now time.Time) []entry {
		return b.approvedLocked(l, r, now)
	})
}

func (b *bank) rejectRefund(linkID int64, reason string) error {
	return b.decideRefund(linkID, func(_ *ledger, r refund, _ time.Time) []entry {
		r.State, r.Reason = refundRejected, reason
		return []entry{{Refund: &r}}
	})
}

func (b *bank) decideRefund(linkID int64, decide func(*ledger, refund, time.Time) []entry) error {
	return b.keeper.change(func(l *ledger) ([]entry, error) {
		r := l.refunds[linkID]
		if r == nil || r.State != refundPending {
			return nil, ErrNoRefund
		}
		return decide(l, *r, b.keeper.nowLocked()), nil
	})
}

// approvedLocked lists the rows of an approved refund: negative, of type Refund, under the same
// pay_id; the vendor says negative and shows none. The fees stay with the gateway. A full refund of a split link takes
// every party's part back; any other is the owner's alone.
func (b *bank) approvedLocked(l *ledger, r refund, now time.Time) []entry {
	r.State = refundApproved
	entries := []entry{{Refund: &r}}
	k := l.links[r.Link]
	owner := k.backRow("Refund", r.Amount, now)
	owner.Refund = true
	if r.Full && k.Split != "" && r.Amount == k.Amount {
		each, part := k.parts()
		owner.Net = -part
		for i, part := range each {
			row := k.backRow("Refund", part, now)
			row.User, row.Refund = k.Recipients[i].User, true
			entries = append(entries, entry{PayIn: row})
		}
	}
	entries = append(entries, entry{PayIn: owner})
	if b.faults.take(RefundFlagged) {
		entries = append(entries, flagged(l, k, func(p *payIn) { p.Refund = true })...)
	}
	return entries
}

// backRow is a row that takes money back from the owner.
func (k *link) backRow(kind string, amount kiosk.Money, now time.Time) *payIn {
	return &payIn{
		Link: k.ID, Creator: k.User, User: k.User, ID: now.Format("20060102") + "-pi-" + tail(),
		Amount: -amount, Net: -amount, Status: paySuccess, Note: k.Note, Payout: payoutPending, At: now,
		Split: k.Split != "", Type: kind,
	}
}

// flagged repeats the payment rows of a link's owner with something changed.
func flagged(l *ledger, k *link, change func(*payIn)) (entries []entry) {
	for _, p := range l.rowsOf(k.ID) {
		if p.User == k.User && p.Type == k.kind() {
			row := *p
			change(&row)
			entries = append(entries, entry{PayIn: &row})
		}
	}
	return entries
}

func (b *bank) openDispute(linkID int64) error {
	return b.keeper.change(func(l *ledger) ([]entry, error) {
		k, now := l.links[linkID], b.keeper.nowLocked()
		switch {
		case l.disputes[linkID] != nil:
			return nil, ErrNoDispute
		case k == nil || k.Status != Used || l.paid(k) <= 0:
			return nil, ErrNotPaid
		}
		row := k.backRow("Dispute", l.paid(k), now)
		row.Dispute = true
		entries := []entry{{Dispute: &dispute{Link: linkID, State: disputeOpen, At: now}}, {PayIn: row}}
		return append(entries, flagged(l, k, func(p *payIn) { p.Dispute = true })...), nil
	})
}

func (b *bank) closeDispute(linkID int64, won bool) error {
	return b.keeper.change(func(l *ledger) ([]entry, error) {
		d, now := l.disputes[linkID], b.keeper.nowLocked()
		if d == nil || d.State != disputeOpen {
			return nil, ErrNoDispute
		}
		closed := dispute{Link: linkID, State: disputeLost, At: now}
		if !won {
			return []entry{{Dispute: &closed}}, nil
		}
		closed.State = disputeWon
		entries := []entry{{Dispute: &closed}}
		for _, p := range l.rowsOf(linkID) {
			if p.Type == "Dispute" {
				row := l.links[linkID].backRow("Dispute Refund", p.Amount, now)
				row.Dispute = true
				entries = append(entries, entry{PayIn: row})
			}
		}
		return entries, nil
	})
}
