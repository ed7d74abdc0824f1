package reconcile

import (
	"context"
	"slices"
	"time"

	"qrkiosk/kiosk"
)

const (
	censusShown = kiosk.MinuteMillis      // between looks whether codes on show can still be paid
	censusAll   = 10 * kiosk.MinuteMillis // between looks for links nobody knows: none waits a quarter of an hour
	censusAge   = kiosk.MinuteMillis      // a link younger than this may not be listed yet
	censusDays  = 36                      // how far back a search after a restore goes at most
	censusFinds = 5                       // links searched for one by one in a round
)

// censusOf takes the census of an account for some days, and finds out what became of links held there.
func (rc *Reconciler) censusOf(ctx context.Context, holder string, days []string, held []kiosk.Quarantined) error {
	held = slices.DeleteFunc(slices.Clone(held), func(q kiosk.Quarantined) bool { return rc.kernel.Accounts.IDOf(q.Account) != holder })
	for _, q := range held {
		days = append(days[:len(days):len(days)], dayOfRef(q.Ref))
	}
	taken := map[string]kiosk.Findings{}
	for _, day := range days {
		if _, done := taken[day]; done {
			continue
		}
		var err error
		if taken[day], err = rc.takeCensus(ctx, holder, day); err != nil {
			return err
		}
	}
	for _, q := range held {
		if err := rc.recheck(ctx, q, taken[dayOfRef(q.Ref)]); err != nil {
			return err
		}
	}
	return nil
}

// takeCensus reads which links of one day can still be paid on an account and sets right what the
// database says otherwise about. It returns the links found.
func (rc *Reconciler) takeCensus(ctx context.Context, holder, day string) (kiosk.Findings, error) {
	found, err := rc.kernel.Accounts.GatewayOf(ctx, holder).Unused(ctx, rc.installation.Code+day)
	rc.kernel.Condition.NoteLowLaneCall(holder, err)
	if err != nil {
		return found, err
	}
	for _, f := range found.Links {
		if !rc.ours(f.Ref) || f.Cancelled || f.Used {
			continue // a partial match of somebody else's note, or no longer to be paid
		}
		if err := rc.inspect(ctx, holder, f); err != nil {
			return found, err
		}
	}
	return found, nil
}

// inspect compares one unpaid link of ours on an account with what the database knows.
func (rc *Reconciler) inspect(ctx context.Context, holder string, f kiosk.Found) error {
	sale, n, err := rc.saleOfRow(ctx, kiosk.PayIn{PayID: f.PayID, Ref: f.Ref})
	if kiosk.CodeOf(err) == kiosk.NotFound {
		now := rc.kernel.Now()
		return rc.kernel.PutQuarantined(ctx, kiosk.Quarantined{
			Account: rc.kernel.Accounts.Qualified(holder), PayID: f.PayID, Ref: f.Ref, Amount: f.Amount,
			Seen: now, At: now, State: kiosk.QuarantineHeld, By: kiosk.ActorGateway,
		})
	}
	if err != nil {
		return err
	}
	l := sale.Link(n)
	switch {
	case l.Live && l.PayID == f.PayID && l.Gone && rc.kernel.Now()-l.Created > censusAge:
		return rc.deleteUnwanted(ctx, holder, f) // deleted, and the gateway says it never heard of that
	case l.Live && l.PayID != f.PayID:
		return rc.deleteUnwanted(ctx, holder, f) // a second link under one reference, never shown
	case !l.Live && l.GivenUp && l.Unborn:
		e := kiosk.Errand{Sale: sale.ID, Register: sale.Register, Link: n, Kind: kiosk.ErrandStray}
		return rc.adopt(ctx, e, f, 1) // it becomes known and, being given up, is retired
	}
	return nil // it is on show, or its errand is at work
}

// deleteUnwanted deletes a link that our own facts say nobody may pay. Whatever was paid on it meanwhile
// carries our reference and comes with the pay-in list.
func (rc *Reconciler) deleteUnwanted(ctx context.Context, holder string, f kiosk.Found) error {
	kiosk.Crash("before-census-retire")
	answer, err := rc.kernel.Accounts.GatewayOf(ctx, holder).Retire(ctx, f.PayID)
	kiosk.Crash("after-census-retire")
	rc.kernel.Condition.NoteLowLaneCall(holder, err)
	rc.log.Warn("a link that should be gone can be paid", "link", f.PayID, "ref", f.Ref, "answer", answer, "err", err)
	return err
}

// recheck finds out what became of held links that the census of their day did not show.
func (rc *Reconciler) recheck(ctx context.Context, q kiosk.Quarantined, census kiosk.Findings) error {
	for _, f := range census.Links {
		if f.PayID == q.PayID && !f.Cancelled {
			return nil
		}
	}
	if _, _, err := rc.saleOfRow(ctx, kiosk.PayIn{PayID: q.PayID, Ref: q.Ref}); kiosk.CodeOf(err) != kiosk.NotFound {
		return kiosk.FirstOf(err, rc.kernel.Requarantine(ctx, q, kiosk.QuarantineKnown, kiosk.ActorGateway, ""))
	}
	kiosk.Crash("before-census-search")
	holder := rc.kernel.Accounts.IDOf(q.Account)
	found, err := rc.kernel.Accounts.GatewayOf(ctx, holder).Find(ctx, q.Ref)
	kiosk.Crash("after-census-search")
	rc.kernel.Condition.NoteLowLaneCall(holder, err)
	if err != nil {
		return err
	}
	for _, f := range found.Links {
		switch {
		case f.PayID != q.PayID:
		case f.Used:
			return rc.kernel.Requarantine(ctx, q, kiosk.QuarantineUsed, kiosk.ActorGateway, "")
		case !f.Cancelled:
			return nil
		}
	}
	if !found.Complete {
		return nil
	}
	return rc.kernel.Requarantine(ctx, q, kiosk.QuarantineGone, kiosk.ActorGateway, "")
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
