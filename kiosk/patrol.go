package kiosk

import (
	"cmp"
	"context"
	"slices"
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
	turn   int             // rounds of several accounts so far
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
	holders, err := s.counted(ctx, from, held)
	if err != nil {
		return err
	}
	var failed []error
	for _, holder := range p.inTurn(holders) {
		failed = append(failed, s.censusOf(ctx, holder, censusOfDays(from, s.now()), held))
	}
	if err := firstOf(failed...); err != nil {
		return err
	}
	return s.searched(ctx, restores)
}

// counted lists the accounts of which a census is to be taken: those whose keys are kept and with which
// links may have been made since from, and those at which a link is held in quarantine.
func (s *Shop) counted(ctx context.Context, from int64, held []Quarantined) ([]string, error) {
	h, err := s.House(ctx)
	if err != nil {
		return nil, err
	}
	holders := h.reachable(s.now(), min(censusDays, (s.now()-from)/dayMillis+1))
	for _, q := range held {
		if own := s.OwnOf(q.Account); !slices.Contains(holders, own) {
			holders = append(holders, own)
		}
	}
	return holders, nil
}

// strangers reads the links that are held in quarantine, and the restores that were not searched for yet.
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
	return s.readBooks(ctx, func(audited int64) bool { return audited < slot })
}

// ReadBooks audits the gateway's books and reads its payouts and invoices, of the account first that
// was audited longest ago: the calls of a minute may not reach for all of them. The error is that of
// the first account that could not be read.
func (s *Shop) ReadBooks(ctx context.Context) error {
	return s.readBooks(ctx, func(int64) bool { return true })
}

func (s *Shop) readBooks(ctx context.Context, due func(audited int64) bool) error {
	h, err := s.House(ctx)
	if err != nil {
		return err
	}
	last, err := s.audited(ctx, h)
	if err != nil {
		return err
	}
	holders := h.reachable(s.now(), auditDays)
	slices.SortStableFunc(holders, func(a, b string) int { return cmp.Compare(last[a], last[b]) })
	var failed []error
	for _, holder := range holders {
		if !due(last[holder]) {
			continue
		}
		err := s.auditOf(ctx, holder)
		if err == nil {
			err = s.readPayoutsOf(ctx, holder)
		}
		if h.Own(holder).Ended > 0 && KeyOf(err) == KeyGatewayKey {
			s.log.Warn("the owner's key is no good any more", "account", holder)
			err = nil // it ended, and so did what it let us read
		}
		failed = append(failed, err)
	}
	return firstOf(failed...)
}

// audited is when each account was audited last; one of a stall counts as audited when it was made.
func (s *Shop) audited(ctx context.Context, h House) (map[string]int64, error) {
	last := map[string]int64{}
	for _, a := range h.Accounts {
		last[a.ID] = a.Made
	}
	days, err := s.AuditDays(ctx, 1+len(h.Accounts)) // of the newest day there is one of each account
	for _, d := range days {
		own := s.OwnOf(d.Account)
		last[own] = max(last[own], d.At)
	}
	return last, err
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
		now += string(a.Kind) + a.Own + " "
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
