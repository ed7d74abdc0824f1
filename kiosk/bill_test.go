package kiosk_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"qrkiosk/kiosk"
)

// soldOf is what a paid sale of these goods sells, by item and rate, with the pieces.
func soldOf(sum map[string][2]int64, sale *kiosk.Sale) {
	sale.Links = []kiosk.Link{{Live: true, Amount: sale.Goods, Rows: []kiosk.Row{{Kind: kiosk.RowPayment, Amount: sale.Goods}}}}
	for _, s := range sale.Sold() {
		key := fmt.Sprint(s.Item, " ", s.VAT)
		sum[key] = [2]int64{sum[key][0] + s.Qty, sum[key][1] + int64(s.Amount)}
	}
}

// portionSale is the sale of a portion, as it is charged.
func portionSale(lines []kiosk.Line) *kiosk.Sale {
	s := &kiosk.Sale{Goods: kiosk.NetOf(lines), Discount: kiosk.OffOf(lines), Bill: "b"}
	for _, l := range lines {
		if !l.IsEmpty() {
			s.Lines = append(s.Lines, l)
		}
	}
	return s
}

func someCart(dice *rand.Rand) ([]kiosk.Line, kiosk.Discount) {
	var lines []kiosk.Line
	for n := range 1 + dice.IntN(7) {
		l := kiosk.Line{Qty: 1 + dice.Int64N(6), Unit: kiosk.Money(dice.IntN(1500)), VAT: []int64{0, 700, 1900}[dice.IntN(3)]}
		if dice.IntN(3) > 0 {
			l.Item = fmt.Sprint("item-", n)
		}
		lines = append(lines, l)
	}
	sum := kiosk.SumOf(lines)
	switch dice.IntN(3) {
	case 0:
		return lines, kiosk.Discount{Percent: 1 + dice.Int64N(9_900)}
	case 1:
		return lines, kiosk.Discount{Fixed: kiosk.Money(dice.Int64N(int64(sum) + 1))}
	}
	return lines, kiosk.Discount{}
}

// TestBill_portions: however a bill is split, whatever portion was cancelled and charged again, all that
// was paid is what the same cart sells whole: goods, discount, and pieces and money of each item and rate.
func TestBill_portions(t *testing.T) {
	t.Parallel()
	split := 0
	for seed := range uint64(4000) {
		dice := rand.New(rand.NewPCG(seed, 6))
		lines, off := someCart(dice)
		whole := kiosk.WholeBill(lines, off)
		goods := kiosk.NetOf(whole)
		if goods <= 0 {
			continue
		}
		want, got := map[string][2]int64{}, map[string][2]int64{}
		sum := kiosk.SumOf(lines)
		soldOf(want, &kiosk.Sale{Lines: lines, Goods: sum - off.Off(sum), Discount: off.Off(sum)})
		var portions []kiosk.Portion
		for {
			rest := kiosk.RestOf(whole, portions...)
			if kiosk.NetOf(rest) == 0 {
				break
			}
			p := somePortion(t, dice, rest)
			if kiosk.NetOf(p) <= 0 || dice.IntN(8) == 0 {
				continue // nobody can be asked for nothing; or it was cancelled
			}
			portions = append(portions, kiosk.Portion{Lines: p})
			if len(portions) > 1 && dice.IntN(6) == 0 { // one that was charged lapses
				at := dice.IntN(len(portions))
				portions = append(portions[:at:at], portions[at+1:]...)
			}
		}
		var paid, less kiosk.Money
		for _, p := range portions {
			sale := portionSale(p.Lines)
			paid, less = paid+sale.Goods, less+sale.Discount
			soldOf(got, sale)
		}
		if diff := cmp.Diff(want, got); diff != "" || len(want) == 0 || paid != goods || less != off.Off(sum) {
			t.Fatalf("seed %d, %+v less %+v in %d portions: paid %v of %v, discount %v\n%s", seed, lines, off, len(portions), paid, goods, less, diff)
		}
		if len(portions) > 1 {
			split++
		}
	}
	if split < 2000 {
		t.Errorf("only %d carts were split", split)
	}
}

