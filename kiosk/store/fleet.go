package store

import (
	"qrkiosk/kiosk"
)

// Draft implements [kiosk.EnrolmentReader].
func (r *reader) Draft(hash string) (kiosk.Draft, error) {
	d := kiosk.Draft{Hash: hash}
	err := r.one([]any{&d.Kind, &d.By, &d.Expires, &d.Sealed},
		`SELECT kind, owner, expires, sealed FROM draft WHERE hash = $1 AND expires > $2`, hash, r.now())
	return d, err
}

// PutDraft implements [kiosk.EnrolmentWriter].
func (t *tx) PutDraft(d kiosk.Draft) error {
	if err := t.write("", `DELETE FROM draft WHERE expires <= $1`, t.now()); err != nil {
		return err
	}
	return t.write(KeyKnown, `INSERT INTO draft (hash, kind, owner, expires, sealed) VALUES ($1, $2, $3, $4, $5)`,
		d.Hash, d.Kind, d.By, d.Expires, d.Sealed)
}

// DropDraft implements [kiosk.EnrolmentWriter].
func (t *tx) DropDraft(hash string) error {
	return t.write("", `DELETE FROM draft WHERE hash = $1`, hash)
}

// Tickets implements [kiosk.EnrolmentReader]; those that end first come first.
func (r *reader) Tickets(register string) ([]kiosk.Ticket, error) {
	return docs[kiosk.Ticket](r, `SELECT doc FROM ticket WHERE register = $1 ORDER BY expires, hash`, register)
}

// DropTicket implements [kiosk.EnrolmentWriter].
func (t *tx) DropTicket(hash string) error {
	return t.write("", `DELETE FROM ticket WHERE hash = $1`, hash)
}

// DeviceHealth implements [kiosk.EnrolmentReader].
func (r *reader) DeviceHealth(register string) ([]kiosk.DeviceHealth, error) {
	if register == "" {
		return docs[kiosk.DeviceHealth](r, `SELECT doc FROM health ORDER BY device`)
	}
	return docs[kiosk.DeviceHealth](r, `SELECT doc FROM health WHERE register = $1 ORDER BY device`, register)
}

// PutDeviceHealth implements [kiosk.EnrolmentWriter].
func (t *tx) PutDeviceHealth(h kiosk.DeviceHealth) error {
	return t.writeDoc("", `INSERT INTO health (doc, device, register, seen) VALUES ($1, $2, $3, $4)
		ON CONFLICT (device) DO UPDATE
		SET register = excluded.register, seen = excluded.seen, doc = excluded.doc`, h, h.Device, h.Register, h.Seen)
}
