package office

import (
	"cmp"
	"context"
	"slices"

	"qrkiosk/kiosk"
	"qrkiosk/kiosk/shop"
)

// Wall reads what the page of all registers shows.
type Wall struct {
	kernel  *shop.Kernel
	store   kiosk.Store
	rowTime shop.RowTime
}

const (
	lowBattery  = 20                      // percent
	lateWebhook = 10 * kiosk.SecondMillis // from payment to proof
)

// Tiles reads the tiles of the given registers, of all if there are none. online tells whether a
// device is connected, by what it told last; of one that told nothing only its ID is known. Tiles with trouble come first, the worst of all in front; the others follow
// by the names of stall and register.
func (wl *Wall) Tiles(ctx context.Context, registers []string, online func(kiosk.DeviceHealth) bool) ([]kiosk.WallTile, error) {
	var tiles []kiosk.WallTile
	now := wl.kernel.Now()
	err := wl.store.View(ctx, func(r kiosk.Reader) error {
		rows, err := r.Wall(registers)
		if err != nil {
			return err
		}
		stalls, err := r.Stalls()
		if err != nil {
			return err
		}
		places := map[string]kiosk.Stall{}
		for _, p := range stalls {
			places[p.ID] = p
		}
		today, err := takingsToday(r, rows, places, now)
		if err != nil {
			return err
		}
		tiles = make([]kiosk.WallTile, 0, len(rows))
		for _, row := range rows {
			tiles = append(tiles, newTile(row, places[row.Register.Stall], today[row.Register.ID], now, online, wl.rowTime))
		}
		return nil
	})
	slices.SortFunc(tiles, CompareTiles)
	return tiles, err
}

// CompareTiles orders tiles as [Wall.Tiles] does.
func CompareTiles(a, b kiosk.WallTile) int {
	return cmp.Or(
		cmp.Compare(a.Rank(), b.Rank()), cmp.Compare(len(b.Warnings), len(a.Warnings)),
		cmp.Compare(NameKey(a.Stall.Name), NameKey(b.Stall.Name)),
		cmp.Compare(NameKey(a.Register.Name), NameKey(b.Register.Name)), cmp.Compare(a.Register.ID, b.Register.ID),
	)
}

// fewTiles is how many registers are asked for one by one: the wall draws anew what has changed, and
// the sums of everybody take as long as those of a hundred.
const fewTiles = 50

