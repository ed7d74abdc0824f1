package kiosk

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"
)

// Actor is who gives a command: a person on an enrolled tablet of a register.
type Actor struct {
	Staff    string
	Role     Role
	Device   string
	Register string
	From     string // network address, of people in the office
}

// Charge is what a cashier asks for.
type Charge struct {
	Amount   Money  // of all after the discount, as the till showed it; 0: whatever the lines come to
	Lines    []Line // empty: one of Amount before the discount; of items Item, Qty and the price shown count
	Discount Discount
	Note     string // the cashier's own
	Key      string // command key: made when the page was rendered, the same for every retry
	NoTip    bool   // nobody can be asked for a tip: no customer's screen is there
}

const (
	maxNote  = 500 // characters
	maxLines = 200
	// inboxYears is how long a webhook address goes on answering: late notices are real.
	inboxMillis = 90 * dayMillis
)

// The keys of messages about charges.
const (
	KeyKeyMissing  = "key-missing"
	KeyKeyReused   = "key-reused"
	KeyNoteTooLong = "note-too-long"
	KeyNoteText    = "note-text"
	KeyNoteCard    = "note-card"
	KeyLinesWrong  = "lines-wrong"
	KeyOverLimit   = "over-limit"
)

// Charge makes a sale and stores the duty to open a link for it, in one transaction. The same
// command key gives the same sale again; the same key for another amount is [Conflict]. A
// register that still waits for another sale is [Conflict] with ReasonBusy.
func (s *Shop) Charge(ctx context.Context, by Actor, c Charge) (*Sale, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	var sale *Sale
	err := s.change(ctx, by.Register, func(tx Tx) (err error) {
		sale, err = s.charge(tx, by, c)
		return err
	})
	if err != nil {
		s.trailPrice(ctx, by, err)
		return nil, err
	}
	Crash("after-charge")
	return sale, nil
}

// trailPrice writes down that a till showed another price than the catalogue's, which happens when
// the office changes one, and when somebody changes a page.
func (s *Shop) trailPrice(ctx context.Context, by Actor, cause error) {
	var e *Error
	if !asError(cause, &e) || e.Key != KeyItemPrice {
		return
	}
	err := s.change(ctx, by.Register, func(tx Tx) error {
		return tx.Append(Event{
			Stream: by.Register, Kind: "charge.price", Amount: e.Amounts[1], Actor: by.Staff, At: s.now(),
			Data: e.Args[0] + " costs " + e.Amounts[0].String(),
		})
	})
	if err != nil {
		s.complain(ctx, "a refused price cannot be written down", err)
	}
}

func (c Charge) check() error {
	if c.Amount != 0 || len(c.Lines) == 0 {
		if err := c.Amount.checkChargeable(); err != nil {
			return err
		}
	}
	if err := c.Discount.check(); err != nil {
		return err
	}
	switch {
	case len(c.Key) < 16 || len(c.Key) > 64:
		return &Error{Code: Invalid, Key: KeyKeyMissing, Field: "key"}
	case utf8.RuneCountInString(c.Note) > maxNote:
		return &Error{Code: Invalid, Key: KeyNoteTooLong, Field: "note"}
	case !plainText(c.Note):
		return &Error{Code: Invalid, Key: KeyNoteText, Field: "note"}
	case hasCardNumber(c.Note):
		return &Error{Code: Invalid, Key: KeyNoteCard, Field: "note"}
	}
	return c.checkLines()
}

// plainText refuses what no keyboard types: control characters and marks that turn the direction
// of writing.
func plainText(text string) bool {
	if !utf8.ValidString(text) {
		return false
	}
	for _, r := range text {
		if r < ' ' || r == 0x7f || (r >= 0x202a && r <= 0x202e) || (r >= 0x2066 && r <= 0x2069) {
			return false
		}
	}
	return true
}

// hasCardNumber finds 13 to 19 digits that pass the check of card numbers, with or without blanks
// and dashes between them: they must never be stored.
func hasCardNumber(text string) bool {
	var digits []byte
	for i := range len(text) {
		switch c := text[i]; {
		case c >= '0' && c <= '9':
			digits = append(digits, c-'0')
		case c != ' ' && c != '-':
			if luhn(digits) {
				return true
			}
			digits = digits[:0]
		}
	}
	return luhn(digits)
}

