package reconcile

import (
	"context"
	"fmt"
	"slices"
	"time"

	"qrkiosk/kiosk"
)

const (
	auditHour     = 3 * 60 * kiosk.MinuteMillis // of the UTC day: yesterday is over in every zone a row may mean
	auditPages    = 100                         // of auditPage rows
	auditPage     = 1000
	auditSales    = 200 // read in one snapshot
	mostWithdrawn = 20  // a list that lost more is not believed
	withdrawnAge  = 60 * kiosk.MinuteMillis
)

// AuditDays lists what the nightly audit has said about the newest days.
func (rc *Reconciler) AuditDays(ctx context.Context, n int) ([]kiosk.AuditDay, error) {
	var days []kiosk.AuditDay
	err := rc.store.View(ctx, func(r kiosk.Reader) (err error) {
		days, err = r.AuditDays(false, n)
		return err
	})
	return days, err
}

// Audit compares the gateway's rows of the last 35 days with ours, lets sales take what they have
// not heard of, asks a second time for rows that vanished, and stores what it found for each day
// that is over: for the house's account, and for each of the stalls' own. One that cannot be read keeps
// none of the others from being audited; the error is that of the first. It is made every night; calling
// it by hand does no harm.
func (rc *Reconciler) Audit(ctx context.Context) error {
	return rc.ofEach(ctx, kiosk.AuditDays, rc.auditOf)
}

// ofEach does something for every account whose books may speak of us, ended ones for so many days.
func (rc *Reconciler) ofEach(ctx context.Context, days int64, do func(ctx context.Context, holder string) error) error {
	h, err := rc.kernel.OfficeSettings(ctx)
	if err != nil {
		return err
	}
	var failed []error
	for _, holder := range h.ReadableAccounts(rc.kernel.Now(), days) {
		failed = append(failed, do(ctx, holder))
	}
	return kiosk.FirstOf(failed...)
}

func (rc *Reconciler) auditOf(ctx context.Context, holder string) error {
	began := rc.kernel.Now()
	theirs, err := rc.wholeList(ctx, holder)
	rc.kernel.Condition.NoteLowLaneCall(holder, err)
	if err != nil {
		return err
	}
	for _, row := range theirs.rows {
		if err := rc.applyRow(ctx, holder, row); err != nil {
			return err
		}
	}
	if err := rc.resolveFound(ctx); err != nil {
		return err
	}
	a, err := rc.compare(ctx, theirs, began)
	if err != nil {
		return err
	}
	if n, err := a.withdraw(ctx); err != nil {
		return err
	} else if n > 0 {
		if a, err = rc.compare(ctx, theirs, began); err != nil {
			return err
		}
	}
	if err := a.store(ctx); err != nil {
		return err
	}
	return rc.oldClocks(ctx, began, theirs)
}

func (rc *Reconciler) compare(ctx context.Context, theirs payInList, began int64) (*comparison, error) {
	born := rc.installation.Created
	if theirs.account != "" {
		h, err := rc.kernel.OfficeSettings(ctx)
		if err != nil {
			return nil, err
		}
		born = max(born, h.Account(theirs.account).Made)
	}
	c := newComparison(rc, theirs, born, began)
	return c, c.readOurs(ctx)
}

// oldClocks lets sales end whose links are too old for the sweep, as after a restore.
func (rc *Reconciler) oldClocks(ctx context.Context, began int64, theirs payInList) error {
	sales, err := rc.kernel.WatchedSales(ctx, began)
	if err == nil {
		rc.applyClocks(ctx, sales, began, payInList{
			account: theirs.account, complete: theirs.complete, since: began - kiosk.AuditDays*kiosk.DayMillis,
		})
	}
	return err
}

