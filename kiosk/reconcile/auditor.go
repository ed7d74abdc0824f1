package reconcile

import (
	"cmp"
	"context"
	"log/slog"
	"slices"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/shop"
)

const (
	auditHour  = 3 * 60 * kiosk.MinuteMillis // of the UTC day: yesterday is over in every zone a row may mean
	auditPages = 100                         // of auditPage rows
	auditPage  = 1000
)

// auditor holds the gateway's rows of 35 days against ours, account by account.
type auditor struct {
	kernel       *shop.Kernel
	store        kiosk.Store
	log          *slog.Logger
	installation kiosk.Installation
	gatewayName  string
	rows         *rows
	clocks       *clocks
	payouts      *payouts
}

func (au *auditor) days(ctx context.Context, n int) ([]kiosk.AuditDay, error) {
	var days []kiosk.AuditDay
	err := au.store.View(ctx, func(r kiosk.Reader) (err error) {
		days, err = r.AuditDays(false, n)
		return err
	})
	return days, err
}

func (au *auditor) audit(ctx context.Context) error {
	return au.ofEach(ctx, kiosk.AuditDays, au.auditAccount)
}

// ofEach does something for every account whose books may speak of us, ended ones for so many days.
func (au *auditor) ofEach(ctx context.Context, days int64, do func(ctx context.Context, holder string) error) error {
	h, err := au.kernel.OfficeSettings(ctx)
	if err != nil {
		return err
	}
	var failed []error
	for _, holder := range h.ReadableAccounts(au.kernel.Now(), days) {
		failed = append(failed, do(ctx, holder))
	}
	return kiosk.FirstOf(failed...)
}

func (au *auditor) auditAccount(ctx context.Context, holder string) error {
	began := au.kernel.Now()
	theirs, err := au.wholeList(ctx, holder)
	au.kernel.Condition.NoteLowLaneCall(holder, err)
	if err != nil {
		return err
	}
	for _, row := range theirs.rows {
		if err := au.rows.apply(ctx, holder, row); err != nil {
			return err
		}
	}
	if err := au.rows.resolveFound(ctx); err != nil {
		return err
	}
	a, err := au.compare(ctx, theirs, began)
	if err != nil {
		return err
	}
	if n, err := a.withdraw(ctx); err != nil {
		return err
	} else if n > 0 {
		if a, err = au.compare(ctx, theirs, began); err != nil {
			return err
		}
	}
	if err := a.store(ctx); err != nil {
		return err
	}
	return au.oldClocks(ctx, began, theirs)
}

func (au *auditor) compare(ctx context.Context, theirs payInList, began int64) (*comparison, error) {
	born := au.installation.Created
	if theirs.account != "" {
		h, err := au.kernel.OfficeSettings(ctx)
		if err != nil {
			return nil, err
		}
		born = max(born, h.Account(theirs.account).Made)
	}
	c := newComparison(au, theirs, born, began)
	return c, c.readOurs(ctx)
}

// oldClocks lets sales end whose links are too old for the sweep, as after a restore.
func (au *auditor) oldClocks(ctx context.Context, began int64, theirs payInList) error {
	sales, err := au.kernel.WatchedSales(ctx, began)
	if err == nil {
		au.clocks.apply(ctx, sales, began, payInList{
			account: theirs.account, complete: theirs.complete, since: began - kiosk.AuditDays*kiosk.DayMillis,
		})
	}
	return err
}

// wholeList reads the pay-in list of the last 35 days page by page until a short page. Complete
// means that every page brought something new and that no row was unreadable.
func (au *auditor) wholeList(ctx context.Context, holder string) (payInList, error) {
	got := payInList{account: holder, complete: true}
	gateway := au.kernel.Accounts.GatewayOf(ctx, holder)
	seen := map[string]bool{}
	for n := 1; n <= auditPages; n++ {
		kiosk.Crash("before-audit-list")
		page, err := gateway.PayIns(ctx, kiosk.PayInQuery{Days: kiosk.AuditDays + 1, Page: n, Limit: auditPage, Lane: kiosk.LaneReports})
		kiosk.Crash("after-audit-list")
		if err != nil {
			return payInList{}, err
		}
		fresh := false
		for _, row := range page.Rows {
			if !seen[row.Key] {
				seen[row.Key], fresh = true, true
				got.rows = append(got.rows, row)
			}
		}
		got.unread = append(got.unread, page.Unread...)
		if !page.Full {
			got.complete = len(got.unread) == 0
			return got, nil
		}
		if !fresh {
			break // the same page again: the list has no end
		}
	}
	got.complete = false
	return got, nil
}

