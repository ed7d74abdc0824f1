//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"time"
)

// notHere are crash points that a ring does not come by: those of the other engine, and those of
// duties that fall due once a day or by an act of the office, which no run waits for.
func notHere(point string, postgres bool) bool {
	switch {
	case strings.HasPrefix(point, "before-pg-"), strings.HasPrefix(point, "after-pg-"):
		return !postgres
	case point == "before-commit", point == "after-commit":
		return postgres
	}
	return slices.ContainsFunc([]string{"terms", "audit", "census", "vanished"}, func(duty string) bool {
		return strings.Contains(point, duty)
	})
}

// seldom are crash points of situations that take luck: a list of a thousand payments, a delete
// that no list explains. The server dies there when it comes by; a run does not owe them.
var seldom = []string{
	"before-further-list", "after-further-list", "before-witness", "after-witness",
	"before-retire-search", "after-retire-search", "before-stray-search", "after-stray-search",
	"before-refund", "after-refund",
}

func pointNames(root string, postgres bool) ([]string, error) {
	names, err := allPoints(root)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(names, func(p string) bool { return notHere(p, postgres) }), nil
}

// killRing kills every 50 to 250 ms with signal 9: at random, and at each crash point in turn; now
// and then it freezes instead.
func killRing(names []string) ring {
	r := ring{
		name: "kill", registers: 14, share: 60, gremlin: [2]time.Duration{150 * time.Millisecond, 600 * time.Millisecond},
		expects: []string{"kill", "freeze", "double-tap", "cancel", "forge", "decline", "second-writer-refused"},
		torment: func(ctx context.Context, w *world) error {
			return killer(ctx, w, names, 50*time.Millisecond, 250*time.Millisecond)
		},
	}
	for _, name := range names {
		if !slices.Contains(seldom, name) {
			r.expects = append(r.expects, "crash-"+name)
		}
	}
	return r
}

// killer lets the server live for a moment, over and over; every fourth life ends at a crash point, more
// of them while some are owed.
// The server is up when it returns.
func killer(ctx context.Context, w *world, names []string, low, high time.Duration) error {
	tried, deadly := map[string]int{}, ""
	for n := 1; ctx.Err() == nil; n++ {
		if err := w.oneLife(ctx, deadly, w.dice.between(low, high)); err != nil {
			return err
		}
		if ctx.Err() != nil {
			break // the server stays up
		}
		if n%15 == 0 || w.turns.owes("second-writer-refused") {
			w.tryTwice(ctx)
		}
		deadly = w.nextDeath(n, names, tried)
		if err := w.server.launch(w.lifeOf(deadly)...); err != nil {
			return err
		}
		err := w.server.up(ctx)
		if deadly == "" && w.fragile && errors.Is(err, errEnded) {
			err = w.startAgain(ctx)
		}
		if err != nil && ctx.Err() == nil && (deadly == "" || !errors.Is(err, errEnded)) {
			return err
		}
	}
	if deadly != "" {
		w.server.kill() // it was launched to die
	}
	if w.server.alive() {
		return nil
	}
	return w.startAgain(context.WithoutCancel(ctx))
}

// startAgain does what a service manager does with a server that cannot come up yet.
func (w *world) startAgain(ctx context.Context) error {
	for try := 0; ; try++ {
		err := w.start(ctx)
		if err == nil || !w.fragile || !errors.Is(err, errEnded) || try == 100 {
			return err
		}
		w.count.fire("refused-to-start")
		if !pause(ctx, 200*time.Millisecond) {
			return ctx.Err()
		}
	}
}

// nextDeath chooses the crash point where the next life ends, "" for any place: every second life is
// for one that is owed, and otherwise every fourth for one that was tried least.
func (w *world) nextDeath(n int, names []string, tried map[string]int) string {
	owed := w.turns.owedOf("crash-", names)
	switch {
	case len(owed) > 0 && n%2 == 0:
		names = owed
	case len(names) == 0 || n%4 != 0:
		return ""
	}
	point := w.leastTried(names, tried)
	tried[point]++
	return point
}

// leastTried is a crash point that was tried no more often than any other.
func (w *world) leastTried(names []string, tried map[string]int) string {
	least := 1 << 30
	for _, name := range names {
		least = min(least, tried[name])
	}
	few := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return tried[name] > least })
	return few[w.dice.number(len(few))]
}

// lifeOf are the variables of a life that ends at a crash point, at one of its first passages; at the
// very first where it is owed.
func (w *world) lifeOf(point string) []string {
	if point == "" {
		return nil
	}
	passage := 1 + w.dice.number(3)
	if w.turns.owes("crash-" + point) {
		passage = 1
	}
	return []string{fmt.Sprintf("QRKIOSK_CRASH=%s:%d", point, passage)}
}

// deadlyTime is how long a life waits for its crash point to come by, and owedTime where that is owed.
const (
	deadlyTime = 700 * time.Millisecond
	owedTime   = 3 * time.Second
)

// oneLife waits for the end of the life that has begun, and makes it if it does not come by itself.
func (w *world) oneLife(ctx context.Context, deadly string, span time.Duration) error {
	if deadly != "" {
		span = deadlyTime
	}
	if w.turns.owes("crash-" + deadly) {
		span = owedTime
	}
	t := time.NewTimer(span)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return nil
	case <-w.server.over():
		if deadly == "" && w.fragile {
			return nil
		}
		if deadly == "" {
			return fmt.Errorf("the server ended by itself: see %s", w.server.log)
		}
		w.count.fire("crash-" + deadly)
		w.count.fire("kill")
		return nil
	case <-t.C:
	}
	if deadly == "" && (w.dice.chance(25) || w.turns.owes("freeze")) {
		w.freeze(ctx, w.dice.between(100*time.Millisecond, 2*time.Second))
	}
	if w.server.kill() {
		w.count.fire("kill")
	}
	return nil
}

// freeze stops the process for a while and lets it go on, as an overloaded host does.
func (w *world) freeze(ctx context.Context, span time.Duration) {
	w.server.signal(syscall.SIGSTOP)
	pause(ctx, span)
	w.server.signal(syscall.SIGCONT)
	w.count.fire("freeze")
	pause(ctx, 50*time.Millisecond)
}

// tryTwice lets a second writer try to count a payment twice while the server is away.
func (w *world) tryTwice(ctx context.Context) {
	tried, refused, err := w.database().secondWriter(ctx)
	switch {
	case err != nil || !tried:
	case refused:
		w.count.fire("second-writer-refused")
	default:
		w.count.fire("second-writer-let-in")
	}
}
