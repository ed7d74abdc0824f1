package simulation

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing/synctest"
	"time"

	"qrkiosk/views/counterview"

	"qrkiosk/cmd/qrkiosk/kiosktest"
	"qrkiosk/kiosk"
	"qrkiosk/kiosk/sandbox"
	"qrkiosk/kiosk/till"
)

// fillable is a store whose disk may be full: it can be read, and keeps nothing.
type fillable struct {
	kiosk.Store
	full *atomic.Bool
}

func (f fillable) Change(ctx context.Context, stream string, decide func(kiosk.Tx) error) (int64, error) {
	if f.full.Load() {
		return 0, &kiosk.Error{Code: kiosk.Unavailable, Key: "store-away"}
	}
	return f.Store.Change(ctx, stream, decide)
}

func (f fillable) Claim(ctx context.Context, kinds []kiosk.ErrandKind, now, until int64, n int) ([]kiosk.Errand, error) {
	if f.full.Load() {
		return nil, &kiosk.Error{Code: kiosk.Unavailable, Key: "store-away"}
	}
	return f.Store.Claim(ctx, kinds, now, until, n)
}

// lossy is a bus that may lose rings.
type lossy struct {
	kiosk.Bus
	lost *atomic.Bool
}

func (l lossy) Ring(stream string, version int64) {
	if !l.lost.Load() {
		l.Bus.Ring(stream, version)
	}
}

// arrive brings a second person, another account for splits, and a display that stays connected.
func (s *simulation) arrive() {
	s.Must(s.Sandbox.AddAccount(sandbox.Account{Name: "Market", Key: "key-of-a-simulated-market", RecipientToken: simRecipient}))
	stall := s.Till().Stall
	staff, err := s.Shop.Till.AddStaff(context.Background(), stall.ID, "Ben", kiosk.Cashier, "739164")
	s.Must(err)
	s.second = s.Actor
	s.second.Staff, s.second.Role = staff.ID, kiosk.Cashier
	if s.owned {
		s.Owner()
	}
	s.seat = s.Customer()
	s.connect()
}

// changeAccount lets the stall sell with the owner's account, or with the house's again.
func (s *simulation) changeAccount() {
	if !s.owned {
		return
	}
	stall := s.Till().Stall
	var err error
	if stall.AccountID != "" {
		err = s.Shop.Office.StallAccounts.End(context.Background(), kiosktest.Boss, stall.ID)
	} else {
		_, err = s.Shop.Office.StallAccounts.Set(context.Background(), kiosktest.Boss, stall.ID, kiosktest.OwnerKey)
	}
	switch kiosk.CodeOf(err) {
	case "", kiosk.NotSent, kiosk.Unclear, kiosk.TooMany: // nobody can be asked just now
	default:
		s.allowed(err)
	}
}

// requested lists the refunds that the gateway was asked for.
func (s *simulation) requested() (all []sandbox.RefundView) {
	for _, m := range s.Sandbox.Money() {
		all = append(all, m.Refunds...)
	}
	return all
}

func (s *simulation) connect() {
	if s.screen != nil {
		s.screen.Leave()
	}
	s.screen = s.seat.Watch(counterview.PathDisplayLive)
}

func (s *simulation) leave() { s.screen.Leave() }

// ring charges, now and then pressed twice, now and then by two people at the same moment.
func (s *simulation) ring() {
	s.rung++
	charge := till.Charge{Amount: kiosk.Money(100 + s.dice.IntN(5000)), Key: fmt.Sprintf("key-of-a-simulated-sale-%d", s.rung)}
	by := s.Actor
	if s.dice.IntN(4) == 0 {
		by = s.second
	}
	other := make(chan struct{})
	if s.dice.IntN(6) == 0 {
		rival := charge
		rival.Key += "-rival"
		go func() { s.charged(s.second, rival); close(other) }()
	} else {
		close(other)
	}
	s.charged(by, charge)
	if s.dice.IntN(4) == 0 {
		s.charged(by, charge)
	}
	<-other
}

// charged holds that one key is one sale, and remembers what the till was told.
func (s *simulation) charged(by kiosk.Actor, c till.Charge) {
	sale, err := s.Shop.Till.Charge(context.Background(), by, c)
	if err != nil {
		s.allowed(err)
		return
	}
	s.tally.mu.Lock()
	defer s.tally.mu.Unlock()
	if before, known := s.accepted[c.Key]; known && before != sale.ID {
		s.T.Errorf("I16: one key made the sales %s and %s", before, sale.ID)
	}
	s.accepted[c.Key] = sale.ID
}

// allowed are the refusals that a person may meet; anything else is a defect.
func (s *simulation) allowed(err error) {
	switch kiosk.CodeOf(err) {
	case kiosk.Conflict, kiosk.Unavailable, kiosk.Invalid:
	default:
		s.T.Errorf("a command was refused with %v", err)
	}
}

