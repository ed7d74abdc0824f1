package kiosk

import "context"

// Cart is what is being rung up at a register: mirrored on the display, no sale yet, no events.
type Cart struct {
	Register string
	Lines    []Line
	Discount Discount
	Updated  int64 // Unix milliseconds
}

// cartMillis is how long a cart nobody touches is shown: then the customer has surely gone.
const cartMillis = 10 * minuteMillis

// Sum is the price of everything in the cart, before the discount.
func (c *Cart) Sum() Money { return sumOf(c.Lines) }

// Total is what would be charged now.
func (c *Cart) Total() Money { return max(0, c.Sum()-c.Discount.Off(c.Sum())) }

// fresh tells whether the cart is still about the customer who stands there.
func (c *Cart) fresh(now int64) bool { return len(c.Lines) > 0 && now-c.Updated < cartMillis }

func sumOf(lines []Line) Money {
	var sum Money
	for _, l := range lines {
		sum += l.Sum()
	}
	return sum
}

// SetCart mirrors what is being rung up on the register's displays; no lines clear it. It makes no
// event. Prices are those of the catalogue: what a charge would refuse is refused here too. key is
// that of the charge to come: a cart that arrives behind its own charge is old and changes nothing.
func (s *Shop) SetCart(ctx context.Context, by Actor, key string, lines []Line, off Discount) error {
	c := Charge{Lines: lines, Discount: off}
	if err := c.checkLines(); err != nil {
		return err
	}
	if err := off.checkForm(); err != nil {
		return err
	}
	return s.change(ctx, by.Register, func(tx Tx) error {
		if _, err := tx.SaleByKey(by.Device, key); CodeOf(err) != NotFound {
			return err
		}
		if len(lines) == 0 {
			return clearCart(tx, by.Register)
		}
		_, stall, _, err := placeOf(tx, by.Register)
		if err != nil {
			return err
		}
		priced := append([]Line(nil), lines...) // a decision may run again
		if err := price(tx, stall, priced); err != nil {
			return err
		}
		return tx.PutCart(Cart{Register: by.Register, Lines: priced, Discount: off, Updated: s.now()})
	})
}

// clearCart empties a cart that has something.
func clearCart(tx Tx, register string) error {
	c, err := tx.Cart(register)
	if CodeOf(err) == NotFound || (err == nil && len(c.Lines) == 0) {
		return nil
	}
	if err != nil {
		return err
	}
	return tx.PutCart(Cart{Register: register})
}
