package till

import (
	"context"
	"fmt"
	"slices"
	"unicode/utf8"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/shop"
)

// Charge is what a cashier asks for.
type Charge struct {
	Amount   kiosk.Money  // of all after the discount, as the till showed it; 0: whatever the lines come to
	Lines    []kiosk.Line // empty: one of Amount before the discount; of items Item, Qty and the price shown count
	Discount kiosk.Discount
	Note     string // the cashier's own
	Key      string // command key: made when the page was rendered, the same for every retry
	Counted  bool   // the lines were counted in a plain form, which shows nothing of what happens meanwhile
	NoTip    bool   // nobody can be asked for a tip: no customer's screen is there
	Parked   string // ID of the parked cart that this is, which goes with the charge; "" none
}

const (
	maxLines = 200
)

// The keys of messages about charges.
const (
	KeyKeyMissing  = "key-missing"
	KeyKeyReused   = "key-reused"
	KeyNoteTooLong = "note-too-long"
	KeyNoteText    = "note-text"
	KeyNoteCard    = "note-card"
	KeyLinesWrong  = "lines-wrong"
	KeyCountWhole  = "count-whole" // a count with a part, as "0,5"
	KeyOverLimit   = "over-limit"
)

// Charge makes a sale and stores the duty to open a link for it, in one transaction. The same
// command key gives the same sale again; the same key for another amount is [kiosk.Conflict]. A
// register that still waits for another sale is [kiosk.Conflict] with ReasonBusy.
func (t *Till) Charge(ctx context.Context, by kiosk.Actor, c Charge) (*kiosk.Sale, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	var sale *kiosk.Sale
	err := t.kernel.Change(ctx, by.Register, func(tx kiosk.Tx) (err error) {
		sale, err = t.charge(tx, by, c)
		return err
	})
	if err != nil {
		trailPrice(ctx, t.kernel, by, err)
		return nil, err
	}
	kiosk.Crash("after-charge")
	return sale, nil
}

// trailPrice writes down that a till showed another price than the catalogue's, which happens when
// the office changes one, and when somebody changes a page.
func trailPrice(ctx context.Context, k *shop.Kernel, by kiosk.Actor, cause error) {
	var e *kiosk.Error
	if !kiosk.AsError(cause, &e) || e.Key != kiosk.KeyItemPrice {
		return
	}
	err := k.Change(ctx, by.Register, func(tx kiosk.Tx) error {
		return tx.Append(kiosk.Event{
			Stream: by.Register, Kind: "charge.price", Amount: e.Amounts[1], Actor: by.Staff, At: k.Now(),
			Data: e.Args[0] + " costs " + e.Amounts[0].String(),
		})
	})
	if err != nil {
		k.Complain(ctx, "a refused price cannot be written down", err)
	}
}

func (c Charge) check() error {
	if c.Amount != 0 || len(c.Lines) == 0 {
		if err := c.Amount.CheckChargeable(); err != nil {
			return err
		}
	}
	if err := c.Discount.Check(); err != nil {
		return err
	}
	if len(c.Key) < 16 || len(c.Key) > 64 {
		return &kiosk.Error{Code: kiosk.Invalid, Key: KeyKeyMissing, Field: "key"}
	}
	if err := checkNote(c.Note); err != nil {
		return err
	}
	return c.checkLines()
}

// checkNote refuses what must not be kept beside a sale.
func checkNote(note string) error {
	switch {
	case utf8.RuneCountInString(note) > kiosk.MaxNote:
		return &kiosk.Error{Code: kiosk.Invalid, Key: KeyNoteTooLong, Field: "note"}
	case !kiosk.PlainText(note):
		return &kiosk.Error{Code: kiosk.Invalid, Key: KeyNoteText, Field: "note"}
	case hasCardNumber(note):
		return &kiosk.Error{Code: kiosk.Invalid, Key: KeyNoteCard, Field: "note"}
	}
	return nil
}

