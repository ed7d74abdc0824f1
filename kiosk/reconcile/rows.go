package reconcile

import (
	"context"
	"strings"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/shop"
)

// rows knows what a row of a pay-in list is about: a sale, a share of ours, money of nobody, or another
// system's business.
type rows struct {
	kernel       *shop.Kernel
	store        kiosk.Store
	installation kiosk.Installation
	gatewayName  string
}

// apply finds the link of a row, by the gateway's number or, where its create was never
// answered, by our reference, and lets its sale take what the row says. A row of a link that was made
// with another account than the list's is a share of this one: the sale hears of its payment by the list
// of the link's account.
func (rs *rows) apply(ctx context.Context, holder string, row kiosk.PayIn) error {
	sale, n, err := rs.saleOf(ctx, row)
	if kiosk.CodeOf(err) == kiosk.NotFound {
		return rs.keepUnmatchedPayIn(ctx, holder, row)
	}
	if err == nil && sale.Link(n).AccountID != holder {
		return rs.keepShare(ctx, holder, row, sale.Number)
	}
	if err != nil || !hasNews(sale, stepsOf(row, sale.Link(n), rs.kernel.Now())) {
		return err
	}
	return rs.kernel.Change(ctx, sale.Register, func(tx kiosk.Tx) error {
		found, err := tx.Sale(sale.ID)
		if err != nil {
			return err
		}
		for _, step := range stepsOf(row, found.Link(n), rs.kernel.Now()) {
			out, err := rs.kernel.Take(tx, found, step)
			if err != nil {
				return err
			}
			found = out.Sale
		}
		return nil
	})
}

func (rs *rows) saleOf(ctx context.Context, row kiosk.PayIn) (sale *kiosk.Sale, n int, err error) {
	err = rs.store.View(ctx, func(r kiosk.Reader) error {
		sale, n, err = r.SaleByPayID(rs.gatewayName, row.PayID)
		if kiosk.CodeOf(err) == kiosk.NotFound && kiosk.IsReference(row.Ref) {
			sale, n, err = r.SaleByRef(row.Ref)
		}
		return err
	})
	return sale, n, err
}

// hasNews tells whether any of the steps is news to a sale.
func hasNews(s *kiosk.Sale, steps []kiosk.Step) bool {
	for _, step := range steps {
		if out, err := s.Take(step); err != nil || out.Changed {
			return true
		}
	}
	return false
}

// rowOf is a row of the list as we keep it.
func rowOf(row kiosk.PayIn, now int64) kiosk.Row {
	return kiosk.Row{
		Key: row.Key, Bare: row.Bare, Kind: row.Kind, Amount: row.Amount, At: row.At, SeenAt: now,
		Net: row.Net, Fee: row.Fee, FeePSP: row.FeePSP, Method: row.Method, Payout: row.Payout,
	}
}

// stepsOf translates a row of the list into facts about its link.
func stepsOf(row kiosk.PayIn, l *kiosk.Link, now int64) []kiosk.Step {
	base := kiosk.Step{Link: l.N, Actor: kiosk.ActorGateway, PayID: row.PayID, Row: rowOf(row, now)}
	var steps []kiosk.Step
	add := func(kind kiosk.StepKind) {
		step := base
		step.Kind = kind
		steps = append(steps, step)
	}
	known := l.Row(base.Row)
	switch {
	case row.Status == kiosk.StatusSuccess || (row.Kind != kiosk.RowPayment && row.Status != kiosk.StatusPending):
		add(kiosk.StepRow) // money that went back did so whatever word stands beside it
	case row.Status == kiosk.StatusPending && row.Kind == kiosk.RowPayment:
		add(kiosk.StepPending)
	case known != nil && !known.Withdrawn:
		base.Row.Key = known.Key
		add(kiosk.StepWithdrawn)
	case l.Pending:
		add(kiosk.StepPendingOver)
	}
	if known != nil && known.HasNews(base.Row) {
		base.Row.Key = known.Key
		add(kiosk.StepPayout)
	}
	if row.Dispute && row.Kind == kiosk.RowPayment {
		base.Row = kiosk.Row{Key: row.Key + "/dispute", Kind: kiosk.RowDispute, At: row.At, SeenAt: now}
		add(kiosk.StepRow)
	}
	return steps
}

