package kiosk

import (
	"context"
	"time"
)

const (
	leaseMillis  = 15 * 1000 // an errand's claim; whoever takes longer is overtaken, and decides nothing any more
	maxAttempts  = 3         // links asked for by itself, for one sale
	secondMillis = 1000
)

// settle is when the gateway's lists are searched for a link whose create was not answered:
// 1, 3, 7 and 15 seconds after the call. Then the attempt is given up and watched as a stray.
var settle = []int64{1 * secondMillis, 2 * secondMillis, 4 * secondMillis, 8 * secondMillis}

// The reasons the journal gives for an attempt that ended.
const (
	KeyGatewayRefused     = "gateway-refused"
	KeyGatewayKey         = "gateway-key"
	KeyGatewayLimit       = "gateway-limit"
	KeyGatewayUnclear     = "gateway-unclear"
	KeyGatewayUnreachable = "gateway-unreachable"
	KeyGatewayWrong       = "gateway-wrong-echo"
)

// open makes the link of an attempt, or finds out whether it was made. The first claim of the
// errand is the only one that may call create: SecPaid has no idempotency key, and a claim that
// finds an earlier one without an answer searches instead.
func (s *Shop) open(ctx context.Context, e Errand, sale *Sale) error {
	link := sale.Link(e.Link)
	switch {
	case e.Tries == 1 && !link.Unclear && (sale.Cancel || sale.Lapse):
		return s.giveUp(ctx, e, KeyGatewayUnclear, false)
	case e.Tries == 1 && !link.Unclear:
		return s.create(ctx, e, sale, link)
	case !link.Unclear:
		return s.unclear(ctx, e)
	}
	return s.search(ctx, e, link)
}

func (s *Shop) create(ctx context.Context, e Errand, sale *Sale, link *Link) error {
	order, err := s.order(ctx, sale, link)
	if err != nil {
		return err
	}
	began := s.clock()
	Crash("before-create")
	opened, err := s.gatewayOf(ctx, link.Holder).Open(ctx, order)
	Crash("after-create")
	s.observe.Created(s.clock().Sub(began), createOutcome(opened, err))
	s.heard(link.Holder, err)
	if err == nil {
		s.learnNumber(ctx, link.Holder, opened.UserID)
		return s.opened(ctx, e, opened)
	}
	s.log.Warn("create failed", "sale", sale.ID, "link", link.ID, "code", CodeOf(err), "err", err)
	switch CodeOf(err) {
	case Refused:
		return s.giveUp(ctx, e, KeyOf(err), false)
	case NotSent:
		return s.giveUp(ctx, e, KeyOf(err), true)
	case TooMany:
		return s.later(ctx, Errand{Sale: e.Sale, Register: e.Register, Link: e.Link, Kind: e.Kind, Fence: e.Fence}, waitOf(err))
	default:
		return s.unclear(ctx, e)
	}
}

func createOutcome(o Opened, err error) string {
	switch {
	case err != nil:
		return string(CodeOf(err))
	case o.Wrong != "":
		return "wrong"
	}
	return "made"
}

// order is what the gateway is asked for. The cashier's note stays with us, because pay pages can
// be enumerated; the reference comes first in the note so that it is never cut.
func (s *Shop) order(ctx context.Context, sale *Sale, link *Link) (Order, error) {
	var stall Stall
	err := s.store.View(ctx, func(r Reader) (err error) {
		stall, err = r.Stall(sale.Stall)
		return err
	})
	if err != nil {
		return Order{}, err
	}
	secrets, err := s.secrets(link)
	if err != nil {
		return Order{}, err
	}
	o := Order{
		Ref: link.Ref, Note: link.Ref + " " + stall.Name, Amount: link.Amount,
		Shares: link.Parts, Statement: stall.Name,
	}
	if !sale.Poll {
		o.PaymentEndpoint = s.publicURL + s.hookPath + secrets.Token
		o.CallbackURL = s.ReceiptURL(sale)
		o.Key = secrets.Key
	}
	return o, nil
}

// opened stores a link the gateway made. One whose echo is wrong is never shown: it is given up
// and, being known, retired as a stray.
func (s *Shop) opened(ctx context.Context, e Errand, o Opened) error {
	steps := []Step{{Kind: StepLive, PayID: o.PayID, URL: o.URL, UserID: o.UserID}}
	if o.Wrong != "" {
		s.log.Error("the gateway made another link than ordered", "sale", e.Sale, "field", o.Wrong)
		steps = append([]Step{{Kind: StepGivenUp, Reason: KeyGatewayWrong}}, steps...)
	}
	return s.known(ctx, e, steps...)
}

// known stores that a link is known now, and reads the notices that waited for that.
func (s *Shop) known(ctx context.Context, e Errand, steps ...Step) error {
	defer s.wakeLooks() // a code may be on show now
	defer Crash("after-known")
	return s.change(ctx, e.Register, func(tx Tx) error {
		sale, err := s.told(tx, e, steps)
		if err != nil {
			return err
		}
		s.addresses.expect(sale, e.Link)
		return s.readWaiting(tx, sale, e.Link)
	})
}

