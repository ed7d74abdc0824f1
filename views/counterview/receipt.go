package counterview

import (
	"cmp"
	"slices"
	"strings"

	"qrkiosk/kiosk"
	"qrkiosk/views"
)

// receipt is one drawing of a receipt page.
type receipt struct {
	views.Page
	s kiosk.ReceiptScreen
}

func newReceipt(p views.Page, s kiosk.ReceiptScreen) receipt {
	p = p.For(s.Stall)
	p.Mode = s.Mode
	return receipt{p, s}
}

func (r receipt) title() string {
	return r.T("receipt."+string(r.s.State)+".title", "amount", r.Amount(r.s.Sale.Total()))
}

// text says whether money moved and what comes next; a plainly paid sale needs no such words.
func (r receipt) text() string {
	if r.s.State == kiosk.Paid {
		return ""
	}
	return r.T("receipt."+string(r.s.State)+".text", "amount", r.Amount(r.s.Sale.Total()))
}

func (r receipt) look() string {
	switch r.s.State {
	case kiosk.Paid:
		return "paid"
	case kiosk.Review:
		return "alarm"
	case kiosk.Cancelled, kiosk.Lapsed, kiosk.LinkRefused, kiosk.ClosedUnpaid, kiosk.Refunding, kiosk.Refunded:
		return "quiet"
	case kiosk.Asking, kiosk.Opening, kiosk.Awaiting, kiosk.Checking, kiosk.Retiring:
	}
	return "busy"
}

func (r receipt) sign() string {
	switch r.look() {
	case "paid":
		return "tick"
	case "alarm":
		return "alert"
	case "quiet":
		if r.s.State == kiosk.Refunding || r.s.State == kiosk.Refunded {
			return "return"
		}
		return "ended"
	}
	return "wait"
}

// moving tells whether the state will change by itself soon, so that looking again makes sense.
func (r receipt) moving() bool { return r.look() == "busy" }

// againAfter is in how many seconds a browser without script looks again, "" never.
func (r receipt) againAfter() string {
	if r.moving() {
		return "5"
	}
	return ""
}

// worthKeeping tells whether there is something worth keeping.
func (r receipt) worthKeeping() bool { return r.look() == "paid" || r.sign() == "return" }

func (r receipt) seller() string {
	if r.s.Stall.Town == "" {
		return r.s.Stall.Name
	}
	return r.s.Stall.Name + ", " + r.s.Stall.Town
}

func (r receipt) toldAt() int64 {
	if r.s.Sale.PaidAt > 0 {
		return r.s.Sale.PaidAt
	}
	return r.s.Sale.Created
}

func (r receipt) shareText() string {
	return r.title() + " · " + r.seller() + " · " + r.s.Sale.Number + " · " + r.Day(r.toldAt())
}

func (r receipt) foot() string {
	if r.worthKeeping() {
		return r.T("receipt.foot")
	}
	return r.T("receipt.foot.open")
}

// tongues are the other languages that the stall offers.
func (r receipt) tongues() []views.Language {
	return slices.DeleteFunc(views.Offered(r.s.Stall), func(l views.Language) bool { return l.Tag == r.LangTag() })
}

// rate is one VAT rate of a sale, in words.
type rate struct{ name, net, tax, gross string }

// vat is the tax included in the prices, one row per rate.
func (r receipt) vat() []rate {
	var rows []rate
	for _, part := range vatParts(r.s.Sale) {
		if part.rate == 0 {
			continue
		}
		tax := views.Rounded(int64(part.gross)*part.rate, 10_000+part.rate)
		rows = append(rows, rate{views.Percent(r.Region, part.rate), r.Amount(part.gross - tax), r.Amount(tax), r.Amount(part.gross)})
	}
	return rows
}

// vatPart is what was paid for everything of one rate.
type vatPart struct {
	rate  int64 // hundredths of a percent
	gross kiosk.Money
}

// vatParts splits the goods of a sale by rate, the lowest first; the tip is no goods. Of money that went
// back the goods have lost their part, by the same proportion as everywhere ([kiosk.Sale.Sold]).
func vatParts(sale *kiosk.Sale) []vatPart {
	if sale.Returned() > 0 {
		return keptParts(sale)
	}
	return goodsParts(sale)
}

// keptParts are what is kept for the goods of each rate.
func keptParts(sale *kiosk.Sale) []vatPart {
	var parts []vatPart
	for _, sold := range sale.Sold() {
		if sold.Item != kiosk.SoldTip && sold.Item != kiosk.SoldOver {
			parts = addVAT(parts, sold.VAT, sold.Amount)
		}
	}
	return parts
}

// goodsParts are the goods of each rate. A discount lowers every rate by its share of the goods, rounded
// half up; the last rate takes what rounding left, so that the parts are the goods to the cent.
func goodsParts(sale *kiosk.Sale) []vatPart {
	var parts []vatPart
	var all kiosk.Money
	for _, l := range sale.Lines {
		parts = addVAT(parts, l.VAT, l.Net())
		all += l.Sum()
	}
	if sale.Bill != "" {
		return parts // its bill has spread the discount
	}
	left := all - sale.Discount
	for i := range parts {
		share := parts[i].gross
		if all > 0 && sale.Discount > 0 {
			share = views.Rounded(int64(share)*int64(all-sale.Discount), int64(all))
		}
		if i == len(parts)-1 {
			share = left
		}
		parts[i].gross = share
		left -= share
	}
	return parts
}

func addVAT(parts []vatPart, rate int64, gross kiosk.Money) []vatPart {
	at, known := slices.BinarySearchFunc(parts, rate, func(p vatPart, rate int64) int { return cmp.Compare(p.rate, rate) })
	if !known {
		parts = slices.Insert(parts, at, vatPart{rate: rate})
	}
	parts[at].gross += gross
	return parts
}

// methods are the ways in which it was paid, "" while the gateway does not list them.
func (r receipt) methods() string {
	var words []string
	for _, m := range r.s.Sale.Methods() {
		words = append(words, r.Method(m))
	}
	return strings.Join(words, ", ")
}
