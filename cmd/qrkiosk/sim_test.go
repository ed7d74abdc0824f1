package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/sandbox"
)

// mishaps are what the gateway may do to us in a simulation. Each seed draws three to five.
var mishaps = []sandbox.Fault{
	sandbox.CreateLost, sandbox.CreateHang, sandbox.CreateLate, sandbox.CreateReset, sandbox.CreateRefuse,
	sandbox.CreateCut, sandbox.CreateHTML, sandbox.CreateWrongAmount, sandbox.CreateWrongFlags,
	sandbox.DeleteLost, sandbox.ListLag, sandbox.ListReorder, sandbox.ListDown, sandbox.PayInsDown,
	sandbox.PayInsTwice, sandbox.Slow, sandbox.Down, sandbox.HTML, sandbox.Reset, sandbox.Redirect,
	sandbox.TooMany, sandbox.TooManyWait, sandbox.PayShort, sandbox.PayOver, sandbox.PayTwice,
	sandbox.WebhookOff, sandbox.WebhookDuplicate, sandbox.WebhookLate, sandbox.WebhookReordered,
	sandbox.WebhookNoRetry, sandbox.WebhookPlain, sandbox.WebhookWrongKey, sandbox.WebhookWrongAmount,
	sandbox.WebhookWrongLink, sandbox.WebhookFormB, sandbox.WebhookFormC, sandbox.WebhookOnDecline,
}

// simulation plays an afternoon at one register with everything going wrong that a seed draws.
type simulation struct {
	*house
	dice  *rand.Rand
	drawn []sandbox.Fault
	shown map[string]int64 // pay links that ever stood on the display, to link numbers
	sales int
	state map[kiosk.State]int
}

// TestSim simulates afternoons; QRKIOSK_SEEDS says how many, QRKIOSK_SEED which one alone.
func TestSim(t *testing.T) {
	first, count := uint64(1), 6
	if n, err := strconv.Atoi(os.Getenv("QRKIOSK_SEEDS")); err == nil {
		count = n
	}
	if n, err := strconv.ParseUint(os.Getenv("QRKIOSK_SEED"), 10, 64); err == nil {
		first, count = n, 1
	}
	reached, struck, sales := map[kiosk.State]int{}, map[sandbox.Fault]int{}, 0
	for seed := first; seed < first+uint64(count); seed++ { //nolint:gosec // a count of seeds
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			inBubble(t, func(t *testing.T, h *house) {
				s := &simulation{house: h, dice: rand.New(rand.NewPCG(seed, 1)), shown: map[string]int64{}, state: reached}
				s.afternoon()
				s.evening()
				for _, f := range s.drawn {
					struck[f]++
				}
				sales += s.sales
			})
		})
	}
	t.Logf("%d sales; states seen %v; faults drawn %v", sales, reached, struck)
}

func (s *simulation) afternoon() {
	for range 3 + s.dice.IntN(3) {
		s.drawn = append(s.drawn, mishaps[s.dice.IntN(len(mishaps))])
	}
	for range 150 {
		time.Sleep(time.Duration(1+s.dice.IntN(30_000)) * time.Millisecond)
		s.happen()
		s.look()
	}
}

// happen lets one thing happen.
func (s *simulation) happen() {
	switch n := s.dice.IntN(100); {
	case n < 35:
		s.ring()
	case n < 65:
		s.customer()
	case n < 72:
		s.cancel()
	case n < 76:
		s.setAside()
	case n < 79:
		s.restart(time.Duration(s.dice.IntN(90)) * time.Second)
	default:
		f := s.drawn[s.dice.IntN(len(s.drawn))]
		s.sandbox.Set(f, s.dice.IntN(4)) // 0 ends it
	}
}

func (s *simulation) ring() {
	s.sales++
	charge := kiosk.Charge{Amount: kiosk.Money(100 + s.dice.IntN(5000)), Key: fmt.Sprintf("key-of-a-simulated-sale-%d", s.sales)}
	_, err := s.shop.Charge(context.Background(), s.actor, charge)
	if err == nil && s.dice.IntN(4) == 0 {
		_, err = s.shop.Charge(context.Background(), s.actor, charge) // pressed twice
	}
	if kiosk.CodeOf(err) == kiosk.Conflict {
		s.sales--
		err = nil
	}
	s.must(err)
}

