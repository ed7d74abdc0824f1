package views

import (
	"time"

	"qrkiosk/kiosk"
)

// saleColumns are the columns of a file of sales; their words are "office.column." and the key.
var saleColumns = []string{
	"day", "time", "number", "stall", "register", "staff", "state", "goods", "discount", "tip", "asked",
	"received", "back", "kept", "unconfirmed", "others", "fees", "net", "shift", "link", "transaction", "note",
}

// SaleColumns are the headings of a file of sales.
func SaleColumns(p Page) []any {
	all := make([]any, 0, len(saleColumns))
	for _, key := range saleColumns {
		all = append(all, p.T("office.column."+key))
	}
	return all
}

// SaleCells is a sale as a row of a file: text, numbers and amounts.
func SaleCells(p Page, s *kiosk.Sale, names map[string]string) []any {
	at := time.UnixMilli(s.Created).UTC()
	if zone, err := kiosk.Zone(s.Zone); err == nil {
		at = at.In(zone)
	}
	f := s.Figures()
	links, transactions := references(s)
	return []any{
		at.Format(time.DateOnly), at.Format(time.TimeOnly), s.Number, names[s.Stall], names[s.Register], names[s.Staff],
		p.T("state." + string(s.State())), s.Goods, s.Discount, s.Tip, s.Total(),
		f.Gross, f.Refunds + f.Disputes + f.Withdrawn, f.Kept(), f.Unconfirmed, f.Commission, f.Fee + f.FeePSP, f.Net,
		s.Shift, links, transactions, s.Note,
	}
}

// references are the gateway's numbers of the sale's links, and of its rows.
func references(s *kiosk.Sale) (links, transactions string) {
	add := func(to *string, text string) {
		if *to != "" && text != "" {
			*to += " "
		}
		*to += text
	}
	for i := range s.Links {
		l := &s.Links[i]
		if l.PayID != 0 {
			add(&links, text64(l.PayID))
		}
		for _, r := range l.Rows {
			if r.Key != r.Bare {
				add(&transactions, r.Key)
			}
		}
	}
	return links, transactions
}

// StatementRow is a row of a statement as a file.
type StatementRow struct {
	Part, Name, Detail string
	Amount             kiosk.Money
}

// StatementRows writes a statement line by line.
func StatementRows(p Page, st kiosk.Statement) []StatementRow {
	all := []StatementRow{{
		Part: p.T("office.statement.title"), Name: st.Stall.Name,
		Detail: kiosk.DayName(st.First) + " – " + kiosk.DayName(st.Last), Amount: st.Figures.Kept(),
	}}
	for _, l := range accountLines(st) {
		all = append(all, StatementRow{p.T("office.statement.account"), p.T("office.line." + l.key), "", l.amount})
	}
	for _, d := range st.Days {
		all = append(all, StatementRow{p.T("office.by.day"), kiosk.DayName(d.Day), "", d.Figures.Kept()})
	}
	for _, r := range st.Registers {
		all = append(all, StatementRow{p.T("office.by.register"), st.Names[r.Register], "", r.Figures.Kept()})
	}
	for _, d := range st.ByVAT {
		all = append(all, StatementRow{p.T("office.by.vat"), p.soldName(d, true), "", d.Amount})
	}
	for _, o := range st.Payouts {
		all = append(all, StatementRow{p.T("office.statement.payouts"), o.Day, payoutKeys(o.Payouts), o.Rows.Net})
	}
	return append(all, StatementRow{p.T("office.statement.payouts"), p.T("office.statement.tocome"), "", st.ToCome})
}

func payoutKeys(all []kiosk.Payout) (keys string) {
	for i, o := range all {
		if i > 0 {
			keys += " "
		}
		keys += o.Key()
	}
	return keys
}

// auditSum is what a tally comes to.
func auditSum(t kiosk.Tally) kiosk.Money { return t.Paid + t.Refunded + t.Disputed }
