package views_test

import (
	"encoding/json"
	"os"
	"regexp"
	"testing"

	"qrkiosk/views"
)

// twin matches the states of a sale that look like another one, with other words.
var twin = regexp.MustCompile(`-(24h|aside|bank|claimed|dispute|extra|lapsed|opening|over|refunding|retiring|settled|short|used|withdrawn)$`)

// axe-core, which finds what keeps people with disabilities out, has nothing to say about any state
// of any screen: all its rules in light, and those about contrast in dark as well. The short way
// leaves out what only says other words than its twin.
func TestScreens_axe(t *testing.T) {
	s := newStudio(t)
	s.stage("en")
	s.resize(sizes[0])
	script, err := os.ReadFile("testdata/axe/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	ask[bool](s, string(script)+`; true`)
	s.sees(`stage.judge(["xx/bad"], null)`)
	var names []string
	for _, name := range views.SceneNames() {
		if everything() || !twin.MatchString(name) {
			names = append(names, "en/"+name)
		}
	}
	raw, _ := json.Marshal(names)
	for scheme, rules := range map[string]string{"light": `null`, "dark": `["color-contrast"]`} {
		s.scheme(scheme)
		found := ask[map[string][]string](s, `stage.judge(`+string(raw)+`, `+rules+`)`)
		for name, violations := range found {
			for _, v := range violations {
				t.Errorf("%s %s: %s", scheme, name, v)
			}
		}
	}
}
