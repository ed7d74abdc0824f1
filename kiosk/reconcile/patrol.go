package reconcile

import (
	"context"
	"log/slog"
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
	rounds *rounds
	name   string
	shown  int64           // Unix milliseconds when codes on show are looked at next
	census int64           // the same for links nobody knows
	audit  int64           // the same for the question whether an audit is due
	absent map[int64]int64 // links of codes on show that no list held, with the time
	turn   int             // rounds of several accounts so far
	told   string          // what the tills were last told about the house
}

// rounds are the slow rounds beside the reading of the lists.
type rounds struct {
	kernel       *shop.Kernel
	store        kiosk.Store
	bus          kiosk.Bus
	random       kiosk.Entropy
	log          *slog.Logger
	installation kiosk.Installation
	rows         *rows
	census       *census
	auditor      *auditor
}

func (rd *rounds) run(ctx context.Context) {
	p := &patrol{rounds: rd, name: rd.random.ID(rd.kernel.Now()), absent: map[int64]int64{}}
	p.shown, p.census = rd.kernel.Now()+censusShown, rd.kernel.Now()+patrolTick
	for ctx.Err() == nil {
		p.round(ctx)
		rd.kernel.Sleep(ctx, rd.kernel.Condition.Turned(), patrolTick)
	}
}

func (p *patrol) round(ctx context.Context) {
	p.probeStore(ctx)
	p.ringOnNewAlarms(ctx)
	now := p.rounds.kernel.Now()
	if now < min(p.shown, p.census, p.audit) || !p.leads(ctx) {
		return
	}
	p.do(ctx, &p.shown, censusShown, p.lookAtShown)
	p.do(ctx, &p.census, censusAll, p.takeCensuses)
	p.do(ctx, &p.audit, 10*kiosk.MinuteMillis, p.auditIfDue)
}

// do makes a round whose time has come and plans the next one.
func (p *patrol) do(ctx context.Context, at *int64, every int64, what func(context.Context) error) {
	rd := p.rounds
	if rd.kernel.Now() < *at {
		return
	}
	*at = rd.kernel.Now() + every
	if err := what(ctx); err != nil {
		*at = rd.kernel.Now() + max(kiosk.WaitOf(err), min(every, patrolAgain))
		if ctx.Err() == nil {
			rd.log.Warn("a round could not be made", "code", kiosk.CodeOf(err), "err", err)
		}
	}
}

func (p *patrol) leads(ctx context.Context) bool {
	now := p.rounds.kernel.Now()
	leads, err := p.rounds.store.Lead(ctx, "patrol", p.name, now, now+leadMillis)
	if err != nil {
		p.rounds.kernel.Complain(ctx, "nobody knows who makes the rounds", err)
	}
	return leads && err == nil
}

func (p *patrol) lookAtShown(ctx context.Context) error {
	sales, err := p.rounds.kernel.WatchedSales(ctx, p.rounds.kernel.Now())
	if err != nil {
		return err
	}
	return p.findCancelled(ctx, sales)
}

// takeCensuses takes the census of today and yesterday and of the days of links held, and after
// a restore of every day since the newest event that was brought back.
func (p *patrol) takeCensuses(ctx context.Context) error {
	rd := p.rounds
	held, restores, err := rd.census.inputs(ctx)
	if err != nil {
		return err
	}
	from := rd.kernel.Now() - kiosk.DayMillis
	if len(restores) > 0 {
		from = min(from, restores[0].Newest)
	}
	holders, err := rd.census.accounts(ctx, from, held)
	if err != nil {
		return err
	}
	var failed []error
	for _, holder := range p.rotate(holders) {
		failed = append(failed, rd.census.takeAll(ctx, holder, censusOfDays(from, rd.kernel.Now()), held))
	}
	if err := kiosk.FirstOf(failed...); err != nil {
		return err
	}
	return rd.auditor.finishRestores(ctx, restores)
}

// auditIfDue audits once in every day of the calendar, at its auditHour or as soon as possible, and
// asks for the gateway's payouts and invoices behind it.
func (p *patrol) auditIfDue(ctx context.Context) error {
	rd := p.rounds
	slot := (rd.kernel.Now()-auditHour)/kiosk.DayMillis*kiosk.DayMillis + auditHour
	if slot <= rd.installation.Created {
		return nil
	}
	return rd.auditor.dueAccounts(ctx, func(audited int64) bool { return audited < slot })
}

// probeStore tries to write while nothing could be written, so that the house goes on by itself as
// soon as there is room on the disk again.
func (p *patrol) probeStore(ctx context.Context) {
	rd := p.rounds
	since := rd.kernel.Condition.Health().StoreDown
	if since == 0 {
		return
	}
	err := rd.kernel.Change(ctx, kiosk.OfficeStream, func(tx kiosk.Tx) error {
		return tx.Append(kiosk.Event{
			Stream: kiosk.OfficeStream, Kind: "store.back", Actor: kiosk.ActorClock, At: rd.kernel.Now(),
			Data: time.UnixMilli(since).UTC().Format(time.RFC3339),
		})
	})
	if err == nil {
		rd.log.Info("the store can be written again", "since", time.UnixMilli(since))
	}
}

// ringOnNewAlarms has every till drawn anew when what it has to say about the house has changed without an
// event of its register: an alarm, or that the gateway went away or came back.
func (p *patrol) ringOnNewAlarms(ctx context.Context) {
	rd := p.rounds
	now := rd.kernel.Condition.Signs()
	for _, a := range rd.kernel.Alarms.OfCondition(rd.kernel.Now()) {
		now += string(a.Kind) + a.AccountID + " "
	}
	if now == p.told {
		return
	}
	p.told = now
	rd.ringTills(ctx)
}

// ringTills rings for every register without a new version.
func (rd *rounds) ringTills(ctx context.Context) {
	err := rd.store.View(ctx, func(r kiosk.Reader) error {
		stalls, err := r.Stalls()
		for _, stall := range stalls {
			registers, err := r.Registers(stall.ID)
			if err != nil {
				return err
			}
			rd.kernel.RingAll(registers)
		}
		return err
	})
	if err != nil {
		rd.kernel.Complain(ctx, "tills cannot be told", err)
	}
}