func (c Charge) checkLines() error {
	wrong := &kiosk.Error{Code: kiosk.Invalid, Key: KeyLinesWrong, Field: "lines"}
	if len(c.Lines) > maxLines {
		return wrong
	}
	for _, l := range c.Lines {
		if l.Qty < 1 || l.Qty > 9999 || l.Unit < 0 || l.Unit > kiosk.MaxMoney {
			return wrong
		}
	}
	return nil
}

// expected is what the sale must come to, 0 if only the lines can tell.
func (c Charge) expected() kiosk.Money {
	if len(c.Lines) == 0 {
		return c.Amount - c.Discount.Off(c.Amount)
	}
	return c.Amount
}

// reckon prices the lines and makes sure that they and the discount come to what the till showed.
func (c *Charge) reckon(r kiosk.ItemReader, stall kiosk.Stall) error {
	if len(c.Lines) == 0 {
		c.Lines, c.Amount = []kiosk.Line{{Qty: 1, Unit: c.Amount}}, 0
	}
	c.Lines = slices.Clone(c.Lines) // a decision may run again
	if err := price(r, stall, c.Lines); err != nil {
		return err
	}
	sum := kiosk.SumOf(c.Lines)
	goods := sum - c.Discount.Off(sum)
	switch {
	case goods <= 0 && !c.Discount.IsZero():
		return kiosk.DiscountError(kiosk.KeyDiscountMuch)
	case c.Amount != 0 && goods != c.Amount:
		return &kiosk.Error{Code: kiosk.Invalid, Key: KeyLinesWrong, Field: "lines"}
	}
	c.Amount = goods
	return goods.CheckChargeable()
}

func (t *Till) charge(tx kiosk.Tx, by kiosk.Actor, c Charge) (*kiosk.Sale, error) {
	if again, err := tx.SaleByKey(by.Device, c.Key); kiosk.CodeOf(err) != kiosk.NotFound {
		if want := c.expected(); err == nil && want != 0 && again.Goods != want {
			err = &kiosk.Error{Code: kiosk.Conflict, Key: KeyKeyReused, Field: "key"}
		}
		return again, err
	}
	register, stall, _, err := shop.RegisterAndStall(tx, by.Register)
	if err != nil {
		return nil, err
	}
	if err := c.reckon(tx, stall); err != nil {
		return nil, err
	}
	if c.Counted {
		if err := checkThere(tx, stall, c.Lines, t.kernel.Now()); err != nil {
			return nil, err
		}
	}
	if err := checkLimit(stall, c.Amount); err != nil {
		return nil, err
	}
	sale, err := t.newSale(tx, by, c, register, stall)
	if err != nil {
		return nil, err
	}
	return sale, t.begin(tx, sale, c.Parked)
}

// freeRegister releases a paid sale that the screens still show; anything else that is current
// keeps the register until its cashier has a clear answer or sets it aside.
func freeRegister(tx kiosk.Tx, register string) error {
	current, err := tx.Current(register)
	if kiosk.CodeOf(err) == kiosk.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	if err := current.Yield(); err != nil {
		return err
	}
	return tx.PutSale(current)
}

// newSale makes the sale of a charge at a register that is free, or gives up a paid sale, in its shift. It is
// not stored yet.
func (t *Till) newSale(tx kiosk.Tx, by kiosk.Actor, c Charge, register kiosk.Register, stall kiosk.Stall) (*kiosk.Sale, error) {
	if err := t.kernel.Accounts.CheckOpens(tx, stall.AccountID); err != nil {
		return nil, err
	}
	if err := freeRegister(tx, by.Register); err != nil {
		return nil, err
	}
	shift, err := t.shiftFor(tx, by)
	if err != nil {
		return nil, err
	}
	sale, err := t.drawSale(tx, by, c, register, stall)
	if err != nil {
		return nil, err
	}
	sale.Shift = shift.ID
	return sale, nil
}

