package kiosk

import (
	"context"
	"errors"
	"slices"
)

// Refund is a request to send money back. SecPaid takes one per link and never tells the end: a
// negative row in the list of payments does. Money counts as returned only then; until a person says that
// it was rejected, a request counts as done, whatever became of it.
type Refund struct {
	ID       string
	Link     int // number of the link
	Amount   Money
	Staff    string // who decided it
	At       int64  // Unix milliseconds
	Why      string // in the words of who decided it
	Answers  []string
	Before   Money // what had already gone back on the link when it was asked for
	Again    bool  // asked for once more after an answer was lost
	Filed    bool  // the gateway took the request
	Declined bool  // the gateway refused the request; Reason is a message key
	Unsure   bool  // nobody knows whether it did
	Rejected bool  // a person was told that the gateway's operator rejected it; Reason says why
	Reason   string
	Said     string // declined: the gateway's own sentence
}

// RefundStage is how far a refund has come.
type RefundStage string

// The stages of a refund.
const (
	RefundAsked    RefundStage = "asked"    // stored, on its way to the gateway
	RefundFiled    RefundStage = "filed"    // the gateway took the request
	RefundUnsure   RefundStage = "unsure"   // its answer was lost
	RefundSeen     RefundStage = "seen"     // the negative row is there
	RefundDeclined RefundStage = "declined" // the gateway refused the request
	RefundRejected RefundStage = "rejected" // its operator rejected it
)

// Stage tells how far a refund of the sale has come.
func (s *Sale) Stage(r Refund) RefundStage {
	switch {
	case r.Declined:
		return RefundDeclined
	case r.Rejected:
		return RefundRejected
	case !s.unmet(r):
		return RefundSeen
	case r.Unsure:
		return RefundUnsure
	case r.Filed:
		return RefundFiled
	}
	return RefundAsked
}

// RefundOverdue tells whether a refund stands for 14 days without its row: an alarm.
func (s *Sale) RefundOverdue(now int64) bool {
	return s.openRefund(func(r Refund) bool { return now-r.At > alarmRefund })
}

// Refundable is the most that can be asked back now, 0 for nothing.
func (s *Sale) Refundable() Money {
	var most Money
	for i := range s.Links {
		l := &s.Links[i]
		if s.guardRefund(Step{Link: l.N, Amount: 1}) == nil {
			most = max(most, l.received()-l.returned())
		}
	}
	return most
}

// Refund asks the gateway to send part of a sale's money back, or all of it. It needs a manager and
// a reason. The request is stored before it is made; at most one stands per link, also when several
// people ask at once: the others get [Conflict], as does who asks for money of an account whose key
// cannot be opened any more.
func (s *Shop) Refund(ctx context.Context, by Actor, sale string, amount Money, reason string) (*Sale, error) {
	step := Step{Kind: StepRefund, Amount: amount, Reason: reason, ID: s.random.id(s.now())}
	return s.decide(ctx, by, sale, step)
}

// RefundAgain asks once more for a refund whose answer was lost. If the gateway answers that it has
// the request already, that is good news. It needs a manager and a reason.
func (s *Shop) RefundAgain(ctx context.Context, by Actor, sale, reason string) (*Sale, error) {
	return s.decideRefund(ctx, by, sale, Step{Kind: StepAgain, Reason: reason}, Refund.unclear)
}

// RefundRejected notes that the gateway's operator rejected a refund: nothing else tells us. The
// sale is what it was before it was asked for. It needs a manager and a reason.
func (s *Shop) RefundRejected(ctx context.Context, by Actor, sale, reason string) (*Sale, error) {
	return s.decideRefund(ctx, by, sale, Step{Kind: StepRejected, Reason: reason}, Refund.asked)
}

// decideRefund takes a step about the first open refund that fits.
func (s *Shop) decideRefund(ctx context.Context, by Actor, sale string, step Step, fits func(Refund) bool) (*Sale, error) {
	if err := mayDecide(by, step.Reason); err != nil {
		return nil, err
	}
	step.Actor = by.Staff
	return s.own(ctx, by.Register, sale, func(_ Tx, found *Sale) (Step, error) {
		i := slices.IndexFunc(found.Refunds, func(r Refund) bool { return found.unmet(r) && fits(r) })
		if i >= 0 {
			step.ID, step.Amount = found.Refunds[i].ID, found.Refunds[i].Amount
		}
		return step, nil
	})
}

func (r Refund) stands() bool { return !r.Declined && !r.Rejected }

func (r Refund) waits() bool { return !r.Filed && !r.Unsure }

func (r Refund) unclear() bool { return r.Unsure && !r.Filed }

func (r Refund) asked() bool { return r.Filed || r.Unsure }

// unmet tells whether a refund stands that the gateway's rows have not met yet.
func (s *Sale) unmet(r Refund) bool {
	l := s.Link(r.Link)
	return r.stands() && l != nil && l.returned() < r.Before+r.Amount
}

// refundOpen tells whether any such refund stands.
func (s *Sale) refundOpen() bool { return slices.ContainsFunc(s.Refunds, s.unmet) }

