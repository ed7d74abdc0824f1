package secpaid

import (
	"context"

	"qrkiosk/kiosk"
)

// ReadPayouts implements [kiosk.Gateway].
func (c *Client) ReadPayouts(ctx context.Context, q kiosk.GatewayPageQuery) (kiosk.PayoutPage, error) {
	page, err := c.PayOuts(ctx, ReportQuery(q))
	rows := make([]kiosk.Payout, 0, len(page.Rows))
	for _, p := range page.Rows {
		rows = append(rows, kiosk.Payout{
			ID: clean(p.ID, 40), TransactionID: clean(p.TransactionID, 80), Amount: p.Amount, Fee: p.Fee, Net: p.Net,
			Status: payoutState(p.Status), Day: p.Day, At: p.At, Kind: p.Kind, Split: p.Split, Dispute: p.Dispute, Refund: p.Refund,
		})
	}
	return kiosk.PayoutPage{Rows: rows, Full: page.Full, Unread: page.Unread}, err
}

// ReadInvoices implements [kiosk.Gateway]: the address on an invoice stays here, the house has no
// use for it.
func (c *Client) ReadInvoices(ctx context.Context, q kiosk.GatewayPageQuery) (kiosk.FeeInvoicePage, error) {
	page, err := c.TaxInvoices(ctx, ReportQuery(q))
	rows := make([]kiosk.FeeInvoice, 0, len(page.Rows))
	for _, v := range page.Rows {
		rows = append(rows, kiosk.FeeInvoice{
			ID: clean(v.ID, 40), Number: clean(v.Number, 80), Month: clean(v.Month, 40), Date: clean(v.Date, 40),
			Fee: v.Fee, FeePSP: v.FeePSP, VAT: v.VAT, HasSums: v.Fee != 0 || v.FeePSP != 0,
		})
	}
	return kiosk.FeeInvoicePage{Rows: rows, Full: page.Full, Unread: page.Unread}, err
}
