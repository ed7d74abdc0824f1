package reconcile

import (
	"context"

	"qrkiosk/kiosk"
)

// retireWaits are the pauses between attempts to delete a link whose answers are unclear.
var retireWaits = []int64{1 * kiosk.SecondMillis, 2 * kiosk.SecondMillis, 4 * kiosk.SecondMillis, 8 * kiosk.SecondMillis, 15 * kiosk.SecondMillis, 30 * kiosk.SecondMillis, 60 * kiosk.SecondMillis}

// retire makes a link surely unpayable. Deleting twice is harmless, so an unclear answer is simply
// followed by another try; "no such link" is believed only after both lists were searched.
func (er *errands) retire(ctx context.Context, e kiosk.Errand, sale *kiosk.Sale) error {
	link := sale.Link(e.Link)
	kiosk.Crash("before-retire")
	answer, err := er.kernel.Accounts.GatewayOf(ctx, link.AccountID).Retire(ctx, link.PayID)
	kiosk.Crash("after-retire")
	er.kernel.Condition.NoteCall(link.AccountID, err)
	if err != nil {
		er.log.Warn("retire failed", "sale", sale.ID, "link", link.ID, "code", kiosk.CodeOf(err), "err", err)
		return er.kernel.Later(ctx, e, max(kiosk.WaitOf(err), backoff(retireWaits, e.Tries)))
	}
	switch answer {
	case kiosk.RetiredGone:
		return er.kernel.StoreFindings(ctx, e, kiosk.Step{Kind: kiosk.StepGone})
	case kiosk.RetiredUsed:
		return er.kernel.StoreFindings(ctx, e, kiosk.Step{Kind: kiosk.StepToldUsed})
	case kiosk.RetiredUnknown:
	}
	return er.retireUnknown(ctx, e, link)
}

func (er *errands) retireUnknown(ctx context.Context, e kiosk.Errand, link *kiosk.Link) error {
	kiosk.Crash("before-retire-search")
	findings, err := er.kernel.Accounts.GatewayOf(ctx, link.AccountID).Find(ctx, link.Ref)
	kiosk.Crash("after-retire-search")
	er.kernel.Condition.NoteCall(link.AccountID, err)
	if err != nil {
		return er.kernel.Later(ctx, e, backoff(retireWaits, e.Tries))
	}
	for _, f := range findings.Links {
		if f.PayID == link.PayID && f.Used {
			return er.kernel.StoreFindings(ctx, e, kiosk.Step{Kind: kiosk.StepUsed})
		}
		if f.PayID == link.PayID && f.Cancelled {
			return er.kernel.StoreFindings(ctx, e, kiosk.Step{Kind: kiosk.StepGone})
		}
	}
	if len(findings.Links) > 0 || !findings.Complete {
		return er.kernel.Later(ctx, e, backoff(retireWaits, e.Tries))
	}
	return er.kernel.StoreFindings(ctx, e, kiosk.Step{Kind: kiosk.StepGone})
}

func backoff(waits []int64, tries int) int64 {
	return waits[max(0, min(tries-1, len(waits)-1))]
}
