package till

import (
	"context"
	"slices"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/shop"
)

// Bills splits parked carts: portions of one are charged one by one, at any till of the stall, each as an
// ordinary sale. What is left is not kept but computed from the sales of the portions, so that one that was
// cancelled or lapsed is to be paid again by itself.
type Bills struct{ till *Till }

// billOf reads the sales of the portions of a parked cart of a stall.
func billOf(r kiosk.SaleReader, stall kiosk.Stall, p kiosk.ParkedCart) (kiosk.Bill, error) {
	b := kiosk.Bill{ParkedCart: p, Whole: p.Lines, Terms: stall.SplitTerms}
	for _, one := range p.Portions {
		sale, err := r.Sale(one.Sale)
		if err != nil {
			return b, err
		}
		b.Sales = append(b.Sales, sale)
	}
	return b, nil
}

// Bill reads a bill as the till of a register shows it. One that is not there any more is [kiosk.NotFound].
func (b *Bills) Bill(ctx context.Context, register, id string) (kiosk.Bill, error) {
	var bill kiosk.Bill
	err := b.till.store.View(ctx, func(r kiosk.Reader) error {
		_, stall, _, err := shop.RegisterAndStall(r, register)
		if err == nil {
			bill, err = b.read(r, stall, id)
		}
		return err
	})
	return bill, err
}

// read reads a bill that may be charged now: of which nothing was charged yet at the prices it was parked
// at, which the first charge compares with the catalogue.
func (b *Bills) read(r kiosk.Reader, stall kiosk.Stall, id string) (kiosk.Bill, error) {
	p, err := r.ParkedCart(id)
	if err == nil && p.Stall != stall.ID {
		err = &kiosk.Error{Code: kiosk.NotFound, Key: kiosk.KeyParkedGone}
	}
	if err != nil {
		return kiosk.Bill{}, err
	}
	bill, err := billOf(r, stall, p)
	if err == nil && bill.Ended(stall.Zone, b.till.kernel.Now()) {
		err = &kiosk.Error{Code: kiosk.NotFound, Key: kiosk.KeyParkedGone}
	}
	if err == nil && !p.IsSplit() {
		bill.Whole = kiosk.WholeBill(p.Lines, p.Discount)
	}
	return bill, err
}

// PortionOrder is the portion that a cashier asks for.
type PortionOrder struct {
	Bill   string
	Key    string      // command key, as of a charge
	Amount kiosk.Money // as the till showed it
	Equal  int64       // one of so many equal portions of what is left; 0: by Counts
	Counts []int64     // how many of each line of the rest
	NoTip  bool
}

// Of is the portion of what is left.
func (o PortionOrder) Of(rest []kiosk.Line) ([]kiosk.Line, error) {
	switch {
	case o.Equal < 0 || o.Equal > kiosk.PortionsMost:
		return nil, &kiosk.Error{Code: kiosk.Invalid, Key: KeyLinesWrong, Field: "equal"}
	case o.Equal > 0:
		return kiosk.EqualPortion(rest, o.Equal), nil
	}
	return kiosk.PortionByLines(rest, o.Counts)
}

// Charge charges a portion. Limit and discount are decided for the whole bill, with its first portion; from
// then on its prices stay. What the portion takes of fixed shares is decided now and stays with its sale,
// whatever becomes of bill and terms. The same key gives the same sale again. A portion that comes to something else
// than the till showed, because another one was charged meanwhile, is [kiosk.Conflict].
func (b *Bills) Charge(ctx context.Context, by kiosk.Actor, o PortionOrder) (*kiosk.Sale, error) {
	if len(o.Key) < 16 || len(o.Key) > 64 {
		return nil, &kiosk.Error{Code: kiosk.Invalid, Key: KeyKeyMissing, Field: "key"}
	}
	var sale *kiosk.Sale
	err := b.till.kernel.Change(ctx, by.Register, func(tx kiosk.Tx) (err error) {
		if sale, err = tx.SaleByKey(by.Device, o.Key); kiosk.CodeOf(err) != kiosk.NotFound {
			return err
		}
		sale, err = b.charge(tx, by, o)
		return err
	})
	return sale, err
}

