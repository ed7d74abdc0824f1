package counterview

import (
	"slices"
	"strings"

	"github.com/a-h/templ"

	"qrkiosk/kiosk"
	"qrkiosk/views"
)

// waiting are the parked carts that may be opened.
func (t till) waiting() []kiosk.ParkedView {
	return slices.DeleteFunc(slices.Clone(t.s.Parked), func(p kiosk.ParkedView) bool { return p.Ended || t.isOpenHere(p) })
}

// ended are those whose day is over.
func (t till) ended() []kiosk.ParkedView {
	return slices.DeleteFunc(slices.Clone(t.s.Parked), func(p kiosk.ParkedView) bool { return !p.Ended })
}

func (t till) isOpenHere(p kiosk.ParkedView) bool {
	return p.Holder.Register == t.s.Register.ID && t.s.Cart.Parked == p.ID
}

// parkedName is what a parked cart is called: its name, or its time and count.
func parkedName(t till, p kiosk.ParkedCart) string {
	if p.Name != "" {
		return p.Name
	}
	return t.Clock(p.At) + " · " + t.N("sale.items", int(p.Pieces()))
}

// parkedWords says since when it waits, who has it, or that it is split.
func parkedWords(t till, p kiosk.ParkedView) string {
	if p.IsSplit() {
		return t.T("parked.split", "time", t.Clock(p.At))
	}
	if p.Holder.IsZero() {
		return t.T("parked.since", "time", t.Clock(p.At)) + " · " + t.N("sale.items", int(p.Pieces()))
	}
	return t.T("parked.held", "register", p.Holder.Name, "staff", p.Holder.Staff, "time", t.Clock(p.Holder.At))
}

func parkedButton(t till, p kiosk.ParkedView) string {
	switch {
	case !p.Holder.IsZero():
		return t.T("parked.take")
	case len(p.Different) > 0:
		return t.T("parked.open.now", "amount", t.Amount(p.Total))
	}
	return t.T("parked.open")
}

func differs(t till, d kiosk.PriceDifference) string {
	if d.Gone {
		return t.T("parked.price.gone", "item", d.Name)
	}
	return t.T("parked.price", "item", d.Name, "now", t.Amount(d.Now), "was", t.Amount(d.Was))
}

func takenStrip(t till, taken kiosk.TakenCart) strip {
	name := taken.Name
	if name == "" {
		name = t.T("till.cart")
	}
	return strip{
		"alarm", "alert", t.T("strip.taken.title", "name", name),
		t.T("strip.taken.text", "staff", taken.By.Staff, "register", taken.By.Name, "time", t.Clock(taken.By.At)), "",
	}
}

// endedWords names what was emptied at the end of its day, and what bills among it still owe.
func endedWords(t till, ended []kiosk.ParkedView) string {
	var names []string
	for _, p := range ended {
		names = append(names, parkedName(t, p.ParkedCart)+" ("+t.Amount(p.Total)+")")
	}
	return t.T("strip.ended.text", "names", strings.Join(names, ", ")) + owedWords(t.Page, owedOf(ended))
}

// owedWords is a further sentence about fixed shares that are still owed, "" where none are.
func owedWords(p views.Page, owed []kiosk.Share) string {
	if len(owed) == 0 {
		return ""
	}
	var parties []string
	for _, s := range owed {
		parties = append(parties, s.Payee()+" "+p.Amount(s.Fixed))
	}
	return " " + p.T("strip.ended.owed", "parties", strings.Join(parties, ", "))
}

// owedOf adds up by payee what bills that ended owe of fixed shares.
func owedOf(ended []kiosk.ParkedView) []kiosk.Share {
	var owed []kiosk.Share
	for _, p := range ended {
		for _, s := range p.Owed {
			if i := slices.IndexFunc(owed, func(o kiosk.Share) bool { return o.Token == s.Token }); i >= 0 {
				owed[i].Fixed += s.Fixed
			} else {
				owed = append(owed, s)
			}
		}
	}
	return owed
}

// cartData is a cart as pages take it in hand.
func cartData(c kiosk.Cart) templ.Attributes {
	return templ.Attributes{
		"data-cart": postedLines(c.Lines), "data-cart-off": offText(c.Discount), "data-cart-for": c.Discount.Reason,
		"data-cart-note": c.Note, "data-cart-typing": c.Typing, "data-parked": c.Parked,
	}
}

// openedData is a cart that was opened a moment ago and not touched since: with it, pages of the register
// that stand already take it in hand.
func openedData(c kiosk.Cart) templ.Attributes {
	if c.Opened == 0 || c.Opened != c.Updated {
		return nil
	}
	data := cartData(c)
	data["data-opened"] = views.Text64(c.Opened)
	return data
}
