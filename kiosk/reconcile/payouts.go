package reconcile

import (
	"cmp"
	"context"
	"slices"
	"time"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/shop"
)

const (
	gatewayPageSize  = 1000 // rows; the gateway gives no more
	gatewayPagesMost = 20
)

// payouts keeps what the gateway says it has paid out and invoiced, and holds it against our sums of its days.
type payouts struct {
	kernel *shop.Kernel
	store  kiosk.Store
	clock  func() time.Time
}

// readOf reads an account's payouts of the last 35 days and its invoices, through the lowest
// lane of the budget, and keeps what is new. It is done every night behind the audit.
func (ps *payouts) readOf(ctx context.Context, holder string) error {
	now, gateway := ps.clock().UTC(), ps.kernel.Accounts.GatewayOf(ctx, holder)
	from, to := now.AddDate(0, 0, -kiosk.AuditDays).Format(time.DateOnly), now.Format(time.DateOnly)
	var payouts []kiosk.Payout
	err := everyPage(func(n int) (full bool, err error) {
		page, err := gateway.ReadPayouts(ctx, kiosk.GatewayPageQuery{Page: n, Limit: gatewayPageSize, From: from, To: to})
		payouts = append(payouts, page.Rows...)
		return page.Full, err
	})
	ps.kernel.Condition.NoteLowLaneCall(holder, err)
	if err != nil {
		return err
	}
	invoices, err := gateway.ReadInvoices(ctx, kiosk.GatewayPageQuery{Page: 1, Limit: gatewayPageSize})
	ps.kernel.Condition.NoteLowLaneCall(holder, err)
	if err != nil {
		return err
	}
	return ps.keep(ctx, holder, payouts, invoices.Rows)
}

func everyPage(read func(n int) (full bool, err error)) error {
	for n := 1; n <= gatewayPagesMost; n++ {
		if full, err := read(n); err != nil || !full {
			return err
		}
	}
	return nil
}

func (ps *payouts) keep(ctx context.Context, holder string, payouts []kiosk.Payout, invoices []kiosk.FeeInvoice) error {
	now := ps.kernel.Now()
	return ps.kernel.Change(ctx, kiosk.OfficeStream, func(tx kiosk.Tx) error {
		for _, p := range payouts {
			p.Account, p.SeenAt = ps.kernel.Accounts.Qualified(holder), now
			if err := tx.PutPayout(p); err != nil {
				return err
			}
		}
		for _, v := range invoices {
			v.Account, v.SeenAt = ps.kernel.Accounts.Qualified(holder), now
			if err := tx.PutFeeInvoice(v); err != nil {
				return err
			}
		}
		return nil
	})
}

func (ps *payouts) between(ctx context.Context, first, last string) ([]kiosk.PayoutComparison, error) {
	var all []kiosk.PayoutComparison
	err := ps.store.View(ctx, func(r kiosk.Reader) error {
		rows, err := r.PayInSums(kiosk.PayInSumQuery{First: first, Last: last})
		if err != nil {
			return err
		}
		payouts, err := r.Payouts(first, last)
		if err != nil {
			return err
		}
		strangers, err := r.Unmatched(false, mostUnmatched)
		all = ps.compare(rows, payouts, strangers, first, last)
		return err
	})
	return all, err
}

const mostUnmatched = 10_000

func (ps *payouts) compare(rows []kiosk.PayInSum, payouts []kiosk.Payout, strangers []kiosk.Unmatched, first, last string) []kiosk.PayoutComparison {
	type page struct{ day, holder string }
	days := map[page]*kiosk.PayoutComparison{}
	at := func(day, holder string) *kiosk.PayoutComparison {
		p := page{day, holder}
		if days[p] == nil {
			days[p] = &kiosk.PayoutComparison{Day: day, AccountID: holder}
		}
		return days[p]
	}
	for _, l := range rows {
		m := at(l.Day, l.AccountID)
		m.Ours, m.Expected = m.Ours.Plus(l), m.Expected+l.Net
	}
	for _, p := range payouts {
		m := at(p.Day, ps.kernel.Accounts.IDOf(p.Account))
		m.Payouts, m.Paid = append(m.Payouts, p), m.Paid+p.Net
	}
	for _, u := range strangers {
		day := u.Row.Day()
		if day < first || day > last {
			continue
		}
		m := at(day, ps.kernel.Accounts.IDOf(u.Account))
		m.Expected += u.Row.Net
		if u.Why == kiosk.UnmatchedShare {
			m.Shares++
			continue
		}
		m.Unmatched = append(m.Unmatched, u)
	}
	all := make([]kiosk.PayoutComparison, 0, len(days))
	for _, m := range days {
		all = append(all, *m)
	}
	slices.SortFunc(all, func(a, b kiosk.PayoutComparison) int {
		return cmp.Or(cmp.Compare(b.Day, a.Day), cmp.Compare(a.AccountID, b.AccountID))
	})
	return all
}

func (ps *payouts) invoices(ctx context.Context, n int) ([]kiosk.FeeInvoice, error) {
	var all []kiosk.FeeInvoice
	err := ps.store.View(ctx, func(r kiosk.Reader) (err error) {
		all, err = r.FeeInvoices(n)
		return err
	})
	return all, err
}
