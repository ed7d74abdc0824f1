//go:build unix

package main

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Most of what goes wrong is drawn by dice, and dice can leave anything out, the more so in a short
// run. From three quarters of the sales on, therefore, whatever is expected and has not happened is
// owed: who can bring it about does so before anything else, one fault after the other in the order
// of their names, and cashiers sell until nothing is owed any more.

// turnTime is how long cashiers go on beyond their sales for what is owed. What does not come by
// then will not come, and fails the run.
const turnTime = 6 * time.Minute

// owed lists what has to happen before the end, in the order of its turns.
func (w *world) owed() []string {
	if w.next.Load() < w.sales*3/4 {
		return nil
	}
	return w.count.missing()
}

// owing says what is owed in a few words.
func owing(owed []string) string {
	if len(owed) == 0 {
		return ""
	}
	first := owed[:min(3, len(owed))]
	return fmt.Sprintf(", %d faults owed: %s", len(owed), strings.Join(first, ", "))
}

// silent lists what this ring alone had to bring about and did not.
func (w *world) silent() []string {
	var names []string
	for _, name := range w.count.missing() {
		if !slices.Contains(w.shared, name) {
			names = append(names, w.ring+": "+name)
		}
	}
	return names
}

// owes tells whether a fault has its turn.
func (w *world) owes(name string) bool { return slices.Contains(w.owed(), name) }

// owedOf picks from names those that are owed under a prefix.
func (w *world) owedOf(prefix string, names []string) []string {
	owed := w.owed()
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !slices.Contains(owed, prefix+name) })
}

// enough tells whether the sale with this number is one too many.
func (w *world) enough(n int64) bool {
	if n <= w.sales {
		return false
	}
	w.mu.Lock()
	if w.beyond.IsZero() {
		w.beyond = time.Now()
	}
	late := time.Since(w.beyond) > turnTime
	w.mu.Unlock()
	return late || len(w.owed()) == 0
}

// restAfter is how long a cashier rests at most behind the sale with this number: longer behind those
// that are only made to keep the world going.
func (w *world) restAfter(n int64) time.Duration {
	if n > w.sales {
		return 4 * w.leisure
	}
	return w.leisure
}

// owedNetFault is the fault of a proxy whose turn it is.
func (w *world) owedNetFault(p *proxy) netFault {
	owed := w.owed()
	for _, what := range p.faults {
		if slices.Contains(owed, p.counted(what)) {
			return what
		}
	}
	return healthy
}

// shared lists what a run has to come by in any of its rings, and whichever comes first owes it: the
// faults of the gateway and the fates of customers.
func shared(quick bool) []string {
	var names []string
	for _, name := range gatewayFaults(quick) {
		names = append(names, "gateway-"+name)
	}
	for i := range fates {
		names = append(names, "fate-"+fates[i].name)
	}
	return names
}
