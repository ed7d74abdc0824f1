//go:build unix

package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

// report is the checker's verdict over one world, or over several.
type report struct {
	Sales       int            `json:"sales"`
	Kills       int            `json:"kills"`
	Lost        int            `json:"lost"`
	Double      int            `json:"double"`
	FalselyPaid int            `json:"falsely_paid"`
	Torn        int            `json:"torn"`
	Invariants  map[string]int `json:"invariants"` // how often each was broken
	Faults      map[string]int `json:"faults"`
	Rare        map[string]int `json:"rare_states"`
	Silent      []string       `json:"silent,omitempty"` // what never fired or was never reached
	Problems    []string       `json:"problems,omitempty"`

	killSales int // of them in the kill ring
}

// checker holds the two books against one another. It knows the sandbox's file and the database,
// and what tills and displays were told; what the program thinks of itself it does not ask.
type checker struct {
	w     *world
	facts *facts
	report
}

func (w *world) check(ctx context.Context) (report, error) {
	if err := w.book.follow(); err != nil {
		return report{}, err
	}
	found, err := readFacts(ctx, w.database())
	if err != nil {
		return report{}, err
	}
	c := &checker{w: w, facts: found}
	c.Invariants, c.Rare = map[string]int{}, map[string]int{}
	for name := range invariants {
		c.Invariants[name] = 0
	}
	c.Sales, c.Kills = len(found.sales), w.count.of("kill")
	w.countAnswers()
	c.payments()
	c.charges()
	c.webhooks()
	c.paidSales()
	c.screens()
	c.links()
	c.refunds()
	c.sums()
	c.journal()
	c.authority()
	c.secrets()
	c.rareStates()
	for _, p := range w.problems {
		c.broken(invariantOf(p), "%s", p)
	}
	c.Faults = w.count.all()
	c.Silent = w.turns.silent()
	return c.report, nil
}

func (c *checker) broken(invariant, format string, args ...any) {
	c.Invariants[invariant]++
	if len(c.Problems) < 60 {
		c.Problems = append(c.Problems, c.w.ring+" "+invariant+": "+fmt.Sprintf(format, args...))
	}
}

// countAnswers counts the answers to webhooks, which the book alone knows.
func (w *world) countAnswers() {
	for status, n := range w.book.answers() {
		w.count.set(fmt.Sprintf("webhook-answered-%d", status), n)
	}
}

// payments: every good payment of the book that is ours stands in the rows once, with its amount,
// and no row stands there that the book does not know. The sums agree by link (I1, I4).
func (c *checker) payments() {
	sums := map[int64]int64{}
	for _, p := range c.w.book.payments {
		l := c.w.book.links[p.Link]
		if !p.good() || l == nil || !c.facts.ours(l) {
			continue
		}
		sums[p.Link] += p.Amount
		row := c.facts.rowOf(p)
		switch {
		case row == nil:
			c.Lost++
			c.broken("I1", "payment %s of %d cents on link %d is in no row", p.ID, p.Amount, p.Link)
		case row.Cents != p.Amount || row.PayID.Int64 != p.Link:
			c.broken("I1", "payment %s of %d cents on link %d became %d on %d", p.ID, p.Amount, p.Link, row.Cents, row.PayID.Int64)
		case row.Withdrawn:
			c.broken("I1", "payment %s counts as withdrawn", p.ID)
		}
	}
	once := map[int64]int{}
	for _, row := range c.facts.payins {
		if row.Kind != "payment" && row.Kind != "extra" {
			continue
		}
		sums[row.PayID.Int64] -= row.Cents
		if row.Kind == "payment" {
			once[row.PayID.Int64]++
		}
		if c.w.book.byTx[row.Key] == nil {
			c.Double++
			c.broken("I1", "row %s of %d cents is no payment of the book", row.Key, row.Cents)
		}
	}
	for link, n := range once {
		if n > 1 {
			c.Double++
			c.broken("I1", "link %d is paid %d times", link, n)
		}
	}
	for link, left := range sums {
		if left != 0 {
			c.broken("I4", "link %d: the books differ by %d cents", link, left)
		}
	}
}

