package office

import (
	"context"
	"strings"
	"unicode"

	"qrkiosk/kiosk"
)

// Trail is the office's stream as people search it.
type Trail struct {
	store kiosk.Store
}

// Search searches the office's journal, newest first. next is the Before of the following page, 0 at
// the end. A text of more than 200 bytes is [kiosk.Invalid].
func (tr *Trail) Search(ctx context.Context, by kiosk.OfficeActor, q kiosk.TrailQuery) (found []kiosk.Event, next int64, err error) {
	if err := by.CheckOrganizer(); err != nil {
		return nil, 0, err
	}
	if len(q.Text) > searchMost {
		return nil, 0, &kiosk.Error{Code: kiosk.Invalid, Key: kiosk.KeySearch, Field: "q"}
	}
	q.Text = plain(strings.TrimSpace(q.Text))
	err = tr.store.View(ctx, func(r kiosk.Reader) (err error) {
		found, next, err = Search(r, q)
		return err
	})
	return found, next, err
}

// NamesByID are what IDs of the journal are called at present: people of the office and of stalls,
// stalls and registers. Somebody who was removed has a pseudonym.
func (tr *Trail) NamesByID(ctx context.Context) (map[string]string, error) {
	names := map[string]string{}
	err := tr.store.View(ctx, func(r kiosk.Reader) error {
		logins, err := r.Users()
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

// Search returns the newest events of the trail that match, and where the next page begins, 0 if there is none.
func Search(r kiosk.TrailReader, q kiosk.TrailQuery) (found []kiosk.Event, next int64, err error) {
	newest, err := r.Trail(kiosk.OfficeStream, kiosk.TrailScan{Before: q.Before, N: 1})
	if err != nil || len(newest) == 0 || (q.From > 0 && newest[0].At < q.From) {
		return nil, 0, err
	}
	scan := kiosk.TrailScan{Before: newest[0].Seq + 1, Word: bareRun(q.Text), N: trailBatch}
	if scan.After = max(0, newest[0].Seq-trailLooked); q.Text == "" {
		scan.N = trailPage
	}
	for {
		some, err := r.Trail(kiosk.OfficeStream, scan)
		if err != nil {
			return nil, 0, err
		}
		for _, e := range some {
			scan.Before = e.Seq
			if q.From > 0 && e.At < q.From {
				return found, 0, nil
			}
			if !matches(q, e) {
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

func namesOf(r kiosk.StallReader, stall kiosk.Stall, names map[string]string) error {
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

const (
	trailPage   = 50     // entries of a page
	trailBatch  = 500    // entries read at once
	trailLooked = 20_000 // entries one search looks at; its next page goes on
	searchMost  = 200    // bytes of a question
)

// bareRun is the longest part of a text that accents and case do not change, as of a number; the store
// looks for it, and we for the whole.
func bareRun(text string) (longest string) {
	changes := func(r rune) bool { return r > unicode.MaxASCII || unicode.IsLetter(r) }
	for _, run := range strings.FieldsFunc(text, changes) {
		if len(run) > len(longest) {
			longest = run
		}
	}
	return longest
}

// matches tells whether an event is one of those that were asked for.
func matches(q kiosk.TrailQuery, e kiosk.Event) bool {
	if q.To > 0 && e.At >= q.To {
		return false
	}
	if q.Text == "" {
		return true
	}
	for _, in := range []string{e.Kind, e.Subject, e.Actor, e.Data} {
		if strings.Contains(plain(in), q.Text) {
			return true
		}
	}
	return false
}
