package simulation

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"qrkiosk/views/counterview"

	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/cmd/qrkiosk/kiosktest/markup"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/sandbox"
	"qrkiosk/kiosk/till"
	"qrkiosk/views"
)

// thirty is thirty tills that share one account of sixty calls a minute.
type thirty struct {
	*kiosktest.Installation
	actors []kiosk.Actor
	people sync.WaitGroup

	mu      sync.Mutex
	dice    *rand.Rand
	calls   []time.Time // as they arrive at the gateway
	creates int
	asked   map[string]bool // sales that a till was told of
	busy    int             // customers who had to wait for the till itself
	paid    map[string]bool
	ended   map[string]bool // cancelled by the cashier
	waits   []time.Duration // from the charge to the code
	told    int             // how often a till said how long it will take
}

const tillCount = 30

func newThirty(h *kiosktest.Installation) *thirty {
	m := &thirty{
		Installation: h, dice: rand.New(rand.NewPCG(30, 1)), asked: map[string]bool{}, paid: map[string]bool{}, ended: map[string]bool{},
	}
	h.Gate.Set(func(w http.ResponseWriter, r *http.Request, inner http.Handler) {
		if strings.HasPrefix(r.URL.Path, "/api/") {
			m.mu.Lock()
			m.calls = append(m.calls, time.Now())
			if strings.HasSuffix(r.URL.Path, "/createLink") {
				m.creates++
			}
			m.mu.Unlock()
		}
		inner.ServeHTTP(w, r)
	})
	stall := h.Till().Stall.ID
	for n := range tillCount {
		r, err := h.Shop.Office.Registers.Add(context.Background(), stall, fmt.Sprintf("Till %d", n), fmt.Sprintf("T%d", n))
		h.Must(err)
		m.actors = append(m.actors, kiosk.Actor{Staff: h.Actor.Staff, Role: h.Actor.Role, Device: "tablet of " + r.ID, Register: r.ID})
	}
	return m
}

func (m *thirty) number(n int) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.dice.IntN(n)
}

// trade lets a customer come to one till after the other, so many a minute.
func (m *thirty) trade(long time.Duration, perMinute int) {
	end := time.Now().Add(long)
	for n := 0; time.Now().Before(end); n++ {
		by := m.actors[n%tillCount]
		m.people.Go(func() { m.sell(by, n) })
		time.Sleep(time.Minute / time.Duration(perMinute))
	}
	m.people.Wait()
}

// sell is one customer: charged, shown the code, and paid for, or cancelled.
func (m *thirty) sell(by kiosk.Actor, n int) {
	ctx := context.Background()
	charge := till.Charge{Amount: kiosk.Money(1000 + n), Key: fmt.Sprintf("key-of-a-sale-of-thirty-tills-%d", n)}
	sale, err := m.Shop.Till.Charge(ctx, by, charge)
	if kiosk.CodeOf(err) == kiosk.Conflict {
		m.mu.Lock()
		m.busy++
		m.mu.Unlock()
		return
	}
	m.Must(err)
	m.mu.Lock()
	m.asked[sale.ID] = true
	m.mu.Unlock()
	link := m.untilCode(by, sale)
	time.Sleep(time.Duration(4+m.number(16)) * time.Second)
	if m.number(10) == 0 {
		_, err := m.Shop.Till.Cancel(ctx, by, sale.ID)
		m.Must(err)
		m.mu.Lock()
		m.ended[sale.ID] = true
		m.mu.Unlock()
		return
	}
	m.Must(m.Sandbox.Pay(link))
	m.mu.Lock()
	m.paid[sale.ID] = true
	m.mu.Unlock()
}

// untilCode waits for the code as the customer does, and reads what the till says meanwhile.
func (m *thirty) untilCode(by kiosk.Actor, sale *kiosk.Sale) int64 {
	for began := time.Now(); ; time.Sleep(2 * time.Second) {
		till, err := m.Shop.Till.TillScreen(context.Background(), by.Register)
		m.Must(err)
		if till.Current == nil || till.Current.ID != sale.ID {
			m.T.Errorf("%s is not in hand any more", sale.Number)
			return 0
		}
		switch till.Current.State() {
		case kiosk.Awaiting:
			m.mu.Lock()
			defer m.mu.Unlock()
			m.waits = append(m.waits, time.Since(began))
			return till.Current.Last().PayID
		case kiosk.Opening:
			m.reads(till)
		default:
			m.T.Errorf("%s is %s", sale.Number, till.Current.State())
			return 0
		}
	}
}

