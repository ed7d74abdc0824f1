package store

import (
	"database/sql"
	"slices"
	"strings"

	"qrkiosk/kiosk"
)

// storedSale is a sale as its rows say, kept to write no more than what has changed.
type storedSale struct {
	sale *kiosk.Sale // for reading only
	row  saleRow
}

// saleRow is what the columns of a sale say besides its doc.
type saleRow struct {
	current bool
	watched bool
	ended   int64 // 0 none
}

const saleColumns = `s.id, s.doc, s.is_current, s.watched, s.ended`

// scannedSale takes the saleColumns of a row.
type scannedSale struct {
	id    string
	doc   sql.RawBytes
	row   saleRow
	ended sql.NullInt64
}

func (c *scannedSale) dest(more ...any) []any {
	return append([]any{&c.id, &c.doc, &c.row.current, &c.row.watched, &c.ended}, more...)
}

// open reads the text of a sale and, in a Tx, remembers what is stored.
func (c *scannedSale) open(r *reader) (*kiosk.Sale, error) {
	s, err := r.memory.read(c.id, c.doc)
	if err != nil {
		return nil, err
	}
	c.row.ended = c.ended.Int64
	if r.seen != nil {
		r.seen[s.ID] = storedSale{s, c.row}
	}
	return s.Clone(), nil
}

// oneSale reads a single sale; more takes the columns behind those of the sale.
func (r *reader) oneSale(more []any, query string, args ...any) (*kiosk.Sale, error) {
	var found *kiosk.Sale
	err := r.each(func(rows *sql.Rows) error {
		var c scannedSale
		if err := rows.Scan(c.dest(more...)...); err != nil {
			return err
		}
		var err error
		found, err = c.open(r)
		return err
	}, query, args...)
	if err == nil && found == nil {
		err = notFound()
	}
	return found, err
}

func (r *reader) manySales(query string, args ...any) ([]*kiosk.Sale, error) {
	var all []*kiosk.Sale
	err := r.each(func(rows *sql.Rows) error {
		var c scannedSale
		if err := rows.Scan(c.dest()...); err != nil {
			return err
		}
		s, err := c.open(r)
		all = append(all, s)
		return err
	}, query, args...)
	return all, err
}

// Sale implements [kiosk.SaleReader].
func (r *reader) Sale(id string) (*kiosk.Sale, error) {
	return r.oneSale(nil, `SELECT `+saleColumns+` FROM sale s WHERE s.id = $1`, id)
}

// SaleByKey implements [kiosk.SaleReader].
func (r *reader) SaleByKey(device, key string) (*kiosk.Sale, error) {
	return r.oneSale(nil, `SELECT `+saleColumns+` FROM command c JOIN sale s ON s.id = c.sale
		WHERE c.device = $1 AND c.key = $2`, device, key)
}

// SaleByReceipt implements [kiosk.SaleReader].
func (r *reader) SaleByReceipt(secret string) (*kiosk.Sale, error) {
	return r.oneSale(nil, `SELECT `+saleColumns+` FROM receipt r JOIN sale s ON s.id = r.sale
		WHERE r.secret = $1`, secret)
}

// SaleByNumber implements [kiosk.SaleReader].
func (r *reader) SaleByNumber(register, number string) (*kiosk.Sale, error) {
	return r.oneSale(nil, `SELECT `+saleColumns+` FROM sale s
		WHERE s.register = $1 AND s.number = $2`, register, number)
}

// SaleByPayID implements [kiosk.SaleReader]; the number is that of the link.
func (r *reader) SaleByPayID(account string, payID int64) (*kiosk.Sale, int, error) {
	return r.saleOfLink(`SELECT `+saleColumns+`, l.n FROM link l JOIN sale s ON s.id = l.sale
		WHERE l.account = $1 AND l.pay_id = $2`, account, payID)
}

// SaleByRef implements [kiosk.SaleReader]; the number is that of the link.
func (r *reader) SaleByRef(ref string) (*kiosk.Sale, int, error) {
	return r.saleOfLink(`SELECT `+saleColumns+`, l.n FROM link l JOIN sale s ON s.id = l.sale
		WHERE l.ref = $1`, ref)
}

