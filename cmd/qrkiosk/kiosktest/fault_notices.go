package kiosktest

import (
	"regexp"
	"slices"
	"strings"
)

// Count is how many snapshots had these words that the one before had not.
func (w *Watcher) Count(words string) (n int) {
	w.Mu.Lock()
	defer w.Mu.Unlock()
	before := false
	for _, html := range w.html {
		has := strings.Contains(html, words)
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
func (s *Watcher) Told(from int) (states []string) {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	for _, html := range s.html[from:] {
		if m := shownState.FindStringSubmatch(html); m != nil {
			states = append(states, m[1])
		}
	}
	return slices.Compact(states)
}

var shownState = regexp.MustCompile(`data-shows="([a-z-]+)"`)
