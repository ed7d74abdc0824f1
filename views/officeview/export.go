package officeview

import (
	"io"
	"time"

	"qrkiosk/kiosk"
	"qrkiosk/views"
)

// saleColumns are the columns of a file of sales; their words are "office.column." and the key.
var saleColumns = []string{
	"day", "time", "number", "stall", "register", "staff", "state", "goods", "discount", "tip", "asked",
	"received", "back", "kept", "unconfirmed", "others", "fees", "net", "shift", "link", "transaction", "note",
}

// SaleSheet begins a file of sales that are sent on one by one, with the habits of places that write
// a comma before cents, or a point.
func SaleSheet(p views.Page, out io.Writer, comma bool) *views.Spreadsheet {
	region := "en"
	if comma {
		region = "de"
	}
	var columns []string
	for _, key := range saleColumns {
		columns = append(columns, p.T("office.column."+key))
	}
	return views.StreamSpreadsheet(out, region, columns...)
}

// SaleCells is a sale as a row of a file: text, numbers and amounts.
func SaleCells(p views.Page, s *kiosk.Sale, names map[string]string) []any {
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
			add(&links, views.Text64(l.PayID))
		}
		for _, r := range l.Rows {
			if r.Key != r.Bare {
				add(&transactions, r.Key)
			}
		}
	}
	return links, transactions
}

// statementRow is a row of a statement as a file.
type statementRow struct {
	Part, Name, Detail string
	Amount             kiosk.Money
}

// StatementSheet is a statement as a CSV file.
func StatementSheet(p views.Page, st kiosk.Statement) []byte {
	s := views.NewSpreadsheet(p.Region, p.T("office.column.part"), p.T("office.column.name"), p.T("office.column.detail"), p.T("office.column.sum"))
	for _, l := range statementRows(p, st) {
		s.Text(l.Part).Text(l.Name).Text(l.Detail).Money(l.Amount).End()
	}
	return s.Bytes()
}

// TakingsSheet is the table of a book of takings as a CSV file.
func TakingsSheet(p views.Page, b kiosk.TakingsTable) []byte {
	by := p.T("office.by." + string(b.Query.By))
	if len(b.Sold) > 0 {
		s := views.NewSpreadsheet(p.Region, by, p.T("office.sold.qty"), p.T("office.sum.kept"))
		for _, l := range TakingsLines(p, b) {
			s.Text(l.Name).Number(l.Qty).Money(l.Amount).End()
		}
		return s.Bytes()
	}
	s := views.NewSpreadsheet(p.Region, by, p.T("office.sum.sales"), p.T("office.sum.gross"), p.T("office.sum.tips"),
		p.T("office.sum.refunds"), p.T("office.sum.kept"), p.T("office.sum.unconfirmed"))
	for _, l := range TakingsLines(p, b) {
		f := l.Figures
		s.Text(l.Name).Number(f.Sales).Money(f.Gross).Money(f.Tips).Money(-f.Refunds).Money(l.Amount).Money(f.Unconfirmed).End()
	}
	return s.Bytes()
}

// statementRows writes a statement line by line.
func statementRows(p views.Page, st kiosk.Statement) []statementRow {
	all := []statementRow{{
		Part: p.T("office.statement.title"), Name: st.Stall.Name,
		Detail: kiosk.DayName(st.First) + " – " + kiosk.DayName(st.Last), Amount: st.Figures.Kept(),
	}}
	for _, l := range accountLines(st) {
		all = append(all, statementRow{p.T("office.statement.account"), p.T("office.line." + l.key), "", l.amount})
	}
	for _, d := range st.Days {
		all = append(all, statementRow{p.T("office.by.day"), kiosk.DayName(d.Day), "", d.Figures.Kept()})
	}
	for _, r := range st.Registers {
		all = append(all, statementRow{p.T("office.by.register"), st.Names[r.Register], "", r.Figures.Kept()})
	}
	for _, d := range st.ByVAT {
		all = append(all, statementRow{p.T("office.by.vat"), soldName(p, d, true), "", d.Amount})
	}
	for _, o := range st.Payouts {
		all = append(all, statementRow{p.T("office.statement.payouts"), o.Day, payoutKeys(o.Payouts), o.Rows.Net})
	}
	return append(all, statementRow{p.T("office.statement.payouts"), p.T("office.statement.tocome"), "", st.ToCome})
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
