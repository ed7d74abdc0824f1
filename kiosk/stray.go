package kiosk

import "context"

// strayWaits are the pauses between searches for an attempt that was given up: often at first,
// since that is when a late link is born, then now and then for a day.
var strayWaits = []int64{
	30 * secondMillis, minuteMillis, 2 * minuteMillis, 4 * minuteMillis, 8 * minuteMillis, 15 * minuteMillis,
	30 * minuteMillis, 60 * minuteMillis,
}

// stray looks for the link of an attempt that was given up. One that is found becomes known and,
// being given up, is retired; whatever was paid on it goes to review of its sale.
func (s *Shop) stray(ctx context.Context, e Errand, sale *Sale) error {
	link := sale.Link(e.Link)
	Crash("before-stray-search")
	findings, err := s.gatewayOf(ctx, link.Holder).Find(ctx, link.Ref)
	Crash("after-stray-search")
	s.heard(link.Holder, err)
	if err != nil {
		return s.later(ctx, e, max(waitOf(err), backoff(strayWaits, e.Tries)))
	}
	if best, ok := lowest(findings.Links); ok {
		return s.adopt(ctx, e, best, len(findings.Links))
	}
	if findings.Complete && s.now()-link.Created > dayMillis {
		return s.found(ctx, e, Step{Kind: StepUnborn})
	}
	return s.later(ctx, e, backoff(strayWaits, e.Tries))
}
