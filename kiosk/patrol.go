package kiosk

import (
	"context"
	"time"
)

const (
	patrolTick  = 5 * secondMillis
	patrolAgain = minuteMillis // after a round that failed
)

// patrol is the memory of the slow rounds beside the sweep: whether codes on show can still be
// paid, links nobody knows, the nightly audit, the search after a restore, and whether people have
// to be told that something about the house has changed.
type patrol struct {
	shop   *Shop
	name   string
	shown  int64           // Unix milliseconds when codes on show are looked at next
	census int64           // the same for links nobody knows
	audit  int64           // the same for the question whether an audit is due
	absent map[int64]int64 // links of codes on show that no list held, with the time
	told   string          // what the tills were last told about the house
}

func (s *Shop) patrol(ctx context.Context) {
	p := &patrol{shop: s, name: s.random.id(s.now()), absent: map[int64]int64{}}
	p.shown, p.census = s.now()+censusShown, s.now()+patrolTick
	for ctx.Err() == nil {
		p.round(ctx)
		s.sleep(ctx, nil, patrolTick)
	}
}

func (p *patrol) round(ctx context.Context) {
	p.probeStore(ctx)
	p.tell(ctx)
	now := p.shop.now()
	if now < min(p.shown, p.census, p.audit) || !p.leads(ctx) {
		return
	}
	p.do(ctx, &p.shown, censusShown, p.lookAtShown)
	p.do(ctx, &p.census, censusAll, p.lookForStrangers)
	p.do(ctx, &p.audit, 10*minuteMillis, p.auditIfDue)
}

// do makes a round whose time has come and plans the next one.
func (p *patrol) do(ctx context.Context, at *int64, every int64, what func(context.Context) error) {
	s := p.shop
	if s.now() < *at {
		return
	}
	*at = s.now() + every
	if err := what(ctx); err != nil {
		*at = s.now() + max(waitOf(err), min(every, patrolAgain))
		if ctx.Err() == nil {
			s.log.Warn("a round could not be made", "code", CodeOf(err), "err", err)
		}
	}
}

func (p *patrol) leads(ctx context.Context) bool {
	now := p.shop.now()
	leads, err := p.shop.store.Lead(ctx, "patrol", p.name, now, now+leadMillis)
	if err != nil {
		p.shop.complain(ctx, "nobody knows who makes the rounds", err)
	}
	return leads && err == nil
}

func (p *patrol) lookAtShown(ctx context.Context) error {
	sales, err := p.shop.watched(ctx, p.shop.now())
	if err != nil {
		return err
	}
	return p.vanished(ctx, sales)
}

// lookForStrangers takes the census of today and yesterday and of the days of links held, and after
// a restore of every day since the newest event that was brought back.
func (p *patrol) lookForStrangers(ctx context.Context) error {
	s := p.shop
	held, restores, err := s.strangers(ctx)
	if err != nil {
		return err
	}
	from := s.now() - dayMillis
	if len(restores) > 0 {
		from = min(from, restores[0].Newest)
	}
	days := censusOfDays(from, s.now())
	for _, q := range held {
		days = append(days, dayOfRef(q.Ref))
	}
	taken := map[string]Findings{}
	for _, day := range days {
		if _, done := taken[day]; done {
			continue
		}
		if taken[day], err = s.takeCensus(ctx, day); err != nil {
			return err
		}
	}
	for _, q := range held {
		if err := s.recheck(ctx, q, taken[dayOfRef(q.Ref)]); err != nil {
			return err
		}
	}
	return s.searched(ctx, restores)
}

// strangers reads the links that are held, and the restores that were not searched for yet.
func (s *Shop) strangers(ctx context.Context) (held []Quarantined, open []Restore, err error) {
	err = s.store.View(ctx, func(r Reader) (err error) {
		if held, err = r.Quarantine(true, watchAtOnce); err != nil {
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

// searched ends restores whose census was taken, once the gateway's rows were compared too.
func (s *Shop) searched(ctx context.Context, restores []Restore) error {
	if len(restores) == 0 {
		return nil
	}
	if err := s.Audit(ctx); err != nil {
		return err
	}
	return s.change(ctx, OfficeStream, func(tx Tx) error {
		for _, x := range restores {
			x.Done = s.now()
			if err := tx.PutRestore(x); err != nil {
				return err
			}
		}
		return tx.Append(Event{Stream: OfficeStream, Kind: "restore.searched", Actor: ActorClock, At: s.now()})
	})
}

// auditIfDue audits once in every day of the calendar, at its auditHour or as soon as possible, and
// asks for the gateway's payouts and invoices behind it.
func (p *patrol) auditIfDue(ctx context.Context) error {
	s := p.shop
	slot := (s.now()-auditHour)/dayMillis*dayMillis + auditHour
	if slot <= s.settings.Created {
		return nil
	}
	last, err := s.AuditDays(ctx, 1)
	if err != nil || (len(last) > 0 && last[0].At >= slot) {
		return err
	}
	if err := s.Audit(ctx); err != nil {
		return err
	}
	return s.ReadPayouts(ctx)
}

// probeStore tries to write while nothing could be written, so that the house goes on by itself as
// soon as there is room on the disk again.
func (p *patrol) probeStore(ctx context.Context) {
	s := p.shop
	since := s.Health().StoreDown
	if since == 0 {
		return
	}
	err := s.change(ctx, OfficeStream, func(tx Tx) error {
		return tx.Append(Event{
			Stream: OfficeStream, Kind: "store.back", Actor: ActorClock, At: s.now(),
			Data: time.UnixMilli(since).UTC().Format(time.RFC3339),
		})
	})
	if err == nil {
		s.log.Info("the store can be written again", "since", time.UnixMilli(since))
	}
}

// tell has every till drawn anew when what it has to say about the house has changed without an
// event of its register.
func (p *patrol) tell(ctx context.Context) {
	s := p.shop
	now := ""
	for _, a := range s.houseAlarms(s.now()) {
		now += string(a.Kind) + " "
	}
	if now == p.told {
		return
	}
	p.told = now
	s.ringTills(ctx)
}

// ringTills rings for every register without a new version.
func (s *Shop) ringTills(ctx context.Context) {
	err := s.store.View(ctx, func(r Reader) error {
		stalls, err := r.Stalls()
		for _, stall := range stalls {
			registers, err := r.Registers(stall.ID)
			if err != nil {
				return err
			}
			for _, g := range registers {
				s.bus.Ring(g.ID, 0)
			}
		}
		return err
	})
	if err != nil {
		s.complain(ctx, "tills cannot be told", err)
	}
}
