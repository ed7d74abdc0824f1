package kiosk

import (
	"cmp"
	"context"
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
	Restless []*Sale  // those that are not at rest, oldest first
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
	Troubles []WallTrouble // worst first
}

// WallDevice is a device of a tile.
type WallDevice struct {
	Device Device
	Health DeviceHealth // without Seen if it never told anything
	Online bool
}

// WallTrouble is what is wrong with a register, as a key of the words.
type WallTrouble string

// What may be wrong, worst first.
const (
	WallAlarm     WallTrouble = "alarm"
	WallSlow      WallTrouble = "slow"
	WallNoTill    WallTrouble = "no-till"
	WallNoDisplay WallTrouble = "no-display"
	WallNoWebhook WallTrouble = "no-webhook"
	WallLate      WallTrouble = "late"
	WallBattery   WallTrouble = "battery"
	WallAsleep    WallTrouble = "asleep"
	WallMute      WallTrouble = "mute"
)

// WallTroubles lists them all, worst first.
var WallTroubles = []WallTrouble{
	WallAlarm, WallSlow, WallNoTill, WallNoDisplay, WallNoWebhook, WallLate, WallBattery, WallAsleep, WallMute,
}

const (
	lowBattery  = 20                // percent
	lateWebhook = 10 * secondMillis // from payment to proof
)

// Wall reads the tiles of the given registers, of all if there are none. online tells whether a
// device is connected, by what it told last; of one that told nothing only its ID is known. Tiles with trouble come first, the worst of all in front; the others follow
// by the names of stall and register.
func (s *Shop) Wall(ctx context.Context, registers []string, online func(DeviceHealth) bool) ([]WallTile, error) {
	var tiles []WallTile
	now := s.now()
	err := s.store.View(ctx, func(r Reader) error {
		rows, err := r.Wall(registers)
		if err != nil {
			return err
		}
		stalls, err := r.Stalls()
		if err != nil {
			return err
		}
		places := map[string]Stall{}
		for _, p := range stalls {
			places[p.ID] = p
		}
		today, err := takingsToday(r, rows, places, now)
		if err != nil {
			return err
		}
		tiles = make([]WallTile, 0, len(rows))
		for _, row := range rows {
			tiles = append(tiles, newTile(row, places[row.Register.Stall], today[row.Register.ID], now, online, s.rowTime))
		}
		return nil
	})
	slices.SortFunc(tiles, CompareTiles)
	return tiles, err
}

// CompareTiles orders tiles as [Shop.Wall] does.
func CompareTiles(a, b WallTile) int {
	return cmp.Or(
		cmp.Compare(a.Rank(), b.Rank()), cmp.Compare(len(b.Troubles), len(a.Troubles)),
		cmp.Compare(foldName(a.Stall.Name), foldName(b.Stall.Name)),
		cmp.Compare(foldName(a.Register.Name), foldName(b.Register.Name)), cmp.Compare(a.Register.ID, b.Register.ID),
	)
}

// Rank is the place of a tile's worst trouble, 0 the worst of all; without any it is behind them.
func (t WallTile) Rank() int {
	if len(t.Troubles) == 0 {
		return len(WallTroubles)
	}
	return slices.Index(WallTroubles, t.Troubles[0])
}

// fewTiles is how many registers are asked for one by one: the wall draws anew what has changed, and
// the sums of everybody take as long as those of a hundred.
const fewTiles = 50

// takingsToday sums the figures of today by register. What day it is depends on the stall's zone.
func takingsToday(r Reader, wanted []WallRow, stalls map[string]Stall, now int64) (map[string]Figures, error) {
	if len(wanted) <= fewTiles {
		return takingsOfFew(r, wanted, stalls, now)
	}
	sums, zones := map[string]Figures{}, map[int64]map[string]bool{}
	for _, p := range stalls {
		day, _ := LocalHour(p.Zone, now)
		if zones[day] == nil {
			zones[day] = map[string]bool{}
		}
		zones[day][p.ID] = true
	}
	for day, those := range zones {
		rows, err := r.Takings(TakingsQuery{First: day, Last: day, By: []TakingsBy{ByStall, ByRegister}})
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			if those[row.Stall] {
				sums[row.Register] = sums[row.Register].Plus(row.Figures)
			}
		}
	}
	return sums, nil
}

