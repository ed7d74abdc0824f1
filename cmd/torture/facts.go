//go:build unix

package main

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
)

// facts is what the program's database says, read with SQL and none of the program's code.
type facts struct {
	installation string
	sales        map[string]*saleFacts
	byRef        map[string]*linkFacts
	byPayID      map[int64]*linkFacts
	byToken      map[string]*linkFacts
	payins       []payinFacts
	byRow        map[string]*payinFacts
	commands     map[string]string // command key to sale
	inbox        map[[2]string]bool
	torn         []string // events and rows that do not fit together
	events       int
	booked       map[string]map[string]int64 // sums of the events' figures, by stream
	kept         map[string]map[string]int64 // the running totals that are stored
	byDay        map[string]map[string]int64 // the rows by day, added up by register
	altered      bool                        // an altered event would be found
	stallOf      map[string]string           // of registers and staff
	unauthorised []string                    // events nobody with a right to them stands for
	inexact      []string                    // sums that are no whole numbers
	postgres     bool
}

// saleFacts is a sale: its text, and the state after its last event.
type saleFacts struct {
	ID, Register, Number, Key string
	Goods, Tip                int64
	Cancel, Lapse, Aside      bool
	Links                     []linkFacts

	doc   string
	state string
	had   map[string]bool // every state it was in
	kinds map[string]bool // every kind of event it had
}

type linkFacts struct {
	ID, Ref, TokenHash              string
	N                               int
	PayID                           int64
	Created, ShownAt                int64
	Live, Unclear, GivenUp, LastTry bool
	Gone, ToldUsed, Noticed, Used   bool
	Odd, Answered                   int
	Rows                            []struct{ Kind string }
	sale                            *saleFacts
}

type payinFacts struct {
	Key       string
	PayID     sql.NullInt64
	Sale      string
	Link      string
	Kind      string
	Cents     int64
	Withdrawn bool
}

func readFacts(ctx context.Context, d database) (*facts, error) {
	db, err := d.open(false)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	f := &facts{
		sales: map[string]*saleFacts{}, byRef: map[string]*linkFacts{}, byPayID: map[int64]*linkFacts{}, byToken: map[string]*linkFacts{},
		byRow: map[string]*payinFacts{}, commands: map[string]string{}, inbox: map[[2]string]bool{},
		booked: map[string]map[string]int64{}, kept: map[string]map[string]int64{}, byDay: map[string]map[string]int64{},
		stallOf: map[string]string{}, postgres: d.url != "",
	}
	for _, read := range []func(context.Context, *sql.DB) error{f.readSales, f.readLinks, f.readRows, f.readPlaces, f.readEvents, f.readSums, f.exact} {
		if err := read(ctx, db); err != nil {
			return nil, err
		}
	}
	return f, nil
}

func (f *facts) readSales(ctx context.Context, db *sql.DB) error {
	if err := db.QueryRowContext(ctx, `SELECT installation FROM settings`).Scan(&f.installation); err != nil {
		return err
	}
	err := rows(ctx, db, `SELECT id, doc FROM sale`, func(r *sql.Rows) error {
		s := &saleFacts{had: map[string]bool{}, kinds: map[string]bool{}}
		var id string
		if err := r.Scan(&id, &s.doc); err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(s.doc), s); err != nil {
			return err
		}
		if id != s.ID {
			f.torn = append(f.torn, fmt.Sprintf("the row of sale %s holds the text of %s", id, s.ID))
		}
		f.sales[id] = s
		for i := range s.Links {
			s.Links[i].sale = s
		}
		return nil
	})
	if err != nil {
		return err
	}
	return rows(ctx, db, `SELECT key, sale FROM command`, func(r *sql.Rows) error {
		var key, sale string
		err := r.Scan(&key, &sale)
		f.commands[key] = sale
		return err
	})
}

// readLinks holds the narrow table of links against the texts of the sales.
func (f *facts) readLinks(ctx context.Context, db *sql.DB) error {
	err := rows(ctx, db, `SELECT id, sale, n, ref, pay_id FROM link`, func(r *sql.Rows) error {
		var id, sale, ref string
		var n int
		var payID sql.NullInt64
		if err := r.Scan(&id, &sale, &n, &ref, &payID); err != nil {
			return err
		}
		s := f.sales[sale]
		if s == nil || n < 1 || n > len(s.Links) || s.Links[n-1].ID != id || s.Links[n-1].Ref != ref || s.Links[n-1].PayID != payID.Int64 {
			f.torn = append(f.torn, fmt.Sprintf("link %s is not what its sale says", id))
			return nil
		}
		l := &s.Links[n-1]
		f.byRef[ref] = l
		f.byToken[l.TokenHash] = l
		if payID.Valid {
			f.byPayID[payID.Int64] = l
		}
		return nil
	})
	for _, s := range f.sales {
		for i := range s.Links {
			if f.byRef[s.Links[i].Ref] == nil {
				f.torn = append(f.torn, fmt.Sprintf("link %d of sale %s has no row", i+1, s.ID))
			}
		}
	}
	return err
}

