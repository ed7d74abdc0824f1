package reconcile

import (
	"context"
	"strings"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/shop"
)

// keepUnmatchedPayIn keeps a row of nobody's link. Rows of other systems on the same account, of the time
// before this one, and those that brought no money are none of our business.
func (rc *Reconciler) keepUnmatchedPayIn(ctx context.Context, holder string, row kiosk.PayIn) error {
	money := row.Status == kiosk.StatusSuccess || (row.Kind != kiosk.RowPayment && row.Status != kiosk.StatusPending)
	if !money || rc.foreign(holder, row) {
		return nil
	}
	return rc.keepUnmatched(ctx, kiosk.Unmatched{
		Account: rc.kernel.Accounts.Qualified(holder), PayID: row.PayID, Ref: row.Ref, Why: rc.whyUnmatched(row.Ref),
		Row: kiosk.RowOf(row, rc.kernel.Now()),
	}, row)
}

// keepShare keeps what an account got of a link of another one, by its split terms. It is part of what is
// paid out to the account and counts in no sum of sales; nobody has to look into it.
func (rc *Reconciler) keepShare(ctx context.Context, holder string, row kiosk.PayIn, sale string) error {
	if row.Status != kiosk.StatusSuccess && (row.Kind == kiosk.RowPayment || row.Status == kiosk.StatusPending) {
		return nil
	}
	now := rc.kernel.Now()
	return rc.keepUnmatched(ctx, kiosk.Unmatched{
		Account: rc.kernel.Accounts.Qualified(holder), PayID: row.PayID, Ref: row.Ref, Why: kiosk.UnmatchedShare, Row: kiosk.RowOf(row, now),
		Resolved: now, By: kiosk.ActorGateway, Reason: sale,
	}, row)
}

func (rc *Reconciler) keepUnmatched(ctx context.Context, u kiosk.Unmatched, row kiosk.PayIn) error {
	return rc.kernel.Change(ctx, kiosk.OfficeStream, func(tx kiosk.Tx) error {
		if _, err := findUnmatched(tx, u.Account, row); kiosk.CodeOf(err) != kiosk.NotFound {
			return err
		}
		if err := tx.PutUnmatched(u); err != nil {
			return err
		}
		return tx.Append(kiosk.Event{
			Stream: kiosk.OfficeStream, Kind: "unmatched.seen", Subject: u.Row.Key,
			Amount: u.Row.Amount, Actor: kiosk.ActorGateway, At: u.Row.SeenAt, Data: u.Why,
		})
	})
}

// findUnmatched finds a row that is kept already, even if it got its transaction id only later.
func findUnmatched(r kiosk.Reader, account string, row kiosk.PayIn) (kiosk.Unmatched, error) {
	u, err := r.UnmatchedRow(account, row.Key)
	if kiosk.CodeOf(err) == kiosk.NotFound && row.Bare != row.Key {
		u, err = r.UnmatchedRow(account, row.Bare)
	}
	return u, err
}

// foreign tells whether a row is surely not ours: its note begins with something that is no
// reference of this installation, as those of other systems on the same account do, or it is older
// than this one. Nobody knows the time zone of a row, so that a day is allowed for. On a stall's own
// account every row without our reference is the owner's business.
func (rc *Reconciler) foreign(holder string, row kiosk.PayIn) bool {
	if (row.Ref != "" || holder != "") && !rc.ours(row.Ref) {
		return true
	}
	return row.Time != 0 && row.Time < rc.installation.Created-kiosk.DayMillis
}

// ours tells whether a reference was made by this installation.
func (rc *Reconciler) ours(ref string) bool {
	return kiosk.IsReference(ref) && strings.HasPrefix(ref, rc.installation.Code)
}

func (rc *Reconciler) whyUnmatched(ref string) string {
	if rc.ours(ref) {
		return kiosk.UnmatchedLost
	}
	return kiosk.UnmatchedUnknown
}

// resolveFound settles what waits as unmatched though its sale is known now, as when a link was found
// after its payment.
func (rc *Reconciler) resolveFound(ctx context.Context) error {
	waiting, err := rc.kernel.Unmatched(ctx, true, shop.WatchAtOnce)
	if err != nil {
		return err
	}
	for _, u := range waiting {
		sale, _, err := rc.saleOfRow(ctx, kiosk.PayIn{PayID: u.PayID, Ref: u.Ref})
		if kiosk.CodeOf(err) == kiosk.NotFound {
			continue
		}
		if err != nil {
			return err
		}
		err = rc.kernel.Change(ctx, kiosk.OfficeStream, func(tx kiosk.Tx) error {
			found, err := tx.UnmatchedRow(u.Account, u.Row.Key)
			if err != nil || found.Resolved != 0 {
				return err
			}
			return rc.kernel.ResolveUnmatched(tx, found, kiosk.ActorGateway, sale.Number)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