func (s *Sale) openRefund(is func(Refund) bool) bool {
	return slices.ContainsFunc(s.Refunds, func(r Refund) bool { return s.unmet(r) && is(r) })
}

// refundDuties lists the links whose refunds must still be asked for.
func (s *Sale) refundDuties() []Duty {
	var d []Duty
	for _, r := range s.Refunds {
		if s.unmet(r) && r.waits() {
			d = append(d, Duty{ErrandRefund, r.Link})
		}
	}
	return d
}

// guardRefund bounds a refund by what surely came on one link and was not sent back; SecPaid takes
// one request per link and does not allow several partial ones.
func (s *Sale) guardRefund(step Step) error {
	_, err := s.linkToRefund(step)
	return err
}

// linkToRefund finds the link whose money a refund may take: the one that is named, or the first
// that can bear the amount, money that came too late before any other.
func (s *Sale) linkToRefund(step Step) (*Link, error) {
	if slices.ContainsFunc(s.OpenTroubles(), isTrouble(TroubleDispute)) {
		return nil, refuse(ReasonDisputed)
	}
	err := refuse(ReasonNotConfirmed)
	for _, late := range []bool{true, false} {
		for i := range s.Links {
			l := &s.Links[i]
			if l.out() != late || !l.hasPayment() || (step.Link > 0 && step.Link != l.N) {
				continue
			}
			no := s.guardLink(l, step.Amount)
			if no == nil {
				return l, nil
			}
			if KeyOf(err) != ReasonTooMuch {
				err = no
			}
		}
	}
	return nil, err
}

func (s *Sale) guardLink(l *Link, amount Money) error {
	stands := slices.ContainsFunc(s.Refunds, func(r Refund) bool { return r.Link == l.N && r.stands() })
	switch {
	case stands || l.returned() > 0:
		return refuse(ReasonOneRefund)
	case amount <= 0 || amount > l.received():
		return refuse(ReasonTooMuch)
	}
	return nil
}

func (s *Sale) applyRefund(step Step) (bool, error) {
	if step.Kind == StepRefund {
		l, err := s.linkToRefund(step)
		if err != nil {
			return false, err
		}
		s.Refunds = append(s.Refunds, Refund{
			ID: step.ID, Link: l.N, Amount: step.Amount, Staff: step.Actor, At: step.At, Why: step.Reason,
			Answers: s.OpenTroubles(), Before: l.returned(),
		})
		return true, nil
	}
	for i := range s.Refunds {
		if r := &s.Refunds[i]; s.unmet(*r) && (step.ID == "" || step.ID == r.ID) {
			return r.answer(step), nil
		}
	}
	return false, nil
}

func (r *Refund) answer(step Step) bool {
	was := *r
	switch step.Kind {
	case StepFiled:
		r.Filed = true
	case StepDeclined:
		r.Declined, r.Reason, r.Said = true, step.Reason, step.Said
	case StepUnsure:
		r.Unsure = true
	case StepRejected:
		r.Rejected, r.Reason = true, step.Reason
	case StepAgain:
		r.Unsure, r.Again = false, true
		return true
	default:
		return false
	}
	return r.Filed != was.Filed || r.Declined != was.Declined || r.Unsure != was.Unsure || r.Rejected != was.Rejected
}

// refund files the refund request that waits for it, once: a repeat could send money back twice.
// An unclear answer counts as done until a person or a negative row says otherwise.
func (s *Shop) refund(ctx context.Context, e Errand, sale *Sale) error {
	link := sale.Link(e.Link)
	r := sale.waitingRefund(e.Link)
	if r == nil {
		return nil
	}
	if e.Tries > 1 {
		return s.found(ctx, e, Step{Kind: StepUnsure, ID: r.ID, Amount: r.Amount})
	}
	Crash("before-refund")
	err := s.gatewayOf(ctx, link.Holder).Refund(ctx, link.PayID, r.Amount, r.Amount == link.received())
	Crash("after-refund")
	s.heard(link.Holder, err)
	step := Step{Kind: StepFiled, ID: r.ID, Amount: r.Amount}
	switch CodeOf(err) {
	case "":
		return s.found(ctx, e, step)
	case Refused:
		if r.Again && KeyOf(err) == KeyRefundKnown {
			return s.found(ctx, e, step) // it was the answer that was lost, not the request
		}
		step.Kind, step.Reason, step.Said = StepDeclined, KeyOf(err), said(err)
		return s.found(ctx, e, step)
	case TooMany, NotSent:
		e.Tries = 0
		return s.later(ctx, e, max(waitOf(err), 5*secondMillis))
	default:
		step.Kind = StepUnsure
		return s.found(ctx, e, step)
	}
}

// KeyRefundKnown is the key of the gateway's refusal of a second request for one link.
const KeyRefundKnown = "refund-known"

// said is the gateway's own sentence in a refusal, "" if it had none.
func said(err error) string {
	var e *Error
	if errors.As(err, &e) && len(e.Args) > 0 {
		return e.Args[0]
	}
	return ""
}

func (s *Sale) waitingRefund(link int) *Refund {
	for i := range s.Refunds {
		if r := &s.Refunds[i]; r.Link == link && s.unmet(*r) && r.waits() {
			return r
		}
	}
	return nil
}
