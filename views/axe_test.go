package views_test

import (
	"encoding/json"
	"os"
	"slices"
	"testing"
)

// axe-core, which finds what keeps people with disabilities out, has nothing to say about any state
// of any screen: all its rules in light, and those about contrast in dark as well. The short way
// leaves out what only says other words than its twin, and looks at a tablet and a small phone; the
// long one at every size.
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
	names := places(t, []string{"en"})
	for _, z := range everySize() {
		if !everything() && z != sizes[0] && z.w != 360 {
			continue
		}
		s.resize(z)
		seen := names
		if !slices.Contains(sizes, z) {
			seen = atCounters(names)
		}
		s.judge(z, seen)
	}
}

func (s *studio) judge(z size, names []string) {
	s.t.Helper()
	raw, _ := json.Marshal(names)
	for scheme, rules := range map[string]string{"light": `null`, "dark": `["color-contrast"]`} {
		s.scheme(scheme)
		found := ask[map[string][]string](s, `stage.judge(`+string(raw)+`, `+rules+`)`)
		for name, violations := range found {
			for _, v := range violations {
				s.t.Errorf("%v %s %s: %s", z, scheme, name, v)
			}
		}
	}
}
