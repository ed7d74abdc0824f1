package sandbox

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"qrkiosk/kiosk"
)

// Status is the state of a payment link.
type Status string

// The states of a link. Links are one-time: nothing leads back to Unused.
const (
	Unused    Status = "Unused"
	Used      Status = "Used"
	Cancelled Status = "Cancelled"
	Deleted   Status = "Deleted"
)

// link is a payment link as its creator ordered it, and what became of it.
type link struct {
	ID          int64       `json:"id"`
	User        string      `json:"user"` // user id of the owner
	Amount      kiosk.Money `json:"amount"`
	Echo        string      `json:"echo"` // the amount as JSON, of the type it was sent in
	Note        string      `json:"note,omitempty"`
	Endpoint    string      `json:"endpoint,omitempty"` // resolved, comma-separated
	Callback    string      `json:"callback,omitempty"` // resolved, comma-separated
	Fee         string      `json:"fee"`                // percent
	Cancellable bool        `json:"cancellable,omitempty"`
	Bank        bool        `json:"bank,omitempty"`
	QR          bool        `json:"qr,omitempty"`
	Encrypt     bool        `json:"encrypt,omitempty"`
	Key         string      `json:"key,omitempty"`
	Statement   string      `json:"statement,omitempty"`
	Split       string      `json:"split,omitempty"` // "normal", "absolute", "" for a plain link
	Recipients  []recipient `json:"recipients,omitempty"`
	Invoice     bool        `json:"invoice,omitempty"` // an invoice-type link cannot be refunded
	Created     time.Time   `json:"created"`
	Status      Status      `json:"status"`
	PaidOn      time.Time   `json:"paid_on,omitzero"`
	Changed     time.Time   `json:"changed,omitzero"`
	Pending     bool        `json:"pending,omitempty"` // a bank transfer is under way
}

// recipient is one entry of a split link. Share is kept in millionths, of a percent or of a euro.
type recipient struct {
	Token string `json:"token"`
	User  string `json:"user"`
	Share int64  `json:"share"`
	Text  string `json:"text"`            // the share as JSON, as sent
	First bool   `json:"first,omitempty"` // share was sent before token
}

// payIn is one row of getPayInTransactions. Several rows may belong to one link: the payment, its
// refund, a dispute; and one per party of a split link.
type payIn struct {
	Link    int64       `json:"link"`
	Creator string      `json:"creator"` // owner of the link
	User    string      `json:"user"`    // whose row this is
	ID      string      `json:"id"`      // YYYYMMDD-pi-XXXXXXXXXX
	Amount  kiosk.Money `json:"amount"`
	Net     kiosk.Money `json:"net"`
	Fee     kiosk.Money `json:"fee"`
	PSP     kiosk.Money `json:"psp"`
	Status  string      `json:"status"` // Success, Pending
	Note    string      `json:"note,omitempty"`
	Payout  string      `json:"payout"` // Pending, Completed
	Batch   int64       `json:"batch,omitempty"`
	At      time.Time   `json:"at"`
	Split   bool        `json:"split,omitempty"`
	Dispute bool        `json:"dispute,omitempty"`
	Refund  bool        `json:"refund,omitempty"`
	Method  string      `json:"method,omitempty"`
	Type    string      `json:"type"`
}

// entry is one line of history; exactly one field is set.
type entry struct {
	Account  *Account   `json:"account,omitempty"`
	Link     *link      `json:"link,omitempty"` // new, or a later state of the same id
	PayIn    *payIn     `json:"payin,omitempty"`
	Delivery *delivery  `json:"delivery,omitempty"`
	Attempt  *attempt   `json:"attempt,omitempty"`
	Clock    *int64     `json:"clock,omitempty"` // nanoseconds the clock is ahead
	Refund   *refund    `json:"refund,omitempty"`
	Dispute  *dispute   `json:"dispute,omitempty"`
	PayOut   *payOut    `json:"payout,omitempty"`
	Invoice  *invoice   `json:"invoice,omitempty"`
	Night    *time.Time `json:"night,omitempty"` // chores are done up to here
}

