package views_test

import (
	"strings"
	"testing"

	"qrkiosk/views"
)

// TestScreens_signInFits: person, PIN, keys and OK are in sight at once on low and on small screens, in
// all languages of staff, and whoever stood here last among many is.
func TestScreens_signInFits(t *testing.T) {
	s := newStudio(t)
	for _, z := range []size{{1024, 600}, {360, 616}} {
		s.resize(z)
		for _, tag := range views.Speakers {
			for _, name := range []string{"signin", "signin-many", "signin-wait"} {
				s.open(tag, name)
				if hidden := ask[[]string](s, outOfSight); len(hidden) > 0 {
					t.Errorf("%v %s %s: %s", z, tag, name, strings.Join(hidden, ", "))
				}
			}
		}
	}
	s.resize(size{360, 400})
	if ask[[]string](s, outOfSight) == nil {
		t.Error("on a screen that is far too low nothing is missed: the test sees nothing")
	}
}

// outOfSight lists what cannot be seen or pressed without scrolling.
const outOfSight = `(() => {
	const page = document.scrollingElement;
	const wrong = [];
	if (page.scrollHeight > innerHeight || page.scrollWidth > innerWidth) wrong.push("the page is " + page.scrollWidth + "x" + page.scrollHeight);
	const seen = (el) => {
		const b = el.getBoundingClientRect();
		return [[b.left + 6, b.top + 6], [b.right - 6, b.bottom - 6]].every(([x, y]) => document.elementFromPoint(x, y)?.closest("button, input, label, select") === el);
	};
	const all = document.querySelectorAll("[data-digit], .go, #pin-field, .other, .person:has(:checked), .tongue select");
	for (const el of all) if (!seen(el)) wrong.push((el.id || el.className || el.tagName) + " " + (el.dataset.digit ?? ""));
	return wrong.length ? wrong : null;
})()`