// found stores what the gateway told about the errand's link.
func (s *Shop) found(ctx context.Context, e Errand, steps ...Step) error {
	defer Crash("after-found")
	return s.change(ctx, e.Register, func(tx Tx) error {
		_, err := s.told(tx, e, steps)
		return err
	})
}

func (s *Shop) told(tx Tx, e Errand, steps []Step) (*Sale, error) {
	sale, err := tx.Sale(e.Sale)
	if err != nil {
		return nil, err
	}
	for _, step := range steps {
		step.Link, step.Actor = e.Link, ActorGateway
		out, err := s.take(tx, sale, step)
		if err != nil {
			return nil, err
		}
		sale = out.Sale
		if step.Reason == KeyGatewayWrong {
			mark := Mark{Sale: sale.ID, Kind: AlarmEcho, Register: sale.Register, At: s.now()}
			if err := tx.PutMark(mark); err != nil {
				return nil, err
			}
		}
	}
	return sale, nil
}

func (s *Shop) unclear(ctx context.Context, e Errand) error {
	defer Crash("after-unclear")
	return s.change(ctx, e.Register, func(tx Tx) error {
		sale, err := tx.Sale(e.Sale)
		if err != nil || overtaken(tx, e) {
			return err
		}
		if _, err = s.take(tx, sale, Step{Kind: StepUnclear, Link: e.Link, Actor: ActorGateway}); err != nil {
			return err
		}
		e.Tries = 1
		_, err = tx.Postpone(e, s.now()+settle[0])
		return err
	})
}

// search looks for the reference in the gateway's lists: one exact match is adopted, several are
// reduced to the lowest number, none after the settle time gives the attempt up.
func (s *Shop) search(ctx context.Context, e Errand, link *Link) error {
	Crash("before-search")
	findings, err := s.gatewayOf(ctx, link.Holder).Find(ctx, link.Ref)
	Crash("after-search")
	s.heard(link.Holder, err)
	if err != nil {
		e.Tries--
		return s.later(ctx, e, max(waitOf(err), 2*secondMillis))
	}
	best, ok := lowest(findings.Links)
	switch {
	case ok && best.Amount != link.Amount:
		return s.opened(ctx, e, Opened{PayID: best.PayID, URL: best.URL, Wrong: "amount"})
	case ok:
		return s.adopt(ctx, e, best, len(findings.Links))
	case e.Tries <= len(settle) || !findings.Complete:
		return s.later(ctx, e, settle[min(e.Tries-1, len(settle)-1)])
	}
	return s.giveUp(ctx, e, KeyGatewayUnclear, true)
}

func (s *Shop) adopt(ctx context.Context, e Errand, f Found, matches int) error {
	if matches > 1 {
		s.log.Error("several links carry one reference", "sale", e.Sale, "count", matches)
	}
	steps := []Step{{Kind: StepLive, PayID: f.PayID, URL: f.URL, UserID: f.UserID}}
	switch {
	case f.Used:
		steps = append(steps, Step{Kind: StepUsed})
	case f.Cancelled:
		steps = append(steps, Step{Kind: StepGone})
	}
	return s.known(ctx, e, steps...)
}

func lowest(links []Found) (Found, bool) {
	if len(links) == 0 {
		return Found{}, false
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
func (s *Shop) giveUp(ctx context.Context, e Errand, reason string, again bool) error {
	defer Crash("after-give-up")
	return s.change(ctx, e.Register, func(tx Tx) error {
		sale, err := tx.Sale(e.Sale)
		if err != nil || overtaken(tx, e) {
			return err
		}
		step := Step{Kind: StepGivenUp, Link: e.Link, Actor: ActorGateway, Reason: reason}
		if again && e.Link < maxAttempts && !sale.Cancel && !sale.Lapse {
			if step.Next, err = s.newLink(tx, sale, e.Link+1); err != nil {
				return err
			}
		}
		_, err = s.take(tx, sale, step)
		return err
	})
}

// overtaken tells whether somebody else has claimed or ended the errand meanwhile: this worker was
// away for longer than its lease. What the gateway told it is still true and is stored; what it
// concluded from not having been told is not.
func overtaken(tx Tx, e Errand) bool {
	now, err := tx.Errand(e.Sale, Duty{e.Kind, e.Link})
	return err != nil || now.Fence != e.Fence
}

// later gives a claimed errand back for another try after wait milliseconds.
func (s *Shop) later(ctx context.Context, e Errand, wait int64) error {
	defer Crash("after-postpone")
	return s.change(ctx, e.Register, func(tx Tx) error {
		_, err := tx.Postpone(e, s.now()+s.jitter(wait))
		return err
	})
}

// jitter spreads waits that are long enough to collide by up to an eighth.
func (s *Shop) jitter(wait int64) int64 {
	if wait < 5*secondMillis {
		return wait
	}
	return wait + wait*int64(s.random.bytes(1)[0])/(8*256)
}

func waitOf(err error) int64 {
	var e *Error
	if asError(err, &e) && e.Wait > 0 {
		return e.Wait
	}
	return 2 * int64(time.Second/time.Millisecond)
}
