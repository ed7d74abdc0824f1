package kiosk

// The keys of messages about shifts.
const (
	KeyShiftOpen   = "shift-open"
	KeyShiftClosed = "shift-closed"
	KeyShiftBusy   = "shift-busy"
)

// EventClose is the kind of the event that closes a shift; its Data holds the figures of the Z
// report.
const EventClose = "shift.close"