func somePortion(t *testing.T, dice *rand.Rand, rest []kiosk.Line) []kiosk.Line {
	t.Helper()
	if dice.IntN(3) == 0 {
		return kiosk.EqualPortion(rest, 1+dice.Int64N(5))
	}
	counts := make([]int64, len(rest))
	for i, l := range rest {
		counts[i] = dice.Int64N(l.Choices() + 1)
	}
	p, err := kiosk.PortionByLines(rest, counts)
	if err != nil {
		t.Fatal(err)
	}
	for i, l := range p {
		if l.Off < 0 || l.Net() < 0 || l.Net() > rest[i].Net() || l.Qty > rest[i].Qty {
			t.Fatalf("of %+v a portion takes %+v", rest[i], l)
		}
	}
	return p
}

// TestBill_equal: equal portions differ by a cent at most, the dearer first, and count each piece once.
func TestBill_equal(t *testing.T) {
	t.Parallel()
	for seed := range uint64(500) {
		dice := rand.New(rand.NewPCG(seed, 7))
		lines, off := someCart(dice)
		whole := kiosk.WholeBill(lines, off)
		n := 2 + dice.Int64N(7)
		if kiosk.NetOf(whole) < kiosk.Money(n) {
			continue
		}
		var portions []kiosk.Portion
		var first, last kiosk.Money
		for left := n; left > 0; left-- {
			p := kiosk.EqualPortion(kiosk.RestOf(whole, portions...), left)
			portions = append(portions, kiosk.Portion{Lines: p})
			if last = kiosk.NetOf(p); left == n {
				first = last
			}
			if first-last < 0 || first-last > 1 {
				t.Fatalf("seed %d: of %d portions the first is %v and another one %v", seed, n, first, last)
			}
		}
		for _, l := range kiosk.RestOf(whole, portions...) {
			if !l.IsEmpty() {
				t.Fatalf("seed %d: left is %+v", seed, l)
			}
		}
	}
}

// TestBill_byLines: whole pieces stay whole pieces, the discount is in proportion, and more than there is
// cannot be taken.
func TestBill_byLines(t *testing.T) {
	t.Parallel()
	whole := kiosk.WholeBill([]kiosk.Line{{Item: "coffee", Qty: 3, Unit: 260}, {Item: "cake", Qty: 1, Unit: 400}}, kiosk.Discount{Percent: 1000})
	p, err := kiosk.PortionByLines(whole, []int64{1, 1})
	if err != nil {
		t.Fatal(err)
	}
	if p[0].Qty != 1 || p[0].Unit != 260 || kiosk.OffOf(p) != 66 || kiosk.NetOf(p) != 594 {
		t.Errorf("one coffee and the cake are %+v", p)
	}
	rest := kiosk.RestOf(whole, kiosk.Portion{Lines: p})
	if rest[0].Qty != 2 || rest[0].Unit != 260 || !rest[1].IsEmpty() || kiosk.NetOf(rest) != 468 {
		t.Errorf("left is %+v", rest)
	}
	if _, err := kiosk.PortionByLines(rest, []int64{3, 0}); kiosk.KeyOf(err) != kiosk.KeyBillChanged {
		t.Errorf("three of two: %v", err)
	}
}

// TestBill_lateMoney: a portion that was charged again and then paid after all leaves nothing, and never less.
func TestBill_lateMoney(t *testing.T) {
	t.Parallel()
	whole := kiosk.WholeBill([]kiosk.Line{{Qty: 2, Unit: 300}}, kiosk.Discount{Fixed: 100})
	twice := kiosk.Portion{Lines: whole}
	if rest := kiosk.RestOf(whole, twice, twice); !rest[0].IsEmpty() || rest[0].Off != 0 {
		t.Errorf("left is %+v", rest)
	}
}
