package kiosk

import (
	"context"
	"strings"
	"time"
)

// Gateway is what the house needs of SecPaid. Errors are [*Error] with one of these codes:
// [Refused] (a well-formed no: surely not done), [NotSent] (never left: surely not done),
// [TooMany] (429: surely not done, wait Error.Wait), [Unclear] (nobody knows). Callers never
// repeat an Open after [Unclear].
type Gateway interface {
	// Open asks for a payment link, once. An echo that differs from the order is returned as an
	// Opened whose Wrong names the field: such a link must be retired and never shown.
	Open(ctx context.Context, o Order) (Opened, error)
	// Retire deletes a link.
	Retire(ctx context.Context, payID int64) (Retired, error)
	// Find looks for a reference in the lists of unused and used links, by exact comparison.
	// Complete is false when a list was as long as its limit: then absence proves nothing.
	Find(ctx context.Context, ref string) (Findings, error)
	// Unused lists the links that can still be paid and whose note holds search: part of a
	// reference is enough. Complete is false when the list was as long as its limit, or held a row
	// that could not be read.
	Unused(ctx context.Context, search string) (Findings, error)
	// PayIns reads one page of the pay-in list, newest first as far as the gateway keeps order.
	PayIns(ctx context.Context, q PayInQuery) (PayInPage, error)
	// ReadPayouts reads one page of the gateway's transfers to the account's owner.
	ReadPayouts(ctx context.Context, q GatewayPageQuery) (PayoutPage, error)
	// ReadInvoices reads one page of the gateway's monthly invoices about its fees.
	ReadInvoices(ctx context.Context, q GatewayPageQuery) (FeeInvoicePage, error)
	// ReadNotice reads a webhook body of any form: JSON or a form, nested or flat, plain or encrypted. key is that of the link, "" if
	// no encryption was ordered. It never fails: what cannot be read is a Notice that is Odd.
	ReadNotice(contentType string, raw []byte, key string) Notice
	// Refund files a refund request, once.
	Refund(ctx context.Context, payID int64, amount Money, full bool) error
}

// Order is what a link is to be.
type Order struct {
	Ref             string
	Note            string // ref first, then the stall's public name
	Amount          Money
	PaymentEndpoint string // "" without a public address: then no encryption and no callback either
	CallbackURL     string
	Key             string // 32 characters
	Parts           []Part // absolute cents; empty makes a plain link
	Statement       string // text on the payer's statement
}

// Part is the part of one other account of a split link.
type Part struct {
	Token  string
	Amount Money
}

// Opened is a link the gateway made.
type Opened struct {
	PayID         int64
	URL           string
	AccountNumber string
	Wrong         string // the first field whose echo differs from the order, "" if all agree
}

// Retired is the gateway's answer to a delete.
type Retired string

// The answers to a delete.
const (
	RetiredGone    Retired = "gone"    // deleted
	RetiredUsed    Retired = "used"    // it was paid
	RetiredUnknown Retired = "unknown" // it does not know such a link: search before believing it
)

// Findings is what a search for a reference brought.
type Findings struct {
	Links    []Found
	Complete bool
}

// Found is a link seen in one of the gateway's lists.
type Found struct {
	PayID         int64
	Ref           string // the whole recipient note's first word
	Amount        Money
	URL           string // "" in the list of used links
	AccountNumber string
	Used          bool
	Cancelled     bool
}

// PayInQuery asks for a page of the pay-in list. Since is always sent: without it the gateway
// shows today only.
type PayInQuery struct {
	PayID int64 // 0: all links
	Days  int
	Page  int // 1 is the first
	Limit int
	Lane  Lane
}

// PayInPage is one page; Full tells that there may be more. Unread names the links of rows that
// could not be read, 0 where not even the link could: of those it does not prove that they have
// no row.
type PayInPage struct {
	Rows   []PayIn
	Full   bool
	Unread []int64
}

