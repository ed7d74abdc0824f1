package reconcile

import (
	"context"
	"slices"

	"qrkiosk/kiosk"
)

// accountPoller is how the watcher reads the pay-in list of one account.
type accountPoller struct {
	lists    *lists
	account  string // ID of the account, "" the house's
	at       int64  // Unix milliseconds when it is due, by the last plan
	last     int64  // Unix milliseconds when it was read last
	wide     int64  // the same of the last one that asked about old links too
	failures int
	looks    []kiosk.Errand  // that the reading under way has to answer
	known    map[string]bool // rows stored before, so that they cost no reading
}

// updateAccounts forgets accounts that nothing is to be read of any more and begins with new ones: the
// house's, those in use or ended a short while ago, and those of sales that are not at rest.
func (w *poller) updateAccounts(ctx context.Context, sales []*kiosk.Sale) error {
	h, err := w.lists.kernel.OfficeSettings(ctx)
	if err != nil {
		return err
	}
	all := h.ReadableAccounts(w.lists.kernel.Now(), watchBack/kiosk.DayMillis)
	for _, sale := range sales {
		for i := range sale.Links {
			all = append(all, sale.Links[i].AccountID)
		}
	}
	for holder := range w.accountsByID {
		if !slices.Contains(all, holder) {
			delete(w.accountsByID, holder)
		}
	}
	for _, holder := range all {
		w.account(holder)
	}
	return nil
}

func (w *poller) account(holder string) *accountPoller {
	r := w.accountsByID[holder]
	if r == nil {
		r = &accountPoller{lists: w.lists, account: holder, known: map[string]bool{}}
		w.accountsByID[holder] = r
	}
	return r
}

// quietAccounts is how many accounts are read at the usual pace while nothing happens on them.
const quietAccounts = 10

// planAll plans the next reading of every account and returns when the first one is due. All accounts
// share the calls of a minute: where several are busy, each is read so much less often, and where there
// are many, the quiet ones too.
func (w *poller) planAll(sales []*kiosk.Sale, now int64) int64 {
	pace, busy := w.paceByAccount(sales, now), int64(0)
	for _, every := range pace {
		if every < pollCold {
			busy++
		}
	}
	first, cold := now+pollCold, pollCold*int64(1+len(w.accountsByID)/quietAccounts)
	for _, r := range w.accountsByID {
		r.at = r.last + cold
		if every, ok := pace[r.account]; ok {
			r.at = min(r.at, r.last+every*max(1, busy))
		}
	}
	for _, sale := range sales {
		if l := sale.Last(); l != nil && w.accountsByID[l.AccountID].last < sale.Expires && sale.State() == kiosk.Awaiting {
			r := w.accountsByID[l.AccountID]
			r.at = min(r.at, sale.Expires) // it lapses behind a list that was read after its time
		}
	}
	wanted := w.lists.kernel.LookWanted()
	for _, r := range w.accountsByID {
		if _, asked := pace[r.account]; wanted && (asked || r.account == "") {
			r.at = min(r.at, now)
		}
		r.at = max(r.at, r.last+pollApart, r.last+r.pause())
		first = min(first, r.at)
	}
	return first
}

// paceByAccount is how often the list of each account that sales speak of should be read.
func (w *poller) paceByAccount(sales []*kiosk.Sale, now int64) map[string]int64 {
	all := map[string]int64{}
	for _, sale := range sales {
		for i := range sale.Links {
			holder, every := sale.Links[i].AccountID, int64(pollCold)
			if sale.Links[i].N == len(sale.Links) {
				every = pace(sale, now)
			}
			if was, ok := all[holder]; !ok || every < was {
				all[holder] = every
			}
		}
	}
	return all
}

// soonest is when the first account may be read again after readings that failed.
func (w *poller) soonest() int64 {
	first := int64(1 << 62)
	for _, r := range w.accountsByID {
		first = min(first, r.last+r.pause())
	}
	return first
}

// pause is the extra wait after failed readings: doubling, with jitter.
func (r *accountPoller) pause() int64 {
	if r.failures == 0 {
		return 0
	}
	wait := min(int64(pollWorst), int64(pollApart)<<min(r.failures, 5))
	return wait/2 + r.lists.kernel.Jitter(wait/2)
}

// join hands looks to the accounts of their links and adds those accounts to the ones that are read
// now. An account that has to pause has its looks given back until it may be read again.
func (w *poller) join(ctx context.Context, due []*accountPoller, looks []kiosk.Errand, now int64) []*accountPoller {
	for _, r := range w.accountsByID {
		r.looks = nil
	}
	late := map[*accountPoller][]kiosk.Errand{}
	for _, e := range looks {
		r := w.account(w.lists.looks.accountOf(ctx, e))
		switch {
		case slices.Contains(due, r):
			r.looks = append(r.looks, e)
		case now < max(r.last+pollApart, r.last+r.pause()):
			late[r] = append(late[r], e)
		default:
			r.last, r.looks = now, append(r.looks, e)
			due = append(due, r)
		}
	}
	for r, errands := range late {
		w.lists.looks.giveBack(ctx, errands, max(1, max(r.last+pollApart, r.last+r.pause())-lookGather-now))
	}
	return due
}

// poll reads the list once and lets every sale concerned take what it says. Now and then it asks
// about links that ended in the last three days, and about every one that is not at rest; in between
// it asks about young links alone, so that a long list does not have to be read every few seconds. Every
// reading begins behind the oldest link it asks about, so that readings overlap and nothing has to be
// remembered between them.
func (r *accountPoller) poll(ctx context.Context, began int64) {
	ls := r.lists
	wide := began-r.wide >= pollCold
	ended, since := began, began-hotBack
	if wide {
		ended, since = began-watchBack, began-kiosk.AuditDays*kiosk.DayMillis
	}
	sales, err := ls.kernel.WatchedSales(ctx, ended)
	if err != nil {
		ls.kernel.Complain(ctx, "watched sales cannot be read", err)
		return
	}
	got, err := r.readList(ctx, sales, since)
	ls.kernel.Condition.NoteCall(r.account, err)
	ls.observe.Polled(len(got.rows), err)
	if err != nil {
		r.failures++
		ls.log.Warn("the gateway's list cannot be read", "account", r.account, "code", kiosk.CodeOf(err), "err", err)
		ls.looks.giveBack(ctx, r.looks, pollApart)
		return
	}
	r.failures = 0
	if wide {
		r.wide = began
	}
	r.apply(ctx, got.rows)
	kiosk.Crash("after-rows")
	ls.looks.finish(ctx, r.looks, sales, got)
	kiosk.Crash("after-looks")
	ls.clocks.apply(ctx, sales, began, got)
	ls.kernel.Condition.NotePoll(began)
}
