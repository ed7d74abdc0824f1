package secpaid

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"qrkiosk/kiosk"
)

const (
	window  = 60 * time.Second
	maxWait = 10 * time.Second // nobody stands in line longer; the error says when to come again
)

// share limits how many calls of some lanes fit into one window, in sixtieths of the whole.
type share struct {
	lanes []kiosk.Lane
	part  int
}

// shares divides the window: 34 of 60 calls are kept for create and retire, 20 for
// looks, and 6 go to whoever is first in the order of lanes. Retires leave room for creates, and
// reports for looks.
var shares = []share{
	{[]kiosk.Lane{kiosk.LaneCreate, kiosk.LaneRetire, kiosk.LaneLook, kiosk.LaneReports}, 60},
	{[]kiosk.Lane{kiosk.LaneCreate, kiosk.LaneRetire}, 40},
	{[]kiosk.Lane{kiosk.LaneRetire}, 20},
	{[]kiosk.Lane{kiosk.LaneLook, kiosk.LaneReports}, 26},
	{[]kiosk.Lane{kiosk.LaneReports}, 6},
}

// budget is the account's calls of any sixty seconds. A call counts from its start until sixty
// seconds after its end: it reached the gateway somewhere between, so that the gateway can never
// count more than we do, however late a call arrives.
type budget struct {
	now       func() time.Time
	perMinute int

	mu      sync.Mutex
	slots   []*slot
	counts  map[kiosk.Lane]int // of the slots
	leaving time.Time          // when the next slot leaves the window, zero if all calls are under way
	waiting []*waiter          // by lane, then by arrival
	closed  time.Time          // no call before: the gateway said 429
}

type slot struct {
	b    *budget
	lane kiosk.Lane
	free time.Time // zero while the call is under way
}

type waiter struct {
	lane  kiosk.Lane
	ready chan *slot // buffered: a grant never blocks
}

func newBudget(perMinute int, now func() time.Time) *budget {
	return &budget{now: now, perMinute: perMinute, counts: map[kiosk.Lane]int{}}
}

// take waits for leave to make one call of a lane. A wait that would outlast ctx or ten seconds
// is refused at once with TooMany and how long it would be; a ctx that ends is NotSent.
func (b *budget) take(ctx context.Context, lane kiosk.Lane) (*slot, error) {
	w, next, err := b.enqueue(ctx, lane)
	if err != nil {
		return nil, err
	}
	enough := time.NewTimer(maxWait)
	defer enough.Stop()
	look := time.NewTimer(next)
	defer look.Stop()
	for {
		select {
		case s := <-w.ready:
			return s, nil
		case <-look.C:
			look.Reset(b.again())
		case <-enough.C:
			return nil, b.leave(w, tooMany(b.estimate(lane), errBudget))
		case <-ctx.Done():
			return nil, b.leave(w, notSent(KeyLimit, ctx.Err()))
		}
	}
}

var errBudget = errors.New("the calls of this minute are used up")

func (b *budget) enqueue(ctx context.Context, lane kiosk.Lane) (*waiter, time.Duration, error) {
	if ctx.Err() != nil {
		return nil, 0, notSent(KeyUnreachable, ctx.Err())
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	b.prune(now)
	wait := b.waitFor(lane, now)
	if deadline, ok := ctx.Deadline(); wait > maxWait || ok && now.Add(wait).After(deadline) {
		return nil, 0, tooMany(wait, errBudget)
	}
	w := &waiter{lane: lane, ready: make(chan *slot, 1)}
	at, _ := slices.BinarySearchFunc(b.waiting, lane, func(w *waiter, l kiosk.Lane) int {
		if w.lane <= l {
			return -1
		}
		return 1
	})
	b.waiting = slices.Insert(b.waiting, at, w)
	b.grant(now)
	return w, b.nextChange(now), nil
}

// leave takes w out of the line. What was granted to it meanwhile goes to the next.
func (b *budget) leave(w *waiter, why error) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.waiting = slices.DeleteFunc(b.waiting, func(x *waiter) bool { return x == w })
	select {
	case s := <-w.ready:
		b.remove(s)
	default:
	}
	return why
}

// again looks whether time alone has made room and returns when to look next.
func (b *budget) again() time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	b.prune(now)
	b.grant(now)
	return b.nextChange(now)
}

