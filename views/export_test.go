package views

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"qrkiosk/kiosk"
)

// What the tests with a browser need from inside: they stand outside, since they serve pages under
// the real policy of package handlers.
const PayURL = payURL

var (
	BrandOfScenes = func() (path, css string) {
		css, _ = BrandCSS(lind)
		return BrandPath(lind), css
	}
	Speakers = speakers
	Official = official
)

// Scenes draws every state of every screen in a language, by name; of the languages that speak with
// customers alone only what customers see.
func Scenes(t testing.TB, lang string) map[string]string {
	drawn := map[string]string{}
	for name, c := range scenes(Page{Lang: lang, Zone: time.UTC, Mode: kiosk.Live}) {
		if slices.Contains(speakers, lang) || ForCustomers(name) {
			drawn[name] = render(t, c)
		}
	}
	return drawn
}

// SceneNames are the names of all scenes in order.
func SceneNames() []string { return slices.Sorted(maps.Keys(scenes(Page{}))) }

// ForCustomers tells whether a scene is one that customers see.
func ForCustomers(name string) bool {
	return strings.HasPrefix(name, "display-") || strings.HasPrefix(name, "receipt-")
}

// OnTheTill tells whether people work a scene with their fingers, in a hurry.
func OnTheTill(name string) bool {
	for _, kind := range []string{"till-", "signin", "sale-", "pair-"} {
		if strings.HasPrefix(name, kind) {
			return true
		}
	}
	return false
}

// Lang is the language of the lexicon, "en".
func (l *Lexicon) Lang() string { return l.lang }
