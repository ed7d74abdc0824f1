package officeview

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"qrkiosk/kiosk"
	"qrkiosk/views"
)

// Further pages and forms of a stall in the office, behind [PathStall].
const (
	PathStallLook    = PathStall + "/look"          // POST name, place, tagline, accent
	PathStallLogo    = PathStall + "/logo"          // POST picture (a file); none takes the logo away
	PathStallShow    = PathStall + "/pictures"      // POST picture (a file), about
	PathStallUnshow  = PathStall + "/pictures/gone" // POST id
	PathStallSelling = PathStall + "/selling"       // GET; POST
	PathStallItems   = PathStall + "/items"         // GET, ?item= to change one; POST id, name, …
	PathStallItem    = PathStall + "/items/gone"    // POST id
	PathStallTerms   = PathStall + "/terms"         // GET, ?amount=; POST name-1, token-1, …, do
)

// Typed is what somebody typed into a form that was refused, nil for a form that was not sent.
type Typed map[string]string

// or is what was typed into a field, or else what is stored.
func (t Typed) or(field, stored string) string {
	if t == nil {
		return stored
	}
	return t[field]
}

// ticked tells whether a box was ticked, or else what is stored.
func (t Typed) ticked(field string, stored bool) bool {
	if t == nil {
		return stored
	}
	return t[field] == "yes"
}

// StallLook is the first page of a stall: its name, colours, logo and pictures.
type StallLook struct {
	Stall    kiosk.Stall
	Pictures []kiosk.Picture
	Typed    Typed
}

// StallSelling is the page about how a stall sells.
type StallSelling struct {
	Stall kiosk.Stall
	Typed Typed
}

// StallItems is the catalogue of a stall.
type StallItems struct {
	Stall kiosk.Stall
	Items []kiosk.Item
	Item  kiosk.Item // to be changed; without ID a new one
	Typed Typed
}

// StallTerms is the page about who gets what of a sale.
type StallTerms struct {
	Stall    kiosk.Stall
	Lines    []TermsLine
	Previews []kiosk.Preview
	Terms    []kiosk.Share // of the previews
	Unsaved  bool          // the previews are of terms that are not in force
	Checked  bool          // SecPaid has accepted them
	Amount   string        // typed
}

// TermsLine is one recipient as typed or stored.
type TermsLine struct{ Name, Token, Percent, Fixed string }

// TermsLines writes terms as they are edited, with two lines to spare.
func TermsLines(p views.Page, terms []kiosk.Share) (lines []TermsLine) {
	for _, t := range terms {
		l := TermsLine{Name: t.Name, Token: t.Token}
		if t.Percent > 0 {
			l.Percent = plainPercent(p, t.Percent)
		}
		if t.Fixed > 0 {
			l.Fixed = plainAmount(p, t.Fixed)
		}
		lines = append(lines, l)
	}
	return append(lines, TermsLine{}, TermsLine{})
}

// plainAmount writes money as it is typed: "12,50"; nothing for nothing.
func plainAmount(p views.Page, m kiosk.Money) string {
	if m == 0 {
		return ""
	}
	h := views.HabitOf(p.Region)
	h.Group = ""
	return h.Digits(m)
}

// plainPercent writes a percentage as it is typed: "8,5".
func plainPercent(p views.Page, hundredths int64) string {
	return strings.TrimRight(views.Percent(p.Region, hundredths), views.NoBreak+"%")
}

func vatText(p views.Page, hundredths int64) string {
	if hundredths == 0 {
		return ""
	}
	return plainPercent(p, hundredths)
}

func minutes(ms int64) string {
	return strconv.FormatInt(cmp.Or(ms, kiosk.DefaultLapse)/60_000, 10)
}

// zones are the time zones of the places where the euro is paid with.
var zones = []string{
	"Europe/Amsterdam", "Europe/Athens", "Europe/Berlin", "Europe/Bratislava", "Europe/Brussels", "Europe/Bucharest",
	"Europe/Budapest", "Europe/Copenhagen", "Europe/Dublin", "Europe/Helsinki", "Europe/Lisbon", "Europe/Ljubljana",
	"Europe/London", "Europe/Luxembourg", "Europe/Madrid", "Europe/Malta", "Europe/Paris", "Europe/Prague", "Europe/Riga",
	"Europe/Rome", "Europe/Sofia", "Europe/Stockholm", "Europe/Tallinn", "Europe/Vienna", "Europe/Vilnius", "Europe/Warsaw",
	"Europe/Zagreb", "Europe/Zurich", "Asia/Nicosia", "Atlantic/Azores", "Atlantic/Canary", "Atlantic/Madeira", "UTC",
}

