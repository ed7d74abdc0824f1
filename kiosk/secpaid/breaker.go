package secpaid

import (
	"math/rand/v2"
	"sync"
	"time"
)

// Five calls without contact within twenty seconds open the circuit. It stays open
// for five seconds at first, and for ten after a probe that failed: six probes a minute are no storm,
// and a gateway that is back is noticed within fifteen seconds (F36).
const (
	tripFailures = 5
	tripWindow   = 20 * time.Second
	firstOpen    = 5 * time.Second
	longestOpen  = 10 * time.Second
	probeWait    = time.Second
)

// Circuit says whether calls are let through.
type Circuit string

// The states of the circuit.
const (
	CircuitClosed  Circuit = "closed"  // calls go out
	CircuitOpen    Circuit = "open"    // none do
	CircuitProbing Circuit = "probing" // one does, or may
)

// verdict is what a call says about the gateway being there.
type verdict int

const (
	noWord  verdict = iota // the caller went away
	success                // it answered, be it a refusal
	failure
)

// breaker keeps calls away from a gateway that does not answer. It has no timer: whoever asks
// brings the time.
type breaker struct {
	mu        sync.Mutex
	failures  []time.Time // the latest, oldest first
	openUntil time.Time   // zero: closed
	open      time.Duration
	probing   bool
}

// pass is the leave to make one call.
type pass struct{ probe bool }

func newBreaker() *breaker { return &breaker{open: firstOpen} }

// blocked tells how long calls are kept back, 0 if they are not.
func (b *breaker) blocked(now time.Time) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.wait(now)
}

func (b *breaker) wait(now time.Time) time.Duration {
	switch {
	case b.openUntil.IsZero():
		return 0
	case now.Before(b.openUntil):
		return b.openUntil.Sub(now)
	case b.probing:
		return probeWait
	}
	return 0
}

// enter gives a pass, or says how long to wait. Every pass is given back by leave.
func (b *breaker) enter(now time.Time) (pass, time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if wait := b.wait(now); wait > 0 {
		return pass{}, wait
	}
	b.probing = !b.openUntil.IsZero()
	return pass{probe: b.probing}, 0
}

// leave tells what became of the call. Any contact closes the circuit, even that of a call which
// was under way when it opened.
func (b *breaker) leave(p pass, now time.Time, v verdict) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if p.probe {
		b.probing = false
	}
	switch {
	case v == success:
		b.failures, b.openUntil, b.open, b.probing = nil, time.Time{}, firstOpen, false
	case v == failure && p.probe:
		b.open = min(2*b.open, longestOpen)
		b.openUntil = now.Add(b.open)
	case v == failure && b.openUntil.IsZero():
		b.count(now)
	}
}

func (b *breaker) count(now time.Time) {
	b.failures = append(b.failures, now)
	if len(b.failures) > tripFailures {
		b.failures = b.failures[1:]
	}
	if len(b.failures) == tripFailures && now.Sub(b.failures[0]) <= tripWindow {
		b.failures, b.openUntil = nil, now.Add(b.open)
	}
}

func (b *breaker) state(now time.Time) (Circuit, time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.openUntil.IsZero():
		return CircuitClosed, time.Time{}
	case now.Before(b.openUntil):
		return CircuitOpen, b.openUntil
	}
	return CircuitProbing, b.openUntil
}

const (
	backoffBase = time.Second
	backoffMost = 60 * time.Second
)

// Backoff is how long to stay away after so many failures in a row: anything from nothing to
// twice as much each time, a minute at most (full jitter, so that many callers do not return at
// the same moment). The Wait of an error of [Client] carries it already.
func Backoff(failures int) time.Duration {
	most := backoffBase
	for range min(max(failures-1, 0), 10) {
		most = min(2*most, backoffMost)
	}
	return rand.N(most + 1)
}
