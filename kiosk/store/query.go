package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"strconv"
	"strings"

	"qrkiosk/kiosk"
)

// querier is one transaction on one connection. Its errors are the driver's own.
type querier interface {
	exec(ctx context.Context, query string, args ...any) (rows int64, err error)
	query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	// execAll executes them in order, on PostgreSQL in one round trip.
	execAll(ctx context.Context, all []statement) error
	// pending gathers what the transaction writes together.
	pending() *pendingWrites
	// late tells whether whoever commits settles the ledger, so that a change need not.
	late() bool
	// alone tells whether nobody else can write while the transaction lasts.
	alone() bool
}

// reader implements [kiosk.Reader] on one snapshot, or within one transaction.
type reader struct {
	ctx    context.Context
	q      querier
	now    func() int64
	memory *memory
	seen   map[string]storedSale // of a Tx: sales as they are stored, by ID
}

var _ kiosk.Reader = (*reader)(nil)

func (r *reader) exec(query string, args ...any) (int64, error) {
	n, err := r.q.exec(r.ctx, query, args...)
	return n, fault(err)
}

// each calls scan for every row.
func (r *reader) each(scan func(*sql.Rows) error, query string, args ...any) error {
	if err := r.ctx.Err(); err != nil {
		return fault(err)
	}
	rows, err := r.q.query(r.ctx, query, args...)
	if err != nil {
		return fault(err)
	}
	defer rows.Close() // what went wrong is in rows.Err
	for rows.Next() {
		if err := scan(rows); err != nil {
			return fault(err)
		}
	}
	return fault(rows.Err())
}

// one reads a single row into dest; none is NotFound.
func (r *reader) one(dest []any, query string, args ...any) error {
	found := false
	err := r.each(func(rows *sql.Rows) error {
		found = true
		return rows.Scan(dest...)
	}, query, args...)
	if err == nil && !found {
		return notFound()
	}
	return err
}

// number reads a single number; none and NULL are 0.
func (r *reader) number(query string, args ...any) (int64, error) {
	var n sql.NullInt64
	err := r.one([]any{&n}, query, args...)
	if kiosk.CodeOf(err) == kiosk.NotFound {
		err = nil
	}
	return n.Int64, err
}

// doc reads a single thing that is kept as one JSON text.
func doc[T any](r *reader, query string, args ...any) (T, error) {
	var thing T
	var text []byte
	if err := r.one([]any{&text}, query, args...); err != nil {
		return thing, err
	}
	return thing, fault(json.Unmarshal(text, &thing))
}

// docs reads many.
func docs[T any](r *reader, query string, args ...any) ([]T, error) {
	var all []T
	err := r.each(func(rows *sql.Rows) error {
		var text sql.RawBytes
		if err := rows.Scan(&text); err != nil {
			return err
		}
		var thing T
		err := json.Unmarshal(text, &thing)
		all = append(all, thing)
		return err
	}, query, args...)
	return all, err
}

// placeholders writes the placeholders of so many rows of so many columns: "($1,$2),($3,$4)". SQL is
// put together here and in takings.go alone, of numbers and of names this room knows.
func placeholders(rows, cols int) string {
	var b strings.Builder
	for i := range rows * cols {
		switch {
		case i == 0:
			b.WriteString("($")
		case i%cols == 0:
			b.WriteString("),($")
		default:
			b.WriteString(",$")
		}
		b.WriteString(strconv.Itoa(i + 1))
	}
	b.WriteByte(')')
	return b.String()
}
