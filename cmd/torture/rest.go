//go:build unix

package main

import (
	"context"
	"fmt"
	"io"
	"regexp"
	"time"
)

// calmTime is how long a world may take to come to rest: longer than the longest pause between looks
// at a sale that is not.
const calmTime = 8 * time.Minute

// strayTime is how long the link of an attempt that was given up may stay payable before its search is
// made due. Tries are counted before they are made and each one doubles the wait for the next, so that
// many short lives can leave a wait of an hour: longer than a run has.
const strayTime = 90 * time.Second

// rest waits until nothing is in the air any more, stops the server in order, and reads everything
// once more.
func (w *world) rest(ctx context.Context, say io.Writer) error {
	if !w.server.alive() {
		if err := w.start(ctx); err != nil {
			return err
		}
	}
	began, hurried := time.Now(), false
	for n := 1; ; n++ {
		air, err := w.inTheAir(ctx)
		if err != nil {
			return err
		}
		took := time.Since(began).Round(time.Second)
		switch {
		case air.nothing():
			_, _ = fmt.Fprintf(say, "%s: at rest after %v\n", w.ring, took)
			return w.twice(ctx)
		case took > w.patience:
			_, _ = fmt.Fprintf(say, "%s: not at rest within %v: %v\n", w.ring, w.patience, air)
			return w.twice(ctx)
		case took > strayTime && air.linksAlone() && !hurried:
			hurried = true
			if err := w.searchNow(ctx); err != nil {
				return err
			}
		case n%10 == 0:
			_, _ = fmt.Fprintf(say, "%s: %v, the sales are over, still in the air: %v\n", w.ring, took, air)
		}
		if !pause(ctx, 2*time.Second) {
			return ctx.Err()
		}
	}
}

// searchNow lets the time pass until every search for a stray link is due. An attempt that has no such
// errand is not helped by it.
func (w *world) searchNow(ctx context.Context) error {
	w.stopInOrder()
	if err := w.database().strayDue(ctx); err != nil {
		return err
	}
	return w.start(ctx)
}

// inTheAir is what is not at rest yet.
type inTheAir struct {
	sales                     map[string]int // by state
	links, webhooks, payments int
}

func (w *world) inTheAir(ctx context.Context) (air inTheAir, err error) {
	if err := w.book.follow(); err != nil {
		return air, err
	}
	if air.sales, err = w.database().restless(ctx); err != nil {
		return air, err
	}
	air.links, air.webhooks = w.payable(), w.book.waiting()
	if air.nothing() { // only then, since it reads the whole database
		air.payments = w.unseen(ctx)
	}
	return air, nil
}

func (a inTheAir) nothing() bool { return len(a.sales)+a.links+a.webhooks+a.payments == 0 }

// linksAlone tells whether there are payable links and nothing else.
func (a inTheAir) linksAlone() bool { return a.links > 0 && len(a.sales)+a.webhooks == 0 }

func (a inTheAir) String() string {
	return fmt.Sprintf("sales %v, %d payable links, %d webhooks, %d payments unseen", a.sales, a.links, a.webhooks, a.payments)
}

// payable counts the links of ours that can still be paid.
func (w *world) payable() int {
	w.book.mu.Lock()
	defer w.book.mu.Unlock()
	n := 0
	for _, l := range w.book.links {
		if l.Status == "Unused" && isRef(l.ref()) {
			n++
		}
	}
	return n
}

// unseen counts the good payments of the book whose row the program has not stored yet.
func (w *world) unseen(ctx context.Context) int {
	facts, err := readFacts(ctx, w.database())
	if err != nil {
		return 1
	}
	n := 0
	w.book.mu.Lock()
	defer w.book.mu.Unlock()
	for _, p := range w.book.payments {
		if l := w.book.links[p.Link]; p.good() && l != nil && facts.ours(l) && facts.rowOf(p) == nil {
			n++
		}
	}
	return n
}

// stopInOrder asks the server to end and complains if it does not do so in time and with success.
func (w *world) stopInOrder() {
	if err := w.server.stop(20 * time.Second); err != nil {
		w.complain("the server did not stop in order: %v", err)
	}
}

// twice starts the server once more at the end: reading the same lists again must change nothing.
func (w *world) twice(ctx context.Context) error {
	w.stopInOrder()
	before, err := readFacts(ctx, w.database())
	if err != nil {
		return err
	}
	if err := w.start(ctx); err != nil {
		return err
	}
	pause(ctx, 3*time.Second)
	w.stopInOrder()
	after, err := readFacts(ctx, w.database())
	if err != nil {
		return err
	}
	for id, s := range before.sales {
		if again := after.sales[id]; again == nil {
			w.complain("I8: sale %s is gone after the same lists were read again", s.Number)
		} else if was, is := withoutAnswered(s.doc), withoutAnswered(again.doc); was != is {
			w.complain("I8: sale %s changed when the same lists were read again: %s", s.Number, differs(was, is))
		}
	}
	return nil
}

var answered = regexp.MustCompile(`"MarkAnswered":\d+`)

// withoutAnswered leaves out up to which odd delivery the lists have been read for a link. A delivery that
// came just before the end is answered by the next reading, and no state of a sale that is over says so.
func withoutAnswered(doc string) string { return answered.ReplaceAllString(doc, "") }

// differs tells where two documents part, with a little of what stands around it.
func differs(was, is string) string {
	const around = 60
	at := 0
	for at < min(len(was), len(is)) && was[at] == is[at] {
		at++
	}
	from := max(0, at-around)
	return fmt.Sprintf("%q became %q", was[from:min(len(was), at+around)], is[from:min(len(is), at+around)])
}
