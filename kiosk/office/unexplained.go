package office

import (
	"context"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/shop"
)

// Unexplained is what reconciliation found and no sale explains: a person has to decide.
type Unexplained struct {
	kernel      *shop.Kernel
	store       kiosk.Store
	gatewayName string
}

// Quarantined lists the newest links at the gateway that this database does not know: those that
// can still be paid if held, else all of them.
func (un *Unexplained) Quarantined(ctx context.Context, held bool, n int) ([]kiosk.Quarantined, error) {
	var all []kiosk.Quarantined
	err := un.store.View(ctx, func(r kiosk.Reader) (err error) {
		all, err = r.Quarantine(held, n)
		return err
	})
	return all, err
}

// DeleteQuarantined has a quarantined link deleted at the gateway, which a person has seen and wants
// gone. It needs a manager and a reason. A link that was paid meanwhile is [kiosk.Conflict] with
// ReasonAlreadyPaid: its payment comes to the unmatched list. Other errors are those of
// [kiosk.Gateway.Retire].
func (un *Unexplained) DeleteQuarantined(ctx context.Context, by kiosk.Actor, payID int64, reason string) error {
	if err := kiosk.MayDecide(by, reason); err != nil {
		return err
	}
	held, err := un.findQuarantined(ctx, payID)
	if err != nil {
		return err
	}
	if held.State != kiosk.QuarantineHeld {
		return kiosk.Refuse(kiosk.ReasonNothingOpen)
	}
	kiosk.Crash("before-census-order")
	holder := un.kernel.Accounts.IDOf(held.Account)
	answer, err := un.kernel.Accounts.GatewayOf(ctx, holder).Retire(ctx, payID)
	kiosk.Crash("after-census-order")
	un.kernel.Condition.NoteLowLaneCall(holder, err)
	switch {
	case err != nil:
		return err
	case answer == kiosk.RetiredUsed:
		return kiosk.FirstOf(un.kernel.Requarantine(ctx, held, kiosk.QuarantineUsed, kiosk.ActorGateway, ""), kiosk.Refuse(kiosk.ReasonAlreadyPaid))
	case answer == kiosk.RetiredUnknown:
		return un.kernel.Requarantine(ctx, held, kiosk.QuarantineGone, kiosk.ActorGateway, "")
	}
	return un.kernel.Requarantine(ctx, held, kiosk.QuarantineDeleted, by.Staff, reason)
}

func (un *Unexplained) findQuarantined(ctx context.Context, payID int64) (q kiosk.Quarantined, err error) {
	err = un.store.View(ctx, func(r kiosk.Reader) error {
		h, err := r.OfficeSettings()
		if err != nil {
			return err
		}
		q, err = r.Quarantined(un.gatewayName, payID)
		for i := 0; i < len(h.Accounts) && kiosk.CodeOf(err) == kiosk.NotFound; i++ {
			q, err = r.Quarantined(un.kernel.Accounts.Qualified(h.Accounts[i].ID), payID)
		}
		return err
	})
	return q, err
}

// ResolveUnmatched says what a person found out about an unmatched pay-in, named by the key of its
// row. It needs a manager and a reason; one that is settled already is [kiosk.Conflict].
func (un *Unexplained) ResolveUnmatched(ctx context.Context, by kiosk.Actor, key, reason string) error {
	if err := kiosk.MayDecide(by, reason); err != nil {
		return err
	}
	return un.kernel.Change(ctx, kiosk.OfficeStream, func(tx kiosk.Tx) error {
		u, err := un.unmatchedRow(tx, key)
		if err != nil {
			return err
		}
		if u.Resolved != 0 {
			return kiosk.Refuse(kiosk.ReasonNothingOpen)
		}
		return un.kernel.ResolveUnmatched(tx, u, by.Staff, reason)
	})
}

// unmatchedRow finds a row in the books of all accounts, one that waits before one that does not.
func (un *Unexplained) unmatchedRow(r kiosk.Reader, key string) (kiosk.Unmatched, error) {
	h, err := r.OfficeSettings()
	if err != nil {
		return kiosk.Unmatched{}, err
	}
	found, missing := r.UnmatchedRow(un.gatewayName, key)
	for i := 0; i < len(h.Accounts) && (missing != nil || found.Resolved != 0); i++ {
		u, err := r.UnmatchedRow(un.kernel.Accounts.Qualified(h.Accounts[i].ID), key)
		if err == nil && (missing != nil || u.Resolved == 0) {
			found, missing = u, nil
		}
	}
	return found, missing
}