func (f *facts) readRows(ctx context.Context, db *sql.DB) error {
	err := rows(ctx, db, `SELECT row_key, pay_id, sale, link, kind, cents, withdrawn FROM payin`, func(r *sql.Rows) error {
		var p payinFacts
		if err := r.Scan(&p.Key, &p.PayID, &p.Sale, &p.Link, &p.Kind, &p.Cents, &p.Withdrawn); err != nil {
			return err
		}
		f.payins = append(f.payins, p)
		return nil
	})
	if err != nil {
		return err
	}
	inText := 0
	for _, s := range f.sales {
		for i := range s.Links {
			for _, r := range s.Links[i].Rows {
				if r.Kind == "payment" || r.Kind == "extra" || r.Kind == "refund" || r.Kind == "dispute" {
					inText++
				}
			}
		}
	}
	for i := range f.payins {
		f.byRow[f.payins[i].Key] = &f.payins[i]
	}
	if inText < len(f.payins) {
		f.torn = append(f.torn, fmt.Sprintf("%d rows of payments, the sales know of %d", len(f.payins), inText))
	}
	return rows(ctx, db, `SELECT link, sum, raw FROM inbox`, func(r *sql.Rows) error {
		var link, sum string
		var raw []byte
		if err := r.Scan(&link, &sum, &raw); err != nil {
			return err
		}
		if is := sha256.Sum256(raw); hex.EncodeToString(is[:]) != sum {
			f.torn = append(f.torn, "a notice of link "+link+" is not what its sum says")
		}
		f.inbox[[2]string{link, sum}] = true
		return nil
	})
}

// ours tells whether a link of the book can be known to be this program's: by its number or by the
// reference in its note. One that was made without the note, and whose number we were never told,
// cannot; money on it is unmatched, which a person sees, and in no sale.
func (f *facts) ours(l *bookLink) bool { return f.byPayID[l.ID] != nil || f.byRef[l.ref()] != nil }

// linkOf finds it by the gateway's number, by our reference, or, where a fault kept both from us, by
// the address that was ordered with it.
func (f *facts) linkOf(l *bookLink) *linkFacts {
	if known := f.byPayID[l.ID]; known != nil {
		return known
	}
	if known := f.byRef[l.ref()]; known != nil {
		return known
	}
	sum := sha256.Sum256([]byte(l.Endpoint[strings.LastIndex(l.Endpoint, "/")+1:]))
	return f.byToken[hex.EncodeToString(sum[:])]
}

// rowOf finds the stored row of a payment of the book.
func (f *facts) rowOf(p *bookPayment) *payinFacts { return f.byRow[p.ID] }

// event is one line of the journal.
type event struct {
	stream, kind, subject, state, actor, data, prev, hash, booked string
	seq, amount, at                                               int64
}

// digest computes the hash of an event over every other column: texts with their length before
// them, numbers in eight bytes.
func (e *event) digest() string {
	h := sha256.New()
	var eight [8]byte
	number := func(v int64) {
		binary.BigEndian.PutUint64(eight[:], uint64(v)) //nolint:gosec // the bits as they are
		h.Write(eight[:])
	}
	text := func(v string) {
		number(int64(len(v)))
		h.Write([]byte(v))
	}
	text(e.prev)
	text(e.stream)
	number(e.seq)
	text(e.kind)
	text(e.subject)
	text(e.state)
	number(e.amount)
	text(e.actor)
	number(e.at)
	text(e.data)
	if e.booked != "" {
		text(e.booked)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// readEvents walks the chains and notes what became of each sale.
func (f *facts) readEvents(ctx context.Context, db *sql.DB) error {
	last := map[string]event{}
	err := rows(ctx, db, `SELECT stream, seq, kind, subject, state, amount, actor, at, data, prev, hash, booked FROM event ORDER BY stream, seq`,
		func(r *sql.Rows) error {
			var e event
			err := r.Scan(&e.stream, &e.seq, &e.kind, &e.subject, &e.state, &e.amount, &e.actor, &e.at, &e.data, &e.prev, &e.hash, &e.booked)
			if err == nil {
				f.event(last[e.stream], e)
				last[e.stream] = e
			}
			return err
		})
	if err != nil {
		return err
	}
	err = rows(ctx, db, `SELECT id, seq, head FROM stream`, func(r *sql.Rows) error {
		var id, head string
		var seq int64
		err := r.Scan(&id, &seq, &head)
		if e := last[id]; e.seq != seq || e.hash != head {
			f.torn = append(f.torn, fmt.Sprintf("stream %s ends at %d, its events at %d", id, seq, e.seq))
		}
		return err
	})
	for _, s := range f.sales {
		if s.state == "" {
			f.torn = append(f.torn, "sale "+s.Number+" has no event")
		}
	}
	return err
}

func (f *facts) event(before, e event) {
	f.events++
	f.addFigures(e)
	f.authority(e)
	switch {
	case e.seq != before.seq+1:
		f.torn = append(f.torn, fmt.Sprintf("stream %s: event %d follows %d", e.stream, e.seq, before.seq))
	case e.prev != before.hash || e.digest() != e.hash:
		f.torn = append(f.torn, fmt.Sprintf("stream %s: event %d is not what was sealed", e.stream, e.seq))
	}
	if f.events == 1 {
		touched := e
		touched.amount++
		f.altered = touched.digest() != e.hash
	}
	if len(e.kind) < 5 || e.kind[:5] != "sale." {
		return
	}
	s := f.sales[e.subject]
	if s == nil {
		f.torn = append(f.torn, fmt.Sprintf("stream %s: event %d is about a sale that is not there", e.stream, e.seq))
		return
	}
	s.state = e.state
	s.had[e.state] = true
	s.kinds[e.kind[5:]] = true
}
