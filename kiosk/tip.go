package kiosk

import (
	"cmp"
	"context"
)

// tipMillis is how long a customer may think about a tip: somebody who has not seen the question
// must not wait at the counter for it.
const tipMillis = 30 * secondMillis

// What a display suggests unless its stall says otherwise.
var (
	DefaultTipPercents = []int64{5, 10, 15}
	DefaultTipSums     = []Money{50, 1_00, 2_00}
)

const (
	smallSale      Money = 10_00 // below it a percentage is an odd sum
	tipsMost             = 3     // suggestions
	tipPercentMost       = 50
	tipSumLeast    Money = 10
	tipSumMost     Money = 50_00
)

// TipChoice is a suggestion: a sum, and the whole percents it comes from, 0 for a fixed one.
type TipChoice struct {
	Amount  Money
	Percent int64
}

// Tips suggests fixed sums for a small sale and percentages above, rounded to ten cents, since a
// percentage of a coffee is an odd sum and a euro on a dinner is none.
func (s *Stall) Tips(goods Money) []TipChoice {
	var all []TipChoice
	if goods < smallSale {
		for _, sum := range orDefault(s.TipSums, DefaultTipSums) {
			all = append(all, TipChoice{Amount: sum})
		}
		return all
	}
	for _, percent := range orDefault(s.TipPercents, DefaultTipPercents) {
		all = append(all, TipChoice{(goods*Money(percent) + 500) / 1000 * 10, percent})
	}
	return all
}

func orDefault[T any](set, usual []T) []T {
	if len(set) == 0 {
		return usual
	}
	return set
}

// tipsForm holds for at most three values within bounds, each larger than the one before.
func tipsForm[T cmp.Ordered](all []T, least, most T) bool {
	for i, v := range all {
		if v < least || v > most || (i > 0 && v <= all[i-1]) {
			return false
		}
	}
	return len(all) <= tipsMost
}

// askTip says until when a sale that asks for a tip waits for the answer.
func (s *Sale) askTip() {
	if s.AsksTip {
		s.TipBy = s.Created + tipMillis
	}
}

// Tip sets the tip a customer chose on a display of register, zero for none, and begins the link.
func (s *Shop) Tip(ctx context.Context, register, sale string, tip Money) (*Sale, error) {
	if tip < 0 || tip > MaxMoney {
		return nil, amountError(KeyAmountTooLarge)
	}
	return s.tip(ctx, register, sale, tip, "customer")
}

// NoTip goes on without a tip, for a customer who told the cashier.
func (s *Shop) NoTip(ctx context.Context, by Actor, sale string) error {
	_, err := s.tip(ctx, by.Register, sale, 0, by.Staff)
	return err
}

func (s *Shop) tip(ctx context.Context, register, sale string, tip Money, actor string) (*Sale, error) {
	return s.own(ctx, register, sale, func(tx Tx, found *Sale) (Step, error) {
		if found.Goods+tip > MaxMoney {
			return Step{}, amountError(KeyAmountTooLarge)
		}
		tipped := found.Clone()
		tipped.Tip = tip
		link, err := s.newLink(tx, tipped, 1)
		return Step{Kind: StepTip, Actor: actor, Amount: tip, Next: link}, err
	})
}

// stopAsking ends the question for those whose time is over. One that was answered meanwhile, or
// cancelled, is left alone.
func (s *Shop) stopAsking(ctx context.Context, sales []*Sale) {
	for _, sale := range sales {
		_, err := s.tip(ctx, sale.Register, sale.ID, 0, ActorClock)
		if err != nil && CodeOf(err) != Conflict {
			s.complain(ctx, "a sale cannot go on without a tip", err)
		}
	}
}
