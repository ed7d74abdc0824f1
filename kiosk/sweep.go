package kiosk

import (
	"context"
	"slices"
)

// list is what a reading of the pay-in list brought; complete means that a link which was made
// since then and is not in it has no row.
type list struct {
	holder   string // whose list it is, "" the house's
	rows     []PayIn
	unread   []int64
	complete bool
	since    int64 // Unix milliseconds
}

// answers tells whether the list says everything there is to say about a link: that of its account.
func (l list) answers(link *Link) bool {
	return l.complete && link != nil && link.Holder == l.holder && link.Created >= l.since
}

// widths are the page sizes of one reading: small while that is enough, then wider.
var widths = []int{50, 200, 1000}

const maxPages = 5 // of the widest size

// read reads the pay-in list, newest first, until every watched link was found, or the rows are
// older than the oldest of them, or the list ends. Links made before since are not asked about.
func (r *reading) read(ctx context.Context, sales []*Sale, since int64) (list, error) {
	want := wantOf(sales, r.holder, since)
	gateway := r.shop.gatewayOf(ctx, r.holder)
	q := PayInQuery{Days: want.days(r.shop.now()), Page: 1, Lane: LaneLook}
	read := list{holder: r.holder, since: since}
	var got PayInPage
	for _, q.Limit = range widths {
		Crash("before-list")
		page, err := gateway.PayIns(ctx, q)
		Crash("after-list")
		if err != nil {
			return list{}, err
		}
		if got = page; !got.hides(want) {
			read.rows, read.complete = got.Rows, got.legible(want)
			return read, nil
		}
	}
	for q.Page = 2; q.Page <= maxPages && got.hides(want); q.Page++ {
		Crash("before-further-list")
		page, err := gateway.PayIns(ctx, q)
		Crash("after-further-list")
		if err != nil {
			return list{}, err
		}
		got = PayInPage{append(got.Rows, page.Rows...), page.Full, append(got.Unread, page.Unread...)}
	}
	read.rows, read.complete = got.Rows, !got.hides(want) && got.legible(want)
	return read, nil
}

// hides tells whether a further page may still speak of a wanted link.
func (p PayInPage) hides(w want) bool { return p.Full && !w.covered(p.Rows) }

// legible tells whether no row that could not be read may be one of a wanted link.
func (p PayInPage) legible(w want) bool {
	return !slices.ContainsFunc(p.Unread, func(id int64) bool { return id == 0 || w.payIDs[id] })
}

// want is which links a sweep asks about.
type want struct {
	payIDs map[int64]bool
	oldest int64 // Unix milliseconds
}

func wantOf(sales []*Sale, holder string, since int64) want {
	w := want{payIDs: map[int64]bool{}}
	for _, s := range sales {
		for i := range s.Links {
			l := &s.Links[i]
			if l.Holder != holder || !l.Live || l.hasPayment() || l.Created < since {
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
func (w want) days(now int64) int {
	if w.oldest == 0 {
		return 2
	}
	return max(2, min(36, int((now-w.oldest)/dayMillis)+2))
}

// covered tells whether a full page still answers for every wanted link: all are in it, or its
// rows come newest first and its last one is older than the oldest wanted link.
func (w want) covered(rows []PayIn) bool {
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

// apply lets the sales take the rows that are not stored yet.
func (r *reading) apply(ctx context.Context, rows []PayIn) {
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
			r.shop.complain(ctx, "a pay-in row cannot be stored", err)
			continue
		}
		r.known[mark] = true
	}
}

// applyRow finds the link of a row, by the gateway's number or, where its create was never
// answered, by our reference, and lets its sale take what the row says. A row of a link that was made
// with another account than the list's is a share of this one: the sale hears of its payment by the list
// of the link's account.
func (s *Shop) applyRow(ctx context.Context, holder string, row PayIn) error {
	sale, n, err := s.saleOfRow(ctx, row)
	if CodeOf(err) == NotFound {
		return s.stranger(ctx, holder, row)
	}
	if err == nil && sale.Link(n).Holder != holder {
		return s.share(ctx, holder, row, sale.Number)
	}
	if err != nil || !sale.learns(stepsOf(row, sale.Link(n), s.now())) {
		return err
	}
	return s.change(ctx, sale.Register, func(tx Tx) error {
		found, err := tx.Sale(sale.ID)
		if err != nil {
			return err
		}
		for _, step := range stepsOf(row, found.Link(n), s.now()) {
			out, err := s.take(tx, found, step)
			if err != nil {
				return err
			}
			found = out.Sale
		}
		return nil
	})
}

// learns tells whether any of the steps is news.
func (s *Sale) learns(steps []Step) bool {
	for _, step := range steps {
		if out, err := s.Take(step); err != nil || out.Changed {
			return true
		}
	}
	return false
}

func (s *Shop) saleOfRow(ctx context.Context, row PayIn) (sale *Sale, n int, err error) {
	err = s.store.View(ctx, func(r Reader) error {
		sale, n, err = r.SaleByPayID(s.account, row.PayID)
		if CodeOf(err) == NotFound && IsReference(row.Ref) {
			sale, n, err = r.SaleByRef(row.Ref)
		}
		return err
	})
	return sale, n, err
}

// rowOf is a row of the list as we keep it.
func rowOf(row PayIn, now int64) Row {
	return Row{
		Key: row.Key, Bare: row.Bare, Kind: row.Kind, Amount: row.Amount, At: row.At, SeenAt: now,
		Net: row.Net, Fee: row.Fee, FeePSP: row.FeePSP, Method: row.Method, Payout: row.Payout,
	}
}

// stepsOf translates a row of the list into facts about its link.
func stepsOf(row PayIn, l *Link, now int64) []Step {
	base := Step{Link: l.N, Actor: ActorGateway, PayID: row.PayID, Row: rowOf(row, now)}
	var steps []Step
	add := func(kind StepKind) {
		step := base
		step.Kind = kind
		steps = append(steps, step)
	}
	known := l.row(base.Row)
	switch {
	case row.Status == StatusSuccess || (row.Kind != RowPayment && row.Status != StatusPending):
		add(StepRow) // money that went back did so whatever word stands beside it
	case row.Status == StatusPending && row.Kind == RowPayment:
		add(StepPending)
	case known != nil && !known.Withdrawn:
		base.Row.Key = known.Key
		add(StepWithdrawn)
	case l.Pending:
		add(StepPendingOver)
	}
	if known != nil && known.Payout != row.Payout && row.Payout != "" {
		base.Row.Key = known.Key
		add(StepPayout)
	}
	if row.Dispute && row.Kind == RowPayment {
		base.Row = Row{Key: row.Key + "/dispute", Kind: RowDispute, At: row.At, SeenAt: now}
		add(StepRow)
	}
	return steps
}

func (l *Link) row(r Row) *Row {
	for i := range l.Rows {
		if l.Rows[i].same(r) {
			return &l.Rows[i]
		}
	}
	return nil
}
