package kiosk

import (
	"strings"
	"unicode"
)

// TrailReader searches the journal.
type TrailReader interface {
	// Trail returns events of a stream, newest first.
	Trail(stream string, q TrailScan) ([]Event, error)
}

// TrailScan is a part of a stream.
type TrailScan struct {
	Before int64  // seq, 0 for the end
	After  int64  // seq
	Word   string // small letters of ASCII in kind, subject, actor or data; "" for every entry
	N      int    // at most so many
}

// TrailQuery asks for entries of the office's journal; empty fields match everything.
type TrailQuery struct {
	Before int64  // seq
	Text   string // in kind, subject, actor or what changed
	From   int64  // Unix milliseconds, 0 without limit
	To     int64  // Unix milliseconds, not included; 0 without limit
}

// The keys of messages about searching the journal.
const (
	KeySearch    = "office-search-long"
	KeyTrailDays = "office-trail-days"
)

const (
	TrailPage   = 50     // entries of a page
	TrailBatch  = 500    // entries read at once
	TrailLooked = 20_000 // entries one search looks at; its next page goes on
	SearchMost  = 200    // bytes of a question
)

// AsciiRun is the longest part of a text whose letters every database makes small in the same way;
// the store looks for it, and we for the whole.
func AsciiRun(text string) (longest string) {
	for _, run := range strings.FieldsFunc(text, func(r rune) bool { return r > unicode.MaxASCII }) {
		if len(run) > len(longest) {
			longest = run
		}
	}
	return longest
}

// Matches tells whether an event is one of those that were asked for.
func (q TrailQuery) Matches(e Event) bool {
	if q.To > 0 && e.At >= q.To {
		return false
	}
	if q.Text == "" {
		return true
	}
	for _, in := range []string{e.Kind, e.Subject, e.Actor, e.Data} {
		if strings.Contains(strings.ToLower(in), q.Text) {
			return true
		}
	}
	return false
}
