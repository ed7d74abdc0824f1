package reconcile

import (
	"context"
	"log/slog"
	"math"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/shop"
)

const (
	workerCount = 4
	idleMillis  = 10 * kiosk.SecondMillis // how long a worker sleeps at most
)

var workKinds = []kiosk.ErrandKind{kiosk.ErrandOpen, kiosk.ErrandRetire, kiosk.ErrandRefund, kiosk.ErrandStray}

// errands are the duties of sales towards the gateway and how they are done: links are opened, searched for and
// retired, refunds requested. What a call is about is stored before it is made.
type errands struct {
	kernel    *shop.Kernel
	store     kiosk.Store
	clock     func() time.Time
	log       *slog.Logger
	observe   kiosk.Observer
	notices   *notices
	publicURL string
	hookPath  string
}

// work claims what is due, as much as there are hands for, and has it done. A claim is a write: it
// is made once for many errands, and not again before something was begun, fell due or made room.
func (er *errands) work(ctx context.Context) {
	var hands sync.WaitGroup
	defer hands.Wait()
	var busy atomic.Int64
	for ctx.Err() == nil {
		room := workerCount - int(busy.Load())
		errands, err := er.claim(ctx, room)
		if err != nil {
			er.kernel.Complain(ctx, "errands cannot be claimed", err)
			er.kernel.Sleep(ctx, nil, kiosk.SecondMillis)
			continue
		}
		for _, e := range errands {
			busy.Add(1)
			hands.Go(func() {
				er.do(ctx, e)
				if busy.Add(-1) == workerCount-1 {
					er.kernel.WakeErrands() // there was no hand free; now there is
				}
			})
		}
		switch {
		case room == 0:
			er.kernel.Sleep(ctx, er.kernel.ErrandsBegun(), idleMillis)
		case len(errands) < room:
			er.rest(ctx)
		}
	}
}

func (er *errands) claim(ctx context.Context, n int) ([]kiosk.Errand, error) {
	if n == 0 {
		return nil, nil
	}
	now := er.kernel.Now()
	kiosk.Crash("before-claim")
	errands, err := er.store.Claim(ctx, workKinds, now, now+leaseMillis, n)
	if len(errands) > 0 {
		kiosk.Crash("after-claim")
	}
	return errands, err
}

// rest waits until an errand was begun or has fallen due. It looks now and then whether another
// process has begun one, which is a read and costs a quiet house no write.
func (er *errands) rest(ctx context.Context) {
	for {
		wait, err := er.untilDue(ctx, workKinds)
		if er.kernel.Sleep(ctx, er.kernel.ErrandsBegun(), min(wait, idleMillis)) || wait <= idleMillis || err != nil {
			return
		}
	}
}

// never is how long one waits for an errand where there is none.
const never = int64(math.MaxInt64)

// untilDue returns how many milliseconds there are until the next errand of these kinds is due.
func (er *errands) untilDue(ctx context.Context, kinds []kiosk.ErrandKind) (int64, error) {
	due, err := er.store.NextDue(ctx, kinds)
	if err != nil || due == 0 {
		return never, err
	}
	return max(due-er.kernel.Now(), 1), nil
}

// do carries one errand out. The gateway is asked under ctx; what it answered is stored even while
// we are being stopped.
func (er *errands) do(ctx context.Context, e kiosk.Errand) {
	defer func() {
		if p := recover(); p != nil {
			er.log.Error("an errand panicked", "sale", e.Sale, "errand", e.Kind, "err", p, "stack", string(debug.Stack()))
		}
	}()
	sale, err := er.kernel.Sale(ctx, e.Sale)
	if err == nil {
		err = er.carryOut(ctx, e, sale)
	}
	if err != nil {
		er.kernel.Complain(ctx, "an errand failed", err)
		er.kernel.Sleep(ctx, nil, kiosk.SecondMillis)
	}
}

func (er *errands) carryOut(ctx context.Context, e kiosk.Errand, sale *kiosk.Sale) error {
	if !sale.Owes(kiosk.Duty{Kind: e.Kind, Link: e.Link}) {
		return er.drop(ctx, e)
	}
	switch e.Kind {
	case kiosk.ErrandOpen:
		return er.open(ctx, e, sale)
	case kiosk.ErrandRetire:
		return er.retire(ctx, e, sale)
	case kiosk.ErrandRefund:
		return er.refund(ctx, e, sale)
	case kiosk.ErrandStray:
		return er.searchStray(ctx, e, sale)
	case kiosk.ErrandLook: // the watcher's
	}
	return nil
}

// drop removes an errand whose duty is over.
func (er *errands) drop(ctx context.Context, e kiosk.Errand) error {
	return er.kernel.Change(ctx, e.Register, func(tx kiosk.Tx) error {
		sale, err := tx.Sale(e.Sale)
		if err != nil || sale.Owes(kiosk.Duty{Kind: e.Kind, Link: e.Link}) {
			return err
		}
		return tx.End(sale, kiosk.Duty{Kind: e.Kind, Link: e.Link})
	})
}
