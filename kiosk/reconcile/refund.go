package reconcile

import (
	"context"
	"errors"

	"qrkiosk/kiosk"
)

// refund files the refund request that waits for it, once: a repeat could send money back twice.
// An unclear answer counts as done until a person or a negative row says otherwise.
func (er *errands) refund(ctx context.Context, e kiosk.Errand, sale *kiosk.Sale) error {
	link := sale.Link(e.Link)
	r := sale.WaitingRefund(e.Link)
	if r == nil {
		return nil
	}
	if e.Tries > 1 {
		return er.kernel.StoreFindings(ctx, e, kiosk.Step{Kind: kiosk.StepUnsure, ID: r.ID, Amount: r.Amount})
	}
	kiosk.Crash("before-refund")
	err := er.kernel.Accounts.GatewayOf(ctx, link.AccountID).Refund(ctx, link.PayID, r.Amount, r.Amount == link.Received())
	kiosk.Crash("after-refund")
	er.kernel.Condition.NoteCall(link.AccountID, err)
	step := kiosk.Step{Kind: kiosk.StepFiled, ID: r.ID, Amount: r.Amount}
	switch kiosk.CodeOf(err) {
	case "":
		return er.kernel.StoreFindings(ctx, e, step)
	case kiosk.Refused:
		if r.Again && kiosk.KeyOf(err) == kiosk.KeyRefundKnown {
			return er.kernel.StoreFindings(ctx, e, step) // it was the answer that was lost, not the request
		}
		step.Kind, step.Reason, step.Said = kiosk.StepDeclined, kiosk.KeyOf(err), GatewaySentence(err)
		return er.kernel.StoreFindings(ctx, e, step)
	case kiosk.TooMany, kiosk.NotSent:
		e.Tries = 0
		return er.kernel.Later(ctx, e, max(kiosk.WaitOf(err), 5*kiosk.SecondMillis))
	default:
		step.Kind = kiosk.StepUnsure
		return er.kernel.StoreFindings(ctx, e, step)
	}
}

// GatewaySentence is the gateway's own sentence in a refusal, "" if it had none.
func GatewaySentence(err error) string {
	var e *kiosk.Error
	if errors.As(err, &e) && len(e.Args) > 0 {
		return e.Args[0]
	}
	return ""
}
