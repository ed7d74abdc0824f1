package kiosk

// The keys of messages about the office.
const (
	KeyOfficeOrganizer = "office-organizer"
	KeySignInWait      = "office-login-wait"
	KeySignInLocked    = "office-login-locked"
	KeyUserTaken       = "office-login-taken"
)
