package sandbox

import (
	"slices"
	"strings"
	"time"

	"qrkiosk/kiosk"
)

// The page sizes of the lists. For the lists of links the vendor names no maximum.
const (
	defaultLinks   = 10
	defaultPayIns  = 200
	maxRows        = 1000
	defaultPayOuts = 10
)

// listQuery is what the list calls have in common. bad is set by anything that is not a number
// where a number belongs; the caller answers 400.
type listQuery struct {
	limit, page int
	search      string
	bad         bool
}

func readQuery(in value, fallback, most int) listQuery {
	q := listQuery{limit: fallback, page: 1, search: strings.ToLower(in.get("search").scalar())}
	q.number(in.get("limit"), &q.limit)
	q.number(in.get("page"), &q.page)
	if q.limit < 1 || q.page < 1 {
		q.bad = true
	}
	q.limit = min(q.limit, most)
	return q
}

func (q *listQuery) number(v value, into *int) {
	if !v.given() {
		return
	}
	n, ok := v.whole()
	if !ok || n < 0 || n > 1<<31 {
		q.bad = true
		return
	}
	*into = int(n)
}

// page cuts one page out of all rows.
func page[T any](rows []T, q listQuery) []T {
	from := min((q.page-1)*q.limit, len(rows))
	return rows[from:min(from+q.limit, len(rows))]
}

func (q listQuery) matches(texts ...string) bool {
	return q.search == "" || slices.ContainsFunc(texts, func(t string) bool {
		return strings.Contains(strings.ToLower(t), q.search)
	})
}

// unusedLinks lists the links that can still be paid, newest first.
func (ap *api) unusedLinks(a *Account, in value) reply {
	listed := ap.faults.armed(CancelListed)
	return ap.linkList(in, func(l *ledger, q listQuery, now time.Time) []*link {
		var rows []*link
		for _, id := range slices.Backward(l.order) {
			k := l.links[id]
			open := k.Status == Unused || listed && k.Status == Cancelled
			if k.User == a.UserID && open && k.there(now) && q.matches(k.Note) {
				rows = append(rows, k)
			}
		}
		return rows
	})
}

// usedLinks lists the links that were paid, latest payment first.
func (ap *api) usedLinks(a *Account, in value) reply {
	return ap.linkList(in, func(l *ledger, q listQuery, now time.Time) []*link {
		var rows []*link
		for _, id := range slices.Backward(l.order) {
			k := l.links[id]
			if k.User == a.UserID && k.Status == Used && k.there(now) && q.matches(k.Note) {
				rows = append(rows, k)
			}
		}
		slices.SortStableFunc(rows, func(x, y *link) int { return y.PaidOn.Compare(x.PaidOn) })
		return rows
	})
}

func (ap *api) linkList(in value, choose func(*ledger, listQuery, time.Time) []*link) reply {
	q := readQuery(in, defaultLinks, maxRows*100)
	q.page = 1 // the link lists know no pages
	if q.bad {
		return badRequest()
	}
	var rows []*link
	ap.keeper.read(func(l *ledger) {
		rows = choose(l, q, ap.keeper.nowLocked())
		if ap.faults.take(ListLag) {
			limit := ap.keeper.nowLocked().Add(-lag)
			rows = slices.DeleteFunc(rows, func(k *link) bool { return k.Changed.After(limit) })
		}
	})
	if ap.faults.take(ListReorder) {
		slices.Reverse(rows)
	}
	var items []string
	for _, k := range page(rows, q) {
		items = append(items, ap.dialect.listItem(k))
	}
	return ap.dialect.listed(items, -1, "")
}

// there is false for a link that a fault lets come into being later.
func (k *link) there(now time.Time) bool { return !k.Created.After(now) }

// deleteLink retires an unused link for good.
func (ap *api) deleteLink(a *Account, in value) reply {
	if !in.get("link_id").given() {
		return ap.dialect.refusal(msgNoLinkID)
	}
	id, ok := in.get("link_id").whole()
	if !ok {
		return ap.dialect.refusal(msgBadLink)
	}
	k := ap.ownLink(a, id)
	if k != nil && ap.faults.strikes(Delete500, k) {
		return internalError()
	}
	msg, err := ap.remove(a, id)
	switch {
	case err != nil:
		return internalError()
	case msg != "":
		return ap.dialect.refusal(msg)
	}
	out := success("", "", msgDeleted)
	if ap.faults.strikes(DeleteLost, k) {
		out.status = statusLost
	}
	return out
}

func (ap *api) remove(a *Account, id int64) (msg string, err error) {
	force := ap.faults.armed(BankDelete)
	err = ap.keeper.change(func(l *ledger) ([]entry, error) {
		k, now := l.links[id], ap.keeper.nowLocked()
		switch {
		case k == nil || k.User != a.UserID || k.Status == Deleted || !k.there(now):
			msg = msgBadLink
		case k.Status == Used, k.Pending && !force: // the vendor does not say what a transfer under way does
			msg = msgUsed
		default:
			return []entry{{Link: k.with(Deleted, now)}}, nil
		}
		return nil, nil
	})
	return msg, err
}

