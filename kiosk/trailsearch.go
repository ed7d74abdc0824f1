package kiosk

// TrailReader searches the journal.
type TrailReader interface {
	// Trail returns events of a stream, newest first.
	Trail(stream string, q TrailScan) ([]Event, error)
}

// TrailScan is a part of a stream.
type TrailScan struct {
	Before int64  // seq, 0 for the end
	After  int64  // seq
	Word   string // signs of ASCII in kind, subject, actor or data, no letters; "" for every entry
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