// ledger is the state that the entries of the book add up to.
type ledger struct {
	accounts   []*Account
	byKey      map[string]*Account
	byUser     map[string]*Account
	links      map[int64]*link
	order      []int64 // link ids in the order of creation
	lastID     int64
	payIns     []*payIn
	byTx       map[string]*payIn
	byLink     map[int64][]*payIn
	unpaid     []*payIn       // rows not yet paid out, and some that are
	promised   map[int64]bool // links with a bank transfer under way
	deliveries []*delivery    // index = id - 1
	waiting    []*delivery    // those not over, and some that are
	refunds    map[int64]*refund
	disputes   map[int64]*dispute
	payOuts    []*payOut
	lastPayOut int64
	invoices   []*invoice
	ahead      time.Duration
	night      time.Time
}

func newLedger() *ledger {
	return &ledger{
		byKey: map[string]*Account{}, byUser: map[string]*Account{},
		links: map[int64]*link{}, byTx: map[string]*payIn{},
		byLink: map[int64][]*payIn{}, promised: map[int64]bool{},
		refunds: map[int64]*refund{}, disputes: map[int64]*dispute{},
	}
}

// applyLine replays one line of the book.
func (l *ledger) applyLine(text []byte) error {
	var entries []entry
	if err := json.Unmarshal(text, &entries); err != nil {
		return err
	}
	for i := range entries {
		if err := l.apply(entries[i]); err != nil {
			return err
		}
	}
	return nil
}

// apply takes one entry into the state. It refuses only what no version of this program writes.
func (l *ledger) apply(e entry) error {
	switch {
	case e.Account != nil:
		l.setAccount(e.Account)
	case e.Link != nil:
		l.setLink(e.Link)
	case e.PayIn != nil:
		l.setPayIn(e.PayIn)
	case e.Delivery != nil:
		return l.addDelivery(e.Delivery)
	case e.Attempt != nil:
		return l.addAttempt(e.Attempt)
	case e.Clock != nil:
		l.ahead = time.Duration(*e.Clock)
	case e.Refund != nil:
		l.refunds[e.Refund.Link] = e.Refund
	case e.Dispute != nil:
		l.disputes[e.Dispute.Link] = e.Dispute
	case e.PayOut != nil:
		l.setPayOut(e.PayOut)
	case e.Invoice != nil:
		l.invoices = append(l.invoices, e.Invoice)
	case e.Night != nil:
		l.night = *e.Night
		l.unpaid = slices.DeleteFunc(l.unpaid, func(p *payIn) bool { return p.Payout == payoutCompleted })
	default:
		return fmt.Errorf("an entry of no known kind")
	}
	return nil
}

// setAccount adds an account or replaces the one of the same user id.
func (l *ledger) setAccount(a *Account) {
	if old := l.byUser[a.UserID]; old != nil {
		delete(l.byKey, old.Key)
		l.accounts = slices.DeleteFunc(l.accounts, func(x *Account) bool { return x == old })
	}
	l.accounts = append(l.accounts, a)
	l.byKey[a.Key] = a
	l.byUser[a.UserID] = a
}

func (l *ledger) setLink(k *link) {
	if l.links[k.ID] == nil {
		l.order = append(l.order, k.ID)
		l.lastID = max(l.lastID, k.ID)
	}
	l.links[k.ID] = k
	delete(l.promised, k.ID)
	if k.Pending {
		l.promised[k.ID] = true
	}
}

func (l *ledger) setPayIn(p *payIn) {
	if old := l.byTx[p.ID]; old != nil {
		*old = *p // in place: the order of the rows is that of their first appearance
		return
	}
	l.byTx[p.ID] = p
	l.byLink[p.Link] = append(l.byLink[p.Link], p)
	l.payIns = append(l.payIns, p)
	l.unpaid = append(l.unpaid, p)
}

// byToken finds the account with a recipient token.
func (l *ledger) byToken(token string) *Account {
	for _, a := range l.accounts {
		if a.RecipientToken == token {
			return a
		}
	}
	return nil
}

// with returns a copy of the link for a later state; entries already in the book stay as they are.
func (k *link) with(status Status, at time.Time) *link {
	next := *k
	next.Status, next.Changed = status, at
	return &next
}

// kind is the transaction_type of the link. What makes a link one for a QR code the vendor's pages tell in
// three ways; here the flag of the order does.
func (k *link) kind() string {
	switch {
	case k.Split != "":
		return "Split"
	case k.QR:
		return "Personal QR"
	}
	return "Basic"
}