// SaleByToken implements [kiosk.SaleReader]: a token whose time is over is not found. The number
// is that of the link.
func (r *reader) SaleByToken(hash string) (*kiosk.Sale, int, error) {
	return r.saleOfLink(`SELECT `+saleColumns+`, t.link FROM live_token t JOIN sale s ON s.id = t.sale
		WHERE t.hash = $1 AND t.until > $2`, hash, r.now())
}

func (r *reader) saleOfLink(query string, args ...any) (*kiosk.Sale, int, error) {
	var n int
	s, err := r.oneSale([]any{&n}, query, args...)
	if err != nil {
		return nil, 0, err
	}
	return s, n, nil
}

// Current implements [kiosk.SaleReader].
func (r *reader) Current(register string) (*kiosk.Sale, error) {
	return r.oneSale(nil, `SELECT `+saleColumns+` FROM sale s WHERE s.register = $1 AND s.is_current`, register)
}

// LastSales implements [kiosk.SaleReader]. IDs are ordered by time.
func (r *reader) LastSales(register string, n int) ([]*kiosk.Sale, error) {
	return r.manySales(`SELECT `+saleColumns+` FROM sale s WHERE s.register = $1
		ORDER BY s.id DESC LIMIT $2`, register, n)
}

// Watched implements [kiosk.SaleReader]. Sales that are not at rest come before the limit counts
// those that ended: an old quiet sale never crowds out one whose code is on show.
func (r *reader) Watched(since int64, n int) ([]*kiosk.Sale, error) {
	all, err := r.manySales(`SELECT `+saleColumns+` FROM sale s WHERE s.watched ORDER BY s.id LIMIT $1`, n)
	if err != nil || len(all) >= n {
		return all, err
	}
	ended, err := r.manySales(`SELECT `+saleColumns+` FROM sale s WHERE s.ended > $1 AND NOT s.watched
		ORDER BY s.ended, s.id LIMIT $2`, since, n-len(all))
	all = append(all, ended...)
	slices.SortFunc(all, func(a, b *kiosk.Sale) int { return strings.Compare(a.ID, b.ID) })
	return all, err
}

// PutSale implements [kiosk.Tx]: Conflict with key kiosk.ReasonBusy for a second current sale of
// a register, KeyUsed for a used command key, KeySecondPay for a second payment of a link.
func (t *tx) PutSale(s *kiosk.Sale) error {
	before, err := t.stored(s.ID)
	if err != nil {
		return err
	}
	text, err := encode(s)
	if err != nil {
		return err
	}
	state := s.State()
	row := t.saleRow(s, state, before.row.ended)
	if before.sale == nil {
		err = t.insertSale(s, row, text)
	} else {
		err = t.updateSale(s.ID, before.row, row, text)
	}
	if err != nil {
		return err
	}
	if err := t.putLinks(before.sale, s); err != nil {
		return err
	}
	own := s.Clone()
	t.memory.keep(own, text)
	t.seen[s.ID] = storedSale{own, row}
	return nil
}

// stored finds what is stored of a sale; one that is new has a nil sale.
func (t *tx) stored(id string) (storedSale, error) {
	if known, ok := t.seen[id]; ok {
		return known, nil
	}
	_, err := t.Sale(id)
	if kiosk.CodeOf(err) == kiosk.NotFound {
		return storedSale{}, nil
	}
	return t.seen[id], err
}

func (t *tx) saleRow(s *kiosk.Sale, state kiosk.State, ended int64) saleRow {
	row := saleRow{current: s.Current(), watched: isWatched(s, state)}
	if !row.watched && endedUnpaid(s) {
		row.ended = ended
		if ended == 0 {
			row.ended = t.now()
		}
	}
	return row
}

