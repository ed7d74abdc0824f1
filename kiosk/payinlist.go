package kiosk

import (
	"slices"
)

// Hides tells whether a further page may still speak of a wanted link.
func (p PayInPage) Hides(w WantedLinks) bool { return p.Full && !w.covered(p.Rows) }

// Legible tells whether no row that could not be read may be one of a wanted link.
func (p PayInPage) Legible(w WantedLinks) bool {
	return !slices.ContainsFunc(p.Unread, func(id int64) bool { return id == 0 || w.PayIDs[id] })
}

// WantedLinks is which links a sweep asks about.
type WantedLinks struct {
	PayIDs map[int64]bool
	Oldest int64 // Unix milliseconds
}

// Days is the window to ask for: always at least two, because nobody knows whose midnight counts.
func (w WantedLinks) Days(now int64) int {
	if w.Oldest == 0 {
		return 2
	}
	return max(2, min(36, int((now-w.Oldest)/DayMillis)+2))
}

// covered tells whether a full page still answers for every wanted link: all are in it, or its
// rows come newest first and its last one is older than the oldest wanted link.
func (w WantedLinks) covered(rows []PayIn) bool {
	missing := len(w.PayIDs)
	seen := map[int64]bool{}
	before := int64(1 << 62)
	for _, r := range rows {
		if w.PayIDs[r.PayID] && !seen[r.PayID] {
			seen[r.PayID] = true
			missing--
		}
		if r.Time == 0 || r.Time > before {
			return missing == 0
		}
		before = r.Time
	}
	return missing == 0 || before < w.Oldest-rowSlack
}

// HasNews tells whether any of the steps is news.
func (s *Sale) HasNews(steps []Step) bool {
	for _, step := range steps {
		if out, err := s.Take(step); err != nil || out.Changed {
			return true
		}
	}
	return false
}

// Row is what the link knows of a row, nil for a row that is new.
func (l *Link) Row(r Row) *Row {
	for i := range l.Rows {
		if l.Rows[i].Same(r) {
			return &l.Rows[i]
		}
	}
	return nil
}

// rowOf is a row of the list as we keep it.
func RowOf(row PayIn, now int64) Row {
	return Row{
		Key: row.Key, Bare: row.Bare, Kind: row.Kind, Amount: row.Amount, At: row.At, SeenAt: now,
		Net: row.Net, Fee: row.Fee, FeePSP: row.FeePSP, Method: row.Method, Payout: row.Payout,
	}
}

// StepsOf translates a row of the list into facts about its link.
func StepsOf(row PayIn, l *Link, now int64) []Step {
	base := Step{Link: l.N, Actor: ActorGateway, PayID: row.PayID, Row: RowOf(row, now)}
	var steps []Step
	add := func(kind StepKind) {
		step := base
		step.Kind = kind
		steps = append(steps, step)
	}
	known := l.Row(base.Row)
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

// rowSlack covers that nobody knows the time zone of [PayIn.Time]: the gateway's documents name two.
const rowSlack = 3 * 60 * MinuteMillis