// customer pays what was ever shown, now or from a photograph: by the sandbox's order or through
// its page, which brings the browser back to us.
func (s *simulation) customerPays() {
	for _, l := range s.Sandbox.Links() {
		synctest.Wait()
		_, seen := s.shown[l.PayLink]
		if seen && l.Status == sandbox.Deleted && s.armed[sandbox.PayDeleted] > 0 {
			if s.Sandbox.Pay(l.ID) == nil { // who stood on its page already
				s.tally.fire("gateway " + string(sandbox.PayDeleted))
			}
		}
		if !seen || l.Status != sandbox.Unused || s.dice.IntN(2) == 0 {
			continue
		}
		switch s.dice.IntN(10) {
		case 0:
			_ = s.Sandbox.Decline(l.ID)
		case 1:
			_ = s.Sandbox.Forge(l.ID)
		case 2:
			if s.Sandbox.PromiseTransfer(l.ID) != nil {
				_ = s.Sandbox.CancelByPayer(l.ID) // the gateway may refuse either
			}
		case 3, 4, 5:
			s.checkout(l)
		default:
			_ = s.Sandbox.Pay(l.ID)
		}
	}
}

// checkout presses the page's button and follows where it leads.
func (s *simulation) checkout(l sandbox.LinkView) {
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, l.PayLink, strings.NewReader(url.Values{"action": {"card"}}.Encode()))
	s.Must(err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := s.Browser().Do(r)
	if err == nil { // the network may be down
		resp.Body.Close()
	}
}

// bank lets promised money arrive, payers dispute, and the operator decide about refunds.
func (s *simulation) bank() {
	for _, l := range s.Sandbox.Links() {
		switch {
		case l.Pending && s.dice.IntN(3) == 0:
			_ = s.Sandbox.FundsArrived(l.ID)
		case l.Status == sandbox.Used && s.dice.IntN(60) == 0:
			_ = s.Sandbox.OpenDispute(l.ID)
		case l.Status == sandbox.Used && s.dice.IntN(60) == 0:
			_ = s.Sandbox.CloseDispute(l.ID, s.dice.IntN(2) == 0)
		}
	}
	for _, r := range s.requested() {
		switch s.dice.IntN(4) {
		case 0:
			_ = s.Sandbox.ApproveRefund(r.Link)
		case 1:
			_ = s.Sandbox.RejectRefund(r.Link, "no")
		}
	}
}

// current does something about the sale in hand.
func (s *simulation) current(do func(context.Context, kiosk.Actor, string) (*kiosk.Sale, error)) {
	if current := s.Till().Current; current != nil {
		by := s.Actor
		if s.dice.IntN(3) == 0 {
			by = s.second
		}
		if _, err := do(context.Background(), by, current.ID); err != nil {
			s.allowed(err)
		}
	}
}

// tip chooses one, where the display asks.
func (s *simulation) tip() {
	if d := s.Display(); d.Shows == kiosk.ShowsTip {
		if _, err := s.Shop.Till.Tip(context.Background(), s.Actor.Register, d.Sale.ID, kiosk.Money(s.dice.IntN(3)*100)); err != nil {
			s.allowed(err)
		}
	}
}

// manager decides about one of the last sales.
func (s *simulation) manager() {
	ctx, sales := context.Background(), s.Till().Last
	if len(sales) == 0 {
		return
	}
	sale := sales[s.dice.IntN(len(sales))]
	var err error
	switch state := sale.State(); {
	case state == kiosk.Review && s.dice.IntN(2) == 0:
		_, err = s.Shop.Till.Close(ctx, s.Actor, sale.ID, "looked into it")
	case state == kiosk.Review && s.dice.IntN(2) == 0:
		_, err = s.Shop.Till.Attach(ctx, s.Actor, sale.ID, "it was for this", "")
	case sale.Refundable() > 0 && s.dice.IntN(3) == 0:
		amount := sale.Refundable()
		if s.dice.IntN(2) == 0 {
			amount = max(1, amount/2)
		}
		_, err = s.Shop.Till.Refund(ctx, s.Actor, sale.ID, amount, "brought back")
	case state == kiosk.Refunding && s.dice.IntN(2) == 0:
		err = s.refundNews(ctx, sale)
	}
	if err != nil {
		s.allowed(err)
	}
}

// refundNews tells the till what became of a refund whose request the operator has rejected, or
// asks again where the answer was lost.
func (s *simulation) refundNews(ctx context.Context, sale *kiosk.Sale) error {
	for _, r := range s.requested() {
		for i := range sale.Links {
			if r.Link == sale.Links[i].PayID && r.State == "Rejected" {
				_, err := s.Shop.Till.NoteRefundRejected(ctx, s.Actor, sale.ID, "the operator said no")
				return err
			}
		}
	}
	_, err := s.Shop.Till.RefundAgain(ctx, s.Actor, sale.ID, "no answer came")
	return err
}

// shift closes the register and opens it again.
func (s *simulation) shift() {
	if _, err := s.Shop.Till.CloseShift(context.Background(), s.Actor); err != nil {
		s.allowed(err)
	}
	if _, err := s.Shop.Till.OpenShift(context.Background(), s.second); err != nil {
		s.allowed(err)
	}
	time.Sleep(time.Second)
	s.changeAccount()
}
