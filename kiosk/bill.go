package kiosk

import (
	"cmp"
	"slices"
)

// Portion is what one of those who split a bill pays: an ordinary sale, and what it has of each line of
// the whole bill, in their order; lines it has nothing of are empty.
type Portion struct {
	Sale  string
	Lines []Line
}

// PortionsMost is into how many equal portions a bill may be split at once.
const PortionsMost = 50

// The keys of messages about bills.
const (
	KeyBillChanged = "bill-changed" // a portion comes to something else than was shown
	KeyBillNothing = "bill-nothing" // a portion of no money
	KeyBillOpen    = "bill-open"    // it cannot end: a portion may still be paid
)

// Net is the price of the line less what of the discount falls on it.
func (l Line) Net() Money { return l.Sum() - l.Off }

// NetOf adds up what lines of a bill cost, less their discount.
func NetOf(lines []Line) Money {
	var net Money
	for _, l := range lines {
		net += l.Net()
	}
	return net
}

// OffOf adds up the discount on lines of a bill.
func OffOf(lines []Line) Money { return SumOf(lines) - NetOf(lines) }

// WholeBill is a cart as a bill: what falls on each line of the discount is decided here, once, and as a
// sale of all of it would decide it.
func WholeBill(lines []Line, d Discount) []Line {
	whole := slices.Clone(lines)
	var sums []Money
	for _, l := range whole {
		sums = append(sums, l.Sum())
	}
	sum := SumOf(whole)
	for i, net := range apportion(sum-d.Off(sum), sums) {
		whole[i].Off = sums[i] - net
	}
	return whole
}

// RestOf is what is left of a whole bill behind its portions. What was taken twice, by money that came
// after its sale had ended, leaves nothing and owes nothing.
func RestOf(whole []Line, portions ...Portion) []Line {
	rest := slices.Clone(whole)
	for i, l := range whole {
		qty, sum, off := l.Qty, l.Sum(), l.Off
		for _, p := range portions {
			qty, sum, off = qty-p.Lines[i].Qty, sum-p.Lines[i].Sum(), off-p.Lines[i].Off
		}
		rest[i] = l.with(max(0, qty), max(0, sum), max(0, off))
	}
	return rest
}

// with is the line with so many pieces at so much: whole pieces at its unit price, or one that is divided.
func (l Line) with(qty int64, sum, off Money) Line {
	l.Qty, l.Off, l.Divided = qty, min(off, sum), 0
	if Money(qty)*l.Unit != sum {
		l.Unit, l.Divided = 0, sum
	}
	return l
}

// IsEmpty tells whether nothing is left of a line: no piece and no money.
func (l Line) IsEmpty() bool { return l.Qty == 0 && l.Sum() == 0 }

// Choices is how many of a line of a bill may be taken: its pieces, or all that is left of one that is
// divided.
func (l Line) Choices() int64 {
	if l.Divided > 0 {
		return 1
	}
	return l.Qty
}

// EqualPortion is one of n portions of what is left, none a cent further from the others than it must be;
// the first ones are the dearer ones. A piece counts in one of them alone.
func EqualPortion(rest []Line, n int64) []Line {
	nets, offs := make([]fraction, len(rest)), make([]fraction, len(rest))
	for i, l := range rest {
		nets[i], offs[i] = fraction{int64(l.Net()), n}, fraction{int64(l.Off), n}
	}
	net := shareOut((NetOf(rest)+Money(n)-1)/Money(n), nets)
	off := shareOut(nearest(int64(OffOf(rest)), n), offs)
	portion := make([]Line, len(rest))
	for i, l := range rest {
		portion[i] = l.with(l.Qty/n, net[i]+off[i], off[i])
	}
	return orAll(rest, portion)
}

