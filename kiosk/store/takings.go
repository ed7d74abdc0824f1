package store

import (
	"context"
	"database/sql"

	"qrkiosk/kiosk"
)

const dayMillis = 24 * 60 * 60 * 1000

// putTakings moves a sale from the sum of its old state to that of its new one.
func (t *tx) putTakings(before, s *kiosk.Sale, state kiosk.State) {
	sum := Takings{Stall: s.Stall, Register: s.Register, Day: s.Created / dayMillis}
	if before != nil {
		was := sum
		was.State, was.Sales, was.Total = before.State(), -1, -before.Total()
		t.sums = append(t.sums, was)
	}
	sum.State, sum.Sales, sum.Total = state, 1, s.Total()
	t.sums = append(t.sums, sum)
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
			WHERE stall IN (SELECT id FROM stall WHERE id = $1 OR $1 = '')
			AND day BETWEEN $2 AND $3 AND sales <> 0
			ORDER BY stall, register, day, state`, stall, first, last)
	})
	return all, err
}
