package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"

	"qrkiosk/kiosk"
)

// The kinds of findings.
const (
	FoundAltered = "altered" // an entry is not what was sealed
	FoundRemoved = "removed" // an entry in the middle is missing
	FoundCut     = "cut"     // the end of a stream is missing
	FoundRegrown = "regrown" // entries were cut off and others written in their place
	FoundFigures = "figures" // sums are not what the entries make
	FoundSale    = "sale"    // a sale is not what its entries say
)

// Finding is one thing that is not as it was written. Seq is the first entry concerned, 0 if it is
// about something else than an entry.
type Finding struct {
	What   string
	Stream string
	Seq    int64
	Text   string
}

// Examined counts what was looked at.
type Examined struct {
	Streams  int
	Events   int64
	Sales    int64
	Anchored int // heads of anchors that were compared
	Restored int // how often a backup was brought back, as the journal says
}

// Heads returns the last entry of every stream of the journal.
func (s *Store) Heads(ctx context.Context) ([]kiosk.Head, error) {
	var all []kiosk.Head
	err := s.view(ctx, func(r *reader) error {
		return r.each(func(rows *sql.Rows) error {
			var h kiosk.Head
			err := rows.Scan(&h.Stream, &h.Seq, &h.Hash)
			all = append(all, h)
			return err
		}, `SELECT id, seq, head FROM stream WHERE seq > 0 ORDER BY id`)
	})
	return all, err
}

// Examine recomputes everything that can be recomputed, on one snapshot: the hash of every entry of
// the journal, the sums of events and of sales, the state of every sale; and compares the journal
// with heads that were written down before. Each finding is reported once, the first of its stream;
// the error means that the store could not be read.
func (s *Store) Examine(ctx context.Context, anchored []kiosk.Head, found func(Finding)) (Examined, error) {
	x := &examiner{found: found, heads: map[string]head{}, anchors: map[string][]kiosk.Head{}, states: map[string]kiosk.State{}}
	for _, h := range anchored {
		x.anchors[h.Stream] = append(x.anchors[h.Stream], h)
	}
	for _, list := range x.anchors {
		slices.SortFunc(list, func(a, b kiosk.Head) int { return cmp.Compare(a.Seq, b.Seq) })
	}
	err := s.view(ctx, func(r *reader) error {
		if err := x.readHeads(r); err != nil {
			return err
		}
		if err := x.readSums(r); err != nil {
			return err
		}
		if err := r.each(x.event, `SELECT `+eventColumns+` FROM event ORDER BY stream, seq`); err != nil {
			return err
		}
		x.leave()
		x.reportMissing()
		return x.sales(r)
	})
	return x.done, err
}

// examiner walks through the journal, stream by stream, and then through the sales.
type examiner struct {
	found   func(Finding)
	done    Examined
	heads   map[string]head         // of streams not walked yet
	anchors map[string][]kiosk.Head // of streams not walked yet, in order
	states  map[string]kiosk.State  // of each sale, by its last entry
	stream  string                  // being walked
	last    head                    // the entry before
	good    int64                   // the last entry that an anchor has confirmed
	chain   kiosk.Chain
	broken  bool
	recount
}

func (x *examiner) readHeads(r *reader) error {
	w := walk{heads: x.heads}
	return w.readHeads(r)
}

func (x *examiner) event(rows *sql.Rows) error {
	e, err := scanEvent(rows)
	if err != nil {
		return err
	}
	if e.Stream != x.stream {
		x.leave()
		x.enter(e.Stream)
	}
	if !x.broken {
		x.check(e)
	}
	if e.State != "" {
		x.states[e.Subject] = e.State
	}
	if e.Kind == kiosk.EventRestored {
		x.done.Restored++
	}
	x.last = head{e.Seq, e.Hash}
	x.done.Events++
	return nil
}

func (x *examiner) enter(stream string) {
	x.stream, x.last, x.chain, x.good, x.broken = stream, head{}, kiosk.Chain{}, 0, false
	x.sum, x.closed = kiosk.Figures{}, kiosk.Figures{}
	x.done.Streams++
}

// report names the first finding of a stream: what comes behind it rests on it.
func (x *examiner) report(what string, seq int64, text string, args ...any) {
	x.broken = true
	x.found(Finding{what, x.stream, seq, fmt.Sprintf(text, args...)})
}

func (x *examiner) check(e kiosk.Event) {
	b := x.chain.Next(e)
	switch {
	case b == nil:
		x.compare(e)
		if !x.broken && !x.adds(e) {
			x.report(FoundFigures, e.Seq, "the figures of entry %d are not those its shift was closed with", e.Seq)
		}
	case b.Why == "gap":
		x.report(FoundRemoved, b.Seq, "entry %d is missing, the next one is %d", b.Seq, e.Seq)
	case e.Sealed() && e.Seq > 1:
		x.report(FoundAltered, e.Seq-1, "entry %d was altered: entry %d is bound to another text", e.Seq-1, e.Seq)
	default:
		x.report(FoundAltered, e.Seq, "entry %d was altered: its text does not give its hash", e.Seq)
	}
}

// compare holds an entry against what was written down about it.
func (x *examiner) compare(e kiosk.Event) {
	for list := x.anchors[x.stream]; len(list) > 0 && list[0].Seq <= e.Seq; list = x.anchors[x.stream] {
		x.anchors[x.stream] = list[1:]
		x.done.Anchored++
		if list[0].Hash != e.Hash {
			x.report(FoundRegrown, x.good+1, "entries were cut off and written anew: entry %d is not the one that was anchored, the last that agrees is %d", e.Seq, x.good)
			return
		}
		x.good = e.Seq
	}
}

