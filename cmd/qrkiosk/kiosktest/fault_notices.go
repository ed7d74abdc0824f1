package kiosktest

import (
	"slices"
	"testing"

	"qrkiosk/cmd/qrkiosk/kiosktest/markup"
)

// Count is how many snapshots had an element that matches the selector and the one before had not.
func (w *Watcher) Count(t testing.TB, selector string) (n int) {
	t.Helper()
	w.Mu.Lock()
	defer w.Mu.Unlock()
	before := false
	for _, html := range w.html {
		has := markup.Parse(t, html).Has(selector)
		if has && !before {
			n++
		}
		before = has
	}
	return n
}

// Frames is how much a screen was told of so far.
func (s *Watcher) Frames() int {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	return len(s.html)
}

// Told are the states that a screen was told of from a frame on, each as often as it changed: how many
// frames say the same depends on whose turn it was.
func (s *Watcher) Told(t testing.TB, from int) (states []string) {
	t.Helper()
	s.Mu.Lock()
	defer s.Mu.Unlock()
	for _, html := range s.html[from:] {
		if page := markup.Parse(t, html); page.Has("#screen") {
			states = append(states, page.Attr("#screen", "data-shows"))
		}
	}
	return slices.Compact(states)
}
