package kiosk

// Record is what the trail says of a login: never the name.
func (l *User) Record() map[string]any {
	return map[string]any{"Role": string(l.Role), "Stall": l.Stall}
}
