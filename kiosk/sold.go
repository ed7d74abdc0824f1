package kiosk

import (
	"slices"
)

// Sold is what the money that is kept was for: one item at one rate of VAT. The amounts of a sale
// add up to what is kept of its money, to the cent.
type Sold struct {
	Stall    string
	Register string
	Day      int64  // local day of the stall, days since 1 January 1970
	Item     string // catalogue item, "" for typed amounts, SoldTip or SoldOver
	Name     string // as last sold
	VAT      int64  // hundredths of a percent
	Qty      int64
	Amount   Money
}

// What money can be for besides items.
const (
	SoldTip  = "+tip"
	SoldOver = "+over" // more than was asked
)

// Sold shares what is kept of the sale's money among its lines, its tip and what came beyond, in
// proportion: all of it went back or none, it is exact; a part that is kept is rounded so that the
// sum stays. Nothing kept, nothing sold.
func (s *Sale) Sold() []Sold { return s.soldOf(s.Figures()) }

func (s *Sale) soldOf(f Figures) []Sold {
	kept := f.Kept()
	if kept == 0 {
		return nil
	}
	var sold []Sold
	var weights []Money
	for _, l := range s.Lines {
		sold = append(sold, Sold{Item: l.Item, Name: l.Name, VAT: l.VAT, Qty: l.Qty})
		weights = append(weights, l.Net())
	}
	weights = apportion(s.Goods, weights) // a discount is spread over the lines, unless its bill has done so
	sold = append(sold, Sold{Item: SoldTip}, Sold{Item: SoldOver})
	weights = append(weights, s.Tip, f.Over)
	for i, amount := range apportion(kept, weights) {
		sold[i].Amount = amount
	}
	return slices.DeleteFunc(sold, func(d Sold) bool { return d.Amount == 0 && d.Qty == 0 })
}

// apportion cuts an amount in proportion to the weights. The parts always add up to the amount:
// each is the difference of two rounded sums. Without any weight the last one takes it all.
func apportion(amount Money, weights []Money) []Money {
	var sum, upTo, given Money
	for _, w := range weights {
		sum += w
	}
	parts := make([]Money, len(weights))
	if sum == 0 {
		if len(parts) > 0 {
			parts[len(parts)-1] = amount
		}
		return parts
	}
	for i, w := range weights {
		upTo += w
		next := portion(amount, upTo, sum)
		parts[i], given = next-given, next
	}
	return parts
}

// portion is amount × part / whole, towards zero, without leaving int64 on the way.
func portion(amount, part, whole Money) Money {
	return amount/whole*part + amount%whole*part/whole
}

// soldChange is what after sold more than before, line by line.
func soldChange(before, after []Sold) []Sold {
	change := slices.Clone(after)
	for _, d := range before {
		d.Qty, d.Amount = -d.Qty, -d.Amount
		change = append(change, d)
	}
	return change
}
