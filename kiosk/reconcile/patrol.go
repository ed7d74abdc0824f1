package reconcile

import (
	"cmp"
	"context"
	"slices"
	"time"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/shop"
)

const (
	patrolTick  = 5 * kiosk.SecondMillis
	patrolAgain = kiosk.MinuteMillis // after a round that failed
)

// patrol is the memory of the slow rounds beside the sweep: whether codes on show can still be
// paid, links nobody knows, the nightly audit, the search after a restore, and whether people have
// to be told that something about the house has changed.
type patrol struct {
	shop       *Reconciler
	name       string
	shown      int64           // Unix milliseconds when codes on show are looked at next
	census     int64           // the same for links nobody knows
	audit      int64           // the same for the question whether an audit is due
	absent     map[int64]int64 // links of codes on show that no list held, with the time
	turn       int             // rounds of several accounts so far
	toldAlarms string          // what the tills were last told about the house
}

func (rc *Reconciler) patrol(ctx context.Context) {
	p := &patrol{shop: rc, name: rc.random.ID(rc.kernel.Now()), absent: map[int64]int64{}}
	p.shown, p.census = rc.kernel.Now()+censusShown, rc.kernel.Now()+patrolTick
	for ctx.Err() == nil {
		p.round(ctx)
		rc.kernel.Sleep(ctx, nil, patrolTick)
	}
}

func (p *patrol) round(ctx context.Context) {
	p.probeStore(ctx)
	p.ringOnNewAlarms(ctx)
	now := p.shop.kernel.Now()
	if now < min(p.shown, p.census, p.audit) || !p.leads(ctx) {
		return
	}
	p.do(ctx, &p.shown, censusShown, p.lookAtShown)
	p.do(ctx, &p.census, censusAll, p.takeCensuses)
	p.do(ctx, &p.audit, 10*kiosk.MinuteMillis, p.auditIfDue)
}

// do makes a round whose time has come and plans the next one.
func (p *patrol) do(ctx context.Context, at *int64, every int64, what func(context.Context) error) {
	s := p.shop
	if s.kernel.Now() < *at {
		return
	}
	*at = s.kernel.Now() + every
	if err := what(ctx); err != nil {
		*at = s.kernel.Now() + max(kiosk.WaitOf(err), min(every, patrolAgain))
		if ctx.Err() == nil {
			s.log.Warn("a round could not be made", "code", kiosk.CodeOf(err), "err", err)
		}
	}
}

func (p *patrol) leads(ctx context.Context) bool {
	now := p.shop.kernel.Now()
	leads, err := p.shop.store.Lead(ctx, "patrol", p.name, now, now+leadMillis)
	if err != nil {
		p.shop.kernel.Complain(ctx, "nobody knows who makes the rounds", err)
	}
	return leads && err == nil
}

func (p *patrol) lookAtShown(ctx context.Context) error {
	sales, err := p.shop.kernel.WatchedSales(ctx, p.shop.kernel.Now())
	if err != nil {
		return err
	}
	return p.findCancelled(ctx, sales)
}

// takeCensuses takes the census of today and yesterday and of the days of links held, and after
// a restore of every day since the newest event that was brought back.
func (p *patrol) takeCensuses(ctx context.Context) error {
	s := p.shop
	held, restores, err := s.censusInputs(ctx)
	if err != nil {
		return err
	}
	from := s.kernel.Now() - kiosk.DayMillis
	if len(restores) > 0 {
		from = min(from, restores[0].Newest)
	}
	holders, err := s.censusAccounts(ctx, from, held)
	if err != nil {
		return err
	}
	var failed []error
	for _, holder := range p.rotate(holders) {
		failed = append(failed, s.censusOf(ctx, holder, censusOfDays(from, s.kernel.Now()), held))
	}
	if err := kiosk.FirstOf(failed...); err != nil {
		return err
	}
	return s.finishRestores(ctx, restores)
}

// censusAccounts lists the accounts of which a census is to be taken: those whose keys are kept and with which
// links may have been made since from, and those at which a link is held in quarantine.
func (rc *Reconciler) censusAccounts(ctx context.Context, from int64, held []kiosk.Quarantined) ([]string, error) {
	h, err := rc.kernel.OfficeSettings(ctx)
	if err != nil {
		return nil, err
	}
	holders := h.ReadableAccounts(rc.kernel.Now(), min(censusDays, (rc.kernel.Now()-from)/kiosk.DayMillis+1))
	for _, q := range held {
		if own := rc.kernel.Accounts.IDOf(q.Account); !slices.Contains(holders, own) {
			holders = append(holders, own)
		}
	}
	return holders, nil
}

