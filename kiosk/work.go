package kiosk

import (
	"context"
	"math"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
)

const (
	workerCount = 4
	idleMillis  = 10 * secondMillis // how long a worker sleeps at most
)

var workKinds = []ErrandKind{ErrandOpen, ErrandRetire, ErrandRefund, ErrandStray}

// Run does the errands and watches the gateway's lists until ctx ends; then it waits for what is
// under way and returns. One call per process.
func (s *Shop) Run(ctx context.Context) {
	if err := s.store.Abandon(ctx); err != nil {
		s.complain(ctx, "errands of before cannot be taken over", err) // their leases end by themselves
	}
	for ctx.Err() == nil {
		s.round(ctx)
		if ctx.Err() == nil {
			s.setBack(ctx)
		}
	}
}

// round lets everybody work until ctx ends or the clock is set back: then all that was planned by
// it lies too far ahead.
func (s *Shop) round(ctx context.Context) {
	ctx, end := context.WithCancel(ctx)
	defer end()
	var wg sync.WaitGroup
	wg.Go(func() { s.mindClock(ctx, end) })
	for name, work := range map[string]func(context.Context){
		"errands": s.work, "lists": s.watch, "patrol": s.patrol, "retention": s.retain,
	} {
		wg.Go(func() { s.supervise(ctx, name, work) })
	}
	wg.Wait()
}

const backSlack = 2 * secondMillis // a clock may go back by this much without a word

func (s *Shop) mindClock(ctx context.Context, end func()) {
	for last := s.now(); ctx.Err() == nil; last = max(last, s.now()) {
		s.sleep(ctx, nil, 5*secondMillis)
		if s.now() < last-backSlack {
			s.log.Warn("the clock was set back", "seconds", (last-s.now())/secondMillis)
			end()
		}
	}
}

// setBack plans anew what was planned by a clock that was ahead.
func (s *Shop) setBack(ctx context.Context) {
	s.forgetTimes()
	if err := s.store.Hasten(ctx, s.now()); err != nil {
		s.complain(ctx, "errands cannot be planned anew", err)
	}
}

// supervise begins work again when it has panicked, later each time: what it knew only of itself is
// gone, and everything that counts is stored.
func (s *Shop) supervise(ctx context.Context, name string, work func(context.Context)) {
	for pause := int64(secondMillis); ; pause = min(2*pause, minuteMillis) {
		if s.contained(ctx, name, work) || ctx.Err() != nil {
			return
		}
		s.sleep(ctx, nil, pause)
	}
}

// contained runs work and tells whether it ended by itself.
func (s *Shop) contained(ctx context.Context, name string, work func(context.Context)) (ended bool) {
	defer func() {
		if p := recover(); p != nil {
			s.log.Error("a worker panicked", "worker", name, "err", p, "stack", string(debug.Stack()))
		}
	}()
	work(ctx)
	return true
}

// work claims what is due, as much as there are hands for, and has it done. A claim is a write: it
// is made once for many errands, and not again before something was begun, fell due or made room.
func (s *Shop) work(ctx context.Context) {
	var hands sync.WaitGroup
	defer hands.Wait()
	var busy atomic.Int64
	for ctx.Err() == nil {
		room := workerCount - int(busy.Load())
		errands, err := s.claim(ctx, room)
		if err != nil {
			s.complain(ctx, "errands cannot be claimed", err)
			s.sleep(ctx, nil, secondMillis)
			continue
		}
		for _, e := range errands {
			busy.Add(1)
			hands.Go(func() {
				s.do(ctx, e)
				if busy.Add(-1) == workerCount-1 {
					s.wakeErrands() // there was no hand free; now there is
				}
			})
		}
		switch {
		case room == 0:
			s.sleep(ctx, s.errandsBegun(), idleMillis)
		case len(errands) < room:
			s.rest(ctx)
		}
	}
}

func (s *Shop) claim(ctx context.Context, n int) ([]Errand, error) {
	if n == 0 {
		return nil, nil
	}
	now := s.now()
	Crash("before-claim")
	errands, err := s.store.Claim(ctx, workKinds, now, now+leaseMillis, n)
	if len(errands) > 0 {
		Crash("after-claim")
	}
	return errands, err
}

// complain logs a failure of our own, but not that we are being stopped.
func (s *Shop) complain(ctx context.Context, what string, err error) {
	if ctx.Err() == nil {
		s.log.Error(what, "err", err)
	}
}

// rest waits until an errand was begun or has fallen due. It looks now and then whether another
// process has begun one, which is a read and costs a quiet house no write.
func (s *Shop) rest(ctx context.Context) {
	for {
		wait, err := s.untilDue(ctx, workKinds)
		if s.sleep(ctx, s.errandsBegun(), min(wait, idleMillis)) || wait <= idleMillis || err != nil {
			return
		}
	}
}

// never is how long one waits for an errand where there is none.
const never = int64(math.MaxInt64)

// untilDue returns how many milliseconds there are until the next errand of these kinds is due.
func (s *Shop) untilDue(ctx context.Context, kinds []ErrandKind) (int64, error) {
	due, err := s.store.NextDue(ctx, kinds)
	if err != nil || due == 0 {
		return never, err
	}
	return max(due-s.now(), 1), nil
}

// sleep waits for a nudge, the time, or the end, and tells whether it was cut short.
func (s *Shop) sleep(ctx context.Context, nudged <-chan struct{}, millis int64) (early bool) {
	t := time.NewTimer(time.Duration(millis) * time.Millisecond)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-nudged:
	case <-t.C:
		return false
	}
	return true
}

// do carries one errand out. The gateway is asked under ctx; what it answered is stored even while
// we are being stopped.
func (s *Shop) do(ctx context.Context, e Errand) {
	defer func() {
		if p := recover(); p != nil {
			s.log.Error("an errand panicked", "sale", e.Sale, "errand", e.Kind, "err", p, "stack", string(debug.Stack()))
		}
	}()
	sale, err := s.sale(ctx, e.Sale)
	if err == nil {
		err = s.carryOut(ctx, e, sale)
	}
	if err != nil {
		s.complain(ctx, "an errand failed", err)
		s.sleep(ctx, nil, secondMillis)
	}
}

func (s *Shop) carryOut(ctx context.Context, e Errand, sale *Sale) error {
	if !sale.owes(Duty{e.Kind, e.Link}) {
		return s.drop(ctx, e)
	}
	switch e.Kind {
	case ErrandOpen:
		return s.open(ctx, e, sale)
	case ErrandRetire:
		return s.retire(ctx, e, sale)
	case ErrandRefund:
		return s.refund(ctx, e, sale)
	case ErrandStray:
		return s.stray(ctx, e, sale)
	case ErrandLook: // the watcher's
	}
	return nil
}

func (s *Sale) owes(d Duty) bool {
	for _, has := range s.Duties() {
		if has == d {
			return true
		}
	}
	return false
}

// drop removes an errand whose duty is over.
func (s *Shop) drop(ctx context.Context, e Errand) error {
	return s.change(ctx, e.Register, func(tx Tx) error {
		sale, err := tx.Sale(e.Sale)
		if err != nil || sale.owes(Duty{e.Kind, e.Link}) {
			return err
		}
		return tx.End(sale, Duty{e.Kind, e.Link})
	})
}

func (s *Shop) sale(ctx context.Context, id string) (*Sale, error) {
	var sale *Sale
	err := s.store.View(ctx, func(r Reader) (err error) {
		sale, err = r.Sale(id)
		return err
	})
	return sale, err
}
