package kiosk

import "context"

// retireWaits are the pauses between attempts to delete a link whose answers are unclear.
var retireWaits = []int64{1 * secondMillis, 2 * secondMillis, 4 * secondMillis, 8 * secondMillis, 15 * secondMillis, 30 * secondMillis, 60 * secondMillis}

// retire makes a link surely unpayable. Deleting twice is harmless, so an unclear answer is simply
// followed by another try; "no such link" is believed only after both lists were searched.
func (s *Shop) retire(ctx context.Context, e Errand, sale *Sale) error {
	link := sale.Link(e.Link)
	Crash("before-retire")
	answer, err := s.gatewayOf(ctx, link.Holder).Retire(ctx, link.PayID)
	Crash("after-retire")
	s.heard(link.Holder, err)
	if err != nil {
		s.log.Warn("retire failed", "sale", sale.ID, "link", link.ID, "code", CodeOf(err), "err", err)
		return s.later(ctx, e, max(waitOf(err), backoff(retireWaits, e.Tries)))
	}
	switch answer {
	case RetiredGone:
		return s.found(ctx, e, Step{Kind: StepGone})
	case RetiredUsed:
		return s.found(ctx, e, Step{Kind: StepToldUsed})
	case RetiredUnknown:
	}
	return s.retireUnknown(ctx, e, link)
}

func (s *Shop) retireUnknown(ctx context.Context, e Errand, link *Link) error {
	Crash("before-retire-search")
	findings, err := s.gatewayOf(ctx, link.Holder).Find(ctx, link.Ref)
	Crash("after-retire-search")
	s.heard(link.Holder, err)
	if err != nil {
		return s.later(ctx, e, backoff(retireWaits, e.Tries))
	}
	for _, f := range findings.Links {
		if f.PayID == link.PayID && f.Used {
			return s.found(ctx, e, Step{Kind: StepUsed})
		}
		if f.PayID == link.PayID && f.Cancelled {
			return s.found(ctx, e, Step{Kind: StepGone})
		}
	}
	if len(findings.Links) > 0 || !findings.Complete {
		return s.later(ctx, e, backoff(retireWaits, e.Tries))
	}
	return s.found(ctx, e, Step{Kind: StepGone})
}

func backoff(waits []int64, tries int) int64 {
	return waits[max(0, min(tries-1, len(waits)-1))]
}
