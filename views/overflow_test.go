package views_test

import (
	"encoding/json"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"qrkiosk/views"
)

// everything tells whether the long way is asked for: every language at every size. make screens
// asks for it.
func everything() bool { return os.Getenv("QRKIOSK_SCREENS") != "" }

// twin matches the states of a sale that look like another one, with other words, and screens of
// customers on a till.
var twin = regexp.MustCompile(`^face-|-(24h|aside|bank|claimed|dispute|extra|lapsed|opening|over|refunding|retiring|settled|short|used|withdrawn)$`)

// places are the scenes of some languages, "de/till-ready"; the short way leaves the twins out.
func places(t *testing.T, langs []string) []string {
	var all []string
	for _, lang := range langs {
		for name := range drawn(t, lang) {
			if everything() || !twin.MatchString(name) {
				all = append(all, lang+"/"+name)
			}
		}
	}
	slices.Sort(all)
	return all
}

// measure puts scenes on the stage at a size and reports what check finds wrong with each.
func (s *studio) measure(z size, names []string, check string) {
	s.t.Helper()
	raw, _ := json.Marshal(names)
	s.resize(z)
	found := ask[map[string][]string](s, `stage.measure(`+string(raw)+`, (scene) => `+check+`)`)
	for _, name := range slices.Sorted(maps.Keys(found)) {
		s.t.Errorf("%v %s:\n\t%s", z, name, strings.Join(found[name], "\n\t"))
	}
}

// No text is cut off, sticks out of its box or makes a page wider than its screen, in any state, in
// any language, at any size: what stands on counters and lies in hands also at the sizes of those. The
// short way looks at every language at the narrowest size of all and at that of most tablets, and at
// one of the longest at all others.
func TestScreens_nothingIsCutOff(t *testing.T) {
	s := newStudio(t)
	langs := append(slices.Clone(views.Speakers), views.Official...)
	s.stage(langs...)
	s.sees(`stage.measure(["xx/bad"], () => stage.faults())`)
	all, long := places(t, langs), places(t, []string{"pl"})
	// What opens over a page is the same on every till.
	const check = "stage.faults(!scene.startsWith('till-') || scene === 'till-ready')"
	for _, z := range everySize() {
		names := long
		if everything() || z.w == 390 || z.w == 1280 {
			names = all
		}
		if !slices.Contains(sizes, z) {
			names = atCounters(names)
		}
		s.measure(z, names, check)
	}
}

// everySize are those of offices and those of counters.
func everySize() []size {
	return append(slices.Clone(sizes), slices.DeleteFunc(slices.Clone(counterSizes), func(z size) bool { return slices.Contains(sizes, z) })...)
}

// atCounters are the scenes, each with its language, that are seen on the screens of counters and on
// phones; the others belong to the office.
func atCounters(names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		return inTheOffice.MatchString(name[3:]) || strings.HasPrefix(name[3:], "owner-")
	})
}

// Whatever can be pressed is large enough for a finger in a hurry on the till, and for any finger
// elsewhere. What stands beside words in a line (the price of a typed line) is as large as elsewhere.
func TestScreens_targets(t *testing.T) {
	s := newStudio(t)
	s.stage("en")
	s.sees(`stage.measure(["xx/bad"], () => stage.small(24))`)
	var till, others []string
	for _, name := range sceneNames() {
		if onTheTill(name) {
			till = append(till, "en/"+name)
		} else {
			others = append(others, "en/"+name)
		}
	}
	for _, z := range sizes {
		s.measure(z, till, "stage.small(48)")
		s.measure(z, others, "stage.small(24)")
	}
}

// What stands in one row is one family: as high and as round as what is beside it, on every page and sheet.
func TestScreens_equals(t *testing.T) {
	s := newStudio(t)
	s.stage("en")
	s.sees(`stage.measure(["xx/bad"], () => stage.unequal())`)
	for _, z := range []size{{1280, 800}, {1024, 600}, {390, 664}} {
		s.measure(z, places(t, []string{"en"}), "stage.unequal()")
	}
}

// The same with everything the other way round, as a language would have it that is written from
// right to left: none of ours is, and none is kept out by the layout.
func TestScreens_rightToLeft(t *testing.T) {
	s := newStudio(t)
	s.stage("en", "pl")
	const check = "stage.mirrored(() => stage.faults(false))"
	s.sees(`stage.measure(["xx/bad"], () => ` + check + `)`)
	for _, z := range sizes {
		if everything() || z.w == 390 || z.w == 1280 {
			s.measure(z, places(t, []string{"en", "pl"}), check)
		}
	}
}
