package office

import (
	"context"

	"qrkiosk/kiosk"
)

// ResolveUnmatched says what a person found out about an unmatched pay-in, named by the key of its
// row. It needs a manager and a reason; one that is settled already is [kiosk.Conflict].
func (o *Office) ResolveUnmatched(ctx context.Context, by kiosk.Actor, key, reason string) error {
	if err := kiosk.MayDecide(by, reason); err != nil {
		return err
	}
	return o.kernel.Change(ctx, kiosk.OfficeStream, func(tx kiosk.Tx) error {
		u, err := o.unmatchedRow(tx, key)
		if err != nil {
			return err
		}
		if u.Resolved != 0 {
			return kiosk.Refuse(kiosk.ReasonNothingOpen)
		}
		return o.kernel.ResolveUnmatched(tx, u, by.Staff, reason)
	})
}

// unmatchedRow finds a row in the books of all accounts, one that waits before one that does not.
func (o *Office) unmatchedRow(r kiosk.Reader, key string) (kiosk.Unmatched, error) {
	h, err := r.OfficeSettings()
	if err != nil {
		return kiosk.Unmatched{}, err
	}
	found, missing := r.UnmatchedRow(o.gatewayName, key)
	for i := 0; i < len(h.Accounts) && (missing != nil || found.Resolved != 0); i++ {
		u, err := r.UnmatchedRow(o.kernel.Accounts.Qualified(h.Accounts[i].ID), key)
		if err == nil && (missing != nil || u.Resolved == 0) {
			found, missing = u, nil
		}
	}
	return found, missing
}
