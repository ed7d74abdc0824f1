package store

import (
	"database/sql"
	"math"
	"strings"

	"qrkiosk/kiosk"
)

// KeyNameTaken: another login has the name.
const KeyNameTaken = kiosk.KeyUserTaken

// User implements [kiosk.OfficeReader].
func (r *reader) User(id string) (kiosk.User, error) {
	return doc[kiosk.User](r, `SELECT doc FROM login WHERE id = $1`, id)
}

// UserByName implements [kiosk.OfficeReader].
func (r *reader) UserByName(folded string) (kiosk.User, error) {
	return doc[kiosk.User](r, `SELECT doc FROM login WHERE name = $1`, folded)
}

// Users implements [kiosk.OfficeReader].
func (r *reader) Users() ([]kiosk.User, error) {
	return docs[kiosk.User](r, `SELECT doc FROM login ORDER BY id`)
}

// PutUser implements [kiosk.OfficeWriter].
func (t *tx) PutUser(l kiosk.User) error {
	return t.writeDoc(KeyNameTaken, `INSERT INTO login (doc, id, name) VALUES ($1, $2, $3)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, doc = excluded.doc`, l, l.ID, kiosk.FoldName(l.Name))
}

// OneTimeCode implements [kiosk.OfficeReader].
func (r *reader) OneTimeCode(hash string) (kiosk.OneTimeCode, error) {
	return doc[kiosk.OneTimeCode](r, `SELECT doc FROM once WHERE hash = $1`, hash)
}

// PutOneTimeCode implements [kiosk.OfficeWriter]; others of its kind for the same person are forgotten.
func (t *tx) PutOneTimeCode(o kiosk.OneTimeCode) error {
	err := t.write("", `DELETE FROM once WHERE kind = $1 AND login = $2 AND hash <> $3`, string(o.Kind), o.User, o.Hash)
	if err != nil {
		return err
	}
	return t.writeDoc("", `INSERT INTO once (doc, hash, kind, login, expires) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (hash) DO UPDATE SET doc = excluded.doc`, o, o.Hash, string(o.Kind), o.User, o.Expires)
}

// OfficeTries implements [kiosk.OfficeReader].
func (r *reader) OfficeTries(key string) (kiosk.Tries, error) {
	return doc[kiosk.Tries](r, `SELECT doc FROM office_tries WHERE name = $1`, key)
}

// PutOfficeTries implements [kiosk.OfficeWriter].
func (t *tx) PutOfficeTries(key string, tries kiosk.Tries) error {
	return t.writeDoc("", `INSERT INTO office_tries (doc, name, at) VALUES ($1, $2, $3)
		ON CONFLICT (name) DO UPDATE SET at = excluded.at, doc = excluded.doc`, tries, key, t.now())
}

// OfficeSettings implements [kiosk.OfficeReader].
func (r *reader) OfficeSettings() (kiosk.OfficeSettings, error) {
	h, err := doc[kiosk.OfficeSettings](r, `SELECT doc FROM house WHERE id = 1`)
	if kiosk.CodeOf(err) == kiosk.NotFound {
		err = nil
	}
	return h, err
}

// PutOfficeSettings implements [kiosk.OfficeWriter].
func (t *tx) PutOfficeSettings(h kiosk.OfficeSettings) error {
	return t.writeDoc("", `INSERT INTO house (doc, id) VALUES ($1, 1)
		ON CONFLICT (id) DO UPDATE SET doc = excluded.doc`, h)
}

// Trail implements [kiosk.TrailReader].
func (r *reader) Trail(stream string, q kiosk.TrailScan) ([]kiosk.Event, error) {
	if q.Before <= 0 {
		q.Before = math.MaxInt64
	}
	where, args := ``, []any{stream, q.Before, q.After, q.N}
	if q.Word != "" {
		where = ` AND lower(kind || ' ' || subject || ' ' || actor || ' ' || data) LIKE $5 ESCAPE '!'`
		args = append(args, "%"+likeEscapes.Replace(q.Word)+"%")
	}
	var all []kiosk.Event
	err := r.each(func(rows *sql.Rows) error {
		e, err := scanEvent(rows)
		all = append(all, e)
		return err
	}, `SELECT `+eventColumns+` FROM event WHERE stream = $1 AND seq < $2 AND seq > $3`+where+` ORDER BY seq DESC LIMIT $4`, args...)
	return all, err
}

// likeEscapes takes its meaning from what LIKE would read as a pattern.
var likeEscapes = strings.NewReplacer("!", "!!", "%", "!%", "_", "!_")
