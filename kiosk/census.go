package kiosk

import (
	"context"
	"slices"
	"time"
)

const (
	censusShown = minuteMillis      // between looks whether codes on show can still be paid
	censusAll   = 10 * minuteMillis // between looks for links nobody knows: none waits a quarter of an hour
	censusAge   = minuteMillis      // a link younger than this may not be listed yet
	censusDays  = 36                // how far back a search after a restore goes at most
	censusFinds = 5                 // links searched for one by one in a round
)

// Quarantine lists the newest links at the gateway that this database does not know: those that
// can still be paid if held, else all of them.
func (s *Shop) Quarantine(ctx context.Context, held bool, n int) ([]Quarantined, error) {
	var all []Quarantined
	err := s.store.View(ctx, func(r Reader) (err error) {
		all, err = r.Quarantine(held, n)
		return err
	})
	return all, err
}

// DeleteQuarantined has a quarantined link deleted at the gateway, which a person has seen and wants
// gone. It needs a manager and a reason. A link that was paid meanwhile is [Conflict] with
// ReasonAlreadyPaid: its payment comes to the unmatched list. Other errors are those of
// [Gateway.Retire].
func (s *Shop) DeleteQuarantined(ctx context.Context, by Actor, payID int64, reason string) error {
	if err := mayDecide(by, reason); err != nil {
		return err
	}
	held, err := s.quarantined(ctx, payID)
	if err != nil {
		return err
	}
	if held.State != QuarantineHeld {
		return refuse(ReasonNothingOpen)
	}
	Crash("before-census-order")
	holder := s.OwnOf(held.Account)
	answer, err := s.gatewayOf(ctx, holder).Retire(ctx, payID)
	Crash("after-census-order")
	s.heardAside(holder, err)
	switch {
	case err != nil:
		return err
	case answer == RetiredUsed:
		return firstOf(s.requarantine(ctx, held, QuarantineUsed, ActorGateway, ""), refuse(ReasonAlreadyPaid))
	case answer == RetiredUnknown:
		return s.requarantine(ctx, held, QuarantineGone, ActorGateway, "")
	}
	return s.requarantine(ctx, held, QuarantineDeleted, by.Staff, reason)
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Shop) quarantined(ctx context.Context, payID int64) (q Quarantined, err error) {
	err = s.store.View(ctx, func(r Reader) error {
		h, err := r.House()
		if err != nil {
			return err
		}
		q, err = r.Quarantined(s.account, payID)
		for i := 0; i < len(h.Accounts) && CodeOf(err) == NotFound; i++ {
			q, err = r.Quarantined(s.BookOf(h.Accounts[i].ID), payID)
		}
		return err
	})
	return q, err
}

func (s *Shop) requarantine(ctx context.Context, q Quarantined, state QuarantineState, by, reason string) error {
	q.State, q.At, q.By, q.Reason = state, s.now(), by, reason
	return s.putQuarantined(ctx, q)
}

func (s *Shop) putQuarantined(ctx context.Context, q Quarantined) error {
	return s.change(ctx, OfficeStream, func(tx Tx) error {
		was, err := tx.Quarantined(q.Account, q.PayID)
		if err == nil && was.State == q.State {
			return nil
		}
		if err != nil && CodeOf(err) != NotFound {
			return err
		}
		if err := tx.PutQuarantined(q); err != nil {
			return err
		}
		return tx.Append(Event{
			Stream: OfficeStream, Kind: "quarantine." + string(q.State), Subject: q.Ref,
			Amount: q.Amount, Actor: q.By, At: q.At, Data: q.Reason,
		})
	})
}

// censusOf takes the census of an account for some days, and finds out what became of links held there.
func (s *Shop) censusOf(ctx context.Context, holder string, days []string, held []Quarantined) error {
	held = slices.DeleteFunc(slices.Clone(held), func(q Quarantined) bool { return s.OwnOf(q.Account) != holder })
	for _, q := range held {
		days = append(days[:len(days):len(days)], dayOfRef(q.Ref))
	}
	taken := map[string]Findings{}
	for _, day := range days {
		if _, done := taken[day]; done {
			continue
		}
		var err error
		if taken[day], err = s.takeCensus(ctx, holder, day); err != nil {
			return err
		}
	}
	for _, q := range held {
		if err := s.recheck(ctx, q, taken[dayOfRef(q.Ref)]); err != nil {
			return err
		}
	}
	return nil
}

