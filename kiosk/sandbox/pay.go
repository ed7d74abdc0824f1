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

// Pay does what the button "pay by card" does: the link is used, its pay-in listed, webhooks are
// due. It fails with ErrNoLink or ErrNotPayable.
func (s *Server) Pay(linkID int64) error {
	return s.settle(linkID, methodCard, func(k *link) error {
		late := k.Status == Deleted && s.armed(PayDeleted)
		if k.Status != Unused && !late || k.Pending {
			return ErrNotPayable
		}
		return nil
	})
}

// settle turns a link to Used, however the money came.
func (s *Server) settle(linkID int64, method string, allowed func(*link) error) error {
	return s.change(func(l *ledger) ([]entry, error) {
		now := s.nowLocked()
		k := l.links[linkID]
		if k == nil || !k.there(now) || k.Status == Deleted && !s.armed(PayDeleted) {
			return nil, ErrNoLink
		}
		if err := allowed(k); err != nil {
			return nil, err
		}
		return s.settledLocked(l, k, method, now), nil
	})
}

// settledLocked lists what follows from the arrival of the money; s.mu is held.
func (s *Server) settledLocked(l *ledger, k *link, method string, now time.Time) []entry {
	paid := k.with(Used, now)
	paid.PaidOn, paid.Pending = now, false
	entries := []entry{{Link: paid}}
	sum := k.Amount
	if s.strikes(PayShort, k) {
		sum--
	}
	if s.strikes(PayOver, k) {
		sum += wrongPlus
	}
	if !s.strikes(PayUnlisted, k) {
		entries = append(entries, s.payInEntries(l, paid, sum, method, now)...)
	}
	if s.strikes(PayTwice, k) {
		entries = append(entries, s.payInEntries(l, paid, sum, method, now)...)
	}
	return append(entries, s.webhooksLocked(l, paid, sum, statusSuccess, now)...)
}

// payInEntries are the rows of one payment: the owner's, which carries the whole amount, and one
// for each recipient with the own part. A row promised by a bank transfer becomes a good one.
func (s *Server) payInEntries(l *ledger, k *link, sum kiosk.Money, method string, now time.Time) []entry {
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

// CancelByPayer does what the checkout's cancel link does. It fails with ErrNoLink, ErrNotPayable
// or ErrNoCancel.
func (s *Server) CancelByPayer(linkID int64) error {
	return s.change(func(l *ledger) ([]entry, error) {
		k, now := l.links[linkID], s.nowLocked()
		switch {
		case k == nil || !k.there(now) || k.Status == Deleted:
			return nil, ErrNoLink
		case k.Status != Unused || k.Pending:
			return nil, ErrNotPayable
		case !k.Cancellable:
			return nil, ErrNoCancel
		}
		entries := []entry{{Link: k.with(Cancelled, now)}}
		if s.strikes(WebhookOnCancel, k) { // one page says that a cancel is told, a newer one that it is not
			entries = append(entries, s.webhooksLocked(l, k, k.Amount, statusCancel, now)...)
		}
		return entries, nil
	})
}

// Decline does what the button "decline" does: the card is refused, the link stays payable. It
// fails with ErrNoLink or ErrNotPayable.
func (s *Server) Decline(linkID int64) error {
	return s.change(func(l *ledger) ([]entry, error) {
		k, now := l.links[linkID], s.nowLocked()
		switch {
		case k == nil || !k.there(now) || k.Status == Deleted:
			return nil, ErrNoLink
		case k.Status != Unused || k.Pending:
			return nil, ErrNotPayable
		case s.strikes(WebhookOnDecline, k): // no page mentions it, the vendor's shop plugin reads it
			return s.webhooksLocked(l, k, k.Amount, statusFailed, now), nil
		}
		return nil, nil
	})
}

// PromiseTransfer does what the button "pay by bank transfer" does: a Pending row, no webhook, the
// link stays Unused until the money arrives. It fails with ErrNoLink, ErrNotPayable or ErrNoBank.
func (s *Server) PromiseTransfer(linkID int64) error {
	return s.change(func(l *ledger) ([]entry, error) {
		k, now := l.links[linkID], s.nowLocked()
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

// FundsArrived lets the money of a bank transfer come: the link is Used, the row Success, webhooks
// are due. It fails with ErrNoLink or ErrNoTransfer.
func (s *Server) FundsArrived(linkID int64) error {
	return s.settle(linkID, methodBank, func(k *link) error {
		if !k.Pending || k.Status == Used {
			return ErrNoTransfer
		}
		return nil
	})
}

// LinkView is a link as tests, checkers and the control page see it.
type LinkView struct {
	ID          int64       `json:"id"`
	Account     string      `json:"account"` // name
	Amount      kiosk.Money `json:"amount"`  // cents
	Status      Status      `json:"status"`
	Note        string      `json:"note"`
	Endpoint    string      `json:"endpoint"` // comma-separated
	Callback    string      `json:"callback"` // comma-separated
	Cancellable bool        `json:"cancellable"`
	Bank        bool        `json:"bank_transfer"`
	Encrypted   bool        `json:"encrypted"`
	Split       string      `json:"split,omitempty"` // "normal", "absolute"
	Pending     bool        `json:"pending"`         // a bank transfer is under way
	Created     time.Time   `json:"created"`
	PaidOn      time.Time   `json:"paid_on,omitzero"`
	PayLink     string      `json:"pay_link"`
}

// Links returns every link ever made, deleted ones included, oldest first.
func (s *Server) Links() []LinkView {
	views := []LinkView{}
	s.read(func(l *ledger) {
		for _, id := range l.order {
			if k := l.links[id]; k.there(s.nowLocked()) {
				views = append(views, s.view(l, k))
			}
		}
	})
	return views
}

func (s *Server) view(l *ledger, k *link) LinkView {
	v := LinkView{
		ID: k.ID, Amount: k.Amount, Status: k.Status, Note: k.Note, Endpoint: k.Endpoint, Callback: k.Callback,
		Cancellable: k.Cancellable, Bank: k.Bank, Encrypted: k.Encrypt, Split: k.Split, Pending: k.Pending,
		Created: k.Created, PaidOn: k.PaidOn, PayLink: s.payLink(k.ID),
	}
	if a := l.byUser[k.User]; a != nil {
		v.Account = a.Name
	}
	return v
}
