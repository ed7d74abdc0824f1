package kiosk

import (
	"testing"
	"time"
)

// The day of an item is that of its stall: at half past eleven in Lisbon it is the next one in Berlin.
func TestItem_SoldOutAt(t *testing.T) {
	at := time.Date(2026, 7, 18, 22, 30, 0, 0, time.UTC).UnixMilli()
	day, _ := LocalHour("Europe/Lisbon", at)
	i := Item{SoldOut: day}
	for _, c := range []struct {
		zone  string
		later time.Duration
		out   bool
	}{
		{"Europe/Lisbon", 0, true},
		{"Europe/Lisbon", 29 * time.Minute, true},
		{"Europe/Lisbon", 30 * time.Minute, false},
		{"Europe/Lisbon", -24 * time.Hour, false},
		{"Europe/Berlin", 0, false},
	} {
		if got := i.SoldOutAt(c.zone, at+c.later.Milliseconds()); got != c.out {
			t.Errorf("%s after %s: %v", c.zone, c.later, got)
		}
	}
	if (&Item{}).SoldOutAt("UTC", 0) {
		t.Error("an item that never sold out has on the first day")
	}
}

// A day has 23 and 25 hours where clocks are changed.
func TestDayEnds(t *testing.T) {
	for day, hours := range map[string]int64{"2026-03-29": 23, "2026-10-25": 25, "2026-07-18": 24} {
		z, _ := Zone("Europe/Berlin")
		begin, err := time.ParseInLocation(time.DateOnly, day, z)
		if err != nil {
			t.Fatal(err)
		}
		for _, at := range []int64{begin.UnixMilli(), begin.UnixMilli() + (hours-1)*3_600_000} {
			if got := DayEnds("Europe/Berlin", at) - begin.UnixMilli(); got != hours*3_600_000 {
				t.Errorf("%s ends after %d ms", day, got)
			}
		}
	}
}
