package counterview

import (
	"net/url"
	"slices"

	"github.com/a-h/templ"

	"qrkiosk/kiosk"
	"qrkiosk/views"
)

// DisplayExtras is what a customer's screen shows besides what the store knows.
type DisplayExtras struct {
	QR      views.QRCode // of the payment; drawn from its address if it is left empty
	Receipt views.QRCode // of the receipt page, likewise
	Face    bool         // it is a till that is turned to the customer
}

// display is one drawing of a customer's screen.
type display struct {
	views.Page
	s kiosk.DisplayScreen
	x DisplayExtras
}

func newDisplay(p views.Page, s kiosk.DisplayScreen, x DisplayExtras) display {
	p = p.For(s.Stall)
	p.Mode = s.Mode
	if s.Sale == nil && s.Shows != kiosk.ShowsCart {
		s.Shows = kiosk.ShowsIdle
	}
	return display{p, s, x}
}

// eager loads the first picture at once and the others when their turn comes.
func eager(n int) string {
	if n == 0 {
		return "eager"
	}
	return "lazy"
}

// socket, stateAt and tipAt are where this screen listens, looks and posts tips to.
func (d display) socket() string {
	if d.x.Face {
		return PathFaceLive
	}
	return PathDisplayLive
}

func (d display) stateAt() string {
	if d.x.Face {
		return PathFaceState
	}
	return PathDisplayState
}

func (d display) tipAt() string {
	if d.x.Face {
		return PathFaceTip
	}
	return PathTip
}

func qrOrNew(have views.QRCode, text string) views.QRCode {
	if have.Path != "" || text == "" {
		return have
	}
	q, err := views.QR(text)
	if err != nil {
		return views.QRCode{}
	}
	return q
}

// host is the name of the payment page, so that people see where they will pay.
func (d display) host() string {
	u, err := url.Parse(d.s.PayURL)
	if err != nil {
		return ""
	}
	return u.Host
}

// sum is the amount the screen is about: of a sale that was paid short, what came.
func (d display) sum() kiosk.Money {
	switch {
	case d.s.Sale == nil:
		return d.s.Cart.Total()
	case d.s.Shows == kiosk.ShowsShort:
		return d.s.Sale.Received()
	}
	return d.s.Sale.Total()
}

// odd says what is odd about the money of the sale.
func (d display) odd() string {
	amount := d.Amount(d.s.Sale.Total())
	if d.s.Shows == kiosk.ShowsPending {
		return d.T("display.pending", "amount", amount)
	}
	return d.T("display.short", "amount", amount, "received", d.Amount(d.s.Sale.Received()))
}

// lines are what is being rung up, or what the sale is for.
func (d display) lines() []kiosk.Line {
	if d.s.Sale == nil {
		return d.s.Cart.Lines
	}
	return d.s.Sale.Lines
}

// off is what a discount takes from them.
func (d display) off() kiosk.Money {
	if d.s.Sale == nil {
		return d.s.Cart.Sum() - d.s.Cart.Total()
	}
	return d.s.Sale.Discount
}

// worthListing tells whether the lines say more than the amount does.
func (d display) worthListing() bool {
	lines := d.lines()
	return len(lines) > 1 || len(lines) == 1 && lines[0].Name != ""
}

// pieces says how many things the first n lines are.
func (d display) pieces(n int) string {
	var all int64
	for _, l := range d.lines()[:n] {
		all += l.Qty
	}
	return d.N("display.pieces", int(all))
}

// called is the name of a line; of one that is divided among the portions of a bill, that of its share.
func (d display) called(l kiosk.Line) string {
	l.Qty = 1
	return lineName(d.Page, l)
}

// count is how many of a thing a line is, "" for a share of one.
func (d display) count(l kiosk.Line) string {
	if l.Divided > 0 {
		return ""
	}
	return views.Text64(l.Qty) + views.NoBreak + "×"
}

func (d display) number() string {
	if d.s.Sale == nil {
		return ""
	}
	return d.T("display.sale", "number", d.s.Sale.Number)
}

// say is the sentence for ears.
func (d display) say() string {
	d.Page = d.Aloud()
	switch {
	case d.s.Shows == kiosk.ShowsShort || d.s.Shows == kiosk.ShowsPending:
		return d.T("display.speak") + ". " + d.odd()
	case d.s.Away.Is():
		return d.T("display.away") + ". " + d.T("display.away.text")
	}
	gaps := []string{"amount", d.Amount(d.sum()), "stall", d.s.Stall.Name}
	if s := d.s.Sale; s != nil {
		gaps = append(gaps, "match", d.Match(s.Match), "number", s.Number)
	}
	return d.T("display.say."+string(d.s.Shows), gaps...)
}

// tongues are the languages the customer may choose from; one alone is no choice.
func (d display) tongues() []views.Language {
	if t := views.Offered(d.s.Stall); len(t) > 1 {
		return t
	}
	return nil
}

// nearby is how many languages stand on the screen itself; the others are behind one tap.
const nearby = 3

// near are the first languages of the stall, and the chosen one if it is not among them.
func (d display) near(all []views.Language) []views.Language {
	if len(all) <= nearby {
		return all
	}
	near := slices.Clone(all[:nearby])
	if at := slices.IndexFunc(all, func(l views.Language) bool { return l.Tag == d.LangTag() }); at >= nearby {
		near[nearby-1] = all[at]
	}
	return near
}

func (d display) pressed(l views.Language) string {
	if l.Tag == d.LangTag() {
		return "true"
	}
	return "false"
}

// tip is one suggestion: the cents it posts, and its two lines of words.
type tip struct {
	cents      kiosk.Money
	face, more string
}

// tips are the stall's suggestions for the sale.
func (d display) tips() []tip {
	var all []tip
	for _, c := range d.s.Stall.Tips(d.s.Sale.Goods) {
		t := tip{c.Amount, d.Amount(c.Amount), ""}
		if c.Percent > 0 {
			t.face, t.more = views.Percent(d.Region, c.Percent*100), t.face
		}
		all = append(all, t)
	}
	return all
}

// sound is what the screen plays when it turns to this markup.
func (d display) sound() string {
	if d.s.Shows == kiosk.ShowsPaid {
		return "paid:" + d.s.Sale.Number
	}
	return ""
}

// speaks is what the screen says aloud when it turns to this markup, where its register is to be heard that
// way; the words are those of say.
func (d display) speaks() templ.Attributes {
	if !d.s.Register.Speaks {
		return nil
	}
	token := ""
	if d.s.Shows == kiosk.ShowsCode || d.s.Shows == kiosk.ShowsPaid {
		token = string(d.s.Shows) + ":" + d.s.Sale.Number
	}
	return templ.Attributes{"data-speaks": token}
}

// tongueOf is the language of a line's name: that of the stall, or that of the page for what was only
// typed.
func tongueOf(p views.Page, l kiosk.Line) string {
	if l.Name == "" {
		return p.LangTag()
	}
	return p.Region
}

// lineName is what stands in a list of lines: "2 × Apple cake".
func lineName(p views.Page, l kiosk.Line) string {
	name := l.Name
	if name == "" {
		name = p.T("line.typed")
	}
	if l.Divided > 0 {
		return p.T("line.divided", "item", name)
	}
	if l.Qty != 1 {
		return views.Text64(l.Qty) + views.NoBreak + "×" + views.NoBreak + name
	}
	return name
}