// grant serves the line in order. A lane that has used up its own share is passed over; while
// the whole is used up nobody gets past anybody.
func (b *budget) grant(now time.Time) {
	if now.Before(b.closed) {
		return
	}
	b.waiting = slices.DeleteFunc(b.waiting, func(w *waiter) bool {
		if !b.room(w.lane) {
			return false
		}
		s := &slot{b: b, lane: w.lane}
		b.slots = append(b.slots, s)
		b.counts[s.lane]++
		w.ready <- s
		return true
	})
}

func (b *budget) room(lane kiosk.Lane) bool {
	for _, sh := range shares {
		if slices.Contains(sh.lanes, lane) && b.used(sh) >= b.most(sh) {
			return false
		}
	}
	return true
}

func (b *budget) used(sh share) int {
	n := 0
	for _, lane := range sh.lanes {
		n += b.counts[lane]
	}
	return n
}

func (b *budget) most(sh share) int { return max(1, sh.part*b.perMinute/60) }

// prune forgets the calls that have left the window.
func (b *budget) prune(now time.Time) {
	if b.leaving.IsZero() || now.Before(b.leaving) {
		return
	}
	b.leaving = time.Time{}
	b.forget(func(s *slot) bool {
		if s.free.IsZero() {
			return false
		}
		if now.Before(s.free) {
			b.leaves(s.free)
			return false
		}
		return true
	})
}

// forget takes slots out of the window.
func (b *budget) forget(which func(*slot) bool) {
	b.slots = slices.DeleteFunc(b.slots, func(s *slot) bool {
		gone := which(s)
		if gone {
			b.counts[s.lane]--
		}
		return gone
	})
}

// leaves notes that a slot leaves the window at a time.
func (b *budget) leaves(at time.Time) {
	if b.leaving.IsZero() || at.Before(b.leaving) {
		b.leaving = at
	}
}

// nextChange is the time until the next call leaves the window or a closed one opens.
func (b *budget) nextChange(now time.Time) time.Duration {
	if now.Before(b.closed) {
		return b.closed.Sub(now)
	}
	next := window
	if !b.leaving.IsZero() {
		next = min(next, b.leaving.Sub(now))
	}
	return max(next, time.Millisecond)
}

// estimate is how long a new call of the lane would wait.
func (b *budget) estimate(lane kiosk.Lane) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	return max(b.waitFor(lane, b.now()), time.Second)
}

func (b *budget) waitFor(lane kiosk.Lane, now time.Time) time.Duration {
	wait := max(0, b.closed.Sub(now))
	for _, sh := range shares {
		if slices.Contains(sh.lanes, lane) {
			wait = max(wait, b.waitInShare(sh, lane, now))
		}
	}
	return wait
}

// waitInShare is the time until a share has room for those who stand before us and for us.
func (b *budget) waitInShare(sh share, lane kiosk.Lane, now time.Time) time.Duration {
	need := 1 + b.used(sh) - b.most(sh)
	for _, w := range b.waiting {
		if w.lane <= lane && slices.Contains(sh.lanes, w.lane) {
			need++
		}
	}
	if need <= 0 {
		return 0
	}
	leaving := b.departures(sh, now)
	if need > len(leaving) {
		return window
	}
	return max(0, leaving[need-1].Sub(now))
}

// departures are the times at which the calls of a share leave the window, the soonest first.
func (b *budget) departures(sh share, now time.Time) (all []time.Time) {
	for _, s := range b.slots {
		switch {
		case !slices.Contains(sh.lanes, s.lane):
		case s.free.IsZero():
			all = append(all, now.Add(window))
		default:
			all = append(all, s.free)
		}
	}
	slices.SortFunc(all, time.Time.Compare)
	return all
}

// close keeps every call back until a moment: the gateway counts otherwise than we do.
func (b *budget) close(until time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if until.After(b.closed) {
		b.closed = until
	}
}

func (b *budget) state() (used, perMinute int, closedUntil time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	b.prune(now)
	if now.Before(b.closed) {
		closedUntil = b.closed
	}
	return len(b.slots), b.perMinute, closedUntil
}

// done starts the sixty seconds after which the call no longer counts.
func (s *slot) done(now time.Time) {
	s.b.mu.Lock()
	defer s.b.mu.Unlock()
	s.free = now.Add(window)
	s.b.leaves(s.free)
}

// undo gives the slot back: the call never left.
func (s *slot) undo() {
	s.b.mu.Lock()
	defer s.b.mu.Unlock()
	s.b.remove(s)
}

func (b *budget) remove(s *slot) {
	b.forget(func(x *slot) bool { return x == s })
	now := b.now()
	b.prune(now)
	b.grant(now)
}
