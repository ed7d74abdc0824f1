package reconcile

import (
	"context"
	"log/slog"
	"sync"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/shop"
)

// How often the gateway's lists are read, in milliseconds: as often as a customer's patience asks for and
// sixty calls a minute for the whole account allow.
const (
	pollShown  = 4 * kiosk.SecondMillis       // in the first minute of the newest code on show, and without webhooks
	pollWarm   = 10 * kiosk.SecondMillis      // until it is five minutes old
	pollHot    = 30 * kiosk.SecondMillis      // while any sale is not at rest
	pollCold   = 5 * kiosk.MinuteMillis       // otherwise: late money, three days back
	pollApart  = 2 * kiosk.SecondMillis       // never sooner after the one before
	pollWorst  = 10 * kiosk.SecondMillis      // the longest pause after failures: who returns is noticed in time (F36)
	lookGather = kiosk.SecondMillis / 4       // a look waits this long for others
	hotBack    = 26 * 60 * kiosk.MinuteMillis // how old a link may be for the frequent sweep
	watchBack  = 3 * kiosk.DayMillis          // how long an ended link is watched by the rare one; the audit goes on
	lookBatch  = 500
	leadMillis = 15 * kiosk.SecondMillis // how long a dead leader is waited for
)

// lists is the reading of the pay-in lists of all accounts, for all sales that wait for something.
type lists struct {
	kernel  *shop.Kernel
	store   kiosk.Store
	random  kiosk.Entropy
	log     *slog.Logger
	observe kiosk.Observer
	rows    *rows
	looks   *looks
	clocks  *clocks
}

// run is the one loop; what it remembers is gone when it begins again.
func (ls *lists) run(ctx context.Context) {
	w := &poller{lists: ls, name: ls.random.ID(ls.kernel.Now()), accountsByID: map[string]*accountPoller{}}
	for ctx.Err() == nil {
		w.forgetFuture()
		if wait := w.planned + lookGather - ls.kernel.Now(); wait > 0 {
			ls.kernel.Sleep(ctx, nil, wait) // nudges come with every payment; planning reads every open sale
		}
		p := w.plan(ctx)
		ls.clocks.lapseUnopened(ctx, p.lapsed)
		ls.clocks.stopAsking(ctx, p.unanswered)
		if wait := p.at - ls.kernel.Now(); wait > 0 {
			ls.kernel.Sleep(ctx, ls.kernel.LooksBegun(), max(1, min(wait, idleMillis, p.asked-ls.kernel.Now())))
			continue
		}
		ls.kernel.LookBegins()
		if due := w.begin(p); w.leads(ctx) {
			w.poll(ctx, due)
		}
	}
}

// poller is the memory of the one loop that reads the gateway's lists.
type poller struct {
	lists        *lists
	name         string // of this process, among those that share the store
	tried        int64  // Unix milliseconds when the last sweep began
	planned      int64  // Unix milliseconds of the last plan
	accountsByID map[string]*accountPoller
}

// begin notes that the lists of the accounts whose time has come are read now.
func (w *poller) begin(p pollPlan) (due []*accountPoller) {
	w.tried = w.lists.kernel.Now()
	for _, r := range p.readings {
		if r.at <= w.tried {
			r.last = w.tried
			due = append(due, r)
		}
	}
	return due
}

// forgetFuture forgets times that have not come yet: the clock was set back, and whoever waited for it to
// catch up would read no list until then.
func (w *poller) forgetFuture() {
	now := w.lists.kernel.Now()
	w.tried, w.planned = min(w.tried, now), min(w.planned, now)
	for _, r := range w.accountsByID {
		r.last, r.wide = min(r.last, now), min(r.wide, now)
	}
}

// leads tells whether this process is the one that reads the lists for all that share the store:
// the gateway counts calls per account. When the leader dies another one takes over.
func (w *poller) leads(ctx context.Context) bool {
	now := w.lists.kernel.Now()
	leads, err := w.lists.store.Lead(ctx, "watch", w.name, now, now+leadMillis)
	if err != nil {
		w.lists.kernel.Complain(ctx, "nobody knows who reads the lists", err)
	}
	return leads
}