// charges: what a till was told is stored is stored, once (I16).
func (c *checker) charges() {
	for _, a := range c.w.accepted {
		id := c.facts.commands[a.Key]
		s := c.facts.sales[id]
		switch {
		case s == nil:
			c.Lost++
			c.broken("I16", "the charge of %d cents was accepted at %s and is gone", a.Cents, a.At.Format("15:04:05.000"))
		case s.Goods != a.Cents:
			c.broken("I16", "the charge of %d cents became one of %d", a.Cents, s.Goods)
		}
	}
	byKey := map[string]string{}
	for _, s := range c.facts.sales {
		if other, twice := byKey[s.Key]; twice {
			c.Double++
			c.broken("I16", "sales %s and %s come from one command", s.Number, other)
		}
		byKey[s.Key] = s.Number
	}
	byRef := map[string]int64{}
	for _, l := range c.w.book.links {
		ref := l.ref()
		if other, twice := byRef[ref]; twice && c.facts.byRef[ref] != nil {
			c.Double++
			c.broken("I6", "links %d and %d were made for one reference: a create was repeated", l.ID, other)
		}
		byRef[ref] = l.ID
	}
}

// webhooks: what was answered with 2xx is in the inbox (I3). An address that had 32 odd deliveries
// keeps no further bodies.
func (c *checker) webhooks() {
	for _, h := range c.w.book.webhooks {
		if h.taken.IsZero() {
			continue
		}
		l := c.w.book.links[h.Link]
		if l == nil {
			continue
		}
		// An endpoint belongs to an attempt, even where the note did not reach the gateway.
		known := c.facts.linkOf(l)
		sum := sha256.Sum256([]byte(h.Body))
		switch {
		case known == nil:
			c.Lost++
			c.broken("I3", "a webhook of link %d was taken and the link is unknown", h.Link)
		case known.Odd < 32 && !c.facts.inbox[[2]string{known.ID, hex.EncodeToString(sum[:])}]:
			c.Lost++
			c.broken("I3", "webhook %d of link %d was taken at %s and is gone", h.ID, h.Link, h.taken.Format("15:04:05.000"))
		}
	}
}

// evidence is what the book says the links of a sale have brought.
func (c *checker) evidence(s *saleFacts) (cents int64) {
	for _, l := range c.linksOf(s) {
		if l.Status == "Used" {
			cents += max(l.Amount, 0)
		}
	}
	return cents
}

// unwitnessed is the part of it that came on links which the gateway made without our note, so that they
// were refused and shown to nobody, and that no list of payments names. The delete has told that such a
// link was used; a day later a person is asked.
func (c *checker) unwitnessed(s *saleFacts) (cents int64) {
	for i := range s.Links {
		mine := &s.Links[i]
		l := c.w.book.links[mine.PayID]
		if l != nil && l.Status == "Used" && l.Note == "" && mine.GivenUp && mine.ToldUsed && !c.w.book.listed(l.ID) {
			c.w.count.fire("unwitnessed")
			cents += l.Amount
		}
	}
	return cents
}

func (c *checker) linksOf(s *saleFacts) (all []*bookLink) {
	for i := range s.Links {
		if l := c.w.book.links[s.Links[i].PayID]; l != nil {
			all = append(all, l)
		}
	}
	return all
}

// paidSales: nothing is paid without money in the book, nothing hangs at the end (I2, I11).
func (c *checker) paidSales() {
	for _, s := range c.facts.sales {
		switch s.state {
		case "paid", "refunding", "refunded":
			if got := c.evidence(s); got < s.Goods+s.Tip {
				c.FalselyPaid++
				c.broken("I2", "sale %s of %d cents is %s and the book has %d", s.Number, s.Goods+s.Tip, s.state, got)
			}
		case "asking", "opening", "awaiting", "checking", "retiring":
			c.broken("I11", "sale %s still hangs in %s", s.Number, s.state)
		default:
			if got := c.evidence(s) - c.unwitnessed(s); got > 0 && s.state != "review" && s.state != "settled" {
				c.broken("I1", "sale %s is %s and the book has %d cents", s.Number, s.state, got)
			}
		}
	}
}

