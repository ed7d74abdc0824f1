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

// chargePortion makes a sale of a portion of a bill.
func chargePortion(bill *kiosk.Bill, lines []kiosk.Line) *kiosk.Sale {
	sale := portionSale(lines)
	sale.Shares = bill.SharesOf(lines)
	bill.Portions, bill.Sales = append(bill.Portions, kiosk.Portion{Lines: lines}), append(bill.Sales, sale)
	return sale
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
// was paid is what the same cart sells whole: goods, discount, and pieces and money of each item and rate;
// and every payee of the split terms has got what it gets of that sale, see sharesFault.
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
		bill := kiosk.Bill{Whole: whole, Terms: someTerms(dice, goods)}
		ended := payAll(t, dice, &bill)
		var paid, less kiosk.Money
		standing := 0
		for _, sale := range bill.Sales {
			if sale.Cancel {
				continue
			}
			standing++
			paid, less = paid+sale.Goods, less+sale.Discount
			soldOf(got, sale)
		}
		if diff := cmp.Diff(want, got); diff != "" || len(want) == 0 || paid != goods || less != off.Off(sum) {
			t.Fatalf("seed %d, %+v less %+v in %d portions: paid %v of %v, discount %v\n%s", seed, lines, off, standing, paid, goods, less, diff)
		}
		if fault := sharesFault(&bill, standing, ended); fault != "" {
			t.Fatalf("seed %d, %v in %d portions, %d ended, terms %+v: %s", seed, goods, standing, ended, bill.Terms, fault)
		}
		if standing > 1 {
			split++
		}
	}
	if split < 2000 {
		t.Errorf("only %d carts were split", split)
	}
}

// payAll charges portions of a bill until nothing is left, and tells how many of them ended unpaid.
func payAll(t *testing.T, dice *rand.Rand, bill *kiosk.Bill) (ended int) {
	t.Helper()
	end := func(one *kiosk.Sale) {
		if !one.Cancel {
			one.Cancel = true // it has no link, so that it is cancelled
			ended++
		}
	}
	for kiosk.NetOf(bill.Rest()) > 0 {
		p := somePortion(t, dice, bill.Rest())
		if kiosk.NetOf(p) <= 0 {
			continue // nobody can be asked for nothing
		}
		before := fixedOf(bill.Owed())
		sale := chargePortion(bill, p)
		if rest := kiosk.OwnerPart(sale.Goods, (kiosk.Stall{}).SplitSale(sale)); rest < 0 || fixedOf(sale.Shares) > sale.Goods {
			t.Fatalf("a portion of %v pays %+v", sale.Goods, sale.Shares)
		}
		if left := fixedOf(bill.Owed()); left > kiosk.NetOf(bill.Rest()) || (before > 0 && left+fixedOf(sale.Shares) != before) {
			t.Fatalf("%v was to take, a portion of %v reserves %v, then %v is and %v is left", before, sale.Goods, fixedOf(sale.Shares), left, kiosk.NetOf(bill.Rest()))
		}
		if dice.IntN(8) == 0 {
			end(sale)
		}
		if dice.IntN(6) == 0 {
			end(bill.Sales[dice.IntN(len(bill.Sales))])
		}
	}
	return ended
}

func fixedOf(shares []kiosk.Share) (sum kiosk.Money) {
	for _, s := range shares {
		sum += s.Fixed
	}
	return sum
}

// someTerms are terms of a stall, some of which take more than the whole of a small bill.
func someTerms(dice *rand.Rand, goods kiosk.Money) (terms []kiosk.Share) {
	left := int64(kiosk.WholePercent)
	for n := range dice.IntN(4) {
		s := kiosk.Share{Token: fmt.Sprint("payee-", n)}
		if dice.IntN(3) > 0 {
			s.Percent = dice.Int64N(left + 1)
			left -= s.Percent
		}
		if dice.IntN(3) > 0 {
			s.Fixed = kiosk.Money(dice.Int64N(int64(goods)/2 + 100))
		}
		terms = append(terms, s)
	}
	return terms
}

