package kiosk

// SoldOutAt tells whether tills offer the item no more on the day that a zone's clocks show at a time.
func (i *Item) SoldOutAt(zone string, at int64) bool {
	day, _ := LocalHour(zone, at)
	return i.SoldOut == day && day != 0
}
