package till

import (
	"context"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/shop"
)

// Changes opens the carts of sales again.
type Changes struct{ kernel *shop.Kernel }

// Open ends a sale as Cancel does and puts its lines back into the register's cart, at today's prices and
// without discount and tip; one that has ended is only put back. A cart in which something is being rung
// up, in the store or, as rungUp says, in the hands of whoever asks, is left alone: that is
// [kiosk.Conflict] with ReasonCartTaken. Doing it twice is doing it once.
func (c *Changes) Open(ctx context.Context, by kiosk.Actor, sale string, rungUp bool) (*kiosk.Sale, error) {
	return c.kernel.TakeOnRegister(ctx, by.Register, sale, func(tx kiosk.Tx, found *kiosk.Sale) (kiosk.Step, error) {
		step := kiosk.Step{Kind: kiosk.StepChange, Actor: by.Staff}
		cart, err := tx.Cart(by.Register)
		switch {
		case err != nil && kiosk.CodeOf(err) != kiosk.NotFound:
			return step, err
		case cart.From != "" && cart.From == found.Number:
			return step, nil
		case rungUp || !cart.IsEmpty():
			return step, kiosk.Refuse(kiosk.ReasonCartTaken)
		}
		return step, c.putBack(tx, found, cart.Emptied)
	})
}

// putBack makes a cart of what a sale was for.
func (c *Changes) putBack(tx kiosk.Tx, sale *kiosk.Sale, emptied int64) error {
	_, stall, _, err := shop.RegisterAndStall(tx, sale.Register)
	if err != nil {
		return err
	}
	lines, err := sellable(tx, stall, sale.Lines)
	if err != nil {
		return err
	}
	now := c.kernel.Now()
	return tx.PutCart(kiosk.Cart{
		Register: sale.Register, Lines: lines, Note: sale.Note, Updated: now,
		Emptied: emptied, From: sale.Number, Opened: now,
	})
}

// sellable is lines as they can be charged now: an item at today's price, and one that is sold no more as
// an amount that was typed.
func sellable(r kiosk.ItemReader, stall kiosk.Stall, lines []kiosk.Line) ([]kiosk.Line, error) {
	var list []kiosk.Line
	for _, l := range lines {
		if l.Item != "" {
			item, err := r.Item(l.Item)
			switch {
			case err != nil && kiosk.CodeOf(err) != kiosk.NotFound:
				return nil, err
			case err != nil || item.Gone > 0 || item.Stall != stall.ID:
				l = kiosk.Line{Qty: l.Qty, Unit: l.Unit}
			default:
				l.Unit = item.Price
			}
		}
		list = append(list, l)
	}
	return list, price(r, stall, list)
}

// from ties a new sale to the one whose cart is charged as it, before it is stored.
func (c *Changes) from(tx kiosk.Tx, sale *kiosk.Sale) (before *kiosk.Sale, err error) {
	cart, err := tx.Cart(sale.Register)
	if kiosk.CodeOf(err) == kiosk.NotFound || (err == nil && cart.From == "") {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if before, err = tx.SaleByNumber(sale.Register, cart.From); err != nil {
		return nil, err
	}
	sale.From = before.Number
	sale.Waits, err = c.kernel.MustWait(tx, before)
	return before, err
}

// into ties the sale that was changed to what its cart was charged as.
func (c *Changes) into(tx kiosk.Tx, before, sale *kiosk.Sale) error {
	if before == nil {
		return nil
	}
	_, err := c.kernel.Take(tx, before, kiosk.Step{Kind: kiosk.StepChanged, Actor: sale.Staff, At: sale.Created, Reason: sale.Number})
	return err
}
