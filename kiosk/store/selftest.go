package store

import (
	"qrkiosk/kiosk"
)

// SelfTest implements [kiosk.SelfTestReader].
func (r *reader) SelfTest(register string) (kiosk.SelfTest, error) {
	return doc[kiosk.SelfTest](r, `SELECT doc FROM selftest WHERE register = $1`, register)
}

// SelfTestByToken implements [kiosk.SelfTestReader].
func (r *reader) SelfTestByToken(hash string) (kiosk.SelfTest, error) {
	return doc[kiosk.SelfTest](r, `SELECT doc FROM selftest WHERE token = $1`, hash)
}

// PutSelfTest implements [kiosk.Tx]: a register keeps its last one.
func (t *tx) PutSelfTest(s kiosk.SelfTest) error {
	return t.writeDoc("", `INSERT INTO selftest (doc, register, token) VALUES ($1, $2, $3)
		ON CONFLICT (register) DO UPDATE SET token = excluded.token, doc = excluded.doc`, s, s.Register, s.TokenHash)
}
