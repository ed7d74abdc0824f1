package store

import (
	"qrkiosk/kiosk"
)

// Stall implements [kiosk.StallReader].
func (r *reader) Stall(id string) (kiosk.Stall, error) {
	return doc[kiosk.Stall](r, `SELECT doc FROM stall WHERE id = $1`, id)
}

// Stalls implements [kiosk.StallReader]; the oldest comes first.
func (r *reader) Stalls() ([]kiosk.Stall, error) {
	return docs[kiosk.Stall](r, `SELECT doc FROM stall ORDER BY id`)
}

// PutStall implements [kiosk.Tx].
func (t *tx) PutStall(s kiosk.Stall) error {
	return t.writeDoc("", `INSERT INTO stall (doc, id) VALUES ($1, $2)
		ON CONFLICT (id) DO UPDATE SET doc = excluded.doc`, s, s.ID)
}

// Register implements [kiosk.StallReader].
func (r *reader) Register(id string) (kiosk.Register, error) {
	return doc[kiosk.Register](r, `SELECT doc FROM register WHERE id = $1`, id)
}

// Registers implements [kiosk.StallReader]; the oldest comes first.
func (r *reader) Registers(stall string) ([]kiosk.Register, error) {
	return docs[kiosk.Register](r, `SELECT doc FROM register WHERE stall = $1 ORDER BY id`, stall)
}

// PutRegister implements [kiosk.Tx]; the first time it makes the register's stream.
func (t *tx) PutRegister(g kiosk.Register) error {
	err := t.writeDoc("", `INSERT INTO register (doc, id, stall) VALUES ($1, $2, $3)
		ON CONFLICT (id) DO UPDATE SET stall = excluded.stall, doc = excluded.doc`, g, g.ID, g.Stall)
	if err != nil {
		return err
	}
	return t.write("", `INSERT INTO stream (id, version, seq, head, number) VALUES ($1, 0, 0, '', 0)
		ON CONFLICT (id) DO NOTHING`, g.ID)
}

// Device implements [kiosk.StallReader].
func (r *reader) Device(secretHash string) (kiosk.Device, error) {
	return doc[kiosk.Device](r, `SELECT doc FROM device WHERE secret_hash = $1`, secretHash)
}

// Devices implements [kiosk.StallReader]; the oldest comes first.
func (r *reader) Devices(register string) ([]kiosk.Device, error) {
	return docs[kiosk.Device](r, `SELECT doc FROM device WHERE register = $1 ORDER BY id`, register)
}

// PutDevice implements [kiosk.Tx]; a secret that another device holds is Conflict.
func (t *tx) PutDevice(d kiosk.Device) error {
	return t.writeDoc(KeyKnown, `INSERT INTO device (doc, id, register, secret_hash) VALUES ($1, $2, $3, $4)
		ON CONFLICT (id) DO UPDATE
		SET register = excluded.register, secret_hash = excluded.secret_hash, doc = excluded.doc`,
		d, d.ID, d.Register, d.SecretHash)
}

// Staff implements [kiosk.StallReader].
func (r *reader) Staff(id string) (kiosk.Staff, error) {
	return doc[kiosk.Staff](r, `SELECT doc FROM staff WHERE id = $1`, id)
}

// StaffOf implements [kiosk.StallReader]; who came first comes first.
func (r *reader) StaffOf(stall string) ([]kiosk.Staff, error) {
	return docs[kiosk.Staff](r, `SELECT doc FROM staff WHERE stall = $1 ORDER BY id`, stall)
}

// PutStaff implements [kiosk.Tx].
func (t *tx) PutStaff(s kiosk.Staff) error {
	return t.writeDoc("", `INSERT INTO staff (doc, id, stall) VALUES ($1, $2, $3)
		ON CONFLICT (id) DO UPDATE SET stall = excluded.stall, doc = excluded.doc`, s, s.ID, s.Stall)
}

// OpenShift implements [kiosk.StallReader].
func (r *reader) OpenShift(register string) (kiosk.Shift, error) {
	return doc[kiosk.Shift](r, `SELECT doc FROM shift WHERE register = $1 AND is_open`, register)
}

