package kiosk

import (
	"slices"
)

// CheckChange refuses to open the cart of a sale again: while nobody knows whether its link was made,
// while money may be on its way, once money came, and a second time once the cart was charged; and a portion
// of a bill, which is charged from there.
func CheckChange(s *Sale) error { return checkChange(s, StepChange) }

func checkChange(s *Sale, kind StepKind) error {
	if s.Into != "" {
		return &Error{Code: Conflict, Key: ReasonChangedAlready, Args: []string{s.Into}}
	}
	if s.Bill != "" {
		return Refuse(ReasonPortion) // its part of the lines goes back to the bill by itself
	}
	if kind == StepChanged {
		return refuseIf(!s.Changed, ReasonUnknownStep)
	}
	switch s.State() {
	case Asking, Awaiting, Cancelled, Lapsed, LinkRefused:
		return nil
	case Opening:
		return refuseIf(s.AnyLink(isUnclear), ReasonOpeningUnclear)
	case Checking, Retiring:
		return checkEnding(s)
	case Paid:
		return Refuse(ReasonAlreadyPaid)
	case Review:
		return Refuse(ReasonInReview)
	case Refunding:
		return Refuse(ReasonRefundOpen)
	case ClosedUnpaid, Refunded:
	}
	return Refuse(ReasonClosed)
}

// checkEnding lets a sale be changed whose end was asked for before, unless something speaks of money.
func checkEnding(s *Sale) error {
	switch {
	case s.BankPending():
		return Refuse(ReasonMoneyPending)
	case s.State() == Checking || s.AnyLink(func(l *Link) bool { return l.ToldUsed || l.Claimed() || l.Odd > l.MarkAnswered }):
		return Refuse(ReasonNotWhileChecking)
	}
	return refuseIf(s.AnyLink(isUnclear), ReasonOpeningUnclear)
}

// isUnclear holds for an attempt of which nobody knows whether it made a link.
func isUnclear(l *Link) bool { return l.Unclear && !l.Live && !l.Gone && !l.Unborn }

// applyChange writes what ties a sale to the one it was changed into, or came from.
func applyChange(s *Sale, step Step) bool {
	switch step.Kind {
	case StepChanged:
		s.Into = step.Reason
		return true
	case StepFreed:
		held := IsHeld(s)
		s.Freed = s.Freed || held
		return held
	default:
		if slices.Contains([]State{Asking, Opening, Awaiting}, s.State()) {
			s.Cancel, s.CancelBy = true, step.Actor
		} else if s.Changed {
			return false
		}
		s.Changed = true
		return true
	}
}

// IsHeld tells whether a sale came from one that might still be paid: it has no link before that one
// surely cannot.
func IsHeld(s *Sale) bool { return s.Waits && !s.Freed }

// MayBePaid tells whether a link of the sale may still be paid, as far as anybody knows. An attempt that
// was given up counts once its link is found: before, nobody has seen its address.
func MayBePaid(s *Sale) bool {
	switch s.State() {
	case Asking, Opening, Awaiting, Checking, Retiring:
		return true
	case Paid, Cancelled, Lapsed, LinkRefused, Review, ClosedUnpaid, Refunding, Refunded:
	}
	return s.AnyLink(s.needsRetire)
}

// HasMoney tells whether a sale in this state has brought money, or somebody has to look whether it did.
func HasMoney(s State) bool {
	return slices.Contains([]State{Paid, Review, ClosedUnpaid, Refunding, Refunded}, s)
}
