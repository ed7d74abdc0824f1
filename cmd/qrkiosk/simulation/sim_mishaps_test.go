package simulation

import (
	"net"
	"slices"
	"strings"
	"testing/synctest"
	"time"

	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/sandbox"
)

const (
	afternoonLong  = 2 * time.Hour
	afternoonShort = 30 * time.Minute // in the short set of make test
)

// afternoon lets things happen; other mishaps are drawn six times.
func (s *simulation) afternoon() {
	end, drawEvery := time.Now().Add(s.long), s.long/6
	for next := time.Now(); time.Now().Before(end); {
		if !time.Now().Before(next) {
			s.draw()
			next = time.Now().Add(drawEvery)
		}
		s.step()
		s.happen()
		synctest.Wait()
		s.revive()
		synctest.Wait()
		s.count()
		s.look()
		s.oneOfEach()
		s.eachPieceOnce()
	}
}

// step waits until something happens next. It is never on the millisecond: what the shop plans is, and
// two things at one instant may come in either order.
func (s *simulation) step() {
	time.Sleep(time.Duration(1+s.dice.IntN(40_000))*time.Millisecond + time.Duration(1+s.dice.IntN(999_998)))
}

// draw ends the mishaps of before and chooses three to five others.
func (s *simulation) draw() {
	s.mend()
	pool := append([]string{}, own...)
	for _, f := range sandbox.Catalogue() {
		pool = append(pool, "gateway "+string(f.Name))
	}
	s.drawn = s.drawn[:0]
	for range 3 + s.dice.IntN(3) {
		s.drawn = append(s.drawn, pool[s.dice.IntN(len(pool))])
	}
}

// mend ends every mishap.
func (s *simulation) mend() {
	s.count()
	for _, f := range sandbox.Catalogue() {
		s.Sandbox.Set(f.Name, 0)
	}
	clear(s.armed)
	s.full.Store(false)
	s.deafening.Store(false)
	s.Wires.Bending(nil)
}

// happen lets one thing happen.
func (s *simulation) happen() {
	if s.changing && s.dice.IntN(4) == 0 {
		s.change()
		return
	}
	if s.parting && s.dice.IntN(3) == 0 {
		s.split()
		return
	}
	switch n := s.dice.IntN(100); {
	case n < 28:
		s.ring()
	case n < 52:
		s.customerPays()
	case n < 58:
		s.current(s.Shop.Till.Cancel)
	case n < 61:
		s.current(s.Shop.Till.SetAside)
	case n < 66:
		s.tip()
	case n < 73:
		s.manager()
	case n < 76:
		s.bank()
	case n < 77:
		s.shift()
	default:
		s.strike(s.drawn[s.dice.IntN(len(s.drawn))])
	}
}

// strike lets one of the drawn mishaps come.
func (s *simulation) strike(name string) {
	if fault, of := strings.CutPrefix(name, "gateway "); of && name != "gateway-unreachable" {
		s.arm(sandbox.Fault(fault))
		return
	}
	switch name {
	case "restart":
		s.Restart(time.Duration(s.dice.IntN(90)) * time.Second)
		s.connect()
	case "kill":
		s.Close()
		s.Mortal = &kiosktest.Mortal{Left: 1 + s.dice.IntN(12), AtOpen: s.dice.IntN(4) == 0}
		s.Open()
		s.connect()
		return // it fires when it dies
	case "clock-ahead":
		s.jumped = true
		s.ahead.Store(min(int64(time.Hour), s.ahead.Load()+int64(time.Hour)))
	case "clock-back":
		s.jumped = true
		s.ahead.Store(max(int64(-time.Hour), s.ahead.Load()-int64(time.Hour)))
	case "store-full":
		s.full.Store(!s.full.Load())
	case "bus-lost":
		s.loseRings()
	case "gateway-unreachable":
		s.cutOff(kiosktest.PayAddr)
	case "shop-unreachable":
		s.cutOff(kiosktest.ShopAddr)
	}
	s.tally.fire(name)
}

func (s *simulation) arm(f sandbox.Fault) {
	if f == sandbox.PayInsOwnPart && len(s.Till().Stall.SplitTerms) > 0 {
		s.tally.fire("gateway " + string(f)) // it is never used up: every list until it ends is of this kind
	}
	times := 1 + s.dice.IntN(3)
	s.Sandbox.Set(f, times)
	s.armed[f] = times
	if with, has := companions[f]; has {
		s.Sandbox.Set(with, times)
		s.armed[with] = times
	}
}

// count notes which armed faults have struck.
func (s *simulation) count() {
	for _, f := range s.Sandbox.Faults() {
		if was, armed := s.armed[f.Name]; armed && f.Left < was {
			s.tally.fire("gateway " + string(f.Name))
			s.armed[f.Name] = f.Left
			if f.Left == 0 {
				delete(s.armed, f.Name)
			}
		}
	}
}

