package reconcile

import (
	"context"

	"qrkiosk/kiosk"
)

const (
	leaseMillis = kiosk.LeaseOfErrand
	maxAttempts = 3 // links asked for by itself, for one sale

	// How long a sale that waits for its code stays away from a gateway that does not answer: somebody
	// stands at the counter, and the circuit keeps back what would be too much.
	shortestAway = 2 * kiosk.SecondMillis
	longestAway  = 5 * kiosk.SecondMillis
)

// createSearchWaits is when the gateway's lists are searched for a link whose create was not answered:
// 1, 3, 7 and 15 seconds after the call. Then the attempt is given up and watched as a stray.
var createSearchWaits = []int64{1 * kiosk.SecondMillis, 2 * kiosk.SecondMillis, 4 * kiosk.SecondMillis, 8 * kiosk.SecondMillis}

// open makes the link of an attempt, or finds out whether it was made. The first claim of the
// errand is the only one that may call create: SecPaid has no idempotency key, and a claim that
// finds an earlier one without an answer searches instead.
func (er *errands) open(ctx context.Context, e kiosk.Errand, sale *kiosk.Sale) error {
	link := sale.Link(e.Link)
	switch {
	case e.Tries == 1 && !link.Unclear && (sale.Cancel || sale.Lapse):
		return er.giveUp(ctx, e, kiosk.KeyGatewayUnclear, false)
	case e.Tries == 1 && !link.Unclear:
		return er.create(ctx, e, sale, link)
	case !link.Unclear:
		return er.storeUnclear(ctx, e)
	}
	return er.search(ctx, e, link)
}

func (er *errands) create(ctx context.Context, e kiosk.Errand, sale *kiosk.Sale, link *kiosk.Link) error {
	order, err := er.order(ctx, sale, link)
	if err != nil {
		return err
	}
	began := er.clock()
	kiosk.Crash("before-create")
	opened, err := er.kernel.Accounts.GatewayOf(ctx, link.AccountID).Open(ctx, order)
	kiosk.Crash("after-create")
	er.observe.Created(er.clock().Sub(began), createOutcome(opened, err))
	er.kernel.Condition.NoteCallSince(link.AccountID, err, began.UnixMilli())
	if err == nil {
		er.kernel.Accounts.LearnNumber(ctx, link.AccountID, opened.AccountNumber)
		return er.storeCreated(ctx, e, opened)
	}
	er.log.Warn("create failed", "sale", sale.ID, "link", link.ID, "code", kiosk.CodeOf(err), "err", err)
	switch kiosk.CodeOf(err) {
	case kiosk.Refused:
		return er.giveUp(ctx, e, kiosk.KeyOf(err), false)
	case kiosk.NotSent:
		if kiosk.KeyOf(err) == kiosk.KeyGatewayUnreachable {
			return er.again(ctx, e, awayWait(err))
		}
		return er.giveUp(ctx, e, kiosk.KeyOf(err), true)
	case kiosk.TooMany:
		return er.again(ctx, e, kiosk.WaitOf(err))
	default:
		return er.storeUnclear(ctx, e)
	}
}

func awayWait(err error) int64 {
	return min(max(kiosk.WaitOf(err), shortestAway), longestAway)
}

// again has create called later, as if it had never been: nothing has left this machine. So the code of a
// sale comes by itself when the gateway is back, unless the sale is cancelled or lapses before.
func (er *errands) again(ctx context.Context, e kiosk.Errand, wait int64) error {
	e.Tries = 0
	return er.kernel.Later(ctx, e, wait)
}

func createOutcome(o kiosk.Opened, err error) string {
	switch {
	case err != nil:
		return string(kiosk.CodeOf(err))
	case o.Wrong != "":
		return "wrong"
	}
	return "made"
}

// order is what the gateway is asked for. The cashier's note stays with us, because pay pages can
// be enumerated; the reference comes first in the note so that it is never cut.
func (er *errands) order(ctx context.Context, sale *kiosk.Sale, link *kiosk.Link) (kiosk.Order, error) {
	var stall kiosk.Stall
	err := er.store.View(ctx, func(r kiosk.Reader) (err error) {
		stall, err = r.Stall(sale.Stall)
		return err
	})
	if err != nil {
		return kiosk.Order{}, err
	}
	secrets, err := er.kernel.Secrets(link)
	if err != nil {
		return kiosk.Order{}, err
	}
	o := kiosk.Order{
		Ref: link.Ref, Note: link.Ref + " " + stall.Name, Amount: link.Amount,
		Parts: link.Parts, Statement: stall.Name,
	}
	if !sale.Poll {
		o.PaymentEndpoint = er.publicURL + er.hookPath + secrets.Token
		o.CallbackURL = er.kernel.ReceiptURL(sale)
		o.Key = secrets.Key
	}
	return o, nil
}

// storeCreated stores a link the gateway made. One whose echo is wrong is never shown: it is given up
// and, being known, retired as a stray.
func (er *errands) storeCreated(ctx context.Context, e kiosk.Errand, o kiosk.Opened) error {
	steps := []kiosk.Step{{Kind: kiosk.StepLive, PayID: o.PayID, URL: o.URL, AccountNumber: o.AccountNumber}}
	if o.Wrong != "" {
		er.log.Error("the gateway made another link than ordered", "sale", e.Sale, "field", o.Wrong)
		steps = append([]kiosk.Step{{Kind: kiosk.StepGivenUp, Reason: kiosk.KeyGatewayWrong}}, steps...)
	}
	return er.storeKnown(ctx, e, steps...)
}

