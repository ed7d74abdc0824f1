package kiosk

// Cart is what is being rung up at a register: mirrored on the display, no sale yet, no events.
type Cart struct {
	Register string
	Lines    []Line
	Discount Discount
	Updated  int64 // Unix milliseconds
}

// CartMillis is how long a cart nobody touches is shown: then the customer has surely gone.
const CartMillis = 10 * MinuteMillis

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
