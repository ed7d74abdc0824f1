package reconcile

import (
	"context"

	"qrkiosk/kiosk"
)

// strayWaits are the pauses between searches for an attempt that was given up: often at first,
// since that is when a late link is born, then now and then for a day.
var strayWaits = []int64{
	30 * kiosk.SecondMillis, kiosk.MinuteMillis, 2 * kiosk.MinuteMillis, 4 * kiosk.MinuteMillis, 8 * kiosk.MinuteMillis, 15 * kiosk.MinuteMillis,
	30 * kiosk.MinuteMillis, 60 * kiosk.MinuteMillis,
}

// searchStray looks for the link of an attempt that was given up. One that is found becomes known and,
// being given up, is retired; whatever was paid on it goes to review of its sale.
func (er *errands) searchStray(ctx context.Context, e kiosk.Errand, sale *kiosk.Sale) error {
	link := sale.Link(e.Link)
	kiosk.Crash("before-stray-search")
	findings, err := er.kernel.Accounts.GatewayOf(ctx, link.AccountID).Find(ctx, link.Ref)
	kiosk.Crash("after-stray-search")
	er.kernel.Condition.NoteCall(link.AccountID, err)
	if err != nil {
		return er.kernel.Later(ctx, e, max(kiosk.WaitOf(err), backoff(strayWaits, e.Tries)))
	}
	if best, ok := lowest(findings.Links); ok {
		return er.adopt(ctx, e, best, len(findings.Links))
	}
	if findings.Complete && er.kernel.Now()-link.Created > kiosk.DayMillis {
		return er.kernel.StoreFindings(ctx, e, kiosk.Step{Kind: kiosk.StepUnborn})
	}
	return er.kernel.Later(ctx, e, backoff(strayWaits, e.Tries))
}
