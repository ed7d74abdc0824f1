package store

import (
	"qrkiosk/kiosk"
)

// SalesBetween implements [kiosk.RetentionReader].
func (r *reader) SalesBetween(after, before string, n int) ([]*kiosk.Sale, error) {
	return r.manySales(`SELECT `+saleColumns+` FROM sale s WHERE s.id > $1 AND s.id < $2 ORDER BY s.id LIMIT $3`, after, before, n)
}

// DropInbox implements [kiosk.RetentionWriter].
func (t *tx) DropInbox(link string, at int64, n int) (int64, error) {
	return t.writeRows("", `DELETE FROM inbox WHERE at < $2 AND link IN
		(SELECT link FROM inbox WHERE link < $1 AND at < $2 ORDER BY link LIMIT $3)`, link, at, n)
}
