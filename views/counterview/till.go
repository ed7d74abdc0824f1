package counterview

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"qrkiosk/kiosk"
	"qrkiosk/views"
)

// TillExtras is what a till shows besides what the store knows.
type TillExtras struct {
	Staff    kiosk.Staff    // who is signed in
	Key      string         // command key of the next charge, fresh for every page
	Items    []kiosk.Item   // what the stall sells now
	Displays int            // customer screens connected at this moment
	QR       views.QRCode   // of the sale in hand; drawn from its address if it is left empty
	Error    *views.Problem // answer to a form that was posted without script
	Typed    string         // what stood in its amount field
	Readings []kiosk.Money
}

// till is one drawing of a till.
type till struct {
	views.Page
	s kiosk.TillScreen
	x TillExtras
}

func newTill(p views.Page, s kiosk.TillScreen, x TillExtras) till {
	p = p.For(s.Stall)
	p.Mode = s.Mode
	return till{p, s, x}
}

// code is the QR code of the sale in hand.
func (t till) code() views.QRCode {
	if t.x.QR.Path != "" || t.s.PayURL == "" {
		return t.x.QR
	}
	q, err := views.QR(t.s.PayURL)
	if err != nil {
		return views.QRCode{}
	}
	return q
}

// state names what the right side is about; the page lets nobody charge while it waits.
func (t till) state() string {
	if t.s.Current != nil {
		return string(t.s.Current.State())
	}
	return "ready"
}

// typed is the amount in the plain form: what was typed into it, else the typed lines of the cart.
func (t till) typed() string {
	var sum kiosk.Money
	for _, l := range t.s.Cart.Lines {
		if l.Item == "" {
			sum += l.Sum()
		}
	}
	if t.x.Typed != "" || sum == 0 {
		return t.x.Typed
	}
	return views.Digits(t.Region, sum)
}

// counted is how many of an item the plain form begins with, "" for none.
func (t till) counted(i kiosk.Item) string {
	var n int64
	for _, l := range t.s.Cart.Lines {
		if l.Item == i.ID {
			n += l.Qty
		}
	}
	if n == 0 {
		return ""
	}
	return views.Text64(n)
}

// throttled is for how many milliseconds the gateway lets no call through, 0 if it does.
func (t till) throttled() int64 { return max(0, t.s.Health.ThrottledUntil-t.s.Now) }

// newest is the sale of the strip: the last one that happened on this register.
func (t till) newest() *kiosk.Sale {
	if len(t.s.Last) == 0 {
		return nil
	}
	return t.s.Last[0]
}

// alarmSales leaves out the sale that the strip is about already.
func (t till) alarmSales() []*kiosk.Sale {
	if t.s.Current != nil {
		return t.s.AlarmSales
	}
	return slices.DeleteFunc(slices.Clone(t.s.AlarmSales), func(s *kiosk.Sale) bool { return s == t.newest() })
}

// strip is how a resting or resting-to-be sale is told at the top of the right side.
type strip struct {
	look  string // paid, hollow, quiet, busy, alarm: the style
	icon  string
	title string
	text  string
	more  string // what to do next
}

