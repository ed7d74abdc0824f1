package sandbox

import (
	"slices"
	"strconv"
	"time"
)

// payOutTransactions lists payouts, newest first. start_date and end_date are days
// of the pay-ins and belong to the range.
func (s *Server) payOutTransactions(a *Account, in value) reply {
	q := readQuery(in, defaultPayOuts, maxRows)
	from, okFrom := dayOf(in.get("start_date"))
	to, okTo := dayOf(in.get("end_date"))
	if q.bad || !okFrom || !okTo {
		return badRequest()
	}
	var rows []*payOut
	s.read(func(l *ledger) {
		for _, p := range slices.Backward(l.payOuts) {
			outside := !from.IsZero() && p.Day.Before(from) || !to.IsZero() && p.Day.After(to)
			if p.User == a.UserID && !outside && q.matches(p.Tx) {
				rows = append(rows, p)
			}
		}
	})
	if s.take(PagesLoop) {
		q.page = 1
	}
	var items []string
	for _, p := range page(rows, q) {
		items = append(items, s.payOutItem(p))
	}
	return s.listed(items, s.total(len(rows)), "")
}

// dayOf reads a date; none is the zero time.
func dayOf(v value) (time.Time, bool) {
	if !v.given() {
		return time.Time{}, true
	}
	day, err := time.Parse(time.DateOnly, v.scalar())
	return day, err == nil
}

// payOutItem is one row: the amount a text and the two other sums numbers, as both examples have
// it; the schema pages alone make all three numbers.
func (s *Server) payOutItem(p *payOut) string {
	status, at := p.Status, stamp(p.At)
	if s.cfg.Wire == Wire2026 && status == payoutDone {
		status = "Approved" // the newest page has this word for what the schemas call Completed
	}
	older := s.cfg.Wire == WireSeeds || s.cfg.Wire == Wire2024
	if older {
		at = p.At.UTC().Format(time.RFC3339)
	}
	amount := quote(p.Amount.String())
	if s.cfg.Wire == Wire2025 {
		amount = p.Amount.String()
	}
	m := new(message).text("payout_id", strconv.FormatInt(p.ID, 10)).text("user_id", p.User)
	m.text("transaction_id", p.Tx).raw("payout_amount", amount)
	m.raw("service_fee", short(p.Fee)).raw("net_amount", short(p.Net)).text("payout_status", status)
	m.text("request_date", p.Day.Format(time.DateOnly)).text("created_at", at)
	if older {
		return m.end()
	}
	m.flag("is_split_link", p.Split).flag("is_dispute", p.Dispute).flag("is_refund", p.Refund)
	if s.cfg.Wire == Wire2026 {
		m.text("transaction_type", map[bool]string{false: "Basic", true: "Split"}[p.Split])
	}
	return m.end()
}

// taxInvoices lists the monthly fee invoices, newest first. date names a service
// month.
func (s *Server) taxInvoices(a *Account, in value) reply {
	q := readQuery(in, defaultPayOuts, maxRows)
	month := in.get("date").scalar()
	if _, err := time.Parse("2006-01", month); month != "" && err != nil || q.bad {
		return badRequest()
	}
	var rows []*invoice
	s.read(func(l *ledger) {
		for _, v := range slices.Backward(l.invoices) {
			if v.User == a.UserID && (month == "" || v.Month.Format("2006-01") == month) && q.matches(v.Tx, v.serviceMonth()) {
				rows = append(rows, v)
			}
		}
	})
	var items []string
	for _, v := range page(rows, q) {
		items = append(items, s.invoiceItem(v))
	}
	return s.listed(items, len(rows), "")
}

func (v *invoice) serviceMonth() string { return v.Month.Format("January 2006") }

// invoiceItem has four fields in the schema pages and the merchant's address in the newest ones.
func (s *Server) invoiceItem(v *invoice) string {
	m := new(message)
	date := v.At.Format(time.DateOnly)
	if s.cfg.Wire != Wire2026 {
		m.text("invoice_id", v.Tx).text("user_id", v.User)
		return m.text("invoice_date", date).text("service_month", v.serviceMonth()).end()
	}
	a := v.Address
	m.text("sf_id", strconv.FormatInt(v.ID, 10)).text("user_id", v.User).text("company", a.Company).text("name", a.Owner)
	m.text("street", a.Street).text("house_no", a.HouseNo).text("city", a.City).text("country", a.Country)
	m.text("zipcode", a.Zipcode).text("invoice_id", v.Tx).text("invoice_date", date)
	m.text("service_month", v.serviceMonth()).raw("total_secpaid_fee", short(v.Fee)).raw("total_psp_fee", short(v.PSP))
	return m.raw("vat", short(v.VAT)).text("created_at", stamp(v.At)).end()
}