// reads notes whether the till says that it waits, and how long.
func (m *thirty) reads(till kiosk.TillScreen) {
	if till.Health.ThrottledUntil <= till.Now {
		return
	}
	var b bytes.Buffer
	p := views.Page{Lang: "en", Mode: kiosk.Sandbox}
	m.Must(counterview.TillFragment(p, till, counterview.TillExtras{}).Render(context.Background(), &b))
	page := markup.Parse(m.T, b.String())
	if page.Says("#side .stage", "SecPaid asks us to slow down") && strings.HasPrefix(page.Text("#side .stage .until"), "in ") {
		m.mu.Lock()
		m.told++
		m.mu.Unlock()
	}
}

// most is the largest number of calls in any sixty seconds.
func (m *thirty) most() int {
	most, from := 0, 0
	for to, at := range m.calls {
		for at.Sub(m.calls[from]) >= time.Minute {
			from++
		}
		most = max(most, to-from+1)
	}
	return most
}

// settled holds, some minutes later, that nothing was lost, repeated or asked too often.
func (m *thirty) settled() {
	m.T.Helper()
	time.Sleep(6 * time.Minute)
	found := map[string]*kiosk.Sale{}
	for _, by := range m.actors {
		m.Must(m.Store.View(context.Background(), func(r kiosk.Reader) error {
			all, err := r.LastSales(by.Register, 10_000)
			for _, sale := range all {
				found[sale.ID] = sale
			}
			return err
		}))
	}
	for id := range m.asked {
		sale := found[id]
		switch {
		case sale == nil:
			m.T.Errorf("a sale is lost")
		case m.paid[id] && (sale.State() != kiosk.Paid || !sale.Confirmed()):
			m.T.Errorf("%s was paid and is %s, confirmed: %v", sale.Number, sale.State(), sale.Confirmed())
		case m.ended[id] && sale.State() != kiosk.Cancelled:
			m.T.Errorf("%s was cancelled and is %s", sale.Number, sale.State())
		}
	}
	refs := map[string]bool{}
	for _, l := range m.Sandbox.Links() {
		ref, _, _ := strings.Cut(l.Note, " ")
		if refs[ref] {
			m.T.Errorf("%s was asked for twice", ref)
		}
		refs[ref] = true
		if l.Status == sandbox.Unused {
			m.T.Errorf("link %d can still be paid", l.ID)
		}
	}
	if links := len(refs); links != m.creates || links != len(m.asked) {
		m.T.Errorf("%d creates made %d links for %d sales", m.creates, links, len(m.asked))
	}
	if most := m.most(); most > 60 {
		m.T.Errorf("%d calls within a minute", most)
	}
	m.Records.Sound()
}

func (m *thirty) String() string {
	slices.Sort(m.waits)
	worst, middle := time.Duration(0), time.Duration(0)
	if n := len(m.waits); n > 0 {
		worst, middle = m.waits[n-1], m.waits[n/2]
	}
	return fmt.Sprintf("%d sales, %d paid, %d cancelled, %d customers found the till busy; %d calls, at most %d in a minute; code after %v, at most %v; waits told %d times",
		len(m.asked), len(slices.Collect(maps.Keys(m.paid))), len(m.ended), m.busy, len(m.calls), m.most(), middle, worst, m.told)
}

// tillsTime is how long the tills trade: some minutes by default, an hour with QRKIOSK_TILLS=1.
func tillsTime() time.Duration {
	if os.Getenv("QRKIOSK_TILLS") != "" {
		return time.Hour
	}
	return 4 * time.Minute
}

// TestThirtyTills: 24 sales a minute on one account of sixty calls: nobody waits for long, nothing
// is lost or asked for twice, and the gateway is never asked more than sixty times in a minute.
func TestThirtyTills(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		m := newThirty(h)
		m.trade(tillsTime(), 24)
		m.settled()
		if m.busy > len(m.asked)/50 {
			t.Errorf("%d of %d customers found the till busy", m.busy, len(m.asked))
		}
		t.Log(m)
	})
}

// TestThirtyTills_tooMany: 60 sales a minute are more than the account allows: the tills say how
// long it takes, and still nothing is lost, repeated or asked too often.
func TestThirtyTills_tooMany(t *testing.T) {
	kiosktest.Virtual(t, func(t *testing.T, h *kiosktest.Installation) {
		m := newThirty(h)
		m.trade(tillsTime()/2, 60)
		m.settled()
		if m.told == 0 {
			t.Error("no till said how long it takes")
		}
		t.Log(m)
	})
}
