//go:build unix

package main

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"
)

// figures are the columns of every sum.
var figures = []string{
	"sales", "gross", "tips", "over", "refunds", "disputes", "withdrawn", "unconfirmed_sales", "unconfirmed",
	"review_sales", "review", "commission", "fee", "fee_psp", "net",
}

// addFigures adds the figures of an event, written as "sales=1 gross=1250", to those of its stream.
func (f *facts) addFigures(e event) {
	if e.booked == "" {
		return
	}
	for word := range strings.SplitSeq(e.booked, " ") {
		name, digits, _ := strings.Cut(word, "=")
		n, err := strconv.ParseInt(digits, 10, 64)
		if err != nil {
			f.torn = append(f.torn, fmt.Sprintf("stream %s: event %d books %q", e.stream, e.seq, e.booked))
			return
		}
		add(f.booked, e.stream, name, n)
	}
}

func add(to map[string]map[string]int64, register, name string, n int64) {
	if to[register] == nil {
		to[register] = map[string]int64{}
	}
	to[register][name] += n
}

// readSums reads the running totals and the rows by day.
func (f *facts) readSums(ctx context.Context, db *sql.DB) error {
	read := func(query string, into map[string]map[string]int64) error {
		return rows(ctx, db, query, func(r *sql.Rows) error {
			var register string
			values := make([]int64, len(figures))
			dest := []any{&register}
			for i := range values {
				dest = append(dest, &values[i])
			}
			if err := r.Scan(dest...); err != nil {
				return err
			}
			for i, name := range figures {
				add(into, register, name, values[i])
			}
			return nil
		})
	}
	columns := strings.Join(figures, ", ")
	if err := read(`SELECT register, `+columns+` FROM totals WHERE shift = ''`, f.kept); err != nil {
		return err
	}
	return read(`SELECT register, `+columns+` FROM takings_day`, f.byDay)
}

// sums: totals and takings equal the sum of the events, and what came and is confirmed equals the
// book (I4).
func (c *checker) sums() {
	var listed int64
	for register, booked := range c.facts.booked {
		for _, name := range figures {
			if a, b := booked[name], c.facts.kept[register][name]; a != b {
				c.broken("I4", "register %s: events book %d of %s, its total says %d", register, a, name, b)
			}
			if a, b := booked[name], c.facts.byDay[register][name]; a != b {
				c.broken("I4", "register %s: events book %d of %s, its days say %d", register, a, name, b)
			}
		}
		listed += booked["gross"] - booked["unconfirmed"]
	}
	var paid int64
	for _, p := range c.w.book.payments {
		if l := c.w.book.links[p.Link]; p.good() && l != nil && c.facts.ours(l) {
			paid += p.Amount
		}
	}
	if listed != paid {
		c.broken("I4", "takings know of %d cents, the book of %d", listed, paid)
	}
}
