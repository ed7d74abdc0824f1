package store

import (
	"context"
	"errors"

	"qrkiosk/kiosk"
)

// tx implements [kiosk.Tx]: the reader of its transaction, and the writes.
type tx struct {
	reader
	stream string
	row    streamRow  // with the new version
	office *streamRow // the same of the office's, once an event went there besides
	moved  bool       // the row of the stream must be written
	wrote  bool       // a statement has changed something
	err    error      // of the first write that failed
	entries
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
	takeStream = `UPDATE stream SET version = version + 1 WHERE id = $1 RETURNING version - 1, seq, head, number`
	readStream = `SELECT version, seq, head, number FROM stream WHERE id = $1`
)

// begin takes the stream's row, which locks out every other change of the stream.
func (t *tx) begin() (err error) {
	t.row, err = t.take(t.stream)
	return err
}

// take reads the row of a stream, one version on, and locks it. Where nobody else can write at all
// during the transaction, knowing it is enough.
func (t *tx) take(stream string) (streamRow, error) {
	query := takeStream
	if t.q.alone() {
		query = readStream
	}
	row, known := t.q.pending().streams[stream]
	if !known {
		if err := t.one([]any{&row.version, &row.seq, &row.head, &row.number}, query, stream); err != nil {
			return row, err
		}
		t.q.pending().streams[stream] = row
	}
	row.version++
	return row, nil
}

// finish hands over what was gathered and returns the version of the stream.
func (t *tx) finish() (int64, error) {
	if !t.moved && !t.wrote && t.empty() {
		return t.row.version - 1, nil
	}
	book := t.q.pending()
	book.add(&t.entries)
	book.move(t.stream, t.row)
	if t.office != nil {
		book.move(kiosk.OfficeStream, *t.office)
	}
	t.wrote = true
	if t.q.late() {
		return t.row.version, nil
	}
	return t.row.version, book.flush(&t.reader)
}

// flush writes what was gathered so far, so that it can be read.
func (t *tx) flush() error {
	if t.err != nil {
		return t.err
	}
	book := t.q.pending()
	t.wrote = t.wrote || !t.empty()
	book.add(&t.entries)
	t.err = book.flush(&t.reader)
	return t.err
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
	t.row.number++
	t.moved = true
	return t.row.number, t.err
}

// Append implements [kiosk.Tx].
func (t *tx) Append(events ...kiosk.Event) error {
	for _, e := range events {
		t.events = append(t.events, t.row.seal(t.stream, e))
		t.moved = true
	}
	return t.err
}

// AppendOffice implements [kiosk.Tx]. The office's stream is always taken after that of a register, so
// that no two changes wait for each other.
func (t *tx) AppendOffice(events ...kiosk.Event) error {
	if t.stream == kiosk.OfficeStream {
		return t.Append(events...)
	}
	if t.office == nil {
		row, err := t.take(kiosk.OfficeStream)
		if err != nil {
			t.err = err
			return err
		}
		t.office = &row
	}
	for _, e := range events {
		t.events = append(t.events, t.office.seal(kiosk.OfficeStream, e))
	}
	return t.err
}

// seal makes an event the next one of the stream.
func (s *streamRow) seal(stream string, e kiosk.Event) kiosk.Event {
	e.Stream = stream
	e.Seal(s.seq+1, s.head)
	s.seq, s.head = e.Seq, e.Hash
	return e
}

const eventColumns = `stream, seq, kind, subject, state, amount, actor, at, data, prev, hash, booked`

// Events implements [kiosk.Reader]; it sees what this transaction has appended.
func (t *tx) Events(stream string, after int64, n int) ([]kiosk.Event, error) {
	if err := t.flush(); err != nil {
		return nil, err
	}
	return t.reader.Events(stream, after, n)
}

// Versions implements [kiosk.Reader].
func (t *tx) Versions(streams []string) (map[string]int64, error) {
	if err := t.flush(); err != nil {
		return nil, err
	}
	return t.reader.Versions(streams)
}
