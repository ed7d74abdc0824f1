package views

import (
	"slices"

	"qrkiosk/kiosk"
)

// receipt is one drawing of a receipt page.
type receipt struct {
	Page
	s kiosk.ReceiptScreen
}

func newReceipt(p Page, s kiosk.ReceiptScreen) receipt {
	p = p.For(s.Stall)
	p.Mode = s.Mode
	return receipt{p, s}
}

func (r receipt) title() string {
	return r.T("receipt."+string(r.s.State)+".title", "amount", r.amount(r.s.Sale.Total()))
}

// text says whether money moved and what comes next; a plainly paid sale needs no such words.
func (r receipt) text() string {
	if r.s.State == kiosk.Paid {
		return ""
	}
	return r.T("receipt."+string(r.s.State)+".text", "amount", r.amount(r.s.Sale.Total()))
}

func (r receipt) look() string {
	switch r.s.State {
	case kiosk.Paid:
		return "paid"
	case kiosk.Review:
		return "alarm"
	case kiosk.Cancelled, kiosk.Lapsed, kiosk.RefusedSt, kiosk.Settled, kiosk.Refunding, kiosk.Refunded:
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

// settled tells whether there is something worth keeping.
func (r receipt) settled() bool { return r.look() == "paid" || r.sign() == "return" }

func (r receipt) seller() string {
	if r.s.Stall.Place == "" {
		return r.s.Stall.Name
	}
	return r.s.Stall.Name + ", " + r.s.Stall.Place
}

func (r receipt) toldAt() int64 {
	if r.s.Sale.PaidAt > 0 {
		return r.s.Sale.PaidAt
	}
	return r.s.Sale.Created
}

func (r receipt) shareText() string {
	return r.title() + " · " + r.seller() + " · " + r.s.Sale.Number + " · " + r.day(r.toldAt())
}

func (r receipt) foot() string {
	if r.settled() {
		return r.T("receipt.foot")
	}
	return r.T("receipt.foot.open")
}

// tongues are the other languages that the stall offers.
func (r receipt) tongues() []Language {
	return slices.DeleteFunc(offered(r.s.Stall), func(l Language) bool { return l.Tag == r.lang() })
}

// rate is one VAT rate of a sale, in words.
type rate struct{ name, sum string }

// vat is the tax included in the prices, one row per rate. A discount lowers every rate by its
// share of the goods; cents are rounded half up, once per rate.
func (r receipt) vat() []rate {
	sale := r.s.Sale
	gross := map[int64]kiosk.Money{}
	var all kiosk.Money
	for _, l := range sale.Lines {
		gross[l.VAT] += l.Sum()
		all += l.Sum()
	}
	var rates []int64
	for v := range gross {
		if v > 0 {
			rates = append(rates, v)
		}
	}
	slices.Sort(rates)
	var rows []rate
	for _, v := range rates {
		sum := gross[v]
		if all > 0 && sale.Discount > 0 {
			sum = rounded(int64(sum)*int64(all-sale.Discount), int64(all))
		}
		tax := rounded(int64(sum)*v, 10_000+v)
		rows = append(rows, rate{r.T("receipt.vat", "rate", percent(r.Region, v)), r.amount(tax)})
	}
	return rows
}

// rounded is a/b rounded half up, for positive numbers.
func rounded(a, b int64) kiosk.Money { return kiosk.Money((2*a + b) / (2 * b)) }
