package kiosk

import "time"

// SoldOutAt tells whether tills offer the item no more on the day that a zone's clocks show at a time.
func (i *Item) SoldOutAt(zone string, at int64) bool {
	day, _ := LocalHour(zone, at)
	return i.SoldOut == day && day != 0
}

// DayEnds is when the day ends that a zone's clocks show at a time, both in Unix milliseconds.
func DayEnds(zone string, at int64) int64 {
	z, err := Zone(zone)
	if err != nil {
		z = time.UTC
	}
	t := time.UnixMilli(at).In(z)
	return time.Date(t.Year(), t.Month(), t.Day()+1, 0, 0, 0, 0, z).UnixMilli()
}
