package kiosk

import (
	"cmp"
)

// Payout is a transfer of the gateway to the account's owner; every field is the gateway's word. Its
// sums need not add up: the net lacks fees that the gateway names nowhere.
type Payout struct {
	Account       string
	ID            string // the gateway's number
	TransactionID string // what stands on the bank statement
	Amount        Money
	Fee           Money
	Net           Money // what it pays after its fees
	Status        PayoutState
	Day           string // the gateway's day whose payments it holds, "2026-05-12"
	At            string
	Kind          string
	Split         bool
	Dispute       bool
	Refund        bool
	SeenAt        int64 // Unix milliseconds when we last read it
}

// Key tells payouts of an account apart.
func (p Payout) Key() string { return cmp.Or(p.TransactionID, p.ID) }

// Done tells whether the gateway says that the money is on its way.
func (p Payout) Done() bool { return p.Status.Done() }

// PayoutPage is one page; Full tells that there may be more, Unread how many rows made no sense.
type PayoutPage struct {
	Rows   []Payout
	Full   bool
	Unread int
}

// FeeInvoice is a monthly invoice about the gateway's fees, without the address on it, which we have
// no use for.
type FeeInvoice struct {
	Account string
	ID      string
	Number  string // what stands on it, "202605-sf-…"
	Month   string // in the gateway's words, "May 2026"
	Date    string
	Fee     Money // the gateway's; 0 where it leaves the sums out
	FeePSP  Money // the payment provider's
	VAT     Money
	HasSums bool
	SeenAt  int64 // Unix milliseconds
}

// Key tells invoices of an account apart.
func (v FeeInvoice) Key() string { return cmp.Or(v.Number, v.ID) }

// FeeInvoicePage is one page; Full tells that there may be more.
type FeeInvoicePage struct {
	Rows   []FeeInvoice
	Full   bool
	Unread int
}

// GatewayPageQuery asks for a page of a list that no sale depends on. From and To are days for payouts
// ("2026-05-01"), From alone a month for invoices ("2026-05"); "" leaves them out.
type GatewayPageQuery struct {
	Page  int // 1 is the first
	Limit int
	From  string
	To    string
}

// PayoutComparison holds payouts of an account for a day, or a day that no payout was seen for, against our
// own rows of that account.
type PayoutComparison struct {
	Day       string
	AccountID string   // ID of the stall's own account, "" for the house's
	Payouts   []Payout // usually one, and one of split links
	Ours      PayInSum // of all registers, for this day
	Unmatched []Unmatched
	Shares    int   // how many rows are shares of other accounts' links
	Paid      Money // what the payouts pay
	Expected  Money // net of our rows, of those that belong to no sale of ours, and of shares
}

// Difference is what the payouts pay more than the rows say; 0 where they agree.
func (m PayoutComparison) Difference() Money {
	if len(m.Payouts) == 0 {
		return 0
	}
	return m.Paid - m.Expected
}

// Waits tells that rows of the day were not paid out yet.
func (m PayoutComparison) Waits() bool { return len(m.Payouts) == 0 && m.Expected != 0 }

// PayInSumQuery asks for days of the gateway ("2026-11-20", both included); an empty Stall means all.
type PayInSumQuery struct {
	Stall string
	First string
	Last  string
}

// StatementReader reads what the gateway says of transfers and invoices, what its list holds, and
// whole ranges of what is kept.
type StatementReader interface {
	ExportReader
	// PayInSums sums by day and account, oldest first; Register and, without one asked for, Stall
	// of the rows are empty.
	PayInSums(q PayInSumQuery) ([]PayInSum, error)
	// Payouts returns those for the gateway's days from first to last.
	Payouts(first, last string) ([]Payout, error)
	FeeInvoices(n int) ([]FeeInvoice, error)
	// OwnerKey finds the stall of a read-only link by the hash of its secret.
	OwnerKey(hash string) (stall string, err error)
}

// StatementWriter keeps what the gateway says last.
type StatementWriter interface {
	PutPayout(p Payout) error
	PutFeeInvoice(v FeeInvoice) error
	// PutOwnerKey replaces the read-only link of a stall; an empty hash ends it.
	PutOwnerKey(stall, hash string, made int64) error
}
