package secpaid

import (
	"context"

	"qrkiosk/kiosk"
)

// ReportQuery asks for a page of a list that no sale depends on. Dates are text: days
// ("2026-05-01") for payouts, in From alone a month ("2026-05") for invoices; "" leaves them out.
type ReportQuery struct {
	Page  int // 1 is the first
	Limit int
	From  string
	To    string
}

type payOutsRequest struct {
	Page  int    `json:"page"`
	Limit int    `json:"limit"`
	From  string `json:"start_date,omitempty"`
	To    string `json:"end_date,omitempty"`
}

type invoicesRequest struct {
	Page  int    `json:"page"`
	Limit int    `json:"limit"`
	Month string `json:"date,omitempty"`
}

// PayOut is a nightly transfer to the account's owner; every field is the gateway's word. Net is
// what it pays after its fees; the sums need not add up.
type PayOut struct {
	ID            string
	TransactionID string
	Amount        kiosk.Money
	Fee           kiosk.Money
	Net           kiosk.Money
	Status        string
	Day           string // the day whose payments it holds
	At            string
	Kind          string
	Split         bool
	Dispute       bool
	Refund        bool
}

// PayOutPage is one page; Full tells that there may be more, Unread how many rows made no sense.
type PayOutPage struct {
	Rows   []PayOut
	Full   bool
	Unread int
}

// TaxInvoice is a monthly invoice about the gateway's fees.
type TaxInvoice struct {
	ID      string
	Number  string
	Month   string
	Date    string
	At      string
	Address Address
	Fee     kiosk.Money // the gateway's
	FeePSP  kiosk.Money // the payment provider's
	VAT     kiosk.Money
}

// Address is the account's owner on an invoice, who may be a person. It shows itself to nobody who
// prints, logs or encodes it: read its fields.
type Address struct {
	Company string
	Name    string
	Street  string
	HouseNo string
	ZIP     string
	City    string
	Country string
}

// String keeps the address out of whatever is printed.
func (Address) String() string { return "***" }

// GoString is String for the verb that shows everything.
func (Address) GoString() string { return "***" }

// MarshalText keeps the address out of logs and JSON, however deep it lies in what is logged.
func (Address) MarshalText() ([]byte, error) { return []byte("***"), nil }

// TaxInvoicePage is one page; Total is 0 where the gateway does not tell.
type TaxInvoicePage struct {
	Rows   []TaxInvoice
	Full   bool
	Unread int
	Total  int64
}

// PayOuts reads one page of payouts. Errors are those of [kiosk.Gateway].
func (c *Client) PayOuts(ctx context.Context, q ReportQuery) (PayOutPage, error) {
	request := payOutsRequest{max(q.Page, 1), pageLimit(q.Limit), q.From, q.To}
	rows, err := c.list(ctx, kiosk.LaneReports, "getPayOutTransactions", request)
	if err != nil {
		return PayOutPage{}, err
	}
	page := PayOutPage{Full: len(rows) >= request.Limit}
	page.Rows, page.Unread = each(rows, payOut)
	return page, nil
}

// TaxInvoices reads one page of invoices. Errors are those of [kiosk.Gateway].
func (c *Client) TaxInvoices(ctx context.Context, q ReportQuery) (TaxInvoicePage, error) {
	request := invoicesRequest{max(q.Page, 1), pageLimit(q.Limit), q.From}
	var page TaxInvoicePage
	err := c.call(ctx, kiosk.LaneReports, "getTaxInvoiceList", request, func(answer object) error {
		rows, err := answer.rows()
		page.Full = len(rows) >= request.Limit
		page.Rows, page.Unread = each(rows, taxInvoice)
		page.Total, _ = answer.number("totalRecords")
		return err
	})
	if err != nil {
		return TaxInvoicePage{}, err
	}
	return page, nil
}

func each[T any](rows []any, read func(object) (T, bool)) (good []T, unread int) {
	for _, row := range rows {
		o, _ := row.(object)
		if item, ok := read(o); ok {
			good = append(good, item)
		} else {
			unread++
		}
	}
	return good, unread
}

func payOut(o object) (PayOut, bool) {
	p := PayOut{
		ID: o.text("payout_id"), TransactionID: o.text("transaction_id"),
		Status: clean(o.text("payout_status"), 40), Kind: clean(o.text("transaction_type"), 40),
		Day: clean(o.text("request_date"), 40), At: clean(o.text("created_at"), 40),
		Split: o.flag("is_split_link"), Dispute: o.flag("is_dispute"), Refund: o.flag("is_refund"),
	}
	var amount, fee, net bool
	p.Amount, amount = o.money("payout_amount")
	p.Fee, fee = o.money("service_fee")
	p.Net, net = o.money("net_amount")
	return p, amount && fee && net && (p.ID != "" || p.TransactionID != "")
}

func taxInvoice(o object) (TaxInvoice, bool) {
	t := TaxInvoice{
		ID: o.text("sf_id"), Number: o.text("invoice_id"), Month: o.text("service_month"),
		Date: o.text("invoice_date"), At: o.text("created_at"),
		Address: Address{
			Company: o.text("company"), Name: o.text("name"), Street: o.text("street"), HouseNo: o.text("house_no"),
			ZIP: o.text("zipcode"), City: o.text("city"), Country: o.text("country"),
		},
	}
	var fee, psp, vat bool
	t.Fee, fee = o.optionalMoney("total_secpaid_fee")
	t.FeePSP, psp = o.optionalMoney("total_psp_fee")
	t.VAT, vat = o.optionalMoney("vat")
	return t, t.Number != "" && fee && psp && vat
}

// optionalMoney is zero for an amount that is left out, as one form of the invoice list does.
func (o object) optionalMoney(name string) (kiosk.Money, bool) {
	if !o.has(name) {
		return 0, true
	}
	return o.money(name)
}