func (b *Bills) charge(tx kiosk.Tx, by kiosk.Actor, o PortionOrder) (*kiosk.Sale, error) {
	register, stall, _, err := shop.RegisterAndStall(tx, by.Register)
	if err != nil {
		return nil, err
	}
	bill, err := b.read(tx, stall, o.Bill)
	if kiosk.CodeOf(err) == kiosk.NotFound {
		err = &kiosk.Error{Code: kiosk.Conflict, Key: kiosk.KeyParkedGone}
	}
	if err == nil {
		err = mayCharge(tx, stall, bill)
	}
	if err != nil {
		return nil, err
	}
	portion, err := o.Of(bill.Rest())
	if err != nil {
		return nil, err
	}
	amount := kiosk.NetOf(portion)
	switch {
	case amount <= 0:
		return nil, &kiosk.Error{Code: kiosk.Invalid, Key: kiosk.KeyBillNothing}
	case amount != o.Amount:
		return nil, &kiosk.Error{Code: kiosk.Conflict, Key: kiosk.KeyBillChanged}
	}
	sale, err := b.sell(tx, by, register, stall, Charge{
		Lines: portion, Discount: bill.Discount, Amount: amount, Note: bill.Note, Key: o.Key, NoTip: o.NoTip,
	})
	if err != nil {
		return nil, err
	}
	sale.Bill, sale.Shares = bill.ID, bill.SharesOf(portion)
	p := bill.ParkedCart
	p.Lines = bill.Whole
	p.Portions = append(slices.Clone(p.Portions), kiosk.Portion{Sale: sale.ID, Lines: portion})
	if err := tx.PutParkedCart(p); err != nil {
		return nil, err
	}
	return sale, b.till.Changes.storeNew(tx, sale)
}

// End ends a bill whose rest is settled in another way, of which nothing is charged any more. While a portion
// may still be paid that is [kiosk.Conflict] with [kiosk.KeyBillOpen].
func (b *Bills) End(ctx context.Context, by kiosk.Actor, id string) error {
	return b.till.kernel.Change(ctx, by.Register, func(tx kiosk.Tx) error {
		_, stall, _, err := shop.RegisterAndStall(tx, by.Register)
		if err != nil {
			return err
		}
		bill, err := b.read(tx, stall, id)
		switch {
		case kiosk.CodeOf(err) == kiosk.NotFound || (err == nil && !bill.IsSplit()):
			return &kiosk.Error{Code: kiosk.Conflict, Key: kiosk.KeyParkedGone}
		case err != nil:
			return err
		case !bill.MayEnd():
			return &kiosk.Error{Code: kiosk.Conflict, Key: kiosk.KeyBillOpen}
		}
		now := b.till.kernel.Now()
		err = tx.Append(kiosk.Event{
			Stream: by.Register, Kind: "bill.ended", Subject: bill.ID, Amount: kiosk.NetOf(bill.Rest()), Actor: by.Staff, At: now,
			Data: "what was left is settled in another way",
		})
		if err != nil {
			return err
		}
		if err := writeOwed(tx, by, bill.ID, bill.Owed(), now); err != nil {
			return err
		}
		return tx.RemoveParkedCart(bill.ParkedCart)
	})
}

// mayCharge decides once for a whole bill what a charge decides for a cart.
func mayCharge(r kiosk.ItemReader, stall kiosk.Stall, bill kiosk.Bill) error {
	switch {
	case !bill.Holder.IsZero():
		return &kiosk.Error{Code: kiosk.Conflict, Key: kiosk.KeyParkedHeld, Args: []string{bill.Holder.Name, bill.Holder.Staff}}
	case bill.IsSplit():
		return nil
	}
	items, err := r.Items(stall.ID)
	if err != nil {
		return err
	}
	if c, different := bill.Opened(items); len(different) > 0 {
		return &kiosk.Error{Code: kiosk.Conflict, Key: kiosk.KeyParkedPrices, Amounts: []kiosk.Money{c.Total()}}
	}
	whole := Charge{Lines: slices.Clone(bill.Lines), Discount: bill.Discount}
	if err := whole.Discount.Check(); err != nil {
		return err
	}
	if err := whole.reckon(r, stall); err != nil {
		return err
	}
	return checkLimit(stall, whole.Amount)
}

func checkLimit(stall kiosk.Stall, amount kiosk.Money) error {
	if stall.Limit > 0 && amount > stall.Limit {
		return &kiosk.Error{Code: kiosk.Invalid, Key: KeyOverLimit, Field: "amount", Amounts: []kiosk.Money{stall.Limit}}
	}
	return nil
}

// sell makes the sale of a portion, as a charge does of a cart.
func (b *Bills) sell(tx kiosk.Tx, by kiosk.Actor, register kiosk.Register, stall kiosk.Stall, c Charge) (*kiosk.Sale, error) {
	sale, err := b.till.newSale(tx, by, c, register, stall)
	if err != nil {
		return nil, err
	}
	sale.Discount = kiosk.OffOf(c.Lines)
	sale.Lines = slices.DeleteFunc(slices.Clone(c.Lines), kiosk.Line.IsEmpty)
	return sale, nil
}
