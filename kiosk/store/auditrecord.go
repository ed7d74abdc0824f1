package store

import (
	"database/sql"

	"qrkiosk/kiosk"
)

// SalesWithRows implements [kiosk.AuditReader].
func (r *reader) SalesWithRows(since int64, after string, n int) ([]*kiosk.Sale, error) {
	return r.manySales(`SELECT `+saleColumns+` FROM sale s
		WHERE s.id > $2 AND s.id IN (SELECT p.sale FROM payin p WHERE p.seen >= $1)
		ORDER BY s.id LIMIT $3`, since, after, n)
}

// WatchedOf implements [kiosk.AuditReader]. The register is compared as an expression, so that the
// few watched sales are looked through and not all sales of a register.
func (r *reader) WatchedOf(register string, n int) ([]*kiosk.Sale, error) {
	if register == "" {
		return r.manySales(`SELECT `+saleColumns+` FROM sale s WHERE s.watched ORDER BY s.id LIMIT $1`, n)
	}
	return r.manySales(`SELECT `+saleColumns+` FROM sale s WHERE s.watched AND s.register || '' = $1
		ORDER BY s.id LIMIT $2`, register, n)
}

// UnmatchedRow implements [kiosk.AuditReader].
func (r *reader) UnmatchedRow(account, key string) (kiosk.Unmatched, error) {
	return doc[kiosk.Unmatched](r, `SELECT doc FROM unmatched WHERE account = $1 AND row_key = $2`, account, key)
}

// Unmatched implements [kiosk.AuditReader].
func (r *reader) Unmatched(open bool, n int) ([]kiosk.Unmatched, error) {
	if open {
		return docs[kiosk.Unmatched](r, `SELECT doc FROM unmatched WHERE is_open
			ORDER BY seen DESC, row_key LIMIT $1`, n)
	}
	return docs[kiosk.Unmatched](r, `SELECT doc FROM unmatched ORDER BY seen DESC, row_key LIMIT $1`, n)
}

// Quarantined implements [kiosk.AuditReader].
func (r *reader) Quarantined(account string, payID int64) (kiosk.Quarantined, error) {
	return doc[kiosk.Quarantined](r, `SELECT doc FROM quarantine WHERE account = $1 AND pay_id = $2`, account, payID)
}

// Quarantine implements [kiosk.AuditReader].
func (r *reader) Quarantine(held bool, n int) ([]kiosk.Quarantined, error) {
	if held {
		return docs[kiosk.Quarantined](r, `SELECT doc FROM quarantine WHERE is_held
			ORDER BY seen DESC, pay_id LIMIT $1`, n)
	}
	return docs[kiosk.Quarantined](r, `SELECT doc FROM quarantine ORDER BY seen DESC, pay_id LIMIT $1`, n)
}

// AuditDays implements [kiosk.AuditReader].
func (r *reader) AuditDays(differing bool, n int) ([]kiosk.AuditDay, error) {
	if differing {
		return docs[kiosk.AuditDay](r, `SELECT doc FROM audit_day WHERE differs ORDER BY day DESC, account LIMIT $1`, n)
	}
	return docs[kiosk.AuditDay](r, `SELECT doc FROM audit_day ORDER BY day DESC, account LIMIT $1`, n)
}

// Marks implements [kiosk.AuditReader].
func (r *reader) Marks(register string, since int64, n int) ([]kiosk.Mark, error) {
	var all []kiosk.Mark
	scan := func(rows *sql.Rows) error {
		var m kiosk.Mark
		err := rows.Scan(&m.Sale, &m.Kind, &m.Register, &m.At)
		all = append(all, m)
		return err
	}
	if register == "" {
		err := r.each(scan, `SELECT sale, kind, register, at FROM mark WHERE at >= $1
			ORDER BY at DESC, sale, kind LIMIT $2`, since, n)
		return all, err
	}
	err := r.each(scan, `SELECT sale, kind, register, at FROM mark WHERE register = $1 AND at >= $2
		ORDER BY at DESC, sale, kind LIMIT $3`, register, since, n)
	return all, err
}

// Restores implements [kiosk.AuditReader].
func (r *reader) Restores() ([]kiosk.Restore, error) {
	var all []kiosk.Restore
	err := r.each(func(rows *sql.Rows) error {
		var x kiosk.Restore
		err := rows.Scan(&x.At, &x.Newest, &x.Done)
		all = append(all, x)
		return err
	}, `SELECT at, newest, done FROM restore ORDER BY at DESC`)
	return all, err
}

// PutUnmatched implements [kiosk.AuditWriter].
func (t *tx) PutUnmatched(u kiosk.Unmatched) error {
	return t.writeDoc("", `INSERT INTO unmatched (doc, account, row_key, seen, is_open) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (account, row_key) DO UPDATE SET doc = excluded.doc, is_open = excluded.is_open`,
		u, u.Account, u.Row.Key, u.Row.SeenAt, u.Resolved == 0)
}

// PutQuarantined implements [kiosk.AuditWriter].
func (t *tx) PutQuarantined(q kiosk.Quarantined) error {
	return t.writeDoc("", `INSERT INTO quarantine (doc, account, pay_id, seen, is_held) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (account, pay_id) DO UPDATE SET doc = excluded.doc, is_held = excluded.is_held`,
		q, q.Account, q.PayID, q.Seen, q.State == kiosk.QuarantineHeld)
}

// PutAuditDay implements [kiosk.AuditWriter].
func (t *tx) PutAuditDay(d kiosk.AuditDay) error {
	return t.writeDoc("", `INSERT INTO audit_day (doc, account, day, differs) VALUES ($1, $2, $3, $4)
		ON CONFLICT (account, day) DO UPDATE SET doc = excluded.doc, differs = excluded.differs`,
		d, d.Account, d.Day, d.Differs())
}

// PutMark implements [kiosk.AuditWriter].
func (t *tx) PutMark(m kiosk.Mark) error {
	return t.write("", `INSERT INTO mark (sale, kind, register, at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (sale, kind) DO NOTHING`, m.Sale, string(m.Kind), m.Register, m.At)
}

// PutRestore implements [kiosk.AuditWriter].
func (t *tx) PutRestore(r kiosk.Restore) error {
	return t.write("", `INSERT INTO restore (at, newest, done) VALUES ($1, $2, $3)
		ON CONFLICT (at) DO UPDATE SET done = excluded.done`, r.At, r.Newest, r.Done)
}
