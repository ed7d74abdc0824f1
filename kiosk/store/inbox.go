package store

import (
	"database/sql"

	"qrkiosk/kiosk"
)

// Waiting implements [kiosk.SaleReader].
func (r *reader) Waiting(link string) ([]kiosk.Inbox, error) {
	var all []kiosk.Inbox
	err := r.each(func(rows *sql.Rows) error {
		var in kiosk.Inbox
		err := rows.Scan(&in.Link, &in.Sale, &in.Sum, &in.ContentType, &in.Raw, &in.At, &in.Copies)
		if len(in.Raw) == 0 {
			in.Raw = nil // the engines differ in how they read an empty body
		}
		all = append(all, in)
		return err
	}, `SELECT link, sale, sum, content_type, raw, at, copies FROM inbox
		WHERE link = $1 ORDER BY at, sum`, link)
	return all, err
}

// PutInbox implements [kiosk.Tx].
func (t *tx) PutInbox(in kiosk.Inbox) error {
	return t.write("", `INSERT INTO inbox (link, sum, sale, content_type, raw, at, copies)
		VALUES ($1, $2, $3, $4, $5, $6, 1) ON CONFLICT (link, sum) DO UPDATE SET copies = inbox.copies + 1`,
		in.Link, in.Sum, in.Sale, in.ContentType, bytesOf(in.Raw), in.At)
}

// bytesOf makes of nil an empty value: drivers write nil as NULL.
func bytesOf(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// PutToken implements [kiosk.Tx]: until in Unix milliseconds, after which the address is unknown.
func (t *tx) PutToken(hash, sale string, link int, until int64) error {
	return t.write("", `INSERT INTO live_token (hash, sale, link, until) VALUES ($1, $2, $3, $4)
		ON CONFLICT (hash) DO UPDATE SET sale = excluded.sale, link = excluded.link, until = excluded.until`,
		hash, sale, link, until)
}
