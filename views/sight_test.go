package views_test

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"qrkiosk/views"
)

// counterSizes are the screens that stand on counters and lie in hands, and what browsers leave of them.
var counterSizes = []size{
	{320, 568},
	{360, 616},
	{375, 553},
	{390, 664},
	{480, 320},
	{800, 480},
	{1024, 600},
	{1024, 768},
	{1280, 800},
	{1080, 1920},
	{1920, 1080},
	{1920, 1200},
}

// counterRange are some of them, from the narrowest to the largest.
var counterRange = []size{{320, 568}, {375, 553}, {480, 320}, {800, 480}, {1024, 600}, {1024, 768}, {1080, 1920}, {1920, 1200}}

// counterScenes are what a till, a customer's screen and a till that is turned to the customer show.
func counterScenes() []string {
	return slices.DeleteFunc(sceneNames(), func(name string) bool { return !onTheCounter(name) })
}

func onTheCounter(name string) bool {
	return strings.HasPrefix(name, "till-") || strings.HasPrefix(name, "display-") || strings.HasPrefix(name, "face-")
}

// telling are the scenes that are laid out each in a way of its own; the others differ in words.
var telling = []string{
	"till-ready", "till-cart", "till-names", "till-alerts", "till-awaiting", "till-opening", "till-checking", "till-asking",
	"display-names", "display-cart", "display-tip", "display-code", "display-code-large", "display-paid", "face-code", "face-tip",
}

// sighted puts what measures sight on the page that is shown.
func (s *studio) sighted() {
	s.t.Helper()
	script, err := os.ReadFile("testdata/sight.js")
	if err != nil {
		s.t.Fatal(err)
	}
	ask[bool](s, string(script)+`; true`)
}

// look opens a scene as a browser does, with its scripts, in one of the panes of a till, and asks at
// every size what a measure finds.
func (s *studio) look(scene, pane string, sizes []size, check string) {
	s.t.Helper()
	ask[bool](s, fmt.Sprintf(`localStorage.setItem("qrkiosk.pane", %q), true`, pane))
	lang, name, _ := strings.Cut(scene, "/")
	s.open(lang, name)
	s.sighted()
	for _, z := range sizes {
		s.resize(z)
		s.settle()
		for _, fault := range ask[[]string](s, check) {
			s.t.Errorf("%v %s %s: %s", z, scene, pane, fault)
		}
	}
}

// panes are those of a till that a scene is looked at in.
func panes(scene string) []string {
	if slices.Contains([]string{"till-ready", "till-cart", "till-names"}, scene) {
		return []string{"items", "keys"}
	}
	return []string{"items"}
}

// What a person needs now is in sight on every screen: the amount, and the code and Cancel, or Charge.
// Names take two lines at most, and no price is pushed out or covered. With its scripts every page is
// looked at in one of the longest languages, or in every one.
func TestScreens_inSight(t *testing.T) {
	s := newStudio(t)
	s.open("en", "till-ready")
	langs, names, all := []string{"pl"}, telling, counterRange
	if everything() {
		langs, names, all = views.Speakers, counterScenes(), counterSizes
	}
	for _, lang := range langs {
		for _, name := range names {
			for _, pane := range panes(name) {
				s.look(lang+"/"+name, pane, all, `[...sight.owed(), ...sight.names()]`)
			}
		}
	}
}

// The same in every language as the server draws it, where that costs less: the short way at the
// narrowest and at the lowest screens.
func TestScreens_inSightInEveryLanguage(t *testing.T) {
	s := newStudio(t)
	langs := append(slices.Clone(views.Speakers), views.Official...)
	s.stage(langs...)
	s.sighted()
	s.sees(`stage.measure(["xx/bad"], () => sight.owed())`)
	var all []string
	for _, lang := range langs {
		for _, name := range slices.Sorted(maps.Keys(drawn(t, lang))) {
			if onTheCounter(name) && (everything() || slices.Contains(telling, name) && !strings.HasSuffix(name, "-names")) {
				all = append(all, lang+"/"+name)
			}
		}
	}
	for _, z := range counterSizes {
		if everything() || z.w == 320 || z.h == 480 || z.h == 600 {
			s.measure(z, all, `[...sight.owed(), ...sight.names()]`)
		}
	}
}

// The cart of a phone opens over the tiles and covers neither the amount nor Charge; the next sale is
// rung up below the one that waits.
func TestScreens_inSightOnPhones(t *testing.T) {
	s := newStudio(t)
	s.open("en", "till-ready")
	const check = `[...sight.owed(), ...sight.names()]`
	for _, z := range []size{{320, 568}, {360, 616}, {375, 553}, {390, 664}} {
		s.resize(z)
		s.look("pl/till-names", "items", []size{z}, `document.getElementById("cart-bar").click(), `+check)
		s.look("pl/till-awaiting", "keys", []size{z}, `document.getElementById("next-sale").click(), `+check)
	}
}

// The lowest of the tablets shows a dozen tiles.
func TestScreens_tilesInSight(t *testing.T) {
	s := newStudio(t)
	s.open("en", "till-ready")
	s.look("de/till-many", "items", []size{{1024, 600}}, `sight.tiles() < 12 ? ["only " + sight.tiles() + " tiles"] : []`)
}

// On a page that is made twice as large some things have to be rolled to, and none lies over another.
func TestScreens_twiceAsLarge(t *testing.T) {
	s := newStudio(t)
	s.open("en", "till-ready")
	names := []string{"till-cart", "till-names", "till-awaiting", "till-checking", "display-names", "display-code-large", "face-tip"}
	if everything() {
		names = counterScenes()
	}
	for _, name := range names {
		for _, pane := range panes(name) {
			s.look("de/"+name, pane, []size{{195, 332}, {512, 300}, {640, 400}, {540, 960}, {960, 600}}, `sight.overlaps()`)
		}
	}
}

// Where the colours are those of the person, what is chosen is told by something else.
func TestScreens_forcedColours(t *testing.T) {
	s := newStudio(t)
	s.open("en", "till-ready")
	s.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "forced-colors", Value: "active"}},
		})
		return err
	}))
	for _, name := range []string{"till-cart", "till-tested", "display-languages", "signin-wrong"} {
		s.look("en/"+name, "items", counterSizes[8:9], `sight.untold()`)
	}
}