// PortionByLines takes so many of each line, see [Line.Choices]. Its discount is in proportion, its cents
// go to the largest remainders first.
func PortionByLines(rest []Line, counts []int64) ([]Line, error) {
	portion, offs := make([]Line, len(rest)), make([]fraction, len(rest))
	for i, l := range rest {
		var n int64
		if i < len(counts) {
			n = counts[i]
		}
		switch {
		case n < 0 || n > l.Choices():
			return nil, &Error{Code: Conflict, Key: KeyBillChanged}
		case n == l.Choices():
			portion[i] = l
		default:
			portion[i] = l.with(n, Money(n)*l.Unit, 0)
		}
		if sum := int64(l.Sum()); sum > 0 {
			offs[i] = fraction{int64(l.Off) * int64(portion[i].Sum()), sum}
		} else {
			offs[i] = fraction{0, 1}
		}
	}
	all := int64(SumOf(rest))
	if all == 0 {
		return portion, nil
	}
	for i, off := range shareOut(nearest(int64(OffOf(rest))*int64(SumOf(portion)), all), offs) {
		portion[i].Off = off
	}
	return orAll(rest, portion), nil
}

// orAll lets a portion that takes all the money take all the pieces too: nothing could be charged for what
// were left.
func orAll(rest, portion []Line) []Line {
	if NetOf(rest) == NetOf(portion) {
		return slices.Clone(rest)
	}
	return portion
}

// fraction is num / den; den is above 0.
type fraction struct{ num, den int64 }

// rest is what rounding down leaves.
func (f fraction) rest() int64 { return f.num % f.den }

// shareOut rounds fractions down and gives the cents that are missing from the amount to the largest
// remainders first, one to each; what is whole already stays so. If the amount is at most the fractions
// rounded up, and at least they rounded down, the parts add up to it.
func shareOut(amount Money, exact []fraction) []Money {
	given := make([]Money, len(exact))
	order := make([]int, len(exact))
	for i, f := range exact {
		given[i], order[i] = Money(f.num/f.den), i
		amount -= given[i]
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Compare(exact[b].rest()*exact[a].den, exact[a].rest()*exact[b].den)
	})
	for _, i := range order {
		if amount > 0 && exact[i].rest() > 0 {
			given[i]++
			amount--
		}
	}
	return given
}

// nearest is num / den, rounded half up.
func nearest(num, den int64) Money { return Money((2*num + den) / (2 * den)) }

// endedUnpaid tells whether a sale has ended with none of its money kept: what a portion of a bill was
// for is then to be paid by another one.
func endedUnpaid(s *Sale) bool {
	switch s.State() {
	case Cancelled, Lapsed, LinkRefused:
		return true
	case ClosedUnpaid:
		return s.Received() <= s.Returned()
	case Asking, Opening, Awaiting, Checking, Paid, Retiring, Review, Refunding, Refunded:
	}
	return false
}

// Bill is a parked cart that is split, with the sales of its portions.
type Bill struct {
	ParkedCart
	Whole []Line // once a portion was charged, at the prices of that moment
	Sales []*Sale
	Terms []Share // of its stall
}

// Standing are the portions that nobody else has to pay.
func (b *Bill) Standing() []Portion {
	var all []Portion
	for i, p := range b.Portions {
		if !endedUnpaid(b.Sales[i]) {
			all = append(all, p)
		}
	}
	return all
}

// Rest is what is still to be charged.
func (b *Bill) Rest() []Line { return RestOf(b.Whole, b.Standing()...) }

// MayEnd tells whether a bill may end though it is not paid: something is left, and no portion may still be
// paid, so that nothing can come back.
func (b *Bill) MayEnd() bool {
	return b.IsSplit() && NetOf(b.Rest()) > 0 && !slices.ContainsFunc(b.Sales, MayBePaid)
}

// Ended tells whether it is over with its day.
func (b *Bill) Ended(zone string, now int64) bool {
	return b.ParkedCart.Ended(zone, now) && (!b.IsSplit() || b.MayEnd())
}

// IsPaid tells whether all of it is: nothing is left, and nothing can come back.
func (b *Bill) IsPaid() bool {
	if len(b.Portions) == 0 || NetOf(b.Rest()) > 0 {
		return false
	}
	for _, s := range b.Sales {
		if !endedUnpaid(s) && s.PaidAt == 0 {
			return false
		}
	}
	return true
}
