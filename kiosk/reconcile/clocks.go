package reconcile

import (
	"context"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/shop"
)

// How long facts are waited for before a person is asked, in milliseconds.
const (
	bankPatient = 14 * kiosk.DayMillis // about a bank transfer
	dayOfProof  = kiosk.DayMillis      // about an unconfirmed payment
)

// clocks takes the steps that time alone demands.
type clocks struct{ kernel *shop.Kernel }

func (cl *clocks) lapseUnopened(ctx context.Context, sales []*kiosk.Sale) {
	for _, sale := range sales {
		if err := cl.step(ctx, sale, kiosk.StepLapse, 0); err != nil {
			cl.kernel.Complain(ctx, "a sale cannot lapse", err)
		}
	}
}

// step takes a step of the clock; a sale that meanwhile does not allow it is left alone.
func (cl *clocks) step(ctx context.Context, sale *kiosk.Sale, kind kiosk.StepKind, link int) error {
	return cl.kernel.Change(ctx, sale.Register, func(tx kiosk.Tx) error {
		found, err := tx.Sale(sale.ID)
		if err != nil {
			return err
		}
		_, err = cl.kernel.Take(tx, found, kiosk.Step{Kind: kind, Link: link, Actor: kiosk.ActorClock})
		if kiosk.CodeOf(err) == kiosk.Conflict {
			return nil
		}
		return err
	})
}

// apply takes the steps that time alone demands, behind a list that was read after their time; a list
// speaks for links of its account alone.
func (cl *clocks) apply(ctx context.Context, sales []*kiosk.Sale, began int64, read payInList) {
	for _, sale := range sales {
		for _, c := range dueClocks(sale, began, read) {
			if err := cl.step(ctx, sale, c.Kind, c.Link); err != nil {
				cl.kernel.Complain(ctx, "a clock step failed", err)
			}
		}
	}
}

func dueClocks(sale *kiosk.Sale, now int64, read payInList) []kiosk.Step {
	var steps []kiosk.Step
	if sale.Expires <= now && sale.State() == kiosk.Awaiting && read.answers(sale.Last()) {
		steps = append(steps, kiosk.Step{Kind: kiosk.StepLapse})
	}
	for i := range sale.Links {
		l := &sale.Links[i]
		if l.AccountID != read.account {
			continue
		}
		waits := l.ToldUsed || l.Used || l.Claimed()
		if waits && !l.HasPayment() && !l.Unconfirmed && now-max(sale.PaidAt, l.KnownAt()) > dayOfProof {
			steps = append(steps, kiosk.Step{Kind: kiosk.StepUnconfirmed, Link: l.N})
		}
		if l.PendingOpen() && !l.BankLate && now-l.KnownAt() > bankPatient {
			steps = append(steps, kiosk.Step{Kind: kiosk.StepBankLate, Link: l.N})
		}
	}
	return steps
}

// stopAsking ends the question for those whose time is over. One that was answered meanwhile, or
// cancelled, is left alone.
func (cl *clocks) stopAsking(ctx context.Context, sales []*kiosk.Sale) {
	for _, sale := range sales {
		_, err := cl.kernel.Tip(ctx, sale.Register, sale.ID, 0, kiosk.ActorClock)
		if err != nil && kiosk.CodeOf(err) != kiosk.Conflict {
			cl.kernel.Complain(ctx, "a sale cannot go on without a tip", err)
		}
	}
}