// drawSale makes a sale with its numbers, its secret and its word.
func (t *Till) drawSale(tx kiosk.Tx, by kiosk.Actor, c Charge, register kiosk.Register, stall kiosk.Stall) (*kiosk.Sale, error) {
	no, err := tx.Number()
	if err != nil {
		return nil, err
	}
	now := t.kernel.Now()
	order, err := orderNumber(tx, register, stall, now)
	if err != nil {
		return nil, err
	}
	lapse := stall.LapseAfter
	if lapse == 0 {
		lapse = kiosk.DefaultLapse
	}
	dice := t.random.Bytes(2)
	return &kiosk.Sale{
		ID: t.random.ID(now), Stall: stall.ID, Register: register.ID,
		Staff: by.Staff, Device: by.Device, Key: c.Key,
		No: no, Number: fmt.Sprintf("%s-%04d", register.Prefix, no),
		OrderNumber: order, Receipt: t.random.Secret(16), Match: matchOf(dice[0], dice[1]),
		Lines: c.Lines, Goods: c.Amount, Note: c.Note,
		Created: now, Expires: now + lapse, Zone: stall.Zone,
		Discount: c.Discount.Off(kiosk.SumOf(c.Lines)), DiscountPercent: c.Discount.Percent, DiscountFor: c.Discount.Reason,
		Strict: stall.Strict || (stall.StrictAbove > 0 && c.Amount >= stall.StrictAbove),
		Poll:   t.publicURL == "", AsksTip: stall.AsksTip && !c.NoTip,
	}, nil
}

// begin stores a new sale, takes its cart off the register, and ties it to the sale that this was the
// cart of; parked is the ID of the parked cart that it was.
func (t *Till) begin(tx kiosk.Tx, sale *kiosk.Sale, parked string) error {
	before, err := t.Changes.from(tx, sale)
	if err != nil {
		return err
	}
	if err := clearCart(tx, sale.Register, parked, t.kernel.Now()); err != nil {
		return err
	}
	if err := t.Changes.storeNew(tx, sale); err != nil {
		return err
	}
	return t.Changes.into(tx, before, sale)
}

// storeNew stores a new sale: with its first attempt, or asking for a tip before it.
func (c *Changes) storeNew(tx kiosk.Tx, sale *kiosk.Sale) error {
	sale.AskTip()
	if !sale.AsksTip {
		link, err := c.kernel.NewLink(tx, sale, 1)
		if err != nil {
			return err
		}
		sale.AddLink(link)
	}
	out := kiosk.Outcome{Sale: sale, To: sale.State()}
	out.Start = sale.Duties()
	out.Events = []kiosk.Event{kiosk.EventOf(sale, kiosk.Step{Kind: "charge", Actor: sale.Staff, At: sale.Created, Reason: sale.ChargeTrail()}, out)}
	return out.Store(tx, sale.Created)
}

// Cancel asks for the end of a sale of the actor's register.
func (t *Till) Cancel(ctx context.Context, by kiosk.Actor, sale string) (*kiosk.Sale, error) {
	return t.kernel.TakeOnRegister(ctx, by.Register, sale, func(kiosk.Tx, *kiosk.Sale) (kiosk.Step, error) {
		return kiosk.Step{Kind: kiosk.StepCancel, Actor: by.Staff}, nil
	})
}

// SetAside gives the register's screens up though the sale may still be paid.
func (t *Till) SetAside(ctx context.Context, by kiosk.Actor, sale string) (*kiosk.Sale, error) {
	return t.kernel.TakeOnRegister(ctx, by.Register, sale, func(kiosk.Tx, *kiosk.Sale) (kiosk.Step, error) {
		return kiosk.Step{Kind: kiosk.StepAside, Actor: by.Staff}, nil
	})
}

// SaleByNumber looks a sale of the register up by the number people read.
func (t *Till) SaleByNumber(ctx context.Context, register, number string) (*kiosk.Sale, error) {
	var sale *kiosk.Sale
	err := t.store.View(ctx, func(r kiosk.Reader) (err error) {
		sale, err = r.SaleByNumber(register, number)
		return err
	})
	return sale, err
}

// NumberOf returns the number people read of a sale of the register.
func (t *Till) NumberOf(ctx context.Context, register, sale string) (string, error) {
	found, err := t.kernel.Sale(ctx, sale)
	if err == nil && found.Register != register {
		err = &kiosk.Error{Code: kiosk.NotFound, Key: kiosk.KeyNoSuchSale}
	}
	if err != nil {
		return "", err
	}
	return found.Number, nil
}
