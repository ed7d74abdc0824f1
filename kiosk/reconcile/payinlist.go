package reconcile

import (
	"context"

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
	q := kiosk.PayInQuery{Days: want.Days(r.lists.kernel.Now()), Page: 1, Lane: kiosk.LaneLook}
	read := payInList{account: r.account, since: since}
	var got kiosk.PayInPage
	for _, q.Limit = range widths {
		kiosk.Crash("before-list")
		page, err := gateway.PayIns(ctx, q)
		kiosk.Crash("after-list")
		if err != nil {
			return payInList{}, err
		}
		if got = page; !got.Hides(want) {
			read.rows, read.complete = got.Rows, got.Legible(want)
			return read, nil
		}
	}
	for q.Page = 2; q.Page <= maxPages && got.Hides(want); q.Page++ {
		kiosk.Crash("before-further-list")
		page, err := gateway.PayIns(ctx, q)
		kiosk.Crash("after-further-list")
		if err != nil {
			return payInList{}, err
		}
		got = kiosk.PayInPage{Rows: append(got.Rows, page.Rows...), Full: page.Full, Unread: append(got.Unread, page.Unread...)}
	}
	read.rows, read.complete = got.Rows, !got.Hides(want) && got.Legible(want)
	return read, nil
}

func wantedLinksOf(sales []*kiosk.Sale, holder string, since int64) kiosk.WantedLinks {
	w := kiosk.WantedLinks{PayIDs: map[int64]bool{}}
	for _, s := range sales {
		for i := range s.Links {
			l := &s.Links[i]
			if l.AccountID != holder || !l.Live || l.HasPayment() || l.Created < since {
				continue
			}
			w.PayIDs[l.PayID] = true
			if w.Oldest == 0 || l.Created < w.Oldest {
				w.Oldest = l.Created
			}
		}
	}
	return w
}

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
