package kiosk

import (
	"slices"
)

// DeviceHealth is what a device last told of itself.
type DeviceHealth struct {
	Device   string
	Register string
	Kind     DeviceKind
	Seen     int64  // Unix milliseconds when it was last heard of
	Via      string // the process that heard it
	Awake    string // whether the screen stays on: "on", "off", "none", "insecure"; "" not told
	Sound    string // "on", "off", "none"; "" not told
	Battery  int    // percent, -1 where the browser does not tell
	Charging bool
}

// deviceWords are the states a device may tell.
var deviceWords = []string{"", "on", "off", "none", "insecure"}

// Valid tells whether a report can come from a page of ours.
func (h DeviceHealth) Valid() bool {
	return slices.Contains(deviceWords, h.Awake) && slices.Contains(deviceWords, h.Sound) && h.Battery >= -1 && h.Battery <= 100
}