// screens: a display shows its own register's sales, and green only for one that is paid at that
// moment (I2, I5).
func (c *checker) screens() {
	byNumber := map[string]*saleFacts{}
	for _, s := range c.facts.sales {
		byNumber[s.Number] = s
	}
	for _, f := range c.w.frames {
		if f.Number == "" {
			continue
		}
		c.w.count.fire("screen-" + f.Shows)
		s := byNumber[f.Number]
		switch {
		case s == nil:
			c.broken("I5", "register %d showed %s, which does not exist", f.Register, f.Number)
			continue
		case !strings.HasPrefix(f.Number, c.w.registers[f.Register].prefix):
			c.broken("I5", "register %d showed %s of another one", f.Register, f.Number)
		}
		if f.Shows == "paid" && !c.paidBefore(s, f) {
			c.FalselyPaid++
			c.broken("I2", "%s was green at %s before it was paid", f.Number, f.At.Format("15:04:05.000"))
		}
	}
}

func (c *checker) paidBefore(s *saleFacts, f shown) bool {
	for _, l := range c.linksOf(s) {
		if l.Status == "Used" && l.PaidOn.Before(f.At) {
			return true
		}
	}
	return false
}

// links: of every sale at most one link can be paid and is shown, none of an ended one, and no
// link of ours is unknown (I6, I7).
func (c *checker) links() {
	for _, l := range c.w.book.links {
		if l.Status != "Unused" || !c.facts.ours(l) && !strings.HasPrefix(l.ref(), c.facts.installation) {
			continue
		}
		known := c.facts.linkOf(l)
		switch {
		case known == nil && strings.HasPrefix(l.ref(), c.facts.installation) && isRef(l.ref()):
			c.broken("I7", "link %d of ours is unknown and can be paid", l.ID)
		case known != nil && known.sale.state != "awaiting" && known.sale.state != "checking":
			c.broken("I7", "link %d can be paid and its sale %s is %s: %+v", l.ID, known.sale.Number, known.sale.state, *known)
		}
	}
	for _, s := range c.facts.sales {
		c.oneShown(s)
	}
}

// oneShown: a further link of a sale is shown only when the one before was out.
func (c *checker) oneShown(s *saleFacts) {
	for i := 1; i < len(s.Links); i++ {
		if before := s.Links[i-1]; !before.GivenUp && before.ShownAt > 0 && !before.Gone {
			c.broken("I6", "sale %s has a second link while the first is neither given up nor gone", s.Number)
		}
	}
}

// refunds: no more goes back than came, and one request is not made twice (I9).
func (c *checker) refunds() {
	for link, states := range c.w.book.refunds {
		l := c.w.book.links[link]
		asked := 0
		for _, r := range states {
			if r.State == "Pending" {
				asked++
			}
			if came := c.w.book.came(link); l == nil || r.Amount > came {
				c.broken("I9", "%d is asked back of link %d, of which %d came: %+v", r.Amount, link, came, l)
			}
		}
		if asked > 1 {
			c.broken("I9", "a refund of link %d was asked for %d times", link, asked)
		}
	}
}

func (c *checker) journal() {
	c.Torn = len(c.facts.torn)
	for _, what := range c.facts.torn {
		c.broken("I14", "%s", what)
	}
	if !c.facts.altered {
		c.broken("I14", "an altered event would not be found")
	}
}

// secrets: neither key nor PIN nor the address of a webhook stands in a log (I13).
func (c *checker) secrets() {
	log, err := c.w.logs()
	if err != nil {
		c.broken("I13", "the log cannot be read: %v", err)
		return
	}
	if strings.Contains(log, apiKey) {
		c.broken("I13", "the API key stands in the log")
	}
	n := 0
	for _, l := range c.w.book.links {
		at := strings.LastIndex(l.Endpoint, "/")
		if at < 0 || n == 300 {
			continue
		}
		n++
		if strings.Contains(log, l.Endpoint[at:]) {
			c.broken("I13", "the webhook's address of link %d stands in the log", l.ID)
		}
	}
}
