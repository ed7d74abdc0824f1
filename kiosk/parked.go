package kiosk

import (
	"slices"
)

// ParkedCart is a cart that waits for its customer. It belongs to the stall, and any of its tills may
// open it. What it comes to is decided by the prices of the moment it is opened at.
type ParkedCart struct {
	ID       string
	Version  int64 // grows with each change: whoever changes it has read the last one
	Stall    string
	Name     string // "" for one that nobody named: then its time and count stand for it
	Lines    []Line
	Discount Discount
	Note     string    `json:",omitempty"`
	Staff    string    // who parked it
	At       int64     // Unix milliseconds
	Day      int64     // local day of the stall on which it was parked
	Holder   Holder    // the till it is open at
	Portions []Portion `json:",omitempty"` // as they were charged; the first one makes it a bill, whose lines stay as they are
}

// Holder is the till at which a parked cart is open. The zero value is none.
type Holder struct {
	Register string // ID
	Name     string // of the register
	Staff    string // name of who opened it
	At       int64  // Unix milliseconds
}

// IsZero tells whether it is open nowhere.
func (h Holder) IsZero() bool { return h.Register == "" }

// ParkedMost is how many carts may be parked at a stall at a time.
const ParkedMost = 100

// The keys of messages about parked carts.
const (
	KeyParkedEmpty  = "parked-empty"  // there is nothing to park
	KeyParkedMany   = "parked-many"   // ParkedMost are parked
	KeyParkedGone   = "parked-gone"   // it is not there any more
	KeyParkedHeld   = "parked-held"   // it is open at another till
	KeyParkedTaken  = "parked-taken"  // it was opened here and is open at another till now
	KeyParkedPrices = "parked-prices" // it comes to something else than what was shown
	KeyParkedBusy   = "parked-busy"   // another cart is being rung up here
	KeyParkedTied   = "parked-tied"   // the cart is that of a sale that is being changed
)

// ParkedReader finds parked carts.
type ParkedReader interface {
	ParkedCart(id string) (ParkedCart, error)
	// ParkedCarts returns those of a stall, the oldest first.
	ParkedCarts(stall string) ([]ParkedCart, error)
}

// ParkedWriter changes them. Where somebody else has changed a cart since it was read, both are
// [Conflict] with [KeyParkedGone].
type ParkedWriter interface {
	PutParkedCart(p ParkedCart) error
	RemoveParkedCart(p ParkedCart) error
}

// Ended tells whether the day it was kept for is over in the stall's zone. One that is open at a till is
// in somebody's hands and does not end.
func (p *ParkedCart) Ended(zone string, now int64) bool {
	day, _ := LocalHour(zone, now)
	return p.Holder.IsZero() && day > p.Day
}

// PriceDifference is what an item of a parked cart costs now that it did not when it was parked.
type PriceDifference struct {
	Name string
	Was  Money
	Now  Money
	Gone bool // it is not sold any more and left out
}

// Opened is a parked cart as it would be rung up now: at the prices of these items of its stall, and
// what is different by them. Typed amounts stay what was typed.
func (p *ParkedCart) Opened(items []Item) (Cart, []PriceDifference) {
	c := Cart{Discount: p.Discount, Note: p.Note, Parked: p.ID}
	var different []PriceDifference
	for _, l := range p.Lines {
		if l.Item == "" {
			c.Lines = append(c.Lines, l)
			continue
		}
		i := slices.IndexFunc(items, func(i Item) bool { return i.ID == l.Item && i.Gone == 0 })
		if i < 0 {
			different = append(different, PriceDifference{Name: l.Name, Was: l.Unit, Gone: true})
			continue
		}
		if was := l.Unit; items[i].Price != was {
			different = append(different, PriceDifference{Name: items[i].Name, Was: was, Now: items[i].Price})
		}
		l.Name, l.Unit, l.VAT = items[i].Name, items[i].Price, items[i].VAT
		c.Lines = append(c.Lines, l)
	}
	if len(c.Lines) == 0 {
		c.Discount = Discount{}
	}
	return c, different
}

// Pieces counts what is in it.
func (p *ParkedCart) Pieces() int64 {
	var n int64
	for _, l := range p.Lines {
		n += l.Qty
	}
	return n
}

// ParkedView is a parked cart as a till tells of it.
type ParkedView struct {
	Bill
	Total     Money // if it were opened now, or what is still to be charged of a bill
	Different []PriceDifference
	Ended     bool    // its day is over: it is told, and cannot be opened
	Owed      []Share // of a bill that ended: the fixed shares, as far as no portion takes them
}

// IsSplit tells whether it is a bill of which something was charged: the rest is charged as a bill too.
func (p *ParkedCart) IsSplit() bool { return len(p.Portions) > 0 }

// ViewParked is what a till tells of the parked carts of its stall. A bill that is paid is no longer told.
func ViewParked(bills []Bill, items []Item, zone string, now int64) []ParkedView {
	var all []ParkedView
	for _, b := range bills {
		v := ParkedView{Bill: b}
		if b.IsPaid() {
			continue
		}
		if b.IsSplit() {
			v.Total = NetOf(b.Rest())
		} else {
			var c Cart
			c, v.Different = b.Opened(items)
			v.Total = c.Total()
		}
		if v.Ended = b.Ended(zone, now); v.Ended {
			v.Owed = b.Owed()
		}
		all = append(all, v)
	}
	return all
}
