package store

import (
	"context"
	"database/sql"

	"qrkiosk/kiosk"
)

// over stands in for the transaction of a Tx that is done.
type over struct{}

func (over) exec(context.Context, string, ...any) (int64, error) { return 0, errOver }

func (over) execAll(context.Context, []statement) error { return errOver }

func (over) pending() *pendingWrites { return newPendingWrites() }

func (over) late() bool { return false }

func (over) alone() bool { return false }

func (over) query(context.Context, string, ...any) (*sql.Rows, error) { return nil, errOver }

// Versions implements [kiosk.Reader].
func (r *reader) Versions(streams []string) (map[string]int64, error) {
	found := make(map[string]int64, len(streams))
	for len(streams) > 0 {
		args := make([]any, places(len(streams)))
		n := copyPadded(args, streams)
		streams = streams[n:]
		err := r.each(func(rows *sql.Rows) error {
			var id string
			var version int64
			err := rows.Scan(&id, &version)
			found[id] = version
			return err
		}, `SELECT id, version FROM stream WHERE id IN `+placeholders(1, len(args)), args...)
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

// places chooses among a few sizes of a list, so that few statements serve them all.
func places(n int) int {
	switch {
	case n <= 1:
		return 1
	case n <= 8:
		return 8
	}
	return 64
}

// copyPadded fills args with as many texts as fit, the last one repeated, so that one statement
// serves every number of them. It returns how many were taken.
func copyPadded(args []any, texts []string) int {
	n := min(len(args), len(texts))
	for i := range args {
		args[i] = texts[min(i, n-1)]
	}
	return n
}

// Events implements [kiosk.Reader].
func (r *reader) Events(stream string, after int64, n int) ([]kiosk.Event, error) {
	var all []kiosk.Event
	err := r.each(func(rows *sql.Rows) error {
		e, err := scanEvent(rows)
		all = append(all, e)
		return err
	}, `SELECT `+eventColumns+` FROM event WHERE stream = $1 AND seq > $2 ORDER BY seq LIMIT $3`, stream, after, n)
	return all, err
}

func scanEvent(rows *sql.Rows) (kiosk.Event, error) {
	var e kiosk.Event
	err := rows.Scan(&e.Stream, &e.Seq, &e.Kind, &e.Subject, &e.State, &e.Amount,
		&e.Actor, &e.At, &e.Data, &e.Prev, &e.Hash, &e.Posted)
	return e, err
}

// Checked counts what [Store.Verify] has looked at.
type Checked struct {
	Streams int
	Events  int64
}

// Verify walks the events of every stream through [kiosk.Chain] on one snapshot and adds up what
// they booked. It returns the first event that does not fit; a tail that was cut off is a gap
// behind the last event left. Sums and Z reports that the events do not make are "figures" at the
// event that shows it. An error means that the journal could not be read.
func (s *Store) Verify(ctx context.Context) (*kiosk.Break, Checked, error) {
	var broken *kiosk.Break
	var checked Checked
	err := s.view(ctx, func(r *reader) error {
		w := walk{heads: map[string]head{}}
		if err := w.readHeads(r); err != nil {
			return err
		}
		if err := w.readSums(r); err != nil {
			return err
		}
		err := r.each(w.event, `SELECT `+eventColumns+` FROM event ORDER BY stream, seq`)
		w.leave()
		broken, checked = w.broken, w.checked
		if broken == nil {
			broken = w.missing()
		}
		return err
	})
	return broken, checked, err
}

// head is what the row of a stream says of its last event.
type head struct {
	seq  int64
	hash string
}

// walk goes through the events of all streams in order.
type walk struct {
	heads   map[string]head // of streams not walked yet
	stream  string
	last    head
	chain   kiosk.Chain
	broken  *kiosk.Break
	checked Checked
	recount
}

func (w *walk) readHeads(r *reader) error {
	return r.each(func(rows *sql.Rows) error {
		var id string
		var h head
		err := rows.Scan(&id, &h.seq, &h.hash)
		w.heads[id] = h
		return err
	}, `SELECT id, seq, head FROM stream WHERE seq > 0`)
}

func (w *walk) event(rows *sql.Rows) error {
	e, err := scanEvent(rows)
	if err != nil || w.broken != nil {
		return err
	}
	if e.Stream != w.stream {
		w.leave()
		w.stream, w.last, w.chain = e.Stream, head{}, kiosk.Chain{}
		w.sum, w.closed = kiosk.Figures{}, kiosk.Figures{}
		w.checked.Streams++
	}
	if w.broken == nil {
		w.broken = w.chain.Next(e)
	}
	if w.broken == nil && !w.adds(e) {
		w.broken = &kiosk.Break{Stream: e.Stream, Seq: e.Seq, Why: "figures"}
	}
	w.last = head{e.Seq, e.Hash}
	w.checked.Events++
	return nil
}

// leave compares the end of a stream with its row.
func (w *walk) leave() {
	h, known := w.heads[w.stream]
	delete(w.heads, w.stream)
	switch {
	case w.broken != nil || w.stream == "":
	case known && h == w.last && w.sum == w.totals[w.stream]:
	case known && h == w.last:
		w.broken = &kiosk.Break{Stream: w.stream, Seq: h.seq, Why: "figures"}
	case known && h.seq == w.last.seq:
		w.broken = &kiosk.Break{Stream: w.stream, Seq: h.seq, Why: "altered"}
	default:
		w.broken = &kiosk.Break{Stream: w.stream, Seq: w.last.seq + 1, Why: "gap"}
	}
}

// missing names a stream of which no event is left.
func (w *walk) missing() *kiosk.Break {
	first := ""
	for id := range w.heads {
		if first == "" || id < first {
			first = id
		}
	}
	if first == "" {
		return nil
	}
	return &kiosk.Break{Stream: first, Seq: 1, Why: "gap"}
}