func (t till) strip(s *kiosk.Sale) strip {
	amount := t.Amount(s.Total())
	gaps := []string{"amount", amount, "number", numbers(s), "time", t.Clock(t.toldAt(s)), "into", views.Unbroken(s.Into)}
	told := func(look, icon, key string) strip {
		return strip{look, icon, t.T(key+".title", gaps...), t.T(key+".text", gaps...), ""}
	}
	switch s.State() {
	case kiosk.Paid:
		return t.paidStrip(s, told)
	case kiosk.Retiring:
		if s.Changed && s.Into == "" && s.Number == t.s.Cart.From {
			return told("busy", "wait", "strip.changing")
		}
		return told("busy", "wait", "strip.retiring")
	case kiosk.Cancelled:
		r := told("quiet", "ended", "strip.cancelled")
		switch {
		case s.Into != "":
			r.title = t.T("strip.changed.title", gaps...)
		case s.CancelFor == kiosk.CancelOtherMeans:
			r.text = t.T("strip.other.text", gaps...)
		}
		return r
	case kiosk.Lapsed:
		return told("quiet", "ended", "strip.lapsed")
	case kiosk.LinkRefused:
		r := told("alarm", "alert", "strip.refused")
		if l := s.Last(); l != nil && l.Why != "" {
			r.more = t.T("error." + l.Why)
		}
		return r
	case kiosk.Review:
		r := told("alarm", "alert", "strip.review")
		r.text, r.more = troubleWords(t.Page, s)
		return r
	case kiosk.Refunding:
		return told("quiet", "return", "strip.refunding")
	case kiosk.Refunded:
		return told("quiet", "return", "strip.refunded")
	case kiosk.ClosedUnpaid:
		return told("quiet", "ended", "strip.settled")
	case kiosk.Asking, kiosk.Opening, kiosk.Awaiting, kiosk.Checking:
	}
	return told("busy", "wait", "strip.aside")
}

func (t till) paidStrip(s *kiosk.Sale, told func(look, icon, key string) strip) strip {
	switch {
	case s.Over():
		return told("paid", "tick", "strip.over")
	case s.Confirmed():
		return told("paid", "tick", "strip.confirmed")
	case s.Unconfirmed(t.s.Now):
		r := told("alarm", "alert", "strip.unconfirmed")
		r.more = t.T("strip.unconfirmed.more")
		return r
	}
	return told("hollow", "tick", "strip.paid")
}

// troubleWords says what happened and what can be done about the first open trouble.
func troubleWords(p views.Page, s *kiosk.Sale) (what, next string) {
	kind := string(kiosk.TroubleClaimed)
	if open := s.OpenTroubles(); len(open) > 0 {
		kind = string(open[0].Kind)
	}
	gaps := []string{
		"asked", p.Amount(s.Total()), "received", p.Amount(s.Received()),
		"number", views.Unbroken(s.Number), "returned", p.Amount(s.Returned()),
	}
	return p.T("trouble."+kind+".what", gaps...), p.T("trouble."+kind+".next", gaps...)
}

// toldAt is the time that stands beside a sale: when it was paid, else when it was made.
func (t till) toldAt(s *kiosk.Sale) int64 {
	if s.PaidAt > 0 {
		return s.PaidAt
	}
	return s.Created
}

// called is the order number of a sale, unbroken.
func called(s *kiosk.Sale) string { return strings.ReplaceAll(s.OrderNumber, " ", views.NoBreak) }

// numbers are what people call a sale by: its number, and its order number where customers are called up.
func numbers(s *kiosk.Sale) string {
	if s.OrderNumber == "" {
		return views.Unbroken(s.Number)
	}
	return views.Unbroken(s.Number) + " · " + called(s)
}

// beside is what stands under the number of a sale in a list.
func (t till) beside(s *kiosk.Sale) string {
	return strings.Trim(called(s)+" · "+t.items(s), " ·")
}

// items says how many things a sale has, "" for one.
func (t till) items(s *kiosk.Sale) string {
	var n int64
	for _, l := range s.Lines {
		n += l.Qty
	}
	if n < 2 {
		return ""
	}
	return t.N("sale.items", int(n))
}

// tone is the style of a state's word in lists.
func tone(s *kiosk.Sale) string {
	switch s.State() {
	case kiosk.Paid:
		return "paid"
	case kiosk.Review, kiosk.LinkRefused:
		return "warn"
	case kiosk.Asking, kiosk.Opening, kiosk.Awaiting, kiosk.Checking, kiosk.Retiring, kiosk.Refunding,
		kiosk.Cancelled, kiosk.Lapsed, kiosk.ClosedUnpaid, kiosk.Refunded:
	}
	return ""
}

