//go:build unix

package main

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Most of what goes wrong is drawn by dice, and dice can leave anything out, the more so in a short
// run. From three quarters of the sales on, therefore, whatever is expected and has not happened is
// owed: who can bring it about does so before anything else, one fault after the other in the order
// of their names, and cashiers sell until nothing is owed any more.

// turnTime is how long cashiers go on beyond their sales for what is owed. What does not come by
// then will not come, and fails the run.
const turnTime = 6 * time.Minute

// turns knows how far the sales have come, and what has to go wrong before the end and has not.
type turns struct {
	plan  plan
	count *counters
	next  atomic.Int64 // the last sale begun

	mu     sync.Mutex
	beyond time.Time // when the sales were through, zero before
}

// owed lists what has to happen before the end, in the order of its turns.
func (t *turns) owed() []string {
	if t.next.Load() < t.plan.sales*3/4 {
		return nil
	}
	return t.count.missing()
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
func (t *turns) silent() []string {
	var names []string
	for _, name := range t.count.missing() {
		if !slices.Contains(t.plan.shared, name) {
			names = append(names, t.plan.ring+": "+name)
		}
	}
	return names
}

// owes tells whether a fault has its turn.
func (t *turns) owes(name string) bool { return slices.Contains(t.owed(), name) }

// owedOf picks from names those that are owed under a prefix.
func (t *turns) owedOf(prefix string, names []string) []string {
	owed := t.owed()
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !slices.Contains(owed, prefix+name) })
}

// enough tells whether the sale with this number is one too many.
func (t *turns) enough(n int64) bool {
	if n <= t.plan.sales {
		return false
	}
	t.mu.Lock()
	if t.beyond.IsZero() {
		t.beyond = time.Now()
	}
	late := time.Since(t.beyond) > turnTime
	t.mu.Unlock()
	return late || len(t.owed()) == 0
}

// restAfter is how long a cashier rests at most behind the sale with this number: longer behind those
// that are only made to keep the world going.
func (t *turns) restAfter(n int64) time.Duration {
	if n > t.plan.sales {
		return 4 * t.plan.leisure
	}
	return t.plan.leisure
}

// owedNetFault is the fault of a proxy whose turn it is.
func (t *turns) owedNetFault(p *proxy) netFault {
	owed := t.owed()
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
