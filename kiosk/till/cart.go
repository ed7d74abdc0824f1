package till

import (
	"context"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/shop"
)

// SetCart mirrors what is being rung up on the register's displays; no lines clear it. It makes no
// event. Prices are those of the catalogue: what a charge would refuse is refused here too. key is
// that of the charge to come: a cart that arrives behind its own charge is old and changes nothing.
func (t *Till) SetCart(ctx context.Context, by kiosk.Actor, key string, lines []kiosk.Line, off kiosk.Discount) error {
	c := Charge{Lines: lines, Discount: off}
	if err := c.checkLines(); err != nil {
		return err
	}
	if err := off.CheckForm(); err != nil {
		return err
	}
	return t.kernel.Change(ctx, by.Register, func(tx kiosk.Tx) error {
		if _, err := tx.SaleByKey(by.Device, key); kiosk.CodeOf(err) != kiosk.NotFound {
			return err
		}
		if len(lines) == 0 {
			return clearCart(tx, by.Register)
		}
		_, stall, _, err := shop.RegisterAndStall(tx, by.Register)
		if err != nil {
			return err
		}
		priced := append([]kiosk.Line(nil), lines...) // a decision may run again
		if err := price(tx, stall, priced); err != nil {
			return err
		}
		return tx.PutCart(kiosk.Cart{Register: by.Register, Lines: priced, Discount: off, Updated: t.kernel.Now()})
	})
}

// clearCart empties a cart that has something.
func clearCart(tx kiosk.Tx, register string) error {
	c, err := tx.Cart(register)
	if kiosk.CodeOf(err) == kiosk.NotFound || (err == nil && len(c.Lines) == 0) {
		return nil
	}
	if err != nil {
		return err
	}
	return tx.PutCart(kiosk.Cart{Register: register})
}
