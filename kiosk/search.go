package kiosk

import (
	"context"
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
	trailPage   = 50
	trailBatch  = 500
	trailLooked = 20_000 // entries one search looks at; its next page goes on
	searchMost  = 200
)

// Trail searches the office's journal, newest first. next is the Before of the following page, 0 at
// the end. A text of more than 200 bytes is [Invalid].
func (s *Shop) Trail(ctx context.Context, by Clerk, q TrailQuery) (found []Event, next int64, err error) {
	if err := by.organizes(); err != nil {
		return nil, 0, err
	}
	if len(q.Text) > searchMost {
		return nil, 0, &Error{Code: Invalid, Key: KeySearch, Field: "q"}
	}
	q.Text = strings.ToLower(strings.TrimSpace(q.Text))
	err = s.store.View(ctx, func(r Reader) (err error) {
		found, next, err = search(r, q)
		return err
	})
	return found, next, err
}

func search(r Reader, q TrailQuery) (found []Event, next int64, err error) {
	newest, err := r.Trail(OfficeStream, TrailScan{Before: q.Before, N: 1})
	if err != nil || len(newest) == 0 || (q.From > 0 && newest[0].At < q.From) {
		return nil, 0, err
	}
	scan := TrailScan{Before: newest[0].Seq + 1, Word: asciiRun(q.Text), N: trailBatch}
	if scan.After = max(0, newest[0].Seq-trailLooked); q.Text == "" {
		scan.N = trailPage
	}
	for {
		some, err := r.Trail(OfficeStream, scan)
		if err != nil {
			return nil, 0, err
		}
		for _, e := range some {
			scan.Before = e.Seq
			if q.From > 0 && e.At < q.From {
				return found, 0, nil
			}
			if !q.matches(e) {
				continue
			}
			if found = append(found, e); len(found) == trailPage {
				return found, scan.Before, nil
			}
		}
		switch {
		case len(some) == scan.N:
		case scan.After == 0:
			return found, 0, nil
		default:
			return found, scan.After + 1, nil
		}
	}
}

// asciiRun is the longest part of a text whose letters every database makes small in the same way;
// the store looks for it, and we for the whole.
func asciiRun(text string) (longest string) {
	for _, run := range strings.FieldsFunc(text, func(r rune) bool { return r > unicode.MaxASCII }) {
		if len(run) > len(longest) {
			longest = run
		}
	}
	return longest
}

func (q TrailQuery) matches(e Event) bool {
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

// Names are what IDs of the journal are called at present: people of the office and of stalls,
// stalls and registers. Somebody who was removed has a pseudonym.
func (s *Shop) Names(ctx context.Context) (map[string]string, error) {
	names := map[string]string{}
	err := s.store.View(ctx, func(r Reader) error {
		logins, err := r.Logins()
		if err != nil {
			return err
		}
		for _, l := range logins {
			names[l.ID] = l.Name
		}
		stalls, err := r.Stalls()
		for _, stall := range stalls {
			names[stall.ID] = stall.Name
			if err := namesOf(r, stall, names); err != nil {
				return err
			}
		}
		return err
	})
	return names, err
}

func namesOf(r Reader, stall Stall, names map[string]string) error {
	registers, err := r.Registers(stall.ID)
	if err != nil {
		return err
	}
	for _, g := range registers {
		names[g.ID] = stall.Name + ", " + g.Name
	}
	people, err := r.StaffOf(stall.ID)
	for _, p := range people {
		names[p.ID] = p.Name
	}
	return err
}
