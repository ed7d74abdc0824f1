package kiosk

import (
	"cmp"
	"slices"
)

// Row is what the link knows of a row, nil for a row that is new.
func (l *Link) Row(r Row) *Row {
	for i := range l.Rows {
		if l.Rows[i].Same(r) {
			return &l.Rows[i]
		}
	}
	return nil
}

// State is what became of a sale. It is never set: it is computed from the facts, see state.go.
type State string

// The states of a sale.
const (
	Asking       State = "asking"    // the display asks for a tip; nothing was asked of the gateway yet
	Opening      State = "opening"   // intent stored, the link is not known yet
	Awaiting     State = "awaiting"  // the link can be paid
	Checking     State = "checking"  // something arrived that is not proof, or money is pending
	Paid         State = "paid"      // proven
	Retiring     State = "retiring"  // cancel or lapse asked for, the link is not surely gone
	Cancelled    State = "cancelled" // link gone, no money
	Lapsed       State = "lapsed"    // as cancelled, by time
	LinkRefused  State = "refused"   // the gateway refused to make a link
	Review       State = "review"    // money that does not fit: a person decides
	ClosedUnpaid State = "settled"   // a review that a person closed, and that is not paid
	Refunding    State = "refunding" // refund asked for, its negative row not seen yet
	Refunded     State = "refunded"  // all of the money went back
)

// States lists every state, for tables and tests.
var States = []State{
	Asking, Opening, Awaiting, Checking, Paid, Retiring, Cancelled, Lapsed, LinkRefused,
	Review, ClosedUnpaid, Refunding, Refunded,
}

// Sale is what a customer owes and what became of it. The exported facts only ever grow; change
// a sale through [Sale.Take] alone.
type Sale struct {
	ID       string // ours, time-ordered
	Stall    string
	Register string
	Shift    string
	Staff    string // who charged
	Device   string // the tablet it was charged on
	Key      string // the command key of the charge: the same key is the same sale
	No       int64  // running number of the register
	Number   string // what people read: register prefix and No, "B2-0042"
	// OrderNumber is the short one by which the customer is called up, "B 17"; "" where nobody is.
	OrderNumber string `json:",omitempty"`
	Receipt     string // 128-bit secret of the receipt page
	Match       Match  // the word and colour that stand on every screen of this sale
	Lines       []Line
	Discount    Money // what was taken off the sum of the lines
	Goods       Money // the sum of the lines less Discount

	DiscountPercent int64 // hundredths of a percent, where Discount was one
	DiscountFor     string

	Tip     Money
	Note    string // the cashier's own; it never leaves this house
	Created int64  // Unix milliseconds
	Expires int64  // Unix milliseconds; lapses then unless something arrived
	PaidAt  int64  // Unix milliseconds of the first proof, 0 before
	Zone    string // time zone whose days and hours it counts in, "" for DefaultZone
	Strict  bool   // only the gateway's own lists are proof
	Poll    bool   // no webhook was ordered: there is no address the gateway could reach
	Bill    string `json:",omitempty"` // ID of the parked cart of which this is a portion, "" for a whole one
	// Shares are a portion's own split terms: the percentages, and what it has reserved of the fixed shares of
	// its bill. None for a whole sale.
	Shares []Share `json:",omitempty"`

	// Facts of commands.
	AsksTip        bool  // the display asks for a tip first
	TipBy          int64 // Unix milliseconds; without an answer until then there is no tip
	TipChosen      bool
	Cancel         bool   // cancel was asked for
	CancelBy       string // staff who asked
	CancelFor      string `json:",omitempty"` // why, [CancelOtherMeans] or ""
	Lapse          bool   // the clock asked for an end
	Changed        bool   `json:",omitempty"` // its cart was opened again, to be changed
	Into           string `json:",omitempty"` // number of the sale that this cart was charged as
	From           string `json:",omitempty"` // number of the sale whose cart this was
	Waits          bool   `json:",omitempty"` // made while that one might still be paid: no link is asked for before
	Freed          bool   `json:",omitempty"` // it surely cannot be paid any more
	Released       bool   // the register's screens are about something else now
	Aside          bool   // set aside by the cashier
	Handed         string // "goods handed over without proof": the reason; counts in no sum
	Closed         []Trouble
	RecordDecision []Decision // by people, oldest first; refunds tell their own
	Refunds        []Refund
	Links          []Link
}

