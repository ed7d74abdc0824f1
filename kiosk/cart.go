package kiosk

// Cart is what is being rung up at a register: mirrored on the display, no sale yet, no events.
type Cart struct {
	Register string
	Lines    []Line
	Discount Discount
	Note     string `json:",omitempty"`
	// Typing is the last line as it is still being typed, in keys ("12,5", "2x4"); "" if every line
	// is finished. A page that is loaded anew goes on typing there.
	Typing  string `json:",omitempty"`
	Updated int64  // Unix milliseconds
	// Emptied is when the cart of the register was last taken away, by a charge, parking, another till or
	// retention, in Unix milliseconds: every other page that had it in hand empties its own.
	Emptied int64 `json:",omitempty"`
	// From is the number of the sale whose cart it was, while that one is being changed.
	From string `json:",omitempty"`
	// AfterAll is the number of a sale that brought money although its cart was being changed, told until
	// the next charge.
	AfterAll string `json:",omitempty"`
	// Parked is the ID of the parked cart that is open here, "" for one that was never parked.
	Parked string `json:",omitempty"`
	// Opened is when it was opened, in Unix milliseconds: every page of the register takes it in hand.
	Opened int64 `json:",omitempty"`
	// ParkKey is the command key under which the last one was parked, as ParkID: a copy of it that comes
	// later is old.
	ParkKey string `json:",omitempty"`
	ParkID  string `json:",omitempty"`
	// Taken is the cart that another till has taken over from here, until something is rung up.
	Taken *TakenCart `json:",omitempty"`
}

// TakenCart is a parked cart that was open here until another till took it over.
type TakenCart struct {
	Name string
	By   Holder
}

// CartMillis is how long a cart nobody touches is shown: then the customer has surely gone.
const CartMillis = 10 * MinuteMillis

// IsEmpty tells whether nothing is being rung up, not even typed.
func (c *Cart) IsEmpty() bool {
	return len(c.Lines) == 0 && c.Discount.IsZero() && c.Note == "" && c.Typing == ""
}

// Sum is the price of everything in the cart, before the discount.
func (c *Cart) Sum() Money { return SumOf(c.Lines) }

// Total is what would be charged now.
func (c *Cart) Total() Money { return max(0, c.Sum()-c.Discount.Off(c.Sum())) }

// fresh tells whether the cart is still about the customer who stands there.
func (c *Cart) fresh(now int64) bool { return len(c.Lines) > 0 && now-c.Updated < CartMillis }

// SumOf adds up lines, in cents.
func SumOf(lines []Line) Money {
	var sum Money
	for _, l := range lines {
		sum += l.Sum()
	}
	return sum
}