// takeCensus reads which links of one day can still be paid on an account and sets right what the
// database says otherwise about. It returns the links found.
func (s *Shop) takeCensus(ctx context.Context, holder, day string) (Findings, error) {
	found, err := s.gatewayOf(ctx, holder).Unused(ctx, s.settings.Installation+day)
	s.heardAside(holder, err)
	if err != nil {
		return found, err
	}
	for _, f := range found.Links {
		if !s.ours(f.Ref) || f.Cancelled || f.Used {
			continue // a partial match of somebody else's note, or no longer to be paid
		}
		if err := s.inspect(ctx, holder, f); err != nil {
			return found, err
		}
	}
	return found, nil
}

// inspect compares one unpaid link of ours on an account with what the database knows.
func (s *Shop) inspect(ctx context.Context, holder string, f Found) error {
	sale, n, err := s.saleOfRow(ctx, PayIn{PayID: f.PayID, Ref: f.Ref})
	if CodeOf(err) == NotFound {
		now := s.now()
		return s.putQuarantined(ctx, Quarantined{
			Account: s.BookOf(holder), PayID: f.PayID, Ref: f.Ref, Amount: f.Amount,
			Seen: now, At: now, State: QuarantineHeld, By: ActorGateway,
		})
	}
	if err != nil {
		return err
	}
	l := sale.Link(n)
	switch {
	case l.Live && l.PayID == f.PayID && l.Gone && s.now()-l.Created > censusAge:
		return s.unwanted(ctx, holder, f) // deleted, and the gateway says it never heard of that
	case l.Live && l.PayID != f.PayID:
		return s.unwanted(ctx, holder, f) // a second link under one reference, never shown
	case !l.Live && l.GivenUp && l.Unborn:
		e := Errand{Sale: sale.ID, Register: sale.Register, Link: n, Kind: ErrandStray}
		return s.adopt(ctx, e, f, 1) // it becomes known and, being given up, is retired
	}
	return nil // it is on show, or its errand is at work
}

// unwanted deletes a link that our own facts say nobody may pay. Whatever was paid on it meanwhile
// carries our reference and comes with the pay-in list.
func (s *Shop) unwanted(ctx context.Context, holder string, f Found) error {
	Crash("before-census-retire")
	answer, err := s.gatewayOf(ctx, holder).Retire(ctx, f.PayID)
	Crash("after-census-retire")
	s.heardAside(holder, err)
	s.log.Warn("a link that should be gone can be paid", "link", f.PayID, "ref", f.Ref, "answer", answer, "err", err)
	return err
}

// recheck finds out what became of held links that the census of their day did not show.
func (s *Shop) recheck(ctx context.Context, q Quarantined, census Findings) error {
	for _, f := range census.Links {
		if f.PayID == q.PayID && !f.Cancelled {
			return nil
		}
	}
	if _, _, err := s.saleOfRow(ctx, PayIn{PayID: q.PayID, Ref: q.Ref}); CodeOf(err) != NotFound {
		return firstOf(err, s.requarantine(ctx, q, QuarantineKnown, ActorGateway, ""))
	}
	Crash("before-census-search")
	holder := s.OwnOf(q.Account)
	found, err := s.gatewayOf(ctx, holder).Find(ctx, q.Ref)
	Crash("after-census-search")
	s.heardAside(holder, err)
	if err != nil {
		return err
	}
	for _, f := range found.Links {
		switch {
		case f.PayID != q.PayID:
		case f.Used:
			return s.requarantine(ctx, q, QuarantineUsed, ActorGateway, "")
		case !f.Cancelled:
			return nil
		}
	}
	if !found.Complete {
		return nil
	}
	return s.requarantine(ctx, q, QuarantineGone, ActorGateway, "")
}

// dayOfRef is the part of a reference that tells its day.
func dayOfRef(ref string) string { return ref[4:7] }

// censusOfDays lists the day parts from one time to another, both included, newest first.
func censusOfDays(from, to int64) []string {
	var days []string
	for at := to; len(days) < censusDays; at -= dayMillis {
		days = append(days, dayCode(time.UnixMilli(at)))
		if at/dayMillis <= from/dayMillis {
			break
		}
	}
	return days
}