// CancelOtherMeans is the reason of a cancel because the customer pays in another way: that is no payment
// here, and in no sum.
const CancelOtherMeans = "other-means"

// Decision is what a person decided about a sale, as its page tells it; the journal has it too.
type Decision struct {
	Kind   StepKind // handed, close or attach
	Staff  string
	At     int64 // Unix milliseconds
	Reason string
}

// Line is one line of a sale: a catalogue item, or an amount that was typed.
type Line struct {
	Item string // catalogue item, "" for a typed amount
	Name string
	Qty  int64
	Unit Money // price of one, VAT included
	VAT  int64 // in hundredths of a percent, 700 = 7 %; 0 none

	// Of a portion of a bill alone.
	Divided Money `json:",omitempty"` // its price of a line that several pay; Unit is 0 then
	Off     Money `json:",omitempty"` // what of the bill's discount falls on it
}

// Sum is the price of the whole line.
func (l Line) Sum() Money { return Money(l.Qty)*l.Unit + l.Divided }

// Match is the word and colour by which customer and cashier see that they speak of the same sale.
type Match struct {
	Colour string // a key of the palette, "amber"
	Animal string // a key of the words, "fox"
}

// Total is what the customer is asked for.
func (s *Sale) Total() Money { return s.Goods + s.Tip }

// Link is one attempt to have a SecPaid payment link for a sale. At most one link of a sale is
// payable and shown.
type Link struct {
	ID            string // ours, time-ordered
	N             int    // 1 for the first of its sale
	Ref           string // unique reference, first in the recipient note at the gateway
	Gateway       string `json:"Account"` // the gateway it was asked of: there its number is unique
	AccountID     string `json:"Holder"`  // ID of the stall's own account it was made with, "" for the house's; it never changes
	Amount        Money
	Parts         []Part // of other accounts, fixed when the link was asked for; empty for a plain link
	OwnerPart     Money  `json:"Own"` // our own part of a split link, 0 for a plain one: its row may show either
	TokenHash     string // SHA-256 of the webhook token, hex; "" without a webhook
	Sealed        []byte // the vault's seal over LinkSecrets
	PayID         int64  // the gateway's number, 0 until known
	URL           string // the address in the QR code, "" until known
	AccountNumber string `json:"UserID"` // the gateway account's own id, as its answer told
	Created       int64  // Unix milliseconds
	LiveAt        int64  `json:",omitempty"` // Unix milliseconds when it became live; see [Link.KnownAt]
	ShownAt       int64  // Unix milliseconds when its code came on show, 0 for one that never was

	// Facts from outside; they commute and repeat harmlessly.
	Live         bool   // create answered, or found by its reference
	Unclear      bool   // the outcome of create is not known
	GivenUp      bool   // settle time over, a stray is watched for
	LastTry      bool   // given up for good
	Why          string // message key of what made us give up
	Unborn       bool   // a day after it was given up no such link was found: none will come
	Gone         bool   // surely deleted or cancelled at the gateway
	ToldUsed     bool   // delete answered "already used"
	Noticed      bool   // a notice passed all nine tests
	Used         bool   // seen in the gateway's list of used links
	Odd          int    // deliveries that are no proof
	MarkAnswered int    // how many of them a later look has answered with "unpaid"
	Pending      bool   // a bank row is open
	PendingOver  bool   // it ended unpaid
	PendingAt    int64  `json:",omitempty"` // Unix milliseconds when the bank row was first heard of
	Unconfirmed  bool   // 24 hours without a pay-in row
	BankLate     bool   // a bank row pending for 14 days
	Case         Case   // a person closed a case about this link: later money is late money
	Rows         []Row
}