// storeKnown stores that a link is known now, and reads the notices that waited for that.
func (er *errands) storeKnown(ctx context.Context, e kiosk.Errand, steps ...kiosk.Step) error {
	defer er.kernel.WakeLooks() // a code may be on show now
	defer kiosk.Crash("after-known")
	return er.kernel.Change(ctx, e.Register, func(tx kiosk.Tx) error {
		sale, err := er.kernel.TakeAll(tx, e, steps)
		if err != nil {
			return err
		}
		er.notices.addresses.expect(sale, e.Link)
		return er.notices.readWaiting(tx, sale, e.Link)
	})
}

func (er *errands) storeUnclear(ctx context.Context, e kiosk.Errand) error {
	defer kiosk.Crash("after-unclear")
	return er.kernel.Change(ctx, e.Register, func(tx kiosk.Tx) error {
		sale, err := tx.Sale(e.Sale)
		if err != nil || overtaken(tx, e) {
			return err
		}
		if _, err = er.kernel.Take(tx, sale, kiosk.Step{Kind: kiosk.StepUnclear, Link: e.Link, Actor: kiosk.ActorGateway}); err != nil {
			return err
		}
		e.Tries = 1
		_, err = tx.Postpone(e, er.kernel.Now()+createSearchWaits[0])
		return err
	})
}

// search looks for the reference in the gateway's lists: one exact match is adopted, several are
// reduced to the lowest number, none after the settle time gives the attempt up.
func (er *errands) search(ctx context.Context, e kiosk.Errand, link *kiosk.Link) error {
	kiosk.Crash("before-search")
	began := er.kernel.Now()
	findings, err := er.kernel.Accounts.GatewayOf(ctx, link.AccountID).Find(ctx, link.Ref)
	kiosk.Crash("after-search")
	er.kernel.Condition.NoteCallSince(link.AccountID, err, began)
	if err != nil {
		e.Tries--
		return er.kernel.Later(ctx, e, searchWait(err))
	}
	best, ok := lowest(findings.Links)
	switch {
	case ok && best.Amount != link.Amount:
		return er.storeCreated(ctx, e, kiosk.Opened{PayID: best.PayID, URL: best.URL, Wrong: "amount"})
	case ok:
		return er.adopt(ctx, e, best, len(findings.Links))
	case e.Tries <= len(createSearchWaits) || !findings.Complete:
		return er.kernel.Later(ctx, e, createSearchWaits[min(e.Tries-1, len(createSearchWaits)-1)])
	}
	return er.giveUp(ctx, e, kiosk.KeyGatewayUnclear, true)
}

func (er *errands) adopt(ctx context.Context, e kiosk.Errand, f kiosk.Found, matches int) error {
	if matches > 1 {
		er.log.Error("several links carry one reference", "sale", e.Sale, "count", matches)
	}
	var steps []kiosk.Step // what makes it unpayable comes first: its code is never on show
	switch {
	case f.Used:
		steps = append(steps, kiosk.Step{Kind: kiosk.StepUsed})
	case f.Cancelled:
		steps = append(steps, kiosk.Step{Kind: kiosk.StepGone})
	}
	live := kiosk.Step{Kind: kiosk.StepLive, PayID: f.PayID, URL: f.URL, AccountNumber: f.AccountNumber}
	return er.storeKnown(ctx, e, append(steps, live)...)
}

// searchWait is how long the next search waits for: longer only where no call may be made.
func searchWait(err error) int64 {
	if kiosk.CodeOf(err) == kiosk.TooMany {
		return max(kiosk.WaitOf(err), shortestAway)
	}
	return awayWait(err)
}

func lowest(links []kiosk.Found) (kiosk.Found, bool) {
	if len(links) == 0 {
		return kiosk.Found{}, false
	}
	best := links[0]
	for _, l := range links[1:] {
		if l.PayID < best.PayID {
			best = l
		}
	}
	return best, true
}

// giveUp ends an attempt; again allows a further one under a new reference, up to maxAttempts.
func (er *errands) giveUp(ctx context.Context, e kiosk.Errand, reason string, again bool) error {
	defer kiosk.Crash("after-give-up")
	return er.kernel.Change(ctx, e.Register, func(tx kiosk.Tx) error {
		sale, err := tx.Sale(e.Sale)
		if err != nil || overtaken(tx, e) {
			return err
		}
		step := kiosk.Step{Kind: kiosk.StepGivenUp, Link: e.Link, Actor: kiosk.ActorGateway, Reason: reason}
		if again && e.Link < maxAttempts && !sale.Cancel && !sale.Lapse {
			if step.Next, err = er.kernel.NewLink(tx, sale, e.Link+1); err != nil {
				return err
			}
		}
		_, err = er.kernel.Take(tx, sale, step)
		return err
	})
}

// overtaken tells whether somebody else has claimed or ended the errand meanwhile: this worker was
// away for longer than its lease. What the gateway told it is still true and is stored; what it
// concluded from not having been told is not.
func overtaken(tx kiosk.SaleReader, e kiosk.Errand) bool {
	now, err := tx.Errand(e.Sale, kiosk.Duty{Kind: e.Kind, Link: e.Link})
	return err != nil || now.Fence != e.Fence
}