// cutOff closes every new connection to an address for some seconds.
func (s *simulation) cutOff(addr string) {
	s.Wires.Bending(func(to string, c net.Conn) net.Conn {
		if to == addr {
			_ = c.Close()
		}
		return c
	})
	time.Sleep(time.Duration(1+s.dice.IntN(60)) * time.Second)
	s.Wires.Bending(nil)
}

// loseRings keeps every ring from the screens: what they show is right again within three seconds.
func (s *simulation) loseRings() {
	s.deafening.Store(true)
	s.ring()
	time.Sleep(2 * time.Second)
	s.customerPays()
	time.Sleep(3 * time.Second)
	s.revive()
	if s.screen.Closed() != 0 {
		s.connect()
		time.Sleep(time.Second)
	}
	right := func() bool {
		return s.screen.Page(s.T).Has("#screen[data-shows='" + string(s.Display().Shows) + "']")
	}
	for began := time.Now(); !right() && time.Since(began) < 3*time.Second; {
		time.Sleep(100 * time.Millisecond) // something may have changed just now
	}
	if !right() {
		s.T.Errorf("I5: the display should show %s and shows %.200s", s.Display().Shows, s.screen.Shows())
	}
	s.deafening.Store(false)
}

// revive starts a house again that has died.
func (s *simulation) revive() {
	if s.Mortal == nil || !s.Mortal.Dead() {
		return
	}
	s.tally.fire("kill")
	s.Close()
	s.Mortal = nil
	time.Sleep(time.Duration(s.dice.IntN(30)) * time.Second)
	s.Open()
	s.connect()
}

// look watches the screens as an auditor would.
func (s *simulation) look() {
	d := s.Display()
	if d.Shows == kiosk.ShowsCode {
		for _, l := range s.Sandbox.Links() {
			if l.PayLink == d.PayURL {
				s.shown[l.PayLink] = l.ID
			}
		}
	}
	if d.Sale == nil {
		return
	}
	s.tally.state(string(d.Sale.State()))
	if d.Shows == kiosk.ShowsPaid && s.paidAtGateway(d.Sale) < d.Sale.Total() {
		s.T.Errorf("I2: green for %s of %v, and the gateway has %v", d.Sale.Number, d.Sale.Total(), s.paidAtGateway(d.Sale))
	}
	payable := 0
	for _, l := range s.Sandbox.Links() {
		for i := range d.Sale.Links {
			if own := &d.Sale.Links[i]; own.Live && !own.GivenUp && l.ID == own.PayID && l.Status == sandbox.Unused {
				payable++
			}
		}
	}
	if payable > 1 {
		s.T.Errorf("I6: %d links of %s are shown and can be paid", payable, d.Sale.Number)
	}
}

// paidAtGateway is what the gateway's own book says a sale has brought.
func (s *simulation) paidAtGateway(sale *kiosk.Sale) kiosk.Money {
	var sum kiosk.Money
	for _, l := range s.Sandbox.Links() {
		for i := range sale.Links {
			if l.Status == sandbox.Used && (l.ID == sale.Links[i].PayID || strings.HasPrefix(l.Note, sale.Links[i].Ref)) {
				sum += l.Amount
			}
		}
	}
	return sum
}

// evening ends every mishap, waits, and compares the books.
func (s *simulation) evening() {
	s.mend()
	if s.Mortal != nil {
		s.Close()
		s.Mortal = nil
		s.Open()
		s.connect()
	}
	for _, l := range s.Sandbox.Links() {
		if l.Pending {
			_ = s.Sandbox.FundsArrived(l.ID)
		}
	}
	time.Sleep(25 * time.Minute)
	if s.ahead.Swap(0) != 0 || s.jumped {
		time.Sleep(50 * time.Minute) // what was put off by the wrong clock
	}
	ledger, sales := s.Sandbox.Ledger(), s.Records.Sales()
	stored := map[string]bool{}
	for _, sale := range sales {
		stored[sale.ID] = true
		s.rests(sale, ledger)
		s.rowsAgree(sale, ledger)
		s.Records.FactsAlone(sale)
		for name, is := range rarities {
			if is(sale) {
				s.tally.state(name)
			}
		}
	}
	for key, sale := range s.accepted {
		if !stored[sale] {
			s.T.Errorf("the charge %s was accepted and is gone", key)
		}
	}
	for _, e := range s.Records.Journal() {
		if e.State != "" {
			s.tally.state(string(e.State))
		}
	}
	s.tally.mu.Lock()
	s.tally.sales += len(sales)
	s.tally.mu.Unlock()
	s.sums(sales)
	s.outcome = simOutcome(sales)
	for _, l := range s.Sandbox.Payable() {
		if l.Note == "" && !slices.ContainsFunc(sales, func(sale *kiosk.Sale) bool { return knows(sale, l.ID) }) {
			continue // made without our note, and its number was never told: nobody can know that it is ours
		}
		s.T.Errorf("I7: link %d, %s, can still be paid", l.ID, l.Note)
	}
	s.Records.Sound()
}

