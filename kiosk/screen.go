package kiosk

import (
	"context"
	"math"
	"slices"
)

const (
	// GreenMillis is how long the customer's screen shows paid: long enough to be seen by who looks up from
	// a phone, and gone before the next customer stands there.
	GreenMillis = 8 * 1000
	// LeaseMillis is how long a screen may show what it was told without hearing from us again.
	LeaseMillis = 15 * 1000
	lastSales   = 8
)

// TillScreen is everything a till shows, read from one snapshot of the store.
type TillScreen struct {
	Epoch    string
	Version  int64
	Now      int64 // Unix milliseconds
	Mode     Mode
	Stall    Stall
	Register Register
	Shift    *Shift  // nil while the register is closed
	Current  *Sale   // the sale in hand, nil when the till is ready
	PayURL   string  // what its QR code holds, "" unless it awaits payment
	Last     []*Sale // newest first, the one in hand left out
	Alarms   []*Sale // in review, or paid and long unconfirmed; newest first
	Alerts   []Alarm // everything else that the people here have to know
	Health   Health
	Cart     Cart      // what is being rung up
	Test     *SelfTest // the last self-test, nil if it was long ago
	Office   int64     // version of the office: items and the like may have changed with it
	Next     int64     // Unix milliseconds when the screen changes by itself, 0 never
}

// DisplayScreen is everything a customer's screen shows.
type DisplayScreen struct {
	Epoch    string
	Version  int64
	Now      int64 // Unix milliseconds
	Mode     Mode
	Stall    Stall
	Register Register
	Shows    DisplayState
	Sale     *Sale // nil unless Shows is about one
	Cart     Cart
	PayURL   string
	Receipt  string    // address of the receipt page, "" without a public address
	Test     string    // of a self-test that waits for an answer, "" none
	Pictures []Picture // while nothing is sold
	Next     int64     // Unix milliseconds when the screen changes by itself, 0 never
}

// DisplayState is what a customer's screen is about.
type DisplayState string

// What a display may show.
const (
	ShowsIdle     DisplayState = "idle"
	ShowsCart     DisplayState = "cart"
	ShowsTip      DisplayState = "tip"
	ShowsMoment   DisplayState = "moment"
	ShowsCode     DisplayState = "code"
	ShowsChecking DisplayState = "checking"
	ShowsPaid     DisplayState = "paid"
)

// ReceiptScreen is what a customer's phone shows of a sale.
type ReceiptScreen struct {
	Now      int64 // Unix milliseconds
	Mode     Mode
	Stall    Stall
	Register Register
	Sale     *Sale
	State    State
}

// Health tells how gateway and store answer, for the till's device row and its alarms.
type Health struct {
	GatewayDown int64 // Unix milliseconds since when every call fails, 0 while it answers
	Held        int64 // Unix milliseconds until when no call may be made: the calls of a minute are used up
	KeyRefused  int64 // Unix milliseconds since when it refuses our key, 0 while it does not
	StoreDown   int64 // Unix milliseconds since when nothing can be written, 0 while it can
	LastSweep   int64 // Unix milliseconds of the last list read and stored
	Webhooks    bool  // there is an address the gateway can reach
	LastNotice  int64 // Unix milliseconds of the last webhook of any kind
}

// Shows computes what the displays of a register show for its current sale (nil: none).
func Shows(s *Sale, c *Cart, now int64) DisplayState {
	if s != nil && s.Current() {
		switch s.State() {
		case Asking:
			return ShowsTip
		case Opening:
			return ShowsMoment
		case Awaiting:
			return ShowsCode
		case Checking:
			return ShowsChecking
		case Paid:
			if s.green(now) {
				return ShowsPaid
			}
		case Retiring, Cancelled, Lapsed, RefusedSt, Review, Settled, Refunding, Refunded:
		}
	}
	if c != nil && c.fresh(now) {
		return ShowsCart
	}
	return ShowsIdle
}

// green holds for eight seconds; if the clock was set back meanwhile, nobody knows for how long.
func (s *Sale) green(now int64) bool { return now >= s.PaidAt && now-s.PaidAt < GreenMillis }

// Till reads the screen of a register's till. It returns [NotFound] for an unknown register.
func (s *Shop) Till(ctx context.Context, register string) (TillScreen, error) {
	t := TillScreen{Epoch: s.settings.Epoch, Mode: s.settings.Mode, Now: s.now()}
	err := s.store.View(ctx, func(r Reader) error { return s.readTill(r, &t, register) })
	return t, err
}

func (s *Shop) readTill(r Reader, t *TillScreen, register string) error {
	if err := readTillScreen(t, r, register); err != nil {
		return err
	}
	t.Health = s.HealthOf(t.Stall.OwnAccount)
	alarms, err := s.alarmsIn(r, register)
	arrange(t, alarms)
	return err
}

func readTillScreen(t *TillScreen, r Reader, register string) (err error) {
	if t.Register, t.Stall, t.Version, err = placeOf(r, register); err != nil {
		return err
	}
	shift, err := r.OpenShift(register)
	if err == nil {
		t.Shift = &shift
	} else if CodeOf(err) != NotFound {
		return err
	}
	if t.Last, err = r.LastSales(register, lastSales); err != nil {
		return err
	}
	if t.Cart, err = r.Cart(register); err != nil && CodeOf(err) != NotFound {
		return err
	}
	v, err := r.Versions([]string{OfficeStream})
	t.Office = v[OfficeStream]
	if err != nil {
		return err
	}
	return readTillTest(t, r)
}

