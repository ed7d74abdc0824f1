package reconcile

import (
	"context"
	"slices"

	"qrkiosk/kiosk"
)

// payInList is what a reading of the pay-in list brought; complete means that a link which was made
// since then and is not in it has no row.
type payInList struct {
	account  string // whose list it is, "" the house's
	rows     []kiosk.PayIn
	unread   []int64
	complete bool
	since    int64 // Unix milliseconds
}

// answers tells whether the list says everything there is to say about a link: that of its account.
func (l payInList) answers(link *kiosk.Link) bool {
	return l.complete && link != nil && link.AccountID == l.account && link.Created >= l.since
}

// widths are the page sizes of one reading: small while that is enough, then wider.
var widths = []int{50, 200, 1000}

const maxPages = 5 // of the widest size

// readList reads the pay-in list, newest first, until every watched link was found, or the rows are
// older than the oldest of them, or the list ends. Links made before since are not asked about.
func (r *accountPoller) readList(ctx context.Context, sales []*kiosk.Sale, since int64) (payInList, error) {
	want := wantedLinksOf(sales, r.account, since)
	gateway := r.lists.kernel.Accounts.GatewayOf(ctx, r.account)
	q := kiosk.PayInQuery{Days: want.days(r.lists.kernel.Now()), Page: 1, Lane: kiosk.LaneLook}
	read := payInList{account: r.account, since: since}
	var got kiosk.PayInPage
	for _, q.Limit = range widths {
		kiosk.Crash("before-list")
		page, err := gateway.PayIns(ctx, q)
		kiosk.Crash("after-list")
		if err != nil {
			return payInList{}, err
		}
		if got = page; !want.hiddenBehind(got) {
			read.rows, read.complete = got.Rows, want.legibleIn(got)
			return read, nil
		}
	}
	for q.Page = 2; q.Page <= maxPages && want.hiddenBehind(got); q.Page++ {
		kiosk.Crash("before-further-list")
		page, err := gateway.PayIns(ctx, q)
		kiosk.Crash("after-further-list")
		if err != nil {
			return payInList{}, err
		}
		got = kiosk.PayInPage{Rows: append(got.Rows, page.Rows...), Full: page.Full, Unread: append(got.Unread, page.Unread...)}
	}
	read.rows, read.complete = got.Rows, !want.hiddenBehind(got) && want.legibleIn(got)
	return read, nil
}

// wantedLinks is which links a sweep asks about.
type wantedLinks struct {
	payIDs map[int64]bool
	oldest int64 // Unix milliseconds
}

func wantedLinksOf(sales []*kiosk.Sale, holder string, since int64) wantedLinks {
	w := wantedLinks{payIDs: map[int64]bool{}}
	for _, s := range sales {
		for i := range s.Links {
			l := &s.Links[i]
			if l.AccountID != holder || !l.Live || l.HasPayment() || l.Created < since {
				continue
			}
			w.payIDs[l.PayID] = true
			if w.oldest == 0 || l.Created < w.oldest {
				w.oldest = l.Created
			}
		}
	}
	return w
}

// days is the window to ask for: always at least two, because nobody knows whose midnight counts.
func (w wantedLinks) days(now int64) int {
	if w.oldest == 0 {
		return 2
	}
	return max(2, min(36, int((now-w.oldest)/kiosk.DayMillis)+2))
}

// hiddenBehind tells whether a page behind this one may still speak of a wanted link.
func (w wantedLinks) hiddenBehind(p kiosk.PayInPage) bool { return p.Full && !w.covered(p.Rows) }

// legibleIn tells whether no row of a page that could not be read may be one of a wanted link.
func (w wantedLinks) legibleIn(p kiosk.PayInPage) bool {
	return !slices.ContainsFunc(p.Unread, func(id int64) bool { return id == 0 || w.payIDs[id] })
}

// covered tells whether a full page still answers for every wanted link: all are in it, or its
// rows come newest first and its last one is older than the oldest wanted link.
func (w wantedLinks) covered(rows []kiosk.PayIn) bool {
	missing := len(w.payIDs)
	seen := map[int64]bool{}
	before := int64(1 << 62)
	for _, r := range rows {
		if w.payIDs[r.PayID] && !seen[r.PayID] {
			seen[r.PayID] = true
			missing--
		}
		if r.Time == 0 || r.Time > before {
			return missing == 0
		}
		before = r.Time
	}
	return missing == 0 || before < w.oldest-rowSlack
}

// rowSlack covers that nobody knows the time zone of [kiosk.PayIn.Time]: the gateway's documents name two.
const rowSlack = 3 * 60 * kiosk.MinuteMillis

// apply lets the sales take the rows that are not stored yet.
func (r *accountPoller) apply(ctx context.Context, rows []kiosk.PayIn) {
	if len(r.known) > 100_000 {
		clear(r.known)
	}
	for _, row := range rows {
		mark := row.Key + "|" + string(row.Status) + "|" + string(row.Payout) + "|" + row.Ref
		if row.Dispute {
			mark += "|dispute"
		}
		if r.known[mark] {
			continue
		}
		if err := r.lists.rows.apply(ctx, r.account, row); err != nil {
			r.lists.kernel.Complain(ctx, "a pay-in row cannot be stored", err)
			continue
		}
		r.known[mark] = true
	}
}