// keepUnmatchedPayIn keeps a row of nobody's link. Rows of other systems on the same account, of the time
// before this one, and those that brought no money are none of our business.
func (rs *rows) keepUnmatchedPayIn(ctx context.Context, holder string, row kiosk.PayIn) error {
	money := row.Status == kiosk.StatusSuccess || (row.Kind != kiosk.RowPayment && row.Status != kiosk.StatusPending)
	if !money || rs.foreign(holder, row) {
		return nil
	}
	return rs.keepUnmatched(ctx, kiosk.Unmatched{
		Account: rs.kernel.Accounts.Qualified(holder), PayID: row.PayID, Ref: row.Ref, Why: rs.whyUnmatched(row.Ref),
		Row: rowOf(row, rs.kernel.Now()),
	}, row)
}

// keepShare keeps what an account got of a link of another one, by its split terms. It is part of what is
// paid out to the account and counts in no sum of sales; nobody has to look into it.
func (rs *rows) keepShare(ctx context.Context, holder string, row kiosk.PayIn, sale string) error {
	if row.Status != kiosk.StatusSuccess && (row.Kind == kiosk.RowPayment || row.Status == kiosk.StatusPending) {
		return nil
	}
	now := rs.kernel.Now()
	return rs.keepUnmatched(ctx, kiosk.Unmatched{
		Account: rs.kernel.Accounts.Qualified(holder), PayID: row.PayID, Ref: row.Ref, Why: kiosk.UnmatchedShare, Row: rowOf(row, now),
		Resolved: now, By: kiosk.ActorGateway, Reason: sale,
	}, row)
}

func (rs *rows) keepUnmatched(ctx context.Context, u kiosk.Unmatched, row kiosk.PayIn) error {
	return rs.kernel.Change(ctx, kiosk.OfficeStream, func(tx kiosk.Tx) error {
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
func findUnmatched(r kiosk.AuditReader, account string, row kiosk.PayIn) (kiosk.Unmatched, error) {
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
func (rs *rows) foreign(holder string, row kiosk.PayIn) bool {
	if (row.Ref != "" || holder != "") && !rs.ours(row.Ref) {
		return true
	}
	return row.Time != 0 && row.Time < rs.installation.Created-kiosk.DayMillis
}

// ours tells whether a reference was made by this installation.
func (rs *rows) ours(ref string) bool {
	return kiosk.IsReference(ref) && strings.HasPrefix(ref, rs.installation.Code)
}

func (rs *rows) whyUnmatched(ref string) string {
	if rs.ours(ref) {
		return kiosk.UnmatchedLost
	}
	return kiosk.UnmatchedUnknown
}

// resolveFound settles what waits as unmatched though its sale is known now, as when a link was found
// after its payment.
func (rs *rows) resolveFound(ctx context.Context) error {
	waiting, err := rs.kernel.Unmatched(ctx, true, shop.WatchAtOnce)
	if err != nil {
		return err
	}
	for _, u := range waiting {
		sale, _, err := rs.saleOf(ctx, kiosk.PayIn{PayID: u.PayID, Ref: u.Ref})
		if kiosk.CodeOf(err) == kiosk.NotFound {
			continue
		}
		if err != nil {
			return err
		}
		err = rs.kernel.Change(ctx, kiosk.OfficeStream, func(tx kiosk.Tx) error {
			found, err := tx.UnmatchedRow(u.Account, u.Row.Key)
			if err != nil || found.Resolved != 0 {
				return err
			}
			return rs.kernel.ResolveUnmatched(tx, found, kiosk.ActorGateway, sale.Number)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
