package reconcile

import (
	"context"
	"math"
	"runtime/debug"
	"sync"
	"sync/atomic"

	"qrkiosk/kiosk"
)

const (
	workerCount = 4
	idleMillis  = 10 * kiosk.SecondMillis // how long a worker sleeps at most
)

var workKinds = []kiosk.ErrandKind{kiosk.ErrandOpen, kiosk.ErrandRetire, kiosk.ErrandRefund, kiosk.ErrandStray}

// Run does the errands and watches the gateway's lists until ctx ends; then it waits for what is
// under way and returns. One call per process.
func (rc *Reconciler) Run(ctx context.Context) {
	if err := rc.store.Abandon(ctx); err != nil {
		rc.kernel.Complain(ctx, "errands of before cannot be taken over", err) // their leases end by themselves
	}
	for ctx.Err() == nil {
		rc.round(ctx)
		if ctx.Err() == nil {
			rc.setBack(ctx)
		}
	}
}

// round lets everybody work until ctx ends or the clock is set back: then all that was planned by
// it lies too far ahead.
func (rc *Reconciler) round(ctx context.Context) {
	ctx, end := context.WithCancel(ctx)
	defer end()
	var wg sync.WaitGroup
	wg.Go(func() { rc.mindClock(ctx, end) })
	for name, work := range map[string]func(context.Context){
		"errands": rc.work, "lists": rc.pollLists, "patrol": rc.patrol,
	} {
		wg.Go(func() { rc.kernel.Supervise(ctx, name, work) })
	}
	wg.Wait()
}

const backSlack = 2 * kiosk.SecondMillis // a clock may go back by this much without a word

func (rc *Reconciler) mindClock(ctx context.Context, end func()) {
	for last := rc.kernel.Now(); ctx.Err() == nil; last = max(last, rc.kernel.Now()) {
		rc.kernel.Sleep(ctx, nil, 5*kiosk.SecondMillis)
		if rc.kernel.Now() < last-backSlack {
			rc.log.Warn("the clock was set back", "seconds", (last-rc.kernel.Now())/kiosk.SecondMillis)
			end()
		}
	}
}

// setBack plans anew what was planned by a clock that was ahead.
func (rc *Reconciler) setBack(ctx context.Context) {
	rc.kernel.ForgetTimes()
	if err := rc.store.Hasten(ctx, rc.kernel.Now()); err != nil {
		rc.kernel.Complain(ctx, "errands cannot be planned anew", err)
	}
}

// work claims what is due, as much as there are hands for, and has it done. A claim is a write: it
// is made once for many errands, and not again before something was begun, fell due or made room.
func (rc *Reconciler) work(ctx context.Context) {
	var hands sync.WaitGroup
	defer hands.Wait()
	var busy atomic.Int64
	for ctx.Err() == nil {
		room := workerCount - int(busy.Load())
		errands, err := rc.claim(ctx, room)
		if err != nil {
			rc.kernel.Complain(ctx, "errands cannot be claimed", err)
			rc.kernel.Sleep(ctx, nil, kiosk.SecondMillis)
			continue
		}
		for _, e := range errands {
			busy.Add(1)
			hands.Go(func() {
				rc.do(ctx, e)
				if busy.Add(-1) == workerCount-1 {
					rc.kernel.WakeErrands() // there was no hand free; now there is
				}
			})
		}
		switch {
		case room == 0:
			rc.kernel.Sleep(ctx, rc.kernel.ErrandsBegun(), idleMillis)
		case len(errands) < room:
			rc.rest(ctx)
		}
	}
}

func (rc *Reconciler) claim(ctx context.Context, n int) ([]kiosk.Errand, error) {
	if n == 0 {
		return nil, nil
	}
	now := rc.kernel.Now()
	kiosk.Crash("before-claim")
	errands, err := rc.store.Claim(ctx, workKinds, now, now+leaseMillis, n)
	if len(errands) > 0 {
		kiosk.Crash("after-claim")
	}
	return errands, err
}

// rest waits until an errand was begun or has fallen due. It looks now and then whether another
// process has begun one, which is a read and costs a quiet house no write.
func (rc *Reconciler) rest(ctx context.Context) {
	for {
		wait, err := rc.untilDue(ctx, workKinds)
		if rc.kernel.Sleep(ctx, rc.kernel.ErrandsBegun(), min(wait, idleMillis)) || wait <= idleMillis || err != nil {
			return
		}
	}
}

// never is how long one waits for an errand where there is none.
const never = int64(math.MaxInt64)

// untilDue returns how many milliseconds there are until the next errand of these kinds is due.
func (rc *Reconciler) untilDue(ctx context.Context, kinds []kiosk.ErrandKind) (int64, error) {
	due, err := rc.store.NextDue(ctx, kinds)
	if err != nil || due == 0 {
		return never, err
	}
	return max(due-rc.kernel.Now(), 1), nil
}

// do carries one errand out. The gateway is asked under ctx; what it answered is stored even while
// we are being stopped.
func (rc *Reconciler) do(ctx context.Context, e kiosk.Errand) {
	defer func() {
		if p := recover(); p != nil {
			rc.log.Error("an errand panicked", "sale", e.Sale, "errand", e.Kind, "err", p, "stack", string(debug.Stack()))
		}
	}()
	sale, err := rc.kernel.Sale(ctx, e.Sale)
	if err == nil {
		err = rc.carryOut(ctx, e, sale)
	}
	if err != nil {
		rc.kernel.Complain(ctx, "an errand failed", err)
		rc.kernel.Sleep(ctx, nil, kiosk.SecondMillis)
	}
}

func (rc *Reconciler) carryOut(ctx context.Context, e kiosk.Errand, sale *kiosk.Sale) error {
	if !sale.Owes(kiosk.Duty{Kind: e.Kind, Link: e.Link}) {
		return rc.drop(ctx, e)
	}
	switch e.Kind {
	case kiosk.ErrandOpen:
		return rc.open(ctx, e, sale)
	case kiosk.ErrandRetire:
		return rc.retire(ctx, e, sale)
	case kiosk.ErrandRefund:
		return rc.refund(ctx, e, sale)
	case kiosk.ErrandStray:
		return rc.searchStray(ctx, e, sale)
	case kiosk.ErrandLook: // the watcher's
	}
	return nil
}

// drop removes an errand whose duty is over.
func (rc *Reconciler) drop(ctx context.Context, e kiosk.Errand) error {
	return rc.kernel.Change(ctx, e.Register, func(tx kiosk.Tx) error {
		sale, err := tx.Sale(e.Sale)
		if err != nil || sale.Owes(kiosk.Duty{Kind: e.Kind, Link: e.Link}) {
			return err
		}
		return tx.End(sale, kiosk.Duty{Kind: e.Kind, Link: e.Link})
	})
}
