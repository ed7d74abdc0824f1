package sandbox

import (
	"errors"
	"math/bits"
	"time"

	"qrkiosk/kiosk"
)

// The errors of what a payer does at the checkout.
var (
	ErrNoLink      = errors.New("sandbox: no such link")
	ErrNotPayable  = errors.New("sandbox: the link is used, cancelled or deleted, or a transfer is under way")
	ErrNoCancel    = errors.New("sandbox: the link cannot be cancelled")
	ErrNoBank      = errors.New("sandbox: the link offers no bank transfer")
	ErrNoTransfer  = errors.New("sandbox: no bank transfer is under way")
	ErrNoRefund    = errors.New("sandbox: no refund request is open")
	ErrNoDispute   = errors.New("sandbox: no dispute is open, or one is open already")
	ErrNotPaid     = errors.New("sandbox: the link is not paid")
	ErrNoSuchEvent = errors.New("sandbox: no such webhook")
)

// The words of pay-in rows.
const (
	paySuccess      = "Success"
	payPending      = "Pending"
	payoutPending   = "Pending"
	payoutCompleted = "Completed"
	methodCard      = "card"
	methodBank      = "Bank Transfer"
)

// bank is where the play money moves: what payers, their banks and the gateway's operator do to a link,
// and the rows that follow.
type bank struct {
	keeper  *keeper
	faults  *faults
	postman *postman
}

func (b *bank) pay(linkID int64) error {
	return b.settle(linkID, methodCard, func(k *link) error {
		late := k.Status == Deleted && b.faults.armed(PayDeleted)
		if k.Status != Unused && !late || k.Pending {
			return ErrNotPayable
		}
		return nil
	})
}

// settle turns a link to Used, however the money came.
func (b *bank) settle(linkID int64, method string, allowed func(*link) error) error {
	return b.keeper.change(func(l *ledger) ([]entry, error) {
		now := b.keeper.nowLocked()
		k := l.links[linkID]
		if k == nil || !k.there(now) || k.Status == Deleted && !b.faults.armed(PayDeleted) {
			return nil, ErrNoLink
		}
		if err := allowed(k); err != nil {
			return nil, err
		}
		return b.settledLocked(l, k, method, now), nil
	})
}

// settledLocked lists what follows from the arrival of the money; the keeper's lock is held.
func (b *bank) settledLocked(l *ledger, k *link, method string, now time.Time) []entry {
	paid := k.with(Used, now)
	paid.PaidOn, paid.Pending = now, false
	entries := []entry{{Link: paid}}
	sum := k.Amount
	if b.faults.strikes(PayShort, k) {
		sum--
	}
	if b.faults.strikes(PayOver, k) {
		sum += wrongPlus
	}
	if !b.faults.strikes(PayUnlisted, k) {
		entries = append(entries, b.payInEntries(l, paid, sum, method, now)...)
	}
	if b.faults.strikes(PayTwice, k) {
		entries = append(entries, b.payInEntries(l, paid, sum, method, now)...)
	}
	return append(entries, b.postman.webhooksLocked(l, paid, sum, statusSuccess, now)...)
}

// payInEntries are the rows of one payment: the owner's, which carries the whole amount, and one
// for each recipient with the own part. A row promised by a bank transfer becomes a good one.
func (b *bank) payInEntries(l *ledger, k *link, sum kiosk.Money, method string, now time.Time) []entry {
	if method == methodBank {
		if entries := arrived(l, k.ID, now); entries != nil {
			return entries
		}
	}
	var entries []entry
	for _, p := range k.shareRows(l, sum) {
		p.ID, p.At, p.Method = now.Format("20060102")+"-pi-"+tail(), now, method
		p.Status, p.Payout = paySuccess, payoutPending
		entries = append(entries, entry{PayIn: p})
	}
	return entries
}

// arrived turns the Pending rows of a link to Success. The time becomes that of the money.
func arrived(l *ledger, id int64, now time.Time) (entries []entry) {
	for _, p := range l.rowsOf(id) {
		if p.Status == payPending {
			row := *p
			row.Status, row.At = paySuccess, now
			entries = append(entries, entry{PayIn: &row})
		}
	}
	return entries
}

