package kiosk

import (
	"slices"
)

// WallReader reads what the wall shows, of many registers at once.
type WallReader interface {
	// Wall returns a row for each of the given registers, for every one if none is given. What it
	// costs depends on the number of registers and of sales that are not at rest, never on that of
	// all sales.
	Wall(registers []string) ([]WallRow, error)
}

// WallRow is what is stored of a register, for its tile.
type WallRow struct {
	Register Register
	Shift    *Shift   // nil while it is closed
	Last     *Sale    // the newest, nil before the first
	Watched  []*Sale  // those that are not at rest, oldest first
	Devices  []Device // trusted ones
	Health   []DeviceHealth
}

// WallTile is one register on the wall: what it does, what it took today, and what is wrong.
type WallTile struct {
	Register Register
	Stall    Stall
	Opened   int64 // Unix milliseconds since when its shift is open, 0 while it is closed
	Current  *Sale // the sale in hand, nil none
	Last     *Sale // the newest that is not in hand, nil none
	Kept     Money // of today's sales
	Sales    int64
	Alarms   int   // sales a person has to decide about, or paid and long unconfirmed
	Slow     int   // sales whose link or proof is awaited for more than a minute
	Delay    int64 // milliseconds from the last payment to its proof here, -1 not known
	Silent   bool  // no webhook came for the last payment though one was ordered
	Devices  []WallDevice
	Warnings []WallWarning // worst first
}

// WallDevice is a device of a tile.
type WallDevice struct {
	Device Device
	Health DeviceHealth // without Seen if it never told anything
	Online bool
}

// WallWarning is what is wrong with a register, as a key of the words.
type WallWarning string

// What may be wrong, worst first.
const (
	WallAlarm     WallWarning = "alarm"
	WallSlow      WallWarning = "slow"
	WallNoTill    WallWarning = "no-till"
	WallNoDisplay WallWarning = "no-display"
	WallNoWebhook WallWarning = "no-webhook"
	WallLate      WallWarning = "late"
	WallBattery   WallWarning = "battery"
	WallAsleep    WallWarning = "asleep"
	WallMute      WallWarning = "mute"
)

// WallWarnings lists them all, worst first.
var WallWarnings = []WallWarning{
	WallAlarm, WallSlow, WallNoTill, WallNoDisplay, WallNoWebhook, WallLate, WallBattery, WallAsleep, WallMute,
}

// Rank is the place of a tile's worst trouble, 0 the worst of all; without any it is behind them.
func (t WallTile) Rank() int {
	if len(t.Warnings) == 0 {
		return len(WallWarnings)
	}
	return slices.Index(WallWarnings, t.Warnings[0])
}

// Count tells how many devices of a kind there are and how many are connected.
func (t WallTile) Count(kind DeviceKind) (online, all int) {
	for _, d := range t.Devices {
		if d.Device.Kind == kind {
			all++
			online += OneIf(d.Online)
		}
	}
	return online, all
}