// sharesFault holds what the payees got of a bill that is paid against the same cart sold whole: fixed
// shares to the cent, percentages never more and less by under a cent for each portion, where none was
// cancelled; and by some cents for each that was.
func sharesFault(bill *kiosk.Bill, standing, ended int) string {
	goods := kiosk.NetOf(bill.Whole)
	want, got, fixed := map[string]kiosk.Money{}, map[string]kiosk.Money{}, map[string]kiosk.Money{}
	for _, p := range (kiosk.Stall{SplitTerms: bill.Terms}).Split(goods) {
		want[p.Token] = p.Amount
	}
	for _, s := range bill.Sales {
		if s.Cancel {
			continue
		}
		for _, p := range (kiosk.Stall{}).SplitSale(s) {
			got[p.Token] += p.Amount
		}
		for _, share := range s.Shares {
			fixed[share.Token] += share.Fixed
		}
	}
	cents := kiosk.Money(standing - 1 + ended*len(bill.Terms))
	for _, s := range bill.Terms {
		w, g := want[s.Token], got[s.Token]
		percent := goods * kiosk.Money(s.Percent) / kiosk.WholePercent
		if w < percent {
			percent = 0 // the whole sale is too small for it: a sum takes its place
		}
		if fixed[s.Token] != w-percent || g > w || w-g > cents || (percent == 0 && g != w) {
			return fmt.Sprintf("%s gets %v, of it %v fixed; the whole sale pays %v, of it %v fixed", s.Token, g, fixed[s.Token], w, w-percent)
		}
	}
	if owed := bill.Owed(); len(owed) > 0 {
		return fmt.Sprintf("all is paid and %+v owed", owed)
	}
	return ""
}

// TestBill_fixedShares: a portion takes of the fixed shares what fits beside its percentages, in the order
// of the terms; one whose sale has ended unpaid takes nothing, and the next one takes it.
func TestBill_fixedShares(t *testing.T) {
	t.Parallel()
	bill := kiosk.Bill{
		Whole: kiosk.WholeBill([]kiosk.Line{{Qty: 10, Unit: 100}}, kiosk.Discount{}),
		Terms: []kiosk.Share{{Token: "market", Percent: 5000, Fixed: 70}, {Token: "city", Fixed: 60}},
	}
	charge := func(pieces int64, want ...kiosk.Part) *kiosk.Sale {
		t.Helper()
		p, err := kiosk.PortionByLines(bill.Rest(), []int64{pieces})
		if err != nil {
			t.Fatal(err)
		}
		sale := chargePortion(&bill, p)
		if diff := cmp.Diff(want, (kiosk.Stall{}).SplitSale(sale)); diff != "" {
			t.Errorf("%d pieces: %s", pieces, diff)
		}
		return sale
	}
	if owed := bill.Owed(); owed != nil {
		t.Errorf("before anything is charged %+v is owed", owed)
	}
	first := charge(1, kiosk.Part{Token: "market", Amount: 100}) // 50 of the percentage, 50 of the 70
	charge(1, kiosk.Part{Token: "market", Amount: 70}, kiosk.Part{Token: "city", Amount: 30})
	if owed := bill.Owed(); len(owed) != 1 || owed[0].Token != "city" || owed[0].Fixed != 30 {
		t.Errorf("owed is %+v", owed)
	}
	first.Cancel = true
	if owed := bill.Owed(); len(owed) != 2 || owed[0].Fixed != 50 || owed[1].Fixed != 30 {
		t.Errorf("with a portion cancelled owed is %+v", owed)
	}
	charge(3, kiosk.Part{Token: "market", Amount: 200}, kiosk.Part{Token: "city", Amount: 30})
	last := charge(6-1, kiosk.Part{Token: "market", Amount: 250})
	last.Tip = 101 // of the tip a payee has its percentage, as of any sale's
	if parts := (kiosk.Stall{}).SplitSale(last); parts[0].Amount != 300 {
		t.Errorf("with a tip the portion pays %+v", parts)
	}
}

// TestBill_fixedSharesOfCents: portions of a cent leave more room than one of ten, because percentages are
// rounded down; what they had reserved is taken to the cent all the same by the one that takes their place.
func TestBill_fixedSharesOfCents(t *testing.T) {
	t.Parallel()
	bill := kiosk.Bill{
		Whole: kiosk.WholeBill([]kiosk.Line{{Qty: 10, Unit: 1}, {Qty: 1, Unit: 1000}}, kiosk.Discount{}),
		Terms: []kiosk.Share{{Token: "market", Percent: 5000, Fixed: 10}},
	}
	portion := func(counts ...int64) *kiosk.Sale {
		p, err := kiosk.PortionByLines(bill.Rest(), counts)
		if err != nil {
			t.Fatal(err)
		}
		return chargePortion(&bill, p)
	}
	var cents []*kiosk.Sale
	for range 10 {
		cents = append(cents, portion(1, 0))
	}
	if dear := portion(0, 1); fixedOf(dear.Shares) != 0 {
		t.Errorf("of what cents had reserved the next one takes %+v", dear.Shares)
	}
	for _, s := range cents {
		s.Cancel = true
	}
	if last := portion(10, 0); fixedOf(last.Shares) != 10 || bill.Owed() != nil {
		t.Errorf("the last portion pays %+v, owed is %+v", last.Shares, bill.Owed())
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