// PutShift implements [kiosk.Tx]; a second open shift of a register is Conflict.
func (t *tx) PutShift(s kiosk.Shift) error {
	return t.writeDoc(KeyShiftOpen, `INSERT INTO shift (doc, id, register, is_open) VALUES ($1, $2, $3, $4)
		ON CONFLICT (id) DO UPDATE SET is_open = excluded.is_open, doc = excluded.doc`,
		s, s.ID, s.Register, s.Closed == 0)
}

// Cart implements [kiosk.StallReader].
func (r *reader) Cart(register string) (kiosk.Cart, error) {
	return doc[kiosk.Cart](r, `SELECT doc FROM cart WHERE register = $1`, register)
}

// PutCart implements [kiosk.Tx].
func (t *tx) PutCart(c kiosk.Cart) error {
	return t.writeDoc("", `INSERT INTO cart (doc, register) VALUES ($1, $2)
		ON CONFLICT (register) DO UPDATE SET doc = excluded.doc`, c, c.Register)
}

// Ticket implements [kiosk.StallReader]; used and expired ones too, until they are swept.
func (r *reader) Ticket(hash string) (kiosk.Ticket, error) {
	return doc[kiosk.Ticket](r, `SELECT doc FROM ticket WHERE hash = $1`, hash)
}

// PutTicket implements [kiosk.Tx].
func (t *tx) PutTicket(k kiosk.Ticket) error {
	return t.writeDoc("", `INSERT INTO ticket (doc, hash, expires, register) VALUES ($1, $2, $3, $4)
		ON CONFLICT (hash) DO UPDATE SET expires = excluded.expires, doc = excluded.doc`, k, k.Hash, k.Expires, k.Register)
}

// PairingByCode implements [kiosk.StallReader]; expired ones too, until they are swept.
func (r *reader) PairingByCode(code string) (kiosk.Pairing, error) {
	return doc[kiosk.Pairing](r, `SELECT doc FROM pairing WHERE code = $1`, code)
}

// PairingBySecret implements [kiosk.StallReader]; expired ones too, until they are swept.
func (r *reader) PairingBySecret(secretHash string) (kiosk.Pairing, error) {
	return doc[kiosk.Pairing](r, `SELECT doc FROM pairing WHERE secret_hash = $1`, secretHash)
}

// PutPairing implements [kiosk.Tx]: a device has one pairing, a later one replaces it. A code
// that another device shows is Conflict, unless that one's time is over.
func (t *tx) PutPairing(p kiosk.Pairing) error {
	err := t.write("", `DELETE FROM pairing WHERE code = $1 AND secret_hash <> $2 AND expires <= $3`,
		p.Code, p.SecretHash, t.now())
	if err != nil {
		return err
	}
	return t.writeDoc(KeyCodeInUse, `INSERT INTO pairing (doc, secret_hash, code, expires) VALUES ($1, $2, $3, $4)
		ON CONFLICT (secret_hash) DO UPDATE
		SET code = excluded.code, expires = excluded.expires, doc = excluded.doc`,
		p, p.SecretHash, p.Code, p.Expires)
}

// TrimPairings implements [kiosk.Tx]: those go first that end, or have ended, first.
func (t *tx) TrimPairings(most int) error {
	return t.write("", `DELETE FROM pairing WHERE secret_hash NOT IN
		(SELECT secret_hash FROM pairing ORDER BY expires DESC, secret_hash LIMIT $1)`, most)
}

// DeviceTries implements [kiosk.StallReader]; a device that never failed is NotFound.
func (r *reader) DeviceTries(device string) (kiosk.Tries, error) {
	return doc[kiosk.Tries](r, `SELECT doc FROM tries WHERE device = $1`, device)
}

// PutDeviceTries implements [kiosk.Tx].
func (t *tx) PutDeviceTries(device string, tries kiosk.Tries) error {
	return t.writeDoc("", `INSERT INTO tries (doc, device) VALUES ($1, $2)
		ON CONFLICT (device) DO UPDATE SET doc = excluded.doc`, tries, device)
}
