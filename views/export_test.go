package views

import (
	"maps"
	"slices"
	"strings"
)

// What the tests that draw pages need from inside: they stand outside, since pages are the wings'.
var (
	Speakers    = speakers
	Official    = official
	ScriptWords = scriptWords
)

// Lang is the language of the lexicon, "en".
func (l *Lexicon) Lang() string { return l.lang }

// Keys are those of every message of the lexicon itself, in order.
func (l *Lexicon) Keys() []string { return slices.Sorted(maps.Keys(l.texts)) }

// Says tells whether the lexicon itself has words for a key.
func (l *Lexicon) Says(key string) bool { return strings.TrimSpace(l.texts[key].text) != "" }
