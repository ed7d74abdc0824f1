package kiosk

import (
	"context"
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

// HeardFrom stores what devices told, all in one change: whoever calls gathers reports for some
// seconds, so that their number costs nothing.
func (s *Shop) HeardFrom(ctx context.Context, reports []DeviceHealth) error {
	if len(reports) == 0 {
		return nil
	}
	return s.change(ctx, OfficeStream, func(tx Tx) error {
		for _, h := range reports {
			if err := tx.PutHealth(h); err != nil {
				return err
			}
		}
		return nil
	})
}
