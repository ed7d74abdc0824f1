package simulation

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/sandbox"
)

// simulation plays an afternoon at one register in virtual time, with everything going wrong that
// its seed draws: three to five mishaps at a time, others every few minutes.
type simulation struct {
	*kiosktest.Installation
	dice     *rand.Rand
	tally    *tally
	long     time.Duration
	jumped   bool // the clock did
	drawn    []string
	armed    map[sandbox.Fault]int // what was left of a fault when it was last looked at
	shown    map[string]int64      // pay links that ever stood on the display, to link numbers
	accepted map[string]string     // command keys to the sales that the till was told of
	rung     int
	second   kiosk.Actor // a further person, on the same tablet
	owned    bool        // the stall's owner has an account
	changing bool        // customers change their minds
	parting  bool        // and share bills
	bill     string      // the parked cart that is being paid in portions
	screen   *kiosktest.Watcher
	seat     *kiosktest.Guest
	outcome  string // of the whole seed, see simOutcome

	ahead     atomic.Int64 // of the shop's clock, nanoseconds
	full      atomic.Bool  // the store can keep nothing
	deafening atomic.Bool  // rings are lost
}

// tally counts over all seeds.
type tally struct {
	mu     sync.Mutex
	sales  int
	fired  map[string]int
	states map[string]int
}

func (c *tally) fire(name string) { c.add(c.fired, name) }

func (c *tally) state(name string) { c.add(c.states, name) }

func (c *tally) add(to map[string]int, name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	to[name]++
}

// own are the mishaps beside those of the gateway's catalogue.
var own = []string{
	"restart", "kill", "clock-ahead", "clock-back", "store-full", "bus-lost", "gateway-unreachable", "shop-unreachable",
}

// unmet are faults of the catalogue that our links do not bring about, or only by accident: the
// payer cannot cancel them, no bank transfer is offered, and no list is read by link or in pages.
var unmet = []sandbox.Fault{
	sandbox.WebhookOnCancel, sandbox.CancelListed, sandbox.BankDelete, sandbox.PayIDAnyDay, sandbox.PagesLoop,
}

// companions are faults that do something only together with another.
var companions = map[sandbox.Fault]sandbox.Fault{
	sandbox.WebhookFormB: sandbox.WebhookPlain, sandbox.WebhookFormC: sandbox.WebhookPlain,
	sandbox.WebhookMultipart: sandbox.WebhookPlain, sandbox.KeyWording: sandbox.KeyRevoked,
}

// rarities are situations of the table of states that a whole set of seeds has to come by.
var rarities = map[string]func(s *kiosk.Sale) bool{
	"second attempt":  func(s *kiosk.Sale) bool { return len(s.Links) > 1 },
	"stray found":     anyLink(func(l *kiosk.Link) bool { return l.GivenUp && l.Live }),
	"opening unclear": anyLink(func(l *kiosk.Link) bool { return l.Unclear }),
	"adopted":         anyLink(func(l *kiosk.Link) bool { return l.Unclear && l.Live && !l.GivenUp }),
	"odd notice":      anyLink(func(l *kiosk.Link) bool { return l.Odd > 0 }),
	"told used":       anyLink(func(l *kiosk.Link) bool { return l.ToldUsed }),
	"listed as used":  anyLink(func(l *kiosk.Link) bool { return l.Used }),
	"paid by notice":  anyLink(func(l *kiosk.Link) bool { return l.Noticed }),
	"paid despite":    kiosktest.Despite,
	"over":            func(s *kiosk.Sale) bool { return s.Over() },
	"part returned":   func(s *kiosk.Sale) bool { return s.Returned() > 0 && s.State() == kiosk.Paid },
	"withdrawn":       anyRow(func(r kiosk.Row) bool { return r.Withdrawn }),
	"extra payment":   anyRow(func(r kiosk.Row) bool { return r.Kind == kiosk.RowExtra }),
	"dispute":         anyRow(func(r kiosk.Row) bool { return r.Kind == kiosk.RowDispute }),
	"refund rejected": func(s *kiosk.Sale) bool {
		return slices.ContainsFunc(s.Refunds, func(r kiosk.Refund) bool { return r.Rejected })
	},
	"refund unsure": func(s *kiosk.Sale) bool {
		return slices.ContainsFunc(s.Refunds, func(r kiosk.Refund) bool { return r.Unsure })
	},
	"case closed":        anyLink(func(l *kiosk.Link) bool { return l.Case.Closed }),
	"set aside":          func(s *kiosk.Sale) bool { return s.Aside },
	"tip":                func(s *kiosk.Sale) bool { return s.Tip > 0 },
	"own account":        anyLink(func(l *kiosk.Link) bool { return l.AccountID != "" }),
	"split":              anyLink(func(l *kiosk.Link) bool { return len(l.Parts) > 0 }),
	"without an address": func(s *kiosk.Sale) bool { return s.Poll },
	"strict":             func(s *kiosk.Sale) bool { return s.Strict },
	"changed":            func(s *kiosk.Sale) bool { return s.Changed && s.Cancel && s.Into != "" },
	"changed, but paid":  func(s *kiosk.Sale) bool { return s.Changed && kiosk.HasMoney(s.State()) },
	"charged again":      func(s *kiosk.Sale) bool { return s.Changed && s.Lapse && s.Into != "" },
	"waited and went on": func(s *kiosk.Sale) bool { return s.Freed && len(s.Links) > 0 && s.Links[0].Live },
	"portion paid":       func(s *kiosk.Sale) bool { return s.Bill != "" && s.State() == kiosk.Paid },
	"portion given back": func(s *kiosk.Sale) bool { return s.Bill != "" && s.Cancel && s.State() == kiosk.Cancelled },
	"waited in vain":     func(s *kiosk.Sale) bool { return kiosk.IsHeld(s) && s.Cancel },
}