// wholeList reads the pay-in list of the last 35 days page by page until a short page. Complete
// means that every page brought something new and that no row was unreadable.
func (rc *Reconciler) wholeList(ctx context.Context, holder string) (payInList, error) {
	got := payInList{account: holder, complete: true}
	gateway := rc.kernel.Accounts.GatewayOf(ctx, holder)
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

// comparison holds both books by the gateway's days.
type comparison struct {
	shop    *Reconciler
	began   int64
	theirs  payInList
	byKey   map[string]kiosk.PayIn // their rows of our links, by key and by bare key
	met     map[string]bool        // keys of theirs that one of our rows has met
	days    map[string]*kiosk.AuditDay
	missing []missingRow
}

// missingRow is a standing payment of ours that the gateway's list does not hold.
type missingRow struct {
	sale *kiosk.Sale
	link *kiosk.Link
	row  kiosk.Row
}

// newComparison begins with the days since the account is ours to audit.
func newComparison(s *Reconciler, theirs payInList, born, began int64) *comparison {
	c := &comparison{
		shop: s, began: began, theirs: theirs,
		byKey: map[string]kiosk.PayIn{}, met: map[string]bool{}, days: map[string]*kiosk.AuditDay{},
	}
	for at := began - kiosk.DayMillis; at/kiosk.DayMillis >= born/kiosk.DayMillis && len(c.days) < kiosk.AuditDays; at -= kiosk.DayMillis {
		day := dayText(at)
		c.days[day] = &kiosk.AuditDay{Account: s.kernel.Accounts.Qualified(theirs.account), Day: day, At: began}
	}
	for _, row := range theirs.rows {
		c.byKey[row.Key] = row
		c.byKey[row.Bare] = row
	}
	return c
}

// day returns the day of a row, nil if it is not one of those audited.
func (c *comparison) day(at string) *kiosk.AuditDay {
	return c.days[kiosk.DayIn(at)]
}

// readOurs walks through every sale with rows of these days, and then through what is left of the
// gateway's list.
func (c *comparison) readOurs(ctx context.Context) error {
	since, after := c.began-(kiosk.AuditDays+2)*kiosk.DayMillis, ""
	for {
		var sales []*kiosk.Sale
		err := c.shop.store.View(ctx, func(r kiosk.Reader) (err error) {
			sales, err = r.SalesWithRows(since, after, auditSales)
			return err
		})
		if err != nil {
			return err
		}
		for _, sale := range sales {
			c.compareSale(sale)
		}
		if len(sales) < auditSales {
			break
		}
		after = sales[len(sales)-1].ID
	}
	return c.readRest(ctx)
}

func (c *comparison) compareSale(sale *kiosk.Sale) {
	for i := range sale.Links {
		l := &sale.Links[i]
		for _, r := range l.Rows {
			day := c.day(r.At)
			if l.Gateway != c.shop.gatewayName || l.AccountID != c.theirs.account || day == nil || r.Pseudo() {
				continue
			}
			c.compareRow(day, sale, l, r)
		}
	}
}

func (c *comparison) compareRow(day *kiosk.AuditDay, sale *kiosk.Sale, l *kiosk.Link, r kiosk.Row) {
	if !r.Withdrawn {
		day.Ours.Add(r.Kind, r.Amount)
	}
	row, listed := c.find(r)
	if !listed {
		if !r.Withdrawn {
			day.Differ(kiosk.Difference{Why: kiosk.DiffersMissing, Key: r.Key, PayID: l.PayID, Sale: sale.Number, Ours: r.Amount})
			c.missing = append(c.missing, missingRow{sale, l, r})
		}
		return
	}
	c.met[row.Key] = true
	amount := row.Amount
	if r.Part && (amount == l.OwnerPart || amount == -l.OwnerPart) {
		amount = r.Amount // our own part of a split link stands for the whole
	}
	if r.Withdrawn {
		return // seen as Success once and as something else since: its sale is in review
	}
	day.Theirs.Add(r.Kind, amount)
	if amount != r.Amount {
		day.Differ(kiosk.Difference{Why: kiosk.DiffersAmount, Key: r.Key, PayID: l.PayID, Sale: sale.Number, Ours: r.Amount, Theirs: amount})
	}
}

// find looks a row of ours up in their list, also if it got its transaction id only later.
func (c *comparison) find(r kiosk.Row) (kiosk.PayIn, bool) {
	row, ok := c.byKey[r.Key]
	if !ok && r.Bare != "" {
		row, ok = c.byKey[r.Bare]
	}
	return row, ok
}

// readRest books what is left of their list: rows of links of ours that no sale of ours holds, and
// rows of nobody.
func (c *comparison) readRest(ctx context.Context) error {
	for _, row := range c.theirs.rows {
		day := c.day(row.At)
		money := row.Status == kiosk.StatusSuccess || (row.Kind != kiosk.RowPayment && row.Status != kiosk.StatusPending)
		if day == nil || !money || c.met[row.Key] || c.shop.foreign(c.theirs.account, row) {
			continue
		}
		if err := c.restOf(ctx, day, row); err != nil {
			return err
		}
	}
	for _, id := range c.theirs.unread {
		if day := c.days[dayText(c.began-kiosk.DayMillis)]; day != nil {
			day.Differ(kiosk.Difference{Why: kiosk.DiffersUnread, PayID: id})
		}
	}
	return nil
}

func (c *comparison) restOf(ctx context.Context, day *kiosk.AuditDay, row kiosk.PayIn) error {
	s := c.shop
	sale, n, err := s.saleOfRow(ctx, row)
	if kiosk.CodeOf(err) == kiosk.NotFound {
		return c.countUnmatched(ctx, day, row)
	}
	if err != nil {
		return err
	}
	if sale.Link(n).AccountID != c.theirs.account {
		return nil // a share of ours of another account's link
	}
	if known := sale.Link(n).Row(kiosk.RowOf(row, 0)); known != nil && known.Withdrawn {
		return nil
	}
	day.Theirs.Add(row.Kind, row.Amount)
	day.Differ(kiosk.Difference{Why: kiosk.DiffersForeign, Key: row.Key, PayID: row.PayID, Sale: sale.Number, Theirs: row.Amount})
	return nil
}

func (c *comparison) countUnmatched(ctx context.Context, day *kiosk.AuditDay, row kiosk.PayIn) error {
	return c.shop.store.View(ctx, func(r kiosk.Reader) error {
		u, err := findUnmatched(r, c.shop.kernel.Accounts.Qualified(c.theirs.account), row)
		if err == nil && u.Resolved == 0 {
			day.Unmatched++
			day.UnmatchedSum += row.Amount
		}
		if kiosk.CodeOf(err) == kiosk.NotFound {
			return nil
		}
		return err
	})
}

// withdraw asks for every vanished payment by its link, as a second witness, and lets its sale know
// if that too says that it is not there. It returns how many were withdrawn.
func (c *comparison) withdraw(ctx context.Context) (int, error) {
	if !c.theirs.complete || len(c.missing) > mostWithdrawn {
		return 0, nil
	}
	n := 0
	for _, m := range c.missing {
		if m.row.Kind != kiosk.RowPayment && m.row.Kind != kiosk.RowExtra || c.began-m.row.SeenAt < withdrawnAge {
			continue
		}
		gone, err := c.shop.vanishedRow(ctx, m)
		if err != nil {
			return n, err
		}
		if gone {
			n++
		}
	}
	return n, nil
}

func (rc *Reconciler) vanishedRow(ctx context.Context, m missingRow) (bool, error) {
	kiosk.Crash("before-audit-row")
	gateway := rc.kernel.Accounts.GatewayOf(ctx, m.link.AccountID)
	page, err := gateway.PayIns(ctx, kiosk.PayInQuery{PayID: m.link.PayID, Days: kiosk.AuditDays + 1, Page: 1, Limit: auditPage, Lane: kiosk.LaneReports})
	kiosk.Crash("after-audit-row")
	rc.kernel.Condition.NoteLowLaneCall(m.link.AccountID, err)
	if err != nil {
		return false, err
	}
	still := slices.ContainsFunc(page.Rows, func(row kiosk.PayIn) bool { return kiosk.RowOf(row, 0).Same(m.row) })
	if still || page.Full || len(page.Unread) > 0 {
		return false, nil
	}
	rc.log.Error("a payment is no longer listed by the gateway", "sale", m.sale.ID, "link", m.link.PayID)
	return true, rc.kernel.StoreFindings(ctx, errandOf(m.sale, m.link), kiosk.Step{Kind: kiosk.StepWithdrawn, Row: kiosk.Row{Key: m.row.Key}})
}

// store keeps what was found, a day that agrees as well as one that does not.
func (c *comparison) store(ctx context.Context) error {
	s := c.shop
	return s.kernel.Change(ctx, kiosk.OfficeStream, func(tx kiosk.Tx) error {
		differ := 0
		for _, d := range c.days {
			d.Complete = c.theirs.complete && !d.Differs() && d.Unmatched == 0
			if d.Differs() {
				differ++
			}
			if err := tx.PutAuditDay(*d); err != nil {
				return err
			}
		}
		return tx.Append(kiosk.Event{
			Stream: kiosk.OfficeStream, Kind: "audit", Subject: s.kernel.Accounts.Qualified(c.theirs.account), Actor: kiosk.ActorClock, At: c.began,
			Data: fmt.Sprintf("%d days, %d differ", len(c.days), differ),
		})
	})
}

func dayText(millis int64) string { return time.UnixMilli(millis).UTC().Format(time.DateOnly) }