// readTillTest reads the last self-test, and when the screen has to say that its time is over.
func readTillTest(t *TillScreen, r Reader) error {
	test, err := r.SelfTest(t.Register.ID)
	if CodeOf(err) == NotFound || (err == nil && t.Now-test.Started > selfTestShown) {
		return nil
	}
	if err != nil {
		return err
	}
	t.Test = &test
	if !test.Over(t.Now) && (t.Next == 0 || test.Until < t.Next) {
		t.Next = test.Until
	}
	return nil
}

// arrange picks the sale in hand out of the last ones, and the sales that need people out of the
// alarms. A paid sale leaves the till ready at once: the strip of the last sale tells about it.
func arrange(t *TillScreen, alarms []Alarm) {
	last := map[string]*Sale{}
	for _, s := range t.Last {
		last[s.ID] = s
		state := s.State()
		if s.Current() && state != Paid {
			t.Current = s
		}
		if at := s.unconfirmedAt(); state == Paid && at >= t.Now && at < math.MaxInt64 && (t.Next == 0 || at < t.Next) {
			t.Next = at + 1
		}
	}
	for _, a := range alarms {
		if a.Kind != AlarmReview && a.Kind != AlarmUnconfirmed {
			t.Alerts = append(t.Alerts, a)
		} else if s := last[a.Sale.ID]; s != nil {
			t.Alarms = append(t.Alarms, s) // the very one of the list
		} else {
			t.Alarms = append(t.Alarms, a.Sale)
		}
	}
	if t.Current == nil {
		return
	}
	if held := t.Health.Held; held > t.Now && t.Current.State() == Opening && (t.Next == 0 || held < t.Next) {
		t.Next = held + 1
	}
	t.Last = slices.DeleteFunc(slices.Clone(t.Last), func(s *Sale) bool { return s == t.Current })
	if l := t.Current.Shown(); l != nil {
		t.PayURL = l.URL
	}
}

// Display reads the screen of a register's displays. It returns [NotFound] for an unknown register.
func (s *Shop) Display(ctx context.Context, register string) (DisplayScreen, error) {
	d := DisplayScreen{Epoch: s.settings.Epoch, Mode: s.settings.Mode, Now: s.now()}
	err := s.store.View(ctx, func(r Reader) error { return readDisplayScreen(&d, r, register) })
	if err == nil && d.Shows == ShowsPaid && s.publicURL != "" {
		d.Receipt = s.ReceiptURL(d.Sale)
	}
	return d, err
}

func readDisplayScreen(d *DisplayScreen, r Reader, register string) (err error) {
	if d.Register, d.Stall, d.Version, err = placeOf(r, register); err != nil {
		return err
	}
	current, err := r.Current(register)
	if CodeOf(err) != NotFound && err != nil {
		return err
	}
	if d.Cart, err = r.Cart(register); err != nil && CodeOf(err) != NotFound {
		return err
	}
	d.Shows = Shows(current, &d.Cart, d.Now)
	if err := readDisplayRest(d, r); err != nil {
		return err
	}
	switch d.Shows {
	case ShowsIdle, ShowsCart:
	default:
		d.Sale = current
	}
	if d.Shows == ShowsPaid {
		d.Next = current.PaidAt + GreenMillis
	}
	if d.Shows == ShowsCart {
		d.Next = d.Cart.Updated + cartMillis
	}
	if d.Shows == ShowsCode {
		d.PayURL = current.Shown().URL
	}
	return nil
}

// readDisplayRest reads what a display needs besides the sale.
func readDisplayRest(d *DisplayScreen, r Reader) (err error) {
	test, err := r.SelfTest(d.Register.ID)
	if err != nil && CodeOf(err) != NotFound {
		return err
	}
	if err == nil && !test.Over(d.Now) {
		d.Test = test.ID
	}
	if d.Shows == ShowsIdle {
		d.Pictures, err = r.Pictures(d.Stall.ID)
		return err
	}
	return nil
}

func placeOf(r Reader, register string) (Register, Stall, int64, error) {
	reg, err := r.Register(register)
	if err != nil {
		return reg, Stall{}, 0, err
	}
	stall, err := r.Stall(reg.Stall)
	if err != nil {
		return reg, stall, 0, err
	}
	v, err := r.Versions([]string{register})
	return reg, stall, v[register], err
}

// Receipt reads a customer's receipt page by its secret. An unknown secret is [NotFound].
func (s *Shop) Receipt(ctx context.Context, secret string) (ReceiptScreen, error) {
	p := ReceiptScreen{Now: s.now(), Mode: s.settings.Mode}
	err := s.store.View(ctx, func(r Reader) (err error) {
		if p.Sale, err = r.SaleByReceipt(secret); err != nil {
			return err
		}
		p.Register, p.Stall, _, err = placeOf(r, p.Sale.Register)
		return err
	})
	if err == nil {
		p.State = p.Sale.State()
	}
	return p, err
}

// ReceiptURL is the address of a sale's receipt page, "" if customers cannot reach this server.
func (s *Shop) ReceiptURL(sale *Sale) string {
	if s.publicURL == "" {
		return ""
	}
	return s.publicURL + "/r/" + sale.Receipt
}
