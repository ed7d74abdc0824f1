package kiosk

// The keys of messages about devices.
const (
	KeyTicketUnknown = "ticket-unknown"
	KeyDeviceUnknown = "device-unknown"
)
