package till

import (
	"context"
	"slices"

	"qrkiosk/kiosk"
)

// Refund asks the gateway to send part of a sale's money back, or all of it. It needs a manager and
// a reason. The request is stored before it is made; at most one stands per link, also when several
// people ask at once: the others get [kiosk.Conflict], as does who asks for money of an account whose key
// cannot be opened any more.
func (t *Till) Refund(ctx context.Context, by kiosk.Actor, sale string, amount kiosk.Money, reason string) (*kiosk.Sale, error) {
	step := kiosk.Step{Kind: kiosk.StepRefund, Amount: amount, Reason: reason, ID: t.random.ID(t.kernel.Now())}
	return t.decide(ctx, by, sale, step)
}

// RefundAgain asks once more for a refund whose answer was lost. If the gateway answers that it has
// the request already, that is good news. It needs a manager and a reason.
func (t *Till) RefundAgain(ctx context.Context, by kiosk.Actor, sale, reason string) (*kiosk.Sale, error) {
	return t.decideRefund(ctx, by, sale, kiosk.Step{Kind: kiosk.StepAgain, Reason: reason}, kiosk.Refund.Unclear)
}

// NoteRefundRejected notes that the gateway's operator rejected a refund: nothing else tells us. The
// sale is what it was before it was asked for. It needs a manager and a reason.
func (t *Till) NoteRefundRejected(ctx context.Context, by kiosk.Actor, sale, reason string) (*kiosk.Sale, error) {
	return t.decideRefund(ctx, by, sale, kiosk.Step{Kind: kiosk.StepRejected, Reason: reason}, kiosk.Refund.Asked)
}

// decideRefund takes a step about the first open refund that fits.
func (t *Till) decideRefund(ctx context.Context, by kiosk.Actor, sale string, step kiosk.Step, fits func(kiosk.Refund) bool) (*kiosk.Sale, error) {
	if err := kiosk.MayDecide(by, step.Reason); err != nil {
		return nil, err
	}
	step.Actor = by.Staff
	return t.kernel.TakeOnRegister(ctx, by.Register, sale, func(_ kiosk.Tx, found *kiosk.Sale) (kiosk.Step, error) {
		i := slices.IndexFunc(found.Refunds, func(r kiosk.Refund) bool { return found.Unmet(r) && fits(r) })
		if i >= 0 {
			step.ID, step.Amount = found.Refunds[i].ID, found.Refunds[i].Amount
		}
		return step, nil
	})
}
