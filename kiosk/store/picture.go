package store

import (
	"encoding/json"

	"qrkiosk/kiosk"
)

// Pictures implements [kiosk.PictureReader].
func (r *reader) Pictures(stall string) ([]kiosk.Picture, error) {
	return docs[kiosk.Picture](r, `SELECT doc FROM picture WHERE stall = $1 ORDER BY id`, stall)
}

// Picture implements [kiosk.PictureReader].
func (r *reader) Picture(id string) (kiosk.Picture, []byte, error) {
	var p kiosk.Picture
	var text, raw []byte
	if err := r.one([]any{&text, &raw}, `SELECT doc, raw FROM picture WHERE id = $1`, id); err != nil {
		return p, nil, err
	}
	return p, raw, fault(json.Unmarshal(text, &p))
}

// PutPicture implements [kiosk.Tx].
func (t *tx) PutPicture(p kiosk.Picture, raw []byte) error {
	return t.writeDoc("", `INSERT INTO picture (doc, id, stall, raw) VALUES ($1, $2, $3, $4)
		ON CONFLICT (id) DO UPDATE SET doc = excluded.doc`, p, p.ID, p.Stall, raw)
}

// RemovePicture implements [kiosk.Tx].
func (t *tx) RemovePicture(id string) error {
	return t.write("", `DELETE FROM picture WHERE id = $1`, id)
}
