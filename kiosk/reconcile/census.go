package reconcile

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/shop"
)

const (
	censusShown = kiosk.MinuteMillis      // between looks whether codes on show can still be paid
	censusAll   = 10 * kiosk.MinuteMillis // between looks for links nobody knows: none waits a quarter of an hour
	censusAge   = kiosk.MinuteMillis      // a link younger than this may not be listed yet
	censusDays  = 36                      // how far back a search after a restore goes at most
	censusFinds = 5                       // links searched for one by one in a round
)

// census compares the unpaid links of an account with what the database knows of them.
type census struct {
	kernel       *shop.Kernel
	store        kiosk.Store
	log          *slog.Logger
	installation kiosk.Installation
	rows         *rows
	errands      *errands
}

// accounts lists the accounts of which a census is to be taken: those whose keys are kept and with which
// links may have been made since from, and those at which a link is held in quarantine.
func (c *census) accounts(ctx context.Context, from int64, held []kiosk.Quarantined) ([]string, error) {
	h, err := c.kernel.OfficeSettings(ctx)
	if err != nil {
		return nil, err
	}
	holders := h.ReadableAccounts(c.kernel.Now(), min(censusDays, (c.kernel.Now()-from)/kiosk.DayMillis+1))
	for _, q := range held {
		if own := c.kernel.Accounts.IDOf(q.Account); !slices.Contains(holders, own) {
			holders = append(holders, own)
		}
	}
	return holders, nil
}

// inputs reads the links that are held in quarantine, and the restores that were not searched for yet.
func (c *census) inputs(ctx context.Context) (held []kiosk.Quarantined, open []kiosk.Restore, err error) {
	err = c.store.View(ctx, func(r kiosk.Reader) (err error) {
		if held, err = r.Quarantine(true, shop.WatchAtOnce); err != nil {
			return err
		}
		all, err := r.Restores()
		for _, x := range all {
			if x.Done == 0 {
				open = append(open, x)
			}
		}
		return err
	})
	return held, open, err
}

// takeAll takes the census of an account for some days, and finds out what became of links held there.
func (c *census) takeAll(ctx context.Context, holder string, days []string, held []kiosk.Quarantined) error {
	held = slices.DeleteFunc(slices.Clone(held), func(q kiosk.Quarantined) bool { return c.kernel.Accounts.IDOf(q.Account) != holder })
	for _, q := range held {
		days = append(days[:len(days):len(days)], dayOfRef(q.Ref))
	}
	taken := map[string]kiosk.Findings{}
	for _, day := range days {
		if _, done := taken[day]; done {
			continue
		}
		var err error
		if taken[day], err = c.take(ctx, holder, day); err != nil {
			return err
		}
	}
	for _, q := range held {
		if err := c.recheck(ctx, q, taken[dayOfRef(q.Ref)]); err != nil {
			return err
		}
	}
	return nil
}

// take reads which links of one day can still be paid on an account and sets right what the
// database says otherwise about. It returns the links found.
func (c *census) take(ctx context.Context, holder, day string) (kiosk.Findings, error) {
	found, err := c.kernel.Accounts.GatewayOf(ctx, holder).Unused(ctx, c.installation.Code+day)
	c.kernel.Condition.NoteLowLaneCall(holder, err)
	if err != nil {
		return found, err
	}
	for _, f := range found.Links {
		if !c.rows.ours(f.Ref) || f.Cancelled || f.Used {
			continue // a partial match of somebody else's note, or no longer to be paid
		}
		if err := c.inspect(ctx, holder, f); err != nil {
			return found, err
		}
	}
	return found, nil
}

// strikeUnpaid reads an account's list of unpaid links and deletes from shown every link that it holds: those
// can still be paid. A link that the gateway marks as cancelled is deleted too, and stored as gone. What
// is left in shown is missing, if the list is told to have been complete.
func (c *census) strikeUnpaid(ctx context.Context, holder string, shown map[int64]*kiosk.Sale) (complete bool, err error) {
	days := map[string]bool{}
	for _, sale := range shown {
		days[dayOfRef(sale.Shown().Ref)] = true
	}
	complete = true
	for day := range days {
		found, err := c.take(ctx, holder, day)
		if err != nil {
			return false, err
		}
		complete = complete && found.Complete
		for _, f := range found.Links {
			if sale := shown[f.PayID]; sale != nil && f.Cancelled {
				if err := c.storeCancelled(ctx, sale); err != nil {
					return false, err
				}
			}
			delete(shown, f.PayID)
		}
	}
	return complete, nil
}

