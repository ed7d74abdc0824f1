package kiosk

import "testing"

func TestStall_tips(t *testing.T) {
	own := Stall{TipPercents: []int64{3, 20}, TipSums: []Money{20}}
	for _, c := range []struct {
		stall Stall
		goods Money
		want  []TipChoice
	}{
		{Stall{}, 9_99, []TipChoice{{50, 0}, {1_00, 0}, {2_00, 0}}},
		{Stall{}, 10_00, []TipChoice{{50, 5}, {1_00, 10}, {1_50, 15}}},
		{Stall{}, 12_70, []TipChoice{{60, 5}, {1_30, 10}, {1_90, 15}}},
		{own, 9_99, []TipChoice{{20, 0}}},
		{own, 10_00, []TipChoice{{30, 3}, {2_00, 20}}},
		{Stall{TipPercents: []int64{1}}, 10_00, []TipChoice{{10, 1}}},
	} {
		got := c.stall.Tips(c.goods)
		if len(got) != len(c.want) {
			t.Errorf("%v of %v: %v", c.stall.TipPercents, c.goods, got)
			continue
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%v of %v: %v, want %v", c.stall.TipPercents, c.goods, got[i], c.want[i])
			}
		}
	}
}
