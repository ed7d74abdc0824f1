package sandbox

import (
	"slices"
	"time"
)

// payOutTransactions lists payouts, newest first. start_date and end_date are days
// of the pay-ins and belong to the range.
func (ap *api) payOutTransactions(a *Account, in value) reply {
	q := readQuery(in, defaultPayOuts, maxRows)
	from, okFrom := dayOf(in.get("start_date"))
	to, okTo := dayOf(in.get("end_date"))
	if q.bad || !okFrom || !okTo {
		return badRequest()
	}
	var rows []*payOut
	ap.keeper.read(func(l *ledger) {
		for _, p := range slices.Backward(l.payOuts) {
			outside := !from.IsZero() && p.Day.Before(from) || !to.IsZero() && p.Day.After(to)
			if p.User == a.UserID && !outside && q.matches(p.Tx) {
				rows = append(rows, p)
			}
		}
	})
	if ap.faults.take(PagesLoop) {
		q.page = 1
	}
	var items []string
	for _, p := range page(rows, q) {
		items = append(items, ap.dialect.payOutItem(p))
	}
	return ap.dialect.listed(items, ap.dialect.total(len(rows)), "")
}

// dayOf reads a date; none is the zero time.
func dayOf(v value) (time.Time, bool) {
	if !v.given() {
		return time.Time{}, true
	}
	day, err := time.Parse(time.DateOnly, v.scalar())
	return day, err == nil
}

// taxInvoices lists the monthly fee invoices, newest first. date names a service
// month.
func (ap *api) taxInvoices(a *Account, in value) reply {
	q := readQuery(in, defaultPayOuts, maxRows)
	month := in.get("date").scalar()
	if _, err := time.Parse("2006-01", month); month != "" && err != nil || q.bad {
		return badRequest()
	}
	var rows []*invoice
	ap.keeper.read(func(l *ledger) {
		for _, v := range slices.Backward(l.invoices) {
			if v.User == a.UserID && (month == "" || v.Month.Format("2006-01") == month) && q.matches(v.Tx, v.serviceMonth()) {
				rows = append(rows, v)
			}
		}
	})
	var items []string
	for _, v := range page(rows, q) {
		items = append(items, ap.dialect.invoiceItem(v))
	}
	return ap.dialect.listed(items, len(rows), "")
}

func (v *invoice) serviceMonth() string { return v.Month.Format("January 2006") }
