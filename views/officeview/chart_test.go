package officeview

import (
	"slices"
	"strings"
	"testing"

	"qrkiosk/kiosk"
	"qrkiosk/views"
)

// TestChart places bars in proportion, within their drawing, and says its highest in words.
func TestChart(t *testing.T) {
	c := newChart("Takings", []Bar{{"1", "€1.00", 100}, {"2", "€0.00", 0}, {"3", "€2.00", 200}, {"4", "€0.01", 1}, {"5", "−€1.00", -100}})
	var heights []int64
	for _, p := range c.plots() {
		heights = append(heights, p.Height)
		if p.X < 0 || p.X+p.Width > chartWidth || p.Y < 0 || p.Y+p.Height != chartHeight || p.Width > widestBar {
			t.Errorf("%s lies outside: %+v", p.Label, p)
		}
	}
	if want := []int64{100, 0, 200, 2, 0}; !slices.Equal(heights, want) {
		t.Errorf("heights %v, want %v", heights, want)
	}
	if words := c.words(views.Page{Lang: "en"}); !strings.Contains(words, "3 €2.00") || !strings.Contains(words, "from 1 to 5") {
		t.Errorf("in words: %s", words)
	}
	if words := newChart("x", nil).words(views.Page{Lang: "en"}); words != "There is nothing to draw." {
		t.Errorf("in words: %s", words)
	}
}

// TestTakings_bars: every hour and every day has its place.
func TestTakings_bars(t *testing.T) {
	page := TakingsPage{Table: kiosk.TakingsTable{
		Query: kiosk.TakingsTableQuery{By: kiosk.ByHour},
		Rows:  []kiosk.Takings{{Hour: 9, Figures: kiosk.Figures{Gross: 500}}},
	}}
	bars := page.bars(views.Page{Lang: "en"})
	if len(bars) != 24 || bars[9].Value != 500 || bars[10].Value != 0 {
		t.Errorf("hours: %+v", bars)
	}
	page.Table.Query = kiosk.TakingsTableQuery{By: kiosk.ByDay, First: 20_000, Last: 20_006}
	page.Table.Rows = []kiosk.Takings{{Day: 20_002, Figures: kiosk.Figures{Gross: 700}}}
	if bars = page.bars(views.Page{Lang: "en"}); len(bars) != 7 || bars[2].Value != 700 || bars[2].Label != "6 Oct" {
		t.Errorf("days: %+v", bars)
	}
}