func (au *auditor) vanishedRow(ctx context.Context, m missingRow) (bool, error) {
	kiosk.Crash("before-audit-row")
	gateway := au.kernel.Accounts.GatewayOf(ctx, m.link.AccountID)
	page, err := gateway.PayIns(ctx, kiosk.PayInQuery{PayID: m.link.PayID, Days: kiosk.AuditDays + 1, Page: 1, Limit: auditPage, Lane: kiosk.LaneReports})
	kiosk.Crash("after-audit-row")
	au.kernel.Condition.NoteLowLaneCall(m.link.AccountID, err)
	if err != nil {
		return false, err
	}
	still := slices.ContainsFunc(page.Rows, func(row kiosk.PayIn) bool { return rowOf(row, 0).Same(m.row) })
	if still || page.Full || len(page.Unread) > 0 {
		return false, nil
	}
	au.log.Error("a payment is no longer listed by the gateway", "sale", m.sale.ID, "link", m.link.PayID)
	return true, au.kernel.StoreFindings(ctx, errandOf(m.sale, m.link), kiosk.Step{Kind: kiosk.StepWithdrawn, Row: kiosk.Row{Key: m.row.Key}})
}

// finishRestores ends restores whose census was taken, once the gateway's rows were compared too.
func (au *auditor) finishRestores(ctx context.Context, restores []kiosk.Restore) error {
	if len(restores) == 0 {
		return nil
	}
	if err := au.audit(ctx); err != nil {
		return err
	}
	return au.kernel.Change(ctx, kiosk.OfficeStream, func(tx kiosk.Tx) error {
		for _, x := range restores {
			x.Done = au.kernel.Now()
			if err := tx.PutRestore(x); err != nil {
				return err
			}
		}
		return tx.Append(kiosk.Event{Stream: kiosk.OfficeStream, Kind: "restore.searched", Actor: kiosk.ActorClock, At: au.kernel.Now()})
	})
}

func (au *auditor) allAccounts(ctx context.Context) error {
	return au.dueAccounts(ctx, func(int64) bool { return true })
}

func (au *auditor) dueAccounts(ctx context.Context, due func(audited int64) bool) error {
	h, err := au.kernel.OfficeSettings(ctx)
	if err != nil {
		return err
	}
	last, err := au.lastAudits(ctx, h)
	if err != nil {
		return err
	}
	holders := h.ReadableAccounts(au.kernel.Now(), kiosk.AuditDays)
	slices.SortStableFunc(holders, func(a, b string) int { return cmp.Compare(last[a], last[b]) })
	var failed []error
	for _, holder := range holders {
		if !due(last[holder]) {
			continue
		}
		err := au.auditAccount(ctx, holder)
		if err == nil {
			err = au.payouts.readOf(ctx, holder)
		}
		if h.Account(holder).Ended > 0 && kiosk.KeyOf(err) == kiosk.KeyGatewayKey {
			au.log.Warn("the owner's key is no good any more", "account", holder)
			err = nil // it ended, and so did what it let us read
		}
		failed = append(failed, err)
	}
	return kiosk.FirstOf(failed...)
}

// lastAudits is when each account was audited last; one of a stall counts as audited when it was made.
func (au *auditor) lastAudits(ctx context.Context, h kiosk.OfficeSettings) (map[string]int64, error) {
	last := map[string]int64{}
	for _, a := range h.Accounts {
		last[a.ID] = a.Made
	}
	days, err := au.days(ctx, 1+len(h.Accounts)) // of the newest day there is one of each account
	for _, d := range days {
		own := au.kernel.Accounts.IDOf(d.Account)
		last[own] = max(last[own], d.At)
	}
	return last, err
}
