package views_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestScreens_keyboard walks through every page of the office and of a stall's owner with the
// tabulator alone: it leads to whatever can be pressed or filled in, and everywhere it is seen.
func TestScreens_keyboard(t *testing.T) {
	s := newStudio(t)
	s.stage("en")
	s.resize(sizes[0])
	if found := s.tabThrough("xx", "bad"); len(found) == 0 {
		t.Error("a link without an outline, and one that is left out, would not be noticed")
	}
	for _, name := range sceneNames() {
		if strings.HasPrefix(name, "office-") || strings.HasPrefix(name, "owner-") {
			for _, fault := range s.tabThrough("en", name) {
				t.Errorf("%s: %s", name, fault)
			}
		}
	}
}

// tabThrough presses the tabulator until the focus leaves the page behind its last element. A date
// alone has four stops.
func (s *studio) tabThrough(lang, name string) []string {
	s.t.Helper()
	n := ask[int](s, fmt.Sprintf(`stage.show(%q, %q); stage.walk()`, lang, name))
	s.do(chromedp.MouseClickXY(0, 0)) // whoever left the page has to come back, and begins at its top
	ask[bool](s, `document.body.tabIndex = -1; document.body.focus(); document.body.removeAttribute("tabindex"); true`)
	for pressed := 0; pressed < 4*n+20; pressed += 4 {
		s.do(chromedp.KeyEvent("\t\t\t\t"))
		if ask[bool](s, `document.activeElement === document.body`) {
			break
		}
	}
	return ask[[]string](s, `stage.walked()`)
}