// PayIn is a row of the pay-in list, read by the gateway's client. At is kept with the row as it came;
// what it means is Time. Fees, net, method and payout are the gateway's word and decide nothing.
type PayIn struct {
	PayID   int64
	Key     string // transaction id, or link + type + amount + time
	Bare    string // link + type + amount + time: the same row before it had a transaction id
	Amount  Money
	Status  PayInStatus
	Kind    RowKind // RowPayment, RowRefund or RowDispute
	Dispute bool    // flagged on a payment row
	Ref     string
	At      string // when, in the gateway's own text; see [Row.Day]
	Time    int64  // Unix milliseconds of At if its clock is UTC, which nobody knows; 0 if it cannot be read
	Net     Money
	Fee     Money
	FeePSP  Money
	Method  string
	Payout  PayoutState
}

// PayoutState tells how far the gateway is with paying money out. It is stored. The states below are
// those that mean something; a state the client does not know is the gateway's word for it, shown to
// people and never done.
type PayoutState string

// The states of a payout.
const (
	PayoutPending    PayoutState = "Pending"
	PayoutInProgress PayoutState = "InProgress"
	PayoutCompleted  PayoutState = "Completed"
	PayoutApproved   PayoutState = "Approved" // what the gateway said for Completed in 2024
)

// Done tells whether the money is on its way to the account's owner. Rows that were stored before
// the client knew the states may hold them in any case.
func (p PayoutState) Done() bool {
	return strings.EqualFold(string(p), string(PayoutCompleted)) || strings.EqualFold(string(p), string(PayoutApproved))
}

// PayInStatus is the status word of a pay-in row.
type PayInStatus string

// The statuses that mean something; every other word is StatusOther and never success.
const (
	StatusSuccess PayInStatus = "success"
	StatusPending PayInStatus = "pending"
	StatusOther   PayInStatus = "other"
)

// Lane orders calls when the gateway's sixty a minute run short: who makes a link comes first, who reads
// reports last.
type Lane int

// The lanes, most urgent first.
const (
	LaneCreate Lane = iota
	LaneRetire
	LaneLook
	LaneReports
)

// Notice is what a webhook body says. Authentic tells that tests 2 to 5 of the nine passed: it
// was encrypted as ordered, whole blocks, right padding, one strict JSON value. The other tests
// compare with what we know and are [Link.Believes]'s.
type Notice struct {
	Authentic     bool
	PayID         int64
	Amount        Money
	HasAmount     bool
	AccountNumber string
	Status        NoticeStatus
	Flaw          string // what made it odd, for the log: "plain", "blocks", "padding", "json", "unreadable", …
}

// FlawPlain is the flaw of a readable body that was not encrypted.
const FlawPlain = "plain"

// NoticeStatus is the status word of a notice.
type NoticeStatus string

// The statuses of a notice; every other word is NoticeOther.
const (
	NoticeSuccess NoticeStatus = "success"
	NoticeCancel  NoticeStatus = "cancel"
	NoticeFailed  NoticeStatus = "failed"
	NoticeOther   NoticeStatus = "other"
)

// Believes applies the tests of a notice that need our own knowledge: 6 the number is our link's,
// 7 the amount agrees in cents, 8 the account is ours, 9 it says success while the link is live
// or retiring. Tests 1 to 5 are the address's and Notice.Authentic.
func (l *Link) Believes(n Notice) bool {
	return n.Authentic && l.Live &&
		n.PayID == l.PayID && n.HasAmount && n.Amount == l.Amount &&
		(l.AccountNumber == "" || n.AccountNumber == l.AccountNumber) && n.Status == NoticeSuccess
}

// The reasons the journal gives for an attempt that ended.
const (
	KeyGatewayRefused     = "gateway-refused"
	KeyGatewayKey         = "gateway-key"
	KeyGatewayLimit       = "gateway-limit"
	KeyGatewayUnclear     = "gateway-unclear"
	KeyGatewayUnreachable = "gateway-unreachable"
	KeyGatewayWrong       = "gateway-wrong-echo"
)

// WaitOf is how many milliseconds an error asks to wait: what it says, or two seconds.
func WaitOf(err error) int64 {
	var e *Error
	if AsError(err, &e) && e.Wait > 0 {
		return e.Wait
	}
	return 2 * int64(time.Second/time.Millisecond)
}
