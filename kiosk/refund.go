package kiosk

import (
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
	Answers  []Trouble
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
	case !s.Unmet(r):
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
			most = max(most, l.Received()-l.returned())
		}
	}
	return most
}

func (r Refund) stands() bool { return !r.Declined && !r.Rejected }

func (r Refund) waits() bool { return !r.Filed && !r.Unsure }

// Unclear holds where nobody knows whether the request arrived.
func (r Refund) Unclear() bool { return r.Unsure && !r.Filed }

// Asked holds where the request arrived, or may have.
func (r Refund) Asked() bool { return r.Filed || r.Unsure }

// Unmet tells whether a refund stands that the gateway's rows have not met yet.
func (s *Sale) Unmet(r Refund) bool {
	l := s.Link(r.Link)
	return r.stands() && l != nil && l.returned() < r.Before+r.Amount
}

// refundOpen tells whether any such refund stands.
func (s *Sale) refundOpen() bool { return slices.ContainsFunc(s.Refunds, s.Unmet) }

func (s *Sale) openRefund(is func(Refund) bool) bool {
	return slices.ContainsFunc(s.Refunds, func(r Refund) bool { return s.Unmet(r) && is(r) })
}

// refundDuties lists the links whose refunds must still be asked for.
func (s *Sale) refundDuties() []Duty {
	var d []Duty
	for _, r := range s.Refunds {
		if s.Unmet(r) && r.waits() {
			d = append(d, Duty{ErrandRefund, r.Link})
		}
	}
	return d
}

// guardRefund bounds a refund by what surely came on one link and was not sent back; SecPaid takes
// one request per link and does not allow several partial ones.
func (s *Sale) guardRefund(step Step) error {
	_, err := s.LinkToRefund(step)
	return err
}

// LinkToRefund finds the link whose money a refund may take: the one that is named, or the first
// that can bear the amount, money that came too late before any other.
func (s *Sale) LinkToRefund(step Step) (*Link, error) {
	if slices.ContainsFunc(s.OpenTroubles(), isTrouble(TroubleDispute)) {
		return nil, Refuse(ReasonDisputed)
	}
	err := Refuse(ReasonNotConfirmed)
	for _, late := range []bool{true, false} {
		for i := range s.Links {
			l := &s.Links[i]
			if l.out() != late || !l.HasPayment() || (step.Link > 0 && step.Link != l.N) {
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
		return Refuse(ReasonOneRefund)
	case amount <= 0 || amount > l.Received():
		return Refuse(ReasonTooMuch)
	}
	return nil
}

func (s *Sale) applyRefund(step Step) (bool, error) {
	if step.Kind == StepRefund {
		l, err := s.LinkToRefund(step)
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
		if r := &s.Refunds[i]; s.Unmet(*r) && (step.ID == "" || step.ID == r.ID) {
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

// KeyRefundKnown is the key of the gateway's refusal of a second request for one link.
const KeyRefundKnown = "refund-known"

// WaitingRefund is the refund of a link that is still to be asked for, nil if there is none.
func (s *Sale) WaitingRefund(link int) *Refund {
	for i := range s.Refunds {
		if r := &s.Refunds[i]; r.Link == link && s.Unmet(*r) && r.waits() {
			return r
		}
	}
	return nil
}
