package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"

	"qrkiosk/kiosk"
)

const errandColumns = `sale, link, kind, register, due, tries, lease, fence`

// fenceStep leaves room between two begins of the same duty for every claim in between, so that
// a fence of an errand that ended is never met again.
const fenceStep = 1 << 20

// mostKinds is how many kinds of errands a statement has places for.
const mostKinds = 8

func scanErrand(rows *sql.Rows) (kiosk.Errand, error) {
	var e kiosk.Errand
	err := rows.Scan(&e.Sale, &e.Link, &e.Kind, &e.Register, &e.Due, &e.Tries, &e.Lease, &e.Fence)
	return e, err
}

func (r *reader) errands(query string, args ...any) ([]kiosk.Errand, error) {
	var all []kiosk.Errand
	err := r.each(func(rows *sql.Rows) error {
		e, err := scanErrand(rows)
		all = append(all, e)
		return err
	}, query, args...)
	return all, err
}

// Errand implements [kiosk.SaleReader].
func (r *reader) Errand(sale string, d kiosk.Duty) (kiosk.Errand, error) {
	found, err := r.errands(`SELECT `+errandColumns+` FROM errand WHERE sale = $1 AND link = $2 AND kind = $3`,
		sale, d.Link, string(d.Kind))
	if err != nil {
		return kiosk.Errand{}, err
	}
	if len(found) == 0 {
		return kiosk.Errand{}, notFound()
	}
	return found[0], nil
}

// Begin implements [kiosk.Tx].
func (t *tx) Begin(s *kiosk.Sale, due int64, duties ...kiosk.Duty) error {
	for _, d := range duties {
		t.begun = append(t.begun, kiosk.Errand{
			Sale: s.ID, Link: d.Link, Kind: d.Kind, Register: s.Register, Due: due, Fence: t.row.version * fenceStep,
		})
	}
	return t.err
}

// Errand implements [kiosk.Reader]; it sees what this transaction has begun.
func (t *tx) Errand(sale string, d kiosk.Duty) (kiosk.Errand, error) {
	if err := t.flush(); err != nil {
		return kiosk.Errand{}, err
	}
	return t.reader.Errand(sale, d)
}

// End implements [kiosk.Tx].
func (t *tx) End(s *kiosk.Sale, duties ...kiosk.Duty) error {
	if len(duties) == 0 {
		return t.err
	}
	if err := t.flush(); err != nil {
		return err
	}
	for _, d := range duties {
		err := t.write("", `DELETE FROM errand WHERE sale = $1 AND link = $2 AND kind = $3`, s.ID, d.Link, string(d.Kind))
		if err != nil {
			return err
		}
	}
	return nil
}

// Postpone implements [kiosk.Tx].
func (t *tx) Postpone(e kiosk.Errand, due int64) (bool, error) {
	if err := t.flush(); err != nil {
		return false, err
	}
	n, err := t.writeRows("", `UPDATE errand SET due = $5, tries = $6, lease = 0
		WHERE sale = $1 AND link = $2 AND kind = $3 AND fence = $4`, e.Sale, e.Link, string(e.Kind), e.Fence, due, e.Tries)
	return n > 0, err
}

// Hasten implements [kiosk.Store].
func (s *Store) Hasten(ctx context.Context, now int64) error {
	return s.engine.write(ctx, func(q querier) (bool, error) {
		r := s.reader(context.WithoutCancel(ctx), q)
		if err := q.pending().flush(r); err != nil {
			return false, err
		}
		n, err := r.exec(`UPDATE errand SET due = $1, lease = 0 WHERE due > $1 OR lease > $1`, now)
		leads, lerr := r.exec(`DELETE FROM lead WHERE until > $1`, now)
		return n+leads > 0, errors.Join(err, lerr)
	})
}

// Abandon implements [kiosk.Store].
func (s *Store) Abandon(ctx context.Context) error {
	return s.engine.write(ctx, func(q querier) (bool, error) {
		if !q.alone() {
			return false, nil
		}
		r := s.reader(context.WithoutCancel(ctx), q)
		if err := q.pending().flush(r); err != nil {
			return false, err
		}
		n, err := r.exec(`UPDATE errand SET lease = 0 WHERE lease > 0`)
		return n > 0, err
	})
}

// Claim implements [kiosk.Store]. Where others may claim at the same time, claimants queue at one
// row first: else all of them would wait for the same few errands, and all but one for nothing.
// The condition stands outside the subquery too: on PostgreSQL a statement that waited for another
// one sees only there that an errand is taken.
func (s *Store) Claim(ctx context.Context, kinds []kiosk.ErrandKind, now, until int64, n int) ([]kiosk.Errand, error) {
	if len(kinds) == 0 || n <= 0 {
		return nil, nil
	}
	var claimed []kiosk.Errand
	err := s.engine.write(ctx, func(q querier) (bool, error) {
		r := s.reader(context.WithoutCancel(ctx), q)
		if err := q.pending().flush(r); err != nil {
			return false, err
		}
		if !q.alone() {
			if _, err := r.exec(`UPDATE stream SET version = version WHERE id = 'claims'`); err != nil {
				return false, err
			}
		}
		var err error
		claimed, err = r.errands(`UPDATE errand SET lease = $9, fence = fence + 1, tries = tries + 1
			WHERE (sale, link, kind) IN (
				SELECT sale, link, kind FROM errand
				WHERE due <= $10 AND lease <= $10 AND kind IN ($1, $2, $3, $4, $5, $6, $7, $8)
				ORDER BY due LIMIT $11)
			AND due <= $10 AND lease <= $10
			RETURNING `+errandColumns, append(kindArgs(kinds), until, now, n)...)
		return len(claimed) > 0, err
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(claimed, func(a, b kiosk.Errand) int {
		return cmp.Or(cmp.Compare(a.Due, b.Due), cmp.Compare(a.Sale, b.Sale), cmp.Compare(a.Link, b.Link))
	})
	return claimed, nil
}

// kindArgs fills the places for kinds.
func kindArgs(kinds []kiosk.ErrandKind) []any {
	texts := make([]string, len(kinds))
	for i, k := range kinds {
		texts[i] = string(k)
	}
	args := make([]any, mostKinds, mostKinds+3)
	copyPadded(args, texts)
	return args
}

// NextDue implements [kiosk.Store]. An errand under lease counts as due at the end of the lease:
// whoever holds it may have died.
func (s *Store) NextDue(ctx context.Context, kinds []kiosk.ErrandKind) (int64, error) {
	if len(kinds) == 0 {
		return 0, nil
	}
	var due int64
	err := s.view(ctx, func(r *reader) error {
		var err error
		due, err = r.number(`SELECT MIN(CASE WHEN lease > due THEN lease ELSE due END) FROM errand
			WHERE kind IN ($1, $2, $3, $4, $5, $6, $7, $8)`, kindArgs(kinds)...)
		return err
	})
	return due, err
}