func takingsOfFew(r Reader, wanted []WallRow, stalls map[string]Stall, now int64) (map[string]Figures, error) {
	sums := map[string]Figures{}
	for _, w := range wanted {
		day, _ := LocalHour(stalls[w.Register.Stall].Zone, now)
		rows, err := r.Takings(TakingsQuery{Stall: w.Register.Stall, Register: w.Register.ID, First: day, Last: day})
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			sums[w.Register.ID] = sums[w.Register.ID].Plus(row.Figures)
		}
	}
	return sums, nil
}

func newTile(row WallRow, stall Stall, today Figures, now int64, online func(DeviceHealth) bool, rowTime RowTime) WallTile {
	t := WallTile{Register: row.Register, Stall: stall, Kept: today.Kept(), Sales: today.Sales, Delay: -1}
	if row.Shift != nil {
		t.Opened = row.Shift.Opened
	}
	for _, s := range row.Restless {
		weighSale(&t, s, now)
	}
	if row.Last != nil && row.Last != t.Current {
		t.Last = row.Last
		t.Delay, t.Silent = proofDelay(row.Last, rowTime)
	}
	health := map[string]DeviceHealth{}
	for _, h := range row.Health {
		health[h.Device] = h
	}
	for _, d := range row.Devices {
		h := health[d.ID]
		h.Device = d.ID
		t.Devices = append(t.Devices, WallDevice{d, h, online(h)})
	}
	judgeTile(&t)
	return t
}

// weighSale counts a sale that is not at rest.
func weighSale(t *WallTile, s *Sale, now int64) {
	state := s.State()
	if s.Current() && state != Paid {
		t.Current = s
	}
	switch state {
	case Review:
		t.Alarms++
	case Paid:
		t.Alarms += oneIf(s.Unconfirmed(now))
	case Opening, Checking, Retiring:
		t.Slow += oneIf(now-s.Created > minuteMillis && !s.BankPending())
	case Asking, Awaiting, Cancelled, Lapsed, RefusedSt, Settled, Refunding, Refunded:
	}
}

// proofDelay tells how long the last payment took to be proven here, by the gateway's own time of
// the payment, which has whole seconds, and whether its webhook is missing.
func proofDelay(s *Sale, rowTime RowTime) (delay int64, silent bool) {
	delay = -1
	l := s.Last()
	if s.PaidAt == 0 || l == nil || len(l.Rows) == 0 {
		return delay, false
	}
	if at := rowTime(l.Rows[0].At); at != 0 {
		delay = max(0, s.PaidAt-at)
	}
	return delay, l.TokenHash != "" && !s.Poll && !l.Noticed
}

// judgeTile finds what is wrong. A register that is closed may have its devices in a drawer.
func judgeTile(t *WallTile) {
	say := func(is bool, what WallTrouble) {
		if is {
			t.Troubles = append(t.Troubles, what)
		}
	}
	say(t.Alarms > 0, WallAlarm)
	say(t.Slow > 0, WallSlow)
	if t.Opened == 0 {
		return
	}
	tills, displays := devicesOnline(t, Tablet), devicesOnline(t, Display)
	all := slices.Concat(tills, displays)
	has := func(list []WallDevice, is func(DeviceHealth) bool) bool {
		return slices.ContainsFunc(list, func(d WallDevice) bool { return is(d.Health) })
	}
	say(len(tills) == 0, WallNoTill)
	say(len(displays) == 0, WallNoDisplay)
	say(t.Silent, WallNoWebhook)
	say(t.Delay > lateWebhook, WallLate)
	say(has(all, func(h DeviceHealth) bool {
		return h.Seen > 0 && h.Battery >= 0 && h.Battery < lowBattery && !h.Charging
	}), WallBattery)
	say(has(displays, func(h DeviceHealth) bool { return h.Awake == "off" }), WallAsleep)
	say(has(all, func(h DeviceHealth) bool { return h.Sound == "off" }), WallMute)
}

// devicesOnline lists the devices of a kind that are connected.
func devicesOnline(t *WallTile, kind DeviceKind) (list []WallDevice) {
	for _, d := range t.Devices {
		if d.Device.Kind == kind && d.Online {
			list = append(list, d)
		}
	}
	return list
}

// Count tells how many devices of a kind there are and how many are connected.
func (t WallTile) Count(kind DeviceKind) (online, all int) {
	for _, d := range t.Devices {
		if d.Device.Kind == kind {
			all++
			online += oneIf(d.Online)
		}
	}
	return online, all
}