// shareRows divides a payment and its fees among the parties. The provider's fee is shared in
// proportion, each recipient's piece rounded down; what is left goes to the largest part, so that
// an owner whose part is zero does not go below it.
func (k *link) shareRows(l *ledger, sum kiosk.Money) []*payIn {
	each, owner := k.parts()
	owner += sum - k.Amount
	rows := []*payIn{k.shareRow(k.User, owner)}
	for i, part := range each {
		rows = append(rows, k.shareRow(k.Recipients[i].User, part))
	}
	psp := pspFee(sum)
	left, largest := psp, rows[0]
	for _, p := range rows {
		if sum > 0 {
			p.PSP = proportion(psp, p.Amount, sum)
		}
		left -= p.PSP
		if p.Amount > largest.Amount {
			largest = p
		}
	}
	largest.PSP += left
	for _, p := range rows {
		p.Fee = percentHalfUp(p.Amount, k.percentOf(l, p.User))
		p.Net = p.Amount - p.Fee - p.PSP
	}
	rows[0].Amount = sum
	return rows
}

// proportion is m × part / whole rounded down, without leaving the range of int64. None of the
// three is negative and part is at most whole.
func proportion(m, part, whole kiosk.Money) kiosk.Money {
	high, low := bits.Mul64(uint64(max(m, 0)), uint64(max(part, 0)))
	result, _ := bits.Div64(high, low, uint64(whole))
	return kiosk.Money(result)
}

func (k *link) shareRow(user string, part kiosk.Money) *payIn {
	return &payIn{
		Link: k.ID, Creator: k.User, User: user, Amount: part,
		Note: k.Note, Split: k.Split != "", Type: k.kind(),
	}
}

// percentOf is the service fee of a party in hundredths of a percent: the owner's as it was when
// the link was made, a recipient's as it is now.
func (k *link) percentOf(l *ledger, user string) kiosk.Money {
	fee := k.Fee
	if a := l.byUser[user]; a != nil && user != k.User {
		fee = a.ServiceFee
	}
	percent, err := kiosk.ParseDecimal(fee)
	if err != nil {
		return 0
	}
	return percent
}

// pspFee is the provider's fee: 1.5 % and 25 cents. The vendor names none, its examples come near.
func pspFee(m kiosk.Money) kiosk.Money { return percentHalfUp(m, 150) + 25 }

func (b *bank) cancelByPayer(linkID int64) error {
	return b.keeper.change(func(l *ledger) ([]entry, error) {
		k, now := l.links[linkID], b.keeper.nowLocked()
		switch {
		case k == nil || !k.there(now) || k.Status == Deleted:
			return nil, ErrNoLink
		case k.Status != Unused || k.Pending:
			return nil, ErrNotPayable
		case !k.Cancellable:
			return nil, ErrNoCancel
		}
		entries := []entry{{Link: k.with(Cancelled, now)}}
		if b.faults.strikes(WebhookOnCancel, k) { // one page says that a cancel is told, a newer one that it is not
			entries = append(entries, b.postman.webhooksLocked(l, k, k.Amount, statusCancel, now)...)
		}
		return entries, nil
	})
}

func (b *bank) decline(linkID int64) error {
	return b.keeper.change(func(l *ledger) ([]entry, error) {
		k, now := l.links[linkID], b.keeper.nowLocked()
		switch {
		case k == nil || !k.there(now) || k.Status == Deleted:
			return nil, ErrNoLink
		case k.Status != Unused || k.Pending:
			return nil, ErrNotPayable
		case b.faults.strikes(WebhookOnDecline, k): // no page mentions it, the vendor's shop plugin reads it
			return b.postman.webhooksLocked(l, k, k.Amount, statusFailed, now), nil
		}
		return nil, nil
	})
}

func (b *bank) promiseTransfer(linkID int64) error {
	return b.keeper.change(func(l *ledger) ([]entry, error) {
		k, now := l.links[linkID], b.keeper.nowLocked()
		switch {
		case k == nil || !k.there(now) || k.Status == Deleted:
			return nil, ErrNoLink
		case k.Status != Unused || k.Pending:
			return nil, ErrNotPayable
		case !k.Bank:
			return nil, ErrNoBank
		}
		waiting := k.with(Unused, now)
		waiting.Pending = true
		entries := []entry{{Link: waiting}}
		for _, p := range k.shareRows(l, k.Amount) {
			p.ID, p.At, p.Method = now.Format("20060102")+"-pi-"+tail(), now, methodBank
			p.Status, p.Payout = payPending, payoutPending
			entries = append(entries, entry{PayIn: p})
		}
		return entries, nil
	})
}

func (b *bank) fundsArrived(linkID int64) error {
	return b.settle(linkID, methodBank, func(k *link) error {
		if !k.Pending || k.Status == Used {
			return ErrNoTransfer
		}
		return nil
	})
}
