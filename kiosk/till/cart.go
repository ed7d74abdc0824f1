package till

import (
	"context"
	"strings"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/shop"
)

// SetCart mirrors what is being rung up on the register's displays, and keeps it for a page that is
// loaded anew; no lines and nothing typed clear it. It makes no event. Prices are those of the
// catalogue: what a charge would refuse is refused here too. key is that of the charge to come: a cart
// that arrives behind its own charge is old and changes nothing. A note that a charge would refuse is
// left out: the charge says why.
func (t *Till) SetCart(ctx context.Context, by kiosk.Actor, key string, c kiosk.Cart) error {
	if err := (Charge{Lines: c.Lines, Discount: c.Discount}).checkLines(); err != nil {
		return err
	}
	if err := checkCart(c); err != nil {
		return err
	}
	if checkNote(c.Note) != nil {
		c.Note = ""
	}
	return t.kernel.Change(ctx, by.Register, func(tx kiosk.Tx) error {
		if _, err := tx.SaleByKey(by.Device, key); kiosk.CodeOf(err) != kiosk.NotFound {
			return err
		}
		return putCart(tx, by.Register, key, c, t.kernel.Now())
	})
}

// putCart keeps what is being rung up now, priced by the catalogue; one that was open and is empty now is
// given back.
func putCart(tx kiosk.Tx, register, key string, c kiosk.Cart, now int64) error {
	was, err := cartOf(tx, register)
	if err != nil || isLate(was, key, c) || (c.IsEmpty() && was.IsEmpty()) {
		return err
	}
	if was.Parked != "" && len(c.Lines) == 0 && c.Typing == "" {
		c = kiosk.Cart{}
		if err := giveBack(tx, was.Parked, register); err != nil {
			return err
		}
	}
	_, stall, _, err := shop.RegisterAndStall(tx, register)
	if err != nil {
		return err
	}
	was.Lines, was.Discount, was.Note, was.Typing, was.Parked = nil, c.Discount, c.Note, c.Typing, c.Parked
	was.Lines = append(was.Lines, c.Lines...) // a decision may run again
	if err := price(tx, stall, was.Lines); err != nil {
		return err
	}
	if was.Updated = now; was.IsEmpty() {
		was.From, was.Opened = "", 0 // an empty cart is the next customer's
	} else {
		was.Taken = nil
	}
	return tx.PutCart(was)
}

// isLate tells whether a copy is of a cart that is no more, as another tab may still send it: it was
// charged or emptied since, or parked, or another parked one is open.
func isLate(was kiosk.Cart, key string, c kiosk.Cart) bool {
	return c.Emptied < was.Emptied || c.Parked != was.Parked || (key != "" && key == was.ParkKey)
}

// cartOf is what is being rung up at a register, empty if nothing ever was.
func cartOf(r kiosk.StallReader, register string) (kiosk.Cart, error) {
	c, err := r.Cart(register)
	if kiosk.CodeOf(err) == kiosk.NotFound {
		return kiosk.Cart{Register: register}, nil
	}
	return c, err
}

// clearCart empties a cart that has something, because it was charged now, and removes the parked one
// that it was; parked is the ID of the one that was charged. Another one that is open is given back.
func clearCart(tx kiosk.Tx, register, parked string, now int64) error {
	c, err := cartOf(tx, register)
	if err != nil {
		return err
	}
	if parked != "" {
		if err := removeHeld(tx, parked, register); err != nil {
			return err
		}
	} else if c.Parked != "" {
		if err := giveBack(tx, c.Parked, register); err != nil {
			return err
		}
	}
	switch {
	case c.IsEmpty() && c.AfterAll == "":
		return nil
	case c.IsEmpty():
		now = c.Emptied
	}
	return tx.PutCart(kiosk.Cart{Register: register, Emptied: now, ParkKey: c.ParkKey, ParkID: c.ParkID})
}

// longestTyping bounds what is kept of a line in the making.
const longestTyping = 24

// checkCart refuses what no keypad sends: the line in the making, and a discount that is none.
func checkCart(c kiosk.Cart) error {
	if len(c.Typing) > longestTyping || strings.Trim(c.Typing, "0123456789,x") != "" {
		return &kiosk.Error{Code: kiosk.Invalid, Key: string(kiosk.Invalid), Field: "typing"}
	}
	return c.Discount.CheckForm()
}
