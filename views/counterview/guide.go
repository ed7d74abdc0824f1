package counterview

import (
	"maps"
	"slices"

	"qrkiosk/kiosk"
	"qrkiosk/views"
)

// guide is one part of the style guide: "till", "display" or "paper".
type guide struct {
	views.Page
	part string
}

// GuideParts are the parts of the style guide, the first one first.
var GuideParts = []string{"till", "display", "paper"}

// sides are the shades every component is shown in.
var sides = []string{"light", "dark"}

// swatch is a colour of the sheets.
type swatch struct{ name, use string }

var swatches = []swatch{
	{"paper", "ground"},
	{"card", "what lies on it"},
	{"key", "keys and fields"},
	{"line", "lines"},
	{"off", "disabled"},
	{"ink", "text"},
	{"soft", "quiet text"},
	{"accent", "the stall's own, adjusted until it can be read"},
	{"paid", "paid"},
	{"paid-ground", "its ground"},
	{"warn", "needs somebody"},
	{"warn-ground", "its ground"},
	{"deep", "ground of the idle display"},
	{"focus", "where the keyboard is"},
}

// stateNames are the samples in the order of their names.
func stateNames() []string { return slices.Sorted(maps.Keys(SampleFacts)) }

// tillSample is a till in a state, as sample.go has it.
func (g guide) tillSample(state string) till {
	s, x := SampleTill(state)
	return newTill(g.Page, s, x)
}

func (g guide) strips() []strip {
	var list []strip
	for _, name := range stateNames() {
		t := g.tillSample(name)
		if s := t.newest(); s != nil && t.s.Current == nil {
			list = append(list, t.strip(s))
		}
	}
	return list
}

// waiting are the states in which a sale is in hand.
func (g guide) waiting() []till {
	var list []till
	for _, name := range stateNames() {
		if t := g.tillSample(name); t.s.Current != nil {
			list = append(list, t)
		}
	}
	return list
}

// displaySamples are a customer's screen in every state.
func (g guide) displaySamples() []display {
	var list []display
	for _, state := range displaySampleNames {
		list = append(list, newDisplay(g.Page, SampleDisplay(state), DisplayExtras{}))
	}
	return list
}

var displaySampleNames = []string{
	"idle", "cart", "tip", "tip-small", "moment", "away", "code", "code-large", "checking", "paid", "paid-no-receipt",
	"short", "pending",
}

// receipts are a receipt in every state.
func (g guide) receipts() []receipt {
	var list []receipt
	for _, name := range stateNames() {
		list = append(list, newReceipt(g.Page, SampleReceipt(name)))
	}
	return list
}

// guideMatch is a colour of the palette with a word.
func guideMatch(n int, colour string) kiosk.Match {
	return kiosk.Match{Colour: colour, Animal: kiosk.Animals[n%len(kiosk.Animals)]}
}

// styles are the sheets of a part.
func (g guide) styles() []string {
	switch g.part {
	case "display":
		return []string{"css/display.css", "css/guide.css"}
	case "paper":
		return []string{"css/paper.css", "css/guide.css"}
	}
	return []string{"css/till.css", "css/side.css", "css/guide.css"}
}