// Case remembers what was known of a link when a person closed a case about it, so that whatever
// comes later is seen as new.
type Case struct {
	Closed  bool
	Rows    int // payments known then
	Used    bool
	Claimed bool
}

// RowKind says what a row of the gateway's pay-in list is.
type RowKind string

// The kinds of pay-in rows.
const (
	RowPayment RowKind = "payment" // the first Success row of a link
	RowExtra   RowKind = "extra"   // a further payment on the same link
	RowRefund  RowKind = "refund"  // negative
	RowDispute RowKind = "dispute" // negative, or the payment flagged as disputed
)

// Row is a row of the gateway's pay-in list as first seen; only its payout status follows the list.
// Fees and net are the gateway's word, kept and never used to decide anything: they need not add up.
type Row struct {
	Key       string // transaction id, or Bare where none is sent
	Bare      string // link + type + amount + time
	Kind      RowKind
	Amount    Money  // negative for money that went back
	At        string // when, in the gateway's own text
	SeenAt    int64  // Unix milliseconds
	Net       Money
	Fee       Money
	FeePSP    Money
	Method    string
	Part      bool // the gateway listed our own part of a split payment, Amount is the whole
	Payout    PayoutState
	Withdrawn bool // the gateway no longer lists it as Success
}

// HasNews tells whether what the gateway lists now of a row that is known says more of its payout, or how
// it was paid.
func (r *Row) HasNews(listed Row) bool {
	return (listed.Payout != "" && listed.Payout != r.Payout) || (r.Method == "" && listed.Method != "")
}

// Last returns the newest link, nil before the first.
func (s *Sale) Last() *Link {
	if len(s.Links) == 0 {
		return nil
	}
	return &s.Links[len(s.Links)-1]
}

// Shown returns the one link whose code may be on a screen: nil unless the sale awaits payment.
func (s *Sale) Shown() *Link {
	if s.State() != Awaiting {
		return nil
	}
	return s.Last()
}

// CodeShown tells whether a code of this sale was ever on show: before that nobody can have paid.
func (s *Sale) CodeShown() bool { return s.AnyLink(func(l *Link) bool { return l.ShownAt > 0 }) }

// KnownAt is when the link became known to us, or was asked for if that is all we know. Sales that were
// stored before there was LiveAt carry the same time in ShownAt.
func (l *Link) KnownAt() int64 { return cmp.Or(l.LiveAt, l.ShownAt, l.Created) }

// Link returns the n-th link (1 is the first), nil if there is none.
func (s *Sale) Link(n int) *Link {
	if n < 1 || n > len(s.Links) {
		return nil
	}
	return &s.Links[n-1]
}

// AreTwins tells whether two sales are for the same lines and the same amount.
func AreTwins(a, b *Sale) bool {
	return a.ID != b.ID && a.Total() == b.Total() && slices.Equal(a.Lines, b.Lines)
}

// Clone returns a copy that shares nothing with s.
func (s *Sale) Clone() *Sale {
	c := *s
	c.Lines = slices.Clone(s.Lines)
	c.Shares = slices.Clone(s.Shares)
	c.Closed = slices.Clone(s.Closed)
	c.RecordDecision = slices.Clone(s.RecordDecision)
	c.Refunds = slices.Clone(s.Refunds)
	for i := range c.Refunds {
		c.Refunds[i].Answers = slices.Clone(c.Refunds[i].Answers)
	}
	c.Links = slices.Clone(s.Links)
	for i := range c.Links {
		c.Links[i].Parts = slices.Clone(s.Links[i].Parts)
		c.Links[i].Rows = slices.Clone(c.Links[i].Rows)
		c.Links[i].Sealed = slices.Clone(c.Links[i].Sealed)
	}
	return &c
}