// storeCancelled stores that the link of a code on show cannot be paid any more.
func (c *census) storeCancelled(ctx context.Context, sale *kiosk.Sale) error {
	c.log.Info("a link was cancelled at the gateway", "sale", sale.ID, "link", sale.Shown().ID)
	return c.kernel.StoreFindings(ctx, errandOf(sale, sale.Shown()), kiosk.Step{Kind: kiosk.StepGone, Reason: cancelledThere})
}

// inspect compares one unpaid link of ours on an account with what the database knows.
func (c *census) inspect(ctx context.Context, holder string, f kiosk.Found) error {
	sale, n, err := c.rows.saleOf(ctx, kiosk.PayIn{PayID: f.PayID, Ref: f.Ref})
	if kiosk.CodeOf(err) == kiosk.NotFound {
		now := c.kernel.Now()
		return c.kernel.PutQuarantined(ctx, kiosk.Quarantined{
			Account: c.kernel.Accounts.Qualified(holder), PayID: f.PayID, Ref: f.Ref, Amount: f.Amount,
			Seen: now, At: now, State: kiosk.QuarantineHeld, By: kiosk.ActorGateway,
		})
	}
	if err != nil {
		return err
	}
	l := sale.Link(n)
	switch {
	case l.Live && l.PayID == f.PayID && l.Gone && c.kernel.Now()-l.Created > censusAge:
		return c.deleteUnwanted(ctx, holder, f) // deleted, and the gateway says it never heard of that
	case l.Live && l.PayID != f.PayID:
		return c.deleteUnwanted(ctx, holder, f) // a second link under one reference, never shown
	case !l.Live && l.GivenUp && l.Unborn:
		e := kiosk.Errand{Sale: sale.ID, Register: sale.Register, Link: n, Kind: kiosk.ErrandStray}
		return c.errands.adopt(ctx, e, f, 1) // it becomes known and, being given up, is retired
	}
	return nil // it is on show, or its errand is at work
}

// deleteUnwanted deletes a link that our own facts say nobody may pay. Whatever was paid on it meanwhile
// carries our reference and comes with the pay-in list.
func (c *census) deleteUnwanted(ctx context.Context, holder string, f kiosk.Found) error {
	kiosk.Crash("before-census-retire")
	answer, err := c.kernel.Accounts.GatewayOf(ctx, holder).Retire(ctx, f.PayID)
	kiosk.Crash("after-census-retire")
	c.kernel.Condition.NoteLowLaneCall(holder, err)
	c.log.Warn("a link that should be gone can be paid", "link", f.PayID, "ref", f.Ref, "answer", answer, "err", err)
	return err
}

// recheck finds out what became of held links that the census of their day did not show.
func (c *census) recheck(ctx context.Context, q kiosk.Quarantined, census kiosk.Findings) error {
	for _, f := range census.Links {
		if f.PayID == q.PayID && !f.Cancelled {
			return nil
		}
	}
	if _, _, err := c.rows.saleOf(ctx, kiosk.PayIn{PayID: q.PayID, Ref: q.Ref}); kiosk.CodeOf(err) != kiosk.NotFound {
		return kiosk.FirstOf(err, c.kernel.Requarantine(ctx, q, kiosk.QuarantineKnown, kiosk.ActorGateway, ""))
	}
	kiosk.Crash("before-census-search")
	holder := c.kernel.Accounts.IDOf(q.Account)
	found, err := c.kernel.Accounts.GatewayOf(ctx, holder).Find(ctx, q.Ref)
	kiosk.Crash("after-census-search")
	c.kernel.Condition.NoteLowLaneCall(holder, err)
	if err != nil {
		return err
	}
	for _, f := range found.Links {
		switch {
		case f.PayID != q.PayID:
		case f.Used:
			return c.kernel.Requarantine(ctx, q, kiosk.QuarantineUsed, kiosk.ActorGateway, "")
		case !f.Cancelled:
			return nil
		}
	}
	if !found.Complete {
		return nil
	}
	return c.kernel.Requarantine(ctx, q, kiosk.QuarantineGone, kiosk.ActorGateway, "")
}

// dayOfRef is the part of a reference that tells its day.
func dayOfRef(ref string) string { return ref[4:7] }

// censusOfDays lists the day parts from one time to another, both included, newest first.
func censusOfDays(from, to int64) []string {
	var days []string
	for at := to; len(days) < censusDays; at -= kiosk.DayMillis {
		days = append(days, kiosk.DayCode(time.UnixMilli(at)))
		if at/kiosk.DayMillis <= from/kiosk.DayMillis {
			break
		}
	}
	return days
}