// isWatched holds for a sale that is not at rest: its clock runs, money may come or come back, or
// still has to be confirmed by a row.
func isWatched(s *kiosk.Sale, state kiosk.State) bool {
	switch state {
	case kiosk.Asking, kiosk.Opening, kiosk.Awaiting, kiosk.Checking, kiosk.Retiring, kiosk.Review, kiosk.Refunding:
		return true
	case kiosk.Paid:
		return !s.Confirmed()
	case kiosk.Cancelled, kiosk.Lapsed, kiosk.LinkRefused, kiosk.ClosedUnpaid, kiosk.Refunded:
	}
	return false
}

// endedUnpaid holds for a sale with a link that ended without any row: late money may come.
func endedUnpaid(s *kiosk.Sale) bool {
	return slices.ContainsFunc(s.Links, func(l kiosk.Link) bool { return len(l.Rows) == 0 })
}

// null writes 0 as NULL, so that partial indexes leave the row out.
func null(v int64) any {
	if v == 0 {
		return nil
	}
	return v
}

// updateSale names no more columns than have changed: SQLite writes the entries of every index
// over a column that is named. A webhook's payment changes none of them.
func (t *tx) updateSale(id string, was, is saleRow, text string) error {
	if was != is {
		return t.write(kiosk.ReasonBusy, `UPDATE sale SET doc = $2, is_current = $3, watched = $4, ended = $5
			WHERE id = $1`, id, text, is.current, is.watched, null(is.ended))
	}
	return t.write("", `UPDATE sale SET doc = $2 WHERE id = $1`, id, text)
}

func (t *tx) insertSale(s *kiosk.Sale, row saleRow, text string) error {
	err := t.write(kiosk.ReasonBusy, `INSERT INTO sale (id, register, number, is_current, watched, ended, doc)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		s.ID, s.Register, s.Number, row.current, row.watched, null(row.ended), text)
	if err != nil {
		return err
	}
	if s.Key != "" {
		err = t.write(KeyUsed, `INSERT INTO command (device, key, sale) VALUES ($1, $2, $3)`, s.Device, s.Key, s.ID)
	}
	if err == nil && s.Receipt != "" {
		err = t.write(KeyKnown, `INSERT INTO receipt (secret, sale) VALUES ($1, $2)`, s.Receipt, s.ID)
	}
	return err
}

func (t *tx) putLinks(before, s *kiosk.Sale) error {
	for i := range s.Links {
		l := &s.Links[i]
		var old *kiosk.Link
		if before != nil {
			old = before.Link(i + 1)
		}
		if err := t.putLink(old, s, l); err != nil {
			return err
		}
		if err := t.putRows(old, s, l); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) putLink(old *kiosk.Link, s *kiosk.Sale, l *kiosk.Link) error {
	switch {
	case old == nil:
		return t.write(KeyKnown, `INSERT INTO link (id, sale, n, ref, account, pay_id) VALUES ($1, $2, $3, $4, $5, $6)`,
			l.ID, s.ID, l.N, l.Ref, l.Gateway, null(l.PayID))
	case old.PayID != l.PayID:
		return t.write(KeyKnown, `UPDATE link SET pay_id = $2 WHERE id = $1`, l.ID, null(l.PayID))
	}
	return nil
}

// putRows writes the pay-in rows that are new or have turned. A sale only ever adds rows.
func (t *tx) putRows(old *kiosk.Link, s *kiosk.Sale, l *kiosk.Link) error {
	for i, r := range l.Rows {
		if old != nil && i < len(old.Rows) && old.PayID == l.PayID && old.Rows[i] == r {
			continue
		}
		err := t.write(KeySecondPay, `INSERT INTO payin
			(account, row_key, pay_id, sale, link, kind, cents, seen, withdrawn, method)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
			ON CONFLICT (account, row_key) DO UPDATE SET pay_id = excluded.pay_id, kind = excluded.kind,
				cents = excluded.cents, withdrawn = excluded.withdrawn, method = excluded.method`,
			l.Gateway, r.Key, null(l.PayID), s.ID, l.ID, string(r.Kind), int64(r.Amount), r.SeenAt, r.Withdrawn, l.MethodOf(r))
		if err != nil {
			return err
		}
	}
	return nil
}
