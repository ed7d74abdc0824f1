package till

import (
	"context"
	"fmt"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/shop"
)

// Parking keeps carts that wait for their customers and opens them at any till of the stall. Registers of
// a stall are streams of their own, so that two of them may reach for one cart at once: each change is of
// the version that was read, and the second one is refused.
type Parking struct {
	kernel *shop.Kernel
	random kiosk.Entropy
}

// Park takes what is being rung up off the register and keeps it, and returns the ID by which it is
// opened. A parked cart that was open here is parked again, under its name unless name is another. key is
// that of the charge to come: the same key parks nothing twice, and one that has charged is [kiosk.Conflict].
func (k *Parking) Park(ctx context.Context, by kiosk.Actor, key, name string, c kiosk.Cart) (string, error) {
	if err := checkParked(key, name, c); err != nil {
		return "", err
	}
	id := ""
	err := k.kernel.Change(ctx, by.Register, func(tx kiosk.Tx) (err error) {
		id, err = k.park(tx, by, key, name, c)
		return err
	})
	return id, err
}

func checkParked(key, name string, c kiosk.Cart) error {
	if len(c.Lines) == 0 {
		return &kiosk.Error{Code: kiosk.Invalid, Key: kiosk.KeyParkedEmpty}
	}
	if len(key) < 16 || len(key) > 64 {
		return &kiosk.Error{Code: kiosk.Invalid, Key: KeyKeyMissing, Field: "key"}
	}
	if name != "" {
		if err := kiosk.CheckName(name); err != nil {
			return err
		}
	}
	return kiosk.FirstOf(Charge{Lines: c.Lines}.checkLines(), c.Discount.CheckForm(), checkNote(c.Note), checkNote(name))
}

func (k *Parking) park(tx kiosk.Tx, by kiosk.Actor, key, name string, c kiosk.Cart) (string, error) {
	was, err := cartOf(tx, by.Register)
	if err != nil || was.ParkKey == key {
		return was.ParkID, err
	}
	if _, err := tx.SaleByKey(by.Device, key); kiosk.CodeOf(err) != kiosk.NotFound {
		if err == nil {
			err = &kiosk.Error{Code: kiosk.Conflict, Key: KeyKeyReused, Field: "key"}
		}
		return "", err
	}
	if was.From != "" {
		return "", &kiosk.Error{Code: kiosk.Conflict, Key: kiosk.KeyParkedTied, Args: []string{was.From}}
	}
	p, stall, err := k.placeFor(tx, by, was, c.Parked)
	if err != nil {
		return "", err
	}
	p.Lines = append([]kiosk.Line(nil), c.Lines...) // a decision may run again
	if err := price(tx, stall, p.Lines); err != nil {
		return "", err
	}
	if p.Discount, p.Note = c.Discount, c.Note; name != "" {
		p.Name = name
	}
	now := k.kernel.Now()
	p.Staff, p.At, p.Holder = by.Staff, now, kiosk.Holder{}
	p.Day, _ = kiosk.LocalHour(stall.Zone, now)
	if err := tx.PutParkedCart(p); err != nil {
		return "", err
	}
	return p.ID, tx.PutCart(kiosk.Cart{Register: by.Register, Emptied: now, ParkKey: key, ParkID: p.ID})
}

// placeFor is the parked cart that is open at the register, or a new one where none is.
func (k *Parking) placeFor(tx kiosk.Tx, by kiosk.Actor, was kiosk.Cart, parked string) (p kiosk.ParkedCart, stall kiosk.Stall, err error) {
	if _, stall, _, err = shop.RegisterAndStall(tx, by.Register); err != nil {
		return p, stall, err
	}
	if parked != "" {
		p, err = held(tx, parked, by.Register)
		return p, stall, err
	}
	if was.Parked != "" {
		return p, stall, &kiosk.Error{Code: kiosk.Conflict, Key: kiosk.KeyParkedBusy}
	}
	n, err := clearPaid(tx, stall)
	if err == nil && n >= kiosk.ParkedMost {
		err = &kiosk.Error{Code: kiosk.Conflict, Key: kiosk.KeyParkedMany}
	}
	return kiosk.ParkedCart{ID: k.random.ID(k.kernel.Now()), Stall: stall.ID}, stall, err
}