func luhn(digits []byte) bool {
	if len(digits) < 13 || len(digits) > 19 {
		return false
	}
	sum := 0
	for i := range digits {
		d := int(digits[len(digits)-1-i])
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

func (c Charge) checkLines() error {
	wrong := &Error{Code: Invalid, Key: KeyLinesWrong, Field: "lines"}
	if len(c.Lines) > maxLines {
		return wrong
	}
	for _, l := range c.Lines {
		if l.Qty < 1 || l.Qty > 9999 || l.Unit < 0 || l.Unit > MaxMoney {
			return wrong
		}
	}
	return nil
}

// expected is what the sale must come to, 0 if only the lines can tell.
func (c Charge) expected() Money {
	if len(c.Lines) == 0 {
		return c.Amount - c.Discount.Off(c.Amount)
	}
	return c.Amount
}

// reckon prices the lines and makes sure that they and the discount come to what the till showed.
func (c *Charge) reckon(r Reader, stall Stall) error {
	if len(c.Lines) == 0 {
		c.Lines, c.Amount = []Line{{Qty: 1, Unit: c.Amount}}, 0
	}
	c.Lines = slices.Clone(c.Lines) // a decision may run again
	if err := price(r, stall, c.Lines); err != nil {
		return err
	}
	sum := sumOf(c.Lines)
	goods := sum - c.Discount.Off(sum)
	switch {
	case goods <= 0 && !c.Discount.IsZero():
		return discountError(KeyDiscountMuch)
	case c.Amount != 0 && goods != c.Amount:
		return &Error{Code: Invalid, Key: KeyLinesWrong, Field: "lines"}
	}
	c.Amount = goods
	return goods.checkChargeable()
}

func (s *Shop) charge(tx Tx, by Actor, c Charge) (*Sale, error) {
	if again, err := tx.SaleByKey(by.Device, c.Key); CodeOf(err) != NotFound {
		if want := c.expected(); err == nil && want != 0 && again.Goods != want {
			err = &Error{Code: Conflict, Key: KeyKeyReused, Field: "key"}
		}
		return again, err
	}
	register, stall, _, err := placeOf(tx, by.Register)
	if err != nil {
		return nil, err
	}
	if err := c.reckon(tx, stall); err != nil {
		return nil, err
	}
	if stall.Limit > 0 && c.Amount > stall.Limit {
		return nil, &Error{Code: Invalid, Key: KeyOverLimit, Field: "amount", Amounts: []Money{stall.Limit}}
	}
	if err := s.mayReach(tx, stall.OwnAccount); err != nil {
		return nil, err
	}
	if err := s.freeRegister(tx, by.Register); err != nil {
		return nil, err
	}
	shift, err := s.shiftFor(tx, by)
	if err != nil {
		return nil, err
	}
	sale, err := s.newSale(tx, by, c, register, stall)
	if err != nil {
		return nil, err
	}
	sale.Shift = shift.ID
	if err := clearCart(tx, by.Register); err != nil {
		return nil, err
	}
	return sale, s.begin(tx, sale)
}

// freeRegister releases a paid sale that the screens still show; anything else that is current
// keeps the register until its cashier has a clear answer or sets it aside.
func (s *Shop) freeRegister(tx Tx, register string) error {
	current, err := tx.Current(register)
	if CodeOf(err) == NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	if err := current.yield(); err != nil {
		return err
	}
	return tx.PutSale(current)
}

// yield gives the register to the next sale.
func (s *Sale) yield() error {
	if s.Current() && s.State() != Paid {
		return &Error{Code: Conflict, Key: ReasonBusy, Args: []string{s.Number}}
	}
	s.Released = true
	return nil
}

func (s *Shop) newSale(tx Tx, by Actor, c Charge, register Register, stall Stall) (*Sale, error) {
	no, err := tx.Number()
	if err != nil {
		return nil, err
	}
	now := s.now()
	lapse := stall.LapseAfter
	if lapse == 0 {
		lapse = DefaultLapse
	}
	dice := s.random.bytes(2)
	return &Sale{
		ID: s.random.id(now), Stall: stall.ID, Register: register.ID,
		Staff: by.Staff, Device: by.Device, Key: c.Key,
		No: no, Number: fmt.Sprintf("%s-%04d", register.Prefix, no),
		Receipt: s.random.secret(16), Match: matchOf(dice[0], dice[1]),
		Lines: c.Lines, Goods: c.Amount, Note: c.Note,
		Created: now, Expires: now + lapse, Zone: stall.Zone,
		Discount: c.Discount.Off(sumOf(c.Lines)), DiscountPercent: c.Discount.Percent, DiscountFor: c.Discount.Reason,
		Strict: stall.Strict || (stall.StrictAbove > 0 && c.Amount >= stall.StrictAbove),
		Poll:   s.publicURL == "", AsksTip: stall.AsksTip && !c.NoTip,
	}, nil
}

// begin stores a new sale: with its first attempt, or asking for a tip before it.
func (s *Shop) begin(tx Tx, sale *Sale) error {
	sale.askTip()
	if !sale.AsksTip {
		link, err := s.newLink(tx, sale, 1)
		if err != nil {
			return err
		}
		sale.addLink(link)
	}
	out := Outcome{Sale: sale, To: sale.State()}
	out.Start = sale.Duties()
	out.Events = []Event{eventOf(sale, Step{Kind: "charge", Actor: sale.Staff, At: sale.Created, Reason: sale.discountTrail()}, out)}
	return out.Store(tx, sale.Created)
}

// newLink prepares the n-th attempt of a sale: a fresh reference, and where the gateway can
// reach us a fresh webhook address and key. Only the hash of the address's token is stored clear.
func (s *Shop) newLink(tx Tx, sale *Sale, n int) (*Link, error) {
	stall, err := tx.Stall(sale.Stall)
	if err != nil {
		return nil, err
	}
	now := s.now()
	l := &Link{
		ID: s.random.id(now), N: n, Ref: s.refs.next(time.UnixMilli(now)),
		Account: s.account, Holder: stall.OwnAccount, Amount: sale.Total(), Created: now,
	}
	if l.Parts = stall.Split(l.Amount); len(l.Parts) > 0 {
		l.Own = own(l.Amount, l.Parts)
	}
	if sale.Poll {
		return l, nil
	}
	secrets := LinkSecrets{Token: s.random.secret(24), Key: s.random.linkKey()}
	l.TokenHash = HashSecret(secrets.Token)
	if l.Sealed, err = s.seal(l, secrets); err != nil {
		return nil, err
	}
	return l, tx.PutToken(l.TokenHash, sale.ID, n, now+inboxMillis)
}

func (s *Shop) seal(l *Link, secrets LinkSecrets) ([]byte, error) {
	plain, err := json.Marshal(secrets)
	if err != nil {
		return nil, err
	}
	return s.vault.Seal(plain, "link "+l.ID)
}

func (s *Shop) secrets(l *Link) (LinkSecrets, error) {
	var secrets LinkSecrets
	if len(l.Sealed) == 0 {
		return secrets, nil
	}
	plain, err := s.vault.Open(l.Sealed, "link "+l.ID)
	if err != nil {
		return secrets, err
	}
	return secrets, json.Unmarshal(plain, &secrets)
}

// Cancel asks for the end of a sale of the actor's register.
func (s *Shop) Cancel(ctx context.Context, by Actor, sale string) (*Sale, error) {
	return s.own(ctx, by.Register, sale, func(Tx, *Sale) (Step, error) {
		return Step{Kind: StepCancel, Actor: by.Staff}, nil
	})
}

// SetAside gives the register's screens up though the sale may still be paid.
func (s *Shop) SetAside(ctx context.Context, by Actor, sale string) (*Sale, error) {
	return s.own(ctx, by.Register, sale, func(Tx, *Sale) (Step, error) {
		return Step{Kind: StepAside, Actor: by.Staff}, nil
	})
}

// own takes a step of a sale that belongs to register; one of another register is [NotFound].
func (s *Shop) own(ctx context.Context, register, sale string, make func(Tx, *Sale) (Step, error)) (*Sale, error) {
	var result *Sale
	err := s.change(ctx, register, func(tx Tx) error {
		found, err := tx.Sale(sale)
		if err != nil {
			return err
		}
		if found.Register != register {
			return &Error{Code: NotFound, Key: KeyNoSuchSale}
		}
		step, err := make(tx, found)
		if err != nil {
			return err
		}
		out, err := s.take(tx, found, step)
		result = out.Sale
		return err
	})
	if err != nil {
		return nil, err
	}
	return result, nil
}

// SaleByNumber looks a sale of the register up by the number people read.
func (s *Shop) SaleByNumber(ctx context.Context, register, number string) (*Sale, error) {
	var sale *Sale
	err := s.store.View(ctx, func(r Reader) (err error) {
		sale, err = r.SaleByNumber(register, number)
		return err
	})
	return sale, err
}

// NumberOf returns the number people read of a sale of the register.
func (s *Shop) NumberOf(ctx context.Context, register, sale string) (string, error) {
	found, err := s.sale(ctx, sale)
	if err == nil && found.Register != register {
		err = &Error{Code: NotFound, Key: KeyNoSuchSale}
	}
	if err != nil {
		return "", err
	}
	return found.Number, nil
}
