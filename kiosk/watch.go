package kiosk

import (
	"context"
	"sync"
)

// How often the gateway's lists are read, in milliseconds: as often as a customer's patience asks for and
// sixty calls a minute for the whole account allow.
const (
	sweepShown  = 4 * secondMillis       // in the first minute of the newest code on show, and without webhooks
	sweepWarm   = 10 * secondMillis      // until it is five minutes old
	sweepHot    = 30 * secondMillis      // while any sale is not at rest
	sweepCold   = 5 * minuteMillis       // otherwise: late money, three days back
	sweepApart  = 2 * secondMillis       // never sooner after the one before
	sweepWorst  = 10 * secondMillis      // the longest pause after failures: who returns is noticed in time (F36)
	company     = secondMillis / 4       // a look waits this long for others
	bankPatient = 14 * dayMillis         // then a person is asked about a bank transfer
	dayOfProof  = dayMillis              // then a person is asked about an unconfirmed payment
	hotBack     = 26 * 60 * minuteMillis // how old a link may be for the frequent sweep
	watchBack   = 3 * dayMillis          // how long an ended link is watched by the rare one; the audit goes on
	watchAtOnce = 1000                   // sales looked at in one sweep
	lookBatch   = 500
	leadMillis  = 15 * secondMillis // how long a dead leader is waited for
)

// lookWaits are the pauses between looks that an errand demands: at 0, 2 and 5 seconds, then
// slower. By then the regular sweep asks anyway.
var lookWaits = []int64{2 * secondMillis, 3 * secondMillis, 10 * secondMillis, 30 * secondMillis, minuteMillis, 5 * minuteMillis}

// unpaidTries is how many looks must say unpaid before a code comes back.
const unpaidTries = 3

// watcher is the memory of the one loop that reads the gateway's lists.
type watcher struct {
	shop    *Shop
	name    string // of this process, among those that share the store
	tried   int64  // Unix milliseconds when the last sweep began
	planned int64  // Unix milliseconds of the last plan
	of      map[string]*reading
}

func (s *Shop) watch(ctx context.Context) {
	w := &watcher{shop: s, name: s.random.id(s.now()), of: map[string]*reading{}}
	for ctx.Err() == nil {
		w.steady()
		if wait := w.planned + company - s.now(); wait > 0 {
			s.sleep(ctx, nil, wait) // nudges come with every payment; planning reads every open sale
		}
		p := w.plan(ctx)
		s.lapseUnopened(ctx, p.lapsed)
		s.stopAsking(ctx, p.unanswered)
		if wait := p.at - s.now(); wait > 0 {
			s.sleep(ctx, s.looksBegun(), max(1, min(wait, idleMillis, p.asked-s.now())))
			continue
		}
		s.lookBegins()
		if due := w.begin(p); w.leads(ctx) {
			w.sweep(ctx, due)
		}
	}
}

// begin notes that the lists of the accounts whose time has come are read now.
func (w *watcher) begin(p plan) (due []*reading) {
	w.tried = w.shop.now()
	for _, r := range p.readings {
		if r.at <= w.tried {
			r.last = w.tried
			due = append(due, r)
		}
	}
	return due
}

// steady forgets times that have not come yet: the clock was set back, and whoever waited for it to
// catch up would read no list until then.
func (w *watcher) steady() {
	now := w.shop.now()
	w.tried, w.planned = min(w.tried, now), min(w.planned, now)
	for _, r := range w.of {
		r.last, r.wide = min(r.last, now), min(r.wide, now)
	}
}

// leads tells whether this process is the one that reads the lists for all that share the store:
// the gateway counts calls per account. When the leader dies another one takes over.
func (w *watcher) leads(ctx context.Context) bool {
	now := w.shop.now()
	leads, err := w.shop.store.Lead(ctx, "watch", w.name, now, now+leadMillis)
	if err != nil {
		w.shop.complain(ctx, "nobody knows who reads the lists", err)
	}
	return leads
}

// Heard says that another process changed a register, so that the lists may have to be read
// sooner. The bus calls it.
func (s *Shop) Heard(string, int64) { s.wakeLooks() }

type plan struct {
	at       int64
	readings []*reading
	lapsed   []*Sale // over, and nothing was opened at the gateway

	asked      int64   // Unix milliseconds when the next question for a tip ends
	unanswered []*Sale // whose question is over
}