// leave compares the end of a stream with its row and with what was anchored behind it.
func (x *examiner) leave() {
	if x.stream == "" {
		return
	}
	row, left := x.heads[x.stream], x.anchors[x.stream]
	delete(x.heads, x.stream)
	delete(x.anchors, x.stream)
	switch {
	case x.broken:
	case len(left) > 0:
		x.report(FoundCut, x.last.seq+1, "the stream ends with entry %d, and %d were anchored", x.last.seq, left[len(left)-1].Seq)
	case row.seq > x.last.seq:
		x.report(FoundCut, x.last.seq+1, "the stream ends with entry %d, and %d were counted", x.last.seq, row.seq)
	case row != x.last:
		x.report(FoundAltered, x.last.seq, "entry %d is not the one the stream ended with", x.last.seq)
	case x.sum != x.totals[x.stream]:
		x.report(FoundFigures, 0, "the running total of the register is not the sum of its entries")
	}
}

// reportMissing reports streams of which no entry is left at all.
func (x *examiner) reportMissing() {
	gone := map[string]int64{}
	for stream, h := range x.heads {
		gone[stream] = h.seq
	}
	for stream, list := range x.anchors {
		gone[stream] = max(gone[stream], list[len(list)-1].Seq)
	}
	for _, stream := range slices.Sorted(maps.Keys(gone)) {
		x.stream = stream
		x.report(FoundCut, 1, "no entry of the stream is left, and there were %d", gone[stream])
	}
}

// sales compares every sale with its columns, its rows, its entries and the sums.
func (x *examiner) sales(r *reader) error {
	rows, err := payins(r)
	if err != nil {
		return err
	}
	sums := map[string]kiosk.Figures{}
	err = r.each(func(rs *sql.Rows) error {
		var c scannedSale
		if err := rs.Scan(c.dest()...); err != nil {
			return err
		}
		s, err := r.memory.read(c.id, c.doc)
		if err != nil {
			x.sale(c.id, "", "its text cannot be read")
			return nil //nolint:nilerr // it is a finding
		}
		x.done.Sales++
		sums[s.Register] = sums[s.Register].Plus(s.Figures())
		x.compareSale(s, c.row, rows[s.ID])
		return nil
	}, `SELECT `+saleColumns+` FROM sale s ORDER BY s.id`)
	if err != nil {
		return err
	}
	return x.compareSums(r, sums)
}

func (x *examiner) sale(id, number, text string) {
	x.found(Finding{What: FoundSale, Text: strings.TrimSpace("sale " + number + " (" + id + "): " + text)})
}

func (x *examiner) compareSale(s *kiosk.Sale, row saleRow, stored []string) {
	state := s.State()
	var own []string
	for i := range s.Links {
		for _, p := range s.Links[i].Rows {
			own = append(own, payinText(s.Links[i].Gateway, p.Key, string(p.Kind), int64(p.Amount), p.Withdrawn))
		}
	}
	slices.Sort(own)
	slices.Sort(stored)
	switch last := x.states[s.ID]; {
	case last != state:
		x.sale(s.ID, s.Number, fmt.Sprintf("its facts make it %s, its last entry says %q", state, last))
	case row.current != s.Current() || row.watched != isWatched(s, state):
		x.sale(s.ID, s.Number, "its columns are not those of its facts")
	case !slices.Equal(own, stored):
		x.sale(s.ID, s.Number, "its payments are not those of the table of payments")
	}
}

// payins reads the table of payments, by sale.
func payins(r *reader) (map[string][]string, error) {
	all := map[string][]string{}
	err := r.each(func(rows *sql.Rows) error {
		var sale, account, key, kind string
		var cents int64
		var withdrawn bool
		err := rows.Scan(&sale, &account, &key, &kind, &cents, &withdrawn)
		all[sale] = append(all[sale], payinText(account, key, kind, cents, withdrawn))
		return err
	}, `SELECT sale, account, row_key, kind, cents, withdrawn FROM payin`)
	return all, err
}

func payinText(account, key, kind string, cents int64, withdrawn bool) string {
	return fmt.Sprint(account, "|", key, "|", kind, "|", cents, "|", withdrawn)
}

// compareSums holds the running totals of the registers, and the sums by day, against the sales.
func (x *examiner) compareSums(r *reader, sums map[string]kiosk.Figures) error {
	days := map[string]kiosk.Figures{}
	err := r.each(func(rows *sql.Rows) error {
		var register string
		var f kiosk.Figures
		err := rows.Scan(figureDest([]any{&register}, &f)...)
		days[register] = f
		return err
	}, `SELECT register, `+figureSums+` FROM takings_day GROUP BY register`)
	if err != nil {
		return err
	}
	registers := map[string]bool{}
	for _, of := range []map[string]kiosk.Figures{sums, days, x.totals} {
		for register := range of {
			registers[register] = true
		}
	}
	for _, register := range slices.Sorted(maps.Keys(registers)) {
		x.stream = register
		switch {
		case sums[register] != x.totals[register]:
			x.report(FoundFigures, 0, "the running total of the register is not the sum of its sales")
		case days[register] != x.totals[register]:
			x.report(FoundFigures, 0, "the takings by day do not add up to the running total of the register")
		}
	}
	return nil
}
