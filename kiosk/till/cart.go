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
		return putCart(tx, by.Register, c, t.kernel.Now())
	})
}

// putCart keeps what is being rung up now, priced by the catalogue.
func putCart(tx kiosk.Tx, register string, c kiosk.Cart, now int64) error {
	was, err := tx.Cart(register)
	if err != nil && kiosk.CodeOf(err) != kiosk.NotFound {
		return err
	}
	if c.IsEmpty() && was.IsEmpty() {
		return nil
	}
	_, stall, _, err := shop.RegisterAndStall(tx, register)
	if err != nil {
		return err
	}
	c.Register, c.Emptied, c.AfterAll = register, was.Emptied, was.AfterAll
	if !c.IsEmpty() {
		c.From, c.Opened = was.From, was.Opened // an empty cart is the next customer's
	}
	c.Lines = append([]kiosk.Line(nil), c.Lines...) // a decision may run again
	if err := price(tx, stall, c.Lines); err != nil {
		return err
	}
	c.Updated = now
	return tx.PutCart(c)
}

// clearCart empties a cart that has something, because it was charged now.
func clearCart(tx kiosk.Tx, register string, now int64) error {
	c, err := tx.Cart(register)
	if kiosk.CodeOf(err) == kiosk.NotFound || (err == nil && c.IsEmpty() && c.AfterAll == "") {
		return nil
	}
	if err != nil {
		return err
	}
	if c.IsEmpty() {
		now = c.Emptied
	}
	return tx.PutCart(kiosk.Cart{Register: register, Emptied: now})
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