// plan finds out when which lists should be read next.
func (w *watcher) plan(ctx context.Context) plan {
	s, now := w.shop, w.shop.now()
	w.planned = now
	sales, err := s.watched(ctx, now)
	if err == nil {
		err = w.accounts(ctx, sales)
	}
	if err != nil {
		s.complain(ctx, "watched sales cannot be read", err)
		return plan{at: now + secondMillis, asked: now + secondMillis}
	}
	p := plan{asked: now + idleMillis}
	for _, sale := range sales {
		if sale.Expires <= now && sale.mayLapseUnasked() {
			p.lapsed = append(p.lapsed, sale)
		}
		p.question(sale, now)
	}
	p.at = w.whenAll(sales, now)
	if due, err := s.store.NextDue(ctx, []ErrandKind{ErrandLook}); err == nil && due > 0 {
		p.at = min(p.at, max(due+company, w.tried+sweepApart, w.soonest()))
	}
	for _, r := range w.of {
		p.readings = append(p.readings, r)
	}
	return p
}

// question plans the end of a question for a tip.
func (p *plan) question(sale *Sale, now int64) {
	switch {
	case sale.TipBy == 0 || sale.State() != Asking:
	case sale.TipBy <= now:
		p.unanswered = append(p.unanswered, sale)
	default:
		p.asked = min(p.asked, sale.TipBy)
	}
}

// pace is how often the lists are read because of one sale. Webhooks tell of payments within a
// second, so that asking may slow down with the age of a code; without them it does not.
func pace(s *Sale, now int64) int64 {
	switch s.State() {
	case Awaiting, Checking:
		return paceOfCode(s, now-s.Last().ShownAt)
	case Retiring, Paid:
		return sweepHot
	case Asking, Opening, Cancelled, Lapsed, RefusedSt, Review, Settled, Refunding, Refunded:
	}
	return sweepCold
}

func paceOfCode(s *Sale, age int64) int64 {
	switch {
	case s.BankPending():
		return sweepCold // it takes days
	case s.Poll || age < minuteMillis:
		return sweepShown
	case age < 5*minuteMillis:
		return sweepWarm
	}
	return sweepHot
}

// mayLapseUnasked holds where nothing can have been paid yet; a link that may be paid lapses only
// behind a sweep that says it was not.
func (s *Sale) mayLapseUnasked() bool {
	state := s.State()
	return state == Asking || (state == Opening && !s.anyLink(func(l *Link) bool { return l.Live }))
}

// watched reads the sales that are not at rest, or whose links ended after since.
func (s *Shop) watched(ctx context.Context, since int64) ([]*Sale, error) {
	var sales []*Sale
	err := s.store.View(ctx, func(r Reader) (err error) {
		sales, err = r.Watched(since, watchAtOnce)
		return err
	})
	return sales, err
}

func (s *Shop) lapseUnopened(ctx context.Context, sales []*Sale) {
	for _, sale := range sales {
		if err := s.clockStep(ctx, sale, StepLapse, 0); err != nil {
			s.complain(ctx, "a sale cannot lapse", err)
		}
	}
}

// clockStep takes a step of the clock; a sale that meanwhile does not allow it is left alone.
func (s *Shop) clockStep(ctx context.Context, sale *Sale, kind StepKind, link int) error {
	return s.change(ctx, sale.Register, func(tx Tx) error {
		found, err := tx.Sale(sale.ID)
		if err != nil {
			return err
		}
		_, err = s.take(tx, found, Step{Kind: kind, Link: link, Actor: ActorClock})
		if CodeOf(err) == Conflict {
			return nil
		}
		return err
	})
}

// sweep reads the lists of the accounts that are due, and of those that looks ask about, side by
// side: one that does not answer keeps none of the others from being read.
func (w *watcher) sweep(ctx context.Context, due []*reading) {
	s := w.shop
	began := s.now()
	Crash("before-look-claim")
	looks, err := s.store.Claim(ctx, []ErrandKind{ErrandLook}, began, began+leaseMillis, lookBatch)
	Crash("after-look-claim")
	if err != nil {
		s.complain(ctx, "looks cannot be claimed", err)
		return
	}
	due = w.join(ctx, due, looks, began)
	if len(due) == 1 {
		due[0].sweep(ctx, began)
		return
	}
	var all sync.WaitGroup
	for _, r := range due {
		all.Go(func() { s.contained(ctx, "list", func(ctx context.Context) { r.sweep(ctx, began) }) })
	}
	all.Wait()
}

