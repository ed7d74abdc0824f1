package counterview

import (
	"strings"

	"qrkiosk/kiosk"
	"qrkiosk/views"
)

// saleSheet is one drawing of a sale that was looked up.
type saleSheet struct {
	views.Page
	v SaleView
}

func newSaleDetail(p views.Page, v SaleView) saleSheet { return saleSheet{p.For(v.Stall), v} }

func (d saleSheet) title() string {
	if d.v.Sale == nil {
		return d.T("detail.none")
	}
	return d.T("receipt.sale", "number", d.v.Sale.Number)
}

// chargeable tells whether a sale has ended and can be rung up again as it was.
func (d saleSheet) chargeable() bool {
	switch d.v.Sale.State() {
	case kiosk.Cancelled, kiosk.Lapsed, kiosk.LinkRefused:
		return kiosk.CheckChange(d.v.Sale) == nil
	default:
		return false
	}
}

// isOpen tells whether a person has to decide something, or money is not confirmed.
func (d saleSheet) isOpen() bool {
	return d.v.Sale.State() == kiosk.Review || d.v.Sale.Unconfirmed(d.v.Now)
}

func (d saleSheet) what() string {
	if d.v.Sale.State() != kiosk.Review {
		return d.T("strip.unconfirmed.text", "number", d.v.Sale.Number, "time", d.Clock(d.v.Sale.PaidAt))
	}
	what, _ := troubleWords(d.Page, d.v.Sale)
	return what
}

func (d saleSheet) next() string {
	if d.v.Sale.State() != kiosk.Review {
		return d.T("strip.unconfirmed.more")
	}
	_, next := troubleWords(d.Page, d.v.Sale)
	return next
}

func (d saleSheet) look() string {
	if d.isOpen() {
		return "alarm"
	}
	return receipt{d.Page, kiosk.ReceiptScreen{Sale: d.v.Sale, State: d.v.Sale.State()}}.look()
}

func (d saleSheet) sign() string {
	if d.isOpen() {
		return "alert"
	}
	return receipt{d.Page, kiosk.ReceiptScreen{Sale: d.v.Sale, State: d.v.Sale.State()}}.sign()
}

// proofs says in words why the sale is believed to be paid.
func (d saleSheet) proofs() string {
	var words []string
	for _, p := range d.v.Sale.Proofs() {
		words = append(words, d.T("proof."+p))
	}
	if words == nil {
		return d.T("proof.none")
	}
	return strings.Join(words, ", ")
}
