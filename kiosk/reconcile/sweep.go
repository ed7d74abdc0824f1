package reconcile

import (
	"context"

	"qrkiosk/kiosk"
)

// list is what a reading of the pay-in list brought; complete means that a link which was made
// since then and is not in it has no row.
type list struct {
	holder   string // whose list it is, "" the house's
	rows     []kiosk.PayIn
	unread   []int64
	complete bool
	since    int64 // Unix milliseconds
}

// answers tells whether the list says everything there is to say about a link: that of its account.
func (l list) answers(link *kiosk.Link) bool {
	return l.complete && link != nil && link.Holder == l.holder && link.Created >= l.since
}

// widths are the page sizes of one reading: small while that is enough, then wider.
var widths = []int{50, 200, 1000}

const maxPages = 5 // of the widest size

// read reads the pay-in list, newest first, until every watched link was found, or the rows are
// older than the oldest of them, or the list ends. Links made before since are not asked about.
func (r *reading) read(ctx context.Context, sales []*kiosk.Sale, since int64) (list, error) {
	want := wantOf(sales, r.holder, since)
	gateway := r.shop.kernel.GatewayOf(ctx, r.holder)
	q := kiosk.PayInQuery{Days: want.Days(r.shop.kernel.Now()), Page: 1, Lane: kiosk.LaneLook}
	read := list{holder: r.holder, since: since}
	var got kiosk.PayInPage
	for _, q.Limit = range widths {
		kiosk.Crash("before-list")
		page, err := gateway.PayIns(ctx, q)
		kiosk.Crash("after-list")
		if err != nil {
			return list{}, err
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
			return list{}, err
		}
		got = kiosk.PayInPage{Rows: append(got.Rows, page.Rows...), Full: page.Full, Unread: append(got.Unread, page.Unread...)}
	}
	read.rows, read.complete = got.Rows, !got.Hides(want) && got.Legible(want)
	return read, nil
}

func wantOf(sales []*kiosk.Sale, holder string, since int64) kiosk.Want {
	w := kiosk.Want{PayIDs: map[int64]bool{}}
	for _, s := range sales {
		for i := range s.Links {
			l := &s.Links[i]
			if l.Holder != holder || !l.Live || l.HasPayment() || l.Created < since {
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
func (r *reading) apply(ctx context.Context, rows []kiosk.PayIn) {
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
		if err := r.shop.applyRow(ctx, r.holder, row); err != nil {
			r.shop.kernel.Complain(ctx, "a pay-in row cannot be stored", err)
			continue
		}
		r.known[mark] = true
	}
}

// applyRow finds the link of a row, by the gateway's number or, where its create was never
// answered, by our reference, and lets its sale take what the row says. A row of a link that was made
// with another account than the list's is a share of this one: the sale hears of its payment by the list
// of the link's account.
func (rc *Reconciler) applyRow(ctx context.Context, holder string, row kiosk.PayIn) error {
	sale, n, err := rc.saleOfRow(ctx, row)
	if kiosk.CodeOf(err) == kiosk.NotFound {
		return rc.stranger(ctx, holder, row)
	}
	if err == nil && sale.Link(n).Holder != holder {
		return rc.share(ctx, holder, row, sale.Number)
	}
	if err != nil || !sale.Learns(kiosk.StepsOf(row, sale.Link(n), rc.kernel.Now())) {
		return err
	}
	return rc.kernel.Change(ctx, sale.Register, func(tx kiosk.Tx) error {
		found, err := tx.Sale(sale.ID)
		if err != nil {
			return err
		}
		for _, step := range kiosk.StepsOf(row, found.Link(n), rc.kernel.Now()) {
			out, err := rc.kernel.Take(tx, found, step)
			if err != nil {
				return err
			}
			found = out.Sale
		}
		return nil
	})
}

func (rc *Reconciler) saleOfRow(ctx context.Context, row kiosk.PayIn) (sale *kiosk.Sale, n int, err error) {
	err = rc.store.View(ctx, func(r kiosk.Reader) error {
		sale, n, err = r.SaleByPayID(rc.account, row.PayID)
		if kiosk.CodeOf(err) == kiosk.NotFound && kiosk.IsReference(row.Ref) {
			sale, n, err = r.SaleByRef(row.Ref)
		}
		return err
	})
	return sale, n, err
}
