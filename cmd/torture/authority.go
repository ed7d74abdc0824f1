//go:build unix

package main

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
)

// readPlaces learns which stall registers, devices and members of staff belong to.
func (f *facts) readPlaces(ctx context.Context, db *sql.DB) error {
	return rows(ctx, db, `SELECT id, stall FROM register UNION ALL SELECT id, stall FROM staff
		UNION ALL SELECT device.id, register.stall FROM device JOIN register ON register.id = device.register`, func(r *sql.Rows) error {
		var id, stall string
		err := r.Scan(&id, &stall)
		f.stallOf[id] = stall
		return err
	})
}

// byHand are the kinds of event that only a person brings about.
var byHand = []string{"charge", "cancel", "aside", "refund", "close", "attach", "handed"}

// authority: whoever changed a sale is the gateway, the clock, the customer who gave a tip, or staff or a screen of the
// register's own stall; and what takes a person was done by one (I12).
func (f *facts) authority(e event) {
	kind, ofSale := strings.CutPrefix(e.kind, "sale.")
	if !ofSale {
		return
	}
	why := ""
	itself := e.actor == "gateway" || e.actor == "clock" || e.actor == "customer" && kind == "tip"
	switch {
	case itself && slices.Contains(byHand, kind):
		why = "takes a person"
	case !itself && f.stallOf[e.actor] == "":
		why = "names nobody who is known"
	case !itself && f.stallOf[e.actor] != f.stallOf[e.stream]:
		why = "names somebody of another stall"
	default:
		return
	}
	f.unauthorised = append(f.unauthorised, fmt.Sprintf("event %d of stream %s (%s by %q) %s", e.seq, e.stream, e.kind, e.actor, why))
}

// exact: whatever is stored of money is a whole number. PostgreSQL would refuse anything else, SQLite
// would not.
func (f *facts) exact(ctx context.Context, db *sql.DB) error {
	if f.postgres {
		return nil
	}
	return rows(ctx, db, `SELECT 'event ' || stream || ' ' || seq FROM event WHERE typeof(amount) <> 'integer'
		UNION ALL SELECT 'row ' || row_key FROM payin WHERE typeof(cents) <> 'integer'`, func(r *sql.Rows) error {
		var what string
		err := r.Scan(&what)
		f.inexact = append(f.inexact, what)
		return err
	})
}

// authority: who did it was allowed to, and every sum is of whole cents (I12, I18).
func (c *checker) authority() {
	for _, what := range c.facts.unauthorised {
		c.broken("I12", "%s", what)
	}
	for _, what := range c.facts.inexact {
		c.broken("I18", "%s is no whole number of cents", what)
	}
}
