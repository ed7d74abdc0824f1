package reconcile

import (
	"context"
	"sync"

	"qrkiosk/kiosk"
)

// How often the gateway's lists are read, in milliseconds: as often as a customer's patience asks for and
// sixty calls a minute for the whole account allow.
const (
	pollShown   = 4 * kiosk.SecondMillis       // in the first minute of the newest code on show, and without webhooks
	pollWarm    = 10 * kiosk.SecondMillis      // until it is five minutes old
	pollHot     = 30 * kiosk.SecondMillis      // while any sale is not at rest
	pollCold    = 5 * kiosk.MinuteMillis       // otherwise: late money, three days back
	pollApart   = 2 * kiosk.SecondMillis       // never sooner after the one before
	pollWorst   = 10 * kiosk.SecondMillis      // the longest pause after failures: who returns is noticed in time (F36)
	lookGather  = kiosk.SecondMillis / 4       // a look waits this long for others
	bankPatient = 14 * kiosk.DayMillis         // then a person is asked about a bank transfer
	dayOfProof  = kiosk.DayMillis              // then a person is asked about an unconfirmed payment
	hotBack     = 26 * 60 * kiosk.MinuteMillis // how old a link may be for the frequent sweep
	watchBack   = 3 * kiosk.DayMillis          // how long an ended link is watched by the rare one; the audit goes on
	lookBatch   = 500
	leadMillis  = 15 * kiosk.SecondMillis // how long a dead leader is waited for
)

// lookWaits are the pauses between looks that an errand demands: at 0, 2 and 5 seconds, then
// slower. By then the regular sweep asks anyway.
var lookWaits = []int64{2 * kiosk.SecondMillis, 3 * kiosk.SecondMillis, 10 * kiosk.SecondMillis, 30 * kiosk.SecondMillis, kiosk.MinuteMillis, 5 * kiosk.MinuteMillis}

// unpaidTries is how many looks must say unpaid before a code comes back.
const unpaidTries = 3

// poller is the memory of the one loop that reads the gateway's lists.
type poller struct {
	shop         *Reconciler
	name         string // of this process, among those that share the store
	tried        int64  // Unix milliseconds when the last sweep began
	planned      int64  // Unix milliseconds of the last plan
	accountsByID map[string]*accountPoller
}

func (rc *Reconciler) pollLists(ctx context.Context) {
	w := &poller{shop: rc, name: rc.random.ID(rc.kernel.Now()), accountsByID: map[string]*accountPoller{}}
	for ctx.Err() == nil {
		w.forgetFuture()
		if wait := w.planned + lookGather - rc.kernel.Now(); wait > 0 {
			rc.kernel.Sleep(ctx, nil, wait) // nudges come with every payment; planning reads every open sale
		}
		p := w.plan(ctx)
		rc.lapseUnopened(ctx, p.lapsed)
		rc.stopAsking(ctx, p.unanswered)
		if wait := p.at - rc.kernel.Now(); wait > 0 {
			rc.kernel.Sleep(ctx, rc.kernel.LooksBegun(), max(1, min(wait, idleMillis, p.asked-rc.kernel.Now())))
			continue
		}
		rc.kernel.LookBegins()
		if due := w.begin(p); w.leads(ctx) {
			w.poll(ctx, due)
		}
	}
}

// begin notes that the lists of the accounts whose time has come are read now.
func (w *poller) begin(p pollPlan) (due []*accountPoller) {
	w.tried = w.shop.kernel.Now()
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
	now := w.shop.kernel.Now()
	w.tried, w.planned = min(w.tried, now), min(w.planned, now)
	for _, r := range w.accountsByID {
		r.last, r.wide = min(r.last, now), min(r.wide, now)
	}
}

// leads tells whether this process is the one that reads the lists for all that share the store:
// the gateway counts calls per account. When the leader dies another one takes over.
func (w *poller) leads(ctx context.Context) bool {
	now := w.shop.kernel.Now()
	leads, err := w.shop.store.Lead(ctx, "watch", w.name, now, now+leadMillis)
	if err != nil {
		w.shop.kernel.Complain(ctx, "nobody knows who reads the lists", err)
	}
	return leads
}

// NoteCall says that another process changed a register, so that the lists may have to be read
// sooner. The bus calls it.
func (rc *Reconciler) NoteCall(string, int64) { rc.kernel.WakeLooks() }

type pollPlan struct {
	at       int64
	readings []*accountPoller
	lapsed   []*kiosk.Sale // over, and nothing was opened at the gateway

	asked      int64         // Unix milliseconds when the next question for a tip ends
	unanswered []*kiosk.Sale // whose question is over
}

