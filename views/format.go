package views

import (
	"strconv"
	"strings"
	"time"

	"qrkiosk/kiosk"
)

// Numbers follow the place, words follow the reader: an English page of a German stall says
// "12,50 €", because that is what stands on the price tags beside it and because the same sum must
// look the same on the till, the customer's screen and the phone. The place is the first language
// of the stall ("de", or "de-AT" with a region); see [RegionOf].

// NoBreak is a blank at which no line ends; noBreakThn is a narrow one, and minus the sign of an amount.
const (
	NoBreak    = "\u00a0"
	noBreakThn = "\u202f"
	minus      = "\u2212"
)

// Sign is that of the currency. What people type beside it is read in kiosk.
const Sign = "€"

// Habit is how a region writes amounts.
type Habit struct {
	Decimal, Group string
	Before, After  string // what stands before and behind the digits, blanks included
}

var (
	commaDot   = Habit{",", ".", "", NoBreak + Sign}
	commaBlank = Habit{",", NoBreak, "", NoBreak + Sign}
	dotComma   = Habit{".", ",", Sign, ""}
)

// habits of the official languages of the European Union.
var habits = map[string]Habit{
	"de": commaDot, "es": commaDot, "it": commaDot, "pt": commaDot, "el": commaDot,
	"da": commaDot, "hr": commaDot, "sl": commaDot, "ro": commaDot,
	"fr": {",", noBreakThn, "", NoBreak + Sign},
	"pl": commaBlank, "cs": commaBlank, "sk": commaBlank, "hu": commaBlank, "bg": commaBlank,
	"fi": commaBlank, "sv": commaBlank, "et": commaBlank, "lt": commaBlank, "lv": commaBlank,
	"nl": {",", ".", Sign + NoBreak, ""}, "de-AT": {",", NoBreak, Sign + NoBreak, ""},
	"en": dotComma, "ga": dotComma, "mt": dotComma,
}

// tightPercent are the languages that put no blank before the sign.
const tightPercent = "bg el en et ga hr hu it lv mt nl pl pt"

// HabitOf is how a region writes amounts.
func HabitOf(region string) Habit {
	if h, ok := habits[region]; ok {
		return h
	}
	base, _, _ := strings.Cut(region, "-")
	if h, ok := habits[base]; ok {
		return h
	}
	return commaDot
}

// RegionOf is whose numbers a stall uses: those it says, else those of its first language, German
// ones if it has none.
func RegionOf(s kiosk.Stall) string {
	if s.Region != "" {
		return s.Region
	}
	if len(s.Languages) > 0 {
		return s.Languages[0]
	}
	return "de"
}

// Amount writes money as a region does: "12,50 €", "€12.50".
func Amount(region string, m kiosk.Money) string {
	h := HabitOf(region)
	sign := ""
	if m < 0 {
		sign = minus
	}
	return sign + h.Before + h.Digits(m) + h.After
}

// Digits is [Amount] without the sign of the currency, for screens that draw it smaller.
func Digits(region string, m kiosk.Money) string {
	sign := ""
	if m < 0 {
		sign = minus
	}
	return sign + HabitOf(region).Digits(m)
}

// Digits writes money without the sign of the currency, and without a minus.
func (h Habit) Digits(m kiosk.Money) string {
	v := int64(m)
	if v < 0 {
		v = -v
	}
	whole := strconv.FormatInt(v/100, 10)
	var b strings.Builder
	b.Grow(len(whole) + 8)
	for i := range len(whole) {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteString(h.Group)
		}
		b.WriteByte(whole[i])
	}
	b.WriteString(h.Decimal)
	b.WriteByte(byte('0' + v/10%10))
	b.WriteByte(byte('0' + v%10))
	return b.String()
}

// Percent writes hundredths of a percent: "7 %", "5,5 %".
func Percent(region string, hundredths int64) string {
	whole, rest := hundredths/100, hundredths%100
	text := strconv.FormatInt(whole, 10)
	if rest != 0 {
		digits := strconv.FormatInt(100+rest, 10)[1:]
		text += HabitOf(region).Decimal + strings.TrimRight(digits, "0")
	}
	base, _, _ := strings.Cut(region, "-")
	if strings.Contains(tightPercent, base) && base != "" {
		return text + "%"
	}
	return text + NoBreak + "%"
}

// At is a moment on the clocks of the page.
func (p Page) At(ms int64) time.Time {
	zone := p.Zone
	if zone == nil {
		zone = time.Local
	}
	return time.UnixMilli(ms).In(zone)
}

// Clock writes the time of day, "14:32".
func (p Page) Clock(ms int64) string { return p.At(ms).Format("15:04") }

// Day writes day and time, "20 Nov 2026, 14:33".
func (p Page) Day(ms int64) string {
	t := p.At(ms)
	return p.T("date.full",
		"d", strconv.Itoa(t.Day()),
		"month", p.T("month."+strconv.Itoa(int(t.Month()))),
		"y", strconv.Itoa(t.Year()),
		"time", t.Format("15:04"))
}

// When writes the time of day for today and day and time for anything older.
func (p Page) When(ms, now int64) string {
	a, b := p.At(ms), p.At(now)
	if a.YearDay() == b.YearDay() && a.Year() == b.Year() {
		return p.Clock(ms)
	}
	return p.Day(ms)
}

// Text64 writes a whole number as it is, for attributes and addresses.
func Text64(v int64) string { return strconv.FormatInt(v, 10) }

// Rounded is a/b rounded half up, for positive numbers.
func Rounded(a, b int64) kiosk.Money { return kiosk.Money((2*a + b) / (2 * b)) }

// Unbroken keeps the number of a sale from being broken at its dash.
func Unbroken(number string) string { return strings.ReplaceAll(number, "-", "-\u2060") }
