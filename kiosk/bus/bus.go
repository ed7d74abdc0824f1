// Package bus tells whoever shows something that a stream has changed. It owns the way a ring
// travels and nothing else: no truth, no queue that must not be lost, no rendering. It imports
// the domain only.
package bus

import (
	"slices"
	"sync"
	"sync/atomic"

	"qrkiosk/kiosk"
)

var _ kiosk.Bus = (*Local)(nil)

// Local carries rings within this process. It may be used by any number of goroutines.
type Local struct {
	mu       sync.Mutex // held while the list of handlers changes
	handlers atomic.Pointer[[]*handler]
}

type handler struct {
	call func(stream string, version int64)
	gone atomic.Bool
}

// NewLocal makes a bus that nobody listens to yet.
func NewLocal() *Local {
	l := &Local{}
	l.handlers.Store(&[]*handler{})
	return l
}

// Ring calls every handler, in the order of subscription, on the caller's goroutine. Rings of one
// stream may overtake each other: a handler keeps the largest version it has seen.
func (l *Local) Ring(stream string, version int64) {
	for _, h := range *l.handlers.Load() {
		if !h.gone.Load() {
			h.call(stream, version)
		}
	}
}

// Subscribe has call called for every ring until cancel is called. call runs on the goroutine of
// whoever rings, behind a commit that a cashier waits for: it must only note the ring and return,
// must not block, and may be called by several goroutines at once. It may ring, subscribe and
// cancel. A ring that is under way while cancel is called may still arrive; cancelling again does
// nothing.
func (l *Local) Subscribe(call func(stream string, version int64)) (cancel func()) {
	h := &handler{call: call}
	l.change(func(hs []*handler) []*handler { return append(hs, h) })
	return func() {
		h.gone.Store(true)
		l.change(func(hs []*handler) []*handler {
			return slices.DeleteFunc(hs, func(other *handler) bool { return other == h })
		})
	}
}

// change replaces the list by a changed copy, so that Ring needs no lock.
func (l *Local) change(edit func([]*handler) []*handler) {
	l.mu.Lock()
	defer l.mu.Unlock()
	hs := edit(slices.Clone(*l.handlers.Load()))
	l.handlers.Store(&hs)
}
