package store

import (
	"context"
	"database/sql"

	"qrkiosk/kiosk"
)

const dayMillis = 24 * 60 * 60 * 1000

const addTakings = `INSERT INTO takings (stall, register, day, state, sales, cents) VALUES `

const toTakings = ` ON CONFLICT (stall, register, day, state) DO UPDATE
	SET sales = takings.sales + excluded.sales, cents = takings.cents + excluded.cents`

// putTakings moves a sale from the sum of its old state to that of its new one.
func (t *tx) putTakings(before, s *kiosk.Sale, state kiosk.State) error {
	day := s.Created / dayMillis
	total := int64(s.Total())
	if before == nil {
		return t.write("", addTakings+`($1, $2, $3, $4, 1, $5)`+toTakings, s.Stall, s.Register, day, string(state), total)
	}
	was, old := before.State(), int64(before.Total())
	switch {
	case was != state:
		return t.write("", addTakings+`($1, $2, $3, $4, -1, $5), ($1, $2, $3, $6, 1, $7)`+toTakings,
			s.Stall, s.Register, day, string(was), -old, string(state), total)
	case old != total:
		return t.write("", addTakings+`($1, $2, $3, $4, 0, $5)`+toTakings,
			s.Stall, s.Register, day, string(state), total-old)
	}
	return nil
}

// Takings is the sum of the sales of one register that were made on one day and are in one state.
type Takings struct {
	Stall    string
	Register string
	Day      int64 // days since 1 January 1970, UTC
	State    kiosk.State
	Sales    int64
	Total    kiosk.Money // what was asked for
}

// Takings returns the sums of a stall, or of all stalls if stall is "", for the days from first
// to last. They are kept by the very transactions that change sales.
func (s *Store) Takings(ctx context.Context, stall string, first, last int64) ([]Takings, error) {
	var all []Takings
	err := s.view(ctx, func(r *reader) error {
		all = nil
		return r.each(func(rows *sql.Rows) error {
			var t Takings
			err := rows.Scan(&t.Stall, &t.Register, &t.Day, &t.State, &t.Sales, &t.Total)
			all = append(all, t)
			return err
		}, `SELECT stall, register, day, state, sales, cents FROM takings
			WHERE (stall = $1 OR $1 = '') AND day BETWEEN $2 AND $3 AND sales <> 0
			ORDER BY stall, register, day, state`, stall, first, last)
	})
	return all, err
}
