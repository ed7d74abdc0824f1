//go:build unix

package main

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"path/filepath"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver called pgx
	_ "modernc.org/sqlite"             // the driver called sqlite
)

// database is where the program keeps its books: a SQLite file, or PostgreSQL where url is set.
// The harness reads it with SQL of its own.
type database struct {
	file string
	url  string
}

func (w *world) database() database {
	if w.db.url != "" {
		return w.db
	}
	return database{file: filepath.Join(w.data, "qrkiosk.db")}
}

// open opens the books for reading; write lets them be changed.
func (d database) open(write bool) (*sql.DB, error) {
	if d.url != "" {
		return sql.Open("pgx", d.url)
	}
	q := url.Values{"_pragma": {"busy_timeout(5000)"}}
	if !write {
		q.Add("_pragma", "query_only(1)")
	}
	return sql.Open("sqlite", (&url.URL{Scheme: "file", Path: d.file, RawQuery: q.Encode()}).String())
}

// rows runs a query and hands every row to scan.
func rows(ctx context.Context, db *sql.DB, query string, scan func(*sql.Rows) error) error {
	found, err := db.QueryContext(ctx, query)
	if err != nil {
		return fmt.Errorf("%s: %w", query, err)
	}
	defer found.Close()
	for found.Next() {
		if err := scan(found); err != nil {
			return fmt.Errorf("%s: %w", query, err)
		}
	}
	return found.Err()
}

// restless counts the sales that are not at rest, by state.
func (d database) restless(ctx context.Context) (map[string]int, error) {
	db, err := d.open(false)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	last := map[string]string{}
	err = rows(ctx, db, `SELECT subject, state FROM event WHERE kind LIKE 'sale.%' ORDER BY stream, seq`, func(r *sql.Rows) error {
		var sale, state string
		err := r.Scan(&sale, &state)
		last[sale] = state
		return err
	})
	waits := map[string]int{}
	for _, state := range last {
		switch state {
		case "asking", "opening", "awaiting", "checking", "retiring":
			waits[state]++
		}
	}
	return waits, err
}

// secondWriter tries what only a defect would do: a second payment row of a link that has one. The
// database has to refuse it; it tells whether it did, and whether there was anything to try.
func (d database) secondWriter(ctx context.Context) (tried, refused bool, err error) {
	db, err := d.open(true)
	if err != nil {
		return false, false, err
	}
	defer db.Close()
	var n int
	if err := db.QueryRowContext(ctx, `SELECT COUNT(*) FROM payin WHERE kind = 'payment'`).Scan(&n); err != nil || n == 0 {
		return false, false, err
	}
	result, err := db.ExecContext(ctx, `INSERT INTO payin (account, row_key, pay_id, sale, link, kind, cents, seen, withdrawn)
		SELECT account, row_key || '-again', pay_id, sale, link, kind, cents, seen, withdrawn FROM payin
		WHERE kind = 'payment' AND withdrawn = FALSE ORDER BY row_key LIMIT 1`)
	if err != nil {
		return true, true, nil //nolint:nilerr // the refusal is what was wanted
	}
	added, err := result.RowsAffected()
	return added > 0, false, err
}

// dropOnce takes away the rule that a link is paid once, for the run that must turn red.
func (d database) dropOnce(ctx context.Context) error {
	db, err := d.open(true)
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.ExecContext(ctx, `DROP INDEX payin_once`)
	return err
}

// strayDue makes every search for the link of an attempt that was given up due.
func (d database) strayDue(ctx context.Context) error {
	db, err := d.open(true)
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.ExecContext(ctx, `UPDATE errand SET due = 0 WHERE kind = 'stray'`)
	return err
}