// takingsToday sums the figures of today by register. What day it is depends on the stall's zone.
func takingsToday(r kiosk.TakingsReader, wanted []kiosk.WallRow, stalls map[string]kiosk.Stall, now int64) (map[string]kiosk.Figures, error) {
	if len(wanted) <= fewTiles {
		return takingsOfFew(r, wanted, stalls, now)
	}
	sums, zones := map[string]kiosk.Figures{}, map[int64]map[string]bool{}
	for _, p := range stalls {
		day, _ := kiosk.LocalHour(p.Zone, now)
		if zones[day] == nil {
			zones[day] = map[string]bool{}
		}
		zones[day][p.ID] = true
	}
	for day, those := range zones {
		rows, err := r.Takings(kiosk.TakingsQuery{First: day, Last: day, By: []kiosk.TakingsBy{kiosk.ByStall, kiosk.ByRegister}})
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

func takingsOfFew(r kiosk.TakingsReader, wanted []kiosk.WallRow, stalls map[string]kiosk.Stall, now int64) (map[string]kiosk.Figures, error) {
	sums := map[string]kiosk.Figures{}
	for _, w := range wanted {
		day, _ := kiosk.LocalHour(stalls[w.Register.Stall].Zone, now)
		rows, err := r.Takings(kiosk.TakingsQuery{Stall: w.Register.Stall, Register: w.Register.ID, First: day, Last: day})
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			sums[w.Register.ID] = sums[w.Register.ID].Plus(row.Figures)
		}
	}
	return sums, nil
}

func newTile(row kiosk.WallRow, stall kiosk.Stall, today kiosk.Figures, now int64, online func(kiosk.DeviceHealth) bool, rowTime shop.RowTime) kiosk.WallTile {
	t := kiosk.WallTile{Register: row.Register, Stall: stall, Kept: today.Kept(), Sales: today.Sales, Delay: -1}
	if row.Shift != nil {
		t.Opened = row.Shift.Opened
	}
	for _, s := range row.Watched {
		weighSale(&t, s, now)
	}
	if row.Last != nil && row.Last != t.Current {
		t.Last = row.Last
		t.Delay, t.Silent = proofDelay(row.Last, rowTime)
	}
	health := map[string]kiosk.DeviceHealth{}
	for _, h := range row.Health {
		health[h.Device] = h
	}
	for _, d := range row.Devices {
		h := health[d.ID]
		h.Device = d.ID
		t.Devices = append(t.Devices, kiosk.WallDevice{Device: d, Health: h, Online: online(h)})
	}
	judgeTile(&t)
	return t
}

// weighSale counts a sale that is not at rest.
func weighSale(t *kiosk.WallTile, s *kiosk.Sale, now int64) {
	state := s.State()
	if s.Current() && state != kiosk.Paid {
		t.Current = s
	}
	switch state {
	case kiosk.Review:
		t.Alarms++
	case kiosk.Paid:
		t.Alarms += kiosk.OneIf(s.Unconfirmed(now))
	case kiosk.Opening, kiosk.Checking, kiosk.Retiring:
		t.Slow += kiosk.OneIf(now-s.Created > kiosk.MinuteMillis && !s.BankPending())
	case kiosk.Asking, kiosk.Awaiting, kiosk.Cancelled, kiosk.Lapsed, kiosk.LinkRefused, kiosk.ClosedUnpaid, kiosk.Refunding, kiosk.Refunded:
	}
}

// proofDelay tells how long the last payment took to be proven here, by the gateway's own time of
// the payment, which has whole seconds, and whether its webhook is missing.
func proofDelay(s *kiosk.Sale, rowTime shop.RowTime) (delay int64, silent bool) {
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
func judgeTile(t *kiosk.WallTile) {
	say := func(is bool, what kiosk.WallWarning) {
		if is {
			t.Warnings = append(t.Warnings, what)
		}
	}
	say(t.Alarms > 0, kiosk.WallAlarm)
	say(t.Slow > 0, kiosk.WallSlow)
	if t.Opened == 0 {
		return
	}
	tills, displays := devicesOnline(t, kiosk.Tablet), devicesOnline(t, kiosk.Display)
	all := slices.Concat(tills, displays)
	has := func(list []kiosk.WallDevice, is func(kiosk.DeviceHealth) bool) bool {
		return slices.ContainsFunc(list, func(d kiosk.WallDevice) bool { return is(d.Health) })
	}
	say(len(tills) == 0, kiosk.WallNoTill)
	say(len(displays) == 0, kiosk.WallNoDisplay)
	say(t.Silent, kiosk.WallNoWebhook)
	say(t.Delay > lateWebhook, kiosk.WallLate)
	say(has(all, func(h kiosk.DeviceHealth) bool {
		return h.Seen > 0 && h.Battery >= 0 && h.Battery < lowBattery && !h.Charging
	}), kiosk.WallBattery)
	say(has(displays, func(h kiosk.DeviceHealth) bool { return h.Awake == "off" }), kiosk.WallAsleep)
	say(has(all, func(h kiosk.DeviceHealth) bool { return h.Sound == "off" }), kiosk.WallMute)
}

// devicesOnline lists the devices of a kind that are connected.
func devicesOnline(t *kiosk.WallTile, kind kiosk.DeviceKind) (list []kiosk.WallDevice) {
	for _, d := range t.Devices {
		if d.Device.Kind == kind && d.Online {
			list = append(list, d)
		}
	}
	return list
}