// ownLink returns a link of the account that exists by now, nil if there is none.
func (ap *api) ownLink(a *Account, id int64) (k *link) {
	ap.keeper.read(func(l *ledger) {
		if k = l.links[id]; k != nil && (k.User != a.UserID || !k.there(ap.keeper.nowLocked())) {
			k = nil
		}
	})
	return k
}

// payInTransactions lists payments, newest first. Without since or date only today's, in UTC; a
// pay_id does not lift that window: the vendor does not say, and this is the stricter reading.
func (ap *api) payInTransactions(a *Account, in value) reply {
	q := readQuery(in, defaultPayIns, maxRows)
	var since int
	q.number(in.get("since"), &since)
	payID, filtered := in.get("pay_id").whole()
	if q.bad || in.get("pay_id").given() && !filtered {
		return badRequest()
	}
	date := in.get("date").scalar()
	if _, err := time.Parse(time.DateOnly, date); date != "" && err != nil {
		return badRequest()
	}
	anyDay := filtered && ap.faults.take(PayIDAnyDay)

	var rows []*payIn
	var expected kiosk.Money
	ap.keeper.read(func(l *ledger) {
		in := ap.dayWindow(since, date)
		for _, p := range slices.Backward(l.payIns) {
			if p.User != a.UserID || filtered && p.Link != payID || !anyDay && !in(p.At) {
				continue
			}
			if q.matches(p.Note, p.Amount.String(), p.ID, p.Method) {
				row := *p
				rows = append(rows, &row)
			}
		}
		expected = l.expectedPayOut(a.UserID)
		rows = ap.lagging(rows)
	})
	return ap.payInReply(rows, q, expected)
}

func (ap *api) payInReply(rows []*payIn, q listQuery, expected kiosk.Money) reply {
	slices.SortStableFunc(rows, func(x, y *payIn) int { return y.At.Compare(x.At) })
	if ap.faults.take(ListReorder) {
		slices.Reverse(rows)
	}
	if ap.faults.take(PayInsTwice) {
		twice := make([]*payIn, 0, 2*len(rows))
		for _, p := range rows {
			twice = append(twice, p, p)
		}
		rows = twice
	}
	if ap.faults.take(PayInsStranger) {
		rows = append([]*payIn{ap.stranger()}, rows...)
	}
	if ap.faults.take(PayInsEmpty) {
		rows = nil
	}
	if ap.faults.take(PayInsFailed) {
		for _, p := range rows { // the rows are copies
			if p.Status == paySuccess {
				p.Status = statusFailed
			}
		}
	}
	if ap.faults.take(PagesLoop) {
		q.page = 1
	}
	ownPart := ap.faults.armed(PayInsOwnPart)
	var items []string
	for _, p := range page(rows, q) {
		items = append(items, ap.dialect.payInItem(p, ownPart))
	}
	extra := ""
	if ap.dialect.wire == Wire2024 {
		extra = `"expected_payout":` + quote(expected.String()) + ","
	}
	return ap.dialect.listed(items, ap.dialect.total(len(rows)), extra)
}

// stranger is a payment that belongs to no link (fault payins-stranger).
func (ap *api) stranger() *payIn {
	now := ap.keeper.now()
	return &payIn{
		Link: 7, Creator: "unknown", User: "unknown", ID: now.Format("20060102") + "-pi-" + tail(), Amount: 1234, Net: 1190,
		Fee: 12, PSP: 32, Status: paySuccess, Payout: payoutPending, At: now, Method: methodCard, Type: "Basic",
	}
}

// lagging hides what is too young to be listed; the keeper's lock is held.
func (ap *api) lagging(rows []*payIn) []*payIn {
	if !ap.faults.take(ListLag) {
		return rows
	}
	limit := ap.keeper.nowLocked().Add(-lag)
	return slices.DeleteFunc(rows, func(p *payIn) bool { return p.At.After(limit) })
}

// dayWindow tells which times belong to a date, or to today and the days before it.
func (ap *api) dayWindow(since int, date string) func(time.Time) bool {
	if date != "" {
		return func(t time.Time) bool { return t.UTC().Format(time.DateOnly) == date }
	}
	first := ap.keeper.nowLocked().Truncate(24*time.Hour).AddDate(0, 0, -since)
	return func(t time.Time) bool { return !t.Before(first) }
}

// expectedPayOut is the net sum of what was not paid out yet.
func (l *ledger) expectedPayOut(user string) (sum kiosk.Money) {
	for _, p := range l.payIns {
		if p.User == user && p.Payout == payoutPending && p.Status == paySuccess {
			sum += p.Net
		}
	}
	return sum
}
