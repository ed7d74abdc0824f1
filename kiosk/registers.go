package kiosk

// RegisterOverview is a register as the office's list shows it.
type RegisterOverview struct {
	Register Register
	Shift    *Shift // nil while it is closed
	Devices  []Device
	Health   map[string]DeviceHealth // by device
	Tickets  []Ticket                // that can still be used
}