// rests holds that a sale does not hang, and that one that is paid has its money at the gateway.
func (s *simulation) rests(sale *kiosk.Sale, ledger []kiosktest.Payment) {
	state := sale.State()
	s.tally.state(string(state))
	switch state {
	case kiosk.Checking:
		if sale.Strict && s.paidAtGateway(sale) > 0 && sale.Received() == 0 {
			return // the notice came, the list says nothing: a strict stall asks a person after a day
		}
		s.T.Errorf("I11: %s still hangs in %s: %+v", sale.Number, state, sale.Links)
	case kiosk.Opening, kiosk.Retiring, kiosk.Awaiting, kiosk.Asking:
		s.T.Errorf("I11: %s still hangs in %s: %+v", sale.Number, state, sale.Links)
	case kiosk.Paid, kiosk.Refunding, kiosk.Refunded:
		if got := s.paidAtGateway(sale); got < sale.Total() {
			s.T.Errorf("I2: %s is %s, and of %v the gateway has %v", sale.Number, state, sale.Total(), got)
		}
	default:
		if got := s.paidAtGateway(sale) - s.untold(sale, ledger); got > 0 && state != kiosk.Review && state != kiosk.ClosedUnpaid {
			s.T.Errorf("I1: %s is %s, and the gateway has %v", sale.Number, state, got)
		}
	}
}

// untold is money that came on deleted links and that the gateway tells nobody of: the house has no
// address, so that no webhook was ordered, and no list of payments names it.
func (s *simulation) untold(sale *kiosk.Sale, ledger []kiosktest.Payment) (sum kiosk.Money) {
	for i := range sale.Links {
		l := &sale.Links[i]
		told := slices.ContainsFunc(ledger, func(g kiosktest.Payment) bool { return g.LinkOf(sale) == l.N })
		if told || !sale.Poll || !l.Gone {
			continue
		}
		for _, theirs := range s.Sandbox.Links() {
			if theirs.ID == l.PayID && theirs.Status == sandbox.Used {
				sum += theirs.Amount
			}
		}
	}
	return sum
}

// rowsAgree is I1 and I9: what the gateway's book says of a link stands in its sale, once and to the
// cent, though the lists may have called it withdrawn meanwhile; and no more went back than came.
func (s *simulation) rowsAgree(sale *kiosk.Sale, ledger []kiosktest.Payment) {
	theirs, ours := map[int][]kiosk.Money{}, map[int][]kiosk.Money{}
	for _, g := range ledger {
		if n := g.LinkOf(sale); n > 0 && g.Status == "Success" {
			theirs[n] = append(theirs[n], g.Amount)
		}
	}
	for _, l := range sale.Links {
		var came, back kiosk.Money
		for _, r := range l.Rows {
			if r.Amount == 0 {
				continue
			}
			ours[l.N] = append(ours[l.N], r.Amount)
			came += max(r.Amount, 0)
			if r.Kind == kiosk.RowRefund {
				back -= r.Amount
			}
		}
		if back > came {
			s.T.Errorf("I9: of link %d of %s %v went back and %v came", l.N, sale.Number, back, came)
		}
		for i, amount := range theirs[l.N] {
			own := amount - partsOf(l)
			if amount < 0 {
				own = amount + partsOf(l)
			}
			if own != amount && !slices.Contains(ours[l.N], amount) && slices.Contains(ours[l.N], own) {
				theirs[l.N][i] = own // a list of own parts has told of a sum that is not what was asked, or came
			}
		}
		slices.Sort(theirs[l.N])
		slices.Sort(ours[l.N])
		if !slices.Equal(theirs[l.N], ours[l.N]) {
			s.T.Errorf("I1: link %d of %s has the rows %v, and the gateway has %v", l.N, sale.Number, ours[l.N], theirs[l.N])
		}
	}
}

// sums holds that the takings equal the sum of the sales' own figures (I4).
func (s *simulation) sums(sales []*kiosk.Sale) {
	var want kiosk.Figures
	for _, sale := range sales {
		want = want.Plus(sale.Figures())
	}
	if got := s.Records.Takings(0, 1<<20); got != want {
		s.T.Errorf("I4: takings are %v, the sales add up to %v", got, want)
	}
}

func knows(sale *kiosk.Sale, payID int64) bool {
	return slices.ContainsFunc(sale.Links, func(l kiosk.Link) bool { return l.PayID == payID })
}

// partsOf is what other accounts get of a split link.
func partsOf(l kiosk.Link) (sum kiosk.Money) {
	for _, p := range l.Parts {
		sum += p.Amount
	}
	return sum
}