type pollPlan struct {
	at       int64
	readings []*accountPoller
	lapsed   []*kiosk.Sale // over, and nothing was opened at the gateway

	asked      int64         // Unix milliseconds when the next question for a tip ends
	unanswered []*kiosk.Sale // whose question is over
}

// plan finds out when which lists should be read next.
func (w *poller) plan(ctx context.Context) pollPlan {
	ls, now := w.lists, w.lists.kernel.Now()
	w.planned = now
	sales, err := ls.kernel.WatchedSales(ctx, now)
	if err == nil {
		err = w.updateAccounts(ctx, sales)
	}
	if err != nil {
		ls.kernel.Complain(ctx, "watched sales cannot be read", err)
		return pollPlan{at: now + kiosk.SecondMillis, asked: now + kiosk.SecondMillis}
	}
	p := pollPlan{asked: now + idleMillis}
	for _, sale := range sales {
		if sale.Expires <= now && sale.MayLapseUnasked() {
			p.lapsed = append(p.lapsed, sale)
		}
		p.question(sale, now)
	}
	p.at = w.planAll(sales, now)
	if due, err := ls.store.NextDue(ctx, []kiosk.ErrandKind{kiosk.ErrandLook}); err == nil && due > 0 {
		p.at = min(p.at, max(due+lookGather, w.tried+pollApart, w.soonest()))
	}
	for _, r := range w.accountsByID {
		p.readings = append(p.readings, r)
	}
	return p
}

// question plans the end of a question for a tip.
func (p *pollPlan) question(sale *kiosk.Sale, now int64) {
	switch {
	case sale.TipBy == 0 || sale.State() != kiosk.Asking:
	case sale.TipBy <= now:
		p.unanswered = append(p.unanswered, sale)
	default:
		p.asked = min(p.asked, sale.TipBy)
	}
}

// pace is how often the lists are read because of one sale. Webhooks tell of payments within a
// second, so that asking may slow down with the age of a code; without them it does not.
func pace(s *kiosk.Sale, now int64) int64 {
	switch s.State() {
	case kiosk.Awaiting, kiosk.Checking:
		return paceOfCode(s, now-s.Last().KnownAt())
	case kiosk.Retiring, kiosk.Paid:
		return pollHot
	case kiosk.Asking, kiosk.Opening, kiosk.Cancelled, kiosk.Lapsed, kiosk.LinkRefused, kiosk.Review, kiosk.ClosedUnpaid, kiosk.Refunding, kiosk.Refunded:
	}
	return pollCold
}

func paceOfCode(s *kiosk.Sale, age int64) int64 {
	switch {
	case s.BankPending():
		return pollCold // it takes days
	case s.Poll || age < kiosk.MinuteMillis:
		return pollShown
	case age < 5*kiosk.MinuteMillis:
		return pollWarm
	}
	return pollHot
}

// poll reads the lists of the accounts that are due, and of those that looks ask about, side by
// side: one that does not answer keeps none of the others from being read.
func (w *poller) poll(ctx context.Context, due []*accountPoller) {
	ls := w.lists
	began := ls.kernel.Now()
	kiosk.Crash("before-look-claim")
	looks, err := ls.store.Claim(ctx, []kiosk.ErrandKind{kiosk.ErrandLook}, began, began+leaseMillis, lookBatch)
	kiosk.Crash("after-look-claim")
	if err != nil {
		ls.kernel.Complain(ctx, "looks cannot be claimed", err)
		return
	}
	due = w.join(ctx, due, looks, began)
	if len(due) == 1 {
		due[0].poll(ctx, began)
		return
	}
	var all sync.WaitGroup
	for _, r := range due {
		all.Go(func() { ls.kernel.RunContained(ctx, "list", func(ctx context.Context) { r.poll(ctx, began) }) })
	}
	all.Wait()
}
