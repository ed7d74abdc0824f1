package views

import (
	"io/fs"
	"regexp"
	"strings"
	"testing"

	"qrkiosk/kiosk"
	"qrkiosk/static"
)

// The style guide shows every state of everything twice, and the policy of pages holds for it too.
func TestGuide(t *testing.T) {
	for part, least := range map[string]int{"till": 12, "display": 2 * len(displaySampleNames), "paper": 2 * len(states)} {
		page := render(t, GuidePage(Page{Lang: "en"}, part))
		all := tags(t, page)
		checkNesting(t, all)
		checkPolicy(t, all)
		if n := strings.Count(page, `class="ground `); n < least {
			t.Errorf("%s shows %d grounds, want at least %d", part, n, least)
		}
	}
	till := render(t, GuidePage(Page{Lang: "en"}, "till"))
	for _, colour := range kiosk.Colours {
		if !strings.Contains(till, "c-"+colour) {
			t.Errorf("the guide does not show %s", colour)
		}
	}
	for _, look := range []string{"strip paid", "strip hollow", "strip alarm", "strip quiet", "strip busy", "verdict ok", "verdict bad", "verdict wait"} {
		if !strings.Contains(till, look) {
			t.Errorf("the guide does not show %s", look)
		}
	}
}

// Both grounds of the guide have the tokens of the sheets.
func TestGuide_tokens(t *testing.T) {
	light, dark := tokens(t, "css/base.css")
	raw, err := fs.ReadFile(static.FS, "css/guide.css")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(raw), ".ground.light {")
	lightSide, rest, _ := strings.Cut(rest, "}")
	_, rest, _ = strings.Cut(rest, ".ground.dark {")
	darkSide, _, _ := strings.Cut(rest, "}")
	for side, c := range map[string]struct {
		text string
		want map[string]colour
	}{"light": {lightSide, light}, "dark": {darkSide, dark}} {
		found := regexp.MustCompile(`--([a-z-]+): (#[0-9a-f]+);`).FindAllStringSubmatch(c.text, -1)
		if len(found) < 12 {
			t.Errorf("%s has only %d tokens", side, len(found))
		}
		for _, m := range found {
			value := m[2]
			if len(value) == 4 {
				value = "#" + strings.Repeat(value[1:2], 2) + strings.Repeat(value[2:3], 2) + strings.Repeat(value[3:], 2)
			}
			if mustHex(value) != c.want[m[1]] {
				t.Errorf("%s: --%s is %s in the guide", side, m[1], m[2])
			}
		}
	}
}
