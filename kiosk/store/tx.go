package store

import (
	"context"
	"errors"

	"qrkiosk/kiosk"
)

// tx implements [kiosk.Tx]: the reader of its transaction, and the writes.
type tx struct {
	reader
	stream  string
	version int64 // the new one
	last    int64 // number of the last event
	head    string
	sales   int64 // number of the last sale
	moved   bool  // the row of the stream must be written
	events  []kiosk.Event
	wrote   bool  // a statement has changed something
	err     error // of the first write that failed
}

var (
	_ kiosk.Tx = (*tx)(nil)

	errOver   = errors.New("store: the transaction is over")
	errClosed = errors.New("store: closed")
)

// newTx makes a Tx whose statements the caller's context cannot cut off in the middle: a change
// that has begun is short, and others may share its commit.
func (s *Store) newTx(ctx context.Context, q querier, stream string) *tx {
	t := &tx{reader: *s.reader(context.WithoutCancel(ctx), q), stream: stream}
	t.seen = map[string]storedSale{}
	return t
}

const (
	takeStream = `UPDATE stream SET version = version + 1 WHERE id = $1 RETURNING version, seq, head, number`
	readStream = `SELECT version + 1, seq, head, number FROM stream WHERE id = $1`
)

// begin takes the stream's row, which locks out every other change of the stream. Where nobody
// else can write at all during the transaction, reading it is enough.
func (t *tx) begin() error {
	query := takeStream
	if t.q.alone() {
		query = readStream
	}
	return t.one([]any{&t.version, &t.last, &t.head, &t.sales}, query, t.stream)
}

// finish writes what was gathered and returns the version of the stream.
func (t *tx) finish() (int64, error) {
	if err := t.flush(); err != nil {
		return 0, err
	}
	if !t.moved && !t.wrote {
		return t.version - 1, nil
	}
	return t.version, t.write("", `UPDATE stream SET version = $2, seq = $3, head = $4, number = $5 WHERE id = $1`,
		t.stream, t.version, t.last, t.head, t.sales)
}

// verdict is what the caller hears once decide has returned err: a failed write cannot be
// swallowed, and a race must be seen by whoever tries again.
func (t *tx) verdict(err error) error {
	if t.err != nil && (err == nil || kindOf(t.err) == kindRace) {
		return t.err
	}
	return err
}

// end makes a Tx that somebody kept harmless.
func (t *tx) end() { t.q = over{} }

// write executes a statement that changes something; key names the unique rule it may break.
func (t *tx) write(key, query string, args ...any) error {
	_, err := t.writeRows(key, query, args...)
	return err
}

func (t *tx) writeRows(key, query string, args ...any) (int64, error) {
	if t.err != nil {
		return 0, t.err
	}
	n, err := t.exec(query, args...)
	if err != nil {
		t.err = withKey(err, key)
		return 0, t.err
	}
	t.wrote = true
	return n, nil
}

// writeDoc executes a statement whose first argument is thing as JSON text.
func (t *tx) writeDoc(key, query string, thing any, args ...any) error {
	text, err := encode(thing)
	if err != nil {
		return err
	}
	return t.write(key, query, append([]any{text}, args...)...)
}

// Number implements [kiosk.Tx].
func (t *tx) Number() (int64, error) {
	t.sales++
	t.moved = true
	return t.sales, t.err
}

// Append implements [kiosk.Tx].
func (t *tx) Append(events ...kiosk.Event) error {
	for _, e := range events {
		e.Stream = t.stream
		e.Seal(t.last+1, t.head)
		t.last, t.head = e.Seq, e.Hash
		t.moved = true
		t.events = append(t.events, e)
	}
	return t.err
}

const eventColumns = `stream, seq, kind, subject, state, amount, actor, at, data, prev, hash`

// flush writes the events gathered so far in one statement.
func (t *tx) flush() error {
	const columns, most = 11, 64
	for len(t.events) > 0 {
		n := min(len(t.events), most)
		args := make([]any, 0, n*columns)
		for i := range t.events[:n] {
			e := &t.events[i]
			args = append(args, e.Stream, e.Seq, e.Kind, e.Subject, string(e.State), int64(e.Amount),
				e.Actor, e.At, e.Data, e.Prev, e.Hash)
		}
		if err := t.write("", `INSERT INTO event (`+eventColumns+`) VALUES `+tuples(n, columns), args...); err != nil {
			return err
		}
		t.events = t.events[n:]
	}
	return nil
}

// Events implements [kiosk.Reader]; it sees what this transaction has appended.
func (t *tx) Events(stream string, after int64, n int) ([]kiosk.Event, error) {
	if err := t.flush(); err != nil {
		return nil, err
	}
	return t.reader.Events(stream, after, n)
}
