package shop

import (
	"qrkiosk/kiosk"
)

// follow lets a step of a sale reach what its cart became: the sale that waits until it surely cannot be
// paid, or the cart while it is being changed. It is called in the transaction of the step, so that no
// crash comes between.
func (s *Kernel) follow(tx kiosk.Tx, out kiosk.Outcome) error {
	switch {
	case !out.Sale.Changed:
		return nil
	case kiosk.HasMoney(out.To) && !kiosk.HasMoney(out.From):
		return s.endChange(tx, out.Sale)
	case !kiosk.MayBePaid(out.Sale):
		return s.free(tx, out.Sale)
	}
	return nil
}

// heir is the sale that waits because of this one, nil if there is none; last is the newest sale before
// it. One that was changed again before it had a link leads on to the next.
func heir(r kiosk.SaleReader, sale *kiosk.Sale) (waits, last *kiosk.Sale, err error) {
	for last = sale; last.Into != ""; {
		next, err := r.SaleByNumber(last.Register, last.Into)
		if err != nil || !kiosk.IsHeld(next) {
			return nil, nil, err
		}
		if !next.Cancel && !next.Lapse {
			return next, last, nil
		}
		last = next
	}
	return nil, last, nil
}

// free lets the sale that waits go on to its link, once none that it came from may be paid.
func (s *Kernel) free(tx kiosk.Tx, sale *kiosk.Sale) error {
	waits, last, err := heir(tx, sale)
	if err != nil || waits == nil {
		return err
	}
	if blocked, err := s.MustWait(tx, last); err != nil || blocked {
		return err
	}
	_, err = s.Take(tx, waits, kiosk.Step{Kind: kiosk.StepFreed, Actor: kiosk.ActorGateway})
	return err
}

// MustWait tells whether a sale that comes from this one has to wait: this one may still be paid, or
// one that it waited for itself.
func (s *Kernel) MustWait(r kiosk.SaleReader, sale *kiosk.Sale) (bool, error) {
	for {
		if kiosk.MayBePaid(sale) {
			return true, nil
		}
		if !kiosk.IsHeld(sale) {
			return false, nil
		}
		before, err := r.SaleByNumber(sale.Register, sale.From)
		if err != nil {
			return false, err
		}
		sale = before
	}
}

// endChange is for money that came by the link of a sale whose cart is being changed: it pays that sale,
// and nobody is asked for the changed cart. The cart of the next customer is left alone.
func (s *Kernel) endChange(tx kiosk.Tx, sale *kiosk.Sale) error {
	waits, last, err := heir(tx, sale)
	if err != nil || (waits == nil && last == nil) {
		return err
	}
	cart, err := tx.Cart(sale.Register)
	if err != nil && kiosk.CodeOf(err) != kiosk.NotFound {
		return err
	}
	switch {
	case waits != nil:
		if _, err := s.Take(tx, waits, kiosk.Step{Kind: kiosk.StepCancel, Actor: kiosk.ActorGateway, Reason: sale.Number}); err != nil {
			return err
		}
	case cart.From != last.Number:
		return nil // it was emptied: there is nothing to say
	default:
		cart = kiosk.Cart{Emptied: s.Now()}
	}
	cart.Register, cart.AfterAll = sale.Register, sale.Number
	return tx.PutCart(cart)
}