// giveBack returns looks that could not be made, to be made after wait milliseconds.
func (s *Shop) giveBack(ctx context.Context, looks []Errand, wait int64) {
	for _, e := range looks {
		e.Tries--
		if err := s.later(ctx, e, wait); err != nil {
			s.complain(ctx, "a look cannot be given back", err)
		}
	}
}

// finishLooks ends the looks that the list answered and plans the others.
func (s *Shop) finishLooks(ctx context.Context, looks []Errand, before []*Sale, read list) {
	odd := map[string]int{}
	for _, sale := range before {
		for _, l := range sale.Links {
			odd[l.ID] = l.Odd
		}
	}
	for _, e := range looks {
		if err := s.finishLook(ctx, e, odd, read); err != nil {
			s.complain(ctx, "a look cannot be finished", err)
		}
	}
}

func (s *Shop) finishLook(ctx context.Context, e Errand, odd map[string]int, read list) error {
	sale, err := s.sale(ctx, e.Sale)
	if err != nil {
		return err
	}
	if !sale.owes(Duty{ErrandLook, e.Link}) {
		return s.drop(ctx, e)
	}
	link, wait := sale.Link(e.Link), backoff(lookWaits, e.Tries)
	if link.ToldUsed && e.Tries >= 2 && !link.Used {
		used, err := s.secondWitness(ctx, link)
		if err != nil {
			wait = min(wait, sweepWorst) // silence is no answer: tries that told nothing must not slow it down
		}
		if used {
			if err := s.found(ctx, e, Step{Kind: StepUsed}); err != nil {
				return err
			}
		}
	}
	if read.answers(link) && e.Tries >= unpaidTries && odd[link.ID] > link.Answered {
		if err := s.found(ctx, e, Step{Kind: StepUnpaid, Count: odd[link.ID]}); err != nil {
			return err
		}
	}
	return s.later(ctx, e, wait)
}

// secondWitness asks the list of used links, where the pay-in list has no row though the gateway
// says that the link was used.
func (s *Shop) secondWitness(ctx context.Context, link *Link) (used bool, err error) {
	Crash("before-witness")
	findings, err := s.gatewayOf(ctx, link.Holder).Find(ctx, link.Ref)
	Crash("after-witness")
	for _, f := range findings.Links {
		used = used || f.PayID == link.PayID && f.Used && f.Amount == link.Amount
	}
	return used, err
}

// clocks takes the steps that time alone demands, behind a list that was read after their time; a list
// speaks for links of its account alone.
func (s *Shop) clocks(ctx context.Context, sales []*Sale, began int64, read list) {
	for _, sale := range sales {
		for _, c := range dueClocks(sale, began, read) {
			if err := s.clockStep(ctx, sale, c.Kind, c.Link); err != nil {
				s.complain(ctx, "a clock step failed", err)
			}
		}
	}
}

func dueClocks(sale *Sale, now int64, read list) []Step {
	var steps []Step
	if sale.Expires <= now && sale.State() == Awaiting && read.answers(sale.Last()) {
		steps = append(steps, Step{Kind: StepLapse})
	}
	for i := range sale.Links {
		l := &sale.Links[i]
		if l.Holder != read.holder {
			continue
		}
		waits := l.ToldUsed || l.Used || l.claimed()
		if waits && !l.hasPayment() && !l.Unconfirmed && now-max(sale.PaidAt, l.ShownAt) > dayOfProof {
			steps = append(steps, Step{Kind: StepUnconfirmed, Link: l.N})
		}
		if l.pendingOpen() && !l.BankLate && now-l.ShownAt > bankPatient {
			steps = append(steps, Step{Kind: StepBankLate, Link: l.N})
		}
	}
	return steps
}

// rowSlack covers that nobody knows the time zone of [PayIn.Time]: the gateway's documents name two.
const rowSlack = 3 * 60 * minuteMillis
