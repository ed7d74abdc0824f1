package kiosk

// The keys of messages about the office.
const (
	KeyOfficeOrganizer = "office-organizer"
	KeyLoginWait       = "office-login-wait"
	KeyLoginLocked     = "office-login-locked"
	KeyLoginTaken      = "office-login-taken"
)
