package views_test

import (
	"testing"

	"qrkiosk/cmd/qrkiosk/kiosktest/markup"
	"qrkiosk/kiosk"
	"qrkiosk/views"
	"qrkiosk/views/counterview"
)

// The style guide shows every state of everything twice, but pictures, which have no place in it; the
// policy of pages holds for it too.
func TestGuide(t *testing.T) {
	for part, least := range map[string]int{"till": 12, "display": 2 * (len(displayStates) - 1), "paper": 2 * len(counterview.SampleFacts)} {
		page := render(t, counterview.GuidePage(views.Page{Lang: "en"}, part))
		all := tags(t, page)
		checkNesting(t, all)
		checkPolicy(t, all)
		if n := markup.Parse(t, page).Count(".ground"); n < least {
			t.Errorf("%s shows %d grounds, want at least %d", part, n, least)
		}
	}
	till := markup.Parse(t, render(t, counterview.GuidePage(views.Page{Lang: "en"}, "till")))
	for _, colour := range kiosk.Colours {
		if !till.Has(".c-" + colour) {
			t.Errorf("the guide does not show %s", colour)
		}
	}
	for _, look := range []string{".strip.paid", ".strip.hollow", ".strip.alarm", ".strip.quiet", ".strip.busy", ".verdict.ok", ".verdict.bad", ".verdict.wait"} {
		if !till.Has(look) {
			t.Errorf("the guide does not show %s", look)
		}
	}
}