// clearPaid removes the bills of a stall that are paid, and tells how many parked carts are left.
func clearPaid(tx kiosk.Tx, stall kiosk.Stall) (left int, err error) {
	all, err := tx.ParkedCarts(stall.ID)
	if err != nil {
		return 0, err
	}
	for _, p := range all {
		b, err := billOf(tx, stall, p)
		if err != nil {
			return 0, err
		}
		if !b.IsPaid() {
			left++
		} else if err := tx.RemoveParkedCart(p); err != nil {
			return 0, err
		}
	}
	return left, nil
}

// held finds a parked cart that is open at the register. One that another till has taken over says whose
// it is now; one that is open nowhere, or was charged, is not there any more.
func held(r kiosk.ParkedReader, id, register string) (kiosk.ParkedCart, error) {
	p, err := r.ParkedCart(id)
	switch {
	case kiosk.CodeOf(err) == kiosk.NotFound || (err == nil && p.Holder.IsZero()):
		err = &kiosk.Error{Code: kiosk.Conflict, Key: kiosk.KeyParkedGone}
	case err == nil && p.Holder.Register != register:
		err = &kiosk.Error{Code: kiosk.Conflict, Key: kiosk.KeyParkedTaken, Args: []string{p.Holder.Name, p.Holder.Staff}}
	}
	return p, err
}

// giveBack closes a parked cart at the register: it is what it was when it was opened. One that is not
// the register's any more stays as it is.
func giveBack(tx kiosk.Tx, id, register string) error {
	p, err := held(tx, id, register)
	if kiosk.CodeOf(err) == kiosk.Conflict {
		return nil
	}
	if err != nil {
		return err
	}
	p.Holder = kiosk.Holder{}
	return tx.PutParkedCart(p)
}

func removeHeld(tx kiosk.Tx, id, register string) error {
	p, err := held(tx, id, register)
	if err != nil {
		return err
	}
	return tx.RemoveParkedCart(p)
}

// Opening says which parked cart is to be opened, and what the till had shown of it.
type Opening struct {
	ID     string
	Total  kiosk.Money // what it comes to: prices that have changed were shown with it
	Holder string      // ID of the register from which it is taken over, "" if it was open nowhere
}

// Open rings a parked cart up at the register, at today's prices. A total other than the one that was shown
// is [kiosk.Conflict] with [kiosk.KeyParkedPrices]; a cart that is open elsewhere than was shown is one with
// [kiosk.KeyParkedHeld], which names who has it. The till it is taken over from is emptied and says why.
func (k *Parking) Open(ctx context.Context, by kiosk.Actor, o Opening) error {
	var was kiosk.ParkedCart
	err := k.kernel.Change(ctx, by.Register, func(tx kiosk.Tx) (err error) {
		was, err = k.open(tx, by, o)
		return err
	})
	if err != nil {
		return err
	}
	if from := was.Holder.Register; from != "" && from != by.Register {
		k.takeFrom(ctx, from, was.ID)
	}
	return nil
}

func (k *Parking) open(tx kiosk.Tx, by kiosk.Actor, o Opening) (was kiosk.ParkedCart, err error) {
	register, stall, _, err := shop.RegisterAndStall(tx, by.Register)
	if err != nil {
		return was, err
	}
	now := k.kernel.Now()
	was, err = tx.ParkedCart(o.ID)
	if kiosk.CodeOf(err) == kiosk.NotFound || (err == nil && (was.Stall != stall.ID || was.Ended(stall.Zone, now))) {
		return was, &kiosk.Error{Code: kiosk.Conflict, Key: kiosk.KeyParkedGone}
	}
	if err != nil {
		return was, err
	}
	here, err := cartOf(tx, by.Register)
	if err != nil {
		return was, err
	}
	switch {
	case was.Holder.Register == by.Register && here.Parked == was.ID:
		return was, nil // pressed twice
	case was.IsSplit():
		return was, &kiosk.Error{Code: kiosk.Conflict, Key: kiosk.KeyParkedGone}
	case !here.IsEmpty():
		return was, &kiosk.Error{Code: kiosk.Conflict, Key: kiosk.KeyParkedBusy}
	case !was.Holder.IsZero() && was.Holder.Register != o.Holder:
		return was, &kiosk.Error{Code: kiosk.Conflict, Key: kiosk.KeyParkedHeld, Args: []string{was.Holder.Name, was.Holder.Staff}}
	}
	person, err := tx.Staff(by.Staff)
	if err != nil {
		return was, err
	}
	p := was
	p.Holder = kiosk.Holder{Register: by.Register, Name: register.Name, Staff: person.Name, At: now}
	if err := k.ringUp(tx, p, here, o.Total, now); err != nil {
		return was, err
	}
	return was, tx.PutParkedCart(p)
}

