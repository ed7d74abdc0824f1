package counterview

import (
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"qrkiosk/kiosk"
	"qrkiosk/views"
)

// BillView is a bill that is being split, and the portion that was chosen.
type BillView struct {
	Stall kiosk.Stall
	Bill  kiosk.Bill
	Key   string // command key of the charge
	Order PortionChoice
	Error *views.Problem
}

// PortionChoice is one of so many equal portions, or so many of each line.
type PortionChoice struct {
	Equal  int64
	Counts []int64
}

// bill is one drawing of it.
type bill struct {
	views.Page
	v       BillView
	rest    []kiosk.Line
	portion []kiosk.Line // nil where none can be as it was chosen
}

func newBill(p views.Page, v BillView) bill {
	b := bill{Page: p.For(v.Stall), v: v, rest: v.Bill.Rest()}
	if v.Order.Equal > 0 {
		b.portion = kiosk.EqualPortion(b.rest, v.Order.Equal)
	} else if portion, err := kiosk.PortionByLines(b.rest, v.Order.Counts); err == nil {
		b.portion = portion
	}
	return b
}

func (b bill) title() string {
	return b.T("bill.title", "name", parkedName(till{Page: b.Page}, b.v.Bill.ParkedCart))
}

func (b bill) left() kiosk.Money   { return kiosk.NetOf(b.rest) }
func (b bill) amount() kiosk.Money { return kiosk.NetOf(b.portion) }

// equals are the numbers of portions that are offered, all that is left being the last one.
func (b bill) equals() []int64 {
	all := []int64{2, 3, 4, 5, 6, 7, 8, 1}
	return slices.DeleteFunc(all, func(n int64) bool { return int64(b.left()) < n })
}

func (b bill) equalWord(n int64) string {
	if n == 1 {
		return b.T("bill.all")
	}
	return "1/" + views.Text64(n)
}

func (b bill) path(equal int64, counts []int64) string {
	q := url.Values{"parked": {b.v.Bill.ID}}
	if equal > 0 {
		q.Set("equal", views.Text64(equal))
	} else {
		q.Set("take", takeText(counts))
	}
	return PathBill + "?" + q.Encode()
}

func (b bill) equalPath(n int64) templ.SafeURL { return templ.SafeURL(b.path(n, nil)) }

// count is how many of a line are taken.
func (b bill) count(at int) int64 {
	if b.v.Order.Equal > 0 || at >= len(b.v.Order.Counts) {
		return 0
	}
	return b.v.Order.Counts[at]
}

// stepPath is the page with one more or less of a line, "" where there is none.
func (b bill) stepPath(at int, by int64) string {
	n := b.count(at) + by
	if n < 0 || n > b.rest[at].Choices() {
		return ""
	}
	counts := make([]int64, len(b.rest))
	for i := range counts {
		counts[i] = b.count(i)
	}
	counts[at] = n
	return b.path(0, counts)
}

func (b bill) stepWord(key string, at int) string {
	name := b.rest[at].Name
	if name == "" {
		name = b.T("line.typed")
	}
	return b.T(key, "item", name)
}

// endWords says what becomes of a bill whose rest is settled in another way.
func (b bill) endWords() string {
	return b.T("bill.end.text", "amount", b.Amount(b.left())) + owedWords(b.Page, b.v.Bill.Owed())
}

func (b bill) chargeWord() string {
	if b.amount() == 0 {
		return b.T("till.charge")
	}
	return b.T("js.charge", "amount", b.Amount(b.amount()))
}

// takeText writes counts as the page's address and form have them.
func takeText(counts []int64) string {
	words := make([]string, len(counts))
	for i, n := range counts {
		words[i] = views.Text64(n)
	}
	return strings.Join(words, ",")
}

// ariaCurrent is the attribute of the link that was chosen.
func ariaCurrent(yes bool) string {
	if yes {
		return "true"
	}
	return "false"
}

// BillPath is where a parked cart is split.
func BillPath(id string) string { return PathBill + "?parked=" + url.QueryEscape(id) }
