package store

import (
	"qrkiosk/kiosk"
)

// ParkedCart implements [kiosk.ParkedReader].
func (r *reader) ParkedCart(id string) (kiosk.ParkedCart, error) {
	return doc[kiosk.ParkedCart](r, `SELECT doc FROM parked WHERE id = $1`, id)
}

// ParkedCarts implements [kiosk.ParkedReader].
func (r *reader) ParkedCarts(stall string) ([]kiosk.ParkedCart, error) {
	return docs[kiosk.ParkedCart](r, `SELECT doc FROM parked WHERE stall = $1 ORDER BY id`, stall)
}

// PutParkedCart implements [kiosk.ParkedWriter]. Registers of a stall have streams of their own, so that
// no lock keeps two of them apart: the version does.
func (t *tx) PutParkedCart(p kiosk.ParkedCart) error {
	was := p.Version
	p.Version++
	text, err := encode(p)
	if err != nil {
		return err
	}
	if was == 0 {
		return t.write(kiosk.KeyParkedGone, `INSERT INTO parked (doc, id, stall, version) VALUES ($1, $2, $3, $4)`,
			text, p.ID, p.Stall, p.Version)
	}
	return t.moveParked(`UPDATE parked SET doc = $1, version = $2 WHERE id = $3 AND version = $4`, text, p.Version, p.ID, was)
}

// RemoveParkedCart implements [kiosk.ParkedWriter].
func (t *tx) RemoveParkedCart(p kiosk.ParkedCart) error {
	return t.moveParked(`DELETE FROM parked WHERE id = $1 AND version = $2`, p.ID, p.Version)
}

func (t *tx) moveParked(query string, args ...any) error {
	n, err := t.writeRows("", query, args...)
	if err == nil && n == 0 {
		err = &kiosk.Error{Code: kiosk.Conflict, Key: kiosk.KeyParkedGone}
	}
	return err
}
