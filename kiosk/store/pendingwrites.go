package store

import (
	"slices"

	"qrkiosk/kiosk"
)

// pendingWrites gathers rows of a transaction that are written together before its commit, many in one
// statement: on SQLite those of all changes that share the commit, on PostgreSQL those of one
// change in one round trip. Nothing that could break a unique rule is in it, since a caller must
// hear of that at once. Whoever reads its tables within the transaction settles it first.
type pendingWrites struct {
	streams map[string]streamRow // as they are by now, of all streams the transaction has taken
	moved   []string             // streams whose rows are to be written
	entries
}

// entries are the rows that a change adds.
type entries struct {
	events []kiosk.Event
	begun  []kiosk.Errand
	posted []sumRow
	sold   []kiosk.Sold
	payIns []kiosk.PayInSum
}

// streamRow is the counter row of a stream.
type streamRow struct {
	version int64
	seq     int64 // of the last event
	head    string
	number  int64 // of the last sale
}

func newPendingWrites() *pendingWrites { return &pendingWrites{streams: map[string]streamRow{}} }

func (e *entries) empty() bool {
	return len(e.events)+len(e.begun)+len(e.posted)+len(e.sold)+len(e.payIns) == 0
}

// move writes a stream down as it is now.
func (l *pendingWrites) move(id string, row streamRow) {
	l.streams[id] = row
	if !slices.Contains(l.moved, id) {
		l.moved = append(l.moved, id)
	}
}

// add takes over the rows of a change.
func (l *pendingWrites) add(e *entries) {
	l.events = append(l.events, e.events...)
	l.begun = append(l.begun, e.begun...)
	l.posted = append(l.posted, e.posted...)
	l.sold = append(l.sold, e.sold...)
	l.payIns = append(l.payIns, e.payIns...)
	*e = entries{}
}

var (
	putEvents = newMulti(`INSERT INTO event (`+eventColumns+`) VALUES `, 12, ``)
	// A row of an errand stays as it is if the duty is known.
	putErrands = newMulti(`INSERT INTO errand (`+errandColumns+`) VALUES `, 8,
		` ON CONFLICT (sale, link, kind) DO NOTHING`)
	// The rows of streams are there: a change takes them at its beginning.
	putStreams = newMulti(`INSERT INTO stream (id, version, seq, head, number) VALUES `, 5,
		` ON CONFLICT (id) DO UPDATE SET version = excluded.version, seq = excluded.seq,
		head = excluded.head, number = excluded.number`)
)

// flush writes everything down. If it fails, the transaction must be undone.
func (l *pendingWrites) flush(r *reader) error {
	var all []statement
	all = putEvents.statements(all, len(l.events), func(args []any, i int) []any {
		e := &l.events[i]
		return append(args, e.Stream, e.Seq, e.Kind, e.Subject, string(e.State), int64(e.Amount),
			e.Actor, e.At, e.Data, e.Prev, e.Hash, e.Posted)
	})
	all = putErrands.statements(all, len(l.begun), func(args []any, i int) []any {
		e := &l.begun[i]
		return append(args, e.Sale, int64(e.Link), string(e.Kind), e.Register, e.Due, int64(e.Tries), e.Lease, e.Fence)
	})
	all = postingStatements(all, &l.entries)
	all = putStreams.statements(all, len(l.moved), func(args []any, i int) []any {
		s := l.streams[l.moved[i]]
		return append(args, l.moved[i], s.version, s.seq, s.head, s.number)
	})
	l.entries, l.moved = entries{}, nil
	if len(all) == 0 {
		return nil
	}
	err := fault(r.q.execAll(r.ctx, all))
	if err != nil {
		clear(l.streams)
	}
	return err
}

// statement is one that returns no rows.
type statement struct {
	query string
	args  []any
}

// multi writes any number of rows with few different statements, so that each is prepared once:
// they take 1, 2, 4 … 64 rows.
type multi struct {
	columns int
	texts   [7]string
}

func newMulti(head string, columns int, tail string) *multi {
	m := &multi{columns: columns}
	for i := range m.texts {
		m.texts[i] = head + placeholders(1<<i, columns) + tail
	}
	return m
}

// statements appends those that write rows 0 to n-1; row appends the values of one.
func (m *multi) statements(all []statement, n int, row func(args []any, i int) []any) []statement {
	size := len(m.texts) - 1
	for at := 0; at < n; {
		for at+1<<size > n {
			size--
		}
		args := make([]any, 0, m.columns<<size)
		for range 1 << size {
			args = row(args, at)
			at++
		}
		all = append(all, statement{m.texts[size], args})
	}
	return all
}
