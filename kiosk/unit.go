package kiosk

// The units of time in which things are reckoned here, in milliseconds.
const (
	SecondMillis = 1000
	MinuteMillis = 60 * SecondMillis
	DayMillis    = 24 * 60 * MinuteMillis
)
