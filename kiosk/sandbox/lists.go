package sandbox

import (
	"slices"
	"strconv"
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

// window cuts one page out of all rows.
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
func (s *Server) unusedLinks(a *Account, in value) reply {
	listed := s.armed(CancelListed)
	return s.linkList(in, func(l *ledger, q listQuery, now time.Time) []*link {
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
func (s *Server) usedLinks(a *Account, in value) reply {
	return s.linkList(in, func(l *ledger, q listQuery, now time.Time) []*link {
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

func (s *Server) linkList(in value, choose func(*ledger, listQuery, time.Time) []*link) reply {
	q := readQuery(in, defaultLinks, maxRows*100)
	q.page = 1 // the link lists know no pages
	if q.bad {
		return badRequest()
	}
	var rows []*link
	s.read(func(l *ledger) {
		rows = choose(l, q, s.nowLocked())
		if s.take(ListLag) {
			limit := s.nowLocked().Add(-lag)
			rows = slices.DeleteFunc(rows, func(k *link) bool { return k.Changed.After(limit) })
		}
	})
	if s.take(ListReorder) {
		slices.Reverse(rows)
	}
	var items []string
	for _, k := range page(rows, q) {
		items = append(items, s.listItem(k))
	}
	return s.listed(items, -1, "")
}

// there is false for a link that a fault lets come into being later.
func (k *link) there(now time.Time) bool { return !k.Created.After(now) }

// armed is take without using the fault up, for those that change what a list shows.
func (s *Server) armed(f Fault) bool {
	s.small.Lock()
	defer s.small.Unlock()
	return s.faults[f] != 0
}

// deleteLink retires an unused link for good.
func (s *Server) deleteLink(a *Account, in value) reply {
	if !in.get("link_id").given() {
		return s.refusal(msgNoLinkID)
	}
	id, ok := in.get("link_id").whole()
	if !ok {
		return s.refusal(msgBadLink)
	}
	k := s.ownLink(a, id)
	if k != nil && s.strikes(Delete500, k) {
		return internalError()
	}
	msg, err := s.remove(a, id)
	switch {
	case err != nil:
		return internalError()
	case msg != "":
		return s.refusal(msg)
	}
	out := success("", "", msgDeleted)
	if s.strikes(DeleteLost, k) {
		out.status = statusLost
	}
	return out
}

func (s *Server) remove(a *Account, id int64) (msg string, err error) {
	force := s.armed(BankDelete)
	err = s.change(func(l *ledger) ([]entry, error) {
		k, now := l.links[id], s.nowLocked()
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
func (s *Server) ownLink(a *Account, id int64) (k *link) {
	s.read(func(l *ledger) {
		if k = l.links[id]; k != nil && (k.User != a.UserID || !k.there(s.nowLocked())) {
			k = nil
		}
	})
	return k
}

// payInTransactions lists payments, newest first. Without since or date only today's, in UTC; a
// pay_id does not lift that window: the vendor does not say, and this is the stricter reading.
func (s *Server) payInTransactions(a *Account, in value) reply {
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
	anyDay := filtered && s.take(PayIDAnyDay)

	var rows []*payIn
	var expected kiosk.Money
	s.read(func(l *ledger) {
		in := s.dayWindow(since, date)
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
		rows = s.lagging(rows)
	})
	return s.payInReply(rows, q, expected)
}

func (s *Server) payInReply(rows []*payIn, q listQuery, expected kiosk.Money) reply {
	slices.SortStableFunc(rows, func(x, y *payIn) int { return y.At.Compare(x.At) })
	if s.take(ListReorder) {
		slices.Reverse(rows)
	}
	if s.take(PayInsTwice) {
		twice := make([]*payIn, 0, 2*len(rows))
		for _, p := range rows {
			twice = append(twice, p, p)
		}
		rows = twice
	}
	if s.take(PayInsStranger) {
		rows = append([]*payIn{s.stranger()}, rows...)
	}
	if s.take(PayInsEmpty) {
		rows = nil
	}
	if s.take(PayInsFailed) {
		for _, p := range rows { // the rows are copies
			if p.Status == paySuccess {
				p.Status = statusFailed
			}
		}
	}
	if s.take(PagesLoop) {
		q.page = 1
	}
	ownPart := s.armed(PayInsOwnPart)
	var items []string
	for _, p := range page(rows, q) {
		items = append(items, s.payInItem(p, ownPart))
	}
	extra := ""
	if s.cfg.Wire == Wire2024 {
		extra = `"expected_payout":` + quote(expected.String()) + ","
	}
	return s.listed(items, s.total(len(rows)), extra)
}

// stranger is a payment that belongs to no link (fault payins-stranger).
func (s *Server) stranger() *payIn {
	now := s.Now()
	return &payIn{
		Link: 7, Creator: "unknown", User: "unknown", ID: now.Format("20060102") + "-pi-" + tail(), Amount: 1234, Net: 1190,
		Fee: 12, PSP: 32, Status: paySuccess, Payout: payoutPending, At: now, Method: methodCard, Type: "Basic",
	}
}

// total is the count of rows where the wire shows one: the pages of 2025 and 2026 do not.
func (s *Server) total(n int) int {
	if s.cfg.Wire == Wire2026 || s.cfg.Wire == Wire2025 {
		return -1
	}
	return n
}

// lagging hides what is too young to be listed; the server's lock is held.
func (s *Server) lagging(rows []*payIn) []*payIn {
	if !s.take(ListLag) {
		return rows
	}
	limit := s.nowLocked().Add(-lag)
	return slices.DeleteFunc(rows, func(p *payIn) bool { return p.At.After(limit) })
}

// dayWindow tells which times belong to a date, or to today and the days before it.
func (s *Server) dayWindow(since int, date string) func(time.Time) bool {
	if date != "" {
		return func(t time.Time) bool { return t.UTC().Format(time.DateOnly) == date }
	}
	first := s.nowLocked().Truncate(24*time.Hour).AddDate(0, 0, -since)
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

// payInItem is one row, with the fields and types of the wire's year. What a split link shows to its owner,
// the whole or the own part, the vendor does not say.
func (s *Server) payInItem(p *payIn, ownPart bool) string {
	amount := p.Amount
	if ownPart && p.Split && p.User == p.Creator {
		amount = p.Net + p.Fee + p.PSP
	}
	sum := func(v kiosk.Money) string { return quote(v.String()) }
	if s.cfg.Wire == WireSeeds {
		sum = kiosk.Money.String
	}
	m := new(message).text("pay_id", strconv.FormatInt(p.Link, 10))
	if s.cfg.Wire == Wire2026 {
		m.text("creator_id", p.Creator).text("user_id", p.User)
	} else {
		m.text("user_id", p.User).text("transaction_id", p.ID)
	}
	m.raw("amount", sum(amount)).raw("net_amount", sum(p.Net))
	m.raw("service_fee", sum(p.Fee)).raw("service_fee_psp", sum(p.PSP)).text("status", p.Status)
	m.text("recipient_note", p.Note).text("payout_status", p.Payout).text("created_at", stamp(p.At))
	m.flag("is_split_link", p.Split)
	if s.cfg.Wire != Wire2024 {
		m.flag("is_dispute", p.Dispute).flag("is_refund", p.Refund).raw("payment_method", orNull(p.Method))
	}
	return m.text("transaction_type", p.Type).end()
}

func orNull(text string) string {
	if text == "" {
		return "null"
	}
	return quote(text)
}