// plan finds out when which lists should be read next.
func (w *poller) plan(ctx context.Context) pollPlan {
	s, now := w.shop, w.shop.kernel.Now()
	w.planned = now
	sales, err := s.kernel.WatchedSales(ctx, now)
	if err == nil {
		err = w.updateAccounts(ctx, sales)
	}
	if err != nil {
		s.kernel.Complain(ctx, "watched sales cannot be read", err)
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
	if due, err := s.store.NextDue(ctx, []kiosk.ErrandKind{kiosk.ErrandLook}); err == nil && due > 0 {
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
		return paceOfCode(s, now-s.Last().ShownAt)
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

func (rc *Reconciler) lapseUnopened(ctx context.Context, sales []*kiosk.Sale) {
	for _, sale := range sales {
		if err := rc.clockStep(ctx, sale, kiosk.StepLapse, 0); err != nil {
			rc.kernel.Complain(ctx, "a sale cannot lapse", err)
		}
	}
}

// clockStep takes a step of the clock; a sale that meanwhile does not allow it is left alone.
func (rc *Reconciler) clockStep(ctx context.Context, sale *kiosk.Sale, kind kiosk.StepKind, link int) error {
	return rc.kernel.Change(ctx, sale.Register, func(tx kiosk.Tx) error {
		found, err := tx.Sale(sale.ID)
		if err != nil {
			return err
		}
		_, err = rc.kernel.Take(tx, found, kiosk.Step{Kind: kind, Link: link, Actor: kiosk.ActorClock})
		if kiosk.CodeOf(err) == kiosk.Conflict {
			return nil
		}
		return err
	})
}

// poll reads the lists of the accounts that are due, and of those that looks ask about, side by
// side: one that does not answer keeps none of the others from being read.
func (w *poller) poll(ctx context.Context, due []*accountPoller) {
	s := w.shop
	began := s.kernel.Now()
	kiosk.Crash("before-look-claim")
	looks, err := s.store.Claim(ctx, []kiosk.ErrandKind{kiosk.ErrandLook}, began, began+leaseMillis, lookBatch)
	kiosk.Crash("after-look-claim")
	if err != nil {
		s.kernel.Complain(ctx, "looks cannot be claimed", err)
		return
	}
	due = w.join(ctx, due, looks, began)
	if len(due) == 1 {
		due[0].poll(ctx, began)
		return
	}
	var all sync.WaitGroup
	for _, r := range due {
		all.Go(func() { s.kernel.RunContained(ctx, "list", func(ctx context.Context) { r.poll(ctx, began) }) })
	}
	all.Wait()
}

// giveBack returns looks that could not be made, to be made after wait milliseconds.
func (rc *Reconciler) giveBack(ctx context.Context, looks []kiosk.Errand, wait int64) {
	for _, e := range looks {
		e.Tries--
		if err := rc.kernel.Later(ctx, e, wait); err != nil {
			rc.kernel.Complain(ctx, "a look cannot be given back", err)
		}
	}
}

// finishLooks ends the looks that the list answered and plans the others.
func (rc *Reconciler) finishLooks(ctx context.Context, looks []kiosk.Errand, before []*kiosk.Sale, read payInList) {
	odd := map[string]int{}
	for _, sale := range before {
		for _, l := range sale.Links {
			odd[l.ID] = l.Odd
		}
	}
	for _, e := range looks {
		if err := rc.finishLook(ctx, e, odd, read); err != nil {
			rc.kernel.Complain(ctx, "a look cannot be finished", err)
		}
	}
}

func (rc *Reconciler) finishLook(ctx context.Context, e kiosk.Errand, odd map[string]int, read payInList) error {
	sale, err := rc.kernel.Sale(ctx, e.Sale)
	if err != nil {
		return err
	}
	if !sale.Owes(kiosk.Duty{Kind: kiosk.ErrandLook, Link: e.Link}) {
		return rc.drop(ctx, e)
	}
	link, wait := sale.Link(e.Link), backoff(lookWaits, e.Tries)
	if link.ToldUsed && e.Tries >= 2 && !link.Used {
		used, err := rc.secondWitness(ctx, link)
		if err != nil {
			wait = min(wait, pollWorst) // silence is no answer: tries that told nothing must not slow it down
		}
		if used {
			if err := rc.kernel.StoreFindings(ctx, e, kiosk.Step{Kind: kiosk.StepUsed}); err != nil {
				return err
			}
		}
	}
	if read.answers(link) && e.Tries >= unpaidTries && odd[link.ID] > link.MarkAnswered {
		if err := rc.kernel.StoreFindings(ctx, e, kiosk.Step{Kind: kiosk.StepUnpaid, Count: odd[link.ID]}); err != nil {
			return err
		}
	}
	return rc.kernel.Later(ctx, e, wait)
}

// secondWitness asks the list of used links, where the pay-in list has no row though the gateway
// says that the link was used.
func (rc *Reconciler) secondWitness(ctx context.Context, link *kiosk.Link) (used bool, err error) {
	kiosk.Crash("before-witness")
	findings, err := rc.kernel.Accounts.GatewayOf(ctx, link.AccountID).Find(ctx, link.Ref)
	kiosk.Crash("after-witness")
	for _, f := range findings.Links {
		used = used || f.PayID == link.PayID && f.Used && f.Amount == link.Amount
	}
	return used, err
}

// applyClocks takes the steps that time alone demands, behind a list that was read after their time; a list
// speaks for links of its account alone.
func (rc *Reconciler) applyClocks(ctx context.Context, sales []*kiosk.Sale, began int64, read payInList) {
	for _, sale := range sales {
		for _, c := range dueClocks(sale, began, read) {
			if err := rc.clockStep(ctx, sale, c.Kind, c.Link); err != nil {
				rc.kernel.Complain(ctx, "a clock step failed", err)
			}
		}
	}
}

func dueClocks(sale *kiosk.Sale, now int64, read payInList) []kiosk.Step {
	var steps []kiosk.Step
	if sale.Expires <= now && sale.State() == kiosk.Awaiting && read.answers(sale.Last()) {
		steps = append(steps, kiosk.Step{Kind: kiosk.StepLapse})
	}
	for i := range sale.Links {
		l := &sale.Links[i]
		if l.AccountID != read.account {
			continue
		}
		waits := l.ToldUsed || l.Used || l.Claimed()
		if waits && !l.HasPayment() && !l.Unconfirmed && now-max(sale.PaidAt, l.ShownAt) > dayOfProof {
			steps = append(steps, kiosk.Step{Kind: kiosk.StepUnconfirmed, Link: l.N})
		}
		if l.PendingOpen() && !l.BankLate && now-l.ShownAt > bankPatient {
			steps = append(steps, kiosk.Step{Kind: kiosk.StepBankLate, Link: l.N})
		}
	}
	return steps
}