// censusInputs reads the links that are held in quarantine, and the restores that were not searched for yet.
func (rc *Reconciler) censusInputs(ctx context.Context) (held []kiosk.Quarantined, open []kiosk.Restore, err error) {
	err = rc.store.View(ctx, func(r kiosk.Reader) (err error) {
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

// finishRestores ends restores whose census was taken, once the gateway's rows were compared too.
func (rc *Reconciler) finishRestores(ctx context.Context, restores []kiosk.Restore) error {
	if len(restores) == 0 {
		return nil
	}
	if err := rc.Audit(ctx); err != nil {
		return err
	}
	return rc.kernel.Change(ctx, kiosk.OfficeStream, func(tx kiosk.Tx) error {
		for _, x := range restores {
			x.Done = rc.kernel.Now()
			if err := tx.PutRestore(x); err != nil {
				return err
			}
		}
		return tx.Append(kiosk.Event{Stream: kiosk.OfficeStream, Kind: "restore.searched", Actor: kiosk.ActorClock, At: rc.kernel.Now()})
	})
}

// auditIfDue audits once in every day of the calendar, at its auditHour or as soon as possible, and
// asks for the gateway's payouts and invoices behind it.
func (p *patrol) auditIfDue(ctx context.Context) error {
	s := p.shop
	slot := (s.kernel.Now()-auditHour)/kiosk.DayMillis*kiosk.DayMillis + auditHour
	if slot <= s.installation.Created {
		return nil
	}
	return s.auditAccounts(ctx, func(audited int64) bool { return audited < slot })
}

// AuditAccounts audits the gateway's books and reads its payouts and invoices, of the account first that
// was audited longest ago: the calls of a minute may not reach for all of them. The error is that of
// the first account that could not be read.
func (rc *Reconciler) AuditAccounts(ctx context.Context) error {
	return rc.auditAccounts(ctx, func(int64) bool { return true })
}

func (rc *Reconciler) auditAccounts(ctx context.Context, due func(audited int64) bool) error {
	h, err := rc.kernel.OfficeSettings(ctx)
	if err != nil {
		return err
	}
	last, err := rc.lastAudits(ctx, h)
	if err != nil {
		return err
	}
	holders := h.ReadableAccounts(rc.kernel.Now(), kiosk.AuditDays)
	slices.SortStableFunc(holders, func(a, b string) int { return cmp.Compare(last[a], last[b]) })
	var failed []error
	for _, holder := range holders {
		if !due(last[holder]) {
			continue
		}
		err := rc.auditOf(ctx, holder)
		if err == nil {
			err = rc.readPayoutsOf(ctx, holder)
		}
		if h.Account(holder).Ended > 0 && kiosk.KeyOf(err) == kiosk.KeyGatewayKey {
			rc.log.Warn("the owner's key is no good any more", "account", holder)
			err = nil // it ended, and so did what it let us read
		}
		failed = append(failed, err)
	}
	return kiosk.FirstOf(failed...)
}

// lastAudits is when each account was audited last; one of a stall counts as audited when it was made.
func (rc *Reconciler) lastAudits(ctx context.Context, h kiosk.OfficeSettings) (map[string]int64, error) {
	last := map[string]int64{}
	for _, a := range h.Accounts {
		last[a.ID] = a.Made
	}
	days, err := rc.AuditDays(ctx, 1+len(h.Accounts)) // of the newest day there is one of each account
	for _, d := range days {
		own := rc.kernel.Accounts.IDOf(d.Account)
		last[own] = max(last[own], d.At)
	}
	return last, err
}

// probeStore tries to write while nothing could be written, so that the house goes on by itself as
// soon as there is room on the disk again.
func (p *patrol) probeStore(ctx context.Context) {
	s := p.shop
	since := s.kernel.Condition.Health().StoreDown
	if since == 0 {
		return
	}
	err := s.kernel.Change(ctx, kiosk.OfficeStream, func(tx kiosk.Tx) error {
		return tx.Append(kiosk.Event{
			Stream: kiosk.OfficeStream, Kind: "store.back", Actor: kiosk.ActorClock, At: s.kernel.Now(),
			Data: time.UnixMilli(since).UTC().Format(time.RFC3339),
		})
	})
	if err == nil {
		s.log.Info("the store can be written again", "since", time.UnixMilli(since))
	}
}

// ringOnNewAlarms has every till drawn anew when what it has to say about the house has changed without an
// event of its register.
func (p *patrol) ringOnNewAlarms(ctx context.Context) {
	s := p.shop
	now := ""
	for _, a := range s.kernel.Alarms.OfCondition(s.kernel.Now()) {
		now += string(a.Kind) + a.AccountID + " "
	}
	if now == p.toldAlarms {
		return
	}
	p.toldAlarms = now
	s.ringTills(ctx)
}

// ringTills rings for every register without a new version.
func (rc *Reconciler) ringTills(ctx context.Context) {
	err := rc.store.View(ctx, func(r kiosk.Reader) error {
		stalls, err := r.Stalls()
		for _, stall := range stalls {
			registers, err := r.Registers(stall.ID)
			if err != nil {
				return err
			}
			for _, g := range registers {
				rc.bus.Ring(g.ID, 0)
			}
		}
		return err
	})
	if err != nil {
		rc.kernel.Complain(ctx, "tills cannot be told", err)
	}
}