// ringUp makes a parked cart that of the register that holds it.
func (k *Parking) ringUp(tx kiosk.Tx, p kiosk.ParkedCart, here kiosk.Cart, shown kiosk.Money, now int64) error {
	items, err := tx.Items(p.Stall)
	if err != nil {
		return err
	}
	c, _ := p.Opened(items)
	if c.Total() != shown {
		return &kiosk.Error{Code: kiosk.Conflict, Key: kiosk.KeyParkedPrices, Amounts: []kiosk.Money{c.Total()}}
	}
	if len(c.Lines) == 0 {
		return &kiosk.Error{Code: kiosk.Conflict, Key: kiosk.KeyParkedEmpty}
	}
	c.Register, c.Emptied, c.ParkKey, c.ParkID = here.Register, here.Emptied, here.ParkKey, here.ParkID
	c.Updated, c.Opened = now, now
	return tx.PutCart(c)
}

// takeFrom empties the cart of a register whose parked cart was taken over. Should it fail, a charge of
// it is refused in the same words.
func (k *Parking) takeFrom(ctx context.Context, register, id string) {
	err := k.kernel.Change(ctx, register, func(tx kiosk.Tx) error {
		c, err := cartOf(tx, register)
		if err != nil || c.Parked != id {
			return err
		}
		taken := &kiosk.TakenCart{}
		if p, err := tx.ParkedCart(id); err == nil {
			taken.Name, taken.By = p.Name, p.Holder
		}
		return tx.PutCart(kiosk.Cart{
			Register: register, Emptied: k.kernel.Now(), ParkKey: c.ParkKey, ParkID: c.ParkID, Taken: taken,
		})
	})
	if err != nil {
		k.kernel.Complain(ctx, "the till that had a parked cart cannot be emptied", err)
	}
}

// Seen removes the carts of the stall whose day is over: somebody has read of it.
func (k *Parking) Seen(ctx context.Context, by kiosk.Actor) error {
	return k.kernel.Change(ctx, by.Register, func(tx kiosk.Tx) error {
		_, stall, _, err := shop.RegisterAndStall(tx, by.Register)
		if err != nil {
			return err
		}
		now := k.kernel.Now()
		all, err := parkedOf(tx, stall, now)
		if err != nil {
			return err
		}
		for _, p := range all {
			if !p.Ended {
				continue // it is told of another time
			}
			if err := writeOwed(tx, by, p.ID, p.Owed, now); err != nil {
				return err
			}
			if err := tx.RemoveParkedCart(p.ParkedCart); err != nil {
				return err
			}
		}
		return nil
	})
}

// writeOwed writes down for the office what a bill that ended owes of fixed shares.
func writeOwed(tx kiosk.Tx, by kiosk.Actor, bill string, owed []kiosk.Share, now int64) error {
	for _, s := range owed {
		err := tx.Append(kiosk.Event{
			Stream: by.Register, Kind: "bill.owed", Subject: bill, Amount: s.Fixed, Actor: by.Staff, At: now,
			Data: fmt.Sprintf("%s is owed %s of a bill that ended", s.Payee(), s.Fixed),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// parkedOf reads the parked carts of a stall as its tills tell of them.
func parkedOf(r kiosk.Reader, stall kiosk.Stall, now int64) ([]kiosk.ParkedView, error) {
	parked, err := r.ParkedCarts(stall.ID)
	if err != nil || len(parked) == 0 {
		return nil, err
	}
	items, err := r.Items(stall.ID)
	if err != nil {
		return nil, err
	}
	var bills []kiosk.Bill
	for _, p := range parked {
		b, err := billOf(r, stall, p)
		if err != nil {
			return nil, err
		}
		bills = append(bills, b)
	}
	return kiosk.ViewParked(bills, items, stall.Zone, now), nil
}

// readParked reads the parked carts of a till's stall, and when the day ends that they are kept for.
func readParked(t *kiosk.TillScreen, r kiosk.Reader) (err error) {
	if t.Parked, err = parkedOf(r, t.Stall, t.Now); err != nil {
		return err
	}
	for _, p := range t.Parked {
		if end := kiosk.DayEnds(t.Stall.Zone, t.Now); !p.Ended && (t.Next == 0 || end < t.Next) {
			t.Next = end + 1
		}
	}
	return nil
}
