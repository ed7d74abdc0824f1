package reconcile

import (
	"context"
	"fmt"
	"time"

	"qrkiosk/kiosk"
)

const (
	auditSales    = 200 // read in one snapshot
	mostWithdrawn = 20  // a list that lost more is not believed
	withdrawnAge  = 60 * kiosk.MinuteMillis
)

// comparison holds both books by the gateway's days.
type comparison struct {
	auditor *auditor
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
func newComparison(au *auditor, theirs payInList, born, began int64) *comparison {
	c := &comparison{
		auditor: au, began: began, theirs: theirs,
		byKey: map[string]kiosk.PayIn{}, met: map[string]bool{}, days: map[string]*kiosk.AuditDay{},
	}
	for at := began - kiosk.DayMillis; at/kiosk.DayMillis >= born/kiosk.DayMillis && len(c.days) < kiosk.AuditDays; at -= kiosk.DayMillis {
		day := dayText(at)
		c.days[day] = &kiosk.AuditDay{Account: au.kernel.Accounts.Qualified(theirs.account), Day: day, At: began}
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
		err := c.auditor.store.View(ctx, func(r kiosk.Reader) (err error) {
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
			if l.Gateway != c.auditor.gatewayName || l.AccountID != c.theirs.account || day == nil || r.Pseudo() {
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
		if day == nil || !money || c.met[row.Key] || c.auditor.rows.foreign(c.theirs.account, row) {
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
	au := c.auditor
	sale, n, err := au.rows.saleOf(ctx, row)
	if kiosk.CodeOf(err) == kiosk.NotFound {
		return c.countUnmatched(ctx, day, row)
	}
	if err != nil {
		return err
	}
	if sale.Link(n).AccountID != c.theirs.account {
		return nil // a share of ours of another account's link
	}
	if known := sale.Link(n).Row(rowOf(row, 0)); known != nil && known.Withdrawn {
		return nil
	}
	day.Theirs.Add(row.Kind, row.Amount)
	day.Differ(kiosk.Difference{Why: kiosk.DiffersForeign, Key: row.Key, PayID: row.PayID, Sale: sale.Number, Theirs: row.Amount})
	return nil
}

func (c *comparison) countUnmatched(ctx context.Context, day *kiosk.AuditDay, row kiosk.PayIn) error {
	return c.auditor.store.View(ctx, func(r kiosk.Reader) error {
		u, err := findUnmatched(r, c.auditor.kernel.Accounts.Qualified(c.theirs.account), row)
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
		gone, err := c.auditor.vanishedRow(ctx, m)
		if err != nil {
			return n, err
		}
		if gone {
			n++
		}
	}
	return n, nil
}

// store keeps what was found, a day that agrees as well as one that does not.
func (c *comparison) store(ctx context.Context) error {
	au := c.auditor
	return au.kernel.Change(ctx, kiosk.OfficeStream, func(tx kiosk.Tx) error {
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
			Stream: kiosk.OfficeStream, Kind: "audit", Subject: au.kernel.Accounts.Qualified(c.theirs.account), Actor: kiosk.ActorClock, At: c.began,
			Data: fmt.Sprintf("%d days, %d differ", len(c.days), differ),
		})
	})
}

func dayText(millis int64) string { return time.UnixMilli(millis).UTC().Format(time.DateOnly) }