// say is the sentence for ears: it changes exactly when the state does, and names what needs
// somebody besides.
func (t till) say() string {
	t.Page = t.Aloud()
	var parts []string
	if c := t.s.Current; c != nil {
		parts = append(parts, t.T("say."+string(c.State()), "number", c.Number, "amount", t.Amount(c.Total()), "match", t.Match(c.Match)))
	} else if s := t.newest(); s != nil {
		r := t.strip(s)
		parts = append(parts, r.title, r.text)
	}
	if number := t.s.Cart.AfterAll; number != "" && t.s.Current == nil {
		parts = append(parts, t.T("strip.after.title", "number", number))
	}
	if t.away() > 0 {
		parts = append(parts, t.T("strip.gateway.title"))
	}
	for _, s := range t.alarmSales() {
		parts = append(parts, t.T("till.alarm", "number", s.Number))
	}
	return strings.Join(parts, " · ")
}

// sound is what the page plays when something new stands in it: the newest sale if it was paid
// or refused, and every alarm.
func (t till) sound() string {
	var tunes []string
	for _, s := range t.s.AlarmSales {
		tunes = append(tunes, "trouble:"+s.Number)
	}
	if s := t.newest(); s != nil && t.s.Current == nil {
		switch tone(s) {
		case "paid":
			tunes = append(tunes, "paid:"+s.Number)
		case "warn":
			tunes = append(tunes, "trouble:"+s.Number)
		}
	}
	slices.Sort(tunes)
	return strings.Join(slices.Compact(tunes), " ")
}

// displayWord tells what the customer's screen is doing, for the till.
func (t till) displayWord() string {
	if t.x.Displays == 0 {
		return t.T("till.display.none")
	}
	shows := kiosk.Shows(t.s.Current, nil, t.s.Now)
	return t.T("till.display." + string(shows))
}

// device is one sign of the row: its icon, how it stands, and the words behind it.
type device struct {
	name, icon, words string
	class             string // of the sign: green for what is known to be well, else with bad or idle
}

const (
	signWell = "sign"
	signBad  = "sign bad"  // known not to be well
	signIdle = "sign idle" // nobody knows
)

// devices are the signs that the server knows about; sound, screen and wake lock are the page's.
func (t till) devices() []device {
	display := device{"display", "display", t.N("device.display.on", t.x.Displays), signWell}
	if t.x.Displays == 0 {
		display.words, display.class = t.T("device.display.off"), signBad
	}
	return []device{display, t.gatewaySign()}
}

func (t till) gatewaySign() device {
	d := device{"gateway", "link", t.T("device.gateway.on"), signWell}
	switch h := t.s.Health; {
	case t.away() > 0:
		d.words, d.class = t.T("device.gateway.down", "time", t.Clock(t.away())), signBad
	case h.KeyRefused > 0:
		d.words, d.class = t.T("alarm.key.title"), signBad
	case h.GatewaySeen == 0:
		d.words, d.class = t.T("device.gateway.unknown"), signIdle
	}
	return d
}

// away is since when the gateway does not answer, by what is known of it or by the sale in hand; 0 if it does.
func (t till) away() int64 { return cmp.Or(t.s.Away.Since, t.s.Health.GatewayDown) }

// noticeClass is the sign of how payments become known: green once one was reported.
func (t till) noticeClass() string {
	if t.s.Health.Webhooks && t.s.Health.LastNotice > 0 {
		return signWell
	}
	return signIdle
}

// webhooks says how payments become known.
func (t till) webhooks() string {
	switch h := t.s.Health; {
	case !h.Webhooks:
		return t.T("device.webhook.none")
	case h.LastNotice == 0:
		return t.T("device.webhook.never")
	default:
		return t.T("device.webhook.last", "time", t.When(h.LastNotice, t.s.Now))
	}
}

func (t till) shiftWords() string {
	if t.s.Shift == nil {
		return t.T("shift.closed")
	}
	return t.T("shift.open", "time", t.When(t.s.Shift.Opened, t.s.Now))
}

// soon is how many milliseconds from now a screen changes by itself, "" never.
func soon(next, now int64) string {
	if next <= 0 {
		return ""
	}
	return strconv.FormatInt(max(0, next-now), 10)
}
