package kiosk

const (
	// GreenMillis is how long the customer's screen shows paid: long enough to be seen by who looks up from
	// a phone, and gone before the next customer stands there.
	GreenMillis = 8 * 1000
	// LeaseMillis is how long a screen may show what it was told without hearing from us again.
	LeaseMillis = 15 * 1000
)

// TillScreen is everything a till shows, read from one snapshot of the store.
type TillScreen struct {
	Epoch       string
	Version     int64
	Now         int64 // Unix milliseconds
	Mode        Mode
	Stall       Stall
	Register    Register
	Shift       *Shift  // nil while the register is closed
	Current     *Sale   // the sale in hand, nil when the till is ready
	PayURL      string  // what its QR code holds, "" unless it awaits payment
	Last        []*Sale // newest first, the one in hand left out
	AlarmSales  []*Sale // in review, or paid and long unconfirmed; newest first
	OtherAlarms []Alarm // everything else that the people here have to know
	Health      Health
	Away        Away // the gateway, while the sale in hand waits for its code
	Cart        Cart // what is being rung up
	Parked      []ParkedView
	Test        *SelfTest // the last self-test, nil if it was long ago
	Office      int64     // version of the office: items and the like may have changed with it
	Next        int64     // Unix milliseconds when the screen changes by itself, 0 never
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
	Away     Away  // the gateway, while the sale waits for its code
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
	ShowsShort    DisplayState = "short"   // less came than was asked: please speak to us
	ShowsPending  DisplayState = "pending" // a bank transfer is promised: please speak to us
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
		case Retiring, Cancelled, Lapsed, LinkRefused, Review, ClosedUnpaid, Refunding, Refunded:
		}
	}
	if c != nil && c.fresh(now) {
		return ShowsCart
	}
	return ShowsIdle
}

// green holds for eight seconds; if the clock was set back meanwhile, nobody knows for how long.
func (s *Sale) green(now int64) bool { return now >= s.PaidAt && now-s.PaidAt < GreenMillis }
