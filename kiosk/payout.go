package kiosk

import (
	"cmp"
	"context"
	"slices"
	"time"
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

// ReportQuery asks for a page of a list that no sale depends on. From and To are days for payouts
// ("2026-05-01"), From alone a month for invoices ("2026-05"); "" leaves them out.
type ReportQuery struct {
	Page  int // 1 is the first
	Limit int
	From  string
	To    string
}

const (
	reportPage  = 1000 // rows; the gateway gives no more
	reportPages = 20
)

// readPayoutsOf reads an account's payouts of the last 35 days and its invoices, through the lowest
// lane of the budget, and keeps what is new. It is done every night behind the audit.
func (s *Shop) readPayoutsOf(ctx context.Context, holder string) error {
	now, gateway := s.clock().UTC(), s.gatewayOf(ctx, holder)
	from, to := now.AddDate(0, 0, -auditDays).Format(time.DateOnly), now.Format(time.DateOnly)
	var payouts []Payout
	err := everyPage(func(n int) (full bool, err error) {
		page, err := gateway.ReadPayouts(ctx, ReportQuery{Page: n, Limit: reportPage, From: from, To: to})
		payouts = append(payouts, page.Rows...)
		return page.Full, err
	})
	s.heardAside(holder, err)
	if err != nil {
		return err
	}
	invoices, err := gateway.ReadInvoices(ctx, ReportQuery{Page: 1, Limit: reportPage})
	s.heardAside(holder, err)
	if err != nil {
		return err
	}
	return s.keepPayouts(ctx, holder, payouts, invoices.Rows)
}

func everyPage(read func(n int) (full bool, err error)) error {
	for n := 1; n <= reportPages; n++ {
		if full, err := read(n); err != nil || !full {
			return err
		}
	}
	return nil
}

func (s *Shop) keepPayouts(ctx context.Context, holder string, payouts []Payout, invoices []FeeInvoice) error {
	now := s.now()
	return s.change(ctx, OfficeStream, func(tx Tx) error {
		for _, p := range payouts {
			p.Account, p.SeenAt = s.BookOf(holder), now
			if err := tx.PutPayout(p); err != nil {
				return err
			}
		}
		for _, v := range invoices {
			v.Account, v.SeenAt = s.BookOf(holder), now
			if err := tx.PutFeeInvoice(v); err != nil {
				return err
			}
		}
		return nil
	})
}

// PayoutMatch holds payouts of an account for a day, or a day that no payout was seen for, against our
// own rows of that account.
type PayoutMatch struct {
	Day       string
	Holder    string   // ID of the stall's own account, "" for the house's
	Payouts   []Payout // usually one, and one of split links
	Ours      Listed   // of all registers, for this day
	Unmatched []Unmatched
	Shares    int   // how many rows are shares of other accounts' links
	Paid      Money // what the payouts pay
	Expected  Money // net of our rows, of those that belong to no sale of ours, and of shares
}

// Difference is what the payouts pay more than the rows say; 0 where they agree.
func (m PayoutMatch) Difference() Money {
	if len(m.Payouts) == 0 {
		return 0
	}
	return m.Paid - m.Expected
}

// Waits tells that rows of the day were not paid out yet.
func (m PayoutMatch) Waits() bool { return len(m.Payouts) == 0 && m.Expected != 0 }

// Payouts matches the gateway's payouts for its days from first to last ("2026-05-01") with our
// rows, account by account, newest first. Whoever may see all stalls may call it.
func (s *Shop) Payouts(ctx context.Context, first, last string) ([]PayoutMatch, error) {
	var all []PayoutMatch
	err := s.store.View(ctx, func(r Reader) error {
		rows, err := r.Listed(ListedQuery{First: first, Last: last})
		if err != nil {
			return err
		}
		payouts, err := r.Payouts(first, last)
		if err != nil {
			return err
		}
		strangers, err := r.Unmatched(false, mostStrangers)
		all = s.matchPayouts(rows, payouts, strangers, first, last)
		return err
	})
	return all, err
}

// ListedQuery asks for days of the gateway ("2026-11-20", both included); an empty Stall means all.
type ListedQuery struct {
	Stall string
	First string
	Last  string
}

// StatementReader reads what the gateway says of transfers and invoices, what its list holds, and
// whole ranges of what is kept.
type StatementReader interface {
	ExportReader
	// Listed sums by day and account, oldest first; Register and, without one asked for, Stall
	// of the rows are empty.
	Listed(q ListedQuery) ([]Listed, error)
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

const mostStrangers = 10_000

func (s *Shop) matchPayouts(rows []Listed, payouts []Payout, strangers []Unmatched, first, last string) []PayoutMatch {
	type page struct{ day, holder string }
	days := map[page]*PayoutMatch{}
	at := func(day, holder string) *PayoutMatch {
		p := page{day, holder}
		if days[p] == nil {
			days[p] = &PayoutMatch{Day: day, Holder: holder}
		}
		return days[p]
	}
	for _, l := range rows {
		m := at(l.Day, l.Holder)
		m.Ours, m.Expected = m.Ours.Plus(l), m.Expected+l.Net
	}
	for _, p := range payouts {
		m := at(p.Day, s.OwnOf(p.Account))
		m.Payouts, m.Paid = append(m.Payouts, p), m.Paid+p.Net
	}
	for _, u := range strangers {
		day := u.Row.Day()
		if day < first || day > last {
			continue
		}
		m := at(day, s.OwnOf(u.Account))
		m.Expected += u.Row.Net
		if u.Why == UnmatchedShare {
			m.Shares++
			continue
		}
		m.Unmatched = append(m.Unmatched, u)
	}
	all := make([]PayoutMatch, 0, len(days))
	for _, m := range days {
		all = append(all, *m)
	}
	slices.SortFunc(all, func(a, b PayoutMatch) int {
		return cmp.Or(cmp.Compare(b.Day, a.Day), cmp.Compare(a.Holder, b.Holder))
	})
	return all
}

// FeeInvoices lists up to n of the gateway's invoices, newest first.
func (s *Shop) FeeInvoices(ctx context.Context, n int) ([]FeeInvoice, error) {
	var all []FeeInvoice
	err := s.store.View(ctx, func(r Reader) (err error) {
		all, err = r.FeeInvoices(n)
		return err
	})
	return all, err
}