func anyLink(is func(*kiosk.Link) bool) func(*kiosk.Sale) bool {
	return func(s *kiosk.Sale) bool {
		for i := range s.Links {
			if is(&s.Links[i]) {
				return true
			}
		}
		return false
	}
}

func anyRow(is func(kiosk.Row) bool) func(*kiosk.Sale) bool {
	return anyLink(func(l *kiosk.Link) bool { return slices.ContainsFunc(l.Rows, is) })
}

// Customers change their minds in seeds of their own, one for four others: what the others come to is
// written down.
const firstChanging = 1001

// Bills are shared in seeds of their own again.
const firstParting = 2001

// wholeSet is how many seeds must have met everything.
const wholeSet = 100

// TestSim simulates afternoons; QRKIOSK_SEEDS says how many, QRKIOSK_SEED which one alone.
func TestSim(t *testing.T) {
	first, count, long := uint64(1), 3, afternoonShort
	if n, err := strconv.Atoi(os.Getenv("QRKIOSK_SEEDS")); err == nil {
		count, long = n, afternoonLong
	}
	if n, err := strconv.ParseUint(os.Getenv("QRKIOSK_SEED"), 10, 64); err == nil {
		first, count, long = n, 1, afternoonLong
	}
	all, record := newTally(), readSimRecord(t)
	t.Run("seeds", func(t *testing.T) {
		for seed := first; seed < first+uint64(count); seed++ { //nolint:gosec // a count of seeds
			t.Run(fmt.Sprint(seed), func(t *testing.T) {
				t.Parallel()
				record.compare(t, seed, long, all)
			})
		}
		if first > 1 {
			return // one seed alone
		}
		for _, others := range []uint64{firstChanging, firstParting} {
			for seed := others; seed < others+uint64(max(1, count/4)); seed++ { //nolint:gosec // a count of seeds
				t.Run(fmt.Sprint(seed), func(t *testing.T) {
					t.Parallel()
					record.compare(t, seed, long, all)
				})
			}
		}
	})
	all.tell(t, count)
	record.write(t)
}

func newTally() *tally {
	c := &tally{fired: map[string]int{}, states: map[string]int{}}
	for _, f := range sandbox.Catalogue() {
		if !slices.Contains(unmet, f.Name) {
			c.fired["gateway "+string(f.Name)] = 0
		}
	}
	for _, name := range own {
		c.fired[name] = 0
	}
	for _, s := range kiosk.States {
		c.states[string(s)] = 0
	}
	for name := range rarities {
		c.states[name] = 0
	}
	c.states[billPaid], c.states[billEnded] = 0, 0
	return c
}

// tell prints the counts; over a whole set, what never came is a failure.
func (c *tally) tell(t *testing.T, seeds int) {
	t.Logf("%d seeds, %d sales", seeds, c.sales)
	var never []string
	for _, counts := range []map[string]int{c.fired, c.states} {
		var line strings.Builder
		for _, name := range slices.Sorted(maps.Keys(counts)) {
			fmt.Fprintf(&line, " %s: %d,", name, counts[name])
			if counts[name] == 0 {
				never = append(never, name)
			}
		}
		t.Log(strings.Trim(line.String(), " ,"))
	}
	if len(never) > 0 && seeds >= wholeSet {
		t.Errorf("never came: %s", strings.Join(never, ", "))
	} else if len(never) > 0 {
		t.Logf("did not come in so few seeds: %s", strings.Join(never, ", "))
	}
}

// simulate plays one seed and returns what it came to. The seed chooses the kind of stall too.
func simulate(t *testing.T, seed uint64, long time.Duration, all *tally) (outcome string) {
	s := &simulation{
		dice: rand.New(rand.NewPCG(seed, 1)), tally: all, long: long, armed: map[sandbox.Fault]int{},
		shown: map[string]int64{}, accepted: map[string]string{},
	}
	kiosktest.Virtual(t, func(_ *testing.T, h *kiosktest.Installation) {
		s.Installation, s.owned = h, seed%8 == 6
		s.changing, s.parting = seed >= firstChanging && seed < firstParting, seed >= firstParting
		s.arrive()
		s.afternoon()
		s.evening()
		s.leave()
	}, func(h *kiosktest.Installation) {
		h.Settings = func(stall *kiosk.Stall) { s.kindOfStall(seed, stall) }
		h.Deaf = seed%8 == 5
		h.Clock = func() time.Time { return time.Now().Add(time.Duration(s.ahead.Load())) }
		h.Under = func(inner kiosk.Store) kiosk.Store { return fillable{inner, &s.full} }
		h.OverBus = func(inner kiosk.Bus) kiosk.Bus { return lossy{inner, &s.deafening} }
		h.Random, h.Backoff = newSeeded(seed), middleBackoff
		h.Gate.Set(apart)
	})
	return s.outcome
}

func (s *simulation) kindOfStall(seed uint64, stall *kiosk.Stall) {
	switch seed % 8 {
	case 1:
		stall.SplitTerms = []kiosk.Share{{Token: simRecipient, Name: "Market", Percent: 1000}}
	case 3:
		stall.AsksTip = true
	case 7:
		stall.Strict = true
	}
}

const simRecipient = "recipient-of-a-simulated-market"
