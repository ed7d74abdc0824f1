package kiosk

import (
	"cmp"
)

// tipMillis is how long a customer may think about a tip: somebody who has not seen the question
// must not wait at the counter for it.
const tipMillis = 30 * SecondMillis

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

// AskTip says until when a sale that asks for a tip waits for the answer.
func (s *Sale) AskTip() {
	if s.AsksTip {
		s.TipBy = s.Created + tipMillis
	}
}
