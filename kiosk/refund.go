package kiosk

import "context"

// refund files the refund request that waits for it, once: a repeat could send money back twice.
// An unclear answer counts as done until a person or a negative row says otherwise.
func (s *Shop) refund(ctx context.Context, e Errand, sale *Sale) error {
	link := sale.Link(e.Link)
	r := sale.waitingRefund()
	if r == nil {
		return nil
	}
	if e.Tries > 1 {
		return s.found(ctx, e, Step{Kind: StepUnsure, ID: r.ID})
	}
	Crash("before-refund")
	err := s.gateway.Refund(ctx, link.PayID, r.Amount, r.Amount == sale.Received())
	Crash("after-refund")
	s.heard(err)
	switch CodeOf(err) {
	case "":
		return s.found(ctx, e, Step{Kind: StepFiled, ID: r.ID})
	case Refused:
		return s.found(ctx, e, Step{Kind: StepDeclined, ID: r.ID, Reason: KeyOf(err)})
	case TooMany, NotSent:
		e.Tries = 0
		return s.later(ctx, e, max(waitOf(err), 5*secondMillis))
	default:
		return s.found(ctx, e, Step{Kind: StepUnsure, ID: r.ID})
	}
}

func (s *Sale) waitingRefund() *Refund {
	for i := range s.Refunds {
		if r := &s.Refunds[i]; s.unmet(*r) && !r.Filed && !r.Unsure {
			return r
		}
	}
	return nil
}
