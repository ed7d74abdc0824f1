package kiosk_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"qrkiosk/kiosk"
)

// TestTakingsCut_month: days of one month make one row, in the order of the months, and no cent is lost.
func TestTakingsCut_month(t *testing.T) {
	day := func(text string) int64 {
		n, err := kiosk.ParseDay(text)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	var sums []kiosk.Takings
	for i, text := range []string{"2026-10-31", "2026-11-01", "2026-11-30", "2027-11-01"} {
		sums = append(sums, kiosk.Takings{Day: day(text), Figures: kiosk.Figures{Sales: 1, Gross: kiosk.Money(1) << (8 * i)}})
	}
	cut, known := kiosk.CutBy(kiosk.ByMonth)
	if !known {
		t.Fatal("no cut by month")
	}
	want := []kiosk.Takings{
		{Day: day("2026-10-01"), Figures: kiosk.Figures{Sales: 1, Gross: 1}},
		{Day: day("2026-11-01"), Figures: kiosk.Figures{Sales: 2, Gross: 1<<8 + 1<<16}},
		{Day: day("2027-11-01"), Figures: kiosk.Figures{Sales: 1, Gross: 1 << 24}},
	}
	if diff := cmp.Diff(want, cut.Rows(sums)); diff != "" {
		t.Error(diff)
	}
	for _, cut := range kiosk.TakingsCuts {
		if got := cut.Rows(sums[:1]); len(got) != 1 || got[0].Figures != sums[0].Figures {
			t.Errorf("the cut by %s makes %+v of one row", cut.By, got)
		}
	}
}
