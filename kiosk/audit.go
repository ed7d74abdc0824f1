package kiosk

import (
	"context"
	"fmt"
	"slices"
	"time"
)

const (
	auditDays       = 35
	auditHour       = 3 * 60 * minuteMillis // of the UTC day: yesterday is over in every zone a row may mean
	auditPages      = 100                   // of auditPage rows
	auditPage       = 1000
	auditSales      = 200 // read in one snapshot
	mostDifferences = 50  // named for one day
	mostWithdrawn   = 20  // a list that lost more is not believed
	withdrawnAge    = 60 * minuteMillis
)

// AuditDays lists what the nightly audit has said about the newest days.
func (s *Shop) AuditDays(ctx context.Context, n int) ([]AuditDay, error) {
	var days []AuditDay
	err := s.store.View(ctx, func(r Reader) (err error) {
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
func (s *Shop) Audit(ctx context.Context) error { return s.ofEach(ctx, auditDays, s.auditOf) }

// ofEach does something for every account whose books may speak of us, ended ones for so many days.
func (s *Shop) ofEach(ctx context.Context, days int64, do func(ctx context.Context, holder string) error) error {
	h, err := s.House(ctx)
	if err != nil {
		return err
	}
	var failed []error
	for _, holder := range h.reachable(s.now(), days) {
		failed = append(failed, do(ctx, holder))
	}
	return firstOf(failed...)
}

func (s *Shop) auditOf(ctx context.Context, holder string) error {
	began := s.now()
	theirs, err := s.wholeList(ctx, holder)
	s.heardAside(holder, err)
	if err != nil {
		return err
	}
	for _, row := range theirs.rows {
		if err := s.applyRow(ctx, holder, row); err != nil {
			return err
		}
	}
	if err := s.rematch(ctx); err != nil {
		return err
	}
	a, err := s.compare(ctx, theirs, began)
	if err != nil {
		return err
	}
	if n, err := a.withdraw(ctx); err != nil {
		return err
	} else if n > 0 {
		if a, err = s.compare(ctx, theirs, began); err != nil {
			return err
		}
	}
	if err := a.store(ctx); err != nil {
		return err
	}
	return s.oldClocks(ctx, began, theirs)
}

func (s *Shop) compare(ctx context.Context, theirs list, began int64) (*comparison, error) {
	born := s.settings.Created
	if theirs.holder != "" {
		h, err := s.House(ctx)
		if err != nil {
			return nil, err
		}
		born = max(born, h.Own(theirs.holder).Made)
	}
	c := newComparison(s, theirs, born, began)
	return c, c.readOurs(ctx)
}

// oldClocks lets sales end whose links are too old for the sweep, as after a restore.
func (s *Shop) oldClocks(ctx context.Context, began int64, theirs list) error {
	sales, err := s.watched(ctx, began)
	if err == nil {
		s.clocks(ctx, sales, began, list{
			holder: theirs.holder, complete: theirs.complete, since: began - auditDays*dayMillis,
		})
	}
	return err
}

// wholeList reads the pay-in list of the last 35 days page by page until a short page. Complete
// means that every page brought something new and that no row was unreadable.
func (s *Shop) wholeList(ctx context.Context, holder string) (list, error) {
	got := list{holder: holder, complete: true}
	gateway := s.gatewayOf(ctx, holder)
	seen := map[string]bool{}
	for n := 1; n <= auditPages; n++ {
		Crash("before-audit-list")
		page, err := gateway.PayIns(ctx, PayInQuery{Days: auditDays + 1, Page: n, Limit: auditPage, Lane: LaneReports})
		Crash("after-audit-list")
		if err != nil {
			return list{}, err
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
	shop    *Shop
	began   int64
	theirs  list
	byKey   map[string]PayIn // their rows of our links, by key and by bare key
	met     map[string]bool  // keys of theirs that one of our rows has met
	days    map[string]*AuditDay
	missing []missingRow
}

// missingRow is a standing payment of ours that the gateway's list does not hold.
type missingRow struct {
	sale *Sale
	link *Link
	row  Row
}

// newComparison begins with the days since the account is ours to audit.
func newComparison(s *Shop, theirs list, born, began int64) *comparison {
	c := &comparison{
		shop: s, began: began, theirs: theirs,
		byKey: map[string]PayIn{}, met: map[string]bool{}, days: map[string]*AuditDay{},
	}
	for at := began - dayMillis; at/dayMillis >= born/dayMillis && len(c.days) < auditDays; at -= dayMillis {
		day := dayText(at)
		c.days[day] = &AuditDay{Account: s.BookOf(theirs.holder), Day: day, At: began}
	}
	for _, row := range theirs.rows {
		c.byKey[row.Key] = row
		c.byKey[row.Bare] = row
	}
	return c
}

// day returns the day of a row, nil if it is not one of those audited.
func (c *comparison) day(at string) *AuditDay {
	return c.days[dayIn(at)]
}

// readOurs walks through every sale with rows of these days, and then through what is left of the
// gateway's list.
func (c *comparison) readOurs(ctx context.Context) error {
	since, after := c.began-(auditDays+2)*dayMillis, ""
	for {
		var sales []*Sale
		err := c.shop.store.View(ctx, func(r Reader) (err error) {
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

func (c *comparison) compareSale(sale *Sale) {
	for i := range sale.Links {
		l := &sale.Links[i]
		for _, r := range l.Rows {
			day := c.day(r.At)
			if l.Account != c.shop.account || l.Holder != c.theirs.holder || day == nil || r.pseudo() {
				continue
			}
			c.compareRow(day, sale, l, r)
		}
	}
}

// pseudo holds for rows that stand for a flag or a disappearance and were never in the list.
func (r Row) pseudo() bool { return r.Amount == 0 }

func (c *comparison) compareRow(day *AuditDay, sale *Sale, l *Link, r Row) {
	if !r.Withdrawn {
		day.Ours.add(r.Kind, r.Amount)
	}
	row, listed := c.find(r)
	if !listed {
		if !r.Withdrawn {
			day.differ(Difference{Why: DiffersMissing, Key: r.Key, PayID: l.PayID, Sale: sale.Number, Ours: r.Amount})
			c.missing = append(c.missing, missingRow{sale, l, r})
		}
		return
	}
	c.met[row.Key] = true
	amount := row.Amount
	if r.Part && (amount == l.Own || amount == -l.Own) {
		amount = r.Amount // our own part of a split link stands for the whole
	}
	if r.Withdrawn {
		return // seen as Success once and as something else since: its sale is in review
	}
	day.Theirs.add(r.Kind, amount)
	if amount != r.Amount {
		day.differ(Difference{Why: DiffersAmount, Key: r.Key, PayID: l.PayID, Sale: sale.Number, Ours: r.Amount, Theirs: amount})
	}
}

// find looks a row of ours up in their list, also if it got its transaction id only later.
func (c *comparison) find(r Row) (PayIn, bool) {
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
		money := row.Status == StatusSuccess || (row.Kind != RowPayment && row.Status != StatusPending)
		if day == nil || !money || c.met[row.Key] || c.shop.foreign(c.theirs.holder, row) {
			continue
		}
		if err := c.restOf(ctx, day, row); err != nil {
			return err
		}
	}
	for _, id := range c.theirs.unread {
		if day := c.days[dayText(c.began-dayMillis)]; day != nil {
			day.differ(Difference{Why: DiffersUnread, PayID: id})
		}
	}
	return nil
}

func (c *comparison) restOf(ctx context.Context, day *AuditDay, row PayIn) error {
	s := c.shop
	sale, n, err := s.saleOfRow(ctx, row)
	if CodeOf(err) == NotFound {
		return c.strangerOf(ctx, day, row)
	}
	if err != nil {
		return err
	}
	if sale.Link(n).Holder != c.theirs.holder {
		return nil // a share of ours of another account's link
	}
	if known := sale.Link(n).row(rowOf(row, 0)); known != nil && known.Withdrawn {
		return nil
	}
	day.Theirs.add(row.Kind, row.Amount)
	day.differ(Difference{Why: DiffersForeign, Key: row.Key, PayID: row.PayID, Sale: sale.Number, Theirs: row.Amount})
	return nil
}

func (c *comparison) strangerOf(ctx context.Context, day *AuditDay, row PayIn) error {
	return c.shop.store.View(ctx, func(r Reader) error {
		u, err := findUnmatched(r, c.shop.BookOf(c.theirs.holder), row)
		if err == nil && u.Settled == 0 {
			day.Unmatched++
			day.UnmatchedSum += row.Amount
		}
		if CodeOf(err) == NotFound {
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
		if m.row.Kind != RowPayment && m.row.Kind != RowExtra || c.began-m.row.SeenAt < withdrawnAge {
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

func (s *Shop) vanishedRow(ctx context.Context, m missingRow) (bool, error) {
	Crash("before-audit-row")
	gateway := s.gatewayOf(ctx, m.link.Holder)
	page, err := gateway.PayIns(ctx, PayInQuery{PayID: m.link.PayID, Days: auditDays + 1, Page: 1, Limit: auditPage, Lane: LaneReports})
	Crash("after-audit-row")
	s.heardAside(m.link.Holder, err)
	if err != nil {
		return false, err
	}
	still := slices.ContainsFunc(page.Rows, func(row PayIn) bool { return rowOf(row, 0).same(m.row) })
	if still || page.Full || len(page.Unread) > 0 {
		return false, nil
	}
	s.log.Error("a payment is no longer listed by the gateway", "sale", m.sale.ID, "link", m.link.PayID)
	return true, s.found(ctx, errandOf(m.sale, m.link), Step{Kind: StepWithdrawn, Row: Row{Key: m.row.Key}})
}

func (d *AuditDay) differ(x Difference) {
	if len(d.Differences) == mostDifferences {
		d.More++
		return
	}
	d.Differences = append(d.Differences, x)
}

// store keeps what was found, a day that agrees as well as one that does not.
func (c *comparison) store(ctx context.Context) error {
	s := c.shop
	return s.change(ctx, OfficeStream, func(tx Tx) error {
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
		return tx.Append(Event{
			Stream: OfficeStream, Kind: "audit", Subject: s.BookOf(c.theirs.holder), Actor: ActorClock, At: c.began,
			Data: fmt.Sprintf("%d days, %d differ", len(c.days), differ),
		})
	})
}

func dayText(millis int64) string { return time.UnixMilli(millis).UTC().Format(time.DateOnly) }
