package office

import (
	"context"

	"qrkiosk/kiosk"
)

// Quarantine lists the newest links at the gateway that this database does not know: those that
// can still be paid if held, else all of them.
func (o *Office) Quarantine(ctx context.Context, held bool, n int) ([]kiosk.Quarantined, error) {
	var all []kiosk.Quarantined
	err := o.store.View(ctx, func(r kiosk.Reader) (err error) {
		all, err = r.Quarantine(held, n)
		return err
	})
	return all, err
}

// DeleteQuarantined has a quarantined link deleted at the gateway, which a person has seen and wants
// gone. It needs a manager and a reason. A link that was paid meanwhile is [kiosk.Conflict] with
// ReasonAlreadyPaid: its payment comes to the unmatched list. Other errors are those of
// [kiosk.Gateway.Retire].
func (o *Office) DeleteQuarantined(ctx context.Context, by kiosk.Actor, payID int64, reason string) error {
	if err := kiosk.MayDecide(by, reason); err != nil {
		return err
	}
	held, err := o.findQuarantined(ctx, payID)
	if err != nil {
		return err
	}
	if held.State != kiosk.QuarantineHeld {
		return kiosk.Refuse(kiosk.ReasonNothingOpen)
	}
	kiosk.Crash("before-census-order")
	holder := o.kernel.Accounts.IDOf(held.Account)
	answer, err := o.kernel.Accounts.GatewayOf(ctx, holder).Retire(ctx, payID)
	kiosk.Crash("after-census-order")
	o.kernel.Condition.NoteLowLaneCall(holder, err)
	switch {
	case err != nil:
		return err
	case answer == kiosk.RetiredUsed:
		return kiosk.FirstOf(o.kernel.Requarantine(ctx, held, kiosk.QuarantineUsed, kiosk.ActorGateway, ""), kiosk.Refuse(kiosk.ReasonAlreadyPaid))
	case answer == kiosk.RetiredUnknown:
		return o.kernel.Requarantine(ctx, held, kiosk.QuarantineGone, kiosk.ActorGateway, "")
	}
	return o.kernel.Requarantine(ctx, held, kiosk.QuarantineDeleted, by.Staff, reason)
}

func (o *Office) findQuarantined(ctx context.Context, payID int64) (q kiosk.Quarantined, err error) {
	err = o.store.View(ctx, func(r kiosk.Reader) error {
		h, err := r.OfficeSettings()
		if err != nil {
			return err
		}
		q, err = r.Quarantined(o.gatewayName, payID)
		for i := 0; i < len(h.Accounts) && kiosk.CodeOf(err) == kiosk.NotFound; i++ {
			q, err = r.Quarantined(o.kernel.Accounts.Qualified(h.Accounts[i].ID), payID)
		}
		return err
	})
	return q, err
}
