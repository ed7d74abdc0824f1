package views

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
	"time"

	"qrkiosk/kiosk"
)

// AlarmGaps fills the sentences of every kind of alarm.
func (p Page) AlarmGaps(a kiosk.Alarm) []string {
	gaps := []string{
		"time", p.Clock(a.Since), "count", strconv.Itoa(a.Count), "sum", p.Amount(a.Sum), "text", Unbroken(a.Text),
	}
	if a.Sale != nil {
		gaps = append(gaps, "number", Unbroken(a.Sale.Number))
	}
	return gaps
}

// About tells whether the problem is with a field of a form; none is with no field.
func (t *Problem) About(field string) bool { return t != nil && t.Field == field }

// Page is what every page needs to know; the zero value is an English page.
type Page struct {
	Lang     string         // of the words, "en"
	Region   string         // of numbers; see [RegionOf]
	Zone     *time.Location // of times, nil is the stall's, or the machine's without a stall
	Mode     kiosk.Mode     // sandbox puts a banner on every page
	Insecure bool           // plain http: the browser withholds things, which is said
	Brand    string         // address of the stall's colours, "" without a stall; see [BrandPath]
}

// For returns the page in the region, the time zone and the colours of a stall.
func (p Page) For(s kiosk.Stall) Page {
	p.Region = RegionOf(s)
	p.Brand = BrandPath(s)
	return p.In(s.Zone)
}

// In returns the page with the clocks of a time zone, unless it has some already.
func (p Page) In(zone string) Page {
	if z, err := kiosk.Zone(zone); err == nil && p.Zone == nil {
		p.Zone = z
	}
	return p
}

// T is the message of a key in the language of the page.
func (p Page) T(key string, gaps ...string) string { return Words(p.Lang).T(key, gaps...) }

// N is the message of a key in the plural form for n.
func (p Page) N(key string, n int, gaps ...string) string { return Words(p.Lang).N(key, n, gaps...) }

// StallTexts are the lines that a stall has set for its receipts and statements.
func (p Page) StallTexts(s kiosk.Stall) (all []string) {
	for _, t := range kiosk.StallTexts {
		switch text := *t.Of(&s); {
		case text == "":
		case t.Word == "":
			all = append(all, text)
		default:
			all = append(all, p.T(t.Word, "number", text))
		}
	}
	return all
}

// LangTag is the language that the words of the page are in, "en".
func (p Page) LangTag() string { return Words(p.Lang).lang }

// Aloud returns the page for ears: a voice reads numbers as its own language writes them, and to an English
// one "12,50" is twelve hundred and fifty.
func (p Page) Aloud() Page {
	if base, _, _ := strings.Cut(p.Region, "-"); base != p.LangTag() {
		p.Region = p.LangTag()
	}
	return p
}

// Amount writes money as the region of the page does.
func (p Page) Amount(m kiosk.Money) string { return Amount(p.Region, m) }

// Problem is an error in words.
type Problem struct {
	Key   string `json:"key"`
	Text  string `json:"text"`
	Field string `json:"field,omitempty"`
	// What an amount could have meant, each to be chosen with one tap.
	Readings []Reading `json:"readings,omitempty"`

	happened, then string // the first sentence as a heading, and what follows it
}

// Reading is one thing that a typed amount could mean.
type Reading struct {
	Cents kiosk.Money `json:"cents"`
	Face  string      `json:"face"` // as the region writes it
}

// Explain puts an error into words: what happened, whether money moved, what to do next. Anything
// that is not a [*kiosk.Error] becomes the one fixed sentence. nil explains to nil.
func (p Page) Explain(err error) *Problem {
	if err == nil {
		return nil
	}
	t := &Problem{Key: kiosk.KeyOf(err)}
	var e *kiosk.Error
	if !errors.As(err, &e) {
		t.say(p.T("error."+kiosk.KeyInternal), nil)
		return t
	}
	if e.Key == "" {
		t.Key = string(e.Code)
	}
	if !Words(Fallback).Has("error." + t.Key) {
		t.Key = kiosk.KeyInternal
	}
	t.Field = e.Field
	t.say(p.T("error."+t.Key), p.gaps(e))
	if t.Key == kiosk.KeyAmountPlain {
		for _, m := range e.Amounts {
			t.Readings = append(t.Readings, Reading{m, p.Amount(m)})
		}
	}
	return t
}

var sentenceEnd = regexp.MustCompile(`[.?!] `)

// say takes the sentences of a message. They are told apart before the gaps are filled: a name may end with
// a full stop.
func (t *Problem) say(message string, gaps []string) {
	t.Text = fill(message, gaps)
	first, rest := message, ""
	if end := sentenceEnd.FindStringIndex(message); end != nil {
		first, rest = message[:end[0]+1], message[end[1]:]
	}
	t.happened, t.then = fill(strings.TrimSuffix(first, "."), gaps), fill(rest, gaps)
}

// gaps names the numbers and words of an error: {amount1} {amount2} {arg1} … and {wait}.
func (p Page) gaps(e *kiosk.Error) []string {
	var g []string
	for i, m := range e.Amounts {
		g = append(g, "amount"+Text64(int64(i+1)), p.Amount(m))
	}
	for i, a := range e.Args {
		g = append(g, "arg"+Text64(int64(i+1)), a)
	}
	return append(g, "wait", p.Wait(e.Wait))
}

// Wait writes how long somebody has to wait, rounded up: "2 minutes".
func (p Page) Wait(ms int64) string {
	switch {
	case ms <= 0:
		return p.T("wait.moment")
	case ms <= 90_000:
		return p.N("wait.seconds", int((ms+999)/1000))
	case ms <= 90*60_000:
		return p.N("wait.minutes", int((ms+59_999)/60_000))
	}
	return p.N("wait.hours", int((ms+3_599_999)/3_600_000))
}

// Method names a way of paying: in words of ours, else as the gateway calls it.
func (p Page) Method(method string) string {
	switch method {
	case kiosk.MethodCard:
		return p.T("receipt.method.card")
	case kiosk.MethodTransfer:
		return p.T("receipt.method.transfer")
	case "paypal":
		return "PayPal"
	}
	return method
}

// Match is the word of a sale, "Amber Fox", as people would call it out: where a colour beside an animal
// is not the word that it has by itself, the catalogue has it as "match.amber".
func (p Page) Match(m kiosk.Match) string {
	if m.Colour == "" {
		return ""
	}
	colour := "colour." + m.Colour
	if in := "match." + m.Colour; Words(p.Lang).Has(in) {
		colour = in
	}
	return p.T("match.pair", "colour", p.T(colour), "animal", p.T("animal."+m.Animal))
}

// SizeClass is a class by the length of an amount, so that big ones scale down before they wrap.
func SizeClass(text string) string {
	n := len([]rune(text))
	return "n" + Text64(int64(min(max(n, 4), 12)))
}

// JoinClass writes several classes as one attribute.
func JoinClass(parts ...string) string { return strings.Join(parts, " ") }

// StateWord says in a word how a sale stands.
func (p Page) StateWord(s *kiosk.Sale) string { return p.T("state." + string(s.State())) }