// customer pays what was ever shown, now or from a photograph, or has the card declined.
func (s *simulation) customer() {
	for _, l := range s.sandbox.Links() {
		if _, seen := s.shown[l.PayLink]; !seen || l.Status != sandbox.Unused || s.dice.IntN(2) == 0 {
			continue
		}
		if s.dice.IntN(5) == 0 {
			_ = s.sandbox.Decline(l.ID)
			continue
		}
		_ = s.sandbox.Pay(l.ID) // the gateway may refuse it
	}
}

func (s *simulation) cancel() {
	if current := s.till().Current; current != nil {
		_, err := s.shop.Cancel(context.Background(), s.actor, current.ID)
		if kiosk.CodeOf(err) != kiosk.Conflict {
			s.must(err)
		}
	}
}

func (s *simulation) setAside() {
	if current := s.till().Current; current != nil {
		_, err := s.shop.SetAside(context.Background(), s.actor, current.ID)
		if kiosk.CodeOf(err) != kiosk.Conflict {
			s.must(err)
		}
	}
}

// look watches the screens as an auditor would.
func (s *simulation) look() {
	d := s.display()
	if d.Shows == kiosk.ShowsCode {
		for _, l := range s.sandbox.Links() {
			if l.PayLink == d.PayURL {
				s.shown[l.PayLink] = l.ID
			}
		}
	}
	if d.Sale != nil {
		s.state[d.Sale.State()]++
	}
	if d.Shows == kiosk.ShowsPaid && s.paidAtGateway(d.Sale) < d.Sale.Total() {
		s.t.Errorf("green for %s of %v, and the gateway has %v", d.Sale.Number, d.Sale.Total(), s.paidAtGateway(d.Sale))
	}
}

// paidAtGateway is what the gateway's own book says a sale has brought.
func (s *simulation) paidAtGateway(sale *kiosk.Sale) kiosk.Money {
	var sum kiosk.Money
	for _, l := range s.sandbox.Links() {
		for i := range sale.Links {
			if l.Status == sandbox.Used && strings.HasPrefix(l.Note, sale.Links[i].Ref) {
				sum += l.Amount
			}
		}
	}
	return sum
}

// evening ends every mishap, waits, and compares the books.
func (s *simulation) evening() {
	for _, f := range sandbox.Catalogue() {
		s.sandbox.Set(f.Name, 0)
	}
	time.Sleep(30 * time.Minute)
	till := s.register()
	var received kiosk.Money
	for _, sale := range till {
		state := sale.State()
		s.state[state]++
		received += sale.Received()
		switch state {
		case kiosk.Opening, kiosk.Checking, kiosk.Retiring, kiosk.Awaiting, kiosk.Asking:
			s.t.Errorf("%s still hangs in %s: %+v", sale.Number, state, sale.Links)
		case kiosk.Paid:
			if !sale.Confirmed() {
				s.t.Errorf("%s is paid and not confirmed: %+v", sale.Number, sale.Links)
			}
		}
	}
	if got := s.sandbox.Money()[0].Paid; got != received {
		s.t.Errorf("the gateway was paid %v and the register knows of %v", got, received)
	}
	if len(till) != s.sales {
		s.t.Errorf("%d sales are stored, %d were made", len(till), s.sales)
	}
	for _, l := range s.payable() {
		s.t.Errorf("link %d, %s, can still be paid", l.ID, l.Note)
	}
	s.sound()
}

// register reads every sale of the register.
func (s *simulation) register() []*kiosk.Sale {
	var all []*kiosk.Sale
	s.must(s.store.View(context.Background(), func(r kiosk.Reader) (err error) {
		all, err = r.LastSales(s.actor.Register, 10_000)
		return err
	}))
	return all
}