func zoneChoices(now string) (all []Choice) {
	for _, z := range zones {
		all = append(all, Choice{z, strings.ReplaceAll(z[strings.IndexByte(z, '/')+1:], "_", " ")})
	}
	if now != "" && !slices.Contains(zones, now) {
		all = append(all, Choice{now, now})
	}
	return all
}

// regionChoices are the habits of writing numbers, by an example each.
func regionChoices() []Choice {
	all := []Choice{}
	for _, tag := range []string{"de", "en", "fr", "nl", "de-AT", "pl"} {
		all = append(all, Choice{tag, views.Amount(tag, 123456)})
	}
	return all
}

// regionOf is the choice that stands for a stall's region.
func regionOf(s kiosk.Stall) string {
	region := views.RegionOf(s)
	for _, c := range regionChoices() {
		if views.HabitOf(c.Value) == views.HabitOf(region) {
			return c.Value
		}
	}
	return "de"
}

func firstLanguage(s kiosk.Stall) string {
	if len(s.Languages) == 0 {
		return views.Fallback
	}
	return s.Languages[0]
}

func languageChoices() (all []Choice) {
	for _, l := range views.Languages() {
		all = append(all, Choice{l.Tag, l.Name})
	}
	return all
}

func speaks(s kiosk.Stall, tag string) bool {
	return slices.ContainsFunc(s.Languages, func(l string) bool {
		base, _, _ := strings.Cut(l, "-")
		return base == tag
	})
}

func colourChoices(p views.Page) []Choice {
	all := []Choice{{"", p.T("office.item.nocolour")}}
	for _, c := range kiosk.Colours {
		all = append(all, Choice{c, p.T("colour." + c)})
	}
	return all
}

// colourNow is the accent as a colour input wants it.
func colourNow(accent string) string { return cmp.Or(accent, views.DefaultAccent) }

func nth(field string, i int) string { return field + "-" + strconv.Itoa(i+1) }

// shareText writes what a recipient gets: "8,5 % + 0,30 €".
func shareText(p views.Page, t kiosk.Share) string {
	var parts []string
	if t.Percent > 0 {
		parts = append(parts, views.Percent(p.Region, t.Percent))
	}
	if t.Fixed > 0 {
		parts = append(parts, p.Amount(t.Fixed))
	}
	return strings.Join(parts, " + ")
}

// stallText is the field of a line of the receipt.
func stallText(p views.Page, l StallSelling, t kiosk.StallText) Field {
	key := "office.receipt." + t.Name
	f := Field{Label: p.T(key), Name: t.Name, Value: l.Typed.or(t.Name, *t.Of(&l.Stall)), Max: t.Most, Long: t.Long()}
	if views.Words(views.Fallback).Has(key + ".hint") {
		f.Hint = p.T(key + ".hint")
	}
	return f
}

func (l StallSelling) zone() string { return cmp.Or(l.Stall.Zone, kiosk.DefaultZone) }

// previewText says what becomes of ten euros: "On €10.00: Bakery gets €8.90, you get €1.10 before fees."
func previewText(p views.Page, l StallTerms) string {
	first := kiosk.PreviewTerms(l.Terms, 1000)
	var parties []string
	for i, t := range l.Terms {
		parties = append(parties, p.T("office.preview.party", "name", t.Payee(), "amount", p.Amount(first.Parts[i])))
	}
	return p.T("office.preview.text", "amount", p.Amount(first.Amount), "parties", strings.Join(parties, ", "), "own", p.Amount(first.OwnerPart))
}

// tipPercents are a stall's percentages as they are typed.
func tipPercents(s kiosk.Stall) string {
	var all []string
	for _, n := range s.TipPercents {
		all = append(all, views.Text64(n))
	}
	return strings.Join(all, " ")
}

// tipSums are a stall's sums as they are typed.
func tipSums(p views.Page, s kiosk.Stall) string {
	var all []string
	for _, sum := range s.TipSums {
		all = append(all, plainAmount(p, sum))
	}
	return strings.Join(all, " ")
}
