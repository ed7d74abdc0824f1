package store

import (
	"qrkiosk/kiosk"
)

// Item implements [kiosk.ItemReader].
func (r *reader) Item(id string) (kiosk.Item, error) {
	return doc[kiosk.Item](r, `SELECT doc FROM item WHERE id = $1`, id)
}

// Items implements [kiosk.ItemReader]; the oldest comes first.
func (r *reader) Items(stall string) ([]kiosk.Item, error) {
	return docs[kiosk.Item](r, `SELECT doc FROM item WHERE stall = $1 ORDER BY id`, stall)
}

// PutItem implements [kiosk.Tx].
func (t *tx) PutItem(i kiosk.Item) error {
	return t.writeDoc("", `INSERT INTO item (doc, id, stall) VALUES ($1, $2, $3)
		ON CONFLICT (id) DO UPDATE SET stall = excluded.stall, doc = excluded.doc`, i, i.ID, i.Stall)
}
